"""Action plans: what the documents say, and the rules that turn it into pages."""

import csv
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis import plans
from pipeline.analysis.comparison import (
    key_question_comparison,
    prompt_comparison,
    rating_comparison,
)
from pipeline.analysis.ratings.bands import standard_ratings
from pipeline.data import InvalidData, load, raw_folder
from pipeline.data.plan_checks import check_follow_up, check_links, check_plans

N18, N20, DLNR = "northumbria-crc-2018", "northumbria-crc-2020", "dlnr-crc-2020"

QA = " (supported by ongoing QA activity)."

# Column 3 of each plan's table, top to bottom.
RESPONSES = {
    N18: ["partly agreed", "agreed", "partly agreed", "agreed", "agreed", "partly agreed"],
    N20: ["agreed"] * 3 + ["partly agreed", "agreed", "partly agreed", "not agreed", "agreed"],
    DLNR: ["agreed"] * 3 + ["partly agreed"] + ["agreed"] * 4,
}


@pytest.fixture(scope="module")
def tables():
    return load()


@pytest.fixture(scope="module")
def comparisons(tables):
    questions = key_question_comparison(tables)
    return {
        "key_question_comparison": questions,
        "prompt_comparison": prompt_comparison(tables, questions),
        "rating_comparison": rating_comparison(tables, standard_ratings(tables)),
    }


@pytest.fixture(scope="module")
def recommendations(tables):
    return plans.recommendations_table(tables)


@pytest.fixture(scope="module")
def actions(tables):
    return plans.actions_table(tables)


@pytest.fixture
def raw(tmp_path):
    """A raw folder of one's own, to edit."""
    folder = tmp_path / "raw"
    shutil.copytree(raw_folder(), folder)
    return folder


def add_line(folder: Path, file: str, *cells: str) -> int:
    """Append a row as a spreadsheet would; return its line."""
    path = folder / file
    with path.open("a", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerow(cells)
    return len(path.read_text(encoding="utf-8").splitlines())


# What the documents say


@pytest.mark.parametrize("plan", RESPONSES)
def test_responses_are_those_of_the_plan(recommendations, plan):
    rows = recommendations[recommendations["plan"] == plan]
    assert list(rows["recommendation"]) == list(range(1, len(RESPONSES[plan]) + 1))
    assert list(rows["response"]) == RESPONSES[plan]


def test_the_totals_that_are_printed_agree(tables):
    counts = plans.response_counts(tables)
    printed = counts[counts["printed"].notna()]
    assert dict(zip(printed["response"], printed["printed"], strict=True)) == {
        "agreed": 5,
        "partly agreed": 2,
        "not agreed": 1,
        "total": 8,
    }
    assert set(printed["plan"]) == {N20}
    assert set(printed["agrees"]) == {"yes"}


def test_each_plan_answers_its_inspection(recommendations):
    pairs = recommendations.drop_duplicates("plan").set_index("plan")["inspection"]
    assert pairs[N18] == "northumbria-crc-2018"
    assert pairs[N20] == "northumbria-crc-2019"
    assert pd.isna(pairs[DLNR])


def test_repeated_recommendations_are_those_marked_so(recommendations):
    repeated = recommendations[recommendations["repeated"] == "yes"]
    assert list(zip(repeated["plan"], repeated["recommendation"], strict=True)) == [
        (N20, 3),
        (DLNR, 6),
        (DLNR, 7),
    ]


def test_one_recommendation_is_for_the_ministry(recommendations):
    other = recommendations[recommendations["addressed_to"] == "The Ministry of Justice"]
    assert list(zip(other["plan"], other["recommendation"], strict=True)) == [(DLNR, 8)]


@pytest.mark.parametrize(
    ("plan", "number", "owner", "printed", "due"),
    [
        (N18, 2, "Deputy Director, North of Tyne.", f"February 2019{QA}", "2019-02"),
        (N18, 3, "Director", "April 2019", "2019-04"),
        (N18, 4, "Deputy Director, North of Tyne", "April 2019", "2019-04"),
        (N18, 5, "Deputy Director, South of Tyne", "December 2018", "2018-12"),
        (N18, 6, "Deputy Director, South of Tyne", "April 2019", "2019-04"),
        (DLNR, 4, "Head of Community Payback", "June 2020", "2020-06"),
        (DLNR, 5, "Head of Community Payback", "June 2020", "2020-06"),
    ],
)  # fmt: skip
def test_owner_and_date_of_a_recommendation_belong_to_its_actions(
    actions, plan, number, owner, printed, due
):
    rows = actions[(actions["plan"] == plan) & (actions["recommendation"] == number)]
    assert not rows.empty
    assert set(rows["owner"]) == {owner}
    assert set(rows["due_printed"]) == {printed}
    assert set(rows["due"]) == {due}
    assert set(rows["due_kind"]) == {"month"}


def test_the_first_recommendation_of_2018_is_printed_as_complete(actions):
    rows = actions[(actions["plan"] == N18) & (actions["recommendation"] == 1)]
    assert set(rows["due_printed"]) == {"Complete (supported by ongoing QA activity)."}
    assert set(rows["due_kind"]) == {"done"}
    assert set(rows["position"]) == {"done as printed"}
    assert rows["due"].isna().all()


def test_northumbria_2020_prints_two_owners_and_no_date(actions):
    rows = actions[actions["plan"] == N20]
    assert rows["due"].isna().all()
    assert set(rows["due_kind"]) == {"none given"}
    owned = rows[rows["owner"].notna()].groupby("recommendation")["owner"].unique()
    assert {number: list(names) for number, names in owned.items()} == {
        3: ["Deputy Director, South of Tyne."],
        5: ["Deputy Director,"],
    }
    assert 7 not in set(rows["recommendation"])  # not agreed: nothing is promised


# Owner and date beside each row of the DLNR plan, top to bottom.
DLNR_ROWS = {
    1: [
        ("Customer Service Centre (CSC) Lead", "April 2020"),
        ("Inspection and Quality Lead", "July 2020"),
        ("Regional Head and CSC Lead", "April 2020"),
        ("Deputy Cluster Heads", "March 2020"),
        ("CSC Lead", "March 2020"),
    ],
    2: [
        ("Learning and Development (L&D) Lead", "April 2020"),
        ("Inspection and Quality Lead", "July 2020"),
        ("Director of Operations", "April 2020"),
        ("Deputy Cluster Leads", "July 2020"),
        ("Deputy Cluster Leads", "July 2020"),
    ],
    3: [
        ("Cluster Deputy Leads", "March 2020"),
        ("Cluster Deputy Leads", "July 2020"),
        ("L&D Lead", "Ongoing"),
        ("L&D Lead", "April 2020"),
        ("Cluster Deputy Leads", "July 2020"),
        ("Regional Head", "April 2020"),
        ("Cluster Deputy Leads", "April 2020"),
        (None, None),
    ],
    6: [
        ("Cluster Deputy Leads", "April 2020"),
        ("Inspection and Quality Lead; Cluster Deputy Heads", "July 2020"),
        ("Inspection and Quality Lead; Cluster Deputy Leads", "July 2020"),
        ("Inspection and Quality Lead; Cluster Deputy Leads", "July 2020"),
        ("Cluster Deputy Leads", "April 2020"),
        ("Inspection and Quality Lead", "July 2020"),
        ("Cluster Deputy Leads", "July 2020"),
        ("Inspections and Quality Lead", "July 2020"),
        ("Cluster Deputy Heads", "March 2020"),
        ("Through the Gate Leads", "March 2020"),
        ("Cluster Deputy Heads", "December 2020"),
    ],
    7: [
        ("Public Protection Lead; Inspections and Quality Lead", "July 2020"),
        ("Public Protection Lead", "April 2020"),
        ("HR Lead", "June 2020"),
        ("HR Lead", "March 2020"),
        ("Director of Operations", "March 2020"),
        ("Director of Operations", "March 2020"),
        ("Director of Operations", "July 2020"),
    ],
    8: [("Director, HMPPS Probation Reform Programme", "February 2020")] * 2,
}


@pytest.mark.parametrize("number", DLNR_ROWS)
def test_owner_and_date_stand_as_in_the_dlnr_plan(actions, number):
    rows = actions[(actions["plan"] == DLNR) & (actions["recommendation"] == number)]
    found = rows[["owner", "due_printed"]].astype(object)
    pairs = list(found.where(found.notna(), None).itertuples(index=False, name=None))
    assert pairs == DLNR_ROWS[number]


def test_the_verdicts_of_2019_and_the_one_repetition(tables):
    chain = plans.follow_up_chain(tables)
    assert list(chain["follow_up"]) == ["some"] * 4 + ["sufficient"] * 2
    repeated = chain[chain["repeated_plan"].notna()].iloc[0]
    assert (repeated["recommendation"], repeated["response"]) == (2, "agreed")
    assert (repeated["repeated_plan"], repeated["repeated_recommendation"]) == (N20, 3)
    assert repeated["repeated_response"] == "agreed"
    assert chain["repeated_plan"].notna().sum() == 1


def test_summaries_are_short_and_codes_count_up(actions):
    assert actions["summary"].str.len().max() <= 160
    assert actions["action"].is_unique
    assert actions["action"].str.fullmatch(r"[a-z0-9-]+-\d{4}-\d-\d{2}").all()


# Days and positions


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_month_is_due_on_its_last_day(day):
    last = date.fromisoformat(plans.due_day(f"{day:%Y-%m}"))
    assert (last.year, last.month) == (day.year, day.month)
    assert (last + timedelta(days=1)).day == 1
    assert plans.due_day(day.isoformat()) == day.isoformat()


days = st.dates(date(2015, 1, 1), date(2030, 1, 1)).map(date.isoformat)
statuses = st.sampled_from(["", "not started", "in progress", "complete", "dropped"])


@given(days, days, statuses)
def test_a_position_claims_only_what_is_known(due, as_of, status):
    found = plans.position("date", due, status, as_of)
    assert found in plans.POSITIONS
    assert "overdue" not in found
    if status in ("complete", "dropped"):
        assert found == status
    else:
        assert ("target passed" in found) == (as_of > due)
        assert found.startswith(status)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("done", "done as printed"), ("ongoing", "ongoing"), ("none given", "no target date")],
)
def test_an_action_without_a_date_is_never_passed(kind, expected):
    assert plans.position(kind, "", "", "2999-01-01") == expected
    assert plans.position(kind, "", "in progress", "2999-01-01") == "in progress"


def test_an_action_due_today_has_not_passed():
    assert plans.position("month", plans.due_day("2020-02"), "", "2020-02-29") == "upcoming"
    assert "no update" in plans.position("month", plans.due_day("2020-02"), "", "2020-03-01")


def test_the_default_day_is_that_of_the_latest_document_or_update(tables):
    assert plans.default_as_of(tables) == "2020-02-28"  # submission of the DLNR plan
    updated = pd.DataFrame({"date": ["2020-05-04"]}, dtype="string")
    assert plans.default_as_of({**tables, "action_updates": updated}) == "2020-05-04"


def test_the_latest_update_by_that_day_counts(tables):
    action = f"{DLNR}-1-04"  # due at the end of March 2020
    updates = pd.DataFrame(
        [
            (action, "2020-04-20", "complete", "Agreed everywhere", "Minutes"),
            (action, "2020-03-10", "in progress", pd.NA, pd.NA),
        ],
        columns=["action", "date", "status", "note", "evidence"],
        dtype="string",
    )
    actions = tables["actions"]

    def at(day):
        frame = plans.with_positions(actions, updates, day)
        return frame.set_index("action").loc[action, ["status", "position"]].tolist()

    assert pd.isna(at("2020-03-01")[0])
    assert at("2020-03-01")[1] == "upcoming"
    assert at("2020-03-31") == ["in progress", "in progress"]
    assert at("2020-04-10") == ["in progress", "in progress, target passed"]
    assert at("2020-04-20") == ["complete", "complete"]
    assert len(plans.with_positions(actions, updates, "2020-04-20")) == len(actions)


def test_positions_can_be_found_again_for_another_day(tables, actions):
    later = plans.with_positions(actions, tables["action_updates"], "2021-01-01")
    dated = later[later["due"].notna()]
    assert set(dated["position"]) == {plans.TARGET_PASSED}
    assert list(later.columns) == list(actions.columns)


# Contract, counts and dossiers

RECOMMENDATION_COLUMNS = [
    "plan", "inspection", "recommendation", "title", "addressed_to", "response", "repeated",
    "follow_up", "actions", "actions_with_owner", "actions_with_date",
]  # fmt: skip
ACTION_COLUMNS = [
    "plan", "recommendation", "action", "summary", "owner", "due_printed", "due", "due_kind",
    "status", "position",
]  # fmt: skip


def test_contract_columns_come_first(recommendations, actions):
    assert list(recommendations.columns[:11]) == RECOMMENDATION_COLUMNS
    assert list(actions.columns[:10]) == ACTION_COLUMNS


def test_counts_add_up(recommendations, actions):
    shares = plans.completeness(recommendations)
    whole = shares[shares["recommendation"].isna()].set_index("plan")
    assert dict(whole["actions"]) == dict(actions.groupby("plan").size())
    assert whole.loc[N20, "date_percent"] == 0
    assert whole.loc[N18, "owner_percent"] == 100
    parts = shares[shares["recommendation"].notna()]
    assert parts[["owner_percent", "date_percent", "measure_percent"]].stack().between(0, 100).all()
    assert not ((parts["plan"] == N20) & (parts["recommendation"] == 7)).any()


def test_due_table_counts_every_dated_action_once(actions):
    due = plans.due_by_owner_and_month(actions)
    assert due["actions"].sum() == actions["due"].notna().sum()
    assert (due["passed"] + due["upcoming"] + due["closed"] == due["actions"]).all()
    assert due[due["plan"] == N18]["passed"].sum() == 14
    assert due[due["plan"] == DLNR]["upcoming"].sum() == 43
    assert not due["owner"].str.contains(r"[.,]$").any()


@pytest.mark.parametrize(
    ("plan", "begins", "ends"),
    [
        (N18, "6 recommendations: 3 agreed, 3 partly agreed; ", "14 with a target date."),
        (
            N20,
            "8 recommendations: 5 agreed, 2 partly agreed, 1 not agreed; ",
            "none with a target date in the text we have.",
        ),
        (DLNR, "8 recommendations: 7 agreed, 1 partly agreed; ", "43 with a target date."),
    ],
)
def test_result_line(tables, plan, begins, ends):
    line = plans.result_line(tables, plan)
    assert line.startswith(begins)
    assert line.endswith(ends)


def test_the_loop_looks_forward_where_it_can_and_says_where_it_cannot(tables, comparisons):
    moved = plans.loop(tables, comparisons)
    timing = moved.groupby("plan")["timing"].unique().map(list).to_dict()
    assert timing == {N18: ["after"], N20: ["before"], DLNR: ["none"]}
    through = moved[(moved["plan"] == N18) & (moved["subject"] == "4.2.3")].iloc[0]
    assert (through["previous_percent"], through["current_percent"]) == (55, 91)
    assert through["comparable"] == "caution"
    visits = moved[(moved["plan"] == N20) & (moved["subject"] == "2.3.3-5")].iloc[0]
    assert visits["current_percent"] == 35
    assert pd.isna(visits["change_points"])
    words = moved[(moved["plan"] == N20) & (moved["subject"] == "4.1.3")].iloc[0]
    assert words["without_figure"] == "qualitative evidence only"
    assert moved["label"].notna().all()
    assert len(moved) == len(tables["recommendation_links"])


def test_a_dossier_holds_its_own_plan_only(tables, comparisons):
    dossier = plans.plan_dossier(tables, comparisons, N20)
    for name in ("recommendations", "responses", "actions", "loop"):
        assert set(dossier[name]["plan"]) == {N20}
    assert list(dossier["follow_up"]["recommendation"]) == [2]  # the one that is repeated here
    assert dossier["plan"]["as_of"].iloc[0] == "2020-02-28"
    assert plans.plan_dossier(tables, comparisons, DLNR)["follow_up"].empty
    with pytest.raises(KeyError):
        plans.plan_dossier(tables, comparisons, "no-such-plan")


def test_a_dossier_says_what_its_report_is(tables):
    about = plans.plan_about(tables, DLNR)
    assert about["dossier"] == about["reports"][0]["name"] == "action-plan-dlnr-crc-2020"
    assert about["reports"][0]["parameters"] == {"provider": "dlnr-crc", "plan": DLNR, "as_of": ""}
    assert about["title"] == "DLNR CRC: action plan of 2020"
    assert about["simulated"] is False


# Bad input


def test_the_plans_as_they_are_have_no_problem(tables):
    assert check_plans(tables) == check_follow_up(tables) == check_links(tables) == []


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ((f"{DLNR}-1-99", "2020-04-01", "complete"), "action", "is not in actions.csv"),
        ((f"{DLNR}-1-01", "2020-02-30", "complete"), "date", "is not a date of the calendar"),
        ((f"{DLNR}-1-01", "2020-04-01", "finished"), "status", "not one of the words allowed"),
        ((f"{DLNR}-1-01", "2020-02-27", "complete"), "date", "before dlnr-crc-2020 was submitted"),
        ((f"{DLNR}-1-01", "2202-07-01", "complete"), "date", "more than 5 years after"),
    ],
)
def test_a_bad_update_is_named_with_its_line(raw, cells, column, says):
    line = add_line(raw, "action_updates.csv", *cells, "", "")
    with pytest.raises(InvalidData) as caught:
        load(raw)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.column) == ("action_updates.csv", line, column)
    assert says in str(problem)


def test_a_good_update_loads(raw):
    add_line(raw, "action_updates.csv", f"{DLNR}-1-01", "2020-04-01", "complete", "Done", "")
    tables = load(raw)
    assert plans.default_as_of(tables) == "2020-04-01"
    found = plans.actions_table(tables).set_index("action").loc[f"{DLNR}-1-01"]
    assert found["position"] == "complete"


@pytest.mark.parametrize(
    ("table", "find", "column", "value", "says"),
    [
        ("responses", (N20, 7), "reason", pd.NA, "is empty though"),
        ("responses", (N20, 1), "reason", "Because", "needs no reason"),
        ("responses", (N20, 7), "response", "partly agreed", "is not the number of rows"),
        ("actions", (N18, 6), "action", f"{N18}-6-02", "is not the code"),
        ("actions", (N18, 6), "due", "2019-04-30", 'does not go with the kind "month"'),
        ("actions", (N18, 6), "due_printed", pd.NA, 'does not go with the kind "month"'),
        ("recommendations", (N18, 6), "recommendation", 9, "leaves a gap"),
    ],
)
def test_rules_across_tables(tables, table, find, column, value, says):
    frame = tables[table].copy()
    rows = (frame["plan"] == find[0]) & (frame["recommendation"] == find[1])
    frame.loc[rows, column] = value
    problems = check_plans({**tables, table: frame})
    assert any(re.search(re.escape(says), str(problem)) for problem in problems)


def test_follow_up_and_links_must_lead_somewhere(tables):
    chain = tables["follow_up"].copy()
    chain["repeated_recommendation"] = chain["repeated_recommendation"].replace(3, 4)
    (problem,) = check_follow_up({**tables, "follow_up": chain})
    assert "not a recommendation marked as repeated" in str(problem)
    links = tables["recommendation_links"].copy()
    links.loc[links["subject"] == "2.3.3-5", "subject"] = "2.3.3-9"
    assert [p.value for p in check_links({**tables, "recommendation_links": links})] == ["2.3.3-9"]

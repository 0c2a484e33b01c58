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
from support.folders import published_tables

from pipeline.analysis import plans
from pipeline.analysis.comparison import (
    key_question_comparison,
    prompt_comparison,
    rating_comparison,
)
from pipeline.analysis.ratings.bands import standard_ratings
from pipeline.analysis.records import records
from pipeline.data import InvalidData, Problem, load, raw_folder
from pipeline.data.relations.plans import RULES

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
    return published_tables()


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
def processed(tables, comparisons, recommendations, actions):
    return {**comparisons, "recommendations": recommendations, "actions": actions}


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
    [
        ("done", "done as printed"),
        ("ongoing", "ongoing"),
        ("none given", "no target date"),
        ("in words", "target in words"),
    ],
)
def test_an_action_without_a_date_is_never_passed(kind, expected):
    assert plans.position(kind, "", "", "2999-01-01") == expected
    assert plans.position(kind, "", "in progress", "2999-01-01") == "in progress"


def test_an_action_due_today_has_not_passed():
    assert plans.position("month", plans.due_day("2020-02"), "", "2020-02-29") == "upcoming"
    assert "no update" in plans.position("month", plans.due_day("2020-02"), "", "2020-03-01")


UPDATE = ["action", "date", "status", "note", "evidence", "due", "due_printed"]


def updated(*rows):
    """Updates as the raw table holds them."""
    return pd.DataFrame(
        [[*row, *[pd.NA] * (len(UPDATE) - len(row))] for row in rows], columns=UPDATE
    ).astype("string")


def test_the_default_day_is_that_of_its_providers_latest_document_or_update(tables):
    # The submission of the DLNR plan; Northumbria's report of February 2020, known by its month,
    # came after the plan of 7 February, or so we must allow.
    days = plans.default_days(tables)
    assert days["dlnr-crc"] == "2020-02-28"
    assert days["northumbria-crc"] == "2020-02-07"
    moved = updated((f"{DLNR}-1-04", "2020-05-04", "complete"))
    days = plans.default_days({**tables, "action_updates": moved})
    assert days["dlnr-crc"] == "2020-05-04"
    assert days["northumbria-crc"] == "2020-02-07"  # nobody's typing moves another's day


def test_a_day_known_by_its_month_stays_a_month(tables):
    """ "As of 1 March 2021" would say more than a document dated March 2021 does."""
    sources = tables["sources"].copy()
    sources.loc[sources["source"] == "hmip-northumbria-2020", "published"] = "2021-03"
    day = plans.default_days({**tables, "sources": sources})["northumbria-crc"]
    assert day == "2021-03"
    assert plans.day_in_words(day) == "March 2021"
    assert plans.position("date", "2021-02-28", "", day) == plans.TARGET_PASSED
    assert plans.position("date", "2021-03-01", "", day) == "upcoming"


def test_the_latest_update_by_that_day_counts(tables):
    action = f"{DLNR}-1-04"  # due at the end of March 2020
    updates = updated(
        (action, "2020-04-20", "complete", "Agreed everywhere", "Minutes"),
        (action, "2020-03-10", "in progress"),
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
    assert set(dated["position"]) == {plans.TARGET_PASSED, plans.REPORTED}
    # Report of February 2020, achievement of recommendations 2, 3, 5 and 6.
    done = later[later["position"] == plans.REPORTED]
    assert [code.removeprefix(f"{N18}-") for code in done["action"]] == [
        "2-01", "2-02", "3-01", "5-01", "6-01"
    ]  # fmt: skip
    assert set(done["reported_in"]) == {"northumbria-crc-2019"}
    before = plans.with_positions(actions, tables["action_updates"], "2020-01-31")
    assert plans.REPORTED not in set(before["position"])
    assert list(later.columns) == list(actions.columns)


def test_a_moved_target_keeps_the_first(tables):
    action = f"{DLNR}-1-04"  # due at the end of March 2020
    moved = updated((action, "2020-03-20", "in progress", None, None, "2020-06", "June 2020"))
    rows = plans.with_positions(tables["actions"], moved, "2020-05-01").set_index("action")
    row = rows.loc[action]
    assert (row["due"], row["due_printed"]) == ("2020-03", "March 2020")
    assert (row["first_due_on"], row["due_on"]) == ("2020-03-31", "2020-06-30")
    assert row["revised_due_printed"] == "June 2020"
    assert row["position"] == "in progress"
    before = plans.with_positions(tables["actions"], moved, "2020-03-01").set_index("action")
    assert before.loc[action, "due_on"] == "2020-03-31"
    assert rows["first_due_on"].notna().sum() == 1


def test_a_period_is_due_on_the_last_day_of_its_last_month(tables):
    actions = tables["actions"].copy()
    at = actions.index[actions["action"] == f"{DLNR}-1-01"][0]
    actions.loc[at, ["due_kind", "due", "due_end"]] = ["period", "2020-03", "2020-05"]
    rows = plans.with_positions(actions, tables["action_updates"], "2020-05-31")
    row = rows.set_index("action").loc[f"{DLNR}-1-01"]
    assert (row["due_on"], row["position"]) == ("2020-05-31", "upcoming")


@pytest.fixture
def replaced(tables):
    """Northumbria's plan of 2020, and another of the same year that replaces it."""
    old = tables["plans"].set_index("plan", drop=False).loc[[N20]]
    new = old.assign(plan="northumbria-crc-2020-2", submitted="2020-09-30", replaces=N20)
    return {**tables, "plans": pd.concat([tables["plans"], new], ignore_index=True)}


def test_actions_of_a_replaced_plan_are_not_said_to_have_passed(replaced):
    found = plans.actions_table(replaced)
    positions = found[found["plan"] == N20]["position"]
    assert set(positions) == {plans.REPLACED}
    early = plans.actions_table(replaced, "2020-03-01")
    assert plans.REPLACED not in set(early["position"])


def test_titles_tell_the_plans_of_one_year_apart(replaced):
    brief = plans.plans_in_brief(replaced).set_index("plan")
    assert brief.loc[N20, "title_of_plan"] == "7 February 2020"
    assert brief.loc["northumbria-crc-2020-2", "title_of_plan"] == "30 September 2020"
    assert brief.loc[N18, "title_of_plan"] == "2018"
    assert brief.loc[N20, ["replaced_by", "replaced_on"]].tolist() == [
        "northumbria-crc-2020-2",
        "2020-09-30",
    ]


def test_an_addressee_is_compared_with_the_provider_and_not_with_the_others(tables):
    """Six of eight for the Ministry: they are still the exceptions, and the provider's are not."""
    frame = tables["recommendations"].copy()
    ours = frame["plan"] == N20
    frame.loc[ours & (frame["recommendation"] <= 6), "addressed_to"] = "The Ministry of Justice"
    found = plans.recommendations_table({**tables, "recommendations": frame})
    own = found[found["plan"] == N20].set_index("recommendation")["to_provider"]
    assert own.to_dict() == {n: "no" if n <= 6 else "yes" for n in range(1, 9)}
    whole = "Northumbria Community Rehabilitation Company"
    frame.loc[ours, "addressed_to"] = f"the {whole}"
    found = plans.recommendations_table({**tables, "recommendations": frame})
    assert set(found[found["plan"] == N20]["to_provider"]) == {"yes"}


def test_an_action_counts_for_every_recommendation_it_serves(tables):
    actions = tables["actions"].copy()
    at = actions.index[actions["action"] == f"{DLNR}-1-01"][0]
    actions.loc[at, "also_serves"] = "2; 3"
    before = plans.recommendations_table(tables)
    after = plans.recommendations_table({**tables, "actions": actions})
    more = after["actions"] - before["actions"]
    served = after[more > 0]
    assert list(served["recommendation"]) == [2, 3] and set(served["plan"]) == {DLNR}


def test_an_action_of_two_owners_is_due_for_both(tables):
    actions = tables["actions"].copy()
    at = actions.index[actions["action"] == f"{DLNR}-1-01"][0]
    actions.loc[at, ["owner", "owners"]] = ["Head A and Head B", "Head A; Head B"]
    due = plans.due_by_owner_and_month(plans.actions_table({**tables, "actions": actions}))
    both = due[due["owner"].isin(["Head A", "Head B"])]
    assert both[["month", "actions"]].values.tolist() == [["2020-04", 1], ["2020-04", 1]]


def test_a_plan_without_responses_actions_or_recommendations_is_legal(tables, comparisons):
    for emptied in ("responses", "actions", "recommendations", "recommendation_links"):
        some = dict(tables)
        for name in {emptied, *(["responses", "actions", "recommendation_links", "follow_up"]
                                if emptied == "recommendations" else [])}:  # fmt: skip
            some[name] = tables[name].iloc[:0]
        recommendations = plans.recommendations_table(some)
        made = {
            **comparisons,
            "recommendations": recommendations,
            "actions": plans.actions_table(some),
        }
        found = plans.plan_tables(some, made)
        assert len(found["plan"]) == 3
        if emptied == "responses":
            assert set(recommendations["response"]) == {"not entered yet"}


def test_inspections_after_a_plan_are_named(tables):
    brief = plans.plans_in_brief(tables).set_index("plan")["later_rounds"]
    assert brief[N18] == "2019"
    assert pd.isna(brief[N20]) and pd.isna(brief[DLNR])


# Contract, counts and plans

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
    # Of 14 dated actions the report of February 2020 says that five were done.
    assert due[due["plan"] == N18]["passed"].sum() == 9
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
    line = plans.plans_in_brief(tables).set_index("plan").loc[plan, "result"]
    assert line.startswith(begins)
    assert line.endswith(ends)


def test_the_loop_looks_forward_where_it_can_and_says_where_it_cannot(
    tables, comparisons, recommendations
):
    moved = plans.loop(tables, comparisons, recommendations)
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


def test_a_recommendation_that_is_repeated_stands_on_both_pages(tables, comparisons, processed):
    chain = plans.plan_tables(tables, processed)["follow_up"]
    assert list(chain[chain["page"] == N20]["recommendation"]) == [2]  # repeated there
    assert len(chain[chain["page"] == N18]) == 6
    assert DLNR not in set(chain["page"])


def test_a_plan_says_what_its_report_is(tables):
    (row,) = [r for r in records(plans.plans_in_brief(tables)) if r["plan"] == DLNR]
    about = plans.plan_about(row, inspected=False)
    assert about["name"] == about["reports"][0]["name"] == "action-plan-dlnr-crc-2020"
    assert about["reports"][0]["parameters"] == {"provider": "dlnr-crc", "plan": DLNR, "as_of": ""}
    assert about["title"] == "DLNR CRC: action plan of 2020"
    assert about["simulated"] is False


# Bad input


def problems_of(tables) -> list[Problem]:
    return [problem for rule in RULES for problem in rule.check(tables)]


def test_the_plans_as_they_are_have_no_problem(tables):
    assert problems_of(tables) == []


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ((f"{DLNR}-1-99", "2020-04-01", "complete"), "action", "is not in actions.csv"),
        ((f"{DLNR}-1-01", "2020-02-30", "complete"), "date", "is not a date of the calendar"),
        ((f"{DLNR}-1-01", "2020-04-01", "finished"), "status", "not one of the words allowed"),
        ((f"{DLNR}-1-01", "2020-02-27", "complete"), "date", "before dlnr-crc-2020 was submitted"),
        ((f"{DLNR}-1-01", "2202-07-01", "complete"), "date", "more than 3 years after"),
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
    assert plans.default_days(tables)["dlnr-crc"] == "2020-04-01"
    found = plans.actions_table(tables).set_index("action").loc[f"{DLNR}-1-01"]
    assert found["position"] == "complete"


@pytest.mark.parametrize(
    ("table", "find", "column", "value", "says"),
    [
        ("responses", (N20, 7), "reason", pd.NA, 'does not go with the response "not agreed"'),
        ("responses", (N20, 1), "reason", "Because", "needs no reason"),
        ("responses", (N20, 7), "response", "partly agreed", "is not the number of rows"),
        ("actions", (N18, 6), "action", f"{N18}-6-02", "is not the code"),
        ("actions", (N18, 6), "due", "2019-04-30", 'does not go with the kind "month"'),
        ("actions", (N18, 6), "due_printed", pd.NA, 'does not go with the kind "month"'),
        (
            "recommendations",
            (N18, 6),
            "recommendation",
            9,
            "there is no recommendation 6",
        ),
    ],
)
def test_rules_across_tables(tables, table, find, column, value, says):
    frame = tables[table].copy()
    rows = (frame["plan"] == find[0]) & (frame["recommendation"] == find[1])
    frame.loc[rows, column] = value
    problems = problems_of({**tables, table: frame})
    assert any(re.search(re.escape(says), str(problem)) for problem in problems)


def test_follow_up_and_links_must_lead_somewhere(tables):
    chain = tables["follow_up"].copy()
    chain["repeated_recommendation"] = chain["repeated_recommendation"].replace(3, 4)
    (problem,) = problems_of({**tables, "follow_up": chain})
    assert "not a recommendation marked as repeated" in str(problem)
    links = tables["recommendation_links"].copy()
    links.loc[links["subject"] == "2.3.3-5", "subject"] = "2.3.3-9"
    assert [p.value for p in problems_of({**tables, "recommendation_links": links})] == ["2.3.3-9"]

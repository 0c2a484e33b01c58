"""Case audits: what is counted, what is shown, and what is never shown apart."""

import doctest

import pandas as pd
import pytest
from support.folders import Folder

from pipeline.analysis.audits import counts, scorecard
from pipeline.analysis.audits.allocation import INSIDE, OPEN, OTHER, allocation_check
from pipeline.analysis.audits.scorecard import (
    control_charts,
    scorecard_tables,
    teams,
)
from pipeline.analysis.process import processed_tables
from pipeline.data import InvalidData

PROVIDER = "northumbria-crc"
MONTHS = [f"2019-{month:02d}" for month in range(1, 13)]


@pytest.mark.parametrize("module", [counts, scorecard])
def test_the_examples_in_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


def answered(month, done, cases, question="2.1.1", team="", kind="key question", start=0):
    """Rows of case_audits: so many cases of a month, so many of them done well."""
    return [
        {
            "provider": PROVIDER,
            "date": month,
            "case": f"k7-{month}-{team.replace(' ', '').lower()}{start + number}",
            "team": team,
            "framework": "crc-2019",
            "kind": kind,
            "subject": question,
            "answer": "yes" if number < done else "no",
        }
        for number in range(cases)
    ]


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "raw")


def made(folder):
    tables = folder.tables()
    return scorecard_tables(tables, processed_tables(tables), PROVIDER)


def test_without_audits_there_is_no_score_card(folder):
    assert made(folder) is None


def test_counts_leave_out_what_does_not_apply(folder):
    rows = answered("2019-01", 6, 12)
    rows[0]["answer"] = "not applicable"
    folder.add("case_audits", *rows)
    asked = counts.answers(folder.tables())
    (row,) = counts.counts(asked, ["month"]).to_dict("records")
    assert (row["done"], row["cases"]) == (5, 11)


def by_month(folder, figures, question="2.1.1"):
    for month, (done, cases) in zip(MONTHS, figures, strict=False):
        folder.add("case_audits", *answered(month, done, cases, question))


def test_a_month_with_few_cases_and_one_with_none_have_no_point(folder):
    by_month(folder, [(10, 20), (10, 20), (3, 9), (0, 0), (10, 20), (11, 20)])
    _, tables = made(folder)
    months = tables["months"].set_index("month")
    assert months.loc["2019-03", "cases"] == 9 and pd.isna(months.loc["2019-03", "percent"])
    assert months.loc["2019-04", "cases"] == 0 and pd.isna(months.loc["2019-04", "upper"])
    assert months.loc["2019-05", "percent"] == 50


def test_the_limit_is_data(folder):
    folder.edit("publication_limits", {"limit": "breakdown"}, cases="21")
    by_month(folder, [(10, 20)] * 6)
    _, tables = made(folder)
    assert tables["months"].empty
    rows = tables["questions"].set_index("key_question")
    assert rows.loc["2.1.1", "recent_percent"] == 50 and pd.isna(rows.loc["2.1.1", "last_percent"])
    folder.drop("publication_limits")
    assert counts.fewest_cases(folder.tables()) == 10


def test_every_case_done_well_and_a_question_never_asked_read_sensibly(folder):
    by_month(folder, [(20, 20)] * 8)
    _, tables = made(folder)
    rows = tables["questions"].set_index("key_question")
    assert rows.loc["2.1.1", "recent_percent"] == 100 and pd.isna(rows.loc["2.1.1", "signal"])
    assert rows.loc["2.2.1", "recent_cases"] == 0 and pd.isna(rows.loc["2.2.1", "recent_percent"])
    said = " ".join(tables["headline"]["sentence"])
    assert "20 cases were audited in August 2019" in said
    assert "18 key questions were not asked." in said
    assert "No rule fires: 1 key question with enough months varies as chance has it." in said


def test_too_few_months_for_a_chart_are_not_taken_for_chance(folder):
    by_month(folder, [(20, 20), (2, 20)])
    _, tables = made(folder)
    said = " ".join(tables["headline"]["sentence"])
    assert "No key question has three months of 10 cases yet" in said
    assert "No rule fires" not in said


def test_the_first_sentence_names_what_moved(folder):
    by_month(folder, [(16, 20)] * 4 + [(6, 20)] * 8)
    by_month(folder, [(14, 20)] * 12, "2.2.1")
    _, tables = made(folder)
    said = tables["headline"].set_index("item").loc["signals", "sentence"]
    assert said == (
        "In one of 2 key questions more than chance is at work: 2.1.1 Assessment: engaging the "
        "person."
    )


def test_words_only_where_a_rule_fires_now(folder):
    by_month(folder, [(16, 20)] * 4 + [(6, 20)] * 8)
    asked = counts.answers(folder.tables())
    months, words = control_charts(asked, "2019-12", 10, {})
    assert "eight months in a row to December 2019 lie below the average" in words["2.1.1"]
    assert months["marked"].sum() >= 8
    # A run that ended long ago is marked and not put into words.
    by_month(folder, [(16, 20)] * 8 + [(10, 20)] * 4, "2.1.2")
    asked = counts.answers(folder.tables())
    _, words = control_charts(asked, "2019-12", 10, {})
    assert "above" not in words["2.1.2"]


def test_the_trajectory_is_told_only_where_the_whole_interval_lies_on_one_side(folder):
    folder.add("case_audits", *answered("2019-12", 28, 30))
    for question, percent in (("2.1.1", "75"), ("2.1.2", "75"), ("2.1.3", "75")):
        target = {"provider": PROVIDER, "framework": "crc-2019", "key_question": question}
        folder.add("audit_targets", {**target, "month": "2019-12", "percent": percent})
    folder.add("case_audits", *answered("2019-12", 12, 30, "2.1.2"))
    folder.add("case_audits", *answered("2019-12", 22, 30, "2.1.3"))
    _, tables = made(folder)
    told = tables["questions"].set_index("key_question")["on_target"]
    # Wilson 95%: 28 of 30 is 79% to 98%; 12 of 30 is 25% to 58%; 22 of 30 is 56% to 86%.
    assert told[["2.1.1", "2.1.2", "2.1.3"]].tolist() == ["on course", "behind", "cannot be told"]


def test_audits_of_the_same_months_are_held_against_the_inspection(folder):
    # The inspection of September 2019 found 74% of 97 cases (Annex 2 of its report, 2.1.1).
    folder.add("case_audits", *answered("2019-08", 57, 60), *answered("2019-09", 38, 40))
    folder.add("case_audits", *answered("2019-11", 1, 40), *answered("2020-03", 1, 40))
    _, tables = made(folder)
    (row,) = tables["leniency"].to_dict("records")
    assert (row["audit_percent"], row["audit_cases"]) == (95, 100)
    assert (row["inspection_percent"], row["difference"]) == (74, 21)
    assert row["verdict"] == "significant"  # z = 4.0


def test_a_small_team_is_not_shown_nor_given_away(folder):
    folder.add(
        "case_audits",
        *answered("2019-12", 20, 40, team="North"),
        *answered("2019-12", 15, 30, team="South"),
        *answered("2019-12", 4, 12, team="Coast"),
        *answered("2019-12", 0, 3, team="Hill"),
    )
    asked = counts.answers(folder.tables())
    # Coast is left out with Hill: otherwise Hill's would follow from the total.
    assert teams(asked, "2019-12", 10)["team"].tolist() == ["North", "South"]
    assert teams(asked, "2019-12", 3)["team"].tolist() == ["North", "South", "Coast", "Hill"]


def test_teams_left_out_are_not_given_away_together(folder):
    """Two and three cases are five: no more than the limit of one team may be worked out."""
    folder.add(
        "case_audits",
        *answered("2019-12", 20, 40, team="North"),
        *answered("2019-12", 15, 30, team="South"),
        *answered("2019-12", 4, 12, team="Coast"),
        *answered("2019-12", 1, 2, team="Hill"),
        *answered("2019-12", 1, 3, team="Dale"),
    )
    asked = counts.answers(folder.tables())
    assert teams(asked, "2019-12", 10)["team"].tolist() == ["North", "South"]


def test_one_team_alone_is_held_against_nobody(folder):
    folder.add("case_audits", *answered("2019-12", 20, 40, team="North"))
    assert teams(counts.answers(folder.tables()), "2019-12", 10).empty


def test_a_small_month_does_not_follow_from_three_months_and_the_others(folder):
    """30 of 30, then 4 of 9: 34 of 39 beside 30 of 30 would tell the nine."""
    by_month(folder, [(5, 10), (30, 30), (4, 9)])
    _, tables = made(folder)
    row = tables["questions"].set_index("key_question").loc["2.1.1"]
    assert (row["recent_cases"], row["recent_percent"]) == (40, 88)  # 35 of 40
    assert pd.isna(row["last_percent"])


def test_small_months_that_are_enough_together_count(folder):
    by_month(folder, [(4, 6), (30, 30), (4, 9)])
    _, tables = made(folder)
    row = tables["questions"].set_index("key_question").loc["2.1.1"]
    assert (row["recent_cases"], row["recent_percent"]) == (45, 84)  # 38 of 45


def test_a_question_that_applied_to_no_case_was_asked(folder):
    by_month(folder, [(20, 20)])
    folder.add(
        "case_audits",
        *({**row, "answer": "not applicable"} for row in answered("2019-01", 0, 20, "2.2.3")),
    )
    _, tables = made(folder)
    said = " ".join(tables["headline"]["sentence"])
    assert "17 key questions were not asked. One key question applied to none of the cases." in said


def test_no_case_auditor_or_note_reaches_the_tables_of_the_page(folder):
    rows = answered("2019-12", 20, 40, team="North")
    for row in rows:
        row["auditor"] = "Q7 auditor"
    folder.add("case_audits", *rows)
    about, tables = made(folder)
    text = str(about) + " ".join(frame.to_csv() for frame in tables.values())
    assert "Q7 auditor" not in text and "k7-2019" not in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"case": "john-smith"}, "may be a name"),
        ({"subject": "9.9.9"}, "is no key question of crc-2019"),
        ({"answer": "perhaps"}, "not one of the words"),
    ],
)
def test_a_slip_is_answered_with_its_line(folder, change, words):
    line = folder.add("case_audits", {**answered("2019-12", 1, 1)[0], **change})
    with pytest.raises(InvalidData) as refused:
        folder.tables()
    (problem,) = refused.value.problems
    assert (problem.file, problem.line) == ("case_audits.csv", line)
    assert words in str(problem)


def allocate(folder, number, ogrs, harm, colour):
    folder.add(
        "case_allocations",
        *(
            {
                "provider": PROVIDER,
                "date": "2019-10",
                "case": f"a{ogrs}-{harm[0].lower()}-{colour.lower()}-{case}",
                "inspection": "northumbria-crc-2019",
                "ogrs": str(ogrs),
                "risk_of_serious_harm": harm,
                "colour": colour,
            }
            for case in range(number)
        ),
    )


def test_allocations_against_the_matrix_of_the_2020_report(folder):
    # Annex 3, Figure 2: 50-89 and medium risk of serious harm is Blue; high risk is not printed.
    allocate(folder, 12, 60, "Medium", "Blue")
    allocate(folder, 11, 60, "Medium", "Green")
    allocate(folder, 4, 89, "Medium", "Red")
    allocate(folder, 10, 95, "High", "Red")
    found = allocation_check(folder.tables())
    numbers = found.set_index(["finding"])["cases"]
    assert numbers[INSIDE] == 12
    assert numbers[OTHER] == 15
    assert numbers[OPEN] == 10
    assert "Figure 2" in found.set_index("finding").loc[OTHER, "place"]


def test_few_cases_outside_the_rules_are_not_counted_out(folder):
    allocate(folder, 4, 60, "Medium", "Green")
    assert allocation_check(folder.tables())["cases"].isna().all()

"""The action plans and the follow-up: two independent transcriptions compared.

`data/raw/` is the first transcription, `tests/second_pass/plan_*.csv` and `follow_up.csv` the
second, made from the documents without sight of the first. `docs/second-pass-plans.md` says what
counts as an action and records every difference found.
"""

import csv
import os
import re
from collections import Counter
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
RAW = Path(os.environ.get("OWN_RAW", PROJECT / "data" / "raw"))
SECOND_PASS = PROJECT / "tests" / "second_pass"

# Number of recommendations, from the reports' lists of recommendations and the plans' tables.
RECOMMENDATIONS = {"northumbria-crc-2018": 6, "northumbria-crc-2020": 8, "dlnr-crc-2020": 8}

# The inspection of September 2019 followed up the plan of 2018; the second pass names none.
FOLLOWED_UP = ("northumbria-crc-2019", None)

# Northumbria 2020, table of totals at the end of the plan.
TOTALS_2020 = {"agreed": 5, "partly agreed": 2, "not agreed": 1}


def read(path: Path) -> list[dict[str, str]]:
    """The rows of the three published plans; what a user adds later has files of its own."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["plan"] in RECOMMENDATIONS]
    return [row for row in rows if row.get("inspection") in FOLLOWED_UP or path.stem != "follow_up"]


def number(row: dict[str, str]) -> tuple[str, int]:
    return row["plan"], int(row["recommendation"])


def by_recommendation(rows: list[dict[str, str]], *columns: str) -> dict:
    """What some columns say, by plan and recommendation; exactly one row of each."""
    found = {number(row): tuple(row[column] for column in columns) for row in rows}
    assert len(found) == len(rows), "a recommendation stands twice"
    return found


def actions(rows: list[dict[str, str]], owner: str, position: str) -> dict:
    """Owner and target date as printed, in the order of each recommendation's actions."""
    found: dict[tuple[str, int], list[tuple[int, str, str]]] = {}
    for row in rows:
        entry = (int(row[position]), row[owner], row["due_printed"])
        found.setdefault(number(row), []).append(entry)
    return {key: sorted(entries) for key, entries in found.items()}


def test_every_recommendation_is_there_twice():
    for folder, name in ((RAW, "recommendations.csv"), (SECOND_PASS, "plan_recommendations.csv")):
        plans = Counter(row["plan"] for row in read(folder / name))
        assert plans == RECOMMENDATIONS, f"{name}: {plans}"


def test_responses_agree():
    first = by_recommendation(read(RAW / "responses.csv"), "response")
    second = by_recommendation(read(SECOND_PASS / "plan_recommendations.csv"), "response")
    assert first == second


def test_addressees_and_repeats_agree():
    first = by_recommendation(read(RAW / "recommendations.csv"), "addressed_to", "repeated")
    second = by_recommendation(
        read(SECOND_PASS / "plan_recommendations.csv"), "addressed_to", "repeated"
    )
    # The first pass keeps the article the plan prints before a name.
    first = {key: (to.removeprefix("The "), again) for key, (to, again) in first.items()}
    assert first == second


def test_three_recommendations_are_printed_as_repeated():
    repeated = {
        number(row) for row in read(RAW / "recommendations.csv") if row["repeated"] == "yes"
    }
    assert repeated == {("northumbria-crc-2020", 3), ("dlnr-crc-2020", 6), ("dlnr-crc-2020", 7)}


def test_follow_up_agrees():
    first = by_recommendation(
        read(RAW / "follow_up.csv"), "verdict", "repeated_plan", "repeated_recommendation"
    )
    second = by_recommendation(read(SECOND_PASS / "follow_up.csv"), "verdict", "repeated_in_2020")
    assert {key: (verdict, again) for key, (verdict, _, again) in first.items()} == second
    assert {plan for _, plan, again in first.values() if again} == {"northumbria-crc-2020"}


def test_what_the_2020_report_says_was_done_agrees():
    first = by_recommendation(read(RAW / "follow_up.csv"), "actions_done")
    second = by_recommendation(read(SECOND_PASS / "follow_up.csv"), "done")
    short = {key: codes.replace("northumbria-crc-2018-", "") for key, (codes,) in first.items()}
    assert short == {key: done for key, (done,) in second.items()}


def test_two_sufficient_and_four_some_as_the_report_counts_them():
    # 2020 report, Recommendations: two of the recommendations sufficient, the remaining four some.
    verdicts = Counter(row["verdict"] for row in read(RAW / "follow_up.csv"))
    assert verdicts == {"sufficient": 2, "some": 4}


@pytest.mark.parametrize("key", sorted(RECOMMENDATIONS))
def test_owner_and_date_of_every_action_agree(key):
    first = actions(read(RAW / "actions.csv"), "owner", "position")
    second = actions(read(SECOND_PASS / "plan_actions.csv"), "owner_printed", "order")
    for recommendation in range(1, RECOMMENDATIONS[key] + 1):
        at = (key, recommendation)
        assert first.get(at, []) == second.get(at, []), f"{key}, recommendation {recommendation}"


def test_totals_printed_in_the_2020_plan():
    rows = [r for r in read(RAW / "responses.csv") if r["plan"] == "northumbria-crc-2020"]
    assert Counter(row["response"] for row in rows) == TOTALS_2020
    plan = next(r for r in read(RAW / "plans.csv") if r["plan"] == "northumbria-crc-2020")
    printed = [plan[f"{name}_printed"] for name in ("agreed", "partly_agreed", "not_agreed")]
    assert printed == ["5", "2", "1"] and plan["total_printed"] == "8"


def test_headings_of_the_three_plans():
    # First lines of each plan.
    printed = {
        row["plan"]: (row["submitted_printed"], row["submitted"], row["report_published_printed"])
        for row in read(RAW / "plans.csv")
    }
    dates = {
        "northumbria-crc-2018": ("19th November 2018", "2018-11-19", "7th November 2018"),
        "northumbria-crc-2020": (
            "7th February 2020",
            "2020-02-07",
            "Week commencing 10th February 2020",
        ),
        "dlnr-crc-2020": ("28/02/2020", "2020-02-28", "03/03/2020"),
    }
    assert printed == dates


MONTHS = "January February March April May June July August September October November December"


def test_dates_follow_from_what_is_printed():
    for row in read(RAW / "actions.csv"):
        month = re.match(rf"({'|'.join(MONTHS.split())}) (\d{{4}})\b", row["due_printed"])
        expected = ("none given", "")
        if month:
            at = MONTHS.split().index(month[1]) + 1
            expected = ("month", f"{month[2]}-{at:02d}")
        elif row["due_printed"].startswith("Complete"):
            expected = ("done", "")
        elif row["due_printed"] == "Ongoing":
            expected = ("ongoing", "")
        else:
            assert row["due_printed"] == "", row["action"]
        assert (row["due_kind"], row["due"]) == expected, row["action"]


def test_the_2020_plan_prints_no_target_date():
    rows = [r for r in read(RAW / "actions.csv") if r["plan"] == "northumbria-crc-2020"]
    assert rows and {row["due_printed"] for row in rows} == {""}

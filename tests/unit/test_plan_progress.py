"""Plans that are followed: the first date is never lost."""

import doctest

import pandas as pd
import pytest
from support.folders import Folder

from pipeline.analysis import plan_progress
from pipeline.analysis.plan_progress import progress_of_actions, slippage_by_owner

ACTION = "northumbria-crc-2018-2-01"  # due February 2019


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(plan_progress).failed == 0


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "raw")


def update(folder, date, status="in progress", due=""):
    folder.add("action_updates", {"action": ACTION, "date": date, "status": status, "due": due})


def row(folder, as_of):
    return progress_of_actions(folder.tables(), as_of).set_index("action").loc[ACTION]


def test_a_revised_action_is_late_against_its_first_date(folder):
    update(folder, "2019-02-20", due="2019-05")
    update(folder, "2019-05-10", due="2019-08")
    found = row(folder, "2019-06-30")
    assert (found["first_due"], found["latest_due"]) == ("2019-02", "2019-08")
    assert (found["revisions"], found["slipped_months"], found["months_late"]) == (2, 6, 4)


def test_what_was_done_counts_to_the_day_it_was_done(folder):
    update(folder, "2019-02-20", due="2019-05")
    update(folder, "2019-04-02", status="complete")
    found = row(folder, "2020-06-30")
    assert (found["closed_on"], found["months_late"]) == ("2019-04-02", 2)


def test_late_is_told_by_the_day_and_of_a_period_by_its_last_month(folder):
    # Due February 2019: its last day is in time, the first of March is not, though no month late.
    assert not row(folder, "2019-02-28")["late"] and row(folder, "2019-03-01")["late"]
    folder.edit(
        "actions",
        {"action": ACTION},
        due="2019-02-07",
        due_printed="7 February 2019",
        due_kind="date",
    )
    found = row(folder, "2019-02-20")
    assert found["late"] and found["months_late"] == 0
    period = {"due_printed": "Spring 2019", "due_kind": "period"}
    folder.edit("actions", {"action": ACTION}, due="2019-03", due_end="2019-05", **period)
    found = row(folder, "2019-06-01")
    assert found["first_due"] == "2019-05" and found["late"] and found["months_late"] == 1


def test_updates_after_the_day_are_not_looked_at(folder):
    update(folder, "2019-04-02", due="2019-09")
    found = row(folder, "2019-03-01")
    assert (found["revisions"], found["latest_due"]) == (0, "2019-02")


def test_no_colour_without_a_published_rule_and_the_highest_that_fits_with_one(folder):
    assert pd.isna(row(folder, "2019-06-30")["colour"])
    cited = {"source": "plan-northumbria-2018", "place": "made up"}
    for colour, months in (("green", "0"), ("amber", "1"), ("red", "4")):
        folder.add("rag_rules", {"colour": colour, "from_months": months, **cited})
    assert row(folder, "2019-02-28")["colour"] == "green"
    assert row(folder, "2019-04-30")["colour"] == "amber"
    assert row(folder, "2019-06-30")["colour"] == "red"


def test_slippage_by_owner_counts_actions_with_a_date(folder):
    update(folder, "2019-02-20", due="2019-05")
    progress = progress_of_actions(folder.tables(), "2019-03-31")
    own = progress[progress["plan"] == "northumbria-crc-2018"]
    by_owner = slippage_by_owner(own)
    assert by_owner["actions"].sum() == own["first_due"].notna().sum()
    assert by_owner["revised"].sum() == 1 and by_owner["most_slipped"].max() == 3


def test_the_late_ones_are_counted_by_owner_and_colour(folder):
    cited = {"source": "plan-northumbria-2018", "place": "made up"}
    for colour, months in (("green", "0"), ("amber", "1"), ("red", "4")):
        folder.add("rag_rules", {"colour": colour, "from_months": months, **cited})
    update(folder, "2019-02-20", due="2019-05")
    update(folder, "2019-05-20", due="2019-08")
    progress = progress_of_actions(folder.tables(), "2019-06-30")
    by_owner = slippage_by_owner(progress[progress["action"] == ACTION]).iloc[0]
    assert by_owner["owner"] == "Deputy Director, North of Tyne."
    counts = by_owner[["actions", "late", "revised", "revisions", "red", "amber", "green"]]
    assert counts.tolist() == [1, 1, 1, 2, 1, 0, 0]

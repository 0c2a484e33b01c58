"""Sentences are earned: a search for inputs that yield a forbidden one."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.leadership_words import forbidden, undeserved
from support.northumbria import INSPECTION, KINDS, OVERALL, key_questions

from pipeline.analysis.ratings.stability import stability_of_overall
from pipeline.analysis.records import records
from pipeline.analysis.sentences import leadership
from pipeline.analysis.sentences.narrative import (
    change_sentence,
    next_rating_sentences,
    overturned_sentence,
    small_base,
    standing_sentence,
)
from pipeline.analysis.sentences.overview import (
    basis_in_short,
    changes_in_short,
    equivalence_sentence,
    lowest_rose_sentence,
    pattern_sentence,
    stability_sentence,
)
from pipeline.analysis.statistics.bases import Base
from pipeline.analysis.statistics.change import SIGNIFICANT, with_tests
from pipeline.analysis.statistics.pattern import pattern_of_changes

maybe_percent = st.one_of(st.just(pd.NA), st.integers(0, 100))
sizes = st.one_of(st.just(pd.NA), st.integers(1, 120))


@st.composite
def comparisons(draw):
    """One row of a comparison, as wild as the data model allows."""
    row = {
        "provider": "p",
        "previous_inspection": "p-1",
        "current_inspection": "p-2",
        "key_question": "2.1.1",
        "label": "Planning: engaging the person",
        "sample": "s",
        "previous_percent": draw(maybe_percent),
        "current_percent": draw(maybe_percent),
        "comparator_percent": draw(maybe_percent),
        "comparator_caution": draw(st.sampled_from([pd.NA, "The method changed."])),
        "comparable": draw(st.sampled_from(["yes", "caution", "no"])),
        "reason_not_comparable": draw(st.sampled_from([pd.NA, "The method changed."])),
    }
    for side in ("previous", "current"):
        size = draw(sizes)
        tied = draw(st.booleans()) and not pd.isna(size)
        row |= {f"{side}_base": size if tied else pd.NA, f"{side}_limit": size}
        row[f"{side}_at_least"] = draw(sizes)
        row[f"{side}_tied"] = tied
        row[f"{side}_status"] = draw(st.sampled_from(["published", "not entered yet"]))
    frame = pd.DataFrame([row])
    whole = [name for name in frame if name.endswith(("percent", "base", "limit", "at_least"))]
    frame = frame.astype(dict.fromkeys(whole, "Int64")).assign(standard="2.1")
    change = frame["current_percent"] - frame["previous_percent"]
    return frame.assign(change_points=change.where(frame["comparable"] != "no"))


@given(comparisons())
def test_no_input_yields_a_forbidden_sentence(frame):
    tested = with_tests(frame, 0.1)
    row = tested.to_dict("records")[0]
    change = change_sentence(row, "2018", "2019")
    standing = standing_sentence(row, "all CRCs")
    rows = records(tested)
    short = changes_in_short(rows)
    overall = (
        pattern_sentence(rows),
        equivalence_sentence(rows),
        lowest_rose_sentence(rows, "2018"),
    )
    for sentence in (change, standing, short, overturned_sentence(row), *overall):
        if sentence is not None:
            assert forbidden(sentence) == []
            assert not undeserved(sentence, row["change_verdict"])
            assert sentence.endswith(".")
            assert "clearly" not in sentence
    if row["comparable"] == "no" or pd.isna(row["previous_percent"]):
        assert change is None
    if change is not None:
        assert ("significantly" in change) == (row["change_verdict"] == SIGNIFICANT)
        before, now = int(row["previous_percent"]), int(row["current_percent"])
        numbers = {int(number) for number in re.findall(r"\d+", change.split(": ", 2)[2])}
        limits = (row["previous_limit"], row["current_limit"])
        bases = {int(limit) for limit in limits if not pd.isna(limit)}
        assert ("report's words" in change) == (row["rests_on_words"] == "yes")
        assert ("with caution" in change) == (row["comparable"] == "caution")
        assert numbers <= {before, now, abs(now - before), 2018, 2019} | set(range(30)) | bases
        for side, percent in (("previous", before), ("current", now)):
            base = row[f"{side}_base"]
            fits = not pd.isna(base) and Base("s", base, base, True).is_full_sample(percent)
            if fits and base < 30:
                assert re.search(rf"\b{base} cases?\b", change)
    if standing is not None and not pd.isna(row["benchmark_verdict"]):
        assert f"{row['benchmark_verdict']} " in standing
        assert standing.endswith("The method changed.") == (not pd.isna(row["comparator_caution"]))


def test_sentences_on_the_published_figures():
    tested = with_tests(key_questions(), 0.1).set_index("key_question", drop=False)
    rows = {row["key_question"]: row for row in records(tested)}

    def said(number):
        return change_sentence(rows[number], "2018", "2019")

    assert said("2.1.2") == (
        "Key question 2.1.2: 70% of cases in 2018 and 80% in 2019, significantly up, by 10 points."
    )
    assert said("2.3.3").endswith(
        "significantly up, by 15 points. This rests on the report's words: the number of cases "
        "itself was not printed."
    )
    assert "significantly down, by 26 points. To be compared with caution." in said("4.2.1")
    assert "(20 cases in 2018, 11 cases in 2019)" in said("4.2.1")
    assert "may be no more than the luck" in said("2.2.1")
    assert "(20 cases in 2018, 11 cases in 2019)" in said("4.2.3")
    assert said("4.2.3").endswith("but the ratings do not compare.")
    assert [number for number in rows if said(number) is None] == [
        "2.4.1", "2.4.2", "4.1.1", "4.1.2", "4.1.3", "4.1.4",
    ]  # fmt: skip
    assert standing_sentence(rows["2.1.2"], "all CRCs") == (
        "Key question 2.1.2: 80% of cases, better than all CRCs (63%)."
    )
    assert standing_sentence(rows["4.2.1"], "all CRCs", "June 2018 to June 2019") == (
        "Key question 4.2.1: 64% of cases (11 cases), with no clear difference from all CRCs "
        "(69%, June 2018 to June 2019)."
    )
    assert changes_in_short(list(rows.values())) == (
        "Of 10 key questions that may be compared, 9 rose, 1 fell and none stayed the same. "
        "3 more may be compared only with caution: 2 rose, 1 fell and none stayed the same. "
        "3 are significantly up. 1 is significantly down."
    )
    assert "2 cases in all" in overturned_sentence(rows["2.1.2"])
    assert overturned_sentence(rows["2.2.1"]) is None


def test_what_many_figures_say_together():
    tested = with_tests(key_questions(), 0.1)
    # Nine of ten rose: sign test 0.02 if independent, combined Z 2.9, or 1.3 at correlation 0.4.
    rows = records(tested)
    pattern = pattern_of_changes(rows)
    assert (pattern.compared, pattern.rose, pattern.fell) == (10, 9, 1)
    assert pattern.sign_p == pytest.approx(2 * 11 / 2**10, abs=1e-9)
    z = tested.loc[tested["comparable"] == "yes", "z_score"].astype(float)
    assert pattern.combined_z == pytest.approx(z.sum() / 10**0.5)
    assert pattern.dependent_z == pytest.approx(z.sum() / (10 + 90 * 0.4) ** 0.5)
    assert pattern.combined_z == pytest.approx(2.9, abs=0.05)
    assert pattern.dependent_z == pytest.approx(1.3, abs=0.05)
    still = {"comparable": "yes", "change_points": 0, "z_score": pd.NA}
    assert pattern_of_changes([*rows, still])[:4] == (11, 9, 1, 1)
    said = pattern_sentence(rows)
    assert said.startswith("Nine of the ten key questions that may be compared rose.")
    assert "move together" in said and "does not settle it" in said
    assert equivalence_sentence(rows).startswith("Not one of the nine changes")
    # The lowest scores of 2018: 54, 45, 41 and 38; all four rose.
    lowest = lowest_rose_sentence(rows, "2018")
    for number, before, now in (("2.1.3", 54, 58), ("2.2.3", 45, 51), ("2.3.3", 41, 56),
                                ("2.4.3", 38, 48)):  # fmt: skip
        assert f"Key question {number} ({before}% to {now}%)" in lowest
    # A lowest score that may be compared only with caution is not named.
    caution = tested.assign(
        comparable=tested["comparable"].mask(tested["key_question"] == "2.3.3", "caution")
    )
    assert "2.3.3" not in lowest_rose_sentence(records(caution), "2018")
    # Samples of 100 and 97 cases, table 1 of the reports; those of 2.3.3 are in words only.
    rows = {row["key_question"]: row for row in rows}
    assert basis_in_short(rows["2.1.1"]) == "100 and 97 cases"
    assert basis_in_short(rows["2.3.3"]) == (
        "every possible number of cases, within the report's words"
    )
    assert basis_in_short(rows["2.4.1"]) == rows["2.4.1"]["verdict_reason"]


def test_stability_is_said_as_a_range():
    said = stability_sentence(stability_of_overall(INSPECTION, records(KINDS), records(OVERALL)))
    assert "between 0 and 15 of 100 such inspections would reach Good or higher" in said
    assert "fresh" not in said and said.endswith("is not published.")
    assert forbidden(said) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([4, -3, 5, -2], "would often give"),
        ([9] * 12, "even allowing for"),
        ([4], None),
    ],
)
def test_the_pattern_is_worded_by_what_its_tests_say(changes, words):
    frame = pd.DataFrame({"comparable": "yes", "change_points": changes})
    said = pattern_sentence(records(frame.assign(z_score=frame["change_points"] / 3)))
    assert said is None if words is None else words in said


def test_the_route_never_promises_a_rating():
    next_rating = pd.DataFrame(
        [
            ("4.2", "Through the Gate", True, "4.2.1", 2, 16, 11, True, "Good", "Outstanding"),
            ("2.1", "Assessment", True, "2.1.3", 7, 7, 97, False, "Requires improvement", "Good"),
        ],
        columns=[
            "standard", "name", "rateable", "questions_below", "cases_needed", "points_away",
            "base", "base_known", "published_rating", "next_rating",
        ],
    )  # fmt: skip
    overall = {
        "points": 15, "rating": "Requires improvement", "next_rating": "Good", "points_needed": 1,
        "fewest_cases": ["4.2"], "fewest_points": ["2.1"], "raised_by_panel": ["2.4", "4.1", "4.2"],
        "points_by_bands": 12,
    }  # fmt: skip
    next_rating = records(next_rating)
    sentences = next_rating_sentences(next_rating, overall)
    assert sentences[0] == "The ratings add up to 15 points, 1 short of Good overall."
    assert sentences[1] == (
        "One standard rated one step higher is enough for Good overall. Counted in cases, the "
        "nearest: Through the Gate, itself from Good to Outstanding (2 more of 11 cases done well "
        "in 4.2.1)."
    )
    assert sentences[2] == (
        "Counted in percentage points, the nearest: Assessment, itself from Requires improvement "
        "to Good (7 points below the boundary, 7 more of at most 97 cases done well in 2.1.3)."
    )
    assert sentences[3].startswith("Three of the ratings (2.4, 4.1 and 4.2)")
    assert all(forbidden(sentence) == [] for sentence in sentences)
    two = {**overall, "points_needed": 2, "fewest_cases": ["4.2", "2.1"]}
    both = next_rating_sentences(next_rating, {**two, "fewest_points": ["2.1", "4.2"]})
    assert both[1] == (
        "Two standards rated one step higher are enough for Good overall. Counted in cases, the "
        "nearest: Through the Gate, itself from Good to Outstanding (2 more of 11 cases done well "
        "in 4.2.1); Assessment, itself from Requires improvement to Good (7 more of at most 97 "
        "cases done well in 2.1.3); all of these together."
    )
    assert not any("percentage points" in sentence for sentence in both), "the same two"


@pytest.mark.parametrize(
    "text",
    [
        "The change has a p-value of 0.03.", "Up by 10 points (p = 0.09).", "p < 0.1 here.",
        "The share is nan.", "The share is <NA> now.", "None of cases", "80.4% of cases",
        "an insignificant change", "This proves progress.", "Assessment would be Good.",
        "the chance that the rating is wrong",
    ],
)  # fmt: skip
def test_the_forbid_list_finds(text):
    assert forbidden(text)


@pytest.mark.parametrize(
    "text",
    [
        "Improved by 10 points.", "80% of cases, better than all CRCs (63%).",
        "Governance stayed at Good.", "The financial year 2018/19 was approved.",
    ],
)  # fmt: skip
def test_the_forbid_list_leaves_ordinary_sentences(text):
    assert forbidden(text) == []


def test_undeserved_words():
    assert undeserved("significantly up", "unsettled")
    assert undeserved("a significant rise", None)
    assert not undeserved("significantly up", "significant")


def test_a_small_limit_is_said_too():
    assert small_base(79, Base("unpaid-work", 25, 25, True)) == "at most 24 cases"
    assert small_base(84, Base("unpaid-work", 25, 25, True)) == "25 cases"
    assert small_base(80, Base("case-supervision", 97, 97, True)) == ""
    assert small_base(58, Base("open", None, 97, False)) == ""


def waiting(status, number=2):
    row = {"previous_status": status, "current_status": "published"}
    return [{**row, "change_verdict": "not comparable", "direction": None}] * number


def test_what_is_not_entered_is_not_said_to_be_forbidden():
    forbidden = waiting("no comparable data")
    assert changes_in_short(forbidden) == (
        "No key questions may be compared with the earlier inspection."
    )
    entered = waiting("not entered yet")
    said = "a figure of each is not entered yet."
    assert changes_in_short(entered).endswith(
        f"can be compared with the earlier inspection: {said}"
    )
    mixed = [*waiting("not entered yet", 3), *waiting("withdrawn"), *forbidden]
    assert changes_in_short(mixed).endswith(
        ": a figure is not entered yet for 3 of 7 and withdrawn for 2."
    )
    names = ("North", "2018", "Good", "Good", ["Good"])
    points = {"previous_points": None, "current_points": None}
    for rows, why in (
        (forbidden, "no rating of a standard may be compared."),
        (entered, "can be compared: a rating of each is not entered yet."),
    ):
        moved = leadership.movement([row | points for row in rows])
        assert leadership.where_it_stands(*names, moved).endswith(why)

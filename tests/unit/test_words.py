"""Sentences are earned: a search for inputs that yield a forbidden one."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.northumbria import key_questions

from pipeline.analysis.sentences.narrative import (
    change_sentence,
    changes_in_short,
    forbidden,
    overturned_sentence,
    route_sentences,
    share,
    small_base,
    standing_sentence,
    undeserved,
)
from pipeline.analysis.statistics.bases import Base
from pipeline.analysis.statistics.change import SIGNIFICANT, with_tests

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
        "all_crcs_percent": draw(maybe_percent),
        "comparable": draw(st.sampled_from(["yes", "caution", "no"])),
        "reason_not_comparable": draw(st.sampled_from([pd.NA, "The method changed."])),
    }
    for side in ("previous", "current"):
        size = draw(sizes)
        tied = draw(st.booleans()) and not pd.isna(size)
        row |= {f"{side}_base": size if tied else pd.NA, f"{side}_limit": size}
        row[f"{side}_tied"] = tied
    frame = pd.DataFrame([row])
    whole = [name for name in frame if name.endswith(("percent", "base", "limit"))]
    return frame.astype(dict.fromkeys(whole, "Int64"))


@settings(deadline=None, max_examples=300)
@given(comparisons())
def test_no_input_yields_a_forbidden_sentence(frame):
    tested = with_tests(frame, 0.1)
    row = tested.to_dict("records")[0]
    change = change_sentence(row, "2018", "2019")
    standing = standing_sentence(row)
    short = changes_in_short(tested)
    overturned = overturned_sentence(row)
    for sentence in (change, standing, short, overturned):
        if sentence is not None:
            assert forbidden(sentence) == []
            assert not undeserved(sentence, row["change_verdict"])
            assert sentence.endswith(".")
    if row["comparable"] == "no" or pd.isna(row["previous_percent"]):
        assert change is None
    if change is not None:
        assert ("significantly" in change) == (row["change_verdict"] == SIGNIFICANT)
        before, now = int(row["previous_percent"]), int(row["current_percent"])
        numbers = {int(number) for number in re.findall(r"\d+", change.split(": ", 2)[2])}
        limits = (row["previous_limit"], row["current_limit"])
        bases = {int(limit) for limit in limits if not pd.isna(limit)}
        assert numbers <= {before, now, abs(now - before), 2018, 2019} | set(range(30)) | bases
        for side, percent in (("previous", before), ("current", now)):
            base = row[f"{side}_base"]
            fits = not pd.isna(base) and Base("s", base, base, True).is_full_sample(percent)
            if fits and base < 30:
                assert re.search(rf"\b{base} cases?\b", change)
    if standing is not None and not pd.isna(row["benchmark_verdict"]):
        assert f"{row['benchmark_verdict']} t" in standing


def test_sentences_on_the_published_figures():
    tested = with_tests(key_questions(), 0.1).set_index("key_question", drop=False)
    records = {number: row.to_dict() for number, row in tested.iterrows()}

    def said(number):
        return change_sentence(records[number], "2018", "2019")

    assert said("2.1.2") == (
        "Key question 2.1.2: 70% of cases in 2018 and 80% in 2019, significantly up, by 10 points."
    )
    assert "do not settle" in said("2.3.3") and "up by 15 points" in said("2.3.3")
    assert "may be no more than the luck" in said("2.2.1")
    assert "(20 cases in 2018, 11 cases in 2019)" in said("4.2.3")
    assert "does not compare the ratings" in said("4.2.3")
    assert [number for number in records if said(number) is None] == [
        "2.4.1", "2.4.2", "4.1.1", "4.1.2", "4.1.3", "4.1.4",
    ]  # fmt: skip
    assert standing_sentence(records["2.1.2"]) == (
        "Key question 2.1.2: 80% of cases, better than all CRCs (63%)."
    )
    assert "(11 cases)" in standing_sentence(records["4.2.1"])
    assert changes_in_short(tested) == (
        "Of 13 key questions that may be compared, 11 rose, 2 fell and none stayed the same. "
        "2 are significantly up. For 2 the published figures do not settle it."
    )
    assert "2 cases in all" in overturned_sentence(records["2.1.2"])
    assert overturned_sentence(records["2.2.1"]) is None


def test_the_route_never_promises_a_rating():
    route = pd.DataFrame(
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
    sentences = route_sentences(route, overall)
    assert sentences[0] == "The ratings add up to 15 points, 1 short of Good."
    assert sentences[1] == (
        "Counted in cases, the shortest way to Good is one more point, in Through the Gate, from "
        "Good to Outstanding (2 more of 11 cases done well in 4.2.1)."
    )
    assert sentences[2] == (
        "Counted in percentage points, it is one more point, in Assessment, from Requires "
        "improvement to Good (7 points below the boundary, 7 more of at most 97 cases done well in "
        "2.1.3)."
    )
    assert sentences[3].startswith("Three of the ratings (2.4, 4.1 and 4.2)")
    assert all(forbidden(sentence) == [] for sentence in sentences)
    two = {**overall, "points_needed": 2, "fewest_cases": ["4.2", "2.1"]}
    both = route_sentences(route, {**two, "fewest_points": ["2.1", "4.2"]})
    assert both[1] == (
        "Counted in cases, the shortest way to Good is two more points, all of these together: "
        "Through the Gate, from Good to Outstanding (2 more of 11 cases done well in 4.2.1); "
        "Assessment, from Requires improvement to Good (7 more of at most 97 cases done well in "
        "2.1.3)."
    )
    assert not any("percentage points, it is" in sentence for sentence in both), "the same two"


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


def test_band_names_are_the_published_ones():
    assert share(80, "Large majority") == "80% of cases (Large majority)"
    assert share(58) == "58% of cases"


def test_a_small_limit_is_said_too():
    assert small_base(79, Base("unpaid-work", 25, 25, True)) == "at most 24 cases"
    assert small_base(84, Base("unpaid-work", 25, 25, True)) == "25 cases"
    assert small_base(80, Base("case-supervision", 97, 97, True)) == ""
    assert small_base(58, Base("open", None, 97, False)) == ""

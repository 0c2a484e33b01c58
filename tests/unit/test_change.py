"""Verdicts on change: the published figures by hand, and rules that must hold for any figures."""

import itertools
import math
import re

import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from support.northumbria import key_questions

from pipeline.analysis.statistics.bases import Base, possible_counts
from pipeline.analysis.statistics.benchmark import against_benchmark
from pipeline.analysis.statistics.change import (
    assess_change,
    detectable_by_sample,
    families_of_tests,
    other_tests,
    with_tests,
)
from pipeline.publish.charts.comparison import change_chart


@pytest.fixture(scope="module")
def tested():
    return with_tests(key_questions(), 0.1).set_index("key_question")


def z_test_p(x1, n1, x2, n2):
    """The Z-test by another route: chi-squared without correction."""
    if x1 + x2 in (0, n1 + n2):
        return None
    table = [[x1, n1 - x1], [x2, n2 - x2]]
    return scipy.stats.chi2_contingency(table, correction=False).pvalue


def by_hand(percent1, base1, percent2, base2, level):
    """Verdict, smallest and largest p by brute force, with scipy's own tests."""

    def pairs(percent, base):
        if base.tied and possible_counts(percent, base.printed):
            bases = [base.printed]
        else:
            bases = range(1, base.limit + 1)
        return [(count, n) for n in bases for count in possible_counts(percent, n)]

    outcomes, p_values = set(), []
    for (x1, n1), (x2, n2) in itertools.product(pairs(percent1, base1), pairs(percent2, base2)):
        p = z_test_p(x1, n1, x2, n2)
        if p is None:
            outcomes.add("not significant")
            continue
        p_values.append(p)
        table = [[x1, x2], [n1 - x1, n2 - x2]]
        passes = bool(p < level)
        if scipy.stats.contingency.expected_freq(table).min() < 5:
            exact = scipy.stats.boschloo_exact(table, n=32).pvalue < level
            outcomes.add(("not significant", "significant")[passes] if exact == passes else "split")
        else:
            outcomes.add(("not significant", "significant")[passes])
    verdict = outcomes.pop() if len(outcomes) == 1 and "split" not in outcomes else "unsettled"
    return verdict, min(p_values, default=None), max(p_values, default=None)


@st.composite
def figures(draw, most=14):
    limit = draw(st.integers(1, most))
    tied = draw(st.booleans())
    base = Base("any", limit if tied else None, limit, tied)
    count = draw(st.integers(0, limit))
    return round(100 * count / limit), base


@settings(deadline=None, max_examples=60)
@given(figures(), figures(), st.sampled_from([0.05, 0.1, 0.2]))
def test_verdicts_equal_brute_force_with_scipy(first, second, level):
    change = assess_change(*first, *second, level)
    verdict, smallest, largest = by_hand(*first, *second, level)
    assert change.verdict == verdict
    if smallest is None:
        assert change.p_min is None and change.p_max is None
    else:
        assert change.p_min == pytest.approx(smallest, abs=1e-9)
        assert change.p_max == pytest.approx(largest, abs=1e-9)


@settings(deadline=None, max_examples=200)
@given(figures(most=110), figures(most=110))
def test_a_verdict_and_its_p_values_say_the_same(first, second):
    change = assess_change(*first, *second, 0.1)
    if change.verdict == "significant":
        assert change.p_max < 0.1
    elif change.verdict == "not significant" and change.p_min is not None:
        assert change.p_min >= 0.1
    if change.p_value is not None:
        assert change.p_value == change.p_min == change.p_max
    for value in (change.p_value, change.p_min, change.p_max, change.exact_p):
        assert value is None or (math.isfinite(value) and 0 <= value <= 1)
    if change.verdict != "unsettled" and first[0] == second[0]:
        assert change.verdict == "not significant"
    assert change.reason.endswith(".")


@settings(deadline=None, max_examples=60)
@given(figures(most=110), figures(most=110))
def test_the_order_of_the_rounds_does_not_change_the_verdict(first, second):
    there, back = assess_change(*first, *second, 0.1), assess_change(*second, *first, 0.1)
    assert there.verdict == back.verdict
    assert there.overturned_by == back.overturned_by


EXPECTED = {
    "2.1.1": "not significant",
    "2.1.2": "significant",
    "2.1.3": "not significant",
    "2.2.1": "not significant",
    "2.2.2": "not significant",
    "2.2.3": "not significant",
    "2.3.1": "not significant",
    "2.3.2": "not significant",
    "2.3.3": "unsettled",
    "2.4.1": "not comparable",
    "2.4.2": "not comparable",
    "2.4.3": "not significant",
    "4.1.1": "not comparable",
    "4.1.2": "not comparable",
    "4.1.3": "not comparable",
    "4.1.4": "not comparable",
    "4.2.1": "unsettled",
    "4.2.2": "not significant",
    "4.2.3": "significant",
}


def test_every_key_question_has_the_verdict_of_brute_force(tested):
    # By scipy over every possible base; which ones may not be compared is the report's word.
    assert tested["change_verdict"].to_dict() == EXPECTED
    for number, row in tested[tested["comparable"] != "no"].iterrows():
        bases = [
            Base(
                "any",
                None if pd.isna(row[f"{side}_base"]) else int(row[f"{side}_base"]),
                int(row[f"{side}_limit"]),
                bool(row[f"{side}_tied"]),
            )
            for side in ("previous", "current")
        ]
        percents = int(row["previous_percent"]), int(row["current_percent"])
        verdict, smallest, largest = by_hand(percents[0], bases[0], percents[1], bases[1], 0.1)
        assert verdict == EXPECTED[number]
        assert row["p_min"] == pytest.approx(smallest, abs=1e-9)
        assert row["p_max"] == pytest.approx(largest, abs=1e-9)


def test_2_3_3_depends_on_the_size_of_a_sub_sample_that_was_not_published(tested):
    assert tested.loc["2.3.3", "verdict_reason"] == (
        "Significant if at least 44 of the 100 cases were in the sub-sample of the previous "
        "inspection."
    )
    # 41% of 44 is 18 cases; the next smaller possible base is 41 with 17.
    assert z_test_p(18, 44, 48, 85) < 0.1 <= z_test_p(17, 41, 48, 85)


def test_2_1_2_rests_on_few_cases(tested):
    row = tested.loc["2.1.2"]
    assert row["overturned_by"] == 2
    # Two cases unanswered in one round (69 of 98 is 70%, 76 of 95 is 80%), and the test fails.
    assert z_test_p(69, 98, 78, 97) >= 0.1 > row["p_value"]
    assert z_test_p(70, 100, 76, 95) >= 0.1
    # One alone, or one in each round, does not overturn it.
    for x1, n1, x2, n2 in ((69, 99, 78, 97), (70, 100, 77, 96), (69, 99, 77, 96)):
        assert z_test_p(x1, n1, x2, n2) < 0.1


def test_4_2_1_falls_between_the_two_tests(tested):
    row = tested.loc["4.2.1"]
    assert row["p_value"] == pytest.approx(z_test_p(18, 20, 7, 11), abs=1e-9)
    exact = scipy.stats.boschloo_exact([[18, 7], [2, 4]]).pvalue
    assert row["exact_p"] == pytest.approx(exact, abs=1e-9)
    assert row["p_value"] < 0.1 < row["exact_p"]
    assert row["verdict_reason"].startswith("The Z-test and the exact test disagree")
    assert row["verdict_reason"].endswith("the ratings do not compare.")


def test_intervals_stand_on_the_one_count_and_are_empty_with_a_reason(tested):
    row = tested.loc["2.1.2"]
    low, high = scipy.stats.binomtest(78, 97).proportion_ci(method="wilson")
    assert row["current_lower"] == pytest.approx(100 * low, abs=1e-9)
    assert row["current_upper"] == pytest.approx(100 * high, abs=1e-9)
    assert row["interval_reason"] == ""
    open_row = tested.loc["2.1.3"]
    assert open_row[["previous_lower", "current_upper", "p_value", "newcombe_lower"]].isna().all()
    assert "was not published" in open_row["interval_reason"]
    impossible = tested.loc["4.1.2"]
    assert pd.isna(impossible["current_lower"])
    assert "no number of cases prints as 79% of 25" in impossible["interval_reason"]


def test_standing_against_all_crcs(tested):
    assert tested["benchmark_verdict"].dropna().to_dict() == {
        "2.1.1": "similar", "2.1.2": "better", "2.1.3": "similar", "2.2.1": "better",
        "2.2.2": "better", "2.2.3": "similar", "2.3.1": "better", "2.3.2": "better",
        "2.3.3": "better", "2.4.1": "similar", "2.4.2": "similar", "2.4.3": "similar",
        "4.2.1": "similar", "4.2.2": "similar", "4.2.3": "better",
    }  # fmt: skip


def test_many_tests_at_once(tested):
    family = families_of_tests(tested.reset_index(), 0.1).iloc[0]
    assert family["comparable"] == family["computed"] == 13
    assert family["left_out"] == 0
    assert family["expected_by_chance"] == pytest.approx(1.3)
    p_max = tested["p_max"].dropna().astype(float)
    adjusted = scipy.stats.false_discovery_control(p_max.to_numpy())
    assert tested["bh_adjusted"].dropna().to_numpy(float) == pytest.approx(adjusted, abs=1e-9)
    assert family["kept_after_adjustment"] == 0


def test_other_tests_for_the_annex(tested):
    table = other_tests(tested.reset_index()).pivot(
        index="key_question", columns="test", values="p"
    )
    assert set(table.index) == set(tested.index[tested["p_value"].notna()])
    assert table.loc["2.1.2", "one-sided, pooled"] == pytest.approx(0.0455, abs=5e-5)
    fisher = scipy.stats.fisher_exact([[18, 2], [7, 4]]).pvalue
    assert table.loc["4.2.1", "Fisher"] == pytest.approx(fisher, abs=1e-9)


def test_the_picture_of_change_runs_from_the_largest_rise_to_the_largest_fall(tested):
    drawn = change_chart(tested[tested["change_points"].notna()])
    rows = re.findall(r">Key question ([\d.]+)</text><text[^>]*>([^<]+)<", drawn)
    # The figures of the two reports subtracted by hand, where they may be compared.
    assert [points for _, points in rows] == [
        "+36", "+15", "+12", "+10", "+10", "+8", "+7", "+6", "+4", "+4", "+4", "−7", "−26",
    ]  # fmt: skip
    assert [rows[0][0], rows[-1][0]] == ["4.2.3", "4.2.1"]


def test_what_the_samples_could_have_seen(tested):
    samples = detectable_by_sample(tested.reset_index()).set_index("sample")
    assert samples.loc["case-supervision", "figures"] == 6
    assert samples.loc["through-the-gate", "no_rise"] == 2


def test_the_input_is_left_alone_and_rows_keep_their_order():
    given_frame = key_questions()
    before = given_frame.copy()
    result = with_tests(given_frame, 0.1)
    pd.testing.assert_frame_equal(given_frame, before)
    pd.testing.assert_frame_equal(result[before.columns], before)


def test_nothing_is_changed_between_equal_noughts_and_nothing_is_nan():
    change = assess_change(100, Base("s", 20, 20, True), 100, Base("s", 11, 11, True))
    assert change.verdict == "not significant"
    assert change.p_value is None and change.p_max is None
    assert "cannot be computed" in change.reason


def test_no_base_no_test():
    change = assess_change(50, Base("s", None, None, False), 60, Base("s", 20, 20, True))
    assert change.verdict == "unsettled"
    assert "No test can be made" in change.reason
    missing = assess_change(None, Base("s", 20, 20, True), 60, Base("s", 20, 20, True))
    assert missing.verdict == "not comparable"


def test_a_provider_inspected_once_has_no_change():
    once = key_questions()
    gone = ["previous_percent", "previous_base", "previous_limit", "change_points"]
    for name in gone:
        once[name] = pd.array([pd.NA] * len(once), dtype="Int64")
    once = once.assign(previous_inspection=pd.NA, previous_tied=False, comparable="no")
    once["reason_not_comparable"] = pd.NA
    result = with_tests(once, 0.1)
    assert set(result["change_verdict"]) == {"not comparable"}
    assert (result["verdict_reason"].str.len() > 0).all()
    assert result.set_index("key_question").loc["2.1.2", "benchmark_verdict"] == "better"
    assert families_of_tests(result)["comparable"].tolist() == [0]
    assert detectable_by_sample(result).empty


def test_no_rows_in_no_rows_out():
    result = with_tests(key_questions().iloc[:0], 0.1)
    assert result.empty and "change_verdict" in result
    assert families_of_tests(result).empty and other_tests(result).empty


def test_large_bases_doubt_the_rounding():
    # 50% against 48%, 3,000 cases each: 49.5 to 50.5 against 47.5 to 48.5.
    change = assess_change(50, Base("n", 3000, 3000, True), 48, Base("n", 3000, 3000, True), 0.1)
    assert change.verdict == "unsettled"
    assert change.p_value is None
    assert change.p_min == pytest.approx(z_test_p(1515, 3000, 1425, 3000), abs=1e-9)
    assert "More than one number of cases" in change.reason


@settings(deadline=None, max_examples=100)
@given(figures(most=110), st.integers(0, 100))
def test_a_standing_holds_at_every_possible_base(figure, benchmark):
    percent, base = figure
    verdict = against_benchmark(percent, base, benchmark).verdict
    found = set()
    counts, sizes = base.pairs(percent)
    for count, size in zip(counts.tolist(), sizes.tolist(), strict=True):
        low, high = scipy.stats.binomtest(count, size).proportion_ci(method="wilson")
        if abs(benchmark / 100 - low) < 1e-12 or abs(benchmark / 100 - high) < 1e-12:
            return
        found.add(
            "better" if benchmark / 100 < low else "worse" if benchmark / 100 > high else "similar"
        )
    assert verdict == (found.pop() if len(found) == 1 else None)

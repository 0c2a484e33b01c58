"""Verdicts on change: the published figures by hand, and rules that must hold for any figures."""

import itertools
import math
import re

import pandas as pd
import pytest
import scipy.stats
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.exact import outside
from support.northumbria import key_questions

from pipeline.analysis.records import records
from pipeline.analysis.statistics import change as change_module
from pipeline.analysis.statistics.bases import Base, base_of, possible_counts
from pipeline.analysis.statistics.benchmark import against_benchmark
from pipeline.analysis.statistics.change import (
    assess_change,
    assess_changes,
    detectable_by_sample,
    families_of_tests,
    other_tests,
    with_tests,
)
from pipeline.analysis.statistics.significance import (
    newcombe_interval,
    smallest_detectable_change,
)
from pipeline.publish.charts.comparison import change_chart
from pipeline.publish.page.svg import svg_tree


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
    """Verdict, Z-verdict, smallest and largest p by brute force, with scipy's own tests."""

    def pairs(percent, base):
        if base.tied and possible_counts(percent, base.printed):
            bases = [base.printed]
        else:
            bases = range(base.at_least or 1, base.limit + 1)
            if not any(possible_counts(percent, n) for n in bases):
                bases = range(1, base.limit + 1)
        return [(count, n) for n in bases for count in possible_counts(percent, n)]

    both, z_alone, p_values = set(), set(), []
    for (x1, n1), (x2, n2) in itertools.product(pairs(percent1, base1), pairs(percent2, base2)):
        p = z_test_p(x1, n1, x2, n2)
        if p is None:
            both.add((False, False))
            z_alone.add(False)
            continue
        p_values.append(p)
        passes = bool(p < level)
        z_alone.add(passes)
        few = scipy.stats.contingency.expected_freq([[x1, x2], [n1 - x1, n2 - x2]]).min() < 5
        second = outside(x1, n1, x2, n2) < level if few and x1 * n2 != x2 * n1 else passes
        both.add((passes, bool(second)))
    words = {True: "significant", False: "not significant"}
    z_verdict = words[z_alone.pop()] if len(z_alone) == 1 else "unsettled"
    verdict = "unsettled"
    if len(both) == 1:
        first, second = both.pop()
        known = all(
            base.tied and possible_counts(percent, base.printed)
            for percent, base in ((percent1, base1), (percent2, base2))
        )
        if first == second:
            verdict = words[first]
        elif known:
            verdict = "tests disagree"
    return verdict, z_verdict, min(p_values, default=None), max(p_values, default=None)


@st.composite
def figures(draw, most=14):
    limit = draw(st.integers(1, most))
    tied = draw(st.booleans())
    at_least = draw(st.none() | st.integers(1, limit))
    base = Base("any", limit if tied else None, limit, tied, at_least)
    count = draw(st.integers(0, limit))
    return round(100 * count / limit), base


@given(figures(), figures(), st.sampled_from([0.05, 0.1, 0.2]))
def test_verdicts_equal_brute_force_with_scipy(first, second, level):
    change = assess_change(*first, *second, level)
    verdict, z_verdict, smallest, largest = by_hand(*first, *second, level)
    assert (change.verdict, change.z_verdict) == (verdict, z_verdict)
    if smallest is None:
        assert change.p_min is None and change.p_max is None
    else:
        assert change.p_min == pytest.approx(smallest, abs=1e-9)
        assert change.p_max == pytest.approx(largest, abs=1e-9)


@settings(max_examples=200)
@given(figures(most=110), figures(most=110))
def test_a_verdict_and_its_p_values_say_the_same(first, second):
    change = assess_change(*first, *second, 0.1)
    if change.z_verdict == "significant":
        assert change.p_max < 0.1
    elif change.z_verdict == "not significant" and change.p_min is not None:
        assert change.p_min >= 0.1
    if change.verdict in ("significant", "not significant"):
        assert change.verdict == change.z_verdict
    if change.p_value is not None:
        assert change.p_value == change.p_min == change.p_max
    for value in (change.p_value, change.p_min, change.p_max, change.exact_p):
        assert value is None or (math.isfinite(value) and 0 <= value <= 1)
    if change.verdict != "unsettled" and first[0] == second[0]:
        assert change.verdict == "not significant"
    if change.lower_90 is not None:
        assert -1 <= change.lower_90 <= change.upper_90 <= 1
    assert change.reason.endswith(".")


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
    "2.3.3": "significant",
    "2.4.1": "not comparable",
    "2.4.2": "not comparable",
    "2.4.3": "not significant",
    "4.1.1": "not comparable",
    "4.1.2": "not comparable",
    "4.1.3": "not comparable",
    "4.1.4": "not comparable",
    "4.2.1": "significant",
    "4.2.2": "not significant",
    "4.2.3": "significant",
}


def test_every_key_question_has_the_verdict_of_brute_force(tested):
    # By scipy over every possible base; which ones may not be compared is the report's word.
    assert tested["change_verdict"].to_dict() == EXPECTED
    assert tested["z_verdict"].to_dict() == EXPECTED
    for number, row in tested[tested["comparable"] != "no"].iterrows():
        bases = [base_of(row.to_dict(), side) for side in ("previous", "current")]
        percents = int(row["previous_percent"]), int(row["current_percent"])
        verdict, z_verdict, smallest, largest = by_hand(
            percents[0], bases[0], percents[1], bases[1], 0.1
        )
        assert verdict == z_verdict == EXPECTED[number]
        assert row["p_min"] == pytest.approx(smallest, abs=1e-9)
        assert row["p_max"] == pytest.approx(largest, abs=1e-9)


def test_2_3_3_is_significant_on_the_reports_words(tested):
    row = tested.loc["2.3.3"]
    # More than half of the 100 cases: 41% of 51 is 21 cases, and p is largest there.
    assert row["p_max"] == pytest.approx(z_test_p(21, 51, 48, 85), abs=1e-9)
    assert row["p_max"] == pytest.approx(0.084, abs=5e-4)
    assert row["rests_on_words"] == "yes"
    assert "the number of cases itself was not printed" in row["verdict_reason"]
    assert set(tested.drop("2.3.3")["rests_on_words"]) == {"no"}


def test_without_those_words_2_3_3_would_be_unsettled():
    rows = key_questions().assign(previous_at_least=pd.NA)
    row = with_tests(rows, 0.1).set_index("key_question").loc["2.3.3"]
    assert row["change_verdict"] == row["z_verdict"] == "unsettled"
    assert row["verdict_reason"] == (
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


def test_samples_of_up_to_150_cases_are_asked_what_would_overturn_them():
    def cases(size):
        sides = (Base(name, size, size, True) for name in "ab")
        return assess_change(50, next(sides), 60, next(sides)).overturned_by

    # 75 and 90 of 150 pass; without one case in each round (75 and 89 of 149) they do not.
    assert z_test_p(75, 149, 89, 149) >= 0.1
    for x1, n1, x2, n2 in ((75, 150, 90, 150), (74, 149, 90, 150), (75, 149, 90, 150)):
        assert z_test_p(x1, n1, x2, n2) < 0.1
    assert z_test_p(75, 150, 89, 149) < 0.1
    assert cases(150) == 2
    assert cases(151) is None


def test_through_the_gate_passes_both_tests_on_few_cases(tested):
    for number, x1, x2 in (("4.2.1", 18, 7), ("4.2.2", 14, 9), ("4.2.3", 11, 10)):
        row = tested.loc[number]
        assert row["p_value"] == pytest.approx(z_test_p(x1, 20, x2, 11), abs=1e-9)
        assert row["exact_p"] == pytest.approx(outside(x1, 20, x2, 11), abs=1e-6)
        assert row["verdict_reason"].endswith("the ratings do not compare.")
    assert tested.loc["4.2.1", ["p_value", "exact_p"]].tolist() == pytest.approx(
        [0.0755, 0.0945], abs=5e-5
    )
    assert tested.loc["4.2.3", ["p_value", "exact_p"]].tolist() == pytest.approx(
        [0.0407, 0.0429], abs=5e-5
    )
    # Where no expected count is under 5 there is no second test to name.
    assert tested["exact_p"].notna().sum() == 3
    reasons = tested.loc[tested["comparable"] != "no", "verdict_reason"]
    assert reasons.index[reasons.str.contains("exact version")].tolist() == [
        "4.2.1", "4.2.2", "4.2.3",
    ]  # fmt: skip
    assert "at every number of cases" in reasons["2.3.3"]
    assert "at any number of cases" in reasons["2.1.3"]
    assert reasons.str.contains("does not pass").eq(tested["change_verdict"] != "significant").all()


def test_known_bases_on_which_the_tests_differ_are_no_want_of_a_figure():
    # 5 of 8 and 12 of 13: Z passes at 0.1 and its exact version does not, by scipy.
    assert z_test_p(5, 8, 12, 13) < 0.1 <= outside(5, 8, 12, 13)
    change = assess_change(62, Base("a", 8, 8, True), 92, Base("b", 13, 13, True), 0.1)
    assert (change.verdict, change.z_verdict) == ("tests disagree", "significant")
    assert change.reason.startswith("The Z-test passes at a level of 0.1 with 8 cases in the prev")
    assert "and its exact version does not." in change.reason
    # 2 of 5 and 0 of 8, by scipy: the other way round at 0.05.
    assert outside(2, 5, 0, 8) < 0.05 <= z_test_p(2, 5, 0, 8)
    change = assess_change(40, Base("a", 5, 5, True), 0, Base("b", 8, 8, True), 0.05)
    assert (change.verdict, change.z_verdict) == ("tests disagree", "not significant")
    assert change.reason.startswith(
        "The exact version of the Z-test passes at a level of 0.05 with"
    )
    assert "and the Z-test itself does not." in change.reason


def test_a_sample_typed_too_large_asks_for_no_more_tests(monkeypatch):
    asked = []
    original = change_module.pooled_z

    def counted(*arrays):
        asked.append(len(arrays[0]))
        return original(*arrays)

    monkeypatch.setattr(change_module, "pooled_z", counted)
    # An open base makes most pairs; one typed with a digit too many must not multiply them.
    for limit in (150, 970, 1_000_000):
        open_base = Base(f"open-{limit}", None, limit, False)
        assess_change(41, open_base, 56, Base(f"other-{limit}", None, limit, False), 0.1)
    right, *wrong = asked
    assert all(pairs <= 2 * right for pairs in wrong)


def test_intervals_stand_on_the_one_count_and_are_empty_with_a_reason(tested):
    row = tested.loc["2.1.2"]
    low, high = scipy.stats.binomtest(78, 97).proportion_ci(method="wilson")
    assert row["current_lower"] == pytest.approx(100 * low, abs=1e-9)
    assert row["current_upper"] == pytest.approx(100 * high, abs=1e-9)
    assert row["interval_reason"] == ""
    # The 90% interval of the change is Newcombe's, built by hand from scipy's Wilson intervals.
    (l1, u1), (l2, u2) = (
        scipy.stats.binomtest(x, n).proportion_ci(0.9, method="wilson")
        for x, n in ((70, 100), (78, 97))
    )
    p1, p2 = 70 / 100, 78 / 97
    ends = (
        p2 - p1 - math.hypot(p2 - l2, u1 - p1),
        p2 - p1 + math.hypot(u2 - p2, p1 - l1),
    )
    assert row[["change_lower_90", "change_upper_90"]].tolist() == pytest.approx(
        [100 * end for end in ends], abs=1e-9
    )
    (l1, u1), (l2, u2) = (
        scipy.stats.binomtest(x, n).proportion_ci(method="wilson") for x, n in ((70, 100), (78, 97))
    )
    assert row[["newcombe_lower", "newcombe_upper"]].tolist() == pytest.approx(
        [
            100 * (p2 - p1 - math.hypot(p2 - l2, u1 - p1)),
            100 * (p2 - p1 + math.hypot(u2 - p2, p1 - l1)),
        ],
        abs=1e-9,
    )
    # A rise has a positive Z.
    assert row["z_score"] == pytest.approx(1.6902, abs=5e-5)
    assert tested.loc["4.2.1", "z_score"] < 0 < tested.loc["4.2.1", "p_value"]
    assert set(tested.loc[tested["change_verdict"] == "not comparable", "z_score"].isna()) == {True}
    open_row = tested.loc["2.1.3"]
    assert open_row[["previous_lower", "current_upper", "p_value", "newcombe_lower"]].isna().all()
    assert "was not published" in open_row["interval_reason"]
    impossible = tested.loc["4.1.2"]
    assert pd.isna(impossible["current_lower"])
    assert "no number of cases prints as 79% of 25" in impossible["interval_reason"]


def test_standing_against_all_crcs(tested):
    assert tested["benchmark_verdict"].dropna().to_dict() == {
        "2.1.1": "similar", "2.1.2": "better", "2.1.3": "similar", "2.2.1": "better",
        "2.2.2": "better", "2.2.3": "similar", "2.3.1": "similar", "2.3.2": "better",
        "2.3.3": "better", "2.4.1": "similar", "2.4.2": "similar", "2.4.3": "similar",
        "4.2.1": "no clear difference", "4.2.2": "no clear difference",
        "4.2.3": "no clear difference",
    }  # fmt: skip


def against_the_line(count, base, benchmark):
    """The score test against the near end of the printed line, by scipy; binomial under 30."""
    share = count / base
    line = min(max(share, benchmark / 100 - 0.005), benchmark / 100 + 0.005)
    if line == share:
        return 1.0
    if base < 30:
        sides = [
            scipy.stats.binomtest(count, base, line, side).pvalue for side in ("less", "greater")
        ]
        return min(1, 2 * min(sides))
    z = (share - line) / math.sqrt(line * (1 - line) / base)
    return 2 * scipy.stats.norm.sf(abs(z))


def test_four_of_the_five_stand_when_all_comparisons_are_taken_together(tested):
    counts = {
        "2.1.1": (72, 97, 68), "2.1.2": (78, 97, 63), "2.1.3": (None, None, 55),
        "2.2.1": (76, 97, 63), "2.2.2": (72, 97, 64), "2.2.3": (43, 85, 46),
        "2.3.1": (77, 97, 70), "2.3.2": (66, 97, 52), "2.3.3": (48, 85, 41),
        "2.4.1": (63, 97, 65), "2.4.2": (68, 97, 62), "2.4.3": (41, 85, 44),
        "4.2.1": (7, 11, 69), "4.2.2": (9, 11, 62), "4.2.3": (10, 11, 59),
    }  # fmt: skip
    for number, (count, base, benchmark) in counts.items():
        if count is not None:
            expected = against_the_line(count, base, benchmark)
            assert tested.loc[number, "benchmark_p"] == pytest.approx(expected, abs=1e-9)
    known = tested["benchmark_p"].dropna().to_numpy(float)
    adjusted = scipy.stats.false_discovery_control(known)
    assert tested["benchmark_bh"].dropna().to_numpy(float) == pytest.approx(adjusted, abs=1e-9)
    left = tested.index[(tested["benchmark_bh"] <= 0.05).fillna(False)].tolist()
    assert left == ["2.1.2", "2.2.1", "2.3.2", "2.3.3"]


def test_the_rounding_of_the_line_decides_2_3_1(tested):
    # The lower limit of 77 of 97 is 70.3%: above 70, but 70% may be 70.49.
    assert 70 < tested.loc["2.3.1", "current_lower"] < 70.5


def test_many_tests_at_once(tested):
    family = families_of_tests(tested.reset_index(), 0.1).iloc[0]
    assert family["comparable"] == family["computed"] == 13
    assert family["left_out"] == 0
    assert family["expected_by_chance"] == pytest.approx(1.3)
    p_max = tested["p_max"].dropna().astype(float)
    adjusted = scipy.stats.false_discovery_control(p_max.to_numpy())
    assert tested["bh_adjusted"].dropna().to_numpy(float) == pytest.approx(adjusted, abs=1e-9)
    assert family["kept_after_adjustment"] == 0
    assert families_of_tests(tested.reset_index()).iloc[0].to_dict() == family.to_dict()
    assert list(family.index) == [
        "provider", "previous_inspection", "current_inspection", "comparable", "computed",
        "left_out", "significant", "not_significant", "tests_disagree", "unsettled",
        "expected_by_chance", "kept_after_adjustment",
    ]  # fmt: skip


def test_a_comparable_figure_without_a_base_is_left_out_of_the_tests():
    rows = key_questions()
    rows.loc[rows["key_question"] == "2.1.1", ["previous_base", "previous_limit"]] = pd.NA
    rows.loc[rows["key_question"] == "2.1.1", "previous_tied"] = False
    family = families_of_tests(with_tests(rows)).iloc[0]
    counted = family[["comparable", "computed", "left_out", "unsettled", "kept_after_adjustment"]]
    assert counted.tolist() == [13, 12, 1, 1, 0]


def test_other_tests_for_the_annex(tested):
    rows = pd.DataFrame(other_tests(records(tested.reset_index())))
    table = rows.pivot(index="key_question", columns="test", values="p")
    assert set(table.index) == set(tested.index[tested["p_value"].notna()])
    # Without any variation on either side there is no unpooled test.
    row = {**records(tested.reset_index())[0], "previous_base": 20, "current_base": 11}
    for before, now, none in ((0, 11, True), (20, 0, True), (3, 11, False), (20, 4, False)):
        found = other_tests([{**row, "previous_count": before, "current_count": now}])
        (unpooled,) = (one["p"] for one in found if one["test"] == "two-sided, unpooled")
        assert (unpooled is None) == none
    assert table.loc["2.1.2", "one-sided, pooled"] == pytest.approx(0.0455, abs=5e-5)
    fisher = scipy.stats.fisher_exact([[18, 2], [7, 4]]).pvalue
    assert table.loc["4.2.1", "Fisher"] == pytest.approx(fisher, abs=1e-9)


def test_the_picture_of_change_runs_from_the_largest_rise_to_the_largest_fall(tested):
    drawn = change_chart(records(tested[tested["change_points"].notna()]))
    words = [word.text for word in svg_tree(drawn).iterfind(".//{*}text")]
    rows = re.findall(r"^Key question ([\d.]+)$[^+−]*?^([+−]\d+)$", "\n".join(words), re.MULTILINE)
    # The figures of the two reports subtracted by hand, where they may be compared.
    assert [points for _, points in rows] == [
        "+36", "+15", "+12", "+10", "+10", "+8", "+7", "+6", "+4", "+4", "+4", "−7", "−26",
    ]  # fmt: skip
    assert [rows[0][0], rows[-1][0]] == ["4.2.3", "4.2.1"]


def test_what_the_samples_could_have_seen(tested):
    samples = detectable_by_sample(tested.reset_index()).set_index("sample")
    assert samples.index.tolist() == [
        "case-supervision", "case-or-risk-of-harm", "risk-of-harm", "through-the-gate",
    ]  # fmt: skip
    assert samples.loc["case-supervision", "figures"] == 6
    assert samples.loc["through-the-gate", "no_rise"] == 2
    # test_significance holds these by adding up scipy's two tests over every pair of counts.
    assert samples.loc["through-the-gate", ["smallest_rise", "largest_rise"]].tolist() == [40, 40]
    assert samples.loc["through-the-gate", ["smallest_fall", "largest_fall"]].tolist() == [40, 46]
    # The two questions for which no rise is large enough are said, not dropped.
    assert samples.loc["through-the-gate", ["rise", "fall"]].tolist() == [
        "40; none for 2 of 3",
        "40 to 46",
    ]
    wide = tested.loc["2.1.2", ["smallest_detectable_rise", "smallest_detectable_fall"]]
    found = smallest_detectable_change(70, 100, 97)
    assert wide.tolist() == [found.rise, found.fall]


def test_no_change_that_did_not_pass_is_shown_to_be_small(tested):
    assert set(tested["within_ten_points"].dropna()) == {"no"}
    same = assess_change(50, Base("n", 2000, 2000, True), 50, Base("m", 2000, 2000, True))
    assert -0.1 < same.lower_90 < 0 < same.upper_90 < 0.1
    sizes = [f"{side}_{size}" for side in ("previous", "current") for size in ("base", "limit")]
    alike = key_questions().head(1).assign(previous_percent=50, current_percent=50)
    # Half of 122 cases twice: z = 1.645 leaves 10.4 points either way; half of 150: 9.4.
    for size, within in ((122, "no"), (150, "yes")):
        tested_alike = with_tests(alike.assign(**dict.fromkeys(sizes, size)))
        assert tested_alike["within_ten_points"].tolist() == [within]


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
    missing = (None, Base("s", 20, 20, True)), (60, Base("s", 20, 20, True))
    there = (70, Base("t", 100, 100, True)), (80, Base("t", 97, 97, True))
    found = assess_changes([missing, there])
    assert [found[asked].verdict for asked in (missing, there)] == ["not comparable", "significant"]


def test_one_possible_pair_is_no_known_count():
    change = assess_change(50, Base("a", None, 2, False), 100, Base("b", None, 1, False))
    assert change.p_min == change.p_max == pytest.approx(z_test_p(1, 2, 1, 1))
    assert change.p_value is None and change.exact_p is None


def test_some_pairs_without_a_test_leave_those_that_have_one():
    # None and 1 of 300 both print as 0%.
    change = assess_change(0, Base("a", 300, 300, True), 0, Base("b", 300, 300, True))
    assert change.verdict == "not significant"
    assert change.p_min == pytest.approx(z_test_p(0, 300, 1, 300))
    assert change.p_max == pytest.approx(1)


def test_many_changes_are_judged_in_one_go(monkeypatch):
    asked = []
    original = change_module.pooled_z
    monkeypatch.setattr(
        change_module, "pooled_z", lambda *arrays: asked.append(1) or original(*arrays)
    )
    sides = Base("a", 100, 100, True), Base("b", 97, 97, True)
    assess_changes([((percent, sides[0]), (80, sides[1])) for percent in range(40, 80)])
    # Once for the changes, and in a few lots for what would overturn them; not once for each of 40.
    assert 2 <= len(asked) <= 6


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
    assert (result["benchmark_bh"].notna() == result["benchmark_p"].notna()).all()
    assert families_of_tests(result)["comparable"].tolist() == [0]
    assert detectable_by_sample(result).empty


def test_no_rows_in_no_rows_out():
    result = with_tests(key_questions().iloc[:0], 0.1)
    assert result.empty and "change_verdict" in result
    assert families_of_tests(result).empty and other_tests(records(result)) == []


def test_large_bases_doubt_the_rounding():
    # 50% against 48%, 3,000 cases each: 49.5 to 50.5 against 47.5 to 48.5.
    change = assess_change(50, Base("n", 3000, 3000, True), 48, Base("n", 3000, 3000, True), 0.1)
    assert change.verdict == "unsettled"
    assert change.p_value is None
    assert change.p_min == pytest.approx(z_test_p(1515, 3000, 1425, 3000), abs=1e-9)
    assert change.p_max == pytest.approx(z_test_p(1485, 3000, 1455, 3000), abs=1e-9)
    assert "More than one number of cases" in change.reason


@given(figures(most=110), st.integers(0, 100))
@example((0, Base("none of one", 1, 1, True)), 25)
@example((100, Base("one of one", 1, 1, True)), 75)
@example((50, Base("one of two", 2, 2, True)), 20)
def test_a_standing_holds_at_every_possible_base(figure, benchmark):
    percent, base = figure
    standing = against_benchmark(percent, base, benchmark)
    line = max(0, benchmark - 0.5) / 100, min(100, benchmark + 0.5) / 100
    found = set()
    counts, sizes = base.pairs(percent)
    p_values = [
        against_the_line(count, size, benchmark)
        for count, size in zip(counts.tolist(), sizes.tolist(), strict=True)
    ]
    assert standing.p == pytest.approx(max(p_values), abs=1e-9)
    for count, size in zip(counts.tolist(), sizes.tolist(), strict=True):
        method = "exact" if size < 30 else "wilson"
        low, high = scipy.stats.binomtest(count, size).proportion_ci(method=method)
        if min(abs(end - limit) for end in line for limit in (low, high)) < 1e-9:
            return
        few = "no clear difference" if size < 30 else "similar"
        found.add("better" if line[1] < low else "worse" if line[0] > high else few)
    if found == {"similar", "no clear difference"}:
        found = {"no clear difference"}
    assert standing.verdict == (found.pop() if len(found) == 1 else None)
    if standing.verdict in ("better", "worse"):
        assert standing.p < 0.05
    if standing.verdict:
        open_base = base.one_count(percent) is None
        assert ("whichever possible number of cases" in standing.reason) == open_base


def test_from_30_cases_on_figures_may_be_alike():
    # 15 of 30 and 15 of 29 against themselves.
    assert against_benchmark(50, Base("s", 30, 30, True), 50).verdict == "similar"
    assert against_benchmark(52, Base("s", 29, 29, True), 52).verdict == "no clear difference"
    # And the p-value is that of the score test from there on.
    for percent, size, count in ((50, 30, 15), (52, 29, 15)):
        found = against_benchmark(percent, Base("s", size, size, True), 30)
        assert found.p == pytest.approx(against_the_line(count, size, 30), abs=1e-9)


def test_the_interval_over_open_bases_is_the_widest():
    change = assess_change(41, Base("a", None, 30, False, 20), 56, Base("b", 25, 25, True))
    lowers, uppers = [], []
    for n in range(20, 31):
        for x in possible_counts(41, n):
            low, high = newcombe_interval(14, 25, x, n, 0.9)
            lowers.append(low)
            uppers.append(high)
    assert len(lowers) >= 3
    assert (change.lower_90, change.upper_90) == pytest.approx((min(lowers), max(uppers)))
    # z is that of the largest possible base.
    z = (14 / 25 - 12 / 29) / math.sqrt(26 / 54 * 28 / 54 * (1 / 25 + 1 / 29))
    assert change.z == pytest.approx(z)
    both_open = assess_change(41, Base("a", None, 30, False, 20), 56, Base("b", None, 25, False))
    assert both_open.z == pytest.approx(z)


@settings(max_examples=25)
@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_unanswered_cases_by_brute_force(n1, n2, data):
    x1, x2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    percents = round(100 * x1 / n1), round(100 * x2 / n2)
    change = assess_change(
        percents[0], Base("a", n1, n1, True), percents[1], Base("b", n2, n2, True), 0.2
    )
    if change.verdict not in ("significant", "not significant"):
        assert change.overturned_by is None
        return
    fewest = []
    for m1, m2 in itertools.product(range(1, n1 + 1), range(1, n2 + 1)):
        # Neither sample below half its size.
        if 2 * m1 < n1 or 2 * m2 < n2:
            continue
        for y1, y2 in itertools.product(
            possible_counts(percents[0], m1), possible_counts(percents[1], m2)
        ):
            p = z_test_p(y1, m1, y2, m2)
            passes = p is not None and p < 0.2
            table = [[y1, y2], [m1 - y1, m2 - y2]]
            few = p is not None and scipy.stats.contingency.expected_freq(table).min() < 5
            second = outside(y1, m1, y2, m2) < 0.2 if few and y1 * m2 != y2 * m1 else passes
            verdict = {(True, True): "significant", (False, False): "not significant"}.get(
                (passes, bool(second))
            )
            if verdict != change.verdict:
                fewest.append(n1 + n2 - m1 - m2)
    assert change.overturned_by == min(fewest, default=None)


def test_nothing_is_worked_out_for_what_may_not_be_compared(tested):
    # 4.1.4 has two known counts (25 of 26, 21 of 25) and may not be compared all the same.
    row = tested.loc["4.1.4"]
    assert row[["previous_count", "current_count"]].tolist() == [25, 21]
    assert row[["previous_lower", "current_upper"]].notna().all()
    empty = [
        "newcombe_lower", "newcombe_upper", "p_value", "p_min", "p_max", "exact_p",
        "smallest_expected", "z_score", "change_lower_90", "within_ten_points", "bh_adjusted",
        "smallest_detectable_rise", "smallest_detectable_fall", "overturned_by",
    ]  # fmt: skip
    assert row[empty].isna().all()


def test_few_cases_are_known_by_their_expected_counts(tested):
    for number, x1, x2 in (("4.2.1", 18, 7), ("4.2.2", 14, 9), ("4.2.3", 11, 10)):
        table = [[x1, 20 - x1], [x2, 11 - x2]]
        fewest = scipy.stats.contingency.expected_freq(table).min()
        assert tested.loc[number, "smallest_expected"] == pytest.approx(fewest)


def test_intervals_of_a_prompt_on_few_cases():
    # 7 of 11 is 64%: Wilson's limits by scipy, on each side by itself.
    row = with_tests(key_questions()).set_index("key_question").loc["4.2.1"]
    for side, count, base in (("previous", 18, 20), ("current", 7, 11)):
        low, high = scipy.stats.binomtest(count, base).proportion_ci(method="wilson")
        assert row[f"{side}_lower"] == pytest.approx(100 * low, abs=1e-9)
        assert row[f"{side}_upper"] == pytest.approx(100 * high, abs=1e-9)
    # The fall of 26 points lies below 0 on most of its interval.
    assert row["newcombe_lower"] < -26 < row["newcombe_upper"]


def test_other_tests_say_the_smallest_usual_level_they_pass_at(tested):
    table = pd.DataFrame(other_tests(records(tested.reset_index())))
    for _, row in table.iterrows():
        passed = [level for level in (0.01, 0.05, 0.1) if row["p"] < level]
        assert (pd.isna(row["passes_at"]) and not passed) or row["passes_at"] == passed[0]
    wide = table.pivot(index="key_question", columns="test", values="p")
    boschloo = scipy.stats.boschloo_exact([[18, 7], [2, 4]]).pvalue
    assert wide.loc["4.2.1", "Boschloo"] == pytest.approx(boschloo, abs=1e-9)
    assert wide.loc["4.2.1", "exact, pooled"] == pytest.approx(0.0945, abs=5e-5)
    z = scipy.stats.norm.isf(wide.loc["2.1.2", "two-sided, unpooled"] / 2)
    p1, p2 = 70 / 100, 78 / 97
    spread = math.sqrt(p1 * (1 - p1) / 100 + p2 * (1 - p2) / 97)
    assert z == pytest.approx((p2 - p1) / spread, abs=1e-9)


@pytest.mark.parametrize(
    ("percents", "limits", "words"),
    [
        # Passing at every base from 82 and 70 up, and at some smaller ones too.
        ((43, 57), (100, 85), "with fewer it depends on the exact numbers"),
        ((41, 56), (100, None), "in the sub-sample of the previous inspection."),
        ((52, 65), (100, None), "with fewer it depends on the exact number"),
    ],
)
def test_what_an_unsettled_verdict_hangs_on(percents, limits, words):
    previous = Base("a", None, limits[0], False)
    current = Base("b", None, limits[1], False) if limits[1] else Base("b", 85, 85, True)
    change = assess_change(percents[0], previous, percents[1], current)
    assert change.verdict == "unsettled"
    assert change.reason.endswith(words if words.endswith(".") else f"{words}.")
    # By brute force: at the stated sizes and at every larger possible one the Z-test passes.
    stated = [int(n) for n in re.findall(r"(\d+) of the", change.reason)]
    for n1 in range(stated[0], limits[0] + 1):
        later = range(stated[1], limits[1] + 1) if limits[1] else [85]
        for n2 in later:
            for x1, x2 in itertools.product(
                possible_counts(percents[0], n1), possible_counts(percents[1], n2)
            ):
                share = min(n1 / limits[0], n2 / (limits[1] or 85) if limits[1] else 1)
                if share >= min(s / m for s, m in zip(stated, [100, 85], strict=False)):
                    assert z_test_p(x1, n1, x2, n2) < 0.1

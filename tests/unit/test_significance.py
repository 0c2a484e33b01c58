"""Intervals and tests against worked examples in the literature and against scipy."""

import functools
import itertools
import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    power_proportions_2indep,
    proportion_confint,
    proportions_ztest,
)

from pipeline.analysis.statistics.exact import boschloo_exact, fisher_exact
from pipeline.analysis.statistics.significance import (
    CannotBeComputed,
    benjamini_hochberg,
    clopper_pearson_interval,
    few_expected,
    newcombe_interval,
    pooled_z,
    smallest_detectable_change,
    smallest_expected_count,
    two_proportion_test,
    two_sided_p,
    wilson_interval,
)

# Newcombe (1998), Statistics in Medicine 17, 857-872, Table I: 95% limits by method 3, the score
# method of Wilson (1927), for his four examples.
NEWCOMBE_TABLE_I = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]

# Newcombe (1998), Statistics in Medicine 17, 873-890, Table II: 95% limits by method 10 for the
# difference of two shares.
NEWCOMBE_TABLE_II = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]


@st.composite
def counts(draw, most=300):
    base = draw(st.integers(1, most))
    return draw(st.integers(0, base)), base


@pytest.mark.parametrize(("count", "base", "lower", "upper"), NEWCOMBE_TABLE_I)
def test_wilson_1927_in_newcombes_table_of_single_proportions(count, base, lower, upper):
    interval = wilson_interval(count, base)
    assert interval.lower == pytest.approx(lower, abs=5e-5)
    assert interval.upper == pytest.approx(upper, abs=5e-5)


@given(counts(), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_wilson_equals_scipys_own_route(case, level):
    count, base = case
    interval = wilson_interval(count, base, level)
    other = scipy.stats.binomtest(count, base).proportion_ci(level, method="wilson")
    assert interval.lower == pytest.approx(other.low, abs=1e-9)
    assert interval.upper == pytest.approx(other.high, abs=1e-9)


@given(counts())
def test_wilson_limits_solve_the_score_equation_of_1927(case):
    count, base = case
    z = scipy.stats.norm.ppf(0.975)
    for limit in wilson_interval(count, base):
        # At 0% and 100% one limit is the share itself, where both sides are nought.
        distance = (count / base - limit) ** 2
        assert distance == pytest.approx(z * z * limit * (1 - limit) / base, abs=1e-9)


@given(counts(), counts(), st.sampled_from([0.9, 0.95, 0.99]))
def test_intervals_equal_statsmodels(first, second, level):
    alpha = 1 - level
    assert wilson_interval(*first, level) == pytest.approx(
        proportion_confint(*first, alpha=alpha, method="wilson"), abs=1e-9
    )
    assert clopper_pearson_interval(*first, level) == pytest.approx(
        proportion_confint(*first, alpha=alpha, method="beta"), abs=1e-9
    )
    theirs = confint_proportions_2indep(
        *first, *second, compare="diff", method="newcomb", alpha=alpha
    )
    assert newcombe_interval(*first, *second, level) == pytest.approx(theirs, abs=1e-9)


@given(counts())
def test_clopper_and_pearsons_limits_leave_a_tail_of_a_fortieth_on_each_side(case):
    count, base = case
    lower, upper = clopper_pearson_interval(count, base)
    if count > 0:
        assert scipy.stats.binom.sf(count - 1, base, lower) == pytest.approx(0.025, abs=1e-9)
    if count < base:
        assert scipy.stats.binom.cdf(count, base, upper) == pytest.approx(0.025, abs=1e-9)
    assert lower <= count / base <= upper


@given(counts(), counts())
def test_wilson_holds_the_share_stays_in_range_and_mirrors(case, _):
    count, base = case
    lower, upper = wilson_interval(count, base)
    assert 0 <= lower <= count / base <= upper <= 1
    mirrored = wilson_interval(base - count, base)
    assert mirrored.lower == pytest.approx(1 - upper, abs=1e-12)


@pytest.mark.parametrize(("x1", "n1", "x2", "n2", "lower", "upper"), NEWCOMBE_TABLE_II)
def test_newcombe_1998_method_10(x1, n1, x2, n2, lower, upper):
    interval = newcombe_interval(x1, n1, x2, n2)
    assert interval.lower == pytest.approx(lower, abs=5e-5)
    assert interval.upper == pytest.approx(upper, abs=5e-5)


@given(counts(), counts())
def test_newcombe_is_built_from_the_two_wilson_intervals(first, second):
    (x1, n1), (x2, n2) = first, second
    p1, p2 = x1 / n1, x2 / n2
    (l1, u1), (l2, u2) = wilson_interval(x1, n1), wilson_interval(x2, n2)
    interval = newcombe_interval(x1, n1, x2, n2)
    assert interval.lower == pytest.approx(p1 - p2 - math.hypot(p1 - l1, u2 - p2), abs=1e-9)
    assert interval.upper == pytest.approx(p1 - p2 + math.hypot(u1 - p1, p2 - l2), abs=1e-9)


@given(counts(), counts())
def test_z_squared_is_pearsons_chi_squared(first, second):
    (x1, n1), (x2, n2) = first, second
    if x1 + x2 in (0, n1 + n2):
        return
    z, p = two_proportion_test(x1, n1, x2, n2)
    other = scipy.stats.chi2_contingency([[x1, n1 - x1], [x2, n2 - x2]], correction=False)
    assert z * z == pytest.approx(other.statistic, abs=1e-9, rel=1e-9)
    assert p == pytest.approx(other.pvalue, abs=1e-9)
    assert smallest_expected_count(x1, n1, x2, n2) == pytest.approx(other.expected_freq.min())


@given(counts(), counts())
def test_z_test_equals_statsmodels_and_many_pairs_equal_one(first, second):
    (x1, n1), (x2, n2) = first, second
    if x1 + x2 in (0, n1 + n2):
        return
    z, p = two_proportion_test(x1, n1, x2, n2)
    assert (z, p) == pytest.approx(proportions_ztest([x1, x2], [n1, n2]), abs=1e-9)
    many, computed = pooled_z(*(np.array([value] * 3) for value in (x1, n1, x2, n2)))
    assert many == pytest.approx([z] * 3, abs=1e-12)
    assert two_sided_p(many) == pytest.approx([p] * 3, abs=1e-12)
    assert computed.all()
    backwards = two_proportion_test(x2, n2, x1, n1)
    assert backwards.z == pytest.approx(-z, abs=1e-12)


def test_2_1_2_of_northumbria_70_of_100_then_78_of_97():
    z, p = two_proportion_test(70, 100, 78, 97)
    assert z == pytest.approx(-1.6902, abs=5e-5)
    assert p == pytest.approx(0.0910, abs=5e-5)


def test_boschloo_on_the_job_satisfaction_of_professors_and_scientists():
    # The worked example of scipy's documentation: 74 of 117 college professors and 31 of 63
    # scientists very satisfied; one-sided p = 0.0355, so two-sided twice that.
    assert boschloo_exact(74, 117, 31, 63) == pytest.approx(2 * 0.0355, abs=2e-4)


def test_fishers_lady_tasting_tea():
    # Fisher (1935), The Design of Experiments: three of four cups each way, 34 in 70.
    assert fisher_exact(3, 4, 1, 4) == pytest.approx(34 / 70, abs=1e-9)


def test_benjamini_and_hochberg_1995_section_4_fifteen_tests():
    p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0000,
    ]  # fmt: skip
    adjusted = benjamini_hochberg(p)
    # The paper: at 0.05 the four smallest are rejected.
    assert [value <= 0.05 for value in adjusted] == [True] * 4 + [False] * 11
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=30))
def test_tests_without_a_result_are_left_out(p_values):
    adjusted = benjamini_hochberg(p_values)
    known = [p for p in p_values if p is not None]
    alone = iter(benjamini_hochberg(known))
    for p, value in zip(p_values, adjusted, strict=True):
        if p is None:
            assert value is None
        else:
            assert value == pytest.approx(next(alone))
            assert p <= value + 1e-12 <= 1 + 1e-9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_values_equal_statsmodels(p_values):
    theirs = multipletests(p_values, method="fdr_bh")[1]
    assert benjamini_hochberg(p_values) == pytest.approx(theirs, abs=1e-12)


@given(counts(most=40), counts(most=40))
def test_few_expected_is_an_expected_count_under_five(first, second):
    (x1, n1), (x2, n2) = first, second
    if x1 + x2 in (0, n1 + n2):
        return
    table = [[x1, n1 - x1], [x2, n2 - x2]]
    fewest = scipy.stats.contingency.expected_freq(table).min()
    if abs(fewest - 5) > 1e-9:
        assert few_expected(x1, n1, x2, n2) == (fewest < 5)


def test_five_expected_are_not_too_few():
    assert not few_expected(5, 10, 5, 10)
    assert few_expected(5, 10, 4, 10)


@pytest.mark.parametrize("bad", [float("nan"), -0.1, 1.1])
def test_a_p_value_that_is_none_is_refused(bad):
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg([0.1, bad])


@pytest.mark.parametrize("previous", [41, 54, 70, 81])
def test_detectable_change_agrees_with_the_normal_approximation(previous):
    change = smallest_detectable_change(previous, 100, 97)
    for points, sign in ((change.rise, 1), (change.fall, -1)):
        power = power_proportions_2indep(
            sign * points / 100, previous / 100, 97, ratio=100 / 97, alpha=0.1
        ).power
        assert power == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize(("previous", "n1", "n2"), [(41, 1500, 3000), (81, 4000, 900)])
def test_detectable_change_of_large_samples_is_the_normal_approximation(previous, n1, n2):
    def power(points):
        return power_proportions_2indep(
            points / 100, previous / 100, n2, ratio=n1 / n2, alpha=0.1
        ).power

    change = smallest_detectable_change(previous, n1, n2)
    for points, sign in ((change.rise, 1), (change.fall, -1)):
        assert power(sign * points) >= 0.8 > power(sign * (points - 1))


def power_by_scipy(share, later, n1, n2, rising, level=0.1):
    """Probability that the Z-test passes the right way and so does scipy's exact one if asked."""
    chance = 0.0
    for x1, x2 in itertools.product(range(n1 + 1), range(n2 + 1)):
        if x1 + x2 in (0, n1 + n2) or (x2 * n1 > x1 * n2) != rising:
            continue
        table = [[x1, n1 - x1], [x2, n2 - x2]]
        test = scipy.stats.chi2_contingency(table, correction=False)
        if test.pvalue >= level:
            continue
        few = test.expected_freq.min() < 5 - 1e-9
        if few and barnard(x1, n1, x2, n2) >= level:
            continue
        chance += scipy.stats.binom.pmf(x1, n1, share) * scipy.stats.binom.pmf(x2, n2, later)
    return chance


@functools.cache
def barnard(x1, n1, x2, n2):
    return scipy.stats.barnard_exact([[x1, x2], [n1 - x1, n2 - x2]], pooled=True).pvalue


def test_small_samples_cannot_see_small_changes():
    # 55%, 70% and 90% of 20 and then 11 cases, as in Through the Gate: both tests by scipy.
    for previous in (55, 70, 90):
        found = smallest_detectable_change(previous, 20, 11)
        for points, sign in ((found.rise, 1), (found.fall, -1)):
            if points is None:
                most = 1.0 if sign > 0 else 0.0
                assert power_by_scipy(previous / 100, most, 20, 11, sign > 0) < 0.8
                continue
            at, below = ((previous + sign * (points - less)) / 100 for less in (0, 1))
            assert power_by_scipy(previous / 100, at, 20, 11, sign > 0) >= 0.8
            assert power_by_scipy(previous / 100, below, 20, 11, sign > 0) < 0.8
    assert smallest_detectable_change(90, 20, 11).rise is None
    assert smallest_detectable_change(70, 20, 11).rise is None
    assert smallest_detectable_change(100, 20, 11).rise is None
    assert smallest_detectable_change(0, 20, 11).fall is None


def test_power_of_three_cases_and_three_worked_out_by_hand():
    # Of 3 and 3 only 0 and 3 differ by both tests: 1 and 3 pass the Z-test (z = 1.73, p = 0.083),
    # but 14 of 64 equally probable pairs are as far apart, 2 of 64 for 0 and 3. So from 20% it is
    # seen with probability 0.8^3 q^3: 0.512 for q = 100%, and 0.4968 for 99%.
    assert smallest_detectable_change(20, 3, 3, power=0.5) == (80, None)
    assert smallest_detectable_change(80, 3, 3, power=0.5) == (None, 80)
    # From nothing at all done well it is q^3: 0.512 for 80%, 0.493 for 79%.
    assert smallest_detectable_change(0, 3, 3, power=0.5) == (80, None)
    # A power of exactly 0.8^3 is reached, whichever way its last digit was rounded.
    assert smallest_detectable_change(0, 3, 3, power=0.512) == (80, None)


def test_large_samples_cost_no_more_and_see_more():
    close = smallest_detectable_change(70, 980, 980)
    far = smallest_detectable_change(70, 1_000_000, 1_000_000)
    normal = smallest_detectable_change(70, 1_010, 1_010)
    assert 0 <= close.rise - normal.rise <= 1 and 0 <= close.fall - normal.fall <= 1
    assert far == (1, 1)
    # One sample typed far too large: the other one still limits what can be seen.
    assert smallest_detectable_change(70, 1_000_000, 97).rise >= 10
    for power in (0, 1, 1.5, float("nan")):
        with pytest.raises(ValueError, match="between 0 and 1"):
            smallest_detectable_change(70, 100, 97, power=power)
        with pytest.raises(ValueError, match="between 0 and 1"):
            smallest_detectable_change(70, 100, 97, level=power)


@pytest.mark.parametrize(
    ("percent", "n1", "n2", "words"),
    [
        (-1, 100, 97, "percentage must lie between 0 and 100"),
        (101, 100, 97, "percentage must lie between 0 and 100"),
        (70, 0, 97, "base is 0"),
        (70, 100, -97, "cannot be below 0"),
        (70, 100, 9.5, "whole number"),
    ],
)
def test_what_no_sample_could_have_seen_is_not_asked(percent, n1, n2, words):
    with pytest.raises(ValueError, match=words):
        smallest_detectable_change(percent, n1, n2)


@pytest.mark.parametrize(
    ("x1", "n1", "words"),
    [
        (1, 0, "base is 0"),
        (3, 2, "above its base"),
        (-1, 2, "below 0"),
        (1, -2, "below 0"),
        (0.5, 2, "whole number"),
        (1, 2.5, "whole number"),
        (float("nan"), 2, "missing"),
        (1, float("nan"), "missing"),
        (float("inf"), 2, "infinite"),
        ("many", 2, "whole number"),
        (None, 2, "missing"),
        ([1, 5], [3, 4], "above its base"),
        ([1, 0.5], [3, 4], "whole number"),
        ([0, 1], [0, 4], "base is 0"),
        ([1, 1], [-3, 4], "base is -3: a number of cases cannot be below 0"),
        ([1, float("nan")], [3, 4], "missing"),
        ([1, float("inf")], [3, 4], "infinite"),
        ([0, -3], [3, 4], "count is -3: a number of cases cannot be below 0"),
    ],
)
def test_bad_figures_are_named_in_a_sentence(x1, n1, words):
    calls = [
        lambda: wilson_interval(x1, n1),
        lambda: newcombe_interval(x1, n1, 1, 2),
        lambda: newcombe_interval(1, 2, x1, n1),
        lambda: two_proportion_test(x1, n1, 1, 2),
        lambda: two_proportion_test(1, 2, x1, n1),
        lambda: smallest_expected_count(x1, n1, 1, 2),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=words):
            call()


@pytest.mark.parametrize(("x1", "x2"), [(0, 0), (20, 11)])
def test_nought_against_nought_cannot_be_computed(x1, x2):
    with pytest.raises(CannotBeComputed, match="cannot be computed"):
        two_proportion_test(x1, 20, x2, 11)
    assert boschloo_exact(x1, 20, x2, 11) == 1
    assert fisher_exact(x1, 20, x2, 11) == 1


@pytest.mark.parametrize("level", [0, 1, 1.5, float("nan")])
def test_a_level_lies_between_0_and_1(level):
    for interval, figures in (
        (wilson_interval, (1, 2)),
        (clopper_pearson_interval, (1, 2)),
        (newcombe_interval, (1, 2, 3, 4)),
    ):
        with pytest.raises(ValueError, match="level must lie between 0 and 1"):
            interval(*figures, level)


def test_one_pair_of_many_without_a_test_is_not_passed_over():
    with pytest.raises(CannotBeComputed, match="cannot be computed"):
        two_proportion_test([0, 1], [5, 5], [0, 2], [5, 5])


def test_unpooled_nought_against_all_cannot_be_computed():
    with pytest.raises(CannotBeComputed, match="unpooled"):
        two_proportion_test(0, 5, 5, 5, pooled=False)


def test_arrays_go_in_and_arrays_come_out():
    interval = wilson_interval(np.array([81, 15]), np.array([263, 148]))
    assert interval.lower == pytest.approx([0.2553, 0.0624], abs=5e-5)
    _, p = two_proportion_test([70, 11], [100, 20], [78, 10], [97, 11])
    assert p == pytest.approx([0.0910, 0.0407], abs=5e-5)
    assert isinstance(wilson_interval(81, 263).lower, float)


@given(counts(), counts())
def test_there_is_never_a_nan(first, second):
    figures = (*first, *second)
    values = [*wilson_interval(*first), *newcombe_interval(*figures), fisher_exact(*figures)]
    values.append(smallest_expected_count(*figures))
    assert all(math.isfinite(value) for value in values)

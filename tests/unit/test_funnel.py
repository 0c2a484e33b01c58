"""Funnel limits, overdispersion, shrinkage and ranks against outside oracles."""

from fractions import Fraction
from itertools import product
from math import comb, inf, sqrt

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats.mstats import winsorize
from statsmodels.stats.anova import anova_lm

from pipeline.analysis.statistics.funnel import (
    approximate_limit,
    dispersion,
    exact_limit,
    limits,
    zone,
    zones,
)
from pipeline.analysis.statistics.ranking import RankInterval, half, rank_intervals
from pipeline.analysis.statistics.shrinkage import intraclass_correlation, shrunk


def limit_by_definition(target, cases, probability):
    """Spiegelhalter (2005), appendix A.1.1, in exact fractions: (r - alpha) / n."""
    total = Fraction(0)
    for count in range(cases + 1):
        step = comb(cases, count) * target**count * (1 - target) ** (cases - count)
        total += step
        if total >= probability:
            return max(Fraction(0), (count - (total - probability) / step) / cases)
    raise AssertionError


@given(st.integers(1, 99), st.integers(1, 120), st.sampled_from([1, 25, 975, 999]))
def test_exact_limits_are_those_of_the_paper(percent, cases, thousandths):
    target, probability = Fraction(percent, 100), Fraction(thousandths, 1000)
    expected = limit_by_definition(target, cases, probability)
    ours = exact_limit(float(target), [cases], float(probability))[0]
    assert ours == pytest.approx(float(expected), abs=1e-7)


@pytest.mark.parametrize("cases", [10, 40])
def test_limits_that_nothing_widens_are_exact(cases):
    ends = Fraction(25, 1000), Fraction(975, 1000)
    expected = [float(limit_by_definition(Fraction(1, 2), cases, end)) for end in ends]
    assert [limit[0] for limit in limits(0.5, [cases], 0.95)] == pytest.approx(expected)


def test_many_cases_come_close_to_the_normal_limits():
    lower, upper = limits(0.6, [10_000], 0.95)
    error = sqrt(0.6 * 0.4 / 10_000)
    assert upper[0] == pytest.approx(0.6 + 1.959964 * error, abs=1e-4)
    assert lower[0] == pytest.approx(0.6 - 1.959964 * error, abs=1e-4)


def test_a_limit_is_a_share_of_at_least_one_case():
    assert approximate_limit(0.9, [4], 0.999).tolist() == [1]
    assert approximate_limit(0.1, [4], 0.001).tolist() == [0]
    with pytest.raises(ValueError, match="at least one case"):
        exact_limit(0.5, [10, 0], 0.975)


@pytest.mark.parametrize("target", [-0.1, 1.5])
def test_a_target_is_a_proportion(target):
    with pytest.raises(ValueError, match="proportion from 0 to 1"):
        exact_limit(target, [10], 0.975)


def test_nothing_is_widened_unless_it_is_asked_for():
    assert approximate_limit(0.5, [100], 0.975)[0] == pytest.approx(0.5 + 1.959964 * 0.05)
    # 71 of 100 is z = 2.25; twice as wide it would be within.
    assert zones([71], [100], 0.6) == ["above"] and zones([71], [100], 0.6, 2) == ["within"]


def test_zones():
    assert zone(60, 100, 0.6) == "within"
    assert zone(71, 100, 0.6) == "above"
    assert zone(80, 100, 0.6) == "far above"
    assert zone(49, 100, 0.6) == "below"
    assert zone(20, 100, 0.6) == "far below"
    assert zone(10, 10, 1.0) == zone(0, 10, 0.0) == "within"
    assert zone(9, 10, 1.0) == "far below"


def test_widened_limits_lie_as_far_on_either_side():
    lower, upper = limits(0.5, [100], 0.95, widened=2)
    assert upper[0] - 0.5 == pytest.approx(2 * 1.959964 * 0.05, abs=1e-6)
    assert 0.5 - lower[0] == pytest.approx(2 * 1.959964 * 0.05, abs=1e-6)


def test_spread_beyond_chance_widens_the_limits():
    # Twenty providers at z = +2 and -2: phi is 4 by its definition.
    counts, bases = [60] * 10 + [40] * 10, [100] * 20
    found = dispersion(counts, bases, 0.5)
    assert found.phi == pytest.approx(4)
    assert found.threshold == pytest.approx(1 + 2 * sqrt(2 / 20))
    assert found.applied == pytest.approx(2)
    assert zone(63, 100, 0.5) == "above" and zone(63, 100, 0.5, found.applied) == "within"


@pytest.mark.parametrize(("count", "target"), [(0, 0.0), (10, 1.0)])
def test_where_every_case_is_the_same_nothing_is_widened(count, target):
    assert dispersion([count] * 2, [10] * 2, target) == (1, 1, 1)


def test_one_provider_is_as_far_out_as_it_is_alone():
    # z = 0.4 / sqrt(0.25 / 10); phi = z squared; the threshold is 1 + 2 sqrt(2).
    assert dispersion([9], [10], 0.5) == pytest.approx((6.4, 1 + 2 * sqrt(2), sqrt(6.4)))


def test_one_outlier_does_not_hide_itself():
    found = dispersion([50] * 19 + [95], [100] * 20, 0.5)
    assert found.applied == 1.0
    assert zone(95, 100, 0.5, found.applied) == "far above"


def test_the_tenth_at_each_end_is_drawn_in_to_its_neighbour():
    # Of 21 providers two at each end, as scipy draws them in.
    counts = [30, 33, *range(41, 58), 64, 72]
    z = (np.array(counts) / 100 - 0.5) / 0.05
    drawn_in = winsorize(z, limits=(2 / 21, 2 / 21))
    assert dispersion(counts, [100] * 21, 0.5).phi == pytest.approx(float((drawn_in**2).mean()))


@pytest.mark.parametrize(
    ("counts", "bases"), [([3, 9, 30, 12, 45], [10, 12, 60, 13, 50]), ([3, 9], [10, 12])]
)
def test_the_correlation_is_that_of_a_one_way_analysis_of_variance(counts, bases):
    cases = pd.DataFrame(
        [
            (provider, int(case < count))
            for provider, (count, base) in enumerate(zip(counts, bases, strict=True))
            for case in range(base)
        ],
        columns=["provider", "well"],
    )
    table = anova_lm(smf.ols("well ~ C(provider)", cases).fit())
    between, within = table["mean_sq"]
    size = (sum(bases) - sum(n * n for n in bases) / sum(bases)) / (len(bases) - 1)
    expected = (between - within) / (between + (size - 1) * within)
    assert intraclass_correlation(counts, bases) == pytest.approx(expected)


def test_efron_and_morris_batting_averages():
    # Efron and Morris (1975), table 1: hits of 18 players in their first 45 times at bat. Their
    # estimate draws each average to the mean of all, 0.265, and keeps 0.212 of the distance.
    hits = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
    found = shrunk(hits, [45] * 18)
    assert found.mean == pytest.approx(0.265, abs=5e-4)
    kept = (found.shares[0] - found.mean) / (18 / 45 - found.mean)
    # Theirs takes the variance as known and corrects for the estimated mean; ours need not agree to
    # the digit, but must draw in most of the distance and not all.
    assert kept == pytest.approx(0.212, abs=0.12)
    assert found.shares.tolist() == sorted(found.shares, reverse=True)


@given(
    st.lists(
        st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=1,
        max_size=25,
    )
)
def test_a_shrunk_share_lies_between_the_share_and_the_mean(figures):
    counts, bases = (np.array(column) for column in zip(*figures, strict=True))
    found = shrunk(counts, bases)
    low, high = np.minimum(counts / bases, found.mean), np.maximum(counts / bases, found.mean)
    assert ((low - 1e-12 <= found.shares) & (found.shares <= high + 1e-12)).all()


def test_where_no_case_differs_there_is_no_spread_to_share():
    assert intraclass_correlation([0, 0], [5, 5]) == intraclass_correlation([5, 5], [5, 5]) == 0


def test_no_spread_beyond_chance_leaves_only_the_mean():
    found = shrunk([5, 50], [10, 100])
    assert found.worth == inf and found.shares.tolist() == [0.5, 0.5]


def ranks_by_enumeration(chances, level):
    """Every outcome of every provider, one by one."""
    providers, scores = len(chances), len(chances[0])
    best = np.zeros((providers, providers))
    worst = np.zeros((providers, providers))
    for outcome in product(range(scores), repeat=providers):
        weight = np.prod([chances[i][outcome[i]] for i in range(providers)])
        for i in range(providers):
            best[i, sum(outcome[j] > outcome[i] for j in range(providers))] += weight
            worst[i, sum(outcome[j] >= outcome[i] for j in range(providers)) - 1] += weight
    tail = (1 - level) / 2
    return [
        RankInterval(
            1 + int((best[i].cumsum().round(9) <= tail).sum()),
            1 + int((worst[i].cumsum().round(9) < 1 - tail).sum()),
        )
        for i in range(providers)
    ]


weights = st.lists(st.integers(0, 5), min_size=3, max_size=3).filter(any)


@settings(max_examples=40)
@given(st.lists(weights, min_size=1, max_size=5), st.sampled_from([0.5, 0.8, 0.95]))
def test_ranks_are_those_of_every_outcome_counted(rows, level):
    chances = [[w / sum(row) for w in row] for row in rows]
    assert rank_intervals(chances, level) == ranks_by_enumeration(chances, level)


def ranks_by_convolution(chances, level):
    """The same by adding one provider after the other, as a textbook does it."""
    chances = np.asarray(chances)
    tail, found = (1 - level) / 2, []
    for own in range(len(chances)):
        best, worst = np.zeros(len(chances)), np.zeros(len(chances))
        for score, weight in enumerate(chances[own]):
            above, not_below = np.array([1.0]), np.array([1.0])
            for other in np.delete(chances, own, axis=0):
                over, same = other[score + 1 :].sum(), other[score]
                above = np.convolve(above, [1 - over, over])
                not_below = np.convolve(not_below, [1 - over - same, over + same])
            best += weight * above
            worst += weight * not_below
        first = int((best.cumsum().round(9) <= tail).sum())
        last = int((worst.cumsum().round(9) < 1 - tail).sum())
        found.append(RankInterval(1 + first, 1 + last))
    return found


@pytest.mark.parametrize("providers", [2, 21, 60])
def test_ranks_of_many_are_those_of_the_sums_one_by_one(providers):
    random = np.random.default_rng(providers)
    chances = random.dirichlet(np.full(31, 0.2), providers)
    assert rank_intervals(chances) == ranks_by_convolution(chances, 0.95)


def test_ranks_of_three_hundred_hold_in_drawn_leagues():
    # Each end leaves out at most 2.5%; of 4,000 drawn leagues not more than 2.5% and five standard
    # errors of that share can lie beyond it, ties to the provider's gain and loss.
    random = np.random.default_rng(18)
    chances = random.dirichlet(np.full(31, 0.3), 300)
    found = rank_intervals(chances)
    draws = 4000
    drawn = (random.random((draws, 300, 1)) > chances.cumsum(axis=1)[None, :, :-1]).sum(axis=2)
    bound = 0.025 + 5 * sqrt(0.025 * 0.975 / draws)
    for at in range(0, 300, 15):
        above = (drawn > drawn[:, [at]]).sum(axis=1)
        not_below = (drawn >= drawn[:, [at]]).sum(axis=1) - 1
        assert (above + 1 < found[at].best).mean() <= bound
        assert (not_below + 1 > found[at].worst).mean() <= bound
        # And no narrower would do: one rank less at either end leaves out more than 2.5%.
        slack = 0.025 - 5 * sqrt(0.025 * 0.975 / draws)
        assert (above + 1 <= found[at].best).mean() >= slack
        assert (not_below + 1 >= found[at].worst).mean() >= slack


def test_a_provider_is_in_a_half_only_with_its_whole_interval():
    assert half(RankInterval(1, 10), 21) == "upper half"
    assert half(RankInterval(12, 21), 21) == "lower half"
    # An even number has no middle: the tenth of twenty is the last of the upper half.
    assert half(RankInterval(1, 10), 20) == "upper half"
    assert half(RankInterval(11, 20), 20) == "lower half"
    assert half(RankInterval(10, 11), 20) == "either half"
    assert half(RankInterval(10, 12), 21) == half(RankInterval(11, 11), 21) == "either half"


def test_chances_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="add up to 1"):
        rank_intervals([[0.5, 0.4]])

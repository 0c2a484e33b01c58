"""The exact version of the pooled Z-test, against scipy and against counting in fractions."""

import itertools
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.analysis.statistics import exact
from pipeline.analysis.statistics.exact import (
    critical_z,
    exact_z_at_least,
    exact_z_p,
    exact_z_passes,
)


@cache
def z_squared(n1, n2):
    """The square of every pooled Z as a fraction, so that ties are ties."""
    table = {}
    for x1, x2 in itertools.product(range(n1 + 1), range(n2 + 1)):
        well, cases = x1 + x2, n1 + n2
        if well in (0, cases):
            table[x1, x2] = Fraction(0)
            continue
        variance = Fraction(well * (cases - well), cases * n1 * n2)
        table[x1, x2] = (Fraction(x1, n1) - Fraction(x2, n2)) ** 2 / variance
    return table


def by_counting(x1, n1, x2, n2):
    """The p-value by adding up every table at least as far apart, over 20,001 common shares."""
    table = z_squared(n1, n2)
    region = [pair for pair, value in table.items() if value >= table[x1, x2]]
    shares = np.linspace(0, 1, 20_001)
    first = [scipy.stats.binom.pmf(k, n1, shares) for k in range(n1 + 1)]
    second = [scipy.stats.binom.pmf(k, n2, shares) for k in range(n2 + 1)]
    return min(1.0, max(sum(first[a] * second[b] for a, b in region)))


def scipys(x1, n1, x2, n2):
    table = [[x1, x2], [n1 - x1, n2 - x2]]
    return float(scipy.stats.barnard_exact(table, pooled=True, n=64).pvalue)


def scipy_keeps_ties(x1, n1, x2, n2):
    """Whether scipy's rounded statistics hold the same tables as the fractions."""
    first, second = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
    # The formula of scipy.stats.barnard_exact, in its order of operations.
    p1, p2 = first / n1, second / n2
    p = (first + second) / (n1 + n2)
    variance = p * (1 - p) * (1 / n1 + 1 / n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.abs(np.divide(p1 - p2, np.sqrt(variance), out=np.zeros_like(p), where=p1 != p2))
    exactly = z_squared(n1, n2)
    ours = np.array(
        [[exactly[a, b] >= exactly[x1, x2] for b in range(n2 + 1)] for a in range(n1 + 1)]
    )
    return bool(((z >= z[x1, x2]) == ours).all())


# x1 of n1, x2 of n2 and the p-value: the counts of the two reports, the values from the review
# that measured them with scipy.
PUBLISHED = [
    (18, 20, 7, 11, 0.0945),  # 4.2.1: 90% of 20, 64% of 11
    (14, 20, 9, 11, 0.5720),  # 4.2.2: 70% of 20, 82% of 11
    (11, 20, 10, 11, 0.0429),  # 4.2.3: 55% of 20, 91% of 11
    (20, 20, 9, 11, 0.0597),  # prompt 4.2.1-1: 100% of 20, 82% of 11
]


@pytest.mark.parametrize(("x1", "n1", "x2", "n2", "p"), PUBLISHED)
def test_the_few_cases_of_through_the_gate(x1, n1, x2, n2, p):
    assert exact_z_p(x1, n1, x2, n2) == pytest.approx(p, abs=5e-5)
    assert exact_z_p(x1, n1, x2, n2) == pytest.approx(scipys(x1, n1, x2, n2), abs=1e-6)
    assert exact_z_p(x1, n1, x2, n2) == pytest.approx(by_counting(x1, n1, x2, n2), abs=1e-6)


@st.composite
def tables(draw, most=18):
    n1, n2 = draw(st.integers(1, most)), draw(st.integers(1, most))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


@settings(deadline=None, max_examples=60)
@given(tables())
def test_it_is_the_largest_probability_of_tables_as_far_apart(table):
    p = exact_z_p(*table)
    assert p == pytest.approx(by_counting(*table), abs=1e-6)
    x1, n1, x2, n2 = table
    assert exact_z_p(x2, n2, x1, n1) == pytest.approx(p, abs=1e-9)
    assert exact_z_p(n1 - x1, n1, n2 - x2, n2) == pytest.approx(p, abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(tables(most=40))
def test_it_equals_scipy_wherever_scipy_keeps_ties_together(table):
    x1, n1, x2, n2 = table
    if x1 * n2 == x2 * n1:
        assert exact_z_p(*table) == 1
        return
    if scipy_keeps_ties(*table):
        assert exact_z_p(*table) == pytest.approx(scipys(*table), abs=1e-6)
    else:
        # Rounding has parted a table from its mirror image and left it out.
        assert exact_z_p(*table) >= scipys(*table) - 1e-6


@settings(deadline=None, max_examples=150)
@given(tables(most=120), st.sampled_from([0.01, 0.05, 0.1, 0.2]))
def test_passing_is_having_a_smaller_p_value(table, level):
    p = exact_z_p(*table)
    if abs(p - level) > 1e-9:
        assert exact_z_passes(*table, level) == (p < level)
    bound = exact_z_at_least(*(np.array([value]) for value in table))[0]
    assert bound <= p + 1e-9


@settings(deadline=None, max_examples=60)
@given(tables(most=300))
def test_the_grid_alone_comes_within_three_percent(table):
    _, n1, _, n2 = table
    region = exact._further_apart(exact._size_of_z(*table), n1, n2)
    if region is not None:
        assert exact._on_grid(region, n1, n2).max() >= 0.97 * exact_z_p(*table) - 1e-12


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 14), st.integers(1, 14), st.sampled_from([0.05, 0.1]))
def test_one_critical_z_settles_every_pair_of_counts(n1, n2, level):
    critical = critical_z(n1, n2, level)
    for (x1, x2), squared in z_squared(n1, n2).items():
        p = exact_z_p(x1, n1, x2, n2)
        if abs(p - level) > 1e-9:
            assert (float(squared) ** 0.5 >= critical * (1 - 1e-9)) == (p < level)


def test_samples_too_large_to_count_take_fishers_test():
    table = (3, 4_000, 2, 9)
    less = scipy.stats.fisher_exact([[3, 3_997], [2, 7]], "less").pvalue
    greater = scipy.stats.fisher_exact([[3, 3_997], [2, 7]], "greater").pvalue
    assert exact_z_p(*table) == pytest.approx(2 * min(less, greater), rel=1e-6)
    assert exact_z_passes(*table, 0.1)
    assert not exact_z_passes(500, 1_000_000, 501, 1_000_000, 0.1)

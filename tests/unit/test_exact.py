"""The exact version of the pooled Z-test, against scipy and against counting in fractions."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import example, given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportions_ztest
from support.exact import by_counting, scipy_keeps_ties, scipys, z_squared

from pipeline.analysis.statistics import exact
from pipeline.analysis.statistics.exact import (
    boschloo_exact,
    critical_z,
    exact_z_at_least,
    exact_z_p,
    exact_z_passes,
)

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


@pytest.mark.parametrize(("x1", "n1", "x2", "n2", "p"), PUBLISHED)
def test_one_size_of_z_passes_or_none_does(x1, n1, x2, n2, p):
    z = abs(proportions_ztest([x1, x2], [n1, n2])[0])
    assert critical_z(np.array([z]), n1, n2, 0.1) == (z if p < 0.1 else np.inf)


@st.composite
def tables(draw, most=18):
    n1, n2 = draw(st.integers(1, most)), draw(st.integers(1, most))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


@given(tables())
def test_it_is_the_largest_probability_of_tables_as_far_apart(table):
    p = exact_z_p(*table)
    assert p == pytest.approx(by_counting(*table), abs=1e-6)
    x1, n1, x2, n2 = table
    assert exact_z_p(x2, n2, x1, n1) == pytest.approx(p, abs=1e-9)
    assert exact_z_p(n1 - x1, n1, n2 - x2, n2) == pytest.approx(p, abs=1e-9)


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


@settings(max_examples=150)
@given(tables(most=120), st.sampled_from([0.01, 0.05, 0.1, 0.2]))
def test_passing_is_having_a_smaller_p_value(table, level):
    p = exact_z_p(*table)
    # Levels next to the p-value as well, where the grid alone cannot decide.
    for at in (level, p * 0.9995, min(0.999, p * 1.0005)):
        if 0 < at < 1 and abs(p - at) > 1e-9:
            assert exact_z_passes(*table, at) == (p < at)
    bound = exact_z_at_least(*(np.array([value]) for value in table))[0]
    assert bound <= p + 1e-9


@given(tables(most=60))
@example((0, 9, 1, 3))
@example((1, 2, 1, 2))
@example((0, 2, 0, 5))
def test_the_lower_bound_is_the_chance_of_what_lies_further_out_on_both_sides(table):
    x1, n1, x2, n2 = table
    if x1 * n2 > x2 * n1:
        x1, n1, x2, n2 = x2, n2, x1, n1
    share, chance = (x1 + x2) / (n1 + n2), scipy.stats.binom
    mirrored = chance.sf(n1 - x1 - 1, n1, share) * chance.cdf(n2 - x2, n2, share)
    expected = min(1, chance.cdf(x1, n1, share) * chance.sf(x2 - 1, n2, share) + mirrored)
    found = exact_z_at_least(*(np.array([value]) for value in table))[0]
    assert found == pytest.approx(expected, abs=1e-12)


@given(tables(most=300))
def test_the_grids_alone_come_within_ten_and_one_percent(table):
    _, n1, _, n2 = table
    z = exact._size_of_z(*table)
    if z > 0:
        region = exact.further_apart(z, n1, n2)
        for grid, share in ((exact._COARSE, 0.9), (exact._FINE, 0.99)):
            found = exact._on_grid(region, n1, n2, grid).max()
            assert found >= share * exact_z_p(*table) - 1e-12


@settings(max_examples=30)
@given(st.integers(1, 14), st.integers(1, 14), st.sampled_from([0.05, 0.1]))
def test_one_critical_z_settles_every_pair_of_counts(n1, n2, level):
    sizes = z_squared(n1, n2)
    critical = critical_z(np.array([float(at) ** 0.5 for at in sizes.values()]), n1, n2, level)
    for (x1, x2), squared in sizes.items():
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


def fisher_doubled(x1, n1, x2, n2):
    table = [[x1, n1 - x1], [x2, n2 - x2]]
    sides = (scipy.stats.fisher_exact(table, side).pvalue for side in ("less", "greater"))
    return min(1, 2 * min(sides))


@pytest.mark.parametrize("test", [exact_z_p, boschloo_exact])
def test_up_to_a_thousand_cases_are_counted(test):
    # Fisher's test, which stands in beyond, is readier to see none among so many done well.
    counted = 480, 500, 490, 500
    assert test(*counted) < 0.95 * fisher_doubled(*counted)
    for table in ((3, 991, 2, 10), (480, 501, 490, 500), (580, 600, 590, 600)):
        assert test(*table) == pytest.approx(fisher_doubled(*table), rel=1e-6)


def test_no_p_value_is_above_1_however_its_parts_are_rounded():
    # All pairs but none and all of both samples are as far apart as these.
    for table in ((13, 33, 15, 38), (14, 33, 17, 40), (4, 33, 5, 41), (23, 36, 30, 47)):
        assert 1 - 1e-9 < exact_z_p(*table) <= 1
    assert exact_z_p(1_000, 2_000, 1_000, 2_000) == 1


def test_a_level_between_the_two_tests_shows_which_was_asked():
    counted, beyond = (480, 500, 490, 500), (480, 501, 490, 500)
    assert exact_z_passes(*counted, 0.97 * fisher_doubled(*counted))
    assert not exact_z_passes(*beyond, 0.97 * fisher_doubled(*beyond))


@settings(max_examples=40)
@given(tables(most=40))
def test_boschloo_equals_scipys(table):
    x1, n1, x2, n2 = table
    if 0 < x1 + x2 < n1 + n2:
        scipys_p = scipy.stats.boschloo_exact([[x1, x2], [n1 - x1, n2 - x2]]).pvalue
        assert boschloo_exact(*table) == pytest.approx(min(1, scipys_p), abs=1e-6)
    assert boschloo_exact(x2, n2, x1, n1) == pytest.approx(boschloo_exact(*table), abs=1e-12)

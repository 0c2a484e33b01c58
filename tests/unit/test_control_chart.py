"""Control charts: limits and run rules against published worked examples."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.statistics.control_chart import PChart, p_chart, signals

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.3.2, "Proportions control charts": chips out
# of 50 on each of 30 wafers. The same figures are Montgomery's orange juice cans (example 7.1).
WAFERS = [
    12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22,
    8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6,
]  # fmt: skip

# Montgomery, Introduction to Statistical Quality Control, example 7.2: purchase orders with an
# error, of 25 weeks with different numbers of orders (234 of 2,450).
ORDERS = [
    100, 80, 80, 100, 110, 110, 100, 100, 90, 90, 110, 120, 120,
    120, 110, 80, 80, 80, 90, 100, 100, 100, 100, 90, 90,
]  # fmt: skip
ERRORS = [
    12, 8, 6, 9, 10, 12, 11, 16, 10, 6, 20, 15, 9, 8, 6, 8, 10, 7, 5, 8, 5, 8, 10, 6, 9,
]  # fmt: skip


def test_nist_wafers():
    chart = p_chart(WAFERS, [50] * 30)
    assert round(chart.centre, 4) == 0.2313
    assert round(chart.upper[0], 4) == 0.4102
    assert round(chart.lower[0], 4) == 0.0524
    outside = [s.months for s in signals(chart) if s.rule == "outside the limits"]
    assert outside == [(14,), (22,)]  # "wafers 15 and 23"


def test_montgomerys_purchase_orders_with_a_varying_number_of_orders():
    chart = p_chart(ERRORS, ORDERS)
    assert (sum(ERRORS), sum(ORDERS)) == (234, 2450)
    assert chart.centre == pytest.approx(0.0955, abs=5e-5)
    for week, lower, upper in ((1, 0.007, 0.184), (2, 0, 0.194), (5, 0.011, 0.180)):
        assert chart.lower[week - 1] == pytest.approx(lower, abs=1e-3)
        assert chart.upper[week - 1] == pytest.approx(upper, abs=1e-3)
    outside = [s.months for s in signals(chart) if s.rule == "outside the limits"]
    assert outside == [(10,)]  # "only the point for sample 11 is above its upper limit"


def drawn(z):
    """A chart whose points lie so many standard errors from a centre of one half."""
    share = 0.5 + np.asarray(z, dtype=float) * 0.01
    flat = np.ones(len(share))
    return PChart(share, 0.5, 0.47 * flat, 0.53 * flat, 0.48 * flat, 0.52 * flat)


def months(z, rule):
    return [signal.months for signal in signals(drawn(z)) if signal.rule == rule]


# The cases by which the NHS-R package NHSRplotthedots tests its own rules
# (tests/testthat/test-ptd_calculate_point_type.R).
def test_seven_on_one_side_as_in_nhsr():
    assert months([1] * 6, "shift") == []
    assert months([1] * 6 + [-1], "shift") == []
    assert months([1] * 8 + [-1], "shift") == [tuple(range(8))]
    assert months([1] + [-1] * 8 + [1], "shift") == [tuple(range(1, 9))]
    assert months([1] * 7, "shift") == [tuple(range(7))]


def test_trends_as_in_nhsr():
    def trend(values):
        return months([value / 10 for value in values], "trend")

    assert trend([1, 2, 3, 4, 5, 6]) == []
    assert trend([1, 2, 3, 3, 4, 5, 6]) == []
    assert trend([1, 2, 3, 4, 5, 6, 7]) == [tuple(range(7))]
    assert trend([2, 1, 2, 3, 4, 5, 6, 7, 3]) == [tuple(range(1, 8))]
    assert trend([2, 7, 6, 5, 4, 3, 2, 1, 3]) == [tuple(range(1, 8))]


def test_two_of_three_as_in_nhsr():
    rule = "two of three near a limit"
    near, other = 2.5, 0.5
    assert months([near, other, near], rule) == [(0, 2)]
    assert months([other, near, near], rule) == [(1, 2)]
    assert months([other, other, near, other, near, other, other], rule) == [(2, 4)]
    assert months([near, other, other, near], rule) == []
    assert months([near, other, other, near, near], rule) == [(3, 4)]
    assert months([near, -near, near], rule) == []  # all three must lie on one side
    assert months([-other, near, near], rule) == months([near, near, -other], rule) == []
    assert months([near, other, near, other, other, near, other, near], rule) == [(0, 2), (5, 7)]


def test_a_point_on_a_line_is_on_neither_side_of_it():
    assert signals(drawn([3])) == signals(drawn([-3])) == []
    assert signals(drawn([2, 2, 2])) == signals(drawn([-2, -2, -2])) == []
    assert signals(drawn([1, 1, 1, 0, 1, 1, 1])) == signals(drawn([0] * 7)) == []


def test_a_month_without_cases_has_no_point_and_breaks_no_run():
    chart = p_chart([9, 9, 9, 0, 9, 9, 9, 9, 1, 1, 1], [10, 10, 10, 0, 10, 10, 10, 10, 10, 10, 10])
    assert math.isnan(chart.share[3]) and math.isnan(chart.upper[3])
    assert [s.months for s in signals(chart) if s.rule == "shift"] == [(0, 1, 2, 4, 5, 6, 7)]


def test_every_case_done_well_in_every_month_is_no_signal():
    assert signals(p_chart([10] * 12, [10] * 12)) == []


@pytest.mark.parametrize("counts", [[5, 5, 4], [0, 0, 1]])
def test_a_baseline_without_spread_draws_no_limit_to_be_outside_of(counts):
    found = signals(p_chart(counts, [5, 5, 5], baseline=2))
    assert "outside the limits" not in {signal.rule for signal in found}


def test_one_case_makes_a_chart():
    assert p_chart([1, 0], [1, 0]).centre == 1


def test_a_baseline_keeps_the_centre_where_it_was():
    assert p_chart([5, 5, 9, 9], [10] * 4, baseline=2).centre == 0.5


@pytest.mark.parametrize(
    ("counts", "bases"), [([0], [0]), ([3], [2]), ([-1], [2]), ([1, 3], [2, 2])]
)
def test_what_makes_no_chart_is_refused(counts, bases):
    with pytest.raises(ValueError, match="month"):
        p_chart(counts, bases)


@given(st.lists(st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))))
def test_limits_lie_within_0_and_1_and_hold_the_centre(figures):
    counts, bases = [c for c, _ in figures], [n for _, n in figures]
    if not sum(bases):
        return
    chart = p_chart(counts, bases)
    there = np.asarray(bases) > 0
    assert (chart.lower[there] >= 0).all() and (chart.upper[there] <= 1).all()
    assert (chart.lower[there] <= chart.centre).all() and (chart.centre <= chart.upper[there]).all()
    for signal in signals(chart):
        assert all(bases[month] for month in signal.months)

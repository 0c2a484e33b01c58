"""What many figures say together, against scipy."""

import math

import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.statistics.pattern import pattern_of_changes


@given(st.lists(st.integers(-30, 30), max_size=25))
def test_the_sign_test_is_scipys_and_the_combined_z_stouffers(points):
    rows = [{"comparable": "yes", "change_points": p, "z_score": p / 10} for p in points]
    found = pattern_of_changes(rows)
    rose, fell = sum(p > 0 for p in points), sum(p < 0 for p in points)
    assert found[:4] == (len(points), rose, fell, points.count(0))
    if rose + fell:
        assert found.sign_p == pytest.approx(scipy.stats.binomtest(rose, rose + fell).pvalue)
        assert found.sign_p <= 1
    else:
        assert found.sign_p is None
    if points:
        assert found.combined_z == pytest.approx(sum(points) / 10 / math.sqrt(len(points)))
    else:
        assert found.combined_z is None and found.dependent_z is None


def test_as_many_rose_as_fell_is_no_sign_of_either():
    rows = [{"comparable": "yes", "change_points": p, "z_score": p / 10} for p in (5, -5)]
    assert pattern_of_changes(rows).sign_p == 1

"""Errors that two readings may both have made unseen, by hand."""

from fractions import Fraction

import pytest

from pipeline.analysis.statistics.double_entry import DoubleEntry


def test_cells_that_both_had_wrong_are_neither_readings_own():
    # 100 cells, of which 3, 2 and 1 were wrong: 94 stand in both.
    entry = DoubleEntry(100, 3, 2, both=1)
    assert entry.expected_unseen == pytest.approx(float(Fraction(3 * 2, 94)))
    assert entry.cautious_unseen == pytest.approx(float(Fraction(4 * 3, 95)))


def test_where_no_cell_is_right_every_one_may_be_wrong_unseen():
    assert DoubleEntry(5, 3, 2).expected_unseen == 5
    assert DoubleEntry(5, 3, 2).cautious_unseen == 4 * 3


def test_counts_that_cannot_be_are_refused():
    assert DoubleEntry(1, 0, 0).expected_unseen == 0
    with pytest.raises(ValueError, match="6 errors are more than the 5 cells"):
        DoubleEntry(5, 3, 2, both=1)
    for counts in ((-1, 0, 0), (5, -1, 0), (5, 0, -1), (5, 0, 0, -1)):
        with pytest.raises(ValueError, match="cannot be negative"):
            DoubleEntry(*counts)

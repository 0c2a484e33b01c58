"""The sampling calculator against published tables and against counting it out."""

from fractions import Fraction
from math import comb

import pytest
import scipy.stats
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.analysis.statistics.sampling import (
    eligible_cases_for_design,
    likely_shares,
    margin_of_error,
    sample_size,
)
from pipeline.analysis.statistics.significance import CannotBeComputed

# Krejcie and Morgan (1970), table 1: population and sample at 95% confidence and 5 points.
KREJCIE_AND_MORGAN = [
    (10, 10), (50, 44), (100, 80), (150, 108), (200, 132), (250, 152), (300, 169), (400, 196),
    (500, 217), (750, 254), (1000, 278), (2000, 322), (5000, 357), (10000, 370), (1000000, 384),
]  # fmt: skip

#: The confidence at which z is 2, as Cochran rounds it.
TWO_SIGMA = 100 * (2 * scipy.stats.norm.cdf(2) - 1)


@pytest.mark.parametrize(("population", "sample"), KREJCIE_AND_MORGAN)
def test_sizes_of_the_published_table(population, sample):
    assert sample_size(population, 95, 5) == sample


def test_cochrans_island():
    # Cochran (1977), sections 4.1 and 4.4: blood group O within 5 points, z = 2: 400 people; on an
    # island of 3,200, 356.
    assert sample_size(None, TWO_SIGMA, 5) == 400
    assert sample_size(3200, TWO_SIGMA, 5) == 356
    assert margin_of_error(400, None, TWO_SIGMA) == pytest.approx(5)


def test_margins_that_polls_quote():
    # 95%, endless population: the margins that survey firms print for 100, 400, 1,000 people.
    for people, margin in ((100, 9.8), (400, 4.9), (1000, 3.1)):
        assert round(margin_of_error(people, None, 95), 1) == margin


def test_the_design_the_inspectorate_prints():
    # 100 and 97 cases at 80% and 5 points; n0 is 164.2 (Annex 1 of 2018, Annex 2 of 2020).
    endless = scipy.stats.norm.ppf(0.9) ** 2 * 0.25 / 0.05**2
    assert endless == pytest.approx(164.24, abs=0.01)
    for sample in (20, 26, 30, 97, 100, 163):
        implied = eligible_cases_for_design(sample)
        for population in (implied.lowest, implied.eligible, implied.highest):
            assert round(endless / (1 + (endless - 1) / population)) == sample
        for population in (implied.lowest - 1, implied.highest + 1):
            assert round(endless / (1 + (endless - 1) / population)) != sample
    assert eligible_cases_for_design(100).eligible == 254
    assert eligible_cases_for_design(97).eligible == 235


@pytest.mark.parametrize("eligible", [None, 1, 1000])
def test_at_least_one_case_is_read(eligible):
    assert sample_size(eligible, confidence=10, margin=90) == 1


@pytest.mark.parametrize("sample", [164, 165])
def test_a_sample_as_large_as_any_population_needs(sample):
    # 164.2 cases are enough for an endless stream, so that 164 may be of one.
    with pytest.raises(CannotBeComputed, match="any population"):
        eligible_cases_for_design(sample)


@given(st.integers(2, 5000), st.floats(50, 99.9), st.floats(1, 30), st.floats(5, 95))
def test_size_and_margin_lead_back_to_each_other(eligible, confidence, margin, expected):
    size = sample_size(eligible, confidence, margin, expected)
    assert 1 <= size <= eligible
    # A whole case is the grain: half a case more or less is what rounding may cost.
    if size < eligible:
        assert margin_of_error(size + 1, eligible, confidence, expected) <= margin + 1e-9
    if size > 1:
        assert margin_of_error(size - 1, eligible, confidence, expected) >= margin - 1e-9


@given(st.integers(1, 400), st.integers(1, 400))
def test_every_case_read_leaves_no_margin_and_fewer_leave_more(first, second):
    few, many = sorted((first, second))
    assert margin_of_error(many, many) == margin_of_error(1, 1) == 0
    assert margin_of_error(few, many) >= 0
    assert margin_of_error(few, many) <= margin_of_error(few)


def counted_out(done_well: int, eligible: int, size: int) -> list[Fraction]:
    """Chance of each count in a sample without replacement, by counting samples."""
    return [
        Fraction(comb(done_well, x) * comb(eligible - done_well, size - x), comb(eligible, size))
        for x in range(size + 1)
    ]


@given(st.integers(1, 30).flatmap(lambda half: st.tuples(st.integers(1, 2 * half), st.just(half))))
@example((1, 1))
def test_the_margin_is_z_standard_errors_of_a_draw_without_replacement(figures):
    size, half = figures
    chances = counted_out(half, 2 * half, size)
    variance = sum(
        chance * (Fraction(x, size) - Fraction(1, 2)) ** 2 for x, chance in enumerate(chances)
    )
    margin = 100 * scipy.stats.norm.ppf(0.9) * float(variance) ** 0.5
    assert margin_of_error(size, 2 * half) == pytest.approx(margin, abs=1e-9)


@given(st.data())
def test_likely_shares_leave_out_no_more_than_asked(data):
    eligible = data.draw(st.integers(1, 60))
    size = data.draw(st.integers(1, eligible))
    well = data.draw(st.integers(0, eligible))
    lowest, highest = likely_shares(100 * well / eligible, size, eligible, 90)
    low, high = round(lowest * size / 100), round(highest * size / 100)
    chances = counted_out(well, eligible, size)
    edge = Fraction(5, 100) + Fraction(1, 10**9)
    assert sum(chances[:low]) <= edge and sum(chances[high + 1 :]) <= edge
    # And it is no wider than it must be.
    assert sum(chances[: low + 1]) >= Fraction(5, 100) - Fraction(1, 10**9)
    assert sum(chances[high:]) >= Fraction(5, 100) - Fraction(1, 10**9)


def test_likely_shares_are_those_of_95_in_a_hundred_unless_another_is_asked_for():
    assert likely_shares(50, 1000) == likely_shares(50, 1000, confidence=95)
    assert likely_shares(50, 1000) != likely_shares(50, 1000, confidence=96)


def test_a_sample_of_everything_shows_the_share_itself():
    assert likely_shares(40, 25, 25) == (40, 40)


@pytest.mark.parametrize("share", [0, 100])
def test_where_no_case_differs_every_sample_shows_the_same(share):
    assert likely_shares(share, 200) == (share, share)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: sample_size(0), "number of eligible cases cannot be 0"),
        (lambda: sample_size(2.5), "must be a whole number"),
        (lambda: sample_size(100, confidence=100), "confidence must lie between 0 and 100"),
        (lambda: sample_size(100, margin=0), "margin must lie between 0 and 100"),
        (lambda: margin_of_error(30, 25), "no more can be read than there are"),
        (lambda: margin_of_error(-1), "sample cannot be -1"),
        (lambda: likely_shares(101, 10), "share must lie between 0 and 100"),
        (lambda: likely_shares(50, 30, 25), "no more can be read than there are"),
    ],
)
def test_a_question_without_sense_is_answered_in_a_sentence(ask, words):
    with pytest.raises(ValueError, match=words):
        ask()


def test_what_nobody_says_is_80_percent_confidence_of_five_points_either_way():
    """As the reports of 2018 and 2020 say of their own samples."""
    assert sample_size(None) == sample_size(None, 80, 5, 50) == 164
    assert sample_size(None, margin=0.1) == sample_size(None, 80, 0.1, 50)
    assert margin_of_error(100) == margin_of_error(100, None, 80, 50)
    assert eligible_cases_for_design(100) == eligible_cases_for_design(100, 80, 5)

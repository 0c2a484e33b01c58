"""Which numbers of cases a printed percentage can be out of."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.statistics.bases import Base, base_of, possible_bases, possible_counts

percents = st.integers(0, 100)


@pytest.mark.parametrize("none", [None, float("nan"), pd.NA])
@pytest.mark.parametrize("size", [25, 25.0])
def test_sizes_read_from_any_table_are_whole_numbers_or_none(none, size):
    row = {"sample": "unpaid-work", "current_base": size, "current_limit": none}
    base = base_of({**row, "current_at_least": none, "current_tied": "yes"}, "current")
    assert base == Base("unpaid-work", 25, None, True)
    assert type(base.printed) is int


@pytest.mark.parametrize(("said", "tied"), [(True, True), ("yes", True), ("no", False)])
def test_a_base_is_tied_where_it_is_said_and_a_size_is_printed(said, tied):
    row = {"sample": "x", "current_base": 25, "current_limit": 30, "current_tied": said}
    assert base_of(row, "current") == Base("x", 25, 30, tied)
    assert not base_of({**row, "current_base": None}, "current").tied
    assert not base_of({**row, "current_tied": pd.NA}, "current").tied


def prints_as(count, base):
    share = Decimal(100 * count) / Decimal(base)
    return {int(share.quantize(Decimal(1), rule)) for rule in (ROUND_HALF_UP, ROUND_HALF_EVEN)}


@given(percents, st.integers(1, 400))
def test_a_count_is_possible_if_it_prints_as_the_percentage(percent, base):
    expected = [count for count in range(base + 1) if percent in prints_as(count, base)]
    assert possible_counts(percent, base) == expected


@given(percents, st.integers(1, 100))
def test_up_to_a_hundred_cases_one_count_fits_or_none(percent, base):
    assert len(possible_counts(percent, base)) <= 1


@given(percents, st.integers(1, 120))
def test_possible_bases_are_those_with_a_possible_count(percent, limit):
    expected = [base for base in range(1, limit + 1) if possible_counts(percent, base)]
    assert possible_bases(percent, limit) == expected


def test_half_a_percent_may_round_up_or_to_even():
    # 1 of 8 is 12.5%: 13 half up, 12 half to even. 3 of 8 is 37.5%: 38 both ways.
    assert possible_counts(12, 8) == [1] == possible_counts(13, 8)
    assert possible_counts(38, 8) == [3]
    assert possible_counts(37, 8) == []


@pytest.mark.parametrize(
    ("percent", "base", "count"),
    [
        (81, 100, 81), (70, 100, 70), (74, 97, 72), (80, 97, 78), (78, 97, 76), (79, 97, 77),
        (68, 97, 66), (65, 97, 63), (51, 85, 43), (56, 85, 48), (48, 85, 41), (48, 25, 12),
        (84, 25, 21), (96, 26, 25), (69, 26, 18), (90, 20, 18), (55, 20, 11), (64, 11, 7),
        (82, 11, 9), (91, 11, 10),
    ],
)  # fmt: skip
def test_northumbrias_printed_figures_fit_their_printed_samples(percent, base, count):
    assert possible_counts(percent, base) == [count]


def test_79_percent_of_25_unpaid_work_cases_is_not_possible():
    assert possible_counts(79, 25) == []
    base = Base("unpaid-work", 25, 25, True)
    assert not base.is_full_sample(79)
    assert base.pairs(79)[1].tolist() == [14, 19, 24]
    assert base.described(79) == "14, 19 or 24"
    assert base.one_count(79) is None


def test_a_base_tied_to_its_sample_is_the_sample():
    base = Base("case-supervision", 97, 97, True)
    assert base.one_count(80) == (78, 97)
    assert base.described(80) == "97"


def test_a_base_not_tied_is_any_size_up_to_its_limit():
    base = Base("case-or-risk-of-harm", None, 97, False)
    sizes = base.pairs(58)[1].tolist()
    assert {85, 97} <= set(sizes)
    assert max(sizes) == 97
    assert base.one_count(58) is None
    assert Base("one", None, 1, False).described(50) == "none"


def test_what_one_caller_was_given_another_finds_unchanged():
    for array in Base("case-supervision", 97, 97, True).pairs(80):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_sizes_without_a_gap_are_said_by_their_ends_and_others_are_counted_too():
    # No case of any number prints as 0%; a half of the cases needs an even number.
    assert Base("x", None, 10, False).described(0) == "1 to 10"
    assert Base("x", None, 10, False).described(50) == "2 to 10 (5 sizes)"
    # 11 of 14, 15 of 19, 19 of 24, 22 of 28 and 23 of 29 are 79%, and of no number between.
    assert Base("x", None, 28, False).described(79) == "14, 19, 24 or 28"
    assert Base("x", None, 29, False).described(79) == "14 to 29 (5 sizes)"
    # Every even number to 150, and every odd one from 101 on: half a case is half a percent there.
    assert Base("x", None, 150, False).described(50) == "2 to 150 (100 sizes)"
    # Beyond, a few stand for all, so that their number says nothing.
    assert Base("x", None, 200, False).described(50) == "2 to 200"


def test_large_bases_fit_several_counts_of_which_the_ends_and_the_middle_stand():
    base = Base("national", 3000, 3000, True)
    fitting = possible_counts(55, 3000)
    assert fitting == list(range(1635, 1665))
    assert base.pairs(55)[0].tolist() == [1635, 1649, 1664]
    assert base.one_count(55) is None


@given(percents, st.integers(1, 150))
def test_up_to_a_hundred_and_fifty_cases_every_possible_count_and_base_is_looked_at(percent, limit):
    counts, bases = Base("x", None, limit, False).pairs(percent)
    expected = {
        (count, base) for base in range(1, limit + 1) for count in possible_counts(percent, base)
    }
    assert set(zip(counts.tolist(), bases.tolist(), strict=True)) == expected


@given(percents, st.integers(151, 1_000_000))
def test_a_size_typed_too_large_costs_no_more_than_the_right_one(percent, limit):
    counts, bases = Base("x", None, limit, False).pairs(percent)
    assert len(counts) <= len(Base("x", None, 150, False).pairs(percent)[0]) + 3 * 16
    assert bases.max() == limit
    assert len(set(zip(counts.tolist(), bases.tolist(), strict=True))) == len(counts)
    last = zip(counts[-9:].tolist(), bases[-9:].tolist(), strict=True)
    assert all(percent in prints_as(count, base) for count, base in last)
    assert len(Base("x", limit, limit, True).pairs(percent)[0]) <= 3


def test_a_bound_in_words_rules_out_smaller_bases():
    # 41% in 2018, asked of more than half of the 100 cases.
    base = Base("risk-of-harm", None, 100, False, at_least=51)
    sizes = base.pairs(41)[1]
    assert sizes.min() == 51 and sizes.max() == 100
    assert base.rests_on_words(41)
    assert not Base("risk-of-harm", 85, 85, True, at_least=51).rests_on_words(56)
    # A bound that leaves nothing is set aside.
    assert Base("x", None, 100, False, at_least=500).pairs(41)[1].min() == 17
    assert not Base("x", None, 100, False, at_least=500).rests_on_words(41)
    assert Base("x", None, 24, False, at_least=20).pairs(79)[1].tolist() == [24]
    assert Base("x", None, 24, False, at_least=24).pairs(79)[1].tolist() == [24]
    assert Base("x", None, 22, False, at_least=20).pairs(79)[1].tolist() == [14, 19]


def test_an_unknown_limit_gives_no_base():
    base = Base("unheard-of", None, None, False)
    assert len(base.pairs(50)[0]) == 0
    assert base.described(50) == "not known"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: possible_counts(101, 10), "whole number from 0 to 100"),
        (lambda: possible_counts(50.5, 10), "whole number from 0 to 100"),
        (lambda: possible_counts(50, 0), "1 or more"),
        (lambda: possible_bases(50, 0), "1 or more"),
        (lambda: possible_bases(101, 10), "whole number from 0 to 100"),
        (lambda: Base("x", 10, 10, True).pairs(101), "whole number from 0 to 100"),
        (lambda: Base("x", 10, 5, True), "cannot be below"),
        (lambda: Base("x", 0, 5, True), "1 or more"),
    ],
)
def test_what_is_no_percentage_or_base_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()

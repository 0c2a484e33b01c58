"""Which numbers of cases a printed percentage can be out of.

The reports print whole percentages and, for some samples, how many cases were read. With a base of
100 or less a printed percentage fits one whole number of cases or none, so where the size of a
sub-sample was not printed the doubt is the base, not the rounding. With larger bases both are open.

A count fits a printed percentage if it rounds to it half up or half to even, the two usual rules.

Where a base is open, every base up to ``EVERY_BASE`` cases is a possibility of its own. Beyond,
and up to the limit, a few stand for all, each with its smallest and largest count: at given shares
the size of Z grows with either base, so the tests' answers between two of them lie between theirs,
and a sample typed as 970 or a million cases costs no more than one of 150.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.analysis.sentences.phrases import joined
from pipeline.data import is_missing

EVERY_BASE = 150
"""Cases up to which every possible base is looked at."""

FURTHER_BASES = 16
"""Bases that stand for all beyond, evenly spaced in ratio, the limit the last of them."""


def _check_percent(percent: int) -> None:
    if percent != int(percent) or not 0 <= percent <= 100:
        raise ValueError(f"A printed percentage is a whole number from 0 to 100, not {percent!r}.")


def _check_base(base: int) -> None:
    if base != int(base) or base < 1:
        raise ValueError(f"A base is a whole number of cases, 1 or more, not {base!r}.")


def possible_counts(percent: int, base: int) -> list[int]:
    """Every count of cases out of ``base`` that prints as ``percent``; empty if none does.

    >>> possible_counts(80, 97), possible_counts(79, 25)
    ([78], [])
    """
    _check_percent(percent)
    _check_base(base)
    lowest, highest = _count_limits(percent, base)
    return list(range(max(0, lowest), min(base, highest) + 1))


def _count_limits(percent: int, base: Any) -> tuple[Any, Any]:
    """Smallest and largest count that prints as ``percent``, for one base or an array of them.

    Whole-number arithmetic: count / base lies from percent - 1/2 to percent + 1/2, the upper end
    included only for an even percentage, which half to even rounds down to.
    """
    lowest = -((-(2 * percent - 1) * base) // 200)
    highest = ((2 * percent + 1) * base - percent % 2) // 200
    return lowest, highest


def possible_bases(percent: int, limit: int) -> list[int]:
    """Every base from 1 to ``limit`` of which some count prints as ``percent``.

    >>> possible_bases(79, 24)
    [14, 19, 24]
    """
    _check_percent(percent)
    _check_base(limit)
    lowest, highest = _fitting(int(percent), np.arange(1, limit + 1))
    return (1 + np.flatnonzero(lowest <= highest)).tolist()


def _fitting(percent: int, bases: npt.NDArray) -> tuple[npt.NDArray, npt.NDArray]:
    lowest, highest = _count_limits(percent, bases)
    return np.maximum(0, lowest), np.minimum(bases, highest)


def _fits(percent: int, base: int) -> bool:
    lowest, highest = _count_limits(percent, base)
    return max(0, lowest) <= min(base, highest)


@lru_cache(maxsize=16_384)
def _pairs(percent: int, smallest: int, largest: int) -> tuple[npt.NDArray, npt.NDArray]:
    """Counts and bases, within limits, that print as a percentage (see the head of the module)."""
    if largest <= EVERY_BASE:
        counts, bases = _every_pair(percent)
        first, end = bases.searchsorted([smallest, largest + 1])
        return counts[first:end], bases[first:end]
    bases = np.arange(smallest, max(smallest, EVERY_BASE) + 1)
    if largest > bases[-1]:
        further = np.geomspace(bases[-1] + 1, largest, FURTHER_BASES).round().astype(np.int64)
        bases = np.concatenate([bases, np.unique(further)])
    return _pairs_of(percent, bases)


@lru_cache(maxsize=101)
def _every_pair(percent: int) -> tuple[npt.NDArray, npt.NDArray]:
    return _pairs_of(percent, np.arange(1, EVERY_BASE + 1))


def _pairs_of(percent: int, bases: npt.NDArray) -> tuple[npt.NDArray, npt.NDArray]:
    lowest, highest = _fitting(percent, bases)
    fits = lowest <= highest
    bases, lowest, highest = bases[fits], lowest[fits], highest[fits]
    # Of more counts that fit one base, the smallest, the largest and one between.
    counts = np.stack([lowest, (lowest + highest) // 2, highest], axis=1)
    new = np.diff(counts, axis=1, prepend=-1) > 0
    counts, bases = counts[new], np.repeat(bases, new.sum(axis=1))
    counts.setflags(write=False)
    bases.setflags(write=False)
    return counts, bases


@dataclass(frozen=True)
class Base:
    """What the documents say about the number of cases a percentage is out of.

    sample   code of the sample, such as ``risk-of-harm``
    printed  its printed size in cases, or None
    limit    largest number of cases it can be, or None where not even that is known
    at_least smallest number of cases it can be by the documents' words, or None
    tied     whether the documents tie the question to this sample, so that its printed size is the
             base; otherwise the printed size is only an upper limit
    """

    sample: str
    printed: int | None
    limit: int | None
    tied: bool
    at_least: int | None = None

    def __post_init__(self) -> None:
        """Refuse sizes that are no number of cases, and a limit below the printed size."""
        for size in (self.printed, self.limit, self.at_least):
            if size is not None:
                _check_base(size)
        if self.printed is not None and self.limit is not None and self.limit < self.printed:
            raise ValueError(
                f"The sample {self.sample!r} is printed as {self.printed} cases but limited to "
                f"{self.limit}: the limit cannot be below the printed size."
            )

    @property
    def most(self) -> int | None:
        """Largest number of cases the base can be."""
        return self.printed if self.limit is None else self.limit

    def is_full_sample(self, percent: int) -> bool:
        """Whether the base is the printed sample: tied to it, and the figure possible of it."""
        _check_percent(percent)
        return self.tied and self.printed is not None and _fits(int(percent), self.printed)

    def pairs(self, percent: int) -> tuple[npt.NDArray, npt.NDArray]:
        """Counts and bases the printed ``percent`` can be: two arrays of whole numbers.

        The printed sample where the documents tie the question to it and the figure is possible of
        it; otherwise every base up to the limit of which the figure is possible, from the bound in
        words where there is one. A bound in words that leaves no base is set aside. Empty arrays
        where no limit is known or nothing fits. Of more than three counts at one base the smallest,
        the largest and one between are given.
        """
        if self.is_full_sample(percent):
            assert self.printed is not None
            return _pairs(int(percent), self.printed, self.printed)
        if self.most is None:
            return np.array([], dtype=np.int64), np.array([], dtype=np.int64)
        smallest = self.at_least if self.rests_on_words(percent) else None
        return _pairs(int(percent), smallest or 1, self.most)

    def rests_on_words(self, percent: int) -> bool:
        """Whether a bound given in words, not a printed size, rules out smaller bases."""
        if self.at_least is None or self.most is None or self.at_least > self.most:
            return False
        within = _pairs(int(percent), self.at_least, self.most)
        return len(within[0]) > 0 and not self.is_full_sample(percent)

    def one_count(self, percent: int) -> tuple[int, int] | None:
        """The one count and base, where the base is known and one count prints as ``percent``."""
        if not self.is_full_sample(percent):
            return None
        counts, bases = self.pairs(percent)
        return (int(counts[0]), int(bases[0])) if len(counts) == 1 else None

    def described(self, percent: int) -> str:
        """The possible bases in words: ``100``, ``14, 19 or 24``, ``2 to 85 (61 sizes)``."""
        sizes = sorted(set(self.pairs(percent)[1].tolist()))
        if not sizes:
            return "none" if self.most is not None else "not known"
        if len(sizes) <= 4:
            return joined([str(size) for size in sizes], "or")
        whole = len(sizes) == sizes[-1] - sizes[0] + 1 or sizes[-1] > EVERY_BASE
        return f"{sizes[0]} to {sizes[-1]}" + ("" if whole else f" ({len(sizes)} sizes)")


def base_of(row: dict[Any, Any], side: str) -> Base:
    """The ``Base`` of one side (``previous`` or ``current``) of a row of a comparison.

    Reads ``<side>_base``, ``<side>_limit``, ``<side>_tied`` (true, or the word yes), ``sample``
    and, where there is one, ``<side>_at_least``.

    >>> base_of({"current_base": 25, "current_tied": "yes"}, "current").most
    25
    """
    sizes = (row.get(f"{side}_{what}") for what in ("base", "limit", "at_least"))
    return _base(str(row.get("sample", "")), row[f"{side}_tied"], *sizes)


@lru_cache(maxsize=4096)
def _base(sample: str, tied: Any, *sizes: Any) -> Base:
    printed, limit, at_least = (None if is_missing(size) else int(size) for size in sizes)
    is_tied = tied == "yes" if isinstance(tied, str) else not is_missing(tied) and bool(tied)
    return Base(sample, printed, limit, is_tied and printed is not None, at_least)

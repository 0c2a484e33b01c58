"""How many cases to read, how sure that makes one, and what a sample of that size would have seen.

The calculator looks at the eligible cases of one window, as the inspectorate's printed designs do
("80% confidence and a margin of error of 5"): a sample that takes in a good part of them is surer
than the same number out of an endless stream. Everywhere else in this project a sample is read as
evidence of practice, without that correction (docs/methods.md); leave ``eligible`` out for that.

Shares, confidence and margins are percent and percentage points (0 to 100), sizes are cases.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.special import ndtri

from pipeline.analysis.statistics.significance import CannotBeComputed, check_counts


class DesignPopulation(NamedTuple):
    """Number of eligible cases that a sample size implies, and the range that rounds to it."""

    eligible: int
    lowest: int
    highest: int


class Shares(NamedTuple):
    """Lowest and highest share, in percent."""

    lowest: float
    highest: float


def sample_size(
    eligible: int | None, confidence: float = 80, margin: float = 5, expected: float = 50
) -> int:
    """How many cases to read for a share to be known within a margin, at a confidence.

    ``eligible`` is the number of cases there are to choose from, or None for an endless stream.
    ``confidence`` is percent, ``margin`` percentage points either way. ``expected`` is the share
    looked for, in percent: 50 needs the most cases and is what to take when nothing is known.

    ``n0 = z * z * p * (1 - p) / m**2`` cases from an endless stream, ``n0 / (1 + (n0 - 1) / N)``
    from ``N``; to the nearest whole case, as the published tables have it (Krejcie, R. V. and
    Morgan, D. W. (1970), Educational and Psychological Measurement 30, 607-610: 278 of 1,000 at
    95% and 5 points). Source: Cochran, W. G. (1977), Sampling Techniques, 3rd edition, section 4.4.

    >>> sample_size(254)
    100
    """
    endless = _endless(confidence, margin, expected)
    if eligible is None:
        return max(1, _nearest(endless))
    cases = _cases(eligible, "number of eligible cases")
    return min(cases, max(1, _nearest(endless / (1 + (endless - 1) / cases))))


def margin_of_error(
    size: int, eligible: int | None = None, confidence: float = 80, expected: float = 50
) -> float:
    """How far, in points either way, the share in a sample may lie from that in all cases.

    The way back from ``sample_size``; arguments as there. 0 where every eligible case was read.
    This is the design's yardstick, made before a case is read; for a share that was found,
    ``wilson_interval`` serves better.

    Source: Cochran (1977), section 3.2: ``m = z * sqrt(p * (1 - p) / n * (N - n) / (N - 1))``.

    >>> round(margin_of_error(100, 254), 1)
    5.0
    """
    cases = _cases(size, "sample")
    left = 1.0
    if eligible is not None:
        all_cases = _cases(eligible, "number of eligible cases")
        if cases > all_cases:
            raise ValueError(
                f"The sample is {cases} and there are {all_cases} eligible cases: no more can be "
                "read than there are."
            )
        left = (all_cases - cases) / (all_cases - 1) if all_cases > 1 else 0.0
    share = _between(expected, "expected share") / 100
    return 100 * _z(confidence) * math.sqrt(share * (1 - share) / cases * left)


def eligible_cases_for_design(
    sample: int, confidence: float = 80, margin: float = 5
) -> DesignPopulation:
    """How many eligible cases a sample size set for a confidence and margin of error implies.

    ``sample_size`` turned round: ``N = n * (n0 - 1) / (n0 - n)`` with ``n0`` cases from an endless
    stream (164.2 at 80% and 5 points). ``lowest`` and ``highest`` are the numbers whose sample
    rounds to this one.

    A sample that an endless stream would not need implies no finite number and is refused with
    ``CannotBeComputed``. That the inspectorate used this formula is our reading: its reports print
    the confidence and the margin.

    >>> eligible_cases_for_design(97)
    DesignPopulation(eligible=235, lowest=233, highest=238)
    """
    n = _cases(sample, "sample")
    endless = _endless(confidence, margin, 50)
    if n + 0.5 >= endless:
        raise CannotBeComputed(
            f"A sample of {n} is as large as any population would need at {confidence:g}% "
            f"confidence and a margin of {margin:g} points ({endless:.1f} cases)."
        )

    def population(size: float) -> float:
        return size * (endless - 1) / (endless - size)

    lowest = max(n, math.ceil(population(n - 0.5)))
    highest = max(lowest, math.ceil(population(n + 0.5)) - 1)
    return DesignPopulation(round(population(n)), lowest, highest)


def likely_shares(
    share: float, size: int, eligible: int | None = None, confidence: float = 95
) -> Shares:
    """What a sample of this size would most likely have shown, were this the share of all cases.

    ``share`` is the true share in percent. The result leaves out at most half of what
    ``confidence`` leaves at either end, and is exact: the number done well is binomial, or
    hypergeometric where ``eligible`` is given (the true share is then the nearest whole case).
    Two samples of the same work may differ by as much without anything having changed.

    Source: Cochran (1977), sections 3.4 and 3.5; the probabilities are scipy's.

    >>> likely_shares(65, 20)
    Shares(lowest=45.0, highest=85.0)
    """
    from scipy.stats import binom, hypergeom

    cases = _cases(size, "sample")
    true = _between(share, "share") / 100
    if eligible is None:
        counts = binom(cases, true)
    else:
        margin_of_error(cases, eligible)  # says so where more are read than there are
        counts = hypergeom(int(eligible), _nearest(true * eligible), cases)
    tail = (1 - _inside(confidence, "confidence") / 100) / 2
    return Shares(100 * float(counts.ppf(tail)) / cases, 100 * float(counts.ppf(1 - tail)) / cases)


def _endless(confidence: float, margin: float, expected: float) -> float:
    """Cases wanted from an endless stream; not whole."""
    share = _inside(expected, "expected share") / 100
    return _z(confidence) ** 2 * share * (1 - share) / (_inside(margin, "margin") / 100) ** 2


def _z(confidence: float) -> float:
    return float(ndtri(0.5 + _inside(confidence, "confidence") / 200))


def _nearest(cases: float) -> int:
    """The nearest whole number; a half goes up."""
    return math.floor(cases + 0.5)


def _cases(value: int, what: str) -> int:
    """A number of cases of at least 1, or a sentence that says what is wrong with it."""
    try:
        _, cases = check_counts(0, value)
    except ValueError as reason:
        raise ValueError(f"The {what} cannot be {value!r}. {reason}") from None
    return int(cases)


def _between(value: float, what: str) -> float:
    if not 0 <= value <= 100:
        raise ValueError(f"The {what} must lie between 0 and 100 percent, not {value!r}.")
    return value


def _inside(value: float, what: str) -> float:
    if not 0 < value < 100:
        raise ValueError(f"The {what} must lie between 0 and 100, not {value!r}.")
    return value

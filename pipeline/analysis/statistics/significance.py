"""Intervals and tests for shares of cases, as small functions on plain numbers.

Everywhere in this module a share is ``count`` cases done well out of ``nobs`` cases read, and a
result that is a share is a proportion between 0 and 1. Functions that take one pair of numbers also
take arrays of them and then give arrays back.

Nothing here ever returns NaN. A base of nought, a count above its base, and a negative, fractional
or missing count stop with a ``ValueError`` that says so in one sentence. A test that has no answer
because every case, or none, was done well on both sides raises ``CannotBeComputed``, a
``ValueError`` of its own name, so that a caller can tell "no answer" from "bad figures".

No finite-population correction is applied: the figures are read as evidence of the provider's
practice, not only of the cases that happened to be eligible in one window (docs/methods.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtr, ndtri

from pipeline.analysis.statistics.exact import LARGEST, binomial, critical_z, further_apart, tail_of

Numbers = Any
"""A whole number, or an array of whole numbers."""

FEW_EXPECTED = 5
"""Below this smallest expected count the Z-test is not relied on alone (Cochran 1954)."""


class CannotBeComputed(ValueError):
    """The figures are in order, but the test has no answer for them."""


class Interval(NamedTuple):
    """Lower and upper limit, as proportions (or differences of proportions)."""

    lower: Any
    upper: Any


class ZTest(NamedTuple):
    """``z``: first share minus second, in standard errors. ``p``: the p-value."""

    z: Any
    p: Any


class Detectable(NamedTuple):
    """Smallest detectable rise and fall in whole percentage points; None: no change is enough."""

    rise: int | None
    fall: int | None


def check_counts(count: Numbers, nobs: Numbers) -> tuple[npt.NDArray, npt.NDArray]:
    """Counts and bases as arrays of whole numbers of one shape.

    Raises ``ValueError`` with a plain sentence for anything that is not a whole number of cases.

    >>> check_counts(12, 11)
    Traceback (most recent call last):
    ValueError: The count 12 is above its base 11: no more cases can be done well than were read.
    """
    counts = _whole_numbers(count, "count of cases done well")
    bases = _whole_numbers(nobs, "base (number of cases)")
    counts, bases = np.broadcast_arrays(counts, bases)
    if (bases == 0).any():
        raise ValueError("The base is 0: a share of no cases cannot be computed.")
    if (bases < 0).any():
        raise ValueError(
            f"The base is {bases[bases < 0].flat[0]}: a number of cases cannot be below 0."
        )
    if (counts < 0).any():
        raise ValueError(
            f"The count is {counts[counts < 0].flat[0]}: a number of cases cannot be below 0."
        )
    above = counts > bases
    if above.any():
        raise ValueError(
            f"The count {counts[above].flat[0]} is above its base {bases[above].flat[0]}: "
            "no more cases can be done well than were read."
        )
    return counts, bases


def _whole_numbers(value: Numbers, what: str) -> npt.NDArray:
    if isinstance(value, np.ndarray) and value.dtype == np.int64:
        return value
    try:
        numbers = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"The {what} must be a whole number, not {value!r}.") from None
    if np.isnan(numbers).any():
        raise ValueError(f"The {what} is missing (NaN): leave the figure out instead.")
    if not np.isfinite(numbers).all():
        raise ValueError(f"The {what} is infinite: a number of cases is a whole number.")
    fractional = numbers != np.floor(numbers)
    if fractional.any():
        raise ValueError(f"The {what} must be a whole number, not {numbers[fractional].flat[0]:g}.")
    return numbers.astype(np.int64)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"The level must lie between 0 and 1 (such as 0.95), not {level!r}.")


def _plain(value: npt.NDArray) -> Any:
    """A Python float for a single figure, an array for an array."""
    return float(value) if np.ndim(value) == 0 else value


def wilson_interval(count: Numbers, nobs: Numbers, level: float = 0.95) -> Interval:
    """Wilson score interval for one share, as proportions.

    The interval holds every true share that a two-sided score test at ``1 - level`` would not
    reject; it stays within 0 to 1 and works for small bases and for 0% and 100%.

    Source: Wilson, E. B. (1927), Journal of the American Statistical Association 22, 209-212;
    without continuity correction (method 3 of Newcombe 1998).

    >>> lower, upper = wilson_interval(78, 97)
    >>> round(lower, 3), round(upper, 3)
    (0.714, 0.871)
    """
    counts, bases = check_counts(count, nobs)
    _check_level(level)
    lower, upper = _wilson(counts, bases, level)
    return Interval(_plain(lower), _plain(upper))


def _wilson(counts: npt.NDArray, bases: npt.NDArray, level: float) -> tuple[Any, Any]:
    z = ndtri(0.5 + level / 2)
    middle = (counts + z * z / 2) / (bases + z * z)
    half = z * np.sqrt(counts * (bases - counts) / bases + z * z / 4) / (bases + z * z)
    # At 0% and 100% the limit is exactly 0 or 1; rounding in the formula can leave 1e-17.
    lower = np.where(counts == 0, 0.0, middle - half)
    return lower, np.where(counts == bases, 1.0, middle + half)


def clopper_pearson_interval(count: Numbers, nobs: Numbers, level: float = 0.95) -> Interval:
    """Exact (Clopper-Pearson) interval for one share, as proportions; for few cases.

    It holds every true share that neither one-sided binomial test at ``(1 - level) / 2`` would
    reject, so it covers the true share at least as often as its level says.

    Source: Clopper, C. J. and Pearson, E. S. (1934), Biometrika 26, 404-413.

    >>> lower, upper = clopper_pearson_interval(10, 11)
    >>> round(lower, 3), round(upper, 3)
    (0.587, 0.998)
    """
    counts, bases = check_counts(count, nobs)
    _check_level(level)
    tail = (1 - level) / 2
    # The beta quantiles are not defined at 0% and 100%, where the limit is 0 or 1.
    lower = np.where(counts == 0, 0.0, betaincinv(np.maximum(counts, 1), bases - counts + 1, tail))
    upper = np.where(
        counts == bases, 1.0, betaincinv(counts + 1, np.maximum(bases - counts, 1), 1 - tail)
    )
    return Interval(_plain(lower), _plain(upper))


def newcombe_interval(
    x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, level: float = 0.95
) -> Interval:
    """Interval for the difference of two independent shares, first minus second.

    Proportions between -1 and 1. Built from the two Wilson intervals (hybrid score interval).

    Source: Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890, method 10.

    >>> lower, upper = newcombe_interval(78, 97, 70, 100)
    >>> round(lower, 3), round(upper, 3)
    (-0.017, 0.221)
    """
    counts1, bases1 = check_counts(x1, n1)
    counts2, bases2 = check_counts(x2, n2)
    _check_level(level)
    lower1, upper1 = _wilson(counts1, bases1, level)
    lower2, upper2 = _wilson(counts2, bases2, level)
    share1, share2 = counts1 / bases1, counts2 / bases2
    difference = share1 - share2
    return Interval(
        _plain(difference - np.hypot(share1 - lower1, upper2 - share2)),
        _plain(difference + np.hypot(upper1 - share1, share2 - lower2)),
    )


def two_proportion_test(
    x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, pooled: bool = True
) -> ZTest:
    """Two-sided Z-test that two independent shares are the same; gives ``z`` and ``p``.

    ``z`` is positive where the first share is the larger. ``pooled`` takes the standard error from
    both samples together, as the hypothesis of no difference says; unpooled takes it from each
    apart. No continuity correction. Pooled, ``z`` squared is Pearson's chi-squared.

    Raises ``CannotBeComputed`` where the standard error is 0: pooled, when every case or none was
    done well in both samples.

    Source: the two-sample Z-test of any textbook, such as Fleiss, Levin and Paik (2003),
    Statistical Methods for Rates and Proportions, chapter 3. Written out here so that thousands of
    possible bases are tested at once; a test holds it to statsmodels.

    >>> z, p = two_proportion_test(78, 97, 70, 100)
    >>> round(z, 2), round(p, 3)
    (1.69, 0.091)
    """
    counts1, bases1 = check_counts(x1, n1)
    counts2, bases2 = check_counts(x2, n2)
    z = _z(counts1, bases1, counts2, bases2, pooled)
    if np.isnan(z).any():
        raise CannotBeComputed(
            "The Z-test cannot be computed: the shares leave no variation to test against "
            "(every case, or none, was done well in both samples)."
            if pooled
            else "The unpooled Z-test cannot be computed: neither sample shows any variation."
        )
    return ZTest(_plain(z), _plain(two_sided_p(z)))


def _z(
    x1: npt.NDArray, n1: npt.NDArray, x2: npt.NDArray, n2: npt.NDArray, pooled: bool = True
) -> npt.NDArray:
    """The z statistic; NaN, for this module only, where it has no value."""
    share1, share2 = x1 / n1, x2 / n2
    if pooled:
        together = (x1 + x2) / (n1 + n2)
        variance = together * (1 - together) * (1 / n1 + 1 / n2)
    else:
        variance = share1 * (1 - share1) / n1 + share2 * (1 - share2) / n2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 0, (share1 - share2) / np.sqrt(variance), np.nan)


def pooled_z(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers) -> tuple[npt.NDArray, npt.NDArray]:
    """Pooled Z of many pairs at once, and whether it could be computed.

    Where it could not (every case or none on both sides) Z stands at 0, which is no evidence of a
    difference. Counts are taken as checked. The p-values are ``two_sided_p``.

    >>> z, computed = pooled_z(*(np.array(x) for x in ([78, 5], [97, 5], [70, 4], [100, 4])))
    >>> two_sided_p(z).round(3), computed
    (array([0.091, 1.   ]), array([ True, False]))
    """
    z = _z(np.asarray(x1), np.asarray(n1), np.asarray(x2), np.asarray(n2))
    computed = ~np.isnan(z)
    return np.where(computed, z, 0.0), computed


def two_sided_p(z: npt.NDArray) -> npt.NDArray:
    """Two-sided p-value (a proportion) of a Z by the normal curve.

    >>> float(two_sided_p(np.array(1.96)).round(3))
    0.05
    """
    return 2 * ndtr(-np.abs(z))


def z_needed(level: float) -> float:
    """Size of Z beyond which the two-sided test passes at a level (a proportion).

    >>> round(z_needed(0.1), 3)
    1.645
    """
    return float(-ndtri(level / 2))


def smallest_expected_count(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers) -> Any:
    """Smallest of the four expected counts of the two-by-two table, in cases.

    Below 5 the Z-test's normal approximation is not relied on alone (Cochran, W. G. (1954),
    Biometrics 10, 417-451).

    >>> round(smallest_expected_count(18, 20, 7, 11), 2)
    2.13
    """
    counts1, bases1 = check_counts(x1, n1)
    counts2, bases2 = check_counts(x2, n2)
    well = counts1 + counts2
    total = bases1 + bases2
    smallest = np.minimum(bases1, bases2) * np.minimum(well, total - well) / total
    return _plain(smallest)


def few_expected(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers) -> Any:
    """Whether the smallest expected count is under 5, in whole numbers; counts taken as checked.

    >>> bool(few_expected(18, 20, 7, 11))
    True
    """
    well, total = np.add(x1, x2), np.add(n1, n2)
    return np.minimum(n1, n2) * np.minimum(well, total - well) < FEW_EXPECTED * total


def benjamini_hochberg(p_values: Iterable[float | None]) -> list[float | None]:
    """P-values adjusted so that the expected share of false discoveries is held at a level.

    They are in the order given; a test is kept at level ``q`` where its value is at most ``q``.
    None stands for a test that could not be computed: it is left out of the adjustment and stays
    None. NaN is refused, because a single one would spoil every value.

    Source: Benjamini, Y. and Hochberg, Y. (1995), Journal of the Royal Statistical Society B 57,
    289-300.

    >>> benjamini_hochberg([0.01, None, 0.04])
    [0.02, None, 0.04]
    """
    given = list(p_values)
    for value in given:
        if value is not None and not 0 <= value <= 1:
            raise ValueError(f"A p-value must lie between 0 and 1, not {value!r}.")
    known = [value for value in given if value is not None]
    order = np.argsort(known)
    scaled = np.array(known)[order] * (len(known) / np.arange(1, len(known) + 1))
    falling = np.minimum.accumulate(scaled[::-1])[::-1]
    adjusted = iter(np.minimum(falling, 1)[np.argsort(order)].tolist())
    return [None if value is None else next(adjusted) for value in given]


def smallest_detectable_change(
    previous_percent: int, n1: int, n2: int, power: float = 0.8, level: float = 0.1
) -> Detectable:
    """Smallest true rise and fall, in whole points, that two samples would probably have seen.

    From a true previous share of ``previous_percent``, with bases ``n1`` and ``n2``: the smallest
    change such that it, and every larger one, is significant in the right direction with
    probability ``power`` or more. Significant is what it is everywhere here: the pooled Z-test
    passes at ``level`` and, where an expected count is under 5, its exact version too. The
    probability adds up the binomial probabilities of all such pairs of counts; for samples of more
    than ``exact.LARGEST`` cases together it is the normal approximation.

    None: not even a change to 0% or 100% is enough.

    Source: the power of a test, as in Cohen, J. (1988), Statistical Power Analysis for the
    Behavioral Sciences, chapter 6; enumeration instead of the normal approximation.

    >>> smallest_detectable_change(70, 100, 97)
    Detectable(rise=15, fall=18)
    """
    if not 0 <= previous_percent <= 100:
        raise ValueError(f"A percentage must lie between 0 and 100, not {previous_percent!r}.")
    rises = _smallest_rises(n1, n2, power, level)
    # A fall of the share done well is a rise of the share not done well.
    return Detectable(rises[previous_percent], rises[100 - previous_percent])


@lru_cache(maxsize=4096)
def _smallest_rises(n1: int, n2: int, power: float, level: float) -> list[int | None]:
    """The smallest detectable rise from each previous percentage."""
    _check_level(level)
    _check_level(power)
    check_counts(0, [n1, n2])
    chances = _normal_power if n1 + n2 > LARGEST else _power_by_percent
    percent = np.arange(101)
    # Rounding may have put a probability of exactly the power next to it.
    seen = (chances(n1, n2, level) >= power - 1e-12) | (percent < percent[:, None])
    # The furthest percentage, on the way up, that is not seen often enough.
    furthest = np.where(seen, percent[:, None], percent).max(axis=1)
    return [
        int(above - at + 1) if above < 100 else None for at, above in enumerate(furthest.tolist())
    ]


def _power_by_percent(n1: int, n2: int, level: float) -> npt.NDArray:
    """Probability of a significant rise: a row and column a true percentage, before and after."""
    first, second = _percent_pmf(n1), _percent_pmf(n2)
    # How probable it is that the second count is large enough for the Z-test at each first count.
    needed = z_needed(level)
    up = first @ tail_of(second)[:, further_apart(needed, n1, n2)].T
    x1, x2 = _with_few_expected(n1, n2)
    z, _ = pooled_z(x1, n1, x2, n2)
    lost = z < -needed
    if lost.any():
        lost &= -z < critical_z(z[lost], n1, n2, level) * (1 - 1e-9)
    return up - first[:, x1[lost]] @ second[:, x2[lost]].T


def _with_few_expected(n1: int, n2: int) -> tuple[npt.NDArray, npt.NDArray]:
    """All pairs of counts with an expected count under 5: few or nearly all done well."""
    well = np.arange(n1 + n2 + 1)
    well = well[few_expected(well, n1, 0, n2)]
    x1, together = np.meshgrid(np.arange(n1 + 1), well, indexing="ij")
    x2 = together - x1
    there = (x2 >= 0) & (x2 <= n2)
    return x1[there], x2[there]


@lru_cache(maxsize=160)
def _percent_pmf(n: int) -> npt.NDArray:
    return binomial(np.arange(n + 1)[None, :], n, np.arange(101)[:, None] / 100)


def _normal_power(n1: int, n2: int, level: float) -> npt.NDArray:
    """The same by the normal curve."""
    later = np.arange(101) / 100
    share = later[:, None]
    together = (share * n1 + later * n2) / (n1 + n2)
    needed = z_needed(level) * np.sqrt(together * (1 - together) * (1 / n1 + 1 / n2))
    spread = np.sqrt(share * (1 - share) / n1 + later * (1 - later) / n2) + 1e-300
    return ndtr((later - share - needed) / spread)

"""The p chart: a share month by month, the limits of chance, and the rules that call for words.

Every month has its own number of cases, so every month has its own limits: the centre line plus and
minus three standard errors of a share of that many cases (Shewhart, W. A. (1931), Economic Control
of Quality of Manufactured Product; Montgomery, D. C., Introduction to Statistical Quality Control,
chapter 7, "variable sample size"). A month without a case has no point and no limits; it does not
break a run.

The run rules are the four of NHS England, "Making data count" (2019), after Wheeler, D. J. (2000),
Understanding Variation. They are applied as in the NHS-R package NHSRplotthedots.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

#: Consecutive months of one side of the centre line, or all rising or all falling.
RUN = 7
#: The rules in the order in which a page names them.
RULES = ("outside the limits", "two of three near a limit", "shift", "trend")


class PChart(NamedTuple):
    """Points and limits of a p chart, as proportions; NaN in a month without cases.

    ``share``   share of the month's cases done well
    ``centre``  all cases of the baseline months together
    ``lower, upper``  three standard errors from the centre, kept within 0 and 1
    ``near_lower, near_upper``  two standard errors
    """

    share: npt.NDArray
    centre: float
    lower: npt.NDArray
    upper: npt.NDArray
    near_lower: npt.NDArray
    near_upper: npt.NDArray


class Signal(NamedTuple):
    """A rule that fires: its name, ``high`` or ``low``, and the months it marks (from 0)."""

    rule: str
    side: str
    months: tuple[int, ...]


def p_chart(counts: npt.ArrayLike, bases: npt.ArrayLike, baseline: int | None = None) -> PChart:
    """Points, centre line and limits of a p chart.

    Parameters
    ----------
    counts, bases
        Cases done well and cases looked at, a number a month, earliest first; 0 of 0 is a month
        without cases.
    baseline
        How many of the first months make the centre line; all if None.

    Raises
    ------
    ValueError
        A count is above its base or below 0, or no baseline month has a case.

    >>> chart = p_chart([12, 15, 0], [50, 50, 0])
    >>> round(chart.centre, 2), round(float(chart.upper[0]), 3)
    (0.27, 0.458)
    """
    done, seen = np.asarray(counts, dtype=float), np.asarray(bases, dtype=float)
    if ((done < 0) | (done > seen)).any():
        raise ValueError("A month has more cases done well than cases, or fewer than none.")
    total = seen[:baseline].sum()
    if total == 0:
        raise ValueError("No month has a case: there is nothing to draw limits from.")
    centre = float(done[:baseline].sum() / total)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(seen > 0, done / seen, np.nan)
        error = np.where(seen > 0, np.sqrt(centre * (1 - centre) / seen), np.nan)
    return PChart(
        share,
        centre,
        np.maximum(0, centre - 3 * error),
        np.minimum(1, centre + 3 * error),
        centre - 2 * error,
        centre + 2 * error,
    )


def signals(chart: PChart) -> list[Signal]:
    """Every rule that fires, in the order of ``RULES``; the months of one run together.

    outside the limits         a point beyond three standard errors
    two of three near a limit  three points in a row on one side, two of them beyond two errors
    shift                      seven or more in a row on one side of the centre line
    trend                      seven or more in a row, each above (or below) the one before

    >>> signals(p_chart([20, 21, 19, 20, 35], [40, 40, 40, 40, 40]))
    [Signal(rule='outside the limits', side='high', months=(4,))]
    """
    there = np.flatnonzero(~np.isnan(chart.share))
    share = chart.share[there]
    found: list[Signal] = []
    for side, sign in (("high", 1), ("low", -1)):
        beyond = chart.upper if sign > 0 else chart.lower
        near = chart.near_upper if sign > 0 else chart.near_lower
        outside = sign * (share - beyond[there]) > 0
        if chart.centre in (0.0, 1.0):  # no spread, so no limit to be beyond
            outside[:] = False
        above = sign * (share - chart.centre) > 0
        marked = {
            "outside the limits": [[int(i)] for i in np.flatnonzero(outside)],
            "two of three near a limit": _two_of_three(sign * (share - near[there]) > 0, above),
            "shift": _runs(above, RUN),
            "trend": _trends(sign * np.diff(share) > 0),
        }
        found += [
            Signal(rule, side, tuple(int(there[i]) for i in places))
            for rule in RULES
            for places in marked[rule]
        ]
    return sorted(found, key=lambda signal: (RULES.index(signal.rule), signal.months))


def _runs(true: npt.NDArray, least: int) -> list[list[int]]:
    """Places of each unbroken run of at least so many true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], true.astype(int), [0]))))
    return [
        list(range(start, end))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
        if end - start >= least
    ]


def _trends(further: npt.NDArray) -> list[list[int]]:
    """Runs of steps in one direction, as the points they join: one more than the steps."""
    return [[*run, run[-1] + 1] for run in _runs(further, RUN - 1)]


def _two_of_three(near: npt.NDArray, above: npt.NDArray) -> list[list[int]]:
    """The points near a limit of every three on one side of which two or more are."""
    marked = np.zeros(len(near), dtype=bool)
    for start in range(len(near) - 2):
        three = slice(start, start + 3)
        if above[three].all() and near[three].sum() >= 2:
            marked[three] |= near[three]
    groups: list[list[int]] = []
    for place in np.flatnonzero(marked):
        if groups and place - groups[-1][-1] <= 2:
            groups[-1].append(int(place))
        else:
            groups.append([int(place)])
    return groups

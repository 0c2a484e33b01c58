"""How a provider's figure stands against a national aggregate taken as a fixed line.

The documents do not print how many cases are behind the aggregate, so it carries no interval of its
own; but it is printed as a whole percent, so the line may lie half a point either way. The figure
is ``better`` where the whole of that lies below the figure's 95% interval and ``worse`` where it
lies above: the convention of the public-health profiles of England (Office for Health Improvement
and Disparities, Fingertips technical guidance, "Comparing to a benchmark"). Else it is ``similar``,
or, with fewer than 30 cases, ``no clear difference``, because an interval so wide cannot show that
two figures are alike. A higher share of cases done well is better.

The interval is Wilson's; with fewer than 30 cases it is Clopper and Pearson's, which is exact.

The aggregate most likely holds the provider's own earlier cases, since that fieldwork falls in its
period; this pulls the two together a little.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, bdtrc, ndtr

from pipeline.analysis.statistics.bases import Base
from pipeline.analysis.statistics.significance import clopper_pearson_interval, wilson_interval

LEVEL = 0.95
"""Level of the interval; the change between rounds is tested at the framework's own level."""

FEW_CASES = 30
"""Below so many cases the interval is exact and "similar" is not said."""

BETTER, WORSE = "better", "worse"
SIMILAR, NO_CLEAR_DIFFERENCE = "similar", "no clear difference"
STANDINGS = (BETTER, SIMILAR, NO_CLEAR_DIFFERENCE, WORSE)


class Standing(NamedTuple):
    """``verdict``: one of ``STANDINGS`` or None. ``reason``: a plain sentence.

    ``p``: two-sided p-value (a proportion) of the test that the interval inverts, against the
    nearest place the line can lie; the largest over all possible bases, None where none is known.
    """

    verdict: str | None
    reason: str
    p: float | None = None


@lru_cache(maxsize=20_000)
def against_benchmark(percent: int | None, base: Base, benchmark: int | None) -> Standing:
    """Compare a printed percentage with a benchmark percentage, both whole percents.

    Where the base is not known, or several counts print as the percentage, every possibility is
    looked at: better and worse are given only if all agree, and no verdict where they do not.

    >>> against_benchmark(80, Base("case-supervision", 97, 97, True), 63).verdict
    'better'
    >>> against_benchmark(91, Base("through-the-gate", 11, 11, True), 59).verdict
    'no clear difference'
    """
    if percent is None or benchmark is None:
        return Standing(None, "There is no figure to compare.")
    counts, bases = base.pairs(percent)
    if not len(counts):
        return Standing(None, "The number of cases behind the figure is not known.")
    line = (benchmark - 0.5) / 100, (benchmark + 0.5) / 100
    few = bases < FEW_CASES
    lower, upper = wilson_interval(counts, bases, LEVEL)
    if few.any():
        exact = clopper_pearson_interval(counts, bases, LEVEL)
        lower, upper = np.where(few, exact.lower, lower), np.where(few, exact.upper, upper)
    better, worse = lower > line[1], upper < line[0]
    p = float(_p_values(counts, bases, line).max())
    known = base.one_count(percent) is not None
    if better.all():
        return Standing(BETTER, _sentence("below", known), p)
    if worse.all():
        return Standing(WORSE, _sentence("above", known), p)
    if not (better.any() or worse.any()):
        verdict = NO_CLEAR_DIFFERENCE if few.any() else SIMILAR
        return Standing(verdict, _sentence("inside or on the edge of", known), p)
    return Standing(
        None, "It depends on the number of cases behind the figure, which was not published.", p
    )


def _sentence(where: str, known: bool) -> str:
    sizes = "" if known else ", whichever possible number of cases the figure is out of"
    return (
        f"The benchmark, half a point either way for its rounding, lies {where} the 95% interval "
        f"of the figure{sizes}."
    )


def _p_values(counts: npt.NDArray, bases: npt.NDArray, line: tuple[float, float]) -> npt.NDArray:
    """P-values against the nearest place of the line: score test, or binomial with few cases."""
    share = counts / bases
    nearest = np.clip(share, *line)
    apart = share != nearest
    spread = np.sqrt(nearest * (1 - nearest) / bases)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = 2 * ndtr(-np.abs(share - nearest) / spread)
    binomial = 2 * np.minimum(bdtr(counts, bases, nearest), bdtrc(counts - 1.0, bases, nearest))
    return np.where(apart, np.minimum(1, np.where(bases < FEW_CASES, binomial, score)), 1.0)

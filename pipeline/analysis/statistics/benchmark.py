"""How a provider's figure stands against a national aggregate taken as a fixed benchmark.

The documents do not print how many cases are behind the aggregate, so it carries no interval of its
own. The figure is ``better`` where the benchmark lies below its 95% Wilson interval, ``worse``
where it lies above, and ``similar`` where it lies inside or on the edge: the convention of the
public-health profiles of England (Office for Health Improvement and Disparities, Fingertips
technical guidance, "Comparing to a benchmark"). A higher share of cases done well is better.

The aggregate most likely holds the provider's own earlier cases, since that fieldwork falls in its
period; this pulls the two together a little.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pipeline.analysis.statistics.bases import Base
from pipeline.analysis.statistics.significance import wilson_interval

LEVEL = 0.95
"""Level of the interval; the change between rounds is tested at the framework's own level."""


class Standing(NamedTuple):
    """``verdict``: better, similar, worse or None. ``reason``: a plain sentence."""

    verdict: str | None
    reason: str


@lru_cache(maxsize=20_000)
def against_benchmark(percent: int | None, base: Base, benchmark: int | None) -> Standing:
    """Stand a printed percentage beside a benchmark percentage, both whole percents.

    Where the base is not known, or several counts print as the percentage, every possibility is
    looked at: the verdict is given only if all agree.
    """
    if percent is None or benchmark is None:
        return Standing(None, "There is no figure to compare.")
    counts, bases = base.pairs(percent)
    if not len(counts):
        return Standing(None, "The number of cases behind the figure is not known.")
    lower, upper = wilson_interval(counts, bases, LEVEL)
    share = benchmark / 100
    below, above = share < lower, share > upper
    known = base.one_count(percent) is not None
    if below.all():
        return Standing("better", _sentence("below", known))
    if above.all():
        return Standing("worse", _sentence("above", known))
    if not (below.any() or above.any()):
        return Standing("similar", _sentence("inside", known))
    return Standing(
        None, "It depends on the number of cases behind the figure, which was not published."
    )


def _sentence(where: str, known: bool) -> str:
    sizes = "" if known else ", whichever possible number of cases the figure is out of"
    return f"The benchmark lies {where} the 95% interval of the figure{sizes}."

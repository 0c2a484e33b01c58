"""Funnel plots: which providers differ from all of them by more than chance allows.

Shares of few cases scatter more than shares of many, so the limits narrow as the number of cases
grows. Source: Spiegelhalter, D. J. (2005), Funnel plots for comparing institutional performance,
Statistics in Medicine 24, 1185-1202: exact binomial limits, interpolated between whole cases
(appendix A.1.1), and the multiplicative model for overdispersion (section 5).

A share is a proportion between 0 and 1. The limits are those at 95% and 99.8%, as usual: of
providers that all do as well as each other, one in twenty and one in five hundred lie outside.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, bdtrik, ndtri

from pipeline.analysis.statistics.exact import binomial

LEVELS = (0.95, 0.998)
#: Share of the providers at each end whose distance counts as that of the next one in.
WINSORISED = 0.1
#: Fewer providers than this say nothing about spread or limits.
FEWEST = 10


class Dispersion(NamedTuple):
    """How far the providers scatter beyond chance.

    ``phi``        mean of the squared, winsorised z-scores; 1 if only chance is at work
    ``threshold``  what phi must exceed to be more than its own chance variation: 1 + 2 sqrt(2 / k)
    ``applied``    the factor the limits are widened by: sqrt(phi) above the threshold, else 1
    """

    phi: float
    threshold: float
    applied: float


def exact_limit(target: float, cases: npt.ArrayLike, probability: float) -> npt.NDArray:
    """The share that so many cases fall below with a probability, if the true share is ``target``.

    The binomial quantile, lowered by the part of the step that is not needed, so that the limit
    runs smoothly with the number of cases; kept within 0 and 1.

    >>> exact_limit(0.5, [10, 100], 0.975).round(3).tolist()
    [0.768, 0.593]
    """
    if not 0 <= target <= 1:
        raise ValueError(f"A target is a proportion from 0 to 1, not {target!r}.")
    size = np.asarray(cases, dtype=float)
    if (size < 1).any():
        raise ValueError("A limit needs at least one case.")
    if target in (0.0, 1.0):
        return np.full(size.shape, target)
    whole = size.astype(np.int64)
    count = np.ceil(bdtrik(probability, whole, target))
    # Found by a search that may stop just beyond a whole number; below a count of 0 there is none.
    count -= bdtr(count - 1, whole, target) >= probability
    surplus = (bdtr(count, whole, target) - probability) / binomial(count, whole, target)
    return np.maximum(0, (count - surplus) / size)


def approximate_limit(
    target: float, cases: npt.ArrayLike, probability: float, widened: float = 1.0
) -> npt.NDArray:
    """The same by the normal approximation, its standard error times ``widened``.

    >>> approximate_limit(0.5, [100], 0.975).round(3).tolist()
    [0.598]
    """
    size = np.asarray(cases, dtype=float)
    error = np.sqrt(target * (1 - target) / size)
    return np.clip(target + ndtri(probability) * widened * error, 0, 1)


def limits(
    target: float, cases: npt.ArrayLike, level: float, widened: float = 1.0
) -> tuple[npt.NDArray, npt.NDArray]:
    """Lower and upper limit at a level; exact unless they are widened for overdispersion.

    >>> [float(limit[0].round(3)) for limit in limits(0.5, [100], 0.95)]
    [0.397, 0.593]
    """
    tail = (1 - level) / 2
    if widened == 1:
        return exact_limit(target, cases, tail), exact_limit(target, cases, 1 - tail)
    return (
        approximate_limit(target, cases, tail, widened),
        approximate_limit(target, cases, 1 - tail, widened),
    )


def dispersion(counts: npt.ArrayLike, bases: npt.ArrayLike, target: float) -> Dispersion:
    """How far providers scatter around ``target`` beyond chance.

    z = (share - target) / standard error under the target; the tenth of the providers at each end
    is drawn in to its neighbour (winsorised) so that the outliers looked for do not hide
    themselves. Not applied unless phi is above 1 by twice its standard error under chance.

    >>> dispersion([50] * 12, [100] * 12, 0.5).applied
    1.0
    """
    done, seen = np.asarray(counts, dtype=float), np.asarray(bases, dtype=float)
    if target in (0.0, 1.0) or len(seen) == 0:
        return Dispersion(1.0, 1.0, 1.0)
    z = np.sort((done / seen - target) / np.sqrt(target * (1 - target) / seen))
    ends = int(WINSORISED * len(z))
    if ends:
        z[:ends], z[-ends:] = z[ends], z[-ends - 1]
    phi = float(np.mean(z**2))
    threshold = float(1 + 2 * np.sqrt(2 / len(z)))
    return Dispersion(phi, threshold, float(np.sqrt(phi)) if phi > threshold else 1.0)


def zone(count: int, base: int, target: float, widened: float = 1.0) -> str:
    """Where a provider lies: ``far above``, ``above``, ``within``, ``below`` or ``far below``.

    Far: outside the 99.8% limits; otherwise outside the 95% limits.

    >>> zone(90, 100, 0.6), zone(6, 10, 0.6)
    ('far above', 'within')
    """
    return zones([count], [base], target, widened)[0]


def zones(
    counts: npt.ArrayLike, bases: npt.ArrayLike, target: float, widened: float = 1.0
) -> list[str]:
    """Return the ``zone`` of many providers at once.

    >>> zones([97, 50, 3], [100, 100, 100], 0.5)
    ['far above', 'within', 'far below']
    """
    share = np.asarray(counts) / np.asarray(bases)
    found = np.full(share.shape, "within", dtype=object)
    sizes, at = np.unique(bases, return_inverse=True)  # many providers, few numbers of cases
    for level, word in zip(LEVELS, ("", "far "), strict=True):
        lower, upper = (limit[at] for limit in limits(target, sizes, level, widened))
        found[share > upper] = f"{word}above"
        found[share < lower] = f"{word}below"
    return found.tolist()

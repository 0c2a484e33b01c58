"""How much a place in a league says: the ranks a provider might have had in another sample.

Each provider has a probability for every score it might have had if other cases had been drawn.
From these follows, without simulation, how many of the others would have stood above and below it:
given its own score, a sum of independent yes-or-no events (the Poisson-binomial distribution, by
its Fourier transform: Hong, Y. (2013), Computational Statistics and Data Analysis 59, 41-51). The
same on every machine, because nothing is drawn.

Sources: Goldstein, H. and Spiegelhalter, D. J. (1996), League tables and their limitations, Journal
of the Royal Statistical Society A 159, 385-443; Marshall, E. C. and Spiegelhalter, D. J. (1998),
Reliability of league tables of in vitro fertilisation clinics, BMJ 316, 1701-1705, who call a
provider a top or bottom one only where its whole interval lies there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

LEVEL = 0.95


class RankInterval(NamedTuple):
    """Best and worst rank (1 is the highest score) that the interval holds."""

    best: int
    worst: int


def rank_intervals(chances: npt.ArrayLike, level: float = LEVEL) -> list[RankInterval]:
    """The interval of ranks of each provider.

    ``chances`` has a row a provider and a column a score, lowest score first; a row adds up to 1.
    Providers with the same score share its ranks: the best counts only those above, the worst all
    that are not below, so ties widen an interval.

    >>> rank_intervals([[0, 0, 1], [0, 1, 0], [0, 1, 0]])
    [RankInterval(best=1, worst=1), RankInterval(best=2, worst=3), RankInterval(best=2, worst=3)]
    """
    probability = np.asarray(chances, dtype=float)
    if probability.ndim != 2 or not np.allclose(probability.sum(axis=1), 1):
        raise ValueError("The chances of each provider's scores must add up to 1.")
    above = 1 - probability.cumsum(axis=1)
    tail = (1 - level) / 2
    many_above, many_not_below = _numbers_of_others(probability, above)
    # Rounded, so that a sum which differs in its last digit elsewhere gives the same rank.
    best = (many_above.cumsum(axis=1).round(9) <= tail).sum(axis=1)
    worst = (many_not_below.cumsum(axis=1).round(9) < 1 - tail).sum(axis=1)
    return [
        RankInterval(int(low) + 1, int(high) + 1) for low, high in zip(best, worst, strict=True)
    ]


def _numbers_of_others(own: npt.NDArray, above: npt.NDArray) -> npt.NDArray:
    """Probability of each number of others (last axis, from 0) above and not below each provider.

    The sum's Fourier transform is the product of the events', so that all providers but one are the
    product of those before and those after it. Not below a score is above the one before it.
    """
    providers, scores = own.shape
    turn = np.exp(-2j * np.pi * np.arange(providers // 2 + 1) / providers)
    mixed = np.zeros((2, providers, len(turn)), dtype=complex)
    mixed[1] = own[:, 0, None] * turn ** (providers - 1)  # nobody is below the lowest score
    for score in range(scores):
        event = 1 + above[:, score, None] * (turn - 1)
        before, after = np.ones_like(event), np.ones_like(event)
        before[1:] = event[:-1].cumprod(axis=0)
        after[:-1] = event[:0:-1].cumprod(axis=0)[::-1]
        others = before * after
        mixed[0] += own[:, score, None] * others
        if score + 1 < scores:
            mixed[1] += own[:, score + 1, None] * others
    return np.fft.irfft(mixed, n=providers, axis=2)


def half(interval: RankInterval, providers: int) -> str:
    """``upper half`` or ``lower half`` where the whole interval lies there, else ``either half``.

    >>> half(RankInterval(1, 4), 10), half(RankInterval(2, 9), 10)
    ('upper half', 'either half')
    """
    if interval.worst <= providers / 2:
        return "upper half"
    if interval.best > (providers + 1) / 2:
        return "lower half"
    return "either half"

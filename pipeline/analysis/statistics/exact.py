"""The exact version of the pooled Z-test, for few cases.

With few cases the Z-test's p-value, read from the normal curve, is only roughly right. The exact
p-value of the same statistic is the largest probability, over the unknown common share, of two
counts whose pooled Z is at least as far from 0 as the one seen: the unconditional exact test of
Suissa, S. and Shuster, J. J. (1985), Journal of the Royal Statistical Society A 148, 317-327;
``scipy.stats.barnard_exact(pooled=True)``, two-sided.

scipy searches the common share anew for every table with a general optimiser. Here, for each first
count, the second counts that are further apart begin at one number, found from a quadratic; their
probability is added up on a grid of shares that is refined where it peaks. The tests hold the two
equal to 1e-6. Every function takes counts that were checked (``significance.check_counts``).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, bdtrc, gammaln, xlog1py, xlogy

LARGEST = 1_000
"""Cases in both samples together up to which counts are enumerated.

Beyond, Fisher's exact test stands in (twice its smaller tail), whose cost does not grow: an exact
test too, and never readier to see a difference than its level allows.
"""

_TIE = 1 - 1e-9
"""Statistics this close are ties that rounding has parted."""


@lru_cache(maxsize=100_000)
def exact_z_p(x1: int, n1: int, x2: int, n2: int) -> float:
    """Two-sided p-value (a proportion) of the exact version of the pooled Z-test.

    1 where both shares are the same, as they are where every case or none was done well.

    >>> round(exact_z_p(18, 20, 7, 11), 4)
    0.0945
    """
    if n1 + n2 > LARGEST:
        return _fisher_doubled(x1, n1, x2, n2)
    z = _size_of_z(x1, n1, x2, n2)
    return 1.0 if z == 0 else _largest(further_apart(z, n1, n2), n1, n2)


@lru_cache(maxsize=100_000)
def exact_z_passes(x1: int, n1: int, x2: int, n2: int, level: float) -> bool:
    """Whether ``exact_z_p`` is below a level (a proportion), on a grid alone where it is clear.

    The largest probability on the coarse grid is within 10% of the true one, that on the fine grid
    within 1% (a test holds them to that); nearer to the level the refined search decides.

    >>> exact_z_passes(18, 20, 7, 11, 0.1)
    True
    """
    if n1 + n2 > LARGEST:
        return _fisher_doubled(x1, n1, x2, n2) < level
    return _passes(_size_of_z(x1, n1, x2, n2), n1, n2, level)


def critical_z(z: npt.NDArray, n1: int, n2: int, level: float) -> float:
    """Smallest of some sizes of pooled Z at which the exact test passes; infinity if none does.

    The p-value never rises as Z moves away from 0, so one number settles every pair of counts. It
    is mostly among the smallest, so that steps are doubled from there, and what lies between the
    last two is halved. For bases of ``LARGEST`` cases together or fewer.

    >>> critical_z(np.array([1.7, 1.8, 2.5]), 20, 11, 0.1)
    1.8
    """
    sizes = np.unique(np.abs(z)).tolist()

    def passes(at: int) -> bool:
        return at >= len(sizes) or _passes(sizes[at], n1, n2, level)

    low, step = 0, 1
    while not passes(low + step - 1):
        low, step = low + step, 2 * step
    at = bisect_left(range(low, low + step - 1), True, key=passes) + low
    return sizes[at] if at < len(sizes) else math.inf


def exact_z_at_least(
    x1: npt.NDArray, n1: npt.NDArray, x2: npt.NDArray, n2: npt.NDArray
) -> npt.NDArray:
    """A p-value (a proportion) that the exact one cannot be below, for many pairs at once.

    Counts further apart on both sides, and their mirror images, have a pooled Z further from 0, so
    their probability at any common share, here the pooled one, is a lower bound.

    >>> exact_z_at_least(*(np.array([x]) for x in (18, 20, 7, 11))).round(3)
    array([0.033])
    """
    first_larger = x1 * n2 > x2 * n1
    low, low_of = np.where(first_larger, x2, x1), np.where(first_larger, n2, n1)
    high, high_of = np.where(first_larger, x1, x2), np.where(first_larger, n1, n2)
    share = (x1 + x2) / (n1 + n2)
    bound = np.zeros(np.shape(share))
    for at in (share, 1 - share):
        bound += bdtr(low, low_of, at) * bdtrc(high - 1.0, high_of, at)
    return np.minimum(1.0, bound)


def binomial(count: npt.ArrayLike, base: npt.ArrayLike, share: npt.ArrayLike) -> npt.NDArray:
    """Probability of so many cases done well out of a base, at a true share.

    ``scipy.stats`` has it too, but takes half a second to import, which every run would wait for.

    >>> binomial([0, 1, 2], 2, 0.5).round(3).tolist()
    [0.25, 0.5, 0.25]
    """
    counts, bases = np.asarray(count), np.asarray(base)
    ways = gammaln(bases + 1) - gammaln(counts + 1) - gammaln(bases - counts + 1)
    return np.exp(ways + xlogy(counts, share) + xlog1py(bases - counts, -np.asarray(share)))


def _fisher_doubled(x1: int, n1: int, x2: int, n2: int) -> float:
    chance, seen = _given_the_total(x1, n1, x2, n2)
    smaller = min(chance[: seen + 1].sum(), chance[seen:].sum())
    return float(min(1.0, 2 * smaller / chance.sum()))


def _given_the_total(x1: int, n1: int, x2: int, n2: int) -> tuple[npt.NDArray, int]:
    """How probable each first count is, given how many were done well, and the place of x1.

    As ratios to the most probable one.
    """
    total = x1 + x2
    first = np.arange(max(0, total - n2), min(n1, total) + 1)
    second = total - first
    ways = -sum(gammaln(k + 1) for k in (first, n1 - first, second, n2 - second))
    chance = np.exp(ways - ways.max())
    return chance, x1 - int(first[0])


def _size_of_z(x1: int, n1: int, x2: int, n2: int) -> float:
    total, cases = x1 + x2, n1 + n2
    if total in (0, cases):
        return 0.0
    return abs(x1 / n1 - x2 / n2) / math.sqrt(total * (cases - total) / cases / n1 / n2)


def further_apart(z: float, n1: int, n2: int) -> npt.NDArray:
    """For each first count, the smallest second count above it with pooled |Z| of at least ``z``.

    ``n2 + 1`` where there is none; ``z`` is above 0, which every pair reaches. The pairs with the
    first share the larger are the mirror images of these.

    >>> further_apart(1.645, 4, 4)
    array([3, 4, 5, 5, 5])
    """
    cases = n1 + n2
    first = np.arange(n1 + 1)
    # (first/n1 - y/n2)^2 >= k (first + y)(cases - first - y), a quadratic in the second count y.
    k = (z * _TIE) ** 2 / (n1 * n2 * cases)
    a = 1 / n2**2 + k
    b = -2 * first / (n1 * n2) - k * (cases - 2 * first)
    c = (first / n1) ** 2 - k * first * (cases - first)
    root = (-b + np.sqrt(np.maximum(0, b * b - 4 * a * c))) / (2 * a)
    threshold = np.minimum(np.maximum(np.ceil(root), 0), n2 + 1).astype(np.int64)
    threshold[n1] = n2 + 1  # no second share is above 100%
    return threshold


def _passes(z: float, n1: int, n2: int, level: float) -> bool:
    if z == 0:
        return False
    region = further_apart(z, n1, n2)
    for grid, within in ((_COARSE, 0.1), (_FINE, 0.01)):
        found = _on_grid(region, n1, n2, grid).max()
        if found >= level or found < (1 - within) * level:
            return bool(found < level)
    return _largest(region, n1, n2) < level


_COARSE, _FINE = 16, 96
"""Steps of a grid from a share of 0 to a half in samples of up to 100 cases."""


def _steps(steps: int, n1: int, n2: int) -> int:
    """Steps of a grid in samples of any size: probabilities turn faster in more cases."""
    return steps * math.ceil(math.sqrt(max(n1, n2, 100) / 100))


def _angles(steps: int) -> npt.NDArray:
    return np.arange(2 * steps + 1) * (math.pi / 4 / steps)


def _on_grid(
    region: npt.NDArray, n1: int, n2: int, grid: int, mirrored: bool = True
) -> npt.NDArray:
    """Probability of the region at each share of a grid.

    ``mirrored``: of it and its mirror image, and up to a half only, as the rest is the same again.
    """
    steps = _steps(grid, n1, n2)
    of = _on_angles(steps)
    above = np.einsum("ij,ij->i", of(n1)[0], of(n2)[1][:, region])
    return (above + above[::-1])[: steps + 1] if mirrored else above


def _at(angles: npt.NDArray, region: npt.NDArray, n1: int, n2: int, mirrored: bool) -> npt.NDArray:
    """The same at any common shares, given as angles."""
    flat = angles.ravel()
    if mirrored:
        flat = np.concatenate([flat, math.pi / 2 - flat])
    above = np.einsum("ij,ij->i", _pmf(n1, flat), tail_of(_pmf(n2, flat))[:, region])
    return above.reshape(-1, *angles.shape).sum(axis=0)


_STEPS = np.arange(17.0)
"""Of a search from one width below a share to one above, an eighth of the width each."""


def _largest(region: npt.NDArray, n1: int, n2: int, mirrored: bool = True) -> float:
    """Probability of the region (and its mirror image) at the least favourable common share."""
    on_grid = _on_grid(region, n1, n2, _FINE, mirrored)
    best = float(on_grid.max())
    width = math.pi / 4 / _steps(_FINE, n1, n2)
    # A half is its own mirror image, so the curve may peak at the end of the grid.
    curve = np.concatenate([[-1.0], on_grid, on_grid[-2:-3:-1] if mirrored else [-1.0]])
    peaks = np.flatnonzero((curve[1:-1] >= curve[:-2]) & (curve[1:-1] >= curve[2:]))
    # What the grid finds is within 1% of the peak, so that a lower one cannot overtake the highest.
    centre = peaks[on_grid[peaks] >= 0.98 * best, None] * width
    for _ in range(4):
        angles = np.clip(centre + (_STEPS * (width / 8) - width), 0, math.pi / 2)
        values = _at(angles, region, n1, n2, mirrored)
        centre = angles[np.arange(len(angles)), values.argmax(axis=1), None]
        width /= 8
        best = max(best, float(values.max()))
    return min(1.0, best)


@lru_cache(maxsize=10_000)
def boschloo_exact(x1: int, n1: int, x2: int, n2: int) -> float:
    """Two-sided p-value of Boschloo's exact test: twice the smaller one-sided one, as in scipy.

    For the analysts' annex only. One-sided, it is the largest probability, over the common share,
    of two counts whose Fisher p-value is at most the one seen. It is 1 where every case or none was
    done well on both sides.

    Source: Boschloo, R. D. (1970), Statistica Neerlandica 24, 1-35.

    >>> round(boschloo_exact(18, 20, 7, 11), 3)
    0.106
    """
    if x1 + x2 in (0, n1 + n2):
        return 1.0
    if n1 + n2 > LARGEST:
        return _fisher_doubled(x1, n1, x2, n2)
    sides = []
    for low, of, high, out_of in ((x1, n1, x2, n2), (x2, n2, x1, n1)):
        fisher = _fisher_one_sided(of, out_of)
        # The p-value falls as the second count rises: its place is the number above the one seen.
        region = (fisher > fisher[low, high] / _TIE).sum(axis=1)
        sides.append((float(_on_grid(region, of, out_of, _FINE, False).max()), region, of, out_of))
    best = 1.0
    for on_grid, region, of, out_of in sorted(sides, key=lambda side: side[0]):
        if on_grid < best:  # what the grid finds is never above the true value
            best = min(best, _largest(region, of, out_of, mirrored=False))
    return min(1.0, 2 * best)


def fisher_exact(x1: int, n1: int, x2: int, n2: int) -> float:
    """Two-sided p-value of Fisher's exact test; for the analysts' annex only.

    The probability, given how many were done well in all, of the counts that are no more probable
    than those seen. Source: Fisher, R. A. (1935), Journal of the Royal Statistical Society 98,
    39-82.

    >>> round(fisher_exact(18, 20, 7, 11), 3)
    0.151
    """
    chance, seen = _given_the_total(x1, n1, x2, n2)
    return float(chance[chance <= chance[seen] / _TIE].sum() / chance.sum())


@lru_cache(maxsize=32)
def _fisher_one_sided(n1: int, n2: int) -> npt.NDArray:
    """Fisher's one-sided p-value (the first share is lower): a row a first count."""
    first, total = np.arange(n1 + 1), np.arange(n1 + n2 + 1)[:, None]
    second = total - first
    there = (second >= 0) & (second <= n2)
    ways = _choices(n1)[first] + _choices(n2)[np.where(there, second, 0)]
    pmf = np.where(there, np.exp(ways - _choices(n1 + n2)[total]), 0)
    return pmf.cumsum(axis=1)[first[:, None] + np.arange(n2 + 1), first[:, None]]


@lru_cache(maxsize=512)
def _choices(n: int) -> npt.NDArray:
    """Logarithm of the number of ways to choose k of n cases, for k from 0 to n."""
    k = np.arange(n + 1)
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def _pmf(n: int, angles: npt.NDArray) -> npt.NDArray:
    """Binomial probabilities: a row a share (given as an angle), a column a count from 0 to n."""
    well, not_well = (
        2 * np.log(np.maximum(side, 1e-300))[:, None] for side in (np.sin(angles), np.cos(angles))
    )
    k = np.arange(n + 1)
    return np.exp(_choices(n) + k * well + (n - k) * not_well)


def tail_of(pmf: npt.NDArray) -> npt.NDArray:
    """Probability of a count of at least k, for k from 0 to n + 1 (the last is 0).

    ``pmf`` has a row a share, with the probability of each count from 0 to n.

    >>> tail_of(np.array([[0.25, 0.5, 0.25]]))
    array([[1.  , 0.75, 0.25, 0.  ]])
    """
    tail = np.zeros((pmf.shape[0], pmf.shape[1] + 1))
    tail[:, :-1] = pmf[:, ::-1].cumsum(axis=1)[:, ::-1]
    return tail


@lru_cache(maxsize=16)
def _on_angles(steps: int) -> Callable[[int], tuple[npt.NDArray, npt.NDArray]]:
    """Probabilities on a grid, and their tails, by the size of a sample.

    Those last asked for are kept: of a coarse grid more, in about the same memory.
    """
    angles = _angles(steps)

    @lru_cache(maxsize=2_000 // steps)
    def of(n: int) -> tuple[npt.NDArray, npt.NDArray]:
        pmf = _pmf(n, angles)
        return pmf, tail_of(pmf)

    return of

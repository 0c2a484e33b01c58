"""Shares drawn towards the mean of all, the more so the fewer cases they rest on.

A provider with eleven cases stands at the top or bottom of a list more often than its work
deserves. Empirical Bayes takes the providers' true shares as spread around a common mean
(beta-binomial) and estimates, from the figures themselves, how much of what is seen is spread and
how much is chance.

Sources: Efron, B. and Morris, C. (1975), Data analysis using Stein's estimator and its
generalizations, Journal of the American Statistical Association 70, 311-319; the spread by the
analysis-of-variance estimator of the intraclass correlation: Ridout, M. S., Demetrio, C. G. B. and
Firth, D. (1999), Estimating intraclass correlation for binary data, Biometrics 55, 137-148.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.analysis.statistics.significance import check_counts


class Shrunk(NamedTuple):
    """``shares`` drawn in and ``mean`` of all cases, proportions; ``worth`` of the mean, in cases.

    ``worth`` is infinite where the figures show no spread beyond chance: every share is the mean.
    """

    shares: npt.NDArray
    mean: float
    worth: float


def intraclass_correlation(counts: npt.ArrayLike, bases: npt.ArrayLike) -> float:
    """Share of the variance that lies between providers; at least 0, at most 1.

    >>> intraclass_correlation([5, 5], [10, 10])
    0.0
    """
    done, seen = check_counts(counts, bases)
    groups, cases = len(seen), int(seen.sum())
    if groups < 2 or cases == groups:
        return 0.0
    mean = done.sum() / cases
    between = float((seen * (done / seen - mean) ** 2).sum() / (groups - 1))
    within = float((done * (1 - done / seen)).sum() / (cases - groups))
    usual = (cases - float((seen.astype(float) ** 2).sum()) / cases) / (groups - 1)
    spread = between + (usual - 1) * within
    return max(0.0, (between - within) / spread) if spread > 0 else 0.0


def shrunk(counts: npt.ArrayLike, bases: npt.ArrayLike) -> Shrunk:
    """Each share drawn towards the mean of all cases.

    The mean counts for 1 / correlation - 1 cases of each provider (a beta distribution of that
    size), so that many cases keep their own share and few give way.

    >>> shrunk([9, 50, 90], [10, 100, 100]).shares.round(2).tolist()
    [0.86, 0.5, 0.9]
    """
    done, seen = check_counts(counts, bases)
    mean = float(done.sum() / seen.sum())
    correlation = intraclass_correlation(done, seen)
    if correlation == 0:
        return Shrunk(np.full(seen.shape, mean), mean, math.inf)
    worth = 1 / correlation - 1
    return Shrunk((done + worth * mean) / (seen + worth), mean, worth)

"""Has a figure changed between two inspections? Verdicts that take unpublished bases seriously.

Each percentage is a share of cases; which bases (numbers of cases) it can be out of is said by
``pipeline.analysis.statistics.bases``. The two-sided pooled Z-test at the framework's level runs
over every possible pair of bases. Where the smallest expected count of a pair is under 5,
Boschloo's exact test stands beside it, and the pair passes only if both do.

Verdicts:

* ``significant``: the test passes at every possible pair of bases
* ``not significant``: it passes at none
* ``unsettled``: it depends, and the reason says on what
* ``not comparable``: the documents say the figures may not be compared, or one is missing

``with_tests`` reads these columns of a comparison (``key_question_comparison`` or
``prompt_comparison``): ``previous_percent, current_percent`` (whole percent or missing),
``previous_base, current_base`` (printed size of the sample the question is tied to, or missing),
``previous_limit, current_limit`` (largest number of cases the figure can be out of),
``previous_tied, current_tied`` (true where the base is that printed sample), ``comparable``
(yes, caution, no), ``reason_not_comparable``, and ``provider, previous_inspection,
current_inspection``, which name the family of tests. ``all_crcs_percent`` is used where present.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import bdtr, bdtrc
from scipy.stats import hypergeom

from pipeline.analysis.statistics.bases import Base, base_of
from pipeline.analysis.statistics.benchmark import Standing, against_benchmark
from pipeline.analysis.statistics.significance import (
    FEW_EXPECTED,
    Interval,
    benjamini_hochberg,
    boschloo_exact,
    boschloo_passes,
    expected_by_chance,
    fisher_exact,
    newcombe_interval,
    pooled_p_values,
    smallest_detectable_change,
    two_proportion_test,
    wilson_interval,
)
from pipeline.data import is_missing

SIGNIFICANT = "significant"
NOT_SIGNIFICANT = "not significant"
UNSETTLED = "unsettled"
NOT_COMPARABLE = "not comparable"
VERDICTS = (SIGNIFICANT, NOT_SIGNIFICANT, UNSETTLED, NOT_COMPARABLE)

NOT_STATED = "Nothing in the data says that the two figures may be compared."

FAMILY = ["provider", "previous_inspection", "current_inspection"]


@dataclass(frozen=True)
class Change:
    """What the tests say of one figure in two rounds.

    ``p_value`` (two-sided, pooled) and ``exact_p`` (Boschloo, only where an expected count is under
    5) rest on the one count that prints as each figure and are None where the base is not known or
    more than one count fits. ``p_min`` and ``p_max`` are the smallest and largest Z-test p-values
    over all possible bases. ``overturned_by`` is the smallest number of cases that, had they been
    left unanswered, would give another verdict at the same printed figures, where this one is
    settled on two full samples; None where it is not, or where leaving out half would not.
    """

    verdict: str
    reason: str
    p_value: float | None = None
    p_min: float | None = None
    p_max: float | None = None
    exact_p: float | None = None
    overturned_by: int | None = None


class _Pairs:
    """Every possible pair of a previous and a current count and base, and what the tests say.

    The Z-test runs over all pairs at once. Boschloo's test is dear and is asked only about the
    pairs that decide: where an expected count is under 5, and only until the answer is known.
    """

    def __init__(
        self, x1: npt.NDArray, n1: npt.NDArray, x2: npt.NDArray, n2: npt.NDArray, level: float
    ) -> None:
        self.x1, self.n1, self.x2, self.n2, self.level = x1, n1, x2, n2, level
        self.p, self.computed = pooled_p_values(x1, n1, x2, n2)
        self.z_passes = self.p < level
        well, total = x1 + x2, n1 + n2
        few = np.minimum(n1, n2) * np.minimum(well, total - well) < FEW_EXPECTED * total
        self.few = few & self.computed

    @classmethod
    def crossed(
        cls,
        previous: tuple[npt.NDArray, npt.NDArray],
        current: tuple[npt.NDArray, npt.NDArray],
        level: float,
    ) -> _Pairs:
        """Each previous (counts, bases) with each current one."""
        first, second = np.divmod(np.arange(len(previous[0]) * len(current[0])), len(current[0]))
        return cls(
            previous[0][first], previous[1][first], current[0][second], current[1][second], level
        )

    @cached_property
    def exact_bounds(self) -> tuple[npt.NDArray, npt.NDArray]:
        """Where an expected count is under 5: p-values Boschloo's lies between (else 0 and 1)."""
        lower, upper = np.zeros(len(self.p)), np.ones(len(self.p))
        at = np.flatnonzero(self.few)
        for bound in (_boschloo_at_pooled_share, _boschloo_at_least):
            lower[at] = bound(self.x1[at], self.n1[at], self.x2[at], self.n2[at])
            at = at[lower[at] < self.level]
        upper[at] = _boschloo_at_most(self.x1[at], self.n1[at], self.x2[at], self.n2[at])
        return lower, upper

    def exact_passes(self, i: int) -> bool:
        """Whether Boschloo's test passes at one pair."""
        lower, upper = self.exact_bounds
        if lower[i] >= self.level or upper[i] < self.level:
            return bool(upper[i] < self.level)
        return boschloo_passes(
            int(self.x1[i]), int(self.n1[i]), int(self.x2[i]), int(self.n2[i]), self.level
        )

    def passes(self, i: int) -> bool:
        """Whether the Z-test passes at one pair and, where it is needed, Boschloo's test too."""
        return bool(self.z_passes[i]) and (not self.few[i] or self.exact_passes(i))

    def verdict(self) -> str:
        """Significant if the tests pass at every pair, not significant if both fail at every."""
        if self.z_passes.all():
            doubtful = np.flatnonzero(self.few)
            # The pair nearest to failing first.
            ordered = doubtful[np.argsort(-self.p[doubtful], kind="stable")]
            return SIGNIFICANT if all(self.exact_passes(i) for i in ordered) else UNSETTLED
        if self.z_passes.any() or any(self.exact_passes(i) for i in self._near_misses()):
            return UNSETTLED
        return NOT_SIGNIFICANT

    def _near_misses(self) -> npt.NDArray:
        """Pairs at which the Z-test fails and Boschloo's may pass, the likeliest first."""
        if not self.few.any():
            return np.array([], dtype=np.int64)
        near = np.flatnonzero(self.few & ~self.z_passes & (self.exact_bounds[0] < self.level))
        return near[np.argsort(self.p[near], kind="stable")]

    def first_unlike(self, verdict: str, order: npt.NDArray) -> int | None:
        """First pair, in an order, at which the verdict would not stand by itself."""
        if verdict == SIGNIFICANT:
            surely_fails = ~self.z_passes
            doubtful = self.few & self.z_passes
            if doubtful.any():
                lower, upper = self.exact_bounds
                surely_fails |= self.few & (lower >= self.level)
                doubtful &= upper >= self.level
            unlike, doubtful = np.flatnonzero(surely_fails[order]), np.flatnonzero(doubtful[order])
        else:
            unlike = np.flatnonzero(self.z_passes[order])
            near = np.zeros(len(self.p), dtype=bool)
            near[self._near_misses()] = True
            doubtful = np.flatnonzero(near[order])
        end = int(unlike[0]) if len(unlike) else len(order)
        for at in doubtful[doubtful < end]:
            if self.exact_passes(order[at]) != (verdict == SIGNIFICANT):
                return int(order[at])
        return int(order[end]) if end < len(order) else None


def _boschloo_at_least(
    x1: npt.NDArray, n1: npt.NDArray, x2: npt.NDArray, n2: npt.NDArray
) -> npt.NDArray:
    """A p-value that Boschloo's two-sided p-value cannot be below.

    Its critical region holds at least the tables further apart on both sides than the one seen, and
    its p-value is the region's probability at the least favourable common share, so the probability
    of those tables at any share is a lower bound.
    """
    pooled = (x1 + x2) / (n1 + n2)
    shares = ((pooled + x1 / n1) / 2, (pooled + x2 / n2) / 2, 0.1, 0.5, 0.9)
    bounds = [_further_apart(x1, n1, x2, n2, share) for share in (pooled, *shares)]
    smaller, larger = np.max(bounds, axis=0)
    return 2 * np.minimum(smaller, larger)


def _boschloo_at_pooled_share(
    x1: npt.NDArray, n1: npt.NDArray, x2: npt.NDArray, n2: npt.NDArray
) -> npt.NDArray:
    """The same at the likeliest common share only, which settles most pairs."""
    return 2 * np.min(_further_apart(x1, n1, x2, n2, (x1 + x2) / (n1 + n2)), axis=0)


def _further_apart(
    x1: npt.NDArray, n1: npt.NDArray, x2: npt.NDArray, n2: npt.NDArray, share: npt.NDArray | float
) -> tuple[npt.NDArray, npt.NDArray]:
    """Probability of tables at least as far apart, the first share smaller, then larger."""
    return (
        bdtr(x1, n1, share) * _at_least(x2, n2, share),
        bdtr(x2, n2, share) * _at_least(x1, n1, share),
    )


def _boschloo_at_most(
    x1: npt.NDArray, n1: npt.NDArray, x2: npt.NDArray, n2: npt.NDArray
) -> npt.NDArray:
    """A p-value that Boschloo's two-sided p-value cannot be above.

    It is never above Fisher's: twice the smaller one-sided p-value. A hair is added for rounding.
    """
    less = hypergeom.cdf(x1, n1 + n2, x1 + x2, n1)
    greater = hypergeom.cdf(x2, n1 + n2, x1 + x2, n2)
    return np.minimum(1.0, 2 * np.minimum(less, greater) + 1e-9)


def _at_least(x: npt.NDArray, n: npt.NDArray, share: npt.NDArray | float) -> npt.NDArray:
    """Probability of a count of at least ``x``."""
    return np.where(x > 0, bdtrc(np.maximum(x, 1) - 1.0, n, share), 1.0)


@lru_cache(maxsize=50_000)
def assess_change(
    previous_percent: int | None,
    previous: Base,
    current_percent: int | None,
    current: Base,
    level: float = 0.1,
) -> Change:
    """Judge the change from one printed percentage to another over all possible bases."""
    if previous_percent is None or current_percent is None:
        return Change(NOT_COMPARABLE, "One of the two figures was not published.")
    x1, n1 = previous.pairs(previous_percent)
    x2, n2 = current.pairs(current_percent)
    if not len(x1) or not len(x2):
        return Change(
            UNSETTLED,
            "No test can be made: the number of cases behind a figure is not known, or no number "
            "of cases gives the printed figure.",
        )
    pairs = _Pairs.crossed((x1, n1), (x2, n2), level)
    if not pairs.computed.any():
        return Change(
            NOT_SIGNIFICANT,
            "The test cannot be computed, because every case or none was done well in both "
            "rounds; the two figures are the same.",
        )
    verdict = pairs.verdict()
    full = previous.is_full_sample(previous_percent) and current.is_full_sample(current_percent)
    p_value = exact = overturned_by = None
    if full and len(pairs.p) == 1:
        p_value = float(pairs.p[0])
        if pairs.few[0]:
            exact = boschloo_exact(x1[0], n1[0], x2[0], n2[0])
    if full and verdict in (SIGNIFICANT, NOT_SIGNIFICANT):
        overturned_by = _overturned_by(
            verdict, (previous_percent, previous), (current_percent, current), level
        )
    return Change(
        verdict,
        _reason(verdict, pairs, (previous, current), full),
        p_value,
        float(pairs.p[pairs.computed].min()),
        float(pairs.p[pairs.computed].max()),
        exact,
        overturned_by,
    )


def _reason(verdict: str, pairs: _Pairs, bases: tuple[Base, Base], full: bool) -> str:
    """The verdict's reason, as a sentence without a p-value."""
    if verdict == UNSETTLED:
        return _unsettled(pairs, bases)
    if full:
        where = f"with {pairs.n1[0]} cases in the previous round and {pairs.n2[0]} in this one"
    else:
        some = "every" if verdict == SIGNIFICANT else "any"
        where = f"at {some} number of cases that gives the printed figures"
    exact = pairs.few.any()
    if verdict == SIGNIFICANT:
        tests = "The Z-test and the exact test beside it pass" if exact else "The Z-test passes"
        return f"{tests} at a level of {pairs.level:g} {where}."
    neither = ", and neither does the exact test beside it" if exact else ""
    return f"The Z-test does not pass at a level of {pairs.level:g} {where}{neither}."


def _unsettled(pairs: _Pairs, bases: tuple[Base, Base]) -> str:
    """On what the verdict depends."""
    if len(pairs.p) == 1:
        return (
            "The Z-test and the exact test disagree: fewer than 5 cases are expected in a cell, "
            "where the exact test is put beside it and both must pass."
        )
    if len(set(pairs.n1.tolist())) == len(set(pairs.n2.tolist())) == 1:
        return (
            "More than one number of cases prints as the published figures, and the tests do not "
            "give the same answer at all of them."
        )
    enough = _enough(pairs, bases)
    if enough is None:
        return (
            "The answer changes with the number of cases behind the figures, which was not "
            "published, and a larger number alone does not settle it."
        )
    return f"Significant if at least {enough}."


def _enough(pairs: _Pairs, bases: tuple[Base, Base]) -> str | None:
    """How many cases are enough for the tests to pass at every larger number; None if none are.

    Where both numbers are open they are taken as the same share of their samples.
    """
    most1, most2 = (int(base.most or 1) for base in bases)
    open1, open2 = (len(set(sizes.tolist())) > 1 for sizes in (pairs.n1, pairs.n2))
    share = np.minimum(pairs.n1 / most1 if open1 else np.inf, pairs.n2 / most2 if open2 else np.inf)
    order = np.argsort(-share, kind="stable")
    failing = pairs.first_unlike(SIGNIFICANT, order)
    # Unsettled, yet passing everywhere, cannot be: some pair fails.
    assert failing is not None
    beyond = share > share[failing]
    if not beyond.any():
        return None
    enough1, enough2 = int(pairs.n1[beyond].min()), int(pairs.n2[beyond].min())
    if open1 and open2:
        return (
            f"{enough1} of the {most1} previous cases and {enough2} of the {most2} current cases "
            "were in the sub-samples; with fewer it depends on the exact numbers"
        )
    enough, most, name = (enough1, most1, "previous") if open1 else (enough2, most2, "current")
    below = np.flatnonzero(share <= share[failing])
    hazy = any(pairs.passes(int(i)) for i in below)
    return f"{enough} of the {most} cases were in the sub-sample of the {name} inspection" + (
        "; with fewer it depends on the exact number" if hazy else ""
    )


def _overturned_by(
    verdict: str, previous: tuple[int, Base], current: tuple[int, Base], level: float
) -> int | None:
    """Fewest unanswered cases that would give another verdict at the same printed figures."""
    sides, read = [], 0
    for percent, base in (previous, current):
        printed = int(base.printed or 0)
        counts, sizes = Base(base.sample, None, printed, False).pairs(percent)
        keep = 2 * sizes >= printed
        sides.append((counts[keep], sizes[keep]))
        read += printed
    pairs = _Pairs.crossed(sides[0], sides[1], level)
    missing = read - pairs.n1 - pairs.n2
    unlike = pairs.first_unlike(verdict, np.argsort(missing, kind="stable"))
    return None if unlike is None else int(missing[unlike])


def _whole(value: Any) -> int | None:
    return None if is_missing(value) else int(value)


def with_tests(comparison: pd.DataFrame, level: float = 0.1) -> pd.DataFrame:
    """Give a comparison its intervals, tests and verdicts, as further columns.

    ``level`` is the framework's significance level (a proportion). The input, one row a figure, is
    described at the head of this module; it is not changed. Added, with missing values empty:

    * ``previous_count, current_count``: the one number of cases that prints as the figure
    * ``previous_lower, previous_upper, current_lower, current_upper``: 95% Wilson interval in
      percent, on that count; ``interval_reason`` says why one is empty
    * ``newcombe_lower, newcombe_upper``: 95% interval of the change, in percentage points
    * ``p_value``: two-sided pooled Z-test on those counts; ``exact_p``: Boschloo's test where
      ``smallest_expected`` (cases) is under 5
    * ``p_min, p_max``: smallest and largest p-value over all possible bases
    * ``change_verdict, verdict_reason``; ``overturned_by``: see ``Change``
    * ``previous_bases, current_bases``: the possible bases in words
    * ``benchmark_verdict, benchmark_reason``: only where ``all_crcs_percent`` is a column
    * ``smallest_detectable_rise, smallest_detectable_fall``: whole points, at the known bases or
      else, at best, at the largest possible ones
    * ``bh_adjusted``: ``p_max`` adjusted by Benjamini-Hochberg within provider and pair of rounds
    """
    rows = [
        _tested(row, level, "all_crcs_percent" in comparison)
        for row in comparison.to_dict("records")
    ]
    added = pd.DataFrame(rows, index=comparison.index, columns=_columns(comparison))
    added = _with_intervals(added, comparison)
    added["bh_adjusted"] = _adjusted_by_family(comparison, added)
    whole = ["previous_count", "current_count", "overturned_by"]
    whole += ["smallest_detectable_rise", "smallest_detectable_fall"]
    types = {name: "Float64" if name in _REAL else "string" for name in added}
    added = added.astype(types | dict.fromkeys(whole, "Int64"))
    return pd.concat([comparison, added], axis=1)


_REAL = {
    "previous_lower", "previous_upper", "current_lower", "current_upper", "newcombe_lower",
    "newcombe_upper", "p_value", "p_min", "p_max", "exact_p", "smallest_expected", "bh_adjusted",
}  # fmt: skip


def _columns(comparison: pd.DataFrame) -> list[str]:
    names = [
        "previous_count", "current_count", "previous_lower", "previous_upper", "current_lower",
        "current_upper", "interval_reason", "newcombe_lower", "newcombe_upper", "p_value", "p_min",
        "p_max", "exact_p", "smallest_expected", "change_verdict", "verdict_reason",
        "overturned_by", "previous_bases", "current_bases",
    ]  # fmt: skip
    if "all_crcs_percent" in comparison:
        names += ["benchmark_verdict", "benchmark_reason"]
    return [*names, "smallest_detectable_rise", "smallest_detectable_fall", "bh_adjusted"]


def _tested(row: dict[Any, Any], level: float, benchmarked: bool) -> dict[str, Any]:
    """Everything but the intervals and the adjustment, for one row."""
    sides = {side: (_whole(row[f"{side}_percent"]), base_of(row, side)) for side in _SIDES}
    added: dict[str, Any] = {}
    for side, (percent, base) in sides.items():
        one = None if percent is None else base.one_count(percent)
        added[f"{side}_count"] = pd.NA if one is None else one[0]
        added[f"{side}_bases"] = pd.NA if percent is None else base.described(percent)
    added["interval_reason"] = " ".join(
        f"{side.capitalize()} figure: {why}"
        for side, (percent, base) in sides.items()
        if (why := _no_one_count(percent, base))
    )
    (previous_percent, previous), (current_percent, current) = sides.values()
    comparable = row["comparable"] != "no"
    if comparable:
        change = assess_change(previous_percent, previous, current_percent, current, level)
    else:
        change = Change(NOT_COMPARABLE, _text(row["reason_not_comparable"]) or NOT_STATED)
    reason = change.reason
    if row["comparable"] == "caution" and not is_missing(row["reason_not_comparable"]):
        reason = f"{reason} {_text(row['reason_not_comparable'])}"
    added |= {
        "change_verdict": change.verdict,
        "verdict_reason": reason,
        "p_value": change.p_value,
        "p_min": change.p_min,
        "p_max": change.p_max,
        "exact_p": change.exact_p,
        "overturned_by": change.overturned_by,
    }
    if comparable and previous_percent is not None and previous.most and current.most:
        bases = [
            base.printed if percent is not None and base.is_full_sample(percent) else base.most
            for percent, base in sides.values()
        ]
        detectable = smallest_detectable_change(previous_percent, *bases, level=level)
        added["smallest_detectable_rise"] = detectable.rise
        added["smallest_detectable_fall"] = detectable.fall
    if benchmarked:
        standing: Standing = against_benchmark(
            current_percent, current, _whole(row["all_crcs_percent"])
        )
        added["benchmark_verdict"], added["benchmark_reason"] = standing
    return added


_SIDES = ("previous", "current")


def _text(value: Any) -> str:
    return "" if is_missing(value) else str(value)


def _no_one_count(percent: int | None, base: Base) -> str:
    """Why there is no interval on one count, as a sentence; empty where there is one."""
    if percent is None:
        return "no figure to give an interval for."
    if base.one_count(percent) is not None:
        return ""
    if base.is_full_sample(percent):
        return f"more than one number of cases prints as {percent}% of {base.printed}."
    if base.tied and base.printed is not None:
        return (
            f"no number of cases prints as {percent}% of {base.printed}, so fewer cases were "
            "answered than read."
        )
    return "the number of cases it is out of was not published."


def _with_intervals(added: pd.DataFrame, comparison: pd.DataFrame) -> pd.DataFrame:
    """Fill in the intervals of all rows at once."""
    filled = added.copy()
    for side in _SIDES:
        at = filled[f"{side}_count"].notna()
        if at.any():
            limits = wilson_interval(
                filled.loc[at, f"{side}_count"].to_numpy(dtype=np.int64),
                comparison.loc[at, f"{side}_base"].to_numpy(dtype=np.int64),
            )
            _fill(filled, at, f"{side}_", limits)
    both = filled["previous_count"].notna() & filled["current_count"].notna()
    both &= filled["change_verdict"] != NOT_COMPARABLE
    if both.any():
        counts = [
            frame.loc[both, name].to_numpy(dtype=np.int64)
            for frame, name in (
                (filled, "current_count"),
                (comparison, "current_base"),
                (filled, "previous_count"),
                (comparison, "previous_base"),
            )
        ]
        x2, n2, x1, n1 = counts
        _fill(filled, both, "newcombe_", newcombe_interval(x2, n2, x1, n1))
        expected = np.minimum(n1, n2) * np.minimum(x1 + x2, n1 + n2 - x1 - x2) / (n1 + n2)
        filled.loc[both, "smallest_expected"] = expected
    return filled


def _fill(frame: pd.DataFrame, at: pd.Series, prefix: str, limits: Interval) -> None:
    frame.loc[at, f"{prefix}lower"] = 100 * limits.lower
    frame.loc[at, f"{prefix}upper"] = 100 * limits.upper


def _adjusted_by_family(comparison: pd.DataFrame, added: pd.DataFrame) -> pd.Series:
    adjusted = pd.Series(pd.NA, index=comparison.index, dtype="object")
    for _, index in comparison.groupby(FAMILY, dropna=False).groups.items():
        p_max = [None if is_missing(p) else float(p) for p in added.loc[index, "p_max"]]
        adjusted.loc[index] = [
            pd.NA if value is None else value for value in benjamini_hochberg(p_max).values
        ]
    return adjusted


def families_of_tests(tested: pd.DataFrame, level: float = 0.1) -> pd.DataFrame:
    """Many tests at once, told plainly: a row a provider and pair of rounds.

    ``tested`` is a result of ``with_tests``. Columns: the family; ``comparable`` (figures that may
    be compared), ``computed`` (tests with a p-value), ``left_out`` (comparable figures without
    one), ``significant``, ``unsettled``, ``not_significant`` (numbers of verdicts),
    ``expected_by_chance`` (at most so many would pass by chance alone if nothing had changed) and
    ``kept_after_adjustment`` (tests whose ``bh_adjusted`` is at most ``level``).
    """
    rows = []
    for family, part in tested.groupby(FAMILY, dropna=False):
        comparable = part[part["change_verdict"] != NOT_COMPARABLE]
        computed = int(comparable["p_max"].notna().sum())
        rows.append(
            dict(zip(FAMILY, family, strict=True))
            | {
                "comparable": len(comparable),
                "computed": computed,
                "left_out": len(comparable) - computed,
                "significant": int((comparable["change_verdict"] == SIGNIFICANT).sum()),
                "unsettled": int((comparable["change_verdict"] == UNSETTLED).sum()),
                "not_significant": int((comparable["change_verdict"] == NOT_SIGNIFICANT).sum()),
                "expected_by_chance": expected_by_chance(computed, level),
                "kept_after_adjustment": int((comparable["bh_adjusted"] <= level).sum()),
            }
        )
    columns = [
        *FAMILY, "comparable", "computed", "left_out", "significant", "unsettled",
        "not_significant", "expected_by_chance", "kept_after_adjustment",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def other_tests(tested: pd.DataFrame, subject: str = "key_question") -> pd.DataFrame:
    """What other tests would have said, for the analysts' annex: one row a figure and test.

    Only figures whose two counts are known. ``subject`` names the column of the figure's number.
    Columns: the family, ``subject``, ``test``, ``p`` and ``passes_at`` (the largest usual level,
    0.01, 0.05 or 0.1, that it passes at; missing if none). Tests: ``two-sided, pooled`` (ours),
    ``one-sided, pooled`` (in the direction seen), ``two-sided, unpooled``, ``Boschloo`` and
    ``Fisher`` (both two-sided).
    """
    rows: list[dict[str, Any]] = []
    for row in tested[tested["p_value"].notna()].to_dict("records"):
        first = int(row["current_count"]), int(row["current_base"])
        second = int(row["previous_count"]), int(row["previous_base"])
        _, p = two_proportion_test(*first, *second)
        values = {
            "two-sided, pooled": p,
            "one-sided, pooled": p / 2,
            "two-sided, unpooled": _unpooled(*first, *second),
            "Boschloo": boschloo_exact(*first, *second),
            "Fisher": fisher_exact(*first, *second),
        }
        for test, value in values.items():
            passes = [level for level in (0.01, 0.05, 0.1) if value is not None and value < level]
            rows.append(
                {name: row[name] for name in [*FAMILY, subject]}
                | {"test": test, "p": value, "passes_at": passes[0] if passes else None}
            )
    columns = [*FAMILY, subject, "test", "p", "passes_at"]
    return pd.DataFrame(rows, columns=columns).astype({"p": "Float64", "passes_at": "Float64"})


def _unpooled(x1: int, n1: int, x2: int, n2: int) -> float | None:
    """P-value without pooling; None where neither sample varies (0% against 100%)."""
    if x1 in (0, n1) and x2 in (0, n2):
        return None
    return float(two_proportion_test(x1, n1, x2, n2, pooled=False).p)


def detectable_by_sample(tested: pd.DataFrame) -> pd.DataFrame:
    """What the two inspections could have seen: one row a family and sample.

    Columns: the family, ``sample``, ``figures`` (how many may be compared), ``smallest_rise,
    largest_rise, smallest_fall, largest_fall`` (whole points: the extremes over its figures of the
    smallest detectable change), ``no_rise, no_fall`` (figures for which no change is large enough).
    """
    comparable = tested[tested["change_verdict"] != NOT_COMPARABLE]
    rows = []
    for key, part in comparable.groupby([*FAMILY, "sample"], dropna=False, sort=False):
        row: dict[str, Any] = dict(zip([*FAMILY, "sample"], key, strict=True))
        row["figures"] = len(part)
        for side in ("rise", "fall"):
            values = part[f"smallest_detectable_{side}"]
            row[f"smallest_{side}"], row[f"largest_{side}"] = values.min(), values.max()
            row[f"no_{side}"] = int(values.isna().sum())
        rows.append(row)
    columns = [
        *FAMILY, "sample", "figures", "smallest_rise", "largest_rise", "no_rise", "smallest_fall",
        "largest_fall", "no_fall",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)

"""Has a figure changed between two inspections? Verdicts that take unpublished bases seriously.

Each percentage is a share of cases; which bases (numbers of cases) it can be out of is said by
``pipeline.analysis.statistics.bases``. Two tests run over every possible pair of bases: the
two-sided pooled Z-test at the framework's level, which is the inspectorate's test, and, where the
smallest expected count of a pair is under 5, its exact version (``statistics.exact``), which is our
check for few cases.

``z_verdict`` is the inspectorate's test alone: ``significant`` where it passes at every possible
pair of bases, ``not significant`` where at none, ``unsettled`` where that depends on the pair.

``change_verdict`` takes the check for few cases into account:

* ``significant``: both pass at every possible pair of bases
* ``not significant``: both fail at every one
* ``tests disagree``: the bases are known, and one passes while the other does not
* ``unsettled``: it depends on something that was not published, and the reason says on what

Both are ``not comparable`` where the documents say that the figures may not be compared, or one of
them is missing.

``with_tests`` reads these columns of a comparison (``key_question_comparison`` or
``prompt_comparison``): ``previous_percent, current_percent`` (whole percent or missing),
``previous_base, current_base`` (printed size of the sample the question is tied to, or missing),
``previous_limit, current_limit`` (largest number of cases the figure can be out of),
``previous_tied, current_tied`` (true where the base is that printed sample), ``comparable``
(yes, caution, no), ``reason_not_comparable``, and ``provider, previous_inspection,
current_inspection``, which name the family of tests. Used where present: ``previous_at_least,
current_at_least`` (smallest base by the documents' words) and ``comparator_percent``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import dropwhile
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.analysis.dictionary import column_types
from pipeline.analysis.records import Row, records, row_values
from pipeline.analysis.statistics.bases import EVERY_BASE, Base, base_of
from pipeline.analysis.statistics.benchmark import against_benchmark
from pipeline.analysis.statistics.exact import (
    boschloo_exact,
    exact_z_at_least,
    exact_z_p,
    exact_z_passes,
    fisher_exact,
)
from pipeline.analysis.statistics.significance import (
    Interval,
    benjamini_hochberg,
    few_expected,
    newcombe_interval,
    pooled_z,
    smallest_detectable_change,
    smallest_expected_count,
    two_proportion_test,
    two_sided_p,
    wilson_interval,
    z_needed,
)
from pipeline.data import is_missing

SIGNIFICANT = "significant"
NOT_SIGNIFICANT = "not significant"
TESTS_DISAGREE = "tests disagree"
UNSETTLED = "unsettled"
NOT_COMPARABLE = "not comparable"
VERDICTS = (SIGNIFICANT, NOT_SIGNIFICANT, TESTS_DISAGREE, UNSETTLED, NOT_COMPARABLE)

NOT_STATED = "Nothing in the data says that the two figures may be compared."
ON_WORDS = "This rests on the report's words: the number of cases itself was not printed."

FAMILY = ["provider", "previous_inspection", "current_inspection"]

_FIRST_ADDED = "previous_count"
"""In the tables of comparisons, this column and all after it are those that ``with_tests`` adds."""

WITHIN = 10
"""Percentage points within which a change counts as small in ``within_ten_points``."""


@dataclass(frozen=True)
class Change:
    """What the tests say of one figure in two rounds.

    ``verdict`` and ``z_verdict``: see the head of the module. ``p_value`` (two-sided pooled Z-test)
    and ``exact_p`` (its exact version, only where an expected count is under 5) rest on the one
    count that prints as each figure and are None where the base is not known or more than one count
    fits. ``p_min`` and ``p_max`` are the smallest and largest Z-test p-values over all possible
    bases. ``z`` is the pooled Z, later minus earlier share, at the largest possible bases.
    ``lower_90, upper_90`` are the smallest lower and largest upper limit of the 90% interval of the
    change over all possible bases, as proportions.

    ``overturned_by`` is the smallest number of cases that, had they been left unanswered, would
    give another verdict at the same printed figures, with neither sample below half its size. None
    where there is none, where this verdict is not settled on two full samples, or where a sample
    has more than ``bases.EVERY_BASE`` cases.
    """

    verdict: str
    reason: str
    z_verdict: str
    p_value: float | None = None
    p_min: float | None = None
    p_max: float | None = None
    exact_p: float | None = None
    z: float | None = None
    lower_90: float | None = None
    upper_90: float | None = None
    overturned_by: int | None = None


Side = tuple[npt.NDArray, npt.NDArray]
"""The counts and bases that a figure can be, from ``Base.pairs``."""

Figure = tuple[Any, Base]
"""A printed percentage, or None, and its base."""

Question = tuple[Figure, Figure]
"""A previous and a current figure."""


@dataclass(frozen=True)
class _Pairs:
    """Possible pairs of a previous and a current count and base, and what the Z-test says of each.

    The exact test is asked only about the pairs that decide: where an expected count is under 5,
    and only until the answer is known.
    """

    level: float
    x1: npt.NDArray
    n1: npt.NDArray
    x2: npt.NDArray
    n2: npt.NDArray
    z: npt.NDArray
    computed: npt.NDArray
    few: npt.NDArray
    z_passes: npt.NDArray

    def part(self, at: slice) -> _Pairs:
        """Return some of the pairs."""
        level, *arrays = vars(self).values()
        return _Pairs(level, *(values[at] for values in arrays))

    def exact_passes(self, at: npt.NDArray) -> Iterator[bool]:
        """Whether the exact test passes at some pairs, one after the other."""
        pairs = [values[at] for values in (self.x1, self.n1, self.x2, self.n2)]
        # Mostly a lower bound shows already that it does not.
        may = exact_z_at_least(*pairs) < self.level
        for possible, *pair in zip(may.tolist(), *(v.tolist() for v in pairs), strict=True):
            yield possible and exact_z_passes(*pair, self.level)

    def z_verdict(self) -> str:
        """What the Z-test alone says."""
        if self.z_passes.all():
            return SIGNIFICANT
        return UNSETTLED if self.z_passes.any() else NOT_SIGNIFICANT

    def verdict(self, known: bool) -> str:
        """What both tests say; ``known`` where the bases are, so that only the tests can differ."""
        z_verdict = self.z_verdict()
        if z_verdict == UNSETTLED or not self.few.any():
            return z_verdict
        passes = z_verdict == SIGNIFICANT
        # Those nearest to the other answer first.
        size = np.abs(self.z)
        if self.first_unlike(z_verdict, size if passes else -size) is None:
            return z_verdict
        # With the bases known, figures that fit several counts may still disagree for that reason.
        every = np.arange(len(size))
        if known and self.few.all() and passes not in self.exact_passes(every):
            return TESTS_DISAGREE
        return UNSETTLED

    def first_unlike(self, verdict: str, order: npt.NDArray) -> int | None:
        """Lowest pair, in an order, at which the verdict (significant or not) would not stand."""
        passes = verdict == SIGNIFICANT
        unlike = np.flatnonzero(self.z_passes != passes)
        first = int(unlike[order[unlike].argmin()]) if len(unlike) else None
        doubtful = self.few & (self.z_passes == passes)
        if first is not None:
            doubtful &= order < order[first]
        at = np.flatnonzero(doubtful)
        if len(at):
            at = at[np.argsort(order[at], kind="stable")]
            for i, exact_passes in zip(at.tolist(), self.exact_passes(at), strict=True):
                if exact_passes != passes:
                    return i
        return first


_AT_ONCE = 20_000
"""Pairs tested at once, about: enough that a test costs little, few enough for a small memory."""


@dataclass(frozen=True)
class _Lot:
    """Some questions and their possible pairs, one question after the other."""

    questions: list[Question]
    sizes: npt.NDArray
    pairs: _Pairs

    @cached_property
    def starts(self) -> npt.NDArray:
        """Where the pairs of each question begin."""
        return self.sizes.cumsum() - self.sizes

    def each(self) -> Iterator[tuple[Question, _Pairs]]:
        """Each question with its own pairs."""
        for question, start, size in zip(
            self.questions, self.starts.tolist(), self.sizes.tolist(), strict=True
        ):
            yield question, self.pairs.part(slice(start, start + size))

    def of_each(self, function: np.ufunc, values: npt.NDArray) -> npt.NDArray:
        """Sum up values of pairs by a function, such as ``np.minimum``, to one a question."""
        return function.reduceat(values, self.starts)

    def of_pairs(self, values: npt.NDArray) -> npt.NDArray:
        """Give each pair the value of its question."""
        return np.repeat(values, self.sizes)


def _crossed(sides: Mapping[Question, tuple[Side, Side]], level: float) -> Iterator[_Lot]:
    """Cross the previous and the current counts and bases of each question, many at once."""
    if not sides:
        return
    questions, both = list(sides), list(sides.values())
    sizes = np.array([[len(bases) for _, bases in pair] for pair in both])
    lot = sizes.prod(axis=1).cumsum() // _AT_ONCE
    for some in np.split(np.arange(len(both)), np.flatnonzero(np.diff(lot)) + 1):
        many = sizes[some].prod(axis=1)
        within = np.arange(many.sum()) - np.repeat(many.cumsum() - many, many)
        places = np.divmod(within, np.repeat(sizes[some, 1], many))
        arrays = []
        for side, (place, size) in enumerate(zip(places, sizes[some].T, strict=True)):
            at = place + np.repeat(size.cumsum() - size, many)
            arrays += [np.concatenate([both[i][side][what] for i in some])[at] for what in (0, 1)]
        x1, n1, x2, n2 = arrays
        z, computed = pooled_z(x2, n2, x1, n1)
        few = computed & few_expected(x1, n1, x2, n2)
        pairs = _Pairs(level, x1, n1, x2, n2, z, computed, few, np.abs(z) > z_needed(level))
        yield _Lot([questions[i] for i in some], many, pairs)


def assess_change(
    previous_percent: int | None,
    previous: Base,
    current_percent: int | None,
    current: Base,
    level: float = 0.1,
) -> Change:
    """Judge the change from one printed percentage to another over all possible bases.

    Percentages are whole percents, ``level`` is a proportion.

    >>> full = [Base("case-supervision", size, size, True) for size in (100, 97)]
    >>> change = assess_change(70, full[0], 80, full[1])
    >>> change.verdict, round(change.p_value, 3), change.overturned_by
    ('significant', 0.091, 2)
    """
    question = (previous_percent, previous), (current_percent, current)
    return assess_changes([question], level)[question]


def assess_changes(questions: Iterable[Question], level: float = 0.1) -> dict[Question, Change]:
    """Judge many changes at once, each as ``assess_change`` does.

    >>> before, after = (Base("case-supervision", size, size, True) for size in (100, 97))
    >>> found = assess_changes([((70, before), (80, after)), ((None, before), (80, after))])
    >>> [change.verdict for change in found.values()]
    ['not comparable', 'significant']
    """
    found: dict[Question, Change] = {}
    sides: dict[Question, tuple[Side, Side]] = {}
    for question in dict.fromkeys(questions):
        if any(percent is None for percent, _ in question):
            found[question] = _NOT_PUBLISHED
            continue
        previous, current = (base.pairs(percent) for percent, base in question)
        if len(previous[0]) and len(current[0]):
            sides[question] = previous, current
        else:
            found[question] = _NO_BASE
    for some in _crossed(sides, level):
        found.update(_judged(some))
    for question, cases in _overturned_by(found, level):
        found[question] = replace(found[question], overturned_by=cases)
    # Where a bound in words narrows the bases down: what the verdict would be without it.
    unbound: dict[Question, Question] = {}
    for question in sides:
        if any(base.rests_on_words(percent) for percent, base in question):
            first, second = ((percent, replace(base, at_least=None)) for percent, base in question)
            unbound[question] = first, second
    without = assess_changes(unbound.values(), level) if unbound else {}
    for question, other in unbound.items():
        change = found[question]
        if without[other].verdict != change.verdict:
            found[question] = replace(change, reason=f"{change.reason} {ON_WORDS}")
    return found


_NOT_PUBLISHED = Change(NOT_COMPARABLE, "One of the two figures was not published.", NOT_COMPARABLE)
_NO_BASE = Change(
    UNSETTLED,
    "No test can be made: the number of cases behind a figure is not known, or no number "
    "of cases gives the printed figure.",
    UNSETTLED,
)
_NO_VARIATION = Change(
    NOT_SIGNIFICANT,
    "The test cannot be computed, because every case or none was done well in both "
    "rounds; the two figures are the same.",
    NOT_SIGNIFICANT,
)


def _judged(some: _Lot) -> Iterator[tuple[Question, Change]]:
    """Judge changes by their pairs, without what takes other pairs."""
    pairs = some.pairs
    limits = newcombe_interval(pairs.x2, pairs.n2, pairs.x1, pairs.n1, 0.9)
    size, cases = np.abs(pairs.z), pairs.n1 + pairs.n2
    largest = np.flatnonzero(cases == some.of_pairs(some.of_each(np.maximum, cases)))
    known = {
        "p_min": two_sided_p(some.of_each(np.maximum, size)),
        "p_max": two_sided_p(some.of_each(np.minimum, np.where(pairs.computed, size, np.inf))),
        "z": pairs.z[largest[largest.searchsorted(some.starts)]],
        "lower_90": some.of_each(np.minimum, limits.lower),
        "upper_90": some.of_each(np.maximum, limits.upper),
    }
    computed = some.of_each(np.logical_or, pairs.computed).tolist()
    rows = zip(*(values.tolist() for values in known.values()), strict=True)
    for (question, own), can, row in zip(some.each(), computed, rows, strict=True):
        yield question, _verdict(question, own, dict(zip(known, row, strict=True)), can)


def _verdict(question: Question, pairs: _Pairs, known: dict[str, Any], computed: bool) -> Change:
    if not computed:
        return _NO_VARIATION
    (_, previous), (_, current) = question
    full = _both_full(question)
    verdict = pairs.verdict(known=full)
    p_value = exact = None
    if full and len(pairs.z) == 1:
        p_value = known["p_max"]
        if pairs.few[0]:
            exact = exact_z_p(*(int(v[0]) for v in (pairs.x1, pairs.n1, pairs.x2, pairs.n2)))
    reason = _reason(verdict, pairs, (previous, current), full)
    return Change(verdict, reason, pairs.z_verdict(), p_value=p_value, exact_p=exact, **known)


def _both_full(question: Question) -> bool:
    return all(base.is_full_sample(percent) for percent, base in question)


def _reason(verdict: str, pairs: _Pairs, bases: tuple[Base, Base], full: bool) -> str:
    """The verdict's reason, as a sentence without a p-value."""
    if verdict == UNSETTLED:
        return _unsettled(pairs, bases)
    if full:
        where = f"with {pairs.n1[0]} cases in the previous round and {pairs.n2[0]} in this one"
    else:
        some = "every" if verdict == SIGNIFICANT else "any"
        where = f"at {some} number of cases that the printed figures can be out of"
    if verdict == TESTS_DISAGREE:
        first, second = "The Z-test", "its exact version"
        if not pairs.z_passes.all():
            first, second = "The exact version of the Z-test", "the Z-test itself"
        return (
            f"{first} passes at a level of {pairs.level:g} {where}, and {second} does not. With so "
            "few cases (fewer than 5 expected in a cell) a change counts only if both pass."
        )
    exact = pairs.few.any()
    if verdict == SIGNIFICANT:
        tests = (
            "The Z-test and its exact version for few cases pass" if exact else "The Z-test passes"
        )
        return f"{tests} at a level of {pairs.level:g} {where}."
    neither = ", and neither does its exact version for few cases" if exact else ""
    return f"The Z-test does not pass at a level of {pairs.level:g} {where}{neither}."


def _unsettled(pairs: _Pairs, bases: tuple[Base, Base]) -> str:
    """On what the verdict depends."""
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
    failing = pairs.first_unlike(SIGNIFICANT, -share)
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
    below = below[pairs.z_passes[below]]
    few = pairs.few[below]
    hazy = not few.all() or any(pairs.exact_passes(below[few]))
    return f"{enough} of the {most} cases were in the sub-sample of the {name} inspection" + (
        "; with fewer it depends on the exact number" if hazy else ""
    )


def _overturned_by(
    found: Mapping[Question, Change], level: float
) -> Iterator[tuple[Question, int | None]]:
    """Fewest unanswered cases that would give another verdict at the same printed figures."""
    sides: dict[Question, tuple[Side, Side]] = {}
    for question, change in found.items():
        settled = change.p_max is not None and change.verdict in (SIGNIFICANT, NOT_SIGNIFICANT)
        if settled and _both_full(question) and max(map(_read, question)) <= EVERY_BASE:
            first, second = map(_down_to_half, question)
            sides[question] = first, second
    for some in _crossed(sides, level):
        pairs, answered = some.pairs, some.pairs.n1 + some.pairs.n2
        passes = np.array([found[question].verdict == SIGNIFICANT for question in some.questions])
        unlike = pairs.z_passes != some.of_pairs(passes)
        most = some.of_each(np.maximum, np.where(unlike, answered, 0))
        # With few cases the exact test may part them sooner than the Z-test does.
        doubtful = pairs.few & ~unlike & (answered > some.of_pairs(most))
        asked = some.of_each(np.logical_or, doubtful).tolist()
        for (question, own), best, ask in zip(some.each(), most.tolist(), asked, strict=True):
            if ask:
                own_answered = own.n1 + own.n2
                at = own.first_unlike(found[question].verdict, -own_answered)
                best = 0 if at is None else int(own_answered[at])
            yield question, sum(map(_read, question)) - best if best else None


def _read(figure: Figure) -> int:
    return int(figure[1].printed or 0)


def _down_to_half(figure: Figure) -> Side:
    """What a figure of a full sample can be out of where up to half of it was not answered."""
    percent, base = figure
    size = _read(figure)
    return Base(base.sample, None, size, False, (size + 1) // 2).pairs(percent)


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
    * ``p_value``: two-sided pooled Z-test on those counts; ``exact_p``: its exact version where
      ``smallest_expected`` (cases) is under 5
    * ``p_min, p_max``: smallest and largest p-value of the Z-test over all possible bases
    * ``z_score``: pooled Z of the change at the largest possible bases, positive for a rise
    * ``z_verdict, change_verdict, verdict_reason``; ``overturned_by``: see ``Change``
    * ``rests_on_words``: yes where the verdict would be another without a bound on a base that the
      report gives in words, else no
    * ``change_lower_90, change_upper_90``: the 90% interval of the change in percentage points, the
      widest over all possible bases; ``within_ten_points``: yes where it lies within ten points
      either way, which is two one-sided tests at 5%, else no
    * ``previous_bases, current_bases``: the possible bases in words
    * ``smallest_detectable_rise, smallest_detectable_fall``: whole points, at the known bases or
      else, at best, at the largest possible ones
    * ``bh_adjusted``: ``p_max`` adjusted by Benjamini-Hochberg within provider and pair of rounds
    * only where ``comparator_percent`` is a column: ``benchmark_verdict, benchmark_reason,
      benchmark_p`` (see ``statistics.benchmark``) and ``benchmark_bh``, that p-value adjusted over
      all figures of the provider and pair of rounds
    """
    benchmarked = "comparator_percent" in comparison
    rows = [(row, _question(row)) for row in records(comparison)]
    judged = assess_changes((asked for row, asked in rows if row["comparable"] != "no"), level)
    tested = [
        _tested(row, asked, judged[asked] if row["comparable"] != "no" else None, level)
        for row, asked in rows
    ]
    known = column_types("key_question_comparison" if benchmarked else "prompt_comparison")
    types = dict(dropwhile(lambda column: column[0] != _FIRST_ADDED, known.items()))
    added = pd.DataFrame(tested, index=comparison.index, columns=list(types))
    added = _with_intervals(added, comparison)
    added["bh_adjusted"] = adjusted_by_family(comparison, added["p_max"])
    if benchmarked:
        added["benchmark_bh"] = adjusted_by_family(comparison, added["benchmark_p"])
    return pd.concat([comparison, added.astype(types)], axis=1)


def _question(row: Row) -> Question:
    first, second = ((_whole(row[f"{side}_percent"]), base_of(row, side)) for side in _SIDES)
    return first, second


def _tested(row: Row, question: Question, change: Change | None, level: float) -> Row:
    """Everything but the intervals on known counts and the adjustments, for one row."""
    added: Row = {}
    reasons = []
    for side, figure in zip(_SIDES, question, strict=True):
        added[f"{side}_count"], added[f"{side}_bases"], why = _known_cases(*figure)
        if why:
            reasons.append(f"{side.capitalize()} figure: {why}")
    added["interval_reason"] = " ".join(reasons)
    (previous_percent, previous), (current_percent, current) = question
    comparable = change is not None
    if change is None:
        reason = _text(row["reason_not_comparable"]) or NOT_STATED
        change = Change(NOT_COMPARABLE, reason, NOT_COMPARABLE)
    reason = change.reason
    if row["comparable"] == "caution" and not is_missing(row["reason_not_comparable"]):
        reason = f"{reason} {_text(row['reason_not_comparable'])}"
    added |= {
        "z_verdict": change.z_verdict,
        "change_verdict": change.verdict,
        "verdict_reason": reason,
        "rests_on_words": "yes" if ON_WORDS in change.reason else "no",
        "p_value": change.p_value,
        "p_min": change.p_min,
        "p_max": change.p_max,
        "exact_p": change.exact_p,
        "z_score": change.z,
        "overturned_by": change.overturned_by,
    }
    if change.lower_90 is not None and change.upper_90 is not None:
        lower, upper = 100 * change.lower_90, 100 * change.upper_90
        added["change_lower_90"], added["change_upper_90"] = lower, upper
        added["within_ten_points"] = "yes" if lower > -WITHIN and upper < WITHIN else "no"
    if comparable and previous_percent is not None and previous.most and current.most:
        detectable = smallest_detectable_change(
            previous_percent, previous.most, current.most, level=level
        )
        added["smallest_detectable_rise"] = detectable.rise
        added["smallest_detectable_fall"] = detectable.fall
    if "comparator_percent" in row:
        standing = against_benchmark(current_percent, current, _whole(row["comparator_percent"]))
        added["benchmark_verdict"], added["benchmark_reason"], added["benchmark_p"] = standing
    return added


_SIDES = ("previous", "current")


def _text(value: Any) -> str:
    return "" if is_missing(value) else str(value)


@lru_cache(maxsize=20_000)
def _known_cases(percent: int | None, base: Base) -> tuple[Any, Any, str]:
    """The one count of a figure, its possible bases in words, and why it has no interval."""
    if percent is None:
        return pd.NA, pd.NA, "no figure to give an interval for."
    bases, one = base.described(percent), base.one_count(percent)
    if one is not None:
        return one[0], bases, ""
    if base.is_full_sample(percent):
        why = f"more than one number of cases prints as {percent}% of {base.printed}."
    elif base.tied and base.printed is not None:
        why = (
            f"no number of cases prints as {percent}% of {base.printed}, so fewer cases were "
            "answered than read."
        )
    else:
        why = "the number of cases it is out of was not published."
    return pd.NA, bases, why


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
        filled.loc[both, "smallest_expected"] = smallest_expected_count(x1, n1, x2, n2)
    return filled


def _fill(frame: pd.DataFrame, at: pd.Series, prefix: str, limits: Interval) -> None:
    frame.loc[at, f"{prefix}lower"] = 100 * limits.lower
    frame.loc[at, f"{prefix}upper"] = 100 * limits.upper


def adjusted_by_family(comparison: pd.DataFrame, p_values: pd.Series) -> pd.Series:
    """Return p-values (0-1) adjusted by Benjamini and Hochberg within each pair of rounds."""
    families: dict[tuple[Any, ...], dict[int, float | None]] = defaultdict(dict)
    for at, (family, p) in enumerate(zip(row_values(comparison, FAMILY), p_values, strict=True)):
        families[family][at] = None if is_missing(p) else float(p)
    adjusted: dict[int, float | None] = {}
    for given in families.values():
        adjusted.update(zip(given, benjamini_hochberg(given.values()), strict=True))
    found = [pd.NA if (value := adjusted[at]) is None else value for at in range(len(comparison))]
    return pd.Series(found, comparison.index, dtype="object")


def families_of_tests(tested: pd.DataFrame, level: float = 0.1) -> pd.DataFrame:
    """Many tests at once, told plainly: a row a provider and pair of rounds.

    ``tested`` is a result of ``with_tests``. Columns: the family; ``comparable`` (figures that may
    be compared), ``computed`` (tests with a p-value), ``left_out`` (comparable figures without
    one), ``significant``, ``not_significant``, ``tests_disagree``, ``unsettled`` (numbers of
    verdicts),
    ``expected_by_chance`` (at most so many would pass by chance alone if nothing had changed) and
    ``kept_after_adjustment`` (tests whose ``bh_adjusted`` is at most ``level``).
    """
    comparable = tested["change_verdict"] != NOT_COMPARABLE
    counted = {
        "comparable": comparable,
        "computed": comparable & tested["p_max"].notna(),
        "left_out": comparable & tested["p_max"].isna(),
        **{v.replace(" ", "_"): tested["change_verdict"] == v for v in VERDICTS[:-1]},
        "kept_after_adjustment": comparable & (tested["bh_adjusted"] <= level).fillna(False),
    }
    flags = tested[FAMILY].assign(**{name: of.astype(int) for name, of in counted.items()})
    told = flags.groupby(FAMILY, dropna=False, as_index=False).sum()
    told.insert(len(told.columns) - 1, "expected_by_chance", told["computed"] * level)
    return told


def other_tests(tested: Iterable[Row], subject: str = "key_question") -> list[Row]:
    """What other tests would have said, for the analysts' annex: one row a figure and test.

    Only figures whose two counts are known. ``subject`` names the column of the figure's number.
    Keys: the family, ``subject``, ``test``, ``p`` and ``passes_at`` (the largest usual level,
    0.01, 0.05 or 0.1, that it passes at; missing if none). Tests: ``two-sided, pooled`` (ours),
    ``exact, pooled`` (ours for few cases), ``one-sided, pooled`` (in the direction seen),
    ``two-sided, unpooled``, ``Boschloo`` and ``Fisher`` (both two-sided).
    """
    rows: list[Row] = []
    for row in tested:
        if row["p_value"] is None:
            continue
        first = int(row["current_count"]), int(row["current_base"])
        second = int(row["previous_count"]), int(row["previous_base"])
        _, p = two_proportion_test(*first, *second)
        values = {
            "two-sided, pooled": p,
            "exact, pooled": exact_z_p(*second, *first),
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
    return rows


def _unpooled(x1: int, n1: int, x2: int, n2: int) -> float | None:
    """P-value without pooling; None where neither sample varies (0% against 100%)."""
    if x1 in (0, n1) and x2 in (0, n2):
        return None
    return float(two_proportion_test(x1, n1, x2, n2, pooled=False).p)


def detectable_by_sample(tested: pd.DataFrame) -> pd.DataFrame:
    """What the two inspections could have seen: one row a family and sample.

    Columns: the family, ``sample``, ``figures`` (how many may be compared), ``smallest_rise,
    largest_rise, smallest_fall, largest_fall`` (whole points: the extremes over its figures of the
    smallest detectable change), ``no_rise, no_fall`` (figures for which no change is large enough)
    and ``rise, fall`` (all of that in words).
    """
    comparable = tested[tested["change_verdict"] != NOT_COMPARABLE]
    rise, fall = "smallest_detectable_rise", "smallest_detectable_fall"
    told = (
        comparable.groupby([*FAMILY, "sample"], dropna=False, sort=False)
        .agg(
            figures=("change_verdict", "size"),
            smallest_rise=(rise, "min"),
            largest_rise=(rise, "max"),
            no_rise=(rise, "count"),
            smallest_fall=(fall, "min"),
            largest_fall=(fall, "max"),
            no_fall=(fall, "count"),
        )
        .reset_index()
    )
    for side in ("rise", "fall"):
        told[f"no_{side}"] = told["figures"] - told[f"no_{side}"]
        read = [f"smallest_{side}", f"largest_{side}", f"no_{side}", "figures"]
        told[side] = [_span(*row) for row in told[read].itertuples(index=False)]
    return told


def _span(lowest: int, highest: int, missing: int, figures: int) -> str:
    """Smallest detectable changes in words; figures without one are said, never dropped."""
    if missing == figures:
        return "none is large enough"
    said = f"{lowest}" if lowest == highest else f"{lowest} to {highest}"
    return f"{said}; none for {missing} of {figures}" if missing else said

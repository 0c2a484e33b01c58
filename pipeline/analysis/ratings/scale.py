"""A framework's rating scale as plain numbers, for work that rates thousands of imagined samples.

``pipeline.analysis.ratings.bands`` holds the rules that rate published figures, from the
framework's own tables; this is the same rule in whole-number arithmetic on arrays. The tests hold
the two equal.
Levels are numbered from 0, the lowest rating.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.analysis.records import Row
from pipeline.analysis.statistics.bases import Base, base_of


@dataclass(frozen=True)
class Scale:
    """Ratings from low to high, what each asks of the lowest key question, and what it is worth.

    ``lower`` is the lowest whole percentage of each level. ``reach`` is how many percentage points
    from a boundary the panel may use its discretion (0: none), ``one_case`` whether it may where
    one case judged otherwise would change the rating, and ``moves`` how many levels qualitative
    evidence may move a standard that is rated with it.
    """

    ratings: tuple[str, ...]
    lower: tuple[int, ...]
    points: tuple[int, ...]
    reach: int
    one_case: bool
    moves: int

    @classmethod
    def of(cls, bands: Iterable[Row], rules: Iterable[Row]) -> Scale:
        """The scale in one framework's rows of ``rating_bands`` and ``discretion_rules``."""
        ordered = sorted(bands, key=lambda band: band["points"])
        permitted = list(rules)
        reach = [rule["points"] for rule in permitted if rule["points"] is not None]
        moves = [
            rule["bands"]
            for rule in permitted
            if rule["applies_to"] == "qualitative evidence" and rule["bands"] is not None
        ]
        return cls(
            tuple(str(band["rating"]) for band in ordered),
            tuple(int(band["lower_percent"]) for band in ordered),
            tuple(int(band["points"]) for band in ordered),
            int(max(reach, default=0)),
            any(rule["rule"] == "one-case" for rule in permitted),
            int(max(moves, default=0)),
        )

    @property
    def top(self) -> int:
        """The highest level."""
        return len(self.ratings) - 1

    def level_of(self, rating: str) -> int:
        """The level of a rating; a plain ``ValueError`` for one the framework does not have."""
        if rating not in self.ratings:
            raise ValueError(
                f"{rating!r} is not a rating of this framework; it has {', '.join(self.ratings)}."
            )
        return self.ratings.index(rating)

    def levels(self, counts: npt.ArrayLike, base: int) -> npt.NDArray:
        """Level that each count of cases done well, out of ``base``, gives by the bands alone."""
        boundaries = np.asarray(self.lower[1:])
        return np.searchsorted(boundaries, printed_percent(counts, base), side="right")

    def reachable(self, counts: npt.ArrayLike, base: int, qualitative: bool = False) -> npt.NDArray:
        """Highest level each count gives with every discretion the framework permits, used upwards.

        One level at most: within ``reach`` points of the next boundary; one case more would cross
        it; or, where the standard is rated with qualitative evidence, always.
        """
        counts = np.asarray(counts)
        level = self.levels(counts, base)
        above = np.minimum(level + 1, self.top)
        boundary = np.asarray(self.lower)[above]
        permitted = (self.reach > 0) & (boundary - printed_percent(counts, base) <= self.reach)
        if self.one_case:
            permitted |= printed_percent(np.minimum(counts + 1, base), base) >= boundary
        if qualitative:
            permitted |= self.moves > 0
        return np.where(permitted, above, level)


def printed_percent(counts: npt.ArrayLike, base: int) -> npt.NDArray:
    """Whole percentage that each count out of ``base`` prints as, half up.

    >>> printed_percent([7, 9, 10], 11)
    array([64, 82, 91])
    """
    return (200 * np.asarray(counts) + base) // (2 * base)


class RatedQuestion(NamedTuple):
    """A key question with a percentage (0 to 100) whose standard is rated on percentages.

    ``qualitative``: the standard is also rated on observations.
    """

    standard: str
    name: str
    qualitative: bool
    key_question: str
    label: str
    sample: str
    percent: int
    base: Base


@dataclass(frozen=True, eq=False)
class Rated:
    """One inspection's rated key questions, its ratings and the scale they are given on.

    ``ratings`` are its rows of ``standard_ratings``.
    """

    questions: list[RatedQuestion]
    ratings: list[Row]
    scale: Scale

    @classmethod
    def of(
        cls,
        questions: Iterable[Row],
        ratings: Iterable[Row],
        standards: Iterable[Row],
        scale: Scale,
    ) -> Rated:
        """Of the rows of one inspection from ``key_question_comparison`` (its later round).

        ``standards`` are the rows of its framework from the table ``standards``.
        """
        basis = {row["standard"]: row for row in standards}
        rated = []
        for row in questions:
            standard = basis[row["standard"]]
            if row["current_percent"] is None or standard["rating_basis"] == "judgement":
                continue
            rated.append(
                RatedQuestion(
                    row["standard"],
                    standard["name"],
                    "qualitative" in standard["rating_basis"],
                    row["key_question"],
                    row["label"],
                    row["sample"],
                    int(row["current_percent"]),
                    base_of(row, "current"),
                )
            )
        return cls(rated, list(ratings), scale)

    @cached_property
    def standards(self) -> list[Row]:
        """The ratings of standards, without the overall one."""
        return [row for row in self.ratings if row["standard"] != "overall"]

    @cached_property
    def published(self) -> dict[str, Any]:
        """The published rating of each standard, and the overall one."""
        return {row["standard"]: row["published_rating"] for row in self.ratings}


@lru_cache(maxsize=20_000)
def largest_pair(percent: int, base: Base) -> tuple[int, int] | None:
    """Count and base of a printed percentage: the known ones, or of the largest possible base.

    None where no number of cases is known. Where several counts fit, the middle one.

    >>> largest_pair(79, Base("unpaid-work", 25, 25, True))
    (19, 24)
    """
    counts, sizes = base.pairs(percent)
    if not len(counts):
        return None
    at = np.flatnonzero(sizes == sizes.max())
    middle = at[len(at) // 2]
    return int(counts[middle]), int(sizes[middle])


def joined_samples(samples: Iterable[str], sample_kinds: Iterable[Row]) -> dict[str, str]:
    """Each sample with the largest sample it lies within (``part_of`` in ``sample_kinds``)."""
    part_of = {row["sample"]: row["part_of"] for row in sample_kinds}
    roots = {}
    for sample in samples:
        root = sample
        while part_of.get(root) is not None:
            root = part_of[root]
        roots[sample] = root
    return roots

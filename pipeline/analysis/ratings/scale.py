"""A framework's rating scale as plain numbers, for work that rates thousands of imagined samples.

``pipeline.analysis.ratings.bands`` holds the rules that rate published figures, from the
framework's own tables; this is the same rule in whole-number arithmetic on arrays. The tests hold
the two equal.
Levels are numbered from 0, the lowest rating.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.analysis.records import Row, records
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
    def of(cls, bands: pd.DataFrame, rules: pd.DataFrame) -> Scale:
        """The scale in one framework's rows of ``rating_bands`` and ``discretion_rules``."""
        ordered = bands.sort_values("points")
        reach = rules["points"].dropna()
        moves = rules.loc[rules["applies_to"] == "qualitative evidence", "bands"].dropna()
        return cls(
            tuple(ordered["rating"].astype(str)),
            tuple(int(value) for value in ordered["lower_percent"]),
            tuple(int(value) for value in ordered["points"]),
            int(reach.max()) if len(reach) else 0,
            bool((rules["rule"] == "one-case").any()),
            int(moves.max()) if len(moves) else 0,
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


@dataclass(frozen=True)
class Rated:
    """What the ratings of one inspection rest on: its rated key questions, and the scale."""

    questions: list[RatedQuestion]
    scale: Scale

    @classmethod
    def of(
        cls,
        questions: pd.DataFrame,
        standards: pd.DataFrame,
        bands: pd.DataFrame,
        rules: pd.DataFrame,
    ) -> Rated:
        """Of the rows of one inspection from ``key_question_comparison`` (its later round).

        ``standards``, ``bands`` and ``rules`` hold the rows of its framework from the tables
        ``standards``, ``rating_bands`` and ``discretion_rules``.
        """
        read = [name for name in _READ if name in questions]
        return cls.of_rows(records(questions[read]), records(standards), Scale.of(bands, rules))

    @classmethod
    def of_rows(cls, questions: list[Row], standards: list[Row], scale: Scale) -> Rated:
        """The same of rows."""
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
        return cls(rated, scale)


_READ = [
    "standard", "key_question", "label", "sample", "current_percent", "current_base",
    "current_limit", "current_tied", "current_at_least",
]  # fmt: skip


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


def joined_samples(samples: Iterable[str], sample_kinds: pd.DataFrame) -> dict[str, str]:
    """Each sample with the largest sample it lies within (``part_of`` in ``sample_kinds``)."""
    part_of = dict(zip(sample_kinds["sample"], sample_kinds["part_of"], strict=True))
    roots = {}
    for sample in samples:
        root = sample
        while isinstance(part_of.get(root), str):
            root = part_of[root]
        roots[sample] = root
    return roots

"""What the changes of several questions say together, with what their dependence does to it.

Questions about the same cases tend to move together, and how far is not published. So the pattern
is given twice: as if each question were a case of its own, and with a stated correlation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from scipy.special import bdtr

from pipeline.analysis.records import Row
from pipeline.data import is_missing

DEPENDENCE = 0.4
"""Correlation between questions of the same cases that the second reading takes for granted."""


class Pattern(NamedTuple):
    """``compared, rose, fell, stayed``: numbers of figures. The rest is None where none changed.

    ``sign_p``: two-sided p-value (a proportion) of the sign test, for independent questions.
    ``combined_z``: the questions' Z added up and divided by its spread if they are independent;
    ``dependent_z``: the same if every two of them have a correlation of ``DEPENDENCE``.
    """

    compared: int
    rose: int
    fell: int
    stayed: int
    sign_p: float | None
    combined_z: float | None
    dependent_z: float | None


def pattern_of_changes(tested: Sequence[Row]) -> Pattern:
    """The pattern of the figures that compare without caution.

    ``tested`` holds the rows of one pair of rounds from ``with_tests``; ``z_score`` is that of the
    largest possible bases where a base is not known.

    Sources: the sign test, as in Conover, W. J. (1999), Practical Nonparametric Statistics, 3rd
    edition, section 3.4; Stouffer's combined Z with the variance of a sum of equally correlated
    parts, ``k + k (k - 1) r``, as in Strube, M. J. (1985), Psychological Bulletin 97, 334-341.

    >>> rose = {"comparable": "yes", "change_points": 4, "z_score": 0.8}
    >>> pattern_of_changes([rose, rose, {"comparable": "caution", "change_points": -20}]).rose
    2
    """
    rows = [
        row for row in tested if row["comparable"] == "yes" and not is_missing(row["change_points"])
    ]
    rose = sum(row["change_points"] > 0 for row in rows)
    fell = sum(row["change_points"] < 0 for row in rows)
    z = [float(row["z_score"]) for row in rows if not is_missing(row["z_score"])]
    number, together = len(z), sum(z)
    spread = [math.sqrt(number + number * (number - 1) * r) for r in (0.0, DEPENDENCE)]
    return Pattern(
        len(rows),
        rose,
        fell,
        len(rows) - rose - fell,
        # Both tails alike; scipy.stats has it too, but takes half a second to import.
        min(1.0, 2 * float(bdtr(min(rose, fell), rose + fell, 0.5))) if rose + fell else None,
        *(together / by if number else None for by in spread),
    )

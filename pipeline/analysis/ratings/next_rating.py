"""The way to the next rating, in cases.

For each standard: how many more cases would have had to be done well, in each key question below
the boundary, for the bands to give the rating above the published one; and how many more would have
brought it within the range where the panel may consider its discretion. That range gives no rating:
the panel decides.

The other standards are held at their published ratings. Where a base was not published the numbers
are given for the largest possible base.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from pipeline.analysis.ratings.scale import Rated, Scale, largest_pair
from pipeline.analysis.records import Row, grouped


def cases_needed(count: int, base: int, boundary: int) -> int:
    """Fewest more cases done well for ``count`` of ``base`` to print as ``boundary`` percent.

    0 where it does already. The base stays the same: cases turn from not well done to well done.

    >>> cases_needed(7, 11, 80)
    2
    """
    # Half up, count / base prints as the boundary from (2 boundary - 1) / 200 on.
    return max(0, -(-(2 * boundary - 1) * base // 200) - count)


def next_rating_by_question(rated: Rated) -> list[Row]:
    """A row a key question of a standard that can still rise: how far it is from the next rating.

    Columns: ``standard, next_rating, key_question, base`` (number of cases the count below is out
    of), ``base_known`` (false: the largest possible one), ``cases_needed`` (whole cases; 0 where
    the question is at the boundary), ``points_away`` (percentage points from the printed figure to
    the boundary, at least 0), ``cases_to_discretion`` (fewest more cases for the question to be
    within the range where discretion may be considered).
    """
    scale, published = rated.scale, rated.published
    rows: list[Row] = []
    for question in rated.questions:
        level = scale.level_of(published[question.standard])
        pair = largest_pair(question.percent, question.base)
        if level == scale.top or pair is None:
            continue
        count, base = pair
        boundary = scale.lower[level + 1]
        rows.append(
            {
                "standard": question.standard,
                "next_rating": scale.ratings[level + 1],
                "key_question": question.key_question,
                "base": base,
                "base_known": question.base.is_full_sample(question.percent),
                "cases_needed": cases_needed(count, base, boundary),
                "points_away": max(0, boundary - question.percent),
                "cases_to_discretion": _to_discretion(
                    scale, count, base, level + 1, question.qualitative
                ),
            }
        )
    return rows


def _to_discretion(scale: Scale, count: int, base: int, level: int, qualitative: bool) -> int:
    reachable = scale.reachable(np.arange(count, base + 1), base, qualitative)
    return int(np.flatnonzero(reachable >= level)[0])


NEXT_RATING = {
    "standard": "string", "name": "string", "published_rating": "string", "next_rating": "string",
    "boundary_percent": "Int64", "rateable": "boolean", "questions_below": "string",
    "cases_needed": "Int64", "cases_if_shared": "Int64", "points_away": "Int64", "base": "Int64",
    "base_known": "boolean", "cases_to_discretion": "Int64", "raised_by_panel": "boolean",
}  # fmt: skip
"""Columns of ``next_rating_by_standard`` and their types."""


def next_rating_by_standard(rated: Rated) -> list[Row]:
    """A row a standard: what its next point would take, the fewest cases first.

    Columns: ``standard, name, published_rating,
    next_rating, boundary_percent, rateable`` (false where no number of cases can be given: a
    judgement, no percentages, or none of them below the boundary, so that they do not explain the
    rating; the numbers are then left out), ``questions_below`` (key questions
    below the boundary, joined by '; '), ``cases_needed`` (whole cases, the questions' added up),
    ``cases_if_shared`` (if the same cases put every question right: the largest of them),
    ``points_away`` (of the question furthest away), ``base`` (of that question), ``base_known``,
    ``cases_to_discretion`` (fewest more cases, added up, for the standard to be within the range
    where discretion may be considered), ``raised_by_panel`` (true where the published rating rests
    on recorded discretion). Standards at the top rating are left out.
    """
    by_question = grouped(next_rating_by_question(rated), "standard")
    scale = rated.scale
    rows: list[Row] = []
    for line in rated.standards:
        level = scale.level_of(line["published_rating"])
        if level == scale.top:
            continue
        row: Row = {
            "standard": line["standard"],
            "name": line["name"],
            "published_rating": line["published_rating"],
            "next_rating": scale.ratings[level + 1],
            "boundary_percent": scale.lower[level + 1],
            "raised_by_panel": line["discretion"] is not None,
        }
        own = by_question[line["standard"]]
        below = [question for question in own if question["cases_needed"] > 0]
        row["rateable"] = bool(below)
        if below:
            furthest = max(own, key=lambda question: question["points_away"])
            row |= {
                "questions_below": "; ".join(question["key_question"] for question in below),
                "cases_needed": sum(question["cases_needed"] for question in own),
                "cases_if_shared": max(question["cases_needed"] for question in own),
                "points_away": furthest["points_away"],
                "base": furthest["base"],
                "base_known": furthest["base_known"],
                "cases_to_discretion": sum(question["cases_to_discretion"] for question in own),
            }
        rows.append(row)
    return sorted(
        rows,
        key=lambda row: (
            not row["rateable"], row.get("cases_needed"), row.get("points_away"), row["standard"]
        ),
    )  # fmt: skip


def next_overall_rating(
    next_rating: Iterable[Row], ratings: Iterable[Row], overall_bands: Iterable[Row]
) -> dict[str, Any]:
    """How far the provider is from the next overall rating, and the shortest ways there.

    ``next_rating`` is a result of ``next_rating_by_standard``; ``ratings`` the inspection's rows
    from ``standard_ratings``; ``overall_bands`` those of its framework. Each standard can give one
    point.

    Result: ``points`` (of the published ratings), ``rating``, ``next_rating`` and ``points_needed``
    (None and 0 at the top), ``fewest_cases`` (standards, by number of cases) and ``fewest_points``
    (standards, by percentage points), each as many as there are points missing, empty where that
    many standards cannot rise; ``raised_by_panel`` (standards whose published rating rests on
    discretion) and ``points_by_bands`` (total by the bands alone, judgements as published).
    """
    own = [row for row in ratings if row["standard"] != "overall"]
    points = sum(int(row["points"]) for row in own if row["points"] is not None)
    bands = sorted(overall_bands, key=lambda band: band["lower_points"])
    here = [band for band in bands if band["lower_points"] <= points]
    above = bands[len(here) :]
    needed = above[0]["lower_points"] - points if above else 0
    able = [row for row in next_rating if row["rateable"]]
    ways = {
        "fewest_cases": sorted(able, key=lambda row: (row["cases_needed"], row["points_away"])),
        "fewest_points": sorted(able, key=lambda row: (row["points_away"], row["cases_needed"])),
    }
    worth = {row["published_rating"]: row["points"] for row in reversed(own)}
    by_bands = sum(
        int(row["points"] if derived is None else worth.get(derived, 0))
        for row in own
        for derived in [row["derived_rating"]]
    )
    return {
        "points": points,
        "rating": here[-1]["rating"] if here else None,
        "next_rating": above[0]["rating"] if above else None,
        "points_needed": needed,
        **{
            name: [row["standard"] for row in way[:needed]] if len(way) >= needed else []
            for name, way in ways.items()
        },
        "raised_by_panel": [row["standard"] for row in own if row["discretion"] is not None],
        "points_by_bands": by_bands,
    }

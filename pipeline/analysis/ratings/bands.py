"""Rating rules: from percentages to ratings, points and the overall rating.

The method is that of Annex 2 of the inspection report of February 2020. The
numbers in it (bands, points, distances) are data: ``rating_bands.csv``,
``overall_bands.csv`` and ``discretion_rules.csv``. Percentages are whole
percents from 0 to 100, as published.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from pipeline.analysis.dictionary import column_types
from pipeline.analysis.inspections import inspections_in_order
from pipeline.analysis.records import Row, grouped, in_force, look_up, records, row_values, typed
from pipeline.analysis.sentences.phrases import joined
from pipeline.analysis.statistics.bases import possible_counts
from pipeline.data import Tables


def bands_by_percent(bands: pd.DataFrame) -> pd.DataFrame:
    """Return the band that each whole percentage lies in: a row a framework and percentage.

    ``bands`` is ``rating_bands``; the bands of a framework leave no gap and do not overlap. Columns
    are those of ``bands`` and ``percent`` (0 to 100).
    """
    percents = [
        range(low, high + 1)
        for low, high in zip(bands["lower_percent"], bands["upper_percent"], strict=True)
    ]
    each = bands.assign(percent=pd.Series(percents, index=bands.index, dtype=object))
    return each.explode("percent").astype({"percent": "Int64"})


def rating_for(percent: int, bands: pd.DataFrame) -> str:
    """Return the rating that a whole percentage falls in.

    ``bands`` holds the rows of one framework of ``rating_bands``. Raises
    ValueError for what is not a whole percentage.
    """
    return str(_band_of(percent, records(bands))["rating"])


def _band_of(percent: int, bands: list[Row]) -> Row:
    for band in bands:
        if percent == int(percent) and band["lower_percent"] <= percent <= band["upper_percent"]:
            return band
    raise ValueError(f"A percentage is a whole number from 0 to 100, not {percent}.")


def points_for(rating: str, bands: pd.DataFrame) -> int:
    """Return the points a rating is worth, 0 to 3. Raises ValueError for an unknown rating."""
    row = bands[bands["rating"] == rating]
    if row.empty:
        raise ValueError(f"{rating} is not a rating of this framework.")
    return int(row["points"].iloc[0])


def overall_rating(points: int, overall_bands: pd.DataFrame) -> str:
    """Return the overall rating that a total of points gives (rows of one framework)."""
    inside = (overall_bands["lower_points"] <= points) & (points <= overall_bands["upper_points"])
    if not inside.any():
        raise ValueError(f"{points} points lie outside the overall bands.")
    return str(overall_bands[inside]["rating"].iloc[0])


def points_to_next(points: int, overall_bands: Iterable[Row]) -> tuple[int, str] | None:
    """Return how many points are missing to the next overall rating, and which; None at the top."""
    above = [(int(b["lower_points"]) - points, str(b["rating"])) for b in overall_bands]
    return min((found for found in above if found[0] > 0), default=None)


@dataclass(frozen=True)
class Permitted:
    """A discretion the framework permits: by which rule, and to which rating."""

    rule: str
    rating: str


def permitted_discretion(
    lowest_percent: int,
    bands: pd.DataFrame,
    rules: pd.DataFrame,
    base: int | None = None,
    qualitative: bool = False,
) -> list[Permitted]:
    """Return every discretion over the mechanical rating that the framework permits.

    ``rules`` holds the rows of one framework of ``discretion_rules``. Each kind
    is looked at by itself: distance from a boundary in percentage points; one
    case judged otherwise, where ``base`` gives the number of cases and the
    percentage is possible of it; qualitative evidence, where the standard is
    rated with it. To be permitted is not to be used: that is the panel's
    decision.
    """
    return permitted_by_rows(lowest_percent, records(bands), records(rules), base, qualitative)


def permitted_by_rows(
    lowest_percent: int, bands: list[Row], rules: list[Row], base: int | None, qualitative: bool
) -> list[Permitted]:
    """Return the same by the rows of ``rating_bands`` and ``discretion_rules``, for many uses."""
    ordered = sorted(bands, key=lambda band: band["points"])
    own = _band_of(lowest_percent, ordered)
    at = ordered.index(own)
    below = ordered[at - 1]["rating"] if at > 0 else None
    above_row = ordered[at + 1] if at + 1 < len(ordered) else None
    above = above_row["rating"] if above_row is not None else None
    permitted: list[Permitted] = []
    for rule in rules:
        if rule["applies_to"] == "qualitative evidence" and not qualitative:
            continue
        ratings: list[str | None] = []
        if rule["points"] is not None:
            reach = int(rule["points"])
            if above_row is not None and above_row["lower_percent"] - lowest_percent <= reach:
                ratings.append(above)
            if lowest_percent - own["lower_percent"] <= reach:
                ratings.append(below)
        elif rule["bands"] is not None:
            ratings += [above, below] if rule["bands"] >= 1 else []
        elif base:
            ratings += _one_case_away(lowest_percent, base, ordered)
        permitted += [Permitted(str(rule["rule"]), rating) for rating in ratings if rating]
    return permitted


def _one_case_away(percent: int, base: int, bands: list[Row]) -> list[str | None]:
    """Return the other ratings that one more, or one fewer, case done well would give."""

    def rating(count: int) -> str:
        return str(_band_of((200 * count + base) // (2 * base), bands)["rating"])

    counts = possible_counts(percent, base)
    if not counts:
        return []
    here = _band_of(percent, bands)["rating"]
    near = [count for count in (counts[-1] + 1, counts[0] - 1) if 0 <= count <= base]
    return [rating(count) for count in near if rating(count) != here]


def rating_rules(tables: Tables, framework: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return what a framework rates by: its standards, rating bands and rules of discretion."""
    standards, bands, rules = (
        framework_rows(tables[name], framework)
        for name in ("standards", "rating_bands", "discretion_rules")
    )
    return standards, bands, rules


def framework_rows(table: pd.DataFrame, framework: str) -> pd.DataFrame:
    """Return the rows of one framework."""
    at = [place for place, name in enumerate(table["framework"].tolist()) if name == framework]
    return table.take(at)  # a mask of strings takes pandas ten times as long


def ratings_in_order(bands: Iterable[Row], framework: str) -> list[str]:
    """Return the ratings that ``rating_bands`` gives a framework, lowest first."""
    own = [band for band in bands if band["framework"] == framework]
    return [band["rating"] for band in sorted(own, key=lambda band: band["points"])]


def ratings_compare(tables: Tables, previous: str, current: str) -> bool:
    """Whether overall ratings of two frameworks may stand side by side.

    They may within one framework, and where comparability.csv lets the rating of a standard of the
    earlier one be compared with one of the later.
    """
    if previous == current:
        return True
    columns = ["kind", "comparable", "previous_framework", "current_framework"]
    return any(
        kind == "rating" and comparable != "no" and frameworks == [previous, current]
        for kind, comparable, *frameworks in row_values(tables["comparability"], columns)
    )


def scores_compare(tables: Tables, previous: str, current: str) -> bool:
    """Whether scores of two frameworks may: their ratings may, and they count on one scale."""
    if previous == current:
        return True
    columns = ["framework", "rating", "lower_points", "upper_points"]
    bands = list(row_values(tables["overall_bands"], columns))
    before, now = ({row[1:] for row in bands if row[0] == code} for code in (previous, current))
    return before == now and ratings_compare(tables, previous, current)


NOT_DERIVED = "not derived"
"""Agreement of a rating for which nothing is derived, because a figure it needs is not there."""

_NO_FIGURE_NEEDED = ("qualitative evidence only", "not asked")
"""Statuses of a key question whose figure the rating of its standard does not wait for."""


def standard_ratings(tables: Tables) -> pd.DataFrame:
    """Return every rating, published and derived, with the points it is worth.

    A row is an inspection and standard, or an inspection and ``overall``.
    Columns: inspection, standard, name, published_rating (as printed), derived_rating (by the
    bands; empty for standards that are judgements), points (of the published rating; for
    ``overall`` our sum), lowest_key_question, lowest_percent (0 to 100), discretion (codes of
    the rules the inspectorate recorded, joined by '; '), note, agreement
    (``judgement``, ``equal``, ``explained`` by a recorded discretion, ``discrepancy``, or ``not
    derived``, and then the note says why), source, place; ``status`` (why a rating is or is not
    there). For ``overall``: ``score`` (the printed score, else our sum), ``printed_score``,
    ``score_status``. ``first_rating``, ``first_score``, ``first_source`` and ``first_place`` hold
    what was first printed, where a later document corrected it.

    Nothing is derived from part of a set: no rating while a case question of the standard has no
    figure, no sum while a standard has no rating.

    >>> from pipeline.data import load
    >>> rows = standard_ratings(load())
    >>> rows[rows["standard"] == "overall"]["score"].tolist()
    [10, 15]
    """
    inspections = inspections_in_order(tables)[["inspection", "framework"]]
    rows = _with_lowest(_rated(inspections, tables), inspections, tables)
    key = ["framework", "lowest_percent"]
    percents = bands_by_percent(tables["rating_bands"])
    columns = {"rating": "derived_rating"}
    rows = look_up(rows, percents, key, columns, ["framework", "percent"])
    used = grouped(records(tables["discretions"]), "inspection", "standard")
    rated = records(rows)
    for row in rated:
        row |= _agreement(row, used[row["inspection"], row["standard"]])
    by_inspection = grouped(rated, "inspection")
    overall_bands = grouped(records(tables["overall_bands"]), "framework")
    overall = records(_printed_overall(inspections, tables))
    every: list[Row] = []
    for line in overall:
        own = by_inspection[line["inspection"]]
        every += [*own, line | _sum(line, own, overall_bands[line["framework"]])]
    return typed(every, column_types("standard_ratings"))


def _rated(inspections: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Return every standard of every inspection with its published rating and its points."""
    columns = ["framework", "standard", "name", "rating_basis"]
    rows = inspections.merge(tables["standards"][columns], on="framework")
    key = ["inspection", "standard"]
    ratings = in_force(tables["ratings"], key, ["rating"], tables["sources"])
    firsts = ["first_rating", "first_source", "first_place"]
    rows = look_up(rows, ratings, key, ["rating", "status", "source", "place", *firsts])
    rows["status"] = _status(rows["status"], rows["rating"])
    rows = rows.rename(columns={"rating": "published_rating"})
    there = ["framework", "rating"]
    return look_up(
        rows, tables["rating_bands"], ["framework", "published_rating"], ["points"], there
    )


def _status(status: pd.Series, rating: pd.Series) -> pd.Series:
    """A rating without a status was published; without either it has not been entered yet."""
    return status.fillna(rating.notna().map({True: "published", False: "not entered yet"}))


def _with_lowest(rows: pd.DataFrame, inspections: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Add the lowest key question of each standard, or which of its figures is not there."""
    columns = ["framework", "key_question", "standard", "evidence"]
    asked = inspections.merge(tables["key_questions"][columns], on="framework")
    own = tables["key_question_scores"]
    own = own[own["reading"] == "own"]
    own = in_force(own, ["inspection", "key_question"], ["percent"], tables["sources"])
    asked = look_up(asked, own, ["inspection", "key_question"], ["percent", "status"])
    asked["status"] = asked["status"].fillna("not entered yet")
    needed = (asked["evidence"] == "cases") & ~asked["status"].isin(_NO_FIGURE_NEEDED)
    asked["missing"] = needed & asked["percent"].isna()
    key = ["inspection", "standard"]
    lowest = asked[asked["percent"].notna()].sort_values("percent", kind="stable")
    lowest = lowest.drop_duplicates(key)
    missing = asked[asked["missing"]]
    said = missing["key_question"] + " (" + missing["status"] + ")"
    gaps = said.groupby([missing[name] for name in key]).agg(list).rename("gaps").reset_index()
    names = {"key_question": "lowest_key_question", "percent": "lowest_percent"}
    rows = look_up(look_up(rows, lowest, key, names), gaps, key, ["gaps"])
    partial = rows["gaps"].notna() | (rows["rating_basis"] == "judgement")
    for name in names.values():
        rows[name] = rows[name].mask(partial)
    return rows


def _agreement(row: Row, used: list[Row]) -> Row:
    """Say whether the bands give the published rating, or why nothing is derived."""
    derived, published = row["derived_rating"], row["published_rating"]
    found: Row = {"discretion": "; ".join(item["rule"] for item in used) or None}
    if row["rating_basis"] == "judgement":
        note = "A judgement on all the evidence; nothing is derived from percentages."
        return found | {"note": note, "agreement": "judgement"}
    if isinstance(row["gaps"], list):
        one = len(row["gaps"]) == 1
        note = (
            f"Key question{'' if one else 's'} {joined(row['gaps'])} {'has' if one else 'have'} no "
            "figure, so no rating is derived."
        )
        return found | {"note": note, "agreement": NOT_DERIVED}
    if derived is None:
        note = "No percentage was published for any of its key questions."
        return found | {"note": note, "agreement": NOT_DERIVED}
    if published is None:
        note = f"The bands give {derived}; the published rating is {row['status']}."
        return found | {"note": note, "agreement": NOT_DERIVED}
    if derived == published:
        return found | {"note": None, "agreement": "equal"}
    if any((item["from_rating"], item["to_rating"]) == (derived, published) for item in used):
        reasons = " ".join(item["reason"] for item in used)
        note = f"The bands give {derived}; the panel published {published}. {reasons}"
        return found | {"note": note, "agreement": "explained"}
    note = (
        f"The bands give {derived}, the report prints {published}, and no discretion is recorded."
    )
    return found | {"note": note, "agreement": "discrepancy"}


def _printed_overall(inspections: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Return the overall rating and score of every inspection, as printed."""
    printed = tables["overall_ratings"]
    overall = in_force(printed, ["inspection"], ["rating", "score"], tables["sources"])
    firsts = ["first_rating", "first_score", "first_source", "first_place"]
    names = {
        "rating": "published_rating",
        "rating_status": "status",
        "score": "printed_score",
        **{name: name for name in ["score_status", "source", "place", *firsts]},
    }
    rows = look_up(inspections, overall, ["inspection"], names)
    rows["status"] = _status(rows["status"], rows["published_rating"])
    rows["score_status"] = rows["score_status"].fillna("not entered yet")
    return rows.assign(standard="overall", name="Overall rating")


def _sum(printed: Row, standards: list[Row], bands: list[Row]) -> Row:
    """Set our sum of points next to the printed score and overall rating."""
    score, published = printed["printed_score"], printed["published_rating"]
    unrated = [f"{row['standard']} ({row['status']})" for row in standards if row["points"] is None]
    if unrated or not standards:
        one = len(unrated) == 1
        note = (
            f"Standard{'' if one else 's'} {joined(unrated)} {'has' if one else 'have'} no rating, "
            "so the points are not added up."
            if unrated
            else "The framework has no standards, so there are no points to add up."
        )
        return {"note": note, "agreement": NOT_DERIVED, "score": score}
    points = sum(row["points"] for row in standards)
    derived = next(
        (b["rating"] for b in bands if b["lower_points"] <= points <= b["upper_points"]), None
    )
    agreement, note = "equal", "The printed score equals the sum of the points."
    if score is None:
        note = (
            "No total was printed; the sum of the points is ours."
            if printed["score_status"] == "not published"
            else f"The printed total is {printed['score_status']}; the sum of the points is ours."
        )
    elif score != points:
        agreement = "discrepancy"
        note = f"The report prints a score of {score}; the points add up to {points}."
    if published is None:
        note += f" The overall rating is {printed['status']}."
    elif derived is not None and derived != published:
        agreement = "discrepancy"
        note += f" {points} points give {derived}; the report prints {published}."
    return {
        "derived_rating": derived,
        "points": points,
        "score": points if score is None else score,
        "note": note,
        "agreement": agreement,
    }

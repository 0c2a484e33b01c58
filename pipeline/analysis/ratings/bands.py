"""Rating rules: from percentages to ratings, points and the overall rating.

The method is that of Annex 2 of the inspection report of February 2020. The
numbers in it (bands, points, distances) are data: ``rating_bands.csv``,
``overall_bands.csv`` and ``discretion_rules.csv``. Percentages are whole
percents from 0 to 100, as published.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from pipeline.analysis.records import Row, grouped, records
from pipeline.analysis.statistics.bases import possible_counts
from pipeline.data import Tables, is_missing


def bands_by_percent(bands: pd.DataFrame) -> dict[int, Row]:
    """Return the band (a row of ``rating_bands``) that each whole percentage lies in.

    ``bands`` holds the rows of one framework, which leave no gap and do not overlap. A dictionary,
    because a comparison asks it about every figure.
    """
    return {
        percent: band
        for band in records(bands)
        for percent in range(band["lower_percent"], band["upper_percent"] + 1)
    }


def rating_for(percent: int, bands: pd.DataFrame) -> str:
    """Return the rating that a whole percentage falls in.

    ``bands`` holds the rows of one framework of ``rating_bands``. Raises
    ValueError for what is not a whole percentage.
    """
    band = bands_by_percent(bands).get(percent)
    if band is None:
        raise ValueError(f"A percentage is a whole number from 0 to 100, not {percent}.")
    return str(band["rating"])


def points_for(rating: str, bands: pd.DataFrame) -> int:
    """Return the points a rating is worth, 0 to 3. Raises ValueError for an unknown rating."""
    row = bands[bands["rating"] == rating]
    if row.empty:
        raise ValueError(f"{rating} is not a rating of this framework.")
    return int(row["points"].iloc[0])


def standard_rating(percents: Iterable[int], bands: pd.DataFrame) -> str:
    """Return the rating of a standard: the lowest key question drives it.

    Raises ValueError when there is no percentage at all.
    """
    known = list(percents)
    if not known:
        raise ValueError("A standard without any percentage cannot be rated.")
    return rating_for(min(known), bands)


def overall_rating(points: int, overall_bands: pd.DataFrame) -> str:
    """Return the overall rating that a total of points gives (rows of one framework)."""
    inside = (overall_bands["lower_points"] <= points) & (points <= overall_bands["upper_points"])
    if not inside.any():
        raise ValueError(f"{points} points lie outside the overall bands.")
    return str(overall_bands[inside]["rating"].iloc[0])


def points_to_next(points: int, overall_bands: pd.DataFrame) -> tuple[int, str] | None:
    """Return how many points are missing to the next overall rating, and which; None at the top."""
    above = overall_bands[overall_bands["lower_points"] > points].sort_values("lower_points")
    if above.empty:
        return None
    return int(above["lower_points"].iloc[0]) - points, str(above["rating"].iloc[0])


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
    ordered = bands.sort_values("points").reset_index(drop=True)
    at = int(ordered.index[ordered["rating"] == rating_for(lowest_percent, bands)][0])
    own = ordered.iloc[at]
    below = str(ordered.iloc[at - 1]["rating"]) if at > 0 else None
    above_row = ordered.iloc[at + 1] if at + 1 < len(ordered) else None
    above = str(above_row["rating"]) if above_row is not None else None
    permitted: list[Permitted] = []
    for _, rule in rules.iterrows():
        if rule["applies_to"] == "qualitative evidence" and not qualitative:
            continue
        ratings: list[str | None] = []
        if pd.notna(rule["points"]):
            reach = int(rule["points"])
            if above_row is not None and above_row["lower_percent"] - lowest_percent <= reach:
                ratings.append(above)
            if lowest_percent - own["lower_percent"] <= reach:
                ratings.append(below)
        elif pd.notna(rule["bands"]):
            ratings += [above, below] if rule["bands"] >= 1 else []
        elif base:
            ratings += _one_case_away(lowest_percent, base, bands)
        permitted += [Permitted(str(rule["rule"]), rating) for rating in ratings if rating]
    return permitted


def _one_case_away(percent: int, base: int, bands: pd.DataFrame) -> list[str | None]:
    """Return the other ratings that one more, or one fewer, case done well would give."""

    def rating(count: int) -> str:
        return rating_for((200 * count + base) // (2 * base), bands)

    counts = possible_counts(percent, base)
    if not counts:
        return []
    here = rating_for(percent, bands)
    near = [count for count in (counts[-1] + 1, counts[0] - 1) if 0 <= count <= base]
    return [rating(count) for count in near if rating(count) != here]


def framework_rows(table: pd.DataFrame, framework: str) -> pd.DataFrame:
    """Return the rows of one framework."""
    return table[table["framework"] == framework]


def standard_ratings(tables: Tables) -> pd.DataFrame:
    """Return every rating, published and derived, with the points it is worth.

    A row is an inspection and standard, or an inspection and ``overall``.
    Columns: inspection, standard, name, published_rating, derived_rating (empty
    for standards that are judgements), points (of the published rating; the sum
    for ``overall``), lowest_key_question, lowest_percent, discretion (codes of
    the rules the inspectorate recorded, joined by '; '), note, agreement
    (``judgement``, ``equal``, ``explained`` by a recorded discretion, or
    ``discrepancy``), source, place.
    """
    rules = _Rules(tables)
    rows: list[Row] = []
    for inspection in records(tables["inspections"]):
        own = [_standard_row(rules, inspection, line) for line in rules.rated(inspection)]
        rows += [*own, _overall_row(rules, inspection, own)]
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    return frame.astype({"points": "Int64", "lowest_percent": "Int64"})


_COLUMNS = [
    "inspection", "standard", "name", "published_rating", "derived_rating", "points",
    "lowest_key_question", "lowest_percent", "discretion", "note", "agreement", "source", "place",
]  # fmt: skip


class _Rules:
    """What rating an inspection looks up: its framework's rules, and its own rows."""

    def __init__(self, tables: Tables) -> None:
        frameworks = tables["frameworks"]["framework"]
        self.bands = {f: framework_rows(tables["rating_bands"], f) for f in frameworks}
        self.overall_bands = {f: framework_rows(tables["overall_bands"], f) for f in frameworks}
        self.standards = grouped(records(tables["standards"]), "framework")
        self.ratings = {
            (row["inspection"], row["standard"]): row for row in records(tables["ratings"])
        }
        self.printed = {row["inspection"]: row for row in records(tables["overall_ratings"])}
        self.discretions = grouped(records(tables["discretions"]), "inspection", "standard")
        standard_of = {
            (row["framework"], row["key_question"]): row["standard"]
            for row in records(tables["key_questions"])
        }
        scores = [
            {**row, "standard": standard_of[row["framework"], row["key_question"]]}
            for row in records(tables["key_question_scores"])
            if row["reading"] == "own" and not is_missing(row["percent"])
        ]
        self.scores = grouped(scores, "inspection", "standard")

    def rated(self, inspection: Row) -> list[Row]:
        """Published ratings of an inspection, with name and basis, in the framework's order."""
        return [
            {**standard, **self.ratings[inspection["inspection"], standard["standard"]]}
            for standard in self.standards[inspection["framework"]]
        ]


def _standard_row(rules: _Rules, inspection: Row, rated: Row) -> Row:
    bands = rules.bands[inspection["framework"]]
    published = rated["rating"]
    row: Row = {
        "inspection": inspection["inspection"],
        "standard": rated["standard"],
        "name": rated["name"],
        "published_rating": published,
        "derived_rating": pd.NA,
        "points": points_for(published, bands),
        "lowest_key_question": pd.NA,
        "lowest_percent": pd.NA,
        "discretion": pd.NA,
        "note": "A judgement on all the evidence; nothing is derived from percentages.",
        "agreement": "judgement",
        "source": rated["source"],
        "place": rated["place"],
    }
    if rated["rating_basis"] == "judgement":
        return row
    scores = rules.scores[inspection["inspection"], rated["standard"]]
    if not scores:
        row["note"] = "No percentage was published for any of its key questions."
        return row
    lowest = min(scores, key=lambda score: int(score["percent"]))
    derived = standard_rating([int(score["percent"]) for score in scores], bands)
    used = rules.discretions[inspection["inspection"], rated["standard"]]
    row |= {
        "derived_rating": derived,
        "lowest_key_question": lowest["key_question"],
        "lowest_percent": int(lowest["percent"]),
        "discretion": "; ".join(item["rule"] for item in used) or pd.NA,
    }
    if derived == published:
        return row | {"note": pd.NA, "agreement": "equal"}
    if any((item["from_rating"], item["to_rating"]) == (derived, published) for item in used):
        reasons = " ".join(item["reason"] for item in used)
        note = f"The bands give {derived}; the panel published {published}. {reasons}"
        return row | {"note": note, "agreement": "explained"}
    note = (
        f"The bands give {derived}, the report prints {published}, and no discretion is recorded."
    )
    return row | {"note": note, "agreement": "discrepancy"}


def _overall_row(rules: _Rules, inspection: Row, standards: list[Row]) -> Row:
    printed = rules.printed[inspection["inspection"]]
    points = sum(row["points"] for row in standards)
    derived = overall_rating(points, rules.overall_bands[inspection["framework"]])
    published = printed["rating"]
    agreement, note = "equal", "The printed score equals the sum of the points."
    if is_missing(printed["score"]):
        note = "No total was printed; the sum of the points is ours."
    elif int(printed["score"]) != points:
        agreement = "discrepancy"
        note = f"The report prints a score of {printed['score']}; the points add up to {points}."
    if derived != published:
        agreement = "discrepancy"
        note += f" {points} points give {derived}; the report prints {published}."
    return {
        "inspection": inspection["inspection"],
        "standard": "overall",
        "name": "Overall rating",
        "published_rating": published,
        "derived_rating": derived,
        "points": points,
        "lowest_key_question": pd.NA,
        "lowest_percent": pd.NA,
        "discretion": pd.NA,
        "note": note,
        "agreement": agreement,
        "source": printed["source"],
        "place": printed["place"],
    }

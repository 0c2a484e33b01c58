"""The arithmetic that confirms or contradicts what was read.

A row is proved by something independent of the place it was read from: the same figure elsewhere
in the document, the earlier report's own figure, a sum that comes out. It is doubted where one of
these contradicts it, or where no number of cases gives its percentage.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.analysis.ratings.bands import overall_rating, permitted_discretion, rating_for
from pipeline.analysis.statistics.bases import possible_counts
from pipeline.data import Tables
from pipeline.data.package import MONTH_OR_DAY, Resource
from pipeline.entry.form.layout import content, is_own_words
from pipeline.entry.reading.found import Found
from pipeline.entry.reading.ratings import Overall, Rated
from pipeline.entry.reading.statements import Restated
from pipeline.entry.reading.vocabulary import Asked

ONCE = "printed once, and nothing else confirms it"


@dataclass(frozen=True)
class Bands:
    """The rating rules of one framework; empty frames where it has none."""

    ratings: pd.DataFrame
    overall: pd.DataFrame
    discretion: pd.DataFrame

    @classmethod
    def of(cls, tables: Tables, framework: str) -> "Bands":
        """Return the rules of a framework."""

        def rows(name: str) -> pd.DataFrame:
            return tables[name][tables[name]["framework"] == framework]

        return cls(rows("rating_bands"), rows("overall_bands"), rows("discretion_rules"))

    def permit(self, rating: str, percent: int, *, qualitative: bool) -> bool:
        """Whether discretion may give a rating where the lowest key question has a percentage."""
        permitted = permitted_discretion(
            percent, self.ratings, self.discretion, qualitative=qualitative
        )
        return any(item.rating == rating for item in permitted)

    def points(self, rating: str) -> int | None:
        """Return the points of a rating, None where the framework has none."""
        found = self.ratings[self.ratings["rating"] == rating]["points"]
        return int(found.iloc[0]) if len(found) else None


def check_shares(
    rows: Mapping[str, Found], asked: Mapping[str, Asked], sizes: Mapping[str, int]
) -> None:
    """Doubt a percentage that no whole number of the cases of its sample gives."""
    for code, row in rows.items():
        base = sizes.get(asked[code].sample) if code in asked else None
        percent = row.cells.get("percent", "")
        if base and percent and not possible_counts(int(percent), base):
            row.doubt(f"no whole number of {base} cases is {percent}%")


def check_restated(rows: Mapping[str, Found], restated: Iterable[Restated]) -> None:
    """Compare figures of tables with what the text says of the same question."""
    for said in restated:
        row = rows.get(said.code)
        if row is None or not row.cells.get("percent"):
            continue
        if int(row.cells["percent"]) == said.percent:
            row.prove(f"{said.where} says {said.percent} per cent too")
        elif said.is_sure:
            row.doubt(f"{said.where} says {said.percent} per cent")


def check_entered(rows: Iterable[Found], tables: Tables, resources: Sequence[Resource]) -> None:
    """Compare rows with those that a person entered from the same document.

    Rows that were read by machine themselves, and not checked, confirm nothing.
    """
    kept = tables["machine_readings"]
    kept = kept[kept["mark"] != "checked"]
    by_machine = set(zip(kept["source"], kept["table"], kept["row"], strict=True))
    by_name = {resource.name: resource for resource in resources}
    entered: dict[str, dict[tuple[str, ...], dict[str, str]]] = {}
    sources = {row.cells["source"] for row in rows if row.table == "sources"}
    for row in rows:
        key = by_name[row.table].primary_key
        if "source" not in by_name[row.table].columns:
            continue
        if row.table not in entered:
            frame = tables[row.table]
            frame = frame[frame["source"].isin(sources)].astype("string").fillna("")
            entered[row.table] = {
                tuple(known[name] for name in key if name != "source"): known
                for known in (
                    {str(c): str(v) for c, v in r.items()} for r in frame.to_dict("records")
                )
                if (known["source"], row.table, "/".join(known[name] for name in key))
                not in by_machine
            }
        known = entered[row.table].get(tuple(row.cells.get(n, "") for n in key if n != "source"))
        if known is None:
            continue
        columns = [
            f.name
            for f in content(by_name[row.table])
            if f.name in row.cells and not is_own_words(f)
        ]
        other = [f"{known[c] or 'nothing'} as {c}" for c in columns if known[c] != row.cells[c]]
        if other:
            row.doubt(f"entered from this document before with {', '.join(other)}")
        elif columns:  # somebody has looked: what else is doubtful of the row is settled
            row.doubts.clear()
            row.prove("entered from this document before, by a person, with the same", *columns)


def doubt_unconfirmed(rows: Iterable[Found], resources: Sequence[Resource]) -> None:
    """Doubt rows with a number, a date, a rating or an answer that nothing else confirms.

    A changed digit that stays possible, or an answer in another's place, contradicts nothing: only
    a person sees it.
    """
    figures = {
        resource.name: {
            f.name
            for f in content(resource)
            if f.type in ("integer", "number")
            or f.constraints.get("pattern") == MONTH_OR_DAY
            or f.name in ("rating", "response", "verdict")
        }
        for resource in resources
    }
    for row in rows:
        alone = sorted(c for c in figures[row.table] - row.proved if row.cells.get(c))
        if alone and not row.doubts:
            row.doubt(f"{ONCE} ({', '.join(alone)})")


def check_standard(
    standard: str,
    rows: list[Found],
    rated: Found | None,
    bands: Bands,
    discretion: str | None,
    qualitative: bool,
) -> None:
    """Compare the rating of a standard with that of its lowest key question.

    ``discretion`` is the rating to which the document says it moved, None where it says nothing.
    """
    percents = [int(row.cells["percent"]) for row in rows if row.cells.get("percent")]
    complete = all(row.cells.get("percent") or row.cells.get("status") for row in rows)
    if rated is None or not rated.cells.get("rating") or bands.ratings.empty or not percents:
        return
    printed = rated.cells["rating"]
    by_bands = rating_for(min(percents), bands.ratings)
    if by_bands == printed:
        if complete:
            rated.prove(f"the lowest key question, {min(percents)}%, gives it")
        return
    reason = f"the lowest key question, {min(percents)}%, gives {by_bands}, the report {printed}"
    if discretion == printed:
        if bands.permit(printed, min(percents), qualitative=qualitative):
            return
        reason += "; the discretion it mentions does not reach so far"
    rated.doubt(reason)
    for row in rows:
        row.doubt(reason)


def check_ratings(
    rows: Mapping[str, Found], rated: Mapping[str, Rated], total: Found, bands: Bands, read: Overall
) -> None:
    """Compare the places that print a rating, and the sum of points with the score."""
    for code, row in rows.items():
        values = [said.value for said in rated[code].readings]
        if len(set(values)) > 1:
            places = ", ".join(f"{said.where}: {said.value}" for said in rated[code].readings)
            row.doubt(f"the document prints different ratings ({places})")
        elif len(values) > 1 or rated[code].listed:
            row.prove("it stands in two places")
    overall = {said.value for said in read.readings}
    scores = {score for score, _, _ in read.scores}
    if len(overall) > 1:
        total.doubt(f"the document prints different overall ratings: {', '.join(sorted(overall))}")
    if len(scores) > 1:
        total.doubt(f"the document prints different scores: {sorted(scores)}")
    points = [bands.points(row.cells.get("rating", "")) for row in rows.values()]
    if any(point is None for point in points) or bands.overall.empty or not overall:
        return
    sum_of_points = sum(point for point in points if point is not None)
    most = max(int(upper) for upper in bands.overall["upper_points"])
    reasons = []
    if scores and scores != {sum_of_points}:
        reasons.append(f"the points add up to {sum_of_points}, the printed score is {min(scores)}")
    if any(of != most for _, of, _ in read.scores):
        reasons.append(f"the score is printed out of another total than {most}")
    if sum_of_points > most:
        return
    by_bands = overall_rating(sum_of_points, bands.overall)
    if {by_bands} != overall:
        reasons.append(f"{sum_of_points} points give {by_bands}")
    total.doubt(*reasons)
    for row in rows.values():
        if not row.proofs:
            row.doubt(*reasons)
    if not reasons:
        how = f"the points of the ratings add up to {sum_of_points}"
        total.prove(how)
        if scores:
            for row in rows.values():
                row.prove(how)

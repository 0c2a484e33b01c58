"""The providers one below the other: score, change, ratings, and how far the order holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.analysis.records import Row, grouped, records
from pipeline.analysis.sentences.phrases import joined
from pipeline.publish.page.blocks import Panel, Panels, Prose, Together
from pipeline.publish.page.display import Shown
from pipeline.publish.page.finder import finder
from pipeline.publish.page.markup import (
    EMPTY,
    Markup,
    hidden,
    is_missing,
    join,
    scroll_region,
    shape,
    symbol,
    tag,
)
from pipeline.publish.page.source_notes import SourceNotes
from pipeline.publish.page.tables import Column, Table, shade
from pipeline.publish.reports.national.context import National

_NO_EARLIER = "no earlier inspection"
_WAYS = {"rose": "rating rose", "stayed": "rating stayed", "fell": "rating fell"}
_STRIP = 108


def providers_data(report: National) -> Table:
    """Return the table of providers as it is offered for download."""
    once = report.providers["previous_round"].isna()
    rows = report.providers.assign(
        ranks=[_ranks(row) for row in records(report.providers)],
        no_rating=report.providers["previous_status"].mask(once, _NO_EARLIER),
        no_score=once.map({True: _NO_EARLIER, False: "none that compares"}),
    )
    return report.table(
        rows,
        "Providers: latest inspection, change and place",
        [
            Column("name", "Provider"),
            Column("owner", "Owner", missing="not in the data"),
            Column("round", "Round", "text"),
            Column("rating", "Overall rating", missing="status"),
            Column("points", "Score", "count", missing="no score", source=("source", "place")),
            Column("previous_rating", "Rating before", missing="no_rating"),
            Column("previous_points", "Score before", "count", missing="no_score"),
            Column("points_change", "Change", "number", unit="points", missing="does not compare"),
            Column("comparable_standards", "Standards compared", "count", missing=_NO_EARLIER),
            Column("lowest_label", "Lowest key question", missing="no figure"),
            Column("lowest_percent", "Its share", "percent", missing="no figure"),
            Column("ranks", "Ranks it might have had", missing="cannot be said"),
        ],
        name="providers",
        numbered=False,
    )


def _ranks(row: Row) -> Any:
    if is_missing(row["best_rank"]):
        return pd.NA
    if row["best_rank"] == row["worst_rank"]:
        return str(row["best_rank"])
    return f"{row['best_rank']} to {row['worst_rank']}"


@dataclass(frozen=True, repr=False)
class ProvidersTable(Shown):
    """A row a provider, highest score first; sorted and narrowed by a script where one runs.

    rows       standing_of_providers
    tiles      ratings of standards by provider, in order
    standards  number and name of each standard, in the same order
    bounds     lowest score of each overall rating but the lowest
    ratings    overall ratings, highest first
    grades     ratings of standards, lowest first
    """

    rows: Sequence[Row]
    tiles: Mapping[str, Sequence[Row]]
    standards: Sequence[tuple[str, str]]
    bounds: Sequence[int]
    ratings: Sequence[str]
    grades: Sequence[str]
    notes: SourceNotes

    def html(self) -> Markup:
        """Return the box, the key to the tiles and the table."""
        caption = "Providers, highest score first"
        heading = f"Table {self.notes.number('Table', 'providers', caption)}"
        most = self.rows[0]["most"]
        heads = [
            ("Provider", "text", ""),
            ("Overall", "number", "rating and score"),
            ("Then and now", "", f"0 to {most}"),
            ("Change", "number", "points"),
            ("Standards", "", "in order"),
            ("Lowest key question", "text", ""),
            ("Ranks", "number", "95% interval"),
        ]
        seen: set[int] = set()
        table = tag(
            "table",
            tag(
                "caption",
                tag("span", tag("span", heading, class_="no"), f" {caption}", class_="cap"),
                id="c-providers",
            ),
            tag("thead", tag("tr", *(self._head(*head) for head in heads))),
            tag("tbody", *(self._row(row, seen) for row in self.rows)),
            id="t-providers",
            class_="providers",
            data_sortable=True,
        )
        return join(
            [
                finder("Find a provider", len(self.rows), self._lists()),
                self._key(),
                scroll_region(table, "c-providers"),
                tag("p", self._comment(), class_="comment"),
            ]
        )

    def _lists(self) -> list[tuple[str, str, list[str]]]:
        owners = sorted({str(row["owner"]) for row in self.rows if not is_missing(row["owner"])})
        there = {row["rating"] for row in self.rows}
        ways = [_WAYS[way] for way in _WAYS if any(r["rating_direction"] == way for r in self.rows)]
        return [
            ("rating", "Overall rating", [name for name in self.ratings if name in there]),
            ("way", "Since the round before", ways),
            ("owner", "Owner", owners),
        ]

    def _key(self) -> Markup:
        there = {tile["rating"] for tiles in self.tiles.values() for tile in tiles}
        letters = join(
            (join([self._tile(name), f" {name}"]) for name in self.grades[::-1] if name in there),
            ", ",
        )
        order = joined([f"{code} {name}" for code, name in self.standards])
        return tag("p", "Standards: ", letters, f". In order: {order}.", class_="comment key")

    def _tile(self, rating: str) -> Markup:
        """A rating in the least room: its first letter, or those of its words."""
        alike = sum(name[0] == rating[0] for name in self.grades) > 1
        letters = "".join(word[0] for word in rating.split()) if alike else rating[0]
        kind = None
        if rating in self.grades:
            kind = shade(self.grades.index(rating), len(self.grades))
        return tag("b", letters.upper(), class_=kind)

    def _comment(self) -> str:
        return (
            "Ring: the round before. Disc: the latest round. Upright lines: where the next overall "
            "rating begins. Change: over the standards whose ratings compare. Ranks: the places "
            "that other cases of the same work might have given; where two intervals overlap, the "
            "order of the two providers may be chance."
        )

    def _head(self, words: str, sort: str, unit: str) -> Markup:
        below = tag("span", unit, class_="unit") if unit else EMPTY
        return tag("th", words, below, scope="col", data_sort=sort)

    def _row(self, row: Row, seen: set[int]) -> Markup:
        owner = row["owner"]
        way = row["rating_direction"]
        return tag(
            "tr",
            self._name(row, seen),
            self._overall(row),
            tag("td", self._strip(row), hidden(_scores(row))),
            self._change(row),
            tag("td", self._tiles(row), class_="rates"),
            self._lowest(row),
            self._places(row),
            data_row=True,
            data_rating=None if is_missing(row["rating"]) else row["rating"],
            data_owner=None if is_missing(owner) else owner,
            data_way=None if is_missing(way) else _WAYS[way],
        )

    def _name(self, row: Row, seen: set[int]) -> Markup:
        link = tag("a", row["short_name"], href=f"{row['page']}.html")
        cited = self.notes.cite((row["source"], row["place"]), "providers", seen)
        return tag("th", link, cited, scope="row")

    def _overall(self, row: Row) -> Markup:
        if is_missing(row["rating"]):
            return tag("td", row["status"], class_="none", data_v="")
        score = EMPTY if is_missing(row["points"]) else tag("small", f" {row['points']}")
        value = "" if is_missing(row["points"]) else row["points"]
        return tag("td", row["rating"], score, data_v=str(value))

    def _strip(self, row: Row) -> Markup:
        """Draw the score then and now; the numbers stand in the columns next to it."""
        if is_missing(row["points"]):
            return EMPTY

        def at(points: Any) -> float:
            return round(8 + (_STRIP - 16) * int(points) / int(row["most"]), 1)

        scale = f"M8 8H{_STRIP - 8}" + "".join(f"M{at(bound):g} 3v10" for bound in self.bounds)
        drawn = [shape("path", d=scale)]
        now = at(row["points"])
        if not is_missing(row["previous_points"]):
            then = at(row["previous_points"])
            drawn.append(shape("path", d=f"M{then:g} 8H{now:g}", class_="j"))
            drawn.append(shape("circle", cx=f"{then:g}", cy=8, r=4, class_="p"))
        drawn.append(shape("circle", cx=f"{now:g}", cy=8, r=5, class_="n"))
        return tag("svg", *drawn, viewBox=f"0 0 {_STRIP} 16", class_="strip", aria_hidden="true")

    def _change(self, row: Row) -> Markup:
        if is_missing(row["points_change"]):
            why = _NO_EARLIER if is_missing(row["previous_round"]) else "does not compare"
            return tag("td", why, class_="none", data_v="")
        part = EMPTY
        if row["comparable_standards"] != row["standards"]:
            part = tag("small", f" on {row['comparable_standards']} of {row['standards']}")
        return tag("td", _moved(int(row["points_change"])), part, data_v=str(row["points_change"]))

    def _tiles(self, row: Row) -> Markup:
        tiles = self.tiles.get(row["provider"], [])
        shown = [
            tag("b", "\N{EN DASH}") if is_missing(tile["rating"]) else self._tile(tile["rating"])
            for tile in tiles
        ]
        by_rating: dict[str, list[str]] = {}
        for tile in tiles:
            named = str(tile["status"] if is_missing(tile["rating"]) else tile["rating"])
            by_rating.setdefault(named, []).append(str(tile["standard"]))
        said = "; ".join(f"{name}: {', '.join(codes)}" for name, codes in by_rating.items())
        return join([tag("span", *shown, aria_hidden="true"), hidden(said)])

    def _lowest(self, row: Row) -> Markup:
        if is_missing(row["lowest_label"]):
            return tag("td", "no figure", class_="none", data_v="")
        return tag("td", row["lowest_label"], tag("small", f" {row['lowest_percent']}%"))

    def _places(self, row: Row) -> Markup:
        ranks = _ranks(row)
        if is_missing(ranks):
            return tag("td", "cannot be said", class_="none", data_v="")
        middle = (row["best_rank"] + row["worst_rank"]) / 2
        return tag("td", ranks, data_v=f"{middle:g}", class_="c")


def providers_table(report: National) -> ProvidersTable:
    """Return the table of providers as the page shows it."""
    providers_data(report)
    bands = report.data["overall_bands"].sort_values("lower_points")
    grades = report.data["rating_bands"].sort_values("points")
    return ProvidersTable(
        rows=records(report.providers),
        tiles=grouped(records(report.data["tiles"]), "provider"),
        standards=[(row["standard"], row["name"]) for row in records(report.data["standards"])],
        bounds=[int(lower) for lower in bands["lower_points"] if lower],
        ratings=[str(name) for name in bands["rating"]][::-1],
        grades=[str(name) for name in grades["rating"]],
        notes=report.notes,
    )


def _scores(row: Row) -> str:
    """What the strip draws, for those who do not see it."""
    if is_missing(row["points"]):
        return "no score"
    before = "" if is_missing(row["previous_points"]) else f"{row['previous_points']}, then "
    return f"{before}{row['points']}"


def _moved(points: int) -> Markup:
    """A change of points in the least room: shape and number, the direction in words unseen."""
    if not points:
        return join([symbol("■"), hidden("no change"), " 0"])
    word, mark = ("up", "▲") if points > 0 else ("down", "▼")
    return join([symbol(mark, word), hidden(word), f" {abs(points)}"])


def told_apart(report: National) -> Together | Prose:
    """Return who would stay in which half, as groups and not as ranks."""
    rows = report.providers[report.providers["half"].notna()]
    if rows.empty:
        return Prose(["Fewer than two providers have a score, so there is no order to doubt."])
    headings = {
        "upper half": "In the upper half, very likely whichever cases had been read",
        "either half": "Cannot be told: either half",
        "lower half": "In the lower half, very likely whichever cases had been read",
    }
    panels = [
        Panel(f"{heading} ({len(own)})", [f"{joined(sorted(own))}."])
        for side, heading in headings.items()
        if (own := [str(name) for name in rows.loc[rows["half"] == side, "short_name"]])
    ]
    parts: list[Any] = [Panels(panels)]
    if sentence := report.sentence("regression"):
        parts.append(Prose([sentence]))
    return Together(parts)


def owners_table(report: National) -> Table | Prose:
    """Return the providers of each owner together, where the data names owners."""
    known = report.providers[report.providers["owner"].notna()]
    if known["owner"].nunique() < 2:
        return Prose(["The data does not name two owners, so nothing is put together by owner."])
    rows = known.groupby("owner", as_index=False).agg(
        providers=("provider", "size"),
        mean=("points", "mean"),
        rose=("rating_direction", lambda ways: int((ways == "rose").sum())),
        fell=("rating_direction", lambda ways: int((ways == "fell").sum())),
    )
    return report.table(
        rows.sort_values("owner"),
        "Providers by owner",
        [
            Column("owner", "Owner"),
            Column("providers", "Providers", "count"),
            Column("mean", "Average score", "number", decimals=1, missing="no score"),
            Column("rose", "Ratings that rose", "count"),
            Column("fell", "Ratings that fell", "count"),
        ],
        name="owners",
    )

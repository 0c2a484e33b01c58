"""The table of providers one below the other: score, change, ratings, how far the order holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.analysis.records import Row
from pipeline.analysis.sentences.phrases import joined
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
from pipeline.publish.page.tables import shade

NO_EARLIER = "no earlier inspection"
_WAYS = {"rose": "rating rose", "stayed": "rating stayed", "fell": "rating fell"}
_STRIP = 108
_HOW_TO_READ = (
    "Ring: the round before. Disc: the latest round. Upright lines: where the next overall rating "
    "begins. Change: over the standards whose ratings compare. Ranks: the places that other cases "
    "of the same work might have given; where two intervals overlap, the order of the two "
    "providers may be chance."
)


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
        heading = self.notes.number("Table", "providers")
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
                tag("p", _HOW_TO_READ, class_="comment"),
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

    def _head(self, words: str, sort: str, unit: str) -> Markup:
        below = tag("span", unit, class_="unit") if unit else EMPTY
        return tag("th", words, below, scope="col", data_sort=sort)

    def _row(self, row: Row, seen: set[int]) -> Markup:
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
            data_owner=None if is_missing(row["owner"]) else row["owner"],
            data_way=None if is_missing(way) else _WAYS[way],
        )

    def _name(self, row: Row, seen: set[int]) -> Markup:
        link = tag("a", row["short_name"], href=f"{row['page']}.html")
        cited = self.notes.cite((row["source"], row["place"]), "providers", seen)
        return tag("th", link, cited, scope="row")

    def _overall(self, row: Row) -> Markup:
        if is_missing(row["rating"]):
            return _none(row["status"])
        if is_missing(row["points"]):
            return tag("td", row["rating"])
        score = tag("small", f" {row['points']}")
        return tag("td", row["rating"], score, data_v=str(row["points"]))

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
            return _none(NO_EARLIER if is_missing(row["previous_round"]) else "does not compare")
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
            return _none("no figure")
        return tag("td", row["lowest_label"], tag("small", f" {row['lowest_percent']}%"))

    def _places(self, row: Row) -> Markup:
        shown = ranks(row)
        if is_missing(shown):
            return _none("cannot be said")
        middle = (row["best_rank"] + row["worst_rank"]) / 2
        return tag("td", shown, data_v=f"{middle:g}", class_="c")


def ranks(row: Row) -> Any:
    """Return the ranks a provider might have had, in words; missing where none can be said."""
    if is_missing(row["best_rank"]):
        return pd.NA
    if row["best_rank"] == row["worst_rank"]:
        return str(row["best_rank"])
    return f"{row['best_rank']} to {row['worst_rank']}"


def _none(why: object) -> Markup:
    return tag("td", why, class_="none")


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

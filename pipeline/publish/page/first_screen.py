"""The first screen: a few sentences, ratings of two rounds as tiles, the scale of points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.publish.page.blocks import Fact, ScoreScale
from pipeline.publish.page.display import Shown
from pipeline.publish.page.markup import EMPTY, Markup, symbol, tag
from pipeline.publish.page.tables import rating, shade

_WAYS = {"rose": ("▲", "up"), "fell": ("▼", "down"), "stayed": ("■", "")}


@dataclass(frozen=True)
class RatingTile:
    """One rating among ``ratings``, lowest first; or the words that say why there is none."""

    words: str
    ratings: Sequence[str]

    def html(self) -> Markup:
        """Return the tile as a cell: its fill and its squares both say the level."""
        if self.words not in self.ratings:
            return tag("td", self.words, class_="none")
        shown = rating(self.words, self.ratings)
        level = self.ratings.index(self.words)
        return tag("td", tag("span", shown, class_=f"tile {shade(level, len(self.ratings))}"))


@dataclass(frozen=True)
class RatedStandard:
    """A standard with the tile of each round and the way it went (rose, stayed, fell or words)."""

    name: str
    tiles: Sequence[RatingTile]
    way: str = ""


@dataclass(frozen=True, repr=False)
class RatingGrid(Shown):
    """The ratings of all standards, a row each, both rounds in sight on the smallest screen.

    ``rounds`` names the columns of tiles, ``source`` the documents that the ratings stand in.
    """

    standards: Sequence[RatedStandard]
    rounds: Sequence[str]
    caption: str
    source: str

    def html(self) -> Markup:
        """Return the grid as a table."""
        compares = len(self.rounds) > 1
        headings = ["Standard", *self.rounds, *(["Change"] if compares else [])]
        head = tag("thead", tag("tr", *(tag("th", words, scope="col") for words in headings)))
        rows = (self._row(standard, compares) for standard in self.standards)
        caption = tag("caption", self.caption)
        table = tag("table", caption, head, tag("tbody", *rows), class_="tiles")
        return table + tag("p", self.source, class_="source")

    def _row(self, standard: RatedStandard, compares: bool) -> Markup:
        cells = [tag("th", standard.name, scope="row"), *(tile.html() for tile in standard.tiles)]
        if compares:
            shape, kind = _WAYS.get(standard.way, ("", ""))
            mark = symbol(shape, kind) + " " if shape else EMPTY
            cells.append(tag("td", mark, standard.way, class_="way"))
        return tag("tr", *cells)


@dataclass(frozen=True, repr=False)
class FirstScreen(Shown):
    """What a reader sees first: the result, the tiles, the scale, what else must be known.

    ``promised`` stands under the tiles; ``note`` says what the page adds to its shorter edition.
    """

    sentences: Sequence[str]
    facts: Sequence[Fact]
    grid: RatingGrid
    scale: ScoreScale | None
    promised: Fact
    note: str = ""

    def html(self) -> Markup:
        """Return the first screen: side by side where there is room, otherwise in this order."""
        first, *others = self.sentences
        said = tag("p", first, class_="lead") + tag(
            "div", *(tag("p", words) for words in others), class_="then"
        )
        note = tag("p", self.note, class_="comment") if self.note else EMPTY
        facts = tag("dl", *(fact.html() for fact in self.facts), class_="facts")
        promised = tag("dl", self.promised.html(), class_="facts promised")
        scale = EMPTY if self.scale is None else self.scale.html()
        return tag(
            "div",
            tag("div", said, note, class_="message"),
            tag("div", self.grid.html(), class_="rated"),
            tag("div", scale, facts if self.facts else EMPTY, class_="known"),
            promised,
            class_="first",
        )

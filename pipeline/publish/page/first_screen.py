"""The first screen: a few sentences, ratings of two rounds as tiles, the scale of points."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.publish.page.blocks import Block, Fact, ScoreScale
from pipeline.publish.page.markup import EMPTY, Markup, tag, way
from pipeline.publish.page.tables import rating, shade


def rating_tile(words: str, ratings: Sequence[str]) -> Markup:
    """Return a rating among ``ratings``, lowest first, as a cell; or the words why there is none.

    Its fill and its squares both say the level.
    """
    if words not in ratings:
        return tag("td", words, class_="none")
    level = shade(ratings.index(words), len(ratings))
    return tag("td", tag("span", rating(words, ratings), class_=f"tile {level}"))


def rating_grid(
    standards: Sequence[tuple[str, Sequence[Markup], str]],
    rounds: Sequence[str],
    caption: str,
    source: str,
) -> Markup:
    """Return the ratings of all standards, a row each, both rounds in sight on a small screen.

    A standard is its name, the tile of each round and the way it went (rose, stayed, fell or
    words); ``rounds`` names the columns of tiles, ``source`` the documents they stand in.
    """
    compares = len(rounds) > 1
    headings = ["Standard", *rounds, *(["Change"] if compares else [])]
    rows = [
        tag(
            "tr",
            tag("th", name, scope="row"),
            *tiles,
            tag("td", way(went), class_="way") if compares else EMPTY,
        )
        for name, tiles, went in standards
    ]
    table = tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", *(tag("th", words, scope="col") for words in headings))),
        tag("tbody", *rows),
        class_="tiles",
    )
    return table + tag("p", source, class_="source")


class FirstScreen(Block):
    """What a reader sees first: the result, the tiles, the scale, what else must be known."""

    def __init__(
        self,
        sentences: Sequence[str],
        facts: Sequence[Fact],
        grid: Markup,
        scale: ScoreScale | None,
        promised: Fact,
        note: str = "",
    ) -> None:
        """Set them side by side where there is room, otherwise in this order.

        ``promised`` stands under the tiles; ``note`` says what the page adds to its shorter
        edition.
        """
        first, *others = sentences
        said = tag("p", first, class_="lead") + tag(
            "div", *(tag("p", words) for words in others), class_="then"
        )
        more = tag("p", note, class_="comment") if note else EMPTY
        known = tag("dl", *(fact.html() for fact in facts), class_="facts") if facts else EMPTY
        super().__init__(
            tag(
                "div",
                tag("div", said, more, class_="message"),
                tag("div", grid, class_="rated"),
                tag("div", EMPTY if scale is None else scale.html(), known, class_="known"),
                tag("dl", promised.html(), class_="facts promised"),
                class_="first",
            )
        )

"""Pictures for pages: inline SVG with real text, a caption, and the numbers in a table beneath."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd
from matplotlib.figure import Figure as Drawing

from pipeline.analysis.records import Row
from pipeline.publish.page.display import Shown
from pipeline.publish.page.markup import EMPTY, Markup, scroll_region, slug, tag
from pipeline.publish.page.style import apply
from pipeline.publish.page.svg import lean_svg, svg_tree
from pipeline.publish.page.tables import Table, as_frame


def drawing(width: int = 720, height: int = 400, **kwargs: Any) -> tuple[Drawing, Any]:
    """Return an empty drawing of this many CSS pixels and its axes, in the house style.

    The house style is set for the rest of the process, since matplotlib reads its settings as each
    part is drawn. Drawings are made without pyplot, which keeps every figure alive and costs time.
    Further arguments go to ``Figure.subplots``. Margins are the caller's (``subplots_adjust``):
    measuring the text to find them costs more than drawing it.
    """
    figure = sheet(width, height)
    return figure, figure.subplots(**kwargs)


def sheet(width: float, height: float) -> Drawing:
    """Return an empty drawing of this many CSS pixels, without axes, in the house style."""
    apply()
    return Drawing(figsize=(width / 72, height / 72), dpi=72)


@dataclass(frozen=True)
class Reference:
    """Where on the page the numbers stand that are no table: its name, its address, the numbers."""

    words: str
    address: str
    data: pd.DataFrame | Sequence[Row]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The numbers as a DataFrame."""
        return as_frame(self.data)


@dataclass(frozen=True)
class Picture(Shown):
    """A chart on a page: show it as the last value of a cell.

    Parameters
    ----------
    drawing
        A matplotlib figure; or two, the second the same chart drawn for a small screen, shown there
        in place of the first: 340 pixels wide with text of 13 holds up on the smallest.
    title
        What the chart shows, in a few words: printed above it.
    finding
        What a reader should take from it, in one sentence: the alternative text, printed beneath
        the title as well, so that nobody gets less.
    caption
        How to read it: shapes, intervals, what is left out.
    table
        The numbers drawn: folded beneath the chart, or shown there (``open_table``). A table that
        the page shows elsewhere can be given as ``see`` instead.
    see
        What on this page holds the numbers: a table, or a reference to a file.
    name
        Short name for links; made from the title if not given. Unique on a page.

    Raises
    ------
    ValueError
        If title or finding is missing, if the finding only repeats the title, or if the numbers
        cannot be reached.
    """

    drawing: Drawing | tuple[Drawing, Drawing]
    title: str
    finding: str
    caption: str = ""
    table: Table | None = None
    see: Table | Reference | None = None
    name: str = ""
    open_table: bool = False

    def __post_init__(self) -> None:
        """Check that the figure says what it finds and that its numbers can be reached."""
        if not self.title.strip() or not self.finding.strip():
            raise ValueError("A picture needs a title and a finding, which is its alternative text")
        if self.finding.strip().rstrip(".").lower() == self.title.strip().rstrip(".").lower():
            raise ValueError(f"Picture '{self.title}': the finding must say more than the title")
        if self.table is None and self.see is None:
            raise ValueError(f"Picture '{self.title}' needs the table with its numbers")
        object.__setattr__(self, "name", slug(self.name or self.title)[:60])
        if self.table is not None:
            object.__setattr__(self, "table", replace(self.table, numbered=False))

    def __repr__(self) -> str:
        """Return its title and finding, for a terminal."""
        return f"{self.title}\n{self.finding}"

    @property
    def frame(self) -> pd.DataFrame:
        """The numbers drawn, or those of the table that holds them."""
        return self._shows.frame

    def hint(self) -> str:
        """Say how to get at the numbers."""
        return f".frame gives its {len(self._shows.data)} rows of numbers as a DataFrame."

    @property
    def _shows(self) -> Table | Reference:
        """What holds the numbers drawn."""
        numbers = self.table if self.table is not None else self.see
        assert numbers is not None
        return numbers

    @property
    def label(self) -> str:
        """What other text calls the figure, such as "Figure 2"."""
        numbers = self.table or self.see
        if not isinstance(numbers, Table) or numbers.notes is None:
            return ""
        return numbers.notes.number("Figure", f"f-{self.name}")

    def html(self) -> Markup:
        """Return the figure as HTML."""
        label = self.label
        named = tag("span", label, class_="no") + " " if label else EMPTY
        heading = tag(
            "figcaption",
            tag("p", named, self.title, class_="title", id=f"h-{self.name}"),
            tag("p", self.finding, class_="finding"),
            tag("p", self.caption, class_="how") if self.caption else EMPTY,
        )
        broad, *small = self.drawing if isinstance(self.drawing, tuple) else (self.drawing,)
        picture = self._drawn(broad, f"g-{self.name}")
        if small:
            slim = self._drawn(small[0], f"s-{self.name}")
            picture = for_both(picture, slim)
        return tag("figure", heading, picture, self._numbers(label), id=f"f-{self.name}")

    def _drawn(self, source: Drawing, name: str) -> Markup:
        drawn = lean_svg(svg_tree(source), name, self.finding)
        return scroll_region(drawn, f"h-{self.name}", "chart")

    def _numbers(self, label: str) -> Markup:
        if self.table is None:
            see = self._shows
            if isinstance(see, Table):
                see = Reference(see.label, f"#{see.id}", see.data)
            link = tag("a", see.words, href=see.address)
            return tag("p", "The numbers are in ", link, ".", class_="see")
        inside = self.table.html()
        if self.table.notes is not None:
            self.table.notes.label(self.table.name, label)
        if self.open_table:
            return inside
        summary = tag("summary", f"The numbers behind {label or 'this figure'}")
        return tag("details", summary, inside, class_="numbers", id=f"d-{self.name}")


def both(chart: Callable[..., Drawing], *args: Any, **more: Any) -> tuple[Drawing, Drawing]:
    """Return a chart of ours as a picture takes it: drawn for a broad screen, and for a small."""
    return chart(*args, **more), chart(*args, **more, narrow=True)


def for_both(broad: Markup, slim: Markup) -> Markup:
    """Return a drawing with the one that takes its place on a small screen."""
    return tag("div", broad, class_="broad") + tag("div", slim, class_="slim", hidden=True)

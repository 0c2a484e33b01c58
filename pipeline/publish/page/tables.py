"""Tables for pages: caption, scoped headings, units, reasons for blanks, and links to sources.

Why not great-tables: it was tried first. Its table comes with 7 KB of style sheet each, whose rules
reach every other table on the page and which a strict Content-Security-Policy refuses; it has no
``caption`` element; it writes missing values as ``None``; and a link in a cell must go through
Markdown, which would let text from data become markup. Mending all four leaves nothing of it.
``pandas.Styler`` does not escape cells. So a page's tables are written here, on the small set of
elements that HTML has for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from textwrap import shorten
from typing import Any, Literal

import pandas as pd

from pipeline.analysis.records import Row
from pipeline.publish.page.display import Shown, in_words
from pipeline.publish.page.markup import (
    EMPTY,
    Markup,
    escape,
    is_missing,
    join,
    number,
    scroll_region,
    slug,
    symbol,
    tag,
)
from pipeline.publish.page.source_notes import Reference, SourceNotes
from pipeline.publish.page.style import MARKS
from pipeline.publish.page.stylesheet import COLUMNS

Kind = Literal["text", "percent", "points", "change", "count", "number", "p", "rating", "mark"]

NUMERIC: frozenset[str] = frozenset({"percent", "points", "change", "count", "number", "p"})

PRINTED, WIDEST = 20, 44
"""How many rows of a table are printed in a terminal, and how many characters of a cell."""

LONG = 70
"""A column whose texts are longer than this is given room."""

# Statuses are written as words in the data and shown as they stand there, but for these.
REASONS = {"in words": "given in words only", "open": "left open"}


@dataclass(frozen=True)
class Column:
    """One column of a page's table.

    Parameters
    ----------
    name
        Column of the rows.
    heading
        Words above the column.
    kind
        ``text``; ``percent`` (0-100, shown with its sign); ``change`` (percentage points with
        direction in words and shape); ``points`` (percentage points, signed); ``count`` (whole
        number); ``number`` (with ``decimals``); ``p`` (a p-value: analysts only); ``rating`` (a
        rating with its level among ``ratings`` as shape); ``mark`` (a verdict with its shape).
    ratings
        For ``rating``: every rating of the framework, lowest first.
    unit
        Unit shown under the heading; given by the kind where left empty.
    missing
        Why a cell is empty: a column of the rows that holds the status or reason, or plain words
        for every empty cell of this column.
    source
        Where a figure comes from: the columns that hold its source and the place in it.
    decimals
        Places shown for ``number``.
    align
        ``left`` or ``right``; numbers stand to the right unless told otherwise.
    show
        A function from value to words, where no kind serves. The words are escaped.
    wide
        Asks for room: text that should not be squeezed into a narrow column.
    """

    name: str
    heading: str
    kind: Kind = "text"
    ratings: Sequence[str] = ()
    unit: str = ""
    missing: str = ""
    source: tuple[str, str] | None = None
    decimals: int = 0
    align: Literal["left", "right", ""] = ""
    show: Callable[[Any], str] | None = None
    wide: bool = False

    @property
    def numeric(self) -> bool:
        """Whether cells are numbers (and stay numbers in downloads)."""
        return self.kind in NUMERIC

    @property
    def unit_shown(self) -> str:
        """The unit in words, for the heading and for downloads."""
        points = "percentage points"
        return self.unit or {"percent": "%", "change": points, "points": points}.get(self.kind, "")


@dataclass(frozen=True)
class Table(Shown):
    """A table on a page: show it as the last value of a cell, or under a figure.

    Only the columns named are shown; ``frame`` has them all.

    Parameters
    ----------
    data
        The rows in the order in which they are to stand: dictionaries, or a DataFrame.
    caption
        What the table shows, in one line. Required: a table without a caption is a riddle.
    columns
        What to show, left to right.
    row_header
        The column that names a row; the first column if not given.
    groups
        A column of the rows whose value heads each run of rows ("2.1 Assessment").
    group_name
        What a group is ("Standard"): heads the groups' column in downloads.
    notes
        The page's register of source notes; without it figures carry no links.
    row_source
        Source of a whole row, as ``Column.source``; its link stands beside the row's name.
    name
        Short name for links and downloads; made from the caption if not given. Unique on a page.
    comment
        One or two sentences beneath the table, such as what a blank means.
    numbered
        Whether the table counts as "Table 1". Tables under figures do not.

    Raises
    ------
    ValueError
        If a column is not in the rows, a number is not finite, or a cell is empty and nothing says
        why. It is raised when the table is made, so that a cell of the notebook fails and no page
        is written.
    """

    data: pd.DataFrame | Sequence[Row]
    caption: str
    columns: Sequence[Column]
    row_header: str = ""
    groups: str = ""
    notes: SourceNotes | None = None
    row_source: tuple[str, str] | None = None
    name: str = ""
    comment: str = ""
    numbered: bool = True
    group_name: str = "Group"
    _names: Mapping[str, int] = field(init=False, repr=False, default_factory=dict)
    rows: Sequence[tuple[Any, ...]] = field(init=False, repr=False, default=())
    """The rows as tuples of the columns that the table names, in order."""

    def __post_init__(self) -> None:
        """Check everything that could go wrong while the page is written."""
        if not str(self.caption).strip():
            raise ValueError("A table needs a caption that says what it shows")
        if not self.columns:
            raise ValueError(f"Table '{self.caption}' has no columns")
        if len(self.columns) > COLUMNS:
            raise ValueError(f"Table '{self.caption}' has more than {COLUMNS} columns")
        object.__setattr__(self, "name", slug(self.name or self.caption)[:60])
        object.__setattr__(self, "row_header", self.row_header or self.columns[0].name)
        wanted = [column.name for column in self.columns] + [self.row_header]
        wanted += [self.groups] if self.groups else []
        for source in [*(column.source for column in self.columns), self.row_source]:
            wanted += source or ()
        framed = isinstance(self.data, pd.DataFrame)
        there = set(self.data if framed else self.data[0] if self.data else wanted)
        absent = sorted(set(wanted) - there)
        if absent:
            raise ValueError(
                f"Table '{self.caption}' asks for columns that the frame does not have: "
                + ", ".join(absent)
            )
        # A row may have sixty columns and a table five: only what is shown is looked up.
        wanted += [column.missing for column in self.columns if column.missing in there]
        names = list(dict.fromkeys(wanted))
        values = [
            self.data[name].tolist()
            if isinstance(self.data, pd.DataFrame)
            else [row[name] for row in self.data]
            for name in names
        ]
        object.__setattr__(self, "_names", {name: i for i, name in enumerate(names)})
        object.__setattr__(self, "rows", list(zip(*values, strict=True)))
        for column in self.columns:
            self._check(column)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows as a DataFrame, with all columns."""
        return as_frame(self.data)

    def __repr__(self) -> str:
        """Return the table for a terminal: its caption, and its first rows as they are shown."""
        shown = [[column.heading for column in self.columns]]
        for row in self.rows[:PRINTED]:
            shown.append([self._plain(column, row) for column in self.columns])
        widths = [max(map(len, cells)) for cells in zip(*shown, strict=True)]
        lines = ["  ".join(map(str.ljust, cells, widths)).rstrip() for cells in shown]
        more = len(self.rows) - PRINTED
        rest = f"\n... and {more} more rows: .frame has them all" if more > 0 else ""
        return f"{self.caption}\n" + "\n".join(lines) + rest

    def _plain(self, column: Column, row: tuple[Any, ...]) -> str:
        value = self.cell(row, column.name)
        words = self.reason(column, row) if is_missing(value) else content(column, value)
        line = " ".join((in_words(words) if isinstance(words, Markup) else words).split())
        return line if len(line) <= WIDEST else shorten(line, WIDEST, placeholder=" ...")

    def hint(self) -> str:
        """Say how to get at the rows."""
        return f".frame gives these {len(self.rows)} rows as a DataFrame."

    @property
    def label(self) -> str:
        """What other text calls the table: "Table 3", or its caption where it has no number."""
        if self.numbered and self.notes is not None:
            return self.notes.number("Table", self.name)
        return self.caption

    @property
    def id(self) -> str:
        """The id of the table on the page."""
        return f"t-{self.name}"

    def reason(self, column: Column, row: tuple[Any, ...]) -> str:
        """Return why a cell of this column is empty, in words; empty if nothing says so."""
        if column.missing in self._names:
            status = row[self._names[column.missing]]
            return "" if is_missing(status) else REASONS.get(str(status), str(status))
        return column.missing

    def cell(self, row: tuple[Any, ...], column: str) -> Any:
        """Return a row's value in a column that the table names."""
        return row[self._names[column]]

    def reference(self, row: tuple[Any, ...], source: tuple[str, str] | None) -> Reference:
        """Return source and place as a row names them for a figure; None where it names none."""
        return (self.cell(row, source[0]), self.cell(row, source[1])) if source else None

    def _check(self, column: Column) -> None:
        for position, row in enumerate(self.rows, start=1):
            value = self.cell(row, column.name)
            if is_missing(value):
                if not self.reason(column, row):
                    raise ValueError(
                        f"Table '{self.caption}': row {position} has no value for "
                        f"'{column.heading}' and nothing says why"
                    )
            elif column.numeric:
                try:
                    number(value)
                except (TypeError, ValueError):
                    raise ValueError(
                        f"Table '{self.caption}': {value!r} in row {position} of "
                        f"'{column.heading}' is not a number that can be shown"
                    ) from None

    def html(self) -> Markup:
        """Return the table as HTML."""
        seen: set[int] = set()
        label = tag("span", self.label, class_="no") + " " if self._has_number else EMPTY
        if not self._has_number and self.notes is not None:
            self.notes.label(self.name, self.caption)
        caption = tag(
            "caption", tag("span", label, self.caption, class_="cap"), id=f"c-{self.name}"
        )
        head = tag("thead", tag("tr", *map(self._heading, self.columns)))
        table = tag(
            "table", caption, head, self._bodies(seen), id=self.id, class_=" ".join(self._layout())
        )
        comment = tag("p", self.comment, class_="comment") if self.comment else EMPTY
        return scroll_region(table, f"c-{self.name}") + comment

    def _layout(self) -> list[str]:
        """Return the classes that lay out the columns, named once and not in every cell.

        ``n3``: the third column is set to the right; ``k3``: it is never broken; ``x3``: it needs
        room, because it was asked for or because its texts are long.
        """
        names = []
        for position, column in enumerate(self.columns, start=1):
            if (column.align or ("right" if column.numeric else "left")) == "right":
                names.append(f"n{position}")
            if column.kind in ("rating", "mark"):
                names.append(f"k{position}")
            texts = map(itemgetter(self._names[column.name]), self.rows)
            long = column.kind == "text" and any(
                isinstance(t, str) and len(t) > LONG for t in texts
            )
            if column.wide or long:
                names.append(f"x{position}")
        return names

    @property
    def _has_number(self) -> bool:
        return self.numbered and self.notes is not None

    def _heading(self, column: Column) -> Markup:
        unit = column.unit_shown
        shown = join([" ", tag("span", unit, class_="unit")]) if unit else EMPTY
        return tag("th", column.heading, shown, scope="col")

    def _bodies(self, seen: set[int]) -> Markup:
        """Return the rows as one body, or as a body for each run of rows of one group."""
        if not self.groups:
            return tag("tbody", *(self._row(row, seen) for row in self.rows))
        bodies = []
        for group, rows in groupby(self.rows, key=lambda row: self.cell(row, self.groups)):
            heading = tag("th", group, scope="rowgroup", colspan=len(self.columns))
            shown = (self._row(row, seen) for row in rows)
            bodies.append(tag("tbody", tag("tr", heading, class_="group"), *shown))
        return join(bodies) or tag("tbody")

    def _row(self, row: tuple[Any, ...], seen: set[int]) -> Markup:
        cells = []
        last = len(self.columns) - self._blank_for_one_reason(row)
        for position, column in enumerate(self.columns):
            value = self.cell(row, column.name)
            blank = is_missing(value)
            inside = [self.reason(column, row) if blank else content(column, value)]
            named = column.name == self.row_header
            if self.notes is not None:
                for source in (column.source, self.row_source if named else None):
                    if source is not None:
                        reference = self.reference(row, source)
                        inside.append(self.notes.cite(reference, self.name, seen))
            kind = "none" if blank else None
            if named:
                cells.append(tag("th", *inside, scope="row", class_=kind))
            elif position < last:
                cells.append(tag("td", *inside, class_=kind))
            else:
                cells.append(tag("td", *inside, class_=kind, colspan=len(self.columns) - last))
                break
        return tag("tr", *cells)

    def _blank_for_one_reason(self, row: tuple[Any, ...]) -> int:
        """Return how many cells at the end of a row are blank for one reason: it is said once."""
        blank, said = 0, ""
        for column in reversed(self.columns):
            if column.name == self.row_header or not is_missing(self.cell(row, column.name)):
                break
            reason = self.reason(column, row)
            if said not in ("", reason):
                break
            blank, said = blank + 1, reason
        return blank if blank > 1 else 0


def as_frame(data: pd.DataFrame | Sequence[Row]) -> pd.DataFrame:
    """Return rows as a DataFrame, each column with the type of its values."""
    return data if isinstance(data, pd.DataFrame) else pd.DataFrame(data).convert_dtypes()


_SHOWN: dict[Kind, Callable[[Any, Column], str]] = {
    "text": lambda value, _: str(value),
    "percent": lambda value, column: f"{number(value, column.decimals)}%",
    "change": lambda value, column: change(value, column.decimals),
    "points": lambda value, column: number(value, column.decimals, signed=True),
    "count": lambda value, _: number(value),
    "number": lambda value, column: number(value, column.decimals),
    "p": lambda value, _: p_value(value),
    "rating": lambda value, column: rating(str(value), column.ratings),
    "mark": lambda value, _: mark(str(value)),
}


def content(column: Column, value: Any) -> str:
    """Return a value that is there as text or markup, fit to stand in its cell."""
    return column.show(value) if column.show else _SHOWN[column.kind](value, column)


def change(points: float, decimals: int = 0) -> Markup:
    """Return a change in percentage points: direction by shape and word, then the size."""
    size = number(abs(float(points)), decimals)
    if float(points) == 0:
        return symbol("■") + " no change"
    word, shape = ("up", "▲") if float(points) > 0 else ("down", "▼")
    return symbol(shape, word) + f" {word} {size}"


def p_value(value: float) -> str:
    """Return a p-value to three places, never as zero and never as one."""
    plain = float(value)
    if plain < 0.001:
        return "<0.001"
    return ">0.999" if plain > 0.999 else f"{plain:.3f}"


def rating(words: str, ratings: Sequence[str]) -> Markup:
    """Return a rating with its level among ``ratings`` (lowest first) as squares, for the eye."""
    if words not in ratings:
        return escape(words)
    level = ratings.index(words)
    squares = "■" * level + "□" * (len(ratings) - 1 - level)
    return join([symbol(squares), " ", words])


def shade(level: int, of: int) -> str:
    """Return the class that fills a rating's tile: one of four, for ``level`` among ``of``."""
    return f"l{round(3 * level / (of - 1))}" if of > 1 else "l0"


def mark(words: str) -> Markup:
    """Return a verdict with its shape, the same on every page."""
    shape = MARKS.get(words)
    return join([symbol(shape), " ", words]) if shape else escape(words)

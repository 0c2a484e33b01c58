"""The data of a page, inside the page: a spreadsheet of all tables and a CSV file of each.

The spreadsheet keeps the checklist for accessible spreadsheets
(:mod:`pipeline.publish.page.workbook`). Both kinds of file say where each figure was copied from
and why one is missing.

Text that a spreadsheet program would take for a formula is made harmless: in CSV by an apostrophe
in front, in the spreadsheet by its type. Numbers stay numbers. Nothing in a file depends on the
time or the machine, so the same tables give the same bytes.
"""

from __future__ import annotations

import base64
import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.publish.page.display import Shown
from pipeline.publish.page.markup import Markup, clean, is_missing, slug, tag
from pipeline.publish.page.page_info import PageInfo
from pipeline.publish.page.source_notes import SourceNotes
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.page.workbook import Sheet, workbook

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
LARGE = 24_000
"""CSV files of more bytes than this together travel in one zip file, a quarter of the size: a page
with its data must stay light enough to send by e-mail."""
_SHEETS = "All tables as a spreadsheet"
_ALL = "All tables as CSV files"
_LONGEST = 32_000
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(text: object) -> str:
    """Return text that no spreadsheet program takes for a formula when it opens a CSV file."""
    words = clean(text)
    bare = words.lstrip(" \u00a0")
    return f"'{words}" if words.startswith(_FORMULA) or bare.startswith(_FORMULA) else words


def _columns(table: Table, *, apart: bool) -> dict[str, list[Any]]:
    """Return a table's data for reuse, by heading: rows as shown, numbers as numbers.

    Headings carry their units. The value of a group stands in a column of its own. Why a cell is
    blank stands in its place in square brackets; of numbers, where ``apart``, in a column behind
    theirs. Columns that name sources stand last.
    """
    rows = table.rows
    columns: dict[str, list[Any]] = {}

    def add(heading: str, values: list[Any]) -> None:
        name, again = heading, 2
        while name.lower() in {taken.lower() for taken in columns}:
            name, again = f"{heading} {again}", again + 1
        columns[name] = values

    if table.groups:
        add(clean(table.group_name), [_text(table.cell(row, table.groups)) for row in rows])
    for column in table.columns:
        heading = _heading(column)
        values = [_value(column, table.cell(row, column.name)) for row in rows]
        pairs = list(zip(rows, values, strict=True))
        why = [table.reason(column, row) if value is None else "" for row, value in pairs]
        beside = apart and column.numeric and any(why)
        shown = [
            value if beside or not reason else f"[{reason}]"
            for value, reason in zip(values, why, strict=True)
        ]
        add(heading, shown)
        if beside:
            add(f"{heading}: why blank", why)
    sourced = [(f"{clean(column.heading)}: source", column.source) for column in table.columns]
    for heading, source in [*sourced, ("Source", table.row_source)]:
        if source is not None:
            notes = SourceNotes() if table.notes is None else table.notes
            add(heading, [notes.text(table.reference(row, source)) for row in rows])
    return columns


def csv_bytes(table: Table) -> bytes:
    """Return a table as CSV: UTF-8 with a byte order mark, so that Excel reads it right."""
    columns = _columns(table, apart=True)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(map(harmless, columns))
    writer.writerows(map(_csv_value, row) for row in zip(*columns.values(), strict=True))
    return buffer.getvalue().encode("utf-8-sig")


def xlsx_bytes(tables: Sequence[Table], page: PageInfo) -> bytes:
    """Return tables as a workbook with cover, contents, notes and a sheet for each table.

    Raises
    ------
    ValueError
        If there is no table with rows.
    """
    filled = [table for table in tables if table.rows]
    if not filled:
        raise ValueError("A spreadsheet needs at least one table with rows")
    sheets = []
    for position, table in enumerate(filled, start=1):
        rounded = any(column.kind in ("percent", "change") for column in table.columns)
        notes = [_BLANKS, *([_ROUNDING] if rounded else []), *filter(None, [table.comment])]
        sheets.append(
            Sheet(
                label=f"{position} {table.name.replace('-', ' ')}"[:31].strip(),
                name=f"t{position}_{table.name.replace('-', '_')}"[:60],
                title=_in_cell(table.caption),
                columns=_for_sheet(table),
                instructions=(
                    "This worksheet contains one table. Words in square brackets say why a figure "
                    "is missing. Notes are on the notes worksheet."
                ),
                notes=[_in_cell(words) for words in notes],
            )
        )
    intro = [_in_cell(words) for words in (page.description, *page.dates) if words]
    about = [_in_cell(f"{term}: {words}") for term, words in page.colophon]
    return workbook(
        title=_in_cell(page.full_title),
        cover={"Introductory information": intro, "About these data": about},
        sheets=sheets,
        document_title=clean(page.full_title)[:250],
    )


@dataclass(frozen=True)
class Downloads(Shown):
    """The page's data to take away: show it as the last value of a cell.

    Parameters
    ----------
    tables
        The tables of the page, in order.
    page
        What the page says about itself; its name begins the files' names. A page of two sheets
        offers the spreadsheet alone.
    """

    tables: Sequence[Table]
    page: PageInfo

    def __repr__(self) -> str:
        """Say what this is without a memory address, which would differ from run to run."""
        return f"Downloads: {len(self.tables)} tables"

    def html(self) -> Markup:
        """Return links that hold the files themselves: no server is asked."""
        tables = [table for table in self.tables if table.rows]
        if not tables:
            return tag("p", "This page has no tables to take away.")
        name = slug(self.page.name or self.page.title)[:80]
        links = [
            _link(
                xlsx_bytes(tables, self.page),
                _SPREADSHEET,
                f"{name}.xlsx",
                "The figures as a spreadsheet" if self.page.two_sheets else _SHEETS,
                "Excel, LibreOffice",
            )
        ]
        tables = [] if self.page.two_sheets else tables
        files = {f"{name}-{table.name}.csv": csv_bytes(table) for table in tables}
        if sum(map(len, files.values())) > LARGE:
            links.append(
                _link(_zipped(files), "application/zip", f"{name}-csv.zip", _ALL, "CSV, zipped")
            )
            tables = []
        links += [
            _link(
                files[f"{name}-{table.name}.csv"],
                "text/csv;charset=utf-8",
                f"{name}-{table.name}.csv",
                ": ".join(dict.fromkeys((table.label, table.caption))),
                "CSV",
            )
            for table in tables
        ]
        return tag("ul", *(tag("li", link) for link in links), class_="downloads")


_ROUNDING = (
    "Published percentages are whole numbers; a change is the difference of two of them, in "
    "percentage points."
)
_BLANKS = "A figure is missing only for the reason given in its place; no blank stands for zero."


def _link(content: bytes, kind: str, name: str, words: str, program: str) -> Markup:
    size = tag("span", f"({program}, {max(1, round(len(content) / 1024))} KB)", class_="size")
    address = Markup(f"data:{kind};base64,{base64.b64encode(content).decode()}")  # noqa: S704
    return tag("a", f"{words} ", size, download=name, href=address)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()


def _heading(column: Column) -> str:
    unit = {"%": "percent"}.get(column.unit_shown, column.unit_shown)
    return clean(f"{column.heading} ({unit})" if unit else column.heading)


def _value(column: Column, value: Any) -> Any:
    """Return a cell as a number where its column is numeric, otherwise as text."""
    if is_missing(value):
        return None
    if not column.numeric:
        return clean(value)
    plain = float(value)
    return int(plain) if plain.is_integer() else plain


def _text(value: Any) -> str:
    return "" if is_missing(value) else clean(value)


def _csv_value(value: Any) -> str:
    if isinstance(value, str):
        return harmless(value)
    return "" if value is None else repr(value)


def _for_sheet(table: Table) -> dict[str, list[Any]]:
    """Return a table's data for a sheet: a missing figure is its reason in square brackets."""
    columns = _columns(table, apart=False)
    return {_in_cell(name): list(map(_sheet_value, values)) for name, values in columns.items()}


def _sheet_value(value: Any) -> Any:
    if isinstance(value, str):
        return _in_cell(value)
    return "[not given]" if value is None else value


def _in_cell(words: str) -> str:
    """Return text for a cell of a spreadsheet: never empty, never symbols alone, not too long."""
    plain = clean(words).strip()[:_LONGEST]
    return plain if re.search("[a-zA-Z0-9]", plain) else f"text: {plain}" if plain else "[empty]"

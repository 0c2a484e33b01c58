"""A workbook that keeps the Analysis Function's checklist for accessible spreadsheets.

A cover, a list of contents, a sheet of notes, one table a sheet, no merged cells, no meaning in
colour. The layout is gptables', to the byte: a test makes the same workbook with both. gptables
keeps the format of every cell as a dictionary in a DataFrame and takes several times as long.

Text stays text: nothing in a cell becomes a formula, a link or a number.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import cell_autofit_width

Cell = str | int | float

_CREATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
_PIXELS_ARE_OF = 11
"""Font size for which XlsxWriter knows how wide a character is."""
_SIZE = 12
_REASON = re.compile(r"\[[\w\s]+\]")
"""What stands in a numeric column where there is no figure."""
_ONE_TABLE = "This worksheet contains one table."


@dataclass(frozen=True)
class Sheet:
    """A table on a sheet of its own.

    ``label`` is on the sheet's tab, ``name`` is the table's in the workbook, ``notes`` are those
    that its title refers to; ``columns`` holds the cells by heading, none of them empty.
    """

    label: str
    name: str
    title: str
    columns: Mapping[str, Sequence[Cell]]
    instructions: str = _ONE_TABLE
    notes: Sequence[str] = ()


def workbook(
    title: str, cover: Mapping[str, Sequence[str]], sheets: Sequence[Sheet], document_title: str
) -> bytes:
    """Return a workbook: a cover with its paragraphs by heading, then contents, notes and sheets.

    The same arguments give the same bytes.
    """
    notes = list(dict.fromkeys(note for sheet in sheets for note in sheet.notes))
    contents = {
        "Sheet name": [sheet.label for sheet in sheets],
        "Table description": [sheet.title for sheet in sheets],
    }
    numbered: dict[str, Sequence[Cell]] = {
        "Note number": list(range(1, len(notes) + 1)),
        "Note text": notes,
    }
    file = io.BytesIO()
    plain = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = _Book(file, plain | {"in_memory": True})
    book.add_cover(title, cover)
    book.add_table(
        Sheet("Contents", "contents_table", "Table of contents", contents), notes, links=True
    )
    book.add_table(Sheet("Notes", "notes_table", "Notes", numbered), notes)
    for sheet in sheets:
        book.add_table(sheet, notes)
    book.set_properties({"title": document_title, "author": "", "created": _CREATED})
    book.close()
    return file.getvalue()


class _Book(Workbook):
    """XlsxWriter's workbook, with formats made once and sheets written as a whole."""

    def __init__(self, file: io.BytesIO, options: dict[str, Any]) -> None:
        super().__init__(file, options)
        self._made: dict[tuple[Any, ...], Any] = {}

    def _format(self, size: int = _SIZE, **more: Any) -> Any:
        key = (size, *sorted(more.items()))
        if key not in self._made:
            font = {"font_size": size, "font_name": "Arial", "font_color": "automatic"}
            self._made[key] = self.add_format(font | more)
        return self._made[key]

    def _add(self, label: str) -> Any:
        sheet = self.add_worksheet(label)
        sheet.hide_gridlines(2)
        return sheet

    def add_cover(self, title: str, paragraphs: Mapping[str, Sequence[str]]) -> None:
        sheet = self._add("Cover")
        lines = [(title, self._format(16, bold=True, text_wrap=True))]
        for heading, words in paragraphs.items():
            lines.append((heading, self._format(14, bold=True, text_wrap=True)))
            lines += [(paragraph, self._format(text_wrap=True)) for paragraph in words]
        for row, (words, look) in enumerate(lines):
            sheet.write_string(row, 0, words, look)
        sheet.set_column(0, 0, 85)

    def add_table(self, of: Sheet, notes: Sequence[str], links: bool = False) -> None:
        """Add a sheet with a table; ``links`` makes its first column lead to the sheets named."""
        sheet = self._add(of.label)
        marks = "".join(f"[note {notes.index(note) + 1}]" for note in of.notes)
        sheet.write_string(0, 0, of.title + marks, self._format(16, bold=True))
        sheet.write_string(1, 0, of.instructions, self._format())
        looks = []
        for column, (heading, cells) in enumerate(of.columns.items()):
            align = "right" if column and _is_numeric(cells) else "left"
            head = self._format(bold=True, bottom=1, text_wrap=1, valign="top", align=align)
            looks.append((head, self._format(text_wrap=1, align=align)))
            sheet.set_column_pixels(column, column, _width(heading, cells))
            sheet.write_string(2, column, heading, head)
        link = self._format(text_wrap=1, align="left", underline=True, font_color="blue")
        last = 2
        for last, row in enumerate(zip(*of.columns.values(), strict=True), start=3):
            for column, cell in enumerate(row):
                if links and column == 0:
                    sheet.write_url(last, 0, f"internal:'{cell}'!A1", link, cell)
                elif isinstance(cell, str):
                    sheet.write_string(last, column, cell, looks[column][1])
                else:
                    sheet.write_number(last, column, cell, looks[column][1])
        headers = [
            {"header": heading, "header_format": head}
            for heading, (head, _) in zip(of.columns, looks, strict=True)
        ]
        sheet.add_table(
            2, 0, last, len(of.columns) - 1,
            {"autofilter": False, "columns": headers, "style": None, "name": of.name},
        )  # fmt: skip


def _is_numeric(cells: Sequence[Cell]) -> bool:
    words = [cell for cell in cells if isinstance(cell, str)]
    return len(words) < len(cells) and all(map(_REASON.search, words))


def _width(heading: str, cells: Sequence[Cell]) -> int:
    """Pixels that a column's widest line takes; capitals and bold type are wider than the rest."""
    texts = {str(cell) for cell in cells}
    return max(_pixels(heading, 1.1), *(_pixels(text, 1.0) for text in texts))


@lru_cache(4096)
def _pixels(text: str, bold: float) -> int:
    line = max(text.split("\n"), key=len)
    capitals = sum(map(str.isupper, line)) / len(line) if line else 0
    return ceil(
        cell_autofit_width(line) * ((_SIZE / _PIXELS_ARE_OF) * bold * (1.0 + 0.15 * capitals))
    )

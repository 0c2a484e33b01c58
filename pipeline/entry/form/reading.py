"""Read a filled-in workbook back: rows of text with the cell each value stands in.

What a spreadsheet turns a value into is not guessed back: a percentage format, a date cell, a
formula or merged cells are named with their cell and what to do.
"""

import datetime
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pipeline.data.package import MONTH_OR_DAY, Field, Resource
from pipeline.entry.form.layout import MARK, MARKS, READING, WHY
from pipeline.entry.problems import CannotEnter

_SHEETS_OF_THE_FORM = ("start here", "lists")
_ENOUGH = 0.6
"""A row that holds so many of a table's columns is its header."""


@dataclass
class TypedRow:
    """One row of a sheet as text, with the sheet, its row number and the letter of each column."""

    table: str
    sheet: str
    number: int
    cells: dict[str, str]
    letters: dict[str, str]
    mark: str = ""
    words: str = ""
    where: str = ""
    why: str = ""

    def at(self, column: str | None = None) -> str:
        """Name the row, or one cell of it, as a spreadsheet does."""
        if column is None or column not in self.letters:
            return f"sheet {self.sheet}, row {self.number}"
        return f"sheet {self.sheet}, cell {self.letters[column]}{self.number} ({column})"


Workbook = dict[str, list[TypedRow]]
"""The rows of a workbook by table."""


def read_form(path: Path, resources: Sequence[Resource]) -> Workbook:
    """Return the rows of a workbook; raise CannotEnter with every fault of its form."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path)
    except FileNotFoundError:
        raise CannotEnter([f"{path.name} is not there: check the name."]) from None
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError):
        raise CannotEnter([f"{path.name} {_what_it_is(path)}."]) from None
    by_name = {resource.name: resource for resource in resources}
    problems: list[str] = []
    workbook: Workbook = {}
    for sheet in book.worksheets:
        name = sheet.title
        if name in by_name:
            workbook[name], found = _read_sheet(sheet, by_name[name])
            problems += found
        elif name not in _SHEETS_OF_THE_FORM:
            problems += _stray(sheet, resources)
    if not {"inspections", "plans", "case_audits"} & workbook.keys() and not problems:
        problems.append(
            f"{path.name} has no sheet inspections, plans or case_audits: start from "
            "new-inspection, new-plan, new-audits or read."
        )
    if problems:
        raise CannotEnter(problems)
    return workbook


def _what_it_is(path: Path) -> str:
    """Say what a file is that is no workbook in the form .xlsx, and what to do."""
    try:
        start = path.read_bytes()[:200]
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if not start.strip():
        return "is empty: take the workbook again from where you saved it"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return "is in an older form (.xls) or has a password: save it as .xlsx without a password"
    if b"opendocument" in start:
        return "is an OpenDocument spreadsheet: save it as .xlsx, then enter that"
    if start.startswith(b"PK"):
        return "is no workbook, or a broken one: save it as .xlsx again"
    return "is no workbook, whatever its name: a CSV file or page cannot hold the form's sheets"


def _stray(sheet: Any, resources: Sequence[Resource]) -> Iterator[str]:
    """Say that a sheet holds a table but goes by another name."""
    for cells in sheet.iter_rows(min_row=1, max_row=20, values_only=True):
        names = {str(cell) for cell in cells if cell is not None}
        for resource in resources:
            if len(names & set(resource.columns)) >= max(2, len(resource.columns) * 0.9) and (
                MARK in names
            ):
                yield (
                    f"sheet {sheet.title}: it has the columns of {resource.name} but another name; "
                    f"name it {resource.name}."
                )
                return


def _read_sheet(sheet: Any, resource: Resource) -> tuple[list[TypedRow], list[str]]:
    name = resource.name
    header = _header_row(sheet, resource)
    if header is None:
        return [], [
            f"sheet {name}: no row has the column names of {name}; the header must read "
            f"{', '.join([*resource.columns, *READING])}."
        ]
    filled = [cell for cell in sheet[header] if cell.value is not None]
    titles = {str(cell.value).strip(): cell.column_letter for cell in filled}
    problems = []
    for column in [*resource.columns, *READING]:
        if column not in titles:
            near = get_close_matches(column, [t for t in titles if t not in resource.columns], n=1)
            mend = f"rename {near[0]} to it" if near else "put the column back"
            problems.append(f"sheet {name}, row {header}: the column {column} is missing; {mend}.")
    counts = Counter(str(cell.value).strip() for cell in filled)
    for column, many in counts.items():
        if many > 1 and column in resource.columns:
            problems.append(f"sheet {name}, row {header}: {column} stands there twice; delete one.")
    for merged in sheet.merged_cells.ranges:
        if merged.max_row >= header:
            problems.append(
                f"sheet {name}, cells {merged.coord}: they are merged; unmerge and fill in each."
            )
    if problems:
        return [], problems
    rows: list[TypedRow] = []
    fields = {f.name: f for f in resource.fields}
    for cells in sheet.iter_rows(min_row=header + 1):
        by_letter = {cell.column_letter: cell for cell in cells if cell.value is not None}
        values: dict[str, str] = {}
        for column, letter in titles.items():
            cell = by_letter.get(letter)
            if cell is None or (column not in fields and column not in (*READING, WHY)):
                continue
            text, fault = _text(cell, fields.get(column))
            if fault:
                problems.append(f"sheet {name}, cell {cell.coordinate} ({column}): {fault}.")
            elif text:
                values[column] = text
        if not values:
            continue
        own = {column: values.get(column, "") for column in resource.columns}
        mark, *read = (values.get(column, "") for column in (*READING, WHY))
        row = TypedRow(name, name, cells[0].row, own, titles, mark.lower(), *read)
        if row.mark and row.mark not in MARKS:
            problems.append(
                f'{row.at(MARK)}: "{row.mark}" is no mark; leave it empty, or write one of '
                f"{', '.join(MARKS)}."
            )
        rows.append(row)
    return rows, problems


def _header_row(sheet: Any, resource: Resource) -> int | None:
    wanted = set(resource.columns)
    found = [
        len({str(cell).strip() for cell in cells if cell is not None} & wanted)
        for cells in sheet.iter_rows(min_row=1, max_row=40, values_only=True)
    ]
    most = max(found, default=0)
    return found.index(most) + 1 if most >= max(1, _ENOUGH * len(wanted)) else None


def _text(cell: Any, column: Field | None) -> tuple[str, str]:
    """Return a cell as text, and what is wrong with it as a spreadsheet's value."""
    value = cell.value
    if cell.data_type == "f" or (isinstance(value, str) and value.startswith("=")):
        return "", "it holds a formula; type the value itself"
    if cell.data_type == "e":
        return "", f"it holds the error {value}; type the value"
    if isinstance(value, bool):
        return "", f"it holds the logical value {value}; format the cell as text and type it again"
    if isinstance(value, datetime.datetime | datetime.date):
        day = value.date() if isinstance(value, datetime.datetime) else value
        return "", (
            f"it is a date cell, now {day.isoformat()}, and a spreadsheet may have turned day and "
            "month round; format it as text and write year-month-day"
        )
    if isinstance(value, datetime.time | datetime.timedelta):
        return "", "it is a time; format it as text and type it again"
    if isinstance(value, int | float):
        if "%" in (cell.number_format or ""):
            return "", (
                f"it has the percent format and holds {value:g}; format it as a number and write "
                f"{value * 100:g}"
            )
        whole = column is not None and (column.type, column.unit) == ("integer", "percent")
        if whole and 0 < value < 1:
            said = f"{value:g} is no whole percentage; write {value * 100:g} for {value * 100:g}%"
            return "", said
        if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
            return str(int(value)), ""
        return repr(value), ""
    text = str(value).strip().replace("_x000D_", "")
    if column is None:
        return " ".join(text.split("\n")), ""
    if column.type in ("integer", "number") and text.endswith("%"):
        return "", f'"{text}" has a percent sign; write {text.rstrip("% ")}'
    if column.type == "date" or column.constraints.get("pattern") == MONTH_OR_DAY:
        from pipeline.entry.reading.dates import iso

        turned = iso(text)
        if turned and turned != text:
            return "", f'"{text}" is written day first or in words; write {turned}'
    return " ".join(text.split("\n")), ""

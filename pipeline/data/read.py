"""Read one raw CSV file as text, strictly, keeping the line each row came from."""

import codecs
import csv
import io
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from pipeline.data.files import Unreadable, content
from pipeline.data.package import Resource
from pipeline.data.problems import Problem

_SAVE = "save it again as 'CSV UTF-8 (comma delimited)'"


@dataclass
class Text:
    """A table as text: the line of each row in the file, and its cells by column."""

    lines: list[int] = field(default_factory=list)
    cells: dict[str, list[str]] = field(default_factory=dict)

    def rows(self) -> list[dict[str, str]]:
        """Return its rows, each as text by column."""
        return [
            dict(zip(self.cells, row, strict=True))
            for row in zip(*self.cells.values(), strict=True)
        ]


def read_text(
    folder: Path, resource: Resource, limits: dict[str, int]
) -> tuple[Text | None, list[Problem]]:
    """Return a file as text and the problems of its form.

    An empty cell is an empty string, and so is every cell of an optional column that the file does
    not have. The columns may stand in any order. The text is None when the file cannot be read as
    the table at all. A byte order mark is accepted: spreadsheets write one.
    """

    def whole(rule: str, fix: str) -> tuple[None, list[Problem]]:
        return None, [Problem(resource.path, None, None, None, rule, fix)]

    try:
        raw = content(folder / resource.path, limits["file_bytes"])
    except FileNotFoundError:
        if resource.optional:
            return Text(cells={name: [] for name in resource.columns}), []
        return whole("is missing", "put the file back, with at least its header line")
    except Unreadable as error:
        return whole(error.rule, error.fix)
    # UTF-16, marked or not: a header is plain letters, so there each second byte is zero.
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in raw[:2]:
        return whole("is not saved as UTF-8 text", _SAVE)
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if not raw.strip():
        return whole("is empty", "restore its header line: " + ",".join(resource.columns))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].replace(b"\r\n", b"\n")
        line = before.count(b"\n") + before.count(b"\r") + 1
        rule = (
            "holds a character that is not UTF-8, as when a spreadsheet saves in another encoding"
        )
        return None, [Problem(resource.path, line, None, None, rule, _SAVE)]
    return _parse(text, resource, limits["rows"])


def _parse(text: str, resource: Resource, most: int) -> tuple[Text | None, list[Problem]]:
    file = resource.path
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines, start = [], 1
    problems: list[Problem] = []
    try:
        header = next(reader)
        named = len(header)
        while named and not header[named - 1]:
            named -= 1
        empty, header = header[named:], header[:named]
        problems = _header_problems(header, resource)
        if problems:
            return None, problems
        if empty:
            rule = f"ends in {_many(len(empty), 'empty column')}"
            fix = "nothing need be done: they were left out"
            problems.append(Problem(file, 1, None, None, rule, fix, stops=False))
        optional = {column.name for column in resource.fields if column.optional}
        needed = max(at for at, name in enumerate(header, start=1) if name not in optional)
        start = reader.line_num + 1
        for row in reader:
            if len(row) == named and row[0]:  # as nearly every row is
                rows.append(row)
                lines.append(start)
            elif 0 < len(row) < needed or any(row[named:]):
                problems.append(_wrong_length(file, start, len(row), named, bool(empty)))
            elif any(row):
                rows.append([*row[:named], *[""] * (named - len(row))])
                lines.append(start)
            if len(rows) > most:
                rule = f"has more than {most:,} rows, the most allowed"
                fix = "take out what does not belong; data/raw/datapackage.json sets the limit"
                return None, [*problems, Problem(file, None, None, None, rule, fix)]
            start = reader.line_num + 1
    except csv.Error as error:
        # The reader notices only where the next quotation mark or the end of the file stands; the
        # row it was reading is where a person has to look.
        rule = "has a quotation mark that is not closed, or text after a closing one"
        fix = "put quotation marks round the whole cell and double those inside it"
        if "field larger" in str(error):
            rule = f"has a cell of more than {csv.field_size_limit():,} characters"
            fix = "shorten it, or close the quotation mark that lets it run on"
        return None, [*problems, Problem(file, start, None, None, rule, fix)]
    columns = dict(zip(header, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}
    blank = [""] * len(rows)
    cells = {name: columns.get(name, list(blank)) for name in resource.columns}
    return Text(lines, cells), problems


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _wrong_length(file: str, line: int, found: int, wanted: int, unnamed: bool) -> Problem:
    rule = f"has {_many(found, 'cell')} where the header has {wanted}"
    fix = "add a comma for each cell that is missing, even an empty one"
    if found > wanted:
        fix = "put quotation marks round a cell that holds a comma, or remove the extra cell"
        if unnamed:
            rule = "has a cell filled in a column whose header is empty"
            fix = "empty the cell, or name the column in the header"
    return Problem(file, line, None, None, rule, fix)


def _header_problems(header: list[str], resource: Resource) -> list[Problem]:
    columns = resource.columns

    def said(column: str | None, rule: str, fix: str) -> Problem:
        return Problem(resource.path, 1, column, None, rule, fix)

    if len(header) == 1 and len(columns) > 1 and (";" in header[0] or "\t" in header[0]):
        return [said(None, "is separated by semicolons or tabs instead of commas", _SAVE)]
    if not set(header) & set(columns):
        fix = "put it back as the first line: " + ",".join(columns)
        return [said(None, "is not the header line of this table", fix)]
    problems = [
        said(column.name, "is not in the header", "add the column, or correct its spelling")
        for column in resource.fields
        if column.name not in header and not column.optional
    ]
    for at, name in enumerate(dict.fromkeys(header), start=1):
        if not name:
            rule = f"has no name in the header, at place {at}"
            problems.append(said(None, rule, "name the column, or delete it"))
        elif name not in columns:
            close = get_close_matches(name, columns, n=1)
            meant = f'write "{close[0]}" if that is meant; ' if close else ""
            fix = meant + "otherwise remove it; the columns are " + ", ".join(columns)
            problems.append(said(name, "is not a column of this table", fix))
        elif header.count(name) > 1:
            problems.append(said(name, "stands in the header twice", "remove one of them"))
    return problems

"""Read one raw CSV file as text, strictly, keeping the line each row came from."""

import csv
import io
from pathlib import Path

import pandas as pd

from pipeline.data.package import Resource
from pipeline.data.problems import Problem

_SAVE = "save it again as 'CSV UTF-8 (comma delimited)'"


def read_text(folder: Path, resource: Resource) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Return the file as a DataFrame of text and the problems of its form.

    The index is the line of each row in the file; an empty cell is an empty
    string. The frame is None when the file cannot be read as the table at all.
    A byte order mark is accepted: spreadsheets write one.
    """

    def whole(rule: str, mend: str) -> tuple[None, list[Problem]]:
        return None, [Problem(resource.path, None, None, None, rule, mend)]

    path = folder / resource.path
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return whole("is missing", "put the file back, with at least its header line")
    except OSError as error:
        return whole(f"cannot be read ({error.strerror})", "check the file and its permissions")
    if not content.strip():
        return whole("is empty", "restore its header line: " + ",".join(resource.columns))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content:
        return whole("is not saved as UTF-8 text", _SAVE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        rule = (
            "holds a character that is not UTF-8, as when a spreadsheet saves in another encoding"
        )
        return None, [Problem(resource.path, line, None, None, rule, _SAVE)]
    return _parse(text, resource)


def _parse(text: str, resource: Resource) -> tuple[pd.DataFrame | None, list[Problem]]:
    columns, file = resource.columns, resource.path
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader)
        problems = _header_problems(header, resource)
        if problems:
            return None, problems
        rows, lines, start = [], [], reader.line_num + 1
        for row in reader:
            if row and len(row) != len(columns):
                rule = f"has {len(row)} cells where the header has {len(columns)}"
                mend = "put quotes round a cell that holds a comma, or remove the extra cell"
                problems.append(Problem(file, start, None, None, rule, mend))
            elif any(row):
                rows.append(row)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        rule = f"breaks off inside a quoted cell ({error})"
        mend = "close the quotation mark; inside a cell, double it"
        return None, [Problem(file, reader.line_num, None, None, rule, mend)]
    frame = pd.DataFrame(rows, columns=columns, index=pd.Index(lines, dtype="int64"), dtype="str")
    return frame, problems


def _header_problems(header: list[str], resource: Resource) -> list[Problem]:
    columns, file = resource.columns, resource.path
    if len(header) == 1 and len(columns) > 1 and (";" in header[0] or "\t" in header[0]):
        rule = "is separated by semicolons or tabs instead of commas"
        return [Problem(file, 1, None, None, rule, _SAVE)]
    problems = []
    for name in columns:
        if name not in header:
            rule, mend = "is not in the header", "add the column, or mend its spelling"
            problems.append(Problem(file, 1, name, None, rule, mend))
    for name in dict.fromkeys(header):
        if name not in columns:
            mend = "remove it, or mend its spelling; the columns are " + ", ".join(columns)
            problems.append(Problem(file, 1, name, None, "is not a column of this table", mend))
        elif header.count(name) > 1:
            problems.append(
                Problem(file, 1, name, None, "stands in the header twice", "remove one of them")
            )
    if not problems and header != columns:
        mend = "put the columns in this order: " + ", ".join(columns)
        problems.append(Problem(file, 1, None, None, "has its columns in another order", mend))
    return problems

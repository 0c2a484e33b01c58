"""Read one raw CSV file as text, strictly, keeping the line each row came from."""

import codecs
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
    # UTF-16, marked or not: a header is plain letters, so there each second byte is zero.
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:2]:
        return whole("is not saved as UTF-8 text", _SAVE)
    content = content.removeprefix(codecs.BOM_UTF8)
    if not content.strip():
        return whole("is empty", "restore its header line: " + ",".join(resource.columns))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].replace(b"\r\n", b"\n")
        line = before.count(b"\n") + before.count(b"\r") + 1
        rule = (
            "holds a character that is not UTF-8, as when a spreadsheet saves in another encoding"
        )
        return None, [Problem(resource.path, line, None, None, rule, _SAVE)]
    return _parse(text, resource)


def _parse(text: str, resource: Resource) -> tuple[pd.DataFrame | None, list[Problem]]:
    columns, file = resource.columns, resource.path
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, lines, start = [], [], 1
    problems: list[Problem] = []
    try:
        problems = _header_problems(next(reader), resource)
        if problems:
            return None, problems
        start = reader.line_num + 1
        for row in reader:
            if row and len(row) != len(columns):
                problems.append(_wrong_length(file, start, len(row), len(columns)))
            elif any(row):
                rows.append(row)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error:
        # The reader notices only where the next quotation mark or the end of the file stands; the
        # row it was reading is where a person has to look.
        rule = "has a quotation mark that is not closed, or text after a closing one"
        mend = "put quotation marks round the whole cell and double those inside it"
        return None, [*problems, Problem(file, start, None, None, rule, mend)]
    frame = pd.DataFrame(rows, columns=columns, index=pd.Index(lines, dtype="int64"), dtype="str")
    return frame, problems


def _wrong_length(file: str, line: int, found: int, wanted: int) -> Problem:
    rule = f"has {found} cell{'' if found == 1 else 's'} where the header has {wanted}"
    mend = "add a comma for each cell that is missing, even an empty one"
    if found > wanted:
        mend = "put quotation marks round a cell that holds a comma, or remove the extra cell"
    return Problem(file, line, None, None, rule, mend)


def _header_problems(header: list[str], resource: Resource) -> list[Problem]:
    columns, file = resource.columns, resource.path
    if len(header) == 1 and len(columns) > 1 and (";" in header[0] or "\t" in header[0]):
        rule = "is separated by semicolons or tabs instead of commas"
        return [Problem(file, 1, None, None, rule, _SAVE)]
    if not set(header) & set(columns):
        mend = "put it back as the first line: " + ",".join(columns)
        return [Problem(file, 1, None, None, "is not the header line of this table", mend)]
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

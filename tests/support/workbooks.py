"""Fill in workbooks as an analyst does: by sheet, row and column name."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl

from pipeline.data import raw_folder
from pipeline.data.package import read_package
from pipeline.entry.form.blank import new_inspection
from pipeline.entry.form.writing import write_form
from support.folders import published_tables
from support.reports import Invented, invent

FRAMEWORK = "crc-2019"
CODE = "ambleshire-crc-2021"


class Typed:
    """A workbook open for typing; ``save`` writes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = openpyxl.load_workbook(path)

    def header(self, table: str) -> tuple[int, dict[str, int]]:
        """Return the header's row and the column number of each name."""
        sheet = self.book[table]
        for number, cells in enumerate(sheet.iter_rows(max_row=20), start=1):
            names = {str(c.value): c.column for c in cells if c.value is not None}
            if {"mark", "words", "where"} <= names.keys():
                return number, names
        raise AssertionError(f"{table} has no header")

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a sheet that hold anything, with their number under "#"."""
        start, names = self.header(table)
        sheet = self.book[table]
        found = []
        for number in range(start + 1, sheet.max_row + 1):
            row = {name: sheet.cell(number, column).value for name, column in names.items()}
            if any(value is not None for value in row.values()):
                found.append({**row, "#": number})
        return found

    def type(self, table: str, where: dict[str, str], **cells: Any) -> None:
        """Type into the row that matches, or into the first empty row."""
        _, names = self.header(table)
        matching = [
            row["#"]
            for row in self.rows(table)
            if where and all(row[name] == value for name, value in where.items())
        ]
        used = [row["#"] for row in self.rows(table)]
        number = matching[0] if matching else max([*used, self.header(table)[0]]) + 1
        for name, value in cells.items():
            self.book[table].cell(number, names[name]).value = value

    def cell(self, table: str, where: dict[str, str], column: str) -> Any:
        """Return the cell of a row."""
        _, names = self.header(table)
        (row,) = [r for r in self.rows(table) if all(r[n] == v for n, v in where.items())]
        return self.book[table].cell(row["#"], names[column])

    def save(self, path: Path | None = None) -> Path:
        """Write the workbook."""
        self.book.save(path or self.path)
        return path or self.path


def typed_workbook(path: Path, seed: int = 1) -> Typed:
    """A workbook of an invented provider, every figure typed."""
    path.write_bytes(_typed(seed))
    return Typed(path)


@cache
def _typed(seed: int) -> bytes:
    tables = published_tables()
    made = invent(tables, FRAMEWORK, seed)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "typed.xlsx"
        resources = read_package(raw_folder()).resources
        write_form(new_inspection(tables, resources, "Ambleshire CRC", 2021, FRAMEWORK), path)
        typed = Typed(path)
        _fill(typed, made)
        return typed.save().read_bytes()


def _fill(typed: Typed, made: Invented) -> None:
    typed.type("sources", {"source": f"report-{CODE}"}, title="An inspection of Ambleshire",
               published_printed="May 2022", published="2022-05")  # fmt: skip
    typed.type("inspections", {"inspection": CODE}, fieldwork_start_printed="4 October 2021",
               fieldwork_start="2021-10-04", published_printed="May 2022", published="2022-05",
               place="Cover")  # fmt: skip
    for row in typed.rows("samples"):
        size = made.sizes.get(row["sample"])
        cells: dict[str, Any] = {"all_eligible": "no", "place": "Annex 2"}
        cells |= {"size": size} if size else {"size_status": "not published"}
        typed.type("samples", {"sample": row["sample"]}, **cells)
    for standard, rating in made.ratings.items():
        typed.type("ratings", {"standard": standard}, rating=rating, place="Ratings")
    typed.type("overall_ratings", {"inspection": CODE}, rating=made.overall, score=made.score,
               score_status="published", place="Ratings")  # fmt: skip
    for question, percent in made.own.items():
        where = {"key_question": question, "reading": "own"}
        typed.type("key_question_scores", where, percent=percent)
    for prompt, (_, percent) in made.prompts.items():
        typed.type("prompt_scores", {"prompt": prompt}, percent=percent)

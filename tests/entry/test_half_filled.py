"""A form may be left half way: what nobody typed is not entered yet, or refused by its cell."""

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.folders import Folder, published_tables
from support.workbooks import CODE, FRAMEWORK, Typed, typed_workbook

from pipeline.analysis.ratings.bands import standard_ratings
from pipeline.data import raw_folder
from pipeline.data.completeness import NEEDS
from pipeline.data.package import read_package
from pipeline.entry.accept import enter
from pipeline.entry.form.blank import new_inspection, new_plan
from pipeline.entry.form.writing import write_form
from pipeline.entry.problems import CannotEnter

RESOURCES = read_package(raw_folder()).resources
WAITING = "not entered yet"
#: What an error says first: the sheet and, but for a row that was deleted, its cell.
NAMED = re.compile(r"sheet [a-z_]+, cells? [A-Z]+\d+|sheet [a-z_]+: has no row for")
COVER = ("sources", "inspections")

Cell = tuple[str, int, int]


@cache
def _forms() -> dict[str, tuple[bytes, dict[Cell, Any]]]:
    """Return the filled-in forms, and what was typed into each, by sheet, row and column."""
    with TemporaryDirectory() as folder:
        blank = Path(folder) / "blank.xlsx"
        tables = published_tables()
        write_form(new_inspection(tables, RESOURCES, "Ambleshire CRC", 2021, FRAMEWORK), blank)
        inspection = typed_workbook(Path(folder) / "typed.xlsx")
        _more(inspection)
        found = {"inspection": _between(blank, inspection)}
        write_form(
            new_plan(tables, RESOURCES, "northumbria-crc", 2031, "northumbria-crc-2019"), blank
        )
        plan = Typed(blank)
        _plan(plan)
        write_form(
            new_plan(tables, RESOURCES, "northumbria-crc", 2031, "northumbria-crc-2019"),
            Path(folder) / "plan.xlsx",
        )
        found["plan"] = _between(Path(folder) / "plan.xlsx", plan)
        return found


def _between(blank: Path, typed: Typed) -> tuple[bytes, dict[Cell, Any]]:
    """Return the blank form and the cells in which the typed one differs from it."""
    empty = Typed(blank).book
    cells: dict[Cell, Any] = {}
    for sheet in typed.book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value != empty[sheet.title].cell(cell.row, cell.column).value:
                    cells[sheet.title, cell.row, cell.column] = cell.value
    return blank.read_bytes(), cells


def _more(typed: Typed) -> None:
    """Type the sheets that an inspection need not have."""
    measure = str(published_tables()["measures"]["measure"].iloc[0])
    typed.type("facts", {}, inspection=CODE, measure=measure, value=5, as_printed="5",
               status="published", place="Page 3")  # fmt: skip
    typed.type("discretions", {}, standard="2.1", rule="within-points", from_rating="Inadequate",
               to_rating="Good", reason="Of the panel.", place="Page 9")  # fmt: skip


def _plan(typed: Typed) -> None:
    code = "northumbria-crc-2031"
    typed.type("sources", {"source": f"plan-{code}"}, title="A plan",
               published_printed="3 March 2031", published="2031-03-03")  # fmt: skip
    typed.type("plans", {"plan": code}, submitted_printed="3 March 2031", submitted="2031-03-03",
               report_published_printed="February 2020", place="Cover")  # fmt: skip
    for number in (1, 2):
        typed.type("recommendations", {}, recommendation=number, printed_number=str(number),
                   title="Do well", summary="Do it well.", addressed_to="Northumbria CRC",
                   repeated="no", place=f"Table, row {number}")  # fmt: skip
        typed.type("responses", {}, recommendation=number, response="agreed",
                   place=f"Table, row {number}")  # fmt: skip
        typed.type("actions", {}, recommendation=number, action=f"{code}-{number}-01", position=1,
                   summary="Hold a meeting.", owner="Head of Things", due_kind="none given",
                   place=f"Table, row {number}")  # fmt: skip


def _entered(kind: str, kept: list[Cell], folder: Folder, at: Path) -> list[str]:
    """Type the kept cells into a blank form and enter it; return why it was refused, if it was."""
    blank, cells = _forms()[kind]
    path = at / "half.xlsx"
    path.write_bytes(blank)
    typed = Typed(path)
    for sheet, row, column in kept:
        typed.book[sheet].cell(row, column).value = cells[sheet, row, column]
    typed.save()
    try:
        enter(path, folder.path, write=True)
    except CannotEnter as error:
        return error.reasons
    return []


@pytest.mark.parametrize("kind", ["inspection", "plan"])
@settings(max_examples=3)
@given(data=st.data())
def test_any_part_of_a_form_is_entered_or_refused_by_sheet_and_cell(
    kind: str, data: st.DataObject
) -> None:
    cells = sorted(_forms()[kind][1])
    whole = {c for c in cells if c[0] in COVER or c[0] == "plans"}
    share = data.draw(st.sampled_from([0.0, 0.1, 0.5, 0.9, 0.98]))
    dice = data.draw(st.randoms(use_true_random=False))
    covered = data.draw(st.booleans())
    kept = [c for c in cells if (covered and c in whole) or dice.random() < share]
    with TemporaryDirectory() as name:
        folder = Folder(Path(name) / "raw")
        before = {p.name: p.read_bytes() for p in folder.path.iterdir()}
        reasons = _entered(kind, kept, folder, Path(name))
        assert all(NAMED.match(reason) for reason in reasons), reasons
        if reasons:
            assert {p.name: p.read_bytes() for p in folder.path.iterdir()} == before
        elif kind == "inspection":
            _waits(folder)
        else:
            folder.tables()


def _waits(folder: Folder) -> None:
    """Every row the inspection must have is there; without a figure it says that it waits."""
    figures = {"samples": "size", "ratings": "rating"}
    for need in NEEDS:
        rows = folder.rows(need.table, inspection=CODE)
        assert rows, need
        for row in rows:
            if not row[figures.get(need.table, "percent")]:
                assert row[need.status] in (WAITING, "not published", "qualitative evidence only")
    folder.tables()


def test_a_form_with_its_cover_only_is_entered_and_every_rating_waits(
    folder: Folder, tmp_path: Path
) -> None:
    cover = [c for c in _forms()["inspection"][1] if c[0] in COVER]
    assert _entered("inspection", cover, folder, tmp_path) == []
    rated = standard_ratings(folder.tables())
    own = rated[rated["inspection"] == CODE]
    assert len(own) and own["published_rating"].isna().all()
    (total,) = folder.rows("overall_ratings", inspection=CODE)
    assert (total["rating_status"], total["score_status"]) == (WAITING, WAITING)


def test_an_untouched_form_is_refused_for_what_its_cover_prints_and_nothing_else(
    folder: Folder, tmp_path: Path
) -> None:
    reasons = _entered("inspection", [], folder, tmp_path)
    assert {reason.split(",")[0] for reason in reasons} == {"sheet sources", "sheet inspections"}
    assert len(reasons) == 8

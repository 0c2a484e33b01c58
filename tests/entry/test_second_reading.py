"""Two workbooks of one document, typed by two people."""

import csv
from pathlib import Path

import pytest
from support.folders import Folder
from support.reports import invent, report_with_tables
from support.workbooks import CODE, FRAMEWORK, Typed, typed_workbook

from pipeline.analysis.statistics.double_entry import DoubleEntry
from pipeline.data.package import read_package
from pipeline.entry.accept import enter
from pipeline.entry.form.filled import filled_form
from pipeline.entry.form.writing import write_form
from pipeline.entry.problems import CannotEnter
from pipeline.entry.reading import read_document

SCORE = {"key_question": "2.1.1", "reading": "own"}
PLANNING = {"key_question": "2.2.1", "reading": "own"}


def test_nothing_is_accepted_while_they_differ(folder: Folder, tmp_path: Path) -> None:
    first = typed_workbook(tmp_path / "first.xlsx")
    second = Typed(first.save(tmp_path / "second.xlsx"))
    right = first.cell("key_question_scores", SCORE, "percent").value
    second.type("key_question_scores", SCORE, percent=right - 1)
    second.type("ratings", {"standard": "1.1"}, place="Somewhere else")  # no figure: not compared
    second.save()
    with pytest.raises(CannotEnter) as refused:
        enter(first.path, folder.path, second=second.path, write=True)
    assert f'"{right}"' in str(refused.value) and f'"{right - 1}"' in str(refused.value)
    assert "differ in 1 cells or rows" in str(refused.value)
    assert not folder.rows("inspections", inspection=CODE)


def test_once_they_agree_it_is_kept_who_had_erred(folder: Folder, tmp_path: Path) -> None:
    first = typed_workbook(tmp_path / "first.xlsx")
    second = Typed(first.save(tmp_path / "second.xlsx"))
    right = first.cell("key_question_scores", SCORE, "percent").value
    other = first.cell("key_question_scores", PLANNING, "percent").value
    second.type("key_question_scores", SCORE, percent=right - 1)
    second.save()
    first.type("key_question_scores", PLANNING, percent=other - 1)
    first.save()
    with pytest.raises(CannotEnter):
        enter(first.path, folder.path, second=second.path)
    second.type("key_question_scores", SCORE, percent=right)
    second.save()
    first.type("key_question_scores", PLANNING, percent=other)
    first.save()
    copies = tmp_path / "second_pass"
    outcome = enter(first.path, folder.path, second=second.path, copies=copies, write=True)
    assert outcome.comparison is not None
    (row,) = folder.rows("second_readings", source=f"report-{CODE}", table="key_question_scores")
    assert (row["differences"], row["second_differences"], row["both_differences"]) == (
        "1",
        "1",
        "0",
    )
    # A cell a row: the percentage, or why there is none; the status beside a figure is no second.
    assert row["cells"] == row["rows"]
    with (copies / CODE / "key_question_scores.csv").open(encoding="utf-8", newline="") as file:
        kept = list(csv.DictReader(file))
    own = folder.rows("key_question_scores", inspection=CODE)
    assert [r["percent"] for r in kept] == [r["percent"] for r in own]
    again = enter(first.path, folder.path, second=second.path, copies=copies, write=True)
    assert again.changes == 0


def test_a_row_missing_in_one_is_a_difference(folder: Folder, tmp_path: Path) -> None:
    first = typed_workbook(tmp_path / "first.xlsx")
    second = Typed(first.save(tmp_path / "second.xlsx"))
    where = {"comparator": "all-crcs", "key_question": "2.1.1"}
    first.type("comparator_scores", where, percent=68)
    first.save()
    with pytest.raises(CannotEnter, match="missing in the second reading"):
        enter(first.path, folder.path, second=second.path)


def test_a_second_reading_settles_what_the_reader_was_not_sure_of(
    folder: Folder, tmp_path: Path
) -> None:
    """Read by machine, then typed by a person: what they say alike needs no more looking at."""
    tables = folder.tables()
    resources = read_package(folder.path).resources
    report = tmp_path / "report.txt"
    report.write_text(report_with_tables(tables, invent(tables, FRAMEWORK, 1)), encoding="utf-8")
    identity, found = read_document(report, tables, resources, FRAMEWORK)
    assert [f.mark for f in found if f.table == "prompt_scores"].count("look") > 50
    first = tmp_path / "first.xlsx"
    write_form(filled_form(tables, resources, identity, found, report.name), first)
    second = typed_workbook(tmp_path / "second.xlsx")
    with pytest.raises(CannotEnter) as refused:
        enter(first, folder.path, second=second.path)
    # Only what nobody has typed is left; a figure typed otherwise would be named as a difference.
    assert "sheet prompt_scores" not in str(refused.value)
    assert "sheet providers" in str(refused.value) or "differ" in str(refused.value)


def test_lincoln_and_petersen() -> None:
    """Worked by hand: 90 of 100 marked fish among 1000 is the textbook case turned round."""
    entry = DoubleEntry(cells=1000, first=10, second=20)
    assert entry.expected_unseen == pytest.approx(10 * 20 / 970)
    assert entry.cautious_unseen == pytest.approx(11 * 21 / 971)
    assert DoubleEntry(500, 0, 3).expected_unseen == 0
    with pytest.raises(ValueError, match="more than the 5 cells"):
        DoubleEntry(5, 4, 2)

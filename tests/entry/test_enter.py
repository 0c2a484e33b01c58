"""enter: shows what would change, writes all or nothing, names what is wrong by cell."""

import datetime
import hashlib
import os
import signal
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.folders import Folder, published_tables
from support.reports import invent, report_with_tables
from support.workbooks import CODE, FRAMEWORK, Typed, typed_workbook

from pipeline.data import raw_folder
from pipeline.data.package import read_package
from pipeline.entry.accept import Outcome, enter, storing
from pipeline.entry.form.filled import filled_form
from pipeline.entry.form.writing import write_form
from pipeline.entry.problems import CannotEnter
from pipeline.entry.reading import read_document

RESOURCES = read_package(raw_folder()).resources


def fingerprint(folder: Folder) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.path.iterdir())
    }


@pytest.fixture(scope="module")
def dry(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What a dry run makes of the typed workbook."""
    place = tmp_path_factory.mktemp("dry")
    return enter(typed_workbook(place / "new.xlsx").path, Folder(place / "raw").path)


def test_a_dry_run_shows_every_row_and_writes_nothing(folder: Folder, tmp_path: Path) -> None:
    typed = typed_workbook(tmp_path / "new.xlsx")
    before = fingerprint(folder)
    outcome = enter(typed.path, folder.path)
    assert fingerprint(folder) == before
    assert not outcome.written
    shown = "\n".join(outcome.lines())
    assert "key_question_scores.csv" in shown and "+ line" in shown
    added = {table.resource.name: len(table.changes) for table in outcome.tables}
    assert added["ratings"] == 10 and added["providers"] == 1 and added["inspections"] == 1


def test_written_once_it_stands_there_and_twice_changes_nothing(
    folder: Folder, tmp_path: Path
) -> None:
    typed = typed_workbook(tmp_path / "new.xlsx")
    made = invent(folder.tables(), FRAMEWORK, 1)
    old = {name: folder.file(name).read_text(encoding="utf-8") for name in ("ratings", "samples")}
    assert enter(typed.path, folder.path, write=True).written
    for name, text in old.items():  # what was there keeps its bytes
        assert folder.file(name).read_text(encoding="utf-8").startswith(text)
    tables = folder.tables()
    scores = tables["key_question_scores"]
    own = scores[(scores["inspection"] == CODE) & scores["percent"].notna()]
    assert dict(zip(own["key_question"], own["percent"], strict=True)) == made.own
    assert set(own["status"]) == {"published"}
    before = fingerprint(folder)
    again = enter(typed.path, folder.path, write=True)
    assert again.changes == 0
    assert fingerprint(folder) == before


def test_a_corrected_cell_changes_one_row(folder: Folder, tmp_path: Path) -> None:
    typed = typed_workbook(tmp_path / "new.xlsx")
    enter(typed.path, folder.path, write=True)
    where = {"key_question": "2.1.1", "reading": "own"}
    old = typed.cell("key_question_scores", where, "percent").value
    typed.type("key_question_scores", where, percent=old - 1)
    typed.save()
    lines = folder.file("key_question_scores").read_text(encoding="utf-8").split("\n")
    outcome = enter(typed.path, folder.path, write=True)
    assert outcome.changes == 1
    after = folder.file("key_question_scores").read_text(encoding="utf-8").split("\n")
    assert sum(a != b for a, b in zip(lines, after, strict=True)) == 1


def test_facts_are_numbered_and_keep_their_number(folder: Folder, tmp_path: Path) -> None:
    typed = typed_workbook(tmp_path / "new.xlsx")
    typed.type("facts", {}, inspection=CODE,
               measure=folder.rows("measures")[0]["measure"], value=5, as_printed="5",
               status="published", place="Page 3")  # fmt: skip
    typed.save()
    last = max(int(row["fact"]) for row in folder.rows("facts"))
    enter(typed.path, folder.path, write=True)
    (fact,) = folder.rows("facts", inspection=CODE)
    assert int(fact["fact"]) == last + 1
    assert enter(typed.path, folder.path, write=True).changes == 0


def test_a_sample_nobody_has_come_to_asks_for_nothing(folder: Folder, tmp_path: Path) -> None:
    typed = typed_workbook(tmp_path / "new.xlsx")
    typed.type("samples", {"sample": "unpaid-work"}, size=None, size_status=None,
               all_eligible=None)  # fmt: skip
    typed.save()
    enter(typed.path, folder.path, write=True)
    (row,) = folder.rows("samples", inspection=CODE, sample="unpaid-work")
    assert (row["size"], row["size_status"], row["all_eligible"]) == ("", "not entered yet", "no")


def test_a_failed_rename_leaves_every_file_as_it_was(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = typed_workbook(tmp_path / "new.xlsx")
    before = fingerprint(folder)
    real, done = Path.replace, []

    def failing(self: Path, target: Any) -> Path:
        if len(done) == 3:
            raise OSError(28, "No space left on device", str(target))
        done.append(target)
        return real(self, target)

    monkeypatch.setattr(storing.Path, "replace", failing)
    with pytest.raises(CannotEnter, match="cannot be written"):
        enter(typed.path, folder.path, write=True)
    monkeypatch.undo()
    assert done
    assert fingerprint(folder) == before


@pytest.mark.parametrize("renames", [0, 1, 4, 8])
def test_a_process_killed_while_writing_leaves_none_or_all_to_the_next(
    renames: int, dry: Outcome, folder: Folder, tmp_path: Path
) -> None:
    typed = typed_workbook(tmp_path / "new.xlsx")
    before = fingerprint(folder)
    child = os.fork()
    if child == 0:
        real, done = Path.replace, []

        def killed(self: Path, target: Any) -> Path:
            if len(done) == renames:
                os.kill(os.getpid(), signal.SIGKILL)
            done.append(target)
            return real(self, target)

        storing.Path.replace = killed  # type: ignore[method-assign]
        enter(typed.path, folder.path, write=True)
        os._exit(0)
    os.waitpid(child, 0)
    outcome = enter(typed.path, folder.path)
    assert (fingerprint(folder) == before) == bool(outcome.changes)
    assert outcome.changes in (0, dry.changes)
    folder.tables()
    enter(typed.path, folder.path, write=True)
    assert {path.name for path in folder.path.parent.iterdir()} == {"raw", "new.xlsx"}
    assert not list(folder.path.glob(".*"))


SCORE = {"key_question": "2.1.1", "reading": "own"}


def put(table: str, where: dict[str, str], **cells: Any) -> Callable[[Typed], None]:
    return lambda typed: typed.type(table, where, **cells)


def column_deleted(typed: Typed) -> None:
    _, names = typed.header("ratings")
    typed.book["ratings"].delete_cols(names["rating"])


def merged(typed: Typed) -> None:
    typed.book["ratings"].merge_cells("D5:D6")


def renamed(typed: Typed) -> None:
    typed.book["ratings"].title = "Ratings of 2021"


def sheet_deleted(typed: Typed) -> None:
    del typed.book["prompt_scores"]


def sources_deleted(typed: Typed) -> None:
    del typed.book["sources"]


def row_deleted(typed: Typed) -> None:
    typed.book["ratings"].delete_rows(5)


def row_twice(typed: Typed) -> None:
    sheet, (_, names) = typed.book["ratings"], typed.header("ratings")
    last = typed.rows("ratings")[-1]["#"] + 1
    for column in range(1, names["where"]):
        sheet.cell(last, column).value = sheet.cell(5, column).value
    other = "Good" if sheet.cell(5, names["rating"]).value != "Good" else "Inadequate"
    sheet.cell(last, names["rating"]).value = other


def percent_format(typed: Typed) -> None:
    cell = typed.cell("key_question_scores", SCORE, "percent")
    cell.value, cell.number_format = 0.74, "0%"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (put("key_question_scores", SCORE, percent=0.74), r"percent\).*0.74.*write 74"),
        (put("key_question_scores", SCORE, percent="74%"), r"percent\).*percent sign; write 74"),
        (percent_format, r"percent\).*percent format.*write 74"),
        (put("key_question_scores", SCORE, percent=120), r"cell E\d+ \(percent\).*above 100"),
        (put("key_question_scores", SCORE, percent="=70+4"), r"percent\).*formula; type the value"),
        (
            put("inspections", {}, fieldwork_start=datetime.datetime(2021, 4, 10)),
            r"fieldwork_start\).*date cell, now 2021-04-10.*year-month-day",
        ),
        (
            put("inspections", {}, fieldwork_start="04/10/2021"),
            r"fieldwork_start\).*write 2021-10-04",
        ),
        (
            put("inspections", {}, fieldwork_start="2021-04-10"),
            r"fieldwork_start\).*not the date printed as.*write 2021-10-04",
        ),
        (column_deleted, r"sheet ratings, row \d+: the column rating is missing"),
        (merged, r"sheet ratings, cells D5:D6: they are merged"),
        (sheet_deleted, r"sheet prompt_scores: has no row for.*prompts"),
        (sources_deleted, r"sheet sources: the row of the document is missing"),
        (row_deleted, r"sheet ratings: has no row for.*rating of standard 1.1 is missing"),
        (row_twice, r"sheet ratings, row 15: it is about the same as row 5; delete one"),
        (
            put("inspections", {}, provider="northumbria-crc"),
            r"cell A5 \(inspection\).*does not begin with provider and round",
        ),
        (put("key_question_scores", SCORE, percent=74.5), r"percent\).*not a whole number"),
        (renamed, r"sheet Ratings of 2021: it has the columns of ratings.*name it ratings"),
        (
            put("ratings", {"standard": "1.1"}, rating="Requires"),
            r"rating\).*one of the words allowed",
        ),
        (put("ratings", {"standard": "1.1"}, framework="crc-2018"), r"framework\).*write crc-2019"),
        (put("ratings", {"standard": "1.1"}, mark="sure"), r"mark\).*is no mark"),
        (put("ratings", {"standard": "1.1"}, mark="look"), r"mark\): still marked look"),
        (put("inspections", {}, framework="crc-1999"), r"crc-1999.*not in frameworks.csv"),
    ],
)
def test_bad_input_is_named_by_sheet_and_cell_and_nothing_is_written(
    spoil: Callable[[Typed], None], said: str, folder: Folder, tmp_path: Path
) -> None:
    typed = typed_workbook(tmp_path / "new.xlsx")
    if getattr(spoil, "__name__", "") == "<lambda>":
        where = {"inspection": CODE}
        original = typed.type

        def into(table: str, match: dict[str, str], **cells: Any) -> None:
            original(table, match or where, **cells)

        typed.type = into  # type: ignore[method-assign]
    spoil(typed)
    typed.save()
    before = fingerprint(folder)
    with pytest.raises(CannotEnter, match=said):
        enter(typed.path, folder.path, write=True)
    assert fingerprint(folder) == before


def as_text(typed: Typed) -> None:
    cell = typed.cell("key_question_scores", SCORE, "percent")
    cell.value, cell.number_format = str(cell.value), "@"


def trailing_blanks(typed: Typed) -> None:
    cell = typed.cell("ratings", {"standard": "1.1"}, "rating")
    cell.value = f"{cell.value} \u00a0"


def rows_hidden(typed: Typed) -> None:
    sheet = typed.book["key_question_scores"]
    for number in range(5, 15):
        sheet.row_dimensions[number].hidden = True


def filtered(typed: Typed) -> None:
    sheet = typed.book["key_question_scores"]
    sheet.auto_filter.ref = "A4:K30"
    sheet.auto_filter.add_filter_column(3, ["reprint"])
    rows_hidden(typed)


def note_beside(typed: Typed) -> None:
    typed.book["ratings"].cell(8, 20).value = "ask Anne"


def columns_moved(typed: Typed) -> None:
    typed.book["ratings"].move_range("C4:C60", cols=20)


@pytest.mark.parametrize(
    "change", [as_text, trailing_blanks, rows_hidden, filtered, note_beside, columns_moved]
)
def test_what_changes_no_figure_changes_no_row(
    change: Callable[[Typed], None], dry: Outcome, folder: Folder, tmp_path: Path
) -> None:
    typed = typed_workbook(tmp_path / "new.xlsx")
    change(typed)
    typed.save()
    assert list(enter(typed.path, folder.path).lines()) == list(dry.lines())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"inspection,provider\n", "is no workbook, whatever its name"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "is in an older form .* or has a password",
        ),
        (b"PK\x03\x04" + bytes(100), "is no workbook, or a broken one"),
        (b"", "is empty"),
    ],
)
def test_a_file_that_is_no_workbook_is_said(
    content: bytes, said: str, folder: Folder, tmp_path: Path
) -> None:
    path = tmp_path / "not.xlsx"
    path.write_bytes(content)
    with pytest.raises(CannotEnter, match=f"not.xlsx {said}"):
        enter(path, folder.path)


def test_a_spreadsheet_in_another_form_is_said(folder: Folder, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(CannotEnter, match="an OpenDocument spreadsheet: save it"):
        enter(path, folder.path)


def read_workbook(folder: Folder, tmp_path: Path) -> Typed:
    """A workbook read from an invented report."""
    tables = folder.tables()
    report = tmp_path / "report.txt"
    report.write_text(report_with_tables(tables, invent(tables, FRAMEWORK, 4)), encoding="utf-8")
    identity, found = read_document(report, tables, RESOURCES, FRAMEWORK)
    path = tmp_path / "read.xlsx"
    write_form(filled_form(tables, RESOURCES, identity, found, report.name), path)
    return Typed(path)


def settle(typed: Typed) -> None:
    """Check every row marked look, as a person would; drop what the report does not print."""
    for table in typed.book.sheetnames:
        if table in ("start here", "lists", "facts"):
            continue
        _, names = typed.header(table)
        for row in typed.rows(table):
            if row["mark"] == "look":
                typed.book[table].cell(row["#"], names["mark"]).value = "checked"
            if table == "samples" and row["size_status"] == "not published":
                typed.book[table].cell(row["#"], names["place"]).value = "Annex 2"


def test_what_was_read_is_entered_once_it_is_settled(folder: Folder, tmp_path: Path) -> None:
    typed = read_workbook(folder, tmp_path)
    with pytest.raises(CannotEnter, match="still marked look"):
        enter(typed.path, folder.path, write=True)
    settle(typed)
    typed.save()
    outcome = enter(typed.path, folder.path, write=True)
    assert any("ambleshire-crc-2020 are left out" in line for line in outcome.left_out)
    made = invent(published_tables(), FRAMEWORK, 4)
    scores = folder.rows("key_question_scores", inspection=CODE, reading="own")
    assert {s["key_question"]: int(s["percent"]) for s in scores if s["percent"]} == made.own
    kept = folder.rows("machine_readings", source=f"report-{CODE}", table="ratings")
    assert {row["mark"] for row in kept} == {"proved"} and len(kept) == 10
    assert enter(typed.path, folder.path, write=True).changes == 0


def test_a_figure_changed_behind_the_readers_back_has_to_be_checked(
    folder: Folder, tmp_path: Path
) -> None:
    typed = read_workbook(folder, tmp_path)
    settle(typed)
    (row,) = typed.rows("overall_ratings")
    assert row["mark"] == "proved"
    typed.type("overall_ratings", {"inspection": CODE}, score=1 if row["score"] != 1 else 2)
    typed.save()
    with pytest.raises(CannotEnter, match="not in the words the row was read from"):
        enter(typed.path, folder.path, write=True)

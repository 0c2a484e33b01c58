"""The workbook that a new inspection or plan is typed into."""

from pathlib import Path

import openpyxl
import pytest
from support.folders import Folder, published_tables
from support.workbooks import Typed, typed_workbook

from pipeline.data import raw_folder
from pipeline.data.package import read_package
from pipeline.entry.accept import enter
from pipeline.entry.form.blank import new_audits, new_inspection, new_plan
from pipeline.entry.form.writing import write_form
from pipeline.entry.problems import CannotEnter

TABLES = published_tables()
RESOURCES = {r.name: r for r in read_package(raw_folder()).resources}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook for the next round of a provider with earlier rounds."""
    path = tmp_path_factory.mktemp("form") / "next.xlsx"
    form = new_inspection(TABLES, list(RESOURCES.values()), "northumbria-crc", 2031, "crc-2019")
    write_form(form, path)
    return path


def test_a_sheet_is_a_table_with_its_own_columns_then_mark_words_where(known: Path) -> None:
    typed = Typed(known)
    tables = [name for name in typed.book.sheetnames if name in RESOURCES]
    assert {"sources", "inspections", "samples", "key_question_scores", "ratings"} <= set(tables)
    for name in tables:
        row, _ = typed.header(name)
        own = [*RESOURCES[name].columns, "mark", "words", "where"]
        header = [cell.value for cell in typed.book[name][row]]
        assert header[: len(own)] == own
        assert typed.book[name]["A1"].value and typed.book[name]["A2"].value


def test_what_is_known_stands_there_and_is_protected(known: Path) -> None:
    typed = Typed(known)
    questions = TABLES["key_questions"]
    asked = questions[questions["framework"] == "crc-2019"]["key_question"].tolist()
    own = [r for r in typed.rows("key_question_scores") if r["reading"] == "own"]
    assert [r["key_question"] for r in own] == asked
    assert {r["framework"] for r in own} == {"crc-2019"}
    assert len(typed.rows("prompt_scores")) == (TABLES["prompts"]["framework"] == "crc-2019").sum()
    where = {"key_question": "2.1.1", "reading": "own"}
    earlier = typed.cell("key_question_scores", where, "northumbria-crc-2019 (for reference)")
    scores = TABLES["key_question_scores"]
    mine = scores[(scores["inspection"] == "northumbria-crc-2019") & (scores["reading"] == "own")]
    assert earlier.value == str(mine.set_index("key_question").loc["2.1.1", "percent"])
    assert typed.book["key_question_scores"].protection.sheet
    assert typed.cell("key_question_scores", where, "key_question").protection.locked
    assert earlier.protection.locked
    assert not typed.cell("key_question_scores", where, "percent").protection.locked


def test_words_to_choose_from_and_limits_are_those_of_the_package(known: Path) -> None:
    book = openpyxl.load_workbook(known)
    for name, resource in RESOURCES.items():
        if name not in book.sheetnames:
            continue
        rules = {}
        for rule in book[name].data_validations.dataValidation:
            for cells in rule.sqref.ranges:
                rules[cells.min_col] = rule
        for number, field in enumerate(resource.fields, start=1):
            rule, limits = rules[number], field.constraints
            assert rule.prompt and rule.promptTitle == field.name[:32], (name, field.name)
            if "enum" in limits:
                assert rule.type == "list"
                formula = str(rule.formula1)
                if formula.startswith('"'):
                    offered = formula.strip('"').split(",")
                else:
                    (cells,) = [
                        c for c in book["lists"].columns if c[0].value == f"{name}.{field.name}"
                    ]
                    offered = [c.value for c in cells[1:] if c.value]
                assert offered == limits["enum"]
            elif "maximum" in limits:
                assert (float(rule.formula1), float(rule.formula2)) == (
                    limits.get("minimum", -1e9),
                    limits["maximum"],
                )


def test_nothing_is_hidden_merged_or_computed(known: Path) -> None:
    book = openpyxl.load_workbook(known)
    assert book.vba_archive is None
    for sheet in book.worksheets:
        assert sheet.sheet_state == "visible"
        assert not sheet.merged_cells.ranges
        assert not any(d.hidden for d in sheet.column_dimensions.values())
        for cells in sheet.iter_rows():
            assert not any(cell.data_type == "f" for cell in cells)


def test_the_same_form_gives_the_same_bytes(known: Path, tmp_path: Path) -> None:
    form = new_inspection(TABLES, list(RESOURCES.values()), "northumbria-crc", 2031, "crc-2019")
    write_form(form, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == known.read_bytes()


def test_a_new_provider_needs_one_row(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    write_form(
        new_inspection(TABLES, list(RESOURCES.values()), "Ambleshire CRC", 2031, "crc-2019"), path
    )
    (row,) = Typed(path).rows("providers")
    assert (row["provider"], row["short_name"]) == ("ambleshire-crc", "Ambleshire CRC")


def test_a_framework_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotEnter, match="crc-1999 is not in frameworks"):
        new_inspection(TABLES, list(RESOURCES.values()), "Ambleshire CRC", 2031, "crc-1999")


def test_a_plan_has_its_sheets(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    form = new_plan(
        TABLES, list(RESOURCES.values()), "northumbria-crc", 2031, "northumbria-crc-2019"
    )
    write_form(form, path)
    typed = Typed(path)
    for name in ("sources", "plans", "recommendations", "responses", "actions"):
        assert name in typed.book.sheetnames
    (row,) = typed.rows("plans")
    assert (row["plan"], row["inspection"]) == ("northumbria-crc-2031", "northumbria-crc-2019")


def test_audits_of_a_month_are_typed_as_answers_and_entered(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "raw")
    path = tmp_path / "audits.xlsx"
    form = new_audits(TABLES, list(RESOURCES.values()), "Northumbria CRC", "2020-03", 2)
    write_form(form, path)
    typed = Typed(path)
    asked = TABLES["key_questions"]
    asked = asked[(asked["framework"] == "crc-2019") & (asked["evidence"] == "cases")]
    assert len(typed.rows("case_audits")) == 2 * len(asked)
    told = " ".join(str(cell.value) for row in typed.book["start here"] for cell in row)
    assert "Type no name, date of birth, address, offence or remark" in told
    for case, answer in (("2020-03-01", "yes"), ("2020-03-02", "no")):
        typed.type("case_audits", {"case": case, "subject": "2.1.1"}, answer=answer)
    typed.type("audit_targets", {"key_question": "2.1.1"}, percent=75)
    outcome = enter(typed.save(), folder.path, write=True)
    assert outcome.changes == 3
    tables = folder.tables()
    rows = tables["case_audits"].set_index("case")
    assert rows["answer"].to_dict() == {"2020-03-01": "yes", "2020-03-02": "no"}
    assert tables["audit_targets"]["percent"].tolist() == [75]


def test_audits_need_an_inspection_to_be_audited_by() -> None:
    with pytest.raises(CannotEnter, match="has no inspection"):
        new_audits(TABLES, list(RESOURCES.values()), "DLNR CRC", "2020-03", 2)


def test_a_measure_is_chosen_from_a_list(tmp_path: Path) -> None:
    typed = typed_workbook(tmp_path / "new.xlsx")
    header, names = typed.header("facts")
    sheet = typed.book["facts"]
    cell = sheet.cell(header + 1, names["measure"]).coordinate
    (rule,) = [r for r in sheet.data_validations.dataValidation if cell in r.sqref]
    assert rule.type == "list"
    column = rule.formula1.split("$")[1]
    listed = {c.value for c in typed.book["lists"][column][1:] if c.value}
    assert listed == set(published_tables()["measures"]["measure"])

"""The measures of the reader on the published documents, where a copy of them is at hand.

The documents are not part of the project. Name a folder with their plain-text renderings in
PUBLISHED_DOCUMENTS to run this; what is true of them is in data/raw.
"""

import os
import random
import re
from functools import cache
from pathlib import Path

import pytest
from support.folders import published_tables

from pipeline.data import Tables, raw_folder
from pipeline.data.package import read_package
from pipeline.entry.problems import NotAReport
from pipeline.entry.reading import read_document
from pipeline.entry.reading.found import Found
from pipeline.entry.reading.report import NOT_FOUND

FOLDER = os.environ.get("PUBLISHED_DOCUMENTS")
TABLES = published_tables()
RESOURCES = read_package(raw_folder()).resources
KEYS = {r.name: r.primary_key for r in RESOURCES}
#: The columns that hold what a document prints, by table.
MEASURED = {
    "key_question_scores": ("percent", "status"),
    "comparator_scores": ("percent", "status"),
    "prompt_scores": ("percent", "status"),
    "ratings": ("rating",),
    "overall_ratings": ("rating", "score", "score_status"),
    "samples": ("size", "required_size", "confidence_level", "margin_of_error", "all_eligible"),
    "recommendations": ("printed_number", "addressed_to", "repeated"),
    "responses": ("response",),
    "follow_up": ("verdict",),
}

if FOLDER is None:
    pytest.skip(
        "PUBLISHED_DOCUMENTS names no folder with the published documents", allow_module_level=True
    )
DOCUMENTS = sorted(Path(FOLDER).glob("[0-9]*.*"))


#: Tables of the framework, not of a document, though a report is named as their source.
RULES = {"frameworks", "standards", "key_questions", "prompts", "rating_bands", "overall_bands",
         "discretion_rules", "comparators", "sample_kinds", "measures", "question_wordings",
         "comparability"}  # fmt: skip


def read(path: Path, tables: Tables) -> list[Found]:
    """Read a document by the framework in which most of it is found."""
    found: list[list[Found]] = []
    for framework in tables["frameworks"]["framework"]:
        try:
            found.append(read_document(path, tables, RESOURCES, framework)[1])
        except NotAReport:
            continue
    return max(
        found,
        key=lambda rows: sum(
            bool(f.cells.get("percent")) - f.why.startswith(NOT_FOUND) for f in rows
        ),
    )


@cache
def read_again(path: Path) -> list[Found]:
    """Read a document that is in the raw tables."""
    return read(path, TABLES)


def source_of(path: Path) -> str:
    return next(f.cells["source"] for f in read_again(path) if f.table == "sources")


def as_new(path: Path) -> Tables:
    """The raw tables without what was entered from a document: it is read for the first time."""
    return {
        name: frame[frame["source"] != source_of(path)]
        if "source" in frame.columns and name not in RULES
        else frame
        for name, frame in TABLES.items()
    }


@cache
def truth(table: str) -> dict[tuple[str, ...], dict[str, str]]:
    frame = TABLES[table].astype("string").fillna("")
    return {tuple(row[k] for k in KEYS[table]): row for row in frame.to_dict("records")}


def measured(path: Path, found: list[Found]) -> tuple[int, int, int, list[object]]:
    """Return how many cells were read, are right, are proved or read, and are wrong in silence."""
    source = source_of(path)
    cells = right = sure = 0
    silent: list[object] = []
    for f in found:
        if f.table not in MEASURED:
            continue
        code = {**f.cells, "source": source}
        true = truth(f.table).get(tuple(code.get(k, "") for k in KEYS[f.table]))
        for column in MEASURED[f.table]:
            cells += 1
            good = true is not None and true[column] == f.cells.get(column, "")
            right += good
            sure += f.mark != "look"
            if not good and f.mark != "look":
                silent.append((f.table, f.cells, column))
    return cells, right, sure, silent


@pytest.mark.parametrize("new", [False, True], ids=["entered before", "new"])
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_measures(path: Path, new: bool) -> None:
    found = read(path, as_new(path)) if new else read_again(path)
    cells, right, sure, silent = measured(path, found)
    print(f"{path.name}: {cells} cells, {right / cells:.1%} right, {sure / cells:.1%} sure")
    assert silent == []
    assert right / cells >= 0.95


def test_all_together_are_mostly_sure() -> None:
    sums = [measured(path, read_again(path))[:3] for path in DOCUMENTS]
    assert sum(sure for _, _, sure in sums) / sum(cells for cells, _, _ in sums) >= 0.8


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_changed_digit_is_never_silent(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    dice = random.Random(path.name)
    copy = tmp_path / path.name
    source, tables = source_of(path), as_new(path)
    for _ in range(3):
        at = dice.choice([m.start() for m in re.finditer(r"[0-9]", text)])
        digit = dice.choice([d for d in "0123456789" if d != text[at]])
        copy.write_text(text[:at] + digit + text[at + 1 :], encoding="utf-8")
        for f in read(copy, tables):
            if f.table in MEASURED and f.mark != "look":
                code = {**f.cells, "source": source}
                true = truth(f.table)[tuple(code.get(k, "") for k in KEYS[f.table])]
                for column in MEASURED[f.table]:
                    assert true[column] == f.cells.get(column, ""), (text[at - 30 : at + 30], f)

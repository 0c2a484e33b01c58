"""The measures of the reader on the published documents, where a copy of them is at hand.

The documents are not part of the project. Name a folder with their plain-text renderings in
PUBLISHED_DOCUMENTS to run this; what is true of them is in data/raw.
"""

import os
from pathlib import Path

import pytest

from pipeline.data import load, raw_folder
from pipeline.data.package import read_package
from pipeline.entry.problems import NotAReport
from pipeline.entry.reading import read_document
from pipeline.entry.reading.found import Found

FOLDER = os.environ.get("PUBLISHED_DOCUMENTS")
TABLES = load()
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


def read(path: Path) -> list[Found]:
    """Read a document by the framework in which most of it is found."""
    found: list[list[Found]] = []
    for framework in TABLES["frameworks"]["framework"]:
        try:
            found.append(read_document(path, TABLES, RESOURCES, framework)[1])
        except NotAReport:
            continue
    return max(found, key=lambda rows: sum(f.mark != "look" for f in rows))


def truth(table: str) -> dict[tuple[str, ...], dict[str, str]]:
    frame = TABLES[table].astype("string").fillna("")
    return {tuple(row[k] for k in KEYS[table]): row for row in frame.to_dict("records")}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_measures(path: Path) -> None:
    found = read(path)
    source = next(f.cells["source"] for f in found if f.table == "sources")
    cells = right = sure = 0
    silent = []
    for f in found:
        if f.table not in MEASURED:
            continue
        code = {"source": source, **f.cells}
        true = truth(f.table).get(tuple(code.get(k, "") for k in KEYS[f.table]))
        for column in MEASURED[f.table]:
            cells += 1
            good = true is not None and true[column] == f.cells.get(column, "")
            right += good
            sure += f.mark != "look"
            if not good and f.mark != "look":
                silent.append((f.table, f.cells, column))
    print(f"{path.name}: {cells} cells, {right / cells:.1%} right, {sure / cells:.1%} sure")
    assert silent == []
    assert right / cells >= 0.95


def test_all_together_are_mostly_sure() -> None:
    rows = [f for path in DOCUMENTS for f in read(path) if f.table in MEASURED]
    assert sum(f.mark != "look" for f in rows) / len(rows) >= 0.8

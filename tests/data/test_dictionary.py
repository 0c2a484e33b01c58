"""The data dictionary says what is there: every column of every table, and no other."""

import csv
import json
from pathlib import Path

import frictionless
import pytest
from support.folders import RAW, Folder, add_provider, copy_inspection

from pipeline.analysis.dictionary import PROCESSED, dictionary
from pipeline.analysis.files import FRAMES, REPORT_DATA, read_frames
from pipeline.analysis.process import process

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Processed tables of all kinds: one round and three, an update, audits, rows read twice."""
    base = tmp_path_factory.mktemp("dictionary")
    folder = Folder(base / "raw")
    add_provider(folder, "solo", "Solo CRC")
    copy_inspection(folder, "solo", 2020)
    update = {"action": "dlnr-crc-2020-1-01", "date": "2020-03-02", "status": "in progress"}
    folder.add("action_updates", update)
    copy_inspection(folder, "northumbria-crc", 2021)
    add_provider(folder, "duo", "Duo CRC")
    copy_inspection(folder, "duo", 2020)
    audit = {"provider": "duo", "date": "2020-03", "framework": "crc-2019", "kind": "key question"}
    folder.add("case_audits", {**audit, "case": "a1", "subject": "2.1.1", "answer": "yes"})
    source = "hmip-northumbria-2018"
    twice = {"cells": "40", "differences": "2", "second_differences": "3", "both_differences": "1"}
    folder.edit("second_readings", {"source": source, "table": "ratings"}, **twice)
    row = {"source": source, "table": "ratings", "row": f"northumbria-crc-2018/1.1/{source}"}
    folder.add("machine_readings", {**row, "mark": "proved", "place": "page 3"})
    process(folder.path, base / "processed")
    return base / "processed"


@pytest.fixture(scope="module")
def described():
    return json.loads(PROCESSED.read_text(encoding="utf-8"))


def header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def test_every_processed_table_is_described_and_no_other(made, described):
    documented = {resource["path"] for resource in described["resources"]}
    assert documented == {path.name for path in made.glob("*.csv")}


def test_every_column_of_every_processed_table_is_described_in_order(made, described):
    for resource in described["resources"]:
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert header(made / resource["path"]) == fields, resource["name"]


def test_processed_tables_are_as_described(made, described):
    """Types, allowed words, ranges, filled columns and keys, by an outside validator."""
    package = {key: value for key, value in described.items() if key != "report_tables"}
    report = frictionless.Package.from_descriptor(package, basepath=str(made)).validate()
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "message"])[:5]


def test_every_table_of_every_report_is_listed_and_no_other(made, described):
    listed = {table["name"] for table in described["report_tables"]}
    assert listed == {
        name for path in made.glob(f"{REPORT_DATA}/*/{FRAMES}") for name in read_frames(path)
    }


def test_every_column_is_explained(described):
    raw = json.loads((RAW / "datapackage.json").read_text(encoding="utf-8"))
    for resource in [*raw["resources"], *described["resources"]]:
        assert resource["title"] and resource["description"].endswith(".")
        for field in resource["schema"]["fields"]:
            where = f"{resource['name']}.{field['name']}"
            assert field["description"].endswith("."), where


def test_the_raw_tables_are_those_of_the_folder():
    raw = json.loads((RAW / "datapackage.json").read_text(encoding="utf-8"))
    assert {resource["path"] for resource in raw["resources"]} == {
        path.name for path in RAW.glob("*.csv")
    }


def test_the_dictionary_names_every_column():
    text = dictionary()
    raw = json.loads((RAW / "datapackage.json").read_text(encoding="utf-8"))
    processed = json.loads(PROCESSED.read_text(encoding="utf-8"))
    for package, folder in ((raw, "raw"), (processed, "processed")):
        for resource in package["resources"]:
            section = text.split(f"`{folder}/{resource['path']}`\n", 1)[1].split("\n##", 1)[0]
            for field in resource["schema"]["fields"]:
                assert f"\n| `{field['name']}` | {field['type']}" in section


def test_links_lead_to_tables():
    text = dictionary()
    for target in {part.split(")", 1)[0] for part in text.split("](#")[1:]}:
        assert f'<a id="{target}"></a>' in text


def test_the_committed_dictionary_is_what_is_made():
    """After a change to a description, run make dictionary."""
    committed = PROJECT / "docs" / "data-dictionary.md"
    assert committed.read_text(encoding="utf-8") == dictionary()

"""The raw tables as a data package, by an outside validator and by hand."""

import csv
import json
import os
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import frictionless
import pytest
from support.folders import RAW

from pipeline.data.folders import PROJECT, RAW_VARIABLE

PACKAGE = json.loads((RAW / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {resource["name"]: resource for resource in PACKAGE["resources"]}
#: Tables of our own words, not copied from a document.
OURS = {
    "themes",
    "sources",
    "providers",
    "sample_kinds",
    "measures",
    "action_updates",
    "recommendation_links",
    "second_readings",
    "case_audits",
    "audit_targets",
    "case_allocations",
    "publication_limits",
}


def rows(name: str) -> list[dict[str, str]]:
    path = RAW / RESOURCES[name]["path"]
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fields(name: str) -> dict[str, dict]:
    return {field["name"]: field for field in RESOURCES[name]["schema"]["fields"]}


def test_frictionless_accepts_the_package():
    report = frictionless.validate(str(RAW / "datapackage.json"))
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "message"])[:5]
    assert len(report.tasks) == len(RESOURCES)


def test_the_package_names_licence_and_sources():
    assert PACKAGE["licenses"][0]["name"] == "OGL-UK-3.0"
    assert PACKAGE["licenses"][0]["path"].startswith("https://www.nationalarchives.gov.uk/")
    assert PACKAGE["sources"]


@pytest.mark.parametrize("name", sorted(set(RESOURCES) - OURS))
def test_every_copied_row_names_its_document_and_the_place_in_it(name):
    documents = {row["source"] for row in rows("sources")}
    for column in ("source", "place"):
        assert fields(name)[column]["constraints"]["required"], f"{name}.{column}"
    for row in rows(name):
        assert row["source"] in documents
        assert len(row["place"]) > 3


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_every_reference_is_declared_and_leads_somewhere(name):
    schema = RESOURCES[name]["schema"]
    declared = {tuple(key["fields"]) for key in schema["foreignKeys"]}
    for column in ("source", "provider", "inspection", "framework", "plan"):
        if column in fields(name) and schema["primaryKey"] != [column]:
            assert any(column in key for key in declared), f"{name}.{column} refers to nothing"
    for key in schema["foreignKeys"]:
        reference = key["reference"]
        known = {
            tuple(row[column] for column in reference["fields"])
            for row in rows(reference["resource"])
        }
        for row in rows(name):
            value = tuple(row[column] for column in key["fields"])
            assert value in known or not all(value), f"{name}: {value}"


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_keys_are_unique(name):
    key = RESOURCES[name]["schema"]["primaryKey"]
    counts = Counter(tuple(row[column] for column in key) for row in rows(name))
    assert not [value for value, count in counts.items() if count > 1]


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_numbers_have_a_unit_where_one_is_needed(name):
    """A percentage, a size or a level never stands without what it is counted in."""
    for column, field in fields(name).items():
        counted = "percent" in column or column in ("size", "required_size", "significance_level")
        if counted and field["type"] in ("integer", "number"):
            assert "unit" in field, f"{name}.{column}"


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_files_are_plain_utf_8_with_lf(name):
    content = (RAW / RESOURCES[name]["path"]).read_bytes()
    content.decode("utf-8")
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content and content.endswith(b"\n")


def test_no_blank_without_a_reason():
    """Where a figure may be missing, a column beside it says why."""
    for name, figure, status in (
        ("key_question_scores", "percent", "status"),
        ("comparator_scores", "percent", "status"),
        ("prompt_scores", "percent", "status"),
        ("samples", "size", "size_status"),
        ("overall_ratings", "score", "score_status"),
        ("facts", "value", "status"),
        ("facts", "previous_value", "previous_status"),
        ("allocation_matrix", "minimum_hours", "hours_status"),
    ):
        for row in rows(name):
            assert (row[status] == "published") == bool(row[figure]), (name, row)


@pytest.mark.parametrize("name", ["ratings.csv", "datapackage.json"])
def test_no_test_out_of_tests_published_can_read_the_own_folder(name):
    """What a user adds there makes no other test fail, in this process or in one it starts."""
    with pytest.raises(AssertionError, match="a test outside tests/published reads"):
        (PROJECT / "data" / "raw" / name).read_bytes()
    assert Path(os.environ[RAW_VARIABLE]).samefile(RAW)


def test_no_folder_of_tests_is_passed_over(pytestconfig):
    """By default pytest looks into no folder named build, dist or venv."""
    left_out = pytestconfig.getini("norecursedirs")
    folders = {path.parent.name for path in (PROJECT / "tests").rglob("test_*.py")}
    assert "build" in folders
    assert not [name for name in folders if any(fnmatch(name, each) for each in left_out)]

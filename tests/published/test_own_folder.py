"""The project's own raw folder, with whatever a user has added: valid, and read twice.

Every other test reads a frozen copy of the published figures (``tests/published/raw``). Here the
frozen copy is held against data/raw, what has a second reading is compared with it, and a user's
additions are made as the README says.
"""

import csv
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.folders import RAW, Folder, add_what_a_user_adds

from pipeline.analysis.quality.transcription import FIGURE_TABLES
from pipeline.data import load
from pipeline.data.package import read_package

PROJECT = Path(__file__).resolve().parents[2]
OWN = Path(os.environ.get("OWN_RAW", PROJECT / "data" / "raw"))
SECOND_PASS = PROJECT / "tests" / "second_pass"

#: SHA-256 over the names and bytes of the frozen copy. When a published figure or the schema has
#: rightly changed: copy data/raw to tests/published/raw and put the new value here.
FINGERPRINT = "f385557af2a507960a9cb5b1d3d098c49758ae7c014a3e96bddaa33dbe857220"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_frozen_copy_is_the_one_that_was_checked():
    digest = hashlib.sha256()
    for path in sorted(RAW.iterdir()):
        digest.update(path.name.encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    assert digest.hexdigest() == FINGERPRINT


def test_the_own_folder_breaks_no_rule():
    assert len(load(OWN)["inspections"]) >= 2


@pytest.mark.parametrize("table", [*FIGURE_TABLES, "samples"])
def test_what_was_published_stands_in_the_own_folder(table):
    """A back-test: every row of the frozen copy is in data/raw, figures and places unchanged."""
    (resource,) = [r for r in read_package(RAW).resources if r.name == table]
    own = {tuple(row[k] for k in resource.primary_key): row for row in rows(OWN / resource.path)}
    for row in rows(RAW / resource.path):
        key = tuple(row[k] for k in resource.primary_key)
        assert key in own, f"{resource.path}: the row {key} is gone"
        changed = {c: (row[c], own[key][c]) for c in row if row[c] != own[key].get(c, "")}
        assert not changed, f"{resource.path}, {key}: {changed} (frozen, data/raw)"


def second_readings() -> list[Path]:
    """What ``enter --second-reading`` has kept: a folder an inspection or plan, a file a table."""
    return sorted(SECOND_PASS.glob("*/*.csv"))


def test_second_readings_of_added_documents_agree():
    """Any number of inspections and plans; the first two have files of their own, of other form."""
    columns = {r.name: r.primary_key for r in read_package(RAW).resources}
    differences = []
    for path in second_readings():
        key = columns[path.stem]
        own = {tuple(row[k] for k in key): row for row in rows(OWN / f"{path.stem}.csv")}
        for row in rows(path):
            first = own.get(tuple(row[k] for k in key))
            if first is None:
                differences.append(f"{path.parent.name}, {path.stem}: {row} is not in data/raw")
                continue
            differences += [
                f"{path.parent.name}, {path.stem}, {column}: data/raw has {first[column]!r}, the "
                f"second reading {value!r}"
                for column, value in row.items()
                if first[column] != value
            ]
    assert not differences, "\n".join(differences)


def test_a_user_may_add_inspections_providers_and_frameworks(tmp_path):
    """A third round, a provider of one round, frameworks of another kind: all tests still pass."""
    if "OWN_RAW" in os.environ:
        return  # this is that run
    # Of the frozen copy: a user's own folder may hold an inspection of the same year already.
    folder = Folder(tmp_path / "raw")
    add_what_a_user_adds(folder)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/published"],
        capture_output=True,
        text=True,
        env={**os.environ, "OWN_RAW": str(folder.path)},
        cwd=PROJECT,
    )
    assert done.returncode == 0, done.stdout[-4000:]

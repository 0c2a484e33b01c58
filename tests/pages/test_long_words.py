"""The longest word that anyone can type widens no page, on any screen."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from support import page_audit as audit
from support.folders import RAW

from pipeline.publish.build.catalogue import Wanted
from pipeline.publish.build.site import build
from pipeline.simulate import simulate

WORD = "Donaudampfschifffahrtsgesellschaft" * 20
#: Columns whose words are held against others, so that no word can be added to one of them alone.
HELD = {"comparator", "colour", "log", "actions_done"}


def with_long_words(folder: Path) -> Path:
    """Add a long word to every cell of free text, as far as the limits of the data allow."""
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        schema, path = resource["schema"], folder / resource["path"]
        keys = {*schema["primaryKey"], *(n for k in schema["foreignKeys"] for n in k["fields"])}
        longest = {
            field["name"]: limits.get("maxLength", package["limits"]["cell_characters"])
            for field in schema["fields"]
            for limits in [field.get("constraints", {})]
            if field["type"] == "string"
            and not {"enum", "pattern"} & set(limits)
            and field["name"] not in keys | HELD
        }
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            for name, most in longest.items():
                if row.get(name):
                    row[name] = f"{row[name]} {WORD}"[:most]
        if rows:
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pages of every kind, of data full of long words."""
    place = tmp_path_factory.mktemp("long")
    shutil.copytree(RAW, place / "real")
    simulate(place / "simulated", providers=3, rounds=3, audits=1, seed=1)
    found: list[Path] = []
    kinds = {"real": [None], "simulated": ["national", "rounds", "scorecard"]}
    for name, wanted in kinds.items():
        folder = with_long_words(place / name)
        for kind in wanted:
            chosen = Wanted(kind=kind) if kind else None
            outcome = build(folder, place / f"{name}-out", wanted=chosen, progress=False)
            assert outcome.failed == {}
            found += outcome.written
    return found


def test_the_longest_word_wraps_on_every_page(pages: list[Path], chromium: object) -> None:
    assert any(WORD in path.read_text(encoding="utf-8") for path in pages)
    for path in pages:
        with audit.opened(chromium, path) as page:
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": audit.HEIGHT})
                assert audit.sideways_faults(page) == [], path.name

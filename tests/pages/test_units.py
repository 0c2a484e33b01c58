"""Pages of a later kind of framework, and of judgements alone: no word that does not belong."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import page_audit as audit
from support.folders import Folder
from support.units import CITED, UNITS, add_judged_framework, add_unit, add_unit_framework, inspect

from pipeline.analysis.process import process
from pipeline.data.folders import PROCESSED_VARIABLE, PROJECT
from pipeline.publish.build.site import build
from pipeline.publish.reports.comparison import ComparisonReport
from pipeline.publish.reports.report_page import abouts

STANDARDS = ("P 2.1", "P 2.2", "P 2.3", "P 2.4")
#: Words of the CRC frameworks, or of services that these units do not run.
FOREIGN = (
    r"\bCRCs?\b", "Community Rehabilitation", r"\bof 30\b", "Unpaid work", "Through the Gate",
    r"\bten standards\b", "Domain three", "Northumbria",
)  # fmt: skip


def percents(*values: int) -> dict[str, int]:
    return dict(zip(STANDARDS, values, strict=True))


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three units inspected twice; two services that are only judged, one of them three times."""
    folder = Folder(tmp_path_factory.mktemp("units") / "raw")
    add_unit_framework(folder)
    add_judged_framework(folder)
    for number, (before, after) in enumerate(
        ((percents(50, 45, 60, 55), percents(65, 50, 70, 60)),
         (percents(80, 70, 85, 80), percents(70, 65, 70, 65)),
         (percents(30, 40, 35, 20), percents(30, 42, 55, 30))), start=1,
    ):  # fmt: skip
        unit = add_unit(folder, number)
        inspect(folder, unit, 2021, before, "Good")
        inspect(folder, unit, 2023, after, "Requires improvement")
    for number in (8, 9):
        unit = add_unit(folder, number)
        inspect(folder, unit, 2021, {}, "Inadequate")
        inspect(folder, unit, 2022, {}, "Good")
    inspect(folder, unit, 2023, {}, "Good")
    out = tmp_path_factory.mktemp("units-site")
    assert build(folder.path, out, progress=False).failed == {}
    return out


def pages(site: Path) -> dict[str, Path]:
    return {
        path.stem: path
        for path in sorted((site / "reports").glob("*.html"))
        if "unit" in path.stem or path.stem.startswith("national")
    }


def test_every_page_is_made(units: Path) -> None:
    compared = [f"unit-{n}-2021-2023" for n in (1, 2, 3)]
    compared += ["unit-8-2021-2022"]
    compared += ["unit-9-2021-2022", "unit-9-2021-2023", "unit-9-2022-2023"]
    editions = {f"comparison-{name}{edition}" for name in compared for edition in ("", "-analyst")}
    assert set(pages(units)) == {*editions, "rounds-unit-9", "national", "national-judged-2021"}


def test_no_page_says_what_does_not_belong(units: Path) -> None:
    found = {}
    for name, path in pages(units).items():
        text = " ".join(audit.document(path).find("body").itertext())
        said = [word for word in FOREIGN if re.search(word, text, re.IGNORECASE)]
        said += [word for word in (r"\bnan\b", "<NA>") if re.search(word, text)]
        if said:
            found[name] = said
    assert found == {}


#: Where words of one framework may stand: a topic of facts, and how two names are
#: compared. The glossary is no code: its terms appear only on pages that use them.
KNOWN = {
    "Unpaid work": "analysis/quality/coverage.py",
    "community rehabilitation company": "analysis/plans.py",
    "crc": "analysis/plans.py",
}


def said_by(path: Path) -> Iterator[str]:
    """What a file can put on a page: its strings but docstrings, or a notebook's prose."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        yield from ("".join(cell["source"]) for cell in json.loads(text)["cells"]
                    if cell["cell_type"] == "markdown")  # fmt: skip
    elif path.suffix != ".py":
        yield text
    else:
        tree = ast.parse(text)
        quiet = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        yield from (
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            and id(node) not in quiet
        )  # fmt: skip


def test_no_code_template_or_notebook_says_what_belongs_to_one_framework() -> None:
    package = PROJECT / "pipeline"
    rooms = [package / "analysis", package / "publish"]
    # dictionary.py writes a document of the project and no page.
    paths = [p for room in rooms for p in room.rglob("*.py") if p.name != "dictionary.py"]
    paths += [*(package / "publish" / "page" / "template").iterdir()]
    # explore.ipynb works on the provider that is in the data.
    paths += [p for p in (PROJECT / "notebooks").glob("*.ipynb") if p.name != "explore.ipynb"]
    found = [
        (path.name, word)
        for path in paths
        for text in said_by(path)
        for word in FOREIGN
        if re.search(word, text, re.IGNORECASE)
        and not (text in KNOWN and path.as_posix().endswith(KNOWN[text]))
    ]
    assert found == []
    assert len(paths) > 100


def test_the_total_and_the_codes_are_those_of_the_framework(units: Path) -> None:
    text = audit.words(audit.document(pages(units)["comparison-unit-1-2021-2023-analyst"]))
    assert "of 21" in text and "P 2.1.1" in text
    text = audit.words(audit.document(pages(units)["comparison-unit-1-2021-2023"]))
    assert "of 21" in text
    national = audit.words(audit.document(pages(units)["national"]))
    assert (
        "of 21" in national and "P 1.1 Leadership" in national and "No funnel is drawn" in national
    )


def test_judgements_alone_make_a_page_without_figures(units: Path) -> None:
    text = audit.words(audit.document(pages(units)["national-judged-2021"]))
    assert "Of 2 providers, two are Good." in text
    assert "rose" in text


def test_the_pages_are_sound(units: Path) -> None:
    for path in pages(units).values():
        assert audit.html_faults(path) == []
        assert audit.table_faults(path) == []
        assert audit.picture_faults(path) == []


def test_across_frameworks_only_what_the_data_allows_and_the_lineage_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path / "raw")
    add_unit_framework(folder)
    unit = add_unit(folder, 4)
    inspect(folder, unit, 2021, percents(50, 45, 60, 55), "Good")
    came = {"provider": unit, "predecessor": "northumbria-crc", "kind": "followed"}
    folder.add("lineage", {**came, "date": "2021-06", **CITED})
    said = {
        "previous_framework": "crc-2019",
        "current_framework": UNITS,
        "kind": "key question",
        "subject": "P 2.1.1",
        "previous_subject": "2.1.1",
        "same_question": "yes",
        "comparable": "caution",
        "said_by": "us",
        "reason": "Another service.",
        **CITED,
    }
    folder.add("comparability", said)
    process(folder.path, tmp_path / "processed")
    monkeypatch.setenv(PROCESSED_VARIABLE, str(tmp_path / "processed"))
    (about,) = (
        about
        for about in abouts("comparison")
        if about["provider"] == unit and about["previous_round"]
    )
    report = ComparisonReport.open(unit, about["previous_round"], 2021, "")
    known = str(report.in_brief().html())
    assert "Northumbria CRC" in known and "followed" in known
    rows = {row["key_question"]: row["comparable"] for row in report.questions}
    assert rows.pop("P 2.1.1") == "caution" and set(rows.values()) == {"no"}

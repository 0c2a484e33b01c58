"""The real pages, and pages of other data, as their readers get them."""

import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support import page_audit as audit
from support.folders import Folder
from support.leadership_words import forbidden
from support.published import KEY_QUESTIONS_2018, KEY_QUESTIONS_2019

from pipeline.publish.build.catalogue import Wanted
from pipeline.publish.build.site import build

COMPARISON = "comparison-northumbria-crc-2018-2019"
REPORTS = [
    "action-plan-dlnr-crc-2020",
    "action-plan-northumbria-crc-2018",
    "action-plan-northumbria-crc-2020",
    COMPARISON,
    f"{COMPARISON}-analyst",
    "data-quality",
]
PAGES = [*REPORTS, "index"]
KILOBYTE = 1000
SHEETS = {"index": 1, COMPARISON: 2, f"{COMPARISON}-analyst": 26}
"""The most sheets of A4 a page prints on; any other prints on twelve."""


def page(site: Path, name: str) -> Path:
    return site / "reports" / f"{name}.html"


def test_every_report_the_data_allows_is_there(site: Path) -> None:
    assert sorted(path.stem for path in (site / "reports").glob("*.html")) == sorted(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_sound(site: Path, name: str) -> None:
    path = page(site, name)
    assert audit.html_faults(path) == []
    assert audit.heading_faults(path) == []
    assert audit.picture_faults(path) == []
    assert audit.table_faults(path) == []
    assert audit.outside_faults(path) == []
    assert audit.leak_faults(path) == []


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_weighs_little(site: Path, name: str) -> None:
    most = 380 if name.endswith("-analyst") else 90 if name == COMPARISON else 300
    assert page(site, name).stat().st_size < most * KILOBYTE


def test_the_index_says_why_dlnr_has_no_comparison(site: Path) -> None:
    text = audit.words(audit.document(page(site, "index")))
    assert text.count("There is no comparison report") == 1
    places = [
        text.index(words)
        for words in (
            "Derbyshire, Leicestershire, Nottinghamshire and Rutland",
            "There is no comparison report",
            "action plan of 2020",
            "Northumbria Community Rehabilitation Company",
        )
    ]
    assert places == sorted(places)


def test_the_index_weighs_little(site: Path) -> None:
    assert page(site, "index").stat().st_size < (100 + len(REPORTS)) * KILOBYTE


# ------------------------------------------------------------------ figures


def rows_of(path: Path, table: str) -> Iterator[list[str]]:
    """Return the cells of the tables whose id begins so, source marks left out, a row at a time."""
    for found in audit.document(path).iter("table"):
        if (found.get("id") or "").startswith(table):
            for row in found.iter("tr"):
                cells = [cell for cell in row if cell.tag in ("th", "td")]
                for cell in cells:
                    for link in [
                        a for a in cell.iter("a") if (a.get("href") or "").startswith("#n")
                    ]:
                        link.text = ""
                yield [audit.words(cell) for cell in cells]


def test_all_key_questions_stand_on_the_page_as_published(site: Path) -> None:
    shown = {}
    for cells in rows_of(page(site, f"{COMPARISON}-analyst"), "t-questions-"):
        if re.match(r"\d\.\d\.\d ", cells[0]):
            shown[cells[0].split()[0]] = cells[1], cells[5]  # then cases, aggregate, against it
    assert set(shown) == set(KEY_QUESTIONS_2019)
    for question, percent in KEY_QUESTIONS_2019.items():
        assert shown[question][0] == (
            "qualitative evidence only" if percent is None else f"{percent}%"
        )
        # Only where the same question was asked is the earlier figure shown.
        earlier = f"{KEY_QUESTIONS_2018[question]}%"
        if question in ("4.1.1", "4.1.2", "4.1.3"):
            earlier = "no comparable data"
        assert shown[question][1] == earlier


@pytest.mark.parametrize("name", [name for name in REPORTS if name != COMPARISON])
def test_tables_and_figures_are_numbered_without_a_gap(site: Path, name: str) -> None:
    numbered = re.findall(
        r'<span class="no">(Table|Figure) (\d+)</span>', page(site, name).read_text()
    )
    assert numbered
    for kind in ("Table", "Figure"):
        numbers = sorted({int(number) for word, number in numbered if word == kind})
        assert numbers == list(range(1, len(numbers) + 1))


def test_a_base_that_is_not_known_is_at_most_in_the_drawing_too(site: Path) -> None:
    """The 2020 report ties 2.1.3 to no printed number of cases; 97 were read in all."""
    document = audit.document(page(site, f"{COMPARISON}-analyst"))
    drawn = [
        audit.words(node) for node in document.iter() if str(node.tag).split("}")[-1] == "text"
    ]
    assert drawn.count("7 more of at most 97 cases") == 2  # broad and narrow
    assert "7 more of 97 cases" not in drawn


def test_targets_are_told_round_by_round(site: Path) -> None:
    text = audit.words(audit.document(page(site, f"{COMPARISON}-analyst")))
    assert "2019: two of 3 figures met their target; missed: Positive compliance" in text
    assert "2018: one figure of 3 met its target; missed: Unpaid work requirements" in text


def test_a_target_is_met_on_the_better_side_and_other_units_stand_elsewhere(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "raw")
    # As if less were better: 94% against 95% is then on the right side of the target.
    folder.edit("measures", {"measure": "service-level-13"}, better="lower")
    folder.edit("measures", {"measure": "service-level-10"}, unit="days")
    outcome = build(folder.path, tmp_path, wanted=Wanted(kind="comparison"), progress=False)
    assert outcome.failed == {}
    made = page(tmp_path, f"{COMPARISON}-analyst")
    text = audit.words(audit.document(made))
    assert "2018: two of 2 figures met their target." in text
    assert "2019: one figure of 2 met its target; missed: Positive compliance" in text
    rows = {cells[0]: cells[1:] for cells in rows_of(made, "t-people")}
    (days,) = [row for name, row in rows.items() if "service level 10" in name and "90" in row[1]]
    assert days[-1] == "90" and not any("%" in cell for cell in days)


# ------------------------------------------------------------------ words


def leadership_pages(folder: Path) -> list[Path]:
    return [
        p for p in sorted((folder / "reports").glob("comparison-*.html")) if "analyst" not in p.stem
    ]


@pytest.mark.parametrize("data", ["site", "simulated"])
def test_leadership_pages_hold_no_p_value_and_no_forbidden_sentence(
    data: str, request: pytest.FixtureRequest
) -> None:
    pages = leadership_pages(request.getfixturevalue(data))
    assert pages
    for path in pages:
        (main,) = audit.document(path).iter("main")
        for block in main.iter():
            if block.tag in ("p", "li", "dd", "caption", "td", "th"):
                assert forbidden(audit.words(block)) == [], path.name


def test_what_leadership_takes_away_holds_no_p_value(site: Path) -> None:
    headings = {
        edition: {
            str(cell)
            for name, content in audit.downloads(page(site, COMPARISON + edition)).items()
            if name.endswith(".xlsx")
            for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets
            for row in sheet.iter_rows(values_only=True)
            for cell in row
            if re.search(r"\bp\b", str(cell))
        }
        for edition in ("", "-analyst")
    }
    assert headings[""] == set()
    assert {"Smallest p", "Largest p"} <= headings["-analyst"]


@pytest.mark.parametrize("data", ["site", "simulated"])
def test_the_word_significant_is_earned_wherever_it_stands(
    data: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(data)
    with (folder / "processed" / "key_question_comparison.csv").open(encoding="utf-8") as file:
        verdicts = {
            (f"comparison-{row['provider']}", row["key_question"]): row["change_verdict"]
            for row in csv.DictReader(file)
        }
    checked = 0
    for path in leadership_pages(folder):
        subject = re.sub(r"-\d{4}-\d{4}$", "", path.stem)
        earned = [v for (of, _), v in verdicts.items() if of == subject and v == "significant"]
        drawn = [node for node in audit.document(path).iter() if str(node.tag).endswith("text")]
        said = [node for node in drawn if "significant" in audit.words(node)]
        assert len(said) == 2 * len(earned)  # broad and narrow
        for cells in rows_of(path.with_name(f"{path.stem}-analyst.html"), "t-questions-"):
            if re.match(r"\d\.\d\.\d ", cells[0]):
                said = {re.sub(r"^\W+", "", cell) for cell in cells[1:]}
                verdict = verdicts[subject, cells[0].split()[0]]
                # What is not judged says once why, in the last cell of its row.
                unjudged = {"not comparable", "no comparable data", "not asked", "not published"}
                assert verdict in said or (verdict in unjudged and cells[-1] in unjudged)
                assert ("significant" in said) == (verdict == "significant")
                checked += 1
    assert checked >= 19


def test_analyst_pages_show_their_code_folded_and_no_path(site: Path) -> None:
    text = page(site, f"{COMPARISON}-analyst").read_text(encoding="utf-8")
    assert text.count("<summary>Code of this step</summary>") > 10
    assert "<summary>Code of this step</summary>" not in page(site, COMPARISON).read_text("utf-8")


def test_every_simulated_page_says_so(simulated: Path) -> None:
    pages = [p for p in (simulated / "reports").glob("*.html") if p.stem != "index"]
    assert len(pages) >= 6
    for path in pages:
        tree = audit.document(path)
        (title,) = tree.iter("title")
        (heading,) = tree.iter("h1")
        assert "SIMULATED" in audit.words(title)
        assert "SIMULATED" in audit.words(heading)
        assert "SIMULATED" in path.read_text("utf-8").split("<main")[0]


# ------------------------------------------------------------------ other data


def test_other_providers_rounds_and_frameworks_have_sound_pages(wider: Path) -> None:
    comparisons = {path.stem for path in (wider / "reports").glob("comparison-*.html")}
    assert comparisons == {
        f"comparison-{name}{edition}"
        for name in (
            "ambleshire-yos-2021-2022",
            "northumbria-crc-2018-2019",
            "northumbria-crc-2018-2021",
            "northumbria-crc-2019-2021",
            "solo-crc-2020",
        )
        for edition in ("", "-analyst")
    }
    for name in comparisons:
        path = page(wider, name)
        assert audit.html_faults(path) == []
        assert audit.table_faults(path) == []
        assert audit.picture_faults(path) == []


def test_one_round_alone_says_nothing_of_change(wider: Path) -> None:
    analyst = audit.document(page(wider, "comparison-solo-crc-2020-analyst"))
    headings = [audit.words(heading) for level in ("h2", "h3") for heading in analyst.iter(level)]
    assert headings and not [words for words in headings if "change" in words.lower()]
    assert "not comparable" not in audit.words(analyst)
    tree = audit.document(page(wider, "comparison-solo-crc-2020"))
    columns = [audit.words(cell) for cell in tree.iter("th")]
    assert columns[:2] == ["Standard", "2020"]
    assert not [column for column in columns if column.startswith("Change")]


def test_another_framework_has_its_own_bands_and_questions(wider: Path) -> None:
    text = audit.words(audit.document(page(wider, "comparison-ambleshire-yos-2021-2022-analyst")))
    assert "Is 3.2.1 done well?" in text
    assert "Through the Gate (4.2)" not in text


# ------------------------------------------------------------------ in a browser


@pytest.mark.parametrize("width", audit.WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_real_pages_in_a_browser(site: Path, chromium: Any, name: str, width: int) -> None:
    with audit.opened(chromium, page(site, name), width) as shown:
        audit.open_everything(shown)
        assert audit.axe_faults(shown) == []
        assert audit.svg_text_faults(shown) == []
        assert audit.clipping_faults(shown) == []
        assert audit.sideways_faults(shown) == []
        assert audit.request_faults(shown) == []


@pytest.mark.parametrize("name", PAGES)
def test_real_pages_at_four_times_the_size_and_on_paper(
    site: Path, chromium: Any, name: str
) -> None:
    with audit.opened(chromium, page(site, name), 320) as shown:
        assert audit.sideways_faults(shown) == []
    with audit.opened(chromium, page(site, name)) as shown:
        assert audit.print_faults(shown) == []
        assert len(audit.printed(shown).pages) <= SHEETS.get(name, 12)


def test_hostile_text_stays_text(hostile: Path, chromium: Any) -> None:
    for path in sorted((hostile / "reports").glob("*.html")):
        assert audit.html_faults(path) == []
        assert audit.outside_faults(path) == []
        with audit.opened(chromium, path) as shown:
            shown.wait_for_timeout(100)
            assert audit.request_faults(shown) == []
            assert shown.evaluate("window.broken") is None
        for name, content in audit.downloads(path).items():
            if name.endswith(".csv"):
                for cells in csv.reader(content.decode("utf-8-sig").splitlines()):
                    assert not [c for c in cells if re.match(r"\s*[=+@\t\r]|\s*-(?!\d)", c)], name


# ------------------------------------------------------------------ same bytes


def test_two_runs_in_other_surroundings_give_the_same_bytes(site: Path, tmp_path: Path) -> None:
    surroundings = {
        **os.environ,
        "PYTHONHASHSEED": "77",
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "HOME": str(tmp_path),
    }
    command = [sys.executable, "-m", "pipeline", "report", "--out", str(tmp_path), "--workers", "1"]
    subprocess.run(command, env=surroundings, check=True, capture_output=True)
    kinds = (".html", ".csv", ".json")
    written = [p for p in site.rglob("[!.]*") if p.suffix in kinds]
    assert len(written) > 20
    for path in written:
        twin = tmp_path / path.relative_to(site)
        assert twin.read_bytes() == path.read_bytes(), path.name

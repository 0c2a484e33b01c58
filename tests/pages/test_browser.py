"""Every page in a real browser: axe-core, and what axe-core does not judge.

Where no browser is installed, one loud line says so and the tests here are skipped; the checks that
need none are in test_pages.py and run everywhere.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support import page_audit as audit
from support import specimen

from pipeline.publish.build.pdf import find_browser, write_pdf
from pipeline.publish.page.render import Renderer
from pipeline.publish.reports.index import index_html

PAGES = ["leadership", "analyst", "hostile", "index", "index-long"]


def about(number: int, name: str = "Testshire") -> dict[str, Any]:
    """Return what the front page knows of one report."""
    title = f"{name} {number} CRC: 2018 and 2020 compared"
    return {
        "name": f"comparison-{number}",
        "kind": "comparison",
        "provider_name": f"{name} {number} CRC",
        "simulated": True,
        "title": title,
        "result": "The overall score rose from 10 to 15 of 30.",
        "dates": ["Inspected May 2018 and June 2020"],
        "data_version": "0123abc",
        "reports": [
            {"name": f"comparison-{number}", "edition": "leadership"},
            {"name": f"comparison-{number}-analyst", "edition": "analyst"},
        ],
    }


@pytest.fixture(scope="session")
def specimens(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("specimens")
    renderer = Renderer()
    texts = {
        "leadership": renderer.html(specimen.notebook(), specimen.info()),
        "analyst": renderer.html(specimen.notebook(edition="analyst"), specimen.info("analyst")),
        "hostile": renderer.html(specimen.notebook(hostile=True), specimen.info(hostile=True)),
        "index": index_html([about(n) for n in range(3)]),
        "index-long": index_html(
            [about(n, specimen.HOSTILE if n == 7 else "Testshire") for n in range(40)]
        ),
    }
    paths = {}
    for name, text in texts.items():
        paths[name] = folder / f"{name}.html"
        paths[name].write_text(text, encoding="utf-8")
    return paths


@pytest.mark.parametrize("width", audit.WIDTHS)
@pytest.mark.parametrize("name", ["leadership", "analyst", "index-long"])
def test_axe_finds_nothing(
    specimens: dict[str, Path], chromium: Any, name: str, width: int
) -> None:
    with audit.opened(chromium, specimens[name], width) as page:
        assert audit.axe_faults(page) == []
        audit.open_everything(page)
        assert audit.axe_faults(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_asked_for_and_nothing_runs(
    specimens: dict[str, Path], chromium: Any, name: str
) -> None:
    with audit.opened(chromium, specimens[name]) as page:
        page.wait_for_timeout(100)
        assert audit.request_faults(page) == []
        assert page.evaluate("window.broken") is None


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("name", ["leadership", "analyst", "index"])
def test_words_in_pictures_are_legible_and_whole(
    specimens: dict[str, Path], chromium: Any, name: str, width: int
) -> None:
    with audit.opened(chromium, specimens[name], width) as page:
        audit.open_everything(page)
        assert audit.svg_text_faults(page) == []
        assert audit.clipping_faults(page) == []


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("name", ["analyst", "hostile", "index"])
def test_at_four_times_the_size_only_labelled_regions_scroll_sideways(
    specimens: dict[str, Path], chromium: Any, name: str, scripts: bool
) -> None:
    # 1280 pixels at 400% leave 320.
    with audit.opened(chromium, specimens[name], 320, java_script_enabled=scripts) as page:
        if scripts:
            audit.open_everything(page)
            page.wait_for_timeout(100)
        assert audit.sideways_faults(page) == []


def test_keyboard_reaches_skip_link_contents_sources_disclosure_and_downloads(
    specimens: dict[str, Path], chromium: Any
) -> None:
    with audit.opened(chromium, specimens["leadership"]) as page:
        steps = audit.walk(page)
        assert steps[0]["href"] == "#main"
        targets = [step["href"] for step in steps]
        assert targets.index("#s-in-short") < targets.index("#n1") < targets.index("#r1")
        assert any(step["tag"] == "summary" and "numbers" in step["name"] for step in steps)
        assert {Path(step["download"]).suffix for step in steps if step["download"]} == {
            ".xlsx",
            ".csv",
        }
        assert audit.focus_faults(steps) == []


def test_skip_link_and_source_link_lead_there_and_back(
    specimens: dict[str, Path], chromium: Any
) -> None:
    with audit.opened(chromium, specimens["leadership"]) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        assert page.get_by_role("link", name="Source [3]", exact=True).count() == 1
        link = page.locator('table a[href^="#n"]').first
        number = link.text_content().strip(" []")
        link.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == f"#n{number}"
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == f"#r{number}"


def test_disclosure_opens_by_keyboard_and_holds_the_numbers(
    specimens: dict[str, Path], chromium: Any
) -> None:
    with audit.opened(chromium, specimens["leadership"]) as page:
        table = page.locator("details.numbers table")
        assert not table.is_visible()
        page.locator("details.numbers summary").focus()
        page.keyboard.press("Enter")
        assert table.is_visible()


def test_contents_mark_where_the_reader_is(specimens: dict[str, Path], chromium: Any) -> None:
    with audit.opened(chromium, specimens["leadership"]) as page:
        current = page.locator("nav.contents a[aria-current]")
        assert current.text_content() == "In short"
        page.locator("#s-key-questions").evaluate("e => e.scrollIntoView({behavior: 'instant'})")
        page.wait_for_timeout(200)
        assert current.text_content() == "Key questions"


def test_downloads_come_out_as_files(
    specimens: dict[str, Path], chromium: Any, tmp_path: Path
) -> None:
    with audit.opened(chromium, specimens["leadership"]) as page:
        for link in page.locator("a[download]").all():
            with page.expect_download() as waiting:
                link.click()
            saved = tmp_path / waiting.value.suggested_filename
            waiting.value.save_as(saved)
            expected = audit.downloads(specimens["leadership"])[saved.name]
            assert saved.read_bytes() == expected


def test_search_narrows_the_front_page_from_the_keyboard(
    specimens: dict[str, Path], chromium: Any
) -> None:
    with audit.opened(chromium, specimens["index-long"]) as page:
        page.locator("#search").focus()
        page.keyboard.type("testshire 31")
        assert page.locator("[data-row]:visible").count() == 1
        assert page.locator("#found").text_content() == "1 of 40 shown"
    with audit.opened(chromium, specimens["index-long"], java_script_enabled=False) as page:
        assert page.locator("[data-row]:visible").count() == 40
        assert not page.locator("#search").is_visible()


@pytest.mark.parametrize("name", ["leadership", "analyst", "index"])
def test_without_script_everything_is_there(
    specimens: dict[str, Path], chromium: Any, name: str
) -> None:
    def visible(page: Any) -> str:
        return re.sub(r"\s+", " ", page.locator("main").inner_text())

    with audit.opened(chromium, specimens[name]) as page:
        page.evaluate("document.querySelector('[data-finder]')?.remove()")
        scripted = visible(page)
    with audit.opened(chromium, specimens[name], java_script_enabled=False) as page:
        assert visible(page) == scripted
        # The front page is short, and has no list of contents where there is room.
        assert name == "index" or page.locator("nav.contents a").first.is_visible()


@pytest.mark.parametrize("name", ["leadership", "analyst", "hostile", "index"])
def test_nothing_is_cut_off_on_paper(specimens: dict[str, Path], chromium: Any, name: str) -> None:
    with audit.opened(chromium, specimens[name]) as page:
        assert audit.print_faults(page) == []


def test_printed_page_holds_every_word_on_numbered_sheets(
    specimens: dict[str, Path], chromium: Any
) -> None:
    with audit.opened(chromium, specimens["leadership"]) as page:
        audit.open_everything(page)
        # The way back from a note is a link, and of no use on paper.
        page.evaluate("document.querySelectorAll('.back').forEach(b => { b.remove(); })")
        shown = page.locator("main").inner_text()
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = false; })")
        pdf = audit.printed(page)
    sheets = [sheet.extract_text() for sheet in pdf.pages]
    assert 3 <= len(sheets) <= 6
    for number, text in enumerate(sheets, start=1):
        assert f"Page {number} of {len(sheets)}" in re.sub(r"\s+", " ", text)
        assert "SIMULATED" in text
    paper = re.sub(r"[\s\[\]]+", "", "".join(sheets))
    cells = {line.strip() for part in shown.split("\n") for line in part.split("\t")}
    lost = [words for words in cells if words and re.sub(r"[\s\[\]]+", "", words) not in paper]
    assert lost == []
    first = re.sub(r"\s+", " ", sheets[0])
    assert "one point short of Good" in first and "What next" in first
    assert "Ratings, then and now" not in first
    assert "(https://example.org/ogl)" in "".join(sheets).replace("\n", "")


def test_forced_colours_keep_charts_on_white(specimens: dict[str, Path], chromium: Any) -> None:
    with audit.opened(
        chromium, specimens["leadership"], forced_colors="active", color_scheme="dark"
    ) as page:
        ground = page.locator(".chart svg").first.evaluate(
            "e => getComputedStyle(e).backgroundColor"
        )
        assert ground == "rgb(255, 255, 255)"


def test_nothing_moves(specimens: dict[str, Path], chromium: Any) -> None:
    with audit.opened(chromium, specimens["leadership"]) as page:
        moving = page.evaluate(
            """() => [...document.querySelectorAll('*')].filter(e => {
            const s = getComputedStyle(e);
            return s.scrollBehavior !== 'auto' || s.animationName !== 'none' ||
              parseFloat(s.transitionDuration) > 0;
          }).length"""
        )
        assert moving == 0


def test_pdf_by_the_installed_browser(specimens: dict[str, Path], tmp_path: Path) -> None:
    if find_browser() is None:
        pytest.skip("no browser is installed")
    from pypdf import PdfReader

    write_pdf(specimens["leadership"], tmp_path / "page.pdf")
    pdf = PdfReader(tmp_path / "page.pdf")
    assert "Testshire CRC" in pdf.pages[0].extract_text()
    assert pdf.metadata is not None and "SIMULATED" in str(pdf.metadata.title)


def test_the_audit_in_a_browser_finds_what_it_is_for(chromium: Any, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!DOCTYPE html><html lang=en><title>A page with faults</title><main><h1>Faults</h1>"
        "<svg width=200 height=80 viewBox='0 0 200 80' role=img><title>x</title>"
        "<rect width=200 height=80 fill='#bbbbbb'/><text x=5 y=20 fill='#999999'>faint</text>"
        "<text x=5 y=40 font-size=6>small</text><text x=180 y=60>cut off here</text></svg>"
        "<div style='width:2000px'>wide</div>"
        "<div style='overflow-x:auto;width:50px'><p style='width:300px'>keyboard trap</p></div>"
        "<p style='overflow:hidden;width:40px;white-space:nowrap'>words that are cut</p>"
        "<img src='https://example.org/x.png'><button></button></main></html>",
        encoding="utf-8",
    )
    with audit.opened(chromium, bad, 390) as page:
        page.wait_for_timeout(100)
        text = " ".join(audit.svg_text_faults(page))
        assert "'faint' has a contrast of" in text and "'small' is 6.0 pixels high" in text
        clipped = " ".join(audit.clipping_faults(page))
        assert "'cut off here' reaches out" in clipped and "'words that are cut'" in clipped
        sideways = " ".join(audit.sideways_faults(page))
        assert "wide in 390" in sideways and "without label or focus" in sideways
        assert any("button-name" in fault for fault in audit.axe_faults(page))
        assert any("example.org" in fault for fault in audit.request_faults(page))
        assert audit.print_faults(page) != []
        assert audit.focus_faults(audit.walk(page)) != []

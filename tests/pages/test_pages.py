"""Pages as files: valid, closed to the outside, the same every time, and true to their edition."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Drawing
from support import page_audit as audit
from support import specimen

from pipeline.publish.build.catalogue import CannotBuild
from pipeline.publish.build.pdf import write_pdf
from pipeline.publish.page.page_info import PageInfo
from pipeline.publish.page.pictures import Picture, drawing
from pipeline.publish.page.render import Renderer, UnfitOutput, markdown, sections
from pipeline.publish.page.source_notes import SourceNotes
from pipeline.publish.page.svg import lean_svg, svg_tree
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.index import index_html

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture(scope="module")
def pages(renderer: Renderer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, hostile, edition in [
        ("leadership", False, "leadership"),
        ("analyst", False, "analyst"),
        ("hostile", True, "leadership"),
        ("hostile-analyst", True, "analyst"),
    ]:
        found[name] = folder / f"{name}.html"
        found[name].write_text(
            renderer.html(specimen.notebook(hostile, edition), specimen.info(edition, hostile)),
            encoding="utf-8",
        )
    found["index"] = folder / "index.html"
    found["index"].write_text(
        index_html(
            [
                {
                    "name": specimen.HOSTILE,
                    "kind": "comparison",
                    "provider_name": specimen.HOSTILE,
                    "title": specimen.HOSTILE,
                    "result": specimen.HOSTILE,
                    "dates": specimen.HOSTILE,
                    "data_version": specimen.HOSTILE,
                    "simulated": True,
                    "reports": [{"name": "../x", "edition": "leadership"}],
                }
            ]
        ),
        encoding="utf-8",
    )
    return found


NAMES = ["leadership", "analyst", "hostile", "hostile-analyst", "index"]


@pytest.mark.parametrize("name", NAMES)
def test_page_is_sound(pages: dict[str, Path], name: str) -> None:
    page = pages[name]
    assert audit.html_faults(page) == []
    assert audit.heading_faults(page) == []
    assert audit.outside_faults(page) == []
    assert audit.leak_faults(page) == []


@pytest.mark.parametrize("name", ["leadership", "analyst"])
def test_pictures_and_tables_say_what_they_hold(pages: dict[str, Path], name: str) -> None:
    assert audit.picture_faults(pages[name]) == []
    assert audit.table_faults(pages[name]) == []


@pytest.mark.parametrize("name", NAMES)
def test_page_is_light(pages: dict[str, Path], name: str) -> None:
    assert pages[name].stat().st_size < 300_000


def test_audit_finds_what_it_is_for(tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!DOCTYPE html><html><head><title>x.ipynb</title></head><body onload='x()'>"
        "<h1>One¶</h1><h3>Three</h3><img src='https://example.org/x.png'>"
        "<svg role='img'><title>No description has been provided for this image</title></svg>"
        "<table><tr><td>nan</td></tr></table><a href='#nowhere'>x</a><p id=a></p><p id=a></p>"
        "<pre>/home/someone/x</pre></body></html>",
        encoding="utf-8",
    )
    assert len(audit.html_faults(bad)) >= 2
    assert len(audit.heading_faults(bad)) == 4
    assert len(audit.picture_faults(bad)) == 2
    assert len(audit.table_faults(bad)) == 3
    assert len(audit.outside_faults(bad)) == 3
    assert audit.leak_faults(bad) == ["the page holds a path: /home/someone"]


def test_leadership_edition_has_no_code(pages: dict[str, Path]) -> None:
    leadership = pages["leadership"].read_text(encoding="utf-8")
    analyst = pages["analyst"].read_text(encoding="utf-8")
    assert "show(thing)" not in leadership
    assert "show(thing)" in analyst
    for text in (leadership, analyst):
        assert "/somewhere/private" not in text
        assert "The title of the notebook" not in text


def test_simulated_pages_say_so_in_title_and_text(renderer: Renderer) -> None:
    node = nbformat.v4.new_notebook()
    simulated = renderer.html(node, PageInfo(title="Testshire compared", simulated=True))
    real = renderer.html(node, PageInfo(title="Northumbria compared"))
    assert "<title>SIMULATED: Testshire compared</title>" in simulated
    assert 'class="banner"' in simulated and 'class="banner"' not in real
    assert "SIMULATED" not in real


def test_machine_readable_description(pages: dict[str, Path]) -> None:
    for name in NAMES:
        text = pages[name].read_text(encoding="utf-8")
        found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
        described = json.loads(found[0])
        assert described["@type"] == "Dataset"
        if name == "leadership":
            assert described["temporalCoverage"] == "2018/2020"
            assert described["version"] == "0123abc"
            assert described["license"].startswith("https://www.nationalarchives.gov.uk/doc/open")


def test_html_in_an_authors_markdown_is_text_and_mathml_stands() -> None:
    assert "<b>" not in markdown("a <b>x</b> <img src=x onerror=y>")
    assert "<script" not in markdown("<script>x</script>")
    formula = '<math display="block"><mi>p</mi></math>'
    assert formula in markdown(f"Text\n\n{formula}\n\nmore")


def test_sections_follow_second_level_headings() -> None:
    parts = sections(markdown("before\n\n## One & two\n\na\n\n## One & two\n\nb\n\n### Three"))
    assert [part["id"] for part in parts.contents] == ["s-one-amp-two", "s-one-amp-two-2"]
    assert parts.html.count("<section") == 2


def test_a_failed_cell_or_a_bare_picture_makes_no_page(renderer: Renderer) -> None:
    node = nbformat.v4.new_notebook()
    failed = nbformat.v4.new_output("error", ename="KeyError", evalue="x", traceback=[])
    node.cells = [nbformat.v4.new_code_cell("x", outputs=[failed])]
    with pytest.raises(UnfitOutput, match="KeyError"):
        renderer.html(node, PageInfo(title="Nothing"))
    picture = nbformat.v4.new_output("display_data", {"image/png": "AAAA", "text/plain": "x"})
    node.cells = [nbformat.v4.new_code_cell("x", outputs=[picture])]
    with pytest.raises(UnfitOutput, match="without a description"):
        renderer.html(node, PageInfo(title="Nothing"))


def test_warnings_of_a_run_never_reach_a_page(renderer: Renderer) -> None:
    node = nbformat.v4.new_notebook()
    noise = nbformat.v4.new_output("stream", name="stderr", text="/home/x.py:1: Warning")
    node.cells = [nbformat.v4.new_code_cell("x", outputs=[noise])]
    assert "Warning" not in renderer.html(node, PageInfo(title="Quiet page", edition="analyst"))


def test_front_page_stays_within_its_weight() -> None:
    abouts = [
        {
            "name": f"comparison-{n}",
            "kind": "comparison",
            "provider_name": f"Simulated provider {n} CRC",
            "simulated": True,
            "title": f"Simulated provider {n} CRC: 2018 and 2019 compared",
            "result": "Rose from 10 to 15 points of 30 and stays Requires improvement. " * 2,
            "dates": ["Inspected June 2018 and July 2019"],
            "data_version": "0123abc",
            "reports": [
                {"name": f"comparison-{n}", "edition": "leadership"},
                {"name": f"comparison-{n}-analyst", "edition": "analyst"},
            ],
        }
        for n in range(300)
    ]
    empty = len(index_html([]).encode())
    full = index_html(abouts)
    assert empty < 100_000
    assert len(full.encode()) < 100_000 + 1024 * 300
    assert full.count("<li data-row") == 300
    assert index_html(abouts[::-1]) == full


def test_figure_must_state_a_finding_and_lead_to_its_numbers() -> None:
    figure, _ = drawing(300, 100)
    numbers = Table(specimen.scores(), "Numbers", [Column("question", "Question")])
    with pytest.raises(ValueError, match="finding"):
        Picture(figure, "Title", " ", table=numbers)
    with pytest.raises(ValueError, match="more than the title"):
        Picture(figure, "Scores rose", "Scores rose.", table=numbers)
    with pytest.raises(ValueError, match="table with its numbers"):
        Picture(figure, "Title", "Scores rose")


def test_svg_is_pared_down_and_disarmed() -> None:
    svg = (
        '<?xml version="1.0"?><!DOCTYPE svg><svg xmlns="http://www.w3.org/2000/svg" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10.123456 5" onload="x()">'
        "<style>*{color:red}</style><script>x()</script><metadata>y</metadata>"
        '<g id="g1"><g id="g2"><path id="m1" d="M 0.123456 1" style="fill: #123456; opacity: 1"/>'
        '<use xlink:href="#m1"/><use xlink:href="https://example.org/x#y"/></g></g>'
        "<text style=\"font: 13px 'DejaVu Sans'\">a &lt; b</text></svg>"
    )
    lean = lean_svg(ElementTree.fromstring(svg), "f", "It rose & fell")
    for gone in ("style", "script", "metadata", "onload", "example.org", "xlink", "<g", "DejaVu"):
        assert gone not in lean
    assert '<path id="f-1" d="M0.1 1" fill="#123456"/><use href="#f-1"/><text>' in lean
    assert "<text>a &lt; b</text>" in lean
    assert '<title id="f-t">It rose &amp; fell</title>' in lean


def test_charts_on_one_page_share_no_id() -> None:
    frame = specimen.scores()
    one, two = (lean_svg_of(specimen.chart(frame), name) for name in ("a", "b"))
    ids_one, ids_two = (set(re.findall(r' id="([^"]+)"', text)) for text in (one, two))
    assert ids_one and not ids_one & ids_two
    assert one.replace('"a-', '"b-').replace("#a-", "#b-") == two


def test_a_drawing_is_the_one_that_matplotlib_writes_as_a_file() -> None:
    def drawn() -> Drawing:
        figure, (left, right) = drawing(600, 300, ncols=2)
        left.bar(["a", "b"], [1, 2], hatch="//", alpha=0.5, label="<bars> & $x$")
        left.scatter([0, 1], [1, 2], c=[0.1, 0.9], s=[20, 90], clip_on=True)
        left.set_ylabel("turned")
        left.legend(title="Two\nlines")
        right.plot([0, 1, float("nan"), 2], "--o", color="#123456", markevery=2)
        right.fill_between([0, 1], [0, 1], color="red")
        right.text(0.5, 0.5, "faint", alpha=0.3, clip_on=True, url="https://example.org")
        right.text(0.5, 0.7, "formula $x^2$", parse_math=True)
        right.annotate("there", (0.2, 0.2), (0.6, 0.9), arrowprops={}, ha="center", va="top")
        return figure

    file = io.StringIO()
    figure = drawn()
    FigureCanvasSVG(figure).print_svg(file)
    written = ElementTree.fromstring(file.getvalue())
    expected, found = (lean_svg(tree, "f", "It rose") for tree in (written, svg_tree(drawn())))
    between_tags = re.compile(r"(?<=>)\s+|\s+(?=<)")
    assert between_tags.sub("", expected) == between_tags.sub("", found)


def lean_svg_of(figure: Drawing, name: str) -> str:
    return str(lean_svg(svg_tree(figure), name, "It rose"))


def test_notes_are_numbered_once_and_lead_back() -> None:
    notes = SourceNotes(specimen.sources())
    for reference, shown_in, link in (
        (("testshire-2018", "Annex 4, row 1"), "t1", '<a href="#n1" id="r1"> [1]</a>'),
        (("testshire-2020", "Annex 2"), "t1", '<a href="#n2" id="r2"> [2]</a>'),
        (("testshire-2018", "Annex 4, row 1"), "t2", '<a href="#n1"> [1]</a>'),
        ((None, "x"), "t2", ""),
        (None, "t2", ""),
    ):
        assert notes.cite(reference, shown_in, set()) == link
    html = notes._repr_html_()
    assert html.count("<li") == 2 and 'href="#r1"' in html


def test_pdf_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pages: dict[str, Path]
) -> None:
    monkeypatch.setenv("PIPELINE_BROWSER", str(tmp_path / "no-such-browser"))
    with pytest.raises(CannotBuild, match="neither Chromium, Chrome nor Edge"):
        write_pdf(pages["leadership"], tmp_path / "x.pdf")
    assert not (tmp_path / "x.pdf").exists()

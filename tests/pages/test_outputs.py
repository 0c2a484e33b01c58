"""What a cell shows is whole by itself in whatever shows it, and the same on our pages as ever."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import papermill
import pytest
from nbconvert import HTMLExporter
from support import page_audit as audit
from support.lab import OUTPUTS_CHECK, PROJECT

from pipeline.publish.charts.comparison import change_chart
from pipeline.publish.page import style
from pipeline.publish.page.display import NAME, in_notebook, on_page
from pipeline.publish.page.markup import tag
from pipeline.publish.page.svg import svg_tree
from pipeline.publish.reports.comparison import ComparisonReport

CHECK = f"""() => ({OUTPUTS_CHECK})(
    [...document.querySelectorAll('.{NAME}')].map((output) => output.parentElement))"""


@pytest.fixture(scope="module")
def executed(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The comparison notebook, run as Lab runs it: every cell, with its defaults."""
    out = tmp_path_factory.mktemp("executed") / "comparison.ipynb"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIPELINE_PROCESSED", str(site / "processed"))
        notebook = PROJECT / "notebooks" / "comparison.ipynb"
        papermill.execute_notebook(notebook, out, engine_name="ipython", progress_bar=False)
    return nbformat.read(out, as_version=4)


@pytest.fixture
def report(site: Path, monkeypatch: pytest.MonkeyPatch) -> ComparisonReport:
    monkeypatch.setenv("PIPELINE_PROCESSED", str(site / "processed"))
    return ComparisonReport.open("northumbria-crc", 2018, 2019, "all-crcs")


def in_vs_code(notebook: Any, theme: str) -> str:
    """Return the outputs in a page with the classes and variables of VS Code's renderer."""
    ink, paper = ("#cccccc", "#1f1f1f") if theme == "dark" else ("#3b3b3b", "#ffffff")
    outputs = "".join(
        f"<div>{output['data']['text/html']}</div>"
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    )
    return (
        f'<!DOCTYPE html><html style="--vscode-editor-foreground:{ink};'
        f'--vscode-editor-background:{paper}"><body class="vscode-{theme}" '
        f'style="background:{paper};color:{ink}">{outputs}</body></html>'
    )


HOSTS = {
    "nbconvert lab, light": lambda nb: HTMLExporter(theme="light").from_notebook_node(nb)[0],
    "nbconvert lab, dark": lambda nb: HTMLExporter(theme="dark").from_notebook_node(nb)[0],
    "nbconvert classic": lambda nb: HTMLExporter(template_name="classic").from_notebook_node(nb)[0],
    "VS Code, light": lambda nb: in_vs_code(nb, "light"),
    "VS Code, dark": lambda nb: in_vs_code(nb, "dark"),
}


@pytest.mark.parametrize("host", HOSTS)
def test_outputs_are_whole_in_every_host(
    host: str, executed: Any, chromium: Any, tmp_path: Path
) -> None:
    page_file = tmp_path / "page.html"
    page_file.write_text(HOSTS[host](executed), encoding="utf-8")
    with audit.opened(chromium, page_file) as page:
        assert page.evaluate(f"document.querySelectorAll('.{NAME}').length") > 20
        assert page.evaluate(CHECK) == []
        page.evaluate(f"document.querySelectorAll('.{NAME} > style').forEach((s) => s.remove())")
        assert page.evaluate(CHECK) != [], "outputs that have lost their style pass for whole"


def test_a_page_takes_the_wrapping_off_again(report: ComparisonReport) -> None:
    for shown in (
        report.in_brief(),
        report.key_question_figure(),
        report.key_question_table(),
        report.change_figure(),
        report.glossary(),
        report.sources(),
        report.downloads(),
    ):
        shown.html()  # gives things their numbers, which depend on what was shown before
        assert on_page(shown._repr_html_()) == shown.html()
    assert on_page("<table>not ours</table>") == "<table>not ours</table>"


def test_no_page_carries_a_notebooks_style_or_hints(site: Path) -> None:
    for page in (site / "reports").glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert NAME not in text and "as a DataFrame" not in text and "--jp-" not in text
        assert text.count("<style") == 1


def test_what_an_output_says_of_its_frame(report: ComparisonReport) -> None:
    table = report.key_question_table()
    assert f".frame gives these {len(table.frame)} rows as a DataFrame." in table._repr_html_()
    figure = report.key_question_figure()
    assert figure.frame.equals(table.frame)
    assert f".frame gives its {len(table.frame)} rows" in figure._repr_html_()


def test_every_rule_of_an_output_is_nested_under_its_own_element() -> None:
    shown = in_notebook(tag("p", "x"))
    (sheet,) = re.findall(r"<style>(.*)</style>", shown, re.DOTALL)
    assert sheet.startswith(f".{NAME},#{NAME}{{")
    depth = 0
    for position, char in enumerate(sheet):
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth > 0 or position in (*range(len(f".{NAME},#{NAME}")), len(sheet) - 1)


def test_every_colour_of_a_chart_has_one_for_a_dark_ground(report: ComparisonReport) -> None:
    drawn = [
        figure.html()
        for figure in (report.key_question_figure(), report.stability_figure(), report.in_brief())
    ]
    changes = [q for q in report.questions if q["change_points"] is not None]
    drawn.append(ElementTree.tostring(svg_tree(change_chart(changes)), "unicode"))
    used = set(re.findall(r'(?:fill|stroke)(?:="|: ?)(#[0-9A-Fa-f]{3,6})', "".join(drawn)))
    assert len(used) > 8
    known = {style.INK.lower(), *style.ON_DARK}
    assert {colour.lower() for colour in used} <= known


def test_a_terminal_gets_useful_text(report: ComparisonReport) -> None:
    table = repr(report.key_question_table())
    assert table.splitlines()[0] == "Key questions: share of cases done well"
    assert re.search(
        r"^2\.1\.2 Does assessment .* 80% +97 +63% +\W better +70% ", table, re.MULTILINE
    )
    assert "<" not in table
    figure = report.key_question_figure()
    assert repr(figure).splitlines() == [figure.title, figure.finding]
    assert "15 of 30 points" in repr(report.in_brief())
    assert "Northumbria CRC" in repr(report) and "0x" not in repr(report)


def test_a_long_table_is_printed_in_part_and_says_so(report: ComparisonReport) -> None:
    printed = repr(report.prompt_table())
    assert len(printed.splitlines()) == 23
    assert re.search(r"\.\.\. and \d+ more rows: \.frame has them all$", printed)

"""A figure copied from a page is that figure: source marks and shapes stay behind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support import page_audit as audit

SITES = ["site", "simulated"]


def copied(page: Any, number: int) -> list[list[str]]:
    """Select a table, copy it and paste it as text, as a spreadsheet takes it."""
    page.evaluate(
        """number => {
            const table = document.querySelectorAll('table')[number];
            for (let e = table; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true;
            const range = document.createRange();
            range.selectNode(table);
            const chosen = getSelection();
            chosen.removeAllRanges();
            chosen.addRange(range);
        }""",
        number,
    )
    text = page.evaluate("getSelection().toString()")
    page.evaluate("getSelection().removeAllRanges()")
    return [line.split("\t") for line in text.split("\n") if line.strip()]


def shown(page: Any, number: int) -> list[list[str]]:
    """Return the words of a table's cells without source marks and shapes."""
    cells = page.evaluate(
        """number => [...document.querySelectorAll('table')[number].rows].map(row =>
            [...row.cells].map(cell => {
                const copy = cell.cloneNode(true);
                copy.querySelectorAll('a[href^="#n"], [aria-hidden]').forEach(e => e.remove());
                return copy.textContent;
            }))""",
        number,
    )
    return [[clean(cell) for cell in row] for row in cells]


def clean(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize("data", SITES)
def test_a_table_is_copied_without_its_marks(
    data: str, request: pytest.FixtureRequest, chromium: Any
) -> None:
    checked = 0
    for path in sorted((request.getfixturevalue(data) / "reports").glob("*.html")):
        with audit.opened(chromium, path) as page:
            for number in range(page.locator("table").count()):
                taken = clean(" ".join(" ".join(line) for line in copied(page, number)))
                words = clean(" ".join(" ".join(row) for row in shown(page, number)))
                for gone in ("[", "■", "□", "▲", "▼"):
                    assert (gone in taken) == (gone in words), f"{path.name}: {gone}"
                figures = re.findall(r"\d[\d.,]*%?", words)
                assert re.findall(r"\d[\d.,]*%?", taken)[-len(figures) :] == figures, path.name
                checked += len(figures)
    assert checked > 500


def test_a_mark_keeps_its_distance_where_there_is_no_style(site: Path) -> None:
    """Without a style sheet a mark is text: a blank, then its number in brackets."""
    marks = [
        mark
        for path in (site / "reports").glob("*.html")
        for mark in re.findall(r'<a href="#n\d+"[^>]*>(.*?)</a>', path.read_text("utf-8"))
    ]
    assert len(marks) > 100
    assert [mark for mark in marks if not re.fullmatch(r" \[\d+\]", mark)] == []

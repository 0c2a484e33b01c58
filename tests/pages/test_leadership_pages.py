"""The leadership edition: two sheets, few words, light, and all of its message on one screen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support import page_audit as audit
from support.folders import Folder

from pipeline.publish.build.catalogue import Wanted
from pipeline.publish.build.site import build

WORDS, SHEETS, KILOBYTES = 680, 2, 90
SITES = ["site", "simulated", "wider", "moved"]


@pytest.fixture(scope="session")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Comparisons of the Northumbria rounds as if it had fallen in everything it rose in.

    The figures and ratings of the two rounds are exchanged where both inspections have them.
    """
    folder = Folder(tmp_path_factory.mktemp("moved") / "raw")
    before, after = "northumbria-crc-2018", "northumbria-crc-2019"
    for table, key in (("key_question_scores", "key_question"), ("ratings", "standard")):
        rows = folder.rows(table)
        values = ("percent",) if key == "key_question" else ("rating",)
        own = {
            (row["inspection"], row[key]): row
            for row in rows
            if row.get("reading", "own") == "own" and row[values[0]]
        }
        for code in {name for inspection, name in own if inspection == before}:
            if code[0] == "4" or (after, code) not in own:
                continue
            one, other = own[before, code], own[after, code]
            for value in values:
                one[value], other[value] = other[value], one[value]
        folder.write(table, rows)
    for table in ("discretions", "significance_claims", "second_readings", "discrepancies"):
        folder.write(table, [])
    folder.edit("overall_ratings", {"inspection": before}, rating="Requires improvement")
    folder.edit("overall_ratings", {"inspection": after}, score="10", rating="Requires improvement")
    out = tmp_path_factory.mktemp("moved-site")
    outcome = build(folder.path, out, wanted=Wanted(kind="comparison"), progress=False)
    assert outcome.failed == {}
    return out


def leadership_pages(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted((folder / "reports").glob("comparison-*.html"))
        if not path.stem.endswith("-analyst")
    ]


@pytest.fixture(params=SITES)
def pages(request: pytest.FixtureRequest) -> list[Path]:
    found = leadership_pages(request.getfixturevalue(request.param))
    assert found
    return found


def test_a_page_is_light(pages: list[Path]) -> None:
    for path in pages:
        assert path.stat().st_size < KILOBYTES * 1000, path.name


def test_a_page_has_few_words_and_fits_two_sheets(pages: list[Path], chromium: Any) -> None:
    for path in pages:
        with audit.opened(chromium, path) as shown:
            words = re.findall(r"\S*\w\S*", shown.evaluate("document.body.innerText"))
            sheets = len(audit.printed(shown).pages)
        assert len(words) <= WORDS, f"{path.name} has {len(words)} words"
        assert sheets <= SHEETS, f"{path.name} has {sheets} sheets"


def test_a_page_says_nothing_that_is_not_earned(pages: list[Path]) -> None:
    for path in pages:
        text = audit.words(audit.document(path).find("body"))
        assert "clearly" not in text.lower()
        assert not re.search(r"\bp[- ]values? of\b|\bp =", text)


def test_nothing_is_folded_away_that_then_prints(pages: list[Path]) -> None:
    for path in pages:
        assert list(audit.document(path).iter("details")) == []


def test_both_rounds_are_in_sight_on_a_telephone(pages: list[Path], chromium: Any) -> None:
    for path in pages:
        with audit.opened(chromium, path, 390) as shown:
            boxes = shown.evaluate(
                "[...document.querySelectorAll('.tiles th, .tiles td')]"
                ".map(cell => cell.getBoundingClientRect()).map(box => [box.left, box.right])"
            )
            assert boxes and all(0 <= left < right <= 390 for left, right in boxes), path.name
            wide = shown.evaluate(
                "[...document.querySelectorAll('.scroll, .chart, body')]"
                ".filter(box => box.scrollWidth > box.clientWidth + 1).length"
            )
            assert wide == 0, path.name


def test_the_message_stands_on_the_first_screen(site: Path, chromium: Any) -> None:
    (path,) = leadership_pages(site)
    with audit.opened(chromium, path) as shown:
        for part in (".message", ".tiles", ".scale .broad", ".facts", ".promised"):
            bottom = shown.locator(part).first.evaluate("e => e.getBoundingClientRect().bottom")
            assert bottom <= audit.HEIGHT, part


def test_the_first_screen_says_what_the_documents_say(site: Path) -> None:
    (path,) = leadership_pages(site)
    text = audit.words(audit.document(path))
    for said in (
        # Ratings pages of the two reports.
        "Northumbria CRC is rated Requires improvement, as in 2018, but did better: of the eight "
        "standards that can be compared, five rose and none fell.",
        # Annex 2 of the report of February 2020: 58, 51, 56 and 48% for keeping others safe.
        "The chief weakness is keeping people safe, done well in 48% to 58% of cases: it is "
        "the weakest part of four of the six standards rated on cases.",
        # Annex 2 of 2018 and chapter 2 of 2020, key question 2.3.3.
        "The surest gain is in keeping people safe, where delivery rose from 41% to 56% of cases. "
        "It passes the inspectorate's test for chance, though not when all 13 key questions are "
        "judged together.",
        "15 of 30 points, up from 10 in 2018; 1 point short of Good. "
        "No report prints the total of 2018: it is our sum.",
        # Action plan of February 2020: totals as printed.
        "The plan answers eight recommendations: five agreed, two agreed in part and one not "
        "agreed; our copy shows no date for any of its 36 actions.",
        "On keeping people safe, three recommendations are agreed: skills for work on risk of "
        "harm, home visits and management oversight.",
        # Report of February 2020, achievement of recommendations: some progress.
        "Assessment tools: agreed in part; some progress.",
    ):
        assert said in text, said


def test_a_provider_that_fell_is_told_of_its_falls(moved: Path) -> None:
    (path,) = leadership_pages(moved)
    text = audit.words(audit.document(path))
    assert (
        "did worse: of the eight standards that can be compared, five fell and none rose." in text
    )
    # The surest gain of the real rounds, downwards.
    fell = (
        "The surest fall is in keeping people safe, where delivery fell from 56% to 41% of cases."
    )
    assert fell in text
    assert "10 of 30 points, down from" in text


@pytest.mark.parametrize(
    ("rating", "squares"),
    [
        ("Inadequate", "□□□"),
        ("Requires improvement", "■□□"),
        ("Good", "■■□"),
        ("Outstanding", "■■■"),
    ],
)
def test_a_tile_says_its_level_without_colour(
    simulated: Path, chromium: Any, rating: str, squares: str
) -> None:
    shades = {}
    for path in leadership_pages(simulated):
        with audit.opened(chromium, path) as shown:
            for tile in shown.locator(".tile").all():
                words = tile.inner_text()
                found = re.match(r"([■□]+)\s+(.+)", words)
                assert found is not None
                shades[found[2]] = (found[1], tile.get_attribute("class"))
    if rating in shades:
        assert shades[rating][0] == squares
    levels = [kind for _, kind in shades.values()]
    assert len(set(levels)) == len(levels) >= 2


def test_without_style_one_drawing_of_a_picture_shows(site: Path, chromium: Any) -> None:
    for path in sorted((site / "reports").glob("*.html")):
        with audit.opened(chromium, path) as shown:
            shown.evaluate("document.querySelectorAll('style').forEach(sheet => sheet.remove())")
            both = shown.evaluate(
                "[...document.querySelectorAll('.slim')].filter(e => e.checkVisibility()).length"
            )
            assert both == 0, path.name

"""Pages of many providers, of many rounds and of case audits, made of simulated data."""

import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from support import page_audit as audit
from support.pictures import words_of

from pipeline.analysis.statistics.funnel import FEWEST
from pipeline.publish.build.catalogue import Wanted
from pipeline.publish.build.site import build
from pipeline.publish.charts.national import scores_chart
from pipeline.publish.page.source_notes import SourceNotes
from pipeline.publish.reports.index import index_html
from pipeline.publish.reports.providers_table import ProvidersTable
from pipeline.publish.reports.report_page import open_report_data, report_names
from pipeline.simulate import simulate

SCORECARD = "scorecard-simulated-0001-2020-12"
REPORTS = ["national", "rounds-simulated-0001", "rounds-simulated-0002", SCORECARD]
KILOBYTE = 1000


def page(site: Path, name: str) -> Path:
    return site / "reports" / f"{name}.html"


def text(site: Path, name: str) -> str:
    return audit.words(audit.document(page(site, name)))


@pytest.mark.parametrize("name", [*REPORTS, "index"])
def test_pages_are_sound(demo: Path, name: str) -> None:
    path = page(demo, name)
    assert audit.html_faults(path) == []
    assert audit.heading_faults(path) == []
    assert audit.picture_faults(path) == []
    assert audit.table_faults(path) == []
    assert audit.outside_faults(path) == []
    assert audit.leak_faults(path) == []


@pytest.mark.parametrize("name", [*REPORTS, "index"])
def test_every_page_says_simulated_first_of_all(demo: Path, name: str) -> None:
    tree = audit.document(page(demo, name))
    for element in ("title", "h1"):
        (found,) = tree.iter(element)
        assert "SIMULATED" in audit.words(found)
    assert "SIMULATED" in page(demo, name).read_text("utf-8").split("<main")[0].split("banner")[-1]


@pytest.mark.parametrize("width", audit.WIDTHS)
@pytest.mark.parametrize("name", [*REPORTS[:2], SCORECARD, "index"])
def test_in_a_browser(demo: Path, chromium: Any, name: str, width: int) -> None:
    with audit.opened(chromium, page(demo, name), width) as shown:
        assert audit.axe_faults(shown) == []
        audit.open_everything(shown)
        assert audit.svg_text_faults(shown) == []
        assert audit.clipping_faults(shown) == []
        assert audit.sideways_faults(shown) == []
        assert audit.request_faults(shown) == []


# ------------------------------------------------------------------ national page


def test_the_order_is_that_of_the_scores_and_sorting_works_by_keyboard(
    demo: Path, chromium: Any
) -> None:
    with audit.opened(chromium, page(demo, "national")) as shown:

        def column(number: int) -> list[str]:
            cells = shown.locator(f"#t-providers tbody tr td:nth-child({number})")
            return [cell.get_attribute("data-v") or "" for cell in cells.all()]

        scores = [int(value) for value in column(2)]
        assert len(scores) == 10 and scores == sorted(scores, reverse=True)
        shown.get_by_role("button", name="Change").focus()
        shown.keyboard.press("Enter")
        changes = [int(value) for value in column(4)]
        assert changes == sorted(changes)
        shown.keyboard.press("Enter")
        assert [int(value) for value in column(4)] == sorted(changes, reverse=True)
        assert shown.locator("th[aria-sort=descending]").count() == 1


def test_lists_narrow_the_table_and_without_script_it_is_whole(demo: Path, chromium: Any) -> None:
    path = page(demo, "national")
    with audit.opened(chromium, path) as shown:
        shown.locator("#search").focus()
        shown.keyboard.type("simulated 7")
        assert shown.locator("tr[data-row]:visible").count() == 1
        assert shown.locator("#found").text_content() == "1 of 10 shown"
        shown.locator("#search").fill("")
        rating = shown.locator("tr[data-row]").first.get_attribute("data-rating")
        shown.locator("[data-field=rating]").select_option(rating)
        same = shown.locator(f"tr[data-row][data-rating='{rating}']").count()
        assert shown.locator("tr[data-row]:visible").count() == same < 10
    with audit.opened(chromium, path, java_script_enabled=False) as shown:
        assert shown.locator("tr[data-row]:visible").count() == 10
        assert not shown.locator("#search").is_visible()


def test_each_row_leads_to_the_page_of_its_provider(demo: Path) -> None:
    names = set(report_names(demo / "processed"))
    (table,) = [t for t in audit.document(page(demo, "national")).iter("table")
                if t.get("id") == "t-providers"]  # fmt: skip
    links = [a.get("href") for a in table.iter("a") if not a.get("href").startswith("#")]
    assert len(links) == 10
    assert all(link.removesuffix(".html") in names for link in links)


def test_few_providers_get_a_page_that_says_why_it_has_no_funnel(tmp_path: Path) -> None:
    simulate(tmp_path / "raw", providers=3, seed=5)
    outcome = build(
        tmp_path / "raw", tmp_path / "out", wanted=Wanted(kind="national"), progress=False
    )
    assert outcome.failed == {}
    said = text(tmp_path / "out", "national")
    assert "No funnel is drawn" in said and f"it takes {FEWEST} providers" in said
    assert "nan" not in said.lower().split() and "<NA>" not in said


def test_real_data_have_no_such_page_and_the_index_says_why(site: Path) -> None:
    names = {path.stem for path in (site / "reports").glob("*.html")}
    assert not {name for name in names if name.startswith(("national", "rounds", "scorecard"))}
    assert "There is no page of all providers side by side" in text(site, "index")
    assert "audit" not in text(site, "index").lower()


def test_three_hundred_providers_weigh_no_more_than_they_may(demo: Path) -> None:
    row = {
        "provider": "p", "name": "Somewhere Community Rehabilitation Company (SIMULATED 300)",
        "short_name": "Somewhere CRC (SIMULATED 300)", "owner": "Sandpiper Partnership (SIMULATED)",
        "rating": "Requires improvement", "points": 12, "most": 30, "previous_round": "2019",
        "previous_points": 14, "rating_direction": "stayed", "comparable_standards": 8,
        "standards": 10, "points_change": -2, "lowest_label": "Delivery: keeping others safe",
        "lowest_percent": 41, "best_rank": 101, "worst_rank": 250, "half": "either half",
        "page": "comparison-simulated-0300-2019-2020", "source": "simulated-2020", "place": "x",
    }  # fmt: skip
    tile = {"standard": "1.1", "rating": "Requires improvement", "points": 1}

    def weight(number: int) -> int:
        rows = [{**row, "provider": f"p{at}"} for at in range(number)]
        table = ProvidersTable(
            rows, {f"p{at}": [tile] * 10 for at in range(number)}, [("1.1", "Leadership")] * 10,
            [6, 16, 26], [row["rating"]], [row["rating"]], SourceNotes(),
        )  # fmt: skip
        return len(table.html().encode())

    each = (weight(300) - weight(0 + 1)) / 299
    assert each < 1.2 * KILOBYTE  # the rest of 1.5 is for dots and downloads
    assert page(demo, "national").stat().st_size < (250 + 1.5 * 10) * KILOBYTE


BANDS = pd.DataFrame(
    {
        "rating": ["Inadequate", "Requires improvement", "Good", "Outstanding"],
        "lower_points": [0, 6, 16, 26],
        "upper_points": [5, 15, 25, 30],
    }
)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize(
    ("scores", "marks"), [([1, 1, 12, 30], 4), ([0], 1), ([12] * 100 + [3], 2)]
)
def test_a_square_is_a_provider_and_of_many_a_bar_is_a_score(
    scores: list[int], marks: int, narrow: bool
) -> None:
    figure = scores_chart(pd.Series(scores, dtype="Int64"), BANDS, narrow=narrow)
    drawn = [mark for mark in figure.findobj(Rectangle) if mark is not figure.patch]
    assert len(drawn) == marks
    words = [word for word, _ in words_of(figure)]
    assert f"Inadequate {sum(score < 6 for score in scores)}" in words
    assert f"Outstanding {sum(score > 25 for score in scores)}" in words
    width, height = figure.get_size_inches() * 72
    for mark in drawn:
        box = mark.get_window_extent()
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height


# ------------------------------------------------------------------ rounds


def test_a_break_is_drawn_and_never_bridged(demo: Path) -> None:
    figures = open_report_data("rounds-simulated-0001", demo / "processed")["figures"]
    # Unpaid work may not be compared over 2018 and 2019 (note under 4.1 of the 2020 report).
    broken = figures[(figures["key_question"] == "4.1.4") & (figures["round"] == "2019")]
    assert broken["step"].tolist() == ["no"]
    said = text(demo, "rounds-simulated-0001")
    assert "the figures do not compare" in said
    assert re.search(r"Three rounds: .* in 2018, .* in 2019 and .* in 2020\.", said)


def test_the_page_through_time_and_the_comparisons_lead_to_each_other(demo: Path) -> None:
    abouts = {name: open_report_data(name, demo / "processed").about
              for name in report_names(demo / "processed")}  # fmt: skip
    through = "rounds-simulated-0001"
    compared = {f"comparison-simulated-0001-{pair}" for pair in ("2018-2019", "2019-2020")}
    assert {link["name"] for link in abouts[through]["beside"]} == compared <= set(abouts)
    # What is made of the first two rounds stays as it is when a third is added.
    assert abouts["comparison-simulated-0001-2018-2019"]["beside"] == []
    for name in ("2018-2020", "2019-2020"):
        beside = abouts[f"comparison-simulated-0001-{name}"]["beside"]
        assert [link["name"] for link in beside] == [through]
    header = next(audit.document(page(demo, through)).iter("header"))
    links = {a.get("href") for a in header.iter("a")}
    assert {f"{name}.html" for name in compared} <= links


# ------------------------------------------------------------------ score card


def test_the_score_card_prints_on_two_sheets(demo: Path, chromium: Any) -> None:
    with audit.opened(chromium, page(demo, SCORECARD)) as shown:
        sheets = audit.printed(shown).pages
        assert len(sheets) == 2
        first, second = (sheet.extract_text() for sheet in sheets)
    assert "Share of audited cases done well" in first and "Coordination" not in second
    assert "Month by month" in second


def test_the_score_card_words_no_rating_as_given(demo: Path) -> None:
    said = text(demo, SCORECARD)
    assert "would be Good" not in said and "not an inspection" in said
    assert "too few" not in said or "under 10 cases" in said
    assert "auditor 1" not in said and "sim-10" not in said


# ------------------------------------------------------------------ index


def about(number: int, rating: str, **more: Any) -> dict[str, Any]:
    return {
        "name": f"comparison-{number}", "kind": "comparison", "simulated": False,
        "provider_name": f"Provider {number:03d}", "title": f"P{number}: 2018 and 2019 compared",
        "result": "Said in a sentence.", "rating": rating, "score": "15 of 30",
        "direction": "rose", "round": 2019, "previous_round": 2018, "owner": f"Owner {number % 3}",
        "reports": [{"name": f"c{number}", "edition": "leadership"},
                    {"name": f"c{number}-analyst", "edition": "analyst"}],
        **more,
    }  # fmt: skip


def test_the_front_page_groups_many_providers_by_rating_and_finds_them(
    tmp_path: Path, chromium: Any
) -> None:
    ratings = ["Good", "Inadequate", "Outstanding"]
    path = tmp_path / "index.html"
    national = {
        "name": "national",
        "kind": "national",
        "title": "30 providers side by side",
        "result": "Of 30 providers.",
        "reports": [{"name": "national", "edition": ""}],
    }
    path.write_text(index_html([*(about(n, ratings[n % 3]) for n in range(30)), national]))
    assert audit.html_faults(path) == []
    headings = [audit.words(h) for h in audit.document(path).iter("h3")]
    assert headings == ["Outstanding (10)", "Good (10)", "Inadequate (10)"]
    with audit.opened(chromium, path) as shown:
        assert shown.locator("main a").first.get_attribute("href") == "national.html"
        shown.locator("[data-field=owner]").select_option("Owner 2")
        assert shown.locator("#found").text_content() == "10 of 30 shown"
        assert shown.locator("[data-group]:visible").count() == 1
        # 300 links fit a few screens: thirty providers with ten each.
        assert shown.evaluate("document.documentElement.scrollHeight") < 5 * audit.HEIGHT


def test_three_hundred_providers_fit_some_screens(tmp_path: Path, chromium: Any) -> None:
    path = tmp_path / "index.html"
    reports = [
        about(n, "Good", short_name=f"P {n}", name=f"c{n}-{year}", round=year, previous_round=2018)
        for n in range(300)
        for year in (2019, 2020)
    ]
    path.write_text(index_html(reports))
    with audit.opened(chromium, path) as shown:
        assert shown.evaluate("document.documentElement.scrollHeight") < 14 * audit.HEIGHT
        assert audit.axe_faults(shown) == []
        shown.locator("#search").fill("provider 299")  # the name in full is found, too
        assert shown.locator("#found").text_content() == "1 of 300 shown"
        assert shown.locator("li[data-row]:visible a:visible").count() == 3
        shown.locator("li[data-row]:visible summary").click()
        assert shown.locator("li[data-row]:visible a:visible").count() == 5


def test_the_front_page_lists_an_owner_of_two_spellings_once() -> None:
    owners = ["Larkfield Trust", "LARKFIELD TRUST.", "Oakmere"] * 2
    html = index_html([about(n, "Good", owner=owner) for n, owner in enumerate(owners)])
    assert "LARKFIELD" not in html and html.count('data-owner="Larkfield Trust"') == 4


def test_the_latest_round_with_the_one_before_it_comes_first(tmp_path: Path) -> None:
    reports = [
        about(1, "Good", name=f"c{now}{before}", round=now, previous_round=before,
              reports=[{"name": f"c-{before}-{now}", "edition": "leadership"}])
        for now, before in ((2019, 2018), (2021, 2018), (2021, 2019))
    ]  # fmt: skip
    html = index_html(reports)
    assert html.index('href="c-2019-2021.html"') < html.index('href="c-2018-2021.html"')
    assert html.index('href="c-2018-2021.html"') < html.index('href="c-2018-2019.html"')


def test_report_data_that_is_gone_of_a_provider_at_fault_stops_no_other(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    simulate(raw, providers=2, seed=2)

    def run() -> Any:
        return build(raw, out, workers=2, progress=False, tell=lambda _: None)

    assert run().exit_code == 0
    other = page(out, "comparison-simulated-0002-2018-2019")
    before = other.read_bytes()
    (gone,) = (out / "processed" / "report_data").glob("comparison-simulated-0001-*")
    shutil.rmtree(gone)
    scores = raw / "key_question_scores.csv"
    lines = scores.read_text(encoding="utf-8").splitlines(keepends=True)
    at = lines[0].rstrip("\n").split(",").index("percent")
    cells = lines[1].split(",")
    assert cells[0].startswith("simulated-0001")
    cells[at] = "101"
    lines[1] = ",".join(cells)
    # The places of the other provider's figures, which its page and its spreadsheet name.
    theirs = ["simulated-0002" in line for line in lines]
    assert any(theirs)
    lines = [
        line.replace("at random", "again") if its else line
        for line, its in zip(lines, theirs, strict=True)
    ]
    scores.write_text("".join(lines), encoding="utf-8")
    outcome = run()
    assert outcome.exit_code == 1 and list(outcome.failed) == ["simulated-0001"]
    assert other in outcome.written and other.read_bytes() != before

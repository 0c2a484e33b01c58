"""Pages made at once hold their own provider's figures, byte for byte those of one process."""

import re

import pytest

from bench.load import Published, figures_on
from bench.warmed import NOTEBOOKS, comparisons
from pipeline.publish.build.run import pages_of
from pipeline.publish.build.time_limit import TIMEOUT
from pipeline.simulate import simulate

ROUNDS = ["2018", "2019"]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """What the raw tables of ``simulated`` say."""
    raw = tmp_path_factory.mktemp("load") / "raw"
    simulate(raw, providers=3, seed=20)
    return Published.of(raw)


def made(simulated, at_once):
    reports = comparisons(simulated / "processed", 6)
    done = pages_of(reports, simulated / "processed", NOTEBOOKS, TIMEOUT, at_once)
    return {report.name: (report, page) for report, page, _ in done}


def test_pages_made_at_once_are_those_of_one_process_and_hold_their_own_figures(
    simulated, published
):
    alone, at_once = made(simulated, 1), made(simulated, 6)
    assert len(at_once) == 6 and at_once == alone
    assert [published.wrong_with(*found) for found in at_once.values()] == [""] * 6


def test_a_page_with_anything_of_another_provider_is_found(simulated, published):
    own, _, other = comparisons(simulated / "processed", 3)
    page, stranger = ((simulated / "reports" / r.page).read_bytes() for r in (own, other))
    assert published.wrong_with(own, page) == ""
    assert "its title does not name" in published.wrong_with(own, stranger)
    name = published.names[other.about["provider"]].encode()
    assert "stands on it" in published.wrong_with(own, page.replace(b"</main>", name + b"</main>"))
    book = re.compile(rb'(?<=\.xlsx" href=")[^"]+')
    swapped = book.sub(lambda _: book.search(stranger)[0], page)
    assert re.search(r": \d\.\d\.\d is \d+ on it$", published.wrong_with(own, swapped))
    assert "only 0 figures" in published.wrong_with(own, book.sub(b"", page))


def test_figures_are_read_from_the_spreadsheet_of_a_page(simulated, published):
    report = comparisons(simulated / "processed", 1)[0]
    shown = figures_on((simulated / "reports" / report.page).read_text(), ROUNDS)
    provider = report.about["provider"]
    assert shown["2.1.1"] == tuple(
        published.figures[f"{provider}-{round_}"]["2.1.1"] for round_ in ROUNDS
    )

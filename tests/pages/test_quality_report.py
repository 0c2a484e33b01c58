"""The data-quality report: what it counts, and that its page holds all it should."""

import re
from pathlib import Path

import pandas as pd
import pytest
from support.folders import Folder, published_tables

from pipeline.analysis.process import process
from pipeline.analysis.quality.coverage import (
    completeness,
    documents,
    published_only,
)
from pipeline.data.folders import PROCESSED_VARIABLE
from pipeline.publish.page.markup import escape
from pipeline.publish.reports.quality import KINDS, QualityReport

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return dict(published_tables())


@pytest.fixture
def report(site: Path, monkeypatch) -> QualityReport:
    monkeypatch.setenv(PROCESSED_VARIABLE, str(site / "processed"))
    return QualityReport.open()


def test_topics_hold_what_the_documents_print(tables):
    topics = completeness(tables).set_index("topic")
    # Annex 4 of the 2020 report: 76 prompts, 105 percentages and 47 without comparable data.
    assert list(topics.loc["Prompts", ["number", "words", "blank"]]) == [105, 0, 47]
    # 19 questions of 2018; 18 of 2019, 4.1.3 being qualitative; 13 reprints, 2.4.1, 2.4.2 and the
    # four of 4.1 being withheld.
    assert list(topics.loc["Key questions", ["number", "blank"]]) == [19 + 18 + 13, 1 + 6]
    # All CRCs stand beside 2.1 to 2.4 and 4.2 only.
    assert list(topics.loc["Key questions, aggregates", ["number", "blank"]]) == [15, 4]
    # 15/30 in the 2020 report; no total in that of 2018.
    assert list(topics.loc["Overall score", ["number", "blank"]]) == [1, 1]


def test_counts_by_topic_and_by_document_are_the_same(tables):
    topics, read = completeness(tables), documents(tables)
    assert topics["number"].sum() == read["numbers"].sum()
    assert topics["words"].sum() == read["words"].sum()
    assert topics["blank"].sum() == read["blanks"].sum()
    assert (topics["total"] == topics[["number", "words", "blank"]].sum(axis=1)).all()


def test_no_more_rows_are_read_twice_than_there_are(tables):
    read = documents(tables)
    assert (read["rows_read_twice"] <= read["rows"]).all()
    assert (read["rows_blind"] <= read["rows_read_twice"]).all()


def test_simulated_figures_are_left_out(tables):
    copy = {name: frame.copy() for name, frame in tables.items()}
    copy["sources"].loc[copy["sources"]["source"] == "hmip-northumbria-2018", "kind"] = "simulated"
    kept = published_only(copy)
    assert set(kept["facts"]["source"]) == {"hmip-northumbria-2020"}
    assert "hmip-northumbria-2018" not in set(documents(kept)["source"])


def test_every_discrepancy_stands_on_the_page_once(report, tables):
    html = report.register_list().html()
    numbers = [int(number) for number in re.findall(r"<li><b>(\d+) ", html)]
    assert sorted(numbers) == sorted(tables["discrepancies"]["discrepancy"])


def test_what_is_done_with_several_entries_is_said_once(report, tables):
    html = report.register_list().html()
    rows = tables["discrepancies"]
    runs = rows[rows["changes"] != "nothing"].groupby(["kind", "treatment"]).size()
    assert (runs > 1).any()
    for (_, treatment), size in runs.items():
        if size > 1:
            kinds = runs[:, treatment]
            assert html.count(str(escape(treatment))) == len(kinds)


def test_what_changes_a_reading_comes_first_with_both_places(report, tables):
    rows = tables["discrepancies"]
    bearing = rows[rows["changes"].isin(["verdict", "rating"])]
    html = report.what_changes_a_reading().html()
    numbers = [int(number) for number in re.findall(r"<li><b>(\d+) ", html)]
    assert sorted(numbers) == sorted(bearing["discrepancy"])
    assert html.count('href="#n') == len(bearing) + bearing["other_source"].notna().sum()


def test_every_kind_of_discrepancy_has_words(tables):
    assert set(tables["discrepancies"]["kind"]) <= set(KINDS)


def test_every_failed_check_is_named_and_no_code_of_a_measure_is_shown(report, tables):
    shown = report.failures_list()
    of_weight = report.data["failures"].query("severity != 'note'")
    listed = [entry for runs in shown.groups.values() for _, run in runs for entry in run]
    assert len(listed) == len(of_weight)
    report.downloads()
    offered = {table.name: table for table in report.shown}
    assert len(offered["failures"].frame) == len(report.data["failures"])
    for measure in tables["measures"]["measure"]:
        # Codes of two words and more; a single word may well stand in a sentence.
        if "-" in measure:
            assert f">{measure}" not in shown.html()


def test_the_first_screen_gives_counts_and_names(report):
    text = re.sub(r"<[^>]+>", " ", report.in_brief().html())
    assert "checks on them hold" in text and "published figures" in text
    assert "Percentages that a whole number of cases gives" in text
    assert "key question 4.1.2 (2018)" in text


def test_the_picture_has_its_numbers(report):
    figure = report.completeness_picture()
    html = figure.html()
    assert "<svg" in html and "Case findings in the text" in html
    assert "memory" not in repr(figure) and "0x" not in repr(figure)


def test_the_notebook_is_thin_and_calls_what_there_is():
    notebook = Path(__file__).resolve().parents[2] / "notebooks" / "data_quality.ipynb"
    called = re.findall(r'"report\.(\w+)\(\)"', notebook.read_text(encoding="utf-8"))
    assert called and all(callable(getattr(QualityReport, name)) for name in called)


def test_nothing_is_said_of_copying_while_nothing_was_counted(report):
    assert report.how_it_was_copied() is None


def test_what_two_readers_may_have_missed_and_what_a_machine_read_is_shown(
    tmp_path: Path, monkeypatch
):
    folder = Folder(tmp_path / "raw")
    source, inspection = "hmip-northumbria-2018", "northumbria-crc-2018"
    counts = {"ratings": ("2", "40", "3", "1"), "key_question_scores": ("4", "64", "1", "0")}
    names = ("differences", "cells", "second_differences", "both_differences")
    for table, told in counts.items():
        where = {"source": source, "table": table}
        folder.edit("second_readings", where, **dict(zip(names, told, strict=True)))
    folder.add(
        "machine_readings",
        *(
            {"source": source, "table": "ratings", "row": f"{inspection}/{standard}/{source}",
             "mark": mark, "place": "page 3"}
            for standard, mark in (("1.1", "proved"), ("1.2", "checked"), ("1.3", "proved"))
        ),
    )  # fmt: skip
    process(folder.path, tmp_path / "processed")
    monkeypatch.setenv(PROCESSED_VARIABLE, str(tmp_path / "processed"))
    report = QualityReport.open()
    html = report.how_it_was_copied().html()
    twice, machine = (table.frame for table in report.shown)
    # 104 cells: 6 only the first had wrong, 4 only the second, 1 both; 93 both had right.
    assert twice[["cells", "first", "second", "both"]].to_numpy().tolist() == [[104, 6, 4, 1]]
    assert twice["expected"].tolist() == pytest.approx([6 * 4 / 93])
    assert twice["cautious"].tolist() == pytest.approx([7 * 5 / 94])
    columns = ["table", "proved", "read", "checked", "machine", "rows"]
    assert machine[columns].to_numpy().tolist() == [["ratings", 2, 0, 1, 3, 10]]
    assert "independently" in html and "Where the document itself misleads" in html
    report.downloads()
    assert len(next(t for t in report.shown if t.name == "machine-rows").frame) == 3

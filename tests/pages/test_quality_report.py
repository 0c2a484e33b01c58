"""The data-quality report: what it counts, and that its page holds all it should."""

import re
from pathlib import Path

import pandas as pd
import pytest

from pipeline.analysis.files import csv_bytes, json_bytes, types
from pipeline.analysis.quality import quality_checks
from pipeline.analysis.quality.coverage import (
    completeness,
    documents,
    published_only,
    quality_about,
    quality_dossier,
)
from pipeline.data import load
from pipeline.publish.reports.quality.report import _KINDS, QualityReport

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return dict(load())


@pytest.fixture(scope="module")
def dossier(tables: Tables) -> Tables:
    return quality_dossier(published_only(tables), quality_checks(tables))


@pytest.fixture
def report(tables, dossier, tmp_path, monkeypatch) -> QualityReport:
    folder = tmp_path / "dossiers" / "data-quality"
    folder.mkdir(parents=True)
    parts = {**dossier, "sources": tables["sources"]}
    about = {
        **quality_about(published_only(tables), dossier),
        "data_version": "0" * 12,
        "types": {name: types(frame) for name, frame in parts.items()},
    }
    (folder / "dossier.json").write_bytes(json_bytes(about))
    for name, frame in parts.items():
        (folder / f"{name}.csv").write_bytes(csv_bytes(frame))
    monkeypatch.setenv("PIPELINE_PROCESSED", str(tmp_path))
    return QualityReport.open()


def test_topics_hold_what_the_documents_print(tables):
    topics = completeness(tables).set_index("topic")
    # Annex 4 of the 2020 report: 76 prompts, 105 percentages and 47 without comparable data.
    assert list(topics.loc["Prompts", ["number", "words", "blank"]]) == [105, 0, 47]
    # 19 questions of 2018; 18 of 2019, 4.1.3 being qualitative; 13 reprints, 2.4.1, 2.4.2 and the
    # four of 4.1 being withheld.
    assert list(topics.loc["Key questions", ["number", "blank"]]) == [19 + 18 + 13, 1 + 6]
    # All CRCs stand beside 2.1 to 2.4 and 4.2 only.
    assert list(topics.loc["Key questions, all CRCs", ["number", "blank"]]) == [15, 4]
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
    shown = [
        report.register_that_matters(),
        report.register_of_figures(),
        report.register_of_the_rest(),
        report.register_of_conversion(),
    ]
    numbers = [number for table in shown for number in table.frame["discrepancy"]]
    assert sorted(numbers) == list(tables["discrepancies"]["discrepancy"])


def test_what_changes_a_reading_comes_first_and_counts_agree(report, tables):
    register = tables["discrepancies"].set_index("discrepancy")["changes"]
    first = report.register_that_matters().frame
    # The twelve that the review of the register found to matter, but for three that change a
    # figure and stand in the next table.
    named = {6, 41, 42, 43, 48, 108, 114}
    assert named <= set(first["discrepancy"])
    assert {65, 85, 92, 95, 177} <= set(report.register_of_figures().frame["discrepancy"])
    by_kind = report.kinds().frame
    for change in ("verdict", "rating", "figure", "nothing"):
        assert by_kind[change].sum() == (register == change).sum()
    assert by_kind["all"].sum() == len(register)
    text = re.sub(r"<[^>]+>", " ", report.in_brief().html())
    assert f"{register.isin(['verdict', 'rating']).sum()} change a verdict or a rating" in text


def test_traces_of_the_conversion_stand_apart(report):
    # In the text we have a word is split, numbers are broken, and bold is lost.
    conversion = set(report.register_of_conversion().frame["discrepancy"])
    assert {117, 219, 242, 243, 244, 261} <= conversion
    assert not conversion & set(report.register_of_the_rest().frame["discrepancy"])


def test_every_kind_of_discrepancy_has_words(tables):
    assert set(tables["discrepancies"]["kind"]) <= set(_KINDS)


def test_every_failed_check_is_named_and_no_code_of_a_measure_is_shown(report, tables):
    table = report.failures_table()
    assert len(table.frame) == len(report.data["failures"])
    html = table.html()
    for measure in tables["measures"]["measure"]:
        # Codes of two words and more; a single word may well stand in a sentence.
        if "-" in measure:
            assert f">{measure}" not in html


def test_the_first_screen_gives_counts_and_names(report):
    text = re.sub(r"<[^>]+>", " ", report.in_brief().html())
    assert "checks of figures and wording" in text and "published figures" in text
    # Three uses of discretion, of which one rests on two rules (footnotes 44, 50 and 55).
    assert "Uses of discretion that the framework permits: 3 of 3" in text
    assert "are in two places are the same" not in text
    assert "Percentages that a whole number of cases gives" in text
    assert "key question 4.1.2 (2018)" in text


def test_the_picture_has_its_numbers(report):
    figure = report.completeness_figure()
    html = figure.html()
    assert "<svg" in html and "Case findings in the text" in html
    assert "memory" not in repr(figure) and "0x" not in repr(figure)


def test_the_notebook_is_thin_and_calls_what_there_is():
    notebook = Path(__file__).resolve().parents[2] / "notebooks" / "data_quality.ipynb"
    called = re.findall(r'"report\.(\w+)\(\)"', notebook.read_text(encoding="utf-8"))
    assert called and all(callable(getattr(QualityReport, name)) for name in called)

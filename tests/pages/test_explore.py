"""What ``import pipeline`` gives an analyst, on the project's own data and on wrong names."""

import inspect
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from support.folders import Folder, add_provider, copy_inspection

import pipeline as pr
from pipeline import explore
from pipeline.data import InvalidData
from pipeline.data.nearest import Unknown, nearest_first, no_such, one_of
from pipeline.publish.build.site import make_tables, tables_out_of_date
from pipeline.publish.reports.comparison import ComparisonReport


@pytest.fixture(autouse=True)
def processed(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPELINE_PROCESSED", str(site / "processed"))


@pytest.fixture
def others(wider: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data with three rounds of one provider, and providers of one round."""
    monkeypatch.setenv("PIPELINE_PROCESSED", str(wider / "processed"))


def test_the_package_is_cheap_until_something_is_asked_of_it() -> None:
    code = "import sys, pipeline; sys.exit('pandas' in sys.modules or 'matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_every_name_has_words_for_it_and_help_shows_them_all() -> None:
    assert set(pr.__all__) <= set(dir(explore)) & set(dir(pr))
    page = pydoc.plain(pydoc.render_doc(pr))
    for name in pr.__all__:
        said = inspect.getdoc(getattr(pr, name))
        assert said and len(said.split()) > 10, name
        assert name in page
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = pr.nothing_of_the_kind


def test_the_page_of_the_package_names_nothing_that_is_not_there() -> None:
    both = pr.compare("northumbria-crc")
    assert set(re.findall(r"\bpr\.(\w+)", pr.__doc__)) <= set(pr.__all__)
    named = set(re.findall(r"\bboth\.(\w+)", pr.__doc__))
    assert len(named) > 2 and all(hasattr(both, name) for name in named)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("pr.comp", {"compare", "comparisons"}),
        ("pr.raw.sam", {"samples", "sample_kinds"}),
        ("pr.raw['sam", {"samples", "sample_kinds"}),
        ("pr.processed.key", {"key_question_comparison"}),
        ("both.tables.stab", {"stability", "stability_overall", "stability_total"}),
        ("both.key_question_t", {"key_question_table"}),
    ],
)
def test_the_tab_key_lists_what_there_is(typed: str, offered: set[str]) -> None:
    shell = InteractiveShell()
    shell.user_ns |= {"pr": pr, "both": pr.compare("northumbria-crc")}
    shell.Completer.use_jedi = False
    with provisionalcompleter():
        found = {c.text.lstrip(".") for c in shell.Completer.completions(typed, len(typed))}
    assert offered <= found


def test_raw_tables_are_there_by_name_and_explained() -> None:
    pd.testing.assert_frame_equal(pr.raw.samples, pr.raw["samples"])
    # Annex 1 of the report of November 2018: 100 cases were read.
    samples = pr.raw.samples.set_index(["inspection", "sample"])["size"]
    assert samples["northumbria-crc-2018", "case-supervision"] == 100
    assert pr.raw.columns_of("samples").loc["size", "unit"] == "cases"
    assert "One row" in pr.raw.overview().loc["samples", "what it holds"]
    assert "samples" in repr(pr.raw) and "samples" in pr.raw._repr_html_()
    mine = pr.raw.samples
    mine["size"] = 0  # a copy: what an analyst does to it stays with the analyst
    assert pr.raw.samples.set_index(["inspection", "sample"])["size"].equals(samples)


def test_processed_tables_have_the_right_types() -> None:
    table = pr.processed.key_question_comparison
    kinds = {name: str(table[name].dtype) for name in ("standard", "current_percent", "p_value")}
    assert kinds == {"standard": "string", "current_percent": "Int64", "p_value": "Float64"}
    assert all(len(pr.processed[name].columns) for name in pr.processed)


def test_every_score_of_an_inspection_in_one_table() -> None:
    scores = pr.scores("northumbria-crc", 2019, "2.2")
    questions = scores[scores["kind"] == "key question"].set_index("key_question")["percent"]
    # Chapter 2, 2.2. Planning, key question table of the report of February 2020.
    assert questions.to_dict() == {"2.2.1": 78, "2.2.2": 74, "2.2.3": 51}
    assert set(scores["standard_name"]) == {"Planning"}
    assert scores["wording"].notna().all()
    assert len(pr.scores()) == len(pr.raw.key_question_scores.query("reading == 'own'")) + len(
        pr.raw.prompt_scores
    )


def test_a_comparison_has_tables_charts_and_sentences() -> None:
    both = pr.compare("Northumbria CRC", 2018, 2019)
    assert isinstance(both, ComparisonReport) and both.rounds == ("2018", "2019")
    questions = both.tables.key_questions.set_index("key_question")
    assert questions.loc["2.1.2", "change_verdict"] == "significant"
    assert both.key_question_figure().frame.shape[0] == 19
    said = both.sentences.set_index("about")["sentence"]
    assert "70% of cases in 2018 and 80% in 2019" in said["2.1.2"].iloc[0]
    assert "Requires improvement" in both._repr_html_()


def test_without_rounds_the_latest_two(others: None) -> None:
    assert pr.compare("northumbria-crc").rounds == ("2019", "2021")
    assert pr.compare("northumbria-crc", current=2019).rounds == ("2018", "2019")
    assert pr.compare("northumbria-crc", 2018, 2021).rounds == ("2018", "2021")
    assert pr.compare("solo-crc").rounds == ("", "2020")


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (lambda: pr.compare("nothumbria"), "no provider 'nothumbria'; there is: northumbria-crc,"),
        (lambda: pr.compare("Solo"), "no provider 'Solo'; there is: solo-crc,"),
        (lambda: pr.compare("northumbria-crc", 2018, 2022), "there is: 2021, 2019."),
        (lambda: pr.compare("northumbria-crc", 2020, 2021), "there is: 2019, 2018."),
        (lambda: pr.compare("northumbria-crc", comparator="all"), "there is: all-crcs"),
        (lambda: pr.plan("dlnr"), "there is: dlnr-crc-2020,"),
        (lambda: pr.raw["rating"], "no raw table 'rating'; there is: ratings,"),
        (lambda: pr.processed.actionsdue, "there is: actions_due,"),
        (lambda: pr.scores(standard="2.9"), "no standard '2.9'; there is: 2."),
        (lambda: pr.scores("northumbria-crc", 2017), "there is: 2018, 2019"),
        (
            lambda: ComparisonReport.open("northumbria-crc", 2018, 2022, "all-crcs"),
            "there is: 2021, 2019.",
        ),
    ],
)
def test_a_wrong_name_is_answered_with_those_there_are(ask, answer, others: None) -> None:
    with pytest.raises(Unknown) as said:
        ask()
    assert answer in str(said.value)
    assert said.value._render_traceback_() == [str(said.value)]


def test_a_slip_in_the_raw_data_is_a_sentence_in_a_notebook_too(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "raw")
    (folder.path / "ratings.csv").write_text("nothing", encoding="utf-8")
    with pytest.raises(InvalidData) as said:
        folder.tables()
    (line,) = said.value._render_traceback_()
    assert line.startswith("ratings.csv, line 1")


def test_nearest_first() -> None:
    assert nearest_first(2019, [2008, 2018, 2022]) == ["2018", "2022", "2008"]
    assert nearest_first("derby", ["avon", "dlnr"], {"dlnr": "Derbyshire"}) == ["dlnr", "avon"]
    assert one_of("provider", " AVON crc", ["a"], names={"a": "Avon CRC"}) == "a"
    many = no_such("provider", "x", [f"provider-{n}" for n in range(20)])
    assert many.endswith("and 8 more.")
    assert no_such("plan", "x", []) == "There is no plan 'x'; there is none."


def test_a_change_is_judged_as_in_the_tables() -> None:
    judged = pr.judge_change(70, 100, 80, 97)
    # z = -1.690 for 70 of 100 against 78 of 97; Newcombe's method 10 by hand: -1.7 to 22.1.
    assert judged["p_value"] == pytest.approx(0.0910, abs=5e-5)
    assert judged["newcombe_lower"] == pytest.approx(-1.69, abs=0.01)
    assert judged["newcombe_upper"] == pytest.approx(22.09, abs=0.01)
    assert judged["change_verdict"] == "significant"


def test_close_calls_of_a_comparison() -> None:
    calls = pr.close_calls(pr.compare("northumbria-crc")).set_index("key_question")
    # 43 of 85 print as 51%; 42 as 49%, which is Inadequate (below 50%).
    assert calls.loc["2.2.3", ["count", "base", "cases_down"]].tolist() == [43, 85, 1]


def test_a_chart_of_ones_own_is_shown_as_ours_are() -> None:
    figure, axes = pr.drawing(720, 200)
    axes.plot([1, 2], [3, 4])
    numbers = pd.DataFrame({"when": [1, 2], "much": [3.5, None], "who": ["<b>", "c"]})
    shown = pr.chart(figure, "A line", "It rises from 3 to 4.", numbers)
    html = shown.html()
    assert "<svg" in html and "It rises from 3 to 4." in html and "&lt;b&gt;" in html
    pd.testing.assert_frame_equal(shown.frame, numbers)
    with pytest.raises(ValueError, match="finding"):
        pr.chart(figure, "A line", "", numbers)


def test_tables_made_before_a_change_of_data_say_so(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "raw")
    make_tables(folder.path, tmp_path / "site")
    assert not tables_out_of_date(folder.path, tmp_path / "site" / "processed")
    add_provider(folder, "solo-crc", "Solo CRC")
    copy_inspection(folder, "solo-crc", 2020)
    assert tables_out_of_date(folder.path, tmp_path / "site" / "processed")

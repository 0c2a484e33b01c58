"""What the pages once said and was not so, and what they must say instead.

Each is a finding of a statistician who checked every sentence against the documents. The page tests
of other kinds look at form; this one reads every rendered page for its words.
"""

import csv
import re
from pathlib import Path

import pytest
from support import page_audit as audit
from support.folders import RAW

PROJECT = Path(__file__).resolve().parents[2]
COMPARISON = "comparison-northumbria-crc-2018-2019"

NEVER = {
    r"\bclearly (better|worse|above|below|higher|lower)\b": "an interval that misses a line is not "
    "clear: chance adds up over fifteen comparisons",
    r"published figures do not settle": "said of bases that are printed",
    r"for want of a published figure or because two tests disagree": "two reasons, one word",
    r"passes a little more easily": "a change needs more points than a standing does",
    r"[Ff]resh samples?": "4.1 and 4.2 read every case there was",
    r"Boschloo's p": "the check for few cases is the exact version of the inspectorate's test",
    r"at least 44 of the 100": "the report's words leave more than half of the 100",
    r"courts send better information": "better information had been asked of courts",
    r"An inspection of probation services in Northumbria": "not the title of the 2018 report",
    r"[Tt]he shortest way to Good": "read as Good for the standard",
    r"Compared with[^.]{0,40}nothing is printed": "the text calls the aggregate lower",
    r"both places cannot be right": "often both can",
    r"that the publisher can mend": "many entries are traces of the conversion to text",
    r"[Pp]ercentages from 0 to 100: 4 of 4": "four tables, not four percentages",
    r"discretion is permitted: 4 of 4": "three uses, one of which rests on two rules",
    r"figures that stand in two places, or in two documents, are the same": "46 are not",
}
"""What no page may say, and why."""


def wordings() -> list[str]:
    """The official wording of prompts and questions, in which any word may stand."""
    raw = RAW
    found = []
    for table, column in (
        ("prompts", "wording"),
        ("key_questions", "question"),
        ("question_wordings", "wording"),
        ("discrepancies", "value"),
        ("discrepancies", "other_value"),
    ):
        with (raw / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            found += [row[column] for row in csv.DictReader(file) if row.get(column)]
    return sorted({re.sub(r"\s+", " ", text) for text in found}, key=len, reverse=True)


def text_of(path: Path) -> str:
    return re.sub(r"\s+", " ", audit.words(audit.document(path)))


@pytest.fixture(scope="module")
def texts(site: Path, simulated: Path, wider: Path) -> dict[str, str]:
    """The text of every page of the project's data, of imaginary providers and of wider data."""
    return {
        f"{folder.name}/{path.name}": text_of(path)
        for folder in (site, simulated, wider)
        for path in sorted((folder / "reports").glob("*.html"))
    }


def test_no_page_says_what_was_found_false(texts):
    found = [
        f"{name}: {match.group(0)!r}: {why}"
        for name, text in texts.items()
        for pattern, why in NEVER.items()
        if (match := re.search(pattern, text))
    ]
    assert found == []


def test_clearly_stands_in_official_wording_only(texts):
    # Without blanks, because a chart breaks a wording into lines.
    official = ["".join(text.split()) for text in wordings() if "clearly" in text.lower()]
    for name, text in texts.items():
        text = "".join(text.split())
        for wording in official:
            text = text.replace(wording, "").replace(wording.rstrip("."), "")
        assert "clearly" not in text.lower(), name


@pytest.fixture(scope="module")
def analyst(site: Path) -> str:
    return text_of(site / "reports" / f"{COMPARISON}-analyst.html")


@pytest.fixture(scope="module")
def leadership(site: Path) -> str:
    return text_of(site / "reports" / f"{COMPARISON}.html")


def test_the_only_large_fall_is_said_to_pass_the_inspectorates_test(leadership, analyst):
    # 18 of 20 and 7 of 11: Z at 0.1 passes (p 0.0755), and so does its exact version (0.0945).
    for text in (leadership, analyst):
        assert (
            re.search(r"resettlement[^.]*90% of cases in 2018 and 64%", text)
            or "−26" in text
            or (
                "down 26,significant" in text  # on two lines of the chart
            )
        )
        assert "Tests disagree" not in re.sub(r"Tests disagree.{0,200}", "", text)


def test_a_verdict_on_the_reports_words_says_so(analyst):
    assert "on the report's words: the number of cases was not printed" in analyst
    assert "every possible number of cases, within the report's words" in analyst
    assert "large majority of the people in our sample" in analyst


def test_the_level_of_the_tests_is_the_one_that_is_printed(analyst):
    # 2020 report, Annex 2, "Comparative data": "with a significance level of 0.1".
    assert "The level of this framework is 0.1:" in analyst


def test_small_numbers_and_caution_stand_with_through_the_gate(leadership):
    assert re.search(r"only 11 cases|11 cases in 2019|\(11 cases\)", leadership)
    assert "with caution" in leadership


def test_the_question_without_case_data_has_no_number_of_cases(analyst):
    # 2020 report, Annex 2, "Rating unpaid work": 4.1.3 is judged on qualitative evidence.
    row = re.search(
        r"4\.1\.3 Do arrangements for unpaid work maximise rehabilitative elements and support "
        r"desistance\?(.{0,120})",
        analyst,
    )
    assert row is not None
    assert "no case data" in row.group(1)


def test_what_cannot_be_seen_is_said(analyst):
    # For two of three Through the Gate questions no rise would have been seen; 40 for the third.
    assert "none for 2 of 3" in analyst


def test_the_quality_page_counts_what_it_lists(site):
    text = text_of(site / "reports" / "data-quality.html")
    # Three uses of discretion (footnotes 44, 50 and 55), one of which rests on two rules.
    assert "discretion is permitted: 4" not in text
    # What our copy of a document does stands apart from what the document does.
    assert "In the text we have, perhaps not in the document" in text
    # A harm sub-sample without a size changes a verdict; a comma changes nothing and comes later.
    assert text.index("Size of the harm sub-sample in 2018") < text.index("2.3.1 comma")


def test_percentages_on_plan_pages_are_credited_to_the_inspectorate(site):
    text = text_of(site / "reports" / "action-plan-northumbria-crc-2020.html")
    assert "HM Inspectorate of Probation (percentages and ratings)" in text

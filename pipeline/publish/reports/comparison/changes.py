"""What changed between two rounds and how sure that is: the tests, by theme."""

from pipeline.analysis.records import Row
from pipeline.analysis.sentences.overview import (
    basis_in_short,
    changes_in_short,
    equivalence_sentence,
    lowest_rose_sentence,
    pattern_sentence,
    verdict_sentences,
)
from pipeline.publish.charts import comparison as charts
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.pictures import Picture
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.comparison.context import Comparison

EVERY_NUMBER = (
    "Every possible number of cases: none is printed, and the verdict is the same at each that "
    "fits the printed figures."
)
"""What the short basis of a verdict means."""


def overturned(report: Comparison) -> Prose | None:
    """Return how few unanswered cases would overturn a change that passes the test."""
    if not report.compares:
        return None
    sentences = [row["sentence"] for row in report.data.rows("overturned")]
    return Prose(sentences or ["No change rests on two full samples and passes the test."])


def level_of_tests(report: Comparison) -> Prose:
    """Return the framework's level of significance, and what it means."""
    if not report.level:
        return Prose(["The framework names no level of significance; no change is called so."])
    return Prose(
        [
            f"The level of this framework is {report.level:g}: if nothing had changed at all, "
            f"about {100 * report.level:.0f} comparisons in 100 would still pass."
        ]
    )


def change_figure(report: Comparison) -> Picture | Prose | None:
    """Return the picture of the changes that compare, with their intervals and tests beneath."""
    if not report.compares:
        return None
    changes = _changes(report)
    if not changes:
        return Prose([changes_in_short(report.questions)])
    broad, slim = (charts.change_chart(changes, narrow) for narrow in (False, True))
    return Picture(
        broad,
        "Change in each key question that may be compared",
        " ".join(report.certainty[:2]),
        caption="Dot: change in percentage points. Line: the range in which the change lies "
        "with 95% confidence; there is none where a number of cases was not published. The "
        "inspectorate's test asks for less certainty than that, so a change can pass it though "
        "its line reaches across zero.",
        table=verdict_table(report),
        open_table=True,
        narrow=slim,
        name="changes",
    )


def _changes(report: Comparison) -> list[Row]:
    """The key questions that compare."""
    return [row for row in report.questions if row["change_points"] is not None]


def verdict_table(report: Comparison) -> Table:
    """Return each change with its verdict and what that rests on."""
    return report.table(
        [
            row
            | {"named": f"{row['key_question']} {row['in_short']}", "basis": basis_in_short(row)}
            for row in _changes(report)
        ],
        "Tests of the changes",
        [
            Column("named", "Key question", wide=True),
            Column("change_points", "Change", "change"),
            Column("change_verdict", "Test", "mark"),
            Column("basis", "It rests on", wide=True),
            Column("p_min", "Smallest p", "p", missing="cannot be computed"),
            Column("p_max", "Largest p", "p", missing="cannot be computed"),
            Column("exact_p", "Exact p", "p", missing="none"),
            Column("bh_adjusted", "Adjusted p", "p", missing="none"),
            Column("change_lower_90", "90% interval", "points", unit="from", missing="none"),
            Column("change_upper_90", "of the change", "points", unit="to", missing="none"),
        ],
        groups="theme",
        group_name="Theme",
        name="verdicts",
        comment=f"{EVERY_NUMBER} {equivalence_sentence(report.questions) or ''}".strip(),
    )


def in_words(report: Comparison) -> Prose | None:
    """Return what each verdict says, the pattern of all changes, and what rose by itself."""
    if not report.compares:
        return None
    said = [
        *verdict_sentences(report.questions),
        pattern_sentence(report.questions),
        lowest_rose_sentence(report.questions, report.rounds[0]),
    ]
    return Prose([words for words in said if words])

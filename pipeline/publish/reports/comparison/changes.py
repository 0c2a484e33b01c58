"""What changed between two rounds and how sure that is: tests, claims, what analysts ask."""

from pipeline.analysis.records import Row, grouped
from pipeline.analysis.sentences.overview import (
    basis_in_short,
    changes_in_short,
    equivalence_sentence,
    lowest_rose_sentence,
    pattern_sentence,
    verdict_sentences,
)
from pipeline.analysis.statistics.change import other_tests
from pipeline.publish.charts import comparison as charts
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.pictures import Picture, both
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.comparison.context import Comparison

EVERY_NUMBER = (
    "Every possible number of cases: none is printed, and the verdict is the same at each that "
    "fits the printed figures."
)
"""What the short basis of a verdict means."""

P_VALUES = [
    Column("p_min", "Smallest p", "p", missing="cannot be computed"),
    Column("p_max", "Largest p", "p", missing="cannot be computed"),
]


def overturned(report: Comparison) -> Prose | None:
    """Return how few unanswered cases would overturn a change that passes the test."""
    if not report.compares:
        return None
    sentences = [row["sentence"] for row in report.data.rows("overturned")]
    return Prose(*sentences or ["No change rests on two full samples and passes the test."])


def level_of_tests(report: Comparison) -> Prose:
    """Return the framework's level of significance, and what it means."""
    if not report.level:
        return Prose("The framework names no level of significance; no change is called so.")
    return Prose(
        f"The level of this framework is {report.level:g}: if nothing had changed at all, "
        f"about {100 * report.level:.0f} comparisons in 100 would still pass."
    )


def change_figure(report: Comparison) -> Picture | Prose | None:
    """Return the picture of the changes that compare, with their intervals and tests beneath."""
    if not report.compares:
        return None
    changes = _changes(report)
    if not changes:
        return Prose(changes_in_short(report.questions))
    return Picture(
        both(charts.change_chart, changes),
        "Change in each key question that may be compared",
        " ".join(report.certainty[:2]),
        caption="Dot: change in percentage points. Line: the range in which the change lies "
        "with 95% confidence; there is none where a number of cases was not published. The "
        "inspectorate's test asks for less certainty than that, so a change can pass it though "
        "its line reaches across zero.",
        table=verdict_table(report),
        open_table=True,
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
            *P_VALUES,
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
    return Prose(
        *verdict_sentences(report.questions),
        pattern_sentence(report.questions) or "",
        lowest_rose_sentence(report.questions, report.rounds[0]) or "",
    )


# The report's own claims of significance, and what analysts ask about the tests.


def claims_table(report: Comparison) -> Table | Prose | None:
    """Return the report's claims of significance, each with what our test finds."""
    claims = report.data.rows("claims")
    if not report.compares:
        return None
    if not claims:
        return Prose("No such sentence of the report is on record.")
    columns = [
        Column("measure", "Measure it may refer to"),
        Column("label", "Wording", missing="not in the data", wide=True),
        Column("previous_percent", report.rounds[0], "percent", missing="no comparable figure"),
        Column("current_percent", report.rounds[1], "percent", missing="no figure"),
        Column("reproduced", "Test passes?", "mark"),
        *P_VALUES,
        Column("basis", "It rests on", wide=True),
    ]
    return report.table(
        [
            row
            | {"numbered": f"Claim {row['claim']}: {row['summary']}", "basis": basis_in_short(row)}
            for row in claims
        ],
        "What the report calls significant, in our words, and the test",
        columns,
        groups="numbered",
        row_source=("source", "place"),
        name="claims",
        comment=EVERY_NUMBER,
    )


def unclaimed_table(report: Comparison) -> Table | Prose | None:
    """Return the changes that pass the test though the text does not call them significant."""
    unclaimed = report.data.rows("unclaimed")
    if not report.compares:
        return None
    if not unclaimed:
        return Prose("No change passes the test without being called significant there.")
    return report.table(
        unclaimed,
        "Changes that pass the test without being called significant in the report",
        [
            Column("measure", "Number"),
            Column("label", "Key question or prompt", wide=True),
            Column("previous_percent", report.rounds[0], "percent"),
            Column("current_percent", report.rounds[1], "percent"),
            Column("change_points", "Change", "change"),
        ],
        name="unclaimed",
    )


def families_table(report: Comparison) -> Table | None:
    """Return how many tests were made at once, and how many chance alone would pass."""
    if not report.compares:
        return None
    return report.table(
        report.data.rows("families"),
        "Many tests at once",
        [
            Column("family", "Family of tests"),
            Column("computed", "Tests", "count"),
            Column("left_out", "Left out, not computable", "count"),
            Column("significant", "Significant", "count"),
            Column("tests_disagree", "Tests disagree", "count"),
            Column("unsettled", "Unsettled", "count"),
            Column("expected_by_chance", "Expected by chance, at most", "number", decimals=1),
            Column("kept_after_adjustment", "Left after adjustment", "count"),
        ],
        name="families",
        comment="Adjustment: Benjamini and Hochberg, on the largest p of each test.",
    )


def design_table(report: Comparison) -> Table | None:
    """Return the published design of each sample and the eligible cases it implies."""
    designs = report.data.rows("designs")
    if not designs:
        return None
    return report.table(
        designs,
        "What the published sample designs imply",
        [
            Column("name", "Sample", wide=True),
            Column("size", "Cases read", "count"),
            Column("required_size", "Asked for", "count", missing="not printed"),
            Column("confidence_level", "Confidence", "percent"),
            Column("margin_of_error", "Margin of error", "number", unit="percentage points"),
            Column("eligible", "Eligible cases implied", "count", missing="cannot be computed"),
            Column("note", "Note", missing="none", wide=True),
        ],
        groups="round_name",
        name="designs",
        comment="The design looks at the eligible cases of its window; the intervals on this "
        "page are about practice and are wider.",
    )


def other_tests_table(report: Comparison) -> Table | Prose | None:
    """Return what other tests would say of each change with known numbers of cases."""
    if not report.compares:
        return None
    # Worked out here: only this table shows them, and scipy's exact test takes its time.
    tests = grouped(other_tests(report.data.rows("key_questions")), "key_question")
    if not tests:
        return Prose("No change has known numbers of cases in both rounds.")
    wide = [
        {"key_question": question, **{row["test"]: row["p"] for row in rows}}
        for question, rows in sorted(tests.items())
    ]
    names = sorted(wide[0].keys() - {"key_question"})
    return report.table(
        wide,
        "What other tests would say",
        [
            Column("key_question", "Key question"),
            *[Column(name, name, "p", missing="cannot be computed") for name in names],
        ],
        name="other-tests",
    )


def detectable_table(report: Comparison) -> Table | None:
    """Return the smallest change these samples could have seen four times out of five."""
    names = {row["sample"]: row["name"] for row in report.data.rows("samples")}
    rows = [row | {"name": names[row["sample"]]} for row in report.data.rows("detectable")]
    if not rows:
        return None
    return report.table(
        rows,
        "What these inspections could have seen",
        [
            Column("name", "Sample", wide=True),
            Column("figures", "Key questions", "count"),
            Column("rise", "Smallest rise", unit="percentage points"),
            Column("fall", "Smallest fall", unit="percentage points"),
        ],
        name="detectable",
        comment="The smallest change that the test would find significant with 80% power, "
        "from the earlier percentage; a span where it differs between questions.",
    )

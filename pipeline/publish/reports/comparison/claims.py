"""The report's own claims of significance replayed, and what analysts ask about the tests."""

from pipeline.analysis.records import grouped
from pipeline.analysis.sentences.overview import basis_in_short
from pipeline.analysis.statistics.change import other_tests
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.comparison.changes import EVERY_NUMBER
from pipeline.publish.reports.comparison.context import Comparison


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
    ]
    columns += [
        Column("p_min", "Smallest p", "p", missing="cannot be computed"),
        Column("p_max", "Largest p", "p", missing="cannot be computed"),
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


# For analysts.


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

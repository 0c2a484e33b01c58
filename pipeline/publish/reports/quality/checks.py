"""The rules, how often each holds, and every check that does not."""

from pipeline.analysis.quality.lookups import SEVERITIES
from pipeline.analysis.records import grouped, records
from pipeline.publish.page.blocks import Entries, Entry, Prose
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.quality.context import Quality


def rules_table(report: Quality) -> Table:
    """Return every rule with what it asks and how often it holds."""
    rows = report.data["rules"]
    meanings = {name: meaning[0].lower() + meaning[1:] for name, meaning in SEVERITIES.items()}
    weight = rows["severity"].str.capitalize() + ": " + rows["severity"].map(meanings)
    return report.table(
        rows.assign(weight=weight),
        "The rules, and how often each holds",
        [
            Column("question", "Question", wide=True),
            Column("rule", "Rule"),
            Column("passed", "Holds", "count"),
            Column("failed", "Does not", "count"),
        ],
        groups="weight",
        name="rules",
        comment="A rule finds what disagrees; it does not say why. A percentage that no whole "
        "number of the cases read gives is usually one of fewer cases: those to which the "
        "question did not apply were left out.",
    )


def failures_list(report: Quality) -> Entries | Prose:
    """Return every check of weight that does not hold, under its rule; notes are in the table."""
    told = report.failures[report.failures["severity"] != "note"]
    titles = report.data["rules"].set_index("rule")["question"]
    groups = {
        str(titles[rule]): [("", [Entry(_who(row), str(row["detail"])) for row in rows])]
        for rule, rows in grouped(records(told), "rule").items()
    }
    return Entries(groups, report.notes, "failures") if groups else Prose(["Every check holds."])


def _who(row: dict[str, object]) -> str:
    """What a check is about, and of which round: ``4.1.2, 2018:``."""
    return f"{row['shown']}, {row['round']}:" if row["round"] else f"{row['shown']}:"


def failures_table(report: Quality) -> Table:
    """Return every check that does not hold as a table for the downloads, notes included."""
    return report.table(
        report.failures,
        "Checks that do not hold",
        [
            Column("rule", "Rule"),
            Column("severity", "Severity"),
            Column("shown", "What"),
            Column("round", "Inspection", missing="plan only"),
            Column("detail", "What is printed"),
        ],
        name="failures",
    )

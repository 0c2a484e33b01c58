"""Performance against target, people and workload, and which and how many cases were read."""

from collections.abc import Sequence

from pipeline.analysis.records import Row, grouped
from pipeline.analysis.sentences.phrases import in_words, joined
from pipeline.publish.charts import comparison as charts
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.pictures import Picture, both
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.comparison.context import Comparison

_plain = "{:g}".format
"""A figure with the decimals it is printed with, and no others."""


def _with_round(report: Comparison, table: str) -> list[Row]:
    """The rows of a table, each with the name of the round of its inspection."""
    names = {row["inspection"]: row["round_name"] for row in report.data.rows("inspections")}
    return [row | {"round_name": names[row["inspection"]]} for row in report.data.rows(table)]


def _facts(report: Comparison, *topics: str) -> list[Row]:
    """The facts of some topics that have a figure."""
    facts = _with_round(report, "facts")
    return [row for row in facts if row["topic"] in topics and row["value"] is not None]


def performance_figure(report: Comparison) -> Picture | Prose | None:
    """Return the contract measures of each round against target and national figure.

    None where no fact of these inspections is in the data, which is not the reports' silence.
    """
    if not report.data.rows("facts"):
        return None
    # The scale is of percentages; what is in days or pounds stands with people and workload.
    facts = [
        row | {"met": _met(row)}
        for row in _facts(report, "performance")
        if row["target"] is not None and row["unit"] == "percent"
    ]
    if not facts:
        return Prose("No contract measure in percent with its target is in the data.")
    latest_first = {row["round_name"]: -at for at, row in enumerate(report.inspections.values())}
    facts.sort(key=lambda row: latest_first[row["round_name"]])
    finding = " ".join(
        _against_targets(str(name), rows) for name, rows in grouped(facts, "round_name").items()
    )
    beside = dict.fromkeys(row["comparator"] for row in facts if row["comparator"] is not None)
    national = joined([*beside]) or "Compared with"
    table = report.table(
        facts,
        "Contract measures against target",
        [
            Column("name", "Measure", wide=True),
            Column("value", "This provider", "percent", source=("source", "place")),
            Column("comparator_value", national, "percent", missing="not printed"),
            Column("target", "Target", "percent", missing="not printed"),
        ],
        groups="round_name",
        name="performance",
    )
    return Picture(
        both(charts.target_chart, facts),
        "Contract measures against target",
        finding,
        caption=f"Disc: this provider. Diamond: {national}. Upright bar: target. "
        "The figures are those each report prints; they come from the Ministry of Justice.",
        table=table,
        name="targets",
    )


def people_table(report: Comparison) -> Table | Prose | None:
    """Return staffing, caseloads and what officers said, with every figure to set beside."""
    if not report.data.rows("facts"):
        return None
    rows = [
        row
        | {
            "measure_name": f"{row['name']} ({row['unit']})",
            # A comparison that is printed in words only is shown in those words.
            "in_words": (row["comparator"] and row["as_printed"]) or "not printed",
        }
        for row in _facts(report, "people", "interviews", "case-findings", "performance")
        if (row["topic"] != "performance" or row["unit"] != "percent")
        and any(row[name] is not None for name in ("previous_value", "comparator", "target"))
    ]
    if not rows:
        return Prose("No figure on staff with another to set beside it is in the data.")
    target = Column("target", "Target", "number", show=_plain, missing="not printed")
    targets = [target] if any(row["target"] is not None for row in rows) else []
    return report.table(
        rows,
        "People and workload",
        [
            Column("measure_name", "Measure", wide=True),
            Column("previous_value", "Earlier", "number", show=_plain, missing="not printed"),
            Column("value", "This round", "number", show=_plain, source=("source", "place")),
            Column("comparator_value", "Comparison", "number", show=_plain, missing="in_words"),
            Column("comparator", "Compared with", missing="no comparison is printed"),
            *targets,
        ],
        groups="round_name",
        name="people",
        comment="Earlier: the figure the report prints as the earlier one, which is not always "
        "of the round before.",
    )


def characteristics_table(report: Comparison) -> Table | None:
    """Return what kind of cases were read, beside the aggregate."""
    facts = _facts(report, "characteristics")
    rows = [row for row in facts if row["comparator_value"] is not None]
    if not rows:
        return None
    return report.table(
        rows,
        "Who the inspected cases were",
        [
            Column("name", "Characteristic", wide=True),
            Column("value", "This provider", "percent", source=("source", "place")),
            Column("comparator_value", "Comparison", "percent"),
            Column("comparator", "Compared with"),
        ],
        name="characteristics",
    )


def _met(row: Row) -> bool:
    """Whether a figure is on the better side of its target, or on it."""
    low, high = ("value", "target") if row["better"] == "lower" else ("target", "value")
    return bool(row[low] <= row[high])


def _against_targets(name: str, facts: Sequence[Row]) -> str:
    """Say of one round how many figures met their target, and which did not."""
    met = sum(row["met"] for row in facts)
    if met < 2:
        finding = f"{name}: {'one' if met else 'no'} figure of {len(facts)} met its target"
    else:
        finding = f"{name}: {in_words(met)} of {len(facts)} figures met their target"
    missed = [
        f"{row['name']} ({row['value']:g}% against {row['target']:g}%)"
        for row in facts
        if not row["met"]
    ]
    return f"{finding}; missed: {joined(missed)}." if missed else f"{finding}."


def sample_table(report: Comparison) -> Table:
    """Return how many cases each figure is out of."""
    rows = [row for row in _with_round(report, "samples") if row["sample"] != "restricted"]
    words = []
    if any(row["size_at_least"] is not None for row in rows):
        source = ("size_at_least_source", "size_at_least_place")
        words = [
            Column("size_at_least", "At least", "count", missing="not said", source=source),
            Column("size_at_least_words", "By which words", missing="none", wide=True),
        ]
    return report.table(
        rows,
        "How many cases were read",
        [
            Column("name", "Sample", wide=True),
            Column("size", "Cases", "count", missing="size_status", source=("source", "place")),
            Column("required_size", "Design asked for", "count", missing="not printed"),
            *words,
            Column("note", "Note", missing="none", wide=True),
        ],
        groups="round_name",
        name="samples",
    )

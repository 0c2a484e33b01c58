"""Performance against target, people and workload, and which and how many cases were read."""

import pandas as pd

from pipeline.analysis.records import records
from pipeline.analysis.sentences.phrases import in_words, joined
from pipeline.publish.charts import comparison as charts
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.pictures import Picture
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.comparison.context import Comparison


def _facts(report: Comparison, *topics: str) -> pd.DataFrame:
    facts = report.data["facts"]
    rounds = report.data["inspections"][["inspection", "round_name"]]
    return facts[facts["topic"].isin(topics)].merge(rounds, on="inspection")


def performance_figure(report: Comparison) -> Picture | Prose | None:
    """Return the contract measures of each round against target and national figure.

    None where no fact of these inspections is in the data, which is not the reports' silence.
    """
    if report.data["facts"].empty:
        return None
    facts = _facts(report, "performance")
    # The scale is of percentages; what is in days or pounds stands with people and workload.
    facts = facts[facts["value"].notna() & facts["target"].notna() & (facts["unit"] == "percent")]
    if facts.empty:
        return Prose(["No contract measure in percent with its target is in the data."])
    latest_first = {row["round_name"]: -at for at, row in enumerate(report.inspections.values())}
    facts = facts.sort_values("round_name", key=lambda n: n.map(latest_first), kind="stable")
    lower = facts["better"] == "lower"
    met = (facts["value"] <= facts["target"]).where(lower, facts["value"] >= facts["target"])
    facts = facts.assign(met=met.astype(bool))
    finding = " ".join(
        _against_targets(str(name), rows) for name, rows in facts.groupby("round_name", sort=False)
    )
    rows = facts
    national = joined(list(facts["comparator"].dropna().unique())) or "Compared with"
    table = report.table(
        rows,
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
        charts.target_chart(rows),
        "Contract measures against target",
        finding,
        caption=f"Disc: this provider. Diamond: {national}. Upright bar: target. "
        "The figures are those each report prints; they come from the Ministry of Justice.",
        table=table,
        narrow=charts.target_chart(rows, narrow=True),
        name="targets",
    )


def people_table(report: Comparison) -> Table | Prose | None:
    """Return staffing, caseloads and what officers said, with every figure to set beside."""
    if report.data["facts"].empty:
        return None
    facts = _facts(report, "people", "interviews", "case-findings", "performance")
    facts = facts[(facts["topic"] != "performance") | (facts["unit"] != "percent")]
    beside = facts[["previous_value", "comparator", "target"]].notna().any(axis=1)
    rows = facts[beside & facts["value"].notna()]
    if rows.empty:
        return Prose(["No figure on staff with another to set beside it is in the data."])
    rows = rows.assign(
        measure_name=rows["name"] + " (" + rows["unit"] + ")",
        # A comparison that is printed in words only is shown in those words.
        comparison_in_words=rows["as_printed"].where(rows["comparator"].notna(), "not printed"),
    )
    target = Column("target", "Target", "number", show=_plain, missing="not printed")
    targets = [target] if rows["target"].notna().any() else []
    return report.table(
        rows,
        "People and workload",
        [
            Column("measure_name", "Measure", wide=True),
            Column("previous_value", "Earlier", "number", show=_plain, missing="not printed"),
            Column("value", "This round", "number", show=_plain, source=("source", "place")),
            Column(
                "comparator_value",
                "Comparison",
                "number",
                show=_plain,
                missing="comparison_in_words",
            ),
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
    rows = facts[facts["comparator_value"].notna() & facts["value"].notna()]
    if rows.empty:
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


def _against_targets(name: str, facts: pd.DataFrame) -> str:
    """Say of one round how many figures met their target, and which did not."""
    met = int(facts["met"].sum())
    if met < 2:
        finding = f"{name}: {'one' if met else 'no'} figure of {len(facts)} met its target"
    else:
        finding = f"{name}: {in_words(met)} of {len(facts)} figures met their target"
    missed = [
        f"{row['name']} ({row['value']:g}% against {row['target']:g}%)"
        for row in records(facts[~facts["met"]])
    ]
    return f"{finding}; missed: {joined(missed)}." if missed else f"{finding}."


def _plain(value: float) -> str:
    """Return a figure with the decimals it is printed with, and no others."""
    return f"{value:g}"


def sample_table(report: Comparison) -> Table:
    """Return how many cases each figure is out of."""
    rows = report.data["samples"].merge(
        report.data["inspections"][["inspection", "round_name"]], on="inspection"
    )
    rows = rows[~rows["sample"].isin(["restricted"])]
    words = []
    if rows["size_at_least"].notna().any():
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

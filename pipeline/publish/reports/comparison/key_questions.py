"""Key questions: where they stand, against the aggregate, on how many cases, and what compares."""

import pandas as pd

from pipeline.analysis.records import records
from pipeline.analysis.sentences.narrative import standing_sentence
from pipeline.analysis.sentences.overview import benchmark_in_short
from pipeline.analysis.sentences.phrases import joined
from pipeline.publish.charts import comparison as charts
from pipeline.publish.page.blocks import Panel, Panels, Prose, Together
from pipeline.publish.page.pictures import Picture
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.comparison.context import Comparison


def key_question_figure(report: Comparison) -> Picture | Prose:
    """Return the chart of every key question: earlier, current, aggregate, bands behind."""
    questions = report.questions
    if questions.empty:
        return Prose(["This framework rates by judgement and has no key questions."])
    bands = report.current_bands()
    draw = [
        charts.key_question_chart(questions, report.data["standards"], bands, report.rounds, narrow)
        for narrow in (False, True)
    ]
    how = f"Disc: {report.rounds[1]}. "
    if report.compares:
        how = f"Ring: {report.rounds[0]}. {how}"
    return Picture(
        draw[0],
        "Share of cases done well, by key question",
        _chart_finding(report),
        caption=how
        + f"Diamond: {report.aggregate()}. Bar: the range in which the provider's share "
        "lies with 95% confidence, where the number of cases is known. Shading: the rating "
        "that a lowest score in the band gives.",
        see=key_question_table(report),
        narrow=draw[1],
        name="key-questions",
    )


def _chart_finding(report: Comparison) -> str:
    sentences = [report.sentence("key questions"), report.sentence("comparator")]
    return " ".join(filter(None, sentences)) or report.sentence("strongest")


def key_question_table(report: Comparison) -> Table:
    """Return the full comparison table, a row a key question."""
    for table in report.shown:
        if table.name == "comparison":
            return table
    columns = [Column("asked", "Key question", wide=True)]
    if report.compares:
        columns.append(
            Column(
                "previous_percent",
                report.rounds[0],
                "percent",
                missing="previous_status",
                source=("previous_source", "previous_place"),
            )
        )
    columns.append(
        Column(
            "current_percent",
            report.rounds[1],
            "percent",
            missing="current_status",
            source=("current_source", "current_place"),
        )
    )
    columns.append(Column("current_base", "Cases", "count", missing="no_base"))
    if report.compares:
        columns += [
            Column("change_points", "Change", "change", missing="not comparable"),
            Column("change_verdict", "Is the change firm?", "mark"),
        ]
    if len(report.data["comparators"]):
        columns += [
            Column(
                "comparator_percent",
                str(report.data["comparators"]["name"].iloc[0]),
                "percent",
                missing="comparator_status",
                source=("comparator_source", "comparator_place"),
            ),
            Column("benchmark_verdict", "Against them", "mark", missing="cannot be said"),
        ]
    rows = report.questions
    judged = rows["current_status"] == "qualitative evidence only"
    return report.table(
        rows.assign(no_base=judged.map({True: "no case data", False: "not published"})),
        "Key questions: share of cases done well",
        columns,
        groups="heading",
        name="comparison",
        comment="Cases: the printed size of the sample that the documents tie the question to, "
        f"in {report.rounds[1]}. On fewer than 30 cases, one or two of them can turn a rating."
        + _misfits(report),
    )


def _misfits(report: Comparison) -> str:
    """Name the percentages that no whole number of the printed cases gives."""
    rows = report.questions
    rows = rows[
        rows["current_percent"].notna()
        & rows["current_base"].notna()
        & rows["current_lower"].isna()
    ]
    if rows.empty:
        return ""
    named = joined(
        [
            f"{row['current_percent']}% ({row['key_question']}) of {row['current_base']}"
            for row in records(rows)
        ]
    )
    return f" No whole number of cases gives {named}: fewer cases must have been counted."


def standing(report: Comparison) -> Together | Prose:
    """Return how the current figures stand against the aggregate, in sentences."""
    asked = records(report.questions)
    panels = []
    headings = {
        "better": "Better than",
        "similar": "Similar to",
        "no clear difference": "Too few cases to tell from",
        "worse": "Worse than",
    }
    period = report.period()
    for verdict, heading in headings.items():
        said = [
            standing_sentence(row, report.aggregate(), period)
            for row in asked
            if row["benchmark_verdict"] == verdict
        ]
        if found := [sentence for sentence in said if sentence]:
            panels.append(Panel(f"{heading} {report.aggregate()}", found))
    if not panels:
        return Prose([f"There is no figure for {report.aggregate()} to set beside these."])
    short = benchmark_in_short(report.questions, report.aggregate(), period)
    return Together([Prose([short] if short else []), Panels(panels, notes=report.notes)])


def not_comparable_table(report: Comparison) -> Table | Prose:
    """Return the ratings and key questions that may not be compared, or only with caution."""
    if not report.compares:
        return Prose(["There is no earlier inspection of this provider in the data."])
    standards = report.data["standards"]
    ratings = standards[standards["comparable"] != "yes"].assign(
        subject=lambda rows: rows["standard"] + " " + rows["name"] + " (rating)",
    )[["subject", "comparable", "reason"]]
    questions = report.questions[report.questions["comparable"] != "yes"].assign(
        subject=lambda rows: rows["asked"], reason=lambda rows: rows["reason_not_comparable"]
    )[["subject", "comparable", "reason"]]
    rows = pd.concat([ratings, questions], ignore_index=True)
    if rows.empty:
        return Prose(["Both inspections asked the same questions; all figures compare."])
    return report.table(
        rows,
        "What may not be compared, or only with caution",
        [
            Column("subject", "Rating or key question", wide=True),
            Column("comparable", "Comparable"),
            Column("reason", "Why", missing="no reason is given", wide=True),
        ],
        name="not-comparable",
    )


def sample_table(report: Comparison) -> Table:
    """Return how many cases each figure is out of."""
    rows = report.data["samples"].merge(
        report.data["inspections"][["inspection", "round"]], on="inspection"
    )
    rows = rows[~rows["sample"].isin(["restricted"])].astype({"round": "string"})
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
        groups="round",
        name="samples",
    )

"""What changed between two rounds, and how sure that is."""

import pandas as pd

from pipeline.analysis.records import records
from pipeline.analysis.sentences.narrative import change_sentence
from pipeline.analysis.sentences.overview import equivalence_sentence, interval_sentence
from pipeline.publish.charts import comparison as charts
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.pictures import Picture
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.comparison.context import Comparison
from pipeline.publish.reports.comparison.first_screen import how_sure
from pipeline.publish.reports.comparison.key_questions import key_question_table


def overturned(report: Comparison) -> Prose:
    """Return how few unanswered cases would overturn a change that passes the test."""
    sentences = list(report.data["overturned"]["sentence"])
    return Prose(sentences or ["No change rests on two full samples and passes the test."])


def change_figure(report: Comparison) -> Picture | Prose:
    """Return the chart of changes that may be set side by side, with their intervals."""
    changes = report.questions[report.questions["change_points"].notna()]
    if changes.empty:
        return Prose(["No key question may be compared with an earlier inspection."])
    return Picture(
        charts.change_chart(changes),
        "Change in each key question that may be compared",
        " ".join(how_sure(report)),
        caption="Dot: change in percentage points. Bar: the range in which the change lies "
        "with 95% confidence; there is none where a number of cases was not published. The "
        "inspectorate's test asks for less certainty than that, so a change can pass it though "
        "its bar reaches across zero.",
        see=key_question_table(report),
        narrow=charts.change_chart(changes, narrow=True),
        name="changes",
    )


def verdict_table(report: Comparison) -> Table | Prose:
    """Return each change in words; for analysts with what its verdict rests on."""
    changes = report.questions[report.questions["change_points"].notna()]
    if changes.empty:
        return Prose(["So there is no change to judge."])
    interval = [interval_sentence(row) for _, row in changes.iterrows()]
    changes = changes.assign(interval=pd.Series(interval, changes.index, dtype="string"))
    columns = [
        Column("asked", "Key question", wide=True),
        Column("change_points", "Change", "change"),
        Column("change_verdict", "Verdict", "mark"),
    ]
    if report.analyst:
        columns += [
            Column("verdict_reason", "What it rests on", wide=True),
            Column("p_min", "Smallest p", "p", missing="cannot be computed"),
            Column("p_max", "Largest p", "p", missing="cannot be computed"),
            Column("exact_p", "Exact p", "p", missing="not needed or base unknown"),
            Column(
                "interval", "90% interval of the change", missing="cannot be computed", wide=True
            ),
            Column("bh_adjusted", "Adjusted p", "p", missing="not in the family"),
        ]
    else:
        # The chart and the table above show what does not pass; here is what needs words.
        changes = changes[changes["change_verdict"] != "not significant"]
        if changes.empty:
            return Prose(["No change passes the inspectorate's test."])
        said = [change_sentence(row, *report.rounds) for row in records(changes)]
        changes = changes.assign(said=pd.Series(said, changes.index, dtype="string"))
        columns.append(Column("said", "In words", missing="not comparable", wide=True))
    caption = "Verdict on each change"
    if not report.analyst:
        caption = "Changes that pass, or on which there is no plain answer"
    small = equivalence_sentence(report.questions) or ""
    return report.table(changes, caption, columns, groups="heading", name="verdicts", comment=small)

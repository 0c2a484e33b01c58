"""What more than one report says of plans: what was found of them, how far targets slipped."""

import pandas as pd

from pipeline.analysis.plan_progress import COLOURS
from pipeline.analysis.sentences.phrases import capital, counted
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.report_page import ReportPage

VERDICTS = {
    "sufficient": "sufficient progress",
    "some": "some progress",
    "none": "no progress",
    "superseded": "no longer applies",
}
"""What the next inspection found of a recommendation, in the words of a sentence."""


def slippage_table(report: ReportPage, rows: pd.DataFrame, rules: pd.DataFrame) -> Table:
    """Return the targets by owner against the first ones; ``rows`` from ``slippage_by_owner``.

    ``rules`` are the rows of ``rag_rules``; without any no column of a colour is shown.
    """
    coloured = not rules.empty
    return report.table(
        rows,
        "Actions against their first targets, by owner",
        [
            Column("owner", "Owner as printed", missing="none printed"),
            Column("actions", "Actions with a date", "count"),
            Column("late", "Late", "count"),
            Column("revised", "Revised", "count"),
            Column("revisions", "Times revised", "count"),
            Column("most_slipped", "Most slipped", "number", unit="months"),
            Column("mean_slipped", "On average", "number", unit="months", decimals=1),
            *(Column(c, c.capitalize(), "count") for c in COLOURS if coloured),
        ],
        name="slippage",
        comment="Late: not on record as closed by its first target, or closed after it; a revised "
        "target does not change that. " + _rule(rules),
    )


def _rule(rules: pd.DataFrame) -> str:
    if rules.empty:
        return "No rule for red, amber and green is in the data."
    steps = rules.sort_values("from_months", ascending=False)
    said = [
        f"{colour} from {counted(months, 'month')} late" if months else f"{colour} before"
        for colour, months in zip(steps["colour"], steps["from_months"], strict=True)
    ]
    return f"{capital(', '.join(said))} ({rules['place'].iloc[0]})."

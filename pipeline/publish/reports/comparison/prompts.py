"""The prompts behind the key questions."""

import pandas as pd

from pipeline.analysis.sentences.overview import changes_in_short
from pipeline.analysis.sentences.phrases import in_words
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.comparison.context import Comparison


def prompt_movers(report: Comparison, most: int = 5) -> Table | Prose:
    """Return the prompts that rose and fell most, among those that may be compared."""
    moved = report.prompts[report.prompts["change_points"].notna()]
    if moved.empty:
        return Prose(["No prompt may be compared with an earlier inspection."])
    ordered = moved.sort_values("change_points", ascending=False, kind="stable")
    rose = ordered[ordered["change_points"] > 0].head(most).assign(way="Rose most")
    fell = ordered[ordered["change_points"] < 0].tail(most)[::-1].assign(way="Fell most")
    columns = [
        Column("wording", "Prompt", wide=True),
        Column("previous_percent", report.rounds[0], "percent"),
        Column("current_percent", report.rounds[1], "percent"),
        Column("change_points", "Change", "change"),
        Column("change_verdict", "Is the change firm?", "mark"),
    ]
    return report.table(
        pd.concat([rose, fell]),
        f"Prompts that rose and fell most, of {len(moved)} that may be compared",
        columns,
        groups="way",
        row_source=("current_source", "line"),
        name="prompt-movers",
        comment=changes_in_short(report.prompts, "prompts"),
        offered=False,  # the table of all prompts holds these rows
    )


def weakest_prompts(report: Comparison, most: int = 3) -> Table | Prose:
    """Return the lowest prompts under the key question that drives each standard's rating."""
    ratings = report.data["standard_ratings"]
    now = ratings[ratings["inspection"] == report.data["inspections"]["inspection"].iloc[-1]]
    drivers = list(now["lowest_key_question"].dropna())
    prompts = report.prompts
    known = prompts[prompts["current_percent"].notna()]
    lowest = known[known["key_question"].isin(drivers)].sort_values(
        ["key_question", "current_percent"], kind="stable"
    )
    if lowest.empty:
        return Prose(["The report prints no figures for prompts."])
    return report.table(
        lowest.groupby("key_question", sort=False).head(most),
        "What lies behind the key question that holds each rating down",
        [
            Column("wording", "Prompt", wide=True),
            Column("current_percent", report.rounds[1], "percent"),
        ],
        groups="asked",
        row_source=("current_source", "line"),
        name="weakest-prompts",
        offered=False,  # likewise
        comment=f"The {in_words(most)} lowest prompts of each. Inspectors weigh all prompts "
        "together; a key question is not the sum of its prompts.",
    )


def prompt_table(report: Comparison) -> Table | Prose:
    """Return every prompt, grouped by key question."""
    if report.prompts.empty:
        return Prose(["So there is no table of prompts."])
    columns = [Column("wording", "Prompt", wide=True)]
    if report.compares:
        columns.append(
            Column("previous_percent", report.rounds[0], "percent", missing="previous_status")
        )
    columns.append(Column("current_percent", report.rounds[1], "percent", missing="current_status"))
    if report.compares:
        columns += [
            Column("change_points", "Change", "change", missing="not comparable"),
            Column("change_verdict", "Is the change firm?", "mark"),
        ]
    if report.analyst and report.compares:
        columns += [
            Column("p_min", "Smallest p", "p", missing="cannot be computed"),
            Column("p_max", "Largest p", "p", missing="cannot be computed"),
        ]
    return report.table(
        report.prompts,
        "All prompts: share of cases answered yes",
        columns,
        groups="asked",
        row_source=("current_source", "line"),
        name="prompts",
    )

"""The figures and ratings that a recommendation should move, from one round to the next."""

from typing import Literal

import pandas as pd

from pipeline.analysis.sentences.phrases import joined
from pipeline.data import is_missing
from pipeline.publish.page.blocks import Notice, Prose
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.plan.context import Plan

_SUBJECTS = {"standard": "Standard", "key question": "Key question", "prompt": "Prompt"}


def how_to_read(report: Plan) -> Notice | Prose:
    """Return how the figures and ratings below may be read."""
    timing = set(report.data["loop"]["timing"])
    ours = (
        "Which standards, key questions and prompts a recommendation should move is our "
        "judgement, not the documents'."
    )
    if not timing:
        return Prose(
            ["Nothing has been linked to the recommendations of this plan."], report.notes, "loop"
        )
    if timing == {"after"}:
        return Notice(
            [
                ours,
                "A figure that moved after a recommendation did not necessarily move because "
                "of it.",
            ],
            "How to read what moved",
        )
    if timing == {"before"}:
        return Notice(
            [
                ours,
                "No later inspection is in the data. The figures lead up to the "
                "recommendations: they show where the provider stood when they were made and "
                "say nothing of their effect.",
            ],
            "How to read where it stood",
        )
    return Prose(
        [ours, "The inspection this plan answers is not in the data, so no figure stands here."],
        report.notes,
        "loop",
    )


def linked_figures(report: Plan) -> Table | Prose:
    """Return the key questions and prompts linked to each recommendation, and what moved."""
    frame, links = _linked(report, ["key question", "prompt"]), _linked(report, list(_SUBJECTS))
    if len(links) and set(links["timing"]) <= {"none"}:
        return _links_only(report, links)
    if frame.empty:
        return Prose(
            ["No figure stands beside a recommendation of this plan."], report.notes, "figures"
        )
    frame = frame.assign(
        change_missing=frame["current_percent"].map(
            lambda value: "no figure" if is_missing(value) else "not comparable"
        ),
        verdict=frame["change_verdict"].fillna("not comparable"),
    )
    caution = frame["comparable"].fillna("") == "caution"
    cautioned = frame["linked"] + " (compares only with caution)"
    frame["linked"] = frame["linked"].mask(caution, cautioned)
    return _two_rounds(
        report,
        frame,
        "Figures linked to each recommendation",
        "percent",
        missing=("earlier_without", "without_figure"),
        moved=[
            Column("change_points", "Change", "change", missing="change_missing"),
            Column("verdict", "Test of the change", "mark"),
        ],
        name="linked-figures",
    )


def _links_only(report: Plan, frame: pd.DataFrame) -> Table:
    return report.table(
        frame,
        "What each recommendation should move, in our judgement",
        [Column("linked", "Linked to", wide=True), Column("reason", "Why we link it", wide=True)],
        groups="heading",
        name="linked-figures",
    )


def linked_ratings(report: Plan) -> Table | Prose:
    """Return the standards linked to each recommendation and their ratings."""
    frame = _linked(report, ["standard"])
    if frame.empty or set(frame["timing"]) <= {"none"}:
        return Prose(
            ["No rating stands beside a recommendation of this plan."], report.notes, "ratings"
        )
    return _two_rounds(
        report,
        frame.assign(moved=frame["direction"].fillna("not comparable")),
        "Ratings of standards linked to a recommendation",
        "rating",
        missing=("earlier_without", "without_figure"),
        moved=[Column("moved", "Change", "mark")],
        name="linked-ratings",
    )


def _two_rounds(
    report: Plan,
    frame: pd.DataFrame,
    caption: str,
    kind: Literal["percent", "rating"],
    *,
    missing: tuple[str, str],
    moved: list[Column],
    name: str,
) -> Table:
    """Return what is linked to each recommendation, the later round beside any earlier one.

    ``missing`` says why a cell of the earlier and of the later round is empty; ``moved``
    are the columns on what changed between them.
    """
    earlier, later = report.rounds_of(frame)
    columns = [
        Column(
            f"current_{kind}", later, kind, report.ratings_of(frame, "current"), missing=missing[1],
            source=("current_source", "current_place"),
        )
    ]  # fmt: skip
    if earlier:
        before = Column(
            f"previous_{kind}", earlier, kind, report.ratings_of(frame, "previous"),
            missing=missing[0],
            source=("previous_source", "previous_place"),
        )  # fmt: skip
        columns = [before, *columns, *moved]
    return report.table(
        frame,
        f"{caption}, {joined([earlier, later] if earlier else [later])}",
        [Column("linked", "Linked to", wide=True), *columns, Column("reason", "Why we link it")],
        groups="heading",
        name=name,
    )


def _linked(report: Plan, kinds: list[str]) -> pd.DataFrame:
    frame = report.linked[report.linked["kind"].isin(kinds)]
    subjects = frame["kind"].map(_SUBJECTS) + " " + frame["subject"] + ": " + frame["label"]
    return frame.assign(linked=subjects)

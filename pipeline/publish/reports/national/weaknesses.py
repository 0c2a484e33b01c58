"""What is recommended again and again, what came of it, and how discretion is used."""

from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.national.context import National


def recommended_table(report: National) -> Table | Prose:
    """Return the key questions that recommendations are tied to, and what their figures did."""
    rows = report.data["recommended"]
    if rows.empty:
        return Prose(["No recommendation in the data is tied to a key question."])
    return report.table(
        rows.assign(asked=rows["key_question"] + " " + rows["label"]),
        "Key questions that recommendations were tied to",
        [
            Column("asked", "Key question", wide=True),
            Column("providers", "Providers told", "count"),
            Column("again", "Told again", "count"),
            Column("followed", "With figures then and now", "count"),
            Column("followed_rose", "of them rose", "count"),
            Column("followed_fell", "fell", "count"),
            Column("followed_significant", "significant", "count"),
            Column("others", "Not told, figures then and now", "count"),
            Column("others_rose", "of these rose", "count"),
            Column("others_fell", "of these fell", "count"),
        ],
        name="recommended",
        comment="Figures then and now: of the round that the plan answers and the latest. Who was "
        "told was low, and what was low tends to rise by chance alone; so more rises among those "
        "told do not show that telling helped.",
    )


def recommended_standards(report: National) -> Table | Prose:
    """Return how ratings moved of the standards that recommendations were tied to."""
    rows = report.data["recommended_standards"]
    if rows.empty:
        return Prose(["No recommendation in the data is tied to a standard."])
    ways = ("rose", "stayed", "fell")
    return report.table(
        rows.assign(rated=rows["standard"] + " " + rows["name"]),
        "Ratings of standards that recommendations were tied to",
        [
            Column("rated", "Standard", wide=True),
            Column("providers", "Providers told", "count"),
            Column("again", "Told again", "count"),
            Column("followed", "Told, ratings compare", "count"),
            *(Column(f"followed_{way}", way, "count") for way in ways),
            Column("others", "Not told, ratings compare", "count"),
            *(Column(f"others_{way}", way, "count") for way in ways),
        ],
        name="recommended-standards",
        comment="A recommendation counts for the standard that it, its key question or its prompt "
        "belongs to.",
    )


def discretion_table(report: National) -> Table | Prose:
    """Return how often each discretion was used in the latest inspections, and which way."""
    rows = report.data["discretion"]
    used = rows[rows["standards"] > 0]
    if used.empty:
        return Prose(["No use of discretion is recorded in the latest inspections."])
    return report.table(
        used,
        "Use of discretion in the latest inspections",
        [
            Column("description", "Rule", wide=True),
            Column("standards", "Ratings", "count"),
            Column("providers", "Providers", "count"),
            Column("up", "Raised", "count"),
            Column("down", "Lowered", "count"),
            Column("points", "Points added", "number"),
        ],
        name="discretion",
        comment="A rating for which two rules are named counts for both.",
    )

"""The ratings of the standards, and those that the panel set by its discretion."""

from pipeline.analysis.ratings.bands import NOT_DERIVED
from pipeline.analysis.records import Row, grouped
from pipeline.data import is_missing
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.comparison.context import Comparison, direction
from pipeline.publish.reports.report_page import of_side

RATING_BASIS = {
    "judgement": "Judgement",
    "equal": "Lowest key question",
    "explained": "Panel's discretion",
    "discrepancy": "Not explained: the bands give another rating",
}


def _rests_on(row: Row) -> str | None:
    """What a rating rests on; why it cannot be said where a figure is missing."""
    if is_missing(row["published_rating"]):
        return None
    if row["agreement"] == NOT_DERIVED:
        return str(row["note"])
    return RATING_BASIS[row["agreement"]]


def standards_table(report: Comparison) -> Table:
    """Return the standards, earlier and current, with direction in words."""
    basis = {row["standard"]: _rests_on(row) for row in report.ratings}
    rows = [
        {
            **row,
            "standard_name": f"{row['standard']} {row['name']}",
            "way": direction(row),
            "how": basis.get(row["standard"]),
        }
        for row in report.data.rows("standards")
    ]
    columns = [Column("standard_name", "Standard")]
    for side, name in report.sides:
        columns.append(of_side(side, "rating", name, report.ratings_of(side)))
    if report.compares:
        columns.append(Column("way", "Direction", "mark"))
    rests = f"What the rating of {report.rounds[1]} rests on"
    columns.append(Column("how", rests, missing="no rating"))
    return report.table(
        rows, "Ratings of the standards", columns, groups="domain_name", name="standards"
    )


def discretion_table(report: Comparison) -> Table | Prose | None:
    """Return the ratings of the current round that the panel set by its discretion.

    None where none is recorded and not every rating that rests on key questions could be derived.
    """
    current = report.inspections["current"]["inspection"]
    names = {row["standard"]: row["name"] for row in report.data.rows("standards")}
    rows = report.data.rows("discretions")
    used = [r for r in rows if r["inspection"] == current and r["standard"] in names]
    if not used:
        agreements = {r["agreement"] for r in report.ratings if r["standard"] != "overall"}
        agreements -= {"judgement"}
        if agreements != {"equal"}:
            return None
        return Prose("Every rating that rests on key questions follows from the lowest one.")
    once = ("standard", "from_rating", "to_rating", "source", "place")
    return report.table(
        [
            {
                **dict(zip(once, key, strict=True)),
                "standard_name": f"{key[0]} {names[key[0]]}",
                "reason": " ".join(row["reason"] for row in same),
            }
            for key, same in grouped(used, *once).items()
        ],
        f"Ratings of {report.rounds[1]} that the panel set by its discretion",
        [
            Column("standard_name", "Standard"),
            Column("from_rating", "The bands give", "rating", report.ratings_of("current")),
            Column("to_rating", "The panel gave", "rating", report.ratings_of("current")),
            Column("reason", "Why, in short", wide=True),
        ],
        row_source=("source", "place"),
        name="discretion",
    )

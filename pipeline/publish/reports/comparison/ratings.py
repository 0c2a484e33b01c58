"""The ratings of the standards: what they rest on, the next ones, how far luck could move them."""

from collections import defaultdict
from collections.abc import Sequence

from pipeline.analysis.ratings.bands import NOT_DERIVED
from pipeline.analysis.records import Row, grouped
from pipeline.analysis.sentences.overview import stability_sentence
from pipeline.data import is_missing
from pipeline.publish.charts import comparison as charts
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.pictures import Picture, both
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


# The way to the next rating, and how far another sample could move one.


def next_rating(report: Comparison) -> Prose | None:
    """Return the shortest ways to the next overall rating, in sentences; None without any."""
    sentences = _sentences(report)
    return Prose(*sentences) if sentences else None


def _sentences(report: Comparison) -> list[str]:
    return [row["sentence"] for row in report.data.rows("next_rating_sentences")]


def next_rating_figure(report: Comparison) -> Picture | None:
    """Return the picture of what each standard's next point would take, or None.

    There is none where the overall rating is the highest already, or where no standard's next
    rating rests on percentages.
    """
    rateable = [row for row in report.data.rows("next_rating") if row["rateable"]]
    if not rateable:
        return None
    table = report.table(
        [{**row, "standard_name": f"{row['standard']} {row['name']}"} for row in rateable],
        "What the next rating of each standard would take",
        [
            Column("standard_name", "Standard"),
            Column("published_rating", "Rating now", "rating", report.ratings_of("current")),
            Column("next_rating", "Next rating", "rating", report.ratings_of("current")),
            Column("questions_below", "Key questions below the boundary"),
            Column("points_away", "Furthest below", "points"),
            Column("cases_needed", "More cases done well", "count"),
            Column("base", "Out of", "count", unit="cases"),
            Column("cases_to_discretion", "More cases to be within reach of discretion", "count"),
        ],
        name="next-rating",
        comment="Within reach of discretion means that the panel may consider the next rating, "
        "not that it gives it. Where the number of cases was not published, the figures are "
        "for the most there can have been.",
    )
    sentences = _sentences(report)
    return Picture(
        both(charts.next_rating_chart, rateable, report.bands),
        "What the next rating of each standard would take",
        sentences[min(1, len(sentences) - 1)] if sentences else _furthest(rateable),
        caption="Disc: the key question furthest below the next rating. Upright bar: the "
        "percentage that rating asks of it. Standards rated by judgement have no percentages "
        "and are left out.",
        table=table,
        name="next-rating",
    )


def _furthest(next_rating: Sequence[Row]) -> str:
    """Say which standard's key question lies furthest below its next rating."""
    last = max(next_rating, key=lambda row: row["points_away"])
    return (
        f"The longest way is that of {last['name']}: a key question lies {last['points_away']} "
        f"percentage points below {last['next_rating']}."
    )


def stability_figure(report: Comparison) -> Picture | None:
    """Return the picture of how the ratings would fare with other cases; None without one."""
    lines = _stability(report)
    if not lines:
        return None
    standards = [line for line in lines if line["standard"] != "overall"]
    least = min(standards, key=lambda line: line["highest"])
    low, high = (round(least[end]) for end in ("lowest", "highest"))
    number = f"about {high}" if low == high else f"between {low} and {high}"
    finding = (
        f"By the bands alone, {number} of 100 such inspections would reach the published rating of "
        f"{least['name']} or a higher one, the fewest of any standard."
    )
    if overall := stability_sentence(report.data.rows("stability_overall")):
        finding = f"{overall} {finding}"
    table = report.table(
        lines,
        "Of 100 inspections of other cases, how many would reach a rating or a higher one",
        [
            Column("label", "Rating", wide=True),
            Column("alone", "If questions are independent", "number"),
            Column("lowest", "At least", "number", missing="not computed"),
            Column("highest", "At most", "number", missing="not computed"),
            Column("discretion", "With every permitted discretion", "number"),
        ],
        name="stability",
        comment="An illustration of the luck of which cases are read; exact given a prior, the "
        "numbers of cases and the dependence between questions. It says nothing about the "
        "published ratings, which rest on more than these percentages.",
    )
    return Picture(
        both(charts.stability_chart, lines),
        "How far samples of these sizes can move a rating",
        finding,
        caption="Filled square: the rating that the bands give. Hollow square: with every "
        "discretion that is permitted used upwards. Bar: lowest and highest whatever the "
        "dependence between questions.",
        table=table,
        name="stability",
    )


def totals_table(report: Comparison) -> Table | None:
    """Return how often other cases would give each total of points, rare totals left out.

    None without the ratings of all standards.
    """
    totals: dict[int, dict[str, float]] = defaultdict(dict)
    for row in report.data.rows("stability_total"):
        totals[row["points"]][row["rule"]] = 100 * row["independent"]
    if not totals:
        return None
    likely = [
        {"points": points, **shares}
        for points, shares in sorted(totals.items())
        if any(share >= 0.5 for share in shares.values())
    ]
    return report.table(
        likely,
        "Of 100 inspections of other cases, how many would give each total of points",
        [
            Column("points", "Total of points", "count"),
            Column("bands alone", "By the bands alone", "number"),
            Column("every permitted discretion", "With every permitted discretion", "number"),
        ],
        name="totals",
        offered=False,  # a picture's worth of numbers, not figures to reuse
        comment="Questions taken as independent, which understates how totals vary; totals that "
        "fewer than one in 200 would give are left out.",
    )


def _stability(report: Comparison) -> list[Row]:
    """Return one row a line: the published rating of each standard, and the next overall.

    None without a rating of a standard.
    """
    published = [row for row in report.data.rows("stability") if row["published"]]
    lines = [
        _line(standard, name, f"{standard} {name}", pair, "at_least_", "together")
        for (standard, name), pair in sorted(grouped(published, "standard", "name").items())
    ]
    overall = report.data.rows("stability_overall")
    if not lines or not overall:
        return lines
    now = next(row["lower_points"] for row in overall if row["published"])
    target = min((r["lower_points"] for r in overall if r["lower_points"] > now), default=now)
    pair = [row for row in overall if row["lower_points"] == target]
    return [*lines, _line("overall", "Overall", "Overall", pair, "", "highest")]


def _line(
    standard: str, name: str, label: str, pair: Sequence[Row], prefix: str, highest: str
) -> Row:
    """Return a line of a rating: its rows by the bands alone and with every discretion."""
    alone = next(row for row in pair if row["rule"] == "bands alone")
    discretion = next(row for row in pair if row["rule"] != "bands alone")
    return {
        "standard": standard,
        "name": name,
        "rating": alone["rating"],
        "label": f"{label}: {alone['rating']}",
        "alone": 100 * alone[f"{prefix}independent"],
        "lowest": _hundred(alone[f"{prefix}lowest"]),
        "highest": _hundred(alone[f"{prefix}{highest}"]),
        "discretion": 100 * discretion[f"{prefix}independent"],
    }


def _hundred(share: float | None) -> float | None:
    return None if share is None else 100 * share

"""The way to the next rating, and how far another sample could move one."""

import pandas as pd

from pipeline.analysis.sentences.overview import stability_sentence
from pipeline.publish.charts import comparison as charts
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.pictures import Picture
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.comparison.context import Comparison


def next_rating(report: Comparison) -> Prose | None:
    """Return the shortest ways to the next overall rating, in sentences; None without any."""
    sentences = list(report.data["next_rating_sentences"]["sentence"])
    return Prose(sentences, name="next-rating-text") if sentences else None


def next_rating_figure(report: Comparison) -> Picture | None:
    """Return the picture of what each standard's next point would take, or None.

    There is none where the overall rating is the highest already, or where no standard's next
    rating rests on percentages.
    """
    next_rating = report.data["next_rating"]
    if next_rating.empty:
        return None
    # A table without rows comes back without the types of its columns.
    rateable = next_rating[next_rating["rateable"].astype("boolean").fillna(False)]
    if rateable.empty:
        return None
    table = report.table(
        rateable.assign(standard_name=rateable["standard"] + " " + rateable["name"]),
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
    bands = report.bands
    draw = [charts.next_rating_chart(rateable, bands, narrow) for narrow in (False, True)]
    sentences = list(report.data["next_rating_sentences"]["sentence"])
    return Picture(
        draw[0],
        "What the next rating of each standard would take",
        sentences[min(1, len(sentences) - 1)] if sentences else _furthest(rateable),
        caption="Disc: the key question furthest below the next rating. Upright bar: the "
        "percentage that rating asks of it. Standards rated by judgement have no percentages "
        "and are left out.",
        table=table,
        narrow=draw[1],
        name="next-rating",
    )


def _furthest(next_rating: pd.DataFrame) -> str:
    """Say which standard's key question lies furthest below its next rating."""
    last = next_rating.sort_values("points_away", ascending=False, kind="stable").iloc[0]
    return (
        f"The longest way is that of {last['name']}: a key question lies {last['points_away']} "
        f"percentage points below {last['next_rating']}."
    )


def stability_figure(report: Comparison) -> Picture | None:
    """Return the picture of how the ratings would fare with other cases; None without one."""
    if report.data["stability"].empty:
        return None
    lines = _stability(report)
    if lines.empty:
        return None
    standards = lines[lines["standard"] != "overall"]
    least = standards.sort_values("highest", kind="stable").iloc[0]
    finding = (
        f"By the bands alone, between {least['lowest']:.0f} and {least['highest']:.0f} of 100 such "
        f"inspections would reach the published rating of {least['name']} or a higher one, the "
        "fewest of any standard."
    )
    together = report.data["stability_overall"]
    if len(together) and (overall := stability_sentence(together)):
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
        charts.stability_chart(lines),
        "How far samples of these sizes can move a rating",
        finding,
        caption="Filled square: the rating that the bands give. Hollow square: with every "
        "discretion that is permitted used upwards. Bar: lowest and highest whatever the "
        "dependence between questions.",
        table=table,
        narrow=charts.stability_chart(lines, narrow=True),
        name="stability",
    )


def totals_table(report: Comparison) -> Table | None:
    """Return how often other cases would give each total of points, rare totals left out.

    None without the ratings of all standards.
    """
    totals = report.data["stability_total"]
    if totals.empty:
        return None
    wide = totals.assign(share=100 * totals["independent"]).pivot(
        index="points", columns="rule", values="share"
    )
    likely = wide[(wide >= 0.5).any(axis=1)].reset_index().astype({"points": "Int64"})
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


def _stability(report: Comparison) -> pd.DataFrame:
    """Return one row a line: the published rating of each standard, and the next overall."""
    rows = []
    stability = report.data["stability"]
    for (standard, name), part in stability[stability["published"]].groupby(["standard", "name"]):
        alone = part[part["rule"] == "bands alone"].iloc[0]
        discretion = part[part["rule"] != "bands alone"].iloc[0]
        rows.append(
            {
                "standard": standard,
                "name": name,
                "rating": alone["rating"],
                "label": f"{standard} {name}: {alone['rating']}",
                "alone": 100 * alone["at_least_independent"],
                "lowest": 100 * alone["at_least_lowest"],
                "highest": 100 * alone["at_least_together"],
                "discretion": 100 * discretion["at_least_independent"],
            }
        )
    overall = report.data["stability_overall"]
    if overall.empty:
        return pd.DataFrame(rows)
    now = int(overall[overall["published"]]["lower_points"].iloc[0])
    above = overall[overall["lower_points"] > now]
    target = above if len(above) else overall[overall["published"]]
    target = target[target["lower_points"] == target["lower_points"].min()]
    alone = target[target["rule"] == "bands alone"].iloc[0]
    discretion = target[target["rule"] != "bands alone"].iloc[0]
    rows.append(
        {
            "standard": "overall",
            "name": "Overall",
            "rating": alone["rating"],
            "label": f"Overall: {alone['rating']}",
            "alone": 100 * alone["independent"],
            "lowest": 100 * alone["lowest"],
            "highest": 100 * alone["highest"],
            "discretion": 100 * discretion["independent"],
        }
    )
    return pd.DataFrame(rows)

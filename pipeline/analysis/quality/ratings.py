"""Rules on ratings: points, bands and the panel's discretion."""

from collections.abc import Iterator

from pipeline.analysis.quality.lookups import ERROR, Finding, Records, rule
from pipeline.analysis.ratings.bands import permitted_by_rows
from pipeline.analysis.records import grouped
from pipeline.analysis.sentences.headline import of_framework
from pipeline.analysis.sentences.phrases import joined


@rule(ERROR, "Points add up to the printed score")
def points_add_up(records: Records) -> Iterator[Finding]:
    """Do the points of the standards add up to the printed score?"""
    printed = {row["inspection"]: row["score"] for row in records.rows("overall_ratings")}
    for row in records.ratings:
        score = printed.get(row["inspection"])
        if row["standard"] != "overall" or score is None or row["points"] is None:
            continue
        yield Finding(
            row["inspection"],
            "overall score",
            int(row["points"]) == int(score),
            f"The points of the standards add up to {row['points']}; {score} is printed.",
        )


@rule(ERROR, "Bands give the ratings, or discretion is recorded")
def bands_give_ratings(records: Records) -> Iterator[Finding]:
    """Does the lowest key question give the published rating, or is discretion recorded?"""
    for row in records.ratings:
        if row["derived_rating"] is None or row["published_rating"] is None:
            continue
        overall = row["standard"] == "overall"
        # The overall row also tells of the score, which has a rule of its own.
        holds = (
            row["derived_rating"] == row["published_rating"]
            if overall
            else row["agreement"] != "discrepancy"
        )
        lowest = (
            "" if overall else f" from {row['lowest_percent']}% at {row['lowest_key_question']}"
        )
        how = "; discretion is recorded" if row["agreement"] == "explained" else ""
        yield Finding(
            row["inspection"],
            "overall rating" if overall else f"standard {row['standard']}",
            holds,
            f"The bands give {row['derived_rating']}{lowest}; {row['published_rating']} is "
            f"published{how}.",
        )


@rule(ERROR, "Uses of discretion that the framework permits")
def discretion_is_permitted(records: Records) -> Iterator[Finding]:
    """Does the framework permit each recorded use of discretion?"""
    ratings = {(r["inspection"], r["standard"]): r for r in records.ratings}
    basis = {(s["framework"], s["standard"]): s["rating_basis"] for s in records.rows("standards")}
    uses = grouped(records.rows("discretions"), "inspection", "standard")
    for (inspection, standard), rules in uses.items():
        framework = rules[0]["framework"]
        rated = ratings.get((inspection, standard))
        if rated is None or rated["lowest_percent"] is None:
            continue
        question = records.questions[framework, rated["lowest_key_question"]]
        permitted = permitted_by_rows(
            int(rated["lowest_percent"]),
            of_framework(records.tables, "rating_bands", framework),
            of_framework(records.tables, "discretion_rules", framework),
            records.size(inspection, question["sample"]),
            "qualitative" in basis[framework, standard],
        )
        allowed = {(p.rule, p.rating) for p in permitted}
        yield Finding(
            inspection,
            f"standard {standard}",
            all((row["rule"], row["to_rating"]) in allowed for row in rules),
            f"From {rules[0]['from_rating']} to {rules[0]['to_rating']} at "
            f"{rated['lowest_percent']}%, by {joined([str(row['rule']) for row in rules])}.",
        )

"""The first screen of both editions: three sentences, the ratings as tiles, the scale of points."""

from collections.abc import Sequence

from pipeline.analysis.ratings.bands import points_to_next
from pipeline.analysis.sentences import leadership
from pipeline.analysis.sentences.corrections import corrected_in_words
from pipeline.analysis.sentences.phrases import in_words, joined
from pipeline.data import is_missing
from pipeline.publish.page.blocks import Block, Fact, ScoreScale
from pipeline.publish.page.markup import EMPTY, Markup, tag, way
from pipeline.publish.page.tables import rating, shade
from pipeline.publish.reports.comparison.context import Comparison, direction


def in_brief(report: Comparison) -> Block:
    """Return the first screen: the result, its weakness and chief change, ratings and points.

    Side by side where there is room, otherwise in this order; what was promised stands last.
    """
    first, *others = report.three_sentences
    said = tag("p", first, class_="lead") + tag(
        "div", *(tag("p", words) for words in others), class_="then"
    )
    note = tag("p", report.ADDS, class_="comment") if report.ADDS else EMPTY
    points, known = scale(report), [fact.html() for fact in facts(report)]
    return Block(
        tag(
            "div",
            tag("div", said, note, class_="message"),
            tag("div", _ratings(report), class_="rated"),
            tag(
                "div",
                points.html() if points else EMPTY,
                tag("dl", *known, class_="facts") if known else EMPTY,
                class_="known",
            ),
            tag("dl", promised(report).html(), class_="facts promised"),
            class_="first",
        )
    )


def promised(report: Comparison) -> Fact:
    """Return what the plan that answers the current round promises."""
    current = report.inspections["current"]["inspection"]
    answered = [row for row in report.data.rows("promises") if row["inspection"] == current]
    return Fact("What was promised", leadership.promised(answered, report.weakness))


def facts(report: Comparison) -> list[Fact]:
    """Return what a reader must know with the result: the aggregate, corrections, failed checks."""
    found = []
    if said := leadership.against_aggregate(report.questions):
        period = f" ({report.period})" if report.period else ""
        said += report.newer_aggregate + report.another_aggregate
        found.append(Fact(f"Against {report.aggregate}{period}", said))
    known = [*report.data.about["lineage"], *corrections(report), *failed_checks(report)]
    if said := " ".join(filter(None, [*known, report.without_aggregate])):
        found.append(Fact("To know with it", said))
    return found


_OF_RATINGS = (
    "bands-give-ratings", "discretion-is-permitted", "points-add-up", "percentage-within-limits",
)  # fmt: skip
"""Checks of what the leadership edition shows; it holds no other facts."""


def failed_checks(report: Comparison) -> list[str]:
    """Count the checks that figures of this page fail, and say the first."""
    failed = dict.fromkeys(
        (row["rule"], row["shown"], row["detail"])
        for row in report.data.rows("failed_checks")
        if report.EDITION != "leadership" or row["rule"] in _OF_RATINGS
    )
    if not failed:
        return []
    _, shown, detail = next(iter(failed))
    some, first = len(failed) > 1, f"{shown}: {str(detail).rstrip('.')}"
    which = "Figures of this page fail" if some else "A figure of this page fails"
    return [
        f"{which} {in_words(len(failed))} check{'s' if some else ''} of the data"
        f"{', the first' if some else ''}: {first}."
    ]


def corrections(report: Comparison) -> list[str]:
    """Say which figures were corrected after they were first printed, and what that moved.

    The leadership edition says only what moved, and of many corrections only the first.
    """
    rows = report.data.rows("corrected")
    if report.EDITION != "leadership":
        return corrected_in_words(rows)
    said = corrected_in_words([r for r in rows if r["kind"] != "prompt"], only_moved=True)
    if (more := len(said) - MOST_CORRECTED) > 0:
        moved = "correction" if more == 1 else "corrections"
        said[MOST_CORRECTED:] = [
            f"{in_words(more, capital=True)} more {moved} moved a verdict or a rating: see the "
            "analyst edition."
        ]
    return said


MOST_CORRECTED = 2
"""Corrections told on the leadership edition; the others are counted."""


def _ratings(report: Comparison) -> Markup:
    """The ratings of the standards, a row each, both rounds in sight on the smallest screen."""
    headings = ["Standard", *(name for _, name in report.sides), *["Change"] * report.compares]
    rows = []
    for row in report.data.rows("standards"):
        cells = [tag("th", row["name"], scope="row")]
        for side, _ in report.sides:
            words = str(row[f"{side}_rating"] or row[f"{side}_status"])
            cells.append(_tile(words, report.ratings_of(side)))
        if report.compares:
            cells.append(tag("td", way(direction(row)), class_="way"))
        rows.append(tag("tr", *cells))
    table = tag(
        "table",
        tag("caption", "Ratings of the standards"),
        tag("thead", tag("tr", *(tag("th", words, scope="col") for words in headings))),
        tag("tbody", *rows),
        class_="tiles",
    )
    return table + tag("p", f"Source: {report.documents()}.", class_="source")


def _tile(words: str, ratings: Sequence[str]) -> Markup:
    """A rating among ``ratings``, lowest first, as a cell; or the words why there is none.

    Its fill and its squares both say the level.
    """
    if words not in ratings:
        return tag("td", words, class_="none")
    level = shade(ratings.index(words), len(ratings))
    return tag("td", tag("span", rating(words, ratings), class_=f"tile {level}"))


def scale(report: Comparison) -> ScoreScale | None:
    """Return the points of both rounds among the bands of the overall rating."""
    points = report.overall["current"]["score"]
    if is_missing(points) or not report.overall_bands:
        return None
    now = (report.rounds[1], int(points))
    earlier = report.data.about["previous_score"]
    before = None if is_missing(earlier) else (report.rounds[0], int(earlier))
    bands = [
        (str(band["rating"]), int(band["lower_points"]), int(band["upper_points"]))
        for band in report.overall_bands
    ]
    said = leadership.score(
        now[1],
        bands[-1][2],
        report.rounds[0],
        None if before is None else before[1],
        points_to_next(now[1], report.overall_bands),
    )
    if before is None and not is_missing(report.overall.get("previous", {}).get("score")):
        said += f" The score of {report.rounds[0]} does not compare."
    shown = ["current"] if before is None else ["previous", "current"]
    sums = [
        str(report.inspections[side]["round_name"])
        for side in shown
        if is_missing(report.overall[side]["printed_score"])
    ]
    if sums:
        said += f" No report prints the total of {joined(sums)}: it is our sum."
    return ScoreScale(bands, current=now, previous=before, caption=said)

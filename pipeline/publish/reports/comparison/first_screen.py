"""The first screen of both editions: three sentences, the ratings as tiles, the scale of points."""

from pipeline.analysis.ratings.bands import points_to_next
from pipeline.analysis.records import Row
from pipeline.analysis.sentences import leadership
from pipeline.analysis.sentences.corrections import corrected_in_words
from pipeline.analysis.sentences.phrases import in_words, joined
from pipeline.data import is_missing
from pipeline.publish.page.blocks import Fact, ScoreScale
from pipeline.publish.page.first_screen import FirstScreen, rating_grid, rating_tile
from pipeline.publish.page.markup import Markup
from pipeline.publish.reports.comparison.context import Comparison, direction


def in_brief(report: Comparison) -> FirstScreen:
    """Return the first screen: the result, its weakness and chief change, ratings and points."""
    return FirstScreen(
        report.three_sentences,
        facts(report),
        _ratings(report),
        scale(report),
        promised(report),
        report.ADDS,
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
    return [*said[:MOST_CORRECTED], *_more_corrected(len(said) - MOST_CORRECTED)]


MOST_CORRECTED = 2
"""Corrections told on the leadership edition; the others are counted."""


def _more_corrected(more: int) -> list[str]:
    if more < 1:
        return []
    moved = "correction" if more == 1 else "corrections"
    return [
        f"{in_words(more, capital=True)} more {moved} moved a verdict or a rating: see the analyst "
        "edition."
    ]


def _ratings(report: Comparison) -> Markup:
    """The ratings of the standards, both rounds."""

    def tile(row: Row, side: str) -> Markup:
        words = row[f"{side}_rating"] or row[f"{side}_status"]
        return rating_tile(str(words), report.ratings_of(side))

    standards = [
        (str(row["name"]), [tile(row, side) for side, _ in report.sides], direction(row))
        for row in report.data.rows("standards")
    ]
    rounds = [name for _, name in report.sides]
    source = f"Source: {report.documents()}."
    return rating_grid(standards, rounds, "Ratings of the standards", source)


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
    return ScoreScale(bands, current=now, previous=before, caption=said + _our_sums(report, shown))


def _our_sums(report: Comparison, sides: list[str]) -> str:
    """Say which totals of the rounds shown no document prints."""
    sums = [
        str(report.inspections[side]["round_name"])
        for side in sides
        if is_missing(report.overall[side]["printed_score"])
    ]
    if not sums:
        return ""
    return f" No report prints the total of {joined(sums)}: it is our sum."

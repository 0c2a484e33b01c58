"""The leadership edition: two sheets of paper, a function a section."""

from collections.abc import Sequence

from pipeline.analysis.records import Row, grouped
from pipeline.analysis.sentences.leadership import (
    NAMED,
    RESPONSES,
    answers_to,
    small_base,
    span,
)
from pipeline.analysis.sentences.phrases import capital, counted, in_words, inside
from pipeline.data import is_missing
from pipeline.publish.charts.themes import begins_at, theme_chart
from pipeline.publish.page.blocks import Panels, Prose
from pipeline.publish.page.downloads import Downloads
from pipeline.publish.page.page_info import page_info
from pipeline.publish.page.pictures import Picture, Reference, both
from pipeline.publish.page.tables import Column
from pipeline.publish.reports.comparison import first_screen
from pipeline.publish.reports.comparison.context import Comparison, direction
from pipeline.publish.reports.plans import VERDICTS
from pipeline.publish.reports.report_page import ReportPage, of_side


def earlier_promises(report: Comparison) -> Panels | Prose:
    """Return what the earlier plan promised on the chief weakness, and what was found of it."""
    earlier = report.inspections.get("previous")
    if earlier is None:
        return Prose("No earlier inspection is in the data.")
    year = earlier["round_name"]
    rows = [r for r in report.data.rows("promises") if r["inspection"] == earlier["inspection"]]
    if not rows:
        return Prose(f"No action plan that answers the inspection of {year} is in the data.")
    own = answers_to(rows, report.weakness)
    if not own:
        return Prose(f"No recommendation of {year} in the data is linked to the weakness of now.")
    lines = [_line(row) for row in own[:NAMED]]
    if len(own) > NAMED:
        lines.append(f"{in_words(len(own) - NAMED, capital=True)} more in the plan.")
    heading = f"Recommended in {year} on {report.weakness.name}" if report.weakness else ""
    current = report.inspections["current"]["inspection"]
    if any(row["found_in"] == current for row in own):
        heading += f", with what {report.rounds[1]} found"
    return Panels({heading: lines})


def _line(row: Row) -> str:
    """Return a recommendation, its response, and what was found of it where anything was."""
    said = f"{row['title']}: {RESPONSES.get(row['response'], row['response'])}"
    return f"{said}." if is_missing(row["found"]) else f"{said}; {VERDICTS[row['found']]}."


def how_sure(report: Comparison) -> Prose:
    """Return three sentences on how sure all this is."""
    return Prose(" ".join(report.certainty))


def theme_picture(report: Comparison) -> Picture | Prose:
    """Return the one chart: key questions by theme, the weakest first."""
    if all(row["current_percent"] is None for row in report.questions):
        return Prose("No share of cases is in the data for this inspection.")
    return Picture(
        both(theme_chart, report.questions, report.bands, report.names),
        "Share of cases done well",
        themes_finding(report),
        caption=" ".join(_how_to_read(report)),
        see=Reference("the spreadsheet below", "#s-take-it-further", report.questions),
        name="themes",
    )


def themes_finding(report: Comparison) -> str:
    """Say which theme stands lowest and which highest."""
    known = [row for row in report.questions if row["current_percent"] is not None]
    themes = [(inside(str(theme)), rows) for theme, rows in grouped(known, "theme").items()]
    (lowest, low), (highest, high) = themes[0], themes[-1]
    if len(themes) == 1:
        return f"{capital(lowest)}: {_seen(low)}."
    return f"{capital(lowest)} stands lowest ({_seen(low)}), {highest} highest ({_seen(high)})."


def _seen(rows: Sequence[Row]) -> str:
    """Return the span of a theme's shares, and its number of cases where that is small."""
    small = [row["current_base"] for row in rows if small_base(row)]
    return f"{span(rows)}, on only {counted(min(small), 'case')}" if small else span(rows)


def _how_to_read(report: Comparison) -> list[str]:
    said = ["The themes are our grouping."]
    if report.compares:
        said.append("A change is named unless it may be chance.")
    if report.aggregate:
        said.append(f"Better or worse is against {report.aggregate}.")
    low = begins_at(report.questions, report.bands, intervals=False)
    if low:
        said.append(f"The axis begins at {low}%: nothing lies below.")
    comparable = grouped(report.questions, "comparable")
    if report.compares and (names := report.named(comparable["no"])):
        said.append(f"Not compared with {report.rounds[0]}: {names}.")
    if names := report.named(comparable["caution"]):
        said.append(f"Compare only with caution: {names}.")
    return said


def further(report: Comparison) -> Prose:
    """Return where the figures come from, and where the rest is."""
    analyst = {r["edition"]: r["name"] for r in report.data.about["reports"]}.get("analyst")
    licence = page_info(report.data.about, report.edition).licence
    whose = f"The figures stand in the inspection reports ({licence})"
    if report.data.about["simulated"]:
        whose = "The figures are simulated"
    return Prose(
        f"{whose}; the spreadsheet gives the place of each. Tests, methods and sources are in "
        f"the analyst edition, {analyst}.html."
    )


def downloads(report: Comparison) -> Downloads:
    """Return the figures of this page as files."""
    report.table(
        [
            row | {"called": f"{row['standard']} {row['name']}", "way": direction(row)}
            for row in report.data.rows("standards")
        ],
        "Ratings of the standards",
        [
            Column("called", "Standard"),
            *[
                of_side(side, "rating", name, report.ratings_of(side))
                for side, name in report.sides
            ],
            *([Column("way", "Change")] if report.compares else []),
        ],
        name="ratings",
        numbered=False,
    )
    columns = [
        Column("theme", "Theme, ours"),
        Column("asked", "Key question"),
        *(of_side(side, "percent", name) for side, name in report.sides),
        Column("current_base", "Cases", "count", missing="no_base"),
    ]
    if report.compares:
        columns += [
            Column("change_points", "Change", "points", missing="not comparable"),
            Column("change_verdict", "Test of the change"),
        ]
    if report.aggregate:
        columns += [
            of_side("comparator", "percent", capital(report.aggregate)),
            Column("benchmark_verdict", "Against them", missing="cannot be said"),
        ]
    report.table(
        report.questions,
        "Key questions: share of cases done well",
        columns,
        row_header="asked",
        name="key-questions",
        numbered=False,
    )
    return ReportPage.downloads(report)


class LeadershipReport(Comparison):
    """What the leadership notebook calls: each section is a function, listed here in order."""

    EDITION = "leadership"

    in_brief = first_screen.in_brief
    earlier_promises = earlier_promises
    how_sure = how_sure
    theme_picture = theme_picture
    further = further
    downloads = downloads

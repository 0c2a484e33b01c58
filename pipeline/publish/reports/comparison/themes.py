"""Key questions and their prompts, theme by theme: each picture with its numbers beneath."""

from collections import Counter
from typing import Any

from pipeline.analysis.records import Row, grouped
from pipeline.analysis.sentences.leadership import span
from pipeline.analysis.sentences.overview import changes_in_short
from pipeline.analysis.sentences.phrases import capital, inside, joined
from pipeline.analysis.statistics.bases import possible_bases
from pipeline.publish.charts.prompts import Dots, prompt_chart
from pipeline.publish.charts.themes import begins_at, theme_chart
from pipeline.publish.page.blocks import Block, Prose, Together
from pipeline.publish.page.markup import slug, tag
from pipeline.publish.page.pictures import Picture, Reference, both
from pipeline.publish.page.tables import Column, Table, p_value
from pipeline.publish.reports.comparison.context import Comparison
from pipeline.publish.reports.report_page import of_side


def by_theme(report: Comparison) -> Together:
    """Return all prompts in one picture; then each theme, the weakest first, with its numbers."""
    parts: list[Any] = []
    if any(row["current_percent"] is not None for row in report.prompts):
        parts.append(prompt_figure(report))
    every = grouped(report.prompts, "theme")
    for theme, questions in grouped(report.questions, "theme").items():
        parts += [Block(tag("h3", theme)), _questions(report, str(theme), questions)]
        prompts = [row for row in every[theme] if row["current_percent"] is not None]
        if prompts:
            # The lowest of each key question first.
            by_question = grouped(prompts, "key_question").values()
            ordered = [row for rows in by_question for row in sorted(rows, key=_share)]
            caption = f"{theme}: prompts"
            parts.append(prompt_rows(report, ordered, caption, slug(theme), drawn=True))
        silent = [r["current_status"] for r in every[theme] if r["current_percent"] is None]
        if silent:
            counts = Counter(silent).most_common()
            why = joined([f"{status} ({number})" for status, number in counts])
            parts.append(Prose(f"Prompts without a figure in {report.rounds[1]}: {why}."))
    return Together(*parts)


def _questions(report: Comparison, theme: str, questions: list[Row]) -> Picture | Table:
    numbers = question_rows(report, questions, f"{theme}: share of cases done well", slug(theme))
    known = [row for row in questions if row["current_percent"] is not None]
    if not known:
        return numbers
    low = begins_at(questions, report.bands)
    cut = f" The axis begins at {low}%: nothing lies below." if low else ""
    finding = f"{span(known)} of cases in {report.rounds[1]}."
    if report.compares:
        finding += f" {changes_in_short(questions)}"
    return Picture(
        both(theme_chart, questions, report.bands, report.names, intervals=True),
        f"{theme}: key questions",
        finding,
        caption="Line through a disc: the range in which the provider's share lies with 95% "
        f"confidence, where the number of cases is known.{cut}",
        table=numbers,
        open_table=True,
        name=f"questions-{theme}",
    )


def question_rows(
    report: Comparison, questions: list[Row], caption: str, name: str, *, offered: bool = False
) -> Table:
    """Return key questions with both rounds, the change and the aggregate, a row each."""
    columns = [
        Column("asked", "Key question", wide=True),
        of_side("current", "percent", report.rounds[1]),
        Column("current_base", "Cases", "count", missing="no_base"),
    ]
    if report.aggregate:
        columns += [
            of_side("comparator", "percent", capital(report.aggregate)),
            Column("benchmark_verdict", "Against them", "mark", missing="cannot be said"),
        ]
    if report.compares:
        columns += [
            of_side("previous", "percent", report.rounds[0]),
            Column("change_points", "Change", "change", missing="no_change"),
            Column("verdict", "Test", "mark", missing="no_change"),
        ]
    if offered:
        columns.insert(0, Column("theme", "Theme, ours"))
    return report.table(
        questions,
        caption,
        columns,
        row_header="asked",
        name=f"questions-{name}",
        comment=_misfits(questions),
        offered=offered,
        numbered=False,
    )


def _misfits(questions: list[Row]) -> str:
    """Name the percentages that no whole number of the printed cases gives."""
    of_fewer: dict[bool, list[str]] = {True: [], False: []}
    for row in questions:
        percent, base = row["current_percent"], row["current_base"]
        if None not in (percent, base) and row["current_lower"] is None:
            named = f"{percent}% ({row['key_question']}) of {base}"
            of_fewer[bool(possible_bases(percent, base))].append(named)
    ends = {True: "fewer cases must have been counted", False: "nor does any of fewer"}
    return " ".join(
        f"No whole number of cases gives {joined(named)}: {ends[fits]}."
        for fits, named in of_fewer.items()
        if named
    )


def prompt_figure(report: Comparison) -> Picture:
    """Return the picture of every prompt on the line of its theme."""
    known = [row for row in report.prompts if row["current_percent"] is not None]
    ends = sorted(known, key=_share)
    lowest, highest = ends[0], ends[-1]
    return Picture(
        both(prompt_chart, known),
        f"Prompts in {report.rounds[1]}, by theme",
        f"Lowest, {int(lowest['current_percent'])}%: {_quoted(lowest['wording'])}. "
        f"Highest, {int(highest['current_percent'])}%: {_quoted(highest['wording'])}.",
        caption="A dot is a prompt. Inspectors weigh the answers; no sum is taken.",
        see=Reference("the tables below", f"#t-prompts-{slug(known[0]['theme'])}", known),
        name="prompts",
    )


def _share(row: Row) -> int:
    return int(row["current_percent"])


def _quoted(wording: object) -> str:
    return f"“{str(wording).rstrip('.')}”"


def prompt_rows(
    report: Comparison, prompts: list[Row], caption: str, name: str, *, drawn: bool = False
) -> Table:
    """Return prompts with both rounds, the change and its test, a row each; ``drawn`` with dots."""
    now = Column("current_percent", report.rounds[1], "percent", missing="current_status")
    tests = [
        Column("p_min", "Smallest p", "p", missing="no_p"),
        Column("p_max", "Largest p", "p", missing="no_p"),
    ]
    if drawn:
        prompts = [{**row, "dots": _dots(row), "p": _p(row)} for row in prompts]
        now = Column("dots", report.rounds[1], unit="line: 0% to 100%", show=Dots.html)
        tests = [Column("p", "p", align="right", missing="no_p")]
    columns = [Column("wording", "Prompt", wide=True), now]
    if report.compares:
        columns += [
            Column("previous_percent", report.rounds[0], "percent", missing="previous_status"),
            Column("change_points", "Change", "change", missing="no_change"),
            Column("verdict", "Test", "mark", missing="no_change"),
            *tests,
        ]
    return report.table(
        prompts,
        caption,
        columns,
        groups="asked",
        group_name="Key question",
        row_source=("current_source", "current_place"),
        name=f"prompts-{name}",
        offered=False,
        numbered=False,
        comment=f"Ring: {report.rounds[0]}; disc: {report.rounds[1]}."
        if drawn and report.compares
        else "",
    )


def _dots(row: Row) -> Dots:
    """Return the dots of a prompt; the ring only where the rounds compare."""
    compares = row["change_points"] is not None
    return Dots(float(row["previous_percent"]) if compares else None, float(row["current_percent"]))


def _p(row: Row) -> str | None:
    """Return the p-value, or the smallest and the largest where the base is not known."""
    if row["p_min"] is None:
        return None
    ends = [p_value(row[name]) for name in ("p_min", "p_max")]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


# The whole of it, for whoever explores: a page shows it theme by theme.


def key_question_table(report: Comparison, *, offered: bool = False) -> Table:
    """Return every key question with both rounds, the change and the aggregate."""
    caption = "Key questions: share of cases done well"
    return question_rows(report, report.questions, caption, "all", offered=offered)


def key_question_figure(report: Comparison) -> Picture:
    """Return the picture of every key question, by theme."""
    return Picture(
        both(theme_chart, report.questions, report.bands, report.names, intervals=True),
        "Key questions by theme",
        changes_in_short(report.questions),
        see=key_question_table(report),
        name="key-questions",
    )


def prompt_table(report: Comparison) -> Table:
    """Return every prompt with both rounds, the change and its test."""
    return prompt_rows(report, report.prompts, "All prompts: share of cases answered yes", "all")


def not_comparable(report: Comparison) -> Prose | None:
    """Return what may not be compared, or only with caution, and why: a line a reason."""
    if not report.compares:
        return None
    ratings = grouped(report.data.rows("standards"), "comparable")
    lines = [
        f"{words} {joined([inside(str(row['name'])) for row in rows])}: "
        + (reason or "No reason is given.")
        for comparable, words in (
            ("no", "Ratings of"),
            ("caution", "Only with caution, ratings of"),
        )
        for reason, rows in grouped(ratings[comparable], "reason").items()
    ]
    for comparable, words in (("no", "Key questions on"), ("caution", "Only with caution,")):
        lines += [f"{words} {names}: {reason}" for names, reason in report.reasons(comparable)]
    all_compare = "Both inspections asked the same questions; all figures compare."
    return Prose(*lines or [all_compare])

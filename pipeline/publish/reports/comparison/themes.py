"""Key questions and their prompts, theme by theme: each picture with its numbers beneath."""

from typing import Any

import pandas as pd

from pipeline.analysis.records import Row, records
from pipeline.analysis.sentences.leadership import span
from pipeline.analysis.sentences.overview import changes_in_short
from pipeline.analysis.sentences.phrases import capital, inside, joined
from pipeline.publish.charts.prompts import Dots, prompt_chart
from pipeline.publish.charts.themes import begins_at, theme_chart
from pipeline.publish.page.blocks import Heading, Prose, Together
from pipeline.publish.page.markup import is_missing, slug
from pipeline.publish.page.pictures import Picture, Reference
from pipeline.publish.page.tables import Column, Table, p_value
from pipeline.publish.reports.comparison.context import Comparison


def by_theme(report: Comparison) -> Together:
    """Return all prompts in one picture; then each theme, the weakest first, with its numbers."""
    parts: list[Any] = []
    if report.prompts["current_percent"].notna().any():
        parts.append(prompt_figure(report))
    for theme, questions in report.questions.groupby("theme", sort=False):
        parts += [Heading(str(theme)), _questions(report, str(theme), questions)]
        every = report.prompts[report.prompts["theme"] == theme]
        prompts = every[every["current_percent"].notna()]
        if len(prompts):
            parts.append(_prompts(report, str(theme), prompts))
        silent = every[every["current_percent"].isna()]["current_status"]
        if len(silent):
            why = joined([f"{status} ({n})" for status, n in silent.value_counts().items()])
            parts.append(Prose([f"Prompts without a figure in {report.rounds[1]}: {why}."]))
    return Together(parts)


def _questions(report: Comparison, theme: str, questions: pd.DataFrame) -> Picture | Table:
    numbers = question_rows(report, questions, f"{theme}: share of cases done well", slug(theme))
    known = questions[questions["current_percent"].notna()]
    if known.empty:
        return numbers
    bands = report.bands
    broad, slim = (
        theme_chart(questions, bands, report.names, intervals=True, narrow=narrow)
        for narrow in (False, True)
    )
    low = begins_at(questions, bands)
    cut = f" The axis begins at {low}%: nothing lies below." if low else ""
    finding = f"{span(known)} of cases in {report.rounds[1]}."
    if report.compares:
        finding += f" {changes_in_short(questions)}"
    return Picture(
        broad,
        f"{theme}: key questions",
        finding,
        caption="Line through a disc: the range in which the provider's share lies with 95% "
        f"confidence, where the number of cases is known.{cut}",
        table=numbers,
        open_table=True,
        narrow=slim,
        name=f"questions-{theme}",
    )


def question_rows(
    report: Comparison, questions: pd.DataFrame, caption: str, name: str, *, offered: bool = False
) -> Table:
    """Return key questions with both rounds, the change and the aggregate, a row each."""
    columns = [
        Column("asked", "Key question", wide=True),
        Column(
            "current_percent",
            report.rounds[1],
            "percent",
            missing="current_status",
            source=("current_source", "current_place"),
        ),
    ]
    columns.append(Column("current_base", "Cases", "count", missing="no_base"))
    if report.aggregate:
        columns += [
            Column(
                "comparator_percent",
                capital(report.aggregate),
                "percent",
                missing="comparator_status",
                source=("comparator_source", "comparator_place"),
            ),
            Column("benchmark_verdict", "Against them", "mark", missing="cannot be said"),
        ]
    if report.compares:
        columns += [
            Column(
                "previous_percent",
                report.rounds[0],
                "percent",
                missing="previous_status",
                source=("previous_source", "previous_place"),
            ),
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


def _misfits(questions: pd.DataFrame) -> str:
    """Name the percentages that no whole number of the printed cases gives."""
    rows = questions[
        questions["current_percent"].notna()
        & questions["current_base"].notna()
        & questions["current_lower"].isna()
    ]
    if rows.empty:
        return ""
    named = joined(
        [
            f"{row['current_percent']}% ({row['key_question']}) of {row['current_base']}"
            for row in records(rows)
        ]
    )
    return f"No whole number of cases gives {named}: fewer cases must have been counted."


def prompt_figure(report: Comparison) -> Picture:
    """Return the picture of every prompt on the line of its theme."""
    known = report.prompts[report.prompts["current_percent"].notna()]
    ends = known.sort_values("current_percent", kind="stable")
    lowest, highest = ends.iloc[0], ends.iloc[-1]
    broad, slim = (prompt_chart(known, narrow=narrow) for narrow in (False, True))
    return Picture(
        broad,
        f"Prompts in {report.rounds[1]}, by theme",
        f"Lowest, {int(lowest['current_percent'])}%: {_quoted(lowest['wording'])}. "
        f"Highest, {int(highest['current_percent'])}%: {_quoted(highest['wording'])}.",
        caption="A dot is a prompt. Inspectors weigh the answers; no sum is taken.",
        see=Reference("the tables below", f"#t-prompts-{slug(known['theme'].iloc[0])}", known),
        narrow=slim,
        name="prompts",
    )


def _prompts(report: Comparison, theme: str, prompts: pd.DataFrame) -> Table:
    """Return the prompts of a theme, the lowest of each key question first, with their dots."""
    order = prompts.groupby("key_question", sort=False)["current_percent"]
    shown = prompts.assign(at=order.ngroup()).sort_values(["at", "current_percent"], kind="stable")
    return prompt_rows(report, shown, f"{theme}: prompts", slug(theme), drawn=True)


def _quoted(wording: object) -> str:
    return f"“{str(wording).rstrip('.')}”"


def prompt_rows(
    report: Comparison,
    prompts: pd.DataFrame,
    caption: str,
    name: str,
    *,
    offered: bool = False,
    drawn: bool = False,
) -> Table:
    """Return prompts with both rounds, the change and its test, a row each; ``drawn`` with dots."""
    columns = [
        Column("wording", "Prompt", wide=True),
        Column("current_percent", report.rounds[1], "percent", missing="current_status"),
    ]
    rows = prompts
    p: list[Column] = []
    if drawn:
        rows = rows.assign(
            dots=_dots(rows), p=pd.array([_p(row) for row in records(rows)], "string")
        )
        columns[1] = Column("dots", report.rounds[1], unit="line: 0% to 100%", show=Dots.html)
        p = [Column("p", "p", align="right", missing="no_p")]
    if report.compares:
        columns += [
            Column("previous_percent", report.rounds[0], "percent", missing="previous_status"),
            Column("change_points", "Change", "change", missing="no_change"),
            Column("verdict", "Test", "mark", missing="no_change"),
            *(
                p
                or [
                    Column("p_min", "Smallest p", "p", missing="no_p"),
                    Column("p_max", "Largest p", "p", missing="no_p"),
                ]
            ),
        ]
    return report.table(
        rows,
        caption,
        columns,
        groups="asked",
        group_name="Key question",
        row_source=("current_source", "current_place"),
        name=f"prompts-{name}",
        offered=offered,
        numbered=False,
        comment=f"Ring: {report.rounds[0]}; disc: {report.rounds[1]}."
        if drawn and report.compares
        else "",
    )


def _dots(prompts: pd.DataFrame) -> pd.Series:
    """Return the dots of each prompt; the ring only where the rounds compare."""
    dots = [
        Dots(
            None if is_missing(row["change_points"]) else float(row["previous_percent"]),
            float(row["current_percent"]),
        )
        for row in records(prompts)
    ]
    return pd.Series(dots, prompts.index, dtype="object")


def _p(row: Row) -> str | None:
    """Return the p-value, or the smallest and the largest where the base is not known."""
    if is_missing(row["p_min"]):
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
    broad, slim = (
        theme_chart(report.questions, report.bands, report.names, intervals=True, narrow=narrow)
        for narrow in (False, True)
    )
    return Picture(
        broad,
        "Key questions by theme",
        changes_in_short(report.questions),
        see=key_question_table(report),
        narrow=slim,
        name="key-questions",
    )


def prompt_table(report: Comparison, *, offered: bool = False) -> Table:
    """Return every prompt with both rounds, the change and its test."""
    caption = "All prompts: share of cases answered yes"
    return prompt_rows(report, report.prompts, caption, "all", offered=offered)


def not_comparable(report: Comparison) -> Prose | None:
    """Return what may not be compared, or only with caution, and why: a line a reason."""
    if not report.compares:
        return None
    ratings = report.data["standards"]
    reasons = ratings["reason"].fillna("No reason is given.")
    lines = [
        f"{words} {joined([inside(str(name)) for name in part['name']])}: {reason}"
        for comparable, words in (
            ("no", "Ratings of"),
            ("caution", "Only with caution, ratings of"),
        )
        for reason, part in ratings[ratings["comparable"] == comparable].groupby(
            reasons, sort=False
        )
    ]
    for comparable, words in (("no", "Key questions on"), ("caution", "Only with caution,")):
        lines += [f"{words} {names}: {reason}" for names, reason in report.reasons(comparable)]
    return Prose(lines or ["Both inspections asked the same questions; all figures compare."])

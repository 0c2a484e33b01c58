"""Lines through time, a panel a key question: over the rounds, and over the months of audits."""

from __future__ import annotations

from itertools import groupby, pairwise

import pandas as pd
from matplotlib.figure import Figure as Drawing

from pipeline.analysis.plans import MONTHS
from pipeline.analysis.records import Row, grouped, records
from pipeline.analysis.sentences.phrases import capital, label_parts
from pipeline.data import is_missing
from pipeline.publish.charts.panels import BROAD, NARROW, Panel, panels

_FIT = 20
"""Letters that stand below a panel without touching."""


def lines_chart(figures: pd.DataFrame, rounds: list[str], narrow: bool = False) -> Drawing:
    """Draw a panel a key question: figures by round, joined where they compare.

    ``figures`` has the columns of ``figures_through_time``; ``rounds`` the names of the inspections
    in order, as the ticks show them. A full line joins what compares, a broken one what compares
    with caution; where nothing may be compared an upright dotted line stands between.
    """
    order = {name: at for at, name in enumerate(rounds)}
    by_question = grouped(records(figures), "key_question")
    charts = [
        _round_panel(line, order, rounds)
        for line in by_question.values()
        if any(not is_missing(row["percent"]) for row in line)
    ]
    return panels(charts, NARROW if narrow else BROAD)


def _ticks(rounds: list[str]) -> list[tuple[float, str]]:
    """Name every round where there is room, otherwise the first and the last."""
    named = list(enumerate(rounds))
    if sum(map(len, rounds)) > _FIT:
        named = [named[0], named[-1]]
    return [(float(at), name) for at, name in named]


def _round_panel(line: list[Row], order: dict[str, int], rounds: list[str]) -> Panel:
    known = [row for row in line if not is_missing(row["percent"])]
    at = {row["round"]: float(order[row["round"]]) for row in line}
    lines: list[tuple[str, list[tuple[float, float]]]] = []
    for row in known:
        if not is_missing(row["lower"]):
            x = at[row["round"]]
            lines.append(("interval", [(x, float(row["lower"])), (x, float(row["upper"]))]))
    for before, after in pairwise(line):
        ends = [(at[row["round"]], row["percent"]) for row in (before, after)]
        if after["step"] == "no":
            middle = (ends[0][0] + ends[1][0]) / 2
            lines.append(("break", [(middle, 4), (middle, 96)]))
        elif not any(is_missing(percent) for _, percent in ends):
            kind = "path" if after["step"] == "yes" else "cautious path"
            lines.append((kind, [(x, float(percent)) for x, percent in ends]))
    last = known[-1]
    standard, own = label_parts(last["label"])
    return Panel(
        title=f"{last['key_question']} {capital(own)}",
        x=(-0.25, 1.35 * (len(rounds) - 1) + 0.1),
        ticks=_ticks(rounds),
        lines=lines,
        dots=[("current", [(at[row["round"]], float(row["percent"])) for row in known])],
        words=[((at[last["round"]] + 0.12, float(last["percent"])), f"{last['percent']}%")],
        group=standard or own,
    )  # fmt: skip


def control_charts(
    months: pd.DataFrame, questions: pd.DataFrame, standards: pd.DataFrame, narrow: bool = False
) -> Drawing:
    """Draw a p chart a key question: a point a month, limits of its own number of cases.

    ``months`` and ``questions`` are those of ``scorecard_tables``. The last inspection is a dotted
    line, the target a broken one; a point that a rule marks is larger and of another colour.
    """
    names = standards.set_index("standard")["name"]
    lines = grouped(records(months), "key_question")
    charts = [
        _month_panel(question, lines[question["key_question"]], str(names[question["standard"]]))
        for question in records(questions)
        if lines[question["key_question"]]
    ]
    return panels(charts, NARROW if narrow else BROAD)


def _month_panel(question: Row, months: list[Row], standard: str) -> Panel:
    lines: list[tuple[str, list[tuple[float, float]]]] = []
    for kind, column in (("limit", "lower"), ("limit", "upper")):
        lines += [(kind, _steps(run, column)) for run in _runs(months, column)]
    last = len(months) - 1
    centre = float(months[0]["centre"])
    lines.append(("centre", [(0, centre), (last, centre)]))
    if not is_missing(question["inspection_percent"]):
        level = float(question["inspection_percent"])
        lines.append(("comparator", [(0, level), (last, level)]))
    lines += [
        ("cautious path", [(at, float(row["target"])) for at, row in run])
        for run in _runs(months, "target")
    ]
    lines += [
        ("path", [(at, float(row["percent"])) for at, row in run])
        for run in _runs(months, "percent")
        if len(run) > 1
    ]
    dots: dict[str, list[tuple[float, float]]] = {"plain": [], "signal": []}
    for at, row in enumerate(months):
        if not is_missing(row["percent"]):
            kind = "signal" if row["marked"] else "plain"
            dots[kind].append((at, float(row["percent"])))
    return Panel(
        title=f"{question['key_question']} {capital(label_parts(question['label'])[1])}",
        x=(-0.4, last + 0.4),
        ticks=[(0, _short(months[0]["month"])), (last, _short(months[-1]["month"]))],
        lines=lines,
        dots=list(dots.items()),
        group=f"{question['standard']} {standard}",
    )


def _short(month: str) -> str:
    return f"{MONTHS[int(month[5:]) - 1][:3]} {month[:4]}"


def _runs(months: list[Row], column: str) -> list[list[tuple[int, Row]]]:
    """Unbroken runs of months that have a value: a month without one is a gap in the line."""
    runs = []
    for there, run in groupby(enumerate(months), key=lambda at: not is_missing(at[1][column])):
        if there:
            runs.append(list(run))
    return runs


def _steps(run: list[tuple[int, Row]], column: str) -> list[tuple[float, float]]:
    """A limit as steps, because it is that of each month by itself."""
    points = []
    for at, row in run:
        value = float(row[column])
        points += [(at - 0.5, value), (at + 0.5, value)]
    return points

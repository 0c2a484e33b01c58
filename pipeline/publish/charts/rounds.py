"""Lines through time: each key question over all rounds, with intervals and breaks."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
from matplotlib.figure import Figure as Drawing

from pipeline.analysis.records import Row, grouped, records
from pipeline.analysis.sentences.phrases import capital, label_parts
from pipeline.data import is_missing
from pipeline.publish.charts.panels import BROAD, NARROW, Panel, panels


def lines_chart(figures: pd.DataFrame, rounds: list[str], narrow: bool = False) -> Drawing:
    """Draw a panel a key question: figures by round, joined where they compare.

    ``figures`` is the result of ``figures_through_time``; ``rounds`` the names of the inspections
    in order, as the ticks show them. A full line joins what compares, a broken one what compares
    with caution; where nothing may be compared an upright dotted line stands between.
    """
    order = {name: at for at, name in enumerate(rounds)}
    by_question = grouped(records(figures), "key_question")
    charts = [
        _panel(line, order, rounds)
        for line in by_question.values()
        if any(not is_missing(row["percent"]) for row in line)
    ]
    return panels(charts, NARROW if narrow else BROAD)


_FIT = 20
"""Letters that stand below a panel without touching."""


def _ticks(rounds: list[str]) -> list[tuple[float, str]]:
    """Name every round where there is room, otherwise the first and the last."""
    named = list(enumerate(rounds))
    if sum(map(len, rounds)) > _FIT:
        named = [named[0], named[-1]]
    return [(float(at), name) for at, name in named]


def _panel(line: list[Row], order: dict[str, int], rounds: list[str]) -> Panel:
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

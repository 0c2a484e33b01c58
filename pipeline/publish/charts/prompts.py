"""Prompts as sorted dots: seaborn draws the dots, the words stand next to them."""

from itertools import groupby
from textwrap import wrap

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure as Drawing

from pipeline.analysis.records import records
from pipeline.publish.charts.canvas import DOT_EDGE, LETTER, Canvas
from pipeline.publish.page.markup import is_missing
from pipeline.publish.page.style import GRID, MARKERS, QUIET, RULE

_HEAD, _QUESTION, _LINE, _GAP = 30, 30, 15, 10
_TICKS = (0, 25, 50, 75, 100)


def prompt_chart(prompts: pd.DataFrame, rounds: tuple[str, str]) -> Drawing:
    """Draw every prompt under its key question, the lowest first: ring before, disc now.

    ``prompts`` holds in_short, key_question, wording, previous_percent and current_percent (0-100)
    and change_points, in the order in which rows are to stand; a ring is drawn only where the two
    rounds compare. ``rounds`` names the two, the earlier empty where there is none. On a small
    screen the chart scrolls: its words would stand twice in the page for a second drawing.
    """
    width, left, right = 760, 430, 716
    lines = [wrap(str(words), int((left - 18) / LETTER)) for words in prompts["wording"]]
    tall = [_LINE * len(words) + _GAP for words in lines]
    questions = prompts["key_question"].nunique()
    height = _HEAD + _QUESTION * questions + sum(tall) + 4
    canvas = Canvas(width, height)

    def place(percent: float) -> float:
        return left + percent * (right - left) / 100

    for tick in _TICKS:
        canvas.line(place(tick), _HEAD, place(tick), height, GRID, 0.8)
        canvas.words(place(tick), _HEAD - 10, f"{tick}%", side="center", size=12, colour=QUIET)
    dots: list[tuple[float, float, str]] = []
    y, number = float(_HEAD), 0
    for _, group in groupby(records(prompts), lambda row: row["key_question"]):
        rows = list(group)
        name = f"{rows[0]['key_question']} {rows[0]['in_short']}"
        canvas.words(0, y + _QUESTION / 2 + 4, name, bold=True)
        y += _QUESTION
        for row in rows:
            for at, words in enumerate(lines[number]):
                canvas.words(0, y + 8 + _LINE * at, words)
            text = _LINE * len(lines[number])
            middle = y + text / 2 + 1
            now = place(float(row["current_percent"]))
            if not is_missing(row["change_points"]):
                then = place(float(row["previous_percent"]))
                canvas.line(then, middle, now, middle, RULE, 1.2)
                dots.append((then, middle, "previous"))
            dots.append((now, middle, "current"))
            canvas.words(width, middle, f"{int(row['current_percent'])}%", side="right")
            y += tall[number]
            number += 1
    figure = canvas.drawn()
    things = ["previous", "current"]
    sns.scatterplot(
        pd.DataFrame(dots, columns=["x", "y", "thing"]),
        x="x",
        y="y",
        style="thing",
        style_order=things,
        markers={thing: MARKERS[thing]["marker"] for thing in things},
        hue="thing",
        hue_order=things,
        palette={thing: MARKERS[thing]["markerfacecolor"] for thing in things},
        edgecolor=MARKERS["current"]["markeredgecolor"],
        linewidth=DOT_EDGE,
        s=MARKERS["previous"]["markersize"] ** 2,
        legend=False,
        clip_on=False,
        ax=canvas.axes(figure),
    )
    return figure

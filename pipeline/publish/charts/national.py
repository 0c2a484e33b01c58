"""Funnel plots of the national page: each key question's shares against the limits of chance."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Drawing

from pipeline.analysis.records import Row, grouped, records
from pipeline.analysis.sentences.phrases import in_words, joined
from pipeline.analysis.statistics.funnel import LEVELS, limits
from pipeline.data import is_missing
from pipeline.publish.charts.panels import BROAD, NARROW, Panel, panels

_STEPS = 16
"""Points on each limit: straight pieces between them cannot be told from the curve."""


def funnel_chart(
    shares: pd.DataFrame, questions: pd.DataFrame, standards: pd.DataFrame, narrow: bool = False
) -> Drawing:
    """Draw a funnel a key question that has limits, grouped by standard.

    ``shares`` and ``questions`` are those of ``shares_of_questions``, ``standards`` the framework's
    rows of that name. Limits are those of chance alone.
    """
    names = standards.set_index("standard")["name"]
    grid = NARROW if narrow else BROAD
    by_question = grouped(records(shares[shares["zone"].notna()]), "key_question")
    charts = [
        _funnel(
            question,
            by_question[question["key_question"]],
            str(names[question["standard"]]),
            grid.letters,
        )
        for question in records(questions[questions["phi"].notna()])
    ]
    return panels(charts, grid)


def _funnel(question: Row, shares: list[Row], standard: str, letters: int) -> Panel:
    sizes = [int(share["cases"]) for share in shares]
    low, high = max(1.0, min(sizes) * 0.6), max(sizes) * 1.06 + 1
    target = float(question["overall_percent"]) / 100
    across = [low + (high - low) * step / _STEPS for step in range(_STEPS + 1)]
    whole = [max(1, round(size)) for size in across]
    lines: list[tuple[str, list[tuple[float, float]]]] = [
        ("centre", [(whole[0], 100 * target), (whole[-1], 100 * target)])
    ]
    for level, kind in zip(LEVELS, ("limit", "far limit"), strict=True):
        for limit in limits(target, whole, level):
            lines.append((kind, [(x, 100 * float(y)) for x, y in zip(whole, limit, strict=True)]))
    dots: dict[str, list[tuple[float, float]]] = {"plain": [], "outside": [], "far outside": []}
    for share in shares:
        kind = {"within": "plain"}.get(str(share["zone"]), "outside")
        kind = "far outside" if str(share["zone"]).startswith("far") else kind
        dots[kind].append((float(share["cases"]), float(share["percent"])))
    _, _, theme = str(question["label"]).partition(": ")
    title = theme or str(question["label"])
    return Panel(
        title=f"{question['key_question']} {title[0].upper()}{title[1:]}",
        x=(whole[0], whole[-1]),
        ticks=[(whole[0], f"{whole[0]}"), (whole[-1], f"{whole[-1]} cases")],
        lines=lines,
        dots=list(dots.items()),
        note=_apart(shares, letters),
        group=f"{question['standard']} {standard}",
    )


def _apart(shares: list[Row], letters: int) -> str:
    """Name the providers that differ even from the spread of all, or count them if many."""
    there = [
        str(share["short_name"]).partition(" (")[0]
        for share in shares
        if not is_missing(share["stands_out"]) and share["stands_out"]
    ]
    if not there:
        return ""
    named = f"Apart: {joined(there)}"
    return named if len(named) <= letters else f"Apart: {in_words(len(there))}"

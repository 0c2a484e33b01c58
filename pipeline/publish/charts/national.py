"""Pictures of the national page: where providers stand, and funnels with the limits of chance."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Drawing

from pipeline.analysis.records import Row, grouped, records
from pipeline.analysis.sentences.phrases import capital, in_words, joined, label_parts
from pipeline.analysis.statistics.funnel import LEVELS, limits
from pipeline.data import is_missing
from pipeline.publish.charts.canvas import LETTER, Canvas
from pipeline.publish.charts.panels import BROAD, NARROW, Panel, panels
from pipeline.publish.page.style import CURRENT, QUIET, RULE

_STEPS = 16
"""Points on each limit: straight pieces between them cannot be told from the curve."""
_TALL, _SQUARE, _LINE, _FEWEST_PIXELS = 96, 14, 20, 5
"""Height of the tallest stack, widest square, height of a line of words; where a square would be
smaller than the last, a stack is one bar with its number above it."""


def height_of_square(points: pd.Series) -> float:
    """Return how high a provider is in ``scores_chart``; 0 where bars stand for squares."""
    high = min(_SQUARE, _TALL / int(points.value_counts().max()))
    return high if high >= _FEWEST_PIXELS else 0


def scores_chart(points: pd.Series, overall_bands: pd.DataFrame, narrow: bool = False) -> Drawing:
    """Draw how many providers have each score, a square a provider, among the overall ratings.

    ``points`` are the scores, ``overall_bands`` the framework's rows of that name. Of so many
    providers that squares would be too small a score is a bar with its number.
    """
    width = 340 if narrow else 780
    bands = records(overall_bands.sort_values("lower_points"))
    most = int(bands[-1]["upper_points"])
    slot = width / (most + 1)
    numbers = points.astype(int).value_counts()
    square = height_of_square(points)
    high = square or _TALL / int(numbers.max())
    sheet = Canvas(width, 0)
    top = _names_of_bands(sheet, bands, points, slot)
    base = top + high * int(numbers.max()) + 2 + (0 if square else _LINE)
    for band in bands:
        left = int(band["lower_points"]) * slot
        if left:
            sheet.line(left, 0 if top < 2 * _LINE else top, left, base, RULE, 1)
        sheet.words(left + 1, base + 12, str(band["lower_points"]), size=12, colour=QUIET)
    sheet.words(width, base + 12, str(most), side="right", size=12, colour=QUIET)
    sheet.line(0, base, width, base, RULE, 1)
    across = min(slot - 2, _SQUARE)
    for score, number in sorted(numbers.items()):
        middle = (int(str(score)) + 0.5) * slot
        left, right = middle - across / 2, middle + across / 2
        if not square:
            sheet.area(left, base - high * number, right, base, CURRENT)
            if not narrow:
                sheet.words(middle, base - high * number - 9, f"{number}", side="center", size=12)
            continue
        for at in range(number):
            floor = base - high * at
            sheet.area(left, floor - high + 1.5, right, floor, CURRENT)
    sheet.height = base + _LINE
    return sheet.drawn()


def _names_of_bands(sheet: Canvas, bands: list[Row], points: pd.Series, slot: float) -> float:
    """Name each rating with its number of providers, on lines of their own where they would meet.

    Returns where the room below begins.
    """
    ends: list[float] = []
    for band in bands:
        number = int(points.between(band["lower_points"], band["upper_points"]).sum())
        words = f"{band['rating']} {number}"
        wide = len(words) * LETTER
        left = min(int(band["lower_points"]) * slot + 5, sheet.width - wide)
        line = next((at for at, end in enumerate(ends) if end <= left), len(ends))
        ends[line : line + 1] = [left + wide + 8]
        sheet.words(left, 10 + _LINE * line, words)
    return _LINE * len(ends) + 8


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
    return Panel(
        title=f"{question['key_question']} {capital(label_parts(question['label'])[1])}",
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

"""Small charts of one kind side by side: the same scale in each, so that shapes can be compared.

A panel is a title over a little field with lines, dots and a few words in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap

from matplotlib.figure import Figure as Drawing

from pipeline.publish.charts.canvas import Canvas, Side
from pipeline.publish.page.style import COMPARATOR, CURRENT, GRID, INK, INTERVAL, QUIET, RULE

Point = tuple[float, float]

Dashes = tuple[float, tuple[float, float]]

LINES: dict[str, tuple[str, float, Dashes | None]] = {
    "centre": (INK, 1.2, None),
    "limit": (RULE, 1, (0, (4, 3))),
    "far limit": (RULE, 1, None),
    "path": (CURRENT, 1.8, None),
    "cautious path": (CURRENT, 1.8, (0, (3, 3))),
    "interval": (INTERVAL, 2.5, None),
    "comparator": (COMPARATOR, 1.5, (0, (1, 3))),
    "break": (QUIET, 1.2, (0, (2, 3))),
}
"""Colour, width and dashes of each kind of line."""

DOTS: dict[str, tuple[str, float, float]] = {
    "plain": (INTERVAL, 5, 0),
    "outside": (CURRENT, 7, 3.5),
    "far outside": (CURRENT, 8, 0),
    "current": (CURRENT, 8, 0),
    "signal": (COMPARATOR, 10, 0),
}
"""Colour and diameter of each kind of dot, and of the hole in it (0: none)."""


@dataclass(frozen=True)
class Panel:
    """One small chart.

    ``x`` and ``y`` are the ends of its scales; ``ticks`` are values of x with their words,
    ``levels`` values of y with theirs; ``lines`` are a kind of ``LINES`` with its points, ``dots``
    a kind of ``DOTS`` with its points; ``words`` begin at a point. Panels of
    one ``group`` that follow each other stand under its heading.
    """

    title: str
    x: Point
    y: Point = (0, 100)
    ticks: Sequence[tuple[float, str]] = ()
    levels: Sequence[tuple[float, str]] = ((0, "0%"), (50, "50%"), (100, "100%"))
    lines: Sequence[tuple[str, Sequence[Point]]] = ()
    dots: Sequence[tuple[str, Sequence[Point]]] = ()
    words: Sequence[tuple[Point, str]] = ()
    note: str = ""
    group: str = ""


@dataclass(frozen=True)
class Grid:
    """How panels stand: width of the whole, panels in a row, height of a field, in pixels."""

    width: int
    columns: int
    height: int = 120
    letters: int = 34
    """Letters that a line of a title holds."""


BROAD = Grid(width=780, columns=3, letters=36)
NARROW = Grid(width=340, columns=2, height=96, letters=23)

_LEFT, _GAP, _TITLE, _FOOT, _HEAD, _SIZE = 40, 16, 15, 22, 30, 12


def panels(charts: Sequence[Panel], grid: Grid) -> Drawing:
    """Return a drawing of some panels, row by row, in the order given."""
    sheet = Canvas(grid.width, 0)
    top = 0.0
    step = (grid.width - _LEFT + _GAP) / grid.columns
    for group, members in groupby(charts, key=lambda chart: chart.group):
        own = list(members)
        if group:
            sheet.words(0, top + 14, group, size=_SIZE, bold=True)
            top += _HEAD
        for start in range(0, len(own), grid.columns):
            row = own[start : start + grid.columns]
            titles = [wrap(chart.title, grid.letters) for chart in row]
            notes = any(chart.note for chart in row)
            tall = _TITLE * max(len(lines) for lines in titles)
            for at, (chart, title) in enumerate(zip(row, titles, strict=True)):
                left = _LEFT + at * step
                for line, words in enumerate(title):
                    sheet.words(left, top + 8 + _TITLE * line, words, size=_SIZE)
                box = (left, top + tall + 6, left + step - _GAP, top + tall + 6 + grid.height)
                _field(sheet, chart, box, named=at == 0)
            top += tall + 6 + grid.height + _FOOT + (_TITLE if notes else 0) + 8
    sheet.height = round(top)
    return sheet.drawn()


def _field(
    sheet: Canvas, chart: Panel, box: tuple[float, float, float, float], *, named: bool
) -> None:
    left, top, right, bottom = box

    def place(point: Point) -> Point:
        (low, high), (floor, ceiling) = chart.x, chart.y
        return (
            left + (point[0] - low) / (high - low) * (right - left),
            bottom - (point[1] - floor) / (ceiling - floor) * (bottom - top),
        )

    for value, words in chart.levels:
        _, y = place((chart.x[0], value))
        sheet.line(left, y, right, y, GRID, 0.8)
        if named:
            sheet.words(left - 5, y, words, side="right", size=_SIZE, colour=QUIET)
    for value, words in chart.ticks:
        x, _ = place((value, 0))
        half = len(words) * _SIZE * 0.28
        side: Side = "left" if x - half < left else "right" if x + half > right else "center"
        x = left if side == "left" else right if side == "right" else x
        sheet.words(x, bottom + 11, words, side=side, size=_SIZE, colour=QUIET)
    if chart.note:
        sheet.words(left, bottom + 11 + _TITLE, chart.note, size=_SIZE, colour=QUIET)
    for kind, points in chart.lines:
        colour, width, dashes = LINES[kind]
        sheet.polyline([place(point) for point in points], colour, width, dashes)
    for kind, points in chart.dots:
        colour, size, inner = DOTS[kind]
        for x, y in map(place, points):
            sheet.dot(x, y, colour, size)
            if inner:
                sheet.dot(x, y, "white", inner)
    for point, words in chart.words:
        x, y = place(point)
        sheet.words(x, y, words, size=_SIZE)

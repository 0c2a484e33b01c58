"""Small charts of one kind side by side: the same scale in each, so that shapes can be compared.

A panel is a title over a little field with lines, dots and a few words in it. Everything is placed
in CSS pixels and written into the SVG as it is: with twenty panels of up to hundreds of dots each,
matplotlib would take seconds, and a dot drawn as a point of a path costs a dozen bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from textwrap import wrap

from pipeline.publish.page.markup import clean, escape
from pipeline.publish.page.style import COMPARATOR, CURRENT, GRID, INK, INTERVAL, QUIET, RULE

Point = tuple[float, float]

LINES: dict[str, tuple[str, float, str]] = {
    "centre": (INK, 1.2, ""),
    "limit": (RULE, 1, "4 3"),
    "far limit": (RULE, 1, ""),
    "path": (CURRENT, 1.8, ""),
    "cautious path": (CURRENT, 1.8, "3 3"),
    "interval": (INTERVAL, 2.5, ""),
    "comparator": (COMPARATOR, 1.5, "1 3"),
    "break": (QUIET, 1.2, "2 3"),
}
"""Colour, width and dashes of each kind of line."""

DOTS: dict[str, tuple[str, float, str, float]] = {
    "plain": (INTERVAL, 5, "", 0),
    "outside": (CURRENT, 7, "#fff", 3.5),
    "far outside": (CURRENT, 8, "", 0),
    "current": (CURRENT, 8, "", 0),
    "signal": (COMPARATOR, 10, "", 0),
}
"""Colour and diameter of each kind of dot, and of the hole in it."""


@dataclass(frozen=True)
class Panel:
    """One small chart.

    ``x`` and ``y`` are the ends of its scales; ``ticks`` are values of x with their words,
    ``levels`` values of y with theirs; ``lines`` are a kind of ``LINES`` with its points, ``dots``
    a kind of ``DOTS`` with its points; ``words`` stand at a point, with an SVG anchor. Panels of
    one ``group`` that follow each other stand under its heading.
    """

    title: str
    x: Point
    y: Point = (0, 100)
    ticks: Sequence[tuple[float, str]] = ()
    levels: Sequence[tuple[float, str]] = ((0, "0%"), (50, "50%"), (100, "100%"))
    lines: Sequence[tuple[str, Sequence[Point]]] = ()
    dots: Sequence[tuple[str, Sequence[Point]]] = ()
    words: Sequence[tuple[Point, str, str]] = ()
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


@dataclass
class _Sheet:
    """Collects shapes by their paint, so that each paint is named once."""

    strokes: dict[tuple[str, float, str, str], list[str]] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    def stroke(self, paint: tuple[str, float, str, str], path: str) -> None:
        self.strokes.setdefault(paint, []).append(path)

    def words(
        self, at: Point, text: str, anchor: str = "start", colour: str = INK, weight: str = ""
    ) -> None:
        bold = f' font-weight="{weight}"' if weight else ""
        self.written.append(
            f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" text-anchor="{anchor}" font-size="{_SIZE}" '
            f'fill="{colour}"{bold}>{escape(clean(text))}</text>'
        )

    def svg(self, width: int, height: float) -> str:
        paths = "".join(
            f'<path d="{"".join(paths)}" fill="none" stroke="{colour}" stroke-width="{thick:g}"'
            + (f' stroke-dasharray="{dashes}"' if dashes else "")
            + (' stroke-linecap="round"' if cap else "")
            + "/>"
            for (colour, thick, dashes, cap), paths in self.strokes.items()
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" '
            f'width="{width}">{paths}{"".join(self.written)}</svg>'
        )


def panels(charts: Sequence[Panel], grid: Grid) -> str:
    """Return the SVG of some panels, row by row, in the order given."""
    sheet = _Sheet()
    top = 0.0
    step = (grid.width - _LEFT + _GAP) / grid.columns
    for group, members in groupby(charts, key=lambda chart: chart.group):
        own = list(members)
        if group:
            sheet.words((0, top + 18), group, weight="700")
            top += _HEAD
        for start in range(0, len(own), grid.columns):
            row = own[start : start + grid.columns]
            titles = [wrap(chart.title, grid.letters) for chart in row]
            notes = any(chart.note for chart in row)
            tall = _TITLE * max(len(lines) for lines in titles)
            for at, (chart, title) in enumerate(zip(row, titles, strict=True)):
                left = _LEFT + at * step
                for line, words in enumerate(title):
                    sheet.words((left, top + 12 + _TITLE * line), words)
                box = (left, top + tall + 6, left + step - _GAP, top + tall + 6 + grid.height)
                _field(sheet, chart, box, named=at == 0)
            top += tall + 6 + grid.height + _FOOT + (_TITLE if notes else 0) + 8
    return sheet.svg(grid.width, top)


def _field(
    sheet: _Sheet, chart: Panel, box: tuple[float, float, float, float], *, named: bool
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
        sheet.stroke((GRID, 0.8, "", ""), f"M{left:.1f} {y:.1f}H{right:.1f}")
        if named:
            sheet.words((left - 5, y + 4), words, "end", QUIET)
    for value, words in chart.ticks:
        x, _ = place((value, 0))
        half = len(words) * _SIZE * 0.28
        anchor = "start" if x - half < left else "end" if x + half > right else "middle"
        x = left if anchor == "start" else right if anchor == "end" else x
        sheet.words((x, bottom + 15), words, anchor, QUIET)
    if chart.note:
        sheet.words((left, bottom + 15 + _TITLE), chart.note, "start", QUIET)
    for kind, points in chart.lines:
        colour, width, dashes = LINES[kind]
        steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in map(place, points))
        sheet.stroke((colour, width, dashes, ""), f"M{steps}")
    for kind, points in chart.dots:
        colour, size, hole, inner = DOTS[kind]
        dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in map(place, points))
        if dots:
            sheet.stroke((colour, size, "", "round"), dots)
            if hole:
                sheet.stroke((hole, inner, "", "round"), dots)
    for point, words, anchor in chart.words:
        x, y = place(point)
        sheet.words((x, y + 4), words, anchor)

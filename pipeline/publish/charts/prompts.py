"""Prompts as dots: all of a round by theme, and each row of a table holds its own."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D

from pipeline.analysis.records import Row, grouped
from pipeline.publish.charts.canvas import Canvas, Side
from pipeline.publish.page.markup import EMPTY, Markup, join, tag
from pipeline.publish.page.style import GRID, MARKERS, QUIET

_TICKS = (0, 25, 50, 75, 100)
_HEAD, _STEP, _LABEL, _GAP, _SIZE = 24, 10, 22, 12, 8


def prompt_chart(prompts: Iterable[Row], *, narrow: bool = False) -> Drawing:
    """Draw every prompt of the current round as a dot on the line of its theme.

    ``prompts`` holds theme and current_percent (0-100), the themes in the order in which they are
    to stand. Dots that would hide one another stand one upon the other.
    """
    width, left, right = (358, 10, 348) if narrow else (760, 190, 750)
    towers = [
        (str(theme), _towers(rows, _STEP * 100 / (right - left)))
        for theme, rows in grouped(prompts, "theme").items()
    ]
    tall = [_STEP * max(map(len, tower.values())) + _GAP for _, tower in towers]
    height = _HEAD + sum(tall) + (_LABEL * len(towers) if narrow else 0)
    canvas = Canvas(width, height)

    def place(percent: float) -> float:
        return left + percent * (right - left) / 100

    for tick in _TICKS:
        canvas.line(place(tick), _HEAD - 4, place(tick), height, GRID, 0.8)
        side: Side = "center" if 0 < tick < 100 else ("left" if tick == 0 else "right")
        canvas.words(place(tick), 8, f"{tick}%", side=side, size=12, colour=QUIET)
    dots: list[tuple[float, float]] = []
    y = float(_HEAD)
    for (theme, tower), room in zip(towers, tall, strict=True):
        y += room + (_LABEL if narrow else 0)
        canvas.line(0 if narrow else left, y, width, y, GRID, 0.8)
        at = y - room - _LABEL / 2 if narrow else y - _GAP
        canvas.words(0, at, theme, bold=True)
        dots += [
            (place(share), y - _STEP * (level + 0.8))
            for shares in tower.values()
            for level, share in enumerate(shares)
        ]
    figure = canvas.drawn()
    across, downwards = [x for x, _ in dots], [y for _, y in dots]
    look = {**MARKERS["current"], "markersize": _SIZE, "markeredgewidth": 0}
    figure.add_artist(Line2D(across, downwards, transform=canvas.down, zorder=3, **look))
    return figure


def _towers(prompts: Iterable[Row], apart: float) -> dict[int, list[float]]:
    """Return shares by the stretch of the axis they fall into: there they stand upon each other."""
    towers: dict[int, list[float]] = defaultdict(list)
    for share in sorted(float(row["current_percent"]) for row in prompts):
        towers[int(share / apart)].append(share)
    return towers


@dataclass(frozen=True)
class Dots:
    """A prompt's share with its dots on a line from 0% to 100%: ring before, disc now.

    ``previous`` is None where the two rounds do not compare.
    """

    previous: float | None
    current: float

    def html(self) -> Markup:
        """Return the share and its dots, which are for the eye only."""

        def at(percent: float) -> str:
            return f"{5 + 1.1 * percent:g}"

        now, ring = at(self.current), EMPTY
        if self.previous is not None:
            then = at(self.previous)
            between = tag("path", d=f"M{then} 7H{now}", stroke="currentColor")
            circle = tag(
                "circle", cx=then, cy="7", r="3.5", fill="none", stroke="currentColor",
                stroke_width="1.5",
            )  # fmt: skip
            ring = join([between, circle])
        drawing = tag(
            "svg",
            tag("path", d="M5 7H115M60 2V12", stroke="currentColor", opacity=".25"),
            ring,
            tag("circle", cx=now, cy="7", r="4", fill="currentColor"),
            viewBox="0 0 120 14",
            width="120",
            aria_hidden="true",
        )
        return join([f"{self.current:g}% ", drawing])

"""Charts of one line a row: dots on a scale, words to the left, figures to the right.

Labels, scale and columns of figures each have a width of their own, so that nothing can collide.
The narrow form, for a small screen, puts the label above its dots.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap

from matplotlib.figure import Figure as Drawing

from pipeline.publish.charts.canvas import LETTER, Canvas
from pipeline.publish.page.style import GRID, INK, INTERVAL, QUIET, RULE

Place = Callable[[float], float]
"""From a value to its place on the canvas."""

ROW, NARROW_ROW, LINE, GROUP, HEAD, FOOT = 27, 44, 16, 30, 52, 34


@dataclass(frozen=True)
class Line:
    """One line of the chart.

    ``dots`` are values on the scale, each with the thing it shows (a key of ``style.MARKERS``);
    ``interval`` is drawn as a bar with ends, ``join`` as a thin line between two values;
    ``figures`` stand in the columns to the right, ``verdict`` in the last, wider one (bold where
    ``strong``).
    """

    label: str
    dots: Sequence[tuple[float, str]]
    figures: Sequence[str] = ()
    verdict: str = ""
    strong: bool = False
    group: str = ""
    interval: tuple[float, float] | None = None
    join: tuple[float, float] | None = None


@dataclass(frozen=True)
class Axis:
    """The horizontal scale: ends, ticks, the unit after each tick, bands behind, a zero line."""

    low: float
    high: float
    ticks: Sequence[float]
    unit: str = "%"
    bands: Sequence[tuple[float, float, str, str]] = ()
    """Each band: from, to, name, colour. Names stand above the scale, on two levels."""
    zero: bool = False


@dataclass(frozen=True)
class Layout:
    """Widths in pixels: the whole, where the scale begins and ends, where each column ends."""

    width: int
    left: int
    right: int
    columns: Sequence[int] = ()
    verdict: int | None = None
    narrow: bool = False


def dot_rows(
    rows: Sequence[Line],
    scale: Axis,
    layout: Layout,
    headings: Sequence[str] = (),
    last: str = "",
) -> Drawing:
    """Return the rows drawn in order, grouped where they name a group.

    ``headings`` head the columns of figures, ``last`` the column of verdicts. A
    heading may begin with the name of a thing in braces, as in "{current}2019":
    its dot is then drawn above it, so that the column is the key to the chart.
    """
    groups = [(name, list(items)) for name, items in groupby(rows, key=lambda row: row.group)]
    named = sum(GROUP for name, _ in groups if name)
    head = HEAD + (14 if scale.bands else 0)
    height = head + named + sum(_step(row, layout) for row in rows) + FOOT
    span = (layout.right - layout.left) / (scale.high - scale.low)

    def place(value: float) -> float:
        return layout.left + (value - scale.low) * span

    canvas = Canvas(layout.width, height)
    _scale(canvas, place, scale, head, height - FOOT)
    _headings(canvas, layout, headings, last)
    y = float(head)
    for name, items in groups:
        if name:
            canvas.words(0, y + GROUP - 12, name, bold=True)
            y += GROUP
        for row in items:
            _row(canvas, place, row, layout, y)
            y += _step(row, layout)
    return canvas.drawn()


def _scale(canvas: Canvas, place: Place, scale: Axis, top: float, bottom: float) -> None:
    for number, (low, high, name, colour) in enumerate(scale.bands):
        x, to_x = place(low), place(high)
        canvas.area(x, top - 6, to_x, bottom, colour)
        # Names are wider than their bands: neighbours take turns on three lines.
        level = top - 16 - 16 * (number % 3)
        canvas.words((x + to_x) / 2, level, name, side="center", size=12, colour=QUIET)
    for tick in scale.ticks:
        x = place(tick)
        strong = scale.zero and tick == 0
        canvas.line(x, top - 6, x, bottom, INK if strong else GRID, 1.2 if strong else 0.8)
        sign = "+" if scale.zero and tick > 0 else ""
        shown = f"{sign}{tick:g}{scale.unit}".replace("-", "\u2212")
        canvas.words(x, bottom + 14, shown, side="center", size=12, colour=QUIET)


def _headings(canvas: Canvas, layout: Layout, headings: Sequence[str], last: str) -> None:
    for x, heading in zip(layout.columns, headings, strict=False):
        thing, _, words = heading.rpartition("}")
        if thing:
            canvas.mark(x - 12, 12, thing.removeprefix("{"))
        canvas.words(x, 34, words, side="right", size=12, bold=True)
    if layout.verdict is not None and last and not layout.narrow:
        canvas.words(layout.verdict, 34, last, size=12, bold=True)


def _lines(row: Line, layout: Layout) -> list[str]:
    """Break a label where there is no room for it on one line."""
    room = layout.width - LETTER * len(row.verdict) if layout.narrow else layout.left - 12
    return wrap(row.label, int(room / LETTER)) or [""]


def _step(row: Line, layout: Layout) -> int:
    """Return the height of a row."""
    return (NARROW_ROW if layout.narrow else ROW) + LINE * (len(_lines(row, layout)) - 1)


def _row(canvas: Canvas, place: Place, row: Line, layout: Layout, y: float) -> None:
    lines, step = _lines(row, layout), _step(row, layout)
    middle = y + step - NARROW_ROW / 2 + 8 if layout.narrow else y + step / 2
    label_at = y + 11 if layout.narrow else middle - LINE * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        canvas.words(0, label_at + LINE * number, line)
    if row.join is not None:
        start, end = (place(value) for value in row.join)
        canvas.line(start, middle, end, middle, RULE, 1.5)
    if row.interval is not None:
        start, end = (place(value) for value in row.interval)
        canvas.line(start, middle, end, middle, INTERVAL, 3.5)
        for x in (start, end):
            canvas.line(x, middle - 5, x, middle + 5, INTERVAL, 1.5)
    for value, thing in row.dots:
        canvas.mark(place(value), middle, thing)
    for x, words in zip(layout.columns, row.figures, strict=False):
        canvas.words(x, middle, words, side="right")
    if layout.verdict is not None and row.verdict:
        if layout.narrow:
            canvas.words(layout.width, label_at, row.verdict, side="right", bold=row.strong)
        else:
            canvas.words(layout.verdict, middle, row.verdict, bold=row.strong)

"""Charts of one line a row: dots on a scale, words to the left, figures to the right.

Everything is placed in CSS pixels, so nothing has to be measured and nothing can
collide: labels, scale and columns of figures each have a width of their own. The
narrow form, for a small screen, puts the label above its dots.

Matplotlib draws what has a shape, on the bare figure: its axes, with ticks and
spines that nobody would see, would take longer than all the rest, so there are
axes only where seaborn, which needs them, draws the dots. The words are written
into the SVG as they are: their places are known, and matplotlib would spend time
on measuring each of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from textwrap import wrap
from typing import Any

from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import NullLocator
from matplotlib.transforms import Affine2D

from pipeline.publish.page.markup import clean, escape
from pipeline.publish.page.pictures import sheet, svg_text
from pipeline.publish.page.style import GRID, INK, INTERVAL, MARKERS, QUIET, RULE, TARGET

LETTER = 6.9
"""Width of a letter of running text at 13 pixels, on average and with some to spare."""
DOT_EDGE = 1.8
"""Width of the line around a dot."""
ROW, NARROW_ROW, LINE, GROUP, HEAD, FOOT = 27, 44, 16, 30, 52, 34


@dataclass(frozen=True)
class Dot:
    """One dot: its value on the scale and the thing it shows (a key of ``style.MARKERS``)."""

    value: float
    thing: str


@dataclass(frozen=True)
class Line:
    """One line of the chart.

    ``interval`` is drawn as a bar with ends, ``join`` as a thin line between two
    values; ``figures`` stand in the columns to the right, ``verdict`` in the
    last, wider one (bold where ``strong``).
    """

    label: str
    dots: Sequence[Dot]
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


@dataclass
class _Canvas:
    """Collects lines and dots, so that each kind is drawn in one go."""

    place: Callable[[float], float]
    bands: list[tuple[float, float, float, float, str]] = field(default_factory=list)
    lines: dict[tuple[str, float], list[tuple[float, float]]] = field(default_factory=dict)
    dots: list[tuple[float, float, str]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def line(self, x: float, y: float, to_x: float, to_y: float, colour: str, width: float) -> None:
        self.lines.setdefault((colour, width), []).extend([(x, y), (to_x, to_y)])

    def mark(self, x: float, y: float, thing: str) -> None:
        if thing == "target":
            self.line(x, y - 10, x, y + 10, TARGET, 3)
        else:
            self.dots.append((x, y, thing))

    def words(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: str = "start",
        size: int = 13,
        bold: bool = False,
        colour: str = INK,
    ) -> None:
        """Write words whose middle is at ``y``: capitals and figures stand 0.7 of their size."""
        weight = ' font-weight="700"' if bold else ""
        self.written.append(
            f'<text x="{x:g}" y="{y + 0.35 * size:g}" text-anchor="{anchor}" font-size="{size}"'
            f'{weight} fill="{colour}">{escape(clean(text))}</text>'
        )


def dot_rows(
    rows: Sequence[Line],
    scale: Axis,
    layout: Layout,
    headings: Sequence[str] = (),
    last: str = "",
    seaborn: Callable[..., Any] | None = None,
) -> str:
    """Return the rows drawn as SVG, in order, grouped where they name a group.

    ``headings`` head the columns of figures, ``last`` the column of verdicts. A
    heading may begin with the name of a thing in braces, as in "{current}2019":
    its dot is then drawn above it, so that the column is the key to the chart.
    ``seaborn`` is a function of seaborn's that draws the dots; without it they
    are drawn by matplotlib alone, in a fraction of the time.
    """
    groups = [(name, list(items)) for name, items in groupby(rows, key=lambda row: row.group)]
    named = sum(GROUP for name, _ in groups if name)
    head = HEAD + (14 if scale.bands else 0)
    height = head + named + sum(_step(row, layout) for row in rows) + FOOT
    span = (layout.right - layout.left) / (scale.high - scale.low)
    canvas = _Canvas(lambda value: layout.left + (value - scale.low) * span)
    _scale(canvas, scale, head, height - FOOT)
    _headings(canvas, layout, headings, last)
    y = float(head)
    for name, items in groups:
        if name:
            canvas.words(0, y + GROUP - 12, name, bold=True)
            y += GROUP
        for row in items:
            _row(canvas, row, layout, y)
            y += _step(row, layout)
    drawn = _drawn(canvas, layout.width, height, seaborn)
    shapes, end, rest = svg_text(drawn).rpartition("</svg>")
    return f"{shapes}{''.join(canvas.written)}{end}{rest}"


def _scale(canvas: _Canvas, scale: Axis, top: float, bottom: float) -> None:
    for number, (low, high, name, colour) in enumerate(scale.bands):
        x, to_x = canvas.place(low), canvas.place(high)
        canvas.bands.append((x, top - 6, to_x, bottom, colour))
        # Names are wider than their bands: neighbours take turns on three lines.
        level = top - 16 - 16 * (number % 3)
        canvas.words((x + to_x) / 2, level, name, anchor="middle", size=12, colour=QUIET)
    for tick in scale.ticks:
        x = canvas.place(tick)
        strong = scale.zero and tick == 0
        canvas.line(x, top - 6, x, bottom, INK if strong else GRID, 1.2 if strong else 0.8)
        sign = "+" if scale.zero and tick > 0 else ""
        shown = f"{sign}{tick:g}{scale.unit}".replace("-", "\u2212")
        canvas.words(x, bottom + 14, shown, anchor="middle", size=12, colour=QUIET)


def _headings(canvas: _Canvas, layout: Layout, headings: Sequence[str], last: str) -> None:
    for x, heading in zip(layout.columns, headings, strict=False):
        thing, _, words = heading.rpartition("}")
        if thing:
            canvas.mark(x - 12, 12, thing.removeprefix("{"))
        canvas.words(x, 34, words, anchor="end", size=12, bold=True)
    if layout.verdict is not None and last and not layout.narrow:
        canvas.words(layout.verdict, 34, last, size=12, bold=True)


def _lines(row: Line, layout: Layout) -> list[str]:
    """Break a label where there is no room for it on one line."""
    room = layout.width - LETTER * len(row.verdict) if layout.narrow else layout.left - 12
    return wrap(row.label, int(room / LETTER)) or [""]


def _step(row: Line, layout: Layout) -> int:
    """Return the height of a row."""
    return (NARROW_ROW if layout.narrow else ROW) + LINE * (len(_lines(row, layout)) - 1)


def _row(canvas: _Canvas, row: Line, layout: Layout, y: float) -> None:
    lines, step = _lines(row, layout), _step(row, layout)
    middle = y + step - NARROW_ROW / 2 + 8 if layout.narrow else y + step / 2
    label_at = y + 11 if layout.narrow else middle - LINE * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        canvas.words(0, label_at + LINE * number, line)
    if row.join is not None:
        start, end = (canvas.place(value) for value in row.join)
        canvas.line(start, middle, end, middle, RULE, 1.5)
    if row.interval is not None:
        start, end = (canvas.place(value) for value in row.interval)
        canvas.line(start, middle, end, middle, INTERVAL, 3.5)
        for x in (start, end):
            canvas.line(x, middle - 5, x, middle + 5, INTERVAL, 1.5)
    for dot in row.dots:
        canvas.mark(canvas.place(dot.value), middle, dot.thing)
    for x, words in zip(layout.columns, row.figures, strict=False):
        canvas.words(x, middle, words, anchor="end")
    if layout.verdict is not None and row.verdict:
        if layout.narrow:
            canvas.words(layout.width, label_at, row.verdict, anchor="end", bold=row.strong)
        else:
            canvas.words(layout.verdict, middle, row.verdict, bold=row.strong)


def _drawn(
    canvas: _Canvas, width: int, height: float, seaborn: Callable[..., Any] | None
) -> Drawing:
    """Draw what has a shape: bands, over them lines, over these the dots."""
    figure = sheet(width, height)
    downwards = Affine2D().scale(1, -1).translate(0, height)
    for x, y, to_x, to_y, colour in canvas.bands:
        corners = [(x, y), (to_x, y), (to_x, to_y), (x, to_y), (x, y)]
        area = Path(corners, closed=True)
        figure.add_artist(
            PathPatch(area, transform=downwards, facecolor=colour, linewidth=0, zorder=1)
        )
    for (colour, thickness), points in canvas.lines.items():
        # All lines of one colour and width as one path: the page weighs half as much.
        ends = Path(points, [Path.MOVETO, Path.LINETO] * (len(points) // 2))
        figure.add_artist(
            PathPatch(
                ends,
                transform=downwards,
                edgecolor=colour,
                facecolor="none",
                linewidth=thickness,
                capstyle="butt",
                zorder=2,
            )
        )
    axes = _axes_for_seaborn(figure, width, height) if seaborn else None
    for thing, look in MARKERS.items():
        across = [x for x, _, shown in canvas.dots if shown == thing]
        down = [y for _, y, shown in canvas.dots if shown == thing]
        if not across:
            continue
        level = 3 if thing == "comparator" else 4
        if seaborn is None:
            own = {**look, "markeredgewidth": DOT_EDGE}
            figure.add_artist(Line2D(across, down, transform=downwards, zorder=level, **own))
        else:
            seaborn(
                x=across,
                y=down,
                marker=look["marker"],
                s=look["markersize"] ** 2,
                color=look["markerfacecolor"],
                edgecolor=look["markeredgecolor"],
                linewidth=DOT_EDGE,
                zorder=level,
                clip_on=False,
                ax=axes,
            )
    return figure


def _axes_for_seaborn(figure: Drawing, width: int, height: float) -> Any:
    """Return axes that cover the drawing, pixel for pixel, and show nothing of their own."""
    axes = figure.add_axes((0, 0, 1, 1), zorder=3)
    axes.set_axis_off()
    # Seaborn lays out tick labels, even hidden ones, each time it draws: a quarter of the time.
    axes.xaxis.set_major_locator(NullLocator())
    axes.yaxis.set_major_locator(NullLocator())
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    return axes

"""The charts of the comparison report: one line a row, dots on a scale, figures to the right.

Labels, scale and columns of figures each have a width of their own, so that nothing can collide.
The narrow form, for a small screen, puts the label above its dots.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap
from typing import Any

from matplotlib.figure import Figure as Drawing

from pipeline.analysis.records import Row
from pipeline.publish.charts.canvas import LETTER, Canvas
from pipeline.publish.page.markup import is_missing, number
from pipeline.publish.page.style import BANDS, GRID, INK, INTERVAL, QUIET, RULE

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
    lined = [(row, _label_lines(row, layout)) for row in rows]
    groups = [(name, list(items)) for name, items in groupby(lined, key=lambda at: at[0].group)]
    named = sum(GROUP for name, _ in groups if name)
    head = HEAD + (14 if scale.bands else 0)
    height = head + named + sum(_step(lines, layout) for _, lines in lined) + FOOT
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
        for row, lines in items:
            _row(canvas, place, row, lines, layout, y)
            y += _step(lines, layout)
    return canvas.drawn()


def _scale(canvas: Canvas, place: Place, scale: Axis, top: float, bottom: float) -> None:
    for at, (low, high, name, colour) in enumerate(scale.bands):
        x, to_x = place(low), place(high)
        canvas.area(x, top - 6, to_x, bottom, colour)
        # Names are wider than their bands: neighbours take turns on three lines.
        level = top - 16 - 16 * (at % 3)
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


def _label_lines(row: Line, layout: Layout) -> list[str]:
    """Break a label where there is no room for it on one line."""
    room = layout.width - LETTER * len(row.verdict) if layout.narrow else layout.left - 12
    return wrap(row.label, int(room / LETTER)) or [""]


def _step(lines: Sequence[str], layout: Layout) -> int:
    """Return the height of a row whose label has these lines."""
    return (NARROW_ROW if layout.narrow else ROW) + LINE * (len(lines) - 1)


def _row(
    canvas: Canvas, place: Place, row: Line, lines: Sequence[str], layout: Layout, y: float
) -> None:
    step = _step(lines, layout)
    middle = y + step - NARROW_ROW / 2 + 8 if layout.narrow else y + step / 2
    label_at = y + 11 if layout.narrow else middle - LINE * (len(lines) - 1) / 2
    for at, line in enumerate(lines):
        canvas.words(0, label_at + LINE * at, line)
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


def _percent(value: Any) -> str:
    return "\u2013" if is_missing(value) else f"{int(value)}%"


def _behind(bands: Iterable[Row]) -> list[tuple[float, float, str, str]]:
    """Return the rating bands as shading: from, to, name, colour."""
    return [
        (
            float(band["lower_percent"]),
            min(100.0, float(band["upper_percent"]) + 1),
            str(band["rating"]),
            BANDS[str(band["rating"])],
        )
        for band in bands
    ]


def change_chart(changes: Iterable[Row], narrow: bool = False) -> Drawing:
    """Draw each change with its 95% interval, largest rise first.

    ``changes`` holds label, change_points, newcombe_lower, newcombe_upper
    (percentage points; missing where a base is not known) and change_verdict.
    """
    ordered = sorted(changes, key=lambda row: row["change_points"], reverse=True)
    ends = [
        abs(row[name])
        for row in ordered
        for name in ("newcombe_lower", "newcombe_upper", "change_points")
        if not is_missing(row[name])
    ]
    reach = 10 * (int(max(ends)) // 10 + 1)
    rows = [
        Line(
            label=str(row["label"]),
            dots=[(float(row["change_points"]), "current")],
            figures=[number(row["change_points"], signed=True)],
            verdict=str(row["change_verdict"]),
            strong=row["change_verdict"] == "significant",
            interval=None
            if is_missing(row["newcombe_lower"])
            else (float(row["newcombe_lower"]), float(row["newcombe_upper"])),
        )
        for row in ordered
    ]
    step = 20 if reach > 30 else 10
    ticks = [float(tick) for tick in range(-reach // step * step, reach + 1, step)]
    layout = (
        Layout(width=360, left=14, right=310, columns=(356,), verdict=0, narrow=True)
        if narrow
        else Layout(width=760, left=275, right=570, columns=(626,), verdict=646)
    )
    return dot_rows(rows, Axis(-reach, reach, ticks, "", zero=True), layout, ["Points"], "Verdict")


def target_chart(facts: Sequence[Row], narrow: bool = False) -> Drawing:
    """Draw contract measures against target and national figure, grouped by round.

    ``facts`` holds name, value, comparator_value, target (percent), met (whether the value is on
    the better side of the target, or on it) and round_name.
    """
    rows = []
    for fact in facts:
        dots = [
            (float(fact[column]), thing)
            for column, thing in (
                ("target", "target"),
                ("comparator_value", "comparator"),
                ("value", "current"),
            )
            if not is_missing(fact[column])
        ]
        rows.append(
            Line(
                label=str(fact["name"]),
                dots=dots,
                figures=[_percent(fact[c]) for c in ("value", "comparator_value", "target")],
                verdict="met" if fact["met"] else "not met",
                strong=not fact["met"],
                group=str(fact["round_name"]),
            )
        )
    low = float(10 * (int(min(value for row in rows for value, _ in row.dots)) // 10))
    ticks = [low, (low + 100) / 2, 100.0]
    layout = (
        Layout(width=360, left=14, right=216, columns=(262, 310, 360), verdict=0, narrow=True)
        if narrow
        else Layout(width=780, left=345, right=505, columns=(560, 620, 670), verdict=690)
    )
    headings = ["{current}Here", "{comparator}Nation", "{target}Target"]
    return dot_rows(rows, Axis(low, 100, ticks), layout, headings, "")


def next_rating_chart(
    next_rating: Sequence[Row], bands: Iterable[Row], narrow: bool = False
) -> Drawing:
    """Draw for each standard how far its furthest key question is from the next rating.

    ``next_rating`` holds the rateable rows of next_rating_by_standard: name, boundary_percent,
    points_away, cases_needed, base, base_known.
    """
    rows = []
    fewest = min(row["cases_needed"] for row in next_rating)
    for row in next_rating:
        boundary = float(row["boundary_percent"])
        at = boundary - float(row["points_away"])
        most = "" if row["base_known"] else "at most "
        words = f"{row['cases_needed']} more of {most}{row['base']} cases"
        rows.append(
            Line(
                label=f"{row['standard']} {row['name']}",
                dots=[(boundary, "target"), (at, "current")],
                figures=[_percent(at), _percent(boundary)],
                verdict=words,
                strong=row["cases_needed"] == fewest,
                join=(at, boundary),
            )
        )
    behind = _behind(bands)
    scale = Axis(0, 100, [low for low, *_ in behind] + [100], bands=behind)
    layout = (
        Layout(width=360, left=8, right=262, columns=(308, 356), verdict=0, narrow=True)
        if narrow
        else Layout(width=780, left=230, right=490, columns=(540, 600), verdict=622)
    )
    return dot_rows(rows, scale, layout, ["{current}Now", "{target}Next"], "It would take")


def stability_chart(stability: Iterable[Row], narrow: bool = False) -> Drawing:
    """Draw how many of 100 fresh samples would reach the published rating or a higher one.

    ``stability`` holds a row a line of the chart: label, alone and discretion
    (percent), lowest and highest (bounds of alone, percent).
    """
    rows = [
        Line(
            label=str(row["label"]),
            dots=[
                (float(row["discretion"]), "with discretion"),
                (float(row["alone"]), "bands alone"),
            ],
            figures=[f"{row['alone']:.0f}", f"{row['discretion']:.0f}"],
            interval=(float(row["lowest"]), float(row["highest"])),
        )
        for row in stability
    ]
    layout = (
        Layout(width=360, left=12, right=236, columns=(290, 356), narrow=True)
        if narrow
        else Layout(width=780, left=330, right=600, columns=(672, 760))
    )
    headings = ["{bands alone}Bands", "{with discretion}Discretion"]
    return dot_rows(rows, Axis(0, 100, (0, 25, 50, 75, 100), ""), layout, headings)

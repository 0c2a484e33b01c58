"""Key questions by theme, sorted by where they stand: the pattern and not the numbering."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap

from matplotlib.figure import Figure as Drawing

from pipeline.analysis.records import Row
from pipeline.publish.charts.canvas import LETTER, Canvas, Side
from pipeline.publish.page.markup import is_missing
from pipeline.publish.page.style import COMPARATOR, CURRENT, GRID, INTERVAL, PREVIOUS, QUIET, RULE

Place = Callable[[float], float]
"""From a percentage to its place on the canvas."""

_HEAD, _THEME, _LINE, _ROW, _FOOT = 62, 28, 15, 24, 24
_LONGEST = 18
"""Letters of a remark that fit on its line."""
_HIDDEN = 8
"""Pixels between two marks under which one hides most of the other."""
_NEAR = 3
"""Points that a value keeps from the end of the axis where the axis is cut."""


@dataclass(frozen=True)
class Names:
    """What the chart calls the two rounds (the earlier is empty where none is) and the aggregate.

    ``aggregate`` is as it stands in a sentence ("all CRCs").
    """

    previous: str
    current: str
    aggregate: str


@dataclass(frozen=True)
class _Plan:
    """Pixels: the whole width, where the plot begins and ends, figures end and words begin."""

    width: int
    left: int
    right: int
    figures: int
    words: int
    narrow: bool


_BROAD = _Plan(810, 164, 652, 694, 704, narrow=False)
_NARROW = _Plan(358, 8, 344, 358, 0, narrow=True)


def begins_at(questions: Sequence[Row], bands: Sequence[Row], *, intervals: bool = True) -> int:
    """Return where the axis begins (percent): a ten below which nothing is drawn.

    Parameters are those of :func:`theme_chart`. The lowest rating band that is shown is
    left wide enough for its name.
    """
    columns = ["previous_percent", "current_percent", "comparator_percent"]
    columns += ["current_lower"] if intervals else []
    lowest = min(row[name] for row in questions for name in columns if row[name] is not None)
    low = max(0, 10 * int((lowest - _NEAR) // 10))
    edges = sorted(int(b["lower_percent"]) for b in bands if int(b["lower_percent"]) > low)
    return low - 10 if low >= 10 and edges and edges[0] - low < 10 else low


def theme_chart(
    questions: Sequence[Row],
    bands: Sequence[Row],
    names: Names,
    *,
    intervals: bool = False,
    narrow: bool = False,
) -> Drawing:
    """Draw every key question under its theme: ring before, disc now, upright bar the aggregate.

    ``questions`` holds, in the order in which rows are to stand, theme, in_short, the percentages
    (0-100), current_status, change_points, change_verdict and benchmark_verdict, and with
    ``intervals`` the 95% interval of the current share (current_lower, current_upper). ``bands``
    are the rating bands of the current framework, lowest first.
    """
    plan = _NARROW if narrow else _BROAD
    low = begins_at(questions, bands, intervals=intervals)
    rows = [(row, *_texts(row, plan)) for row in questions]
    themes = [(theme, list(group)) for theme, group in groupby(rows, lambda row: row[0]["theme"])]
    height = _HEAD + _THEME * len(themes) + sum(tall for *_, tall in rows) + _FOOT
    canvas = Canvas(plan.width, height)

    def place(percent: float) -> float:
        return plan.left + (percent - low) * (plan.right - plan.left) / (100 - low)

    _key(canvas, names)
    if not narrow:
        canvas.words(plan.figures, _HEAD - 10, names.current, side="right", size=12, colour=QUIET)
    _scale(canvas, plan, bands, low, place, height)
    y = float(_HEAD)
    for theme, group in themes:
        canvas.line(0, y + 4, plan.width, y + 4, GRID, 0.8)
        canvas.words(0, y + _THEME / 2 + 4, str(theme), bold=True)
        y += _THEME
        for row, label, said, tall in group:
            middle = _row_texts(canvas, plan, label, said, y, tall)
            _dots(canvas, row, middle, place, plan, intervals)
            if not is_missing(row["current_percent"]):
                at = y + 8 if narrow else middle
                canvas.words(plan.figures, at, f"{int(row['current_percent'])}%", side="right")
            y += tall
    return canvas.drawn()


Text = tuple[str, bool]
"""Words and whether they are set bold."""


def _texts(row: Row, plan: _Plan) -> tuple[list[str], list[Text], int]:
    """Return the lines of a row's label, the words that stand with it, and the row's height."""
    room = plan.width - 44 if plan.narrow else plan.left - 12
    label, words = wrap(str(row["in_short"]), int(room / LETTER)), verdicts(row)
    if plan.narrow:
        return label, words, _LINE * (len(label) + len(words)) + _ROW + 6
    return label, words, max(_ROW, _LINE * max(len(label), len(words)) + 8)


def verdicts(row: Row) -> list[Text]:
    """Return what is said of a key question: its change, and how it stands against the aggregate.

    Nothing is said of what does not compare or may be chance, nor of what is similar.
    """
    said: list[Text] = []
    change, verdict = row["change_points"], row["change_verdict"]
    if not is_missing(change) and verdict not in ("not comparable", "not significant"):
        size = abs(int(change))
        moved = f"{'up' if change > 0 else 'down'} {size}" if size else "the same"
        said += [(line, verdict == "significant") for line in wrap(f"{moved}, {verdict}", _LONGEST)]
    standing = row["benchmark_verdict"]
    if standing in ("better", "worse"):
        said.append((str(standing), standing == "worse"))
    return said


def _row_texts(
    canvas: Canvas, plan: _Plan, label: Sequence[str], words: Sequence[Text], y: float, tall: int
) -> float:
    """Write a row's label and words; return the middle of its line of dots."""
    if plan.narrow:
        for number, line in enumerate(label):
            canvas.words(0, y + 8 + _LINE * number, line)
        below = y + 8 + _LINE * len(label)
        for number, (text, bold) in enumerate(words):
            canvas.words(0, below + _LINE * number, text, size=12, bold=bold, colour=QUIET)
        return y + tall - _ROW / 2 - 2
    middle = y + tall / 2
    for number, line in enumerate(label):
        canvas.words(0, middle + _LINE * (number - (len(label) - 1) / 2), line)
    for number, (text, bold) in enumerate(words):
        at = middle + _LINE * (number - (len(words) - 1) / 2)
        canvas.words(plan.words, at, text, size=12, bold=bold)
    return middle


def _key(canvas: Canvas, names: Names) -> None:
    """Say what each mark is, once."""
    x = 8.0
    for thing, words in (
        ("previous", names.previous),
        ("current", names.current),
        ("aggregate", names.aggregate),
    ):
        if not words:
            continue
        if thing == "aggregate":
            canvas.line(x, 2, x, 20, COMPARATOR, 3)
        else:
            canvas.mark(x, 11, thing)
        canvas.words(x + 12, 11, words, size=12)
        x += 12 + LETTER * len(words) + 22


def _scale(
    canvas: Canvas, plan: _Plan, bands: Sequence[Row], low: int, place: Place, height: float
) -> None:
    """Draw the rating bands as upright rules, named once above, their edges below."""
    bottom = height - _FOOT
    shown = [band for band in bands if band["upper_percent"] > low]
    canvas.line(place(100), _HEAD, place(100), bottom, GRID, 1)
    for band in shown:
        starts, ends = max(low, int(band["lower_percent"])), int(band["upper_percent"]) + 1
        left, right = place(starts), place(min(100, ends))
        rule = starts > low
        canvas.line(left, _HEAD - 4, left, bottom, RULE if rule else GRID, 1.2 if rule else 0.8)
        lines = wrap(str(band["rating"]), max(4, int((right - left) / 6.2)), break_long_words=False)
        for number, words in enumerate(reversed(lines)):
            at = _HEAD - 10 - 14 * number
            canvas.words((left + right) / 2, at, words, side="center", size=12, colour=QUIET)
        first: Side = "left" if plan.narrow and not rule else "center"
        edge = 0.0 if first == "left" else left
        canvas.words(edge, bottom + 12, f"{starts}%", side=first, size=12, colour=QUIET)
    last = min(place(100) + 15, plan.width)
    canvas.words(last, bottom + 12, "100%", side="right", size=12, colour=QUIET)


def _dots(canvas: Canvas, row: Row, y: float, place: Place, plan: _Plan, intervals: bool) -> None:
    current = row["current_percent"]
    if is_missing(current):
        canvas.words(plan.left + 6, y, str(row["current_status"]), size=12, colour=QUIET)
        return
    now = place(float(current))
    if intervals and not is_missing(row["current_lower"]):
        ends = place(float(row["current_lower"])), place(float(row["current_upper"]))
        canvas.line(ends[0], y, ends[1], y, INTERVAL, 2)
    if not is_missing(row["comparator_percent"]):
        at = place(float(row["comparator_percent"]))
        canvas.line(at, y - 11, at, y + 11, COMPARATOR, 3)
    if not is_missing(row["previous_percent"]) and not is_missing(row["change_points"]):
        then = place(float(row["previous_percent"]))
        canvas.line(then, y, now, y, CURRENT, 1.5)
        if abs(now - then) < _HIDDEN:
            canvas.disc(then, y, 8.5, "none", PREVIOUS)  # a ring around the disc, not behind it
        else:
            canvas.mark(then, y, "previous")
    canvas.mark(now, y, "current")

"""The timeline of an action plan: who is to do how much, by when.

A row an owner, a column a month, and in each place a mark with the number of
actions; what has no date stands apart, to the right. Everything is placed in
CSS pixels on a grid, and actions of one owner and month that stand differently
get lanes of their own, so that no two marks and no two labels can meet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap

import pandas as pd
from matplotlib.figure import Figure as Drawing

from pipeline.analysis.plans import MONTHS, REPLACED, REPORTED, day_in_words
from pipeline.data import is_missing
from pipeline.publish.charts.canvas import Canvas, Side
from pipeline.publish.page.style import CURRENT, DOWN, GRID, INK, QUIET, RULE

NO_OWNER = "No owner printed"
UNDATED = {
    "done": "Done, as\nprinted",
    "ongoing": "Ongoing",
    "in words": "In\nwords",
    "none given": "No\ndate",
}
"""Columns for actions without a date, by the kind of target."""

STATES: dict[str, tuple[str, str, str, str]] = {
    "passed": ("disc", "white", DOWN, INK),
    "upcoming": ("disc", CURRENT, CURRENT, "white"),
    "closed": ("square", QUIET, QUIET, "white"),
    "undated": ("square", "white", RULE, INK),
}
"""The mark of each state: shape, fill, edge and ink; without colour, shape and fill differ."""

_EXPLAINED = {
    "passed": "Ring: the target has gone by.",
    "upcoming": "Disc: the target is still to come.",
    "closed": "Filled square: complete, reported done, dropped or replaced with the plan.",
    "undated": "Open square: no target date.",
}
_LANE, _LINE, _GAP, _HEAD = 28, 17, 8, 64
_RADIUS = 11
_MOST_MONTHS = 14


@dataclass(frozen=True)
class _Grid:
    """Pixels: the whole width, where labels end, months begin, each column's centre."""

    width: int
    left: float
    months: dict[str, float]
    undated: dict[str, float]
    breaks: Sequence[float]
    as_of: float | None


def state(position: str, due_on: object) -> str:
    """Return how the timeline marks an action: a key of STATES."""
    if position in ("complete", "dropped", REPLACED, REPORTED):
        return "closed"
    if is_missing(due_on):
        return "undated"
    return "passed" if "target passed" in position else "upcoming"


def timeline_rows(actions: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers the timeline draws: one row an owner, column and state.

    ``owner`` as shown on the page; ``column`` the month (YYYY-MM) or the kind of
    a target without date; ``state`` a key of STATES; ``actions`` their number;
    ``recommendations`` the numbers of the recommendations they belong to. An action of several
    owners counts for each of them.
    Owners stand in the order of their first target, those without one last.
    """
    owners = [
        [shown or NO_OWNER] if is_missing(several) else str(several).split("; ")
        for several, shown in zip(
            actions["owners"], actions["owner_shown"].fillna(NO_OWNER), strict=True
        )
    ]
    each = pd.Series(owners, index=actions.index, dtype=object)
    actions = actions.assign(owner_shown=each).explode("owner_shown")
    marked = pd.DataFrame(
        {
            "owner": actions["owner_shown"].astype("string"),
            "column": actions["due_on"].str[:7].fillna(actions["due_kind"]),
            "state": [
                state(*row)
                for row in actions[["position", "due_on"]].itertuples(index=False, name=None)
            ],
            "recommendation": actions["recommendation"],
        }
    )
    key = ["owner", "column", "state"]
    rows = (
        marked.groupby(key)["recommendation"]
        .agg(actions="size", recommendations=lambda r: ", ".join(map(str, sorted(set(r)))))
        .reset_index()
    )
    # Digits sort before letters, so months come before the kinds without a date.
    first = rows.groupby("owner")["column"].transform("min")
    rows = rows.assign(first=first, unnamed=rows["owner"] == NO_OWNER)
    rows = rows.sort_values(["unnamed", "first", "owner", "column", "state"])
    return rows[[*key, "actions", "recommendations"]].reset_index(drop=True)


def how_to_read(actions: pd.DataFrame) -> str:
    """Return what the marks of a plan's timeline mean: those it has, and no others."""
    states = set(timeline_rows(actions)["state"])
    words = ["Each mark holds a number of actions."]
    words += [meaning for name, meaning in _EXPLAINED.items() if name in states]
    if actions["owners"].notna().any():
        words.append("An action of several owners stands with each of them.")
    if actions["due_on"].notna().any():
        words.append("A dotted line marks months left out.")
    return " ".join(words)


def timeline(actions: pd.DataFrame, as_of: str, *, narrow: bool = False) -> Drawing:
    """Draw the actions of one plan by owner and due month, as seen on ``as_of``.

    ``actions`` is the contract table of one plan. ``narrow`` draws for a small
    screen: labels above their rows, and only months in which something is due.
    """
    rows = timeline_rows(actions)
    grid = _grid(rows, as_of, narrow)
    owners = [(str(owner), part) for owner, part in rows.groupby("owner", sort=False)]
    labels = {owner: wrap(owner, 44 if narrow else 31) for owner, _ in owners}
    lanes = {owner: int(part.groupby("column").size().max()) for owner, part in owners}
    heights = {owner: _height(len(labels[owner]), lanes[owner], narrow) for owner, _ in owners}
    height = int(_HEAD + sum(heights.values())) + 6
    canvas = Canvas(grid.width, height)
    _heads(canvas, grid, as_of)
    marks: list[tuple[float, float, str, int]] = []
    top = float(_HEAD)
    for owner, part in owners:
        canvas.line(0, top, grid.width, top, GRID, 0.8)
        lines = labels[owner]
        above = _LINE * len(lines) if narrow else 0.0
        for number, words in enumerate(lines):
            middle = top + (heights[owner] - _LINE * (len(lines) - 1)) / 2
            y = (top + 11 if narrow else middle) + _LINE * number
            canvas.words(0, y, words)
        room = heights[owner] - above
        _uprights(canvas, grid, top + above, top + heights[owner])
        for column, cell in part.groupby("column", sort=False):
            x = grid.months.get(str(column), grid.undated.get(str(column), 0.0))
            first = top + above + (room - _LANE * (len(cell) - 1)) / 2
            for lane, (name, count) in enumerate(zip(cell["state"], cell["actions"], strict=True)):
                marks.append((x, first + _LANE * lane, str(name), int(count)))
        top += heights[owner]
    _draw(canvas, marks)
    return canvas.drawn()


def _height(lines: int, lanes: int, narrow: bool) -> float:
    text, room = _LINE * lines, _LANE * lanes
    return float((text + room if narrow else max(text, room)) + _GAP)


def _grid(rows: pd.DataFrame, as_of: str, narrow: bool) -> _Grid:
    due = sorted({c for c in rows["column"] if c[:1].isdigit()})
    kinds = [kind for kind in UNDATED if kind in set(rows["column"])]
    between = _every_month(due)
    shown = due if narrow or len(between) > _MOST_MONTHS else between
    left = 12.0 if narrow else 256.0
    apart = 62.0 if narrow else 72.0
    # A reader looking from long after the last target stands beyond a break of their own.
    late = bool(due) and _number(as_of) - _number(due[-1]) > 1
    tail = 28.0 if late else 0.0
    least = 34.0 if narrow else 30.0
    room = (360.0 if narrow else 720.0) - left - tail - apart * len(kinds)
    step = max(least, min(60.0, room / max(len(shown), 1)))
    end = left + step * len(shown) + tail
    months = {month: left + step * (i + 0.5) for i, month in enumerate(shown)}
    # A target that is a month falls on its last day, so within its month the day is before it.
    to_come = [x - step / 2 for month, x in months.items() if month >= as_of[:7]]
    breaks = [
        left + step * number
        for number, (before, after) in enumerate(pairwise(shown), start=1)
        if _number(after) - _number(before) > 1
    ]
    if late:
        breaks.append(end - tail)
    return _Grid(
        width=int(max(360 if narrow else 720, end + apart * len(kinds))),
        left=left,
        months=months,
        undated={kind: end + apart * (i + 0.5) for i, kind in enumerate(kinds)},
        breaks=breaks,
        as_of=(to_come[0] if to_come else end) if months else None,
    )


def _every_month(months: Sequence[str]) -> list[str]:
    """Return every month from the first to the last, as YYYY-MM."""
    if not months:
        return []
    numbers = range(_number(months[0]), _number(months[-1]) + 1)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]


def _number(day: str) -> int:
    """Return a month as a number that counts months; a day counts as its month."""
    return int(day[:4]) * 12 + int(day[5:7]) - 1


def _heads(canvas: Canvas, grid: _Grid, as_of: str) -> None:
    year = ""
    for month, x in grid.months.items():
        canvas.words(x, 34, MONTHS[int(month[5:]) - 1][:3], side="center", size=12)
        if month[:4] != year:
            year = month[:4]
            canvas.words(x, 50, year, side="center", size=12, colour=QUIET)
    for kind, x in grid.undated.items():
        for number, words in enumerate(UNDATED[kind].split("\n")):
            canvas.words(x, 34 + 16 * number, words, side="center", size=12)
    if grid.as_of is None:
        return
    x = grid.as_of
    canvas.line(x, 20, x, _HEAD, INK, 1.5)
    words = f"As of {day_in_words(as_of)}"
    half = 4 * len(words)
    side: Side = "right" if x + half > grid.width else "left" if x < half else "center"
    canvas.words(x, 11, words, side=side, size=12, bold=True)


def _uprights(canvas: Canvas, grid: _Grid, top: float, bottom: float) -> None:
    """Draw one row's part of the upright lines, which leave labels alone."""
    for x in grid.breaks:
        canvas.line(x, top, x, bottom, RULE, 1, (0, (2, 3)))
    if grid.as_of is not None:
        canvas.line(grid.as_of, top, grid.as_of, bottom, INK, 1.5)


def _draw(canvas: Canvas, marks: Sequence[tuple[float, float, str, int]]) -> None:
    for x, y, name, count in marks:
        shape, fill, edge, ink = STATES[name]
        if shape == "disc":
            canvas.disc(x, y, _RADIUS, fill, edge)
        else:
            sides = (x - _RADIUS, y - _RADIUS, x + _RADIUS, y + _RADIUS)
            canvas.area(*sides, fill, edgecolor=edge, linewidth=2)
        canvas.words(x, y, str(count), side="center", size=12, colour=ink)

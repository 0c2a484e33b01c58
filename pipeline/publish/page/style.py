"""One look for every chart: the same colour and the same shape for the same thing on every page.

Colours are those of the Government Analysis Function (package afcharts). Each thing has a shape or
a fill as well, because a third of prints are grey and one man in twelve does not see red and green
apart. Sizes are in CSS pixels: a chart is drawn at 72 dots an inch, so that one point is one pixel.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from afcharts.af_colours import get_af_colours

_DARK_BLUE, _TURQUOISE, _DARK_PINK, _ORANGE, _DARK_GREY, _PURPLE = get_af_colours("categorical")

INK = "#1a1a1a"
"""Text in charts."""
QUIET = "#595959"
"""Text that may step back; 7:1 on white and above 4.5:1 on every rating band."""
RULE = "#8c8c8c"
"""Lines that join or divide."""
GRID = "#d9d9d9"

PREVIOUS = _DARK_GREY
CURRENT = _DARK_BLUE
COMPARATOR = _DARK_PINK
TARGET = _DARK_GREY
DOWN = _DARK_PINK
INTERVAL = "#557391"

BANDS: dict[str, str] = {
    "Inadequate": "#f1f1f1",
    "Requires improvement": "#e4ebf1",
    "Good": "#d2dfea",
    "Outstanding": "#bfd2e3",
}
"""Backgrounds of the rating bands, light to dark in the order of merit; all text on them passes."""

ON_DARK: dict[str, str] = {
    **dict(zip(BANDS.values(), ("#1d2329", "#222c36", "#283645", "#2f4256"), strict=True)),
    "#ffffff": "var(--paper)",
    "#fff": "var(--paper)",
    QUIET.lower(): "#b8b8b8",
    RULE.lower(): "#8c8c8c",
    GRID.lower(): "#4d4d4d",
    "#d0d0d0": "#4d4d4d",
    "#6b6b6b": "#9e9e9e",
    INTERVAL.lower(): "#9fbbd8",
    _DARK_GREY.lower(): "#cfcfcf",
    _DARK_BLUE.lower(): "#74aee8",
    _DARK_PINK.lower(): "#f08cba",
    _TURQUOISE.lower(): "#4fc9be",
    _ORANGE.lower(): "#f79463",
    _PURPLE.lower(): "#b9a3e3",
}
"""Each colour of a chart, and the colour of the same thing on a dark ground, where notebooks may
show it; pages are light."""


def _marker(shape: str, size: float, fill: str, edge: str, width: float = 1.8) -> dict[str, Any]:
    return {
        "marker": shape, "markersize": size, "markerfacecolor": fill, "markeredgecolor": edge,
        "markeredgewidth": width, "color": edge, "linestyle": "none",
    }  # fmt: skip


MARKERS: dict[str, dict[str, Any]] = {
    "previous": _marker("o", 9, "white", PREVIOUS),
    "current": _marker("o", 10, CURRENT, CURRENT),
    "prompt": _marker("o", 8, CURRENT, CURRENT, 0),
    "comparator": _marker("D", 7, COMPARATOR, COMPARATOR),
    "bands alone": _marker("s", 8, INTERVAL, INTERVAL),
    "with discretion": _marker("s", 8, "white", INTERVAL),
}
"""Keyword arguments for ``Axes.plot``: ring for before, disc for now, a small disc for a prompt,
diamond for an aggregate, square for imagined samples (filled by the bands alone, hollow with
discretion)."""

MARKS: dict[str, str] = {
    "significant": "◆",
    "not significant": "◇",
    "tests disagree": "◐",
    "unsettled": "◈",
    "not comparable": "×",
    "cannot be computed": "×",
    "better": "▲",
    "similar": "●",
    "no clear difference": "○",
    "worse": "▼",
    "rose": "▲",
    "fell": "▼",
    "stayed": "■",
    "yes": "◆",
    "no": "◇",
    "agreed": "●",
    "partly agreed": "◐",
    "not agreed": "○",
    "complete": "●",
    "in progress": "◐",
    "not started": "○",
    "dropped": "×",
}
"""The shape that goes before a verdict in a table; the word always follows."""

_OURS = Path(__file__).with_name("probation.mplstyle")


def _sheets() -> list[Any]:
    """The style sheets of a drawing: the Analysis Function's on matplotlib's own, then ours."""
    import afcharts

    # From matplotlib's own defaults, whatever a user's matplotlibrc says.
    return ["default", Path(str(afcharts.__file__)).with_name("afcharts.mplstyle"), _OURS]


@cache
def settings() -> dict[str, Any]:
    """All that is in force in the house style; how figures reach a screen is no matter of style."""
    from matplotlib import rcParams, style

    with style.context(_sheets()):
        # As a dictionary: what was set was checked, and need not be each time it is read.
        return {k: v for k, v in dict.items(rcParams) if k not in ("backend", "interactive")}


def apply() -> None:
    """Set the house style for the rest of the process: the first line of a notebook's drawing."""
    from matplotlib import rcParams

    in_force: Any = rcParams
    # Setting it anew takes longer than a small drawing.
    if not settings().items() <= dict.items(in_force):
        dict.update(in_force, settings())  # they were checked when they were read

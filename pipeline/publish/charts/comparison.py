"""The charts of the comparison report as SVG, drawn from its data's tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import seaborn as sns

from pipeline.analysis.records import records
from pipeline.publish.charts.dot_rows import Axis, Dot, Layout, Line, dot_rows
from pipeline.publish.page.markup import is_missing
from pipeline.publish.page.style import BANDS

BROAD = Layout(width=780, left=215, right=475, columns=(526, 574, 640), verdict=656)
NARROW = Layout(width=360, left=8, right=232, columns=(276, 318, 360), verdict=0, narrow=True)


def signed(points: Any) -> str:
    """Return a change with its sign, a real minus, and nothing for a missing one."""
    if is_missing(points):
        return ""
    return f"{int(points):+d}".replace("-", "\u2212") if int(points) else "0"


def _percent(value: Any) -> str:
    return "\u2013" if is_missing(value) else f"{int(value)}%"


def key_question_chart(
    questions: pd.DataFrame,
    standards: pd.DataFrame,
    bands: pd.DataFrame,
    rounds: tuple[str, str],
    narrow: bool = False,
) -> str:
    """Draw every key question on one line: previous, current, all CRCs, rating bands behind.

    ``questions`` is the tested key_question_comparison, ``standards`` names the
    groups, ``bands`` are the rating bands of the current framework, ``rounds``
    the names of the two rounds. The bar is the 95% interval of the current figure.
    """
    names = standards.set_index("standard")["name"]
    rows = []
    for row in records(questions):
        dots = [
            Dot(float(row[column]), thing)
            for column, thing in (
                ("comparator_percent", "comparator"),
                ("previous_percent", "previous"),
                ("current_percent", "current"),
            )
            if not is_missing(row[column])
        ]
        ends = (row["current_lower"], row["current_upper"])
        rows.append(
            Line(
                label=_short(row["label"]),
                dots=dots,
                figures=[
                    _percent(row["previous_percent"]),
                    _percent(row["current_percent"]),
                    _percent(row["comparator_percent"]),
                ],
                verdict=change_words(row),
                strong=row["change_verdict"] == "significant",
                group=f"{row['standard']} {names[row['standard']]}",
                interval=None if is_missing(ends[0]) else (float(ends[0]), float(ends[1])),
            )
        )
    behind = _behind(bands)
    scale = Axis(0, 100, [low for low, *_ in behind] + [100], bands=behind)
    aggregate = "CRCs" if narrow else "All CRCs"
    headings = [f"{{previous}}{rounds[0]}", f"{{current}}{rounds[1]}"]
    if questions["comparator_percent"].notna().any():
        headings.append(f"{{comparator}}{aggregate}")
    layout, painter = (NARROW, None) if narrow else (BROAD, sns.scatterplot)
    return dot_rows(rows, scale, layout, headings, "Change, points", seaborn=painter)


def _behind(bands: pd.DataFrame) -> list[tuple[float, float, str, str]]:
    """Return the rating bands as shading: from, to, name, colour."""
    return [
        (
            float(band["lower_percent"]),
            min(100.0, float(band["upper_percent"]) + 1),
            str(band["rating"]),
            BANDS[str(band["rating"])],
        )
        for band in records(bands.sort_values("points"))
    ]


def _short(label: Any) -> str:
    """Drop the standard from a label: the group's heading says it."""
    words = str(label).partition(": ")[2] or str(label)
    return words[0].upper() + words[1:]


def change_words(row: Mapping[str, Any]) -> str:
    """Return the change and its verdict as the chart prints it, such as '+10 significant'."""
    if row["change_verdict"] == "not comparable" or is_missing(row["change_points"]):
        return "not comparable"
    return f"{signed(row['change_points'])} {row['change_verdict']}"


def change_chart(changes: pd.DataFrame, narrow: bool = False) -> str:
    """Draw each change with its 95% interval, largest rise first.

    ``changes`` holds label, change_points, newcombe_lower, newcombe_upper
    (percentage points; missing where a base is not known) and change_verdict.
    """
    ordered = changes.sort_values("change_points", ascending=False, kind="stable")
    ends: Sequence[float] = [
        *ordered["newcombe_lower"].dropna(),
        *ordered["newcombe_upper"].dropna(),
        *ordered["change_points"],
    ]
    reach = 10 * (int(max(abs(value) for value in ends)) // 10 + 1)
    rows = [
        Line(
            label=str(row["label"]),
            dots=[Dot(float(row["change_points"]), "current")],
            figures=[signed(row["change_points"])],
            verdict=str(row["change_verdict"]),
            strong=row["change_verdict"] == "significant",
            interval=None
            if is_missing(row["newcombe_lower"])
            else (float(row["newcombe_lower"]), float(row["newcombe_upper"])),
        )
        for row in records(ordered)
    ]
    step = 20 if reach > 30 else 10
    ticks = [float(tick) for tick in range(-reach // step * step, reach + 1, step)]
    layout = (
        Layout(width=360, left=14, right=310, columns=(356,), verdict=0, narrow=True)
        if narrow
        else Layout(width=760, left=275, right=570, columns=(626,), verdict=646)
    )
    return dot_rows(rows, Axis(-reach, reach, ticks, "", zero=True), layout, ["Points"], "Verdict")


def target_chart(facts: pd.DataFrame, narrow: bool = False) -> str:
    """Draw contract measures against target and national figure, grouped by round.

    ``facts`` holds name, value, comparator_value, target (percent), met (whether the value is on
    the better side of the target, or on it) and round_name.
    """
    rows = []
    for fact in records(facts):
        dots = [
            Dot(float(fact[column]), thing)
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
    values = facts[["value", "comparator_value", "target"]].to_numpy(dtype=float, na_value=100.0)
    low = float(10 * (int(values.min()) // 10))
    ticks = [low, (low + 100) / 2, 100.0]
    layout = (
        Layout(width=360, left=14, right=216, columns=(262, 310, 360), verdict=0, narrow=True)
        if narrow
        else Layout(width=780, left=345, right=505, columns=(560, 620, 670), verdict=690)
    )
    headings = ["{current}Here", "{comparator}Nation", "{target}Target"]
    return dot_rows(rows, Axis(low, 100, ticks), layout, headings, "")


def route_chart(route: pd.DataFrame, bands: pd.DataFrame, narrow: bool = False) -> str:
    """Draw for each standard how far its furthest key question is from the next rating.

    ``route`` holds the rateable rows of next_rating_by_standard: name, boundary_percent,
    points_away, cases_needed, base, base_known.
    """
    rows = []
    for row in records(route):
        boundary = float(row["boundary_percent"])
        at = boundary - float(row["points_away"])
        most = "" if row["base_known"] else "at most "
        words = f"{row['cases_needed']} more of {most}{row['base']} cases"
        rows.append(
            Line(
                label=f"{row['standard']} {row['name']}",
                dots=[Dot(boundary, "target"), Dot(at, "current")],
                figures=[_percent(at), _percent(boundary)],
                verdict=words,
                strong=row["cases_needed"] == route["cases_needed"].min(),
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


def firmness_chart(firmness: pd.DataFrame, narrow: bool = False) -> str:
    """Draw how many of 100 inspections of other cases would reach a rating or a higher one.

    ``firmness`` holds a row a line of the chart: label, alone and discretion
    (percent), lowest and highest (bounds of alone, percent).
    """
    rows = [
        Line(
            label=str(row["label"]),
            dots=[
                Dot(float(row["discretion"]), "with discretion"),
                Dot(float(row["alone"]), "bands alone"),
            ],
            figures=[f"{row['alone']:.0f}", f"{row['discretion']:.0f}"],
            interval=(float(row["lowest"]), float(row["highest"])),
        )
        for row in records(firmness)
    ]
    layout = (
        Layout(width=360, left=12, right=236, columns=(290, 356), narrow=True)
        if narrow
        else Layout(width=780, left=330, right=600, columns=(672, 760))
    )
    headings = ["{bands alone}Bands", "{with discretion}Discretion"]
    return dot_rows(rows, Axis(0, 100, (0, 25, 50, 75, 100), ""), layout, headings)

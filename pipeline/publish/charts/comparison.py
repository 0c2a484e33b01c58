"""The charts of the comparison report as SVG, drawn from its data's tables."""

from collections.abc import Iterable, Sequence
from typing import Any

from matplotlib.figure import Figure as Drawing

from pipeline.analysis.records import Row
from pipeline.publish.charts.dot_rows import Axis, Layout, Line, dot_rows
from pipeline.publish.page.markup import is_missing
from pipeline.publish.page.style import BANDS


def signed(points: Any) -> str:
    """Return a change with its sign, a real minus, and nothing for a missing one."""
    if is_missing(points):
        return ""
    return f"{int(points):+d}".replace("-", "\u2212") if int(points) else "0"


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
            figures=[signed(row["change_points"])],
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

"""The first screen: how many, what rose and fell, where the weakness lies, what it means."""

import pandas as pd

from pipeline.analysis.sentences.phrases import counted, joined
from pipeline.publish.charts.national import height_of_square, scores_chart
from pipeline.publish.page.blocks import Headline, KeyFigure, KeyFigures, Panel, Panels, Together
from pipeline.publish.page.pictures import Picture, Reference
from pipeline.publish.reports.national.context import National


def in_brief(report: National) -> Together:
    """Return the first screen."""
    beside = report.sentence("moves")
    return Together(
        [
            Headline(report.sentence("ratings"), [beside] if beside else []),
            *_scores(report),
            KeyFigures(_cards(report)),
            Panels(_panels(report)),
        ]
    )


def _scores(report: National) -> list[Picture]:
    """Where all of them stand; nothing where no provider has a score."""
    points = report.providers["points"].dropna()
    if points.empty:
        return []
    bands = report.data["overall_bands"]
    most = report.providers["most"].iloc[0]
    shown = "a square is a provider" if height_of_square(points) else "the taller, the more"
    return [
        Picture(
            scores_chart(points, bands),
            "Overall scores",
            _range(points, most, len(report.providers)),
            caption=f"From 0 to {most}, {shown}. Upright lines: where the next overall rating "
            "begins.",
            see=Reference("the table of providers", "#t-providers", report.providers),
            narrow=scores_chart(points, bands, narrow=True),
            name="scores",
        )
    ]


def _range(points: pd.Series, most: int, providers: int) -> str:
    low, high = points.min(), points.max()
    if low == high:
        scored = "" if len(points) == providers else " with a score"
        return f"Every provider{scored} has {low} of {most} points."
    return f"Scores run from {low} to {high} of {most}; the middle one is {points.median():g}."


def _cards(report: National) -> list[KeyFigure]:
    rows = report.providers
    cards = []
    ways = rows["rating_direction"].dropna()
    if len(ways):
        rose, fell = (int((ways == way).sum()) for way in ("rose", "fell"))
        cards.append(
            KeyFigure(
                "Overall ratings that rose",
                str(rose),
                of=f"of {len(ways)}",
                was=f"{fell} fell",
                note="since the round before",
            )
        )
    placed = rows["half"].dropna()
    if len(placed):
        cards.append(
            KeyFigure(
                "In one half",
                str(int((placed != "either half").sum())),
                of=f"of {len(placed)}",
                note="very likely, whichever cases had been read",
            )
        )
    spread = report.data["questions"]["widened"].dropna()
    if len(spread):
        cards.append(
            KeyFigure(
                "Key questions that differ",
                str(int((spread > 1).sum())),
                of=f"of {len(spread)}",
                note="more than chance would have them",
            )
        )
    return cards


def _panels(report: National) -> list[Panel]:
    found = {
        "Who changed most": ("gained most", "lost most"),
        "Where the weakness lies": ("weakness", "theme"),
        "What the differences mean": ("places", "spread"),
    }
    panels = []
    for heading, items in found.items():
        said = [sentence for item in items if (sentence := report.sentence(item))]
        if heading == "Where the weakness lies":
            said += _recommended(report)
        if heading == "Who changed most" and report.sentence("regression"):
            said.append("Part of the largest changes is luck that does not repeat.")
        if said:
            panels.append(Panel(heading, said))
    return panels


def _recommended(report: National) -> list[str]:
    """What is recommended most often."""
    rows = report.data["recommended"]
    if rows.empty:
        return []
    most = rows[rows["providers"] == rows["providers"].max()]
    again = most["again"].iloc[0] if len(most) == 1 else 0
    more = f", {again} of them more than once" if again else ""
    said = []
    if len(most) < len(rows) or len(rows) == 1:
        each = "" if len(most) == 1 else " each"
        said.append(
            f"Recommendations are tied most often to {joined(list(most['label']))}: at "
            f"{counted(int(most['providers'].iloc[0]), 'provider')}{each}{more}."
        )
    told, rose = int(rows["followed"].sum()), int(rows["followed_rose"].sum())
    others, others_rose = int(rows["others"].sum()), int(rows["others_rose"].sum())
    if told and others:
        said.append(
            f"{rose / told:.0%} of the figures that a plan was to raise rose afterwards, and "
            f"{others_rose / others:.0%} of the rest; what was low tends to rise anyway."
        )
    return said

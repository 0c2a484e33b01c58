"""The first screen: how many, what rose and fell, where the weakness lies, what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.publish.page.blocks import (
    Headline,
    KeyFigure,
    KeyFigures,
    Panel,
    Panels,
    Together,
)

if TYPE_CHECKING:
    from pipeline.publish.reports.national.report import NationalReport


def in_brief(report: NationalReport) -> Together:
    """Return the first screen."""
    beside = report.sentence("moves")
    return Together(
        [
            Headline(report.sentence("ratings"), [beside] if beside else []),
            KeyFigures(_cards(report)),
            Panels(_panels(report)),
        ]
    )


def _cards(report: NationalReport) -> list[KeyFigure]:
    rows = report.providers
    scores = rows["points"].dropna()
    cards = []
    if len(scores):
        middle = f"{scores.median():g}"
        cards.append(
            KeyFigure(
                "Middle score",
                middle,
                of=f"of {rows['most'].iloc[0]}",
                was=f"from {scores.min()} to {scores.max()}",
                note="half of the providers score more, half less",
            )
        )
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
    if placed := report.value("places"):
        told, _, many = placed.partition(" of ")
        cards.append(
            KeyFigure(
                "Always in one half",
                told,
                of=f"of {many}",
                note="whichever cases had been read",
            )
        )
    if spread := report.value("spread"):
        beyond, _, many = spread.partition(" of ")
        cards.append(
            KeyFigure(
                "Key questions that differ",
                beyond,
                of=f"of {many}",
                note="more than chance would have them",
            )
        )
    return cards


def _panels(report: NationalReport) -> list[Panel]:
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


def _recommended(report: NationalReport) -> list[str]:
    """What is recommended most often."""
    rows = report.data["recommended"]
    if rows.empty:
        return []
    first = rows.iloc[0]
    again = f", {first['again']} of them more than once" if first["again"] else ""
    return [
        f"Recommendations are tied most often to {first['label']}: at {first['providers']} "
        f"providers{again}."
    ]

"""The first screen: what changed, how sure, what next."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from pipeline.analysis.records import records
from pipeline.analysis.sentences.overview import pattern_sentence, verdict_sentences
from pipeline.analysis.sentences.phrases import in_words
from pipeline.publish.page.blocks import (
    Headline,
    KeyFigure,
    KeyFigures,
    Panel,
    Panels,
    ScoreScale,
    Together,
)
from pipeline.publish.reports.comparison.context import Comparison


def in_brief(report: Comparison) -> Together:
    """Return the first screen: what changed, how sure, what next."""
    overall = report.data["standard_ratings"].query("standard == 'overall'")
    beside = [report.sentence("standards"), report.sentence("comparable standards")]
    parts: list[Any] = [
        Headline(report.sentence("overall"), [" ".join(_some(beside))], notes=report.notes)
    ]
    parts.append(KeyFigures(_cards(report, overall), notes=report.notes))
    bands = report.data["overall_bands"]
    latest = report.data["inspections"]["framework"].iloc[-1]
    bands = bands[bands["framework"] == latest].sort_values("lower_points")
    scores = [
        (round_name, int(points))
        for round_name, points in zip(
            [name for name in report.rounds if name], overall["points"], strict=True
        )
    ]
    parts.append(
        ScoreScale(
            [
                (str(band["rating"]), int(band["lower_points"]), int(band["upper_points"]))
                for band in records(bands)
            ],
            current=scores[-1],
            previous=scores[0] if report.compares else None,
        )
    )
    parts.append(Panels(_panels(report), notes=report.notes))
    return Together(parts)


def _cards(report: Comparison, overall: pd.DataFrame) -> list[KeyFigure]:
    now = overall.iloc[-1]
    most = report.value("overall").rpartition(" of ")[2]
    cards = [
        KeyFigure(
            "Overall score",
            str(now["points"]),
            of=f"of {most}",
            was=_was(report, overall),
            direction=_direction(report, overall["points"]),
            note=str(now["published_rating"]),
            source=(str(now["source"]), str(now["place"])),
        )
    ]
    standards = report.data["standards"]
    ways = standards["direction"].value_counts()
    comparable = standards[standards["direction"].notna()]
    if len(comparable):
        cards.append(
            KeyFigure(
                "Standards rated higher",
                str(ways.get("rose", 0)),
                of=f"of {len(comparable)}",
                was=f"{ways.get('stayed', 0)} the same, {ways.get('fell', 0)} lower",
                note=f"{len(standards) - len(comparable)} more may not be compared"
                if len(comparable) < len(standards)
                else "",
            )
        )
    asked = report.questions[report.questions["comparable"] == "yes"]
    if len(asked):
        rose = int((asked["change_points"] > 0).sum())
        caution = int((report.questions["comparable"] == "caution").sum())
        cards.append(
            KeyFigure(
                "Key questions that rose",
                str(rose),
                of=f"of {len(asked)}",
                was=f"{int((asked['change_points'] < 0).sum())} fell",
                note=f"{caution} more compare only with caution" if caution else "",
            )
        )
    known = report.questions["difference_from_comparator"].dropna()
    if len(known):
        clear = int((report.questions["benchmark_verdict"] == "better").sum())
        cards.append(
            KeyFigure(
                f"Key questions above {report.aggregate()}",
                str(int((known > 0).sum())),
                of=f"of {len(known)}",
                was=f"{int((known < 0).sum())} below, {int((known == 0).sum())} level",
                note=f"{clear} better when the number of cases is allowed for",
            )
        )
    return cards


def _was(report: Comparison, overall: pd.DataFrame) -> str:
    if not report.compares:
        return ""
    ours = " (our sum)" if "ours" in str(overall.iloc[0]["note"]) else ""
    return f"{overall.iloc[0]['points']} in {report.rounds[0]}{ours}"


def _direction(report: Comparison, points: pd.Series) -> Any:
    if not report.compares or points.iloc[0] == points.iloc[-1]:
        return ""
    return "up" if points.iloc[-1] > points.iloc[0] else "down"


def _panels(report: Comparison) -> list[Panel]:
    ends = [
        report.sentence("common weakness"),
        f"Highest: {report.sentence('strongest')}",
        f"Lowest: {report.sentence('weakest')}",
    ]
    panels = [Panel("Strongest and weakest", _some(ends))]
    if report.compares:
        panels.append(Panel("How sure", how_sure(report)))
    ahead = list(report.data["route_sentences"]["sentence"])
    # The headline has said the total and the distance already.
    ahead = ahead[1:] or ahead
    panels.append(Panel("What next", _some([*ahead, report.sentence("plan")])))
    return panels


def how_sure(report: Comparison) -> list[str]:
    """Say what stands when all tests are taken together, then what each says alone."""
    said = [*_many_tests(report), *verdict_sentences(report.questions)]
    return [*said, *_some([pattern_sentence(report.questions) or ""])]


def _many_tests(report: Comparison) -> list[str]:
    families = report.data["families"]
    family = families[families["family"] == "key questions"]
    if family.empty or not int(family["computed"].iloc[0]):
        return []
    expected = max(1, round(float(family["expected_by_chance"].iloc[0])))
    kept = int(family["kept_after_adjustment"].iloc[0])
    tests = int(family["computed"].iloc[0])
    left = f"{in_words(kept, capital=True)} of {tests} changes {'passes' if kept == 1 else 'pass'}"
    if not kept:
        left = "No single change passes"
    return [
        f"{left} once all {tests} tests are taken together: had nothing changed, about "
        f"{in_words(expected)} would pass by chance alone."
    ]


def _some(sentences: Sequence[str]) -> list[str]:
    return [sentence for sentence in sentences if sentence]

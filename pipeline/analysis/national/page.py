"""The national pages: their tables, and what each says of itself."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline.analysis.about import page
from pipeline.analysis.inspections import shared_comparator
from pipeline.analysis.national.headline import headline
from pipeline.analysis.national.providers import Latest, latest_pairs, standing_of_providers, tiles
from pipeline.analysis.national.questions import shares_of_questions
from pipeline.analysis.national.weaknesses import (
    recommended_questions,
    recommended_standards,
    use_of_discretion,
)
from pipeline.analysis.ratings.bands import framework_rows
from pipeline.analysis.records import Row
from pipeline.analysis.report_data import ReportSubject, comparison_name, with_sources
from pipeline.analysis.sentences.phrases import joined
from pipeline.data import Tables

NAME = "national"


def national_reports(tables: Tables, brought: Mapping[str, Row]) -> Iterator[ReportSubject]:
    """Return the data of the national pages; none where no framework has two providers.

    The framework with the most providers is on the page ``national``, each other one on a page of
    its own that names it. ``brought`` are the ``contributions`` of all providers.
    """
    for at, (framework, pairs) in enumerate(latest_pairs(tables).items()):
        name = f"{NAME}-{framework}" if at else NAME
        providers = standing_of_providers(tables, brought, framework, pairs)
        shares, questions = shares_of_questions(tables, brought, framework, pairs)
        bands = framework_rows(tables["overall_bands"], framework)
        frames = {
            "providers": providers.assign(page=_pages(pairs, providers)),
            "tiles": tiles(brought, pairs),
            "standards": framework_rows(tables["standards"], framework),
            "shares": shares,
            "questions": questions,
            "recommended": recommended_questions(tables, brought, framework, pairs),
            "recommended_standards": recommended_standards(tables, brought, framework, pairs),
            "discretion": use_of_discretion(tables, framework, providers),
            "overall_bands": bands,
            "rating_bands": framework_rows(tables["rating_bands"], framework),
            "headline": headline(providers, questions, bands),
        }
        yield with_sources(tables, _about(tables, name, framework, pairs, frames), frames)


def _pages(pairs: list[Latest], providers: pd.DataFrame) -> pd.Series:
    """Name of the page of each provider that a reader should open first."""
    names = {
        pair.provider: comparison_name(
            pair.provider,
            None if pair.previous is None else pair.previous["round_key"],
            pair.current["round_key"],
        )
        for pair in pairs
    }
    return providers["provider"].map(names)


def _about(
    tables: Tables, name: str, framework: str, pairs: list[Latest], frames: dict[str, pd.DataFrame]
) -> dict[str, Any]:
    first = frames["headline"].set_index("item")
    named = dict(zip(tables["frameworks"]["framework"], tables["frameworks"]["name"], strict=True))
    rounds = sorted({str(pair.current["round_name"]) for pair in pairs})
    said = [
        str(first.loc[item, "sentence"]) for item in ("ratings", "moves") if item in first.index
    ]
    simulated = tables["providers"].set_index("provider")["simulated"] == "yes"
    mark = bool(simulated[pairs[0].provider])  # real and simulated are never put together
    return {
        "name": name,
        "kind": "national",
        "framework": framework,
        "simulated": mark,
        "title": f"{len(pairs)} providers side by side{' (SIMULATED)' if mark else ''}",
        "result": " ".join(said),
        "comparator_name": shared_comparator(tables, [p.current["comparator"] for p in pairs]),
        "standfirst": f"Their latest inspections under the framework {named[framework]}",
        "dates": [f"Inspections of {joined(rounds)}"],
        "period": rounds[0] if len(rounds) == 1 else f"{rounds[0]}/{rounds[-1]}",
        "published": max(str(pair.current["published"]) for pair in pairs),
        "reports": [page(name, "national", framework=framework)],
    }

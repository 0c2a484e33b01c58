"""The tables of the national page, and what it says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.analysis.national.headline import headline
from pipeline.analysis.national.providers import (
    Latest,
    latest_pairs,
    standing_of_providers,
    tiles,
)
from pipeline.analysis.national.questions import shares_of_questions
from pipeline.analysis.national.weaknesses import recommended_questions, use_of_discretion
from pipeline.analysis.ratings.bands import framework_rows
from pipeline.analysis.sentences.phrases import joined
from pipeline.data import Tables

NAME = "national"


def national_tables(
    tables: Tables, processed: Mapping[str, pd.DataFrame]
) -> list[tuple[dict[str, Any], dict[str, pd.DataFrame]]]:
    """What the national pages say of themselves and their tables, a pair a framework.

    Empty where no framework has two providers. The framework with the most providers is on the page
    ``national``, each other one on a page of its own that names it. ``processed`` holds the
    processed tables of all providers.
    """
    found: list[tuple[dict[str, Any], dict[str, pd.DataFrame]]] = []
    for framework, pairs in latest_pairs(tables).items():
        name = f"{NAME}-{framework}" if found else NAME
        providers = standing_of_providers(tables, processed, framework, pairs)
        shares, questions = shares_of_questions(tables, processed, framework, providers)
        bands = framework_rows(tables["overall_bands"], framework)
        frames = {
            "providers": providers.assign(page=_pages(tables, pairs, providers)),
            "tiles": tiles(processed, providers),
            "standards": framework_rows(tables["standards"], framework),
            "shares": shares,
            "questions": questions,
            "recommended": recommended_questions(tables, processed, framework, pairs),
            "discretion": use_of_discretion(tables, framework, providers),
            "overall_bands": bands,
            "headline": headline(providers, questions, bands),
        }
        found.append((_about(tables, name, framework, pairs, frames), frames))
    return found


def _pages(tables: Tables, pairs: list[Latest], providers: pd.DataFrame) -> pd.Series:
    """Name of the page of each provider that a reader should open first."""
    from pipeline.analysis.report_data import comparison_name

    names = {
        pair.provider: comparison_name(
            pair.provider,
            None if pair.previous is None else int(pair.previous["round"]),
            int(pair.current["round"]),
        )
        for pair in pairs
    }
    return providers["provider"].map(names)


def _about(
    tables: Tables,
    name: str,
    framework: str,
    pairs: list[Latest],
    frames: dict[str, pd.DataFrame],
) -> dict[str, Any]:
    first = frames["headline"].set_index("item")
    named = dict(zip(tables["frameworks"]["framework"], tables["frameworks"]["name"], strict=True))
    rounds = sorted({str(pair.current["round"]) for pair in pairs})
    said = [
        str(first.loc[item, "sentence"]) for item in ("ratings", "moves") if item in first.index
    ]
    simulated = tables["providers"].set_index("provider")["simulated"] == "yes"
    mark = bool(simulated[pairs[0].provider])  # real and simulated are never put together
    return {
        "dossier": name,
        "kind": "national",
        "framework": framework,
        "simulated": mark,
        "title": f"{len(pairs)} providers side by side{' (SIMULATED)' if mark else ''}",
        "result": " ".join(said),
        "standfirst": f"Their latest inspections under the framework {named[framework]}",
        "dates": [f"Inspections of {joined(rounds)}"],
        "period": rounds[0] if len(rounds) == 1 else f"{rounds[0]}/{rounds[-1]}",
        "published": max(str(pair.current["published"]) for pair in pairs),
        "reports": [{"name": name, "notebook": "national", "edition": "",
                     "parameters": {"framework": framework}}],
    }  # fmt: skip

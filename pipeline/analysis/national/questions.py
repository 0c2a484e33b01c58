"""Each key question across providers: overall share, funnel, spread beyond chance, shrinkage."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.analysis.national.providers import Latest, brought_by
from pipeline.analysis.ratings.bands import framework_rows
from pipeline.analysis.records import Row, grouped, records, typed
from pipeline.analysis.statistics.funnel import FEWEST, dispersion, zones
from pipeline.analysis.statistics.shrinkage import shrunk
from pipeline.data import Tables

_SHARES = {
    "provider": "string", "short_name": "string", "key_question": "string", "percent": "Int64",
    "count": "Int64", "cases": "Int64", "drawn_in": "Float64", "zone": "string",
    "stands_out": "boolean",
}  # fmt: skip
_QUESTIONS = {
    "key_question": "string", "standard": "string", "label": "string",
    **dict.fromkeys(["comparator_percent", "providers", "known", "count", "cases"], "Int64"),
    "overall_percent": "Float64", "median_percent": "Float64",
    **dict.fromkeys(["lowest_percent", "highest_percent", "lowest_for"], "Int64"),
    **dict.fromkeys(["phi", "phi_threshold", "widened"], "Float64"),
    **dict.fromkeys(["below", "above", "far_outside", "standing_out"], "Int64"),
    "drawn_in_by": "Float64",
}  # fmt: skip


def shares_of_questions(
    tables: Tables, brought: Mapping[str, Row], framework: str, pairs: list[Latest]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables: a row a provider and key question, and a row a key question.

    ``brought`` are the ``contributions``, ``pairs`` the framework's from ``latest_pairs``. The
    first has ``percent`` as published (whole percent), ``count`` and ``cases`` (empty where the
    number of cases was not published, or is not tied to the question), ``drawn_in`` (the share
    drawn towards the mean of all, percent), ``zone`` in the funnel of chance alone (far below,
    below, within, above, far above; empty where it cannot be said) and ``stands_out``, whether it
    lies outside the 99.8% limits even where these are widened by the spread of all providers.

    The second has ``comparator_percent`` where all are set against the same aggregate,
    ``providers`` with a figure and ``known`` of them with a number of cases;
    ``overall_percent`` of all their cases; ``median_percent`` of the figures; ``lowest_for``, for
    how many providers it is their lowest question; ``phi, phi_threshold, widened`` (see
    ``funnel.dispersion``); how many providers lie ``below`` and ``above`` the 95% limits of chance
    alone, ``far_outside`` the 99.8% ones, and how many are ``standing_out``; and ``drawn_in_by``,
    how many cases the mean counts for (empty where no spread beyond chance is seen). With fewer
    than ``funnel.FEWEST`` numbers of cases there is no zone and no phi.

    The limits stay those of chance alone: providers are inspected because their work may differ, so
    a spread beyond chance is a finding and not a fault of the model. Widening shows who differs
    even from that spread (Spiegelhalter 2005, section 5).
    """
    named = tables["providers"].set_index("provider")["short_name"].to_dict()
    by_question = grouped(brought_by(brought, pairs, "figures"), "key_question")
    lowest = Counter(brought[pair.provider]["standing"].get("lowest_question") for pair in pairs)
    shares: list[Row] = []
    rows: list[Row] = []
    for question in records(framework_rows(tables["key_questions"], framework)):
        code = question["key_question"]
        figures = [{**row, "short_name": named[row["provider"]]} for row in by_question[code]]
        if not figures:
            continue
        known = [figure for figure in figures if figure["cases"] is not None]
        percents = pd.Series([figure["percent"] for figure in figures], dtype="Int64")
        rows.append(
            {
                **question,
                "providers": len(figures),
                "known": len(known),
                "median_percent": float(percents.median()),
                "lowest_percent": percents.min(),
                "highest_percent": percents.max(),
                "comparator_percent": _comparator(figures),
                "lowest_for": lowest[code],
                **_across(known),
            }
        )
        shares += figures
    return typed(shares, _SHARES), typed(rows, _QUESTIONS)


def _comparator(figures: list[Row]) -> Any:
    """The aggregate's share, where all providers are set against the same aggregate."""
    one = len({figure["comparator"] for figure in figures}) == 1
    return figures[0]["comparator_percent"] if one else None


def _across(known: list[Row]) -> Row:
    """Overall share, spread and limits; writes ``zone`` and ``drawn_in`` into the figures."""
    if not known:
        return {}
    counts, cases = [f["count"] for f in known], [f["cases"] for f in known]
    share = sum(counts) / sum(cases)
    row: Row = {"count": sum(counts), "cases": sum(cases), "overall_percent": 100 * share}
    if len(known) < FEWEST:
        return row
    spread = dispersion(counts, cases, share)
    drawn = shrunk(counts, cases)
    found = zones(counts, cases, share)
    among = zones(counts, cases, share, spread.applied)
    for figure, value, where, wide in zip(known, drawn.shares, found, among, strict=True):
        figure["drawn_in"] = round(100 * float(value), 1)
        figure["zone"] = where
        figure["stands_out"] = wide.startswith("far")
    return row | {
        "phi": spread.phi,
        "phi_threshold": spread.threshold,
        "widened": spread.applied,
        "below": sum(where.endswith("below") for where in found),
        "above": sum(where.endswith("above") for where in found),
        "far_outside": sum(where.startswith("far") for where in found),
        "standing_out": sum(figure["stands_out"] for figure in known),
        "drawn_in_by": drawn.worth if drawn.worth < float("inf") else None,
    }

"""The providers of a framework: latest inspection, the one before it, and where they stand."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.analysis.inspections import inspections_in_order
from pipeline.analysis.ratings.bands import framework_rows, rating_rules, scores_compare
from pipeline.analysis.ratings.scale import Rated, Scale
from pipeline.analysis.ratings.stability import total_together
from pipeline.analysis.records import Row, first_spellings, grouped, records, typed
from pipeline.analysis.sentences.leadership import movement, step
from pipeline.analysis.statistics.ranking import half, rank_intervals
from pipeline.data import Tables, is_missing

FEWEST = 2
"""A national page needs at least so many providers with an inspection in one framework."""

_COLUMNS = {
    **dict.fromkeys(
        ["provider", "name", "short_name", "owner", "inspection", "round", "published", "rating",
         "status"], "string",
    ),
    "points": "Int64", "most": "Int64",
    **dict.fromkeys(
        ["previous_inspection", "previous_round", "previous_rating", "previous_status"], "string"
    ),
    "previous_points": "Int64", "rating_direction": "string",
    **dict.fromkeys(
        ["comparable_standards", "standards", "points_change", "rose", "stayed", "fell"], "Int64"
    ),
    "lowest_question": "string", "lowest_label": "string", "lowest_percent": "Int64",
    "best_rank": "Int64", "worst_rank": "Int64", "half": "string", "source": "string",
    "place": "string",
}  # fmt: skip
WAYS = {1: "rose", 0: "stayed", -1: "fell"}
"""Which way a figure or a rating went, by the sign of its change."""


@dataclass(frozen=True)
class Latest:
    """A provider's latest inspection and the one before it: rows of ``inspections_in_order``."""

    provider: str
    current: Row
    previous: Row | None


def latest_pairs(tables: Tables) -> dict[str, list[Latest]]:
    """The latest inspection of each provider with the one before it, by framework.

    Frameworks with fewer than ``FEWEST`` providers are left out; that with the most providers
    comes first. Simulated providers are never put together with real ones: where the data holds
    enough real ones, only they count.
    """
    rounds = grouped(records(inspections_in_order(tables)), "provider")
    simulated = tables["providers"].set_index("provider")["simulated"] == "yes"
    for kind in (False, True):
        found: dict[str, list[Latest]] = {}
        for provider in sorted(rounds):
            if bool(simulated[provider]) is kind:
                *earlier, latest = rounds[provider]
                pair = Latest(provider, latest, earlier[-1] if earlier else None)
                found.setdefault(latest["framework"], []).append(pair)
        enough = {name: pairs for name, pairs in found.items() if len(pairs) >= FEWEST}
        if enough:
            return dict(sorted(enough.items(), key=lambda item: (-len(item[1]), item[0])))
    return {}


def standing_of_providers(
    tables: Tables, processed: Mapping[str, pd.DataFrame], framework: str, pairs: list[Latest]
) -> pd.DataFrame:
    """A row a provider of a framework, highest score first.

    ``pairs`` are its latest inspections from ``latest_pairs``. Columns: codes and names; ``rating,
    points, most`` of the latest inspection; the round before (``previous_...``, empty where there
    is none); ``rating_direction`` (rose, stayed, fell; empty where nothing compares);
    ``points_change`` over the ``comparable_standards`` of ``standards``, and how many of these
    ``rose, stayed, fell``; the lowest key question with its percentage; ``best_rank, worst_rank``
    (95% interval, see ``rank_intervals``) and ``half``; source and place of the rating.
    """
    rated = grouped(records(processed["standard_ratings"]), "inspection")
    overall = {
        code: row for code, rows in rated.items() for row in rows if row["standard"] == "overall"
    }
    moves = grouped(records(processed["rating_comparison"]), "current_inspection")
    scores = grouped(records(processed["key_question_comparison"]), "current_inspection")
    bands = framework_rows(tables["overall_bands"], framework)
    order = bands.sort_values("lower_points")["rating"].tolist()
    providers = {row["provider"]: row for row in records(_with_owners(tables["providers"]))}
    rows: list[Row] = []
    for pair in pairs:
        code = pair.current["inspection"]
        now = overall[code]
        rows.append(
            {
                **providers[pair.provider],
                **{name: now[name] for name in ("status", "points", "source", "place")},
                "inspection": code,
                "published": pair.current["published"],
                "round": pair.current["round_name"],
                "rating": now["published_rating"],
                "most": int(bands["upper_points"].max()),
                **_since(tables, pair, overall, moves[code], order),
                **_lowest(scores[code]),
            }
        )
    frame = typed(rows, _COLUMNS)
    frame = frame.sort_values(["points", "name"], ascending=[False, True], na_position="last")
    return _with_ranks(frame.reset_index(drop=True), tables, scores, rated, framework)


def _with_owners(providers: pd.DataFrame) -> pd.DataFrame:
    """Providers with each owner as it is spelled first, by the names of the providers."""
    spelled = first_spellings(providers.sort_values("name")["owner"].dropna())
    return providers.assign(owner=providers["owner"].replace(spelled))


def _since(
    tables: Tables, pair: Latest, overall: dict[str, Row], moves: list[Row], order: list[str]
) -> Row:
    """What changed since the round before, over the standards whose ratings compare."""
    if pair.previous is None:
        return {}
    same_scale = scores_compare(tables, pair.previous["framework"], pair.current["framework"])
    code = pair.previous["inspection"]
    own = [row for row in moves if row["previous_inspection"] == code]
    moved = movement(own)
    before, now = overall[code], overall[pair.current["inspection"]]
    row: Row = {
        "previous_inspection": code,
        "previous_round": pair.previous["round_name"],
        "previous_rating": before["published_rating"],
        "previous_status": before["status"],
        "previous_points": before["points"] if same_scale else None,
        "standards": moved.of,
        "comparable_standards": moved.compared,
    }
    if not moved.compared:
        return row
    row |= {way: getattr(moved, way) for way in WAYS.values()}
    row["points_change"] = moved.points
    ratings = before["published_rating"], now["published_rating"]
    if {*ratings} <= {*order}:
        row["rating_direction"] = WAYS[step(*ratings, order)]
    return row


def _lowest(scores: list[Row]) -> Row:
    known = [score for score in scores if not is_missing(score["current_percent"])]
    if not known:
        return {}
    lowest = min(known, key=lambda score: int(score["current_percent"]))
    return {
        "lowest_question": lowest["key_question"],
        "lowest_label": lowest["label"],
        "lowest_percent": lowest["current_percent"],
    }


def _with_ranks(
    frame: pd.DataFrame,
    tables: Tables,
    scores: Mapping[str, list[Row]],
    rated: Mapping[str, list[Row]],
    framework: str,
) -> pd.DataFrame:
    """Add the interval of each provider's rank, had other cases of the same work been read."""
    scored = frame[frame["points"].notna()]
    if len(scored) < FEWEST:
        return frame
    chances = np.zeros((len(scored), int(frame["most"].iloc[0]) + 1))
    standards, bands, rules = map(records, rating_rules(tables, framework))
    scale, kinds = Scale.of(bands, rules), records(tables["sample_kinds"])
    for at, inspection in enumerate(scored["inspection"]):
        # An inspection compared with several earlier ones has its questions once for each.
        read: dict[str, Row] = {}
        for row in scores[inspection]:
            read.setdefault(row["key_question"], row)
        own = Rated.of(read.values(), rated[inspection], standards, scale)
        # Had other cases been read, by the bands alone.
        total = total_together(own, kinds)
        chances[at, : len(total)] = total
    intervals = rank_intervals(chances / chances.sum(axis=1, keepdims=True))
    places = pd.DataFrame(intervals, index=scored.index).astype("Int64")
    halves = [half(interval, len(scored)) for interval in intervals]
    return frame.assign(
        best_rank=places["best"].reindex(frame.index),
        worst_rank=places["worst"].reindex(frame.index),
        half=pd.Series(halves, scored.index, dtype="string").reindex(frame.index),
    )


def tiles(processed: Mapping[str, pd.DataFrame], providers: pd.DataFrame) -> pd.DataFrame:
    """The rating of each standard: a row a provider and standard, in the framework's order.

    Columns: ``provider, standard, name, rating, status, points``. ``providers`` is the result of
    ``standing_of_providers``.
    """
    ratings = processed["standard_ratings"]
    own = ratings[ratings["standard"] != "overall"].merge(
        providers[["inspection", "provider"]], on="inspection"
    )
    own = own.rename(columns={"published_rating": "rating"})
    return own[["provider", "standard", "name", "rating", "status", "points"]]

"""The providers of a framework: latest inspection, the one before it, and where they stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.analysis.inspections import inspections_in_order
from pipeline.analysis.ratings.bands import framework_rows, rating_rules
from pipeline.analysis.ratings.scale import Rated, Scale
from pipeline.analysis.ratings.stability import total_together
from pipeline.analysis.records import Row, first_spellings, grouped, records, typed
from pipeline.analysis.sentences.headline import of_framework, scores_alike
from pipeline.analysis.sentences.leadership import movement, step
from pipeline.analysis.statistics.bases import base_of, possible_counts
from pipeline.analysis.statistics.ranking import half, rank_intervals
from pipeline.data import Tables
from pipeline.data.once import once

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
_TILE = ("standard", "name", "status", "points")
_TILES = {
    **dict.fromkeys(["provider", "standard", "name", "rating", "status"], "string"),
    "points": "Int64",
}
WAYS = {1: "rose", 0: "stayed", -1: "fell"}
"""Which way a figure or a rating went, by the sign of its change."""


@dataclass(frozen=True)
class Latest:
    """A provider's latest inspection and the one before it: rows of ``inspections_in_order``."""

    provider: str
    current: Row
    previous: Row | None


def latest_inspections(tables: Tables) -> Iterator[Latest]:
    """The latest inspection of each provider with the one before it, by provider."""
    rounds = grouped(records(inspections_in_order(tables)), "provider")
    for provider in sorted(rounds):
        *earlier, latest = rounds[provider]
        yield Latest(provider, latest, earlier[-1] if earlier else None)


def latest_pairs(tables: Tables) -> dict[str, list[Latest]]:
    """The same by framework, of those that have a national page.

    Frameworks with fewer than ``FEWEST`` providers are left out; that with the most providers
    comes first. Simulated providers are never put together with real ones: where the data holds
    enough real ones, only they count.
    """
    simulated = tables["providers"].set_index("provider")["simulated"] == "yes"
    every = list(latest_inspections(tables))
    for kind in (False, True):
        found: dict[str, list[Latest]] = {}
        for pair in every:
            if bool(simulated[pair.provider]) is kind:
                found.setdefault(pair.current["framework"], []).append(pair)
        enough = {name: pairs for name, pairs in found.items() if len(pairs) >= FEWEST}
        if enough:
            return dict(sorted(enough.items(), key=lambda item: (-len(item[1]), item[0])))
    return {}


def contributions(tables: Tables, processed: Mapping[str, pd.DataFrame]) -> dict[str, Row]:
    """What each provider brings to a national page, in values that JSON holds.

    It is made with the provider's own tables and kept with them, so that a page of hundreds is only
    put together: ``standing``, the columns of ``standing_of_providers`` that rest on its own rows;
    ``chances`` of each total of points, had other cases of the same work been read (empty without a
    score); ``tiles`` (see there); ``figures``, its key questions with a percentage and what is
    known of their cases; ``moved_figures`` and ``moved_ratings``, what compares with the round
    before.
    """
    rated, compared, asked = (
        grouped(records(processed[name]), key)
        for name, key in (
            ("standard_ratings", "inspection"),
            ("rating_comparison", "current_inspection"),
            ("key_question_comparison", "current_inspection"),
        )
    )
    found = {}
    for pair in latest_inspections(tables):
        code = pair.current["inspection"]
        before = pair.previous and pair.previous["inspection"]
        # An inspection compared with several earlier ones has its questions once for each.
        questions: dict[str, Row] = {}
        for row in asked[code]:
            questions.setdefault(row["key_question"], row)
        figures = [row for row in questions.values() if row["current_percent"] is not None]
        since, changes = (
            [row for row in rows[code] if row["previous_inspection"] == before]
            for rows in (compared, asked)
        )
        (now,) = (row for row in rated[code] if row["standard"] == "overall")
        scored = now["points"] is not None
        then = next((row for row in rated[before] if row["standard"] == "overall"), None)
        standing = {name: now[name] for name in ("status", "points", "source", "place")}
        standing |= {"rating": now["published_rating"], **_lowest(figures)}
        if then:
            standing |= _since(tables, pair, then, now, since)
        found[pair.provider] = {
            "standing": standing,
            "chances": _chances(tables, pair, figures, rated[code]) if scored else [],
            "tiles": [
                {"rating": row["published_rating"], **{name: row[name] for name in _TILE}}
                for row in rated[code]
                if row["standard"] != "overall"
            ],
            "figures": [_figure(row) for row in figures],
            "moved_figures": [
                {
                    "subject": row["key_question"],
                    "way": WAYS[(row["change_points"] > 0) - (row["change_points"] < 0)],
                    "significant": row["change_verdict"] == "significant",
                }
                for row in changes
                if row["comparable"] == "yes" and row["change_points"] is not None
            ],
            "moved_ratings": [
                {"subject": row["standard"], "way": row["direction"]}
                for row in since
                if row["direction"] is not None
            ],
        }
    return found


def _chances(tables: Tables, pair: Latest, figures: list[Row], ratings: list[Row]) -> list[float]:
    """How likely each total of points is, by the bands alone."""
    standards, scale, kinds = _rating_rules(tables, pair.current["framework"])
    return total_together(Rated.of(figures, ratings, standards, scale), kinds).tolist()


@once
def _rating_rules(tables: Tables, framework: str) -> tuple[list[Row], Scale, list[Row]]:
    standards, bands, rules = map(records, rating_rules(tables, framework))
    return standards, Scale.of(bands, rules), records(tables["sample_kinds"])


def _figure(row: Row) -> Row:
    """A printed percentage, and count and number of cases behind it, None where they are not known.

    Above a hundred cases several counts print alike; the middle one is taken.
    """
    base, percent = base_of(row, "current"), int(row["current_percent"])
    figure = {name: row[name] for name in ("key_question", "comparator", "comparator_percent")}
    figure |= {"percent": percent, "count": None, "cases": None}
    if base.printed is not None and base.is_full_sample(percent):
        counts = possible_counts(percent, base.printed)
        figure |= {"count": counts[len(counts) // 2], "cases": base.printed}
    return figure


def standing_of_providers(
    tables: Tables, brought: Mapping[str, Row], framework: str, pairs: list[Latest]
) -> pd.DataFrame:
    """A row a provider of a framework, highest score first.

    ``brought`` are the ``contributions``, ``pairs`` its latest inspections from ``latest_pairs``.
    Columns: codes and names; ``rating, points, most`` of the latest inspection; the round before
    (``previous_...``, empty where there is none); ``rating_direction`` (rose, stayed, fell; empty
    where nothing compares); ``points_change`` over the ``comparable_standards`` of ``standards``,
    and how many of these ``rose, stayed, fell``; the lowest key question with its percentage;
    ``best_rank, worst_rank`` (95% interval, see ``rank_intervals``) and ``half``; source and place
    of the rating.
    """
    most = framework_rows(tables["overall_bands"], framework)["upper_points"].max()
    providers = {row["provider"]: row for row in records(_with_owners(tables["providers"]))}
    rows: list[Row] = [
        {
            **providers[pair.provider],
            **brought[pair.provider]["standing"],
            "inspection": pair.current["inspection"],
            "published": pair.current["published"],
            "round": pair.current["round_name"],
            "most": int(most),
        }
        for pair in pairs
    ]
    frame = typed(rows, _COLUMNS)
    frame = frame.sort_values(["points", "name"], ascending=[False, True], na_position="last")
    return _with_ranks(frame.reset_index(drop=True), brought)


def _with_owners(providers: pd.DataFrame) -> pd.DataFrame:
    """Providers with each owner as it is spelled first, by the names of the providers."""
    spelled = first_spellings(providers.sort_values("name")["owner"].dropna())
    return providers.assign(owner=providers["owner"].replace(spelled))


def _since(tables: Tables, pair: Latest, before: Row, now: Row, moves: list[Row]) -> Row:
    """What changed since the round before, over the standards whose ratings compare."""
    assert pair.previous is not None
    frameworks = pair.previous["framework"], pair.current["framework"]
    moved = movement(moves)
    row: Row = {
        "previous_inspection": pair.previous["inspection"],
        "previous_round": pair.previous["round_name"],
        "previous_rating": before["published_rating"],
        "previous_status": before["status"],
        "previous_points": before["points"] if scores_alike(tables, *frameworks) else None,
        "standards": moved.of,
        "comparable_standards": moved.compared,
    }
    if not moved.compared:
        return row
    row |= {way: getattr(moved, way) for way in WAYS.values()}
    row["points_change"] = moved.points
    ratings = before["published_rating"], now["published_rating"]
    bands = of_framework(tables, "overall_bands", pair.current["framework"])
    order = [band["rating"] for band in sorted(bands, key=lambda band: band["lower_points"])]
    if {*ratings} <= {*order}:
        row["rating_direction"] = WAYS[step(*ratings, order)]
    return row


def _lowest(figures: list[Row]) -> Row:
    if not figures:
        return {}
    lowest = min(figures, key=lambda figure: int(figure["current_percent"]))
    return {
        "lowest_question": lowest["key_question"],
        "lowest_label": lowest["label"],
        "lowest_percent": lowest["current_percent"],
    }


def _with_ranks(frame: pd.DataFrame, brought: Mapping[str, Row]) -> pd.DataFrame:
    """Add the interval of each provider's rank, had other cases of the same work been read."""
    scored = frame[frame["points"].notna()]
    if len(scored) < FEWEST:
        return frame
    chances = np.zeros((len(scored), int(frame["most"].iloc[0]) + 1))
    for at, provider in enumerate(scored["provider"]):
        total = brought[provider]["chances"]
        chances[at, : len(total)] = total
    intervals = rank_intervals(chances / chances.sum(axis=1, keepdims=True))
    places = pd.DataFrame(intervals, index=scored.index).astype("Int64")
    halves = [half(interval, len(scored)) for interval in intervals]
    return frame.assign(
        best_rank=places["best"].reindex(frame.index),
        worst_rank=places["worst"].reindex(frame.index),
        half=pd.Series(halves, scored.index, dtype="string").reindex(frame.index),
    )


def tiles(brought: Mapping[str, Row], pairs: list[Latest]) -> pd.DataFrame:
    """The rating of each standard: a row a provider and standard, in the framework's order.

    Columns: ``provider, standard, name, rating, status, points``.
    """
    return typed(brought_by(brought, pairs, "tiles"), _TILES)


def brought_by(brought: Mapping[str, Row], pairs: list[Latest], what: str) -> list[Row]:
    """The rows of one kind of the ``contributions``, each with its provider."""
    return [
        {"provider": pair.provider, **row} for pair in pairs for row in brought[pair.provider][what]
    ]

"""One provider through all its rounds: ratings, and each key question as a line with its breaks.

The questions and standards are those of the latest framework, followed back round by round where
``comparability.csv`` says that the earlier framework asked the same. A step over which figures
do not compare is a break: it is named, and never bridged. A round in between that asked nothing
of the kind has a row without a figure, and what was asked before it is followed on.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pandas as pd

from pipeline.analysis.about import about_provider, page
from pipeline.analysis.comparison import NO_DATA, NOT_STATED, own_scores
from pipeline.analysis.files import Columns, columns_of, columns_of_rows
from pipeline.analysis.inspections import inspections_in_order
from pipeline.analysis.records import Row, grouped, records
from pipeline.analysis.report_data import (
    ReportSubject,
    cited,
    comparison_name,
    named_then,
    providers_by_code,
)
from pipeline.analysis.sentences.headline import of_framework, scores_alike
from pipeline.analysis.sentences.phrases import counted, in_words, joined
from pipeline.analysis.statistics.bases import possible_counts
from pipeline.analysis.statistics.significance import wilson_interval
from pipeline.data import Tables, is_missing
from pipeline.data.once import once

FEWEST = 3
"""A page through time is made of at least so many rounds; two are a comparison."""

_HERE = dict.fromkeys(["inspection", "round"], "string")
_THERE = dict.fromkeys(["step", "reason", "source", "place"], "string")
_FIGURES = {
    **_HERE, "key_question": "string", "label": "string", "percent": "Int64", "status": "string",
    "cases": "Int64", "lower": "Float64", "upper": "Float64", **_THERE,
}  # fmt: skip
_RATINGS = {
    **_HERE, "standard": "string", "name": "string", "rating": "string", "status": "string",
    "points": "Int64", **_THERE,
}  # fmt: skip
_TOTALS = {
    **_HERE, "framework": "string", "rating": "string", "status": "string", "points": "Int64",
    "way": "string", "most": "Int64", "source": "string", "place": "string",
}  # fmt: skip
_CHANGES = {
    "key_question": "string", "label": "string", "change_points": "Int64",
    "change_verdict": "string", "comparable": "string", "reason_not_comparable": "string",
}  # fmt: skip
_HEADLINE = {"item": "string", "sentence": "string"}


def rounds_of(tables: Tables) -> dict[str, list[Row]]:
    """The inspections of each provider, earliest first: rows of ``inspections_in_order``."""
    return grouped(records(inspections_in_order(tables)), "provider")


def figures_through_time(tables: Tables, rounds: list[Row]) -> list[Row]:
    """A row a key question of the latest framework and round in which it, or its like, was asked.

    Columns: ``percent`` as published and its ``status``; ``cases`` and the 95% Wilson interval
    ``lower, upper`` (percent; over all counts that print so; empty where the number of cases was
    not published or does not fit); ``step``, how the
    figure compares with that of the round before (yes, caution, no; empty in the first) and the
    ``reason``.
    """
    own, samples, sizes = _scores(tables)
    rows: list[Row] = []
    for inspection, code, line in _lines(tables, rounds, "key question", "label", own):
        sample = samples.get((inspection["framework"], code))
        size = sizes.get((inspection["inspection"], sample))
        rows.append(line | _interval(line.get("percent"), size))
    return rows


@once
def _scores(tables: Tables) -> tuple[dict[Any, Row], dict[Any, Any], dict[Any, Any]]:
    """Scores by inspection and question, samples by framework and question, and their sizes."""
    return (
        {(row["inspection"], row["key_question"]): row for row in records(own_scores(tables))},
        {
            (q["framework"], q["key_question"]): q["sample"]
            for q in records(tables["key_questions"])
        },
        {(row["inspection"], row["sample"]): row["size"] for row in records(tables["samples"])},
    )


def _lines(
    tables: Tables, rounds: list[Row], subject: str, name: str, own: Mapping[Any, Row]
) -> Iterator[tuple[Row, str, Row]]:
    """Each subject of the latest framework through the rounds: inspection, code there, and row.

    ``subject`` is "key question" or "standard", ``name`` the column that names one.
    """
    key = subject.replace(" ", "_")
    kind = "rating" if subject == "standard" else subject
    for asked in of_framework(tables, f"{key}s", rounds[-1]["framework"]):
        for inspection, code, row, step in _followed(tables, rounds, kind, asked[key], own):
            line = {
                **row,
                **step,
                "inspection": inspection["inspection"],
                "round": inspection["round_name"],
                key: asked[key],
                name: asked[name],
            }
            yield inspection, code, line


_NOTHING: Row = {"status": NO_DATA}
"""What a round has to show that asked nothing of the kind."""


def _followed(
    tables: Tables, rounds: list[Row], kind: str, subject: str, own: Mapping[Any, Row]
) -> list[tuple[Row, str, Row, Row]]:
    """A subject through the rounds, earliest first: inspection, code there, its row, step to it.

    ``own`` are rows by inspection and code. The code is empty in a round that asked nothing of the
    kind, and the first is one that did.
    """
    said = _stated(tables)
    found: list[tuple[Row, str, Row]] = [(rounds[-1], subject, {})]
    last = 0
    for earlier in reversed(rounds[:-1]):
        later, code, _ = found[last]
        before: str | None = code
        if earlier["framework"] == later["framework"]:
            step = {"step": "yes"}
        else:
            row = said.get((kind, earlier["framework"], later["framework"], code), {})
            before = row.get("previous_subject")
            step = {"step": row.get("comparable", "no"), "reason": row.get("reason", NOT_STATED)}
        if last == len(found) - 1:
            found[last] = (later, code, step)
        found.append((earlier, before or "", {}))
        if before:
            last = len(found) - 1
    return [
        (inspection, code, own.get((inspection["inspection"], code), _NOTHING), step)
        for inspection, code, step in reversed(found[: last + 1])
    ]


@once
def _stated(tables: Tables) -> dict[Any, Row]:
    """What the data says of comparing two frameworks, by kind, frameworks and later subject."""
    key = ("kind", "previous_framework", "current_framework", "subject")
    return {tuple(row[k] for k in key): row for row in records(tables["comparability"])}


@lru_cache(maxsize=5000)
def _interval(percent: Any, size: Any) -> Row:
    if is_missing(percent) or is_missing(size):
        return {}
    counts = possible_counts(int(percent), int(size))
    if not counts:
        return {"cases": int(size)}
    interval = wilson_interval([counts[0], counts[-1]], int(size))
    return {
        "cases": int(size),
        "lower": round(100 * float(interval.lower[0]), 1),
        "upper": round(100 * float(interval.upper[-1]), 1),
    }


def totals_through_time(tables: Tables, rated: Mapping[Any, Row], rounds: list[Row]) -> list[Row]:
    """A row a round: overall ``rating`` and its ``status``, ``points`` of ``most``, source, place.

    ``way`` is up or down where the score compares with that of the round before and moved.
    """
    rows: list[Row] = []
    for row in rounds:
        bands = of_framework(tables, "overall_bands", row["framework"])
        here = {
            "round": row["round_name"],
            "framework": row["framework"],
            "most": max((band["upper_points"] for band in bands), default=None),
        }
        rows.append(rated[row["inspection"], "overall"] | here)
    for before, now in pairwise(rows):
        known = not is_missing(before["points"]) and not is_missing(now["points"])
        if known and scores_alike(tables, before["framework"], now["framework"]):
            step = now["points"] - before["points"]
            now["way"] = "up" if step > 0 else "down" if step < 0 else None
    return rows


def headline(
    totals: list[Row], figures: list[Row], changes: list[Row], ratings: list[Row]
) -> list[Row]:
    """The first screen as rows of (item, sentence).

    ``changes`` are the rows of key_question_comparison between the first and the last round.
    """
    said = {
        "overall": _way(totals),
        "standards": _ratings_sentence(ratings),
        "questions": _changes_sentence(totals, changes),
        "breaks": _breaks_sentence(figures),
    }
    return [{"item": item, "sentence": sentence} for item, sentence in said.items() if sentence]


def _way(totals: list[Row]) -> str:
    parts = []
    for row in totals:
        rating = row["rating"]
        if is_missing(rating):
            rating = f"no overall rating ({row['status']})"
        score = "" if is_missing(row["points"]) else f" ({row['points']} of {row['most']})"
        parts.append(f"{rating}{score} in {row['round']}")
    return f"{in_words(len(parts), capital=True)} rounds: {joined(parts)}."


def _ratings_sentence(ratings: list[Row]) -> str:
    """How the standards moved that compare over every step."""
    ways = {"rose": 0, "stayed": 0, "fell": 0}
    lines = grouped(ratings, "standard").values()
    whole = max(map(len, lines), default=0)
    for line in lines:
        points: list[Any] = [row.get("points") for row in line]
        if len(line) < whole or None in points or any(row.get("step") == "no" for row in line):
            continue
        step = points[-1] - points[0]
        ways["rose" if step > 0 else "fell" if step < 0 else "stayed"] += 1
    many = sum(ways.values())
    if not many:
        return "No standard's ratings compare over all rounds."
    return (
        f"Of {counted(many, 'standard')} whose ratings compare over every step, "
        f"{in_words(ways['rose'])} {'stands' if ways['rose'] == 1 else 'stand'} higher than at the "
        f"start, {in_words(ways['stayed'])} the same and {in_words(ways['fell'])} lower."
    )


def _changes_sentence(totals: list[Row], changes: list[Row]) -> str:
    known = [
        row for row in changes if row["comparable"] == "yes" and row["change_points"] is not None
    ]
    first, last = totals[0]["round"], totals[-1]["round"]
    if not known:
        return f"No key question of {last} compares with {first}."
    rose = sum(row["change_points"] > 0 for row in known)
    fell = sum(row["change_points"] < 0 for row in known)
    firm = sum(row["change_verdict"] == "significant" for row in known)
    passed = "none passes" if firm == 0 else f"{in_words(firm)} pass{'es' if firm == 1 else ''}"
    return (
        f"From {first} to {last} {in_words(rose)} of {counted(len(known), 'key question')} that "
        f"compare rose and {in_words(fell)} fell; taken one by one, {passed} the inspectorate's "
        "test."
    )


def _breaks_sentence(figures: list[Row]) -> str:
    many = len({row["key_question"] for row in figures if row.get("step") == "no"})
    if not many:
        return ""
    return (
        f"{in_words(many, capital=True)} {'line is' if many == 1 else 'lines are'} broken where "
        "the question or the method changed."
    )


def page_name(provider: str) -> str:
    """Return the name of a provider's page through time."""
    return f"rounds-{provider}"


def through_time(rounds: list[Row], latest: str) -> list[dict[str, str]]:
    """The link (``name``, ``words``) to a provider's page through time, for a page on a round.

    ``rounds`` are the provider's. A page on a round before the third has none: what is made of two
    rounds stays as it is when another is added.
    """
    codes = [row["inspection"] for row in rounds]
    if latest not in codes[FEWEST - 1 :]:
        return []
    return [{"name": page_name(rounds[0]["provider"]), "words": "all rounds on one page"}]


def _comparisons(provider: str, rounds: list[Row]) -> list[dict[str, str]]:
    """The links to the comparisons of each round with the one before it."""
    return [
        {
            "name": comparison_name(provider, before["round_key"], after["round_key"]),
            "words": f"{before['round_name']} and {after['round_name']} compared",
        }
        for before, after in pairwise(rounds)
    ]


def rounds_reports(
    tables: Tables, processed: Mapping[str, pd.DataFrame]
) -> Iterator[ReportSubject]:
    """Return the data of the page through time of each provider with ``FEWEST`` rounds or more."""
    several = {code: own for code, own in rounds_of(tables).items() if len(own) >= FEWEST}
    if not several:
        return
    rated = {
        (row["inspection"], row["standard"]): row | {"rating": row["published_rating"]}
        for row in records(processed["standard_ratings"])
    }
    compared = processed["key_question_comparison"][
        ["previous_inspection", "current_inspection", *_CHANGES]
    ]
    changes = grouped(records(compared), "previous_inspection", "current_inspection")
    for provider, rounds in several.items():
        ends = rounds[0]["inspection"], rounds[-1]["inspection"]
        said, own = _tables(tables, rated, changes[ends], rounds)
        about = _about(tables, provider, rounds, said)
        yield ReportSubject(about, {**own, "sources": cited(tables, own)})


def _tables(
    tables: Tables, rated: Mapping[Any, Row], changes: list[Row], rounds: list[Row]
) -> tuple[str, dict[str, Columns]]:
    """The sentence on the whole, and the tables of a page."""
    # A row a standard and round, with the columns of the figures, the rating and its points.
    ratings = [row for *_, row in _lines(tables, rounds, "standard", "name", rated)]
    figures = figures_through_time(tables, rounds)
    totals = totals_through_time(tables, rated, rounds)
    said = headline(totals, figures, changes, ratings)
    return said[0]["sentence"], {
        "totals": columns_of_rows(totals, _TOTALS),
        "rating_bands": _bands(tables, frozenset(row["framework"] for row in rounds)),
        "ratings": columns_of_rows(ratings, _RATINGS),
        "figures": columns_of_rows(figures, _FIGURES),
        "changes": columns_of_rows(changes, _CHANGES),
        "headline": columns_of_rows(said, _HEADLINE),
    }


@once
def _bands(tables: Tables, frameworks: frozenset[str]) -> Columns:
    bands = tables["rating_bands"]
    return columns_of(bands[bands["framework"].isin(frameworks)])


def _about(tables: Tables, provider: str, rounds: list[Row], said: str) -> dict[str, Any]:
    simulated = providers_by_code(tables)[provider]["simulated"]
    short, full = rounds[-1]["provider_short_name"], rounds[-1]["provider_name"]
    first, last = rounds[0]["round_name"], rounds[-1]["round_name"]
    name = page_name(provider)
    return {
        **about_provider("rounds", name, provider, full, short, simulated),
        "title": f"{short}: {in_words(len(rounds))} inspections, {first} to {last}",
        "result": said,
        "standfirst": f"{full} through all its inspections in the data",
        "dates": [
            f"Round {item['round_name']}{named_then(item, full)}: "
            f"report published {item['published_printed']}"
            for item in rounds
        ],
        "beside": _comparisons(provider, rounds),
        "period": f"{first}/{last}",
        "published": str(rounds[-1]["published"]),
        "reports": [page(name, "rounds", provider=provider)],
    }

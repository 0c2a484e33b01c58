"""What is recommended again and again, whether figures moved afterwards, and use of discretion."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.analysis.national.providers import Latest
from pipeline.analysis.ratings.bands import framework_rows
from pipeline.analysis.records import Row, grouped, records
from pipeline.data import Tables, is_missing

_RECOMMENDED = [
    "key_question", "label", "providers", "again", "followed", "followed_rose", "followed_fell",
    "followed_significant", "others", "others_rose", "others_fell",
]  # fmt: skip
_STANDARDS = [
    "standard", "name", "providers", "again", "followed", "followed_rose", "followed_stayed",
    "followed_fell", "others", "others_rose", "others_stayed", "others_fell",
]  # fmt: skip
_DISCRETION = ["rule", "description", "standards", "providers", "up", "down", "points"]


def recommended_questions(
    tables: Tables, processed: Mapping[str, pd.DataFrame], framework: str, pairs: list[Latest]
) -> pd.DataFrame:
    """A row a key question that recommendations of any plan were tied to, most providers first.

    Columns: ``providers`` with a recommendation tied to it; ``again``, how many of them in more
    than one plan; ``followed``, how many whose plan answers the round before the latest and whose
    figures of both rounds compare; how many of these ``followed_rose, followed_fell`` and how many
    changes pass the inspectorate's test; and, to set beside them, the ``others`` whose figures
    compare too but who were not told. Weak figures rise more often than strong ones by chance alone
    (regression to the mean), so a difference between the two proves nothing by itself.
    """
    links = framework_rows(tables["recommendation_links"], framework)
    links = links[links["kind"] == "key question"]
    told, answered = _told(tables, pairs, zip(links["plan"], links["subject"], strict=True))
    changes = _changes(processed, pairs)
    labels = framework_rows(tables["key_questions"], framework).set_index("key_question")["label"]
    moves: dict[str, dict[str, Row]] = defaultdict(dict)
    for (provider, code), change in changes.items():
        moves[code][provider] = change
    rows: list[Row] = []
    for question, by_provider in told.items():
        moved = moves[question]
        ways = {p: _WAYS[np.sign(int(change["change_points"]))] for p, change in moved.items()}
        significant = {p for p in moved if moved[p]["change_verdict"] == "significant"}
        rows.append(
            {
                "key_question": question,
                "label": labels[question],
                **_followed(ways, by_provider, answered),
                "followed_significant": len(significant & _answering(moved, by_provider, answered)),
            }
        )
    frame = pd.DataFrame(rows, columns=_RECOMMENDED)
    frame = frame.sort_values(["providers", "key_question"], ascending=[False, True])
    return frame.reset_index(drop=True)


def recommended_standards(
    tables: Tables, processed: Mapping[str, pd.DataFrame], framework: str, pairs: list[Latest]
) -> pd.DataFrame:
    """A row a standard that recommendations of any plan were tied to, in the framework's order.

    A recommendation counts for a standard that it is tied to, or whose key question or prompt it is
    tied to. Columns as in ``recommended_questions``, for ratings instead of figures:
    ``followed_rose, followed_stayed, followed_fell`` of the providers whose plan answers the round
    before the latest and whose ratings of both rounds compare, and the same of the ``others``.
    """
    links = framework_rows(tables["recommendation_links"], framework)
    questions = framework_rows(tables["key_questions"], framework)
    prompts = framework_rows(tables["prompts"], framework)
    standard_of = dict(zip(questions["key_question"], questions["standard"], strict=True))
    question_of = dict(zip(prompts["prompt"], prompts["key_question"], strict=True))
    kind, subject = links["kind"], links["subject"]
    asked = subject.where(kind == "key question", subject.map(question_of))
    standards = subject.where(kind == "standard", asked.map(standard_of))
    told, answered = _told(tables, pairs, zip(links["plan"], standards, strict=True))
    codes = _codes(pairs)
    moves: dict[str, dict[str, str]] = defaultdict(dict)
    for move in records(processed["rating_comparison"]):
        pair = (move["current_inspection"], move["previous_inspection"])
        if pair in codes and not is_missing(move["direction"]):
            moves[move["standard"]][move["provider"]] = move["direction"]
    rows: list[Row] = []
    for standard in records(framework_rows(tables["standards"], framework)):
        by_provider = told.get(standard["standard"])
        if by_provider is None:
            continue
        named = {name: standard[name] for name in ("standard", "name")}
        moved = moves[standard["standard"]]
        rows.append({**named, **_followed(moved, by_provider, answered)})
    return pd.DataFrame(rows, columns=_STANDARDS)


def _told(
    tables: Tables, pairs: list[Latest], links: Iterable[tuple[str, Any]]
) -> tuple[dict[str, dict[str, set[str]]], dict[str, set[str]]]:
    """The plans by subject and provider, and by provider those that answer the round before.

    ``links`` are pairs of plan and subject.
    """
    plans = {row["plan"]: row for row in records(tables["plans"])}
    wanted = {pair.provider for pair in pairs}
    told: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for plan, subject in links:
        provider = plans[plan]["provider"]
        if provider in wanted and not is_missing(subject):
            told[subject][provider].add(plan)
    of_inspection = grouped(plans.values(), "inspection")
    answered = {
        pair.provider: {plan["plan"] for plan in of_inspection[_previous(pair)]}
        for pair in pairs
        if pair.previous is not None
    }
    return told, answered


_WAYS = {1: "rose", 0: "stayed", -1: "fell"}


def _followed(
    moved: Mapping[str, str], by_provider: Mapping[str, set[str]], answered: Mapping[str, set[str]]
) -> Row:
    """How many were told, how many again, and which way those told and the others moved."""
    told = _answering(moved, by_provider, answered)
    row: Row = {
        "providers": len(by_provider),
        "again": sum(len(codes) > 1 for codes in by_provider.values()),
    }
    for name, among in (("followed", told), ("others", set(moved) - told)):
        row[name] = len(among)
        row |= {f"{name}_{way}": sum(moved[p] == way for p in among) for way in _WAYS.values()}
    return row


def _answering(
    moved: Iterable[str], by_provider: Mapping[str, set[str]], answered: Mapping[str, set[str]]
) -> set[str]:
    """Those of some providers that were told in a plan that answers the round before."""
    return {p for p in moved if by_provider.get(p, set()) & answered.get(p, set())}


def _previous(pair: Latest) -> str | None:
    return None if pair.previous is None else str(pair.previous["inspection"])


def _codes(pairs: list[Latest]) -> set[tuple[str, str | None]]:
    """The latest inspection of each provider with the one before it."""
    return {(pair.current["inspection"], _previous(pair)) for pair in pairs}


def _changes(
    processed: Mapping[str, pd.DataFrame], pairs: list[Latest]
) -> dict[tuple[str, str], Row]:
    """Changes since the round before that compare without caution, by provider and question."""
    codes = _codes(pairs)
    return {
        (row["provider"], row["key_question"]): row
        for row in records(processed["key_question_comparison"])
        if (row["current_inspection"], row["previous_inspection"]) in codes
        and row["comparable"] == "yes"
        and not is_missing(row["change_points"])
    }


def use_of_discretion(tables: Tables, framework: str, providers: pd.DataFrame) -> pd.DataFrame:
    """A row a rule of discretion: how often it was used in the latest inspections, and which way.

    Columns: ``rule, description, standards`` (ratings of a standard it was used for), ``providers``
    they belong to, ``up, down`` (ratings it raised and lowered) and ``points`` (what it added to
    all scores together). A rating for which two rules are named counts for both.
    """
    used = tables["discretions"].merge(providers[["inspection", "provider"]], on="inspection")
    bands = framework_rows(tables["rating_bands"], framework)
    worth = dict(zip(bands["rating"], bands["points"].astype(int), strict=True))
    rows: list[Row] = []
    for rule in records(framework_rows(tables["discretion_rules"], framework)):
        own = used[used["rule"] == rule["rule"]]
        steps = [worth[row["to_rating"]] - worth[row["from_rating"]] for row in records(own)]
        rows.append(
            {
                "rule": rule["rule"],
                "description": rule["description"],
                "standards": len(own),
                "providers": own["provider"].nunique(),
                "up": sum(step > 0 for step in steps),
                "down": sum(step < 0 for step in steps),
                "points": sum(steps),
            }
        )
    return pd.DataFrame(rows, columns=_DISCRETION)

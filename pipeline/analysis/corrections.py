"""Figures that a later document corrected, and what that moved: verdicts, standings and ratings.

The comparison is worked out a second time on the figures as first printed, and only the questions
that were corrected are tested again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.analysis.comparison import (
    key_question_comparison,
    prompt_comparison,
    rating_comparison,
)
from pipeline.analysis.dictionary import column_types
from pipeline.analysis.inspections import comparator_in_text, inspections_in_order
from pipeline.analysis.ratings.bands import standard_ratings
from pipeline.analysis.records import Row, grouped, records, typed
from pipeline.analysis.sentences import corrections as words
from pipeline.data import Tables

_PAIR = ["previous_inspection", "current_inspection"]

Tested = Callable[[pd.DataFrame, Tables], pd.DataFrame]
"""Gives a comparison its tests, each framework at its own level."""


@dataclass(frozen=True)
class _Kind:
    """A kind of figure: what one is called, where it stands, and what tells it from the others."""

    name: str
    called: str
    table: str
    key: tuple[str, ...]
    figure: str = "percent"
    status: str = "status"


_KINDS = (
    _Kind("key question", "{label} ({key_question})", "key_question_scores",
          ("inspection", "key_question")),
    _Kind("prompt", "Prompt {prompt}", "prompt_scores", ("inspection", "prompt")),
    _Kind("rating", "The rating of standard {standard}", "ratings", ("inspection", "standard"),
          "rating"),
    _Kind("overall rating", "The overall rating", "overall_ratings", ("inspection",), "rating",
          "rating_status"),
    _Kind("score", "The score", "overall_ratings", ("inspection",), "score", "score_status"),
    _Kind("aggregate", "The figure of {name} for {key_question}", "comparator_scores",
          ("comparator", "framework", "key_question")),
)  # fmt: skip


def corrected_figures(
    tables: Tables, processed: Mapping[str, pd.DataFrame], tested: Tested
) -> pd.DataFrame:
    """Return one row a corrected figure and pair of rounds it is shown in.

    A figure counts as corrected where documents print it differently. ``first_printed`` and
    ``now_printed`` are its values, or the status that says why there is none; ``said`` is the
    sentence on it, each printing with its document and day; ``moved`` says what is another now than
    on the figures as first printed, and ``unmoved`` what is not. The columns in pairs hold both:
    ``change_points`` (percentage points), ``verdict`` and ``p`` of the change (two-sided pooled
    Z-test, the largest over all possible bases), ``benchmark_verdict``, and ``bands_give``, the
    rating that the lowest question gives the standard. A pair that a figure is not in has no row;
    a figure that is in none has one without an earlier inspection.
    """
    found = list(_printed_differently(tables))
    rows: list[Row] = []
    if found:
        both = _Both(tables, processed, tested)
        rows = [row for kind, printings in found for row in both.rows(kind, printings)]
    return typed(rows, column_types("corrected_figures"))


def _printed_again(kind: _Kind, tables: Tables) -> pd.DataFrame:
    """Return the rows of figures printed more than once, in the order of their documents."""
    rows = tables[kind.table]
    if "reading" in rows:
        rows = rows[rows["reading"] == "own"]
    rows = rows[rows.duplicated(list(kind.key), keep=False)]
    day = rows["source"].map(tables["sources"].set_index("source")["published"])
    return rows.assign(published=day).sort_values("published", kind="stable", na_position="first")


def _printed_differently(tables: Tables) -> Iterator[tuple[_Kind, list[Row]]]:
    """Each figure that documents print differently, with all its printings in time."""
    for kind in _KINDS:
        again = records(_printed_again(kind, tables))
        for printings in grouped(again, *kind.key).values():
            if len({(row[kind.figure], row[kind.status]) for row in printings}) > 1:
                yield kind, printings


def _as_first_printed(tables: Tables) -> Tables:
    """Return the tables with every figure as its first document printed it."""
    first = dict(tables)
    for kind in _KINDS:
        rows = _printed_again(kind, tables)
        later = rows.index[rows.duplicated(list(kind.key))]
        first[kind.table] = first[kind.table].drop(index=later, errors="ignore")
    return first


class _Both:
    """What is said of the figures as they are now and as they were first printed."""

    def __init__(
        self, tables: Tables, processed: Mapping[str, pd.DataFrame], tested: Tested
    ) -> None:
        self._tables = tables
        first = _as_first_printed(tables)
        questions = key_question_comparison(first)
        prompts = prompt_comparison(first, questions)
        ratings = standard_ratings(first)
        now = processed["key_question_comparison"], processed["prompt_comparison"]
        self._questions, self._prompts = (
            _by_key(frame, tested(_unlike(frame, before), tables), code)
            for frame, before, code in zip(
                now, (questions, prompts), ("key_question", "prompt"), strict=True
            )
        )
        self._directions = _by_key(
            processed["rating_comparison"], rating_comparison(first, ratings), "standard"
        )
        self._ratings = [
            _keyed(frame, ["inspection", "standard"])
            for frame in (processed["standard_ratings"], ratings)
        ]
        self._pairs = records(
            processed["rating_comparison"][["provider", *_PAIR]].drop_duplicates()
        )
        self._rounds = {row["inspection"]: row for row in records(inspections_in_order(tables))}
        self._asked = _keyed(tables["key_questions"], ["framework", "key_question"])
        self._followed = {
            (row["kind"], row["previous_framework"], row["current_framework"],
             row["previous_subject"]): row["subject"]
            for row in records(tables["comparability"])
        }  # fmt: skip
        self._documents = {
            row["source"]: f"{row['title']}, {row['published_printed']}"
            for row in records(tables["sources"])
        }

    def rows(self, kind: _Kind, printings: list[Row]) -> Iterator[Row]:
        """Return the rows of one corrected figure."""
        first, last = printings[0], printings[-1]
        unit = "%" if kind.figure == "percent" else ""
        printed = [
            (words.value(row[kind.figure], row[kind.status], unit), self._documents[row["source"]])
            for row in printings
        ]
        subject = self._subject(kind, last)
        shared = {
            "kind": kind.name,
            "subject": subject,
            "said": words.printed(subject, printed),
            "first_printed": printed[0][0],
            "now_printed": printed[-1][0],
            "first_source": first["source"],
            "first_place": first["place"],
            "source": last["source"],
            "place": last["place"],
        }
        pairs = [pair for pair in self._pairs if self._is_in(kind, last, pair)]
        for pair in pairs or self._alone(last):
            found = self._effects(kind, last, pair)
            effects = words.effects(found)
            yield {
                **shared,
                **pair,
                **found,
                "inspection": last.get("inspection", pair["current_inspection"]),
                "moved": "; ".join(said for said, moved in effects if moved) or None,
                "unmoved": "; ".join(said for said, moved in effects if not moved) or None,
            }

    def _alone(self, row: Row) -> list[Row]:
        inspection = self._rounds.get(row.get("inspection"))
        if inspection is None:  # an aggregate that nothing uses
            return []
        return [
            {
                "provider": inspection["provider"],
                "previous_inspection": None,
                "current_inspection": inspection["inspection"],
            }
        ]

    def _is_in(self, kind: _Kind, row: Row, pair: Row) -> bool:
        current = self._rounds[pair["current_inspection"]]
        if kind.name == "aggregate":
            return (row["comparator"], row["framework"]) == (
                current["comparator"],
                current["framework"],
            )
        return row["inspection"] in (pair["previous_inspection"], pair["current_inspection"])

    def _subject(self, kind: _Kind, row: Row) -> str:
        """The figure in words: what it is of, and of which round."""
        if kind.name == "aggregate":
            return kind.called.format(name=self._aggregate(row), **row)
        inspection = self._rounds[row["inspection"]]
        asked = self._asked.get((inspection["framework"], row.get("key_question")), {})
        return f"{kind.called.format(**{**asked, **row})} in {inspection['round_name']}"

    def _aggregate(self, row: Row) -> str:
        return comparator_in_text(self._tables, row["comparator"])

    def _effects(self, kind: _Kind, row: Row, pair: Row) -> Row:
        """What rests on a figure in a pair of rounds, first and now."""
        found: Row = {"kind": kind.name}
        previous = self._rounds.get(pair["previous_inspection"])
        if previous is not None:
            found["since"] = previous["round_name"]
        code = self._code_here(kind, row, pair)
        key = (pair["previous_inspection"], pair["current_inspection"], code)
        if kind.name in ("key question", "prompt", "aggregate"):
            now, first = (self._prompts if kind.name == "prompt" else self._questions).get(
                key, ({}, {})
            )
            if kind.name != "aggregate":
                for name, of in (
                    ("change_points", "change_points"), ("verdict", "change_verdict"),
                    ("p", "p_max"),
                ):  # fmt: skip
                    found |= {name: now.get(of), f"first_{name}": first.get(of)}
            later = row.get("inspection", pair["current_inspection"]) == pair["current_inspection"]
            if kind.name != "prompt" and later and now.get("comparator_percent") is not None:
                found |= {
                    "aggregate": self._aggregate(now),
                    "benchmark_verdict": now["benchmark_verdict"],
                    "first_benchmark_verdict": first.get("benchmark_verdict"),
                }
        if kind.name == "key question":
            inspection = self._rounds[row["inspection"]]
            standard = self._asked[inspection["framework"], row["key_question"]]["standard"]
            now, first = (own.get((row["inspection"], standard), {}) for own in self._ratings)
            if now.get("agreement") != "judgement":
                found |= {
                    "standard": standard,
                    "bands_give": now.get("derived_rating"),
                    "first_bands_give": first.get("derived_rating"),
                }
        if kind.name == "rating":
            now, first = self._directions.get(key, ({}, {}))
            found |= {"direction": now.get("direction"), "first_direction": first.get("direction")}
            now, first = (own.get((row["inspection"], "overall"), {}) for own in self._ratings)
            found |= {"points": now.get("points"), "first_points": first.get("points")}
        return found

    def _code_here(self, kind: _Kind, row: Row, pair: Row) -> Any:
        """The number by which the later framework of a pair calls what an earlier one printed."""
        code = row.get("key_question", row.get("standard"))
        if kind.name == "prompt":
            return row["prompt"]
        if row.get("inspection") != pair["previous_inspection"]:
            return code
        frameworks = [self._rounds[pair[name]]["framework"] for name in _PAIR]
        if frameworks[0] == frameworks[1]:
            return code
        return self._followed.get((kind.name, *frameworks, code))


def _keyed(frame: pd.DataFrame, key: list[str]) -> dict[tuple[Any, ...], Row]:
    return {tuple(row[name] for name in key): row for row in records(frame)}


def _by_key(now: pd.DataFrame, first: pd.DataFrame, code: str) -> dict[Any, tuple[Row, Row]]:
    """Return the rows that both frames have, by pair of rounds and number."""
    before, after = (_keyed(frame, [*_PAIR, code]) for frame in (first, now))
    return {key: (row, before[key]) for key, row in after.items() if key in before}


def _unlike(now: pd.DataFrame, first: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of ``first`` in which a figure is not the one that counts now."""
    figures = [
        name
        for side in ("previous", "current", "comparator")
        for name in (f"{side}_percent", f"{side}_status")
        if name in first and name in now
    ]
    mine, own = (frame[figures].astype("string").fillna("") for frame in (first, now))
    return first[(mine.to_numpy() != own.to_numpy()).any(axis=1)]

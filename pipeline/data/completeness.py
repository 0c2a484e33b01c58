"""What an inspection needs: one row for each thing its framework asks, whatever it says.

Stated here once. The validator checks it, ``python -m pipeline needs FRAMEWORK`` prints it, and a
figure that is not there still has its row, with a status that says why.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from pipeline.data.codes import code_order
from pipeline.data.problems import Problem
from pipeline.data.relations.rule import SUBJECTS, Frames, Rule, cells, relation


class Need(NamedTuple):
    """One table in which an inspection has a row for each code of its framework's catalogue."""

    table: str
    column: str
    catalogue: str
    what: str
    status: str


_OWN_SCORE = "own score for key question"
#: In the order in which a report is copied.
NEEDS = (
    Need("samples", "sample", "key_questions", "sample", "size_status"),
    Need("key_question_scores", "key_question", "key_questions", _OWN_SCORE, "status"),
    Need("ratings", "standard", "standards", "rating of standard", "status"),
    Need("prompt_scores", "prompt", "prompts", "prompt", "status"),
)
#: What is said in an error; every status is on the list of the column.
_STATUSES = {
    "samples": "not published, not asked, open or not entered yet",
    "key_question_scores": "not published, not asked, suppressed, withdrawn or not entered yet",
    "prompt_scores": "not published, not asked, suppressed, withdrawn or not entered yet",
    "comparator_scores": "not published, not asked, no comparable data or not entered yet",
    "ratings": "not rated, not published, suppressed, withdrawn or not entered yet",
}
_NAMED = 3
_SINGULAR = re.compile(r"\b(sample|score|question|rating|standard|prompt)\b")


def needed(tables: Frames, framework: str) -> dict[str, list[str]]:
    """Return the codes that an inspection of a framework has a row for, by table."""
    found = {}
    for need in NEEDS:
        catalogue = tables[need.catalogue]
        codes = catalogue.loc[catalogue["framework"] == framework, need.column].dropna()
        found[need.table] = sorted(codes.unique(), key=code_order)
    return found


@relation(
    "inspection-is-whole",
    "An inspection has a row for each sample, key question, rating and prompt of its "
    "framework, and one for its overall rating.",
    "inspections",
    *("key_questions", "standards", "prompts", *(need.table for need in NEEDS)),
    "overall_ratings",
)
def _missing(tables: Frames) -> Iterator[Problem]:
    """Yield, for each inspection and table, the codes that have no row."""
    inspections = tables["inspections"]
    each = list(cells(inspections, "inspection", "framework", "provider"))
    catalogues = {code: needed(tables, code) for code in inspections["framework"].unique()}
    for need in NEEDS:
        frame = tables[need.table]
        if need.table == "key_question_scores":
            frame = frame[frame["reading"] == "own"]
        there = _grouped(frame, need.column, "inspection")
        for inspection, framework, provider in each:
            lacking = set(catalogues[framework][need.table]) - there[inspection]
            yield from _lacking(need.table, need.status, inspection, need.what, lacking, provider)
    overall = set(tables["overall_ratings"]["inspection"])
    for inspection, _, provider in each:
        if inspection not in overall:
            fix = (
                "add its overall rating; where there is none, leave rating empty and say why in "
                f"rating_status: {_STATUSES['ratings']}"
            )
            rule = f"has no row for {inspection}"
            yield Problem("overall_ratings.csv", None, None, None, rule, fix, provider)


def _lacking(
    table: str, status: str, owner: str, what: str, lacking: set[str], provider: str | None = None
) -> Iterator[Problem]:
    """Say which codes of an inspection or aggregate have no row, where there are any."""
    codes, many = sorted(lacking, key=code_order), len(lacking)
    if not codes:
        return
    if many > 1:
        what = _SINGULAR.sub(r"\1s", what)
    named = ", ".join(codes[:_NAMED]) + (f" and {many - _NAMED} more" if many > _NAMED else "")
    rule = f"has no row for {owner}: its {what} {named} {'is' if many == 1 else 'are'} missing"
    row = "the row" if many == 1 else f"the {many} rows"
    fix = (
        f"add {row}; where the document gives no figure, leave it empty and say why in {status}: "
        f"{_STATUSES[table]}"
    )
    yield Problem(f"{table}.csv", None, None, None, rule, fix, provider)


def _grouped(frame: pd.DataFrame, column: str, *key: str) -> dict[Any, set[str]]:
    """Return the codes of a column by the value (or values, as a tuple) of some others."""
    found: dict[Any, set[str]] = defaultdict(set)
    for code, *values in cells(frame, column, *key):
        found[values[0] if len(key) == 1 else tuple(values)].add(code)
    return found


@relation(
    "printed-prompts-are-whole",
    "Prompts that a later report prints for an inspection are there for all of them.",
    "inspections",
    "prompts",
    "prompt_scores",
)
def _begun(tables: Frames) -> Iterator[Problem]:
    """Yield sets of prompts that a later report prints for an inspection, cut off at some row."""
    columns = ("inspection", "framework", "provider")
    about = {code: of for code, *of in cells(tables["inspections"], *columns)}
    prompts = _grouped(tables["prompts"], "prompt", "framework")
    there = _grouped(tables["prompt_scores"], "prompt", "inspection", "framework")
    for (inspection, framework), has in there.items():
        own, provider = about[inspection]
        if own != framework:
            what, lacking = f"prompt of {framework}", prompts[framework] - has
            yield from _lacking("prompt_scores", "status", inspection, what, lacking, provider)


@relation(
    "aggregate-is-whole",
    "An aggregate has a row for each key question of a framework that uses it.",
    "comparator_scores",
    "key_questions",
    "inspections",
    "frameworks",
)
def _aggregates(tables: Frames) -> Iterator[Problem]:
    """Yield aggregates without a row for each key question of a framework that uses them."""
    asked = _grouped(tables["key_questions"], "key_question", "framework")
    there = _grouped(tables["comparator_scores"], "key_question", "comparator", "framework")
    used = {
        pair
        for name in ("inspections", "frameworks")
        for pair in cells(tables[name].dropna(subset="comparator"), "comparator", "framework")
    }
    for comparator, framework in sorted(used | set(there)):
        lacking = asked[framework] - there[comparator, framework]
        owner = f"{comparator} and {framework}"
        yield from _lacking("comparator_scores", "status", owner, "key question", lacking)


@relation(
    "comparability-is-whole",
    "Of two frameworks that are compared, each number of both has a row, or a word says so.",
    "inspections",
    "key_questions",
    "standards",
    "comparability",
)
def _compared(tables: Frames) -> Iterator[Problem]:
    """Yield key questions or standards that two frameworks that compare such say nothing of."""
    key = ("previous_framework", "current_framework", "kind")
    there = _grouped(tables["comparability"], "subject", *key)
    known = {pair[:2] for pair in there}
    rounds = tables["inspections"].sort_values("fieldwork_start", kind="stable")
    for _, of_provider in rounds.groupby("provider")["framework"]:
        for before, now in pairwise(of_provider):
            if before != now and (before, now) not in known:
                rule = f"has no row for {before} and {now}, so nothing of them is compared"
                fix = "add a row for each key question and standard, or leave it so"
                yield Problem("comparability.csv", None, None, None, rule, fix, stops=False)
    for kind in ("key question", "rating"):
        table, column = SUBJECTS[kind]
        asked = _grouped(tables[table], column, "framework")
        for before, now, found in sorted(there):
            codes = sorted(asked[before] & asked[now] - there[before, now, found], key=code_order)
            if found == kind and before != now and codes:
                named = ", ".join(codes[:_NAMED]) + (" and more" if len(codes) > _NAMED else "")
                rule = f"has no row for {before} and {now} of the {kind} {named}"
                fix = "add it; where nothing compares, write no in comparable and say why"
                yield Problem("comparability.csv", None, None, None, rule, fix)


@relation(
    "themes-are-whole",
    "A framework has a theme for each of its key questions, or none.",
    "key_questions",
    "themes",
)
def _themed(tables: Frames) -> Iterator[Problem]:
    """Yield frameworks that have themes, but not for each key question."""
    asked = _grouped(tables["key_questions"], "key_question", "framework")
    for framework, has in _grouped(tables["themes"], "key_question", "framework").items():
        codes = sorted(asked[framework] - has, key=code_order)
        if codes:
            rule = f"has no row for key question {codes[0]} of {framework}"
            fix = "give each key question of a framework its theme, or none of them"
            yield Problem("themes.csv", None, None, None, rule, fix)


RULES: list[Rule] = [_missing, _begun, _aggregates, _compared, _themed]

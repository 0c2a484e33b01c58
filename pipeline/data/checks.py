"""Rules that need more than one row: keys, references, and which rules run on which tables."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from difflib import get_close_matches
from typing import Any

import pandas as pd

from pipeline.data.once import Kept
from pipeline.data.package import ForeignKey, Package, Resource
from pipeline.data.problems import Problem
from pipeline.data.relations.rule import Rule, cells, shown
from pipeline.data.relations.rules import RULES
from pipeline.workers import alongside

Frames = dict[str, pd.DataFrame]


def table_problems(
    tables: Frames,
    package: Package,
    broken: set[str],
    *,
    whole: bool = True,
    sound: Collection[str] = (),
    at_once: int = 1,
) -> list[Problem]:
    """Check keys, references and the rules of inspections over all tables.

    ``broken`` names the files that already have problems: a rule that reads one
    of them is skipped, so that one slip is not reported many times over. Tables
    that are not ``whole``, as rows were left out, may be empty. What reads nothing but ``sound``
    files was found to hold of them before. ``at_once`` is how many processes may be at work.
    """
    tables = Kept(tables)
    resources = package.resources
    files = {resource.name: resource.path for resource in resources}
    problems = [
        Problem(files[name], None, None, None, "has a header line but no row", "fill the table in")
        for name in _NEEDED
        if whole and name in tables and tables[name].empty and files[name] not in broken
    ]
    broken = broken | {problem.file for problem in problems}
    for resource in resources:
        if resource.name not in tables:
            continue
        if resource.path not in sound:
            problems += _repeated_keys(tables[resource.name], resource)
        for key in resource.foreign_keys:
            if {resource.path, files[key.resource]} <= set(sound):
                continue
            if key.resource in tables and files[key.resource] not in broken:
                problems += _dangling(tables, resource, key, files)
    faulty = broken | {problem.file for problem in problems}
    rules = [
        rule
        for rule in RULES
        if (whole or not rule.whole) and not set(_read_by(rule, files)) <= set(sound)
    ]
    # Where most files are sound, few rules are left: not worth a process.
    if at_once > 1 and not sound and not faulty and _nothing_found(rules, tables):
        return problems
    there = {files[name] for name in tables}
    found_in: set[str] = set()
    # One slip, one sentence: a row that has been reported is not reported again, nor are rows of
    # other tables that do not go with it.
    said = {(problem.file, problem.line) for problem in problems if problem.line}
    for rule in rules:
        read = _read_by(rule, files)
        if not set(read) <= there or faulty & set(read) or found_in & set(read[1:]):
            continue
        found = [p for p in rule.check(tables) if (p.file, p.line) not in said]
        problems += found
        said |= {(p.file, p.line) for p in found if p.line and p.stops}
        found_in |= {p.file for p in found if p.stops}
    return problems


def _read_by(rule: Rule, files: dict[str, str]) -> list[str]:
    """Return the files that a rule reads, the one it is about first."""
    names = (*rule.tables[:1], *files) if "*" in rule.tables else rule.tables
    return [files.get(name, "") for name in names]


def _nothing_found(rules: list[Rule], tables: Frames) -> bool:
    """Whether no rule finds anything, half of them asked in a process of its own.

    So it is nearly always. Else they are asked again one after the other, as a fault that one
    finds may be what another stumbles over.
    """

    def quiet(some: list[Rule]) -> bool:
        return not any(True for rule in some for _ in rule.check(tables))

    ours: list[bool] = []
    with suppress(Exception):
        others = alongside(lambda _: quiet(rules[::2]), lambda: ours.append(quiet(rules[1::2])), 2)
        return others and all(ours)
    return False


def _repeated_keys(frame: pd.DataFrame, resource: Resource) -> Iterator[Problem]:
    key = list(resource.primary_key)
    keys = list(cells(frame, *key))
    if len(set(keys)) == len(keys):
        return
    again = frame[frame.duplicated(key, keep=False)].sort_index()
    first: dict[tuple[Any, ...], int] = {}
    for line, values in zip(again.index.tolist(), cells(again, *key), strict=True):
        if values in first:
            value = ", ".join(map(shown, values))
            rule = f"stands here again after line {first[values]}"
            fix = f"keep one row for each {' and '.join(key)}: delete this one or correct its code"
            yield Problem(resource.path, line, ", ".join(key), value, rule, fix)
        first.setdefault(values, line)


def _dangling(
    tables: Frames, resource: Resource, key: ForeignKey, files: dict[str, str]
) -> Iterator[Problem]:
    here = tables[resource.name]
    values = list(cells(here, *key.fields))
    known = set(cells(tables[key.resource], *key.reference))
    # A reference with an empty cell refers to nothing.
    wrong = {
        value: ", ".join(map(str, value))
        for value in set(values) - known
        if not any(part is pd.NA for part in value)
    }
    if not wrong:
        return
    # Looking for what was meant takes longest: once for each value, and only so many of them.
    spelled = [", ".join(map(str, value)) for value in known][:_SPELLINGS]
    meant = {}
    for value in sorted(wrong)[:_LOOK_UPS]:
        for close in get_close_matches(wrong[value], spelled, n=1):
            meant[value] = f'write "{close}" if that is what is meant'
    column, file = ", ".join(key.fields), files[key.resource]
    for line, value in zip(here.index.tolist(), values, strict=True):
        if value in wrong:
            fix = f"{meant.get(value, 'check its spelling')}, or add it to {file} first"
            yield Problem(resource.path, line, column, wrong[value], f"is not in {file}", fix)


#: So many spellings are compared with so many unknown values, at most.
_SPELLINGS, _LOOK_UPS = 2000, 100
#: Without a row in each of these there is nothing to report on.
_NEEDED = (
    "sources", "providers", "frameworks", "rating_bands", "overall_bands", "standards",
    "sample_kinds", "key_questions", "inspections", "key_question_scores", "ratings",
    "overall_ratings",
)  # fmt: skip

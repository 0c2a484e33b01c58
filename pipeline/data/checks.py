"""Rules that need more than one row: keys, references, and which rules run on which tables."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import partial

import pandas as pd

from pipeline.data import audit_checks as audits
from pipeline.data import inspection_checks as inspections
from pipeline.data import plan_checks as plans
from pipeline.data.package import ForeignKey, Package, Resource
from pipeline.data.problems import Problem

Frames = dict[str, pd.DataFrame]


def table_problems(tables: Frames, package: Package, broken: set[str]) -> list[Problem]:
    """Check keys, references and the rules of inspections over all tables.

    ``broken`` names the files that already have problems: a rule that reads one
    of them is skipped, so that one slip is not reported many times over.
    """
    resources = package.resources
    files = {resource.name: resource.path for resource in resources}
    problems = [
        Problem(files[name], None, None, None, "has a header line but no row", "fill the table in")
        for name in _NEEDED
        if name in tables and tables[name].empty and files[name] not in broken
    ]
    broken = broken | {problem.file for problem in problems}
    for resource in resources:
        if resource.name not in tables:
            continue
        problems += _repeated_keys(tables[resource.name], resource)
        for key in resource.foreign_keys:
            if key.resource in tables and files[key.resource] not in broken:
                problems += _dangling(tables, resource, key, files)
    faulty = broken | {problem.file for problem in problems}
    for rule, names in _RULES:
        if all(name in tables and files[name] not in faulty for name in names):
            problems += list(rule(tables))
    return problems


def _text(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """Return the values of some columns as one text a row, as a person would read them."""
    first, *others = (frame[column].astype("string").fillna("") for column in columns)
    for other in others:
        first = first + ", " + other
    return first


def _repeated_keys(frame: pd.DataFrame, resource: Resource) -> Iterator[Problem]:
    key = list(resource.primary_key)
    again = frame[frame.duplicated(key, keep=False)].sort_index()
    first: dict[str, int] = {}
    for line, value in _text(again, resource.primary_key).items():
        at = int(str(line))
        if value in first:
            rule = f"stands here again after line {first[value]}"
            fix = f"keep one row for each {' and '.join(key)}: delete this one or correct its code"
            yield Problem(resource.path, at, ", ".join(key), value, rule, fix)
        first.setdefault(value, at)


def _dangling(
    tables: Frames, resource: Resource, key: ForeignKey, files: dict[str, str]
) -> Iterator[Problem]:
    here = tables[resource.name][list(key.fields)].dropna()
    there = tables[key.resource][list(key.reference)].dropna()
    values = list(here.itertuples(index=False, name=None))
    known = set(there.itertuples(index=False, name=None))
    wrong = {value for value in values if value not in known}
    if not wrong:
        return
    # Looking for what was meant takes longest: once for each value, and only so many of them.
    spelled = [", ".join(map(str, value)) for value in known][:_SPELLINGS]
    meant = {}
    for value in sorted(wrong)[:_LOOK_UPS]:
        close = get_close_matches(", ".join(map(str, value)), spelled, n=1)
        if close:
            meant[value] = close[0]
    file = files[key.resource]
    for line, value in zip(here.index, values, strict=True):
        if value in wrong:
            fix = f"check its spelling, or add it to {file} first"
            if value in meant:
                fix = f'write "{meant[value]}" if that is what is meant, or add it to {file} first'
            shown = ", ".join(map(str, value))
            rule = f"is not in {file}"
            yield Problem(resource.path, int(line), ", ".join(key.fields), shown, rule, fix)


#: So many spellings are compared with so many unknown values, at most.
_SPELLINGS, _LOOK_UPS = 2000, 100
#: Without a row in each of these there is nothing to report on.
_NEEDED = (
    "sources",
    "providers",
    "frameworks",
    "rating_bands",
    "overall_bands",
    "standards",
    "sample_kinds",
    "key_questions",
    "inspections",
    "key_question_scores",
    "ratings",
    "overall_ratings",
)
_Rule = Callable[[Frames], Iterator[Problem] | list[Problem]]
#: Each rule with the tables it reads; it runs when all of them are free of problems.
_RULES: list[tuple[_Rule, tuple[str, ...]]] = [
    (inspections.bands, ("rating_bands", "overall_bands", "standards", "frameworks")),
    (inspections.rated_by_bands, ("rating_bands", "ratings", "discretions")),
    (inspections.rated_overall, ("overall_bands", "overall_ratings", "inspections")),
    *(
        (partial(inspections.figure_and_status, *columns), (columns[0],))
        for columns in inspections.FIGURES
    ),
    (inspections.facts_as_printed, ("facts", "measures")),
    (inspections.parts_of_samples, ("sample_kinds",)),
    (inspections.sample_sizes, ("samples", "sample_kinds")),
    (inspections.dates, ("inspections",)),
    (
        inspections.whole,
        (
            "inspections",
            "key_question_scores",
            "ratings",
            "overall_ratings",
            "key_questions",
            "standards",
        ),
    ),
    (inspections.discretions_of_framework, ("inspections", "discretions")),
    (inspections.compared_subjects, ("comparability", "standards", "key_questions")),
    (
        inspections.claimed_measures,
        ("significance_claims", "inspections", "key_questions", "prompts"),
    ),
    (
        plans.check_plans,
        ("plans", "recommendations", "responses", "actions", "action_updates"),
    ),
    (plans.check_follow_up, ("plans", "recommendations", "follow_up")),
    (plans.check_links, ("recommendation_links", "standards", "key_questions", "prompts")),
    (audits.case_references, ("case_audits", "case_allocations")),
    (audits.audited_subjects, ("case_audits", "key_questions", "prompts")),
    (
        audits.allocated_colours,
        ("case_allocations", "allocation_matrix", "allocation_rules"),
    ),
]

"""Rules that need more than one row: keys, references, and which rules run on which tables."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import partial

import pandas as pd

from pipeline.data import inspection_checks as inspections
from pipeline.data import plan_checks as plans
from pipeline.data.package import ForeignKey, Resource
from pipeline.data.problems import Problem

Frames = dict[str, pd.DataFrame]


def table_problems(tables: Frames, resources: list[Resource], broken: set[str]) -> list[Problem]:
    """Check keys, references and the rules of inspections over all tables.

    ``broken`` names the files that already have problems: a rule that reads one
    of them is skipped, so that one slip is not reported many times over.
    """
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


def _text(row: pd.Series, columns: tuple[str, ...]) -> str:
    return ", ".join("" if pd.isna(row[c]) else str(row[c]) for c in columns)


def _repeated_keys(frame: pd.DataFrame, resource: Resource) -> Iterator[Problem]:
    key = list(resource.primary_key)
    first: dict[str, int] = {}
    for line, row in frame[frame.duplicated(key, keep=False)].iterrows():
        value = _text(row, resource.primary_key)
        if value in first:
            rule = f"stands here again after line {first[value]}"
            mend = f"keep one row for each {' and '.join(key)}: delete this one or mend its code"
            yield Problem(resource.path, int(str(line)), ", ".join(key), value, rule, mend)
        else:
            first[value] = int(str(line))


def _dangling(
    tables: Frames, resource: Resource, key: ForeignKey, files: dict[str, str]
) -> Iterator[Problem]:
    frame = tables[resource.name]
    here = frame[list(key.fields)].dropna()
    known = set(tables[key.resource][list(key.reference)].itertuples(index=False, name=None))
    wrong = [tuple(row) not in known for row in here.itertuples(index=False, name=None)]
    spelled = [", ".join(map(str, values)) for values in known]
    for line, row in here[wrong].iterrows():
        value = _text(row, key.fields)
        close = get_close_matches(value, spelled, n=1)
        mend = f"check its spelling, or add it to {files[key.resource]} first"
        if close:
            mend = f'write "{close[0]}" if that is what is meant, or add it to that file first'
        rule = f"is not in {files[key.resource]}"
        yield Problem(resource.path, int(str(line)), ", ".join(key.fields), value, rule, mend)


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
]

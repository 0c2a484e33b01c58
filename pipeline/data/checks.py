"""Rules that need more than one row: keys, references, and what inspections must hold."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches

import pandas as pd

from pipeline.data.package import ForeignKey, Resource
from pipeline.data.problems import Problem

Frames = dict[str, pd.DataFrame]


def table_problems(tables: Frames, resources: list[Resource], broken: set[str]) -> list[Problem]:
    """Check keys, references and the rules of inspections over all tables.

    ``broken`` names the files that already have problems: a rule that reads one
    of them is skipped, so that one slip is not reported many times over.
    """
    files = {resource.name: resource.path for resource in resources}
    problems: list[Problem] = []
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
            mend = f"each {' and '.join(key)} may have one row only; delete one or mend its code"
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
        mend = f"did you mean {close[0]}?" if close else f"add it to {files[key.resource]} first"
        if close:
            mend = f"write {close[0]}, if that is what is meant, or add it to {files[key.resource]}"
        rule = f"is not in {files[key.resource]}"
        yield Problem(resource.path, int(str(line)), ", ".join(key.fields), value, rule, mend)


def _bands(tables: Frames) -> Iterator[Problem]:
    """Bands of percentages, and of points, must cover every value exactly once."""
    for name, low, high in (
        ("rating_bands", "lower_percent", "upper_percent"),
        ("overall_bands", "lower_points", "upper_points"),
    ):
        for framework, bands in tables[name].groupby("framework"):
            standards = (tables["standards"]["framework"] == framework).sum()
            points = tables["rating_bands"].query("framework == @framework")["points"].max()
            end = 100 if name == "rating_bands" else int(points * standards)
            following = 0
            for line, band in bands.sort_values(low).iterrows():
                if band[low] != following or band[high] < band[low]:
                    rule = f"leaves a gap or an overlap: the band should begin at {following}"
                    mend = "let each band begin one above the end of the band before it"
                    yield Problem(f"{name}.csv", int(str(line)), low, str(band[low]), rule, mend)
                    break
                following = int(band[high]) + 1
            else:
                if following != end + 1:
                    rule = f"ends the bands of {framework} at {following - 1} instead of {end}"
                    yield Problem(
                        f"{name}.csv", None, high, None, rule, f"let the last band end at {end}"
                    )


def _percent_and_status(tables: Frames) -> Iterator[Problem]:
    """A percentage stands there exactly when its status is published."""
    for name in ("key_question_scores", "comparator_scores", "prompt_scores"):
        for line, row in tables[name].iterrows():
            published = row["status"] == "published"
            if published == pd.isna(row["percent"]):
                shown = "" if pd.isna(row["percent"]) else str(row["percent"])
                rule = f'does not go with the status "{row["status"]}"'
                mend = "give a percentage exactly when the status is published"
                yield Problem(f"{name}.csv", int(str(line)), "percent", shown, rule, mend)


def _sample_sizes(tables: Frames) -> Iterator[Problem]:
    sizes = {
        (row["inspection"], row["sample"]): row["size"] for _, row in tables["samples"].iterrows()
    }
    whole = dict(tables["sample_kinds"][["sample", "part_of"]].itertuples(index=False, name=None))
    for line, row in tables["samples"].iterrows():
        size = row["size"]
        if (row["size_status"] == "published") == pd.isna(size):
            rule = f'does not go with the status "{row["size_status"]}"'
            mend = "give a size exactly when the status is published"
            shown = "" if pd.isna(size) else str(size)
            yield Problem("samples.csv", int(str(line)), "size", shown, rule, mend)
            continue
        part_of = whole[row["sample"]]
        larger = sizes.get((row["inspection"], part_of), pd.NA)
        if pd.notna(size) and pd.notna(larger) and size > larger:
            rule = f"is larger than the {larger} cases of {part_of}, of which it is a part"
            yield Problem(
                "samples.csv", int(str(line)), "size", str(size), rule, "check both sizes"
            )


def _inspections_are_whole(tables: Frames) -> Iterator[Problem]:
    """Every inspection has one own score a key question and one rating a standard."""
    scores, ratings = tables["key_question_scores"], tables["ratings"]
    overall = set(tables["overall_ratings"]["inspection"])
    for line, inspection in tables["inspections"].iterrows():
        code, framework = inspection["inspection"], inspection["framework"]
        own = scores[(scores["inspection"] == code) & (scores["reading"] == "own")]
        rated = ratings[ratings["inspection"] == code]
        for name, rows, column, catalogue in (
            ("key_question_scores", own, "key_question", "key_questions"),
            ("ratings", rated, "standard", "standards"),
        ):
            for stray, row in rows[rows["framework"] != framework].iterrows():
                rule = f"is not the framework of {code}"
                yield Problem(
                    f"{name}.csv",
                    int(str(stray)),
                    "framework",
                    row["framework"],
                    rule,
                    f"write {framework}",
                )
            asked = tables[catalogue].query("framework == @framework")[column]
            for missing in sorted(set(asked) - set(rows[column])):
                rule = f"has no row for {code} and {column.replace('_', ' ')} {missing}"
                mend = "add the row; where no figure was published, say so in its status"
                yield Problem(f"{name}.csv", None, None, None, rule, mend)
        if code not in overall:
            rule, mend = f"has no row for {code}", "add its overall rating"
            yield Problem("overall_ratings.csv", None, None, None, rule, mend)
        if inspection["published"][:4] < inspection["fieldwork_start"][:4]:
            yield Problem(
                "inspections.csv",
                int(str(line)),
                "published",
                inspection["published"],
                f"lies before the start of fieldwork, {inspection['fieldwork_start']}",
                "check both dates",
            )
    pairs = tables["inspections"].groupby(["provider", "round"])
    for (provider, year), rows in pairs:
        if len(rows) > 1:
            line = int(rows.index[1])
            rule = f"is the second inspection of {provider} in round {year}"
            mend = "give each inspection of a provider a round of its own"
            yield Problem("inspections.csv", line, "round", str(year), rule, mend)


def _plans(tables: Frames) -> list[Problem]:
    from pipeline.data.plan_checks import check_plans

    return check_plans(tables)


_PLAN_TABLES = ("plans", "recommendations", "responses", "actions", "action_updates")
_RULES: list[tuple[Callable[[Frames], Iterator[Problem] | list[Problem]], tuple[str, ...]]] = [
    (_bands, ("rating_bands", "overall_bands", "standards")),
    (_percent_and_status, ("key_question_scores", "comparator_scores", "prompt_scores")),
    (_sample_sizes, ("samples", "sample_kinds")),
    (
        _inspections_are_whole,
        (
            "inspections",
            "key_question_scores",
            "ratings",
            "overall_ratings",
            "key_questions",
            "standards",
        ),
    ),
    (_plans, _PLAN_TABLES),
]

"""The columns of a raw table as a pandera schema, made from the data package.

The checks run on the text of each cell, before any conversion, so that what is
reported is what a person sees in the file.
"""

import re
from collections.abc import Callable

import pandas as pd
import pandera.pandas as pa

from pipeline.data.package import FORMS, MONTH_OR_DAY, Field, Resource
from pipeline.data.problems import Problem

_NUMBER = {"integer": r"-?(0|[1-9][0-9]*)", "number": r"-?(0|[1-9][0-9]*)(\.[0-9]+)?"}
_WORDS = {"integer": "a whole number", "number": "a number"}
_LIKE = {"integer": "74", "number": "4.3"}
_DIGITS = 15  # What every number type holds exactly; no published figure comes near it.
_SEPARATOR = "|mend:"
# Control, format and line-separating characters: unseen on the screen, they make two codes that
# look alike differ, and a line break would put one row on two lines of the file.
_UNSEEN = "[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]"

Test = Callable[[pd.Series], pd.Series]


def column_problems(frame: pd.DataFrame, resource: Resource) -> list[Problem]:
    """Check every cell of a table of text against its column; one problem a cell."""
    schema = pa.DataFrameSchema({f.name: pa.Column(str, _checks(f)) for f in resource.fields})
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        failures = errors.failure_cases.drop_duplicates(["index", "column"])
        return [
            Problem(resource.path, int(line), column, str(value) or None, *rule.split(_SEPARATOR))
            for line, column, value, rule in failures[
                ["index", "column", "failure_case", "check"]
            ].itertuples(index=False)
        ]
    return []


def _checks(field: Field) -> list[pa.Check]:
    """Return the checks of one column, the most telling first."""
    limits = field.constraints
    rules: list[tuple[Test, str, str]] = []
    if field.required:
        mend = "fill it in: " + field.description.rstrip(".")
        rules.append((lambda cells: cells != "", "is empty", mend))
    rules += [
        (
            lambda cells: ~cells.str.contains(_UNSEEN),
            "holds a line break, a tab or another character that cannot be seen",
            "delete it, or type the cell again",
        ),
        (
            lambda cells: cells == cells.str.strip(),
            "begins or ends with a blank",
            "delete the blank",
        ),
    ]
    if field.type in _NUMBER:
        rules += _number_rules(field)
    if field.type == "date":
        rules.append((_is_day, "is not a date", "write year, month and day as in 2020-02-07"))
    if "enum" in limits:
        mend = "write one of: " + ", ".join(limits["enum"])
        rules.append(
            (lambda cells: cells.isin(limits["enum"]), "is not one of the words allowed here", mend)
        )
    if "pattern" in limits:
        form = re.compile(limits["pattern"])
        mend = "write it like this: " + field.description.rstrip(".")
        if form.pattern in FORMS:
            mend = FORMS[form.pattern].mend
        rules.append(
            (
                lambda cells: cells.map(lambda cell: form.fullmatch(cell) is not None),
                "does not have the form this column needs",
                mend,
            )
        )
    if field.type == "date" or limits.get("pattern") == MONTH_OR_DAY:
        mend = "check the date against the document"
        rules.append((_is_in_calendar, "is not a date of the calendar", mend))
    if "maxLength" in limits:
        longest = limits["maxLength"]
        rule = f"is longer than {longest} characters"
        rules.append((lambda cells: cells.str.len() <= longest, rule, "shorten it"))
    return [
        pa.Check(test if rule == "is empty" else _or_empty(test), error=rule + _SEPARATOR + mend)
        for test, rule, mend in rules
    ]


def _or_empty(test: Test) -> Test:
    """Let an empty cell pass: whether it may be empty is a rule of its own."""
    return lambda cells: (cells == "") | test(cells).astype(bool)


def _is_day(cells: pd.Series) -> pd.Series:
    return cells.str.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _is_in_calendar(cells: pd.Series) -> pd.Series:
    """Whether a cell is a day of the calendar; what is not written as a day counts as one."""
    days = pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce")
    return days.notna() | ~_is_day(cells)


def _number_rules(field: Field) -> list[tuple[Test, str, str]]:
    rules: list[tuple[Test, str, str]] = [
        (
            lambda cells: cells.str.fullmatch(_NUMBER[field.type]),
            f"is not {_WORDS[field.type]}",
            f"write digits only, as in {_LIKE[field.type]}, without %, blanks or commas",
        ),
        (
            lambda cells: cells.str.count("[0-9]") <= _DIGITS,
            f"has more than {_DIGITS} digits",
            "check it against the document",
        ),
    ]
    lowest = field.constraints.get("minimum", float("-inf"))
    highest = field.constraints.get("maximum", float("inf"))
    mend = "check it against the document"

    def numbers(cells: pd.Series) -> pd.Series:
        # What is not a number has its own problem; here it counts as inside.
        return pd.to_numeric(cells, errors="coerce")

    rules.append((lambda c: ~(numbers(c) < lowest), f"is below {lowest}, the least allowed", mend))
    rules.append((lambda c: ~(numbers(c) > highest), f"is above {highest}, the most allowed", mend))
    return rules

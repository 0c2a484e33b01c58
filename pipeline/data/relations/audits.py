"""Relations of case audits and allocations, which a provider writes itself."""

from collections import defaultdict

import pandas as pd

from pipeline.data.relations import rule
from pipeline.data.relations.rule import (
    SUBJECTS,
    Frames,
    Rows,
    Rule,
    cells,
    earlier,
    rows_with,
)


@rows_with("case_allocations", "allocation_matrix", "allocation_rules")
def _with_colours(tables: Frames) -> pd.DataFrame:
    """Allocations with the colours that their report prints; of "Blue/Red" it prints either."""
    printed: dict[str, set[str]] = defaultdict(set)
    for name in ("allocation_matrix", "allocation_rules"):
        for inspection, colour in cells(tables[name], "inspection", "colour"):
            printed[inspection] |= {colour, *colour.split("/")}
    cases = tables["case_allocations"]
    return cases.assign(
        known=[", ".join(sorted(printed[inspection])) for inspection in cases["inspection"]],
        printed=[colour in printed[of] for of, colour in cells(cases, "inspection", "colour")],
    )


YEARS = 10
"""Audits of one provider that lie further apart are a slip in a year."""


def _dated(table: str) -> Rows:
    """The rows with the day of this machine and the years between them and the latest."""

    @rows_with(table)
    def rows(tables: Frames) -> pd.DataFrame:
        frame = tables[table]
        year = frame["date"].str[:4].astype("Int64")
        latest = year.groupby(frame["provider"]).transform("max")
        return frame.assign(today=rule.today(), latest=latest, apart=latest - year)

    return rows


RULES: list[Rule] = [
    *(
        rule
        for table in ("case_audits", "case_allocations")
        for rule in (
            _dated(table).rule(
                f"{table.replace('_', '-')}-not-ahead",
                f"A date in {table}.csv is of what has been, not of what is to come.",
                "date",
                lambda frame: earlier(frame["today"], frame["date"]),
                "lies ahead: by this machine, today is {today}",
                "check the year",
            ),
            _dated(table).rule(
                f"{table.replace('_', '-')}-within-years",
                f"Dates of one provider in {table}.csv lie within {YEARS} years.",
                "date",
                lambda frame: frame["apart"].gt(YEARS),
                f"lies more than {YEARS} years before the latest of this provider, of {{latest}}",
                "check the year of both",
            ),
            Rows(table).rule(
                f"{table.replace('_', '-')}-reference",
                f"A case reference in {table}.csv holds a digit: a word alone may be a person's "
                "name.",
                "case",
                lambda frame: ~frame["case"].str.contains("[0-9]"),
                "has no digit, so it may be a name",
                "write the reference of the case, as in a1027, and never a person's name",
            ),
        )
    ),
    *(
        Rows("case_audits")
        .with_unknown("subject", "framework", kind)
        .rule(
            f"audited-{kind.replace(' ', '-')}",
            f"A {kind} that was audited is one of the framework.",
            "subject",
            lambda frame: frame["unknown"],
            f"is no {kind} of {{framework}}",
            f"write the number as {SUBJECTS[kind][0]}.csv has it",
        )
        for kind in ("key question", "prompt")
    ),
    _with_colours.rule(
        "allocation-colour",
        "The colour of an allocated case is one that the report it is held against prints.",
        "colour",
        lambda frame: ~frame["printed"],
        "is no colour that the report of {inspection} prints",
        "write one of: {known}",
    ),
]

"""Relations of case audits and allocations, which a provider writes itself."""

from collections.abc import Iterator

import pandas as pd

from pipeline.data.problems import Problem
from pipeline.data.relations.rule import (
    Frames,
    Rows,
    Rule,
    among,
    cells,
    relation,
    rows_with,
    wrong_rows,
)

_KINDS = {"key question": ("key_questions", "key_question"), "prompt": ("prompts", "prompt")}


def _of_kind(kind: str) -> Rows:
    """The audits that asked questions of one kind, and whether their framework has each."""
    table, column = _KINDS[kind]

    @rows_with("case_audits", table)
    def of(tables: Frames) -> pd.DataFrame:
        audits = tables["case_audits"]
        audits = audits[audits["kind"] == kind]
        here, there = ["framework", "subject"], ["framework", column]
        return audits.assign(known=among(audits, here, tables[table], there))

    return of


def _printed_colours(tables: Frames) -> dict[str, set[str]]:
    """The colours that each report prints; one printed as two ("Blue/Red") may be either."""
    found: dict[str, set[str]] = {}
    for name in ("allocation_matrix", "allocation_rules"):
        for inspection, colour in cells(tables[name], "inspection", "colour"):
            found.setdefault(inspection, set()).update({colour, *colour.split("/")})
    return found


@relation(
    "allocation-colour",
    "The colour of an allocated case is one that the report it is held against prints.",
    "case_allocations",
    "allocation_matrix",
    "allocation_rules",
)
def _allocation_colour(tables: Frames) -> Iterator[Problem]:
    cases, printed = tables["case_allocations"], _printed_colours(tables)
    wrong = [
        colour not in printed.get(inspection, set())
        for inspection, colour in cells(cases, "inspection", "colour")
    ]
    known = [", ".join(sorted(printed.get(code, set()))) for code in cases["inspection"]]
    yield from wrong_rows(
        "case_allocations",
        cases.assign(known=known),
        wrong,
        "colour",
        "is no colour that the report of {inspection} prints",
        "write one of: {known}",
    )


RULES: list[Rule] = [
    *(
        Rows(table).rule(
            f"{table.replace('_', '-')}-reference",
            f"A case reference in {table}.csv holds a digit: a word alone may be a person's name.",
            "case",
            lambda frame: ~frame["case"].str.contains("[0-9]"),
            "has no digit, so it may be a name",
            "write the reference of the case, as in a1027, and never a person's name",
        )
        for table in ("case_audits", "case_allocations")
    ),
    *(
        _of_kind(kind).rule(
            f"audited-{kind.replace(' ', '-')}",
            f"A {kind} that was audited is one of the framework.",
            "subject",
            lambda frame: ~frame["known"],
            f"is no {kind} of {{framework}}",
            f"write the number as {_KINDS[kind][0]}.csv has it",
        )
        for kind in _KINDS
    ),
    _allocation_colour,
]

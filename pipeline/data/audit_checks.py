"""Rules of case audits and allocations that need more than one column or table."""

from collections.abc import Iterator, Mapping

import pandas as pd

from pipeline.data.problems import Problem

Frames = Mapping[str, pd.DataFrame]

_FILES = {"case_audits": "case_audits.csv", "case_allocations": "case_allocations.csv"}


def case_references(tables: Frames) -> Iterator[Problem]:
    """A case reference holds a digit: a word alone may be a person's name."""
    for name, file in _FILES.items():
        cases = tables[name]["case"]
        for line, case in cases[~cases.str.contains("[0-9]")].items():
            rule = "has no digit, so it may be a name"
            fix = "write the reference of the case, as in a1027, and never a person's name"
            yield Problem(file, int(str(line)), "case", str(case), rule, fix)


def audited_subjects(tables: Frames) -> Iterator[Problem]:
    """What was asked in an audit is a key question or prompt of its framework."""
    known = {
        kind: set(zip(tables[table]["framework"], tables[table][column], strict=True))
        for kind, table, column in (
            ("key question", "key_questions", "key_question"),
            ("prompt", "prompts", "prompt"),
        )
    }
    audits = tables["case_audits"]
    for line, kind, framework, subject in zip(
        audits.index, audits["kind"], audits["framework"], audits["subject"], strict=True
    ):
        if (framework, subject) not in known[kind]:
            rule = f"is no {kind} of {framework}"
            fix = f"write the number as {kind.replace(' ', '_')}s.csv has it"
            yield Problem("case_audits.csv", int(str(line)), "subject", str(subject), rule, fix)


def allocated_colours(tables: Frames) -> Iterator[Problem]:
    """A colour is one that the published rules print, alone or together with another."""
    printed: dict[str, set[str]] = {}
    for matrix in ("allocation_matrix", "allocation_rules"):
        rows = tables[matrix][["inspection", "colour"]].dropna()
        for inspection, colour in rows.itertuples(index=False, name=None):
            printed.setdefault(inspection, set()).update({colour, *colour.split("/")})
    cases = tables["case_allocations"]
    for line, inspection, colour in zip(
        cases.index, cases["inspection"], cases["colour"], strict=True
    ):
        known = sorted(printed.get(inspection, set()))
        if colour not in known:
            rule = f"is no colour that the report of {inspection} prints"
            fix = f"write one of: {', '.join(known)}" if known else "name an inspection with rules"
            yield Problem("case_allocations.csv", int(str(line)), "colour", str(colour), rule, fix)

"""What the commands about the raw data print: the rules, and what an inspection needs."""

import textwrap
from pathlib import Path

from pipeline.data.completeness import NEEDS, needed
from pipeline.data.problems import InvalidData, Problem
from pipeline.data.relations.rules import RULES
from pipeline.data.tables import load

_WIDTH = 100


def rules() -> str:
    """Return every relation that must hold: its name, what it says and the tables it reads."""
    lines = [f"{len(RULES)} relations hold between the rows of the raw tables."]
    for rule in RULES:
        tables = ", ".join("every table" if name == "*" else name for name in rule.tables)
        lines += ["", rule.name, *_indented(rule.holds), *_indented(f"Reads {tables}.")]
    return "\n".join(lines) + "\n"


def needs(framework: str, folder: Path | None = None) -> str:
    """Return the rows that an inspection of a framework must have, table by table.

    Raises InvalidData where the raw tables cannot be read or have no such framework.
    """
    tables = load(folder)
    known = list(tables["frameworks"]["framework"])
    if framework not in known:
        rule, fix = "is not in frameworks.csv", "write one of: " + ", ".join(known)
        raise InvalidData([Problem("frameworks.csv", None, "framework", framework, rule, fix)])
    lines = [
        f"An inspection of {framework} has, besides its row in inspections.csv,",
        "one row in overall_ratings.csv and these rows; a figure that is not there keeps its row,",
        "empty, with a status that says why:",
    ]
    codes = needed(tables, framework)
    for need in NEEDS:
        found = codes[need.table]
        lines += [
            "",
            f"{need.table}.csv: {len(found)} rows, one for each {need.column} "
            f"(why empty: {need.status})",
            *_indented(", ".join(found) or "none"),
        ]
    lines += [
        "",
        "An aggregate that it names in inspections.csv has a row for each key question in",
        "comparator_scores.csv. Discretions, facts and claims have rows for what is printed.",
    ]
    return "\n".join(lines) + "\n"


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")

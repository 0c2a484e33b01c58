"""Load every raw table, checked and typed, or say everything that is wrong with them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.data.folders import raw_folder
from pipeline.data.package import Resource, read_package
from pipeline.data.problems import InvalidData, Problem

#: The raw tables by name; the index of each is the line of the row in its file.
Tables = Mapping[str, pd.DataFrame]

_DTYPES = {"integer": "Int64", "number": "Float64", "string": "string", "date": "string"}


def load(folder: Path | str | None = None) -> Tables:
    """Return every table of a raw folder (default: the project's) as a DataFrame.

    Columns and their meaning are in ``docs/data-dictionary.md``. Whole numbers
    are Int64, other numbers Float64, text and dates string; a missing value is
    ``pd.NA``. Percentages run from 0 to 100. Raises InvalidData with every
    problem of every file when any rule is broken; nothing is loaded then.
    """
    # Reading pandera takes 0.1 s; what only looks at the package does not pay for it.
    from pipeline.data.checks import table_problems
    from pipeline.data.read import read_text
    from pipeline.data.schema import column_problems

    folder = Path(folder) if folder else raw_folder()
    resources = read_package(folder)
    problems: list[Problem] = []
    tables: dict[str, pd.DataFrame] = {}
    for resource in resources:
        text, found = read_text(folder, resource)
        if text is not None:
            cells = column_problems(text, resource)
            bad_lines = {problem.line for problem in cells}
            # A row with a bad cell has been reported; the rest of the table still counts.
            tables[resource.name] = _typed(text[~text.index.isin(bad_lines)], resource)
            found = found + cells
        problems += found
    broken = {problem.file for problem in problems}
    problems += table_problems(tables, resources, broken)
    if problems:
        raise InvalidData(problems)
    return tables


def is_missing(value: Any) -> bool:
    """Whether a single value of a table is missing."""
    return bool(pd.isna(value))


def _typed(text: pd.DataFrame, resource: Resource) -> pd.DataFrame:
    empty_as_missing = text.astype("string").replace("", pd.NA)
    return empty_as_missing.astype({f.name: _DTYPES[f.type] for f in resource.fields})

"""Rows as plain dictionaries, for rules that look at one row at a time.

Looking up single cells of a DataFrame costs a hundred times what a dictionary
does, and a national edition has hundreds of thousands of them.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pandas as pd

Row = dict[str, Any]


def records(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a table as dictionaries, in order; a missing value is None."""
    # A column at a time: to_dict("records") looks every column up by its position, which takes
    # longer than all the rest where a table is wide and short.
    names: list[str] = []
    columns: list[list[Any]] = []
    for name, column in frame.items():
        names.append(str(name))
        columns.append([None if value is pd.NA else value for value in column.tolist()])
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def grouped(rows: Iterable[Row], *key: str) -> dict[Any, list[Row]]:
    """Return rows by the value (or values, as a tuple) of some columns, each group in order.

    A group that is not there is an empty list.
    """
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key[0]] if len(key) == 1 else tuple(row[k] for k in key)].append(row)
    return groups

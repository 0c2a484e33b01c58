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
    """Return the rows of a table as dictionaries, in order; a missing value is ``pd.NA``."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def grouped(rows: Iterable[Row], *key: str) -> dict[Any, list[Row]]:
    """Return rows by the value (or values, as a tuple) of some columns, each group in order.

    A group that is not there is an empty list.
    """
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key[0]] if len(key) == 1 else tuple(row[k] for k in key)].append(row)
    return groups

"""Rows of tables: looked up by key, grouped, and as plain dictionaries.

Looking up single cells of a DataFrame costs a hundred times what a dictionary
does, and a national edition has hundreds of thousands of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from pandas.api.extensions import take

Row = dict[str, Any]


def look_up(
    rows: pd.DataFrame,
    other: pd.DataFrame,
    key: Sequence[str],
    columns: Sequence[str] | Mapping[str, str],
    other_key: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return rows with some columns of the one row of another table that has their key.

    ``columns`` are names, or names with what to call them here; ``other_key`` what the key is
    called there. A row without a counterpart, or whose key is missing, gets missing values; the
    rows keep their order and number.

    >>> frame = pd.DataFrame({"a": ["x", "y"]}, dtype="string")
    >>> other = pd.DataFrame({"a": ["y"], "b": ["1"]}, dtype="string")
    >>> look_up(frame, other, ["a"], ["b"])["b"].isna().tolist()
    [True, False]
    """
    names = dict(columns) if isinstance(columns, Mapping) else {name: name for name in columns}
    at = {found: place for place, found in enumerate(row_values(other, other_key or key))}
    if len(at) < len(other):
        raise ValueError(f"More than one row has the same {', '.join(other_key or key)}.")
    places = [at.get(wanted, -1) for wanted in row_values(rows, key)]
    # The place -1 is none of the rows', so that it gives missing values.
    found = {
        here: take(other[name].values, places, allow_fill=True) for name, here in names.items()
    }
    known = [name for name in found if name in rows]
    return (rows.drop(columns=known) if known else rows).assign(**found)


def row_values(frame: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the values of some columns, row by row; faster than a mask in a short table."""
    return zip(*(frame[name].tolist() for name in columns), strict=True)


def in_force(
    rows: pd.DataFrame, key: Sequence[str], figures: Sequence[str], sources: pd.DataFrame
) -> pd.DataFrame:
    """Return one row a figure: that of the document published last, with the one first printed.

    ``rows`` may print a figure more than once (an erratum); ``key`` says what is the same figure.
    Added are ``first_`` columns of the ``figures`` and of ``source`` and ``place``: what was first
    printed, missing where the figure was printed once, or every time alike.
    """
    again = rows.duplicated(key, keep=False)
    kept, first = rows[~again], rows[again]
    if not first.empty:  # hardly a figure is printed again
        dated = look_up(first, sources, ["source"], ["published"])
        ordered = dated.sort_values("published", kind="stable", na_position="first")
        last = ordered.drop_duplicates(key, keep="last").drop(columns="published")
        kept = pd.concat([kept, last])
        unlike = dated[[*key, *figures]].drop_duplicates()
        corrected = unlike[unlike.duplicated(key, keep=False)][list(key)].drop_duplicates()
        first = ordered.drop_duplicates(key, keep="first").merge(corrected, on=list(key))
    names = {name: f"first_{name}" for name in [*figures, "source", "place"]}
    return look_up(kept.sort_index(), first, key, names)


def records(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a table as dictionaries, in order; a missing value is None."""
    # A column at a time: to_dict("records") looks every column up by its position, which takes
    # longer than all the rest where a table is wide and short.
    missing, names = pd.NA, [str(name) for name in frame]
    columns = [
        [None if value is missing else value for value in column.tolist()]
        for _, column in frame.items()
    ]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def grouped(rows: Iterable[Row], *key: str) -> dict[Any, list[Row]]:
    """Return rows by the value (or values, as a tuple) of some columns, each group in order.

    A group that is not there is an empty list.
    """
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key[0]] if len(key) == 1 else tuple(row[k] for k in key)].append(row)
    return groups


def first_spellings(names: Iterable[str]) -> dict[str, str]:
    """Return names with the first of each that differs in capitals, blanks or punctuation only.

    >>> first_spellings(["Larkfield Trust", "LARKFIELD  trust.", "Oakmere"])["LARKFIELD  trust."]
    'Larkfield Trust'
    """
    first: dict[str, str] = {}
    plain = {name: "".join(filter(str.isalnum, name.casefold())) for name in names}
    return {name: first.setdefault(letters, name) for name, letters in plain.items()}


def typed(rows: Iterable[Mapping[str, Any]], types: Mapping[str, Any]) -> pd.DataFrame:
    """Return rows as a table with the columns and types given, in their order.

    What a row does not hold is missing; what it holds besides is left out.

    >>> typed([{"cases": 25, "month": "2020-03"}, {}], {"cases": "Int64"})["cases"].tolist()
    [25, <NA>]
    """
    known = list(rows)
    # A column at a time: what pandas would make of the rows by itself takes as long again.
    return pd.DataFrame(
        {name: pd.array([row.get(name) for row in known], kind) for name, kind in types.items()}
    )

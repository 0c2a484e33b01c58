"""What a rule is: its name, what must hold, the tables it reads, and what it says of a row."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from pipeline.data.problems import Problem

Frames = Mapping[str, pd.DataFrame]
Check = Callable[[Frames], Iterable[Problem]]
#: A table with columns looked up in others, and what is true of each row at fault.
Of = Callable[[Frames], pd.DataFrame]
Wrong = Callable[[pd.DataFrame], Any]


@dataclass(frozen=True)
class Rule:
    """One relation between rows. ``check`` yields a problem for each row that breaks it.

    ``whole``: it counts rows, so that it is not asked again once a provider's rows are left out.
    """

    name: str
    holds: str
    tables: tuple[str, ...]
    check: Check
    whole: bool = False


def relation(name: str, holds: str, *tables: str, whole: bool = False) -> Callable[[Check], Rule]:
    """Make a rule of a function that yields the problems itself."""
    return lambda check: Rule(name, holds, tables, check, whole)


@dataclass(frozen=True)
class Rows:
    """Rows of one table that rules are about, as ``of`` returns them: with columns looked up.

    ``reads`` names the other tables they are looked up in.
    """

    table: str
    reads: tuple[str, ...] = ()
    of: Of | None = None

    def frame(self, tables: Frames) -> pd.DataFrame:
        """Return the rows, each with the line it stands on as its index."""
        return self.of(tables) if self.of else tables[self.table]

    def with_columns(self, other: str, key: str, *, here: str = "", **columns: str) -> "Rows":
        """Look up columns of another table by its ``key``, which is called ``here`` in this one.

        ``columns`` are their names there, by what they are called here.
        """

        def of(tables: Frames) -> pd.DataFrame:
            frame, table = self.frame(tables), tables[other]
            keys = frame[here or key]
            found = {name: look_up(keys, table, key, there) for name, there in columns.items()}
            return frame.assign(**found)

        return Rows(self.table, (*self.reads, other), of)

    def with_first(self, column: str, *key: str) -> "Rows":
        """Add as ``first`` what a column holds in the first row that has the same key."""

        def of(tables: Frames) -> pd.DataFrame:
            frame = self.frame(tables).sort_index()
            return frame.assign(first=frame.groupby(list(key))[column].transform("first"))

        return Rows(self.table, self.reads, of)

    def rule(
        self,
        name: str,
        holds: str,
        column: str,
        wrong: Wrong,
        says: str,
        fix: str,
        *,
        stops: bool = True,
    ) -> Rule:
        """Make a rule about single rows.

        ``wrong`` is true for each row at fault; ``column`` is where it is reported. The sentence
        and the fix may name any column of the rows in braces.
        """

        def check(tables: Frames) -> Iterator[Problem]:
            frame = self.frame(tables)
            return wrong_rows(self.table, frame, wrong(frame), column, says, fix, stops=stops)

        return Rule(name, holds, (self.table, *self.reads), check)


def rows_with(table: str, *reads: str) -> Callable[[Of], Rows]:
    """Make rows of a function that returns a table with columns looked up in others."""
    return lambda of: Rows(table, reads, of)


def numbered(name: str, holds: str, table: str, column: str, *groups: str) -> Rule:
    """Make a rule that the numbers in a column run from 1 without a gap, in each group of rows."""

    def check(tables: Frames) -> Iterator[Problem]:
        frame = tables[table].sort_values(column, kind="stable")
        before: dict[tuple[Any, ...], int] = {}
        for line, number, *group in zip(
            frame.index, *(frame[name] for name in (column, *groups)), strict=True
        ):
            last = before.get(tuple(group), 0)
            if number > last + 1:
                whole = f" of {', '.join(map(str, group))}" if group else ""
                rule = f"leaves a gap: there is no {column} {last + 1}{whole}"
                fix = "look for a lost row, or number them from 1 in the order of the document"
                yield Problem(f"{table}.csv", int(line), column, str(number), rule, fix)
            before[tuple(group)] = number

    return Rule(name, holds, (table,), check)


def wrong_rows(
    table: str,
    frame: pd.DataFrame,
    wrong: Any,
    column: str,
    says: str,
    fix: str,
    *,
    stops: bool = True,
) -> Iterator[Problem]:
    """Yield a problem for each row of ``frame`` where ``wrong`` is true (missing counts as not)."""
    at_fault = pd.Series(wrong, index=frame.index).astype("boolean").fillna(False)
    if not at_fault.any():
        return
    for line, row in frame[at_fault].sort_index().iterrows():
        words = {name: shown(value) for name, value in row.items()}
        value = ", ".join(words[name] for name in column.split(", "))
        yield Problem(
            f"{table}.csv",
            int(str(line)),
            column,
            value,
            says.format_map(words),
            fix.format_map(words),
            stops=stops,
        )


def shown(value: object) -> str:
    """Return a value as it stands in the file."""
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def cells(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Yield the values of some columns row by row."""
    return zip(*(frame[column].tolist() for column in columns), strict=True)


def unlike(column: str, other: str) -> Wrong:
    """Whether a row has different values in two columns, both of them filled."""
    return lambda frame: frame[column].ne(frame[other])


def repeated(*key: str) -> Wrong:
    """Whether a row has the values of an earlier row in some columns, all of them filled."""

    def wrong(frame: pd.DataFrame) -> pd.Series:
        ordered = frame.sort_index()
        filled = ordered[list(key)].notna().all(axis=1)
        return (ordered.duplicated(list(key)) & filled).reindex(frame.index)

    return wrong


def look_up(keys: pd.Series, table: pd.DataFrame, code: str, value: str) -> pd.Series:
    """Return a column of another table for each key; missing where the key is not there.

    Plain dictionaries: tables are short, and joining them takes pandas longer than all the rest.
    """
    there: dict[Any, Any] = {}
    for known, found in cells(table, code, value):
        there.setdefault(known, found)
    found = [pd.NA if key is pd.NA else there.get(key, pd.NA) for key in keys.tolist()]
    return pd.Series(found, index=keys.index, dtype=table[value].dtype)


def among(frame: pd.DataFrame, columns: list[str], table: pd.DataFrame, theirs: list[str]) -> Any:
    """Whether the values of some columns stand together in a row of another table."""
    known = set(cells(table, *theirs))
    found = [row in known for row in cells(frame, *columns)]
    return pd.Series(found, index=frame.index, dtype="boolean")


def today() -> str:
    """Return the day of the machine: it refuses what lies ahead, and never reaches a page."""
    return date.today().isoformat()


def earlier(first: pd.Series, second: pd.Series) -> pd.Series:
    """Whether one date lies before another, to the year, month or day that both are known to."""
    found = [
        isinstance(a, str) and isinstance(b, str) and a[: len(b)] < b[: len(a)]
        for a, b in zip(first.tolist(), second.tolist(), strict=True)
    ]
    return pd.Series(found, index=first.index, dtype="boolean")

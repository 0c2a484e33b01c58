"""What a rule is: its name, what must hold, the tables it reads, and what it says of a row."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from pipeline.data.once import once
from pipeline.data.problems import Problem

Frames = Mapping[str, pd.DataFrame]
Check = Callable[[Frames], Iterable[Problem]]
#: A table with columns looked up in others, and what is true of each row at fault.
Of = Callable[[Frames], pd.DataFrame]
Wrong = Callable[[pd.DataFrame], Any]

#: What a number may be the number of: the table and the column in which those stand.
SUBJECTS = {
    "standard": ("standards", "standard"),
    "rating": ("standards", "standard"),
    "key question": ("key_questions", "key_question"),
    "prompt": ("prompts", "prompt"),
}


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
        return _made(tables, self) if self.of else tables[self.table]

    def with_columns(
        self, other: str, *key: str, here: Sequence[str] = (), **columns: str
    ) -> "Rows":
        """Look up columns of another table by its ``key``, which is called ``here`` in this one.

        ``columns`` are their names there, by what they are called here. They are missing where the
        key is not there; where it stands twice, its first row counts.
        """

        def of(tables: Frames) -> pd.DataFrame:
            frame, table = self.frame(tables), tables[other]
            keys = list(cells(frame, *(here or key)))
            # Plain dictionaries: tables are short, and joining them takes pandas longer than all
            # the rest.
            row_of: dict[Any, int] = {}
            for row, known in enumerate(cells(table, *key)):
                if not any(part is pd.NA for part in known):
                    row_of.setdefault(known, row)
            rows = [row_of.get(wanted, -1) for wanted in keys]
            found = {
                name: table[there].array.take(rows, allow_fill=True)
                for name, there in columns.items()
            }
            return frame.assign(**found)

        return Rows(self.table, (*self.reads, other), of)

    def with_unknown(self, subject: str, framework: str, *kinds: str) -> "Rows":
        """Add as ``unknown`` whether a number is none of its kind, the column ``kind``, there is.

        ``subject`` and ``framework`` are the columns of the number and of its framework. Rows of
        other kinds, and without a number, are not; ``word`` is what the number would be of.
        """
        places = {kind: SUBJECTS[kind] for kind in kinds}

        def of(tables: Frames) -> pd.DataFrame:
            frame = self.frame(tables)
            there = {
                (kind, *row)
                for kind, (table, column) in places.items()
                for row in cells(tables[table], "framework", column)
            }
            unknown = [
                row not in there and row[0] in places and row[2] is not pd.NA
                for row in cells(frame, "kind", framework, subject)
            ]
            words = {kind: column.replace("_", " ") for kind, (_, column) in places.items()}
            return frame.assign(
                unknown=pd.Series(unknown, frame.index, dtype=bool), word=frame["kind"].map(words)
            )

        return Rows(self.table, (*self.reads, *(table for table, _ in places.values())), of)

    def with_first(
        self, column: str, *key: str, alike: Callable[[str], str] | None = None
    ) -> "Rows":
        """Add as ``first`` what a column holds in the first row that has the same key.

        With ``alike``, keys are the same if it returns the same for both.
        """

        def of(tables: Frames) -> pd.DataFrame:
            frame = self.frame(tables).sort_index()
            keys = [frame[name] for name in key]
            if alike:
                keys = [values.map(alike, na_action="ignore") for values in keys]
            return frame.assign(first=frame.groupby(keys)[column].transform("first"))

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

        def check(tables: Frames) -> Iterable[Problem]:
            if tables[self.table].empty:
                return ()
            frame = self.frame(tables)
            return wrong_rows(self.table, frame, wrong(frame), column, says, fix, stops=stops)

        return Rule(name, holds, (self.table, *self.reads), check)


@once
def _made(tables: Frames, rows: Rows) -> pd.DataFrame:
    """Return rows with what they look up: several rules may ask about the same."""
    assert rows.of
    return rows.of(tables)


def rows_with(table: str, *reads: str) -> Callable[[Of], Rows]:
    """Make rows of a function that returns a table with columns looked up in others."""
    return lambda of: Rows(table, reads, of)


def numbered(what: str, whose: str, table: str, column: str, *groups: str) -> Rule:
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

    holds = f"The {whose} are numbered from 1 without a gap."
    return Rule(f"{what}-numbered-from-one", holds, (table,), check)


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
    at_fault = pd.Series(wrong, index=frame.index).to_numpy(bool, na_value=False)
    if not at_fault.any():
        return
    for line, row in frame[at_fault].sort_index().iterrows():
        words = {name: shown(value) for name, value in row.items()}
        value = ", ".join(words[name] for name in column.split(", "))
        said = says.format_map(words), fix.format_map(words)
        yield Problem(f"{table}.csv", int(str(line)), column, value, *said, stops=stops)


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


def chain(code: str, following: Mapping[str, str]) -> list[str]:
    """Return what follows a code, each followed by the next; the code itself, if in a circle."""
    found: list[str] = []
    then = following.get(code)
    while pd.notna(then) and then not in found:
        found.append(str(then))
        then = following.get(str(then))
    return found


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

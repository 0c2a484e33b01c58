"""A second workbook, typed by somebody else: the two compared cell by cell.

Every difference that was ever found stays in a file beside the first workbook. Once the two agree,
it shows who had erred: whoever's cell was changed. That is what the estimate of errors both may
have made is worked out from.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from pipeline.analysis.files import csv_bytes
from pipeline.analysis.statistics.double_entry import DoubleEntry
from pipeline.data.figures import FIGURES
from pipeline.data.package import Resource
from pipeline.entry.form.layout import is_own_words
from pipeline.entry.form.reading import TypedRow, Workbook
from pipeline.entry.problems import CannotEnter
from pipeline.files import write_whole

_NOT_COMPARED = ("sources", "providers")
_LOG = ("table", "row", "column", "first", "second", "erred")
_CHOSEN = "measures"
"""The table whose codes a person chooses; codes of other tables are filled in by the form."""


@dataclass
class Difference:
    """One cell that differs between two readings; later who erred: first, second or both."""

    table: str
    row: str
    column: str
    first: str
    second: str
    erred: str = ""


@dataclass
class Comparison:
    """Two readings that agree: cells compared by table, and the differences there were."""

    cells: dict[str, int]
    differences: list[Difference] = field(default_factory=list)

    def erred(self, table: str, who: str) -> int:
        """Return in how many cells of a table one reading, or both, had erred."""
        return sum(d.table == table and d.erred == who for d in self.differences)

    def summary(self) -> str:
        """Say how many cells agree, who had erred, and how many both may have wrong."""
        first, second, both = (
            sum(d.erred == who for d in self.differences) for who in ("first", "second", "both")
        )
        entry = DoubleEntry(sum(self.cells.values()), first, second, both)
        return (
            f"The two readings agree in {entry.cells} cells. The first had been wrong in {first}, "
            f"the second in {second}, both in {both}; at most {entry.expected_unseen:.2g} "
            f"(cautiously {entry.cautious_unseen:.2g}) are expected to be wrong in both alike."
        )

    def readings(
        self, folder: Path, resources: Sequence[Resource], first: Workbook, second: Workbook
    ) -> Workbook:
        """Return the rows of ``second_readings``: one a source and table."""
        (resource,) = [r for r in resources if r.name == "second_readings"]
        rows = []
        for table, cells in self.cells.items():
            keys = _by_key(second[table], _resource(resources, table))
            for source in dict.fromkeys(row.cells["source"] for row in first[table]):
                values = {
                    "source": source,
                    "table": table,
                    "rows": str(len(keys)),
                    "blind": str(len(keys)),
                    "differences": str(self.erred(table, "first")),
                    "cells": str(cells),
                    "second_differences": str(self.erred(table, "second")),
                    "both_differences": str(self.erred(table, "both")),
                    "log": f"tests/second_pass/{code_of_form(first)}",
                }
                known = {name: values.get(name, "") for name in resource.columns}
                rows.append(TypedRow("second_readings", table, 0, known, {}))
        return {"second_readings": rows} if rows else {}

    def copies(
        self, folder: Path, first: Workbook, second: Workbook, resources: Sequence[Resource]
    ) -> dict[Path, bytes]:
        """Return the second reading as files: keys and what was compared, a table a file."""
        contents = {}
        for table in self.cells:
            resource = _resource(resources, table)
            names = [*resource.primary_key, *_compared(resource)]
            rows = pd.DataFrame([row.cells for row in second[table]], columns=names)
            contents[folder / code_of_form(first) / f"{table}.csv"] = csv_bytes(rows)
        return contents


def code_of_form(rows: Workbook) -> str:
    """Return the code of the inspection or plan a workbook is about."""
    about = [*rows.get("inspections", []), *rows.get("plans", [])]
    return about[0].cells[about[0].table.rstrip("s")] if about else "unnamed"


def compare(
    path: Path, first: Workbook, second: Workbook, resources: Sequence[Resource], *, write: bool
) -> Comparison:
    """Compare two readings; raise CannotEnter with both cells side by side while they differ."""
    if _by_machine(first) and _by_machine(second):
        raise CannotEnter(
            ["Both workbooks were read by machine; a second reading is typed by a person."]
        )
    log = path.with_name(f"{path.stem}.differences.csv")
    known = _read_log(log)
    found: list[tuple[Difference, str]] = []
    cells: dict[str, int] = {}
    current: dict[tuple[str, str, str], tuple[str, str]] = {}
    for table, typed in first.items():
        if table in _NOT_COMPARED:
            continue
        resource = _resource(resources, table)
        ours = _by_key(typed, resource)
        theirs = _by_key(second.get(table, []), resource)
        columns = _compared(resource)
        for key in dict.fromkeys([*ours, *theirs]):
            one, two = ours.get(key), theirs.get(key)
            if one is None or two is None:
                where, who = (ours | theirs)[key].at(), "second" if one else "first"
                said = f"{where}: the row {key} is missing in the {who} reading"
                there = ("there" if one else "", "there" if two else "")
                found.append((Difference(table, key, "", *there), said))
                continue
            given = {
                status
                for of, figure, status in FIGURES
                if of == table and (one.cells[figure] or two.cells[figure])
            }
            for column in columns:
                a, b = one.cells[column], two.cells[column]
                # What nobody typed, or stands beside a figure by itself, is no cell two agree on.
                counts = a != b or (a != "" and column not in given)
                cells[table] = cells.get(table, 0) + counts
                current[table, key, column] = (a, b)
                if a != b:
                    text = (
                        f'{one.at(column)} of the first: "{a}"   |   '
                        f'{two.at(column)} of the second: "{b}"   ({table} {key})'
                    )
                    found.append((Difference(table, key, column, a, b), text))
    for table in second:
        if table not in first and table not in _NOT_COMPARED:
            said = f"sheet {table} is empty in the first reading"
            found.append((Difference(table, "", "", "", "there"), said))
    kept = _settle(known, [d for d, _ in found], current)
    if kept or log.exists():
        write_whole(log, csv_bytes(pd.DataFrame(kept, columns=list(_LOG))))
    if found:
        raise CannotEnter(
            [
                f"The two readings differ in {len(found)} cells or rows. Look each up in the "
                "document and correct the workbook that is wrong:",
                *(text for _, text in found),
            ]
        )
    return Comparison(cells, kept)


def settle(first: Workbook, second: Workbook, resources: Sequence[Resource]) -> None:
    """Mark the rows checked that a person has typed too: ``compare`` refuses them if they differ.

    So a document that was read by machine and typed once, without sight of what was read, needs no
    more looking at than the cells in which the two differ.
    """
    for table, rows in first.items():
        resource = _resource(resources, table)
        typed = {k for k, row in _by_key(second.get(table, []), resource).items() if not row.mark}
        for key, row in _by_key(rows, resource).items() if table not in _NOT_COMPARED else ():
            if row.mark == "look" and key in typed:
                row.mark = "checked"


def _compared(resource: Resource) -> list[str]:
    """Return the columns that two people type: neither key, nor given code, nor our own words."""
    given = {
        name for key in resource.foreign_keys if key.resource != _CHOSEN for name in key.fields
    }
    return [
        f.name
        for f in resource.fields
        if f.name not in (*resource.primary_key, *given) and not is_own_words(f)
    ]


def _by_machine(rows: Workbook) -> bool:
    marked = [bool(row.mark) for typed in rows.values() for row in typed]
    return bool(marked) and sum(marked) > len(marked) / 2


def _resource(resources: Sequence[Resource], name: str) -> Resource:
    return next(resource for resource in resources if resource.name == name)


def _by_key(rows: list[TypedRow], resource: Resource) -> dict[str, TypedRow]:
    """Return rows by key; those of a table numbered by us by what they are about."""
    found: dict[str, TypedRow] = {}
    for row in rows:
        key = "/".join(row.cells[name] for name in resource.primary_key)
        if not key.strip("/"):
            referred = [
                name for k in resource.foreign_keys for name in k.fields if name != "source"
            ]
            key = "/".join(
                row.cells[name] for name in [*referred, "as_printed"] if name in row.cells
            )
        found[key] = row
    return found


def _settle(
    known: list[Difference],
    found: list[Difference],
    current: Mapping[tuple[str, str, str], tuple[str, str]],
) -> list[Difference]:
    """Return every difference there ever was; those that are gone with who had erred."""
    open_now = {(d.table, d.row, d.column): d for d in found}
    for difference in known:
        at = (difference.table, difference.row, difference.column)
        now = current.get(at, ("", ""))[0]
        if difference.erred:
            continue
        if at in open_now:
            del open_now[at]
        elif not difference.column:  # a row that only the other reading had
            difference.erred = "second" if difference.first else "first"
        elif now in (difference.first, difference.second):
            difference.erred = "second" if now == difference.first else "first"
        else:
            difference.erred = "both"
    return [*known, *open_now.values()]


def _read_log(path: Path) -> list[Difference]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Difference(**{name: row.get(name) or "" for name in _LOG})
            for row in csv.DictReader(file)
        ]

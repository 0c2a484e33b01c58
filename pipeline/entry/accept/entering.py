"""Take a workbook over into the raw tables: check everything, show the difference, write."""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.data import InvalidData, Problem, load
from pipeline.data.package import PACKAGE_FILE, Package, Resource, read_package
from pipeline.entry.accept.merging import MergedTable, merge, number_rows, text_rows
from pipeline.entry.accept.rows import settled_rows
from pipeline.entry.accept.second_reading import Comparison, compare, settle
from pipeline.entry.accept.storing import finish, write_all
from pipeline.entry.form.reading import TypedRow, Workbook, read_form
from pipeline.entry.problems import CannotEnter
from pipeline.entry.reading.dates import iso

READ_BY_MACHINE = "machine_readings"


@dataclass
class Outcome:
    """What entering a workbook changes, or changed."""

    tables: list[MergedTable]
    left_out: list[str] = field(default_factory=list)
    comparison: Comparison | None = None
    written: bool = False

    @property
    def changes(self) -> int:
        """How many rows are added or changed."""
        return sum(len(table.changes) for table in self.tables)

    def lines(self) -> Iterable[str]:
        """Say what changes, file by file and row by row."""
        for table in self.tables:
            if table.changes:
                yield table.resource.path
                yield from map(str, table.changes)
        yield from self.left_out


def enter(
    path: Path,
    folder: Path,
    *,
    second: Path | None = None,
    copies: Path | None = None,
    write: bool = False,
) -> Outcome:
    """Compare a workbook with a raw folder and, with ``write``, take it over.

    With ``second``, a workbook typed by somebody else, the two are compared first and nothing is
    accepted while they differ; the second is then kept under ``copies``. Raises CannotEnter with
    every reason, by sheet and cell, and writes nothing then.
    """
    finish(folder)
    package = read_package(folder)
    resources = package.resources
    book = read_form(path, resources)
    away = _without_inspection(book, folder, package)
    other: Workbook = {}
    if second is not None:
        theirs = read_form(second, resources)
        _without_inspection(theirs, folder, package)
        other, _ = settled_rows(theirs, resources)
        settle(book, other, resources)
    rows, left_out = settled_rows(book, resources)
    left_out += away
    comparison = None
    extra: dict[Path, bytes] = {}
    if second is not None:
        comparison = compare(path, rows, other, resources, write=write)
        rows |= comparison.readings(folder, resources, rows, other)
        if copies is not None:
            extra = comparison.copies(copies, rows, other, resources)
    number_rows(folder, package, rows)
    rows |= _machine_rows(rows, resources)
    merged = merge(folder, package, rows)
    _check(folder, resources, merged)
    outcome = Outcome([merged[r.name] for r in resources if r.name in merged], left_out, comparison)
    if write:
        changed = {folder / t.resource.path: t for t in outcome.tables if t.changes}
        contents = {file: table.content() for file, table in changed.items()}
        before = {file: table.original for file, table in changed.items()}
        for file, content in extra.items():
            was = file.read_bytes() if file.exists() else b""
            if was != content:
                contents[file], before[file] = content, was
        if contents:
            write_all(folder, contents, before)
        outcome.written = True
    return outcome


def _without_inspection(rows: Workbook, folder: Path, package: Package) -> list[str]:
    """Leave out figures of an earlier inspection or plan that is not entered; say so."""
    known: dict[str, set[str]] = {}
    for resource in package.resources:
        name, code = resource.name, resource.primary_key[0]
        if name in ("inspections", "plans"):
            known[name] = {row[code] for row in text_rows(folder, resource, package.limits)}
            known[name] |= {row.cells[code] for row in rows.get(name, [])}
    left_out = []
    for table, typed in rows.items():
        for name, codes in known.items():
            column = name.rstrip("s")
            if table in (name, "plans") or column not in (typed[0].cells if typed else {}):
                continue
            away = [row for row in typed if row.cells[column] and row.cells[column] not in codes]
            if away:
                code = away[0].cells[column] or "an earlier inspection"
                left_out.append(
                    f"sheet {table}: {len(away)} rows about {code} are left out, because it is not "
                    f"in {name}.csv; enter it first, then this workbook again"
                )
                rows[table] = typed = [row for row in typed if row not in away]
    for table in [table for table, typed in rows.items() if not typed]:
        del rows[table]
    return left_out


def _machine_rows(rows: Workbook, resources: Sequence[Resource]) -> Workbook:
    """Return the rows that keep which rows were read by machine, and what became of them."""
    if READ_BY_MACHINE not in {r.name for r in resources}:
        return {}
    kept = []
    by_name = {r.name: r for r in resources}
    for table, typed in rows.items():
        for row in typed:
            if not row.mark or "source" not in row.cells or "place" not in row.cells:
                continue
            key = "/".join(row.cells[name] for name in by_name[table].primary_key)
            cells = {"source": row.cells["source"], "table": table, "row": key, "mark": row.mark}
            cells["place"] = row.where or row.cells["place"]
            kept.append(TypedRow(READ_BY_MACHINE, row.sheet, row.number, cells, row.letters))
    return {READ_BY_MACHINE: kept} if kept else {}


def _check(folder: Path, resources: Sequence[Resource], merged: dict[str, MergedTable]) -> None:
    """Load the folder as it would be; raise CannotEnter with every problem at its cell."""
    reasons = []
    with tempfile.TemporaryDirectory() as name:
        trial = Path(name)
        for resource in resources:
            if (folder / resource.path).exists():
                shutil.copyfile(folder / resource.path, trial / resource.path)
        shutil.copyfile(folder / PACKAGE_FILE, trial / PACKAGE_FILE)
        for table in merged.values():
            (trial / table.resource.path).write_bytes(table.content())
        try:
            load(trial)
        except InvalidData as error:
            by_file = {table.resource.path: table for table in merged.values()}
            reasons = [_at_cell(problem, by_file) for problem in error.problems]
    for table in merged.values():
        reasons += [r for typed in table.typed.values() for r in _turned_dates(typed)]
    if reasons:
        raise CannotEnter(reasons)


def _at_cell(problem: Problem, by_file: dict[str, MergedTable]) -> str:
    """Say a problem of a raw file at the cell of the workbook it comes from, where it does."""
    table = by_file.get(problem.file)
    typed = table.typed.get(problem.line or 0) if table else None
    if problem.line is None:
        return f"sheet {problem.file.removesuffix('.csv')}: {problem.sentence}"
    if typed is None or typed.table != (table.resource.name if table else ""):
        return str(problem)
    column = (problem.column or "").split(", ")[0]
    return f"{typed.at(column or None)}: {problem.sentence}"


def _turned_dates(row: TypedRow) -> list[str]:
    """Say where a date and the same date as printed disagree."""
    reasons = []
    for column, printed in row.cells.items():
        own, day = column.removesuffix("_printed"), iso(printed)
        typed = row.cells.get(own)
        if own == column or not typed or not day:
            continue
        shared = min(len(typed), len(day))
        if typed[:shared] != day[:shared]:
            reasons.append(
                f'{row.at(own)}: "{typed}" is not the date printed as "{printed}"; '
                f"write {day}, or correct {column}."
            )
    return reasons

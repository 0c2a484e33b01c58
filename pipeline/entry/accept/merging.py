"""Compare the rows of a workbook with the raw tables: what is new, what differs."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.data.package import Package, Resource
from pipeline.data.read import read_text
from pipeline.entry.form.reading import TypedRow, Workbook


@dataclass
class Change:
    """One row that is added (``before`` is None) or changed."""

    key: str
    before: dict[str, str] | None
    after: dict[str, str]
    line: int

    def __str__(self) -> str:
        """Show the row as a diff does."""
        if self.before is None:
            shown = ", ".join(f"{name} {value}" for name, value in self.after.items() if value)
            return f"  + line {self.line}: {shown}"
        cells = "; ".join(
            f'{name}: "{self.before[name]}" -> "{value}"'
            for name, value in self.after.items()
            if self.before[name] != value
        )
        return f"  ~ line {self.line}, {self.key}: {cells}"


@dataclass
class MergedTable:
    """A raw table with the rows of a workbook in it, and what that changes."""

    resource: Resource
    rows: list[dict[str, str]]
    original: bytes
    header: list[str]
    changes: list[Change] = field(default_factory=list)
    typed: dict[int, TypedRow] = field(default_factory=dict)
    """The workbook's row by line of the merged file."""

    def content(self) -> bytes:
        """Return the file as it will be; rows that do not change keep their bytes."""
        end = b"\r\n" if b"\r\n" in self.original.split(b"\n", 1)[0] + b"\n" else b"\n"
        mark = b"\xef\xbb\xbf" if self.original.startswith(b"\xef\xbb\xbf") else b""
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator=end.decode())
        filled = [
            name
            for name in self.resource.columns
            if name not in self.header and any(row[name] for row in self.rows)
        ]
        columns = [*self.header, *filled]
        writer.writerow(columns)
        writer.writerows([row[name] for name in columns] for row in self.rows)
        return mark + buffer.getvalue().encode("utf-8")


def text_rows(folder: Path, resource: Resource, limits: dict[str, int]) -> list[dict[str, str]]:
    """Return the rows of a raw table as text; none where it cannot be read (the checks say why)."""
    text, _ = read_text(folder, resource, limits)
    return text.rows() if text else []


def merge(folder: Path, package: Package, rows: Workbook) -> dict[str, MergedTable]:
    """Return every table that a workbook touches, merged; nothing is written.

    A row is known by the table's key. A table numbered by us (its only key is a whole number, as
    in facts) knows a row without a number by what it is about and where it stands.
    """
    merged: dict[str, MergedTable] = {}
    for resource in package.resources:
        if resource.name not in rows:
            continue
        existing = text_rows(folder, resource, package.limits)
        path = folder / resource.path
        original = path.read_bytes() if path.exists() else b""
        first = original.decode("utf-8-sig", errors="replace").split("\n", 1)[0]
        header = [name for name in next(csv.reader([first.rstrip("\r")]), []) if name]
        table = MergedTable(resource, existing, original, header or resource.columns)
        key = resource.primary_key
        at = {tuple(row[name] for name in key): n for n, row in enumerate(existing)}
        for typed in rows[resource.name]:
            code = tuple(typed.cells[name] for name in key)
            after = {name: typed.cells[name] for name in resource.columns}
            position = at.get(code)
            if position is None:
                at[code] = len(existing)
                existing.append(after)
                table.changes.append(Change(", ".join(code), None, after, len(existing) + 1))
                table.typed[len(existing) + 1] = typed
                continue
            line = position + 2
            table.typed[line] = typed
            if existing[position] != after:
                table.changes.append(Change(", ".join(code), dict(existing[position]), after, line))
                existing[position] = after
        merged[resource.name] = table
    return merged


def number_rows(folder: Path, package: Package, rows: Workbook) -> None:
    """Give the rows of tables numbered by us the number they have, or the next."""
    for resource in package.resources:
        first, *others = resource.primary_key
        types = {field.name: field.type for field in resource.fields}
        if resource.name not in rows or others or types[first] != "integer":
            continue
        referred = [name for key in resource.foreign_keys for name in key.fields]
        about = [n for n in dict.fromkeys([*referred, "place"]) if n in types]
        known: dict[tuple[str, ...], list[str]] = {}
        existing = text_rows(folder, resource, package.limits)
        for row in existing:
            known.setdefault(tuple(row[name] for name in about), []).append(row[first])
        last = max((int(row[first]) for row in existing if row[first].isdigit()), default=0)
        for typed in rows[resource.name]:
            if typed.cells[first]:
                continue
            numbers = known.get(tuple(typed.cells[name] for name in about))
            if not numbers:
                last += 1
            typed.cells[first] = numbers.pop(0) if numbers else str(last)

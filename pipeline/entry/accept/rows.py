"""The rows of a workbook that say something, completed and settled."""

import re
from collections.abc import Iterator, Mapping, Sequence

from pipeline.data.completeness import NEEDS
from pipeline.data.figures import FIGURES
from pipeline.data.package import Resource
from pipeline.entry.codes import inspection_code
from pipeline.entry.form.layout import MARK, content
from pipeline.entry.form.reading import TypedRow, Workbook
from pipeline.entry.problems import CannotEnter
from pipeline.entry.reading.words import simple

PUBLISHED = "published"
NOT_ENTERED = "not entered yet"
OPTIONAL = "facts"
"""Where the reader's proposals may stay unsettled: they are left out."""


def settled_rows(workbook: Workbook, resources: Sequence[Resource]) -> tuple[Workbook, list[str]]:
    """Return the rows to enter by table, and what was left out, in sentences.

    A row whose columns for what is printed are all empty is not entered; where the inspection must
    have the row all the same, it is entered as "not entered yet". Empty codes take the one code of
    the workbook, an empty status becomes published beside a figure and "not entered yet" without
    one. Raises CannotEnter where a row is still marked look, or its figure is not among the words
    it was read from.
    """
    by_name = {resource.name: resource for resource in resources}
    only = _only_codes(workbook, by_name)
    own = {row.cells["inspection"] for row in workbook.get("inspections", [])}
    problems = [*_without_source(workbook), *_codes_changed(workbook)]
    left_out: list[str] = []
    rows: Workbook = {}
    for name, typed in workbook.items():
        resource = by_name[name]
        waiting = [row for row in typed if _must_be_there(row, resource, own)]
        for row in waiting:
            _wait(row, resource)
        if waiting:
            left_out.append(f"sheet {name}: rows entered as {NOT_ENTERED}: {len(waiting)}")
        kept = [row for row in typed if row in waiting or _says_something(row, resource)]
        empty = len(typed) - len(kept)
        if empty:
            left_out.append(f"sheet {name}: rows left out, nothing typed: {empty}")
        proposed = [row for row in kept if row.mark == "look"] if name == OPTIONAL else []
        if proposed:
            left_out.append(f"sheet {name}: proposals left out, still marked look: {len(proposed)}")
            kept = [row for row in kept if row.mark != "look"]
        for row in kept:
            _complete(row, resource, only)
            problems += _unsettled(row)
        problems += _stands_twice(kept, resource)
        rows[name] = kept
    if problems:
        raise CannotEnter(problems)
    return {name: kept for name, kept in rows.items() if kept}, left_out


def _without_source(workbook: Workbook) -> Iterator[str]:
    cites = any("source" in row.cells for rows in workbook.values() for row in rows[:1])
    if cites and not any(row.cells["source"] for row in workbook.get("sources", [])):
        yield "sheet sources: the row of the document is missing; copy it from a new form."


def _codes_changed(workbook: Workbook) -> Iterator[str]:
    """Say where the code of an inspection or plan no longer fits its provider and year."""
    for table, code, year in (("inspections", "inspection", "round"), ("plans", "plan", "year")):
        for row in workbook.get(table, []):
            begins = inspection_code(row.cells["provider"], row.cells[year])
            if not row.cells[code].startswith(begins):
                yield (
                    f"{row.at(code)}: {row.cells[code]} does not begin with provider and {year}, "
                    f"{begins}; put back what the form had, or take a new form."
                )


def _stands_twice(rows: list[TypedRow], resource: Resource) -> Iterator[str]:
    """Say where two rows of a sheet have the same key and differ."""
    seen: dict[tuple[str, ...], TypedRow] = {}
    for row in rows:
        key = tuple(row.cells[name] for name in resource.primary_key)
        first = seen.setdefault(key, row)
        if all(key) and first.cells != row.cells:
            yield f"{row.at()}: it is about the same as row {first.number}; delete one of the two."


_NEEDED = {need.table for need in NEEDS} | {"overall_ratings"}


def _must_be_there(row: TypedRow, resource: Resource, own: set[str]) -> bool:
    """Whether a row of the workbook's own inspection is empty, but has to be there."""
    if resource.name not in _NEEDED or row.cells["inspection"] not in own or row.mark:
        return False
    return row.cells.get("reading", "own") == "own" and not _says_something(row, resource)


def _wait(row: TypedRow, resource: Resource) -> None:
    """Fill the columns a row must have, though nobody has typed it yet."""
    row.cells["place"] = row.cells["place"] or NOT_ENTERED
    for field in resource.fields:
        # A plain yes or no has no third word; the status says that nobody has typed it.
        if field.required and field.constraints.get("enum") == ["yes", "no"]:
            row.cells[field.name] = row.cells[field.name] or "no"


def _says_something(row: TypedRow, resource: Resource) -> bool:
    if resource.name in ("inspections", "plans"):
        return True
    if resource.name in ("sources", "providers"):
        return bool(row.cells[resource.primary_key[0]])
    columns = [f.name for f in content(resource)]
    figures = [name for table, *pair in FIGURES if table == resource.name for name in pair]
    return any(row.cells[name] for name in (figures if len(figures) >= len(columns) else columns))


def _only_codes(workbook: Workbook, by_name: Mapping[str, Resource]) -> dict[str, dict[str, str]]:
    """Return by table the code its rows share, for cells elsewhere that are left empty."""
    codes: dict[str, dict[str, str]] = {}
    for name, typed in workbook.items():
        key = by_name[name].primary_key
        values = {row.cells[key[0]] for row in typed if row.cells[key[0]]}
        if len(key) == 1 and len(values) == 1:
            codes[name] = {key[0]: values.pop()}
    for row in workbook.get("inspections", [])[:1]:
        if row.cells.get("framework"):
            codes.setdefault("frameworks", {"framework": row.cells["framework"]})
    return codes


def _complete(row: TypedRow, resource: Resource, only: Mapping[str, Mapping[str, str]]) -> None:
    fields = {field.name: field for field in resource.fields}
    for key in resource.foreign_keys:
        shared, column, wanted = only.get(key.resource, {}), key.fields[0], key.reference[0]
        if len(key.fields) != 1 or column in ("previous_framework", "current_framework"):
            continue
        if not row.cells[column] and fields[column].required and wanted in shared:
            row.cells[column] = shared[wanted]
    framework = only.get("frameworks", {}).get("framework", "")
    if "framework" in row.cells and not row.cells["framework"]:
        row.cells["framework"] = framework
    for table, figure, status in FIGURES:
        if table != resource.name or row.cells[status] not in ("", PUBLISHED):
            continue
        if row.cells[figure]:
            # Where the status is optional, an empty one beside a figure says the same.
            row.cells[status] = PUBLISHED if fields[status].required else ""
        elif not row.cells[status] and NOT_ENTERED in fields[status].constraints["enum"]:
            row.cells[status] = NOT_ENTERED
    if resource.name == "facts" and not row.cells["previous_status"]:
        row.cells["previous_status"] = "not printed"


def _unsettled(row: TypedRow) -> list[str]:
    if row.mark == "look":
        words = f' It was read from "{row.words[:160]}".' if row.words else ""
        why = f" ({row.why})" if row.why else ""
        return [
            f"{row.at(MARK)}: still marked look{why}. Compare the row with the document"
            f"{' at ' + row.where if row.where else ''}, correct it, then write checked.{words}"
        ]
    if row.mark in ("proved", "read") and row.words:
        for table, figure, _ in FIGURES:
            value = row.cells.get(figure, "")
            if table == row.table and value and not _stands_in(value, row.words):
                return [
                    f"{row.at(figure)}: {value} is not in the words the row was read from, "
                    f'"{row.words[:160]}"; if it is right, write checked as the mark.'
                ]
    return []


def _stands_in(value: str, words: str) -> bool:
    """Whether a figure, or the words of a rating, stand in what a row was read from."""
    if value.replace(".", "", 1).isdigit():
        return value in re.findall(r"\d+(?:\.\d+)?", words.replace(",", ""))
    return set(simple(value)) <= set(simple(words))

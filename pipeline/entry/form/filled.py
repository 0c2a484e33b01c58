"""A form filled as far as a document goes."""

from collections.abc import Sequence

from pipeline.data import Tables, is_missing
from pipeline.data.package import Resource
from pipeline.entry.form.layout import (
    WHY,
    Form,
    Row,
    Sheet,
    choices,
    is_own_words,
    tables_of_form,
)
from pipeline.entry.reading.found import Found
from pipeline.entry.reading.identity import Identity

_HOW = [
    "Read by machine. Each row has the words it was read from, the page or line, and a mark.",
    "proved: something independent confirms it. read: nothing contradicts it, nothing proves it. "
    "look: doubtful, contradicted or missing; the column why says what is wrong.",
    "Go through the rows marked look: compare with the document, correct, then write checked as "
    "the mark. Delete a row that the document does not have.",
    "facts holds proposals: choose a measure and write checked for those you want; the others "
    "are left out.",
    "Summaries, titles and reasons are in our own words: write them.",
    "When done: python -m pipeline enter THIS-FILE.xlsx shows what would change; with --write it "
    "is written.",
]


def filled_form(
    tables: Tables, resources: Sequence[Resource], identity: Identity, found: list[Found], name: str
) -> Form:
    """Return the workbook of what was read from the document called ``name``."""
    source = next((f.cells["source"] for f in found if f.table == "sources"), "")
    sheets = []
    wanted = tables_of_form(resources, identity.is_plan)
    for resource in wanted:
        rows = []
        for item in found:
            if item.table != resource.name:
                continue
            if "source" in resource.columns:
                item.cells.setdefault("source", source)
            cells = _kept(item, resource, tables)
            own = {f.name for f in resource.fields if is_own_words(f)}
            for column, value in item.cells.items():
                known = cells.get(column, "")
                not_found = value == "" and resource.name in ("inspections", "plans")
                if not known or (column not in own and not not_found):
                    cells[column] = value
            cells = {column: cells.get(column, "") for column in resource.columns}
            if "place" in cells and not cells["place"]:
                cells["place"] = item.where or item.why[:80]
            rows.append(Row(cells, item.mark, item.words, item.where, reference={WHY: item.why}))
        sheets.append(Sheet(resource, rows, choices=choices(resource, wanted, tables)))
    what = "Action plan" if identity.is_plan else "Inspection report"
    return Form(f"{what} read from {name}", _HOW, sheets)


def _kept(item: Found, resource: Resource, tables: Tables) -> dict[str, str]:
    """Return a row as the raw tables hold it already: what was not read stays as it is."""
    frame = tables[resource.name]
    for name in resource.primary_key:
        frame = frame[frame[name].astype("string") == item.cells.get(name, "")]
    if len(frame) != 1:
        return {}
    row = frame.iloc[0]
    return {name: "" if is_missing(row[name]) else str(row[name]) for name in resource.columns}

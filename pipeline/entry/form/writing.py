"""Write a form as an accessible workbook that Excel and LibreOffice open alike.

No macros, no hidden sheets, no merged cells, no formulas: sheets with a title, a note, a header row
and rows. The same form gives the same bytes.
"""

import datetime
import io
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipeline.data.package import MONTH_OR_DAY, Field
from pipeline.entry.form.layout import MARK, MARKS, READING, WHERE, WHY, WORDS, Form, Sheet
from pipeline.files import write_whole

_CREATED = datetime.datetime(2000, 1, 1)
_HEADER = 3
"""Row of the header, counted from 0: title, note and a blank line stand above."""
_SHORT_LIST = 240
"""A list of allowed words up to this length stands in the cell's rule; a longer one in a sheet."""


_RULE_OF_MARKS = {
    "validate": "list",
    "source": list(MARKS),
    "input_title": MARK,
    "input_message": "Empty for a row you typed. proved, read and look are the reader's; write "
    "checked when you have compared the row with the document.",
}


def write_form(form: Form, path: Path) -> None:
    """Write a form to ``path``."""
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(
        content, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"title": form.title, "created": _CREATED})
        looks = _looks(book)
        start = book.add_worksheet("start here")
        _write_start(start, form, looks)
        lists, codes = _Lists(), _codes(form)
        for sheet in form.sheets:
            _write_sheet(book.add_worksheet(sheet.resource.name), sheet, looks, lists, codes)
        lists.write(book.add_worksheet("lists"), looks)
        start.activate()
    write_whole(path, content.getvalue())


def _looks(book: Any) -> dict[str, Any]:
    font: dict[str, Any] = {"font_name": "Arial", "font_size": 11, "valign": "top"}
    box = {"border": 1, "border_color": "#B0B0B0"}
    header = {"bold": True, "bottom": 1, "text_wrap": True}
    kinds: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 14},
        "plain": {"text_wrap": True},
        "note": {},
        "header": {**header, "bg_color": "#FFFFFF"},
        "needed": {**header, "italic": True},
        "typed": {**box, "locked": False, "num_format": "@", "text_wrap": True},
        "number": {**box, "locked": False, "num_format": "General"},
        "fixed": {"bg_color": "#E7E7E7", "font_color": "#404040", "text_wrap": True},
        "look": {**box, "locked": False, "text_wrap": True, "bold": True, "bg_color": "#FFF2CC"},
    }
    return {name: book.add_format({**font, **extra}) for name, extra in kinds.items()}


def _write_start(sheet: Any, form: Form, looks: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, form.title, looks["title"])
    for number, note in enumerate(form.notes, start=1):
        sheet.write_string(number + 1, 0, f"Step {number}", looks["plain"])
        sheet.write_string(number + 1, 1, note, looks["plain"])
    first = len(form.notes) + 4
    sheet.write_string(first - 1, 0, "sheet", looks["header"])
    sheet.write_string(first - 1, 1, "what it holds", looks["header"])
    for number, part in enumerate(form.sheets):
        name = part.resource.name
        sheet.write_url(first + number, 0, f"internal:'{name}'!A1", looks["plain"], name)
        waiting = sum(row.mark == "look" for row in part.rows)
        held = f"{part.resource.title}. {part.resource.description}"
        if any(row.mark for row in part.rows):
            held += f" {len(part.rows)} rows read, {waiting} to look at."
        sheet.write_string(first + number, 1, held, looks["plain"])


class _Lists:
    """Lists too long for a rule, each in a column of the sheet "lists"."""

    def __init__(self) -> None:
        self.columns: dict[str, list[str]] = {}

    def source(self, name: str, words: list[str]) -> Any:
        if sum(map(len, words)) + len(words) <= _SHORT_LIST and not any("," in w for w in words):
            return words
        self.columns.setdefault(name, words)
        column = list(self.columns).index(name)
        from xlsxwriter.utility import xl_range_abs

        return f"=lists!{xl_range_abs(1, column, len(words), column)}"

    def write(self, sheet: Any, looks: dict[str, Any]) -> None:
        sheet.set_column(0, 20, 32)
        if not self.columns:
            sheet.write_string(0, 0, "No list is too long for its cell.", looks["plain"])
        for column, (name, words) in enumerate(self.columns.items()):
            sheet.write_string(0, column, name, looks["header"])
            for row, word in enumerate(words, start=1):
                sheet.write_string(row, column, word, looks["plain"])


def _codes(form: Form) -> dict[str, list[str]]:
    """Return the codes each table of the form will hold, for cells that refer to them."""
    return {
        sheet.resource.name: [
            row.cells[sheet.resource.primary_key[0]]
            for row in sheet.rows
            if row.cells.get(sheet.resource.primary_key[0])
        ]
        for sheet in form.sheets
        if len(sheet.resource.primary_key) == 1
    }


def _write_sheet(
    worksheet: Any, sheet: Sheet, looks: dict[str, Any], lists: _Lists, codes: dict[str, list[str]]
) -> None:
    resource = sheet.resource
    columns = [*resource.columns, *READING]
    fields = {field.name: field for field in resource.fields}
    references = sheet.references
    worksheet.write_string(0, 0, f"{resource.title} ({resource.name})", looks["title"])
    note = resource.description + " Columns in slanted letters must be filled."
    worksheet.write_string(1, 0, note, looks["note"])
    for number, name in enumerate([*columns, *references]):
        field = fields.get(name)
        look = looks["needed"] if field is not None and field.required else looks["header"]
        worksheet.write_string(_HEADER, number, name, look)
        worksheet.set_column(number, number, _width(name, field, sheet))
    worksheet.freeze_panes(_HEADER + 1, min(2, len(resource.columns)))
    last = _HEADER + max(1, len(sheet.rows) + sheet.spare)
    for number, row in enumerate(sheet.rows, start=_HEADER + 1):
        values = {**row.cells, MARK: row.mark, WORDS: row.words, WHERE: row.where}
        for column, name in enumerate(columns):
            look = "fixed" if name in row.fixed else _look(fields.get(name))
            if name == MARK and row.mark == "look":
                look = "look"
            _write(worksheet, number, column, values.get(name, ""), fields.get(name), looks[look])
        for column, name in enumerate(references, start=len(columns)):
            worksheet.write_string(number, column, row.reference.get(name, ""), looks["fixed"])
    for number in range(_HEADER + 1 + len(sheet.rows), last + 1):
        for column, name in enumerate(columns):
            worksheet.write_blank(number, column, None, looks[_look(fields.get(name))])
    for column, field in enumerate(resource.fields):
        rule = _rule(field, sheet, lists, codes)
        worksheet.data_validation(_HEADER + 1, column, last, column, rule)
    mark = len(resource.columns)
    worksheet.data_validation(_HEADER + 1, mark, last, mark, _RULE_OF_MARKS)
    worksheet.protect(
        "", {"insert_rows": True, "format_columns": True, "format_rows": True, "autofilter": True}
    )


def _is_number(field: Field | None) -> bool:
    return field is not None and field.type in ("integer", "number")


def _look(field: Field | None) -> str:
    return "number" if _is_number(field) else "typed"


def _write(
    worksheet: Any, row: int, column: int, value: str, field: Field | None, look: Any
) -> None:
    if value == "":
        worksheet.write_blank(row, column, None, look)
        return
    with suppress(ValueError):  # what is no number is written as it stands
        if _is_number(field):
            worksheet.write_number(row, column, float(value), look)
            return
    worksheet.write_string(row, column, value[:32_000], look)


def _width(name: str, field: Field | None, sheet: Sheet) -> int:
    if name in ("words", WHY) or name.endswith("(for reference)"):
        return 48
    if _is_number(field):
        return 11
    longest = max((len(row.cells.get(name, "")) for row in sheet.rows), default=0)
    return max(12, min(36, longest + 2))


def _rule(field: Field, sheet: Sheet, lists: _Lists, codes: dict[str, list[str]]) -> dict[str, Any]:
    """Return the rule of a column: its list or limits, and the note shown in its cells."""
    limits = field.constraints
    unit = f" Unit: {field.unit}." if field.unit else ""
    note = (field.description + unit)[:255]
    rule: dict[str, Any] = {"validate": "any", "input_title": field.name[:32]}
    rule["input_message"] = note
    words = limits.get("enum") or sheet.choices.get(field.name)
    if words:
        rule |= {
            "validate": "list",
            "source": lists.source(f"{sheet.resource.name}.{field.name}", words),
            "error_title": "Not in the list",
            "error_message": "Choose one of the list: it holds what the raw tables know.",
        }
    elif _is_number(field):
        kind, whole = ("integer", int) if field.type == "integer" else ("decimal", float)
        low, high = whole(limits.get("minimum", -1e9)), whole(limits.get("maximum", 1e9))
        rule |= {
            "validate": kind,
            "criteria": "between",
            "minimum": low,
            "maximum": high,
            "error_title": "Not such a number",
            "error_message": "Write a number without % or commas"
            + (f", from {low:g} to {high:g}." if "maximum" in limits else "."),
        }
    elif limits.get("pattern") == MONTH_OR_DAY or field.type == "date":
        rule["input_message"] = (note + " Written 2019-09 or 2019-09-16.")[:255]
    else:
        for key in sheet.resource.foreign_keys:
            known = codes.get(key.resource, [])
            if key.fields == (field.name,) and len(known) == 1:
                rule["input_message"] = f"{note[:180]} Left empty: {known[0]}."
    return rule

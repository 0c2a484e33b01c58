"""Rules of single cells: type, form, words and limits of a column, from the data package.

They run on the text of each cell, before any conversion, so that what is
reported is what a person sees in the file; and once for each distinct text, as
most cells of a column say what another one says.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from pipeline.data.figures import FIGURES
from pipeline.data.package import FORMS, MONTH_OR_DAY, Field, Resource
from pipeline.data.problems import BLANK_LETTERS, Problem
from pipeline.data.read import Text

_NUMBER = {
    "integer": re.compile(r"-?(0|[1-9][0-9]*)"),
    "number": re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?"),
}
_WORDS = {"integer": "a whole number", "number": "a number"}
_LIKE = {"integer": "74", "number": "4.3"}
_DIGITS = 15  # What every number type holds exactly; no published figure comes near it.
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
#: What a spreadsheet makes of a date or of a number that does not fit its column.
_DAMAGE = re.compile(
    rf"(\d{{1,2}}-)?({_MONTHS})-\d{{2}}|\d{{1,2}}-({_MONTHS})(-\d{{2,4}})?|#+|#[A-Z/0]+[!?]?"
    r"|\d{4}-\d{2}-\d{2} 00:00:00|\d+(\.\d+)?E[+-]?\d+"
)
#: A day as a spreadsheet counts it, from 1954 to 2064, where a date was printed or is typed.
_SERIAL = re.compile(r"[2-5]\d{4}(\.\d+)?")
#: What official tables print in place of a figure, and the status that says the same.
_SHORTHAND = {
    "[c]": "suppressed", "c": "suppressed", "*": "suppressed", "[x]": "not published",
    "..": "not published", "n/a": "not asked", "[z]": "not asked", "z": "not asked",
    "-": "not published", "[w]": "withdrawn", "[r]": "published", "?": "not entered yet",
}  # fmt: skip


_STATUS = {(table, figure): status for table, figure, status in FIGURES}


class _Rule(NamedTuple):
    """What a cell must be: a test of its text, and the sentence for a cell that fails it."""

    holds: Callable[[str], bool]
    rule: str
    fix: str


def column_problems(text: Text, resource: Resource, limits: dict[str, int]) -> Iterator[Problem]:
    """Check every cell of a table of text against its column; one problem a cell."""
    for field in resource.fields:
        distinct = set(text.cells[field.name])
        if odd := {cell: plain for cell in distinct if (plain := _plain(cell)) != cell}:
            yield _made_plain(text, field, resource.path, odd)
            distinct = set(text.cells[field.name])
        cells = text.cells[field.name]
        rules = _rules(field, limits["cell_characters"], resource)
        wrong = {}
        for value in distinct:
            if value:
                broken = next((rule for rule in rules if not rule.holds(value)), None)
                if broken:
                    wrong[value] = broken.rule, broken.fix
            elif field.required:
                wrong[value] = "is empty", "fill it in: " + field.description.rstrip(".")
        if wrong:
            for line, value in zip(text.lines, cells, strict=True):
                if value in wrong:
                    yield Problem(resource.path, line, field.name, value or None, *wrong[value])


def _made_plain(text: Text, field: Field, file: str, odd: Mapping[str, str]) -> Problem:
    """Put what is plain in the place of what is odd, and say so."""
    cells = text.cells[field.name]
    at = [line for line, cell in zip(text.lines, cells, strict=True) if cell in odd]
    text.cells[field.name] = [odd.get(cell, cell) for cell in cells]
    rule = "holds a blank or a letter of an unusual kind"
    if len(at) > 1:
        rule += f", and so {'does' if len(at) == 2 else 'do'} {len(at) - 1:,} more"
    fix = "nothing need be done: it was read as the plain one"
    return Problem(file, at[0], field.name, None, rule, fix, stops=False)


def _plain(cell: str) -> str:
    """Return a cell with plain blanks and composed letters instead of what only looks like them."""
    if cell.isascii() and "  " not in cell:
        return cell
    composed = unicodedata.normalize("NFC", cell)
    blanks = "".join(" " if unicodedata.category(c) == "Zs" else c for c in composed)
    return re.sub(" {2,}", " ", blanks)


def _rules(field: Field, longest: int, resource: Resource) -> list[_Rule]:
    """Return what a filled cell of one column must be, the most telling rule first."""
    limits = field.constraints
    dated = field.type == "date" or "YYYY" in FORMS[limits.get("pattern", "[^<>]*")].name
    as_it_was = (
        "write what the document prints, such as February 2020, in a column formatted as text"
    )
    if dated:
        as_it_was = "write year and month as in 2020-02, or year, month and day as in 2020-02-07"
    elif field.type in _NUMBER:
        as_it_was = "write the number in digits, as the document prints it"
    rules = [
        _Rule(
            _is_seen,
            "holds a line break, a tab or another character that cannot be seen",
            "delete it, or type the cell again",
        ),
        _Rule(lambda cell: cell == cell.strip(), "begins or ends with a blank", "delete the blank"),
        _Rule(lambda c: not _DAMAGE.fullmatch(c), "was changed by a spreadsheet", as_it_was),
    ]
    if dated or field.name.endswith("_printed"):
        rule = "is a day as a spreadsheet counts it"
        rules.append(_Rule(lambda c: not _SERIAL.fullmatch(c), rule, as_it_was))
    if field.type in _NUMBER:
        rules += _number_rules(field, resource)
    if field.type == "date":
        fix = "write year, month and day as in 2020-02-07"
        rules.append(_Rule(_is_day, "is not a date", fix))
    if "enum" in limits:
        words = frozenset(limits["enum"])
        fix = "write one of: " + ", ".join(limits["enum"])
        if status := _STATUS.get((resource.name, field.name)):
            fix += f"; if there is none, leave it empty and say why in {status}"
        rules.append(_Rule(words.__contains__, "is not one of the words allowed here", fix))
    if "pattern" in limits:
        form, rule = re.compile(limits["pattern"]), "does not have the form this column needs"
        fix = FORMS[form.pattern].fix
        rules.append(_Rule(lambda cell: form.fullmatch(cell) is not None, rule, fix))
    if field.type == "date" or limits.get("pattern") == MONTH_OR_DAY:
        fix = "check the date against the document"
        rules.append(_Rule(_is_in_calendar, "is not a date of the calendar", fix))
    most = limits.get("maxLength", longest)
    rule = f"is longer than {most:,} characters"
    rules.append(_Rule(lambda cell: len(cell) <= most, rule, "shorten it"))
    return rules


def _is_seen(cell: str) -> bool:
    if cell.isascii() and cell.isprintable():
        return True
    return not BLANK_LETTERS.search(cell) and _UNSEEN.isdisjoint(map(unicodedata.category, cell))


def _is_day(cell: str) -> bool:
    return _DAY.fullmatch(cell) is not None


def _is_in_calendar(cell: str) -> bool:
    """Whether a cell is a day of the calendar; what is not written as a day counts as one."""
    with suppress(ValueError):
        return not _is_day(cell) or bool(date.fromisoformat(cell))
    return False


def _number_rules(field: Field, resource: Resource) -> list[_Rule]:
    form = _NUMBER[field.type]
    status = _STATUS.get((resource.name, field.name))
    words: list[str] = next(
        (f.constraints.get("enum", []) for f in resource.fields if f.name == status), []
    )
    signs = {sign: word for sign, word in _SHORTHAND.items() if word in words}
    instead = f"; if there is no figure, leave it empty and say why in {status}" if status else ""
    lowest = field.constraints.get("minimum", float("-inf"))
    highest = field.constraints.get("maximum", float("inf"))
    fix = "check it against the document"
    stated = [
        _Rule(
            lambda cell, sign=sign: cell.lower() != sign,  # type: ignore[misc]
            f"is not {_WORDS[field.type]} but a sign in place of one",
            f'leave the cell empty and write "{word}" in {status}, '
            f"or whichever of its words says why: {', '.join(words)}",
        )
        for sign, word in signs.items()
    ]
    return [
        *stated,
        _Rule(
            lambda cell: form.fullmatch(cell) is not None,
            f"is not {_WORDS[field.type]}",
            f"write digits only, as in {_LIKE[field.type]}, without %, blanks or commas{instead}",
        ),
        _Rule(
            lambda c: sum(map(str.isdigit, c)) <= _DIGITS, f"has more than {_DIGITS} digits", fix
        ),
        _Rule(lambda cell: float(cell) >= lowest, f"is below {lowest}, the least allowed", fix),
        _Rule(lambda cell: float(cell) <= highest, f"is above {highest}, the most allowed", fix),
    ]

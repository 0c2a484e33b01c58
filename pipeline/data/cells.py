"""Rules of single cells: type, form, words and limits of a column, from the data package.

They run on the text of each cell, before any conversion, so that what is
reported is what a person sees in the file; and once for each distinct text, as
most cells of a column say what another one says.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from pipeline.data.package import FORMS, MONTH_OR_DAY, Field, Resource
from pipeline.data.problems import Problem
from pipeline.data.read import Text

_NUMBER = {
    "integer": re.compile(r"-?(0|[1-9][0-9]*)"),
    "number": re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?"),
}
_WORDS = {"integer": "a whole number", "number": "a number"}
_LIKE = {"integer": "74", "number": "4.3"}
_DIGITS = 15  # What every number type holds exactly; no published figure comes near it.
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Letters by their category that no screen shows, though they are no control characters.
_BLANK_LETTERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]"
)
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


class _Rule(NamedTuple):
    """What a cell must be: a test of its text, and the sentence for a cell that fails it."""

    holds: Callable[[str], bool]
    rule: str
    fix: str


def column_problems(text: Text, resource: Resource, limits: dict[str, int]) -> Iterator[Problem]:
    """Check every cell of a table of text against its column; one problem a cell."""
    for field in resource.fields:
        cells = text.cells[field.name]
        rules = _rules(field, limits["cell_characters"])
        wrong = {}
        for value in set(cells):
            broken = _empty(field) if not value else _first_broken(value, rules)
            if broken is not None:
                wrong[value] = broken
        if wrong:
            for line, value in zip(text.lines, cells, strict=True):
                if value in wrong:
                    _, rule, fix = wrong[value]
                    yield Problem(resource.path, line, field.name, value or None, rule, fix)


def _first_broken(value: str, rules: list[_Rule]) -> _Rule | None:
    return next((rule for rule in rules if not rule.holds(value)), None)


def _empty(field: Field) -> _Rule | None:
    if not field.required:
        return None
    return _Rule(bool, "is empty", "fill it in: " + field.description.rstrip("."))


def _rules(field: Field, longest: int) -> list[_Rule]:
    """Return what a filled cell of one column must be, the most telling rule first."""
    limits = field.constraints
    rules = [
        _Rule(
            _is_seen,
            "holds a line break, a tab or another character that cannot be seen",
            "delete it, or type the cell again",
        ),
        _Rule(lambda cell: cell == cell.strip(), "begins or ends with a blank", "delete the blank"),
    ]
    if field.type in _NUMBER:
        rules += _number_rules(field)
    if field.type == "date":
        fix = "write year, month and day as in 2020-02-07"
        rules.append(_Rule(_is_day, "is not a date", fix))
    if "enum" in limits:
        words = frozenset(limits["enum"])
        fix = "write one of: " + ", ".join(limits["enum"])
        rules.append(_Rule(words.__contains__, "is not one of the words allowed here", fix))
    if "pattern" in limits:
        form = re.compile(limits["pattern"])
        rules.append(
            _Rule(
                lambda cell: form.fullmatch(cell) is not None,
                "does not have the form this column needs",
                FORMS[form.pattern].fix,
            )
        )
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
    return not _BLANK_LETTERS.search(cell) and _UNSEEN.isdisjoint(map(unicodedata.category, cell))


def _is_day(cell: str) -> bool:
    return _DAY.fullmatch(cell) is not None


def _is_in_calendar(cell: str) -> bool:
    """Whether a cell is a day of the calendar; what is not written as a day counts as one."""
    if not _is_day(cell):
        return True
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _number_rules(field: Field) -> list[_Rule]:
    form = _NUMBER[field.type]
    lowest = field.constraints.get("minimum", float("-inf"))
    highest = field.constraints.get("maximum", float("inf"))
    fix = "check it against the document"
    return [
        _Rule(
            lambda cell: form.fullmatch(cell) is not None,
            f"is not {_WORDS[field.type]}",
            f"write digits only, as in {_LIKE[field.type]}, without %, blanks or commas",
        ),
        _Rule(
            lambda cell: sum(map(str.isdigit, cell)) <= _DIGITS,
            f"has more than {_DIGITS} digits",
            fix,
        ),
        _Rule(lambda cell: float(cell) >= lowest, f"is below {lowest}, the least allowed", fix),
        _Rule(lambda cell: float(cell) <= highest, f"is above {highest}, the most allowed", fix),
    ]

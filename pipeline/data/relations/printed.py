"""Dates as printed and as typed, held together."""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

import pandas as pd

from pipeline.data.relations.rule import Rows, Rule, Wrong, cells

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = re.compile(
    r"\b(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b",
    re.IGNORECASE,
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(_WEEKDAYS)})\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_YEAR_PAIR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*[/\u2013-]\s*(\d\d)(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})(?!\d)")
_DAY = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH.pattern}"
    rf"|{_MONTH.pattern}\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!\d)",
    re.IGNORECASE,
)
SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "winter": (12, 2)}
_SEASON = re.compile(r"\b(spring|summer|autumn|winter)\b", re.IGNORECASE)
_QUARTER = re.compile(
    r"\b(?:q([1-4])|quarter\s+([1-4])|(first|second|third|fourth)\s+quarter)\b", re.IGNORECASE
)
_ORDINALS = ("first", "second", "third", "fourth")

_remembered = lru_cache(maxsize=5000)
"""Most dates are printed like many others."""


@_remembered
def names_period(printed: str) -> bool:
    """Whether a printed date is a season or a quarter of a year."""
    return bool(_SEASON.search(printed) or _QUARTER.search(printed))


@_remembered
def names_month(printed: str) -> bool:
    """Whether a printed date holds a month and a year, or a date in figures."""
    return bool((_MONTH.search(printed) and _YEAR.search(printed)) or _NUMERIC.search(printed))


@_remembered
def agrees(printed: str, typed: str) -> bool:
    """Whether a typed date (year, month, day, as far as known) can be what is printed.

    What the print has is compared: any of its years, any of its months, any of its days. A print
    without them ("on completion") agrees with everything.

    >>> agrees("Monday 16 September 2019", "2019-09-16"), agrees("July 2020", "2021-07")
    (True, False)
    """
    year, *rest = map(int, typed.split("-"))
    month, day = (*rest, None, None)[:2]
    numeric = [(int(d), int(m), int(y) % 100) for d, m, y in _NUMERIC.findall(printed)]
    if numeric:
        return any(y == year % 100 and m == (month or m) and d == (day or d) for d, m, y in numeric)
    years = {int(found) for found in _YEAR.findall(printed)}
    # 2019/20 is a year of accounts or a winter: it ends in the next one.
    years |= {int(found) + 1 for found, _ in _YEAR_PAIR.findall(printed)}
    if years and year not in years:
        return False
    months = {_month(found) for found in _MONTH.findall(printed)}
    if months and month is not None and month not in months:
        return False
    days = {int(next(filter(str.isdigit, found))) for found in _DAY.findall(printed)}
    return not (days and months and day is not None and day not in days)


def weekday_agrees(printed: str, typed: str) -> bool:
    """Whether a typed day falls on a day of the week that is printed, where one is.

    >>> weekday_agrees("Monday 16 September 2019", "2019-09-16")
    True
    >>> weekday_agrees("Monday 16 September 2018", "2018-09-16")
    False
    """
    named = {found.lower() for found in _WEEKDAY.findall(printed)}
    return not named or len(typed) < 10 or _WEEKDAYS[date.fromisoformat(typed).weekday()] in named


def _month(name: str) -> int:
    return next(at for at, full in enumerate(MONTHS, 1) if full.startswith(name.lower()[:3]))


def is_period(printed: str, first: str, last: str) -> bool:
    """Whether two typed months are the season or quarter that is printed.

    A quarter is three months that begin in January, April, July or October: documents count
    them by the calendar or by the year of accounts. Winter ends in February of the next year.
    """
    start, end = pd.Period(first[:7], "M"), pd.Period(last[:7], "M")
    if season := _SEASON.search(printed):
        months = SEASONS[season.group(1).lower()]
        if (start.month, end.month) != months or (end - start).n != 2:
            return False
        return agrees(_without_months(printed), first) or agrees(_without_months(printed), last)
    if quarter := _QUARTER.search(printed):
        number = next(filter(None, quarter.groups())).lower()
        place = int(number) if number.isdigit() else _ORDINALS.index(number) + 1
        of_accounts = place % 4 * 3 + 1
        return (
            (end - start).n == 2
            and start.month in (place * 3 - 2, of_accounts)
            and agrees(_without_months(printed), first)
        )
    return agrees(printed, first) and agrees(printed, last) and start <= end


def _without_months(printed: str) -> str:
    return _MONTH.sub(" ", printed)


def _differs(printed: str, typed: str, alike: Callable[[str, str], bool]) -> Wrong:
    return lambda frame: [
        pd.notna(print_) and pd.notna(day) and not alike(print_, day)
        for print_, day in cells(frame, printed, typed)
    ]


#: Table, date as printed, the same as typed.
PAIRS = (
    ("sources", "published_printed", "published"),
    ("inspections", "fieldwork_start_printed", "fieldwork_start"),
    ("inspections", "published_printed", "published"),
    ("plans", "submitted_printed", "submitted"),
    ("action_updates", "due_printed", "due"),
)

RULES: list[Rule] = [
    rule
    for table, printed, typed in PAIRS
    for rule in (
        Rows(table).rule(
            f"{typed.replace('_', '-')}-of-{table.replace('_', '-')}-as-printed",
            f"In {table}.csv, {typed} is the date in {printed}.",
            typed,
            _differs(printed, typed, agrees),
            f'is not the date in {printed}, "{{{printed}}}"',
            "compare both with the document",
        ),
        Rows(table).rule(
            f"weekday-of-{typed.replace('_', '-')}-of-{table.replace('_', '-')}",
            f"In {table}.csv, {typed} falls on the day of the week in {printed}, or this is said.",
            typed,
            _differs(printed, typed, weekday_agrees),
            f'does not fall on the day of the week in {printed}, "{{{printed}}}"',
            "compare both with the document; nothing need be done if it stands there",
            stops=False,
        ),
    )
]

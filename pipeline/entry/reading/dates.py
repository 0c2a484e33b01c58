"""Dates as documents print them."""

import re
from datetime import date

_NAMES = """
january february march april may june july august september october november december
"""
_MONTHS = _NAMES.split()
MONTH = "|".join(_MONTHS)
_WEEKDAYS = ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")
_LONG = re.compile(rf"(?:(\d{{1,2}})(?:\s*(?:st|nd|rd|th))?\s+)?({MONTH})\s+((?:19|20)\d\d)", re.I)
_SHORT = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.]((?:19|20)\d\d)\b")

#: A date as printed: a weekday or "week commencing" may stand in front, the day may be missing.
PRINTED = re.compile(
    rf"(?:(?:week\s+commencing|{'|'.join(_WEEKDAYS)})(?:day)?,?\s+)?{_LONG.pattern}"
    rf"|{_SHORT.pattern}",
    re.I,
)


def iso(printed: str) -> str | None:
    """Return a printed date as YYYY-MM-DD, YYYY-MM where it has no day, None where it is none.

    Day comes before month in 03/04/2019, as British documents have it.
    """
    found = _LONG.search(printed)
    if found:
        day, month, year = found[1], _MONTHS.index(found[2].lower()) + 1, int(found[3])
        if day is None:
            return f"{year}-{month:02}"
    else:
        found = _SHORT.search(printed)
        if not found:
            return None
        day, month, year = found[1], int(found[2]), int(found[3])
    try:
        return date(year, month, int(day)).isoformat()
    except ValueError:
        return None


def fits_weekday(printed: str) -> bool:
    """Whether the weekday that stands with a date is its own; True where none stands there."""
    named = re.match(rf"({'|'.join(_WEEKDAYS)})day\b", printed.strip(), re.I)
    day = iso(printed)
    if named is None or day is None or len(day) < len("2019-09-16"):
        return True
    return _WEEKDAYS[date.fromisoformat(day).weekday()] == named[1].lower()

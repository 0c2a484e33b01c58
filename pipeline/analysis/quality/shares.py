"""Shares that a text names in words: which percentages 'two-thirds' or 'over half' allow."""

import re
from fractions import Fraction

from pipeline.analysis.sentences.phrases import in_words

_NUMBERS = {in_words(number): number for number in range(1, 11)}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
# Points by which a plain fraction may miss the figure: half the distance between tenths.
_ROUNDING = 5
_MORE = ("more than", "over", "just over", "at least")
_LESS = ("less than", "under", "just under", "almost", "nearly", "fewer than")
# Words that turn a share of work done well into the share not done well.
_NOT = re.compile(r"\bnot\b|\bmissed\b|\bfailed\b|\binsufficient\b", re.IGNORECASE)
_OUT_OF = re.compile(r"(\d+|[a-z]+) out of (?:every )?(\d+|[a-z]+)")
_PART = re.compile(r"(?:(\w+) )?(half|third|quarter|fifth|tenth)s?\b")
_PER_CENT = re.compile(r"(\d+) ?(?:per cent|%)")


def share_in_words(text: str) -> tuple[float, float] | None:
    """Return the percentages that a share printed in words allows, or None where it names none.

    Plain fractions ('two-thirds', '8 out of 10', 'a third') allow five points either way; 'over'
    and 'almost' set one limit and ten points; the names of the rating bands are not shares and are
    left out. A share of what was not done is turned round. Percent, both ends included.
    """
    words = simple(text)
    share = fraction(words)
    if share is None:
        return None
    percent = float(100 * share)
    before = words[: _position(words)].rstrip()
    low, high = percent - _ROUNDING, percent + _ROUNDING
    if before.endswith(_LESS):
        close = before.endswith(("almost", "nearly", "just under"))
        low, high = (percent - 2 * _ROUNDING if close else 0.0), percent
    elif before.endswith(_MORE):
        close = before.endswith("just over")
        low, high = percent, (percent + 2 * _ROUNDING if close else 100.0)
    if _NOT.search(words):
        low, high = 100 - high, 100 - low
    return max(low, 0.0), min(high, 100.0)


def simple(text: str) -> str:
    """Return a printed text in small letters, with plain apostrophes and without hyphens."""
    return text.casefold().replace("’", "'").replace("-", " ")


def fraction(words: str) -> Fraction | None:
    """Return the share that a simple text names, taken exactly, or None where it names none."""
    out_of = _OUT_OF.search(words)
    if out_of:
        top, bottom = (
            int(n) if n.isdigit() else _NUMBERS.get(n, 0) for n in (out_of[1], out_of[2])
        )
        return Fraction(top, bottom) if top and bottom else None
    per_cent = _PER_CENT.search(words)
    if per_cent:
        return Fraction(int(per_cent[1]), 100)
    part = _PART.search(words)
    return None if part is None else Fraction(_NUMBERS.get(part[1] or "", 1), _PARTS[part[2]])


def _position(words: str) -> int:
    """Where the share begins in a text that holds one."""
    starts = [found.start() for found in (_OUT_OF.search(words), _PER_CENT.search(words)) if found]
    part = _PART.search(words)
    if part:
        counted = part[1] in _NUMBERS or part[1] == "a"
        starts.append(part.start() if counted else part.start(2))
    return min(starts)

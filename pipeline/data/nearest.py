"""What to answer where somebody asks for what is not there: what is, the nearest first."""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

MOST = 12
"""No answer lists more than this; it says how many more there are."""


class Unknown(KeyError, AttributeError):
    """Nothing is called what was asked for; the message names what there is, nearest first."""

    def __str__(self) -> str:
        """Return the sentence; KeyError would put it in quotation marks."""
        return str(self.args[0])

    def _render_traceback_(self) -> list[str]:
        # IPython shows this in place of a traceback: the sentence is all there is to know.
        return [str(self)]


def nearest_first(
    asked: object, known: Iterable[object], names: Mapping[str, str] | None = None
) -> list[str]:
    """Return what is known as text, what resembles the asked most first, ties as they stood.

    Numbers are near where their difference is small, words where they share long stretches; what
    begins with the asked words, or holds them, comes first. ``names`` are further names of what is
    known: the nearer of the two counts.
    """
    wanted = str(asked).strip().lower()

    def distance(told: str) -> tuple[bool, bool, float]:
        if wanted.isdigit() and told.isdigit():
            return False, False, abs(int(wanted) - int(told))
        likeness = SequenceMatcher(None, wanted, told).ratio()
        return not told.startswith(wanted), wanted not in told, -likeness

    def of(code: str) -> tuple[bool, bool, float]:
        return min(distance(told.lower()) for told in (code, (names or {}).get(code, code)))

    return sorted(dict.fromkeys(map(str, known)), key=of)


def no_such(
    what: str,
    asked: object,
    known: Iterable[object],
    of: str = "",
    names: Mapping[str, str] | None = None,
) -> str:
    """Return the sentence that says what there is in place of what was asked for."""
    there = nearest_first(asked, known, names)
    more = f" and {len(there) - MOST} more" if len(there) > MOST else ""
    said = f"there is: {', '.join(there[:MOST])}{more}" if there else "there is none"
    return f"There is no {what} '{asked}'{f' of {of}' if of else ''}; {said}."


def one_of(
    what: str,
    asked: object,
    known: Iterable[object],
    of: str = "",
    names: Mapping[str, str] | None = None,
) -> str:
    """Return the code of what was asked for, by its code or by its name in any letters.

    Raises Unknown, with the codes there are, the nearest first.
    """
    codes = list(dict.fromkeys(map(str, known)))
    wanted = str(asked).strip()
    called = {name.lower(): code for code, name in (names or {}).items() if code in codes}
    found = wanted if wanted in codes else called.get(wanted.lower())
    if found is None:
        raise Unknown(no_such(what, asked, codes, of, names))
    return found

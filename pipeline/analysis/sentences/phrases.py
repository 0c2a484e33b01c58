"""Small parts of sentences: counts in words, lists, a noun with its number."""

from collections.abc import Sequence

_NUMBERS = (
    "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
)  # fmt: skip


def in_words(number: int, *, capital: bool = False) -> str:
    """Return a count as a sentence writes it: words to ten, digits above.

    >>> in_words(9, capital=True), in_words(11)
    ('Nine', '11')
    """
    word = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return word.capitalize() if capital else word


def joined(items: Sequence[str], last: str = "and") -> str:
    """Join names as a sentence does, with ``and`` or another last word.

    >>> joined(["a", "b", "c"]), joined(["14", "19"], "or")
    ('a, b and c', '14 or 19')
    """
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def plural(number: int, thing: str) -> str:
    """Return a noun as it stands after a number.

    >>> plural(1, "case"), plural(11, "case")
    ('case', 'cases')
    """
    return thing if number == 1 else f"{thing}s"


def counted(number: int, thing: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "case"), counted(11, "case")
    ('1 case', '11 cases')
    """
    return f"{number} {plural(number, thing)}"


def inside(words: str) -> str:
    """Return a name as it stands inside a sentence; one with a capital further on keeps its own.

    >>> inside("Planning"), inside("OASys")
    ('planning', 'OASys')
    """
    return words if words[1:] != words[1:].lower() else words[0].lower() + words[1:]


def capital(words: str) -> str:
    """Return words as they begin a sentence.

    >>> capital("planning")
    'Planning'
    """
    return words[:1].upper() + words[1:]


def label_parts(label: str) -> tuple[str, str]:
    """Return the two parts that a key question's label is typed in: its standard's, and its own.

    A label without a colon has no part that is its standard's.

    >>> label_parts("Planning: engaging the person"), label_parts("Staffing")
    (('Planning', 'engaging the person'), ('', 'Staffing'))
    """
    standard, colon, own = label.partition(": ")
    return (standard, own) if colon and own else ("", label)

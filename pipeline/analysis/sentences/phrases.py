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


def counted(number: int, thing: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "case"), counted(11, "case")
    ('1 case', '11 cases')
    """
    return f"{number} {thing}" + ("" if number == 1 else "s")

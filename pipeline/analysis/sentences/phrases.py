"""Small parts of sentences: counts in words, lists, a noun with its number."""

from collections.abc import Sequence

_NUMBERS = (
    "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
)  # fmt: skip


def in_words(number: int, *, capital: bool = False) -> str:
    """Return a count as a sentence writes it: words to ten, digits above."""
    word = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return word.capitalize() if capital else word


def joined(items: Sequence[str], last: str = "and") -> str:
    """Join names as a sentence does: 'a', 'a and b', 'a, b and c' (or with another last word)."""
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(number: int, thing: str) -> str:
    """Return a number with its noun: '1 case', '11 cases'."""
    return f"{number} {thing}" + ("" if number == 1 else "s")

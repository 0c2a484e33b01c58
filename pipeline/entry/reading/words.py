"""Words as compared: small letters, straight quotation marks, no footnote marks or punctuation."""

import re
from collections.abc import Sequence
from itertools import dropwhile

_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:[ ,]*[⁰¹²³⁴⁵⁶⁷⁸⁹]+)*")
_OTHER = re.compile(r"[^a-z0-9]+")


def without_marks(text: str) -> str:
    """Return text without raised footnote marks."""
    return _RAISED.sub(" ", text)


def marks(text: str) -> list[str]:
    """Return the footnote marks of a text as plain digits, in order."""
    to_plain = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
    return [found.translate(to_plain) for found in re.findall("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", text)]


def footnote_mark(text: str) -> str:
    """Return the mark with which a footnote begins, as plain digits; "" where it is none."""
    return marks(text)[0] if _RAISED.match(text) else ""


def after_number(text: str) -> list[str]:
    """Return the words of a text, as compared, behind the number of its section."""
    return list(dropwhile(str.isdigit, simple(text)))


def simple(text: str) -> list[str]:
    """Return the words of a text in the form in which they are compared."""
    plain = without_marks(text).lower().replace("’", "").replace("'", "").replace("‘", "")
    return _OTHER.sub(" ", plain).split()


_OFTEN = """
a an and are as at be been by can do does for from had has have how if in is it its more not
of on or other out so such than that the their them there these they this to was we were
what when where which who will with would sufficiently focus focused sufficient people cases
"""
_FREQUENT = frozenset(_OFTEN.split())


def telling(text: str) -> set[str]:
    """Return the words of a text that tell what it is about, shortened to their stem."""
    return {word[:6] for word in simple(text) if word not in _FREQUENT and not word.isdigit()}


def shown(texts: Sequence[str], length: int = 400) -> str:
    """Return texts on one line, cut where they are long."""
    line = " ".join(" ".join(text.split()) for text in texts if text.strip())
    return line if len(line) <= length else line[: length - 1] + "…"

"""Small pieces of HTML that every object on a page is made of.

Markup is a type, markupsafe's ``Markup``; everything else is text and is escaped where it is put
into markup. Every element is made by ``tag``, so that a provider called ``<script>`` is shown with
its brackets and never obeyed: whoever forgets to escape gets escaped text, and whoever forgets that
something is markup sees its brackets on the page.
"""

from __future__ import annotations

import html
import math
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any, Final

from markupsafe import Markup as Markup

MINUS = "−"


EMPTY: Final = Markup()
"""No markup at all."""

_marked: Callable[[str], Markup] = partial(str.__new__, Markup)
"""Text that is markup already, without Markup's looking at it again."""

_REMEMBERED: Final = 4096
"""How many words and attributes are remembered as they are written: a page repeats most of them."""


def escape(value: object) -> Markup:
    """Return a value as markup, safe in an element and in a quoted attribute.

    What is markup already is returned as it is. Characters that no HTML document may hold (control
    characters, lone surrogates) are replaced by the replacement character, so that a page stays
    valid whatever a data file contains.
    """
    return value if isinstance(value, Markup) else _marked(_safe(value))


def _safe(value: object) -> str:
    """A value's markup as text like any other, to be put into more: this happens most often."""
    return value if isinstance(value, Markup) else _escaped(str(value))


@lru_cache(_REMEMBERED)
def _escaped(text: str) -> str:
    return html.escape(clean(text))


def tag(name: str, /, *inside: object, **attributes: object) -> Markup:
    """Return an element; ``inside`` and the values of ``attributes`` are escaped.

    An attribute that is a word of Python's takes an underscore at its end (``class_``), one with a
    hyphen an underscore inside (``aria_label``). None, False and empty text leave an attribute
    out; True gives one without a value.
    """
    return _marked(f"<{name}{_attributes(attributes)}>{''.join(map(_safe, inside))}</{name}>")


def void(name: str, /, **attributes: object) -> Markup:
    """Return an element that holds nothing, such as ``input``; attributes as in ``tag``."""
    return _marked(f"<{name}{_attributes(attributes)}>")


def shape(name: str, /, **attributes: object) -> Markup:
    """Return an SVG element that holds nothing, such as ``circle``; attributes as in ``tag``."""
    return _marked(f"<{name}{_attributes(attributes)}/>")


def join(parts: Iterable[object], between: str = EMPTY) -> Markup:
    """Return the parts as markup, one after the other, text among them escaped."""
    # str.join: Markup's own would escape once more what is markup already.
    return _marked(str.join(_safe(between), map(_safe, parts)))


def _attributes(attributes: dict[str, object]) -> str:
    return "".join([_attribute(*pair) for pair in attributes.items()]) if attributes else ""


@lru_cache(_REMEMBERED, typed=True)
def _attribute(name: str, value: object) -> str:
    if value is None or value is False or value == "":
        return ""
    written = name.rstrip("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{_safe(value)}"'


def clean(value: object) -> str:
    """Return a value as text in which every character may stand in HTML, SVG and a spreadsheet."""
    text = str(value)
    # What may not stand there cannot be printed either; most words can, which is soon seen.
    return text if text.isprintable() else _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


_NEVER = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff" + "".join(
    chr(plane * 0x10000 + end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF)
)
_FORBIDDEN = re.compile(f"[{_NEVER}]")


def slug(value: object) -> str:
    """Return a name fit for an id, a file name and a link: ``[a-z0-9-]`` and never empty."""
    plain = unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "item"


def is_missing(value: Any) -> bool:
    """Say whether a table cell holds nothing (None, NaN, NA, NaT or an empty string)."""
    if isinstance(value, str):
        return not value.strip()
    if value is None or isinstance(value, (int, float)):
        return value is None or bool(value != value)
    # Whoever renders needs no pandas; and without it there is no missing value of its kinds.
    pandas = sys.modules.get("pandas")
    missing = pandas.isna(value) if pandas else value != value
    return missing if isinstance(missing, bool) else False


def number(value: float, decimals: int = 0, *, signed: bool = False) -> str:
    """Return a number as print: thousands set off by commas, a real minus sign.

    ``decimals`` is the number of places shown; ``signed`` puts a plus before positive numbers.

    Raises
    ------
    ValueError
        If the value is infinite or not a number: neither may reach a page.
    """
    plain = float(value)
    if not math.isfinite(plain):
        raise ValueError(f"{value!r} is not a number that can be shown on a page")
    shown = f"{abs(plain):,.{decimals}f}"
    if float(shown.replace(",", "")) == 0:
        return shown
    return (MINUS if plain < 0 else "+" if signed else "") + shown


def hidden(text: str) -> Markup:
    """Return words for screen readers only."""
    return tag("span", text, class_="vh")


def symbol(mark: str, kind: str = "") -> Markup:
    """Return a shape for the eye only; words next to it must say the same.

    ``kind`` may be ``up`` or ``down``, which gives the shape its colour.
    """
    return tag("i", mark, class_=kind, aria_hidden="true")


_WAYS = {"rose": ("▲", "up"), "fell": ("▼", "down"), "stayed": ("■", "")}


def way(words: str) -> Markup:
    """Return the way a rating went (rose, stayed, fell) with its shape; other words as they are."""
    return symbol(*_WAYS[words]) + f" {words}" if words in _WAYS else escape(words)


def scroll_region(inside: Markup, labelled_by: str, kind: str = "scroll") -> Markup:
    """Wrap something wide in a labelled region that scrolls by itself, also by keyboard.

    The page's script takes the region and its tab stop away wherever nothing overflows.
    """
    return tag("div", inside, class_=kind, role="region", tabindex="0", aria_labelledby=labelled_by)

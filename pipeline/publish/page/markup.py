"""Small pieces of HTML that every object on a page is made of.

Whatever comes from data is text. These functions are the only door from a value to markup, so
that a provider called ``<script>`` is shown with its brackets and never obeyed.
"""

from __future__ import annotations

import html
import math
import re
import sys
import unicodedata
from typing import Any

MINUS = "−"


def escape(value: object) -> str:
    """Return a value as HTML text, safe in an element and in a quoted attribute.

    Characters that no HTML document may hold (control characters, lone surrogates) are replaced
    by the replacement character, so that a page stays valid whatever a data file contains.
    """
    return html.escape(clean(value), quote=True)


def clean(value: object) -> str:
    """Return a value as text in which every character may stand in HTML, SVG and a spreadsheet."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", str(value))


_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr(plane * 0x10000 + end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF))
    + "]"
)


def slug(value: object) -> str:
    """Return a name fit for an id, a file name and a link: ``[a-z0-9-]`` and never empty."""
    plain = unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "item"


def is_missing(value: Any) -> bool:
    """Say whether a table cell holds nothing (None, NaN, NA, NaT or an empty string)."""
    if isinstance(value, str):
        return not value.strip()
    if value is None:
        return True
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


def hidden(text: str) -> str:
    """Return words for screen readers only."""
    return f'<span class="vh">{escape(text)}</span>'


def symbol(mark: str, kind: str = "") -> str:
    """Return a shape for the eye only; words beside it must say the same.

    ``kind`` may be ``up`` or ``down``, which gives the shape its colour.
    """
    named = f' class="{kind}"' if kind else ""
    return f'<i{named} aria-hidden="true">{escape(mark)}</i>'


def scroll_region(inside: str, labelled_by: str, kind: str = "scroll") -> str:
    """Wrap something wide in a labelled region that scrolls by itself, also by keyboard.

    The page's script takes the region and its tab stop away wherever nothing overflows.
    """
    return (
        f'<div class="{kind}" role="region" tabindex="0" aria-labelledby="{escape(labelled_by)}">'
        f"{inside}</div>"
    )

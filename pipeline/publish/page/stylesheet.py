"""The style sheets in ``template/``, put together for a page or for one output of a notebook."""

import re
from functools import cache
from pathlib import Path

TEMPLATE = Path(__file__).with_name("template")

WIDTHS = range(288, 961, 32)
"""The least widths a chart can ask for, in CSS pixels; the style sheet has a class for each."""

COLUMNS = 12
"""The most columns of a table: more cannot be read on a page."""

_CLASS = re.compile(r'class="([^"]*)"')
# A class that names a column or a width by its number, as ``n3`` does.
_COUNTED = re.compile(r"\b[nkxw]\d+\b")


_HERE = ".counted{}"


def components() -> str:
    """Return how the objects in notebook cells look, with a place for counted rules at the end."""
    return f"{read('components.css')}\n{_HERE}"


def with_counted(sheet: str, html: str) -> str:
    """Return a sheet that holds ``components`` with those counted rules that some HTML asks for."""
    rules = _counted(frozenset(_COUNTED.findall(" ".join(_CLASS.findall(html)))))
    return sheet.replace(_HERE, rules) if rules else sheet.replace(f"{_HERE}\n", "")


@cache
def read(name: str) -> str:
    """Return a file of the template."""
    return (TEMPLATE / name).read_text(encoding="utf-8")


def lean_css(text: str) -> str:
    """Return a style sheet without comments and needless spaces; what is quoted stays as it is."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    parts = re.split(r'("[^"]*")', re.sub(r"\s*\n\s*", "\n", text))
    parts[::2] = [re.sub(r"(?<=[{;,:]) | (?=[{}])|;(?= ?})", "", part) for part in parts[::2]]
    return "".join(parts).strip()


def _counted(asked: frozenset[str]) -> str:
    """Return the rules for columns and chart widths that are named by a number."""
    rules = []
    for kind, cells, rule in (
        ("n", "td", "text-align:right;white-space:nowrap"),
        ("n", "thead th", "text-align:right"),
        ("k", "td", "white-space:nowrap"),
        ("x", "tr>*", "min-width:var(--room);overflow-wrap:anywhere"),
    ):
        numbers = [n for n in range(1, COLUMNS + 1) if f"{kind}{n}" in asked]
        told = ",".join(f".{kind}{n} {cells}:nth-child({n})" for n in numbers)
        rules.append(f"{told}{{{rule}}}" if told else "")
    rules += [f".chart svg.w{w}{{min-width:{w}px}}" for w in WIDTHS if f"w{w}" in asked]
    return "".join(rules)

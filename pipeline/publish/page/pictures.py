"""Pictures for pages: inline SVG with real text, a caption, and the numbers in a table beneath.

A chart is drawn with matplotlib at 72 dots an inch, so that one point is one CSS pixel, and written
as SVG with ``svg.fonttype: none``: its text can be selected, searched and read at any zoom. What
matplotlib writes is then pared down: no metadata, no style sheet (it would reach the whole page and
the Content-Security-Policy refuses it), no style attributes (likewise), two decimals, and ids that
begin with the picture's name, so that several charts live on one page and two runs give the same
bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any
from xml.etree import ElementTree

import pandas as pd
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Drawing

from pipeline.analysis.records import Row
from pipeline.publish.page.display import Shown
from pipeline.publish.page.markup import EMPTY, Markup, join, scroll_region, shape, slug, tag
from pipeline.publish.page.style import INK, apply
from pipeline.publish.page.stylesheet import WIDTHS
from pipeline.publish.page.tables import Table, as_frame

SMALLEST_TEXT = 11.0
"""No text in a chart is shown smaller than this many CSS pixels; a chart scrolls instead."""

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_TEXT = {"font-size": "13", "fill": INK}
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_SPACE = re.compile(r" (?=[A-Za-z-])|(?<=[A-Za-z]) (?=[-\d.A-Za-z])")
_SHARED = ("text-anchor", "font-size", "font-weight", "fill")
_COORDINATES = frozenset({"d", "x", "y", "width", "height", "cx", "cy", "r", "points", "transform"})
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_UPRIGHT = re.compile(r"^rotate\(-?0(\.0+)?[ ,)]")
_DEFAULTS = {
    "stroke-linejoin": "round", "stroke-linecap": "butt", "font-weight": "400",
    "font-style": "normal", "font-variant": "normal", "font-stretch": "normal",
    "stroke-opacity": "1", "fill-opacity": "1", "opacity": "1", "text-anchor": "start",
}  # fmt: skip


def drawing(width: int = 720, height: int = 400, **kwargs: Any) -> tuple[Drawing, Any]:
    """Return an empty drawing of this many CSS pixels and its axes, in the house style.

    The house style is set for the rest of the process, since matplotlib reads its settings as each
    part is drawn. Drawings are made without pyplot, which keeps every figure alive and costs time.
    Further arguments go to ``Figure.subplots``. Margins are the caller's (``subplots_adjust``):
    measuring the text to find them costs more than drawing it.
    """
    figure = sheet(width, height)
    return figure, figure.subplots(**kwargs)


def sheet(width: float, height: float) -> Drawing:
    """Return an empty drawing of this many CSS pixels, without axes, in the house style."""
    apply()
    return Drawing(figsize=(width / 72, height / 72), dpi=72)


@dataclass(frozen=True)
class Reference:
    """Where on the page the numbers stand that are no table: its name, its address, the numbers."""

    words: str
    address: str
    data: pd.DataFrame | Sequence[Row]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The numbers as a DataFrame."""
        return as_frame(self.data)


@dataclass(frozen=True)
class Picture(Shown):
    """A chart on a page: show it as the last value of a cell.

    Parameters
    ----------
    drawing
        A matplotlib figure; or two, the second the same chart drawn for a small screen, shown there
        in place of the first: 340 pixels wide with text of 13 holds up on the smallest.
    title
        What the chart shows, in a few words: printed above it.
    finding
        What a reader should take from it, in one sentence: the alternative text, printed beneath
        the title as well, so that nobody gets less.
    caption
        How to read it: shapes, intervals, what is left out.
    table
        The numbers drawn: folded beneath the chart, or shown there (``open_table``). A table that
        the page shows elsewhere can be given as ``see`` instead.
    see
        What on this page holds the numbers: a table, or a reference to a file.
    name
        Short name for links; made from the title if not given. Unique on a page.

    Raises
    ------
    ValueError
        If title or finding is missing, if the finding only repeats the title, or if the numbers
        cannot be reached.
    """

    drawing: Drawing | tuple[Drawing, Drawing]
    title: str
    finding: str
    caption: str = ""
    table: Table | None = None
    see: Table | Reference | None = None
    name: str = ""
    open_table: bool = False

    def __post_init__(self) -> None:
        """Check that the figure says what it finds and that its numbers can be reached."""
        if not self.title.strip() or not self.finding.strip():
            raise ValueError("A picture needs a title and a finding, which is its alternative text")
        if self.finding.strip().rstrip(".").lower() == self.title.strip().rstrip(".").lower():
            raise ValueError(f"Picture '{self.title}': the finding must say more than the title")
        if self.table is None and self.see is None:
            raise ValueError(f"Picture '{self.title}' needs the table with its numbers")
        object.__setattr__(self, "name", slug(self.name or self.title)[:60])
        if self.table is not None:
            object.__setattr__(self, "table", replace(self.table, numbered=False))

    def __repr__(self) -> str:
        """Return its title and finding, for a terminal."""
        return f"{self.title}\n{self.finding}"

    @property
    def frame(self) -> pd.DataFrame:
        """The numbers drawn, or those of the table that holds them."""
        return self._shows.frame

    def hint(self) -> str:
        """Say how to get at the numbers."""
        return f".frame gives its {len(self._shows.data)} rows of numbers as a DataFrame."

    @property
    def _shows(self) -> Table | Reference:
        """What holds the numbers drawn."""
        numbers = self.table if self.table is not None else self.see
        assert numbers is not None
        return numbers

    @property
    def label(self) -> str:
        """What other text calls the figure, such as "Figure 2"."""
        numbers = self.table or self.see
        if not isinstance(numbers, Table) or numbers.notes is None:
            return ""
        return numbers.notes.number("Figure", f"f-{self.name}")

    def html(self) -> Markup:
        """Return the figure as HTML."""
        label = self.label
        named = tag("span", label, class_="no") + " " if label else EMPTY
        heading = tag(
            "figcaption",
            tag("p", named, self.title, class_="title", id=f"h-{self.name}"),
            tag("p", self.finding, class_="finding"),
            tag("p", self.caption, class_="how") if self.caption else EMPTY,
        )
        broad, *small = self.drawing if isinstance(self.drawing, tuple) else (self.drawing,)
        picture = self._drawn(broad, f"g-{self.name}")
        if small:
            slim = self._drawn(small[0], f"s-{self.name}")
            picture = for_both(picture, slim)
        return tag("figure", heading, picture, self._numbers(label), id=f"f-{self.name}")

    def _drawn(self, source: Drawing, name: str) -> Markup:
        drawn = lean_svg(svg_text(source), name, self.finding)
        return scroll_region(drawn, f"h-{self.name}", "chart")

    def _numbers(self, label: str) -> Markup:
        if self.table is None:
            see = self._shows
            if isinstance(see, Table):
                see = Reference(see.label, f"#{see.id}", see.data)
            link = tag("a", see.words, href=see.address)
            return tag("p", "The numbers are in ", link, ".", class_="see")
        inside = self.table.html()
        if self.table.notes is not None:
            self.table.notes.label(self.table.name, label)
        if self.open_table:
            return inside
        summary = tag("summary", f"The numbers behind {label or 'this figure'}")
        return tag("details", summary, inside, class_="numbers", id=f"d-{self.name}")


def both(chart: Callable[..., Drawing], *args: Any, **more: Any) -> tuple[Drawing, Drawing]:
    """Return a chart of ours as a picture takes it: drawn for a broad screen, and for a small."""
    return chart(*args, **more), chart(*args, **more, narrow=True)


def for_both(broad: Markup, slim: Markup) -> Markup:
    """Return a drawing with the one that takes its place on a small screen."""
    return tag("div", broad, class_="broad") + tag("div", slim, class_="slim", hidden=True)


def svg_text(figure: Drawing) -> str:
    """Return a matplotlib figure as the SVG text that matplotlib writes, same bytes every run."""
    buffer = io.StringIO()
    apply()
    # What savefig does besides (another backend, a tight box, a second draw) is not needed.
    FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def lean_svg(text: str, name: str, finding: str) -> Markup:
    """Return SVG fit to stand in a page: lean, without styles, its ids beginning with ``name``.

    ``finding`` becomes the title, which is the picture's alternative text. Script, event
    attributes and links to anything outside the picture are dropped, whoever drew it.
    """
    root = ElementTree.fromstring(text[text.index("<svg") :])
    for parent in root.iter():
        for child in list(parent):
            if child.tag in _DROPPED:
                parent.remove(child)
    used = _references(root)
    ids = {old: f"{name}-{index}" for index, old in enumerate(used, start=1)}
    smallest, box = _tidy(root, ids), root.get("viewBox", "0 0 720 100")
    width = float(box.split()[2])
    _share_paint(root)
    _flatten(root)
    return picture_svg(
        box,
        width,
        join(map(_serialise, root)),
        name,
        finding,
        class_=_minimum(width, smallest),
        stroke_linejoin="round",
        font_size=_TEXT["font-size"],
    )


_DROPPED = {
    f"{_SVG}{tag}"
    for tag in ("metadata", "style", "title", "desc", "script", "foreignObject", "image", "a")
}


def _references(root: ElementTree.Element) -> list[str]:
    """Return the ids that something in the picture refers to, in order of first mention."""
    seen: dict[str, None] = {}
    for element in root.iter():
        for key, value in element.attrib.items():
            if key in (_HREF, "href") and value.startswith("#"):
                seen[value[1:]] = None
            elif "url(#" in value:
                seen.update(dict.fromkeys(_REFERENCE.findall(value)))
    return list(seen)


def _tidy(root: ElementTree.Element, ids: dict[str, str]) -> float:
    """Rewrite every element's attributes in place; return the smallest size of text."""
    smallest = 100.0
    for element in root.iter():
        attributes: dict[str, str] = {}
        is_text = element.tag == f"{_SVG}text"
        for key, value in element.attrib.items():
            if key == "style":
                attributes.update(_declarations(value))
            elif key == "id":
                if value in ids:
                    attributes["id"] = ids[value]
            elif key in (_HREF, "href"):
                if value[1:] in ids:
                    attributes["href"] = f"#{ids[value[1:]]}"
            elif not key.startswith(("on", "{")):
                attributes[key] = value
        if is_text:
            smallest = min(smallest, float(attributes.get("font-size", "13")))
        elif element.text:
            element.text = element.text.strip() or None
        element.tail = None if element.tag != f"{_SVG}tspan" else element.tail
        element.attrib.clear()
        for key, value in attributes.items():
            if _DEFAULTS.get(key) == value or (is_text and _TEXT.get(key) == value):
                continue
            if key == "transform" and _UPRIGHT.match(value):
                continue
            shortened = " ".join(value.split())
            if key in _COORDINATES:
                shortened = _SPACE.sub("", _NUMBER.sub(_short, shortened))
            elif "url(#" in shortened:
                shortened = _REFERENCE.sub(lambda m: f"url(#{ids.get(m[1], m[1])})", shortened)
            element.set(key, shortened)
    return smallest


def _share_paint(root: ElementTree.Element) -> None:
    """Give a marker the paint that all its uses agree on, instead of each use."""
    marks = {element.get("id"): element for element in root.iter() if element.get("id")}
    uses: dict[str, list[ElementTree.Element]] = {}
    for element in root.iter(f"{_SVG}use"):
        uses.setdefault(element.get("href", "")[1:], []).append(element)
    for name, same in uses.items():
        if name not in marks:
            continue
        for paint in ("fill", "stroke", "stroke-width"):
            values = {use.get(paint) for use in same}
            if len(values) == 1 and (value := values.pop()) is not None:
                # What the marker says itself wins over what a use hands down.
                marks[name].attrib.setdefault(paint, value)
                for use in same:
                    del use.attrib[paint]


@cache
def _declarations(style: str) -> dict[str, str]:
    """Return the declarations of a style attribute as presentation attributes.

    The font shorthand becomes size and weight only: the family is the page's.
    """
    found: dict[str, str] = {}
    for declaration in filter(None, (part.strip() for part in style.split(";"))):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key == "font":
            size = re.search(r"([\d.]+)px", value)
            weight = re.match(r"(?:\w+ )*?(bold|[5-9]00)\b", value)
            found["font-size"] = size[1] if size else "13"
            if weight:
                found["font-weight"] = weight[1]
        elif key == "font-size":
            found[key] = value.removesuffix("px")
        elif key != "font-family":
            found[key] = value
    return found


def _short(found: re.Match[str]) -> str:
    shortened = f"{float(found[0]):.1f}".removesuffix(".0")
    return "0" if shortened == "-0" else shortened


def _minimum(width: float, smallest: float) -> str:
    """Return the class that keeps the picture wide enough for its smallest text."""
    least = width * SMALLEST_TEXT / smallest
    return f"w{next((step for step in WIDTHS if step >= least - 1), WIDTHS[-1])}"


def _flatten(element: ElementTree.Element) -> None:
    """Replace groups that carry nothing by what they hold, drop empty ones, join equal ones."""
    children: list[ElementTree.Element] = []
    for child in list(element):
        _flatten(child)
        if child.tag == f"{_SVG}g" and not child.attrib:
            children.extend(child)
        elif child.tag in (f"{_SVG}g", f"{_SVG}defs"):
            children.extend([child] if len(child) else [])
        elif child.tag == f"{_SVG}use" and "href" not in child.attrib:
            continue
        elif child.get("fill") != "none" or child.get("stroke") or child.get("id"):
            children.append(child)
    merged: list[ElementTree.Element] = []
    for child in children:
        if child.tag == f"{_SVG}text":
            child = _in_group(child)
        group = child.tag == f"{_SVG}g" and "id" not in child.attrib
        if group and merged and merged[-1].tag == child.tag and merged[-1].attrib == child.attrib:
            merged[-1].extend(child)
        else:
            merged.append(child)
    # A group of one costs more than it saves.
    element[:] = [_alone(child) for child in merged]


def _in_group(text: ElementTree.Element) -> ElementTree.Element:
    """Return a text inside a group that holds what its neighbours are likely to share."""
    shared = {key: value for key, value in text.attrib.items() if key in _SHARED}
    if not shared:
        return text
    for key in shared:
        del text.attrib[key]
    group = ElementTree.Element(f"{_SVG}g", shared)
    group.append(text)
    return group


def _alone(group: ElementTree.Element) -> ElementTree.Element:
    """Return the only text of a group with the group's attributes, or the group."""
    if group.tag == f"{_SVG}g" and len(group) == 1 and group[0].tag == f"{_SVG}text":
        group[0].attrib.update(group.attrib)
        return group[0]
    return group


def _serialise(element: ElementTree.Element) -> Markup:
    name = element.tag.removeprefix(_SVG)
    inside = join([element.text or "", *map(_serialise, element)])
    attributes = {str(key): value for key, value in element.attrib.items()}
    drawn = tag(name, inside, **attributes) if inside else shape(name, **attributes)
    return drawn + (element.tail or "")


def picture_svg(
    box: str, width: float, body: Markup, name: str, finding: str, **look: object
) -> Markup:
    """Return shapes in the frame of a picture, with its alternative text."""
    title = tag("title", finding, id=f"{name}-t")
    frame = {"viewBox": box, "width": f"{width:g}", "role": "img", "aria_labelledby": f"{name}-t"}
    return tag("svg", title, body, **frame, **look)

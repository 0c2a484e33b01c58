"""A matplotlib figure as SVG that is fit to stand in a page.

A chart is drawn at 72 dots an inch, so that one point is one CSS pixel, and with ``svg.fonttype:
none``: its text can be selected, searched and read at any zoom. What matplotlib draws is pared
down: no metadata, no style sheet (it would reach the whole page and the Content-Security-Policy
refuses it), no style attributes (likewise), one decimal, and ids that begin with the picture's
name, so that several charts live on one page and two runs give the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure as Drawing

from pipeline.publish.page.markup import Markup, join, shape, tag
from pipeline.publish.page.style import INK, apply
from pipeline.publish.page.stylesheet import WIDTHS

SMALLEST_TEXT = 11.0
"""No text in a chart is shown smaller than this many CSS pixels; a chart scrolls instead."""

_SVG = "{http://www.w3.org/2000/svg}"
_HREFS = ("xlink:href", "{http://www.w3.org/1999/xlink}href", "href")
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


def svg_tree(figure: Drawing) -> Element:
    """Return what matplotlib draws of a figure as a tree of SVG, the same every run."""
    apply()
    FigureCanvasSVG(figure)  # a figure may have come with the canvas of a screen
    # What savefig does besides (another backend, a tight box, a second draw) is not needed.
    dpi, figure.dpi = figure.dpi, 72
    width, height = figure.get_size_inches()
    renderer = _Renderer(width * 72, height * 72, dpi)
    mixed: Any = MixedModeRenderer(figure, width, height, dpi, renderer)
    figure.draw(mixed)
    renderer.finalize()
    return renderer.root


class _Renderer(RendererSVG):
    """Matplotlib's, writing a tree: as text it would have to be read again at once."""

    writer: Any

    def __init__(self, width: float, height: float, dpi: float) -> None:
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        super().__init__(width, height, io.StringIO(), image_dpi=dpi, metadata=nothing)
        self.root = Element(f"{_SVG}svg", viewBox=f"0 0 {width:g} {height:g}")
        self.writer = _Writer(self.root)

    def draw_text(self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float,
                  ismath: Any = False, mtext: Any = None) -> None:  # fmt: skip
        """Draw words; those that are level and look like others before them differ in place only.

        A chart has dozens, and matplotlib works out the style of each: from the house style alone.
        """
        whole = gc.get_clip_rectangle() is None and gc.get_clip_path()[0] is None
        if angle or ismath or not whole or gc.get_url() or mtext is None:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        look = (prop, gc.get_rgb(), gc.get_alpha(), mtext.get_ha())
        if style := _STYLES.get(look):
            at, _ = mtext.get_transform().transform(mtext.get_unitless_position())
            self.writer.element("text", s, {"x": f"{at:f}", "y": f"{y:f}"}, style=style)
        else:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            _STYLES[look] = self.writer.last.attrib["style"]


_STYLES: dict[tuple[Any, ...], str] = {}
"""How matplotlib writes the style of words, by their look."""

_Attributes = Mapping[str, str]


class _Writer:
    """Takes what the renderer would write as XML, and makes elements of it."""

    def __init__(self, root: Element) -> None:
        self._open = [root]
        self.last = root

    def start(self, tag: str, attrib: _Attributes | None = None, **more: str) -> int:
        written = {key: value for key, value in {**(attrib or {}), **more}.items() if value}
        self.last = SubElement(self._open[-1], _SVG + tag, written)
        self._open.append(self.last)
        return len(self._open) - 1

    def data(self, text: str) -> None:
        self._open[-1].text = (self._open[-1].text or "") + text

    def end(self, tag: str = "", indent: bool = True) -> None:
        self._open.pop()

    def element(
        self, tag: str, text: str | None = None, attrib: _Attributes | None = None, **more: str
    ) -> None:
        self.start(tag, attrib, **more)
        self._open.pop().text = text

    def close(self, number: int) -> None:
        del self._open[number:]

    def comment(self, comment: str) -> None:
        pass

    def flush(self) -> None:
        pass


def lean_svg(root: Element, name: str, finding: str) -> Markup:
    """Return SVG fit to stand in a page: lean, without styles, its ids beginning with ``name``.

    ``finding`` becomes the title, which is the picture's alternative text. Script, event
    attributes and links to anything outside the picture are dropped, whoever drew it.
    """
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


def _references(root: Element) -> list[str]:
    """Return the ids that something in the picture refers to, in order of first mention."""
    seen: dict[str, None] = {}
    for element in root.iter():
        for key, value in element.attrib.items():
            if key in _HREFS and value.startswith("#"):
                seen[value[1:]] = None
            elif "url(#" in value:
                seen.update(dict.fromkeys(_REFERENCE.findall(value)))
    return list(seen)


def _tidy(root: Element, ids: dict[str, str]) -> float:
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
            elif key in _HREFS:
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
            if (kept := _shortened(key, value, is_text)) is not None:
                if "url(#" in kept:
                    kept = _REFERENCE.sub(lambda m: f"url(#{ids.get(m[1], m[1])})", kept)
                element.set(key, kept)
    return smallest


@lru_cache(4096)  # a chart's rows and columns repeat their places
def _shortened(key: str, value: str, is_text: bool) -> str | None:
    """Return an attribute's value in as few letters as it needs; None where it says nothing."""
    if _DEFAULTS.get(key) == value or (is_text and _TEXT.get(key) == value):
        return None
    if key == "transform" and _UPRIGHT.match(value):
        return None
    shortened = " ".join(value.split())
    return _SPACE.sub("", _NUMBER.sub(_short, shortened)) if key in _COORDINATES else shortened


def _share_paint(root: Element) -> None:
    """Give a marker the paint that all its uses agree on, instead of each use."""
    marks = {element.get("id"): element for element in root.iter() if element.get("id")}
    uses: dict[str, list[Element]] = {}
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


def _flatten(element: Element) -> None:
    """Replace groups that carry nothing by what they hold, drop empty ones, join equal ones."""
    children: list[Element] = []
    for child in list(element):
        if len(child):
            _flatten(child)
        if child.tag == f"{_SVG}g" and not child.attrib:
            children.extend(child)
        elif child.tag in (f"{_SVG}g", f"{_SVG}defs"):
            children.extend([child] if len(child) else [])
        elif child.tag == f"{_SVG}use" and "href" not in child.attrib:
            continue
        elif child.get("fill") != "none" or child.get("stroke") or child.get("id"):
            children.append(child)
    merged: list[Element] = []
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


def _in_group(text: Element) -> Element:
    """Return a text inside a group that holds what its neighbours are likely to share."""
    shared = {key: value for key, value in text.attrib.items() if key in _SHARED}
    if not shared:
        return text
    for key in shared:
        del text.attrib[key]
    group = Element(f"{_SVG}g", shared)
    group.append(text)
    return group


def _alone(group: Element) -> Element:
    """Return the only text of a group with the group's attributes, or the group."""
    if group.tag == f"{_SVG}g" and len(group) == 1 and group[0].tag == f"{_SVG}text":
        group[0].attrib.update(group.attrib)
        return group[0]
    return group


def _serialise(element: Element) -> Markup:
    name, look = element.tag.removeprefix(_SVG), element.attrib
    inside = [element.text or "", *map(_serialise, element)]
    drawn = tag(name, *inside, **look) if any(inside) else shape(name, **look)
    return drawn + element.tail if element.tail else drawn


def picture_svg(
    box: str, width: float, body: Markup, name: str, finding: str, **look: object
) -> Markup:
    """Return shapes in the frame of a picture, with its alternative text."""
    title = tag("title", finding, id=f"{name}-t")
    frame = {"viewBox": box, "width": f"{width:g}", "role": "img", "aria_labelledby": f"{name}-t"}
    return tag("svg", title, body, **frame, **look)

"""What a drawing shows, read from the SVG that goes onto the page."""

import re
from xml.etree.ElementTree import Element

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from matplotlib.transforms import Bbox

from pipeline.publish.page.svg import svg_tree

_LEFT_OF = {"start": 0.0, "middle": 0.5, "end": 1.0}


def words_of(figure: Figure) -> list[tuple[str, Bbox]]:
    """The words of a drawing, each with the room that it takes, in CSS pixels from the top."""
    return [(str(word.text), _room(word)) for word in svg_tree(figure).iterfind(".//{*}text")]


def _room(word: Element) -> Bbox:
    style = word.get("style")
    size = float(re.search(r"([\d.]+)px", style)[1])
    weight = "bold" if re.search(r"\b(700|bold)\b", style) else "normal"
    drawn = TextPath((0, 0), word.text, size=size, prop=FontProperties(weight=weight))
    box = drawn.get_extents()
    x = float(word.get("x")) - box.width * _LEFT_OF[re.search(r"anchor: (\w+)", style)[1]]
    baseline = float(word.get("y"))
    return Bbox([[x, baseline - box.y1], [x + box.width, baseline - box.y0]])

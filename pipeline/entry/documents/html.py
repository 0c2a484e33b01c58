"""A web page as lines: each block is a line, each row of a table a line with cells."""

import re
from collections.abc import Iterator
from typing import Any

from pipeline.entry.documents.lines import Line, decoded, line, raised

_BLOCK_NAMES = """
address article aside blockquote body caption dd div dl dt figcaption figure footer h1 h2 h3
h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr ul
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_UNSEEN = frozenset(["script", "style", "head", "template", "noscript", "del", "s", "strike"])


def html_lines(content: bytes) -> list[Line]:
    """Return the lines of a web page that hold text, counted from the top."""
    from lxml import html

    text = decoded(content)
    if text.lstrip().startswith("<?xml"):  # lxml refuses a declared encoding in decoded text
        text = text.split("?>", 1)[-1]
    root = html.document_fromstring(text or "<p></p>")
    texts = "".join(_flat(root, in_pre=False)).split("\n")
    kept = (words for words in texts if words.strip())
    return [line(words, f"line {n}") for n, words in enumerate(kept, start=1)]


def _flat(element: Any, in_pre: bool) -> Iterator[str]:
    """Yield the text of an element, blocks parted by line breaks and cells by tabs."""
    tag = element.tag if isinstance(element.tag, str) else None
    if tag is None or tag in _UNSEEN:
        return
    if tag == "br":
        yield "\n"
        return
    if tag == "tr" and next(element.iter("table"), None) is None:  # else it only lays a page out
        cells = [cell for cell in element if cell.tag in ("td", "th")]
        yield "\n" + "\t".join(_cell(cell) for cell in cells) + "\n"
        return
    inside = in_pre or tag == "pre"
    block = tag in _BLOCKS
    if block:
        yield "\n"
    text = "".join(_pieces(element, inside))
    yield raised(text) if tag == "sup" and text.strip().isdigit() else text
    if block:
        yield "\n"


def _pieces(element: Any, in_pre: bool) -> Iterator[str]:
    yield _words(element.text, in_pre)
    for child in element:
        yield from _flat(child, in_pre)
        yield _words(child.tail, in_pre)


def _words(text: str | None, in_pre: bool) -> str:
    return (text or "") if in_pre else re.sub(r"\s+", " ", text or "")


def _cell(cell: Any) -> str:
    words = " ".join("".join(_pieces(cell, in_pre=False)).split())
    return words + "\t" * (max(1, int(cell.get("colspan") or 1)) - 1)

"""The sentences of running text, each with the line on which it begins."""

import re
from bisect import bisect_right
from collections.abc import Container, Iterator
from dataclasses import dataclass

from pipeline.entry.documents import Document

_END = re.compile(r"(?<=[.!?])[⁰¹²³⁴⁵⁶⁷⁸⁹\d]*\s+(?=[A-Z‘“(])")


@dataclass(frozen=True)
class Sentence:
    """A sentence with its footnote marks, the number of its first line, and the place."""

    text: str
    line: int
    where: str


def sentences(document: Document, headings: Container[int] = ()) -> Iterator[Sentence]:
    """Yield the sentences of a document; rows of tables and ``headings`` (line numbers) are none.

    A blank line, a row or a heading ends a sentence; so does a line that begins with a bullet.
    """
    lines = document.lines
    gathered: list[int] = []
    for number in range(len(lines) + 1):
        text = lines[number].text if number < len(lines) else ""
        item = text.startswith(("•", "-", "–"))
        if not text or item or number in headings or len(lines[number].cells) > 1:
            yield from _parted(document, gathered)
            gathered = []
        if text and number not in headings and len(lines[number].cells) == 1:
            gathered.append(number)


def _parted(document: Document, gathered: list[int]) -> Iterator[Sentence]:
    starts: list[int] = []
    text = ""
    for number in gathered:
        text = f"{text} " if text else ""
        starts.append(len(text))
        text += document.lines[number].text
    begin = 0
    for end in [*(found.end() for found in _END.finditer(text)), len(text)]:
        if text[begin:end].strip():
            number = gathered[bisect_right(starts, begin) - 1]
            yield Sentence(text[begin:end].strip(), number, document.lines[number].where)
        begin = end

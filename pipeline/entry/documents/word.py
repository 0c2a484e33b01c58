"""A Word document as lines: each paragraph is a line, each row of a table a line with cells."""

import io
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn

from pipeline.entry.documents.lines import Line, line, raised


def word_lines(content: bytes) -> list[Line]:
    """Return the lines of a DOCX file, body and tables in their order, counted from the top."""
    body = docx.Document(io.BytesIO(content)).element.body
    texts = "\n".join(_blocks(body)).split("\n")
    return [line(words, f"paragraph {n}") for n, words in enumerate(texts, start=1)]


def _blocks(parent: Any) -> Iterator[str]:
    for child in parent.iterchildren():
        if child.tag == qn("w:p"):
            yield _paragraph(child)
        elif child.tag == qn("w:tbl"):
            for row in child.iterchildren(qn("w:tr")):
                cells = list(row.iterchildren(qn("w:tc")))
                if next(row.iter(qn("w:tbl")), None) is None:
                    yield "\t".join(_cell(cell) for cell in cells)
                else:  # a table inside: this one only lays a page out
                    for cell in cells:
                        yield from _blocks(cell)
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent")):
            yield from _blocks(child)


def _cell(cell: Any) -> str:
    if cell.vMerge == "continue":
        return ""
    words = " ".join(_paragraph(p).replace("\t", " ") for p in cell.iter(qn("w:p")))
    return " ".join(words.split()) + "\t" * (cell.grid_span - 1)


def _paragraph(paragraph: Any) -> str:
    pieces = []
    for run in paragraph.iter(qn("w:r")):
        if next(run.iterancestors(qn("w:moveFrom")), None) is not None:
            continue  # a tracked change: it stands elsewhere now
        text = ""
        for part in run.iterchildren():
            if part.tag == qn("w:t"):
                text += part.text or ""
            elif part.tag == qn("w:tab"):
                text += "\t"
            elif part.tag in (qn("w:br"), qn("w:cr")):
                text += "\n"
        above = any(mark.get(qn("w:val")) == "superscript" for mark in run.iter(qn("w:vertAlign")))
        pieces.append(raised(text) if above and text.strip().isdigit() else text)
    return "".join(pieces)

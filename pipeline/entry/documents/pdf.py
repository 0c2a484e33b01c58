"""A PDF file as lines, put together from where its characters stand on the page.

Ruled tables are taken row by row. Elsewhere characters on one height are one line, and a gap much
wider than a blank parts cells. Small raised digits are footnote marks.
"""

import io
from collections.abc import Iterator
from typing import Any

from pipeline.entry.documents.lines import Line, line, raised
from pipeline.entry.problems import NotAReport

_GAP = 1.8
"""A gap of so many heights of a letter parts two cells; blanks between words are a quarter."""


def pdf_lines(content: bytes, name: str) -> list[Line]:
    """Return the lines of a PDF file with their pages.

    Raises NotAReport where the file is encrypted, broken, or pictures without text.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFSyntaxError
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            pages = [list(_page(page)) for page in pdf.pages]
            pictures = sum(bool(page.images) for page in pdf.pages)
    except (PdfminerException, PDFSyntaxError, PDFPasswordIncorrect) as error:
        if "Password" in repr(error):
            raise NotAReport(
                f"{name} is encrypted with a password: save a copy without one, then read that."
            ) from None
        raise NotAReport(f"{name} is a broken PDF file: download it again.") from None
    lines = [
        line(words, f"page {page}, line {n}")
        for page, words_of_page in enumerate(pages, start=1)
        for n, words in enumerate(words_of_page, start=1)
    ]
    if not any(found.text for found in lines):
        why = "pictures of pages without text (a scan)" if pictures else "a PDF file without text"
        raise NotAReport(f"{name} is {why}: nothing can be read; type it into a new-inspection.")
    return lines


def _page(page: Any) -> Iterator[str]:
    """Yield the lines of a page from top to bottom, rows of ruled tables as cells."""
    tables = [table for table in page.find_tables() if _is_table(table)]
    outside = page
    for table in tables:
        outside = outside.outside_bbox(table.bbox)
    placed = [(top, words) for top, words in _lines(outside)]
    for table in tables:
        for row in table.rows:
            cells = [
                "" if box is None else " ".join(w for _, w in _lines(page.within_bbox(box, strict=False)))
                for box in row.cells
            ]
            placed.append((row.bbox[1], "\t".join(cell.replace("\t", " ") for cell in cells)))
    for _, words in sorted(placed, key=lambda item: item[0]):
        yield words


def _is_table(table: Any) -> bool:
    """Whether ruled lines are a table: two columns at least and more than one row."""
    return len(table.rows) > 1 and max(len(row.cells) for row in table.rows) > 1


def _lines(area: Any) -> list[tuple[float, str]]:
    """Return the lines of an area: the top of each and its text, cells parted by tabs."""
    from pdfplumber.utils import cluster_objects

    chars = [char for char in area.chars if char["text"].strip()]
    if not chars:
        return []
    usual = sorted(char["size"] for char in chars)[len(chars) // 2]
    small = [c for c in chars if c["size"] < 0.8 * usual and c["text"].isdigit()]
    normal = [c for c in chars if not (c["size"] < 0.8 * usual and c["text"].isdigit())]
    rows = cluster_objects(normal, lambda c: (c["top"] + c["bottom"]) / 2, usual * 0.35)
    for mark in small:  # a raised digit belongs to the line whose letters it touches
        near = min(rows, key=lambda row: abs(row[0]["bottom"] - mark["bottom"]), default=None)
        if near is not None and abs(near[0]["bottom"] - mark["bottom"]) < usual:
            near.append(dict(mark, text=raised(mark["text"])))
        else:
            rows.append([mark])
    return [(min(c["top"] for c in row), _joined(row)) for row in rows]


def _joined(chars: list[dict[str, Any]]) -> str:
    text, end, size = "", None, 0.0
    for char in sorted(chars, key=lambda c: c["x0"]):
        if end is not None:
            gap = char["x0"] - end
            height = max(size, char["size"])
            text += "\t" if gap > _GAP * height else " " if gap > 0.15 * height else ""
        text += char["text"]
        end, size = char["x1"], char["size"]
    return text

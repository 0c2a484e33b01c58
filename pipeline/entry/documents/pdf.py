"""A PDF file as lines, put together from where its characters stand on the page.

Ruled tables are taken row by row, rows that a page cuts included. Elsewhere characters on one
height are one line; where the same blank strip runs through several lines they are a table, and the
strip parts its cells. Small raised digits are footnote marks.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pipeline.entry.documents.lines import Line, line, raised
from pipeline.entry.problems import NotAReport

_GAP = 1.8
"""On a line by itself a gap of so many heights of a letter parts two cells."""
_STRIP = 1.35
"""A strip through several lines that is wider than a usual blank by this factor parts cells."""

_PAGES = 500

_Char = dict[str, Any]


def pdf_lines(content: bytes, name: str) -> list[Line]:
    """Return the lines of a PDF file with their pages.

    Raises NotAReport where the file is encrypted, broken, without pages, far too long, or pictures
    without text.
    """
    import pdfplumber

    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            pages, pictures = [], 0
            many = len(pdf.pages)
            for page in pdf.pages if many <= _PAGES else ():
                pages.append(list(_page(page)))
                pictures += bool(page.images)
                page.close()
    except Exception as error:  # a broken file makes the parser raise anything at all
        if "Password" in repr(error) or "Encryption" in repr(error):
            raise NotAReport(
                f"{name} is encrypted with a password: save a copy without one, then read that."
            ) from None
        raise NotAReport(f"{name} is a broken PDF file: download it again.") from None
    if not many or many > _PAGES:
        said = f"{many:,} pages: no report is that long" if many else "no pages: download it again"
        raise NotAReport(f"{name} is a PDF file with {said}.")
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
    placed: list[tuple[float, str]] = []
    outside = page
    for table in _ruled(page):
        outside = outside.outside_bbox(table.bbox, strict=False)  # a rule may leave the page
        rows = [
            (
                row.bbox[1],
                ["" if box is None else _inside(page, box) for box in row.cells],
            )
            for row in table.rows
        ]
        used = [
            n for n in range(max(len(c) for _, c in rows)) if any(c[n:] and c[n] for _, c in rows)
        ]
        placed += [
            (top, "\t".join(cells[n] for n in used if n < len(cells))) for top, cells in rows
        ]
    placed += _text(outside)
    for _, words in sorted(placed, key=lambda item: item[0]):
        yield words


def _ruled(page: Any) -> list[Any]:
    """Return the ruled tables of a page; a row that the page's edge leaves open is closed there."""
    uprights = [edge for edge in page.edges if edge["orientation"] == "v"]
    if len(uprights) < 2:
        return []
    ends = [min(edge["top"] for edge in uprights), max(edge["bottom"] for edge in uprights)]
    tables = page.find_tables({"explicit_horizontal_lines": ends})
    return [t for t in tables if max(len(row.cells) for row in t.rows) > 1]


def _inside(page: Any, box: tuple[float, float, float, float]) -> str:
    chars = [
        char
        for char in page.chars
        if box[0] <= (char["x0"] + char["x1"]) / 2 <= box[2]
        and box[1] <= (char["top"] + char["bottom"]) / 2 <= box[3]
    ]
    return " ".join(words.text.replace("\t", " ") for words in _visual_lines(chars))


@dataclass
class _Visual:
    """Characters on one height: where they stand and what they read."""

    top: float
    bottom: float
    size: float
    chars: list[_Char]
    blank: float

    @property
    def text(self) -> str:
        """The line by itself, far gaps as tabs."""
        return _joined(self.chars)

    def groups(self) -> list[tuple[float, float]]:
        """Return where the line's words stand, words with a usual blank between them together."""
        found: list[tuple[float, float]] = []
        for char in self.chars:
            if found and char["x0"] - found[-1][1] < _STRIP * self.blank:
                found[-1] = (found[-1][0], max(found[-1][1], char["x1"]))
            else:
                found.append((char["x0"], char["x1"]))
        return found


def _visual_lines(chars: list[_Char]) -> list[_Visual]:
    from pdfplumber.utils.clustering import cluster_objects

    chars = [char for char in chars if char["text"].strip()]
    if not chars:
        return []
    usual = sorted(char["size"] for char in chars)[len(chars) // 2]

    def is_mark(char: _Char) -> bool:
        return char["size"] < 0.8 * usual and char["text"].isdigit()

    normal = [char for char in chars if not is_mark(char)]
    rows = cluster_objects(normal, lambda c: (c["top"] + c["bottom"]) / 2, usual * 0.35)
    for mark in filter(is_mark, chars):  # a raised digit belongs to the line it touches
        near = min(rows, key=lambda row: abs(row[0]["bottom"] - mark["bottom"]), default=None)
        if near is not None and abs(near[0]["bottom"] - mark["bottom"]) < usual:
            near.append(dict(mark, text=raised(mark["text"])))
        else:
            rows.append([dict(mark, text=raised(mark["text"]))])
    rows = [sorted(row, key=lambda c: c["x0"]) for row in rows]
    gaps = sorted(
        after["x0"] - before["x1"]
        for row in rows
        for before, after in pairwise(row)
        if after["x0"] - before["x1"] > 0.15 * usual
    )
    blank = gaps[len(gaps) // 2] if gaps else 0.28 * usual
    lines = [
        _Visual(
            min(c["top"] for c in row),
            max(c["bottom"] for c in row),
            usual,
            row,
            blank,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda visual: visual.top)


def _text(area: Any) -> list[tuple[float, str]]:
    """Return the lines of an area outside ruled tables: the top of each and its text."""
    placed: list[tuple[float, str]] = []
    for block, columns in _blocks(_visual_lines(area.chars)):
        if len(columns) < 2 or len(block) < 2:
            placed += [(visual.top, visual.text) for visual in block]
            continue
        rows = [(visual.top, _cells(visual, columns)) for visual in block]
        placed += [(top, "\t".join(cells)) for top, cells in _whole_rows(block, rows)]
    return placed


def _blocks(lines: list[_Visual]) -> Iterator[tuple[list[_Visual], list[list[float]]]]:
    """Yield runs of lines that share columns, and where the columns begin and end.

    A line begins a new run when its words reach over a strip that two lines kept blank, or when
    several of its groups of words stand in one column of the run.
    """
    block: list[_Visual] = []
    columns: list[list[float]] = []  # left, right, lines
    for visual in lines:
        groups = visual.groups()
        touched = [[c for c in columns if c[0] < right and left < c[1]] for left, right in groups]
        reaches = any(sum(c[2] > 1 for c in over) > 1 for over in touched)
        splits = any(sum(c in over for over in touched) > 1 for c in columns)
        far = bool(block) and visual.top - block[-1].bottom > 6 * visual.size
        if block and (reaches or splits or far):
            yield block, columns
            block, columns = [], []
        for left, right in groups:
            over = [c for c in columns if c[0] < right and left < c[1]]
            merged = [min([left, *(c[0] for c in over)]), max([right, *(c[1] for c in over)])]
            columns = [c for c in columns if c not in over]
            columns.append([*merged, 1 + max((c[2] for c in over), default=0)])
            columns.sort()
        block.append(visual)
    if block:
        yield block, columns


def _cells(visual: _Visual, columns: list[list[float]]) -> list[str]:
    return [
        _joined(
            [c for c in visual.chars if left - 0.1 <= (c["x0"] + c["x1"]) / 2 <= right + 0.1]
        ).replace("\t", " ")
        for left, right, _ in columns
    ]


def _whole_rows(
    block: list[_Visual], rows: list[tuple[float, list[str]]]
) -> list[tuple[float, list[str]]]:
    """Put the lines of a row together where rows stand clearly further apart than lines."""
    steps = [below.top - above.top for above, below in pairwise(block)]
    least = min(steps)
    wider = [step for step in steps if step >= 1.2 * least]
    if least > 1.7 * block[0].size or not wider or min(wider) > 1.9 * least:
        return rows  # lines that are rows, or text whose blank lines part nothing
    whole: list[tuple[float, list[list[str]]]] = [(rows[0][0], [rows[0][1]])]
    for step, row in zip(steps, rows[1:], strict=True):
        if step >= 1.2 * least:
            whole.append((row[0], [row[1]]))
        else:
            whole[-1][1].append(row[1])
    for _, lines in whole:  # two lines with a percentage in one column are two rows
        for column in list(zip(*lines, strict=True))[1:]:
            if sum(bool(re.search(r"\d\s?%", cell)) for cell in column) > 1:
                return rows
    return [
        (top, [" ".join(filter(None, cells)) for cells in zip(*lines, strict=True)])
        for top, lines in whole
    ]


def _joined(chars: list[_Char]) -> str:
    text, end, size = "", None, 0.0
    for char in chars:
        if end is not None:
            gap = char["x0"] - end
            height = max(size, char["size"])
            text += "\t" if gap > _GAP * height else " " if gap > 0.15 * height else ""
        text += char["text"]
        end, size = char["x1"], char["size"]
    return text

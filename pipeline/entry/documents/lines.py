"""The one form every document is brought into: lines, in reading order, with their place."""

import re
from dataclasses import dataclass

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MARKUP = re.compile(r"</?(?:p|u|b|i|strong|em|br)\s*/?>|\^\{([0-9 ]+)\}")
_BLANKS = re.compile(r"[ \u00a0\u2002-\u200a\u202f]+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\x0c]")


@dataclass(frozen=True)
class Line:
    """One line: its cells (one where it is no row of a table) and where it stands."""

    cells: tuple[str, ...]
    where: str

    @property
    def text(self) -> str:
        """The whole line, cells parted by a blank."""
        return " ".join(cell for cell in self.cells if cell)


@dataclass(frozen=True)
class Document:
    """A document: what kind of file it is and its lines, blank ones included."""

    kind: str
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """All lines as one text."""
        return "\n".join(line.text for line in self.lines)


def raised(digits: str) -> str:
    """Return the digits of a footnote mark as raised digits, so that no figure swallows them."""
    return digits.translate(_RAISED)


def line(text: str, where: str) -> Line:
    """Return a line of plain text; a tab parts the cells of a table's row."""
    plain = _UNSEEN.sub("", text.replace("\r", ""))
    plain = _MARKUP.sub(lambda found: raised(found[1] or " "), plain).replace("*", "")
    cells = (_BLANKS.sub(" ", cell).strip() for cell in plain.split("\t"))
    return Line(tuple(cells), where)

"""The one form every document is brought into: lines, in reading order, with their place."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

_MARKS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED = str.maketrans("0123456789", _MARKS)
_MARKUP = re.compile(r"</?(?:p|u|b|i|strong|em|br)\s*/?>|\^\{([0-9 ]+)\}")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\x0c]")


@dataclass(frozen=True)
class Line:
    """One line: its cells (one where it is no row of a table) and where it stands."""

    cells: tuple[str, ...]
    where: str

    @cached_property
    def text(self) -> str:
        """The whole line, cells parted by a blank."""
        return " ".join(cell for cell in self.cells if cell)


@dataclass(frozen=True)
class Document:
    """A document: its lines, blank ones included."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """All lines as one text."""
        return "\n".join(line.text for line in self.lines)


def decoded(content: bytes) -> str:
    """Return the text of a file: UTF-8, or what Windows programs write."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def raised(digits: str) -> str:
    """Return the digits of a footnote mark as raised digits, so that no figure swallows them."""
    return digits.translate(_RAISED)


def line(text: str, where: str) -> Line:
    """Return a line of plain text; a tab parts the cells of a table's row."""
    plain = _UNSEEN.sub("", text.replace("\r", ""))
    if not plain.isascii():  # ligatures, wide signs and blanks become usual ones; marks stay raised
        plain = "".join(c if c in _MARKS else unicodedata.normalize("NFKC", c) for c in plain)
    plain = _MARKUP.sub(lambda found: raised(found[1] or " "), plain).replace("*", "")
    cells = (" ".join(cell.split()) for cell in plain.split("\t"))
    return Line(tuple(cells), where)

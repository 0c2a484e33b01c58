"""Open a file by what it holds, not by what it is called."""

import io
import re
import zipfile
from pathlib import Path

from pipeline.entry.documents.html import html_lines
from pipeline.entry.documents.lines import Document, Line, decoded, line
from pipeline.entry.documents.pdf import pdf_lines
from pipeline.entry.problems import NotAReport

_PAGE = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)", re.I | re.S
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_LARGEST = 60 * 2**20
"""Bytes, unpacked; a report of a hundred pages with pictures has a sixth of it."""
_LONGEST = 100_000
"""Lines; a report has a few thousand."""


def open_document(path: Path) -> Document:
    """Return the lines of a PDF, DOCX, HTML or plain text file.

    Raises NotAReport in one sentence where the file is none of these, holds no text, or is far
    larger than any report.
    """
    name = path.name
    try:
        _check_size(path.stat().st_size, name)
        content = path.read_bytes()
    except OSError as error:
        raise NotAReport(f"{name} cannot be read: {error.strerror}.") from None
    lines = _opened(path, content)
    if len(lines) > _LONGEST:
        raise NotAReport(f"{name} has {len(lines):,} lines: no report is that long.")
    return Document(tuple(lines))


def _check_size(size: int, name: str) -> None:
    if size > _LARGEST:
        raise NotAReport(
            f"{name} has more than {_LARGEST >> 20} megabytes: no report is that large."
        )


def _opened(path: Path, content: bytes) -> list[Line]:
    name = path.name
    if not content.strip():
        raise NotAReport(f"{name} is empty: download it again.")
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return pdf_lines(content, name)
    if content.startswith(b"PK"):
        return _word(content, name)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise NotAReport(f"{name} is an old or encrypted Office file: save it as DOCX or PDF.")
    is_page = bool(_PAGE.match(content[:4096]))
    named_page = path.suffix.lower() in (".html", ".htm", ".xhtml")
    if is_page and not named_page:
        raise NotAReport(
            f"{name} is a web page, not what its name says (often an error page that was "
            "downloaded): download the document again."
        )
    if not is_page and _BINARY.search(content[:4096]):
        raise NotAReport(f"{name} is no PDF, DOCX, HTML or text file.")
    if path.suffix.lower() == ".pdf":
        raise NotAReport(f"{name} is no PDF file, though its name says so: download it again.")
    if named_page:
        return html_lines(content)
    texts = enumerate(decoded(content).split("\n"), start=1)
    return [line(words, f"line {n}") for n, words in texts]


def _word(content: bytes, name: str) -> list[Line]:
    from pipeline.entry.documents.word import word_lines

    try:
        files = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile:
        raise NotAReport(f"{name} is a broken DOCX file: download it again.") from None
    _check_size(sum(file.file_size for file in files), name)
    names = [file.filename for file in files]
    try:
        if "word/document.xml" in names:
            return word_lines(content)
    except Exception:  # a broken file makes the parser raise anything at all
        raise NotAReport(f"{name} is a broken DOCX file: download it again.") from None
    if "xl/workbook.xml" in names:
        raise NotAReport(f"{name} is a spreadsheet, not a report; enter takes a filled-in form.")
    raise NotAReport(f"{name} is a packed file: unpack it and read the report inside.")

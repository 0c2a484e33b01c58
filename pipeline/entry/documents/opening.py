"""Open a file by what it holds, not by what it is called."""

import io
import re
import zipfile
from pathlib import Path

from pipeline.entry.documents.html import html_lines
from pipeline.entry.documents.lines import Document, Line
from pipeline.entry.documents.pdf import pdf_lines
from pipeline.entry.documents.text import text_lines
from pipeline.entry.documents.word import word_lines
from pipeline.entry.problems import NotAReport

_PAGE = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)", re.I | re.S
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def open_document(path: Path) -> Document:
    """Return the lines of a PDF, DOCX, HTML or plain text file.

    Raises NotAReport in one sentence where the file is none of these or holds no text.
    """
    name = path.name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotAReport(f"{name} cannot be read: {error.strerror}.") from None
    if not content.strip():
        raise NotAReport(f"{name} is empty: download it again.")
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return Document("PDF", tuple(pdf_lines(content, name)))
    if content.startswith(b"PK"):
        return Document("DOCX", tuple(_word(content, name)))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise NotAReport(f"{name} is an old or encrypted Office file: save it as DOCX or PDF.")
    if _PAGE.match(content[:4096]):
        if path.suffix.lower() not in (".html", ".htm", ".xhtml"):
            raise NotAReport(
                f"{name} is a web page, not what its name says (often an error page that was "
                "downloaded): download the document again."
            )
        return Document("HTML", tuple(html_lines(content)))
    if _BINARY.search(content[:4096]):
        raise NotAReport(f"{name} is no PDF, DOCX, HTML or text file.")
    if path.suffix.lower() == ".pdf":
        raise NotAReport(f"{name} is no PDF file, though its name says so: download it again.")
    if path.suffix.lower() in (".html", ".htm"):
        return Document("HTML", tuple(html_lines(content)))
    return Document("text", tuple(text_lines(content)))


def _word(content: bytes, name: str) -> list[Line]:
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        if "word/document.xml" in names:
            return word_lines(content)
    except Exception:  # a broken file makes the parser raise anything at all
        raise NotAReport(f"{name} is a broken DOCX file: download it again.") from None
    if "xl/workbook.xml" in names:
        raise NotAReport(f"{name} is a spreadsheet, not a report; enter takes a filled-in form.")
    raise NotAReport(f"{name} is a packed file: unpack it and read the report inside.")

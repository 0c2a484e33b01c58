"""A document of any form as lines of text, each with its place; tables as lines with cells."""

from pipeline.entry.documents.lines import Document, Line, decoded
from pipeline.entry.documents.opening import open_document

__all__ = ["Document", "Line", "decoded", "open_document"]

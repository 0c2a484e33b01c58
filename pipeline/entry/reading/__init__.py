"""Read an inspection report or an action plan: find, check, mark; never guess in silence."""

from pipeline.entry.reading.document import read_document

__all__ = ["read_document"]

"""Take a workbook over: compare it with the raw tables, show what changes, write all or nothing."""

from pipeline.entry.accept.entering import Outcome, enter

__all__ = ["Outcome", "enter"]

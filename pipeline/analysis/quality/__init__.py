"""Rules that reconcile the published figures with one another.

Each rule asks one question of every inspection (or plan) in the tables and answers it row by row,
also where all is well. A rule finds what disagrees; it does not say who is at fault: the document
may contradict itself, or the figure may have been copied wrongly. Which it is, and what the
pipeline does about it, stands in the register of discrepancies. No rule knows the name of a
provider, so each holds for simulated inspections too.

A module a theme holds the rules; ``rules`` names them and asks them all.
"""

from pipeline.analysis.quality.lookups import Finding, Records
from pipeline.analysis.quality.rules import (
    COLUMNS,
    ERROR,
    FAILED,
    NOT_APPLICABLE,
    NOTE,
    PASSED,
    RULES,
    SEVERITIES,
    WARNING,
    Rule,
    quality_checks,
    rules_table,
)
from pipeline.analysis.quality.shares import share_in_words
from pipeline.analysis.quality.transcription import FIGURE_TABLES

__all__ = [
    "COLUMNS",
    "ERROR",
    "FAILED",
    "FIGURE_TABLES",
    "NOTE",
    "NOT_APPLICABLE",
    "PASSED",
    "RULES",
    "SEVERITIES",
    "WARNING",
    "Finding",
    "Records",
    "Rule",
    "quality_checks",
    "rules_table",
    "share_in_words",
]

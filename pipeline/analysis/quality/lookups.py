"""What a rule is, what the rules look things up in, and what each of them finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from pipeline.analysis.ratings.bands import standard_ratings
from pipeline.analysis.records import Row, grouped, in_force, records
from pipeline.data import Tables

_FIGURES = {
    "key_question_scores": (["inspection", "key_question", "reading"], ["percent"]),
    "prompt_scores": (["inspection", "prompt"], ["percent"]),
    "ratings": (["inspection", "standard"], ["rating"]),
    "overall_ratings": (["inspection"], ["rating", "score"]),
}
"""Tables in which a figure may stand more than once: its key and its value."""


ERROR = "error"
WARNING = "warning"
NOTE = "note"
SEVERITIES = {
    ERROR: "One of two figures, or a result, cannot be right as it stands.",
    WARNING: "A figure cannot be of the base its label names, or two places do not meet.",
    NOTE: "Worth knowing; no figure is wrong because of it.",
}


class Finding(NamedTuple):
    """What a rule found in one place: whose, about what, whether it holds, and in words."""

    inspection: str
    subject: str
    holds: bool
    detail: str


class Records:
    """The raw tables as rows with ``None`` for what is missing, and look-ups that rules share."""

    def __init__(self, tables: Tables, ratings: pd.DataFrame | None = None) -> None:
        """Read the tables once; ``ratings`` spares deriving the ratings a second time."""
        self.tables = tables
        self._rows: dict[str, list[Row]] = {}
        self._ratings = ratings
        self.framework = {i["inspection"]: i["framework"] for i in self.rows("inspections")}
        self.samples = {(s["inspection"], s["sample"]): s for s in self.rows("samples")}
        self.part_of = {s["sample"]: s["part_of"] for s in self.rows("sample_kinds")}
        self.questions = {
            (q["framework"], q["key_question"]): q for q in self.rows("key_questions")
        }
        self.prompts = {(p["framework"], p["prompt"]): p for p in self.rows("prompts")}
        scores = self.rows("key_question_scores")
        self.own, self.reprint = (
            {(s["inspection"], s["key_question"]): s for s in scores if s["reading"] == reading}
            for reading in ("own", "reprint")
        )
        self.prompt_scores = {(s["inspection"], s["prompt"]): s for s in self.rows("prompt_scores")}
        self.comparable = {
            (c["previous_framework"], c["current_framework"], c["kind"], c["subject"]): c
            for c in self.rows("comparability")
        }
        self.measures = {m["measure"]: m for m in self.rows("measures")}
        self.facts: dict[tuple[str, str], list[Row]] = dict(
            grouped(self.rows("facts"), "inspection", "measure")
        )
        self.measured: dict[str, dict[str, list[Row]]] = {}
        for (inspection, measure), rows in self.facts.items():
            self.measured.setdefault(inspection, {})[measure] = rows

    def rows(self, table: str) -> list[Row]:
        """Every row of a table, a missing value is ``None``; of a corrected figure the last."""
        if table not in self._rows:
            frame = self.tables[table]
            if table in _FIGURES:
                frame = in_force(frame, *_FIGURES[table], self.tables["sources"])
            self._rows[table] = records(frame)
        return self._rows[table]

    def by_inspection(self, table: str) -> dict[str, list[Row]]:
        """The rows of a table for each inspection, in the order of the inspections."""
        found = grouped(self.rows(table), "inspection")
        return {inspection: found[inspection] for inspection in self.framework} | found

    @cached_property
    def ratings(self) -> list[Row]:
        """Published and derived ratings: the rows of ``standard_ratings``."""
        known = self._ratings
        return records(standard_ratings(self.tables) if known is None else known)

    @property
    def pairs(self) -> list[tuple[Row, Row]]:
        """Each inspection with the one before it of the same provider."""
        in_order = sorted(self.rows("inspections"), key=lambda i: i["fieldwork_start"])
        by_provider = grouped(in_order, "provider")
        return [pair for rounds in by_provider.values() for pair in pairwise(rounds)]

    def size(self, inspection: str, sample: str) -> int | None:
        """Printed size of a sample, or None."""
        row = self.samples.get((inspection, sample))
        return None if row is None or row["size"] is None else int(row["size"])

    def limit(self, inspection: str, sample: str, question_sample: str | None = None) -> int | None:
        """Largest number of cases a percentage of this sample can be out of, or None.

        The sample's own size; else that of the sample it is part of; for prompts restricted by
        their wording, that of the sample of their key question.
        """
        at: str | None = question_sample if sample == "restricted" and question_sample else sample
        while at:
            size = self.size(inspection, at)
            if size is not None:
                return size
            at = self.part_of.get(at)
        return None


def plain(value: float) -> str:
    """Return a figure as a sentence writes it, without needless decimals: ``65``, ``2.5``."""
    return f"{float(value):g}" if float(value) < 1e6 else f"{float(value):.0f}"


Ask = Callable[[Records], Iterable[Finding]]


@dataclass(frozen=True)
class Rule:
    """A named rule: what should hold, how serious a failure is, what it asks, and who asks it."""

    name: str
    title: str
    severity: str
    question: str
    ask: Ask = field(repr=False)


def rule(severity: str, title: str) -> Callable[[Ask], Rule]:
    """Make a rule of a function: it has the function's name, and asks what its docstring does."""

    def made(ask: Ask) -> Rule:
        question = " ".join(str(ask.__doc__).split())
        return Rule(ask.__name__.replace("_", "-"), title, severity, question, ask)

    return made

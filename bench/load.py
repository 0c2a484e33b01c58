"""Many pages made at once: does each hold its own provider's name and figures, and no other's?

Other report makers have been found to hand one report's figures to another when several are made at
the same time. A page is held against the raw tables themselves, by the spreadsheet inside it.
"""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from pipeline.publish.build.catalogue import Report

_WORKBOOK = re.compile(r'download="[^"]+\.xlsx" href="data:[^,"]+,([^"]+)"')
#: Figures of the two rounds by the number of the key question.
Figures = dict[str, tuple[int | None, int | None]]


@dataclass(frozen=True)
class Published:
    """What the raw tables say: short names by provider, figures by inspection and key question."""

    names: dict[str, str]
    figures: dict[str, dict[str, int]]

    @classmethod
    def of(cls, raw: Path) -> Published:
        """Read it, without the package that makes the pages."""
        figures: dict[str, dict[str, int]] = {}
        for row in _rows(raw / "key_question_scores.csv"):
            if row["percent"]:
                of = figures.setdefault(row["inspection"], {})
                of[row["key_question"]] = int(row["percent"])
        names = {row["provider"]: row["short_name"] for row in _rows(raw / "providers.csv")}
        return cls(names, figures)

    def wrong_with(self, report: Report, page: bytes) -> str:
        """What is wrong with the page of a comparison; empty if nothing is."""
        provider = str(report.about["provider"])
        text = page.decode()
        title = re.search(r"<title>(.*?)</title>", text)
        if title is None or self.names[provider] not in title[1]:
            return f"{report.name}: its title does not name {self.names[provider]}"
        for other, name in self.names.items():
            if other != provider and (name in text or f"{other}-20" in text):
                return f"{report.name}: {name} stands on it"
        rounds = [str(report.about[key]) for key in ("previous_round", "round")]
        before, now = (self.figures[f"{provider}-{round_}"] for round_ in rounds)
        shown = figures_on(text, rounds)
        told = 0
        for question, found in shown.items():
            for figure, published in zip(found, (before, now), strict=True):
                # A figure that compares with none is left out of a page, never another one shown.
                if figure is not None and figure != published.get(question):
                    return f"{report.name}: {question} is {figure} on it"
                told += figure is not None
        if told < len(now):
            return f"{report.name}: only {told} figures of its key questions are in its spreadsheet"
        return ""


def figures_on(page: str, rounds: list[str]) -> Figures:
    """The figures of key questions in the spreadsheet of a page: None where there is no figure."""
    packed = _WORKBOOK.search(page)
    if packed is None:
        return {}
    book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(packed[1])), read_only=True)
    found: Figures = {}
    for sheet in book.worksheets:
        rows = list(sheet.iter_rows(values_only=True))[2:]
        heads = list(rows[0]) if rows else []
        wanted = ["Key question", *(f"{round_} (percent)" for round_ in rounds)]
        if not set(wanted) <= set(heads) or "Prompt" in heads:
            continue
        places = [heads.index(word) for word in wanted]
        for row in rows[1:]:
            question, *figures = (row[place] for place in places)
            one, two = (int(f) if isinstance(f, int | float) else None for f in figures)
            found[str(question).split(" ")[0]] = (one, two)
    return found


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)

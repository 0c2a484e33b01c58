"""What every report shares: its data, the page's source notes, and the tables it has shown."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import pandas as pd
from IPython.display import JSON

from pipeline.analysis.dictionary import report_tables
from pipeline.analysis.named_tables import NamedTables
from pipeline.analysis.records import Row
from pipeline.analysis.sentences.phrases import label_parts
from pipeline.publish.page.display import Shown
from pipeline.publish.page.downloads import Downloads
from pipeline.publish.page.markup import Markup
from pipeline.publish.page.page_info import page_info
from pipeline.publish.page.source_notes import SourceNotes
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.report_data import ReportData

#: The pages opened, for ``opened``, each with the process that opened it: a notebook runs in a
#: fork, and what was opened before it, by an analyst or a test, is none of its pages.
_opened: "list[tuple[int, ReportPage]]" = []


def forget() -> None:
    """Forget what was opened."""
    _opened.clear()


def opened(names: Sequence[str], variables: dict[str, Any]) -> JSON:
    """Return what a notebook opened: which reports, and what these parameters are there and now."""
    pages = [
        {"report": page.data.about["name"]}
        | {
            name: value
            for name in names
            if isinstance(value := getattr(page, name, None), str | int)
        }
        for process, page in _opened
        if process == os.getpid()
    ]
    return JSON({"pages": pages, "variables": variables})


@dataclass(repr=False)
class ReportPage:
    """One edition of a report; its notebook calls a method a cell.

    data     what the report is made of
    edition  which of the report's pages this is; empty where there is only one
    notes    the source notes of the page, numbered in the order in which figures are shown
    shown    the tables the page offers as downloads, in that order
    """

    data: ReportData
    edition: str = ""
    notes: SourceNotes = field(init=False)
    shown: list[Table] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        """Start the notes with the sources of the data."""
        self.notes = SourceNotes(self.data.rows("sources"))
        _opened.append((os.getpid(), self))

    @cached_property
    def tables(self) -> NamedTables:
        """Every table behind the report as a DataFrame, by name."""
        described = report_tables()
        return NamedTables(
            "report",
            {name: described.get(name, {"description": ""}) for name in self.data.names},
            lambda name: self.data[name].copy(),
        )

    def __repr__(self) -> str:
        """Say which report this is, and how to ask it for more."""
        about = self.data.about
        more = "The Tab key after it lists its charts and tables; .tables holds the DataFrames."
        return "\n".join(filter(None, (about["title"], about.get("result"), more)))

    def _repr_html_(self) -> Markup:
        """Show the first screen."""
        return self.in_brief()._repr_html_()

    def in_brief(self) -> Shown:
        """Return the first screen: what a reader should leave with."""
        raise NotImplementedError

    def table(
        self,
        data: pd.DataFrame | Sequence[Row],
        caption: str,
        columns: Sequence[Column],
        *,
        offered: bool = True,
        **kwargs: Any,
    ) -> Table:
        """Return a table with the notes of this page; ``offered`` ones are among its downloads."""
        table = Table(data, caption, columns, **{"notes": self.notes, **kwargs})
        if offered:
            self.shown.append(table)
        return table

    def sources(self) -> SourceNotes:
        """Return the source notes of every figure shown above."""
        return self.notes

    def downloads(self) -> Downloads:
        """Return the tables of this page as CSV and as one accessible spreadsheet."""
        tables = {table.name: table for table in self.shown}
        return Downloads(list(tables.values()), page_info(self.data.about, self.edition))


def of_side(
    side: str,
    kind: Literal["percent", "rating"],
    heading: str,
    ratings: Sequence[str] = (),
    **more: Any,
) -> Column:
    """Return the column of a figure of one side, with where it was copied from and why it is blank.

    ``side`` is ``previous``, ``current`` or ``comparator``, with which the names of the columns
    begin: ``current_percent``, ``current_status``, ``current_source``, ``current_place``.
    """
    source = (f"{side}_source", f"{side}_place")
    more = {"missing": f"{side}_status", **more}
    return Column(f"{side}_{kind}", heading, kind, ratings, source=source, **more)


def with_headings(questions: pd.DataFrame, standards: pd.DataFrame) -> pd.DataFrame:
    """Return key questions with number and name (``asked``) under their standard (``heading``)."""
    names = standards.set_index("standard")["name"]
    return questions.assign(
        asked=questions["key_question"] + " " + [label_parts(one)[1] for one in questions["label"]],
        heading=questions["standard"] + " " + questions["standard"].map(names),
    )

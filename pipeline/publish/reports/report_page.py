"""What every report shares: its data, the page's source notes, and the tables it has shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from IPython.display import JSON

from pipeline.publish.page.downloads import Downloads
from pipeline.publish.page.page_info import page_info
from pipeline.publish.page.source_notes import SourceNotes
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.report_data import ReportData

#: The pages opened in this process, for ``opened``.
_opened: "list[ReportPage]" = []


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
        for page in _opened
    ]
    return JSON({"pages": pages, "variables": variables})


@dataclass
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
        self.notes = SourceNotes(self.data["sources"])
        _opened.append(self)

    def table(
        self,
        frame: pd.DataFrame,
        caption: str,
        columns: Sequence[Column],
        *,
        offered: bool = True,
        **kwargs: Any,
    ) -> Table:
        """Return a table with the notes of this page; ``offered`` ones are among its downloads."""
        table = Table(frame, caption, columns, **{"notes": self.notes, **kwargs})
        if offered:
            self.shown.append(table)
        return table

    def sources(self) -> SourceNotes:
        """Return the source notes of every figure shown above."""
        return self.notes

    def downloads(self) -> Downloads:
        """Return the tables of this page as CSV and as one accessible spreadsheet."""
        tables = {table.name: table for table in self.shown}
        info = page_info(self.data.about, self.edition)
        return Downloads(list(tables.values()), info, main=self.main_table())

    def main_table(self) -> Table | None:
        """Return the table offered as a CSV file of its own where the others are packed."""
        return None

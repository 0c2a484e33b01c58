"""What every report shares: its data, the page's source notes, and the tables it has shown."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from IPython.display import JSON

from pipeline.analysis.dictionary import report_tables
from pipeline.analysis.files import ABOUT, FRAMES, REPORT_DATA, frame_of, read_frames
from pipeline.analysis.named_tables import NamedTables
from pipeline.analysis.records import Row
from pipeline.analysis.sentences.phrases import label_parts
from pipeline.data import processed_folder
from pipeline.data.nearest import Unknown, no_such, one_of
from pipeline.publish.page.display import Shown
from pipeline.publish.page.downloads import Downloads
from pipeline.publish.page.markup import Markup
from pipeline.publish.page.page_info import page_info
from pipeline.publish.page.source_notes import SourceNotes
from pipeline.publish.page.tables import Column, Table

NO_TABLES = "There are no tables yet; run make data first."


class NoSuchReport(Unknown):
    """There is no report of what was asked; the message names those there are."""


@dataclass(frozen=True)
class ReportData:
    """One report's tables, made when they are first asked for, and ``about``: its about.json."""

    about: dict[str, Any]
    folder: Path
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    _rows: dict[str, list[Row]] = field(default_factory=dict, repr=False)

    @cached_property
    def _columns(self) -> dict[str, dict[str, list[Any]]]:
        return read_frames(self.folder / FRAMES)

    @property
    def names(self) -> list[str]:
        """The names of its tables."""
        return list(self._columns)

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table by name, each column with the type it was written with.

        Whole numbers are Int64, other numbers Float64, yes-or-no values boolean and
        everything else string; a missing value is ``pd.NA``. Raises KeyError for a
        table this report does not have.
        """
        if name not in self._frames:
            self._frames[name] = frame_of(self._columns[name])
        return self._frames[name]

    def rows(self, name: str) -> list[Row]:
        """Return a table by name as rows, which are not to be changed; a missing value is None.

        A page asks its tables a hundred small questions, which a DataFrame of sixty columns answers
        in milliseconds and a list of dictionaries in microseconds. Raises KeyError as above.
        """
        if name not in self._rows:
            columns = self._columns[name]
            values = zip(*(column[1:] for column in columns.values()), strict=True)
            self._rows[name] = [dict(zip(columns, row, strict=True)) for row in values]
        return self._rows[name]


def report_names(processed: Path | None = None) -> list[str]:
    """Return the names of the reports in a processed folder (default: the one in use)."""
    folder = (processed or processed_folder()) / REPORT_DATA
    return sorted(path.parent.name for path in folder.glob(f"*/{ABOUT}"))


def abouts(kind: str) -> list[dict[str, Any]]:
    """Return what the reports of one kind say about themselves, by name.

    Raises NoSuchReport where there are no tables yet.
    """
    found = [open_report_data(name).about for name in report_names()]
    if not found:
        raise NoSuchReport(NO_TABLES)
    return [about for about in found if about["kind"] == kind]


def open_report_data(name: str, processed: Path | None = None) -> ReportData:
    """Open a report's data by name. Raises NoSuchReport, naming the reports there are."""
    folder = (processed or processed_folder()) / REPORT_DATA / name
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        there = report_names(processed)
        known = no_such("report", name, there) if there else NO_TABLES
        raise NoSuchReport(known) from None
    return ReportData(about, folder)


def check_comparison(provider: object, previous: object, current: object) -> None:
    """Raise Unknown where no comparison has these, with the providers or rounds that there are."""
    asked = [about["reports"][0]["parameters"] | {"about": about} for about in abouts("comparison")]
    names = {row["provider"]: str(row["about"]["short_name"]) for row in asked}
    code = one_of("provider", provider, names, names=names)
    own = [row for row in asked if row["provider"] == code]
    one_of("round", current, [row["current"] for row in own], of=code)
    earlier = [
        row["previous"]
        for row in own
        if str(row["current"]) == str(current) and row["previous"] is not None
    ]
    one_of("earlier round", previous, earlier, of=f"{code} to compare {current} with")


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

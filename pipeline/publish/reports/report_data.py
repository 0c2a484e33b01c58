"""The data of one report: its tables, and what it says about itself."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.analysis.files import ABOUT, FRAMES, REPORT_DATA, frame_of, read_frames
from pipeline.analysis.records import Row
from pipeline.data import processed_folder
from pipeline.data.nearest import Unknown, no_such, one_of

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


def abouts(kind: str, processed: Path | None = None) -> list[dict[str, Any]]:
    """Return what the reports of one kind say about themselves, by name.

    Raises NoSuchReport where there are no tables yet.
    """
    folder = (processed or processed_folder()) / REPORT_DATA
    names = report_names(processed)
    if not names:
        raise NoSuchReport(NO_TABLES)
    found = [json.loads((folder / name / ABOUT).read_text(encoding="utf-8")) for name in names]
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

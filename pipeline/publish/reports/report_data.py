"""The data of one report: its tables, and what it says about itself."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.analysis.files import DOSSIERS
from pipeline.data import processed_folder


class NoSuchReport(Exception):
    """There is no report of what was asked; the message names those there are."""


@dataclass(frozen=True)
class ReportData:
    """One report's tables, read when they are first asked for, and ``about``: its dossier.json."""

    about: dict[str, Any]
    folder: Path
    _read: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table by name, each column with the type it was written with.

        Whole numbers are Int64, other numbers Float64, yes-or-no values boolean and
        everything else string; a missing value is ``pd.NA``. Raises KeyError for a
        table this report does not have.
        """
        if name not in self._read:
            types = self.about["types"][name]
            self._read[name] = pd.read_csv(
                self.folder / f"{name}.csv",
                dtype=defaultdict(lambda: "string", types),
                keep_default_na=False,
                na_values=[""],
                low_memory=False,  # in one piece: the tables are small, and a page reads 26
            )
        return self._read[name]


def report_names(processed: Path | None = None) -> list[str]:
    """Return the names of the reports in a processed folder (default: the one in use)."""
    folder = (processed or processed_folder()) / DOSSIERS
    return sorted(path.parent.name for path in folder.glob("*/dossier.json"))


def open_report_data(name: str, processed: Path | None = None) -> ReportData:
    """Open a report's data by name. Raises NoSuchReport, naming the reports there are."""
    folder = (processed or processed_folder()) / DOSSIERS / name
    try:
        about = json.loads((folder / "dossier.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        there = report_names(processed)
        known = "There is: " + ", ".join(there) if there else "Run make data first"
        raise NoSuchReport(f"There is no report {name} in the data. {known}.") from None
    return ReportData(about, folder)

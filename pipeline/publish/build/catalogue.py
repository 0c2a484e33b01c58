"""Which reports there are: one line for each, read from the report data.

Nothing here reads a table, so that asking what there is to do costs next to nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.analysis.files import ABOUT, REPORT_DATA
from pipeline.data.nearest import no_such
from pipeline.files import fit_name


class CannotBuild(Exception):
    """Nothing can be made at all; the message says why in one sentence."""


class UnknownReport(Exception):
    """No report is of the provider, round, plan or kind asked for; the message names what is."""


@dataclass(frozen=True)
class Report:
    """One page to be made.

    ``name`` is its file name without ending, ``notebook`` the notebook's likewise, ``parameters``
    what papermill passes to it, ``edition`` and ``kind`` what ``about.json`` says, ``folder``
    the folder of the tables it reads, and ``about`` the whole of that ``about.json``.
    """

    name: str
    notebook: str
    parameters: dict[str, Any]
    edition: str
    kind: str
    folder: str
    about: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def page(self) -> str:
        """Its file name."""
        return f"{self.name}.html"

    def as_of(self, day: str | None) -> Report:
        """The same report as of another day, where it is one that judges by a day.

        Raises
        ------
        UnknownReport
            The plan was not there yet on that day.
        """
        if day is None or "as_of" not in self.parameters:
            return self
        if day < str(self.about["published"]):
            raise UnknownReport(
                f"{self.about['title']}: it was submitted on {self.about['published']}, so there "
                f"is none as of {day}; give a day from then on, or another plan."
            )
        return replace(self, parameters={**self.parameters, "as_of": day})


class ReportFailed(Exception):
    """A report could not be made; the message names report, cell and cause in one sentence."""


class FaultOfOurs(ReportFailed):
    """A report could not be made through a fault of this program; the message names the details."""


#: A report with its page, or with None and why there is none.
Made = tuple[Report, bytes | None, ReportFailed | None]


def report_data_in(processed: Path, names: Collection[str] | None = None) -> list[dict[str, Any]]:
    """What each folder of report data says of itself (``about.json``), if among these names."""
    paths = sorted((processed / REPORT_DATA).glob(f"*/{ABOUT}"))
    found = ((path, path.stat()) for path in paths if names is None or path.parent.name in names)
    return [_about(path, marks.st_ino, marks.st_mtime_ns) for path, marks in found]


@cache
def _about(path: Path, *marks: int) -> dict[str, Any]:
    """What a file says, read again only if its marks have changed."""
    about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return about


def reports_of(abouts: Sequence[dict[str, Any]]) -> list[Report]:
    """Every report that the folders of report data describe, by name.

    Raises
    ------
    UnfitName
        A folder or report has a name that cannot be a file name.
    """
    reports = [
        Report(
            name=fit_name(described["name"]),
            notebook=fit_name(described["notebook"]),
            parameters=dict(described["parameters"]),
            edition=described["edition"],
            kind=about["kind"],
            folder=fit_name(about["name"]),
            about=about,
        )
        for about in abouts
        for described in about["reports"]
    ]
    return sorted(reports, key=lambda report: report.name)


def reports_in(processed: Path) -> list[Report]:
    """Every report that can be made from a processed folder, by name."""
    return reports_of(report_data_in(processed))


@dataclass(frozen=True)
class Wanted:
    """Which reports somebody asks for; None stands for any.

    ``provider`` and ``plan`` are codes, ``previous`` and ``current`` rounds (a plan has one round,
    the current), ``kind`` is comparison, rounds, scorecard, action-plan, national or data-quality.
    """

    provider: str | None = None
    previous: int | str | None = None
    current: int | str | None = None
    plan: str | None = None
    kind: str | None = None

    def among(self, reports: Iterable[Report]) -> list[Report]:
        """The reports asked for.

        Raises
        ------
        UnknownReport
            There are none; the message names what there is instead.
        """
        chosen = list(reports)
        for word, key, value in (
            ("kind of report", "kind", self.kind),
            ("provider", "provider", self.provider),
            ("plan", "plan", self.plan),
            ("earlier round", "previous_round", self.previous),
            ("round", "round", self.current),
        ):
            if value is None:
                continue
            there = [str(r.about[key]) for r in chosen if r.about.get(key) not in (None, "")]
            chosen = [report for report in chosen if str(report.about.get(key)) == str(value)]
            if not chosen:
                of = self.provider if self.provider and key != "provider" else ""
                raise UnknownReport(no_such(word, value, sorted(there), of))
        return chosen

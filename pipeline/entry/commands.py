"""The commands that bring new figures in: forms, the reader, enter, the audit."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline.terminal import say

_file = click.Path(path_type=Path, dir_okay=False)
_folder = click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Raw data folder instead of the project's data/raw.",
)
_provider = click.option(
    "--provider", required=True, help="Code or name; a new name gets a row of its own."
)
_year = click.IntRange(1900, 2200)
_out = click.option("--out", type=_file, required=True, help="Workbook to write.")
_FILL_IN = "fill it in, then look at it with"


def _loaded(folder: Path | None) -> tuple[Any, Any]:
    from pipeline.data import load, raw_folder
    from pipeline.data.package import read_package

    return load(folder), read_package(folder or raw_folder()).resources


def _write(form: Any, out: Path, first: str) -> None:
    """Write a form as a workbook, and say what comes next."""
    from pipeline.entry.form.writing import write_form

    if out.suffix.lower() != ".xlsx":
        raise click.UsageError(f"--out {out}: a workbook's name ends in .xlsx.")
    write_form(form, out)
    say(f"{out}: {first}: python -m pipeline enter {out}")


@click.command("new-inspection")
@_folder
@_provider
@click.option("--round", "year", type=_year, required=True, help="Year of the round.")
@click.option("--framework", required=True, help="Code of the framework it was judged by.")
@_out
def new_inspection(
    folder: Path | None, provider: str, year: int, framework: str, out: Path
) -> None:
    """Write a workbook to type an inspection report into."""
    from pipeline.entry.form.blank import new_inspection as form

    _write(form(*_loaded(folder), provider, year, framework), out, _FILL_IN)


@click.command("new-plan")
@_folder
@_provider
@click.option("--year", type=_year, required=True, help="Year of the plan.")
@click.option("--inspection", help="Code of the inspection it answers, where that is entered.")
@_out
def new_plan(
    folder: Path | None, provider: str, year: int, inspection: str | None, out: Path
) -> None:
    """Write a workbook to type an action plan into."""
    from pipeline.entry.form.blank import new_plan as form

    _write(form(*_loaded(folder), provider, year, inspection), out, _FILL_IN)


@click.command("new-audits")
@_folder
@click.option("--provider", required=True, help="Code or name of a provider with an inspection.")
@click.option("--month", type=click.DateTime(["%Y-%m"]), required=True, help="Such as 2020-03.")
@click.option("--cases", type=click.IntRange(1, 500), default=20, show_default=True)
@_out
def new_audits(folder: Path | None, provider: str, month: datetime, cases: int, out: Path) -> None:
    """Write a workbook to type a provider's own case audits of a month into."""
    from pipeline.entry.form.blank import new_audits as form

    _write(form(*_loaded(folder), provider, f"{month:%Y-%m}", cases), out, _FILL_IN)


@click.command()
@_folder
@click.argument("report", type=_file)
@click.option("--framework", help="Code of the framework; an action plan needs none.")
@click.option("--provider", help="Code or name, where it is not the one the document prints.")
@click.option("--round", "year", type=_year, help="Year of the round or plan.")
@_out
def read(
    folder: Path | None,
    report: Path,
    framework: str | None,
    provider: str | None,
    year: int | None,
    out: Path,
) -> None:
    """Read a report or an action plan (PDF, DOCX, HTML, text) into a workbook.

    Each row is marked: proved, read, or look where a person has to look.
    """
    from pipeline.entry.accept.rows import OPTIONAL
    from pipeline.entry.form.filled import filled_form
    from pipeline.entry.form.layout import WHY
    from pipeline.entry.reading import read_document
    from pipeline.entry.reading.proof import ONCE

    tables, resources = _loaded(folder)
    identity, rows = read_document(report, tables, resources, framework, provider, year)
    form = filled_form(tables, resources, identity, rows, report.name)
    for sheet in form.sheets:
        marks = [row.mark for row in sheet.rows if row.mark]
        counts = ", ".join(
            f"{marks.count(m)} {m}" for m in ("proved", "read", "look") if m in marks
        )
        once = sum(row.reference[WHY].startswith(ONCE) for row in sheet.rows)
        if sheet.resource.name == OPTIONAL and marks:
            counts = f"{len(marks)} proposals, left out unless you choose a measure"
        elif once:
            counts += f" ({once} only because the figure stands once)"
        if marks:
            say(f"{sheet.resource.name}: {counts}")
    _write(form, out, "settle the rows marked look, then")


@click.command()
@_folder
@click.argument("workbook", type=_file)
@click.option(
    "--second-reading",
    "second",
    type=_file,
    help="Workbook of the same document typed by somebody else; the two are compared.",
)
@click.option("--write", is_flag=True, help="Write into the raw tables; without it, only show.")
def enter(folder: Path | None, workbook: Path, second: Path | None, write: bool) -> None:
    """Show what a workbook changes in the raw tables; with --write, change it, all or nothing."""
    from pipeline.data.folders import PROJECT, raw_folder
    from pipeline.entry.accept import enter as take_over

    raw = folder or raw_folder()
    copies = (folder.parent if folder else PROJECT / "tests") / "second_pass"
    outcome = take_over(workbook, raw, second=second, copies=copies, write=write)
    for line in outcome.lines():
        say(line)
    if outcome.comparison is not None:
        say(outcome.comparison.summary())
    if not outcome.changes:
        say("Nothing to change: the raw tables hold all of it.")
    elif write:
        say(f"{outcome.changes} rows written to {raw}.")
    else:
        say(f"{outcome.changes} rows would change; nothing was written. To write: --write")


@click.command()
@_folder
@click.argument("table", type=_file)
@click.option("--framework", required=True, help="Code of the framework the ratings are of.")
def audit(folder: Path | None, table: Path, framework: str) -> int:
    """Say which rows of somebody's table of ratings (CSV, XLSX) cannot be true, and why.

    Ends with status 1 where there are any.
    """
    from pipeline.entry.audit import audit as examine

    tables, _ = _loaded(folder)
    result = examine(table, tables, framework)
    for line in result.lines():
        say(line)
    return int(bool(result.findings))


COMMANDS = (new_inspection, new_plan, new_audits, read, enter, audit)

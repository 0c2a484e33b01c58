"""The commands that bring new figures in: forms, the reader, enter, the audit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

STOPPED = 2
"""Exit status where nothing was written because something has to be put right first."""

_file = click.Path(path_type=Path, dir_okay=False)
_folder = click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Raw data folder instead of the project's data/raw.",
)


def _in_plain_words(command: Callable[..., Any]) -> Callable[..., Any]:
    """Say every error a user can cause in sentences, and end with a status."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> None:
        from pipeline.data import InvalidData
        from pipeline.entry.problems import CannotEnter, NotAReport

        try:
            command(*args, **kwargs)
        except (InvalidData, CannotEnter, NotAReport) as error:
            click.echo(str(error), err=True)
            click.echo("Nothing was written.", err=True)
            sys.exit(STOPPED)
        except OSError as error:
            if error.filename is None:
                raise
            click.echo(f"{error.filename}: {error.strerror}. Nothing was written.", err=True)
            sys.exit(STOPPED)

    return guarded


def _raw(folder: Path | None) -> Path:
    from pipeline.data import raw_folder

    return folder or raw_folder()


def _loaded(folder: Path | None) -> tuple[Any, Any]:
    from pipeline.data import load
    from pipeline.data.package import read_package

    return load(_raw(folder)), read_package(_raw(folder))


@click.command("new-inspection")
@_folder
@click.option("--provider", required=True, help="Code or name; a new name gets a row of its own.")
@click.option("--round", "year", type=click.IntRange(1900, 2200), required=True, help="Year of the round.")
@click.option("--framework", required=True, help="Code of the framework it was judged by.")
@click.option("--out", type=_file, required=True, help="Workbook to write.")
@_in_plain_words
def new_inspection(folder: Path | None, provider: str, year: int, framework: str, out: Path) -> None:
    """Write a workbook to type an inspection report into."""
    from pipeline.entry.form.blank import new_inspection as form
    from pipeline.entry.form.writing import write_form

    tables, resources = _loaded(folder)
    write_form(form(tables, resources, provider, year, framework), _workbook(out))
    click.echo(f"{out}: fill it in, then look at it with: python -m pipeline enter {out}")


@click.command("new-plan")
@_folder
@click.option("--provider", required=True, help="Code or name; a new name gets a row of its own.")
@click.option("--year", type=click.IntRange(1900, 2200), required=True, help="Year of the plan.")
@click.option("--inspection", help="Code of the inspection it answers, where that is entered.")
@click.option("--out", type=_file, required=True, help="Workbook to write.")
@_in_plain_words
def new_plan(folder: Path | None, provider: str, year: int, inspection: str | None, out: Path) -> None:
    """Write a workbook to type an action plan into."""
    from pipeline.entry.form.blank import new_plan as form
    from pipeline.entry.form.writing import write_form

    tables, resources = _loaded(folder)
    write_form(form(tables, resources, provider, year, inspection), _workbook(out))
    click.echo(f"{out}: fill it in, then look at it with: python -m pipeline enter {out}")


@click.command()
@_folder
@click.argument("report", type=_file)
@click.option("--framework", help="Code of the framework; an action plan needs none.")
@click.option("--provider", help="Code or name, where it is not the one the document prints.")
@click.option("--round", "year", type=click.IntRange(1900, 2200), help="Year of the round or plan.")
@click.option("--out", type=_file, required=True, help="Workbook to write.")
@_in_plain_words
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
    from pipeline.entry.form.filled import filled_form
    from pipeline.entry.form.writing import write_form
    from pipeline.entry.reading import read_document

    tables, resources = _loaded(folder)
    identity, rows = read_document(report, tables, resources, framework, provider, year)
    form = filled_form(tables, resources, identity, rows, report.name)
    write_form(form, _workbook(out))
    for sheet in form.sheets:
        marks = [row.mark for row in sheet.rows if row.mark]
        if marks:
            counts = ", ".join(
                f"{marks.count(mark)} {mark}" for mark in ("proved", "read", "look") if mark in marks
            )
            click.echo(f"{sheet.resource.name}: {counts}")
    click.echo(f"{out}: settle the rows marked look, then: python -m pipeline enter {out}")


def _workbook(path: Path) -> Path:
    if path.suffix.lower() != ".xlsx":
        raise click.UsageError(f"--out {path}: a workbook's name ends in .xlsx.")
    return path


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
@_in_plain_words
def enter(folder: Path | None, workbook: Path, second: Path | None, write: bool) -> None:
    """Show what a workbook changes in the raw tables; with --write, change it, all or nothing."""
    from pipeline.data.folders import PROJECT
    from pipeline.entry.accept import enter as take_over

    raw = _raw(folder)
    copies = (folder.parent if folder else PROJECT / "tests") / "second_pass"
    outcome = take_over(workbook, raw, second=second, copies=copies, write=write)
    for line in outcome.lines():
        click.echo(line)
    if outcome.comparison is not None:
        click.echo(outcome.comparison.summary())
    if not outcome.changes:
        click.echo("Nothing to change: the raw tables hold all of it.")
    elif write:
        click.echo(f"{outcome.changes} rows written to {raw}.")
    else:
        click.echo(f"{outcome.changes} rows would change; nothing was written. To write: --write")


@click.command()
@_folder
@click.argument("table", type=_file)
@click.option("--framework", required=True, help="Code of the framework the ratings are of.")
@_in_plain_words
def audit(folder: Path | None, table: Path, framework: str) -> None:
    """Say which rows of somebody's table of ratings (CSV, XLSX) cannot be true, and why."""
    from pipeline.entry.audit import audit as examine

    tables, _ = _loaded(folder)
    result = examine(table, tables, framework)
    for line in result.lines():
        click.echo(line)
    if result.findings:
        sys.exit(1)


COMMANDS = (new_inspection, new_plan, read, enter, audit)

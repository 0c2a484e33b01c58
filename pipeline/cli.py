"""The command line: every command of ``python -m pipeline``.

Heavy libraries are imported inside the commands that need them, so that the
menu and a run with nothing to do come at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import click

DATA_ERROR = 2
"""Exit code for input that breaks a rule, or a request for what does not exist."""
FAILED = 1
"""Exit code when a report could not be made."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as the shell has it."""

_folder = click.Path(path_type=Path, file_okay=False)


class Day(click.ParamType):
    """A day of the calendar, as year-month-day."""

    name = "day"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the day as it was written, or fail in a sentence."""
        with suppress(ValueError):
            if date.fromisoformat(value).isoformat() == value:
                return value
        self.fail(f"'{value}' is not a day written as 2019-03-31: year, month, day.", param, ctx)


def _folders(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the two folders every command takes."""
    command = click.option(
        "--out",
        type=_folder,
        help="Folder for processed/ and reports/ instead of the project's own.",
    )(command)
    return click.option(
        "--data", type=_folder, help="Raw data folder instead of the project's data/raw."
    )(command)


def _in_plain_words(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn every error a user can cause into sentences and an exit code."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> None:
        from pipeline.data.problems import InvalidData
        from pipeline.publish.build.build import CannotBuild
        from pipeline.publish.build.catalogue import UnknownReport
        from pipeline.simulate import CannotSimulate

        try:
            command(*args, **kwargs)
        except InvalidData as error:
            many = len(error.problems)
            click.echo(str(error), err=True)
            noun = "problem" if many == 1 else "problems"
            click.echo(f"{many} {noun} in the raw data; nothing was built.", err=True)
            sys.exit(DATA_ERROR)
        except UnknownReport as error:
            click.echo(str(error), err=True)
            sys.exit(DATA_ERROR)
        except CannotSimulate as error:
            click.echo(str(error), err=True)
            sys.exit(DATA_ERROR)
        except CannotBuild as error:
            click.echo(str(error), err=True)
            sys.exit(FAILED)
        except KeyboardInterrupt:
            click.echo(
                "Stopped. What is finished is kept; the next run goes on from there.", err=True
            )
            sys.exit(INTERRUPTED)

    return guarded


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="probation-inspection-reports")
def cli() -> None:
    """Compare probation inspections and publish the comparison.

    Without options a command works on the project's own folders: data/raw,
    data/processed and reports.
    """


@cli.command()
@_folders
@click.option("--force", is_flag=True, help="Build again even if nothing changed.")
@click.option("--explain", is_flag=True, help="Say why the tables are built.")
@_in_plain_words
def data(data: Path | None, out: Path | None, force: bool, explain: bool) -> None:
    """Check the raw tables and build the processed ones."""
    from pipeline.publish.build.build import make_tables

    outcome = make_tables(data, out, force=force, explain=explain, tell=click.echo)
    _report_outcome(outcome, "table")


@cli.command()
@_folders
@click.option("--provider", help="Only this provider, by its code.")
@click.option("--previous", type=int, help="Only comparisons from this earlier round.")
@click.option("--current", type=int, help="Only comparisons of this round.")
@click.option("--plan", help="Only this action plan, by its code.")
@click.option(
    "--as-of",
    type=Day(),
    help="Day by which action plans judge what is due, such as 2019-03-31.",
)
@click.option("--kind", help="Only this kind: comparison, action-plan or data-quality.")
@click.option("--all", "every", is_flag=True, help="Every report the data allows (the default).")
@click.option("--workers", type=click.IntRange(1), help="Reports made at once; default: the cores.")
@click.option("--scheduler", help="Address of a Dask scheduler, such as tcp://host:8786.")
@click.option(
    "--timeout",
    type=click.IntRange(1),
    default=120,
    show_default=True,
    help="Seconds a cell may take.",
)
@click.option("--force", is_flag=True, help="Make again even what is up to date.")
@click.option("--explain", is_flag=True, help="Say why each report is made.")
@_in_plain_words
def report(
    data: Path | None,
    out: Path | None,
    provider: str | None,
    previous: int | None,
    current: int | None,
    plan: str | None,
    as_of: str | None,
    kind: str | None,
    every: bool,
    workers: int | None,
    scheduler: str | None,
    timeout: int,
    force: bool,
    explain: bool,
) -> None:
    """Make the reports that are out of date, and the index."""
    from pipeline.publish.build.build import build
    from pipeline.publish.build.catalogue import Wanted

    wanted = Wanted(provider, previous, current, plan, kind)
    if every and wanted != Wanted(kind=kind):
        raise click.UsageError("--all makes every report, of one --kind at most; leave it out.")
    outcome = build(
        data,
        out,
        wanted=wanted,
        as_of=as_of,
        workers=workers,
        force=force,
        explain=explain,
        scheduler=scheduler,
        timeout=timeout,
        progress=sys.stderr.isatty(),
        tell=click.echo,
    )
    _report_outcome(outcome, "page")


def _report_outcome(outcome: Any, what: str) -> None:
    """Say what was written, one line a file, and end with what failed."""
    for path in outcome.written:
        click.echo(_shown(path))
    for path in outcome.removed:
        click.echo(f"{_shown(path)} removed: nothing in the data calls for it any more")
    kept = f", {outcome.kept} already up to date" if outcome.kept else ""
    many = len(outcome.written)
    noun = what if many == 1 else f"{what}s"
    click.echo(f"{many} {noun} written{kept}, {outcome.seconds:.1f} s")
    for sentence in outcome.failed.values():
        click.echo(sentence, err=True)
    if outcome.failed:
        click.echo(f"Failed: {', '.join(sorted(outcome.failed))}", err=True)
    sys.exit(outcome.exit_code)


def _shown(path: Path) -> str:
    """Return a path as the user knows it: from here where it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


@cli.command()
@click.option("--providers", type=click.IntRange(1), required=True, help="How many providers.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed, same data.")
@click.option("--rounds", type=click.IntRange(1), help="Inspections of each; default: as in data.")
@click.option("--audits", type=click.IntRange(0), default=0, help="How many audit their own cases.")
@click.option("--out", type=_folder, required=True, help="New raw data folder; never data/raw.")
@click.option("--data", type=_folder, help="Raw folder whose framework is followed.")
@_in_plain_words
def simulate(
    providers: int, seed: int, rounds: int | None, audits: int, out: Path, data: Path | None
) -> None:
    """Write a raw data folder of imaginary providers, each marked SIMULATED."""
    from pipeline.simulate import simulate as write

    write(out, providers=providers, seed=seed, rounds=rounds, audits=audits, data=data)
    click.echo(f"{providers} simulated providers in {_shown(out)}")


@cli.command()
@_folders
@_in_plain_words
def pdf(data: Path | None, out: Path | None) -> None:
    """Print every page to PDF with an installed Chromium, Chrome or Edge."""
    from pipeline.publish.build.build import Folders
    from pipeline.publish.build.pdf import NoBrowser, PrintFailed, write_pdfs

    pages = Folders.of(data, out).pages
    try:
        for path in write_pdfs(sorted(pages.glob("*.html")), pages / "pdf"):
            click.echo(_shown(path))
    except (NoBrowser, PrintFailed) as error:
        click.echo(str(error), err=True)
        sys.exit(FAILED)


@cli.command()
@_in_plain_words
def dictionary() -> None:
    """Print the data dictionary that the data package describes."""
    from pipeline.analysis.dictionary import dictionary as text

    click.echo(text(), nl=False)

"""The command line: every command of ``python -m pipeline``.

Heavy libraries are imported inside the commands that need them, so that the
menu and a run with nothing to do come at once.
"""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import click

from pipeline.entry.commands import COMMANDS
from pipeline.publish.build.time_limit import TIMEOUT
from pipeline.terminal import PROGRAM_FAULT, Unheard, complain, fault, say

DATA_ERROR = 2
"""Exit status for input that breaks a rule, or a request for what does not exist."""
FAILED = 1
"""Exit status when a report could not be made."""

_folder = click.Path(path_type=Path, file_okay=False)


def run() -> int:
    """Run the command line; say what went wrong; return the exit status."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # libraries' advice to programmers
    from pipeline.data.problems import InvalidData
    from pipeline.entry.problems import CannotEnter, NotAReport
    from pipeline.files import UnfitName
    from pipeline.publish.build.catalogue import CannotBuild, UnknownReport
    from pipeline.simulate import CannotSimulate

    try:
        Path.cwd()
    except OSError:
        complain("The folder you are in was removed: go to another one (cd) and try again.")
        return FAILED
    try:
        status = cli.main(prog_name="python -m pipeline", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.ClickException as error:
        words = io.StringIO()
        error.show(words)
        complain(words.getvalue().rstrip())
        return error.exit_code
    except InvalidData as error:
        noun = "problem" if len(error.problems) == 1 else "problems"
        complain(f"{error}\n{len(error.problems)} {noun} in the raw data; nothing was built.")
        return DATA_ERROR
    except (UnknownReport, CannotSimulate, UnfitName, CannotBuild) as error:
        complain(str(error))
        return FAILED if isinstance(error, CannotBuild) else DATA_ERROR
    except (CannotEnter, NotAReport) as error:
        complain(f"{error}\nNothing was written.")
        return DATA_ERROR
    except Unheard:
        raise
    except Exception as error:
        complain(fault(error, f"running {' '.join(['python -m pipeline', *sys.argv[1:]])}"))
        return PROGRAM_FAULT


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
def data(data: Path | None, out: Path | None, force: bool, explain: bool) -> None:
    """Check the raw tables and build the processed ones."""
    from pipeline.publish.build.site import make_tables

    outcome = make_tables(data, out, force=force, explain=explain, tell=say)
    _report_outcome(outcome, "table")


@cli.command()
@_folders
@click.option("--provider", help="Only this provider, by its code.")
@click.option("--previous", help="Only comparisons from this earlier round, such as 2018.")
@click.option("--current", help="Only comparisons of this round, such as 2019.")
@click.option("--plan", help="Only this action plan, by its code.")
@click.option(
    "--as-of",
    type=Day(),
    help="Day by which action plans judge what is due, such as 2019-03-31.",
)
@click.option(
    "--kind",
    help="Only this kind: comparison, rounds, scorecard, action-plan, national or data-quality.",
)
@click.option("--all", "every", is_flag=True, help="Every report the data allows (the default).")
@click.option("--workers", type=click.IntRange(1), help="Reports made at once; default: the cores.")
@click.option("--scheduler", help="Address of a Dask scheduler, such as tcp://host:8786.")
@click.option(
    "--timeout",
    type=click.IntRange(1),
    default=TIMEOUT,
    show_default=True,
    help="Seconds a cell may take.",
)
@click.option("--force", is_flag=True, help="Make again even what is up to date.")
@click.option("--explain", is_flag=True, help="Say why each report is made.")
def report(
    data: Path | None,
    out: Path | None,
    provider: str | None,
    previous: str | None,
    current: str | None,
    plan: str | None,
    kind: str | None,
    every: bool,
    **how: Any,
) -> None:
    """Make the reports that are out of date, and the index."""
    from pipeline.publish.build.catalogue import Wanted
    from pipeline.publish.build.site import build

    wanted = Wanted(provider, previous, current, plan, kind)
    if every and wanted != Wanted(kind=kind):
        raise click.UsageError("--all makes every report, of one --kind at most; leave it out.")
    watched = bool(sys.stderr and sys.stderr.isatty())
    outcome = build(data, out, wanted=wanted, progress=watched, tell=say, **how)
    _report_outcome(outcome, "page")


def _report_outcome(outcome: Any, what: str) -> None:
    """Say what was written, one line a file, and end with what failed."""
    for path in outcome.written:
        say(_shown(path))
    for path in outcome.removed:
        say(f"{_shown(path)} removed: nothing in the data calls for it any more")
    kept = f", {outcome.kept} already up to date" if outcome.kept else ""
    many = len(outcome.written)
    noun = what if many == 1 else f"{what}s"
    say(f"{many} {noun} written{kept}, {outcome.seconds:.1f} s")
    for sentence in outcome.failed.values():
        complain(sentence)
    if outcome.failed:
        complain(f"Failed: {', '.join(sorted(outcome.failed))}")
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
def simulate(
    providers: int, seed: int, rounds: int | None, audits: int, out: Path, data: Path | None
) -> None:
    """Write a raw data folder of imaginary providers, each marked SIMULATED."""
    from pipeline.simulate import simulate as write

    write(out, providers=providers, seed=seed, rounds=rounds, audits=audits, data=data)
    say(f"{providers} simulated providers in {_shown(out)}")


@cli.command()
@_folders
def pdf(data: Path | None, out: Path | None) -> None:
    """Print every page to PDF with an installed Chromium, Chrome or Edge."""
    from pipeline.publish.build.catalogue import CannotBuild
    from pipeline.publish.build.pdf import write_pdf
    from pipeline.publish.build.site import Folders

    pages = Folders.of(data, out).pages
    there = sorted(pages.glob("*.html"))
    if not there:
        raise CannotBuild(f"There is no page in {pages} to print: run report first.")
    for page in there:
        say(_shown(write_pdf(page, pages / "pdf" / f"{page.stem}.pdf")))


@cli.command()
def dictionary() -> None:
    """Print the data dictionary that the data package describes."""
    from pipeline.analysis.dictionary import dictionary as text

    say(text().removesuffix("\n"))


@cli.command()
def rules() -> None:
    """Print every relation that must hold between the raw tables."""
    from pipeline.data.commands import rules as text

    say(text().removesuffix("\n"))


@cli.command()
@click.argument("framework")
@click.option("--data", type=_folder, help="Raw data folder instead of the project's data/raw.")
def needs(framework: str, data: Path | None) -> None:
    """Print the rows that an inspection of FRAMEWORK must have."""
    from pipeline.data.commands import needs as text

    say(text(framework, data).removesuffix("\n"))


for _command in COMMANDS:
    cli.add_command(_command)

"""From raw tables to pages: makes what is not right any more, and nothing else.

Pages are written beside and then renamed, so a reader always finds a whole page; a report that
fails leaves its last good page where it is. What was made from what is kept in a record beside the
pages (see :mod:`pipeline.publish.build.freshness`).
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.analysis.files import REPORT_DATA
from pipeline.data.folders import PROJECT, raw_folder
from pipeline.files import of_bytes, of_file, remove_leftovers, write_whole
from pipeline.publish.build import freshness
from pipeline.publish.build.catalogue import (
    CannotBuild,
    FaultOfOurs,
    Made,
    Report,
    ReportFailed,
    UnknownReport,
    Wanted,
    report_data_in,
    reports_of,
)
from pipeline.publish.build.freshness import Record, Seen
from pipeline.publish.build.locking import locked
from pipeline.publish.build.time_limit import TIMEOUT
from pipeline.surroundings import settle
from pipeline.terminal import PROGRAM_FAULT
from pipeline.workers import Died, Tell, alongside, processors, rarely_collected

INDEX = "index.html"
#: The processed tables, as one product.
TABLES = "tables"
#: Seconds between two writings of the record; what was made since a kill is made once more.
RECORD_EVERY = 2.0


def _nothing(*_: object) -> None:
    pass


def _import_all() -> None:
    from pipeline.publish.build.run import get_ready

    get_ready([])


@dataclass
class Outcome:
    """What a run did.

    ``written`` are the files it wrote, ``removed`` the pages of reports that are no more,
    ``failed`` maps a report's name to the sentence that says why it could not be made, ``kept``
    counts the pages that were right already, ``seconds`` is how long it took, ``exit_code`` what
    the command should end with: 0, 1 if a report failed, or 70 if through a fault of ours.
    """

    written: list[Path] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    kept: int = 0
    seconds: float = 0.0
    exit_code: int = 0


@dataclass(frozen=True)
class Folders:
    """Where a run reads and writes."""

    raw: Path
    processed: Path
    pages: Path
    notebooks: Path

    @classmethod
    def of(cls, data: Path | None, out: Path | None, notebooks: Path | None = None) -> Folders:
        """The project's own folders, or another raw folder and DIR/processed with DIR/reports.

        Other data need another place for their pages: the project's own folders hold its own.
        """
        if data is not None and out is None and _real(data) != _real(raw_folder()):
            raise CannotBuild(
                f"Say with --out where the pages of {data} go: "
                "the project's own folders are for its own data."
            )
        raw = _real(data or raw_folder())
        if out is not None and raw in (_real(out), *_real(out).parents):
            raise CannotBuild(f"{out} lies in the raw folder; name another folder with --out.")
        return cls(
            raw=raw,
            processed=_real(out / "processed" if out else PROJECT / "data" / "processed"),
            pages=_real(out / "reports" if out else PROJECT / "reports"),
            notebooks=_real(notebooks or PROJECT / "notebooks"),
        )


def build(
    data: Path | None = None,
    out: Path | None = None,
    *,
    wanted: Wanted | None = None,
    as_of: str | None = None,
    workers: int | None = None,
    force: bool = False,
    explain: bool = False,
    scheduler: str | None = None,
    timeout: int | None = TIMEOUT,
    progress: bool = True,
    notebooks: Path | None = None,
    tell: Callable[[str], None] = print,
) -> Outcome:
    """Make the processed tables and the reports that are not right any more.

    Parameters
    ----------
    data, out
        Another raw folder; where to put ``processed`` and ``reports`` (default: the project's own).
    wanted
        Which reports to make instead of all.
    as_of
        Day (YYYY-MM-DD) by which reports that know one judge what is due; their own default if
        None.
    workers
        Reports made at the same time (default: as many as there are processors).
    force
        Make everything again.
    explain
        Say for each report why it is made.
    scheduler
        Address of a Dask scheduler; its workers then make the reports.
    timeout
        Seconds one cell may take; None for as long as it likes.
    progress
        Show a progress bar.
    notebooks
        Another folder of notebooks.
    tell
        Takes the lines meant for the user.

    Raises
    ------
    pipeline.data.InvalidData
        The raw tables break a rule; nothing was touched.
    pipeline.publish.build.catalogue.UnknownReport
        Nothing that exists is wanted.
    CannotBuild
        Other data have no ``out``, a folder cannot be written to, the disk is full, or the
        scheduler cannot be used.
    """
    folders = Folders.of(data, out, notebooks)
    say = tell if explain else _nothing
    with _run(folders, tell) as outcome:
        seen = Seen(folders.pages)
        meanwhile = _import_all if scheduler is None else _nothing
        _make_tables(folders, seen, outcome, force, say, tell, workers, progress, meanwhile)
        abouts = report_data_in(folders.processed)
        reports = reports_of(abouts)
        chosen = [r.as_of(as_of) for r in _chosen(wanted, reports, outcome)]
        record = Record.read(folders.pages)
        remove_leftovers(folders.pages)
        _remove_old_pages(record, folders, reports, outcome)
        inputs = _Inputs(folders, seen)
        due = []
        for report in chosen:
            now = seen.of(f"{folders.pages}{os.sep}{report.page}")
            reasons = record.reasons(report.page, inputs.of(report), now)
            if reasons or force:
                due.append(report)
                say(f"{report.page}: {_in_short(reasons)}.")
        outcome.kept = len(chosen) - len(due)
        try:
            if due:
                with closing(_made(due, folders, workers, scheduler, timeout)) as made:
                    for report, page in _arriving(made, len(due), outcome, progress):
                        write_whole(folders.pages / report.page, page)
                        record.note(report.page, inputs.of(report), of_bytes(page))
                        record.write_now_and_then(RECORD_EVERY)
                        outcome.written.append(folders.pages / report.page)
            _make_index(abouts, folders, inputs, record, outcome, force, say)
        finally:
            record.write()
            seen.write()
    return outcome


def make_tables(
    data: Path | None = None,
    out: Path | None = None,
    *,
    force: bool = False,
    explain: bool = False,
    tell: Callable[[str], None] = print,
) -> Outcome:
    """Make the processed tables only; parameters and errors are those of :func:`build`."""
    folders = Folders.of(data, out)
    with _run(folders, tell) as outcome:
        seen = Seen(folders.pages)
        say = tell if explain else _nothing
        outcome.written += _make_tables(folders, seen, outcome, force, say, tell)
        seen.write()
    return outcome


@contextmanager
def _run(folders: Folders, tell: Callable[[str], None]) -> Iterator[Outcome]:
    """Have the folders to ourselves, and time what happens."""
    settle()
    began = time.monotonic()
    outcome = Outcome()
    with _disk_errors(folders), rarely_collected():
        for folder in (folders.processed, folders.pages):
            folder.mkdir(parents=True, exist_ok=True)
        with locked(folders.pages, "Another run is making these reports: waiting for it.", tell):
            yield outcome
    outcome.written.sort()
    outcome.seconds = time.monotonic() - began


class _Inputs:
    """The fingerprints of what each report is made from; what reports share is read once."""

    def __init__(self, folders: Folders, seen: Seen) -> None:
        self._folders, self._seen = folders, seen
        self._tables: dict[str, freshness.Inputs] = {}
        self._notebooks: dict[str, str] = {}
        self._common = {
            "the package": freshness.of_source(),
            "the lock file": freshness.of_surroundings(),
        }

    def of(self, report: Report) -> dict[str, str]:
        """What a report is made from, named so that "... changed" can follow."""
        notebook = f"{report.notebook}.ipynb"
        if notebook not in self._notebooks:
            self._notebooks[notebook] = of_file(self._folders.notebooks / notebook)
        if report.folder not in self._tables:
            folder = self._folders.processed / REPORT_DATA / report.folder
            self._tables[report.folder] = self._seen.of_each(folder, "its")
        parameters = json.dumps([report.parameters, report.edition, report.notebook])
        return {
            f"the notebook {notebook}": self._notebooks[notebook],
            "its parameters": of_bytes(parameters.encode()),
            **self._tables[report.folder],
            **self._common,
        }

    def of_index(self, listed: list[dict[str, Any]]) -> dict[str, str]:
        """What the front page is made from."""
        return {"what it lists": of_bytes(json.dumps(listed).encode()), **self._common}


def _make_tables(
    folders: Folders,
    seen: Seen,
    outcome: Outcome,
    force: bool,
    say: Callable[[str], None],
    tell: Callable[[str], None],
    workers: int | None = None,
    progress: bool = False,
    meanwhile: Callable[[], None] = _nothing,
) -> list[Path]:
    """Make the processed tables again if they, the raw ones or the code changed; returns them.

    They are made in a process of their own, and ``meanwhile`` is done in this one.
    """
    for name in freshness.strays(folders.raw):
        tell(
            f"{folders.raw / name} was not read: datapackage.json describes no such table. "
            "Move it to another folder, or describe it."
        )
    record = Record.read(folders.processed)
    inputs = {
        **seen.of_each(folders.raw, "raw", freshness.described_files(folders.raw)),
        "the package": freshness.of_source("data", "analysis"),
        "the lock file": freshness.of_surroundings(),
    }
    reasons = record.reasons(TABLES, inputs, _fingerprint_of_tables(folders.processed, seen))
    if not reasons and not force:
        return []
    say(f"processed tables: {_in_short(reasons)}.")
    remove_leftovers(folders.processed)
    from pipeline.analysis.process import Processed, process

    many = workers or processors()

    def make(done: Tell) -> Processed:
        return process(folders.raw, folders.processed, many, fresh=force, tell=done)

    try:
        with _bar(progress) as heard:
            processed = alongside(make, meanwhile, many, heard)
    except Died as error:
        raise CannotBuild(
            f"A part of the tables was not made: {error}. What was there before is unharmed; run "
            "it again."
        ) from error
    _note(processed, outcome, tell)
    if outcome.failed:  # said again in the next run, until it is put right
        record.forget(TABLES)
    else:
        record.note(TABLES, inputs, _fingerprint_of_tables(folders.processed, seen))
    record.write()
    return sorted(folders.processed.glob("*.csv"))


@contextmanager
def _bar(progress: bool) -> Iterator[Tell]:
    """A progress bar of the lots of providers whose tables are done, where there are several: of
    some hundred providers they take minutes, in which nothing else is seen.
    """
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # its thread would be there when a worker is forked
    with tqdm(desc="tables", unit="lot", disable=not progress, leave=False) as bar:

        def heard(words: str) -> None:
            bar.n, bar.total = map(int, words.split("/"))
            bar.refresh()

        yield heard


def tables_out_of_date(raw: Path, processed: Path) -> bool:
    """Say whether a raw folder has changed since the tables of a processed one were made of it."""
    made = Record.read(processed).made.get(TABLES, {})
    then = {name: value for name, value in made.items() if name.startswith("raw ")}
    now = Seen(processed).of_each(raw, "raw", freshness.described_files(raw))
    return bool(then) and then != now


def _chosen(wanted: Wanted | None, reports: list[Report], outcome: Outcome) -> list[Report]:
    """The reports asked for; where there are none, what is wrong with the data comes first."""
    try:
        return wanted.among(reports) if wanted else reports
    except UnknownReport as error:
        raise UnknownReport("\n".join([*outcome.failed.values(), str(error)])) from None


def _note(processed: Any, outcome: Outcome, tell: Callable[[str], None]) -> None:
    """Tell what was found in the raw tables; a provider left out of them counts as failed."""
    from pipeline.data.problems import InvalidData

    problems = processed.problems
    for provider in sorted({p.provider for p in problems if p.stops and p.provider}):
        theirs = [p for p in problems if p.stops and p.provider == provider]
        outcome.failed[provider] = str(InvalidData(theirs))
        outcome.exit_code = 1
    for words in [*(str(p) for p in problems if not p.stops), *processed.newly_failed]:
        tell(words)


def _fingerprint_of_tables(processed: Path, seen: Seen) -> str:
    found = {k: v for k, v in seen.of_each(processed, "table").items() if k.endswith(".csv")}
    with suppress(FileNotFoundError), os.scandir(processed / REPORT_DATA) as folders:
        for folder in sorted(folders, key=lambda entry: entry.name):
            found |= seen.of_each(Path(folder.path), folder.name)
    return of_bytes(json.dumps(found).encode()) if found else ""


def _made(
    due: list[Report],
    folders: Folders,
    workers: int | None,
    scheduler: str | None,
    timeout: int | None,
) -> Generator[Made, None, None]:
    """Each report with its page or the reason why there is none, as they are done."""
    if scheduler is not None:
        from pipeline.publish.build.cluster import made_by_cluster

        return made_by_cluster(due, folders.processed, folders.notebooks, timeout, scheduler)
    from pipeline.publish.build.run import get_ready, pages_of

    get_ready({folders.notebooks / f"{report.notebook}.ipynb" for report in due})
    # The longest first, so that none is still running alone at the end.
    report_data = folders.processed / REPORT_DATA
    size = {
        name: sum(path.stat().st_size for path in (report_data / name).iterdir())
        for name in {report.folder for report in due}
    }
    longest_first = sorted(due, key=lambda report: size[report.folder], reverse=True)
    return pages_of(
        longest_first, folders.processed, folders.notebooks, timeout, workers or processors()
    )


def _arriving(
    made: Iterator[Made], count: int, outcome: Outcome, progress: bool
) -> Iterator[tuple[Report, bytes]]:
    """The pages as they are done, behind one progress bar; failures are noted."""
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # its thread would be there when a worker is forked
    with tqdm(made, total=count, unit="report", disable=not progress, leave=False) as bar:
        for report, page, failure in bar:
            if page is None:
                outcome.failed[report.name] = str(failure)
                outcome.exit_code = max(outcome.exit_code, _status_of(failure))
            else:
                yield report, page


def _status_of(failure: ReportFailed | None) -> int:
    return PROGRAM_FAULT if isinstance(failure, FaultOfOurs) else 1


def _make_index(
    abouts: list[dict[str, Any]],
    folders: Folders,
    inputs: _Inputs,
    record: Record,
    outcome: Outcome,
    force: bool,
    say: Callable[[str], None],
) -> None:
    """Make the front page; it lists the reports that have a page."""
    listed = []
    for about in abouts:
        there = [r for r in about["reports"] if (folders.pages / f"{r['name']}.html").is_file()]
        if there:
            listed.append({**about, "reports": there})
    made_from = inputs.of_index(listed)
    reasons = record.reasons(INDEX, made_from, of_file(folders.pages / INDEX))
    if not reasons and not force:
        outcome.kept += 1
        return
    say(f"{INDEX}: {_in_short(reasons)}.")
    from pipeline.publish.reports.index import index_html

    page = index_html(listed).encode("utf-8")
    write_whole(folders.pages / INDEX, page)
    record.note(INDEX, made_from, of_bytes(page))
    outcome.written.append(folders.pages / INDEX)


def _remove_old_pages(
    record: Record, folders: Folders, reports: Iterable[Report], outcome: Outcome
) -> None:
    """Remove the pages of reports that are no more, if they are as we made them."""
    known = {INDEX, *(report.page for report in reports)}
    for product in sorted(set(record.made) - known):
        path = folders.pages / product
        if path.parent == folders.pages and of_file(path) == record.made[product].get("itself"):
            path.unlink()
            outcome.removed.append(path)
        record.forget(product)


def _real(path: Path) -> Path:
    """A path without links; one that leads round in a circle stays as it is and fails when used."""
    return Path(os.path.realpath(path))


def _in_short(reasons: list[str], most: int = 5) -> str:
    """The reasons why something is made again, the first few of many."""
    more = [f"and {len(reasons) - most} more"] if len(reasons) > most else []
    return "; ".join([*reasons[:most], *more]) or "you asked for it"


@contextmanager
def _disk_errors(folders: Folders) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename2 or error.filename or folders.pages
        if error.errno == errno.ENOSPC:
            sentence = f"The disk is full: {where} could not be written"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            sentence = f"{where} cannot be read or written: there is no permission to"
        elif isinstance(error, (NotADirectoryError, FileExistsError)):
            sentence = f"{where} cannot be written: a file is where a folder should be"
        elif isinstance(error, IsADirectoryError):
            sentence = f"{where} cannot be written: a folder is where a file should be"
        else:
            sentence = f"{where} cannot be read or written ({error.strerror or error})"
        raise CannotBuild(f"{sentence}; what was there before is unharmed.") from error

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
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
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
    UnknownReport,
    Wanted,
    report_data_in,
    reports_of,
)
from pipeline.publish.build.freshness import Inputs, Record, Seen
from pipeline.publish.build.locking import locked
from pipeline.publish.build.time_limit import TIMEOUT
from pipeline.surroundings import settle
from pipeline.terminal import PROGRAM_FAULT
from pipeline.workers import Died, Tell, alongside, processors, rarely_collected

INDEX = "index.html"
#: All of them, as one product.
TABLES = "processed tables"
#: Seconds between two writings of the record; what was made since a kill is made once more.
RECORD_EVERY = 2.0


def _nothing(*_: object) -> None:
    pass


def _get_ready(notebooks: Path) -> None:
    from pipeline.publish.build.run import get_ready

    get_ready(notebooks.glob("*.ipynb"))


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
    with _run(Folders.of(data, out, notebooks), tell, force, explain, progress) as run:
        looked_at: set[str] = set()

        def get_ready() -> None:
            _get_ready(run.folders.notebooks)
            _code()
            with suppress(OSError, ValueError):  # most will stay, and are then read already
                report_data_in(run.folders.processed)

        def make_due(reports: list[Report]) -> None:
            """Make the pages that are due, of those that were not looked at yet."""
            chosen = [report.as_of(as_of) for report in run.chosen(wanted, reports)]
            left = [report for report in chosen if report.page not in looked_at]
            looked_at.update(report.page for report in left)
            inputs = run.inputs_of(left)
            due = [report for report in left if run.is_due_page(report, inputs[report.page])]
            run.outcome.kept += len(left) - len(due)
            if due:
                run.make_pages(due, inputs, _made(due, run.folders, workers, scheduler, timeout))

        def make_early(folders: Collection[str]) -> None:
            """Make pages of reports on one provider while what rests on all is still made."""
            with suppress(UnknownReport):  # it may be a page on all that is wanted
                make_due(reports_of(report_data_in(run.folders.processed, folders)))

        try:
            if scheduler is None:
                run.make_tables(workers, get_ready, make_early)
            else:
                run.make_tables(workers)
            abouts = report_data_in(run.folders.processed)
            reports = reports_of(abouts)
            remove_leftovers(run.folders.pages)
            make_due(reports)
            run.remove_old_pages(reports)
            run.make_index(abouts)
        finally:
            run.record.write()
            run.seen.write()
    return run.outcome


def make_tables(
    data: Path | None = None,
    out: Path | None = None,
    *,
    force: bool = False,
    explain: bool = False,
    tell: Callable[[str], None] = print,
) -> Outcome:
    """Make the processed tables only; parameters and errors are those of :func:`build`."""
    with _run(Folders.of(data, out), tell, force, explain) as run:
        run.outcome.written += run.make_tables()
        run.seen.write()
    return run.outcome


@contextmanager
def _run(
    folders: Folders, tell: Tell, force: bool, explain: bool, progress: bool = False
) -> Iterator[_Run]:
    """Have the folders to ourselves, and time what happens."""
    settle()
    began = time.monotonic()
    with _disk_errors(folders), rarely_collected():
        for folder in (folders.processed, folders.pages):
            folder.mkdir(parents=True, exist_ok=True)
        with locked(folders.pages, "Another run is making these reports: waiting for it.", tell):
            run = _Run(folders, tell, force, explain, progress, Seen(folders.pages))
            yield run
    run.outcome.written.sort()
    run.outcome.seconds = time.monotonic() - began


@dataclass
class _Run:
    """A run: where it works, what it was asked for, what it has seen and what it did."""

    folders: Folders
    tell: Tell
    force: bool
    explain: bool
    progress: bool
    seen: Seen
    outcome: Outcome = field(default_factory=Outcome)

    @cached_property
    def record(self) -> Record:
        """What the pages were made from."""
        return Record.read(self.folders.pages)

    def is_due(
        self, product: str, inputs: Inputs, itself: str, record: Record | None = None
    ) -> bool:
        """Whether a product is to be made, and say why."""
        reasons = (record or self.record).reasons(product, inputs, itself)
        if self.explain and (reasons or self.force):
            self.tell(f"{product}: {_in_short(reasons)}.")
        return bool(reasons) or self.force

    def is_due_page(self, report: Report, inputs: Inputs) -> bool:
        """Whether a report's page is to be made."""
        return self.is_due(report.page, inputs, self.seen.of(self.folders.pages / report.page))

    def make_tables(
        self,
        workers: int | None = None,
        meanwhile: Callable[[], None] = _nothing,
        ready: Callable[[Collection[str]], None] = _nothing,
    ) -> list[Path]:
        """Make the processed tables if they, the raw ones or the code changed; returns them.

        They are made in a process of their own, and ``meanwhile`` is done in this one; ``ready``,
        as soon as the data of reports on one provider are there, with the names of their folders.
        """
        raw, processed = self.folders.raw, self.folders.processed
        record = Record.read(processed)
        read = self.seen.of_each(raw, "raw")
        inputs = {**read, **_code("data", "analysis")}
        there = _tables_there(processed, self.seen)
        if not self.is_due(TABLES, inputs, _of_json(there) if there else "", record):
            return []
        remove_leftovers(processed)
        from pipeline.analysis.process import Processed, process

        many = workers or processors()

        def make(done: Tell) -> Processed:
            return process(
                raw, processed, many, fresh=self.force, fingerprint=self.seen.of, tell=done
            )

        def heard(said: tuple[int, int, Collection[str]]) -> None:
            bar.n, bar.total, folders = said
            bar.refresh()
            if folders and many > 1:  # with one, pages come after tables
                ready(folders)

        try:
            # Of some hundred providers they take minutes, in which nothing else is seen.
            with self.bar(desc="tables", unit="lot") as bar:
                made = alongside(make, meanwhile, many, heard)
        except Died as error:
            raise CannotBuild(
                f"A part of the tables was not made: {error}. What was there before is unharmed; "
                "run it again."
            ) from error
        self.note_problems(made)
        if self.outcome.failed:  # said again in the next run, until it is put right
            record.forget(TABLES)
        else:
            # As it made them, not as they are now: what is changed meanwhile is put right again.
            files = {f"{p.parent.name or 'table'} {p.name}": of for p, of in made.files.items()}
            record.note(TABLES, inputs, _of_json(files))
        record.write()
        return sorted(processed.glob("*.csv"))

    def note_problems(self, processed: Any) -> None:
        """Tell what was found in the raw tables; a provider left out of them counts as failed."""
        from pipeline.data.problems import InvalidData

        problems = processed.problems
        for provider in sorted({p.provider for p in problems if p.stops and p.provider}):
            theirs = [p for p in problems if p.stops and p.provider == provider]
            self.outcome.failed[provider] = str(InvalidData(theirs))
            self.outcome.exit_code = 1
        for words in [*(str(p) for p in problems if not p.stops), *processed.newly_failed]:
            self.tell(words)

    def chosen(self, wanted: Wanted | None, reports: list[Report]) -> list[Report]:
        """The reports asked for; where there are none, what is wrong with the data comes first."""
        try:
            return wanted.among(reports) if wanted else reports
        except UnknownReport as error:
            raise UnknownReport("\n".join([*self.outcome.failed.values(), str(error)])) from None

    def remove_old_pages(self, reports: Iterable[Report]) -> None:
        """Remove the pages of reports that are no more, if they are as we made them."""
        known = {INDEX, *(report.page for report in reports)}
        for product in sorted(set(self.record.made) - known):
            path = self.folders.pages / product
            ours = of_file(path) == self.record.made[product].get("itself")
            if path.parent == self.folders.pages and ours:
                path.unlink()
                self.outcome.removed.append(path)
            self.record.forget(product)

    def inputs_of(self, reports: list[Report]) -> dict[str, Inputs]:
        """What each page is made from, named so that "... changed" can follow."""
        folder, code = self.folders.processed / REPORT_DATA, _code()
        tables = {
            name: self.seen.of_each(folder / name, "its") for name in {r.folder for r in reports}
        }
        notebooks = {
            name: of_file(self.folders.notebooks / f"{name}.ipynb")
            for name in {report.notebook for report in reports}
        }
        return {
            report.page: {
                f"the notebook {report.notebook}.ipynb": notebooks[report.notebook],
                "its parameters": _of_json([report.parameters, report.edition, report.notebook]),
                **tables[report.folder],
                **code,
            }
            for report in reports
        }

    def make_pages(
        self, due: list[Report], inputs: dict[str, Inputs], made: Generator[Made, None, None]
    ) -> None:
        """Write the pages as they are done; failures are noted."""
        with closing(made), self.bar(iterable=made, total=len(due), unit="report") as bar:
            for report, page, failure in bar:
                if page is None:
                    status = PROGRAM_FAULT if isinstance(failure, FaultOfOurs) else 1
                    self.outcome.exit_code = max(self.outcome.exit_code, status)
                    self.outcome.failed[report.name] = str(failure)
                else:
                    self.write(report.page, inputs[report.page], page)
                    self.record.write(RECORD_EVERY)

    def make_index(self, abouts: list[dict[str, Any]]) -> None:
        """Make the front page; it lists the reports that have a page."""
        pages, listed = self.folders.pages, []
        for about in abouts:
            there = [r for r in about["reports"] if (pages / f"{r['name']}.html").is_file()]
            if there:
                listed.append({**about, "reports": there})
        inputs = {"what it lists": _of_json(listed), **_code()}
        if not self.is_due(INDEX, inputs, of_file(pages / INDEX)):
            self.outcome.kept += 1
            return
        from pipeline.publish.reports.index import index_html

        self.write(INDEX, inputs, index_html(listed).encode("utf-8"))

    def write(self, product: str, inputs: Inputs, page: bytes) -> None:
        """Write a page and note what it was made from."""
        path = self.folders.pages / product
        write_whole(path, page)
        self.record.note(product, inputs, of_bytes(page))
        self.outcome.written.append(path)

    def bar(self, **what: Any) -> Any:
        """A progress bar, if one is to be shown."""
        from tqdm import tqdm

        tqdm.monitor_interval = 0  # its thread would be there when a worker is forked
        return tqdm(disable=not self.progress, leave=False, **what)


def tables_out_of_date(raw: Path, processed: Path) -> bool:
    """Say whether a raw folder has changed since the tables of a processed one were made of it."""
    made = Record.read(processed).made.get(TABLES, {})
    then = {name: value for name, value in made.items() if name.startswith("raw ")}
    now = Seen(processed).of_each(raw, "raw")
    return bool(then) and then != now


def _code(*rooms: str) -> Inputs:
    """The fingerprints of the code, or these rooms of it, and of what it runs on."""
    return {
        "the package": freshness.of_source(*rooms),
        "the lock file": freshness.of_surroundings(),
    }


def _of_json(content: Any) -> str:
    return of_bytes(json.dumps(content, sort_keys=True).encode())


def _tables_there(processed: Path, seen: Seen) -> Inputs:
    """The fingerprints of the files that tables and report data are in a processed folder."""
    found = {k: v for k, v in seen.of_each(processed, "table").items() if k.endswith(".csv")}
    with suppress(FileNotFoundError), os.scandir(processed / REPORT_DATA) as folders:
        for folder in folders:
            found |= seen.of_each(Path(folder.path), folder.name)
    return found


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
    return pages_of(due, folders.processed, folders.notebooks, timeout, workers or processors())


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

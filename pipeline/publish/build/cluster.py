"""Many machines: each report a task for a Dask worker that needs nothing but the task.

A task carries its notebook, its tables and its parameters, and comes back as the page's
bytes; no disk is shared. Workers are ordinary Dask workers (one thread each) in an environment
with the same package and libraries, which is checked, because the pages must be the same to the
byte. A worker has threads and cannot be forked safely, so it keeps a process of its own that has
none and forks one for each report, as a run on one machine does.

A worker that is lost or no longer answers loses nothing: the others get its reports.
"""

from __future__ import annotations

import logging
import os
import pickle
import platform
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pipeline.analysis.files import REPORT_DATA, write_files
from pipeline.publish.build import freshness
from pipeline.publish.build.catalogue import CannotBuild, Made, Report, ReportFailed
from pipeline.surroundings import settle
from pipeline.workers import end_with_parent

Result = TypeVar("Result")

#: Libraries whose version may show on a page.
LIBRARIES = (
    "afcharts", "ipykernel", "ipython", "jinja2", "matplotlib",
    "nbclient", "nbconvert", "nbformat", "numpy", "openpyxl", "pandas", "papermill", "scipy",
    "xlsxwriter",
)  # fmt: skip
#: Folders of a parcel.
PROCESSED, NOTEBOOKS = Path("processed"), Path("notebooks")
#: Seconds to wait for the scheduler, for a first worker, and for one that no longer answers.
PATIENCE = 15.0
#: Tasks under way for each worker: enough that none waits, few enough to need little memory.
AHEAD = 3


@dataclass(frozen=True)
class Parcel:
    """All that a report needs, for a machine that has none of it."""

    report: Report
    files: dict[Path, bytes]
    timeout: int | None
    versions: dict[str, str]


@cache
def versions() -> dict[str, str]:
    """What must agree between machines: this package to the letter, and its libraries."""
    return {
        "probation-inspection-reports": freshness.of_source()[:12],
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def differences(theirs: dict[str, str], ours: dict[str, str]) -> str:
    """In which versions a worker differs, in words; empty if in none."""
    return ", ".join(
        f"{name} {theirs.get(name, 'not installed')} instead of {ours[name]}"
        for name in ours
        if theirs.get(name) != ours[name]
    )


def make_page(parcel: Parcel) -> tuple[bytes | None, ReportFailed | None]:
    """Make a report on a worker: its page, or None and why there is none."""
    different = differences(versions(), parcel.versions)
    if different:  # a worker that joined after the check
        return None, ReportFailed(f"{parcel.report.name}: a worker has {different}.")
    with _one_at_a_time, tempfile.TemporaryDirectory(dir=_scratch()) as folder:
        write_files(Path(folder), parcel.files)
        order = (parcel.report, Path(folder) / PROCESSED, Path(folder) / NOTEBOOKS, parcel.timeout)
        with suppress(EOFError, OSError):
            return _answer(order)
        return _answer(order)  # the process beside us had died between two reports


_one_at_a_time = threading.Lock()


@cache
def _beside() -> subprocess.Popen[bytes]:
    """The process beside a Dask worker that forks one for each report."""
    start = "from pipeline.publish.build.cluster import serve; serve()"
    return subprocess.Popen(
        [sys.executable, "-c", start], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def _answer(order: Any) -> tuple[bytes | None, ReportFailed | None]:
    process = _beside()
    assert process.stdin is not None and process.stdout is not None
    try:
        pickle.dump(order, process.stdin)
        process.stdin.flush()
        page, failure = pickle.load(process.stdout)
        return page, failure
    except (EOFError, OSError):
        _beside.cache_clear()
        process.kill()
        process.communicate()
        raise


def serve() -> None:
    """Make the reports asked for on standard input, until it is closed or our parent ends."""
    settle()
    from pipeline.publish.build.run import get_ready, pages_of

    end_with_parent(os.getppid(), signal.SIGKILL)
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed is no answer
    with suppress(EOFError):
        while True:
            report, processed, notebooks, timeout = pickle.load(orders)
            get_ready([notebooks / f"{report.notebook}.ipynb"])
            [(_, page, failure)] = pages_of([report], processed, notebooks, timeout, 1)
            pickle.dump((page, failure), answers)
            answers.flush()


def made_by_cluster(
    reports: Sequence[Report],
    processed: Path,
    notebooks: Path,
    timeout: int | None,
    scheduler: str,
) -> Generator[Made, None, None]:
    """Each report with its page, or None and why there is none, as the workers finish them.

    Raises
    ------
    CannotBuild
        Dask is not installed, the scheduler does not answer (any more), it has no worker, none
        answers, or a worker's versions differ from ours.
    """
    client = _connect(scheduler)
    try:
        _check(client, scheduler)
        parcel = partial(_parcel, processed=processed, notebooks=notebooks, timeout=timeout)
        yield from _Sending(client, scheduler, parcel).pages(reports)
    finally:
        with suppress(Exception):
            _within(PATIENCE, client.close, 2)


class _Sending:
    """Reports on their way to the workers of a scheduler and back."""

    def __init__(self, client: Any, scheduler: str, parcel: Callable[[Report], Parcel]) -> None:
        self.client, self.scheduler, self.parcel = client, scheduler, parcel
        self.done: queue.Queue[Any] = queue.Queue()
        self.sent: dict[str, tuple[Any, Report]] = {}
        self.seen: dict[str, tuple[float, float]] = {}
        self.silent: set[str] = set()

    def pages(self, reports: Sequence[Report]) -> Iterator[Made]:
        waiting = iter(reports)
        for report in islice(waiting, AHEAD * max(1, len(self._workers()))):
            self._send(report)
        while self.sent:
            try:
                future = self.done.get(timeout=1)
            except queue.Empty:
                for report in self._from_silent_workers():
                    self._send(report)
                continue
            if future.key not in self.sent:  # sent again since
                continue
            if future.cancelled():
                raise self._lost("The Dask scheduler at {} was lost")
            _, report = self.sent.pop(future.key)
            try:
                page, failure = future.result(timeout=PATIENCE)
            except Exception as error:  # lost with one worker after another
                words = f"{report.name}: no worker could make it ({type(error).__name__}: {error})."
                page, failure = None, ReportFailed(words)
            yield report, page, failure
            for following in islice(waiting, 1):
                self._send(following)

    def _send(self, report: Report) -> None:
        workers = [address for address in self._workers() if address not in self.silent]
        future = self.client.submit(
            make_page, self.parcel(report), pure=False, workers=workers or None
        )
        self.sent[future.key] = (future, report)
        future.add_done_callback(self.done.put)

    def _workers(self) -> dict[str, Any]:
        ask = partial(self.client.scheduler_info, n_workers=-1)
        try:
            return dict(_within(PATIENCE, ask)["workers"])
        except TimeoutError:
            raise self._lost("The Dask scheduler at {} no longer answers") from None

    def _from_silent_workers(self) -> list[Report]:
        """The reports to be sent again because a worker has not been heard of for too long."""
        now, workers = time.monotonic(), self._workers()
        for address, about in {self.scheduler: {}, **workers}.items():
            heard = float(about.get("last_seen", self.client.status == "running" and now))
            if self.seen.get(address, (None,))[0] != heard:
                self.seen[address] = (heard, now)
        if now - self.seen[self.scheduler][1] > PATIENCE:
            raise self._lost("The Dask scheduler at {} no longer answers")
        silent = {a for a in workers if now - self.seen[a][1] > PATIENCE}
        if not workers:
            raise self._lost("The Dask scheduler at {} has no worker any more")
        if silent == set(workers):
            raise self._lost("No worker of the Dask scheduler at {} answers any more")
        if not silent - self.silent:
            return []
        self.silent |= silent
        again = [report for _, report in self.sent.values()]
        self.sent.clear()
        return again

    def _lost(self, sentence: str) -> CannotBuild:
        return CannotBuild(
            f"{sentence.format(self.scheduler)}; {len(self.sent)} reports were on their way. "
            "What is finished is kept; the next run goes on from there."
        )


def _within(seconds: float, call: Callable[..., Result], *arguments: Any) -> Result:
    """What a call returns, or TimeoutError: Dask's own limits do not hold in every case."""
    answer: Future[Result] = Future()

    def run() -> None:
        try:
            answer.set_result(call(*arguments))
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    if not wait([answer], seconds).done:
        raise TimeoutError(f"no answer within {seconds:g} s")
    return answer.result()


def _connect(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise CannotBuild(
            "Reports can be sent to other machines when Dask is installed: "
            "in a clone, make .venv/develop.stamp."
        ) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        return _within(PATIENCE, partial(Client, scheduler, timeout=PATIENCE, set_as_default=False))
    except Exception as error:  # whatever listens there may answer anything
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise CannotBuild(
            f"No Dask scheduler answers at {scheduler} ({reason[0]}). "
            "Start one with: dask scheduler --port 8786"
        ) from None


def _check(client: Any, scheduler: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise CannotBuild(
            f"The Dask scheduler at {scheduler} has no worker. "
            f"Start some with: dask worker {scheduler} --nthreads 1 --nworkers auto"
        ) from None
    try:
        answers = _within(PATIENCE, partial(client.run, versions, on_error="return"))
    except Exception as error:
        raise CannotBuild(
            f"Not every worker of the Dask scheduler at {scheduler} answers ({error}): "
            "stop those that hang, or start them again."
        ) from None
    for worker, theirs in sorted(answers.items()):
        if isinstance(theirs, BaseException):
            raise CannotBuild(
                f"The worker {worker} cannot make reports ({theirs}): "
                "install this package there, at the same version."
            )
        different = differences(theirs, versions())
        if different:
            raise CannotBuild(
                f"The worker {worker} has {different}: pages would differ; "
                "install the same versions there."
            )


def _parcel(report: Report, processed: Path, notebooks: Path, timeout: int | None) -> Parcel:
    tables = Path(REPORT_DATA, report.folder)
    notebook = f"{report.notebook}.ipynb"
    files = {
        PROCESSED / tables / p.name: p.read_bytes() for p in (processed / tables).glob("[!.]*")
    }
    files[NOTEBOOKS / notebook] = (notebooks / notebook).read_bytes()
    return Parcel(report, files, timeout, versions())


def _scratch() -> str | None:
    """A worker's own folder, which Dask clears up after a worker that was killed."""
    try:
        from distributed import get_worker

        return str(get_worker().local_directory)
    except (ImportError, ValueError):
        return None

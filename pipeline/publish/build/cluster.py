"""Many machines: each report a task for a Dask worker that needs nothing but the task.

A task carries its notebook, its dossier's files and its parameters, and comes back as the page's
bytes; no disk is shared. Workers are ordinary Dask workers (one thread each) in an environment
with the same package and libraries, which is checked, because the pages must be the same to the
byte. The notebooks themselves run in forks of a nursery that each worker starts for itself: the
worker has threads and could not be forked.

A worker that is lost loses nothing: Dask gives its reports to the others.
"""

from __future__ import annotations

import platform
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.publish.build.build import CannotBuild, freshness
from pipeline.publish.build.catalogue import Report

#: Libraries whose version may show on a page.
LIBRARIES = (
    "afcharts", "gptables", "ipykernel", "ipython", "jinja2", "matplotlib",
    "nbclient", "nbconvert", "nbformat", "numpy", "openpyxl", "pandas", "papermill", "scipy",
    "seaborn", "statsmodels",
)  # fmt: skip
#: Seconds to wait for the scheduler to answer, and then for a first worker.
PATIENCE = 15
#: Tasks under way for each worker: enough that none waits, few enough to need little memory.
AHEAD = 3

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Parcel:
    """All that a report needs, for a machine that has none of it."""

    report: Report
    notebook: bytes
    tables: dict[str, bytes]
    timeout: int | None
    versions: dict[str, str]


@cache
def versions() -> dict[str, str]:
    """What must agree between machines: this package to the letter, and its libraries."""
    found = {
        "probation-inspection-reports": freshness.of_source()[:12],
        "python": platform.python_version(),
    }
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def differences(theirs: dict[str, str], ours: dict[str, str]) -> str:
    """In which versions a worker differs, in words; empty if in none."""
    return ", ".join(
        f"{name} {theirs.get(name, 'not installed')} instead of {ours[name]}"
        for name in ours
        if theirs.get(name) != ours[name]
    )


def make_page(parcel: Parcel) -> tuple[bytes | None, str]:
    """Make a report on a worker: its page, or None and a sentence."""
    from pipeline.publish.build.run import ReportFailed, run_report

    different = differences(versions(), parcel.versions)
    if different:  # a worker that joined after the check
        return None, f"{parcel.report.name}: a worker has {different}."
    # Papermill changes the working folder, which a process has only one of.
    with _one_at_a_time, tempfile.TemporaryDirectory(dir=_scratch()) as folder:
        dossier = Path(folder) / "processed" / "dossiers" / parcel.report.dossier
        dossier.mkdir(parents=True)
        for name, content in parcel.tables.items():
            (dossier / name).write_bytes(content)
        notebooks = Path(folder) / "notebooks"
        notebooks.mkdir()
        (notebooks / f"{parcel.report.notebook}.ipynb").write_bytes(parcel.notebook)
        try:
            return run_report(
                parcel.report, Path(folder) / "processed", notebooks, parcel.timeout
            ), ""
        except ReportFailed as error:
            return None, str(error)


def made_by_cluster(
    reports: Sequence[Report],
    processed: Path,
    notebooks: Path,
    timeout: int | None,
    scheduler: str,
) -> Iterator[tuple[Report, bytes | None, str]]:
    """Each report with its page, or None and a sentence, as the workers finish them.

    Raises
    ------
    CannotBuild
        Dask is not installed, the scheduler does not answer, it has no worker, or a worker's
        versions differ from ours.
    """
    try:
        from distributed import as_completed
    except ImportError:
        raise CannotBuild(
            "Reports can be sent to other machines when Dask is installed: "
            "in a clone, make .venv/develop.stamp."
        ) from None
    client = _connect(scheduler)
    try:
        _check(client, scheduler)
        parcels = (_parcel(report, processed, notebooks, timeout) for report in reports)
        sent: dict[Any, Report] = {}

        def send(parcel: Parcel) -> Any:
            future = client.submit(make_page, parcel, pure=False)
            sent[future.key] = parcel.report
            return future

        ahead = AHEAD * max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
        arriving = as_completed([send(parcel) for parcel in islice(parcels, ahead)])
        for future in arriving:
            report = sent.pop(future.key)
            try:
                page, sentence = future.result()
            except Exception as error:  # lost with one worker after another, or a fault of ours
                page, sentence = None, f"{report.name}: {type(error).__name__}: {error}"
            future.release()
            yield report, page, sentence
            for parcel in islice(parcels, 1):
                arriving.add(send(parcel))
    finally:
        client.close()


def _connect(scheduler: str) -> Any:
    from distributed import Client

    try:
        return Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
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
    answers = client.run(versions, on_error="return")
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
    dossier = processed / "dossiers" / report.dossier
    return Parcel(
        report=report,
        notebook=(notebooks / f"{report.notebook}.ipynb").read_bytes(),
        tables={path.name: path.read_bytes() for path in sorted(dossier.iterdir())},
        timeout=timeout,
        versions=versions(),
    )


def _scratch() -> str | None:
    """A worker's own folder, which Dask clears up after a worker that was killed."""
    try:
        from distributed import get_worker

        return str(get_worker().local_directory)
    except (ImportError, ValueError):
        return None

"""``make bench``: how fast, against what, and how much memory; one run writes both documents.

Ways that are compared take turns (A B A B), so that a machine that slows down slows both; medians
are given with the smallest and the largest. ``--quick`` leaves out the longest runs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from pipeline.analysis.files import REPORT_DATA
from pipeline.data.folders import PROJECT
from pipeline.publish.build.catalogue import Report, Wanted, reports_in
from pipeline.simulate import simulate
from pipeline.workers import processors

NOTEBOOKS = PROJECT / "notebooks"
SEED = 1
#: Up to so many reports are made as often as everything else, more of them once.
FEW = 200
QUIET: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@dataclass
class Times:
    """Seconds of several runs of one thing."""

    seconds: list[float]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)

    def as_json(self) -> dict[str, Any]:
        """Median, smallest, largest and all."""
        return {
            "median": round(self.median, 3),
            "smallest": round(min(self.seconds), 3),
            "largest": round(max(self.seconds), 3),
            "runs": [round(s, 3) for s in self.seconds],
        }


def timed(command: list[str], **options: Any) -> float:
    """Seconds that a whole command takes; it has to succeed."""
    began = time.perf_counter()
    subprocess.run(command, check=True, **{**QUIET, **options})
    return time.perf_counter() - began


def in_turn(runs: int, **ways: Callable[[], float]) -> dict[str, Times]:
    """Each way so many times, taking turns."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            found[name].append(way())
    return {name: Times(seconds) for name, seconds in found.items()}


class Bench:
    """Holds the folders of one run, and what it found."""

    def __init__(self, folder: Path, runs: int) -> None:
        """Measure in this folder, everything so many times."""
        self.folder, self.runs, self.found = folder, runs, dict[str, Any]()

    def raw(self, providers: int) -> Path:
        """A simulated raw folder."""
        out = self.folder / f"raw-{providers}"
        if not out.exists():
            simulate(out, providers=providers, seed=SEED)
        return out

    def command(self, providers: int, *options: str) -> list[str]:
        """Our command for the comparison reports of so many providers."""
        return [
            sys.executable, "-m", "pipeline", "report", "--data", str(self.raw(providers)),
            "--out", str(self.out(providers)), "--kind", "comparison", *options,
        ]  # fmt: skip

    def out(self, providers: int) -> Path:
        """Where the command writes."""
        return self.folder / f"out-{providers}"

    def tables(self, providers: int) -> Path:
        """The processed tables, made if they are not there; in the time of nobody's run."""
        processed = self.out(providers) / "processed"
        if not (processed / REPORT_DATA).exists():
            subprocess.run(
                [sys.executable, "-m", "pipeline", "data", "--data", str(self.raw(providers)),
                 "--out", str(self.out(providers))], check=True, **QUIET,
            )  # fmt: skip
        return processed

    def ours(self, providers: int, *options: str) -> float:
        """Our command with its tables there and no page yet."""
        self.tables(providers)
        shutil.rmtree(self.out(providers) / "reports", ignore_errors=True)
        return timed(self.command(providers, *options))

    def reports(self, providers: int) -> list[Report]:
        """The comparison reports of so many providers."""
        return Wanted(kind="comparison").among(reports_in(self.tables(providers)))

    def usual(self, providers: int) -> float:
        """The two usual commands for each report, one after the other."""
        reports, processed = self.reports(providers), self.tables(providers)
        out = self.folder / "usual"
        out.mkdir(exist_ok=True)
        bin_folder = Path(sys.executable).parent
        environment = {**os.environ, "PIPELINE_PROCESSED": str(processed)}
        began = time.perf_counter()
        for report in reports:
            executed = out / f"{report.name}.ipynb"
            parameters = [word for k, v in report.parameters.items() for word in ("-p", k, str(v))]
            timed(
                [str(bin_folder / "papermill"), "--no-progress-bar",
                 str(NOTEBOOKS / f"{report.notebook}.ipynb"), str(executed), *parameters],
                env=environment,
            )  # fmt: skip
            timed([str(bin_folder / "jupyter"), "nbconvert", "--to", "html", str(executed)])
        return time.perf_counter() - began

    def _program(self, module: str, providers: int, workers: int) -> float:
        done = subprocess.run(
            [sys.executable, "-m", module, str(self.tables(providers)), str(NOTEBOOKS),
             str(2 * providers), str(workers)],
            check=True, capture_output=True, text=True, cwd=PROJECT,
        )  # fmt: skip
        return float(json.loads(done.stdout)["seconds"])

    # What is measured

    def against_the_usual_way(self) -> None:
        """(a) One provider's two reports, and twenty reports, beside the usual two commands."""
        for providers in (1, 10):
            times = in_turn(
                self.runs, ours=partial(self.ours, providers), usual=partial(self.usual, providers)
            )
            self.found[f"{2 * providers} reports"] = {
                **{name: t.as_json() for name, t in times.items()},
                "times as fast": round(times["usual"].median / times["ours"].median, 1),
            }

    def against_the_floor(self) -> None:
        """(b) Twenty reports beside the floor, both from the moment when all is ready."""
        workers = processors()
        times = in_turn(
            self.runs,
            ours=lambda: self._program("bench.warmed", 10, workers),
            floor=lambda: self._program("bench.floor", 10, workers),
        )
        self.found["floor"] = {
            **{name: t.as_json() for name, t in times.items()},
            "ratio": round(times["ours"].median / times["floor"].median, 2),
        }

    def nothing_to_do(self) -> None:
        """(c) The command when everything is right, and its help."""
        subprocess.run(self.command(10), check=True, **QUIET)
        times = in_turn(
            max(5, self.runs),
            nothing=lambda: timed(self.command(10)),
            help=lambda: timed([sys.executable, "-m", "pipeline", "--help"]),
        )
        self.found["nothing to do"] = {name: t.as_json() for name, t in times.items()}

    def growth(self, sizes: tuple[int, ...]) -> None:
        """(d) More and more reports: time a report and, in a run of its own, peak memory.

        Asking every process for its memory takes time too, if little.
        """
        rows = []
        for count in sizes:
            providers = count // 2
            shutil.rmtree(self.out(providers), ignore_errors=True)
            began = time.perf_counter()
            self.tables(providers)
            tables = time.perf_counter() - began
            often = self.runs if count <= FEW else 1
            times = Times([self.ours(providers) for _ in range(often)])
            nothing = timed(self.command(providers))
            with memory_of_tree() as peak:
                self.ours(providers)
            rows.append(
                {
                    "reports": count,
                    "seconds": times.as_json(),
                    "seconds a report": round(times.median / count, 3),
                    "peak memory, MB": round(peak["bytes"] / 1e6),
                    "tables, seconds": round(tables, 1),
                    "nothing to do, seconds": round(nothing, 2),
                }
            )
        self.found["growth"] = rows

    def on_a_cluster(self) -> None:
        """(e) Two Dask workers on this machine beside two workers of our own."""
        with dask_cluster(self.folder, 2) as scheduler:
            self.ours(10, "--scheduler", scheduler)  # workers import what they need once
            times = in_turn(
                self.runs,
                local=lambda: self.ours(10, "--workers", "2"),
                dask=lambda: self.ours(10, "--scheduler", scheduler),
            )
        self.found["dask"] = {name: t.as_json() for name, t in times.items()}

    def cold(self) -> None:
        """The real data from nothing, tables included, beside the usual way for those reports."""
        out = self.folder / "cold"

        def ours() -> float:
            shutil.rmtree(out, ignore_errors=True)
            return timed([sys.executable, "-m", "pipeline", "report", "--out", str(out)])

        times = in_turn(self.runs, ours=ours)
        self.found["cold"] = {
            "reports": len(reports_in(out / "processed")),
            **{name: t.as_json() for name, t in times.items()},
        }


@contextmanager
def memory_of_tree() -> Iterator[dict[str, int]]:
    """The most memory this process's children held together, shared pages counted once."""
    peak, over = {"bytes": 0}, threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            total = 0
            for process in psutil.Process().children(recursive=True):
                try:
                    total += process.memory_full_info().pss
                except (psutil.Error, AttributeError):
                    continue
            peak["bytes"] = max(peak["bytes"], total)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


@contextmanager
def dask_cluster(folder: Path, workers: int) -> Iterator[str]:
    """A Dask scheduler with so many worker processes on this machine."""
    from distributed import Client

    file = folder / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    common = ["--no-dashboard", "--scheduler-file", str(file)]
    processes = [
        subprocess.Popen(
            [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", *common], **QUIET
        )
    ]
    try:
        while not file.exists():
            time.sleep(0.1)
        for _ in range(workers):
            processes.append(
                subprocess.Popen(
                    [*dask, "worker", "--nthreads", "1", "--no-nanny", *common,
                     "--local-directory", str(folder)], **QUIET,
                )
            )  # fmt: skip
        with Client(scheduler_file=str(file), timeout=60) as client:
            client.wait_for_workers(workers, timeout=60)
            address = str(client.scheduler.address)
        yield address
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def machine() -> dict[str, Any]:
    """What it ran on, without names."""
    return {
        "processors": processors(),
        "system": platform.system(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "libraries": {
            name: version(name) for name in ("papermill", "nbconvert", "pandas", "matplotlib")
        },
    }


def main() -> None:
    """Measure everything and write docs/benchmarks.json and docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out 200 and 1,000 reports")
    parser.add_argument("--runs", type=int, default=3, help="runs of each way (default: 3)")
    parser.add_argument("--out", type=Path, default=PROJECT / "docs", help="folder to write to")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), arguments.runs)
        steps: list[tuple[str, Callable[[], None]]] = [
            ("cold run of the real data", bench.cold),
            ("against the usual way", bench.against_the_usual_way),
            ("against the floor", bench.against_the_floor),
            ("nothing to do", bench.nothing_to_do),
            ("on Dask workers", bench.on_a_cluster),
            (
                "more and more reports",
                lambda: bench.growth((20,) if arguments.quick else (20, 200, 1000)),
            ),
        ]
        for name, step in steps:
            print(f"{name} ...", flush=True)
            step()
    from bench.document import markdown

    found = {"machine": machine(), "runs of each": arguments.runs, **bench.found}
    (arguments.out / "benchmarks.json").write_text(json.dumps(found, indent=2) + "\n")
    (arguments.out / "benchmarks.md").write_text(markdown(found))
    print(f"{arguments.out / 'benchmarks.md'} and benchmarks.json written")


if __name__ == "__main__":
    main()

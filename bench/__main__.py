"""``make bench``: how fast, against what, and how much memory; one run writes both documents.

Ways that are compared take turns (A B A B), so that a machine that slows down slows both; medians
are given with the smallest and the largest. What was measured is written after each step, so that
a step that fails costs its own figures only.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.document import markdown
from bench.load import Published
from bench.measuring import QUIET, Run, in_turn, memory_of_tree, spread, summary, timed
from bench.rivals import LEFT
from bench.warmed import NOTEBOOKS, comparisons
from pipeline.data.folders import PROJECT
from pipeline.simulate import simulate
from pipeline.workers import processors

SEED = 1
RIVALS = PROJECT / ".venv-rivals"
#: No further turn of a measurement is begun after so many seconds.
PATIENCE = 90.0
LIBRARIES = (
    "papermill", "nbconvert", "nbclient", "ipykernel", "ipython", "pandas", "numpy", "scipy",
    "matplotlib", "xlsxwriter", "distributed",
)  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """How much is made: providers (each gives two reports), and runs of each way."""

    few: int = 10
    many: int = 100
    most: int = 500
    usual: int = 2
    pages_at_once: int = 500
    processes_at_once: int = 8
    runs: int = 3

    def in_words(self) -> dict[str, str]:
        """Each as it is written, and the reports that so many providers give."""
        sizes = {name: f"{number:,}" for name, number in asdict(self).items()}
        for name in ("few", "many", "most"):
            sizes[f"{name} reports"] = f"{2 * getattr(self, name):,}"
        return sizes


QUICK = Sizes(few=2, many=3, most=4, usual=1, pages_at_once=8, processes_at_once=4, runs=1)


class Bench:
    """Holds the folders of one run, and what it found."""

    def __init__(self, folder: Path, sizes: Sizes) -> None:
        """Measure in this folder."""
        self.folder, self.sizes, self.found = folder, sizes, dict[str, Any]()

    def raw(self, providers: int) -> Path:
        """A simulated raw folder."""
        out = self.folder / f"raw-{providers}"
        if not out.exists():
            simulate(out, providers=providers, seed=SEED)
        return out

    def out(self, providers: int) -> Path:
        """Where tables and pages of so many providers go."""
        return self.folder / f"out-{providers}"

    def command(self, providers: int, *options: str, word: str = "report") -> list[str]:
        """Our command for the comparison reports of so many providers, or for their tables."""
        kind = ["--kind", "comparison"] if word == "report" else []
        return [
            sys.executable, "-m", "pipeline", word, "--data", str(self.raw(providers)),
            "--out", str(self.out(providers)), *kind, *options,
        ]  # fmt: skip

    def ours(self, providers: int) -> Run:
        """From raw tables to pages, with nothing there."""
        command = self.command(providers)  # simulates them, in the time of nobody's run
        shutil.rmtree(self.out(providers), ignore_errors=True)
        return timed(command)

    def processed(self, providers: int) -> Path:
        """The processed tables, made if they are not there."""
        processed = self.out(providers) / "processed"
        if not processed.exists():
            timed(self.command(providers, word="data"))
        return processed

    def again(self, providers: int, *options: str) -> Run:
        """Our command with its tables there and no page yet."""
        self.processed(providers)
        shutil.rmtree(self.out(providers) / "reports", ignore_errors=True)
        return timed(self.command(providers, *options))

    def usual(self) -> Run:
        """The two usual commands for each of a few reports, one after the other."""
        processed = self.processed(self.sizes.few)
        out = self.folder / "usual"
        out.mkdir(exist_ok=True)
        programs = Path(sys.executable).parent
        environment = {**os.environ, "PIPELINE_PROCESSED": str(processed)}
        runs = []
        for report in comparisons(processed, 2 * self.sizes.usual):
            executed = out / f"{report.name}.ipynb"
            parameters = [word for k, v in report.parameters.items() for word in ("-p", k, str(v))]
            notebook = NOTEBOOKS / f"{report.notebook}.ipynb"
            runs += [
                timed(
                    [str(programs / "papermill"), "--no-progress-bar", str(notebook),
                     str(executed), *parameters], env=environment,
                ),
                timed([str(programs / "jupyter"), "nbconvert", "--to", "html", str(executed)]),
            ]  # fmt: skip
        return Run(sum(run.seconds for run in runs), sum(run.cpu for run in runs))

    def program(self, module: str, *arguments: object, python: Path | None = None) -> Any:
        """What a program of this folder prints."""
        done = subprocess.run(
            [str(python or sys.executable), "-m", module, *map(str, arguments)],
            capture_output=True, text=True, cwd=PROJECT,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{module}: {done.stderr.strip().split(chr(10))[-1]}")
        return json.loads(done.stdout.strip().split("\n")[-1])

    def measured(self, module: str, *arguments: object, python: Path | None = None) -> Run:
        """The seconds that a program of this folder prints."""
        found = self.program(module, *arguments, python=python)
        return Run(found["seconds"], found["cpu"])

    # What is measured

    def end_to_end_few(self) -> None:
        """From raw tables to the pages of a few providers, beside the usual two commands."""
        few, usual = self.sizes.few, 2 * self.sizes.usual
        times = in_turn(self.sizes.runs, PATIENCE, ours=partial(self.ours, few), usual=self.usual)
        self.found["usual"] = {"reports": usual, **summary(times["usual"])}
        self._end_to_end("few", few, times["ours"])
        out = self.folder / "own"

        def own() -> Run:
            shutil.rmtree(out, ignore_errors=True)
            return timed([sys.executable, "-m", "pipeline", "report", "--out", str(out)])

        runs = in_turn(self.sizes.runs, PATIENCE, own=own)["own"]
        pages = len(list((out / "reports").glob("*.html"))) - 1
        self.found["own data"] = {"reports": pages, **summary(runs)}

    def end_to_end_many(self) -> None:
        """The same for many providers."""
        many = self.sizes.many
        times = in_turn(self.sizes.runs, PATIENCE, ours=partial(self.ours, many))
        self._end_to_end("many", many, times["ours"])

    def end_to_end_most(self) -> None:
        """The same for most providers, once."""
        self._end_to_end("most", self.sizes.most, [])

    def _end_to_end(self, name: str, providers: int, runs: list[Run]) -> None:
        with memory_of_tree() as peak:
            last = self.ours(providers)
        made = len(list((self.out(providers) / "reports").glob("comparison*.html")))
        if made != 2 * providers:
            raise RuntimeError(f"{made} pages of {providers} providers")
        self.found[f"end to end, {name}"] = {
            "reports": made,
            **summary(runs or [last]),
            "peak memory, MB": round(peak["bytes"] / 1e6),
        }

    def tables(self) -> None:
        """The processed tables alone, of many and of most providers."""
        for name, providers in (("many", self.sizes.many), ("most", self.sizes.most)):

            def ours(providers: int = providers) -> Run:
                out = self.folder / "tables"
                shutil.rmtree(out, ignore_errors=True)
                return timed(
                    [sys.executable, "-m", "pipeline", "data", "--data",
                     str(self.raw(providers)), "--out", str(out)]
                )  # fmt: skip

            runs = in_turn(self.sizes.runs, PATIENCE / 2, ours=ours)["ours"]
            with memory_of_tree() as peak:
                ours()
            self.found[f"tables, {name}"] = {
                "providers": providers,
                **summary(runs),
                "peak memory, MB": round(peak["bytes"] / 1e6),
            }

    def one_change(self) -> None:
        """One changed figure among many providers to its right pages, all counted."""
        for name, providers in (("many", self.sizes.many), ("most", self.sizes.most)):
            self._up_to_date(providers)
            scores = self.raw(providers) / "key_question_scores.csv"
            before, whose = scores.read_bytes(), f"simulated-{(providers + 1) // 2:04d}"
            runs, right, began = list[Run](), True, time.perf_counter()
            for turn in range(2 * self.sizes.runs):
                if turn % 2 == 0 and runs and time.perf_counter() - began > PATIENCE:
                    break
                scores.write_bytes(before if turn % 2 else with_another_figure(before, whose))
                marks = self._pages(providers)
                runs.append(timed(self.command(providers)))
                now = self._pages(providers)
                changed = {page for page in now if now[page] != marks.get(page)} - {"index.html"}
                right &= len(changed) == 2 and all(whose in page for page in changed)
            scores.write_bytes(before)
            self._up_to_date(providers)
            self.found[f"one change, {name}"] = {
                "providers": providers, "its two pages and no other": right, **summary(runs)
            }  # fmt: skip

    def _up_to_date(self, providers: int) -> None:
        timed(self.command(providers))

    def _pages(self, providers: int) -> dict[str, int]:
        folder = self.out(providers) / "reports"
        return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.html")}

    def nothing_to_do(self) -> None:
        """The command when every page is right, and its help."""
        help_ = [sys.executable, "-m", "pipeline", "--help"]
        for name, providers in (("few", self.sizes.few), ("most", self.sizes.most)):
            self._up_to_date(providers)
            command = self.command(providers)
            runs = in_turn(max(5, self.sizes.runs), PATIENCE, nothing=partial(timed, command))
            each = [1000 * run.seconds / (2 * providers) for run in runs["nothing"]]
            self.found[f"nothing to do, {name}"] = {
                "reports": 2 * providers, **summary(runs["nothing"]), "ms a report": spread(each)
            }  # fmt: skip
        runs = in_turn(5, PATIENCE, help=partial(timed, help_))
        self.found["help"] = summary(runs["help"])

    def editions(self) -> None:
        """Pages alone, each edition apart, from the moment when all is imported."""
        few = self.sizes.few
        ways = {
            edition: partial(
                self.measured, "bench.warmed", self.processed(few), few, processors(), edition
            )
            for edition in ("leadership", "analyst")
        }
        times = in_turn(self.sizes.runs, PATIENCE, **ways)
        self.found["editions"] = {
            edition: {"reports": few, **summary(runs)} for edition, runs in times.items()
        }

    def floor(self) -> None:
        """Few and many reports beside the floor, both from the moment when all is ready."""
        for name, providers in (("few", self.sizes.few), ("many", self.sizes.many)):
            given = (self.processed(providers), 2 * providers, processors())
            times = in_turn(
                self.sizes.runs,
                PATIENCE,
                ours=partial(self.measured, "bench.warmed", *given),
                floor=partial(self.measured, "bench.floor", *given),
            )
            self.found[f"floor, {name}"] = {
                "reports": 2 * providers, **{way: summary(runs) for way, runs in times.items()}
            }  # fmt: skip
        few = self.sizes.few
        self.found["isolation"] = self.program("bench.isolation", self.processed(few), 2 * few)

    def rivals(self) -> None:
        """The same notebooks by two other engines within warm processes, and what leaks."""
        subprocess.run(
            [sys.executable, "requirements/install.py", str(RIVALS), "requirements/rivals.txt"],
            check=True, cwd=PROJECT,
        )  # fmt: skip
        python, few = RIVALS / "bin" / "python", self.sizes.few
        given = (self.processed(few), 2 * few, processors())
        names = ("execnb", "ploomber-engine")
        rivals = {
            name: partial(self.measured, "bench.rivals", name, *given, python=python)
            for name in names
        }
        times = in_turn(
            self.sizes.runs,
            PATIENCE,
            ours=partial(self.measured, "bench.warmed", *given),
            **rivals,
        )
        asked = "import importlib.metadata as m, json, sys; " + (
            "print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
        )
        said = subprocess.run([python, "-c", asked, *names], capture_output=True, check=True)
        self.found["rivals"] = {
            "reports": 2 * few,
            "versions": json.loads(said.stdout),
            "leaks": {
                name: self.program("bench.rivals", name, python=python) for name in ("ours", *names)
            },
            "looked for": list(LEFT),
            **{name: summary(runs) for name, runs in times.items()},
        }

    def dask(self) -> None:
        """Two Dask workers on this machine beside two workers of our own, and the same bytes."""
        few = self.sizes.few
        with dask_cluster(self.folder, 2) as scheduler:
            self.again(few, "--scheduler", scheduler)  # workers import what they need once
            there = self._bytes(few)
            times = in_turn(
                self.sizes.runs,
                PATIENCE,
                dask=lambda: self.again(few, "--scheduler", scheduler),
                local=lambda: self.again(few, "--workers", "2"),
            )
        self.found["dask"] = {
            "reports": 2 * few,
            "same bytes": there == self._bytes(few),
            **{way: summary(runs) for way, runs in times.items()},
        }

    def _bytes(self, providers: int) -> dict[str, bytes]:
        folder = self.out(providers) / "reports"
        return {path.name: path.read_bytes() for path in folder.glob("*.html")}

    def load(self) -> None:
        """Many pages by many processes at once: each its own, and those of one process."""
        most, count, at_once = (
            self.sizes.most, self.sizes.pages_at_once, self.sizes.processes_at_once
        )  # fmt: skip
        processed = self.processed(most)
        runs, folders = [], []
        for processes in (at_once, 1):
            folder = self.folder / f"by-{processes}"
            folder.mkdir()
            folders.append(folder)
            runs.append(self.measured("bench.warmed", processed, count, processes, "", folder))
        published = Published.of(self.raw(most))
        wrong, differ = [], []
        for report in comparisons(processed, count):
            page, alone = ((folder / report.page).read_bytes() for folder in folders)
            wrong += filter(None, [published.wrong_with(report, page)])
            differ += [report.page] if page != alone else []
        self.found["load"] = {
            "reports": count, "processes": at_once, "wrong": wrong, "other bytes": differ,
            "seconds": round(runs[0].seconds, 1), "seconds of one": round(runs[1].seconds, 1),
        }  # fmt: skip

    def stages(self) -> None:
        """Where the time goes, by stage."""
        few = self.sizes.few
        self.found["stages"] = self.program("bench.stages", self.raw(few), self.folder / "stages")


def with_another_figure(scores: bytes, whose: str) -> bytes:
    """The table of scores with one figure of a provider a point away from what it was."""
    rows = list(csv.reader(io.StringIO(scores.decode("utf-8-sig"), newline="")))
    at = rows[0].index("percent")
    row = next(r for r in rows if r[0].startswith(f"{whose}-") and r[at].isdecimal())
    row[at] = str(int(row[at]) + (1 if int(row[at]) < 50 else -1))
    changed = io.StringIO(newline="")
    csv.writer(changed, lineterminator="\n").writerows(rows)
    return changed.getvalue().encode()


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
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def main() -> None:
    """Measure everything and write docs/benchmarks.json and docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, once each: a rehearsal")
    parser.add_argument("--only", nargs="*", default=[], help="steps to make (default: all)")
    parser.add_argument("--out", type=Path, default=PROJECT / "docs", help="folder to write to")
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), QUICK if arguments.quick else Sizes())
        steps: dict[str, Callable[[], None]] = {
            "end-to-end-few": bench.end_to_end_few,
            "end-to-end-many": bench.end_to_end_many,
            "end-to-end-most": bench.end_to_end_most,
            "tables": bench.tables,
            "one-change": bench.one_change,
            "nothing-to-do": bench.nothing_to_do,
            "editions": bench.editions,
            "floor": bench.floor,
            "rivals": bench.rivals,
            "dask": bench.dask,
            "load": bench.load,
            "stages": bench.stages,
        }
        found = {
            "machine": machine(), "quick": arguments.quick, "seed": SEED,
            "sizes": bench.sizes.in_words(), "not measured": {},
        }  # fmt: skip
        for name, step in steps.items():
            if arguments.only and name not in arguments.only:
                continue
            print(f"{time.monotonic() - began:5.0f} s  {name} ...", flush=True)
            try:
                step()
            except Exception as error:
                found["not measured"][name] = str(error) or type(error).__name__
                print(f"         not measured: {error}", flush=True)
            whole = {**found, **bench.found}
            (arguments.out / "benchmarks.json").write_text(json.dumps(whole, indent=2) + "\n")
            (arguments.out / "benchmarks.md").write_text(markdown(whole))
    print(f"{time.monotonic() - began:5.0f} s  {arguments.out / 'benchmarks.md'} written")
    sys.exit(1 if found["not measured"] else 0)


if __name__ == "__main__":
    main()

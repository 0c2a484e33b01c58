"""How things are measured: whole commands, their processor time and memory, ways taking turns."""

from __future__ import annotations

import resource
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

QUIET: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
#: Seconds between two looks at the memory; each takes some milliseconds.
LOOK_EVERY = 0.5


@dataclass(frozen=True)
class Run:
    """One run: seconds by the clock, and of all its processes on processors."""

    seconds: float
    cpu: float


def spread(values: list[float], digits: int = 3) -> dict[str, Any]:
    """Median, smallest and largest of some values, and how many there were."""
    return {
        "median": round(statistics.median(values), digits),
        "smallest": round(min(values), digits),
        "largest": round(max(values), digits),
        "runs": len(values),
    }


def summary(runs: list[Run]) -> dict[str, Any]:
    """The seconds of several runs, and their median processor seconds."""
    cpu = statistics.median(run.cpu for run in runs)
    return spread([run.seconds for run in runs]) | {"cpu": round(cpu, 2)}


def timed(command: list[str], **options: Any) -> Run:
    """Run a whole command, which has to succeed; its children count where it waited for them."""
    before, began = _cpu_of_children(), time.perf_counter()
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options
    )
    run = Run(time.perf_counter() - began, _cpu_of_children() - before)
    if done.returncode:
        said = done.stderr.strip().split("\n")[-1]
        raise RuntimeError(f"exit status {done.returncode} of {' '.join(command[:5])}: {said}")
    return run


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def in_turn(runs: int, patience: float, **ways: Callable[[], Run]) -> dict[str, list[Run]]:
    """Each way so many times, taking turns; no further turn is begun after ``patience`` seconds."""
    found: dict[str, list[Run]] = {name: [] for name in ways}
    began = time.perf_counter()
    for turn in range(runs):
        if turn and time.perf_counter() - began > patience:
            break
        for name, way in ways.items():
            found[name].append(way())
    return found


@contextmanager
def memory_of_tree() -> Iterator[dict[str, int]]:
    """The most memory this process's children held together, shared pages counted once."""
    peak, over = {"bytes": 0}, threading.Event()

    def watch() -> None:
        while not over.wait(LOOK_EVERY):
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

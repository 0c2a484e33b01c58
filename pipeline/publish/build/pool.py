"""Workers that make reports side by side, and go on when one of them dies.

Each worker holds papermill, the renderer and its template; the notebooks themselves run in
processes forked from the nursery, which all workers share. A worker has one report at a time and
hands its page back as bytes, so memory does not grow with the number of reports.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from pipeline.publish.build.forking import can_fork

Task = TypeVar("Task")

#: Reports a worker makes before a fresh one takes its place: whatever leaks, does not build up.
REPORTS_A_WORKER = 250
#: How often a report is tried whose worker died; the second time it is the report's own doing.
ATTEMPTS = 2


@dataclass
class _Worker(Generic[Task]):
    process: Any
    line: Connection
    task: Task | None = None
    done: int = 0


@dataclass
class Pool(Generic[Task]):
    """So many workers, all running one function.

    ``make`` takes a task and returns bytes. If it raises one of ``failures``, that task has failed,
    with the exception's message; anything else it raises is a fault of ours and fails the task too.
    """

    make: Callable[[Task], bytes]
    workers: int
    failures: tuple[type[Exception], ...]
    _alive: list[_Worker[Task]] = field(default_factory=list)

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, bytes | None, str]]:
        """Each task with its bytes, or with None and a sentence, in the order they are done."""
        waiting = deque(tasks)
        attempts: dict[int, int] = {}
        try:
            while waiting or self._busy():
                while waiting and len(self._alive) < self.workers:
                    self._alive.append(self._hire())
                for worker in self._alive:
                    if worker.task is None and waiting:
                        worker.task = waiting.popleft()
                        self._hand_over(worker)
                lines = [worker.line for worker in self._busy()]
                for line in wait(lines):
                    worker = next(w for w in self._alive if w.line is line)
                    task = worker.task
                    assert task is not None
                    try:
                        result, sentence = worker.line.recv()
                    except (EOFError, OSError):
                        how = self._bury(worker)
                        attempts[id(task)] = attempts.get(id(task), 1) + 1
                        if attempts[id(task)] <= ATTEMPTS:
                            waiting.append(task)
                        else:
                            yield task, None, f"its worker died {ATTEMPTS} times, last {how}"
                        continue
                    worker.task, worker.done = None, worker.done + 1
                    yield task, result, sentence
                    if worker.done >= REPORTS_A_WORKER:
                        self._bury(worker)
        finally:
            for worker in list(self._alive):
                worker.process.kill()
                self._bury(worker)

    def _busy(self) -> list[_Worker[Task]]:
        return [worker for worker in self._alive if worker.task is not None]

    def _hire(self) -> _Worker[Task]:
        context: Any = multiprocessing.get_context("fork" if can_fork() else "spawn")
        ours, theirs = context.Pipe()
        inherited = [worker.line for worker in self._alive] if can_fork() else []
        process = context.Process(
            target=_work,
            args=(theirs, [ours, *inherited] if can_fork() else [], self.make, self.failures),
            daemon=True,
        )
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _hand_over(self, worker: _Worker[Task]) -> None:
        # If it is dead, reading from its line will say so.
        with suppress(BrokenPipeError, ConnectionResetError):
            worker.line.send(worker.task)

    def _bury(self, worker: _Worker[Task]) -> str:
        self._alive.remove(worker)
        worker.line.close()
        worker.process.join(5)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        code = worker.process.exitcode or 0
        return f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"


def _work(
    line: Connection,
    inherited: list[Connection],
    make: Callable[[Any], bytes],
    failures: tuple[type[Exception], ...],
) -> None:
    """A worker's life: until its line is closed, or its parent is gone."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    for other in inherited:  # or the end of the parent would not be heard through them
        other.close()
    while True:
        try:
            task = line.recv()
        except (EOFError, OSError):
            return
        try:
            answer: tuple[bytes | None, str] = (make(task), "")
        except failures as error:
            answer = (None, str(error))
        except Exception as error:
            answer = (None, f"{type(error).__name__}: {error} (a fault in the pipeline itself)")
        line.send(answer)

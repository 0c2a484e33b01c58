"""Work done in processes forked from this one: one process a task, so many at a time.

A forked process starts with everything this one has imported and leaves nothing behind: what a
task does to settings, environment, working folder or built-in names ends with its process. Each is
the leader of a process group, so that what it started itself ends with it, and it ends when this
process does, however that happens.

A process can be forked safely only while it has a single thread.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, Generic, TypeVar, cast

Task = TypeVar("Task")
Result = TypeVar("Result")
Tell = Callable[[Any], None]
"""Is told what a task is at."""

_PR_SET_PDEATHSIG = 1
_ENDING = {
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
}
#: Seconds after which processes that said nothing are looked at.
_LOOK_AGAIN = 1.0


class Died(Exception):
    """A task's process ended before the task did. ``at`` is what it was last said to be at."""

    def __init__(self, how: str, at: Any = "") -> None:
        """Keep how it ended, which is the message, and what it was at."""
        super().__init__(how)
        self.at = at


class TookTooLong(Died):
    """A task's process was ended because one step of it took too long."""


def can_fork() -> bool:
    """Whether this system can go on safely in a forked process (Linux and most Unix, not macOS)."""
    return hasattr(os, "fork") and sys.platform != "darwin"


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Look for garbage seldom: imports and tables make hardly any, and much to look through."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def in_processes(
    work: Callable[[Task, Tell], Result],
    tasks: Iterable[Task],
    at_once: int,
    patience: float | None = None,
    heard: Tell = lambda _: None,
) -> Generator[tuple[Task, Result | None, Exception | None], None, None]:
    """Each task with its result, or with the exception that ended it, in the order they are done.

    Where this system cannot fork the tasks are done in this process, one after the other.

    Parameters
    ----------
    work
        Takes a task and a function to be told, at each step, what the task is at.
    tasks
        What to do; the next one is asked for when there is a process for it.
    at_once
        How many processes at the same time.
    patience
        Seconds one step may take before the task's process is killed; None for any number.
    heard
        Is told here what a task was said to be at.
    """
    if not can_fork():
        for task in tasks:
            try:
                yield task, work(task, heard), None
            except Exception as error:
                yield task, None, error
        return
    waiting = iter(tasks)
    running: list[_Process[Task]] = []
    done: list[tuple[Task, Any]] = []
    gc.freeze()  # the collector leaves shared pages alone, so that they stay shared
    try:
        while True:
            # The next tasks first: no processor idles while a result is taken in.
            while len(running) < at_once:
                try:
                    task = next(waiting)
                except StopIteration:
                    break
                running.append(_start(work, task, [process.line for process in running]))
            while done:
                task, answer = done.pop(0)
                yield task, *answer
            if not running:
                return
            said = wait([process.line for process in running], _LOOK_AGAIN)
            for process in list(running):
                answer = _answer(process, process.line in said, patience, heard)
                if answer is not None:
                    running.remove(process)
                    _end(process)
                    done.append((process.task, answer))
    finally:
        for process in running:
            _end(process)
        gc.unfreeze()


def alongside(
    work: Callable[[Tell], Result],
    here: Callable[[], object],
    at_once: int,
    heard: Tell = lambda _: None,
) -> Result:
    """What ``work`` returns: it is done in a process of its own while ``here`` is called in ours.

    Where only one process may be at work, ``here`` comes after it. What ended it is raised.
    """

    def tasks() -> Iterator[None]:
        yield None
        here()

    each = in_processes(lambda _, tell: work(tell), tasks(), at_once, heard=heard)
    [(_, result, error)] = each
    if error is not None:
        raise error
    return cast(Result, result)


@dataclass
class _Process(Generic[Task]):
    task: Task
    number: int
    line: Connection
    at: Any = ""
    since: float = 0.0


def _start(
    work: Callable[[Any, Tell], Any], task: Task, others: list[Connection]
) -> _Process[Task]:
    ours, theirs = Pipe(duplex=False)
    owner = os.getpid()
    # While it forks, Python loses what a signal's handler raises; the new process is not to hear
    # our handlers at all.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        number = os.fork()
        if number == 0:
            _live(work, task, theirs, [ours, *others], owner)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    theirs.close()
    with suppress(OSError):  # done on both sides: whichever comes first
        os.setpgid(number, number)
    return _Process(task, number, ours, since=time.monotonic())


def _answer(
    process: _Process[Any], said: bool, patience: float | None, heard: Tell
) -> tuple[Any, Exception | None] | None:
    """What a process, which has said something or not, has come to; None while it is at work."""
    # A process forked by it may hold the line open: that its own has ended is asked for as well.
    ended = bool(os.waitid(os.P_PID, process.number, os.WEXITED | os.WNOHANG | os.WNOWAIT))
    kind, value = "", None
    try:
        if said or (ended and process.line.poll()):
            kind, value = process.line.recv()
    except (EOFError, OSError):
        ended = True
    if kind == "at":
        process.at, process.since = value, time.monotonic()
        heard(process.at)
        return None
    if kind:
        return (value, None) if kind == "result" else (None, value)
    if ended:
        return None, Died(_how_it_ended(process.number), process.at)
    if patience is not None and time.monotonic() - process.since > patience:
        return None, TookTooLong("took too long", process.at)
    return None


def _how_it_ended(number: int) -> str:
    ended = os.waitid(os.P_PID, number, os.WEXITED | os.WNOWAIT)
    assert ended is not None
    if ended.si_code == os.CLD_EXITED:
        return f"its process ended itself with exit status {ended.si_status}"
    name = signal.Signals(ended.si_status).name
    hint = " (often: not enough memory)" if name == "SIGKILL" else ""
    return f"its process was killed by signal {ended.si_status}, {name}{hint}"


def _end(process: _Process[Any]) -> None:
    """End a process with all that it started."""
    process.line.close()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.number, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(process.number, 0)


def _live(
    work: Callable[[Any, Tell], Any],
    task: Any,
    line: Connection,
    inherited: list[Connection],
    owner: int,
) -> None:
    """The whole life of a forked process."""
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        end_with_parent(owner)
        for other in inherited:
            other.close()
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):  # the terminal is the owner's
            os.dup2(nothing, standard)
        atexit._clear()  # what was registered before the fork is not ours to clean up
        # A task lives for seconds and shares most objects with its owner: looking for garbage as
        # often as a long-lived process does takes a twentieth of its time.
        gc.set_threshold(20_000, 20, 20)
        if "numpy" in sys.modules:  # Python reseeds its own generator, numpy's must be told to
            sys.modules["numpy"].random.seed()
        try:
            answer = ("result", work(task, lambda at: line.send(("at", at))))
            atexit._run_exitfuncs()
        except Exception as error:
            answer = ("error", _sendable(error))
        line.send(answer)
    finally:
        os._exit(1)


def _sendable(error: Exception) -> Exception:
    """The exception with its traceback as a note, or its words if it cannot be sent."""
    error.add_note("".join(traceback.format_exception(error)).rstrip())
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        words = RuntimeError(f"{type(error).__name__}: {error}")
        words.__notes__ = error.__notes__
        return words
    return error


def end_with_parent(parent: int, number: int = signal.SIGTERM) -> None:
    """Have the system send this process a signal when its parent ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:  # it ended before we could ask
        os.kill(os.getpid(), number)

"""Holding a folder against a second run that may want to write to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def locked(folder: Path, waiting: str, tell: Callable[[str], None] = print) -> Iterator[None]:
    """Hold a folder against a second run, which says what it waits for and then goes on.

    The lock is the system's and ends with the process, however it ends.
    """
    lock = FileLock(folder / ".lock")
    try:
        held = lock.acquire(timeout=0)
    except Timeout:
        tell(waiting)
        held = lock.acquire()
    with held:
        yield

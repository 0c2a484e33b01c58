"""Writing into a folder that others read from, and that a second run may want to write to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


def replace(path: Path, content: bytes) -> None:
    """Write a file so that at any moment there is either the old one or the new one, whole."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Remove what a run that was killed had begun to write. Call it with the folder locked."""
    for path in folder.glob(".*.tmp"):
        path.unlink(missing_ok=True)


@contextmanager
def locked(folder: Path, waiting: str, tell: Callable[[str], None] = print) -> Iterator[None]:
    """Hold a folder against a second run, which says what it waits for and then goes on.

    The lock is the system's and ends with the process, however it ends.
    """
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell(waiting)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()

"""An end to a block of code that takes too long."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: Seconds one cell may take, unless the caller says otherwise.
TIMEOUT = 120


class TimeUp(BaseException):
    """The block has had its time; no ``except Exception`` inside it catches this."""


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise TimeUp in the block after so many seconds, and each second from then on."""
    possible = (
        hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    )
    if not seconds or not possible:
        yield
        return

    def ring(*_: object) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

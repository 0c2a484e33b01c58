"""The one door for every line that goes to a terminal, and what ends a run from outside.

What is said may quote cells, file names, notebooks or libraries; characters that could steer a
terminal or turn the order of letters round are shown by their number, whoever wrote them.
"""

import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

PROGRAM_FAULT = 70
"""Exit status for a fault of ours (EX_SOFTWARE)."""
_STOPPED = "Stopped. What is finished is kept; the next run goes on from there."
#: Seconds from a signal to the end, come what may.
_LAST_MOMENT = 1.5


def clean(text: str) -> str:
    """Return a text with control and bidirectional characters shown by their number."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\u00a0" else f"\\u{ord(letter):04x}"
        for letter in text
    )


class Unheard(Exception):
    """A line could not be written to standard output."""


def say(text: str) -> None:
    """Write a line to standard output."""
    _write(sys.stdout, text)


def complain(text: str) -> None:
    """Write a line to standard error, or to standard output where that is closed."""
    _write(sys.stderr or sys.stdout, text)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is not None:
        line = clean(text) + "\n"
        encoding = stream.encoding or "utf-8"
        try:
            stream.write(line.encode(encoding, "backslashreplace").decode(encoding))
            stream.flush()
        except OSError as error:
            if stream is sys.stdout:
                raise Unheard(f"What was done could not be shown: {error.strerror}.") from None


class Stopped(BaseException):
    """A signal asked for the end; ``status`` is what to exit with."""

    def __init__(self, number: int) -> None:
        """Keep the exit status that belongs to the signal."""
        super().__init__(_STOPPED)
        self.status = 128 + number


def hear_signals() -> None:
    """Have Ctrl-C, SIGTERM and the end of the terminal stop this process, once and for certain."""
    wanted = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        wanted.append(signal.SIGHUP)  # after nohup it is not for us

    def stop(number: int, _: FrameType | None) -> None:
        for each in wanted:  # a second Ctrl-C must not interrupt the end
            signal.signal(each, signal.SIG_IGN)
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, lambda *_: _end_at_once(128 + number))
            signal.setitimer(signal.ITIMER_REAL, _LAST_MOMENT)
        raise Stopped(number)

    for each in wanted:
        signal.signal(each, stop)


def _end_at_once(status: int) -> None:
    """End where an exception would not get through, as in a library's own loop."""
    os.write(2, f"{_STOPPED}\n".encode())
    os._exit(status)


def open_streams() -> None:
    """Open what is closed of the three standard streams: a file must not take their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def fault(error: BaseException, doing: str) -> str:
    """Write the details of a fault of ours to a file; return the sentence that says so."""
    notes = "\n".join(getattr(error, "__notes__", []))
    details = f"While {doing}\n\n{''.join(traceback.format_exception(error))}\n{notes}\n"
    try:
        handle, name = tempfile.mkstemp(prefix="probation-reports-", suffix=".txt")
        os.close(handle)
        Path(name).write_text(details, encoding="utf-8", errors="backslashreplace")
        where = f"The details are in {name}: please pass them on to the maintainers."
    except OSError as no:
        where = f"The details could not be written ({no.strerror})."
    words: Any = str(error).strip().splitlines() or [""]
    return (
        f"A fault of this program, not of your data, while {doing}: "
        f"{type(error).__name__}: {words[0][:300]}. {where}"
    )

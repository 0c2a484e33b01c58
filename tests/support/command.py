"""``python -m pipeline`` without the start of a Python, which takes longer than most commands."""

import os
import sys
import traceback
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryFile

from pipeline.__main__ import main

PROJECT = Path(__file__).parents[2]


def run(*arguments: object) -> CompletedProcess[str]:
    """Run a command in the project's folder, in a process forked from this one.

    A test of how the process itself starts or is ended starts one of its own.
    """
    command = ["python -m pipeline", *map(str, arguments)]
    with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        child = os.fork()
        if not child:
            _become(command, out.fileno(), err.fileno())
        _, status = os.waitpid(child, 0)
        said = []
        for stream in (out, err):
            stream.seek(0)
            said.append(stream.read())
    return CompletedProcess(command, os.waitstatus_to_exitcode(status), *said)


def _become(command: list[str], out: int, err: int) -> None:
    """Do what Python does at its start and end."""
    status: object = 70
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        os.chdir(PROJECT)
        sys.argv = command
        main()
    except SystemExit as end:
        status = end.code
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status if isinstance(status, int) else int(status is not None))

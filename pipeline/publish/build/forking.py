"""Asking for forks: this process's nursery, seen from outside, and what it should load ahead.

Nothing heavy is imported here, so that the nursery can be started before this process loads what
it needs itself; on two processors the two then go on side by side.
"""

from __future__ import annotations

import ast
import atexit
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

#: Libraries that are imported before the fork when a notebook names them: large, common, and free
#: of side effects when imported. A notebook's other imports happen in its own process.
LIBRARIES = frozenset(
    ("numpy", "pandas", "matplotlib", "seaborn", "scipy", "statsmodels", "pipeline")
)
#: ``pipeline.publish.build.rehearsal.NAME``; importing that would load what the nursery is to load.
REHEARSAL = "pipeline.publish.build.rehearsal:rehearse"
#: Kept to one in the nursery: a library that starts threads when it is imported cannot be forked.
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_START = """\
import json, sys
del sys.path[0]
root, control, owner = json.loads(sys.argv[1])
sys.path.insert(0, root)
from pipeline.publish.build.nursery import run
sys.path.remove(root)
run(control, owner)
"""


def can_fork() -> bool:
    """Whether this system can go on safely in a forked process (Linux and most Unix, not macOS)."""
    return hasattr(os, "fork") and hasattr(socket, "SOCK_SEQPACKET") and sys.platform != "darwin"


class Nursery:
    """This process's nursery, as seen from outside: started when first needed, gone when we go."""

    def __init__(self) -> None:
        """No process yet."""
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, ahead: Iterable[str], descriptors: list[int] | None = None) -> None:
        """Have things done ahead and, given two descriptors, a notebook's process forked.

        ``ahead`` names modules to import and functions to call (``module:function``), each once.

        A process that was itself forked from ours (a worker) may ask the same nursery. A nursery
        that has died is replaced.
        """
        request = json.dumps({"ahead": list(ahead)}).encode()
        for attempt in (1, 2):
            if self._control is None:
                self._start()
            assert self._control is not None
            try:
                socket.send_fds(self._control, [request], descriptors or [])
                return
            except (BrokenPipeError, ConnectionResetError, ConnectionRefusedError):
                self.close()
                if attempt == 2:
                    raise

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        root = str(Path(__file__).parents[3])
        arguments = json.dumps([root, theirs.fileno(), os.getpid()])
        environment = {**os.environ, **dict.fromkeys(_THREADS, "1")}
        environment.pop("MPLBACKEND", None)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, arguments],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            env=environment,
            start_new_session=True,  # Ctrl-C in the terminal is for its owner, who then closes it
        )
        theirs.close()
        self._control = ours

    @property
    def pid(self) -> int | None:
        """The nursery's process id, if this process started one."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the nursery and every notebook process it forked."""
        if self._control is not None:
            self._control.close()
            self._control = None
        process, self._process = self._process, None
        # A forked worker holds a copy of this object, but the process is not its own child.
        if process is not None and os.getpid() == _owner:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


_owner = os.getpid()
nursery = Nursery()


def _close_at_exit() -> None:
    if os.getpid() == _owner:
        nursery.close()


atexit.register(_close_at_exit)


def warm_up(ahead: Iterable[str]) -> None:
    """Start the nursery now, while this process does something else.

    ``ahead`` names modules for it to import and functions for it to call (``module:function``).
    """
    if can_fork():
        nursery.ask(ahead)


def imports_of(notebook: Mapping[str, Any]) -> list[str]:
    """The modules of LIBRARIES that a notebook's code cells import."""
    found: dict[str, None] = {}
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or not re.search(r"\bimport\b", source):
            continue
        try:
            # Magics and shell escapes are not Python; leaving such lines out is enough here.
            lines = [line for line in source.splitlines() if not re.match(r"\s*[%!?]", line)]
            tree = ast.parse("\n".join(lines))
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found.update(dict.fromkeys(alias.name for alias in node.names))
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found[node.module] = None
    return [name for name in found if name.split(".")[0] in LIBRARIES]


def done_ahead(notebooks: Iterable[Path]) -> list[str]:
    """What the nursery should do before the first of these notebooks runs: imports, a rehearsal."""
    found: dict[str, None] = {}
    for path in notebooks:
        with suppress(OSError, ValueError, KeyError, TypeError):  # it will be reported when run
            found.update(dict.fromkeys(imports_of(json.loads(path.read_bytes()))))
    # Our own notebooks draw and write workbooks; others may not even have the libraries.
    ours = any(name.split(".")[0] == "pipeline" for name in found)
    return [*found, REHEARSAL] if ours else list(found)

"""IPython's shell in this very process; what it shows is kept as the messages a kernel would send.

A notebook finds here what it finds in a kernel: its own main module, the folder it runs in, an
event loop, and streams that take what Python, subprocesses and C code write.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.async_helpers import get_asyncio_loop
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from jupyter_client.session import json_packer, json_unpacker
from traitlets import Type
from traitlets.config import Config

INLINE = "module://matplotlib_inline.backend_inline"


class _Stream(io.TextIOWrapper):
    """A standard stream while a notebook runs: a file, which subprocesses can be handed too."""

    def __init__(self) -> None:
        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  closed with the stream
        super().__init__(file, "utf-8", "backslashreplace", write_through=True)
        self._taken = 0

    def taken(self) -> str:
        """Return what was written since this was last asked for."""
        begin, self._taken = self._taken, os.fstat(self.fileno()).st_size
        return os.pread(self.fileno(), self._taken - begin, begin).decode("utf-8", "replace")


class _Publisher(DisplayPublisher):
    def publish(self, data: Any, metadata: Any = None, source: Any = None, *, transient: Any = None,
                update: bool = False, **_: Any) -> None:  # fmt: skip
        kind = "update_display_data" if update else "display_data"
        self.shell.show(kind, data=data, metadata=metadata or {}, transient=transient or {})

    def clear_output(self, wait: bool = False) -> None:
        self.shell.show("clear_output", wait=wait)


class _Results(DisplayHook):
    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        assert isinstance(self.shell, Shell)
        result = {"data": format_dict, "metadata": md_dict or {}}
        self.shell.show("execute_result", **result, execution_count=self.prompt_count)


class Shell(InteractiveShell):
    """IPython's shell; ``shown`` holds the messages of the cell it runs, or ran last."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Results)

    def __init__(self, **options: Any) -> None:
        """A shell without history on disk and without a pager."""
        config = Config()
        config.HistoryManager.hist_file = ":memory:"
        super().__init__(config=config, **options)
        self.set_hook("show_in_pager", lambda *_, **__: None)
        self.shown: list[dict[str, Any]] = []
        self.streams: dict[str, _Stream] = {}

    def run(self, source: str) -> ExecutionResult:
        """Run a cell with the descriptors of this process on the streams; fill ``shown``."""
        self.shown = []
        kept = [os.dup(number) for number in range(3)]
        try:
            for number, stream in enumerate((sys.stdin, *self.streams.values())):
                os.dup2(stream.fileno(), number)
            return self.run_cell(source, store_history=True)
        finally:
            for number, saved in enumerate(kept):
                os.dup2(saved, number)
                os.close(saved)
            self.show_written()

    def show(self, kind: str, **content: Any) -> None:
        """Keep what is shown, as it would be after its way by wire, behind what was written."""
        self.show_written()
        self._keep(kind, json_unpacker(json_packer(content)))

    def show_written(self) -> None:
        """Keep what was written to the streams so far."""
        for name, stream in self.streams.items():
            if text := stream.taken():
                self._keep("stream", {"name": name, "text": text})

    def _keep(self, kind: str, content: dict[str, Any]) -> None:
        head = {"msg_type": kind}
        self.shown.append({**head, "header": head, "parent_header": {}, "content": content})

    def should_run_async(self, *cell: Any, **how: Any) -> bool:
        """A cell finds a running event loop; one within a cell (``%%time``) gets no other."""
        return asyncio._get_running_loop() is None or super().should_run_async(*cell, **how)

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window to draw in."""

    def ask_exit(self) -> None:
        """``exit`` in a cell ends nothing: the next cell follows."""

    def _showtraceback(self, etype: type, evalue: object, stb: list[str]) -> None:
        self.show("error", ename=etype.__name__, evalue=str(evalue), traceback=stb)


def get_ready() -> None:
    """Run a cell that is not counted: what is set up for a first one is then there to be forked."""
    from pipeline.publish.page.blocks import Prose  # brings matplotlib: not from any folder

    with taken_over() as shell:
        shell.run_cell("None")
        shell.displayhook.compute_format_data(Prose("words"))
    get_asyncio_loop().close()  # forked processes would share its descriptors


@contextmanager
def taken_over() -> Iterator[Shell]:
    """Be as a kernel is while a notebook runs: streams, main module, where modules are found."""
    streams = sys.stdin, sys.stdout, sys.stderr
    before = sys.modules["__main__"], list(sys.path), list(sys.argv)
    shell = Shell.instance()
    if shell.execution_count > 1:
        shell.reset()
    os.environ["MPLBACKEND"] = INLINE
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].rcParams["backend"] = INLINE
    shell.starting_dir = os.getcwd()  # noqa: PTH109
    shell.user_ns["_dh"][:] = [shell.starting_dir]
    try:
        with open(os.devnull) as nothing, _Stream() as out, _Stream() as err:  # noqa: PTH123
            shell.streams = {"stdout": out, "stderr": err}
            sys.stdin, sys.stdout, sys.stderr = nothing, out, err
            sys.modules["__main__"] = shell.user_module
            sys.path.insert(0, "")
            sys.argv[:] = [""]
            yield shell
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams
        sys.modules["__main__"], sys.path[:], sys.argv[:] = before

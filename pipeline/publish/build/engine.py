"""The papermill engine ``ipython``: runs a notebook with IPython in the very process.

``papermill --engine ipython in.ipynb out.ipynb``. A kernel and its five sockets are not needed to
run cells one after the other: IPython's own shell does that, and what it shows is handed to
papermill's client as the messages a kernel would send. Parameters, progress, saving after each
cell and marking the failed one stay papermill's; magics, ``await``, rich output and tracebacks stay
IPython's. Start-up files and configuration of IPython are not read, so that a report does not
depend on who makes it.

Nothing is isolated here: whoever runs one notebook after another forks a process for each
(:mod:`pipeline.workers`). Notebooks for other kernels than ``python3`` get their own kernel.

Papermill imports this module, as one of its engines, while it is itself being imported; so import
papermill first.
"""

from __future__ import annotations

import io
import os
import platform
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, ClassVar

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.session import json_packer, json_unpacker
from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError
from nbclient.util import run_hook
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager
from papermill.log import logger
from traitlets import Type
from traitlets.config import Config

INLINE = "module://matplotlib_inline.backend_inline"


class _TimeUp(BaseException):
    """A cell has had its time; no ``except Exception`` of a notebook catches this."""


class _Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` while a notebook runs: text, in order with what is shown."""

    encoding = "UTF-8"

    def __init__(self, shell: Shell, name: str, descriptor: int) -> None:
        self._shell, self.name, self._descriptor = shell, name, descriptor
        self._owner, self._text = os.getpid(), ""

    def write(self, text: str) -> int:
        if os.getpid() != self._owner:  # a process that the notebook forked
            os.write(self._descriptor, text.encode("utf-8", "replace"))
            return len(text)
        if not self._text:
            self._shell.flush()  # what the other stream holds was written before
        self._text += text
        return len(text)

    def flush(self) -> None:
        text, self._text = self._text, ""
        if text:
            self._shell.send("stream", {"name": self.name, "text": text})

    def fileno(self) -> int:
        return self._descriptor

    def writable(self) -> bool:
        return True


class _Publisher(DisplayPublisher):
    def publish(self, data: Any, metadata: Any = None, source: Any = None, *, transient: Any = None,
                update: bool = False, **_: Any) -> None:  # fmt: skip
        content = {"data": data, "metadata": metadata or {}, "transient": transient or {}}
        self.shell.show("update_display_data" if update else "display_data", content)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.show("clear_output", {"wait": wait})


class _ResultHook(DisplayHook):
    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        assert isinstance(self.shell, Shell)
        content = {"data": format_dict, "metadata": md_dict or {}}
        self.shell.show("execute_result", {**content, "execution_count": self.prompt_count})


class Shell(InteractiveShell):
    """IPython's shell, whose outputs become Jupyter messages for ``send``."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_ResultHook)
    send: Callable[[str, dict[str, Any]], None]

    def __init__(self, **options: Any) -> None:
        """A shell without history on disk and without a pager."""
        config = Config()
        config.HistoryManager.hist_file = ":memory:"
        super().__init__(config=config, **options)
        self.streams = [_Stream(self, "stdout", 1), _Stream(self, "stderr", 2)]
        self.set_hook("show_in_pager", lambda *_, **__: None)

    def show(self, kind: str, content: dict[str, Any]) -> None:
        """Send something to be shown after all that was printed so far."""
        self.flush()
        self.send(kind, content)

    def flush(self) -> None:
        """Send what was printed so far."""
        for stream in self.streams:
            stream.flush()

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window to draw in."""

    def ask_exit(self) -> None:
        """``exit`` in a cell ends nothing: the next cell follows."""

    def _showtraceback(self, etype: type, evalue: object, stb: list[str]) -> None:
        words = {"ename": etype.__name__, "evalue": str(evalue), "traceback": stb}
        self.show("error", words)


class _Client(PapermillNotebookClient):
    """Papermill's client with a shell in place of a kernel."""

    def execute(self, **_: Any) -> Any:
        """Run all cells; a failed one is marked and ends the run."""
        self.reset_execution_trackers()
        with _taken_over() as self.shell:
            self.papermill_execute_cells()
        version = sys.version_info
        self.nb.metadata["language_info"] = {
            "name": "python", "version": platform.python_version(), "mimetype": "text/x-python",
            "codemirror_mode": {"name": "ipython", "version": version.major},
            "pygments_lexer": f"ipython{version.major}", "nbconvert_exporter": "python",
            "file_extension": ".py",
        }  # fmt: skip
        return self.nb

    def execute_cell(self, cell: Any, cell_index: int, *_: Any, **__: Any) -> Any:
        """Run one cell within its time."""
        seconds = self._get_timeout(cell)
        try:
            with _limit(seconds):
                return self._run(cell, cell_index)
        except _TimeUp:
            raise CellTimeoutError.error_from_timeout_and_cell(
                "Cell execution timed out", seconds or 0, cell
            ) from None

    async def _run_cell(self, cell: Any, cell_index: int) -> Any:
        await run_hook(self.on_cell_start, cell=cell, cell_index=cell_index)
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        shell = self.shell
        cell.outputs, self.clear_before_next_output = [], False

        def send(kind: str, content: dict[str, Any]) -> None:
            plain = json_unpacker(json_packer(content))  # what it would be after its way by wire
            header = {"msg_type": kind}
            message = {"header": header, "parent_header": {}, **header, "content": plain}
            self.process_message(message, cell, cell_index)

        shell.send = send
        cell["execution_count"] = shell.execution_count
        with _descriptors(send):
            try:
                code, wrong = shell.transform_cell(cell.source), None
            except Exception:
                code, wrong = cell.source, sys.exc_info()
            result = await shell.run_cell_async(
                cell.source, store_history=True, transformed_cell=code,
                preprocessing_exc_tuple=wrong,
            )  # fmt: skip
            shell.events.trigger("post_execute")
            shell.events.trigger("post_run_cell", result)
            shell.flush()
        error = result.error_before_exec or result.error_in_exec
        if isinstance(error, _TimeUp):
            raise error
        if error:
            words = {"ename": type(error).__name__, "evalue": str(error), "traceback": []}
            reply = {"status": "error", **words}
            await self._check_raise_for_error(cell, cell_index, {"content": reply})
        return cell

    _run = run_sync(_run_cell)


def prepared() -> Shell:
    """This process's shell; made before forking, it is there for every forked process."""
    main = sys.modules["__main__"]
    try:
        return Shell.instance()
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _taken_over() -> Iterator[Shell]:
    """Be as a kernel is while a notebook runs: streams, main module, where modules are found."""
    shell = prepared()
    if shell.execution_count > 1:
        shell.reset()
    os.environ["MPLBACKEND"] = INLINE
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].rcParams["backend"] = INLINE
    streams = sys.stdin, sys.stdout, sys.stderr
    before = sys.modules["__main__"], list(sys.path), list(sys.argv)
    sys.stdin, (sys.stdout, sys.stderr) = io.StringIO(), shell.streams
    sys.modules["__main__"] = shell.user_module
    sys.path.insert(0, "")
    sys.argv[:] = [""]
    shell.starting_dir = os.getcwd()  # noqa: PTH109
    shell.user_ns["_dh"][:] = [shell.starting_dir]
    try:
        yield shell
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams
        sys.modules["__main__"], sys.path[:], sys.argv[:] = before


@contextmanager
def _descriptors(send: Callable[[str, dict[str, Any]], None]) -> Iterator[None]:
    """Show what subprocesses and C code write while a cell runs, after its other outputs."""
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        kept = [os.dup(number) for number in range(3)]
        try:
            for number, file in enumerate(files):
                os.dup2(file.fileno(), number)
            yield
        finally:
            for number, saved in enumerate(kept):
                os.dup2(saved, number)
                os.close(saved)
        for name, file in (("stdout", files[1]), ("stderr", files[2])):
            file.seek(0)
            if text := file.read().decode("utf-8", "replace"):
                send("stream", {"name": name, "text": text})


@contextmanager
def _limit(seconds: float | None) -> Iterator[None]:
    """Raise _TimeUp in the block after so many seconds, and each second from then on."""
    possible = (
        hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    )
    if not seconds or not possible:
        yield
        return

    def ring(*_: object) -> None:
        raise _TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class IPythonEngine(NBClientEngine):
    """What ``ipython`` stands for; its options are those of papermill's own engine."""

    _unused: ClassVar = ("input_path", "timeout", "start_timeout")

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: Any
    ) -> Any:
        """Run all cells in this process.

        Raises
        ------
        nbclient.exceptions.CellTimeoutError
            A cell ran longer than ``execution_timeout`` seconds.
        """
        if kernel_name != "python3":
            return super().execute_managed_notebook(nb_man, kernel_name, **options)
        seconds = options.pop("execution_timeout", None) or options.get("timeout")
        options = {name: v for name, v in options.items() if name not in cls._unused}
        return _Client(nb_man, timeout=seconds, log=logger, **options).execute()

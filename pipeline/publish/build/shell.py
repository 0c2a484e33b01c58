"""IPython's shell in this very process: what it shows becomes the messages a kernel would send.

A notebook finds here what it finds in a kernel: its own main module, the folder it runs in, streams
in the order of what is shown, and what subprocesses write.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

INLINE = "module://matplotlib_inline.backend_inline"


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


def prepared() -> Shell:
    """This process's shell; made before forking, it is there for every forked process."""
    main = sys.modules["__main__"]
    try:
        return Shell.instance()
    finally:
        sys.modules["__main__"] = main


@contextmanager
def taken_over() -> Iterator[Shell]:
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
def descriptors(send: Callable[[str, dict[str, Any]], None]) -> Iterator[None]:
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

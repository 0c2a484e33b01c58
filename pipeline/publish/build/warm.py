"""A papermill engine that runs each notebook in a fork of a process with its libraries loaded.

``papermill --engine warm in.ipynb out.ipynb``, or ``papermill.execute_notebook(...,
engine_name="warm")``. Everything papermill does stays papermill's: parameters, progress, saving
after each cell, marking the failed cell, timeouts. So does everything nbclient does with what a
cell sends back. Only the kernel is another: instead of a new Python process with five network
sockets it is a fork made by a nursery (:mod:`pipeline.publish.build.nursery`), which every notebook
that this process runs shares as its parent and nothing else.

Only notebooks for the kernel ``python3`` are run in this way, in the Python that runs papermill.
Others, and all notebooks on systems where a forked process cannot safely go on (Windows; macOS),
are handed to papermill's own engine, and a log line says so once. IPython's start-up files and
configuration are not read, so that a report does not depend on who makes it.
"""

from __future__ import annotations

import asyncio
import os
import queue
import signal
import socket
import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from jupyter_core.utils import run_sync
from nbclient.exceptions import DeadKernelError
from papermill.engines import NBClientEngine, NotebookExecutionManager
from papermill.log import logger

from pipeline.publish.build.forking import can_fork, imports_of, nursery
from pipeline.publish.build.wire import Frames, frame, read_status

#: Seconds a notebook's process may take for its clean-up once all cells have run.
GOODBYE = 5.0


class NurseryLost(DeadKernelError):
    """The notebook died because the process that forked it did: no fault of the notebook."""


class _Channel:
    """One direction of messages, as nbclient reads them."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message; ``queue.Empty`` when there was none for so many seconds."""
        try:
            return await asyncio.wait_for(self.messages.get(), timeout)
        except TimeoutError:
            raise queue.Empty from None


class ForkedKernel:
    """A notebook's process, in the two roles nbclient knows: kernel manager and kernel client."""

    allow_stdin = False
    ipykernel = False  # takes no command line arguments

    def __init__(self, imports: Iterable[str]) -> None:
        """A notebook's process to be, and the modules to have imported before it is forked."""
        self._imports = list(imports)
        self._line: socket.socket | None = None
        self._grave = -1
        self._alive = self._busy = False
        self.process = 0
        self.shell_channel, self.iopub_channel = _Channel(), _Channel()
        self._session = uuid.uuid4().hex
        self._count = 0

    # What nbclient asks of a kernel manager

    @property
    def has_kernel(self) -> bool:
        """Whether the process was started."""
        return self._line is not None

    def start_kernel(self, *, extra_arguments: Any = None, cwd: str | None = None,
                     env: dict[str, str] | None = None) -> None:  # fmt: skip
        """Have the nursery fork; the process takes over our environment and working folder."""
        ours, theirs = socket.socketpair()
        self._grave, grave = os.pipe()
        try:
            nursery.ask(self._imports, [theirs.fileno(), grave])
        finally:
            theirs.close()
            os.close(grave)
        self._line, self._alive = ours, True
        setup = {"env": dict(env or os.environ), "cwd": os.path.abspath(cwd or os.getcwd())}  # noqa: PTH100, PTH109
        try:
            ours.sendall(frame(setup))
        except OSError:
            self._alive = False
        ours.setblocking(False)

    def client(self) -> ForkedKernel:
        """The client's role."""
        return self

    def interrupt_kernel(self) -> None:
        """Do to the cell what Ctrl-C does."""
        self._signal(signal.SIGINT)

    def is_alive(self) -> bool:
        """Whether the process still answers."""
        return self._alive

    def shutdown_kernel(self, now: bool = False) -> None:
        """Asked for when starting failed; the engine ends the process in any case."""

    def cleanup_resources(self) -> None:
        """Likewise."""

    # What nbclient asks of a kernel client

    def stop_channels(self) -> None:
        """Likewise."""

    async def start_channels(self) -> None:
        """Listen."""
        assert self._line is not None
        self._hello: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._goodbye: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._loop = asyncio.get_running_loop()
        self._frames = Frames()
        self._loop.add_reader(self._line.fileno(), self._read)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the process takes requests."""
        try:
            hello = await asyncio.wait_for(self._hello, timeout)
        except TimeoutError:
            raise RuntimeError(f"Kernel didn't respond in {timeout} seconds") from None
        self._language_info = hello["language_info"]

    async def execute(self, code: str, store_history: bool = True,
                      stop_on_error: bool = True) -> str:  # fmt: skip
        """Ask for a cell to be run; returns the id that its messages will carry."""
        content = {
            "code": code,
            "silent": False,
            "store_history": store_history,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": stop_on_error,
        }
        self._busy = True
        return await self._request("execute_request", content)

    def kernel_info(self) -> str:
        """Ask about the language; it was told on starting, so the answer is there at once."""
        reply = {
            "parent_header": {"msg_id": "kernel_info"},
            "content": {"language_info": self._language_info},
        }
        self.shell_channel.messages.put_nowait(reply)
        return "kernel_info"

    # Ours

    async def _request(self, kind: str, content: dict[str, Any]) -> str:
        self._count += 1
        header = {
            "msg_id": f"{self._session}_{self._count}",
            "msg_type": kind,
            "session": self._session,
            "username": "",
            "date": datetime.now(UTC),
            "version": "5.4",
        }
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        assert self._line is not None
        try:
            await asyncio.get_running_loop().sock_sendall(self._line, frame(message))
        except OSError:
            self._alive = False
            raise DeadKernelError("Kernel died") from None
        return str(header["msg_id"])

    def _read(self) -> None:
        assert self._line is not None
        try:
            data = self._line.recv(1 << 20)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        if not data:
            self._alive = False
            self._loop.remove_reader(self._line.fileno())
            if not self._hello.done():
                self._hello.set_exception(DeadKernelError("Kernel died"))
            if not self._goodbye.done():
                self._goodbye.set_result(None)
        for message in self._frames.feed(data):
            self._deliver(message)

    def _deliver(self, message: dict[str, Any]) -> None:
        kind = message["msg_type"]
        if kind == "hello":
            self.process = message["metadata"]["process"]
            if not self._hello.done():
                self._hello.set_result(message["content"])
        elif kind == "goodbye":
            if not self._goodbye.done():
                self._goodbye.set_result(None)
        else:
            # Jupyter's own reader of dates tries every form there is; the other end wrote this one.
            message["header"]["date"] = datetime.fromisoformat(message["header"]["date"])
            if kind == "execute_reply":
                self._busy = False
            channel = self.iopub_channel if message["channel"] == "iopub" else self.shell_channel
            channel.messages.put_nowait(message)

    def _signal(self, number: int) -> None:
        if self.process and self._alive:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process, number)

    async def _part(self) -> None:
        """Let an idle process run its exit handlers; cancel what a stopped run left waiting."""
        if self._alive and not self._busy and self._hello.done():
            try:
                await self._request("goodbye", {})
                await asyncio.wait_for(self._goodbye, GOODBYE)
            except (DeadKernelError, TimeoutError):
                pass
        leftovers = [
            task
            for task in asyncio.all_tasks()
            if task is not asyncio.current_task()
            and getattr(task.get_coro(), "__qualname__", "").startswith("NotebookClient.")
        ]
        for task in leftovers:
            task.cancel()
        await asyncio.gather(*leftovers, return_exceptions=True)

    def end(self) -> None:
        """Part in good order if no cell is running; then end the process and all it started."""
        if self._line is None:
            return
        try:
            if hasattr(self, "_loop"):
                run_sync(self._part)()
        finally:
            self._signal(signal.SIGKILL)
            if hasattr(self, "_loop") and not self._loop.is_closed():
                self._loop.remove_reader(self._line.fileno())
            self._line.close()
            os.close(self._grave)  # the nursery kills what still waits for us
            self._line, self._alive = None, False

    def cause_of_death(self) -> DeadKernelError:
        """How the process ended, as the error to raise."""
        status = read_status(self._grave, timeout=2)
        if status is None:
            if self.process:  # nobody else is left to end what the notebook started
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.process, signal.SIGKILL)
            return NurseryLost("The notebook died together with the process that forked it.")
        code = os.waitstatus_to_exitcode(status)
        if code >= 0:
            return DeadKernelError(f"The notebook's process ended itself with exit code {code}.")
        name = signal.Signals(-code).name
        hint = " (often: not enough memory)" if -code == signal.SIGKILL else ""
        return DeadKernelError(
            f"The notebook's process was killed by signal {-code}, {name}{hint}."
        )


_said: set[str] = set()


def _say_once(sentence: str) -> None:
    if sentence not in _said:
        _said.add(sentence)
        logger.warning(sentence)


class ForkingEngine(NBClientEngine):
    """What ``warm`` stands for; its options are those of papermill's own engine."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **kwargs: Any
    ) -> Any:
        """Run all cells, with papermill's own client, in a process forked for this notebook.

        Raises
        ------
        nbclient.exceptions.CellTimeoutError
            A cell ran longer than ``execution_timeout`` seconds; its process was killed.
        nbclient.exceptions.DeadKernelError
            The notebook's process died; the message says how.
        """
        if not can_fork():
            _say_once("Notebooks cannot be forked on this system: ordinary kernels are used.")
            return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
        if kernel_name != "python3":
            _say_once(f"The warm engine runs python3 only: '{kernel_name}' gets its own kernel.")
            return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
        kernel = ForkedKernel(imports_of(nb_man.nb))
        try:
            return super().execute_managed_notebook(nb_man, kernel_name, km=kernel, **kwargs)
        except DeadKernelError:
            raise kernel.cause_of_death() from None
        finally:
            kernel.end()

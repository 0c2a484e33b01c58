"""The nursery: one process that has imported the heavy libraries and forks notebooks.

Starting an ordinary kernel and importing pandas, matplotlib and seaborn in it takes longer than
most reports do. The nursery pays for that once: it imports, then forks a fresh process for each
notebook that is asked for. A fork shares the imported code and nothing else, so no notebook sees
what another one did.

What runs in the fork is ipykernel's own kernel object and shell; only its wires are different.
Instead of five network sockets it has one pair of connected file descriptors to the process that
asked, over which the same Jupyter messages travel as JSON with a length in front. Rich display,
figures, magics, ``await``, tracebacks and so on are therefore ipykernel's, not a copy of it.

The nursery never has a second thread, which is what makes forking it safe. Nothing outlives its
owner: the nursery ends when the process that started it does, each notebook process is killed
when its client or the nursery goes, and takes its own subprocesses with it.
"""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import gc
import importlib
import io
import json
import os
import select
import signal
import socket
import sys
import threading
import time
import types
from codecs import getincrementaldecoder
from contextlib import suppress
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import UsageError
from jupyter_client.session import Session
from tornado.ioloop import IOLoop
from traitlets.config import Config

from pipeline.publish.build.wire import Frames, frame, write_status

#: Seconds that printed text may wait before it is sent on, as in ipykernel.
FLUSH_INTERVAL = 0.2
#: The kernel's own channel names, used in place of its sockets.
IOPUB, SHELL = "iopub", "shell"

_PR_SET_PDEATHSIG = 1


class _WiredSession(Session):
    """A Jupyter session whose messages go down the line to the client."""

    line: socket.socket | None = None
    owner: int = 0

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None,
             ident: Any = None, buffers: Any = None, track: bool = False, header: Any = None,
             metadata: Any = None) -> Any:  # fmt: skip
        """Send a message; one from a process that the notebook itself forked is dropped."""
        if isinstance(msg_or_type, dict):
            message = msg_or_type
        else:
            message = self.msg(
                msg_or_type, content=content, parent=parent, header=header, metadata=metadata
            )
        if self.line is not None and os.getpid() == self.owner:
            wired = {**message, "channel": stream, "buffers": [bytes(b) for b in buffers or []]}
            data = frame(wired)
            with _sending:
                self.line.sendall(data)
        return message


_sending = threading.Lock()


class _Shell(ZMQInteractiveShell):
    """ipykernel's shell; it finds its kernel without the application that usually holds it."""

    def enable_gui(self, gui: Any = None) -> None:
        """Enable a graphical toolkit's event loop, for `%matplotlib` and `%gui`."""
        from ipykernel.eventloops import enable_gui

        try:
            enable_gui(gui, self.kernel)
            self.active_eventloop = gui
        except ValueError as error:
            raise UsageError(str(error)) from error


class _Kernel(IPythonKernel):
    """ipykernel's kernel, fed one request at a time, so there is no queue to abort."""

    shell_class = _Shell

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        pass


class CapturedStream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a notebook, and the file descriptor under it.

    Text printed by Python and bytes written to the descriptor by subprocesses or C code arrive
    in the order in which they were written. Until a notebook's process takes hold of it, and in
    processes which the notebook forks, it writes straight to the descriptor.
    """

    def __init__(self, name: str, descriptor: int) -> None:
        """A stream of this name over this descriptor."""
        super().__init__()
        self.name = name
        self._descriptor = descriptor
        self._owner = 0
        self._text: list[str] = []
        self._lock = threading.RLock()
        self._decoder = getincrementaldecoder("utf-8")(errors="replace")
        self.pipe = -1

    encoding = "UTF-8"

    def take(self, kernel: _Kernel, session: _WiredSession, wake: int) -> None:
        """From here on send what is written to the kernel's client."""
        self.pipe, writing = os.pipe()
        os.dup2(writing, self._descriptor)
        os.close(writing)
        os.set_blocking(self.pipe, False)
        self._kernel, self._session, self._wake = kernel, session, wake
        self._owner = os.getpid()

    def _captured(self) -> bool:
        return os.getpid() == self._owner

    def drain(self) -> None:
        """Take up what subprocesses or C code wrote to the descriptor."""
        with self._lock:
            while True:
                try:
                    data = os.read(self.pipe, 1 << 16)
                except BlockingIOError:
                    return
                if not data:
                    return
                self._keep(self._decoder.decode(data))

    def _keep(self, text: str) -> None:
        if text:
            if not self._text:
                os.write(self._wake, b".")
            self._text.append(text)

    def write(self, text: str) -> int:
        """Write text, as ``print`` does."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if self._captured():
            with self._lock:
                self.drain()
                self._keep(text)
        else:
            data = memoryview(text.encode("utf-8", "replace"))
            while data:
                data = data[os.write(self._descriptor, data) :]
        return len(text)

    def flush(self) -> None:
        """Send what was written so far."""
        if not self._captured():
            return
        with self._lock:
            self.drain()
            text = "".join(self._text)
            self._text.clear()
            if text:
                self._session.send(
                    IOPUB, "stream", {"name": self.name, "text": text}, self._kernel.get_parent()
                )

    def fileno(self) -> int:
        """The descriptor, so that a subprocess told to write here is captured too."""
        return self._descriptor

    def isatty(self) -> bool:
        """Never a terminal."""
        return False

    def writable(self) -> bool:
        """Always."""
        return True


class _Watcher(threading.Thread):
    """The notebook process's second thread: hears requests, printed text, and the client's end.

    It can hear that the client has gone while a cell is running, and ends the whole group then.
    """

    def __init__(self, line: socket.socket, streams: list[CapturedStream], wake: int) -> None:
        super().__init__(name="client", daemon=True)
        self.line, self.streams, self.wake = line, streams, wake
        self.loop: asyncio.AbstractEventLoop | None = None
        self.requests: asyncio.Queue[dict[str, Any]] | None = None

    def serve(self, loop: asyncio.AbstractEventLoop, requests: asyncio.Queue[Any]) -> None:
        """Start to pass requests on to the kernel's event loop."""
        self.loop, self.requests = loop, requests
        self.start()

    def run(self) -> None:
        """Wait for whatever happens first, again and again."""
        frames = Frames()
        poller = select.poll()
        for descriptor in (self.line.fileno(), self.wake, *(s.pipe for s in self.streams)):
            poller.register(descriptor, select.POLLIN)
        flush_at: float | None = None
        while True:
            patience = None if flush_at is None else max(0, (flush_at - time.monotonic()) * 1000)
            for descriptor, _ in poller.poll(patience):
                if descriptor == self.line.fileno():
                    data = self.line.recv(1 << 16)
                    if not data:
                        os.killpg(0, signal.SIGKILL)
                    for request in frames.feed(data):
                        assert self.loop is not None and self.requests is not None
                        self.loop.call_soon_threadsafe(self.requests.put_nowait, request)
                elif descriptor == self.wake:
                    if set(os.read(self.wake, 1 << 10)) - {ord(".")} and self.loop is not None:
                        # A signal came in: ipykernel's handler counts on a loop that is awake.
                        self.loop.call_soon_threadsafe(lambda: None)
                    flush_at = flush_at or time.monotonic() + FLUSH_INTERVAL
                else:
                    next(s for s in self.streams if s.pipe == descriptor).drain()
            if flush_at is not None and time.monotonic() >= flush_at:
                flush_at = None
                for stream in self.streams:
                    stream.flush()


class _Notebook:
    """The life of one forked notebook process."""

    def __init__(
        self,
        kernel: _Kernel,
        session: _WiredSession,
        streams: list[CapturedStream],
        line: socket.socket,
        setup: dict[str, Any],
    ) -> None:
        self.kernel, self.session, self.streams, self.line = kernel, session, streams, line
        self._isolate(setup)

    def _isolate(self, setup: dict[str, Any]) -> None:
        """Take over the client's environment and working folder, and nothing of the nursery's."""
        atexit._clear()  # what the nursery's imports registered is not ours to clean up
        # A notebook lives for seconds and shares most objects with the nursery: looking for
        # garbage as often as a long-lived process does takes a twentieth of its time.
        gc.set_threshold(20_000, 20, 20)
        os.environ.clear()
        os.environ.update(setup["env"])
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        shell = self.kernel.shell
        assert shell is not None
        shell.init_environment()
        time.tzset()
        os.chdir(setup["cwd"])
        shell.starting_dir = setup["cwd"]
        shell.user_ns["_dh"][:] = [setup["cwd"]]
        sys.path.insert(0, "")
        sys.argv[:] = [""]
        if "matplotlib" in sys.modules:
            sys.modules["matplotlib"].rcParams["backend"] = os.environ["MPLBACKEND"]
        if "numpy" in sys.modules:
            # Python reseeds its own generator after a fork, numpy's must be told to.
            sys.modules["numpy"].random.seed()

    def live(self) -> None:
        """Run cells until the client says goodbye."""
        session = self.session
        session.line, session.owner = self.line, os.getpid()
        heard, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for stream in self.streams:
            stream.take(self.kernel, session, wake)
        self.watcher = _Watcher(self.line, self.streams, heard)
        session.send(
            SHELL,
            "hello",
            {"language_info": self.kernel.language_info},
            metadata={"process": os.getpid()},
        )
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        task = loop.create_task(self._serve())
        loop.run_forever()  # `exit` in a cell stops the loop, as it does in an ordinary kernel
        if task.done() and not task.cancelled():
            atexit._run_exitfuncs()
            session.send(SHELL, "goodbye", {})

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        self.kernel.io_loop = IOLoop.current()
        requests: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.watcher.serve(loop, requests)
        while (request := await requests.get())["header"]["msg_type"] != "goodbye":
            await self._execute(request)
        loop.stop()

    async def _execute(self, request: dict[str, Any]) -> None:
        kernel, session = self.kernel, self.session
        kernel.set_parent([], request)
        session.send(IOPUB, "status", {"execution_state": "busy"}, request)
        kernel.pre_handler_hook()
        try:
            await kernel.execute_request(SHELL, [], request)
        except BaseException as error:
            # An interrupt just before or after the cell's own code; inside it, IPython reports it.
            reply = {"status": "error", "ename": type(error).__name__, "evalue": str(error)}
            session.send(SHELL, "execute_reply", {**reply, "traceback": []}, request)
        finally:
            kernel.post_handler_hook()
        for stream in self.streams:
            stream.flush()
        session.send(IOPUB, "status", {"execution_state": "idle"}, request)


class _Nursery:
    """The loop that hears what is wanted, forks, and buries."""

    def __init__(self, control: socket.socket, owner: int) -> None:
        self.control, self.owner = control, owner
        self.graves: dict[int, int] = {}  # process id -> where to write how it ended
        self.prepared: set[str] = set()
        self.libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
        # Streams first: libraries that keep hold of sys.stderr when they are imported (loggers)
        # then hold the very object that the notebook's process will capture.
        self.streams = [CapturedStream("stdout", 1), CapturedStream("stderr", 2)]
        sys.stdout, sys.stderr = self.streams
        config = Config()
        config.HistoryManager.hist_file = ":memory:"  # no file, and no thread that writes it
        # ipykernel loads a debugger if it finds one, which takes as long as everything else it
        # does; nobody can attach one to a forked notebook. A cell may still import it.
        sys.modules["debugpy"] = None  # type: ignore[assignment]
        self.session = _WiredSession()
        self.kernel = _Kernel.instance(
            session=self.session,
            iopub_socket=IOPUB,
            shell_channel_thread=types.SimpleNamespace(parent_thread=threading.main_thread()),
            config=config,
            _execute_sleep=0.0,
        )
        del sys.modules["debugpy"]
        self.poller = select.poll()
        self.poller.register(control.fileno(), select.POLLIN)
        deaths, wake = os.pipe()
        for end in (deaths, wake):
            os.set_blocking(end, False)
        self.deaths = deaths
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.poller.register(deaths, select.POLLIN)

    def run(self) -> None:
        """Serve until the owner goes."""
        while os.getppid() == self.owner:
            for descriptor, _ in self.poller.poll(1000):
                if descriptor == self.control.fileno():
                    if not self._hear():
                        return
                elif descriptor == self.deaths:
                    os.read(self.deaths, 1 << 10)
                else:  # the client closed its end of the grave: nobody waits for this one
                    self._kill(next(p for p, g in self.graves.items() if g == descriptor))
                    self.poller.unregister(descriptor)
            self._bury()

    def end(self) -> None:
        """Take every notebook along."""
        for process in list(self.graves):
            self._kill(process)

    @staticmethod
    def _kill(process: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process, signal.SIGKILL)

    def _hear(self) -> bool:
        request, descriptors, _, _ = socket.recv_fds(self.control, 1 << 16, 2)
        if not request:
            return False
        self._prepare(json.loads(request)["ahead"])
        if descriptors:
            self._fork(*descriptors)
        return True

    def _prepare(self, names: list[str]) -> None:
        """Import modules, and call functions (module:function), once each, ahead of need.

        What fails here will fail, and be reported, in the cell that needs it.
        """
        fresh = [name for name in names if name not in self.prepared]
        for name in fresh:
            self.prepared.add(name)
            module, _, function = name.partition(":")
            with suppress(Exception):
                imported = importlib.import_module(module)
                if function:
                    getattr(imported, function)()
        if fresh:
            gc.collect()
            gc.freeze()  # the collector leaves shared pages alone, so they stay shared

    def _fork(self, line: int, grave: int) -> None:
        process = os.fork()
        if process == 0:
            code = 1
            try:
                os.setpgid(0, 0)
                self._become_notebook(line, grave)
                code = 0
            except SystemExit:
                code = 0
            except BaseException:
                sys.excepthook(*sys.exc_info())
            finally:
                os._exit(code)
        with suppress(ProcessLookupError, PermissionError):
            os.setpgid(process, process)
        os.close(line)
        self.graves[process] = grave
        self.poller.register(grave, 0)  # only its closing is of interest

    def _become_notebook(self, line: int, grave: int) -> None:
        nursery = os.getppid()
        if self.libc is not None:
            self.libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != nursery:
            return
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # heard only while a cell runs
        self.control.close()
        for descriptor in (grave, *self.graves.values()):
            os.close(descriptor)
        connection = socket.socket(fileno=line)
        # The client sends the set-up first and nothing else until it has heard hello.
        frames = Frames()
        setup: list[dict[str, Any]] = []
        while not setup:
            data = connection.recv(1 << 16)
            if not data:
                return
            setup = frames.feed(data)
        _Notebook(self.kernel, self.session, self.streams, connection, setup[0]).live()

    def _bury(self) -> None:
        """Reap the dead, with what is left of their group, and tell who waits how they ended."""
        while self.graves:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if found is None:
                return
            self._kill(found.si_pid)
            _, status = os.waitpid(found.si_pid, 0)
            grave = self.graves.pop(found.si_pid, None)
            if grave is not None:
                with suppress(KeyError):
                    self.poller.unregister(grave)
                with suppress(BrokenPipeError):
                    write_status(grave, status)
                os.close(grave)


def run(control: int, owner: int) -> None:
    """Be a nursery: serve requests from the descriptor until the owner's process is gone."""
    nursery = _Nursery(socket.socket(fileno=control), owner)
    try:
        nursery.run()
    finally:
        nursery.end()
        os._exit(0)

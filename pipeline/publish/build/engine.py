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

import platform
import sys
from inspect import isawaitable
from typing import Any

from jupyter_core.utils import ensure_async, run_sync
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat.notebooknode import from_dict
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager
from papermill.log import logger
from papermill.utils import remove_args

from pipeline.publish.build.shell import taken_over
from pipeline.publish.build.time_limit import TimeUp, time_limit


class _Client(PapermillNotebookClient):
    """Papermill's client with a shell in place of a kernel."""

    def execute(self, **_: Any) -> Any:
        """Run all cells; a failed one is marked and ends the run."""
        self.reset_execution_trackers()
        with taken_over() as self.shell:
            self.papermill_execute_cells()
        version = sys.version_info
        self.nb.metadata["language_info"] = {
            "name": "python", "version": platform.python_version(), "mimetype": "text/x-python",
            "codemirror_mode": {"name": "ipython", "version": version.major},
            "pygments_lexer": f"ipython{version.major}", "nbconvert_exporter": "python",
            "file_extension": ".py",
        }  # fmt: skip
        return self.nb

    def papermill_execute_cells(self) -> None:
        """Run the cells that hold code; papermill accounts for each of the others too."""
        for index, cell in enumerate(self.nb.cells):
            skipped = self.skip_cells_with_tag in cell.metadata.get("tags", [])
            if cell.cell_type != "code" or not cell.source.strip() or skipped:
                continue
            self.nb_man.cell_start(cell, index)
            try:
                self.execute_cell(cell, index)
            except CellExecutionError as error:
                self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                break
            finally:
                self.nb_man.cell_complete(cell, cell_index=index)

    def execute_cell(self, cell: Any, cell_index: int, *_: Any, **__: Any) -> Any:
        """Run a cell within its time and fill in what it shows."""
        if self.on_cell_start is not None:
            heard = self.on_cell_start(cell=cell, cell_index=cell_index)
            if isawaitable(heard):  # hardly any is, and an event loop takes its time
                run_sync(ensure_async)(heard)
        cell.outputs, self.clear_before_next_output = [], False
        cell.execution_count = self.shell.execution_count
        seconds = self._get_timeout(cell)
        try:
            with time_limit(seconds):
                result = self.shell.run(cell.source)
            error = result.error_before_exec or result.error_in_exec
        except TimeUp as time_up:  # it rang outside the cell's own code
            error = time_up
        for message in self.shell.shown:
            self.process_message(message, cell, cell_index)
        if isinstance(error, TimeUp):
            raise CellTimeoutError.error_from_timeout_and_cell("Cell timed out", seconds or 0, cell)
        if error:
            words = {"ename": type(error).__name__, "evalue": str(error), "traceback": []}
            reply = {"content": {"status": "error", **words}}
            run_sync(self._check_raise_for_error)(cell, cell_index, reply)
        return cell

    def output(self, outs: Any, msg: Any, display_id: str | None, cell_index: int) -> Any:
        """Keep a result as it is: nbclient checks each by a JSON schema, a twentieth of a page."""
        if msg["msg_type"] != "execute_result" or display_id or self.clear_before_next_output:
            return super().output(outs, msg, display_id, cell_index)
        outs.append(from_dict({"output_type": "execute_result", **msg["content"]}))
        return outs[-1]


class IPythonEngine(NBClientEngine):
    """What ``ipython`` stands for; its options are those of papermill's own engine."""

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
        seconds = options.pop("execution_timeout", None) or options.pop("timeout", None)
        options = remove_args(["input_path", "timeout", "start_timeout"], **options)
        return _Client(nb_man, timeout=seconds, log=logger, **options).execute()

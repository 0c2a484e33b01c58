"""One report: its notebook run by papermill, rendered, and handed over as bytes.

Nothing is written to disk on the way. A report that fails raises ReportFailed, whose message says
in one sentence which report, which cell and why; there is no page then.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Collection, Generator, Iterable, Iterator
from contextlib import chdir, closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import papermill
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.notebooknode import from_dict
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import raise_for_execution_errors
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from papermill.utils import find_first_tagged_cell_index

from pipeline.analysis.files import REPORT_DATA
from pipeline.data.folders import PROCESSED_VARIABLE
from pipeline.publish import reports
from pipeline.publish.build import shell
from pipeline.publish.build.asked import check_declared, check_opened, forget_opened, with_question
from pipeline.publish.build.catalogue import FaultOfOurs, Made, Report, ReportFailed
from pipeline.publish.build.time_limit import TIMEOUT
from pipeline.publish.page.page_info import page_info
from pipeline.publish.page.render import UnfitOutput, for_page, markdown, renderer
from pipeline.publish.page.style import settings
from pipeline.terminal import fault
from pipeline.workers import Died, Tell, TookTooLong, can_fork, in_processes

_ENGINE = "ipython" if can_fork() else None
#: Seconds beyond its time after which a cell that does not hear of it is ended with its process.
GRACE = 5.0
#: What reading a notebook that is none, or is damaged, may raise.
_UNREADABLE = (
    OSError, ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError
)  # fmt: skip


def get_ready(notebooks: Iterable[Path]) -> None:
    """Import, read and prepare what these notebooks need, once, before a process is forked."""
    _import_all()
    for path in notebooks:
        with suppress(*_UNREADABLE):  # it will be said when the notebook is run
            notebook, _ = _read(path, path.stat().st_mtime_ns)
            for cell in notebook.cells:
                if cell.cell_type == "markdown":
                    markdown(cell.source)


@cache
def _import_all() -> None:
    with chdir(Path(__file__).parent):  # matplotlib would read settings of the working folder
        for module in pkgutil.walk_packages(reports.__path__, f"{reports.__name__}."):
            importlib.import_module(module.name)
        settings()
    renderer()
    shell.get_ready()


def pages_of(
    reports: Collection[Report],
    processed: Path,
    notebooks: Path,
    timeout: int | None,
    at_once: int,
) -> Generator[Made, None, None]:
    """Each report with its page, or with None and why there is none.

    Each is made in a process of its own, ``at_once`` at the same time, in the order they are done.
    The longest first, so that none is still running alone at the end.
    """
    folder = processed / REPORT_DATA
    data = {
        name: sum(path.stat().st_size for path in (folder / name).glob("*"))
        for name in {report.folder for report in reports}
    }
    cells = {
        name: path.stat().st_size if (path := notebooks / f"{name}.ipynb").is_file() else 0
        for name in {report.notebook for report in reports}
    }
    longest_first = sorted(
        reports, key=lambda report: data[report.folder] * cells[report.notebook], reverse=True
    )

    def page(task: tuple[Report, _Prepared | None], tell: Tell) -> bytes:
        report, prepared = task
        return run_report(report, processed, notebooks, timeout, tell, prepared)

    def tasks() -> Iterator[tuple[Report, _Prepared | None]]:
        # Here it costs least: a forked process copies the memory of whatever takes part.
        for report in longest_first:
            prepared = None
            with suppress(Exception):  # it will be said when the notebook is run
                prepared = _prepared(report, notebooks)
            yield report, prepared

    patience = None if timeout is None else timeout + GRACE
    with closing(in_processes(page, tasks(), at_once, patience)) as done:
        for (report, _), made, error in done:
            yield report, made, None if error is None else _failure(report, error, timeout)


def _failure(report: Report, error: Exception, timeout: int | None) -> ReportFailed:
    at = getattr(error, "at", "") or report.name
    if isinstance(error, ReportFailed):
        return error
    if isinstance(error, TookTooLong):
        return ReportFailed(f"{at} was stopped: it took longer than {timeout} s.")
    if isinstance(error, Died):
        return ReportFailed(f"{at} failed: {error}.")
    return FaultOfOurs(fault(error, f"making {report.name} from {report.folder}"))


def run_report(
    report: Report,
    processed: Path,
    notebooks: Path,
    timeout: int | None = TIMEOUT,
    tell: Tell = lambda _: None,
    prepared: _Prepared | None = None,
) -> bytes:
    """Run a report's notebook and return its page as UTF-8.

    Parameters
    ----------
    report
        What to make.
    processed
        Folder of processed tables; the notebook finds it through PIPELINE_PROCESSED.
    notebooks
        Folder of notebooks; a notebook runs in it, as it does in JupyterLab.
    timeout
        Seconds one cell may take; None for as long as it likes.
    tell
        Is told at each cell which one it is.
    prepared
        Its notebook, if that was prepared before.

    Raises
    ------
    ReportFailed
        A parameter is not declared, a cell failed or never ended, the notebook's process died, or
        an output may not stand on a page.
    """
    ready, where = prepared or _prepared(report, notebooks)
    forget_opened()
    at = report.name

    def started(cell: Any, cell_index: int) -> None:
        nonlocal at
        at = where[cell_index]
        tell(at)

    try:
        with _environment(PROCESSED_VARIABLE, str(processed.resolve())):
            executed = _executed(ready, notebooks, timeout, started)
    except PapermillExecutionError as error:
        cause = f"{error.ename}: {_first_line(error.evalue)}" if error.evalue else error.ename
        raise ReportFailed(f"{where[error.cell_index]} failed: {cause}") from None
    except CellTimeoutError:
        raise ReportFailed(f"{at} was stopped: it took longer than {timeout} s.") from None
    except NoSuchKernel as error:
        raise ReportFailed(
            f"{report.name}: the notebook {report.notebook}.ipynb asks for the kernel "
            f"'{error.name}', which is not installed; choose Python 3 in JupyterLab and save it."
        ) from None
    except DeadKernelError as error:
        raise ReportFailed(f"{at} failed: {error}") from None
    try:
        html = renderer().html(
            check_opened(report, executed), page_info(report.about, report.edition)
        )
    except UnfitOutput as error:
        raise ReportFailed(f"{report.name}: {error}.") from None
    return html.encode("utf-8")


class _Prepared(NamedTuple):
    """A notebook with the cells of its page and a report's parameters, and what each is called."""

    ready: Any
    where: list[str]


def _prepared(report: Report, notebooks: Path) -> _Prepared:
    path = notebooks / f"{report.notebook}.ipynb"
    try:
        notebook, declared = _read(path, path.stat().st_mtime_ns)
    except _UNREADABLE as error:
        raise ReportFailed(
            f"{report.name}: the notebook {path.name} cannot be read ({_first_line(error)})."
        ) from None
    check_declared(report, notebook, declared)
    run = for_page(notebook)
    ready = from_dict(with_question(report, run))
    if report.parameters:  # papermill would warn of a notebook that takes none
        ready = parameterize_notebook(ready, report.parameters, engine_name=_ENGINE)
    return _Prepared(ready, _where(report, notebook, run))


def _executed(ready: Any, folder: Path, timeout: int | None, started: Any) -> Any:
    """A notebook run in this folder by papermill, with its outputs.

    These and ``_prepared`` are the steps of ``papermill.execute_notebook`` but for its files: it
    would write the notebook out as JSON and check it by a schema, before and after, though nobody
    asked for a file.
    """
    kernel = papermill_engines.nb_kernel_name(_ENGINE, ready)
    with chdir(folder):
        executed = papermill_engines.execute_notebook_with_engine(
            _ENGINE, ready, kernel,
            progress_bar=False, execution_timeout=timeout, on_cell_start=started,
        )  # fmt: skip
    raise_for_execution_errors(executed, None)
    return executed


@cache
def _read(path: Path, changed: int) -> tuple[Any, list[str]]:
    """A notebook with the parameters that it declares."""
    notebook = load_notebook_node(str(path))
    nbformat.validate(notebook)
    # Papermill would warn of one without any, such as a notebook that makes no report.
    declares = any("parameters" in cell.metadata.get("tags", []) for cell in notebook.cells)
    return notebook, list(papermill.inspect_notebook(notebook)) if declares else []


def _where(report: Report, notebook: Any, run: Any) -> list[str]:
    """Name the cells that run as their author knows each, by number in the file and first line."""
    numbers = {id(cell): number for number, cell in enumerate(notebook.cells, start=1)}
    given = find_first_tagged_cell_index(run, "parameters") if report.parameters else -1
    names = []
    for index, cell in enumerate(run.cells):
        said = f' "{_first_line(cell.source, 60)}"' if cell.source.strip() else ""
        named = f"{report.name}: cell {numbers[id(cell)]} of {report.notebook}.ipynb{said}"
        # Papermill puts a cell of its own after the one with the parameters.
        names += [named, named] if index == given else [named]
    return [*names, report.name]  # the last one is not the author's (``with_question``)


def _first_line(words: object, length: int = 300) -> str:
    lines = str(words).strip().splitlines() or [""]
    return lines[0] if len(lines[0]) <= length else lines[0][: length - 1] + "…"


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before

"""Two other engines that run notebooks within a process, beside ours: how fast, and what leaks.

execnb and ploomber-engine live in an environment of their own, ``.venv-rivals``; this module is run
there. A rival gets the same notebooks, parameters and number of processes as we do; each process
has imported all before the clock starts, keeps one of nbconvert's HTML exporters, and makes one
report after the other.

``python -m bench.rivals ENGINE PROCESSED COUNT PROCESSES`` prints seconds and processor seconds;
``python -m bench.rivals ENGINE`` prints what a second notebook sees of what a first one left.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import nbformat

from bench.warmed import NOTEBOOKS, comparisons
from pipeline.data.folders import PROCESSED_VARIABLE
from pipeline.publish.build.catalogue import Report
from pipeline.surroundings import settle

#: What a notebook may leave behind, and how the next one looks for it.
LEFT = {
    "environment": ('os.environ["LEFT"] = "here"', '"LEFT" in os.environ'),
    "rcParams": (
        'matplotlib.rcParams["font.size"] = 33.0', 'matplotlib.rcParams["font.size"] == 33.0'
    ),
    "a builtin": ("builtins.left = True", 'hasattr(builtins, "left")'),
    "working folder": ('os.chdir("/")', 'os.getcwd() == "/"'),
    "a thread": (
        'threading.Thread(target=time.sleep, args=(60,), name="left", daemon=True).start()',
        'any(thread.name == "left" for thread in threading.enumerate())',
    ),
}  # fmt: skip
_IMPORTS = "import builtins, json, matplotlib, os, threading, time"
#: Runs the notebook of a path with parameters and returns it with its outputs.
Engine = Callable[[Path, dict[str, Any]], Any]


def execnb(path: Path, parameters: dict[str, Any]) -> Any:
    """By execnb, as its documentation shows it: a shell a notebook, which is then closed."""
    from execnb.shell import CaptureShell

    cells = nbformat.read(path, 4).cells
    at = next((i for i, c in enumerate(cells) if "parameters" in c.metadata.get("tags", [])), None)
    code = None
    if at is not None:
        code = "\n".join([cells[at].source, *(f"{k} = {v!r}" for k, v in parameters.items())])
    shell = CaptureShell(path.parent)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / path.name
        shell.execute(path, out, exc_stop=True, inject_code=code, inject_idx=at or 0)
        shell.close()
        made = nbformat.v4.reads_json(out.read_text(encoding="utf-8"))
    for cell in made.cells:  # a float, where nbformat and so nbconvert allow none
        cell.metadata.pop("execution", None)
    return made


def ploomber(path: Path, parameters: dict[str, Any]) -> Any:
    """By ploomber-engine, as its documentation shows it."""
    from ploomber_engine import execute_notebook

    return execute_notebook(
        str(path), None, parameters=parameters, progress_bar=False, cwd=str(path.parent)
    )


def ours(path: Path, parameters: dict[str, Any]) -> Any:
    """As our pages are made: papermill's engine ``ipython`` in a process forked for it."""
    import papermill

    from pipeline.workers import in_processes

    def run(notebook: Path, _: Any) -> Any:
        return papermill.execute_notebook(
            str(notebook), None, parameters=parameters, engine_name="ipython",
            progress_bar=False, cwd=str(notebook.parent),
        )  # fmt: skip

    [(_, made, error)] = in_processes(run, [path], 1)
    if error:
        raise error
    return made


ENGINES: dict[str, Engine] = {"execnb": execnb, "ploomber-engine": ploomber, "ours": ours}


def seen_by_the_next(engine: Engine) -> dict[str, bool]:
    """Run a notebook that leaves things behind, then one that looks for them."""
    looks = ", ".join(f"{name!r}: {look}" for name, (_, look) in LEFT.items())
    spoil = "\n".join([_IMPORTS, *(leave for leave, _ in LEFT.values())])
    look = f"{_IMPORTS}\nprint(json.dumps({{{looks}}}))"
    with tempfile.TemporaryDirectory() as folder:
        made = None
        for name, code in (("spoil", spoil), ("look", look)):
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
            notebook.metadata["kernelspec"] = {
                "name": "python3", "display_name": "Python 3", "language": "python",
            }  # fmt: skip
            path = Path(folder) / f"{name}.ipynb"
            nbformat.write(notebook, path)
            made = engine(path, {})
        assert made is not None
        [output] = made.cells[-1].outputs
        os.chdir(NOTEBOOKS)
    return dict(json.loads("".join(output["text"])))


def prepared(reports: list[Report], folder: Path) -> dict[str, Path]:
    """The notebook of each edition with the cells that it shows, as ours are run."""
    from pipeline.publish.page.render import for_page

    paths: dict[str, Path] = {}
    for report in reports:
        key = f"{report.notebook}-{report.edition}"
        if key not in paths:
            whole = nbformat.read(NOTEBOOKS / f"{report.notebook}.ipynb", 4)
            paths[key] = folder / f"{key}.ipynb"
            nbformat.write(for_page(whole), paths[key])
    return {report.name: paths[f"{report.notebook}-{report.edition}"] for report in reports}


def check(executed: Any, report: Report, page: str) -> None:
    """A run is judged by its outputs: one that failed early looks fast."""
    outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]
    failed = [output for output in outputs if output["output_type"] == "error"]
    shown = sum("text/html" in output.get("data", {}) for output in outputs)
    if failed or shown < 5 or str(report.about["short_name"]) not in page:
        raise RuntimeError(f"{report.name} was not made: {failed[:1]}, {shown} outputs")


def main() -> None:
    """Measure an engine, or look at what it leaves behind."""
    settle()
    engine = ENGINES[sys.argv[1]]
    import matplotlib.pyplot  # noqa: F401

    if len(sys.argv) == 2:
        print(json.dumps(seen_by_the_next(engine)))
        return
    processed, count, processes = sys.argv[2:]
    os.environ[PROCESSED_VARIABLE] = processed
    from nbconvert import HTMLExporter

    from bench.floor import together
    from pipeline.publish import reports as package

    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    importlib.import_module("execnb.shell" if engine is execnb else "ploomber_engine")
    reports = comparisons(Path(processed), int(count))

    with tempfile.TemporaryDirectory() as folder:
        paths = prepared(reports, Path(folder))

        def work(of: Iterable[Report]) -> None:
            exporter = HTMLExporter()
            for report in of:
                executed = engine(paths[report.name], report.parameters)
                page, _ = exporter.from_notebook_node(executed)
                check(executed, report, page)

        print(json.dumps(together(work, reports, int(processes))))


if __name__ == "__main__":
    main()

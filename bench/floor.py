"""The floor: a report's cells and its template in a process that has imported everything.

No papermill, no kernel, no fork, no isolation between reports: what is left is the work. Run as a
program it makes the reports it is told to, on so many processes, and prints the seconds from the
moment when all of them were ready.
"""

from __future__ import annotations

import ast
import copy
import json
import multiprocessing
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import nbformat

from pipeline.data.folders import PROCESSED_VARIABLE
from pipeline.publish.build.catalogue import Report, Wanted, reports_in
from pipeline.publish.build.run import get_ready, renderer
from pipeline.publish.page.page_info import page_info
from pipeline.publish.page.render import for_page


def plain_page(report: Report, notebook: Any) -> str:
    """A report's page by running its cells in this very process."""
    executed = copy.deepcopy(for_page(notebook))
    names: dict[str, Any] = {}
    for cell in executed.cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        shown = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), names)
        if "parameters" in cell.metadata.get("tags", []):
            names.update(report.parameters)
        if shown is not None:
            assert isinstance(shown, ast.Expr)
            value = eval(compile(ast.Expression(shown.value), "cell", "eval"), names)
            if value is not None:
                data = {"text/plain": repr(value)}
                if hasattr(value, "_repr_html_"):
                    data["text/html"] = value._repr_html_()
                cell.outputs.append(nbformat.v4.new_output("execute_result", data=data))
    return renderer().html(executed, page_info(report.about, report.edition))


def _work(reports: list[Report], notebooks: Path, ready: Any, go: Any) -> None:
    read = {r.notebook: nbformat.read(notebooks / f"{r.notebook}.ipynb", 4) for r in reports}
    ready.wait()
    go.wait()
    for report in reports:
        plain_page(report, read[report.notebook])


def seconds(reports: list[Report], notebooks: Path, processes: int) -> float:
    """Seconds for these reports on so many processes, without their start."""
    get_ready(notebooks / f"{report.notebook}.ipynb" for report in reports)
    context = multiprocessing.get_context("fork")
    ready, go = context.Barrier(processes + 1), context.Event()
    workers = [
        context.Process(target=_work, args=(reports[i::processes], notebooks, ready, go))
        for i in range(processes)
    ]
    for worker in workers:
        worker.start()
    ready.wait()
    began = time.perf_counter()
    go.set()
    for worker in workers:
        worker.join()
    taken = time.perf_counter() - began
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a report failed on the floor")
    return taken


def main() -> None:
    """``python -m bench.floor PROCESSED NOTEBOOKS COUNT PROCESSES``."""
    processed, notebooks, count, processes = sys.argv[1:]
    os.environ[PROCESSED_VARIABLE] = processed
    reports = Wanted(kind="comparison").among(reports_in(Path(processed)))[: int(count)]
    print(json.dumps({"seconds": seconds(reports, Path(notebooks), int(processes))}))


if __name__ == "__main__":
    main()

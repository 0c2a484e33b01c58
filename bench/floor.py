"""The floor: a report's cells and its template in a process that has imported everything.

No papermill, no kernel, no fork, no isolation between reports: what is left is the work. Run as a
program (``python -m bench.floor PROCESSED COUNT PROCESSES``) it makes reports on so many processes
and prints the seconds from the moment when all of them were ready.
"""

from __future__ import annotations

import ast
import copy
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import nbformat

from bench.warmed import NOTEBOOKS, comparisons, cpu
from pipeline.data.folders import PROCESSED_VARIABLE
from pipeline.publish.build.catalogue import Report
from pipeline.publish.build.run import get_ready
from pipeline.publish.page.page_info import page_info
from pipeline.publish.page.render import for_page, renderer


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
                shows = hasattr(value, "_repr_html_")
                data = {"text/html": value._repr_html_()} if shows else {"text/plain": repr(value)}
                cell.outputs.append(nbformat.v4.new_output("execute_result", data=data))
    return renderer().html(executed, page_info(report.about, report.edition))


def together(
    work: Callable[[Iterable[Report]], None], reports: list[Report], processes: int
) -> dict[str, float]:
    """Seconds and processor seconds for reports on so many processes, without their start.

    Whoever is done takes the next, as our own workers do: a fixed half might hold all long pages.
    """
    context = multiprocessing.get_context("fork")
    ready, go = context.Barrier(processes + 1), context.Event()
    taken_so_far = context.Value("i", 0)

    def in_turn() -> Iterator[Report]:
        while True:
            with taken_so_far:
                at = taken_so_far.value
                taken_so_far.value += 1
            if at >= len(reports):
                return
            yield reports[at]

    def share() -> None:
        ready.wait()
        go.wait()
        work(in_turn())

    workers = [context.Process(target=share) for _ in range(processes)]
    for worker in workers:
        worker.start()
    ready.wait()
    before, began = cpu(), time.perf_counter()
    go.set()
    for worker in workers:
        worker.join()
    taken = {"seconds": time.perf_counter() - began, "cpu": cpu() - before}
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a report failed")
    return taken


def main() -> None:
    """Get ready, then time the reports."""
    processed, count, processes = sys.argv[1:]
    os.environ[PROCESSED_VARIABLE] = processed
    reports = comparisons(Path(processed), int(count))
    paths = {report.notebook: NOTEBOOKS / f"{report.notebook}.ipynb" for report in reports}
    get_ready(paths.values())
    read = {name: nbformat.read(path, 4) for name, path in paths.items()}

    def work(of: Iterable[Report]) -> None:
        for report in of:
            plain_page(report, read[report.notebook])

    print(json.dumps(together(work, reports, int(processes))))


if __name__ == "__main__":
    main()

"""Whether a page is the report that was asked for: before its notebook runs, and after.

Whatever changes a parameter on the way (a second cell tagged ``parameters``, a value set again in a
cell below, another report opened by name), the page must not say one thing and hold another.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from nbformat import NotebookNode

from pipeline.publish.build.catalogue import Report, ReportFailed

TAG = "parameters"
_ID = "what-was-opened"


def check_declared(report: Report, notebook: NotebookNode, declared: Sequence[str]) -> None:
    """Refuse a notebook, which declares these parameters, that cannot take a report's as they are.

    Raises
    ------
    ReportFailed
        More than one cell is tagged ``parameters``, or a parameter is not declared there; papermill
        would make the report of the defaults.
    """
    file = f"{report.notebook}.ipynb"
    tagged = [number for number, cell in enumerate(notebook.cells, start=1) if TAG in _tags(cell)]
    if len(tagged) > 1:
        raise ReportFailed(
            f"{report.name}: cells {' and '.join(map(str, tagged))} of {file} are tagged "
            f"'{TAG}'; only one may be: take the tag, or the cell, out."
        )
    unknown = [name for name in report.parameters if name not in declared]
    if unknown:
        there = ", ".join(declared) or "none"
        raise ReportFailed(
            f"{report.name}: {file} declares no parameter {' or '.join(map(repr, unknown))} in "
            f"its cell tagged '{TAG}' (it has: {there})."
        )


def forget_opened() -> None:
    """Begin anew: what this process, or the one it was forked from, opened before is not asked."""
    pages = sys.modules.get("pipeline.publish.reports.report_page")
    if pages is not None:
        pages.forget()


def with_question(report: Report, notebook: NotebookNode) -> NotebookNode:
    """Return the notebook with a last cell that says what was opened, for ``check_opened``."""
    names = list(report.parameters)
    source = (
        "from pipeline.publish.reports.report_page import opened\n"
        f"opened({names!r}, {{name: globals().get(name) for name in {names!r}}})"
    )
    cell = NotebookNode(
        cell_type="code", id=_ID, source=source, metadata=NotebookNode(tags=[]), outputs=[],
        execution_count=None,
    )  # fmt: skip
    return NotebookNode(notebook | {"cells": [*notebook.cells, cell]})


def check_opened(report: Report, executed: NotebookNode) -> NotebookNode:
    """Return the executed notebook without that cell, if the report asked for was opened.

    Raises
    ------
    ReportFailed
        The notebook opened another report, or set a parameter to another value, or shows nothing.
    """
    *cells, last = executed.cells
    answer = last.outputs[-1].data["application/json"]
    file = f"{report.notebook}.ipynb"
    for name, asked in report.parameters.items():
        found = [("is set again below", answer["variables"][name])]
        found += [("is not what was opened", p[name]) for p in answer["pages"] if name in p]
        for how, value in found:
            if value != asked and asked != "":  # empty stands for the notebook's own choice
                raise ReportFailed(
                    f"{report.name}: the parameter '{name}' of {file} {how}: {value!r} instead of "
                    f"{asked!r}; the page would not be the report asked for."
                )
    for page in answer["pages"]:
        if page["report"] != report.folder:
            raise ReportFailed(
                f"{report.name}: {file} opens {page['report']} instead of {report.folder}; the "
                "page would not be the report asked for."
            )
    if not any(cell.get("outputs") for cell in cells):
        raise ReportFailed(f"{report.name}: {file} shows nothing.")
    return NotebookNode(executed | {"cells": cells})


def _tags(cell: NotebookNode) -> Any:
    return cell.metadata.get("tags", [])

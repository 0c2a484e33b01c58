"""Where the time goes from raw tables to pages: processor seconds by stage, forked processes too.

``python -m bench.stages RAW OUT`` makes the comparison reports of a raw folder in OUT, with one
worker, and prints the seconds of each stage. What is done inside a stage within another counts for
the inner one only.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import multiprocessing
import pkgutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.warmed import cpu
from pipeline.surroundings import settle

IMPORTS = "imports"
#: What is timed: functions and methods by the stage they belong to. One that is no longer there
#: counts for the stage that calls it.
STAGES: dict[str, tuple[str, ...]] = {
    "reading and checking the raw tables": ("pipeline.data.load_valid",),
    "tables": ("pipeline.analysis.process.process",),
    "report data": (
        "pipeline.analysis.report_data.reports",
        "pipeline.analysis.report_data.report_files",
        "pipeline.analysis.report_data.quality_reports",
    ),
    "templates and notebooks": ("pipeline.publish.build.run.get_ready",),
    "forks and notebooks": (
        "pipeline.publish.build.run.run_report",
        "pipeline.publish.build.run.pages_of",
    ),
    "tables as HTML": ("pipeline.publish.page.tables.Table.html",),
    "drawing": (
        "pipeline.publish.charts.canvas.Canvas.drawn",
        "pipeline.publish.page.svg.svg_tree",
        "pipeline.publish.page.svg.lean_svg",
    ),
    "spreadsheets and CSV files": (
        "pipeline.publish.page.downloads.xlsx_bytes",
        "pipeline.publish.page.downloads.csv_bytes",
        "pipeline.publish.page.downloads._zipped",
    ),
    "export": ("pipeline.publish.page.render.Renderer.html",),
    "writing": ("pipeline.files.write_whole",),
}
REST = "what is out of date, front page, rest"


class Stopwatch:
    """Seconds by stage, in memory that forked processes share."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._seconds = multiprocessing.Array("d", len(STAGES))
        self._inner: list[float] = []

    def timing(self, stage: int, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, charging what it takes to a stage, less what stages within it take."""

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            self._inner.append(0.0)
            began = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                taken = time.process_time() - began
                inner = self._inner.pop()
                with self._seconds.get_lock():
                    self._seconds[stage] += taken - inner
                if self._inner:
                    self._inner[-1] += taken

        @functools.wraps(function)
        def each_timed(*args: Any, **kwargs: Any) -> Any:
            made = function(*args, **kwargs)
            step = self.timing(stage, made.__next__)
            try:
                while True:
                    yield step()
            except StopIteration:
                return
            finally:
                made.close()

        return each_timed if inspect.isgeneratorfunction(function) else timed

    def found(self) -> dict[str, float]:
        """Seconds by stage."""
        return dict(zip(STAGES, self._seconds, strict=True))


def watch(stopwatch: Stopwatch) -> None:
    """Put the stopwatch round each function wherever the package has bound it."""
    for stage, names in enumerate(STAGES.values()):
        for name in names:
            where, _, last = name.rpartition(".")
            try:
                owner: Any = importlib.import_module(where)
            except ImportError:
                module, _, attribute = where.rpartition(".")
                owner = getattr(importlib.import_module(module), attribute, None)
            function = getattr(owner, last, None)
            if function is None:
                continue
            timed = stopwatch.timing(stage, function)
            if isinstance(owner, type):
                setattr(owner, last, timed)
                continue
            for module in list(sys.modules.values()):
                if getattr(module, "__name__", "").startswith("pipeline"):
                    for bound, value in list(vars(module).items()):
                        if value is function:
                            setattr(module, bound, timed)


def main() -> None:
    """Import everything, then make tables and pages with the stopwatch running."""
    settle()
    import pipeline.analysis.process  # noqa: F401
    from pipeline.publish import reports
    from pipeline.publish.build import run, site  # noqa: F401
    from pipeline.publish.build.catalogue import Wanted
    from pipeline.publish.reports import index  # noqa: F401

    for module in pkgutil.walk_packages(reports.__path__, f"{reports.__name__}."):
        importlib.import_module(module.name)
    imported, began = cpu(), time.perf_counter()
    stopwatch = Stopwatch()
    watch(stopwatch)
    outcome = site.build(
        Path(sys.argv[1]), Path(sys.argv[2]), wanted=Wanted(kind="comparison"), workers=1,
        progress=False, tell=lambda _: None,
    )  # fmt: skip
    if outcome.exit_code:
        raise RuntimeError(str(outcome.failed))
    total = cpu()
    stages = {IMPORTS: imported, **stopwatch.found()}
    stages[REST] = total - sum(stages.values())
    print(
        json.dumps(
            {
                "pages": sum(path.name.startswith("comparison") for path in outcome.written),
                "seconds": time.perf_counter() - began,
                "cpu": total,
                "stages": {name: round(seconds, 3) for name, seconds in stages.items()},
            }
        )
    )


if __name__ == "__main__":
    main()

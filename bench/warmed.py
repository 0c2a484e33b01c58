"""Our own way from the moment when all is imported and read, as the floor and rivals are measured.

As a program: ``python -m bench.warmed PROCESSED COUNT WORKERS [EDITION] [OUT]``. Prints seconds and
processor seconds; with OUT it also writes the pages there.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from pipeline.data.folders import PROJECT
from pipeline.publish.build.catalogue import Report, Wanted, reports_in
from pipeline.publish.build.time_limit import TIMEOUT
from pipeline.surroundings import settle

NOTEBOOKS = PROJECT / "notebooks"


def comparisons(processed: Path, count: int, edition: str = "") -> list[Report]:
    """The first so many comparison reports, of one edition or of both."""
    found = Wanted(kind="comparison").among(reports_in(processed))
    return [report for report in found if not edition or report.edition == edition][:count]


def cpu() -> float:
    """Processor seconds of this process and of those it waited for."""
    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    """Get ready, then time the reports."""
    processed, count, workers, edition, out, *_ = [*sys.argv[1:], "", ""]
    reports = comparisons(Path(processed), int(count), edition)
    settle()
    from pipeline.publish.build.run import get_ready, pages_of

    get_ready({NOTEBOOKS / f"{report.notebook}.ipynb" for report in reports})
    before, began = cpu(), time.perf_counter()
    for report, page, sentence in pages_of(
        reports, Path(processed), NOTEBOOKS, TIMEOUT, int(workers)
    ):
        if page is None:
            raise RuntimeError(sentence)
        if out:
            (Path(out) / report.page).write_bytes(page)
    taken = time.perf_counter() - began
    print(json.dumps({"seconds": taken, "cpu": cpu() - before, "reports": len(reports)}))


if __name__ == "__main__":
    main()

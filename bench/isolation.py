"""What it costs that each notebook has a process of its own, on the machine this runs on.

``python -m bench.isolation PROCESSED COUNT`` prints processor milliseconds: of a process that does
nothing, and how much longer a notebook takes in a new process than in one that ran another before.
The memory that a process shares with the one it was forked from is copied where it writes to it:
how many memory pages a notebook does not find its own is printed too.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from bench.warmed import NOTEBOOKS, comparisons, cpu
from pipeline.publish.build.catalogue import Report
from pipeline.publish.build.time_limit import TIMEOUT
from pipeline.surroundings import settle
from pipeline.workers import in_processes

#: Processes that do nothing, to see what one costs.
PROCESSES = 30


def main() -> None:
    """Get ready as the command does, then measure."""
    processed, count = Path(sys.argv[1]), int(sys.argv[2])
    reports = comparisons(processed, count)
    settle()
    from pipeline.publish.build.run import get_ready, run_report

    get_ready({NOTEBOOKS / f"{report.notebook}.ipynb" for report in reports})

    def once(report: Report) -> tuple[float, int]:
        faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        began = time.process_time()
        run_report(report, processed, NOTEBOOKS, TIMEOUT)
        taken = time.process_time() - began
        return taken, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults

    def both(pair: tuple[Report, Report], _: Any) -> tuple[float, int]:
        (first, pages), (second, others) = once(pair[0]), once(pair[1])
        return first - second, pages - others

    used = cpu()
    for _ in in_processes(lambda *_: None, range(PROCESSES), 1):
        pass
    nothing = (cpu() - used) / PROCESSES
    longer, pages = [], []
    # Each is first once and second once, with another provider's report of its own edition.
    pairs = list(zip(reports, [*reports[2:], *reports[:2]], strict=True))
    for _, found, error in in_processes(both, pairs, 1):
        if found is None:
            raise error or RuntimeError("a report was not made")
        longer.append(found[0])
        pages.append(found[1])
    found = {"process": nothing, "longer": statistics.mean(longer)}
    said = {name: round(1000 * seconds, 1) for name, seconds in found.items()}
    print(json.dumps({**said, "pages": round(statistics.mean(pages))}))


if __name__ == "__main__":
    main()

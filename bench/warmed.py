"""Our own way, measured as the floor is: from the moment when nursery and workers are ready.

As a program: ``python -m bench.warmed PROCESSED NOTEBOOKS COUNT WORKERS``.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipeline.publish.build.catalogue import Wanted, reports_in
from pipeline.publish.build.forking import done_ahead, warm_up
from pipeline.publish.build.pool import Pool
from pipeline.publish.build.run import ReportFailed, renderer, run_report


def main() -> None:
    """Make a first report on each worker, then time the others."""
    processed, notebooks = Path(sys.argv[1]), Path(sys.argv[2])
    count, workers = int(sys.argv[3]), int(sys.argv[4])
    reports = Wanted(kind="comparison").among(reports_in(processed))[:count]
    first = [replace(reports[0], name=f"first-{n}") for n in range(workers)]
    warm_up(done_ahead(sorted(notebooks.glob("*.ipynb"))))
    renderer()
    make = partial(run_report, processed=processed, notebooks=notebooks)
    waiting, began = workers, 0.0
    for _, page, sentence in Pool(make, workers, (ReportFailed,)).run([*first, *reports]):
        if page is None:
            raise RuntimeError(sentence)
        waiting -= 1
        if waiting == 0:
            began = time.perf_counter()
    print(json.dumps({"seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()

"""Our own way, measured as the floor is: from the moment when all is imported and read.

As a program: ``python -m bench.warmed PROCESSED NOTEBOOKS COUNT WORKERS``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from pipeline.publish.build.catalogue import TIMEOUT, Wanted, reports_in
from pipeline.surroundings import settle


def main() -> None:
    """Get ready, then time the reports."""
    processed, notebooks = Path(sys.argv[1]), Path(sys.argv[2])
    count, workers = int(sys.argv[3]), int(sys.argv[4])
    reports = Wanted(kind="comparison").among(reports_in(processed))[:count]
    settle()
    from pipeline.publish.build.run import get_ready, pages_of

    get_ready(notebooks / f"{report.notebook}.ipynb" for report in reports)
    began = time.perf_counter()
    for _, page, sentence in pages_of(reports, processed, notebooks, TIMEOUT, workers):
        if page is None:
            raise RuntimeError(sentence)
    print(json.dumps({"seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()

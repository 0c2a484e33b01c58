"""Probation inspections: from published figures to comparison reports.

One import gives an analyst everything::

    import pipeline as pr

    pr.raw                  # every table as it was copied from the documents, by name
    pr.raw.samples          # ... one of them, a DataFrame; pr.raw.columns_of("samples") explains it
    pr.processed            # the tables worked out from them: comparisons, ratings, actions
    pr.scores("northumbria-crc", 2019, "2.2")      # every score of a standard, with its wording

    pr.comparisons()        # which provider and rounds can be compared
    both = pr.compare("northumbria-crc", 2018, 2019)
    both                    # the findings; the Tab key after both. lists its figures and tables
    both.key_question_figure()                     # a chart; .frame holds its numbers
    both.tables.key_questions                      # a DataFrame, tested, with intervals
    both.sentences                                 # what it says in words
    pr.close_calls(both)    # how few cases would put a key question into another band
    pr.plans(), pr.plan("northumbria-crc-2018")    # action plans likewise

    pr.judge_change(70, 100, 80, 97)               # is a change real, and within how much?
    pr.sample_size(254)                            # cases to read for 80% and 5 points
    pr.margin_of_error(100, 254)                   # ... and back
    pr.likely_shares(80, 97)                       # what a sample of 97 would have shown

    figure, axes = pr.drawing(720, 320)            # a chart of your own in the house style
    pr.chart(figure, "Title", "What it shows.", numbers)

Whatever shows a table or a chart has ``.frame``, its numbers as a DataFrame. Percentages run from
0 to 100, changes and intervals are in percentage points, a missing value is ``pd.NA`` and a status
column says why. A name that does not exist is answered with those that do, the nearest first.

Figures flow one way through three floors, and a later floor imports an earlier one, never back:
``pipeline.data`` reads and validates, ``pipeline.analysis`` rates and compares,
``pipeline.publish`` draws and renders; ``pipeline.explore`` holds the names above.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.explore import (
        chart,
        close_calls,
        compare,
        comparisons,
        drawing,
        eligible_cases_for_design,
        judge_change,
        likely_shares,
        margin_of_error,
        plan,
        plans,
        processed,
        quality,
        raw,
        sample_size,
        scores,
        smallest_detectable_change,
    )

__all__ = [
    "chart", "close_calls", "compare", "comparisons", "drawing", "eligible_cases_for_design",
    "judge_change", "likely_shares", "margin_of_error", "plan", "plans", "processed", "quality",
    "raw", "sample_size", "scores", "smallest_detectable_change",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import on demand: the command line starts without what only analysts need."""
    if name not in __all__:
        raise AttributeError(f"module 'pipeline' has no attribute '{name}'")
    return getattr(import_module("pipeline.explore"), name)


def __dir__() -> list[str]:
    """Offer these names, and nothing else, to the Tab key."""
    return [*__all__, "__doc__"]

"""The other aggregates that a round can be set against, for whoever asks for one of them."""

import pandas as pd

from pipeline.analysis.comparison import with_comparator
from pipeline.analysis.dictionary import column_types
from pipeline.analysis.records import look_up, records
from pipeline.analysis.statistics.bases import base_of
from pipeline.analysis.statistics.benchmark import against_benchmark
from pipeline.analysis.statistics.change import adjusted_by_family
from pipeline.data import Tables, is_missing

_PAIR = ["previous_inspection", "current_inspection"]
_SET_AGAINST = [
    "comparator", "comparator_percent", "comparator_status", "comparator_source",
    "comparator_place", "comparator_caution", "difference_from_comparator", "benchmark_verdict",
    "benchmark_reason", "benchmark_p", "benchmark_bh",
]  # fmt: skip


def other_aggregates(tables: Tables, questions: pd.DataFrame) -> pd.DataFrame:
    """Return the tested key-question comparison set against every aggregate but its own.

    A row a pair of rounds, key question and aggregate that has figures for the framework of the
    later round: the columns on the comparator and the benchmark of ``key_question_comparison``
    (percentages 0-100, p-values 0-1).
    """
    scored = tables["comparator_scores"][["comparator", "framework"]].drop_duplicates()
    framework = {"framework": "current_framework"}
    rows = look_up(
        questions, tables["inspections"], ["current_inspection"], framework, ["inspection"]
    )
    parts = []
    for code, of in scored.groupby("comparator", sort=False):
        here = rows["current_framework"].isin(of["framework"])
        part = rows[here & (rows["comparator"] != code).fillna(True)]
        if part.empty:
            continue
        part = with_comparator(part.assign(comparator=str(code)), tables)
        standings = [_standing(row) for row in records(part)]
        for at, name in enumerate(("benchmark_verdict", "benchmark_reason", "benchmark_p")):
            part[name] = [standing[at] for standing in standings]
        part["benchmark_bh"] = adjusted_by_family(part, part["benchmark_p"])
        parts.append(part)
    columns = ["key_question", *_PAIR, *_SET_AGAINST]
    known = column_types("key_question_comparison")
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return found[columns].astype({name: known[name] for name in columns})


def _standing(row: dict[str, object]) -> tuple[str | None, str, float | None]:
    percent, benchmark = (
        None if is_missing(row[f"{side}_percent"]) else int(str(row[f"{side}_percent"]))
        for side in ("current", "comparator")
    )
    return against_benchmark(percent, base_of(row, "current"), benchmark)

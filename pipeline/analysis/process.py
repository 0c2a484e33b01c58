"""From the raw tables to the processed tables and the dossiers, in one folder."""

import multiprocessing
import signal
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pandas as pd

from pipeline.analysis import plans
from pipeline.analysis.comparison import (
    key_question_comparison,
    prompt_comparison,
    rating_comparison,
)
from pipeline.analysis.files import WholeFolder, csv_bytes
from pipeline.analysis.providers import by_provider
from pipeline.analysis.quality import quality_checks
from pipeline.analysis.ratings.bands import standard_ratings
from pipeline.analysis.report_data import (
    dossier_files,
    dossiers,
    national_dossiers,
    quality_dossiers,
)
from pipeline.analysis.significance_claims import significance_claims
from pipeline.analysis.statistics.change import with_tests
from pipeline.data import Tables, load

Result = TypeVar("Result")

FEW_PROVIDERS = 8
"""Fewer than this are done before other processes would have started."""


def processed_tables(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the processed tables of some providers by name, the quality checks left out.

    ``docs/data-dictionary.md`` lists their columns.
    """
    questions = key_question_comparison(tables)
    prompts = tested(prompt_comparison(tables, questions), tables)
    questions = tested(questions, tables)
    ratings = standard_ratings(tables)
    actions = plans.actions_table(tables)
    return {
        "key_question_comparison": questions,
        "prompt_comparison": prompts,
        "significance_claims": significance_claims(
            tables["significance_claims"], questions, prompts
        ),
        "standard_ratings": ratings,
        "rating_comparison": rating_comparison(tables, ratings),
        "facts": facts(tables),
        "recommendations": plans.recommendations_table(tables),
        "actions": actions,
        "actions_due": plans.due_by_owner_and_month(actions),
    }


def tested(comparison: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Return a comparison with intervals and tests, each at its own framework's level."""
    levels = tables["frameworks"].set_index("framework")["significance_level"]
    framework = tables["inspections"].set_index("inspection")["framework"]
    level = comparison["current_inspection"].map(framework).map(levels)
    parts = [
        with_tests(rows, float(str(value))) for value, rows in comparison.groupby(level, sort=False)
    ]
    return pd.concat(parts).sort_index() if parts else with_tests(comparison)


def facts(tables: Tables) -> pd.DataFrame:
    """Return one row a printed fact, with the name, unit and topic of its measure.

    Columns: inspection, topic, measure, value, unit, previous_value,
    comparator_value, comparator, target, as_printed, status, source; then name,
    better, place, note, previous_status and fact. Values are plain numbers in
    the unit given, or empty; what is printed in words stands in as_printed.
    """
    joined = tables["facts"].merge(tables["measures"], on="measure", validate="many_to_one")
    columns = [
        "inspection", "topic", "measure", "value", "unit", "previous_value", "comparator_value",
        "comparator", "target", "as_printed", "status", "source", "name", "better", "place",
        "note", "previous_status", "fact", "definition",
    ]  # fmt: skip
    return joined[columns]


def process(raw: Path, out: Path, workers: int = 1) -> None:
    """Build every processed table and dossier of a raw folder into ``out``.

    Nothing is touched unless the raw tables pass every rule (InvalidData is
    raised otherwise). Each file is written beside and renamed; a file whose
    content has not changed is left alone, and files that no longer belong are
    removed. Providers are worked on one by one, ``workers`` at a time.
    """
    tables = load(raw)
    frames: dict[str, list[pd.DataFrame]] = defaultdict(list)
    with WholeFolder(out) as folder:
        for processed, files in _each(_provider, list(by_provider(tables).values()), workers):
            folder.write(files)
            for name, frame in processed.items():
                frames[name].append(frame)
        whole = {name: _together(parts) for name, parts in frames.items()}
        whole["quality_checks"] = quality_checks(tables, whole["standard_ratings"])
        shared = quality_dossiers(tables, whole["quality_checks"])
        for dossier in [*shared, *national_dossiers(tables, whole)]:
            folder.write(dossier_files(dossier))
        folder.write({Path(f"{name}.csv"): csv_bytes(frame) for name, frame in whole.items()})


def _together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Join the parts of a table; an empty one would only blur the types of its columns."""
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _provider(tables: Tables) -> tuple[dict[str, pd.DataFrame], dict[Path, bytes]]:
    """Return the processed tables of one provider, and the files of its dossiers."""
    processed = processed_tables(tables)
    files: dict[Path, bytes] = {}
    for dossier in dossiers(tables, processed):
        files |= dossier_files(dossier)
    return processed, files


def _leave_interrupts() -> None:
    """Ctrl-C is for the parent, which ends us; otherwise each of us would print a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _each(work: Callable[[Tables], Result], views: list[Tables], workers: int) -> Iterator[Result]:
    """Do the work for each provider, in order, in several processes where that pays."""
    forks = "fork" in multiprocessing.get_all_start_methods()
    if workers == 1 or len(views) < FEW_PROVIDERS or not forks:
        yield from map(work, views)
        return
    with multiprocessing.get_context("fork").Pool(workers, _leave_interrupts) as pool:
        yield from pool.imap(work, views, chunksize=4)
        # Its threads must be gone before anything is forked from this process again.
        pool.close()
        pool.join()

"""From the raw tables to the processed tables and the dossiers, in one folder."""

from pathlib import Path

import pandas as pd

from pipeline.analysis import plans
from pipeline.analysis.change import with_tests
from pipeline.analysis.claims import significance_claims
from pipeline.analysis.comparison import (
    key_question_comparison,
    prompt_comparison,
    rating_comparison,
)
from pipeline.analysis.dossiers import dossiers
from pipeline.analysis.files import (
    DOSSIERS,
    csv_bytes,
    data_version,
    json_bytes,
    types,
    write_folder,
)
from pipeline.analysis.quality import quality_checks
from pipeline.analysis.ratings import standard_ratings
from pipeline.data import Tables, load


def processed_tables(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return every processed table by name; ``docs/data-dictionary.md`` lists their columns."""
    questions = key_question_comparison(tables)
    prompts = tested(prompt_comparison(tables, questions), tables)
    questions = tested(questions, tables)
    ratings = standard_ratings(tables)
    return {
        "key_question_comparison": questions,
        "prompt_comparison": prompts,
        "significance_claims": significance_claims(
            tables["significance_claims"], questions, prompts
        ),
        "quality_checks": quality_checks(tables, ratings),
        "standard_ratings": ratings,
        "rating_comparison": rating_comparison(tables, ratings),
        "facts": facts(tables),
        "recommendations": plans.recommendations_table(tables),
        "actions": plans.actions_table(tables),
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


def process(raw: Path, out: Path) -> None:
    """Build every processed table and dossier of a raw folder into ``out``.

    Nothing is touched unless the raw tables pass every rule (InvalidData is
    raised otherwise). Each file is written beside and renamed; a file whose
    content has not changed is left alone, and files that no longer belong are
    removed.
    """
    tables = load(raw)
    processed = processed_tables(tables)
    files: dict[Path, bytes] = {}
    for name, frame in processed.items():
        files[Path(f"{name}.csv")] = csv_bytes(frame)
    for dossier in dossiers(tables, processed):
        folder = Path(DOSSIERS) / dossier.name
        about = {
            **dossier.about,
            "data_version": data_version(dossier.tables),
            "types": {name: types(frame) for name, frame in dossier.tables.items()},
        }
        files[folder / "dossier.json"] = json_bytes(about)
        for name, frame in dossier.tables.items():
            files[folder / f"{name}.csv"] = csv_bytes(frame)
    write_folder(out, files)

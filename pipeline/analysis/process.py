"""From the raw tables to the processed tables, and to one dossier a report.

A dossier is the folder a report's notebook reads: only the rows that report
needs, and ``dossier.json``, which says what the report is. Because it holds
nothing else, a change to one provider's plan leaves every other dossier, and
so every other report, as it was.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.analysis import plans
from pipeline.analysis.change import with_tests
from pipeline.analysis.comparison import (
    Pair,
    key_question_comparison,
    pairs_of_inspections,
    prompt_comparison,
    rating_comparison,
)
from pipeline.analysis.headline import headline, overall
from pipeline.analysis.ratings import standard_ratings
from pipeline.data import Tables, load

#: Ten digits: more than any figure here deserves, and the same on every processor.
FLOAT_FORMAT = "%.10g"
DOSSIERS = "dossiers"


@dataclass(frozen=True)
class Dossier:
    """One report's subject: what ``dossier.json`` says and the tables beside it."""

    about: dict[str, Any]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of its folder, and beginning of its reports' names."""
        return str(self.about["dossier"])


def data_version(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the fingerprint of a dossier's figures: 12 digits of a SHA-256 over its tables.

    It covers what the report shows and nothing else, so it changes exactly when
    the report's data does.
    """
    digest = hashlib.sha256()
    for name in sorted(tables):
        content = csv_bytes(tables[name])
        digest.update(f"{name}:{len(content)}\n".encode() + content)
    return digest.hexdigest()[:12]


def processed_tables(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return every processed table by name; ``docs/data-dictionary.md`` lists their columns."""
    questions = key_question_comparison(tables)
    ratings = standard_ratings(tables)
    return {
        "key_question_comparison": tested(questions, tables),
        "prompt_comparison": tested(prompt_comparison(tables, questions), tables),
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


def comparison_name(provider: str, previous: int | None, current: int) -> str:
    """Return the name of a comparison's dossier and leadership report."""
    rounds = f"{current}" if previous is None else f"{previous}-{current}"
    return f"comparison-{provider}-{rounds}"


def comparison_dossier(
    tables: Tables, processed: Mapping[str, pd.DataFrame], pair: Pair
) -> Dossier:
    """Return the dossier of one pair of rounds (or of one round without an earlier one)."""
    codes = [pair.current["inspection"], pair.previous_code]

    def of_pair(name: str) -> pd.DataFrame:
        frame = processed[name]
        here = frame["current_inspection"] == pair.current["inspection"]
        if pair.previous is None:
            return frame[here & frame["previous_inspection"].isna()]
        return frame[here & (frame["previous_inspection"] == pair.previous["inspection"])]

    def of_inspections(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["inspection"].isin(codes)]

    questions, standards = of_pair("key_question_comparison"), of_pair("rating_comparison")
    ratings = of_inspections(processed["standard_ratings"])
    provider = tables["providers"].set_index("provider").loc[pair.provider]
    first = headline(tables, questions, standards, ratings)
    before = None if pair.previous is None else int(pair.previous["round"])
    name = comparison_name(pair.provider, before, int(pair.current["round"]))
    parameters = {
        "provider": pair.provider,
        "previous": before,
        "current": int(pair.current["round"]),
        "comparator": "all-crcs",
    }
    editions = {"leadership": name, "analyst": f"{name}-analyst"}
    now = overall(tables, ratings, str(pair.current["inspection"]))
    about = {
        "dossier": name,
        "kind": "comparison",
        "provider": pair.provider,
        "provider_name": provider["name"],
        "short_name": provider["short_name"],
        "simulated": provider["simulated"] == "yes",
        "title": f"{provider['short_name']}: "
        + (
            f"{before} and {pair.current['round']} inspections compared"
            if before
            else f"{pair.current['round']} inspection"
        ),
        "result": first.set_index("item").loc["overall", "sentence"],
        "round": int(pair.current["round"]),
        "previous_round": before,
        "published": pair.current["published"],
        "rating": now.rating,
        "standfirst": f"{provider['name']} against its earlier inspection and all CRCs"
        if before
        else f"{provider['name']} against all CRCs",
        "dates": [
            f"Round {i['round']}: fieldwork from {i['fieldwork_start_printed']}, "
            f"report published {i['published_printed']}"
            for i in (pair.previous, pair.current)
            if i is not None
        ],
        "period": f"{before}/{pair.current['round']}" if before else str(pair.current["round"]),
        "reports": [
            {
                "name": report,
                "notebook": "comparison",
                "edition": edition,
                "parameters": {**parameters, "edition": edition},
            }
            for edition, report in editions.items()
        ],
    }
    frameworks = [i["framework"] for i in (pair.previous, pair.current) if i is not None]

    def of_frameworks(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["framework"].isin(frameworks)]

    return with_sources(
        about,
        tables["sources"],
        {
            "key_questions": questions,
            "prompts": of_pair("prompt_comparison"),
            "standards": standards,
            "standard_ratings": ratings,
            "headline": first,
            "facts": of_inspections(processed["facts"]),
            "inspections": of_inspections(tables["inspections"]),
            "samples": of_inspections(tables["samples"]).merge(tables["sample_kinds"], on="sample"),
            "discretions": of_inspections(tables["discretions"]),
            "frameworks": of_frameworks(tables["frameworks"]),
            "rating_bands": of_frameworks(tables["rating_bands"]),
            "overall_bands": of_frameworks(tables["overall_bands"]),
            "comparators": tables["comparators"],
        },
    )


def with_sources(
    about: dict[str, Any], sources: pd.DataFrame, tables: dict[str, pd.DataFrame]
) -> Dossier:
    """Return a dossier that holds, besides its tables, the documents they name."""
    named: set[object] = set()
    for frame in tables.values():
        for column in frame.columns:
            if str(column).endswith("source"):
                named |= set(frame[column].dropna())
    return Dossier(about, {**tables, "sources": sources[sources["source"].isin(named)]})


def _subject(previous: int | None, current: int) -> str:
    if previous is None:
        return f"{current} inspection"
    return f"{previous} and {current} inspections compared"


def dossiers(tables: Tables, processed: Mapping[str, pd.DataFrame]) -> list[Dossier]:
    """Return the dossier of every report the data allows."""
    comparisons = [
        comparison_dossier(tables, processed, pair) for pair in pairs_of_inspections(tables)
    ]
    return comparisons + [
        with_sources(
            plans.plan_about(tables, plan),
            tables["sources"],
            plans.plan_dossier(tables, processed, plan),
        )
        for plan in tables["plans"]["plan"]
    ]


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


def types(frame: pd.DataFrame) -> dict[str, str]:
    """Return the columns of a table that are not text, with their types, for whoever reads it."""
    named = {}
    for column in frame.columns:
        kind = frame[column].dtype
        if pd.api.types.is_bool_dtype(kind):
            named[str(column)] = "boolean"
        elif pd.api.types.is_integer_dtype(kind):
            named[str(column)] = "Int64"
        elif pd.api.types.is_float_dtype(kind):
            named[str(column)] = "Float64"
    return named


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a table as CSV bytes: UTF-8, LF line ends, ten digits, missing left empty."""
    text = frame.to_csv(index=False, lineterminator="\n", float_format=FLOAT_FORMAT)
    return text.encode("utf-8")


def json_bytes(about: Mapping[str, Any]) -> bytes:
    """Return a dossier's description as JSON bytes, the same for the same content."""
    return (json.dumps(about, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def write_folder(out: Path, files: Mapping[Path, bytes]) -> None:
    """Make ``out`` hold exactly these CSV and JSON files (its README stays)."""
    for name, content in files.items():
        target = out / name
        if target.is_file() and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            beside.write_bytes(content)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    wanted = {out / name for name in files}
    for old in [*out.glob("*.csv"), *out.glob(f"{DOSSIERS}/*/*")]:
        if old not in wanted:
            old.unlink()
    kept = {path.parent for path in wanted}
    for folder in out.glob(f"{DOSSIERS}/*"):
        if folder not in kept:
            shutil.rmtree(folder, ignore_errors=True)

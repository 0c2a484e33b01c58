"""One dossier a report: the tables its notebook reads, and what the report is.

A dossier holds only the rows its report needs. Because it holds nothing else, a
change to one provider's plan leaves every other dossier, and so every other
report, as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.analysis import plans
from pipeline.analysis.audits.scorecard import scorecard_tables
from pipeline.analysis.comparison import Pair, pairs_of_inspections
from pipeline.analysis.files import DOSSIERS, csv_bytes, data_version, json_bytes, types
from pipeline.analysis.national.dossier import national_tables
from pipeline.analysis.quality.coverage import published_only, quality_about, quality_dossier
from pipeline.analysis.ratings.bands import framework_rows
from pipeline.analysis.ratings.next_rating import (
    route_by_question,
    route_by_standard,
    route_to_overall,
)
from pipeline.analysis.ratings.stability import (
    firmness_of_overall,
    firmness_of_standards,
    firmness_of_total,
)
from pipeline.analysis.records import Row, records
from pipeline.analysis.rounds import rounds_tables
from pipeline.analysis.sentences.headline import headline, overall
from pipeline.analysis.sentences.narrative import overturned_sentence, route_sentences
from pipeline.analysis.significance_claims import claims_in_short, significant_without_a_claim
from pipeline.analysis.statistics.change import detectable_by_sample, families_of_tests, other_tests
from pipeline.analysis.statistics.sample_design import published_designs
from pipeline.data import Tables, is_missing


@dataclass(frozen=True)
class Dossier:
    """One report's subject: what ``dossier.json`` says and the tables beside it."""

    about: dict[str, Any]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of its folder, and beginning of its reports' names."""
        return str(self.about["dossier"])


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
    first = pd.concat([first, _plan_in_brief(tables, pair)], ignore_index=True)
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
        "score": f"{now.points} of {now.most}",
        "direction": _direction(tables, ratings, pair),
        "framework": pair.current["framework"],
        "owner": "" if is_missing(provider["owner"]) else provider["owner"],
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
    outlook_tables = outlook(tables, questions, ratings, pair.current)

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
            "designs": published_designs(of_inspections(tables["samples"]))
            .merge(tables["sample_kinds"][["sample", "name"]], on="sample")
            .merge(tables["inspections"][["inspection", "round"]], on="inspection"),
            "discretions": of_inspections(tables["discretions"]),
            "frameworks": of_frameworks(tables["frameworks"]),
            "rating_bands": of_frameworks(tables["rating_bands"]),
            "overall_bands": of_frameworks(tables["overall_bands"]),
            "comparators": tables["comparators"],
            **outlook_tables,
            **tests_of(processed, questions, pair.current),
        },
    )


def _direction(tables: Tables, ratings: pd.DataFrame, pair: Pair) -> str:
    """Whether the overall rating rose, stayed or fell; empty without an earlier one."""
    if pair.previous is None:
        return ""
    bands = framework_rows(tables["overall_bands"], pair.current["framework"])
    order = list(bands.sort_values("lower_points")["rating"])
    overall = ratings[ratings["standard"] == "overall"].set_index("inspection")["published_rating"]
    then, now = (overall[side["inspection"]] for side in (pair.previous, pair.current))
    if then not in order or now not in order:
        return ""
    step = order.index(now) - order.index(then)
    return "rose" if step > 0 else "fell" if step < 0 else "stayed"


def _plan_in_brief(tables: Tables, pair: Pair) -> pd.DataFrame:
    """Return the line of the first screen on the plan that answers this inspection, if any."""
    answers = tables["plans"]
    answers = answers[(answers["inspection"] == pair.current["inspection"]).fillna(False)]
    lines = [plans.result_line(tables, plan) for plan in answers["plan"]]
    return pd.DataFrame(
        [("plan", line.partition(" ")[0], f"The action plan answers {line}") for line in lines],
        columns=["item", "value", "sentence"],
    )


def outlook(
    tables: Tables, questions: pd.DataFrame, ratings: pd.DataFrame, current: Row
) -> dict[str, pd.DataFrame]:
    """Return the way to the next rating and how firm the ratings are, for one inspection.

    Tables: ``route`` (route_by_standard), ``route_questions`` (route_by_question),
    ``route_sentences`` (sentence), ``firmness`` (firmness_of_standards),
    ``firmness_total`` (firmness_of_total) and ``firmness_overall``
    (firmness_of_overall).
    """
    own = ratings[ratings["inspection"] == current["inspection"]]
    framework = current["framework"]
    standards = framework_rows(tables["standards"], framework)
    bands = framework_rows(tables["rating_bands"], framework)
    rules = framework_rows(tables["discretion_rules"], framework)
    totals = framework_rows(tables["overall_bands"], framework)
    arguments = (questions, own, standards, bands, rules)
    route = route_by_standard(*arguments)
    sentences = route_sentences(route, route_to_overall(route, own, totals))
    return {
        "route": route,
        "route_questions": route_by_question(*arguments),
        "route_sentences": pd.DataFrame({"sentence": sentences}, dtype="string"),
        "firmness": firmness_of_standards(*arguments),
        "firmness_total": firmness_of_total(*arguments, tables["sample_kinds"]),
        "firmness_overall": firmness_of_overall(*arguments, tables["sample_kinds"], totals),
    }


def tests_of(
    processed: Mapping[str, pd.DataFrame], questions: pd.DataFrame, current: Row
) -> dict[str, pd.DataFrame]:
    """Return what analysts ask about the tests of one pair of rounds.

    Tables: ``claims`` and ``claims_in_short`` (the report's own claims of
    significance, replayed), ``unclaimed`` (changes that pass the test though the
    text does not call them significant), ``families`` (many tests at once),
    ``other_tests`` (what other tests would say), ``detectable`` (what these
    samples could have seen) and ``overturned`` (sentence).
    """
    claims = processed["significance_claims"]
    claims = claims[claims["inspection"] == current["inspection"]]
    prompts = processed["prompt_comparison"]
    pair = questions[["provider", "previous_inspection", "current_inspection"]].drop_duplicates()
    prompts = prompts.merge(pair)
    overturned = [overturned_sentence(row) for row in records(questions)]
    families = [
        families_of_tests(frame).assign(family=name)
        for name, frame in (("key questions", questions), ("prompts", prompts))
        if len(frame)
    ]
    return {
        "claims": claims,
        "claims_in_short": claims_in_short(claims),
        "unclaimed": significant_without_a_claim(claims, questions, prompts),
        "families": pd.concat(families),
        "other_tests": other_tests(questions),
        "detectable": detectable_by_sample(questions),
        "overturned": pd.DataFrame(
            {"sentence": [text for text in overturned if text]}, dtype="string"
        ),
    }


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


def dossiers(tables: Tables, processed: Mapping[str, pd.DataFrame]) -> list[Dossier]:
    """Return the dossiers of comparisons, pages through time, score cards and action plans."""
    comparisons = [
        comparison_dossier(tables, processed, pair) for pair in pairs_of_inspections(tables)
    ]
    answers = [
        with_sources(
            plans.plan_about(tables, plan),
            tables["sources"],
            plans.plan_dossier(tables, processed, plan),
        )
        for plan in tables["plans"]["plan"]
    ]
    others = [
        with_sources(found[0], tables["sources"], found[1])
        for provider in tables["providers"]["provider"]
        for make in (rounds_tables, scorecard_tables)
        if (found := make(tables, processed, str(provider)))
    ]
    return [*comparisons, *others, *answers]


def national_dossiers(tables: Tables, processed: Mapping[str, pd.DataFrame]) -> list[Dossier]:
    """Return the national dossiers; ``processed`` holds the tables of all providers."""
    return [
        with_sources(about, tables["sources"], frames)
        for about, frames in national_tables(tables, processed)
    ]


def dossier_files(dossier: Dossier) -> dict[Path, bytes]:
    """Return the files of a dossier: its tables, and ``dossier.json`` with their types.

    The version of its data is a fingerprint of exactly these tables.
    """
    folder = Path(DOSSIERS) / dossier.name
    files = {folder / f"{name}.csv": csv_bytes(frame) for name, frame in dossier.tables.items()}
    about = {
        **dossier.about,
        "data_version": data_version(files),
        "types": {name: types(frame) for name, frame in dossier.tables.items()},
    }
    return {folder / "dossier.json": json_bytes(about), **files}


def quality_dossiers(tables: Tables, checks: pd.DataFrame) -> list[Dossier]:
    """Return the dossier on the data's own quality; none where all figures are simulated.

    ``checks`` is the table quality_checks.
    """
    published = published_only(tables)
    if published["inspections"].empty:
        return []
    quality = quality_dossier(published, checks)
    return [with_sources(quality_about(published, quality), tables["sources"], quality)]

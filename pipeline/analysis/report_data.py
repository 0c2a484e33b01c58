"""The tables that each report shows, and what the report is: one folder a report.

A report's data hold only the rows it needs. Because they hold nothing else, a
change to one provider's plan leaves every other report's data, and so every other
report, as it was. Tables are made for all reports at once and then divided.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.analysis import plans
from pipeline.analysis.about import about_provider, page
from pipeline.analysis.aggregates import other_aggregates
from pipeline.analysis.files import (
    ABOUT,
    FRAMES,
    REPORT_DATA,
    Columns,
    columns_of,
    columns_of_rows,
    data_version,
    frames_bytes,
    json_bytes,
)
from pipeline.analysis.inspections import (
    RENAMED,
    comparator_in_text,
    inspections_in_order,
    pairs_of_inspections,
)
from pipeline.analysis.promises import promises
from pipeline.analysis.quality.coverage import (
    failures,
    published_only,
    quality_about,
    quality_tables,
)
from pipeline.analysis.quality.lookups import ERROR
from pipeline.analysis.ratings.bands import NOT_DERIVED, ratings_compare
from pipeline.analysis.ratings.next_rating import (
    NEXT_RATING,
    next_overall_rating,
    next_rating_by_standard,
)
from pipeline.analysis.ratings.scale import Rated, Scale
from pipeline.analysis.ratings.stability import (
    OF_OVERALL,
    OF_STANDARDS,
    OF_TOTAL,
    stability_of_overall,
    stability_of_standards,
    stability_of_total,
)
from pipeline.analysis.records import Row, grouped, records
from pipeline.analysis.sentences.headline import headline, scores_alike
from pipeline.analysis.sentences.leadership import movement, step, where_it_stands
from pipeline.analysis.sentences.narrative import next_rating_sentences, overturned_sentence
from pipeline.analysis.sentences.phrases import joined
from pipeline.analysis.significance_claims import significant_without_a_claim
from pipeline.analysis.statistics.change import detectable_by_sample, families_of_tests
from pipeline.analysis.statistics.sample_design import published_designs
from pipeline.data import Tables
from pipeline.data.once import once

_PAIR = ["previous_inspection", "current_inspection"]


@dataclass(frozen=True)
class ReportSubject:
    """One report's subject: what ``about.json`` says and the tables next to it."""

    about: dict[str, Any]
    tables: dict[str, Columns] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of its folder, and beginning of its reports' names."""
        return str(self.about["name"])


def report_files(report: ReportSubject) -> dict[Path, bytes]:
    """Return the files of a report's data: what it is, and its tables.

    The version of its data is a fingerprint of exactly these tables.
    """
    folder = Path(REPORT_DATA) / report.name
    content = frames_bytes(report.tables)
    about = {**report.about, "data_version": data_version(content)}
    return {folder / FRAMES: content, folder / ABOUT: json_bytes(about)}


def reports(tables: Tables, processed: Mapping[str, pd.DataFrame]) -> Iterator[ReportSubject]:
    """Return the data of every report of one provider that the tables allow."""
    from pipeline.analysis.audits.scorecard import scorecard_reports
    from pipeline.analysis.rounds import rounds_reports

    yield from comparisons(tables, processed)
    yield from rounds_reports(tables, processed)
    yield from scorecard_reports(tables, processed)
    yield from plan_reports(tables, processed)


class _Divided:
    """Tables divided by a key once, so that the rows of one report are found at once."""

    def __init__(self, frames: Mapping[str, pd.DataFrame], *key: str) -> None:
        self._columns = {name: columns_of(frame) for name, frame in frames.items()}
        self._rows: dict[str, dict[tuple[Any, ...], list[int]]] = {}
        for name, frame in frames.items():
            values = [self._columns[name][k][1] for k in key] if len(frame) else []
            rows = self._rows[name] = {}
            for at, value in enumerate(zip(*values, strict=True)):
                rows.setdefault(value, []).append(at)

    def of(self, *keys: tuple[Any, ...]) -> dict[str, Columns]:
        """Return the rows of some keys, of every table, in the order of the keys."""
        return {name: self.table(name, *keys) for name in self._columns}

    def table(self, name: str, *keys: tuple[Any, ...]) -> Columns:
        """Return the rows of some keys of one table, as columns."""
        at = [at for key in keys for at in self._rows[name].get(key, [])]
        columns = self._columns[name].items()
        first, end = (at[0], at[-1] + 1) if at else (0, 0)
        if at == [*range(first, end)]:  # as nearly always, and cut out at once
            return {column: (kind, values[first:end]) for column, (kind, values) in columns}
        return {column: (kind, [values[row] for row in at]) for column, (kind, values) in columns}


def _rows(table: Columns) -> list[Row]:
    """Return columns as rows."""
    values = (values for _, values in table.values())
    return [dict(zip(table, row, strict=True)) for row in zip(*values, strict=True)]


@once
def _documents(tables: Tables) -> Columns:
    return columns_of(tables["sources"])


def cited(tables: Tables, own: Mapping[str, Columns]) -> Columns:
    """Return the documents that the columns called ``source`` of a report's own tables name."""
    documents = _documents(tables)
    named = {
        value
        for columns in own.values()
        for name, (_, values) in columns.items()
        if name.endswith("source")
        for value in values
    }
    known = [code in named for code in documents["source"][1]]
    return {
        column: (kind, list(compress(values, known)))
        for column, (kind, values) in documents.items()
    }


def with_sources(
    tables: Tables, about: dict[str, Any], frames: Mapping[str, pd.DataFrame]
) -> ReportSubject:
    """Return a report's data: its tables, and the documents they name."""
    own = {name: columns_of(frame) for name, frame in frames.items()}
    return ReportSubject(about, {**own, "sources": cited(tables, own)})


def comparison_name(provider: str, previous: int | str | None, current: int | str) -> str:
    """Return the name of a comparison's data and leadership report, from the rounds' keys."""
    rounds = f"{current}" if previous is None else f"{previous}-{current}"
    return f"comparison-{provider}-{rounds}"


def comparisons(tables: Tables, processed: Mapping[str, pd.DataFrame]) -> Iterator[ReportSubject]:
    """Return the data of each comparison of two rounds, and of each provider's only round."""
    from pipeline.analysis.rounds import through_time

    pairs = records(pairs_of_inspections(tables))
    rounds = inspections_in_order(tables)
    inspections = {row["inspection"]: row for row in records(rounds)}
    of_provider = grouped(records(rounds), "provider")
    by_pair = _Divided(_tables_of_pairs(tables, processed), *_PAIR)
    by_inspection = _Divided(_tables_of_inspections(tables, processed, rounds), "inspection")
    of_frameworks = {name: tables[name] for name in ("frameworks", *_OF_FRAMEWORK)}
    by_framework = _Divided({**of_frameworks, "themes": themes_of(tables)}, "framework")
    kinds = records(tables["sample_kinds"])
    by_comparator = _Divided({"comparators": tables["comparators"]}, "comparator")
    lineage = _Divided({"lineage": tables["lineage"]}, "provider")
    for pair in pairs:
        current = inspections[pair["current_inspection"]]
        previous = _as_predecessor(inspections.get(pair["previous_inspection"]), pair)
        both = [row for row in (previous, current) if row is not None]
        here = pair["previous_inspection"], pair["current_inspection"]
        later = (current["inspection"],)
        each = [(row["inspection"],) for row in both]
        compared, inspected = by_pair.of(here), by_inspection.of(*each)
        questions, standards = (_rows(compared[name]) for name in ("key_questions", "standards"))
        ratings = _rows(inspected["standard_ratings"])
        first = headline(tables, questions, standards, ratings)
        first += _rows(by_inspection.table("plan_line", later))
        framework = {
            name: _rows(by_framework.table(name, (current["framework"],))) for name in _OF_FRAMEWORK
        }
        others = compared["other_aggregates"]["comparator"][1]
        own = {
            **compared,
            **{name: _with_round(columns, previous) for name, columns in inspected.items()},
            **{name: by_inspection.table(name, later) for name in ("claims", "unclaimed")},
            **{
                name: by_framework.table(name, *dict.fromkeys((row["framework"],) for row in both))
                for name in ("frameworks", "rating_bands", "overall_bands", "themes")
            },
            **by_comparator.of(
                *((c,) for c in dict.fromkeys([current["comparator"], *others]) if c is not None)
            ),
            **lineage.of((pair["provider"],)),
            **outlook(framework, kinds, questions, ratings, current),
            "headline": columns_of_rows(first, _HEADLINE),
        }
        del own["plan_line"]
        bands = framework["overall_bands"]
        about = _about(tables, pair, previous, current, ratings, standards, bands)
        about["beside"] = through_time(of_provider[pair["provider"]], current["inspection"])
        yield ReportSubject(about, {**own, "sources": cited(tables, own)})


_OF_FRAMEWORK = ("rating_bands", "overall_bands", "standards", "discretion_rules")
"""Tables of a framework that its ratings follow from."""

_HEADLINE = dict.fromkeys(["item", "value", "sentence", "inspection"], "string")


def _tables_of_pairs(
    tables: Tables, processed: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Return the tables that a comparison shows of its pair of rounds, for all pairs.

    ``key_questions``, ``other_aggregates`` (what else they can be set against), ``prompts``,
    ``standards`` and what analysts ask about the tests:
    ``families`` (many tests at once), ``detectable`` (what these samples could have seen) and
    ``overturned`` (sentence). ``corrected`` are the figures that a later document corrected.
    """
    questions, prompts = processed["key_question_comparison"], processed["prompt_comparison"]
    families = [
        families_of_tests(frame).assign(family=name)
        for name, frame in (("key questions", questions), ("prompts", prompts))
    ]
    significant = questions[questions["overturned_by"].notna()]
    said = [overturned_sentence(row) for row in records(significant)]
    overturned = significant[_PAIR].assign(sentence=pd.array(said, dtype="string"))
    return {
        "key_questions": questions,
        "other_aggregates": other_aggregates(tables, questions),
        "prompts": prompts,
        "standards": processed["rating_comparison"],
        "families": pd.concat(families),
        "detectable": detectable_by_sample(questions),
        "overturned": overturned[overturned["sentence"].notna()],
        "corrected": processed["corrected_figures"],
    }


def _tables_of_inspections(
    tables: Tables, processed: Mapping[str, pd.DataFrame], rounds: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return the tables that a comparison shows of its inspections, for all of them.

    ``claims`` are the report's own claims of significance, replayed; ``unclaimed`` changes that
    pass the test though the text does not call them significant; ``failed_checks`` the checks of
    severity error that the figures fail; ``plan_line`` the line on the plan that answers the
    inspection.
    """
    named = tables["sample_kinds"]
    checks = processed["quality_checks"]
    failed = failures(checks[checks["severity"] == ERROR], tables["measures"])
    answers = plans.plans_in_brief(tables)
    answers = answers[answers["inspection"].notna() & answers["replaced_by"].isna()]
    recommended = tables["recommendations"].groupby("plan").size()
    claims = processed["significance_claims"]
    return {
        "standard_ratings": processed["standard_ratings"],
        "facts": processed["facts"],
        "inspections": rounds,
        "samples": tables["samples"].merge(named, on="sample"),
        "designs": published_designs(tables["samples"])
        .merge(named[["sample", "name"]], on="sample")
        .merge(rounds[["inspection", "round_name"]], on="inspection"),
        "discretions": tables["discretions"],
        "promises": promises(tables),
        "failed_checks": failed[["inspection", "rule", "shown", "detail"]],
        "claims": claims,
        "unclaimed": significant_without_a_claim(
            claims, processed["key_question_comparison"], processed["prompt_comparison"]
        ),
        "plan_line": pd.DataFrame(
            {
                "inspection": answers["inspection"],
                "item": "plan",
                "value": recommended.reindex(answers["plan"], fill_value=0).astype(str).tolist(),
                "sentence": "The action plan answers " + answers["result"],
            },
            dtype="string",
        ),
    }


def themes_of(tables: Tables) -> pd.DataFrame:
    """Return the theme and short name of every key question; one row a framework and key question.

    A key question without a theme in the data is grouped under the domain of its standard and
    called by its label.
    """
    asked = tables["key_questions"][["framework", "key_question", "standard", "label"]]
    frame = asked.merge(tables["themes"], on=["framework", "key_question"], how="left")
    domains = tables["standards"][["framework", "standard", "domain_name"]]
    frame = frame.merge(domains, on=["framework", "standard"], how="left")
    frame["theme"] = frame["theme"].fillna(frame["domain_name"])
    frame["in_short"] = frame["in_short"].fillna(frame["label"])
    return frame[["framework", "key_question", "theme", "in_short"]]


@once
def providers_by_code(tables: Tables) -> dict[str, Row]:
    """Return the rows of ``providers`` by code."""
    return {row["provider"]: row for row in records(tables["providers"])}


def _about(
    tables: Tables,
    pair: Row,
    previous: Row | None,
    current: Row,
    ratings: list[Row],
    standards: list[Row],
    bands: list[Row],
) -> dict[str, Any]:
    """Return what ``about.json`` says of a comparison."""
    provider = providers_by_code(tables)[pair["provider"]]
    before = None if previous is None else _key_of(previous, pair["provider"])
    now = _key_of(current, pair["provider"])
    name = comparison_name(pair["provider"], before, now)
    parameters = {
        "provider": pair["provider"],
        "previous": before,
        "current": now,
        "comparator": current["comparator"] or "",
    }
    short, full = current["provider_short_name"], current["provider_name"]
    names = [row["round_name"] for row in (previous, current) if row is not None]
    against = comparator_in_text(tables, current["comparator"])
    earlier = ""
    if previous is not None:
        same = pair["lineage"] in (None, RENAMED)
        of = previous["provider_name"]
        earlier = "its earlier inspection" if same else f"the inspection of {of}"
    beside = [part for part in (earlier, against) if part]
    rated = {row["inspection"]: row for row in ratings if row["standard"] == "overall"}
    overall = rated[current["inspection"]]
    order = [band["rating"] for band in sorted(bands, key=lambda band: band["lower_points"])]
    earlier_round = "" if previous is None else previous["round_name"]
    called_then = _earlier_name(previous, current)
    lineage = lineage_sentences(tables, pair["provider"], pair["previous_inspection"])
    if called_then:
        lineage.insert(0, f"At the inspection of {earlier_round} it was called {called_then}.")
    then = _then(tables, rated, previous, current)
    ratings_then_now = then["previous_rating"], overall["published_rating"], order
    moved = movement(standards)
    result = where_it_stands(short, earlier_round, *ratings_then_now, moved, overall["status"])
    return {
        **about_provider("comparison", name, pair["provider"], full, short, provider["simulated"]),
        "title": f"{short}: {_title(names)}",
        "result": result,
        "round": now,
        "previous_round": before,
        "round_name": current["round_name"],
        "previous_round_name": earlier_round or None,
        "published": current["published"],
        "previous_published": None if previous is None else previous["published"],
        "rating": overall["published_rating"],
        "rating_status": overall["status"],
        "score": _score(overall["points"], bands),
        **then,
        "direction": _direction(*ratings_then_now),
        "framework": current["framework"],
        "owner": provider["owner"] or "",
        "comparator": current["comparator"] or "",
        "standfirst": f"{full} against {' and '.join(beside)}" if beside else str(full),
        "dates": [_dates(row, full) for row in (previous, current) if row is not None],
        "earlier_name": called_then,
        "lineage": lineage,
        "period": "/".join(names),
        "reports": [
            page(name, "leadership", "leadership", **parameters),
            page(f"{name}-analyst", "comparison", "analyst", **parameters),
        ],
    }


def _title(rounds: list[str]) -> str:
    """Say which rounds a page is about; a label may call itself an inspection already."""
    called = any("inspection" in name for name in rounds)
    if len(rounds) == 1:
        return rounds[0] if called else f"{rounds[0]} inspection"
    return f"{joined(rounds)} {'' if called else 'inspections '}compared"


def _score(points: int | None, bands: list[Row]) -> str:
    """Return a score with the most there is; empty where there is none."""
    if points is None or not bands:
        return ""
    return f"{points} of {max(band['upper_points'] for band in bands)}"


def _then(
    tables: Tables, rated: Mapping[str, Row], previous: Row | None, current: Row
) -> dict[str, Any]:
    """Return the earlier overall rating and score, each None where it does not compare."""
    if previous is None:
        return {"previous_rating": None, "previous_score": None}
    earlier = rated[previous["inspection"]]
    frameworks = previous["framework"], current["framework"]
    alike = _ratings_alike(tables, *frameworks), scores_alike(tables, *frameworks)
    return {
        "previous_rating": earlier["published_rating"] if alike[0] else None,
        "previous_score": earlier["score"] if alike[1] else None,
    }


_ratings_alike = once(ratings_compare)


def _direction(before: Any, now: Any, order: list[Any]) -> str:
    """Whether the overall rating rose, stayed or fell; empty where that cannot be said."""
    if before not in order or now not in order:
        return ""
    return {1: "rose", 0: "stayed", -1: "fell"}[step(before, now, order)]


def _as_predecessor(previous: Row | None, pair: Row) -> Row | None:
    """Return the earlier inspection, its round told by the service where that was another one."""
    if previous is None or pair["lineage"] in (None, RENAMED):
        return previous
    name = f"{previous['round_name']} ({previous['provider_short_name']})"
    return {**previous, "round_name": name}


def _with_round(columns: Columns, inspection: Row | None) -> Columns:
    """Return a table in which the round of an inspection is called as in ``inspection``."""
    if inspection is None or "round_name" not in columns:
        return columns
    kind, names = columns["round_name"]
    told = [
        inspection["round_name"] if code == inspection["inspection"] else name
        for code, name in zip(columns["inspection"][1], names, strict=True)
    ]
    return {**columns, "round_name": (kind, told)}


def _key_of(inspection: Row, provider: str) -> int | str:
    """Return the key of a round, a year as a number; its code where it was another service's."""
    if inspection["provider"] != provider:
        return str(inspection["inspection"])
    key = str(inspection["round_key"])
    return int(key) if key.isdecimal() else key


def _earlier_name(previous: Row | None, current: Row) -> str:
    """Return what a provider was called at its earlier inspection; empty where as now."""
    if previous is None or previous["provider"] != current["provider"]:
        return ""
    name = str(previous["provider_name"])
    return "" if name == current["provider_name"] else name


def named_then(row: Row, name: str) -> str:
    """Return the name that a provider had at an inspection, in brackets; empty where as now."""
    return "" if row["provider_name"] == name else f" (as {row['provider_name']})"


def _dates(row: Row, name: str) -> str:
    """Say when an inspection was made and published, and of what name where it was another."""
    return (
        f"{row['round_name']}{named_then(row, name)}: "
        f"fieldwork from {plans.day_in_words(row['fieldwork_start'])}, "
        f"report published {plans.day_in_words(row['published'])}"
    )


_BECAME = {
    "renamed": "was called {name} before",
    "merged into": "took in {name}",
    "split from": "was part of {name} before",
    "followed": "followed {name}",
}


@once
def _became_by_provider(tables: Tables) -> dict[str, list[Row]]:
    return grouped(records(tables["lineage"]), "provider")


def lineage_sentences(tables: Tables, provider: str, previous: str | None) -> list[str]:
    """Say what services a provider came from, how and when, and which of them compares.

    ``previous`` is the earlier inspection of the page. The last inspection of a predecessor that is
    compared on no page is named, with the reason.
    """
    became = _became_by_provider(tables)
    came_from, ahead = [], [provider]
    while ahead:
        rows = [row for row in became.get(ahead.pop(0), []) if row not in came_from]
        came_from += rows
        ahead += [row["predecessor"] for row in rows if row["kind"] == RENAMED]
    if not came_from:
        return []
    names = tables["providers"].set_index("provider")["short_name"]
    rounds, pairs = inspections_in_order(tables), pairs_of_inspections(tables)
    inspected = {row["inspection"]: row for row in records(rounds)}
    last = {row["provider"]: row for row in records(rounds)}
    paired = set(pairs[pairs["provider"] == provider]["previous_inspection"].dropna())
    then = inspected.get(previous or "", {}).get("provider")
    said = []
    for row in came_from:
        name = names[row["predecessor"]]
        way = _BECAME[row["kind"]].format(name=name)
        day = str(row["date"] or "")
        when = plans.day_in_words(day) if "-" in day else day
        said.append(f"{names[row['provider']]} {way}{f' ({when})' if when else ''}.")
        if row["kind"] == RENAMED:
            continue
        if row["predecessor"] == then:
            said.append(
                f"The earlier figures are those of {name}, with other cases and staff: a "
                "difference is not only a change."
            )
        elif row["predecessor"] in last and last[row["predecessor"]]["inspection"] not in paired:
            said.append(
                f"The inspection of {name} of {last[row['predecessor']]['round_name']} is not "
                "compared: nothing in the data says that figures of the two frameworks may be."
            )
    return said


def outlook(
    framework: Mapping[str, list[Row]],
    sample_kinds: list[Row],
    questions: list[Row],
    ratings: list[Row],
    current: Row,
) -> dict[str, Columns]:
    """Return the way to the next rating and how firm the ratings are, for one inspection.

    ``framework`` holds its rows of ``_OF_FRAMEWORK``. Tables: ``next_rating``
    (next_rating_by_standard), ``next_rating_sentences`` (sentence),
    ``stability`` (stability_of_standards), ``stability_total`` (stability_of_total) and
    ``stability_overall`` (stability_of_overall). Standards whose rating is not published or not
    derived, because a figure is missing, are left out, and there is no total without all of them.
    """
    own = [row for row in ratings if row["inspection"] == current["inspection"]]
    known = [
        row
        for row in own
        if row["published_rating"] is not None and row["agreement"] != NOT_DERIVED
    ]
    complete = len(known) == len(own)
    rateable = {row["standard"] for row in known}
    scale = Scale.of(framework["rating_bands"], framework["discretion_rules"])
    asked = [row for row in questions if row["standard"] in rateable]
    rated = Rated.of(asked, known, framework["standards"], scale)
    totals = framework["overall_bands"]
    next_rating = next_rating_by_standard(rated)
    sentences = (
        next_rating_sentences(next_rating, next_overall_rating(next_rating, own, totals))
        if complete and totals
        else []
    )
    found = {
        "next_rating": columns_of_rows(next_rating, NEXT_RATING),
        "next_rating_sentences": {"sentence": ("string", sentences)},
        "stability": columns_of_rows(stability_of_standards(rated), OF_STANDARDS),
        "stability_total": {},
        "stability_overall": {},
    }
    if rated.questions and complete and totals:
        total = stability_of_total(rated, sample_kinds)
        overall = stability_of_overall(rated, sample_kinds, totals)
        found["stability_total"] = columns_of_rows(total, OF_TOTAL)
        found["stability_overall"] = columns_of_rows(overall, OF_OVERALL)
    return found


def plan_reports(tables: Tables, processed: Mapping[str, pd.DataFrame]) -> Iterator[ReportSubject]:
    """Return the data of the report on each action plan."""
    frames = plans.plan_tables(tables, processed)
    chain = _Divided({"follow_up": frames.pop("follow_up")}, "page")
    divided = _Divided(frames, "plan")
    ordered = inspections_in_order(tables)
    rounds = _Divided({"inspections": ordered}, "provider")
    inspected_by = dict(zip(ordered["inspection"], ordered["provider"], strict=True))
    bands = _Divided({"rating_bands": tables["rating_bands"]}, "framework")
    rules = columns_of(tables["rag_rules"])
    for plan in records(frames["plan"]):
        own = divided.of((plan["plan"],)) | chain.of((plan["plan"],))
        # A plan may be followed up by an inspection of the service that came after the provider.
        later = [inspected_by[code] for code in own["follow_up"]["inspection"][1]]
        own |= rounds.of(*((code,) for code in dict.fromkeys([plan["provider"], *later])))
        own["rag_rules"] = rules
        own |= bands.of(*((code,) for code in dict.fromkeys(own["inspections"]["framework"][1])))
        inspected = plan["provider"] in own["inspections"]["provider"][1]
        about = plans.plan_about(plan, inspected)
        yield ReportSubject(about, {**own, "sources": cited(tables, own)})


def quality_reports(
    tables: Tables, processed: Callable[[str], pd.DataFrame]
) -> list[ReportSubject]:
    """Return the data of the report on the data's own quality; none where all is simulated.

    ``processed`` reads a processed table by its name.
    """
    if (tables["providers"]["simulated"] == "yes").all():
        return []
    published = published_only(tables)
    if published["inspections"].empty:
        return []
    quality = quality_tables(published, processed("quality_checks"), processed("corrected_figures"))
    return [with_sources(tables, quality_about(published, quality), quality)]

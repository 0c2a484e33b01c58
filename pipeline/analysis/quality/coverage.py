"""How much was published, in what form, and how often it was read: the data about the data.

Simulated figures are left out: nobody published them and there is nothing to trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline.analysis.about import page
from pipeline.analysis.quality.readings import double_entries, machine_reads
from pipeline.analysis.quality.rules import FAILED, PASSED, rules_table
from pipeline.analysis.quality.transcription import FIGURE_TABLES
from pipeline.data import Tables
from pipeline.data.figures import FIGURES

NAME = "data-quality"

NUMBER, WORDS, BLANK = "number", "words", "blank"
FORMS = {
    NUMBER: "printed as a number",
    WORDS: "printed in words only",
    BLANK: "left blank, with a reason",
}
_FORM_OF = {
    "published": NUMBER,
    "in words": WORDS,
    **dict.fromkeys(("open", "not published", "no comparable data", "no data", "not known"), BLANK),
    **dict.fromkeys(("qualitative evidence only", "not asked", "suppressed", "withdrawn"), BLANK),
}
_TOPICS = {
    "key_question_scores": "Key questions",
    "comparator_scores": "Key questions, aggregates",
    "prompt_scores": "Prompts",
    "overall_ratings": "Overall score",
    "samples": "Sample sizes",
    "allocation_matrix": "Minimum hours in case allocation",
}
_FACT_TOPICS = {
    "context": "Context",
    "provider": "The provider and its operating model",
    "performance": "Performance against targets",
    "people": "Staff and workload",
    "interviews": "What officers and staff said",
    "case-findings": "Case findings in the text",
    "characteristics": "Characteristics of cases",
    "services": "Services",
    "unpaid-work": "Unpaid work",
    "samples": "Fieldwork and samples, in the text",
}


def published_only(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the tables without simulated providers, inspections, plans and their figures."""
    sources = tables["sources"]
    simulated = set(sources[sources["kind"] == "simulated"]["source"])
    providers = tables["providers"]
    ours = set(providers[providers["simulated"] == "yes"]["provider"])
    kept = {}
    for name, frame in tables.items():
        keep = pd.Series(True, index=frame.index)
        if "source" in frame:
            keep &= ~frame["source"].isin(simulated)
        if "provider" in frame:
            keep &= ~frame["provider"].isin(ours)
        kept[name] = frame[keep]
    plans = set(kept["plans"]["plan"])
    return {
        name: frame[frame["plan"].isin(plans)] if "plan" in frame and name != "plans" else frame
        for name, frame in kept.items()
    }


def figures(tables: Tables) -> pd.DataFrame:
    """Return one row a place where a document prints a figure, or says why it prints none.

    Columns: source, topic, form (``number``, ``words``, ``blank``). A row of facts holds up to four
    figures: the value, the earlier value, the one beside it and the target; what is simply not
    printed is no row.
    """
    rows = [*_scores(tables), *_facts(tables)]
    return pd.DataFrame(rows, columns=["source", "topic", "form"], dtype="string")


def _scores(tables: Tables) -> Iterator[tuple[str, str, str]]:
    for table, figure, column in FIGURES:
        # A rating is a word, and no figure; facts are counted by their own topics.
        if table not in _TOPICS or figure == "rating":
            continue
        topic = _TOPICS[table]
        for source, status in tables[table][["source", column]].itertuples(index=False):
            if status != "not entered yet":
                yield str(source), topic, _FORM_OF[str(status)]


def _facts(tables: Tables) -> Iterator[tuple[str, str, str]]:
    topics = tables["measures"].set_index("measure")["topic"]
    for row in tables["facts"].to_dict("records"):
        topic = str(topics[row["measure"]])
        topic = _FACT_TOPICS.get(topic, topic.replace("-", " ").capitalize())
        yield row["source"], topic, _FORM_OF[row["status"]]
        if row["previous_status"] != "not printed":
            yield row["source"], topic, _FORM_OF[row["previous_status"]]
        for column in ("comparator_value", "target"):
            if pd.notna(row[column]):
                yield row["source"], topic, NUMBER


def completeness(tables: Tables) -> pd.DataFrame:
    """Return one row a topic: number, words and blank (how many of each), and total."""
    counts = figures(tables).groupby(["topic", "form"], sort=False).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(FORMS), fill_value=0)
    order = [*_TOPICS.values(), *_FACT_TOPICS.values()]
    known = [topic for topic in order if topic in counts.index]
    counts = counts.loc[known + [topic for topic in counts.index if topic not in order]]
    counts["total"] = counts.sum(axis=1)
    return counts.reset_index().rename_axis(None, axis=1).astype({"topic": "string"})


def documents(tables: Tables) -> pd.DataFrame:
    """Return one row a document: what was copied from it and how much of that was read twice.

    Columns: source, title, published_printed; numbers, words and blanks (figures by form); rows
    (rows of tables of results, plans included), rows_read_twice, rows_blind (read without sight of
    the first copy), corrections (what the comparison put right in the first copy).
    """
    by_form = figures(tables).groupby(["source", "form"]).size().unstack(fill_value=0)
    by_form = by_form.reindex(columns=list(FORMS), fill_value=0)
    rows = pd.concat([tables[name][["source"]] for name in FIGURE_TABLES]).value_counts("source")
    readings = tables["second_readings"]
    counted = readings[readings["table"].isin(FIGURE_TABLES)]
    again = counted.groupby("source")[["rows", "blind", "differences"]].sum()
    found = tables["sources"][["source", "title", "published_printed"]].copy()

    def of(series: pd.Series) -> pd.Series:
        return found["source"].map(series).fillna(0).astype("Int64")

    return found.assign(
        numbers=of(by_form[NUMBER]),
        words=of(by_form[WORDS]),
        blanks=of(by_form[BLANK]),
        rows=of(rows),
        rows_read_twice=of(again["rows"]),
        rows_blind=of(again["blind"]),
        corrections=of(again["differences"]),
    )


def rule_results(checks: pd.DataFrame) -> pd.DataFrame:
    """Return one row a rule as in ``rules_table``, with passed and failed (numbers of checks)."""
    counts = checks.groupby(["rule", "result"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=[PASSED, FAILED], fill_value=0)
    rules = rules_table()
    return rules.assign(
        passed=rules["rule"].map(counts[PASSED]).fillna(0).astype("Int64"),
        failed=rules["rule"].map(counts[FAILED]).fillna(0).astype("Int64"),
    )


def quality_tables(
    tables: Tables, checks: pd.DataFrame, corrected: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return the tables of the data-quality report.

    ``documents``, ``completeness``, ``rules`` (with the numbers of checks passed and failed),
    ``failures`` (the checks that failed, with ``shown``, the subject in words), ``register`` (the
    discrepancies), ``corrected`` (the figures that a later document corrected), ``inspections``;
    where there are any, ``double_entries``, ``machine_reads`` and ``machine_readings`` (how the
    figures were copied). ``tables`` hold published figures only (``published_only``), ``checks``
    is ``quality_checks``, ``corrected`` is ``corrected_figures``.
    """
    inspections = tables["inspections"]
    here = checks[
        checks["inspection"].isna() | checks["inspection"].isin(inspections["inspection"])
    ]
    copied = {
        "double_entries": double_entries(tables),
        "machine_reads": machine_reads(tables),
        "machine_readings": tables["machine_readings"],
    }
    return {
        "documents": documents(tables),
        "completeness": completeness(tables),
        "rules": rule_results(here),
        "failures": failures(here, tables["measures"]),
        "register": tables["discrepancies"],
        "corrected": corrected[corrected["inspection"].isin(inspections["inspection"])],
        "inspections": inspections,
        **{name: frame for name, frame in copied.items() if len(frame)},
    }


def failures(checks: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    """Return the checks that failed, with ``shown``: the subject, a measure by its name."""
    failures = checks[checks["result"] == FAILED].drop(columns="result")
    names = dict(zip(measures["measure"], measures["name"], strict=True))

    def in_words(subject: str) -> str:
        first, comma, rest = subject.partition(", ")
        return str(names.get(first, first)) + comma + rest

    return failures.assign(
        shown=failures["subject"].map(in_words, na_action="ignore").astype("string")
    )


def quality_about(tables: Tables, own: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return what ``about.json`` says of the data-quality report (``tables`` as published)."""
    read = own["documents"]
    rules = own["rules"]
    figures_there = int(read["numbers"].sum())
    checks = int(rules["passed"].sum() + rules["failed"].sum())
    published = tables["sources"]["published"].sort_values()
    years = sorted({str(day)[:4] for day in published})
    return {
        "name": NAME,
        "kind": NAME,
        "provider": "",
        "provider_name": "",
        "simulated": False,
        "title": "The quality of the published figures",
        "result": f"{figures_there:,} figures from {len(read)} documents; {checks:,} checks "
        f"of figures and wording, of which {int(rules['passed'].sum()):,} passed; "
        f"{len(own['register'])} discrepancies on the register.",
        "standfirst": "What was published, how far it agrees with itself, and what is done where "
        "it does not",
        "published": str(published.iloc[-1]),
        "period": years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}",
        "reports": [page(NAME, "data_quality")],
    }

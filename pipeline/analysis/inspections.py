"""Inspections in order of time: what a round is called, what it is compared with."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from typing import Any

import pandas as pd

from pipeline.analysis.records import Row, grouped, look_up, records, row_values
from pipeline.data import Tables
from pipeline.data.once import once

RENAMED = "renamed"
"""The kind of lineage in which a service stays the same: its figures compare as one provider's."""


@once
def inspections_in_order(tables: Tables) -> pd.DataFrame:
    """Return the inspections by provider and, within one, by fieldwork and publication.

    A row an inspection: the columns of the raw table and ``round_key`` (the year where the
    provider has one inspection in it, else the inspection's code without the provider's),
    ``round_name`` (its label, else its key), ``provider_name`` and ``provider_short_name`` (as they
    were at the inspection, else as they are), and ``comparator``, the aggregate it is set against:
    the one it names, else the only one its own report prints, else its framework's, else the only
    one with figures for its framework, if that is no newer; empty where there is none.

    >>> from pipeline.data import load
    >>> inspections_in_order(load())["round_key"].tolist()
    ['2018', '2019']
    """
    order = ["provider", "fieldwork_start", "published", "inspection"]
    rows = tables["inspections"].sort_values(order, ignore_index=True)
    named = look_up(rows[["provider"]], tables["providers"], ["provider"], ["name", "short_name"])
    rows["provider_name"] = rows["provider_name"].fillna(named["name"])
    rows["provider_short_name"] = rows["provider_short_name"].fillna(named["short_name"])
    year = rows["round"].astype("string")
    alone = ~rows.duplicated(["provider", "round"], keep=False)
    codes = [
        code.removeprefix(f"{provider}-")
        for provider, code in row_values(rows, ["provider", "inspection"])
    ]
    rows["round_key"] = year.where(alone, pd.Series(codes, rows.index, dtype="string"))
    rows["round_name"] = rows["label"].fillna(rows["round_key"])
    rows["comparator"] = _comparators(rows, tables)
    return rows


def _comparators(rows: pd.DataFrame, tables: Tables) -> pd.Series:
    """Return the code of the aggregate of each inspection, by the order of choice above."""
    source = dict(row_values(tables["comparators"], ["comparator", "source"]))
    published = dict(row_values(tables["sources"], ["source", "published"]))
    default = dict(row_values(tables["frameworks"], ["framework", "comparator"]))
    scored: dict[Any, set[Any]] = defaultdict(set)
    for code, framework in row_values(tables["comparator_scores"], ["comparator", "framework"]):
        scored[framework].add(code)
        scored[framework, source[code]].add(code)
    chosen = []
    columns = ["comparator", "framework", "source", "published"]
    for named, framework, own_report, day in row_values(rows, columns):
        own, alone = (
            next(iter(found)) if len(found) == 1 else pd.NA
            for found in (scored[framework, own_report], scored[framework])
        )
        # What nobody named for this inspection, and is newer than its report, does not judge it.
        others = (
            code
            for code in (default[framework], alone)
            if not _is_newer(published.get(source.get(code), pd.NA), day)
        )
        known = (code for code in (named, own, *others) if code is not pd.NA)
        chosen.append(next(known, pd.NA))
    return pd.Series(chosen, index=rows.index, dtype="string")


def _is_newer(one: Any, other: Any) -> bool:
    """Whether a day is after another; where only a month or year is known, by that."""
    known = one is not pd.NA and other is not pd.NA
    return known and one[: len(other)] > other[: len(one)]


@once
def comparator_in_text(tables: Tables, comparator: str | None, *, period: bool = False) -> str:
    """Return an aggregate as a sentence names it, with its period if asked; empty for none."""
    for row in records(tables["comparators"]):
        if row["comparator"] == comparator:
            name = str(row["short_name"] or row["name"])
            name = name[0].lower() + name[1:] if name.startswith("All ") else name
            return f"{name} ({row['period']})" if period and row["period"] else name
    return ""


def shared_comparator(tables: Tables, codes: Iterable[str | None]) -> str:
    """Return the one aggregate of several figures in words; empty for none, or several."""
    found = set(codes)
    return comparator_in_text(tables, found.pop()) if len(found) == 1 else ""


@once
def pairs_of_inspections(tables: Tables) -> pd.DataFrame:
    """Return every inspection with each earlier one it may be looked at with.

    Columns: ``provider`` (of the later inspection), ``previous_inspection`` and
    ``previous_framework`` (missing in the one row of a provider inspected once),
    ``current_inspection``, ``current_framework``, ``comparator`` (of the later inspection) and
    ``lineage``: how the service inspected earlier became this provider, where it was another. The
    inspections of a service that was renamed are paired with its successor's as if they were its
    own. Of any other predecessor the last inspection is paired with the successor's first, where
    both are of one framework or ``comparability`` lets figures of the two be compared.
    """
    rounds = records(inspections_in_order(tables))
    place = {row["inspection"]: at for at, row in enumerate(rounds)}
    of_provider = grouped(rounds, "provider")
    came_from = _predecessors(tables)
    stated = row_values(
        tables["comparability"], ["previous_framework", "current_framework", "comparable"]
    )
    alike = {(before, now) for before, now, comparable in stated if comparable != "no"}
    rows: list[tuple[str | None, ...]] = []
    for provider, own in list(of_provider.items()):
        pairs: list[tuple[Row, Row, str | None]] = [
            (earlier, later, None) for earlier, later in combinations(own, 2)
        ]
        for predecessor, how in came_from[provider].items():
            # Of a predecessor that is another service only the last, with the first one after.
            whole = how == RENAMED
            for later in own if whole else own[:1]:
                found = [
                    (earlier, later, how)
                    for earlier in of_provider[predecessor]
                    if earlier["fieldwork_start"] < later["fieldwork_start"]
                    and (
                        whole or _frameworks(earlier, later) in {*alike, _frameworks(later, later)}
                    )
                ]
                pairs += found if whole else found[-1:]
        pairs.sort(key=lambda pair: (place[pair[0]["inspection"]], place[pair[1]["inspection"]]))
        if not pairs and len(own) == 1:
            pairs = [({"inspection": None, "framework": None}, own[0], None)]
        rows += [
            (provider, earlier["inspection"], later["inspection"], *_frameworks(earlier, later),
             later["comparator"], how)
            for earlier, later, how in pairs
        ]  # fmt: skip
    columns = [
        "provider", "previous_inspection", "current_inspection", "previous_framework",
        "current_framework", "comparator", "lineage",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns, dtype="string")


def _frameworks(earlier: Row, later: Row) -> tuple[str | None, str | None]:
    return earlier["framework"], later["framework"]


def _predecessors(tables: Tables) -> dict[str, dict[str, str]]:
    """Return each provider's predecessors, and how each became it (``lineage``).

    What came before a service of another kind that was inspected itself is not gone back to.
    """
    inspected = set(tables["inspections"]["provider"])
    became = grouped(records(tables["lineage"]), "provider")
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for code in list(became):
        ahead = [(code, RENAMED)]
        while ahead:
            at, how = ahead.pop()
            for row in became[at]:
                predecessor = row["predecessor"]
                if predecessor == code or predecessor in found[code]:
                    continue
                # Only a service that was renamed all along is still the same one.
                found[code][predecessor] = kind = row["kind"] if how == RENAMED else how
                if kind == RENAMED or predecessor not in inspected:
                    ahead.append((predecessor, kind))
    return found

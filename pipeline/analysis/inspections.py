"""Inspections in order of time: what a round is called, what it is compared with."""

from collections.abc import Iterable

import pandas as pd

from pipeline.analysis.records import look_up, records
from pipeline.data import Tables

RENAMED = "renamed"
"""The kind of lineage in which a service stays the same: its figures compare as one provider's."""


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
    rows["round_key"] = year.where(alone, _without_provider(rows))
    rows["round_name"] = rows["label"].fillna(rows["round_key"])
    rows["comparator"] = _comparators(rows, tables)
    return rows


def _without_provider(rows: pd.DataFrame) -> pd.Series:
    codes = [
        code.removeprefix(f"{provider}-")
        for provider, code in zip(rows["provider"], rows["inspection"], strict=True)
    ]
    return pd.Series(codes, index=rows.index, dtype="string")


def _comparators(rows: pd.DataFrame, tables: Tables) -> pd.Series:
    """Return the code of the aggregate of each inspection, by the order of choice above."""
    scored = tables["comparator_scores"][["comparator", "framework"]].drop_duplicates()
    known = look_up(scored, tables["comparators"], ["comparator"], ["source"])
    known = look_up(known, tables["sources"], ["source"], ["published"])
    own_report = known[~known.duplicated(["framework", "source"], keep=False)]
    only = known[~known.duplicated("framework", keep=False)]
    alone = look_up(rows[["framework"]], only, ["framework"], ["comparator"])["comparator"]
    published = known.drop_duplicates("comparator").set_index("comparator")["published"]
    key = ["framework", "source"]
    own = look_up(rows[key], own_report, key, ["comparator"])["comparator"]
    default = look_up(rows[["framework"]], tables["frameworks"], ["framework"], ["comparator"])
    chosen = rows["comparator"].fillna(own)
    for other in (default["comparator"], alone):
        # What nobody named for this inspection, and is newer than its report, does not judge it.
        newer = [
            pd.notna(a) and pd.notna(b) and a[: len(b)] > b[: len(a)]
            for a, b in zip(other.map(published), rows["published"], strict=True)
        ]
        chosen = chosen.fillna(other.mask(pd.Series(newer, index=other.index, dtype=bool)))
    return chosen


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
    rounds = inspections_in_order(tables)
    rounds["at"] = range(len(rounds))
    family = _families(tables).merge(
        rounds[["provider", "inspection", "framework", "fieldwork_start", "at"]].rename(
            columns={"provider": "predecessor"}
        ),
        on="predecessor",
    )
    later = rounds[["provider", "inspection", "framework", "comparator", "fieldwork_start", "at"]]
    pairs = later.merge(family, on="provider", how="left", suffixes=("_current", "_previous"))
    own = pairs["lineage"].isna()
    earlier = (own & (pairs["at_previous"] < pairs["at_current"])) | (
        ~own & (pairs["fieldwork_start_previous"] < pairs["fieldwork_start_current"])
    )
    pairs = pairs[earlier & (own | _may_compare(pairs, tables))]
    # Of a predecessor that is another service only the last inspection, with the first one after.
    another = pairs["lineage"].fillna(RENAMED) != RENAMED
    first = pairs["at_current"] == pairs["provider"].map(later.groupby("provider")["at"].min())
    newest = pairs.groupby(["at_current", "predecessor"])["at_previous"].transform("max")
    pairs = pairs[~another | (first & (pairs["at_previous"] == newest))]
    pairs = pairs.sort_values(["at_previous", "at_current"], kind="stable")
    single = ~later["provider"].duplicated(keep=False) & ~later["inspection"].isin(
        pairs["inspection_current"]
    )
    alone = later[single].rename(
        columns={"inspection": "inspection_current", "framework": "framework_current"}
    )
    pairs = pd.concat([pairs, alone]).sort_values("provider", kind="stable", ignore_index=True)
    return pairs.rename(
        columns={
            "inspection_previous": "previous_inspection",
            "inspection_current": "current_inspection",
            "framework_previous": "previous_framework",
            "framework_current": "current_framework",
        }
    )[
        [
            "provider", "previous_inspection", "current_inspection", "previous_framework",
            "current_framework", "comparator", "lineage",
        ]
    ].astype("string")  # fmt: skip


def _families(tables: Tables) -> pd.DataFrame:
    """Return each provider with itself and every service it came from, and how (``lineage``).

    What came before a service of another kind that was inspected itself is not gone back to.
    """
    inspected = set(tables["inspections"]["provider"])
    codes = list(tables["providers"]["provider"])
    became: dict[str, list[tuple[str, str]]] = {}
    for row in records(tables["lineage"]):
        became.setdefault(row["provider"], []).append((row["predecessor"], row["kind"]))
    found: dict[tuple[str, str], str | None] = {(code, code): None for code in codes}
    for code in codes:
        ahead: list[tuple[str, str | None]] = [(code, None)]
        while ahead:
            at, how = ahead.pop()
            for predecessor, kind in became.get(at, []):
                if (code, predecessor) not in found:
                    # Only a service that was renamed all along is still the same one.
                    whole = kind if how in (None, RENAMED) else how
                    found[code, predecessor] = whole
                    if whole == RENAMED or predecessor not in inspected:
                        ahead.append((predecessor, whole))
    rows = [(*key, how) for key, how in found.items()]
    return pd.DataFrame(rows, columns=["provider", "predecessor", "lineage"], dtype="string")


def _may_compare(pairs: pd.DataFrame, tables: Tables) -> pd.Series:
    stated = tables["comparability"]
    stated = stated[stated["comparable"] != "no"]
    allowed = set(
        stated[["previous_framework", "current_framework"]].itertuples(index=False, name=None)
    )
    frameworks = zip(pairs["framework_previous"], pairs["framework_current"], strict=True)
    said = pd.Series([both in allowed for both in frameworks], index=pairs.index, dtype=bool)
    same = pairs["framework_previous"] == pairs["framework_current"]
    return said | (same | (pairs["lineage"] == RENAMED)).fillna(False).astype(bool)

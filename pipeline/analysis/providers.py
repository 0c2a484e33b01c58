"""The raw tables of some providers: their own rows, and what all providers share."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from pandas.util import hash_pandas_object

from pipeline.data import Tables
from pipeline.data.once import Kept
from pipeline.files import of_bytes

SHARED = "shared"
"""Key of the fingerprint of the tables that belong to no provider."""

_OF_DOCUMENTS = ("sources", "second_readings")
"""Tables whose rows are of a document: they belong to those whose rows cite it."""

TELL_WHOSE = ("inspections", "plans", "actions", *_OF_DOCUMENTS)
"""Tables that say whose the rows of others are."""

_PRIME = 1_000_003

_OF_ALL = ("discrepancies", "machine_readings")
"""Tables that only what is made of all providers together shows: the report on quality."""


def of_providers(
    tables: Tables, owned: Mapping[str, pd.Series], providers: Iterable[str]
) -> Tables:
    """Return the tables with the rows of some providers only (``owned`` by ``owner_of``).

    Tables that no provider's own tables and pages may show are not among them.
    """
    codes = set(providers)
    return Kept(
        {
            name: frame[owned[name].isin(codes)] if name in owned else frame
            for name, frame in tables.items()
            if name not in _OF_ALL
        }
    )


def families(tables: Tables) -> list[list[str]]:
    """Return the providers in alphabetical order, those of one lineage or document together.

    What is made of one may depend on the others of its family and on nobody else.
    """
    group = {code: {code} for code in sorted(tables["providers"]["provider"])}
    pairs = list(tables["lineage"][["provider", "predecessor"]].itertuples(index=False, name=None))
    sources = tables["sources"]
    printed = set(sources[sources["kind"] != "simulated"]["source"])
    of_source: dict[str, str] = {}
    for name in ("inspections", "plans"):
        rows = tables[name][["source", "provider"]].itertuples(index=False, name=None)
        for source, provider in rows:
            if source in printed:
                pairs.append((provider, of_source.setdefault(source, provider)))
    for one, other in pairs:
        joined = group[one] | group[other]
        for code in joined:
            group[code] = joined
    return [sorted(codes) for code, codes in group.items() if code == min(codes)]


def fingerprints(
    tables: Tables, owned: Mapping[str, pd.Series], known: Mapping[str, dict[str, str]]
) -> dict[str, dict[str, str]]:
    """Return the fingerprint of each provider's rows by table, or of all rows (``SHARED``).

    A document counts to the rows that cite it, so that one more changes only theirs. ``known`` are
    those of the tables that are as they were, with the documents, which are not read again.
    """
    found = dict(known)
    documents = pd.concat(
        [hash_pandas_object(tables[name].set_index("source")) for name in _OF_DOCUMENTS]
    )
    of_document = documents.groupby(level=0).sum()
    for name in sorted(tables.keys() - known.keys() - {*_OF_DOCUMENTS, *_OF_ALL}):
        frame = tables[name]
        rows = hash_pandas_object(frame, index=False)
        for column in frame.columns[frame.columns.str.endswith("source")]:
            rows = rows * _PRIME + frame[column].map(of_document).fillna(0).astype("uint64")
        whose = owned[name].to_numpy() if name in owned else np.full(len(rows), SHARED)
        found[name] = {
            str(code): of_bytes(of_code.to_numpy().tobytes())
            for code, of_code in rows.groupby(whose, sort=False)
        }
    return found


def mark_of(family: Iterable[str], rows: Mapping[str, dict[str, str]]) -> str:
    """Return one fingerprint of all that some providers' tables are made from."""
    said = [
        f"{name} {code} {of_code[code]}"
        for name, of_code in sorted(rows.items())
        for code in (SHARED, *family)
        if code in of_code
    ]
    return of_bytes("\n".join(said).encode())

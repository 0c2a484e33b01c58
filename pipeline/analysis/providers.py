"""The raw tables of some providers: their own rows, and what all providers share."""

import hashlib
from collections.abc import Iterable, Mapping

import pandas as pd

from pipeline.data import Tables

SHARED = "shared"
"""Key of the fingerprint of the tables that belong to no provider."""


def of_providers(
    tables: Tables, owned: Mapping[str, pd.Series], providers: Iterable[str]
) -> Tables:
    """Return the tables with the rows of some providers only (``owned`` by ``owner_of``)."""
    codes = set(providers)
    return {
        name: frame[owned[name].isin(codes)] if name in owned else frame
        for name, frame in tables.items()
    }


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


def fingerprints(tables: Tables, owned: Mapping[str, pd.Series]) -> dict[str, str]:
    """Return the fingerprint of each provider's own rows, and of what all share (``SHARED``)."""
    digests = {code: hashlib.sha256() for code in tables["providers"]["provider"]}
    shared = hashlib.sha256()
    for name in sorted(tables):
        frame = tables[name]
        rows = pd.util.hash_pandas_object(frame, index=False)
        if name not in owned:
            shared.update(name.encode() + rows.to_numpy().tobytes())
            continue
        for code, of_provider in rows.groupby(owned[name].to_numpy(), sort=False):
            digests[code].update(name.encode() + of_provider.to_numpy().tobytes())
    return {SHARED: shared.hexdigest()} | {c: d.hexdigest() for c, d in digests.items()}

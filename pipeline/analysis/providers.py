"""The raw tables of some providers: their own rows, and what all providers share."""

import hashlib
from collections.abc import Iterable, Mapping

import pandas as pd

from pipeline.data import Tables

SHARED = "shared"
"""Key of the fingerprint of the tables that belong to no provider."""

_OF_DOCUMENTS = ("sources", "second_readings")
"""Tables whose rows are of a document: they belong to those whose rows cite it."""

_OF_ALL = ("discrepancies", "machine_readings")
"""Tables that only what is made of all providers together shows: the report on quality."""


def of_providers(
    tables: Tables, owned: Mapping[str, pd.Series], providers: Iterable[str]
) -> Tables:
    """Return the tables with the rows of some providers only (``owned`` by ``owner_of``).

    Tables that no provider's own tables and pages may show are not among them.
    """
    codes = set(providers)
    return {
        name: frame[owned[name].isin(codes)] if name in owned else frame
        for name, frame in tables.items()
        if name not in _OF_ALL
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
    """Return the fingerprint of each provider's own rows, and of what all share (``SHARED``).

    A document counts to those whose rows cite it, so that one more changes only theirs.
    """
    digests = {code: hashlib.sha256() for code in [*tables["providers"]["provider"], SHARED]}
    cited = _cited(tables, owned)
    for name in sorted(set(tables) - set(_OF_ALL)):
        rows = pd.util.hash_pandas_object(tables[name], index=False)
        if name in _OF_DOCUMENTS:
            parts = {code: rows[tables[name]["source"].isin(cited[code])] for code in cited}
        elif name in owned:
            by_owner = rows.groupby(owned[name].to_numpy(), sort=False)
            parts = {str(code): part for code, part in by_owner}
        else:
            parts = {SHARED: rows}
        for code, part in parts.items():
            digests[code].update(name.encode() + part.to_numpy().tobytes())
    return {code: digest.hexdigest() for code, digest in digests.items()}


def _cited(tables: Tables, owned: Mapping[str, pd.Series]) -> dict[str, set[str]]:
    """Return the documents that the rows of each provider, and those that all share, cite."""
    cited: dict[str, set[str]] = {}
    for name in sorted(set(tables) - {*_OF_DOCUMENTS, *_OF_ALL}):
        frame = tables[name]
        owner = owned.get(name, pd.Series(SHARED, frame.index))
        for column in frame.columns[frame.columns.str.endswith("source")]:
            for code, found in frame[column].dropna().groupby(owner, sort=False):
                cited.setdefault(str(code), set()).update(found)
    return cited

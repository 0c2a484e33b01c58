"""The raw tables of some providers: their own rows, and what all providers share."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
from pandas.util import hash_pandas_object

from pipeline.data import Tables
from pipeline.data.once import Kept
from pipeline.files import of_bytes

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


def marks_of(
    tables: Tables, owned: Mapping[str, pd.Series], rows: dict[str, dict[str, str]]
) -> dict[str, str]:
    """Return for each provider one fingerprint of all rows that its tables are made from.

    They are its family's, and those that belong to no provider. A document counts to the rows that
    cite it, so that one more changes only theirs. ``rows`` holds, by table, the fingerprint of each
    provider's rows and, under "", of those of none; of tables that are not in it, it is filled in.
    """
    of_document = (
        pd.concat([hash_pandas_object(tables[name].set_index("source")) for name in _OF_DOCUMENTS])
        .groupby(level=0)
        .sum()
    )
    for name in tables.keys() - rows.keys() - {*_OF_DOCUMENTS, *_OF_ALL}:
        frame = tables[name]
        hashed = hash_pandas_object(frame, index=False)
        for column in frame.columns[frame.columns.str.endswith("source")]:
            hashed = hashed * _PRIME + of_document.reindex(frame[column], fill_value=0).to_numpy()
        none = np.zeros(len(frame), int), [""]
        at, codes = pd.factorize(owned[name]) if name in owned else none
        hashes = hashed.to_numpy()[np.argsort(at, kind="stable")]
        # Rows of nobody that is known come first, at -1.
        ends = pairwise(np.cumsum(np.bincount(at + 1, minlength=len(codes) + 1)))
        parts = (hashes[begin:end].tobytes() for begin, end in ends)
        rows[name] = dict(zip(codes, map(of_bytes, parts), strict=True))
    marks: dict[str, str] = {}
    for family in families(tables):
        own = [(name, [of.get(code) for code in ("", *family)]) for name, of in rows.items()]
        marks |= dict.fromkeys(family, of_bytes(repr(sorted(own)).encode()))
    return marks

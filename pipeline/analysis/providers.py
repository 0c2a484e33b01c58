"""The raw tables of some providers: their own rows, and what all providers share."""

from collections import defaultdict
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


def marks_of(tables: Tables, owned: Mapping[str, pd.Series]) -> dict[str, str]:
    """Return for each provider one fingerprint of all rows that its tables are made from.

    They are its family's, and those that belong to no provider. A document counts to the rows that
    cite it, so that one more changes only theirs.
    """
    of_document = (
        pd.concat([hash_pandas_object(tables[name].set_index("source")) for name in _OF_DOCUMENTS])
        .groupby(level=0)
        .sum()
    )
    said: dict[str, list[str]] = defaultdict(list)
    for name in sorted(tables.keys() - {*_OF_DOCUMENTS, *_OF_ALL}):
        frame = tables[name]
        rows = hash_pandas_object(frame, index=False)
        for column in frame.columns[frame.columns.str.endswith("source")]:
            rows = rows * _PRIME + of_document.reindex(frame[column], fill_value=0).to_numpy()
        at, codes = pd.factorize(owned[name]) if name in owned else (np.zeros(len(rows), int), [""])
        hashes = rows.to_numpy()[np.argsort(at, kind="stable")]
        # Rows of nobody that is known come first, at -1.
        ends = np.cumsum(np.bincount(at + 1, minlength=len(codes) + 1))
        for code, (begin, end) in zip(codes, pairwise(ends), strict=True):
            said[code].append(f"{name} {of_bytes(hashes[begin:end].tobytes())}")
    marks: dict[str, str] = {}
    for family in families(tables):
        mark = of_bytes("\n".join(line for c in ("", *family) for line in said[c]).encode())
        marks |= dict.fromkeys(family, mark)
    return marks

"""The row of the source itself: the document that was read."""

import pandas as pd

from pipeline.data import Tables
from pipeline.entry.reading.dates import iso
from pipeline.entry.reading.found import Found, Said
from pipeline.entry.reading.identity import Identity


def source_row(
    tables: Tables,
    known: pd.DataFrame,
    code: str,
    kind: str,
    identity: Identity,
    published: Said,
) -> Found:
    """Return the row of ``sources``: the document's own where ``known`` already names one.

    Publisher and licence are those of the latest document of the same kind.
    """
    sources = tables["sources"]
    if len(known):
        code = str(known["source"].iloc[0])
    here = sources[sources["source"] == code]
    if len(here):
        cells = {
            str(name): "" if pd.isna(value) else str(value) for name, value in here.iloc[0].items()
        }
        return Found("sources", cells, "", "already in the raw tables")
    same = sources[sources["kind"] == kind].sort_values("published")
    publisher, licence = ("", "")
    if len(same):
        publisher, licence = str(same["publisher"].iloc[-1]), str(same["licence"].iloc[-1])
    row = Found(
        "sources",
        {
            "source": code,
            "title": identity.name.words,
            "publisher": publisher,
            "published_printed": published.value,
            "published": iso(published.value) or "",
            "kind": kind,
            "licence": licence,
        },
        identity.name.words,
        identity.name.where,
    )
    row.doubt("check title, publisher and licence against the cover")
    return row

"""The rows of the source itself and of a provider that the raw tables do not have yet."""

import re

from pipeline.data import Tables
from pipeline.entry.reading.dates import iso
from pipeline.entry.reading.found import Found
from pipeline.entry.reading.identity import Identity


def source_rows(tables: Tables, code: str, identity: Identity) -> list[Found]:
    """Return the row of ``sources``, and that of the provider where it is a new one.

    ``code`` is that of the inspection or plan.
    """
    source = _source(tables, code, identity)
    return [source] if identity.is_known else [source, _provider(identity)]


def _source(tables: Tables, about: str, identity: Identity) -> Found:
    """Return the document's own row where the raw tables have it, else a new one.

    Publisher and licence are those of the latest document of the same kind.
    """
    if identity.is_plan:
        kind, published = "action plan", identity.submitted
        code, known = f"plan-{about}", tables["plans"].set_index("plan")["source"]
    else:
        kind, published = "inspection report", identity.published
        code, known = f"report-{about}", tables["inspections"].set_index("inspection")["source"]
    code = str(known.get(about, code))
    sources = tables["sources"]
    here = sources[sources["source"] == code]
    if len(here):
        known_row = here.astype("string").fillna("").iloc[0]
        cells = {str(name): str(value) for name, value in known_row.items()}
        return Found("sources", cells, "", "already in the raw tables")
    same = sources[sources["kind"] == kind].sort_values("published")
    latest = same.iloc[-1].to_dict() if len(same) else {}
    row = Found(
        "sources",
        {
            "source": code,
            "title": identity.name.words,
            "publisher": str(latest.get("publisher", "")),
            "published_printed": published.value,
            "published": iso(published.value) or "",
            "kind": kind,
            "licence": str(latest.get("licence", "")),
        },
        identity.name.words,
        identity.name.where,
    )
    row.doubt("check title, publisher and licence against the cover")
    return row


def _provider(identity: Identity) -> Found:
    name = identity.name.value
    full = re.sub(r"\bCRC$", "Community Rehabilitation Company", name)
    row = Found(
        "providers",
        {
            "provider": identity.provider,
            "name": full,
            "short_name": re.sub("Community Rehabilitation Company", "CRC", name),
            "simulated": "no",
        },
        identity.name.words,
        identity.name.where,
    )
    row.doubt("a provider that is not in the raw tables: check both names")
    return row

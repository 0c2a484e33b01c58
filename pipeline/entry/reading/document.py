"""Open a document, see what it is, and read it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.data import Tables
from pipeline.data.package import Resource
from pipeline.entry.documents import Document, open_document
from pipeline.entry.problems import NotAReport
from pipeline.entry.reading.dates import iso
from pipeline.entry.reading.found import Found
from pipeline.entry.reading.identity import Identity, identify
from pipeline.entry.reading.plan import read_plan
from pipeline.entry.reading.proof import check_entered, doubt_unconfirmed
from pipeline.entry.reading.report import read_report
from pipeline.entry.reading.words import simple


def read_document(
    path: Path,
    tables: Tables,
    resources: Sequence[Resource],
    framework: str | None = None,
    provider: str | None = None,
    year: int | None = None,
) -> tuple[Identity, list[Found]]:
    """Return whom a document is about and the rows read from it.

    An action plan needs no framework. Raises NotAReport, in one sentence, where the file is
    neither a report nor a plan.
    """
    document = open_document(path)
    identity = identify(document, tables["providers"], provider)
    if identity.is_plan:
        rows = read_plan(document, path.name, tables, identity, year)
    elif framework is None:
        known = ", ".join(tables["frameworks"]["framework"])
        raise NotAReport(
            f"{path.name} is no action plan; an inspection report is read by its framework: "
            f"add --framework, one of {known}."
        )
    else:
        rows = read_report(document, path.name, framework, tables, resources, identity, year)
    check_entered(rows, tables, resources)
    doubt_unconfirmed(rows, resources)
    about = next(row.cells for row in rows if row.table in ("inspections", "plans"))
    reason = _doubtful_code(document, about, year is not None)
    if not reason and provider is None and not identity.is_known:
        reason = _doubtful_name(document, identity.name.value)
    for row in rows if reason else ():
        row.doubt(reason)
    return identity, rows


def _doubtful_code(document: Document, about: Mapping[str, str], year_is_given: bool) -> str:
    """Say why the provider or the year of which every row's code is made is doubtful, or ""."""
    year = about.get("round") or about.get("year") or ""
    if not about["provider"] or not year:
        return "whose it is was not found: read again with --provider and --round"
    if year_is_given:
        return ""
    if "round" in about:
        named = Counter(re.findall(r"\b(?:19|20)\d\d\b", document.text))
        other = year if named[year] == max(named.values()) else named.most_common(1)[0][0]
    else:
        other = ((iso(about["report_published_printed"]) or "")[:4]) or year
    if other != year:
        return f"its year may be {other}, not {year}: read again with --round"
    return ""


def _doubtful_name(document: Document, name: str) -> str:
    """Say why the name of a provider that the raw tables do not have is doubtful, or ""."""
    named = re.sub(r"Community Rehabilitation Company|\bCRC\b", "", name, flags=re.I)
    times = " ".join(simple(document.text)).count(" ".join(simple(named)))
    return "" if times > 1 else "the provider's name stands once: check it, or use --provider"

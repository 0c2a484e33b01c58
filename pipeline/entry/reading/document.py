"""Open a document, see what it is, and read it."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.data import Tables
from pipeline.data.package import Resource
from pipeline.entry.documents import open_document
from pipeline.entry.problems import NotAReport
from pipeline.entry.reading.found import Found
from pipeline.entry.reading.identity import Identity, identify


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
    from pipeline.entry.reading.plan import read_plan
    from pipeline.entry.reading.report import read_report

    document = open_document(path)
    identity = identify(document, tables["providers"], provider)
    if identity.is_plan:
        return identity, read_plan(document, path.name, tables, identity, year)
    if framework is None:
        known = ", ".join(tables["frameworks"]["framework"])
        raise NotAReport(
            f"{path.name} is no action plan; an inspection report is read by its framework: "
            f"add --framework, one of {known}."
        )
    return identity, read_report(document, path.name, framework, tables, resources, identity, year)

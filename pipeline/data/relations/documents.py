"""Relations of documents: whose each is, of what kind, and that nothing stands in one too early."""

from collections import Counter

import pandas as pd

from pipeline.data.relations.names import looks
from pipeline.data.relations.rule import Frames, Rows, Rule, Wrong, cells, earlier, rows_with

#: Tables of what is printed of an inspection; a document older than its fieldwork cannot hold it.
_OF_INSPECTIONS = (
    "samples", "key_question_scores", "prompt_scores", "ratings", "overall_ratings", "discretions",
    "facts", "significance_claims", "allocation_matrix", "allocation_rules", "follow_up",
)  # fmt: skip
#: Tables of what is printed of a plan; a document older than its submission cannot hold it.
_OF_PLANS = ("recommendations", "responses", "actions")
#: Who cites a document as its own, and the kind of document that it cannot be.
_OWN = (("inspections", "action plan"), ("plans", "inspection report"))


def _dated(table: str, about: str, code: str, date: str) -> Rows:
    """Rows with the day of their document, and a day of the inspection or plan they are about.

    ``own`` is its own document, where other rows of the table cite that for it.
    """
    dated = (
        Rows(table)
        .with_columns(about, code, since=date, own="source")
        .with_columns("sources", "source", printed="published")
    )

    @rows_with(table, *dated.reads)
    def of(tables: Frames) -> pd.DataFrame:
        cited = set(cells(tables[table], code, "source"))
        # Where only one document is cited for it, as mostly, that is its own or its own is not.
        documents = Counter(whose for whose, _ in cited)
        several = [documents[whose] > 1 for whose in tables[table][code].tolist()]
        frame = dated.frame({**tables, table: tables[table][several]})
        there = [pair in cited for pair in cells(frame, code, "own")]
        return frame.assign(own=frame["own"].where(pd.Series(there, frame.index, dtype=bool)))

    return of


def _with_source(table: str) -> Rows:
    """Inspections or plans with the kind and the day of their document."""
    return Rows(table).with_columns("sources", "source", source_kind="kind", printed="published")


def _with_named(table: str) -> Rows:
    """Inspections or plans with the providers that the title of their document names.

    ``others`` is filled where a title names providers of the data, and none of them cites it.
    """

    @rows_with(table, "sources", "providers", *(name for name, _ in _OWN if name != table))
    def of(tables: Frames) -> pd.DataFrame:
        frame, known = tables[table], tables["providers"]
        citing: dict[str, set[str]] = {}
        for name, _ in _OWN:
            for source, provider in cells(tables[name], "source", "provider"):
                citing.setdefault(source, set()).add(provider)
        names = [
            (looks(name).casefold(), provider)
            for provider, *both in cells(known, "provider", "name", "short_name")
            for name in both
        ]
        others: dict[str, object] = {}
        for source, title in cells(tables["sources"], "source", "title"):
            text = looks(title).casefold()
            named = {provider for name, provider in names if name in text}
            if named and not named & citing.get(source, set()):
                others[source] = ", ".join(sorted(named))
        return frame.assign(others=frame["source"].map(others).astype("string"))

    return of


def _of_kind(kind: str) -> Wrong:
    return lambda f: f["source_kind"].eq(kind)


RULES: list[Rule] = [
    *(
        _with_source(table).rule(
            f"document-of-{table}-of-its-kind",
            f"The document of a row of {table}.csv is no {kind}.",
            "source",
            _of_kind(kind),
            "is the code of a document of the kind {source_kind}",
            "check the code, and the kind in sources.csv",
        )
        for table, kind in _OWN
    ),
    *(
        _with_named(table).rule(
            f"document-of-{table}-names-its-provider",
            f"A document in {table}.csv whose title names a provider is cited by that provider.",
            "source",
            lambda f: f["others"].notna(),
            "is a document whose title names {others}, not {provider}",
            "check the provider here, and the names in providers.csv",
        )
        for table, _ in _OWN
    ),
    _with_source("inspections").rule(
        "report-published-with-its-document",
        "A report was published on the day of its document, or this is said.",
        "published",
        lambda f: (
            ~f["source"].duplicated(keep=False)
            & (earlier(f["published"], f["printed"]) | earlier(f["printed"], f["published"]))
        ),
        "is not the day on which its document {source} was published, {printed}",
        "check both dates",
        stops=False,
    ),
    _with_source("plans").rule(
        "plan-submitted-before-its-document",
        "A plan was submitted before its document was published, or on that day.",
        "submitted",
        lambda f: earlier(f["printed"], f["submitted"]),
        "lies after the day of its document {source}, {printed}",
        "check both dates",
    ),
    *(
        _dated(table, f"{code}s", code, date).rule(
            f"{table.replace('_', '-')}-not-printed-too-early",
            f"In {table}.csv, next to rows from the own document none is older than {than}.",
            "source",
            lambda f: f["source"].ne(f["own"]) & earlier(f["printed"], f["since"]),
            f"was published {{printed}}, before {than} of {{{code}}}, {{since}}",
            f"check the source and the {code}",
        )
        for code, date, than, tables in (
            ("inspection", "fieldwork_start", "the fieldwork", _OF_INSPECTIONS),
            ("plan", "submitted", "the submission", _OF_PLANS),
        )
        for table in tables
    ),
]

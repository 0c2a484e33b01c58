"""Relations of inspections: dates and rounds, ratings, samples, aggregates, sources."""

import re
from collections.abc import Iterator
from functools import partial
from statistics import median
from typing import Any

import pandas as pd

from pipeline.data.figures import FIGURES
from pipeline.data.problems import Problem
from pipeline.data.relations.rule import (
    Frames,
    Rows,
    Rule,
    Wrong,
    among,
    cells,
    chain,
    earlier,
    numbered,
    relation,
    repeated,
    rows_with,
    unlike,
)


def _against_status(figure: str, status: str) -> Wrong:
    """Whether a figure does not go with its status, or has none."""
    return lambda f: f[status].isna() | f[figure].notna().ne(f[status].eq("published"))


def _other_code(frame: pd.DataFrame) -> list[bool]:
    columns = ("inspection", "provider", "round", "fieldwork_start", "published")
    found = []
    for code, provider, year, *dates in cells(frame, *columns):
        rest = code.removeprefix(f"{provider}-")
        typed = re.match(r"\d{4}(?!\d)", rest)
        known = {str(year), *(date[:4] for date in dates)}
        found.append(rest == code or (typed is not None and typed.group() not in known))
    return found


def _year(dates: pd.Series) -> pd.Series:
    return dates.str[:4].astype("Int64")


@rows_with("inspections")
def _with_round_before(tables: Frames) -> pd.DataFrame:
    """Inspections with the highest round of the provider's that began before."""
    frame = tables["inspections"].sort_values("fieldwork_start", kind="stable")
    rounds = frame.groupby("provider")["round"]
    return frame.assign(before=rounds.cummax().groupby(frame["provider"]).shift())


def _with_framework(table: str) -> Rows:
    return Rows(table).with_columns("inspections", "inspection", judged="framework")


@rows_with("prompt_scores", "inspections")
def _with_frameworks_of_provider(tables: Frames) -> pd.DataFrame:
    """Prompt scores with whether the framework is that of this or a later round of the provider."""
    inspections = tables["inspections"]
    allowed = inspections.merge(inspections, on="provider", suffixes=("", "_later"))
    allowed = allowed[~earlier(allowed["fieldwork_start_later"], allowed["fieldwork_start"])]
    frame = tables["prompt_scores"]
    known = among(frame, ["inspection", "framework"], allowed, ["inspection", "framework_later"])
    return frame.assign(known=known)


def _banded(table: str, column: str, bands: str) -> Rows:
    """Ratings with their framework, and whether its bands, where it has any, know them."""

    @rows_with(table, "inspections", bands)
    def of(tables: Frames) -> pd.DataFrame:
        frame = _with_framework(table).frame(tables)
        frame = frame.assign(framework=frame.get("framework", frame["judged"]))
        known = among(frame, ["framework", column], tables[bands], ["framework", "rating"])
        banded = frame["framework"].isin(tables[bands]["framework"])
        return frame.assign(unknown=banded & frame[column].notna() & ~known)

    return of


@rows_with("discretions", "ratings", "sources")
def _with_published_rating(tables: Frames) -> pd.DataFrame:
    """Discretions with the rating in force, that is in the source published last."""
    ratings = Rows("ratings").with_columns("sources", "source", when="published").frame(tables)
    latest_first = ratings.sort_values("when", kind="stable")[::-1]
    discretions = Rows("discretions").with_columns(
        "ratings", "inspection", "standard", published_rating="rating"
    )
    return discretions.frame({**tables, "ratings": latest_first})


@rows_with("samples", "sample_kinds")
def _with_larger_size(tables: Frames) -> pd.DataFrame:
    """Samples with the smallest published size of the samples that they lie within."""
    frame = tables["samples"]
    kinds = tables["sample_kinds"]
    part_of = dict(cells(kinds, "sample", "part_of"))
    larger = {sample: chain(sample, part_of) for sample in part_of}
    sizes = frame.set_index(["inspection", "sample"])["size"].dropna().to_dict()
    found = []
    for inspection, sample in cells(frame, "inspection", "sample"):
        whole = [s for s in larger.get(sample, []) if (inspection, s) in sizes and s != sample]
        found.append(min(((sizes[inspection, s], s) for s in whole), default=(pd.NA, pd.NA)))
    most = pd.DataFrame(found, columns=["most", "of"], index=frame.index)
    return frame.assign(most=most["most"].astype("Int64"), of=most["of"])


@rows_with("samples")
def _with_usual_size(tables: Frames) -> pd.DataFrame:
    """Samples with the middle size of the same sample in all other inspections."""
    frame = tables["samples"]
    usual: dict[Any, float] = {}
    for _, sizes in frame.groupby("sample")["size"]:
        known = sizes.dropna().sort_values()
        ordered, many = known.tolist(), len(known)
        usual |= dict.fromkeys(sizes.index, median(ordered or [pd.NA]))
        # One or two stand in the middle of the others.
        middle = {many // 2 - 1, (many - 1) // 2} if many > 1 else ()
        for at, line in enumerate(known.index):
            usual[line] = median([ordered[i + (i >= at)] for i in middle] or [pd.NA])
    return frame.assign(usual=pd.Series(usual, index=frame.index, dtype="Float64"))


@relation(
    "second-readings-count",
    "A second reading is of a table of this folder, and of no more rows than were copied.",
    "second_readings", "*", whole=True,
)  # fmt: skip
def second_readings(tables: Frames) -> Iterator[Problem]:
    """Yield readings of tables that are not there, or of more rows than there are."""
    for line, row in tables["second_readings"].iterrows():
        name, source = row["table"], row["source"]
        said = partial(Problem, "second_readings.csv", int(str(line)))
        if name not in tables or "source" not in tables[name]:
            rule = "is not a table of rows copied from a document"
            yield said("table", name, rule, "check its spelling")
            continue
        copied = int((tables[name]["source"] == source).sum())
        if row["rows"] > copied:
            rule = f"is more than the {copied} rows of {name}.csv from {source}"
            fix = "look for a lost row, or count the rows that were read again"
            whose = _provider_of(tables, source)
            # A document whose rows were all taken out was taken out: a word is enough then.
            yield said("rows", str(row["rows"]), rule, fix, whose, stops=copied > 0)
        for part, whole in _PARTS_OF_READINGS:
            if row[part] is not pd.NA and row[whole] is not pd.NA and row[part] > row[whole]:
                rule = f"is more than the {row[whole]} in {whole}"
                fix = "count again: the one is a part of the other"
                yield said(part, str(row[part]), rule, fix)
                break


def _provider_of(tables: Frames, source: str) -> str | None:
    """Return the one provider whose inspections and plans cite a document as their own."""
    citing = {
        provider
        for name in ("inspections", "plans")
        for own, provider in cells(tables[name], "source", "provider")
        if own == source
    }
    return citing.pop() if len(citing) == 1 else None


@rows_with("comparators", "inspections", "frameworks")
def _with_use(tables: Frames) -> pd.DataFrame:
    """Comparators with whether an inspection, its framework or its report names them."""
    inspections = tables["inspections"]
    named = {*inspections["comparator"], *tables["frameworks"]["comparator"]}
    frame = tables["comparators"]
    cited = frame["source"].isin(inspections["source"])
    return frame.assign(used=frame["comparator"].isin(named) | cited)


def _lineage_turned(frame: pd.DataFrame) -> pd.Series:
    turned = among(frame, ["provider", "predecessor"], frame, ["predecessor", "provider"])
    return turned | frame["provider"].eq(frame["predecessor"])


#: Counts of a second reading: a part, and the whole it is of.
_PARTS_OF_READINGS = (
    ("blind", "rows"),
    ("differences", "cells"),
    ("second_differences", "cells"),
    ("both_differences", "differences"),
    ("both_differences", "second_differences"),
)
_KEYS = {
    "key_question_scores": ("inspection", "reading", "key_question"),
    "comparator_scores": ("comparator", "framework", "key_question"),
    "prompt_scores": ("inspection", "framework", "prompt"),
    "ratings": ("inspection", "standard"),
    "overall_ratings": ("inspection",),
}


def _undated(*key: str) -> Wrong:
    """Whether a row says something else than another of the same day; a reprint may stand."""

    def wrong(frame: pd.DataFrame) -> pd.Series:
        again = frame[frame.duplicated([*key, "when"], keep=False)].sort_index()
        said = again.drop(columns=["source", "place", "note"], errors="ignore")
        undated = repeated(*key, "when")(again) & ~said.duplicated()
        return undated.reindex(frame.index, fill_value=False)

    return wrong


RULES: list[Rule] = [
    *(
        Rows(table).rule(
            f"{figure.replace('_', '-')}-in-{table.replace('_', '-')}-goes-with-its-status",
            f"In {table}.csv, {figure} is filled exactly where {status} is published.",
            figure,
            _against_status(figure, status),
            'does not go with "{' + status + '}" in ' + status,
            f"write what the document prints, or leave it empty and say why in {status}",
        )
        for table, figure, status in FIGURES
    ),
    Rows("inspections").rule(
        "published-after-fieldwork",
        "A report is published after its fieldwork starts.",
        "published",
        lambda f: earlier(f["published"], f["fieldwork_start"]),
        "lies before the start of fieldwork, {fieldwork_start}",
        "check both dates",
    ),
    Rows("inspections").rule(
        "published-soon-after-fieldwork",
        "A report is published within three years of its fieldwork.",
        "published",
        lambda f: _year(f["published"]) > _year(f["fieldwork_start"]) + 3,
        "lies more than three years after the start of fieldwork, {fieldwork_start}",
        "check both dates",
    ),
    Rows("inspections").rule(
        "round-near-its-dates",
        "A round is the year of its fieldwork or of its report, or one between.",
        "round",
        lambda f: (
            (f["round"] < _year(f["fieldwork_start"]) - 1) | (f["round"] > _year(f["published"]))
        ),
        "is not a year of this inspection, which began {fieldwork_start} and was published "
        "{published}",
        "check the round and the dates",
    ),
    _with_round_before.rule(
        "rounds-in-order",
        "A provider's rounds follow each other as their fieldwork does.",
        "round",
        lambda f: f["round"] < f["before"],
        "comes after round {before} by its fieldwork, which began {fieldwork_start}",
        "check the rounds and the dates",
    ),
    Rows("inspections").rule(
        "labels-once",
        "No two inspections of a provider have one label.",
        "label",
        repeated("provider", "label"),
        "is the label of another inspection of {provider} already",
        "tell the two apart",
    ),
    *(
        _with_framework(table).rule(
            f"{table.replace('_', '-')}-in-the-framework-of-the-inspection",
            f"A row of {table}.csv names the framework its inspection was judged by.",
            "framework",
            wrong,
            "is not the framework of {inspection}",
            "write {judged}",
        )
        for table, wrong in (
            (
                "key_question_scores",
                lambda f: f["reading"].eq("own") & f["framework"].ne(f["judged"]),
            ),
            ("ratings", unlike("framework", "judged")),
            ("discretions", unlike("framework", "judged")),
        )
    ),
    _with_frameworks_of_provider.rule(
        "prompts-of-a-framework-of-the-provider",
        "Prompts are scored in the framework of this or a later round of the same provider.",
        "framework",
        lambda f: ~f["known"],
        "is not the framework of {inspection} or of a later inspection of the same provider",
        "check the framework and the inspection",
    ),
    *(
        _banded(table, column, bands).rule(
            f"{column.replace('_', '-')}-of-{table.replace('_', '-')}-has-a-band",
            f"In {table}.csv, {column} is a rating that the bands of the framework know.",
            column,
            lambda f: f["unknown"],
            "has no band in {framework}",
            f"check it, or add its band to {bands}.csv",
        )
        for table, column, bands in (
            ("ratings", "rating", "rating_bands"),
            ("discretions", "from_rating", "rating_bands"),
            ("discretions", "to_rating", "rating_bands"),
            ("overall_ratings", "rating", "overall_bands"),
        )
    ),
    Rows("discretions").rule(
        "discretion-moves-a-rating",
        "Discretion moves a rating from one to another.",
        "to_rating",
        lambda f: f["from_rating"].eq(f["to_rating"]),
        "is also the rating that the bands give",
        "write the rating the bands give in from_rating and the published one here",
    ),
    _with_published_rating.rule(
        "discretion-to-the-published-rating",
        "Discretion ends at the rating that was published.",
        "to_rating",
        lambda f: f["published_rating"].notna() & f["to_rating"].ne(f["published_rating"]),
        "is not the published rating of {standard}, {published_rating}",
        "write the published rating, or correct it in ratings.csv",
    ),
    _with_larger_size.rule(
        "sample-no-larger-than-its-whole",
        "A sample is no larger than the samples it lies within.",
        "size",
        lambda f: f["size"] > f["most"],
        "is more than the {most} cases of {of}, of which it is a part",
        "check both sizes",
    ),
    Rows("samples").rule(
        "lower-bound-of-a-size",
        "A lower bound in words stands only where no size is published.",
        "size_at_least",
        lambda f: f["size_at_least"].notna() & f["size"].notna(),
        "stands next to a published size, {size}",
        "empty it: the size itself says more",
    ),
    Rows("samples").rule(
        "lower-bound-has-its-words",
        "A lower bound of a size names its document, the place in it and its words.",
        "size_at_least_words",
        lambda f: f.filter(like="size_at_least").notna().sum(axis=1).between(1, 3),
        "does not go with the bound {size_at_least}",
        "fill all four columns of the lower bound, or none",
    ),
    _with_larger_size.rule(
        "lower-bound-within-its-whole",
        "A lower bound of a size is no larger than the samples it lies within.",
        "size_at_least",
        lambda f: f["size_at_least"] > f["most"],
        "is more than the {most} cases of {of}, of which it is a part",
        "check both",
    ),
    Rows("samples").rule(
        "sample-near-what-was-asked-for",
        "A sample has no more than five times the cases that its design asked for.",
        "size",
        lambda f: f["size"] > 5 * f["required_size"],
        "is more than five times the {required_size} cases asked for",
        "check both against the document",
    ),
    _with_usual_size.rule(
        "sample-of-the-usual-size",
        "A sample more than five times the usual size of its kind is asked about.",
        "size",
        lambda f: f["size"] > 5 * f["usual"],
        "is more than five times the usual size of {sample}, {usual}",
        "check it against the document; nothing need be done if it stands there",
        stops=False,
    ),
    *(
        Rows(table)
        .with_columns("sources", "source", when="published")
        .rule(
            f"corrections-of-{table.replace('_', '-')}-have-days",
            f"Of two figures of {table}.csv where one stands, the later document can be told.",
            "source",
            _undated(*key),
            "was published on the same day, {when}, as another document that gives another figure",
            "keep the row that is right, or give the days of both documents in sources.csv",
        )
        for table, key in _KEYS.items()
    ),
    Rows("key_question_scores")
    .with_columns("key_questions", "framework", "key_question", evidence="evidence")
    .rule(
        "percentages-of-cases",
        "A key question that is not about cases has no percentage.",
        "status",
        lambda f: f["status"].eq("published") & f["evidence"].eq("qualitative"),
        "does not go with the evidence of {key_question} in key_questions.csv, {evidence}",
        "check the status here and the evidence there",
    ),
    Rows("key_question_scores")
    .with_columns("inspections", "inspection", own_source="source")
    .rule(
        "reprint-in-another-document",
        "A reprint is in another document than the inspection's own report.",
        "reading",
        lambda f: f["reading"].eq("reprint") & f["source"].eq(f["own_source"]),
        "stands next to the inspection's own report, {source}",
        "write own, or the later document in source",
    ),
    _with_use.rule(
        "comparator-is-used",
        "A comparator is used by an inspection: named by it, by its framework or by its report.",
        "comparator",
        lambda f: ~f["used"],
        "is used by no inspection",
        "name it in the column comparator of inspections.csv, or take it out",
        stops=False,
    ),
    _with_framework("significance_claims")
    .with_unknown("measure", "judged", "key question", "prompt")
    .rule(
        "claims-about-what-is-asked",
        "A claim of significance is about a key question or prompt of the inspection's framework.",
        "measure",
        lambda f: f["unknown"],
        "is not a {kind} of {judged}",
        "check the number, and the kind next to it",
    ),
    numbered("claims", "claims of an inspection", "significance_claims", "claim", "inspection"),
    numbered("register", "entries of discrepancies.csv", "discrepancies", "discrepancy"),
    Rows("discrepancies").rule(
        "changes-touch-a-number",
        "A discrepancy that changes a figure, verdict or rating touches a number.",
        "touches_number",
        lambda f: f["touches_number"].eq("no") & f["changes"].ne("nothing"),
        'does not go with "{changes}" in changes',
        "write yes, or nothing in changes",
    ),
    numbered(
        "allocation-rules",
        "rules that allocate to a colour",
        "allocation_rules",
        "position",
        "inspection",
        "rule",
        "colour",
    ),
    Rows("allocation_matrix").rule(
        "ogrs-from-low-to-high",
        "A range of scores in an allocation matrix begins with the lower one.",
        "ogrs",
        lambda f: [
            int(low) > int(high or low)
            for low, _, high in (ogrs.partition("-") for ogrs in f["ogrs"])
        ],
        "ends below its beginning",
        "write the lower score first",
    ),
    *(
        Rows("allocation_matrix")
        .with_first(value, "inspection", key)
        .rule(
            f"one-{value.replace('_', '-')}-a-{key.split('_')[0]}-of-allocation",
            f"In an allocation matrix, {key} has one {value}.",
            value,
            unlike(value, "first"),
            f"is not {{first}}, as in another row of {{inspection}} with {{{key}}} in {key}",
            "compare both rows with the document",
        )
        for key, value in (
            ("risk_of_reoffending", "ogrs"),
            ("ogrs", "risk_of_reoffending"),
            ("colour", "minimum_hours"),
        )
    ),
    Rows("lineage").rule(
        "lineage-one-way",
        "A provider is not its own predecessor, nor that of its predecessor.",
        "predecessor",
        _lineage_turned,
        "is named as predecessor and as successor of {provider}",
        "keep the row that is true",
    ),
    Rows("inspections").rule(
        "inspection-code",
        "The code of an inspection begins with its provider, and a year in it is one of its own.",
        "inspection",
        _other_code,
        "does not go with {provider} and round {round}",
        "check the code, the provider and the round",
    ),
]

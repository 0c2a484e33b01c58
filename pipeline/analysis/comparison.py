"""Two inspections of one provider compared, and the later one against an aggregate.

Which figures may be compared is data (``comparability.csv``), not a decision of
this code: within one framework everything compares; between two frameworks only
what a row says does. Everything is worked out for all providers at once, a column
at a time.
"""

from collections.abc import Sequence

import pandas as pd

from pipeline.analysis.dictionary import in_columns_of
from pipeline.analysis.inspections import inspections_in_order, pairs_of_inspections
from pipeline.analysis.ratings.bands import bands_by_percent
from pipeline.analysis.records import in_force, look_up
from pipeline.data import Tables
from pipeline.data.once import once

NO_EARLIER = "There is no earlier inspection of this provider in the data."
NOT_STATED = "No document says whether figures of these two frameworks may be compared."
NOT_ENTERED = "not entered yet"
NO_DATA = "no comparable data"

_PAIR = ["provider", "previous_inspection", "current_inspection"]
_SIDES = ("previous", "current")
_SCORE = ["percent", "status", "source", "place", "first_percent", "first_source"]


def key_question_comparison(tables: Tables) -> pd.DataFrame:
    """Return one row for each key question of the current framework and pair of rounds.

    Percentages are whole percents (0 to 100) as published, empty where the status says
    why; ``comparable`` is yes, caution or no. On no, ``previous_percent`` holds
    the earlier report's own figure only where it asked the same question, and
    ``change_points`` (percentage points) is empty. ``comparator`` is the aggregate the
    later inspection is set against (``inspections_in_order``), empty where there is none;
    ``comparator_caution`` why a figure is to be compared with it only with caution.
    ``previous_base`` and ``current_base`` are the printed size (cases) of the sample the
    documents tie the question to, each in its own framework; ``previous_limit`` and
    ``current_limit`` the most cases the percentage can be out of, ``previous_at_least`` and
    ``current_at_least`` the fewest where a document says so in words, and
    ``previous_tied``, ``current_tied`` whether base and limit are one and the
    same printed sample. A band is that of the framework the inspection was
    judged by. ``first_percent`` of a side is what was first printed, where an erratum or
    later edition corrected it.

    >>> from pipeline.data import load
    >>> rows = key_question_comparison(load()).set_index("key_question")
    >>> int(rows.loc["2.1.2", "change_points"])
    10
    """
    questions = tables["key_questions"]
    asked = questions.drop(columns=["source", "place", "note"]).rename(
        columns={"framework": "current_framework"}
    )
    rows = pairs_of_inspections(tables).merge(asked, on="current_framework")
    rows = _with_statements(rows, tables, "key question", "key_question")
    rows["same_question"] = rows["previous_subject"].where(rows["same_question"] == "yes")
    rows = look_up(
        rows,
        questions,
        ["previous_framework", "same_question"],
        {"sample": "previous_sample"},
        ["framework", "key_question"],
    )
    scores = own_scores(tables)
    bands = bands_by_percent(tables["rating_bands"])
    for side, question, sample in (
        ("previous", "same_question", "previous_sample"),
        ("current", "key_question", "sample"),
    ):
        rows = _with_figures(rows, scores, side, ["inspection", "key_question"], [question])
        rows = _with_bases(rows, tables, side, sample)
        # A question judged on qualitative evidence, or not asked, is out of no cases.
        none = rows[f"{side}_status"].isin(["qualitative evidence only", "not asked"])
        for column in (f"{side}_base", f"{side}_limit", f"{side}_at_least"):
            rows[column] = rows[column].mask(none)
        rows[f"{side}_tied"] = rows[f"{side}_tied"] & ~none
        key = [f"{side}_framework", f"{side}_percent"]
        rows = look_up(rows, bands, key, {"band": f"{side}_band"}, ["framework", "percent"])
    rows["previous_status"] = rows["previous_status"].mask(rows["same_question"].isna(), NO_DATA)
    rows = _with_change(with_comparator(rows, tables))
    return in_columns_of("key_question_comparison", rows)


@once
def own_scores(tables: Tables) -> pd.DataFrame:
    """Return the score of each key question in each inspection's own report, as now in force.

    A row an inspection and key question: the columns of ``key_question_scores`` and
    ``first_percent``, ``first_source``, ``first_place`` where a later document corrected it.
    """
    scores = tables["key_question_scores"]
    own = scores[scores["reading"] == "own"]
    return in_force(own, ["inspection", "key_question"], ["percent"], tables["sources"])


def _with_statements(rows: pd.DataFrame, tables: Tables, kind: str, subject: str) -> pd.DataFrame:
    """Add what the data says about comparing a rating or key question between two rounds.

    ``comparable``, ``reason_not_comparable``, ``same_question`` and ``previous_subject``.
    """
    stated = tables["comparability"]
    stated = stated[stated["kind"] == kind]
    key = ["previous_framework", "current_framework", subject]
    there = ["previous_framework", "current_framework", "subject"]
    columns = ["comparable", "reason", "same_question", "previous_subject", "source"]
    rows = look_up(rows.drop(columns="source", errors="ignore"), stated, key, columns, there)
    # What one report says of two frameworks is not said by the reports of later rounds.
    own = look_up(
        rows, tables["inspections"], ["current_inspection"], {"source": "own"}, ["inspection"]
    )["own"]
    published = look_up(rows, tables["sources"], ["source"], ["published_printed"])
    elsewhere = rows["reason"].notna() & (rows["source"] != own)
    said = rows["reason"] + (
        " (Said of these two frameworks in the report published "
        + published["published_printed"]
        + ", not in this one.)"
    )
    rows["reason"] = rows["reason"].mask(elsewhere, said)
    same = rows["previous_framework"] == rows["current_framework"]
    same = same.fillna(False) & rows["comparable"].isna()
    unstated = rows["comparable"].isna() & ~same
    rows["comparable"] = rows["comparable"].mask(same, "yes").mask(unstated, "no")
    rows["same_question"] = rows["same_question"].mask(same, "yes").mask(unstated, "no")
    rows["previous_subject"] = rows["previous_subject"].mask(same, rows[subject])
    rows["reason"] = rows["reason"].mask(unstated, NOT_STATED)
    alone = rows["previous_inspection"].isna()
    rows["reason"] = rows["reason"].mask(alone, NO_EARLIER)
    rows = _with_caution_of_another_service(rows, tables)
    return rows.drop(columns="source").rename(columns={"reason": "reason_not_comparable"})


_ANOTHER_SERVICE = {
    "merged into": "became part of {now}",
    "split from": "had {now} as a part of it",
    "followed": "was followed by {now}",
}
"""What a predecessor became, by the kind of lineage in which it is not the same service."""


def _with_caution_of_another_service(rows: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Compare with caution, and say why, where the earlier inspection was of another service."""
    became = rows["lineage"].map(_ANOTHER_SERVICE)
    other = became[became.notna() & (rows["comparable"] != "no")].index
    if other.empty:
        return rows
    names = inspections_in_order(tables).set_index("inspection")["provider_short_name"]
    for at in other:
        then, now = (names[rows.loc[at, f"{side}_inspection"]] for side in _SIDES)
        why = (
            f"The earlier figure is that of {then}, which {became[at].format(now=now)}: the two "
            "services had other cases and staff, and a difference is not only a change."
        )
        said = [rows.loc[at, "reason"], why]
        rows.loc[at, ["comparable", "reason"]] = [
            "caution", " ".join(str(part) for part in said if not pd.isna(part))
        ]  # fmt: skip
    return rows


def _with_figures(
    rows: pd.DataFrame,
    scores: pd.DataFrame,
    side: str,
    key: Sequence[str],
    here: Sequence[str],
) -> pd.DataFrame:
    """Add the figures of one side; where there is no row, none has been entered yet."""
    names = {name: f"{side}_{name}" for name in _SCORE}
    rows = look_up(rows, scores, [f"{side}_inspection", *here], names, key)
    rows[f"{side}_status"] = rows[f"{side}_status"].fillna(NOT_ENTERED)
    return rows


def _with_bases(rows: pd.DataFrame, tables: Tables, side: str, sample: str) -> pd.DataFrame:
    names = ["base", "limit", "at_least", "base_status", "tied"]
    key = [f"{side}_inspection", sample]
    there = ["inspection", "sample"]
    rows = look_up(rows, bases(tables), key, {n: f"{side}_{n}" for n in names}, there)
    rows[f"{side}_tied"] = rows[f"{side}_tied"].astype("boolean").fillna(False)
    # Where there is no figure of that round there is nothing for it to be out of.
    gone = rows[sample].isna() | rows[f"{side}_inspection"].isna()
    rows[f"{side}_base_status"] = rows[f"{side}_base_status"].fillna(NOT_ENTERED).mask(gone)
    return rows


@once
def bases(tables: Tables) -> pd.DataFrame:
    """Return how many cases a figure of each inspection and kind of sample can be out of.

    A row an inspection and sample of ``sample_kinds``: ``base`` (printed size, or missing),
    ``limit`` (that, else the size of the nearest larger sample it lies within), ``at_least`` (the
    fewest, where a document says so in words), all in cases; ``base_status`` (why a size is or is
    not there) and ``tied`` (whether the size is printed).
    """
    kinds = tables["sample_kinds"][["sample", "part_of"]]
    frame = tables["inspections"][["inspection"]].merge(kinds, how="cross")
    columns = {"size": "base", "size_at_least": "at_least", "size_status": "base_status"}
    key = ["inspection", "sample"]
    frame = look_up(frame, tables["samples"], key, columns)
    frame["limit"] = frame["base"]
    larger = frame["part_of"]
    while larger.notna().any():
        within = frame.assign(sample=larger)
        sizes = look_up(within, frame, key, {"base": "size", "part_of": "next"})
        frame["limit"] = frame["limit"].fillna(sizes["size"])
        larger = sizes["next"]
    frame["tied"] = frame["base"].notna()
    return frame


def with_comparator(rows: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Add the figures of the aggregate that ``comparator`` names, and the difference from them.

    ``rows`` has ``comparator``, ``current_framework``, ``key_question`` and ``current_percent``.
    """
    scores = in_force(
        tables["comparator_scores"],
        ["comparator", "framework", "key_question"],
        ["percent"],
        tables["sources"],
    )
    key = ["comparator", "current_framework", "key_question"]
    there = ["comparator", "framework", "key_question"]
    names = {n: f"comparator_{n}" for n in ("percent", "status", "source", "place")}
    rows = look_up(rows, scores, key, names, there)
    rows["comparator_status"] = rows["comparator_status"].fillna(NOT_ENTERED)
    rows["comparator_status"] = rows["comparator_status"].mask(rows["comparator"].isna(), NO_DATA)
    # The report that prints an aggregate of the round before also says where its method changed.
    stated = tables["comparability"]
    changed = stated[
        (stated["kind"] == "key question")
        & (stated["same_question"] == "yes")
        & (stated["comparable"] != "yes")
    ].drop_duplicates(["source", "current_framework", "subject"])
    key = ["comparator_source", "current_framework", "key_question"]
    there = ["source", "current_framework", "subject"]
    rows = look_up(rows, changed, key, {"reason": "comparator_caution"}, there)
    caution = rows["comparator_caution"].mask(rows["comparator_percent"].isna())
    difference = rows["current_percent"] - rows["comparator_percent"]
    return rows.assign(comparator_caution=caution, difference_from_comparator=difference)


def _with_change(rows: pd.DataFrame) -> pd.DataFrame:
    """Add ``change_points``; where a figure is missing the two do not compare, and why is said."""
    for side, which in (("current", "later"), ("previous", "earlier")):
        status = rows[f"{side}_status"]
        why = f"The {which} inspection has no figure for this question (" + status + ")."
        why = why.mask(status == NOT_ENTERED, f"The {which} figure has not been entered yet.")
        silent = (rows["comparable"] != "no") & rows[f"{side}_percent"].isna()
        rows["reason_not_comparable"] = rows["reason_not_comparable"].mask(silent, why)
        rows["comparable"] = rows["comparable"].mask(silent, "no")
    change = rows["current_percent"] - rows["previous_percent"]
    return rows.assign(change_points=change.mask(rows["comparable"] == "no"))


def prompt_comparison(tables: Tables, questions: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each prompt of the current framework and pair of rounds.

    ``questions`` is the result of key_question_comparison. Figures stay in the
    column in which they are printed. A prompt compares where both figures are
    printed, with the caution of its key question. Units and bases as there; the
    limit of a restricted prompt is that of its key question. A prompt without a row in
    ``prompt_scores`` is ``not entered yet``.
    """
    prompts = tables["prompts"].drop(columns=["source", "place"])
    prompts = prompts.rename(columns={"framework": "current_framework"})
    rows = pairs_of_inspections(tables).merge(prompts, on="current_framework")
    key = ["inspection", "framework", "prompt"]
    scores = in_force(tables["prompt_scores"], key, ["percent"], tables["sources"])
    for side in _SIDES:
        rows = _with_figures(rows, scores, side, key, ["current_framework", "prompt"])
        rows = _with_bases(rows, tables, side, "sample")
    # The round before may have had no such prompts: then nothing waits to be entered.
    entered = scores[["inspection", "framework"]].drop_duplicates().assign(entered=True)
    there = ["previous_inspection", "current_framework"]
    known = look_up(rows, entered, there, ["entered"], ["inspection", "framework"])["entered"]
    other = (rows["previous_framework"] != rows["current_framework"]).fillna(True)
    rows["previous_status"] = rows["previous_status"].mask(other & known.isna(), NO_DATA)
    limits = ["previous_limit", "current_limit", "comparable", "reason_not_comparable"]
    names = {name: f"question_{name}" for name in limits}
    rows = look_up(rows, questions, [*_PAIR, "key_question"], names)
    for side in _SIDES:
        restricted = rows["sample"] == "restricted"
        limit = rows[f"{side}_limit"]
        rows[f"{side}_limit"] = limit.mask(restricted, rows[f"question_{side}_limit"])
    return in_columns_of("prompt_comparison", _with_prompt_change(rows))


def _with_prompt_change(rows: pd.DataFrame) -> pd.DataFrame:
    both = rows["previous_percent"].notna() & rows["current_percent"].notna()
    waiting = (rows["previous_status"] == NOT_ENTERED) | (rows["current_status"] == NOT_ENTERED)
    why = pd.Series("The report gives no comparable figure.", rows.index, dtype="string")
    why = why.mask(waiting, "One of the two figures has not been entered yet.")
    why = why.mask(rows["previous_inspection"].isna(), NO_EARLIER)
    rows["comparable"] = rows["question_comparable"].where(both, "no")
    # A figure that is missing for the question need not be missing for its prompts.
    rows["reason_not_comparable"] = rows["question_reason_not_comparable"].where(both, why)
    change = rows["current_percent"] - rows["previous_percent"]
    return rows.assign(change_points=change.mask(rows["comparable"] == "no"))


def rating_comparison(tables: Tables, ratings: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each standard of the current framework and pair of rounds.

    ``ratings`` is the result of standard_ratings. Columns: provider,
    previous_inspection, current_inspection, standard, name, domain_name,
    previous_rating, current_rating, previous_points, current_points, direction
    (rose, stayed, fell; empty where the ratings do not compare), comparable,
    reason, discretion, note, previous and current source, place, status (why a rating is or is
    not there) and first_rating (what was first printed, where it was corrected).
    """
    standards = tables["standards"][["framework", "standard", "name", "domain_name"]]
    rows = pairs_of_inspections(tables).merge(
        standards.rename(columns={"framework": "current_framework"}), on="current_framework"
    )
    rows = _with_statements(rows, tables, "rating", "standard")
    names = ["rating", "points", "source", "place", "status", "first_rating"]
    there = ratings.rename(columns={"published_rating": "rating"})
    key = ["inspection", "standard"]
    for side, here in (("current", "standard"), ("previous", "previous_subject")):
        columns = {name: f"{side}_{name}" for name in names}
        if side == "current":
            columns |= {"discretion": "discretion", "note": "note"}
        rows = look_up(rows, there, [f"{side}_inspection", here], columns, key)
    # A standard that the earlier framework has not, or that nothing says how to compare.
    no_such = rows["previous_inspection"].notna() & rows["previous_status"].isna()
    rows["previous_status"] = rows["previous_status"].mask(no_such, NO_DATA)
    step = rows["current_points"] - rows["previous_points"]
    words = step.clip(-1, 1).map({1: "rose", 0: "stayed", -1: "fell"}).astype("string")
    rows["direction"] = words.mask(rows["comparable"] == "no")
    rows = rows.rename(columns={"reason_not_comparable": "reason"})
    return in_columns_of("rating_comparison", rows)

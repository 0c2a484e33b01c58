"""Two inspections of one provider side by side, and beside a national aggregate.

Which figures may be compared is data (``comparability.csv``), not a decision of
this code: within one framework everything compares; between two frameworks only
what a row says does.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from pipeline.analysis.ratings import band_for, framework_rows
from pipeline.data import Tables, is_missing

NO_EARLIER = "There is no earlier inspection of this provider in the data."
NOT_STATED = "No document says whether figures of these two frameworks may be compared."

_COLUMNS = [
    "provider", "previous_inspection", "current_inspection", "standard", "key_question", "label",
    "question", "previous_percent", "current_percent", "all_crcs_percent", "previous_status",
    "current_status", "all_crcs_status", "previous_base", "current_base", "comparable",
    "reason_not_comparable", "change_points", "difference_from_all_crcs", "previous_band",
    "current_band", "previous_source", "current_source", "previous_place", "current_place",
    "all_crcs_source", "all_crcs_place", "sample", "previous_limit", "current_limit",
    "previous_tied", "current_tied",
]  # fmt: skip
_PROMPT_COLUMNS = [
    "provider", "previous_inspection", "current_inspection", "key_question", "prompt", "wording",
    "previous_percent", "current_percent", "comparable", "change_points", "sample", "position",
    "restriction", "reason_not_comparable", "previous_status", "current_status", "previous_base",
    "current_base", "previous_limit", "current_limit", "previous_tied", "current_tied",
    "previous_source", "previous_place", "current_source", "current_place",
]  # fmt: skip
_WHOLE = [
    "previous_percent", "current_percent", "all_crcs_percent", "previous_base", "current_base",
    "change_points", "difference_from_all_crcs", "previous_limit", "current_limit", "position",
]  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """An inspection and an earlier one of the same provider, or none."""

    provider: str
    previous: pd.Series | None
    current: pd.Series

    @property
    def previous_code(self) -> object:
        """The earlier inspection's code, or missing."""
        return pd.NA if self.previous is None else self.previous["inspection"]


def pairs_of_inspections(tables: Tables) -> list[Pair]:
    """Return every pair of rounds of every provider, earlier first.

    A provider inspected once gets a single pair without an earlier inspection.
    """
    pairs = []
    for provider, rows in tables["inspections"].sort_values("round").groupby("provider"):
        inspections = [row for _, row in rows.iterrows()]
        if len(inspections) == 1:
            pairs.append(Pair(str(provider), None, inspections[0]))
        pairs += [Pair(str(provider), a, b) for a, b in combinations(inspections, 2)]
    return pairs


def key_question_comparison(tables: Tables, comparator: str = "all-crcs") -> pd.DataFrame:
    """Return one row for each key question of the current framework and pair of rounds.

    Percentages are whole percents as published, empty where the status says
    why; ``comparable`` is yes, caution or no. On no, ``previous_percent`` holds
    the earlier report's own figure only where it asked the same question, and
    ``change_points`` (percentage points) is empty. ``previous_base`` and
    ``current_base`` are the printed size of the sample the documents tie the
    question to, each in its own framework; ``previous_limit`` and
    ``current_limit`` the most cases the percentage can be out of, and
    ``previous_tied``, ``current_tied`` whether base and limit are one and the
    same printed sample. A band is that of the framework the inspection was
    judged by.
    """
    rows: list[dict[str, Any]] = []
    for pair in pairs_of_inspections(tables):
        framework = pair.current["framework"]
        aggregate = tables["comparator_scores"]
        aggregate = aggregate[
            (aggregate["comparator"] == comparator) & (aggregate["framework"] == framework)
        ].set_index("key_question")
        current = _own_scores(tables, pair.current)
        previous = None if pair.previous is None else _own_scores(tables, pair.previous)
        for _, question in framework_rows(tables["key_questions"], framework).iterrows():
            code = str(question["key_question"])
            row = _question_row(tables, pair, question, current, previous)
            row |= _against(aggregate, code, row["current_percent"])
            for side, inspection in (("previous", pair.previous), ("current", pair.current)):
                row[f"{side}_band"] = _band(tables, inspection, row[f"{side}_percent"])
            rows.append(row)
    return _finish(rows, _COLUMNS)


def _band(tables: Tables, inspection: pd.Series | None, percent: Any) -> Any:
    if inspection is None or is_missing(percent):
        return pd.NA
    bands = framework_rows(tables["rating_bands"], str(inspection["framework"]))
    return band_for(int(percent), bands)


def _own_scores(tables: Tables, inspection: pd.Series) -> pd.DataFrame:
    scores = tables["key_question_scores"]
    mine = (scores["inspection"] == inspection["inspection"]) & (scores["reading"] == "own")
    return scores[mine].set_index("key_question")


def _question_row(
    tables: Tables,
    pair: Pair,
    question: pd.Series,
    current: pd.DataFrame,
    previous: pd.DataFrame | None,
) -> dict[str, Any]:
    code, sample = question["key_question"], question["sample"]
    statement = comparability(tables, pair, "key question", code)
    earlier_code = statement["previous_subject"]
    same = statement["same_question"] == "yes" and not is_missing(earlier_code)
    earlier, before, earlier_sample = None, None, sample
    if previous is not None and same and earlier_code in previous.index:
        earlier, before = previous.loc[earlier_code], pair.previous
        earlier_sample = _sample_of(tables, pair.previous, earlier_code)
    row: dict[str, Any] = {
        "provider": pair.provider,
        "previous_inspection": pair.previous_code,
        "current_inspection": pair.current["inspection"],
        "standard": question["standard"],
        "key_question": code,
        "label": question["label"],
        "question": question["question"],
        "sample": sample,
        "comparable": statement["comparable"],
        "reason_not_comparable": statement["reason"],
        **_figure("current", current.loc[code]),
        **_figure("previous", earlier),
        **bases(tables, "current", pair.current, sample),
        **bases(tables, "previous", before, earlier_sample),
    }
    for side, which in (("current", "later"), ("previous", "earlier")):
        if row["comparable"] != "no" and is_missing(row[f"{side}_percent"]):
            row["comparable"] = "no"
            row["reason_not_comparable"] = (
                f"The {which} inspection has no figure for this question."
            )
    row["change_points"] = _change(row)
    return row


def _sample_of(tables: Tables, inspection: pd.Series | None, key_question: object) -> object:
    """Return the sample that the framework of an inspection ties a key question to."""
    framework = "" if inspection is None else str(inspection["framework"])
    questions = framework_rows(tables["key_questions"], framework).set_index("key_question")
    return questions.loc[str(key_question), "sample"]


def _figure(side: str, score: pd.Series | None) -> dict[str, Any]:
    if score is None:
        gone = dict.fromkeys([f"{side}_percent", f"{side}_source", f"{side}_place"], pd.NA)
        return {**gone, f"{side}_status": "no comparable data"}
    return {
        f"{side}_percent": score["percent"],
        f"{side}_status": score["status"],
        f"{side}_source": score["source"],
        f"{side}_place": score["place"],
    }


def _change(row: dict[str, Any]) -> Any:
    current, previous = row["current_percent"], row["previous_percent"]
    if row["comparable"] == "no" or is_missing(current) or is_missing(previous):
        return pd.NA
    return int(current) - int(previous)


def _against(aggregate: pd.DataFrame, code: str, percent: Any) -> dict[str, Any]:
    if code not in aggregate.index:
        gone = ["all_crcs_percent", "difference_from_all_crcs", "all_crcs_source", "all_crcs_place"]
        return {**dict.fromkeys(gone, pd.NA), "all_crcs_status": "not published"}
    row: pd.Series = aggregate.loc[code]  # type: ignore[assignment]
    known = not is_missing(row["percent"]) and not is_missing(percent)
    return {
        "all_crcs_percent": row["percent"],
        "all_crcs_status": row["status"],
        "all_crcs_source": row["source"],
        "all_crcs_place": row["place"],
        "difference_from_all_crcs": int(percent) - int(row["percent"]) if known else pd.NA,
    }


def comparability(tables: Tables, pair: Pair, kind: str, subject: object) -> pd.Series:
    """Return what the data says about comparing a rating or key question between two rounds.

    ``kind`` is 'rating' or 'key question', ``subject`` a code of the current
    framework. The row has comparable, reason, said_by, same_question,
    previous_subject, source and place.
    """
    answer: dict[str, Any] = {
        "comparable": "no",
        "reason": NO_EARLIER,
        "said_by": "us",
        "same_question": "no",
        **dict.fromkeys(["previous_subject", "source", "place"], pd.NA),
    }
    if pair.previous is None:
        return pd.Series(answer)
    earlier, later = pair.previous["framework"], pair.current["framework"]
    if earlier == later:
        same = {"comparable": "yes", "reason": pd.NA, "same_question": "yes"}
        return pd.Series({**answer, **same, "previous_subject": subject})
    table = tables["comparability"]
    stated = table[
        (table["previous_framework"] == earlier)
        & (table["current_framework"] == later)
        & (table["kind"] == kind)
        & (table["subject"] == subject)
    ]
    if not stated.empty:
        return stated.iloc[0]
    return pd.Series({**answer, "reason": NOT_STATED})


def bases(
    tables: Tables, side: str, inspection: pd.Series | None, sample: object
) -> dict[str, Any]:
    """Return the base columns of one side (``previous`` or ``current``) for a sample.

    The limit of a sample whose size was not published is that of the sample it
    lies within.
    """
    base = limit = pd.NA
    tied = False
    if inspection is not None:
        samples = tables["samples"]
        sizes = samples[samples["inspection"] == inspection["inspection"]].set_index("sample")
        part_of = tables["sample_kinds"].set_index("sample")["part_of"]
        within = sample
        while is_missing(limit) and not is_missing(within):
            if within in sizes.index:
                limit = sizes.loc[within, "size"]
            within = part_of.get(within, pd.NA)
        tied = sample in sizes.index and not is_missing(sizes.loc[sample, "size"])
        base = limit if tied else pd.NA
    return {f"{side}_base": base, f"{side}_limit": limit, f"{side}_tied": tied}


def prompt_comparison(tables: Tables, questions: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each prompt of the current framework and pair of rounds.

    ``questions`` is the result of key_question_comparison. Figures stay in the
    column in which they are printed. A prompt compares where both figures are
    printed, with the caution of its key question. Units and bases as there; the
    limit of a restricted prompt is that of its key question.
    """
    rows: list[dict[str, Any]] = []
    for pair in pairs_of_inspections(tables):
        framework = pair.current["framework"]
        scores = framework_rows(tables["prompt_scores"], framework)
        current = scores[scores["inspection"] == pair.current["inspection"]].set_index("prompt")
        previous = scores[scores["inspection"] == pair.previous_code].set_index("prompt")
        prompts = framework_rows(tables["prompts"], framework)
        if current.empty:
            continue
        parents = questions[
            (questions["current_inspection"] == pair.current["inspection"])
            & (questions["previous_inspection"].fillna("") == _text(pair.previous_code))
        ].set_index("key_question")
        for _, prompt in prompts.iterrows():
            rows.append(_prompt_row(tables, pair, prompt, current, previous, parents))
    return _finish(rows, _PROMPT_COLUMNS)


def _text(value: object) -> str:
    return "" if is_missing(value) else str(value)


def _prompt_row(
    tables: Tables,
    pair: Pair,
    prompt: pd.Series,
    current: pd.DataFrame,
    previous: pd.DataFrame,
    parents: pd.DataFrame,
) -> dict[str, Any]:
    code, question = prompt["prompt"], parents.loc[prompt["key_question"]]
    earlier = previous.loc[code] if code in previous.index else None
    row: dict[str, Any] = {
        "provider": pair.provider,
        "previous_inspection": pair.previous_code,
        "current_inspection": pair.current["inspection"],
        "key_question": prompt["key_question"],
        "prompt": code,
        "wording": prompt["wording"],
        "sample": prompt["sample"],
        "position": prompt["position"],
        "restriction": prompt["restriction"],
        **_figure("current", current.loc[code] if code in current.index else None),
        **_figure("previous", earlier),
    }
    for side, inspection in (("current", pair.current), ("previous", pair.previous)):
        own = bases(tables, side, inspection, prompt["sample"])
        if prompt["sample"] == "restricted":
            own[f"{side}_limit"] = question[f"{side}_limit"]
        row |= own
    both = not is_missing(row["current_percent"]) and not is_missing(row["previous_percent"])
    row["comparable"], row["reason_not_comparable"] = "no", pd.NA
    if both:
        row["comparable"] = question["comparable"]
        row["reason_not_comparable"] = question["reason_not_comparable"]
    elif pair.previous is None:
        row["reason_not_comparable"] = NO_EARLIER
    else:
        row["reason_not_comparable"] = "The report gives no comparable figure."
    row["change_points"] = _change(row)
    return row


def _finish(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({column: "Int64" for column in _WHOLE if column in columns})


def rating_comparison(tables: Tables, ratings: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each standard of the current framework and pair of rounds.

    ``ratings`` is the result of standard_ratings. Columns: provider,
    previous_inspection, current_inspection, standard, name, domain_name,
    previous_rating, current_rating, previous_points, current_points, direction
    (rose, stayed, fell; empty where the ratings do not compare), comparable,
    reason, discretion, note, previous and current source and place.
    """
    rows: list[dict[str, Any]] = []
    for pair in pairs_of_inspections(tables):
        current = ratings[ratings["inspection"] == pair.current["inspection"]]
        previous = ratings[ratings["inspection"] == pair.previous_code].set_index("standard")
        standards = framework_rows(tables["standards"], pair.current["framework"])
        for _, line in current[current["standard"] != "overall"].iterrows():
            statement = comparability(tables, pair, "rating", line["standard"])
            code = statement["previous_subject"]
            earlier = (
                previous.loc[code] if not is_missing(code) and code in previous.index else None
            )
            here = standards[standards["standard"] == line["standard"]].iloc[0]
            row: dict[str, Any] = {
                "provider": pair.provider,
                "previous_inspection": pair.previous_code,
                "current_inspection": pair.current["inspection"],
                "standard": line["standard"],
                "name": line["name"],
                "domain_name": here["domain_name"],
                "current_rating": line["published_rating"],
                "current_points": line["points"],
                "comparable": statement["comparable"],
                "reason": statement["reason"],
                "discretion": line["discretion"],
                "note": line["note"],
                "current_source": line["source"],
                "current_place": line["place"],
            }
            for name in ("rating", "points", "source", "place"):
                column = "published_rating" if name == "rating" else name
                row[f"previous_{name}"] = pd.NA if earlier is None else earlier[column]
            row["direction"] = pd.NA
            if earlier is not None and statement["comparable"] != "no":
                step = int(line["points"]) - int(earlier["points"])
                row["direction"] = "rose" if step > 0 else "fell" if step < 0 else "stayed"
            rows.append(row)
    frame = pd.DataFrame(rows)
    return frame.astype({"previous_points": "Int64", "current_points": "Int64"})

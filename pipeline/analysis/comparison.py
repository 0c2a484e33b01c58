"""Two inspections of one provider side by side, and beside a national aggregate.

Which figures may be compared is data (``comparability.csv``), not a decision of
this code: within one framework everything compares; between two frameworks only
what a row says does.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import pandas as pd

from pipeline.analysis.ratings.bands import bands_by_percent, framework_rows
from pipeline.analysis.records import Row, grouped, records
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
_RATING_COLUMNS = [
    "provider", "previous_inspection", "current_inspection", "standard", "name", "domain_name",
    "current_rating", "current_points", "comparable", "reason", "discretion", "note",
    "current_source", "current_place", "previous_rating", "previous_points", "previous_source",
    "previous_place", "direction",
]  # fmt: skip
_WHOLE = [
    "previous_percent", "current_percent", "all_crcs_percent", "previous_base", "current_base",
    "change_points", "difference_from_all_crcs", "previous_limit", "current_limit", "position",
]  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """An inspection and an earlier one of the same provider, or none: rows of ``inspections``."""

    provider: str
    previous: Row | None
    current: Row

    @property
    def previous_code(self) -> Any:
        """The earlier inspection's code, or missing."""
        return pd.NA if self.previous is None else self.previous["inspection"]


def pairs_of_inspections(tables: Tables) -> list[Pair]:
    """Return every pair of rounds of every provider, earlier first.

    A provider inspected once gets a single pair without an earlier inspection.
    """
    in_order = records(tables["inspections"].sort_values(["provider", "round"]))
    rounds = grouped(in_order, "provider")
    pairs = []
    for provider, inspections in rounds.items():
        if len(inspections) == 1:
            pairs.append(Pair(provider, None, inspections[0]))
        pairs += [Pair(provider, a, b) for a, b in combinations(inspections, 2)]
    return pairs


class Published:
    """The raw rows by their keys: looked up once a figure, and there are thousands of figures."""

    def __init__(self, tables: Tables) -> None:
        """Index the tables; each index is made when it is first asked for."""
        self._tables = tables

    def _by(self, name: str, *key: str) -> dict[tuple[Any, ...], Row]:
        return {tuple(row[k] for k in key): row for row in records(self._tables[name])}

    @cached_property
    def own_scores(self) -> dict[tuple[Any, ...], Row]:
        """Scores of an inspection's own report, by inspection and key question."""
        rows = self._by("key_question_scores", "inspection", "key_question", "reading")
        return {key[:2]: row for key, row in rows.items() if key[2] == "own"}

    @cached_property
    def aggregates(self) -> dict[tuple[Any, ...], Row]:
        """Comparator scores, by comparator, framework and key question."""
        return self._by("comparator_scores", "comparator", "framework", "key_question")

    @cached_property
    def questions(self) -> dict[tuple[Any, ...], Row]:
        """Key questions, by framework and number, in the order of the file."""
        return self._by("key_questions", "framework", "key_question")

    @cached_property
    def prompt_scores(self) -> dict[tuple[Any, ...], Row]:
        """Prompt scores, by inspection, framework and prompt."""
        return self._by("prompt_scores", "inspection", "framework", "prompt")

    @cached_property
    def prompts(self) -> dict[str, list[Row]]:
        """Prompts of each framework, in the order printed."""
        return self._of_framework("prompts")

    @cached_property
    def asked(self) -> dict[str, list[Row]]:
        """Key questions of each framework, in the order of the file."""
        return self._of_framework("key_questions")

    def _of_framework(self, name: str) -> dict[str, list[Row]]:
        return grouped(records(self._tables[name]), "framework")

    @cached_property
    def sizes(self) -> dict[tuple[Any, ...], Any]:
        """Printed sizes of samples, by inspection and sample; missing where not printed."""
        return {k: row["size"] for k, row in self._by("samples", "inspection", "sample").items()}

    @cached_property
    def part_of(self) -> dict[Any, Any]:
        """The larger sample that each kind of sample lies within, or missing."""
        return {key[0]: row["part_of"] for key, row in self._by("sample_kinds", "sample").items()}

    @cached_property
    def statements(self) -> dict[tuple[Any, ...], Row]:
        """What may be compared, by both frameworks, kind and subject."""
        key = ("previous_framework", "current_framework", "kind", "subject")
        return self._by("comparability", *key)

    @cached_property
    def bands(self) -> dict[str, dict[int, Row]]:
        """The rating band of each whole percentage, by framework."""
        bands = self._tables["rating_bands"]
        return {
            framework: bands_by_percent(framework_rows(bands, framework))
            for framework in self._tables["frameworks"]["framework"]
        }

    def band(self, inspection: Row | None, percent: Any) -> Any:
        """Return the name of the band a percentage lies in, in the inspection's own framework."""
        if inspection is None or is_missing(percent):
            return pd.NA
        return self.bands[inspection["framework"]][percent]["band"]

    def bases(self, side: str, inspection: Row | None, sample: Any) -> Row:
        """Return the base columns of one side (``previous`` or ``current``) for a sample.

        The limit of a sample whose size was not published is that of the sample it
        lies within.
        """
        base = limit = pd.NA
        tied = False
        if inspection is not None:
            code, within = inspection["inspection"], sample
            while is_missing(limit) and not is_missing(within):
                limit = self.sizes.get((code, within), pd.NA)
                within = self.part_of.get(within, pd.NA)
            tied = not is_missing(self.sizes.get((code, sample), pd.NA))
            base = limit if tied else pd.NA
        return {f"{side}_base": base, f"{side}_limit": limit, f"{side}_tied": tied}

    def comparability(self, pair: Pair, kind: str, subject: Any) -> Row:
        """Return what the data says about comparing a rating or key question between two rounds.

        ``kind`` is 'rating' or 'key question', ``subject`` a code of the current
        framework. The row has comparable, reason, said_by, same_question,
        previous_subject, source and place.
        """
        answer: Row = {
            "comparable": "no",
            "reason": NO_EARLIER,
            "said_by": "us",
            "same_question": "no",
            **dict.fromkeys(["previous_subject", "source", "place"], pd.NA),
        }
        if pair.previous is None:
            return answer
        earlier, later = pair.previous["framework"], pair.current["framework"]
        if earlier == later:
            same = {"comparable": "yes", "reason": pd.NA, "same_question": "yes"}
            return {**answer, **same, "previous_subject": subject}
        unstated = {**answer, "reason": NOT_STATED}
        return self.statements.get((earlier, later, kind, subject), unstated)


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
    published = Published(tables)
    rows: list[Row] = []
    for pair in pairs_of_inspections(tables):
        framework = pair.current["framework"]
        for question in published.asked[framework]:
            row = _question_row(published, pair, question)
            key = (comparator, framework, row["key_question"])
            row |= _against(published.aggregates.get(key), row["current_percent"])
            for side, inspection in (("previous", pair.previous), ("current", pair.current)):
                row[f"{side}_band"] = published.band(inspection, row[f"{side}_percent"])
            rows.append(row)
    return _finish(rows, _COLUMNS)


def _question_row(published: Published, pair: Pair, question: Row) -> Row:
    code, sample = question["key_question"], question["sample"]
    statement = published.comparability(pair, "key question", code)
    earlier, before, earlier_sample = None, None, sample
    if pair.previous is not None and statement["same_question"] == "yes":
        same = statement["previous_subject"]
        earlier = published.own_scores.get((pair.previous["inspection"], same))
        if earlier is not None:
            before = pair.previous
            earlier_sample = published.questions[before["framework"], same]["sample"]
    current = published.own_scores[pair.current["inspection"], code]
    row: Row = {
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
        **_figure("current", current),
        **_figure("previous", earlier),
        **published.bases("current", pair.current, sample),
        **published.bases("previous", before, earlier_sample),
    }
    for side, which in (("current", "later"), ("previous", "earlier")):
        if row["comparable"] != "no" and is_missing(row[f"{side}_percent"]):
            row["comparable"] = "no"
            row["reason_not_comparable"] = (
                f"The {which} inspection has no figure for this question."
            )
    row["change_points"] = _change(row)
    return row


def _figure(side: str, score: Row | None) -> Row:
    if score is None:
        gone = dict.fromkeys([f"{side}_percent", f"{side}_source", f"{side}_place"], pd.NA)
        return {**gone, f"{side}_status": "no comparable data"}
    return {f"{side}_{name}": score[name] for name in ("percent", "status", "source", "place")}


def _change(row: Row) -> Any:
    current, previous = row["current_percent"], row["previous_percent"]
    if row["comparable"] == "no" or is_missing(current) or is_missing(previous):
        return pd.NA
    return int(current) - int(previous)


def _against(aggregate: Row | None, percent: Any) -> Row:
    if aggregate is None:
        gone = ["all_crcs_percent", "difference_from_all_crcs", "all_crcs_source", "all_crcs_place"]
        return {**dict.fromkeys(gone, pd.NA), "all_crcs_status": "not published"}
    theirs = aggregate["percent"]
    known = not is_missing(theirs) and not is_missing(percent)
    return {
        **{
            f"all_crcs_{name}": aggregate[name] for name in ("percent", "status", "source", "place")
        },
        "difference_from_all_crcs": int(percent) - int(theirs) if known else pd.NA,
    }


def prompt_comparison(tables: Tables, questions: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each prompt of the current framework and pair of rounds.

    ``questions`` is the result of key_question_comparison. Figures stay in the
    column in which they are printed. A prompt compares where both figures are
    printed, with the caution of its key question. Units and bases as there; the
    limit of a restricted prompt is that of its key question.
    """
    published = Published(tables)
    parents = {
        (_text(row["previous_inspection"]), row["current_inspection"], row["key_question"]): row
        for row in records(questions)
    }
    scored = {(inspection, framework) for inspection, framework, _ in published.prompt_scores}
    rows: list[Row] = []
    for pair in pairs_of_inspections(tables):
        code, framework = pair.current["inspection"], pair.current["framework"]
        if (code, framework) not in scored:
            continue
        for prompt in published.prompts[framework]:
            parent = parents[_text(pair.previous_code), code, prompt["key_question"]]
            rows.append(_prompt_row(published, pair, prompt, parent))
    return _finish(rows, _PROMPT_COLUMNS)


def _text(value: Any) -> str:
    return "" if is_missing(value) else str(value)


def _prompt_row(published: Published, pair: Pair, prompt: Row, question: Row) -> Row:
    code, framework = prompt["prompt"], pair.current["framework"]
    scores = published.prompt_scores
    earlier = None
    if pair.previous is not None:
        earlier = scores.get((pair.previous["inspection"], framework, code))
    row: Row = {
        "provider": pair.provider,
        "previous_inspection": pair.previous_code,
        "current_inspection": pair.current["inspection"],
        "key_question": prompt["key_question"],
        "prompt": code,
        "wording": prompt["wording"],
        "sample": prompt["sample"],
        "position": prompt["position"],
        "restriction": prompt["restriction"],
        **_figure("current", scores.get((pair.current["inspection"], framework, code))),
        **_figure("previous", earlier),
    }
    for side, inspection in (("current", pair.current), ("previous", pair.previous)):
        own = published.bases(side, inspection, prompt["sample"])
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


def _finish(rows: list[Row], columns: list[str]) -> pd.DataFrame:
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
    published = Published(tables)
    domains = {
        (row["framework"], row["standard"]): row["domain_name"]
        for row in records(tables["standards"])
    }
    rated: dict[str, dict[str, Row]] = defaultdict(dict)
    for line in records(ratings[ratings["standard"] != "overall"]):
        rated[line["inspection"]][line["standard"]] = line
    rows: list[Row] = []
    for pair in pairs_of_inspections(tables):
        before = {} if pair.previous is None else rated[pair.previous["inspection"]]
        for standard, line in rated[pair.current["inspection"]].items():
            statement = published.comparability(pair, "rating", standard)
            same = statement["previous_subject"]
            earlier = None if is_missing(same) else before.get(same)
            row: Row = {
                "provider": pair.provider,
                "previous_inspection": pair.previous_code,
                "current_inspection": pair.current["inspection"],
                "standard": standard,
                "name": line["name"],
                "domain_name": domains[pair.current["framework"], standard],
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
    frame = pd.DataFrame(rows, columns=_RATING_COLUMNS)
    return frame.astype({"previous_points": "Int64", "current_points": "Int64"})

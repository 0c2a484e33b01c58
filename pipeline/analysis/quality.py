"""Rules that reconcile the published figures with one another.

Each rule asks one question of every inspection (or plan) in the tables and answers it row by row,
also where all is well. A rule finds what disagrees; it does not say who is at fault: the document
may contradict itself, or the figure may have been copied wrongly. Which it is, and what the
pipeline does about it, stands in the register of discrepancies. No rule knows the name of a
provider, so each holds for simulated inspections too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pandas as pd

from pipeline.analysis.bases import possible_bases, possible_counts
from pipeline.analysis.ratings import permitted_discretion, standard_ratings
from pipeline.data import Tables

COLUMNS = ["rule", "severity", "inspection", "subject", "result", "detail"]

PASSED = "passed"
FAILED = "failed"
NOT_APPLICABLE = "not applicable"

ERROR = "error"
WARNING = "warning"
NOTE = "note"
SEVERITIES = {
    ERROR: "One of two figures, or a result, cannot be right as it stands.",
    WARNING: "A figure cannot be what its label says, or the documents disagree about it.",
    NOTE: "Worth knowing; no figure is wrong because of it.",
}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """What a rule found in one place: whose, about what, whether it holds, and in words."""

    inspection: str
    subject: str
    holds: bool
    detail: str


@dataclass(frozen=True)
class Rule:
    """A named rule: what it is about, how grave a failure is, and the function that asks it."""

    name: str
    title: str
    severity: str
    question: str
    ask: Callable[[Records], Iterable[Finding]] = field(repr=False)


class Records:
    """The raw tables as rows with ``None`` for what is missing, and look-ups that rules share."""

    def __init__(self, tables: Tables, ratings: pd.DataFrame | None = None) -> None:
        """Read the tables once; ``ratings`` spares deriving the ratings a second time."""
        self.tables = tables
        self._rows: dict[str, list[Row]] = {}
        self._ratings = ratings
        self.framework = {i["inspection"]: i["framework"] for i in self.rows("inspections")}
        self.samples = {(s["inspection"], s["sample"]): s for s in self.rows("samples")}
        self.part_of = {s["sample"]: s["part_of"] for s in self.rows("sample_kinds")}
        self.questions = {
            (q["framework"], q["key_question"]): q for q in self.rows("key_questions")
        }
        self.prompts = {(p["framework"], p["prompt"]): p for p in self.rows("prompts")}
        scores = self.rows("key_question_scores")
        self.own, self.reprint = (
            {(s["inspection"], s["key_question"]): s for s in scores if s["reading"] == reading}
            for reading in ("own", "reprint")
        )
        self.prompt_scores = {(s["inspection"], s["prompt"]): s for s in self.rows("prompt_scores")}
        self.comparable = {
            (c["previous_framework"], c["current_framework"], c["kind"], c["subject"]): c
            for c in self.rows("comparability")
        }
        self.measures = {m["measure"]: m for m in self.rows("measures")}
        self.facts: dict[tuple[str, str], list[Row]] = {}
        self.measured: dict[str, dict[str, list[Row]]] = {}
        for fact in self.rows("facts"):
            inspection, measure = fact["inspection"], fact["measure"]
            rows = self.measured.setdefault(inspection, {}).setdefault(measure, [])
            rows.append(fact)
            self.facts[inspection, measure] = rows

    def rows(self, table: str) -> list[Row]:
        """Every row of a table; a missing value is ``None``."""
        if table not in self._rows:
            frame = self.tables[table].astype(object)
            rows = frame.where(frame.notna(), None).to_dict("records")
            self._rows[table] = [{str(name): cell for name, cell in row.items()} for row in rows]
        return self._rows[table]

    def by_inspection(self, table: str) -> dict[str, list[Row]]:
        """The rows of a table for each inspection, in the order of the inspections."""
        found: dict[str, list[Row]] = {inspection: [] for inspection in self.framework}
        for row in self.rows(table):
            found.setdefault(row["inspection"], []).append(row)
        return found

    @property
    def ratings(self) -> pd.DataFrame:
        """Published and derived ratings."""
        if self._ratings is None:
            self._ratings = standard_ratings(self.tables)
        return self._ratings

    @property
    def pairs(self) -> list[tuple[Row, Row]]:
        """Each inspection with the one before it of the same provider."""
        by_provider: dict[str, list[Row]] = {}
        for inspection in sorted(self.rows("inspections"), key=lambda i: i["fieldwork_start"]):
            by_provider.setdefault(inspection["provider"], []).append(inspection)
        return [pair for rounds in by_provider.values() for pair in pairwise(rounds)]

    def size(self, inspection: str, sample: str) -> int | None:
        """Printed size of a sample, or None."""
        row = self.samples.get((inspection, sample))
        return None if row is None or row["size"] is None else int(row["size"])

    def limit(self, inspection: str, sample: str, question_sample: str | None = None) -> int | None:
        """Largest number of cases a percentage of this sample can be out of, or None.

        The sample's own size; else that of the sample it is part of; for prompts restricted by
        their wording, that of the sample of their key question.
        """
        at: str | None = question_sample if sample == "restricted" and question_sample else sample
        while at:
            size = self.size(inspection, at)
            if size is not None:
                return size
            at = self.part_of.get(at)
        return None


# --- The same figure in two places -----------------------------------------------------------


def _same_figure_agrees(records: Records) -> Iterator[Finding]:
    for (inspection, question), again in records.reprint.items():
        first = records.own.get((inspection, question))
        if first is None or first["percent"] is None or again["percent"] is None:
            continue
        yield Finding(
            inspection,
            f"key question {question}",
            first["percent"] == again["percent"],
            f"{first['percent']}% in its own report, {again['percent']}% in the next one.",
        )
    for (inspection, measure), rows in records.facts.items():
        values = [row for row in rows if row["value"] is not None]
        if len(values) > 1 and not measure.startswith("restates-"):
            places = "; ".join(f"{_plain(row['value'])} in {row['place']}" for row in values)
            agree = len({row["value"] for row in values}) == 1
            yield Finding(inspection, measure, agree, f"{places}.")
    for earlier, later in records.pairs:
        yield from _previous_values(records, earlier["inspection"], later["inspection"])
    for inspection, rows in records.by_inspection("samples").items():
        yield from _sample_facts(records, inspection, rows)


def _previous_values(records: Records, earlier: str, later: str) -> Iterator[Finding]:
    """Values of one report against the earlier values that the next report prints."""
    for measure, rows in records.measured.get(later, {}).items():
        earlier_rows = records.facts.get((earlier, measure), [])
        then = [r["value"] for r in earlier_rows if r["value"] is not None]
        for row in rows:
            if row["previous_value"] is not None and then:
                yield Finding(
                    later,
                    f"{measure}, earlier value",
                    row["previous_value"] in then,
                    f"{_plain(row['previous_value'])} printed as the earlier value; "
                    f"{_plain(then[0])} in the earlier report.",
                )


def _sample_facts(records: Records, inspection: str, samples: list[Row]) -> Iterator[Finding]:
    """Sizes and design of samples against the same figures carried as facts."""
    columns = {
        "cases": "size",
        "required-cases": "required_size",
        "confidence-level": "confidence_level",
        "margin-of-error": "margin_of_error",
    }
    for sample in samples:
        for prefix, column in columns.items():
            for fact in records.facts.get((inspection, f"{prefix}-{sample['sample']}"), []):
                if fact["value"] is None or sample[column] is None:
                    continue
                yield Finding(
                    inspection,
                    f"{fact['measure']}, as in samples",
                    fact["value"] == sample[column],
                    f"{_plain(fact['value'])} in {fact['place']}; "
                    f"{_plain(sample[column])} in {sample['place']}.",
                )


def _restated_figure_agrees(records: Records) -> Iterator[Finding]:
    for (inspection, measure), rows in records.facts.items():
        if measure == "restates-good-threshold":
            yield from _restated_threshold(records, inspection, rows)
        target = _restated(records, inspection, measure)
        if target is None:
            continue
        subject, percent = target
        for row in rows:
            where = f"'{row['as_printed']}' in {row['place']}; the table prints {percent}%."
            if row["value"] is not None:
                yield Finding(inspection, subject, row["value"] == percent, where)
                continue
            said = share_in_words(row["as_printed"])
            if said is not None:
                low, high = said
                yield Finding(
                    inspection,
                    subject,
                    low <= percent <= high,
                    f"{where} The words allow {low:.0f}% to {high:.0f}%.",
                )


def _restated_threshold(records: Records, inspection: str, rows: list[Row]) -> Iterator[Finding]:
    """A boundary is exact: a fraction that only comes near it is another boundary."""
    framework = records.framework[inspection]
    lower = next(
        band["lower_percent"]
        for band in records.rows("rating_bands")
        if (band["framework"], band["rating"]) == (framework, "Good")
    )
    for row in rows:
        share = _fraction(_simple(row["as_printed"]))
        if share is not None:
            yield Finding(
                inspection,
                "boundary of Good",
                round(100 * share) == lower,
                f"'{row['as_printed']}' in {row['place']}; the bands begin at {lower}%.",
            )


def _restated(records: Records, inspection: str, measure: str) -> tuple[str, int] | None:
    """The question or prompt that a fact repeats, and its published percentage."""
    found = re.fullmatch(r"restates-(key-question|prompt)-(\d+)-(\d+)-(\d+)(?:-(\d+))?", measure)
    if not found:
        return None
    question = ".".join(found.group(2, 3, 4))
    score = (
        records.prompt_scores.get((inspection, f"{question}-{found[5]}"))
        if found[5]
        else records.own.get((inspection, question))
    )
    if score is None or score["percent"] is None:
        return None
    name = f"prompt {question}-{found[5]}" if found[5] else f"key question {question}"
    return name, int(score["percent"])


_NUMBERS = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], start=1
    )
}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
# Points by which a plain fraction may miss the figure: half the distance between tenths.
_ROUNDING = 5
_MORE = ("more than", "over", "just over", "at least")
_LESS = ("less than", "under", "just under", "almost", "nearly", "fewer than")
# Words that turn a share of work done well into the share not done well.
_NOT = re.compile(r"\bnot\b|\bmissed\b|\bfailed\b|\binsufficient\b", re.IGNORECASE)


def share_in_words(text: str) -> tuple[float, float] | None:
    """Return the percentages that a share printed in words allows, or None where it names none.

    Plain fractions ('two-thirds', '8 out of 10', 'a third') allow five points either way; 'over'
    and 'almost' set one limit and ten points; the names of the rating bands are not shares and are
    left out. A share of what was not done is turned round. Percent, both ends included.
    """
    words = _simple(text)
    share = _fraction(words)
    if share is None:
        return None
    percent = float(100 * share)
    before = words[: _position(words)].rstrip()
    low, high = percent - _ROUNDING, percent + _ROUNDING
    if before.endswith(_LESS):
        close = before.endswith(("almost", "nearly", "just under"))
        low, high = (percent - 2 * _ROUNDING if close else 0.0), percent
    elif before.endswith(_MORE):
        close = before.endswith("just over")
        low, high = percent, (percent + 2 * _ROUNDING if close else 100.0)
    if _NOT.search(words):
        low, high = 100 - high, 100 - low
    return max(low, 0.0), min(high, 100.0)


def _simple(text: str) -> str:
    """A printed text in small letters, with plain apostrophes and without hyphens."""
    return text.casefold().replace("’", "'").replace("-", " ")


_OUT_OF = re.compile(r"(\d+|[a-z]+) out of (?:every )?(\d+|[a-z]+)")
_PART = re.compile(r"(?:(\w+) )?(half|third|quarter|fifth|tenth)s?\b")
_PER_CENT = re.compile(r"(\d+) ?(?:per cent|%)")


def _position(words: str) -> int:
    """Where the share begins in a text that holds one."""
    starts = [found.start() for found in (_OUT_OF.search(words), _PER_CENT.search(words)) if found]
    part = _PART.search(words)
    if part:
        counted = part[1] in _NUMBERS or part[1] in ("a", "one")
        starts.append(part.start() if counted else part.start(2))
    return min(starts)


def _fraction(words: str) -> Fraction | None:
    out_of = _OUT_OF.search(words)
    if out_of:
        top, bottom = (
            int(n) if n.isdigit() else _NUMBERS.get(n, 0) for n in (out_of[1], out_of[2])
        )
        return Fraction(top, bottom) if top and bottom else None
    per_cent = _PER_CENT.search(words)
    if per_cent:
        return Fraction(int(per_cent[1]), 100)
    part = _PART.search(words)
    return None if part is None else Fraction(_NUMBERS.get(part[1] or "", 1), _PARTS[part[2]])


def _count_agrees_with_rows(records: Records) -> Iterator[Finding]:
    for inspection in records.framework:
        for measure, (counted, of_what) in _countable(records, inspection).items():
            for fact in records.facts.get((inspection, measure), []):
                if fact["value"] is None or counted is None:
                    continue
                yield Finding(
                    inspection,
                    measure,
                    fact["value"] == counted,
                    f"{_plain(fact['value'])} in {fact['place']}; {counted} {of_what}.",
                )


def _countable(records: Records, inspection: str) -> dict[str, tuple[int | None, str]]:
    """Counts that a report may print and that the tables can be counted for."""
    plans = [p["plan"] for p in records.rows("plans") if p["inspection"] == inspection]
    asked = [r for r in records.rows("recommendations") if r["plan"] in plans]
    verdicts = [f["verdict"] for f in records.rows("follow_up") if f["inspection"] == inspection]
    given = [r["rating"] for r in records.rows("ratings") if r["inspection"] == inspection]
    # A plan may hold recommendations to others than the provider; only a plain list can be counted.
    one_addressee = len({r["addressed_to"] for r in asked}) == 1
    return {
        "recommendations-made": (
            len(asked) if asked and one_addressee else None,
            "recommendations in the plan that answers it",
        ),
        "recommendations-previous": (len(verdicts) or None, "earlier recommendations followed up"),
        "recommendations-sufficient-progress": (
            verdicts.count("sufficient") if verdicts else None,
            "verdicts of sufficient progress",
        ),
        "recommendations-some-progress": (
            verdicts.count("some") if verdicts else None,
            "verdicts of some progress",
        ),
        "standards-rated-good": (given.count("Good") if given else None, "ratings of Good"),
        "standards-inspected": (len(given) or None, "rated standards"),
    }


def _claims_of_targets_agree(records: Records) -> Iterator[Finding]:
    for inspection in records.framework:
        with_target = [
            (measure, row)
            for measure, rows in records.measured.get(inspection, {}).items()
            if records.measures[measure]["topic"] == "performance"
            for row in rows
            if row["value"] is not None and row["target"] is not None
        ]
        missed = [
            f"{measure} is {_plain(row['value'])} against {_plain(row['target'])}"
            for measure, row in with_target
            if (row["value"] < row["target"]) == (records.measures[measure]["better"] == "higher")
            and row["value"] != row["target"]
        ]
        for claim in records.facts.get((inspection, "service-levels-met"), []):
            words = _simple(claim["as_printed"])
            claims_all = re.search(r"(?<!almost )\ball\b", words) is not None
            yield Finding(
                inspection,
                "targets met",
                not (claims_all and missed),
                f"'{claim['as_printed']}' in {claim['place']}; {len(with_target)} are printed with "
                f"a target, missed: {', '.join(missed) or 'none'}.",
            )


# --- Figures in the wrong place or of the wrong kind ------------------------------------------


def _columns_look_transposed(records: Records) -> Iterator[Finding]:
    for earlier, later in records.pairs:
        before, now = earlier["inspection"], later["inspection"]
        for (framework, question), _ in records.questions.items():
            if framework != later["framework"]:
                continue
            yield from _swapped_questions(records, before, now, question)
        for (framework, name), prompt in records.prompts.items():
            if framework == later["framework"]:
                yield from _swapped_prompts(records, before, now, name, prompt)


def _swapped_questions(records: Records, before: str, now: str, question: str) -> Iterator[Finding]:
    first, again = records.own.get((before, question)), records.reprint.get((before, question))
    current = records.own.get((now, question))
    if not (first and again and current) or None in (first["percent"], again["percent"]):
        return
    swapped = again["percent"] != first["percent"] and current["percent"] == first["percent"]
    yield Finding(
        now,
        f"key question {question}",
        not swapped,
        f"Earlier {again['percent']}%, current {current['percent']}%; the earlier report prints "
        f"{first['percent']}%.",
    )


def _swapped_prompts(
    records: Records, before: str, now: str, name: str, prompt: Row
) -> Iterator[Finding]:
    then, current = (records.prompt_scores.get((i, name)) for i in (before, now))
    if then is None or current is None:
        return
    where = f"prompt {name}"
    if then["percent"] is not None and current["percent"] is None:
        yield Finding(
            now,
            where,
            False,
            f"{then['percent']}% in the earlier column, {current['status']} in the current one.",
        )
        return
    if then["percent"] is None or current["percent"] is None:
        yield Finding(now, where, True, "No figure in the earlier column only.")
        return
    sizes = [records.size(inspection, prompt["sample"]) for inspection in (before, now)]
    figures = [int(then["percent"]), int(current["percent"])]
    yield Finding(
        now,
        where,
        _fit(figures, sizes) or not _fit(figures[::-1], sizes),
        f"Earlier {then['percent']}%, current {current['percent']}%, of samples of "
        f"{sizes[0] or 'unknown size'} and {sizes[1] or 'unknown size'}.",
    )


def _fit(percents: list[int], sizes: list[int | None]) -> bool:
    """Whether each percentage is possible of its sample; a sample of unknown size fits any."""
    return all(
        size is None or (0 <= percent <= 100 and bool(possible_counts(percent, size)))
        for percent, size in zip(percents, sizes, strict=True)
    )


_PERCENT_SIGN = re.compile(r"%|\bper cent\b")


def _percentage_where_count_is_meant(records: Records) -> Iterator[Finding]:
    for (inspection, measure), rows in records.facts.items():
        unit = records.measures[measure]["unit"]
        for row in rows:
            if row["value"] is None:
                continue
            printed = f"Printed as {row['as_printed']} in {row['place']}; the measure is in {unit}."
            # A percentage may be a word in a longer text; the figure itself must carry the sign.
            sign = re.search(
                rf"{re.escape(_plain(row['value']))}\s?(?:%|per cent\b)", row["as_printed"]
            )
            if unit not in ("percent", "percentage points"):
                yield Finding(inspection, measure, sign is None, printed)
            elif unit == "percent":
                any_sign = _PERCENT_SIGN.search(row["as_printed"]) is not None
                yield Finding(inspection, measure, any_sign, printed)


def _percentage_within_limits(records: Records) -> Iterator[Finding]:
    for table, name in (("key_question_scores", "key_question"), ("prompt_scores", "prompt")):
        for inspection, rows in records.by_inspection(table).items():
            figures = [row for row in rows if row["percent"] is not None]
            outside = [row for row in figures if not 0 <= row["percent"] <= 100]
            for row in outside:
                yield Finding(
                    inspection,
                    f"{name.replace('_', ' ')} {row[name]}",
                    False,
                    f"{row['percent']}% is no share of cases.",
                )
            if figures and not outside:
                yield Finding(
                    inspection,
                    f"{len(figures)} {name.replace('_', ' ')} percentages",
                    True,
                    "All lie from 0% to 100%.",
                )


# --- Ratings ----------------------------------------------------------------------------------


def _points_add_up(records: Records) -> Iterator[Finding]:
    printed = {row["inspection"]: row["score"] for row in records.rows("overall_ratings")}
    overall = records.ratings[records.ratings["standard"] == "overall"]
    for row in overall.to_dict("records"):
        score = printed.get(row["inspection"])
        if score is None:
            continue
        yield Finding(
            row["inspection"],
            "overall score",
            int(row["points"]) == int(score),
            f"The points of the standards add up to {row['points']}; {score} is printed.",
        )


def _bands_give_ratings(records: Records) -> Iterator[Finding]:
    for row in records.ratings.to_dict("records"):
        if row["agreement"] == "judgement":
            continue
        overall = row["standard"] == "overall"
        # The overall row also tells of the score, which has a rule of its own.
        holds = (
            row["derived_rating"] == row["published_rating"]
            if overall
            else row["agreement"] != "discrepancy"
        )
        lowest = (
            "" if overall else f" from {row['lowest_percent']}% at {row['lowest_key_question']}"
        )
        how = "; discretion is recorded" if row["agreement"] == "explained" else ""
        yield Finding(
            row["inspection"],
            "overall rating" if overall else f"standard {row['standard']}",
            holds,
            f"The bands give {row['derived_rating']}{lowest}; {row['published_rating']} is "
            f"published{how}.",
        )


def _discretion_is_permitted(records: Records) -> Iterator[Finding]:
    tables = records.tables
    ratings = {(r["inspection"], r["standard"]): r for r in records.ratings.to_dict("records")}
    basis = {(s["framework"], s["standard"]): s["rating_basis"] for s in records.rows("standards")}
    for used in records.rows("discretions"):
        framework = used["framework"]
        rated = ratings.get((used["inspection"], used["standard"]))
        if rated is None or pd.isna(rated["lowest_percent"]):
            continue
        question = records.questions[framework, rated["lowest_key_question"]]
        permitted = permitted_discretion(
            int(rated["lowest_percent"]),
            tables["rating_bands"].query("framework == @framework"),
            tables["discretion_rules"].query("framework == @framework"),
            records.size(used["inspection"], question["sample"]),
            "qualitative" in basis[framework, used["standard"]],
        )
        yield Finding(
            used["inspection"],
            f"standard {used['standard']}, {used['rule']}",
            any((p.rule, p.rating) == (used["rule"], used["to_rating"]) for p in permitted),
            f"From {used['from_rating']} to {used['to_rating']} at {rated['lowest_percent']}%.",
        )


# --- Percentages and their bases --------------------------------------------------------------


def _percentage_is_possible(records: Records) -> Iterator[Finding]:
    for (inspection, number), score in records.own.items():
        question = records.questions.get((records.framework[inspection], number))
        if question is not None:
            yield from _possible(
                records, inspection, f"key question {number}", score["percent"], question["sample"]
            )
    for (inspection, name), score in records.prompt_scores.items():
        prompt = records.prompts.get((score["framework"], name))
        if prompt is not None:
            question = records.questions[score["framework"], prompt["key_question"]]
            yield from _possible(
                records,
                inspection,
                f"prompt {name}",
                score["percent"],
                prompt["sample"],
                question["sample"],
            )
    for (inspection, measure), rows in records.facts.items():
        # Characteristics are of all cases read for case supervision.
        if measure.startswith("cases-"):
            for row in rows:
                if row["value"] is not None and _PERCENT_SIGN.search(row["as_printed"]):
                    yield from _possible(
                        records, inspection, measure, row["value"], "case-supervision"
                    )


def _possible(
    records: Records,
    inspection: str,
    subject: str,
    percent: float | None,
    sample: str,
    question_sample: str | None = None,
) -> Iterator[Finding]:
    if percent is None or percent not in range(101):
        return
    percent = int(percent)
    size = records.size(inspection, sample)
    if size is not None:
        counts = possible_counts(percent, size)
        if counts:
            detail = f"{percent}% can be {_listed(counts)} of {size} cases."
        else:
            detail = (
                f"{percent}% is no whole number of {size} cases, half up or half to even; the base "
                f"must be smaller: {_bases(percent, size)}."
            )
        yield Finding(inspection, subject, bool(counts), detail)
        return
    limit = records.limit(inspection, sample, question_sample)
    if limit is None:
        return
    bases = possible_bases(percent, limit)
    if bases:
        full = "also" if limit in bases else "not"
        detail = (
            f"The base is not printed; {percent}% is possible of {_bases(percent, limit)} cases, "
            f"and so {full} of all {limit}."
        )
    else:
        detail = f"The base is not printed; no number of cases up to {limit} gives {percent}%."
    yield Finding(inspection, subject, bool(bases), detail)


def _interview_percentage_is_possible(records: Records) -> Iterator[Finding]:
    # Only what the catalogue says officers or interviewed staff answered; a survey of all staff has
    # another base.
    asked = {
        name
        for name, measure in records.measures.items()
        if (measure["topic"], measure["unit"]) == ("interviews", "percent")
        and re.search("interviewed|responsible officers", measure["definition"])
    }
    before = {later["inspection"]: earlier["inspection"] for earlier, later in records.pairs}
    for (inspection, measure), rows in records.facts.items():
        if measure not in asked:
            continue
        for row in rows:
            for of, column, when in (
                (inspection, "value", ""),
                (before.get(inspection), "previous_value", ", earlier value"),
            ):
                percent, interviewed = row[column], _interviewed(records, of)
                if percent is None or interviewed is None or percent not in range(101):
                    continue
                counts = possible_counts(int(percent), interviewed)
                yield Finding(
                    inspection,
                    f"{measure}{when}",
                    bool(counts),
                    f"{_plain(percent)}% can be {_listed(counts)} of {interviewed} officers."
                    if counts
                    else f"{_plain(percent)}% is no whole number of {interviewed} officers "
                    "interviewed; another number of them must have answered.",
                )


def _interviewed(records: Records, inspection: str | None) -> int | None:
    rows = records.facts.get((inspection or "", "officers-interviewed"), [])
    sizes = [int(row["value"]) for row in rows if row["value"] is not None]
    return sizes[0] if sizes else None


def _sample_reaches_its_size(records: Records) -> Iterator[Finding]:
    for sample in records.rows("samples"):
        size, required = sample["size"], sample["required_size"]
        if size is None or required is None:
            continue
        complete = sample["all_eligible"] == "yes"
        yield Finding(
            sample["inspection"],
            f"sample {sample['sample']}",
            size >= required or complete,
            f"{size} cases read, {required} required"
            + ("; every eligible case was read." if complete else "."),
        )


# --- Wording, numbering, comparability --------------------------------------------------------


def _wording_agrees(records: Records) -> Iterator[Finding]:
    reported = _reported_by(records)
    for row in records.rows("question_wordings"):
        question = records.questions[row["framework"], row["key_question"]]
        for inspection in reported.get(row["framework"], []):
            yield Finding(
                inspection,
                f"key question {row['key_question']}, {row['where']}",
                _same_words(question["question"], row["wording"]),
                f"Ratings table: {question['question']} {row['where'].capitalize()}: "
                f"{row['wording']}",
            )
    for earlier, later in records.pairs:
        frameworks = earlier["framework"], later["framework"]
        for (first, second, kind, subject), entry in records.comparable.items():
            compared = (first, second) == frameworks and kind == "key question"
            if not compared or entry["same_question"] != "yes":
                continue
            old = records.questions.get((first, entry["previous_subject"]))
            new = records.questions.get((second, subject))
            if old and new:
                yield Finding(
                    later["inspection"],
                    f"key question {subject}, both rounds",
                    _same_words(old["question"], new["question"]),
                    f"Before: {old['question']} Now: {new['question']}",
                )


def _reported_by(records: Records) -> dict[str, list[str]]:
    """The inspections under each framework."""
    found: dict[str, list[str]] = {}
    for inspection, framework in records.framework.items():
        found.setdefault(framework, []).append(inspection)
    return found


def _same_words(first: str, second: str) -> bool:
    """Whether two wordings are the same letter for letter, quotation marks and space apart."""
    one, two = (" ".join(text.replace("’", "'").split()) for text in (first, second))
    return one == two


def _numbering_agrees(records: Records) -> Iterator[Finding]:
    reported = _reported_by(records)
    for (framework, number), question in records.questions.items():
        printed = question["printed_number"]
        for inspection in reported.get(framework, []):
            yield Finding(
                inspection,
                f"key question {number}",
                printed in (None, number),
                f"Numbered {number}; printed {printed or 'so, or without a number'}.",
            )
    answers = {plan["plan"]: plan["inspection"] or "" for plan in records.rows("plans")}
    for row in records.rows("recommendations"):
        printed = row["printed_number"]
        yield Finding(
            answers.get(row["plan"], ""),
            f"plan {row['plan']}, recommendation {row['recommendation']}",
            (printed or "").rstrip(".") == str(row["recommendation"]),
            f"Recommendation {row['recommendation']} in order; printed "
            f"{printed or 'without a number'}.",
        )


def _comparability_consistent(records: Records) -> Iterator[Finding]:
    for earlier, later in records.pairs:
        for (framework, number), question in records.questions.items():
            if framework == later["framework"]:
                yield from _question_comparability(records, earlier, later, number, question)


def _question_comparability(
    records: Records, earlier: Row, later: Row, number: str, question: Row
) -> Iterator[Finding]:
    frameworks = earlier["framework"], later["framework"]
    same = frameworks[0] == frameworks[1]
    entry = records.comparable.get((*frameworks, "key question", number))
    verdict = "yes" if same else (entry["comparable"] if entry else "no")
    standard = records.comparable.get((*frameworks, "rating", question["standard"]))
    rating = "yes" if same else (standard["comparable"] if standard else "no")
    before, now = earlier["inspection"], later["inspection"]
    first, again = records.own.get((before, number)), records.reprint.get((before, number))
    asked = same or (entry is not None and entry["same_question"] == "yes")
    problems = []
    if again is not None and again["percent"] is not None and verdict == "no":
        problems.append("an earlier figure is printed beside it though it may not be compared")
    if again is not None and again["percent"] is None and verdict != "no":
        problems.append("no earlier figure is printed though it may be compared")
    if asked and verdict == "no" and first is not None and first["percent"] is not None:
        problems.append(
            f"the earlier report prints {first['percent']}% for the same question, which the later "
            "one says is not comparable"
        )
    if verdict != "no" and rating == "no":
        problems.append("figures stand side by side though the ratings do not compare")
    if verdict != "no":
        problems += _prompts_and_wording(records, before, framework=frameworks[1], number=number)
    yield Finding(
        now,
        f"key question {number}",
        not problems,
        ("; ".join(problems) + ".").capitalize()
        if problems
        else f"Comparable: {verdict}; nothing printed says otherwise.",
    )


def _prompts_and_wording(
    records: Records, before: str, framework: str, number: str
) -> Iterator[str]:
    """What stands against comparing a key question in the annex of its own report."""
    scores = [
        records.prompt_scores[before, name]
        for (of, name), prompt in records.prompts.items()
        if of == framework
        and prompt["key_question"] == number
        and (before, name) in records.prompt_scores
    ]
    if scores and all(score["status"] == "no comparable data" for score in scores):
        yield f"it is compared, none of its {len(scores)} prompts is"
    question = records.questions[framework, number]["question"]
    for row in records.rows("question_wordings"):
        at = (row["framework"], row["key_question"], row["where"])
        if at == (framework, number, "annex") and not _same_words(question, row["wording"]):
            yield "it is compared under one wording and stands in the annex under another"


# --- Plans and transcription ------------------------------------------------------------------


def _plan_totals_agree(records: Records) -> Iterator[Finding]:
    responses: dict[str, list[str]] = {}
    for row in records.rows("responses"):
        responses.setdefault(row["plan"], []).append(row["response"])
    for plan in records.rows("plans"):
        given = responses.get(plan["plan"], [])
        for response in ("agreed", "partly agreed", "not agreed", "total"):
            printed = plan[f"{response.replace(' ', '_')}_printed"]
            if printed is None:
                continue
            counted = len(given) if response == "total" else given.count(response)
            yield Finding(
                plan["inspection"] or "",
                f"plan {plan['plan']}, {response}",
                counted == int(printed),
                f"{printed} printed, {counted} counted.",
            )


def _figures_transcribed_twice(records: Records) -> Iterator[Finding]:
    read = {(row["source"], row["table"]): row for row in records.rows("second_readings")}
    simulated = {s["source"] for s in records.rows("sources") if s["kind"] == "simulated"}
    reported: dict[str, str] = {}
    for inspection in records.rows("inspections"):
        reported.setdefault(inspection["source"], inspection["inspection"])
    for plan in records.rows("plans"):
        reported.setdefault(plan["source"], plan["inspection"] or "")
    for table in FIGURE_TABLES:
        rows: dict[str, int] = {}
        for row in records.rows(table):
            rows[row["source"]] = rows.get(row["source"], 0) + 1
        for source, count in rows.items():
            if source in simulated:
                continue
            again = read.get((source, table))
            twice = 0 if again is None else int(again["rows"])
            yield Finding(
                reported.get(source, ""),
                f"{table}, {source}",
                twice >= count,
                f"{twice} of {count} rows were read a second time"
                + (f", {again['blind']} of them blind." if again else "."),
            )


#: Tables whose rows are results copied from documents, as against lists and our own readings.
FIGURE_TABLES = (
    "key_question_scores",
    "comparator_scores",
    "prompt_scores",
    "facts",
    "ratings",
    "overall_ratings",
    "discretions",
    "allocation_matrix",
    "recommendations",
    "responses",
    "actions",
    "follow_up",
)

RULES = (
    Rule(
        "same-figure-agrees",
        "The same figure in two places",
        ERROR,
        "Is a figure that is printed in two places or two documents the same?",
        _same_figure_agrees,
    ),
    Rule(
        "points-add-up",
        "Points add up to the printed score",
        ERROR,
        "Do the points of the standards add up to the printed score?",
        _points_add_up,
    ),
    Rule(
        "bands-give-ratings",
        "Bands give the ratings, or discretion is recorded",
        ERROR,
        "Does the lowest key question give the published rating, or is discretion recorded?",
        _bands_give_ratings,
    ),
    Rule(
        "discretion-is-permitted",
        "Each use of discretion is permitted",
        ERROR,
        "Does the framework permit each recorded use of discretion?",
        _discretion_is_permitted,
    ),
    Rule(
        "percentage-within-limits",
        "Percentages from 0 to 100",
        ERROR,
        "Do all percentages lie from 0 to 100?",
        _percentage_within_limits,
    ),
    Rule(
        "plan-totals-agree",
        "Totals printed in action plans",
        ERROR,
        "Do the totals printed in an action plan agree with its responses?",
        _plan_totals_agree,
    ),
    Rule(
        "count-agrees-with-rows",
        "Printed counts agree with what they count",
        ERROR,
        "Does a printed count agree with the rows it counts?",
        _count_agrees_with_rows,
    ),
    Rule(
        "percentage-is-possible",
        "Percentages that a whole number of cases gives",
        WARNING,
        "Is there a whole number of cases that rounds to the printed percentage?",
        _percentage_is_possible,
    ),
    Rule(
        "percentage-where-count-is-meant",
        "Figures with the sign of their unit",
        WARNING,
        "Is a figure printed with the sign of its unit, and a count without a percent sign?",
        _percentage_where_count_is_meant,
    ),
    Rule(
        "columns-look-transposed",
        "Figures in their own columns",
        WARNING,
        "Do earlier and current figures stand in their own columns?",
        _columns_look_transposed,
    ),
    Rule(
        "restated-figure-agrees",
        "Figures repeated in the text",
        WARNING,
        "Does a sentence that repeats a figure agree with the table?",
        _restated_figure_agrees,
    ),
    Rule(
        "claims-of-targets-agree",
        "Statements on targets met",
        WARNING,
        "Does a sentence on targets met agree with the values and targets printed?",
        _claims_of_targets_agree,
    ),
    Rule(
        "comparability-consistent",
        "Key questions comparable, or not, in every place",
        WARNING,
        "Is each key question either comparable or not, in every place that bears on it?",
        _comparability_consistent,
    ),
    Rule(
        "sample-reaches-its-size",
        "Samples as large as required, or complete",
        WARNING,
        "Was the required number of cases read, or every eligible one?",
        _sample_reaches_its_size,
    ),
    Rule(
        "interview-percentage-is-possible",
        "Percentages of those interviewed that are possible",
        NOTE,
        "Can the percentage be a share of the officers interviewed?",
        _interview_percentage_is_possible,
    ),
    Rule(
        "wording-agrees",
        "Key questions worded alike",
        NOTE,
        "Is a key question worded alike in table, heading, annex and the round before?",
        _wording_agrees,
    ),
    Rule(
        "numbering-agrees",
        "Numbers as printed",
        NOTE,
        "Is the printed number the one that its place gives?",
        _numbering_agrees,
    ),
    Rule(
        "figures-transcribed-twice",
        "Tables read a second time",
        NOTE,
        "Were all rows copied from the document read a second time and compared?",
        _figures_transcribed_twice,
    ),
)


def quality_checks(tables: Tables, ratings: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the answer of every rule about every inspection, also where all is well.

    A row is a rule and a subject. Columns: rule, severity (``error``, ``warning``, ``note``: how
    grave a failure is), inspection (empty for a plan whose inspection is not in the tables),
    subject, result (``passed``, ``failed``, or ``not applicable`` where an inspection has nothing
    the rule asks about), detail (the figures, in words). ``ratings`` is the table of
    ``standard_ratings``, derived here if it is not given.
    """
    records = Records(tables, ratings)
    order = {inspection: place for place, inspection in enumerate(records.framework)}
    rows: list[tuple[str, str, object, str, str, str]] = []
    for rule in RULES:
        # One figure may stand in several rows; the same finding is told once.
        findings = sorted(
            dict.fromkeys(rule.ask(records)), key=lambda f: order.get(f.inspection, len(order))
        )
        rows += [
            (
                rule.name,
                rule.severity,
                finding.inspection or pd.NA,
                finding.subject,
                PASSED if finding.holds else FAILED,
                finding.detail,
            )
            for finding in findings
        ]
        asked = {finding.inspection for finding in findings}
        rows += [
            (rule.name, rule.severity, inspection, "whole inspection", NOT_APPLICABLE,
             "Nothing is printed that this rule could ask about.")
            for inspection in order
            if inspection not in asked
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS).astype("string")


def rules_table() -> pd.DataFrame:
    """Return one row a rule: rule, title (what should hold), severity, question (what it asks)."""
    return pd.DataFrame(
        [(rule.name, rule.title, rule.severity, rule.question) for rule in RULES],
        columns=["rule", "title", "severity", "question"],
    )


def _plain(value: float) -> str:
    return f"{float(value):g}" if float(value) < 1e6 else f"{float(value):.0f}"


def _listed(counts: list[int]) -> str:
    return str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def _bases(percent: int, limit: int) -> str:
    bases = possible_bases(percent, limit)
    if not bases:
        return "there is none"
    if len(bases) <= 5:
        return ", ".join(map(str, bases))
    return f"{len(bases)} bases from {bases[0]} to {bases[-1]}"

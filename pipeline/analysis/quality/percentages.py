"""Rules on percentages: their limits, their sign, and the cases they can be out of."""

import re
from collections.abc import Iterator
from functools import lru_cache

from pipeline.analysis.quality.lookups import ERROR, NOTE, WARNING, Finding, Records, plain, rule
from pipeline.analysis.statistics.bases import possible_bases, possible_counts

_PERCENT_SIGN = re.compile(r"%|\bper cent\b")


@rule(ERROR, "Tables of scores whose percentages all lie from 0 to 100")
def percentage_within_limits(records: Records) -> Iterator[Finding]:
    """Do all percentages lie from 0 to 100?"""
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


@rule(WARNING, "Figures with the sign of their unit")
def percentage_where_count_is_meant(records: Records) -> Iterator[Finding]:
    """Is a figure printed with the sign of its unit, and a count without a percent sign?"""
    for (inspection, measure), rows in records.facts.items():
        unit = records.measures[measure]["unit"]
        for row in rows:
            if row["value"] is None:
                continue
            printed = f"Printed as {row['as_printed']} in {row['place']}; the measure is in {unit}."
            # A percentage may be a word in a longer text; the figure itself must carry the sign.
            sign = re.search(
                rf"{re.escape(plain(row['value']))}\s?(?:%|per cent\b)", row["as_printed"]
            )
            if unit not in ("percent", "percentage points"):
                yield Finding(inspection, measure, sign is None, printed)
            elif unit == "percent":
                any_sign = _PERCENT_SIGN.search(row["as_printed"]) is not None
                yield Finding(inspection, measure, any_sign, printed)


@rule(WARNING, "Percentages that a whole number of cases gives")
def percentage_is_possible(records: Records) -> Iterator[Finding]:
    """Does a whole number of cases give the percentage, of the printed sample or, where none is
    printed, of any number up to the sample it lies within?
    """
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
    size = records.size(inspection, sample)
    if size is not None:
        yield Finding(inspection, subject, *_of_size(int(percent), size))
        return
    limit = records.limit(inspection, sample, question_sample)
    if limit is not None:
        yield Finding(inspection, subject, *_up_to(int(percent), limit))


@lru_cache(maxsize=10_000)
def _of_size(percent: int, size: int) -> tuple[bool, str]:
    """Whether a percentage can be of so many cases, and that in words."""
    if counts := possible_counts(percent, size):
        return True, f"{percent}% can be {_listed(counts)} of {size} cases."
    detail = f"{percent}% is no whole number of {size} cases, half up or half to even; "
    if smaller := possible_bases(percent, size):
        return False, f"{detail}the base must be smaller: {_bases(smaller)}."
    return False, f"{detail}nor of any smaller number: one of the two is not as it was counted."


@lru_cache(maxsize=10_000)
def _up_to(percent: int, limit: int) -> tuple[bool, str]:
    """Whether a percentage can be of so many cases or fewer, and that in words."""
    bases = possible_bases(percent, limit)
    if not bases:
        detail = f"The base is not printed; no number of cases up to {limit} gives {percent}%."
        return False, detail
    full = "also" if limit in bases else "not"
    return True, (
        f"The base is not printed; {percent}% is possible of {_bases(bases)} cases, "
        f"and so {full} of all {limit}."
    )


@rule(NOTE, "Percentages of those interviewed that are possible")
def interview_percentage_is_possible(records: Records) -> Iterator[Finding]:
    """Can the percentage be a share of the officers interviewed?"""
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
                    f"{plain(percent)}% can be {_listed(counts)} of {interviewed} officers."
                    if counts
                    else f"{plain(percent)}% is no whole number of {interviewed} officers "
                    "interviewed; another number of them must have answered.",
                )


def _interviewed(records: Records, inspection: str | None) -> int | None:
    rows = records.facts.get((inspection or "", "officers-interviewed"), [])
    sizes = [int(row["value"]) for row in rows if row["value"] is not None]
    return sizes[0] if sizes else None


def _listed(counts: list[int]) -> str:
    return str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def _bases(bases: list[int]) -> str:
    if len(bases) <= 5:
        return ", ".join(map(str, bases))
    return f"{len(bases)} bases from {bases[0]} to {bases[-1]}"

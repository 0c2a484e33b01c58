"""Sentences made from the tables, by rules.

The rules, which the tests try to break:

* "significantly" stands only in a sentence whose verdict is ``significant``;
* a figure that may not be compared gets no sentence about change;
* a base under 30 is always said, and so is a base that can only be under 30;
* figures stand as published: whole percentages, and whole points between them;
* the four shares of cases go by the inspectorate's names (Minority, Too few, Reasonable majority,
  Large majority);
* no p-value, no word about chance ratings, and no decimals, no proof, no rating that would be.

Every sentence is fit for the leadership edition; the analyst edition adds tables, not words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.analysis.records import Row
from pipeline.analysis.sentences.phrases import counted, in_words, joined
from pipeline.analysis.statistics.bases import Base, base_of
from pipeline.analysis.statistics.benchmark import BETTER, NO_CLEAR_DIFFERENCE, SIMILAR, WORSE
from pipeline.analysis.statistics.change import (
    NOT_SIGNIFICANT,
    SIGNIFICANT,
    TESTS_DISAGREE,
    UNSETTLED,
)
from pipeline.data import is_missing

SMALL_BASE = 30
"""A base below this is always said."""


def points(number: int) -> str:
    """A difference of percentages in words, without its sign.

    >>> points(-1), points(10)
    ('1 point', '10 points')
    """
    return counted(abs(number), "point")


def few_cases(base: object) -> str:
    """The warning that goes with every figure on fewer than 30 cases; empty for others.

    >>> few_cases(11), few_cases(97)
    ('only 11 cases', '')
    """
    if is_missing(base) or int(str(base)) >= SMALL_BASE:
        return ""
    return f"only {counted(int(str(base)), 'case')}"


def rose_and_fell(rows: Iterable[Row]) -> tuple[int, int]:
    """How many figures rose and how many fell, of rows with ``change_points``.

    >>> rose_and_fell([{"change_points": 3}, {"change_points": 0}, {"change_points": 10}])
    (2, 0)
    """
    changes = [row["change_points"] for row in rows]
    return sum(change > 0 for change in changes), sum(change < 0 for change in changes)


def small_base(percent: int, base: Base) -> str:
    """A base under 30, in words; empty where the base is larger or may be.

    >>> small_base(64, Base("through-the-gate", 11, 11, True))
    '11 cases'
    >>> small_base(79, Base("unpaid-work", 25, 25, True))
    'at most 24 cases'
    """
    if base.is_full_sample(percent):
        known = base.printed or 0
        return counted(known, "case") if known < SMALL_BASE else ""
    sizes = base.pairs(percent)[1]
    if not len(sizes) or sizes.max() >= SMALL_BASE:
        return ""
    return f"at most {counted(int(sizes.max()), 'case')}"


_WAITING = ("not entered yet", "not published", "suppressed", "withdrawn")
"""Statuses that leave a figure out though no document forbids comparing it."""


def what_is_missing(rows: Sequence[Row], figure: str = "figure") -> str:
    """How many rows cannot be compared only because a figure of a round is missing, and why.

    ``rows`` are of a comparison, with ``previous_status`` and ``current_status``. Empty where none
    waits for a figure: then it is the documents that do not let the rounds be compared.

    >>> rows = [{"previous_status": "not entered yet", "current_status": "published"}]
    >>> what_is_missing(rows)
    'a figure of each is not entered yet'
    """
    sides = ("previous_status", "current_status")
    found = (next((row[s] for s in sides if row[s] in _WAITING), None) for row in rows)
    counts = Counter(status for status in found if status)
    if not counts:
        return ""
    (first, most), *others = counts.most_common()
    if most == len(rows):
        return f"a {figure} of each is {first}"
    said = [f"{first} for {most} of {len(rows)}", *(f"{why} for {n}" for why, n in others)]
    return f"a {figure} is {joined(said)}"


def _small_bases(row: Mapping[str, Any], names: tuple[str, str] | None) -> str:
    """The small bases of a row, in brackets with a space before; of both rounds if named."""
    fields = dict(row)
    if names is None:
        said = small_base(int(row["current_percent"]), base_of(fields, "current"))
        return f" ({said})" if said else ""
    parts = []
    for side, name in zip(("previous", "current"), names, strict=True):
        if said := small_base(int(row[f"{side}_percent"]), base_of(fields, side)):
            parts.append(f"{said} in {name}")
    return f" ({', '.join(parts)})" if parts else ""


_CHANGE = {
    SIGNIFICANT: "significantly {direction}, by {points}",
    NOT_SIGNIFICANT: "{direction} by {points}, which may be no more than the luck of which cases "
    "were read",
    TESTS_DISAGREE: "{direction} by {points}; the inspectorate's test and our check for few cases "
    "disagree on whether that is more than the luck of which cases were read",
    UNSETTLED: "{direction} by {points}; whether that is more than the luck of which cases were "
    "read hangs on a number of cases that was not published",
}
_SAME = {NOT_SIGNIFICANT: "the same in both", UNSETTLED: "the same in both as printed"}


def change_sentence(
    row: Mapping[str, Any], previous_name: str = "then", current_name: str = "now"
) -> str | None:
    """What changed in one figure, as a sentence; None where it may not be compared.

    ``row`` is one of a comparison with tests (``label``, percentages, bases, ``comparable``,
    ``change_verdict``); ``previous_name`` and ``current_name`` name the rounds, such as 2018.
    """
    verdict = row["change_verdict"]
    if (
        verdict not in _CHANGE
        or row["comparable"] == "no"
        or pd.isna(row["previous_percent"])
        or pd.isna(row["current_percent"])
    ):
        return None
    before, now = int(row["previous_percent"]), int(row["current_percent"])
    change = now - before
    if change == 0:
        what = _SAME.get(verdict, _SAME[NOT_SIGNIFICANT])
    else:
        what = _CHANGE[verdict].format(
            direction="up" if change > 0 else "down", points=points(change)
        )
    bases = _small_bases(row, (previous_name, current_name))
    caution = ""
    if row.get("rests_on_words") == "yes":
        caution += " This rests on the report's words: the number of cases itself was not printed."
    if row["comparable"] == "caution":
        reason = row.get("reason_not_comparable")
        caution += " To be compared with caution."
        caution += "" if reason is None or pd.isna(reason) else f" {reason}"
    return (
        f"{row['label']}: {before}% of cases in {previous_name} and {now}% in {current_name}"
        f"{bases}, {what}.{caution}"
    )


_STANDING = {
    BETTER: "better than {name}",
    SIMILAR: "similar to {name}",
    NO_CLEAR_DIFFERENCE: "with no clear difference from {name}",
    WORSE: "worse than {name}",
}


def standing_sentence(
    row: Mapping[str, Any], comparator: str, period: str | None = None
) -> str | None:
    """How one figure stands against the comparator; None where either figure is missing.

    ``row`` is one of a comparison with tests; ``comparator`` is the aggregate's name in running
    text and ``period`` the time it covers. ``comparator_caution`` of the row, where there is one,
    says why the two are to be compared with caution.
    """
    if pd.isna(row["current_percent"]) or pd.isna(row["comparator_percent"]):
        return None
    percent, benchmark = int(row["current_percent"]), int(row["comparator_percent"])
    bases = _small_bases(row, None)
    when = f", {period}" if period else ""
    verdict = row["benchmark_verdict"]
    if pd.isna(verdict):
        what = (
            f"against {benchmark}% for {comparator}{when}; how many cases it is out of is not "
            "known, so it is not called better or worse"
        )
    else:
        what = f"{_STANDING[verdict].format(name=comparator)} ({benchmark}%{when})"
    caution = row.get("comparator_caution")
    warning = (
        "" if caution is None or pd.isna(caution) else f" To be compared with caution: {caution}"
    )
    return f"{row['label']}: {percent}% of cases{bases}, {what}.{warning}"


def overturned_sentence(row: Mapping[str, Any]) -> str | None:
    """How few unanswered cases would overturn a significant change; None for any other verdict.

    With neither sample below half its size (``overturned_by`` of ``with_tests``).
    """
    if row["change_verdict"] != SIGNIFICANT or pd.isna(row["overturned_by"]):
        return None
    number = counted(int(row["overturned_by"]), "case")
    return (
        f"{row['label']}: the change would no longer pass the test if {number} in all had "
        "been left unanswered and the printed percentages were the same."
    )


def next_rating_sentences(next_rating: Iterable[Row], overall: Mapping[str, Any]) -> list[str]:
    """The shortest ways to the next overall rating, as sentences.

    ``next_rating`` and ``overall`` are results of ``next_rating_by_standard`` and
    ``next_overall_rating``.
    """
    if not overall["points_needed"]:
        return [f"The overall rating is {overall['rating']}, the highest there is."]
    total, needed = overall["points"], overall["points_needed"]
    goal = f"{overall['next_rating']} overall"
    sentences = [f"The ratings add up to {counted(total, 'point')}, {needed} short of {goal}."]
    ways = {row["standard"]: row for row in next_rating}
    if overall["fewest_cases"]:
        lines = [ways[code] for code in overall["fewest_cases"]]
        rises = [_rise(line, _cases_more(line)) for line in lines]
        sentences.append(
            f"{_enough(goal, len(rises))} Counted in cases, the nearest: {_all(rises)}."
        )
    if set(overall["fewest_points"]) != set(overall["fewest_cases"]):
        lines = [ways[code] for code in overall["fewest_points"]]
        rises = [
            _rise(
                line, f"{points(int(line['points_away']))} below the boundary, {_cases_more(line)}"
            )
            for line in lines
        ]
        sentences.append(f"Counted in percentage points, the nearest: {_all(rises)}.")
    raised = overall["raised_by_panel"]
    if raised:
        verb = "was" if len(raised) == 1 else "were"
        number = in_words(len(raised), capital=True)
        sentences.append(
            f"{number} of the ratings ({joined(raised)}) {verb} set by the panel's discretion; "
            f"by the bands alone the total is {overall['points_by_bands']}."
        )
    return sentences


def _enough(goal: str, rises: int) -> str:
    """Say how many standards have to rise by one rating, a point each."""
    if rises == 1:
        return f"One standard rated one step higher is enough for {goal}."
    return f"{in_words(rises, capital=True)} standards rated one step higher are enough for {goal}."


def _all(rises: list[str]) -> str:
    return rises[0] if len(rises) == 1 else f"{'; '.join(rises)}; all of these together"


def _rise(row: Row, by: str) -> str:
    """Name the standard that rises by a rating, and by what."""
    return f"{row['name']}, itself from {row['published_rating']} to {row['next_rating']} ({by})"


def _cases_more(row: Row) -> str:
    most = "" if row["base_known"] else "at most "
    return (
        f"{row['cases_needed']} more of {most}{counted(int(row['base']), 'case')} done well in "
        f"{joined(str(row['questions_below']).split('; '))}"
    )

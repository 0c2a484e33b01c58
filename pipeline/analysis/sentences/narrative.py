"""Sentences made from the tables, by rules.

The rules, which the tests try to break:

* "significantly" stands only in a sentence whose verdict is ``significant``;
* a figure that may not be compared gets no sentence about change;
* a base under 30 is always said, and so is a base that can only be under 30;
* figures stand as published: whole percentages, and whole points between them;
* the four shares of cases go by the inspectorate's names (Minority, Too few, Reasonable majority,
  Large majority);
* no p-value, no word about chance ratings, and none of the words in ``FORBIDDEN``.

Every sentence is fit for the leadership edition; the analyst edition adds tables, not words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.analysis.sentences.phrases import counted, in_words, joined
from pipeline.analysis.statistics.bases import Base, base_of
from pipeline.analysis.statistics.change import (
    NOT_COMPARABLE,
    NOT_SIGNIFICANT,
    SIGNIFICANT,
    UNSETTLED,
)

SMALL_BASE = 30
"""A base below this is always said."""

FORBIDDEN = {
    r"\bp[- ]?values?\b": "p-values belong to the analyst edition",
    r"\bp\s*(=|<|>|≤|≥)": "p-values belong to the analyst edition",
    r"\bnan\b|<NA>|\bNone\b|\binf\b": "a missing figure must be said in words",
    r"\d+[.,]\d+\s*(%|per cent|percent|points)": "figures stand as published, without decimals",
    r"\binsignificant": "a change that does not pass the test is not thereby small",
    r"\bprov(e[sdn]?|ing)\b": "a test does not prove",
    r"\bwould be (Good|Outstanding|Requires improvement|Inadequate)\b": "the panel decides",
    r"\b(chance|probability|likelihood)\b[^.]*\brating\b[^.]*\bwrong\b": (
        "no statement is made on whether a published rating is right"
    ),
}
"""Patterns no sentence of the leadership edition may hold, and why."""


def forbidden(text: str) -> list[str]:
    """What is wrong with a text for the leadership edition, a sentence each; empty if nothing is.

    Whether "significantly" is earned cannot be told from the text alone: see ``undeserved``.
    """
    return [
        f"{found.group(0)!r}: {why}."
        for pattern, why in FORBIDDEN.items()
        if (found := re.search(pattern, text, re.IGNORECASE if "nan" not in pattern else 0))
    ]


def undeserved(sentence: str, verdict: str | None) -> bool:
    """Whether a sentence says "significant" in any form though its verdict is another."""
    return "significan" in sentence.lower() and verdict != SIGNIFICANT


def points(number: int) -> str:
    """``1 point``, ``10 points``: a difference of percentages, without its sign."""
    return counted(abs(number), "point")


def cases(number: int) -> str:
    """``1 case``, ``11 cases``."""
    return counted(number, "case")


def share(percent: int, band: str | None = None) -> str:
    """A percentage with the inspectorate's name for it: ``80% of cases (Large majority)``."""
    return f"{percent}% of cases" + (f" ({band})" if band else "")


def small_base(percent: int, base: Base) -> str:
    """A base under 30, in words; empty where the base is larger or may be.

    ``11 cases`` where it is known, ``at most 25 cases`` where only the limit is.
    """
    if base.is_full_sample(percent):
        known = base.printed or 0
        return cases(known) if known < SMALL_BASE else ""
    sizes = base.pairs(percent)[1]
    if not len(sizes) or sizes.max() >= SMALL_BASE:
        return ""
    return f"at most {cases(int(sizes.max()))}"


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
    UNSETTLED: "{direction} by {points}; the published figures do not settle whether that is more "
    "than the luck of which cases were read",
}
_SAME = {
    NOT_SIGNIFICANT: "the same in both",
    UNSETTLED: "the same in both as printed",
}


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
    if row["comparable"] == "caution":
        caution = (
            " The report prints the two figures side by side but does not compare the ratings."
        )
    return (
        f"{row['label']}: {before}% of cases in {previous_name} and {now}% in {current_name}"
        f"{bases}, {what}.{caution}"
    )


_STANDING = {
    "better": "better than {name} ({benchmark}%)",
    "similar": "similar to {name} ({benchmark}%)",
    "worse": "worse than {name} ({benchmark}%)",
}


def standing_sentence(row: Mapping[str, Any], comparator: str = "all CRCs") -> str | None:
    """How one figure stands against the comparator; None where either figure is missing."""
    if pd.isna(row["current_percent"]) or pd.isna(row["all_crcs_percent"]):
        return None
    percent, benchmark = int(row["current_percent"]), int(row["all_crcs_percent"])
    bases = _small_bases(row, None)
    verdict = row["benchmark_verdict"]
    if pd.isna(verdict):
        what = (
            f"beside {benchmark}% for {comparator}; how many cases it is out of was not published, "
            "so it is not called better or worse"
        )
    else:
        what = _STANDING[verdict].format(name=comparator, benchmark=benchmark)
    return f"{row['label']}: {percent}% of cases{bases}, {what}."


def changes_in_short(tested: pd.DataFrame, what: str = "key questions") -> str:
    """How many comparable figures rose and fell, and how many of the changes are earned.

    ``tested`` holds the rows of one pair of rounds from ``with_tests``.
    """
    comparable = tested[(tested["change_verdict"] != NOT_COMPARABLE).fillna(False)]
    if comparable.empty:
        return f"No {what} may be compared with the earlier inspection."
    change = comparable["current_percent"] - comparable["previous_percent"]
    rose, fell = int((change > 0).sum()), int((change < 0).sum())
    same = len(comparable) - rose - fell
    sentence = (
        f"Of {len(comparable)} {what} that may be compared, {rose} rose, {fell} fell and "
        f"{same or 'none'} stayed the same."
    )
    passed = comparable["change_verdict"] == SIGNIFICANT
    for count, direction in (
        (int((passed & (change > 0)).sum()), "up"),
        (int((passed & (change < 0)).sum()), "down"),
    ):
        if count:
            verb = "is" if count == 1 else "are"
            sentence += f" {count} {verb} significantly {direction}."
    unsettled = int((comparable["change_verdict"] == UNSETTLED).sum())
    if unsettled:
        sentence += f" For {unsettled} the published figures do not settle it."
    return sentence


def overturned_sentence(row: Mapping[str, Any]) -> str | None:
    """How few unanswered cases would overturn a significant change; None for any other verdict."""
    if row["change_verdict"] != SIGNIFICANT or pd.isna(row["overturned_by"]):
        return None
    number = int(row["overturned_by"])
    return (
        f"{row['label']}: the change would no longer pass the test if {cases(number)} in all had "
        "been left unanswered and the printed percentages were the same."
    )


def route_sentences(route: pd.DataFrame, overall: Mapping[str, Any]) -> list[str]:
    """The shortest ways to the next overall rating, as sentences.

    ``route`` and ``overall`` are results of ``route_by_standard`` and ``route_to_overall``.
    """
    if not overall["points_needed"]:
        return [f"The overall rating is {overall['rating']}, the highest there is."]
    total, needed = overall["points"], overall["points_needed"]
    sentences = [
        f"The ratings add up to {counted(total, 'point')}, {needed} short of "
        f"{overall['next_rating']}."
    ]
    ways = route[route["rateable"].astype(bool)].set_index("standard")
    if overall["fewest_cases"]:
        lines = [ways.loc[code] for code in overall["fewest_cases"]]
        way = _together([_rise(line, _cases_more(line)) for line in lines])
        sentences.append(
            f"Counted in cases, the shortest way to {overall['next_rating']} is {way}."
        )
    if set(overall["fewest_points"]) != set(overall["fewest_cases"]):
        lines = [ways.loc[code] for code in overall["fewest_points"]]
        away = [f"{points(int(line['points_away']))} below the boundary" for line in lines]
        way = _together(
            [
                _rise(line, f"{below}, {_cases_more(line)}")
                for line, below in zip(lines, away, strict=True)
            ]
        )
        sentences.append(f"Counted in percentage points, it is {way}.")
    raised = overall["raised_by_panel"]
    if raised:
        verb = "was" if len(raised) == 1 else "were"
        number = in_words(len(raised), capital=True)
        sentences.append(
            f"{number} of the ratings ({joined(raised)}) {verb} set by the panel's discretion; "
            f"by the bands alone the total is {overall['points_by_bands']}."
        )
    return sentences


def _together(rises: list[str]) -> str:
    """Say that a rise is enough, or that several have to come together."""
    if len(rises) == 1:
        return f"one more point, in {rises[0]}"
    return f"{in_words(len(rises))} more points, all of these together: {'; '.join(rises)}"


def _rise(row: pd.Series, by: str) -> str:
    """Name the standard that rises by a rating, and by what."""
    return f"{row['name']}, from {row['published_rating']} to {row['next_rating']} ({by})"


def _cases_more(row: pd.Series) -> str:
    most = "" if row["base_known"] else "at most "
    return (
        f"{row['cases_needed']} more of {most}{cases(int(row['base']))} done well in "
        f"{joined(str(row['questions_below']).split('; '))}"
    )

"""Relations of facts: figures as they were printed, shares, units, and each fact once."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from pipeline.data.relations.rule import Rows, Rule, Wrong, cells

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_MINUS = r"\u2212\u2013\-"
# A minus stands before a number and after no digit or letter: "2018-19" and "non-24" have none.
_NEGATIVE = re.compile(rf"(?<![\w{_MINUS}])[{_MINUS}]\s?£?(\d+(?:\.\d+)?)")
_LESS = re.compile(
    r"\b(fell|fall|fallen|falls|down|drop\w*|decreas\w*|reduc\w*|declin\w*|below|less|fewer|lower|"
    r"minus|under\w*|short\w*|loss|lost|deficit|behind|worse\w*)\b",
    re.IGNORECASE,
)
_CARDINALS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_ORDINALS = "nought first second third fourth fifth sixth seventh eighth ninth tenth"
_IN_WORDS = {
    word: float(number)
    for words in (_CARDINALS, _ORDINALS, "none single both")
    for number, word in enumerate(words.split())
}
#: With these a number in words is put together, or stands for a share.
_NOT_PLAIN = re.compile(
    r"\b(\w+ty|dozen|hundred|thousand|million|half|thirds|quarters?|twice)\b", re.IGNORECASE
)
#: Words in the name of a measure of which one wants less, and of which one wants more.
_UNWELCOME = re.compile(
    r"\b(reoffen\w*|un\w+able|not|no|without|ignored|insufficient\w*|too little|lacking|vacan\w*|"
    r"sickness|absen\w*|attrition|lost|caseloads?|deaths?|stand-downs?|missed|fail\w*|breach\w*|"
    r"complain\w*|overdue|delay\w*)\b",
    re.IGNORECASE,
)
_WELCOME = re.compile(
    r"\b(complet\w*|met|sufficient\w*|good|positive\w*|agree|access\w*|accurate|correct\w*|"
    r"appropriate\w*|enough|aware|satisf\w*|manageable|progress|training|in place|kept|"
    r"engagement|timely|safe\w*)\b",
    re.IGNORECASE,
)
FIGURES = ("value", "previous_value", "comparator_value", "target")


#: Most figures are printed like another one: each text is read once.
_once_a_text = lru_cache(maxsize=5000)


@_once_a_text
def printed_numbers(text: str) -> tuple[float, ...]:
    """Return the numbers in a printed text, signs and thousands' commas left out."""
    return tuple(map(float, _NUMBER.findall(_THOUSANDS.sub("", text))))


def worded_numbers(text: str) -> list[float]:
    """Return the numbers under twenty that a printed text has in words; an article counts as one.

    Nothing where a word may be part of a larger number or of a share.

    >>> worded_numbers("six centres"), worded_numbers("a fifth centre"), worded_numbers("a centre")
    ([6.0], [1.0, 5.0], [])
    """
    words = re.findall(r"[a-z]+", text.lower())
    if _NOT_PLAIN.search(text) or not _IN_WORDS.keys() & words:
        return []
    known = {"a": 1.0, "an": 1.0, **_IN_WORDS}
    return [known[word] for word in words if word in known]


_measured = Rows("facts").with_columns("measures", "measure", unit="unit")


def _not_printed(column: str) -> Wrong:
    def wrong(frame: pd.DataFrame) -> list[bool]:
        # Words alone ("six centres") are compared where things are counted: "within a year" is 12
        # months. A sign is not: it may be a minus, a dash or a word ("fell by 5 points").
        found = []
        columns = (column, "as_printed", "comparator", "unit")
        for value, printed, comparator, unit in cells(frame, *columns):
            if value is pd.NA:
                found.append(False)
                continue
            word = {"target": "target", "comparator_value": comparator}.get(column)
            numbers: Sequence[float] = _named(printed, word) or printed_numbers(printed)
            if not numbers and unit in ("count", "rank"):
                numbers = worded_numbers(printed)
            found.append(bool(numbers) and abs(value) not in numbers)
        return found

    return wrong


@_once_a_text
def _named(printed: str, word: Any) -> tuple[float, ...]:
    """Return the numbers that stand right after a word: "target 75%", "all CRCs 63%"."""
    if not isinstance(word, str):
        return ()
    after = re.escape(word) + r"\D{0,4}?(\d+(?:\.\d+)?)"
    return tuple(map(float, re.findall(after, _THOUSANDS.sub("", printed), re.IGNORECASE)))


def _previous_not_printed(frame: pd.DataFrame) -> list[bool]:
    """Whether an earlier figure differs from the one printed with it, where one is printed."""
    wrong = _not_printed("previous_value")(frame)
    columns = ("as_printed", "comparator", "value", "comparator_value", "target")
    for at, (printed, comparator, *others) in enumerate(cells(frame, *columns)):
        if wrong[at]:
            if pd.notna(comparator):
                printed = printed.replace(comparator, " ")
            known = [other for other in others if pd.notna(other)]
            left = [n for n in printed_numbers(printed) if n not in known]
            wrong[at] = any(not 1990 <= number <= 2099 for number in left)
    return wrong


def _wrong_sign(frame: pd.DataFrame) -> list[bool]:
    return [_has_wrong_sign(*row) for row in cells(frame, "value", "as_printed")]


@_once_a_text
def _has_wrong_sign(value: Any, printed: str) -> bool:
    """Whether a figure is negative without a minus or a word for less, or positive with a minus."""
    if value is pd.NA:
        return False
    text = _THOUSANDS.sub("", printed)
    negative = set(map(float, _NEGATIVE.findall(text)))
    if value < 0:
        return -value not in negative and not _LESS.search(text)
    return value in negative and printed_numbers(text).count(float(value)) < 2


def _of_unit(unit: str, wrong: Callable[[float, str], bool]) -> Wrong:
    """Whether a figure of this unit is printed so that it cannot be of it."""
    return lambda frame: [
        of is not pd.NA and of == unit and value is not pd.NA and wrong(value, printed)
        for of, value, printed in cells(frame, "unit", "value", "as_printed")
    ]


@_once_a_text
def _is_share(value: float, printed: str) -> bool:
    """Whether a figure itself is printed with a percent sign, or the word."""
    form = rf"(?<![\d.]){re.escape(f'{abs(value):g}')}0*\s*(%|per ?cent\b)"
    return re.search(form, _THOUSANDS.sub("", printed)) is not None


def _stands_again(frame: pd.DataFrame) -> pd.Series:
    ordered = frame.sort_index()
    figure = [column for column in ordered if column not in ("fact", "note")]
    return ordered.duplicated(figure).reindex(frame.index)


def _no_share(column: str) -> Wrong:
    return lambda f: f["unit"].eq("percent") & ~f[column].between(0, 100)


def _turned_round(frame: pd.DataFrame) -> list[bool]:
    """Whether the name of a measure speaks for the other direction, and for no other."""
    found = []
    for name, better in cells(frame, "name", "better"):
        less, more = bool(_UNWELCOME.search(name)), bool(_WELCOME.search(name))
        found.append(less != more and better == ("higher" if less else "lower"))
    return found


RULES: list[Rule] = [
    Rows("measures").rule(
        "questions-are-better-higher",
        "What is said again of a key question or prompt is better higher: it counts what was done.",
        "better",
        lambda f: (
            f["measure"].str.startswith(("restates-key-question-", "restates-prompt-"))
            & f["better"].eq("lower")
        ),
        "does not go with {measure}: key questions and prompts count the cases done well",
        "write higher",
    ),
    Rows("measures").rule(
        "direction-as-named",
        "Which way a measure is better goes with the words of its name, or this is said.",
        "better",
        _turned_round,
        'does not seem to go with the name of the measure, "{name}"',
        "check which way is better; nothing need be done if it is meant",
        stops=False,
    ),
    *(
        _measured.rule(
            f"{column.replace('_', '-')}-is-a-share",
            f"In facts.csv, a {column} in percent is from 0 to 100.",
            column,
            _no_share(column),
            "is not from 0 to 100, and {measure} is in percent",
            "write the figure as the document prints it",
        )
        for column in FIGURES
    ),
    *(
        _measured.rule(
            f"{column.replace('_', '-')}-of-a-fact-as-printed",
            f"In facts.csv, {column} is among the numbers in as_printed.",
            column,
            _previous_not_printed if column == "previous_value" else _not_printed(column),
            'is not among the numbers in as_printed, "{as_printed}"',
            "compare both with the document",
        )
        for column in FIGURES
    ),
    Rows("facts").rule(
        "sign-as-printed",
        "A fact is negative exactly where it is printed with a minus or as a fall.",
        "value",
        _wrong_sign,
        'does not have the sign printed in as_printed, "{as_printed}"',
        "write a minus where the document prints one or says that something fell",
    ),
    _measured.rule(
        "shares-in-percent",
        "A measure counted in percent is printed as a share.",
        "measure",
        _of_unit("percent", lambda v, said: bool(printed_numbers(said)) and not _is_share(v, said)),
        'is in percent, but as_printed, "{as_printed}", gives {value} without a percent sign',
        "check the measure, its unit in measures.csv and the print",
    ),
    _measured.rule(
        "counts-not-in-percent",
        "A measure that is a count is not printed as a share.",
        "measure",
        _of_unit("count", _is_share),
        'is a count, but as_printed, "{as_printed}", gives {value} as a share',
        "check the measure and its unit in measures.csv",
    ),
    Rows("facts").rule(
        "comparator-of-a-fact-named",
        "A figure printed for comparison says what it is.",
        "comparator",
        lambda f: f["comparator_value"].notna() & f["comparator"].isna(),
        "is empty though comparator_value is {comparator_value}",
        "say what that figure is, as in all CRCs",
    ),
    Rows("facts").rule(
        "fact-entered-once",
        "A fact stands once: one row a figure, document and place.",
        "place",
        _stands_again,
        "holds this figure of {measure} already, in another row",
        "delete one of the two, or say where in the document each stands",
    ),
]

"""Sentences that sum up many figures of one pair of rounds, by the rules of ``narrative``.

Each takes rows of the tables that the statistics make and returns plain text, or None where there
is nothing to say. None holds a p-value, so all are fit for the leadership edition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.analysis.records import Row, grouped
from pipeline.analysis.sentences.narrative import few_cases, points, rose_and_fell, what_is_missing
from pipeline.analysis.sentences.phrases import counted, in_words, joined, plural
from pipeline.analysis.statistics.change import (
    NOT_COMPARABLE,
    NOT_SIGNIFICANT,
    SIGNIFICANT,
    TESTS_DISAGREE,
    UNSETTLED,
    WITHIN,
)
from pipeline.analysis.statistics.pattern import pattern_of_changes
from pipeline.data import is_missing

UNUSUAL = 0.1
"""A pattern that chance would give less often than this is called unusual."""


def changes_in_short(tested: Sequence[Row], what: str = "key questions") -> str:
    """How many figures rose and fell, those to be compared with caution apart, and what is earned.

    ``tested`` holds the rows of one pair of rounds from ``with_tests``.

    >>> row = {"previous_status": "no comparable data", "current_status": "published"}
    >>> changes_in_short([{**row, "change_verdict": "not comparable"}])
    'No key questions may be compared with the earlier inspection.'
    """
    comparable = _compared(tested)
    if not comparable:
        if missing := what_is_missing(tested):
            return f"No {what} can be compared with the earlier inspection: {missing}."
        return f"No {what} may be compared with the earlier inspection."
    one = what.removesuffix("s")
    freely, caution = (
        [row for row in comparable if row["comparable"] == how] for how in ("yes", "caution")
    )
    if not freely:
        sentence = (
            f"{counted(len(caution), one)} may be compared, only with caution: {_ways(caution)}."
        )
    else:
        sentence = f"Of {counted(len(freely), one)} that may be compared, {_ways(freely)}."
        if caution:
            sentence += f" {len(caution)} more may be compared only with caution: {_ways(caution)}."
    passed = [row for row in comparable if row["change_verdict"] == SIGNIFICANT]
    for count, direction in zip(rose_and_fell(passed), ("up", "down"), strict=True):
        if count:
            sentence += f" {count} {'is' if count == 1 else 'are'} significantly {direction}."
    verdicts = Counter(row["change_verdict"] for row in comparable)
    for verdict, said in (
        (TESTS_DISAGREE, "the two tests disagree"),
        (UNSETTLED, "the answer hangs on numbers of cases that were not published"),
    ):
        if verdicts[verdict]:
            sentence += f" For {verdicts[verdict]} {said}."
    return sentence


def _compared(tested: Sequence[Row]) -> list[Row]:
    return [row for row in tested if row["change_verdict"] not in (None, NOT_COMPARABLE)]


def _ways(rows: Sequence[Row]) -> str:
    rose, fell = rose_and_fell(rows)
    same = len(rows) - rose - fell
    return f"{rose or 'none'} rose, {fell or 'none'} fell and {same or 'none'} stayed the same"


def verdict_sentences(tested: Sequence[Row]) -> list[str]:
    """What the tests say of the changes of one pair of rounds, those that matter by name.

    ``tested`` holds the key questions of one pair of rounds from ``with_tests``. First what passes
    the inspectorate's test (``z_verdict`` alone), then where our check for few cases disagrees,
    then what hangs on something unpublished, then how many do not pass.
    """
    rows = _compared(tested)
    if not rows:
        return ["No change may be judged: nothing compares with the earlier inspection."]
    passed = [row for row in rows if row["z_verdict"] == SIGNIFICANT]
    disagree = [row for row in rows if row["change_verdict"] == TESTS_DISAGREE]
    hangs = [row for row in rows if row["change_verdict"] == UNSETTLED]
    sentences = []
    earned = "significant by the inspectorate's test"
    both = "one of the inspectorate's test and our check for few cases, and not the other"
    unpublished = "on a number of cases that was not published"
    for chosen, one, several in (
        (passed, f"taken alone is {earned}", f"taken alone are {earned}"),
        (disagree, f"passes {both}", f"pass {both}"),
        (hangs, f"hangs {unpublished}", "hang on numbers of cases that were not published"),
    ):
        if number := len(chosen):
            said = one if number == 1 else several
            named = joined([_named(row) for row in chosen])
            count = f"{in_words(number, capital=True)} {plural(number, 'change')}"
            sentences.append(f"{count} {said}: {named}.")
    told = {id(row) for row in [*passed, *disagree, *hangs]}
    failing = len(rows) - len(told)
    if failing:
        does = "does" if failing == 1 else "do"
        which = f"{in_words(failing, capital=True)} of {len(rows)} changes"
        sentences.append(f"{which} {does} not pass it.")
    return sentences


def _named(row: Row) -> str:
    """Name a change with its size and what a reader must know of it."""
    change = row["change_points"]
    known = [f"{'+' if change > 0 else '−' if change < 0 else ''}{points(change)}"]
    if row["comparable"] == "caution":
        known.append("to be compared with caution")
    if few := few_cases(row["current_base"]):
        known.append(few)
    if row["rests_on_words"] == "yes":
        known.append("on the report's words: the number of cases was not printed")
    return f"{row['label']} ({', '.join(known)})"


def pattern_sentence(tested: Sequence[Row]) -> str | None:
    """How many questions moved one way, and what their dependence does to that; None if under 3.

    ``tested`` holds the key questions of one pair of rounds from ``with_tests``. The words follow
    ``pattern_of_changes``: unusual if questions moved independently (sign test under 0.1), and
    still so, or not, with the stated correlation between them (combined Z at 1.645).
    """
    pattern = pattern_of_changes(tested)
    if pattern.compared < 3 or pattern.sign_p is None or pattern.dependent_z is None:
        return None
    most = max(pattern.rose, pattern.fell)
    verb = "rose" if pattern.rose >= pattern.fell else "fell"
    moved = (
        f"{in_words(most, capital=True)} of the {in_words(pattern.compared)} key questions that "
        f"may be compared {verb}."
    )
    if pattern.sign_p >= UNUSUAL:
        return f"{moved} Chance alone would often give as many one way."
    if abs(pattern.dependent_z) >= 1.645:
        return (
            f"{moved} Chance alone would seldom give as many one way, even allowing for questions "
            "about the same cases moving together."
        )
    return (
        f"{moved} Chance alone would seldom give as many one way if each moved on its own. But "
        "they are about the same cases and tend to move together; allowing for that, chance could "
        "have given it too, so the pattern points one way and does not settle it."
    )


def equivalence_sentence(tested: Sequence[Row]) -> str | None:
    """Whether the changes that are not significant lie within ten points either way.

    By the 90% interval of each change, which is two one-sided tests at 5% each
    (``within_ten_points`` of ``with_tests``). None where there is no such change.
    """
    still = [
        row["within_ten_points"]
        for row in tested
        if row["change_verdict"] == NOT_SIGNIFICANT and not is_missing(row["within_ten_points"])
    ]
    if not still:
        return None
    within = still.count("yes")
    of = f"the {in_words(len(still))} changes that did not pass the test"
    if len(still) == 1:
        of, within_words = "The change that did not pass the test", "is" if within else "is not"
        return f"{of} {within_words} shown to be smaller than {WITHIN} points either way."
    if not within:
        return (
            f"Not one of {of} is shown to be small: with so many cases read, a true change of more "
            f"than {WITHIN} points one way or the other cannot be ruled out for any."
        )
    return (
        f"For {in_words(within)} of {of}, a true change of more than {WITHIN} points either way "
        "can be ruled out; for the others it cannot."
    )


def lowest_rose_sentence(questions: Sequence[Row], previous_name: str = "then") -> str | None:
    """A reminder, where the lowest scores of the earlier round rose, that some of it was to come.

    ``questions`` holds the key questions of one pair of rounds. Ratings follow the lowest question
    of a standard; the lowest of several noisy scores tends to rise by itself (regression to the
    mean). None where no lowest score rose.
    """
    known = [row for row in questions if row["previous_percent"] is not None]
    lowest = [
        min(rows, key=lambda row: int(row["previous_percent"]))
        for _, rows in sorted(grouped(known, "standard").items())
        if len(rows) > 1
    ]
    rose = [
        row
        for row in lowest
        if row["comparable"] == "yes"
        and not is_missing(row["change_points"])
        and row["change_points"] > 0
    ]
    if not rose:
        return None
    named = joined(
        [
            f"{row['label']} ({row['previous_percent']}% to {row['current_percent']}%)"
            for row in rose
        ]
    )
    its = "The lowest score of a standard" if len(rose) == 1 else "The lowest scores of standards"
    return (
        f"{its} in {previous_name} that rose: {named}. The lowest of several scores is partly the "
        "bad luck of which cases were read, so some of such a rise is to be expected whatever was "
        "done."
    )


def stability_sentence(overall: Sequence[Row], rule: str = "bands alone") -> str | None:
    """How often other cases, handled in the same way, would reach the next overall rating.

    ``overall`` is a result of ``stability_of_overall``. A range, because how far questions about
    the same cases go together is not published. None where the rating is the highest.
    """
    rows = sorted((r for r in overall if r["rule"] == rule), key=lambda row: row["lower_points"])
    here = next((at for at, row in enumerate(rows) if row["published"]), len(rows))
    if here + 1 >= len(rows):
        return None
    target = rows[here + 1]
    lowest, highest = (
        how(target["independent"], target["together"])
        if is_missing(target[bound])
        else target[bound]
        for bound, how in (("lowest", min), ("highest", max))
    )
    low, high = round(100 * float(lowest)), round(100 * float(highest))
    number = f"about {high}" if low == high else f"between {low} and {high}"
    return (
        f"If other cases were read that were handled in the same way, {number} of 100 such "
        f"inspections would reach {target['rating']} or higher overall by the bands alone. "
        + (
            ""
            if low == high
            else "It is a range because how far questions about the same cases go together is not "
            "published."
        )
    ).strip()


def basis_in_short(row: Row) -> str:
    """What a verdict rests on, in a few words; the whole reason where no plain verdict is given.

    ``row`` is one of a tested comparison or of significance_claims, which calls it ``reason``.

    >>> row = {"change_verdict": "significant", "p_min": 0.04, "p_value": 0.04, "comparable": "yes"}
    >>> basis_in_short({**row, "previous_base": 100, "current_base": 97})
    '100 and 97 cases'
    """
    if row["change_verdict"] not in (SIGNIFICANT, NOT_SIGNIFICANT) or is_missing(row["p_min"]):
        return str(row["verdict_reason"] if "verdict_reason" in row else row["reason"])
    if not is_missing(row["p_value"]):
        said = f"{int(row['previous_base'])} and {counted(int(row['current_base']), 'case')}"
    else:
        said = "every possible number of cases"
        said += ", within the report's words" if row["rests_on_words"] == "yes" else ""
    return said + (", with caution" if row.get("comparable") == "caution" else "")

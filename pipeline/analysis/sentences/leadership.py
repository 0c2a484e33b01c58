"""What a board reads first: where a provider stands, its weakness, its chief change, how sure.

Whole sentences that can be repeated at a meeting by somebody who has not seen the page. The rules:

* a provider that fell is told of its falls first, and falls and what is worse than the aggregate
  are counted wherever rises and what is better are;
* what may not be compared is in no count of change;
* every change that is named carries how sure it is; a figure on fewer than 30 cases says so;
* names of ratings, themes and of the aggregate come from the data.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.analysis.records import Row, grouped
from pipeline.analysis.sentences.headline import NO_RATING
from pipeline.analysis.sentences.narrative import SMALL_BASE, few_cases, what_is_missing
from pipeline.analysis.sentences.phrases import capital, counted, in_words, inside, joined, plural
from pipeline.analysis.statistics.benchmark import NO_CLEAR_DIFFERENCE
from pipeline.data import is_missing


@dataclass(frozen=True)
class Movement:
    """How the ratings of the standards that compare moved: counts, and ``of`` how many in all.

    ``points`` is the change in the points of those that compare; ``missing`` says how many only
    wait for a rating (``what_is_missing``).
    """

    rose: int
    stayed: int
    fell: int
    of: int
    points: int = 0
    missing: str = ""

    @property
    def compared(self) -> int:
        """How many standards have ratings that compare."""
        return self.rose + self.stayed + self.fell

    @property
    def in_words(self) -> str:
        """The counts, the larger first; falls first where there are as many of both."""
        if not self.rose and not self.fell:
            return "none changed"
        sides = [(self.fell, "fell"), (self.rose, "rose")]
        first, second = sides if self.fell >= self.rose else sides[::-1]
        return f"{in_words(first[0])} {first[1]} and {in_words(second[0])} {second[1]}"


def movement(standards: Sequence[Row]) -> Movement:
    """Return how the ratings moved (``standards`` is rating_comparison, one pair of rounds)."""
    ways = Counter(row["direction"] for row in standards)
    points = sum(
        row["current_points"] - row["previous_points"]
        for row in standards
        if None not in (row["direction"], row["current_points"], row["previous_points"])
    )
    missing = what_is_missing(standards, "rating")
    return Movement(ways["rose"], ways["stayed"], ways["fell"], len(standards), points, missing)


def step(before: Any, now: Any, order: Sequence[str]) -> int:
    """Return 1 where an overall rating rose, -1 where it fell, 0 where neither can be said.

    ``order`` names the overall ratings of the current framework, lowest first.

    >>> step("Good", "Inadequate", ["Inadequate", "Requires improvement", "Good"])
    -1
    """
    if is_missing(before) or is_missing(now) or not {before, now} <= set(order):
        return 0
    apart = order.index(now) - order.index(before)
    return (apart > 0) - (apart < 0)


def where_it_stands(
    provider: str,
    previous: str,
    before: Any,
    now: Any,
    order: Sequence[str],
    moved: Movement,
    status: str = "not rated",
) -> str:
    """Return the first sentence: the overall rating, and which way it went on what compares.

    ``previous`` names the earlier round, empty where there is none; ``before`` and ``now`` are the
    overall ratings, missing where there is none; ``status`` says why there is none now.

    >>> moved = Movement(rose=1, stayed=0, fell=0, of=1, points=1)
    >>> where_it_stands("North", "2018", "Good", "Good", ["Good"], moved) != ""
    True
    """
    rated = f"{provider}: {inside(NO_RATING.get(status, 'There is no overall rating'))}"
    if not is_missing(now):
        rated = f"{provider} is rated {now}"
    if not previous:
        return f"{rated}."
    way = step(before, now, order)
    if way:
        verb = "risen" if way > 0 else "fallen"
        rated = f"{provider} has {verb} from {before} to {now} since {previous}"
    elif not is_missing(now) and before == now:
        rated += f", as in {previous}"
    if not moved.compared:
        which = f"can be compared: {moved.missing}" if moved.missing else "may be compared"
        return f"{rated}; no rating of a standard {which}."
    which = "standard" if moved.compared == 1 else "standards"
    if moved.compared < moved.of:
        which += " that can be compared"
    among = f"of the {in_words(moved.compared)} {which}, {moved.in_words}"
    balance = (moved.rose > moved.fell) - (moved.rose < moved.fell)
    if way:
        return f"{rated}{':' if balance == way else ', though'} {among}."
    if not balance:
        return f"{rated}; {among}."
    return f"{rated}, but did {'better' if balance > 0 else 'worse'}: {among}."


def leads_with_fall(way: int, moved: Movement) -> bool:
    """Whether the page leads with falls: the rating fell, or it stayed and the standards fell.

    They fell where more of them fell than rose, or as many and points were lost.

    >>> leads_with_fall(-1, Movement(rose=3, stayed=0, fell=0, of=3, points=3))
    True
    """
    balance = moved.fell - moved.rose
    return way < 0 or (way == 0 and (balance > 0 or (balance == 0 and moved.points < 0)))


@dataclass(frozen=True)
class Weakness:
    """The chief weakness: its name in a sentence, its key questions, and the sentence."""

    name: str
    questions: tuple[str, ...]
    sentence: str


def chief_weakness(
    questions: Sequence[Row], drivers: Sequence[str], good_from: int, *, whole: bool = True
) -> Weakness | None:
    """Return the chief weakness of a round, None where no share of cases is published.

    It is the theme that is the lowest key question of half the standards or more, where that is two
    at least; otherwise the theme with the lowest mean among those on 30 cases or more; where there
    is but one theme, the lowest key question. ``questions`` holds key_question, theme, in_short,
    current_percent (0-100) and current_base; ``drivers`` are the lowest key question of each
    standard rated on cases; ``good_from`` is the lowest percentage that is not called weak;
    ``whole`` whether every standard rated on cases has one.
    """
    known = [row for row in questions if row["current_percent"] is not None]
    if not known:
        return None
    themes = grouped(known, "theme")
    lowest = [row for row in known if row["key_question"] in drivers]
    for theme, number in Counter(row["theme"] for row in lowest).most_common(1):
        if number > 1 and 2 * number >= len(lowest):
            which = "rated on cases" if whole else "whose figures are all known"
            why = f"it is the weakest part of {_of_all(number, len(lowest), which)}"
            return _weak_theme(themes[theme], good_from, why)
    if len(themes) > 1:
        large = grouped((row for row in known if not small_base(row)), "theme") or themes
        theme = min(sorted(large), key=lambda name: mean(large[name]))
        why = f"on average the lowest of {in_words(len(large))} themes"
        if len(large) < len(themes):
            why += f" seen in {SMALL_BASE} cases or more"
        return _weak_theme(themes[theme], good_from, why)
    share = min(row["current_percent"] for row in known)
    there = [row for row in known if row["current_percent"] == share]
    names = joined([subject(row) for row in there])
    small = [int(row["current_base"]) for row in there if small_base(row)]
    cases = ""
    if small:
        bases = [*(str(base) for base in small[:-1]), counted(small[-1], "case")]
        cases = f", though of only {joined(bases)}"
    said = f"{_opening(share, good_from)} {names}, done well in {share}% of cases{cases}."
    return Weakness(names, tuple(str(row["key_question"]) for row in there), said)


def mean(rows: Sequence[Row]) -> float:
    """Return the mean current share of key questions that have one."""
    return float(sum(row["current_percent"] for row in rows) / len(rows))


def _of_all(some: int, number: int, which: str) -> str:
    """``four of the six standards rated on cases``; both or all of them where it is so."""
    if some < number:
        return f"{in_words(some)} of the {in_words(number)} standards {which}"
    return f"{'both' if number == 2 else f'all {in_words(number)}'} standards {which}"


def _weak_theme(theme: Sequence[Row], good_from: int, why: str) -> Weakness:
    name = inside(str(theme[0]["theme"]))
    opening = _opening(min(row["current_percent"] for row in theme), good_from)
    said = f"{opening} {name}, done well in {span(theme)} of cases: {why}."
    return Weakness(name, tuple(str(row["key_question"]) for row in theme), said)


def _opening(share: int, good_from: int) -> str:
    return "The chief weakness is" if share < good_from else "The lowest results are in"


def span(questions: Sequence[Row]) -> str:
    """Return the lowest and the highest current share of some key questions: 48% to 58%."""
    shares = [row["current_percent"] for row in questions if row["current_percent"] is not None]
    lowest, highest = min(shares), max(shares)
    return f"{lowest}%" if lowest == highest else f"{lowest}% to {highest}%"


def subject(row: Row) -> str:
    """Name a key question in a sentence: what it is called under its theme, and the theme.

    >>> subject({"in_short": "Planning", "theme": "Keeping people safe"})
    'planning (keeping people safe)'
    """
    return f"{inside(str(row['in_short']))} ({inside(str(row['theme']))})"


def small_base(row: Row) -> bool:
    """Whether a key question's figure is known to rest on fewer than 30 cases.

    >>> small_base({"current_base": 11}), small_base({"current_base": 97})
    (True, False)
    """
    return bool(few_cases(row["current_base"]))


def judged(questions: Sequence[Row]) -> list[Row]:
    """Return the key questions whose change is compared."""
    return [
        row
        for row in questions
        if row["change_points"] is not None
        and row["change_verdict"] not in (None, "not comparable")
    ]


def chief_change(questions: Sequence[Row], level: float, *, fall_first: bool) -> str:
    """Return the chief gain or fall with how sure it is; where nothing compares, the best result.

    ``questions`` is the tested comparison of one pair of rounds with themes, ``level`` the
    framework's level of significance (0-1), ``fall_first`` whether the page leads with falls.
    """
    compared = judged(questions)
    if not compared:
        return _best(questions)
    ways = ["fall", "gain"] if fall_first else ["gain", "fall"]
    passed = [row for row in compared if row["change_verdict"] == "significant"]
    if not passed:
        return _largest(compared, ways)
    found = [(way, row) for way in ways if (row := _surest(passed, way)) is not None]
    if len(found) > 1 and found[0][1]["comparable"] == "yes" != found[1][1]["comparable"]:
        del found[1]  # what compares only with caution does not stand next to what compares
    one = len(found) == 1
    left = [row for _, row in found if not is_missing(row["bh_adjusted"])]
    left = [row for row in left if float(row["bh_adjusted"]) < level]
    number = len(compared)
    together = "" if number == 1 else f", even with all {number} key questions judged together"
    if len(left) < len(found):
        none = "not" if one else "neither" if not left else "not both"
        together = f", though {none} when all {number} key questions are judged together"
    if one and found[0][0] != ways[0]:
        way, row = found[0]
        lead = _surest(compared, ways[0])
        first = f"No {ways[0]} passes {_TEST}."
        if lead is not None:
            first = f"The largest {ways[0]}, {_from_to(lead)}, does not pass {_TEST}."
        return f"{first} A {way} does{together}: {_from_to(row)}."
    named = "; the surest ".join(f"{way} is {_from_to(row)}" for way, row in found)
    return f"The surest {named}. {'It passes' if one else 'Both pass'} {_TEST}{together}."


_TEST = "the inspectorate's test for chance"


def _surest(passed: Sequence[Row], way: str) -> Row | None:
    """Return the largest change in one direction; what compares without caution goes first."""
    sign = -1 if way == "fall" else 1
    rows = [row for row in passed if sign * row["change_points"] > 0]
    return min(
        rows, key=lambda row: (row["comparable"] != "yes", -abs(row["change_points"])), default=None
    )


def _from_to(row: Row) -> str:
    few = few_cases(row["current_base"])
    before, now = int(row["previous_percent"]), int(row["current_percent"])
    way = "rose" if now > before else "fell"
    return (
        f"in {inside(str(row['theme']))}, where {inside(str(row['in_short']))} {way} from "
        f"{before}% to {now}% of cases{f' ({few})' if few else ''}"
    )


def _largest(compared: Sequence[Row], ways: Sequence[str]) -> str:
    nothing = f"No change passes {_TEST}"
    for way in ways:
        row = _surest(compared, way)
        if row is not None:
            return (
                f"{nothing}. The largest {way}, {_from_to(row)}, may be no more than the luck of "
                "which cases were read."
            )
    return f"{nothing}: every figure is the same in both rounds."


def _best(questions: Sequence[Row]) -> str:
    known = [row for row in questions if row["current_percent"] is not None]
    if not known:
        return "No share of cases is in the data."
    row = max(known, key=lambda row: row["current_percent"])
    few = few_cases(row["current_base"])
    small = f", though of {few}" if few else ""
    share = int(row["current_percent"])
    place = f"{inside(str(row['theme']))}, where {inside(str(row['in_short']))}"
    return f"The best result is in {place} was done well in {share}% of cases{small}."


def against_aggregate(questions: Sequence[Row]) -> str:
    """Return how many key questions are better, worse and similar; empty without an aggregate."""
    judged_on = [
        row for row in questions if None not in (row["comparator_percent"], row["current_percent"])
    ]
    known = [row["benchmark_verdict"] for row in judged_on]
    if not known:
        return ""
    better, worse, similar, few = map(
        known.count, ("better", "worse", "similar", NO_CLEAR_DIFFERENCE)
    )
    left = len(known) - better - worse - similar - few
    if left == len(known):
        return (
            f"Against it {counted(left, 'key question')} cannot be called better, similar or "
            "worse: how many cases are behind the figures is not known."
        )
    sides = [(better, "better"), (worse, "worse")]
    first, second = sides[::-1] if worse > better else sides
    parts = [f"{first[0] or 'none'} {'are' if first[0] > 1 else 'is'} {first[1]}"]
    parts += [f"{count or 'none'} {way}" for count, way in (second, (similar, "similar"))]
    said = f"Of {counted(len(known), 'key question')}, {joined(parts)}"
    if few:
        unsure = [r for r in judged_on if r["benchmark_verdict"] == NO_CLEAR_DIFFERENCE]
        has = "has" if few == 1 else "have"
        may = ", or may have," if any(row["current_base"] is None for row in unsure) else ""
        said += f"; {few} {has}{may} too few cases to tell"
    return said + (f"; {left} cannot be judged." if left else ".")


def no_aggregate(others: Mapping[str, str]) -> str:
    """Return why a round is set against no aggregate though there are some, and what to type.

    ``others`` are the names, by code, of those with figures for its framework; empty without any.

    >>> no_aggregate({})
    ''
    """
    if not others:
        return ""
    why = "have figures for its framework, and nothing in the data says which of them is meant"
    named = capital(joined(list(others.values())))
    if len(others) == 1:
        why = "has figures for its framework, but is newer than its report"
    return (
        f"This round is set against no aggregate. {named} {why}: to choose, write "
        f"{joined(list(others), 'or')} in the column comparator of inspections.csv."
    )


def score(
    points: int, most: int, previous: str, before: int | None, short: tuple[int, str] | None
) -> str:
    """Return the points of the overall rating in a sentence.

    ``before`` are the points of the round ``previous``, ``short`` the points missing to the next
    overall rating and its name, None at the top.

    >>> score(15, 30, "2018", 10, (1, "Good"))
    '15 of 30 points, up from 10 in 2018; 1 point short of Good.'
    """
    said = f"{points} of {most} points"
    if before is not None:
        way = "up" if points > before else "down"
        said += (
            f", {way} from {before} in {previous}" if points != before else f", as in {previous}"
        )
    if short is not None:
        said += f"; {counted(short[0], 'point')} short of {short[1]}"
    return f"{said}."


def how_sure(questions: Sequence[Row], tests: Row | None) -> list[str]:
    """Return three sentences on how sure the page is.

    ``tests`` is the row of families_of_tests for key questions, None where there is none.
    """
    compared = judged(questions)
    if all(row["current_percent"] is None for row in questions):
        return ["No share of cases is in the data for this inspection, so nothing can be judged."]
    if not compared or tests is None:
        alone = all(row["previous_inspection"] is None for row in questions)
        return [
            "No earlier inspection is in the data, so no change can be judged."
            if alone
            else "No change between inspections can be judged here.",
            "Each percentage is what inspectors saw in a sample of cases; another sample would "
            "have given a somewhat different one.",
            _bases(questions),
        ]
    verdicts = [row["change_verdict"] for row in compared]
    passed = verdicts.count("significant")
    left = len(compared) - passed - verdicts.count("not significant")
    said = f"Of {counted(len(compared), 'change')}, {_passes(passed)} {_TEST}"
    said += f"; {in_words(left)} cannot be settled from what is published" if left else ""
    sentences = [f"{said}."]
    kept, expected = int(tests["kept_after_adjustment"]), float(tests["expected_by_chance"])
    lucky = in_words(max(1, round(expected)))
    stands = (
        f"{in_words(kept)} still {'stands' if kept == 1 else 'stand'}" if kept else "none stands"
    )
    sentences.append(
        f"Had nothing changed, about {lucky} would pass by luck; judged together, {stands} out."
    )
    return [*sentences, _bases(questions)]


def _passes(number: int) -> str:
    return f"{in_words(number)} {'pass' if number > 1 else 'passes'}"


def _bases(questions: Sequence[Row]) -> str:
    shown = [row for row in questions if row["current_percent"] is not None]
    known = [row for row in shown if row["current_base"] is not None]
    if not known:
        silent = {row["current_base_status"] for row in shown}
        if silent <= {"not published", "not asked", "open"}:
            return "How many cases each percentage is out of was not published."
        return "How many cases each percentage is out of is not in the data."
    small = grouped((row for row in known if small_base(row)), "theme")
    if not small:
        fewest = min(row["current_base"] for row in known)
        return f"Every number of cases that is published is {fewest} or more."
    named = [
        f"{inside(str(theme))} on {min(row['current_base'] for row in rows)}"
        for theme, rows in small.items()
    ]
    words = capital(joined(named)).replace(" on ", " rests on ", 1)
    noun = "case" if named[-1].endswith(" on 1") else "cases"
    return f"{words} {noun}: on so few, one or two can turn a rating."


RESPONSES = {"agreed": "agreed", "partly agreed": "agreed in part", "not agreed": "not agreed"}
"""How a sentence says what a plan answers; any other response is said as it stands."""


NAMED = 3
"""Recommendations that are named where there may be many; the others are counted."""


def promised(promises: Sequence[Row], weakness: Weakness | None = None) -> str:
    """Return what the plan that answers the current inspection promises, first on the weakness.

    ``promises`` holds the rows of that inspection.
    """
    if not promises:
        return "No action plan that answers this inspection is in the data."
    answers = Counter(row["response"] for row in promises)
    order = [*RESPONSES, *(answer for answer in answers if answer not in RESPONSES)]
    parts = [
        f"{in_words(answers[answer])} {RESPONSES.get(answer, answer)}"
        for answer in order
        if answer in answers
    ]
    if len(parts) == 1:
        every = {1: "", 2: "both "}.get(len(promises), "all ")
        answer = next(iter(answers))
        parts = [every + RESPONSES.get(answer, answer)]
    actions, dated = (
        sum(row[name] or 0 for row in promises) for name in ("actions", "actions_with_date")
    )
    which = f"of its {in_words(actions)} actions"
    when = f"{in_words(dated)} {which} {'has' if dated == 1 else 'have'} a date"
    if not dated:
        when = f"our copy shows no date for any {which}"
    if actions == 1:
        when = f"its one action has {'a date' if dated else 'no date in our copy'}"
    if not actions:
        when = "the data holds no action of it"
    asked = f"{in_words(len(promises))} {plural(len(promises), 'recommendation')}"
    said = f"The plan answers {asked}: {joined(parts)}; {when}."
    own = answers_to(promises, weakness)
    if not own or weakness is None:
        return said
    named: list[str] = []
    for answer, rows in grouped(own[:NAMED], "response").items():
        what = "" if named else " recommendation" if len(rows) == 1 else " recommendations"
        said_of = f"{'is' if len(rows) == 1 else 'are'} {RESPONSES.get(answer, answer)}"
        titled = joined([inside(str(row["title"])) for row in rows])
        named.append(f"{in_words(len(rows))}{what} {said_of}: {titled}")
    if len(own) > NAMED:
        named.append(f"{in_words(len(own) - NAMED)} more in the plan")
    return f"On {weakness.name}, {'; '.join(named)}. {said}"


def answers_to(promises: Sequence[Row], weakness: Weakness | None) -> list[Row]:
    """Return the recommendations that are linked to a key question of the chief weakness."""
    questions = set() if weakness is None else set(weakness.questions)
    return [row for row in promises if questions & set((row["key_questions"] or "").split("; "))]

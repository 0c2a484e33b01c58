"""What a comparison comes to: counts and plain sentences, an analyst's ``.sentences``."""

from collections import Counter

from pipeline.analysis.inspections import comparator_in_text
from pipeline.analysis.ratings.bands import framework_rows, points_to_next, scores_compare
from pipeline.analysis.records import Row, records, row_values
from pipeline.analysis.sentences.narrative import few_cases, rose_and_fell
from pipeline.analysis.sentences.phrases import counted, in_words, joined, label_parts, plural
from pipeline.data import Tables
from pipeline.data.once import once


@once
def of_framework(tables: Tables, name: str, framework: str) -> list[Row]:
    """Return the rows of one framework of a table."""
    return records(framework_rows(tables[name], framework))


@once
def _frameworks(tables: Tables) -> dict[str, str]:
    """Return the framework that each inspection was judged by."""
    return dict(row_values(tables["inspections"], ["inspection", "framework"]))


scores_alike = once(scores_compare)
"""``scores_compare``, looked up once for two frameworks."""


def headline(tables: Tables, asked: list[Row], compared: list[Row], rated: list[Row]) -> list[Row]:
    """Return what a comparison comes to as rows of ``item``, ``value`` and ``sentence``.

    ``asked`` (key_question_comparison), ``compared`` (rating_comparison)
    and ``rated`` (standard_ratings) hold one pair of rounds, or one round
    without an earlier one. ``value`` is the figure a card shows, ``sentence``
    says it in full. Standards and questions that may not be compared are left
    out of every count of change and counted apart.
    """
    pair = (asked or compared)[0]
    current, previous = pair["current_inspection"], pair["previous_inspection"]
    totals = {row["inspection"]: row for row in rated if row["standard"] == "overall"}
    now, then = totals[current], totals.get(previous)
    rows: list[tuple[str, str | None, str]] = []
    leading: tuple[str | None, str] = (None, "")
    if then is not None:
        leading = _comparable_points(compared, tables)
    frameworks = _frameworks(tables)
    beside = then
    if then is not None and not scores_alike(tables, frameworks[previous], frameworks[current]):
        beside = None
    bands = of_framework(tables, "overall_bands", frameworks[current])
    rows.append(("overall", *_overall(now, beside, bands, leading[1], compared)))
    if then is not None:
        rows.append(("comparable standards", *leading))
        rows.append(("standards", *_standards(compared)))
        rows.append(("key questions", *_questions(asked)))
    rows.append(("comparator", *_against(asked, tables)))
    rows.append(("common weakness", *_common_weakness(asked, rated)))
    rows.append(("strongest", *_extreme(asked, highest=True)))
    rows.append(("weakest", *_extreme(asked, highest=False)))
    return [
        {"item": item, "value": value, "sentence": sentence}
        for item, value, sentence in rows
        if value is not None
    ]


def _points(count: int) -> str:
    return f"{in_words(count)} {plural(count, 'point')}"


def _overall(
    now: Row, then: Row | None, bands: list[Row], comparable: str, standards: list[Row]
) -> tuple[str | None, str]:
    """Say the rating, the comparable result first and then the total with what it sums.

    ``now`` and ``then`` are the overall rows of standard_ratings, ``bands`` those of the total.
    """
    rating = now["published_rating"] or NO_RATING.get(now["status"], "There is no overall rating")
    points = now["score"]
    if points is None:
        return rating, f"{rating}."
    most = max((band["upper_points"] for band in bands), default=None)
    short = ""
    if now["points"] not in (None, points):
        short = f" (the points of its standards add up to {now['points']})"
    here = [b["rating"] for b in bands if b["lower_points"] <= points <= b["upper_points"]]
    above = points_to_next(points, bands)
    if above is not None and here == [now["published_rating"]]:
        short += f", {_points(above[0])} short of {above[1]}"
    if then is None or then["score"] is None:
        return f"{points} of {most}", f"{rating}: {points} of {most}{short}.{_ours(now, None)}"
    before = then["published_rating"]
    same = "again" if rating == before else f"after {before or 'no rating'}"
    verb = "rose" if points > then["score"] else "fell"
    move = f"{verb} from {then['score']} to {points}"
    if points == then["score"]:
        move = f"stayed at {points}"
    ours = _ours(now, then)
    value = f"{then['score']} to {points} of {most}"
    if not comparable:
        return value, f"{rating} {same}; the score {move} of {most}{short}.{ours}"
    apart = [row for row in standards if row["direction"] is None]
    summed = (
        f"The score of all {in_words(len(standards))} {move} of {most}{short}; it sums "
        f"{in_words(len(apart))} whose ratings may not be compared."
    )
    return value, f"{rating} {same}. {comparable} {summed}{ours}"


NO_RATING = {
    "not entered yet": "The overall rating has not been entered yet",
    "not rated": "No overall rating was given",
    "not published": "No overall rating was published",
    "suppressed": "The overall rating was kept back",
    "withdrawn": "The overall rating was withdrawn",
}
"""What is said where there is no overall rating, by its status."""


def _ours(now: Row, then: Row | None) -> str:
    """Say which totals are our sums, and why."""
    unprinted = {
        name: total["score_status"]
        for name, total in (("earlier", then), ("latest", now))
        if total is not None and total["printed_score"] is None and total["score"] is not None
    }
    if len(unprinted) == 2 and set(unprinted.values()) == {"not published"}:
        return " Both totals are our sums: the reports print none."
    said = ""
    for name, status in unprinted.items():
        why = {
            "not published": "the report prints none",
            "not entered yet": "the printed one has not been entered yet",
        }.get(status, f"the printed one is {status}")
        which = f"The {name} total" if then is not None else "The total"
        said += f" {which} is our sum: {why}."
    return said


def _comparable_points(standards: list[Row], tables: Tables) -> tuple[str | None, str]:
    """Return the points over the standards whose ratings compare, where not all do."""
    comparable = [row for row in standards if row["direction"] is not None]
    if len(comparable) in (0, len(standards)):
        return None, ""
    before = sum(row["previous_points"] for row in comparable)
    after = sum(row["current_points"] for row in comparable)
    framework = _frameworks(tables)[standards[0]["current_inspection"]]
    bands = of_framework(tables, "rating_bands", framework)
    most = max(band["points"] for band in bands) * len(comparable)
    return (
        f"{before} to {after} of {most}",
        f"Over the {in_words(len(comparable))} standards whose ratings compare, the points went "
        f"from {before} to {after} of {most}.",
    )


def _standards(standards: list[Row]) -> tuple[str | None, str]:
    left_out = [row for row in standards if row["direction"] is None]
    ways = Counter(row["direction"] for row in standards if row["direction"] is not None)
    if not ways:
        return None, ""
    rose, stayed, fell = (ways[way] for way in ("rose", "stayed", "fell"))
    sentence = (
        f"Of {in_words(ways.total())} standard{'' if ways.total() == 1 else 's'} whose ratings "
        f"compare, {in_words(rose)} rose, "
        f"{in_words(stayed)} stayed and {in_words(fell)} fell."
    )
    if left_out:
        names = joined([f"{row['name']} ({row['standard']})" for row in left_out])
        sentence += (
            f" {names} {'are' if len(left_out) > 1 else 'is'} left out: the ratings do not compare."
        )
    return f"{rose} rose, {stayed} stayed, {fell} fell", sentence


def _moves(questions: list[Row], comparable: str) -> tuple[int, int, int]:
    """Return how many key questions compare in this way, and how many of them rose and fell."""
    rows = [row for row in questions if row["comparable"] == comparable]
    return len(rows), *rose_and_fell(rows)


def _questions(questions: list[Row]) -> tuple[str | None, str]:
    count, rose, fell = _moves(questions, "yes")
    if not count:
        return None, ""
    same = count - rose - fell
    stayed = f", {in_words(same)} stayed" if same else ""
    sentence = (
        f"Of {in_words(count)} key question{'' if count == 1 else 's'} that compare, "
        f"{in_words(rose)} rose"
        f"{stayed} and {in_words(fell)} fell"
    )
    caution, up, down = _moves(questions, "caution")
    if caution:
        sentence += (
            f"; {in_words(caution)} more compare only with caution "
            f"({in_words(up)} rose, {in_words(down)} fell)"
        )
    return f"{rose} rose, {fell} fell", sentence + "."


def _against(questions: list[Row], tables: Tables) -> tuple[str | None, str]:
    known = [row for row in questions if row["difference_from_comparator"] is not None]
    if not known:
        return None, ""
    name = comparator_in_text(tables, known[0]["comparator"], period=True)
    differences = [row["difference_from_comparator"] for row in known]
    above, below = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
    level = len(known) - above - below
    return (
        f"{above} of {len(known)} above",
        f"Of {counted(len(known), 'key question')} with a figure for {name}, {in_words(above)} "
        f"{'stands' if above == 1 else 'stand'} above it, {in_words(level)} level and "
        f"{in_words(below)} below.",
    )


def _in_brackets(row: Row) -> str:
    return "; ".join(filter(None, [row["key_question"], few_cases(row["current_base"])]))


def _common_weakness(questions: list[Row], ratings: list[Row]) -> tuple[str | None, str]:
    """Say what several standards have in common: the same theme as their lowest key question.

    The theme of a key question is what its label says after the standard's name.
    """
    if not questions:
        return None, ""
    current = questions[0]["current_inspection"]
    own = {
        row["lowest_key_question"]
        for row in ratings
        if row["inspection"] == current and row["lowest_key_question"] is not None
    }
    themes: dict[str, list[str]] = {}
    for row in questions:
        if row["key_question"] in own:
            standard, theme = label_parts(row["label"])
            themes.setdefault(theme if standard else "", []).append(f"{row['current_percent']}%")
    theme, shares = max(themes.items(), key=lambda item: len(item[1]), default=("", []))
    if not theme or len(shares) < 2:
        return None, ""
    return (
        f"{len(shares)} of {len(own)}",
        f"{theme.capitalize()} is the lowest key question of {in_words(len(shares))} of "
        f"the {in_words(len(own))} standards rated on cases ({joined(shares)}).",
    )


def _extreme(questions: list[Row], *, highest: bool) -> tuple[str | None, str]:
    known = [row for row in questions if row["current_percent"] is not None]
    if not known:
        return None, ""
    value = (max if highest else min)(row["current_percent"] for row in known)
    there = [row for row in known if row["current_percent"] == value]
    names = joined([f"{row['label']} ({_in_brackets(row)})" for row in there])
    return f"{value}%", f"{names}: done well in {value}% of cases."

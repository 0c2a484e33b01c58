"""What leadership sees first: counts and plain sentences made from the comparison tables."""

from dataclasses import dataclass

import pandas as pd

from pipeline.analysis.ratings.bands import framework_rows, points_to_next
from pipeline.analysis.sentences.phrases import in_words, joined
from pipeline.data import Tables, is_missing


@dataclass(frozen=True)
class Overall:
    """The overall rating of an inspection and what its points say.

    ``points`` is the sum over all standards out of ``most``; ``printed`` whether
    the report prints that total; ``missing`` and ``next_rating`` the distance to
    the next overall rating, None at the top.
    """

    rating: str
    points: int
    most: int
    printed: bool
    missing: int | None
    next_rating: str | None


def overall(tables: Tables, ratings: pd.DataFrame, inspection: str) -> Overall:
    """Return the overall rating of an inspection (``ratings`` from standard_ratings)."""
    row = ratings[(ratings["inspection"] == inspection) & (ratings["standard"] == "overall")].iloc[
        0
    ]
    inspections = tables["inspections"].set_index("inspection")
    framework = inspections.loc[inspection, "framework"]
    bands = framework_rows(tables["overall_bands"], str(framework))
    printed = tables["overall_ratings"].set_index("inspection").loc[inspection, "score_status"]
    following = points_to_next(int(row["points"]), bands)
    return Overall(
        rating=str(row["published_rating"]),
        points=int(row["points"]),
        most=int(bands["upper_points"].max()),
        printed=bool(printed == "published"),
        missing=following[0] if following else None,
        next_rating=following[1] if following else None,
    )


def headline(
    tables: Tables, questions: pd.DataFrame, standards: pd.DataFrame, ratings: pd.DataFrame
) -> pd.DataFrame:
    """Return the first screen of a comparison as rows of (item, value, sentence).

    ``questions`` (key_question_comparison), ``standards`` (rating_comparison)
    and ``ratings`` (standard_ratings) hold one pair of rounds, or one round
    without an earlier one. ``value`` is the figure a card shows, ``sentence``
    says it in full. Standards and questions that may not be compared are left
    out of every count of change and counted apart.
    """
    current = str(questions["current_inspection"].iloc[0])
    previous = questions["previous_inspection"].iloc[0]
    now = overall(tables, ratings, current)
    then = None if is_missing(previous) else overall(tables, ratings, str(previous))
    rows: list[tuple[str, str | None, str]] = [("overall", *_overall(now, then))]
    if then is not None:
        rows.append(("comparable standards", *_comparable_points(standards, tables)))
        rows.append(("standards", *_standards(standards)))
        rows.append(("key questions", *_questions(questions)))
    rows.append(("all CRCs", *_against(questions)))
    rows.append(("common weakness", *_common_weakness(questions, ratings)))
    rows.append(("strongest", *_extreme(questions, highest=True)))
    rows.append(("weakest", *_extreme(questions, highest=False)))
    return pd.DataFrame(
        [row for row in rows if row[1] is not None], columns=["item", "value", "sentence"]
    )


def _points(count: int) -> str:
    return f"{in_words(count)} point{'s' if count != 1 else ''}"


def _overall(now: Overall, then: Overall | None) -> tuple[str, str]:
    short = ""
    if now.missing is not None:
        short = f", {_points(now.missing)} short of {now.next_rating}"
    if then is None:
        return f"{now.points} of {now.most}", f"{now.rating}: {now.points} of {now.most}{short}."
    same = "again" if now.rating == then.rating else f"after {then.rating}"
    verb = "rose" if now.points > then.points else "fell" if now.points < then.points else "stayed"
    move = (
        f"stayed at {now.points}"
        if verb == "stayed"
        else f"{verb} from {then.points} to {now.points}"
    )
    ours = ""
    if not then.printed or not now.printed:
        ours = " Both totals are our sums: the reports print none."
        if then.printed or now.printed:
            unprinted = "earlier" if now.printed else "latest"
            ours = f" The {unprinted} total is our sum: the report prints none."
    return (
        f"{then.points} to {now.points} of {now.most}",
        f"{now.rating} {same}; the score {move} of {now.most}{short}.{ours}",
    )


def _comparable_points(standards: pd.DataFrame, tables: Tables) -> tuple[str | None, str]:
    comparable = standards[standards["direction"].notna()]
    if len(comparable) in (0, len(standards)):
        return None, ""
    before, after = (
        int(comparable["previous_points"].sum()),
        int(comparable["current_points"].sum()),
    )
    inspections = tables["inspections"].set_index("inspection")
    framework = inspections.loc[standards["current_inspection"].iloc[0], "framework"]
    bands = framework_rows(tables["rating_bands"], str(framework))
    most = int(bands["points"].max()) * len(comparable)
    return (
        f"{before} to {after} of {most}",
        f"Over the {in_words(len(comparable))} standards whose ratings compare, the points went "
        f"from {before} to {after} of {most}.",
    )


def _standards(standards: pd.DataFrame) -> tuple[str | None, str]:
    comparable = standards[standards["direction"].notna()]
    left_out = standards[standards["direction"].isna()]
    if comparable.empty:
        return None, ""
    rose, stayed, fell = (
        int((comparable["direction"] == way).sum()) for way in ("rose", "stayed", "fell")
    )
    sentence = (
        f"Of {in_words(len(comparable))} standards whose ratings compare, {in_words(rose)} rose, "
        f"{in_words(stayed)} stayed and {in_words(fell)} fell."
    )
    if not left_out.empty:
        names = joined([f"{row['name']} ({row['standard']})" for _, row in left_out.iterrows()])
        sentence += (
            f" {names} {'are' if len(left_out) > 1 else 'is'} left out: the ratings do not compare."
        )
    return f"{rose} rose, {stayed} stayed, {fell} fell", sentence


def _questions(questions: pd.DataFrame) -> tuple[str | None, str]:
    comparable = questions[questions["comparable"] == "yes"]
    if comparable.empty:
        return None, ""
    rose = int((comparable["change_points"] > 0).sum())
    fell = int((comparable["change_points"] < 0).sum())
    same = len(comparable) - rose - fell
    stayed = f", {in_words(same)} stayed" if same else ""
    sentence = (
        f"Of {in_words(len(comparable))} key questions that compare, {in_words(rose)} rose"
        f"{stayed} and {in_words(fell)} fell"
    )
    caution = questions[questions["comparable"] == "caution"]
    if not caution.empty:
        up, down = (caution["change_points"] > 0).sum(), (caution["change_points"] < 0).sum()
        sentence += (
            f"; {in_words(len(caution))} more compare only with caution "
            f"({in_words(int(up))} rose, {in_words(int(down))} fell)"
        )
    return f"{rose} rose, {fell} fell", sentence + "."


def _against(questions: pd.DataFrame) -> tuple[str | None, str]:
    known = questions[questions["difference_from_all_crcs"].notna()]
    if known.empty:
        return None, ""
    difference = known["difference_from_all_crcs"]
    above, level, below = (
        int((difference > 0).sum()),
        int((difference == 0).sum()),
        int((difference < 0).sum()),
    )
    return (
        f"{above} of {len(known)} above",
        f"Of {len(known)} key questions with a figure for all CRCs, {in_words(above)} "
        f"{'stands' if above == 1 else 'stand'} above it, {in_words(level)} level and "
        f"{in_words(below)} below.",
    )


def small_base(base: object) -> str:
    """Return the warning that goes with every figure on fewer than 30 cases, or nothing."""
    if is_missing(base) or int(str(base)) >= 30:
        return ""
    return f"only {base} cases"


def _in_brackets(row: pd.Series) -> str:
    return "; ".join(filter(None, [str(row["key_question"]), small_base(row["current_base"])]))


def _common_weakness(questions: pd.DataFrame, ratings: pd.DataFrame) -> tuple[str | None, str]:
    """Say what several standards have in common: the same theme as their lowest key question.

    The theme of a key question is what its label says after the standard's name.
    """
    current = questions["current_inspection"].iloc[0]
    own = ratings[(ratings["inspection"] == current) & ratings["lowest_key_question"].notna()]
    lowest = questions[questions["key_question"].isin(own["lowest_key_question"])]
    themes = lowest.assign(theme=lowest["label"].str.partition(": ")[2]).groupby(
        "theme", sort=False
    )
    for theme, rows in sorted(themes, key=lambda item: -len(item[1])):
        if theme and len(rows) > 1:
            shares = joined([f"{percent}%" for percent in rows["current_percent"]])
            return (
                f"{len(rows)} of {len(own)}",
                f"{str(theme).capitalize()} is the lowest key question of {in_words(len(rows))} of "
                f"the {in_words(len(own))} standards rated on cases ({shares}).",
            )
        break
    return None, ""


def _extreme(questions: pd.DataFrame, *, highest: bool) -> tuple[str | None, str]:
    known = questions[questions["current_percent"].notna()]
    if known.empty:
        return None, ""
    value = int(known["current_percent"].max() if highest else known["current_percent"].min())
    there = known[known["current_percent"] == value]
    names = joined([f"{row['label']} ({_in_brackets(row)})" for _, row in there.iterrows()])
    return f"{value}%", f"{names}: done well in {value}% of cases."

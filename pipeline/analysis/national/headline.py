"""What the national page says first, in sentences made from its tables."""

import pandas as pd

from pipeline.analysis.national.providers import FEWEST
from pipeline.analysis.records import records
from pipeline.analysis.sentences.phrases import counted, in_words, joined, label_parts
from pipeline.analysis.statistics.funnel import FEWEST as FEWEST_FOR_LIMITS


def headline(
    providers: pd.DataFrame, questions: pd.DataFrame, overall_bands: pd.DataFrame
) -> pd.DataFrame:
    """The first screen as rows of (item, value, sentence); an item that has no answer is left out.

    ``providers`` (standing_of_providers), ``questions`` (shares_of_questions) and the framework's
    rows of ``overall_bands``.
    """
    rows = [
        ("ratings", *_ratings(providers, overall_bands)),
        ("moves", *_moves(providers)),
        ("weakness", *_weakness(providers)),
        ("theme", *_theme(providers)),
        ("gained most", *_extreme(providers, gained=True)),
        ("lost most", *_extreme(providers, gained=False)),
        ("regression", *_regression(providers)),
        ("places", *_places(providers)),
        ("spread", *_spread(questions)),
    ]
    return pd.DataFrame(
        [row for row in rows if row[2]], columns=["item", "value", "sentence"], dtype="string"
    )


def _ratings(providers: pd.DataFrame, bands: pd.DataFrame) -> tuple[str, str]:
    order = bands.sort_values("lower_points", ascending=False)["rating"]
    numbers = providers["rating"].value_counts()
    counts = {rating: int(numbers.get(rating, 0)) for rating in order}
    counts["without an overall rating"] = int(providers["rating"].isna().sum())
    said = [
        f"{in_words(number)} {'is' if number == 1 else 'are'} {rating}"
        for rating, number in counts.items()
        if number
    ]
    many = len(providers)
    return str(many), f"Of {many} providers, {joined(said)}."


def _moves(providers: pd.DataFrame) -> tuple[str, str]:
    known = providers["rating_direction"].dropna()
    if known.empty:
        return "", ""
    rose, stayed, fell = (int((known == way).sum()) for way in ("rose", "stayed", "fell"))
    return (
        f"{rose} rose, {fell} fell",
        f"Since the round before, {in_words(rose) if rose else 'no'} overall "
        f"{'rating' if rose < 2 else 'ratings'} rose, {in_words(stayed)} stayed and "
        f"{in_words(fell)} fell.",
    )


def _weakness(providers: pd.DataFrame) -> tuple[str, str]:
    labels = providers["lowest_label"].dropna()
    if labels.empty:
        return "", ""
    numbers = labels.value_counts().sort_index(kind="stable")
    most = int(numbers.max())
    names = list(numbers[numbers == most].index)
    if most < FEWEST:
        return "", ""
    verb = "is" if len(names) == 1 else "are each"
    return (
        f"{most} of {len(labels)}",
        f"{joined(names)} {verb} the lowest key question of {in_words(most)} of "
        f"{in_words(len(labels))} providers.",
    )


def _theme(providers: pd.DataFrame) -> tuple[str, str]:
    """The theme that is lowest most often, where it is so in more than one standard."""
    labels = providers["lowest_label"].dropna()
    if labels.empty:
        return "", ""
    parts = labels.map(label_parts)
    themes = parts.str[1]
    numbers = themes[parts.str[0] != ""].value_counts().sort_index(kind="stable")
    if numbers.empty:
        return "", ""
    most = int(numbers.max())
    names = [
        name
        for name in numbers[numbers == most].index
        if labels[themes == name].nunique() >= FEWEST
    ]
    if not names:
        return "", ""
    each = " are each" if len(names) > 1 else " is"
    return (
        f"{most} of {len(providers)}",
        f"Whatever the standard, {joined(names)}{each} what {in_words(most)} of "
        f"{in_words(len(providers))} providers do least well.",
    )


def _extreme(providers: pd.DataFrame, *, gained: bool) -> tuple[str, str]:
    changes = providers["points_change"].dropna()
    if changes.nunique() < 2:  # of one alone, or of as many as all, none is the most
        return "", ""
    most = int(changes.max() if gained else changes.min())
    if (most <= 0) if gained else (most >= 0):
        return "", ""
    there = providers[providers["points_change"] == most]
    verb = "gained" if gained else "lost"
    names = joined([str(name) for name in there["short_name"]])
    over = _over(there)
    return (
        f"{most:+d}".replace("-", "\N{MINUS SIGN}"),
        f"{names} {verb} most: {counted(abs(most), 'point')}{over}.",
    )


def _over(rows: pd.DataFrame) -> str:
    """Say over how many standards points were counted, where these are not all."""
    counts = {(row["comparable_standards"], row["standards"]) for row in records(rows)}
    if len(counts) > 1 or any(some == every for some, every in counts):
        return ""
    ((some, _),) = counts
    return f" over the {in_words(int(some))} standards whose ratings compare"


def _regression(providers: pd.DataFrame) -> tuple[str, str]:
    """How the lower and the upper half of the round before moved: part of it is chance."""
    known = providers[providers["points_change"].notna() & providers["previous_points"].notna()]
    if len(known) < FEWEST_FOR_LIMITS:
        return "", ""
    ordered = known.sort_values(["previous_points", "provider"])
    size = len(ordered) // 2
    low = float(ordered["points_change"].head(size).mean())
    high = float(ordered["points_change"].tail(size).mean())
    seen = (
        "Part of that is to be expected"
        if low > high
        else "The usual return to the middle does not show here, though it is to be expected"
    )
    return (
        "",
        f"The {size} providers lowest last time moved by {_signed(low)} points on average, the "
        f"{size} highest by {_signed(high)}. {seen}: an extreme score is partly luck, and luck "
        "does not repeat (regression to the mean).",
    )


def _signed(value: float) -> str:
    shown = f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")
    return "0" if shown in ("+0.0", "\N{MINUS SIGN}0.0") else shown


def _places(providers: pd.DataFrame) -> tuple[str, str]:
    placed = providers["half"].dropna()
    if placed.empty:
        return "", ""
    upper, lower, open_ = (
        int((placed == side).sum()) for side in ("upper half", "lower half", "either half")
    )
    if not upper + lower:
        return (
            f"0 of {len(placed)}",
            "No place is certain: had other cases of the same work been read, any of the "
            f"{len(placed)} might be in either half.",
        )
    return (
        f"{upper + lower} of {len(placed)}",
        f"{in_words(upper, capital=True)} would very likely stay in the upper half and "
        f"{in_words(lower)} in the lower half if other cases of the same work were read; "
        f"{in_words(open_)} might be in either.",
    )


def _spread(questions: pd.DataFrame) -> tuple[str, str]:
    looked_at = questions[questions["phi"].notna()]
    if looked_at.empty:
        return "", ""
    beyond = int((looked_at["widened"] > 1).sum())
    said = f"In {in_words(beyond)} of {len(looked_at)} key questions" if beyond else "Nowhere do"
    return (
        f"{beyond} of {len(looked_at)}",
        f"{said} providers scatter more than chance alone would have them.",
    )

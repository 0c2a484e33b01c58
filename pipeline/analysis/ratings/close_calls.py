"""How many cases stand between each key question and the bands on either side of it."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline.analysis.ratings.scale import Rated, Scale, largest_pair
from pipeline.analysis.records import records

COLUMNS = [
    "standard", "name", "key_question", "label", "percent", "count", "base", "base_known", "band",
    "cases_down", "cases_up", "decides",
]  # fmt: skip


def close_calls(
    questions: pd.DataFrame, standards: pd.DataFrame, bands: pd.DataFrame, rules: pd.DataFrame
) -> pd.DataFrame:
    """A row a key question of one inspection: how few cases would put it into another band.

    ``questions``: its rows of ``key_question_comparison``; ``standards``, ``bands``, ``rules``: its
    framework's rows of ``standards``, ``rating_bands`` and ``discretion_rules``.

    Columns: ``standard, name, key_question, label, percent``; ``count`` of ``base`` cases done well
    (the largest possible base where ``base_known`` is false); ``band``, the rating that the
    percentage alone gives; ``cases_down`` and ``cases_up``, the fewest cases that, judged the other
    way at the same base, print a percentage of the band below or above (missing at either end of
    the scale); ``decides``, whether it is a lowest key question of its standard, which drives the
    rating. Ratings rest on more than these cases; discretion may have moved them.
    """
    scale = Scale.of(records(bands), records(rules))
    rated = Rated.of(records(questions), [], records(standards), scale)
    rows: list[dict[str, Any]] = []
    for question in rated.questions:
        pair = largest_pair(question.percent, question.base)
        if pair is None:
            continue
        count, base = pair
        levels = rated.scale.levels(np.arange(base + 1), base)
        below = np.flatnonzero(levels < levels[count])
        above = np.flatnonzero(levels > levels[count])
        rows.append(
            {
                **{name: getattr(question, name) for name in COLUMNS[:5]},
                "count": count,
                "base": base,
                "base_known": question.base.is_full_sample(question.percent),
                "band": rated.scale.ratings[levels[count]],
                "cases_down": count - int(below[-1]) if len(below) else pd.NA,
                "cases_up": int(above[0]) - count if len(above) else pd.NA,
            }
        )
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["decides"] = frame["percent"] == frame.groupby("standard")["percent"].transform("min")
    whole = ["percent", "count", "base", "cases_down", "cases_up"]
    return frame.astype(dict.fromkeys(whole, "Int64"))

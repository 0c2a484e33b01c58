"""The key questions of both Northumbria inspections, copied here by hand from the two reports.

2018: Annex 2 of the report of November 2018. 2019: the tables of chapters 2 and 3 of the report of
February 2020. Samples: Annex 2 of each. So the statistics are tested on published figures without
the data files.
"""

import pandas as pd

from pipeline.analysis.ratings.scale import Rated, Scale
from pipeline.analysis.records import records

_NONE = pd.NA
_NO_DATA = "The report says that comparable data are not available."
_UNPAID = "The 2019 report prints no earlier figures for unpaid work."
_RATINGS = "The figures are printed side by side, but the ratings do not compare."

# In 2018 the harm questions were asked of more than half of the 100 cases (section 2.1 of the
# report of 2018, with Annex 2 of the later one); in 2019 assessing harm was out of 85 or 97.
_AT_LEAST = {"2.1.3": (51, 85), "2.2.3": (51, _NONE), "2.3.3": (51, _NONE), "2.4.3": (51, _NONE)}

# number, 2018, 2019, all CRCs, printed base and limit 2018, printed base and limit 2019, comparable
_ROWS = [
    ("2.1.1", 81, 74, 68, 100, 100, 97, 97, "yes", "case-supervision"),
    ("2.1.2", 70, 80, 63, 100, 100, 97, 97, "yes", "case-supervision"),
    ("2.1.3", 54, 58, 55, _NONE, 100, _NONE, 97, "yes", "case-or-risk-of-harm"),
    ("2.2.1", 74, 78, 63, 100, 100, 97, 97, "yes", "case-supervision"),
    ("2.2.2", 66, 74, 64, 100, 100, 97, 97, "yes", "case-supervision"),
    ("2.2.3", 45, 51, 46, _NONE, 100, 85, 85, "yes", "risk-of-harm"),
    ("2.3.1", 75, 79, 70, 100, 100, 97, 97, "yes", "case-supervision"),
    ("2.3.2", 61, 68, 52, 100, 100, 97, 97, "yes", "case-supervision"),
    ("2.3.3", 41, 56, 41, _NONE, 100, 85, 85, "yes", "risk-of-harm"),
    ("2.4.1", 65, 65, 65, 100, 100, 97, 97, "no", "case-supervision"),
    ("2.4.2", 66, 70, 62, 100, 100, 97, 97, "no", "case-supervision"),
    ("2.4.3", 38, 48, 44, _NONE, 100, 85, 85, "yes", "risk-of-harm"),
    ("4.1.1", _NONE, 48, _NONE, _NONE, _NONE, 25, 25, "no", "unpaid-work"),
    ("4.1.2", _NONE, 79, _NONE, _NONE, _NONE, 25, 25, "no", "unpaid-work"),
    ("4.1.3", _NONE, _NONE, _NONE, _NONE, _NONE, 25, 25, "no", "unpaid-work"),
    ("4.1.4", 96, 84, _NONE, 26, 26, 25, 25, "no", "unpaid-work"),
    ("4.2.1", 90, 64, 69, 20, 20, 11, 11, "caution", "through-the-gate"),
    ("4.2.2", 70, 82, 62, 20, 20, 11, 11, "caution", "through-the-gate"),
    ("4.2.3", 55, 91, 59, 20, 20, 11, 11, "caution", "through-the-gate"),
]
_REASONS = {"2": _NO_DATA, "4": _UNPAID}
_WHOLE = [
    "previous_percent", "current_percent", "comparator_percent", "previous_base", "previous_limit",
    "current_base", "current_limit",
]  # fmt: skip


def key_questions() -> pd.DataFrame:
    """One row a key question, with the columns the tests need."""
    columns = [
        "key_question", "previous_percent", "current_percent", "comparator_percent",
        "previous_base", "previous_limit", "current_base", "current_limit", "comparable", "sample",
    ]  # fmt: skip
    frame = pd.DataFrame(_ROWS, columns=columns).astype(dict.fromkeys(_WHOLE, "Int64"))
    for side, name in enumerate(["previous_at_least", "current_at_least"]):
        known = {number: bounds[side] for number, bounds in _AT_LEAST.items()}
        frame[name] = frame["key_question"].map(known).astype("Int64")
    frame["standard"] = frame["key_question"].str[:3]
    frame["label"] = "Key question " + frame["key_question"]
    frame["provider"] = "northumbria-crc"
    frame["previous_inspection"] = "northumbria-crc-2018"
    frame["current_inspection"] = "northumbria-crc-2019"
    frame["previous_tied"] = frame["previous_base"].notna()
    frame["current_tied"] = frame["current_base"].notna()
    frame["change_points"] = (frame["current_percent"] - frame["previous_percent"]).where(
        frame["comparable"] != "no"
    )
    frame["reason_not_comparable"] = [
        _RATINGS if comparable == "caution" else _REASONS[number[0]] if comparable == "no" else None
        for number, comparable in zip(frame["key_question"], frame["comparable"], strict=True)
    ]
    return frame


# Annex 2 of the report of February 2020.
BANDS = pd.DataFrame(
    [
        ("Inadequate", 0, "Minority", 0, 49),
        ("Requires improvement", 1, "Too few", 50, 64),
        ("Good", 2, "Reasonable majority", 65, 79),
        ("Outstanding", 3, "Large majority", 80, 100),
    ],
    columns=["rating", "points", "band", "lower_percent", "upper_percent"],
)
OVERALL = pd.DataFrame(
    [("Inadequate", 0, 5), ("Requires improvement", 6, 15), ("Good", 16, 25),
     ("Outstanding", 26, 30)],
    columns=["rating", "lower_points", "upper_points"],
)  # fmt: skip
RULES = pd.DataFrame(
    [
        ("within-points", "key questions", 5, pd.NA),
        ("one-case", "key questions", pd.NA, pd.NA),
        ("qualitative-evidence", "qualitative evidence", pd.NA, 1),
    ],
    columns=["rule", "applies_to", "points", "bands"],
).astype({"points": "Int64", "bands": "Int64"})
KINDS = pd.DataFrame(
    [
        ("case-supervision", pd.NA), ("risk-of-harm", "case-supervision"),
        ("case-or-risk-of-harm", "case-supervision"), ("unpaid-work", pd.NA),
        ("through-the-gate", pd.NA),
    ],
    columns=["sample", "part_of"],
    dtype="string",
)  # fmt: skip
# Published and, for those with percentages, by the bands alone; discretion as footnoted.
_RATED = [
    ("1.1", "Leadership", "judgement", "Good", None, None),
    ("1.2", "Staff", "judgement", "Good", None, None),
    ("1.3", "Services", "judgement", "Good", None, None),
    ("1.4", "Information and facilities", "judgement", "Good", None, None),
    ("2.1", "Assessment", "key questions", "Requires improvement", "Requires improvement", None),
    ("2.2", "Planning", "key questions", "Requires improvement", "Requires improvement", None),
    ("2.3", "Delivery", "key questions", "Requires improvement", "Requires improvement", None),
    ("2.4", "Reviewing", "key questions", "Requires improvement", "Inadequate", "within-points"),
    ("4.1", "Unpaid work", "key questions and qualitative evidence", "Requires improvement",
     "Inadequate", "within-points; qualitative-evidence"),
    ("4.2", "Through the Gate", "key questions", "Good", "Requires improvement", "within-points"),
]  # fmt: skip
STANDARDS = pd.DataFrame([row[:3] for row in _RATED], columns=["standard", "name", "rating_basis"])
_POINTS = dict(zip(BANDS["rating"], BANDS["points"], strict=True))
RATINGS = pd.DataFrame(
    [(code, name, pub, derived, _POINTS[pub], used) for code, name, _, pub, derived, used in _RATED]
    + [("overall", "Overall rating", "Requires improvement", "Requires improvement", 15, None)],
    columns=["standard", "name", "published_rating", "derived_rating", "points", "discretion"],
).astype({"derived_rating": "string", "discretion": "string"})
SCALE = Scale.of(records(BANDS), records(RULES))


def rated(
    questions: pd.DataFrame, ratings: pd.DataFrame = RATINGS, standards: pd.DataFrame = STANDARDS
) -> Rated:
    """What the ratings of 2019 rest on, or would if some of it were otherwise."""
    return Rated.of(records(questions), records(ratings), records(standards), SCALE)


INSPECTION = rated(key_questions())

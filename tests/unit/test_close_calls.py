"""Cases to the next band, against judging the cases one by one."""

from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.ratings.close_calls import close_calls

# Probation inspections: domain two and three case assessment rules, 2018: 80, 65 and 50 percent.
BANDS = pd.DataFrame(
    {
        "rating": ["Outstanding", "Good", "Requires improvement", "Inadequate"],
        "points": [3, 2, 1, 0],
        "lower_percent": [80, 65, 50, 0],
    }
)
RULES = pd.DataFrame({"rule": [], "applies_to": [], "points": [], "bands": []})
STANDARDS = pd.DataFrame({"standard": ["2.1"], "name": ["Assessment"], "rating_basis": ["cases"]})


def questions(*percents_and_bases: tuple[int, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "standard": "2.1", "key_question": f"2.1.{at}", "label": "", "sample": "all",
                "current_percent": percent, "current_base": base, "current_limit": base,
                "current_tied": True,
            }
            for at, (percent, base) in enumerate(percents_and_bases, start=1)
        ]
    )  # fmt: skip


def band(count: int, base: int) -> int:
    shown = (Decimal(100 * count) / base).quantize(Decimal(1), ROUND_HALF_UP)
    return sum(shown >= boundary for boundary in (50, 65, 80))


@given(st.integers(1, 100).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_one_case_fewer_than_said_leaves_the_band(cases):
    count, base = cases
    shown = int((Decimal(100 * count) / base).quantize(Decimal(1), ROUND_HALF_UP))
    (row,) = close_calls(questions((shown, base)), STANDARDS, BANDS, RULES).to_dict("records")
    here = band(count, base)
    assert row["count"] == count and row["base_known"]
    if pd.isna(row["cases_down"]):
        assert here == band(0, base)
    else:
        assert band(count - row["cases_down"], base) < here
        assert band(count - row["cases_down"] + 1, base) == here
    if pd.isna(row["cases_up"]):
        assert here == band(base, base)
    else:
        assert band(count + row["cases_up"], base) > here
        assert band(count + row["cases_up"] - 1, base) == here


def test_the_lowest_question_decides():
    rows = close_calls(questions((81, 100), (54, 100), (70, 100)), STANDARDS, BANDS, RULES)
    assert rows["decides"].tolist() == [False, True, False]
    # 54 of 100 is Requires improvement: 5 fewer is 49, 11 more is 65.
    assert rows.loc[1, ["band", "cases_down", "cases_up"]].tolist() == [
        "Requires improvement", 5, 11,
    ]  # fmt: skip


def test_nothing_rated_on_cases_nothing_close():
    assert close_calls(questions((70, 100)).iloc[:0], STANDARDS, BANDS, RULES).empty

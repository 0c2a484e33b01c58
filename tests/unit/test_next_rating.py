"""How many more cases to the next rating: Northumbria stood one point short of Good."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.northumbria import BANDS, INSPECTION, OVERALL, RATINGS, RULES, key_questions, rated

from pipeline.analysis.ratings.bands import permitted_discretion, rating_for
from pipeline.analysis.ratings.next_rating import (
    cases_needed,
    next_overall_rating,
    next_rating_by_question,
    next_rating_by_standard,
)
from pipeline.analysis.ratings.scale import printed_percent
from pipeline.analysis.records import records


@given(st.integers(0, 100), st.integers(1, 100), st.sampled_from([50, 65, 80]))
def test_the_fewest_cases_that_reach_a_boundary(count, base, boundary):
    count = min(count, base)
    needed = cases_needed(count, base, boundary)
    assert printed_percent(count + needed, base) >= boundary
    if needed:
        assert printed_percent(count + needed - 1, base) < boundary


@pytest.fixture(scope="module")
def questions():
    return pd.DataFrame(next_rating_by_question(INSPECTION)).set_index("key_question")


def test_cases_by_hand(questions):
    # 63 of 97 and 55 of 85 are 65%; 17 of 25 is 68% and 16 is 64%; 9 of 11 is 82%, 8 is 73%.
    expected = {"2.1.3": 7, "2.2.3": 12, "2.3.3": 7, "2.4.3": 14, "4.1.1": 5, "4.2.1": 2}
    needed = questions["cases_needed"]
    assert needed[needed > 0].to_dict() == expected
    # 58, 51, 56, 48, 48 to 65%; 64 to 80%.
    away = questions["points_away"]
    assert away[away > 0].to_dict() == {
        "2.1.3": 7, "2.2.3": 14, "2.3.3": 9, "2.4.3": 17, "4.1.1": 17, "4.2.1": 16,
    }  # fmt: skip
    assert not questions.loc["2.1.3", "base_known"]
    assert questions.loc["2.3.3", "base_known"]


def test_discretion_may_be_considered_exactly_where_the_rules_permit_it(questions):
    for number, row in questions.iterrows():
        qualitative = number.startswith("4.1")
        count = _COUNTS[number]
        base, target = int(row["base"]), row["next_rating"]

        def considered(more, count=count, base=base, target=target, qualitative=qualitative):
            percent = int(printed_percent(count + more, base))
            order = BANDS["rating"].tolist()
            permitted = permitted_discretion(percent, BANDS, RULES, base, qualitative)
            reached = [rating_for(percent, BANDS), *(one.rating for one in permitted)]
            return max(order.index(rating) for rating in reached) >= order.index(target)

        fewest = row["cases_to_discretion"]
        assert considered(fewest)
        assert fewest == 0 or not considered(fewest - 1)


_COUNTS = {"2.1.1": 72, "2.1.2": 78, "2.1.3": 56, "2.2.1": 76, "2.2.2": 72, "2.2.3": 43,
    "2.3.1": 77, "2.3.2": 66, "2.3.3": 48, "2.4.1": 63, "2.4.2": 68, "2.4.3": 41,
    "4.1.1": 12, "4.1.2": 19, "4.1.4": 21, "4.2.1": 7, "4.2.2": 9, "4.2.3": 10,}  # fmt: skip


def test_the_shortest_way_to_good():
    next_rating = next_rating_by_standard(INSPECTION)
    overall = next_overall_rating(next_rating, INSPECTION.ratings, records(OVERALL))
    assert overall == {
        "points": 15,
        "rating": "Requires improvement",
        "next_rating": "Good",
        "points_needed": 1,
        "fewest_cases": ["4.2"],
        "fewest_points": ["2.1"],
        "raised_by_panel": ["2.4", "4.1", "4.2"],
        "points_by_bands": 12,
    }
    first = next_rating[0]
    assert (first["standard"], first["next_rating"], first["cases_needed"]) == (
        "4.2", "Outstanding", 2,
    )  # fmt: skip
    judged = [row for row in next_rating if not row["rateable"]]
    assert [row["standard"] for row in judged] == ["1.1", "1.2", "1.3", "1.4"]
    assert not any("cases_needed" in row for row in judged)
    assert sorted(row["standard"] for row in next_rating if row["raised_by_panel"]) == [
        "2.4", "4.1", "4.2",
    ]  # fmt: skip


def test_a_standard_at_the_top_is_left_out_alone():
    best = RATINGS.copy()
    best.loc[best["standard"] == "2.1", ["published_rating", "points"]] = ["Outstanding", 3]
    inspection = rated(key_questions(), best)
    assert {row["standard"] for row in next_rating_by_standard(inspection)} == {
        "1.1", "1.2", "1.3", "1.4", "2.2", "2.3", "2.4", "4.1", "4.2",
    }  # fmt: skip
    assert {row["key_question"][:3] for row in next_rating_by_question(inspection)} == {
        "2.2", "2.3", "2.4", "4.1", "4.2",
    }  # fmt: skip


def test_a_question_without_a_base_is_left_out_alone(questions):
    unknown = key_questions()
    first = unknown["key_question"] == "2.1.1"
    unknown.loc[first, ["current_base", "current_limit"]] = pd.NA
    unknown.loc[first, "current_tied"] = False
    found = {row["key_question"] for row in next_rating_by_question(rated(unknown))}
    assert found == set(questions.index) - {"2.1.1"}


def test_sixteen_points_are_good_and_ten_short_of_outstanding():
    better = RATINGS.copy()
    better.loc[better["standard"] == "2.1", ["published_rating", "points"]] = ["Good", 2]
    inspection = rated(key_questions(), better)
    able = [row for row in next_rating_by_standard(inspection) if row["rateable"]]
    overall = next_overall_rating(able, inspection.ratings, records(OVERALL))
    assert (overall["points"], overall["rating"]) == (16, "Good")
    assert (overall["next_rating"], overall["points_needed"]) == ("Outstanding", 10)
    # The six standards rated on cases give six points at most.
    assert overall["fewest_cases"] == overall["fewest_points"] == []
    exactly = [{"rating": "Low", "lower_points": 0}, {"rating": "High", "lower_points": 22}]
    six = next_overall_rating(able, inspection.ratings, exactly)
    assert len(able) == 6 and len(six["fewest_cases"]) == len(six["fewest_points"]) == 6


def test_at_the_top_there_is_no_way_up():
    best = RATINGS.assign(published_rating="Outstanding", points=3)
    inspection = rated(key_questions(), best)
    assert next_rating_by_question(inspection) == []
    assert next_rating_by_standard(inspection) == []
    overall = next_overall_rating([], inspection.standards, records(OVERALL))
    assert overall["points_needed"] == 0 and overall["next_rating"] is None


def test_a_standard_rated_below_what_its_percentages_give_has_no_way_in_cases():
    lower = RATINGS.copy()
    lower.loc[lower["standard"] == "2.1", "published_rating"] = "Inadequate"
    inspection = rated(key_questions(), lower)
    next_rating = next_rating_by_standard(inspection)
    (row,) = (row for row in next_rating if row["standard"] == "2.1")
    assert not row["rateable"] and "cases_needed" not in row and "points_away" not in row
    ways = next_overall_rating(next_rating, inspection.ratings, records(OVERALL))
    assert "2.1" not in ways["fewest_cases"] + ways["fewest_points"]


def test_an_unknown_rating_is_named():
    with pytest.raises(ValueError, match="'Fair' is not a rating of this framework"):
        next_rating_by_question(rated(key_questions(), RATINGS.assign(published_rating="Fair")))

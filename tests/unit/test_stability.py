"""How often fresh samples give each rating: exact results against seeded simulation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from support.northumbria import (
    BANDS,
    INSPECTION,
    KINDS,
    OVERALL,
    RATINGS,
    RULES,
    SCALE,
    STANDARDS,
    key_questions,
    rated,
)

from pipeline.analysis.ratings.bands import overall_rating, permitted_discretion, rating_for
from pipeline.analysis.ratings.scale import Scale, largest_pair, printed_percent
from pipeline.analysis.ratings.stability import (
    BANDS_ALONE,
    WITH_DISCRETION,
    counts_of_other_cases,
    stability_of_overall,
    stability_of_standards,
    stability_of_total,
)
from pipeline.analysis.records import records
from pipeline.analysis.statistics.bases import Base

# Counts that print as the 2019 figures; 2.1.3 and 4.1.2 at the largest base that can.
COUNTS = {
    "2.1": [(72, 97), (78, 97), (56, 97)],
    "2.2": [(76, 97), (72, 97), (43, 85)],
    "2.3": [(77, 97), (66, 97), (48, 85)],
    "2.4": [(63, 97), (68, 97), (41, 85)],
    "4.1": [(12, 25), (19, 24), (21, 25)],
    "4.2": [(7, 11), (9, 11), (10, 11)],
}


@given(st.integers(0, 40), st.integers(1, 60))
def test_counts_of_other_cases_are_beta_binomial_with_the_jeffreys_prior(count, base):
    count = min(count, base)
    chance = counts_of_other_cases(count, base)
    assert chance.sum() == pytest.approx(1)
    mean = base * (count + 0.5) / (base + 1)
    assert (np.arange(base + 1) * chance).sum() == pytest.approx(mean)


@given(st.integers(0, 60), st.integers(1, 60), st.booleans())
def test_the_scale_rates_as_the_rating_rules_do(count, base, qualitative):
    count = min(count, base)
    scale = SCALE
    percent = int(printed_percent(count, base))
    level = int(scale.levels(count, base))
    assert scale.ratings[level] == rating_for(percent, BANDS)
    permitted = permitted_discretion(percent, BANDS, RULES, base, qualitative)
    levels = [level, *(scale.level_of(one.rating) for one in permitted)]
    reach = int(scale.reachable(count, base, qualitative))
    # The rules allow any band that one case would give; the scale stops at the next one.
    assert reach == min(max(levels), level + 1)


def test_without_rules_of_discretion_nothing_is_reached_but_by_the_bands():
    scale = Scale.of(records(BANDS), [])
    counts = np.arange(101)
    assert (scale.reachable(counts, 100, qualitative=True) == scale.levels(counts, 100)).all()
    # One point from a boundary, where that is the only rule: 49, 64 and 79 of 100.
    rule = {"rule": "within-points", "applies_to": "key questions", "points": 1, "bands": None}
    near = Scale.of(records(BANDS), [rule])
    raised = near.reachable(counts, 100) > near.levels(counts, 100)
    assert np.flatnonzero(raised).tolist() == [49, 64, 79]


def test_where_several_counts_fit_the_middle_one_stands_for_them():
    # 1,635 to 1,664 of 3,000 print as 55%.
    assert largest_pair(55, Base("national", 3000, 3000, True)) == (1649, 3000)


def simulated(rule, dependence, seed=20191):
    """Levels of the six standards in 200,000 fresh samples, drawn with a seed."""
    draws, rng, scale = 200_000, np.random.default_rng(seed), SCALE
    levels, luck = {}, {}
    for code, questions in COUNTS.items():
        own = []
        for count, base in questions:
            if dependence == "independent":
                share = rng.beta(count + 0.5, base - count + 0.5, draws)
                fresh = rng.binomial(base, share)
            else:
                group = "cases" if code.startswith("2") else code
                if group not in luck:
                    luck[group] = rng.random(draws)
                chances = scipy.stats.betabinom(base, count + 0.5, base - count + 0.5)
                fresh = np.searchsorted(chances.cdf(np.arange(base)), luck[group])
            own.append(
                scale.levels(fresh, base)
                if rule == BANDS_ALONE
                else scale.reachable(fresh, base, code == "4.1")
            )
        levels[code] = np.min(own, axis=0)
    return levels


@pytest.mark.parametrize("rule", [BANDS_ALONE, WITH_DISCRETION])
@pytest.mark.parametrize("dependence", ["independent", "together"])
def test_exact_results_equal_a_seeded_simulation(rule, dependence):
    levels = simulated(rule, dependence)
    standards = pd.DataFrame(stability_of_standards(INSPECTION))
    standards = standards[standards["rule"] == rule].set_index(["standard", "rating"])
    for code, drawn in levels.items():
        for level, rating in enumerate(BANDS["rating"]):
            exact = standards.loc[(code, rating), dependence]
            assert exact == pytest.approx((drawn == level).mean(), abs=0.005)
    total = pd.DataFrame(stability_of_total(INSPECTION, records(KINDS)))
    total = total[total["rule"] == rule].set_index("points")[dependence]
    drawn = 8 + sum(levels.values())
    assert total.sum() == pytest.approx(1)
    for points in range(8, 25):
        assert total[points] == pytest.approx((drawn == points).mean(), abs=0.005)


def published_as(inspection, rating):
    others = [row for row in inspection.ratings if row["standard"] != "overall"]
    return replace(
        inspection, ratings=[*others, {"standard": "overall", "published_rating": rating}]
    )


@pytest.mark.parametrize(("at", "published"), list(enumerate(OVERALL["rating"])))
def test_the_bounds_hold_every_dependence(at, published):
    inspection = published_as(INSPECTION, published)
    overall = pd.DataFrame(stability_of_overall(inspection, records(KINDS), records(OVERALL)))
    bounded = overall[overall["lowest"].notna()]
    # Those of the rating above the published one, which a report says; of the highest at the top.
    points = sorted(OVERALL["lower_points"])
    assert bounded["rule"].tolist() == [BANDS_ALONE]
    above = points[min(points.index(OVERALL["lower_points"].iloc[at]) + 1, len(points) - 1)]
    assert bounded["lower_points"].tolist() == [above]
    for name in ("independent", "together"):
        assert (bounded["lowest"] <= bounded[name] + 1e-9).all()
        assert (bounded[name] <= bounded["highest"] + 1e-9).all()
    assert overall.groupby("rule")["published"].sum().tolist() == [1, 1]
    of = ["lowest", "independent", "together", "highest"]
    assert bounded[of].ge(0).all(axis=None) and bounded[of].le(1).all(axis=None)
    # Every total is 0 points or more.
    least = overall.loc[overall["lower_points"] == 0, ["independent", "together"]]
    assert len(least) == 2 and least.sub(1).abs().lt(1e-9).all(axis=None)


def test_the_bounds_of_standards_hold_every_dependence():
    standards = pd.DataFrame(stability_of_standards(INSPECTION))
    low, middle, high = (
        standards[f"at_least_{name}"] for name in ("lowest", "independent", "together")
    )
    assert (low <= middle + 1e-12).all() and (middle <= high + 1e-12).all()


def test_the_bounds_on_the_total_are_those_of_an_adversary():
    # Two standards of one question each, from the same cases: the extremes of the chance that both
    # are at least Good are the Frechet bounds of their two chances.
    questions = key_questions()
    questions = questions[questions["key_question"].isin(["2.1.2", "2.3.2"])]
    standards = STANDARDS[STANDARDS["standard"].isin(["2.1", "2.3"])]
    ratings = RATINGS[RATINGS["standard"].isin(["2.1", "2.3"])]
    # Totals of 6 need Outstanding twice.
    bands = [{"rating": "Low", "lower_points": 0}, {"rating": "High", "lower_points": 6}]
    inspection = published_as(rated(questions, ratings, standards), "Low")
    overall = pd.DataFrame(stability_of_overall(inspection, records(KINDS), bands))
    row = overall[(overall["rule"] == BANDS_ALONE) & (overall["rating"] == "High")].iloc[0]
    outstanding = printed_percent(np.arange(98), 97) >= 80
    top = [counts_of_other_cases(count, 97)[outstanding].sum() for count in (78, 66)]
    assert row["highest"] == pytest.approx(min(top), abs=1e-6)
    assert row["lowest"] == pytest.approx(max(0, sum(top) - 1), abs=1e-6)
    assert row["independent"] == pytest.approx(top[0] * top[1])


def test_a_standard_that_stands_alone_bounds_the_total_by_its_own_bounds():
    # Through the Gate shares its cases with no other standard; 2 points are its Good.
    questions = key_questions()
    questions = questions[questions["standard"] == "4.2"]
    alone = published_as(rated(questions, RATINGS[RATINGS["standard"] == "4.2"]), "Low")
    bands = [{"rating": "Low", "lower_points": 0}, {"rating": "High", "lower_points": 2}]
    overall = pd.DataFrame(stability_of_overall(alone, records(KINDS), bands))
    total = overall[overall["rating"] == "High"].set_index("rule")
    standard = pd.DataFrame(stability_of_standards(alone))
    good = standard[standard["rating"] == "Good"].set_index("rule")
    for ours, its in (
        ("lowest", "lowest"),
        ("independent", "independent"),
        ("highest", "together"),
    ):
        assert total.loc[BANDS_ALONE, ours] == pytest.approx(
            good.loc[BANDS_ALONE, f"at_least_{its}"]
        )
    every = "independent"
    assert total[every].to_dict() == pytest.approx(good[f"at_least_{every}"].to_dict())


def test_no_chance_is_above_1_however_its_parts_are_rounded():
    questions = key_questions()
    questions = questions[questions["key_question"] == "2.1.2"].assign(current_percent=50)
    for size in (60, 61):
        alone = rated(
            questions.assign(current_base=size, current_limit=size),
            RATINGS[RATINGS["standard"] == "2.1"],
        )
        rows = stability_of_overall(alone, records(KINDS), [{"rating": "Any", "lower_points": 0}])
        chances = [row[name] for row in rows for name in ("independent", "together")]
        assert all(1 - 1e-9 < chance <= 1 for chance in chances)


def test_too_many_standards_of_the_same_cases_have_no_bounds():
    # Eight standards of four levels are 65,536 joint levels.
    question = key_questions().set_index("key_question").loc[["2.1.1"]]
    codes = [f"2.{at}" for at in range(1, 9)]
    questions = pd.concat([question.assign(standard=code, key_question=code) for code in codes])
    standards = pd.DataFrame({"standard": codes, "name": codes, "rating_basis": "key questions"})
    ratings = RATINGS.iloc[:8].assign(standard=codes)
    many = published_as(rated(questions, ratings, standards), "Low")
    bands = [{"rating": "Low", "lower_points": 0}, {"rating": "High", "lower_points": 16}]
    high = stability_of_overall(many, records(KINDS), bands)[1]
    assert high["lowest"] is None and high["highest"] is None
    # Alike and lucky together: all are Good or better as often as one is.
    good = printed_percent(np.arange(98), 97) >= 65
    assert high["together"] == pytest.approx(counts_of_other_cases(72, 97)[good].sum())


def test_a_very_large_sample_hardly_varies():
    questions = key_questions()
    questions = questions[questions["key_question"] == "2.1.1"]
    large = {"current_base": 1_000_000, "current_limit": 1_000_000}
    rows = pd.DataFrame(stability_of_standards(rated(questions.assign(**large))))
    # 74% of a million cases is Good by the bands, whichever million.
    alone = rows[rows["rule"] == BANDS_ALONE].set_index("rating")["together"]
    assert alone["Good"] == pytest.approx(1, abs=1e-3)


def test_judgements_are_held_as_published():
    total = pd.DataFrame(stability_of_total(INSPECTION, records(KINDS)))
    assert total.loc[total["points"] < 8, ["independent", "together"]].to_numpy().sum() == 0
    assert set(pd.DataFrame(stability_of_standards(INSPECTION))["standard"]) == set(COUNTS)


def test_the_overall_bands_are_the_printed_ones():
    assert overall_rating(15, OVERALL) == "Requires improvement"
    assert overall_rating(16, OVERALL) == "Good"


def test_the_bounds_of_a_standard_are_those_of_frechet():
    # Through the Gate, at least Good by the bands: its three questions' chances a, b and c.
    good = printed_percent(np.arange(12), 11) >= 65
    chances = [counts_of_other_cases(count, 11)[good].sum() for count in (7, 9, 10)]
    rows = pd.DataFrame(stability_of_standards(INSPECTION))
    row = rows[(rows["standard"] == "4.2") & (rows["rule"] == BANDS_ALONE)]
    row = row.set_index("rating").loc["Good"]
    assert row["at_least_lowest"] == pytest.approx(max(0, sum(chances) - 2))
    assert row["at_least_independent"] == pytest.approx(np.prod(chances))
    assert row["at_least_together"] == pytest.approx(min(chances))

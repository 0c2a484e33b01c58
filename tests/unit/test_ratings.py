"""The rating rules against Annex 2 of the 2020 report, and the ratings of both inspections.

Bands, points, overall bands and kinds of discretion are stated here as Annex 2 prints them; the
ratings as the ratings page of each report does.
"""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.folders import (
    FRAMEWORK,
    Folder,
    add_provider,
    add_second_framework,
    add_youth_inspection,
    published_tables,
)

from pipeline.analysis.comparison import key_question_comparison, rating_comparison
from pipeline.analysis.ratings.bands import (
    Permitted,
    _agreement,
    _sum,
    bands_by_percent,
    overall_rating,
    permitted_discretion,
    points_for,
    points_to_next,
    rating_for,
    ratings_compare,
    scores_compare,
    standard_ratings,
)
from pipeline.analysis.records import records
from pipeline.analysis.sentences.headline import headline

INADEQUATE, IMPROVE = "Inadequate", "Requires improvement"
GOOD, OUTSTANDING = "Good", "Outstanding"
LADDER = [INADEQUATE, IMPROVE, GOOD, OUTSTANDING]
PREVIOUS, CURRENT = "northumbria-crc-2018", "northumbria-crc-2019"

# Annex 2, "Ratings explained": lowest banding, rating. Annex 2, "Overall provider rating": points.
BANDS = pd.DataFrame(
    [
        (INADEQUATE, 0, "Minority", 0, 49),
        (IMPROVE, 1, "Too few", 50, 64),
        (GOOD, 2, "Reasonable majority", 65, 79),
        (OUTSTANDING, 3, "Large majority", 80, 100),
    ],
    columns=["rating", "points", "band", "lower_percent", "upper_percent"],
)
OVERALL = pd.DataFrame(
    [(INADEQUATE, 0, 5), (IMPROVE, 6, 15), (GOOD, 16, 25), (OUTSTANDING, 26, 30)],
    columns=["rating", "lower_points", "upper_points"],
)

percents = st.integers(0, 100)


@pytest.fixture(scope="module")
def tables():
    return published_tables()


@pytest.fixture(scope="module")
def ratings(tables):
    return standard_ratings(tables)


# The data says what Annex 2 says


@pytest.mark.parametrize("framework", ["crc-2018", "crc-2019"])
def test_bands_are_those_of_annex_2(tables, framework):
    for name, printed in (("rating_bands", BANDS), ("overall_bands", OVERALL)):
        frame = tables[name]
        here = frame[frame["framework"] == framework][list(printed.columns)]
        assert here.to_numpy().tolist() == printed.to_numpy().tolist()


@pytest.mark.parametrize("framework", ["crc-2018", "crc-2019"])
def test_discretion_rules_are_those_of_annex_2(tables, framework):
    rules = tables["discretion_rules"]
    rules = rules[rules["framework"] == framework].set_index("rule")
    assert set(rules.index) == {"within-points", "one-case", "qualitative-evidence"}
    assert rules.loc["within-points", "points"] == 5
    assert rules.loc["qualitative-evidence", "bands"] == 1
    assert rules.loc["qualitative-evidence", "applies_to"] == "qualitative evidence"


# Bands


@given(percents)
def test_bands_partition_0_to_100(percent):
    inside = (BANDS["lower_percent"] <= percent) & (percent <= BANDS["upper_percent"])
    assert inside.sum() == 1
    assert rating_for(percent, BANDS) == BANDS["rating"][inside].item()


@given(percents, percents)
def test_a_higher_percentage_never_gives_a_lower_rating(one, other):
    low, high = sorted((one, other))
    assert LADDER.index(rating_for(low, BANDS)) <= LADDER.index(rating_for(high, BANDS))
    assert points_for(rating_for(low, BANDS), BANDS) <= points_for(rating_for(high, BANDS), BANDS)


@pytest.mark.parametrize(
    ("percent", "rating", "band"),
    [
        (0, INADEQUATE, "Minority"),
        (49, INADEQUATE, "Minority"),
        (50, IMPROVE, "Too few"),
        (64, IMPROVE, "Too few"),
        (65, GOOD, "Reasonable majority"),
        (79, GOOD, "Reasonable majority"),
        (80, OUTSTANDING, "Large majority"),
        (100, OUTSTANDING, "Large majority"),
    ],
)
def test_boundaries(percent, rating, band):
    assert rating_for(percent, BANDS) == rating
    assert bands_by_percent(BANDS).set_index("percent").loc[percent, "band"] == band


@pytest.mark.parametrize("percent", [-1, 101, 64.5])
def test_what_is_no_whole_percentage_is_refused(percent):
    with pytest.raises(ValueError, match="whole number from 0 to 100"):
        rating_for(percent, BANDS)


@pytest.mark.parametrize(("rating", "points"), list(zip(LADDER, range(4), strict=True)))
def test_points(rating, points):
    assert points_for(rating, BANDS) == points


def test_an_unknown_rating_is_refused():
    with pytest.raises(ValueError, match="Excellent"):
        points_for("Excellent", BANDS)


# The overall rating


@pytest.mark.parametrize(
    ("points", "rating", "distance"),
    [
        (0, INADEQUATE, (6, IMPROVE)),
        (5, INADEQUATE, (1, IMPROVE)),
        (6, IMPROVE, (10, GOOD)),
        (10, IMPROVE, (6, GOOD)),
        (15, IMPROVE, (1, GOOD)),
        (16, GOOD, (10, OUTSTANDING)),
        (25, GOOD, (1, OUTSTANDING)),
        (26, OUTSTANDING, None),
        (30, OUTSTANDING, None),
    ],
)
def test_overall_bands(points, rating, distance):
    assert overall_rating(points, OVERALL) == rating
    assert points_to_next(points, records(OVERALL)) == distance


@pytest.mark.parametrize("points", [-1, 31])
def test_points_outside_the_bands_are_refused(points):
    with pytest.raises(ValueError, match="outside"):
        overall_rating(points, OVERALL)


@given(st.integers(0, 29))
def test_the_distance_is_the_least_that_changes_the_rating(points):
    following = points_to_next(points, records(OVERALL))
    if following is None:
        assert overall_rating(points, OVERALL) == OUTSTANDING
        return
    missing, rating = following
    assert overall_rating(points + missing, OVERALL) == rating
    assert overall_rating(points + missing - 1, OVERALL) == overall_rating(points, OVERALL)


# Discretion, each kind by itself


def rules(*codes: str) -> pd.DataFrame:
    rows = {
        "within-points": ("key questions", 5, pd.NA),
        "one-case": ("key questions", pd.NA, pd.NA),
        "qualitative-evidence": ("qualitative evidence", pd.NA, 1),
    }
    frame = pd.DataFrame(
        [(code, *rows[code]) for code in codes], columns=["rule", "applies_to", "points", "bands"]
    )
    return frame.astype({"points": "Int64", "bands": "Int64"})


@pytest.mark.parametrize(
    ("percent", "to"),
    [
        (48, {IMPROVE}),  # 2.4 and 4.1 in 2019
        (64, {GOOD}),  # 4.2 in 2019
        (45, {IMPROVE}),
        (44, set()),
        (50, {INADEQUATE}),
        (55, {INADEQUATE}),
        (56, set()),
        (60, {GOOD}),
        (59, set()),
        (70, {IMPROVE}),
        (75, {OUTSTANDING}),
        (85, {GOOD}),
        (100, set()),
        (0, set()),
    ],
)
def test_within_five_percentage_points_of_a_boundary(percent, to):
    found = permitted_discretion(percent, BANDS, rules("within-points"))
    assert {permitted.rating for permitted in found} == to
    assert {permitted.rule for permitted in found} <= {"within-points"}


@given(percents)
def test_within_points_is_a_matter_of_distance_alone(percent):
    expected = set()
    for boundary, below, above in (
        (50, INADEQUATE, IMPROVE),
        (65, IMPROVE, GOOD),
        (80, GOOD, OUTSTANDING),
    ):
        if boundary - 5 <= percent < boundary:
            expected.add(above)
        if boundary <= percent <= boundary + 5:
            expected.add(below)
    found = permitted_discretion(percent, BANDS, rules("within-points"))
    assert {permitted.rating for permitted in found} == expected


@pytest.mark.parametrize(
    ("percent", "base", "to"),
    [
        (64, 11, {GOOD}),  # 7 of 11; 8 of 11 is 73%
        (48, 25, {IMPROVE}),  # 12 of 25; 13 of 25 is 52%
        (48, 85, set()),  # 41 of 85; 42 of 85 is 49%
        (52, 25, {INADEQUATE}),  # 13 of 25; 12 of 25 is 48%
        (73, 11, {IMPROVE, OUTSTANDING}),  # 8 of 11; 7 is 64%, 9 is 82%
        (0, 1, {OUTSTANDING}),  # 0 of 1; 1 of 1 is 100%
        (50, 2, {INADEQUATE, OUTSTANDING}),  # 1 of 2; 0 is 0%, 2 is 100%
        (48, 11, set()),  # no number of 11 cases gives 48%
        (100, 20, set()),  # 20 of 20; 19 is 95%
    ],
)
def test_one_case_would_change_the_rating(percent, base, to):
    found = permitted_discretion(percent, BANDS, rules("one-case"), base=base)
    assert {permitted.rating for permitted in found} == to


@pytest.mark.parametrize(
    ("gaps", "words"),
    [
        (["2.1.1"], "Key question 2.1.1 has no figure, so no rating is derived."),
        (["2.1.1", "2.1.2"], "Key questions 2.1.1 and 2.1.2 have no figure, so no rating is"),
    ],
)
def test_gaps_are_named_one_or_several(gaps, words):
    row = {"derived_rating": None, "published_rating": GOOD, "rating_basis": "x", "gaps": gaps}
    assert _agreement(row, [])["note"].startswith(words)


def test_one_case_says_nothing_without_a_base():
    assert permitted_discretion(64, BANDS, rules("one-case")) == []


@pytest.mark.parametrize(
    ("percent", "to"),
    [(20, {IMPROVE}), (57, {INADEQUATE, GOOD}), (72, {IMPROVE, OUTSTANDING}), (90, {GOOD})],
)
def test_qualitative_evidence_moves_one_band_either_way(percent, to):
    rule = rules("qualitative-evidence")
    found = permitted_discretion(percent, BANDS, rule, qualitative=True)
    assert {permitted.rating for permitted in found} == to
    assert permitted_discretion(percent, BANDS, rule, qualitative=False) == []
    assert permitted_discretion(percent, BANDS, rule) == []


def test_a_rule_on_qualitative_evidence_hides_none_that_follows_it():
    found = permitted_discretion(48, BANDS, rules("qualitative-evidence", "within-points"))
    assert found == [Permitted("within-points", IMPROVE)]


@given(percents, st.integers(1, 120))
def test_the_kinds_do_not_depend_on_each_other(percent, base):
    kinds = ("within-points", "one-case", "qualitative-evidence")
    apart = [
        permitted
        for kind in kinds
        for permitted in permitted_discretion(percent, BANDS, rules(kind), base, qualitative=True)
    ]
    together = permitted_discretion(percent, BANDS, rules(*kinds), base, qualitative=True)
    assert apart == together
    assert all(permitted.rating != rating_for(percent, BANDS) for permitted in together)


# The two inspections, as their ratings pages print them

PUBLISHED = {
    "1.1": (IMPROVE, GOOD),
    "1.2": (GOOD, GOOD),
    "1.3": (GOOD, GOOD),
    "1.4": (IMPROVE, GOOD),
    "2.1": (IMPROVE, IMPROVE),
    "2.2": (INADEQUATE, IMPROVE),
    "2.3": (INADEQUATE, IMPROVE),
    "2.4": (INADEQUATE, IMPROVE),
    "4.1": (GOOD, IMPROVE),
    "4.2": (IMPROVE, GOOD),
}
# What the lowest key question gives by the bands: (question, percent, rating).
DERIVED = {
    PREVIOUS: {
        "2.1": ("2.1.3", 54, IMPROVE),
        "2.2": ("2.2.3", 45, INADEQUATE),
        "2.3": ("2.3.3", 41, INADEQUATE),
        "2.4": ("2.4.3", 38, INADEQUATE),
        "4.1": ("4.1.1", 69, GOOD),
        "4.2": ("4.2.3", 55, IMPROVE),
    },
    CURRENT: {
        "2.1": ("2.1.3", 58, IMPROVE),
        "2.2": ("2.2.3", 51, IMPROVE),
        "2.3": ("2.3.3", 56, IMPROVE),
        "2.4": ("2.4.3", 48, INADEQUATE),
        "4.1": ("4.1.1", 48, INADEQUATE),
        "4.2": ("4.2.1", 64, IMPROVE),
    },
}
# Footnotes 44, 50 and 55 of the 2020 report.
DISCRETION = {
    "2.4": "within-points",
    "4.1": "within-points; qualitative-evidence",
    "4.2": "within-points",
}


def of(ratings: pd.DataFrame, inspection: str) -> pd.DataFrame:
    return ratings[ratings["inspection"] == inspection].set_index("standard")


@pytest.mark.parametrize(("inspection", "at"), [(PREVIOUS, 0), (CURRENT, 1)])
def test_published_ratings_and_points(ratings, inspection, at):
    found = of(ratings, inspection).drop(index="overall")
    assert found["published_rating"].to_dict() == {s: r[at] for s, r in PUBLISHED.items()}
    assert found["points"].to_dict() == {s: LADDER.index(r[at]) for s, r in PUBLISHED.items()}


@pytest.mark.parametrize("inspection", [PREVIOUS, CURRENT])
def test_six_ratings_an_inspection_are_derived(ratings, inspection):
    found = of(ratings, inspection)
    for standard, (question, percent, rating) in DERIVED[inspection].items():
        row = found.loc[standard]
        assert row["lowest_key_question"] == question
        assert row["lowest_percent"] == percent
        assert row["derived_rating"] == rating
        if rating == row["published_rating"]:
            assert row["agreement"] == "equal"
            assert pd.isna(row["discretion"])
        else:
            assert row["agreement"] == "explained"
            assert row["discretion"] == DISCRETION[standard]
            assert rating in row["note"] and row["published_rating"] in row["note"]


def test_no_rating_is_a_discrepancy(ratings):
    counts = ratings[ratings["standard"] != "overall"]["agreement"].value_counts().to_dict()
    assert counts == {"equal": 9, "judgement": 8, "explained": 3}


@pytest.mark.parametrize("inspection", [PREVIOUS, CURRENT])
def test_domain_one_is_judged_and_nothing_is_derived(ratings, inspection):
    found = of(ratings, inspection).loc[["1.1", "1.2", "1.3", "1.4"]]
    assert set(found["agreement"]) == {"judgement"}
    columns = ["derived_rating", "lowest_key_question", "lowest_percent", "discretion"]
    assert found[columns].isna().all(axis=None)
    assert found["note"].str.contains("judgement").all()


def test_every_discretion_used_is_one_that_annex_2_permits(tables, ratings):
    """The panel's three decisions of 2019, against the rules of Annex 2 by themselves."""
    used = tables["discretions"]
    assert len(used) == 4
    for _, row in used.iterrows():
        lowest = of(ratings, row["inspection"]).loc[row["standard"], "lowest_percent"]
        found = permitted_discretion(
            int(lowest), BANDS, rules(row["rule"]), qualitative=row["standard"] == "4.1"
        )
        assert Permitted(row["rule"], row["to_rating"]) in found


def test_overall_ratings_and_totals(ratings):
    for inspection, points in ((PREVIOUS, 10), (CURRENT, 15)):
        row = of(ratings, inspection).loc["overall"]
        assert row["points"] == points
        assert row["published_rating"] == row["derived_rating"] == IMPROVE
        assert row["agreement"] == "equal"
    assert "no total" in of(ratings, PREVIOUS).loc["overall", "note"].lower()
    assert "printed" in of(ratings, CURRENT).loc["overall", "note"]
    then, now = (of(ratings, code).loc["overall"] for code in (PREVIOUS, CURRENT))
    assert (then["score"], pd.isna(then["printed_score"])) == (10, True)
    assert (now["score"], now["printed_score"]) == (15, 15)
    assert points_to_next(15, records(OVERALL)) == (1, GOOD)


def test_points_over_the_eight_comparable_standards(ratings):
    left = ["4.1", "4.2", "overall"]
    assert of(ratings, PREVIOUS).drop(index=left)["points"].sum() == 7
    assert of(ratings, CURRENT).drop(index=left)["points"].sum() == 12


# What the data could also say


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "raw")


def rated(folder: Folder, inspection: str) -> pd.DataFrame:
    return of(standard_ratings(folder.tables()), inspection)


def test_a_difference_without_a_recorded_discretion_is_a_discrepancy(folder):
    folder.drop("discretions", standard="4.2")
    folder.edit("second_readings", {"table": "discretions"}, rows="3", blind="3")
    row = rated(folder, CURRENT).loc["4.2"]
    assert row["agreement"] == "discrepancy"
    assert "no discretion is recorded" in row["note"]


def test_a_discretion_for_another_move_explains_nothing(folder):
    folder.edit("discretions", {"standard": "4.2"}, from_rating=INADEQUATE)
    assert rated(folder, CURRENT).loc["4.2", "agreement"] == "discrepancy"


def test_a_printed_score_that_is_not_the_sum_is_a_discrepancy(folder):
    folder.edit("overall_ratings", {"inspection": CURRENT}, score="16")
    row = rated(folder, CURRENT).loc["overall"]
    assert (row["points"], row["agreement"]) == (15, "discrepancy")
    assert (row["score"], row["printed_score"]) == (16, 16)  # a printed figure stands
    assert "prints a score of 16; the points add up to 15" in row["note"]


def test_an_overall_rating_the_points_do_not_give_is_a_discrepancy(folder):
    folder.edit("overall_ratings", {"inspection": PREVIOUS}, rating=GOOD)
    row = rated(folder, PREVIOUS).loc["overall"]
    assert row["agreement"] == "discrepancy"
    assert "10 points give Requires improvement; the report prints Good" in row["note"]


def test_a_standard_without_published_percentages_is_not_derived(folder):
    for question in ("4.2.1", "4.2.2", "4.2.3"):
        where = {"inspection": CURRENT, "key_question": question}
        folder.edit("key_question_scores", where, percent="", status="not published")
    row = rated(folder, CURRENT).loc["4.2"]
    assert pd.isna(row["derived_rating"])
    assert row["agreement"] == "not derived"
    assert row["note"] == (
        "Key questions 4.2.1 (not published), 4.2.2 (not published) and 4.2.3 (not published) have "
        "no figure, so no rating is derived."
    )


@pytest.mark.parametrize("status", ["not published", "suppressed", "withdrawn", "not entered yet"])
def test_nothing_is_derived_from_part_of_a_set(folder, status):
    """2.1.3 drives 2.1 with 58%; without it the others would give Good."""
    where = {"inspection": CURRENT, "key_question": "2.1.3", "reading": "own"}
    folder.edit("key_question_scores", where, percent="", status=status)
    found = rated(folder, CURRENT)
    row = found.loc["2.1"]
    columns = ["derived_rating", "lowest_key_question", "lowest_percent"]
    assert row[columns].isna().all()
    assert row["agreement"] == "not derived"
    assert f"2.1.3 ({status})" in row["note"]
    assert (row["published_rating"], row["points"]) == (IMPROVE, 1)
    assert found.loc["overall", "points"] == 15  # all ten are rated


def test_a_question_that_was_not_asked_is_no_gap(folder):
    where = {"inspection": CURRENT, "key_question": "2.1.3", "reading": "own"}
    folder.edit("key_question_scores", where, percent="", status="not asked")
    row = rated(folder, CURRENT).loc["2.1"]
    assert (row["lowest_key_question"], row["lowest_percent"]) == ("2.1.1", 74)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("not rated", "No overall rating was given"),
        ("not published", "No overall rating was published"),
        ("withdrawn", "The overall rating was withdrawn"),
        ("not entered yet", "The overall rating has not been entered yet"),
    ],
)
def test_an_overall_rating_that_is_not_there_prints_as_what_it_is(folder, status, said):
    folder.add_columns("overall_ratings", "rating_status")
    folder.edit("overall_ratings", {"inspection": CURRENT}, rating="", rating_status=status)
    tables = folder.tables()
    ratings = standard_ratings(tables)
    row = of(ratings, CURRENT).loc["overall"]
    assert pd.isna(row["published_rating"])
    assert (row["status"], row["score"]) == (status, 15)
    questions = key_question_comparison(tables)
    frames = (questions, rating_comparison(tables, ratings), ratings)
    found = pd.DataFrame(headline(tables, *map(records, frames)))
    assert found.set_index("item").loc["overall", "sentence"].startswith(said)


def test_a_standard_that_was_not_rated_leaves_no_total(folder):
    folder.add_columns("ratings", "status")
    where = {"inspection": CURRENT, "standard": "4.2"}
    folder.edit("ratings", where, rating="", status="not rated")
    folder.drop("discretions", standard="4.2")
    folder.edit("second_readings", {"table": "discretions"}, rows="3", blind="3")
    found = rated(folder, CURRENT)
    assert found.loc["4.2", ["published_rating", "points"]].isna().all()
    overall_row = found.loc["overall"]
    assert pd.isna(overall_row["points"]) and pd.isna(overall_row["derived_rating"])
    assert overall_row["score"] == 15  # as printed
    assert overall_row["note"] == (
        "Standard 4.2 (not rated) has no rating, so the points are not added up."
    )


def test_a_second_framework_is_rated_by_its_own_bands(folder):
    add_second_framework(folder)
    add_provider(folder, "ambleshire", "Ambleshire YOS")
    code = add_youth_inspection(folder, "ambleshire", 2021, ("55", "70", "38"), "40")
    found = rated(folder, code)
    assert FRAMEWORK == "youth-2021"
    assert found.loc["3.1", "derived_rating"] == IMPROVE  # 55 lies in 40 to 59
    assert found.loc["3.2", "derived_rating"] == INADEQUATE  # 38 lies in 0 to 39
    assert found.loc["1.1", "points"] == 5
    assert found.loc["overall", ["points", "derived_rating"]].tolist() == [7, IMPROVE]  # 5 + 2 + 0


def test_the_top_of_another_framework_is_its_own(folder):
    add_second_framework(folder)
    add_provider(folder, "ambleshire", "Ambleshire YOS")
    add_youth_inspection(folder, "ambleshire", 2021, ("60", "70", "61"), "40")
    tables = folder.tables()
    assert of(standard_ratings(tables), "ambleshire-2021").loc["overall", "score"] == 15
    bands = tables["overall_bands"]
    assert points_to_next(15, records(bands[bands["framework"] == FRAMEWORK])) is None


def test_one_framework_compares_with_itself_and_with_another_where_it_is_said():
    tables = published_tables()
    none = {**tables, "comparability": tables["comparability"].iloc[:0]}
    assert ratings_compare(none, "crc-2019", "crc-2019")
    assert scores_compare(none, "crc-2019", "crc-2019")
    assert not ratings_compare(none, "crc-2018", "crc-2019")
    assert not scores_compare(none, "crc-2018", "crc-2019")
    assert ratings_compare(tables, "crc-2018", "crc-2019")
    assert scores_compare(tables, "crc-2018", "crc-2019")


@pytest.mark.parametrize(
    ("column", "value"), [("rating", "Fair"), ("lower_points", 1), ("upper_points", 31)]
)
def test_scores_on_another_scale_do_not_compare(column, value):
    tables = published_tables()
    bands = tables["overall_bands"].copy()
    bands.loc[bands.index[bands["framework"] == "crc-2018"][0], column] = value
    assert not scores_compare({**tables, "overall_bands": bands}, "crc-2018", "crc-2019")


@pytest.mark.parametrize(
    ("unrated", "words"),
    [
        ([], "The framework has no standards, so there are no points to add up."),
        (["4.1"], "Standard 4.1 (not rated) has no rating, so the points are not added up."),
        (["4.1", "4.2"], "Standards 4.1 (not rated) and 4.2 (not rated) have no rating, so the"),
    ],
)
def test_points_that_are_not_there_are_not_added_up(unrated, words):
    printed = {"printed_score": None, "published_rating": GOOD}
    standards = [{"standard": code, "points": None, "status": "not rated"} for code in unrated]
    found = _sum(printed, standards, records(OVERALL))
    assert found["note"].startswith(words)
    assert (found["agreement"], found["score"]) == ("not derived", None)


@pytest.mark.parametrize(("kind", "wanted"), [("rating", True), ("key question", False)])
def test_only_a_word_on_ratings_lets_the_ratings_of_two_frameworks_compare(kind, wanted):
    row = {"kind": kind, "comparable": "yes"}
    row |= {"previous_framework": "one", "current_framework": "two"}
    tables = {"comparability": pd.DataFrame([row])}
    assert ratings_compare(tables, "one", "two") is wanted
    assert not ratings_compare(tables, "two", "one")

"""Two rounds side by side, against the tables of the 2020 report and the contract of the columns.

Figures are stated here from chapters 2 and 3 and Annex 4 of that report and Annex 2 of the report
of 2018; counts in sentences are recomputed from them.
"""

import pandas as pd
import pytest
from support.folders import (
    Folder,
    add_provider,
    add_second_framework,
    add_youth_inspection,
    copy_inspection,
    published_tables,
)

from pipeline.analysis.comparison import (
    NO_EARLIER,
    NOT_STATED,
    key_question_comparison,
    prompt_comparison,
    rating_comparison,
)
from pipeline.analysis.inspections import pairs_of_inspections
from pipeline.analysis.ratings.bands import standard_ratings
from pipeline.analysis.records import records
from pipeline.analysis.sentences.headline import headline
from pipeline.analysis.sentences.phrases import in_words, joined

PREVIOUS, CURRENT = "northumbria-crc-2018", "northumbria-crc-2019"

# Question: 2018, 2019, all CRCs; None where there is no figure that may stand there.
PRINTED = {
    "2.1.1": (81, 74, 68),
    "2.1.2": (70, 80, 63),
    "2.1.3": (54, 58, 55),
    "2.2.1": (74, 78, 63),
    "2.2.2": (66, 74, 64),
    "2.2.3": (45, 51, 46),
    "2.3.1": (75, 79, 70),
    "2.3.2": (61, 68, 52),
    "2.3.3": (41, 56, 41),
    "2.4.1": (65, 65, 65),  # 2018 from the 2018 report: the 2020 report reprints none
    "2.4.2": (66, 70, 62),
    "2.4.3": (38, 48, 44),
    "4.1.1": (None, 48, None),  # the 2018 report asked another question under this number
    "4.1.2": (None, 79, None),
    "4.1.3": (None, None, None),  # qualitative evidence only
    "4.1.4": (96, 84, None),  # worded alike in both rounds
    "4.2.1": (90, 64, 69),
    "4.2.2": (70, 82, 62),
    "4.2.3": (55, 91, 59),
}
NOT_COMPARABLE = {"2.4.1", "2.4.2", "4.1.1", "4.1.2", "4.1.3", "4.1.4"}
CAUTION = {"4.2.1", "4.2.2", "4.2.3"}

KEY_QUESTION_CONTRACT = [
    "provider", "previous_inspection", "current_inspection", "standard", "key_question", "label",
    "question", "previous_percent", "current_percent", "comparator_percent", "previous_status",
    "current_status", "comparator_status", "previous_base", "current_base", "comparable",
    "reason_not_comparable", "change_points", "difference_from_comparator", "previous_band",
    "current_band", "previous_source", "current_source",
]  # fmt: skip
PROMPT_CONTRACT = [
    "provider", "previous_inspection", "current_inspection", "key_question", "prompt", "wording",
    "previous_percent", "current_percent", "comparable", "change_points", "sample",
]  # fmt: skip
RATING_CONTRACT = [
    "inspection", "standard", "name", "published_rating", "derived_rating", "points",
    "lowest_key_question", "lowest_percent", "discretion", "note",
]  # fmt: skip


def first_screen(tables, *frames):
    return pd.DataFrame(headline(tables, *map(records, frames)))


@pytest.fixture(scope="module")
def tables():
    return published_tables()


@pytest.fixture(scope="module")
def questions(tables):
    return key_question_comparison(tables)


@pytest.fixture(scope="module")
def prompts(tables, questions):
    return prompt_comparison(tables, questions)


@pytest.fixture(scope="module")
def standards(tables):
    return rating_comparison(tables, standard_ratings(tables))


@pytest.fixture(scope="module")
def by_question(questions):
    return questions.set_index("key_question")


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "raw")


def missing_as_none(values: pd.Series) -> dict:
    return {key: None if pd.isna(value) else value for key, value in values.items()}


# Key questions of the two rounds


def test_the_contract_columns_stand_first_and_in_order(tables, questions, prompts):
    assert list(questions.columns)[: len(KEY_QUESTION_CONTRACT)] == KEY_QUESTION_CONTRACT
    assert list(prompts.columns)[: len(PROMPT_CONTRACT)] == PROMPT_CONTRACT
    assert list(standard_ratings(tables).columns)[: len(RATING_CONTRACT)] == RATING_CONTRACT


def test_one_row_a_key_question(questions):
    assert questions["key_question"].tolist() == list(PRINTED)
    assert set(questions["provider"]) == {"northumbria-crc"}
    assert set(questions["previous_inspection"]) == {PREVIOUS}
    assert set(questions["current_inspection"]) == {CURRENT}
    assert (questions["key_question"].str[:3] == questions["standard"]).all()


@pytest.mark.parametrize(
    ("column", "at"), [("previous_percent", 0), ("current_percent", 1), ("comparator_percent", 2)]
)
def test_percentages(by_question, column, at):
    assert missing_as_none(by_question[column]) == {q: row[at] for q, row in PRINTED.items()}


def test_what_may_be_compared(by_question):
    expected = dict.fromkeys(PRINTED, "yes")
    expected |= dict.fromkeys(NOT_COMPARABLE, "no") | dict.fromkeys(CAUTION, "caution")
    assert by_question["comparable"].to_dict() == expected
    without = by_question["reason_not_comparable"].isna()
    assert set(by_question.index[without]) == {q for q, c in expected.items() if c == "yes"}


def test_changes_in_percentage_points(by_question):
    expected = {
        question: None if question in NOT_COMPARABLE else now - then
        for question, (then, now, _) in PRINTED.items()
    }
    assert missing_as_none(by_question["change_points"]) == expected


def test_differences_from_all_crcs(by_question):
    expected = {
        question: None if now is None or crcs is None else now - crcs
        for question, (_, now, crcs) in PRINTED.items()
    }
    assert missing_as_none(by_question["difference_from_comparator"]) == expected


def test_a_percentage_is_empty_only_where_its_status_says_why(questions):
    for side in ("previous", "current", "comparator"):
        published = questions[f"{side}_status"] == "published"
        assert (published == questions[f"{side}_percent"].notna()).all()


def test_statuses_where_there_is_no_figure(by_question):
    assert by_question.loc["4.1.3", "current_status"] == "qualitative evidence only"
    for question in ("4.1.1", "4.1.2", "4.1.3"):
        assert by_question.loc[question, "previous_status"] == "no comparable data"
    for question in ("4.1.1", "4.1.2", "4.1.3", "4.1.4"):
        assert by_question.loc[question, "comparator_status"] == "not published"


def test_figures_stand_with_the_report_that_prints_them(by_question):
    """2018 figures are the 2018 report's own, the missing ones of 2.4 and 4.1.4 included."""
    shown = by_question["previous_percent"].notna()
    assert set(by_question.loc[shown, "previous_source"]) == {"hmip-northumbria-2018"}
    assert by_question.loc[~shown, "previous_source"].isna().all()
    assert set(by_question["current_source"]) == {"hmip-northumbria-2020"}
    assert by_question.loc[shown, "previous_place"].str.startswith("Annex 2").all()


def test_bases_are_the_printed_sizes_of_the_samples(by_question):
    """Annex 1 of 2018: 100, 26, 20. Annex 2 and chapter 2 of 2020: 97, 85, 25, 11."""
    bases = by_question[["previous_base", "current_base"]]
    expected = {q: (100, 97) for q in PRINTED if q[0] == "2" and q[-1] != "3"}
    expected |= dict.fromkeys(("2.2.3", "2.3.3", "2.4.3"), (None, 85))
    expected |= {"2.1.3": (None, None)}  # either sample: the documents leave it open
    expected |= dict.fromkeys(("4.1.1", "4.1.2"), (None, 25)) | {"4.1.4": (26, 25)}
    expected |= {"4.1.3": (None, None)}  # judged on what was seen, not on cases
    expected |= dict.fromkeys(CAUTION, (20, 11))
    assert missing_as_none(bases["previous_base"]) == {q: expected[q][0] for q in PRINTED}
    assert missing_as_none(bases["current_base"]) == {q: expected[q][1] for q in PRINTED}


def test_limits_hold_where_bases_are_not_known(by_question):
    for question in ("2.1.3", "2.2.3", "2.3.3", "2.4.3"):
        assert by_question.loc[question, "previous_limit"] == 100
        assert not by_question.loc[question, "previous_tied"]
    assert by_question.loc["2.1.3", "current_limit"] == 97
    assert by_question.loc["2.2.3", "current_limit"] == 85


def test_bands_of_the_figures(by_question):
    names = [(80, "Large majority"), (65, "Reasonable majority"), (50, "Too few"), (0, "Minority")]

    def name(percent):
        return None if percent is None else next(word for low, word in names if percent >= low)

    for side, at in (("previous", 0), ("current", 1)):
        expected = {question: name(row[at]) for question, row in PRINTED.items()}
        assert missing_as_none(by_question[f"{side}_band"]) == expected


# Prompts of Annex 4, which prints 76 of them, 29 with both figures

ANNEX_4_PROMPTS, ANNEX_4_BOTH = 76, 29


def test_prompts_of_annex_4(prompts):
    assert len(prompts) == ANNEX_4_PROMPTS
    both = prompts["previous_percent"].notna() & prompts["current_percent"].notna()
    assert both.sum() == ANNEX_4_BOTH
    assert (both == prompts["change_points"].notna()).all()
    assert prompts["position"].tolist() == list(range(1, len(prompts) + 1))


# Some rows of Annex 4: prompt, previous, current, comparable.
PROMPTS = [
    ("2.1.1-1", 74, 81, "yes"),
    ("2.1.1-2", None, 62, "no"),
    ("2.1.2-3", 63, 82, "yes"),
    ("2.2.1-4", 75, 75, "yes"),
    ("2.2.3-4", 49, 46, "yes"),
    ("2.3.1-4", 67, 44, "yes"),  # post-custody cases only
    ("2.3.3-1", 52, 65, "yes"),
    ("2.4.3-3", 40, 33, "yes"),
    ("4.1.1-1", None, 44, "no"),
    ("4.2.1-1", 100, 82, "caution"),
    ("4.2.1-6", None, 18, "no"),
    ("4.2.2-1", 80, None, "no"),  # printed the other way round than the rows about it
    ("4.2.3-2", 60, 82, "caution"),
]


@pytest.mark.parametrize(("prompt", "previous", "current", "comparable"), PROMPTS)
def test_a_prompt(prompts, prompt, previous, current, comparable):
    row = prompts.set_index("prompt").loc[prompt]
    columns = ["previous_percent", "current_percent", "comparable", "change_points"]
    change = current - previous if comparable != "no" else None
    assert list(missing_as_none(row[columns]).values()) == [previous, current, comparable, change]
    assert row["key_question"] == prompt.split("-")[0]


def test_the_wording_of_a_prompt_keeps_its_restriction(prompts):
    row = prompts.set_index("prompt").loc["2.3.1-4"]
    assert row["wording"].startswith("Post-custody cases only: Was there a proportionate level")
    assert row["sample"] == "post-release"
    assert row["current_base"] == 29  # "68 community sentence cases and 29 post-release cases"


def test_the_limit_of_a_prompt_for_some_cases_is_that_of_its_question(prompts):
    restricted = prompts[prompts["sample"] == "restricted"].set_index("prompt")
    assert restricted["current_base"].isna().all()
    limits = restricted[restricted["key_question"].str[0] == "2"]["current_limit"]
    assert len(limits) and set(limits) <= {97, 85}


# Ratings of standards


def test_ratings_side_by_side(standards):
    found = standards.set_index("standard")
    rose, stayed = ["1.1", "1.4", "2.2", "2.3", "2.4"], ["1.2", "1.3", "2.1"]
    assert missing_as_none(found["direction"]) == {
        **dict.fromkeys(rose, "rose"),
        **dict.fromkeys(stayed, "stayed"),
        "4.1": None,
        "4.2": None,
    }
    assert found["comparable"].to_dict() == {
        **dict.fromkeys([*rose, *stayed], "yes"),
        "4.1": "no",
        "4.2": "no",
    }
    assert found.loc["4.1", ["previous_rating", "current_rating"]].tolist() == [
        "Good",
        "Requires improvement",
    ]
    assert found.loc[["4.1", "4.2"], "reason"].str.contains("may not be compared").all()


def test_no_overall_row_among_the_standards(standards):
    assert "overall" not in set(standards["standard"])
    assert len(standards) == 10


# The sentences of the first screen


@pytest.fixture(scope="module")
def sentences(tables, questions, standards):
    found = first_screen(tables, questions, standards, standard_ratings(tables))
    return found.set_index("item")


def test_the_overall_sentence(sentences):
    assert sentences.loc["overall", "value"] == "10 to 15 of 30"
    sentence = sentences.loc["overall", "sentence"]
    assert "Requires improvement again" in sentence
    assert "rose from 10 to 15 of 30, one point short of Good" in sentence
    assert "earlier total is our sum" in sentence


def test_the_common_weakness(sentences):
    # 2.1.3, 2.2.3, 2.3.3 and 2.4.3 all ask about keeping other people safe.
    assert sentences.loc["common weakness", "sentence"] == (
        "Keeping others safe is the lowest key question of four of the six standards rated on "
        "cases (58%, 51%, 56% and 48%)."
    )


def test_the_counts_of_standards(sentences):
    assert sentences.loc["comparable standards", "value"] == "7 to 12 of 24"
    assert sentences.loc["standards", "value"] == "5 rose, 3 stayed, 0 fell"
    assert "Unpaid work (4.1) and Through the Gate (4.2)" in sentences.loc["standards", "sentence"]


def test_the_counts_of_key_questions(sentences):
    changes = {q: now - then for q, (then, now, _) in PRINTED.items() if q not in NOT_COMPARABLE}
    sure = [change for question, change in changes.items() if question not in CAUTION]
    unsure = [change for question, change in changes.items() if question in CAUTION]
    rose, fell = sum(c > 0 for c in sure), sum(c < 0 for c in sure)
    assert sentences.loc["key questions", "value"] == f"{rose} rose, {fell} fell"
    assert sentences.loc["key questions", "sentence"] == (
        f"Of {in_words(len(sure))} key questions that compare, {in_words(rose)} rose and "
        f"{in_words(fell)} fell; {in_words(len(unsure))} more compare only with caution "
        f"({in_words(sum(c > 0 for c in unsure))} rose, {in_words(sum(c < 0 for c in unsure))} "
        "fell)."
    )


def test_the_counts_against_all_crcs(sentences):
    differences = [now - crcs for _, now, crcs in PRINTED.values() if crcs is not None]
    above = sum(difference > 0 for difference in differences)
    assert sentences.loc["comparator", "value"] == f"{above} of {len(differences)} above"
    assert (
        f"{above} stand above it, one level and one below"
        in sentences.loc["comparator", "sentence"]
    )


def test_the_strongest_and_the_weakest(sentences):
    assert sentences.loc["strongest", "value"] == "91%"
    assert "4.2.3" in sentences.loc["strongest", "sentence"]
    assert "only 11 cases" in sentences.loc["strongest", "sentence"]
    assert sentences.loc["weakest", "value"] == "48%"
    assert "2.4.3" in sentences.loc["weakest", "sentence"]
    assert "4.1.1" in sentences.loc["weakest", "sentence"]


def test_words_of_a_sentence():
    assert (in_words(0), in_words(10), in_words(11)) == ("none", "ten", "11")
    assert joined(["a"]) == "a"
    assert joined(["a", "b"]) == "a and b"
    assert joined(["a", "b", "c"]) == "a, b and c"


# Other providers, rounds and frameworks


def compared(folder: Folder) -> pd.DataFrame:
    return key_question_comparison(folder.tables())


def test_a_provider_with_one_round(folder):
    add_provider(folder, "solo", "Solo CRC")
    code = copy_inspection(folder, "solo", 2020)
    tables = folder.tables()
    found = key_question_comparison(tables)
    rows = found[found["provider"] == "solo"].set_index("key_question")
    assert rows.index.tolist() == list(PRINTED)
    assert rows["previous_inspection"].isna().all()
    assert set(rows["comparable"]) == {"no"}
    assert set(rows["reason_not_comparable"]) == {NO_EARLIER}
    assert rows[["previous_percent", "previous_base", "change_points"]].isna().all(axis=None)
    expected = {q: row[1] for q, row in PRINTED.items()}
    assert missing_as_none(rows["current_percent"]) == expected
    prompts = prompt_comparison(tables, found)
    prompts = prompts[prompts["current_inspection"] == code]
    assert len(prompts) == ANNEX_4_PROMPTS
    assert prompts["change_points"].isna().all()
    ratings = standard_ratings(tables)
    standards = rating_comparison(tables, ratings)
    standards = standards[standards["provider"] == "solo"]
    assert standards["direction"].isna().all() and standards["previous_rating"].isna().all()
    sentences = first_screen(tables, found[found["provider"] == "solo"], standards, ratings)
    assert sentences["item"].tolist() == [
        "overall", "comparator", "common weakness", "strongest", "weakest",
    ]  # fmt: skip
    assert sentences["sentence"][0] == "Requires improvement: 15 of 30, one point short of Good."


def test_three_rounds_make_three_pairs(folder):
    copy_inspection(folder, "northumbria-crc", 2021, percents={"2.1.1": "90"})
    tables = folder.tables()
    found = pairs_of_inspections(tables)[["previous_inspection", "current_inspection"]]
    pairs = list(found.itertuples(index=False, name=None))
    third = "northumbria-crc-2021"
    assert pairs == [(PREVIOUS, CURRENT), (PREVIOUS, third), (CURRENT, third)]
    found = key_question_comparison(tables)
    assert len(found) == 3 * len(PRINTED)
    row = found[(found["key_question"] == "2.1.1") & (found["previous_inspection"] == PREVIOUS)]
    assert row["change_points"].tolist() == [74 - 81, 90 - 81]
    assert not found.duplicated(["previous_inspection", "current_inspection", "key_question"]).any()


def test_two_rounds_under_one_framework_compare_throughout(folder):
    copy_inspection(folder, "northumbria-crc", 2021, percents={"4.1.1": "52", "2.4.1": "60"})
    found = compared(folder)
    rows = found[found["previous_inspection"] == CURRENT].set_index("key_question")
    assert set(rows["comparable"].drop("4.1.3")) == {"yes"}
    assert rows.loc["4.1.1", ["previous_percent", "change_points"]].tolist() == [48, 4]
    assert rows.loc["2.4.1", "change_points"] == -5
    assert rows.loc["4.2.1", "change_points"] == 0
    # qualitative evidence in both rounds: there is nothing to compare
    assert rows.loc["4.1.3", "comparable"] == "no"
    assert "no figure" in rows.loc["4.1.3", "reason_not_comparable"]


def test_a_figure_missing_in_the_later_round_is_no_comparison(folder):
    code = copy_inspection(folder, "northumbria-crc", 2021)
    where = {"inspection": code, "key_question": "2.2.1"}
    folder.edit("key_question_scores", where, percent="", status="not published")
    found = compared(folder)
    row = found[found["previous_inspection"] == CURRENT].set_index("key_question").loc["2.2.1"]
    assert (row["comparable"], row["previous_percent"]) == ("no", 78)
    assert row["reason_not_comparable"] == (
        "The later inspection has no figure for this question (not published)."
    )
    assert pd.isna(row["change_points"])


def test_frameworks_that_no_document_compares(folder):
    """A third round under another framework: nothing is said, so nothing is compared."""
    add_second_framework(folder)
    add_youth_inspection(folder, "northumbria-crc", 2021, ("55", "70", "38"), "40")
    found = compared(folder)
    rows = found[found["current_inspection"] == "northumbria-crc-2021"]
    assert len(rows) == 2 * 3  # against 2018 and against 2019, three questions each
    assert set(rows["comparable"]) == {"no"}
    assert set(rows["reason_not_comparable"]) == {NOT_STATED}
    assert rows["previous_percent"].isna().all()
    assert rows["comparator"].isna().all()
    assert set(rows["comparator_status"]) == {"no comparable data"}


def test_a_second_framework_has_its_own_questions_bands_and_samples(folder):
    add_second_framework(folder)
    add_provider(folder, "ambleshire", "Ambleshire YOS")
    add_youth_inspection(folder, "ambleshire", 2021, ("55", "70", "38"), "40")
    add_youth_inspection(folder, "ambleshire", 2022, ("65", "70", "44"), "50")
    tables = folder.tables()
    found = key_question_comparison(tables)
    rows = found[found["provider"] == "ambleshire"].set_index("key_question")
    assert rows["change_points"].to_dict() == {"3.1.1": 10, "3.1.2": 0, "3.2.1": 6}
    assert rows["previous_base"].tolist() == [40, 40, 40]
    assert rows["current_base"].tolist() == [50, 50, 50]
    assert rows["previous_band"].tolist() == ["Some", "Most", "Few"]
    assert rows["current_band"].tolist() == ["Most", "Most", "Some"]
    ratings = standard_ratings(tables)
    standards = rating_comparison(tables, ratings)
    standards = standards[standards["provider"] == "ambleshire"]
    assert standards["direction"].tolist() == ["stayed", "rose", "rose"]
    mine = found[found["provider"] == "ambleshire"]
    sentences = first_screen(tables, mine, standards, ratings).set_index("item")["sentence"]
    # 2021: 5 + 2 + 0; 2022: 5 + 5 + 2, of three standards worth 5 points each
    assert "rose from 7 to 12 of 15" in sentences["overall"]
    assert "two rose, one stayed and none fell" in sentences["key questions"]


def test_an_earlier_figure_keeps_the_band_and_base_of_its_own_framework(folder):
    """Question 3.1.1 stands for 2.1.1, asked in 2018 of 100 cases, where 81% was the top band."""
    add_second_framework(folder)
    add_youth_inspection(folder, "northumbria-crc", 2021, ("55", "70", "38"), "40")
    folder.add(
        "comparability",
        {
            "previous_framework": "crc-2018",
            "current_framework": "youth-2021",
            "kind": "key question",
            "subject": "3.1.1",
            "previous_subject": "2.1.1",
            "same_question": "yes",
            "comparable": "yes",
            "said_by": "us",
            "source": "hmip-northumbria-2020",
            "place": "made up",
        },
    )
    found = compared(folder)
    pair = (found["previous_inspection"] == PREVIOUS) & (found["key_question"] == "3.1.1")
    row = found[pair].iloc[0]
    columns = ["previous_percent", "previous_base", "current_base", "change_points"]
    assert row[columns].tolist() == [81, 100, 40, 55 - 81]
    assert (row["previous_band"], row["current_band"]) == ("Large majority", "Some")


def test_points_over_comparable_standards_count_the_points_of_that_framework(folder):
    """Two of three standards compare, worth 5 points each, whatever other frameworks give."""
    add_second_framework(folder)
    add_provider(folder, "ambleshire", "Ambleshire YOS")
    add_youth_inspection(folder, "ambleshire", 2021, ("55", "70", "38"), "40")
    add_youth_inspection(folder, "ambleshire", 2022, ("65", "70", "44"), "50")
    tables = folder.tables()
    ratings = standard_ratings(tables)
    questions = key_question_comparison(tables)
    questions = questions[questions["provider"] == "ambleshire"]
    standards = rating_comparison(tables, ratings)
    standards = standards[standards["provider"] == "ambleshire"].copy()
    standards.loc[standards["standard"] == "1.1", "direction"] = pd.NA
    found = first_screen(tables, questions, standards, ratings).set_index("item")
    assert found.loc["comparable standards", "value"] == "2 to 7 of 10"
    northumbria = rating_comparison(tables, ratings)
    northumbria = northumbria[northumbria["provider"] == "northumbria-crc"]
    all_questions = key_question_comparison(tables)
    mine = all_questions[all_questions["provider"] == "northumbria-crc"]
    found = first_screen(tables, mine, northumbria, ratings).set_index("item")
    assert found.loc["comparable standards", "value"] == "7 to 12 of 24"

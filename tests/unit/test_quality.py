"""The reconciliation rules: what they find in the two rounds, and errors planted one by one.

The expected findings are those of the documents: Annex 2 and the key facts of the 2018 report, the
ratings tables, footnotes and Annex 4 of the 2020 report, the totals of the 2020 plan.
"""

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.folders import published_tables

from pipeline.analysis.quality.lookups import SEVERITIES
from pipeline.analysis.quality.rules import quality_checks, rules_table
from pipeline.analysis.quality.shares import share_in_words

PROJECT = Path(__file__).resolve().parents[2]
FIRST, SECOND = "northumbria-crc-2018", "northumbria-crc-2019"

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return dict(published_tables())


@pytest.fixture(scope="module")
def checks(tables: Tables) -> pd.DataFrame:
    return quality_checks(tables)


def failed(checks: pd.DataFrame, rule: str, inspection: str | None = None) -> set[str]:
    rows = checks[(checks["rule"] == rule) & (checks["result"] == "failed")]
    if inspection:
        rows = rows[rows["inspection"] == inspection]
    return set(rows["subject"])


# --- What the documents hold ------------------------------------------------------------------


def test_every_rule_answers_for_every_inspection(tables, checks):
    inspections = set(tables["inspections"]["inspection"])
    for rule in rules_table()["rule"]:
        asked = set(checks[checks["rule"] == rule]["inspection"].dropna())
        assert inspections <= asked, rule


def test_contract_columns_and_words(checks):
    assert list(checks.columns) == ["rule", "severity", "inspection", "subject", "result", "detail"]
    assert set(checks["severity"]) == {"error", "warning", "note"}
    assert set(checks["result"]) == {"passed", "failed", "not applicable"}
    assert checks["detail"].notna().all()
    assert not checks.duplicated().any()


def test_impossible_percentages_of_both_rounds(checks):
    # 26 cases (2018), 25, 85 and 11 cases (2019); worked out by hand: no k/26 rounds to 84% or 76%,
    # no k/25 to 79% or 42%, no k/11 to 89% or 50%, no k/85 to 57% or 50%, no k/29 to 44%.
    assert failed(checks, "percentage-is-possible", FIRST) == {
        "key question 4.1.2",
        "key question 4.1.3",
    }
    assert failed(checks, "percentage-is-possible", SECOND) == {
        "key question 4.1.2",
        "prompt 2.2.3-1",
        "prompt 2.2.3-3",
        "prompt 2.3.1-4",
        "prompt 4.1.1-2",
        "prompt 4.2.2-4",
        "prompt 4.2.3-1",
    }


def test_own_figures_and_reprints_agree(checks):
    # The 2020 report reprints every 2018 key-question figure it gives as printed in 2018.
    assert not {s for s in failed(checks, "same-figure-agrees") if s.startswith("key question")}
    passed = checks[(checks["rule"] == "same-figure-agrees") & (checks["result"] == "passed")]
    # The twelve questions of case supervision but 2.4.1 and 2.4.2, and the three of 4.2.
    assert passed["subject"].str.startswith("key question").sum() == 13


def test_window_of_the_through_the_gate_cases(checks):
    assert failed(checks, "same-figure-agrees", SECOND) == {"eligible-weeks-through-the-gate"}


def test_caseloads_printed_as_percentages(checks):
    assert failed(checks, "percentage-where-count-is-meant") == {
        "caseload-po-excluding-hub",
        "caseload-pso-excluding-hub",
    }


def test_the_transposed_looking_row_is_the_only_one(checks):
    assert failed(checks, "columns-look-transposed") == {"prompt 4.2.2-1"}


def test_score_ratings_and_discretion_reconcile(checks):
    for rule in ("points-add-up", "bands-give-ratings", "discretion-is-permitted"):
        assert not failed(checks, rule), rule
    rows = checks[(checks["rule"] == "bands-give-ratings") & (checks["inspection"] == SECOND)]
    by_discretion = rows[rows["detail"].str.contains("discretion is recorded")]
    assert set(by_discretion["subject"]) == {"standard 2.4", "standard 4.1", "standard 4.2"}
    # The 2018 report prints no total.
    first = checks[(checks["rule"] == "points-add-up") & (checks["inspection"] == FIRST)]
    assert list(first["result"]) == ["not applicable"]


def test_seven_questions_are_worded_otherwise_in_heading_and_annex(checks):
    subjects = failed(checks, "wording-agrees", SECOND)
    for where in ("heading", "annex"):
        found = {s.split()[2].rstrip(",") for s in subjects if s.endswith(where)}
        assert found == {"2.1.3", "2.2.3", "2.3.1", "2.3.2", "2.3.3", "2.4.1", "2.4.2"}, where
    # A comma was added between the rounds.
    assert "key question 2.3.1, both rounds" in subjects


def test_misnumbered_questions_and_recommendations(checks):
    assert len(failed(checks, "numbering-agrees", FIRST)) == 12
    assert not failed(checks, "numbering-agrees", SECOND)
    plans = {s for s in failed(checks, "numbering-agrees") if s.startswith("plan")}
    assert plans == {"plan dlnr-crc-2020, recommendation 1", "plan dlnr-crc-2020, recommendation 3"}


def test_comparability_claimed_and_denied(checks):
    found = failed(checks, "comparability-consistent", SECOND)
    # Withheld though printed in 2018; compared though the ratings are not; reworded in Annex 4.
    assert {f"key question {q}" for q in ("2.4.1", "2.4.2", "4.1.4")} <= found
    assert {f"key question {q}" for q in ("4.2.1", "4.2.2", "4.2.3")} <= found
    assert {f"key question {q}" for q in ("2.1.3", "2.2.3", "2.3.1", "2.3.2", "2.3.3")} <= found
    assert len(found) == 11


def test_threshold_of_good_and_targets(checks):
    assert failed(checks, "restated-figure-agrees") == {"boundary of Good"}
    assert failed(checks, "claims-of-targets-agree") == {"targets met"}


def test_plan_totals_and_counts_agree(checks):
    assert not failed(checks, "plan-totals-agree") | failed(checks, "count-agrees-with-rows")


def test_second_readings_are_as_many_as_the_rows_of_the_second_pass(tables, checks):
    assert not failed(checks, "figures-transcribed-twice")
    read = tables["second_readings"].groupby("table")["rows"].sum()
    second = PROJECT / "tests" / "second_pass"

    def count(name: str) -> int:
        with (second / name).open(encoding="utf-8", newline="") as file:
            return len(list(csv.DictReader(file)))

    assert read["key_question_scores"] + read["comparator_scores"] == count("key_questions.csv")
    assert read["facts"] == count("facts.csv")
    # A prompt has two figures to a line of the annex.
    assert read["prompt_scores"] == 2 * count("prompts.csv")
    assert read["ratings"] + read["overall_ratings"] == count("ratings.csv")
    assert read["actions"] == count("plan_actions.csv")
    assert read["responses"] == count("plan_recommendations.csv")
    assert read["follow_up"] == count("follow_up.csv")
    with (second / "facts.csv").open(encoding="utf-8", newline="") as file:
        blind = sum(row["independent"] == "yes" for row in csv.DictReader(file))
    readings = tables["second_readings"]
    assert readings[readings["table"] == "facts"]["blind"].sum() == blind
    assert (readings["blind"] <= readings["rows"]).all()


# --- Planted errors ---------------------------------------------------------------------------


def at(frame: pd.DataFrame, **cells: object) -> pd.Series:
    found = pd.Series(True, index=frame.index)
    for column, value in cells.items():
        found &= frame[column] == value
    assert found.sum() == 1, f"{cells} names {found.sum()} rows"
    return found


def own(frame: pd.DataFrame, inspection: str, key_question: str) -> pd.Series:
    return at(frame, inspection=inspection, key_question=key_question, reading="own")


def wrong_digit(t: Tables) -> None:
    scores = t["key_question_scores"]
    scores.loc[own(scores, FIRST, "2.2.1"), "percent"] = 47


def wrong_digit_in_a_fact(t: Tables) -> None:
    facts = t["facts"]
    row = facts["measure"].eq("confidence-level-case-supervision") & facts["inspection"].eq(SECOND)
    facts.loc[row, "value"] = 90


def swapped_question_columns(t: Tables) -> None:
    scores = t["key_question_scores"]
    now = own(scores, SECOND, "4.2.1")
    then = at(scores, inspection=FIRST, key_question="4.2.1", reading="reprint")
    scores.loc[now, "percent"], scores.loc[then, "percent"] = 90, 64


def swapped_prompt_columns(t: Tables) -> None:
    scores = t["prompt_scores"]
    scores.loc[at(scores, inspection=FIRST, prompt="4.2.1-1"), "percent"] = 82
    scores.loc[at(scores, inspection=SECOND, prompt="4.2.1-1"), "percent"] = 100


def figure_in_the_earlier_column_only(t: Tables) -> None:
    scores = t["prompt_scores"]
    row = at(scores, inspection=SECOND, prompt="2.2.1-3")
    scores.loc[row, "percent"] = pd.NA
    scores.loc[row, "status"] = "no comparable data"


def impossible_percentage(t: Tables) -> None:
    scores = t["key_question_scores"]
    scores.loc[own(scores, SECOND, "4.1.4"), "percent"] = 83


def percentage_above_all(t: Tables) -> None:
    scores = t["prompt_scores"]
    scores.loc[at(scores, inspection=SECOND, prompt="2.2.1-3"), "percent"] = 180


def wrong_total_of_points(t: Tables) -> None:
    overall = t["overall_ratings"]
    overall.loc[at(overall, inspection=SECOND), "score"] = 16


def wrong_total_of_responses(t: Tables) -> None:
    plans = t["plans"]
    plans.loc[at(plans, plan="northumbria-crc-2020"), "agreed_printed"] = 6


def changed_response(t: Tables) -> None:
    responses = t["responses"]
    row = at(responses, plan="northumbria-crc-2020", recommendation=7)
    responses.loc[row, "response"] = "agreed"


def changed_rating(t: Tables) -> None:
    ratings = t["ratings"]
    ratings.loc[at(ratings, inspection=SECOND, standard="2.2"), "rating"] = "Good"


def changed_overall_rating(t: Tables) -> None:
    overall = t["overall_ratings"]
    overall.loc[at(overall, inspection=FIRST), "rating"] = "Good"


def discretion_too_far(t: Tables) -> None:
    t["discretions"] = t["discretions"][
        ~((t["discretions"]["standard"] == "4.2") & (t["discretions"]["inspection"] == SECOND))
    ]
    added = {"standard": "2.3", "from_rating": "Requires improvement", "to_rating": "Good"}
    row = t["discretions"].iloc[[0]].assign(**added, rule="within-points")
    t["discretions"] = pd.concat([t["discretions"], row], ignore_index=True)


def percent_sign_on_a_count(t: Tables) -> None:
    facts = t["facts"]
    row = at(facts, inspection=SECOND, measure="caseload-po", value=51)
    facts.loc[row, "as_printed"] = "51%"


def restated_otherwise(t: Tables) -> None:
    facts = t["facts"]
    row = at(facts, inspection=SECOND, measure="restates-prompt-2-3-3-2")
    facts.loc[row, "value"] = 35


def changed_wording(t: Tables) -> None:
    questions = t["question_wordings"]
    row = at(questions, framework="crc-2019", key_question="2.1.1", where="annex")
    questions.loc[row, "wording"] = "Does assessment focus on the service user?"


def changed_number(t: Tables) -> None:
    questions = t["key_questions"]
    row = at(questions, framework="crc-2019", key_question="4.2.2")
    questions.loc[row, "printed_number"] = "3.2.2"


def compared_though_denied(t: Tables) -> None:
    entries = t["comparability"]
    row = at(entries, kind="key question", subject="2.2.1")
    entries.loc[row, "comparable"] = "no"


def wrong_count(t: Tables) -> None:
    follow_up = t["follow_up"]
    follow_up.loc[at(follow_up, recommendation=3), "verdict"] = "sufficient"


def sample_too_small(t: Tables) -> None:
    samples = t["samples"]
    row = at(samples, inspection=SECOND, sample="unpaid-work")
    samples.loc[row, "all_eligible"] = "no"


def missed_target(t: Tables) -> None:
    facts = t["facts"]
    row = at(facts, inspection=SECOND, measure="service-level-8")
    facts.loc[row, "value"] = 70


def row_read_once(t: Tables) -> None:
    t["facts"] = pd.concat([t["facts"], t["facts"].tail(1)], ignore_index=True)


PLANTED: list[tuple[Callable[[Tables], None], str, str]] = [
    (wrong_digit, "same-figure-agrees", "key question 2.2.1"),
    (
        wrong_digit_in_a_fact,
        "same-figure-agrees",
        "confidence-level-case-supervision, as in samples",
    ),
    (swapped_question_columns, "columns-look-transposed", "key question 4.2.1"),
    (swapped_prompt_columns, "percentage-is-possible", "prompt 4.2.1-1"),
    (swapped_prompt_columns, "columns-look-transposed", "prompt 4.2.1-1"),
    (figure_in_the_earlier_column_only, "columns-look-transposed", "prompt 2.2.1-3"),
    (impossible_percentage, "percentage-is-possible", "key question 4.1.4"),
    (percentage_above_all, "percentage-within-limits", "prompt 2.2.1-3"),
    (wrong_total_of_points, "points-add-up", "overall score"),
    (wrong_total_of_responses, "plan-totals-agree", "plan northumbria-crc-2020, agreed"),
    (changed_response, "plan-totals-agree", "plan northumbria-crc-2020, not agreed"),
    (changed_rating, "bands-give-ratings", "standard 2.2"),
    (changed_rating, "points-add-up", "overall score"),
    (changed_overall_rating, "bands-give-ratings", "overall rating"),
    (discretion_too_far, "discretion-is-permitted", "standard 2.3"),
    (percent_sign_on_a_count, "percentage-where-count-is-meant", "caseload-po"),
    (restated_otherwise, "restated-figure-agrees", "prompt 2.3.3-2"),
    (changed_wording, "wording-agrees", "key question 2.1.1, annex"),
    (changed_number, "numbering-agrees", "key question 4.2.2"),
    (compared_though_denied, "comparability-consistent", "key question 2.2.1"),
    (wrong_count, "count-agrees-with-rows", "recommendations-sufficient-progress"),
    (sample_too_small, "sample-reaches-its-size", "sample unpaid-work"),
    (row_read_once, "figures-transcribed-twice", "facts, hmip-northumbria-2020"),
]


@pytest.mark.parametrize(
    ("plant", "rule", "subject"), PLANTED, ids=lambda x: getattr(x, "__name__", x)
)
def test_a_planted_error_is_caught_by_name(tables, checks, plant, rule, subject):
    assert subject not in failed(checks, rule), "already fails without the error"
    copy = {name: frame.copy() for name, frame in tables.items()}
    plant(copy)
    assert subject in failed(quality_checks(copy), rule)


def test_every_rule_has_been_seen_to_fail(checks):
    planted = {rule for _, rule, _ in PLANTED}
    found = set(checks[checks["result"] == "failed"]["rule"])
    assert set(rules_table()["rule"]) == planted | found


def test_a_missed_target_is_named(tables):
    copy = {name: frame.copy() for name, frame in tables.items()}
    missed_target(copy)
    rows = quality_checks(copy).query("rule == 'claims-of-targets-agree' and result == 'failed'")
    assert rows["detail"].str.contains("service-level-8 is 70 against 75").any()


# --- Any inspection ---------------------------------------------------------------------------


def renamed(tables: Tables) -> Tables:
    """The same tables with every name of provider, inspection and source changed."""
    swaps = {"northumbria": "elsewhere", "dlnr": "nowhere", "hmip": "body"}
    copy = {}
    for name, frame in tables.items():
        new = frame.copy()
        for column in new.columns:
            if new[column].dtype == "string" and column in {
                "inspection", "provider", "plan", "source", "repeated_plan", "action",
            }:  # fmt: skip
                for old, other in swaps.items():
                    new[column] = new[column].str.replace(old, other)
        copy[name] = new
    return copy


def test_no_rule_knows_the_name_of_a_provider(tables, checks):
    other = quality_checks(renamed(tables))
    columns = ["rule", "severity", "result"]
    assert other[columns].equals(checks[columns])


def test_an_inspection_with_nothing_printed_passes_through(tables):
    copy = {name: frame.copy() for name, frame in tables.items()}
    copy["facts"] = copy["facts"].head(0)
    copy["prompt_scores"] = copy["prompt_scores"].head(0)
    copy["plans"] = copy["plans"].head(0)
    found = quality_checks(copy)
    assert set(found["rule"]) == set(rules_table()["rule"])


# --- Shares in words --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("two-thirds of cases", 67, 60),
        ("almost three-quarters of the cases", 73, 76),
        ("over one-third of people were not consulted sufficiently", 64, 70),
        ("only around 4 out of every 10 cases", 43, 50),
        ("more than 9 out of every 10 people", 91, 88),
        ("almost two-thirds of cases inspected ... was not good enough", 38, 60),
        ("less than half of the people", 44, 51),
        ("over 70 per cent of the cases", 71, 69),
        ("four out of five cases", 81, 70),
    ],
)
def test_shares_in_words(text, inside, outside):
    low, high = share_in_words(text)
    assert low <= inside <= high
    assert not low <= outside <= high


@pytest.mark.parametrize("text", ["a large majority of cases", "a similar number", "most people"])
def test_words_that_name_no_share(text):
    assert share_in_words(text) is None


@given(st.text())
def test_any_text_is_read_without_error(text):
    said = share_in_words(text)
    assert said is None or 0 <= said[0] <= said[1] <= 100


def test_the_register_is_whole(tables):
    register = tables["discrepancies"]
    assert list(register["discrepancy"]) == list(range(1, len(register) + 1))
    arithmetic = register["other_source"].isna()
    assert register[~arithmetic]["other_value"].notna().all()
    # Where a row is about an impossible figure, the base it is set against is named.
    impossible = register[register["kind"] == "impossible figure"]
    assert impossible["other_value"].str.contains(r"\d").all()


def test_every_failed_check_on_a_figure_has_its_entry_in_the_register(tables, checks):
    kinds = {
        "percentage-is-possible": {"impossible figure"},
        "columns-look-transposed": {"layout"},
        "comparability-consistent": {"comparability", "wording"},
        "wording-agrees": {"wording"},
    }
    register = tables["discrepancies"]
    for rule, of_kind in kinds.items():
        entries = register[register["kind"].isin(of_kind)]
        text = " ".join(
            " ".join(entries[column].dropna()) for column in ("subject", "place", "other_place")
        )
        for subject in failed(checks, rule):
            number = subject.split(",")[0].split()[-1]
            # "4.2 compared and not comparable" is about all three questions of 4.2.
            assert number in text or number.rpartition(".")[0] + " compared" in text, subject


def test_every_severity_is_explained():
    assert set(rules_table()["severity"]) == set(SEVERITIES)

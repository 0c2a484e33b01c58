"""The inspectorate's claims of significance, replayed on figures copied by hand."""

import pandas as pd
import pytest
from support.northumbria import key_questions

from pipeline.analysis.significance_claims import (
    significance_claims,
    significant_without_a_claim,
)
from pipeline.analysis.statistics.change import with_tests

# Annex 4 of the report of February 2020; both samples read in full (100, then 97 cases).
_PROMPTS = [
    ("2.1.1-3", 77, 64),
    ("2.1.2-1", 44, 52),
    ("2.1.2-3", 63, 82),
    ("2.2.1-3", 69, 80),
    ("2.2.2-1", 62, 77),
]


@pytest.fixture(scope="module")
def tested():
    prompts = pd.DataFrame(
        [
            {
                "provider": "northumbria-crc",
                "previous_inspection": "northumbria-crc-2018",
                "current_inspection": "northumbria-crc-2019",
                "prompt": number,
                "wording": f"Prompt {number}",
                "sample": "case-supervision",
                "previous_percent": previous,
                "current_percent": current,
                "change_points": current - previous,
                "previous_base": 100,
                "previous_limit": 100,
                "previous_tied": True,
                "current_base": 97,
                "current_limit": 97,
                "current_tied": True,
                "comparable": "yes",
                "reason_not_comparable": pd.NA,
            }
            for number, previous, current in _PROMPTS
        ]
    )
    return with_tests(key_questions(), 0.1), with_tests(prompts, 0.1)


@pytest.fixture(scope="module")
def claims():
    rows = [
        (1, "key question", "2.1.2"), (1, "prompt", "2.1.2-3"), (1, "prompt", "2.1.2-1"),
        (3, "key question", "4.1.1"), (4, "key question", "2.2.1"), (4, "prompt", "2.2.1-3"),
        (5, "prompt", "2.2.2-1"), (7, "key question", "2.3.3"), (7, "prompt", "2.3.3-1"),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["claim", "kind", "measure"])
    return frame.assign(
        inspection="northumbria-crc-2019",
        summary="A claim",
        certainty="likely",
        source="hmip-northumbria-2020",
        place="somewhere",
        note=pd.NA,
    )


def test_each_claim_ends_in_one_of_four_ways(claims, tested):
    replayed = significance_claims(claims, *tested)
    assert len(replayed) == len(claims)
    assert dict(zip(replayed["measure"], replayed["reproduced"], strict=True)) == {
        "2.1.2": "yes",
        "2.1.2-3": "yes",
        "2.1.2-1": "no",
        "4.1.1": "not comparable",
        "2.2.1": "no",
        "2.2.1-3": "yes",
        "2.2.2-1": "yes",
        "2.3.3": "yes",
        "2.3.3-1": "not comparable",  # not among the figures given here
    }
    assert replayed["reason"].notna().all()
    at = replayed.set_index("measure")["reason"]
    assert "the number of cases itself was not printed" in at["2.3.3"]
    assert replayed.set_index("measure").loc["2.3.3", "rests_on_words"] == "yes"
    assert at["2.3.3-1"] == "There are no figures for this measure to compare."


def test_the_contract_columns_are_there(claims, tested):
    contract = [
        "claim", "measure", "previous_percent", "current_percent", "previous_base",
        "current_base", "p_value", "p_min", "p_max", "reproduced", "reason",
    ]  # fmt: skip
    assert set(contract) <= set(significance_claims(claims, *tested).columns)


def test_a_claim_is_held_to_the_inspectorates_own_test(claims, tested):
    questions, prompts = tested
    # Our check for few cases has no part in whether the inspectorate's word is reproduced.
    differ = questions.assign(
        change_verdict=questions["change_verdict"].replace("significant", "tests disagree")
    )
    replayed = significance_claims(claims, differ, prompts).set_index("measure")
    assert replayed.loc["2.1.2", "reproduced"] == "yes"
    assert replayed.loc["2.1.2", "change_verdict"] == "tests disagree"


def test_changes_that_pass_without_being_called_significant(claims, tested):
    unclaimed = significant_without_a_claim(claims, *tested)
    assert unclaimed["measure"].tolist() == ["4.2.1", "4.2.3", "2.1.1-3"]
    assert (unclaimed["p_max"] < 0.1).all()


def test_no_claims_no_rows(claims, tested):
    assert significance_claims(claims.iloc[:0], *tested).empty
    assert significant_without_a_claim(claims.iloc[:0], *tested).empty


def test_of_several_earlier_rounds_a_claim_is_about_the_last(claims, tested):
    questions, prompts = tested
    older = questions.assign(previous_inspection="northumbria-crc-2016", z_verdict="unsettled")
    both = pd.concat([older, questions], ignore_index=True)
    replayed = significance_claims(claims, both, prompts).set_index("measure")
    assert replayed.loc["2.1.2", "reproduced"] == "yes"
    assert len(replayed) == len(claims)

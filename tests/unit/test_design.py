"""The designs the two reports print for their samples."""

import pandas as pd

from pipeline.analysis.statistics.sample_design import published_designs

# Annex 1 of the report of November 2018, Annex 2 of the report of February 2020.
SAMPLES = pd.DataFrame(
    [
        ("northumbria-crc-2018", "case-supervision", 100, pd.NA, 80, 5, "no"),
        ("northumbria-crc-2018", "risk-of-harm", pd.NA, pd.NA, pd.NA, pd.NA, "no"),
        ("northumbria-crc-2019", "case-supervision", 97, pd.NA, 80, 5, "no"),
        ("northumbria-crc-2019", "unpaid-work", 25, 30, 80, 5, "yes"),
        ("northumbria-crc-2019", "through-the-gate", 11, 20, pd.NA, pd.NA, "yes"),
        ("imaginary", "case-supervision", 400, pd.NA, 80, 5, "no"),
    ],
    columns=[
        "inspection", "sample", "size", "required_size", "confidence_level", "margin_of_error",
        "all_eligible",
    ],
)  # fmt: skip


def test_only_printed_designs_are_shown():
    designs = published_designs(SAMPLES)
    assert designs[["inspection", "sample"]].to_numpy().tolist() == [
        ["northumbria-crc-2018", "case-supervision"],
        ["northumbria-crc-2019", "case-supervision"],
        ["northumbria-crc-2019", "unpaid-work"],
        ["imaginary", "case-supervision"],
    ]


def test_a_hundred_of_about_250_eligible_cases():
    designs = published_designs(SAMPLES).set_index(["inspection", "sample"])
    assert designs.loc[("northumbria-crc-2018", "case-supervision"), "eligible"] == 254
    assert designs.loc[("northumbria-crc-2019", "case-supervision"), "eligible"] == 235
    assert designs.loc[["northumbria-crc-2018"], "note"].tolist() == [""]
    assert designs.loc[("northumbria-crc-2019", "case-supervision"), "note"] == ""


def test_one_case_may_have_been_all_there_was():
    one = SAMPLES.iloc[[0]].assign(size=1, all_eligible="yes")
    design = published_designs(one).iloc[0]
    assert (design["eligible_lowest"], design["note"]) == (1, "")


def test_a_design_that_does_not_fit_what_was_done_is_said():
    designs = published_designs(SAMPLES).set_index(["inspection", "sample"])
    unpaid = designs.loc[("northumbria-crc-2019", "unpaid-work")]
    assert unpaid["eligible"] == 36
    assert "all 25 there were have been read" in unpaid["note"]
    endless = designs.loc[("imaginary", "case-supervision")]
    assert pd.isna(endless["eligible"]) and "any population would need" in endless["note"]


def test_no_samples_no_designs():
    assert published_designs(SAMPLES.iloc[:0]).empty

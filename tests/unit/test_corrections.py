"""Errata: each printing is told, and what the correction moved, against figures worked out here."""

from functools import cache
from math import erfc, sqrt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.folders import Folder, published_tables

from pipeline.analysis.process import processed_tables
from pipeline.analysis.records import records
from pipeline.analysis.scores import scores
from pipeline.analysis.sentences.corrections import corrected_in_words

INSPECTION = "northumbria-crc-2019"
DAYS = {"first-erratum": ("2020-06-01", "1 June 2020"), "second-erratum": ("2020-07-01", "1 July")}


def correct(folder: Folder, question: str, percent: str, source="first-erratum", **other) -> None:
    """Add the row of an erratum for a key question of 2019."""
    if not folder.rows("sources", source=source):
        (document,) = folder.rows("sources", source="hmip-northumbria-2020")
        day, words = DAYS[source]
        document |= {"source": source, "title": "Erratum", "kind": "erratum"}
        folder.add("sources", {**document, "published": day, "published_printed": words})
    (row,) = folder.rows(
        "key_question_scores", inspection=INSPECTION, key_question=question, reading="own",
        source="hmip-northumbria-2020",
    )  # fmt: skip
    folder.add("key_question_scores", {**row, "percent": percent, "source": source, **other})


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "raw")


def corrected(folder: Folder):
    return processed_tables(folder.tables())["corrected_figures"]


def p_of(x1: int, n1: int, x2: int, n2: int) -> float:
    """The two-sided p-value of the pooled Z-test, from its formula."""
    pooled = (x1 + x2) / (n1 + n2)
    z = (x2 / n2 - x1 / n1) / sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    return erfc(abs(z) / sqrt(2))


def test_nothing_corrected_is_no_row(folder):
    assert corrected(folder).empty


def test_an_erratum_that_moves_a_verdict(folder):
    """2.1.2: 70 of 100 cases, then 78 of 97 (80%), or 74 of 97 (76%) by the erratum."""
    correct(folder, "2.1.2", "76")
    (row,) = corrected(folder).to_dict("records")
    assert (row["first_verdict"], row["verdict"]) == ("significant", "not significant")
    assert row["first_p"] == pytest.approx(p_of(70, 100, 78, 97)) and row["first_p"] < 0.1
    assert row["p"] == pytest.approx(p_of(70, 100, 74, 97)) and row["p"] > 0.1
    assert (row["first_change_points"], row["change_points"]) == (10, 6)
    assert row["moved"] == (
        "the change since 2018, +10 points as first printed and +6 now, is no longer significant"
    )
    assert "the rating it gives does not change" in row["unmoved"]
    assert row["said"].endswith("was printed as 80% and corrected to 76% by Erratum, 1 June 2020")


def test_an_erratum_that_moves_a_rating(folder):
    """2.3.3 is the lowest question of 2.3: 56% is in the band 50 to 64, 48% in that below."""
    correct(folder, "2.3.3", "48")
    (row,) = corrected(folder).to_dict("records")
    assert (row["first_bands_give"], row["bands_give"]) == ("Requires improvement", "Inadequate")
    assert "the bands now give standard 2.3 Inadequate, where they gave Requires" in row["moved"]


def test_an_erratum_that_moves_nothing(folder):
    """2.2.1: 74% in 2018, 78% in 2019; 2.2.3 (51%) is the lowest question of its standard."""
    correct(folder, "2.2.1", "79")
    found = corrected(folder)
    (row,) = found.to_dict("records")
    assert row["verdict"] == row["first_verdict"] == "not significant"
    assert row["bands_give"] == row["first_bands_give"]
    assert found["moved"].isna().all()
    assert corrected_in_words(records(found), only_moved=True) == []
    (sentence,) = corrected_in_words(records(found))
    assert "stays not significant" in sentence


def test_two_errata_on_one_figure_are_both_told_and_the_last_counts(folder):
    correct(folder, "2.1.2", "77")
    correct(folder, "2.1.2", "76", "second-erratum")
    tables = folder.tables()
    (row,) = corrected(folder).to_dict("records")
    assert (row["first_printed"], row["now_printed"]) == ("80%", "76%")
    assert (
        "printed as 80%, corrected to 77% by Erratum, 1 June 2020 and corrected to 76% by "
        "Erratum, 1 July" in row["said"]
    )
    own = scores(tables)
    own = own[(own["inspection"] == INSPECTION) & (own["key_question"] == "2.1.2")]
    assert own[own["kind"] == "key question"]["percent"].tolist() == [76]


def test_a_figure_withdrawn_later_is_told_as_that(folder):
    correct(folder, "2.3.3", "", status="withdrawn")
    (row,) = corrected(folder).to_dict("records")
    assert "printed as 56% and marked withdrawn by Erratum" in row["said"]
    assert (row["first_verdict"], row["verdict"]) == ("significant", "not comparable")
    assert "they gave Requires improvement" in row["moved"]


def test_a_reprint_of_the_same_figure_corrects_nothing(folder):
    correct(folder, "2.1.2", "80")
    processed = processed_tables(folder.tables())
    assert processed["corrected_figures"].empty
    assert processed["key_question_comparison"]["current_first_percent"].isna().all()


def test_a_corrected_rating_is_counted_once(folder):
    """The 2020 report says in four places that ten standards were inspected; it rates ten."""
    correct(folder, "2.1.2", "79")
    (row,) = folder.rows("ratings", inspection=INSPECTION, standard="2.3")
    folder.add("ratings", {**row, "rating": "Inadequate", "source": "first-erratum"})
    processed = processed_tables(folder.tables())
    rows = processed["corrected_figures"]
    (rating,) = rows[rows["kind"] == "rating"].to_dict("records")
    assert "the points add up to 14, where they were 15" in rating["moved"]
    checks = processed["quality_checks"]
    counted = checks[checks["subject"] == "standards-inspected"]
    assert set(counted["result"]) == {"passed"}


def test_an_erratum_of_the_aggregate_moves_only_what_stands_against_it(folder):
    """2.1.1 is 74% of 97 cases, 64% to 82%: all CRCs at 68% lie inside, at 90% above."""
    correct(folder, "2.2.1", "78")
    (row,) = folder.rows("comparator_scores", framework="crc-2019", key_question="2.1.1")
    folder.add("comparator_scores", {**row, "percent": "90", "source": "first-erratum"})
    found = corrected(folder)
    (row,) = found[found["kind"] == "aggregate"].to_dict("records")
    assert row["moved"] == "against all CRCs it is now worse, where it was similar"


@cache
def as_printed():
    return processed_tables(published_tables())


@settings(max_examples=6)
@given(
    st.sampled_from(["2.1.1", "2.1.2", "2.1.3", "2.2.1", "2.2.3", "2.3.1", "2.3.3", "2.4.3"]),
    st.integers(0, 100),
)
def test_what_moved_is_what_differs_with_the_first_figure_in_its_place(question, now):
    """The oracle is the data without the erratum, and with it, each worked out alone."""
    published = published_tables()
    scored = published["key_question_scores"]
    here = (scored["inspection"] == INSPECTION) & (scored["key_question"] == question)
    own = scored[here & (scored["reading"] == "own")]
    erratum = own.assign(percent=now, source="plan-northumbria-2020")
    with_it = {**published, "key_question_scores": _together(scored, erratum)}
    alone = {**published, "key_question_scores": scored.assign(
        percent=scored["percent"].mask(here & (scored["reading"] == "own"), now))}  # fmt: skip
    tables = as_printed(), processed_tables(alone)
    before, after = (_verdicts(processed, question) for processed in tables)
    rows = processed_tables(with_it)["corrected_figures"].to_dict("records")
    if int(own["percent"].iloc[0]) == now:
        assert rows == []
        return
    (row,) = rows
    assert (row["first_verdict"], row["first_bands_give"]) == before
    assert (row["verdict"], row["bands_give"]) == after
    assert isinstance(row["moved"], str) == (
        before != after or row["benchmark_verdict"] != row["first_benchmark_verdict"]
    )


def _together(frame, more):
    return pd.concat([frame, more], ignore_index=True).astype(frame.dtypes)


def _verdicts(processed, question):
    rows = processed["key_question_comparison"].set_index("key_question")
    rated = processed["standard_ratings"]
    rated = rated[rated["inspection"] == INSPECTION].set_index("standard")
    return rows.loc[question, "change_verdict"], rated.loc[question[:3], "derived_rating"]

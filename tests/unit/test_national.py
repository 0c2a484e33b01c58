"""Providers side by side: who is on the page, what is counted, what is said of it."""

from types import SimpleNamespace

import pandas as pd
import pytest
from support.folders import Folder, add_provider, copy_inspection, published_tables

from pipeline.analysis.inspections import inspections_in_order
from pipeline.analysis.national.headline import headline
from pipeline.analysis.national.page import national_reports
from pipeline.analysis.national.providers import (
    Latest,
    contributions,
    latest_pairs,
    standing_of_providers,
)
from pipeline.analysis.national.questions import shares_of_questions
from pipeline.analysis.national.weaknesses import recommended_standards, use_of_discretion
from pipeline.analysis.process import processed_tables
from pipeline.analysis.ratings.bands import framework_rows
from pipeline.analysis.records import records
from pipeline.analysis.report_data import report_files
from pipeline.publish.reports.national import NationalReport

CRC = "crc-2019"


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "raw")


def add(folder, number, **percents):
    """An imaginary provider with the figures of Northumbria in 2019, some of them changed."""
    code = f"made-up-{number:02d}"
    add_provider(folder, code, f"Made Up {number:02d}")
    changed = {key.replace("_", "."): str(value) for key, value in percents.items()}
    copy_inspection(folder, code, 2020, percents=changed)
    return code


def made(folder):
    """The tables of a folder, and what each provider brings to a national page."""
    tables = folder.tables()
    return tables, contributions(tables, processed_tables(tables))


def test_one_provider_gets_no_page_and_two_do(folder):
    add(folder, 1)
    tables, brought = made(folder)
    assert list(national_reports(tables, brought)) == []
    add(folder, 2)
    tables, brought = made(folder)
    (report,) = national_reports(tables, brought)
    assert report.name == "national" and report.about["simulated"] is True
    assert report_files(report) == report_files(next(iter(national_reports(tables, brought))))


def test_real_and_simulated_providers_are_never_put_together(folder):
    # Northumbria is real, the other is not: neither has a second of its kind.
    add(folder, 1)
    assert latest_pairs(folder.tables()) == {}
    add(folder, 2)
    (pairs,) = latest_pairs(folder.tables()).values()
    assert [pair.provider for pair in pairs] == ["made-up-01", "made-up-02"]


def test_twelve_equal_providers_cannot_be_told_apart(folder):
    for number in range(1, 13):
        add(folder, number)
    tables, brought = made(folder)
    (pairs,) = latest_pairs(tables).values()
    rows = standing_of_providers(tables, brought, CRC, pairs)
    assert rows["half"].unique().tolist() == ["either half"]
    assert rows[["best_rank", "worst_rank"]].drop_duplicates().to_numpy().tolist() == [[1, 12]]
    shares, questions = shares_of_questions(tables, brought, CRC, pairs)
    known = questions[questions["phi"].notna()]
    assert len(known) > 5 and (known["phi"] < 0.01).all() and (known["widened"] == 1).all()
    assert shares["zone"].dropna().unique().tolist() == ["within"]
    # 74% of 97 cases is 72 cases (Annex 2 of the 2020 report, 2.1.1), at each of twelve.
    first = questions.set_index("key_question").loc["2.1.1"]
    assert (first["count"], first["cases"], first["known"]) == (12 * 72, 12 * 97, 12)
    said = headline(rows, questions, framework_rows(tables["overall_bands"], CRC))
    sentences = said.set_index("item")["sentence"]
    assert sentences["ratings"] == "Of 12 providers, 12 are Requires improvement."
    assert sentences["places"].startswith("No place is certain")
    assert sentences["spread"].startswith("Nowhere do providers scatter more than chance")


def test_an_owner_under_two_spellings_is_one(folder):
    for number, owner in ((1, "Larkfield Trust"), (2, "LARKFIELD  Trust."), (3, "Oakmere")):
        code = add(folder, number)
        folder.edit("providers", {"provider": code}, owner=owner)
    tables, brought = made(folder)
    (pairs,) = latest_pairs(tables).values()
    rows = standing_of_providers(tables, brought, CRC, pairs).set_index("provider")["owner"]
    assert rows.loc[["made-up-01", "made-up-02", "made-up-03"]].tolist() == [
        "Larkfield Trust", "Larkfield Trust", "Oakmere",
    ]  # fmt: skip


def test_one_provider_apart_is_found(folder):
    for number in range(1, 12):
        add(folder, number)
    add(folder, 12, **{"2_1_1": 20})
    tables, brought = made(folder)
    (pairs,) = latest_pairs(tables).values()
    shares, questions = shares_of_questions(tables, brought, CRC, pairs)
    found = shares[(shares["key_question"] == "2.1.1") & (shares["zone"] == "far below")]
    assert found["provider"].tolist() == ["made-up-12"]
    assert questions.set_index("key_question").loc["2.1.1", "below"] == 1


def test_discretion_is_counted_as_the_2020_report_records_it(folder):
    # 2.4 and 4.2 by the five points, 4.1 by that and by qualitative evidence: each one rating up.
    tables = folder.tables()
    rows = pd.DataFrame({"inspection": ["northumbria-crc-2019"], "provider": ["northumbria-crc"]})
    found = use_of_discretion(tables, CRC, rows).set_index("rule")
    assert found.loc["within-points", ["standards", "up", "down", "points"]].tolist() == [
        3,
        3,
        0,
        3,
    ]
    assert found.loc["qualitative-evidence", "standards"] == 1
    assert found.loc["one-case", "standards"] == 0


def test_a_provider_without_an_overall_rating_is_listed_and_not_ranked(folder):
    for number in (1, 2, 3):
        add(folder, number)
    where = {"inspection": "made-up-02-2020"}
    folder.edit("overall_ratings", where, rating="", rating_status="not published", score="",
                score_status="not published")  # fmt: skip
    folder.edit("ratings", {**where, "standard": "1.1"}, rating="", status="not rated")
    tables, brought = made(folder)
    (report,) = national_reports(tables, brought)
    rows = pd.DataFrame({name: values for name, (_, values) in report.tables["providers"].items()})
    rows = rows.set_index("provider")
    assert rows["rating"].isna().sum() == 1 and rows.index[-1] == "made-up-02"
    assert pd.isna(rows.loc["made-up-02", "best_rank"]) and rows["best_rank"].notna().sum() == 2
    assert "one is without an overall rating" in report.about["result"]


def test_ratings_of_the_standards_that_a_plan_was_to_raise():
    # The plan of 2018 (recommendations 4 and 5 are about delivery, none about reviewing), and the
    # ratings of both reports: delivery and reviewing from Inadequate to Requires improvement.
    tables = published_tables()
    rounds = records(inspections_in_order(tables))
    before, after = (row for row in rounds if row["provider"] == "northumbria-crc")
    pairs = [Latest("northumbria-crc", after, before)]
    brought = contributions(tables, processed_tables(tables))
    found = recommended_standards(tables, brought, CRC, pairs)
    found = found.set_index("standard")
    assert found.loc["2.3", ["followed", "followed_rose", "others"]].tolist() == [1, 1, 0]
    assert found.loc["2.4", ["followed", "others", "others_rose"]].tolist() == [0, 1, 1]
    assert found.loc["1.2", ["followed", "followed_stayed"]].tolist() == [1, 1]  # Good twice
    # Through the Gate was told in both plans; its ratings of 2018 and 2019 do not compare.
    assert found.loc["4.2", ["providers", "again", "followed", "others"]].tolist() == [1, 1, 0, 0]


def told_of(changes, labels):
    """What is said of providers with these changes in points and lowest key questions."""
    rows = pd.DataFrame({"points_change": changes, "lowest_label": labels})
    rows = rows.assign(
        short_name=[f"P{at}" for at in range(len(rows))],
        provider=rows.index.astype(str),
        comparable_standards=10,
        standards=10,
        **dict.fromkeys(
            ["rating", "rating_direction", "half", "previous_points"],
            pd.Series(pd.NA, rows.index, dtype="object"),
        ),
    )
    bands = pd.DataFrame({"rating": ["Good"], "lower_points": [0]})
    questions = pd.DataFrame({"phi": pd.Series([pd.NA], dtype="Float64"), "widened": [1.0]})
    found = headline(rows, questions, bands).set_index("item")["sentence"]
    return {item: found.get(item) for item in ("gained most", "lost most", "theme")}


def test_most_names_every_tie_or_is_not_said():
    plan, case = "Planning: engaging", "Delivery: engaging"
    other = ["Planning: keeping safe", "Delivery: keeping safe"]
    said = told_of([3, 3, 1, -2], [plan, case, *other])
    assert said["gained most"] == "P0 and P1 gained most: 3 points."
    assert said["lost most"] == "P3 lost most: 2 points."
    assert said["theme"] == (
        "Whatever the standard, engaging and keeping safe are each what two of four providers do "
        "least well."
    )
    none = {"gained most": None, "lost most": None}
    assert told_of([2, 2], [plan, plan]) == {**none, "theme": None}
    assert told_of([2, None], [plan, plan]) == {**none, "theme": None}


@pytest.mark.parametrize(
    ("providers", "said"),
    [
        ([3, 2, 2], ["Recommendations are tied most often to A: at 3 providers, 1 of them more than"
                     " once."]),
        ([2, 2, 1], ["Recommendations are tied most often to A and B: at 2 providers each."]),
        ([1, 1, 1], []),
        ([2], ["Recommendations are tied most often to A: at 2 providers, 1 of them more than "
               "once."]),
    ],
)  # fmt: skip
def test_recommended_most_often_names_every_tie(providers, said):
    zeros = dict.fromkeys(["followed", "followed_rose", "others", "others_rose"], 0)
    rows = pd.DataFrame(
        {"label": list("ABC")[: len(providers)], "providers": providers, "again": 1}
    )
    report = SimpleNamespace(data={"recommended": rows.assign(**zeros)})
    assert NationalReport._recommended(report) == said


def test_what_came_of_recommendations_is_counted_so_that_few_figures_show():
    counts = {"followed": 3, "followed_rose": 2, "others": 1, "others_rose": 1}
    rows = pd.DataFrame([{"label": "A", "providers": 1, "again": 0, **counts}])
    *_, said = NationalReport._recommended(SimpleNamespace(data={"recommended": rows}))
    assert said == (
        "Of 3 figures that a plan was to raise, 2 rose afterwards, and of 1 other 1; what was low "
        "tends to rise anyway."
    )

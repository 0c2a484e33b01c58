"""One provider through all its rounds: what is followed, and where a line breaks."""

import pandas as pd
import pytest
from support.folders import (
    FRAMEWORK,
    Folder,
    add_provider,
    add_second_framework,
    add_youth_inspection,
    copy_inspection,
)

from pipeline.analysis.process import processed_tables
from pipeline.analysis.rounds import figures_through_time, rounds_of, rounds_reports
from pipeline.publish.charts.through_time import lines_chart

PROVIDER = "northumbria-crc"


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "raw")


def reported(folder):
    tables = folder.tables()
    return list(rounds_reports(tables, processed_tables(tables)))


def frame(report, name):
    return pd.DataFrame({column: values for column, (_, values) in report.tables[name].items()})


def test_two_rounds_are_a_comparison_and_three_a_page(folder):
    assert reported(folder) == []
    copy_inspection(folder, PROVIDER, 2021, percents={"2.1.1": "90"})
    (report,) = reported(folder)
    assert report.name == "rounds-northumbria-crc"
    assert report.about["title"] == "Northumbria CRC: three inspections, 2018 to 2021"


def test_the_figures_are_those_published_round_by_round(folder):
    copy_inspection(folder, PROVIDER, 2021, percents={"2.1.1": "90"})
    (report,) = reported(folder)
    figures = frame(report, "figures").set_index(["key_question", "round"])
    # Annex 2 of the 2018 report, chapter 2 of the 2020 report, and what was made up for 2021.
    assert figures.loc["2.1.1", "percent"].tolist() == [81, 74, 90]
    assert figures.loc["2.1.2", "percent"].tolist() == [70, 80, 80]
    # 95% Wilson interval of 81 of 100: 72.2 to 87.5.
    first = figures.loc[("2.1.1", "2018")]
    assert (first["lower"], first["upper"]) == (72.2, 87.5)


def test_a_break_is_where_the_documents_say_so(folder):
    copy_inspection(folder, PROVIDER, 2021)
    (report,) = reported(folder)
    ratings = frame(report, "ratings").set_index(["standard", "round"])
    # "may not be compared directly with the previous year's" (4.1 of the 2020 report).
    assert ratings.loc[("4.1", "2019"), "step"] == "no"
    assert ratings.loc[("4.1", "2021"), "step"] == "yes"
    assert ratings.loc[("1.1", "2019"), "step"] == "yes"
    figures = frame(report, "figures").set_index(["key_question", "round"])
    assert figures.loc[("4.2.1", "2019"), "step"] == "caution"
    # Unpaid work asked other questions in 2018: the line begins in 2019.
    assert figures.loc["4.1.1"].index.tolist() == ["2019", "2021"]


def test_a_framework_that_nothing_leads_to_starts_anew(folder):
    add_second_framework(folder)
    add_youth_inspection(folder, PROVIDER, 2022, ("55", "70", "38"), "40")
    tables = folder.tables()
    rounds = rounds_of(tables)[PROVIDER]
    assert [row["framework"] for row in rounds] == ["crc-2018", "crc-2019", FRAMEWORK]
    figures = figures_through_time(tables, rounds)
    assert {row["inspection"] for row in figures} == {f"{PROVIDER}-2022"}
    (report,) = reported(folder)
    said = " ".join(frame(report, "headline")["sentence"])
    assert "No key question of 2022 compares with 2018." in said


def test_a_framework_in_between_breaks_the_line_and_hides_no_earlier_figure(folder):
    """Annex 2 of the 2018 report prints 81% for 2.1.1, chapter 2 of the 2020 report 74%."""
    add_second_framework(folder)
    add_provider(folder, "between", "Between Service")
    copy_inspection(folder, "between", 2018, of=f"{PROVIDER}-2018")
    add_youth_inspection(folder, "between", 2020, ("55", "70", "38"), "40")
    copy_inspection(folder, "between", 2022)
    (report,) = reported(folder)
    line = frame(report, "figures").set_index("key_question").loc["2.1.1"]
    assert line["percent"].fillna(-1).tolist() == [81, -1, 74]
    assert line["status"].tolist() == ["published", "no comparable data", "published"]
    assert line["step"].fillna("").tolist() == ["", "", "no"]
    ratings = frame(report, "ratings").set_index("standard").loc["1.1"]
    assert ratings["rating"].fillna("").tolist() == ["Requires improvement", "", "Good"]
    # 10 of 30, 7 of 15 and 15 of 30 count on two scales: none is higher than the one before.
    totals = frame(report, "totals")
    assert totals["most"].tolist() == [30, 15, 30] and totals["way"].isna().all()


def test_a_line_is_drawn_over_the_round_it_belongs_to(folder, monkeypatch):
    """Questions that only the last of three rounds asked stand at the third tick."""
    add_second_framework(folder)
    add_youth_inspection(folder, PROVIDER, 2022, ("55", "70", "38"), "40")
    (report,) = reported(folder)
    figures = frame(report, "figures")
    monkeypatch.setattr("pipeline.publish.charts.through_time.panels", lambda charts, _: charts)
    drawn = lines_chart(figures, ["2018", "2019", "2022"])
    assert [chart.dots[0][1] for chart in drawn] == [[(2, 55)], [(2, 70)], [(2, 38)]]


def test_why_a_round_has_no_rating_is_said_as_it_is(folder):
    for table, columns in (("ratings", ["status"]), ("overall_ratings", ["rating_status"])):
        folder.add_columns(table, *columns)
    code = copy_inspection(folder, PROVIDER, 2021)
    folder.edit(
        "ratings", {"inspection": code, "standard": "2.4"}, rating="", status="not entered yet"
    )
    folder.edit(
        "overall_ratings", {"inspection": code}, rating="", rating_status="withdrawn", score="",
        score_status="withdrawn",
    )  # fmt: skip
    folder.drop("discretions", inspection=code, standard="2.4")
    (report,) = reported(folder)
    ratings = frame(report, "ratings").set_index(["standard", "round"])
    assert ratings.loc[("2.4", "2021"), "status"] == "not entered yet"
    assert "no overall rating (withdrawn) in 2021" in frame(report, "headline")["sentence"][0]

"""Inspections in order: rounds of one year, names as they were, aggregates, lineage, errata."""

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

from pipeline.analysis.comparison import key_question_comparison, prompt_comparison
from pipeline.analysis.files import write_files
from pipeline.analysis.inspections import (
    comparator_in_text,
    inspections_in_order,
    pairs_of_inspections,
)
from pipeline.analysis.process import processed_tables
from pipeline.analysis.report_data import comparisons, report_files
from pipeline.analysis.sentences.leadership import no_aggregate
from pipeline.data.folders import PROCESSED_VARIABLE
from pipeline.publish.reports.comparison import ComparisonReport
from pipeline.publish.reports.comparison.first_screen import facts

PREVIOUS, CURRENT = "northumbria-crc-2018", "northumbria-crc-2019"
CITED = {"source": "hmip-northumbria-2020", "place": "made up"}


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "raw")


def rounds(folder: Folder) -> pd.DataFrame:
    return inspections_in_order(folder.tables()).set_index("inspection")


def pairs(folder: Folder) -> list[tuple]:
    found = pairs_of_inspections(folder.tables())
    columns = ["previous_inspection", "current_inspection"]
    return [
        tuple(None if pd.isna(code) else code for code in row)
        for row in found[columns].itertuples(index=False, name=None)
    ]


# Rounds


def again_in_2019(folder: Folder, start: str) -> str:
    """A second inspection in the year of another, its fieldwork from ``start``."""
    code = copy_inspection(folder, "northumbria-crc", 2021)
    folder.edit(
        "inspections",
        {"inspection": code},
        round="2019",
        fieldwork_start=start,
        fieldwork_start_printed=start,
    )
    return code


def test_two_inspections_in_one_year_stand_in_order_of_fieldwork(folder):
    """The one that comes first has the later code."""
    early = again_in_2019(folder, "2019-03")
    found = rounds(folder)
    assert found.index.tolist() == [PREVIOUS, early, CURRENT]
    assert found["round_key"].tolist() == ["2018", "2021", "2019"]
    assert pairs(folder) == [(PREVIOUS, early), (PREVIOUS, CURRENT), (early, CURRENT)]


def test_a_label_is_what_a_round_is_called(folder):
    code = copy_inspection(folder, "northumbria-crc", 2021)
    folder.add_columns("inspections", "label")
    folder.edit("inspections", {"inspection": code}, label="2021 re-inspection")
    found = rounds(folder)
    assert found.loc[code, ["round_key", "round_name"]].tolist() == ["2021", "2021 re-inspection"]
    assert found.loc[CURRENT, "round_name"] == "2019"


def test_names_are_those_of_the_time(folder):
    folder.add_columns("inspections", "provider_name", "provider_short_name")
    folder.edit(
        "inspections",
        {"inspection": PREVIOUS},
        provider_name="Tyne and Wear Probation",
        provider_short_name="Tyne and Wear",
    )
    found = rounds(folder)["provider_short_name"]
    assert found.to_dict() == {PREVIOUS: "Tyne and Wear", CURRENT: "Northumbria CRC"}


# Aggregates


def add_aggregate(folder: Folder, code: str, source: str, published: str) -> None:
    """A further aggregate with a figure for every key question of ``crc-2019``."""
    if not folder.rows("sources", source=source):
        (document,) = folder.rows("sources", source="hmip-northumbria-2020")
        changes = {"source": source, "published": published, "published_printed": published}
        folder.add("sources", {**document, **changes})
    (comparator,) = folder.rows("comparators", comparator="all-crcs")
    folder.add("comparators", {**comparator, "comparator": code, "name": code, "source": source})
    scores = folder.rows("comparator_scores", comparator="all-crcs")
    folder.add(
        "comparator_scores",
        *(
            {**row, "comparator": code, "source": source, "percent": row["percent"] and "50"}
            for row in scores
        ),
    )


def test_an_inspection_is_set_against_what_its_own_report_prints(folder):
    add_aggregate(folder, "all-crcs-2021", "hmip-later", "2021-09")
    code = copy_inspection(folder, "northumbria-crc", 2021)
    folder.add_columns("inspections", "comparator")
    folder.edit("inspections", {"inspection": code}, source="hmip-later", comparator="")
    found = rounds(folder)["comparator"]
    assert (found[CURRENT], found[code]) == ("all-crcs", "all-crcs-2021")
    rows = key_question_comparison(folder.tables())
    rows = rows[rows["key_question"] == "2.1.1"].set_index(
        ["previous_inspection", "current_inspection"]
    )["comparator_percent"]
    assert rows[PREVIOUS, CURRENT] == 68
    assert rows[PREVIOUS, code] == rows[CURRENT, code] == 50


def test_an_inspection_may_name_its_aggregate(folder):
    add_aggregate(folder, "another", "hmip-northumbria-2020", "2020-02")
    folder.add_columns("inspections", "comparator")
    folder.edit("inspections", {"inspection": CURRENT}, comparator="another")
    assert rounds(folder).loc[CURRENT, "comparator"] == "another"


def test_of_two_aggregates_neither_of_which_is_named_the_page_says_what_to_type(
    folder, monkeypatch
):
    add_aggregate(folder, "northern-crcs", "hmip-northumbria-2020", "2020-02")
    folder.edit("comparators", {"comparator": "northern-crcs"}, short_name="northern CRCs")
    folder.edit("inspections", {"inspection": CURRENT}, comparator="")
    assert pd.isna(rounds(folder).loc[CURRENT, "comparator"]), "the order of the file decides"
    tables = folder.tables()
    processed = folder.path.parent / "processed"
    for report in comparisons(tables, processed_tables(tables)):
        write_files(processed, report_files(report))
    monkeypatch.setenv(PROCESSED_VARIABLE, str(processed))
    page = ComparisonReport.open("northumbria-crc", 2018, 2019, "")
    said = {fact.term: fact.words for fact in facts(page)}
    assert not [label for label in said if label.startswith("Against")]
    assert said["To know with it"].endswith(
        "This round is set against no aggregate. All CRCs and northern CRCs have figures for its "
        "framework, and nothing in the data says which of them is meant: to choose, write all-crcs "
        "or northern-crcs in the column comparator of inspections.csv."
    )
    chosen = ComparisonReport.open("northumbria-crc", 2018, 2019, "northern-crcs")
    assert chosen.without_aggregate == "", "whoever makes the page may choose"
    folder.edit("inspections", {"inspection": CURRENT}, comparator="northern-crcs")
    assert rounds(folder).loc[CURRENT, "comparator"] == "northern-crcs"


def test_a_newer_aggregate_never_judges_an_older_inspection(folder):
    """The only aggregate with figures comes from a report of 2021."""
    folder.drop("comparator_scores")
    folder.drop("comparators")
    for name in ("frameworks", "inspections"):
        for row in folder.rows(name):
            if row.get("comparator"):
                folder.edit(name, {name.removesuffix("s"): row[name.removesuffix("s")]},
                            comparator="")  # fmt: skip
    original = Folder(folder.path.with_name("as-it-was"))
    (document,) = folder.rows("sources", source="hmip-northumbria-2020")
    folder.add(
        "sources",
        {**document, "source": "hmip-later", "published": "2021-09",
         "published_printed": "September 2021"},
    )  # fmt: skip
    changed = {"source": "hmip-later"}
    folder.add("comparators", {**original.rows("comparators")[0], **changed})
    folder.add(
        "comparator_scores", *({**row, **changed} for row in original.rows("comparator_scores"))
    )
    assert rounds(folder)["comparator"].isna().all()
    said = no_aggregate({"all-crcs": "all CRCs"})
    assert "All CRCs has figures for its framework, but is newer than its report" in said
    # Nor where the framework names it for whatever comes later.
    folder.edit("frameworks", {"framework": "crc-2019"}, comparator="all-crcs")
    code = copy_inspection(folder, "northumbria-crc", 2022)
    chosen = rounds(folder)["comparator"]
    assert pd.isna(chosen[CURRENT]) and chosen[code] == "all-crcs"


def test_without_an_aggregate_nothing_is_said_to_be_unpublished(folder):
    add_second_framework(folder)
    add_provider(folder, "ambleshire", "Ambleshire YOS")
    add_youth_inspection(folder, "ambleshire", 2021, ("55", "70", "38"), "40")
    rows = key_question_comparison(folder.tables())
    rows = rows[rows["provider"] == "ambleshire"]
    assert rows["comparator"].isna().all()
    assert set(rows["comparator_status"]) == {"no comparable data"}


def test_the_name_in_a_sentence():
    tables = published_tables()
    assert comparator_in_text(tables, "all-crcs") == "all CRCs"
    named = comparator_in_text(tables, "all-crcs", period=True)
    assert named == "all CRCs (June 2018 to June 2019)"
    assert comparator_in_text(tables, None) == ""


# Lineage


def successor(folder: Folder, kind: str, framework: str = "") -> str:
    """A provider that came from Northumbria CRC, inspected in 2022."""
    add_provider(folder, "north-east", "North East")
    folder.add(
        "lineage",
        {"provider": "north-east", "predecessor": "northumbria-crc", "kind": kind,
         "date": "2021-06", **CITED},
    )  # fmt: skip
    if framework:
        add_second_framework(folder)
        return add_youth_inspection(folder, "north-east", 2022, ("55", "70", "38"), "40")
    return copy_inspection(folder, "north-east", 2022)


def test_a_renamed_service_compares_as_before(folder):
    code = successor(folder, "renamed")
    assert pairs(folder) == [(PREVIOUS, code), (CURRENT, code), (PREVIOUS, CURRENT)]
    rows = key_question_comparison(folder.tables())
    rows = rows[(rows["previous_inspection"] == CURRENT) & (rows["provider"] == "north-east")]
    assert set(rows["lineage"]) == {"renamed"}
    assert (rows["change_points"].dropna() == 0).all()


@pytest.mark.parametrize("kind", ["merged into", "split from", "followed"])
def test_under_one_framework_a_successor_begins_where_its_predecessor_ended(folder, kind):
    """Its first inspection with the last one, with caution: the services are not the same."""
    code = successor(folder, kind)
    again = copy_inspection(folder, "north-east", 2023)
    assert set(pairs(folder)) == {(CURRENT, code), (code, again), (PREVIOUS, CURRENT)}
    rows = key_question_comparison(folder.tables())
    rows = rows[rows["previous_inspection"] == CURRENT].set_index("key_question")
    assert set(rows["comparable"]) == {"caution", "no"}
    assert "Northumbria CRC" in rows.loc["2.1.1", "reason_not_comparable"]
    # 4.1.3 gave qualitative evidence only in either round.
    assert rows.index[rows["comparable"] == "no"].tolist() == ["4.1.3"]


def test_a_merged_service_is_set_beside_each_of_those_it_took_in(folder):
    code = successor(folder, "merged into")
    add_provider(folder, "durham", "Durham")
    durham = copy_inspection(folder, "durham", 2020)
    folder.add(
        "lineage",
        {
            "provider": "north-east",
            "predecessor": "durham",
            "kind": "merged into",
            "date": "2021",
            **CITED,
        },
    )
    own = [(before, now) for before, now in pairs(folder) if now == code]
    assert own == [(durham, code), (CURRENT, code)]


def test_a_service_is_not_set_beside_what_came_before_its_inspected_predecessor(folder):
    successor(folder, "merged into")
    add_provider(folder, "great-north", "Great North")
    folder.add(
        "lineage",
        {
            "provider": "great-north",
            "predecessor": "north-east",
            "kind": "followed",
            "date": "2023",
            **CITED,
        },
    )
    code = copy_inspection(folder, "great-north", 2024)
    assert [before for before, now in pairs(folder) if now == code] == ["north-east-2022"]


def abouts(folder: Folder, provider: str) -> list[dict]:
    tables = folder.tables()
    found = [report.about for report in comparisons(tables, processed_tables(tables))]
    return [about for about in found if about["provider"] == provider]


def test_the_page_says_whose_the_earlier_figures_are(folder):
    successor(folder, "merged into")
    (about,) = abouts(folder, "north-east")
    assert about["title"] == "North East: 2019 (Northumbria CRC) and 2022 inspections compared"
    took, whose = about["lineage"]
    assert took == "North East took in Northumbria CRC (June 2021)."
    assert whose.startswith("The earlier figures are those of Northumbria CRC")
    assert "its earlier inspection" not in about["standfirst"]


def test_a_predecessor_that_does_not_compare_is_named(folder):
    successor(folder, "split from", framework="youth-2021")
    (about,) = abouts(folder, "north-east")
    assert about["previous_round"] is None
    assert "The inspection of Northumbria CRC of 2019 is not compared" in about["lineage"][1]


def test_every_earlier_name_of_a_service_is_told(folder):
    successor(folder, "renamed")
    add_provider(folder, "end", "End Service")
    folder.add(
        "lineage",
        {"provider": "end", "predecessor": "north-east", "kind": "renamed", "date": "2023",
         **CITED},
    )  # fmt: skip
    copy_inspection(folder, "end", 2023)
    for about in abouts(folder, "end"):
        assert about["lineage"] == [
            "End Service was called North East before (2023).",
            "North East was called Northumbria CRC before (June 2021).",
        ]


@pytest.mark.parametrize("kind", ["merged into", "split from", "followed"])
def test_another_kind_of_service_compares_only_where_the_data_says_so(folder, kind):
    code = successor(folder, kind, framework="youth-2021")
    assert (None, code) in pairs(folder)
    folder.add(
        "comparability",
        {
            "previous_framework": "crc-2019",
            "current_framework": "youth-2021",
            "kind": "key question",
            "subject": "3.1.1",
            "previous_subject": "2.1.1",
            "same_question": "yes",
            "comparable": "caution",
            "said_by": "us",
            "reason": "Asked of another service.",
            **CITED,
        },
    )
    assert (CURRENT, code) in pairs(folder)
    assert (PREVIOUS, code) not in pairs(folder)
    rows = key_question_comparison(folder.tables())
    rows = rows[rows["provider"] == "north-east"].set_index("key_question")
    assert rows["comparable"].to_dict() == {"3.1.1": "caution", "3.1.2": "no", "3.2.1": "no"}
    assert rows.loc["3.1.1", "previous_percent"] == 74


# Corrections


def add_erratum(folder: Folder, table: str, where: dict[str, str], **changes: str) -> None:
    """A later document that prints a figure again, corrected."""
    (document,) = folder.rows("sources", source="hmip-northumbria-2020")
    later = {"source": "hmip-erratum", "published": "2020-06-01",
             "published_printed": "1 June 2020"}  # fmt: skip
    if not folder.rows("sources", source="hmip-erratum"):
        folder.add("sources", {**document, **later})
    (row,) = folder.rows(table, **where)
    folder.add(table, {**row, **changes, "source": "hmip-erratum", "place": "Correction 1"})


def test_the_figure_published_last_is_in_force_and_the_first_is_kept(folder):
    where = {"inspection": CURRENT, "key_question": "2.1.1", "reading": "own"}
    add_erratum(folder, "key_question_scores", where, percent="78")
    row = key_question_comparison(folder.tables()).set_index("key_question").loc["2.1.1"]
    assert (row["current_percent"], row["current_source"]) == (78, "hmip-erratum")
    assert (row["current_first_percent"], row["current_first_source"]) == (
        74,
        "hmip-northumbria-2020",
    )
    assert row["change_points"] == 78 - 81
    others = key_question_comparison(folder.tables())
    assert others["current_first_percent"].notna().sum() == 1


def test_a_correction_may_stand_above_the_first_figure_in_the_file(folder):
    where = {"inspection": CURRENT, "key_question": "2.1.1", "reading": "own"}
    add_erratum(folder, "key_question_scores", where, percent="78")
    folder.write("key_question_scores", folder.rows("key_question_scores")[::-1])
    row = key_question_comparison(folder.tables()).set_index("key_question").loc["2.1.1"]
    assert (row["current_percent"], row["current_first_percent"]) == (78, 74)


# What has not been entered


def test_prompts_without_a_row_have_not_been_entered(folder):
    rows = [row for row in folder.rows("prompt_scores") if row["inspection"] == CURRENT]
    code = copy_inspection(folder, "northumbria-crc", 2021)
    folder.drop("prompt_scores", inspection=code)
    entered = {**rows[0], "inspection": code}
    waiting = [
        {**row, "inspection": code, "percent": "", "status": "not entered yet"} for row in rows[1:]
    ]
    folder.add("prompt_scores", entered, *waiting)
    tables = dict(folder.tables())
    for statuses in ("stated", "rows missing"):
        if statuses == "rows missing":
            scores = tables["prompt_scores"]
            left = (scores["inspection"] == code) & (scores["status"] == "not entered yet")
            tables["prompt_scores"] = scores[~left]
        found = prompt_comparison(tables, key_question_comparison(tables))
        third = found[found["current_inspection"] == code]
        counts = third.groupby("previous_inspection")["current_status"].value_counts()
        for earlier in (PREVIOUS, CURRENT):
            assert counts[earlier].to_dict() == {"published": 1, "not entered yet": 75}
        late = third[third["current_status"] == "not entered yet"]
        assert set(late["reason_not_comparable"]) == {
            "One of the two figures has not been entered yet."
        }


def test_a_reason_is_not_put_into_the_mouth_of_a_later_report(folder):
    (document,) = folder.rows("sources", source="hmip-northumbria-2020")
    later = {"source": "hmip-later", "published": "2021-09", "published_printed": "September 2021"}
    folder.add("sources", {**document, **later})
    code = copy_inspection(folder, "northumbria-crc", 2021)
    folder.edit("inspections", {"inspection": code}, source="hmip-later")
    rows = key_question_comparison(folder.tables())
    rows = rows[(rows["previous_inspection"] == PREVIOUS) & (rows["key_question"] == "4.2.1")]
    reasons = rows.set_index("current_inspection")["reason_not_comparable"]
    said = "(Said of these two frameworks in the report published February 2020, not in this one.)"
    assert said in reasons[code]
    assert said not in reasons[CURRENT]

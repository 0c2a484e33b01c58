"""What a page gives away: figures as numbers, words as words, the same bytes every time."""

from __future__ import annotations

import base64
import csv
import datetime
import io
import re
import warnings
import zipfile
from pathlib import Path

import gptables
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import page_audit as audit
from support import specimen

from pipeline.publish.page.downloads import Downloads, csv_bytes, harmless, xlsx_bytes
from pipeline.publish.page.page_info import PageInfo
from pipeline.publish.page.render import Renderer
from pipeline.publish.page.source_notes import SourceNotes
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.page.workbook import Sheet, workbook

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
PAGE = PageInfo(title="Testshire compared", description="A specimen.", name="testshire")


def table(words: str = "Engage", caption: str = "Key questions") -> Table:
    notes = SourceNotes(specimen.sources())
    return Table(
        pd.DataFrame(
            {
                "q": [words, "Assess", "Plan"],
                "v": [74, pd.NA, 0],
                "d": [-5.0, 2.5, 0.0],
                "why": ["published", "not published", "published"],
                "src": ["testshire-2018", "", "testshire-2020"],
                "place": ["Annex 4, row 1", "", "Annex 2"],
            }
        ),
        caption,
        [
            Column("q", "Question"),
            Column("v", "2018", "percent", missing="why", source=("src", "place")),
            Column("d", "Change", "points", decimals=1),
        ],
        notes=notes,
        name="questions",
        comment="One row a question.",
    )


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_holds_numbers_reasons_and_sources() -> None:
    assert read_csv(csv_bytes(table())) == [
        ["Question", "2018 (percent)", "2018 (percent): why blank", "Change (percentage points)",
         "2018: source"],
        ["Engage", "74", "", "-5", "Simulated, March 2018: Annex 4, row 1"],
        ["Assess", "", "not published", "2.5", ""],
        ["Plan", "0", "", "0", "Simulated, April 2020: Annex 2"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "words",
    ["=1+1", "+44", "-5 points", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1", "\n=1"],
)
def test_text_cannot_become_a_formula(words: str) -> None:
    rows = read_csv(csv_bytes(table(words)))
    assert rows[1][0].startswith("'")
    assert rows[1][3] == "-5"


@given(st.text())
def test_no_text_at_all_can_become_a_formula(words: str) -> None:
    assert not harmless(words).startswith(FORMULA_STARTS)


@pytest.mark.parametrize("words", ["Engage", "Größe – ½ “x”", "5 - 3", "a=b"])
def test_harmless_text_is_left_as_it_is(words: str) -> None:
    assert harmless(words) == words


def test_workbook_meets_the_checklist() -> None:
    other = Table(
        pd.DataFrame({"q": ["A"], "r": ["Good"]}),
        "Ratings",
        [Column("q", "Standard"), Column("r", "Rating", "rating")],
        name="ratings",
    )
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([table(), other], PAGE)))
    assert book.sheetnames == ["Cover", "Contents", "Notes", "1 questions", "2 ratings"]
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges
        assert sheet["A1"].value
        tables = list(sheet.tables.values())
        assert len(tables) == (0 if sheet.title == "Cover" else 1)
    first = book["1 questions"]
    start = next(iter(first.tables.values())).ref.split(":")[0]
    row = int("".join(filter(str.isdigit, start)))
    headings = [cell.value for cell in first[row]]
    assert headings[:3] == ["Question", "2018 (percent)", "Change (percentage points)"]
    assert [cell.value for cell in first[row + 1]][:3] == ["Engage", 74, -5]
    assert [cell.value for cell in first[row + 2]][:3] == ["Assess", "[not published]", 2.5]
    assert first[row + 1][1].data_type == first[row + 1][2].data_type == "n"
    assert all(cell.value is not None for cells in first.iter_rows(min_row=row) for cell in cells)
    assert any("One row a question." in str(cell.value) for cell in book["Notes"]["B"])


def by_gptables(title: str, cover: dict, sheets: list[Sheet], document_title: str) -> bytes:
    """The same workbook, made by gptables."""
    notes = list(dict.fromkeys(note for sheet in sheets for note in sheet.notes))
    book = io.BytesIO()
    options = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with warnings.catch_warnings():
        # gptables 2.0 calls pandas in ways that pandas 3 warns of; the result is right.
        warnings.simplefilter("ignore", (DeprecationWarning, FutureWarning))
        workbook = gptables.produce_workbook(
            book,
            sheets={
                sheet.label: gptables.GPTable(
                    table=pd.DataFrame(sheet.columns, dtype=object),
                    table_name=sheet.name,
                    title=sheet.title + "".join(f"$$n{notes.index(n)}$$" for n in sheet.notes),
                    instructions=sheet.instructions,
                )
                for sheet in sheets
            },
            cover=gptables.Cover(title, *cover.values()),
            notes_table=pd.DataFrame(
                {"Note reference": [f"n{at}" for at in range(len(notes))], "Note text": notes}
            ),
            workbook_options=options | {"in_memory": True},
        )
    created = datetime.datetime(2000, 1, 1)
    workbook.set_properties({"title": document_title, "author": "", "created": created})
    workbook.close()
    return book.getvalue()


words = st.text(st.sampled_from("abYZ 059é–\n"), max_size=40).map(lambda text: f"x{text}z")
# gptables takes a column of whole numbers and fractions as fractions, and makes it wider.
whole, fractions = (
    st.one_of(numbers, st.just("[not given]"))
    for numbers in (st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6))
)


@settings(max_examples=15)
@given(
    st.lists(words, min_size=1, max_size=4, unique=True).flatmap(
        lambda headings: st.integers(1, 4).flatmap(
            lambda rows: st.fixed_dictionaries(
                {
                    heading: st.one_of(
                        st.lists(kind, min_size=rows, max_size=rows)
                        for kind in (words, whole, fractions)
                    )
                    for heading in headings
                }
            )
        )
    ),
    words,
)
def test_a_workbook_is_what_gptables_makes_of_the_same_tables(columns: dict, said: str) -> None:
    first = Sheet("1 one", "t1_one", "One", columns, "Read this.", ["A note.", said])
    second = Sheet("2 two", "t2_two", said, {"Question": ["Q"], "2018": [74]}, "And this.", [said])
    cover = {"Introductory information": [said, "More."], "About these data": ["Version 1"]}
    book = ("A title", cover, [first, second], "A title")
    assert workbook(*book) == by_gptables(*book)


@pytest.mark.parametrize(
    "words",
    [
        "=1+1", "+44", "-5", "@x", "\t=1", "[a](https://example.org)", "[a](internal:x!A1)",
        "$$rounding$$", "$$x$$", "■■□", "–", "https://example.org", "x" * 40_000, "{=1}",
        specimen.HOSTILE,
    ],
)  # fmt: skip
def test_words_in_a_workbook_stay_words(words: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([table(words, f"Caption {words}")], PAGE)))
    for sheet in book.worksheets:
        for cells in sheet.iter_rows():
            for cell in cells:
                assert cell.data_type != "f"
                assert cell.hyperlink is None or sheet.title == "Contents"


def test_same_tables_give_the_same_bytes() -> None:
    first, second = (xlsx_bytes([table()], PAGE) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {part.date_time[0] for part in archive.infolist()} == {1980}
        assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")
    assert csv_bytes(table()) == csv_bytes(table())


def test_files_ride_in_the_page_under_safe_names(tmp_path: Path) -> None:
    for hostile in (False, True):
        page = tmp_path / "page.html"
        page.write_text(
            Renderer().html(specimen.notebook(hostile), specimen.info(hostile=hostile)),
            encoding="utf-8",
        )
        files = audit.downloads(page)
        assert sorted(files) == [
            "specimen-key-questions.csv", "specimen-ratings.csv", "specimen.xlsx",
        ]  # fmt: skip
        openpyxl.load_workbook(io.BytesIO(files["specimen.xlsx"]))
        for name, content in files.items():
            if name.endswith(".csv"):
                for row in read_csv(content):
                    for cell in row:
                        bare = cell.lstrip("-").replace(".", "", 1)
                        assert bare.isdigit() or not cell.startswith(FORMULA_STARTS)


def test_many_csv_files_travel_in_one() -> None:
    rows = pd.DataFrame({"q": [f"Question {n} " + "x" * 90 for n in range(300)]})
    large = Table(rows, "Large", [Column("q", "Question")], name="large")
    markup = Downloads([table(), large], PAGE).html()
    packed = re.search(r'download="testshire-csv.zip" href="[^,]+,([^"]+)"', markup)
    assert packed is not None
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(packed[1]))) as archive:
        assert archive.namelist() == ["testshire-questions.csv", "testshire-large.csv"]
        assert archive.read("testshire-large.csv") == csv_bytes(large)
    assert "text/csv" not in markup


def test_nothing_to_take_away_is_said() -> None:
    empty = Table(pd.DataFrame({"q": []}), "Empty", [Column("q", "Q")])
    assert "no tables" in Downloads([empty], PAGE)._repr_html_()
    with pytest.raises(ValueError, match="at least one table"):
        xlsx_bytes([empty], PAGE)


def test_headings_that_repeat_are_told_apart() -> None:
    doubled = Table(
        pd.DataFrame({"a": [1], "b": [2]}),
        "Twice",
        [Column("a", "2018", "count"), Column("b", "2018", "count")],
    )
    assert read_csv(csv_bytes(doubled))[0] == ["2018", "2018 2"]
    xlsx_bytes([doubled], PAGE)

"""Tables: what a cell says, what a reader of the markup hears, and what is refused."""

from __future__ import annotations

import html
import re
from typing import Any

import html5lib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import specimen

from pipeline.publish.page.markup import clean, escape, is_missing, number, slug
from pipeline.publish.page.source_notes import SourceNotes
from pipeline.publish.page.tables import Column, Table, change, p_value, rating


def frame(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def text(markup: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup))).strip()


def test_direction_is_said_and_drawn() -> None:
    assert text(change(36)) == "▲ up 36"
    assert text(change(-5)) == "▼ down 5"
    assert text(change(0)) == "■ no change"
    assert 'aria-hidden="true"' in change(36)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Inadequate", "□□□ Inadequate"),
        ("Requires improvement", "■□□ Requires improvement"),
        ("Good", "■■□ Good"),
        ("Outstanding", "■■■ Outstanding"),
        ("Silver", "Silver"),
    ],
)
def test_rating_carries_its_points_as_squares(words: str, shown: str) -> None:
    four = ["Inadequate", "Requires improvement", "Good", "Outstanding"]
    assert text(rating(words, four)) == shown


def test_the_highest_of_three_ratings_has_every_square_filled() -> None:
    three = ["Inadequate", "Requires improvement", "Good"]
    assert [text(rating(words, three)) for words in three] == [
        "□□ Inadequate", "■□ Requires improvement", "■■ Good",
    ]  # fmt: skip


def test_p_value_is_never_nought_and_never_one() -> None:
    assert p_value(0.0) == "<0.001"
    assert p_value(1.0) == ">0.999"
    assert p_value(0.0405) == "0.041" or p_value(0.0405) == "0.040"


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "shown"),
    [
        (1234567, 0, False, "1,234,567"),
        (-5, 0, False, "−5"),
        (5, 0, True, "+5"),
        (0.0, 1, True, "0.0"),
        (-0.04, 1, True, "0.0"),
        (74.4, 1, False, "74.4"),
    ],
)
def test_numbers_in_print(value: float, decimals: int, signed: bool, shown: str) -> None:
    assert number(value, decimals, signed=signed) == shown


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_not_a_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not a number"):
        number(value)


@pytest.mark.parametrize("value", [None, pd.NA, np.nan, pd.NaT, "", "  "])
def test_every_kind_of_blank_is_seen(value: object) -> None:
    assert is_missing(value)


@pytest.mark.parametrize("value", [0, 0.0, "0", False, "nan", [1], ()])
def test_what_is_there_is_not_blank(value: object) -> None:
    assert not is_missing(value)


@pytest.mark.parametrize(
    ("missing", "said"),
    [("status", "no comparable data"), ("not measured in 2018", "not measured in 2018")],
)
def test_a_blank_says_why(missing: str, said: str) -> None:
    table = Table(
        frame(q=["A", "B"], v=[pd.NA, 4], status=["no comparable data", "published"]),
        "Caption",
        [Column("q", "Question"), Column("v", "2018", "percent", missing=missing)],
    )
    assert said in text(table.html())
    assert "NA" not in text(table.html())


def test_blanks_at_the_end_of_a_row_say_their_one_reason_once() -> None:
    """One cell over the columns they fill; blanks for another reason keep a cell of their own."""
    rows = frame(q=["A", "B", "C"], v=[1, 1, pd.NA], w=[pd.NA, pd.NA, 2], x=[pd.NA] * 3)
    rows["why"] = ["not asked", "suppressed", "not asked"]
    blank = {"v": "why", "w": "why", "x": "not asked"}
    columns = [Column("q", "Q"), *(Column(c, c, "count", missing=why) for c, why in blank.items())]
    body = html5lib.parseFragment(
        Table(rows, "Caption", columns).html(), namespaceHTMLElements=False
    ).find(".//tbody")
    cells = [[(text(td.text), td.get("colspan")) for td in row.iter("td")] for row in body]
    assert cells == [
        [("1", None), ("not asked", "2")],
        [("1", None), ("suppressed", None), ("not asked", None)],
        [("not asked", None), ("2", None), ("not asked", None)],
    ]


def test_a_blank_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="row 2 has no value for '2018' and nothing says why"):
        Table(frame(q=["A", "B"], v=[1, pd.NA]), "Caption", [Column("q", "Q"), Column("v", "2018")])


def test_infinity_and_words_among_numbers_are_refused() -> None:
    for bad in (np.inf, "seventy"):
        with pytest.raises(ValueError, match=r"row 1 of '2018' is not a number"):
            Table(
                frame(q=["A"], v=[bad]), "Caption", [Column("q", "Q"), Column("v", "2018", "count")]
            )


def test_unknown_columns_and_empty_captions_are_refused() -> None:
    with pytest.raises(ValueError, match="does not have: nowhere"):
        Table(frame(q=["A"]), "Caption", [Column("q", "Q", source=("q", "nowhere"))])
    with pytest.raises(ValueError, match="caption"):
        Table(frame(q=["A"]), " ", [Column("q", "Q")])


def test_headings_units_and_groups_have_scope() -> None:
    table = Table(
        frame(g=["One", "One", "Two"], q=["a", "b", "c"], v=[1, 2, 3]),
        "Caption",
        [Column("q", "Question"), Column("v", "2018", "percent")],
        groups="g",
    )
    markup = table.html()
    assert markup.count('scope="col"') == 2
    assert markup.count('scope="row"') == 3
    assert markup.count('scope="rowgroup"') == 2
    assert markup.count("<tbody>") == 2
    assert '2018 <span class="unit">%</span>' in markup
    assert 'role="region" tabindex="0" aria-labelledby="c-caption"' in markup


def test_figures_lead_to_their_notes_and_one_link_takes_the_way_back() -> None:
    notes = SourceNotes(specimen.sources())
    rows = frame(
        q=["a", "b"],
        v=[1, 2],
        w=[3, pd.NA],
        source=["testshire-2018", "testshire-2018"],
        place=["Annex 4, row 1", "Annex 4, row 1"],
        why=["published", "not published"],
    )
    columns = [
        Column("q", "Question"),
        Column("v", "2018", "count", source=("source", "place")),
        Column("w", "2020", "count", source=("source", "place"), missing="why"),
    ]
    table = Table(rows, "Caption", columns, notes=notes)
    markup = table.html()
    assert notes.count == 1
    assert markup.count('href="#n1"') == 4  # a blank too says where it is said
    assert markup.count('id="r1"') == 1
    assert table.html() == markup  # showing it again changes nothing
    assert table.label == "Table 1"


def test_tables_are_numbered_in_the_order_shown() -> None:
    notes = SourceNotes()
    made = [Table(frame(q=["a"]), name, [Column("q", "Q")], notes=notes) for name in ("one", "two")]
    assert "Table 1" in made[1].html() and "Table 2" in made[0].html()


@given(st.text())
def test_no_text_becomes_markup(words: str) -> None:
    table = Table(
        frame(q=[words or "x"], g=[words]), f"Caption {words}", [Column("q", words)],
        groups="g", comment=words, name="t",
    ) if not is_missing(words) else None  # fmt: skip
    if table is None:
        return
    parsed = html5lib.parseFragment(table.html(), namespaceHTMLElements=False)
    tags = {node.tag for node in parsed.iter() if isinstance(node.tag, str)} - {"DOCUMENT_FRAGMENT"}
    assert tags <= {"div", "table", "caption", "span", "thead", "tbody", "tr", "th", "td", "p"}
    header = next(parsed.iter("thead")).find(".//th")
    assert "".join(header.itertext()) == clean(words).replace("\r\n", "\n").replace("\r", "\n")


@given(st.text())
def test_escaped_text_comes_back_as_it_was(words: str) -> None:
    assert html.unescape(escape(words)) == clean(words)
    assert not set('<>"') & set(escape(words).replace("&quot;", ""))


@given(st.text())
def test_names_are_fit_for_ids_and_files(words: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(words))

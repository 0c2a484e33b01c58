"""The audit of a table of ratings that somebody else made."""

import csv
from pathlib import Path

import openpyxl
import pytest
from support.folders import published_tables
from support.reports import invent, of

from pipeline.entry.audit import audit
from pipeline.entry.problems import CannotEnter

TABLES = published_tables()
FRAMEWORK = "crc-2019"
STANDARDS = dict(
    zip(*(of(TABLES["standards"], FRAMEWORK)[c] for c in ("standard", "name")), strict=True)
)


def long_rows(seed: int = 2, name: str = "Ambleshire CRC") -> list[dict[str, str]]:
    made = invent(TABLES, FRAMEWORK, seed)
    return [
        {
            "provider": name,
            "standard": f"{standard} {STANDARDS[standard]}",
            "rating": rating,
            "score": str(made.score),
            "overall rating": made.overall,
        }
        for standard, rating in made.ratings.items()
    ]


def write(rows: list[dict[str, str]], path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def findings(rows: list[dict[str, str]], folder: Path) -> list[str]:
    return audit(write(rows, folder / "ratings.csv"), TABLES, FRAMEWORK).findings


def test_a_table_that_can_be_true_passes(tmp_path: Path) -> None:
    assert findings(long_rows(), tmp_path) == []
    assert findings([*long_rows(), *long_rows(5, "Other CRC")], tmp_path) == []


def test_two_word_ratings_cut_short_are_named(tmp_path: Path) -> None:
    rows = long_rows()
    cut = [n for n, row in enumerate(rows) if row["rating"] == "Requires improvement"]
    rows[0]["rating"] = "Requires improvement"  # one at least, whatever the seed gave
    for n in {0, *cut}:
        rows[n]["rating"] = "Requires"
    said = findings(rows, tmp_path)
    assert sum("cut short" in line for line in said) == len({0, *cut})
    assert said[0].startswith("line 2: ")


def test_two_word_ratings_left_out_are_noticed(tmp_path: Path) -> None:
    rows = [row for seed in range(12) for row in long_rows(seed, f"Provider {seed}")]
    lost = [row for row in rows if row["rating"] != "Requires improvement"]
    assert len(lost) < len(rows)
    said = findings(lost, tmp_path)
    assert any("none of" in line and "Requires improvement" in line for line in said)
    assert any("has no row for standard" in line for line in said)


def test_a_sum_that_is_not_the_score_is_named(tmp_path: Path) -> None:
    rows = long_rows()
    for row in rows:
        row["score"] = str(int(row["score"]) + 1)
    assert any("points, the score is" in line for line in findings(rows, tmp_path))


def test_an_overall_rating_the_points_do_not_give_is_named(tmp_path: Path) -> None:
    rows = long_rows()
    other = "Good" if rows[0]["overall rating"] != "Good" else "Inadequate"
    for row in rows:
        row["overall rating"] = other
    assert any("the overall rating is" in line for line in findings(rows, tmp_path))


def test_a_standard_twice_or_unknown_is_named(tmp_path: Path) -> None:
    rows = [*long_rows(), long_rows()[0], {**long_rows()[0], "standard": "9.9 Weather"}]
    said = findings(rows, tmp_path)
    assert any("a second time" in line for line in said)
    assert any('"9.9 Weather" is no standard' in line for line in said)


def test_a_table_with_a_column_a_standard_is_read(tmp_path: Path) -> None:
    made = invent(TABLES, FRAMEWORK, 3)
    row = {
        "Provider": "Ambleshire CRC",
        "Overall rating": made.overall,
        "Score": f"{made.score}/30",
    }
    row |= {f"{s} {STANDARDS[s]}": rating for s, rating in made.ratings.items()}
    path = write([row], tmp_path / "wide.csv")
    assert audit(path, TABLES, FRAMEWORK).findings == []
    row[f"1.1 {STANDARDS['1.1']}"] = ""
    said = audit(write([row], path), TABLES, FRAMEWORK).findings
    assert any("has no rating of standard 1.1" in line for line in said)


def test_percentages_are_held_against_bases_and_ratings(tmp_path: Path) -> None:
    rows = [
        {"inspection": "a", "key_question": "2.1.1", "percent": "84", "cases": "26"},
        {"inspection": "a", "key_question": "2.1.2", "percent": "101", "cases": "26"},
        {"inspection": "a", "key_question": "7.7.7", "percent": "50", "cases": "26"},
    ]
    said = findings(rows, tmp_path)
    assert any("no whole number of 26 cases is 84%" in line for line in said)
    assert any("no whole percentage from 0 to 100" in line for line in said)
    assert any('"7.7.7" is no key question' in line for line in said)


def test_a_workbook_and_semicolons_are_read_too(tmp_path: Path) -> None:
    rows = long_rows()
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(tmp_path / "ratings.xlsx")
    assert audit(tmp_path / "ratings.xlsx", TABLES, FRAMEWORK).findings == []
    text = "\n".join(";".join(row) for row in [list(rows[0]), *(list(r.values()) for r in rows)])
    (tmp_path / "semicolons.csv").write_text(text, encoding="utf-8")
    assert audit(tmp_path / "semicolons.csv", TABLES, FRAMEWORK).findings == []


def test_a_table_without_ratings_is_said(tmp_path: Path) -> None:
    path = write([{"town": "Amble", "people": "5"}], tmp_path / "towns.csv")
    with pytest.raises(CannotEnter, match="has no ratings that can be told"):
        audit(path, TABLES, FRAMEWORK)


def test_the_projects_own_ratings_pass() -> None:
    """What the two published reports print adds up under the published rules."""
    from pipeline.data import raw_folder

    assert audit(raw_folder() / "ratings.csv", TABLES, FRAMEWORK).findings == []

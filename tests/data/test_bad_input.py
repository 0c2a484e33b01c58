"""Raw data with one thing wrong: each is refused with one sentence that says where, what and how.

Every case edits a copy of data/raw in one place. The line expected is where the edit was made, not
what the loader says.
"""

import csv
import io
import json
import random
import re
import string
from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.folders import Folder

from pipeline.data import InvalidData, Problem, cells, checks, load
from pipeline.data.package import Field, ForeignKey, Package, Resource
from pipeline.data.read import read_text

SCORES, RATINGS = "key_question_scores", "ratings"


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "raw")


def turned_round(text: str) -> bytes:
    """A table with its columns in reverse, each cell quoted, two empty cells more in each row."""
    out = io.StringIO()
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    table = [header[::-1], *([*row[::-1], "", ""] for row in rows)]
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(table)
    return out.getvalue().encode()


def problems_of(folder: Folder) -> list[Problem]:
    with pytest.raises(InvalidData) as caught:
        folder.tables()
    for problem, sentence in zip(caught.value.problems, str(caught.value).split("\n"), strict=True):
        assert str(problem) == sentence
        assert sentence.startswith(problem.file)
        assert sentence.endswith(".") and not sentence.endswith("..")
        assert ";" in sentence, "the sentence gives no fix"
        assert not re.search(r"None|nan|NA>|Error|Traceback|dtype|\.py", sentence)
    return caught.value.problems


def test_a_good_folder_passes(folder):
    assert len(load(folder.path)[SCORES]) > 19


def test_the_sentence_names_file_line_column_value_rule_and_mend(folder):
    folder.replace(SCORES, ",own,81,", ",own,740,")
    with pytest.raises(InvalidData) as caught:
        load(folder.path)
    assert str(caught.value) == (
        'key_question_scores.csv, line 2, column percent: "740" is above 100, the most allowed; '
        "check it against the document."
    )


# One cell

CELLS = [
    # A misspelt code
    (SCORES, "2018,crc-2018,2.1.2", "2018,crc-2018,2.9.2", "framework, key_question", "is not in"),
    (SCORES, "northumbria-crc-2018,crc", "northumbia-crc-2018,crc", "inspection", "is not in"),
    (SCORES, "own,54,", "won,54,", "reading", "write one of: own, reprint"),
    ("inspections", "2018,northumbria-crc,", "2018,northumbria,", "provider", "is not in"),
    (RATINGS, "1.1,Good", "1.1,Godo", "rating", "is not one of the words allowed here"),
    ("sample_kinds", ",case-supervision,The c", ",cases,The c", "part_of", "is not a sample"),
    (
        "comparability",
        "key question,2.4.1,",
        "key question,2.4.9,",
        "subject",
        "is not a key",
    ),
    ("comparability", "2.4.1,2.4.1,yes", "2.4.1,2.9,yes", "previous_subject", "is not a key"),
    ("discretions", "crc-2019,2.4,", "crc-2018,2.4,", "framework", "write crc-2019"),
    # A percentage that is none
    (SCORES, "own,81,", "own,74%,", "percent", "is not a whole number"),
    (SCORES, "own,81,", "own,81.4,", "percent", "is not a whole number"),
    (SCORES, "own,81,", "own,-8,", "percent", "is below 0"),
    (SCORES, "own,81,", "own,٨١,", "percent", "is not a whole number"),
    (SCORES, "own,81,", "own,081,", "percent", "is not a whole number"),
    (SCORES, "own,81,", "own,1e1,", "percent", "is not a whole number"),
    (SCORES, "own,81,", "own,n/a,", "percent", "is not a whole number"),
    (SCORES, "own,81,", "own,,", "percent", 'does not go with "published" in status'),
    (SCORES, "own,81,published", "own,81,not published", "percent", 'with "not published"'),
    ("plans", ",2018,", ",99999999999999999999,", "year", "has more than 15 digits"),
    # Sizes of samples
    ("samples", "harm,85,", "harm,98,", "size", "is more than the 97 cases of case-supervision"),
    ("samples", "risk-of-harm,,not", "risk-of-harm,12,not", "size", 'with "not published"'),
    # Overall scores
    ("overall_ratings", "improvement,15,", "improvement,,", "score", "an empty cell does not go"),
    # Facts: a share above all, and a figure that was not printed
    ("facts", ",service-level-8,75,", ",service-level-8,104,", "value", "is not from 0 to 100"),
    ("facts", ",vacancy-rate,1.64,", ",vacancy-rate,16.4,", "value", "the numbers in as_printed"),
    ("measures", ",people,", ",poeple,", "topic", "write one of: performance, people"),
    # Names and codes that could reach a page or a path
    ("providers", "Northumbria Comm", "<script>Northumbria Comm", "name", "leave out the signs <"),
    ("providers", "dlnr-crc,", "../dlnr-crc,", "provider", "use only small letters, digits"),
    ("providers", "dlnr-crc,", "DLNR CRC,", "provider", "use only small letters, digits"),
    # Characters nobody sees
    ("providers", "Sodexo J", "Sodexo\x07 J", "owner", "character that cannot be seen"),
    ("providers", "Sodexo J", "Sodexo\x00 J", "owner", "character that cannot be seen"),
    ("providers", "Sodexo J", "Sodexo\u200b J", "owner", "character that cannot be seen"),
    ("providers", "Sodexo J", '"Sodexo\n"J', None, "a quotation mark that is not closed"),
    ("providers", "Sodexo Justice Services", '"Sodexo\nServices"', "owner", "holds a line break"),
    (RATINGS, "1.1,Good", "1.1,Good ", "rating", "begins or ends with a blank"),
    (RATINGS, "1.1,Good", "1.1,\xa0Good", "rating", "begins or ends with a blank"),
    # Dates that never were
    ("inspections", "2018-11-07", "2018-02-31", "published", "is not a date of the calendar"),
    ("inspections", "2018-11-07", "2018-13", "published", "write year and month as in 2020-02"),
    ("inspections", "2018-11-07", "7/11/2018", "published", "write year and month as in 2020-02"),
    ("inspections", "2018-11-07", "2018-06", "published", "lies before the start of fieldwork"),
    ("inspections", ",2018-07,", ",2018-02-30,", "fieldwork_start", "not a date of the calendar"),
    ("sources", "2018-11-19", "2018-11-31", "published", "is not a date of the calendar"),
    ("plans", "2020-02-07", "2020-02-30", "submitted", "is not a date of the calendar"),
    ("actions", ",2019-02,month", ",2019-02-29,date", "due", "is not a date of the calendar"),
    # Empty where something is needed
    (RATINGS, "1.1,Good", "1.1,", "rating", "leave it empty and say why in status"),
    (RATINGS, ',hmip-northumbria-2018,"Ratings page, row 1.1"', ",,x", "source", "is empty"),
    (RATINGS, '"Ratings page, row 1.1"', "", "place", "is empty"),
    # Bands
    (
        "rating_bands",
        ",50,64,",
        ",52,64,",
        "lower_percent",
        "a gap: no band covers 50 to 51",
    ),
    ("rating_bands", ",50,64,", ",49,64,", "lower_percent", "overlaps another band"),
    ("rating_bands", ",80,100,", ",80,99,", "upper_percent", "highest possible value is 100"),
    ("overall_bands", ",26,30,", ",26,33,", "upper_points", "highest possible value is 30"),
    # Claims, links and follow-up of things that do not exist
    ("recommendation_links", ",key question,", ",prompt,", "subject", "is not a prompt of"),
]


@pytest.mark.parametrize(("name", "old", "new", "column", "says"), CELLS)
def test_a_wrong_cell(folder, name, old, new, column, says):
    line = folder.replace(name, old, new)
    (problem,) = problems_of(folder)  # one slip, one sentence, whatever rules it breaks
    assert says in str(problem)
    assert (problem.file, problem.line) == (f"{name}.csv", line)
    assert problem.column == column


def test_a_fall_printed_in_words_may_be_a_negative_figure(folder):
    folder.edit("measures", {"measure": "vacancy-rate"}, unit="percentage points")
    printed = "fell by 1.64 points (previous year 2.84%)"
    folder.edit("facts", {"measure": "vacancy-rate"}, value="-1.64", as_printed=printed)
    assert len(folder.tables()["facts"]) > 300


def test_one_slip_is_one_problem(folder):
    folder.replace("providers", "dlnr-crc,", "dlnr-crc-,")
    assert [p.file for p in problems_of(folder)] == ["providers.csv"]


def test_all_problems_of_all_files_in_one_go(folder):
    expected = set()
    for name, old, new, column in (
        (SCORES, ",own,81,", ",own,740,", "percent"),
        (SCORES, ",own,70,", ",own,74%,", "percent"),
        ("providers", "Sodexo J", "<b>Sodexo J", "owner"),
        ("inspections", "2018-11-07", "2018-02-31", "published"),
        ("facts", ",published,", ",pubished,", "status"),
        ("prompts", "crc-2019,2.1.1-1,2.1.1,1,", "crc-2019,2.1.1-1,2.1.1,zero,", "position"),
    ):
        expected.add((f"{name}.csv", folder.replace(name, old, new), column))
    folder.file("actions").unlink()
    expected.add(("actions.csv", None, None))
    found = problems_of(folder)
    assert {(p.file, p.line, p.column) for p in found} == expected
    assert len(found) == len(expected)


# Rows


def test_a_duplicate_row(folder):
    rows = folder.rows(SCORES)
    line = folder.add(SCORES, rows[3])
    (problem,) = problems_of(folder)
    assert (problem.line, problem.column) == (line, "inspection, reading, key_question, source")
    assert (
        '"northumbria-crc-2018, own, 2.2.1, hmip-northumbria-2018" stands here again after line 5'
        in str(problem)
    )


def test_a_score_for_a_question_outside_the_framework(folder):
    line = folder.add(SCORES, {**folder.rows(SCORES)[0], "key_question": "9.9.9"})
    (problem,) = problems_of(folder)
    assert (problem.line, problem.value) == (line, "crc-2018, 9.9.9")
    assert "is not in key_questions.csv" in str(problem)


def test_a_missing_question(folder):
    folder.drop(SCORES, inspection="northumbria-crc-2019", key_question="4.1.2", reading="own")
    (problem,) = problems_of(folder)
    assert "no row for northumbria-crc-2019: its own score for key question 4.1.2" in str(problem)


@pytest.mark.parametrize(
    ("name", "where", "says"),
    [
        (RATINGS, {"standard": "4.2"}, "its rating of standard 4.2 is missing"),
        ("overall_ratings", {}, "has no row for northumbria-crc-2019"),
    ],
)
def test_a_missing_rating(folder, name, where, says):
    folder.drop(name, inspection="northumbria-crc-2019", **where)
    (problem,) = problems_of(folder)
    assert says in str(problem)


def test_a_rating_the_framework_has_no_band_for(folder):
    folder.edit("rating_bands", {"framework": "crc-2018", "rating": "Good"}, upper_percent="100")
    folder.drop("rating_bands", framework="crc-2018", rating="Outstanding")
    folder.edit("overall_bands", {"framework": "crc-2018", "rating": "Good"}, upper_points="20")
    folder.drop("overall_bands", framework="crc-2018", rating="Outstanding")
    line = folder.edit(RATINGS, {"framework": "crc-2018", "standard": "1.2"}, rating="Outstanding")
    (problem,) = problems_of(folder)
    assert (problem.file, problem.line, problem.column) == ("ratings.csv", line, "rating")
    assert '"Outstanding" has no band in crc-2018' in str(problem)


def test_a_framework_without_bands(folder):
    folder.drop("rating_bands", framework="crc-2018")
    (problem,) = problems_of(folder)
    assert str(problem) == "rating_bands.csv: has no row for crc-2018; add its bands."


def test_a_sample_that_is_part_of_itself(folder):
    line = folder.edit("sample_kinds", {"sample": "case-supervision"}, part_of="risk-of-harm")
    found = problems_of(folder)
    assert (found[0].line, found[0].column) == (line, "part_of")
    assert all("a part of itself" in str(problem) for problem in found)
    assert len(found) == 2  # both samples of the circle


def test_a_claim_about_a_prompt_that_is_not_there(folder):
    rows = folder.rows("significance_claims")
    at = next(at for at, row in enumerate(rows) if row["kind"] == "prompt")
    rows[at]["measure"] = "2.1.1-99"
    folder.write("significance_claims", rows)
    (problem,) = problems_of(folder)
    assert (problem.line, problem.column) == (at + 2, "measure")


@pytest.mark.parametrize("name", ["inspections", "providers", SCORES, "standards"])
def test_a_header_without_rows_where_rows_are_needed(folder, name):
    folder.drop(name)
    (problem,) = problems_of(folder)
    assert str(problem) == f"{name}.csv: has a header line but no row; fill the table in."


def test_a_header_without_rows_where_none_are_needed(folder):
    folder.drop("comparability")
    assert folder.tables()["comparability"].empty


# The file as a whole


def recoded(encoding: str) -> Callable[[str], bytes]:
    return lambda text: text.encode(encoding)


# The line of the first character outside ASCII (a curved apostrophe) in standards.csv.
CURVED = "Through the Gate services are personalised and coordinated, addressing the service user’s"

FILES = [
    # name, what the text becomes, fragment of the sentence
    ("standards", recoded("utf-16"), "is not saved as UTF-8 text; save it again as 'CSV UTF-8"),
    ("standards", recoded("utf-16-le"), "is not saved as UTF-8 text"),
    (SCORES, lambda text: text.replace(",", ";").encode(), "separated by semicolons or tabs"),
    (SCORES, lambda text: text.replace(",", "\t").encode(), "separated by semicolons or tabs"),
    (SCORES, lambda text: b"", "is empty; restore its header line: inspection,framework,"),
    (SCORES, lambda text: b"\r\n \n", "is empty; restore its header line"),
    (SCORES, lambda text: b"\xef\xbb\xbf", "is empty; restore its header line"),
    (SCORES, lambda text: text.split("\n", 1)[1].encode(), "is not the header line"),
    (SCORES, lambda text: b"sep=,\n" + text.encode(), "is not the header line of this table"),
    (RATINGS, lambda text: text.replace(",place", ",place,place", 1).encode(), "header twice"),
    (RATINGS, lambda text: text.replace(",place", "", 1).encode(), "is not in the header"),
    (
        RATINGS,
        lambda text: text.replace(",place", ",place,extra", 1).encode(),
        "is not a column of this table; otherwise remove it; the columns are inspection, framework",
    ),
]


@pytest.mark.parametrize(("name", "change", "says"), FILES)
def test_a_wrong_file(folder, name, change, says):
    file = folder.file(name)
    file.write_bytes(change(file.read_text(encoding="utf-8")))
    (problem,) = problems_of(folder)
    assert problem.file == f"{name}.csv"
    assert says in str(problem)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_saved_as_windows_1252_names_the_line(folder, mark):
    text = folder.file("standards").read_text(encoding="utf-8")
    line = text[: text.index("’")].count("\n") + 1
    folder.file("standards").write_bytes(mark + text.encode("cp1252"))
    (problem,) = problems_of(folder)
    assert (problem.file, problem.line) == ("standards.csv", line)
    assert "another encoding; save it again as 'CSV UTF-8 (comma delimited)'." in str(problem)


def test_a_missing_file(folder):
    folder.file("samples").unlink()
    (problem,) = problems_of(folder)
    assert str(problem) == (
        "samples.csv: is missing; put the file back, with at least its header line."
    )


def test_a_folder_in_place_of_a_file(folder):
    folder.file("samples").unlink()
    folder.file("samples").mkdir()
    (problem,) = problems_of(folder)
    assert str(problem).startswith("samples.csv: is not an ordinary file;")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: (text + "\n" + "," * text.split("\n", 1)[0].count(",") + "\n").encode(),
        lambda text: turned_round(text),
    ],
    ids=["byte order mark", "CRLF", "no last line end", "blank rows", "columns turned round"],
)
def test_what_spreadsheets_do_and_may(folder, change):
    wanted = folder.tables()[SCORES]
    file = folder.file(SCORES)
    file.write_bytes(change(file.read_text(encoding="utf-8")))
    pd.testing.assert_frame_equal(folder.tables()[SCORES], wanted)


def test_extra_and_missing_cells(folder):
    more = folder.replace(RATINGS, "1.1,Good", "1.1,Good,extra,,")
    fewer = folder.replace(RATINGS, "1.2,Good,", "1.2")
    found = {p.line: str(p) for p in problems_of(folder)}
    assert "has 10 cells where the header has 7; put quotation marks" in found[more]
    assert "has 5 cells where the header has 7; add a comma" in found[fewer]


def test_an_unclosed_quote_names_the_row_it_opens_in(folder):
    line = folder.replace(RATINGS, '"Ratings page, row 2.1"', '"Ratings page, row 2.1')
    (problem,) = problems_of(folder)
    assert (problem.file, problem.line) == ("ratings.csv", line)
    assert "a quotation mark that is not closed" in str(problem)


# The package file


def test_a_missing_package_file(folder):
    (folder.path / "datapackage.json").unlink()
    (problem,) = problems_of(folder)
    assert str(problem) == (
        "datapackage.json: is missing; copy datapackage.json from data/raw into this folder."
    )


def test_a_missing_folder(tmp_path):
    with pytest.raises(InvalidData, match=r"is missing, and so is its folder; check the folder"):
        load(tmp_path / "nowhere")


def test_broken_json_names_the_line(folder):
    file = folder.path / "datapackage.json"
    lines = file.read_text(encoding="utf-8").split("\n")
    lines[6] = lines[6].rstrip(",") + '"'
    file.write_text("\n".join(lines), encoding="utf-8")
    (problem,) = problems_of(folder)
    assert (problem.file, problem.line) == ("datapackage.json", 7)
    assert "is not written as JSON; restore it from data/raw." in str(problem)


PACKAGES = [
    (lambda package: [], "does not describe tables"),
    (lambda package: {**package, "resources": None}, "does not describe tables"),
    (lambda package: {**package, "resources": []}, "does not describe the table action_updates"),
    (lambda package: {**package, "resources": ["x"]}, "does not describe tables"),
    (lambda package: with_field(package, type="year"), "does not describe tables"),
    (lambda package: with_field(package, type="integer"), "sources with other columns or types"),
    (lambda package: with_field(package, name="code"), "sources with other columns or types"),
    (lambda package: with_field(package, constraints={"pattern": 3}), "does not describe tables"),
    (lambda package: with_field(package, constraints=None), "does not describe tables"),
    (lambda package: with_field(package, constraints={"enum": 3}), "does not describe tables"),
]


def with_field(package: dict, **changes: object) -> dict:
    package["resources"][0]["schema"]["fields"][0].update(changes)
    return package


@pytest.mark.parametrize(("change", "says"), PACKAGES)
def test_a_package_file_that_does_not_describe_these_tables(folder, change, says):
    file = folder.path / "datapackage.json"
    package = change(json.loads(file.read_text(encoding="utf-8")))
    file.write_text(json.dumps(package), encoding="utf-8")
    assert says in str(problems_of(folder)[0])


# Whatever a cell, a line or a file may hold

SMALL = Resource(
    name="small",
    title="Small",
    description="Small.",
    path="small.csv",
    fields=(
        Field(
            "code", "string", "Code.", None, {"required": True, "pattern": "[a-z0-9]+(-[a-z0-9]+)*"}
        ),
        Field("size", "integer", "Size.", "cases", {"minimum": 0, "maximum": 100}),
        Field("share", "number", "Share.", "proportion", {}),
        Field("day", "date", "Day.", None, {}),
        Field("kind", "string", "Kind.", None, {"enum": ["a", "b"]}),
        Field("of", "string", "Larger.", None, {"maxLength": 9}),
    ),
    primary_key=("code",),
    foreign_keys=(ForeignKey(("of",), "small", ("code",)),),
)
LIMITS = {"file_bytes": 10_000, "rows": 100, "cell_characters": 50}
GOOD = ["x", "1", "0.5", "2020-02-29", "a", ""]

any_cell = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="0123456789.-+eE%, ", max_size=25),
    st.sampled_from(["", "x", "x ", "1", "-0", "1e400", "9" * 99, "2020-02-30", "0000-01-01", '"']),
)


def checked(folder, content: bytes) -> list[Problem]:
    """Read and check the small table as the loader does; a sound file is read alike in one go."""
    from pipeline.data.tables import _read, _typed

    (folder / "small.csv").write_bytes(content)
    text, problems = read_text(folder, SMALL, LIMITS)
    if text is not None:
        problems = [*problems, *cells.column_problems(text, SMALL, LIMITS)]
        bad = {problem.line for problem in problems}
        broken = {"small.csv"} if problems else set()
        typed = {"small": _typed(text, SMALL, bad)}
        if text.lines and not problems:
            pd.testing.assert_frame_equal(
                typed["small"], _read(folder, SMALL), check_index_type=False
            )
        problems += checks.table_problems(typed, Package((SMALL,), LIMITS), broken)
    for problem in problems:
        assert "\n" not in str(problem)
    return problems


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("small")


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


@given(cell=any_cell, column=st.integers(0, 5), row=st.integers(0, 3))
def test_any_cell_is_taken_or_refused_on_its_own_line(scratch, cell, column, row):
    lines = [SMALL.columns, *([letter, *GOOD[1:]] for letter in "wxyz")]
    lines[row + 1][column] = cell
    text = "".join(",".join(map(quoted, line)) + "\n" for line in lines)
    for problem in checked(scratch, text.encode("utf-8", "surrogatepass")):
        if "not UTF-8" not in problem.rule:
            duplicate = {row + 2, "wxyz".find(cell) + 2} if column == 0 else {row + 2}
            assert problem.line in duplicate
            assert problem.column == SMALL.columns[column]


@given(content=st.binary(max_size=80))
def test_any_bytes_are_taken_or_refused(scratch, content):
    checked(scratch, (",".join(SMALL.columns) + "\n").encode() + content)
    checked(scratch, content)


@pytest.mark.parametrize("seed", range(6))
def test_random_damage_to_a_real_file_never_ends_in_a_traceback(folder, seed):
    chance = random.Random(seed)
    for name in (SCORES, RATINGS, "samples", "inspections"):
        lines = folder.file(name).read_text(encoding="utf-8").split("\n")
        for _ in range(2):
            at = chance.randrange(len(lines))
            damage = "".join(chance.choices(string.printable, k=3))
            where = chance.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:where] + damage + lines[at][where + 2 :]
        folder.file(name).write_text("\n".join(lines), encoding="utf-8", newline="")
    problems_of(folder)

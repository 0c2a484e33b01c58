"""What a cell may hold: the ends of what is allowed, and what is read as the plain one."""

import json

import pytest
from support.folders import Folder

from pipeline.data import InvalidData, load, load_valid

OWN = {"inspection": "northumbria-crc-2019", "key_question": "2.1.1", "reading": "own"}


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "raw")


@pytest.mark.parametrize("percent", ["0", "100"])
def test_none_and_all_of_the_cases_are_percentages(folder, percent):
    folder.edit("key_question_scores", OWN, percent=percent)
    scores = load(folder.path)["key_question_scores"]
    assert scores.loc[
        (scores[list(OWN)] == list(OWN.values())).all(axis=1), "percent"
    ].tolist() == [int(percent)]


@pytest.mark.parametrize("percent", ["-1", "101"])
def test_less_than_none_and_more_than_all_are_not(folder, percent):
    line = folder.edit("key_question_scores", OWN, percent=percent)
    with pytest.raises(InvalidData, match=f"line {line}, column percent.* allowed"):
        load(folder.path)


@pytest.mark.parametrize(("digits", "refused"), [(15, False), (16, True)])
def test_a_number_has_fifteen_digits_at_most(folder, digits, refused):
    fact = next(row for row in folder.rows("facts") if row["value"])
    folder.edit("facts", {"fact": fact["fact"]}, value="1" * digits)
    # Either way it is not the figure that is printed.
    with pytest.raises(InvalidData) as error:
        load(folder.path)
    assert ("has more than 15 digits" in str(error.value)) is refused


@pytest.mark.parametrize(
    ("cells", "more"), [(1, ""), (2, ", and so does 1 more"), (3, ", and so do 2 more")]
)
def test_a_blank_or_letter_of_an_unusual_kind_is_read_as_the_plain_one(folder, cells, more):
    wanted = load(folder.path)["ratings"]
    odd = ["Ratings\N{NO-BREAK SPACE}page, row 1.1", "Ratings  page, row 1.2"]
    odd.append("Ratings\N{EN SPACE}page, row 1.3")
    rows = folder.rows("ratings")
    for row, place in zip(rows, odd[:cells], strict=False):
        row["place"] = place
    folder.write("ratings", rows)
    tables, said = load_valid(folder.path)
    assert tables["ratings"]["place"].tolist() == wanted["place"].tolist()
    assert [str(problem) for problem in said] == [
        f"ratings.csv, line 2, column place: holds a blank or a letter of an unusual kind{more}; "
        "nothing need be done: it was read as the plain one."
    ]


def test_a_cell_may_be_as_long_as_the_package_says(folder):
    file = folder.path / "datapackage.json"
    package = json.loads(file.read_text(encoding="utf-8"))
    longest = max(
        len(cell)
        for resource in package["resources"]
        for row in folder.rows(resource["name"])
        for cell in row.values()
    )
    for most, says in ((longest, None), (longest - 1, f"is longer than {longest - 1:,} char")):
        package["limits"]["cell_characters"] = most
        file.write_text(json.dumps(package), encoding="utf-8")
        if says is None:
            assert load(folder.path)
        else:
            with pytest.raises(InvalidData, match=says):
                load(folder.path)

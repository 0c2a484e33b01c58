"""What a raw folder may look like, what is said about it, and what is left out of it."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.folders import (
    RAW,
    Folder,
    add_provider,
    add_second_framework,
    add_youth_inspection,
    copy_inspection,
)

from pipeline.analysis.plans import response_counts
from pipeline.cli import cli
from pipeline.data import InvalidData, load_valid
from pipeline.data.codes import code_order
from pipeline.data.problems import SAID_IN_FULL, Problem
from pipeline.data.relations.rule import Rule

SCORES = "key_question_scores"


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "raw")


def sentences(folder: Folder) -> list[str]:
    with pytest.raises(InvalidData) as caught:
        folder.tables()
    return str(caught.value).split("\n")


def words(folder: Folder) -> list[str]:
    """What is said of a folder that loads."""
    return [str(problem) for problem in load_valid(folder.path, folder.sound())[1]]


def package_of(folder: Folder) -> dict:
    return json.loads((folder.path / "datapackage.json").read_text(encoding="utf-8"))


def write_package(folder: Folder, package: object) -> None:
    text = json.dumps(package)
    (folder.path / "datapackage.json").write_text(text, encoding="utf-8")


# Columns, rows and files as they come


def test_columns_may_stand_in_any_order(folder):
    wanted = folder.tables()["ratings"]
    lines = folder.file("ratings").read_text(encoding="utf-8").replace('"Ratings page, ', '"')
    rows = [line.split(",") for line in lines.replace('"Ratings, ', '"').splitlines()]
    text = "".join(",".join(reversed(row)) + "\n" for row in rows)
    folder.file("ratings").write_text(text, encoding="utf-8")
    found = folder.tables()["ratings"]
    assert list(found.columns) == list(wanted.columns)
    assert found["rating"].tolist() == wanted["rating"].tolist()


def test_a_folder_from_before_a_column_or_table_was_added_still_loads(folder):
    wanted = folder.tables()
    package = package_of(folder)
    package["resources"] = [r for r in package["resources"] if not r.get("optional")]
    for resource in package["resources"]:
        schema = resource["schema"]
        new = {field["name"] for field in schema["fields"] if field.get("optional")}
        schema["fields"] = [field for field in schema["fields"] if field["name"] not in new]
        schema["foreignKeys"] = [k for k in schema["foreignKeys"] if not new & set(k["fields"])]
        rows = folder.rows(resource["name"])
        old = [{key: row[key] for key in row if key not in new} for row in rows]
        write_package(folder, package)
        folder.write(resource["name"], old)
    folder.file("lineage").unlink()
    found = folder.tables()
    assert found["inspections"]["comparator"].isna().all()
    assert found["ratings"].equals(wanted["ratings"])
    assert set(found) == set(wanted)


def test_a_row_without_its_last_optional_cells(folder):
    with folder.file("action_updates").open("a", encoding="utf-8") as file:
        file.write("dlnr-crc-2020-1-01,2020-06-30,in progress,June meeting,Minutes\n")
    updates = folder.tables()["action_updates"]
    assert updates["due"].isna().all() and len(updates) == 1


def test_empty_columns_at_the_end_are_said_to_be_that(folder):
    file = folder.file("ratings")
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("".join(line + ",,\n" for line in lines), encoding="utf-8")
    assert words(folder) == [
        "ratings.csv, line 1: ends in 2 empty columns; nothing need be done: they were left out."
    ]


def test_a_cell_in_a_column_without_a_name(folder):
    file = folder.file("ratings")
    lines = file.read_text(encoding="utf-8").splitlines()
    text = "".join(line + (",x\n" if at == 3 else ",\n") for at, line in enumerate(lines))
    file.write_text(text, encoding="utf-8")
    (sentence,) = sentences(folder)
    assert sentence.startswith("ratings.csv, line 4: has a cell filled in a column whose header")


def test_files_that_are_no_tables_are_named(folder):
    for name in ("~$ratings.csv", ".~lock.actions.csv#", "ratings (1).csv", "notes.txt"):
        (folder.path / name).write_text("x", encoding="utf-8")
    assert [sentence.split(";")[0] for sentence in words(folder)] == [
        ".~lock.actions.csv#: was not read: an open spreadsheet left it",
        "ratings (1).csv: was not read: datapackage.json does not describe it",
        "~$ratings.csv: was not read: an open spreadsheet left it",
    ]


def test_rows_take_their_place_by_number(folder):
    lines = folder.file("standards").read_text(encoding="utf-8").splitlines(keepends=True)
    folder.file("standards").write_text("".join([lines[0], *reversed(lines[1:])]), "utf-8")
    found = folder.tables()["standards"]
    for _, codes in found.groupby("framework")["standard"]:
        assert codes.tolist() == sorted(codes, key=code_order)


def test_numbers_are_in_the_order_in_which_one_counts():
    codes = ["2.10", "P 1.2", "2.2", "2.1.1-10", "P 1.10", "2.1.1-9", "10.1", "9.1"]
    assert sorted(codes, key=code_order) == [
        "2.1.1-9", "2.1.1-10", "2.2", "2.10", "9.1", "10.1", "P 1.2", "P 1.10",
    ]  # fmt: skip


# Special files, sizes and limits


def test_a_pipe_in_place_of_a_file_is_not_waited_for(folder):
    for name in ("samples.csv", "datapackage.json"):
        (folder.path / name).unlink()
        os.mkfifo(folder.path / name)
        assert sentences(folder) == [
            f"{name}: is not an ordinary file; put the file itself in its place."
        ]
        (folder.path / name).unlink()
        (folder.path / name).write_bytes((RAW / name).read_bytes())


def test_a_device_and_a_link_to_itself(folder):
    folder.file("samples").unlink()
    folder.file("samples").symlink_to("/dev/zero")
    assert "samples.csv: is not an ordinary file" in sentences(folder)[0]
    folder.file("samples").unlink()
    folder.file("samples").symlink_to(folder.file("samples"))
    assert "samples.csv: cannot be read (" in sentences(folder)[0]


@pytest.mark.parametrize(
    ("limit", "most", "says"),
    [
        ("file_bytes", 50, "bytes, and 50 is the most allowed"),
        ("rows", 3, "has more than 3 rows, the most allowed"),
        ("cell_characters", 20, "is longer than 20 characters"),
    ],
)
def test_limits_are_data(folder, limit, most, says):
    package = package_of(folder)
    package["limits"][limit] = most
    write_package(folder, package)
    assert any(says in sentence for sentence in sentences(folder))


def test_a_cell_longer_than_any_is_not_called_an_open_quote(folder):
    folder.replace("providers", "Sodexo Justice Services", "S" * 140_000)
    (sentence,) = sentences(folder)
    # Which limit is met first is for whoever set that of Python's reader last.
    assert sentence.startswith("providers.csv, line 2") and "; shorten it" in sentence


def test_many_problems_are_counted(folder):
    rows = folder.rows("facts")
    for row in rows:
        row["measure"] = "no-such-measure"
    folder.write("facts", rows)
    found = sentences(folder)
    assert len(found) < SAID_IN_FULL + 10
    assert f"is not in measures.csv, in {len(rows) - SAID_IN_FULL} more places" in found[-1]


# Signs, damage and look-alikes


@pytest.mark.parametrize(
    ("sign", "status"), [("[c]", "suppressed"), ("*", "suppressed"), ("[x]", "not published")]
)
def test_a_sign_in_place_of_a_figure_names_the_status(folder, sign, status):
    folder.replace(SCORES, ",own,81,", f",own,{sign},")
    (sentence,) = sentences(folder)
    assert f'leave the cell empty and write "{status}" in status' in sentence


def test_a_word_in_place_of_a_rating_names_the_status(folder):
    folder.replace("ratings", "1.1,Good", "1.1,Not rated")
    (sentence,) = sentences(folder)
    assert sentence.endswith("if there is none, leave it empty and say why in status.")


@pytest.mark.parametrize("status", ["not rated", "not published", "suppressed", "withdrawn"])
def test_a_rating_may_be_missing_with_a_reason(folder, status):
    folder.edit(
        "ratings", {"inspection": "northumbria-crc-2019", "standard": "1.1"}, rating="",
        status=status,
    )  # fmt: skip
    folder.edit(
        "overall_ratings", {"inspection": "northumbria-crc-2019"}, rating="", rating_status=status
    )
    tables = folder.tables()
    assert tables["ratings"]["rating"].isna().sum() == 1
    assert set(tables["ratings"]["status"]) == {"published", status}


@pytest.mark.parametrize(
    ("name", "where", "column", "damage"),
    [
        ("actions", {"action": "dlnr-crc-2020-1-01"}, "due_printed", "Apr-20"),
        ("actions", {"action": "dlnr-crc-2020-1-01"}, "due", "Apr-20"),
        ("inspections", {"round": "2018"}, "fieldwork_start_printed", "Jul-18"),
        ("inspections", {"round": "2018"}, "published_printed", "43411"),
        ("plans", {"plan": "dlnr-crc-2020"}, "submitted_printed", "28-Feb-20"),
        ("recommendations", {"recommendation": "1"}, "printed_number", "01-Jan"),
        ("discrepancies", {"discrepancy": "1"}, "value", "########"),
        ("facts", {"fact": "2"}, "as_printed", "1.23E+05"),
    ],
)
def test_damage_by_a_spreadsheet_is_named_in_every_column(folder, name, where, column, damage):
    folder.edit(name, where, **{column: damage})
    found = [sentence for sentence in sentences(folder) if "spreadsheet" in sentence]
    assert found and all(f'{name}.csv, line ' in s and f'column {column}: "{damage}"' in s
                         for s in found)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "where", "column", "mend"),
    [
        ("inspections", {"round": "2018"}, "published_printed", "what the document prints"),
        ("actions", {"action": "dlnr-crc-2020-1-01"}, "due", "write year and month as in 2020-02"),
        ("samples", {"inspection": "northumbria-crc-2019"}, "size", "write the number in digits"),
    ],
)
def test_what_a_spreadsheet_changed_is_to_be_typed_as_its_column_is(
    folder, name, where, column, mend
):
    folder.edit(name, where, **{column: "Feb-20"})
    said = [sentence for sentence in sentences(folder) if "changed by a spreadsheet" in sentence]
    assert said and all(mend in sentence for sentence in said)


def test_what_only_looks_like_a_blank_or_letter_is_read_as_it(folder):
    folder.edit("actions", {"action": "dlnr-crc-2020-1-01"}, owner="Head\u00a0of  Hub")
    folder.edit("actions", {"action": "dlnr-crc-2020-1-02"}, owner="Chef de cre\u0301dit")
    tables, problems = load_valid(folder.path, folder.sound())
    owners = tables["actions"].set_index("action")["owner"]
    assert owners["dlnr-crc-2020-1-01"] == "Head of Hub"
    assert owners["dlnr-crc-2020-1-02"] == "Chef de cr\u00e9dit"
    assert ["read as the plain one" in str(problem) for problem in problems] == [True]


@pytest.mark.parametrize("unseen", ["\u3164", "\u2800", "\u2066", "\u2069", "\u202e", "\u00ad"])
def test_what_nobody_sees_is_refused(folder, unseen):
    folder.edit("providers", {"provider": "dlnr-crc"}, short_name=f"DLNR{unseen}")
    (sentence,) = sentences(folder)
    assert "that cannot be seen" in sentence and unseen not in sentence


# Rules whose edges matter


def test_a_band_that_ends_below_its_start(folder):
    folder.edit("rating_bands", {"framework": "crc-2018", "rating": "Good"}, upper_percent="60")
    assert 'upper_percent: "60" lies below the band\'s own beginning, 65' in sentences(folder)[0]


@pytest.mark.parametrize(
    ("published", "good"),
    [("2018-07", True), ("2018-07-01", True), ("2018-06", False), ("2018-06-30", False)],
)
def test_a_month_is_compared_with_a_day_by_the_month(folder, published, good):
    folder.edit("inspections", {"round": "2018"}, published=published, published_printed="undated")
    if good:
        folder.tables()
    else:
        assert "lies before the start of fieldwork, 2018-07" in sentences(folder)[0]


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2020-02-27", "lies before dlnr-crc-2020 was submitted"),
        ("2020-02-28", None),
        ("2023-02-28", None),
        ("2023-03-01", "lies more than 3 years after dlnr-crc-2020 was submitted"),
    ],
)
def test_the_edges_of_an_update(folder, day, says):
    folder.add(
        "action_updates",
        {"action": "dlnr-crc-2020-1-01", "date": day, "status": "in progress"},
    )
    if says is None:
        folder.tables()
    else:
        assert says in sentences(folder)[0]


def test_plans_that_replace_one_another_in_a_circle(folder):
    """Three plans of one day for one inspection, each in place of another: none is in force."""
    (plan,) = folder.rows("plans", plan="dlnr-crc-2020")
    codes = ["dlnr-crc-2020", "dlnr-crc-2020-b", "dlnr-crc-2020-c"]
    folder.drop("plans", plan="dlnr-crc-2020")
    totals = [name for name in plan if name.endswith("agreed_printed")] + ["total_printed"]
    for code, before in zip(codes, [codes[-1], *codes], strict=False):
        printed = {} if code == codes[0] else dict.fromkeys(totals, "")
        folder.add("plans", {**plan, **printed, "plan": code, "replaces": before})
    said = [line for line in sentences(folder) if "is not an earlier plan" in line]
    assert len(said) == 3


def test_what_a_plan_does_not_print_stays_empty(folder):
    """No day of the report, and a recommendation without an answer."""
    folder.edit("plans", {"plan": "dlnr-crc-2020"}, report_published_printed="")
    where = {"plan": "dlnr-crc-2020", "recommendation": "1"}
    folder.edit("responses", where, response="not answered", reason="")
    totals = ["agreed_printed", "partly_agreed_printed", "not_agreed_printed", "total_printed"]
    folder.edit("plans", {"plan": "dlnr-crc-2020"}, **dict.fromkeys(totals, ""))
    tables = folder.tables()
    counted = response_counts(tables).set_index(["plan", "response"])["counted"]
    assert counted["dlnr-crc-2020", "not answered"] == 1


@pytest.mark.parametrize("status", ["suppressed", "withdrawn"])
def test_a_size_may_be_kept_back(folder, status):
    where = {"inspection": "northumbria-crc-2019", "sample": "post-release"}
    folder.edit("samples", where, size="", size_status=status)
    samples = folder.tables()["samples"].set_index(["inspection", "sample"])
    assert samples.loc[tuple(where.values()), "size_status"] == status


def test_a_framework_without_overall_ratings_needs_no_bands_for_them(folder):
    """Thematic inspections rate standards and nothing more."""
    add_second_framework(folder)
    add_provider(folder, "yos", "Ambleshire YOS")
    code = add_youth_inspection(folder, "yos", 2021, ("55", "70", "38"), "40")
    folder.drop("overall_bands", framework="youth-2021")
    assert "overall_bands.csv: has no row for youth-2021; add its bands." in sentences(folder)
    none = {
        "rating": "",
        "rating_status": "not rated",
        "score": "",
        "score_status": "not published",
    }
    folder.edit("overall_ratings", {"inspection": code}, **none)
    assert folder.tables()["overall_bands"]["framework"].nunique() == 2


@pytest.mark.parametrize("total", ["7", "9"])
def test_a_printed_total_is_neither_less_nor_more(folder, total):
    folder.edit("plans", {"plan": "northumbria-crc-2020"}, total_printed=total)
    assert "is not the number of rows for northumbria-crc-2020" in sentences(folder)[0]


# One provider's fault, and what is missing


@pytest.fixture
def three(folder):
    """Three providers, two of them with an inspection of their own."""
    add_provider(folder, "solo-crc", "Solo CRC")
    copy_inspection(folder, "solo-crc", 2020)
    return folder


@pytest.mark.parametrize(
    ("name", "where", "changes"),
    [
        (SCORES, {"inspection": "solo-crc-2020", "key_question": "2.1.1"}, {"percent": "740"}),
        (SCORES, {"inspection": "solo-crc-2020", "key_question": "2.1.1"}, {"percent": ""}),
        ("samples", {"inspection": "solo-crc-2020"}, {"sample": "no-such-sample"}),
        ("inspections", {"provider": "solo-crc"}, {"framework": "no-such-framework"}),
        ("inspections", {"provider": "solo-crc"}, {"round": "2012"}),
        ("providers", {"provider": "solo-crc"}, {"name": "<b>Solo</b>"}),
    ],
)
def test_one_providers_fault_leaves_out_that_provider(three, name, where, changes):
    three.edit(name, where, **changes)
    tables, problems = load_valid(three.path, three.sound())
    assert load_valid(three.path, at_once=2)[1] == problems  # rules asked by two processes
    assert {problem.provider for problem in problems} == {"solo-crc"}
    assert sorted(tables["providers"]["provider"]) == ["dlnr-crc", "northumbria-crc"]
    assert "solo-crc-2020" not in set(tables["inspections"]["inspection"])
    for frame in tables.values():
        if "inspection" in frame:
            assert "solo-crc-2020" not in set(frame["inspection"])
    with pytest.raises(InvalidData):
        three.tables()


@pytest.mark.parametrize("forked", [False, True])
def test_a_rule_that_stumbles_in_one_of_two_processes_is_asked_again(three, monkeypatch, forked):
    """What it says then is said, and nothing else is."""
    home, stumbled = os.getpid(), three.path.parent / "stumbled"

    def check(tables):
        if not stumbled.exists():
            stumbled.write_text("here" if os.getpid() == home else "in a process of its own")
            raise KeyError("a row that another rule would have missed")
        if 2 in tables["providers"].index:
            yield Problem("providers.csv", 2, "name", "x", "is odd", "mend it")

    rules = [Rule("odd", "", ("providers",), check), Rule("calm", "", ("providers",), lambda _: [])]
    monkeypatch.setattr("pipeline.data.checks.RULES", rules if forked else rules[::-1])
    _, [problem] = load_valid(three.path, at_once=2)
    assert "is odd" in str(problem)
    assert stumbled.read_text() == ("in a process of its own" if forked else "here")


def test_a_fault_of_what_is_shared_stops_everything(three):
    three.edit("standards", {"standard": "2.1"}, domain="9")
    with pytest.raises(InvalidData):
        load_valid(three.path, three.sound())


def test_no_provider_left_stops_everything(folder):
    for code in ("northumbria-crc", "dlnr-crc"):
        folder.edit("providers", {"provider": code}, simulated="maybe")
    with pytest.raises(InvalidData, match="write one of: yes, no"):
        load_valid(folder.path, folder.sound())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("samples", "its samples case-or-risk-of-harm, case-supervision, risk-of-harm and 2 more"),
        ("prompt_scores", "its prompts 2.1.1-1, 2.1.1-2, 2.1.1-3 and 73 more are missing"),
        ("ratings", "its ratings of standards 1.1, 1.2, 1.3 and 7 more are missing"),
        (SCORES, "its own scores for key questions 2.1.1, 2.1.2, 2.1.3 and 16 more are missing"),
    ],
)
def test_a_lost_table_is_missed(three, name, says):
    three.drop(name, inspection="solo-crc-2020")
    (problem,) = [problem for problem in load_valid(three.path, three.sound())[1] if problem.stops]
    assert problem.provider == "solo-crc" and says in str(problem)
    assert "or not entered yet." in str(problem)


def test_an_emptied_aggregate_is_missed(folder):
    folder.drop("comparator_scores")
    (sentence,) = sentences(folder)
    assert "has no row for all-crcs and crc-2019: its key questions 2.1.1, 2.1.2" in sentence


def test_two_inspections_in_one_year_and_no_label(folder):
    code = copy_inspection(folder, "northumbria-crc", 2020)
    folder.edit("inspections", {"inspection": code}, round="2019")
    assert folder.tables()["inspections"]["round"].tolist() == [2018, 2019, 2019]


# Commands


def test_the_rules_are_printed():
    result = CliRunner().invoke(cli, ["rules"])
    assert result.exit_code == 0
    assert "plan-of-its-own-provider\n  A plan answers an inspection of its own" in result.output


def test_what_an_inspection_needs_is_printed():
    result = CliRunner().invoke(cli, ["needs", "crc-2019", "--data", str(RAW)])
    assert result.exit_code == 0
    for line in ("ratings.csv: 10 rows", "prompt_scores.csv: 76 rows", "samples.csv: 5 rows"):
        assert line in result.output


@pytest.mark.parametrize(
    ("name", "where", "column"),
    [
        ("plans", {"plan": "dlnr-crc-2020"}, "submitted"),
        ("actions", {"action": "dlnr-crc-2020-1-01"}, "summary"),
        ("recommendations", {"plan": "dlnr-crc-2020"}, "title"),
    ],
)
def test_what_hangs_on_a_row_at_fault_goes_with_it(folder, name, where, column):
    """A plan that cannot be read takes its recommendations along, and no other provider."""
    folder.edit(name, where, **{column: ""})
    tables, problems = load_valid(folder.path, folder.sound())
    assert {problem.provider for problem in problems if problem.stops} == {"dlnr-crc"}
    assert "northumbria-crc" in set(tables["providers"]["provider"])
    for table in ("plans", "recommendations", "actions"):
        assert not tables[table]["plan"].str.startswith("dlnr").any()


def test_a_framework_that_is_not_there():
    result = CliRunner().invoke(cli, ["needs", "crc-209", "--data", str(RAW)])
    assert isinstance(result.exception, InvalidData)
    said = str(result.exception)
    assert '"crc-209" is not in frameworks.csv; write one of: crc-2018, crc-2019.' in said


# The package file


def damaged(folder: Folder, change) -> list[str]:
    package = package_of(folder)
    change(package)
    write_package(folder, package)
    return sentences(folder)


def test_a_package_cannot_relax_a_form_or_let_a_code_leave_the_folder(folder):
    package = package_of(folder)
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            field.get("constraints", {}).pop("pattern", None)
            field.get("constraints", {}).pop("maxLength", None)
    write_package(folder, package)
    folder.edit("plans", {"plan": "dlnr-crc-2020"}, plan="../../escaped")
    assert any("use only small letters" in sentence for sentence in sentences(folder))


def test_a_pattern_that_takes_for_ever_is_not_run(folder):
    package = package_of(folder)
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            field.setdefault("constraints", {})["pattern"] = "(a|aa|a*)*b"
    write_package(folder, package)
    folder.edit("providers", {"provider": "dlnr-crc"}, short_name="a" * 70)
    folder.tables()


def test_a_word_the_reports_do_not_know(folder):
    def change(package):
        fields = {f["name"]: f for f in resource(package, SCORES)["schema"]["fields"]}
        fields["status"]["constraints"]["enum"].append("estimated")

    assert damaged(folder, change) == [
        'datapackage.json: allows the word "estimated" in the column status of '
        "key_question_scores, which the reports do not know; take it out, or add it to "
        "datapackage.json in data/raw."
    ]


def resource(package: dict, name: str) -> dict:
    return next(each for each in package["resources"] if each["name"] == name)


@pytest.mark.parametrize(
    "change",
    [
        lambda p: resource(p, SCORES)["schema"].update(foreignKeys="inspection"),
        lambda p: resource(p, SCORES).update(description=None),
        lambda p: resource(p, SCORES)["schema"].update(primaryKey=[]),
        lambda p: p.update(resources={"a": 1}),
        lambda p: p.update(limits={"rows": 0}),
        lambda p: p.update(limits=[1]),
        lambda p: resource(p, SCORES).update(path="x\x00y.csv"),
        lambda p: resource(p, SCORES)["schema"]["fields"].append("status"),
    ],
)
def test_a_package_of_another_shape_is_refused(folder, change):
    (sentence,) = damaged(folder, change)
    assert sentence.startswith("datapackage.json: ")


def test_deep_nesting_and_an_unreadable_file(folder):
    file = folder.path / "datapackage.json"
    file.write_text("[" * 100_000 + "]" * 100_000, encoding="utf-8")
    (sentence,) = sentences(folder)
    assert sentence.startswith("datapackage.json: does not describe tables")


def test_the_projects_own_package_is_checked_too(folder, monkeypatch):
    from pipeline.data import package

    def own(change) -> str:
        changed = package_of(folder)
        change(changed)
        other = Path(folder.path).with_name("own")
        other.mkdir(exist_ok=True)
        (other / "datapackage.json").write_text(json.dumps(changed), encoding="utf-8")
        monkeypatch.setattr(package, "raw_folder", lambda: other)
        package._own.cache_clear()
        with pytest.raises(InvalidData) as caught:
            package.read_package(folder.path)
        return str(caught.value)

    try:
        key = {"fields": ["source"], "reference": {"resource": "none", "fields": ["source"]}}
        said = own(lambda p: resource(p, SCORES)["schema"].update(foreignKeys=[key]))
        assert "with a reference to what is not there" in said
        said = own(lambda p: resource(p, SCORES)["schema"].update(primaryKey=["none"]))
        assert "with a key that is no column of it" in said
        fields = {"constraints": {"pattern": "(a+)+"}}
        said = own(lambda p: resource(p, SCORES)["schema"]["fields"][0].update(fields))
        assert "with a form of inspection that the checks do not know" in said
        said = own(lambda p: p["resources"].append(p["resources"][0]))
        assert "twice" in said
    finally:
        package._own.cache_clear()

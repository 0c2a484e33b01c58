"""From a raw folder to processed tables and reports' data: the same bytes, whole or not at all."""

import csv
import json
import shutil
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.folders import (
    RAW,
    Folder,
    add_provider,
    add_second_framework,
    add_youth_inspection,
    copy_inspection,
)

from pipeline.analysis.files import (
    ABOUT,
    FRAMES,
    REPORT_DATA,
    csv_bytes,
    data_version,
    frame_of,
    read_frames,
    read_table,
    remove_others,
    write_files,
)
from pipeline.analysis.process import PARTS, process
from pipeline.data import InvalidData

PROJECT = Path(__file__).resolve().parents[2]
NORTHUMBRIA = "comparison-northumbria-crc-2018-2019"
DLNR_PLAN = "action-plan-dlnr-crc-2020"


def contents(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def stamps(out: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for path in sorted(out.rglob("*")):
        if path.is_file():
            stat = path.stat()
            found[path.relative_to(out).as_posix()] = (stat.st_ino, stat.st_mtime_ns)
    return found


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The project's own data, processed once; tests only read it."""
    out = tmp_path_factory.mktemp("made") / "processed"
    process(RAW, out)
    return out


@pytest.fixture
def again(made, tmp_path):
    """A copy of the raw folder and one of its tables, to be changed."""
    shutil.copytree(made, tmp_path / "processed")
    return Folder(tmp_path / "raw"), tmp_path / "processed"


SOLO = "comparison-solo-2020"


def with_another(folder: Folder) -> None:
    """Give the folder a provider whose rows are without fault, with an inspection."""
    add_provider(folder, "solo", "Solo CRC")
    copy_inspection(folder, "solo", 2020)


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A raw folder with another provider, and its tables; tests only read it."""
    base = tmp_path_factory.mktemp("two")
    folder = Folder(base / "raw")
    with_another(folder)
    process(folder.path, base / "processed")
    return base


@pytest.fixture
def again_two(two, tmp_path):
    """A copy of the raw folder with another provider and one of its tables, to be changed."""
    shutil.copytree(two / "processed", tmp_path / "processed")
    return Folder(tmp_path / "raw", two / "raw"), tmp_path / "processed"


@pytest.fixture(scope="module")
def wider(tmp_path_factory):
    """Another provider with one round, a third Northumbria round and a second framework."""
    base = tmp_path_factory.mktemp("wider")
    folder = Folder(base / "raw")
    add_second_framework(folder)
    add_provider(folder, "solo", "Solo CRC")
    add_provider(folder, "ambleshire", "Ambleshire YOS")
    copy_inspection(folder, "solo", 2020)
    copy_inspection(folder, "northumbria-crc", 2021, percents={"2.1.1": "90"})
    add_youth_inspection(folder, "ambleshire", 2021, ("55", "70", "38"), "40")
    add_youth_inspection(folder, "ambleshire", 2022, ("65", "70", "44"), "50")
    process(folder.path, base / "processed")
    return base / "processed"


# The same bytes


def test_spreadsheet_line_ends_make_no_difference(made, tmp_path):
    folder = Folder(tmp_path / "raw")
    for file in folder.path.glob("*.csv"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    process(folder.path, tmp_path / "processed")
    found, wanted = contents(tmp_path / "processed"), contents(made)
    assert found.pop(PARTS) != wanted[PARTS]  # it knows the files by their bytes
    assert found == {name: content for name, content in wanted.items() if name != PARTS}


def test_files_are_plain_utf_8_with_lf(made):
    for name, content in contents(made).items():
        content.decode("utf-8")
        assert b"\r" not in content and content.endswith(b"\n"), name
        assert str(PROJECT).encode() not in content, name


# Whole or not at all


def test_nothing_is_written_from_invalid_data(tmp_path):
    folder = Folder(tmp_path / "raw")
    where = {"framework": "crc-2019", "points": "3"}
    folder.edit("rating_bands", where, lower_percent="82")  # what all providers share
    out = tmp_path / "processed"
    with pytest.raises(InvalidData):
        process(folder.path, out)
    assert not out.exists()


def test_the_last_good_tables_survive_invalid_data(tmp_path):
    out = tmp_path / "processed"
    out.mkdir()
    (out / "facts.csv").write_bytes(b"last good\n")
    (out / "README.md").write_bytes(b"What this folder holds.\n")
    folder = Folder(tmp_path / "raw")
    folder.file("ratings").unlink()
    before, stamped = contents(out), stamps(out)
    with pytest.raises(InvalidData):
        process(folder.path, out)
    assert (contents(out), stamps(out)) == (before, stamped)


def test_a_file_that_cannot_be_put_in_place_leaves_the_old_one(tmp_path, monkeypatch):
    write_files(tmp_path, {Path("a.csv"): b"old\n"})

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_files(tmp_path, {Path("a.csv"): b"new\n"})
    assert contents(tmp_path) == {"a.csv": b"old\n"}


def test_unchanged_files_are_left_alone_and_stale_ones_go(tmp_path):
    one, two = Path(REPORT_DATA, "one"), Path(REPORT_DATA, "two")
    files = {
        Path("a.csv"): b"a\n",
        Path("b.csv"): b"b\n",
        one / ABOUT: b"{}\n",
        one / FRAMES: b"{}\n",
    }
    write_files(tmp_path, {**files, Path("gone.csv"): b"", two / FRAMES: b""})
    (tmp_path / "README.md").write_bytes(b"kept\n")
    (tmp_path / one / "stale.csv").write_bytes(b"")
    (tmp_path / one / ".checkpoints").mkdir()
    before = stamps(tmp_path)
    write_files(tmp_path, {**files, Path("b.csv"): b"changed\n"})
    remove_others(tmp_path, files)
    after = stamps(tmp_path)
    assert set(after) == {*(name.as_posix() for name in files), "README.md"}
    assert not (tmp_path / two).exists()
    assert {name for name in after if after[name] != before[name]} == {"b.csv"}


def test_processing_again_touches_nothing(again):
    folder, out = again
    before = stamps(out)
    process(folder.path, out)
    assert stamps(out) == before


# Reports' data


def about(out: Path, name: str) -> dict:
    return json.loads((out / REPORT_DATA / name / ABOUT).read_text(encoding="utf-8"))


def frames(out: Path, name: str) -> dict[str, pd.DataFrame]:
    columns = read_frames(out / REPORT_DATA / name / FRAMES)
    return {table: frame_of(found) for table, found in columns.items()}


def names(out: Path) -> set[str]:
    return {path.name for path in (out / REPORT_DATA).iterdir()} - {"data-quality"}


def test_a_folder_a_report_subject(made, wider):
    plans = {"action-plan-northumbria-crc-2018", "action-plan-northumbria-crc-2020", DLNR_PLAN}
    comparisons = {
        NORTHUMBRIA,
        "comparison-northumbria-crc-2018-2021",
        "comparison-northumbria-crc-2019-2021",
        "comparison-solo-2020",
        "comparison-ambleshire-2021-2022",
        "rounds-northumbria-crc",
    }
    assert names(made) == {*plans, NORTHUMBRIA}
    assert names(wider) == plans | comparisons


def test_what_a_report_says_of_itself(wider):
    pages = []
    for name in names(wider):
        said = about(wider, name)
        assert said["name"] == name
        assert said["title"] and said["result"]
        pages += [report["name"] for report in said["reports"]]
        for report in said["reports"]:
            assert report["name"].startswith(name)
            assert report["parameters"].get("edition", report["edition"]) == report["edition"]
    assert len(pages) == len(set(pages))


def test_simulated_providers_are_marked(wider):
    assert about(wider, "comparison-solo-2020")["simulated"] is True
    assert about(wider, NORTHUMBRIA)["simulated"] is False


OWN = {
    "comparison-solo-2020": ("solo", {"solo-2020"}),
    NORTHUMBRIA: ("northumbria-crc", {"northumbria-crc-2018", "northumbria-crc-2019"}),
    "comparison-northumbria-crc-2019-2021": (
        "northumbria-crc",
        {"northumbria-crc-2019", "northumbria-crc-2021"},
    ),
    "comparison-ambleshire-2021-2022": ("ambleshire", {"ambleshire-2021", "ambleshire-2022"}),
}


@pytest.mark.parametrize("name", OWN)
def test_a_report_holds_only_its_own_rows(wider, name):
    provider, inspections = OWN[name]
    found = frames(wider, name)
    cited: set[str] = set()
    for table, frame in found.items():
        for column in ("inspection", "previous_inspection", "current_inspection"):
            if column in frame:
                assert set(frame[column].dropna()) <= inspections, table
        if "provider" in frame:
            assert set(frame["provider"]) <= {provider}, table
        if table != "sources":
            for column in frame:
                if column.endswith("source"):
                    cited |= set(frame[column].dropna())
    assert set(found["sources"]["source"]) == cited
    judged = set(found["inspections"]["framework"])
    for table in ("rating_bands", "overall_bands"):
        assert set(found[table]["framework"]) == judged


def test_a_report_holds_all_of_its_rows(wider):
    found = frames(wider, NORTHUMBRIA)
    sizes = {"key_questions": 19, "standards": 10, "standard_ratings": 22, "prompts": 76}
    assert {name: len(found[name]) for name in sizes} == sizes
    assert len(frames(wider, "comparison-ambleshire-2021-2022")["key_questions"]) == 3


def test_another_provider_leaves_a_report_as_it_was(made, wider):
    """More providers and rounds in the data change no byte of what was there before."""
    for name in (NORTHUMBRIA, DLNR_PLAN):
        assert contents(wider / REPORT_DATA / name) == contents(made / REPORT_DATA / name)


@pytest.mark.parametrize(
    ("edit", "touched"),
    [
        (
            lambda folder: folder.edit(
                "actions", {"action": "dlnr-crc-2020-1-01"}, summary="Another summary."
            ),
            {DLNR_PLAN},
        ),
        (
            lambda folder: folder.add(
                "action_updates",
                {"action": "dlnr-crc-2020-1-01", "date": "2020-02-28", "status": "complete"},
            ),
            {DLNR_PLAN},
        ),
        (
            # An update moves the day of its own provider's plans, not that of others.
            lambda folder: folder.add(
                "action_updates",
                {"action": "dlnr-crc-2020-1-01", "date": "2020-05-01", "status": "complete"},
            ),
            {DLNR_PLAN},
        ),
        (
            lambda folder: folder.edit(
                "key_question_scores",
                {"inspection": "northumbria-crc-2019", "key_question": "4.1.2", "reading": "own"},
                percent="78",
            ),
            {NORTHUMBRIA, "action-plan-northumbria-crc-2018", "action-plan-northumbria-crc-2020"},
        ),
    ],
    ids=["a DLNR action", "a DLNR update", "a later DLNR update", "a Northumbria figure"],
)
def test_a_change_touches_only_the_reports_it_concerns(made, again, edit, touched):
    folder, out = again
    edit(folder)
    process(folder.path, out)
    before, after = contents(made), contents(out)
    changed = {
        name.split("/")[1]
        for name, content in after.items()
        if name.startswith(REPORT_DATA) and before.get(name) != content
    }
    assert changed - {"data-quality"} <= touched
    assert changed & touched
    for name in changed:
        assert about(made, name)["data_version"] != about(out, name)["data_version"]


def test_a_change_leaves_what_a_fresh_run_would_leave(again_two, tmp_path):
    """Only what changed is made again, and the folder is as if all had been."""
    folder, out = again_two
    before = stamps(out)
    where = {"inspection": "solo-2020", "key_question": "4.1.2", "reading": "own"}
    folder.edit("key_question_scores", where, percent="78")
    process(folder.path, out)
    process(folder.path, tmp_path / "fresh")
    assert contents(out) == contents(tmp_path / "fresh")
    after = stamps(out)
    same = {name for name in after if after[name] == before.get(name)}
    assert {f"{REPORT_DATA}/{NORTHUMBRIA}/{FRAMES}", "actions.csv"} <= same


def remade(out: Path, before: dict[str, bytes]) -> set[str]:
    """The providers whose tables were made from something else than before."""
    marks = [json.loads(content)["providers"] for content in (before[PARTS], contents(out)[PARTS])]
    return {
        code for code in marks[1] if marks[0].get(code, {}).get("mark") != marks[1][code]["mark"]
    }


@pytest.mark.parametrize(
    ("edit", "providers"),
    [
        (lambda f: f.add("sources", {**f.rows("sources")[0], "source": "one-more"}), set()),
        (
            lambda f: f.edit("sources", {"source": "plan-dlnr-2020"}, publisher="HMPPS"),
            {"dlnr-crc"},
        ),
        (
            lambda f: f.edit("sources", {"source": "hmip-northumbria-2020"}, publisher="HMIP"),
            {"dlnr-crc", "northumbria-crc"},
        ),
    ],
    ids=["a document nobody cites", "that of one plan", "that of the frameworks' rules"],
)
def test_a_document_concerns_those_who_cite_it(again, tmp_path, edit, providers):
    folder, out = again
    before = contents(out)
    edit(folder)
    process(folder.path, out)
    assert remade(out, before) == providers
    process(folder.path, tmp_path / "fresh")
    assert contents(out) == contents(tmp_path / "fresh")


def test_a_change_of_the_only_row_that_all_share_concerns_all(again):
    folder, out = again
    before = contents(out)
    folder.edit("comparators", {"comparator": "all-crcs"}, note="")
    process(folder.path, out)
    assert len(folder.rows("comparators")) == 1
    assert remade(out, before) == {"dlnr-crc", "northumbria-crc"}


def outcome(raw: Path, out: Path) -> list[str]:
    """Process a folder; return what was said of it."""
    try:
        return sorted(map(str, process(raw, out).problems))
    except InvalidData as error:
        return [str(error)]


@pytest.fixture(scope="module")
def kept(two, tmp_path_factory):
    """A folder that is changed cell by cell, and its tables that are kept from run to run."""
    base = tmp_path_factory.mktemp("kept")
    shutil.copytree(two / "processed", base / "processed")
    return Folder(base / "raw", two / "raw"), contents(two / "processed")


@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_after_any_changed_cell_all_is_as_if_made_from_nothing(kept, tmp_path_factory, data):
    """The tables, the reports' data and what is said of the raw tables; and so on the way back."""
    folder, at_first = kept
    tables = sorted(path.stem for path in folder.path.glob("*.csv") if folder.rows(path.stem))
    table = data.draw(st.sampled_from(tables))
    before = folder.file(table).read_bytes()
    rows = folder.rows(table)
    row = data.draw(st.sampled_from(rows))
    column = data.draw(st.sampled_from(list(row)))
    there = sorted({other[column] for other in rows} | {"", "7"})
    row[column] = data.draw(st.sampled_from(there))
    out, fresh = folder.path.parent / "processed", tmp_path_factory.mktemp("fresh")
    try:
        folder.write(table, rows)
        said = outcome(folder.path, out)
        assert said == outcome(folder.path, fresh)
        if not said:
            assert contents(out) == contents(fresh)
    finally:
        folder.file(table).write_bytes(before)
    assert outcome(folder.path, out) == []
    assert contents(out) == at_first


def test_a_changed_band_makes_everything_again(again, tmp_path):
    folder, out = again
    folder.edit("rating_bands", {"framework": "crc-2019", "points": "3"}, band="Nearly all")
    process(folder.path, out)
    process(folder.path, tmp_path / "fresh")
    assert contents(out) == contents(tmp_path / "fresh")


@pytest.mark.parametrize("name", [f"{REPORT_DATA}/{NORTHUMBRIA}/{FRAMES}", "actions.csv", PARTS])
def test_a_file_changed_by_hand_is_put_right(made, again, name):
    folder, out = again
    (out / name).write_bytes(b"something else\n")
    process(folder.path, out)
    assert contents(out) == contents(made)


def test_one_providers_fault_does_not_stop_the_others(made, tmp_path):
    folder, out = Folder(tmp_path / "raw"), tmp_path / "processed"
    with_another(folder)
    where = {"inspection": "northumbria-crc-2019", "key_question": "4.1.2", "reading": "own"}
    folder.edit("key_question_scores", where, percent="740")
    found = process(folder.path, out)
    assert {problem.provider for problem in found.problems if problem.stops} == {"northumbria-crc"}
    assert names(out) == {DLNR_PLAN, SOLO}
    assert contents(out / REPORT_DATA / DLNR_PLAN) == contents(made / REPORT_DATA / DLNR_PLAN)


def test_a_provider_with_a_fault_keeps_what_was_last_made_of_it(made, again_two):
    folder, out = again_two
    ratings = (out / "standard_ratings.csv").read_bytes()
    where = {"inspection": "northumbria-crc-2019", "key_question": "4.1.2", "reading": "own"}
    folder.edit("key_question_scores", where, percent="740")
    folder.edit("actions", {"action": "dlnr-crc-2020-1-01"}, summary="Another summary.")
    process(folder.path, out)
    assert names(out) == names(made) | {SOLO}
    one = Path(REPORT_DATA) / NORTHUMBRIA / FRAMES
    assert (out / one).read_bytes() == (made / one).read_bytes()
    two = Path(REPORT_DATA) / DLNR_PLAN / FRAMES
    assert (out / two).read_bytes() != (made / two).read_bytes()
    assert (out / "standard_ratings.csv").read_bytes() == ratings


def test_an_error_that_newly_fails_is_told_once(again):
    folder, out = again
    # Four weeks in the text, two in footnote 60: entry 177 of the register, so nothing new.
    assert process(folder.path, out).newly_failed == []
    folder.edit("overall_ratings", {"inspection": "northumbria-crc-2019"}, score="17")
    found = process(folder.path, out)
    (sentence,) = found.newly_failed
    assert sentence.startswith("northumbria-crc-2019: overall score fails the check points-add-up")
    checks = frames(out, NORTHUMBRIA)["failed_checks"]
    assert "overall score" in set(checks["shown"])
    found = process(folder.path, out)
    assert found.problems == [] and found.newly_failed == []


def test_a_contradiction_that_the_register_does_not_hold_is_told(tmp_path):
    folder = Folder(tmp_path / "raw")
    folder.edit("discrepancies", {"discrepancy": "177"}, other_place="Annex 2")
    (sentence,) = process(folder.path, tmp_path / "processed").newly_failed
    assert "eligible-weeks-through-the-gate fails the check same-figure-agrees" in sentence


def test_a_carriage_return_within_a_cell_ends_no_row():
    written = csv_bytes(pd.DataFrame({"note": ["a\rb", "c"], "line": ["d\ne", "f"]}))
    assert written.count(b"\r\n") == 0
    back = read_table(BytesIO(written), {"note": "string", "line": "string"})
    assert back.values.tolist() == [["a\rb", "d\ne"], ["c", "f"]]


def test_types_come_back_as_they_were(made):
    found = frames(made, NORTHUMBRIA)
    types = found["key_questions"].dtypes.astype(str)
    assert types["previous_tied"] == "boolean"
    assert types["current_percent"] == "Int64"
    assert types["p_value"] == "Float64"
    assert types["key_question"] == "string"


def test_the_version_of_the_data_is_that_of_its_tables():
    assert data_version(b"one") != data_version(b"two")
    assert len(data_version(b"one")) == 12

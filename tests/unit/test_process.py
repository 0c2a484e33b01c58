"""From a raw folder to processed tables and dossiers: the same bytes, whole or not at all."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from support.folders import (
    RAW,
    Folder,
    add_provider,
    add_second_framework,
    add_youth_inspection,
    copy_inspection,
)

from pipeline.analysis.files import WholeFolder, data_version
from pipeline.analysis.process import process
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


def test_another_process_on_another_day_writes_the_same_bytes(made, tmp_path):
    """Another hash seed, time zone and language, another folder, another interpreter."""
    out = tmp_path / "elsewhere"
    code = (
        "import sys; from pathlib import Path; from pipeline.analysis.process import process; "
        "process(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    subprocess.run(
        [sys.executable, "-c", code, str(RAW), str(out)], check=True, cwd=PROJECT, env=environment
    )
    assert contents(out) == contents(made)


def test_spreadsheet_line_ends_make_no_difference(made, tmp_path):
    folder = Folder(tmp_path / "raw")
    for file in folder.path.glob("*.csv"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    process(folder.path, tmp_path / "processed")
    assert contents(tmp_path / "processed") == contents(made)


def test_files_are_plain_utf_8_with_lf(made):
    for name, content in contents(made).items():
        content.decode("utf-8")
        assert b"\r" not in content and content.endswith(b"\n"), name
        assert str(PROJECT).encode() not in content, name


# Whole or not at all


def test_nothing_is_written_from_invalid_data(tmp_path):
    folder = Folder(tmp_path / "raw")
    folder.replace("key_question_scores", ",own,81,", ",own,740,")
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
    with WholeFolder(tmp_path) as folder:
        folder.write({Path("a.csv"): b"old\n"})

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"), WholeFolder(tmp_path) as folder:
        folder.write({Path("a.csv"): b"new\n"})
    assert contents(tmp_path) == {"a.csv": b"old\n"}


def test_unchanged_files_are_left_alone_and_stale_ones_go(tmp_path):
    files = {
        Path("a.csv"): b"a\n",
        Path("b.csv"): b"b\n",
        Path("dossiers/one/dossier.json"): b"{}\n",
        Path("dossiers/one/rows.csv"): b"r\n",
    }
    with WholeFolder(tmp_path) as folder:
        folder.write({**files, Path("gone.csv"): b"", Path("dossiers/two/rows.csv"): b""})
    (tmp_path / "README.md").write_bytes(b"kept\n")
    (tmp_path / "dossiers" / "one" / "stale.csv").write_bytes(b"")
    (tmp_path / "dossiers" / "one" / ".checkpoints").mkdir()
    before = stamps(tmp_path)
    with WholeFolder(tmp_path) as folder:
        folder.write({**files, Path("b.csv"): b"changed\n"})
    after = stamps(tmp_path)
    assert set(after) == {*(name.as_posix() for name in files), "README.md"}
    assert not (tmp_path / "dossiers" / "two").exists()
    assert {name for name in after if after[name] != before[name]} == {"b.csv"}


def test_processing_again_touches_nothing(tmp_path):
    out = tmp_path / "processed"
    process(RAW, out)
    before = stamps(out)
    process(RAW, out)
    assert stamps(out) == before


# Dossiers


def test_a_dossier_a_report_subject(made, wider):
    plans = {"action-plan-northumbria-crc-2018", "action-plan-northumbria-crc-2020", DLNR_PLAN}
    comparisons = {
        NORTHUMBRIA,
        "comparison-northumbria-crc-2018-2021",
        "comparison-northumbria-crc-2019-2021",
        "comparison-solo-2020",
        "comparison-ambleshire-2021-2022",
    }
    found = {path.name for path in (made / "dossiers").iterdir()}
    assert found - {"data-quality"} == {*plans, NORTHUMBRIA}
    found = {path.name for path in (wider / "dossiers").iterdir()}
    assert found - {"data-quality"} == plans | comparisons


def test_what_a_dossier_says_of_itself(wider):
    names = []
    for folder in (wider / "dossiers").iterdir():
        about = json.loads((folder / "dossier.json").read_text(encoding="utf-8"))
        assert about["dossier"] == folder.name
        assert about["title"] and about["result"]
        tables = {path.stem for path in folder.glob("*.csv")}
        assert set(about["types"]) == tables
        for table, types in about["types"].items():
            with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
                assert set(types) <= set(next(csv.reader(file)))
        names += [report["name"] for report in about["reports"]]
        for report in about["reports"]:
            assert report["name"].startswith(folder.name)
            assert report["parameters"].get("edition", report["edition"]) == report["edition"]
    assert len(names) == len(set(names))


def test_simulated_providers_are_marked(wider):
    about = (wider / "dossiers" / "comparison-solo-2020" / "dossier.json").read_text("utf-8")
    assert json.loads(about)["simulated"] is True
    about = (wider / "dossiers" / NORTHUMBRIA / "dossier.json").read_text("utf-8")
    assert json.loads(about)["simulated"] is False


OWN = {
    "comparison-solo-2020": ("solo", {"solo-2020"}),
    NORTHUMBRIA: ("northumbria-crc", {"northumbria-crc-2018", "northumbria-crc-2019"}),
    "comparison-northumbria-crc-2019-2021": (
        "northumbria-crc",
        {"northumbria-crc-2019", "northumbria-crc-2021"},
    ),
    "comparison-ambleshire-2021-2022": ("ambleshire", {"ambleshire-2021", "ambleshire-2022"}),
}


@pytest.mark.parametrize("dossier", OWN)
def test_a_dossier_holds_only_its_own_rows(wider, dossier):
    provider, inspections = OWN[dossier]
    folder = wider / "dossiers" / dossier
    cited = set()
    for path in folder.glob("*.csv"):
        for row in rows(path):
            assert row.get("provider", provider) == provider, path.name
            for column in ("inspection", "previous_inspection", "current_inspection"):
                if row.get(column):
                    assert row[column] in inspections, path.name
            cited |= {value for name, value in row.items() if name.endswith("source") and value}
    assert {row["source"] for row in rows(folder / "sources.csv")} == cited
    for table in ("frameworks", "rating_bands", "overall_bands"):
        judged = {row["framework"] for row in rows(folder / "inspections.csv")}
        assert {row["framework"] for row in rows(folder / f"{table}.csv")} == judged


def test_a_dossier_holds_all_of_its_rows(wider):
    folder = wider / "dossiers" / NORTHUMBRIA
    assert len(rows(folder / "key_questions.csv")) == 19
    assert len(rows(folder / "standards.csv")) == 10
    assert len(rows(folder / "standard_ratings.csv")) == 22
    assert len(rows(folder / "prompts.csv")) == 76
    folder = wider / "dossiers" / "comparison-ambleshire-2021-2022"
    assert len(rows(folder / "key_questions.csv")) == 3


def test_another_provider_leaves_a_dossier_as_it_was(made, wider):
    """More providers and rounds in the data change no byte of what was there before."""
    for name in (NORTHUMBRIA, DLNR_PLAN):
        assert contents(wider / "dossiers" / name) == contents(made / "dossiers" / name)


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
def test_a_change_touches_only_the_dossiers_it_concerns(made, tmp_path, edit, touched):
    folder = Folder(tmp_path / "raw")
    edit(folder)
    out = tmp_path / "processed"
    process(folder.path, out)
    changed = {
        name.split("/")[1]
        for name, content in contents(out).items()
        if name.startswith("dossiers/") and contents(made).get(name) != content
    }
    assert changed - {"data-quality"} <= touched
    assert changed & touched
    for name in changed:
        versions = [
            json.loads((base / "dossiers" / name / "dossier.json").read_text("utf-8"))
            for base in (made, out)
        ]
        assert versions[0]["data_version"] != versions[1]["data_version"]


def test_yes_and_no_with_blanks_come_back_as_such(made):
    """Read as text, "False" would be true."""
    for about in (made / "dossiers").glob("*/dossier.json"):
        types = json.loads(about.read_text())["types"]
        for path in about.parent.glob("*.csv"):
            frame = pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""])
            for column in frame:
                words = set(frame[column].dropna())
                if words and words <= {"True", "False"}:
                    assert types[path.stem].get(column) == "boolean", (path, column)


def test_the_version_of_the_data_is_that_of_its_tables():
    a, b = Path("dossiers/one/a.csv"), Path("dossiers/one/b.csv")
    one = {a: b"x\n1\n", b: b"y\n2\n"}
    assert data_version(one) == data_version(dict(reversed(one.items())))
    assert data_version(one) != data_version({**one, b: b"y\n3\n"})
    assert data_version(one) != data_version({b: one[a], a: one[b]})

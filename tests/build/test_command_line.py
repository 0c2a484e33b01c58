"""The command line as a user meets it: what it says, what it exits with, what it leaves alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from support.command import PROJECT, run
from support.folders import Folder, stamps


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def test_help_names_every_command_and_loads_no_heavy_library() -> None:
    code = (
        "import sys, pipeline.cli\n"
        "heavy = {'pandas', 'numpy', 'matplotlib', 'papermill', 'nbconvert', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    shown = run("--help").stdout
    for command in ("data", "report", "simulate", "pdf", "dictionary"):
        assert f"\n  {command} " in shown


def test_with_no_page_to_print_the_command_says_what_to_run(tmp_path: Path) -> None:
    done = run("pdf", "--out", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no page" in done.stderr and "run report first" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--provider", "nowhere-crc"], "northumbria-crc"),
        (["--provider", "northumbria-crc", "--previous", "2017", "--current", "2019"], "2018"),
        (["--plan", "northumbria-crc-1999"], "northumbria-crc-2020"),
        (["--kind", "novel"], "comparison"),
    ],
)
def test_what_does_not_exist_is_answered_with_what_does(
    site: Path, arguments: list[str], words: str
) -> None:
    done = run("report", "--out", site, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


BAD = [
    ("key_question_scores", {"key_question": "2.1.1", "reading": "own"}, {"percent": "740"}),
    ("key_question_scores", {"key_question": "2.1.1", "reading": "own"}, {"percent": "74%"}),
    ("key_question_scores", {"key_question": "2.1.1"}, {"key_question": "2.1.9"}),
    ("inspections", {"round": "2018"}, {"provider": "nortumbria-crc"}),
    ("providers", {"provider": "dlnr-crc"}, {"name": "<script>alert(1)</script>"}),
    ("providers", {"provider": "dlnr-crc"}, {"provider": "../dlnr"}),
]


@pytest.mark.parametrize(("table", "where", "change"), BAD)
def test_bad_data_is_one_clear_sentence_each_and_leaves_everything_as_it_was(
    tmp_path: Path,
    table: str,
    where: dict[str, str],
    change: dict[str, str],
) -> None:
    folder = Folder(tmp_path / "raw")
    out = tmp_path / "out"
    for part in ("processed", "reports"):
        (out / part).mkdir(parents=True)
        (out / part / "good.html").write_text("the last good one", encoding="utf-8")
    before = contents(out)
    line = folder.edit(table, where, **change)
    done = run("report", "--data", folder.path, "--out", out, "--kind", "action-plan")
    assert f"{table}.csv, line {line}" in done.stderr
    assert "Traceback" not in done.stderr
    if "nothing was built" in done.stderr:  # a fault of what providers share
        assert done.returncode == 2
        assert contents(out) == before
    else:  # of one provider, whose pages stay as they were while the others' are made
        assert done.returncode == 1
        assert before.items() <= contents(out).items()


def test_everything_wrong_is_said_in_one_go(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "raw")
    folder.edit("key_question_scores", {"key_question": "2.1.1", "reading": "own"}, percent="740")
    folder.edit("inspections", {"round": "2019"}, published="soon")
    folder.file("measures").unlink()
    done = run("data", "--data", folder.path, "--out", tmp_path / "out")
    for file in ("key_question_scores.csv", "inspections.csv", "measures.csv"):
        assert file in done.stderr


@pytest.mark.parametrize("day", ["30/06/2020", "20200630", "2020-06-31", "June"])
def test_a_day_that_is_none_is_refused_in_a_sentence(day: str) -> None:
    done = run("report", "--plan", "dlnr-crc-2020", "--as-of", day)
    assert done.returncode == 2
    assert f"'{day}' is not a day written as 2019-03-31" in done.stderr


def test_a_day_before_the_plan_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    chosen = ["--plan", "dlnr-crc-2020", "--as-of", "2020-02-27"]
    done = run("report", "--out", tmp_path, *chosen)
    assert done.returncode == 2
    assert "DLNR CRC: action plan of 2020: it was submitted on 2020-02-28" in done.stderr
    assert not list((tmp_path / "reports").glob("*.html"))


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    raw = tmp_path_factory.mktemp("twelve") / "raw"
    assert run("simulate", "--providers", 12, "--out", raw).returncode == 0
    return raw


@pytest.mark.parametrize("seconds", [0.5, 1.2, 2.0])  # of work, however busy the machine is
def test_ctrl_c_ends_in_a_sentence(twelve: Path, tmp_path: Path, seconds: float) -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "report", "--data", str(twelve), "--out", str(tmp_path)],
        cwd=PROJECT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        # Tests that run in the background would hand down that Ctrl-C is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while sum(psutil.Process(started.pid).cpu_times()[:4]) < seconds:
        time.sleep(0.01)
    os.killpg(started.pid, signal.SIGINT)  # as a terminal does: to every process of the command
    _, said = started.communicate(timeout=300)
    assert started.returncode == 130
    assert "Traceback" not in said
    assert "Stopped. What is finished is kept" in said


def test_simulated_data_never_enters_data_raw(tmp_path: Path) -> None:
    before = stamps(PROJECT / "data" / "raw")
    for inside in (PROJECT / "data" / "raw", PROJECT / "data" / "raw" / "more"):
        done = run("simulate", "--providers", 1, "--out", inside)
        assert done.returncode != 0
        assert "Traceback" not in done.stderr
    assert stamps(PROJECT / "data" / "raw") == before


def test_one_comparison_makes_both_editions_and_the_index(tmp_path: Path) -> None:
    chosen = ["--provider", "northumbria-crc", "--previous", "2018", "--current", "2019"]
    done = run("report", "--out", tmp_path, *chosen)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "reports").glob("*.html")) == [
        "comparison-northumbria-crc-2018-2019-analyst.html",
        "comparison-northumbria-crc-2018-2019.html",
        "index.html",
    ]
    assert "3 pages written" in done.stdout

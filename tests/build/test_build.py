"""What is made again and what is not, and what is left when something fails."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest
from support import toy

from pipeline import files
from pipeline.data.problems import Problem
from pipeline.publish.build import freshness, site
from pipeline.publish.build.catalogue import (
    CannotBuild,
    UnknownReport,
    Wanted,
    reports_in,
    reports_of,
)
from pipeline.publish.build.run import ReportFailed, run_report
from pipeline.publish.build.site import _in_short, build, make_tables
from pipeline.workers import Died, can_fork

ALL = ["a-analyst.html", "a.html", "b.html", "index.html"]


@pytest.fixture(autouse=True)
def toy_process(monkeypatch):
    monkeypatch.setattr("pipeline.analysis.process.process", toy.process)


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    """The package's source as it is now, whoever edits it while the tests run."""
    monkeypatch.setattr(freshness, "of_source", lambda *floors: "-".join(("now", *floors)))


@pytest.fixture
def project(tmp_path):
    """A toy project, and a function that builds it."""
    toy.write_raw(tmp_path / "raw", a="one", b="two")
    toy.write_notebook(tmp_path / "notebooks", "toy")

    def run(**options):
        said = []
        outcome = build(
            tmp_path / "raw",
            tmp_path / "out",
            notebooks=tmp_path / "notebooks",
            progress=False,
            tell=said.append,
            **{"workers": 2, **options},
        )
        outcome.said = said
        return outcome

    run.root = tmp_path
    run.pages = tmp_path / "out" / "reports"
    return run


def names(paths):
    return [path.name for path in paths]


def test_the_first_run_makes_everything_and_the_second_nothing(project):
    first, second = project(), project()
    assert names(first.written) == ALL and first.exit_code == 0
    assert (second.written, second.kept, second.failed) == ([], 4, {})
    assert "<p>a: one</p>" in (project.pages / "a.html").read_text()


def test_touching_copying_and_moving_remake_nothing(project):
    project()
    for path in project.root.rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))
    assert project().written == []


def test_a_change_to_one_subject_remakes_its_reports_only(project):
    project()
    toy.write_raw(project.root / "raw", b="three")
    outcome = project(explain=True)
    assert names(outcome.written) == ["b.html"]
    assert outcome.said == [
        "processed tables: raw b.csv changed.",
        "b.html: its table.csv changed.",
    ]
    assert "b: three" in (project.pages / "b.html").read_text()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda p: toy.write_notebook(p.root / "notebooks", "toy", "1"),
            "the notebook toy.ipynb changed",
        ),
        (lambda p: (p.pages / "a.html").write_text("mine"), "it was changed since it was made"),
        (lambda p: (p.pages / "a.html").unlink(), "it is no longer there"),
        (lambda p: (p.pages / freshness.RECORD).unlink(), "it is there, but not by our doing"),
        (lambda p: (p.pages / freshness.RECORD).write_text("[1"), "not by our doing"),
    ],
)
def test_each_kind_of_change_is_a_reason_and_is_explained(project, change, reason):
    project()
    change(project)
    outcome = project(explain=True)
    assert "a.html" in names(outcome.written)
    assert any(line.startswith("a.html: ") and reason in line for line in outcome.said)
    assert project().written == []


def test_tables_that_come_and_go_are_reasons_too_and_many_are_told_in_short():
    record = freshness.Record(Path("unused"), {"a.html": {"its x.csv": "1", "itself": "9"}})
    assert record.reasons("a.html", {"its y.csv": "1"}, "9") == [
        "its y.csv is new",
        "its x.csv is gone",
    ]
    inputs = {f"its {n}.csv": "2" for n in range(8)} | {"its x.csv": "1"}
    assert _in_short(record.reasons("a.html", inputs, "9")) == (
        "its 0.csv is new; its 1.csv is new; its 2.csv is new; its 3.csv is new; its 4.csv is new; "
        "and 3 more"
    )


@pytest.mark.parametrize(
    ("part", "reason"),
    [("of_source", "the package changed"), ("of_surroundings", "the lock file changed")],
)
def test_a_change_of_code_or_libraries_remakes_all(project, monkeypatch, part, reason):
    project()
    monkeypatch.setattr(freshness, part, lambda *_: "other")
    outcome = project(explain=True)
    assert names(outcome.written) == ALL
    assert f"b.html: {reason}." in outcome.said


OF_SOURCE = freshness.of_source


def test_the_package_fingerprint_covers_code_and_the_lock_file_is_read():
    assert len({OF_SOURCE(), OF_SOURCE("data"), OF_SOURCE("analysis")}) == 3
    assert freshness.LOCK_FILE.is_file()


def test_force_remakes_all(project):
    project()
    assert names(project(force=True).written) == ALL


def test_tables_that_were_changed_by_hand_are_made_again(project):
    project()
    table = project.root / "out" / "processed" / "report_data" / "b" / "table.csv"
    table.write_text("forged")
    outcome = project(explain=True)
    assert outcome.said == ["processed tables: it was changed since it was made."]
    assert table.read_text() == "two" and outcome.written == []


def test_only_what_is_wanted_is_made_and_the_front_page_lists_what_there_is(project):
    outcome = project(wanted=Wanted(kind="action-plan"))
    assert names(outcome.written) == ["b.html", "index.html"]
    index = (project.pages / "index.html").read_text()
    assert 'href="b.html"' in index and 'href="a.html"' not in index
    assert names(project().written) == ["a-analyst.html", "a.html", "index.html"]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(provider="c"), "no provider 'c'; there is: provider-a, provider-b"),
        (Wanted(current=2000), "no round '2000'; there is: 2019"),
        (Wanted(provider="provider-a", current=1), "no round '1' of provider-a; there is: 2019"),
        (Wanted(kind="x"), "no kind of report 'x'; there is: action-plan, comparison"),
    ],
)
def test_what_does_not_exist_is_answered_with_what_does(project, wanted, words):
    with pytest.raises(UnknownReport, match=words):
        project(wanted=wanted)


def test_a_notebook_of_another_kernel_is_one_sentence(project):
    path = project.root / "notebooks" / "toy.ipynb"
    text = path.read_text()
    path.write_text(text.replace('"name": "python3"', '"name": "no-such-kernel"'))
    outcome = project()
    assert outcome.exit_code == 1
    for name, said in outcome.failed.items():
        assert said.startswith(f"{name}: the notebook toy.ipynb asks for the kernel 'no-such-kern")


def test_what_is_wrong_with_the_data_comes_before_what_does_not_exist(project, monkeypatch):
    def process(*arguments, **options):
        toy.process(*arguments, **options)
        return toy.Processed([Problem("x.csv", 2, "y", "z", "is wrong", "mend it", "provider-c")])

    monkeypatch.setattr("pipeline.analysis.process.process", process)
    with pytest.raises(
        UnknownReport, match=r'^x\.csv, line 2, .*\nThere is no kind of report "?.x'
    ):
        project(wanted=Wanted(kind="x"))


def test_pages_of_reports_that_are_no_more_go_but_not_what_others_wrote(project):
    project()
    (project.pages / "mine.html").write_text("mine")
    (project.root / "raw" / "b.csv").unlink()
    outcome = project()
    assert names(outcome.removed) == ["b.html"]
    assert (project.pages / "mine.html").exists()
    assert 'href="b.html"' not in (project.pages / "index.html").read_text()


def test_a_page_edited_by_hand_is_not_removed(project):
    project()
    (project.pages / "b.html").write_text("edited")
    (project.root / "raw" / "b.csv").unlink()
    assert project().removed == []
    assert (project.pages / "b.html").read_text() == "edited"


def test_a_failing_cell_is_named_and_leaves_the_last_good_page(project):
    project()
    before = (project.pages / "b.html").read_bytes()
    toy.write_notebook(
        project.root / "notebooks", "toy", "assert subject != 'b', 'no b today\\nsecond line'"
    )
    outcome = project()
    assert names(outcome.written) == ["a-analyst.html", "a.html"]
    assert outcome.failed == {
        "b": "b: cell 3 of toy.ipynb \"assert subject != 'b', 'no b today\\nsecond line'\" failed: "
        "AssertionError: no b today"
    }
    assert outcome.exit_code == 1
    assert (project.pages / "b.html").read_bytes() == before
    toy.write_notebook(project.root / "notebooks", "toy")
    assert "b.html" not in names(project().written), "the last good page is right again"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("import time; time.sleep(600)", "was stopped: it took longer than 3 s"),
        ("os.kill(os.getpid(), 9)", "killed by signal 9, SIGKILL"),
        ("os._exit(3)", "exit status 3"),
        ("input()", "EOFError"),
        ("def (", "SyntaxError"),
    ],
)
def test_a_cell_that_hangs_dies_or_asks_is_named(project, cell, words):
    toy.write_notebook(project.root / "notebooks", "toy", cell)
    outcome = project(wanted=Wanted(provider="provider-b"), timeout=3 if "600" in cell else 600)
    assert words in outcome.failed["b"] and "b: cell 3 of toy.ipynb" in outcome.failed["b"]
    assert names(outcome.written) == ["index.html"]


def test_cells_that_stand_on_no_page_are_not_run(project):
    notebook = toy.notebook(toy.NOTEBOOK, "assert False", "HTML(edition)", "1 / 0")
    notebook.cells[2].metadata["tags"] = ["notebook"]
    nbformat.write(notebook, project.root / "notebooks" / "toy.ipynb")
    # The cell that fails keeps its number in the file, whichever cells were run before it.
    assert project().failed == {
        name: f'{name}: cell 5 of toy.ipynb "1 / 0" failed: ZeroDivisionError: division by zero'
        for name in ("a", "a-analyst", "b")
    }
    notebook.cells.pop()
    nbformat.write(notebook, project.root / "notebooks" / "toy.ipynb")
    assert names(project().written) == ALL
    assert "analyst" in (project.pages / "a-analyst.html").read_text()


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["subject = 'b'"], r"parameter 'subject' of toy.ipynb is set again below: 'b' instead of"),
        (["if edition: subject = 'b'"], "'subject' of toy.ipynb is set again below"),
    ],
)
def test_a_parameter_set_again_below_is_refused(project, cells, words):
    notebook = toy.notebook(*cells, toy.NOTEBOOK, "HTML(words)")
    nbformat.write(notebook, project.root / "notebooks" / "toy.ipynb")
    assert re.search(words, project().failed["a"])


def test_two_cells_tagged_parameters_are_refused(project):
    notebook = toy.notebook(toy.NOTEBOOK, "HTML(words)")
    notebook.cells.insert(2, nbformat.from_dict({**notebook.cells[0], "id": "copied"}))
    nbformat.write(notebook, project.root / "notebooks" / "toy.ipynb")
    assert "cells 1 and 3 of toy.ipynb are tagged 'parameters'" in project().failed["b"]


def test_a_notebook_that_shows_nothing_makes_no_page(project):
    nbformat.write(toy.notebook("1 + 1;"), project.root / "notebooks" / "toy.ipynb")
    assert project().failed["b"] == "b: toy.ipynb shows nothing."


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("page = open_page('b')", "opens b instead of a"),
        ("page = open_page('a', edition='other')", "'edition' of toy.ipynb is not what was opened"),
    ],
)
def test_another_report_opened_by_name_is_refused(project, cell, words):
    opening = (
        "from pipeline.publish.reports.report_page import ReportData\n"
        "from pipeline.publish.reports.report_page import ReportPage\n"
        "def open_page(name, edition=edition):\n"
        "    data = ReportData({'name': name}, folder, _rows={'sources': []})\n"
        "    return ReportPage(data, edition)"
    )
    toy.write_notebook(project.root / "notebooks", "toy", opening, cell)
    assert words in project(wanted=Wanted(provider="provider-a")).failed["a"]


def test_a_parameter_the_notebook_does_not_declare_is_an_error(project):
    project()
    [report] = [r for r in reports_in(project.root / "out" / "processed") if r.name == "b"]
    report.parameters["subjet"] = "b"
    with pytest.raises(ReportFailed, match=r"declares no parameter 'subjet'.*subject, edition"):
        run_report(report, project.root / "out" / "processed", project.root / "notebooks")


def test_a_missing_or_broken_notebook_is_named(project):
    (project.root / "notebooks" / "toy.ipynb").write_text("{")
    assert "toy.ipynb cannot be read" in project().failed["a"]


@pytest.mark.parametrize("name", ["../a", "/a", "a/../b", "", ".a", "a\n", "a" * 300])
def test_a_name_that_is_no_file_name_is_refused(name):
    about = {"name": "a", "kind": "k", "reports": [{
        "name": name, "notebook": "toy", "edition": "", "parameters": {}}]}  # fmt: skip
    with pytest.raises(files.UnfitName, match="cannot be the name"):
        reports_of([about])


def test_bytes_do_not_depend_on_workers_order_folder_or_surroundings(
    project, monkeypatch, tmp_path
):
    toy.write_notebook(
        project.root / "notebooks", "toy",
        "import matplotlib.pyplot as plt, pandas as pd, random",
        "HTML(repr(sorted({'x', 'y'})) + pd.DataFrame({'a': [1.5]}).to_html())",
    )  # fmt: skip
    project(workers=1)
    first = {p.name: p.read_bytes() for p in project.pages.glob("*.html")}
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("LC_ALL", "C")
    shutil.rmtree(project.root / "out")
    project(workers=3)
    assert {p.name: p.read_bytes() for p in project.pages.glob("*.html")} == first


def test_a_full_disk_and_a_folder_in_the_way_are_one_sentence(project, monkeypatch):
    project()
    before = (project.pages / "b.html").read_bytes()
    toy.write_raw(project.root / "raw", b="three")

    def full(path, content):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(site, "write_whole", full)
    with pytest.raises(
        CannotBuild, match=r"^The disk is full: .*b\.html could not be written; .*$"
    ):
        project()
    assert (project.pages / "b.html").read_bytes() == before
    (project.root / "file").write_text("")
    with pytest.raises(CannotBuild, match="a file is where a folder should be"):
        build(project.root / "raw", project.root / "file", progress=False)


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_one_sentence(project):
    project()
    toy.write_raw(project.root / "raw", b="three")
    project.pages.chmod(0o500)
    try:
        with pytest.raises(CannotBuild, match="there is no permission"):
            project()
    finally:
        project.pages.chmod(0o700)


def test_no_permission_is_one_sentence(project, monkeypatch):
    def denied(path, content):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(site, "write_whole", denied)
    with pytest.raises(
        CannotBuild, match=r"^[^\n]*cannot be read or written: there is no permission[^\n]*$"
    ):
        project()


def test_writing_leaves_the_old_file_or_the_new_one(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    files.write_whole(path, b"old")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("gone")))
    with pytest.raises(OSError, match="gone"):
        files.write_whole(path, b"new")
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_two_runs_at_once_one_waits_and_both_succeed(project):
    toy.write_notebook(project.root / "notebooks", "toy", "import time; time.sleep(0.4)")
    outcomes = []
    threads = [threading.Thread(target=lambda: outcomes.append(project())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(outcome.written) for outcome in outcomes) == [0, 4]
    assert any("waiting" in line for outcome in outcomes for line in outcome.said)


def test_other_data_never_reach_the_projects_own_folders(project):
    with pytest.raises(CannotBuild, match=r"^Say with --out where the pages of .* go: "):
        build(project.root / "raw", None, progress=False)
    with pytest.raises(CannotBuild, match="--out"):
        make_tables(project.root / "raw", None)


@pytest.mark.parametrize("inside", [".", "made"])
def test_nothing_is_made_inside_the_raw_folder(project, inside):
    there = sorted((project.root / "raw").rglob("*"))
    with pytest.raises(CannotBuild, match="lies in the raw folder; name another folder"):
        make_tables(project.root / "raw", project.root / "raw" / inside)
    assert sorted((project.root / "raw").rglob("*")) == there


def test_tables_alone_can_be_made(project):
    outcome = make_tables(project.root / "raw", project.root / "out", tell=lambda _: None)
    assert outcome.exit_code == 0 and not list(project.pages.glob("*.html"))


@pytest.mark.skipif(not can_fork(), reason="this system cannot fork safely")
def test_a_run_with_nothing_to_do_imports_no_heavy_library(project):
    project()
    script = (
        "import sys\nfrom support import toy\nfrom pathlib import Path\n"
        "from pipeline.publish.build.site import build\n"
        "from pipeline.publish.build import freshness\n"
        "freshness.of_source = lambda *floors: '-'.join(('now', *floors))\n"
        f"root = Path({str(project.root)!r})\n"
        "out = build(root / 'raw', root / 'out', notebooks=root / 'notebooks')\n"
        "heavy = {'pandas', 'numpy', 'papermill', 'nbformat', 'matplotlib', 'IPython', 'tqdm'}\n"
        "print(len(out.written), sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=300,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert done.stdout.strip() == "0 []", done.stderr


def test_explanations_and_records_are_plain(project):
    project()
    record = json.loads((project.pages / freshness.RECORD).read_text())
    assert set(record) == set(ALL)
    assert all(set(entry) >= {"itself", "the package"} for entry in record.values())


def test_the_toy_notebook_is_a_valid_notebook(tmp_path):
    toy.write_notebook(tmp_path, "toy")
    nbformat.validate(nbformat.read(tmp_path / "toy.ipynb", 4))


def test_no_second_thread_when_workers_are_forked(project):
    script = (
        "import os, sys\nfrom support import toy\nfrom pathlib import Path\n"
        "import pipeline.workers as workers\n"
        "from pipeline.publish.build.site import build, settle\nsettle()\n"
        "import pipeline.analysis.process as p\n"
        "threads = []\n"
        "start = workers._start\n"
        "def watched(*arguments):\n"
        "    threads.append(len(os.listdir('/proc/self/task')))\n    return start(*arguments)\n"
        "workers._start = watched\n"
        f"root = Path({str(project.root)!r})\n"
        "def process(raw, out, workers=1, **_):\n    import pandas, scipy.stats, statsmodels.api\n"
        "    pandas.DataFrame({'a': [1.0]}).dot([1.0]); return toy.process(raw, out)\n"
        "p.process = process\n"
        "build(root / 'raw', root / 'out', notebooks=root / 'notebooks', workers=2)\n"
        "print(threads)"
    )
    if sys.platform != "linux":
        pytest.skip("threads are counted in /proc")
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=300,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert done.stdout.strip() == "[1, 1, 1, 1]", done.stderr


def test_the_record_is_kept_while_a_long_run_goes_on(tmp_path):
    record = freshness.Record.read(tmp_path)
    record.note("a.html", {}, "x")
    record.write(60)
    assert not record.path.exists()
    time.sleep(0.01)
    record.write(0.005)
    assert record.path.exists()


def test_a_file_that_a_spreadsheet_hides_does_not_count_and_others_are_looked_at(project):
    project()
    for lock in (".~lock.a.csv#", "~$a.xlsx"):
        (project.root / "raw" / lock).write_text("x")
    assert project(explain=True).said == []
    (project.root / "raw" / "notes.txt").write_text("x")  # whatever is new, the tables may say so
    outcome = project(explain=True)
    assert outcome.said == ["processed tables: raw notes.txt is new."]
    assert outcome.written == []


def test_one_providers_fault_does_not_stop_the_others(project, monkeypatch):
    project()
    good = (project.pages / "b.html").read_bytes()
    faults = [
        Problem("b.csv", 2, "x", "y", "is wrong", "put it right", "provider-b"),
        Problem("a.csv", 2, "x", "y", "was read all the same", "look at it", "provider-a", False),
    ]

    def process(raw, processed, workers=1, **_):
        (raw / "b.csv").write_text("two")  # the rows that were left out do not reach the tables
        toy.process(raw, processed)
        return toy.Processed(faults, ["A check fails now."])

    monkeypatch.setattr("pipeline.analysis.process.process", process)
    toy.write_raw(project.root / "raw", a="changed", b="faulty")
    for written in ([*ALL[:2]], []):  # said again until it is put right
        outcome = project()
        assert names(outcome.written) == written and outcome.exit_code == 1
        assert list(outcome.failed) == ["provider-b"]
        assert "b.csv, line 2, column x" in outcome.failed["provider-b"]
        assert len(outcome.said) == 2 and outcome.said[1] == "A check fails now."
    assert (project.pages / "b.html").read_bytes() == good


def test_pages_made_by_many_processes_at_once_hold_each_its_own(project):
    subjects = {f"s{number}": f"words of {number}" for number in range(40)}
    toy.write_raw(project.root / "raw", **subjects)
    project(workers=8)
    at_once = {path.name: path.read_bytes() for path in project.pages.glob("*.html")}
    for subject, words in subjects.items():
        page = at_once[f"{subject}.html"].decode()
        assert f"<p>{subject}: {words}</p>" in page
        assert not any(f"<p>{other}:" in page for other in subjects if other != subject)
    project(workers=1, force=True)
    assert {path.name: path.read_bytes() for path in project.pages.glob("*.html")} == at_once


def test_a_killed_process_for_tables_is_a_sentence_and_no_fault_of_ours(project, monkeypatch):
    def killed(*_, **__):
        raise Died("its process was killed by signal 9, SIGKILL", "")

    monkeypatch.setattr("pipeline.analysis.process.process", killed)
    with pytest.raises(CannotBuild, match=r"not made: its process was killed .* run it again\."):
        project()

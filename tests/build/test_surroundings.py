"""What is around a run reaches no page; signals and set-up end well; no line steers a terminal."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import cli
from pipeline.terminal import clean

PROJECT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "pipeline"]


@given(st.text())
def test_no_text_keeps_a_character_that_steers_a_terminal(text: str) -> None:
    shown = clean(text)
    assert all(letter.isprintable() or letter in "\n\u00a0" for letter in shown)
    assert clean(shown) == shown


def test_what_a_user_typed_is_quoted_without_its_control_characters(tmp_path: Path) -> None:
    hostile = "x\x1b]0;title\x07\u202e\u2066y"
    for arguments in (["report", "--out", tmp_path, "--provider", hostile], ["report", hostile]):
        done = subprocess.run([*COMMAND, *map(str, arguments)], cwd=PROJECT, capture_output=True)
        said = (done.stdout + done.stderr).decode()
        assert done.returncode == 2 and "\\u001b" in said
        assert not set(said) & set("\x1b\x07\u202e\u2066")


@pytest.fixture
def hostile_folder(tmp_path: Path) -> Path:
    """A working folder with settings and modules of a user's own."""
    folder = tmp_path / "here"
    folder.mkdir()
    sketch = "path.sketch: 1, 100, 2\ntext.usetex: True\naxes.xmargin: 0.4\nfont.size: 40\n"
    (folder / "matplotlibrc").write_text(sketch)
    for module in ("pandas", "json", "click", "matplotlib", "papermill"):
        (folder / f"{module}.py").write_text("raise SystemExit('a module of the user ran')\n")
    return folder


def test_settings_and_modules_of_a_user_change_no_byte(
    site: Path, hostile_folder: Path, tmp_path: Path
) -> None:
    chosen = ["report", "--out", str(tmp_path / "out"), "--plan", "dlnr-crc-2020"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(hostile_folder),
        "MATPLOTLIBRC": str(hostile_folder),
        "MPLBACKEND": "nonsense",
        "SOURCE_DATE_EPOCH": "soon",
        "OPENBLAS_NUM_THREADS": "7",
    }
    # As make starts it: -P, so that nothing of the working folder comes before our first line.
    command = [sys.executable, "-P", "-m", "pipeline", *chosen]
    done = subprocess.run(
        command, cwd=hostile_folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    page = "action-plan-dlnr-crc-2020.html"
    assert (tmp_path / "out" / "reports" / page).read_bytes() == (
        site / "reports" / page
    ).read_bytes()


def test_a_working_folder_that_was_removed_is_one_sentence(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f"cd {gone} && rmdir {gone} && {sys.executable} -m pipeline report"
    done = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ""}
    )
    assert done.returncode == 1
    assert done.stderr == (
        "The folder you are in was removed: go to another one (cd) and try again.\n"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_output_that_cannot_be_written_is_one_sentence(site: Path) -> None:
    command = [*COMMAND, "report", "--out", str(site)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, cwd=PROJECT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr == "What was done could not be shown: No space left on device.\n"


def test_a_closed_standard_error_does_no_harm(site: Path) -> None:
    script = f"{sys.executable} -m pipeline report --out {site} --provider nowhere 2>&-"
    done = subprocess.run(["sh", "-c", script], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 2 and "There is no provider 'nowhere'" in done.stdout


def test_a_fault_of_ours_ends_in_a_sentence_and_its_details_in_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("first line\nsecond line")

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("pipeline.publish.build.site.build", broken)
    monkeypatch.setattr(sys, "argv", ["pipeline", "report", "--kind", "comparison"])
    assert cli.run() == 70
    [line] = capsys.readouterr().err.splitlines()
    assert "running python -m pipeline report --kind comparison: RuntimeError: first line" in line
    [details] = tmp_path.glob("probation-reports-*.txt")
    assert str(details) in line and "Traceback" in details.read_text()


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from pipeline.simulate import simulate

    out = tmp_path_factory.mktemp("signals") / "raw"
    simulate(out, providers=60, seed=3)  # more than are made in one process
    return out


@pytest.mark.parametrize(
    ("what", "number"),
    [
        ("data", signal.SIGTERM),
        ("data", signal.SIGHUP),
        ("data", signal.SIGINT),
        ("data", signal.SIGKILL),
        ("report", signal.SIGTERM),
    ],
)
def test_a_signal_to_the_run_alone_leaves_no_process(
    raw: Path, tmp_path: Path, what: str, number: signal.Signals
) -> None:
    run = subprocess.Popen(
        [*COMMAND, what, "--data", str(raw), "--out", str(tmp_path), *(["--force"])],
        cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    us, family = psutil.Process(run.pid), []
    while not family and run.poll() is None:
        family = us.children(recursive=True)
        time.sleep(0.005)
    assert family, "the run forked nothing before it ended"
    run.send_signal(number)
    _, said = run.communicate(timeout=600)
    if number == signal.SIGKILL:
        assert run.returncode == -9
    else:
        assert run.returncode == 128 + number
        assert said == "Stopped. What is finished is kept; the next run goes on from there.\n"
    _, left = psutil.wait_procs(family, timeout=60)
    assert not left
    for path in tmp_path.rglob("*.html"):
        assert path.read_text().rstrip().endswith("</html>")


FAKE = """#!/bin/sh
for word in "$@"; do printf '%s|' "$word"; done
"""
HOSTILE_WORDS = [
    'x"; touch INJECTED; echo "',
    "$(touch INJECTED)",
    "`touch INJECTED`",
    "$(shell touch INJECTED)",
    "'; touch INJECTED; '",
    "a b\tc * $HOME $$ \\ #",
    "--force",
]


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
@pytest.mark.parametrize("word", HOSTILE_WORDS)
@pytest.mark.parametrize("how", ["argument", "environment"])
def test_what_a_user_gives_make_is_never_run(tmp_path: Path, word: str, how: str) -> None:
    shutil.copy(PROJECT / "Makefile", tmp_path)
    for name in ("requirements/report.txt", "requirements/install.py", "pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").write_text(FAKE)
    (tmp_path / ".venv" / "bin" / "python").chmod(0o755)
    (tmp_path / ".venv" / "report.stamp").touch()
    given = {"PROVIDER": word, "PLAN": word, "AS_OF": word, "FORCE": "1", "EXPLAIN": "no"}
    words = [f"{name}={value}" for name, value in given.items()] if how == "argument" else []
    # A make within `make test` would say where it is, and be given what that one was.
    around = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "report", *words], cwd=tmp_path, capture_output=True, text=True,
        env={**around, **(given if how == "environment" else {})}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    expected = ["-P", "-m", "pipeline", "report", f"--provider={word}", f"--plan={word}",
                f"--as-of={word}", "--force"]  # fmt: skip
    assert done.stdout.rstrip("\n").split("|")[:-1] == expected
    assert not list(tmp_path.rglob("INJECTED"))


UV = """#!/bin/sh
echo ran >> "$RAN"
[ -e "$SLOW" ] && sleep 60
[ -e "$BROKEN" ] && {{ echo no network >&2; exit 1; }}
exit 0
"""


class SetUp:
    """A project to be set up, with an installer that installs nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(PROJECT / "requirements", folder / "requirements")
        (folder / "pyproject.toml").touch()
        (folder / "bin").mkdir()
        (folder / "bin" / "uv").write_text(UV.replace("{{", "{").replace("}}", "}"))
        (folder / "bin" / "uv").chmod(0o755)
        self.environment = folder / ".venv"
        self.stamp = self.environment / "report.stamp"
        self.slow, self.broken, self.ran = (folder / n for n in ("slow", "broken", "ran"))

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "requirements/install.py", ".venv", "requirements/report.txt"],
            cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "SLOW": str(self.slow),
                 "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
                 "BROKEN": str(self.broken), "RAN": str(self.ran)},
        )  # fmt: skip

    def run(self) -> tuple[int, str]:
        started = self.start()
        said = "".join(started.communicate(timeout=600))
        return started.returncode, said


@pytest.fixture
def set_up(tmp_path: Path) -> SetUp:
    return SetUp(tmp_path / "project")


def test_set_up_is_done_once(set_up: SetUp) -> None:
    code, said = set_up.run()
    assert (code, said) == (0, "Setting up .venv from requirements/report.txt, once ...\n")
    assert set_up.stamp.exists()
    assert set_up.run() == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_set_up_that_was_stopped_is_begun_anew(set_up: SetUp, number: signal.Signals) -> None:
    set_up.slow.touch()
    started = set_up.start()
    while not set_up.ran.exists():
        time.sleep(0.01)
    children = psutil.Process(started.pid).children(recursive=True)
    started.send_signal(number)
    started.communicate(timeout=600)
    for child in children:  # what a terminal's Ctrl-C would have reached as well
        with suppress(psutil.NoSuchProcess):
            child.kill()
    assert not set_up.stamp.exists()
    (set_up.environment / "half").touch()
    set_up.slow.unlink()
    assert set_up.run()[0] == 0
    assert set_up.stamp.exists() and not (set_up.environment / "half").exists()


def test_a_damaged_environment_is_never_installed_into(set_up: SetUp) -> None:
    set_up.run()
    (set_up.environment / "pyvenv.cfg").unlink()  # its Python is now the one it was made from
    set_up.stamp.unlink()
    assert set_up.run()[0] == 0
    assert (set_up.environment / "pyvenv.cfg").exists()


def test_a_failing_installer_is_said_and_tried_again(set_up: SetUp) -> None:
    set_up.broken.touch()
    code, said = set_up.run()
    assert code == 1 and "no network" in said and "Traceback" not in said
    set_up.broken.unlink()
    assert set_up.run()[0] == 0 and set_up.stamp.exists()


def test_a_python_without_venv_is_a_sentence_that_names_the_package(
    set_up: SetUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "venv.py").write_text("raise ImportError('no ensurepip here')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "without"))
    code, said = set_up.run()
    assert code == 1 and "apt install python3-venv" in said and "Traceback" not in said
    assert not set_up.stamp.exists()
    monkeypatch.delenv("PYTHONPATH")
    assert set_up.run()[0] == 0


def test_there_is_no_wheel_and_building_one_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0 and not list(tmp_path.iterdir())
    assert "There is no wheel" in done.stdout + done.stderr

"""A small sample of the campaign of kills; all of it is ``python -m bench.kill``."""

import os
import random
import signal
import sys
from pathlib import Path

import pytest
from support import toy

from bench import kill
from pipeline.workers import can_fork

HERE = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not can_fork(), reason="this system cannot fork safely")

RUN = """
import os, sys
from pathlib import Path
from support import toy
sys.modules["pipeline.analysis.process"] = toy  # the real one takes long to import
from pipeline.publish.build import freshness
from pipeline.publish.build.site import build
from pipeline.terminal import Stopped, hear_signals
hear_signals()
freshness.of_source = lambda *floors: "now"
root = Path({root!r})
try:
    out = build(root / "raw", root / "out", notebooks=root / "notebooks", workers=2, progress=False)
except Stopped as stopped:
    os._exit(stopped.status)
print(out.failed)
sys.exit(out.exit_code)
"""


#: On a busy machine a process that was told to end waits for its turn to do so.
PATIENT = 60


@pytest.fixture
def pages(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), str(HERE.parent)]))
    toy.write_raw(tmp_path / "raw", a="one", **{f"s{i}": "words" for i in range(4)})
    toy.write_notebook(tmp_path / "notebooks", "toy", "import time; time.sleep(0.2)")
    out = tmp_path / "out" / "reports"

    def spoil():
        for path in out.glob("*.html"):
            path.unlink()

    return kill.Stage("pages", [sys.executable, "-c", RUN.format(root=str(tmp_path))], out, spoil)


def test_ending_any_process_at_any_moment_does_no_harm(pages):
    done = kill.campaign([pages], times=2, seed=1, grace=PATIENT, tell=str)
    assert {victim for _, victim, _ in done} == set(kill.VICTIMS)


@pytest.mark.parametrize("victim", kill.VICTIMS)
def test_each_victim_is_found_and_killed_while_at_work(pages, victim):
    pages.run()
    pages.spoil()
    struck = kill.strike(pages, victim, signal.SIGKILL, 0.4, random.Random(1), PATIENT)
    assert struck.hit and not struck.left
    assert struck.code == {"run": -9, "child": 1}[victim]
    assert all(path.read_text().rstrip().endswith("</html>") for path in pages.makes.glob("*.html"))


def test_damage_is_noticed(pages, tmp_path):
    """A run that leaves half a page behind, and one that leaves a process, are found out."""
    pages.run()
    pages.right = pages.files()
    (pages.makes / "a.html").write_text("half")
    with pytest.raises(kill.Harm, match="not whole"):
        kill._look(pages, "run", kill.Struck(-9, True, 0, ""), "here")
    with pytest.raises(kill.Harm, match="left over"):
        kill._look(pages, "run", kill.Struck(-9, True, 1, ""), "here")

"""A small sample of the campaign of faults; all of it is ``python -m bench.faults``."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from support import toy

from bench import faults
from pipeline.workers import can_fork

HERE = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not can_fork(), reason="this system cannot fork safely")

RUN = """
import sys
from pathlib import Path
from support import toy
sys.modules["pipeline.analysis.process"] = toy  # the real one takes long to import
from pipeline.publish.build import freshness
from pipeline.publish.build.site import build
freshness.of_source = lambda *floors: "now"
root = Path({root!r})
out = build(root / "raw", root / "out", notebooks=root / "notebooks", workers=2, progress=False)
print(out.failed)
sys.exit(out.exit_code)
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), str(HERE.parent)]))
    toy.write_raw(tmp_path / "raw", a="one", **{f"s{i}": "words" for i in range(4)})
    toy.write_notebook(tmp_path / "notebooks", "toy", "import time; time.sleep(0.2)")
    command = [sys.executable, "-c", RUN.format(root=str(tmp_path))]
    pages = tmp_path / "out" / "reports"

    def spoil():
        for path in pages.glob("*.html"):
            path.unlink()

    return command, pages, spoil


def test_killing_any_process_at_any_moment_does_no_harm(project):
    command, pages, spoil = project
    struck = faults.campaign(command, pages, spoil, times=4, seed=1, longest=1.0, tell=str)
    assert set(struck) == set(faults.VICTIMS)


@pytest.mark.parametrize("victim", faults.VICTIMS)
def test_each_victim_is_found_and_killed_while_at_work(project, victim):
    command, pages, spoil = project
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    spoil()
    code, struck, left, _ = faults.strike(command, victim, 0.4, random.Random(1))
    assert struck and not left
    assert code == {"run": -9, "worker": 1}[victim]
    assert all(path.read_text().rstrip().endswith("</html>") for path in pages.glob("*.html"))

"""Every notebook in the real JupyterLab, in its light and its dark theme, as an analyst sees it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import lab

from pipeline.publish.build.site import make_tables

NOTEBOOKS = sorted(path.name for path in (lab.PROJECT / "notebooks").glob("*.ipynb"))


#: What the project's own data do not allow yet is looked at on simulated data.
SIMULATED = {"national.ipynb", "rounds.ipynb", "scorecard.ipynb"}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, demo: Path, chromium: Any) -> Iterator[Any]:
    """JupyterLab in a browser, over notebooks on the project's own tables and on simulated ones.

    Where REQUIRE_LAB is set, as in CI, its absence is a failure.
    """
    if lab.jupyter() is None:
        if os.environ.get("REQUIRE_LAB"):
            pytest.fail("the lab environment is not there, and REQUIRE_LAB asks for it")
        print(lab.NO_LAB, file=sys.__stderr__)
        pytest.skip("the lab environment is not there")
    place = tmp_path_factory.mktemp("lab")
    make_tables(None, place / "site")
    root = place / "root"
    own = [name for name in NOTEBOOKS if name not in SIMULATED]
    lab.copied(own, root / "own", place / "site" / "processed")
    lab.copied(sorted(SIMULATED), root / "simulated", demo / "processed", "simulated-0001")
    with lab.server(root) as address, lab.opened(chromium, address) as opened:
        yield opened


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_whole_in_both_themes(name: str, page: Any) -> None:
    pictures = os.environ.get("LAB_PICTURES")
    with lab.notebook(page, f"{'simulated' if name in SIMULATED else 'own'}/{name}"):
        lab.run_all(page)
        faults = lab.cell_faults(page)
        for theme in lab.THEMES:
            faults += lab.shown_in(page, theme)
            if pictures:
                lab.photograph(page, Path(pictures) / f"{name} {theme}.png")
        # The same look at the same outputs, their styles taken away: what is checked can fail.
        lab.without_styles(page)
        lost = [lab.shown_in(page, theme) for theme in reversed(lab.THEMES)]
    asked, page.asked = page.asked, []
    assert asked == []
    assert faults == []
    assert all(lost), "outputs that have lost their style pass for whole"

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
def addresses(tmp_path_factory: pytest.TempPathFactory, demo: Path) -> Iterator[dict[bool, str]]:
    """JupyterLab on the project's own tables (False) and on simulated ones (True).

    Where REQUIRE_LAB is set, as in CI, its absence is a failure.
    """
    if lab.jupyter() is None:
        if os.environ.get("REQUIRE_LAB"):
            pytest.fail("the lab environment is not there, and REQUIRE_LAB asks for it")
        print(lab.NO_LAB, file=sys.__stderr__)
        pytest.skip("the lab environment is not there")
    place = tmp_path_factory.mktemp("lab")
    make_tables(None, place / "site")
    own = lab.copied(
        [name for name in NOTEBOOKS if name not in SIMULATED], place / "own" / "notebooks"
    )
    drawn = lab.copied(
        sorted(SIMULATED), place / "simulated" / "notebooks", provider="simulated-0001"
    )
    with (
        lab.server(own, place / "site" / "processed") as real,
        lab.server(drawn, demo / "processed") as simulated,
    ):
        yield {False: real, True: simulated}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_whole_in_both_themes(
    name: str, addresses: dict[bool, str], chromium: Any, tmp_path: Path
) -> None:
    pictures = os.environ.get("LAB_PICTURES")
    with lab.opened(chromium, addresses[name in SIMULATED], name) as page:
        lab.run_all(page)
        faults = lab.cell_faults(page)
        for theme in lab.THEMES:
            faults += lab.shown_in(page, theme)
            if pictures:
                lab.photograph(page, Path(pictures) / f"{name} {theme}.png")
        assert page.asked == []
        # The same look at the same outputs, their styles taken away: what is checked can fail.
        lab.without_styles(page)
        lost = [lab.shown_in(page, theme) for theme in lab.THEMES]
    assert faults == []
    assert all(lost), "outputs that have lost their style pass for whole"

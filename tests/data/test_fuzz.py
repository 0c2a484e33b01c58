"""Raw folders corrupted at random: pages or sentences come of them, and nothing else.

Sixty by seed here, by loading alone; ``python -m bench.fuzz`` does thousands, and builds.
"""

import shutil

import pytest
from support.folders import RAW

from bench.fuzz import PAGES, REFUSED, corrupt, loaded


@pytest.mark.parametrize("block", range(3))
def test_a_corrupted_folder_ends_in_pages_or_sentences(tmp_path, block):
    outcomes = set()
    for seed in range(block * 20, block * 20 + 20):
        folder = tmp_path / str(seed)
        shutil.copytree(RAW, folder)
        what = corrupt(folder, seed)
        try:
            outcomes.add(loaded(folder))
        except Exception as error:
            raise AssertionError(f"seed {seed}: {what}") from error
        shutil.rmtree(folder)
    assert {PAGES, REFUSED} <= outcomes

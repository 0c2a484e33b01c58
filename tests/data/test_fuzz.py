"""Raw folders corrupted at random: pages or sentences come of them, and nothing else.

Sixty by seed here, by loading alone; ``python -m bench.fuzz`` does thousands, and builds.
"""

import pytest
from support.folders import Folder

from bench.fuzz import PAGES, REFUSED, corrupt, loaded


@pytest.mark.parametrize("block", range(3))
def test_a_corrupted_folder_ends_in_pages_or_sentences(tmp_path, block):
    outcomes = set()
    for seed in range(block * 20, block * 20 + 20):
        folder = Folder(tmp_path / str(seed))
        what = corrupt(folder.path, seed)
        try:
            outcomes.add(loaded(folder.path, folder.sound()))
        except Exception as error:
            raise AssertionError(f"seed {seed}: {what}") from error
    assert {PAGES, REFUSED} <= outcomes

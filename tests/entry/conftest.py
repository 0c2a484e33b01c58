"""What the tests of entering share."""

from pathlib import Path

import pytest
from support.folders import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A copy of the project's raw tables to write into."""
    return Folder(tmp_path / "raw")

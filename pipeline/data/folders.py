"""Where the project keeps its folders, and where a notebook finds its tables."""

import os
from pathlib import Path

#: Names another raw folder as the project's own. The tests set it, so that what they know of the
#: published figures is not changed by what a user adds to data/raw.
RAW_VARIABLE = "PIPELINE_RAW"
#: Set while a report is made from another folder than the project's own.
PROCESSED_VARIABLE = "PIPELINE_PROCESSED"

PROJECT = Path(__file__).resolve().parents[2]


def raw_folder() -> Path:
    """Return the project's own folder of transcribed tables."""
    named = os.environ.get(RAW_VARIABLE)
    return Path(named) if named else PROJECT / "data" / "raw"


def processed_folder() -> Path:
    """Return the folder of processed tables a notebook reads.

    The command line names another one through the environment when it builds
    with ``--out``; a notebook opened by hand reads the project's own.
    """
    named = os.environ.get(PROCESSED_VARIABLE)
    return Path(named) if named else PROJECT / "data" / "processed"

"""What a user's machine may say to libraries, settled so that it reaches no page and no process."""

import logging
import os
from importlib.util import find_spec
from pathlib import Path

#: A library that starts threads when it is imported could not be forked.
_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
#: Would change what is drawn or what stands in a file, or stop the import of matplotlib.
_NOT_HEARD = ("MPLBACKEND", "SOURCE_DATE_EPOCH")


def settle() -> None:
    """Settle the environment of this process; call it before numpy or matplotlib is imported."""
    for name in _NOT_HEARD:
        os.environ.pop(name, None)
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    # Where it keeps its fonts, as in a home that cannot be written to, is nothing to a reader.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    matplotlib = find_spec("matplotlib")
    if matplotlib and matplotlib.origin:
        os.environ["MATPLOTLIBRC"] = str(Path(matplotlib.origin).parent / "mpl-data")

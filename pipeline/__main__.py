"""Entry point of ``python -m pipeline``: what must hold before anything else is imported."""

import gc
import os
import sys

# A module of the user's own in the working folder or on PYTHONPATH must not stand in for a library.
_theirs = {"", *os.environ.get("PYTHONPATH", "").split(os.pathsep), sys.path[0]}
sys.path.sort(key=lambda place: place in _theirs)

from pipeline.terminal import Stopped, Unheard, complain, hear_signals, open_streams  # noqa: E402


def main() -> None:
    """Run the command line. Whatever happens ends in sentences and an exit status."""
    open_streams()
    hear_signals()
    try:
        from pipeline.cli import run

        status = run()
    except Stopped as stopped:
        complain(str(stopped))
        os._exit(stopped.status)  # at once: nothing is left to be done
    except Unheard as error:  # a full disk or a closed pipe behind standard output
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        complain(str(error))
        status = 1
    finally:
        gc.freeze()  # Python would end by looking for garbage in all that it has imported
    sys.exit(status)


if __name__ == "__main__":
    main()

"""Read a file of a raw folder whole, or say in words why not."""

import stat
from pathlib import Path


class Unreadable(Exception):
    """Raised for a file that cannot be read; ``rule`` says why, ``fix`` what to do."""

    def __init__(self, rule: str, fix: str) -> None:
        """Keep both halves of the sentence."""
        super().__init__(rule)
        self.rule, self.fix = rule, fix


def content(path: Path, most: int) -> bytes:
    """Return the bytes of an ordinary file of at most ``most`` bytes.

    Raises FileNotFoundError where there is none, and Unreadable for anything else: a pipe or a
    device would be waited for without end, and a larger file is no table of published figures.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise Unreadable("is not an ordinary file", "put the file itself in its place")
        if about.st_size > most:
            rule = f"has {about.st_size:,} bytes, and {most:,} is the most allowed"
            raise Unreadable(
                rule, "take out what does not belong; data/raw/datapackage.json sets the limit"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = error.strerror or "the system does not say why"
        raise Unreadable(
            f"cannot be read ({reason})", "check that you may read the file and its folder"
        ) from None

"""What is still right and what must be made again, by content and not by clock.

Beside what it made, a run keeps a record: for each product the fingerprints of all it was made
from, and of the product itself. Whatever differs now is a reason to make it again; a touched file
or a fresh clone is none.

Existing tools do not fit. Make goes by clocks. doit and joblib compare content, but neither looks
at the product (a page edited by hand would stay), keeps the last good page of a report that fails,
or removes the pages of reports that are gone; doit would also run our reports in processes of its
own, where nothing is warm. What they would save is the dictionary comparison below.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.files import PACKAGE, of_bytes, of_file, write_whole
from pipeline.files import of_source as of_source  # its users ask this module what is fresh

RECORD = ".made.json"
SEEN = ".seen.json"
#: Nanoseconds after which a change to a file would show in its marks, on any file system.
_SETTLED = 3_000_000_000
LOCK_FILE = PACKAGE.parent / "requirements" / "report.txt"

Inputs = Mapping[str, str]

#: What happened to an input, by whether it was there before and is there now.
_CHANGE = {(True, True): "changed", (False, True): "is new", (True, False): "is gone"}


class Seen:
    """Fingerprints of files by their content, each read again only if its marks have changed.

    Marks are what the system keeps of a file: size, number, and when it and its entry were last
    changed. They are kept in a folder between runs, so that a run with nothing to do reads nothing
    it has read before. A file changed a moment ago is not remembered: it might be changed again
    within the same tick of the clock.
    """

    def __init__(self, folder: Path) -> None:
        """Read what was seen before; anything wrong with it only costs time."""
        self._path = folder / SEEN
        self._before: dict[str, list[Any]] = {}
        with suppress(OSError, ValueError, AttributeError):
            self._before = dict(json.loads(self._path.read_text(encoding="utf-8")))
        self._now: dict[str, list[Any]] = {}

    def of(self, file: Path | str) -> str:
        """The fingerprint of a file's content; empty if there is no such file."""
        path = str(file)
        try:
            found = os.stat(path)  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError):
            return ""
        if not stat.S_ISREG(found.st_mode):
            return ""
        marks = [found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns]
        known = self._now.get(path) or self._before.get(path)
        if known is None or known[:-1] != marks:
            known = [*marks, of_bytes(Path(path).read_bytes())]
        if time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) > _SETTLED:
            self._now[path] = known
        return str(known[-1])

    def of_each(self, folder: Path, whose: str) -> Inputs:
        """The fingerprint of each file in a folder, "WHOSE name.csv"; hidden ones left out."""
        with suppress(FileNotFoundError), os.scandir(folder) as entries:
            return {
                f"{whose} {entry.name}": self.of(entry.path)
                for entry in sorted(entries, key=lambda entry: entry.name)
                if not entry.name.startswith((".", "~$")) and entry.is_file()
            }
        return {}

    def write(self) -> None:
        """Keep what was seen for the next run, if anything is new."""
        if self._now != self._before:
            write_whole(self._path, json.dumps(self._now).encode())


@cache
def of_surroundings() -> str:
    """The fingerprint of what the package runs on: the locked libraries and Python's version."""
    return of_bytes(f"{of_file(LOCK_FILE)} {sys.version_info[:2]}".encode())


@dataclass
class Record:
    """What was made in a folder, from what; kept in the folder itself."""

    path: Path
    made: dict[str, dict[str, str]] = field(default_factory=dict)
    _written: float = field(default_factory=time.monotonic)
    _changed: bool = False

    @classmethod
    def read(cls, folder: Path) -> Record:
        """The folder's record; an empty one where there is none or it cannot be understood."""
        path = folder / RECORD
        made: dict[str, dict[str, str]] = {}
        with suppress(OSError, ValueError, AttributeError, TypeError):
            made = {
                str(name): {str(k): str(v) for k, v in entry.items()}
                for name, entry in json.loads(path.read_text(encoding="utf-8")).items()
            }
        return cls(path, made)

    def reasons(self, product: str, inputs: Inputs, now: str) -> list[str]:
        """Why a product must be made again; nothing if it is still right.

        ``now`` is the product's own fingerprint, empty if it is not there.
        """
        before = self.made.get(product)
        if before is None:
            return ["it is there, but not by our doing" if now else "it was never made"]
        if not now:
            return ["it is no longer there"]
        known = before.keys() - {"itself"}
        found = [
            f"{name} {_CHANGE[name in known, name in inputs]}"
            for name in [*inputs, *sorted(known - inputs.keys())]
            if inputs.get(name) != before.get(name)
        ]
        if now != before.get("itself"):
            found.append("it was changed since it was made")
        return found

    def note(self, product: str, inputs: Inputs, itself: str) -> None:
        """Keep in mind what a product was made from, and what it is."""
        self.made[product] = {**inputs, "itself": itself}
        self._changed = True

    def forget(self, product: str) -> None:
        """Take a product out, so that it is made again if it is asked for."""
        self._changed |= self.made.pop(product, None) is not None

    def write(self, every: float = 0.0) -> None:
        """Put the record next to what it is about, if anything is new in it.

        ``every`` is how many seconds must have gone by since it was last written.
        """
        if not self._changed or time.monotonic() - self._written < every:
            return
        content = json.dumps(self.made, indent=0, sort_keys=True) + "\n"
        write_whole(self.path, content.encode())
        self._written, self._changed = time.monotonic(), False

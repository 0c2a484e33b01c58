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

import hashlib
import json
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pipeline.files import write_whole

RECORD = ".made.json"
PACKAGE = Path(__file__).resolve().parents[2]
LOCK_FILE = PACKAGE.parent / "requirements" / "report.txt"

Inputs = Mapping[str, str]

#: What happened to an input, by whether it was there before and is there now.
_CHANGE = {(True, True): "changed", (False, True): "is new", (True, False): "is gone"}


def of_bytes(content: bytes) -> str:
    """The fingerprint of some bytes."""
    return hashlib.sha256(content).hexdigest()


def of_file(path: Path) -> str:
    """The fingerprint of a file's content; empty if there is no such file."""
    try:
        return of_bytes(path.read_bytes())
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return ""


def of_files(root: Path, paths: Iterable[Path]) -> str:
    """The fingerprint of several files under a folder: of their names and contents."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(root).as_posix()}\0{of_file(path)}\n".encode())
    return digest.hexdigest()


def of_folder(folder: Path) -> str:
    """The fingerprint of all files in a folder itself, hidden ones left out."""
    return of_files(folder, _files(folder))


def of_each(folder: Path, whose: str) -> dict[str, str]:
    """The fingerprint of each file in a folder, called "WHOSE name.csv"; short, being many."""
    return {f"{whose} {path.name}": of_file(path)[:16] for path in _files(folder)}


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.glob("*") if p.is_file() and not p.name.startswith("."))


@cache
def of_source(*floors: str) -> str:
    """The fingerprint of the package's source: of these floors, or of all of it."""
    roots = [PACKAGE / floor for floor in floors] or [PACKAGE]
    return of_files(
        PACKAGE,
        (
            path
            for root in roots
            for path in root.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and "template" not in path.parts
        ),
    )


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

    def write(self) -> None:
        """Put the record beside what it is about."""
        content = json.dumps(self.made, indent=0, sort_keys=True) + "\n"
        write_whole(self.path, content.encode())
        self._written = time.monotonic()

    def write_now_and_then(self, seconds: float) -> None:
        """Write it if it was last written so many seconds ago."""
        if time.monotonic() - self._written >= seconds:
            self.write()

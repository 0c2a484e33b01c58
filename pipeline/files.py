"""Writing so that a reader always finds a whole file, and fingerprints of what files hold.

Every room of the package writes this way.
"""

import hashlib
import os
import re
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent

#: One part of a path that the data names: nothing that leads elsewhere, on any system.
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LONGEST = 200


class UnfitName(Exception):
    """A code or name of the data cannot be the name of a file; the message says so."""


def fit_name(name: str) -> str:
    """Return a file's or folder's name made from codes of the data, or raise UnfitName."""
    if not _PART.fullmatch(name) or len(name) > _LONGEST:
        raise UnfitName(
            f"'{name[:_LONGEST]}' cannot be the name of a file: use letters a-z, digits, hyphens "
            f"and underscores, at most {_LONGEST} together, in the codes it is made of."
        )
    return name


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that at any moment there is either the old one or the new one, whole."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def of_bytes(content: bytes) -> str:
    """Return the fingerprint of some bytes: half of the digits of their SHA-256."""
    return hashlib.sha256(content).hexdigest()[:32]


def of_file(path: Path) -> str:
    """Return the fingerprint of a file's content; empty if there is no such file."""
    return of_bytes(path.read_bytes()) if path.is_file() else ""


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed run had begun to write. Nobody else may be writing to the folder."""
    for path in folder.rglob(".*.tmp"):
        path.unlink(missing_ok=True)


@cache
def of_source(*floors: str) -> str:
    """Return the fingerprint of the package's source: of these floors, or of all of it."""
    roots = [PACKAGE / floor for floor in floors] or [PACKAGE]
    digest = hashlib.sha256()
    for path in sorted(path for root in roots for path in root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(PACKAGE).as_posix()}\0{of_file(path)}\n".encode())
    return digest.hexdigest()

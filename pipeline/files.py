"""Writing so that a reader always finds a whole file; every room of the package writes this way."""

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that at any moment there is either the old one or the new one, whole."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed run had begun to write. Nobody else may be writing to the folder."""
    for path in folder.rglob(".*.tmp"):
        path.unlink(missing_ok=True)

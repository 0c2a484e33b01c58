"""Tables as bytes: the same table gives the same file on every machine."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import pandas as pd

from pipeline.files import fit_name, write_whole

#: Ten digits: more than any figure here deserves, and the same on every processor.
FLOAT_FORMAT = "%.10g"
DOSSIERS = "dossiers"


def data_version(files: Mapping[Path, bytes]) -> str:
    """Return the fingerprint of some tables: 12 digits of a SHA-256 over their names and bytes.

    Taken over the tables of one report it changes exactly when that report's
    figures do.
    """
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.stem}:{len(files[path])}\n".encode() + files[path])
    return digest.hexdigest()[:12]


def types(frame: pd.DataFrame) -> dict[str, str]:
    """Return the columns of a table that are not text, with their types, for whoever reads it."""
    named = {}
    for column in frame.columns:
        kind = frame[column].dtype
        # A column of yes-or-no with blanks may be of Python objects: read as text, "False" is true.
        if pd.api.types.infer_dtype(frame[column], skipna=True) == "boolean":
            named[str(column)] = "boolean"
        elif pd.api.types.is_integer_dtype(kind):
            named[str(column)] = "Int64"
        elif pd.api.types.is_float_dtype(kind):
            named[str(column)] = "Float64"
    return named


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a table as CSV bytes: UTF-8, LF line ends, ten digits, missing left empty."""
    text = frame.to_csv(index=False, lineterminator="\n", float_format=FLOAT_FORMAT)
    return text.encode("utf-8")


def json_bytes(about: Mapping[str, Any]) -> bytes:
    """Return a dossier's description as JSON bytes, the same for the same content."""
    return (json.dumps(about, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


class WholeFolder:
    """A folder that ends up holding exactly the CSV and JSON files written to it, and its README.

    Used in a ``with`` block. Each file is written beside and renamed; one whose
    content has not changed is left alone. What was not written is removed at
    the end of the block, unless an error ended it.
    """

    def __init__(self, path: Path) -> None:
        """Take the folder's path; it is made when the first file is written."""
        self._path = path
        self._written: set[Path] = set()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def write(self, files: Mapping[Path, bytes]) -> None:
        """Put these files in place, named relative to the folder."""
        for name, content in files.items():
            target = self._path / fit_name(name.as_posix())
            self._written.add(target)
            if target.is_file() and target.read_bytes() == content:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, content)

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        """Remove what no longer belongs."""
        if failure is not None:
            return
        for old in [*self._path.glob("*.csv"), *self._path.glob(f"{DOSSIERS}/*/*")]:
            if old not in self._written and not old.is_dir():
                old.unlink()
        kept = {path.parent for path in self._written}
        for folder in self._path.glob(f"{DOSSIERS}/*"):
            if folder not in kept:
                shutil.rmtree(folder, ignore_errors=True)

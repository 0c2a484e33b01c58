"""Tables as bytes: the same table gives the same file on every machine."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

#: Ten digits: more than any figure here deserves, and the same on every processor.
FLOAT_FORMAT = "%.10g"
DOSSIERS = "dossiers"


def data_version(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the fingerprint of a dossier's figures: 12 digits of a SHA-256 over its tables.

    It covers what the report shows and nothing else, so it changes exactly when
    the report's data does.
    """
    digest = hashlib.sha256()
    for name in sorted(tables):
        content = csv_bytes(tables[name])
        digest.update(f"{name}:{len(content)}\n".encode() + content)
    return digest.hexdigest()[:12]


def types(frame: pd.DataFrame) -> dict[str, str]:
    """Return the columns of a table that are not text, with their types, for whoever reads it."""
    named = {}
    for column in frame.columns:
        kind = frame[column].dtype
        if pd.api.types.is_bool_dtype(kind):
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


def write_folder(out: Path, files: Mapping[Path, bytes]) -> None:
    """Make ``out`` hold exactly these CSV and JSON files (its README stays)."""
    for name, content in files.items():
        target = out / name
        if target.is_file() and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            beside.write_bytes(content)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    wanted = {out / name for name in files}
    for old in [*out.glob("*.csv"), *out.glob(f"{DOSSIERS}/*/*")]:
        if old not in wanted and not old.is_dir():
            old.unlink()
    kept = {path.parent for path in wanted}
    for folder in out.glob(f"{DOSSIERS}/*"):
        if folder not in kept:
            shutil.rmtree(folder, ignore_errors=True)

"""Tables as bytes: the same table gives the same file on every machine.

The names of what stands in a processed folder are here too; nothing is imported that takes time,
so that what only looks for files costs next to nothing.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from pipeline.files import fit_name, of_bytes, write_whole

if TYPE_CHECKING:
    import pandas as pd

#: Ten digits: more than any figure here deserves, and the same on every processor.
FLOAT_FORMAT = "%.10g"
REPORT_DATA = "report_data"
"""Folder of the processed tables that holds a folder a report."""
ABOUT = "about.json"
"""What a report is: title, names, parameters, editions."""
FRAMES = "tables.json"
"""The tables a report shows."""


def data_version(content: bytes) -> str:
    """Return the fingerprint of a report's tables: 12 digits of the SHA-256 of their bytes.

    It changes exactly when that report's figures do.
    """
    return of_bytes(content)[:12]


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a table as CSV bytes: UTF-8, LF line ends, ten digits, missing left empty."""
    return "".join([*_csv([list(frame)]), *csv_lines(frame)]).encode("utf-8")


def csv_lines(frame: pd.DataFrame) -> list[str]:
    """Return the rows of a table, each as ``csv_bytes`` writes it, with its line end."""
    columns = (
        [None if v is None else FLOAT_FORMAT % v for v in _plain(column)]
        if column.dtype.kind == "f"
        else _plain(column)
        for _, column in frame.items()
    )
    return _csv(zip(*columns, strict=True))


def _csv(rows: Iterable[Iterable[Any]]) -> list[str]:
    lines: list[str] = []
    # With its own line end it quotes a lone carriage return too, which would end a row for readers.
    csv.writer(SimpleNamespace(write=lines.append)).writerows(rows)
    return [f"{line[:-2]}\n" for line in lines]


def read_table(
    file: Path | BytesIO, types: Mapping[str, str], columns: list[str] | None = None
) -> pd.DataFrame:
    """Return a table that ``csv_bytes`` wrote, each column with its type.

    ``types`` names those: Int64 (whole numbers), Float64, boolean or string. ``columns`` are those
    that are wanted, all if None. A missing value is ``pd.NA``.
    """
    import pandas as pd

    return pd.read_csv(
        file,
        dtype=dict(types),
        usecols=columns,
        keep_default_na=False,
        na_values=[""],
    )


def json_bytes(about: Mapping[str, Any]) -> bytes:
    """Return a report's description as JSON bytes, the same for the same content."""
    return (json.dumps(about, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


Columns = dict[str, tuple[str, list[Any]]]
"""A table as columns by name: type and values, a missing one None."""


def columns_of(frame: pd.DataFrame) -> Columns:
    """Return a table as columns, with the values as Python's own.

    >>> import pandas as pd
    >>> columns_of(pd.DataFrame({"cases": pd.array([25, None], dtype="Int64")}))
    {'cases': ('Int64', [25, None])}
    """
    return {str(name): (_type(column), _values(column)) for name, column in frame.items()}


def _type(column: pd.Series) -> str:
    kind = column.dtype.kind
    return {"i": "Int64", "u": "Int64", "f": "Float64", "b": "boolean"}.get(kind, "string")


def _values(column: pd.Series) -> list[Any]:
    """Return the values of a column as ``_plain`` does, with as many digits as a file has."""
    return _rounded(_plain(column)) if column.dtype.kind == "f" else _plain(column)


def _plain(column: pd.Series) -> list[Any]:
    """Return the values of a column as Python's own; what is missing as None."""
    import pandas as pd

    # What is not the same as itself is a number that is missing.
    missing = pd.NA
    return [None if v is missing or v != v else v for v in column.tolist()]


def _rounded(values: Iterable[Any]) -> list[Any]:
    return [v if v is None else float(FLOAT_FORMAT % v) for v in values]


def columns_of_rows(rows: Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> Columns:
    """Return rows as columns, each of its type; a value that is missing, or not there, is None.

    >>> columns_of_rows([{"cases": 25}, {"cases": None}], {"cases": "Int64"})
    {'cases': ('Int64', [25, None])}
    """
    columns = {name: (kind, [row.get(name) for row in rows]) for name, kind in types.items()}
    return {
        name: (kind, _rounded(values) if kind == "Float64" else values)
        for name, (kind, values) in columns.items()
    }


_in_json = json.JSONEncoder(ensure_ascii=False).encode
_text_in_json = lru_cache(maxsize=5000)(_in_json)
"""The same of a text, or of none: most stand in many reports."""


def frames_bytes(tables: Mapping[str, Columns]) -> bytes:
    """Return the tables of a report as JSON bytes, a line a column: its type and its values."""
    lines = []
    for table, columns in tables.items():
        values = ",\n".join(
            f"{_text_in_json(name)}: {_column_in_json([kind, *values])}"
            for name, (kind, values) in columns.items()
        )
        lines.append(f"{_text_in_json(table)}: {{\n{values}\n}}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("utf-8")


def _column_in_json(column: list[Any]) -> str:
    text = column[0] == "string"
    return f"[{', '.join(map(_text_in_json, column))}]" if text else _in_json(column)


def read_frames(path: Path) -> dict[str, dict[str, list[Any]]]:
    """Return what ``frames_bytes`` wrote: tables by name, columns by name, type first."""
    return json.loads(path.read_bytes())


def frame_of(columns: Mapping[str, list[Any]]) -> pd.DataFrame:
    """Return one table of ``read_frames``, each column with the type it was written with.

    Whole numbers are Int64, other numbers Float64, yes-or-no values boolean and everything else
    string; a missing value is ``pd.NA``.
    """
    import pandas as pd

    return pd.DataFrame({n: pd.array(values, dtype=kind) for n, (kind, *values) in columns.items()})


def write_files(folder: Path, files: Mapping[Path, bytes]) -> None:
    """Put files in place, named relative to the folder; one that is the same is left alone.

    Each is written under another name first, so that none is ever half there.
    """
    for name, content in files.items():
        target = folder.joinpath(*map(fit_name, name.parts))
        if target.is_file() and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, content)


def remove_others(folder: Path, kept: Iterable[Path]) -> None:
    """Remove the tables and report data in a processed folder that are not among ``kept``."""
    names = set(kept)
    for old in [*folder.glob("*.csv"), *folder.glob(f"{REPORT_DATA}/*/*")]:
        if old.relative_to(folder) not in names and not old.is_dir():
            old.unlink()
    parents = {name.parent for name in names}
    for old in folder.glob(f"{REPORT_DATA}/*"):
        if old.relative_to(folder) not in parents:
            shutil.rmtree(old, ignore_errors=True)

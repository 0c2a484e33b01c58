"""First floor: read the raw tables, check them, hand them over typed.

Here belongs what raw data must be; what is made of it belongs to ``analysis``.

An analyst needs one call::

    from pipeline.data import load
    tables = load()            # every raw table as a DataFrame, by name
    tables["key_question_scores"]
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.data.folders import processed_folder, raw_folder
    from pipeline.data.problems import InvalidData, Problem
    from pipeline.data.tables import Tables, is_missing, load, load_valid

__all__ = [
    "InvalidData",
    "Problem",
    "Tables",
    "is_missing",
    "load",
    "load_valid",
    "processed_folder",
    "raw_folder",
]

_HOMES = {
    "InvalidData": "problems",
    "Problem": "problems",
    "Tables": "tables",
    "is_missing": "tables",
    "load": "tables",
    "load_valid": "tables",
    "processed_folder": "folders",
    "raw_folder": "folders",
}


def __getattr__(name: str) -> Any:
    """Import on demand: reading tables needs pandas, which takes longer than a run without work."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pipeline.data' has no attribute '{name}'")
    return getattr(import_module(f"pipeline.data.{_HOMES[name]}"), name)

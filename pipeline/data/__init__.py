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
    "InvalidData", "Problem", "Tables", "is_missing", "load", "load_valid", "processed_folder",
    "raw_folder",
]  # fmt: skip

_HOMES = {"problems": ("InvalidData", "Problem"), "folders": ("processed_folder", "raw_folder")}


def __getattr__(name: str) -> Any:
    """Import on demand: reading tables needs pandas, which takes longer than a run without work."""
    if name not in __all__:
        raise AttributeError(f"module 'pipeline.data' has no attribute '{name}'")
    home = next((home for home, names in _HOMES.items() if name in names), "tables")
    return getattr(import_module(f"pipeline.data.{home}"), name)

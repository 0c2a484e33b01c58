"""First floor: read the raw tables, check them, hand them over typed.

An analyst needs one call::

    from pipeline.data import load
    tables = load()            # every raw table as a DataFrame, by name
    tables["key_question_scores"]
"""

from pipeline.data.folders import processed_folder, raw_folder
from pipeline.data.problems import InvalidData, Problem
from pipeline.data.tables import Tables, is_missing, load

__all__ = [
    "InvalidData",
    "Problem",
    "Tables",
    "is_missing",
    "load",
    "processed_folder",
    "raw_folder",
]

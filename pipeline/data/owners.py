"""Which provider a row belongs to: by its provider, its inspection, its plan or its action."""

from collections.abc import Mapping

import pandas as pd


def owner_of(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return the provider of each row of the tables whose rows belong to one, by table.

    A value is missing where the row names none that is known. A table that is not in the answer
    (frameworks, questions, sources and so on) is shared by all providers.
    """
    inspection = _known(tables["inspections"], "inspection", "provider")
    plan = _known(tables["plans"], "plan", "provider")
    action = _known(tables["actions"], "action", "plan").map(plan)
    by = {"plan": plan, "inspection": inspection, "action": action}
    owners = {}
    for name, frame in tables.items():
        if "provider" in frame:
            owners[name] = frame["provider"]
        elif keys := [key for key in by if key in frame]:
            first, *others = (frame[key].map(by[key]) for key in keys)
            for other in others:
                first = first.fillna(other)
            owners[name] = first
    return owners


def _known(frame: pd.DataFrame, code: str, value: str) -> pd.Series:
    """Return a column by its code; of a code that stands twice, the first row counts."""
    return frame.drop_duplicates(code).dropna(subset=code).set_index(code)[value]

"""The design the reports print for their samples, and how many eligible cases it implies."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline.analysis.records import typed
from pipeline.analysis.statistics.sampling import eligible_cases_for_design
from pipeline.analysis.statistics.significance import CannotBeComputed


def published_designs(samples: pd.DataFrame) -> pd.DataFrame:
    """One row a sample whose confidence level and margin of error are printed.

    ``samples`` is the raw table of that name. Columns: ``inspection, sample, size`` (cases read),
    ``required_size`` (the size the design asked for, where another is printed),
    ``confidence_level`` (percent), ``margin_of_error`` (percentage points), ``eligible`` (cases the
    design implies), ``eligible_lowest, eligible_highest`` (that give the same size when rounded),
    ``all_eligible`` (yes where the document says that every eligible case was read) and ``note``,
    which says where the design and what was done do not fit. Method: ``eligible_cases_for_design``,
    on the required size where there is one, else on the size.
    """
    designed = samples[samples[["size", "confidence_level", "margin_of_error"]].notna().all(axis=1)]
    rows: list[dict[str, Any]] = []
    for row in designed.to_dict("records"):
        asked = row["size"] if pd.isna(row["required_size"]) else row["required_size"]
        note = ""
        eligible: Any = pd.NA
        lowest: Any = pd.NA
        highest: Any = pd.NA
        try:
            eligible, lowest, highest = eligible_cases_for_design(
                int(asked), float(row["confidence_level"]), float(row["margin_of_error"])
            )
        except CannotBeComputed as reason:
            note = str(reason)
        if row["all_eligible"] == "yes" and not pd.isna(eligible) and row["size"] < lowest:
            note = (
                f"The design implies about {eligible} eligible cases; the report says that all "
                f"{row['size']} there were have been read."
            )
        rows.append(
            {
                **{name: row[name] for name in _AS_PRINTED},
                "eligible": eligible,
                "eligible_lowest": lowest,
                "eligible_highest": highest,
                "all_eligible": row["all_eligible"],
                "note": note,
            }
        )
    return typed(rows, _DESIGN)


_AS_PRINTED = {
    "inspection": "string", "sample": "string", "size": "Int64", "required_size": "Int64",
    "confidence_level": "Float64", "margin_of_error": "Float64",
}  # fmt: skip
_DESIGN = {
    **_AS_PRINTED, "eligible": "Int64", "eligible_lowest": "Int64", "eligible_highest": "Int64",
    "all_eligible": "string", "note": "string",
}  # fmt: skip

"""The design the reports print for their samples, and how many eligible cases it implies."""

from __future__ import annotations

import pandas as pd

from pipeline.analysis.records import Row, records, typed
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
    rows: list[Row] = []
    for row in records(designed):
        asked = row["size"] if row["required_size"] is None else row["required_size"]
        note = ""
        eligible: int | None = None
        lowest: int | None = None
        highest: int | None = None
        try:
            eligible, lowest, highest = eligible_cases_for_design(
                asked, row["confidence_level"], row["margin_of_error"]
            )
        except CannotBeComputed as reason:
            note = str(reason)
        if row["all_eligible"] == "yes" and lowest is not None and row["size"] < lowest:
            note = (
                f"The design implies about {eligible} eligible cases; the report says that all "
                f"{row['size']} there were have been read."
            )
        found = {"eligible": eligible, "eligible_lowest": lowest, "eligible_highest": highest}
        rows.append({**row, **found, "note": note})
    return typed(rows, _DESIGN)


_DESIGN = {
    **dict.fromkeys(["inspection", "sample"], "string"),
    **dict.fromkeys(["size", "required_size"], "Int64"),
    **dict.fromkeys(["confidence_level", "margin_of_error"], "Float64"),
    **dict.fromkeys(["eligible", "eligible_lowest", "eligible_highest"], "Int64"),
    **dict.fromkeys(["all_eligible", "note"], "string"),
}

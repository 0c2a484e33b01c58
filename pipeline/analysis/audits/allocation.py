"""Cases held against the published rules of allocation: how many lie outside, by which rule.

The matrix gives a colour by likelihood of reoffending and risk of serious harm. What it leaves open
is said and not settled: a cell it does not print (high risk of serious harm), a colour printed as
two ("Blue/Red"), and the lists of circumstances that lift a case to another colour, of which the
data on a case say nothing. So a case above its cell may be right; one below it needs looking at.
"""

import pandas as pd

from pipeline.analysis.audits.counts import fewest_cases
from pipeline.analysis.records import Row, grouped, records, typed
from pipeline.data import Tables, is_missing

INSIDE = "as the matrix has it"
OTHER = "another colour than the matrix gives"
OPEN = "the matrix does not print this cell"
TOO_FEW = "fewer hours than the matrix asks for"

_COLUMNS = [
    "provider", "inspection", "risk_of_reoffending", "risk_of_serious_harm", "colour", "source",
    "place", "finding",
]  # fmt: skip


def allocation_check(tables: Tables) -> pd.DataFrame:
    """A row a provider, cell of the matrix and finding, with the number of ``cases``.

    Columns: ``provider, inspection, risk_of_reoffending, risk_of_serious_harm, colour`` (printed in
    the cell), ``finding``, ``cases`` (empty where they are fewer than may be shown), ``source,
    place`` of the cell. A case can count twice: for its colour and for its hours.
    """
    fewest = fewest_cases(tables)
    cells = grouped(records(tables["allocation_matrix"]), "inspection")
    named = ("provider", "inspection", "risk_of_serious_harm")
    rows = [
        (cell or {}) | {name: case[name] for name in named} | {"finding": finding}
        for case in records(tables["case_allocations"])
        for cell in [_cell(cells[case["inspection"]], case)]
        for finding in _findings(cell, case)
    ]
    found = typed(rows, dict.fromkeys(_COLUMNS, "string"))
    found = found.groupby(_COLUMNS, sort=False, dropna=False).size().rename("cases").reset_index()
    return found.assign(cases=found["cases"].astype("Int64").where(found["cases"] >= fewest))


def _cell(cells: list[Row], case: Row) -> Row | None:
    """The cell of the matrix a case belongs to; None where it prints none."""
    for cell in cells:
        low, _, high = str(cell["ogrs"]).partition("-")
        within = int(low) <= int(case["ogrs"]) <= int(high or low)
        if within and cell["risk_of_serious_harm"] == case["risk_of_serious_harm"]:
            return cell
    return None


def _findings(cell: Row | None, case: Row) -> list[str]:
    if cell is None:
        return [OPEN]
    found = [INSIDE if case["colour"] in {cell["colour"], *cell["colour"].split("/")} else OTHER]
    asked = cell["minimum_hours"]
    if not is_missing(asked) and not is_missing(case["hours"]) and case["hours"] < asked:
        found.append(TOO_FEW)
    return found

"""How far the copying itself may be trusted: what two readers agreed on, what a machine read."""

import pandas as pd

from pipeline.analysis.statistics.double_entry import DoubleEntry
from pipeline.data import Tables

MARKS = ("proved", "read", "checked")
"""What became of a row that was read by machine, from the surest to the one a person looked at."""


def double_entries(tables: Tables) -> pd.DataFrame:
    """Return one row a document that two people typed and whose copies were compared by cell.

    Columns: source, title, published_printed; cells (compared); first, second and both (cells that
    only the first, only the second, or both in different ways had wrong, all put right); expected
    and cautious (cells that both are expected to have wrong alike, see
    ``statistics.double_entry``). No rows where no comparison was counted by cell.
    """
    counted = tables["second_readings"]
    counted = counted[counted["cells"].notna()]
    numbers = ["cells", "differences", "second_differences", "both_differences"]
    summed = counted.groupby("source", sort=False)[numbers].sum()
    summed.columns = ["cells", "first", "second", "both"]
    entries = [DoubleEntry(*map(int, row)) for row in summed.itertuples(index=False)]
    summed["expected"] = [entry.expected_unseen for entry in entries]
    summed["cautious"] = [entry.cautious_unseen for entry in entries]
    named = tables["sources"][["source", "title", "published_printed"]]
    return named.merge(summed.reset_index(), on="source")


def machine_reads(tables: Tables) -> pd.DataFrame:
    """Return one row a document and table of which rows were read by machine.

    Columns: source, title, published_printed, table; proved, read and checked (rows by mark);
    machine (their sum); rows (all rows of the table from this document).
    """
    kept = tables["machine_readings"]
    counts = kept.groupby(["source", "table", "mark"], sort=False).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(MARKS), fill_value=0)
    counts["machine"] = counts.sum(axis=1)
    found = counts.reset_index().rename_axis(None, axis=1)
    found["rows"] = [
        int((tables[table]["source"] == source).sum())
        for source, table in zip(found["source"], found["table"], strict=True)
    ]
    named = tables["sources"][["source", "title", "published_printed"]]
    return named.merge(found, on="source")

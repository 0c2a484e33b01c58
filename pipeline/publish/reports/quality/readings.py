"""How the figures were copied: by two people, and what both may have missed; or by machine."""

from pipeline.publish.page.blocks import Together
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.quality.context import Quality

_HOW_MANY = (
    "An error that only one of the two made was found, because the copies then differed, and put "
    "right. An error that both made alike cannot be seen. If the two work independently, and every "
    "cell is as easy to misread as any other, about as many cells are wrong in both as the errors "
    "of the first times those of the second, divided by the cells both had right (capture and "
    "recapture, as fish are counted). The cautious figure adds one to each count and is never "
    "nothing. Where the document itself misleads, both read the same wrong thing, and both figures "
    "are too low."
)
_MARKS = (
    "Proved: something independent of the place it was read from confirms the row. Read: nothing "
    "contradicts it, and nothing proves it. Checked: a person compared it with the document. Rows "
    "that are not counted here were typed. The download names every row that was read by machine."
)


def how_it_was_copied(report: Quality) -> Together | None:
    """Return what two readers may have missed and what a machine read; None where neither is."""
    parts = [_read_twice(report), _by_machine(report)]
    shown = [part for part in parts if part is not None]
    return Together(shown) if shown else None


def _read_twice(report: Quality) -> Table | None:
    if "double_entries" not in report.data.names:
        return None
    rows = report.data["double_entries"]
    return report.table(
        rows.assign(document=rows["title"] + ", " + rows["published_printed"]),
        "What two readers found, and what both may have missed",
        [
            Column("document", "Document", wide=True),
            Column("cells", "Cells typed by both", "count"),
            Column("first", "Only the first wrong", "count"),
            Column("second", "Only the second wrong", "count"),
            Column("both", "Both wrong, differently", "count"),
            Column("expected", "Both wrong alike, expected", "number", decimals=2),
            Column("cautious", "The same, cautiously", "number", decimals=2),
        ],
        name="read-twice",
        comment=_HOW_MANY,
    )


def _by_machine(report: Quality) -> Table | None:
    if "machine_reads" not in report.data.names:
        return None
    rows = report.data["machine_reads"]
    named = rows.assign(
        document=rows["title"] + ", " + rows["published_printed"],
        kind=rows["table"].str.replace("_", " ").str.capitalize(),
    )
    return report.table(
        named,
        "Rows read by machine",
        [
            Column("kind", "Table"),
            Column("proved", "Proved", "count"),
            Column("read", "Read", "count"),
            Column("checked", "Checked", "count"),
            Column("machine", "By machine", "count"),
            Column("rows", "Of all rows", "count"),
        ],
        groups="document",
        name="read-by-machine",
        comment=_MARKS,
    )


def machine_rows_table(report: Quality) -> Table | None:
    """Return every row that was read by machine, for the downloads; None where none was."""
    if "machine_readings" not in report.data.names:
        return None
    return report.table(
        report.data["machine_readings"],
        "Every row that was read by machine",
        [
            Column("table", "Table"),
            Column("row", "Row"),
            Column("mark", "Mark"),
            Column("place", "Read from"),
            Column("source", "Document"),
        ],
        name="machine-rows",
    )

"""The register of discrepancies: a list by kind, what is done of several entries said once."""

from pipeline.analysis.records import Row, grouped, records
from pipeline.publish.page.blocks import Entries, Entry, Prose
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.quality.context import Quality

KINDS = {
    "figure": "A figure or share in two places, in other words, rounding or measure",
    "impossible figure": "A percentage that the cases read do not give",
    "comparability": "What may be compared, said in two ways",
    "claim": "A statement set against the figures",
    "sample": "Which cases, and how many",
    "missing": "Something referred to and not printed",
    "date": "Dates",
    "wording": "Wording",
    "numbering": "Numbering",
    "name": "Names",
    "layout": "Layout",
    "misprint": "Misprints",
    "text conversion": "In the text we have, perhaps not in the document",
}
"""The kinds of discrepancy in words, from what bears most on figures to what bears least."""


def register_list(report: Quality) -> Entries | Prose:
    """Return the whole register by kind; entries with the same treatment stand under it."""
    by_kind = grouped(records(report.register), "kind")
    groups = {}
    for kind in [*KINDS, *(kind for kind in by_kind if kind not in KINDS)]:
        rows = by_kind.get(kind, [])
        if rows:
            groups[_heading(kind, rows)] = _by_treatment(rows)
    if not groups:
        return Prose(["The register is empty."], report.notes)
    return Entries(groups, report.notes, "register")


def _heading(kind: str, rows: list[Row]) -> str:
    """The kind in words, how many entries there are, and how many of them change something."""
    changing = sum(row["changes"] != "nothing" for row in rows)
    some = f"{changing} of them" if changing < len(rows) else "each of them"
    bearing = f", {some} bearing on what is said here" if changing else ""
    return f"{KINDS.get(kind, kind.capitalize())}: {len(rows)}{bearing}"


def _by_treatment(rows: list[Row]) -> list[tuple[str, list[Entry]]]:
    """Runs of entries: what is done with several is said once, with one alone in its own line.

    What is done with an entry that changes nothing is not worth a line here; the download has it.
    """
    changing = [row for row in rows if row["changes"] != "nothing"]
    idle = [entry(row) for row in rows if row["changes"] == "nothing"]
    runs, alone = [], []
    for treatment, same in grouped(changing, "treatment").items():
        if len(same) > 1:
            runs.append((str(treatment), [entry(row) for row in same]))
        else:
            alone.append(entry(same[0], str(treatment)))
    if alone:
        runs.append(("Each treated by itself:" if runs else "", alone))
    if idle:
        runs.append(("These change nothing here:" if runs else "", idle))
    return runs


def entry(row: Row, treatment: str = "") -> Entry:
    """Return a row of the register as one line of a list, with both places."""
    places = [(row["source"], row["place"])]
    if row["other_source"]:
        places.append((row["other_source"], row["other_place"]))
    done = f" {treatment}" if treatment else ""
    return Entry(f"{row['discrepancy']} {row['subject']}:", f"{row['description']}{done}", places)


def register_table(report: Quality) -> Table:
    """Return the whole register as a table for the downloads: both values, places and certainty."""
    return report.table(
        report.register,
        "The register of discrepancies",
        [
            Column("discrepancy", "No.", "count"),
            Column("subject", "Subject"),
            Column("value", "One place", source=("source", "place")),
            Column("other_value", "The other", missing="nothing to set next to it",
                   source=("other_source", "other_place")),
            Column("description", "What differs"),
            Column("treatment", "What is done"),
            Column("reason", "Why"),
            Column("certainty", "Certainty"),
            Column("changes", "Changes"),
        ],
        name="register",
    )  # fmt: skip

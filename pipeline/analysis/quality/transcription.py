"""The rule on how the tables were copied: whether they were read a second time."""

from collections import Counter
from collections.abc import Iterator

from pipeline.analysis.quality.lookups import NOTE, Finding, Records, rule

#: Tables whose rows are results copied from documents, as against lists and our own readings.
FIGURE_TABLES = (
    "key_question_scores",
    "comparator_scores",
    "prompt_scores",
    "facts",
    "ratings",
    "overall_ratings",
    "discretions",
    "allocation_matrix",
    "recommendations",
    "responses",
    "actions",
    "follow_up",
)


@rule(NOTE, "Tables read a second time")
def figures_transcribed_twice(records: Records) -> Iterator[Finding]:
    """Were all rows copied from the document read a second time and compared?"""
    read = {(row["source"], row["table"]): row for row in records.rows("second_readings")}
    simulated = {s["source"] for s in records.rows("sources") if s["kind"] == "simulated"}
    reported: dict[str, str] = {}
    for inspection in records.rows("inspections"):
        reported.setdefault(inspection["source"], inspection["inspection"])
    for plan in records.rows("plans"):
        reported.setdefault(plan["source"], plan["inspection"] or "")
    for table in FIGURE_TABLES:
        for source, count in Counter(records.tables[table]["source"]).items():
            if source in simulated:
                continue
            again = read.get((source, table))
            twice = 0 if again is None else int(again["rows"])
            yield Finding(
                reported.get(source, ""),
                f"{table}, {source}",
                twice >= count,
                f"{twice} of {count} rows were read a second time"
                + (f", {again['blind']} of them blind." if again else "."),
            )

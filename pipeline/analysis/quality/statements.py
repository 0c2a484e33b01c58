"""Rules on sentences that repeat a figure, or sum figures up, set against the tables."""

import re
from collections.abc import Iterator

from pipeline.analysis.quality.lookups import WARNING, Finding, Records, plain, rule
from pipeline.analysis.quality.shares import fraction, share_in_words, simple
from pipeline.analysis.records import Row


@rule(WARNING, "Figures repeated in the text")
def restated_figure_agrees(records: Records) -> Iterator[Finding]:
    """Does a sentence that repeats a figure agree with the table?"""
    for (inspection, measure), rows in records.facts.items():
        if measure == "restates-good-threshold":
            yield from _restated_threshold(records, inspection, rows)
        target = _restated(records, inspection, measure)
        if target is None:
            continue
        subject, percent = target
        for row in rows:
            where = f"'{row['as_printed']}' in {row['place']}; the table prints {percent}%."
            if row["value"] is not None:
                yield Finding(inspection, subject, row["value"] == percent, where)
                continue
            said = share_in_words(row["as_printed"])
            if said is not None:
                low, high = said
                yield Finding(
                    inspection,
                    subject,
                    low <= percent <= high,
                    f"{where} The words allow {low:.0f}% to {high:.0f}%.",
                )


def _restated_threshold(records: Records, inspection: str, rows: list[Row]) -> Iterator[Finding]:
    """A boundary is exact: a fraction that only comes near it is another boundary."""
    framework = records.framework[inspection]
    lower = next(
        band["lower_percent"]
        for band in records.rows("rating_bands")
        if (band["framework"], band["rating"]) == (framework, "Good")
    )
    for row in rows:
        share = fraction(simple(row["as_printed"]))
        if share is not None:
            yield Finding(
                inspection,
                "boundary of Good",
                round(100 * share) == lower,
                f"'{row['as_printed']}' in {row['place']}; the bands begin at {lower}%.",
            )


def _restated(records: Records, inspection: str, measure: str) -> tuple[str, int] | None:
    """The question or prompt that a fact repeats, and its published percentage."""
    found = re.fullmatch(r"restates-(key-question|prompt)-(\d+)-(\d+)-(\d+)(?:-(\d+))?", measure)
    if not found:
        return None
    question = ".".join(found.group(2, 3, 4))
    score = (
        records.prompt_scores.get((inspection, f"{question}-{found[5]}"))
        if found[5]
        else records.own.get((inspection, question))
    )
    if score is None or score["percent"] is None:
        return None
    name = f"prompt {question}-{found[5]}" if found[5] else f"key question {question}"
    return name, int(score["percent"])


@rule(WARNING, "Statements on targets met")
def claims_of_targets_agree(records: Records) -> Iterator[Finding]:
    """Does a sentence on targets met agree with the values and targets printed?"""
    for inspection in records.framework:
        with_target = [
            (measure, row)
            for measure, rows in records.measured.get(inspection, {}).items()
            if records.measures[measure]["topic"] == "performance"
            for row in rows
            if row["value"] is not None and row["target"] is not None
        ]
        missed = [
            f"{measure} is {plain(row['value'])} against {plain(row['target'])}"
            for measure, row in with_target
            if (row["value"] < row["target"]) == (records.measures[measure]["better"] == "higher")
            and row["value"] != row["target"]
        ]
        for claim in records.facts.get((inspection, "service-levels-met"), []):
            words = simple(claim["as_printed"])
            claims_all = re.search(r"(?<!almost )\ball\b", words) is not None
            yield Finding(
                inspection,
                "targets met",
                not (claims_all and missed),
                f"'{claim['as_printed']}' in {claim['place']}; {len(with_target)} are printed with "
                f"a target, missed: {', '.join(missed) or 'none'}.",
            )

"""The first screen: how much, checked how, and what to know before using a figure."""

from pipeline.analysis.records import records
from pipeline.analysis.sentences.phrases import in_words, joined
from pipeline.publish.page.blocks import (
    Entries,
    Headline,
    KeyFigure,
    KeyFigures,
    Panel,
    Panels,
    Prose,
    Together,
)
from pipeline.publish.reports.quality.context import Quality
from pipeline.publish.reports.quality.register import entry

NAMED = 3
"""So many failures of a rule are named on the first screen; the others are counted."""


def in_brief(report: Quality) -> Together:
    """Return the first screen: how much, checked how, what agrees and what does not."""
    return Together([_headline(report), _cards(report), _panels(report)])


def _headline(report: Quality) -> Headline:
    documents, rules, register = report.data["documents"], report.data["rules"], report.register
    passed, failed = int(rules["passed"].sum()), int(rules["failed"].sum())
    reading = int(register["changes"].isin(["verdict", "rating"]).sum())
    figure = int((register["changes"] == "figure").sum())
    same = rules[rules["rule"] == "same-figure-agrees"].iloc[0]
    return Headline(
        f"{int(documents['numbers'].sum()):,} published figures from {in_words(len(documents))} "
        f"documents; {passed:,} of {passed + failed:,} checks on them hold.",
        [
            f"Of {len(register)} places that differ from one another, {in_words(reading)} bear on "
            f"a verdict or a rating and {in_words(figure)} on a figure, its base or a count; the "
            "others change nothing here, and in many of them both places are right. Both are "
            "shown; no published figure is changed.",
            f"{int(same['passed']):,} of {int(same['passed'] + same['failed']):,} figures that are "
            "printed again under the same name are the same; the register lists those that stand "
            "in two places in other words, another rounding or another measure.",
        ],
        report.notes,
    )


def _cards(report: Quality) -> KeyFigures:
    documents, rules = report.data["documents"], report.data["rules"]
    rows, again = int(documents["rows"].sum()), int(documents["rows_read_twice"].sum())
    corrected = int(documents["corrections"].sum())
    errors = rules[rules["severity"] == "error"]
    held, broken = int(errors["passed"].sum()), int(errors["failed"].sum())
    return KeyFigures(
        [
            KeyFigure(
                "Rows read a second time",
                f"{again:,}",
                of=f"of {rows:,}",
                was=f"{int(documents['rows_blind'].sum()):,} without sight of the first copy",
                note=f"{in_words(corrected)} put right" if corrected else "nothing to put right",
            ),
            KeyFigure(
                "Checks on what must agree",
                f"{held:,}",
                of=f"of {held + broken:,} hold",
                was="same figure twice, points, ratings, totals, counts",
            ),
            KeyFigure(
                "Entries on the register",
                f"{len(report.register)}",
                was=f"{int((report.register['touches_number'] == 'yes').sum())} touch a number",
            ),
        ],
        report.notes,
    )


def _panels(report: Quality) -> Panels:
    rules = records(report.data["rules"])
    whole = [
        f"{row['title']}: {row['passed']} of {row['passed']}."
        for row in rules
        if row["failed"] == 0 and row["passed"] > 0 and row["severity"] == "error"
    ]
    partly = [
        f"{row['title']}: {row['passed']} of {row['passed'] + row['failed']}. Not so: "
        f"{joined(_failing(report, row['rule']))}."
        for row in rules
        if row["failed"] > 0 and row["severity"] != "note"
    ]
    return Panels(
        [
            Panel("What agrees", whole or ["No rule holds everywhere."]),
            Panel("What to know before using a figure", partly or ["Every rule holds."]),
        ],
        report.notes,
    )


def _failing(report: Quality, rule: str) -> list[str]:
    """What a rule does not hold for: the first few by name, the others counted."""
    rows = report.failures[report.failures["rule"] == rule]
    several = rows["inspection"].nunique() > 1
    named = [
        str(row["shown"]) + (f" ({row['round']})" if several and row["round"] else "")
        for row in records(rows.drop_duplicates(["shown", "inspection"]))
    ]
    if len(named) > NAMED + 1:
        named = [*named[:NAMED], f"{in_words(len(named) - NAMED)} others"]
    return [name[0].lower() + name[1:] for name in named]


def what_changes_a_reading(report: Quality) -> Entries | Prose:
    """Return the entries of the register that bear on a verdict or a rating, with what is done."""
    groups = {
        f"Bears on a {bears_on}": [("", [entry(row, str(row["treatment"])) for row in rows])]
        for bears_on in ("verdict", "rating")
        if (rows := records(report.register[report.register["changes"] == bears_on]))
    }
    if not groups:
        return Prose(["No entry of the register bears on a verdict or a rating."], report.notes)
    return Entries(groups, report.notes, "changes-a-reading")

"""The report on the quality of the published figures: what its notebook calls, a method a cell."""

from functools import cached_property
from typing import Self

import pandas as pd

from pipeline.analysis.quality.coverage import NAME
from pipeline.analysis.quality.lookups import SEVERITIES
from pipeline.analysis.records import Row, grouped, records
from pipeline.analysis.sentences.corrections import NOTHING, what_rests_on_them
from pipeline.analysis.sentences.phrases import capital, in_words, joined
from pipeline.publish.charts.completeness import completeness_chart
from pipeline.publish.page.blocks import (
    Entries,
    Entry,
    Glossary,
    Headline,
    KeyFigure,
    KeyFigures,
    Panels,
    Prose,
    Together,
)
from pipeline.publish.page.downloads import Downloads
from pipeline.publish.page.pictures import Picture, both
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.report_page import ReportPage, open_report_data

NAMED = 3
"""So many failures of a rule are named on the first screen; the others are counted."""

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


class QualityReport(ReportPage):
    """The report on the quality of the published figures."""

    @classmethod
    def open(cls) -> Self:
        """Open the report. Raises NoSuchReport where the data has no published figures."""
        return cls(open_report_data(NAME))

    @cached_property
    def register(self) -> pd.DataFrame:
        """The register of discrepancies; an entry that says nothing of it changes nothing."""
        rows = self.data["register"]
        return rows.assign(changes=rows["changes"].fillna("nothing"))

    @cached_property
    def failures(self) -> pd.DataFrame:
        """The checks that do not hold, with the round of their inspection."""
        rounds = self.data["inspections"].set_index("inspection")["round"].astype("string")
        rows = self.data["failures"]
        return rows.assign(round=rows["inspection"].map(rounds))

    # The first screen

    def in_brief(self) -> Together:
        """Return the first screen: how much, checked how, what agrees and what does not."""
        return Together(self._headline(), self._cards(), self._panels())

    def _headline(self) -> Headline:
        documents, rules, register = self.data["documents"], self.data["rules"], self.register
        passed, failed = int(rules["passed"].sum()), int(rules["failed"].sum())
        reading = int(register["changes"].isin(["verdict", "rating"]).sum())
        figure = int((register["changes"] == "figure").sum())
        same = rules[rules["rule"] == "same-figure-agrees"].iloc[0]
        return Headline(
            f"{int(documents['numbers'].sum()):,} published figures from "
            f"{in_words(len(documents))} documents; {passed:,} of {passed + failed:,} checks on "
            "them hold.",
            f"Of {len(register)} places that differ from one another, {in_words(reading)} bear on "
            f"a verdict or a rating and {in_words(figure)} on a figure, its base or a count; the "
            "others change nothing here, and in many of them both places are right. Both are "
            "shown; no published figure is changed.",
            f"{int(same['passed']):,} of {int(same['passed'] + same['failed']):,} figures that are "
            "printed again under the same name are the same; the register lists those that stand "
            "in two places in other words, another rounding or another measure.",
        )

    def _cards(self) -> KeyFigures:
        documents, rules = self.data["documents"], self.data["rules"]
        rows, again = int(documents["rows"].sum()), int(documents["rows_read_twice"].sum())
        corrected = int(documents["corrections"].sum())
        errors = rules[rules["severity"] == "error"]
        held, broken = int(errors["passed"].sum()), int(errors["failed"].sum())
        return KeyFigures(
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
                f"{len(self.register)}",
                was=f"{int((self.register['touches_number'] == 'yes').sum())} touch a number",
            ),
        )

    def _panels(self) -> Panels:
        rules = records(self.data["rules"])
        whole = [
            f"{row['title']}: {row['passed']} of {row['passed']}."
            for row in rules
            if row["failed"] == 0 and row["passed"] > 0 and row["severity"] == "error"
        ]
        partly = [
            f"{row['title']}: {row['passed']} of {row['passed'] + row['failed']}. Not so: "
            f"{joined(self._failing(row['rule']))}."
            for row in rules
            if row["failed"] > 0 and row["severity"] != "note"
        ]
        return Panels(
            {
                "What agrees": whole or ["No rule holds everywhere."],
                "What to know before using a figure": partly or ["Every rule holds."],
            }
        )

    def _failing(self, rule: str) -> list[str]:
        """What a rule does not hold for: the first few by name, the others counted."""
        rows = self.failures[self.failures["rule"] == rule]
        several = rows["inspection"].nunique() > 1
        named = [
            str(row["shown"]) + (f" ({row['round']})" if several and row["round"] else "")
            for row in records(rows.drop_duplicates(["shown", "inspection"]))
        ]
        if len(named) > NAMED + 1:
            named = [*named[:NAMED], f"{in_words(len(named) - NAMED)} others"]
        return [name[0].lower() + name[1:] for name in named]

    def what_changes_a_reading(self) -> Entries | Prose:
        """Return the entries of the register that bear on a verdict or a rating."""
        groups = {
            f"Bears on a {bears_on}": [("", [_entry(row, str(row["treatment"])) for row in rows])]
            for bears_on in ("verdict", "rating")
            if (rows := records(self.register[self.register["changes"] == bears_on]))
        }
        if not groups:
            return Prose("No entry of the register bears on a verdict or a rating.")
        return Entries(groups, self.notes, "changes-a-reading")

    # How many figures there are, from which document, in what form, and how they were copied

    def documents_table(self) -> Table:
        """Return how much was copied from each document, and how much of it was read twice."""
        return self.table(
            _with_document(self.data["documents"]),
            "What was copied from each document",
            [
                Column("document", "Document", wide=True),
                Column("numbers", "Figures", "count"),
                Column("words", "In words", "count"),
                Column("blanks", "Blank, with a reason", "count"),
                Column("rows", "Rows of results", "count"),
                Column("rows_read_twice", "Read a second time", "count"),
                Column("rows_blind", "Of these, blind", "count"),
                Column("corrections", "Put right", "count"),
            ],
            name="documents",
            comment="A row is a rating, a key question, a fact, a recommendation or an action, and "
            "may hold several figures or none. Blind: copied without sight of the first copy.",
        )

    def how_it_was_copied(self) -> Together | None:
        """Return what two readers may have missed and what a machine read; None where neither."""
        parts = [self._read_twice(), self._by_machine()]
        shown = [part for part in parts if part is not None]
        return Together(*shown) if shown else None

    def _read_twice(self) -> Table | None:
        if "double_entries" not in self.data.names:
            return None
        return self.table(
            _with_document(self.data["double_entries"]),
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

    def _by_machine(self) -> Table | None:
        if "machine_reads" not in self.data.names:
            return None
        rows = _with_document(self.data["machine_reads"])
        return self.table(
            rows.assign(kind=rows["table"].str.replace("_", " ").str.capitalize()),
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

    def completeness_picture(self) -> Picture:
        """Return the picture of what was printed, by topic and form."""
        topics = self.data["completeness"]
        blank = topics.sort_values("blank", ascending=False, kind="stable").iloc[0]
        share = 100 * int(topics["number"].sum()) / int(topics["total"].sum())
        finding = f"{share:.0f}% of the entries are numbers."
        if blank["blank"]:
            topic = str(blank["topic"])
            finding += (
                f" The most blanks are among {topic[0].lower() + topic[1:]}: {blank['blank']} of "
                f"{blank['total']}."
            )
        table = self.table(
            topics,
            "Figures by topic and form",
            [
                Column("topic", "Topic", wide=True),
                Column("number", "Number", "count"),
                Column("words", "In words only", "count"),
                Column("blank", "Blank, with a reason", "count"),
                Column("total", "Together", "count"),
            ],
            name="completeness",
        )
        return Picture(
            both(completeness_chart, topics),
            "How complete the figures are, by topic",
            finding,
            caption="Dark: a number. Shaded: words only, such as 'around half'. White: blank, and "
            "the document says why, such as 'no comparable data'. The longer the bar, the more is "
            "printed on the topic.",
            table=table,
            name="completeness-by-topic",
        )

    def corrected_table(self) -> Table | None:
        """Return the figures that a later document corrected, and what that moved."""
        rows = self.data["corrected"]
        if rows.empty:
            return None
        rests = what_rests_on_them(records(rows))
        shown = rows.drop_duplicates("said")
        return self.table(
            shown.assign(
                rests=[capital(rests[said] or NOTHING) for said in shown["said"]],
            ),
            "Figures that a later document corrected",
            [
                Column("said", "Figure, and how it was printed", wide=True),
                Column("first_printed", "First printed", source=("first_source", "first_place")),
                Column("now_printed", "Now", source=("source", "place")),
                Column("rests", "What rests on it", wide=True),
            ],
            name="corrected",
            comment="The figure of the document published last is used. What moved is told against "
            "the figures as all of them were first printed.",
        )

    # The rules, the register and the words

    def rules_table(self) -> Table:
        """Return every rule with what it asks and how often it holds."""
        rows = self.data["rules"]
        meanings = {name: meaning[0].lower() + meaning[1:] for name, meaning in SEVERITIES.items()}
        weight = rows["severity"].str.capitalize() + ": " + rows["severity"].map(meanings)
        return self.table(
            rows.assign(weight=weight),
            "The rules, and how often each holds",
            [
                Column("question", "Question", wide=True),
                Column("rule", "Rule"),
                Column("passed", "Holds", "count"),
                Column("failed", "Does not", "count"),
            ],
            groups="weight",
            name="rules",
            comment="A rule finds what disagrees; it does not say why. A percentage that no whole "
            "number of the cases read gives is usually one of fewer cases: those to which the "
            "question did not apply were left out.",
        )

    def failures_list(self) -> Entries | Prose:
        """Return every check of weight that does not hold, under its rule; not the notes."""
        told = self.failures[self.failures["severity"] != "note"]
        titles = self.data["rules"].set_index("rule")["question"]
        groups = {
            str(titles[rule]): [("", [Entry(_who(row), str(row["detail"])) for row in rows])]
            for rule, rows in grouped(records(told), "rule").items()
        }
        return Entries(groups, self.notes, "failures") if groups else Prose("Every check holds.")

    def register_list(self) -> Entries | Prose:
        """Return the whole register by kind; entries with the same treatment stand under it."""
        by_kind = grouped(records(self.register), "kind")
        groups = {}
        for kind in [*KINDS, *(kind for kind in by_kind if kind not in KINDS)]:
            rows = by_kind.get(kind, [])
            if rows:
                groups[_heading(kind, rows)] = _by_treatment(rows)
        return (
            Entries(groups, self.notes, "register") if groups else Prose("The register is empty.")
        )

    def terms(self) -> Glossary:
        """Return what the words of this page mean."""
        return Glossary(
            {
                "Base": "The number of cases a percentage is out of.",
                "Certain, likely, possible": "How sure it is that the text we have differs as "
                "described: it does; one reading makes the places agree but is strained; a fair "
                "reading makes them agree. It does not say that either place is wrong. The "
                "download has this of each entry.",
                "Read a second time": "Copied again by a second reader and compared figure by "
                "figure. Blind means that the second reader had not seen the first copy.",
                "Severity": " ".join(
                    f"{name.capitalize()}: {meaning}" for name, meaning in SEVERITIES.items()
                ),
            }
        )

    def downloads(self) -> Downloads:
        """Return the tables of this page, every failed check, the register and the machine's rows.

        The three are tables of the downloads only.
        """
        self.table(
            self.failures,
            "Checks that do not hold",
            [
                Column("rule", "Rule"),
                Column("severity", "Severity"),
                Column("shown", "What"),
                Column("round", "Inspection", missing="plan only"),
                Column("detail", "What is printed"),
            ],
            name="failures",
        )
        other = ("other_source", "other_place")
        self.table(
            self.register,
            "The register of discrepancies",
            [
                Column("discrepancy", "No.", "count"),
                Column("subject", "Subject"),
                Column("value", "One place", source=("source", "place")),
                Column(
                    "other_value", "The other", missing="nothing to set next to it", source=other
                ),
                Column("description", "What differs"),
                Column("treatment", "What is done"),
                Column("reason", "Why"),
                Column("certainty", "Certainty"),
                Column("changes", "Changes"),
            ],
            name="register",
        )
        if "machine_readings" in self.data.names:
            self.table(
                self.data["machine_readings"],
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
        return super().downloads()


def _with_document(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the name and the date of their document in one column."""
    return rows.assign(document=rows["title"] + ", " + rows["published_printed"])


def _who(row: Row) -> str:
    """What a check is about, and of which round: ``4.1.2, 2018:``."""
    return f"{row['shown']}, {row['round']}:" if row["round"] else f"{row['shown']}:"


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
    idle = [_entry(row) for row in rows if row["changes"] == "nothing"]
    runs, alone = [], []
    for treatment, same in grouped(changing, "treatment").items():
        if len(same) > 1:
            runs.append((str(treatment), [_entry(row) for row in same]))
        else:
            alone.append(_entry(same[0], str(treatment)))
    if alone:
        runs.append(("Each treated by itself:" if runs else "", alone))
    if idle:
        runs.append(("These change nothing here:" if runs else "", idle))
    return runs


def _entry(row: Row, treatment: str = "") -> Entry:
    """Return a row of the register as one line of a list, with both places."""
    places = [(row["source"], row["place"])]
    if row["other_source"]:
        places.append((row["other_source"], row["other_place"]))
    done = f" {treatment}" if treatment else ""
    return Entry(f"{row['discrepancy']} {row['subject']}:", f"{row['description']}{done}", places)

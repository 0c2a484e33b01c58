"""The report on the quality of the published figures: what its notebook shows, a method a cell."""

import pandas as pd

from pipeline.analysis.quality import SEVERITIES
from pipeline.analysis.quality.coverage import NAME
from pipeline.analysis.records import records
from pipeline.analysis.sentences.phrases import in_words, joined
from pipeline.publish.charts.completeness import completeness_chart
from pipeline.publish.page.blocks import (
    Glossary,
    Headline,
    KeyFigure,
    KeyFigures,
    Panel,
    Panels,
    Together,
)
from pipeline.publish.page.pictures import Picture
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.report_data import open_report_data
from pipeline.publish.reports.report_page import ReportPage

_KINDS = {
    "figure": "A figure or share in two places, in other words, rounding or measure",
    "impossible figure": "A percentage that no whole number of cases gives",
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
    "text conversion": "Conversion of the text",
}

_CONVERSION = "text conversion"

_CHANGES = {
    "verdict": "Changes whether a change or a standing gets a verdict, or which",
    "rating": "Changes how a rating comes about",
    "figure": "Changes a figure, its base or a count that is shown",
    "nothing": "Changes nothing that is said here",
}


class QualityReport(ReportPage):
    """The data-quality report."""

    @classmethod
    def open(cls) -> "QualityReport":
        """Open the report. Raises NoSuchReport where the data has no published figures."""
        return cls(open_report_data(NAME))

    @property
    def _register(self) -> pd.DataFrame:
        rows = self.data["register"].copy()
        rows["heading"] = rows["kind"].map(_KINDS)
        rows["done"] = rows["treatment"] + " " + rows["reason"]
        rows["place_of_kind"] = rows["kind"].map({kind: at for at, kind in enumerate(_KINDS)})
        return rows.sort_values(["place_of_kind", "discrepancy"], kind="stable")

    # Summary

    def in_brief(self) -> Together:
        """Return the first screen: how much, checked how, what agrees and what does not."""
        return Together([self._headline(), self._cards(), self._panels()])

    def _headline(self) -> Headline:
        documents, rules = self.data["documents"], self.data["rules"]
        checks = int(rules["passed"].sum() + rules["failed"].sum())
        passed = int(rules["passed"].sum())
        same = rules[rules["rule"] == "same-figure-agrees"].iloc[0]
        elsewhere = int((self.data["register"]["kind"] == "figure").sum())
        return Headline(
            f"{int(documents['numbers'].sum()):,} published figures; of {checks:,} checks of "
            f"figures and wording, {passed:,} pass.",
            [
                f"{int(same['passed']):,} of {int(same['passed'] + same['failed']):,} figures that "
                "are printed again under the same name are the same. The register lists "
                f"{elsewhere} more that stand in two places in other words, another rounding or "
                "another measure. Both places are shown; nothing is changed silently.",
            ],
            self.notes,
        )

    def _cards(self) -> KeyFigures:
        documents, rules = self.data["documents"], self.data["rules"]
        register = self.data["register"]
        rows, again = int(documents["rows"].sum()), int(documents["rows_read_twice"].sum())
        mended = int(documents["corrections"].sum())
        read_otherwise = int(register["changes"].isin(["verdict", "rating"]).sum())
        shown = int((register["changes"] == "figure").sum())
        serious = rules[rules["severity"] == "error"]
        return KeyFigures(
            [
                KeyFigure(
                    "Figures carried",
                    f"{int(documents['numbers'].sum()):,}",
                    was=f"{int(documents['words'].sum()):,} more in words, "
                    f"{int(documents['blanks'].sum()):,} blank with a reason",
                    note=f"from {in_words(len(documents))} documents",
                ),
                KeyFigure(
                    "Rows read a second time",
                    f"{again:,}",
                    of=f"of {rows:,}",
                    was=f"{int(documents['rows_blind'].sum()):,} without sight of the first copy",
                    note=f"{in_words(mended)} put right" if mended else "nothing to put right",
                ),
                KeyFigure(
                    "Checks on what must agree",
                    f"{int(serious['passed'].sum()):,}",
                    of=f"of {int(serious['passed'].sum() + serious['failed'].sum()):,} pass",
                    was="same figure twice, points, ratings, totals, counts",
                ),
                KeyFigure(
                    "Discrepancies on the register",
                    f"{len(register)}",
                    was=f"{read_otherwise} change a verdict or a rating, {shown} a figure",
                    note=f"{len(register) - read_otherwise - shown} change nothing that is said",
                ),
            ],
            self.notes,
        )

    def _panels(self) -> Panels:
        rules = self.data["rules"]
        whole = [
            f"{row['title']}: {row['passed']} of {row['passed']}."
            for row in records(rules)
            if row["failed"] == 0 and row["passed"] > 0 and row["severity"] == "error"
        ]
        partly = [
            f"{row['title']}: {row['passed']} of {row['passed'] + row['failed']}. Not so: "
            f"{joined(self._failing(row['rule']))}."
            for row in records(rules)
            if row["failed"] > 0 and row["severity"] != "note"
        ]
        return Panels(
            [
                Panel("What agrees", whole or ["No rule passes everywhere."]),
                Panel("What to know before using a figure", partly or ["Every rule passes."]),
            ],
            self.notes,
        )

    def _failing(self, rule: str, most: int = 3) -> list[str]:
        """What a rule does not hold for: the first few by name, the others counted."""
        rows = self._failures
        rows = rows[rows["rule"] == rule]
        several = rows["inspection"].nunique() > 1
        named = [
            _lower(row["shown"]) + (f" ({row['round']})" if several else "")
            for row in records(rows.drop_duplicates(["shown", "inspection"]))
        ]
        if len(named) > most + 1:
            named = [*named[:most], f"{in_words(len(named) - most)} others"]
        return named

    @property
    def _failures(self) -> pd.DataFrame:
        rows = self.data["failures"].copy()
        rounds = self.data["inspections"].set_index("inspection")["round"].astype("string")
        rows["round"] = rows["inspection"].map(rounds)
        return rows

    # How much, and from where

    def documents_table(self) -> Table:
        """Return how much was copied from each document, and how much of it was read twice."""
        rows = self.data["documents"]
        return self.table(
            rows.assign(document=rows["title"] + ", " + rows["published_printed"]),
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

    def completeness_figure(self) -> Picture:
        """Return the picture of what was printed, by topic and form."""
        topics = self.data["completeness"]
        blank = topics.sort_values("blank", ascending=False, kind="stable").iloc[0]
        share = 100 * int(topics["number"].sum()) / int(topics["total"].sum())
        finding = f"{share:.0f}% of the entries are numbers."
        if blank["blank"]:
            finding += (
                f" The most blanks are among {_lower(blank['topic'])}: {blank['blank']} of "
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
            completeness_chart(topics),
            "How complete the figures are, by topic",
            finding,
            caption="Dark: a number. Shaded: words only, such as 'around half'. White: blank, and "
            "the document says why, such as 'no comparable data'. The longer the bar, the more is "
            "printed on the topic.",
            table=table,
            narrow=completeness_chart(topics, narrow=True),
            name="completeness-by-topic",
        )

    # Rules

    def rules_table(self) -> Table:
        """Return every rule with what it asks and how often it holds."""
        rows = self.data["rules"]
        return self.table(
            rows.assign(
                weight=rows["severity"].str.capitalize()
                + ": "
                + rows["severity"].map(
                    {name: meaning[0].lower() + meaning[1:] for name, meaning in SEVERITIES.items()}
                )
            ),
            "The rules, and how often each holds",
            [
                Column("question", "Question", wide=True),
                Column("rule", "Rule"),
                Column("passed", "Holds", "count"),
                Column("failed", "Does not", "count"),
            ],
            groups="weight",
            name="rules",
            comment="A rule finds what disagrees; it does not say why. Most of what does not hold "
            "is explained in the register below.",
        )

    def failures_table(self) -> Table:
        """Return every check that does not hold, by rule."""
        questions = self.data["rules"].set_index("rule")["question"]
        rows = self._failures
        rows["question"] = rows["rule"].map(questions)
        return self.table(
            rows,
            f"The {len(rows)} checks that do not hold",
            [
                Column("shown", "What", wide=True),
                Column("round", "Inspection", missing="plan only"),
                Column("detail", "What is printed", wide=True),
            ],
            groups="question",
            name="failures",
        )

    # Register

    def register_that_matters(self) -> Table:
        """Return the discrepancies that change a verdict or a rating, with both sides of each."""
        return self._both_sides(
            ["verdict", "rating"], "Discrepancies that change a verdict or a rating", "readings"
        )

    def register_of_figures(self) -> Table:
        """Return the discrepancies that change a figure, its base or a count that is shown."""
        return self._both_sides(["figure"], "Discrepancies that change a figure", "figures")

    def _both_sides(self, changes: list[str], title: str, name: str) -> Table:
        rows = self._register
        rows = rows[rows["changes"].isin(changes) & (rows["kind"] != _CONVERSION)]
        rows = rows.assign(heading=rows["changes"].map(_CHANGES))
        order = rows["changes"].map({word: at for at, word in enumerate(_CHANGES)})
        return self.table(
            rows.iloc[order.argsort(kind="stable")],
            f"{title} ({len(rows)})",
            [
                Column("discrepancy", "No.", "count"),
                Column("subject", "Subject", wide=True),
                Column("value", "One place", source=("source", "place")),
                Column(
                    "other_value",
                    "The other",
                    missing="nothing to compare it with",
                    source=("other_source", "other_place"),
                ),
                Column("description", "What differs", wide=True),
                Column("done", "What is done, and why", wide=True),
                Column("certainty", "Certainty"),
            ],
            groups="heading",
            row_header="subject",
            name=f"register-{name}",
        )

    def register_of_the_rest(self) -> Table:
        """Return the discrepancies that change nothing, by kind, a line each."""
        rows = self._register
        rows = rows[(rows["changes"] == "nothing") & (rows["kind"] != _CONVERSION)]
        return self._one_line(rows, "Discrepancies that change nothing that is said here", "rest")

    def register_of_conversion(self) -> Table:
        """Return what stands in the text we have and may not stand in the document."""
        rows = self._register
        rows = rows[rows["kind"] == _CONVERSION]
        return self._one_line(rows, "Traces of the conversion to text", "conversion")

    def _one_line(self, rows: pd.DataFrame, title: str, name: str) -> Table:
        return self.table(
            rows,
            f"{title} ({len(rows)})",
            [
                Column("discrepancy", "No.", "count"),
                Column("subject", "Subject", wide=True),
                Column("description", "What differs", wide=True),
                Column("treatment", "What is done", wide=True),
            ],
            groups="heading",
            row_header="subject",
            row_source=("source", "place"),
            name=f"register-{name}",
        )

    def kinds(self) -> Table:
        """Return how many discrepancies there are of each kind, and what they change."""
        rows = self._register
        changes = pd.crosstab(rows["heading"], rows["changes"]).reindex(
            index=rows["heading"].drop_duplicates(), columns=list(_CHANGES), fill_value=0
        )
        counts = changes.assign(all=changes.sum(axis=1)).reset_index()
        return self.table(
            counts,
            "The register by kind, and what its entries change",
            [
                Column("heading", "Kind", wide=True),
                Column("all", "Entries", "count"),
                Column("verdict", "A verdict", "count"),
                Column("rating", "A rating", "count"),
                Column("figure", "A figure", "count"),
                Column("nothing", "Nothing", "count"),
            ],
            name="kinds",
            comment="A percentage that no number of cases gives has an entry where the base its "
            "question names cannot give it; the rule above also passes figures whose base is not "
            "printed.",
        )

    def terms(self) -> Glossary:
        """Return what the words of this page mean."""
        return Glossary(
            {
                "Base": "The number of cases a percentage is out of.",
                "Certain, likely, possible": "How sure it is that the text we have differs as "
                "described: it does; one reading makes the places agree but is strained; a fair "
                "reading makes them agree. That a difference is certain does not say that either "
                "place is wrong: both may be right.",
                "Read a second time": "Copied again by a second reader and compared figure by "
                "figure. Blind means that the second reader had not seen the first copy.",
                "Severity": " ".join(
                    f"{name.capitalize()}: {meaning}" for name, meaning in SEVERITIES.items()
                ),
            }
        )


def _lower(topic: str) -> str:
    return topic[0].lower() + topic[1:]

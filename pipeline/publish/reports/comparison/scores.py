"""Ratings, key questions and what changed in them, with what may not be compared."""

import pandas as pd

from pipeline.analysis.records import records
from pipeline.analysis.sentences.narrative import change_sentence, standing_sentence
from pipeline.analysis.sentences.phrases import joined
from pipeline.publish.charts import comparison as charts
from pipeline.publish.page.blocks import Panel, Panels, Prose, Together
from pipeline.publish.page.pictures import Figure
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.comparison.brief import Brief

RATING_BASIS = {
    "judgement": "Judgement",
    "equal": "Lowest key question",
    "explained": "Panel's discretion",
    "discrepancy": "Not explained: the bands give another rating",
}


class Scores(Brief):
    """The sections on ratings, key questions and change."""

    def standards_table(self) -> Table:
        """Return the ten standards, earlier and current, with direction in words."""
        rows = self.dossier["standards"].copy()
        rows["standard_name"] = rows["standard"] + " " + rows["name"]
        rows["way"] = rows["direction"].fillna("not comparable")
        ratings = self.dossier["standard_ratings"]
        now = ratings[ratings["inspection"] == rows["current_inspection"].iloc[0]]
        basis = now.set_index("standard")["agreement"].map(RATING_BASIS)
        rows["how"] = rows["standard"].map(basis)
        columns = [Column("standard_name", "Standard")]
        if self.compares:
            there = ("previous_source", "previous_place")
            columns += [
                Column(
                    "previous_rating", self.rounds[0], "rating", source=there, missing="not rated"
                ),
            ]
        here = ("current_source", "current_place")
        columns.append(Column("current_rating", self.rounds[1], "rating", source=here))
        if self.compares:
            columns.append(Column("way", "Direction", "mark"))
        columns.append(Column("how", f"What the rating of {self.rounds[1]} rests on"))
        return self._table(
            rows, "Ratings of the standards", columns, groups="domain_name", name="standards"
        )

    def discretion_table(self) -> Table | Prose:
        """Return the ratings of the current round that the panel set by its discretion."""
        current = self.dossier["inspections"]["inspection"].iloc[-1]
        used = self.dossier["discretions"]
        used = used[used["inspection"] == current].merge(
            self.dossier["standards"][["standard", "name"]], on="standard"
        )
        if used.empty:
            return Prose(["Every rating that rests on key questions follows from the lowest one."])
        once = ["standard", "name", "from_rating", "to_rating", "source", "place"]
        used = used.groupby(once, sort=False)["reason"].agg(" ".join).reset_index()
        return self._table(
            used.assign(standard_name=used["standard"] + " " + used["name"]),
            f"Ratings of {self.rounds[1]} that the panel set by its discretion",
            [
                Column("standard_name", "Standard"),
                Column("from_rating", "The bands give", "rating"),
                Column("to_rating", "The panel gave", "rating"),
                Column("reason", "Why, in short", wide=True),
            ],
            row_source=("source", "place"),
            name="discretion",
        )

    def key_question_figure(self) -> Figure:
        """Return the chart of every key question: earlier, current, aggregate, bands behind."""
        questions = self.questions
        bands = self._current_bands()
        draw = [
            charts.key_question_chart(
                questions, self.dossier["standards"], bands, self.rounds, narrow
            )
            for narrow in (False, True)
        ]
        how = f"Disc: {self.rounds[1]}. "
        if self.compares:
            how = f"Ring: {self.rounds[0]}. {how}"
        return Figure(
            draw[0],
            "Share of cases done well, by key question",
            self._chart_finding(),
            caption=how
            + f"Diamond: {self._aggregate()}. Bar: the range in which the provider's share "
            "lies with 95% confidence, where the number of cases is known. Shading: the rating "
            "that a lowest score in the band gives.",
            see=self.key_question_table(),
            narrow=draw[1],
            name="key-questions",
        )

    def _chart_finding(self) -> str:
        sentences = [self._sentence("key questions"), self._sentence("all CRCs")]
        return " ".join(filter(None, sentences)) or self._sentence("strongest")

    def key_question_table(self) -> Table:
        """Return the full comparison table, a row a key question."""
        for table in self.shown:
            if table.name == "comparison":
                return table
        columns = [Column("asked", "Key question", wide=True)]
        if self.compares:
            columns.append(
                Column(
                    "previous_percent",
                    self.rounds[0],
                    "percent",
                    missing="previous_status",
                    source=("previous_source", "previous_place"),
                )
            )
        columns.append(
            Column(
                "current_percent",
                self.rounds[1],
                "percent",
                missing="current_status",
                source=("current_source", "current_place"),
            )
        )
        columns.append(Column("current_base", "Cases", "count", missing="not published"))
        if self.compares:
            columns += [
                Column("change_points", "Change", "change", missing="not comparable"),
                Column("change_verdict", "Is the change firm?", "mark"),
            ]
        columns += [
            Column(
                "all_crcs_percent",
                str(self.dossier["comparators"]["name"].iloc[0]),
                "percent",
                missing="all_crcs_status",
                source=("all_crcs_source", "all_crcs_place"),
            ),
            Column("benchmark_verdict", "Against them", "mark", missing="cannot be said"),
        ]
        return self._table(
            self.questions,
            "Key questions: share of cases done well",
            columns,
            groups="heading",
            name="comparison",
            comment="Cases: the printed size of the sample that the documents tie the question to, "
            f"in {self.rounds[1]}. On fewer than 30 cases, one or two of them can turn a rating."
            + self._misfits(),
        )

    # Change.

    def overturned(self) -> Prose:
        """Return how few unanswered cases would overturn a change that passes the test."""
        sentences = list(self.dossier["overturned"]["sentence"])
        return Prose(sentences or ["No change rests on two full samples and passes the test."])

    def _misfits(self) -> str:
        """Name the percentages that no whole number of the printed cases gives."""
        rows = self.questions
        rows = rows[
            rows["current_percent"].notna()
            & rows["current_base"].notna()
            & rows["current_lower"].isna()
        ]
        if rows.empty:
            return ""
        named = joined(
            [
                f"{row['current_percent']}% ({row['key_question']}) of {row['current_base']}"
                for row in records(rows)
            ]
        )
        return f" No whole number of cases gives {named}: fewer cases must have been counted."

    def standing(self) -> Together | Prose:
        """Return how the current figures stand against the aggregate, in sentences."""
        asked = records(self.questions)
        panels = []
        headings = {"better": "Better than", "similar": "Similar to", "worse": "Worse than"}
        for verdict, heading in headings.items():
            said = [
                standing_sentence(row, self._aggregate())
                for row in asked
                if row["benchmark_verdict"] == verdict
            ]
            if found := [sentence for sentence in said if sentence]:
                panels.append(Panel(f"{heading} {self._aggregate()}", found))
        if not panels:
            return Prose([f"There is no figure for {self._aggregate()} to set beside these."])
        return Together([Panels(panels, notes=self.notes)])

    def change_figure(self) -> Figure | Prose:
        """Return the chart of changes that may be set side by side, with their intervals."""
        changes = self.questions[self.questions["change_points"].notna()]
        if changes.empty:
            return Prose(["No key question may be compared with an earlier inspection."])
        return Figure(
            charts.change_chart(changes),
            "Change in each key question that may be compared",
            " ".join(self._how_sure()),
            caption="Dot: change in percentage points. Bar: the range in which the change lies "
            "with 95% confidence; there is none where a number of cases was not published. The "
            "inspectorate's test asks for less certainty than that, so a change can pass it though "
            "its bar reaches across zero.",
            see=self.key_question_table(),
            narrow=charts.change_chart(changes, narrow=True),
            name="changes",
        )

    def verdict_table(self) -> Table | Prose:
        """Return each change in words; for analysts with what its verdict rests on."""
        changes = self.questions[self.questions["change_points"].notna()]
        if changes.empty:
            return Prose(["So there is no change to judge."])
        columns = [
            Column("asked", "Key question", wide=True),
            Column("change_points", "Change", "change"),
            Column("change_verdict", "Verdict", "mark"),
        ]
        if self.analyst:
            columns += [
                Column("verdict_reason", "What it rests on", wide=True),
                Column("p_min", "Smallest p", "p", missing="cannot be computed"),
                Column("p_max", "Largest p", "p", missing="cannot be computed"),
                Column("exact_p", "Boschloo's p", "p", missing="not needed or base unknown"),
                Column("bh_adjusted", "Adjusted p", "p", missing="not in the family"),
            ]
        else:
            # The chart and the table above show what does not pass; here is what needs words.
            changes = changes[changes["change_verdict"] != "not significant"]
            if changes.empty:
                return Prose(["No change passes the inspectorate's test."])
            said = [change_sentence(row, *self.rounds) for row in records(changes)]
            changes = changes.assign(said=pd.Series(said, changes.index, dtype="string"))
            columns.append(Column("said", "In words", missing="not comparable", wide=True))
        caption = (
            "Verdict on each change" if self.analyst else "Changes that pass or stay unsettled"
        )
        return self._table(changes, caption, columns, groups="heading", name="verdicts")

    def not_comparable_table(self) -> Table | Prose:
        """Return the ratings and key questions that may not be compared, or only with caution."""
        if not self.compares:
            return Prose(["There is no earlier inspection of this provider in the data."])
        standards = self.dossier["standards"]
        ratings = standards[standards["comparable"] != "yes"].assign(
            subject=lambda rows: rows["standard"] + " " + rows["name"] + " (rating)",
        )[["subject", "comparable", "reason"]]
        questions = self.questions[self.questions["comparable"] != "yes"].assign(
            subject=lambda rows: rows["asked"], reason=lambda rows: rows["reason_not_comparable"]
        )[["subject", "comparable", "reason"]]
        rows = pd.concat([ratings, questions], ignore_index=True)
        if rows.empty:
            return Prose(["Both inspections asked the same questions; all figures compare."])
        return self._table(
            rows,
            "What may not be compared, or only with caution",
            [
                Column("subject", "Rating or key question", wide=True),
                Column("comparable", "Comparable"),
                Column("reason", "Why", missing="no reason is given", wide=True),
            ],
            name="not-comparable",
        )

    def sample_table(self) -> Table:
        """Return how many cases each figure is out of."""
        rows = self.dossier["samples"].merge(
            self.dossier["inspections"][["inspection", "round"]], on="inspection"
        )
        rows = rows[~rows["sample"].isin(["restricted"])].astype({"round": "string"})
        return self._table(
            rows,
            "How many cases were read",
            [
                Column("name", "Sample", wide=True),
                Column("size", "Cases", "count", missing="size_status", source=("source", "place")),
                Column("required_size", "Design asked for", "count", missing="not printed"),
                Column("note", "Note", missing="none", wide=True),
            ],
            groups="round",
            name="samples",
        )

"""The recommendations, and what the plan answers to each."""

from pipeline.analysis.records import records
from pipeline.analysis.sentences.phrases import joined
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.plan.base import Section


class Responses(Section):
    """The section on recommendations and responses."""

    def recommendations(self) -> Table:
        """Return every recommendation with its response and the reason for less than agreement."""
        return self.table(
            self._recommendations,
            f"Recommendations and responses, {self.data.about['title']}",
            [
                Column("heading", "Recommendation"),
                Column("asks", "What it asks, in our words", wide=True),
                Column("response", "Response", "mark"),
                Column(
                    "reason",
                    "Reason for partial or no agreement, in our words",
                    missing="agreed in full",
                    wide=True,
                    source=("source", "response_place"),
                ),
                Column("actions", "Actions", "count"),
            ],
            row_source=("source", "place"),
            name="recommendations",
        )

    def totals(self) -> Prose:
        """Return the totals that the plan prints, which are those of its rows."""
        counts = self.data["responses"]
        printed = counts[counts["printed"].notna()]
        if printed.empty:
            return Prose(["The plan prints no totals; the counts are ours."], self.notes)
        parts = [
            f"{row['printed']} {row['response']}"
            if row["response"] != "total"
            else f"{row['printed']} in all"
            for row in records(printed)
        ]
        # Nothing to compare here: totals that are not those of the rows are refused with the data.
        said = f"The plan prints its own totals: {joined(parts)}. They are the counts of its rows."
        return Prose([said], self.notes)

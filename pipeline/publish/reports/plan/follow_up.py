"""What came of it: the next inspection's verdict on each recommendation."""

import pandas as pd

from pipeline.analysis.records import records
from pipeline.analysis.sentences.phrases import joined
from pipeline.data import is_missing
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.plan.base import VERDICTS, Section, heading_of


class FollowUp(Section):
    """The section on what came of the plan."""

    def follow_up(self) -> Table | Prose:
        """Return what the next inspection said of each recommendation, or that none did."""
        before = self.data["follow_up"]
        before = before[before["repeated_plan"].fillna("") == self._plan["plan"]]
        sentences = [
            f"Recommendation {row['repeated_recommendation']} repeats recommendation "
            f"{row['recommendation']} of the plan {row['plan']}, which was {row['response']}; "
            f"the inspection found {VERDICTS[row['follow_up']]}."
            for row in records(before)
        ]
        if not self._followed.empty:
            return self._verdict_table()
        repeated = self._recommendations[self._recommendations["repeated"] == "yes"]
        unknown = sorted(set(repeated["recommendation"]) - set(before["repeated_recommendation"]))
        if unknown:
            numbers, some = joined([str(number) for number in unknown]), len(unknown) > 1
            sentences.append(
                f"Recommendation{'s' if some else ''} {numbers} repeat{'' if some else 's'} the "
                "previous inspection's, which is not in the data."
            )
        return Prose([self._no_follow_up(), *sentences], self.notes, "follow-up")

    def _verdict_table(self) -> Table:
        frame = self._followed
        again = [
            pd.NA
            if is_missing(row["repeated_plan"])
            else f"recommendation {row['repeated_recommendation']} of {row['repeated_plan']}, "
            f"{row['repeated_response']}"
            for row in records(frame)
        ]
        frame = frame.assign(
            heading=heading_of(frame),
            progress=frame["follow_up"].map(VERDICTS),
            again=pd.Series(again, index=frame.index, dtype="string"),
        )
        return self.table(
            frame,
            "From the recommendation to what the next inspection found",
            [
                Column("heading", "Recommendation"),
                Column("response", "Response", "mark"),
                Column("progress", "Verdict"),
                Column("finding", "What was found, in our words", wide=True),
                Column("again", "Repeated as", missing="not repeated"),
            ],
            row_source=("source", "place"),
            name="follow-up",
        )

"""The plan report: every section, and what closes the page."""

import pandas as pd

from pipeline.analysis.plans import POSITIONS
from pipeline.analysis.records import records
from pipeline.analysis.sentences.phrases import joined
from pipeline.data import is_missing
from pipeline.publish.page.blocks import Glossary
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.plan.actions import Actions
from pipeline.publish.reports.plan.brief import Brief
from pipeline.publish.reports.plan.follow_up import FollowUp
from pipeline.publish.reports.plan.links import Links
from pipeline.publish.reports.plan.responses import Responses


class PlanReport(Brief, Responses, Actions, FollowUp, Links):
    """One action plan as seen on one day, section by section."""

    def remarks(self) -> Table:
        """Return what the documents leave open, and how we read it."""
        rows: list[tuple[str, str]] = []
        if not is_missing(self._plan["note"]):
            rows.append(("The plan", str(self._plan["note"])))
        for row in records(self._recommendations):
            if not is_missing(row["note"]):
                rows.append((f"Recommendation {row['recommendation']}", str(row["note"])))
        noted = self._actions[self._actions["note"].notna()]
        for note, actions in noted.groupby("note", sort=False):
            some = "s" if len(actions) > 1 else ""
            rows.append((f"Action{some} {joined(list(actions['number']))}", str(note)))
        if not rows:
            rows.append(("The plan", "Nothing needs remarking."))
        return self.table(
            pd.DataFrame(rows, columns=["about", "remark"]),
            "What the documents leave open, and how we read it",
            [Column("about", "About"), Column("remark", "Remark", wide=True)],
            name="remarks",
        )

    def terms(self) -> Glossary:
        """Return the words of this page and what they mean."""
        return Glossary(
            {
                "Agreed, partly agreed, not agreed": "The three answers a plan may give. For "
                "anything but agreement the plan must say why.",
                "Action": "A bullet, or a row or paragraph with an owner or date of its own; in "
                "running text, each thing somebody undertakes to do. What the plan says twice "
                "under one recommendation counts once.",
                "Owner": "As printed. One owner printed for a recommendation belongs to all its "
                "actions.",
                "Target": "As printed. A month is due on its last day.",
                "Measure": "How the plan says it will see that an action was done or had an "
                "effect. A list that the plan introduces as its check on the actions holds "
                "measures, not actions.",
                "Where it stands": "One of: "
                + "; ".join(f"“{position}”" for position in POSITIONS)
                + ". It follows from the "
                f"target, from updates on record and from the day, {self._day}.",
            }
        )

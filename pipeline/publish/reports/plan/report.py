"""The plan report: its sections in order, a function each."""

from pipeline.analysis.plans import POSITIONS
from pipeline.publish.page.blocks import Glossary
from pipeline.publish.reports.plan import actions, first_screen, moved, recommendations
from pipeline.publish.reports.plan.context import Plan


class PlanReport(Plan):
    """What the notebook calls: each section is a function of the plan, listed here."""

    in_brief = first_screen.in_brief
    recommendations_table = recommendations.recommendations_table
    repeated = recommendations.repeated
    totals = recommendations.totals
    due_picture = actions.due_picture
    actions_table = actions.actions_table
    updates_table = actions.updates_table
    slippage = actions.slippage
    priorities_table = actions.priorities_table
    completeness_table = actions.completeness_table
    how_to_read = moved.how_to_read
    linked_figures = moved.linked_figures
    linked_ratings = moved.linked_ratings
    remarks = recommendations.remarks

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
                f"target, from updates on record and from the day, {self.day}.",
            }
        )

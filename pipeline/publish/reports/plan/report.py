"""The plan report: its first screen, and its sections in order, a function each."""

import pandas as pd

from pipeline.analysis.plans import NO_DATE, POSITIONS, REPORTED, RESPONSES, day_in_words
from pipeline.analysis.records import records
from pipeline.analysis.sentences.phrases import counted, in_words, joined, plural
from pipeline.publish.page.blocks import Glossary, Headline
from pipeline.publish.reports.plan import actions, recommendations
from pipeline.publish.reports.plan.context import NO_ACTION, Plan
from pipeline.publish.reports.plans import VERDICTS


def in_brief(report: Plan) -> Headline:
    """Return the answers in one sentence, then what came of them and what is promised."""
    total = len(report.recommendations)
    if not total:
        none = "No recommendation of this plan has been entered yet."
        return Headline(none, report.replaced, *_promised(report))
    counts = report.recommendations["response"].value_counts()
    answers = [
        f"{in_words(int(counts[answer]))} {answer}" for answer in RESPONSES if answer in counts
    ]
    return Headline(
        f"{in_words(total, capital=True)} {plural(total, 'recommendation')}: {joined(answers)}.",
        report.replaced,
        *_found(report),
        *_promised(report),
    )


def _found(report: Plan) -> list[str]:
    """What each later inspection found, in a sentence, and what it recommended again."""
    said = []
    for name, rows in report.follow_ups:
        found = [
            f"{words} on {in_words(int(count))}"
            for verdict, words in VERDICTS.items()
            if verdict != "superseded" and (count := (rows["follow_up"] == verdict).sum())
        ]
        if gone := int((rows["follow_up"] == "superseded").sum()):
            found.append(f"{in_words(gone)} that no longer appl{'ies' if gone == 1 else 'y'}")
        again = [str(row["title"]).lower() for row in records(rows[rows["repeated_plan"].notna()])]
        was = "was" if len(again) == 1 else "were"
        repeated = f"; {joined(again)} {was} recommended again" if again else ""
        said.append(f"The inspection of {name} found {joined(found)}{repeated}.")
    return said or [report.no_follow_up()]


def _promised(report: Plan) -> list[str]:
    """What is promised, and how much of it has an owner, a date and a measure."""
    actions = report.actions
    if actions.empty:
        return [NO_ACTION]
    dated = actions["due_on"].notna()
    parts = [
        f"{int(actions['owner'].notna().sum()) or 'none'} with an owner",
        f"{int(dated.sum())} with a target date" if dated.any() else NO_DATE,
        f"{int(actions['measure'].notna().sum()) or 'none'} with a measure",
    ]
    promised = f"The plan promises {counted(len(actions), 'action')}: {joined(parts)}."
    return [promised, *_targets(report), _progress(report)]


def _targets(report: Plan) -> list[str]:
    waiting = report.actions["position"].isin(["upcoming", "not started", "in progress"])
    upcoming = report.actions[waiting]["due_on"].dropna()
    sentences = []
    done = report.actions[report.actions["position"] == REPORTED]
    for code, rows in done.groupby("reported_in", sort=False):
        verb = "was" if len(rows) == 1 else "were"
        sentences.append(
            f"The inspection of {report.round_names[str(code)]} reports that {in_words(len(rows))} "
            f"of these {verb} done."
        )
    if passed := report.passed:
        reported = "; what was reported of them since stands with each recommendation below"
        sentences.append(
            f"As of {report.day} the target date of {passed} had passed without an update on "
            f"record{'' if report.followed.empty else reported}."
        )
    if len(upcoming):
        sentences.append(
            f"As of {report.day} the target date of {len(upcoming)} was still to come, the first "
            f"on {day_in_words(str(pd.Series(upcoming).min()))}."
        )
    return sentences


def _progress(report: Plan) -> str:
    known = report.updates["action"].nunique()
    if not known:
        return (
            "No update on these actions is on record, so beyond what the plan and a later "
            "inspection say themselves, nothing is claimed about what was done."
        )
    some = "" if known == 1 else "s"
    return f"Updates on {in_words(known)} action{some} are on record; nothing is known of the rest."


class PlanReport(Plan):
    """What the notebook calls: each section is a function of the plan, listed here."""

    in_brief = in_brief
    recommendations_table = recommendations.recommendations_table
    repeated = recommendations.repeated
    totals = recommendations.totals
    due_picture = actions.due_picture
    actions_table = actions.actions_table
    updates_table = actions.updates_table
    slippage = actions.slippage
    priorities_table = actions.priorities_table
    completeness_table = actions.completeness_table
    how_to_read = recommendations.how_to_read
    linked_figures = recommendations.linked_figures
    linked_ratings = recommendations.linked_ratings
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

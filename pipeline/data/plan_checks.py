"""Rules of action plans that need more than one table.

Keys, references and the form of single cells are checked elsewhere from the
data package: an update on an action that does not exist, a status that is not
on the list and a date that is not in the calendar never get this far.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline.data.problems import Problem

Frames = Mapping[str, pd.DataFrame]

_PRINTED_TOTALS = {
    "agreed": "agreed_printed",
    "partly agreed": "partly_agreed_printed",
    "not agreed": "not_agreed_printed",
}
#: An update later than so long after the plan was submitted has a slip in its year: targets lie
#: months ahead, and inspections a year or two apart.
YEARS_OF_UPDATES = 5
_DUE_LENGTH = {"month": 7, "date": 10}


def check_plans(tables: Frames) -> list[Problem]:
    """Return the problems of plans, recommendations, responses, actions and updates.

    ``tables`` holds at least those five, typed, with the line of each row in its
    file as the index.
    """
    return [
        *_numbering(tables["recommendations"]),
        *_responses(tables),
        *_totals(tables),
        *_actions(tables["actions"]),
        *_updates(tables),
    ]


def check_follow_up(tables: Frames) -> list[Problem]:
    """Return the problems of ``follow_up`` against ``plans`` and ``recommendations``.

    A verdict comes from a later inspection than the one that the plan answers,
    and a recommendation that is repeated names one that its plan calls repeated.
    """
    answered = tables["plans"].set_index("plan")["inspection"]
    repeated = {
        (row.plan, int(row.recommendation)): row.repeated
        for _, row in _rows(tables["recommendations"])
    }
    problems = []
    for line, row in _rows(tables["follow_up"]):
        if answered.get(row.plan) == row.inspection:
            problems.append(
                Problem(
                    "follow_up.csv",
                    line,
                    "inspection",
                    row.inspection,
                    f"made the recommendation that {row.plan} answers and cannot follow it up",
                    "write the inspection after it",
                )
            )
        named = [not pd.isna(row.repeated_plan), not pd.isna(row.repeated_recommendation)]
        if any(named) and not all(named):
            rule = "names a repeated recommendation by half"
            fix = "fill both repeated_plan and repeated_recommendation, or neither"
            problems.append(Problem("follow_up.csv", line, "repeated_plan", None, rule, fix))
        elif all(named):
            number = int(row.repeated_recommendation)
            if repeated.get((row.repeated_plan, number)) != "yes":
                problems.append(
                    Problem(
                        "follow_up.csv",
                        line,
                        "repeated_plan, repeated_recommendation",
                        f"{row.repeated_plan}, {number}",
                        "is not a recommendation marked as repeated in recommendations.csv",
                        "check the number, or mark it as repeated there",
                    )
                )
    return problems


def check_links(tables: Frames) -> list[Problem]:
    """Return the links of ``recommendation_links`` to a subject that its framework does not have.

    Needs ``standards``, ``key_questions`` and ``prompts`` besides.
    """
    known = {
        kind: set(tables[name][["framework", column]].itertuples(index=False, name=None))
        for kind, name, column in (
            ("standard", "standards", "standard"),
            ("key question", "key_questions", "key_question"),
            ("prompt", "prompts", "prompt"),
        )
    }
    return [
        Problem(
            "recommendation_links.csv",
            line,
            "subject",
            row.subject,
            f"is not a {row.kind} of {row.framework}",
            f"check the number and the kind against the {row.kind}s of the framework",
        )
        for line, row in _rows(tables["recommendation_links"])
        if (row.framework, row.subject) not in known[row.kind]
    ]


def _rows(frame: pd.DataFrame) -> Iterator[tuple[int, Any]]:
    """Yield the line of each row in its file, and the row with its columns as attributes."""
    for row in frame.itertuples():
        yield int(str(row.Index)), row


def _numbering(recommendations: pd.DataFrame) -> Iterator[Problem]:
    """The recommendations of a plan are numbered from 1 without a gap."""
    for plan, rows in recommendations.groupby("plan"):
        expected = 1
        for line, number in rows["recommendation"].sort_values().items():
            if number != expected:
                rule = f"leaves a gap: {plan} has no recommendation {expected}"
                fix = "number the recommendations of a plan from 1 in the order of the document"
                yield Problem(
                    "recommendations.csv", int(str(line)), "recommendation", str(number), rule, fix
                )
                break
            expected += 1


def _responses(tables: Frames) -> Iterator[Problem]:
    """Every recommendation has a response, with a reason exactly where it is not full agreement."""
    responses = tables["responses"]
    answered = set(responses[["plan", "recommendation"]].itertuples(index=False, name=None))
    for line, row in _rows(tables["recommendations"]):
        if (row.plan, row.recommendation) not in answered:
            yield Problem(
                "recommendations.csv",
                line,
                "recommendation",
                f"{row.plan}, {row.recommendation}",
                "has no response",
                "add its row to responses.csv",
            )
    for line, row in _rows(responses):
        if row.response == "agreed" and not pd.isna(row.reason):
            rule = "stands beside full agreement, which needs no reason"
            fix = "empty the cell, or check the response"
            yield Problem("responses.csv", line, "reason", row.reason, rule, fix)
        elif row.response != "agreed" and pd.isna(row.reason):
            rule = f'is empty though the response is "{row.response}"'
            fix = "say in our words why the provider does not agree in full"
            yield Problem("responses.csv", line, "reason", None, rule, fix)


def _totals(tables: Frames) -> Iterator[Problem]:
    """The totals a plan prints are those of the rows copied from it."""
    counts = tables["responses"].groupby(["plan", "response"]).size()
    whole = tables["recommendations"].groupby("plan").size()
    for line, plan in tables["plans"].iterrows():
        code = plan["plan"]
        found = {
            column: ("responses.csv", int(counts.get((code, response), 0)))
            for response, column in _PRINTED_TOTALS.items()
        }
        found["total_printed"] = ("recommendations.csv", int(whole.get(code, 0)))
        for column, (file, count) in found.items():
            if not pd.isna(plan[column]) and plan[column] != count:
                yield Problem(
                    "plans.csv",
                    int(str(line)),
                    column,
                    str(plan[column]),
                    f"is not the number of rows for {code} in {file}, which is {count}",
                    "check both against the document",
                )


def _actions(actions: pd.DataFrame) -> Iterator[Problem]:
    """Codes say where an action stands; the target, its kind and its print go together."""
    for line, row in _rows(actions):
        code = f"{row.plan}-{row.recommendation}-{row.position:02d}"
        if row.action != code:
            rule = "is not the code its plan, recommendation and position give"
            yield Problem("actions.csv", line, "action", row.action, rule, f"write {code}")
        yield from _target(line, row.due_printed, row.due, row.due_kind)


def _target(line: int, printed: Any, due: Any, kind: str) -> Iterator[Problem]:
    shown = "" if pd.isna(due) else str(due)
    if len(shown) != _DUE_LENGTH.get(kind, 0):
        form = {"month": "as year and month", "date": "as year, month and day"}.get(kind)
        fix = f"write it {form}" if form else "empty the cell"
        rule = f'does not go with the kind "{kind}"'
        yield Problem("actions.csv", line, "due", shown, rule, f"{fix}, or check due_kind")
    if (kind == "none given") != bool(pd.isna(printed)):
        rule = f'does not go with the kind "{kind}"'
        fix = "fill it as printed, except where the document gives no target"
        given = None if pd.isna(printed) else str(printed)
        yield Problem("actions.csv", line, "due_printed", given, rule, fix)


def _updates(tables: Frames) -> Iterator[Problem]:
    """Progress is reported after a plan was submitted, and not when all is long forgotten."""
    submitted = tables["plans"].set_index("plan")["submitted"]
    plan_of = tables["actions"].set_index("action")["plan"]
    for line, row in _rows(tables["action_updates"]):
        plan = plan_of.get(row.action)
        if plan is None or plan not in submitted:
            continue  # the reference is broken, and reported as such
        if row.date < submitted[plan]:
            yield Problem(
                "action_updates.csv",
                line,
                "date",
                row.date,
                f"lies before {plan} was submitted, {submitted[plan]}",
                "give the day on which the update was made",
            )
        last = f"{int(submitted[plan][:4]) + YEARS_OF_UPDATES}{submitted[plan][4:]}"
        if row.date > last:
            yield Problem(
                "action_updates.csv",
                line,
                "date",
                row.date,
                f"lies more than {YEARS_OF_UPDATES} years after {plan} was submitted, "
                f"{submitted[plan]}",
                "check the year",
            )

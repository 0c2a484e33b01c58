"""What is promised: each action, when it is due, what has an owner, a date and a measure."""

import pandas as pd

from pipeline.analysis.plan_progress import slippage_by_owner
from pipeline.analysis.plans import (
    REPORTED,
    TARGET_PASSED,
    WHOLE_RECOMMENDATION,
    completeness,
    day_in_words,
)
from pipeline.analysis.records import Row, look_up, records
from pipeline.analysis.sentences.phrases import counted, in_words, joined
from pipeline.data import is_missing
from pipeline.publish.charts.timeline import UNDATED, how_to_read, timeline, timeline_rows
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.pictures import Picture, both
from pipeline.publish.page.tables import Column, Table, mark
from pipeline.publish.reports.plan.context import NO_ACTION, Plan, number_of
from pipeline.publish.reports.plans import slippage_table

_STATE_WORDS = {
    "passed": "target has gone by",
    "upcoming": "still to come",
    "closed": "done, dropped or replaced",
    "undated": "no target date",
}


def due_picture(report: Plan) -> Picture | Prose:
    """Return the actions by owner and due month; in words where none has a date."""
    if report.actions.empty:
        return Prose(NO_ACTION)
    if report.actions["due_on"].isna().all():
        return Prose(_timeline_finding(report))
    rows = timeline_rows(report.actions)
    rows["target"] = [
        day_in_words(column) if column[:1].isdigit() else UNDATED[column].replace("\n", " ")
        for column in rows["column"]
    ]
    rows["stands"] = rows["state"].map(_STATE_WORDS)
    numbers = report.table(
        rows,
        "Actions by owner, target and where they stand",
        [
            Column("owner", "Owner as printed"),
            Column("target", "Target"),
            Column("stands", "Where they stand"),
            Column("actions", "Actions", "count"),
            Column("recommendations", "Of recommendations"),
        ],
        name="timeline-numbers",
    )
    return Picture(
        both(timeline, report.actions, report.as_of),
        title="Actions by owner and due date",
        finding=_timeline_finding(report),
        caption=how_to_read(report.actions),
        table=numbers,
        name="timeline",
    )


def _timeline_finding(report: Plan) -> str:
    total = len(report.actions)
    dated = report.actions[report.actions["due_on"].notna()]
    if dated.empty:
        unowned = int(report.actions["owner"].isna().sum())
        none = "The action has no" if total == 1 else f"None of the {total} actions has a"
        return (
            f"{none} target date; {in_words(unowned)} of them "
            f"{'has' if unowned == 1 else 'have'} no owner printed."
        )
    months = dated["due_on"].str[:7]
    first, last = months.min(), months.max()
    busiest, most = months.value_counts().sort_index().idxmax(), months.value_counts().max()
    span = f"in {day_in_words(first)}"
    if first != last:
        span = (
            f"from {day_in_words(first)} to {day_in_words(last)}, the largest number "
            f"({most}) in {day_in_words(str(busiest))}"
        )
    passed = report.passed
    gone = f" As of {report.day} {passed} of these had passed without an update on record."
    have = "has a target date" if len(dated) == 1 else "have a target date"
    return f"Of {counted(total, 'action')}, {len(dated)} {have}, {span}.{gone if passed else ''}"


def actions_table(report: Plan) -> Table | Prose:
    """Return every action with its owner, target, measure and where it stands."""
    if report.actions.empty:
        return Prose(NO_ACTION)
    headings = report.recommendations.set_index("recommendation")["heading"]
    moves = ["revisions", "slipped_months"]
    moved = look_up(report.actions, report.progress, ["action"], moves)
    frame = report.actions.assign(
        group=report.actions["recommendation"].map(headings),
        target=pd.array([_target(row) for row in records(moved)], "string"),
        promise=pd.array([_promise(row) for row in records(report.actions)], "string"),
        stands=[_stands(report, row) for row in records(report.actions)],
    )
    example = str(frame["action"].iloc[0])
    priority = [Column("priority", "Priority or theme as printed", missing="none printed")]
    return report.table(
        frame,
        f"Actions as of {report.day}",
        [
            Column("action", "No.", align="right", show=number_of),
            Column("promise", "What is promised, in our words", wide=True),
            *(priority if frame["priority"].notna().any() else []),
            Column("owner", "Owner as printed", missing="none printed"),
            Column("target", "Target as printed", missing="none printed"),
            Column("stands", "Where it stands", show=mark),
            Column("measure", "Measure promised, in our words", missing="none"),
        ],
        row_header="promise",
        groups="group",
        row_source=("source", "place"),
        name="actions",
        comment=f"In action_updates.csv an action is called by the plan's name and its number "
        f'here, as in {example}. A measure that begins with "{WHOLE_RECOMMENDATION.strip()}" '
        "is one the plan gives for the recommendation and not for the action alone.",
    )


def _target(row: Row) -> str | None:
    """The target as printed; where an update moved it, the one now in force and how it came."""
    if is_missing(row["revised_due_printed"]):
        return None if is_missing(row["due_printed"]) else str(row["due_printed"])
    first = "none" if is_missing(row["due_printed"]) else row["due_printed"]
    often = int(row["revisions"])
    times = {1: "once", 2: "twice"}.get(often, f"{in_words(often)} times")
    said = [f"first: {first}", f"revised {times}"]
    if not is_missing(months := row["slipped_months"]):
        way = "later" if months >= 0 else "earlier"
        said.append(f"{counted(abs(int(months)), 'month')} {way}" if months else "same month")
    return f"{row['revised_due_printed']} ({'; '.join(said)})"


def _stands(report: Plan, row: Row) -> str:
    """Where an action stands; what an inspection reports of it, by the name of that inspection."""
    if row["position"] != REPORTED:
        return str(row["position"])
    return f"reported done by the inspection of {report.round_names[str(row['reported_in'])]}"


def _promise(row: Row) -> str:
    """What is promised, and which other recommendations it also serves."""
    if is_missing(row["also_serves"]):
        return str(row["summary"])
    served = str(row["also_serves"]).split("; ")
    some = "" if len(served) == 1 else "s"
    return f"{row['summary']} (Also serves recommendation{some} {joined(served)}.)"


def updates_table(report: Plan) -> Table | Prose:
    """Return the updates on record, or say that there are none."""
    updates = report.updates
    if updates.empty:
        return Prose(
            f"No update on this plan was on record as of {report.day}. An action whose target "
            f'has gone by therefore reads "{TARGET_PASSED}", which says what we know and '
            "not what was done."
        )
    frame = updates.sort_values(["action", "date"])
    frame = frame.assign(day=frame["date"].map(day_in_words))
    return report.table(
        frame,
        f"Updates on record as of {report.day}",
        [
            Column("action", "No.", align="right", show=number_of),
            Column("day", "Date"),
            Column("status", "Status", "mark"),
            Column("note", "What was done", missing="not said", wide=True),
            Column("evidence", "Evidence", missing="not said"),
        ],
        name="updates",
        comment="Updates are written by users of this project; they are not published figures.",
    )


def slippage(report: Plan) -> Table | None:
    """Return how far targets slipped, by owner; nothing where no update on record moved one."""
    progress = report.progress
    if not progress["revisions"].sum():
        return None
    return slippage_table(report, slippage_by_owner(progress), report.data["rag_rules"])


def priorities_table(report: Plan) -> Table | None:
    """Return the actions by the priority or theme the plan prints; nothing where it prints none."""
    frame = report.actions[report.actions["priority"].notna()]
    if frame.empty:
        return None
    without = len(report.actions) - len(frame)
    marked = frame[["priority"]].assign(
        actions=1,
        dated=frame["due_on"].notna(),
        passed=frame["position"] == TARGET_PASSED,
        closed=frame["position"].isin(["complete", "dropped"]),
    )
    return report.table(
        marked.groupby("priority", sort=False, as_index=False).sum(),
        "Actions by priority or theme",
        [
            Column("priority", "Priority or theme as printed"),
            Column("actions", "Actions", "count"),
            Column("dated", "With a target date", "count"),
            Column("passed", "Target passed without an update", "count"),
            Column("closed", "Complete or dropped", "count"),
        ],
        name="priorities",
        comment=f"For {counted(without, 'action')} the plan prints none." if without else "",
    )


def completeness_table(report: Plan) -> Table | Prose:
    """Return how many actions of each recommendation have an owner, a date and a measure."""
    if report.actions.empty:
        return Prose(NO_ACTION)
    shares = completeness(report.recommendations)
    headings = report.recommendations.set_index("recommendation")["heading"]
    frame = shares.assign(heading=shares["recommendation"].map(headings).fillna("Whole plan"))
    return report.table(
        frame,
        "Actions with an owner, a target date and a measure",
        [
            Column("heading", "Recommendation"),
            Column("actions", "Actions", "count"),
            Column("actions_with_owner", "With an owner", "count"),
            Column("actions_with_date", "With a target date", "count"),
            Column("actions_done_or_ongoing", "Printed as complete or ongoing", "count"),
            Column("actions_with_measure", "With a measure", "count"),
            Column("owner_percent", "Owner", "percent"),
            Column("date_percent", "Date", "percent"),
            Column("measure_percent", "Measure", "percent"),
        ],
        name="completeness",
        comment="Shares are of the actions in the row. Recommendations without an action are "
        "left out.",
    )

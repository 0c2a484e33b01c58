"""Relations of action plans: what they answer, their targets, updates, follow-up and links."""

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from pipeline.data.problems import Problem
from pipeline.data.relations import rule
from pipeline.data.relations.printed import agrees, is_period, names_month, names_period
from pipeline.data.relations.rule import (
    Frames,
    Rows,
    Rule,
    among,
    cells,
    chain,
    earlier,
    numbered,
    relation,
    rows_with,
    unlike,
    wrong_rows,
)

#: An update later than so long after the plan was submitted has a slip in its year: targets lie
#: months ahead, and inspections a year or two apart.
YEARS_OF_UPDATES = 3
#: No target lies further ahead: plans of the years 2018 to 2020 reach one year and a half.
YEARS_OF_TARGETS = 10
_DUE_LENGTH = {"month": 7, "period": 7, "date": 10}
_DUE_FORM = {
    "month": "write it as year and month",
    "period": "write its first month as year and month",
    "date": "write it as year, month and day",
}


def _years_after(dates: pd.Series, years: int) -> pd.Series:
    return pd.Series(
        [f"{int(d[:4]) + years}{d[4:]}" if pd.notna(d) else pd.NA for d in dates],
        index=dates.index,
        dtype="string",
    )


_OF_INSPECTION = {"inspected": "provider", "fieldwork": "fieldwork_start", "report": "published"}
_OF_FIRST = {f"first_{name}": name for name in ("provider", "inspection", "submitted")}
_answering = (
    Rows("plans")
    .with_columns("inspections", "inspection", **_OF_INSPECTION)
    .with_columns("plans", "plan", here=("replaces",), **_OF_FIRST)
)


@rows_with("plans", "inspections")
def _plans(tables: Frames) -> pd.DataFrame:
    """Plans with the inspection that each answers and the plan that each replaces."""
    plans = _answering.frame(tables)
    replaced = dict(cells(plans, "plan", "replaces"))
    return plans.assign(
        submitted_year=plans["submitted"].str[:4].astype("Int64"),
        in_a_circle=[plan in chain(plan, replaced) for plan in plans["plan"]],
    )


@rows_with("actions", "plans")
def _actions(tables: Frames) -> pd.DataFrame:
    """Actions with the day of their plan, and of the first plan that answers its inspection.

    A plan that is issued again repeats targets that have passed by then.
    """
    plans = tables["plans"]
    same = plans.groupby(["provider", "inspection"], dropna=False)["submitted"]
    plans = plans.assign(first=same.transform("min"))
    dated = Rows("actions").with_columns(
        "plans", "plan", submitted="submitted", first_submitted="first"
    )
    frame = dated.frame({**tables, "plans": plans})
    return frame.assign(last_target=_years_after(frame["submitted"], YEARS_OF_TARGETS))


@relation(
    "printed-totals",
    "The totals a plan prints are those of the rows copied from it.",
    "plans", "recommendations", "responses",
)  # fmt: skip
def totals(tables: Frames) -> Iterator[Problem]:
    """Yield the totals that are not the number of rows."""
    plans, responses = tables["plans"], tables["responses"]
    for column, name, rows in (
        ("agreed_printed", "responses", responses[responses["response"] == "agreed"]),
        ("partly_agreed_printed", "responses", responses[responses["response"] == "partly agreed"]),
        ("not_agreed_printed", "responses", responses[responses["response"] == "not agreed"]),
        ("total_printed", "recommendations", tables["recommendations"]),
    ):
        count = plans["plan"].map(rows["plan"].value_counts()).fillna(0).astype("Int64")
        says = f"is not the number of rows for {{plan}} in {name}.csv, which is {{count}}"
        wrong, fix = plans[column].ne(count), "check both against the document"
        yield from wrong_rows("plans", plans.assign(count=count), wrong, column, says, fix)


@rows_with("actions")
def _coded(tables: Frames) -> pd.DataFrame:
    """Actions with the code and the form of target that their other cells give."""
    frame = tables["actions"]
    position = frame["position"].astype("string").str.zfill(2)
    recommendation = frame["recommendation"].astype("string")
    return frame.assign(
        code=frame["plan"] + "-" + recommendation + "-" + position,
        form=frame["due_kind"].map(_DUE_FORM).fillna("empty the cell"),
        wanted=_kind_of_print(frame),
    )


def _kind_of_print(frame: pd.DataFrame) -> list[str]:
    """What kind of target the words printed call for, empty where they leave it open."""
    kinds = []
    for printed, kind in cells(frame, "due_printed", "due_kind"):
        if pd.isna(printed):
            kinds.append("none given")
        elif kind == "none given":
            kinds.append("in words")
        elif names_period(printed) and kind in ("ongoing", "in words", "month", "date"):
            kinds.append("period" if kind != "month" or not names_month(printed) else kind)
        elif names_month(printed) and kind in ("ongoing", "in words"):
            open_ended = kind == "ongoing" and "ongoing" in printed.lower()
            kinds.append(kind if open_ended else "month")
        else:
            kinds.append(kind)
    return kinds


def _target_differs(frame: pd.DataFrame) -> list[bool]:
    return [
        pd.notna(printed)
        and pd.notna(due)
        and kind != "period"
        and (not agrees(printed, due) or names_period(printed))
        for printed, due, kind in cells(frame, "due_printed", "due", "due_kind")
    ]


def _period_differs(frame: pd.DataFrame) -> list[bool]:
    return [
        all(map(pd.notna, target)) and not is_period(*target)
        for target in cells(frame, "due_printed", "due", "due_end")
    ]


def _unknown(
    frame: pd.DataFrame, column: str, key: tuple[str, ...], known: Callable[..., bool]
) -> Any:
    """The first of several codes in one cell that is not known under the key of its row."""
    missing = []
    for codes, *keys in cells(frame, column, *key):
        named = [] if pd.isna(codes) else codes.split("; ")
        missing.append(next((code for code in named if not known(*keys, code)), pd.NA))
    return pd.array(missing, dtype="string")


@rows_with("actions", "recommendations")
def _also_serves(tables: Frames) -> pd.DataFrame:
    """Actions with the first number in also_serves that the plan does not have."""
    frame, key = tables["actions"], ("plan", "recommendation")
    there = set(cells(tables["recommendations"], *key))

    def known(plan: str, own: int, number: str) -> bool:
        return int(number) != own and (plan, int(number)) in there

    return frame.assign(missing=_unknown(frame, "also_serves", key, known))


@rows_with("action_updates", "actions", "plans")
def _updates(tables: Frames) -> pd.DataFrame:
    """Updates with their plan, the day it was submitted, and the day of this machine."""
    of_action = Rows("action_updates").with_columns("actions", "action", plan="plan")
    frame = of_action.with_columns("plans", "plan", submitted="submitted").frame(tables)
    return frame.assign(
        last=_years_after(frame["submitted"], YEARS_OF_UPDATES),
        last_target=_years_after(frame["submitted"], YEARS_OF_TARGETS),
        today=rule.today(),
    )


_REPEATED = ["repeated_plan", "repeated_recommendation"]


@rows_with("follow_up", "plans", "inspections", "recommendations")
def _follow_up(tables: Frames) -> pd.DataFrame:
    """Follow-up with the plan it is about, its inspection, and the recommendation that repeats."""
    own = {"answered": "inspection", "submitted": "submitted", "provider": "provider"}
    inspected = {"inspected": "provider", "published": "published"}
    frame = (
        Rows("follow_up")
        .with_columns("plans", "plan", **own)
        .with_columns("plans", "plan", here=("repeated_plan",), repeated_submitted="submitted")
        .with_columns("inspections", "inspection", **inspected)
        .frame(tables)
    )
    marked = tables["recommendations"][tables["recommendations"]["repeated"] == "yes"]
    return frame.assign(
        repeats=among(frame, _REPEATED, marked, ["plan", "recommendation"]),
        named=frame[_REPEATED].notna().sum(axis=1),
    )


@rows_with("follow_up", *_follow_up.reads, "lineage")
def _followed(tables: Frames) -> pd.DataFrame:
    """Follow-up with whether the provider inspected is that of the plan, or one after it."""
    frame, lineage = _follow_up.frame(tables), tables["lineage"]
    later = among(frame, ["inspected", "provider"], lineage, ["provider", "predecessor"])
    return frame.assign(follows=frame["inspected"].eq(frame["provider"]) | later)


@rows_with("follow_up", "actions")
def _actions_done(tables: Frames) -> pd.DataFrame:
    """Follow-up with the first code in actions_done that is no action of the recommendation."""
    frame, key = tables["follow_up"], ("plan", "recommendation")
    there = set(cells(tables["actions"], *key, "action"))
    missing = _unknown(frame, "actions_done", key, lambda *code: code in there)
    return frame.assign(missing=missing)


RULES: list[Rule] = [
    _plans.rule(
        "plan-of-its-own-provider",
        "A plan answers an inspection of its own provider.",
        "inspection",
        lambda f: f["inspected"].notna() & f["inspected"].ne(f["provider"]),
        "is an inspection of {inspected}, not of {provider}",
        "check the inspection and the provider",
    ),
    _plans.rule(
        "plan-after-fieldwork",
        "A plan is submitted after the fieldwork of the inspection that it answers began.",
        "submitted",
        lambda f: earlier(f["submitted"], f["fieldwork"]),
        "lies before the start of the fieldwork that it answers, {fieldwork}",
        "check the day and the inspection",
    ),
    _plans.rule(
        "plan-soon-after-report",
        "A plan is submitted within three years of the report that it answers.",
        "submitted",
        lambda f: earlier(_years_after(f["report"], 3), f["submitted"]),
        "lies more than three years after the report that it answers, {report}",
        "check the year",
    ),
    _plans.rule(
        "plan-year",
        "A plan is known by the year it was submitted, or one next to it.",
        "year",
        lambda f: (f["year"] - f["submitted_year"]).abs() > 1,
        "is not the year of its submission, {submitted}",
        "check the year and the day",
    ),
    _plans.rule(
        "plan-quotes-the-report",
        "The day of the report that a plan prints is the day of the inspection's report.",
        "report_published_printed",
        lambda f: [
            pd.notna(report) and pd.notna(printed) and not agrees(printed, report[:7])
            for printed, report in cells(f, "report_published_printed", "report")
        ],
        "is not the month in which the report of {inspection} was published, {report}",
        "check the inspection that the plan answers, and both days",
        stops=False,
    ),
    _plans.rule(
        "plan-replaces-an-earlier-one",
        "A plan replaces an earlier plan of the same provider for the same inspection.",
        "replaces",
        lambda f: (
            f["replaces"].notna()
            & (
                f["in_a_circle"]
                | f["first_provider"].ne(f["provider"])
                | f["first_inspection"].fillna("").ne(f["inspection"].fillna(""))
                | f["first_submitted"].gt(f["submitted"])
            )
        ),
        "is not an earlier plan of {provider} for the same inspection",
        "check the plan that is replaced",
    ),
    Rows("plans").rule(
        "plan-replaced-once",
        "A plan is replaced by one later plan.",
        "replaces",
        lambda f: f.sort_index()["replaces"].duplicated().reindex(f.index) & f["replaces"].notna(),
        "is replaced by another plan already",
        "let the last plan replace the one before it",
    ),
    Rows("plans").rule(
        "one-plan-in-force",
        "Of two plans that answer one inspection, the later says that it replaces the earlier.",
        "replaces",
        # Where the inspection is not in the data, the report's day, as printed, tells which it was.
        lambda f: (
            f.assign(answers=f["inspection"].fillna(f["report_published_printed"]))
            .sort_values("submitted", kind="stable")
            .duplicated(["provider", "answers"])
            .reindex(f.index)
            & f["replaces"].isna()
        ),
        "names no plan, though {provider} has an earlier one for the same inspection",
        "write the code of the plan that this one replaces, in a column of that name",
    ),
    numbered(
        "recommendations", "recommendations of a plan", "recommendations", "recommendation", "plan"
    ),
    Rows("recommendations")
    .with_columns("responses", "plan", "recommendation", answered="plan")
    .rule(
        "recommendation-has-a-response",
        "Every recommendation of a plan has a response.",
        "plan, recommendation",
        lambda f: f["answered"].isna(),
        "has no response",
        "add its row to responses.csv; if the plan gives no response write not answered, if you "
        "have not come to it not entered yet",
    ),
    Rows("responses").rule(
        "agreement-needs-no-reason",
        "Full agreement stands without a reason.",
        "reason",
        lambda f: f["response"].eq("agreed") & f["reason"].notna(),
        "stands next to full agreement, which needs no reason",
        "empty the cell, or check the response",
    ),
    Rows("responses").rule(
        "refusal-has-a-reason",
        "Partial agreement or none has a reason.",
        "reason",
        lambda f: f["response"].isin(["partly agreed", "not agreed"]) & f["reason"].isna(),
        'does not go with the response "{response}"',
        "say in our words why the provider does not agree in full",
    ),
    totals,
    _coded.rule(
        "action-code",
        "The code of an action is its plan, recommendation and position.",
        "action",
        unlike("action", "code"),
        "is not the code its plan, recommendation and position give",
        "write {code}",
    ),
    _coded.rule(
        "target-goes-with-its-kind",
        "A target is typed as its kind asks: a day, a month, the first month of a period, or not.",
        "due",
        lambda f: f["due"].str.len().fillna(0).ne(f["due_kind"].map(_DUE_LENGTH).fillna(0)),
        'does not go with the kind "{due_kind}"',
        "{form}, or check due_kind",
    ),
    Rows("actions").rule(
        "period-has-an-end",
        "A period has a last month, and nothing else has one.",
        "due_end",
        lambda f: f["due_kind"].eq("period").ne(f["due_end"].str.len().eq(7).fillna(False)),
        'does not go with the kind "{due_kind}"',
        "write the last month of a period as year and month, and leave the cell empty otherwise",
    ),
    _coded.rule(
        "print-goes-with-its-kind",
        "A target is printed exactly where the kind says so, and of the kind it is printed as.",
        "due_printed",
        unlike("due_kind", "wanted"),
        'does not go with the kind "{due_kind}"',
        'write the target as printed, and "{wanted}" as its kind if that is what is printed',
    ),
    Rows("actions").rule(
        "target-as-printed",
        "A target typed as a day or month is the one that is printed.",
        "due",
        _target_differs,
        'is not the date in due_printed, "{due_printed}"',
        "compare both with the document; a season or quarter is of the kind period",
    ),
    Rows("actions").rule(
        "period-as-printed",
        "A target typed as a period is the season or quarter that is printed.",
        "due",
        _period_differs,
        'to {due_end} is not the period in due_printed, "{due_printed}"',
        "write the first month here and the last one in due_end",
    ),
    _actions.rule(
        "target-after-its-plan",
        "A target does not lie before its plan was submitted.",
        "due",
        lambda f: earlier(f["due"], f["first_submitted"]),
        "lies before {plan} was submitted, {first_submitted}",
        "check the year; what the plan calls done is of the kind done",
    ),
    _actions.rule(
        "target-within-years",
        f"A target lies within {YEARS_OF_TARGETS} years of its plan.",
        "due",
        lambda f: f["due"].gt(f["last_target"]) | f["due_end"].gt(f["last_target"]),
        f"lies more than {YEARS_OF_TARGETS} years after {{plan}} was submitted, {{submitted}}",
        "check the year",
    ),
    _also_serves.rule(
        "action-serves-recommendations",
        "An action also serves other recommendations of its own plan.",
        "also_serves",
        lambda f: f["missing"].notna(),
        "names {missing}, which is not another recommendation of {plan}",
        "check the numbers",
    ),
    _updates.rule(
        "update-after-its-plan",
        "Progress is reported after the plan was submitted.",
        "date",
        lambda f: earlier(f["date"], f["submitted"]),
        "lies before {plan} was submitted, {submitted}",
        "give the day on which the update was made",
    ),
    _updates.rule(
        "update-within-years",
        f"Progress is reported within {YEARS_OF_UPDATES} years of the plan.",
        "date",
        lambda f: f["date"].gt(f["last"]),
        f"lies more than {YEARS_OF_UPDATES} years after {{plan}} was submitted, {{submitted}}",
        "check the year",
    ),
    _updates.rule(
        "update-not-ahead",
        "Progress is reported of what has been, not of what is to come.",
        "date",
        lambda f: f["date"].gt(f["today"]),
        "lies ahead: by this machine, today is {today}",
        "give the day on which the update was made",
    ),
    _updates.rule(
        "revised-target-after-its-update",
        "A revised target lies after its update, and within years of the plan.",
        "due",
        lambda f: earlier(f["due"], f["date"]) | f["due"].gt(f["last_target"]),
        "is not a target that an update of {date} can set",
        "check the year",
    ),
    _follow_up.rule(
        "follow-up-of-another-inspection",
        "An inspection does not follow up the recommendations it made itself.",
        "inspection",
        lambda f: f["answered"].eq(f["inspection"]),
        "made the recommendation that {plan} answers and cannot follow it up",
        "write the inspection after it",
    ),
    _follow_up.rule(
        "follow-up-after-its-plan",
        "A follow-up is published after the plan was submitted.",
        "inspection",
        lambda f: earlier(f["published"], f["submitted"]),
        "was published {published}, before {plan} was submitted, {submitted}",
        "write the inspection after the plan",
    ),
    _followed.rule(
        "follow-up-of-the-same-provider",
        "A follow-up is of the provider that made the plan, or of one that followed it.",
        "inspection",
        lambda f: ~f["follows"],
        "is an inspection of {inspected}, and {plan} a plan of {provider}",
        "check both, or enter the succession in lineage.csv",
    ),
    _actions_done.rule(
        "follow-up-names-actions",
        "An action that a report says was done is one of the recommendation followed up.",
        "actions_done",
        lambda f: f["missing"].notna(),
        "names {missing}, which is not an action of recommendation {recommendation} of {plan}",
        "write codes of actions.csv, with '; ' between them",
    ),
    _follow_up.rule(
        "repeated-recommendation-whole",
        "A repeated recommendation is named by plan and number.",
        "repeated_plan, repeated_recommendation",
        lambda f: f["named"].eq(1),
        "names a repeated recommendation by half",
        "fill both repeated_plan and repeated_recommendation, or neither",
    ),
    _follow_up.rule(
        "repeated-recommendation-marked",
        "A repeated recommendation is marked as repeated in its plan.",
        "repeated_plan, repeated_recommendation",
        lambda f: f["named"].eq(2) & ~f["repeats"],
        "is not a recommendation marked as repeated in recommendations.csv",
        "check the number, or mark it as repeated there",
    ),
    _follow_up.rule(
        "repeated-later",
        "A recommendation is repeated in a later plan than its own.",
        "repeated_plan, repeated_recommendation",
        lambda f: f["named"].eq(2) & ~f["repeated_submitted"].gt(f["submitted"]),
        "is not in a later plan than {plan}",
        "write the plan that repeats the recommendation",
    ),
    Rows("recommendation_links")
    .with_unknown("subject", "framework", "standard", "key question", "prompt")
    .rule(
        "links-to-what-is-there",
        "A recommendation is linked to a standard, key question or prompt of the framework named.",
        "subject",
        lambda f: f["unknown"],
        "is not a {kind} of {framework}",
        "check the number and the kind against the {kind}s of the framework",
    ),
    Rows("plans").rule(
        "plan-code",
        "The code of a plan begins with its provider and its year.",
        "plan",
        lambda f: [
            not f"{code}-".startswith(f"{provider}-{year}-")
            for code, provider, year in cells(f, "plan", "provider", "year")
        ],
        "does not begin with the provider and the year, {provider}-{year}",
        "check all three",
    ),
]

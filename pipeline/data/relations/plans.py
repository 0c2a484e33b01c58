"""Relations of action plans: what they answer, their targets, updates, follow-up and links."""

from collections.abc import Iterator

import pandas as pd

from pipeline.data.problems import Problem
from pipeline.data.relations import rule
from pipeline.data.relations.printed import agrees, is_period, names_month, names_period
from pipeline.data.relations.rule import (
    Frames,
    Rule,
    among,
    cells,
    earlier,
    look_up,
    numbered,
    relation,
    rows,
)

_PRINTED_TOTALS = {
    "agreed": "agreed_printed",
    "partly agreed": "partly_agreed_printed",
    "not agreed": "not_agreed_printed",
}
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


def _plans(tables: Frames) -> pd.DataFrame:
    """Plans with the inspection that each answers and the plan that each replaces."""
    plans, inspections = tables["plans"], tables["inspections"]
    about = plans.drop_duplicates("plan").set_index("plan")
    answered = plans["inspection"]
    return plans.assign(
        inspected=look_up(answered, inspections, "inspection", "provider"),
        fieldwork=look_up(answered, inspections, "inspection", "fieldwork_start"),
        report=look_up(answered, inspections, "inspection", "published"),
        submitted_year=plans["submitted"].str[:4].astype("Int64"),
        first_provider=plans["replaces"].map(about["provider"]),
        first_inspection=plans["replaces"].map(about["inspection"]),
        first_submitted=plans["replaces"].map(about["submitted"]),
        in_a_circle=_in_a_circle(plans),
    )


def _in_a_circle(plans: pd.DataFrame) -> list[bool]:
    """Whether following what a plan replaces leads back to it."""
    replaced = {plan: first for plan, first in cells(plans, "plan", "replaces") if pd.notna(first)}
    found = []
    for plan in plans["plan"]:
        seen, at = set(), replaced.get(plan)
        while at is not None and at != plan and at not in seen:
            seen.add(at)
            at = replaced.get(at)
        found.append(at is not None and at == plan)
    return found


def _actions_with_plan(tables: Frames) -> pd.DataFrame:
    """Actions with the day of their plan, and of the first plan that answers its inspection.

    A plan that is issued again repeats targets that have passed by then.
    """
    frame, plans = tables["actions"], tables["plans"]
    same = plans.groupby(["provider", "inspection"], dropna=False)["submitted"]
    plans = plans.assign(first=same.transform("min"))
    submitted = look_up(frame["plan"], plans, "plan", "submitted")
    return frame.assign(
        submitted=submitted,
        first_submitted=look_up(frame["plan"], plans, "plan", "first"),
        last_target=_years_after(submitted, YEARS_OF_TARGETS),
    )


@relation(
    "printed-totals",
    "The totals a plan prints are those of the rows copied from it.",
    "plans", "recommendations", "responses",
)  # fmt: skip
def totals(tables: Frames) -> Iterator[Problem]:
    """Yield the totals that are not the number of rows."""
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
                rule = f"is not the number of rows for {code} in {file}, which is {count}"
                fix = "check both against the document"
                at = int(str(line))
                yield Problem("plans.csv", at, column, str(plan[column]), rule, fix)


def _with_code(tables: Frames) -> pd.DataFrame:
    frame = tables["actions"]
    position = frame["position"].astype("string").str.zfill(2)
    recommendation = frame["recommendation"].astype("string")
    return frame.assign(code=frame["plan"] + "-" + recommendation + "-" + position)


def _with_form(tables: Frames) -> pd.DataFrame:
    frame = tables["actions"]
    return frame.assign(form=frame["due_kind"].map(_DUE_FORM).fillna("empty the cell"))


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


def _also_serves(tables: Frames) -> pd.DataFrame:
    """Actions with the first number in also_serves that the plan does not have."""
    frame = tables["actions"]
    known = set(cells(tables["recommendations"], "plan", "recommendation"))
    missing = []
    for plan, own, others in cells(frame, "plan", "recommendation", "also_serves"):
        numbers = [] if pd.isna(others) else [int(number) for number in others.split("; ")]
        wrong = [n for n in numbers if n == own or (plan, n) not in known]
        missing.append(wrong[0] if wrong else pd.NA)
    return frame.assign(missing=pd.array(missing, dtype="Int64"))


def _updates(tables: Frames) -> pd.DataFrame:
    """Updates with the day the plan was submitted, and the last day an update may have."""
    frame, plans = tables["action_updates"], tables["plans"]
    plan = look_up(frame["action"], tables["actions"], "action", "plan")
    submitted = look_up(plan, plans, "plan", "submitted")
    return frame.assign(
        plan=plan,
        submitted=submitted,
        last=_years_after(submitted, YEARS_OF_UPDATES),
        last_target=_years_after(submitted, YEARS_OF_TARGETS),
        today=rule.today(),
    )


def _follow_up(tables: Frames) -> pd.DataFrame:
    """Follow-up with the plan it is about, its inspection, and the recommendation that repeats."""
    frame, plans, inspections = tables["follow_up"], tables["plans"], tables["inspections"]
    repeats = among(
        frame,
        ["repeated_plan", "repeated_recommendation"],
        tables["recommendations"][tables["recommendations"]["repeated"] == "yes"],
        ["plan", "recommendation"],
    )
    given = frame[["repeated_plan", "repeated_recommendation"]].notna()
    return frame.assign(
        answered=look_up(frame["plan"], plans, "plan", "inspection"),
        submitted=look_up(frame["plan"], plans, "plan", "submitted"),
        provider=look_up(frame["plan"], plans, "plan", "provider"),
        inspected=look_up(frame["inspection"], inspections, "inspection", "provider"),
        published=look_up(frame["inspection"], inspections, "inspection", "published"),
        repeated_submitted=look_up(frame["repeated_plan"], plans, "plan", "submitted"),
        repeats=repeats,
        named=given.sum(axis=1),
    )


def _actions_done(tables: Frames) -> pd.DataFrame:
    """Follow-up with the first code in actions_done that is no action of the recommendation."""
    frame = tables["follow_up"]
    known = set(cells(tables["actions"], "plan", "recommendation", "action"))
    missing = []
    for plan, number, codes in cells(frame, "plan", "recommendation", "actions_done"):
        named = [] if pd.isna(codes) else codes.split("; ")
        wrong = [code for code in named if (plan, number, code) not in known]
        missing.append(wrong[0] if wrong else pd.NA)
    return frame.assign(missing=pd.array(missing, dtype="string"))


def _follows(tables: Frames) -> pd.Series:
    """Whether the provider inspected is that of the plan, or one that followed it."""
    frame = _follow_up(tables)
    lineage = tables["lineage"]
    followed = among(frame, ["inspected", "provider"], lineage, ["provider", "predecessor"])
    return frame["inspected"].eq(frame["provider"]) | followed


def _links(tables: Frames) -> pd.DataFrame:
    frame = tables["recommendation_links"]
    known = pd.Series(False, frame.index, dtype="boolean")
    for kind, name, column in (
        ("standard", "standards", "standard"),
        ("key question", "key_questions", "key_question"),
        ("prompt", "prompts", "prompt"),
    ):
        here = among(frame, ["framework", "subject"], tables[name], ["framework", column])
        known |= here & frame["kind"].eq(kind)
    return frame.assign(known=known)


RULES: list[Rule] = [
    rows(
        "plan-of-its-own-provider",
        "A plan answers an inspection of its own provider.",
        "plans",
        "inspection",
        lambda f: f["inspected"].notna() & f["inspected"].ne(f["provider"]),
        "is an inspection of {inspected}, not of {provider}",
        "check the inspection and the provider",
        of=_plans,
        reads=("inspections",),
    ),
    rows(
        "plan-after-fieldwork",
        "A plan is submitted after the fieldwork of the inspection that it answers began.",
        "plans",
        "submitted",
        lambda f: earlier(f["submitted"], f["fieldwork"]),
        "lies before the start of the fieldwork that it answers, {fieldwork}",
        "check the day and the inspection",
        of=_plans,
        reads=("inspections",),
    ),
    rows(
        "plan-soon-after-report",
        "A plan is submitted within three years of the report that it answers.",
        "plans",
        "submitted",
        lambda f: earlier(_years_after(f["report"], 3), f["submitted"]),
        "lies more than three years after the report that it answers, {report}",
        "check the year",
        of=_plans,
        reads=("inspections",),
    ),
    rows(
        "plan-year",
        "A plan is known by the year it was submitted, or one next to it.",
        "plans",
        "year",
        lambda f: (f["year"] - f["submitted_year"]).abs() > 1,
        "is not the year of its submission, {submitted}",
        "check the year and the day",
        of=_plans,
        reads=("inspections",),
    ),
    rows(
        "plan-quotes-the-report",
        "The day of the report that a plan prints is the day of the inspection's report.",
        "plans",
        "report_published_printed",
        lambda f: [
            pd.notna(report) and pd.notna(printed) and not agrees(printed, report[:7])
            for printed, report in cells(f, "report_published_printed", "report")
        ],
        "is not the month in which the report of {inspection} was published, {report}",
        "check the inspection that the plan answers, and both days",
        of=_plans,
        reads=("inspections",),
        stops=False,
    ),
    rows(
        "plan-replaces-an-earlier-one",
        "A plan replaces an earlier plan of the same provider for the same inspection.",
        "plans",
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
        of=_plans,
        reads=("inspections",),
    ),
    rows(
        "plan-replaced-once",
        "A plan is replaced by one later plan.",
        "plans",
        "replaces",
        lambda f: f.sort_index()["replaces"].duplicated().reindex(f.index) & f["replaces"].notna(),
        "is replaced by another plan already",
        "let the last plan replace the one before it",
    ),
    rows(
        "one-plan-in-force",
        "Of two plans that answer one inspection, the later says that it replaces the earlier.",
        "plans",
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
        "recommendations-numbered-from-one",
        "The recommendations of a plan are numbered from 1 without a gap.",
        "recommendations",
        "recommendation",
        "plan",
    ),
    rows(
        "recommendation-has-a-response",
        "Every recommendation of a plan has a response.",
        "recommendations",
        "plan, recommendation",
        lambda f: ~f["answered"],
        "has no response",
        "add its row to responses.csv; if the plan gives no response write not answered, if you "
        "have not come to it not entered yet",
        of=lambda t: t["recommendations"].assign(
            answered=among(
                t["recommendations"],
                ["plan", "recommendation"],
                t["responses"],
                ["plan", "recommendation"],
            )
        ),
        reads=("responses",),
    ),
    rows(
        "agreement-needs-no-reason",
        "Full agreement stands without a reason.",
        "responses",
        "reason",
        lambda f: f["response"].eq("agreed") & f["reason"].notna(),
        "stands next to full agreement, which needs no reason",
        "empty the cell, or check the response",
    ),
    rows(
        "refusal-has-a-reason",
        "Partial agreement or none has a reason.",
        "responses",
        "reason",
        lambda f: f["response"].isin(["partly agreed", "not agreed"]) & f["reason"].isna(),
        'does not go with the response "{response}"',
        "say in our words why the provider does not agree in full",
    ),
    totals,
    rows(
        "action-code",
        "The code of an action is its plan, recommendation and position.",
        "actions",
        "action",
        lambda f: f["action"].ne(f["code"]),
        "is not the code its plan, recommendation and position give",
        "write {code}",
        of=_with_code,
    ),
    rows(
        "target-goes-with-its-kind",
        "A target is typed as its kind asks: a day, a month, the first month of a period, or not.",
        "actions",
        "due",
        lambda f: f["due"].str.len().fillna(0).ne(f["due_kind"].map(_DUE_LENGTH).fillna(0)),
        'does not go with the kind "{due_kind}"',
        "{form}, or check due_kind",
        of=_with_form,
    ),
    rows(
        "period-has-an-end",
        "A period has a last month, and nothing else has one.",
        "actions",
        "due_end",
        lambda f: f["due_kind"].eq("period").ne(f["due_end"].str.len().eq(7).fillna(False)),
        'does not go with the kind "{due_kind}"',
        "write the last month of a period as year and month, and leave the cell empty otherwise",
    ),
    rows(
        "print-goes-with-its-kind",
        "A target is printed exactly where the kind says so, and of the kind it is printed as.",
        "actions",
        "due_printed",
        lambda f: f["due_kind"].ne(f["wanted"]),
        'does not go with the kind "{due_kind}"',
        'write the target as printed, and "{wanted}" as its kind if that is what is printed',
        of=lambda t: t["actions"].assign(wanted=_kind_of_print(t["actions"])),
    ),
    rows(
        "target-as-printed",
        "A target typed as a day or month is the one that is printed.",
        "actions",
        "due",
        _target_differs,
        'is not the date in due_printed, "{due_printed}"',
        "compare both with the document; a season or quarter is of the kind period",
    ),
    rows(
        "period-as-printed",
        "A target typed as a period is the season or quarter that is printed.",
        "actions",
        "due",
        _period_differs,
        'to {due_end} is not the period in due_printed, "{due_printed}"',
        "write the first month here and the last one in due_end",
    ),
    rows(
        "target-after-its-plan",
        "A target does not lie before its plan was submitted.",
        "actions",
        "due",
        lambda f: earlier(f["due"], f["first_submitted"]),
        "lies before {plan} was submitted, {first_submitted}",
        "check the year; what the plan calls done is of the kind done",
        of=_actions_with_plan,
        reads=("plans",),
    ),
    rows(
        "target-within-years",
        f"A target lies within {YEARS_OF_TARGETS} years of its plan.",
        "actions",
        "due",
        lambda f: f["due"].gt(f["last_target"]) | f["due_end"].gt(f["last_target"]),
        f"lies more than {YEARS_OF_TARGETS} years after {{plan}} was submitted, {{submitted}}",
        "check the year",
        of=_actions_with_plan,
        reads=("plans",),
    ),
    rows(
        "action-serves-recommendations",
        "An action also serves other recommendations of its own plan.",
        "actions",
        "also_serves",
        lambda f: f["missing"].notna(),
        "names {missing}, which is not another recommendation of {plan}",
        "check the numbers",
        of=_also_serves,
        reads=("recommendations",),
    ),
    rows(
        "update-after-its-plan",
        "Progress is reported after the plan was submitted.",
        "action_updates",
        "date",
        lambda f: earlier(f["date"], f["submitted"]),
        "lies before {plan} was submitted, {submitted}",
        "give the day on which the update was made",
        of=_updates,
        reads=("actions", "plans"),
    ),
    rows(
        "update-within-years",
        f"Progress is reported within {YEARS_OF_UPDATES} years of the plan.",
        "action_updates",
        "date",
        lambda f: f["date"].gt(f["last"]),
        f"lies more than {YEARS_OF_UPDATES} years after {{plan}} was submitted, {{submitted}}",
        "check the year",
        of=_updates,
        reads=("actions", "plans"),
    ),
    rows(
        "update-not-ahead",
        "Progress is reported of what has been, not of what is to come.",
        "action_updates",
        "date",
        lambda f: f["date"].gt(f["today"]),
        "lies ahead: by this machine, today is {today}",
        "give the day on which the update was made",
        of=_updates,
        reads=("actions", "plans"),
    ),
    rows(
        "revised-target-after-its-update",
        "A revised target lies after its update, and within years of the plan.",
        "action_updates",
        "due",
        lambda f: earlier(f["due"], f["date"]) | f["due"].gt(f["last_target"]),
        "is not a target that an update of {date} can set",
        "check the year",
        of=_updates,
        reads=("actions", "plans"),
    ),
    rows(
        "follow-up-of-another-inspection",
        "An inspection does not follow up the recommendations it made itself.",
        "follow_up",
        "inspection",
        lambda f: f["answered"].eq(f["inspection"]),
        "made the recommendation that {plan} answers and cannot follow it up",
        "write the inspection after it",
        of=_follow_up,
        reads=("plans", "inspections", "recommendations"),
    ),
    rows(
        "follow-up-after-its-plan",
        "A follow-up is published after the plan was submitted.",
        "follow_up",
        "inspection",
        lambda f: earlier(f["published"], f["submitted"]),
        "was published {published}, before {plan} was submitted, {submitted}",
        "write the inspection after the plan",
        of=_follow_up,
        reads=("plans", "inspections", "recommendations"),
    ),
    rows(
        "follow-up-of-the-same-provider",
        "A follow-up is of the provider that made the plan, or of one that followed it.",
        "follow_up",
        "inspection",
        lambda f: ~f["follows"],
        "is an inspection of {inspected}, and {plan} a plan of {provider}",
        "check both, or enter the succession in lineage.csv",
        of=lambda t: _follow_up(t).assign(follows=_follows(t)),
        reads=("plans", "inspections", "recommendations", "lineage"),
    ),
    rows(
        "follow-up-names-actions",
        "An action that a report says was done is one of the recommendation followed up.",
        "follow_up",
        "actions_done",
        lambda f: f["missing"].notna(),
        "names {missing}, which is not an action of recommendation {recommendation} of {plan}",
        "write codes of actions.csv, with '; ' between them",
        of=_actions_done,
        reads=("actions",),
    ),
    rows(
        "repeated-recommendation-whole",
        "A repeated recommendation is named by plan and number.",
        "follow_up",
        "repeated_plan, repeated_recommendation",
        lambda f: f["named"].eq(1),
        "names a repeated recommendation by half",
        "fill both repeated_plan and repeated_recommendation, or neither",
        of=_follow_up,
        reads=("plans", "inspections", "recommendations"),
    ),
    rows(
        "repeated-recommendation-marked",
        "A repeated recommendation is marked as repeated in its plan.",
        "follow_up",
        "repeated_plan, repeated_recommendation",
        lambda f: f["named"].eq(2) & ~f["repeats"],
        "is not a recommendation marked as repeated in recommendations.csv",
        "check the number, or mark it as repeated there",
        of=_follow_up,
        reads=("plans", "inspections", "recommendations"),
    ),
    rows(
        "repeated-later",
        "A recommendation is repeated in a later plan than its own.",
        "follow_up",
        "repeated_plan, repeated_recommendation",
        lambda f: f["named"].eq(2) & ~f["repeated_submitted"].gt(f["submitted"]),
        "is not in a later plan than {plan}",
        "write the plan that repeats the recommendation",
        of=_follow_up,
        reads=("plans", "inspections", "recommendations"),
    ),
    rows(
        "links-to-what-is-there",
        "A recommendation is linked to a standard, key question or prompt of the framework named.",
        "recommendation_links",
        "subject",
        lambda f: ~f["known"],
        "is not a {kind} of {framework}",
        "check the number and the kind against the {kind}s of the framework",
        of=_links,
        reads=("standards", "key_questions", "prompts"),
    ),
    rows(
        "plan-code",
        "The code of a plan begins with its provider and its year.",
        "plans",
        "plan",
        lambda f: [
            not f"{code}-".startswith(f"{provider}-{year}-")
            for code, provider, year in cells(f, "plan", "provider", "year")
        ],
        "does not begin with the provider and the year, {provider}-{year}",
        "check all three",
    ),
]

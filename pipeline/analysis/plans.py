"""Action plans: responses, how complete the actions are, what is due, what came of it.

What counts as one action was decided before the plans were transcribed, and the
same way for all of them:

1. A bullet under a response is an action, and so is a row or paragraph with an
   owner or a date of its own, however many sentences it has. Two owners and two
   dates in one cell are two actions.
2. A list that the plan itself introduces as its check on the impact of the
   actions ("ensure actions are completed and measure the impact by", "quality
   assure that this work has an impact") holds measures, not actions. A measure
   that names an action stands with it; the rest stand with every other action of
   the recommendation, beginning with ``WHOLE_RECOMMENDATION``.
3. In running text, what somebody undertakes to do, or says was done in answer, is
   an action; background and existing practice are not, and a sentence on how an
   action is checked or reported is its measure. What such text says of a future
   service is one action, its parts included.
4. What the plan says twice under one recommendation counts once. Under another
   recommendation it counts again, because it has another owner or date there.
5. An owner or a date printed once for a recommendation belongs to all its actions.

A target that is a month is due on the last day of that month. Without a row in
``action_updates`` nothing is known about progress, and nothing is claimed.
"""

import calendar
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from pipeline.data import Tables, is_missing

WHOLE_RECOMMENDATION = "Whole recommendation: "
"""How a measure begins that a plan gives for a recommendation and not for one action."""

RESPONSES = ("agreed", "partly agreed", "not agreed")

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

TARGET_PASSED = "target passed, no update recorded"
POSITIONS = (
    TARGET_PASSED,
    "not started, target passed",
    "in progress, target passed",
    "not started",
    "in progress",
    "upcoming",
    "ongoing",
    "no target date",
    "dropped",
    "complete",
    "done as printed",
)
"""Where an action can stand, from what most asks for attention to what least does."""

_UNUPDATED = {"done": "done as printed", "ongoing": "ongoing", "none given": "no target date"}
_CLOSED = ("complete", "dropped")
_PRINTED = {
    "agreed": "agreed_printed",
    "partly agreed": "partly_agreed_printed",
    "not agreed": "not_agreed_printed",
    "total": "total_printed",
}
_RECOMMENDATION_COLUMNS = [
    "plan", "inspection", "recommendation", "title", "addressed_to", "response", "repeated",
    "follow_up", "actions", "actions_with_owner", "actions_with_date", "actions_with_measure",
    "actions_done_or_ongoing", "summary", "reason", "printed_number", "source", "place",
    "response_place", "note",
]  # fmt: skip
_ACTION_COLUMNS = [
    "plan", "recommendation", "action", "summary", "owner", "due_printed", "due", "due_kind",
    "status", "position", "due_on", "owner_shown", "measure", "updated", "update_note", "evidence",
    "source", "place", "note",
]  # fmt: skip
_LOOP_COLUMNS = [
    "plan", "recommendation", "title", "kind", "subject", "label", "reason", "timing",
    "previous_inspection", "current_inspection", "previous_percent", "current_percent",
    "comparable", "reason_not_comparable", "change_points", "change_verdict", "previous_rating",
    "current_rating", "direction", "without_figure", "follow_up", "previous_source",
    "previous_place", "current_source", "current_place",
]  # fmt: skip


def default_as_of(tables: Tables) -> str:
    """Return the day from which plans are looked at unless a reader asks for another.

    It is the latest day, as YYYY-MM-DD, on which an inspection report or plan of
    these tables was published, a plan submitted or an update made, so that a page changes when the
    data does and not by itself. Given the tables of one provider, another
    provider's documents and updates do not move its day. A publication known by
    its month counts from the first day, so that no page looks from a later day
    than the documents bear out.
    """
    own = {*tables["inspections"]["source"], *tables["plans"]["source"]}
    sources = tables["sources"]
    published = sources[sources["source"].isin(own)]["published"].dropna()
    days = [day if len(day) > 7 else f"{day}-01" for day in published]
    return max([*days, *tables["plans"]["submitted"], *tables["action_updates"]["date"].dropna()])


def due_day(due: object) -> str:
    """Return the day a target falls on as YYYY-MM-DD: a month's last day; empty without target."""
    if is_missing(due) or not str(due):
        return ""
    year, month, *day = (int(part) for part in str(due).split("-"))
    last = day[0] if day else calendar.monthrange(year, month)[1]
    return date(year, month, last).isoformat()


def day_in_words(day: str) -> str:
    """Return a day (YYYY-MM-DD) or month (YYYY-MM) as a sentence writes it: 7 February 2020."""
    year, month, *rest = day.split("-")
    words = [str(int(rest[0]))] if rest else []
    return " ".join([*words, MONTHS[int(month) - 1], year])


def check_day(as_of: str) -> str:
    """Return a day that a reader asked for. Raises ValueError in a plain sentence if it is none."""
    try:
        return date.fromisoformat(as_of).isoformat()
    except ValueError:
        form = "write it as year-month-day, such as 2020-02-28"
        raise ValueError(f'"{as_of}" is not a day of the calendar; {form}.') from None


def owner_shown(owner: object) -> object:
    """Return an owner as printed without the full stop or comma that ends the cell."""
    return owner if is_missing(owner) else str(owner).rstrip(" .,")


def position(due_kind: str, due_on: str, status: str, as_of: str) -> str:
    """Return where one action stands on the day ``as_of`` (YYYY-MM-DD): one of POSITIONS.

    ``due_on`` is the day it is due, or empty; ``status`` the latest update by
    then, or empty. A target is passed on the day after it. An action that was
    completed or dropped has no target any more; one printed as done that has no
    update is "done as printed", which nobody here has checked.
    """
    passed = bool(due_on) and due_on < as_of
    if status in _CLOSED:
        return status
    if status:
        return f"{status}, target passed" if passed else status
    if not due_on:
        return _UNUPDATED[due_kind]
    return TARGET_PASSED if passed else "upcoming"


def with_positions(actions: pd.DataFrame, updates: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Return the actions as they stand on a day: the contract table ``actions``.

    One row an action. ``status`` is the latest update made by ``as_of``
    (YYYY-MM-DD) or empty, ``position`` one of POSITIONS; ``updated``,
    ``update_note`` and ``evidence`` belong to that update. ``due_on`` is the day
    the target falls on and ``owner_shown`` the owner without end punctuation.
    """
    known = updates[updates["date"] <= as_of].sort_values("date")
    latest = known.drop_duplicates("action", keep="last").rename(
        columns={"date": "updated", "note": "update_note"}
    )
    columns = ["action", "status", "updated", "update_note", "evidence"]
    frame = actions.drop(columns=[*columns[1:], "position"], errors="ignore")
    frame = frame.merge(latest[columns], on="action", how="left")
    days = frame["due"].map(due_day).astype("string")
    frame["due_on"] = days.mask(days == "")
    frame["owner_shown"] = frame["owner"].map(owner_shown).astype("string")
    frame["position"] = [
        position(kind, "" if pd.isna(day) else day, "" if pd.isna(status) else status, as_of)
        for kind, day, status in frame[["due_kind", "due_on", "status"]].itertuples(index=False)
    ]
    return frame[_ACTION_COLUMNS]


def actions_table(tables: Tables, as_of: str | None = None) -> pd.DataFrame:
    """Return every action of every plan as it stands on ``as_of`` (default: default_as_of)."""
    day = as_of or default_as_of(tables)
    return with_positions(tables["actions"], tables["action_updates"], day)


def recommendations_table(tables: Tables) -> pd.DataFrame:
    """Return one row a recommendation: the contract table ``recommendations``.

    ``follow_up`` is the verdict of the next inspection, or empty. The counts say
    how many of its actions have an owner, a target date (a day or a month), a
    measure of their own or of the recommendation, and how many are printed as
    done or ongoing instead of with a date.
    """
    key = ["plan", "recommendation"]
    frame = tables["recommendations"].merge(tables["plans"][["plan", "inspection"]], on="plan")
    responses = tables["responses"].rename(columns={"place": "response_place"})
    frame = frame.merge(responses[[*key, "response", "reason", "response_place"]], on=key)
    verdicts = tables["follow_up"].rename(columns={"verdict": "follow_up"})
    frame = frame.merge(verdicts[[*key, "follow_up"]], on=key, how="left")
    counts = _counts(tables["actions"], key)
    frame = frame.merge(counts, on=key, how="left")
    frame[list(counts.columns[2:])] = frame[list(counts.columns[2:])].fillna(0)
    return frame[_RECOMMENDATION_COLUMNS]


def _counts(actions: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    marked = actions[key].assign(
        actions=1,
        actions_with_owner=actions["owner"].notna(),
        actions_with_date=actions["due"].notna(),
        actions_with_measure=actions["measure"].notna(),
        actions_done_or_ongoing=actions["due_kind"].isin(["done", "ongoing"]),
    )
    counts = marked.groupby(key, as_index=False).sum()
    return counts.astype(dict.fromkeys(counts.columns[len(key) :], "Int64"))


def completeness(recommendations: pd.DataFrame) -> pd.DataFrame:
    """Return how much of what plans promise has an owner, a date and a measure.

    ``recommendations`` is the contract table. One row a plan and recommendation
    that has actions, and one a plan with ``recommendation`` empty. Besides the
    counts: ``owner_percent``, ``date_percent`` and ``measure_percent``, shares of
    the actions in percent (0-100), unrounded.
    """
    columns = [name for name in recommendations if str(name).startswith("actions")]
    plans = recommendations.groupby("plan", as_index=False, sort=False)[columns].sum()
    frame = pd.concat([recommendations[["plan", "recommendation", *columns]], plans])
    frame = frame[frame["actions"] > 0].reset_index(drop=True)
    for part in ("owner", "date", "measure"):
        frame[f"{part}_percent"] = 100 * frame[f"actions_with_{part}"] / frame["actions"]
    return frame


def response_counts(tables: Tables) -> pd.DataFrame:
    """Return one row a plan and response, and one for its total.

    ``counted`` is the number of recommendations here, ``printed`` the total the
    plan prints or empty, ``agrees`` yes, no, or empty where nothing is printed.
    """
    counts = tables["responses"].groupby(["plan", "response"]).size()
    rows = []
    for _, plan in tables["plans"].iterrows():
        counted = {answer: int(counts.get((plan["plan"], answer), 0)) for answer in RESPONSES}
        counted["total"] = sum(counted.values())
        for answer, number in counted.items():
            printed = plan[_PRINTED[answer]]
            agrees = pd.NA if pd.isna(printed) else "yes" if printed == number else "no"
            rows.append((plan["plan"], answer, number, printed, agrees))
    frame = pd.DataFrame(rows, columns=["plan", "response", "counted", "printed", "agrees"])
    return frame.astype({"counted": "Int64", "printed": "Int64", "agrees": "string"})


def due_by_owner_and_month(actions: pd.DataFrame) -> pd.DataFrame:
    """Return one row a plan, owner and month in which actions are due.

    ``actions`` is the contract table. ``owner`` is as shown, empty where none is
    printed; ``month`` YYYY-MM, in order. ``actions`` counts them all: ``passed``
    those whose target has gone by, ``upcoming`` those whose target has not, and
    ``closed`` those complete or dropped.
    """
    dated = actions[actions["due_on"].notna()].astype({"due_on": "string", "position": "string"})
    closed = dated["position"].isin(_CLOSED)
    passed = dated["position"].str.endswith("target passed") | (dated["position"] == TARGET_PASSED)
    marked = pd.DataFrame(
        {
            "plan": dated["plan"],
            "owner": dated["owner_shown"],
            "month": dated["due_on"].str[:7],
            "actions": 1,
            "passed": passed.astype("Int64"),
            "upcoming": (~passed & ~closed).astype("Int64"),
            "closed": closed.astype("Int64"),
        }
    )
    key = ["plan", "month", "owner"]
    frame = marked.groupby(key, as_index=False, dropna=False).sum()
    return frame[["plan", "owner", "month", "actions", "passed", "upcoming", "closed"]]


def follow_up_chain(tables: Tables) -> pd.DataFrame:
    """Return one row a recommendation that a later inspection followed up.

    From the recommendation to the response, to the verdict (``follow_up``, with
    ``finding`` in our words and the inspection that gave it), to where it was
    repeated, if it was, and the response to that.
    """
    key = ["plan", "recommendation"]
    titles = tables["recommendations"][[*key, "title"]]
    answered = titles.merge(tables["responses"][[*key, "response"]], on=key)
    chain = tables["follow_up"].rename(columns={"verdict": "follow_up", "summary": "finding"})
    chain = chain.merge(answered, on=key)
    later = answered.rename(
        columns={
            "plan": "repeated_plan",
            "recommendation": "repeated_recommendation",
            "title": "repeated_title",
            "response": "repeated_response",
        }
    )
    chain = chain.merge(later, on=["repeated_plan", "repeated_recommendation"], how="left")
    return chain[
        [
            *key, "title", "response", "inspection", "follow_up", "finding", "repeated_plan",
            "repeated_recommendation", "repeated_title", "repeated_response", "source", "place",
        ]
    ]  # fmt: skip


def loop(tables: Tables, comparisons: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what moved on the subjects that we link to each recommendation.

    One row a link. ``comparisons`` holds the processed tables
    key_question_comparison, prompt_comparison and rating_comparison. ``timing``
    is "after" where figures run from the inspection that made the recommendation
    to the next one, "before" where there is no later inspection and they run up
    to it, "none" where the inspection is not in the data. Percentages are whole
    percents; ``change_points`` percentage points; ``change_verdict`` the outcome
    of the significance test, where it was made. ``without_figure`` says why a row
    has no figure for the inspection it looks at.
    """
    frames = {
        "key question": comparisons["key_question_comparison"].rename(
            columns={"key_question": "subject"}
        ),
        "prompt": comparisons["prompt_comparison"].rename(
            columns={"prompt": "subject", "wording": "label"}
        ),
        "standard": comparisons["rating_comparison"].rename(
            columns={"standard": "subject", "name": "label", "reason": "reason_not_comparable"}
        ),
    }
    stretches = _stretches(tables)
    links = tables["recommendation_links"].merge(
        recommendations_table(tables)[["plan", "recommendation", "title", "follow_up"]],
        on=["plan", "recommendation"],
    )
    rows = []
    for _, link in links.iterrows():
        timing, earlier, later = stretches[link["plan"]]
        row: dict[str, object] = {**{str(k): v for k, v in link.items()}, "timing": timing}
        figures = frames[link["kind"]]
        found = figures[
            (figures["subject"] == link["subject"])
            & (figures["current_inspection"] == later)
            & (figures["previous_inspection"].fillna("") == earlier)
        ]
        if not found.empty:
            row |= {str(k): v for k, v in found.iloc[0].items() if k not in row}
        row.setdefault("label", _wording(tables, link))
        row["without_figure"] = _without_figure(row, timing)
        rows.append(row)
    frame = pd.DataFrame(rows, columns=_LOOP_COLUMNS)
    whole = ["recommendation", "previous_percent", "current_percent", "change_points"]
    types = {name: "Int64" if name in whole else "string" for name in _LOOP_COLUMNS}
    return frame.astype(types)


def _stretches(tables: Tables) -> dict[str, tuple[str, str, str]]:
    """Return for each plan the pair of inspections its loop looks at: timing, earlier, later."""
    inspections = tables["inspections"].sort_values("round")
    stretches = {}
    for _, plan in tables["plans"].iterrows():
        code = plan["inspection"]
        rounds = list(inspections[inspections["provider"] == plan["provider"]]["inspection"])
        if pd.isna(code) or code not in rounds:
            stretches[plan["plan"]] = ("none", "", "")
            continue
        at = rounds.index(code)
        if at + 1 < len(rounds):
            stretches[plan["plan"]] = ("after", code, rounds[at + 1])
        else:
            stretches[plan["plan"]] = ("before", rounds[at - 1] if at else "", code)
    return stretches


def _wording(tables: Tables, link: pd.Series) -> str:
    """Return the name or wording of a linked subject for which no figures are here."""
    name, column, label = {
        "standard": ("standards", "standard", "name"),
        "key question": ("key_questions", "key_question", "label"),
        "prompt": ("prompts", "prompt", "wording"),
    }[link["kind"]]
    table = tables[name]
    rows = table[(table["framework"] == link["framework"]) & (table[column] == link["subject"])]
    return str(rows[label].iloc[0]) if len(rows) else str(link["subject"])


def _without_figure(row: Mapping[str, object], timing: str) -> object:
    if timing == "none":
        return "inspection not in the data"
    figure = row.get("current_rating" if row["kind"] == "standard" else "current_percent")
    if figure is None or is_missing(figure):
        status = row.get("current_status")
        known = isinstance(status, str) and status not in ("", "published")
        return status if known else "no figure published"
    return pd.NA


NO_DATE = "none with a target date in the text we have"


def result_line(tables: Tables, plan: str) -> str:
    """Return the one line that the front page gives for a plan."""
    counts = response_counts(_of_plans(tables, {plan})).set_index("response")["counted"]
    answers = [f"{counts[answer]} {answer}" for answer in RESPONSES if counts[answer]]
    actions = tables["actions"][tables["actions"]["plan"] == plan]
    dated = int(actions["due"].notna().sum())
    total = int(counts["total"])
    # A document turned into text may have lost cells, so that none is found says little.
    with_date = f"{dated} with a target date" if dated else NO_DATE
    return (
        f"{total} recommendation{'s' if total != 1 else ''}: {', '.join(answers)}; "
        f"{len(actions)} action{'s' if len(actions) != 1 else ''}, "
        f"{with_date}."
    )


def plan_about(tables: Tables, plan: str, as_of: str | None = None) -> dict[str, Any]:
    """Return what ``dossier.json`` says of a plan: names, the line for the front page, the report.

    Raises KeyError for an unknown plan.
    """
    rows = tables["plans"][tables["plans"]["plan"] == plan]
    if rows.empty:
        raise KeyError(plan)
    facts = rows.iloc[0]
    provider = tables["providers"].set_index("provider").loc[facts["provider"]]
    name = f"action-plan-{plan}"
    return {
        "dossier": name,
        "kind": "action-plan",
        "provider": str(facts["provider"]),
        "provider_name": str(provider["name"]),
        "short_name": str(provider["short_name"]),
        "simulated": bool(provider["simulated"] == "yes"),
        "title": f"{provider['short_name']}: action plan of {facts['year']}",
        "result": result_line(tables, plan),
        "inspected": bool((tables["inspections"]["provider"] == facts["provider"]).any()),
        "plan": plan,
        "round": int(facts["year"]),
        "period": str(facts["year"]),
        "published": str(facts["submitted"]),
        "standfirst": f"What {provider['short_name']} answered to an inspection's "
        "recommendations, what it promised to do, who is to do it and by when.",
        "dates": [f"Plan submitted {day_in_words(str(facts['submitted']))}"],
        "as_of": as_of or default_as_of(tables),
        "reports": [
            {
                "name": name,
                "notebook": "action_plan",
                "edition": "",
                "parameters": {"provider": str(facts["provider"]), "plan": plan, "as_of": ""},
            }
        ],
    }


def _of_plans(tables: Tables, plans: set[str]) -> dict[str, pd.DataFrame]:
    """Return the tables with the rows of some plans only, where a table has plans."""
    return {
        name: frame[frame["plan"].isin(plans)] if "plan" in frame else frame
        for name, frame in tables.items()
    }


def plan_dossier(
    tables: Tables,
    comparisons: Mapping[str, pd.DataFrame],
    plan: str,
    as_of: str | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the tables that the report on one plan needs, with that plan's rows only.

    ``plan`` (one row, with the provider's name and ``as_of``), ``recommendations``,
    ``responses``, ``actions``, ``action_updates``, ``follow_up``, ``loop``
    and ``inspections`` (of the provider). ``follow_up`` also holds the
    recommendations of an earlier plan that this one's repeat. Raises KeyError for
    an unknown plan.
    """
    plans = tables["plans"]
    if plan not in set(plans["plan"]):
        raise KeyError(plan)
    day = as_of or default_as_of(tables)
    own = _of_plans(tables, {plan})
    updates = tables["action_updates"]
    updates = updates[updates["action"].isin(own["actions"]["action"])]
    verdicts = tables["follow_up"]
    verdicts = verdicts[(verdicts["plan"] == plan) | (verdicts["repeated_plan"] == plan)]
    named_there = {plan, *verdicts["plan"], *verdicts["repeated_plan"].dropna()}
    chain = follow_up_chain({**_of_plans(tables, named_there), "follow_up": verdicts})
    named = own["plans"].merge(
        tables["providers"][["provider", "name", "short_name", "simulated"]], on="provider"
    )
    inspections = tables["inspections"]
    inspections = inspections[inspections["provider"] == named["provider"].iloc[0]]
    return {
        "plan": named.assign(as_of=day),
        "recommendations": recommendations_table(own),
        "responses": response_counts(own),
        "actions": with_positions(own["actions"], updates, day),
        "action_updates": updates,
        "follow_up": chain,
        "loop": loop(own, comparisons),
        "inspections": inspections,
    }

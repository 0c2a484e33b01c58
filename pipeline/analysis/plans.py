"""Action plans: responses, how complete the actions are, what is due, what came of it.

What counts as one action is told in docs/methods.md.

A target that is a month or a period is due on its last day. An update may move a target; the
first one stays. Without a row in ``action_updates`` nothing is known about progress, and nothing is
claimed. Everything is worked out for all plans at once.
"""

import calendar
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from pipeline.analysis.about import about_provider, page
from pipeline.analysis.dictionary import in_columns_of
from pipeline.analysis.inspections import inspections_in_order
from pipeline.analysis.records import Row, grouped, look_up, records
from pipeline.data import Tables, is_missing
from pipeline.data.once import once
from pipeline.data.relations import printed

WHOLE_RECOMMENDATION = "Whole recommendation: "
"""How a measure begins that a plan gives for a recommendation and not for one action."""

RESPONSES = (
    "agreed", "partly agreed", "not agreed", "noted", "not answered", "not entered yet",
)  # fmt: skip

MONTHS = tuple(name.capitalize() for name in printed.MONTHS)

TARGET_PASSED = "target passed, no update recorded"
REPLACED = "replaced by a later plan"
REPORTED = "reported done by an inspection"
POSITIONS = (
    TARGET_PASSED,
    "not started, target passed",
    "in progress, target passed",
    "not started",
    "in progress",
    "upcoming",
    "ongoing",
    "target in words",
    "no target date",
    "dropped",
    "complete",
    "done as printed",
    REPORTED,
    REPLACED,
)
"""Where an action can stand, from what most asks for attention to what least does."""

_UNUPDATED = {
    "done": "done as printed",
    "ongoing": "ongoing",
    "none given": "no target date",
    "in words": "target in words",
}
_CLOSED = ("complete", "dropped")
_KEY = ["plan", "recommendation"]
_COUNTS = [
    "actions", "actions_with_owner", "actions_with_date", "actions_with_measure",
    "actions_done_or_ongoing",
]  # fmt: skip
_LOOP_COLUMNS = [
    "plan", "recommendation", "title", "kind", "subject", "label", "reason", "timing",
    "previous_inspection", "current_inspection", "previous_percent", "current_percent",
    "comparable", "reason_not_comparable", "change_points", "change_verdict", "previous_rating",
    "current_rating", "direction", "without_figure", "earlier_without", "follow_up",
    "previous_source", "previous_place", "current_source", "current_place",
]  # fmt: skip
_WHOLE = ["recommendation", "previous_percent", "current_percent", "change_points"]


@once
def default_days(tables: Tables) -> pd.Series:
    """Return the day from which the plans of each provider are looked at unless a reader asks.

    Indexed by provider: the latest day, as YYYY-MM-DD, on which one of its inspection reports or
    plans was published, a plan submitted or an update made, so that a page changes when its
    provider's data does and neither by itself nor by what is typed for another. Where the latest
    of these is known by its month only, it is that month, as YYYY-MM; nothing in it has passed.

    >>> from pipeline.data import load
    >>> default_days(load())["dlnr-crc"]
    '2020-02-28'
    """
    plans, inspections = tables["plans"], tables["inspections"]
    documents = pd.concat([frame[["provider", "source"]] for frame in (plans, inspections)])
    published = look_up(documents, tables["sources"], ["source"], ["published"])
    updates = look_up(tables["action_updates"], tables["actions"], ["action"], ["plan"])
    updates = look_up(updates, plans, ["plan"], ["provider"])
    dated = ((published, "published"), (plans, "submitted"), (updates, "date"))
    days = pd.concat([frame.set_index("provider")[column] for frame, column in dated])
    return days.dropna().groupby(level="provider").max().rename("day")


def due_day(due: object) -> str:
    """Return the day a target falls on as YYYY-MM-DD: a month's last day; empty without target.

    >>> due_day("2020-02"), due_day("2020-02-07")
    ('2020-02-29', '2020-02-07')
    """
    if is_missing(due) or not str(due):
        return ""
    year, month, *day = (int(part) for part in str(due).split("-"))
    last = day[0] if day else calendar.monthrange(year, month)[1]
    return date(year, month, last).isoformat()


def day_in_words(day: str) -> str:
    """Return a day (YYYY-MM-DD) or month (YYYY-MM) as a sentence writes it.

    >>> day_in_words("2020-02-07"), day_in_words("2020-02")
    ('7 February 2020', 'February 2020')
    """
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


def position(
    due_kind: str,
    due_on: str,
    status: str,
    as_of: str,
    replaced_on: str = "",
    reported_on: str = "",
) -> str:
    """Return where one action stands on the day ``as_of`` (YYYY-MM-DD, or a month): a POSITION.

    ``due_on`` is the day it is due, or empty; ``status`` the latest update by
    then, or empty; ``replaced_on`` the day on which a later plan replaced its own, ``reported_on``
    that of an inspection report that says it was done, or empty. A target is passed on the day
    after it. An action that was completed or dropped has no target any
    more; one printed as done that has no update is "done as printed", which nobody here has
    checked.

    >>> position("month", "2020-02-29", "", "2020-03-01")
    'target passed, no update recorded'
    """
    passed = bool(due_on) and due_on < as_of
    if status in _CLOSED:
        return status
    if replaced_on and replaced_on <= as_of:
        return REPLACED
    if status:
        return f"{status}, target passed" if passed else status
    if reported_on and reported_on <= as_of:
        return REPORTED
    if not due_on:
        return _UNUPDATED[due_kind]
    return TARGET_PASSED if passed else "upcoming"


def with_positions(
    actions: pd.DataFrame, updates: pd.DataFrame, as_of: str | pd.Series
) -> pd.DataFrame:
    """Return the actions as they stand on a day: the contract table ``actions``.

    One row an action. ``as_of`` is a day (YYYY-MM-DD) or month (YYYY-MM), or one for each plan, by
    its code. ``status`` is the latest update made by then or empty, ``position`` one of POSITIONS;
    ``updated``, ``update_note`` and ``evidence`` belong to that update. ``due_on`` is the day
    the target falls on, ``first_due_on`` the same of the first target where an update moved it
    (to ``revised_due_printed``), ``replaced_on`` the day a later plan replaced this one,
    ``reported_in`` the inspection whose report says the action was done, ``reported_on`` when that
    was published, and ``owner_shown`` the owner without end punctuation.
    """
    frame = actions.copy()
    for column in ("replaced_on", "reported_in", "reported_on"):
        if column not in frame:
            frame[column] = pd.Series(pd.NA, frame.index, dtype="string")
    day = frame["plan"].map(as_of) if isinstance(as_of, pd.Series) else as_of
    frame["as_of"] = pd.Series(day, index=frame.index, dtype="string")
    known = look_up(updates, frame, ["action"], ["as_of"])
    known = known[(known["date"] <= known["as_of"]).fillna(False)]
    known = known.sort_values("date", kind="stable")
    latest = known.drop_duplicates("action", keep="last")
    names = {"status": "status", "date": "updated", "note": "update_note", "evidence": "evidence"}
    frame = look_up(frame, latest, ["action"], names)
    moved = known[known["due"].notna()].drop_duplicates("action", keep="last")
    revised = {"due": "revised_due", "due_printed": "revised_due_printed"}
    frame = look_up(frame, moved, ["action"], revised)
    first = frame["due_end"].fillna(frame["due"]).map(due_day, na_action="ignore").astype("string")
    later = frame["revised_due"].map(due_day, na_action="ignore").astype("string")
    frame["due_on"] = later.fillna(first)
    frame["first_due_on"] = first.where(later.notna())
    frame["owner_shown"] = frame["owner"].map(owner_shown).astype("string")
    facts = ["due_kind", "due_on", "status", "as_of", "replaced_on", "reported_on"]
    filled = frame[facts].fillna("").itertuples(index=False, name=None)
    frame["position"] = pd.array([position(*fact) for fact in filled], dtype="string")
    return in_columns_of("actions", frame)


def actions_table(tables: Tables, as_of: str | None = None) -> pd.DataFrame:
    """Return every action of every plan as it stands on ``as_of`` (default: default_days)."""
    plans = tables["plans"]
    days = plans.set_index("plan")["provider"].map(default_days(tables))
    names = {"submitted": "replaced_on"}
    actions = look_up(tables["actions"], _replacing(plans), ["plan"], names, ["replaces"])
    actions = look_up(actions, _reported(tables), ["action"], ["reported_in", "reported_on"])
    return with_positions(actions, tables["action_updates"], as_of or days)


def _reported(tables: Tables) -> pd.DataFrame:
    """Return the actions that an inspection report says were done, with the first that does."""
    published = {"published": "reported_on"}
    found = look_up(tables["follow_up"], tables["inspections"], ["inspection"], published)
    found = found.assign(
        action=found["actions_done"].str.split("; "), reported_in=found["inspection"]
    )
    found = found[found["action"].notna()].explode("action").astype({"action": "string"})
    found = found.sort_values("reported_on", kind="stable")
    return found.drop_duplicates("action")[["action", "reported_in", "reported_on"]]


def recommendations_table(tables: Tables) -> pd.DataFrame:
    """Return one row a recommendation: the contract table ``recommendations``.

    ``response`` is "not entered yet" where the data has none. ``follow_up`` is the verdict of the
    next inspection, or empty. The counts say
    how many of its actions (those of other recommendations that also serve it among them) have an
    owner, a target (a day, month or period), a
    measure of their own or of the recommendation, and how many are printed as
    done or ongoing instead of with a date. ``to_provider`` says whether it is addressed to the
    provider of the plan.
    """
    frame = look_up(
        tables["recommendations"], tables["plans"], ["plan"], ["inspection", "provider"]
    )
    columns = {"response": "response", "reason": "reason", "place": "response_place"}
    frame = look_up(frame, tables["responses"], _KEY, columns)
    frame["response"] = frame["response"].fillna("not entered yet")
    order = {code: at for at, code in enumerate(inspections_in_order(tables)["inspection"])}
    verdicts = tables["follow_up"]
    verdicts = verdicts.sort_values("inspection", key=lambda codes: codes.map(order))
    verdicts = verdicts.drop_duplicates(_KEY, keep="last")
    frame = look_up(frame, verdicts, _KEY, {"verdict": "follow_up"})
    frame = look_up(frame, _counts(tables["actions"]), _KEY, _COUNTS)
    frame[_COUNTS] = frame[_COUNTS].fillna(0)
    frame["to_provider"] = _to_provider(frame, tables)
    return in_columns_of("recommendations", frame)


def _counts(actions: pd.DataFrame) -> pd.DataFrame:
    served = actions["also_serves"].str.split("; ")
    also = actions.assign(recommendation=served)[served.notna()].explode("recommendation")
    also["recommendation"] = pd.to_numeric(also["recommendation"]).astype("Int64")
    every = pd.concat([actions, also], ignore_index=True)
    marked = every[_KEY].assign(
        actions=1,
        actions_with_owner=every["owner"].notna(),
        actions_with_date=every["due"].notna(),
        actions_with_measure=every["measure"].notna(),
        actions_done_or_ongoing=every["due_kind"].isin(["done", "ongoing"]),
    )
    counts = marked.groupby(_KEY, as_index=False).sum()
    return counts.astype(dict.fromkeys(_COUNTS, "Int64"))


def _plain_name(name: object) -> str:
    """Return a name as it is compared: small letters, no article, the usual short form of CRC."""
    if is_missing(name):
        return ""
    words = " ".join(str(name).casefold().split()).replace(
        "community rehabilitation company", "crc"
    )
    return words.removeprefix("the ").rstrip(" .,:")


def _to_provider(frame: pd.DataFrame, tables: Tables) -> pd.Series:
    """Whether each recommendation is addressed to the provider, by any name it has or had."""
    names: dict[str, set[str]] = {}
    for row in records(tables["providers"]):
        names[row["provider"]] = {_plain_name(row["name"]), _plain_name(row["short_name"])}
    for row in records(tables["inspections"]):
        then = (row["provider_name"], row["provider_short_name"])
        names[row["provider"]] |= {_plain_name(name) for name in then}
    own = [
        is_missing(to) or _plain_name(to) in names[provider]
        for to, provider in zip(frame["addressed_to"], frame["provider"], strict=True)
    ]
    return pd.Series(["yes" if is_own else "no" for is_own in own], frame.index, dtype="string")


def completeness(recommendations: pd.DataFrame) -> pd.DataFrame:
    """Return how much of what plans promise has an owner, a date and a measure.

    ``recommendations`` is the contract table. One row a plan and recommendation
    that has actions, and one a plan with ``recommendation`` empty. Besides the
    counts: ``owner_percent``, ``date_percent`` and ``measure_percent``, shares of
    the actions in percent (0-100), unrounded.
    """
    plans = recommendations.groupby("plan", as_index=False, sort=False)[_COUNTS].sum()
    frame = pd.concat([recommendations[["plan", "recommendation", *_COUNTS]], plans])
    frame = frame[frame["actions"] > 0].reset_index(drop=True)
    for part in ("owner", "date", "measure"):
        frame[f"{part}_percent"] = 100 * frame[f"actions_with_{part}"] / frame["actions"]
    return frame


@once
def response_counts(tables: Tables) -> pd.DataFrame:
    """Return one row a plan and response, and one for its total.

    ``counted`` is the number of recommendations here, ``printed`` the total the
    plan prints or empty, ``agrees`` yes, no, or empty where nothing is printed.
    """
    counts = tables["responses"].groupby(["plan", "response"]).size().to_dict()
    rows = []
    for plan in records(tables["plans"]):
        counted = {answer: counts.get((plan["plan"], answer), 0) for answer in RESPONSES}
        counted["total"] = sum(counted.values())
        for answer, number in counted.items():
            column = f"{answer.replace(' ', '_')}_printed"
            printed = plan.get(column)
            agrees = None if printed is None else "yes" if printed == number else "no"
            if number or column in plan:
                rows.append((plan["plan"], answer, number, printed, agrees))
    frame = pd.DataFrame(rows, columns=["plan", "response", "counted", "printed", "agrees"])
    text = dict.fromkeys(["plan", "response", "agrees"], "string")
    return frame.astype(text | {"counted": "Int64", "printed": "Int64"})


def due_by_owner_and_month(actions: pd.DataFrame) -> pd.DataFrame:
    """Return one row a plan, owner and month in which actions are due.

    ``actions`` is the contract table. ``owner`` is as shown, empty where none is
    printed; an action of several owners counts for each of them. ``month`` is YYYY-MM, in order, of
    the target in force. ``actions`` counts them all: ``passed``
    those whose target has gone by, ``upcoming`` those whose target has not, and
    ``closed`` those complete, reported done, dropped or replaced with their plan.
    """
    dated = actions[actions["due_on"].notna()]
    owners = (
        dated["owners"]
        .str.split("; ")
        .where(dated["owners"].notna(), dated["owner_shown"].map(lambda owner: [owner]))
    )
    dated = dated.assign(owner=owners).explode("owner")
    dated = dated.astype({"due_on": "string", "position": "string", "owner": "string"})
    closed = dated["position"].isin([*_CLOSED, REPLACED, REPORTED])
    passed = dated["position"].str.endswith("target passed") | (dated["position"] == TARGET_PASSED)
    marked = dated.assign(
        month=dated["due_on"].str[:7],
        actions=1,
        passed=passed.astype("Int64"),
        upcoming=(~passed & ~closed).astype("Int64"),
        closed=closed.astype("Int64"),
    )
    by = marked.groupby(["plan", "month", "owner"], as_index=False, dropna=False)
    frame = by[["actions", "passed", "upcoming", "closed"]].sum()
    return in_columns_of("actions_due", frame)


@once
def follow_up_chain(tables: Tables) -> pd.DataFrame:
    """Return one row a recommendation that a later inspection followed up.

    From the recommendation to the response, to the verdict (``follow_up``, with
    ``finding`` in our words and the inspection that gave it), to where it was
    repeated, if it was, and the response to that.
    """
    answered = look_up(tables["recommendations"], tables["responses"], _KEY, ["response"])
    answered["response"] = answered["response"].fillna("not entered yet")
    chain = tables["follow_up"].rename(columns={"verdict": "follow_up", "summary": "finding"})
    chain = look_up(chain, answered, _KEY, ["title", "response"])
    repeated = ["repeated_plan", "repeated_recommendation"]
    names = {"title": "repeated_title", "response": "repeated_response"}
    chain = look_up(chain, answered, repeated, names, _KEY)
    return chain[
        [
            *_KEY, "title", "response", "inspection", "follow_up", "finding", "repeated_plan",
            "repeated_recommendation", "repeated_title", "repeated_response", "source", "place",
        ]
    ]  # fmt: skip


def loop(
    tables: Tables, comparisons: Mapping[str, pd.DataFrame], recommendations: pd.DataFrame
) -> pd.DataFrame:
    """Return what moved on the subjects that we link to each recommendation.

    One row a link. ``comparisons`` holds the processed tables
    key_question_comparison, prompt_comparison and rating_comparison, ``recommendations`` is the
    contract table. ``timing``
    is "after" where figures run from the inspection that made the recommendation
    to the next one, "before" where there is no later inspection and they run up
    to it, "none" where the inspection is not in the data. Percentages are whole
    percents; ``change_points`` percentage points; ``change_verdict`` the outcome
    of the significance test, where it was made. ``without_figure`` says why a row
    has no figure for the inspection it looks at, ``earlier_without`` why it has none for the one
    before.
    """
    links = look_up(tables["recommendation_links"], recommendations, _KEY, ["title", "follow_up"])
    links = look_up(links, _stretches(tables), ["plan"], ["timing", "earlier", "later"])
    figures = _figures(comparisons)
    here = ["kind", "subject", "earlier", "later"]
    found = [str(name) for name in figures if name not in here]
    rows = look_up(links, figures, here, found)
    names = look_up(rows, _labels(tables), ["framework", "kind", "subject"], ["label"])["label"]
    rows["label"] = rows["label"].fillna(names).fillna(rows["subject"])
    figure = (
        rows["current_percent"]
        .astype("string")
        .where(rows["kind"] != "standard", rows["current_rating"])
    )
    said = rows["current_status"].where(rows["current_status"] != "published")
    without = said.fillna("no figure published").mask(figure.notna())
    rows["without_figure"] = without.mask(rows["timing"] == "none", "inspection not in the data")
    before = rows["previous_percent"].astype("string").fillna(rows["previous_rating"])
    said = rows["previous_status"].where(rows["previous_status"] != "published")
    rows["earlier_without"] = said.fillna("no comparable data").mask(before.notna())
    types = {name: "Int64" if name in _WHOLE else "string" for name in _LOOP_COLUMNS}
    return rows.reindex(columns=_LOOP_COLUMNS).astype(types)


def _figures(comparisons: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return every compared figure and rating, by kind, subject, earlier and later inspection."""
    wanted = [*_LOOP_COLUMNS, "current_status", "previous_status"]
    frames = []
    for kind, name, renamed in (
        ("key question", "key_question_comparison", {"key_question": "subject"}),
        ("prompt", "prompt_comparison", {"prompt": "subject", "wording": "label"}),
        ("standard", "rating_comparison",
         {"standard": "subject", "name": "label", "reason": "reason_not_comparable"}),
    ):  # fmt: skip
        frame = comparisons[name].rename(columns=renamed).assign(kind=kind)
        frames.append(frame[[column for column in wanted if column in frame]])
    frame = pd.concat(frames, ignore_index=True)
    frame = frame.astype({n: "Int64" if n in _WHOLE else "string" for n in frame})
    earlier, later = frame["previous_inspection"].fillna(""), frame["current_inspection"]
    return frame.assign(earlier=earlier, later=later)


def _labels(tables: Tables) -> pd.DataFrame:
    """Return the name or wording of everything a recommendation can be linked to."""
    parts = []
    for kind, name, column, label in (
        ("standard", "standards", "standard", "name"),
        ("key question", "key_questions", "key_question", "label"),
        ("prompt", "prompts", "prompt", "wording"),
    ):
        part = tables[name][["framework", column, label]]
        parts.append(part.set_axis(["framework", "subject", "label"], axis=1).assign(kind=kind))
    return pd.concat(parts).astype("string")


def _stretches(tables: Tables) -> pd.DataFrame:
    """Return for each plan the pair of inspections its loop looks at: timing, earlier, later."""
    ordered = records(inspections_in_order(tables)[["provider", "inspection"]])
    rounds = grouped(ordered, "provider")
    stretches = []
    for plan in records(tables["plans"][["plan", "provider", "inspection"]]):
        own = [row["inspection"] for row in rounds[plan["provider"]]]
        code = plan["inspection"]
        at = own.index(code) if code in own else -1
        if at < 0:
            stretches.append((plan["plan"], "none", "", ""))
        elif at + 1 < len(own):
            stretches.append((plan["plan"], "after", code, own[at + 1]))
        else:
            stretches.append((plan["plan"], "before", own[at - 1] if at else "", code))
    return pd.DataFrame(stretches, columns=["plan", "timing", "earlier", "later"], dtype="string")


NO_DATE = "none with a target date in the text we have"


def result_line(counts: Mapping[str, int], actions: int, dated: int) -> str:
    """Return the one line that the front page gives for a plan.

    ``counts`` are recommendations by response and in ``total``; ``dated`` actions have a target.

    >>> result_line({"agreed": 1, "total": 1}, 2, 1)
    '1 recommendation: 1 agreed; 2 actions, 1 with a target date.'
    """
    answers = [f"{counts[answer]} {answer}" for answer in RESPONSES if counts.get(answer)]
    total = counts["total"]
    if open_ := total - sum(counts.get(answer, 0) for answer in RESPONSES):
        answers.append(f"{open_} not entered yet")
    said = f": {', '.join(answers)}" if answers else ""
    # A document turned into text may have lost cells, so that none is found says little.
    with_date = f"{dated} with a target date" if dated else NO_DATE
    return (
        f"{total} recommendation{'s' if total != 1 else ''}{said}; "
        f"{actions} action{'s' if actions != 1 else ''}"
        f"{f', {with_date}' if actions else ''}."
    )


@once
def plans_in_brief(tables: Tables) -> pd.DataFrame:
    """Return one row a plan: its raw columns and what its page and the front page say of it.

    ``name`` and ``short_name`` of the provider (as they were at the inspection the plan answers),
    ``simulated``, ``as_of`` (default_days), ``result`` (result_line), ``title_of_plan`` (what tells
    it apart from the provider's other plans), ``replaced_by`` (plan) and ``replaced_on`` (day), and
    ``later_rounds``: the provider's inspections after the plan, by name, joined by '; '.
    """
    plans = tables["plans"]
    frame = look_up(plans, tables["providers"], ["provider"], ["name", "short_name", "simulated"])
    rounds = inspections_in_order(tables)
    facts = ["provider_name", "provider_short_name", "fieldwork_start"]
    then = look_up(frame[["inspection"]], rounds, ["inspection"], facts)
    frame["name"] = then["provider_name"].fillna(frame["name"])
    frame["short_name"] = then["provider_short_name"].fillna(frame["short_name"])
    frame["as_of"] = frame["provider"].map(default_days(tables)).astype("string")
    responses = grouped(records(response_counts(tables)), "plan")
    stated = tables["recommendations"].groupby("plan").size().to_dict()
    actions = tables["actions"].groupby("plan").size().to_dict()
    dated = tables["actions"][tables["actions"]["due"].notna()].groupby("plan").size().to_dict()
    of_provider = grouped(records(rounds), "provider")
    results, later_rounds = [], []
    for plan, start in zip(records(frame), then["fieldwork_start"].tolist(), strict=True):
        code = plan["plan"]
        counts = {row["response"]: row["counted"] for row in responses[code]}
        counts["total"] = stated.get(code, 0)
        results.append(result_line(counts, actions.get(code, 0), dated.get(code, 0)))
        since = plan["submitted"] if is_missing(start) else start
        later = [
            row["round_name"]
            for row in of_provider[plan["provider"]]
            if row["fieldwork_start"] > since and row["inspection"] != plan["inspection"]
        ]
        later_rounds.append("; ".join(later) or None)
    frame["result"] = pd.array(results, dtype="string")
    frame["title_of_plan"] = _titles(frame)
    names = {"plan": "replaced_by", "submitted": "replaced_on"}
    frame = look_up(frame, _replacing(plans), ["plan"], names, ["replaces"])
    return frame.assign(later_rounds=pd.array(later_rounds, dtype="string"))


def _replacing(plans: pd.DataFrame) -> pd.DataFrame:
    """Return the plans that replace another, the first submitted where several replace one."""
    return plans[plans["replaces"].notna()].sort_values("submitted").drop_duplicates("replaces")


def _titles(plans: pd.DataFrame) -> pd.Series:
    """Return what tells a provider's plans apart: the year, else the day, else the code too."""
    year = plans["year"].astype("string")
    day = plans["submitted"].map(day_in_words).astype("string")
    code = day + " (" + plans["plan"] + ")"
    same_year = plans.duplicated(["provider", "year"], keep=False)
    same_day = plans.duplicated(["provider", "submitted"], keep=False)
    return year.mask(same_year, day).mask(same_year & same_day, code)


def plan_tables(tables: Tables, processed: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables that the reports on plans show, of all plans, each with a column ``plan``.

    ``plan`` (plans_in_brief), ``recommendations``, ``responses``, ``actions``, ``action_updates``,
    ``follow_up`` and ``loop``. In ``follow_up`` a recommendation that a later plan repeats has a
    row for that plan too: ``page`` names the plan whose report shows it.
    """
    chain = follow_up_chain(tables)
    again = chain["repeated_plan"].notna() & (chain["repeated_plan"] != chain["plan"])
    chain = pd.concat(
        [chain.assign(page=chain["plan"]), chain[again].assign(page=chain["repeated_plan"])]
    )
    recommendations = processed["recommendations"]
    updates = look_up(tables["action_updates"], tables["actions"], ["action"], ["plan"])
    return {
        "plan": plans_in_brief(tables),
        "recommendations": recommendations,
        "responses": response_counts(tables),
        "actions": processed["actions"],
        "action_updates": updates,
        "follow_up": chain,
        "loop": loop(tables, processed, recommendations),
    }


def plan_about(plan: Row, inspected: bool) -> dict[str, Any]:
    """Return what ``about.json`` says of a plan: names, the line for the front page, the report.

    ``plan`` is a row of ``plans_in_brief``; ``inspected`` whether the data has an inspection of its
    provider.
    """
    name = f"action-plan-{plan['plan']}"
    dates = [f"Plan submitted {day_in_words(plan['submitted'])}"]
    if plan["replaced_by"] is not None:
        dates.append(f"Replaced by a plan submitted {day_in_words(plan['replaced_on'])}")
    if plan["replaces"] is not None:
        dates.append("Replaces an earlier plan")
    named = plan["provider"], plan["name"], plan["short_name"], plan["simulated"]
    return {
        **about_provider("action-plan", name, *named),
        "title": f"{plan['short_name']}: action plan of {plan['title_of_plan']}",
        "result": plan["result"],
        "inspected": inspected,
        "plan": plan["plan"],
        "round": int(plan["year"]),
        "period": str(plan["year"]),
        "published": plan["submitted"],
        "standfirst": f"What {plan['short_name']} answered to an inspection's "
        "recommendations, what it promised to do, who is to do it and by when.",
        "dates": dates,
        "as_of": plan["as_of"],
        "reports": [
            page(name, "action_plan", provider=plan["provider"], plan=plan["plan"], as_of="")
        ],
    }

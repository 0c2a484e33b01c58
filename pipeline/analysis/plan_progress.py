"""Plans that are followed: how far targets slipped, how often they were revised, and by whom.

The first target of an action is never lost: what an update gives as a new one is a revision, and an
action counts as late against its first date. What has no date has no slippage.
"""

from collections.abc import Mapping

import pandas as pd

from pipeline.analysis.plans import due_day
from pipeline.analysis.records import Row, grouped, records, typed
from pipeline.data import is_missing

_COLUMNS = {
    **dict.fromkeys(["plan", "action", "owner", "first_due", "latest_due"], "string"),
    "revisions": "Int64", "slipped_months": "Int64", "late": "boolean", "months_late": "Int64",
    "closed_on": "string", "status": "string", "colour": "string",
}  # fmt: skip
CLOSED = ("complete", "dropped")
COLOURS = ("red", "amber", "green")


def months_from(first: str, second: str) -> int:
    """Whole months from one month or day to another, by the calendar's months.

    >>> months_from("2019-11", "2020-02-07"), months_from("2020-02", "2019-12")
    (3, -2)
    """
    (year, month), (later_year, later_month) = (
        (int(day[:4]), int(day[5:7])) for day in (first, second)
    )
    return (later_year - year) * 12 + later_month - month


def progress_of_actions(tables: Mapping[str, pd.DataFrame], as_of: str) -> pd.DataFrame:
    """A row an action: first and latest target, revisions, slippage, lateness.

    ``tables`` holds ``actions``, ``action_updates`` and ``rag_rules``; ``as_of`` is a day
    (YYYY-MM-DD), and updates after it are not looked at. Columns: ``first_due`` (as in ``actions``;
    of a period its last month), ``latest_due`` (of the last update that gives one, else the first),
    how many ``revisions``, ``slipped_months`` (latest less first target), ``late``, whether the
    day, or the day it was closed, lies after the *first* target, ``months_late`` (by as many
    calendar months; both empty without a first date), ``closed_on``, ``status`` of the last update
    and ``colour`` by ``rag_rules`` (empty where there are none, or nothing is late to judge).
    """
    updates = tables["action_updates"]
    by_action = grouped(records(updates[updates["date"] <= as_of].sort_values("date")), "action")
    rules = records(tables["rag_rules"].sort_values("from_months"))
    rows = [
        _action(row, by_action[row["action"]], as_of, rules) for row in records(tables["actions"])
    ]
    return typed(rows, _COLUMNS)


def _action(action: Row, updates: list[Row], as_of: str, rules: list[Row]) -> Row:
    revised = [row["due"] for row in updates if not is_missing(row["due"])]
    last = updates[-1] if updates else {}
    closed = last.get("date") if last.get("status") in CLOSED else None
    first = action["due"] if is_missing(action["due_end"]) else action["due_end"]
    row: Row = {
        **{name: action[name] for name in ("plan", "action", "owner")},
        "first_due": first,
        "latest_due": revised[-1] if revised else first,
        "revisions": len(revised),
        "closed_on": closed,
        "status": last.get("status"),
    }
    if is_missing(first):
        return row
    late = max(0, months_from(first, str(closed or as_of)))
    passed = [rule["colour"] for rule in rules if rule["from_months"] <= late]
    return row | {
        "slipped_months": months_from(first, str(row["latest_due"])),
        "late": due_day(first) < str(closed or as_of),
        "months_late": late,
        "colour": passed[-1] if passed else None,
    }


def slippage_by_owner(progress: pd.DataFrame) -> pd.DataFrame:
    """A row an owner as printed: ``actions`` with a first date, ``revised`` ones, ``late`` ones.

    ``revisions`` is how often their targets were revised; ``most_slipped`` and ``mean_slipped`` are
    months, over the owner's actions with a date; ``red, amber, green`` count actions of each
    colour, empty where no rule gives colours.
    """
    dated = progress[progress["first_due"].notna()]
    found = dated.assign(
        revised=dated["revisions"] > 0, **{colour: dated["colour"] == colour for colour in COLOURS}
    )
    by_owner = found.groupby("owner", as_index=False, dropna=False).agg(
        actions=("action", "size"),
        revised=("revised", "sum"),
        revisions=("revisions", "sum"),
        late=("late", "sum"),
        most_slipped=("slipped_months", "max"),
        mean_slipped=("slipped_months", "mean"),
        **{colour: (colour, "sum") for colour in COLOURS},
    )
    if dated["colour"].isna().all():
        by_owner[list(COLOURS)] = pd.NA
    whole = ["actions", "revised", "revisions", "late", "most_slipped", *COLOURS]
    return by_owner.astype(dict.fromkeys(whole, "Int64"))

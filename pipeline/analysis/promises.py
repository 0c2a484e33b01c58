"""What was promised in answer to inspections, and what the next inspection found."""

from collections import Counter

import pandas as pd

from pipeline.analysis.plans import follow_up_chain
from pipeline.analysis.records import grouped, look_up, records, row_values
from pipeline.data import Tables

COLUMNS = [
    "plan", "inspection", "year", "recommendation", "title", "summary", "response", "actions",
    "actions_with_date", "key_questions", "found", "found_in", "source", "place", "found_source",
    "found_place",
]  # fmt: skip


def promises(tables: Tables) -> pd.DataFrame:
    """Return one row a recommendation of the plans that answer an inspection in the data.

    ``year`` is that of the plan, ``response`` what it answers, ``actions`` and
    ``actions_with_date`` how many it promises and how many of them have a target
    date. ``key_questions`` are the key questions that we link to it, with
    semicolons between. ``found`` is the verdict of the inspection ``found_in``
    that followed it up, both empty where none did. A plan that another replaces
    is left out.
    """
    key = ["plan", "recommendation"]
    plans = tables["plans"]
    replaced = plans["plan"].isin(plans["replaces"].dropna())
    plans = plans[plans["inspection"].notna() & ~replaced][["plan", "inspection", "year"]]
    frame = tables["recommendations"]
    frame = look_up(
        frame[frame["plan"].isin(plans["plan"])], plans, ["plan"], ["inspection", "year"]
    )
    frame = look_up(frame, tables["responses"], key, ["response"])
    frame["response"] = frame["response"].fillna("not entered yet")
    keys, actions = list(row_values(frame, key)), tables["actions"]
    dated = actions[actions["due"].notna()]
    for name, rows in (("actions", actions), ("actions_with_date", dated)):
        many = Counter(row_values(rows, key))
        frame[name] = pd.array([many[of] for of in keys], dtype="Int64")
    links = grouped(records(tables["recommendation_links"]), *key, "kind")
    linked = (
        "; ".join(link["subject"] for link in links[*of, "key question"]) or pd.NA for of in keys
    )
    frame["key_questions"] = pd.array(list(linked), dtype="string")
    found = follow_up_chain(tables)[[*key, "follow_up", "inspection", "source", "place"]]
    found.columns = [*key, "found", "found_in", "found_source", "found_place"]
    frame = frame.merge(found, on=key, how="left")
    return frame.sort_values(key, kind="stable")[COLUMNS].reset_index(drop=True)

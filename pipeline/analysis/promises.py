"""What was promised in answer to inspections, and what the next inspection found."""

import pandas as pd

from pipeline.analysis.plans import follow_up_chain
from pipeline.analysis.records import look_up
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
    actions = tables["actions"]
    actions = actions[key].assign(actions=1, actions_with_date=actions["due"].notna())
    counts = ["actions", "actions_with_date"]
    frame = look_up(frame, actions.groupby(key, as_index=False).sum(), key, counts)
    frame[counts] = frame[counts].fillna(0).astype("Int64")
    links = tables["recommendation_links"]
    links = links[links["kind"] == "key question"]
    linked = links.groupby(key)["subject"].agg("; ".join).rename("key_questions").reset_index()
    frame = look_up(frame, linked, key, ["key_questions"])
    found = follow_up_chain(tables)[[*key, "follow_up", "inspection", "source", "place"]]
    found.columns = [*key, "found", "found_in", "found_source", "found_place"]
    frame = frame.merge(found, on=key, how="left")
    frame = frame.sort_values(key, kind="stable").astype({"key_questions": "string"})
    return frame[COLUMNS].reset_index(drop=True)

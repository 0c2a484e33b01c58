"""The raw tables of one provider at a time: its own rows, and what all providers share."""

import pandas as pd

from pipeline.data import Tables


def by_provider(tables: Tables) -> dict[str, Tables]:
    """Return the tables of each provider, by its code, in alphabetical order.

    A table whose rows belong to a provider, an inspection, a plan or an action
    is split; every other table (frameworks, questions, sources and so on) is
    shared. Splitting once keeps the work for a provider the same however many
    there are.
    """
    inspection = tables["inspections"].set_index("inspection")["provider"]
    plan = tables["plans"].set_index("plan")["provider"]
    action = tables["actions"].set_index("action")["plan"].map(plan)
    owners = {"plan": plan, "inspection": inspection, "action": action}
    codes = sorted(tables["providers"]["provider"])
    views: dict[str, dict[str, pd.DataFrame]] = {code: {} for code in codes}
    for name, frame in tables.items():
        if "provider" in frame:
            owner = frame["provider"]
        else:
            key = next((key for key in owners if key in frame), None)
            if key is None:
                for view in views.values():
                    view[name] = frame
                continue
            owner = frame[key].map(owners[key])
        parts = dict(list(frame.groupby(owner, sort=False)))
        for code, view in views.items():
            view[name] = parts.get(code, frame.iloc[:0])
    return dict(views)

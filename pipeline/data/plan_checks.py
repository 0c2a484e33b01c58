"""Rules of action plans that need more than one table."""

from collections.abc import Mapping

import pandas as pd

from pipeline.data.problems import Problem


def check_plans(tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Return the problems of plans, recommendations, responses, actions and updates."""
    return []

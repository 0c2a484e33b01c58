"""Audited cases by month and key question, and the smallest number that may be shown apart."""

from typing import Any

import pandas as pd

from pipeline.data import Tables

FEWEST = 10
"""Cases that may be shown apart where ``publication_limits`` does not say."""

_KEY = ["framework", "key_question", "month"]


def fewest_cases(tables: Tables) -> int:
    """The fewest cases that may be broken down."""
    limits = tables["publication_limits"]
    own = limits[limits["limit"] == "breakdown"]["cases"]
    return FEWEST if own.empty else int(own.iloc[0])


def months_between(first: str, last: str) -> list[str]:
    """Every month from the first to the last, as YYYY-MM.

    >>> months_between("2019-11", "2020-02")
    ['2019-11', '2019-12', '2020-01', '2020-02']
    """
    return [str(month) for month in pd.period_range(first, last, freq="M")]


def months_before(month: str, number: int) -> list[str]:
    """So many months that end with the given one.

    >>> months_before("2020-01", 3)
    ['2019-11', '2019-12', '2020-01']
    """
    return [str(period) for period in pd.period_range(end=month, periods=number, freq="M")]


def answers(tables: Tables, kind: str = "key question") -> pd.DataFrame:
    """The audits' answers to key questions (or prompts): a row a case, audit and question.

    Columns ``provider, month, case, team, framework, key_question`` (or ``prompt``) and ``well``
    (true or false); answers that do not apply are left out.
    """
    audits = tables["case_audits"]
    asked = audits[(audits["kind"] == kind) & (audits["answer"] != "not applicable")]
    return pd.DataFrame(
        {
            "provider": asked["provider"],
            "month": asked["date"].str[:7],
            "case": asked["case"],
            "team": asked["team"],
            "framework": asked["framework"],
            kind.replace(" ", "_"): asked["subject"],
            "well": asked["answer"] == "yes",
        }
    )


def counts(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Cases ``done`` well and ``cases`` in all, a row a group of ``by``."""
    found = frame.groupby(by, as_index=False, sort=False).agg(
        done=("well", "sum"), cases=("well", "size")
    )
    return found.assign(done=found["done"].astype("Int64"), cases=found["cases"].astype("Int64"))


def monthly_counts(frame: pd.DataFrame, last: str) -> pd.DataFrame:
    """A row a key question and month, from the provider's first audit to ``last``; 0 of 0 included.

    ``frame`` holds the answers of one provider and framework.
    """
    frame = frame[frame["month"] <= last]
    months = months_between(str(frame["month"].min()), last)
    asked = frame[["framework", "key_question"]].drop_duplicates()
    every = asked.merge(pd.DataFrame({"month": months}, dtype="string"), how="cross")
    counted = every.merge(counts(frame, _KEY), on=_KEY, how="left")
    return counted.fillna({"done": 0, "cases": 0})


def whole_percent(done: Any, cases: Any) -> int:
    """A share as a whole percentage, halves rounded up."""
    return (200 * int(done) + int(cases)) // (2 * int(cases))

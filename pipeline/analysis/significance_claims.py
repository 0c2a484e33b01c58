"""The inspectorate's own words, replayed: does our test find what a report calls significant?

A report may call a change in inspection data significant without naming the figure it means, so
each such sentence stands with every measure it may refer to (``significance_claims.csv``), and each
measure gets the answer of the inspectorate's own test, pooled Z (``z_verdict``); our check for few
cases has no part in it. The inspectorate knows bases and counts that it does not print; where the
answer differs, that may be why.
"""

import pandas as pd

from pipeline.analysis.dictionary import in_columns_of
from pipeline.analysis.statistics.change import (
    NOT_COMPARABLE,
    NOT_SIGNIFICANT,
    SIGNIFICANT,
    UNSETTLED,
)

REPRODUCED = {
    SIGNIFICANT: "yes",
    NOT_SIGNIFICANT: "no",
    UNSETTLED: "unsettled",
    NOT_COMPARABLE: "not comparable",
}
"""The answer of the inspectorate's test, as whether a claim is reproduced at a measure."""

NOT_IN_THE_DATA = "There are no figures for this measure to compare."

_FIGURES = [
    "label", "previous_percent", "current_percent", "change_points", "previous_base",
    "current_base", "previous_bases", "current_bases", "p_value", "p_min", "p_max", "exact_p",
    "z_verdict", "change_verdict", "verdict_reason", "rests_on_words",
]  # fmt: skip
_UNCLAIMED = [
    "label", "previous_percent", "current_percent", "change_points", "p_value", "p_min", "p_max",
    "exact_p", "change_verdict", "verdict_reason",
]  # fmt: skip


def _measures(key_questions: pd.DataFrame, prompts: pd.DataFrame) -> pd.DataFrame:
    """Key questions and prompts as measures; of several earlier rounds, the last one."""
    questions = key_questions.rename(columns={"key_question": "measure"}).assign(
        kind="key question"
    )
    asked = prompts.rename(columns={"prompt": "measure", "wording": "label"}).assign(kind="prompt")
    columns = ["current_inspection", "kind", "measure", *_FIGURES]
    frames = [frame.reindex(columns=columns) for frame in (questions, asked)]
    together = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
    return together.drop_duplicates(["current_inspection", "kind", "measure"], keep="last")


def significance_claims(
    claims: pd.DataFrame, key_questions: pd.DataFrame, prompts: pd.DataFrame
) -> pd.DataFrame:
    """Our test at every measure a claim may refer to: a row a claim and measure.

    ``claims`` is the raw table ``significance_claims``; the other two are results of ``with_tests``
    of ``pipeline.analysis.statistics.change`` (a claim is about the change from the round before,
    the last row of its measure). Columns: ``inspection, claim, summary, kind, measure, label,
    certainty, previous_percent, current_percent, change_points, previous_base, current_base``
    (printed, empty where not), ``previous_bases, current_bases`` (possible ones in words),
    ``p_value, p_min, p_max, exact_p, reproduced`` (whether the inspectorate's test passes: yes, no,
    unsettled, not comparable), ``change_verdict`` (with our check for few cases),
    ``rests_on_words`` (yes where it hangs on a base that the report bounds in words), ``reason,
    source, place, note``.
    """
    joined = claims.merge(
        _measures(key_questions, prompts),
        left_on=["inspection", "kind", "measure"],
        right_on=["current_inspection", "kind", "measure"],
        how="left",
        validate="many_to_one",
    )
    joined["kind"] = joined["kind"].astype("string")
    verdict = joined["z_verdict"].astype("object")
    joined["reproduced"] = verdict.where(verdict.notna(), NOT_COMPARABLE).map(REPRODUCED)
    reason = joined["verdict_reason"].astype("object")
    joined["reason"] = reason.where(verdict.notna(), NOT_IN_THE_DATA).astype("string")
    return in_columns_of("significance_claims", joined)


def significant_without_a_claim(
    claims: pd.DataFrame, key_questions: pd.DataFrame, prompts: pd.DataFrame
) -> pd.DataFrame:
    """Changes that pass the inspectorate's test and are not called significant in the report.

    Arguments as for ``significance_claims``. Only inspections with recorded claims are looked at,
    since for others nobody has read the text for them. A row a measure with ``inspection, kind,
    measure, label``, the percentages, ``change_points``, the p-values and ``verdict_reason``. A
    report need not remark on every change; nothing more is meant by this list.
    """
    measures = _measures(key_questions, prompts)
    claimed = set(zip(claims["inspection"], claims["kind"], claims["measure"], strict=True))
    passing = measures[
        (measures["z_verdict"] == SIGNIFICANT).fillna(False)
        & measures["current_inspection"].isin(claims["inspection"])
    ]
    unclaimed = [
        key not in claimed
        for key in zip(
            passing["current_inspection"], passing["kind"], passing["measure"], strict=True
        )
    ]
    # As a Series: an empty list would be read as an empty list of columns.
    kept = passing[pd.Series(unclaimed, index=passing.index, dtype=bool)]
    kept = kept.rename(columns={"current_inspection": "inspection"})
    return kept[["inspection", "kind", "measure", *_UNCLAIMED]].reset_index(drop=True)

"""The rules by name, and what they find in the tables."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pandas as pd

from pipeline.analysis.quality.counts import (
    count_agrees_with_rows,
    plan_totals_agree,
    sample_reaches_its_size,
)
from pipeline.analysis.quality.figures import columns_look_transposed, same_figure_agrees
from pipeline.analysis.quality.lookups import Finding, Records
from pipeline.analysis.quality.percentages import (
    interview_percentage_is_possible,
    percentage_is_possible,
    percentage_where_count_is_meant,
    percentage_within_limits,
)
from pipeline.analysis.quality.ratings import (
    bands_give_ratings,
    discretion_is_permitted,
    points_add_up,
)
from pipeline.analysis.quality.statements import claims_of_targets_agree, restated_figure_agrees
from pipeline.analysis.quality.transcription import figures_transcribed_twice
from pipeline.analysis.quality.wording import (
    comparability_consistent,
    numbering_agrees,
    wording_agrees,
)
from pipeline.data import Tables

COLUMNS = ["rule", "severity", "inspection", "subject", "result", "detail"]

PASSED = "passed"
FAILED = "failed"
NOT_APPLICABLE = "not applicable"

ERROR = "error"
WARNING = "warning"
NOTE = "note"
SEVERITIES = {
    ERROR: "One of two figures, or a result, cannot be right as it stands.",
    WARNING: "A figure cannot be of the base its label names, or two places do not meet.",
    NOTE: "Worth knowing; no figure is wrong because of it.",
}


@dataclass(frozen=True)
class Rule:
    """A named rule: what it is about, how serious a failure is, and the function that asks it."""

    name: str
    title: str
    severity: str
    question: str
    ask: Callable[[Records], Iterable[Finding]] = field(repr=False)


RULES = (
    Rule(
        "same-figure-agrees",
        "Figures printed again under the same name",
        ERROR,
        "Is a figure that is printed again under the same name, there or elsewhere, the same?",
        same_figure_agrees,
    ),
    Rule(
        "points-add-up",
        "Points add up to the printed score",
        ERROR,
        "Do the points of the standards add up to the printed score?",
        points_add_up,
    ),
    Rule(
        "bands-give-ratings",
        "Bands give the ratings, or discretion is recorded",
        ERROR,
        "Does the lowest key question give the published rating, or is discretion recorded?",
        bands_give_ratings,
    ),
    Rule(
        "discretion-is-permitted",
        "Uses of discretion that the framework permits",
        ERROR,
        "Does the framework permit each recorded use of discretion?",
        discretion_is_permitted,
    ),
    Rule(
        "percentage-within-limits",
        "Tables of scores whose percentages all lie from 0 to 100",
        ERROR,
        "Do all percentages lie from 0 to 100?",
        percentage_within_limits,
    ),
    Rule(
        "plan-totals-agree",
        "Totals printed in action plans",
        ERROR,
        "Do the totals printed in an action plan agree with its responses?",
        plan_totals_agree,
    ),
    Rule(
        "count-agrees-with-rows",
        "Printed counts agree with what they count",
        ERROR,
        "Does a printed count agree with the rows it counts?",
        count_agrees_with_rows,
    ),
    Rule(
        "percentage-is-possible",
        "Percentages that a whole number of cases gives",
        WARNING,
        "Does a whole number of cases give the percentage, of the printed sample or, where none is "
        "printed, of any number up to the sample it lies within?",
        percentage_is_possible,
    ),
    Rule(
        "percentage-where-count-is-meant",
        "Figures with the sign of their unit",
        WARNING,
        "Is a figure printed with the sign of its unit, and a count without a percent sign?",
        percentage_where_count_is_meant,
    ),
    Rule(
        "columns-look-transposed",
        "Figures in their own columns",
        WARNING,
        "Do earlier and current figures stand in their own columns?",
        columns_look_transposed,
    ),
    Rule(
        "restated-figure-agrees",
        "Figures repeated in the text",
        WARNING,
        "Does a sentence that repeats a figure agree with the table?",
        restated_figure_agrees,
    ),
    Rule(
        "claims-of-targets-agree",
        "Statements on targets met",
        WARNING,
        "Does a sentence on targets met agree with the values and targets printed?",
        claims_of_targets_agree,
    ),
    Rule(
        "comparability-consistent",
        "Key questions comparable, or not, in every place",
        WARNING,
        "Is each key question either comparable or not, in every place that bears on it?",
        comparability_consistent,
    ),
    Rule(
        "sample-reaches-its-size",
        "Samples as large as required, or complete",
        WARNING,
        "Was the required number of cases read, or every eligible one?",
        sample_reaches_its_size,
    ),
    Rule(
        "interview-percentage-is-possible",
        "Percentages of those interviewed that are possible",
        NOTE,
        "Can the percentage be a share of the officers interviewed?",
        interview_percentage_is_possible,
    ),
    Rule(
        "wording-agrees",
        "Key questions worded alike",
        NOTE,
        "Is a key question worded alike in table, heading, annex and the round before?",
        wording_agrees,
    ),
    Rule(
        "numbering-agrees",
        "Numbers as printed",
        NOTE,
        "Is the printed number the one that its place gives?",
        numbering_agrees,
    ),
    Rule(
        "figures-transcribed-twice",
        "Tables read a second time",
        NOTE,
        "Were all rows copied from the document read a second time and compared?",
        figures_transcribed_twice,
    ),
)


def quality_checks(tables: Tables, ratings: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the answer of every rule about every inspection, also where all is well.

    A row is a rule and a subject. Columns: rule, severity (``error``, ``warning``, ``note``: how
    serious a failure is), inspection (empty for a plan whose inspection is not in the tables),
    subject, result (``passed``, ``failed``, or ``not applicable`` where an inspection has nothing
    the rule asks about), detail (the figures, in words). ``ratings`` is the table of
    ``standard_ratings``, derived here if it is not given.
    """
    records = Records(tables, ratings)
    order = {inspection: place for place, inspection in enumerate(records.framework)}
    rows: list[tuple[str, str, object, str, str, str]] = []
    for rule in RULES:
        # One figure may stand in several rows; the same finding is told once.
        findings = sorted(
            dict.fromkeys(rule.ask(records)), key=lambda f: order.get(f.inspection, len(order))
        )
        rows += [
            (
                rule.name,
                rule.severity,
                finding.inspection or pd.NA,
                finding.subject,
                PASSED if finding.holds else FAILED,
                finding.detail,
            )
            for finding in findings
        ]
        asked = {finding.inspection for finding in findings}
        rows += [
            (rule.name, rule.severity, inspection, "whole inspection", NOT_APPLICABLE,
             "Nothing is printed that this rule could ask about.")
            for inspection in order
            if inspection not in asked
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS).astype("string")


def rules_table() -> pd.DataFrame:
    """Return one row a rule: rule, title (what should hold), severity, question (what it asks)."""
    return pd.DataFrame(
        [(rule.name, rule.title, rule.severity, rule.question) for rule in RULES],
        columns=["rule", "title", "severity", "question"],
    )

"""The rules by name, and what they find in the tables."""

import pandas as pd

from pipeline.analysis.dictionary import column_types
from pipeline.analysis.quality import (
    counts,
    figures,
    percentages,
    ratings,
    statements,
    transcription,
    wording,
)
from pipeline.analysis.quality.lookups import Records
from pipeline.data import Tables

PASSED = "passed"
FAILED = "failed"
NOT_APPLICABLE = "not applicable"

RULES = (
    figures.same_figure_agrees,
    ratings.points_add_up,
    ratings.bands_give_ratings,
    ratings.discretion_is_permitted,
    percentages.percentage_within_limits,
    counts.plan_totals_agree,
    counts.count_agrees_with_rows,
    percentages.percentage_is_possible,
    percentages.percentage_where_count_is_meant,
    figures.columns_look_transposed,
    statements.restated_figure_agrees,
    statements.claims_of_targets_agree,
    wording.comparability_consistent,
    counts.sample_reaches_its_size,
    percentages.interview_percentage_is_possible,
    wording.wording_agrees,
    wording.numbering_agrees,
    transcription.figures_transcribed_twice,
)
"""Every rule, in the order of the page."""


def quality_checks(tables: Tables, rated: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the answer of every rule about every inspection, also where all is well.

    A row is a rule and a subject. Columns: rule, severity (``error``, ``warning``, ``note``: how
    serious a failure is), inspection (empty for a plan whose inspection is not in the tables),
    subject, result (``passed``, ``failed``, or ``not applicable`` where an inspection has nothing
    the rule asks about), detail (the figures, in words). ``rated`` is the table of
    ``standard_ratings``, derived here if it is not given.
    """
    records = Records(tables, rated)
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
    return pd.DataFrame(rows, columns=list(column_types("quality_checks")), dtype="string")


def rules_table() -> pd.DataFrame:
    """Return one row a rule: rule, title (what should hold), severity, question (what it asks)."""
    return pd.DataFrame(
        [(rule.name, rule.title, rule.severity, rule.question) for rule in RULES],
        columns=["rule", "title", "severity", "question"],
    )

"""The analyst edition: its sections in order, a function each."""

from pathlib import Path

import pandas as pd

from pipeline.publish.page.blocks import Glossary
from pipeline.publish.page.downloads import Downloads
from pipeline.publish.page.first_screen import FirstScreen
from pipeline.publish.reports.comparison import (
    changes,
    claims,
    first_screen,
    outlook,
    performance,
    ratings,
    themes,
)
from pipeline.publish.reports.comparison.context import Comparison

GLOSSARY = Path(__file__).with_name("glossary.csv")

_ADDS = (
    "This edition adds intervals, every prompt, every test with its p-values, the way to the next "
    "rating, performance and staffing, methods, code, and the place of every figure."
)


def in_brief(report: Comparison) -> FirstScreen:
    """Return the first screen, with what this edition adds."""
    return first_screen.in_brief(report, _ADDS)


def glossary(report: Comparison) -> Glossary:
    """Return the terms of this page and what they mean."""
    terms = pd.read_csv(GLOSSARY, dtype="string")
    return Glossary(dict(zip(terms["term"], terms["meaning"], strict=True)))


def downloads(report: Comparison) -> Downloads:
    """Return the tables of the page, key questions and prompts as one table each."""
    themes.question_table(
        report, report.questions, "Key questions: share of cases done well", "all", offered=True
    )
    if len(report.prompts):
        caption = "All prompts: share of cases answered yes"
        themes.prompt_table(report, report.prompts, caption, "all", offered=True)
    return report.packed()


class ComparisonReport(Comparison):
    """What the notebook calls: each section is a function of the comparison, listed here."""

    EDITION = "analyst"

    in_brief = in_brief
    by_theme = themes.by_theme
    not_comparable = themes.not_comparable
    standards_table = ratings.standards_table
    discretion_table = ratings.discretion_table
    change_figure = changes.change_figure
    changes_in_words = changes.in_words
    overturned = changes.overturned
    families_table = claims.families_table
    claims_table = claims.claims_table
    unclaimed_table = claims.unclaimed_table
    other_tests_table = claims.other_tests_table
    detectable_table = claims.detectable_table
    route = outlook.route
    route_figure = outlook.route_figure
    firmness_figure = outlook.firmness_figure
    totals_table = outlook.totals_table
    performance_figure = performance.performance_figure
    people_table = performance.people_table
    characteristics_table = performance.characteristics_table
    sample_table = performance.sample_table
    design_table = claims.design_table
    glossary = glossary
    downloads = downloads

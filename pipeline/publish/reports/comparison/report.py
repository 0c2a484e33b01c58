"""The comparison report: its sections in order, a function each."""

from pathlib import Path

import pandas as pd

from pipeline.publish.page.blocks import Glossary
from pipeline.publish.page.tables import Table
from pipeline.publish.reports.comparison import (
    changes,
    claims,
    first_screen,
    key_questions,
    outlook,
    performance,
    prompts,
    ratings,
)
from pipeline.publish.reports.comparison.context import Comparison

GLOSSARY = Path(__file__).with_name("glossary.csv")


class ComparisonReport(Comparison):
    """What the notebook calls: each section is a function of the comparison, listed here."""

    in_brief = first_screen.in_brief
    standards_table = ratings.standards_table
    discretion_table = ratings.discretion_table
    key_question_figure = key_questions.key_question_figure
    key_question_table = key_questions.key_question_table
    change_figure = changes.change_figure
    verdict_table = changes.verdict_table
    overturned = changes.overturned
    standing = key_questions.standing
    route = outlook.route
    route_figure = outlook.route_figure
    firmness_figure = outlook.firmness_figure
    totals_table = outlook.totals_table
    claims_table = claims.claims_table
    unclaimed_table = claims.unclaimed_table
    weakest_prompts = prompts.weakest_prompts
    prompt_movers = prompts.prompt_movers
    prompt_table = prompts.prompt_table
    performance_figure = performance.performance_figure
    people_table = performance.people_table
    characteristics_table = performance.characteristics_table
    not_comparable_table = key_questions.not_comparable_table
    sample_table = key_questions.sample_table
    design_table = claims.design_table
    families_table = claims.families_table
    other_tests_table = claims.other_tests_table
    detectable_table = claims.detectable_table

    def glossary(self) -> Glossary:
        """Return the terms of this page and what they mean."""
        terms = pd.read_csv(GLOSSARY, dtype="string", keep_default_na=False)
        # A term of one kind of service stands where the page is of that kind.
        names = [*self.data["standards"]["name"], *self.data["comparators"]["name"].dropna()]
        said = " ".join([*names, str(self.data.about["short_name"])])
        terms = terms[[word in said for word in terms["only_with"]]]
        return Glossary(dict(zip(terms["term"], terms["meaning"], strict=True)))

    def main_table(self) -> Table | None:
        """Return the comparison, except where the page is at its limit of weight."""
        return None if self.analyst else self.key_question_table()

"""The analyst edition: its sections in order, a function each."""

import csv
from pathlib import Path

import pandas as pd

from pipeline.analysis.named_tables import InFull
from pipeline.analysis.sentences.narrative import change_sentence, standing_sentence
from pipeline.publish.page.blocks import Glossary
from pipeline.publish.page.downloads import Downloads
from pipeline.publish.reports.comparison import changes, first_screen, performance, ratings, themes
from pipeline.publish.reports.comparison.context import Comparison
from pipeline.publish.reports.report_page import ReportPage

GLOSSARY = Path(__file__).with_name("glossary.csv")


def glossary(report: Comparison) -> Glossary:
    """Return the terms of this page and what they mean."""
    # A term of one kind of service stands where the page is of that kind.
    named = [*report.data.rows("standards"), *report.data.rows("comparators")]
    said = " ".join([*(row["name"] or "" for row in named), str(report.data.about["short_name"])])
    with GLOSSARY.open(encoding="utf-8", newline="") as file:
        terms = [row for row in csv.DictReader(file) if row["only_with"] in said]
    return Glossary({row["term"]: row["meaning"] for row in terms})


def downloads(report: Comparison) -> Downloads:
    """Return the tables of the page, key questions and prompts as one table each."""
    themes.key_question_table(report, offered=True)
    if report.prompts:
        report.shown.append(themes.prompt_table(report))
    return ReportPage.downloads(report)


class ComparisonReport(Comparison):
    """What the notebook calls: each section is a function of the comparison, listed here."""

    EDITION = "analyst"
    ADDS = (
        "This edition adds intervals, every prompt, every test with its p-values, the way to the "
        "next rating, performance and staffing, methods, code, and the place of every figure."
    )

    in_brief = first_screen.in_brief
    by_theme = themes.by_theme
    key_question_table = themes.key_question_table
    key_question_figure = themes.key_question_figure
    prompt_table = themes.prompt_table
    not_comparable = themes.not_comparable
    standards_table = ratings.standards_table
    discretion_table = ratings.discretion_table
    change_figure = changes.change_figure
    changes_in_words = changes.in_words
    overturned = changes.overturned
    level_of_tests = changes.level_of_tests
    families_table = changes.families_table
    claims_table = changes.claims_table
    unclaimed_table = changes.unclaimed_table
    other_tests_table = changes.other_tests_table
    detectable_table = changes.detectable_table
    next_rating = ratings.next_rating
    next_rating_figure = ratings.next_rating_figure
    stability_figure = ratings.stability_figure
    totals_table = ratings.totals_table
    performance_figure = performance.performance_figure
    people_table = performance.people_table
    characteristics_table = performance.characteristics_table
    sample_table = performance.sample_table
    design_table = changes.design_table
    glossary = glossary
    downloads = downloads

    @property
    def sentences(self) -> pd.DataFrame:
        """What this comparison says in words, a row a sentence: ``about`` and ``sentence``.

        First the findings, then each key question's change and standing, then the way to the next
        rating and what would overturn a verdict.
        """
        said = [(row["item"], row["sentence"]) for row in self.data.rows("headline")]
        for row in self.questions:
            standing = standing_sentence(row, self.aggregate, self.period)
            for sentence in (change_sentence(row, *self.rounds), standing):
                said.append((row["key_question"], sentence))
        for name in ("next_rating", "overturned"):
            table = "next_rating_sentences" if name == "next_rating" else name
            said += [(name, row["sentence"]) for row in self.data.rows(table)]
        return InFull([row for row in said if row[1]], columns=["about", "sentence"])

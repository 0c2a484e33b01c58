"""The comparison report: every section, and what closes the page."""

from pathlib import Path

import pandas as pd

from pipeline.publish.page.blocks import Glossary
from pipeline.publish.page.tables import Table
from pipeline.publish.reports.comparison.claims import Claims
from pipeline.publish.reports.comparison.context import Context
from pipeline.publish.reports.comparison.outlook import Outlook
from pipeline.publish.reports.comparison.prompts import Prompts
from pipeline.publish.reports.comparison.scores import Scores

GLOSSARY = Path(__file__).with_name("glossary.csv")


class ComparisonReport(Scores, Outlook, Claims, Prompts, Context):
    """One comparison of two rounds of a provider, section by section."""

    def glossary(self) -> Glossary:
        """Return the terms of this page and what they mean."""
        terms = pd.read_csv(GLOSSARY, dtype="string")
        return Glossary(dict(zip(terms["term"], terms["meaning"], strict=True)))

    def _main_table(self) -> Table | None:
        # The analyst edition is at its limit of weight; there the packed files have it.
        return None if self.analyst else self.key_question_table()

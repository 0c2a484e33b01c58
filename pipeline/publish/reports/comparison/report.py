"""The comparison report: every section, and what closes the page."""

from pathlib import Path

import pandas as pd

from pipeline.analysis.records import records
from pipeline.analysis.sentences.narrative import change_sentence, standing_sentence
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

    @property
    def sentences(self) -> pd.DataFrame:
        """What this comparison says in words, a row a sentence: ``about`` and ``sentence``.

        First the findings, then each key question's change and standing, then the way to the next
        rating and what would overturn a verdict.
        """
        said = [(row["item"], row["sentence"]) for row in records(self.dossier["headline"])]
        for row in records(self.questions):
            for sentence in (change_sentence(row, *self.rounds), standing_sentence(row)):
                said.append((row["key_question"], sentence))
        for name in ("route", "overturned"):
            table = "route_sentences" if name == "route" else name
            said += [(name, sentence) for sentence in self.dossier[table]["sentence"]]
        return pd.DataFrame([row for row in said if row[1]], columns=["about", "sentence"])

    def glossary(self) -> Glossary:
        """Return the terms of this page and what they mean."""
        terms = pd.read_csv(GLOSSARY, dtype="string")
        return Glossary(dict(zip(terms["term"], terms["meaning"], strict=True)))

    def _main_table(self) -> Table | None:
        # The analyst edition is at its limit of weight; there the packed files have it.
        return None if self.analyst else self.key_question_table()

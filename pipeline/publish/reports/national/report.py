"""The national page: its sections in order, a function each."""

from __future__ import annotations

from functools import cached_property
from typing import Self

import pandas as pd

from pipeline.analysis.national.page import NAME
from pipeline.publish.reports.national import first_screen, providers, questions, weaknesses
from pipeline.publish.reports.report_data import NoSuchReport, open_report_data, report_names
from pipeline.publish.reports.report_page import ReportPage


class NationalReport(ReportPage):
    """What the notebook calls: each section is a function of the page, listed here."""

    in_brief = first_screen.in_brief
    providers_table = providers.providers_table
    told_apart = providers.told_apart
    owners_table = providers.owners_table
    funnels = questions.funnels
    questions_table = questions.questions_table
    few_cases_table = questions.few_cases_table
    recommended_table = weaknesses.recommended_table
    recommended_standards = weaknesses.recommended_standards
    discretion_table = weaknesses.discretion_table

    @classmethod
    def open(cls, framework: str = "") -> Self:
        """Open the national page of a framework (empty: that with the most providers).

        Raises NoSuchReport where the data has none, and says why.
        """
        for name in report_names():
            if name == NAME or name.startswith(f"{NAME}-"):
                data = open_report_data(name)
                if framework in ("", data.about["framework"]):
                    return cls(data)
        raise NoSuchReport(
            "There is no national page: it needs two providers with an inspection in one framework."
        )

    @cached_property
    def providers(self) -> pd.DataFrame:
        """The providers as they stand, highest score first."""
        return self.data["providers"]

    def sentence(self, item: str) -> str:
        """The sentence of a line of the headline; empty where it has no such line."""
        rows = self.data["headline"].set_index("item")["sentence"]
        return str(rows[item]) if item in rows.index else ""

"""What the sections of the national page are told: the providers, and what is said first."""

from functools import cached_property
from typing import Self

import pandas as pd

from pipeline.analysis.national.page import NAME
from pipeline.publish.reports.report_data import NoSuchReport, open_report_data, report_names
from pipeline.publish.reports.report_page import ReportPage


class National(ReportPage):
    """The providers of one framework side by side."""

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

"""What the sections of the quality report are told: documents, rules, failures and the register."""

from functools import cached_property
from typing import Self

import pandas as pd

from pipeline.analysis.quality.coverage import NAME
from pipeline.publish.reports.report_data import open_report_data
from pipeline.publish.reports.report_page import ReportPage


class Quality(ReportPage):
    """The report on the quality of the published figures."""

    @classmethod
    def open(cls) -> Self:
        """Open the report. Raises NoSuchReport where the data has no published figures."""
        return cls(open_report_data(NAME))

    @cached_property
    def register(self) -> pd.DataFrame:
        """The register of discrepancies; an entry that says nothing of it changes nothing."""
        rows = self.data["register"]
        return rows.assign(changes=rows["changes"].fillna("nothing"))

    @cached_property
    def failures(self) -> pd.DataFrame:
        """The checks that do not hold, with the round of their inspection."""
        rounds = self.data["inspections"].set_index("inspection")["round"].astype("string")
        rows = self.data["failures"]
        return rows.assign(round=rows["inspection"].map(rounds))

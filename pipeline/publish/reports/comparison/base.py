"""What every section of the comparison report shares: its rounds, names and headline."""

from functools import cached_property
from typing import Self

import pandas as pd

from pipeline.analysis.report_data import comparison_name
from pipeline.publish.reports.report_data import open_dossier
from pipeline.publish.reports.report_page import ReportPage

ANALYST = "analyst"


class Section(ReportPage):
    """One edition of one comparison."""

    @classmethod
    def open(
        cls, provider: str, previous: int | None, current: int, comparator: str, edition: str
    ) -> Self:
        """Open the comparison of two rounds of a provider (``previous`` may be None).

        Raises NoSuchReport, naming the reports there are, where the data has no
        such comparison, and ValueError for an unknown edition or comparator.
        """
        dossier = open_dossier(comparison_name(provider, previous, current))
        editions = [report["edition"] for report in dossier.about["reports"]]
        if edition not in editions:
            raise ValueError(f"There is no edition {edition}; there are: {', '.join(editions)}.")
        known = list(dossier["comparators"]["comparator"])
        if comparator not in known:
            raise ValueError(f"There is no comparator {comparator}; there are: {', '.join(known)}.")
        return cls(dossier, edition)

    # Names of the two rounds and of the aggregate, as headings use them.

    @property
    def rounds(self) -> tuple[str, str]:
        """The names of the earlier and the current round; the earlier is empty where none is."""
        before = self.dossier.about["previous_round"]
        return (str(before) if before else "", str(self.dossier.about["round"]))

    @cached_property
    def questions(self) -> pd.DataFrame:
        """The tested key-question comparison, with the name of each standard."""
        names = self.dossier["standards"][["standard", "name"]]
        joined_names = self.dossier["key_questions"].merge(names, on="standard")
        heading = joined_names["standard"] + " " + joined_names["name"]
        asked = joined_names["key_question"] + " " + joined_names["question"]
        return joined_names.assign(heading=heading, asked=asked)

    @property
    def analyst(self) -> bool:
        """Whether this is the analyst edition."""
        return self.edition == ANALYST

    @property
    def compares(self) -> bool:
        """Whether there is an earlier round."""
        return bool(self.rounds[0])

    def _sentence(self, item: str) -> str:
        rows = self.dossier["headline"].set_index("item")
        return str(rows.loc[item, "sentence"]) if item in rows.index else ""

    def _value(self, item: str) -> str:
        return str(self.dossier["headline"].set_index("item").loc[item, "value"])

    def _aggregate(self) -> str:
        name = str(self.dossier["comparators"]["name"].iloc[0])
        return name[0].lower() + name[1:] if name.startswith("All ") else name

    def _current_bands(self) -> pd.DataFrame:
        bands = self.dossier["rating_bands"]
        return bands[bands["framework"] == self.dossier["inspections"]["framework"].iloc[-1]]

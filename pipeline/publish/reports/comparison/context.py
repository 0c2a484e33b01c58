"""What the sections of the comparison report are told: its rounds, names, figures and headline."""

from functools import cached_property
from typing import Self

import pandas as pd

from pipeline.analysis.report_data import comparison_name
from pipeline.publish.reports.report_data import open_report_data
from pipeline.publish.reports.report_page import ReportPage

ANALYST = "analyst"


class Comparison(ReportPage):
    """One edition of the comparison of two rounds of a provider, or of one round alone."""

    @classmethod
    def open(
        cls,
        provider: str,
        previous: int | str | None,
        current: int | str,
        comparator: str,
        edition: str,
    ) -> Self:
        """Open the comparison of two rounds of a provider (``previous`` may be None).

        Raises NoSuchReport, naming the reports there are, where the data has no
        such comparison, and ValueError for an unknown edition or comparator.
        """
        data = open_report_data(comparison_name(provider, previous, current))
        editions = [report["edition"] for report in data.about["reports"]]
        if edition not in editions:
            raise ValueError(f"There is no edition {edition}; there are: {', '.join(editions)}.")
        known = data.about["comparator"]
        if (comparator or "") != known:
            there = f"it is compared with {known}" if known else "it is compared with none"
            raise ValueError(f"This inspection is not compared with {comparator}; {there}.")
        return cls(data, edition)

    @property
    def rounds(self) -> tuple[str, str]:
        """The names of the earlier and the current round; the earlier is empty where none is."""
        about = self.data.about
        return (about["previous_round_name"] or "", about["round_name"])

    @cached_property
    def questions(self) -> pd.DataFrame:
        """The tested key-question comparison, with the name of each standard."""
        names = self.data["standards"][["standard", "name"]]
        joined_names = self.data["key_questions"].merge(names, on="standard")
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

    def sentence(self, item: str) -> str:
        """The sentence of a line of the headline; empty where it has no such line."""
        rows = self.data["headline"].set_index("item")
        return str(rows.loc[item, "sentence"]) if item in rows.index else ""

    def value(self, item: str) -> str:
        """The figure of a line of the headline."""
        return str(self.data["headline"].set_index("item").loc[item, "value"])

    def aggregate(self) -> str:
        """The name of the aggregate as it stands inside a sentence."""
        if self.data["comparators"].empty:
            return "any aggregate"
        name = str(self.data["comparators"]["name"].iloc[0])
        return name[0].lower() + name[1:] if name.startswith("All ") else name

    def period(self) -> str | None:
        """The time the aggregate covers, as printed; None where none is."""
        periods = self.data["comparators"]["period"].dropna()
        return None if periods.empty else str(periods.iloc[0])

    def current_bands(self) -> pd.DataFrame:
        """The rating bands of the current framework."""
        bands = self.data["rating_bands"]
        return bands[bands["framework"] == self.data["inspections"]["framework"].iloc[-1]]

    @cached_property
    def prompts(self) -> pd.DataFrame:
        """The tested prompt comparison, one source note a row: the line of the annex."""
        rows = self.data["prompts"]
        place = rows["current_place"].str.replace(
            r", (current|previous) inspection$", "", regex=True
        )
        headings = self.questions[["key_question", "asked"]]
        return rows.assign(line=place).merge(headings, on="key_question")

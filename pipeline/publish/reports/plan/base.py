"""What every section of the plan report shares: its day, recommendations, actions and verdicts."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import pandas as pd

from pipeline.analysis.plans import TARGET_PASSED, check_day, day_in_words, with_positions
from pipeline.data import is_missing
from pipeline.publish.reports.report_data import NoSuchReport, open_report_data
from pipeline.publish.reports.report_page import ReportPage

VERDICTS = {
    "sufficient": "sufficient progress",
    "some": "some progress",
    "none": "no progress",
}
"""What the next inspection found of a recommendation, in the words of a sentence."""


def number_of(action: str) -> str:
    """Return the end of an action's code, which tells the actions of a plan apart: 1-01.

    Its hyphen does not break; downloads keep the whole code, as a spreadsheet
    would take its end for a date.
    """
    return "\N{NON-BREAKING HYPHEN}".join(action.rsplit("-", 2)[1:])


def heading_of(frame: pd.DataFrame) -> pd.Series:
    """Return the number and title of each row's recommendation, as tables head them."""
    return frame["recommendation"].astype("string") + " " + frame["title"]


@dataclass
class Section(ReportPage):
    """One action plan as seen on one day, ``as_of`` (YYYY-MM-DD)."""

    as_of: str = field(kw_only=True)

    @classmethod
    def open(cls, provider: str, plan: str, as_of: str = "") -> Self:
        """Open a plan of a provider.

        ``as_of`` is a day as YYYY-MM-DD, or empty for the latest day in the provider's data.
        Raises NoSuchReport for an unknown plan or one of another provider, and
        ValueError for a day that is not in the calendar or before the plan was submitted.
        """
        data = open_report_data(f"action-plan-{plan}")
        owner = data.about["provider"]
        if owner != provider:
            raise NoSuchReport(f"{plan} is not a plan of {provider}, but of {owner}.")
        day = check_day(as_of) if as_of else str(data.about["as_of"])
        submitted = str(data.about["published"])
        if day < submitted:
            raise ValueError(
                f"The plan was submitted on {submitted}, so it cannot be looked at as of {day}; "
                "give a day from then on."
            )
        return cls(data, as_of=day)

    @property
    def _plan(self) -> pd.Series:
        return self.data["plan"].iloc[0]

    @cached_property
    def _actions(self) -> pd.DataFrame:
        frame = with_positions(self.data["actions"], self.data["action_updates"], self.as_of)
        return frame.assign(number=frame["action"].map(number_of))

    @property
    def _passed(self) -> int:
        """How many actions have a target that has gone by without an update on record."""
        return int((self._actions["position"] == TARGET_PASSED).sum())

    @cached_property
    def _recommendations(self) -> pd.DataFrame:
        frame = self.data["recommendations"].copy()
        again = {"yes": " (Repeats the previous inspection's.)", "no": ""}
        # Most are for the provider; one for somebody else must say so.
        usual = frame["addressed_to"].mode().iloc[0]
        others = (" (Addressed to " + frame["addressed_to"] + ".)").str.replace("to The", "to the")
        others = others.mask(frame["addressed_to"] == usual, "")
        frame["heading"] = heading_of(frame)
        frame["asks"] = frame["summary"] + others + frame["repeated"].map(again)
        return frame

    @cached_property
    def _updates(self) -> pd.DataFrame:
        updates = self.data["action_updates"]
        return updates[updates["date"] <= self.as_of]

    @property
    def _day(self) -> str:
        return day_in_words(self.as_of)

    @property
    def _followed(self) -> pd.DataFrame:
        chain = self.data["follow_up"]
        return chain[chain["plan"] == self._plan["plan"]]

    def _no_follow_up(self) -> str:
        if is_missing(self._plan["inspection"]):
            return "The inspection this plan answers, and any after it, are not in the data."
        return "No later inspection is in the data, so nothing is known of what came of the plan."

"""What the sections of the plan report are told: its day, recommendations, actions and verdicts."""

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
    "superseded": "no longer applies",
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


@dataclass(repr=False)
class Plan(ReportPage):
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
    def plan(self) -> pd.Series:
        """The plan's own row."""
        return self.data["plan"].iloc[0]

    @property
    def day(self) -> str:
        """The day the plan is looked at, in words."""
        return day_in_words(self.as_of)

    @cached_property
    def actions(self) -> pd.DataFrame:
        """The actions as they stand on the day, each with its short number."""
        frame = with_positions(self.data["actions"], self.data["action_updates"], self.as_of)
        return frame.assign(number=frame["action"].map(number_of))

    @property
    def passed(self) -> int:
        """How many actions have a target that has gone by without an update on record."""
        return int((self.actions["position"] == TARGET_PASSED).sum())

    @cached_property
    def recommendations(self) -> pd.DataFrame:
        """The recommendations with heading, what they ask, and to whom where not the provider."""
        frame = self.data["recommendations"].copy()
        again = {"yes": " (Repeats the previous inspection's.)", "no": ""}
        frame["heading"] = heading_of(frame)
        others = (" (Addressed to " + frame["addressed_to"] + ".)").str.replace("to The", "to the")
        others = others.where(~frame["addressed_to"].map(self._is_provider), "")
        frame["asks"] = frame["summary"] + others + frame["repeated"].map(again)
        return frame

    def _is_provider(self, addressee: str) -> bool:
        """Whether an addressee is the provider: by its names, never by what most rows say."""
        plain = addressee.removeprefix("The ").removeprefix("the ")
        return plain in {str(self.plan["name"]), str(self.plan["short_name"]), "provider"} or (
            plain.startswith("provider ")
        )

    @cached_property
    def updates(self) -> pd.DataFrame:
        """The updates made by the day."""
        updates = self.data["action_updates"]
        return updates[updates["date"] <= self.as_of]

    @property
    def followed(self) -> pd.DataFrame:
        """What a later inspection found of this plan's recommendations."""
        chain = self.data["follow_up"]
        return chain[chain["plan"] == self.plan["plan"]]

    @property
    def later_round(self) -> str:
        """The name of the inspection that followed the plan up; empty where none did."""
        if self.followed.empty:
            return ""
        rounds = self.data["inspections"].set_index("inspection")["round"]
        return str(rounds[self.followed["inspection"].iloc[0]])

    def no_follow_up(self) -> str:
        """Why nothing is known of what came of the plan."""
        if is_missing(self.plan["inspection"]):
            return "The inspection this plan answers, and any after it, are not in the data."
        inspections = self.data["inspections"]
        answered = inspections[inspections["inspection"] == self.plan["inspection"]]
        later = inspections["fieldwork_start"] > answered["fieldwork_start"].max()
        if later.any():
            rounds = inspections[later]["round"].astype("string")
            return (
                f"What the inspection of {rounds.iloc[0]} found of these recommendations has not "
                "been entered."
            )
        return "No later inspection is in the data, so nothing is known of what came of the plan."

    @cached_property
    def linked(self) -> pd.DataFrame:
        """The standards, key questions and prompts that we link to each recommendation."""
        frame = self.data["loop"]
        return frame.assign(heading=heading_of(frame))

    def rounds_of(self, frame: pd.DataFrame) -> tuple[str, str]:
        """Return the earlier round of linked figures, empty where there is none, and the later."""
        rounds = self.data["inspections"].set_index("inspection")["round"]
        first, second = frame["previous_inspection"].dropna(), frame["current_inspection"].dropna()
        earlier = str(rounds[first.iloc[0]]) if len(first) else ""
        return earlier, str(rounds[second.iloc[0]]) if len(second) else "Later"

"""What the sections of the plan report are told: its day, recommendations, actions and verdicts."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import pandas as pd

from pipeline.analysis.plan_progress import progress_of_actions
from pipeline.analysis.plans import TARGET_PASSED, check_day, day_in_words, with_positions
from pipeline.analysis.ratings.bands import ratings_in_order
from pipeline.analysis.records import Row, records
from pipeline.analysis.sentences.phrases import joined
from pipeline.data import is_missing
from pipeline.publish.reports.report_page import NoSuchReport, ReportPage, open_report_data

NO_ACTION = "No action of this plan has been entered."


def number_of(action: str) -> str:
    """Return the end of an action's code, which tells the actions of a plan apart: 1-01.

    Its hyphen does not break; downloads keep the whole code, as a spreadsheet
    would take its end for a date.
    """
    return "\N{NON-BREAKING HYPHEN}".join(action.rsplit("-", 2)[1:])


def heading_of(frame: pd.DataFrame) -> pd.Series:
    """Return the number and title of each row's recommendation, as tables head them."""
    return frame["recommendation"].astype("string") + " " + frame["title"]


def _printed_otherwise(row: Row) -> str:
    """The number a recommendation has in print, where that is another than ours."""
    digits = re.sub(r"\D", "", str(row["printed_number"] or ""))
    if not digits or int(digits) == row["recommendation"]:
        return ""
    return f" (printed as {row['printed_number']})"


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

    @cached_property
    def progress(self) -> pd.DataFrame:
        """How far each action's target slipped by the day: ``progress_of_actions``."""
        names = ("actions", "action_updates", "rag_rules")
        return progress_of_actions({name: self.data[name] for name in names}, self.as_of)

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
        frame["heading"] += pd.Series(
            [_printed_otherwise(row) for row in records(frame)], frame.index, dtype="string"
        )
        others = (" (Addressed to " + frame["addressed_to"] + ".)").str.replace("to The", "to the")
        others = others.where(frame["to_provider"] == "no", "")
        frame["asks"] = frame["summary"] + others + frame["repeated"].map(again)
        return frame

    @cached_property
    def updates(self) -> pd.DataFrame:
        """The updates made by the day."""
        updates = self.data["action_updates"]
        return updates[updates["date"] <= self.as_of]

    @cached_property
    def round_names(self) -> dict[str, str]:
        """What the rounds are called, by inspection."""
        rows = self.data["inspections"]
        return dict(zip(rows["inspection"], rows["round_name"], strict=True))

    @property
    def followed(self) -> pd.DataFrame:
        """What later inspections found of this plan's recommendations, the earliest first."""
        chain = self.data["follow_up"]
        own = chain[chain["plan"] == self.plan["plan"]]
        order = {code: at for at, code in enumerate(self.round_names)}
        return own.sort_values("inspection", key=lambda codes: codes.map(order), kind="stable")

    @property
    def follow_ups(self) -> list[tuple[str, pd.DataFrame]]:
        """Each inspection that followed the plan up, by its round's name, and what it found."""
        found = self.followed.groupby("inspection", sort=False)
        return [(self.round_names[str(code)], rows) for code, rows in found]

    def no_follow_up(self) -> str:
        """Why nothing is known of what came of the plan."""
        if not is_missing(later := self.plan["later_rounds"]):
            names = str(later).split("; ")
            return (
                f"What the inspection{'' if len(names) == 1 else 's'} of {joined(names)} found of "
                "these recommendations has not been entered."
            )
        if is_missing(self.plan["inspection"]):
            return "The inspection this plan answers, and any after it, are not in the data."
        return "No later inspection is in the data, so nothing is known of what came of the plan."

    @property
    def replaced(self) -> str:
        """That a later plan had replaced this one by the day; empty where none had."""
        on = self.plan["replaced_on"]
        if is_missing(on) or str(on) > self.as_of:
            return ""
        when = f"{'in' if len(str(on)) == len('2020-02') else 'on'} {day_in_words(str(on))}"
        return (
            f"This plan was replaced by one submitted {when}; what stands below is what this one "
            "promised."
        )

    @cached_property
    def linked(self) -> pd.DataFrame:
        """The standards, key questions and prompts that we link to each recommendation."""
        frame = self.data["loop"]
        return frame.assign(heading=heading_of(frame))

    def ratings_of(self, frame: pd.DataFrame, side: str) -> list[str]:
        """Return the ratings of the framework of the ``previous`` or ``current`` round."""
        codes = frame[f"{side}_inspection"].dropna()
        inspected = self.data["inspections"]
        framework = inspected[inspected["inspection"].isin(codes)]["framework"]
        if framework.empty:
            return []
        return ratings_in_order(self.data.rows("rating_bands"), framework.iloc[0])

    def rounds_of(self, frame: pd.DataFrame) -> tuple[str, str]:
        """Return the earlier round of linked figures, empty where there is none, and the later."""
        first, second = frame["previous_inspection"].dropna(), frame["current_inspection"].dropna()
        earlier = self.round_names[first.iloc[0]] if len(first) else ""
        return earlier, self.round_names[second.iloc[0]] if len(second) else "Later"

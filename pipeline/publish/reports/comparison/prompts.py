"""The prompts behind the key questions."""

from functools import cached_property

import pandas as pd

from pipeline.analysis.sentences.narrative import changes_in_short
from pipeline.analysis.sentences.phrases import in_words
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.comparison.base import Section


class Prompts(Section):
    """The section on prompts."""

    @cached_property
    def prompts(self) -> pd.DataFrame:
        """The tested prompt comparison, one source note a row: the line of the annex."""
        rows = self.dossier["prompts"]
        place = rows["current_place"].str.replace(
            r", (current|previous) inspection$", "", regex=True
        )
        headings = self.questions[["key_question", "asked"]]
        return rows.assign(line=place).merge(headings, on="key_question")

    def prompt_movers(self, most: int = 5) -> Table | Prose:
        """Return the prompts that rose and fell most, among those that may be compared."""
        moved = self.prompts[self.prompts["change_points"].notna()]
        if moved.empty:
            return Prose(["No prompt may be compared with an earlier inspection."])
        ordered = moved.sort_values("change_points", ascending=False, kind="stable")
        rose = ordered[ordered["change_points"] > 0].head(most).assign(way="Rose most")
        fell = ordered[ordered["change_points"] < 0].tail(most)[::-1].assign(way="Fell most")
        columns = [
            Column("wording", "Prompt", wide=True),
            Column("previous_percent", self.rounds[0], "percent"),
            Column("current_percent", self.rounds[1], "percent"),
            Column("change_points", "Change", "change"),
            Column("change_verdict", "Is the change firm?", "mark"),
        ]
        return self._table(
            pd.concat([rose, fell]),
            f"Prompts that rose and fell most, of {len(moved)} that may be compared",
            columns,
            groups="way",
            row_source=("current_source", "line"),
            name="prompt-movers",
            comment=changes_in_short(self.prompts, "prompts"),
            offered=False,  # the table of all prompts holds these rows
        )

    def weakest_prompts(self, most: int = 3) -> Table | Prose:
        """Return the lowest prompts under the key question that drives each standard's rating."""
        ratings = self.dossier["standard_ratings"]
        now = ratings[ratings["inspection"] == self.dossier["inspections"]["inspection"].iloc[-1]]
        drivers = list(now["lowest_key_question"].dropna())
        prompts = self.prompts
        known = prompts[prompts["current_percent"].notna()]
        lowest = known[known["key_question"].isin(drivers)].sort_values(
            ["key_question", "current_percent"], kind="stable"
        )
        if lowest.empty:
            return Prose(["The report prints no figures for prompts."])
        return self._table(
            lowest.groupby("key_question", sort=False).head(most),
            "What lies behind the key question that holds each rating down",
            [
                Column("wording", "Prompt", wide=True),
                Column("current_percent", self.rounds[1], "percent"),
            ],
            groups="asked",
            row_source=("current_source", "line"),
            name="weakest-prompts",
            offered=False,  # likewise
            comment=f"The {in_words(most)} lowest prompts of each. Inspectors weigh all prompts "
            "together; a key question is not the sum of its prompts.",
        )

    def prompt_table(self) -> Table | Prose:
        """Return every prompt, grouped by key question."""
        if self.prompts.empty:
            return Prose(["So there is no table of prompts."])
        columns = [Column("wording", "Prompt", wide=True)]
        if self.compares:
            columns.append(
                Column("previous_percent", self.rounds[0], "percent", missing="previous_status")
            )
        columns.append(
            Column("current_percent", self.rounds[1], "percent", missing="current_status")
        )
        if self.compares:
            columns += [
                Column("change_points", "Change", "change", missing="not comparable"),
                Column("change_verdict", "Is the change firm?", "mark"),
            ]
        if self.analyst and self.compares:
            columns += [
                Column("p_min", "Smallest p", "p", missing="cannot be computed"),
                Column("p_max", "Largest p", "p", missing="cannot be computed"),
            ]
        return self._table(
            self.prompts,
            "All prompts: share of cases answered yes",
            columns,
            groups="asked",
            row_source=("current_source", "line"),
            name="prompts",
        )

"""The figures and ratings that a recommendation should move, from one round to the next."""

import pandas as pd

from pipeline.analysis.phrases import joined
from pipeline.data import is_missing
from pipeline.publish.plan.base import Section
from pipeline.publish.summary import Notice, Prose
from pipeline.publish.tables import Column, Table

_SUBJECTS = {"standard": "Standard", "key question": "Key question", "prompt": "Prompt"}


class Links(Section):
    """The section on what is linked to each recommendation."""

    def how_to_read_links(self) -> Notice | Prose:
        """Return how the figures and ratings below may be read."""
        timing = set(self.dossier["loop"]["timing"])
        ours = (
            "Which standards, key questions and prompts a recommendation should move is our "
            "judgement, not the documents'."
        )
        if not timing:
            return Prose(
                ["Nothing has been linked to the recommendations of this plan."], self.notes, "loop"
            )
        if timing == {"after"}:
            return Notice(
                [
                    ours,
                    "A figure that moved after a recommendation did not necessarily move because "
                    "of it.",
                ],
                "How to read what moved",
            )
        if timing == {"before"}:
            return Notice(
                [
                    ours,
                    "No later inspection is in the data. The figures lead up to the "
                    "recommendations: they show where the provider stood when they were made and "
                    "say nothing of their effect.",
                ],
                "How to read where it stood",
            )
        return Prose(
            [ours, "No inspection of this provider is in the data, so the links have no figures."],
            self.notes,
            "loop",
        )

    def linked_figures(self) -> Table | Prose:
        """Return the key questions and prompts linked to each recommendation, and what moved."""
        frame, links = self._linked(["key question", "prompt"]), self._linked(list(_SUBJECTS))
        if len(links) and set(links["timing"]) <= {"none"}:
            return self._links_only(links)
        if frame.empty:
            return Prose(
                ["No figure stands beside a recommendation of this plan."], self.notes, "figures"
            )
        earlier, later = self._rounds(frame)
        frame = frame.assign(
            current_missing=frame["without_figure"].fillna("not published"),
            previous_missing=frame["previous_percent"].map(
                lambda value: "no comparable data" if is_missing(value) else pd.NA
            ),
            change_missing=frame["current_percent"].map(
                lambda value: "no figure" if is_missing(value) else "not comparable"
            ),
            verdict=frame["change_verdict"].fillna("not comparable"),
        )
        caution = frame["comparable"].fillna("") == "caution"
        cautioned = frame["linked"] + " (compares only with caution)"
        frame["linked"] = frame["linked"].mask(caution, cautioned)
        before = [
            Column(
                "previous_percent", earlier, "percent", missing="previous_missing",
                source=("previous_source", "previous_place"),
            )
        ]  # fmt: skip
        moved = [
            Column("change_points", "Change", "change", missing="change_missing"),
            Column("verdict", "Test of the change", "mark"),
        ]
        return self._table(
            frame,
            f"Figures linked to each recommendation, {self._span(earlier, later)}",
            [
                Column("linked", "Linked to", wide=True),
                *(before if earlier else []),
                Column(
                    "current_percent", later, "percent", missing="current_missing",
                    source=("current_source", "current_place"),
                ),
                *(moved if earlier else []),
                Column("reason", "Why we link it"),
            ],
            groups="heading",
            name="linked-figures",
        )  # fmt: skip

    def _links_only(self, frame: pd.DataFrame) -> Table:
        return self._table(
            frame,
            "What each recommendation should move, in our judgement",
            [
                Column("linked", "Linked to", wide=True),
                Column("reason", "Why we link it", wide=True),
            ],
            groups="heading",
            name="linked-figures",
        )

    def linked_ratings(self) -> Table | Prose:
        """Return the standards linked to each recommendation and their ratings."""
        frame = self._linked(["standard"])
        if frame.empty or set(frame["timing"]) <= {"none"}:
            return Prose(
                ["No rating stands beside a recommendation of this plan."], self.notes, "ratings"
            )
        earlier, later = self._rounds(frame)
        compared = frame["direction"].fillna("not comparable")
        frame = frame.assign(moved=compared)
        before = [
            Column(
                "previous_rating", earlier, "rating", missing="no earlier rating",
                source=("previous_source", "previous_place"),
            )
        ]  # fmt: skip
        return self._table(
            frame,
            f"Ratings of standards linked to a recommendation, {self._span(earlier, later)}",
            [
                Column("linked", "Linked to", wide=True),
                *(before if earlier else []),
                Column(
                    "current_rating", later, "rating", missing="not published",
                    source=("current_source", "current_place"),
                ),
                *([Column("moved", "Change", "mark")] if earlier else []),
                Column("reason", "Why we link it"),
            ],
            groups="heading",
            name="linked-ratings",
        )  # fmt: skip

    @staticmethod
    def _span(earlier: str, later: str) -> str:
        return joined([earlier, later]) if earlier else later

    def _linked(self, kinds: list[str]) -> pd.DataFrame:
        frame = self.dossier["loop"]
        frame = frame[frame["kind"].isin(kinds)]
        subjects = frame["kind"].map(_SUBJECTS) + " " + frame["subject"] + ": " + frame["label"]
        return frame.assign(
            linked=subjects,
            heading=frame["recommendation"].astype("string") + " " + frame["title"],
        )

    def _rounds(self, frame: pd.DataFrame) -> tuple[str, str]:
        """Return the earlier round of the figures, empty where there is none, and the later."""
        rounds = self.dossier["inspections"].set_index("inspection")["round"]
        first, second = frame["previous_inspection"].dropna(), frame["current_inspection"].dropna()
        earlier = str(rounds[first.iloc[0]]) if len(first) else ""
        return earlier, str(rounds[second.iloc[0]]) if len(second) else "Later"

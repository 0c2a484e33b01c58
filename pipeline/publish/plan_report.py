"""The report on one action plan: what its notebook shows, a method a cell.

Everything comes from the plan's dossier. Only where actions stand is worked out
here, because a reader may ask for another day than the one the data ends with.
"""

from dataclasses import dataclass, field

import pandas as pd

from pipeline.analysis.phrases import in_words, joined
from pipeline.analysis.plans import (
    POSITIONS,
    TARGET_PASSED,
    WHOLE_RECOMMENDATION,
    check_day,
    completeness,
    day_in_words,
    with_positions,
)
from pipeline.analysis.records import records
from pipeline.data import is_missing
from pipeline.publish.dossier import NoSuchReport, open_dossier
from pipeline.publish.figures import Figure
from pipeline.publish.plan_charts import UNDATED, how_to_read, timeline, timeline_rows
from pipeline.publish.report_page import ReportPage
from pipeline.publish.summary import (
    Glossary,
    Headline,
    KeyFigure,
    KeyFigures,
    Notice,
    Panel,
    Panels,
    Prose,
    Together,
)
from pipeline.publish.tables import Column, Table

_STATE_WORDS = {
    "passed": "target has gone by",
    "upcoming": "still to come",
    "closed": "complete or dropped",
    "undated": "no target date",
}
_SUBJECTS = {"standard": "Standard", "key question": "Key question", "prompt": "Prompt"}
_VERDICTS = {
    "sufficient": "sufficient progress",
    "some": "some progress",
    "none": "no progress",
}


def number_of(action: str) -> str:
    """Return the end of an action's code, which tells the actions of a plan apart: 1-01.

    Its hyphen does not break; downloads keep the whole code, as a spreadsheet
    would take its end for a date.
    """
    return "\N{NON-BREAKING HYPHEN}".join(action.rsplit("-", 2)[1:])


@dataclass
class PlanReport(ReportPage):
    """One action plan as seen on one day, ``as_of`` (YYYY-MM-DD)."""

    as_of: str = field(kw_only=True)

    @classmethod
    def open(cls, provider: str, plan: str, as_of: str = "") -> "PlanReport":
        """Open a plan of a provider.

        ``as_of`` is a day as YYYY-MM-DD, or empty for the latest day in the data.
        Raises NoSuchReport for an unknown plan or one of another provider, and
        ValueError for a day that is not in the calendar.
        """
        dossier = open_dossier(f"action-plan-{plan}")
        owner = dossier.about["provider"]
        if owner != provider:
            raise NoSuchReport(f"{plan} is not a plan of {provider}, but of {owner}.")
        day = check_day(as_of) if as_of else str(dossier.about["as_of"])
        submitted = str(dossier.about["published"])
        if day < submitted:
            raise ValueError(
                f"The plan was submitted on {submitted}, so it cannot be looked at as of {day}; "
                "give a day from then on."
            )
        return cls(dossier, as_of=day)

    @property
    def _plan(self) -> pd.Series:
        return self.dossier["plan"].iloc[0]

    @property
    def _actions(self) -> pd.DataFrame:
        frame = with_positions(self.dossier["actions"], self.dossier["action_updates"], self.as_of)
        return frame.assign(number=frame["action"].map(number_of))

    @property
    def _recommendations(self) -> pd.DataFrame:
        frame = self.dossier["recommendations"].copy()
        again = {"yes": " (Repeats the previous inspection's.)", "no": ""}
        # Most are for the provider; one for somebody else must say so.
        usual = frame["addressed_to"].mode().iloc[0]
        others = (" (Addressed to " + frame["addressed_to"] + ".)").str.replace("to The", "to the")
        others = others.mask(frame["addressed_to"] == usual, "")
        frame["heading"] = frame["recommendation"].astype("string") + " " + frame["title"]
        frame["asks"] = frame["summary"] + others + frame["repeated"].map(again)
        return frame

    @property
    def _updates(self) -> pd.DataFrame:
        updates = self.dossier["action_updates"]
        return updates[updates["date"] <= self.as_of]

    @property
    def _day(self) -> str:
        return day_in_words(self.as_of)

    # Summary

    def in_brief(self) -> Together:
        """Return the first screen: responses, counts, what was not agreed, what came of it."""
        return Together([self._headline(), self._key_figures(), self._panels()])

    def _headline(self) -> Headline:
        """Return the responses in one sentence, and what the actions have and lack."""
        counts = self.dossier["responses"].set_index("response")["counted"]
        total = int(counts["total"])
        answers = [
            f"{in_words(int(counts[answer]))} {answer}"
            for answer in ("agreed", "partly agreed", "not agreed")
            if counts[answer]
        ]
        plural = "s" if total != 1 else ""
        return Headline(
            f"{in_words(total, capital=True)} recommendation{plural}: {joined(answers)}.",
            [self._promised(), *self._targets(), self._progress()],
            self.notes,
        )

    def _promised(self) -> str:
        whole = self._whole
        parts = [
            f"{whole['actions_with_owner'] or 'none'} with an owner",
            f"{whole['actions_with_date'] or 'none'} with a target date",
            f"{whole['actions_with_measure'] or 'none'} with a measure",
        ]
        return f"The plan promises {whole['actions']} actions: {joined(parts)}."

    def _targets(self) -> list[str]:
        positions = self._actions["position"]
        dated = self._actions["due_on"].notna()
        if not dated.any():
            return []
        passed = int((positions == TARGET_PASSED).sum())
        upcoming = self._actions[dated & (self._actions["due_on"] >= self.as_of)]
        sentences = []
        if passed:
            sentences.append(
                f"As of {self._day} the target date of {passed} had passed without an update on "
                "record."
            )
        if len(upcoming):
            first = day_in_words(str(upcoming["due_on"].min()))
            sentences.append(
                f"As of {self._day} the target date of {len(upcoming)} was still to "
                f"come, the first on {first}."
            )
        return sentences

    def _progress(self) -> str:
        known = self._updates["action"].nunique()
        if not known:
            return (
                "No update on these actions is on record, so beyond what the plan and a later "
                "inspection say themselves, nothing is claimed about what was done."
            )
        one = known == 1
        return (
            f"Updates on {in_words(known)} action{'' if one else 's'} are on record; nothing is "
            "known of the rest."
        )

    @property
    def _whole(self) -> pd.Series:
        frame = self._recommendations
        return frame[[name for name in frame if str(name).startswith("actions")]].sum()

    def _key_figures(self) -> KeyFigures:
        """Return the counts of the first screen."""
        whole, kinds = self._whole, self._actions["due_kind"].value_counts()
        total = f"of {whole['actions']}"
        passed = int((self._actions["position"] == TARGET_PASSED).sum())
        remarks = [f"{passed} passed, no update recorded"] if passed else []
        remarks += [
            f"{int(kinds[kind])} more printed as {words}"
            for kind, words in (("done", "complete"), ("ongoing", "ongoing"))
            if kinds.get(kind, 0)
        ]
        figures = [
            KeyFigure("Actions promised", str(whole["actions"])),
            KeyFigure("With an owner", str(whole["actions_with_owner"]), total),
            KeyFigure(
                "With a target date", str(whole["actions_with_date"]), total, "; ".join(remarks)
            ),
            KeyFigure("With a measure", str(whole["actions_with_measure"]), total),
        ]
        return KeyFigures(figures, self.notes)

    def _panels(self) -> Panels:
        """Return what was not agreed in full, and what the next inspection said."""
        partial = self._recommendations[self._recommendations["response"] != "agreed"]
        reasons = [
            f"{row['heading']}: {row['response']}. {row['reason']}" for row in records(partial)
        ]
        return Panels(
            [
                Panel("Not agreed in full", reasons or ["Every recommendation was agreed."]),
                Panel("What came of it", self._verdicts()),
            ],
            self.notes,
        )

    def _verdicts(self) -> list[str]:
        own = self._followed
        if own.empty:
            return [self._no_follow_up()]
        sentences = []
        for verdict, words in _VERDICTS.items():
            titles = own[own["follow_up"] == verdict]["title"]
            if len(titles):
                sentences.append(f"{words.capitalize()}: {joined(list(titles.str.lower()))}.")
        for row in records(own[own["repeated_plan"].notna()]):
            sentences.append(f"{row['title']} was recommended again.")
        return sentences

    def _no_follow_up(self) -> str:
        if is_missing(self._plan["inspection"]):
            return "The inspection this plan answers, and any after it, are not in the data."
        return "No later inspection is in the data, so nothing is known of what came of the plan."

    @property
    def _followed(self) -> pd.DataFrame:
        chain = self.dossier["follow_up"]
        return chain[chain["plan"] == self._plan["plan"]]

    # Timeline

    def timeline(self) -> Figure | Prose:
        """Return the actions by owner and due month, undated ones apart."""
        if self._actions.empty:
            return self._no_actions()
        rows = timeline_rows(self._actions)
        rows["target"] = [
            day_in_words(column) if column[:1].isdigit() else UNDATED[column].replace("\n", " ")
            for column in rows["column"]
        ]
        rows["stands"] = rows["state"].map(_STATE_WORDS)
        numbers = self._table(
            rows,
            "Actions by owner, target and where they stand",
            [
                Column("owner", "Owner as printed"),
                Column("target", "Target"),
                Column("stands", "Where they stand"),
                Column("actions", "Actions", "count"),
                Column("recommendations", "Of recommendations"),
            ],
            name="timeline-numbers",
        )
        return Figure(
            timeline(self._actions, self.as_of),
            title="Actions by owner and due date",
            finding=self._timeline_finding(),
            caption=how_to_read(self._actions),
            table=numbers,
            narrow=timeline(self._actions, self.as_of, narrow=True),
            name="timeline",
        )

    def _timeline_finding(self) -> str:
        total = len(self._actions)
        dated = self._actions[self._actions["due_on"].notna()]
        if dated.empty:
            unowned = int(self._actions["owner"].isna().sum())
            return (
                f"None of the {total} actions has a target date; {in_words(unowned)} of them "
                f"{'has' if unowned == 1 else 'have'} no owner printed."
            )
        months = dated["due_on"].str[:7]
        first, last = months.min(), months.max()
        busiest, most = months.value_counts().sort_index().idxmax(), months.value_counts().max()
        span = f"in {day_in_words(first)}"
        if first != last:
            span = (
                f"from {day_in_words(first)} to {day_in_words(last)}, the largest number "
                f"({most}) in {day_in_words(str(busiest))}"
            )
        passed = int((self._actions["position"] == TARGET_PASSED).sum())
        gone = f" On {self._day} {passed} of these dates had passed without an update on record."
        have = "has a target date" if len(dated) == 1 else "have a target date"
        return f"Of {total} actions, {len(dated)} {have}, {span}.{gone if passed else ''}"

    # Recommendations

    def recommendations(self) -> Table:
        """Return every recommendation with its response and the reason for less than agreement."""
        return self._table(
            self._recommendations,
            f"Recommendations and responses, {self.dossier.about['title']}",
            [
                Column("heading", "Recommendation"),
                Column("asks", "What it asks, in our words", wide=True),
                Column("response", "Response", "mark"),
                Column(
                    "reason",
                    "Reason for partial or no agreement, in our words",
                    missing="agreed in full",
                    wide=True,
                    source=("source", "response_place"),
                ),
                Column("actions", "Actions", "count"),
            ],
            row_source=("source", "place"),
            name="recommendations",
        )

    def totals(self) -> Prose:
        """Return whether the totals that the plan prints are those of its rows."""
        counts = self.dossier["responses"]
        printed = counts[counts["printed"].notna()]
        if printed.empty:
            return Prose(["The plan prints no totals; the counts are ours."], self.notes)
        parts = [
            f"{row['printed']} {row['response']}"
            if row["response"] != "total"
            else f"{row['printed']} in all"
            for row in records(printed)
        ]
        wrong = printed[printed["agrees"] == "no"]
        verdict = "They are the counts of its rows."
        if len(wrong):
            verdict = "They are not the counts of its rows: " + joined(
                [f"{row['counted']} {row['response']}" for row in records(wrong)]
            )
        return Prose([f"The plan prints its own totals: {joined(parts)}. {verdict}"], self.notes)

    # Actions

    def actions(self) -> Table | Prose:
        """Return every action with its owner, target, measure and where it stands."""
        if self._actions.empty:
            return self._no_actions()
        headings = self._recommendations.set_index("recommendation")["heading"]
        frame = self._actions.assign(
            group=self._actions["recommendation"].map(headings),
            target=self._actions["due_printed"],
        )
        example = str(frame["action"].iloc[0])
        return self._table(
            frame,
            f"Actions as of {self._day}",
            [
                Column("action", "No.", align="right", show=number_of),
                Column("summary", "What is promised, in our words", wide=True),
                Column("owner", "Owner as printed", missing="none printed"),
                Column("target", "Target as printed", missing="none printed"),
                Column("position", "Where it stands", "mark"),
                Column("measure", "Measure promised, in our words", missing="none"),
            ],
            row_header="summary",
            groups="group",
            row_source=("source", "place"),
            name="actions",
            comment=f"In action_updates.csv an action is called by the plan's name and its number "
            f'here, as in {example}. A measure that begins with "{WHOLE_RECOMMENDATION.strip()}" '
            "is one the plan gives for the recommendation and not for the action alone.",
        )

    def updates(self) -> Table | Prose:
        """Return the updates on record, or say that there are none."""
        updates = self._updates
        if updates.empty:
            return Prose(
                [
                    f"No update on this plan was on record on {self._day}. An action whose target "
                    f'has gone by therefore reads "{TARGET_PASSED}", which says what we know and '
                    "not what was done."
                ],
                self.notes,
            )
        frame = self._updates.sort_values(["action", "date"])
        frame = frame.assign(day=frame["date"].map(day_in_words))
        return self._table(
            frame,
            f"Updates on record on {self._day}",
            [
                Column("action", "No.", align="right", show=number_of),
                Column("day", "Date"),
                Column("status", "Status", "mark"),
                Column("note", "What was done", missing="not said", wide=True),
                Column("evidence", "Evidence", missing="not said"),
            ],
            name="updates",
            comment="Updates are written by users of this project; they are not published figures.",
        )

    def completeness(self) -> Table | Prose:
        """Return how many actions of each recommendation have an owner, a date and a measure."""
        if self._actions.empty:
            return self._no_actions()
        shares = completeness(self._recommendations)
        headings = self._recommendations.set_index("recommendation")["heading"]
        frame = shares.assign(
            heading=shares["recommendation"].map(headings).fillna("Whole plan"),
            why="printed as done or ongoing",
        )
        return self._table(
            frame,
            "Actions with an owner, a target date and a measure",
            [
                Column("heading", "Recommendation"),
                Column("actions", "Actions", "count"),
                Column("actions_with_owner", "With an owner", "count"),
                Column("actions_with_date", "With a target date", "count"),
                Column("actions_done_or_ongoing", "Printed as complete or ongoing", "count"),
                Column("actions_with_measure", "With a measure", "count"),
                Column("owner_percent", "Owner", "percent"),
                Column("date_percent", "Date", "percent"),
                Column("measure_percent", "Measure", "percent"),
            ],
            name="completeness",
            comment="Shares are of the actions in the row. Recommendations without an action are "
            "left out.",
        )

    # What came of it

    def follow_up(self) -> Table | Prose:
        """Return what the next inspection said of each recommendation, or that none did."""
        before = self.dossier["follow_up"]
        before = before[before["repeated_plan"].fillna("") == self._plan["plan"]]
        sentences = [
            f"Recommendation {row['repeated_recommendation']} repeats recommendation "
            f"{row['recommendation']} of the plan {row['plan']}, which was {row['response']}; "
            f"the inspection found {_VERDICTS[row['follow_up']]}."
            for row in records(before)
        ]
        if not self._followed.empty:
            return self._verdict_table()
        repeated = self._recommendations[self._recommendations["repeated"] == "yes"]
        unknown = sorted(set(repeated["recommendation"]) - set(before["repeated_recommendation"]))
        if unknown:
            numbers, some = joined([str(number) for number in unknown]), len(unknown) > 1
            sentences.append(
                f"Recommendation{'s' if some else ''} {numbers} repeat{'' if some else 's'} the "
                "previous inspection's, which is not in the data."
            )
        return Prose([self._no_follow_up(), *sentences], self.notes, "follow-up")

    def _verdict_table(self) -> Table:
        frame = self._followed
        again = [
            pd.NA
            if is_missing(row["repeated_plan"])
            else f"recommendation {row['repeated_recommendation']} of {row['repeated_plan']}, "
            f"{row['repeated_response']}"
            for row in records(frame)
        ]
        frame = frame.assign(
            heading=frame["recommendation"].astype("string") + " " + frame["title"],
            progress=frame["follow_up"].map(_VERDICTS),
            again=pd.Series(again, index=frame.index, dtype="string"),
        )
        return self._table(
            frame,
            "From the recommendation to what the next inspection found",
            [
                Column("heading", "Recommendation"),
                Column("response", "Response", "mark"),
                Column("progress", "Verdict"),
                Column("finding", "What was found, in our words", wide=True),
                Column("again", "Repeated as", missing="not repeated"),
            ],
            row_source=("source", "place"),
            name="follow-up",
        )

    def _no_actions(self) -> Prose:
        return Prose(["The data holds no action of this plan."], self.notes, "no-actions")

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

    # Foot of the page

    def remarks(self) -> Table:
        """Return what the documents leave open, and how we read it."""
        rows: list[tuple[str, str]] = []
        if not is_missing(self._plan["note"]):
            rows.append(("The plan", str(self._plan["note"])))
        for row in records(self._recommendations):
            if not is_missing(row["note"]):
                rows.append((f"Recommendation {row['recommendation']}", str(row["note"])))
        noted = self._actions[self._actions["note"].notna()]
        for note, actions in noted.groupby("note", sort=False):
            some = "s" if len(actions) > 1 else ""
            rows.append((f"Action{some} {joined(list(actions['number']))}", str(note)))
        if not rows:
            rows.append(("The plan", "Nothing needs remarking."))
        return self._table(
            pd.DataFrame(rows, columns=["about", "remark"]),
            "What the documents leave open, and how we read it",
            [Column("about", "About"), Column("remark", "Remark", wide=True)],
            name="remarks",
        )

    def terms(self) -> Glossary:
        """Return the words of this page and what they mean."""
        return Glossary(
            {
                "Agreed, partly agreed, not agreed": "The three answers a plan may give. For "
                "anything but agreement the plan must say why.",
                "Action": "A bullet, or a row or paragraph with an owner or date of its own; in "
                "running text, each thing somebody undertakes to do. What the plan says twice "
                "under one recommendation counts once.",
                "Owner": "As printed. One owner printed for a recommendation belongs to all its "
                "actions.",
                "Target": "As printed. A month is due on its last day.",
                "Measure": "How the plan says it will see that an action was done or had an "
                "effect. A list that the plan introduces as its check on the actions holds "
                "measures, not actions.",
                "Where it stands": "One of: "
                + "; ".join(f"“{position}”" for position in POSITIONS)
                + ". It follows from the "
                f"target, from updates on record and from the day, {self._day}.",
            }
        )

"""The first screen: what was answered, what is promised and by when, what came of it."""

import pandas as pd

from pipeline.analysis.plans import NO_DATE, day_in_words
from pipeline.analysis.records import records
from pipeline.analysis.sentences.phrases import in_words, joined
from pipeline.publish.page.blocks import Headline, KeyFigure, KeyFigures, Panel, Panels, Together
from pipeline.publish.reports.plan.base import VERDICTS, Section


class Brief(Section):
    """The section that leadership reads first."""

    def in_brief(self) -> Together:
        """Return the first screen: responses, counts, what was not agreed, what came of it."""
        return Together([self._headline(), self._key_figures(), self._panels()])

    def _headline(self) -> Headline:
        """Return the responses in one sentence, and what the actions have and lack."""
        counts = self.data["responses"].set_index("response")["counted"]
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
            f"{whole['actions_with_date']} with a target date"
            if whole["actions_with_date"]
            else NO_DATE,
            f"{whole['actions_with_measure'] or 'none'} with a measure",
        ]
        return f"The plan promises {whole['actions']} actions: {joined(parts)}."

    def _targets(self) -> list[str]:
        due = self._actions["due_on"].dropna()
        upcoming = due[due >= self.as_of]
        sentences = []
        if passed := self._passed:
            sentences.append(
                f"As of {self._day} the target date of {passed} had passed without an update on "
                "record."
            )
        if len(upcoming):
            first = day_in_words(str(upcoming.min()))
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
        passed = self._passed
        remarks = [f"{passed} passed, no update recorded"] if passed else []
        if not whole["actions_with_date"]:
            remarks.append("none in the text we have")
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
        for verdict, words in VERDICTS.items():
            titles = own[own["follow_up"] == verdict]["title"]
            if len(titles):
                sentences.append(f"{words.capitalize()}: {joined(list(titles.str.lower()))}.")
        for row in records(own[own["repeated_plan"].notna()]):
            sentences.append(f"{row['title']} was recommended again.")
        return sentences

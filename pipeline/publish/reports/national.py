"""The national page: what its notebook calls, a method a cell, each with one result.

The figures come from the page's data, where they were computed once; here they are put into words,
tables and pictures.
"""

from functools import cached_property
from typing import Self

import pandas as pd

from pipeline.analysis.national.page import NAME
from pipeline.analysis.records import grouped, records
from pipeline.analysis.sentences.phrases import capital, counted, in_words, joined
from pipeline.analysis.statistics.funnel import FEWEST
from pipeline.publish.charts.national import funnel_chart, height_of_square, scores_chart
from pipeline.publish.page.blocks import (
    Headline,
    KeyFigure,
    KeyFigures,
    Panels,
    Prose,
    Together,
    share,
)
from pipeline.publish.page.pictures import Picture, Reference, both
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.providers_table import NO_EARLIER, ProvidersTable, ranks
from pipeline.publish.reports.report_page import (
    NoSuchReport,
    ReportPage,
    open_report_data,
    report_names,
    with_headings,
)

MANY = 60
"""With more providers the dots are drawn once: a page must stay light enough to send."""
FEW_CASES = 30
"""A question with fewer cases a provider is shown with its shares drawn in."""

_SAID = {
    "Who changed most": ("gained most", "lost most"),
    "Where the weakness lies": ("weakness", "theme"),
    "What the differences mean": ("places", "spread"),
}
"""The lists of the first screen, with the lines of the headline that each holds."""

_HALVES = {
    "upper half": "In the upper half, very likely whichever cases had been read",
    "either half": "Cannot be told: either half",
    "lower half": "In the lower half, very likely whichever cases had been read",
}


class NationalReport(ReportPage):
    """The providers of one framework side by side."""

    @classmethod
    def open(cls, framework: str = "") -> Self:
        """Open the national page of a framework (empty: that with the most providers).

        Raises NoSuchReport where the data has none, and says why.
        """
        for name in report_names():
            if name == NAME or name.startswith(f"{NAME}-"):
                data = open_report_data(name)
                if framework in ("", data.about["framework"]):
                    return cls(data)
        raise NoSuchReport(
            "There is no national page: it needs two providers with an inspection in one framework."
        )

    @cached_property
    def providers(self) -> pd.DataFrame:
        """The providers as they stand, highest score first."""
        return self.data["providers"]

    def _sentence(self, item: str) -> str:
        """The sentence of a line of the headline; empty where it has no such line."""
        return str(self.data["headline"].set_index("item")["sentence"].get(item, ""))

    # The first screen: how many, what rose and fell, where the weakness lies, what it means

    def in_brief(self) -> Together:
        """Return the first screen."""
        return Together(
            Headline(self._sentence("ratings"), self._sentence("moves")),
            *self._scores(),
            KeyFigures(*self._cards()),
            Panels(self._panels()),
        )

    def _scores(self) -> list[Picture]:
        """Where all of them stand; nothing where no provider has a score."""
        points = self.providers["points"].dropna()
        if points.empty:
            return []
        most = self.providers["most"].iloc[0]
        shown = "a square is a provider" if height_of_square(points) else "the taller, the more"
        return [
            Picture(
                both(scores_chart, points, self.data["overall_bands"]),
                "Overall scores",
                _range(points, most, len(self.providers)),
                caption=f"From 0 to {most}, {shown}. Upright lines: where the next overall rating "
                "begins.",
                see=Reference("the table of providers", "#t-providers", self.providers),
                name="scores",
            )
        ]

    def _cards(self) -> list[KeyFigure]:
        ways = self.providers["rating_direction"].dropna()
        placed = self.providers["half"].dropna()
        spread = self.data["questions"]["widened"].dropna()
        return [
            *share(
                "Overall ratings that rose",
                int((ways == "rose").sum()),
                len(ways),
                was=f"{int((ways == 'fell').sum())} fell",
                note="since the round before",
            ),
            *share(
                "In one half",
                int((placed != "either half").sum()),
                len(placed),
                note="very likely, whichever cases had been read",
            ),
            *share(
                "Key questions that differ",
                int((spread > 1).sum()),
                len(spread),
                note="more than chance would have them",
            ),
        ]

    def _panels(self) -> dict[str, list[str]]:
        panels = {}
        for heading, items in _SAID.items():
            said = [sentence for item in items if (sentence := self._sentence(item))]
            if heading == "Where the weakness lies":
                said += self._recommended()
            if heading == "Who changed most" and self._sentence("regression"):
                said.append("Part of the largest changes is luck that does not repeat.")
            if said:
                panels[heading] = said
        return panels

    def _recommended(self) -> list[str]:
        """What is recommended most often."""
        rows = self.data["recommended"]
        if rows.empty:
            return []
        most = rows[rows["providers"] == rows["providers"].max()]
        again = most["again"].iloc[0] if len(most) == 1 else 0
        more = f", {again} of them more than once" if again else ""
        said = []
        if len(most) < len(rows) or len(rows) == 1:
            each = "" if len(most) == 1 else " each"
            said.append(
                f"Recommendations are tied most often to {joined(list(most['label']))}: at "
                f"{counted(int(most['providers'].iloc[0]), 'provider')}{each}{more}."
            )
        told, rose = int(rows["followed"].sum()), int(rows["followed_rose"].sum())
        others, others_rose = int(rows["others"].sum()), int(rows["others_rose"].sum())
        if told and others:
            said.append(
                f"Of {counted(told, 'figure')} that a plan was to raise, {rose} rose afterwards, "
                f"and of {counted(others, 'other')} {others_rose}; what was low tends to rise "
                "anyway."
            )
        return said

    # The providers

    def providers_table(self) -> ProvidersTable:
        """Return the table of providers as the page shows it, and offer it for download."""
        self._providers_data()
        bands = self.data["overall_bands"].sort_values("lower_points")
        grades = self.data["rating_bands"].sort_values("points")
        return ProvidersTable(
            rows=records(self.providers),
            tiles=grouped(records(self.data["tiles"]), "provider"),
            standards=[(row["standard"], row["name"]) for row in records(self.data["standards"])],
            bounds=[int(lower) for lower in bands["lower_points"] if lower],
            ratings=[str(name) for name in bands["rating"]][::-1],
            grades=[str(name) for name in grades["rating"]],
            notes=self.notes,
        )

    def _providers_data(self) -> Table:
        """The table of providers as it is offered for download."""
        once = self.providers["previous_round"].isna()
        rows = self.providers.assign(
            ranks=[ranks(row) for row in records(self.providers)],
            no_rating=self.providers["previous_status"].mask(once, NO_EARLIER),
            no_score=once.map({True: NO_EARLIER, False: "none that compares"}),
        )
        apart = "does not compare"
        return self.table(
            rows,
            "Providers: latest inspection, change and place",
            [
                Column("name", "Provider"),
                Column("owner", "Owner", missing="not in the data"),
                Column("round", "Round", "text"),
                Column("rating", "Overall rating", missing="status"),
                Column("points", "Score", "count", missing="no score", source=("source", "place")),
                Column("previous_rating", "Rating before", missing="no_rating"),
                Column("previous_points", "Score before", "count", missing="no_score"),
                Column("points_change", "Change", "number", unit="points", missing=apart),
                Column("comparable_standards", "Standards compared", "count", missing=NO_EARLIER),
                Column("lowest_label", "Lowest key question", missing="no figure"),
                Column("lowest_percent", "Its share", "percent", missing="no figure"),
                Column("ranks", "Ranks it might have had", missing="cannot be said"),
            ],
            name="providers",
            numbered=False,
        )

    def told_apart(self) -> Together | Prose:
        """Return who would stay in which half, as groups and not as ranks."""
        rows = self.providers[self.providers["half"].notna()]
        if rows.empty:
            return Prose("Fewer than two providers have a score, so there is no order to doubt.")
        panels = {
            f"{heading} ({len(own)})": [f"{joined(sorted(own))}."]
            for half, heading in _HALVES.items()
            if (own := [str(name) for name in rows.loc[rows["half"] == half, "short_name"]])
        }
        sentence = self._sentence("regression")
        return Together(Panels(panels), *([Prose(sentence)] if sentence else []))

    def owners_table(self) -> Table | Prose:
        """Return the providers of each owner together, where the data names owners."""
        known = self.providers[self.providers["owner"].notna()]
        if known["owner"].nunique() < 2:
            return Prose("The data does not name two owners, so nothing is put together by owner.")
        rows = known.groupby("owner", as_index=False).agg(
            providers=("provider", "size"),
            mean=("points", "mean"),
            rose=("rating_direction", lambda ways: int((ways == "rose").sum())),
            fell=("rating_direction", lambda ways: int((ways == "fell").sum())),
        )
        return self.table(
            rows.sort_values("owner"),
            "Providers by owner",
            [
                Column("owner", "Owner"),
                Column("providers", "Providers", "count"),
                Column("mean", "Average score", "number", decimals=1, missing="no score"),
                Column("rose", "Ratings that rose", "count"),
                Column("fell", "Ratings that fell", "count"),
            ],
            name="owners",
        )

    # Key questions across providers: funnels, overall shares, and what few cases do

    def funnels(self) -> Picture | Prose:
        """Return a funnel a key question, or why there is none."""
        questions = self.data["questions"]
        drawn = questions[questions["phi"].notna()]
        if drawn.empty:
            return Prose(_why_no_funnel(questions))
        numbers = (self.data["shares"], questions, self.data["standards"])
        many = len(self.providers) > MANY
        return Picture(
            funnel_chart(*numbers) if many else both(funnel_chart, *numbers),
            "Share of cases done well against number of cases, by key question",
            _finding(drawn) + _left_out(questions),
            caption="A dot a provider. Black line: all cases together. Dashed and full grey lines: "
            "limits that one in 20 and one in 500 providers would lie outside by chance, if all "
            "did as well as each other. Small dot: inside. Ring: outside the dashed lines. Disc: "
            "outside the full ones. Apart: outside even the spread of all providers.",
            see=self._questions(),
            name="funnels",
        )

    def questions_table(self) -> Table | Prose:
        """Return each key question's overall share and how the providers lie around it."""
        if self.data["questions"].empty:
            return Prose("No key question of this framework has a percentage.")
        return self._questions()

    def _questions(self) -> Table:
        rows = with_headings(self.data["questions"], self.data["standards"])
        name = str(self.data.about["comparator_name"])
        against = [Column("comparator_percent", capital(name), "percent", missing="no figure")]
        none = "no limits"
        times = "times chance"
        return self.table(
            rows.assign(scatter=rows["phi"] ** 0.5),
            "Key questions across providers",
            [
                Column("asked", "Key question", wide=True),
                *(against if name else []),
                Column("overall_percent", "All cases", "percent", missing="cases not published"),
                Column("lowest_percent", "Lowest", "percent"),
                Column("median_percent", "Middle", "percent"),
                Column("highest_percent", "Highest", "percent"),
                Column("below", "Below the 95% limits", "count", missing=none),
                Column("above", "Above them", "count", missing=none),
                Column("far_outside", "Outside 99.8%", "count", missing=none),
                Column("scatter", "Scatter", "number", unit=times, decimals=1, missing=none),
                Column("lowest_for", "Lowest question of", "count", unit="providers"),
            ],
            groups="heading",
            name="questions",
            comment="Scatter: how many times as far the providers lie from the share of all cases "
            "as chance alone would have them (the square root of Spiegelhalter's phi; near 1 is "
            "chance). Part of it may be the people they work with, which inspection figures do not "
            "adjust for.",
        )

    def few_cases_table(self) -> Table | Prose:
        """Return the extremes of questions on few cases, as printed and drawn towards the mean."""
        shares = self.data["shares"]
        typical = shares.groupby("key_question")["cases"].median()
        few = shares[shares["key_question"].isin(typical[typical < FEW_CASES].index)]
        if few.empty:
            return Prose(
                f"No key question rests on fewer than {FEW_CASES} cases at most providers."
            )
        few = few[few["drawn_in"].notna()]
        if few.empty:
            return Prose(f"Shares are drawn towards the mean of {FEWEST} providers or more only.")
        parts = []
        for _, own in few.groupby("key_question", sort=False):
            ordered = own.sort_values(["percent", "provider"], kind="stable")
            parts += [ordered.head(1), ordered.tail(1)]
        rows = pd.concat(parts)
        labels = self.data["questions"].set_index("key_question")["label"]
        return self.table(
            rows.assign(asked=rows["key_question"] + " " + rows["key_question"].map(labels)),
            "Lowest and highest share of questions on few cases",
            [
                Column("short_name", "Provider", wide=True),
                Column("cases", "Cases", "count"),
                Column("percent", "As published", "percent"),
                Column("drawn_in", "Drawn towards the mean", "percent"),
            ],
            groups="asked",
            name="few-cases",
            comment="The last column is the better guess of what more cases would show: the share "
            "of few cases is drawn towards that of all providers, the more so the fewer cases "
            "there are (beta-binomial shrinkage). Published figures stay as they are everywhere "
            "else.",
        )

    # What is recommended again and again, what came of it, and how discretion is used

    def recommended_table(self) -> Table | Prose:
        """Return the key questions recommendations are tied to, and what their figures did."""
        rows = self.data["recommended"]
        if rows.empty:
            return Prose("No recommendation in the data is tied to a key question.")
        return self.table(
            rows.assign(asked=rows["key_question"] + " " + rows["label"]),
            "Key questions that recommendations were tied to",
            [
                Column("asked", "Key question", wide=True),
                Column("providers", "Providers told", "count"),
                Column("again", "Told again", "count"),
                Column("followed", "With figures then and now", "count"),
                Column("followed_rose", "of them rose", "count"),
                Column("followed_fell", "fell", "count"),
                Column("followed_significant", "significant", "count"),
                Column("others", "Not told, figures then and now", "count"),
                Column("others_rose", "of these rose", "count"),
                Column("others_fell", "of these fell", "count"),
            ],
            name="recommended",
            comment="Figures then and now: of the round that the plan answers and the latest. Who "
            "was told was low, and what was low tends to rise by chance alone; so more rises among "
            "those told do not show that telling helped.",
        )

    def recommended_standards(self) -> Table | Prose:
        """Return how ratings moved of the standards that recommendations were tied to."""
        rows = self.data["recommended_standards"]
        if rows.empty:
            return Prose("No recommendation in the data is tied to a standard.")
        ways = ("rose", "stayed", "fell")
        return self.table(
            rows.assign(rated=rows["standard"] + " " + rows["name"]),
            "Ratings of standards that recommendations were tied to",
            [
                Column("rated", "Standard", wide=True),
                Column("providers", "Providers told", "count"),
                Column("again", "Told again", "count"),
                Column("followed", "Told, ratings compare", "count"),
                *(Column(f"followed_{way}", way, "count") for way in ways),
                Column("others", "Not told, ratings compare", "count"),
                *(Column(f"others_{way}", way, "count") for way in ways),
            ],
            name="recommended-standards",
            comment="A recommendation counts for the standard that it, its key question or its "
            "prompt belongs to.",
        )

    def discretion_table(self) -> Table | Prose:
        """Return how often each discretion was used in the latest inspections, and which way."""
        rows = self.data["discretion"]
        used = rows[rows["standards"] > 0]
        if used.empty:
            return Prose("No use of discretion is recorded in the latest inspections.")
        return self.table(
            used,
            "Use of discretion in the latest inspections",
            [
                Column("description", "Rule", wide=True),
                Column("standards", "Ratings", "count"),
                Column("providers", "Providers", "count"),
                Column("up", "Raised", "count"),
                Column("down", "Lowered", "count"),
                Column("points", "Points added", "number"),
            ],
            name="discretion",
            comment="A rating for which two rules are named counts for both.",
        )


def _range(points: pd.Series, most: int, providers: int) -> str:
    low, high = points.min(), points.max()
    if low == high:
        scored = "" if len(points) == providers else " with a score"
        return f"Every provider{scored} has {low} of {most} points."
    return f"Scores run from {low} to {high} of {most}; the middle one is {points.median():g}."


def _why_no_funnel(questions: pd.DataFrame) -> str:
    if questions.empty:
        return "No funnel is drawn: the framework rates by judgement and has no percentages."
    most = int(questions["known"].max())
    return (
        f"No funnel is drawn: it takes {FEWEST} providers with a published number of cases for "
        f"limits of chance to say anything, and here are at most {most}."
    )


def _finding(drawn: pd.DataFrame) -> str:
    far = int((drawn["far_outside"] > 0).sum())
    apart = int(drawn["standing_out"].sum())
    sentence = (
        f"In {in_words(far)} of {len(drawn)} key questions at least one provider lies outside the "
        "limits that one in 500 would pass by chance."
    )
    if apart:
        times = "once" if apart == 1 else f"{in_words(apart)} times"
        return f"{sentence} A provider stands apart even from the spread of all {times}."
    return f"{sentence} None stands apart from the spread of all providers."


def _left_out(questions: pd.DataFrame) -> str:
    out = questions[questions["phi"].isna()]
    if out.empty:
        return ""
    verb = "has" if len(out) == 1 else "have"
    return (
        f" {joined([str(code) for code in out['key_question']])} {verb} no funnel: too few numbers "
        "of cases were published."
    )

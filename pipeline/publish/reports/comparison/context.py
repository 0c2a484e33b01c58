"""What the sections of the comparison are told: rounds, names, figures and what is said of them."""

from functools import cached_property
from typing import ClassVar, Self

import pandas as pd

from pipeline.analysis.plans import day_in_words
from pipeline.analysis.ratings.bands import ratings_in_order
from pipeline.analysis.records import Row, records
from pipeline.analysis.report_data import comparison_name
from pipeline.analysis.sentences import leadership
from pipeline.analysis.sentences.phrases import joined
from pipeline.data import is_missing
from pipeline.data.nearest import one_of
from pipeline.publish.charts.themes import Names
from pipeline.publish.reports.report_data import (
    NoSuchReport,
    check_comparison,
    open_report_data,
)
from pipeline.publish.reports.report_page import ReportPage


class Comparison(ReportPage):
    """One edition of the comparison of two rounds of a provider, or of one round alone."""

    EDITION: ClassVar[str]
    comparator: str = ""
    """Code of the aggregate the round is set against; empty where there is none."""

    @classmethod
    def open(
        cls, provider: str, previous: int | str | None, current: int | str, comparator: str
    ) -> Self:
        """Open the comparison of two rounds of a provider (``previous`` may be None).

        ``comparator`` is the code of an aggregate with figures for the framework of the
        current round; empty for the inspection's own. Raises Unknown for a provider, round or
        comparator that is not in the data, with those that are, the nearest first.
        """
        try:
            data = open_report_data(comparison_name(provider, previous, current))
        except NoSuchReport:
            check_comparison(provider, previous, current)
            raise
        own = str(data.about["comparator"])
        page = cls(data, cls.EDITION)
        page.comparator = own
        if comparator and comparator != own:
            known = [own, *data["other_aggregates"]["comparator"]]
            page.comparator = one_of("comparator", comparator, filter(None, known))
        return page

    @property
    def provider_name(self) -> str:
        """The short name of the provider."""
        return str(self.data.about["short_name"])

    @property
    def rounds(self) -> tuple[str, str]:
        """The names of the earlier and the current round; the earlier is empty where none is."""
        about = self.data.about
        return (about["previous_round_name"] or "", about["round_name"])

    @property
    def compares(self) -> bool:
        """Whether there is an earlier round."""
        return bool(self.rounds[0])

    @cached_property
    def inspections(self) -> dict[str, Row]:
        """The inspections compared, by ``previous`` (where there is one) and ``current``."""
        rows = {row["inspection"]: row for row in records(self.data["inspections"])}
        pair = self.data["standards"].iloc[0]
        codes = {side: pair[f"{side}_inspection"] for side in ("previous", "current")}
        return {side: rows[code] for side, code in codes.items() if not is_missing(code)}

    @cached_property
    def overall(self) -> dict[str, Row]:
        """The overall rating and points of each round, as ``inspections``."""
        ratings = records(self.data["standard_ratings"].query("standard == 'overall'"))
        by_inspection = {row["inspection"]: row for row in ratings}
        return {
            side: by_inspection[inspection["inspection"]]
            for side, inspection in self.inspections.items()
        }

    @cached_property
    def ratings(self) -> pd.DataFrame:
        """The ratings of the current round, a row a standard and one for the whole."""
        frame = self.data["standard_ratings"]
        return frame[frame["inspection"] == self.inspections["current"]["inspection"]]

    @cached_property
    def questions(self) -> pd.DataFrame:
        """The tested key-question comparison, with standards and themes; the weakest theme first.

        ``heading`` is number and name of the standard, ``asked`` number and wording of the
        question, ``no_base`` why there is no number of cases, ``verdict`` that of the change where
        there is one, ``no_change`` and ``no_p`` why there is none. Within a theme
        the lowest stands first.
        """
        names = self.data["standards"][["standard", "name"]]
        themes = self.of_framework("themes")[["key_question", "theme", "in_short"]]
        frame = self._set_against(self.data["key_questions"]).merge(names, on="standard")
        frame = frame.merge(themes, on="key_question")
        judged = frame["current_status"] == "qualitative evidence only"
        frame = frame.assign(
            no_base=frame["current_base_status"]
            .fillna("not entered yet")
            .mask(frame["current_base_status"] == "published", "no case data")
            .mask(judged, "no case data"),
            heading=frame["standard"] + " " + frame["name"],
            asked=frame["key_question"] + " " + frame["question"],
            of_theme=frame.groupby("theme")["current_percent"].transform("mean"),
        )
        order = ["of_theme", "theme", "current_percent", "key_question"]
        return _judged(frame.sort_values(order, kind="stable").reset_index(drop=True))

    def _set_against(self, questions: pd.DataFrame) -> pd.DataFrame:
        """The key questions, set against the aggregate asked for."""
        if self.comparator == self.data.about["comparator"]:
            return questions
        others = self.data["other_aggregates"]
        other = others[others["comparator"] == self.comparator]
        columns = [n for n in other if n not in ("previous_inspection", "current_inspection")]
        kept = [n for n in questions if n not in columns or n == "key_question"]
        return questions[kept].merge(other[columns], on="key_question", how="left")

    @property
    def newer_aggregate(self) -> str:
        """That the aggregate was published after the report; empty where it was not."""
        sources = self.data["comparators"].merge(self.data["sources"], on="source")
        own = sources[sources["comparator"] == self.comparator]["published"].dropna()
        report = str(self.inspections["current"]["published"])
        if own.empty or str(own.iloc[0])[: len(report)] <= report[: len(str(own.iloc[0]))]:
            return ""
        return f" It was published after the report, in {day_in_words(str(own.iloc[0])[:7])}."

    @property
    def another_aggregate(self) -> str:
        """That the aggregate is another than the inspection's own; empty where it is not."""
        own = str(self.data.about["comparator"])
        if self.comparator == own:
            return ""
        if not own:
            return " This aggregate was chosen by whoever made the page."
        return (
            " This aggregate was chosen by whoever made the page; the inspection's own is "
            f"{self._named(own)}."
        )

    @cached_property
    def prompts(self) -> pd.DataFrame:
        """The tested prompt comparison with the theme of each, in the order of the questions."""
        headings = self.questions[["key_question", "asked", "theme", "in_short"]]
        frame = headings.assign(order=range(len(headings))).merge(
            self.data["prompts"], on="key_question"
        )
        return _judged(frame.sort_values(["order", "prompt"], kind="stable").reset_index(drop=True))

    def of_framework(self, name: str) -> pd.DataFrame:
        """The rows of a table that belong to the current framework."""
        frame = self.data[name]
        return frame[frame["framework"] == self.inspections["current"]["framework"]]

    def ratings_of(self, side: str) -> list[str]:
        """The ratings of the framework of the ``previous`` or ``current`` round, lowest first."""
        return ratings_in_order(self.data["rating_bands"], self.inspections[side]["framework"])

    @cached_property
    def bands(self) -> pd.DataFrame:
        """The rating bands of the current framework, lowest first."""
        return self.of_framework("rating_bands").sort_values("points")

    @cached_property
    def overall_bands(self) -> pd.DataFrame:
        """The bands of the overall rating of the current framework, lowest first."""
        return self.of_framework("overall_bands").sort_values("lower_points")

    @property
    def aggregate(self) -> str:
        """The name of the aggregate as it stands inside a sentence; empty where there is none."""
        return self._named(self.comparator)

    def _named(self, comparator: str) -> str:
        named = self.data["comparators"]
        named = named[named["comparator"] == comparator]
        if named.empty:
            return ""
        row = named.iloc[0]
        name = str(row["name"] if is_missing(row["short_name"]) else row["short_name"])
        return f"all {name[4:]}" if name.startswith("All ") else name

    @property
    def period(self) -> str | None:
        """The time the aggregate covers, as printed; None where none is."""
        named = self.data["comparators"]
        periods = named[named["comparator"] == self.comparator]["period"].dropna()
        return None if periods.empty else str(periods.iloc[0])

    @property
    def names(self) -> Names:
        """What the charts call the rounds and the aggregate."""
        return Names(*self.rounds, self.aggregate)

    @cached_property
    def tests(self) -> Row | None:
        """How many key questions were tested at once, and what chance alone would pass."""
        families = self.data["families"]
        rows = records(families[families["family"] == "key questions"])
        return rows[0] if rows and rows[0]["computed"] else None

    @cached_property
    def level(self) -> float:
        """The level of significance of the current framework (0-1)."""
        level = self.of_framework("frameworks")["significance_level"].iloc[0]
        return 0.0 if is_missing(level) else float(level)

    # What is said of it, on every page.

    @cached_property
    def weakness(self) -> leadership.Weakness | None:
        """The chief weakness of the current round."""
        drivers = list(self.ratings["lowest_key_question"].dropna())
        edges = list(self.bands["lower_percent"])
        good_from = int(edges[len(edges) // 2]) if edges else 100
        on_cases = self.ratings[
            (self.ratings["agreement"] != "judgement") & (self.ratings["standard"] != "overall")
        ]
        whole = len(drivers) == len(on_cases)
        return leadership.chief_weakness(self.questions, drivers, good_from, whole=whole)

    @cached_property
    def three_sentences(self) -> list[str]:
        """Where the provider stands, its chief weakness, its chief gain or fall and how sure."""
        order = list(self.overall_bands["rating"])
        now = self.overall["current"]["published_rating"]
        before = self.data.about["previous_rating"]
        moved = leadership.movement(self.data["standards"])
        status = str(self.overall["current"]["status"])
        first = leadership.where_it_stands(
            self.provider_name, self.rounds[0], before, now, order, moved, status
        )
        way = leadership.step(before, now, order)
        last = leadership.chief_change(
            self.questions, self.level, fall_first=leadership.leads_with_fall(way, moved)
        )
        weakness = [self.weakness.sentence] if self.weakness is not None else []
        return [first, *weakness, last]

    @cached_property
    def certainty(self) -> list[str]:
        """Three sentences on how sure the page is."""
        return leadership.how_sure(self.questions, self.tests)

    def reasons(self, comparable: str) -> list[tuple[str, str]]:
        """Return why key questions compare not (``no``) or with ``caution``: names and reason."""
        rows = self.questions[self.questions["comparable"] == comparable]
        reasons = rows["reason_not_comparable"].fillna("No reason is given.")
        return [(self.named(part), str(why)) for why, part in rows.groupby(reasons, sort=False)]

    def named(self, rows: pd.DataFrame) -> str:
        """Name key questions in a sentence; a theme of which all are there is named as one."""
        themes = self.questions["theme"].value_counts()
        there = rows["theme"].value_counts()
        names = {
            leadership.inside(theme) if there[theme] == themes[theme] else leadership.subject(row)
            for row in records(rows)
            for theme in [str(row["theme"])]
        }
        return joined(sorted(names)) if names else ""

    def documents(self) -> str:
        """Name the inspection reports compared, with their dates, as inside a sentence."""
        dates = [
            f"{day_in_words(published)} (fieldwork from {day_in_words(began)})"
            for row in self.inspections.values()
            for published, began in [(row["published"], row["fieldwork_start"])]
        ]
        return f"inspection report{'s' if len(dates) > 1 else ''} of {joined(dates)}"


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the verdict on each change, empty where nothing was judged, and why it is empty."""
    verdict = rows["change_verdict"]
    no_change = rows["previous_status"].where(rows["previous_percent"].isna(), "not comparable")
    no_change = no_change.fillna("not comparable")
    return rows.assign(
        verdict=verdict.mask(verdict == "not comparable"),
        no_change=no_change,
        no_p=no_change.where(rows["change_points"].isna(), "cannot be computed"),
    )

"""What the sections of the comparison are told: rounds, names, figures and what is said of them."""

import math
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar, Self

from pipeline.analysis.plans import day_in_words
from pipeline.analysis.ratings.bands import ratings_in_order
from pipeline.analysis.records import Row, grouped
from pipeline.analysis.report_data import comparison_name
from pipeline.analysis.sentences import leadership
from pipeline.analysis.sentences.phrases import inside, joined
from pipeline.data.nearest import one_of
from pipeline.publish.charts.themes import Names
from pipeline.publish.reports.report_page import (
    NoSuchReport,
    ReportPage,
    check_comparison,
    open_report_data,
)


class Comparison(ReportPage):
    """One edition of the comparison of two rounds of a provider, or of one round alone."""

    EDITION: ClassVar[str]
    ADDS: ClassVar[str] = ""
    """What the page says it adds to its shorter edition."""
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
            known = [own, *(row["comparator"] for row in data.rows("other_aggregates"))]
            page.comparator = one_of("comparator", comparator, filter(None, known))
        return page

    @property
    def rounds(self) -> tuple[str, str]:
        """The names of the earlier and the current round; the earlier is empty where none is."""
        about = self.data.about
        return (about["previous_round_name"] or "", about["round_name"])

    @property
    def sides(self) -> list[tuple[str, str]]:
        """The rounds there are, earliest first: ``previous`` or ``current``, and its name."""
        named = zip(("previous", "current"), self.rounds, strict=True)
        return [(side, name) for side, name in named if name]

    @property
    def compares(self) -> bool:
        """Whether there is an earlier round."""
        return bool(self.rounds[0])

    @cached_property
    def inspections(self) -> dict[str, Row]:
        """The inspections compared, by ``previous`` (where there is one) and ``current``."""
        rows = {row["inspection"]: row for row in self.data.rows("inspections")}
        pair = self.data.rows("standards")[0]
        codes = {side: pair[f"{side}_inspection"] for side in ("previous", "current")}
        return {side: rows[code] for side, code in codes.items() if code is not None}

    @cached_property
    def overall(self) -> dict[str, Row]:
        """The overall rating and points of each round, as ``inspections``."""
        ratings = self.data.rows("standard_ratings")
        overall = {row["inspection"]: row for row in ratings if row["standard"] == "overall"}
        return {side: overall[row["inspection"]] for side, row in self.inspections.items()}

    @cached_property
    def ratings(self) -> list[Row]:
        """The ratings of the current round, a row a standard and one for the whole."""
        current = self.inspections["current"]["inspection"]
        return [r for r in self.data.rows("standard_ratings") if r["inspection"] == current]

    @cached_property
    def questions(self) -> list[Row]:
        """The tested key-question comparison, with standards and themes; the weakest theme first.

        ``asked`` is number and wording of the question, ``no_base`` why there is no number of
        cases, ``verdict`` that of the change where there is one, ``no_change`` and ``no_p`` why
        there is none. Within a theme the lowest stands first.
        """
        names = {row["standard"]: row["name"] for row in self.data.rows("standards")}
        themes = {row["key_question"]: row for row in self.of_framework("themes")}
        rows = [
            row
            | {"name": names[row["standard"]], "no_base": _no_base(row)}
            | {"asked": f"{row['key_question']} {row['question']}"}
            | {name: theme[name] for name in ("theme", "in_short")}
            | _judged(row)
            for row in self._set_against(self.data.rows("key_questions"))
            if (theme := themes.get(row["key_question"])) and row["standard"] in names
        ]
        known = [row for row in rows if row["current_percent"] is not None]
        means = {name: leadership.mean(theme) for name, theme in grouped(known, "theme").items()}

        def order(row: Row) -> tuple[Any, ...]:
            # What has no figure stands last.
            share = math.inf if row["current_percent"] is None else row["current_percent"]
            return means.get(row["theme"], math.inf), row["theme"], share, row["key_question"]

        return sorted(rows, key=order)

    def _set_against(self, questions: list[Row]) -> list[Row]:
        """The key questions, set against the aggregate asked for."""
        if self.comparator == self.data.about["comparator"]:
            return questions
        rows = self.data.rows("other_aggregates")
        other = {r["key_question"]: r for r in rows if r["comparator"] == self.comparator}
        apart = ("key_question", "previous_inspection", "current_inspection")
        none = dict.fromkeys(name for name in rows[0] if name not in apart)
        found = [other.get(row["key_question"], none) for row in questions]
        return [
            row | {name: of[name] for name in none}
            for row, of in zip(questions, found, strict=True)
        ]

    @property
    def newer_aggregate(self) -> str:
        """That the aggregate was published after the report; empty where it was not."""
        days = {row["source"]: row["published"] for row in self.data.rows("sources")}
        row = self._comparator(self.comparator)
        own = str((row and days.get(row["source"])) or "")
        report = str(self.inspections["current"]["published"])
        if own[: len(report)] <= report[: len(own)]:
            return ""
        return f" This aggregate was published after the report, in {day_in_words(own[:7])}."

    @property
    def another_aggregate(self) -> str:
        """That the aggregate is another than the inspection's own; empty where it is not."""
        own = str(self.data.about["comparator"])
        if self.comparator == own:
            return ""
        instead = f"; the inspection's own is {self._named(own)}" if own else ""
        return f" This aggregate was chosen by whoever made the page{instead}."

    @property
    def without_aggregate(self) -> str:
        """Why there is no aggregate though the data has some, and what to type; else empty."""
        others = {row["comparator"]: None for row in self.data.rows("other_aggregates")}
        return leadership.no_aggregate(
            {} if self.comparator else {code: self._named(code) for code in others}
        )

    @cached_property
    def prompts(self) -> list[Row]:
        """The tested prompt comparison with the theme of each, in the order of the questions."""
        prompts = grouped(self.data.rows("prompts"), "key_question")
        shared = ("key_question", "asked", "theme", "in_short")
        return [
            {name: question[name] for name in shared} | prompt | _judged(prompt)
            for question in self.questions
            for prompt in sorted(prompts[question["key_question"]], key=lambda row: row["prompt"])
        ]

    def of_framework(self, name: str) -> list[Row]:
        """The rows of a table that belong to the current framework."""
        framework = self.inspections["current"]["framework"]
        return [row for row in self.data.rows(name) if row["framework"] == framework]

    def ratings_of(self, side: str) -> list[str]:
        """The ratings of the framework of the ``previous`` or ``current`` round, lowest first."""
        return ratings_in_order(self.data.rows("rating_bands"), self.inspections[side]["framework"])

    @cached_property
    def bands(self) -> list[Row]:
        """The rating bands of the current framework, lowest first."""
        return sorted(self.of_framework("rating_bands"), key=lambda band: band["points"])

    @cached_property
    def overall_bands(self) -> list[Row]:
        """The bands of the overall rating of the current framework, lowest first."""
        return sorted(self.of_framework("overall_bands"), key=lambda band: band["lower_points"])

    @property
    def aggregate(self) -> str:
        """The name of the aggregate as it stands inside a sentence; empty where there is none."""
        return self._named(self.comparator)

    def _comparator(self, code: str) -> Row | None:
        return next((r for r in self.data.rows("comparators") if r["comparator"] == code), None)

    def _named(self, comparator: str) -> str:
        row = self._comparator(comparator)
        name = str(row["short_name"] or row["name"]) if row else ""
        return f"all {name[4:]}" if name.startswith("All ") else name

    @property
    def period(self) -> str | None:
        """The time the aggregate covers, as printed; None where none is."""
        row = self._comparator(self.comparator)
        return str(row["period"]) if row and row["period"] is not None else None

    @property
    def names(self) -> Names:
        """What the charts call the rounds and the aggregate."""
        return Names(*self.rounds, self.aggregate)

    @cached_property
    def tests(self) -> Row | None:
        """How many key questions were tested at once, and what chance alone would pass."""
        rows = self.data.rows("families")
        return next((r for r in rows if r["family"] == "key questions" and r["computed"]), None)

    @cached_property
    def level(self) -> float:
        """The level of significance of the current framework (0-1)."""
        return float(self.of_framework("frameworks")[0]["significance_level"] or 0)

    # What is said of it, on every page.

    @cached_property
    def weakness(self) -> leadership.Weakness | None:
        """The chief weakness of the current round."""
        lowest = [row["lowest_key_question"] for row in self.ratings]
        drivers = [question for question in lowest if question is not None]
        edges = [band["lower_percent"] for band in self.bands]
        good_from = int(edges[len(edges) // 2]) if edges else 100
        standards = [row["agreement"] for row in self.ratings if row["standard"] != "overall"]
        whole = len(drivers) == sum(how not in (None, "judgement") for how in standards)
        return leadership.chief_weakness(self.questions, drivers, good_from, whole=whole)

    @cached_property
    def three_sentences(self) -> list[str]:
        """Where the provider stands, its chief weakness, its chief gain or fall and how sure."""
        order = [band["rating"] for band in self.overall_bands]
        now = self.overall["current"]["published_rating"]
        before = self.data.about["previous_rating"]
        moved = leadership.movement(self.data.rows("standards"))
        status = str(self.overall["current"]["status"])
        first = leadership.where_it_stands(
            str(self.data.about["short_name"]), self.rounds[0], before, now, order, moved, status
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
        rows = [row for row in self.questions if row["comparable"] == comparable]
        reasons = grouped(rows, "reason_not_comparable")
        return [(self.named(part), why or "No reason is given.") for why, part in reasons.items()]

    def named(self, rows: Sequence[Row]) -> str:
        """Name key questions in a sentence; a theme of which all are there is named as one."""
        themes, there = (Counter(row["theme"] for row in of) for of in (self.questions, rows))
        names = {
            inside(theme) if there[theme] == themes[theme] else leadership.subject(row)
            for row in rows
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


def direction(row: Row) -> str:
    """Which way the rating of a standard went, in words."""
    return row["direction"] or "not comparable"


def _no_base(row: Row) -> str:
    """Why there is no number of cases."""
    status = row["current_base_status"] or "not entered yet"
    judged = row["current_status"] == "qualitative evidence only"
    return "no case data" if judged or status == "published" else status


def _judged(row: Row) -> Row:
    """The verdict on a change, empty where nothing was judged, and why it is empty."""
    compared = row["previous_percent"] is not None
    no_change = (not compared and row["previous_status"]) or "not comparable"
    verdict = row["change_verdict"]
    return {
        "verdict": None if verdict == "not comparable" else verdict,
        "no_change": no_change,
        "no_p": no_change if row["change_points"] is None else "cannot be computed",
    }

"""What the comparison notebook calls: one method a section, each with one result.

The figures come from the report's dossier, where they were computed once; here
they are put into words, tables and charts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.analysis.dossiers import comparison_name
from pipeline.analysis.headline import in_words, joined, small_base
from pipeline.publish import charts
from pipeline.publish.dossier import Dossier, open_dossier
from pipeline.publish.downloads import Downloads
from pipeline.publish.figures import Figure
from pipeline.publish.markup import is_missing
from pipeline.publish.notes import SourceNotes
from pipeline.publish.pages import page_info
from pipeline.publish.summary import (
    Glossary,
    Headline,
    KeyFigure,
    KeyFigures,
    Panel,
    Panels,
    Prose,
    ScoreScale,
    Together,
)
from pipeline.publish.tables import Column, Table

ANALYST = "analyst"
CHANGE_NOTES = {
    "significant": "passes the inspectorate's test",
    "not significant": "could have come about by chance",
    "unsettled": "depends on a number of cases that was not published",
}


@dataclass
class ComparisonReport:
    """One comparison: its tables, its page's source notes, and what has been shown so far."""

    dossier: Dossier
    edition: str
    notes: SourceNotes
    shown: list[Table] = field(default_factory=list)

    @classmethod
    def open(
        cls, provider: str, previous: int | None, current: int, comparator: str, edition: str
    ) -> "ComparisonReport":
        """Open the comparison of two rounds of a provider (``previous`` may be None).

        Raises NoSuchReport, naming the reports there are, where the data has no
        such comparison, and ValueError for an unknown edition or comparator.
        """
        dossier = open_dossier(comparison_name(provider, previous, current))
        editions = [report["edition"] for report in dossier.about["reports"]]
        if edition not in editions:
            raise ValueError(f"There is no edition {edition}; there are: {', '.join(editions)}.")
        known = list(dossier["comparators"]["comparator"])
        if comparator not in known:
            raise ValueError(f"There is no comparator {comparator}; there are: {', '.join(known)}.")
        return cls(dossier, edition, SourceNotes(dossier["sources"]))

    # Names of the two rounds and of the aggregate, as headings use them.

    @property
    def rounds(self) -> tuple[str, str]:
        """The names of the earlier and the current round; the earlier is empty where none is."""
        before = self.dossier.about["previous_round"]
        return (str(before) if before else "", str(self.dossier.about["round"]))

    @property
    def questions(self) -> pd.DataFrame:
        """The tested key-question comparison, with the name of each standard."""
        names = self.dossier["standards"][["standard", "name"]]
        joined_names = self.dossier["key_questions"].merge(names, on="standard")
        heading = joined_names["standard"] + " " + joined_names["name"]
        asked = joined_names["key_question"] + " " + joined_names["question"]
        return joined_names.assign(heading=heading, asked=asked)

    @property
    def analyst(self) -> bool:
        """Whether this is the analyst edition."""
        return self.edition == ANALYST

    @property
    def compares(self) -> bool:
        """Whether there is an earlier round."""
        return bool(self.rounds[0])

    def _sentence(self, item: str) -> str:
        rows = self.dossier["headline"].set_index("item")
        return str(rows.loc[item, "sentence"]) if item in rows.index else ""

    def _value(self, item: str) -> str:
        return str(self.dossier["headline"].set_index("item").loc[item, "value"])

    def _table(
        self, frame: pd.DataFrame, caption: str, columns: Sequence[Column], **kwargs: Any
    ) -> Table:
        table = Table(frame, caption, columns, **{"notes": self.notes, **kwargs})
        self.shown.append(table)
        return table

    # First screen.

    def in_brief(self) -> Together:
        """Return the first screen: what changed, how sure, what next."""
        overall = self.dossier["standard_ratings"].query("standard == 'overall'")
        parts: list[Any] = [Headline(self._sentence("overall"), notes=self.notes)]
        parts.append(KeyFigures(self._cards(overall), notes=self.notes))
        bands = self.dossier["overall_bands"]
        latest = self.dossier["inspections"]["framework"].iloc[-1]
        bands = bands[bands["framework"] == latest].sort_values("lower_points")
        scores = [
            (round_name, int(points))
            for round_name, points in zip(
                [name for name in self.rounds if name], overall["points"], strict=True
            )
        ]
        parts.append(
            ScoreScale(
                [
                    (str(band["rating"]), int(band["lower_points"]), int(band["upper_points"]))
                    for _, band in bands.iterrows()
                ],
                current=scores[-1],
                previous=scores[0] if self.compares else None,
            )
        )
        parts.append(Panels(self._panels(), notes=self.notes))
        return Together(parts)

    def _cards(self, overall: pd.DataFrame) -> list[KeyFigure]:
        now = overall.iloc[-1]
        most = self._value("overall").rpartition(" of ")[2]
        cards = [
            KeyFigure(
                "Overall score",
                str(now["points"]),
                of=f"of {most}",
                was=self._was(overall),
                direction=self._direction(overall["points"]),
                note=str(now["published_rating"]),
                source=(str(now["source"]), str(now["place"])),
            )
        ]
        standards = self.dossier["standards"]
        ways = standards["direction"].value_counts()
        comparable = standards[standards["direction"].notna()]
        if len(comparable):
            cards.append(
                KeyFigure(
                    "Standards rated higher",
                    str(ways.get("rose", 0)),
                    of=f"of {len(comparable)}",
                    was=f"{ways.get('stayed', 0)} the same, {ways.get('fell', 0)} lower",
                    note=f"{len(standards) - len(comparable)} more may not be compared"
                    if len(comparable) < len(standards)
                    else "",
                )
            )
        asked = self.questions[self.questions["comparable"] == "yes"]
        if len(asked):
            rose = int((asked["change_points"] > 0).sum())
            firm = int((asked["change_verdict"] == "significant").sum())
            cards.append(
                KeyFigure(
                    "Key questions that rose",
                    str(rose),
                    of=f"of {len(asked)}",
                    was=f"{int((asked['change_points'] < 0).sum())} fell",
                    note=f"{firm} of these changes {'is' if firm == 1 else 'are'} significant",
                )
            )
        known = self.questions["difference_from_all_crcs"].dropna()
        if len(known):
            clear = int((self.questions["benchmark_verdict"] == "better").sum())
            cards.append(
                KeyFigure(
                    f"Key questions above {self._aggregate()}",
                    str(int((known > 0).sum())),
                    of=f"of {len(known)}",
                    was=f"{int((known < 0).sum())} below",
                    note=f"{clear} clearly better",
                )
            )
        return cards

    def _aggregate(self) -> str:
        name = str(self.dossier["comparators"]["name"].iloc[0])
        return name[0].lower() + name[1:] if name.startswith("All ") else name

    def _was(self, overall: pd.DataFrame) -> str:
        if not self.compares:
            return ""
        ours = " (our sum)" if "ours" in str(overall.iloc[0]["note"]) else ""
        return f"{overall.iloc[0]['points']} in {self.rounds[0]}{ours}"

    def _direction(self, points: pd.Series) -> Any:
        if not self.compares or points.iloc[0] == points.iloc[-1]:
            return ""
        return "up" if points.iloc[-1] > points.iloc[0] else "down"

    def _panels(self) -> list[Panel]:
        changed = [
            self._sentence(item)
            for item in ("standards", "comparable standards", "key questions", "all CRCs")
        ]
        panels = [Panel("What changed" if self.compares else "Where it stands", _some(changed))]
        if self.compares:
            panels.append(Panel("How sure", self._how_sure()))
        panels.append(
            Panel(
                "Strongest and weakest",
                [f"Highest: {self._sentence('strongest')}", f"Lowest: {self._sentence('weakest')}"],
            )
        )
        return panels

    def _how_sure(self) -> list[str]:
        tested = self.questions[self.questions["change_points"].notna()]
        counts = tested["change_verdict"].value_counts()
        sentences = []
        for verdict in CHANGE_NOTES:
            rows = tested[tested["change_verdict"] == verdict]
            if rows.empty:
                continue
            number = in_words(int(counts[verdict]), capital=True)
            if verdict == "not significant":
                sentences.append(f"{number} of {len(tested)} changes {CHANGE_NOTES[verdict]}.")
                continue
            names = joined([_named(row) for _, row in rows.iterrows()])
            word = "is" if len(rows) == 1 else "are"
            sentences.append(f"{number} {word} {verdict}: {names}.")
        return sentences

    # Ratings.

    def standards_table(self) -> Table:
        """Return the ten standards, earlier and current, with direction in words."""
        rows = self.dossier["standards"].copy()
        rows["standard_name"] = rows["standard"] + " " + rows["name"]
        rows["way"] = rows["direction"].fillna("not comparable")
        columns = [Column("standard_name", "Standard")]
        if self.compares:
            columns.append(
                Column(
                    "previous_rating",
                    self.rounds[0],
                    "rating",
                    source=("previous_source", "previous_place"),
                    missing="not rated",
                )
            )
        here = ("current_source", "current_place")
        columns.append(Column("current_rating", self.rounds[1], "rating", source=here))
        if self.compares:
            columns.append(Column("way", "Direction", "mark"))
        as_bands = "As the bands give it."
        columns.append(Column("note", "How the rating came about", missing=as_bands, wide=True))
        return self._table(
            rows,
            "Ratings of the standards",
            columns,
            groups="domain_name",
            name="standards",
            comment="Organisational delivery is rated by judgement, without percentages.",
        )

    # Key questions.

    def key_question_figure(self) -> Figure:
        """Return the chart of every key question: earlier, current, aggregate, bands behind."""
        questions = self.questions
        bands = self._current_bands()
        draw = [
            charts.key_question_chart(
                questions, self.dossier["standards"], bands, self.rounds, narrow
            )
            for narrow in (False, True)
        ]
        how = f"Disc: {self.rounds[1]}. "
        if self.compares:
            how = f"Ring: {self.rounds[0]}. {how}"
        return Figure(
            draw[0],
            "Share of cases done well, by key question",
            self._chart_finding(),
            caption=how
            + f"Diamond: {self._aggregate()}. Bar: the range in which the provider's share "
            "lies with 95% confidence, where the number of cases is known. Shading: the rating "
            "that a lowest score in the band gives.",
            see=self.key_question_table(),
            narrow=draw[1],
            name="key-questions",
        )

    def _chart_finding(self) -> str:
        sentences = [self._sentence("key questions"), self._sentence("all CRCs")]
        return " ".join(_some(sentences)) or self._sentence("strongest")

    def key_question_table(self) -> Table:
        """Return the full comparison table, a row a key question."""
        for table in self.shown:
            if table.name == "comparison":
                return table
        columns = [Column("asked", "Key question", wide=True)]
        if self.compares:
            columns.append(
                Column(
                    "previous_percent",
                    self.rounds[0],
                    "percent",
                    missing="previous_status",
                    source=("previous_source", "previous_place"),
                )
            )
        columns.append(
            Column(
                "current_percent",
                self.rounds[1],
                "percent",
                missing="current_status",
                source=("current_source", "current_place"),
            )
        )
        columns.append(Column("current_base", "Cases", "count", missing="not published"))
        if self.compares:
            columns += [
                Column("change_points", "Change", "change", missing="not comparable"),
                Column("change_verdict", "Is the change firm?", "mark"),
            ]
        columns += [
            Column(
                "all_crcs_percent",
                str(self.dossier["comparators"]["name"].iloc[0]),
                "percent",
                missing="all_crcs_status",
                source=("all_crcs_source", "all_crcs_place"),
            ),
            Column("benchmark_verdict", "Against it", "mark", missing="cannot be said"),
        ]
        return self._table(
            self.questions,
            "Key questions: share of cases done well",
            columns,
            groups="heading",
            name="comparison",
            comment="Cases: the printed size of the sample that the documents tie the question to, "
            f"in {self.rounds[1]}. On fewer than 30 cases, one or two of them can turn a rating.",
        )

    # Change.

    def change_figure(self) -> Figure:
        """Return the chart of changes that may be set side by side, with their intervals."""
        changes = self.questions[self.questions["change_points"].notna()]
        return Figure(
            charts.change_chart(changes),
            "Change in each key question that may be compared",
            " ".join(self._how_sure()),
            caption="Dot: change in percentage points. Bar: the range in which the change lies "
            "with 95% confidence; there is none where a number of cases was not published.",
            see=self.key_question_table(),
            narrow=charts.change_chart(changes, narrow=True),
            name="changes",
        )

    def verdict_table(self) -> Table:
        """Return each tested change with what its verdict rests on; p-values for analysts."""
        changes = self.questions[self.questions["change_points"].notna()]
        columns = [
            Column("asked", "Key question", wide=True),
            Column("change_points", "Change", "change"),
            Column("change_verdict", "Verdict", "mark"),
            Column("verdict_reason", "What it rests on", wide=True),
        ]
        if self.analyst:
            columns += [
                Column("p_min", "Smallest p", "p", missing="cannot be computed"),
                Column("p_max", "Largest p", "p", missing="cannot be computed"),
                Column("exact_p", "Boschloo's p", "p", missing="not needed or base unknown"),
                Column("bh_adjusted", "Adjusted p", "p", missing="not in the family"),
            ]
        return self._table(
            changes, "Verdict on each change", columns, groups="heading", name="verdicts"
        )

    # Outlook.

    def route(self) -> Prose:
        """Return the shortest ways to the next overall rating, in sentences."""
        return Prose(list(self.dossier["route_sentences"]["sentence"]), name="route-text")

    def route_figure(self) -> Figure:
        """Return the picture of what each standard's next point would take."""
        route = self.dossier["route"]
        rateable = route[route["rateable"]]
        table = self._table(
            rateable.assign(standard_name=rateable["standard"] + " " + rateable["name"]),
            "What the next rating of each standard would take",
            [
                Column("standard_name", "Standard"),
                Column("published_rating", "Rating now", "rating"),
                Column("next_rating", "Next rating", "rating"),
                Column("questions_below", "Key questions below the boundary"),
                Column("points_away", "Furthest below", "points"),
                Column("cases_needed", "More cases done well", "count"),
                Column("base", "Out of", "count", unit="cases"),
                Column(
                    "cases_to_discretion", "More cases to be within reach of discretion", "count"
                ),
            ],
            name="route",
            comment="Within reach of discretion means that the panel may consider the next rating, "
            "not that it gives it. Where the number of cases was not published, the figures are "
            "for the most there can have been.",
        )
        bands = self._current_bands()
        draw = [charts.route_chart(rateable, bands, narrow) for narrow in (False, True)]
        sentences = list(self.dossier["route_sentences"]["sentence"])
        return Figure(
            draw[0],
            "What the next rating of each standard would take",
            sentences[1] if len(sentences) > 1 else sentences[0],
            caption="Disc: the key question furthest below the next rating. Upright bar: the "
            "percentage that rating asks of it. Standards rated by judgement have no percentages "
            "and are left out.",
            table=table,
            narrow=draw[1],
            name="route",
        )

    def _current_bands(self) -> pd.DataFrame:
        bands = self.dossier["rating_bands"]
        return bands[bands["framework"] == self.dossier["inspections"]["framework"].iloc[-1]]

    def firmness_figure(self) -> Figure:
        """Return the picture of how the ratings would fare with fresh samples of cases."""
        lines = self._firmness()
        ordered = lines.sort_values("alone", kind="stable")
        weakest = ordered.iloc[0]
        least = ordered[ordered["standard"] != "overall"].iloc[0]
        finding = (
            f"By the bands alone, {least['alone']:.0f} of 100 fresh samples would reach the "
            f"published rating of {least['name']} or a higher one, the fewest of any standard"
        )
        if weakest["standard"] == "overall":
            finding += (
                f"; {weakest['alone']:.0f} would reach {weakest['rating']} overall, and "
                f"{weakest['discretion']:.0f} with every discretion that is permitted"
            )
        table = self._table(
            lines,
            "Fresh samples, out of 100, that would reach a rating or a higher one",
            [
                Column("label", "Rating", wide=True),
                Column("alone", "By the bands alone", "number"),
                Column("lowest", "At least", "number", missing="not computed"),
                Column("highest", "At most", "number", missing="not computed"),
                Column("discretion", "With every permitted discretion", "number"),
            ],
            name="firmness",
            comment="An illustration of how much such samples vary. It says nothing about "
            "the published ratings, which rest on more than these percentages.",
        )
        return Figure(
            charts.firmness_chart(lines),
            "How far samples of these sizes can move a rating",
            f"{finding}.",
            caption="Filled square: the rating that the bands give. Hollow square: with every "
            "discretion that is permitted used upwards. Bar: lowest and highest whatever the "
            "dependence between questions.",
            table=table,
            narrow=charts.firmness_chart(lines, narrow=True),
            name="firmness",
        )

    def _firmness(self) -> pd.DataFrame:
        """Return one row a line: the published rating of each standard, and the next overall."""
        rows = []
        firmness = self.dossier["firmness"]
        for (standard, name), part in firmness[firmness["published"]].groupby(["standard", "name"]):
            alone = part[part["rule"] == "bands alone"].iloc[0]
            discretion = part[part["rule"] != "bands alone"].iloc[0]
            rows.append(
                {
                    "standard": standard,
                    "name": name,
                    "rating": alone["rating"],
                    "label": f"{standard} {name}: {alone['rating']}",
                    "alone": 100 * alone["at_least_independent"],
                    "lowest": 100 * alone["at_least_lowest"],
                    "highest": 100 * alone["at_least_together"],
                    "discretion": 100 * discretion["at_least_independent"],
                }
            )
        overall = self.dossier["firmness_overall"]
        now = int(overall[overall["published"]]["lower_points"].iloc[0])
        above = overall[overall["lower_points"] > now]
        target = above if len(above) else overall[overall["published"]]
        target = target[target["lower_points"] == target["lower_points"].min()]
        alone = target[target["rule"] == "bands alone"].iloc[0]
        discretion = target[target["rule"] != "bands alone"].iloc[0]
        rows.append(
            {
                "standard": "overall",
                "name": "Overall",
                "rating": alone["rating"],
                "label": f"Overall: {alone['rating']}",
                "alone": 100 * alone["independent"],
                "lowest": 100 * alone["lowest"],
                "highest": 100 * alone["highest"],
                "discretion": 100 * discretion["independent"],
            }
        )
        return pd.DataFrame(rows)

    # The report's own claims.

    def claims_table(self) -> Table:
        """Return the report's claims of significance, each with what our test finds."""
        claims = self.dossier["claims"]
        numbered = "Claim " + claims["claim"].astype("string") + ": " + claims["summary"]
        columns = [
            Column("measure", "Measure it may refer to"),
            Column("label", "Wording", missing="not in the data", wide=True),
            Column("previous_percent", self.rounds[0], "percent", missing="no comparable figure"),
            Column("current_percent", self.rounds[1], "percent", missing="no figure"),
            Column("reproduced", "Does our test find it?", "mark"),
        ]
        if self.analyst:
            columns += [
                Column("p_min", "Smallest p", "p", missing="cannot be computed"),
                Column("p_max", "Largest p", "p", missing="cannot be computed"),
                Column("reason", "What it rests on", wide=True),
            ]
        return self._table(
            claims.assign(numbered=numbered),
            "The report's own claims of significance, replayed",
            columns,
            groups="numbered",
            row_source=("source", "place"),
            name="claims",
            comment="The inspectorate knows numbers of cases that it does not print; where our "
            "answer differs, that may be why.",
        )

    def unclaimed_table(self) -> Table:
        """Return the changes that pass the test though the text does not call them significant."""
        return self._table(
            self.dossier["unclaimed"],
            "Changes that pass the test without being called significant in the report",
            [
                Column("measure", "Number"),
                Column("label", "Key question or prompt", wide=True),
                Column("previous_percent", self.rounds[0], "percent"),
                Column("current_percent", self.rounds[1], "percent"),
                Column("change_points", "Change", "change"),
            ],
            name="unclaimed",
        )

    # For analysts.

    def families_table(self) -> Table:
        """Return how many tests were made at once, and how many chance alone would pass."""
        return self._table(
            self.dossier["families"],
            "Many tests at once",
            [
                Column("family", "Family of tests"),
                Column("computed", "Tests", "count"),
                Column("left_out", "Left out, not computable", "count"),
                Column("significant", "Significant", "count"),
                Column("unsettled", "Unsettled", "count"),
                Column("expected_by_chance", "Expected by chance, at most", "number", decimals=1),
                Column("kept_after_adjustment", "Left after adjustment", "count"),
            ],
            name="families",
            comment="Adjustment: Benjamini and Hochberg, on the largest p of each test.",
        )

    def other_tests_table(self) -> Table:
        """Return what other tests would say of each change with known numbers of cases."""
        tests = self.dossier["other_tests"]
        wide = tests.pivot(index="key_question", columns="test", values="p").reset_index()
        names = [name for name in wide.columns if name != "key_question"]
        return self._table(
            wide,
            "What other tests would say",
            [
                Column("key_question", "Key question"),
                *[Column(name, str(name), "p", missing="cannot be computed") for name in names],
            ],
            name="other-tests",
        )

    def detectable_table(self) -> Table:
        """Return the smallest change these samples could have seen four times out of five."""
        kinds = self.dossier["samples"][["sample", "name"]].drop_duplicates()
        rows = self.dossier["detectable"].merge(kinds, on="sample")
        rows["rise"], rows["fall"] = (
            [_span(row[f"smallest_{way}"], row[f"largest_{way}"]) for _, row in rows.iterrows()]
            for way in ("rise", "fall")
        )
        return self._table(
            rows,
            "What these inspections could have seen",
            [
                Column("name", "Sample", wide=True),
                Column("figures", "Key questions", "count"),
                Column("rise", "Smallest rise", unit="percentage points"),
                Column("fall", "Smallest fall", unit="percentage points"),
            ],
            name="detectable",
            comment="The smallest change that the test would find significant with 80% power, "
            "from the earlier percentage; a span where it differs between questions.",
        )

    # Prompts.

    @property
    def prompts(self) -> pd.DataFrame:
        """The tested prompt comparison, one source note a row: the line of the annex."""
        rows = self.dossier["prompts"]
        place = rows["current_place"].str.replace(
            r", (current|previous) inspection$", "", regex=True
        )
        headings = self.questions[["key_question", "asked"]]
        return rows.assign(line=place).merge(headings, on="key_question")

    def prompt_movers(self, most: int = 5) -> Table:
        """Return the prompts that rose and fell most, among those that may be compared."""
        moved = self.prompts[self.prompts["change_points"].notna()]
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
        )

    def weakest_prompts(self, most: int = 3) -> Table:
        """Return the lowest prompts under the key question that drives each standard's rating."""
        ratings = self.dossier["standard_ratings"]
        now = ratings[ratings["inspection"] == self.dossier["inspections"]["inspection"].iloc[-1]]
        drivers = list(now["lowest_key_question"].dropna())
        prompts = self.prompts
        known = prompts[prompts["current_percent"].notna()]
        lowest = known[known["key_question"].isin(drivers)].sort_values(
            ["key_question", "current_percent"], kind="stable"
        )
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
            comment=f"The {in_words(most)} lowest prompts of each. Inspectors weigh all prompts "
            "together; a key question is not the sum of its prompts.",
        )

    def prompt_table(self) -> Table:
        """Return every prompt, grouped by key question."""
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

    # Context.

    def _facts(self, *topics: str) -> pd.DataFrame:
        facts = self.dossier["facts"]
        rounds = self.dossier["inspections"][["inspection", "round"]]
        return facts[facts["topic"].isin(topics)].merge(rounds, on="inspection")

    def performance_figure(self) -> Figure:
        """Return the contract measures of each round against target and national figure."""
        facts = self._facts("performance")
        facts = facts[facts["value"].notna() & facts["target"].notna()]
        facts = facts.sort_values("round", ascending=False, kind="stable")
        below = facts[facts["value"] < facts["target"]]
        finding = (
            f"{in_words(len(facts) - len(below), capital=True)} of {len(facts)} figures "
            f"{'meets its' if len(facts) - len(below) == 1 else 'meet their'} target"
        )
        if not below.empty:
            names = [
                f"{row['name']}, {row['round']} ({row['value']:g}% against {row['target']:g}%)"
                for _, row in below.iterrows()
            ]
            finding += f"; below it: {joined(names)}"
        rows = facts.assign(round_name=facts["round"].astype("string"))
        table = Table(
            rows,
            "Contract measures against target",
            [
                Column("name", "Measure", wide=True),
                Column("value", "This provider", "percent", source=("source", "place")),
                Column("comparator_value", "England and Wales", "percent", missing="not printed"),
                Column("target", "Target", "percent", missing="not printed"),
            ],
            groups="round_name",
            notes=self.notes,
            name="performance",
        )
        self.shown.append(table)
        return Figure(
            charts.target_chart(rows),
            "Contract measures against target",
            f"{finding}.",
            caption="Disc: this provider. Diamond: England and Wales. Upright bar: target. "
            "The figures are those each report prints; they come from the Ministry of Justice.",
            table=table,
            narrow=charts.target_chart(rows, narrow=True),
            name="targets",
        )

    def people_table(self) -> Table:
        """Return staffing, caseloads and what officers said, with every figure to set beside."""
        facts = self._facts("people", "interviews", "case-findings")
        beside = facts[["previous_value", "comparator_value", "target"]].notna().any(axis=1)
        named = facts["name"] + " (" + facts["unit"] + ")"
        rows = facts[beside & facts["value"].notna()].assign(measure_name=named)
        return self._table(
            rows.assign(round_name=rows["round"].astype("string")),
            "People and workload",
            [
                Column("measure_name", "Measure", wide=True),
                Column("previous_value", "Earlier", "number", decimals=2, missing="not printed"),
                Column("value", "In this round", "number", decimals=2, source=("source", "place")),
                Column(
                    "comparator_value", "Beside it", "number", decimals=2, missing="not printed"
                ),
                Column("comparator", "What stands beside it", missing="nothing is printed"),
            ],
            groups="round_name",
            name="people",
        )

    def characteristics_table(self) -> Table:
        """Return what kind of cases were read, beside the aggregate."""
        facts = self._facts("characteristics")
        rows = facts[facts["comparator_value"].notna() & facts["value"].notna()]
        return self._table(
            rows,
            "Who the inspected cases were",
            [
                Column("name", "Characteristic", wide=True),
                Column("value", "This provider", "percent", source=("source", "place")),
                Column("comparator_value", "Beside it", "percent"),
                Column("comparator", "What stands beside it"),
            ],
            name="characteristics",
        )

    # What may not be compared.

    def not_comparable_table(self) -> Table:
        """Return the ratings and key questions that may not be compared, or only with caution."""
        standards = self.dossier["standards"]
        ratings = standards[standards["comparable"] != "yes"].assign(
            subject=lambda rows: rows["standard"] + " " + rows["name"] + " (rating)",
        )[["subject", "comparable", "reason"]]
        questions = self.questions[self.questions["comparable"] != "yes"].assign(
            subject=lambda rows: rows["asked"], reason=lambda rows: rows["reason_not_comparable"]
        )[["subject", "comparable", "reason"]]
        rows = pd.concat([ratings, questions], ignore_index=True)
        return self._table(
            rows,
            "What may not be compared, or only with caution",
            [
                Column("subject", "Rating or key question", wide=True),
                Column("comparable", "Comparable"),
                Column("reason", "Why", missing="no reason is given", wide=True),
            ],
            name="not-comparable",
        )

    # Samples, sources, data.

    def sample_table(self) -> Table:
        """Return how many cases each figure is out of."""
        rows = self.dossier["samples"].merge(
            self.dossier["inspections"][["inspection", "round"]], on="inspection"
        )
        rows = rows[~rows["sample"].isin(["restricted"])].astype({"round": "string"})
        return self._table(
            rows,
            "How many cases were read",
            [
                Column("name", "Sample", wide=True),
                Column("size", "Cases", "count", missing="size_status", source=("source", "place")),
                Column("required_size", "Design asked for", "count", missing="not printed"),
                Column("note", "Note", missing="none", wide=True),
            ],
            groups="round",
            name="samples",
        )

    def glossary(self) -> Glossary:
        """Return the terms of this page and what they mean."""
        return glossary()

    def sources(self) -> SourceNotes:
        """Return the source notes of every figure shown above."""
        return self.notes

    def downloads(self) -> Downloads:
        """Return the tables of this page as CSV and as one accessible spreadsheet."""
        tables = {table.name: table for table in self.shown}
        return Downloads(list(tables.values()), page_info(self.dossier.about, self.edition))


def glossary() -> Glossary:
    """Return the project's glossary, in alphabetical order."""
    terms = pd.read_csv(Path(__file__).with_name("glossary.csv"), dtype="string")
    return Glossary(dict(zip(terms["term"], terms["meaning"], strict=True)))


def _some(sentences: Sequence[str]) -> list[str]:
    return [sentence for sentence in sentences if sentence]


def _span(lowest: Any, highest: Any) -> str:
    if is_missing(lowest):
        return "none is large enough"
    return f"{lowest}" if lowest == highest else f"{lowest} to {highest}"


def _named(row: pd.Series) -> str:
    points = charts.signed(row["change_points"])
    return f"{row['label']} ({points} points){small_base(row['current_base'])}"

"""The score card: what its notebook calls, a method a cell."""

from functools import cached_property
from typing import Any, Self

import pandas as pd

from pipeline.analysis.audits.scorecard import FEWEST_MONTHS, POWER, RECENT, YEAR, cases_a_month
from pipeline.analysis.records import Row, records
from pipeline.analysis.sentences.phrases import capital, counted, in_words
from pipeline.data import is_missing
from pipeline.publish.charts.national import funnel_chart
from pipeline.publish.charts.through_time import control_charts
from pipeline.publish.page.blocks import Headline, KeyFigure, KeyFigures, Prose, Together, share
from pipeline.publish.page.pictures import Picture, both
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.plans import slippage_table
from pipeline.publish.reports.report_page import (
    NoSuchReport,
    ReportPage,
    open_report_data,
    report_names,
    with_headings,
)

_TRAJECTORY = (
    " Trajectory: on course or behind only where the 95% interval of the last three months lies "
    "wholly on one side of the target."
)


class ScorecardReport(ReportPage):
    """The score card of one provider."""

    @classmethod
    def open(cls, provider: str, month: str = "") -> Self:
        """Open the score card of a provider's latest month (or of ``month``, YYYY-MM).

        Raises NoSuchReport where the data holds no audits of that provider.
        """
        start = f"scorecard-{provider}-"
        names = [name for name in report_names() if name.startswith(start)]
        if not names:
            raise NoSuchReport(
                f"There is no score card of {provider}: case_audits.csv holds no audit of it."
            )
        return cls(open_report_data(f"{start}{month}" if month else names[-1]))

    @property
    def _fewest(self) -> int:
        return int(self.data["limits"]["fewest"].iloc[0])

    @cached_property
    def _questions(self) -> pd.DataFrame:
        rows = with_headings(self.data["questions"], self.data["standards"])
        return rows.assign(
            last_why=[self._why(row, "last") for row in records(rows)],
            recent_why=[self._why(row, "recent") for row in records(rows)],
            reach=pd.Series([_reach(row) for row in records(rows)], dtype="string"),
        )

    def _why(self, row: Row, side: str) -> str:
        if not row[f"{side}_asked"]:
            return "not asked"
        return f"under {self._fewest} cases" if row[f"{side}_cases"] else "applied to none"

    # First sheet

    def in_brief(self) -> Together:
        """Return what the month says, in a sentence and four figures."""
        said = self.data["headline"].set_index("item")["sentence"]
        beside = [str(said.get(item, "")) for item in ("audited", "target", "inspection", "few")]
        lead = Headline(str(said.get("signals", "")), " ".join(filter(None, beside)))
        return Together(lead, KeyFigures(*self._cards()))

    def _cards(self) -> list[KeyFigure]:
        rows = self._questions
        targets = rows["on_target"].dropna()
        judged = int(rows["inspection_verdict"].notna().sum())
        firm = rows[rows["inspection_verdict"] == "significant"]
        up = int((firm["recent_percent"] > firm["inspection_percent"]).sum())
        fired = int(rows["signal"].notna().sum())
        return [
            *share(
                "With a figure",
                int(rows["recent_percent"].notna().sum()),
                len(rows),
                note=f"on {self._fewest} cases or more in {in_words(RECENT)} months",
            ),
            *share(
                "A rule fires now",
                fired,
                self.data["months"]["key_question"].nunique() if fired else 0,
                note="more than chance is at work",
            ),
            *share(
                "On course for the target",
                int((targets == "on course").sum()),
                len(targets),
                was=f"{int((targets == 'behind').sum())} behind",
                note=f"{int((targets == 'cannot be told').sum())} cannot be told",
            ),
            *share(
                "Higher than inspected",
                up,
                judged,
                was=f"{len(firm) - up} lower",
                note="significantly, at the last inspection",
            ),
        ]

    def standing_table(self) -> Table:
        """Return where the last month and the last three stand."""
        columns = [
            Column("asked", "Key question", wide=True),
            Column("last_percent", "Last month", "percent", missing="last_why"),
            Column("recent_percent", "Last three", "percent", missing="recent_why"),
            Column("recent_cases", "Cases", "count"),
            Column("inspection_percent", "Last inspection", "percent", missing="no figure"),
        ]
        if self._questions["comparator_percent"].notna().any():
            name = str(self.data.about["comparator_name"])
            columns.append(
                Column("comparator_percent", capital(name), "percent", missing="no figure")
            )
        columns.append(Column("reach", "Next range", missing="\N{EN DASH}"))
        aimed = self._questions["target"].notna().any()
        if aimed:
            columns += [
                Column("target", "Target", "percent", missing="none"),
                Column("on_target", "Trajectory", "mark", missing="\N{EN DASH}"),
            ]
        return self.table(
            self._questions,
            "Share of audited cases done well",
            columns,
            groups="heading",
            name="standing",
            comment="Last three: the last three months together. Next range: the rating whose "
            "range begins above them, were this the lowest key question of its standard; a rating "
            "is the inspectorate's judgement." + (_TRAJECTORY if aimed else ""),
        )

    # Second sheet

    def charts(self) -> Picture | Prose:
        """Return the control charts."""
        months = self.data["months"]
        if months["percent"].notna().sum() == 0:
            return Prose(
                f"No key question has {in_words(FEWEST_MONTHS)} months of {self._fewest} cases "
                "yet; its line begins then."
            )
        arguments = (months, self.data["questions"], self.data["standards"])
        return Picture(
            both(control_charts, *arguments),
            "Each key question, month by month",
            self._chart_finding(),
            caption="Dot: share of the month's cases done well. Black line: all months together. "
            "Broken grey steps: what chance allows, wider where fewer cases were audited. Broken "
            "blue line: target. Dotted line: last inspection. Large dot: a rule marks the month "
            "(outside the limits; two of three near one; seven in a row on one side, or rising, or "
            f"falling). A month with fewer than {self._fewest} cases has no dot.",
            see=self.standing_table(),
            name="control-charts",
        )

    def _chart_finding(self) -> str:
        fired = self._questions[self._questions["signal"].notna()]
        if fired.empty:
            return "No rule fires now: the months differ as chance has it."
        said = [f"{row['asked']}: {row['signal']}." for row in records(fired)]
        return " ".join(said)

    # What proves it

    def teams_picture(self) -> Picture | Prose:
        """Return the teams as funnels, not as a league."""
        teams = self.data["teams"]
        if teams.empty:
            return Prose(
                f"No two teams have {self._fewest} cases in {in_words(YEAR)} months, so none "
                "is shown apart."
            )
        out = teams[teams["zone"] != "within"]
        shares = teams.rename(columns={"team": "short_name"}).assign(
            stands_out=teams["zone"] != "within"
        )
        overall = teams.drop_duplicates("key_question")[["key_question", "overall_percent"]]
        questions = self.data["questions"].merge(overall, on="key_question").assign(phi=1.0)
        arguments = (shares, questions, self.data["standards"])
        return Picture(
            both(funnel_chart, *arguments),
            f"Teams over {in_words(YEAR)} months",
            _teams_finding(out, teams),
            caption="A dot a team. Grey lines: limits that one in 20 and one in 500 teams would "
            f"lie outside by chance. Teams with fewer than {self._fewest} cases are in the black "
            "line and not shown.",
            table=self.table(
                teams.merge(self.data["questions"][["key_question", "label"]], on="key_question"),
                "Teams with enough cases",
                [
                    Column("team", "Team"),
                    Column("percent", "Share", "percent"),
                    Column("cases", "Cases", "count"),
                    Column("overall_percent", "All teams", "percent"),
                    Column("zone", "Among the limits"),
                ],
                groups="label",
                name="teams",
            ),
            name="teams-funnels",
        )

    def leniency_table(self) -> Table | Prose:
        """Return audits and inspection of the same months side by side."""
        rows = self.data["leniency"]
        if rows.empty:
            return Prose(
                "Audits and an inspection do not cover the same months, so this cannot be told."
            )
        higher = int((rows["difference"] > 0).sum())
        firm = int(((rows["difference"] > 0) & (rows["verdict"] == "significant")).sum())
        return self.table(
            rows.assign(asked=rows["key_question"] + " " + rows["label"]),
            f"Audits scored higher than inspectors in {higher} of {len(rows)} key questions, "
            f"significantly in {firm}",
            [
                Column("asked", "Key question", wide=True),
                Column("audit_percent", "Audits", "percent"),
                Column("audit_cases", "Cases", "count"),
                Column("inspection_percent", "Inspection", "percent"),
                Column("difference", "Difference", "change"),
                Column("verdict", "Is it firm?", "mark", missing="cannot be said"),
            ],
            name="leniency",
            comment="Audits of the month in which fieldwork began and the three before it. The "
            "cases are not the same, so a difference may come from them as well as from a kinder "
            "eye; internal audits often score higher than inspectors do.",
        )

    def detectable_table(self) -> Together:
        """Return how many cases a month would show a change of so many points."""
        rows = self.data["detectable"]
        start = int(rows["from_percent"].iloc[0])
        level = float(self.data["limits"]["level"].iloc[0])
        needed = cases_a_month(start, 10, 6, level)
        within = {n: f"Within {in_words(n)} months" for n in (3, 6, 12)}
        asked = "more than 100 cases" if needed is None else counted(needed, "case")
        return Together(
            Prose(
                f"To see a change of 10 points within six months takes {asked} a month, "
                f"before and after it: the test would then find it {POWER:.0%} of the time."
            ),
            self.table(
                rows,
                "Smallest change that so many cases a month would show",
                [
                    Column("cases_a_month", "Cases a month", "count"),
                    *(
                        Column(f"months_{n}", words, "number", unit="points", missing="none")
                        for n, words in within.items()
                    ),
                ],
                name="detectable",
                comment=f"From {start}%, the middle of the present shares."
                if self._questions["recent_percent"].notna().any()
                else f"From {start}%, as no question has a share yet.",
            ),
        )

    def prompts_table(self) -> Table | Prose:
        """Return the prompts answered in enough cases, lowest first."""
        rows = self.data["prompts"].head(10)
        if rows.empty:
            return Prose("No prompt was audited in enough cases of the last three months.")
        return self.table(
            rows,
            "Prompts least often done well in the last three months",
            [
                Column("prompt", "Prompt"),
                Column("wording", "Wording", wide=True),
                Column("percent", "Share", "percent"),
                Column("cases", "Cases", "count"),
            ],
            name="prompts",
        )

    def slippage_table(self) -> Table | Prose:
        """Return how far the targets of the plan have slipped, by owner."""
        rows = self.data["slippage"]
        if rows.empty:
            return Prose("No action of this provider's plans has a target date.")
        return slippage_table(self, rows, self.data["rag_rules"])

    def allocation_table(self) -> Table | Prose:
        """Return which cases lie outside the published rules of allocation, in counts."""
        rows = self.data["allocation"]
        if rows.empty:
            return Prose("The data holds no case allocations of this provider.")
        return self.table(
            rows.assign(
                cell=rows["risk_of_reoffending"].fillna("Any") + " likelihood of reoffending",
                few=f"fewer than {self._fewest}",
            ),
            "Cases against the published rules of allocation",
            [
                Column("finding", "Finding", wide=True),
                Column("cell", "Likelihood"),
                Column("risk_of_serious_harm", "Risk of serious harm"),
                Column("colour", "Colour printed", missing="none", source=("source", "place")),
                Column("cases", "Cases", "count", missing="few"),
            ],
            name="allocation",
            comment="The lists of circumstances that lift a case to another colour are not in the "
            "data on a case, so another colour may be right. Where the rules print no cell, "
            "nothing is said.",
        )


def _reach(row: Row) -> Any:
    if is_missing(row["band_rating"]):
        return pd.NA
    if is_missing(row["boundary_percent"]):
        return "none above"
    return f"{row['next_rating']} from {row['boundary_percent']}%"


def _teams_finding(out: pd.DataFrame, teams: pd.DataFrame) -> str:
    if out.empty:
        return "No team lies outside what chance allows in any key question."
    many = out["team"].nunique()
    return (
        f"{in_words(many, capital=True)} of {teams['team'].nunique()} teams "
        f"{'lies' if many == 1 else 'lie'} outside what chance allows somewhere, in {len(out)} of "
        f"{len(teams)} places; of {len(teams)} places {round(len(teams) / 20)} would by chance."
    )

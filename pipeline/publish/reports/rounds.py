"""One provider through all its rounds: what its notebook calls, a method a cell."""

from typing import Self

import pandas as pd

from pipeline.analysis.comparison import NO_DATA, NOT_STATED
from pipeline.analysis.ratings.bands import ratings_in_order
from pipeline.analysis.records import grouped, records
from pipeline.analysis.sentences.phrases import joined, label_parts
from pipeline.data import is_missing
from pipeline.publish.charts.rounds import lines_chart
from pipeline.publish.page.blocks import Headline, KeyFigure, KeyFigures, Prose, Together
from pipeline.publish.page.pictures import Picture, both
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.report_data import open_report_data
from pipeline.publish.reports.report_page import ReportPage

_NO_FIGURE = Prose("No key question of these rounds has a percentage.")


class RoundsReport(ReportPage):
    """The page through time."""

    @classmethod
    def open(cls, provider: str) -> Self:
        """Open the page of a provider. Raises NoSuchReport where it has fewer than three rounds."""
        return cls(open_report_data(f"rounds-{provider}"))

    @property
    def _rounds(self) -> list[str]:
        return [str(name) for name in self.data["totals"]["round"]]

    def in_brief(self) -> Together:
        """Return the first screen: the way over all rounds."""
        sentences = [str(words) for words in self.data["headline"]["sentence"]]
        rows = records(self.data["totals"])
        cards = [
            KeyFigure(
                str(row["round"]),
                "no score" if is_missing(row["points"]) else str(row["points"]),
                of="" if is_missing(row["points"]) else f"of {row['most']}",
                was=str(row["status"] if is_missing(row["rating"]) else row["rating"]),
                direction=row["way"] or "",
                source=(str(row["source"]), str(row["place"])),
            )
            for row in rows
        ]
        headline = Headline(sentences[0], " ".join(sentences[1:]))
        return Together(headline, KeyFigures(*cards, notes=self.notes))

    def ratings_grid(self) -> Table:
        """Return the ratings of every standard, a column a round."""
        lines = grouped(records(self.data["ratings"]), "standard")
        order = list(self.data["totals"]["inspection"])
        frameworks = list(self.data["totals"]["framework"])
        bands = self.data.rows("rating_bands")
        rows: list[dict[str, object]] = []
        broken: dict[str, list[str]] = {}
        for standard, line in lines.items():
            name = f"{standard} {line[0]['name']}"
            if not is_missing(why := _breaks(line)):
                broken.setdefault(str(why), []).append(name)
            row: dict[str, object] = {"asked": name}
            for at, inspection in enumerate(order):
                found = next((item for item in line if item["inspection"] == inspection), {})
                row |= {f"r{at}": found.get("rating"), f"w{at}": found.get("status", NO_DATA)}
            rows.append(row)
        return self.table(
            pd.DataFrame(rows).astype("string"),
            "Ratings of the standards, round by round",
            [
                Column("asked", "Standard", wide=True),
                *(
                    Column(
                        f"r{at}",
                        name,
                        "rating",
                        ratings_in_order(bands, frameworks[at]),
                        missing=f"w{at}",
                    )
                    for at, name in enumerate(self._rounds)
                ),
            ],
            name="ratings",
            comment=f"Does not compare: {_joined(broken)}" if broken else "All ratings compare.",
        )

    def lines(self) -> Picture | Prose:
        """Return each key question as a line through the rounds."""
        figures = self.data["figures"]
        if figures["percent"].notna().sum() == 0:
            return _NO_FIGURE
        sentence = self.data["headline"].set_index("item")["sentence"]
        return Picture(
            both(lines_chart, figures, self._rounds),
            "Share of cases done well, by key question and round",
            " ".join(str(sentence[item]) for item in ("questions", "breaks") if item in sentence),
            caption="Dot: the published share. Bar: the range in which it lies with 95% confidence "
            "if the number of cases was published. Full line: the figures compare. Broken line: "
            "only with caution. Upright dotted line: the question or the method changed, and the "
            "figures do not compare.",
            see=self._shares(),
            name="lines",
        )

    def figures_table(self) -> Table | Prose:
        """Return the share of every key question, a column a round, and the change over all."""
        return _NO_FIGURE if self.data["figures"].empty else self._shares()

    def _shares(self) -> Table:
        lines = grouped(records(self.data["figures"]), "key_question")
        changes = {row["key_question"]: row for row in records(self.data["changes"])}
        order = list(self.data["totals"]["inspection"])
        rows = []
        for code, line in lines.items():
            heading, own = label_parts(line[0]["label"])
            change = changes.get(code, {})
            row: dict[str, object] = {"asked": f"{code} {own}", "heading": heading or own}
            # Nothing says what was asked in rounds of a framework that none is held against.
            before_it = NO_DATA if line[0]["reason"] == NOT_STATED else "not asked"
            for at, inspection in enumerate(order):
                found = next((item for item in line if item["inspection"] == inspection), None)
                row[f"p{at}"] = pd.NA if found is None else found["percent"]
                row[f"w{at}"] = before_it if found is None else found["status"]
                row[f"s{at}"] = pd.NA if found is None else found["source"]
                row[f"q{at}"] = pd.NA if found is None else found["place"]
            row["change"] = change.get("change_points", pd.NA)
            row["verdict"] = change.get("change_verdict", pd.NA)
            row["breaks"] = _breaks(line)
            rows.append(row)
        frame = pd.DataFrame(rows).astype({f"p{at}": "Int64" for at in range(len(order))})
        frame["change"] = frame["change"].astype("Int64")
        return self.table(
            frame,
            "Key questions: share of cases done well, round by round",
            [
                Column("asked", "Key question", wide=True),
                *(
                    Column(f"p{at}", name, "percent", missing=f"w{at}", source=(f"s{at}", f"q{at}"))
                    for at, name in enumerate(self._rounds)
                ),
                Column(
                    "change",
                    f"From {self._rounds[0]} to {self._rounds[-1]}",
                    "change",
                    missing="not comparable",
                ),
                Column("verdict", "Is the change firm?", "mark", missing="not comparable"),
                Column("breaks", "Does not compare", missing="all compare", wide=True),
            ],
            groups="heading",
            name="figures",
        )


def _joined(broken: dict[str, list[str]]) -> str:
    return " ".join(f"{joined(names)}, {why}" for why, names in broken.items())


def _breaks(line: list[dict[str, object]]) -> object:
    """Say where a line is broken, and why; missing where it is not."""
    said = []
    for item in line:
        if item["step"] in ("no", "caution"):
            how = "not at all" if item["step"] == "no" else "only with caution"
            reason = "" if is_missing(item["reason"]) else f" {item['reason']}"
            said.append(f"{item['round']} with the round before: {how}.{reason}")
    return " ".join(said) or pd.NA

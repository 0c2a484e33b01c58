"""One provider through all its rounds: what its notebook calls, a method a cell."""

from typing import Self

import pandas as pd

from pipeline.analysis.comparison import NO_DATA, NOT_STATED
from pipeline.analysis.ratings.bands import ratings_in_order
from pipeline.analysis.records import Row, grouped, records
from pipeline.analysis.sentences.phrases import joined, label_parts
from pipeline.data import is_missing
from pipeline.publish.charts.through_time import lines_chart
from pipeline.publish.page.blocks import Headline, KeyFigure, KeyFigures, Prose, Together
from pipeline.publish.page.pictures import Picture, both
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.report_page import ReportPage, open_report_data

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
        frameworks = list(self.data["totals"]["framework"])
        bands = self.data.rows("rating_bands")
        rows: list[Row] = []
        broken: dict[str, list[str]] = {}
        for standard, line in lines.items():
            name = f"{standard} {line[0]['name']}"
            if not is_missing(why := _breaks(line)):
                broken.setdefault(str(why), []).append(name)
            rows.append({"asked": name} | self._in_each(line, NO_DATA, r="rating", w="status"))
        told = " ".join(f"{joined(names)}, {why}" for why, names in broken.items())
        return self.table(
            pd.DataFrame(rows).astype("string"),
            "Ratings of the standards, round by round",
            [
                Column("asked", "Standard", wide=True),
                *(
                    Column(f"r{at}", name, "rating", ratings_in_order(bands, of), missing=f"w{at}")
                    for at, (name, of) in enumerate(zip(self._rounds, frameworks, strict=True))
                ),
            ],
            name="ratings",
            comment=f"Does not compare: {told}" if broken else "All ratings compare.",
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
        rows = []
        for code, line in lines.items():
            heading, own = label_parts(line[0]["label"])
            change = changes.get(code, {})
            # Nothing says what was asked in rounds of a framework that none is held against.
            absent = NO_DATA if line[0]["reason"] == NOT_STATED else "not asked"
            rows.append(
                {
                    "asked": f"{code} {own}",
                    "heading": heading or own,
                    **self._in_each(line, absent, p="percent", w="status", s="source", q="place"),
                    "change": change.get("change_points", pd.NA),
                    "verdict": change.get("change_verdict", pd.NA),
                    "breaks": _breaks(line),
                }
            )
        whole = ["change", *(f"p{at}" for at in range(len(self._rounds)))]
        frame = pd.DataFrame(rows).astype(dict.fromkeys(whole, "Int64"))
        change_over = f"From {self._rounds[0]} to {self._rounds[-1]}"
        return self.table(
            frame,
            "Key questions: share of cases done well, round by round",
            [
                Column("asked", "Key question", wide=True),
                *(
                    Column(f"p{at}", name, "percent", missing=f"w{at}", source=(f"s{at}", f"q{at}"))
                    for at, name in enumerate(self._rounds)
                ),
                Column("change", change_over, "change", missing="not comparable"),
                Column("verdict", "Is the change firm?", "mark", missing="not comparable"),
                Column("breaks", "Does not compare", missing="all compare", wide=True),
            ],
            groups="heading",
            name="figures",
        )

    def _in_each(self, line: list[Row], absent: str, **columns: str) -> Row:
        """Columns of a line in each round, by a letter and the round's number: r0, w0, r1, w1.

        ``absent`` is the status of a round that the line does not have.
        """
        there = {row["inspection"]: row for row in line}
        return {
            f"{letter}{at}": there.get(code, {"status": absent}).get(column, pd.NA)
            for at, code in enumerate(self.data["totals"]["inspection"])
            for letter, column in columns.items()
        }


def _breaks(line: list[Row]) -> object:
    """Say where a line is broken, and why; missing where it is not."""
    said = []
    for item in line:
        if item["step"] in ("no", "caution"):
            how = "not at all" if item["step"] == "no" else "only with caution"
            reason = "" if is_missing(item["reason"]) else f" {item['reason']}"
            said.append(f"{item['round']} with the round before: {how}.{reason}")
    return " ".join(said) or pd.NA

"""Specimen pages: everything a page can hold, about a provider that does not exist.

A specimen is a notebook node with its outputs in place, made without a kernel. ``hostile`` puts
text that would run as script, break out of an attribute or become a formula into every field that
data can fill.
"""

from __future__ import annotations

from typing import Any

import nbformat
import pandas as pd

from pipeline.publish.page.blocks import (
    Glossary,
    Headline,
    KeyFigure,
    KeyFigures,
    Notice,
    Panels,
    ScoreScale,
)
from pipeline.publish.page.downloads import Downloads
from pipeline.publish.page.page_info import PageInfo
from pipeline.publish.page.pictures import Picture, drawing
from pipeline.publish.page.source_notes import SourceNotes
from pipeline.publish.page.style import BANDS, INK, MARKERS
from pipeline.publish.page.tables import Column, Table

HOSTILE = (
    '=HYPERLINK("https://evil.example","x") \'"><img src=x onerror=window.broken=1>'
    "</style></script><script>window.broken=1</script></title><svg onload=window.broken=1> "
    "**bold** [link](javascript:window.broken=1) $$1$$ {{ 7*7 }} \x07 $x$"
)

BAND_EDGES = [(0, 50), (50, 65), (65, 80), (80, 100)]

STANDARDS = ["2.1 Assessment", "2.2 Planning", "2.3 Implementation and delivery", "2.4 Reviewing"]


def sources(hostile: bool = False) -> list[dict[str, str]]:
    """Return two documents that do not exist."""
    title = HOSTILE if hostile else "An inspection of Testshire CRC"
    shared = {"publisher": HOSTILE if hostile else "Nobody", "kind": "simulated", "licence": "none"}
    return [
        {"source": "testshire-2018", "title": title, "published_printed": "March 2018", **shared},
        {
            "source": "testshire-2020",
            "title": "The same, later",
            "published_printed": "April 2020",
            **shared,
        },
    ]


def scores(hostile: bool = False) -> pd.DataFrame:
    """Return key-question scores of two rounds; one row a key question."""
    rows = []
    questions = ["Engage", "Draw on sources", "Keep people safe"]
    for s, standard in enumerate(STANDARDS):
        for q, question in enumerate(questions):
            previous, current = 52 + 7 * s + 3 * q, 71 - 4 * s + 5 * q * (-1) ** s
            blank = s == 3 and q == 0
            rows.append(
                {
                    "standard": HOSTILE + str(s) if hostile else standard,
                    "question": HOSTILE if hostile else f"2.{s + 1}.{q + 1} {question}",
                    "previous": pd.NA if blank else previous,
                    "current": current,
                    "all": 60 + s,
                    "change": pd.NA if blank else current - previous,
                    "status": (HOSTILE if hostile else "no comparable data")
                    if blank
                    else "published",
                    "verdict": "not comparable"
                    if blank
                    else ["significant", "not significant", "unsettled"][q],
                    "previous_source": "testshire-2018",
                    "previous_place": f"Annex 4, {s + 1}.{q + 1}",
                    "source": "testshire-2020",
                    "place": HOSTILE if hostile else f"Annex 2, table {s + 1}, row {q + 1}",
                }
            )
    return pd.DataFrame(rows)


def chart(frame: pd.DataFrame, *, narrow: bool = False) -> Any:
    """Draw the key questions of the specimen."""
    figure, axes = drawing(340 if narrow else 720, 40 * len(frame) + 60)
    figure.subplots_adjust(left=0.02 if narrow else 0.32, right=0.98, top=0.93, bottom=0.04)
    for (name, shade), (low, high) in zip(BANDS.items(), BAND_EDGES, strict=True):
        axes.axvspan(low, high, color=shade, linewidth=0)
        words = name.replace(" ", "\n") if not narrow else name[:4]
        axes.annotate(
            words, ((low + high) / 2, 1.01), xycoords=("data", "axes fraction"), ha="center",
            fontsize=13, color=INK,
        )  # fmt: skip
    for place, row in enumerate(frame.itertuples()):
        y = len(frame) - place
        if not pd.isna(row.previous):
            axes.plot([row.previous, row.current], [y, y], color="#6b6b6b", linewidth=1.5)
            axes.plot([row.previous], [y], **MARKERS["previous"])
        axes.plot([row.current], [y], **MARKERS["current"])
        axes.plot([row.all], [y - 0.28], **MARKERS["comparator"])
        axes.text(row.current + 2.5, y, str(row.current), va="center", color=INK)
        words = str(row.question)[:60].replace("$", r"\$")
        if narrow:
            axes.text(1, y + 0.3, words, va="center", fontsize=13, color=INK)
        else:
            axes.text(-1.5, y, words, va="center", ha="right", color=INK, parse_math=False)
    axes.set(xlim=(0, 100), ylim=(0.3, len(frame) + 0.6), yticks=[], xticks=[])
    axes.spines[:].set_visible(False)
    return figure


def info(edition: str = "leadership", hostile: bool = False) -> PageInfo:
    """Return what the specimen says about itself."""
    words = HOSTILE if hostile else "Testshire CRC"
    return PageInfo(
        title=f"{words}: 2018 and 2020 compared",
        description=f"How {words} changed between two inspections that never took place.",
        edition=edition,
        kind="comparison",
        standfirst=f"{words} against its own previous round and against all CRCs",
        dates=["Inspected May 2018 and June 2020", "Published March 2019 and April 2020"],
        simulated=True,
        citation=f"Specimen of {words} (2020). Data version 0123abc.",
        data_version="0123abc",
        period="2018/2020",
        data_published="2020-04",
        name="specimen",
        publisher=HOSTILE if hostile else "Nobody",
    )


def objects(hostile: bool = False, edition: str = "leadership") -> list[tuple[str, Any]]:
    """Return Markdown cells (str) and objects of the specimen, in the order of the page."""
    text = HOSTILE if hostile else ""
    frame = scores(hostile)
    notes = SourceNotes(sources(hostile))
    table = Table(
        frame,
        text or "Key questions, share of cases done well",
        [
            Column("question", "Key question", wide=True),
            Column(
                "previous",
                "2018",
                "percent",
                missing="status",
                source=("previous_source", "previous_place"),
            ),
            Column("current", "2020", "percent", source=("source", "place")),
            Column("all", "All CRCs", "percent"),
            Column("change", "Change", "change", missing="status"),
            Column("verdict", "Is the change significant?", "mark"),
        ],
        groups="standard",
        notes=notes,
        name="key-questions",
        comment=text or "A figure is out of the cases that the question applies to.",
    )
    ratings = Table(
        pd.DataFrame(
            {
                "standard": [text or "1.1 Leadership", "2.1 Assessment", "4.2 Through the Gate"],
                "before": ["Good", "Inadequate", "Requires improvement"],
                "now": ["Outstanding", "Requires improvement", "Requires improvement"],
                "delta": [1.0, -2.5, 0.0],
            }
        ),
        "Ratings of the standards",
        [
            Column("standard", "Standard"),
            Column("before", "2018", "rating"),
            Column("now", "2020", "rating"),
            Column("delta", "Points", "points", decimals=1),
        ],
        notes=notes,
        name="ratings",
    )
    figure = Picture(
        (chart(frame), chart(frame, narrow=True)),
        text or "Share of cases done well, by key question",
        "Nine of eleven comparable key questions rose; keeping people safe fell in planning.",
        text or "Ring: 2018. Disc: 2020. Diamond: all CRCs. Shades: the rating bands.",
        table=Table(
            frame,
            "The figures drawn",
            [
                Column("question", "Key question"),
                Column("previous", "2018", "percent", missing="status"),
                Column("current", "2020", "percent"),
            ],
            notes=notes,
            name="key-question-figures",
        ),
        name="questions",
    )
    return [
        ("markdown", "# The title of the notebook, which the page replaces"),
        ("markdown", "## In short"),
        (
            "out",
            Headline(
                text
                or "Testshire CRC rose from 10 to 15 points of 30 and remains Requires "
                "improvement, one point short of Good.",
                text or "Five standards rose, three stayed and none fell.",
            ),
        ),
        (
            "out",
            ScoreScale(
                [
                    ("Inadequate", 0, 5),
                    ("Requires improvement", 6, 15),
                    ("Good", 16, 25),
                    ("Outstanding", 26, 30),
                ],
                (text[:30] or "2020", 15),
                ("2018", 10),
            ),
        ),
        (
            "out",
            KeyFigures(
                KeyFigure("Overall score", "15", "of 30", text or "up from 10", "up"),
                KeyFigure("Standards", "5", "rose", "3 stayed, none fell", "up"),
                KeyFigure(
                    "Key questions",
                    "9",
                    "of 11 rose",
                    "2 fell",
                    "",
                    "Eight stand above all CRCs",
                    ("testshire-2020", "Annex 2"),
                ),
                KeyFigure("To the next rating", "1", "point", "Good begins at 16"),
                notes=notes,
            ),
        ),
        (
            "out",
            Panels(
                {
                    "Strongest": [text or "2.1.1 Engage: 71% of cases", "2.2.1: 67%"],
                    "Weakest": ["2.3.3 Keep people safe: 53%", "2.4.2: 54%"],
                    "How sure": ["Four of the nine rises pass the inspectorate's test."],
                    "What next": ["The shortest way to Good leads through planning."],
                }
            ),
        ),
        ("markdown", "## Ratings, then and now\n\nProse by the *author* of the notebook."),
        ("out", ratings),
        ("markdown", "## Key questions"),
        ("out", figure),
        ("markdown", "### The full table"),
        ("out", table),
        ("markdown", "## How we know\n\n1. First\n2. Second [licence](https://example.org/ogl)"),
        ("out", Notice(text or "Two figures contradict each other.")),
        ("out", Glossary({text or "CRC": text or "Community Rehabilitation Company"})),
        ("markdown", "Prose between.\n\n<b>HTML is text</b>"),
        ("markdown", "## Take the data away"),
        ("out", Downloads([ratings, table], info(edition, hostile))),
        ("markdown", "## Sources"),
        ("out", notes),
    ]


def notebook(hostile: bool = False, edition: str = "leadership") -> nbformat.NotebookNode:
    """Return the specimen as an executed notebook."""
    node = nbformat.v4.new_notebook()
    node.cells.append(
        nbformat.v4.new_code_cell(
            "processed = '/somewhere/private'", metadata={"tags": ["injected-parameters"]}
        )
    )
    for kind, thing in objects(hostile, edition):
        if kind == "out":
            output = nbformat.v4.new_output(
                "execute_result",
                {"text/html": thing._repr_html_(), "text/plain": repr(thing)},
                execution_count=7,
            )
            node.cells.append(nbformat.v4.new_code_cell("show(thing)", outputs=[output]))
        else:
            node.cells.append(nbformat.v4.new_markdown_cell(thing))
    return node

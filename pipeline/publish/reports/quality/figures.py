"""How many figures there are, from which document, and in what form."""

from pipeline.analysis.records import records
from pipeline.analysis.sentences.corrections import NOTHING, what_rests_on_them
from pipeline.analysis.sentences.phrases import capital
from pipeline.publish.charts.completeness import completeness_chart
from pipeline.publish.page.pictures import Picture
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.quality.context import Quality


def documents_table(report: Quality) -> Table:
    """Return how much was copied from each document, and how much of it was read twice."""
    rows = report.data["documents"]
    return report.table(
        rows.assign(document=rows["title"] + ", " + rows["published_printed"]),
        "What was copied from each document",
        [
            Column("document", "Document", wide=True),
            Column("numbers", "Figures", "count"),
            Column("words", "In words", "count"),
            Column("blanks", "Blank, with a reason", "count"),
            Column("rows", "Rows of results", "count"),
            Column("rows_read_twice", "Read a second time", "count"),
            Column("rows_blind", "Of these, blind", "count"),
            Column("corrections", "Put right", "count"),
        ],
        name="documents",
        comment="A row is a rating, a key question, a fact, a recommendation or an action, and "
        "may hold several figures or none. Blind: copied without sight of the first copy.",
    )


def completeness_picture(report: Quality) -> Picture:
    """Return the picture of what was printed, by topic and form."""
    topics = report.data["completeness"]
    blank = topics.sort_values("blank", ascending=False, kind="stable").iloc[0]
    share = 100 * int(topics["number"].sum()) / int(topics["total"].sum())
    finding = f"{share:.0f}% of the entries are numbers."
    if blank["blank"]:
        topic = str(blank["topic"])
        finding += (
            f" The most blanks are among {topic[0].lower() + topic[1:]}: {blank['blank']} of "
            f"{blank['total']}."
        )
    table = report.table(
        topics,
        "Figures by topic and form",
        [
            Column("topic", "Topic", wide=True),
            Column("number", "Number", "count"),
            Column("words", "In words only", "count"),
            Column("blank", "Blank, with a reason", "count"),
            Column("total", "Together", "count"),
        ],
        name="completeness",
    )
    return Picture(
        completeness_chart(topics),
        "How complete the figures are, by topic",
        finding,
        caption="Dark: a number. Shaded: words only, such as 'around half'. White: blank, and "
        "the document says why, such as 'no comparable data'. The longer the bar, the more is "
        "printed on the topic.",
        table=table,
        narrow=completeness_chart(topics, narrow=True),
        name="completeness-by-topic",
    )


def corrected_table(report: Quality) -> Table | None:
    """Return the figures that a later document corrected, and what that moved."""
    rows = report.data["corrected"]
    if rows.empty:
        return None
    rests = what_rests_on_them(records(rows))
    shown = rows.drop_duplicates("said")
    return report.table(
        shown.assign(
            rests=[capital(rests[said] or NOTHING) for said in shown["said"]],
        ),
        "Figures that a later document corrected",
        [
            Column("said", "Figure, and how it was printed", wide=True),
            Column("first_printed", "First printed", source=("first_source", "first_place")),
            Column("now_printed", "Now", source=("source", "place")),
            Column("rests", "What rests on it", wide=True),
        ],
        name="corrected",
        comment="The figure of the document published last is used. What moved is told against "
        "the figures as all of them were first printed.",
    )

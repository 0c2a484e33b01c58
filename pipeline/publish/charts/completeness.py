"""The picture of the data-quality report: how much of each topic was printed, and in what form."""

from textwrap import wrap

import pandas as pd
from matplotlib.figure import Figure as Drawing

from pipeline.analysis.quality.coverage import BLANK, NUMBER, WORDS
from pipeline.analysis.records import records
from pipeline.publish.charts.canvas import Canvas
from pipeline.publish.page.style import BANDS, CURRENT, GRID, INK, RULE

_FILLS = {
    NUMBER: (CURRENT, CURRENT),
    WORDS: (BANDS["Outstanding"], INK),
    BLANK: ("white", RULE),
}
_HEADS = {NUMBER: "Number", WORDS: "Words", BLANK: "Blank"}
_BAR, _LINE = 14, 17


def completeness_chart(topics: pd.DataFrame, *, narrow: bool = False) -> Drawing:
    """Draw a bar a topic, split by form, with the counts in columns beside it.

    ``topics`` is the ``completeness`` table. All bars have one scale, so that their length is how
    much was printed.
    """
    width = 360 if narrow else 760
    left = 0 if narrow else 270
    columns = (
        {NUMBER: 256, WORDS: 308, BLANK: 360} if narrow else {NUMBER: 640, WORDS: 700, BLANK: 760}
    )
    right = 204 if narrow else 588
    labels = [wrap(str(topic), 46 if narrow else 32) for topic in topics["topic"]]
    heights = [
        _LINE * len(lines) + _BAR + 12 if narrow else max(_LINE * len(lines), _BAR) + 12
        for lines in labels
    ]
    head = 26
    height = head + sum(heights) + 4
    canvas = Canvas(width, height)
    for form, x in columns.items():
        canvas.words(x, head - 12, _HEADS[form], side="right", bold=True)
    scale = (right - left) / float(topics["total"].max())
    top = float(head)
    for row, lines, tall in zip(records(topics), labels, heights, strict=True):
        canvas.line(0, top, width, top, GRID, 0.8)
        first = top + 6 + _LINE / 2
        if not narrow:
            first = top + (tall - _LINE * (len(lines) - 1)) / 2
        for number, words in enumerate(lines):
            canvas.words(0, first + number * _LINE, words)
        middle = top + tall - 6 - _BAR / 2 if narrow else top + tall / 2
        at = float(left)
        for form, x in columns.items():
            canvas.words(x, middle, f"{int(row[form]):,}", side="right")
            fill, edge = _FILLS[form]
            sides = (at, middle - _BAR / 2, at + float(row[form]) * scale, middle + _BAR / 2)
            if row[form]:
                canvas.area(*sides, fill, edgecolor=edge, linewidth=1)
            at = sides[2]
        top += tall
    return canvas.drawn()

"""What every report does first, done once before the first notebook is forked.

Libraries load parts of themselves and fill their caches (fonts, measures of text, the styles of a
workbook) when they are first used. Done in the nursery, that is there for all its forks; it makes
a tenth of a report's time. Nothing here may leave a trace that a report could show: no figure of
pyplot's, no setting, no random number.
"""

import warnings
from io import BytesIO

import matplotlib.figure
import pandas as pd
import seaborn as sns
from gptables import GPTable, produce_workbook
from matplotlib.backends.backend_svg import FigureCanvasSVG

from pipeline.publish.page.style import house_style

#: For the nursery's list of things to do ahead.
NAME = "pipeline.publish.build.rehearsal:rehearse"


def rehearse() -> None:
    """Draw a chart and write a workbook, and throw both away."""
    frame = pd.DataFrame({"share": [0.25, 0.75], "name": ["one", "two"]})
    with house_style(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Not by pyplot, which would settle on a backend for every notebook to come.
        figure = matplotlib.figure.Figure()
        FigureCanvasSVG(figure)
        axes = figure.subplots()
        sns.scatterplot(frame, x="share", y="share", hue="name", style="name", ax=axes)
        axes.set_title("Rehearsal", weight="bold")
        figure.savefig(BytesIO(), format="svg", metadata={"Date": None})
        table = GPTable(frame, "rehearsal", "Rehearsal", instructions="None.")
        produce_workbook(BytesIO(), {"rehearsal": table}).close()

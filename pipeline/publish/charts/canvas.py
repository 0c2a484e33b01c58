"""The sheet on which every chart is drawn: matplotlib, in CSS pixels, downwards from the top left.

Everything is placed where it belongs, so nothing has to be measured and nothing can collide. Areas
lie at the bottom, lines over them, marks on top; lines of one look become one path, which halves
the weight of a page. Words are matplotlib's own ``Text`` without the measuring: their anchor is
known, and measuring them would take longer than all the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, NamedTuple

from matplotlib.artist import Artist
from matplotlib.figure import Figure as Drawing
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from pipeline.publish.page.markup import clean
from pipeline.publish.page.pictures import sheet
from pipeline.publish.page.style import INK, MARKERS, TARGET

LETTER = 6.9
"""Width of a letter of running text at 13 pixels, on average and with some to spare."""
DOT_EDGE = 1.8
"""Width of the line around a dot."""

Side = Literal["left", "center", "right"]


class _Word(NamedTuple):
    x: float
    y: float
    text: str
    side: Side
    size: float
    bold: bool
    colour: str


class _Words(Artist):
    """All words of a drawing, the middle of each at its place.

    The renderer is handed them as they are, with itself as what it asks where they are anchored:
    an artist a word would take as long to make as to draw.
    """

    def __init__(self, words: Sequence[_Word], down: Affine2D) -> None:
        super().__init__()
        self.set(transform=down, zorder=5)
        self._words = words

    def draw(self, renderer: Any) -> None:
        """Draw each word; capitals and figures are 0.7 of their size high."""
        pen = renderer.new_gc()
        for word in self._words:
            pen.set_foreground(word.colour)
            font = _font(size=word.size, weight="bold" if word.bold else "normal")
            self._at = word
            baseline = word.y + 0.35 * word.size
            renderer.draw_text(pen, word.x, baseline, clean(word.text), font, 0, mtext=self)
        pen.restore()

    def get_unitless_position(self) -> tuple[float, float]:
        """Where the word that is being drawn stands."""
        return self._at.x, self._at.y

    def get_ha(self) -> str:
        """Which side of it stands there."""
        return self._at.side


_font = cache(FontProperties)


@dataclass
class Canvas:
    """A drawing of ``width`` by ``height`` CSS pixels; what is put on it is drawn by ``drawn``."""

    width: float
    height: float
    _areas: list[tuple[float, float, float, float, dict[str, Any]]] = field(default_factory=list)
    _lines: dict[tuple[str, float, Any], list[tuple[float, float]]] = field(default_factory=dict)
    _paths: dict[tuple[str, float, Any, Any], list[Sequence[tuple[float, float]]]] = field(
        default_factory=dict
    )
    _discs: list[tuple[float, float, float, dict[str, Any]]] = field(default_factory=list)
    _marks: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    _words: list[_Word] = field(default_factory=list)

    def area(self, x: float, y: float, to_x: float, to_y: float, fill: str, **look: Any) -> None:
        """Fill a rectangle."""
        self._areas.append((x, y, to_x, to_y, {"facecolor": fill, "linewidth": 0, **look}))

    def line(
        self,
        x: float,
        y: float,
        to_x: float,
        to_y: float,
        colour: str,
        width: float,
        dashes: tuple[float, Sequence[float]] | None = None,
    ) -> None:
        """Draw a straight line."""
        self._lines.setdefault((colour, width, dashes), []).extend([(x, y), (to_x, to_y)])

    def polyline(
        self,
        points: Sequence[tuple[float, float]],
        colour: str,
        width: float,
        dashes: tuple[float, Sequence[float]] | None = None,
    ) -> None:
        """Draw a line through points; its dashes run on over the corners."""
        self._paths.setdefault((colour, width, dashes, "butt"), []).append(points)

    def dot(self, x: float, y: float, colour: str, size: float) -> None:
        """Draw a plain dot, where there are hundreds: a dozen bytes each on the page."""
        self._paths.setdefault((colour, size, None, "round"), []).append([(x, y), (x, y)])

    def disc(self, x: float, y: float, radius: float, fill: str, edge: str) -> None:
        """Draw a disc with an edge; words may stand on it."""
        self._discs.append((x, y, radius, {"facecolor": fill, "edgecolor": edge, "linewidth": 2}))

    def mark(self, x: float, y: float, thing: str) -> None:
        """Draw the mark of a thing: a key of ``style.MARKERS``."""
        if thing == "target":
            self.line(x, y - 10, x, y + 10, TARGET, 3)
        else:
            self._marks.setdefault(thing, []).append((x, y))

    def words(
        self,
        x: float,
        y: float,
        text: str,
        *,
        side: Side = "left",
        size: float = 13,
        bold: bool = False,
        colour: str = INK,
    ) -> None:
        """Write words whose middle is at ``y``, with their ``side`` at ``x``."""
        self._words.append(_Word(x, y, text, side, size, bold, colour))

    @property
    def down(self) -> Affine2D:
        """Puts what is placed from the top left where matplotlib has it, from the bottom left."""
        return Affine2D().scale(1, -1).translate(0, self.height)

    def drawn(self) -> Drawing:
        """Return what was put on the canvas as a matplotlib figure."""
        figure = sheet(self.width, self.height)
        down = self.down
        for x, y, to_x, to_y, look in self._areas:
            figure.add_artist(
                Rectangle((x, y), to_x - x, to_y - y, transform=down, zorder=1, **look)
            )

        def draw(path: Path, colour: str, width: float, dashes: Any, cap: Any, z: float) -> None:
            look = {"linewidth": width, "linestyle": dashes or "solid", "capstyle": cap}
            patch = PathPatch(path, edgecolor=colour, facecolor="none", zorder=z, **look)
            patch.set_transform(down)
            figure.add_artist(patch)

        for line, points in self._lines.items():
            draw(Path(points, [Path.MOVETO, Path.LINETO] * (len(points) // 2)), *line, "butt", 2)
        for look_of_runs, runs in self._paths.items():
            codes = [
                Path.MOVETO if at == 0 else Path.LINETO for run in runs for at in range(len(run))
            ]
            path = Path([point for run in runs for point in run], codes)
            path.should_simplify = False  # a dot is a line without length
            draw(path, *look_of_runs, 2.5)
        for x, y, radius, look in self._discs:
            figure.add_artist(Circle((x, y), radius, transform=down, zorder=3, **look))
        for thing, look in MARKERS.items():
            if places := self._marks.get(thing):
                across, downwards = zip(*places, strict=True)
                own = {**look, "markeredgewidth": DOT_EDGE}
                level = 3 if thing == "comparator" else 4
                figure.add_artist(Line2D(across, downwards, transform=down, zorder=level, **own))
        figure.add_artist(_Words(self._words, down))
        return figure

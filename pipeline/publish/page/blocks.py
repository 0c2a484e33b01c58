"""What stands on a page besides tables and pictures: the first screen, notices, terms.

Every object shows itself when it is the last value of a cell, and every word in it is text: nothing
that comes from data can become markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.publish.page.display import Shown
from pipeline.publish.page.markup import EMPTY, Markup, join, shape, slug, symbol, tag
from pipeline.publish.page.pictures import for_both
from pipeline.publish.page.source_notes import SourceNotes
from pipeline.publish.page.style import BANDS, CURRENT, INK, PREVIOUS
from pipeline.publish.page.svg import picture_svg

Direction = Literal["up", "down", "same", ""]
_SHAPES = {"up": "▲", "down": "▼", "same": "■"}


class Together(Shown):
    """Several objects shown by one cell, one beneath the other."""

    def __init__(self, *parts: Any) -> None:
        """Take the objects in order; what numbers itself does so when they are shown."""
        self._parts = parts

    def html(self) -> Markup:
        """Return the parts as HTML, in order."""
        return join(part.html() for part in self._parts)


class Block(Shown):
    """What is words and nothing else: its HTML is made with it."""

    def __init__(self, inside: Markup) -> None:
        """Take the HTML."""
        self._inside = inside

    def html(self) -> Markup:
        """Return the block as HTML."""
        return self._inside


class Prose(Block):
    """Paragraphs made from the tables; empty ones are left out."""

    def __init__(self, *paragraphs: str) -> None:
        """Set each paragraph."""
        super().__init__(tag("div", *_paragraphs(paragraphs), class_="prose"))


class Headline(Block):
    """The one sentence a reader should leave with, and what must be said beside it."""

    def __init__(self, lead: str, *beside: str) -> None:
        """Set the sentence large and what is beside it as paragraphs; empty ones are left out."""
        rest = _paragraphs(beside)
        prose = tag("div", *rest, class_="prose") if rest else EMPTY
        super().__init__(tag("p", lead, class_="lead") + prose)


class Notice(Block):
    """Something a reader must not miss."""

    def __init__(self, *paragraphs: str, heading: str = "Please note") -> None:
        """Set the paragraphs under a heading."""
        strong = tag("p", tag("strong", heading))
        super().__init__(tag("div", strong, *_paragraphs(paragraphs), class_="notice"))


class Glossary(Block):
    """Terms and what they mean, in the order given."""

    def __init__(self, terms: Mapping[str, str]) -> None:
        """Set the terms as a list of definitions."""
        facts = (Fact(term, meaning).html() for term, meaning in terms.items())
        super().__init__(tag("dl", *facts, class_="terms"))


class Panels(Block):
    """Short lists by heading ("What next"), side by side; one sentence alone is a paragraph."""

    def __init__(self, panels: Mapping[str, Sequence[str]]) -> None:
        """Set the sentences under each heading."""
        super().__init__(tag("div", *(_panel(*panel) for panel in panels.items()), class_="panels"))


def _paragraphs(words: Sequence[str]) -> list[Markup]:
    return [tag("p", paragraph) for paragraph in words if paragraph]


def _panel(heading: str, sentences: Sequence[str]) -> Markup:
    one = len(sentences) == 1
    inside = tag("p", *sentences) if one else tag("ul", *(tag("li", words) for words in sentences))
    return tag("div", tag("h3", heading), inside, class_="panel")


@dataclass(frozen=True)
class KeyFigure:
    """One figure of the first screen.

    ``value`` is printed large, ``of`` small behind it ("of 30"); ``was`` says what it was before
    and ``direction`` which way it went; ``note`` is what a reader must know with it.
    """

    label: str
    value: str
    of: str = ""
    was: str = ""
    direction: Direction = ""
    note: str = ""
    source: tuple[str, str] | None = None


def share(label: str, number: int, of: int, was: str = "", note: str = "") -> list[KeyFigure]:
    """Return how many of how many as a key figure; nothing where it is of none."""
    return [KeyFigure(label, str(number), f"of {of}", was, note=note)] if of else []


class KeyFigures(Shown):
    """The figures of the first screen, side by side where there is room."""

    def __init__(self, *figures: KeyFigure, notes: SourceNotes | None = None) -> None:
        """Take the figures in order, and the page's notes where some name their source."""
        self._figures, self._notes = figures, notes

    def html(self) -> Markup:
        """Return the figures as a list of terms and values."""
        if self._notes is not None:
            self._notes.label("key-figures", "the key figures")
        seen: set[int] = set()
        return tag("dl", *(self._card(figure, seen) for figure in self._figures), class_="cards")

    def _card(self, figure: KeyFigure, seen: set[int]) -> Markup:
        mark = EMPTY
        if figure.source is not None and self._notes is not None:
            mark = self._notes.cite(figure.source, "key-figures", seen)
        of = join([" ", tag("small", figure.of)]) if figure.of else EMPTY
        parts = [tag("dt", figure.label), tag("dd", figure.value, of, mark, class_="value")]
        if figure.was:
            shape = _SHAPES.get(figure.direction, "")
            moved = join([symbol(shape, figure.direction), " "]) if shape else EMPTY
            parts.append(tag("dd", moved, figure.was, class_="was"))
        if figure.note:
            parts.append(tag("dd", figure.note, class_="note"))
        return tag("div", *parts)


@dataclass(frozen=True)
class Fact:
    """A short term and the sentence that belongs to it."""

    term: str
    words: str

    def html(self) -> Markup:
        """Return the pair for a list of definitions."""
        return tag("div", tag("dt", self.term), tag("dd", self.words))


@dataclass(frozen=True, repr=False)
class ScoreScale(Shown):
    """Where an overall score stands among the bands of the overall rating, then and now.

    Parameters
    ----------
    bands
        Rating, lowest and highest score of each band, from the lowest band up. Scores are whole.
    current
        Words for the current round and its score.
    previous
        The same for the round before, if there was one.
    caption
        A sentence above the scale.
    """

    bands: Sequence[tuple[str, int, int]]
    current: tuple[str, int]
    previous: tuple[str, int] | None = None
    caption: str = ""

    def finding(self) -> str:
        """Return what the picture shows, in one sentence."""
        top = self.bands[-1][2]
        label, score = self.current
        now = f"{label}: {score} of {top}, {self._band(score)}"
        if self.previous is None:
            return f"{now}."
        label, score = self.previous
        return f"{label}: {score} of {top}, {self._band(score)}. {now}."

    def _band(self, score: int) -> str:
        for rating, low, high in self.bands:
            if low <= score <= high:
                return rating
        raise ValueError(f"Score {score} lies in no band of the overall rating")

    def html(self) -> Markup:
        """Return the scale as a picture, drawn once for a page and once for a small screen."""
        broad = self._picture(480, 12.5, "g-score")
        slim = self._picture(288, 11, "s-score")
        caption = tag("p", self.caption) if self.caption else EMPTY
        return tag("div", caption, for_both(broad, slim), class_="scale")

    def _picture(self, width: int, size: float, name: str) -> Markup:
        left, height = 10.0, 28.0
        step = (width - 2 * left) / (self.bands[-1][2] - self.bands[0][1] + 1)
        crowded = self.previous is not None and (
            abs(self.current[1] - self.previous[1]) * step
            < size * 0.36 * (len(f"{self.previous[0]}{self.current[0]}") + 8)
        )
        top = size + 9.0 + (size + 3.0 if crowded else 0.0)
        low = self.bands[0][1]
        shades = list(BANDS.values())
        parts = []
        for position, (rating, first, last) in enumerate(self.bands):
            x, w = left + (first - low) * step, (last - first + 1) * step
            shade = shades[min(position, len(shades) - 1)]
            sides = {"width": f"{w:.1f}", "height": f"{height:g}"}
            parts.append(shape("rect", x=f"{x:.1f}", y=f"{top:g}", **sides, fill=shade, stroke=INK))
            at, anchor = (x + 2, "start") if position < len(self.bands) - 1 else (x + w, "end")
            stagger = (size + 2) * (position % 2) if width < 400 else 0
            parts.append(_label(at, top + height + size + 3 + stagger, anchor, rating))
        rounds = [(self.current, "disc")]
        if self.previous is not None:
            rounds.insert(0, (self.previous, "ring"))
        for (label, score), mark in rounds:
            words = f"{label}: {score}"
            x = left + (score - low + 0.5) * step
            y = top - 6 - ((size + 3) if crowded and mark == "ring" else 0)
            fill, edge = ("#fff", PREVIOUS) if mark == "ring" else (CURRENT, CURRENT)
            half = len(words) * size * 0.36
            anchor = "start" if x < half else "end" if x > width - half else "middle"
            if crowded and mark == "ring":
                parts.append(shape("path", d=f"M{x:.1f} {y + 3:.1f}V{top:g}", stroke=PREVIOUS))
                after = self.previous is not None and self.previous[1] > self.current[1]
                after = (after and x < width - half * 2) or x < half * 2
                anchor = "start" if after else "end"
            place = {"cx": f"{x:.1f}", "cy": f"{top + height / 2:g}"}
            parts.append(shape("circle", **place, r="8", fill=fill, stroke=edge, stroke_width="3"))
            parts.append(_label(x, y, anchor, words, bold=True))
        body = tag("g", *parts, font_size=size, fill=INK)
        tall = int(top + height + size + 8 + (size + 2 if width < 400 else 0))
        return picture_svg(f"0 0 {width} {tall}", width, body, name, self.finding())


def _label(x: float, y: float, anchor: str, words: str, *, bold: bool = False) -> Markup:
    weight = "700" if bold else None
    return tag("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, font_weight=weight)


@dataclass(frozen=True)
class Entry:
    """One line of a list: its number or short name, what it says, and where that stands."""

    name: str
    text: str
    sources: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, repr=False)
class Entries(Shown):
    """A long list under headings; what is said of several entries is said once, above them.

    Parameters
    ----------
    groups
        A heading, and under it runs of entries: what is said of the whole run (may be empty), and
        the entries.
    notes
        The page's register of source notes.
    name
        Short name for links; unique on a page.
    """

    groups: Mapping[str, Sequence[tuple[str, Sequence[Entry]]]]
    notes: SourceNotes
    name: str

    def html(self) -> Markup:
        """Return the lists as HTML."""
        parts = []
        for heading, runs in self.groups.items():
            shown_in = f"{self.name}-{slug(heading)}"
            self.notes.label(shown_in, f"“{heading}”")
            parts.append(tag("h3", heading, id=shown_in))
            seen: set[int] = set()
            for said, entries in runs:
                if said:
                    parts.append(tag("p", said, class_="said"))
                items = (self._item(entry, shown_in, seen) for entry in entries)
                parts.append(tag("ul", *items, class_="entries"))
        return join(parts)

    def _item(self, entry: Entry, shown_in: str, seen: set[int]) -> Markup:
        marks = join(self.notes.cite(source, shown_in, seen) for source in entry.sources)
        return tag("li", tag("b", entry.name), " ", entry.text, marks)

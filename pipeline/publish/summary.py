"""What stands on a page besides tables and figures: the first screen, notices, terms.

Every object shows itself when it is the last value of a cell, and every word in it is text: nothing
that comes from data can become markup. A figure in a sentence can carry its source: give the
sentence as ``Sourced(text, source, place)``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.publish.figures import plain_svg
from pipeline.publish.markup import escape, slug, symbol
from pipeline.publish.notes import SourceNotes
from pipeline.publish.style import BANDS, CURRENT, INK, PREVIOUS

Direction = Literal["up", "down", "same", ""]
_SHAPES = {"up": "▲", "down": "▼", "same": "■"}


@dataclass(frozen=True)
class Sourced:
    """A sentence with the place its figure was copied from."""

    text: str
    source: str
    place: str


Sentence = str | Sourced


def sentence(words: Sentence, notes: SourceNotes | None, shown_in: str) -> str:
    """Return a sentence as HTML, with the link to its source where it has one."""
    if isinstance(words, Sourced):
        mark = notes.link(words.source, words.place, shown_in) if notes is not None else ""
        return escape(words.text) + mark
    return escape(words)


class _Shown:
    """Something that shows itself in a notebook cell."""

    def html(self) -> str:
        """Return the object as HTML."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return self.html()


@dataclass(frozen=True)
class Headline(_Shown):
    """The one sentence a reader should leave with, and what must be said beside it."""

    text: Sentence
    beside: Sequence[Sentence] = ()
    notes: SourceNotes | None = None

    def html(self) -> str:
        """Return the headline as HTML."""
        lead = f'<p class="lead">{sentence(self.text, self.notes, "headline")}</p>'
        rest = "".join(f"<p>{sentence(words, self.notes, 'headline')}</p>" for words in self.beside)
        if self.notes is not None:
            self.notes.label("headline", "the headline")
        return lead + (f'<div class="prose">{rest}</div>' if rest else "")


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


@dataclass(frozen=True)
class KeyFigures(_Shown):
    """The figures of the first screen, side by side where there is room."""

    figures: Sequence[KeyFigure]
    notes: SourceNotes | None = None

    def html(self) -> str:
        """Return the figures as a list of terms and values."""
        if self.notes is not None:
            self.notes.label("key-figures", "the key figures")
        return f'<dl class="cards">{"".join(map(self._card, self.figures))}</dl>'

    def _card(self, figure: KeyFigure) -> str:
        mark = ""
        if figure.source is not None and self.notes is not None:
            mark = self.notes.link(*figure.source, "key-figures")
        of = f" <small>{escape(figure.of)}</small>" if figure.of else ""
        shape = _SHAPES.get(figure.direction, "")
        moved = f'<span class="{figure.direction}">{symbol(shape)}</span> ' if shape else ""
        was = f'<dd class="was">{moved}{escape(figure.was)}</dd>' if figure.was else ""
        note = f'<dd class="note">{escape(figure.note)}</dd>' if figure.note else ""
        return (
            f"<div><dt>{escape(figure.label)}</dt>"
            f'<dd class="value">{escape(figure.value)}{of}{mark}</dd>{was}{note}</div>'
        )


@dataclass(frozen=True)
class Panel:
    """A short list under a heading, such as "Strongest" or "What next"."""

    heading: str
    sentences: Sequence[Sentence]


@dataclass(frozen=True)
class Panels(_Shown):
    """Panels side by side where there is room."""

    panels: Sequence[Panel]
    notes: SourceNotes | None = None

    def html(self) -> str:
        """Return the panels as HTML; one sentence is a paragraph, several are a list."""
        return f'<div class="panels">{"".join(map(self._panel, self.panels))}</div>'

    def _panel(self, panel: Panel) -> str:
        name = f"panel-{slug(panel.heading)}"
        if self.notes is not None:
            self.notes.label(name, f"“{panel.heading}”")
        shown = [sentence(words, self.notes, name) for words in panel.sentences]
        inside = (
            f"<p>{shown[0]}</p>"
            if len(shown) == 1
            else f"<ul>{''.join(f'<li>{words}</li>' for words in shown)}</ul>"
        )
        return f'<div class="panel"><h3>{escape(panel.heading)}</h3>{inside}</div>'


@dataclass(frozen=True)
class Prose(_Shown):
    """Paragraphs made from the tables."""

    paragraphs: Sequence[Sentence]
    notes: SourceNotes | None = None
    name: str = "text"

    def html(self) -> str:
        """Return the paragraphs as HTML."""
        if self.notes is not None:
            self.notes.label(self.name, "the text")
        shown = (sentence(words, self.notes, self.name) for words in self.paragraphs)
        return f'<div class="prose">{"".join(f"<p>{words}</p>" for words in shown)}</div>'


@dataclass(frozen=True)
class Notice(_Shown):
    """Something a reader must not miss."""

    paragraphs: Sequence[str]
    heading: str = "Please note"

    def html(self) -> str:
        """Return the notice as HTML."""
        inside = "".join(f"<p>{escape(words)}</p>" for words in self.paragraphs)
        return f'<div class="notice"><p><strong>{escape(self.heading)}</strong></p>{inside}</div>'


@dataclass(frozen=True)
class Glossary(_Shown):
    """Terms and what they mean, in the order given."""

    terms: Mapping[str, str]

    def html(self) -> str:
        """Return the terms as a list of definitions."""
        items = "".join(
            f"<div><dt>{escape(term)}</dt><dd>{escape(meaning)}</dd></div>"
            for term, meaning in self.terms.items()
        )
        return f'<dl class="terms">{items}</dl>'


Definitions = Glossary


@dataclass(frozen=True)
class ScoreScale(_Shown):
    """Where an overall score stands among the bands of the overall rating, then and now.

    Parameters
    ----------
    bands
        Rating, lowest and highest score of each band, from the lowest band up. Scores are whole.
    current
        Words for the current round and its score.
    previous
        The same for the round before, if there was one.
    """

    bands: Sequence[tuple[str, int, int]]
    current: tuple[str, int]
    previous: tuple[str, int] | None = None
    name: str = "score"

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

    def html(self) -> str:
        """Return the scale as a picture with its words beneath."""
        left, width, top, height = 8.0, 664.0, 34.0, 30.0
        low, high = self.bands[0][1], self.bands[-1][2]
        step = width / (high - low + 1)
        shades = list(BANDS.values())
        parts = []
        for position, (rating, first, last) in enumerate(self.bands):
            x, w = left + (first - low) * step, (last - first + 1) * step
            shade = shades[min(position, len(shades) - 1)]
            parts.append(
                f'<rect x="{x:.1f}" y="{top:g}" width="{w:.1f}" height="{height:g}" '
                f'fill="{shade}" stroke="{INK}"/>'
            )
            for part, line in enumerate(_two_lines(rating, w)):
                parts.append(
                    f'<text x="{x + 2:.1f}" y="{top + height + 17 + 15 * part:.1f}" '
                    f'fill="{INK}">{escape(line)}</text>'
                )
        rounds = [(self.current, "disc")]
        if self.previous is not None:
            rounds.insert(0, (self.previous, "ring"))
        for (label, score), shape in rounds:
            x = left + (score - low + 0.5) * step
            fill, edge = ("#fff", PREVIOUS) if shape == "ring" else (CURRENT, CURRENT)
            parts.append(
                f'<circle cx="{x:.1f}" cy="{top + height / 2:g}" r="8" fill="{fill}" '
                f'stroke="{edge}" stroke-width="3"/>'
            )
            anchor = "middle" if 90 < x < 590 else "start" if x <= 90 else "end"
            parts.append(
                f'<text x="{x:.1f}" y="{top - 10:g}" text-anchor="{anchor}" font-weight="700" '
                f'fill="{INK}">{escape(f"{label}: {score}")}</text>'
            )
        body = f'<g font-size="14">{"".join(parts)}</g>'
        picture = plain_svg(680, 100, body, f"g-{slug(self.name)}", self.finding())
        return f'<div class="scale">{picture}</div>'


def _two_lines(words: str, width: float) -> list[str]:
    """Break a rating's name in two where its band is too narrow for it."""
    if len(words) * 8.2 <= width or " " not in words:
        return [words]
    first, _, rest = words.partition(" ")
    return [first, rest]

"""Source notes: from a figure on the page to the document, section and table it was copied from.

One register serves one page. A figure carries a small numbered link to its note; the note stands
at the end of the page, names document and place, and links back. The number is visible, so the way
can be followed on paper; it is a real link with a name, so it can be followed by keyboard and with
a screen reader. A figure that is copied from a table comes without it.

Notes are numbered in the order in which the page shows them. The same place in the same document
always has the same number, however often a cell is run again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pipeline.analysis.plans import day_in_words
from pipeline.analysis.records import Row
from pipeline.publish.page.display import Shown
from pipeline.publish.page.markup import EMPTY, Markup, is_missing, join, tag

Reference = tuple[Any, Any] | None
"""The short name of a source and the place in it; either may be missing."""


class Document(NamedTuple):
    """A published document that figures were copied from: what notes call it, and all of it."""

    name: str
    in_full: str


@dataclass
class _Note:
    number: int
    source: str
    place: str
    shown_in: dict[str, None] = field(default_factory=dict)


class SourceNotes(Shown):
    """The source notes of one page, numbered as the page shows them.

    Parameters
    ----------
    sources
        Rows of the ``sources`` table (columns ``source``, ``title``, ``published``,
        ``published_printed``, ``publisher``, ``licence``, ``kind``). A source that is not among
        them is called by its short name.
    """

    def __init__(self, sources: Iterable[Row] = ()) -> None:
        """Open an empty register over these documents."""
        self._documents = documents_of(sources)
        self._notes: dict[tuple[str, str], _Note] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        self._labels: dict[str, str] = {}

    @property
    def count(self) -> int:
        """How many notes the page has so far."""
        return len(self._notes)

    def __repr__(self) -> str:
        """Say what this is without a memory address, which would differ from run to run."""
        return f"SourceNotes: {self.count} notes"

    def cite(self, reference: Reference, shown_in: str, seen: set[int]) -> Markup:
        """Return the link from a figure to its note, or nothing where there is no reference.

        ``shown_in`` is the name of the table or figure that shows it, ``seen`` the numbers already
        linked from there. The note's way back leads to its first link, in what used it first.
        """
        found = _place(reference)
        if found is None:
            return EMPTY
        note = self._notes.setdefault(found, _Note(len(self._notes) + 1, *found))
        note.shown_in[shown_in] = None
        number = note.number
        first = number not in seen and shown_in == next(iter(note.shown_in))
        seen.add(number)
        # The blank and the brackets keep mark and figure apart where there is no style sheet; the
        # style sheet has the mark read as "Source [12]" and left out of what is copied.
        return tag("a", f" [{number}]", href=f"#n{number}", id=f"r{number}" if first else None)

    def number(self, kind: str, name: str) -> str:
        """Return what a "Table" or "Figure" of the page is called; a name keeps its number."""
        names = self._numbers.setdefault(kind, {})
        self._labels[name] = f"{kind} {names.setdefault(name, len(names) + 1)}"
        return self._labels[name]

    def label(self, name: str, words: str) -> None:
        """Give the way back words for something without a number of its own."""
        self._labels[name] = words

    def text(self, reference: Reference) -> str:
        """Return a reference as plain words: document and place, for a download."""
        found = _place(reference)
        return ": ".join(filter(None, (self._document(found[0]).name, found[1]))) if found else ""

    def _document(self, source: str) -> Document:
        return self._documents.get(source, Document(source, f"{source}."))

    def html(self) -> Markup:
        """Return the notes as HTML, a list a document."""
        if not self._notes:
            return tag("p", "No figure on this page was copied from a document.")
        documents = dict.fromkeys(note.source for note in self._notes.values())
        return join(map(self._of_document, documents))

    def _of_document(self, source: str) -> Markup:
        document = self._document(source)
        notes = tag("ol", *self._items(source), class_="notes")
        return tag("h3", document.name) + tag("p", document.in_full, class_="document") + notes

    def _items(self, source: str) -> Iterator[Markup]:
        """Give a document's notes as list items; the first that is out of turn says its number."""
        due = 1
        for note in self._notes.values():
            if note.source != source:
                continue
            words = [self._labels.get(name, "the figure") for name in note.shown_in]
            first, *others = dict.fromkeys(words)
            turn = None if note.number == due else note.number
            due = note.number + 1
            place = note.place.rstrip(".") or "The document as a whole"
            back = tag("a", first, href=f"#r{note.number}")
            also = "".join(f", {word}" for word in others)
            way_back = tag("span", " In ", back, also, class_="back")
            yield tag("li", f"{place}.", way_back, id=f"n{note.number}", value=turn)


def documents_of(sources: Iterable[Row]) -> dict[str, Document]:
    """Return the documents of the ``sources`` table by their short names.

    One row of ``sources`` is one document. Where kind and date tell the documents apart, notes call
    them by these ("Inspection report, February 2020"), otherwise by the title as well.
    """
    rows = {str(row["source"]): row for row in sources}

    def words(row: Row, column: str) -> str:
        value = row.get(column)
        return "" if is_missing(value) else str(value)

    def day(row: Row) -> str:
        published = words(row, "published")
        return day_in_words(published) if published else words(row, "published_printed")

    shorts = {
        source: ", ".join(filter(None, (words(row, "kind").capitalize(), day(row))))
        for source, row in rows.items()
    }
    taken = list(shorts.values())
    documents = {}
    for source, row in rows.items():
        title, short = words(row, "title") or source, shorts[source]
        named = short if taken.count(short) == 1 else ""
        parts = (title, words(row, "publisher"), day(row), words(row, "licence"))
        documents[source] = Document(
            named or ", ".join(filter(None, (title, day(row)))),
            ". ".join(part.rstrip(".") for part in parts if part) + ".",
        )
    return documents


def _place(reference: Reference) -> tuple[str, str] | None:
    """Source and place as text, or None where no source is named."""
    if reference is None or is_missing(reference[0]):
        return None
    source, place = reference
    return str(source), "" if is_missing(place) else str(place)

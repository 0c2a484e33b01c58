"""Source notes: from a figure on the page to the document, section and table it was copied from.

One register serves one page. A figure carries a small numbered link to its note; the note stands
at the end of the page, names document and place, and links back. The number is visible, so the way
can be followed on paper; it is a real link with a name, so it can be followed by keyboard and with
a screen reader. A figure that is copied from a table comes without it.

Notes are numbered in the order in which the page shows them. The same place in the same document
always has the same number, however often a cell is run again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.analysis.plans import day_in_words
from pipeline.analysis.records import Row
from pipeline.publish.page.display import Shown
from pipeline.publish.page.markup import EMPTY, Markup, is_missing, join, tag

# "hmip-northumbria-2020: Annex 4, row 1", as the processed tables write a source and its place.
_REFERENCE = re.compile(r"^([a-z0-9]+(?:-[a-z0-9]+)*)\s*[,:;|]\s+(.+)$", re.DOTALL)


@dataclass(frozen=True)
class Document:
    """A published document that figures were copied from."""

    title: str
    published: str = ""
    publisher: str = ""
    licence: str = ""
    short: str = ""

    @property
    def name(self) -> str:
        """The name by which notes call the document."""
        return self.short or ", ".join(part for part in (self.title, self.published) if part)


@dataclass
class _Note:
    number: int
    source: str
    place: str
    first_shown_in: str
    shown_in: dict[str, None]


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

    def mark(self, source: str, place: str, shown_in: str = "") -> int:
        """Return the number of the note for a place in a document, making the note if need be.

        ``shown_in`` is the name of the table or figure that shows the figure.
        """
        key = (str(source), str(place))
        if key not in self._notes:
            self._notes[key] = _Note(len(self._notes) + 1, *key, shown_in, {})
        note = self._notes[key]
        note.shown_in[shown_in] = None
        return note.number

    def link(self, source: str, place: str, shown_in: str, *, first: bool = True) -> Markup:
        """Return the link from a figure to its note.

        ``first`` is true where the note's way back may lead to this very link: once a table, and
        only in the table that used the note first.
        """
        number = self.mark(source, place, shown_in)
        note = self._notes[(str(source), str(place))]
        anchor = f"r{number}" if first and note.first_shown_in == shown_in else None
        # The blank and the brackets keep mark and figure apart where there is no style sheet; the
        # style sheet has the mark read as "Source [12]" and left out of what is copied.
        return tag("a", f" [{number}]", href=f"#n{number}", id=anchor)

    def cite(self, reference: object, shown_in: str, seen: set[int] | None = None) -> Markup:
        """Return the link for a reference, or nothing where the reference is empty.

        ``reference`` is a pair of source and place, or text such as
        ``hmip-northumbria-2020: Annex 4, 2.1 Assessment, row 1``. ``seen`` collects the numbers
        already linked from the same table, so that only one link takes the way back.
        """
        parts = split_reference(reference)
        if parts is None:
            return EMPTY
        number = self.mark(*parts, shown_in)
        first = seen is None or number not in seen
        if seen is not None:
            seen.add(number)
        return self.link(*parts, shown_in, first=first)

    def number(self, kind: str, name: str, label: str) -> int:
        """Return the number of a table or figure on the page; the same name keeps its number.

        ``kind`` is "Table" or "Figure" and ``label`` the words the way back uses.
        """
        names = self._numbers.setdefault(kind, {})
        self._labels[name] = f"{kind} {names.setdefault(name, len(names) + 1)}"
        return names[name]

    def label(self, name: str, words: str) -> None:
        """Give the way back words for something without a number of its own."""
        self._labels[name] = words

    def text(self, reference: object) -> str:
        """Return a reference as plain words: document and place, for a download."""
        parts = split_reference(reference)
        if parts is None:
            nothing = isinstance(reference, tuple) or is_missing(reference)
            return "" if nothing else str(reference)
        return f"{self._name(parts[0])}: {parts[1]}" if parts[1] else self._name(parts[0])

    @property
    def documents(self) -> dict[str, Document]:
        """The documents that the page has used so far, in order of first use."""
        used = dict.fromkeys(note.source for note in self._notes.values())
        return {source: self.document(source) for source in used}

    def document(self, source: str) -> Document:
        """Return a document by its short name."""
        return self._documents.get(source, Document(source))

    def _name(self, source: str) -> str:
        return self.document(source).name

    def html(self) -> Markup:
        """Return the notes as HTML, a list a document."""
        if not self._notes:
            return tag("p", "No figure on this page was copied from a document.")
        return join(
            join(
                [
                    tag("h3", document.name),
                    tag("p", _full(document), class_="document"),
                    tag("ol", *self._items(source), class_="notes"),
                ]
            )
            for source, document in self.documents.items()
        )

    def _items(self, source: str) -> Iterator[Markup]:
        """Give a document's notes as list items; the first that is out of turn says its number."""
        due = 1
        for note in self._notes.values():
            if note.source != source:
                continue
            words = [self._labels.get(name, "the figure") for name in note.shown_in if name]
            first, *others = dict.fromkeys(words or ["the figure"])
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
        source: ", ".join(part for part in (words(row, "kind").capitalize(), day(row)) if part)
        for source, row in rows.items()
    }
    taken = list(shorts.values())
    return {
        source: Document(
            title=words(row, "title") or source,
            published=day(row),
            publisher=words(row, "publisher"),
            licence=words(row, "licence"),
            short=shorts[source] if taken.count(shorts[source]) == 1 else "",
        )
        for source, row in rows.items()
    }


def split_reference(reference: object) -> tuple[str, str] | None:
    """Return source and place of a reference, or None where there is none.

    A reference is a pair, or text that begins with the short name of a source and a colon, comma,
    semicolon or bar. Text without such a beginning names a document as a whole.
    """
    if isinstance(reference, tuple | list):
        source, place = reference
        if is_missing(source):
            return None
        return str(source), "" if is_missing(place) else str(place)
    if is_missing(reference):
        return None
    found = _REFERENCE.match(str(reference).strip())
    return (found[1], found[2].strip()) if found else (str(reference).strip(), "")


def _full(document: Document) -> str:
    parts = (document.title, document.publisher, document.published, document.licence)
    return ". ".join(part.rstrip(".") for part in parts if part) + "."

"""A document as a stream of words and values, and the questions that stand in it.

A value is a percentage or one of the framework's phrases for why there is none. Values are kept
apart from words, so that a question which a table breaks over lines is still found, with the
values that stand on its lines.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from rapidfuzz.fuzz import ratio

from pipeline.entry.documents import Document, Line
from pipeline.entry.reading.vocabulary import Asked, Vocabulary
from pipeline.entry.reading.words import after_number, footnote_mark, simple, without_marks

T = TypeVar("T")

_FIGURE = re.compile(r"^[(‘']?(\d[\d,]*(?:\.\d+)?)%(\d{1,3})?[.,;:)’']*$")
_SAME = 88
"""From so many hundredths alike two wordings are the same question; a changed word or two pass."""


@dataclass(frozen=True)
class Token:
    """A word, or a value with what it says; where it stands by line and cell."""

    text: str
    line: int
    cell: int
    is_value: bool = False
    percent: int | None = None
    """The percentage where it is a whole one from 0 to 100."""
    status: str | None = None
    part: bool = False


@dataclass
class Asking:
    """A question as the document prints it, and the values that follow it or stand on its lines."""

    asked: Asked | None
    wording: str
    first: int
    last: int
    columns: tuple[str, ...]
    key_question: str
    values: list[Token] = field(default_factory=list)
    loose: bool = False
    """Whether its values stand apart from its lines: proposed, to be confirmed or looked at."""
    doubts: list[str] = field(default_factory=list)
    cells: dict[str, Token] = field(default_factory=dict)
    """The value in each column, where there are as many values as columns."""
    words: str = ""
    where: str = ""
    repeated: bool = False


def tokens(document: Document, vocabulary: Vocabulary) -> list[Token]:
    """Return the words and values of a document without footnotes and page furniture."""
    furniture = _furniture(document.lines)
    stream: list[Token] = []
    for number, line in enumerate(document.lines):
        if number in furniture or _is_note(line.text, vocabulary.statuses):
            continue
        for cell, text in enumerate(line.cells):
            stream += _cell_tokens(text, number, cell)
    return _with_phrases(stream, vocabulary.statuses)


def _is_note(text: str, statuses: Sequence[str]) -> bool:
    """Whether a line begins with a mark that no figure follows: its row may be broken there."""
    words = simple(text)
    follows = _FIGURE.match(without_marks(text).strip().partition(" ")[0]) or any(
        words[: len(phrase)] == phrase for phrase in map(simple, statuses)
    )
    return bool(footnote_mark(text)) and not follows


def _furniture(lines: Sequence[Line]) -> set[int]:
    """Return the numbers of lines that stand on many pages, but for their digits."""
    texts = [re.sub(r"\d+", "", line.text).strip() for line in lines]
    counts = Counter(text for text in texts if len(text) > 12)
    return {
        n
        for n, text in enumerate(texts)
        if counts[text] >= 3
        and len(text) < 120
        and "?" not in text
        and "%" not in text
        and re.search(r"\d\s*$|^\s*\d", lines[n].text)
    }


def _cell_tokens(text: str, line: int, cell: int) -> list[Token]:
    plain = re.sub(r"\?(?=\S)", "? ", without_marks(text))
    plain = re.sub(r"(\d)\s+%", r"\1%", plain)
    found = []
    for word in plain.split():
        match = _FIGURE.match(word)
        figure = match[1].replace(",", "") if match else ""
        whole = re.fullmatch(r"(\d+)(?:\.0+)?", figure)
        percent = int(whole[1]) if whole and int(whole[1]) <= 100 else None
        found.append(Token(word, line, cell, bool(match), percent))
    return found


def _with_phrases(found: list[Token], statuses: Sequence[str]) -> list[Token]:
    """Put the words of a phrase that stands for a figure together as one value.

    A phrase may go over a line break. Where its cell breaks it off, its beginning is the value.
    """
    forms = [
        ([*before, *simple(status), *after], status)
        for status in statuses
        for before in (["this", "question", "produces"], [])
        for after in (["available"], [])
    ]
    words = [" ".join(simple(token.text)) for token in found]
    whole: list[Token] = []
    at = 0
    begin = {form[0] for form, _ in forms}
    while at < len(found):
        first = found[at]
        if words[at] not in begin:
            whole.append(first)
            at += 1
            continue
        cell = next((n for n in range(at, len(found)) if found[n].cell != first.cell), len(found))
        row = next((n for n in range(at, cell) if found[n].line != first.line), cell)
        begins = at == 0 or (found[at - 1].line, found[at - 1].cell) != (first.line, first.cell)
        for form, status in forms:
            cut = words[at:row] != form and words[at:row] == form[: row - at]
            if words[at : min(cell, at + len(form))] == form:
                end, cut = at + len(form), False
            elif cut and begins and first.cell > 0 and form[0] == simple(status)[0]:
                end = row
            else:
                continue
            text = " ".join(token.text for token in found[at:end])
            whole.append(Token(text, first.line, first.cell, True, status=status, part=cut))
            at = end
            break
        else:
            whole.append(first)
            at += 1
    return whole


def headers(document: Document, vocabulary: Vocabulary) -> dict[int, tuple[str, ...]]:
    """Return the columns that a line names, by line: previous, current or a comparator."""
    names = {
        "Previous inspection": "previous",
        "Previous year": "previous",
        "12 months previously": "previous",
        "Current inspection": "current",
        "Current year": "current",
        "Current": "current",
        **vocabulary.comparators,
    }
    term = re.compile(
        "(?:"
        + "|".join(sorted((re.escape(name) for name in names), key=len, reverse=True))
        + r")(?![A-Za-z])"
    )
    found: dict[int, tuple[str, ...]] = {}
    lines = document.lines
    for number, line in enumerate(lines):
        if re.search(r"%\s*yes\b", line.text):
            found[number] = ("current",)
            continue
        if number in found:
            continue
        texts = [without_marks(line.text)]
        if number + 1 < len(lines) and len(line.cells) == len(lines[number + 1].cells) > 1:
            both = zip(line.cells, lines[number + 1].cells, strict=True)
            texts.append(" ".join(without_marks(f"{a} {b}") for a, b in both))
        below = next(
            (n for n in range(number + 1, min(number + 3, len(lines))) if lines[n].text), None
        )
        if below is not None:
            rest = " ".join(without_marks(lines[below].text).split())
            both_lines = _columns(" ".join(f"{texts[0]} {rest}".split()), term, names)
            if len(both_lines) > len(_columns(rest, term, names)):  # the heading goes on
                found[number] = found[below] = both_lines
                continue
        each = (_columns(" ".join(text.split()), term, names) for text in texts)
        if columns := next(filter(None, each), ()):
            found[number] = columns
    return found


def _columns(text: str, term: re.Pattern[str], names: dict[str, str]) -> tuple[str, ...]:
    """Return the columns that stand at the end of a line, one after the other."""
    columns: list[str] = []
    end = len(text)
    for found in reversed(list(term.finditer(text))):
        if re.sub(r"[\d\s]", "", text[found.end() : end]):
            break
        columns.insert(0, names[found[0]])
        end = found.start()
    # A single column counts only where nothing else stands on the line.
    if len(columns) == 1 and text[:end].strip():
        return ()
    return tuple(columns) if len(set(columns)) == len(columns) else ()


def at_or_above(found: Mapping[int, T], line: int, reach: int | None = None) -> T | None:
    """Return what was found nearest above a line or on it, at most ``reach`` lines away."""
    near = max((n for n in found if n <= line and (reach is None or n >= line - reach)), default=-1)
    return found.get(near)


def standard_lines(document: Document, vocabulary: Vocabulary) -> dict[int, str]:
    """Return the lines that are the heading of a standard, by line; the name decides."""
    found: dict[int, str] = {}
    starts = tuple(simple(rating)[0] for rating in vocabulary.ratings)
    for number, line in enumerate(document.lines):
        words = after_number(line.text)
        if "?" in line.text or line.text[:1].islower():
            continue  # the end of a question, not a heading
        numbered = bool(re.match(r"\s*\d+(?:\.\d+)+\.?\s", line.text + " "))
        for standard in vocabulary.standards:
            name = list(standard.name)
            if words[: len(name)] != name:
                continue
            rest = " ".join(words[len(name) :])
            if rest == "" or (numbered and rest.startswith(starts)):
                found.setdefault(number, standard.code)
    return found


def mentions(
    document: Document,
    stream: list[Token],
    vocabulary: Vocabulary,
    columns: Mapping[int, tuple[str, ...]],
    headings: Mapping[int, str],
) -> list[Asking]:
    """Return every question of the framework that stands in the document, in reading order.

    A question is known by its wording. One that the framework does not know is taken for a new
    prompt where values stand behind it.
    """
    found: list[Asking] = []
    standard = question = ""
    ends = [n for n, token in enumerate(stream) if not token.is_value and token.text.endswith("?")]
    heading_at = sorted(headings)
    used = 0
    for position, end in enumerate(ends):
        line, cell = stream[end].line, stream[end].cell
        while used < len(heading_at) and heading_at[used] <= line:
            if headings[heading_at[used]] != standard:
                standard, question = headings[heading_at[used]], ""
            used += 1
        before = _words_before(stream, end, cell)
        best = _best(before, stream, vocabulary, standard, question)
        first = (
            before[max(0, len(before) - len(best.words))] if best else _beginning(before, stream)
        )
        stop = ends[position + 1] if position + 1 < len(ends) else len(stream)
        asking = Asking(
            best,
            " ".join(stream[n].text for n in before if n >= first),
            stream[first].line,
            line,
            at_or_above(columns, stream[first].line) or (),
            best.key_question if best else question,
        )
        if best and not best.is_prompt:
            standard, question = best.standard, best.code
        _collect(asking, stream, first, end, stop)
        if best or (asking.values and not asking.loose and question):
            found.append(asking)
    return found


def _words_before(stream: list[Token], end: int, cell: int) -> list[int]:
    """Return the positions of up to 80 words up to a question mark, other columns left out."""
    kept: list[int] = []
    for at in range(end, -1, -1):
        token = stream[at]
        if not token.is_value and token.cell <= cell:
            if len(kept) == 80 or (at != end and token.text.endswith("?")):
                break
            kept.append(at)
    return kept[::-1]


def _best(
    before: list[int], stream: list[Token], vocabulary: Vocabulary, standard: str, question: str
) -> Asked | None:
    words = [(n, word) for n in before for word in simple(stream[n].text)]
    scored: list[tuple[float, int, Asked]] = []
    for asked in vocabulary.asked:
        tail = [word for _, word in words[-len(asked.words) :]]
        if abs(len(tail) - len(asked.words)) > 2:
            continue
        score = ratio(" ".join(tail), " ".join(asked.words))
        if score >= _SAME:
            near = 2 * (asked.key_question == question) + (asked.standard == standard)
            scored.append((score, near, asked))
    if not scored:
        return None
    top = max(score for score, _, _ in scored)
    # The same wording may stand under two standards: the nearer one is meant.
    return max(
        (item for item in scored if item[0] >= top - 0.01), key=lambda item: (item[1], item[0])
    )[2]


def _beginning(before: list[int], stream: list[Token]) -> int:
    """Return where an unknown question begins: on the last line that starts with a capital."""
    starts = {stream[n].line: n for n in reversed(before)}  # the last line comes first
    return next((n for n in starts.values() if stream[n].text[:1].isupper()), before[0])


def _collect(asking: Asking, stream: list[Token], first: int, end: int, stop: int) -> None:
    """Find the values of a question: those on its lines, then those on lines of their own."""
    values = [t for t in stream[first:end] if t.is_value]
    for token in stream[end + 1 : stop]:
        is_number = token.text.strip("()").isdigit() and len(token.text) <= 3 and token.cell == 0
        if token.is_value:
            values.append(token)
        elif not is_number and not _is_rest_of_phrase(token, values):
            break
    asking.values = values
    asking.loose = not any(asking.first <= token.line <= asking.last for token in values)


def _is_rest_of_phrase(token: Token, values: list[Token]) -> bool:
    """Whether a word ends a phrase that its cell broke over lines."""
    parts = [value for value in values if value.part]
    words = {word for value in parts for word in [*simple(value.status or ""), "available"]}
    return bool(parts) and " ".join(simple(token.text)) in words

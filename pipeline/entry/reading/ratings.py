"""Ratings of standards and of the provider, and the printed score."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

from pipeline.entry.documents import Document
from pipeline.entry.reading.found import Said
from pipeline.entry.reading.stream import at_or_above
from pipeline.entry.reading.vocabulary import Standard, Vocabulary
from pipeline.entry.reading.words import after_number, footnote_mark, shown, simple, without_marks


@dataclass
class Rated:
    """What a document prints as the rating of one standard, at each place it stands."""

    readings: list[Said] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    listed: bool = False
    """Whether the list of all ratings on the ratings page says the same."""


@dataclass
class Overall:
    """The printed overall rating and score."""

    readings: list[Said] = field(default_factory=list)
    scores: list[tuple[int, int, str]] = field(default_factory=list)
    """Score, the total it is printed out of, and the words."""


def standard_ratings(
    document: Document,
    vocabulary: Vocabulary,
    columns: Mapping[int, tuple[str, ...]],
    headings: Mapping[int, str],
) -> dict[str, Rated]:
    """Return the ratings of the standards of a framework, by standard."""
    found = {standard.code: Rated() for standard in vocabulary.standards}
    for number, code in headings.items():
        rated = found[code]
        ratings, last, cut = _ratings_after(document, number, vocabulary, headings)
        expected = at_or_above(columns, number, reach=4) or ("current",)
        words = shown([line.text for line in document.lines[number : last + 1]], 240)
        where = document.lines[number].where
        if cut:
            rated.doubts.append(f"{where}: a rating seems to be cut off")
        if not ratings:
            continue
        if len(ratings) != len(expected):
            rated.doubts.append(
                f"{where}: {len(ratings)} ratings stand where one for each of {len(expected)} "
                "columns should"
            )
            continue
        by_column = dict(zip(expected, ratings, strict=True))
        if "current" in by_column:
            rated.readings.append(Said(by_column["current"], words, where))
    _compare_list(document, vocabulary, found)
    return found


def _ratings_after(
    document: Document, number: int, vocabulary: Vocabulary, headings: Mapping[int, str]
) -> tuple[list[str], int, bool]:
    """Return the ratings that follow a standard's heading, the last line used, and if one is cut.

    Between the heading and the ratings, or behind them, only the statement of the standard stands.
    """
    standard = vocabulary.standard(headings[number])
    words = _words(document, number, standard, headings)
    statement = list(standard.statement)
    beginnings = {parts[0] for r in vocabulary.ratings if len(parts := simple(r)) > 1}
    ratings: list[str] = []
    begun: list[str] = []
    last, said, strange, at = number, 0, 0, 0
    while at < len(words):
        rating, length = _rating_at([word for _, word in words[at : at + 3]], vocabulary)
        if rating:
            ratings.append(rating)
            last = words[at + length - 1][0]
            at += length
            continue
        line, word = words[at]
        ahead = statement[said : said + 4]
        if word in ahead:
            said += ahead.index(word) + 1
            last = line
        elif word in beginnings:
            begun.append(word)
            last = line
        elif begun and (whole := vocabulary.rating([begun[0], word])):
            ratings.append(whole)
            del begun[0]
            last = line
        else:
            strange += 1
            if strange > 1 or said in (0, len(statement)):
                break
        at += 1
    return ratings, last, bool(begun)


def _words(
    document: Document, number: int, standard: Standard, headings: Mapping[int, str]
) -> list[tuple[int, str]]:
    """Return the words behind a standard's name with their lines, up to the next heading."""
    words: list[tuple[int, str]] = []
    for line in range(number, min(number + 14, len(document.lines))):
        text = document.lines[line].text
        if line > number and (line in headings or footnote_mark(text) or "?" in text):
            break
        found = after_number(text)[len(standard.name) :] if line == number else simple(text)
        words += [(line, word) for word in found]
    return words


def _rating_at(words: list[str], vocabulary: Vocabulary) -> tuple[str | None, int]:
    for rating in vocabulary.ratings:
        parts = simple(rating)
        if words[: len(parts)] == parts:
            return rating, len(parts)
    return None, 0


def _compare_list(document: Document, vocabulary: Vocabulary, found: dict[str, Rated]) -> None:
    """Compare with a list of ratings alone, one for each standard in order, where there is one."""
    texts = (simple(line.text) for line in document.lines)
    ratings = (vocabulary.rating(words) for words in texts if words)
    for is_list, together in groupby(ratings, bool):
        run = list(together)
        if is_list and len(run) == len(found):
            for rated, listed in zip(found.values(), run, strict=True):
                if any(said.value != listed for said in rated.readings):
                    rated.doubts.append(f"the list of ratings says {listed}")
                elif rated.readings:
                    rated.listed = True


def overall(document: Document, vocabulary: Vocabulary) -> Overall:
    """Return the overall rating at each place it stands, and the printed score."""
    found = Overall()
    ratings = "|".join(r"\s+".join(map(re.escape, r.split())) for r in vocabulary.ratings)
    lines = document.lines
    # Two or three lines together: a sentence or a label goes over line breaks.
    for number, line in enumerate(lines):
        if not re.search(r"overall|score", line.text, re.I):
            continue
        following = [ln.text for ln in lines[number : number + 6] if ln.text][:3]
        text = without_marks(" ".join(following))
        patterns = (
            rf"^\W*overall rating\W+({ratings})\b",
            rf"^\W*overall,? [^.?!]*?\brated(?: the \w+)? as\W*({ratings})\b",
            rf"\boverall, we have rated the \w+ as\W*({ratings})\b",
        )
        for pattern in patterns:
            hit = re.search(pattern, text, re.I)
            if hit:
                rating = vocabulary.rating(simple(hit[1])) or ""
                found.readings.append(Said(rating, shown([hit[0]], 200), line.where))
                break
        score = re.search(r"^\W*score\W+(\d{1,3})\s*/\s*(\d{1,3})\b", text, re.I)
        if score:
            found.scores.append((int(score[1]), int(score[2]), score[0]))
    return found

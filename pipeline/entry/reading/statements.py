"""What running text says of a question: the same figure in words, discretion, earlier advice."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.entry.documents import Document
from pipeline.entry.reading.found import Said
from pipeline.entry.reading.sentences import sentences
from pipeline.entry.reading.stream import at_or_above
from pipeline.entry.reading.vocabulary import Vocabulary
from pipeline.entry.reading.words import footnote_mark, marks, shown, telling, without_marks

_PERCENT = re.compile(r"\b(\d{1,3}) ?(?:per cent|%)")


@dataclass(frozen=True)
class Restated:
    """A sentence that gives the figure of a key question."""

    code: str
    percent: int
    where: str
    is_sure: bool
    """Whether nearly all telling words of the question stand in the sentence, and of no other: then
    another figure contradicts; else the same figure confirms, and another says nothing."""


def restated_figures(document: Document, vocabulary: Vocabulary) -> list[Restated]:
    """Return the sentences that give one percentage of cases, with the key questions they may mean.

    A sentence may mean the questions of which it has the most telling words, at least two fifths
    and three words, or nearly as many.
    """
    questions = vocabulary.key_questions
    wanted = {code: telling(asked.wording) for code, asked in questions.items()}
    found = []
    for sentence in sentences(document):
        for clause in re.split(r"(?<=[a-z”’)]), and |; ", without_marks(sentence.text)):
            percents = _PERCENT.findall(clause)
            if len(percents) != 1 or "?" in clause:
                continue
            here = telling(clause)
            shares = {
                code: len(words & here) / len(words)
                for code, words in wanted.items()
                if len(words & here) > 2
            }
            most = max(shares.values(), default=0)
            meant = [c for c, share in shares.items() if share >= 0.4 and share > most - 0.2]
            sure = len(meant) == 1 and most >= 0.8
            found += [Restated(code, int(percents[0]), sentence.where, sure) for code in meant]
    return found


@dataclass(frozen=True)
class Discretion:
    """A note that the panel moved a rating."""

    standard: str
    rating: str | None
    lowest: int | None
    rule: str
    words: str
    where: str


def discretions(
    document: Document, vocabulary: Vocabulary, headings: Mapping[int, str]
) -> list[Discretion]:
    """Return the notes that professional judgement changed the rating of a standard."""
    found = []
    standard_of_mark = {
        mark: at_or_above(headings, number)
        for number, line in enumerate(document.lines)
        if not footnote_mark(line.text)
        for mark in marks(line.text)
    }
    for sentence in sentences(document):
        text = sentence.text
        if not re.search(r"professional judgement|\bdiscretion\b", text, re.I):
            continue
        if not re.search(r"\b(?:used|exercised|applied)\b", text) or re.search(
            r"\b(?:may|should|can|could) be\b|\bwhether\b", text
        ):
            continue
        standard = standard_of_mark.get(footnote_mark(text))
        standard = standard or at_or_above(headings, sentence.line)
        if standard is None:
            continue
        ratings = [r for r in vocabulary.ratings if re.search(rf"\bto ['‘“\"]?{r}\b", text, re.I)]
        lowest = re.search(r"lowest score of (\d{1,3})", text)
        rule = "qualitative-evidence" if "qualitative" in text.lower() else "within-points"
        found.append(
            Discretion(
                standard,
                ratings[0] if len(ratings) == 1 else None,
                int(lowest[1]) if lowest else None,
                rule,
                shown([text]),
                sentence.where,
            )
        )
    return found


def progress(document: Document, verdicts: tuple[str, ...]) -> dict[int, Said]:
    """Return the verdicts on earlier recommendations, by the number that stands above each."""
    found: dict[int, Said] = {}
    number, title = 0, ""
    wanted = "|".join(map(re.escape, verdicts))
    for line in document.lines:
        item = re.match(r"\s*(\d{1,2})\.\s+(\S.*)", line.text)
        if item:
            number, title = int(item[1]), item[2]
            continue
        said = re.search(
            rf"\bhas made ({wanted}|no|not made any) progress on this recommendation",
            line.text,
            re.I,
        )
        if said and number:
            verdict = said[1].lower() if said[1].lower() in verdicts else "none"
            found[number] = Said(verdict, shown([title, line.text]), line.where)
            number = 0
    return found

"""How many cases were read: sizes, required sizes and designs of the samples of a framework."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd
from rapidfuzz.fuzz import token_set_ratio

from pipeline.entry.documents import Document
from pipeline.entry.reading.sentences import Sentence, sentences
from pipeline.entry.reading.stream import at_or_above
from pipeline.entry.reading.vocabulary import Vocabulary
from pipeline.entry.reading.words import footnote_mark, marks, shown, simple, telling, without_marks

_VERB = re.compile(r"\bwe (?:also |have )?(?:examined|inspected|assessed|completed)\b", re.I)
_COUNT = re.compile(
    r"(?<!out of )(?<!out of every )\b(\d[\d,]*)\s+(?!per cent|%)"
    r"((?:[A-Za-z’'/-]+\s+){0,11}[A-Za-z’'/-]+)"
)
_OF_CASES = re.compile(r"\b(cases?|requirements?)\b")
_DESIGN = re.compile(
    r"confidence level of (\d+)\s*(?:per cent|%)(?: \(?(?:with a )?margin of error of (\d+))?", re.I
)
_REQUIRED = re.compile(r"required sample size was (\d+)", re.I)
_ALL = re.compile(r"inspected (?:100 per cent|100%|all) of", re.I)


@dataclass
class Size:
    """What a document says of one sample."""

    sizes: list[tuple[int, str, str]] = field(default_factory=list)
    """Number of cases, words and place of each statement."""
    parts: list[tuple[int, ...]] = field(default_factory=list)
    required: int | None = None
    confidence: int | None = None
    margin: int | None = None
    designed: str = ""
    """Where confidence level and margin of error stand."""
    all_eligible: bool = False
    doubts: list[str] = field(default_factory=list)


def sample_sizes(
    document: Document, vocabulary: Vocabulary, kinds: pd.DataFrame
) -> dict[str, Size]:
    """Return what a document says of each sample that the framework's questions are out of."""
    found = {asked.sample: Size() for asked in vocabulary.asked}
    definitions = {
        row["sample"]: row["definition"] for _, row in kinds.iterrows() if row["sample"] in found
    }
    inner = kinds[kinds["part_of"].notna()]
    part_of = dict(zip(inner["sample"], inner["part_of"], strict=True))
    footnotes = _footnotes(document)
    for sentence, domain, standard in _placed(document, vocabulary):
        text = without_marks(sentence.text)
        counts = [
            (int(c[1].replace(",", "")), " ".join(c[2].split())) for c in _COUNT.finditer(text)
        ]
        if _VERB.search(text):
            whole = vocabulary.sample_of_domain.get(domain or 0)
            parts = []
            for count, phrase in counts:
                if not _OF_CASES.search(phrase) and not _named(phrase, vocabulary):
                    continue
                sample = _sample_of(phrase, standard, vocabulary, definitions)
                within = sample is None or part_of.get(sample) == whole
                if within and re.match(r"(?:[a-z-]+\s+){1,3}cases\b", phrase):
                    parts.append(count)
                sample = sample or (whole if re.match(r"cases\b", phrase) else None)
                if sample in found:
                    found[sample].sizes.append((count, shown([sentence.text], 300), sentence.where))
                    for mark in marks(sentence.text):
                        if mark not in footnotes:
                            found[sample].doubts.append(f"its footnote {mark} was not found")
                        _from_footnote(footnotes.get(mark, ""), count, found[sample])
            if len(parts) > 1 and whole in found:
                found[whole].parts.append(tuple(parts))
        design = _DESIGN.search(text)
        if design:
            for sample in _designed(text, domain, standard, vocabulary):
                found[sample].confidence = int(design[1])
                found[sample].margin = int(design[2]) if design[2] else None
                found[sample].designed = sentence.where
                if not design[2]:
                    found[sample].doubts.append("its margin of error was not found")
        elif re.search(r"\bconfidence level\b", text):
            for size in found.values():
                size.doubts.append(f"{sentence.where} names a confidence level that was not read")
    required = len(_REQUIRED.findall(" ".join(line.text for line in document.lines)))
    if required != sum(size.required is not None for size in found.values()):
        for size in found.values():
            size.doubts.append("a required sample size is printed that was not read")
    return found


def _from_footnote(text: str, count: int, size: Size) -> None:
    required = _REQUIRED.search(text)
    if required and int(required[1]) >= count:
        size.required = int(required[1])
        size.all_eligible = bool(_ALL.search(text))


def _named(phrase: str, vocabulary: Vocabulary) -> str | None:
    words = " ".join(simple(phrase))
    return next(
        (s.code for s in vocabulary.standards if " ".join(s.name) in words and len(s.name) > 1),
        None,
    )


def _sample_of(
    phrase: str, standard: str | None, vocabulary: Vocabulary, definitions: dict[str, str]
) -> str | None:
    """Return the sample of a count of cases: named, defined, or that of the section."""
    by_standard = vocabulary.sample_of_standard
    named = _named(phrase, vocabulary)
    if named in by_standard:
        return by_standard[named]
    words = " ".join(simple(phrase))
    for sample in definitions:
        if re.match(rf"{sample.replace('-', ' ')}\b.*\bcases\b", words):
            return sample
    if re.search(r"\bcases (?:where|in which|with)\b", phrase):
        scored = {
            sample: len(telling(phrase) & telling(definition)) / max(1, len(telling(phrase)))
            for sample, definition in definitions.items()
            if len(telling(definition)) > 1
        }
        best = max(scored, key=lambda sample: scored[sample], default=None)
        if (
            best is not None
            and scored[best] >= 0.75
            and token_set_ratio(phrase, definitions[best]) > 60
        ):
            return best
    if standard in by_standard and re.search(r"\bcases\b", phrase):
        return by_standard[standard]
    return None


def _designed(
    text: str, domain: int | None, standard: str | None, vocabulary: Vocabulary
) -> list[str]:
    """Return the samples of a design: named in its sentence, else those of the section."""
    by_standard = vocabulary.sample_of_standard
    names = [
        by_standard[s.code]
        for s in vocabulary.standards
        if s.code in by_standard and " ".join(s.name) in " ".join(simple(text))
    ]
    if names:
        return names
    if standard in by_standard:
        return [by_standard[standard]]
    of_domain = (s.code for s in vocabulary.standards if s.domain == domain)
    inside = dict.fromkeys(by_standard[code] for code in of_domain if code in by_standard)
    if len(inside) > 1:
        return list(inside)
    whole = vocabulary.sample_of_domain.get(domain or 0)
    return [whole] if whole else []


def _footnotes(document: Document) -> dict[str, str]:
    found: dict[str, str] = {}
    lines = document.lines
    for number, line in enumerate(lines):
        if mark := footnote_mark(line.text):
            following = []
            for below in lines[number + 1 : number + 4]:
                if not below.text or footnote_mark(below.text):
                    break
                following.append(below.text)
            found[mark] = " ".join([line.text, *following])
    return found


_ORDER = ("one", "two", "three", "four", "five", "six")


def _placed(
    document: Document, vocabulary: Vocabulary
) -> Iterator[tuple[Sentence, int | None, str | None]]:
    """Yield the sentences of running text with the domain or standard whose heading stands above.

    A heading is a short line: a domain by its word or name, a standard by its name.
    """
    order = sorted({s.domain for s in vocabulary.standards})
    names = {tuple(simple(s.domain_name)): s.domain for s in vocabulary.standards}
    standards = {s.name: s for s in vocabulary.standards}
    above: dict[int, tuple[int | None, str | None]] = {}
    for number, line in enumerate(document.lines):
        words = tuple(w for w in simple(line.text) if not w.isdigit())
        if len(line.text) >= 60 or line.text.endswith((".", ",", ";")):
            continue
        numbered = re.match(rf"domain ({'|'.join(_ORDER)})\b", line.text, re.I)
        if numbered:
            at = _ORDER.index(numbered[1].lower())
            above[number] = (order[at] if at < len(order) else None, None)
        elif words in names:
            above[number] = (names[words], None)
        elif words in standards:
            above[number] = (standards[words].domain, standards[words].code)
        elif re.match(r"annex\b", line.text, re.I):
            above[number] = (None, None)
    for sentence in sentences(document, above):
        yield (sentence, *(at_or_above(above, sentence.line) or (None, None)))

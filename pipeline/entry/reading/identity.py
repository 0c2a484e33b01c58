"""Whom and when a document is about: provider, fieldwork, publication."""

import re
from dataclasses import dataclass
from itertools import product

import pandas as pd

from pipeline.entry.codes import code_of, known_provider
from pipeline.entry.documents import Document
from pipeline.entry.reading.dates import MONTH, PRINTED, iso
from pipeline.entry.reading.found import Said
from pipeline.entry.reading.words import shown, simple, without_marks

_END = r"(?:report published|action plan|introduction|term definition|1\. ?rec|$)"
"""What may follow the provider's name on the cover of an action plan."""


@dataclass(frozen=True)
class Identity:
    """Provider (code and name as printed) and dates; what is not printed is empty."""

    provider: str
    name: Said
    fieldwork: Said
    published: Said
    submitted: Said
    is_plan: bool
    is_known: bool


def identify(document: Document, providers: pd.DataFrame, provider: str | None) -> Identity:
    """Return whom and when a document is about; ``provider`` overrides what it says."""
    lines = document.lines
    head = "\n".join(line.text for line in lines[:120])
    is_plan = bool(
        re.search(r"action plan submitted|response to the hmi probation inspection", head, re.I)
    )
    names = _names(document)
    name = next((n for n in names if known_provider(n.value, providers)), (*names, Said())[0])
    code = provider or known_provider(name.value, providers) or code_of(name.value)
    return Identity(
        code,
        name,
        _dated(document, r"fieldwork[^.]{0,40}?\bstarted"),
        _dated(document, r"report published|^hmi probation,", r"published:?"),
        _dated(document, r"action plan submitted"),
        is_plan,
        code in set(providers["provider"]),
    )


def _names(document: Document) -> list[Said]:
    """Return names of the provider, the most official place first."""
    found: list[Said] = []
    patterns = (
        rf"response to the hmi probation inspection:?\s+(.+?)\s*{_END}",
        r"inspection of (?:probation|youth offending) services in:?\s+(.+?)\s*"
        rf"(?:HMI Probation,|fieldwork|,? (?:{MONTH})\b|$)",
        r"\boverall, ((?:(?!overall)[^.])+?)(?: \(CRC\))? (?:is|has been|was) rated as",
        rf"^action plan:?\s+(?!submitted)(.+?)\s*{_END}",
    )
    for pattern in patterns:
        for number, line in enumerate(document.lines):
            if not re.search(r"overall|inspection|action plan", line.text, re.I):
                continue
            texts = [ln.text for ln in document.lines[number : number + 7] if ln.text][:3]
            hit = re.search(pattern, without_marks(" ".join(texts)), re.I)
            if hit and 2 < len(hit[1]) < 140 and "." not in hit[1]:
                name = " ".join(hit[1].split()).strip("‘’'\" :/")
                name = re.sub(r"\s*/\s*NPS$", "", name)
                if not re.match(r"(?:the|this|we|an?|in|report|introduction|action)\b", name, re.I):
                    found.append(Said(name, shown([hit[0]], 200), line.where))
                break
    return found


def _dated(document: Document, *labels: str) -> Said:
    """Return the date on the line of a label, or nearest to it within six lines; labels in turn."""
    lines = document.lines
    for label, (number, line) in product(labels, enumerate(lines)):
        if not re.search(label, line.text, re.I):
            continue
        after = re.split(label, line.text, maxsplit=1, flags=re.I)[-1]
        hit = PRINTED.search(after)
        if hit and iso(hit[0]):
            return Said(hit[0], line.text[:200], line.where)
        if len(line.text) > 60:
            continue
        for near in sorted(
            range(max(0, number - 6), min(len(lines), number + 7)), key=lambda n: abs(n - number)
        ):
            text = lines[near].text
            hit = PRINTED.search(text)
            if hit and len(text) < 40 and len(simple(text)) <= 6 and iso(hit[0]):
                return Said(hit[0], f"{text} … {line.text}", lines[near].where)
    return Said()

"""Other figures: rows of tables and figures with a sentence, proposed with their place.

They are proposals only. Which measure a figure is, a person says; what is not settled is left out.
"""

import re

from rapidfuzz.fuzz import token_set_ratio

from pipeline.data import Tables
from pipeline.entry.documents import Document
from pipeline.entry.reading.found import Found
from pipeline.entry.reading.words import shown, without_marks

_NUMBER = re.compile(r"^[£]?\d[\d,]*(?:\.\d+)?\s?(?:%|m|million)?$")
_PROSE = re.compile(r"\b\d[\d,.]*\s?(?:per cent|%)")


def figures_of_tables(document: Document, tables: Tables, inspection: str) -> list[Found]:
    """Return a proposed row of ``facts`` for each labelled figure that is no score or rating."""
    measures = dict(zip(tables["measures"]["measure"], tables["measures"]["name"], strict=True))
    found: list[Found] = []
    lines = document.lines
    for number, line in enumerate(lines):
        cells = [without_marks(cell).strip() for cell in line.cells]
        values = [cell for cell in cells[1:] if cell]
        if len(cells) > 1 and cells[0] and "?" not in cells[0] and values:
            if any(_NUMBER.match(value) for value in values):
                previous = values[0] if len(values) == 2 else ""
                found.append(
                    _proposed(
                        inspection, cells[0], values[-1], previous, line.text, line.where, measures
                    )
                )
        elif len(cells) == 1 and _NUMBER.match(cells[0]) and len(cells[0]) > 1:
            label = next((ln.text for ln in lines[number + 1 : number + 4] if ln.text), "")
            if len(label) > 25:
                text = f"{line.text} {label}"
                found.append(_proposed(inspection, label, cells[0], "", text, line.where, measures))
        elif len(cells) == 1 and not line.text.endswith("?"):
            for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", line.text):
                plain = without_marks(sentence)
                hit = _PROSE.search(plain)
                if hit and len(plain) > 30:
                    found.append(_proposed(inspection, plain, hit[0], "", sentence, line.where, {}))
    return found


def _proposed(
    inspection: str,
    label: str,
    value: str,
    previous: str,
    words: str,
    where: str,
    measures: dict[str, str],
) -> Found:
    best = max(measures, key=lambda code: token_set_ratio(label, measures[code]), default="")
    sure = best and token_set_ratio(label, measures[best]) >= 80
    row = Found(
        "facts",
        {
            "inspection": inspection,
            "measure": best if sure else "",
            "value": _plain(value),
            "previous_value": _plain(previous),
            "as_printed": value,
            "status": "published" if _plain(value) else "",
            "previous_status": "published" if _plain(previous) else "not printed",
            "place": where,
        },
        shown([words]),
        where,
    )
    row.doubt("proposed: choose the measure and check the figure, or leave the row as it is")
    return row


def _plain(value: str) -> str:
    number = re.search(r"\d[\d,]*(?:\.\d+)?", value)
    return number[0].replace(",", "") if number else ""

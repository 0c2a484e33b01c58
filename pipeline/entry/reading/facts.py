"""Other figures: rows of tables and figures with a sentence, proposed with their place.

They are proposals only. Which measure a figure is, a person says; what is not settled is left out.
A figure is proposed only with the label or the sentence that says what it counts.
"""

import re
from collections.abc import Container, Mapping

from rapidfuzz.fuzz import token_sort_ratio

from pipeline.data import Tables
from pipeline.entry.documents import Document
from pipeline.entry.reading.found import Found
from pipeline.entry.reading.sentences import sentences
from pipeline.entry.reading.stream import at_or_above
from pipeline.entry.reading.words import shown, simple, without_marks

_NUMBER = re.compile(r"£?(\d[\d,]*(?:\.\d+)?)\s?(%|m|million)?")
_SHARE = re.compile(r"(\b(?:[A-Za-z]+\s+){0,3})\b(\d[\d,.]*)\s?(?:per cent|%)")
_HEDGE = re.compile(
    r"\b(?:over|under|around|about|almost|nearly|(?:less|more) than|at least|at most|up to)\s+$",
    re.I,
)
_ABSENT = {"no data": "no data", "not known": "not known"}
_ALIKE = 75
"""From so many hundredths alike a label and the name of a measure of the same unit are one."""


def proposed_facts(
    document: Document,
    tables: Tables,
    columns: Mapping[int, tuple[str, ...]],
    used: Container[str],
    inspection: str,
) -> list[Found]:
    """Return a proposed row of ``facts`` for each figure that is no score or rating.

    ``columns`` are the headings of tables by line, ``used`` the places of lines whose figures are
    scores.
    """
    left_out, labels = _contents(document), _labels(document)
    found = []
    for number, line in enumerate(document.lines):
        cells = [without_marks(cell).strip() for cell in line.cells]
        if line.where in used or number in left_out or "?" in line.text:
            continue
        if len(cells) > 1:
            label, values = cells[0], [cell for cell in cells[1:] if cell]
            heads = at_or_above(columns, number, reach=20) or ("current",)
            if len(simple(label)) < 2 or len(values) not in (1, len(heads)):
                continue
            by_column = dict(zip(heads[-len(values) :], values, strict=True))
            words = line.text
        else:
            label = labels.get(number, "")
            by_column, words = {"current": cells[0]}, f"{cells[0]} {label}"
            if not label:
                continue
        if _NUMBER.fullmatch(by_column.get("current", "")):
            found.append(_proposal(inspection, label, by_column, words, line.where, tables))
    for sentence in sentences(document, left_out):
        plain = without_marks(sentence.text)
        if sentence.where in used or "?" in plain or len(simple(plain)) < 5:
            continue
        for hit in _SHARE.finditer(plain):
            hedge = _HEDGE.search(hit[1])
            printed = (hedge[0] if hedge else "") + hit[0][len(hit[1]) :]
            row = {"current": printed}
            found.append(_proposal(inspection, "", row, plain, sentence.where, tables))
    return found


def _labels(document: Document) -> dict[int, str]:
    """Return what each figure on a line of its own counts, by line.

    In a run of figures and labels the label stands above its figure where one stands above the
    first, else below it. A single figure, or one beside a label that has a figure, has none.
    """
    lines = document.lines
    alone = [
        number
        for number, line in enumerate(lines)
        if len(line.cells) == 1
        and _NUMBER.fullmatch(text := without_marks(line.text).strip())
        and (len(text) > 2 or not text.isdigit())
    ]
    runs: list[list[int]] = []
    for number in alone:
        if runs and sum(bool(line.text) for line in lines[runs[-1][-1] : number]) < 9:
            runs[-1].append(number)
        else:
            runs.append([number])
    found = {}
    for run in runs:
        step = -1 if len(simple(_paragraph(document, run[0], -1))) > 4 else 1
        for number in run if len(run) > 1 else ():
            label = _paragraph(document, number, step)
            if len(simple(label)) > 3 and not re.search(r"(?<!of )\b[\d.,]+%?$", label):
                found[number] = label
    return found


def _paragraph(document: Document, number: int, step: int) -> str:
    """Return the lines next to a line, above or below it, up to a blank one or a figure."""
    words: list[str] = []
    at = number + step
    while 0 <= at < len(document.lines):
        text = re.sub(r" \d\d?$", "", without_marks(document.lines[at].text).strip())
        if (not text and words) or _NUMBER.fullmatch(text) or document.lines[at].text.endswith("?"):
            break
        words.insert(len(words) if step > 0 else 0, text)
        at += step
    return " ".join(word for word in words if word)


def _contents(document: Document) -> set[int]:
    """Return the lines of a table of contents: headings with ascending numbers of pages."""
    lines = document.lines
    alone = {" ".join(simple(line.text)) for line in lines if len(line.cells) == 1}
    run: list[tuple[int, int, bool]] = []
    found: set[int] = set()
    for number, line in enumerate(lines):
        page = re.search(r"[\s.·…](\d{1,3})$", line.text)
        entry = " ".join(simple(line.text[: page.start()])) if page else ""
        if line.text and not (page and (not run or int(page[1]) >= run[-1][1])):
            run = []
        if page and re.search("[a-z]", entry):
            run.append((number, int(page[1]), entry in alone))
        if len(run) > 2 and sum(known for _, _, known in run) * 2 > len(run):
            found |= {n for n, _, _ in run}
    return found


def _proposal(
    inspection: str,
    label: str,
    by_column: Mapping[str, str],
    words: str,
    where: str,
    tables: Tables,
) -> Found:
    value, previous = by_column["current"], by_column.get("previous", "")
    absent = _ABSENT.get(previous.lower())
    cells = {
        "inspection": inspection,
        "measure": _measure(label, value, tables) if label else "",
        "value": _plain(value),
        "previous_value": _plain(previous),
        "as_printed": value,
        "status": "published" if _plain(value) else "in words",
        "previous_status": "published" if _plain(previous) else absent or "not printed",
        "place": where,
    }
    other = next((c for c in by_column if c not in ("current", "previous")), None)
    if other and _plain(by_column[other]):
        cells |= {"comparator": other, "comparator_value": _plain(by_column[other])}
    row = Found("facts", cells, shown([words]), where)
    row.doubt("proposed: choose the measure and check the figure, or leave the row as it is")
    return row


def _measure(label: str, value: str, tables: Tables) -> str:
    """Return the measure whose name is the label's and whose unit is the figure's, or ""."""
    unit = {"%": "percent", "m": "pounds million", "million": "pounds million"}
    found = _NUMBER.fullmatch(value)
    wanted = unit.get((found[2] if found else "") or "")
    short = re.sub(
        r"\(.*?\)|\b(?:proportion|number|percentage|total|rate) of\b", "", label, flags=re.I
    )
    best, most = "", float(_ALIKE)
    for measure, name, of in tables["measures"][["measure", "name", "unit"]].itertuples(
        index=False
    ):
        fits = of == wanted if wanted else of not in unit.values()
        alike = max(token_sort_ratio(text.lower(), name.lower()) for text in (label, short))
        if fits and alike >= most:
            best, most = str(measure), alike
    return best


def _plain(value: str) -> str:
    """Return a figure as a number, "" where it is none or only about so much."""
    number = re.fullmatch(r"£?(\d[\d,]*(?:\.\d+)?)\s?(?:%|m|million|per cent)?", value)
    return number[1].replace(",", "") if number else ""

"""Key questions and prompts: which figure stands in which column for which question."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.entry.documents import Document
from pipeline.entry.reading.stream import Mention, Token, mentions
from pipeline.entry.reading.vocabulary import Vocabulary
from pipeline.entry.reading.words import shown


@dataclass
class Cell:
    """One printed value of one question: a percentage or the reason why there is none."""

    percent: int | None
    status: str | None


@dataclass
class Asking:
    """A question as the document prints it with figures: a value for each column."""

    key_question: str
    wording: str
    cells: dict[str, Cell]
    words: str
    where: str
    doubts: list[str]
    is_new: bool = False
    repeated: bool = False
    loose: bool = False
    """Whether its figure stands apart from its lines: proposed, to be confirmed or looked at."""


def askings(
    document: Document,
    stream: list[Token],
    vocabulary: Vocabulary,
    columns: Mapping[int, tuple[str, ...]],
    headings: Mapping[int, str],
) -> tuple[dict[str, Asking], dict[str, Asking]]:
    """Return the key questions and the prompts that stand in a document with values, by code."""
    found = mentions(document, stream, vocabulary, dict(columns), dict(headings))
    _guess_loose(found, stream, headings)
    questions: dict[str, Asking] = {}
    prompts: dict[str, Asking] = {}
    new: dict[str, int] = defaultdict(int)
    for mention in found:
        if not mention.values and not mention.loose:
            continue
        asked = mention.asked
        if asked is None:
            new[mention.key_question] += 1
            last = sum(p.key_question == mention.key_question for p in vocabulary.prompts.values())
            code = f"{mention.key_question}-{last + new[mention.key_question]}"
        else:
            code = asked.code
        asking = _asking(mention, document)
        group = questions if asked is not None and not asked.is_prompt else prompts
        if code in group:
            _compare(group[code], asking)
        else:
            group[code] = asking
    return questions, prompts


def _asking(mention: Mention, document: Document) -> Asking:
    doubts = list(mention.doubts)
    values = mention.values or mention.loose
    columns = mention.columns
    if not columns:
        doubts.append("no heading says which inspection the figures are of")
        columns = ("current",)
    if len(values) != len(columns):
        doubts.append(f"{len(values)} figures stand where the heading has {len(columns)} columns")
    cells = {}
    if len(values) == len(columns):
        for column, token in zip(columns, values, strict=True):
            whole = token.percent is not None and token.percent <= 100 and not token.percent % 1
            cells[column] = Cell(int(token.percent or 0) if whole else None, token.status)
    lines = sorted({*range(mention.first, mention.last + 1), *(t.line for t in values)})
    words = [*(document.lines[n].text for n in lines if document.lines[n].text)]
    where = document.lines[values[0].line if values else mention.last].where
    return Asking(
        mention.key_question,
        mention.wording,
        cells,
        shown(words),
        where,
        doubts,
        is_new=mention.asked is None,
        loose=not mention.values,
    )


def _compare(first: Asking, again: Asking) -> None:
    """Two places print the same question with figures: they must say the same."""
    shared = first.cells.keys() & again.cells.keys()
    if first.doubts or again.doubts or first.loose or again.loose or not shared:
        return
    same = all(
        (first.cells[c].percent, first.cells[c].status)
        == (again.cells[c].percent, again.cells[c].status)
        for c in shared
    )
    if same:
        first.repeated = True
    else:
        first.doubts.append(f"{again.where} prints other figures")


def _guess_loose(found: list[Mention], stream: list[Token], headings: Mapping[int, str]) -> None:
    """Where a table lost its rows, put its figures beside its questions in their order.

    A guess for a person to look at: such figures are never more than proposed.
    """
    tables: dict[int, list[Mention]] = defaultdict(list)
    starts = sorted(headings)
    printed = [token for token in stream if token.is_value]
    for mention in found:
        above = [n for n in starts if n <= mention.first]
        if above and mention.asked is not None and not mention.asked.is_prompt:
            tables[above[-1]].append(mention)
    for start, group in tables.items():
        if not any(m.loose or not m.values for m in group):
            continue
        later = [n for n in starts if n > start]
        end = min(later[0] if later else group[-1].last + 4, group[-1].last + 4)
        values = [t for t in printed if start <= t.line <= end]
        if len(values) != len(group) or not any(m.values or m.loose for m in group):
            for mention in group:
                if len(mention.loose) > 1:
                    mention.doubts.append("several figures stand behind the question")
            continue
        for mention, token in zip(group, values, strict=True):
            if not mention.values:
                mention.loose = [token]

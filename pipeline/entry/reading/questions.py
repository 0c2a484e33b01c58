"""Key questions and prompts: which figure stands in which column for which question."""

from collections import defaultdict
from collections.abc import Mapping

from pipeline.entry.documents import Document
from pipeline.entry.reading.stream import Asking, Token, mentions, tokens
from pipeline.entry.reading.vocabulary import Vocabulary
from pipeline.entry.reading.words import shown


def askings(
    document: Document,
    vocabulary: Vocabulary,
    columns: Mapping[int, tuple[str, ...]],
    headings: Mapping[int, str],
) -> tuple[dict[str, Asking], dict[str, Asking]]:
    """Return the key questions and the prompts that stand in a document with values, by code."""
    stream = tokens(document, vocabulary)
    found = mentions(document, stream, vocabulary, columns, headings)
    _guess_loose(found, stream, headings)
    questions: dict[str, Asking] = {}
    prompts: dict[str, Asking] = {}
    new: dict[str, int] = defaultdict(int)
    for asking in found:
        if not asking.values:
            continue
        asked = asking.asked
        if asked is None:
            new[asking.key_question] += 1
            last = sum(p.key_question == asking.key_question for p in vocabulary.prompts.values())
            code = f"{asking.key_question}-{last + new[asking.key_question]}"
        else:
            code = asked.code
        _fill_cells(asking, document)
        group = questions if asked is not None and not asked.is_prompt else prompts
        if code in group:
            _compare(group[code], asking)
        else:
            group[code] = asking
    return questions, prompts


def _fill_cells(asking: Asking, document: Document) -> None:
    """Put each value under its column, and say where and on which words the question stands."""
    values = asking.values
    if not asking.columns:
        asking.doubts.append("no heading says which inspection the figures are of")
    columns = asking.columns or ("current",)
    if len(values) == len(columns):
        asking.cells = dict(zip(columns, values, strict=True))
    else:
        asking.doubts.append(
            f"{len(values)} figures stand where the heading has {len(columns)} columns"
        )
    lines = sorted({*range(asking.first, asking.last + 1), *(t.line for t in values)})
    asking.words = shown([document.lines[n].text for n in lines])
    asking.where = document.lines[values[0].line].where


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


def _guess_loose(found: list[Asking], stream: list[Token], headings: Mapping[int, str]) -> None:
    """Where a table lost its rows, put its figures beside its questions in their order.

    A guess for a person to look at: such figures are never more than proposed.
    """
    tables: dict[int, list[Asking]] = defaultdict(list)
    starts = sorted(headings)
    printed = [token for token in stream if token.is_value]
    for asking in found:
        above = [n for n in starts if n <= asking.first]
        if above and asking.asked is not None and not asking.asked.is_prompt:
            tables[above[-1]].append(asking)
    for start, group in tables.items():
        if not any(asking.loose for asking in group):
            continue
        later = [n for n in starts if n > start]
        end = min(later[0] if later else group[-1].last + 4, group[-1].last + 4)
        values = [t for t in printed if start <= t.line <= end]
        if len(values) != len(group) or not any(asking.values for asking in group):
            for asking in group:
                if asking.loose and len(asking.values) > 1:
                    asking.doubts.append("several figures stand behind the question")
            continue
        for asking, token in zip(group, values, strict=True):
            if asking.loose:
                asking.values = [token]

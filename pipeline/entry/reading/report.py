"""Read an inspection report: rows for the raw tables, each marked proved, read or look."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

from pipeline.analysis.ratings.bands import rating_for
from pipeline.data import Tables
from pipeline.data.package import Resource
from pipeline.entry.codes import inspection_code
from pipeline.entry.documents import Document
from pipeline.entry.problems import NotAReport
from pipeline.entry.reading import proof
from pipeline.entry.reading.dates import fits_weekday, iso
from pipeline.entry.reading.facts import proposed_facts
from pipeline.entry.reading.found import Found, Said
from pipeline.entry.reading.identity import Identity
from pipeline.entry.reading.questions import askings
from pipeline.entry.reading.ratings import Rated, overall, standard_ratings
from pipeline.entry.reading.samples import Size, sample_sizes
from pipeline.entry.reading.sources import source_rows
from pipeline.entry.reading.statements import Discretion, discretions, progress, restated_figures
from pipeline.entry.reading.stream import Asking, Token, headers, standard_lines
from pipeline.entry.reading.vocabulary import Vocabulary, allowed, vocabulary

NOT_FOUND = "not found in the document"


class _Report:
    """One reading of a report: what it is about and the rows found so far."""

    def __init__(
        self,
        document: Document,
        words: Vocabulary,
        tables: Tables,
        identity: Identity,
        year: int | None,
    ) -> None:
        self.document, self.words, self.tables = document, words, tables
        self.identity = identity
        self.fieldwork = iso(identity.fieldwork.value)
        self.round = year or (int(self.fieldwork[:4]) if self.fieldwork else None)
        self.code = inspection_code(identity.provider, self.round or "")
        self.previous = self._previous()
        self.rows: list[Found] = []
        self.source = ""

    def _previous(self) -> str:
        """Return the code of the earlier inspection whose figures the report reprints."""
        own = self.tables["inspections"]
        own = own[own["provider"] == self.identity.provider]
        earlier = own[own["round"] < self.round] if self.round else own
        if len(earlier):
            return str(earlier.sort_values("round")["inspection"].iloc[-1])
        years = Counter(
            int(year)
            for year in re.findall(r"\b((?:19|20)\d\d) inspection\b", self.document.text)
            if self.round and int(year) < self.round
        )
        year = years.most_common(1)[0][0] if years else ""
        return inspection_code(self.identity.provider, year)

    def add(
        self, table: str, cells: Mapping[str, object], words: str = "", where: str = ""
    ) -> Found:
        """Keep a row and return it."""
        row = Found(table, {name: str(value) for name, value in cells.items()}, words, where)
        self.rows.append(row)
        return row


def read_report(
    document: Document,
    name: str,
    framework: str,
    tables: Tables,
    resources: Sequence[Resource],
    identity: Identity,
    year: int | None = None,
) -> list[Found]:
    """Return the rows of an inspection report of a framework.

    Raises NotAReport where no question and no rating of the framework stands in the document.
    """
    words = vocabulary(tables, resources, framework)
    report = _Report(document, words, tables, identity, year)
    columns = headers(document, words)
    headings = standard_lines(document, words)
    questions, prompts = askings(document, words, columns, headings)
    rated = standard_ratings(document, words, columns, headings)
    if not questions and not any(item.readings for item in rated.values()):
        raise NotAReport(
            f"{name} can be read, but no rating and no key question of {framework} stands in it: "
            "it is no inspection report of that framework."
        )
    _about(report)
    sizes = sample_sizes(document, words, tables["sample_kinds"])
    base = _samples(report, sizes)
    own = _scores(report, questions, "current", "own")
    if any("previous" in asking.cells for asking in questions.values()):
        _scores(report, questions, "previous", "reprint")
    named = _comparators(report, questions)
    if len(named) == 1:
        (about,) = (row for row in report.rows if row.table == "inspections")
        about.cells["comparator"] = named.pop()
    prompt_rows = _prompts(report, prompts)
    _ratings(report, rated, own, headings)
    proof.check_shares(own, words.key_questions, base)
    proof.check_shares(prompt_rows, words.prompts, base)
    proof.check_restated(own, restated_figures(document, words))
    _follow_up(report, resources)
    used = {row.where for row in report.rows if row.table.endswith("_scores")}
    report.rows += proposed_facts(document, tables, columns, used, report.code)
    return report.rows


def _about(report: _Report) -> None:
    identity = report.identity
    fieldwork, published = identity.fieldwork, identity.published
    report.rows += source_rows(report.tables, report.code, identity)
    report.source = report.rows[0].cells["source"]
    said = [item for item in (fieldwork, published) if item.value]
    row = report.add(
        "inspections",
        {
            "inspection": report.code,
            "provider": identity.provider,
            "round": report.round or "",
            "framework": report.words.framework,
            "fieldwork_start_printed": fieldwork.value,
            "fieldwork_start": report.fieldwork or "",
            "published_printed": published.value,
            "published": iso(published.value) or "",
            "source": report.source,
            "place": "; ".join(item.where for item in said),
        },
        " | ".join(item.words for item in said),
        "; ".join(item.where for item in said),
    )
    if not fieldwork.value:
        row.doubt("the start of fieldwork was not found")
    if not published.value:
        row.doubt("the date of publication was not found")
    for item in said:
        if not fits_weekday(item.value):
            row.doubt(f"“{item.value}” was another day of the week")
    if not identity.provider:
        row.doubt("the provider's name was not found: name it with --provider")


def _samples(report: _Report, sizes: Mapping[str, Size]) -> dict[str, int]:
    """Add a row a sample; return the sizes that are printed without contradiction."""
    base = {}
    kinds = report.tables["sample_kinds"]
    inner = set(kinds[kinds["part_of"].notna()]["sample"])
    for sample, size in sizes.items():
        counts = Counter(count for count, _, _ in size.sizes)
        count = counts.most_common(1)[0][0] if counts else None
        first = next(((w, p) for n, w, p in size.sizes if n == count), ("", ""))
        row = report.add(
            "samples",
            {
                "inspection": report.code,
                "sample": sample,
                "size": "" if count is None else count,
                "size_status": "published" if count is not None else "not published",
                "required_size": size.required or "",
                "confidence_level": size.confidence or "",
                "margin_of_error": size.margin or "",
                "all_eligible": "yes" if size.all_eligible else "no",
            },
            *first,
        )
        row.doubt(*size.doubts)
        if count is None:
            row.doubt("no size of this sample was found")
            continue
        if len(counts) > 1:
            said = ", ".join(f"{where}: {n}" for n, _, where in size.sizes)
            row.doubt(f"the document prints different sizes ({said})")
        elif len({where for _, _, where in size.sizes}) > 1:
            row.prove("the same size stands in two places", "size")
        if any(sum(parts) == count for parts in size.parts):
            row.prove("its parts add up to it", "size")
        elif size.parts:
            row.doubt(f"its parts, {size.parts[0]}, do not add up to it")
        for other in sizes.values():
            same = (other.confidence, other.margin) == (size.confidence, size.margin)
            if same and other.margin and other.designed != size.designed:
                row.prove(
                    f"{other.designed} has the same design", "confidence_level", "margin_of_error"
                )
        if not row.doubts:
            base[sample] = count
        if size.confidence is None and sample not in inner:
            row.doubt("no confidence level of this sample was found")
    return base


def _scores(
    report: _Report, questions: Mapping[str, Asking], column: str, reading: str
) -> dict[str, Found]:
    """Add a row a key question for one column; own figures for every question of the framework."""
    rows = {}
    inspection = report.code if reading == "own" else report.previous
    printed = _figures_elsewhere(report, inspection, "reprint" if reading == "own" else "own")
    for code, question in report.words.key_questions.items():
        asking = questions.get(code)
        key = {"inspection": inspection, "key_question": code, "reading": reading}
        row, cell = _score(report, "key_question_scores", key, asking, column, printed.get(code))
        expected = question.qualitative and "qualitative" in ((cell and cell.status) or "")
        if cell is not None and cell.status and reading == "own" and not expected:
            row.doubt("the question has no figure, though it is one of cases")
        if cell is not None and cell.percent is not None and question.qualitative:
            row.doubt("the question is one of qualitative evidence, yet a figure stands there")
        rows[code] = row
    return rows


def _score(
    report: _Report,
    table: str,
    key: Mapping[str, str],
    asking: Asking | None,
    column: str,
    elsewhere: int | None = None,
) -> tuple[Found, Token | None]:
    """Add the row of one figure; ``elsewhere`` is the one that another report prints."""
    cell = asking.cells.get(column) if asking else None
    percent = "" if cell is None or cell.percent is None else str(cell.percent)
    cells = {
        **key,
        "framework": report.words.framework,
        "percent": percent,
        "status": "published" if percent else (cell and cell.status) or "",
    }
    row = report.add(table, cells, *((asking.words, asking.where) if asking else ()))
    _doubts(row, asking, cell, elsewhere)
    return row, cell


def _doubts(row: Found, asking: Asking | None, cell: Token | None, elsewhere: int | None) -> None:
    """Say what is doubtful of a row; ``elsewhere`` is the figure another report prints."""
    if asking is None:
        row.doubt(NOT_FOUND)
        return
    row.doubt(*asking.doubts)
    percent = cell.percent if cell else None
    same = percent is not None and percent == elsewhere
    if same:
        row.prove("another report prints the same")
    elif percent is not None and elsewhere is not None:
        row.doubt(f"another report prints {elsewhere}%")
    if asking.loose and not same:
        row.doubt("the figure does not stand on the lines of its question")
    if cell is None and not asking.doubts:
        # As many figures stand there as its heading has columns, and none of them is this one.
        row.cells["status"] = "not published"
        row.doubt("its table has no such column, though others have")
    elif cell is None:
        row.doubt("no figure stands in this column")
    elif percent is None and cell.status is None:
        row.doubt("the figure is no whole percentage from 0 to 100")
    if asking.repeated:
        row.prove("the same figure stands in two tables")


def _comparators(report: _Report, questions: Mapping[str, Asking]) -> set[str]:
    """Add a row a key question and national aggregate; return the aggregates that are printed."""
    known = report.tables["comparator_scores"]
    known = known[
        (known["framework"] == report.words.framework)
        & (known["source"] != report.source)
        & known["percent"].notna()
    ]
    columns = zip(known["comparator"], known["key_question"], known["percent"], strict=True)
    elsewhere = {(comparator, code): int(percent) for comparator, code, percent in columns}
    printed = {column for asking in questions.values() for column in asking.cells}
    printed &= set(report.words.comparators.values())
    for code, question in report.words.key_questions.items():
        for comparator in sorted(printed):
            key = {"comparator": comparator, "key_question": code}
            last, asking = elsewhere.get((comparator, code)), questions.get(code)
            row, cell = _score(report, "comparator_scores", key, asking, comparator, last)
            if cell is not None and cell.status and not question.qualitative:
                row.doubt("the national aggregate has no figure here")
    return printed


def _prompts(report: _Report, prompts: Mapping[str, Asking]) -> dict[str, Found]:
    """Add the scores of prompts: all of the framework's, where a report prints any."""
    if not prompts:
        return {}
    framework = report.words.framework
    rows: dict[str, Found] = {}
    positions = len(report.words.prompts)
    has_previous = any("previous" in asking.cells for asking in prompts.values())
    for code in dict.fromkeys([*report.words.prompts, *prompts]):
        asking = prompts.get(code)
        is_new = asking is not None and asking.asked is None
        if asking is not None and is_new:
            positions += 1
            sample = report.words.key_questions[asking.key_question].sample
            report.add(
                "prompts",
                {
                    "framework": framework,
                    "prompt": code,
                    "key_question": asking.key_question,
                    "position": positions,
                    "wording": asking.wording,
                    "sample": sample,
                },
                asking.words,
                asking.where,
            ).doubt(f"{framework} has no prompt of this wording: add it, or correct the wording")
        for column, inspection in (("current", report.code), ("previous", report.previous)):
            if column == "previous" and not has_previous:
                continue
            key = {"inspection": inspection, "prompt": code}
            row, cell = _score(report, "prompt_scores", key, asking, column)
            if column == "current" and cell is not None and cell.status:
                row.doubt("this inspection has no figure here: are the columns turned round?")
            if is_new:
                row.doubt(f"{framework} has no prompt of this wording")
            if column == "current":
                rows[code] = row
    return rows


def _ratings(
    report: _Report,
    rated: Mapping[str, Rated],
    own: Mapping[str, Found],
    headings: Mapping[int, str],
) -> None:
    document, words, tables = report.document, report.words, report.tables
    bands = proof.Bands.of(tables, words.framework)
    notes = discretions(document, words, headings)
    rows = {}
    for standard in words.standards:
        item = rated[standard.code]
        first = (*item.readings, Said())[0]
        row = report.add(
            "ratings",
            {
                "inspection": report.code,
                "framework": words.framework,
                "standard": standard.code,
                "rating": first.value,
            },
            first.words,
            first.where,
        )
        if not first.value:
            row.doubt(NOT_FOUND)
        row.doubt(*item.doubts)
        rows[standard.code] = row
    read = overall(document, words)
    first = (*read.readings, Said())[0]
    score = str(read.scores[0][0]) if read.scores else ""
    total = report.add(
        "overall_ratings",
        {
            "inspection": report.code,
            "rating": first.value,
            "score": score,
            "score_status": "published" if score else "not published",
        },
        "; ".join(dict.fromkeys([first.words, *(said for _, _, said in read.scores)])),
        first.where,
    )
    if not first.value:
        total.doubt(NOT_FOUND)
    if not score:
        total.doubt("no score was found: does the report print none?")
    for standard in words.standards:
        code = standard.code
        at_all = [row for q, row in own.items() if words.key_questions[q].standard == code]
        here = [note for note in notes if note.standard == code]
        moved = next((note.rating for note in here if note.rating), None)
        qualitative = "qualitative" in standard.basis
        proof.check_standard(code, at_all, rows[code], bands, moved, qualitative)
        for note in {note.rule: note for note in here}.values():
            _discretion(report, note, at_all, rows[code], bands)
    proof.check_ratings(rows, rated, total, bands, read)


def _discretion(
    report: _Report, note: Discretion, at_all: list[Found], rated: Found, bands: proof.Bands
) -> None:
    percents = [int(row.cells["percent"]) for row in at_all if row.cells.get("percent")]
    lowest = min(percents, default=None)
    by_bands = ""
    if lowest is not None and not bands.ratings.empty:
        by_bands = rating_for(lowest, bands.ratings)
    row = report.add(
        "discretions",
        {
            "inspection": report.code,
            "framework": report.words.framework,
            "standard": note.standard,
            "rule": note.rule,
            "from_rating": by_bands,
            "to_rating": rated.cells.get("rating", ""),
        },
        note.words,
        note.where,
    )
    row.doubt("the rule is a guess; say the reason in your words")
    if note.lowest is not None:
        for score in at_all:
            if score.cells.get("percent") != str(lowest):
                continue
            if lowest == note.lowest:
                score.prove(f"{note.where} names it as the lowest score")
            else:
                score.doubt(f"{note.where} names {note.lowest}% as the lowest score")


def _figures_elsewhere(report: _Report, inspection: str, reading: str) -> dict[str, int]:
    """Return the figures of an inspection that other documents print, in this numbering."""
    framework = report.words.framework
    pairs = report.tables["comparability"]
    pairs = pairs[(pairs["kind"] == "key question") & (pairs["same_question"] == "yes")]
    number = {(framework, code): code for code in report.words.key_questions}
    for _, pair in pairs.iterrows():
        before = (pair["previous_framework"], pair["previous_subject"])
        now = (pair["current_framework"], pair["subject"])
        for own, other in ((before, now), (now, before)):
            if own[0] == framework:
                number.setdefault(other, own[1])
    scores = report.tables["key_question_scores"]
    scores = scores[
        (scores["inspection"] == inspection)
        & (scores["reading"] == reading)
        & (scores["source"] != report.source)
        & scores["percent"].notna()
    ]
    asked = zip(scores["framework"], scores["key_question"], scores["percent"], strict=True)
    return {number[of, code]: int(percent) for of, code, percent in asked if (of, code) in number}


def _follow_up(report: _Report, resources: Sequence[Resource]) -> None:
    plans: pd.DataFrame = report.tables["plans"]
    answered = plans[plans["inspection"] == report.previous]
    plan = str(answered["plan"].iloc[0]) if len(answered) else report.previous
    found = progress(report.document, allowed(resources, "follow_up", "verdict"))
    advice = report.tables["recommendations"]
    known = advice[advice["plan"] == plan]["recommendation"].astype(int)
    for number in range(1, max([0, *found, *(known if found else ())]) + 1):
        said = found.get(number, Said())
        row = report.add(
            "follow_up",
            {
                "inspection": report.code,
                "plan": plan,
                "recommendation": number,
                "verdict": said.value,
            },
            said.words,
            said.where,
        )
        if number not in found:
            row.doubt("no verdict on this recommendation was found")

"""Read an action plan: recommendations, what was answered, and the actions promised."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.data import Tables
from pipeline.entry.codes import inspection_code
from pipeline.entry.documents import Document, Line
from pipeline.entry.problems import NotAReport
from pipeline.entry.reading.dates import iso
from pipeline.entry.reading.found import Found
from pipeline.entry.reading.identity import Identity
from pipeline.entry.reading.sources import source_rows
from pipeline.entry.reading.words import shown

_ANSWERS = ("agreed", "partly agreed", "not agreed")
_ANSWER = re.compile(r"^(?:partly|not)?\s*agreed$", re.I)
_ANSWER_LINE = re.compile(r"^(\s*)((?:partly|not)?\s*agreed)(?:\s+(\S.*))?$", re.I)
_ANSWER_INSIDE = re.compile(r"^(.*[.:]\s+)((?:Partly |Not )?Agreed)(?:\s+(\S.*))?$")
_SHOULD = re.compile(r"^((?:The )?[A-Z][^.:;]{1,90}?)\s+should\b:?\s*(.*)$", re.S)
_NUMBERED = re.compile(r"^\s*(\d{1,2}\.?)\s+((?:The )?[A-Z].*)$")
_TOTAL = re.compile(r"^\s*(agreed|partly agreed|not agreed|total)\s+(\d{1,2})\s*$", re.I)
_ADDRESSEE = re.compile(
    r"(?:(?!(?i:partly|not|agreed|target|date|rec|no)\b)(?:[A-Z][\w&’'-]*|of|and|for|the),?\s*)+"
)
_REPEATED = re.compile(r"recommendation\s+(?:has been|is|was)\s+repeated", re.I)
_SAYS_REPEATED = re.compile(
    r"\bhas been repeated\b|\brepeated from the previous\b|^from the previous inspection"
)
_ITEM = re.compile(r"^\s*[•\uf0b7▪●·-]\s*(.*)$")


@dataclass
class _Promise:
    """One action as printed: words, owner, target date, place."""

    words: str
    owner: str
    due: str
    where: str


@dataclass
class _Advice:
    """One recommendation with its answer and actions, as printed."""

    printed_number: str
    text: str
    where: str
    answers: list[str] = field(default_factory=list)
    response: str = ""
    beside: str = ""
    """The words on the answer's line, where that line may be another recommendation's."""
    shares_row: bool = False
    """Whether answer and recommendation stand in one row: no other order of lines parts them."""
    promises: list[_Promise] = field(default_factory=list)
    everything: str = ""
    """All words from this recommendation to the next, whatever cell they stand in."""
    first: str = ""
    """The words of the row, or the lines, with which it begins."""
    doubts: list[str] = field(default_factory=list)
    skips: bool = False
    """Whether numbers are missing before its own."""


def read_plan(
    document: Document, name: str, tables: Tables, identity: Identity, year: int | None = None
) -> list[Found]:
    """Return the rows of an action plan; titles, summaries and reasons are left for a person.

    Raises NotAReport where no recommendation stands in it.
    """
    ways = (document.lines, _joined_rows(document.lines))
    readings = [_from_table(lines) for lines in ways]
    advice = max([*readings, list(_from_lines(document))], key=_completeness)
    if not advice:
        raise NotAReport(f"{name} says it is an action plan, but no recommendation stands in it.")
    submitted, published = identity.submitted, identity.published
    day = iso(submitted.value)
    year = year or (int(day[:4]) if day else None)
    plan = inspection_code(identity.provider, year or "")
    found = source_rows(tables, plan, identity)
    totals = _totals(document)
    about = Found(
        "plans",
        {
            "plan": plan,
            "provider": identity.provider,
            "inspection": _answered(tables, identity),
            "year": str(year or ""),
            "submitted_printed": submitted.value,
            "submitted": day or "",
            "report_published_printed": published.value,
            "agreed_printed": totals.get("agreed", ""),
            "partly_agreed_printed": totals.get("partly agreed", ""),
            "not_agreed_printed": totals.get("not agreed", ""),
            "total_printed": totals.get("total", ""),
            "source": found[0].cells["source"],
        },
        shown([submitted.words, published.words]),
        submitted.where,
    )
    if not identity.provider:
        about.doubt("the provider's name was not found: name it with --provider")
    for what, said in (("submission", submitted), ("publication of the report", published)):
        if not said.value:
            about.doubt(f"the date of {what} was not found")
    found.append(about)
    counted = _counted(advice, totals, about)
    _doubt_neighbours(advice, document)
    all_alike = len({tuple(item.answers) for item in advice}) == 1
    last = 0
    numbered: dict[int, _Advice] = {}
    for item in advice:
        printed = item.printed_number.rstrip(".")
        number = int(printed) if printed.isdigit() and int(printed) > last else last + 1
        item.skips = number != last + 1
        numbered[number] = item
        last = number
    last = max(last, min(int(totals.get("total", "0")), last + 20))
    for number in range(1, last + 1):
        item = numbered.get(number) or _Advice(str(number), "", "")
        found += _rows(plan, number, item, counted, all_alike)
    _check_repeated([row for row in found if row.table == "recommendations"], plan, about, tables)
    return found


def _check_repeated(rows: list[Found], plan: str, about: Found, tables: Tables) -> None:
    """Compare which recommendations are repeated with what the inspection followed up.

    Without that, a "no" is certain only where no recommendation of the plan is repeated: the line
    that says so may be lost.
    """
    followed = tables["follow_up"]
    followed = followed[followed["inspection"] == about.cells["inspection"]]
    here = followed[followed["repeated_plan"] == plan]["repeated_recommendation"]
    repeated = {str(number) for number in here}
    some = any(row.cells["repeated"] == "yes" for row in rows)
    for row in rows:
        says = row.cells["repeated"] == "yes"
        if len(followed):
            if says != (row.cells["recommendation"] in repeated):
                row.doubt("the inspection report says otherwise on whether it is repeated")
        elif some and not says:
            row.doubt("others are repeated: check that no line says so of this one")


def _doubt_neighbours(advice: list[_Advice], document: Document) -> None:
    """Where "has been repeated" stands in a row of its own, it may belong to a neighbour."""
    text = " ".join(" ".join(line.text for line in document.lines).lower().split())
    said = max(text.count("repeated"), text.count("previous inspection"))
    if said != sum(len(_REPEATED.findall(item.everything)) for item in advice):
        for item in advice:
            item.doubts.append("“has been repeated” stands outside the recommendations too")
    for at, item in enumerate(advice):
        if _REPEATED.search(item.everything) and not _REPEATED.search(item.first):
            for near in advice[max(0, at - 1) : at + 2]:
                near.doubts.append("whether it is repeated stands in a row of its own")


def _completeness(advice: list[_Advice]) -> tuple[int, int]:
    """How many recommendations say who should act and have one answer, and how many there are."""
    whole = [a for a in advice if len(a.answers) == 1 and _SHOULD.match(a.text)]
    return len(whole), -len(advice)


def _rows(
    plan: str, number: int, item: _Advice, counted: str | None, all_alike: bool
) -> Iterator[Found]:
    """Yield the rows of one recommendation; ``counted`` compares the answers with their totals."""
    totals_prove = counted == "" and (item.shares_row or all_alike)
    who = _SHOULD.match(item.text)
    key = {"plan": plan, "recommendation": str(number)}
    row = Found(
        "recommendations",
        {
            **key,
            "printed_number": item.printed_number,
            "addressed_to": who[1] if who else "",
            "repeated": "yes" if _REPEATED.search(item.everything) else "no",
        },
        shown([item.text]),
        item.where,
    )
    row.doubt(*item.doubts)
    if item.printed_number.rstrip(".") != str(number):
        row.doubt(f"its printed number is “{item.printed_number}”, its place in the plan {number}")
    if item.skips:
        row.doubt(f"the recommendation before its printed number {number} was not found")
    if who is not None and not _ADDRESSEE.fullmatch(who[1]):
        row.doubt(f"“{who[1]}” does not read like an addressee")
    if who is None:
        what = "whom it addresses" if item.text else "the recommendation"
        row.doubt(f"{what} was not found")
    yield row
    answer = Found(
        "responses",
        {**key, "response": item.answers[0] if item.answers else ""},
        shown([item.answers[0] if item.answers else "", item.response], 300),
        item.where,
    )
    if not item.answers:
        answer.doubt("no answer stands beside the recommendation")
    elif len(item.answers) > 1:
        answer.doubt(f"several answers stand beside it: {', '.join(item.answers)}")
    else:
        _compare_answer(answer, item)
        if counted:
            answer.doubt(counted)
        elif totals_prove:
            answer.prove("the printed totals of answers agree")
    answer.doubt(*(reason for reason in row.doubts if reason not in item.doubts))
    yield answer
    for position, promise in enumerate(item.promises, start=1):
        action = Found(
            "actions",
            {
                **key,
                "action": f"{plan}-{number}-{position:02}",
                "position": str(position),
                "owner": promise.owner,
                "due_printed": promise.due,
                **_due(promise.due),
            },
            shown([promise.words]),
            promise.where,
        )
        action.doubt("say the action in your words; split or join rows as the plan means them")
        yield action


def _compare_answer(row: Found, item: _Advice) -> None:
    """Compare the answer with what the text behind it says."""
    said = _said(item.response)
    if item.answers[0] in _said(item.response.replace(item.beside, "", 1)):
        row.prove("the text behind it says the same")
    elif said and item.answers[0] not in said:
        row.doubt(f"the text behind it reads as {said[0]}")


def _said(text: str) -> list[str]:
    """Return the answers that a text repeats."""
    wordings = {
        "partly agreed": r"part(?:ly|ially) agree",
        "not agreed": r"\b(?:does|do|can)(?: ?not|n’t|n't) agree\b",
        "agreed": r"(?<!not )(?<!partly )\bagrees? with this",
    }
    return [answer for answer, wording in wordings.items() if re.search(wording, text, re.I)]


def _due(printed: str) -> dict[str, str]:
    day = iso(printed)
    if not printed:
        return {"due": "", "due_kind": "none given"}
    if re.search(r"\bcomplete", printed, re.I):
        return {"due": "", "due_kind": "done"}
    if day:
        return {"due": day, "due_kind": "date" if len(day) > 7 else "month"}
    return {"due": "", "due_kind": "ongoing" if re.search("ongoing", printed, re.I) else ""}


def _answered(tables: Tables, identity: Identity) -> str:
    """Return the provider's inspection that was published when the plan says its report was."""
    day = iso(identity.published.value)
    own = tables["inspections"]
    own = own[own["provider"] == identity.provider]
    for _, row in own.iterrows():
        shared = min(len(row["published"]), len(day or ""))
        if day and shared >= 7 and row["published"][:shared] == day[:shared]:
            return str(row["inspection"])
    return ""


def _totals(document: Document) -> dict[str, str]:
    hits = (_TOTAL.match(line.text) for line in document.lines)
    return {hit[1].lower(): hit[2] for hit in hits if hit}


def _counted(advice: list[_Advice], totals: dict[str, str], about: Found) -> str | None:
    """Return why the printed totals do not agree, "" where they do, None without totals."""
    if "total" not in totals:
        return None
    counts = Counter(item.answers[0] for item in advice if item.answers)
    wrong = [
        f"{totals[answer]} {answer} are printed, {counts[answer]} were read"
        for answer in _ANSWERS
        if answer in totals and int(totals[answer]) != counts[answer]
    ]
    if int(totals["total"]) != len(advice):
        wrong.append(f"{totals['total']} recommendations are printed, {len(advice)} were read")
    about.doubt(*wrong)
    if not wrong:
        about.prove(
            "the printed totals agree with the answers",
            *(f"{answer.replace(' ', '_')}_printed" for answer in totals),
        )
    return "; ".join(wrong)


def _joined_rows(lines: Sequence[Line]) -> list[Line]:
    """Put the lines of a table's row together, where each line of text stands as a row.

    A line that does not begin with a number goes on with the row above.
    """
    joined: list[Line] = []
    for line in lines:
        above = joined[-1].cells if joined else ()
        numbered = re.match(r"\d{1,2}\.?(?:\s|$)", line.cells[0])
        if len(line.cells) > 2 and len(above) == len(line.cells) and not numbered:
            cells = tuple(
                " ".join(filter(None, pair)) for pair in zip(above, line.cells, strict=True)
            )
            joined[-1] = Line(cells, joined[-1].where)
        else:
            joined.append(line)
    return joined


def _from_table(lines: Sequence[Line]) -> list[_Advice]:
    """Return the recommendations in the rows of a table."""
    found: list[_Advice] = []
    for line in lines:
        if found and _TOTAL.match(line.text):
            break
        cells = list(line.cells)
        glued = re.match(r"(\d{1,2}\.?)\s+(?=(?:The )?[A-Z])", cells[0])
        if glued and len(cells) > 2:
            cells[:1] = [glued[1], cells[0][glued.end() :]]
        start = _start_of(cells)
        if start is not None:
            current = _Advice(
                " ".join(cells[:start]).strip(),
                cells[start],
                line.where,
                everything=line.text,
                first=line.text,
                shares_row=True,
            )
            found.append(current)
            rest = cells[start + 1 :]
            at = next((n for n, cell in enumerate(rest) if _ANSWER.match(cell.strip())), None)
            if at is not None:
                current.answers.append(_answer(rest[at]))
                rest = rest[at + 1 :]
            _promises(current, rest, line)
            continue
        if not found or not line.text:
            continue
        found[-1].everything += " " + line.text
        answered = any(_ANSWER.match(cell.strip()) for cell in cells)
        if answered and all(len(cell) <= 40 for cell in cells):
            continue  # a number and answer that the next page repeats
        _continue(found[-1], cells, line)
    return found


def _start_of(cells: list[str]) -> int | None:
    """Return the cell that holds a recommendation: one that says who should do something."""
    for number, cell in enumerate(cells[:3]):
        if _SHOULD.match(cell) and len(cells) > number + 1:
            if any(_ANSWER.match(other.strip()) for other in cells[number + 1 :]):
                return number
            if number and re.fullmatch(r"\d{1,2}\.?", cells[number - 1].strip()):
                return number
    return None


def _promises(advice: _Advice, cells: list[str], line: Line) -> None:
    """Take the cells behind an answer: what is promised, by whom, until when."""
    if not cells or not cells[0]:
        return
    owner, due = ([*cells[1:3], "", ""])[:2]
    advice.response += " " + cells[0]
    _, *items = re.split(r"\s[•\uf0b7▪●·]\s|^[•\uf0b7▪●·]\s*", cells[0])
    items = [part.strip() for part in items if len(part.strip()) > 15]
    for words in items or [cells[0]]:
        advice.promises.append(_Promise(words, owner, due, line.where))


def _continue(advice: _Advice, cells: list[str], line: Line) -> None:
    """Take a row without a recommendation: more actions, or the rest of the text above."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return
    has_date = len(filled) > 1 and (
        iso(filled[-1]) or re.match("ongoing|complete", filled[-1], re.I)
    )
    if has_date:
        words = max(filled, key=len)
        owner = filled[-2] if len(filled) > 2 and filled[-2] != words else ""
        advice.promises.append(_Promise(words, owner, filled[-1], line.where))
        advice.response += " " + words
    elif _SAYS_REPEATED.search(filled[0]) or (
        len(filled) > 1 and len(filled[0]) < 110 and advice.text and advice.text[-1] not in ".:"
    ):
        advice.text += " " + filled[0]
        advice.response += " " + " ".join(filled[1:])
    else:
        advice.response += " " + " ".join(filled)


def _answer(text: str) -> str:
    return " ".join(text.lower().split())


def _from_lines(document: Document) -> Iterator[_Advice]:
    """Yield recommendations from lines: a number, whom it addresses, the answer on a later line.

    Each cell counts as a line; a number in a cell of its own goes with the next.
    """
    lines = _cells_as_lines(document)
    starts: list[tuple[int, re.Match[str]]] = []
    for n, line in enumerate(lines):
        hit = _NUMBERED.match(line.text)
        if not hit:
            continue
        following = " ".join([hit[2], *(ln.text for ln in lines[n + 1 : n + 6] if ln.text)])
        if _SHOULD.match(following) and int(hit[1].rstrip(".")) > len(starts):
            starts.append((n, hit))
    for order, (start, hit) in enumerate(starts):
        end = starts[order + 1][0] if order + 1 < len(starts) else len(lines)
        advice = _Advice(hit[1], "", lines[start].where)
        text: list[str] = []
        before = ""
        first = Line((hit[2],), lines[start].where)
        for line in (first, *lines[start + 1 : end]):
            if not line.text:
                continue
            if _TOTAL.match(line.text):
                break
            answer = _ANSWER_LINE.match(line.text) or (
                None if advice.answers else _ANSWER_INSIDE.match(line.text)
            )
            half = re.search(r"(?:^|\s)(partly|not)$", before, re.I)
            before = line.text
            if answer and (not advice.answers or answer[3] is None):
                text.append(answer[1])
                advice.answers.append(_answer(f"{half[1] if half else ''} {answer[2]}"))
                advice.beside = answer[3] or ""
                advice.response += " " + advice.beside
                continue
            item = _ITEM.match(line.text)
            if not advice.answers:
                text.append(line.text)
            elif item:
                advice.promises.append(_Promise(item[1], "", "", line.where))
                advice.response += " " + item[1]
            else:
                advice.response += " " + line.text
                for promise in advice.promises[-1:]:
                    if not promise.words.endswith((".", ":", ";")):
                        promise.words += " " + line.text
        advice.text = " ".join(" ".join(text).split())
        advice.everything = advice.text + " " + advice.response
        advice.first = advice.text
        yield advice


def _cells_as_lines(document: Document) -> list[Line]:
    lines: list[Line] = []
    for line in document.lines:
        cells = list(line.cells)
        if len(cells) > 1 and re.fullmatch(r"\d{1,2}\.?", cells[0]):
            cells[:2] = [f"{cells[0]} {cells[1]}"]
        lines += [Line((cell,), line.where) for cell in cells if cell] or [line]
    return lines

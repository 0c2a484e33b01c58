"""Run the project's arithmetic over a table of ratings that somebody else made.

The table has a row a rating (provider or inspection, standard, rating), a row a provider with a
column a standard, or a row a key question with its percentage; score and overall rating are used
where they stand. What cannot be true is said by line, with the reason.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.analysis.ratings.bands import overall_rating, rating_for
from pipeline.analysis.statistics.bases import possible_counts
from pipeline.data import Tables
from pipeline.entry.documents import decoded
from pipeline.entry.problems import CannotEnter
from pipeline.entry.reading.proof import Bands
from pipeline.entry.reading.words import simple

_ENOUGH = 20
"""From so many ratings on, one of the framework's that never occurs is worth a word."""

#: What a column may be called, by what it holds.
_NAMES = {
    "subject": (
        "inspection",
        "provider",
        "crc",
        "organisation",
        "area",
        "service",
        "name",
        "region",
    ),
    "standard": ("standard", "standard number", "standard name"),
    "rating": ("rating", "judgement", "grade", "published rating"),
    "question": ("key question", "question", "question number"),
    "percent": ("percent", "percentage", "yes", "share", "score percent"),
    "base": ("cases", "base", "sample", "size", "n", "sample size"),
    "score": ("score", "total", "points", "total score", "total points"),
    "overall": ("overall", "overall rating", "overall judgement"),
}


@dataclass
class Result:
    """What an audit found: what cannot be true, and what it looked at."""

    findings: list[str]
    looked_at: str

    def lines(self) -> Iterator[str]:
        """Say the findings, then what was looked at."""
        yield from self.findings
        many = len(self.findings)
        verdict = (
            "nothing that cannot be true" if not many else f"{many} things that cannot be true"
        )
        yield f"{self.looked_at}: {verdict}."


@dataclass
class _Subject:
    """What the table says of one provider or inspection."""

    name: str
    ratings: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Rating and place by standard; a rating that is none stays as it is written."""
    percents: dict[str, tuple[int, str]] = field(default_factory=dict)
    score: tuple[int, str] | None = None
    overall: tuple[str, str] | None = None
    place: str = ""


#: The rows of a table as text, each with its line number.
_Rows = list[tuple[int, dict[str, str]]]


def audit(path: Path, tables: Tables, framework: str) -> Result:
    """Return what cannot be true in a table of ratings, judged by a framework's rules.

    Raises CannotEnter where the framework is not known or the table holds no ratings.
    """
    known = tables["frameworks"]["framework"].tolist()
    if framework not in known:
        raise CannotEnter([f"{framework} is not in frameworks.csv; it has {', '.join(known)}."])
    return _Audit(tables, framework).of(*_read(path), path.name)


class _Audit:
    """One framework's rules over one table."""

    def __init__(self, tables: Tables, framework: str) -> None:
        self.framework = framework
        self.bands = Bands.of(tables, framework)
        standards = tables["standards"][tables["standards"]["framework"] == framework]
        self.standards = dict(zip(standards["standard"], standards["name"], strict=True))
        self.basis = dict(zip(standards["standard"], standards["rating_basis"], strict=True))
        questions = tables["key_questions"][tables["key_questions"]["framework"] == framework]
        self.questions = dict(zip(questions["key_question"], questions["standard"], strict=True))
        self.cases = questions[questions["evidence"] == "cases"]
        self.ratings = list(self.bands.ratings["rating"])
        self.findings: list[str] = []

    def of(self, columns: list[str], rows: _Rows, name: str) -> Result:
        """Audit one table."""
        roles = _roles(columns)
        wide = {column: code for column in columns if (code := self._standard(column)) is not None}
        if not wide and not ({"standard", "rating"} <= roles.keys() or "question" in roles):
            raise CannotEnter(
                [
                    f"{name} has no ratings that can be told: it needs the columns standard and "
                    "rating, or a column for each standard; its columns are "
                    f"{', '.join(columns)}."
                ]
            )
        subjects = self._subjects(rows, roles, wide)
        for subject in subjects:
            self._whole(subject, bool(wide) or "rating" in roles)
            self._adds_up(subject)
            self._lowest_gives(subject)
        self._never(subjects)
        rated = sum(len(subject.ratings) for subject in subjects)
        shares = sum(len(subject.percents) for subject in subjects)
        what = f"{rated} ratings of {len(subjects)} subjects"
        self.findings.sort(key=_line)
        return Result(
            self.findings, f"{name}, {what}" + (f", {shares} percentages" if shares else "")
        )

    def _say(self, where: str, text: str) -> None:
        self.findings.append(f"{where}: {text}")

    def _standard(self, text: str) -> str | None:
        """Return the number of a standard that a cell or column names by number or by name."""
        number = re.match(r"\s*(\d+\.\d+)\.?(?!\d|\.\d)", text.replace("_", "."))
        if number and number[1] in self.standards:
            return number[1]
        words = [word for word in simple(text.replace("_", " ")) if not word.isdigit()]
        for code, name in self.standards.items():
            if words and (words == simple(name) or words == [*simple(name), "rating"]):
                return code
        return None

    def _rating(self, text: str) -> str | None:
        return next((r for r in self.ratings if simple(r) == simple(text)), None)

    def _subjects(self, rows: _Rows, roles: dict[str, str], wide: dict[str, str]) -> list[_Subject]:
        subjects: dict[str, _Subject] = {}
        for line, row in rows:
            where = f"line {line}"
            name = row.get(roles.get("subject", ""), "") or ("the table" if not wide else where)
            if wide and name in subjects:
                self._say(where, f"{name} stands here again; one of the two rows is wrong")
                name = f"{name} ({where})"
            subject = subjects.setdefault(name, _Subject(name, place=where))
            for column, code in wide.items():
                self._take_rating(subject, code, row[column], where)
            if not wide and "standard" in roles and "rating" in roles:
                written = row[roles["standard"]]
                found = self._standard(written)
                if found is None and simple(written)[:1] == ["overall"]:
                    subject.overall = (row[roles["rating"]], where)
                elif found is None:
                    self._say(where, f'"{written}" is no standard of {self.framework}')
                elif found in subject.ratings:
                    self._say(where, f"{name} has standard {found} a second time")
                else:
                    self._take_rating(subject, found, row[roles["rating"]], where)
            if "question" in roles and "percent" in roles:
                self._take_percent(subject, row, roles, where)
            self._take_total(subject, row, roles, where)
        return list(subjects.values())

    def _take_rating(self, subject: _Subject, code: str, text: str, where: str) -> None:
        rating = self._rating(text)
        subject.ratings[code] = (rating or text, where)
        if rating:
            return
        if not text:
            self._say(
                where, f"{subject.name} has no rating of standard {code} {self.standards[code]}"
            )
            return
        cut = [r for r in self.ratings if set(simple(text)) < set(simple(r))]
        guess = f"; it may be “{cut[0]}” cut short" if cut else ""
        self._say(
            where,
            f'"{text}" (standard {code}) is no rating of {self.framework}, which has '
            f"{', '.join(self.ratings)}{guess}",
        )

    def _take_percent(
        self, subject: _Subject, row: dict[str, str], roles: dict[str, str], where: str
    ) -> None:
        number = re.match(r"\s*(\d+\.\d+\.\d+)", row[roles["question"]])
        code = number[1] if number else ""
        if code not in self.questions:
            self._say(where, f'"{row[roles["question"]]}" is no key question of {self.framework}')
            return
        text = row[roles["percent"]].rstrip("% ")
        if not text:
            return
        if not re.fullmatch(r"\d+(\.0+)?", text) or float(text) > 100:
            self._say(where, f'"{row[roles["percent"]]}" is no whole percentage from 0 to 100')
            return
        percent = int(float(text))
        before = subject.percents.get(code)
        if before is not None:
            if before[0] != percent:
                self._say(
                    where,
                    f"{subject.name} has {percent}% for key question {code}, and {before[0]}% in "
                    f"{before[1]}",
                )
            return
        subject.percents[code] = (percent, where)
        base = row.get(roles.get("base", ""), "")
        if base.isdigit() and int(base) and not possible_counts(percent, int(base)):
            self._say(where, f"no whole number of {base} cases is {percent}%")

    def _take_total(
        self, subject: _Subject, row: dict[str, str], roles: dict[str, str], where: str
    ) -> None:
        score = row.get(roles.get("score", ""), "").split("/")[0].strip()
        if score and not score.isdigit():
            self._say(where, f'"{score}" is no score')
        elif score and subject.score and subject.score[0] != int(score):
            self._say(where, f"{subject.name} has another score here than in {subject.score[1]}")
        elif score:
            subject.score = (int(score), where)
        text = row.get(roles.get("overall", ""), "")
        rating = self._rating(text)
        if rating:
            subject.overall = (rating, where)
        elif text:
            self._say(where, f'"{text}" is no overall rating of {self.framework}')

    def _whole(self, subject: _Subject, has_ratings: bool) -> None:
        missing = [code for code in self.standards if code not in subject.ratings]
        if has_ratings and missing:
            self._say(
                subject.place,
                f"{subject.name} has no row for standard{'s' if len(missing) > 1 else ''} "
                f"{', '.join(missing)}; {self.framework} has {len(self.standards)}",
            )
        lacking = [q for q in self.cases["key_question"] if q not in subject.percents]
        if subject.percents and lacking:
            self._say(
                subject.place,
                f"{subject.name} has no percentage of key question {', '.join(lacking)}",
            )

    def _adds_up(self, subject: _Subject) -> None:
        """Compare the sum of points with score and overall rating."""
        points = [self.bands.points(rating) for rating, _ in subject.ratings.values()]
        known = [point for point in points if point is not None]
        unknown = len(self.standards) - len(known)
        most = int(self.bands.ratings["points"].max()) if self.ratings else 0
        if subject.score:
            score, where = subject.score
            if not unknown and sum(known) != score:
                self._say(
                    where,
                    f"the ratings of {subject.name} make {sum(known)} points, the score is {score}",
                )
            elif unknown and known and not sum(known) <= score <= sum(known) + unknown * most:
                self._say(
                    where,
                    f"{subject.name} scores {score}, but the ratings that stand there make "
                    f"{sum(known)} and {unknown} missing ones at most {unknown * most} more",
                )
        total = subject.score[0] if subject.score else sum(known) if not unknown else None
        if subject.overall and total is not None and not self.bands.overall.empty:
            rating, where = subject.overall
            if total <= int(self.bands.overall["upper_points"].max()):
                by_bands = overall_rating(total, self.bands.overall)
                if by_bands != rating:
                    self._say(
                        where, f"{total} points give {by_bands}, the overall rating is {rating}"
                    )

    def _lowest_gives(self, subject: _Subject) -> None:
        """Compare each rating with that of its lowest key question, discretion allowed for."""
        lowest: dict[str, list[int]] = defaultdict(list)
        for question, (percent, _) in subject.percents.items():
            lowest[self.questions[question]].append(percent)
        for standard, percents in lowest.items():
            rating, where = subject.ratings.get(standard, ("", ""))
            if self.bands.points(rating) is None:
                continue
            by_bands = rating_for(min(percents), self.bands.ratings)
            qualitative = "qualitative" in self.basis[standard]
            permitted = self.bands.permit(rating, min(percents), qualitative=qualitative)
            if rating != by_bands and not permitted:
                self._say(
                    where,
                    f"{subject.name}, standard {standard}: the lowest key question, "
                    f"{min(percents)}%, gives {by_bands}, and no discretion reaches {rating}",
                )

    def _never(self, subjects: list[_Subject]) -> None:
        """Say which rating never stands in a table where so many ratings do."""
        found = [rating for subject in subjects for rating, _ in subject.ratings.values()]
        given = [rating for rating in found if self.bands.points(rating) is not None]
        if len(found) < _ENOUGH:
            return
        for rating in self.ratings:
            if rating not in given and (len(given) < len(found) or len(simple(rating)) > 1):
                self.findings.append(
                    f"the whole table: none of {len(found)} ratings is “{rating}”; it may have "
                    "been lost when the table was made"
                )


def _line(finding: str) -> int:
    number = re.match(r"line (\d+)", finding)
    return int(number[1]) if number else 1_000_000_000


def _roles(columns: list[str]) -> dict[str, str]:
    """Return the column of each role, by its name."""
    by_name = {" ".join(simple(column.replace("_", " "))): column for column in reversed(columns)}
    roles: dict[str, str] = {}
    for role, names in _NAMES.items():
        free = [by_name[n] for n in names if n in by_name and by_name[n] not in roles.values()]
        if free:
            roles[role] = free[0]
    return roles


def _read(path: Path) -> tuple[list[str], _Rows]:
    """Read a CSV file or the first sheet of a workbook; the first full row is the header."""
    rows = _sheet(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path)
    header = next((n for n, (_, cells) in enumerate(rows) if sum(map(bool, cells)) > 1), None)
    if header is None:
        raise CannotEnter([f"{path.name} holds no table."])
    columns = rows[header][1]
    return columns, [
        (line, {name: cells[n] if n < len(cells) else "" for n, name in enumerate(columns)})
        for line, cells in rows[header + 1 :]
        if any(cells)
    ]


def _csv(path: Path) -> list[tuple[int, list[str]]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CannotEnter([f"{path.name} cannot be read: {error.strerror}."]) from None
    text = decoded(content)
    first = text.split("\n", 1)[0]
    comma = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma)
    try:
        return [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise CannotEnter([f"{path.name} is no CSV file that can be read: {error}."]) from None


def _sheet(path: Path) -> list[tuple[int, list[str]]]:
    import openpyxl

    try:
        sheet: Any = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    except Exception:  # openpyxl raises whatever the broken part of a file makes it raise
        raise CannotEnter([f"{path.name} is no workbook that can be read."]) from None
    return [
        (number, ["" if cell is None else str(cell).strip() for cell in cells])
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1)
    ]

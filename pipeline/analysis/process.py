"""From the raw tables to the processed tables and the reports' data, in one folder."""

import io
import json
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.analysis import plans
from pipeline.analysis.comparison import (
    key_question_comparison,
    prompt_comparison,
    rating_comparison,
)
from pipeline.analysis.corrections import corrected_figures
from pipeline.analysis.dictionary import column_types, in_columns_of
from pipeline.analysis.files import csv_lines, read_table, remove_others, write_files
from pipeline.analysis.national.page import national_reports
from pipeline.analysis.national.providers import contributions
from pipeline.analysis.providers import TELL_WHOSE, families, marks_of, of_providers
from pipeline.analysis.quality.lookups import ERROR
from pipeline.analysis.quality.rules import FAILED, quality_checks
from pipeline.analysis.ratings.bands import standard_ratings
from pipeline.analysis.records import Row, look_up, records
from pipeline.analysis.report_data import (
    ReportSubject,
    quality_reports,
    report_files,
    reports,
)
from pipeline.analysis.significance_claims import significance_claims
from pipeline.analysis.statistics.change import with_tests
from pipeline.data import Problem, Tables, load_valid
from pipeline.data.folders import raw_folder
from pipeline.data.owners import owner_of
from pipeline.data.package import PACKAGE_FILE
from pipeline.files import of_bytes, of_file, of_source
from pipeline.workers import Tell, alongside, in_processes, rarely_collected

FEWEST, CHUNK = 25, 80
"""Providers worked on at once: enough that tables are worth their cost, few enough for memory."""
PARTS = "parts.json"
"""Which bytes of each processed table are whose, and what each provider's were made from."""


def processed_tables(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the processed tables of some providers by name.

    ``docs/data-dictionary.md`` lists their columns.
    """
    questions = key_question_comparison(tables)
    prompts = tested(prompt_comparison(tables, questions), tables)
    questions = tested(questions, tables)
    ratings = standard_ratings(tables)
    actions = plans.actions_table(tables)
    made = {
        "key_question_comparison": questions,
        "prompt_comparison": prompts,
        "significance_claims": significance_claims(
            tables["significance_claims"], questions, prompts
        ),
        "standard_ratings": ratings,
        "rating_comparison": rating_comparison(tables, ratings),
        "facts": facts(tables),
        "recommendations": plans.recommendations_table(tables),
        "actions": actions,
        "actions_due": plans.due_by_owner_and_month(actions),
        "quality_checks": quality_checks(tables, ratings),
    }
    return made | {"corrected_figures": corrected_figures(tables, made, tested)}


def tested(comparison: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Return a comparison with intervals and tests, each at its own framework's level."""
    levels = tables["frameworks"].set_index("framework")["significance_level"]
    framework = tables["inspections"].set_index("inspection")["framework"]
    level = comparison["current_inspection"].map(framework).map(levels)
    parts = [
        with_tests(rows, float(str(value))) for value, rows in comparison.groupby(level, sort=False)
    ]
    return pd.concat(parts).sort_index() if parts else with_tests(comparison)


def facts(tables: Tables) -> pd.DataFrame:
    """Return one row a printed fact, with the name, unit and topic of its measure.

    Columns: inspection, topic, measure, value, unit, previous_value,
    comparator_value, comparator, target, as_printed, status, source; then name,
    better, place, note, previous_status and fact. Values are plain numbers in
    the unit given, or empty; what is printed in words stands in as_printed.
    """
    names = ["name", "unit", "topic", "better", "definition"]
    joined = look_up(tables["facts"], tables["measures"], ["measure"], names)
    return in_columns_of("facts", joined)


@dataclass
class Processed:
    """What a run of ``process`` found.

    ``problems`` of the raw rows: those that leave a provider out (``stops``, under its code) and
    those that are only told.

    ``newly_failed`` are sentences, one a check of severity error that fails now and did not, or was
    not there, in the tables before.

    ``files`` are the fingerprints of all that now belongs to the folder, by their names in it.
    """

    problems: list[Problem] = field(default_factory=list)
    newly_failed: list[str] = field(default_factory=list)
    files: dict[Path, str] = field(default_factory=dict)


@rarely_collected()
def process(
    raw: Path,
    out: Path,
    workers: int = 1,
    *,
    fresh: bool = False,
    fingerprint: Callable[[Path], str] = of_file,
    tell: Tell = lambda _: None,
) -> Processed:
    """Make every processed table and report's data of a raw folder in ``out``.

    Nothing is touched if the raw tables that providers share break a rule (InvalidData is raised).
    A provider whose own rows do keeps what was last made of it, if anything was, and its problems
    are in the result. Each file is written under another name and renamed; one whose content has
    not changed is left alone, and files that no longer belong are removed. A provider whose rows
    are what they were, with the tables that all share and the code, is not worked out again
    (unless ``fresh``); ``fingerprint`` is that of a file's content, empty where there is none.
    ``tell`` is told how many of how many lots of providers are done, and with the last the folders
    of report data that are as they are to be.
    """
    parts = Parts(out, fingerprint, fresh)
    read = {path.name: fingerprint(path) for path in sorted(raw.glob("*.csv"))}
    read[PACKAGE_FILE] = "".join(fingerprint(of / PACKAGE_FILE) for of in (raw, raw_folder()))
    sound = parts.sound(read)
    tables, problems = load_valid(raw, sound, workers)
    owned, rows = owner_of(tables), parts.rows_of(sound)
    marks = marks_of(tables, owned, rows)
    parts.raw, parts.rows = ({}, {}) if problems else (read, rows)
    due = [
        own
        for own in families(tables)
        if not all(parts.still_right(code, marks[code]) for code in own)
    ]
    again = [code for own in due for code in own]
    before = parts.failed(again)
    chunks = _in_chunks(due, workers)
    faulty = {problem.provider for problem in problems if problem.stops}
    parts.drop_all_but({*tables["providers"]["provider"], *faulty})
    each = _each(partial(_make, tables, owned, out), chunks, workers)
    for done, made in enumerate(each, start=1):
        parts.take_in(made, marks)
        tell((done, len(chunks), parts.reports() if done == len(chunks) else ()))
    files: dict[Path, str] = {}

    def national(_: Tell) -> dict[Path, str]:
        return _write(national_reports(tables, parts.brought()), out)

    def whole() -> None:
        parts.write()
        files.update(parts.files() | _write(quality_reports(tables, parts.frame), out))

    files |= alongside(national, whole, workers)
    remove_others(out, files)
    found = newly_failed(before, parts.failed(again), tables["discrepancies"])
    return Processed(list(problems), found, files)


@dataclass
class Made:
    """What was made of a provider.

    ``tables`` holds its rows as CSV by table, ``files`` the fingerprints of its reports' data,
    ``failed`` its checks of severity error that failed, and ``brought`` what it brings to a
    national page, None if it was not inspected.
    """

    tables: dict[str, bytes]
    files: dict[str, str]
    failed: list[Row]
    brought: Row | None


@rarely_collected()
def _make(
    tables: Tables, owned: dict[str, pd.Series], out: Path, providers: list[str]
) -> dict[str, Made]:
    """Make the tables of some providers, and write their reports' data."""
    view = of_providers(tables, owned, providers)
    processed = processed_tables(view)
    brought = contributions(view, processed)
    made = {code: Made({}, {}, [], brought.get(code)) for code in providers}
    owners = owners_of_rows(view, processed)
    checks = processed["quality_checks"]
    failed = checks[(checks["severity"] == ERROR) & (checks["result"] == FAILED)]
    for code, rows in failed.groupby(owners["quality_checks"]):
        made[code].failed.extend(records(rows))
    for name, frame in processed.items():
        lines: dict[str, list[str]] = defaultdict(list)
        for code, line in zip(owners[name].tolist(), csv_lines(frame), strict=True):
            lines[code].append(line)
        for code in providers:
            made[code].tables[name] = "".join(lines[code]).encode()
    for report in reports(view, processed):
        marks = _write([report], out)
        made[report.about["provider"]].files |= {path.as_posix(): m for path, m in marks.items()}
    return made


def _write(made: Iterable[ReportSubject], out: Path) -> dict[Path, str]:
    """Write the data of reports on several providers; return the files' fingerprints."""
    marks: dict[Path, str] = {}
    for report in made:
        files = report_files(report)
        write_files(out, files)
        marks |= {path: of_bytes(content) for path, content in files.items()}
    return marks


def owners_of_rows(tables: Tables, processed: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return the provider of each row of the processed tables, by table."""
    # Of actions both have the same, so that those processed tell whose they are as well.
    owners = owner_of({**{name: tables[name] for name in ("inspections", "plans")}, **processed})
    # A check of a plan whose inspection is not in the data names the plan or its document.
    checks = owners["quality_checks"].astype("string")
    subject = processed["quality_checks"]["subject"][checks.isna()]
    for named, key in ((r"^plan ([^,]+)", "plan"), (r", (.+)$", "source")):
        known = tables["plans"].drop_duplicates(key).set_index(key)["provider"]
        plan = subject.str.extract(named, expand=False)
        checks = checks.fillna(plan.map(known).astype("string"))
    return {**{name: owners[name] for name in processed}, "quality_checks": checks}


class Parts:
    """The processed tables by provider, and what each provider's were made from.

    ``raw`` and ``rows`` are the fingerprints of the raw files, and of the rows of each provider by
    table, as they were when nothing was wrong with any.
    """

    def __init__(self, out: Path, fingerprint: Callable[[Path], str], fresh: bool) -> None:
        """Read the record of a folder; nothing counts where the tables are not those it is of."""
        self._out, self._fingerprint = out, fingerprint
        self.raw: dict[str, str] = {}
        self.rows: dict[str, dict[str, str]] = {}
        self._made: dict[str, Any] = {}
        self._text: dict[str, dict[str, bytes | memoryview]] = {}
        self._whole: dict[str, str] = {}  # of the tables that are as they should be
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            record = json.loads((out / PARTS).read_bytes())
            there = {name: fingerprint(out / f"{name}.csv") for name in record["whole"]}
            if fresh or there != record["whole"] or record["code"] != code_mark():
                return
            made, text = record["providers"], {}
            for name in there:
                content = memoryview((out / f"{name}.csv").read_bytes())
                sizes = (known["sizes"][name] for known in made.values())
                ends = accumulate(sizes, initial=len(_header(name)))
                parts = (content[begin:end] for begin, end in pairwise(ends))
                text[name] = dict(zip(made, parts, strict=True))
            self.raw, self.rows, self._made = record["raw"], record["rows"], made
            self._text, self._whole = text, there

    def sound(self, read: Mapping[str, str]) -> set[str]:
        """Return the raw files that are as they were when nothing was wrong with any of them.

        ``read`` holds the fingerprints of the raw files. What a file must be is in the package.
        """
        same_rules = self.raw.get(PACKAGE_FILE) == read[PACKAGE_FILE]
        return {name for name in read if same_rules and self.raw.get(name) == read[name]}

    def rows_of(self, sound: set[str]) -> dict[str, dict[str, str]]:
        """Return the fingerprints of the rows of sound files, if their owners are sound too."""
        known = all(f"{name}.csv" in sound for name in TELL_WHOSE)
        return {name: of for name, of in self.rows.items() if known and f"{name}.csv" in sound}

    def still_right(self, code: str, mark: str) -> bool:
        """Whether what was made of a provider was made from the same and is still there."""
        made = self._made.get(code, {})
        return made.get("mark") == mark and all(
            self._fingerprint(self._out / path) == whole for path, whole in made["files"].items()
        )

    def drop_all_but(self, providers: set[str | None]) -> None:
        """Forget the providers that are no longer in the data."""
        for code in self._made.keys() - providers:
            del self._made[code]
            for name in self._text:
                self._put(name, code, b"")

    def take_in(self, made: Mapping[str, Made], marks: Mapping[str, str]) -> None:
        """Put what was made of some providers in its place."""
        for code, new in made.items():
            self._made[code] = {
                "mark": marks[code], "files": new.files, "failed": new.failed,
                "brought": new.brought,
            }  # fmt: skip
            for name, rows in new.tables.items():
                self._put(name, code, rows)

    def _put(self, name: str, code: str, rows: bytes) -> None:
        text = self._text.setdefault(name, {})
        if text.get(code, b"") != rows:
            self._whole.pop(name, None)
        text[code] = rows

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table as it now is."""
        return read_table(io.BytesIO(self._content(name)), column_types(name))

    def _content(self, name: str) -> bytes:
        return b"".join([_header(name), *(rows for _, rows in sorted(self._text[name].items()))])

    def failed(self, codes: Iterable[str]) -> list[Row]:
        """Return the checks of severity error that failed, of some providers."""
        return [row for code in codes for row in self._made.get(code, {}).get("failed", [])]

    def brought(self) -> dict[str, Row]:
        """Return what each provider brings to a national page."""
        return {code: made["brought"] for code, made in self._made.items()}

    def reports(self) -> set[str]:
        """Return the names of the reports on one provider."""
        return {path.split("/")[1] for made in self._made.values() for path in made["files"]}

    def files(self) -> dict[Path, str]:
        """Return the fingerprints of the tables and of the reports' data of the providers."""
        tables = {Path(f"{name}.csv"): mark for name, mark in self._whole.items()}
        for made in self._made.values():
            tables |= {Path(path): mark for path, mark in made["files"].items()}
        return tables

    def write(self) -> None:
        """Write the tables that are not as they should be, then the record for the next run."""
        for name in sorted(self._text.keys() - self._whole.keys()):
            content = self._content(name)  # one at a time, for memory
            write_files(self._out, {Path(f"{name}.csv"): content})
            self._whole[name] = of_bytes(content)
        for code, made in self._made.items():
            made["sizes"] = {name: len(text[code]) for name, text in self._text.items()}
        record = {
            "code": code_mark(), "raw": self.raw, "rows": self.rows, "whole": self._whole,
            "providers": self._made,
        }  # fmt: skip
        content = (json.dumps(record, sort_keys=True) + "\n").encode()
        write_files(self._out, {Path(PARTS): content})


def _header(name: str) -> bytes:
    return (",".join(column_types(name)) + "\n").encode()


@cache
def code_mark() -> str:
    """Return the fingerprint of the code the tables are made by, and of what it runs on."""
    code = of_source("data", "analysis")
    return of_bytes(f"{code} {pd.__version__} {sys.version_info[:2]}".encode())


_ONE_CHECK = ("rule", "inspection", "subject")
"""Columns of the table quality_checks that tell a check from others."""


def newly_failed(before: list[Row], now: list[Row], register: pd.DataFrame) -> list[str]:
    """Return a sentence for each check of severity error that fails now and did not before.

    Both are rows of the table quality_checks. A check that sets two places against each other is
    known, not new, where an entry of the register (``discrepancies``) names the same two.
    """
    known = {tuple(row[key] for key in _ONE_CHECK) for row in before}
    registered = [
        (row["place"], row["other_place"]) for row in records(register) if row["other_place"]
    ]
    return [
        f"{row['inspection'] or row['subject']}: {row['subject']} fails the check "
        f"{row['rule']}: {row['detail']}"
        for row in now
        if tuple(row[key] for key in _ONE_CHECK) not in known
        and not any(all(_names(row["detail"], place) for place in both) for both in registered)
    ]


def _names(detail: str, place: str) -> bool:
    """Whether the detail of a check names a place whole, not one that only begins like it."""
    return f" in {place};" in detail or detail.endswith(f" in {place}.")


def _in_chunks(due: list[list[str]], workers: int) -> list[list[str]]:
    """Return the providers of families in chunks: as many for each worker, all of about a size."""
    many = sum(map(len, due))
    rounds = math.ceil(many / (workers * CHUNK)) or 1
    size = max(FEWEST, math.ceil(many / (workers * rounds)))
    chunks: list[list[str]] = []
    for family in due:
        if not chunks or len(chunks[-1]) >= size:
            chunks.append([])
        chunks[-1] += family
    return chunks


def _each(
    work: Callable[[list[str]], dict[str, Made]], due: list[list[str]], workers: int
) -> Iterator[dict[str, Made]]:
    """Do the work for each chunk of providers, in several processes where that pays."""
    if workers == 1 or len(due) < 2:
        yield from map(work, due)
        return
    import scipy.optimize  # noqa: F401  # each process would else import it for itself

    for _, made, error in in_processes(lambda codes, _: work(codes), due, workers):
        if made is None:
            raise error or RuntimeError("a process for tables returned nothing")
        yield made

"""From the raw tables to the processed tables and the reports' data, in one folder."""

import io
import json
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
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
from pipeline.analysis.providers import (
    TELL_WHOSE,
    families,
    fingerprints,
    mark_of,
    of_providers,
)
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
from pipeline.data import Problem, Tables, is_missing, load_valid
from pipeline.data.folders import raw_folder
from pipeline.data.owners import owner_of
from pipeline.data.package import PACKAGE_FILE
from pipeline.files import of_bytes, of_file, of_source
from pipeline.workers import Tell, alongside, in_processes, rarely_collected

FEWEST, CHUNK = 25, 85
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
    """

    problems: list[Problem] = field(default_factory=list)
    newly_failed: list[str] = field(default_factory=list)


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
    sound, known = parts.known(read)
    tables, problems = load_valid(raw, sound)
    owned = owner_of(tables)
    rows = fingerprints(tables, owned, known)
    parts.raw, parts.rows = ({}, {}) if problems else (read, rows)
    kin = families(tables)
    marks = {code: mark for own in kin for mark in [mark_of(own, rows)] for code in own}
    due = [own for own in kin if not all(parts.still_right(code, marks[code]) for code in own)]
    again = [code for own in due for code in own]
    before = parts.checks(again)
    chunks = _in_chunks(due, workers)
    faulty = {problem.provider for problem in problems if problem.stops}
    parts.drop_all_but({*tables["providers"]["provider"], *faulty})
    each = _each(partial(_make, tables, owned, out), chunks, workers)
    for done, made in enumerate(each, start=1):
        parts.take_in(made, marks)
        tell((done, len(chunks), parts.reports() if done == len(chunks) else ()))
    kept: set[Path] = set()

    def national(_: Tell) -> set[Path]:
        return _write(national_reports(tables, parts.brought()), out)

    def whole() -> None:
        for name, content in parts.whole():
            write_files(out, {name: content})
        write_files(out, {Path(PARTS): parts.record()})
        corrected = partial(parts.frame, "corrected_figures")
        kept.update(parts.files(), _write(quality_reports(tables, parts.checks, corrected), out))

    kept |= alongside(national, whole, workers)
    remove_others(out, kept)
    found = newly_failed(before, parts.checks(again), tables["discrepancies"])
    return Processed(list(problems), found)


@dataclass
class Made:
    """What was made of some providers.

    ``tables`` holds the rows of each as CSV by table, ``files`` the fingerprints of its reports'
    data, and ``brought`` what it brings to a national page, if it was inspected.
    """

    tables: dict[str, dict[str, bytes]]
    files: dict[str, dict[str, str]]
    brought: dict[str, Row]


def _make(tables: Tables, owned: dict[str, pd.Series], out: Path, providers: list[str]) -> Made:
    """Make the tables of some providers, and write their reports' data."""
    view = of_providers(tables, owned, providers)
    processed = processed_tables(view)
    made = Made({}, {code: {} for code in providers}, contributions(view, processed))
    owners = owners_of_rows(view, processed)
    for name, frame in processed.items():
        made.tables[name] = _by_provider(frame, owners[name])
    for report in reports(view, processed):
        files = report_files(report)
        write_files(out, files)
        for path, content in files.items():
            made.files[report.about["provider"]][path.as_posix()] = of_bytes(content)
    return made


def _write(made: Iterable[ReportSubject], out: Path) -> set[Path]:
    """Write the data of reports on several providers; return the names of the files."""
    files = [report_files(report) for report in made]
    for each in files:
        write_files(out, each)
    return {path for each in files for path in each}


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


def _by_provider(frame: pd.DataFrame, owner: pd.Series) -> dict[str, bytes]:
    """Return the rows of each provider as CSV without a header, in the order they have."""
    lines: dict[str, list[str]] = defaultdict(list)
    for code, line in zip(owner.tolist(), csv_lines(frame), strict=True):
        lines[code].append(line)
    return {code: "".join(own).encode() for code, own in lines.items() if not is_missing(code)}


class Parts:
    """The processed tables by provider: what is right already, and what it was made from.

    ``raw`` and ``rows`` are the fingerprints of the raw files and of the rows of each provider, by
    table, as they were when nothing was wrong with any of them.
    """

    def __init__(self, out: Path, fingerprint: Callable[[Path], str], fresh: bool) -> None:
        """Read the record of a folder; nothing counts where the tables are not those it is of."""
        self._out, self._fingerprint = out, fingerprint
        self.raw: dict[str, str] = {}
        self.rows: dict[str, dict[str, str]] = {}
        self._providers: dict[str, Any] = {}
        self._text: dict[str, dict[str, bytes | memoryview]] = {}
        self._whole: dict[str, str] = {}  # of the tables that are as they should be
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            record = json.loads((out / PARTS).read_bytes())
            whole = {name: whole for name, (whole, _) in record["tables"].items()}
            there = {name: fingerprint(out / f"{name}.csv") for name in whole}
            if fresh or there != whole or record["code"] != code_mark():
                return
            for name, (_, sizes) in record["tables"].items():
                content = memoryview((out / f"{name}.csv").read_bytes())
                at = len(_header(name))
                self._text[name] = {}
                for code, size in sizes.items():
                    self._text[name][code] = content[at : at + size]
                    at += size
            self.raw, self.rows, self._whole = record["raw"], record["rows"], whole
            self._providers = record["providers"]

    def known(self, read: Mapping[str, str]) -> tuple[set[str], dict[str, dict[str, str]]]:
        """Return the raw files that are as they were when nothing was wrong with any of them.

        With them, the fingerprints of their rows. ``read`` holds those of the raw files. What a
        file must be is in the package; whose its rows are stands in other tables.
        """
        if self.raw.get(PACKAGE_FILE) != read[PACKAGE_FILE]:
            return set(), {}
        sound = {name for name, mark in read.items() if self.raw.get(name) == mark}
        if {f"{name}.csv" for name in TELL_WHOSE} & {*self.raw} - sound:
            return sound, {}
        return sound, {name: marks for name, marks in self.rows.items() if f"{name}.csv" in sound}

    def still_right(self, code: str, mark: str) -> bool:
        """Whether what was made of a provider was made from the same and is still there."""
        known = self._providers.get(code, {})
        return known.get("mark") == mark and all(
            self._fingerprint(self._out / path) == whole for path, whole in known["files"].items()
        )

    def drop_all_but(self, providers: set[str | None]) -> None:
        """Forget the providers that are no longer in the data."""
        gone = self._providers.keys() - providers
        self._providers = {c: known for c, known in self._providers.items() if c not in gone}
        for name, text in self._text.items():
            self._put(name, dict.fromkeys(gone & text.keys(), b""))

    def take_in(self, made: Made, marks: Mapping[str, str]) -> None:
        """Put what was made of some providers in its place."""
        for code, files in made.files.items():
            brought = made.brought.get(code)
            self._providers[code] = {"mark": marks[code], "files": files, "brought": brought}
        for name, text in made.tables.items():
            self._put(name, {code: text.get(code, b"") for code in made.files})

    def _put(self, name: str, new: Mapping[str, bytes]) -> None:
        text = self._text.setdefault(name, {})
        if any(text.get(code, b"") != rows for code, rows in new.items()):
            self._whole.pop(name, None)
        text |= new

    def checks(self, codes: Collection[str] | None = None) -> pd.DataFrame | None:
        """Return the table of checks as it stands, of some providers, or None if there is none."""
        return self.frame("quality_checks", codes) if self._text else None

    def frame(self, name: str, codes: Collection[str] | None = None) -> pd.DataFrame:
        """Return a table as it now is, of the providers that are wanted (all if None)."""
        return read_table(io.BytesIO(self._content(name, codes)), column_types(name))

    def _content(self, name: str, codes: Collection[str] | None = None) -> bytes:
        rows = (
            rows
            for code, rows in sorted(self._text[name].items())
            if codes is None or code in codes
        )
        return b"".join([_header(name), *rows])

    def brought(self) -> dict[str, Row]:
        """Return what each provider brings to a national page."""
        return {code: known["brought"] for code, known in self._providers.items()}

    def reports(self) -> set[str]:
        """Return the names of the reports on one provider."""
        return {path.split("/")[1] for known in self._providers.values() for path in known["files"]}

    def files(self) -> set[Path]:
        """Return the tables and the reports' data that belong to the providers."""
        named = {Path(path) for known in self._providers.values() for path in known["files"]}
        return named | {Path(f"{name}.csv") for name in self._text}

    def whole(self) -> Iterator[tuple[Path, bytes]]:
        """Yield the whole tables that are not as they should be, one at a time for memory."""
        for name in sorted(self._text.keys() - self._whole.keys()):
            content = self._content(name)
            self._whole[name] = of_bytes(content)
            yield Path(f"{name}.csv"), content

    def record(self) -> bytes:
        """Return the record for the next run, of the whole tables that were made."""
        record = {
            "code": code_mark(),
            "raw": self.raw,
            "rows": self.rows,
            "providers": self._providers,
            "tables": {
                name: (self._whole[name], {code: len(rows) for code, rows in text.items() if rows})
                for name, text in self._text.items()
            },
        }
        return (json.dumps(record, sort_keys=True) + "\n").encode()


def _header(name: str) -> bytes:
    return (",".join(column_types(name)) + "\n").encode()


@cache
def code_mark() -> str:
    """Return the fingerprint of the code the tables are made by, and of what it runs on."""
    code = of_source("data", "analysis")
    return of_bytes(f"{code} {pd.__version__} {sys.version_info[:2]}".encode())


def _failed_errors(checks: pd.DataFrame) -> list[tuple[tuple[Any, ...], Row]]:
    """Return each check of severity error that failed, with what tells it apart."""
    failed = checks[(checks["severity"] == ERROR) & (checks["result"] == FAILED)]
    return [((row["rule"], row["inspection"], row["subject"]), row) for row in records(failed)]


def newly_failed(
    before: pd.DataFrame | None, checks: pd.DataFrame | None, register: pd.DataFrame
) -> list[str]:
    """Return a sentence for each check of severity error that fails now and did not before.

    ``before`` is the table quality_checks as it was, if there was one, ``checks`` as it is. A check
    that sets two places against each other is known, not new, where an entry of the register
    (``discrepancies``) names the same two.
    """
    if checks is None:
        return []
    known = set() if before is None else {check for check, _ in _failed_errors(before)}
    registered = [
        (row["place"], row["other_place"]) for row in records(register) if row["other_place"]
    ]
    return [
        f"{row['inspection'] or row['subject']}: {row['subject']} fails the check "
        f"{row['rule']}: {row['detail']}"
        for check, row in _failed_errors(checks)
        if check not in known
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


def _each(work: Callable[[list[str]], Made], due: list[list[str]], workers: int) -> Iterator[Made]:
    """Do the work for each chunk of providers, in several processes where that pays."""
    if workers == 1 or len(due) < 2:
        yield from map(work, due)
        return
    import scipy.optimize  # noqa: F401  # each process would else import it for itself

    for _, made, error in in_processes(lambda codes, _: work(codes), due, workers):
        if made is None:
            raise error or RuntimeError("a process for tables returned nothing")
        yield made

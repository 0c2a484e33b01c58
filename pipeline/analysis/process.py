"""From the raw tables to the processed tables and the reports' data, in one folder."""

import io
import json
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
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
from pipeline.analysis.files import csv_bytes, csv_lines, read_table, remove_others, write_files
from pipeline.analysis.national.page import USED, national_reports
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

FEWEST, CHUNK = 25, 40
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
    tell: Tell = lambda _: None,
) -> Processed:
    """Make every processed table and report's data of a raw folder in ``out``.

    Nothing is touched if the raw tables that providers share break a rule (InvalidData is raised).
    A provider whose own rows do keeps what was last made of it, if anything was, and its problems
    are in the result. Each file is written under another name and renamed; one whose content has
    not changed is left alone, and files that no longer belong are removed. A provider whose rows
    are what they were, with the tables that all share and the code, is not worked out again
    (unless ``fresh``). ``tell`` is told how many of how many lots of providers are done.
    """
    parts = Parts.read(out, fresh)
    packages = of_file(raw / PACKAGE_FILE) + of_file(raw_folder() / PACKAGE_FILE)
    read = {path.name: of_file(path) for path in sorted(raw.glob("*.csv"))}
    read[PACKAGE_FILE] = of_bytes(packages.encode())
    sound = parts.sound(read)
    tables, problems = load_valid(raw, sound)
    owned = owner_of(tables)
    rows = fingerprints(tables, owned, parts.rows_of(sound))
    parts.raw, parts.rows = ({}, {}) if problems else (read, rows)
    marked = [(family, mark_of(family, rows)) for family in families(tables)]
    due = [(family, mark) for family, mark in marked if not parts.still_right(family, mark)]
    again = [code for family, _ in due for code in family]
    before = parts.checks(again)
    for family, mark in due:
        parts.expect(family, mark)
    chunks = _in_chunks([family for family, _ in due], workers)
    faulty = {problem.provider for problem in problems if problem.stops}
    parts.drop_all_but({*tables["providers"]["provider"], *faulty})
    each = _each(partial(_make, tables, owned, out), chunks, workers)
    for done, made in enumerate(each, start=1):
        parts.take_in(made)
        tell((done, len(chunks)))
    kept: set[Path] = set()

    def national(_: Tell) -> set[Path]:
        processed = {name: parts.frame(name, columns) for name, columns in USED.items()}
        return _write(national_reports(tables, processed), out)

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


@dataclass(frozen=True)
class Made:
    """What was made of some providers: header and bytes of each table by provider, and files."""

    headers: dict[str, bytes]
    tables: dict[str, dict[str, bytes]]
    files: dict[str, dict[str, str]]


def _make(tables: Tables, owned: dict[str, pd.Series], out: Path, providers: list[str]) -> Made:
    """Make the tables of some providers, and write their reports' data."""
    view = of_providers(tables, owned, providers)
    processed = processed_tables(view)
    made = Made({}, {code: {} for code in providers}, {code: {} for code in providers})
    owners = owners_of_rows(view, processed)
    for name, frame in processed.items():
        made.headers[name] = csv_bytes(frame.iloc[:0])
        for code, content in _by_provider(frame, owners[name]).items():
            made.tables[code][name] = content
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
    """The processed tables by provider: what is right already, and what it was made from."""

    def __init__(self, out: Path, record: dict[str, Any]) -> None:
        """Take what the record of an earlier run says of the folder."""
        self._out = out
        self._headers: dict[str, str] = record.get("headers", {})
        self._providers: dict[str, Any] = record.get("providers", {})
        self.raw: dict[str, str] = record.get("raw", {})
        self.rows: dict[str, dict[str, str]] = record.get("rows", {})
        self._text: dict[str, dict[str, bytes]] = {}
        self._whole: dict[str, str] = {}

    @classmethod
    def read(cls, out: Path, fresh: bool) -> "Parts":
        """Read the record of a folder; an empty one where the tables are not those it is of."""
        try:
            record = json.loads((out / PARTS).read_bytes())
            parts = cls(out, record)
            for name, whole in record["tables"].items():
                content = (out / f"{name}.csv").read_bytes()
                if fresh or of_bytes(content) != whole or record["code"] != code_mark():
                    return cls(out, {})
                at = len(record["headers"][name].encode())
                for code, known in sorted(parts._providers.items()):
                    size = known["sizes"].get(name, 0)
                    parts._text.setdefault(code, {})[name] = content[at : at + size]
                    at += size
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(out, {})
        return parts

    def sound(self, read: Mapping[str, str]) -> set[str]:
        """Return the raw files that are as they were when nothing was wrong with any of them.

        ``read`` holds the fingerprints of the raw files. What a file must be is in the package.
        """
        if self.raw.get(PACKAGE_FILE) != read[PACKAGE_FILE]:
            return set()
        return {name for name, mark in read.items() if self.raw.get(name) == mark}

    def rows_of(self, sound: Collection[str]) -> dict[str, dict[str, str]]:
        """Return the fingerprints of rows by table that hold still, as their files are sound.

        Whose a row is stands in other tables; one of those that is new holds no rows known yet.
        """
        if {f"{name}.csv" for name in TELL_WHOSE} & {*self.raw} - {*sound}:
            return {}
        return {name: marks for name, marks in self.rows.items() if f"{name}.csv" in sound}

    def checks(self, codes: Collection[str] | None = None) -> pd.DataFrame | None:
        """Return the table of checks as it stands, of some providers, or None if there is none."""
        return self.frame("quality_checks", codes=codes) if self._headers else None

    def frame(
        self, name: str, columns: list[str] | None = None, codes: Collection[str] | None = None
    ) -> pd.DataFrame:
        """Return a table as it now is: the columns, and the providers' rows, that are wanted."""
        wanted = self._text if codes is None else self._text.keys() & set(codes)
        whole = self._rows_under_header(name, sorted(wanted))
        return read_table(io.BytesIO(whole), column_types(name), columns)

    def _rows_under_header(self, name: str, codes: list[str]) -> bytes:
        rows = (self._text[code].get(name, b"") for code in codes)
        return b"".join([self._headers[name].encode(), *rows])

    def still_right(self, family: list[str], mark: str) -> bool:
        """Whether what was made of these providers was made from the same and is still there."""
        return all(
            self._providers.get(code, {}).get("mark") == mark
            and all(
                of_file(self._out / path) == whole
                for path, whole in self._providers[code]["files"].items()
            )
            for code in family
        )

    def expect(self, family: list[str], mark: str) -> None:
        """Take these providers as about to be made from something else."""
        for code in family:
            self._providers[code] = {"mark": mark, "files": {}}
            self._text[code] = {}

    def drop_all_but(self, providers: set[str | None]) -> None:
        """Forget the providers that are no longer in the data."""
        for code in set(self._providers) - providers:
            del self._providers[code]
            self._text.pop(code, None)

    def take_in(self, made: Made) -> None:
        """Put what was made of some providers in its place."""
        headers = {name: content.decode() for name, content in made.headers.items()}
        if self._headers and headers != self._headers:
            # Other columns than before: what is left of a provider with a problem does not fit.
            known = set(self._text) - {c for c, t in self._text.items() if t}
            self.drop_all_but({*known, *made.tables})
        self._headers = headers
        for code, tables in made.tables.items():
            self._text[code] = tables
            self._providers[code]["files"] = made.files[code]

    def files(self) -> set[Path]:
        """Return the tables and the reports' data that belong to the providers."""
        named = {Path(path) for known in self._providers.values() for path in known["files"]}
        return named | {Path(f"{name}.csv") for name in self._headers}

    def whole(self) -> Iterator[tuple[Path, bytes]]:
        """Yield the whole tables, one at a time for the sake of memory."""
        codes = sorted(self._text)
        for code in codes:
            self._providers[code]["sizes"] = {
                name: len(self._text[code].get(name, b"")) for name in self._headers
            }
        for name in self._headers:
            content = self._rows_under_header(name, codes)
            self._whole[name] = of_bytes(content)
            yield Path(f"{name}.csv"), content

    def record(self) -> bytes:
        """Return the record for the next run, of the whole tables that were made."""
        record = {
            "code": code_mark(),
            "raw": self.raw,
            "rows": self.rows,
            "headers": self._headers,
            "tables": self._whole,
            "providers": self._providers,
        }
        return (json.dumps(record, sort_keys=True) + "\n").encode()


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

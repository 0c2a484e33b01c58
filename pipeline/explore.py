"""What ``import pipeline as pr`` gives an analyst: every name in one place, few of them.

Nothing is worked out here. Raw tables are read as they stand in ``data/raw`` now; processed tables,
comparisons and plans are those that ``make data`` wrote, and a warning says so where ``data/raw``
has been changed since.
"""

import os
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure as Drawing

from pipeline.analysis import scores as long
from pipeline.analysis.dictionary import column_types, processed_tables, raw_tables
from pipeline.analysis.files import read_table
from pipeline.analysis.named_tables import InFull, NamedTables
from pipeline.analysis.ratings import close_calls as ratings
from pipeline.analysis.ratings.bands import rating_rules
from pipeline.analysis.records import records
from pipeline.analysis.statistics.change import with_tests
from pipeline.analysis.statistics.sampling import (
    eligible_cases_for_design as eligible_cases_for_design,
)
from pipeline.analysis.statistics.sampling import likely_shares as likely_shares
from pipeline.analysis.statistics.sampling import margin_of_error as margin_of_error
from pipeline.analysis.statistics.sampling import sample_size as sample_size
from pipeline.analysis.statistics.significance import (
    smallest_detectable_change as smallest_detectable_change,
)
from pipeline.data import Tables, is_missing, load, processed_folder, raw_folder
from pipeline.data.folders import PROCESSED_VARIABLE
from pipeline.data.nearest import one_of
from pipeline.publish.build.site import tables_out_of_date
from pipeline.publish.page.pictures import Picture
from pipeline.publish.page.pictures import drawing as drawing
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.comparison import ComparisonReport
from pipeline.publish.reports.plan import PlanReport
from pipeline.publish.reports.quality import QualityReport
from pipeline.publish.reports.report_page import abouts

JUDGED = [
    "change_points", "newcombe_lower", "newcombe_upper", "change_verdict", "verdict_reason",
    "p_value", "exact_p", "overturned_by", "smallest_detectable_rise", "smallest_detectable_fall",
]  # fmt: skip
"""What ``judge_change`` says of a change."""


@lru_cache(maxsize=1)
def _read(files: tuple[tuple[Path, int, int], ...]) -> Tables:
    return load()


def _loaded() -> Tables:
    """The raw tables, read again when one of their files has changed."""
    found = [(path, path.stat()) for path in sorted(raw_folder().glob("*.csv"))]
    return _read(tuple((path, at.st_mtime_ns, at.st_size) for path, at in found))


def _read_processed(name: str) -> pd.DataFrame:
    _warn_if_out_of_date()
    path = processed_folder() / f"{name}.csv"
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} has not been made yet: run make data first.")
    return read_table(path, column_types(name))


raw = NamedTables("raw", raw_tables(raw_folder()), lambda name: _loaded()[name].copy())
raw.__doc__ = """Every raw table by name, as data/raw stands now: ``raw.samples``.

One row is one row of the file, its index the line it stands on. A file that breaks a rule is
answered with file, line, column, value, rule and what to do."""

processed = NamedTables("processed", processed_tables(), _read_processed)
processed.__doc__ = """Every processed table by name: ``processed.key_question_comparison``.

They are those that make data wrote last; a warning says so where data/raw has changed since."""


def scores(
    provider: str | None = None, round: object = None, standard: str | None = None
) -> pd.DataFrame:
    """Every published score as one long table: key questions and the prompts behind them.

    Each argument narrows it: ``scores("northumbria-crc", 2019, "2.2")``. Columns: ``provider,
    round, standard, standard_name, kind`` (key question or prompt), ``key_question, label, prompt,
    wording, percent`` (0 to 100), ``status`` (why a percent is missing), ``sample, sample_size``
    (printed size in cases), ``restriction`` (that not all of them were asked), ``inspection,
    framework, source, place``. Raises Unknown, with those there are, for a name that is not there.
    """
    tables = _loaded()
    rows = long.scores(tables)
    if provider is not None:
        rows = rows[rows["provider"] == _provider(tables, provider)]
    for column, asked in (("round", round), ("standard", standard)):
        if asked is not None:
            found = one_of(column, asked, rows[column].unique(), of=provider or "")
            rows = rows[rows[column].astype("string") == found]
    return rows.reset_index(drop=True)


def _provider(tables: Tables, asked: str) -> str:
    names = dict(
        zip(tables["providers"]["provider"], tables["providers"]["short_name"], strict=True)
    )
    return one_of("provider", asked, names, names=names)


def comparisons() -> pd.DataFrame:
    """Return the comparisons there are, one a row: what ``compare`` may be given.

    Columns: ``provider, name, previous`` (missing where a provider was inspected once),
    ``current, comparator, result`` (what came out, in a sentence).
    """
    return _of_reports("comparison", ["provider", "previous", "current", "comparator"])


def plans() -> pd.DataFrame:
    """Return the action plans there are, one a row: what ``plan`` may be given.

    Columns: ``plan, provider, name, submitted`` (day), ``as_of`` (the day it is judged by unless
    told otherwise), ``result`` (what came out, in a sentence).
    """
    return _of_reports("action-plan", ["plan", "provider"], submitted="published", as_of="as_of")


def _of_reports(kind: str, parameters: list[str], **more: str) -> pd.DataFrame:
    rows = [
        {name: about["reports"][0]["parameters"][name] for name in parameters}
        | {"name": about["short_name"]}
        | {column: about[key] for column, key in more.items()}
        | {"result": about["result"]}
        for about in abouts(kind)
    ]
    columns = [*parameters, "name", *more, "result"]
    return InFull(pd.DataFrame(rows, columns=columns).convert_dtypes())


def compare(
    provider: str, previous: object = None, current: object = None, comparator: str | None = None
) -> ComparisonReport:
    """Compare two rounds of a provider, beside a national figure.

    Without rounds the latest is compared with the one before it. The result shows its findings as
    the last value of a cell; its methods (press the Tab key) return the charts and tables of the
    analyst's report, ``.tables`` holds every table as a DataFrame and ``.sentences`` the words.

    >>> both = compare("northumbria-crc", 2018, 2019)
    >>> both.tables.key_questions[["key_question", "change_points", "change_verdict"]]

    Raises Unknown for a provider, round or comparator that does not exist, with those that do, the
    nearest first.
    """
    _warn_if_out_of_date()
    there = records(comparisons())
    names = {row["provider"]: row["name"] for row in there}
    code = one_of("provider", provider, names, names=names)
    own = [row for row in there if row["provider"] == code]
    now = str(own[-1]["current"])
    if current is not None:
        now = one_of("round", current, [row["current"] for row in own], of=code)
    own = [row for row in own if str(row["current"]) == now]
    if previous is not None:
        earlier = [row["previous"] for row in own if not is_missing(row["previous"])]
        then = one_of("earlier round", previous, earlier, of=f"{code} to compare {now} with")
        own = [row for row in own if str(row["previous"]) == then]
    chosen = own[-1]
    before = None if is_missing(chosen["previous"]) else chosen["previous"]
    return ComparisonReport.open(
        code, before, chosen["current"], comparator or chosen["comparator"]
    )


def plan(code: str, as_of: str = "") -> PlanReport:
    """Open an action plan: what was recommended, answered, promised and found afterwards.

    ``as_of`` is the day (YYYY-MM-DD) by which it is judged; empty for the latest in the data. Its
    methods return charts and tables, ``.tables`` holds every table as a DataFrame.
    """
    _warn_if_out_of_date()
    owners = {row["plan"]: row["provider"] for row in records(plans())}
    found = one_of("plan", code, owners)
    return PlanReport.open(owners[found], found, as_of)


def quality() -> QualityReport:
    """Open the report on the quality of the data: what fails which check, and what we do."""
    _warn_if_out_of_date()
    return QualityReport.open()


def close_calls(comparison: ComparisonReport) -> pd.DataFrame:
    """Return how few cases would have put each key question of the current round into another band.

    ``comparison`` is what ``compare`` returned. One row a key question; columns: ``standard, name,
    key_question, label, percent, count, base, base_known, band, cases_down, cases_up`` (fewest
    cases judged the other way for the band below or above; missing at the ends of the scale) and
    ``decides`` (a lowest key question of its standard, which drives the rating).
    """
    framework = comparison.tables["inspections"]["framework"].iloc[-1]
    asked = comparison.tables["key_questions"]
    return ratings.close_calls(asked, *rating_rules(_loaded(), framework))


def judge_change(
    previous_percent: int,
    previous_base: int,
    current_percent: int,
    current_base: int,
    level: float = 0.1,
) -> pd.Series:
    """Judge the change from one printed percentage to another, as the reports do.

    ``previous_percent`` of ``previous_base`` cases, then ``current_percent`` of ``current_base``;
    ``level`` is the inspectorate's level of significance. The names of the result are columns of
    ``processed.key_question_comparison``: ``change_points`` with its 95% interval
    (``newcombe_lower``, ``newcombe_upper``, percentage points), ``change_verdict`` and
    ``verdict_reason`` in words, ``p_value``, ``exact_p`` where few cases are expected,
    ``overturned_by`` (cases left unanswered that would turn the verdict) and the smallest rise and
    fall that such samples would probably have seen (points).
    """
    row = {
        "provider": "", "previous_inspection": "", "current_inspection": "", "sample": "own",
        "comparable": "yes", "reason_not_comparable": "",
        "previous_percent": previous_percent, "current_percent": current_percent,
        "previous_base": previous_base, "current_base": current_base,
        "previous_limit": previous_base, "current_limit": current_base,
        "previous_tied": True, "current_tied": True,
        "change_points": current_percent - previous_percent,
    }  # fmt: skip
    tested = with_tests(pd.DataFrame([row]), level).iloc[0]
    shown = tested.reindex(JUDGED).dropna()
    return shown.map(lambda value: round(value, 4) if isinstance(value, float) else value).rename(
        "change"
    )


def chart(drawing: Drawing, title: str, finding: str, numbers: pd.DataFrame) -> Picture:
    """Show a drawing of one's own as the reports show theirs: in the theme, with its numbers.

    ``drawing`` is a matplotlib figure (``figure, axes = drawing(720, 320)`` begins one in the house
    style; seaborn draws on its axes), ``finding`` one sentence on what it shows, for those who do
    not see it too, ``numbers`` what was drawn, opened beneath it. ``.frame`` gives them back.
    """
    drawing.tight_layout()
    shown = numbers.reset_index() if numbers.index.name else numbers
    columns = [
        Column(
            str(name),
            str(name).replace("_", " ").capitalize(),
            missing="none",
            **_kind(shown[name]),
        )
        for name in shown.columns
    ]
    frame = shown.set_axis([str(name) for name in shown.columns], axis=1)
    return Picture(drawing, title, finding, table=Table(frame, title, columns))


def _kind(values: pd.Series) -> dict[str, Any]:
    """How a column of numbers, or of anything else, is shown."""
    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        return {"show": str}
    present = values.dropna().astype(float)
    whole = bool((present == present.round()).all())
    return {"kind": "number", "decimals": 0 if whole else 1}


def _warn_if_out_of_date() -> None:
    own = PROCESSED_VARIABLE not in os.environ  # tables of other data say nothing of data/raw
    if own and tables_out_of_date(raw_folder(), processed_folder()):
        warnings.warn(
            "data/raw has changed since these tables were made: run make data to bring them up "
            "to date.",
            stacklevel=3,
        )

"""The score card of a month: control charts, where audits stand, trajectory, teams, leniency.

Every table here is about one provider and one framework: that of its latest audits. A number of
cases below the limit of ``publication_limits`` is never shown apart, by month or by team.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline.analysis.about import about_provider, page
from pipeline.analysis.audits.allocation import allocation_check
from pipeline.analysis.audits.counts import (
    answers,
    counts,
    fewest_cases,
    monthly_counts,
    months_before,
    whole_percent,
)
from pipeline.analysis.inspections import inspections_in_order, shared_comparator
from pipeline.analysis.plan_progress import progress_of_actions, slippage_by_owner
from pipeline.analysis.plans import day_in_words, due_day
from pipeline.analysis.ratings.bands import framework_rows, rating_for
from pipeline.analysis.records import Row, grouped, records, typed
from pipeline.analysis.report_data import ReportSubject, with_sources
from pipeline.analysis.sentences.phrases import counted, in_words, joined
from pipeline.analysis.statistics.bases import Base, base_of
from pipeline.analysis.statistics.change import assess_change
from pipeline.analysis.statistics.control_chart import p_chart, signals
from pipeline.analysis.statistics.funnel import zone
from pipeline.analysis.statistics.significance import smallest_detectable_change, wilson_interval
from pipeline.data import Tables, is_missing

RECENT = 3
"""Months that count as the latest."""
YEAR = 12
"""Months over which teams are set side by side."""
FEWEST_TEAMS = 2
"""Fewer teams are not held against each other."""
FEWEST_MONTHS = 3
"""A key question with fewer months that may be shown has no chart."""
SAME_TIME = 3
"""Audits of so many months before the fieldwork, and of its own month, are of the same time."""
MOST_NAMED = 3
"""Key questions that the first sentence names; more are counted."""
POWER = 0.8
SIZES = (5, 10, 15, 20, 30, 40, 60)
"""Cases a month that the calculator looks at."""

_MONTHS = {
    "key_question": "string", "month": "string", "cases": "Int64", "percent": "Float64",
    "centre": "Float64", "lower": "Float64", "upper": "Float64", "target": "Int64",
    "marked": "boolean",
}  # fmt: skip
_QUESTIONS = {
    "key_question": "string", "standard": "string", "label": "string", "last_percent": "Int64",
    "last_cases": "Int64", "last_asked": "boolean", "recent_percent": "Int64",
    "recent_cases": "Int64", "recent_asked": "boolean", "recent_lower": "Float64",
    "recent_upper": "Float64", "inspection_percent": "Int64", "inspection_verdict": "string",
    "comparator_percent": "Int64", "band_rating": "string", "next_rating": "string",
    "boundary_percent": "Int64", "target": "Int64", "on_target": "string", "signal": "string",
}  # fmt: skip
_TEAMS = {
    "key_question": "string", "team": "string", "percent": "Int64", "cases": "Int64",
    "overall_percent": "Float64", "zone": "string",
}  # fmt: skip
_LENIENCY = {
    "key_question": "string", "label": "string", "audit_percent": "Int64", "audit_cases": "Int64",
    "inspection_percent": "Int64", "difference": "Int64", "verdict": "string",
}  # fmt: skip
_WORDS = {
    ("outside the limits", "high"): "{when} lies above what chance allows",
    ("outside the limits", "low"): "{when} lies below what chance allows",
    ("two of three near a limit", "high"): "{when} are close to the upper limit",
    ("two of three near a limit", "low"): "{when} are close to the lower limit",
    ("shift", "high"): "{count} months in a row to {last} lie above the average",
    ("shift", "low"): "{count} months in a row to {last} lie below the average",
    ("trend", "high"): "{count} months in a row to {last} rise",
    ("trend", "low"): "{count} months in a row to {last} fall",
}


def scorecard_reports(
    tables: Tables, processed: Mapping[str, pd.DataFrame]
) -> Iterator[ReportSubject]:
    """Return the data of the score card of each provider that audits its cases."""
    for provider in sorted(set(tables["case_audits"]["provider"])):
        if made := scorecard_tables(tables, processed, provider):
            yield with_sources(tables, *made)


def scorecard_tables(
    tables: Tables, processed: Mapping[str, pd.DataFrame], provider: str
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]] | None:
    """What the score card of a provider's latest month says of itself, and its tables.

    None where the provider has no audits.
    """
    asked = answers(tables)
    asked = asked[asked["provider"] == provider]
    if asked.empty:
        return None
    month = str(asked["month"].max())
    framework = str(asked.loc[asked["month"] == month, "framework"].iloc[0])
    asked = asked[asked["framework"] == framework]
    fewest = fewest_cases(tables)
    inspected = _inspected(tables, processed, provider, framework)
    targets = _targets(tables, provider, framework)
    months, found = control_charts(asked, month, fewest, targets)
    questions = standing(tables, asked, month, framework, inspected, targets, found, fewest)
    allocated = allocation_check(tables)
    frames = {
        "months": months,
        "questions": questions,
        "teams": teams(asked, month, fewest),
        "leniency": leniency(tables, asked, inspected, fewest),
        "prompts": weakest_prompts(tables, provider, framework, month, fewest),
        "detectable": detectable(questions, _level(tables, framework)),
        "headline": headline(asked, questions, month, fewest, len(found)),
        "standards": framework_rows(tables["standards"], framework),
        "allocation": allocated[allocated["provider"] == provider],
        "slippage": slippage(tables, provider, month),
        "rag_rules": tables["rag_rules"],
        "limits": pd.DataFrame({"fewest": [fewest], "level": [_level(tables, framework)]}),
    }
    against = shared_comparator(tables, [row["comparator"] for row in inspected.values()])
    about = _about(tables, provider, framework, month, frames)
    return {**about, "comparator_name": against}, frames


def _inspected(
    tables: Tables, processed: Mapping[str, pd.DataFrame], provider: str, framework: str
) -> dict[str, Row]:
    """The figures of the latest inspection under the framework, by key question."""
    own = inspections_in_order(tables)
    own = own[(own["provider"] == provider) & (own["framework"] == framework)]
    if own.empty:
        return {}
    latest = own.iloc[-1]
    rows = processed["key_question_comparison"]
    rows = rows[rows["current_inspection"] == latest["inspection"]]
    figures = {row["key_question"]: row for row in records(rows)}
    return {
        code: {**row, "fieldwork": latest["fieldwork_start"], "round": latest["round_name"]}
        for code, row in figures.items()
    }


def _targets(tables: Tables, provider: str, framework: str) -> dict[tuple[str, str], int]:
    rows = tables["audit_targets"]
    rows = rows[(rows["provider"] == provider) & (rows["framework"] == framework)]
    return {(row["key_question"], row["month"]): int(row["percent"]) for row in records(rows)}


def _level(tables: Tables, framework: str) -> float:
    return float(framework_rows(tables["frameworks"], framework)["significance_level"].iloc[0])


def control_charts(
    asked: pd.DataFrame, month: str, fewest: int, targets: Mapping[tuple[str, str], int]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """A row a key question and month, and for each question what its run rules say now, in words.

    A run that ended before the last ``RECENT`` months is marked and not put into words.

    Columns: ``cases``; ``percent`` done well and its limits ``lower, upper`` (empty where fewer
    cases than ``fewest`` were audited; the rules then look past the month, too), ``centre`` (all
    months together), ``target`` and ``marked`` (whether a rule marks the month). Percent.
    """
    rows: list[Row] = []
    words: dict[str, str] = {}
    for code, line in grouped(records(monthly_counts(asked, month)), "key_question").items():
        shown = [row if row["cases"] >= fewest else {**row, "done": 0, "cases": 0} for row in line]
        if sum(row["cases"] > 0 for row in shown) < FEWEST_MONTHS:
            continue
        chart = p_chart([r["done"] for r in shown], [r["cases"] for r in shown])
        found = signals(chart)
        marked = {at for signal in found for at in signal.months}
        words[code] = "; ".join(
            _in_words(signal, line) for signal in found if signal.months[-1] >= len(line) - RECENT
        )
        for at, row in enumerate(line):
            charted: Row = {
                "key_question": code,
                "month": row["month"],
                "cases": row["cases"],
                "centre": _percent(chart.centre),
                "target": targets.get((code, row["month"])),
                "marked": at in marked,
            }
            if shown[at]["cases"] > 0:
                charted["percent"] = _percent(chart.share[at])
                charted["lower"] = _percent(chart.lower[at])
                charted["upper"] = _percent(chart.upper[at])
            rows.append(charted)
    return typed(rows, _MONTHS), words


def _percent(share: Any) -> float:
    return round(100 * float(share), 1)


def _in_words(signal: Any, line: list[Row]) -> str:
    when = [day_in_words(str(line[at]["month"])) for at in signal.months]
    words = _WORDS[signal.rule, signal.side]
    return words.format(when=joined(when), count=in_words(len(when)), last=when[-1])


def standing(
    tables: Tables,
    asked: pd.DataFrame,
    month: str,
    framework: str,
    inspected: Mapping[str, Row],
    targets: Mapping[tuple[str, str], int],
    found: Mapping[str, str],
    fewest: int,
) -> pd.DataFrame:
    """A row a key question: the last month and the last ``RECENT`` months, and what they meet.

    ``inspection_percent`` with ``inspection_verdict`` of the change since (the inspectorate's own
    test), ``comparator_percent``, ``band_rating`` (the rating whose band holds the recent share),
    ``next_rating`` and ``boundary_percent`` above it, ``target`` of the month and ``on_target``
    (on course, behind, cannot be told), ``signal`` in words. A percentage on fewer cases than
    ``fewest`` is empty; months that hold fewer together are left out of the recent share next to
    one that is shown, from which they would follow. ``last_asked`` and ``recent_asked`` say
    whether a question was asked at all where it has 0 cases: it may have applied to none.
    """
    last = _by_question(asked[asked["month"] == month])
    recent = _recent(asked, month, fewest)
    put = tables["case_audits"]
    put = put[put["provider"].isin(asked["provider"]) & (put["framework"] == framework)]
    when = put["date"].str[:7]
    put_last = set(put[when == month]["subject"])
    put_recent = set(put[when.isin(months_before(month, RECENT))]["subject"])
    bands = framework_rows(tables["rating_bands"], framework)
    level = _level(tables, framework)
    rows: list[Row] = []
    for question in records(framework_rows(tables["key_questions"], framework)):
        code = question["key_question"]
        before = inspected.get(code, {})
        row: Row = {
            **{name: question[name] for name in ("key_question", "standard", "label")},
            **_share(last, code, "last", fewest),
            **_share(recent, code, "recent", fewest),
            "last_asked": code in put_last,
            "recent_asked": code in put_recent,
            "target": targets.get((code, month)),
            "signal": found.get(code) or None,
            "inspection_percent": before.get("current_percent"),
            "comparator_percent": before.get("comparator_percent"),
        }
        if not is_missing(row["recent_percent"]):
            interval = wilson_interval(*recent[code])
            row["recent_lower"] = round(100 * interval.lower, 1)
            row["recent_upper"] = round(100 * interval.upper, 1)
            row |= _rating(bands, int(row["recent_percent"]))
            row["on_target"] = _on_target(row)
            row["inspection_verdict"] = _since(before, row, level)
        rows.append(row)
    return typed(rows, _QUESTIONS)


def _recent(asked: pd.DataFrame, month: str, fewest: int) -> dict[str, tuple[int, int]]:
    """The same over the last ``RECENT`` months, without what would give a few cases away."""
    own = asked[asked["month"].isin(months_before(month, RECENT))]
    cases = own.groupby(["key_question", "month"])["well"].transform("size")
    few = own[cases < fewest]
    together = few.groupby("key_question")["well"].transform("size")
    beside = few["key_question"].isin(own[cases >= fewest]["key_question"])
    return _by_question(own.drop(few[beside & (together < fewest)].index))


def _by_question(frame: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Cases done well and cases in all, by key question."""
    found = records(counts(frame, ["key_question"]))
    return {row["key_question"]: (int(row["done"]), int(row["cases"])) for row in found}


def _share(found: Mapping[str, tuple[int, int]], code: str, side: str, fewest: int) -> Row:
    done, cases = found.get(code, (0, 0))
    percent = whole_percent(done, cases) if 0 < cases >= fewest else None
    return {f"{side}_cases": cases, f"{side}_percent": percent}


def _rating(bands: pd.DataFrame, percent: int) -> Row:
    above = bands[bands["lower_percent"] > percent].sort_values("lower_percent")
    row: Row = {"band_rating": rating_for(percent, bands)}
    if len(above):
        row["next_rating"] = above["rating"].iloc[0]
        row["boundary_percent"] = int(above["lower_percent"].iloc[0])
    return row


def _on_target(row: Row) -> Any:
    """Whether the recent share is on course: the whole interval must lie on one side."""
    if row["target"] is None:
        return None
    if row["recent_lower"] >= row["target"]:
        return "on course"
    if row["recent_upper"] < row["target"]:
        return "behind"
    return "cannot be told"


def _since(before: Row, row: Row, level: float) -> Any:
    if is_missing(before.get("current_percent")):
        return None
    base = Base("case audits", int(row["recent_cases"]), int(row["recent_cases"]), True)
    return assess_change(
        int(before["current_percent"]), base_of(before, "current"), int(row["recent_percent"]),
        base, level,
    ).verdict  # fmt: skip


def teams(asked: pd.DataFrame, month: str, fewest: int) -> pd.DataFrame:
    """A row a key question and team with ``fewest`` cases or more in the last ``YEAR`` months.

    Columns: ``key_question, team, percent, cases, overall_percent`` (all teams, small ones
    included) and ``zone`` in the funnel of chance around it. Where what is left out is one team, or
    fewer cases than ``fewest``, so that its figures would follow from the others', the smallest
    that is shown is left out as well; one team alone is not shown.
    """
    year = asked[asked["month"].isin(months_before(month, YEAR)) & asked["team"].notna()]
    rows: list[Row] = []
    for code, own in year.groupby("key_question", sort=False):
        by_team = counts(own, ["team"]).sort_values(["cases", "team"], ascending=[False, True])
        shown = by_team[by_team["cases"] >= fewest]
        while len(by_team) - len(shown) == 1 or 0 < by_team["cases"][len(shown) :].sum() < fewest:
            shown = shown.iloc[:-1]
        if len(shown) < FEWEST_TEAMS:
            continue
        done, cases = int(by_team["done"].sum()), int(by_team["cases"].sum())
        pairs = [(int(row["done"]), int(row["cases"])) for row in records(shown)]
        shown = shown.assign(
            key_question=code,
            percent=[whole_percent(*pair) for pair in pairs],
            overall_percent=round(100 * done / cases, 1),
            zone=[zone(well, of, done / cases) for well, of in pairs],
        )
        rows += records(shown)
    return typed(rows, _TEAMS)


def leniency(
    tables: Tables, asked: pd.DataFrame, inspected: Mapping[str, Row], fewest: int
) -> pd.DataFrame:
    """A row a key question that audits and the inspection judged at the same time.

    The same time: the month in which fieldwork began and the ``SAME_TIME`` before it. Columns:
    ``key_question, label, audit_percent, audit_cases, inspection_percent, difference`` (points,
    audit less inspection) and ``verdict`` of the test for change between the two. Internal audits
    often score higher than inspectors do; they are not the same cases.
    """
    rows: list[Row] = []
    for code, before in inspected.items():
        months = months_before(str(before["fieldwork"])[:7], SAME_TIME + 1)
        own = asked[(asked["key_question"] == code) & asked["month"].isin(months)]
        if len(own) < fewest or is_missing(before["current_percent"]):
            continue
        done, cases = int(own["well"].sum()), len(own)
        row: Row = {"recent_cases": cases, "recent_percent": whole_percent(done, cases)}
        framework = str(own["framework"].iloc[0])
        rows.append(
            {
                "key_question": code,
                "label": before["label"],
                "audit_percent": row["recent_percent"],
                "audit_cases": cases,
                "inspection_percent": int(before["current_percent"]),
                "difference": row["recent_percent"] - int(before["current_percent"]),
                "verdict": _since(before, row, _level(tables, framework)),
            }
        )
    return typed(rows, _LENIENCY)


def weakest_prompts(
    tables: Tables, provider: str, framework: str, month: str, fewest: int
) -> pd.DataFrame:
    """A row a prompt with ``fewest`` answers in the last ``RECENT`` months, lowest first."""
    frame = answers(tables, "prompt")
    frame = frame[
        (frame["provider"] == provider)
        & (frame["framework"] == framework)
        & frame["month"].isin(months_before(month, RECENT))
    ]
    found = counts(frame, ["prompt"])
    found = found[found["cases"] >= fewest]
    wordings = framework_rows(tables["prompts"], framework).set_index("prompt")["wording"]
    found = found.assign(
        wording=found["prompt"].map(wordings).astype("string"),
        percent=[whole_percent(row["done"], row["cases"]) for row in records(found)],
    ).astype({"percent": "Int64"})
    columns = ["prompt", "wording", "percent", "cases"]
    return found[columns].sort_values(["percent", "prompt"]).reset_index(drop=True)


def points_seen(percent: int, cases: int, level: float) -> int | None:
    """Smallest change, in points, that so many cases before and as many after would show.

    The larger of rise and fall from a share of ``percent``, with power ``POWER`` by the test for
    change at ``level`` (see ``smallest_detectable_change``); None where not even all would do.

    >>> points_seen(60, 100, 0.1)
    18
    """
    found = smallest_detectable_change(percent, cases, cases, POWER, level)
    if found.rise is None or found.fall is None:
        return None
    return max(found.rise, found.fall)


def cases_a_month(percent: int, points: int, months: int, level: float) -> int | None:
    """Fewest cases a month that would probably show a change of so many points within ``months``.

    As many months before the change as after it; None where 100 cases a month are not enough.

    >>> cases_a_month(60, 20, 6, 0.1)
    14
    """
    for cases in range(1, 101):
        seen = points_seen(percent, cases * months, level)
        if seen is not None and seen <= points:
            return cases
    return None


def detectable(questions: pd.DataFrame, level: float) -> pd.DataFrame:
    """What so many cases a month would show: a row a number of cases.

    Columns: ``cases_a_month`` and, for 3, 6 and 12 months together, the smallest change in points
    that the test would probably see (the larger of rise and fall; empty where none is), from the
    middle one of the recent shares and on as many cases before as after.
    """
    known = questions["recent_percent"].dropna()
    start = int(known.median()) if len(known) else 50
    rows = [
        {
            "from_percent": start,
            "cases_a_month": cases,
            **{f"months_{many}": points_seen(start, cases * many, level) for many in (3, 6, 12)},
        }
        for cases in SIZES
    ]
    return pd.DataFrame(rows).astype("Int64")


def slippage(tables: Tables, provider: str, month: str) -> pd.DataFrame:
    """How far the targets of the provider's plans have slipped by the end of a month, by owner.

    Columns as in ``slippage_by_owner``. A plan that another replaces is left out.
    """
    plans = tables["plans"]
    replaced = set(plans["replaces"].dropna())
    own = plans[(plans["provider"] == provider) & ~plans["plan"].isin(replaced)]["plan"]
    progress = progress_of_actions(tables, due_day(month))
    return slippage_by_owner(progress[progress["plan"].isin(own)])


def headline(
    asked: pd.DataFrame, questions: pd.DataFrame, month: str, fewest: int, charted: int
) -> pd.DataFrame:
    """The first sheet as rows of (item, sentence); an item without an answer is left out.

    ``charted`` is how many key questions have a control chart.
    """
    last = asked[asked["month"] == month]
    cases = last["case"].nunique()
    recent = asked[asked["month"].isin(months_before(month, RECENT))]["case"].nunique()
    rows = [
        (
            "audited",
            f"{counted(cases, 'case')} {'was' if cases == 1 else 'were'} audited in "
            f"{day_in_words(month)}, "
            f"{recent} in the last {in_words(RECENT)} months.",
        ),
        ("few", _few(questions, fewest)),
        ("signals", _signals(questions, fewest, charted)),
        ("target", _target(questions)),
        ("inspection", _inspection(questions)),
    ]
    return pd.DataFrame(
        [row for row in rows if row[1]], columns=["item", "sentence"], dtype="string"
    )


def _few(questions: pd.DataFrame, fewest: int) -> str:
    thin = questions[(questions["recent_cases"] > 0) & questions["recent_percent"].isna()]
    silent = questions[~questions["recent_asked"]]
    idle = questions[questions["recent_asked"] & (questions["recent_cases"] == 0)]
    said = []
    if len(thin):
        said.append(
            f"{_questions(len(thin))} {'has' if len(thin) == 1 else 'have'} fewer than {fewest} "
            "cases in three months and no figure."
        )
    if len(silent):
        said.append(f"{_questions(len(silent))} {'was' if len(silent) == 1 else 'were'} not asked.")
    if len(idle):
        said.append(f"{_questions(len(idle))} applied to none of the cases.")
    return " ".join(said)


def _questions(number: int) -> str:
    return f"{in_words(number, capital=True)} key question" + ("" if number == 1 else "s")


def _signals(questions: pd.DataFrame, fewest: int, charted: int) -> str:
    if not charted:
        return (
            f"No key question has {in_words(FEWEST_MONTHS)} months of {fewest} cases yet, so "
            "change cannot be told from chance."
        )
    fired = questions[questions["signal"].notna()]
    if fired.empty:
        return (
            f"No rule fires: {counted(charted, 'key question')} with enough months "
            f"var{'ies' if charted == 1 else 'y'} as chance has it."
        )
    named = [f"{row['key_question']} {row['label']}" for row in records(fired)]
    which = f": {joined(named)}" if len(named) <= MOST_NAMED else ""
    return (
        f"In {in_words(len(fired))} of {counted(charted, 'key question')} more than chance is at "
        f"work{which}."
    )


def _target(questions: pd.DataFrame) -> str:
    known = questions["on_target"].dropna()
    if known.empty:
        return ""
    on, behind, open_ = (
        int((known == word).sum()) for word in ("on course", "behind", "cannot be told")
    )
    return (
        f"Of {counted(len(known), 'target')} for the month, {in_words(on)} "
        f"{'is' if on == 1 else 'are'} on course, {in_words(behind)} behind, and of "
        f"{in_words(open_)} it cannot be told from so few cases."
    )


def _inspection(questions: pd.DataFrame) -> str:
    known = questions[questions["inspection_verdict"].notna()]
    if known.empty:
        return ""
    change = known["recent_percent"] - known["inspection_percent"]
    firm = known["inspection_verdict"] == "significant"
    up, down = int((firm & (change > 0)).sum()), int((firm & (change < 0)).sum())
    return (
        f"Of {counted(len(known), 'key question')} with a figure in the last inspection, "
        f"{in_words(up)} {'stands' if up == 1 else 'stand'} significantly higher and "
        f"{in_words(down)} significantly lower in the audits."
    )


def _about(
    tables: Tables, provider: str, framework: str, month: str, frames: dict[str, pd.DataFrame]
) -> dict[str, Any]:
    row = tables["providers"].set_index("provider").loc[provider]
    name = f"scorecard-{provider}-{month}"
    named = row["name"], row["short_name"], row["simulated"]
    return {
        **about_provider("scorecard", name, provider, *named),
        "month": month,
        "framework": framework,
        "title": f"{row['short_name']}: case audits to {day_in_words(month)}",
        "result": " ".join(str(words) for words in frames["headline"]["sentence"]),
        "standfirst": "The provider's own audits, for its management group; not an inspection",
        "dates": [f"Audits to {day_in_words(month)}"],
        "period": month,
        "published": month,
        "reports": [page(name, "scorecard", provider=provider, month=month)],
    }

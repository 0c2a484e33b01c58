"""Whatever a document can be silent about may be empty; tables and report data are made then too.

Each table is emptied, and each status put in place of the figures, for one inspection, provider or
framework after another; what is made must be complete, and a gap must say what it is.
"""

import json
from collections.abc import Iterator

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.folders import (
    Folder,
    add_provider,
    add_second_framework,
    add_youth_inspection,
)

from pipeline.analysis.comparison import NOT_ENTERED
from pipeline.analysis.process import processed_tables
from pipeline.analysis.providers import of_providers
from pipeline.analysis.ratings.bands import standard_ratings
from pipeline.analysis.report_data import report_files, reports
from pipeline.data import Tables
from pipeline.data.owners import owner_of

FIGURES = {
    "key_question_scores": ("percent", "status"),
    "comparator_scores": ("percent", "status"),
    "prompt_scores": ("percent", "status"),
    "samples": ("size", "size_status"),
    "ratings": ("rating", "status"),
    "overall_ratings": ("rating", "rating_status"),
}
STATUSES = [
    "not entered yet", "not published", "not asked", "suppressed", "withdrawn",
    "no comparable data", "qualitative evidence only", "not rated",
]  # fmt: skip
#: Tables that may be without a row of an inspection, plan or framework, or of any at all.
MAY_BE_EMPTY = [
    "samples", "prompt_scores", "comparator_scores", "comparators", "discretions", "facts",
    "responses", "actions", "action_updates", "follow_up", "recommendation_links",
    "recommendations", "plans", "comparability", "significance_claims", "discrepancies",
    "second_readings", "lineage",
    "ratings", "overall_ratings", "key_question_scores", "discretion_rules", "overall_bands",
    "question_wordings", "prompts", "measures", "allocation_matrix", "allocation_rules",
]  # fmt: skip
#: Rows of these tables are of a row of the other, which goes with them.
WITH = {
    "recommendations": ["responses", "actions", "action_updates", "follow_up",
                        "recommendation_links"],
    "plans": ["recommendations", "responses", "actions", "action_updates", "follow_up",
              "recommendation_links"],
    "actions": ["action_updates"],
    "comparators": ["comparator_scores"],
    "prompts": ["prompt_scores", "significance_claims", "recommendation_links"],
    "measures": ["facts"],
}  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> Tables:
    """Two providers of two frameworks, one inspected three times, one without an inspection."""
    folder = Folder(tmp_path_factory.mktemp("wide") / "raw")
    add_second_framework(folder)
    add_provider(folder, "ambleshire", "Ambleshire YOS")
    for year in (2021, 2022, 2023):
        add_youth_inspection(folder, "ambleshire", year, ("55", "70", "38"), "40")
    add_provider(folder, "nothing-yet", "Nothing yet")
    return folder.tables()


def make(tables: Tables) -> tuple[dict[str, pd.DataFrame], dict[str, dict]]:
    """The processed tables, and what each report's data say, read back."""
    processed = processed_tables(tables)
    abouts = {}
    for report in reports(tables, processed):
        files = report_files(report)
        about, frames = (json.loads(files[path]) for path in sorted(files))
        assert frames and about["title"] and about["result"], about
        assert "nan" not in json.dumps(about).lower().replace("finan", "")
        abouts[about["name"]] = about
    return processed, abouts


def views(tables: Tables, name: str) -> Iterator[pd.Series]:
    """Which rows of a table to take: all, and those of one inspection, plan or framework."""
    frame = tables[name]
    if frame.empty:
        return
    taken = [pd.Series(True, index=frame.index)]
    for key in ("inspection", "plan", "framework"):
        if key in frame and len(codes := frame[key].dropna().unique()) > 1:
            taken.append((frame[key] == codes[-1]).fillna(False))
    for at, rows in enumerate(taken):
        if not any(rows.eq(before).all() for before in taken[:at]):
            yield rows


def test_each_provider_alone(tables):
    """Nothing that is made of a provider hangs on others being there, types of columns included."""
    owned = owner_of(tables)
    together, _ = make(tables)
    for code in tables["providers"]["provider"]:
        alone, _ = make(of_providers(tables, owned, [code]))
        for name, frame in alone.items():
            assert frame.dtypes.equals(together[name].dtypes), (code, name)


def without(tables: Tables, name: str, rows: pd.Series) -> Tables:
    """The tables without some rows of one, and without all rows of tables that rest on it."""
    changed = {**tables, name: tables[name][~rows.fillna(False)]}
    for other in WITH.get(name, []):
        changed[other] = tables[other].iloc[:0]
    if name == "comparators":
        for other in ("inspections", "frameworks"):
            changed[other] = changed[other].assign(
                comparator=pd.array([pd.NA] * len(changed[other]), dtype="string")
            )
    return changed


@pytest.fixture(scope="module")
def comparisons(tables) -> set[str]:
    """The comparisons there are while nothing is empty."""
    return {report for report in make(tables)[1] if report.startswith("comparison")}


@pytest.mark.parametrize("name", MAY_BE_EMPTY)
def test_a_table_may_be_empty(tables, comparisons, name):
    for rows in views(tables, name):
        _, found = make(without(tables, name, rows))
        assert comparisons <= set(found), name


@settings(max_examples=10)
@given(data=st.data())
def test_a_figure_may_be_missing_for_any_reason(tables, data):
    name = data.draw(st.sampled_from(list(FIGURES)))
    status = data.draw(st.sampled_from(STATUSES))
    figure, said = FIGURES[name]
    frame = tables[name]
    key = data.draw(st.sampled_from(["inspection", "framework"]))
    codes = list(frame[key].dropna().unique()) if key in frame else []
    code = data.draw(st.sampled_from([None, *codes]))
    for rows in [pd.Series(True, index=frame.index) if code is None else frame[key] == code]:
        frame = frame.copy()
        frame.loc[rows, figure] = pd.NA
        frame.loc[rows, said] = status
        processed, _ = make({**tables, name: frame})
        ratings = processed["standard_ratings"]
        if name == "overall_ratings":
            gone = ratings["published_rating"].isna() & (ratings["standard"] == "overall")
            assert set(ratings[gone]["status"]) == {status}
        if name == "key_question_scores":
            # Nothing is derived from part of a set, and each gap says what it is.
            questions = processed["key_question_comparison"]
            gone = questions["current_percent"].isna()
            assert set(questions[gone]["current_status"]) <= {status, "qualitative evidence only"}
            left = ratings[ratings["derived_rating"].notna() & (ratings["standard"] != "overall")]
            assert left["lowest_percent"].notna().all()


@settings(max_examples=15)
@given(data=st.data())
def test_no_rating_is_derived_while_a_case_question_has_no_figure(tables, data):
    """Any figures of any inspections may be missing, each for a reason of its own."""
    frame = tables["key_question_scores"].copy()
    own = frame.index[(frame["reading"] == "own").to_numpy()]
    for row in data.draw(st.lists(st.sampled_from(list(own)), max_size=6, unique=True)):
        status = data.draw(st.sampled_from(["suppressed", "not published", NOT_ENTERED]))
        frame.loc[row, ["percent", "status"]] = [pd.NA, status]
    ratings = standard_ratings({**tables, "key_question_scores": frame})
    ratings = ratings.set_index(["inspection", "standard"])
    questions = tables["key_questions"]
    asked = frame[frame["reading"] == "own"].merge(
        questions[["framework", "key_question", "standard", "evidence"]],
        on=["framework", "key_question"],
    )
    cases = asked[asked["evidence"] == "cases"]
    for key, part in cases.groupby(["inspection", "standard"]):
        whole = part["percent"].notna().all()
        row = ratings.loc[key]
        assert whole == pd.notna(row["derived_rating"])
        if not whole:
            assert row["agreement"] == "not derived"
            for status in part[part["percent"].isna()]["status"]:
                assert f"({status})" in row["note"]

"""The report on an action plan: its timeline, its page, and an update seen on the page."""

import csv
import re
import shutil
from itertools import combinations, pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import Circle, Rectangle
from support.pictures import words_of

from pipeline.analysis.plans import POSITIONS, TARGET_PASSED, with_positions
from pipeline.analysis.process import process
from pipeline.data import raw_folder
from pipeline.data.folders import PROCESSED_VARIABLE, PROJECT
from pipeline.publish.build.catalogue import reports_in
from pipeline.publish.build.run import run_report
from pipeline.publish.charts import timeline as plan_charts
from pipeline.publish.reports.plan import PlanReport
from pipeline.publish.reports.report_page import NoSuchReport

N18, N20, DLNR = "northumbria-crc-2018", "northumbria-crc-2020", "dlnr-crc-2020"
PROVIDER = {N18: "northumbria-crc", N20: "northumbria-crc", DLNR: "dlnr-crc"}


@pytest.fixture(scope="module")
def processed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("processed")
    process(raw_folder(), folder)
    return folder


@pytest.fixture
def opened(processed, monkeypatch):
    """Open a plan's report on the processed tables of this module."""
    monkeypatch.setenv(PROCESSED_VARIABLE, str(processed))
    return lambda plan, as_of="": PlanReport.open(PROVIDER[plan], plan, as_of)


def page(processed, plan):
    (report,) = [r for r in reports_in(processed) if r.name == f"action-plan-{plan}"]
    return run_report(report, processed, PROJECT / "notebooks").decode("utf-8")


@pytest.fixture(scope="module")
def pages(processed):
    return {plan: page(processed, plan) for plan in PROVIDER}


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


# The page


def test_each_plan_has_its_report(processed):
    names = {r.name for r in reports_in(processed) if r.kind == "action-plan"}
    assert names == {f"action-plan-{plan}" for plan in PROVIDER}


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (N18, "Six recommendations: three agreed and three partly agreed."),
        (N20, "Eight recommendations: five agreed, two partly agreed and one not agreed."),
        (N20, "5 agreed, 2 partly agreed, 1 not agreed and 8 in all. They are the counts"),
        (N20, "none with a target date in the text we have"),
        (N20, "Recommendation 3 repeats recommendation 2 of the plan northumbria-crc-2018"),
        (DLNR, "Eight recommendations: seven agreed and one partly agreed."),
        (DLNR, "Recommendations 6 and 7 repeat the previous inspection's, which is not in the"),
        (DLNR, "Addressed to the Ministry of Justice."),
        (N18, "found sufficient progress on two and some progress on four; management oversight"),
        (N18, "Recommendation 2 was made again: recommendation 3 of northumbria-crc-2020, agreed."),
        # Report of February 2020: 2-01, 2-02, 3-01, 5-01 and 6-01 of the 14 with a date.
        (N18, "The inspection of 2019 reports that five of these were done."),
        (N18, "As of 7 February 2020 the target date of 9 had passed"),
        (N18, "reported done by the inspection of 2019"),
    ],
)
def test_the_page_says(pages, plan, words):
    shown = text_of(pages[plan]).replace("&#x27;", "'")
    assert words in shown


@pytest.mark.parametrize("plan", PROVIDER)
def test_no_page_claims_what_nobody_recorded(pages, plan):
    shown = text_of(pages[plan]).lower()
    assert "overdue" not in shown
    assert "no update on these actions is on record" in shown


@pytest.mark.parametrize("plan", PROVIDER)
def test_summary_first_then_the_order_of_the_issue(pages, plan):
    headings = re.findall(r'<h2 id="[^"]+">(.*?)</h2>', pages[plan])
    assert headings[:4] == [
        "In brief", "Recommendation by recommendation", "Actions",
        "The figures a recommendation should move",
    ]  # fmt: skip
    assert headings[-1] == "Sources"


@pytest.mark.parametrize("plan", PROVIDER)
def test_every_action_is_on_its_page(pages, processed, plan):
    actions = pd.read_csv(processed / "actions.csv", dtype="string").query("plan == @plan")
    shown = text_of(pages[plan]).replace("&#x27;", "'").replace("&amp;", "&")
    missing = [summary for summary in actions["summary"] if summary not in shown]
    assert not missing


@pytest.mark.parametrize("plan", PROVIDER)
def test_a_page_stays_light(pages, plan):
    assert len(pages[plan].encode()) < 300_000


# Another day, another plan


def test_a_reader_may_ask_for_another_day(opened):
    frame = opened(DLNR, "2020-05-01").actions_table().frame
    shown = frame.set_index("action")["position"]
    assert shown[f"{DLNR}-1-04"] == TARGET_PASSED  # due in March
    assert shown[f"{DLNR}-1-02"] == "upcoming"  # due in July


@pytest.mark.parametrize("day", ["2020-02-30", "next week", "2020/03/01"])
def test_what_is_not_a_day_is_answered_plainly(opened, day):
    with pytest.raises(ValueError, match="is not a day of the calendar"):
        opened(DLNR, day)


def test_an_unknown_plan_is_answered_with_those_there_are(opened):
    with pytest.raises(NoSuchReport, match=f"action-plan-{DLNR}"):
        PlanReport.open("dlnr-crc", "dlnr-crc-1999")
    with pytest.raises(NoSuchReport, match="is not a plan of dlnr-crc"):
        PlanReport.open("dlnr-crc", N18)


def test_downloads_keep_the_whole_code(opened):
    report = opened(DLNR)
    report.actions_table()
    assert f"{DLNR}-1-01" in set(report.downloads().tables[0].frame["action"])
    assert "1\N{NON-BREAKING HYPHEN}01" in report.actions_table().html()


# A user updates progress


def test_an_update_is_seen_on_the_page(tmp_path):
    raw = tmp_path / "raw"
    shutil.copytree(raw_folder(), raw)
    rows = [
        (f"{DLNR}-1-04", "2020-04-15", "in progress", "Agreed with <b>two</b> clusters", "Minutes"),
        (f"{DLNR}-1-05", "2020-04-20", "complete", "All handlers moved", ""),
    ]
    # As a spreadsheet saves it: with a byte order mark and Windows line ends.
    with (raw / "action_updates.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["action", "date", "status", "note", "evidence"])
        writer.writerows(rows)
    process(raw, tmp_path / "processed")
    html = page(tmp_path / "processed", DLNR)
    shown = text_of(html)
    assert "Updates on two actions are on record" in shown
    assert "Actions as of 20 April 2020" in shown
    assert "in progress, target passed" in shown
    assert "All handlers moved" in shown
    assert "Agreed with &lt;b&gt;two&lt;/b&gt; clusters" in html
    assert "No update on this plan was on record" not in shown


def test_a_plan_without_actions_or_links_still_has_a_page(tmp_path):
    raw = tmp_path / "raw"
    shutil.copytree(raw_folder(), raw)
    for name in ("actions.csv", "recommendation_links.csv"):
        lines = (raw / name).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(N18)]
        (raw / name).write_text("".join(kept), encoding="utf-8")
    found = (raw / "follow_up.csv").read_text(encoding="utf-8")
    unnamed = re.sub(rf"{N18}-\d-\d\d(; )?", "", found)
    (raw / "follow_up.csv").write_text(unnamed, encoding="utf-8")
    process(raw, tmp_path / "processed")
    shown = text_of(page(tmp_path / "processed", N18))
    assert "No action of this plan has been entered." in shown
    assert "Nothing has been linked to the recommendations of this plan." in shown


def test_a_plan_after_a_first_inspection_shows_that_round_only(opened):
    report = opened(N20)
    links = report.data["loop"]
    for column in [c for c in links if c.startswith("previous_")] + ["change_points", "direction"]:
        links[column] = pd.Series(pd.NA, index=links.index, dtype=links[column].dtype)
    for table in (report.linked_figures(), report.linked_ratings()):
        assert [c.heading for c in table.columns] == ["Linked to", "2019", "Why we link it"]


def test_slippage_and_priorities_stand_only_where_there_are_any(opened):
    for plan in PROVIDER:
        report = opened(plan)
        assert report.slippage() is None and report.priorities_table() is None
        assert "priority" not in {column.name for column in report.actions_table().columns}


# The timeline

kinds = st.sampled_from(["month", "done", "ongoing", "none given"])
owners = st.one_of(st.none(), st.sampled_from(["Head", "HR Lead", "Lead <of> a & b " * 3]))
months = st.builds("{:04d}-{:02d}".format, st.integers(2018, 2022), st.integers(1, 12))
statuses = st.sampled_from([None, "not started", "in progress", "complete", "dropped"])
drawn = st.lists(st.tuples(kinds, owners, months, statuses), min_size=1, max_size=25)


ACTION_COLUMNS = [
    "plan", "recommendation", "action", "summary", "owner", "due_printed", "due", "due_kind",
]  # fmt: skip


def actions_of(rows):
    frame = pd.DataFrame(
        [
            ("p", 1, f"p-1-{n:02d}", "s", owner, pd.NA, due if kind == "month" else None, kind)
            for n, (kind, owner, due, _) in enumerate(rows)
        ],
        columns=ACTION_COLUMNS,
    ).astype({"owner": "string", "due": "string"})
    frame = frame.assign(measure=pd.NA, source="s", place="p", note=pd.NA)
    frame = frame.assign(due_end=pd.NA, owners=pd.NA, also_serves=pd.NA, priority=pd.NA)
    updates = pd.DataFrame(
        [
            (f"p-1-{n:02d}", "2020-01-01", status, "", "")
            for n, (*_, status) in enumerate(rows)
            if status
        ],
        columns=["action", "date", "status", "note", "evidence"],
        dtype="string",
    )
    updates = updates.assign(due=pd.NA, due_printed=pd.NA).astype("string")
    return with_positions(frame, updates, "2020-06-15")


def marks_of(figure):
    """The discs and squares that hold a number of actions; the sheet itself is no mark."""
    return [
        mark
        for mark in figure.findobj(lambda part: isinstance(part, Circle | Rectangle))
        if mark is not figure.patch
    ]


@settings(max_examples=25)
@given(drawn, st.booleans())
def test_no_mark_meets_another_and_none_leaves_the_picture(rows, narrow):
    actions = actions_of(rows)
    assert set(actions["position"]) <= set(POSITIONS)
    figure = plan_charts.timeline(actions, "2020-06-15", narrow=narrow)
    boxes = [mark.get_window_extent() for mark in marks_of(figure)]
    assert len(boxes) == len(plan_charts.timeline_rows(actions))
    width, height = figure.get_size_inches() * 72
    for box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
    for one, other in combinations(boxes, 2):
        assert not one.overlaps(other)
    counted = plan_charts.timeline_rows(actions)["actions"].sum()
    assert counted == len(actions)


@pytest.mark.parametrize("plan", PROVIDER)
@pytest.mark.parametrize("narrow", [False, True])
def test_no_label_of_the_timeline_meets_another(opened, plan, narrow):
    report = opened(plan)
    drawing = plan_charts.timeline(report.actions_table().frame, report.as_of, narrow=narrow)
    boxes = [room for _, room in words_of(drawing)]
    assert boxes
    for one, other in combinations(boxes, 2):
        assert not one.overlaps(other)
    width = drawing.get_size_inches()[0] * 72
    assert all(box.x0 >= -1 and box.x1 <= width + 1 for box in boxes)


def test_a_plan_without_dates_has_words_in_place_of_a_timeline(opened):
    shown = opened(N20).due_picture().html()
    assert "None of the 36 actions has a target date" in shown
    assert "<svg" not in shown


def test_a_recommendation_is_one_row_from_the_answer_to_what_moved(opened):
    """Annex 2 of 2018 and chapter 3 of 2020 print 55% and 91% for 4.2.3."""
    row = opened(N18).recommendations_table().frame.set_index("recommendation").loc[6]
    assert row["response"] == "partly agreed"
    assert row["found_0"].startswith("Sufficient progress.")
    assert "4.2.3" in row["moved"]
    assert "55% to 91%" in row["moved"]


@pytest.mark.parametrize("other", ["The Ministry of Justice", "HMPPS"])
def test_an_addressee_who_is_not_the_provider_is_named(opened, other):
    report = opened(N20)
    report.data["recommendations"]["to_provider"] = ["no"] * 6 + ["yes"] * 2
    report.data["recommendations"]["addressed_to"] = [other] * 6 + ["The Northumbria CRC"] * 2
    asks = report.recommendations["asks"]
    assert asks.str.contains("Addressed to", regex=False).tolist() == [True] * 6 + [False] * 2


def test_the_timeline_sets_undated_actions_apart(opened):
    rows = plan_charts.timeline_rows(opened(DLNR).actions_table().frame)
    undated = rows[rows["state"] == "undated"]
    assert set(undated["column"]) == {"ongoing", "none given"}
    assert rows["actions"].sum() == 45
    firsts = rows[rows["owner"] != plan_charts.NO_OWNER].groupby("owner", sort=False)["column"]
    assert all(before <= after for before, after in pairwise(firsts.min()))

"""Whatever a document or a user leaves open has its page, and no sentence there that is not so.

One folder, built once: each provider shows another gap, so one build covers many of them.
"""

import html
import re
from pathlib import Path

import pytest
from support.folders import (
    OF_INSPECTION,
    Folder,
    add_provider,
    add_second_framework,
    add_youth_inspection,
    copy_inspection,
)

from pipeline.data.folders import PROCESSED_VARIABLE
from pipeline.data.nearest import Unknown
from pipeline.publish.build.site import build
from pipeline.publish.reports.comparison import ComparisonReport, LeadershipReport, themes
from pipeline.publish.reports.index import index_html

#: Columns that older folders do without.
OPTIONAL = {
    "ratings": ["status"],
    "overall_ratings": ["rating_status"],
    "inspections": ["label", "provider_name", "provider_short_name", "comparator"],
    "frameworks": ["comparator"],
    "plans": ["replaces"],
    "actions": ["due_end", "owners", "also_serves", "priority"],
    "action_updates": ["due", "due_printed"],
}
#: Inspections of one round each, by the gap they show.
SINGLE = ("no-sizes", "suppressed", "unrated", "nothing", "words", "youth")


def one(folder: Folder, provider: str) -> str:
    add_provider(folder, provider, f"{provider.capitalize()} Service")
    return copy_inspection(folder, provider, 2021)


def gap(folder, table, inspection, column, status_column, status, **where):
    folder.edit(table, {"inspection": inspection, **where}, **{column: "", status_column: status})


def without_sizes(folder, inspection, status):
    gap(folder, "samples", inspection, "size", "size_status", status)
    design = dict.fromkeys(["required_size", "confidence_level", "margin_of_error"], "")
    at_least = dict.fromkeys(
        [f"size_at_least{end}" for end in ("", "_source", "_place", "_words")], ""
    )
    folder.edit("samples", {"inspection": inspection}, **design, **at_least)


def without_overall(folder, inspection, status):
    folder.edit(
        "overall_ratings",
        {"inspection": inspection},
        rating="",
        rating_status=status,
        score="",
        score_status=status,
    )


def add_single_rounds(folder: Folder) -> None:
    without_sizes(folder, one(folder, "no-sizes"), "not published")
    code = one(folder, "suppressed")
    for question, status in (("2.1.3", "suppressed"), ("4.1.1", "withdrawn")):
        gap(folder, "key_question_scores", code, "percent", "status", status, key_question=question)
    code = one(folder, "unrated")
    gap(folder, "ratings", code, "rating", "status", "not rated", standard="2.4")
    without_overall(folder, code, "withdrawn")
    code = one(folder, "nothing")
    without_sizes(folder, code, "not entered yet")
    for table, column in (
        ("key_question_scores", "percent"),
        ("prompt_scores", "percent"),
        ("ratings", "rating"),
    ):
        gap(folder, table, code, column, "status", "not entered yet")
    without_overall(folder, code, "not entered yet")
    folder.drop("discretions", inspection=code)
    code = one(folder, "words")
    gap(folder, "key_question_scores", code, "percent", "status", "qualitative evidence only")
    gap(folder, "prompt_scores", code, "percent", "status", "not published")
    folder.drop("discretions", inspection=code)
    add_second_framework(folder)
    add_provider(folder, "youth", "Youth Service")
    add_youth_inspection(folder, "youth", 2021, ("55", "70", "38"), "40")
    add_provider(folder, "nobody", "Nobody Yet Service")


def add_between(folder: Folder) -> None:
    """Add a provider whose three rounds have another framework in the middle, and other names."""
    add_provider(folder, "between", "Between Service")
    first = copy_inspection(folder, "between", 2018, of="northumbria-crc-2018")
    add_youth_inspection(folder, "between", 2020, ("55", "70", "38"), "40")
    last = copy_inspection(folder, "between", 2021)
    named = {"provider_name": "First Trust", "provider_short_name": "First Trust"}
    folder.edit("inspections", {"inspection": first}, **named)
    gap(folder, "ratings", last, "rating", "status", "not entered yet", standard="1.1")


def add_two_in_a_year(folder: Folder) -> None:
    first = one(folder, "twice")
    folder.edit("inspections", {"inspection": first}, label="spring 2021")
    (row,) = folder.rows("inspections", inspection=first)
    again = {
        "inspection": "twice-2021-10",
        "label": "autumn 2021",
        "fieldwork_start": "2021-10",
        "fieldwork_start_printed": "October 2021",
        "published": "2021-12",
        "published_printed": "December 2021",
    }
    folder.add("inspections", {**row, **again})
    for name in OF_INSPECTION:
        rows = folder.rows(name, inspection=first)
        folder.add(name, *({**row, "inspection": "twice-2021-10"} for row in rows))


def add_aggregate(folder: Folder) -> None:
    """Add a second aggregate that the third round of Northumbria is set against."""
    copy_inspection(folder, "northumbria-crc", 2021, percents={"2.1.1": "90"})
    (comparator,) = folder.rows("comparators", comparator="all-crcs")
    newer = {"comparator": "all-2021", "name": "All services of 2021", "period": "2021"}
    (source,) = folder.rows("sources", source="hmip-northumbria-2020")
    day = {"published_printed": "June 2024", "published": "2024-06"}
    folder.add("sources", {**source, **day, "source": "newer", "title": "Annual report"})
    newer |= {"short_name": "all services", "source": "newer"}
    folder.add("comparators", {**comparator, **newer})
    rows = folder.rows("comparator_scores", comparator="all-crcs", framework="crc-2019")
    for row in rows:
        row |= {"comparator": "all-2021", "percent": row["percent"] and "99"}
    folder.add("comparator_scores", *rows)
    folder.edit("inspections", {"inspection": "northumbria-crc-2021"}, comparator="all-2021")
    folder.edit("inspections", {"inspection": "northumbria-crc-2019"}, comparator="all-crcs")


def add_erratum(folder: Folder) -> None:
    source = {**folder.rows("sources")[0], "source": "erratum", "title": "Erratum"}
    day = {"published_printed": "1 June 2020", "published": "2020-06-01", "kind": "erratum"}
    folder.add("sources", {**source, **day})
    own = {"inspection": "northumbria-crc-2019", "key_question": "2.1.1", "reading": "own"}
    (row,) = folder.rows("key_question_scores", **own)
    folder.add("key_question_scores", {**row, "percent": "77", "source": "erratum"})


def add_plans(folder: Folder) -> None:
    """Add a plan with targets of every kind, and the empty plan that replaced it."""
    (source,) = folder.rows("sources", source="plan-northumbria-2020")
    day = {"published_printed": "1 December 2021", "published": "2021-12-01"}
    folder.add("sources", {**source, **day, "source": "plans-twice", "title": "Plans"})
    cited = {"source": "plans-twice", "place": "made up"}
    plan = {**cited, "provider": "twice", "inspection": "twice-2021", "year": "2021"}
    plan["report_published_printed"] = "September 2021"
    first = {"submitted_printed": "1 October 2021", "submitted": "2021-10-01"}
    second = {"submitted_printed": "1 December 2021", "submitted": "2021-12-01"}
    folder.add("plans", {**plan, **first, "plan": "twice-2021"})
    folder.add("plans", {**plan, **second, "plan": "twice-2021-12", "replaces": "twice-2021"})
    here = {**cited, "plan": "twice-2021"}
    for number, addressee, response in (
        ("1", "Twice Service", "noted"),
        ("2", "The Ministry of Justice", "agreed"),
    ):
        row = {**here, "recommendation": number, "printed_number": "1."}
        asked = {"title": f"Subject {number}", "summary": "Do so.", "addressed_to": addressee}
        folder.add("recommendations", {**row, **asked, "repeated": "no"})
        answer = {**here, "recommendation": number, "response": response}
        folder.add("responses", answer)
    for position, action in enumerate(
        (
            {"due_printed": "Spring 2022", "due": "2022-03", "due_end": "2022-05",
             "due_kind": "period", "owner": "Head of A and Head of B",
             "owners": "Head of A; Head of B", "priority": "High"},
            {"due_printed": "Within three months", "due_kind": "in words", "also_serves": "2",
             "priority": "High"},
            {"due_printed": "November 2021", "due": "2021-11", "due_kind": "month"},
        ),
        start=1,
    ):  # fmt: skip
        code = {"action": f"twice-2021-1-{position:02}", "position": str(position)}
        shared = {"recommendation": "1", "summary": f"Thing {position}."}
        folder.add("actions", {**here, **shared, **code, **action})
    folder.add(
        "action_updates",
        {"action": "twice-2021-1-03", "date": "2021-11-20", "status": "in progress",
         "due": "2022-06", "due_printed": "June 2022"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """Every page of a folder in which each provider shows another gap."""
    folder = Folder(tmp_path_factory.mktemp("gaps") / "raw")
    for table, columns in OPTIONAL.items():
        folder.add_columns(table, *columns)
    add_single_rounds(folder)
    add_between(folder)
    add_two_in_a_year(folder)
    add_aggregate(folder)
    add_erratum(folder)
    add_plans(folder)
    out = tmp_path_factory.mktemp("gaps-site")
    outcome = build(folder.path, out, progress=False)
    assert outcome.failed == {}
    return out


def words_of(page: Path) -> str:
    """The words of a page's own content: no style, script, code, drawing, method or glossary."""
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", text, flags=re.DOTALL)
    text = re.sub(r'<details class="code">.*?</details>', " ", text, flags=re.DOTALL)
    for name in ("how-this-was-worked-out", "words-used-here", "sources", "take-the-data-away"):
        text = re.sub(rf'<section id="s-{name}".*?</section>', " ", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def page(site: Path, name: str) -> str:
    return words_of(site / "reports" / f"{name}.html")


EDITIONS = ("", "-analyst")


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("provider", SINGLE)
def test_a_single_round_is_told_without_another(site, provider, edition):
    text = page(site, f"comparison-{provider}-2021{edition}")
    for wrong in ("compared", " rose", " fell", "stayed", "What changed", "two rounds",
                  "Direction", "may be compared", "How sure the changes are"):  # fmt: skip
        assert wrong not in text, wrong


def test_no_page_shows_a_missing_value_as_one(site):
    for path in (site / "reports").glob("*.html"):
        found = re.search(r"\b(nan|NaN|None|<NA>|NaT|inf|KeyError)\b(?! )", words_of(path))
        assert not found, (path.name, found)


def test_what_nobody_entered_is_not_the_documents_silence(site):
    for edition in EDITIONS:
        text = page(site, f"comparison-nothing-2021{edition}")
        assert "not entered yet" in text
        # The aggregate's own figures for unpaid work are what a document leaves out.
        assert "not published" not in text.replace("not published cannot be said", "").replace(
            "not published [", ""
        )
        assert "way to the next rating" not in text.split("Ratings of the standards")[-1]
        assert "no figure on staff" not in text and "print no" not in text


def test_a_rating_without_a_figure_it_needs_is_not_derived(site):
    text = page(site, "comparison-suppressed-2021-analyst")
    assert "2.1.3 (suppressed) has no figure, so no rating is derived" in text
    assert "4.1.1 (withdrawn) has no figure" in text
    assert "Not explained" not in text
    assert "standards whose figures are all known" in text


def test_sections_without_content_have_no_heading(site):
    for provider in ("nothing", "words"):
        text = page(site, f"comparison-{provider}-2021-analyst")
        for heading in ("The way to the next rating Inspect", "How far other cases could move"):
            assert heading not in text
    assert "How far other cases could move" in page(site, "comparison-youth-2021-analyst")


def test_each_status_of_a_rating_stands_on_the_first_screen(site):
    text = page(site, "comparison-unrated-2021")
    assert "the overall rating was withdrawn" in text
    assert "Reviewing not rated" in text


@pytest.mark.parametrize("edition", EDITIONS)
def test_another_framework_has_none_of_the_first_ones_words(site, edition):
    text = page(site, f"comparison-youth-2021{edition}")
    for wrong in ("CRC", "unpaid work", "Through the Gate", "ten standards", "Outstanding"):
        assert wrong not in text.replace("from Inadequate to Outstanding", ""), wrong


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_third_round_is_set_against_the_second(site, edition):
    text = page(site, f"comparison-northumbria-crc-2019-2021{edition}")
    assert "2018" not in text.replace("northumbria-crc-2018", "").replace("June 2018", "")
    assert "Against all services (2021) Of" in text and "Against all CRCs" not in text
    assert "This aggregate was published after the report, in June 2024." in text
    earlier = page(site, f"comparison-northumbria-crc-2018-2019{edition}")
    assert "Against all CRCs (June 2018 to June 2019) Of" in earlier
    assert "published after the report" not in earlier


def test_a_corrected_figure_is_said_with_what_it_moved(site):
    """74% became 77%: 90% of 97 in 2021 lies above either, and both are in the band of Good."""
    text = page(site, "comparison-northumbria-crc-2019-2021-analyst")
    assert "was printed as 74% and corrected to 77% by Erratum, 1 June 2020" in text
    assert "stays significant" in text and "the rating it gives does not change" in text
    assert "corrected" not in page(site, "comparison-northumbria-crc-2019-2021")
    table = page(site, "data-quality").split("Figures that a later document corrected")[1]
    assert "was printed as 74% and corrected to 77% by Erratum, 1 June 2020 74%" in table


def test_two_rounds_of_one_year_are_told_apart(site):
    text = page(site, "comparison-twice-2021-2021-10")
    assert "spring 2021" in text and "autumn 2021" in text


def test_the_comparator_is_chosen_by_its_parameter(site, monkeypatch):
    monkeypatch.setenv(PROCESSED_VARIABLE, str(site / "processed"))
    own = ComparisonReport.open("northumbria-crc", 2019, 2021, "all-2021")
    other = ComparisonReport.open("northumbria-crc", 2019, 2021, "all-crcs")
    assert (own.aggregate, other.aggregate) == ("all services", "all CRCs")
    chosen = {row["key_question"]: row for row in other.questions}["2.1.2"]
    assert chosen["comparator_percent"] == 63
    assert {row["comparator_percent"] for row in own.questions} <= {99, None}
    said = str(other.in_brief().html())
    assert "the inspection's own is all services" in html.unescape(said)
    # It gives what it gives where it is the inspection's own: the same row of the 2019 page.
    there = ComparisonReport.open("northumbria-crc", 2018, 2019, "all-crcs").questions
    same = {row["key_question"]: row for row in there}["2.1.2"]
    assert chosen["current_percent"] == same["current_percent"]
    for column in ("benchmark_verdict", "benchmark_p", "difference_from_comparator"):
        assert chosen[column] == same[column], column
    with pytest.raises(Unknown, match="all-2021"):
        ComparisonReport.open("northumbria-crc", 2019, 2021, "all-2020")


def test_a_plan_says_what_it_is_about(site):
    text = page(site, "action-plan-twice-2021")
    assert "Two recommendations: one agreed and one noted." in text
    assert "replaced by one submitted on 1 December 2021" in text
    assert "Addressed to the Ministry of Justice" in text and "Addressed to Twice" not in text
    assert "What the inspection of autumn 2021 found of these recommendations" in text
    assert "June 2022 (first: November 2021; revised once; 7 months later)" in text
    assert "Actions against their first targets, by owner" in text
    assert "No rule for red, amber and green is in the data." in text
    assert re.search(r"Actions by priority or theme .* High 2 1 ", text)
    assert "For 1 action the plan prints none." in text
    assert "Also serves recommendation 2." in text
    assert "Why not in full" in text and "agreed in full" in text
    assert "2 Subject 2 (printed as 1.)" in text
    empty = page(site, "action-plan-twice-2021-12")
    assert "No recommendation of this plan has been entered yet." in empty


@pytest.mark.parametrize("edition", EDITIONS)
def test_scores_on_two_scales_are_not_set_against_each_other(site, edition):
    """10 of 30 points in 2018, 7 of 15 in 2020: neither is higher."""
    text = page(site, f"comparison-between-2018-2020{edition}")
    assert "7 of 15 points; 3 points short of Good. The score of 2018 does not compare." in text
    assert "down from 10" not in text and ", as in 2018" not in text
    assert "not rated" not in text  # the standards of 2018 were, under other names


@pytest.mark.parametrize("name", ["comparison-between-2018-2020", "comparison-youth-2021"])
def test_the_squares_of_a_rating_are_those_of_its_framework(site, name):
    """Of three ratings Good is the highest, in the table of the analysts as on the tiles."""
    for edition in EDITIONS:
        text = page(site, f"{name}{edition}")
        assert "■■ Good" in text and "□□ Inadequate" in text
        assert "■■□" not in text and "□□□" not in text


def test_what_a_provider_was_called_is_said(site):
    text = page(site, "comparison-between-2018-2021")
    assert "At the inspection of 2018 it was called First Trust." in text
    assert "Round 2018 (as First Trust): report published" in page(site, "rounds-between")
    front = page(site, "index")
    assert "Between Service SIMULATED earlier First Trust" in front
    assert front.count("rounds of Between Service") == 1


def test_the_latest_of_two_rounds_in_a_year_leads_on_the_front_page():
    def about(before, now, day):
        name = f"comparison-twice-{before}-{now}"
        report = {"name": name, "edition": "leadership"}
        return {
            "name": name, "kind": "comparison", "provider": "twice", "provider_name": "Twice",
            "result": f"As of {now}.", "previous_round": before, "round": now, "published": day,
            "reports": [report],
        }  # fmt: skip

    front = index_html(
        [
            about(2019, "2021", "2021-09"),
            about("2021", "2021-10", "2021-12"),
            about(2019, "2021-10", "2021-12"),
        ]
    )
    assert "As of 2021-10." in front and "As of 2021." not in front
    assert front.index("comparison-twice-2021-2021-10") < front.index("comparison-twice-2019-2021")


def test_the_spreadsheet_says_why_a_rating_is_missing(site, monkeypatch):
    monkeypatch.setenv(PROCESSED_VARIABLE, str(site / "processed"))
    report = LeadershipReport.open("between", 2018, 2021, "all-crcs")
    ratings = report.downloads().tables[0]
    row = next(row for row in ratings.rows if ratings.cell(row, "called") == "1.1 Leadership")
    column = next(c for c in ratings.columns if c.name == "current_rating")
    assert ratings.reason(column, row) == "not entered yet"


def test_no_plan_is_said_to_say_what_it_does_not(site):
    assert "The plan says of itself" not in page(site, "action-plan-twice-2021")


@pytest.mark.parametrize(
    ("percent", "base", "said"),
    # Of 24 cases 19 are 79%; of 11 and fewer no count is 92%.
    [(79, 25, "fewer cases must have been counted"), (92, 11, "nor does any of fewer")],
)
def test_a_share_that_no_count_gives_is_not_explained_by_fewer_cases_alone(percent, base, said):
    row = {"key_question": "4.1.2", "current_percent": percent, "current_base": base}
    assert themes._misfits([{**row, "current_lower": None}]) == (
        f"No whole number of cases gives {percent}% (4.1.2) of {base}: {said}."
    )

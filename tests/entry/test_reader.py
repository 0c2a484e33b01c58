"""The reader: what stands in a document is found; what is wrong is never silent.

Every document here is invented (tests/support/reports.py): other figures, another provider, other
numbers of prompts than in any document the project was made from.
"""

import random
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.folders import published_tables
from support.reports import (
    Invented,
    as_docx,
    as_html,
    as_pdf,
    invent,
    of,
    plan,
    report_in_lines,
    report_with_tables,
)

from pipeline.data import Tables, raw_folder
from pipeline.data.package import read_package
from pipeline.entry.reading import read_document
from pipeline.entry.reading.found import Found

TABLES: Tables = published_tables()
RESOURCES = read_package(raw_folder()).resources
FRAMEWORK = "crc-2019"
LINES = "crc-2018"
FEW = settings(
    max_examples=4,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a report is not made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def read(text: str, folder: Path, framework: str | None = FRAMEWORK) -> list[Found]:
    path = folder / "report.txt"
    path.write_text(text, encoding="utf-8")
    return read_document(path, TABLES, RESOURCES, framework)[1]


def rows(found: list[Found], table: str, **where: str) -> list[Found]:
    return [
        f for f in found if f.table == table and all(f.cells.get(k) == v for k, v in where.items())
    ]


def expected(made: Invented) -> dict[tuple[str, ...], str]:
    """Every figure and rating that the invented report prints, by table, column and code."""
    wanted: dict[tuple[str, ...], str] = {("overall",): made.overall, ("score",): str(made.score)}
    wanted |= {("rating", s): rating for s, rating in made.ratings.items()}
    wanted |= {("own", q): str(p) for q, p in made.own.items()}
    wanted |= {("reprint", q): "" if p is None else str(p) for q, p in made.previous.items()}
    wanted |= {("national", q): str(p) for q, p in made.national.items()}
    for prompt, (before, now) in made.prompts.items():
        wanted["prompt", prompt, "now"] = str(now)
        wanted["prompt", prompt, "before"] = "" if before is None else str(before)
    return wanted


def found_figures(found: list[Found], made: Invented) -> dict[tuple[str, ...], tuple[str, str]]:
    """The same of what was read: figure and mark."""
    own = f"{made.provider.lower()}-crc-{made.year}"
    figures: dict[tuple[str, ...], tuple[str, str]] = {}
    for f in found:
        cells = f.cells
        if f.table == "overall_ratings":
            figures["overall",] = cells["rating"], f.mark
            figures["score",] = cells["score"], f.mark
        elif f.table == "ratings":
            figures["rating", cells["standard"]] = cells["rating"], f.mark
        elif f.table == "key_question_scores":
            figures[cells["reading"], cells["key_question"]] = cells["percent"], f.mark
        elif f.table == "comparator_scores":
            figures["national", cells["key_question"]] = cells["percent"], f.mark
        elif f.table == "prompt_scores":
            when = "now" if cells["inspection"] == own else "before"
            figures["prompt", cells["prompt"], when] = cells["percent"], f.mark
    return figures


def silent(found: list[Found], made: Invented) -> list[tuple[object, ...]]:
    """Figures that are wrong and not marked look."""
    wanted = expected(made)
    return [
        (key, value, wanted[key])
        for key, (value, mark) in found_figures(found, made).items()
        if key in wanted and mark != "look" and value != wanted[key]
    ]


@FEW
@given(seed=st.integers(0, 10**6))
def test_every_figure_of_a_report_with_tables_comes_out_right(seed: int, tmp_path: Path) -> None:
    made = invent(TABLES, FRAMEWORK, seed)
    found = read(report_with_tables(TABLES, made), tmp_path)
    figures = found_figures(found, made)
    wanted = expected(made)
    assert {key: figures[key][0] for key in wanted} == wanted
    # A percentage stands once in this report: somebody has to look. The rest is sure.
    for key in wanted:
        if key[0] == "national":  # another report may happen to print the same
            assert figures[key][1] != "read", key
        elif key[0] not in ("overall", "score", "rating"):
            assert (figures[key][1] == "look") == bool(wanted[key]), key
    assert {f.mark for f in rows(found, "ratings")} == {"proved"}
    (inspection,) = rows(found, "inspections")
    assert inspection.cells["inspection"] == "ambleshire-crc-2021"
    assert inspection.cells["fieldwork_start"] == "2021-10-04"
    assert inspection.cells["published"] == "2022-05"
    (provider,) = rows(found, "providers")
    assert provider.cells["name"] == "Ambleshire Community Rehabilitation Company"
    assert all(f.words and f.where for f in found if f.mark in ("proved", "read"))


@FEW
@given(seed=st.integers(0, 10**6))
def test_every_figure_of_a_report_in_lines_comes_out_right(seed: int, tmp_path: Path) -> None:
    made = invent(TABLES, LINES, seed)
    found = read(report_in_lines(TABLES, made), tmp_path, LINES)
    figures = found_figures(found, made)
    for question, percent in made.own.items():
        assert figures["own", question] == (str(percent), "look")  # nothing else confirms it
    assert {s: figures["rating", s][0] for s in made.ratings} == made.ratings
    assert rows(found, "inspections")[0].cells["fieldwork_start"] == "2021-10"


@pytest.mark.parametrize("form", ["html", "docx", "pdf", "pdf without rules"])
def test_forms_of_the_same_report_read_alike(form: str, tmp_path: Path) -> None:
    made = invent(TABLES, FRAMEWORK, 7)
    text = report_with_tables(TABLES, made)
    path = tmp_path / f"report.{form[:4].strip()}"
    if form == "html":
        path.write_text(as_html(text), encoding="utf-8")
    elif form == "docx":
        as_docx(text, path)
    else:
        path = tmp_path / "report.pdf"
        as_pdf(text, path, ruled=form == "pdf")
    found = read_document(path, TABLES, RESOURCES, FRAMEWORK)[1]
    assert silent(found, made) == []
    figures = found_figures(found, made)
    wanted = expected(made)
    right = [figures.get(key, ("",))[0] == value for key, value in wanted.items()]
    assert sum(right) / len(right) >= 0.95
    assert rows(found, "inspections")[0].cells["inspection"] == "ambleshire-crc-2021"


def test_another_number_of_prompts_is_read(tmp_path: Path) -> None:
    made = invent(TABLES, FRAMEWORK, 3)
    text = report_with_tables(TABLES, made)
    gone, kept = sorted(made.prompts)[:2]
    wordings = dict(
        zip(*(of(TABLES["prompts"], FRAMEWORK)[c] for c in ("prompt", "wording")), strict=True)
    )
    lines = [line for line in text.split("\n") if not line.startswith(wordings[gone])]
    at = next(n for n, line in enumerate(lines) if line.startswith(wordings[kept]))
    lines.insert(at + 1, "Did anybody ask the person how the week had been?\t41%\t63%")
    found = read("\n".join(lines), tmp_path)
    new = [f for f in rows(found, "prompts") if "how the week" in f.cells["wording"]]
    assert len(new) == 1 and new[0].mark == "look"
    (score,) = rows(
        found, "prompt_scores", prompt=new[0].cells["prompt"], inspection="ambleshire-crc-2021"
    )
    assert score.cells["percent"] == "63"
    (missing,) = rows(found, "prompt_scores", prompt=gone, inspection="ambleshire-crc-2021")
    assert missing.mark == "look" and missing.cells["percent"] == ""
    del made.prompts[gone]
    assert silent(found, made) == []


Damage = Callable[[list[str], random.Random], None]


def _figure_lines(lines: list[str]) -> list[int]:
    return [n for n, line in enumerate(lines) if "%" in line and "?" in line and "\t" in line]


def row_lost(lines: list[str], dice: random.Random) -> None:
    del lines[dice.choice(_figure_lines(lines))]


def columns_shifted(lines: list[str], dice: random.Random) -> None:
    at = dice.choice(_figure_lines(lines))
    question, *cells = lines[at].split("\t")
    shifted = ["", *cells[:-1]] if dice.random() < 0.5 else [*cells[1:], ""]
    lines[at] = "\t".join([question, *shifted])


def split_over_pages(lines: list[str], dice: random.Random) -> None:
    at = dice.choice(_figure_lines(lines))
    cells = lines[at].split("\t")
    cut = dice.randrange(1, len(cells))
    lines[at : at + 1] = [
        "\t".join(cells[:cut]),
        "",
        "Inspection of probation services: Ambleshire CRC   31",
        "",
        "\t".join(cells[cut:]),
    ]


def marks_stuck(lines: list[str], dice: random.Random) -> None:
    plain = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
    where = dice.choice(["before", "after"])
    for n, line in enumerate(lines):
        if where == "before":  # ? ³¹ <tab> 81% becomes ?3181%
            lines[n] = re.sub(r" ?([⁰¹²³⁴⁵⁶⁷⁸⁹]+)\t", lambda m: m[1].translate(plain), line)
        else:
            lines[n] = re.sub(r" ?([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: m[1].translate(plain), line)


def other_line_order(lines: list[str], dice: random.Random) -> None:
    at = dice.choice(_figure_lines(lines))
    start, end = max(0, at - 4), at + 5
    part = lines[start:end]
    dice.shuffle(part)
    lines[start:end] = part


def rows_without_lines_of_their_own(lines: list[str], dice: random.Random) -> None:
    """Figures on lines of their own, before or behind their question."""
    before = dice.random() < 0.5
    for at in reversed(_figure_lines(lines)):
        question, *cells = lines[at].split("\t")
        lines[at : at + 1] = [*cells, question] if before else [question, *cells]


@pytest.mark.parametrize(
    "damage",
    [
        row_lost,
        columns_shifted,
        split_over_pages,
        marks_stuck,
        other_line_order,
        rows_without_lines_of_their_own,
    ],
)
@FEW
@given(seed=st.integers(0, 10**6))
def test_damage_is_never_silent(damage: Damage, seed: int, tmp_path: Path) -> None:
    made = invent(TABLES, FRAMEWORK, seed)
    lines = report_with_tables(TABLES, made).split("\n")
    damage(lines, random.Random(seed))
    assert silent(read("\n".join(lines), tmp_path), made) == []


@settings(FEW, max_examples=12)
@given(seed=st.integers(0, 10**6))
def test_a_changed_digit_is_never_silent(seed: int, tmp_path: Path) -> None:
    """Whichever digit it is: of a figure, a sample, a date, a score or the number of a standard."""
    made = invent(TABLES, FRAMEWORK, seed)
    text = report_with_tables(TABLES, made)
    dice = random.Random(seed)
    at = dice.choice([m.start() for m in re.finditer(r"[0-9]", text)])
    other = dice.choice([d for d in "0123456789" if d != text[at]])
    assert silent(read(text[:at] + other + text[at + 1 :], tmp_path), made) == []


def entered(made: Invented, machine: bool) -> Tables:
    """The raw tables once a person, or the reader, has entered the prompts of a report."""
    code, source = "ambleshire-crc-2021", "report-ambleshire-crc-2021"
    scores = [
        {"inspection": code, "framework": FRAMEWORK, "prompt": prompt, "percent": now,
         "status": "published", "source": source, "place": "Annex 4"}
        for prompt, (_, now) in made.prompts.items()
    ]  # fmt: skip
    about = {"inspection": code, "provider": "ambleshire-crc", "round": 2021, "source": source}
    kept = [
        {"source": source, "table": "prompt_scores", "mark": "read", "place": "line 3",
         "row": f"{code}/{score['prompt']}/{source}"}
        for score in scores
    ]  # fmt: skip
    more = {"prompt_scores": scores, "inspections": [about]}
    more |= {"machine_readings": kept} if machine else {}
    return {
        name: pd.concat([frame, pd.DataFrame(more[name])], ignore_index=True)
        if name in more
        else frame
        for name, frame in TABLES.items()
    }


@pytest.mark.parametrize("machine", [False, True])
def test_what_a_person_entered_from_the_document_confirms_it(machine: bool, tmp_path: Path) -> None:
    made = invent(TABLES, FRAMEWORK, 6)
    wrong = sorted(made.prompts)[3]
    before, now = made.prompts[wrong]
    path = tmp_path / "report.txt"
    path.write_text(report_with_tables(TABLES, made), encoding="utf-8")
    made.prompts[wrong] = (before, now - 1)  # what was typed
    found = read_document(path, entered(made, machine), RESOURCES, FRAMEWORK)[1]
    own = rows(found, "prompt_scores", inspection="ambleshire-crc-2021")
    looked_at = {f.cells["prompt"] for f in own if f.mark == "look"}
    # What the machine read itself confirms nothing.
    assert looked_at == (set(made.prompts) if machine else {wrong})
    (doubted,) = [f for f in own if f.cells["prompt"] == wrong]
    assert machine or f"before with {now - 1} as percent" in doubted.why


def test_a_later_report_that_reprints_a_figure_confirms_or_contradicts_it(tmp_path: Path) -> None:
    made = invent(TABLES, FRAMEWORK, 2)
    asked = sorted(made.own)
    wrong = asked[0]
    reprints = [
        {"inspection": "ambleshire-crc-2021", "framework": FRAMEWORK, "key_question": question,
         "reading": "reprint", "percent": made.own[question] - (question == wrong),
         "status": "published", "source": "a-later-report", "place": "Chapter 2"}
        for question in asked
    ]  # fmt: skip
    scores = TABLES["key_question_scores"]
    more = pd.DataFrame(reprints).astype({"percent": "Int64"})
    tables = {**TABLES, "key_question_scores": pd.concat([scores, more], ignore_index=True)}
    path = tmp_path / "report.txt"
    path.write_text(report_with_tables(TABLES, made), encoding="utf-8")
    found = read_document(path, tables, RESOURCES, FRAMEWORK)[1]
    figures = found_figures(found, made)
    assert {q: figures["own", q][1] for q in asked} == {
        q: "look" if q == wrong else "proved" for q in asked
    }


def test_a_lowest_figure_that_gives_another_rating_is_looked_at(tmp_path: Path) -> None:
    made = invent(TABLES, FRAMEWORK, 11)
    question = min(q for q in made.own if q.startswith("2.1"))
    text = report_with_tables(TABLES, made)
    worse = {**made.own, question: 3}
    changed = report_with_tables(TABLES, Invented(**{**made.__dict__, "own": worse}))
    if made.ratings["2.1"] == "Inadequate":
        worse = {q: (99 if q.startswith("2.1") else p) for q, p in made.own.items()}
        changed = report_with_tables(TABLES, Invented(**{**made.__dict__, "own": worse}))
    assert changed != text
    found = read(changed, tmp_path)
    for f in rows(found, "key_question_scores", reading="own"):
        if f.cells["key_question"].startswith("2.1"):
            assert f.mark == "look" and "lowest key question" in f.why


def test_ratings_that_differ_between_two_places_are_looked_at(tmp_path: Path) -> None:
    made = invent(TABLES, FRAMEWORK, 5)
    text = report_with_tables(TABLES, made)
    other = "Good" if made.ratings["1.2"] != "Good" else "Outstanding"
    text = text.replace(f"1.2 Staff\n\n{made.ratings['1.2']}", f"1.2 Staff\n\n{other}", 1)
    (rating,) = rows(read(text, tmp_path), "ratings", standard="1.2")
    assert rating.mark == "look" and "different ratings" in rating.why


def test_a_score_that_does_not_add_up_is_looked_at(tmp_path: Path) -> None:
    made = invent(TABLES, FRAMEWORK, 5)
    text = report_with_tables(TABLES, made).replace(f"{made.score}/30", f"{made.score + 1}/30")
    (total,) = rows(read(text, tmp_path), "overall_ratings")
    assert total.mark == "look" and "add up" in total.why


def test_two_discretions_of_one_report_are_found_over_line_breaks(tmp_path: Path) -> None:
    made = invent(TABLES, FRAMEWORK, 5)
    text = report_with_tables(TABLES, made)
    note = (
        "Professional discretion was\nused to raise the rating to ‘Good’.\n\n",
        "The panel exercised\nits discretion and moved the rating to Outstanding.\n\n",
        "Professional discretion may be used where a score is near a boundary.\n\n",
    )
    for name, said in zip(("assessment", "planning", "reviewing"), note, strict=True):
        at = f"Work on {name} was described to us"
        assert at in text
        text = text.replace(at, said + at)
    found = rows(read(text, tmp_path), "discretions")
    moved = [(f.cells["standard"], f.cells["from_rating"] != "", f.mark) for f in found]
    assert moved == [("2.1", True, "look"), ("2.2", True, "look")]


FACTS = """Contents

Key facts\t3
Staff\t5
Annex 2: Methodology\t7

Key facts

The number of people whom the
service supervised last year

1,203

The number of offices in the
whole of its large area

114

\tPrevious inspection\tCurrent inspection

Total staff headcount (FTE)\t171\t180
Sickness absence rate (all staff)\tNo data\t4.49%

Over 40 per cent of them
have a disability, and 31 per cent are young. Did staff help 12 per cent of them?
"""


def test_facts_are_proposed_with_what_they_count(tmp_path: Path) -> None:
    text = report_with_tables(TABLES, invent(TABLES, FRAMEWORK, 5))
    before = len(text.split("\n")) - 1
    found = rows(read(text + FACTS, tmp_path), "facts")
    columns = ("measure", "value", "previous_value", "previous_status", "as_printed")
    new = {
        int(f.where.split()[-1]) - before: tuple(f.cells[c] for c in columns)
        for f in found
        if int(f.where.split()[-1]) > before and f.cells["as_printed"] != "31 per cent"
    }
    assert new == {
        12: ("", "1203", "", "not printed", "1,203"),
        17: ("", "114", "", "not printed", "114"),
        21: ("staff-headcount", "180", "171", "published", "180"),
        22: ("sickness-absence-rate", "4.49", "", "no data", "4.49%"),
        24: ("", "", "", "not printed", "Over 40 per cent"),
    }
    (young,) = [f for f in found if f.cells["as_printed"] == "31 per cent"]
    assert young.cells["value"] == "31" and "have a disability" in young.words


def test_a_phrase_that_a_line_break_parts_is_one_value(tmp_path: Path) -> None:
    made = invent(TABLES, FRAMEWORK, 9)
    text = report_with_tables(TABLES, made)
    wrapped = "\n".join(
        part
        for line in text.split("\n")
        for part in (
            textwrap.wrap(line.replace("\t", " "), 95) if line.count("\t") > 1 and "?" in line
            else [line]
        )
    )  # fmt: skip
    assert re.search(r"(No|comparable|data)\n", wrapped)
    found = read(wrapped, tmp_path)
    assert silent(found, made) == []
    figures, wanted = found_figures(found, made), expected(made)
    right = [figures.get(key, ("",))[0] == value for key, value in wanted.items()]
    assert sum(right) / len(right) >= 0.95


def test_a_date_on_another_day_of_the_week_is_looked_at(tmp_path: Path) -> None:
    text = report_with_tables(TABLES, invent(TABLES, FRAMEWORK, 5))
    assert "Monday 4 October 2021" in text  # as the calendar has it
    text = text.replace("Monday 4 October", "Monday 14 October")
    (inspection,) = rows(read(text, tmp_path), "inspections")
    assert inspection.mark == "look" and "day of the week" in inspection.why


@pytest.mark.parametrize("form", ["txt", "html", "docx", "pdf"])
def test_a_plan_is_read(form: str, tmp_path: Path) -> None:
    answers = ["Agreed", "Partly Agreed", "Agreed", "Not Agreed"]
    path = tmp_path / f"plan.{form}"
    text = plan(answers)
    if form == "txt":
        path.write_text(text, encoding="utf-8")
    elif form == "html":
        path.write_text(as_html(text), encoding="utf-8")
    elif form == "docx":
        as_docx(text, path)
    else:
        as_pdf(text, path)
    found = read_document(path, TABLES, RESOURCES)[1]
    given_answers = {f.cells["recommendation"]: f for f in rows(found, "responses")}
    for number, answer in enumerate(answers, start=1):
        read_answer = given_answers[str(number)]
        assert read_answer.mark == "look" or read_answer.cells["response"] == answer.lower()
    assert sum(f.mark == "proved" for f in given_answers.values()) >= (4 if form != "pdf" else 3)
    (about,) = rows(found, "plans")
    assert about.cells["submitted"] == "2022-03-03"
    assert about.cells["plan"] == "ambleshire-crc-2022"
    advice = rows(found, "recommendations")
    assert {f.cells["addressed_to"] for f in advice if f.mark != "look"} == {"The Ambleshire CRC"}


def test_a_table_whose_rules_leave_the_page_is_read(tmp_path: Path) -> None:
    text = plan(["Agreed"]).replace("step by step.", "step by step. " * 250)
    as_pdf(text, tmp_path / "plan.pdf")
    found = read_document(tmp_path / "plan.pdf", TABLES, RESOURCES)[1]
    assert rows(found, "plans")[0].cells["plan"] == "ambleshire-crc-2022"


def test_a_plan_without_layout_is_read_from_its_sentences(tmp_path: Path) -> None:
    answers = ["Agreed", "Partly Agreed", "Not Agreed"]
    text = plan(answers)
    rows_of_plan = [" ".join(line.split("\t")) for line in text.split("\n") if "\t" in line[:4]]
    assert len(rows_of_plan) == 3
    head = text.split("1. Rec No")[0]
    path = tmp_path / "plan.txt"
    path.write_text(head + "\n".join("\n".join(textwrap.wrap(r, 90)) for r in rows_of_plan))
    found = rows(read_document(path, TABLES, RESOURCES)[1], "responses")
    assert [f.cells["response"] for f in found] == [a.lower() for a in answers]


def test_a_recommendation_whose_number_skips_one_is_looked_at(tmp_path: Path) -> None:
    text = plan(["Agreed", "Partly Agreed", "Agreed"]).replace("\n3.\t", "\n8.\t")
    path = tmp_path / "plan.txt"
    path.write_text(text, encoding="utf-8")
    found = read_document(path, TABLES, RESOURCES)[1]
    for table in ("recommendations", "responses"):
        (row,) = rows(found, table, recommendation="8")
        assert row.mark == "look"


def test_answers_that_stand_apart_from_their_recommendation_are_looked_at(tmp_path: Path) -> None:
    """Lines that each begin with an answer may have changed places: the totals still agree."""
    lines = [
        line.replace("supervises.\t", "supervises.\n").replace("\t", " ")
        for line in plan(["Agreed", "Partly Agreed", "Agreed"]).split("\n")
    ]
    path = tmp_path / "plan.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    found = rows(read_document(path, TABLES, RESOURCES)[1], "responses")
    assert [f.cells["response"] for f in found] == ["agreed", "partly agreed", "agreed"]
    assert {f.mark for f in found} == {"look"}


@pytest.mark.parametrize("form", ["html", "docx"])
def test_a_table_that_only_lays_out_the_page_holds_the_document(form: str, tmp_path: Path) -> None:
    text = plan(["Agreed", "Partly Agreed"])
    path = tmp_path / f"plan.{form}"
    if form == "html":
        body = as_html(text).replace("<body>", "<body><table><tr><td>")
        changed = body.replace("Partly Agreed</td>", "<del>Not</del> Partly Agreed</td>")
        path.write_text(changed.replace("</body>", "</td></tr></table></body>"), encoding="utf-8")
    else:
        import docx

        as_docx(text, path)
        document = docx.Document(str(path))
        inside = list(document.element.body)[:-1]
        cell = document.add_table(rows=1, cols=1).cell(0, 0)
        for element in inside:
            cell._tc.append(element)
        document.save(str(path))
    found = rows(read_document(path, TABLES, RESOURCES)[1], "responses")
    assert [(f.cells["response"], f.mark) for f in found] == [
        ("agreed", "proved"),
        ("partly agreed", "proved"),
    ]


def test_ligatures_and_wide_signs_are_read_as_usual_letters(tmp_path: Path) -> None:
    made = invent(TABLES, FRAMEWORK, 4)
    text = report_with_tables(TABLES, made)
    other = text.replace("fi", "ﬁ").replace("ff", "ﬀ").replace("%", "\u202f％")
    figures = found_figures(read(other, tmp_path), made)
    assert figures == found_figures(read(text, tmp_path), made)


def test_printed_totals_that_disagree_doubt_every_answer(tmp_path: Path) -> None:
    text = plan(["Agreed", "Agreed", "Partly Agreed"]).replace("\nAgreed 2\n", "\nAgreed 3\n")
    path = tmp_path / "plan.txt"
    path.write_text(text, encoding="utf-8")
    found = read_document(path, TABLES, RESOURCES)[1]
    assert {f.mark for f in rows(found, "responses")} == {"look"}


def test_no_figure_of_a_real_document_is_known_to_the_reader() -> None:
    """It reads, it does not remember: no code of a provider or inspection stands in it."""
    package = Path(read_document.__code__.co_filename).parents[1]
    codes = [*TABLES["providers"]["provider"], *TABLES["inspections"]["inspection"]]
    names = [*TABLES["providers"]["short_name"], *TABLES["providers"]["owner"].dropna()]
    for file in package.rglob("*.py"):
        text = file.read_text(encoding="utf-8").replace('"CRC"', "")
        for word in (*codes, *names):
            assert word not in text, (file.name, word)

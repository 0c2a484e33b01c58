"""What a board reads first: facts of the documents, and rules that hold for any provider."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.folders import published_tables
from support.leadership_words import forbidden

from pipeline.analysis.promises import promises
from pipeline.analysis.records import records
from pipeline.analysis.report_data import themes_of
from pipeline.analysis.sentences import leadership
from pipeline.analysis.sentences.leadership import Movement

ORDER = ["Inadequate", "Requires improvement", "Good", "Outstanding"]

counts = st.integers(0, 10)


def stands(before: str, now: str, moved: Movement) -> str:
    return leadership.where_it_stands("Testshire CRC", "2018", before, now, ORDER, moved)


@pytest.mark.parametrize(
    ("before", "now", "moved", "said"),
    [
        # The two Northumbria reports: five of eight comparable ratings rose, three stayed.
        (
            "Requires improvement",
            "Requires improvement",
            Movement(5, 3, 0, 10),
            "Testshire CRC is rated Requires improvement, as in 2018, but did better: of the eight "
            "standards that can be compared, five rose and none fell.",
        ),
        (
            "Requires improvement",
            "Inadequate",
            Movement(1, 3, 6, 10),
            "Testshire CRC has fallen from Requires improvement to Inadequate since 2018: of the "
            "ten standards, six fell and one rose.",
        ),
        (
            "Good",
            "Outstanding",
            Movement(1, 0, 2, 10),
            "Testshire CRC has risen from Good to Outstanding since 2018, though of the three "
            "standards that can be compared, two fell and one rose.",
        ),
        (
            "Good",
            "Good",
            Movement(0, 10, 0, 10),
            "Testshire CRC is rated Good, as in 2018; of the ten standards, none changed.",
        ),
        (
            "Good",
            "Good",
            Movement(3, 2, 3, 10),
            "Testshire CRC is rated Good, as in 2018; of the eight standards that can be "
            "compared, three fell and three rose.",
        ),
        (
            "Good",
            "Good",
            Movement(0, 0, 0, 10),
            "Testshire CRC is rated Good, as in 2018; no rating of a standard may be compared.",
        ),
    ],
)
def test_a_result_is_told_by_its_direction(
    before: str, now: str, moved: Movement, said: str
) -> None:
    assert stands(before, now, moved) == said


def test_one_round_alone_and_no_rating_are_said() -> None:
    nothing = Movement(0, 0, 0, 10)
    alone = leadership.where_it_stands("Testshire CRC", "", None, "Good", ORDER, nothing)
    assert alone == "Testshire CRC is rated Good."
    unrated = leadership.where_it_stands("Testshire CRC", "", None, pd.NA, ORDER, nothing)
    assert unrated == "Testshire CRC: no overall rating was given."
    entered = leadership.where_it_stands(
        "Testshire CRC", "2018", "Good", pd.NA, ORDER, nothing, "not entered yet"
    )
    assert entered.startswith("Testshire CRC: the overall rating has not been entered yet;")


@given(st.sampled_from(ORDER), st.sampled_from(ORDER), counts, counts, counts)
def test_falls_are_counted_as_loudly_as_rises(
    before: str, now: str, rose: int, stayed: int, fell: int
) -> None:
    """With the rounds exchanged, every rise is a fall: the sentence says the same, mirrored."""
    there = stands(before, now, Movement(rose, stayed, fell, 30))
    back = stands(now, before, Movement(fell, stayed, rose, 30))
    pairs = [("risen", "fallen"), ("better", "worse"), (" rose", " fell")]
    for up, down in pairs:
        assert (up in there, down in there) == (down in back, up in back)
    if fell > rose:
        assert there.index("fell") < there.index("rose") if rose or fell else True


@given(counts, counts, counts, st.integers(-9, 9), st.sampled_from([-1, 0, 1]))
def test_a_page_leads_with_falls_where_the_provider_fell(
    rose: int, stayed: int, fell: int, points: int, way: int
) -> None:
    moved = Movement(rose, stayed, fell, 30, points)
    mirrored = Movement(fell, stayed, rose, 30, -points)
    leads = leadership.leads_with_fall(way, moved)
    if way:
        assert leads == (way < 0)
    if leads:
        assert not leadership.leads_with_fall(-way, mirrored)


def question(code: str, theme: str, now: int | None, **more: object) -> dict[str, object]:
    standard = code[:3]
    return {
        "key_question": code,
        "standard": standard,
        "theme": theme,
        "in_short": f"Part {code}",
        "previous_percent": 50,
        "current_percent": now,
        "current_base": 90,
        "comparable": "yes",
        "change_points": None if now is None else now - 50,
        "change_verdict": "not significant",
        "bh_adjusted": 0.5,
        "benchmark_verdict": "similar",
        "comparator_percent": 60,
        **more,
    }


def test_the_weakness_is_the_theme_that_holds_most_ratings_down() -> None:
    rows = [
        question("2.1.1", "Engaging", 74),
        question("2.1.3", "Keeping people safe", 58),
        question("2.2.1", "Engaging", 40),
        question("2.2.3", "Keeping people safe", 51),
    ]
    found = leadership.chief_weakness(rows, ["2.1.3", "2.2.3"], 65)
    assert found is not None and found.questions == ("2.1.3", "2.2.3")
    assert found.sentence == (
        "The chief weakness is keeping people safe, done well in 51% to 58% of cases: it is "
        "the weakest part of both standards rated on cases."
    )


def test_a_weakness_is_told_with_what_of_it_is_done_better() -> None:
    rows = [
        question("2.1.1", "Engaging", 69),
        question("2.1.3", "Keeping people safe", 52),
        question("2.2.1", "Engaging", 56),
        question("2.3.1", "Engaging", 44),
    ]
    found = leadership.chief_weakness(rows, ["2.1.3", "2.2.1", "2.3.1"], 65)
    assert found is not None
    assert found.sentence == (
        "The chief weakness is engaging, done well in 44% to 69% of cases: it is the weakest part "
        "of two of the three standards rated on cases."
    )


def test_a_weakness_seen_in_few_cases_does_not_come_before_one_seen_in_many() -> None:
    rows = [
        question("2.1.1", "Engaging", 60),
        question("2.1.2", "Desistance", 55),
        question("4.2.1", "Through the Gate", 10, current_base=11),
    ]
    found = leadership.chief_weakness(rows, [], 65)
    assert found is not None
    assert found.sentence == (
        "The chief weakness is desistance, done well in 55% of cases: on average the lowest of "
        "two themes seen in 30 cases or more."
    )


def test_strong_work_is_not_called_weak() -> None:
    rows = [question("2.1.1", "Engaging", 90), question("2.1.2", "Desistance", 85)]
    found = leadership.chief_weakness(rows, [], 65)
    assert found is not None and found.sentence.startswith("The lowest results are in desistance")
    assert leadership.chief_weakness([question("2.1.1", "Engaging", None)], [], 65) is None


def test_the_chief_change_is_a_fall_where_the_provider_fell() -> None:
    rise = question("2.1.1", "Engaging", 70, change_verdict="significant", bh_adjusted=0.01)
    fall = question("2.1.2", "Desistance", 30, change_verdict="significant", bh_adjusted=0.01)
    falls = leadership.chief_change([rise, fall], 0.1, fall_first=True)
    gains = leadership.chief_change([rise, fall], 0.1, fall_first=False)
    assert falls.startswith(
        "The surest fall is in desistance, where part 2.1.2 fell from 50% to 30% of cases; the"
    )
    assert gains.startswith(
        "The surest gain is in engaging, where part 2.1.1 rose from 50% to 70% of cases; the"
    )
    passed = "Both pass the inspectorate's test for chance, even with all 2 key questions judged"
    for said in (falls, gains):
        assert passed in said


def test_a_gain_does_not_hide_the_fall_that_leads() -> None:
    rise = question("2.1.1", "Engaging", 70, change_verdict="significant", bh_adjusted=0.3)
    fall = question("2.1.2", "Desistance", 40)
    said = leadership.chief_change([rise, fall], 0.1, fall_first=True)
    assert said.startswith(
        "The largest fall, in desistance, where part 2.1.2 fell from 50% to 40% of cases, does not "
        "pass the inspectorate's test for chance. A gain does, though not when all 2 key"
    )
    alone = leadership.chief_change([rise], 0.1, fall_first=True)
    assert alone.startswith(
        "No fall passes the inspectorate's test for chance. A gain does, though not"
    )


def test_where_nothing_passes_the_largest_change_may_be_luck() -> None:
    rows = [question("2.1.1", "Engaging", 58), question("4.2.1", "Gate", 20, current_base=11)]
    said = leadership.chief_change(rows, 0.1, fall_first=True)
    assert "The largest fall, in gate, where part 4.2.1 fell from 50% to 20% of cases (only" in said
    assert said.endswith("may be no more than the luck of which cases were read.")


@given(
    st.lists(
        st.tuples(
            st.integers(0, 100),
            st.sampled_from(["significant", "not significant", "unsettled", "tests disagree"]),
            st.sampled_from(["better", "worse", "similar", None]),
            st.sampled_from([11, 29, 30, 90]),
            st.sampled_from(["yes", "caution"]),
        ),
        min_size=1,
        max_size=8,
    ),
    st.booleans(),
)
def test_sentences_hold_nothing_forbidden_and_significance_is_earned(
    drawn: list[tuple[int, str, str | None, int, str]], fall_first: bool
) -> None:
    rows = [
        *(
            question(
                f"2.1.{number}",
                f"Theme {number % 3}",
                now,
                change_verdict=verdict,
                benchmark_verdict=standing,
                current_base=base,
                comparable=comparable,
            )
            for number, (now, verdict, standing, base, comparable) in enumerate(drawn)
        )
    ]
    change = leadership.chief_change(rows, 0.1, fall_first=fall_first)
    weakness = leadership.chief_weakness(rows, [], 65)
    assert weakness is not None
    against = leadership.against_aggregate(rows)
    tests = {"kept_after_adjustment": 0, "expected_by_chance": 0.4}
    sure = leadership.how_sure(rows, tests)
    for said in (change, weakness.sentence, against, *sure):
        assert forbidden(said) == []
        assert "clearly" not in said
        assert said[0].isupper() and said.endswith(".") and "  " not in said
    assert len(sure) == 3
    passed = any(verdict == "significant" for _, verdict, *_ in drawn)
    assert passed != change.startswith("No change")
    for way in ("better", "worse", "similar"):
        number = sum(standing == way for _, _, standing, *_ in drawn)
        none_said = not number and "cannot be called" in against
        assert way in against and (none_said or f"{number or 'none'} " in against.lower())


def test_worse_comes_first_where_it_is_more() -> None:
    rows = [
        question(f"2.1.{n}", "T", 60, benchmark_verdict=way)
        for n, way in enumerate(["worse", "worse", "better", None])
    ]
    assert leadership.against_aggregate(rows) == (
        "Of 4 key questions, 2 are worse, 1 better and none similar; 1 cannot be judged."
    )


@pytest.mark.parametrize(
    ("bases", "said"),
    [
        ([11], "1 has too few"),
        ([11, 20], "2 have too few"),
        ([None], "1 has, or may have, too few"),
    ],
)
def test_a_number_of_cases_that_is_not_known_is_not_called_small(bases, said) -> None:
    rows = [
        question(f"2.1.{n}", "T", 60, benchmark_verdict="no clear difference", current_base=base)
        for n, base in enumerate(bases)
    ]
    assert leadership.against_aggregate(rows).endswith(f"; {said} cases to tell.")


@pytest.mark.parametrize(
    ("answers", "actions", "dated", "said"),
    [
        # The Northumbria plan of 2020, as printed: five agreed, two partly, one not; 36 actions.
        (
            ["agreed"] * 5 + ["partly agreed"] * 2 + ["not agreed"],
            36,
            0,
            "The plan answers eight recommendations: five agreed, two agreed in part and one not "
            "agreed; our copy shows no date for any of its 36 actions.",
        ),
        (["agreed"], 1, 1, "The plan answers one recommendation: agreed; its one action has a "
         "date."),
        (["noted"] * 2, 0, 0, "The plan answers two recommendations: both noted; the data holds no "
         "action of it."),
    ],
)  # fmt: skip
def test_what_a_plan_answers(answers: list[str], actions: int, dated: int, said: str) -> None:
    shares = [actions, *[0] * (len(answers) - 1)]
    frame = pd.DataFrame(
        {
            "response": answers,
            "key_questions": None,
            "actions": shares,
            "actions_with_date": [dated, *[0] * (len(answers) - 1)],
        }
    )
    assert leadership.promised(records(frame)) == said


def test_what_is_promised_on_the_weakness_comes_first(
    tables: Mapping[str, pd.DataFrame],
) -> None:
    """Action plan of February 2020: the recommendations on keeping people safe, all agreed."""
    weakness = leadership.Weakness("keeping people safe", ("2.1.3", "2.2.3", "2.3.3", "2.4.3"), "")
    rows = promises(tables)
    own = rows[rows["inspection"] == "northumbria-crc-2019"]
    assert leadership.promised(records(own), weakness).startswith(
        "On keeping people safe, three recommendations are agreed: skills for work on risk of "
        "harm, home visits and management oversight. The plan answers eight recommendations:"
    )
    refused = own.assign(response=own["response"].mask(own["title"] == "Home visits", "not agreed"))
    assert "; one is not agreed: home visits. The plan" in leadership.promised(
        records(refused), weakness
    )


def test_no_plan_in_the_data_is_not_the_documents_silence() -> None:
    assert "is in the data" in leadership.promised([])


@pytest.mark.parametrize(
    ("words", "inside"),
    [
        ("Keeping people safe", "keeping people safe"),
        ("Through the Gate", "Through the Gate"),
        ("All CRCs", "All CRCs"),
        ("X", "x"),
    ],
)
def test_a_name_inside_a_sentence_keeps_its_own_capitals(words: str, inside: str) -> None:
    assert leadership.inside(words) == inside


def test_points_are_told_with_their_direction() -> None:
    told = [
        leadership.score(15, 30, "2018", 10, (1, "Good")),
        leadership.score(10, 30, "2018", 15, (6, "Good")),
        leadership.score(15, 30, "2018", 15, None),
        leadership.score(15, 30, "", None, None),
    ]
    assert told == [
        "15 of 30 points, up from 10 in 2018; 1 point short of Good.",
        "10 of 30 points, down from 15 in 2018; 6 points short of Good.",
        "15 of 30 points, as in 2018.",
        "15 of 30 points.",
    ]
    assert len(set(itertools.chain(told))) == 4


@pytest.fixture(scope="module")
def tables() -> Mapping[str, pd.DataFrame]:
    return published_tables()


def test_promises_are_those_of_the_two_plans(tables: Mapping[str, pd.DataFrame]) -> None:
    """Action plans of November 2018 and February 2020; report of February 2020, achievement."""
    found = promises(tables).set_index(["inspection", "recommendation"])
    visits = found.loc[("northumbria-crc-2019", 2)]
    assert (visits["title"], visits["response"]) == ("Home visits", "agreed")
    assert visits["key_questions"] == "2.3.3" and pd.isna(visits["found"])
    tools = found.loc[("northumbria-crc-2018", 1)]
    assert (tools["response"], tools["found"]) == ("partly agreed", "some")
    assert tools["found_in"] == "northumbria-crc-2019"
    assert found.loc["northumbria-crc-2019", "actions"].sum() == 36
    # The plan of DLNR answers an inspection that is not in the data.
    assert set(found["plan"]) == {"northumbria-crc-2018", "northumbria-crc-2020"}


def test_every_key_question_has_a_theme_and_one_without_takes_its_domain(
    tables: Mapping[str, pd.DataFrame],
) -> None:
    themes = themes_of(tables)
    assert len(themes) == len(tables["key_questions"])
    assert themes[["theme", "in_short"]].notna().all(axis=None)
    safe = themes[(themes["framework"] == "crc-2019") & (themes["theme"] == "Keeping people safe")]
    assert set(safe["key_question"]) == {"2.1.3", "2.2.3", "2.3.3", "2.4.3"}
    bare = themes_of({**tables, "themes": tables["themes"].iloc[:0]})
    assert set(bare["theme"]) <= set(tables["standards"]["domain_name"])
    assert set(bare["in_short"]) == set(tables["key_questions"]["label"])

"""Imaginary providers: valid, plausible, the same for the same seed, and never taken for real."""

import csv
import hashlib
import shutil
from pathlib import Path

import pytest
from frictionless import Package
from hypothesis import given
from hypothesis import strategies as st
from support.folders import RAW, stamps

from pipeline.analysis.ratings.scale import printed_percent
from pipeline.data import load
from pipeline.simulate import CannotSimulate, simulate

OWN = Path(__file__).parents[2] / "data" / "raw"


def contents(folder):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def rows(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("simulated") / "raw"
    simulate(out, providers=4, seed=7)
    return out


@pytest.fixture(scope="module")
def tables(folder):
    return load(folder)


def test_it_passes_every_rule_of_the_data(folder, tables):
    assert Package(str(folder / "datapackage.json")).validate().valid
    assert len(tables["providers"]) == 4


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(folder, tmp_path):
    simulate(tmp_path / "again", providers=4, seed=7)
    simulate(tmp_path / "other", providers=4, seed=8)
    assert contents(tmp_path / "again") == contents(folder)
    assert contents(tmp_path / "other") != contents(folder)


def test_a_provider_is_the_same_in_a_smaller_and_a_larger_folder(folder, tmp_path):
    simulate(tmp_path / "two", providers=2, seed=7)

    def own(place):
        return [r for r in rows(place, "key_question_scores") if r["inspection"] < "simulated-0003"]

    assert own(tmp_path / "two") == own(folder)


def test_every_name_says_simulated_and_no_source_of_figures_is_real(folder):
    for provider in rows(folder, "providers"):
        assert "SIMULATED" in provider["name"] and "SIMULATED" in provider["short_name"]
        assert provider["simulated"] == "yes"
    kinds = {row["source"]: row["kind"] for row in rows(folder, "sources")}
    drawn = (
        "inspections", "samples", "key_question_scores", "comparators", "comparator_scores",
        "ratings", "overall_ratings", "prompt_scores", "facts", "plans", "recommendations",
        "responses", "actions", "follow_up", "discretions",
    )  # fmt: skip
    for name in drawn:
        found = rows(folder, name)
        assert found, f"{name} is empty"
        assert {kinds[row["source"]] for row in found} == {"simulated"}, name
    real = {row["name"] for row in rows(RAW, "providers")}
    assert not real & {row["name"] for row in rows(folder, "providers")}


def test_what_is_recommended_stands_inside_a_sentence(folder):
    titles = {row["title"] for row in rows(folder, "recommendations")}
    labels = {row["label"] for row in rows(folder, "key_questions")}
    assert "Planning: engaging the person" in labels
    assert titles and not [title for title in titles if ":" in title]


def test_frameworks_and_questions_are_the_real_ones(folder):
    for name in ("standards", "key_questions", "rating_bands", "overall_bands", "comparability"):
        assert rows(folder, name) == rows(RAW, name)


def test_each_provider_has_both_rounds_whole(tables):
    inspections = tables["inspections"]
    assert list(inspections.groupby("provider").size().unique()) == [2]
    assert sorted(set(inspections["framework"])) == ["crc-2018", "crc-2019"]
    own = tables["key_question_scores"].query("reading == 'own'")
    assert set(own.groupby("inspection").size()) == {19}
    assert set(tables["ratings"].groupby("inspection").size()) == {10}


def test_every_percentage_is_one_of_a_whole_number_of_cases(tables):
    sizes = tables["samples"].set_index(["inspection", "sample"])["size"].dropna().to_dict()
    samples = tables["key_questions"].set_index(["framework", "key_question"])["sample"].to_dict()
    checked = 0
    for score in tables["key_question_scores"].query("reading == 'own'").itertuples():
        base = sizes.get((score.inspection, samples[score.framework, score.key_question]))
        if base is None or score.status != "published":
            continue
        possible = set(printed_percent(range(int(base) + 1), int(base)).tolist())
        assert score.percent in possible, score
        checked += 1
    assert checked > 80


@given(st.integers(1, 500).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))))
def test_percentages_are_rounded_half_up(case):
    count, base = case
    whole = int(printed_percent(count, base))
    assert 0 <= whole <= 100
    assert 2 * base * whole - base <= 200 * count < 2 * base * whole + base


def test_published_ratings_follow_from_the_figures(tables):
    bands = tables["rating_bands"].query("framework == 'crc-2019'")
    questions = tables["key_questions"].query("framework == 'crc-2019'")
    own = tables["key_question_scores"].query("reading == 'own' and framework == 'crc-2019'")
    merged = own.merge(questions[["key_question", "standard"]], on="key_question")
    lowest = merged.groupby(["inspection", "standard"])["percent"].min()
    published = tables["ratings"].set_index(["inspection", "standard"])["rating"]
    used = tables["discretions"].set_index(["inspection", "standard"])
    points = tables["rating_bands"].set_index(["framework", "rating"])["points"].to_dict()
    for key, percent in lowest.items():
        [band] = [b for b in bands.itertuples() if b.lower_percent <= percent <= b.upper_percent]
        expected = band.rating
        if key in used.index:  # the panel's discretion, recorded as such
            assert used.loc[key, "from_rating"] == band.rating
            expected = used.loc[key, "to_rating"]
        assert published[key] == expected
    for overall in tables["overall_ratings"].itertuples():
        mine = tables["ratings"][tables["ratings"]["inspection"] == overall.inspection]
        assert overall.score == sum(points[r.framework, r.rating] for r in mine.itertuples())


def test_further_rounds_follow_a_year_apart_under_the_latest_framework(tmp_path):
    simulate(tmp_path / "raw", providers=3, seed=7, rounds=4)
    inspections = load(tmp_path / "raw")["inspections"]
    own = inspections[inspections["provider"] == "simulated-0001"]
    assert own["round"].tolist() == [2018, 2019, 2020, 2021]
    assert own["framework"].tolist() == ["crc-2018", "crc-2019", "crc-2019", "crc-2019"]
    assert own["fieldwork_start"].str[:4].tolist() == ["2018", "2019", "2020", "2021"]


def test_some_providers_rise_some_stand_still_and_some_fall(tmp_path):
    simulate(tmp_path / "raw", providers=30, seed=7, rounds=4)
    scores = load(tmp_path / "raw")["overall_ratings"].set_index("inspection")["score"]
    changes = {trend: [] for trend in range(3)}
    for number in range(1, 31):
        code = f"simulated-{number:04d}"
        changes[number % 3].append(scores[f"{code}-2021"] - scores[f"{code}-2018"])
    rising, still, falling = (sum(changes[trend]) / 10 for trend in range(3))
    assert rising > still + 3 and falling < still - 3


def test_what_the_later_report_prints_again_is_what_the_earlier_one_said(tables):
    scores = tables["key_question_scores"]
    own = scores.query("reading == 'own'").set_index(["inspection", "key_question"])["percent"]
    printed = scores.query("reading == 'reprint' and status == 'published'")
    assert len(printed) > 0
    for score in printed.itertuples():
        assert own[score.inspection, score.key_question] == score.percent


@pytest.mark.parametrize("inside", [OWN, OWN / "new", OWN / "deep" / "er"])
def test_it_never_writes_into_the_real_data(inside):
    before = stamps(OWN)
    with pytest.raises(CannotSimulate, match="the project's own data"):
        simulate(inside, providers=1)
    assert stamps(OWN) == before


def test_it_replaces_only_what_it_wrote(tmp_path):
    out = tmp_path / "raw"
    simulate(out, providers=2, seed=1)
    simulate(out, providers=1, seed=1)
    assert len(rows(out, "providers")) == 1
    shutil.copytree(RAW, tmp_path / "copy")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    for name in ("copy", "mine", "mine/letter.txt"):
        with pytest.raises(CannotSimulate, match="holds something else"):
            simulate(tmp_path / name, providers=1)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy", "mine", "raw"]

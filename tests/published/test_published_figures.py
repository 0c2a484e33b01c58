"""The published figures: two independent transcriptions compared, and facts stated here.

`data/raw/` is the first transcription of the two inspection reports, `tests/second_pass/` the
second, made from the documents without sight of the first. Every difference is reported with the
file and the row, so that whoever reads the message can look the figure up in the document.
"""

import csv
import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.published import (
    INSPECTION_2018,
    INSPECTION_2019,
    KEY_QUESTIONS_2018,
    KEY_QUESTIONS_2019,
)

PROJECT = Path(__file__).resolve().parents[2]
RAW = Path(os.environ.get("OWN_RAW", PROJECT / "data" / "raw"))
SECOND_PASS = PROJECT / "tests" / "second_pass"

# The same tables, column "All CRCs" (June 2018 to June 2019). The table of 4.1 has no such column.
ALL_CRCS = {
    "2.1.1": 68,
    "2.1.2": 63,
    "2.1.3": 55,
    "2.2.1": 63,
    "2.2.2": 64,
    "2.2.3": 46,
    "2.3.1": 70,
    "2.3.2": 52,
    "2.3.3": 41,
    "2.4.1": 65,
    "2.4.2": 62,
    "2.4.3": 44,
    "4.1.1": None,
    "4.1.2": None,
    "4.1.3": None,
    "4.1.4": None,
    "4.2.1": 69,
    "4.2.2": 62,
    "4.2.3": 59,
}

# The same tables, column "Previous inspection". 2.4.1 and 2.4.2: "No comparable data available".
# The table of 4.1 has no such column.
REPRINTED_2018 = {
    **{question: KEY_QUESTIONS_2018[question] for question in KEY_QUESTIONS_2018},
    "2.4.1": None,
    "2.4.2": None,
    "4.1.1": None,
    "4.1.2": None,
    "4.1.3": None,
    "4.1.4": None,
}

# 2018 report: Annex 1, domain two (100), domain three (26 and 20). Annex 2, footnote 21, mentions a
# sub-sample for keeping other people safe without its size.
# 2020 report: Annex 2, domain two (97), chapter 2, first paragraph (85 cases with factors related
# to harm), Annex 2, domain three (25 and 11), footnotes 59 and 60 (30 and 20 required).
# Executive summary: 29 post-release cases.
SAMPLE_SIZES = {
    (INSPECTION_2018, "case-supervision"): (100, None),
    (INSPECTION_2018, "risk-of-harm"): (None, None),
    (INSPECTION_2018, "unpaid-work"): (26, None),
    (INSPECTION_2018, "through-the-gate"): (20, None),
    (INSPECTION_2018, "post-release"): (None, None),
    (INSPECTION_2019, "case-supervision"): (97, None),
    (INSPECTION_2019, "post-release"): (29, None),
    (INSPECTION_2019, "risk-of-harm"): (85, None),
    (INSPECTION_2019, "unpaid-work"): (25, 30),
    (INSPECTION_2019, "through-the-gate"): (11, 20),
}

# 2018 report, ratings page after "Overall findings", repeated at each heading and in Annex 2;
# 2020 report, "Ratings", repeated in the table that opens each section.
STANDARD_RATINGS = {
    (INSPECTION_2018, "1.1"): "Requires improvement",
    (INSPECTION_2018, "1.2"): "Good",
    (INSPECTION_2018, "1.3"): "Good",
    (INSPECTION_2018, "1.4"): "Requires improvement",
    (INSPECTION_2018, "2.1"): "Requires improvement",
    (INSPECTION_2018, "2.2"): "Inadequate",
    (INSPECTION_2018, "2.3"): "Inadequate",
    (INSPECTION_2018, "2.4"): "Inadequate",
    (INSPECTION_2018, "4.1"): "Good",
    (INSPECTION_2018, "4.2"): "Requires improvement",
    (INSPECTION_2019, "1.1"): "Good",
    (INSPECTION_2019, "1.2"): "Good",
    (INSPECTION_2019, "1.3"): "Good",
    (INSPECTION_2019, "1.4"): "Good",
    (INSPECTION_2019, "2.1"): "Requires improvement",
    (INSPECTION_2019, "2.2"): "Requires improvement",
    (INSPECTION_2019, "2.3"): "Requires improvement",
    (INSPECTION_2019, "2.4"): "Requires improvement",
    (INSPECTION_2019, "4.1"): "Requires improvement",
    (INSPECTION_2019, "4.2"): "Good",
}

# 2020 report, Annex 2, "Ratings explained": lowest and highest whole percentage of each band, and
# points ("Overall provider rating"); then the bands of the total of points.
RATING_BANDS = {
    "Inadequate": (0, 49, 0),
    "Requires improvement": (50, 64, 1),
    "Good": (65, 79, 2),
    "Outstanding": (80, 100, 3),
}
OVERALL_BANDS = {
    "Inadequate": (0, 5),
    "Requires improvement": (6, 15),
    "Good": (16, 25),
    "Outstanding": (26, 30),
}

# Both ratings pages. The 2020 page prints "15/30"; the 2018 report prints no total.
OVERALL_RATINGS = {
    INSPECTION_2018: ("Requires improvement", None),
    INSPECTION_2019: ("Requires improvement", 15),
}


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file, every value a string as it stands in the file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float | None:
    """The number a cell holds, None for a cell that is empty or holds words."""
    try:
        return float(text)
    except ValueError:
        return None


def fail_with(lines: list[str], what: str) -> None:
    """Fail, when there are lines, with these lines alone as the message."""
    if lines:
        pytest.fail(f"{len(lines)} {what}:\n" + "\n".join(lines), pytrace=False)


def assert_same(first: Mapping, second: Mapping, file: str) -> None:
    """Fail with one line for each key that only one side has or that both give differently."""
    lines = []
    for key in sorted(first.keys() | second.keys(), key=str):
        name = " ".join(str(part) for part in key) if isinstance(key, tuple) else key
        if key not in first:
            lines.append(f"{name}: missing in data/raw/{file}, the second pass has {second[key]}")
        elif key not in second:
            lines.append(f"{name}: missing in the second pass, data/raw/{file} has {first[key]}")
        elif first[key] != second[key]:
            lines.append(f"{name}: data/raw/{file} has {first[key]}, expected {second[key]}")
    fail_with(lines, f"differences in {file}")


def raw_key_questions() -> dict[tuple[str, str, str], tuple[float | None, str]]:
    """Inspection, reading and key question to percentage and status, aggregates included."""
    found = {
        (row["inspection"], row["reading"], row["key_question"]): (
            number(row["percent"]),
            row["status"],
        )
        for row in rows(RAW / "key_question_scores.csv")
        if row["inspection"] in (INSPECTION_2018, INSPECTION_2019)
    }
    for row in rows(RAW / "comparator_scores.csv"):
        if row["comparator"] == "all-crcs" and row["framework"] == "crc-2019":
            key = (INSPECTION_2019, "all-crcs", row["key_question"])
            found[key] = (number(row["percent"]), row["status"])
    return found


@pytest.mark.parametrize(
    ("inspection", "reading", "printed"),
    [
        (INSPECTION_2018, "own", KEY_QUESTIONS_2018),
        (INSPECTION_2019, "own", KEY_QUESTIONS_2019),
        (INSPECTION_2018, "reprint", REPRINTED_2018),
        (INSPECTION_2019, "all-crcs", ALL_CRCS),
    ],
)
def test_key_questions_are_as_printed(
    inspection: str, reading: str, printed: dict[str, int | None]
) -> None:
    """The percentages of the documents, stated in this file, stand in data/raw."""
    first = {
        key_question: percent
        for (of, kind, key_question), (percent, _) in raw_key_questions().items()
        if (of, kind) == (inspection, reading)
    }
    assert_same(first, printed, "key_question_scores.csv or comparator_scores.csv")


def test_key_questions_agree_with_second_pass() -> None:
    """Percentage and status of every reading of every key question."""
    second = {
        (row["inspection"], row["reading"], row["key_question"]): (
            number(row["percent"]),
            row["status"],
        )
        for row in rows(SECOND_PASS / "key_questions.csv")
    }
    assert len(second) == 4 * 19
    assert_same(raw_key_questions(), second, "key_question_scores.csv or comparator_scores.csv")


def test_ratings_are_as_printed() -> None:
    """Twenty standards, two overall ratings and the one printed total."""
    standards = {
        (row["inspection"], row["standard"]): row["rating"]
        for row in rows(RAW / "ratings.csv")
        if row["inspection"] in OVERALL_RATINGS
    }
    overall = {
        row["inspection"]: (row["rating"], number(row["score"]))
        for row in rows(RAW / "overall_ratings.csv")
        if row["inspection"] in OVERALL_RATINGS
    }
    assert len(STANDARD_RATINGS) == 20
    assert_same(standards, STANDARD_RATINGS, "ratings.csv")
    assert_same(overall, OVERALL_RATINGS, "overall_ratings.csv")


def test_ratings_agree_with_second_pass() -> None:
    """Every standard and overall rating of both inspections."""
    first = {
        (row["inspection"], row["standard"]): (row["rating"], None)
        for row in rows(RAW / "ratings.csv")
    }
    for row in rows(RAW / "overall_ratings.csv"):
        first[row["inspection"], "overall"] = (row["rating"], number(row["score"]))
    second = {
        (row["inspection"], row["standard"]): (row["rating"], number(row["score"]))
        for row in rows(SECOND_PASS / "ratings.csv")
    }
    assert_same(
        {key: value for key, value in first.items() if key[0] in OVERALL_RATINGS},
        second,
        "ratings.csv or overall_ratings.csv",
    )


def test_sample_sizes() -> None:
    """Sizes reached and required, against this file and the second pass."""
    first = {
        (row["inspection"], row["sample"]): (number(row["size"]), number(row["required_size"]))
        for row in rows(RAW / "samples.csv")
        if (row["inspection"], row["sample"]) in SAMPLE_SIZES
    }
    second = {
        (row["inspection"], row["sample"]): (number(row["size"]), number(row["required_size"]))
        for row in rows(SECOND_PASS / "samples.csv")
    }
    assert_same(first, SAMPLE_SIZES, "samples.csv")
    assert_same(first, second, "samples.csv")


def test_discretion_agrees_with_second_pass() -> None:
    """Which standards were raised, from what to what, and in which footnote the report says so."""
    # A use of discretion that rests on two rules has two rows, which must say the same.
    first = defaultdict(set)
    for row in rows(RAW / "discretions.csv"):
        if row["inspection"] in OVERALL_RATINGS:
            first[row["inspection"], row["standard"]].add(
                (row["from_rating"], row["to_rating"], row["place"].partition("footnote ")[2])
            )
    second = {
        (row["inspection"], row["standard"]): {(row["from"], row["to"], row["footnote"])}
        for row in rows(SECOND_PASS / "discretion.csv")
    }
    assert_same(first, second, "discretions.csv")


def test_lowest_percentages_behind_discretion() -> None:
    """The lowest key question of each raised standard is the figure the footnote is about."""
    scores = raw_key_questions()
    for row in rows(SECOND_PASS / "discretion.csv"):
        lowest = min(
            percent
            for (inspection, reading, key_question), (percent, _) in scores.items()
            if (inspection, reading) == (row["inspection"], "own")
            and key_question.startswith(row["standard"] + ".")
            and percent is not None
        )
        assert lowest == int(row["lowest_percent"]), f"{row['inspection']} {row['standard']}"


def test_prompts_agree_with_second_pass() -> None:
    """Wording, previous and current percentage of every row of Annex 4, in the printed order."""

    def shown(row: dict[str, str] | None) -> str:
        """The percentage, or ncd where the report prints that there is no comparable data."""
        if row is None:
            return "no row"
        if (row["percent"], row["status"]) == ("", "no comparable data"):
            return "ncd"
        return (
            row["percent"] if row["status"] == "published" else f"{row['percent']} {row['status']}"
        )

    scores = {(row["inspection"], row["prompt"]): row for row in rows(RAW / "prompt_scores.csv")}
    second = rows(SECOND_PASS / "prompts.csv")
    printed_order = {
        f"{row['key_question']}-{row['order']}": place for place, row in enumerate(second, start=1)
    }
    first = {
        row["prompt"]: (
            row["key_question"],
            int(row["position"]),
            row["wording"][:40].rstrip(),
            shown(scores.get((INSPECTION_2018, row["prompt"]))),
            shown(scores.get((INSPECTION_2019, row["prompt"]))),
        )
        for row in rows(RAW / "prompts.csv")
        if row["framework"] == "crc-2019"
    }
    expected = {
        prompt: (
            second[place - 1]["key_question"],
            place,
            second[place - 1]["first_words"],
            second[place - 1]["previous"],
            second[place - 1]["current"],
        )
        for prompt, place in printed_order.items()
    }
    assert len(expected) == 76
    assert_same(first, expected, "prompts.csv or prompt_scores.csv")


def test_allocation_agrees_with_second_pass() -> None:
    """Colour and minimum hours of every cell of both matrices."""
    columns = ("inspection", "risk_of_reoffending", "risk_of_serious_harm")
    first, second = (
        {
            tuple(row[column] for column in columns): (
                row["ogrs"],
                row["colour"],
                row["minimum_hours"],
            )
            for row in rows(path)
            if row["inspection"] in OVERALL_RATINGS
        }
        for path in (RAW / "allocation_matrix.csv", SECOND_PASS / "allocation.csv")
    )
    assert_same(first, second, "allocation_matrix.csv")


def test_allocation_rules_agree_with_second_pass() -> None:
    """Which kinds of case get a colour whatever the matrix says, in the printed order."""
    columns = ("inspection", "rule", "colour", "position")
    first, second = (
        {
            tuple(row[column].casefold() for column in columns): row["criterion"].rstrip(".")
            for row in rows(path)
            if row["inspection"] in OVERALL_RATINGS
        }
        for path in (RAW / "allocation_rules.csv", SECOND_PASS / "allocation_rules.csv")
    )
    assert_same(first, second, "allocation_rules.csv")


@pytest.mark.parametrize("framework", ["crc-2018", "crc-2019"])
def test_rating_rules_are_as_printed(framework: str) -> None:
    """Bands, points and significance level; the 2018 framework borrows those of the 2020 report."""
    bands = {
        row["rating"]: (
            number(row["lower_percent"]),
            number(row["upper_percent"]),
            number(row["points"]),
        )
        for row in rows(RAW / "rating_bands.csv")
        if row["framework"] == framework
    }
    overall = {
        row["rating"]: (number(row["lower_points"]), number(row["upper_points"]))
        for row in rows(RAW / "overall_bands.csv")
        if row["framework"] == framework
    }
    levels = {
        row["framework"]: number(row["significance_level"]) for row in rows(RAW / "frameworks.csv")
    }
    assert_same(bands, RATING_BANDS, "rating_bands.csv")
    assert_same(overall, OVERALL_BANDS, "overall_bands.csv")
    # Annex 2, "Comparative data": "using the Z-score test, with a significance level of 0.1".
    assert levels[framework] == 0.1


def figures(row: dict[str, str]) -> tuple[float | None, ...]:
    """Value, previous value, comparator and target of a facts row of either pass."""
    return (
        number(row["value"]),
        number(row.get("previous_value", row.get("previous", ""))),
        number(row.get("comparator_value", row["comparator"])),
        number(row["target"]),
    )


def words(text: str) -> set[str]:
    """The words of a label, without case and punctuation."""
    return set(text.casefold().replace(",", " ").split())


def same_fact(first: dict[str, str], second: dict[str, str]) -> bool:
    """Whether two rows carry the same figures of the same measure, printed in the same words.

    One reader may have copied more of the sentence than the other, so one text must contain the
    other; the names of a comparator agree when one holds every word of the other.
    """
    printed = [row["as_printed"].casefold().replace("\u2019", "'") for row in (first, second)]
    comparators = [words(first["comparator"]), words(second["comparator_is"])]
    return (
        (first["inspection"], first["measure"]) == (second["inspection"], second["measure"])
        and figures(first) == figures(second)
        and (printed[0] in printed[1] or printed[1] in printed[0])
        and (
            not second["comparator_is"]
            or (bool(comparators[0]) and comparators[0] <= comparators[1])
            or comparators[1] <= comparators[0]
        )
    )


def described(row: dict[str, str]) -> str:
    """A facts row of either pass as one phrase for a message."""
    names = ("value", "previous", "comparator", "target")
    found = ", ".join(
        f"{name} {figure:g}"
        for name, figure in zip(names, figures(row), strict=True)
        if figure is not None
    )
    return f"{found or 'no figure'} (printed: {row['as_printed']})"


def test_facts_agree_with_second_pass() -> None:
    """Every figure of one transcription stands in the other, occurrence by occurrence."""
    unmatched = [
        row
        for row in rows(RAW / "facts.csv")
        if row["inspection"] in (INSPECTION_2018, INSPECTION_2019)
    ]
    by_measure = defaultdict(list)
    for row in unmatched:
        by_measure[row["inspection"], row["measure"]].append(described(row))

    lines = []
    # The longest text first, and the closest in length to it, so that a short text contained in
    # several others is paired last.
    second = rows(SECOND_PASS / "facts.csv")
    for row in sorted(second, key=lambda row: -len(row["as_printed"])):
        candidates = [other for other in unmatched if same_fact(other, row)]
        if candidates:
            closest = min(
                candidates,
                key=lambda other: abs(len(other["as_printed"]) - len(row["as_printed"])),
            )
            unmatched.remove(closest)
        else:
            there = by_measure[row["inspection"], row["measure"]] or ["no row of this measure"]
            lines.append(
                f"{row['inspection']}, {row['place']}, {row['what']}: the second pass has "
                f"{described(row)}; data/raw/facts.csv has, for {row['measure']}, "
                + "; ".join(there)
            )
    lines += [
        f"{row['inspection']}, fact {row['fact']}, {row['measure']}: data/raw/facts.csv has "
        f"{described(row)}, which no row of the second pass matches; look it up in the document "
        f"({row['place']}) and enter it in tests/second_pass/facts.csv"
        for row in unmatched
    ]
    fail_with(lines, "differences in facts.csv")

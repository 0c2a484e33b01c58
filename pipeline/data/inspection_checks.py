"""Rules of frameworks and inspections that need more than one row or table.

Each takes the typed tables, with the line of each row in its file as the index,
and yields problems. Keys and references have been checked before.
"""

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from pipeline.data.problems import Problem

Frames = Mapping[str, pd.DataFrame]

#: Table, column of a figure, and column that says why the figure is or is not there.
FIGURES = (
    ("key_question_scores", "percent", "status"),
    ("comparator_scores", "percent", "status"),
    ("prompt_scores", "percent", "status"),
    ("samples", "size", "size_status"),
    ("ratings", "rating", "status"),
    ("overall_ratings", "rating", "rating_status"),
    ("overall_ratings", "score", "score_status"),
    ("facts", "value", "status"),
    ("facts", "previous_value", "previous_status"),
    ("allocation_matrix", "minimum_hours", "hours_status"),
)


_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")


def _line(label: object) -> int:
    return int(str(label))


def _shown(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]


def bands(tables: Frames) -> Iterator[Problem]:
    """Bands of percentages, and of points, cover every value exactly once, from low to high."""
    for framework in tables["frameworks"]["framework"]:
        ratings = _of(tables["rating_bands"], framework)
        overall = _of(tables["overall_bands"], framework)
        standards = len(_of(tables["standards"], framework))
        for file, rows in (("rating_bands.csv", ratings), ("overall_bands.csv", overall)):
            if rows.empty:
                fix = "add its bands"
                yield Problem(file, None, None, None, f"has no row for {framework}", fix)
        if ratings.empty or overall.empty:
            continue
        yield from _cover("rating_bands.csv", ratings, ("lower_percent", "upper_percent"), 100)
        most = int(ratings["points"].max()) * standards
        yield from _cover("overall_bands.csv", overall, ("lower_points", "upper_points"), most)
        before: int | None = None
        for line, band in ratings.sort_values("lower_percent").iterrows():
            if before is not None and band["points"] <= before:
                rule = f"is no more than the {before} points of the band below"
                fix = "give a higher band more points"
                yield Problem(
                    "rating_bands.csv", _line(line), "points", str(band["points"]), rule, fix
                )
            before = int(band["points"])


def _of(frame: pd.DataFrame, framework: str) -> pd.DataFrame:
    return frame[frame["framework"] == framework]


def _cover(file: str, rows: pd.DataFrame, columns: tuple[str, str], end: int) -> Iterator[Problem]:
    low, high = columns
    following = 0
    fix = "let each band begin one above the end of the band before it"
    for label, band in rows.sort_values(low).iterrows():
        line, start, stop = _line(label), int(band[low]), int(band[high])
        if start > following:
            rule = f"leaves a gap: no band covers {_range(following, start - 1)}"
        elif start < following:
            rule = f"overlaps another band, which reaches up to {following - 1}"
        elif stop < start:
            rule, fix = f"lies below the band's own beginning, {start}", "check both ends"
            yield Problem(file, line, high, str(stop), rule, fix)
            return
        else:
            following = stop + 1
            continue
        if following == 0:
            fix = "let the lowest band begin at 0"
        yield Problem(file, line, low, str(start), rule, fix)
        return
    if following != end + 1:
        rule = f"is where the bands end, but the highest possible value is {end}"
        last = _line(rows.sort_values(low).index[-1])
        yield Problem(file, last, high, str(following - 1), rule, f"let the top band end at {end}")


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def rated_by_bands(tables: Frames) -> Iterator[Problem]:
    """A rating of a standard is one that the bands of its framework know, where it has bands."""
    known = _pairs(tables["rating_bands"], "framework", "rating")
    banded = set(tables["rating_bands"]["framework"])
    for name, column in (
        ("ratings", "rating"),
        ("discretions", "from_rating"),
        ("discretions", "to_rating"),
    ):
        frame = tables[name]
        pairs = frame[["framework", column]].itertuples(index=False, name=None)
        wrong = [pair[0] in banded and pd.notna(pair[1]) and pair not in known for pair in pairs]
        for line, row in frame[wrong].iterrows():
            rule = f"has no band in {row['framework']}"
            fix = "check it, or add its band to rating_bands.csv"
            yield Problem(f"{name}.csv", _line(line), column, row[column], rule, fix)


def rated_overall(tables: Frames) -> Iterator[Problem]:
    """An overall rating is one that the overall bands of its framework know, where it has any."""
    known = _pairs(tables["overall_bands"], "framework", "rating")
    banded = set(tables["overall_bands"]["framework"])
    framework = tables["inspections"].set_index("inspection")["framework"]
    for line, row in tables["overall_ratings"].iterrows():
        here = framework[row["inspection"]]
        if here in banded and pd.notna(row["rating"]) and (here, row["rating"]) not in known:
            rule, fix = f"has no band in {here}", "check it, or add its band to overall_bands.csv"
            yield Problem("overall_ratings.csv", _line(line), "rating", row["rating"], rule, fix)


def _pairs(frame: pd.DataFrame, *columns: str) -> set[tuple[object, ...]]:
    return set(frame[list(columns)].itertuples(index=False, name=None))


def figure_and_status(table: str, figure: str, status: str, tables: Frames) -> Iterator[Problem]:
    """A figure stands there exactly when its status is published."""
    frame = tables[table]
    wrong = (frame[status] == "published").fillna(False) != frame[figure].notna()
    wrong |= frame[status].isna()
    for line, row in frame[wrong].iterrows():
        rule = f'does not go with "{_shown(row[status])}" in {status}'
        fix = f"write what the document prints, or leave it empty and say why in {status}"
        yield Problem(f"{table}.csv", _line(line), figure, _shown(row[figure]), rule, fix)


def facts_as_printed(tables: Frames) -> Iterator[Problem]:
    """A share is from 0 to 100 percent, and a figure is among the numbers that were printed."""
    facts = tables["facts"]
    units = tables["measures"].set_index("measure")["unit"]
    shares = facts[facts["measure"].map(units) == "percent"]
    for column in ("value", "previous_value", "comparator_value", "target"):
        outside = shares[column].notna() & ~shares[column].between(0, 100)
        for line, row in shares[outside.fillna(False)].iterrows():
            rule = f"is not from 0 to 100, and {row['measure']} is in percent"
            fix = "write the figure as the document prints it"
            yield Problem("facts.csv", _line(line), column, f"{row[column]:g}", rule, fix)
    # A share that cannot be has been reported.
    known = facts[
        facts["value"].notna() & (facts["value"].between(0, 100) | ~facts.index.isin(shares.index))
    ]
    for line, value, printed in zip(known.index, known["value"], known["as_printed"], strict=True):
        digits = _NUMBER.findall(_THOUSANDS.sub("", printed))
        # What is printed in words alone ("six centres") cannot be compared; nor can a sign, which
        # may be a minus, a dash or a word ("fell by 5 points").
        if digits and abs(value) not in map(float, digits):
            rule = f'is not among the numbers in as_printed, "{printed}"'
            fix = "compare both with the document"
            yield Problem("facts.csv", _line(line), "value", f"{value:g}", rule, fix)


def parts_of_samples(tables: Frames) -> Iterator[Problem]:
    """A sample lies within a sample of the table, and not within itself by any way round."""
    part_of = dict(tables["sample_kinds"][["sample", "part_of"]].itertuples(index=False, name=None))
    for line, row in tables["sample_kinds"].iterrows():
        larger = row["part_of"]
        if pd.notna(larger) and larger not in part_of:
            rule, fix = "is not a sample of this table", "check its spelling, or add its row"
            yield Problem("sample_kinds.csv", _line(line), "part_of", larger, rule, fix)
        elif row["sample"] in _larger(row["sample"], part_of):
            rule = f"makes {row['sample']} a part of itself"
            fix = "name the larger sample, or leave the cell empty"
            yield Problem("sample_kinds.csv", _line(line), "part_of", larger, rule, fix)


def _larger(sample: str, part_of: Mapping[str, str]) -> list[str]:
    """Return the samples that a sample lies within, the nearest first."""
    found: list[str] = []
    larger = part_of.get(sample)
    while pd.notna(larger) and larger not in found:
        found.append(str(larger))
        larger = part_of.get(str(larger))
    return found


def sample_sizes(tables: Frames) -> Iterator[Problem]:
    """A sample is no larger than the samples it lies within."""
    samples = tables["samples"]
    sizes = {(row["inspection"], row["sample"]): row["size"] for _, row in samples.iterrows()}
    part_of = dict(tables["sample_kinds"][["sample", "part_of"]].itertuples(index=False, name=None))
    for line, row in samples[samples["size"].notna()].iterrows():
        larger_ones = _larger(row["sample"], part_of)
        if row["sample"] in larger_ones:
            continue  # reported by parts_of_samples
        for larger in larger_ones:
            most = sizes.get((row["inspection"], larger), pd.NA)
            if pd.notna(most) and row["size"] > most:
                rule = f"is more than the {most} cases of {larger}, of which it is a part"
                size = str(row["size"])
                yield Problem("samples.csv", _line(line), "size", size, rule, "check both sizes")
                break


def dates(tables: Frames) -> Iterator[Problem]:
    """A report is published after fieldwork starts."""
    for label, row in tables["inspections"].iterrows():
        line, published, start = _line(label), row["published"], row["fieldwork_start"]
        shared = min(len(published), len(start))  # a month against a day: compare the months
        if published[:shared] < start[:shared]:
            rule = f"lies before the start of fieldwork, {start}"
            yield Problem("inspections.csv", line, "published", published, rule, "check both dates")


def whole(tables: Frames) -> Iterator[Problem]:
    """Every inspection has one own score a key question and one rating a standard."""
    inspections, scores = tables["inspections"], tables["key_question_scores"]
    judged = inspections.set_index("inspection")["framework"]
    for file, rows, column, catalogue, what in (
        (
            "key_question_scores.csv",
            scores[scores["reading"] == "own"],
            "key_question",
            "key_questions",
            "own score for key question",
        ),
        ("ratings.csv", tables["ratings"], "standard", "standards", "rating of standard"),
    ):
        framework = rows["inspection"].map(judged)
        for line, row in rows[rows["framework"] != framework].iterrows():
            code = row["inspection"]
            rule, fix = f"is not the framework of {code}", f"write {judged[code]}"
            yield Problem(file, _line(line), "framework", row["framework"], rule, fix)
        asked = inspections[["inspection", "framework"]].merge(tables[catalogue], on="framework")
        wanted = _pairs(asked, "inspection", column)
        for code, missing in sorted(wanted - _pairs(rows, "inspection", column)):
            rule = f"has no row for {code}: its {what} {missing} is missing"
            fix = "add the row"
            if column == "key_question":
                fix = "add the row; where no figure was published, its status says so"
            yield Problem(file, None, None, None, rule, fix)
    overall = set(tables["overall_ratings"]["inspection"])
    for code in inspections["inspection"]:
        if code not in overall:
            rule, fix = f"has no row for {code}", "add its overall rating"
            yield Problem("overall_ratings.csv", None, None, None, rule, fix)


def discretions_of_framework(tables: Frames) -> Iterator[Problem]:
    """A discretion is recorded under the framework its inspection was judged by."""
    framework = tables["inspections"].set_index("inspection")["framework"]
    for line, row in tables["discretions"].iterrows():
        wanted = framework[row["inspection"]]
        if row["framework"] != wanted:
            rule, fix = f"is not the framework of {row['inspection']}", f"write {wanted}"
            yield Problem("discretions.csv", _line(line), "framework", row["framework"], rule, fix)


def compared_subjects(tables: Frames) -> Iterator[Problem]:
    """What may be compared names standards and key questions that its frameworks have."""
    known = {
        "rating": _pairs(tables["standards"], "framework", "standard"),
        "key question": _pairs(tables["key_questions"], "framework", "key_question"),
    }
    words = {"rating": "standard", "key question": "key question"}
    for line, row in tables["comparability"].iterrows():
        for column, framework in (
            ("subject", row["current_framework"]),
            ("previous_subject", row["previous_framework"]),
        ):
            code = row[column]
            if pd.notna(code) and (framework, code) not in known[row["kind"]]:
                rule = f"is not a {words[row['kind']]} of {framework}"
                fix = "check the number, and the kind beside it"
                yield Problem("comparability.csv", _line(line), column, code, rule, fix)
        if row["same_question"] == "yes" and pd.isna(row["previous_subject"]):
            rule, fix = 'does not go with "yes" in same_question', "give the number it had before"
            yield Problem("comparability.csv", _line(line), "previous_subject", "", rule, fix)


def claimed_measures(tables: Frames) -> Iterator[Problem]:
    """A claim of significance names a key question or prompt of its inspection's framework."""
    framework = tables["inspections"].set_index("inspection")["framework"]
    known = {
        "key question": _pairs(tables["key_questions"], "framework", "key_question"),
        "prompt": _pairs(tables["prompts"], "framework", "prompt"),
    }
    for line, row in tables["significance_claims"].iterrows():
        here = framework[row["inspection"]]
        if (here, row["measure"]) not in known[row["kind"]]:
            rule = f"is not a {row['kind']} of {here}"
            fix = "check the number, and the kind beside it"
            yield Problem(
                "significance_claims.csv", _line(line), "measure", row["measure"], rule, fix
            )

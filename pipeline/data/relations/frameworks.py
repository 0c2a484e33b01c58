"""Relations of frameworks: bands, numbers of standards and questions, comparability."""

import re
from collections.abc import Iterator

import pandas as pd

from pipeline.data.problems import Problem
from pipeline.data.relations.names import looks
from pipeline.data.relations.rule import (
    Frames,
    Rows,
    Rule,
    Wrong,
    cells,
    chain,
    relation,
    repeated,
    rows_with,
    unlike,
    wrong_rows,
)


@relation(
    "bands-cover-everything",
    "The bands of a framework cover every percentage, and every total of points, exactly once.",
    "frameworks", "rating_bands", "overall_bands", "standards", "inspections", "overall_ratings",
)  # fmt: skip
def bands(tables: Frames) -> Iterator[Problem]:
    """Yield the gaps, overlaps and wrong ends of bands."""
    rated = tables["overall_ratings"].dropna(subset="rating")["inspection"]
    inspections = tables["inspections"]
    totalled = set(inspections[inspections["inspection"].isin(rated)]["framework"])
    for framework in tables["frameworks"]["framework"]:
        ratings = _of(tables["rating_bands"], framework)
        overall = _of(tables["overall_bands"], framework)
        standards = len(_of(tables["standards"], framework))
        for file, found, needed in (
            ("rating_bands.csv", ratings, True),
            # An inspection without an overall rating has no total to be in a band.
            ("overall_bands.csv", overall, framework in totalled),
        ):
            if found.empty and needed:
                rule = f"has no row for {framework}"
                yield Problem(file, None, None, None, rule, "add its bands")
        if ratings.empty:
            continue
        yield from _cover("rating_bands.csv", ratings, ("lower_percent", "upper_percent"), 100)
        if not overall.empty:
            most = int(ratings["points"].max()) * standards
            yield from _cover("overall_bands.csv", overall, ("lower_points", "upper_points"), most)


def _of(frame: pd.DataFrame, framework: str) -> pd.DataFrame:
    return frame[frame["framework"] == framework]


def _cover(file: str, bands: pd.DataFrame, columns: tuple[str, str], end: int) -> Iterator[Problem]:
    low, high = columns
    following, line = 0, 0
    fix = "let each band begin one above the end of the band before it"
    for line, start, stop in bands.sort_values(low)[[low, high]].astype(int).itertuples():
        if start > following:
            last = f" to {start - 1}" if start - 1 > following else ""
            rule = f"leaves a gap: no band covers {following}{last}"
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
        yield Problem(file, line, high, str(following - 1), rule, f"let the top band end at {end}")


@rows_with("rating_bands")
def _with_points_below(tables: Frames) -> pd.DataFrame:
    bands = tables["rating_bands"].sort_values("lower_percent", kind="stable")
    return bands.assign(below=bands.groupby("framework")["points"].shift())


@rows_with("comparability", "inspections")
def _with_first_inspections(tables: Frames) -> pd.DataFrame:
    """Comparability with the day on which each framework was first used."""
    first = tables["inspections"].groupby("framework")["fieldwork_start"].min()
    frame = tables["comparability"]
    return frame.assign(
        previous_first=frame["previous_framework"].map(first),
        current_first=frame["current_framework"].map(first),
    )


def _outside(whole: str, part: str, joint: str) -> Wrong:
    """Whether a number does not begin with the number it belongs under."""
    return lambda frame: [
        not code.startswith(f"{above}{joint}") for code, above in cells(frame, whole, part)
    ]


def _domains_differ(frame: pd.DataFrame) -> list[bool]:
    """Whether the number of a standard begins with another number than that of its domain."""
    numbers = [re.match(r"[A-Z ]*(\d+)\.", code) for code in frame["standard"]]
    return [
        number is not None and int(number[1]) != domain
        for number, domain in zip(numbers, frame["domain"], strict=True)
    ]


@relation(
    "samples-part-of-samples",
    "A sample lies within a sample of the table, and not within itself by any way round.",
    "sample_kinds",
)  # fmt: skip
def parts_of_samples(tables: Frames) -> Iterator[Problem]:
    """Yield samples whose larger sample is unknown or goes round in a circle."""
    kinds = tables["sample_kinds"]
    part_of = dict(cells(kinds, "sample", "part_of"))
    unknown = kinds["part_of"].notna() & ~kinds["part_of"].isin(kinds["sample"])
    circle = [sample in chain(sample, part_of) for sample in kinds["sample"]]
    for wrong, says, fix in (
        (unknown, "is not a sample of this table", "check its spelling, or add its row"),
        (
            circle,
            "makes {sample} a part of itself",
            "name the larger sample, or leave the cell empty",
        ),
    ):
        yield from wrong_rows("sample_kinds", kinds, wrong, "part_of", says, fix)


@rows_with("standards", "key_questions")
def _with_evidence(tables: Frames) -> pd.DataFrame:
    """Standards with one of their key questions about cases, as ``asked``."""
    asked = Rows("standards").with_columns(
        "key_questions", "framework", "standard", asked="key_question"
    )
    questions = tables["key_questions"]
    return asked.frame({**tables, "key_questions": questions[questions["evidence"] == "cases"]})


@rows_with("comparability", "key_questions", "standards")
def _with_same_words(tables: Frames) -> pd.DataFrame:
    """Comparability with the earlier number of a question or standard of the very same words.

    Filled only where the one that is named has other words.
    """
    words: dict[tuple[str, str, str], str] = {}
    for kind, table, column, text in (
        ("key question", "key_questions", "key_question", "question"),
        ("rating", "standards", "standard", "name"),
    ):
        for framework, code, said in cells(tables[table], "framework", column, text):
            words[kind, framework, code] = looks(said).casefold()
    numbers = {(kind, of, said): code for (kind, of, code), said in words.items()}
    frame = tables["comparability"]
    columns = ("kind", "previous_framework", "previous_subject", "current_framework", "subject")
    found = []
    for kind, before, earlier_code, now, code in cells(frame, *columns):
        said = words.get((kind, now, code), "")
        named = words.get((kind, before, earlier_code), said)
        found.append(numbers.get((kind, before, said), pd.NA) if named != said else pd.NA)
    return frame.assign(same_words=pd.array(found, dtype="string"))


def _with_value_before(table: str, column: str, asked: str) -> Rows:
    """Rows of key questions with the value of the same question in the earlier framework.

    ``asked`` is the column of comparability that has to be yes.
    """
    key = ("framework", "key_question")
    both = (
        Rows(table)
        .with_columns("comparability", *key, then="previous_framework", old="previous_subject")
        .with_columns(table, *key, here=("then", "old"), before=column)
    )

    @rows_with(table, "comparability")
    def of(tables: Frames) -> pd.DataFrame:
        compared = tables["comparability"]
        same = compared[compared["kind"].eq("key question") & compared[asked].eq("yes")]
        same = same.rename(columns={"current_framework": "framework", "subject": "key_question"})
        return both.frame({**tables, "comparability": same})

    return of


_COMPARED = ("previous_framework", "current_framework", "kind", "previous_subject")

RULES: list[Rule] = [
    bands,
    _with_points_below.rule(
        "points-rise-with-bands",
        "A higher band is worth more points.",
        "points",
        lambda f: f["points"] <= f["below"],
        "is no more than the {below} points of the band below",
        "give a higher band more points",
    ),
    Rows("standards").rule(
        "standard-under-its-domain",
        "The number of a standard begins with that of its domain.",
        "domain",
        _domains_differ,
        "is not the domain of standard {standard}",
        "write the number that the standard's own begins with",
    ),
    Rows("standards")
    .with_first("domain_name", "framework", "domain")
    .rule(
        "one-name-a-domain",
        "A domain of a framework has one name.",
        "domain_name",
        unlike("domain_name", "first"),
        'is another name of domain {domain} than "{first}"',
        "write the same name in each row of the domain",
    ),
    Rows("key_questions").rule(
        "question-under-its-standard",
        "The number of a key question begins with that of its standard.",
        "standard",
        _outside("key_question", "standard", "."),
        "is not the standard of {key_question}, whose number does not begin with it",
        "correct the standard or the number of the key question",
    ),
    Rows("prompts").rule(
        "prompt-under-its-question",
        "The number of a prompt begins with that of its key question.",
        "key_question",
        _outside("prompt", "key_question", "-"),
        "is not the key question of {prompt}, whose number does not begin with it",
        "correct the key question or the number of the prompt",
    ),
    _with_evidence.rule(
        "rated-on-questions-that-are-there",
        "A standard rated on key questions has one that gives a percentage of cases.",
        "rating_basis",
        lambda f: f["rating_basis"].ne("judgement") & f["asked"].isna(),
        "does not fit: standard {standard} has no key question with a percentage of cases",
        "add its key questions to key_questions.csv, or write judgement",
    ),
    Rows("prompts").rule(
        "prompt-positions-once",
        "Each place in a framework's list of prompts is taken once.",
        "position",
        repeated("framework", "position"),
        "stands in {framework} already",
        "number the prompts in the order of the annex",
    ),
    parts_of_samples,
    *(
        Rows("comparability")
        .with_unknown(column, f"{side}_framework", "rating", "key question")
        .rule(
            f"{side}-subject-in-framework",
            f"What is compared is a standard or key question of the {side} framework.",
            column,
            lambda f: f["unknown"],
            "is not a {word} of {" + side + "_framework}",
            "check the number, and the kind next to it",
        )
        for side, column in (("current", "subject"), ("previous", "previous_subject"))
    ),
    Rows("comparability").rule(
        "compared-with-something",
        "A question that is the same, or may be compared, had a number before.",
        "previous_subject",
        lambda f: (
            f["previous_subject"].isna() & (f["same_question"].eq("yes") | f["comparable"].ne("no"))
        ),
        'does not go with "{same_question}" in same_question and "{comparable}" in comparable',
        "give the number it had before, or write no in both",
    ),
    Rows("comparability").rule(
        "comparability-has-a-reason",
        "Where figures do not simply compare, the reason is given.",
        "reason",
        lambda f: f["comparable"].ne("yes") & f["reason"].isna(),
        'is empty though comparable is "{comparable}"',
        "say in our words why the figures do not simply compare",
    ),
    _with_first_inspections.rule(
        "comparability-looks-back",
        "The previous framework was used before the current one.",
        "previous_framework",
        lambda f: (
            (f["previous_first"] > f["current_first"])
            | f["previous_framework"].eq(f["current_framework"])
        ),
        "was not used before {current_framework}",
        "write the earlier framework here and the later one in current_framework",
    ),
    Rows("discretion_rules").rule(
        "discretion-rule-goes-with-its-evidence",
        "Discretion moves bands on qualitative evidence, and reaches some points on key questions.",
        "applies_to",
        lambda f: (
            f["applies_to"].eq("qualitative evidence").ne(f["bands"].notna())
            | (f["bands"].notna() & f["points"].notna())
        ),
        'does not go with "{points}" in points and "{bands}" in bands',
        "give bands for qualitative evidence, and points or neither for key questions",
    ),
    Rows("comparability").rule(
        "compared-once",
        "An earlier question or standard is compared with one later one.",
        "previous_subject",
        lambda f: repeated(*_COMPARED)(f.where(f["comparable"].ne("no"))),
        "is compared with another {kind} already",
        "compare it once; of a question that was split, write no in comparable and say why",
    ),
    _with_same_words.rule(
        "compared-by-its-words",
        "The same question or standard is the one that has the same words.",
        "previous_subject",
        lambda f: f["same_question"].eq("yes") & f["same_words"].notna(),
        "is another {kind} of {previous_framework} than {same_words}, which has the same words",
        "write the number of the same words, or no in same_question",
    ),
    *(
        _with_value_before(table, column, asked).rule(
            f"one-{column}-a-question",
            f"A key question {words} has one {column} in every framework.",
            column,
            unlike(column, "before"),
            f'is not "{{before}}", the {column} of the same question before',
            f"write the same {column} in both rows, or say otherwise in comparability.csv",
            stops=stops,
        )
        # Labels and samples are ours to name: another one is said, and may be meant.
        for table, column, asked, words, stops in (
            ("themes", "theme", "same_question", "that is the same", True),
            ("key_questions", "label", "same_question", "that is the same", False),
            ("key_questions", "sample", "comparable", "that compares", False),
            ("key_questions", "evidence", "comparable", "that compares", True),
        )
    ),
]

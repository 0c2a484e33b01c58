"""Rules on key questions: their wording, their numbers, and whether they compare."""

from collections.abc import Iterator

from pipeline.analysis.quality.lookups import NOTE, WARNING, Finding, Records, rule
from pipeline.analysis.records import Row, grouped


@rule(NOTE, "Key questions worded alike")
def wording_agrees(records: Records) -> Iterator[Finding]:
    """Is a key question worded alike in table, heading, annex and the round before?"""
    reported = grouped(records.rows("inspections"), "framework")
    for row in records.rows("question_wordings"):
        question = records.questions[row["framework"], row["key_question"]]
        found = Finding(
            "",
            f"key question {row['key_question']}, {row['where']}",
            _same_words(question["question"], row["wording"]),
            f"Ratings table: {question['question']} {row['where'].capitalize()}: {row['wording']}",
        )
        for inspection in reported[row["framework"]]:
            yield found._replace(inspection=inspection["inspection"])
    for earlier, later in records.pairs:
        frameworks = earlier["framework"], later["framework"]
        for (first, second, kind, subject), entry in records.comparable.items():
            compared = (first, second) == frameworks and kind == "key question"
            if not compared or entry["same_question"] != "yes":
                continue
            old = records.questions.get((first, entry["previous_subject"]))
            new = records.questions.get((second, subject))
            if old and new:
                yield Finding(
                    later["inspection"],
                    f"key question {subject}, both rounds",
                    _same_words(old["question"], new["question"]),
                    f"Before: {old['question']} Now: {new['question']}",
                )


def _same_words(first: str, second: str) -> bool:
    """Whether two wordings are the same letter for letter, quotation marks and space apart."""
    one, two = (" ".join(text.replace("’", "'").split()) for text in (first, second))
    return one == two


@rule(NOTE, "Numbers as printed")
def numbering_agrees(records: Records) -> Iterator[Finding]:
    """Is the printed number the one that its place gives?"""
    reported = grouped(records.rows("inspections"), "framework")
    for (framework, number), question in records.questions.items():
        printed = question["printed_number"]
        for inspection in reported[framework]:
            yield Finding(
                inspection["inspection"],
                f"key question {number}",
                printed in (None, number),
                f"Numbered {number}; printed {printed or 'so, or without a number'}.",
            )
    answers = {plan["plan"]: plan["inspection"] or "" for plan in records.rows("plans")}
    for row in records.rows("recommendations"):
        printed = row["printed_number"]
        yield Finding(
            answers.get(row["plan"], ""),
            f"plan {row['plan']}, recommendation {row['recommendation']}",
            (printed or "").rstrip(".") == str(row["recommendation"]),
            f"Recommendation {row['recommendation']} in order; printed "
            f"{printed or 'without a number'}.",
        )


@rule(WARNING, "Key questions comparable, or not, in every place")
def comparability_consistent(records: Records) -> Iterator[Finding]:
    """Is each key question either comparable or not, in every place that bears on it?"""
    for earlier, later in records.pairs:
        for (framework, number), question in records.questions.items():
            if framework == later["framework"]:
                yield from _question_comparability(records, earlier, later, number, question)


def _question_comparability(
    records: Records, earlier: Row, later: Row, number: str, question: Row
) -> Iterator[Finding]:
    frameworks = earlier["framework"], later["framework"]
    same = frameworks[0] == frameworks[1]
    entry = records.comparable.get((*frameworks, "key question", number))
    verdict = "yes" if same else (entry["comparable"] if entry else "no")
    standard = records.comparable.get((*frameworks, "rating", question["standard"]))
    rating = "yes" if same else (standard["comparable"] if standard else "no")
    before, now = earlier["inspection"], later["inspection"]
    first, again = records.own.get((before, number)), records.reprint.get((before, number))
    asked = same or (entry is not None and entry["same_question"] == "yes")
    problems = []
    if again is not None and again["percent"] is not None and verdict == "no":
        problems.append("an earlier figure is printed beside it though it may not be compared")
    if again is not None and again["percent"] is None and verdict != "no":
        problems.append("no earlier figure is printed though it may be compared")
    if asked and verdict == "no" and first is not None and first["percent"] is not None:
        problems.append(
            f"the earlier report prints {first['percent']}% for the same question, which the later "
            "one says is not comparable"
        )
    if verdict != "no" and rating == "no":
        problems.append("figures stand side by side though the ratings do not compare")
    if verdict != "no":
        problems += _prompts_and_wording(records, before, framework=frameworks[1], number=number)
    yield Finding(
        now,
        f"key question {number}",
        not problems,
        ("; ".join(problems) + ".").capitalize()
        if problems
        else f"Comparable: {verdict}; nothing printed says otherwise.",
    )


def _prompts_and_wording(
    records: Records, before: str, framework: str, number: str
) -> Iterator[str]:
    """What stands against comparing a key question in the annex of its own report."""
    scores = [
        records.prompt_scores[before, name]
        for (of, name), prompt in records.prompts.items()
        if of == framework
        and prompt["key_question"] == number
        and (before, name) in records.prompt_scores
    ]
    if scores and all(score["status"] == "no comparable data" for score in scores):
        yield f"it is compared, none of its {len(scores)} prompts is"
    question = records.questions[framework, number]["question"]
    for row in records.rows("question_wordings"):
        at = (row["framework"], row["key_question"], row["where"])
        if at == (framework, number, "annex") and not _same_words(question, row["wording"]):
            yield "it is compared under one wording and stands in the annex under another"

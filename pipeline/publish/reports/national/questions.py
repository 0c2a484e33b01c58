"""Key questions across providers: funnels, overall shares, and what few cases do."""

import pandas as pd

from pipeline.analysis.sentences.phrases import capital, in_words, joined, label_parts
from pipeline.analysis.statistics.funnel import FEWEST
from pipeline.publish.charts.national import funnel_chart
from pipeline.publish.page.blocks import Prose
from pipeline.publish.page.pictures import Picture
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.national.context import National

MANY = 60
"""With more providers the dots are drawn once: a page must stay light enough to send."""
FEW_CASES = 30
"""A question with fewer cases a provider is shown with its shares drawn in."""


def funnels(report: National) -> Picture | Prose:
    """Return a funnel a key question, or why there is none."""
    questions = report.data["questions"]
    drawn = questions[questions["phi"].notna()]
    if drawn.empty:
        return Prose([_why_no_funnel(questions)])
    arguments = (report.data["shares"], questions, report.data["standards"])
    return Picture(
        funnel_chart(*arguments),
        "Share of cases done well against number of cases, by key question",
        _finding(drawn) + _left_out(questions),
        caption="A dot a provider. Black line: all cases together. Dashed and full grey lines: "
        "limits that one in 20 and one in 500 providers would lie outside by chance, if all did as "
        "well as each other. Small dot: inside. Ring: outside the dashed lines. Disc: outside the "
        "full ones. Apart: outside even the spread of all providers.",
        see=_questions(report),
        narrow=funnel_chart(*arguments, narrow=True) if len(report.providers) <= MANY else None,
        name="funnels",
    )


def _why_no_funnel(questions: pd.DataFrame) -> str:
    if questions.empty:
        return "No funnel is drawn: the framework rates by judgement and has no percentages."
    most = int(questions["known"].max())
    return (
        f"No funnel is drawn: it takes {FEWEST} providers with a published number of cases for "
        f"limits of chance to say anything, and here are at most {most}."
    )


def _finding(drawn: pd.DataFrame) -> str:
    far = int((drawn["far_outside"] > 0).sum())
    apart = int(drawn["standing_out"].sum())
    sentence = (
        f"In {in_words(far)} of {len(drawn)} key questions at least one provider lies outside the "
        "limits that one in 500 would pass by chance."
    )
    if apart:
        times = "once" if apart == 1 else f"{in_words(apart)} times"
        return f"{sentence} A provider stands apart even from the spread of all {times}."
    return f"{sentence} None stands apart from the spread of all providers."


def _left_out(questions: pd.DataFrame) -> str:
    out = questions[questions["phi"].isna()]
    if out.empty:
        return ""
    verb = "has" if len(out) == 1 else "have"
    return (
        f" {joined([str(code) for code in out['key_question']])} {verb} no funnel: too few numbers "
        "of cases were published."
    )


def questions_table(report: National) -> Table | Prose:
    """Return each key question's overall share and how the providers lie around it."""
    if report.data["questions"].empty:
        return Prose(["No key question of this framework has a percentage."])
    return _questions(report)


def _questions(report: National) -> Table:
    rows = report.data["questions"]
    names = report.data["standards"].set_index("standard")["name"]
    rows = rows.assign(
        asked=rows["key_question"] + " " + [label_parts(label)[1] for label in rows["label"]],
        heading=rows["standard"] + " " + rows["standard"].map(names),
        scatter=rows["phi"] ** 0.5,
    )
    name = str(report.data.about["comparator_name"])
    against = [Column("comparator_percent", capital(name), "percent", missing="no figure")]
    return report.table(
        rows,
        "Key questions across providers",
        [
            Column("asked", "Key question", wide=True),
            *(against if name else []),
            Column("overall_percent", "All cases", "percent", missing="cases not published"),
            Column("lowest_percent", "Lowest", "percent"),
            Column("median_percent", "Middle", "percent"),
            Column("highest_percent", "Highest", "percent"),
            Column("below", "Below the 95% limits", "count", missing="no limits"),
            Column("above", "Above them", "count", missing="no limits"),
            Column("far_outside", "Outside 99.8%", "count", missing="no limits"),
            Column("scatter", "Scatter", "number", unit="times chance", decimals=1,
                   missing="no limits"),
            Column("lowest_for", "Lowest question of", "count", unit="providers"),
        ],
        groups="heading",
        name="questions",
        comment="Scatter: how many times as far the providers lie from the share of all cases as "
        "chance alone would have them (the square root of Spiegelhalter's phi; near 1 is chance). "
        "Part of it may be the people they work with, which inspection figures do not adjust for.",
    )  # fmt: skip


def few_cases_table(report: National) -> Table | Prose:
    """Return the extremes of questions on few cases, as printed and drawn towards the mean."""
    shares = report.data["shares"]
    typical = shares.groupby("key_question")["cases"].median()
    few = shares[shares["key_question"].isin(typical[typical < FEW_CASES].index)]
    if few.empty:
        return Prose([f"No key question rests on fewer than {FEW_CASES} cases at most providers."])
    few = few[few["drawn_in"].notna()]
    if few.empty:
        return Prose([f"Shares are drawn towards the mean of {FEWEST} providers or more only."])
    parts = []
    for _, own in few.groupby("key_question", sort=False):
        ordered = own.sort_values(["percent", "provider"], kind="stable")
        parts += [ordered.head(1), ordered.tail(1)]
    rows = pd.concat(parts)
    labels = report.data["questions"].set_index("key_question")["label"]
    rows = rows.assign(asked=rows["key_question"] + " " + rows["key_question"].map(labels))
    return report.table(
        rows,
        "Lowest and highest share of questions on few cases",
        [
            Column("short_name", "Provider", wide=True),
            Column("cases", "Cases", "count"),
            Column("percent", "As published", "percent"),
            Column("drawn_in", "Drawn towards the mean", "percent"),
        ],
        groups="asked",
        name="few-cases",
        comment="The last column is the better guess of what more cases would show: the share of "
        "few cases is drawn towards that of all providers, the more so the fewer cases there are "
        "(beta-binomial shrinkage). Published figures stay as they are everywhere else.",
    )

"""One row a recommendation: the answer, what is promised, what was found; then what moved."""

from typing import Literal

import pandas as pd

from pipeline.analysis.records import Row, grouped, records
from pipeline.analysis.sentences.phrases import joined
from pipeline.data import is_missing
from pipeline.publish.page.blocks import Notice, Prose
from pipeline.publish.page.tables import Column, Table
from pipeline.publish.reports.plan.context import Plan
from pipeline.publish.reports.plans import VERDICTS
from pipeline.publish.reports.report_page import of_side

_SUBJECTS = {"standard": "Standard", "key question": "Key question", "prompt": "Prompt"}
_OURS = (
    "Which standards, key questions and prompts a recommendation should move is our judgement, not "
    "the documents'."
)


def recommendations_table(report: Plan) -> Table | Prose:
    """Return every recommendation with its response, its actions, what was found and what moved."""
    frame = report.recommendations
    if frame.empty:
        return Prose("No recommendation of this plan has been entered yet.")
    frame = frame.assign(promised=[_promised(row) for row in records(frame)])
    frame["why"] = frame["response"].where(frame["response"] != "agreed", "agreed in full")
    founds = []
    for at, (name, rows) in enumerate(report.follow_ups):
        said = rows["follow_up"].map(VERDICTS).str.capitalize() + ". " + rows["finding"]
        shown = {f"found_{at}": said, f"source_{at}": rows["source"], f"at_{at}": rows["place"]}
        found = rows[["recommendation"]].assign(**shown)
        frame = frame.merge(found, on="recommendation", how="left")
        founds.append(
            Column(f"found_{at}", f"What the inspection of {name} found", wide=True,
                   missing="not followed up", source=(f"source_{at}", f"at_{at}"))
        )  # fmt: skip
    columns = [
        Column("asks", "Recommendation, in our words", wide=True),
        Column("response", "Response", "mark"),
        Column("reason", "Why not in full", missing="why", wide=True,
               source=("source", "response_place")),
        Column("promised", "Actions"),
        *founds,
    ]  # fmt: skip
    moved = _moved(report)
    comment = ""
    if moved:
        earlier, later = report.rounds_of(report.linked)
        frame = frame.assign(moved=frame["recommendation"].map(moved).astype("string"))
        after = report.linked["timing"].eq("after").any()
        heading = f"What moved, {earlier} to {later}" if after else f"Where it stood, {later}"
        columns.append(Column("moved", heading, missing="nothing linked", wide=True))
        comment = (
            "Which questions and standards a recommendation should move is our judgement; their "
            "sources stand further down. A figure that moved after a recommendation did not "
            "necessarily move because of it."
        )
    return report.table(
        frame,
        f"Recommendations, {report.data.about['title']}",
        columns,
        groups="heading",
        group_name="Recommendation",
        row_header="asks",
        row_source=("source", "place"),
        name="recommendations",
        comment=comment,
    )


def _promised(row: Row) -> str:
    """How many actions, how many of them with a date, and how many printed as done or ongoing."""
    if not row["actions"]:
        return "none"
    parts = [f"{row['actions_with_date']} with a date"] if row["actions_with_date"] else []
    if row["actions_done_or_ongoing"]:
        parts.append(f"{row['actions_done_or_ongoing']} printed as done or ongoing")
    undated = row["actions"] - row["actions_with_date"] - row["actions_done_or_ongoing"]
    if undated > 0:
        parts.append(f"{undated} without a date")
    if len(parts) > 1:
        return f"{row['actions']}: {joined(parts)}"
    return f"all {parts[0]}" if row["actions"] > 1 else parts[0]


def _moved(report: Plan) -> dict[int, str]:
    """What moved on the key questions and standards linked to each recommendation, in words."""
    frame = report.linked
    frame = frame[frame["kind"].isin(["key question", "standard"]) & (frame["timing"] != "none")]
    return {
        number: "; ".join(text for row in rows if (text := _in_words(row)))
        for number, rows in grouped(records(frame), "recommendation").items()
    }


def _in_words(row: Row) -> str:
    """``2.1.2 Assessment: offending and desistance 70% to 80%``; empty where nothing stands."""
    kind = "rating" if row["kind"] == "standard" else "percent"
    before, now = row[f"previous_{kind}"], row[f"current_{kind}"]
    if is_missing(now):
        return ""
    sign = "%" if kind == "percent" else ""
    name = f"{row['subject']} {row['label']}"
    if is_missing(before) or row["comparable"] == "no":
        return f"{name} {now}{sign}"
    return f"{name} {before}{sign} to {now}{sign}"


def totals(report: Plan) -> Prose:
    """Return the totals that the plan prints, which are those of its rows."""
    counts = report.data["responses"]
    printed = counts[counts["printed"].notna()]
    if printed.empty:
        return Prose("The plan prints no totals; the counts are ours.")
    parts = [
        f"{row['printed']} {row['response']}"
        if row["response"] != "total"
        else f"{row['printed']} in all"
        for row in records(printed)
    ]
    # Nothing to compare here: totals that are not those of the rows are refused with the data.
    rows = "They are the counts of its rows."
    if (counts["agrees"] == "no").any():
        rows = "Its recommendations have not all been entered."
    return Prose(f"The plan prints its own totals: {joined(parts)}. {rows}")


def repeated(report: Plan) -> Prose:
    """Return which recommendations an earlier plan held already, and what came of them."""
    before = report.data["follow_up"]
    before = before[before["repeated_plan"].fillna("") == report.plan["plan"]]
    sentences = [
        f"Recommendation {row['repeated_recommendation']} repeats recommendation "
        f"{row['recommendation']} of the plan {row['plan']}, {_answered(row['response'])}; "
        f"the inspection found {VERDICTS[row['follow_up']]}."
        for row in records(before)
    ]
    marked = report.recommendations[report.recommendations["repeated"] == "yes"]
    unknown = sorted(set(marked["recommendation"]) - set(before["repeated_recommendation"]))
    if unknown:
        numbers, some = joined([str(number) for number in unknown]), len(unknown) > 1
        earlier = report.data["inspections"]["inspection"].iloc[:1]
        known = (
            not is_missing(report.plan["inspection"])
            and (earlier != report.plan["inspection"]).any()
        )
        why = "but which of them has not been entered" if known else "which is not in the data"
        sentences.append(
            f"Recommendation{'s' if some else ''} {numbers} repeat{'' if some else 's'} the "
            f"previous inspection's, {why}."
        )
    for row in records(report.followed[report.followed["repeated_plan"].notna()]):
        sentences.append(
            f"Recommendation {row['recommendation']} was made again: recommendation "
            f"{row['repeated_recommendation']} of {row['repeated_plan']}, "
            f"{_answered(row['repeated_response']).removeprefix('which was ')}."
        )
    return Prose(*sentences or ["No recommendation is a repeat."])


def _answered(response: object) -> str:
    if response == "not entered yet":
        return "whose answer has not been entered"
    return f"which was {response}"


def remarks(report: Plan) -> Table | Prose:
    """Return what the documents leave open, and how we read it."""
    rows: list[tuple[str, str]] = []
    if not is_missing(report.plan["note"]):
        rows.append(("The plan", str(report.plan["note"])))
    for row in records(report.recommendations):
        if not is_missing(row["note"]):
            rows.append((f"Recommendation {row['recommendation']}", str(row["note"])))
    noted = report.actions[report.actions["note"].notna()]
    for note, actions in noted.groupby("note", sort=False):
        some = "s" if len(actions) > 1 else ""
        rows.append((f"Action{some} {joined(list(actions['number']))}", str(note)))
    if not rows:
        return Prose("Nothing in the documents needs remarking.")
    return report.table(
        pd.DataFrame(rows, columns=["about", "remark"]),
        "What the documents leave open, and how we read it",
        [Column("about", "About"), Column("remark", "Remark", wide=True)],
        name="remarks",
    )


# The figures and ratings that a recommendation should move, from one round to the next.


def how_to_read(report: Plan) -> Notice | Prose:
    """Return how the figures and ratings below may be read."""
    timing = set(report.data["loop"]["timing"])
    if not timing:
        return Prose("Nothing has been linked to the recommendations of this plan.")
    if timing == {"after"}:
        return Notice(
            _OURS,
            "A figure that moved after a recommendation did not necessarily move because of it.",
            heading="How to read what moved",
        )
    if timing == {"before"}:
        return Notice(
            _OURS,
            "No later inspection is in the data. The figures lead up to the recommendations: they "
            "show where the provider stood when they were made and say nothing of their effect.",
            heading="How to read where it stood",
        )
    return Prose(
        _OURS, "The inspection this plan answers is not in the data, so no figure stands here."
    )


def linked_figures(report: Plan) -> Table | Prose:
    """Return the key questions and prompts linked to each recommendation, and what moved."""
    frame, links = _linked(report, ["key question", "prompt"]), _linked(report, list(_SUBJECTS))
    if len(links) and set(links["timing"]) <= {"none"}:
        return report.table(
            links,
            "What each recommendation should move, in our judgement",
            [
                Column("linked", "Linked to", wide=True),
                Column("reason", "Why we link it", wide=True),
            ],
            groups="heading",
            name="linked-figures",
        )
    if frame.empty:
        return Prose("No figure stands beside a recommendation of this plan.")
    caution = frame["comparable"].fillna("") == "caution"
    cautioned = frame["linked"] + " (compares only with caution)"
    frame = frame.assign(
        linked=frame["linked"].mask(caution, cautioned),
        change_missing=frame["current_percent"].map(
            lambda value: "no figure" if is_missing(value) else "not comparable"
        ),
        verdict=frame["change_verdict"].fillna("not comparable"),
    )
    moved = [
        Column("change_points", "Change", "change", missing="change_missing"),
        Column("verdict", "Test of the change", "mark"),
    ]
    caption = "Figures linked to each recommendation"
    return _two_rounds(report, frame, caption, "percent", moved, "linked-figures")


def linked_ratings(report: Plan) -> Table | Prose:
    """Return the standards linked to each recommendation and their ratings."""
    frame = _linked(report, ["standard"])
    if frame.empty or set(frame["timing"]) <= {"none"}:
        return Prose("No rating stands beside a recommendation of this plan.")
    frame = frame.assign(moved=frame["direction"].fillna("not comparable"))
    moved = [Column("moved", "Change", "mark")]
    caption = "Ratings of standards linked to a recommendation"
    return _two_rounds(report, frame, caption, "rating", moved, "linked-ratings")


def _two_rounds(
    report: Plan,
    frame: pd.DataFrame,
    caption: str,
    kind: Literal["percent", "rating"],
    moved: list[Column],
    name: str,
) -> Table:
    """Return what is linked to each recommendation, the later round beside any earlier one.

    ``moved`` are the columns on what changed between them.
    """
    earlier, later = report.rounds_of(frame)
    ratings = [report.ratings_of(frame, side) for side in ("previous", "current")]
    columns = [of_side("current", kind, later, ratings[1], missing="without_figure")]
    if earlier:
        before = of_side("previous", kind, earlier, ratings[0], missing="earlier_without")
        columns = [before, *columns, *moved]
    return report.table(
        frame,
        f"{caption}, {joined([earlier, later] if earlier else [later])}",
        [Column("linked", "Linked to", wide=True), *columns, Column("reason", "Why we link it")],
        groups="heading",
        name=name,
    )


def _linked(report: Plan, kinds: list[str]) -> pd.DataFrame:
    frame = report.linked[report.linked["kind"].isin(kinds)]
    subjects = frame["kind"].map(_SUBJECTS) + " " + frame["subject"] + ": " + frame["label"]
    return frame.assign(linked=subjects)

"""What is recommended again and again, whether figures moved afterwards, and use of discretion."""

from collections.abc import Mapping

import pandas as pd

from pipeline.analysis.national.providers import WAYS, Latest, brought_by
from pipeline.analysis.ratings.bands import framework_rows
from pipeline.analysis.records import Row, records, typed
from pipeline.data import Tables

_RECOMMENDED = [
    "key_question", "label", "providers", "again", "followed", "followed_rose", "followed_fell",
    "followed_significant", "others", "others_rose", "others_fell",
]  # fmt: skip
_STANDARDS = [
    "standard", "name", "providers", "again", "followed", "followed_rose", "followed_stayed",
    "followed_fell", "others", "others_rose", "others_stayed", "others_fell",
]  # fmt: skip
_MOVES = {
    **dict.fromkeys(["provider", "subject", "way"], "string"), "significant": "boolean",
}  # fmt: skip
_DISCRETION = ["rule", "description", "standards", "providers", "up", "down", "points"]


def recommended_questions(
    tables: Tables, brought: Mapping[str, Row], framework: str, pairs: list[Latest]
) -> pd.DataFrame:
    """A row a key question that recommendations of any plan were tied to, most providers first.

    Columns: ``providers`` with a recommendation tied to it; ``again``, how many of them in more
    than one plan; ``followed``, how many whose plan answers the round before the latest and whose
    figures of both rounds compare; how many of these ``followed_rose, followed_fell`` and how many
    changes pass the inspectorate's test; and, to set beside them, the ``others`` whose figures
    compare too but who were not told. Weak figures rise more often than strong ones by chance alone
    (regression to the mean), so a difference between the two proves nothing by itself.
    """
    links = framework_rows(tables["recommendation_links"], framework)
    moves = typed(brought_by(brought, pairs, "moved_figures"), _MOVES)
    found = _followed(tables, pairs, links[links["kind"] == "key question"], moves)
    asked = framework_rows(tables["key_questions"], framework)[["key_question", "label"]]
    found = found.merge(asked, left_on="subject", right_on="key_question")[_RECOMMENDED]
    return found.sort_values(["providers", "key_question"], ascending=[False, True])


def recommended_standards(
    tables: Tables, brought: Mapping[str, Row], framework: str, pairs: list[Latest]
) -> pd.DataFrame:
    """A row a standard that recommendations of any plan were tied to, in the framework's order.

    A recommendation counts for a standard that it is tied to, or whose key question or prompt it is
    tied to. Columns as in ``recommended_questions``, for ratings instead of figures:
    ``followed_rose, followed_stayed, followed_fell`` of the providers whose plan answers the round
    before the latest and whose ratings of both rounds compare, and the same of the ``others``.
    """
    links = framework_rows(tables["recommendation_links"], framework)
    questions = framework_rows(tables["key_questions"], framework)
    prompts = framework_rows(tables["prompts"], framework)
    standard_of = dict(zip(questions["key_question"], questions["standard"], strict=True))
    question_of = dict(zip(prompts["prompt"], prompts["key_question"], strict=True))
    kind, subject = links["kind"], links["subject"]
    asked = subject.where(kind == "key question", subject.map(question_of))
    standards = subject.where(kind == "standard", asked.map(standard_of))
    moves = typed(brought_by(brought, pairs, "moved_ratings"), _MOVES)
    found = _followed(tables, pairs, links.assign(subject=standards), moves)
    rated = framework_rows(tables["standards"], framework)[["standard", "name"]]
    return rated.merge(found, left_on="standard", right_on="subject")[_STANDARDS]


def _followed(
    tables: Tables, pairs: list[Latest], links: pd.DataFrame, moves: pd.DataFrame
) -> pd.DataFrame:
    """How many were told, how many again, and which way those told and the others moved.

    ``links`` has ``plan`` and ``subject``; ``moves``, a row a subject and provider, ``way`` and
    ``significant``. Of those told only the ones whose plan answers the round before are followed.
    """
    before = {pair.provider: pair.previous and pair.previous["inspection"] for pair in pairs}
    plans = tables["plans"][["plan", "provider", "inspection"]]
    told = links[["plan", "subject"]].merge(plans, on="plan").dropna(subset="subject")
    told = told[told["provider"].isin(list(before))]
    answers = (told["inspection"] == told["provider"].map(before)).fillna(False)
    key = ["subject", "provider"]
    each = told.assign(answers=answers).groupby(key).agg({"plan": "nunique", "answers": "any"})
    each["again"] = each["plan"] > 1
    found = each.groupby("subject").agg(providers=("again", "size"), again=("again", "sum"))
    followed = pd.MultiIndex.from_frame(moves[key]).isin(each[each["answers"]].index)
    for name, own in (("followed", moves[followed]), ("others", moves[~followed])):
        found[name] = own.groupby("subject").size()
        for way in WAYS.values():
            found[f"{name}_{way}"] = own[own["way"] == way].groupby("subject").size()
        found[f"{name}_significant"] = own[own["significant"]].groupby("subject").size()
    return found.fillna(0).astype("Int64").reset_index()


def use_of_discretion(tables: Tables, framework: str, providers: pd.DataFrame) -> pd.DataFrame:
    """A row a rule of discretion: how often it was used in the latest inspections, and which way.

    Columns: ``rule, description, standards`` (ratings of a standard it was used for), ``providers``
    they belong to, ``up, down`` (ratings it raised and lowered) and ``points`` (what it added to
    all scores together). A rating for which two rules are named counts for both.
    """
    used = tables["discretions"].merge(providers[["inspection", "provider"]], on="inspection")
    bands = framework_rows(tables["rating_bands"], framework)
    worth = dict(zip(bands["rating"], bands["points"].astype(int), strict=True))
    rows: list[Row] = []
    for rule in records(framework_rows(tables["discretion_rules"], framework)):
        own = used[used["rule"] == rule["rule"]]
        steps = [worth[row["to_rating"]] - worth[row["from_rating"]] for row in records(own)]
        rows.append(
            {
                "rule": rule["rule"],
                "description": rule["description"],
                "standards": len(own),
                "providers": own["provider"].nunique(),
                "up": sum(step > 0 for step in steps),
                "down": sum(step < 0 for step in steps),
                "points": sum(steps),
            }
        )
    return pd.DataFrame(rows, columns=_DISCRETION)

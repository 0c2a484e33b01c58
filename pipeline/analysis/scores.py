"""Every published score in one long table, with the names that belong to it."""

import pandas as pd

from pipeline.analysis.comparison import own_scores
from pipeline.analysis.records import in_force
from pipeline.data import Tables

COLUMNS = [
    "provider", "round", "standard", "standard_name", "kind", "key_question", "label", "prompt",
    "wording", "percent", "status", "sample", "sample_size", "restriction", "inspection",
    "framework", "source", "place",
]  # fmt: skip


def scores(tables: Tables) -> pd.DataFrame:
    """Return one row a score of an inspection's own report: key questions, then prompts.

    Where a later document corrected a score, the row is the correction's.

    Columns: ``provider``, ``round`` and ``inspection``; ``standard`` and ``standard_name``;
    ``kind`` (``key question`` or ``prompt``); ``key_question``, with our short ``label``;
    ``prompt`` (missing for key questions) and ``wording`` as printed; ``percent`` (0 to 100,
    missing where ``status`` says why); ``sample`` it was read on and its printed ``sample_size``
    (cases; where ``restriction`` says that only some of them were asked, the base is smaller and
    not printed); ``framework``; ``source`` and ``place``.
    """
    questions = tables["key_questions"]
    own = own_scores(tables).merge(
        questions[["framework", "key_question", "standard", "label", "question", "sample"]],
        on=["framework", "key_question"],
    )
    own = own.rename(columns={"question": "wording"}).assign(kind="key question")
    key = ["inspection", "framework", "prompt"]
    prompts = in_force(tables["prompt_scores"], key, ["percent"], tables["sources"]).merge(
        tables["prompts"][
            ["framework", "prompt", "key_question", "wording", "sample", "restriction"]
        ],
        on=["framework", "prompt"],
    )
    prompts = prompts.merge(
        questions[["framework", "key_question", "standard", "label"]],
        on=["framework", "key_question"],
    ).assign(kind="prompt")
    whole = (
        pd.concat([own, prompts], ignore_index=True)
        .merge(tables["inspections"][["inspection", "provider", "round"]], on="inspection")
        .merge(tables["standards"][["framework", "standard", "name"]], on=["framework", "standard"])
        .merge(
            tables["samples"][["inspection", "sample", "size"]],
            on=["inspection", "sample"],
            how="left",
        )
        .rename(columns={"name": "standard_name", "size": "sample_size"})
    )
    return whole.reindex(columns=COLUMNS)

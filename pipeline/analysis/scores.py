"""Every published score in one long table, with the names that belong to it."""

import pandas as pd

from pipeline.analysis.comparison import own_scores
from pipeline.analysis.records import in_force, look_up
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
    asked = ["framework", "key_question"]
    questions = tables["key_questions"]
    names = {"standard": "standard", "label": "label", "question": "wording", "sample": "sample"}
    own = look_up(own_scores(tables), questions, asked, names).assign(kind="key question")
    key = ["inspection", "framework", "prompt"]
    prompts = in_force(tables["prompt_scores"], key, ["percent"], tables["sources"])
    columns = ["key_question", "wording", "sample", "restriction"]
    prompts = look_up(prompts, tables["prompts"], ["framework", "prompt"], columns)
    prompts = look_up(prompts, questions, asked, ["standard", "label"]).assign(kind="prompt")
    whole = pd.concat([own, prompts], ignore_index=True)
    for table, here, columns_of in (
        ("inspections", ["inspection"], {"provider": "provider", "round": "round"}),
        ("standards", ["framework", "standard"], {"name": "standard_name"}),
        ("samples", ["inspection", "sample"], {"size": "sample_size"}),
    ):
        whole = look_up(whole, tables[table], here, columns_of)
    return whole.reindex(columns=COLUMNS)

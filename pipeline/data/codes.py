"""The order of numbers and codes: by number, as a reader counts, not letter by letter."""

import re

import pandas as pd

_PARTS = re.compile(r"\d+|\D+")

#: Tables whose rows stand in the order of their codes: the columns whose values keep together, in
#: the order in which they first appear in the file, and those by which the rows are put in order.
ORDER: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "standards": (("framework",), ("standard",)),
    "key_questions": (("framework",), ("key_question",)),
    "question_wordings": (("framework",), ("key_question",)),
    "prompts": (("framework",), ("position",)),
    "key_question_scores": (("inspection", "reading"), ("key_question",)),
    "comparator_scores": (("comparator", "framework"), ("key_question",)),
    "comparability": (("previous_framework", "current_framework", "kind"), ("subject",)),
    "ratings": (("inspection",), ("standard",)),
    "discretions": (("inspection",), ("standard",)),
    "prompt_scores": (("inspection",), ("prompt",)),
    "recommendations": (("plan",), ("recommendation",)),
    "responses": (("plan",), ("recommendation",)),
    "actions": (("plan",), ("recommendation", "position")),
}


def code_order(code: object) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that puts 2.2 before 2.10, and P 1.1 after the plain numbers.

    >>> sorted(["2.10", "P 1.1", "2.2", "2.1.1-10", "2.1.1-2"], key=code_order)
    ['2.1.1-2', '2.1.1-10', '2.2', '2.10', 'P 1.1']
    """
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in _PARTS.findall(str(code))
    )


def in_order(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its rows in the order of their codes, groups as they first appear.

    A row appended at the end of a file takes its place; a table without codes is left as it is.
    """
    if name not in ORDER or frame.empty:
        return frame
    groups, codes = ORDER[name]
    ranks = []
    for column in (*groups, *codes):
        values = frame[column].tolist()
        known = [value for value in dict.fromkeys(values) if value is not pd.NA]
        if column in codes:
            known.sort(key=code_order)
        rank = {value: place for place, value in enumerate(known)}
        ranks.append([rank.get(value, -1) for value in values])
    places = list(zip(*ranks, strict=True))
    order = sorted(range(len(places)), key=places.__getitem__)
    return frame if order == list(range(len(places))) else frame.take(order)

"""What no sentence of the leadership edition may hold."""

import re

from pipeline.analysis.statistics.change import SIGNIFICANT

FORBIDDEN = {
    r"\bp[- ]?values?\b": "p-values belong to the analyst edition",
    r"\bp\s*(=|<|>|≤|≥)": "p-values belong to the analyst edition",
    r"\bnan\b|<NA>|\bNone\b|\binf\b": "a missing figure must be said in words",
    r"\d+[.,]\d+\s*(%|per cent|percent|points)": "figures stand as published, without decimals",
    r"\binsignificant": "a change that does not pass the test is not thereby small",
    r"\bprov(e[sdn]?|ing)\b": "a test does not prove",
    r"\bwould be (Good|Outstanding|Requires improvement|Inadequate)\b": "the panel decides",
    r"\b(chance|probability|likelihood)\b[^.]*\brating\b[^.]*\bwrong\b": (
        "no statement is made on whether a published rating is right"
    ),
}
"""Patterns no sentence of the leadership edition may hold, and why."""


def forbidden(text: str) -> list[str]:
    """What is wrong with a text for the leadership edition, a sentence each; empty if nothing is.

    Whether "significantly" is earned cannot be told from the text alone: see ``undeserved``.

    >>> forbidden("The change has a p-value of 0.03.")
    ["'p-value': p-values belong to the analyst edition."]
    """
    return [
        f"{found.group(0)!r}: {why}."
        for pattern, why in FORBIDDEN.items()
        if (found := re.search(pattern, text, re.IGNORECASE if "nan" not in pattern else 0))
    ]


def undeserved(sentence: str, verdict: str | None) -> bool:
    """Whether a sentence says "significant" in any form though its verdict is another.

    >>> undeserved("significantly up, by 10 points", "unsettled")
    True
    """
    return "significan" in sentence.lower() and verdict != SIGNIFICANT

"""Sentences on corrected figures: how they were printed, and what the correction moved."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pipeline.analysis.records import Row
from pipeline.analysis.sentences.phrases import joined

_SAID = {
    "significant": "significant",
    "not significant": "not significant",
    "tests disagree": "one on which the tests disagree",
    "unsettled": "one that cannot be settled",
    "not comparable": "not comparable",
}
"""The verdict on a change, as it stands after "is"."""


def value(figure: Any, status: str | None, unit: str = "") -> str:
    """Return a figure with its unit, or the status that says why there is none.

    >>> value(61, "published", "%"), value(None, "withdrawn", "%")
    ('61%', 'withdrawn')
    """
    return str(status or "not rated") if figure is None else f"{figure}{unit}"


def printed(subject: str, printings: Sequence[tuple[str, str]]) -> str:
    """Return how a figure was printed first, and what each later document made of it.

    ``printings`` are values with the names of their documents, in the order of time.

    >>> printed("2.3.3 in 2019", [("61%", "Report"), ("58%", "Erratum, 1 June 2020")])
    '2.3.3 in 2019 was printed as 61% and corrected to 58% by Erratum, 1 June 2020'
    """
    steps = [f"printed as {printings[0][0]}"]
    for (before, _), (now, document) in pairwise(printings):
        if now != before:
            figure = now[0].isdigit() or now[0].isupper()
            way = f"corrected to {now}" if figure else f"marked {now}"
            steps.append(f"{way} by {document}")
    return f"{subject} was {joined(steps)}"


NOTHING = "no verdict and no rating moves"


def corrected_in_words(rows: Iterable[Row], *, only_moved: bool = False) -> list[str]:
    """Return a sentence a corrected figure (rows of corrected_figures, a row a figure and pair).

    ``only_moved`` leaves out what a correction did not move, and corrections that moved nothing.
    """
    told = what_rests_on_them(rows, only_moved=only_moved)
    return [
        f"{said}: {rests or NOTHING}." for said, rests in told.items() if rests or not only_moved
    ]


def what_rests_on_them(rows: Iterable[Row], *, only_moved: bool = False) -> dict[str, str]:
    """Return by the sentence on each corrected figure what rests on it, over all pairs of rounds.

    What moved stands first; the text is empty where nothing rests on the figure.
    """
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for row in rows:
        for parts, text in zip(
            found.setdefault(row["said"], ({}, {})), (row["moved"], row["unmoved"]), strict=True
        ):
            parts |= dict.fromkeys([text] if text else [])
    return {
        said: "; ".join([*moved] if only_moved else [*moved, *unmoved])
        for said, (moved, unmoved) in found.items()
    }


def effects(found: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Return what rests on a corrected figure, a part of a sentence each, and whether it moved."""
    said = []
    first, now = found.get("first_verdict"), found.get("verdict")
    if "since" in found and {first, now} - {None, "not comparable"}:
        said.append((_change(found, str(first or now), str(now)), first not in (None, now)))
    if "benchmark_verdict" in found:
        first, now = found["first_benchmark_verdict"], found["benchmark_verdict"]
        said.append((_against(found["aggregate"], first, now), first != now))
    if "bands_give" in found:
        first, now = (found[name] or "no rating" for name in ("first_bands_give", "bands_give"))
        moved = first != now
        rating = f"the bands now give standard {found['standard']} {now}, where they gave {first}"
        said.append((rating if moved else "the rating it gives does not change", moved))
    if found["kind"] == "rating":
        first, now = found["first_direction"], found["direction"]
        if first != now and "since" in found:
            said.append((f"since {found['since']} the standard {_WAYS[now]}, where by the rating "
                         f"first printed it {_WAYS[first]}", True))  # fmt: skip
        if found["points"] != found["first_points"]:
            said.append((_points(found["first_points"], found["points"]), True))
    if found["kind"] == "overall rating":
        said.append(("the overall rating itself moved", True))
    return said


_WAYS = {"rose": "rose", "fell": "fell", "stayed": "stayed the same", None: "does not compare"}


def _points(first: Any, now: Any) -> str:
    if now is None or first is None:
        return f"the points {'are no longer' if now is None else 'are now'} added up"
    return f"the points add up to {now}, where they were {first}"


def _against(aggregate: str, first: str | None, now: str | None) -> str:
    """How a figure stands against an aggregate, first and now; None where that cannot be said."""
    if first == now:
        return f"against {aggregate} it stays {now}" if now else f"against {aggregate} as before"
    if now is None:
        return f"against {aggregate} nothing can be said now, where it was {first}"
    return f"against {aggregate} it is now {now}, where " + (
        f"it was {first}" if first else "nothing could be said"
    )


def _change(found: Mapping[str, Any], first: str, now: str) -> str:
    change = f"the change since {found['since']}"
    points = found["first_change_points"], found["change_points"]
    if None not in points and points[0] != points[1]:
        change += f", {points[0]:+d} points as first printed and {points[1]:+d} now,"
    if first == now:
        return f"{change} stays {_SAID[now]}"
    if first == "significant":
        more = "" if now == "not significant" else f" but {_SAID[now]}"
        return f"{change} is no longer significant{more}"
    return f"{change} is now {_SAID[now]}, where it was {_SAID[first]}"

"""Imaginary case audits of one provider: a drift, a step, months with few cases and with none.

What a score card must cope with is in them: a key question that rises slowly, one that falls at a
stroke, one that is never asked, one done well in every case, one answered in few cases, and teams
of different sizes, one of them too small to be shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

Row = dict[str, Any]

MONTHS = 20
"""Months of audits, up to three after the fieldwork of the latest inspection."""
CASES = 22
"""Cases audited in an ordinary month."""
_NONE, _FEW = 7, 11
"""Which month has no case, and which has four."""
_DRIFT, _STEP = 0.08, 1.4
"""Log odds a month of what rises; log odds of what falls at a stroke, eight months before the end.
"""
_LENIENT = 0.35
"""Log odds by which the auditors judge more kindly than inspectors do."""
_TEAMS = (("North team", 0.42), ("South team", 0.33), ("Coast team", 0.22), ("Hill team", 0.03))


def audited(
    provider: str,
    framework: str,
    questions: Sequence[Row],
    prompts: Sequence[Row],
    odds: Mapping[str, float],
    fieldwork: str,
    random: np.random.Generator,
    mark: str,
) -> dict[str, list[Row]]:
    """Return ``case_audits`` and ``audit_targets``.

    ``questions`` and ``prompts`` are those of the framework, ``odds`` the log odds that a key
    question is done well, ``fieldwork`` the day of the latest inspection, ``mark`` what every name
    says of itself.
    """
    asked = [q["key_question"] for q in questions if q["evidence"] == "cases"]
    few = {q["key_question"] for q in questions if q["sample"] not in _COMMON}
    never, always = asked[-1], asked[1]
    rising, falling = asked[0], asked[2]
    last = _month_number(fieldwork) + 3
    made: dict[str, list[Row]] = {"case_audits": [], "audit_targets": []}
    number = 1000
    teams = [name for name, _ in _TEAMS]
    weights = [weight for _, weight in _TEAMS]
    first_prompts = {p["key_question"]: p["prompt"] for p in reversed(list(prompts))}
    for at in range(MONTHS):
        month = _month(last - MONTHS + 1 + at)
        for question in asked:
            aim = round(55 + 20 * at / (MONTHS - 1))
            key = {"provider": provider, "framework": framework, "key_question": question}
            made["audit_targets"].append({**key, "month": month, "percent": aim})
        cases = {_NONE: 0, _FEW: 4}.get(at, CASES)
        for _ in range(cases):
            number += 1
            team = str(random.choice(teams, p=weights))
            case: Row = {
                "provider": provider,
                "date": month,
                "case": f"sim-{number}",
                "team": f"{team} ({mark})",
                "framework": framework,
                "auditor": f"auditor {int(random.integers(1, 4))} ({mark})",
            }
            for question in asked:
                if question == never:
                    continue
                level = odds[question] + _LENIENT + 0.5 * (team == teams[0])
                level += _DRIFT * (at - MONTHS / 2) if question == rising else 0
                level -= _STEP if question == falling and at >= MONTHS - 8 else 0
                well = question == always or random.random() < 1 / (1 + math.exp(-level))
                applies = random.random() < (0.25 if question in few else 0.97)
                answer = ("yes" if well else "no") if applies else "not applicable"
                row = {**case, "kind": "key question", "subject": question, "answer": answer}
                made["case_audits"].append(row)
                if question in first_prompts and at >= MONTHS - 3:
                    subject = first_prompts[question]
                    made["case_audits"].append({**row, "kind": "prompt", "subject": subject})
    return made


def followed_up(actions: Sequence[Row], until: str, random: np.random.Generator) -> list[Row]:
    """Return ``action_updates`` of a plan's actions with a month, none after the month ``until``.

    In turn an action is done in its month, done some months late, or put off once or twice.
    """
    rows: list[Row] = []
    for action in actions:
        if not action["due"]:
            continue
        due = first = _month_number(action["due"])
        kept = random.random()
        if kept > _KEPT:
            for _ in range(int(random.integers(1, 3))):
                moved = due + int(random.integers(1, 4))
                row = {"action": action["action"], "date": f"{_month(due)}-20"}
                target = {"due": _month(moved), "due_printed": _month(moved)}
                rows.append({**row, "status": "in progress", **target})
                due = moved
        done = due + (int(random.integers(1, 4)) if kept < _LATE and due == first else 0)
        closed = {"action": action["action"], "date": f"{_month(done)}-25", "status": "complete"}
        rows.append(closed)
    return [row for row in rows if row["date"][:7] <= until]


_LATE, _KEPT = 0.2, 0.65

RAG_RULES = (("green", 0), ("amber", 1), ("red", 4))
"""Colour, and from how many months late, of the imaginary rule."""

_COMMON = frozenset({"case-supervision", "risk-of-harm", "case-or-risk-of-harm"})


def allocated(
    provider: str, inspection: str, matrix: Sequence[Row], day: str, random: np.random.Generator
) -> list[Row]:
    """Return ``case_allocations``: most as the matrix has it, some not, some it does not print."""
    rows = []
    colours = sorted({cell["colour"] for cell in matrix})
    for number in range(1, 121):
        cell = matrix[int(random.integers(len(matrix)))]
        low, _, high = cell["ogrs"].partition("-")
        outside = random.random() < 0.12
        colour = str(random.choice(colours)) if outside else cell["colour"]
        rows.append(
            {
                "provider": provider,
                "date": day,
                "case": f"sim-{number}",
                "inspection": inspection,
                "ogrs": int(random.integers(int(low), int(high) + 1)),
                "risk_of_serious_harm": "High"
                if random.random() < 0.1
                else cell["risk_of_serious_harm"],
                "colour": colour,
            }
        )
    return rows


def month_of_audits(fieldwork: str) -> str:
    """The last month of the audits of a provider whose latest fieldwork began on a day."""
    return _month(_month_number(fieldwork) + 3)


def _month_number(day: str) -> int:
    return int(day[:4]) * 12 + int(day[5:7]) - 1


def _month(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02d}"

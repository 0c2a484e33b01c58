"""Every relation that must hold between rows, as one list of small named rules.

``python -m pipeline rules`` prints the list; each rule has a test that breaks it alone.
"""

from pipeline.data import completeness
from pipeline.data.relations import (
    audits,
    documents,
    facts,
    frameworks,
    inspections,
    names,
    plans,
    printed,
)
from pipeline.data.relations.rule import Rule

RULES: list[Rule] = [
    *frameworks.RULES,
    *names.RULES,
    *inspections.RULES,
    *facts.RULES,
    *plans.RULES,
    *printed.RULES,
    *audits.RULES,
    *documents.RULES,
    *completeness.RULES,
    # Last: where another rule has named a lost row, that is enough.
    inspections.second_readings,
]

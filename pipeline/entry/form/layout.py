"""What a form holds: its sheets, their columns, and which tables belong to which form.

The tables, columns, allowed words and keys are those of the data package, so that a new column or
status appears in the workbook by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.data import Tables
from pipeline.data.package import Field, Resource

MARK, WORDS, WHERE = "mark", "words", "where"
READING = (MARK, WORDS, WHERE)
"""The three columns behind a table's own: how sure, the words read, the page or line."""

MARKS = ("proved", "read", "look", "checked")
"""Marks of a row: the first three are the reader's; checked is set by a person who compared the
row with the document. A row without a mark was typed."""

WHY = "why"
"""The reader's reason for its mark; behind the form's own columns, never read back."""

#: Text in our own words or about the row: two people need not write the same.
_OWN_WORDS = ("our words", ", ours", "one sentence, ours", "short title, ours")


@dataclass
class Row:
    """One row of a sheet: cells by column, how it was read, and what is shown for reference."""

    cells: dict[str, str]
    mark: str = ""
    words: str = ""
    where: str = ""
    reference: dict[str, str] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    """Columns filled in beforehand, that nobody needs to change."""


@dataclass
class Sheet:
    """One table of a form."""

    resource: Resource
    rows: list[Row]
    spare: int = 20
    """Empty rows to type in."""
    choices: dict[str, list[str]] = field(default_factory=dict)
    """The codes that a column may hold, where these are of a table outside the form."""

    @property
    def references(self) -> list[str]:
        """The reference columns behind the form's own, in order."""
        return list(dict.fromkeys(name for row in self.rows for name in row.reference))


@dataclass
class Form:
    """A workbook: a title, what to do in it, and its sheets."""

    title: str
    notes: list[str]
    sheets: list[Sheet]


def tables_of_form(resources: Sequence[Resource], is_plan: bool) -> list[Resource]:
    """Return the tables of a form in the order of the package.

    Those copied from a document (they have a source and a place) that hang on an inspection, or
    on a plan, with the tables these need first.
    """
    wanted = []
    for resource in resources:
        name, copied = resource.name, {"source", "place"} <= set(resource.columns)
        about = {name, *(key.resource for key in resource.foreign_keys)}
        if is_plan:
            hangs_on_it = name != "follow_up" and not about.isdisjoint({"plans", "recommendations"})
        else:
            also = name in ("comparator_scores", "prompts")
            hangs_on_it = name != "plans" and ("inspections" in about or also)
        if name in ("sources", "providers") or (copied and hangs_on_it):
            wanted.append(resource)
    return wanted


def choices(resource: Resource, form: Sequence[Resource], tables: Tables) -> dict[str, list[str]]:
    """Return by column the codes of the raw tables that a form does not itself hold."""
    inside = {resource.name for resource in form}
    return {
        key.fields[0]: sorted(set(tables[key.resource][key.reference[0]]))
        for key in resource.foreign_keys
        if len(key.fields) == 1 and key.resource not in inside
    }


def is_own_words(column: Field) -> bool:
    """Whether a column is text in our own words or about the row, not a copy of what is printed."""
    return column.name in ("place", "note", "source", "licence", "publisher") or any(
        phrase in column.description.lower() for phrase in _OWN_WORDS
    )


def content(resource: Resource) -> list[Field]:
    """Return the columns that hold what a document says: neither key nor reference nor place."""
    keys = {*resource.primary_key, *(n for key in resource.foreign_keys for n in key.fields)}
    # A key that is only a choice (reading: own or reprint) is no content either.
    return [f for f in resource.fields if f.name not in keys and f.name not in ("place", "note")]

"""Relations of names and days that any table may hold: look-alikes, and dates of this century."""

import re
from functools import lru_cache

from pipeline.data.relations.rule import Rows, Rule, Wrong, unlike

_ALIKE = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00b4": "'", "`": "'"}
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)
_BLANKS = re.compile(r"\s+")


@lru_cache(maxsize=5000)
def looks(name: str) -> str:
    """Return a name as the eye takes it: quotation marks, hyphens and blanks of one kind."""
    return _BLANKS.sub(" ", name.translate(_ALIKE))


def _sounds(name: str) -> str:
    """Return a name as the ear takes it: without capitals and full stops."""
    return looks(name).casefold().replace(".", "").strip()


#: Columns by whose names rows are counted together.
SPELLED = (
    ("providers", "owner"),
    ("actions", "owner"),
    ("recommendations", "addressed_to"),
    ("facts", "comparator"),
)
#: Every column that holds a day or month of something that has been.
_PAST = (
    ("sources", "published"),
    ("inspections", "fieldwork_start"),
    ("inspections", "published"),
    ("plans", "submitted"),
    ("lineage", "date"),
)
FIRST_YEAR, LAST_YEAR = 1990, 2099


def _out_of_time(column: str) -> Wrong:
    return lambda f: ~f[column].str[:4].astype("Int64").between(FIRST_YEAR, LAST_YEAR)


RULES: list[Rule] = [
    *(
        Rows(table)
        .with_first(column, column, alike=looks)
        .rule(
            f"one-spelling-of-{column.replace('_', '-')}-in-{table}",
            f"In {table}.csv, what looks the same in {column} is spelled the same.",
            column,
            unlike(column, "first"),
            'looks like "{first}" in another row, and has other quotation marks or hyphens',
            "write both with the same signs",
        )
        for table, column in SPELLED
    ),
    *(
        Rows("providers")
        .with_first("provider", column, alike=_sounds)
        .rule(
            f"one-provider-of-a-{column.replace('_', '-')}",
            f"No two providers have one {column.replace('_', ' ')}.",
            column,
            unlike("provider", "first"),
            "is the name of {first} too",
            "tell the two apart, or keep one of them",
        )
        for column in ("name", "short_name")
    ),
    *(
        Rows(table).rule(
            f"{column.replace('_', '-')}-of-{table}-in-our-time",
            f"In {table}.csv, {column} lies between {FIRST_YEAR} and {LAST_YEAR}.",
            column,
            _out_of_time(column),
            f"does not lie between {FIRST_YEAR} and {LAST_YEAR}",
            "check the year against the document",
        )
        for table, column in _PAST
    ),
]

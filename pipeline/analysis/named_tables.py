"""Tables by name, for people: ``tables.ratings`` or ``tables["ratings"]``, with tab completion."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline.data.nearest import one_of

Description = Mapping[str, Any]
"""What a data package says of a table: ``description`` and the ``fields`` of its ``schema``."""


class InFull(pd.DataFrame):
    """A DataFrame whose texts a notebook shows in full; what is made from it is an ordinary one."""

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            return self.to_html()


class NamedTables(Mapping[str, pd.DataFrame]):
    """The tables of one kind by name, each read when it is asked for.

    ``tables.ratings`` and ``tables["ratings"]`` are the same DataFrame; the Tab key lists the
    names. Shown as the last value of a cell it says what each table holds.
    """

    def __init__(
        self,
        kind: str,
        described: Mapping[str, Description],
        read: Callable[[str], pd.DataFrame],
    ) -> None:
        """Take what the tables are called together, what each holds, and how one is read."""
        self._kind, self._described, self._read = kind, described, read

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table. Raises Unknown, naming the tables there are, nearest first."""
        return self._read(one_of(f"{self._kind} table", name, self._described))

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Return a table, as ``tables[name]`` does."""
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._described)

    def __len__(self) -> int:
        """How many tables there are."""
        return len(self._described)

    def __dir__(self) -> Iterable[str]:
        """Offer the tables, and what else one may ask, to the Tab key."""
        return [*self._described, "columns_of", "overview"]

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._described)

    def overview(self) -> InFull:
        """Return one row a table: its name and what a row of it is."""
        rows = [(name, str(about["description"])) for name, about in self._described.items()]
        return InFull(pd.DataFrame(rows, columns=["table", "what it holds"]).set_index("table"))

    def columns_of(self, name: str) -> InFull:
        """Return one row a column of a table: its type, unit and meaning."""
        fields = self._described[one_of(f"{self._kind} table", name, self._described)].get(
            "schema", {"fields": []}
        )["fields"]
        rows = [(f["name"], f["type"], f.get("unit", ""), f["description"]) for f in fields]
        names = ["column", "type", "unit", "meaning"]
        return InFull(pd.DataFrame(rows, columns=names).set_index("column"))

    def __repr__(self) -> str:
        """Say what there is, in a terminal."""
        width = max(map(len, self._described), default=0)
        lines = [
            f"{name:<{width}}  {str(about['description']).split('. ')[0].rstrip('.')}"
            for name, about in self._described.items()
        ]
        return f"{len(self)} {self._kind} tables:\n" + "\n".join(lines)

    def _repr_html_(self) -> str:
        return str(self.overview()._repr_html_())

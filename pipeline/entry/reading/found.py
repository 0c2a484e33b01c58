"""What was read: a row of a raw table, the words it stands on, and how sure it is."""

from dataclasses import dataclass, field

PROVED, READ, LOOK = "proved", "read", "look"


@dataclass(frozen=True)
class Said:
    """What a document says, the words and the page or line; empty where it says nothing."""

    value: str = ""
    words: str = ""
    where: str = ""


@dataclass
class Found:
    """One row that was read for a raw table.

    ``cells`` holds the columns that could be read, ``words`` what they were read from, ``where``
    the page or line. ``doubts`` says what contradicts the row or is missing, ``proofs`` what
    confirms it independently.
    """

    table: str
    cells: dict[str, str]
    words: str = ""
    where: str = ""
    doubts: list[str] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)
    proved: set[str] = field(default_factory=set)
    """The columns that the proofs confirm."""

    @property
    def mark(self) -> str:
        """proved, read or look; a doubt outweighs every proof."""
        return LOOK if self.doubts else PROVED if self.proofs else READ

    @property
    def why(self) -> str:
        """Why the row has its mark, in words."""
        return "; ".join(dict.fromkeys(self.doubts or self.proofs))

    def doubt(self, *reasons: str) -> None:
        """Mark the row to be looked at, where there are reasons."""
        self.doubts += reasons

    def prove(self, reason: str, *columns: str) -> None:
        """Say what confirms the row, or only these columns of it."""
        self.proofs.append(reason)
        self.proved |= set(columns or self.cells)

"""How many errors two independent readings may both have made, from those that only one made.

Capture and recapture: each reading is a trap for the other's errors. Where the first alone erred
in ``a`` cells, the second alone in ``b`` and both agreed rightly in ``c``, independence makes the
expected number of cells in which both erred ``a * b / c`` (Lincoln and Petersen). Errors that the
two made differently were seen; only those they made alike stay hidden, so the estimate is an upper
one. With few errors Chapman's correction, ``(a + 1) * (b + 1) / (c + 1)``, is the cautious figure.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class DoubleEntry:
    """Two readings of the same cells: how many were compared and who erred in how many.

    All are numbers of cells. ``both`` counts cells that both had wrong, in different ways.
    """

    cells: int
    first: int
    second: int
    both: int = 0

    def __post_init__(self) -> None:
        """Refuse counts that cannot be: negative, or more errors than cells."""
        if min(self.cells, self.first, self.second, self.both) < 0:
            raise ValueError("Numbers of cells cannot be negative.")
        if self.first + self.second + self.both > self.cells:
            raise ValueError(
                f"{self.first + self.second + self.both} errors are more than the {self.cells} "
                "cells compared."
            )

    @property
    def expected_unseen(self) -> float:
        """Cells both readings are expected to have wrong unseen, at most (Lincoln and Petersen)."""
        right = self.cells - self.first - self.second - self.both
        return self.first * self.second / right if right else float(self.cells)

    @property
    def cautious_unseen(self) -> float:
        """The same with Chapman's correction, which is never nothing."""
        right = self.cells - self.first - self.second - self.both
        return (self.first + 1) * (self.second + 1) / (right + 1)

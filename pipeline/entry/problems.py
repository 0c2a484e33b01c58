"""What stops an entry, said in sentences that name the sheet and the cell."""

from collections.abc import Iterable


class CannotEnter(Exception):
    """Raised when a workbook cannot be taken over; carries every reason found."""

    def __init__(self, reasons: Iterable[str]) -> None:
        """Keep the reasons in the order they were found, each once."""
        self.reasons = list(dict.fromkeys(reasons))
        super().__init__("\n".join(self.reasons))


class NotAReport(Exception):
    """Raised when a file is neither an inspection report nor an action plan, in one sentence."""

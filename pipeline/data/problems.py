"""What is wrong with a raw table, said so that anybody can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One fault in one raw file.

    ``file`` is the file's name, ``line`` its line counted from 1 (the header is
    line 1) or None for the whole file, ``column`` and ``value`` what stands
    there (a value of None is not shown), ``rule`` what it breaks and ``mend``
    what to do about it.
    """

    file: str
    line: int | None
    column: str | None
    value: str | None
    rule: str
    mend: str

    def __str__(self) -> str:
        """Say the problem in one sentence."""
        where = self.file
        if self.line is not None:
            where += f", line {self.line}"
        if self.column is not None:
            where += f", column {self.column}"
        shown = ""
        if self.value is not None:
            shown = f'"{_shorten(self.value)}" ' if self.value else "an empty cell "
        return f"{where}: {shown}{self.rule}; {self.mend}."


class InvalidData(Exception):
    """Raised when raw tables break a rule; carries every problem found, not just the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems in file and line order, so the list reads like the folder."""
        self.problems = sorted(
            problems, key=lambda p: (p.file, p.line or 0, p.column or "", p.rule, p.value or "")
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _shorten(value: str, length: int = 60) -> str:
    """Keep a message on one line: control characters shown by name, long values cut."""
    plain = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in value)
    return plain if len(plain) <= length else plain[: length - 1] + "…"

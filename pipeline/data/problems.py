"""What is wrong with a raw table, said so that anybody can put it right."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

#: So many problems are said in full; the rest are counted by file and rule.
SAID_IN_FULL = 50
#: What differs between two sentences of one rule: quoted words, numbers and codes with them.
_VALUES = re.compile(r'"[^"]*"|\b[\w.-]*\d[\w.-]*')

#: Letters by their category that no screen shows, though they are no control characters.
BLANK_LETTERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]"
)


@dataclass(frozen=True)
class Problem:
    """One fault in one raw file.

    ``file`` is the file's name, ``line`` its line counted from 1 (the header is
    line 1) or None for the whole file, ``column`` and ``value`` what stands
    there (a value of None is not shown), ``rule`` what it breaks and ``fix``
    what to do about it. ``provider`` is the code of the provider whose rows are
    at fault, None where the fault is of what providers share. One that does not
    ``stop`` is a word about what was read all the same.
    """

    file: str
    line: int | None
    column: str | None
    value: str | None
    rule: str
    fix: str
    provider: str | None = None
    stops: bool = True

    def __str__(self) -> str:
        """Say the problem in one sentence."""
        where = printable(self.file)
        if self.line is not None:
            where += f", line {self.line}"
        if self.column is not None:
            where += f", column {printable(self.column)}"
        return f"{where}: {self.sentence}"

    @property
    def sentence(self) -> str:
        """What stands there, what it breaks and what to do, without the place."""
        shown = ""
        if self.value is not None:
            shown = f'"{printable(self.value)}" ' if self.value else "an empty cell "
        return f"{shown}{printable(self.rule, 400)}; {printable(self.fix, 600)}."


class InvalidData(Exception):
    """Raised when raw tables break a rule; carries every problem found, not just the first.

    Its text is a sentence a line: the first fifty problems, then how many more there are of each
    kind in each file.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems in file and line order, so the list reads like the folder."""
        self.problems = sorted(
            problems, key=lambda p: (p.file, p.line or 0, p.column or "", p.rule, p.value or "")
        )
        super().__init__("\n".join(said(self.problems)))

    def __reduce__(self) -> tuple[type, tuple[list[Problem]]]:
        """Arrive whole from another process."""
        return type(self), (self.problems,)

    def _render_traceback_(self) -> list[str]:
        # IPython shows this in place of a traceback: the sentences are all there is to know.
        return str(self).splitlines()


def said(problems: list[Problem]) -> list[str]:
    """Return the sentences of some problems, the first fifty in full and the others counted."""
    sentences = [str(problem) for problem in problems[:SAID_IN_FULL]]
    more = Counter((p.file, p.column, _VALUES.sub("…", p.rule)) for p in problems[SAID_IN_FULL:])
    for (file, column, rule), many in more.most_common(SAID_IN_FULL):
        where = printable(file) + (f", column {printable(column)}" if column else "")
        cells = "one more place" if many == 1 else f"{many:,} more places"
        sentences.append(f"{where}: {printable(rule, 400)}, in {cells}; fix them in the same way.")
    if len(more) > SAID_IN_FULL:
        sentences.append(f"And {len(more) - SAID_IN_FULL:,} more kinds of problem.")
    return sentences


def printable(text: str, length: int = 60) -> str:
    """Keep a message on one line: unseen characters shown by number, long texts cut."""
    plain = "".join(
        c
        if c.isprintable() and unicodedata.category(c) != "Cf" and not BLANK_LETTERS.match(c)
        else f"\\x{ord(c):02x}"
        for c in text
    )
    return plain if len(plain) <= length else plain[: length - 1] + "…"

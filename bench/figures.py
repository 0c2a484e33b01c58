"""Where measured figures are written down: sections of ``docs/robustness.md``, each by its name."""

import platform
import re
from pathlib import Path

from pipeline.workers import processors

ROBUSTNESS = Path(__file__).resolve().parents[1] / "docs" / "robustness.md"


def write_section(name: str, words: str, document: Path = ROBUSTNESS) -> None:
    """Replace what stands between the two marks of a section."""
    first, last = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    text = document.read_text(encoding="utf-8")
    section = re.compile(f"{re.escape(first)}.*?{re.escape(last)}", re.DOTALL)
    if not section.search(text):
        raise LookupError(f"{document} has no section {name}")
    now = section.sub(lambda _: f"{first}{words.strip()}\n{last}", text)
    document.write_text(now, encoding="utf-8")


def machine_in_words() -> str:
    """Return what the figures were measured on."""
    many = processors()
    noun = "processor" if many == 1 else "processors"
    python = platform.python_version()
    return f"{many} {noun}, {platform.system()} {platform.machine()}, Python {python}"

"""Corrupt raw folders at random and see that nothing but right pages or sentences comes of it.

Run as ``python -m bench.fuzz``. Each run copies ``data/raw``, spoils it by its own seed
(:mod:`bench.corruptions`) and builds it in a forked process, over the pages of the unspoiled data,
so that only what the corruption touches is made. What came of it, kind by kind, goes into
``docs/robustness.md``. Anything but sentences and whole pages is printed with its seed, and ends
the command with exit status 1. The tests do a few hundred of the same, without building.
"""

import math
import os
import re
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import click

from bench.corruptions import HARMLESS, KINDS, corrupt
from bench.figures import machine_in_words, write_section
from pipeline.workers import Tell, in_processes, processors

RAW = Path(__file__).resolve().parents[1] / "data" / "raw"
#: Seconds of work after which a run counts as hanging, and seconds after which it is ended: on a
#: busy machine a run waits for its turn.
PATIENCE, END = 60, 900
REFUSED, IN_PART, PAGES = "refused", "in part", "pages"
_WORDS = re.compile(r"(?<![\w-])(nan|NaN|NaT|<NA>|None(?! of)|inf|Traceback|Undefined)(?![\w-])")
_HIDDEN = re.compile(r"<(script|style|svg)\b.*?</\1>|<[^>]*>", re.DOTALL)
_REQUESTS = re.compile(r"""<link\b[^>]*href=["']?https?:|\bsrc=["']?(?:https?:)?//|@import""")


@dataclass
class Ran:
    """What came of one corrupted folder; ``fault`` is a sentence where something is wrong."""

    done: list[tuple[str, str]]
    outcome: str = ""
    fault: str = ""
    seconds: float = 0.0
    words: list[str] = field(default_factory=list)


def loaded(folder: Path, sound: Collection[str] = ()) -> str:
    """Load a folder; return what came of it. Any exception but InvalidData is a fault of ours.

    ``sound`` names the files that were not corrupted, where nothing is wrong with them.
    """
    from pipeline.data import InvalidData, load_valid

    try:
        _, problems = load_valid(folder, sound)
    except InvalidData as error:
        sentences = str(error).split("\n")
        assert all(sentence.endswith(".") for sentence in sentences), sentences
        return REFUSED
    return IN_PART if any(problem.stops for problem in problems) else PAGES


def built(folder: Path, out: Path, ran: Ran) -> None:
    """Build a folder over finished pages, and judge what is there afterwards."""
    from pipeline.data import InvalidData
    from pipeline.publish.build.catalogue import CannotBuild
    from pipeline.publish.build.site import build

    before = _files(out)
    try:
        outcome = build(folder, out, workers=1, progress=False, tell=ran.words.append)
    except (InvalidData, CannotBuild) as error:
        ran.outcome = REFUSED
        ran.words += str(error).split("\n")
        if _files(out) != before:
            ran.fault = "a refused run wrote a file"
    else:
        ran.outcome = IN_PART if outcome.failed else PAGES
        ran.words += outcome.failed.values()
        if outcome.exit_code not in (0, 1):
            ran.fault = f"exit status {outcome.exit_code}: {ran.words[-1]}"
        # One that is out of date is never left where the next one should be, half of it least.
        ran.fault = ran.fault or _unfit(folder, out, before)
        if not ran.fault and len(ran.done) == 1 and ran.done[0][0] in HARMLESS:
            other = [path.name for path, content in _pages(out) if content != before[path]]
            if other:
                ran.fault = f"other bytes in {', '.join(other)}"
    if not ran.fault and not all(words.rstrip().endswith((".", ":")) for words in ran.words):
        ran.fault = f"no sentence: {ran.words}"


def _files(out: Path) -> dict[Path, bytes]:
    kept = (path for path in out.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path: path.read_bytes() for path in kept}


def _pages(out: Path) -> list[tuple[Path, bytes]]:
    return [(path, path.read_bytes()) for path in sorted((out / "reports").glob("*.html"))]


def _unfit(folder: Path, out: Path, before: dict[Path, bytes]) -> str:
    """Say what is wrong with the pages that were made; empty where nothing is."""
    typed = "".join(p.read_text("utf-8", "replace") for p in folder.glob("*.csv") if p.is_file())
    listed = (out / "reports" / "index.html").read_text(encoding="utf-8")
    for path, content in _pages(out):
        page = content.decode("utf-8")
        if path.name not in listed and path.name != "index.html":
            return f"{path.name} is not on the front page"
        if content == before.get(path):
            continue
        if not page.endswith("</html>\n"):
            return f"{path.name} is not whole"
        if _REQUESTS.search(page) or "<script>alert" in page:
            return f"{path.name} asks another machine, or runs what was typed"
        odd = {word for word in _WORDS.findall(_HIDDEN.sub(" ", page)) if word not in typed}
        if odd:
            return f"{path.name} says {', '.join(sorted(odd))}"
    return ""


def _one(seed: int, finished: Path, scratch: Path, build_too: bool) -> Ran:
    """Corrupt and build once, in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=scratch) as own:
        folder, out = Path(own) / "raw", Path(own) / "out"
        shutil.copytree(RAW, folder)
        began = _worked()
        ran = Ran(corrupt(folder, seed))
        if build_too:
            # Not the lock: a run would wait for another that has the same file.
            unlocked = shutil.ignore_patterns(".lock")
            shutil.copytree(finished, out, copy_function=os.link, ignore=unlocked)
            built(folder, out, ran)
        else:
            ran.outcome = loaded(folder)
        ran.seconds = _worked() - began
        ran.words.clear()
        if ran.seconds > PATIENCE:
            ran.fault = ran.fault or f"{ran.seconds:.0f} s"
    return ran


def _worked() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _in_words(found: list[tuple[int, Ran]], seconds: float) -> str:
    """Return the outcomes by kind as a table in Markdown."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for _, ran in found:
        kinds[ran.done[0][0].replace("_", " ")]["fault" if ran.fault else ran.outcome] += 1
    slowest = max(ran.seconds for _, ran in found)
    whole = sum(kinds.values(), Counter[str]())
    head = ["corruption", "runs", "refused", "in part", "pages", "anything else"]
    lines = [head, ["---", *["---:"] * 5]]
    for name, counts in [*sorted(kinds.items()), ("**all**", whole)]:
        shown = [counts.total(), *(counts[key] for key in (REFUSED, IN_PART, PAGES, "fault"))]
        lines.append([name, *(f"{number:,}" for number in shown)])
    both = sum(len(ran.done) > 1 for _, ran in found)
    return (
        f"{len(found):,} runs, seeds {found[0][0]} to {found[-1][0]}, {seconds / 60:.0f} minutes\n"
        f"on {machine_in_words()}; the longest took {slowest:.0f} s of work.\n"
        f"{both:,} were spoiled in a second place too and count under the first.\n\n"
        + "\n".join(f"| {' | '.join(line)} |" for line in lines)
    )


@click.command()
@click.option("--runs", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the first run.")
@click.option("--workers", type=click.IntRange(1), default=processors(), show_default=True)
@click.option("--minutes", type=click.IntRange(1), help="Begin no run after so many minutes.")
@click.option("--load-only", is_flag=True, help="Load what was corrupted and build nothing.")
@click.option("--note", is_flag=True, help="Write the figures into docs/robustness.md.")
def main(
    runs: int, seed: int, workers: int, minutes: int | None, load_only: bool, note: bool
) -> None:
    """Corrupt, build, and say what came of it."""
    from pipeline.publish.build.site import build

    found: list[tuple[int, Ran]] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        finished = Path(place) / "finished"
        build(RAW, finished, progress=False, tell=lambda _: None)

        def work(number: int, _: Tell) -> Ran:
            return _one(number, finished, Path(place), not load_only)

        end = began + minutes * 60 if minutes else math.inf
        seeds = takewhile(lambda _: time.monotonic() < end, range(seed, seed + runs))
        each = in_processes(work, seeds, workers, END)
        for number, ran, error in each:
            if ran is None:
                noted = "\n".join(getattr(error, "__notes__", []))
                ran = Ran(_kinds_of(number), fault=f"{error}\n{noted}".strip())
            found.append((number, ran))
            if ran.fault:
                what = ", ".join(f"{kind} in {table}" for kind, table in ran.done)
                click.echo(f"seed {number} ({what}): {ran.fault}", err=True)
    found.sort(key=lambda pair: pair[0])
    words = _in_words(found, time.monotonic() - began)
    click.echo(words)
    if note:
        write_section("fuzz", words)
    sys.exit(1 if any(ran.fault for _, ran in found) else 0)


def _kinds_of(seed: int) -> list[tuple[str, str]]:
    return [(KINDS[seed % len(KINDS)].__name__, "some table")]


if __name__ == "__main__":
    main()

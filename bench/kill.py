"""A campaign of kills: processes of a run are ended at random moments, many times.

``python -m bench.kill`` makes tables and pages of simulated providers and sets up an environment,
and sends, each time at another moment, one of four signals to the run itself or to one of the
processes it started. After each it looks for what must not be there: a file that is not whole, a
process left over; and then whether the next run makes everything as it should be, to the byte.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import click
import psutil

from bench.figures import machine_in_words, write_section

PROJECT = Path(__file__).resolve().parents[1]
#: Whom to end: the run, or a process that it started.
VICTIMS = ("run", "child")
SIGNALS = [
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT", "SIGKILL")
    if hasattr(signal, name)
]  # fmt: skip
#: Seconds within which everything that belonged to a run has to be gone after its end.
GRACE = 2.0
#: Seconds after which a run counts as hanging.
PATIENCE = 300
#: What a run notes about itself changes from run to run; so does the front page, which lists what
#: there is.
_RECORDS = {"parts.json", "index.html"}


class Harm(AssertionError):
    """A kill did damage; the message says what."""


def _nothing() -> None:
    """Find nothing wrong."""


@dataclass
class Stage:
    """A command that is to be ended while it works.

    ``makes`` is the folder it writes to, ``spoil`` makes all of it due again, ``check`` raises Harm
    where what a whole run left is not right, and ``right`` are the files as they should be.
    """

    name: str
    command: list[str]
    makes: Path
    spoil: Callable[[], None]
    check: Callable[[], None] = _nothing
    cwd: Path = PROJECT
    right: dict[Path, bytes] = field(default_factory=dict)

    def run(self) -> float:
        """Make everything; return how many seconds it took."""
        began = time.monotonic()
        done = subprocess.run(
            self.command, cwd=self.cwd, capture_output=True, text=True, timeout=PATIENCE
        )
        if done.returncode:
            raise Harm(f"{self.name}: a run that nobody ended failed: {done.stderr[-1000:]}")
        return time.monotonic() - began

    def files(self) -> dict[Path, bytes]:
        """Return what is there for others to read; what begins with a dot is the run's own."""
        return {
            path: path.read_bytes()
            for path in self.makes.rglob("*")
            if path.is_file() and not path.name.startswith(".") and path.name not in _RECORDS
        }


@dataclass
class Struck:
    """What a strike did: the exit status, whether there was a victim, who is left, last words."""

    code: int | None
    hit: bool
    left: int
    said: str


def strike(
    stage: Stage, victim: str, number: signal.Signals, delay: float, draw: random.Random,
    grace: float = GRACE,
) -> Struck:  # fmt: skip
    """Start a run and send a signal to a victim after so many seconds."""
    with tempfile.TemporaryFile("w+") as said:
        run = subprocess.Popen(stage.command, cwd=stage.cwd, stdout=said, stderr=said)
        family, hit = {}, False
        began = time.monotonic()
        while run.poll() is None:
            now = list(_family(run.pid))
            family |= {process.pid: process for process in now}
            if not hit and time.monotonic() >= began + delay:
                candidates = [psutil.Process(run.pid)] if victim == "run" else now
                if candidates:
                    with suppress(psutil.Error):  # one that has just ended is no harm
                        draw.choice(candidates).send_signal(number)
                        hit = True
            if time.monotonic() > began + delay + PATIENCE:
                run.kill()
                raise Harm(f"{stage.name}: the run hangs after its {victim} was sent {number.name}")
            time.sleep(0.005)
        _, left = psutil.wait_procs(list(family.values()), timeout=grace)
        left = [process for process in left if process.is_running() and not _is_dead(process)]
        said.seek(0)
        return Struck(run.returncode, hit, len(left), said.read()[-1000:])


def _family(number: int) -> Iterator[psutil.Process]:
    with suppress(psutil.Error):
        yield from psutil.Process(number).children(recursive=True)


def _is_dead(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def campaign(
    stages: list[Stage],
    times: int,
    seed: int = 1,
    grace: float = GRACE,
    tell: Callable[[str], None] = print,
) -> Counter[tuple[str, str, str]]:
    """Strike until so many victims were ended at work; count by stage, victim and signal.

    Stages, victims and signals take turns. Raises Harm at the first damage.
    """
    longest = {}
    for stage in stages:
        longest[stage.name] = stage.run()
        stage.check()
        stage.right = stage.files()
    draw = random.Random(seed)
    turns = [(s, victim, number) for number in SIGNALS for victim in VICTIMS for s in stages]
    done: Counter[tuple[str, str, str]] = Counter()
    while done.total() < times:
        stage, victim, number = turns[done.total() % len(turns)]
        delay = draw.uniform(0, longest[stage.name])
        stage.spoil()
        struck = strike(stage, victim, number, delay, draw, grace)
        where = f"{stage.name}: {victim} sent {number.name} after {delay:.2f} s"
        _look(stage, victim, struck, f"{where} (exit status {struck.code})")
        stage.run()
        stage.check()
        if stage.files() != stage.right:
            raise Harm(f"{where}: the next run made other files")
        if list(stage.makes.rglob(".*.tmp")):
            raise Harm(f"{where}: the next run left half-written files")
        if struck.hit:
            done[stage.name, victim, number.name] += 1
        tell(f"{done.total():3d}  {where}: {'no harm' if struck.hit else 'came too late'}")
    return done


def _look(stage: Stage, victim: str, struck: Struck, where: str) -> None:
    """Raise Harm where a strike left something that must not be there."""
    if struck.left:
        raise Harm(f"{where}: {struck.left} processes are left over")
    if "Traceback" in struck.said or "fault of this program" in struck.said:
        raise Harm(f"{where}: {struck.said}")
    if struck.hit and victim == "child" and struck.code not in (0, 1):
        raise Harm(f"{where}: exit status {struck.code}: {struck.said}")
    for path, content in stage.files().items():
        if stage.right and content != stage.right.get(path):
            raise Harm(f"{where}: {path} is not whole or not right")
    for path in stage.makes.rglob("*.json"):
        with suppress(FileNotFoundError):
            json.loads(path.read_text(encoding="utf-8"))


def of_reports(folder: Path) -> list[Stage]:
    """Return two stages: the tables of more providers than are made at once, and some pages."""
    from pipeline.simulate import simulate

    found = []
    for name, providers, command in (("tables", 26, ["data"]), ("pages", 2, ["report"])):
        raw, out = folder / f"{name}-raw", folder / name
        simulate(raw, providers=providers, seed=1)
        places = ["--data", str(raw), "--out", str(out)]
        command = [sys.executable, "-m", "pipeline", *command, *places]

        def spoil(out: Path = out) -> None:
            shutil.rmtree(out)

        found.append(Stage(name, command, out, spoil))
    return found


#: What is needed to install this project itself, and nothing else.
_INSTALLER = (
    "editables",
    "hatchling",
    "packaging",
    "pathspec",
    "pluggy",
    "tomlkit",
    "trove-classifiers",
)


def of_set_up(folder: Path) -> Stage:
    """Return a stage that sets up an environment with a part of the lock, as a first make does."""
    project = folder / "project"
    shutil.copytree(PROJECT / "pipeline", project / "pipeline")
    shutil.copytree(PROJECT / "requirements", project / "requirements")
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(PROJECT / name, project)
    lock = project / "requirements" / "report.txt"
    pins = re.split(r"^(?=\S)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    wanted = [pin for pin in pins if pin.startswith(tuple(f"{name}==" for name in _INSTALLER))]
    lock.write_text("".join(wanted), encoding="utf-8")
    environment = project / ".venv"

    def check() -> None:
        python = environment / "bin" / "python"
        done = subprocess.run([python, "-c", "import hatchling, pipeline"], cwd=folder)
        if done.returncode or not (environment / "report.stamp").exists():
            raise Harm("set-up: the environment is not whole")

    command = [sys.executable, "requirements/install.py", ".venv", "requirements/report.txt"]
    return Stage(
        "set-up", command, folder / "nothing", lambda: shutil.rmtree(environment), check, project
    )


def _in_words(done: Counter[tuple[str, str, str]], seconds: float) -> str:
    stages = sorted({stage for stage, _, _ in done})
    lines = [["ended", *stages, "harm"], ["---", *["---:"] * (len(stages) + 1)]]
    for victim in VICTIMS:
        for number in SIGNALS:
            counts = [done[stage, victim, number.name] for stage in stages]
            lines.append([f"{victim}, {number.name}", *map(str, counts), "0"])
    return (
        f"{done.total()} runs, {seconds / 60:.0f} minutes on {machine_in_words()}.\n"
        f"All that belonged to a run was gone {GRACE:.0f} s after its end.\n\n"
        + "\n".join(f"| {' | '.join(line)} |" for line in lines)
    )


@click.command()
@click.option("--times", type=click.IntRange(1), default=50, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the random moments.")
@click.option("--note", is_flag=True, help="Write the figures into docs/robustness.md.")
def main(times: int, seed: int, note: bool) -> None:
    """End processes of tables, pages and set-up, and say what came of it."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        stages = [*of_reports(Path(place)), of_set_up(Path(place))]
        try:
            done = campaign(stages, times, seed, tell=click.echo)
        except Harm as harm:
            raise click.ClickException(str(harm)) from None
    words = _in_words(done, time.monotonic() - began)
    click.echo(words)
    if note:
        write_section("kill", words)


if __name__ == "__main__":
    main()

"""A campaign of faults: processes of a run are killed at random moments, many times.

``python -m bench.faults --times 50`` makes reports of simulated providers and kills, each time at
another moment, the run itself or one of the processes it forked. After each it looks for what must
not be there: a page that is not whole, a file half written, a process left over; and
then whether the next run makes every page as it should be, to the byte.
"""

from __future__ import annotations

import argparse
import collections
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

#: Whom to kill.
VICTIMS = ("run", "worker")
#: Seconds within which everything that belonged to a run that was killed has to be gone.
GRACE = 2.0
#: Seconds after which a run counts as hanging.
PATIENCE = 300


class Harm(AssertionError):
    """A fault did damage; the message says what."""


def find(run: psutil.Process, victim: str) -> list[psutil.Process]:
    """The processes of a run that play a part."""
    return [run] if victim == "run" else run.children()


def strike(
    command: list[str], victim: str, delay: float, draw: random.Random
) -> tuple[int | None, bool, list[int], str]:
    """Start a run, kill a victim after so many seconds.

    Returns the run's exit code, whether a victim was there to be killed, the ids of processes of
    the run that outlived it, and what the run said last.
    """
    with tempfile.TemporaryFile("w+") as said:
        started = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        struck, over = _watch(started, victim, delay, draw)
        said.seek(0)
        return started.returncode, struck, over, said.read()[-1000:]


def _watch(
    started: subprocess.Popen[bytes], victim: str, delay: float, draw: random.Random
) -> tuple[bool, list[int]]:
    run = psutil.Process(started.pid)
    end = time.monotonic() + delay
    seen: dict[int, psutil.Process] = {}
    struck = False
    while started.poll() is None:
        try:
            family = run.children(recursive=True)
        except psutil.Error:
            family = []
        seen.update({process.pid: process for process in family})
        if not struck and time.monotonic() >= end:
            try:
                candidates = find(run, victim)
            except psutil.Error:
                candidates = []
            if candidates:
                # A process that has just ended is no harm done and none to do.
                try:
                    draw.choice(candidates).send_signal(signal.SIGKILL)
                    struck = True
                except psutil.Error:
                    continue
        if time.monotonic() > end + PATIENCE:
            started.kill()
            raise Harm(f"the run hangs after its {victim} was killed")
        time.sleep(0.01)
    _, left = psutil.wait_procs(list(seen.values()), timeout=GRACE)
    over = [p.pid for p in left if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    return struck, over


def campaign(
    command: list[str],
    pages: Path,
    spoil: Callable[[], None],
    times: int,
    seed: int = 1,
    longest: float | None = None,
    tell: Callable[[str], None] = print,
) -> dict[str, int]:
    """Strike until so many victims were killed while at work; returns how many of each.

    Parameters
    ----------
    command
        A run that makes all pages.
    pages
        The folder it writes to.
    spoil
        Makes all pages due again.
    longest
        Latest moment of a strike, in seconds (default: as long as a whole run takes).

    Raises
    ------
    Harm
        A fault did damage.
    """
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    longest = longest or time.monotonic() - began
    right = {path.name: path.read_bytes() for path in pages.glob("*.html")}
    draw = random.Random(seed)
    struck: collections.Counter[str] = collections.Counter()
    while struck.total() < times:
        victim = min(VICTIMS, key=lambda name: struck[name])
        delay = draw.uniform(0, longest)
        spoil()
        code, hit, left, said = strike(command, victim, delay, draw)
        struck[victim] += hit
        where = f"{victim} killed after {delay:.2f} s (exit code {code})"
        if left:
            raise Harm(f"{where}: {len(left)} processes are left over")
        for path in pages.glob("*.html"):
            found = path.read_bytes()
            # The front page lists what is there; where a report failed, it is another one.
            other = path.name == "index.html" and code != 0 and found.endswith(b"</html>\n")
            if found != right.get(path.name) and not other:
                raise Harm(f"{where}: {path.name} is not whole or not right")
        if hit and victim == "worker" and (code not in (0, 1) or ("SIGKILL" not in said and code)):
            raise Harm(f"{where}: the run did not say so: {said}")
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        now = {path.name: path.read_bytes() for path in pages.glob("*.html")}
        if now != right:
            raise Harm(f"{where}: the next run made other pages")
        if list(pages.glob(".*.tmp")):
            raise Harm(f"{where}: the next run left half-written files")
        tell(f"{struck.total():3d}  {where}: {'no harm' if hit else 'came too late'}")
    return dict(struck)


def main() -> None:
    """Run the campaign on simulated reports."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--times", type=int, default=50, help="faults (default: 50)")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments (default: 1)")
    arguments = parser.parse_args()
    from pipeline.simulate import simulate

    with tempfile.TemporaryDirectory() as folder:
        raw, out = Path(folder) / "raw", Path(folder) / "out"
        simulate(raw, providers=2, seed=1)
        command = [
            sys.executable, "-m", "pipeline", "report", "--data", str(raw), "--out", str(out),
            "--workers", "2",
        ]  # fmt: skip

        def spoil() -> None:
            for path in (out / "reports").glob("*.html"):
                path.unlink()

        struck = campaign(command, out / "reports", spoil, arguments.times, arguments.seed)
    killed = ", ".join(f"{name} {number}" for name, number in struck.items())
    print(f"{arguments.times} runs, killed while at work: {killed}; no harm done")


if __name__ == "__main__":
    main()

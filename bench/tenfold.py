"""What a slip of the pen costs: sizes typed ten times too large, against the right ones.

``python -m bench.tenfold`` makes the tables of the published data, and of the same with every
sample size ten and a hundred times as large, in turn, and compares seconds of work and memory.
Work counts, not the clock, so that a busy machine changes little.
"""

import csv
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import click

from bench.figures import machine_in_words, write_section

RAW = Path(__file__).resolve().parents[1] / "data" / "raw"
_MEASURED = """
import json, resource, sys
from pathlib import Path
from pipeline.analysis.process import process
process(Path(sys.argv[1]), Path(sys.argv[2]), fresh=True)
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""


_SLIPS = {"as printed": "", "ten times as large": "0", "a hundred times as large": "00"}


def typed_with(folder: Path, noughts: str) -> None:
    """Type noughts after the sizes of every sample of a raw folder."""
    path = folder / "samples.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row.update({n: row[n] + noughts for n in ("size", "required_size") if row[n]})
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def measured(raw: Path, out: Path) -> tuple[float, float]:
    """Return the seconds of work and the MB of memory that the tables of a folder take."""
    out.mkdir(exist_ok=True)
    command = [sys.executable, "-c", _MEASURED, str(raw), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, kilobytes = json.loads(done.stdout)
    return seconds, kilobytes / 1024


@click.command()
@click.option("--times", type=click.IntRange(1), default=3, show_default=True)
@click.option("--note", is_flag=True, help="Write the figures into docs/robustness.md.")
def main(times: int, note: bool) -> None:
    """Measure the right sizes and the slips, and compare."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in _SLIPS}
    with tempfile.TemporaryDirectory() as place:
        for at, noughts in enumerate(_SLIPS.values()):
            shutil.copytree(RAW, Path(place) / str(at))
            typed_with(Path(place) / str(at), noughts)
        for _ in range(times):
            for at, runs in enumerate(found.values()):
                runs.append(measured(Path(place) / str(at), Path(place) / "out"))
    lines = [["sizes", "seconds of work", "ratio", "MB", "ratio"], ["---", *["---:"] * 4]]
    right: list[float] = []
    for name, measures in found.items():
        both = [median(figures) for figures in zip(*measures, strict=True)]
        right = right or both
        times_as_much = [f"{one / of:.2f}" for one, of in zip(both, right, strict=True)]
        lines.append([name, f"{both[0]:.2f}", times_as_much[0], f"{both[1]:.0f}", times_as_much[1]])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    words = f"Medians of {times} runs in turn, on {machine_in_words()}.\n\n{table}"
    click.echo(words)
    if note:
        write_section("tenfold", words)


if __name__ == "__main__":
    main()

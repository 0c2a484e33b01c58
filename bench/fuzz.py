"""Corrupt raw folders at random and see that nothing but pages or sentences comes of it.

Run as ``python -m bench.fuzz --runs 2000``. Each run copies ``data/raw``, corrupts one or two
places by its own seed and loads the copy; of those that load, the first ``--builds`` are built
into pages too. A traceback, or a run over a minute, is printed with its seed, and ends the
command with exit status 1. The tests do a few hundred of the same, without building.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

RAW = Path(__file__).resolve().parents[1] / "data" / "raw"
PATIENCE = 60
ODD = (
    "", " ", "0", "-1", "1", "100", "101", "1000000000", "99999999999999999999", "1e400", "NaN",
    "nan", "NA", "None", "null", "inf", "true", "0.5", "74%", "[c]", "*", "-", "n/a", "Jul-18",
    "44012", "########", "#REF!", "0000-01-01", "1650-01-01", "9999-12-31", "2020-02-30", "2020-13",
    "2020-02", "published", "not published", "suppressed", "not entered yet", "yes", "no", "=1+1",
    "<script>alert(1)</script>", "../../escaped", "a" * 300, "x" * 200_000, "\u202eabc", "\u3164",
    "\u2800", "a\u00a0b", "e\u0301", "\U0001f600", "\x1b[31mred", "\ud7ff", "'", '"', "2.10",
    "P 1.1",
)  # fmt: skip
JSON: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    "x",
    "(a+)+$",
    [],
    {},
    [[]],
    ["x"],
    {"a": 1},
)


class Table:
    """One table of a folder as lines of cells, to be changed and written back."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        """Read the table as it stands."""
        import csv

        self.path, self.chance = path, chance
        with path.open(encoding="utf-8", newline="") as file:
            self.rows = list(csv.reader(file))

    def write(self) -> None:
        """Write the table back."""
        import csv

        with self.path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(self.rows)

    def line(self) -> int:
        """Return the place of some row; the header where there is no other."""
        return self.chance.randrange(1, len(self.rows)) if len(self.rows) > 1 else 0

    def column(self) -> int:
        """Return the place of some column."""
        return self.chance.randrange(len(self.rows[0]))


def odd_cell(table: Table) -> None:
    """Put something odd into a cell."""
    row = table.rows[table.line()]
    row[table.column() % len(row)] = table.chance.choice(ODD)


def other_cell(table: Table) -> None:
    """Put another row's value into a cell: well formed, and wrong."""
    column = table.column()
    table.rows[table.line()][column] = table.rows[table.line()][column]


def exchanged_cells(table: Table) -> None:
    """Exchange the values of two rows in a column."""
    column, one, two = table.column(), table.line(), table.line()
    first, second = table.rows[one], table.rows[two]
    first[column], second[column] = second[column], first[column]


def other_number(table: Table) -> None:
    """Change a number: a digit more, a digit less, one more, its negative."""
    numbers = [
        (row, column)
        for row in table.rows[1:]
        for column, cell in enumerate(row)
        if cell.isdecimal()
    ]
    if numbers:
        row, column = table.chance.choice(numbers)
        number = int(row[column])
        row[column] = str(table.chance.choice((number * 10, number // 10, number + 1, -number)))


def emptied_column(table: Table) -> None:
    """Empty a column."""
    column = table.column()
    for row in table.rows[1:]:
        row[column] = ""


def lost_row(table: Table) -> None:
    """Lose a row."""
    if len(table.rows) > 1:
        del table.rows[table.line()]


def cut_off(table: Table) -> None:
    """Lose every row from some row on."""
    del table.rows[max(table.line(), 1) :]


def doubled_row(table: Table) -> None:
    """Enter a row twice."""
    table.rows.append(list(table.rows[table.line()]))


def lost_column(table: Table) -> None:
    """Lose a column."""
    column = table.column()
    for row in table.rows:
        del row[column]


def moved_column(table: Table) -> None:
    """Move a column to the end."""
    column = table.column()
    for row in table.rows:
        row.append(row.pop(column))


def renamed_column(table: Table) -> None:
    """Give a column an odd name."""
    table.rows[0][table.column()] = table.chance.choice(ODD[:-8])


IN_TABLES: tuple[Callable[[Table], None], ...] = (
    odd_cell, odd_cell, odd_cell, other_cell, other_cell, exchanged_cells, other_number,
    other_number, emptied_column, lost_row, cut_off, doubled_row, lost_column, moved_column,
    renamed_column,
)  # fmt: skip


def damaged_bytes(path: Path, chance: random.Random) -> None:
    """Change a few bytes of a file."""
    content = bytearray(path.read_bytes())
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(content) + 1)
        content[at : at + chance.randrange(3)] = bytes(chance.randrange(256) for _ in range(2))
    path.write_bytes(content)


def replaced(path: Path, chance: random.Random) -> None:
    """Put something that is no file in its place, or nothing."""
    path.unlink()
    kind = chance.choice(("nothing", "folder", "pipe", "link", "empty"))
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe" and hasattr(os, "mkfifo"):
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(path)
    elif kind == "empty":
        path.write_bytes(b"")


def another_package(path: Path, chance: random.Random) -> None:
    """Change one node of the package file: another value, another kind of value, or none."""
    package = json.loads(path.read_text(encoding="utf-8"))
    node: Any = package
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = chance.choice(keys)
        deeper = isinstance(node[key], dict | list) and node[key]
        if deeper and chance.random() < 0.85:
            node = node[key]
            continue
        if chance.random() < 0.2:
            del node[key]
        elif chance.random() < 0.1:
            nested: Any = 0
            for _ in range(200):
                nested = [nested]
            node[key] = nested
        else:
            node[key] = chance.choice(JSON)
        break
    path.write_text(json.dumps(package), encoding="utf-8")


def corrupt(folder: Path, seed: int) -> str:
    """Corrupt one or two places of a raw folder; return what was done where."""
    chance = random.Random(seed)
    done = []
    for _ in range(chance.choice((1, 1, 1, 2))):
        tables = sorted(path for path in folder.glob("*.csv") if path.is_file())
        path = chance.choice(tables)
        share = chance.random()
        if share < 0.08:
            another_package(folder / "datapackage.json", chance)
            done.append("another_package")
        elif share < 0.11:
            damaged_bytes(chance.choice([path, folder / "datapackage.json"]), chance)
            done.append("damaged_bytes")
        elif share < 0.13:
            replaced(path, chance)
            done.append(f"replaced {path.name}")
        else:
            change = chance.choice(IN_TABLES)
            try:
                table = Table(path, chance)
                change(table)
                table.write()
            except (UnicodeError, IndexError):
                pass  # the second change of a table that the first one spoiled
            done.append(f"{change.__name__} {path.name}")
    return ", ".join(done)


def loaded(folder: Path) -> str:
    """Load a folder; return "pages" or "sentences". Any other exception is a fault of ours."""
    from pipeline.data import InvalidData, load_valid

    try:
        load_valid(folder)
    except InvalidData as error:
        sentences = str(error).split("\n")
        assert all(sentence.endswith(".") for sentence in sentences), sentences
        return "sentences"
    return "pages"


def built(folder: Path, out: Path) -> str:
    """Build a folder; return its exit status in words, or what went wrong."""
    command = [sys.executable, "-m", "pipeline", "report", "--data", folder, "--out", out]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE * 3)
    except subprocess.TimeoutExpired:
        return f"hang: over {PATIENCE * 3} s"
    if "Traceback" in ran.stdout + ran.stderr or ran.returncode not in (0, 1, 2):
        return "traceback: " + ran.stderr.strip().split("\n")[-1]
    return f"exit status {ran.returncode}"


@click.command()
@click.option("--runs", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--builds", type=click.IntRange(0), default=20, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the first run.")
def main(runs: int, builds: int, seed: int) -> None:
    """Corrupt, load and build, and say what came of it."""
    outcomes: Counter[str] = Counter()
    faults = 0
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(seed, seed + runs):
            folder = Path(scratch) / "raw"
            shutil.copytree(RAW, folder)
            what = corrupt(folder, number)
            start = time.monotonic()
            try:
                outcome = loaded(folder)
            except Exception:
                outcome = "traceback"
                click.echo(f"seed {number} ({what}):\n{traceback.format_exc()}", err=True)
            if time.monotonic() - start > PATIENCE:
                outcome = "hang"
                click.echo(f"seed {number} ({what}): over {PATIENCE} s", err=True)
            if outcome == "pages" and builds:
                builds -= 1
                made = built(folder, Path(scratch) / "out")
                outcome = f"pages, built: {made.split(':')[0]}"
                if not made.startswith("exit"):
                    click.echo(f"seed {number} ({what}): {made}", err=True)
                shutil.rmtree(Path(scratch) / "out", ignore_errors=True)
            faults += "traceback" in outcome or "hang" in outcome
            outcomes[outcome] += 1
            shutil.rmtree(folder)
    for outcome, many in outcomes.most_common():
        click.echo(f"{many:6,} {outcome}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

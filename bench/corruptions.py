"""Ways to spoil a raw folder: odd values, rows, columns, references, files, the package file.

Each takes a table (:class:`Table`) or a file and a random generator, so that a seed names one
corruption for good. What can be done to a table and what cannot is seen by doing it: a corruption
that finds nothing to change raises Unfit.
"""

import csv
import json
import os
import random
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

PACKAGE_FILE = "datapackage.json"
#: Values that no cell expects, and values that some cells do.
ODD = (
    "", " ", "0", "-1", "1", "100", "101", "1000000000", "99999999999999999999", "1e400", "NaN",
    "nan", "NA", "None", "null", "inf", "-inf", "true", "0.5", "74%", "[c]", "*", "-", "n/a",
    "Jul-18", "44012", "########", "#REF!", "0000-01-01", "1650-01-01", "9999-12-31",
    "2020-02-30", "2020-13", "2020-02", "published", "not published", "suppressed",
    "not entered yet", "yes", "no", "=1+1", "<script>alert(1)</script>", "../../escaped",
    "a" * 300, "x" * 200_000, "\u202eabc", "\u3164", "\u2800", "a\u00a0b", "e\u0301",
    "\U0001f600", "\x1b[31mred", "\ud7ff", "\x00", "\x07", "line\nbreak", "'", '"', "2.10",
    "P 1.1", "\u0661\u0662", "１２",
)  # fmt: skip
#: Names that a header can hold; the last of ODD are no names at all.
_HEADERS = ("", " ", "percent", "source", "provider", "x", "\u202eabc", "=1+1", "a" * 300)
_JSON: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, 1.5, "", "x", "(a+)+$", [], {}, [[]], ["x"], {"a": 1},
)  # fmt: skip
_DATE = re.compile(r"(?:19|20)\d\d(?:-\d\d){0,2}")


class Unfit(Exception):
    """A corruption that this table has no room for."""


class Table:
    """One table of a folder as lines of cells, to be changed and written back."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        """Read the table as it stands."""
        self.path, self.chance = path, chance
        if not (path.is_file() and (path.parent / PACKAGE_FILE).is_file()):
            raise OSError(f"{path.name} or its package is no file any more")
        with path.open(encoding="utf-8", newline="") as file:
            self.rows = list(csv.reader(file))
        (self.described,) = [
            resource
            for resource in json.loads((path.parent / PACKAGE_FILE).read_text("utf-8"))["resources"]
            if resource["path"] == path.name
        ]

    def write(self) -> None:
        """Write the table back."""
        with self.path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(self.rows)

    def line(self) -> int:
        """Return the place of some row."""
        return self.some(range(1, len(self.rows)))

    def lines(self) -> tuple[int, int]:
        """Return the places of two rows."""
        one, two = self.chance.sample(range(1, len(self.rows)), 2) if len(self.rows) > 2 else (0, 0)
        if not one:
            raise Unfit
        return one, two

    def column(self) -> int:
        """Return the place of some column."""
        return self.chance.randrange(len(self.rows[0]))

    def some(self, of: Iterable[Any]) -> Any:
        """Return one of several things."""
        several = list(of)
        if not several:
            raise Unfit
        return self.chance.choice(several)

    def cells(self, wanted: Callable[[str], object]) -> list[tuple[int, int]]:
        """Return the row and column of each cell that is wanted."""
        return [
            (line, column)
            for line, row in enumerate(self.rows[1:], 1)
            for column, cell in enumerate(row)
            if wanted(cell)
        ]


def odd_cell(table: Table) -> None:
    """Put something odd into a cell."""
    table.rows[table.line()][table.column()] = table.chance.choice(ODD)


def other_cell(table: Table) -> None:
    """Put another row's value into a cell: well formed, and wrong."""
    column, (one, two) = table.column(), table.lines()
    table.rows[one][column] = table.rows[two][column]


def exchanged_cells(table: Table) -> None:
    """Exchange the values of two rows in a column."""
    column, (one, two) = table.column(), table.lines()
    first, second = table.rows[one], table.rows[two]
    first[column], second[column] = second[column], first[column]


def shifted_column(table: Table) -> None:
    """Shift a column by one row."""
    column = table.column()
    values = [row[column] for row in table.rows[1:]]
    for row, value in zip(table.rows[1:], values[-1:] + values[:-1], strict=True):
        row[column] = value


def other_number(table: Table) -> None:
    """Change a number: a digit more, a digit less, one more, its negative, far too large."""
    line, column = table.some(table.cells(str.isdecimal))
    number = int(table.rows[line][column])
    changed = (number * 10, number // 10, number + 1, -number - 1, number + 10**12)
    table.rows[line][column] = str(table.chance.choice(changed))


def other_date(table: Table) -> None:
    """Move a date by a year, a century, or turn its month and day round."""
    line, column = table.some(table.cells(_DATE.fullmatch))
    year, rest = table.rows[line][column][:4], table.rows[line][column][4:]
    moved = [f"{int(year) + by:04}{rest}" for by in (-100, -1, 1, 100)]
    turned = year + "".join(f"-{part}" for part in reversed(rest.split("-")[1:]))
    table.rows[line][column] = table.chance.choice([*moved, turned])


def other_status(table: Table) -> None:
    """Put another word of the list into a cell that has a list of words."""
    fields = {field["name"]: field for field in table.described["schema"]["fields"]}
    listed = [
        (at, fields[name]["constraints"]["enum"])
        for at, name in enumerate(table.rows[0])
        if "enum" in fields.get(name, {}).get("constraints", {})
    ]
    column, words = table.some(listed)
    table.rows[table.line()][column] = table.chance.choice(["", *words])


def other_reference(table: Table) -> None:
    """Refer to another row of the table that is referred to: one that is there, and wrong."""
    key = table.some(table.described["schema"]["foreignKeys"])
    field, there = table.some(zip(key["fields"], key["reference"]["fields"], strict=True))
    resource = key["reference"]["resource"] or table.described["name"]
    with (table.path.parent / f"{resource}.csv").open(encoding="utf-8", newline="") as file:
        known = [row[there] for row in csv.DictReader(file) if there in row]
    if field not in table.rows[0]:
        raise Unfit
    table.rows[table.line()][table.rows[0].index(field)] = table.some(known)


def emptied_cell(table: Table) -> None:
    """Empty a cell that holds something."""
    line, column = table.some(table.cells(bool))
    table.rows[line][column] = ""


def emptied_column(table: Table) -> None:
    """Empty a column."""
    column = table.column()
    for row in table.rows[1:]:
        row[column] = ""


def lost_row(table: Table) -> None:
    """Lose a row."""
    del table.rows[table.line()]


def cut_off(table: Table) -> None:
    """Lose every row from some row on."""
    del table.rows[table.line() :]


def only_a_header(table: Table) -> None:
    """Lose every row."""
    del table.rows[1:]


def doubled_row(table: Table) -> None:
    """Enter a row twice."""
    table.rows.append(list(table.rows[table.line()]))


def inserted_row(table: Table) -> None:
    """Insert a row put together from cells of others."""
    row = [table.rows[table.line()][column] for column in range(len(table.rows[0]))]
    table.rows.insert(table.line(), row)


def exchanged_rows(table: Table) -> None:
    """Exchange two rows: in some tables their order is that of the document."""
    one, two = table.lines()
    table.rows[one], table.rows[two] = table.rows[two], table.rows[one]


def longer_row(table: Table) -> None:
    """Give a row a cell more, or one less."""
    row = table.rows[table.line()]
    if table.chance.random() < 0.5:
        row.append(table.chance.choice(ODD))
    else:
        row.pop()


def lost_column(table: Table) -> None:
    """Lose a column."""
    column = table.column()
    for row in table.rows:
        del row[column]


def moved_column(table: Table) -> None:
    """Move a column to the end with its name: nothing is wrong then."""
    column = table.column()
    for row in table.rows:
        row.append(row.pop(column))


def swapped_columns(table: Table) -> None:
    """Exchange the values of two columns under their names."""
    if len(table.rows[0]) < 2:
        raise Unfit
    one, two = table.chance.sample(range(len(table.rows[0])), 2)
    for row in table.rows[1:]:
        row[one], row[two] = row[two], row[one]


def renamed_column(table: Table) -> None:
    """Give a column another name."""
    table.rows[0][table.column()] = table.chance.choice(_HEADERS)


def doubled_header(table: Table) -> None:
    """Put the header line into the table again."""
    table.rows.insert(table.line(), list(table.rows[0]))


def other_encoding(path: Path, chance: random.Random) -> None:
    """Save a table with other characters or ends of lines."""
    text = path.read_text(encoding="utf-8")
    as_saved = (
        text.encode("utf-16"),
        text.encode("utf-16-le"),
        text.encode("cp1252", "replace"),
        text.replace("\n", "\r").encode(),
        text.replace(",", ";").encode(),
        text.replace(",", "\t").encode(),
        text.replace('"', "").encode(),
        ("\n\n" + text).encode(),
    )
    path.write_bytes(chance.choice(as_saved))


def saved_again(path: Path, chance: random.Random) -> None:
    """Save a table as spreadsheets do: nothing is wrong then."""
    text = path.read_text(encoding="utf-8")
    empty = "," * text.split("\n", 1)[0].count(",") + "\n"
    as_saved = ("\ufeff" + text, text.replace("\n", "\r\n"), text + empty * 3, text + "\n\n")
    path.write_bytes(chance.choice(as_saved).encode())


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
    path = path.with_name(PACKAGE_FILE)
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
            node[key] = chance.choice(_JSON)
        break
    path.write_text(json.dumps(package), encoding="utf-8")


def damaged_package(path: Path, chance: random.Random) -> None:
    """Change a few bytes of the package file, or put something else in its place."""
    change = chance.choice((damaged_bytes, damaged_bytes, replaced))
    change(path.with_name(PACKAGE_FILE), chance)


IN_TABLES: tuple[Callable[[Table], None], ...] = (
    odd_cell, other_cell, exchanged_cells, shifted_column, other_number, other_date, other_status,
    other_reference, emptied_cell, emptied_column, lost_row, cut_off, only_a_header, doubled_row,
    inserted_row, exchanged_rows, longer_row, lost_column, moved_column, swapped_columns,
    renamed_column, doubled_header,
)  # fmt: skip
IN_FILES: tuple[Callable[[Path, random.Random], None], ...] = (
    other_encoding, saved_again, damaged_bytes, replaced, another_package, another_package,
    damaged_package,
)  # fmt: skip
KINDS = (*IN_TABLES, *IN_FILES)
#: After these a folder says what it said before, so that its pages have to be the same.
HARMLESS = (saved_again.__name__, moved_column.__name__)


def corrupt(folder: Path, seed: int) -> list[tuple[str, str]]:
    """Corrupt one place of a raw folder, of every fourth seed two; return kinds and tables.

    Kinds take turns, and so do the tables they spoil: 29 kinds and 42 tables are all met in 1,218
    seeds. Where a table has no room for a kind, another is drawn.
    """
    chance = random.Random(seed)
    paths = sorted(folder.glob("*.csv"))
    first = KINDS[seed % len(KINDS)]
    done = [_apply(first, paths, seed // len(KINDS) % len(paths), chance)]
    if seed % 4 == 0:
        # What the first one left may be no table.
        with suppress(OSError, ValueError, LookupError, TypeError):
            done.append(_apply(chance.choice(IN_TABLES), paths, None, chance))
    return done


def _apply(
    kind: Callable[..., None], paths: list[Path], at: int | None, chance: random.Random
) -> tuple[str, str]:
    """Do one corruption to the table at a place or, where it does not fit, to some other."""
    for _ in range(1000):
        path = chance.choice(paths) if at is None else paths[at]
        at = None
        if kind in IN_FILES:
            before = _bytes(path)
            kind(path, chance)
            if _bytes(path) != before:
                return kind.__name__, path.name
            continue
        table = Table(path, chance)
        rows = [list(row) for row in table.rows]
        with suppress(Unfit):
            kind(table)
        if table.rows != rows:
            table.write()
            return kind.__name__, path.name
    raise AssertionError(f"no table has room for {kind.__name__}")


def _bytes(path: Path) -> list[bytes | None]:
    """Return what stands in a table and in the package file; None for what is no file."""
    both = (path, path.with_name(PACKAGE_FILE))
    return [each.read_bytes() if each.is_file() else None for each in both]

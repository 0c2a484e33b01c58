"""Load every raw table, checked and typed, or say everything that is wrong with them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import compress
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.data.codes import in_order
from pipeline.data.figures import FIGURES
from pipeline.data.folders import raw_folder
from pipeline.data.package import PACKAGE_FILE, Package, Resource, read_package
from pipeline.data.problems import InvalidData, Problem
from pipeline.data.read import Text, read_text

#: The raw tables by name; the index of each is the line of the row in its file.
Tables = Mapping[str, pd.DataFrame]

_TYPES: dict[str, Any] = {
    "integer": "Int64", "number": "Float64", "string": "string", "date": "string",
}  # fmt: skip


def load(folder: Path | str | None = None) -> Tables:
    """Return every table of a raw folder (default: the project's) as a DataFrame.

    Columns and their meaning are in ``docs/data-dictionary.md``. Whole numbers
    are Int64, other numbers Float64, text and dates string; a missing value is
    ``pd.NA``. Percentages run from 0 to 100. Rows stand in the order of their
    codes (``pipeline.data.codes``). Raises InvalidData with every problem of
    every file when any rule is broken; nothing is loaded then.
    """
    tables, problems, *_ = _checked(folder)
    _raise(problems)
    return tables


def load_valid(
    folder: Path | str | None = None, sound: Collection[str] = (), at_once: int = 1
) -> tuple[Tables, list[Problem]]:
    """Return the tables of the providers that have no problem, and what is wrong with the others.

    As ``load``, but a fault in rows of one provider leaves out that provider's rows of every
    table, and is among the problems under the provider's code. The problems hold the words about
    what was read all the same too (``stops`` is false). Raises InvalidData, with all problems,
    where what providers share is at fault, or no provider is left.

    ``sound`` names files that are as they were when all files were without any problem, by the
    same rules: they are read, and what only concerns them is not looked at again. ``at_once`` is
    how many processes may be at work; with more than one, this one may have no other thread.
    """
    from pipeline.data.checks import table_problems

    tables, problems, package, owners = _checked(folder, sound, at_once)
    new = problems
    while out := {problem.provider for problem in new if problem.stops}:
        if None in out:
            _raise(problems)
        tables = _without(tables, {code for code in out if code}, owners)
        if tables["providers"].empty:
            _raise(problems)
        # Whether tables are empty, and what is only said, was settled with all rows there.
        left = table_problems(tables, package, set(), whole=False)
        new = _owned((problem for problem in left if problem.stops), owners, package)
        problems = list(dict.fromkeys([*problems, *new]))
    return tables, problems


def is_missing(value: Any) -> bool:
    """Whether a single value of a table is missing."""
    # What is not the same as itself is a number that is missing.
    return value is None or value is pd.NA or bool(value != value)


def _raise(problems: list[Problem]) -> None:
    if any(problem.stops for problem in problems):
        raise InvalidData(problem for problem in problems if problem.stops)


#: The provider of each row of the tables that belong to one, by table and line.
Owners = dict[str, dict[int, str]]


def _checked(
    folder: Path | str | None, sound: Collection[str] = (), at_once: int = 1
) -> tuple[dict[str, pd.DataFrame], list[Problem], Package, Owners]:
    """Return the tables without the rows that could not be read, all problems, and the package.

    Last, where there is a problem, whose each row is, those that could not be read included: what
    belongs to a row that is left out, as a recommendation to its plan, goes with it.
    """
    from pipeline.data.cells import column_problems
    from pipeline.data.checks import table_problems

    folder = Path(folder) if folder else raw_folder()
    package = read_package(folder)
    problems: list[Problem] = []
    texts: dict[str, Text] = {}
    tables: dict[str, pd.DataFrame] = {}
    for resource in package.resources:
        if resource.path in sound:
            tables[resource.name] = in_order(resource.name, _read(folder, resource))
            continue
        text, found = read_text(folder, resource, package.limits)
        cells = list(column_problems(text, resource, package.limits)) if text else []
        problems += [*found, *cells]
        if text is not None:
            if found or cells:
                texts[resource.name] = text
            # A row with a bad cell has been reported; the rest of the table still counts.
            bad_lines = {problem.line for problem in cells if problem.stops}
            tables[resource.name] = in_order(resource.name, _typed(text, resource, bad_lines))
    for name, figure, status in FIGURES:
        # The status of a rating may be left empty: it then means published.
        if figure == "rating" and name in tables:
            frame = tables[name]
            given = frame[status].isna() & frame[figure].notna()
            tables[name] = frame.assign(**{status: frame[status].mask(given, "published")})
    problems += _strays(folder, package)
    broken = {problem.file for problem in problems if problem.stops}
    problems += table_problems(tables, package, broken, sound=sound, at_once=at_once)
    owners: Owners = {}
    if any(problem.stops for problem in problems):
        owners = _owners(texts, tables)
        problems = _owned(problems, owners, package)
    return tables, problems, package, owners


def _owners(texts: Mapping[str, Text], tables: Tables) -> Owners:
    from pipeline.data.owners import owner_of

    frames = dict(tables) | {
        name: pd.DataFrame(text.cells, index=text.lines).replace("", pd.NA)
        for name, text in texts.items()
    }
    if not {"providers", "inspections", "plans", "actions"} <= set(frames):
        return {}
    known = set(frames["providers"]["provider"].dropna())
    return {
        name: {int(str(line)): str(code) for line, code in of.items() if code in known}
        for name, of in owner_of(frames).items()
    }


def _strays(folder: Path, package: Package) -> list[Problem]:
    """Return a word about each file of the folder that is no table of the package."""
    known = {PACKAGE_FILE, *(resource.path for resource in package.resources)}
    problems = []
    for name in sorted(path.name for path in folder.iterdir() if path.name not in known):
        if name.startswith((".~lock.", "~$")):
            rule, fix = ("was not read: an open spreadsheet left it", "save and close the table")
        elif name.lower().endswith((".csv", ".xlsx", ".xls", ".ods")):
            rule = "was not read: datapackage.json does not describe it"
            fix = "delete it, or rename it if it should replace a table"
        else:
            continue
        problems.append(Problem(name, None, None, None, rule, fix, stops=False))
    return problems


def _owned(problems: Iterable[Problem], owners: Owners, package: Package) -> list[Problem]:
    """Return problems with the provider of the row that each is about."""
    files = {resource.path: resource.name for resource in package.resources}
    found = []
    for problem in problems:
        if problem.provider is None and problem.line is not None:
            code = owners.get(files.get(problem.file, ""), {}).get(problem.line)
            problem = replace(problem, provider=code)
        found.append(problem)
    return found


def _without(tables: Tables, providers: set[str], owners: Owners) -> dict[str, pd.DataFrame]:
    """Return the tables without the rows of some providers, and of lineage that names them."""
    kept = {}
    for name, frame in tables.items():
        owned = frame.index.to_series().map(owners.get(name, {}))
        out = owned.isin(providers).astype(bool)
        if "predecessor" in frame:
            out |= frame["predecessor"].isin(providers)
        kept[name] = frame[~out]
    return kept


def _read(folder: Path, resource: Resource) -> pd.DataFrame:
    """Return the table of a file that nothing is wrong with, as ``_typed`` would, but in one go."""
    types = {field.name: _TYPES[field.type] for field in resource.fields}
    frame = pd.read_csv(
        folder / resource.path,
        dtype=types,
        index_col=False,
        usecols=lambda name: name in types,
        keep_default_na=False,
        na_values=[""],
        skip_blank_lines=False,  # each row is known by its line
        encoding="utf-8-sig",
    )
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    frame = frame.dropna(how="all")
    for name in types.keys() - set(frame):
        frame[name] = pd.Series(pd.NA, frame.index, dtype=types[name])
    return frame[list(types)]


def _typed(text: Text, resource: Resource, bad_lines: set[int | None]) -> pd.DataFrame:
    good = [line not in bad_lines for line in text.lines]
    columns = {}
    for field in resource.fields:
        every = text.cells[field.name]
        # Most cells of a column say what another one says, and share its value: of a text a copy,
        # as the text of the file lies about in memory that is only given back whole.
        made: Any = {"integer": int, "number": float}.get(field.type, lambda c: c.encode().decode())
        cells = list(compress(every, good)) if bad_lines else every
        values = {cell: made(cell) if cell else pd.NA for cell in set(cells)}
        columns[field.name] = pd.array([values[cell] for cell in cells], _TYPES[field.type])
    return pd.DataFrame(columns, pd.Index(list(compress(text.lines, good)), dtype="int64"))

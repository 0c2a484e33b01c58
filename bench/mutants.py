"""Break the statistics, the ratings and the rules of the raw data one place at a time.

``make mutants`` draws places by a seed, breaks each alone (a comparison, a sign, a number, a
condition, a statement) and runs the narrow tests of that module against it, up to the first that
fails. A mutant that no test notices has survived; the tests that noticed one run once more at the
end, on what is not broken. The table goes into ``docs/mutants.md``, above what is said there of the
survivors; exit status 1 where fewer than nine in ten are noticed.

A place is drawn by a hash of its function and its text, so that the sample stays the same while
code elsewhere changes. One thing is never broken: the ``strict=True`` of a zip, which only matters
where two columns of one table differ in length, so that breaking it says nothing of the tests.

A program of our own, because mutmut 3 breaks neither decorated functions nor what stands outside a
function, which is what our rules are, and cosmic-ray writes each mutant into the sources. Here a
mutant lives only in the process that tests it, forked from one that holds the libraries.
"""

import ast
import copy
import hashlib
import importlib
import os
import re
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import Any

import click
import pytest

PROJECT = Path(__file__).resolve().parents[1]
TABLE = PROJECT / "docs" / "mutants.md"
END = "<!-- what follows is written by hand -->\n"
#: Seconds of the processor's time, which a busy machine does not shorten, and of the clock.
WORK, PATIENCE = 60, 1800
#: A mutant that a property test notices at all is noticed by few of its examples.
FEWER = ["--hypothesis-profile=few"]
NOTICED = 0.9

#: The tests of a module, the narrowest first; the first line whose start fits counts.
TESTS = {
    "analysis/statistics/bases": "unit/test_bases unit/test_change",
    "analysis/statistics/benchmark": "unit/test_change unit/test_comparison",
    "analysis/statistics/change": "unit/test_change unit/test_claims unit/test_comparison",
    "analysis/statistics/control_chart": "unit/test_control_chart unit/test_audits",
    "analysis/statistics/double_entry": "unit/test_double_entry entry/test_second_reading",
    "analysis/statistics/exact": "unit/test_exact unit/test_significance",
    "analysis/statistics/funnel": "unit/test_funnel unit/test_national",
    "analysis/statistics/pattern": "unit/test_pattern unit/test_words unit/test_change",
    "analysis/statistics/ranking": "unit/test_funnel unit/test_national",
    "analysis/statistics/sample_design": "unit/test_design unit/test_change",
    "analysis/statistics/sampling": "unit/test_sampling unit/test_audits",
    "analysis/statistics/shrinkage": "unit/test_funnel unit/test_national",
    "analysis/statistics/significance": "unit/test_significance unit/test_change",
    "analysis/ratings/close_calls": "unit/test_close_calls",
    "analysis/ratings/next_rating": "unit/test_next_rating unit/test_words",
    "analysis/ratings/stability": "unit/test_stability unit/test_words",
    "analysis/ratings/": "unit/test_ratings unit/test_next_rating unit/test_stability",
    "data/relations/plans": "data/test_relations unit/test_plans data/test_bad_input",
    "data/relations/rule": "data/test_relations unit/test_plans data/test_bad_input",
    "data/relations/": "data/test_relations data/test_bad_input data/test_loading",
    "data/cells": "unit/test_cells data/test_bad_input data/test_loading",
}

OTHER: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot,
    ast.IsNot: ast.Is, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


#: What is imported once; nothing of ours, since a mutant replaces one of our modules.
LIBRARIES = (
    "hypothesis.strategies", "matplotlib.pyplot", "nbconvert", "nbformat", "pandas", "papermill",
    "scipy.stats", "seaborn", "statsmodels.api",
)  # fmt: skip

#: Methods of a table that are comparisons by another name.
METHODS = {
    "lt": "le", "le": "lt", "gt": "ge", "ge": "gt", "eq": "ne", "ne": "eq", "isna": "notna",
    "notna": "isna", "any": "all", "all": "any", "min": "max", "max": "min",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One place of one module, broken in one way."""

    file: str
    function: str
    line: int
    place: int
    what: str
    #: How many in this function are broken in the same words before this one.
    before: int

    @property
    def module(self) -> str:
        """The module's dotted name."""
        return self.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    @property
    def tests(self) -> list[str]:
        """The test files that ought to notice."""
        of = next(t for start, t in TESTS.items() if self.file.startswith(f"pipeline/{start}"))
        return [f"tests/{name}.py" for name in of.split()]

    def lot(self, seed: int) -> bytes:
        """What decides whether it is drawn: nothing that an edit elsewhere changes."""
        name = (seed, self.file, self.function, self.what, self.before)
        return hashlib.sha256(repr(name).encode()).digest()


def broken(node: ast.AST) -> ast.AST | None:
    """Return a node broken in one way, or None where there is nothing to break."""
    new: Any = copy.deepcopy(node)
    match node:
        case ast.Compare() if type(node.ops[0]) in OTHER:
            new.ops[0] = OTHER[type(node.ops[0])]()
        case ast.BinOp() | ast.BoolOp() if type(node.op) in OTHER:
            # Words joined by + and types joined by | are no arithmetic.
            if any(isinstance(n, ast.JoinedStr) or _is_text(n) for n in ast.walk(node)):
                return None
            new.op = OTHER[type(node.op)]()
        case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub()):
            return new.operand  # type: ignore[no-any-return]
        case ast.Constant(value=bool()):
            new.value = not node.value
        case ast.Constant(value=int() | float()):
            new.value = node.value + 1
        case ast.If() | ast.IfExp() if not isinstance(node.test, ast.Compare | ast.UnaryOp):
            new.test = ast.UnaryOp(ast.Not(), new.test)
        case ast.Attribute(attr=name) if name in METHODS:
            new.attr = METHODS[name]
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            new.value = ast.YieldFrom(ast.Tuple([], ast.Load()))
        case ast.Expr(value=ast.Call()):
            return ast.Pass()
        case ast.Continue():
            return ast.Break()
        case _:
            return None
    return new


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


class Places(ast.NodeTransformer):
    """Walks the places of a module in order; breaks the one whose number is asked for."""

    def __init__(self, wanted: int = -1) -> None:
        """Count from 0; -1 breaks none."""
        self.wanted, self.function = wanted, ""
        self.found = list[tuple[str, int, str]]()

    def visit(self, node: ast.AST) -> Any:
        """Leave out types and decorators, which work nothing out, and the strictness of a zip."""
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            outside, self.function = self.function, f"{self.function}.{node.name}".strip(".")
            if isinstance(node, ast.FunctionDef):
                node.args.defaults = [self.visit(n) for n in node.args.defaults]
            node.body = [self.visit(n) for n in node.body]
            self.function = outside
            return node
        if isinstance(node, ast.AnnAssign):
            node.value = node.value and self.visit(node.value)
            return node
        if isinstance(node, ast.keyword) and node.arg == "strict":
            return node
        new = broken(node)
        if new is not None:
            self.found.append((self.function, getattr(node, "lineno", 0), _words(node, new)))
            if len(self.found) - 1 == self.wanted:
                return ast.fix_missing_locations(ast.copy_location(new, node))
        return self.generic_visit(node)


def _words(node: ast.AST, new: ast.AST) -> str:
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)} → if not …"
    return f"{_short(node)} → {_short(new)}"


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else f"{text[:28]} … {text[-28:]}"


def mutants() -> Iterator[Mutant]:
    """Every place that can be broken, in the order of files and lines."""
    for folder in ("analysis/statistics", "analysis/ratings", "data/relations", "data"):
        for path in sorted((PROJECT / "pipeline" / folder).glob("*.py")):
            if folder == "data" and path.name != "cells.py":
                continue
            places = Places()
            places.visit(ast.parse(path.read_text(encoding="utf-8")))
            file = path.relative_to(PROJECT).as_posix()
            seen = Counter[tuple[str, str]]()
            for number, (function, line, what) in enumerate(places.found):
                yield Mutant(file, function, line, number, what, seen[function, what])
                seen[function, what] += 1


def _place(mutant: Mutant) -> tuple[str, int]:
    return mutant.file, mutant.place


class Breaking(MetaPathFinder):
    """Finds the module of one mutant, broken; leaves every other to Python."""

    def __init__(self, mutant: Mutant) -> None:
        """Serve this mutant."""
        self.mutant = mutant

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Answer for the one module."""
        if name != self.mutant.module:
            return None
        file = str(PROJECT / self.mutant.file)
        return spec_from_file_location(name, file, loader=_Broken(name, file, self.mutant.place))


class _Broken(SourceFileLoader):
    def __init__(self, name: str, path: str, place: int) -> None:
        super().__init__(name, path)
        self.place = place

    def get_code(self, fullname: str) -> CodeType:
        tree = ast.parse(self.get_data(self.path))
        return compile(Places(self.place).visit(tree), self.path, "exec", dont_inherit=True)


class FirstFailure:
    """Told by pytest, notes which test failed first."""

    def __init__(self, path: Path) -> None:
        """Write it to this file."""
        self.path = path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test, or the making of what it needs, that failed."""
        if report.failed:
            self.path.write_text(report.nodeid, encoding="utf-8")


def started(mutant: Mutant | None, tests: Sequence[str], failure: Path) -> int:
    """Fork a process that runs tests against a mutant, or against none; return its number."""
    child = os.fork()
    if child:
        return child
    try:
        os.setpgid(0, 0)
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silent, stream)
        if mutant:
            sys.meta_path.insert(0, Breaking(mutant))
            resource.setrlimit(resource.RLIMIT_CPU, (WORK, WORK))
        options = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=1", *FEWER]
        os._exit(int(pytest.main([*options, *tests], plugins=[FirstFailure(failure)])))
    finally:
        os._exit(1)


def outcomes_of(
    drawn: list[Mutant], workers: int, folder: Path
) -> Iterator[tuple[Mutant, bool, str]]:
    """Run the tests of each mutant, so many at a time.

    Yields each as it ends: whether it survived, and the test that failed first, if one did.
    """
    running: dict[int, tuple[Mutant, float, Path]] = {}
    waiting = drawn[::-1]
    while waiting or running:
        while waiting and len(running) < workers:
            mutant = waiting.pop()
            failure = folder / str(len(waiting))
            child = started(mutant, mutant.tests, failure)
            running[child] = mutant, time.monotonic() + PATIENCE, failure
        for child, (mutant, end, failure) in list(running.items()):
            if time.monotonic() > end:
                os.killpg(child, signal.SIGKILL)
            gone, status = os.waitpid(child, os.WNOHANG)
            if gone:
                del running[child]
                code = os.waitstatus_to_exitcode(status)
                test = failure.read_text(encoding="utf-8") if failure.exists() else ""
                yield mutant, code in (0, 5), test
        time.sleep(0.02)


def written(outcomes: dict[Mutant, bool], of: int, seed: int) -> str:
    """Return the generated part of the document; the outcome of a mutant is whether it survived."""
    lived = [m for m in sorted(outcomes, key=_place) if outcomes[m]]
    lines = [
        "# What the tests notice",
        "",
        f"`make mutants` (seed {seed}) broke {len(outcomes)} of {of:,} places, one at a time; the "
        f"tests noticed {len(outcomes) - len(lived)} "
        f"({100 * (1 - len(lived) / len(outcomes)):.0f}%).",
        "",
        "| folder | broken | noticed |",
        "|---|---|---|",
    ]
    for folder in sorted({str(Path(m.file).parent) for m in outcomes}):
        own = [m for m in outcomes if str(Path(m.file).parent) == folder]
        lines.append(f"| `{folder}` | {len(own)} | {len(own) - sum(m in lived for m in own)} |")
    lines += ["", "Survivors:", "", "| where | what was broken |", "|---|---|"]
    for mutant in lived:
        what = mutant.what.replace("|", "\\|")
        where = f"{mutant.file.removeprefix('pipeline/')} {mutant.function}"
        lines.append(f"| `{where}` | `{what}` |")
    return "\n".join(lines) + "\n\n"


@click.command()
@click.option("--sample", type=click.IntRange(1), default=60, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--only", default="", help="Only modules whose path holds this; writes nothing.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
def main(sample: int, seed: int, only: str, workers: int) -> None:
    """Break places of the sample one at a time and say which the tests did not notice."""
    os.chdir(PROJECT)
    sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]
    for library in LIBRARIES:
        importlib.import_module(library)
    every = list(mutants())
    drawn = sorted(every, key=lambda mutant: mutant.lot(seed))[:sample]
    drawn = [mutant for mutant in drawn if only in mutant.file]
    outcomes: dict[Mutant, bool] = {}
    noticing = set[str]()
    with tempfile.TemporaryDirectory() as folder:
        for mutant, survived, test in outcomes_of(drawn, workers, Path(folder)):
            outcomes[mutant] = survived
            noticing |= {test} - {""}
            outcome = "survived" if survived else "noticed "
            click.echo(f"{outcome} {mutant.file}:{mutant.line} {mutant.what}")
        failure = Path(folder) / "unbroken"
        _, status = os.waitpid(started(None, sorted(noticing), failure), 0)
        if status and noticing:
            test = failure.read_text(encoding="utf-8") if failure.exists() else "A test"
            raise click.ClickException(f"{test} fails while nothing is broken: make test says why.")
    lived = sum(outcomes.values())
    click.echo(f"{len(outcomes)} broken, {len(outcomes) - lived} noticed, {lived} survived")
    if not only:
        before = TABLE.read_text(encoding="utf-8") if TABLE.exists() else END
        by_hand = re.split(re.escape(END), before, maxsplit=1)[-1]
        TABLE.write_text(written(outcomes, len(every), seed) + END + by_hand, encoding="utf-8")
    sys.exit(1 if lived > (1 - NOTICED) * len(outcomes) else 0)


if __name__ == "__main__":
    main()

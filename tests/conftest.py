"""What many tests share: the real site, sites of other data, and a browser."""

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings
from support import page_audit as audit
from support.folders import RAW as FROZEN
from support.folders import Folder, add_what_a_user_adds
from support.specimen import HOSTILE

from pipeline.data.folders import RAW_VARIABLE
from pipeline.publish.build.run import get_ready
from pipeline.publish.build.site import build
from pipeline.workers import processors

# What tests call the project's own raw folder, here and in every process they start, is the frozen
# copy of the published figures: what a user adds to data/raw makes no test fail.
os.environ[RAW_VARIABLE] = str(FROZEN)

OWN_RAW = Path(__file__).resolve().parents[1] / "data" / "raw"
_place = {"published": False}


def _refuse_to_read_the_own_folder(event: str, args: tuple[Any, ...]) -> None:
    if event == "open" and not _place["published"] and isinstance(args[0], (str, Path)):
        path = os.path.abspath(args[0]) if "raw" in str(args[0]) else ""  # noqa: PTH100
        assert not path.startswith(str(OWN_RAW)), f"a test outside tests/published reads {path}"


sys.addaudithook(_refuse_to_read_the_own_folder)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: Any) -> Iterator[Any]:
    """While a module is collected, as while its tests run, only tests/published reads data/raw."""
    _place["published"] = "published" in collector.path.parts
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: Any) -> Iterator[Any]:
    """See pytest_make_collect_report."""
    _place["published"] = "published" in item.path.parts
    return (yield)


def pytest_xdist_auto_num_workers() -> int:
    """A process more than there are processors: while one waits for a server, another works."""
    return processors() + 1


def pytest_collection_finish() -> None:
    """Set aside what was imported and collected: it is much, and none of it is garbage.

    The pipeline sets aside what there is before it forks, and takes it back afterwards; here it
    stays where it is, or each collection would look through all of it.
    """
    gc.collect()
    gc.freeze()
    gc.unfreeze = lambda: None


# What a runner in the background ignores would be ignored by every process that a test starts and
# then signals.
for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, usual)

# A busy machine makes no test fail.
settings.register_profile("any machine", deadline=None, max_examples=60)
settings.register_profile("few", deadline=None, max_examples=15, database=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """An installed browser. Where REQUIRE_BROWSER is set, as in CI, its absence is a failure."""
    get_ready([])  # closes this thread's event loop, which the browser's driver keeps running
    with audit.browser() as found:
        if found is None:
            if os.environ.get("REQUIRE_BROWSER"):
                pytest.fail("no browser is installed, and REQUIRE_BROWSER asks for one")
            pytest.skip("no browser is installed")
        yield found


Shared = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """Make a folder once for all processes of one run of the tests; no test writes into it."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent

    def once(name: str, make: Callable[[Path], None]) -> Path:
        folder, done = root / f"shared-{name}", root / f"shared-{name}.done"
        with FileLock(root / f"shared-{name}.lock"):
            if not done.exists():
                make(folder)
                done.touch()
        return folder

    return once


def made(out: Path, data: Path | None = None) -> None:
    """Build every report of a raw folder into ``out``: processed/ and reports/."""
    outcome = build(data, out, progress=False)
    assert outcome.failed == {}


@pytest.fixture(scope="session")
def site(shared: Shared) -> Path:
    """Every report of the project's own data."""
    return shared("site", made)


@pytest.fixture(scope="session")
def simulated(shared: Shared) -> Path:
    """Every report of three imaginary providers."""
    from pipeline.simulate import simulate

    def make(out: Path) -> None:
        simulate(out / "raw", providers=3, seed=20)
        made(out, out / "raw")

    return shared("simulated", make)


@pytest.fixture(scope="session")
def demo(shared: Shared) -> Path:
    """What make demo makes, of ten providers: tables of all, and pages of every new kind."""
    return shared("demo", _make_demo)


def _make_demo(out: Path) -> None:
    from pipeline.publish.build.catalogue import Wanted
    from pipeline.simulate import simulate

    raw = out / "raw"
    simulate(raw, providers=10, seed=3, rounds=3, audits=1)
    for wanted in (
        Wanted(kind="national"),
        Wanted(kind="scorecard"),
        Wanted(kind="rounds", provider="simulated-0001"),
        Wanted(kind="rounds", provider="simulated-0002"),
    ):
        assert build(raw, out, wanted=wanted, progress=False).failed == {}


@pytest.fixture(scope="session")
def wider(shared: Shared) -> Path:
    """Every report of data with a provider of one round, a third round and another framework."""

    def make(out: Path) -> None:
        folder = Folder(out / "raw")
        add_what_a_user_adds(folder)
        made(out, folder.path)

    return shared("wider", make)


HOSTILE_TEXT = HOSTILE.replace("\x07", "")
"""What an attacker would write into a table; control characters are refused on reading."""

HOSTILE_COLUMNS = {
    "sources": ["title", "publisher"],
    "key_questions": ["label", "question"],
    "prompts": ["wording"],
    "standards": ["name"],
    "measures": ["name", "definition"],
    "facts": ["as_printed", "place"],
    "comparators": ["name"],
    "comparability": ["reason"],
    "discretions": ["reason"],
    "recommendations": ["title", "summary", "addressed_to"],
    "responses": ["reason"],
    "actions": ["owner", "measure"],
    "discrepancies": ["subject", "value", "description", "treatment"],
    "significance_claims": ["summary"],
}


@pytest.fixture(scope="session")
def hostile(shared: Shared) -> Path:
    """Every report of data in which many texts try to run, to be a formula or to be markup."""
    return shared("hostile", _make_hostile)


def _make_hostile(out: Path) -> None:
    folder = Folder(out / "raw")
    for table, columns in HOSTILE_COLUMNS.items():
        rows = folder.rows(table)
        for number, row in enumerate(rows):
            for column in columns:
                if row[column]:
                    said = HOSTILE_TEXT
                    if number % 2 or column == "place":  # places tell rows apart
                        said = f"{number} {said}"
                    if column in ("question", "name"):  # and words tell questions apart
                        said += f" {number}"
                    # What is printed must hold the figures typed from it.
                    if column == "as_printed":
                        said += f" {row[column]} {row['value']}".rstrip()
                    row[column] = said[:150] if table == "comparators" else said
        folder.write(table, rows)
    made(out, folder.path)

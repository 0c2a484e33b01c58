"""What the benchmark measures is put into words without a gap, and beside its targets."""

import sys
import time

import pytest

from bench.__main__ import QUICK, with_another_figure
from bench.document import TARGETS, Target, markdown
from bench.measuring import Run, in_turn, memory_of_tree, spread, timed
from bench.stages import Stopwatch

TIMES = {"median": 2.0, "smallest": 1.0, "largest": 3.0, "runs": 3, "cpu": 4.0}
FOUND = {
    "machine": {"processors": 2, "system": "Linux", "machine": "x86_64", "python": "3.11",
                "libraries": {"pandas": "3.1"}},
    "quick": False,
    "seed": 1,
    "sizes": QUICK.in_words(),
    "not measured": {},
    "usual": {"reports": 4, **TIMES, "median": 20.0},
    "own data": {"reports": 6, **TIMES},
    "end to end, few": {"reports": 20, **TIMES, "peak memory, MB": 300},
    "end to end, many": {"reports": 200, **TIMES, "median": 40.0, "peak memory, MB": 400},
    "tables, many": {"providers": 100, **TIMES, "peak memory, MB": 200},
    "tables, most": {"providers": 500, **TIMES, "median": 30.0, "peak memory, MB": 600},
    "one change, many": {"providers": 100, **TIMES, "its two pages and no other": True},
    "one change, most": {"providers": 500, **TIMES, "its two pages and no other": False},
    "nothing to do, few": {"reports": 20, **TIMES, "ms a report": TIMES},
    "nothing to do, most": {"reports": 1000, **TIMES, "ms a report": {**TIMES, "median": 0.4}},
    "help": TIMES,
    "editions": {"leadership": {"reports": 10, **TIMES}, "analyst": {"reports": 10, **TIMES}},
    "floor, many": {"reports": 200, "ours": {**TIMES, "median": 2.2}, "floor": TIMES},
    "isolation": {"process": 12.0, "longer": 28.1, "pages": 6254},
    "rivals": {
        "reports": 20, "versions": {"one": "0.1", "two": "0.2"}, "looked for": ["a thread"],
        "leaks": {"ours": {"a thread": False}, "one": {"a thread": True},
                  "two": {"a thread": True}},
        "ours": TIMES, "one": {**TIMES, "median": 6.0}, "two": {**TIMES, "median": 4.0},
    },
    "load": {"reports": 500, "processes": 8, "wrong": [], "other bytes": ["a.html"],
             "seconds": 9.0, "seconds of one": 16.0},
    "dask": {"reports": 20, "same bytes": True, "dask": TIMES, "local": TIMES},
    "stages": {"pages": 20, "seconds": 12.0, "cpu": 10.0, "stages": {
        "imports": 2.0, "templates and notebooks": 0.5, "tables": 4.5, "drawing": 3.0}},
}  # fmt: skip


def test_ways_take_turns_until_patience_ends():
    order = []

    def way(name, seconds):
        order.append(name)
        return Run(seconds, 2 * seconds)

    ways = {"ours": lambda: way("ours", 1.0), "usual": lambda: way("usual", 4.0)}
    times = in_turn(3, 60, **ways)
    assert order == ["ours", "usual"] * 3
    assert [run.seconds for run in times["usual"]] == [4.0] * 3
    order.clear()
    in_turn(3, 0, **ways)
    assert order == ["ours", "usual"]  # once at least


def test_medians_come_with_their_spread():
    assert spread([3.0, 1.0, 2.0]) == {"median": 2.0, "smallest": 1.0, "largest": 3.0, "runs": 3}


def test_a_command_is_timed_and_its_memory_seen():
    code = "import time; held = bytearray(50_000_000); time.sleep(1.2); sum(range(10_000_000))"
    with memory_of_tree() as peak:
        run = timed([sys.executable, "-c", code])
    assert run.seconds >= 1.2 and 0 < run.cpu < run.seconds
    assert peak["bytes"] > 40_000_000


def test_a_command_that_fails_is_no_measurement():
    with pytest.raises(RuntimeError, match=r"exit status 3 .*: the reason$"):
        timed(
            [sys.executable, "-c", "import sys; print('the reason', file=sys.stderr); sys.exit(3)"]
        )


@pytest.mark.parametrize(
    ("most", "value", "verdict"),
    [(True, 4.0, "hit"), (True, 5.0, "missed: 25% over"), (False, 3.0, "missed: 25% short"),
     (False, 4.5, "hit")],
)  # fmt: skip
def test_a_target_is_hit_or_missed_by_so_much(most, value, verdict):
    target = Target("some thing", 4, " s", lambda found: found["it"], most)
    row = target.row({"it": value, "sizes": {}})
    assert row == ["some thing", f"at {'most' if most else 'least'} 4 s", f"{value:g} s", verdict]
    assert target.row({"sizes": {}})[2:] == ["not measured", ""]


def test_every_target_is_read_from_what_is_measured():
    verdicts = [target.row(FOUND)[2:] for target in TARGETS]
    assert verdicts == [
        ["50 times as fast", "hit"],  # 20 s for 4, so 100 s for 20, in 2 s
        ["25 times as fast", "missed: 17% short"],
        ["2 s", "hit"],
        ["30 s", "missed: 100% over"],
        ["600 MB", "missed: 20% over"],
        ["2 s", "hit"],
        ["0.4 ms a report", "hit"],
        ["1.1 times", "hit"],
        ["2 times as fast", "missed: 20% short"],
        ["0", "hit"],
        ["1", "missed by 1"],
    ]


def test_the_document_leads_with_end_to_end_and_leaves_nothing_measured_out():
    text = markdown(FOUND)
    headings = [line for line in text.split("\n") if line.startswith("## ")]
    assert headings == [
        "## From raw tables to pages", "## Targets", "## Where the time goes", "## Tables alone",
        "## One change", "## Nothing to do", "## Pages alone", "## Other engines",
        "## Right under load", "## Dask",
    ]  # fmt: skip
    assert "| 200 | 40.00 (1.00 to 3.00) | 200 | 4.0 | 400 | 1,000 | 25.0 |" in text
    assert "Most of it goes into tables (45%), then drawing (30%) and imports (20%)." in text
    assert "| 500 | 2.00 (1.00 to 3.00) | 4.0 | **no** |" in text
    assert "| a thread | not seen | seen | seen |" in text
    assert "With other bytes than by one process: a.html." in text
    assert "nan" not in text.lower().split() and "None" not in text


def test_what_was_not_measured_is_said_and_costs_nothing_else():
    found = {key: value for key, value in FOUND.items() if key not in ("rivals", "tables, most")}
    text = markdown(found | {"not measured": {"rivals": "no network"}})
    assert "## Other engines" not in text and "## Dask" in text
    assert "* rivals: no network" in text
    assert text.count("not measured |") == 4


def test_one_figure_of_one_provider_is_changed():
    before = b'inspection,percent,place\na-1-2018,,"p, 1"\na-1-2018,40,p\na-10-2018,50,p\n'
    assert with_another_figure(before, "a-1") == before.replace(b"40", b"41")


def test_a_stage_within_another_counts_for_the_inner_one_only():
    def busy():
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass

    def items():
        busy()
        yield 1
        busy()
        yield 2

    watch = Stopwatch()
    inner = watch.timing(1, items)
    outer = watch.timing(0, lambda: (busy(), list(inner())))
    assert outer()[1] == [1, 2]
    first, second, *others = watch.found().values()
    assert 0.04 < first < 0.09 < second and not any(others)

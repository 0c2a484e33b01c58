"""What the benchmark measures is put into words without a gap; ways take turns."""

from bench.__main__ import Times, in_turn, memory_of_tree, timed
from bench.document import markdown


def test_ways_take_turns():
    order = []

    def way(name, seconds):
        order.append(name)
        return seconds

    times = in_turn(3, ours=lambda: way("ours", 1.0), usual=lambda: way("usual", 4.0))
    assert order == ["ours", "usual"] * 3
    assert times["usual"].median / times["ours"].median == 4


def test_medians_come_with_their_spread():
    shown = Times([3.0, 1.0, 2.0]).as_json()
    assert (shown["median"], shown["smallest"], shown["largest"]) == (2.0, 1.0, 3.0)


def test_a_command_is_timed_and_its_memory_seen():
    import sys

    with memory_of_tree() as peak:
        seconds = timed(
            [sys.executable, "-c", "import time; held = bytearray(50_000_000); time.sleep(1.2)"]
        )
    assert 1.2 <= seconds < 30
    assert peak["bytes"] > 40_000_000


def test_the_document_states_every_measure_beside_its_aim():
    times = {"median": 2.0, "smallest": 1.0, "largest": 3.0, "runs": [1.0, 2.0, 3.0]}
    row = {
        "reports": 1000,
        "seconds": {**times, "median": 300.0},
        "seconds a report": 0.3,
        "peak memory, MB": 900,
        "tables, seconds": 50.0,
        "nothing to do, seconds": 0.5,
    }
    text = markdown(
        {
            "machine": {
                "processors": 2,
                "system": "Linux",
                "machine": "x86_64",
                "python": "3.11",
                "libraries": {"pandas": "3.1"},
            },
            "runs of each": 3,
            "2 reports": {"ours": times, "usual": times, "times as fast": 5.0},
            "20 reports": {
                "ours": times,
                "usual": {**times, "median": 90.0},
                "times as fast": 45.0,
            },
            "floor": {"ours": times, "floor": times, "ratio": 1.2},
            "nothing to do": {"nothing": times, "help": times},
            "cold": {"reports": 6, "ours": times},
            "dask": {"local": times, "dask": times},
            "growth": [{**row, "reports": 20}, row],
        }
    )
    assert "| 20 reports | 2.00 (1.00 to 3.00) | 90.00 (1.00 to 3.00) | 45.0 | 12 |" in text
    assert "| 1,000 reports | 300.00 (1.00 to 3.00) | 4500, scaled | 15.0 |  |" in text
    assert "the usual way was not run" in text
    assert "| 1,000 | 300.00 (1.00 to 3.00) | 0.3 | 900 | 50.0 | 0.5 |" in text
    assert "nan" not in text.lower() and "None" not in text

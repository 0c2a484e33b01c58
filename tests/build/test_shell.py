"""The shell and the time limit that the engine is made of, without papermill."""

import asyncio
import signal
import time

import pytest

from pipeline.publish.build.shell import descriptors, taken_over
from pipeline.publish.build.time_limit import TimeUp, time_limit


def test_outputs_become_messages_in_the_order_they_were_written():
    told = []
    with taken_over() as shell:
        shell.send = lambda kind, content: told.append((kind, content))
        with descriptors(shell.send):
            cell = "import os; print('first'); display(2); os.write(1, b'last'); 3"
            asyncio.run(shell.run_cell_async(cell, transformed_cell=cell))
            shell.flush()
    assert [kind for kind, _ in told] == ["stream", "display_data", "execute_result", "stream"]
    assert told[0][1] == {"name": "stdout", "text": "first\n"}
    assert told[2][1]["data"] == {"text/plain": "3"}
    assert told[3][1]["text"] == "last"


def test_a_block_that_takes_too_long_is_ended_whatever_it_catches():
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(TimeUp), time_limit(0.05):
        while True:
            try:
                time.sleep(60)
            except Exception:
                continue
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_without_a_limit_nothing_rings():
    with time_limit(None):
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)

"""The shell and the time limit that the engine is made of, without papermill."""

import signal
import time

import pytest

from pipeline.publish.build.shell import taken_over
from pipeline.publish.build.time_limit import TimeUp, time_limit


def test_outputs_become_messages_in_the_order_they_were_written():
    with taken_over() as shell:
        shell.run("import os; print('first'); display(2); os.write(1, b'then'); 3")
        shown = [(message["msg_type"], message["content"]) for message in shell.shown]
    assert [kind for kind, _ in shown] == ["stream", "display_data", "stream", "execute_result"]
    assert shown[0][1] == {"name": "stdout", "text": "first\n"}
    assert shown[2][1]["text"] == "then"
    assert shown[3][1]["data"] == {"text/plain": "3"}


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

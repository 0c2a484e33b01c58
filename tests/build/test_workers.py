"""Processes forked for tasks: nothing is shared, nothing is left, and every end has its words."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import workers
from pipeline.data import InvalidData, Problem
from pipeline.workers import Died, TookTooLong, alongside, in_processes

pytestmark = pytest.mark.skipif(not workers.can_fork(), reason="this system cannot fork safely")


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def gone(pid, seconds=60):
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not alive(pid)


def work(task, tell):
    """A word, or something terrible."""
    tell(f"at {task}")
    if task == "fail":
        raise ValueError("it failed")
    if task == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "leave":
        os._exit(3)
    if task == "crash":
        import ctypes
        import faulthandler

        faulthandler.disable()
        ctypes.string_at(0)
    if task == "sleep":
        time.sleep(60)
    return task.upper(), os.getpid()


def test_each_task_has_a_process_of_its_own_and_its_end_has_words():
    tasks = ["a", "fail", "kill", "leave", "crash", "b"]
    done = {task: (result, error) for task, result, error in in_processes(work, tasks, 2)}
    assert {done[task][0][0] for task in "ab"} == {"A", "B"}
    assert len({done["a"][0][1], done["b"][0][1], os.getpid()}) == 3
    assert isinstance(done["fail"][1], ValueError) and "Traceback" in done["fail"][1].__notes__[0]
    said = {task: str(done[task][1]) for task in ("kill", "leave", "crash")}
    assert "signal 9, SIGKILL (often: not enough memory)" in said["kill"]
    assert "exit status 3" in said["leave"]
    assert "signal 11, SIGSEGV" in said["crash"]
    assert all(
        isinstance(done[task][1], Died) and done[task][1].at == f"at {task}" for task in said
    )


def test_a_step_that_takes_too_long_is_ended_with_all_it_started(tmp_path):
    def start(task, tell):
        tell("first")
        tell("second")
        child = subprocess.Popen(["sleep", "300"])
        (tmp_path / "pid").write_text(str(child.pid))
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGTERM})
        while True:
            time.sleep(60)

    [(_, result, error)] = in_processes(start, ["x"], 1, patience=2)
    assert result is None and isinstance(error, TookTooLong) and error.at == "second"
    assert gone(int((tmp_path / "pid").read_text()))


def test_tasks_are_asked_for_one_by_one():
    taken = []

    def tasks():
        for task in "abcdef":
            taken.append(task)
            yield task

    ahead = [len(taken) for _ in in_processes(work, tasks(), 2)]
    assert ahead[0] <= 4 and ahead[-1] == 6


def test_ending_the_loop_ends_the_processes(tmp_path):
    def write_and_sleep(task, tell):
        (tmp_path / task).write_text(str(os.getpid()))
        if task == "b":
            time.sleep(60)
        while not (tmp_path / "b").exists():
            time.sleep(0.01)

    running = in_processes(write_and_sleep, ["a", "b"], 2)
    next(running)
    running.close()
    assert gone(int((tmp_path / "b").read_text()), seconds=0)


def spoil(task, tell):
    import builtins
    import random
    import threading

    import matplotlib as mpl
    import numpy as np
    import pandas as pd

    if task == "spoil":
        builtins.leaked = 1
        os.environ["LEAKED"] = "1"
        os.chdir("/")
        mpl.rcParams["font.size"] = 33
        pd.set_option("display.max_rows", 7)
        np.seterr(all="raise")
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    return (
        hasattr(builtins, "leaked"), "LEAKED" in os.environ, Path.cwd() == Path("/"),
        mpl.rcParams["font.size"] == 33, pd.get_option("display.max_rows") == 7,
        np.geterr()["divide"] == "raise", threading.active_count() > 1,
    ), (random.random(), np.random.rand())  # fmt: skip


def test_no_task_sees_what_another_did_and_random_numbers_differ():
    tasks = ["look", "spoil", "look again"]
    done = {task: result for task, result, _ in in_processes(spoil, tasks, 1)}
    assert done["spoil"][0] == (True,) * 7
    assert done["look"][0] == done["look again"][0] == (False,) * 7
    assert len({number for _, numbers in done.values() for number in numbers}) == 6


OWNER = """
import os, signal, subprocess, sys, time
from pipeline.workers import in_processes

def work(task, tell):
    child = subprocess.Popen(["sleep", "300"])
    open({path!r} + ".new", "w").write(f"{{os.getpid()}} {{child.pid}}")
    os.rename({path!r} + ".new", {path!r})
    {how}

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where tests run in background
list(in_processes(work, ["x"], 1))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("how", ["while True: pass", "time.sleep(300)"])
def test_nothing_outlives_its_owner(tmp_path, number, how):
    path = tmp_path / "pids"
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER.format(path=str(path), how=how)], stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + 300
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.02)
    owner.send_signal(number)
    try:
        owner.wait(60)
    finally:
        owner.kill()
    assert all(gone(int(pid)) for pid in path.read_text().split())


def test_where_forking_is_not_possible_tasks_are_done_here(monkeypatch):
    monkeypatch.setattr(workers, "can_fork", lambda: False)
    done = list(in_processes(work, ["a", "fail"], 2))
    assert done[0][1] == ("A", os.getpid()) and isinstance(done[1][2], ValueError)


def test_results_larger_than_a_pipe_arrive():
    [(_, result, _)] = in_processes(lambda *_: b"x" * 5_000_000, ["a"], 1)
    assert len(result) == 5_000_000


def test_an_error_that_cannot_be_sent_is_still_one():
    class Local(Exception):
        pass

    def fail(task, tell):
        raise Local("words")

    [(_, result, error)] = in_processes(fail, ["a"], 1)
    assert result is None and "words" in str(error)


def test_work_alongside_goes_on_while_ours_does(tmp_path):
    ours = tmp_path / "ours"

    def work(tell):
        while not ours.exists():
            time.sleep(0.01)
        tell("half")
        return os.getpid()

    heard = []
    assert alongside(work, ours.touch, 2, heard.append) != os.getpid()
    assert heard == ["half"]


def test_with_one_process_ours_comes_after(tmp_path):
    ours = tmp_path / "ours"
    assert alongside(lambda _: ours.exists(), ours.touch, 1) is False and ours.exists()


@pytest.mark.parametrize(
    "error", [InvalidData([Problem("a.csv", 2, "x", "y", "is wrong", "mend it")]), Died("so", "at")]
)
def test_what_ends_work_alongside_is_raised_whole(error):
    def work(_):
        raise error

    with pytest.raises(type(error)) as caught:
        alongside(work, lambda: None, 2)
    assert str(caught.value) == str(error)
    for name in ("problems", "at"):
        assert getattr(caught.value, name, None) == getattr(error, name, None)

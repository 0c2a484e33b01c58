"""Reports made by Dask workers: a real scheduler, real workers, one of them killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest
from distributed import Client
from support import toy

from bench.warmed import NOTEBOOKS, comparisons
from pipeline.publish.build import cluster, freshness
from pipeline.publish.build.catalogue import CannotBuild, reports_in
from pipeline.publish.build.site import build
from pipeline.publish.build.time_limit import TIMEOUT
from pipeline.workers import can_fork

#: Seconds that a busy machine may take to answer, where an answer is what is wanted.
BUSY = 120
pytestmark = pytest.mark.skipif(not can_fork(), reason="this system cannot fork safely")


def start(*arguments, folder):
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """A scheduler and two workers on this machine; each worker is a process without a nanny."""
    folder = tmp_path_factory.mktemp("dask")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    processes = [
        start(
            "scheduler", "--host", "127.0.0.1", "--port", str(port), "--idle-timeout", "300",
            folder=folder,
        ),
        *(
            start(
                "worker", address, "--nthreads", "1", "--no-nanny", "--name", name,
                "--local-directory", str(folder), "--death-timeout", "60", folder=folder,
            )
            for name in ("one", "two")
        ),
    ]  # fmt: skip
    with Client(address, timeout=BUSY, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=BUSY)
    yield address
    for process in reversed(processes):
        process.kill()
        process.wait(20)


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.analysis.process.process", toy.process)
    toy.write_raw(tmp_path / "raw", **{f"s{i}": f"words {i}" for i in range(6)}, a="one")
    toy.write_notebook(tmp_path / "notebooks", "toy", "import time; time.sleep(0.3)")

    def run(name, **options):
        return build(
            tmp_path / "raw", tmp_path / name, notebooks=tmp_path / "notebooks",
            progress=False, tell=lambda _: None, **options,
        )  # fmt: skip

    run.root = tmp_path
    return run


def pages(folder):
    return {p.name: p.read_bytes() for p in (folder / "reports").glob("*.html")}


def test_a_cluster_makes_the_same_bytes_as_one_machine(project, scheduler):
    assert project("here", workers=2).exit_code == 0
    outcome = project("there", scheduler=scheduler)
    assert outcome.failed == {} and len(outcome.written) == 9
    assert pages(project.root / "there") == pages(project.root / "here")
    assert project("there", scheduler=scheduler).written == []


def test_a_cluster_makes_the_same_bytes_of_whole_reports(simulated, scheduler):
    processed = simulated / "processed"
    reports = comparisons(processed, 4)
    with closing(
        cluster.made_by_cluster(reports, processed, NOTEBOOKS, TIMEOUT, scheduler)
    ) as made:
        there = {report.page: page for report, page, _ in made}
    assert there == {r.page: (simulated / "reports" / r.page).read_bytes() for r in reports}


def test_a_failing_report_is_named_and_the_others_are_made(project, scheduler):
    toy.write_notebook(project.root / "notebooks", "toy", "assert subject != 's1', 'not today'")
    outcome = project("there", scheduler=scheduler)
    assert list(outcome.failed) == ["s1"] and "AssertionError: not today" in outcome.failed["s1"]
    assert len(outcome.written) == 8


@pytest.fixture
def other_pandas(monkeypatch):
    """This process, and only this one, has another pandas."""
    real = cluster.version
    monkeypatch.setattr(cluster, "version", lambda name: "1.0" if name == "pandas" else real(name))
    cluster.versions.cache_clear()
    yield
    cluster.versions.cache_clear()


def test_versions_that_differ_are_refused_in_a_sentence(project, scheduler, other_pandas):
    with pytest.raises(CannotBuild, match=r"tcp://.* has pandas [^ ]* instead of 1\.0: [^\n]*$"):
        project("there", scheduler=scheduler)


def test_a_worker_that_joins_later_with_other_versions_makes_nothing(project, monkeypatch):
    project("here", workers=1)
    processed = project.root / "here" / "processed"
    report = reports_in(processed)[0]
    parcel = cluster._parcel(report, processed, project.root / "notebooks", 10)
    assert cluster.make_page(parcel)[0]
    monkeypatch.setattr(cluster, "versions", lambda: {**parcel.versions, "pandas": "1.0"})
    page, sentence = cluster.make_page(parcel)
    assert page is None and "pandas 1.0 instead of" in str(sentence)


def test_no_scheduler_is_one_sentence(project, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(
        CannotBuild, match=r"^No Dask scheduler answers at tcp://127.0.0.1:9 .*8786$"
    ):
        project("there", scheduler="tcp://127.0.0.1:9")


@pytest.mark.parametrize("said", [b"", b"\xff" * 64])
def test_a_port_that_is_no_scheduler_is_one_sentence(project, monkeypatch, said):
    monkeypatch.setattr(cluster, "PATIENCE", 2)

    def answer():
        with suppress(OSError):
            connection, _ = listening.accept()
            connection.sendall(said)
            time.sleep(10)

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        threading.Thread(target=answer, daemon=True).start()
        address = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(CannotBuild, match=r"^No Dask scheduler answers at [^\n]*$"):
            project("there", scheduler=address)


@pytest.mark.parametrize(
    ("victim", "number"),
    [
        ("scheduler", signal.SIGKILL),
        ("scheduler", signal.SIGSTOP),
        ("worker", signal.SIGSTOP),
    ],
)
def test_what_is_lost_or_stands_still_midway_ends_in_a_sentence_and_keeps_what_is_finished(
    project, tmp_path, monkeypatch, victim, number
):
    monkeypatch.setattr(cluster, "PATIENCE", BUSY)
    monkeypatch.setattr(cluster, "AHEAD", 1)
    toy.write_notebook(project.root / "notebooks", "toy", "import time; time.sleep(1)")
    file = tmp_path / "scheduler.json"
    common = ["--scheduler-file", str(file)]
    started = {
        "scheduler": start("scheduler", "--host", "127.0.0.1", "--port", "0", *common,
                           folder=tmp_path)
    }  # fmt: skip
    while not file.exists():
        time.sleep(0.1)
    started["worker"] = start("worker", "--nthreads", "1", "--no-nanny", *common, folder=tmp_path)
    address = json.loads(file.read_text())["address"]
    with Client(address, timeout=BUSY, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=BUSY)

    def strike_when_busy():
        for page in (1, 2):  # what is asked for when it strikes is not waited for as long as before
            while len(pages(project.root / "there")) < page and not over.is_set():
                time.sleep(0.02)
            monkeypatch.setattr(cluster, "PATIENCE", 5)
        started[victim].send_signal(number)

    over = threading.Event()
    striking = threading.Thread(target=strike_when_busy)
    striking.start()
    try:
        with pytest.raises(CannotBuild, match=r"Dask scheduler at .* What is finished is kept"):
            project("there", scheduler=address)
    finally:
        over.set()
        striking.join()
        for process in reversed(started.values()):
            process.kill()
            process.wait(20)
    assert pages(project.root / "there")


def test_workers_that_stand_still_from_the_start_are_one_sentence(project, scheduler, monkeypatch):
    def check(client, address):
        monkeypatch.setattr(cluster, "PATIENCE", 3)
        real(client, address)

    real = cluster._check
    monkeypatch.setattr(cluster, "PATIENCE", BUSY)
    monkeypatch.setattr(cluster, "_check", check)
    with Client(scheduler, timeout=BUSY, set_as_default=False) as client:
        workers = [psutil.Process(number) for number in client.run(os.getpid).values()]
    for worker in workers:
        worker.suspend()
    try:
        with pytest.raises(CannotBuild, match=r"^Not every worker of the Dask scheduler [^\n]*$"):
            project("there", scheduler=scheduler)
    finally:
        for worker in workers:
            worker.resume()


def test_a_package_fingerprint_is_part_of_the_check():
    assert cluster.versions()["probation-inspection-reports"] == freshness.of_source()[:12]
    assert json.dumps(cluster.versions())


def test_a_worker_killed_in_the_middle_loses_no_report(project, scheduler):
    with Client(scheduler, timeout=BUSY, set_as_default=False) as client:
        workers = client.run(os.getpid)
    assert len(workers) == 2

    victim = psutil.Process(sorted(workers.values())[0])
    family = []

    def kill_when_busy():
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if len(pages(project.root / "there")) >= 2:
                family.extend(victim.children(recursive=True))
                victim.kill()
                return
            time.sleep(0.02)

    killer = threading.Thread(target=kill_when_busy)
    killer.start()
    outcome = project("there", scheduler=scheduler)
    killer.join()
    assert outcome.failed == {} and len(outcome.written) == 9
    with Client(scheduler, timeout=BUSY, set_as_default=False) as client:
        assert len(client.run(os.getpid)) == 1, "the worker was killed while reports were made"
    assert family, "it had a process that makes reports"
    assert psutil.wait_procs(family, timeout=BUSY)[1] == [], "which went with it"

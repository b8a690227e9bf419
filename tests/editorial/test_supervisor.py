"""The supervisor, with real processes that stand for the worker. The real worker is killed in bench/worker_stall.py."""

import datetime
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from editorial import tasks
from editorial.models import Schedule
from editorial.supervisor import Supervisor
from publishing.models import Heartbeat, Publication

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]


# A worker with a child of its own, as a qcluster has; it tells the child's number and stays.
GROUP = (
    "import subprocess, sys, time; "
    "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    "open(sys.argv[1], 'w').write(str(p.pid)); time.sleep(60)"
)


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "did not come about in time"
        time.sleep(0.01)
    return value


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def supervise(tmp_path):
    """A function that makes a supervisor of this Python code; whatever it started is gone after the test."""
    made = []

    def make(code=GROUP):
        supervisor = Supervisor([sys.executable, "-c", code, str(tmp_path / "pid")], check_every=0.01)
        made.append(supervisor)
        return supervisor

    make.grandchild = lambda: int(until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    make.forget = lambda: (tmp_path / "pid").unlink()
    yield make
    for supervisor in made:
        supervisor._kill_group()


def test_the_worker_is_started_with_its_schedules_and_asked_for_a_heartbeat(supervise, queue):
    supervisor = supervise()
    supervisor.step()
    assert is_running(supervisor.child.pid)
    assert (queue.queue_size(), supervisor.restarts) == (1, 0)
    first = supervisor.child.pid
    supervisor.step()
    assert (supervisor.child.pid, supervisor.restarts) == (first, 0)


def test_a_worker_that_died_is_started_again(supervise):
    supervisor = supervise()
    supervisor.step()
    grandchild, first = supervise.grandchild(), supervisor.child.pid
    supervisor.child.kill()
    until(lambda: supervisor.child.poll() is not None)
    supervisor.step()
    assert supervisor.child.pid != first
    assert supervisor.restarts == 1
    until(lambda: not is_running(grandchild))


def test_a_worker_without_heartbeat_is_killed_with_its_whole_group(supervise):
    supervisor = supervise()
    supervisor.step()
    grandchild, first = supervise.grandchild(), supervisor.child.pid
    tasks.heartbeat()
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=2, seconds=50)):
        supervisor.step()
        assert (supervisor.child.pid, supervisor.restarts) == (first, 0)
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=3, seconds=10)):
        supervisor.step()
        assert supervisor.restarts == 1
        until(lambda: not is_running(first) and not is_running(grandchild))
        second = supervisor.child.pid
        # The new one gets its own three minutes, though the heartbeat is still the old one.
        supervisor.step()
        assert (supervisor.child.pid, supervisor.restarts) == (second, 1)


def test_a_heartbeat_keeps_the_worker(supervise):
    supervisor = supervise()
    supervisor.step()
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=1)):
        Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})
        supervisor.step()
    assert supervisor.restarts == 0


def test_what_is_late_is_published_in_the_workers_place(supervise, draft, approve):
    approve(draft(go_live_at=timezone.now() + datetime.timedelta(hours=1)))
    due = Schedule.objects.get().due_at
    supervisor = supervise()
    for late, published in ((-1, False), (0, False), (89, False), (91, True), (92, False)):
        with time_machine.travel(due + datetime.timedelta(seconds=late), tick=False):
            assert supervisor.publish_if_late() is published
    assert Publication.objects.count() == 1


def test_what_is_away_does_not_end_the_watch(supervise, monkeypatch):
    supervisor = supervise()
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "ensure_schedules", lambda: 1 / 0)
        supervisor.step()
        assert supervisor.child is None
    supervisor.step()
    assert supervisor.child is not None


def test_stopping_leaves_nothing_behind(supervise):
    supervisor = supervise()
    supervisor.step()
    grandchild, child = supervise.grandchild(), supervisor.child.pid
    supervisor.stop()
    supervisor.run()
    assert supervisor.child is None
    until(lambda: not is_running(child) and not is_running(grandchild))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_watch(supervise, number, monkeypatch):
    monkeypatch.setattr(
        "editorial.supervisor.close_old_connections", lambda: None
    )  # it would end the test's transaction
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    supervisor = supervise()
    helper = subprocess.Popen(
        [sys.executable, "-c", f"import os, sys; sys.stdin.read(1); os.kill({os.getpid()}, {int(number)})"],
        stdin=subprocess.PIPE,
    )
    step = supervisor.step

    def step_then_signal():
        step()
        supervise.grandchild()
        if not helper.stdin.closed:
            helper.stdin.write(b"x")
            helper.stdin.close()

    supervisor.step = step_then_signal
    try:
        supervisor.run()
        child = supervise.grandchild()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        helper.wait()
    assert supervisor.child is None
    until(lambda: not is_running(child))


def test_a_worker_that_dies_at_once_is_not_started_in_a_hurry(supervise):
    supervisor = supervise("raise SystemExit(3)")
    paused = []
    supervisor.stopping.wait = lambda seconds: paused.append(seconds)
    supervisor.step()
    for _ in range(4):
        supervisor.child.wait()
        supervisor.step()
    assert supervisor.restarts == 4
    assert paused == [0.04, 0.08, 0.16]

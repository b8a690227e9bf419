"""Keeps the background worker at work.

A qcluster whose idle worker was killed hangs while it says that it is well (docs/publishing.md). So the supervisor
believes only the heartbeat that a task wrote to the database; where it stops, the whole group is killed and started
again. Nothing is lost by that: tasks are wake-up calls, and the publisher survives a kill at any moment.
"""

from __future__ import annotations

import contextlib
import ctypes
import datetime
import logging
import os
import signal
import subprocess
import sys
import threading
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from editorial import publisher, tasks
from editorial.models import Schedule
from publishing.models import Heartbeat

logger = logging.getLogger("sotay.worker")

STALE_AFTER = datetime.timedelta(minutes=3)
LATE_AFTER = datetime.timedelta(seconds=90)
CHECK_EVERY = 5.0  # seconds
STOP_WITHIN = 20.0  # seconds in which a cluster may finish its tasks when asked to stop
LONGEST_PAUSE = 60.0  # seconds between starts of a cluster that dies at once
PR_SET_PDEATHSIG = 1


class Supervisor:
    """One worker process group and the watch over it. ``command`` is what is started; tests start something smaller."""

    def __init__(self, command: list[str] | None = None, *, check_every: float = CHECK_EVERY) -> None:
        self.command = command or [sys.executable, str(settings.BASE_DIR / "manage.py"), "qcluster"]
        self.check_every = check_every
        self.stopping = threading.Event()
        self.child: subprocess.Popen[bytes] | None = None
        self.started_at = timezone.now()
        self.restarts = 0
        self.quick_deaths = 0

    def run(self) -> None:
        """Watch until ``stop`` is called or SIGTERM or SIGINT arrives; then stop everything that was started."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        try:
            while not self.stopping.is_set():
                close_old_connections()
                self.step()
                self.stopping.wait(self.check_every)
        finally:
            self.stop_child()

    def stop(self, *_signal: Any) -> None:
        """End ``run`` soon."""
        self.stopping.set()

    def step(self) -> None:
        """Look once: start, restart, or publish in the worker's place. Survives a database that is away."""
        try:
            if self.child is None:
                self.start()
            elif (code := self.child.poll()) is not None:
                self._restart(f"ended with {code}")
            elif self.is_stale():
                self._restart(f"has not run a task for {STALE_AFTER}")
            self.publish_if_late()
        except Exception:  # whatever is away (database, broker), it comes back, and then someone must be here
            logger.exception("the watch goes on")

    def start(self) -> None:
        """Start the cluster in a process group of its own, with its schedules in place."""
        tasks.ensure_schedules()
        tasks.ask_for_heartbeat()
        self.child = subprocess.Popen(  # noqa: S603 - our own command, no shell
            self.command,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # safe: the supervisor has no threads
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", settings.SETTINGS_MODULE),
            },
        )
        self.started_at = timezone.now()
        logger.info("worker %d started", self.child.pid)

    def is_stale(self) -> bool:
        """Whether the cluster has had its time and no task has said that it runs."""
        beat = Heartbeat.objects.filter(name=tasks.WORKER).values_list("at", flat=True).first()
        return timezone.now() - max(beat or self.started_at, self.started_at) > STALE_AFTER

    def publish_if_late(self) -> bool:
        """Do what is due ourselves where it is so late that the worker cannot be at it."""
        now = timezone.now()
        if not Schedule.objects.due(now).filter(due_at__lte=now - LATE_AFTER).exists():
            return False
        report = publisher.publish_due(now)
        logger.warning("published in the worker's place: %d done, %d failed", report.done, report.failed)
        return True

    def stop_child(self) -> None:
        """Ask the cluster to finish, and kill what is left of its group."""
        if self.child is None:
            return
        if self.child.poll() is None:
            # To its head only: killing idle workers is what makes a cluster hang.
            self.child.terminate()
            try:
                self.child.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                logger.warning("worker %d did not stop in time", self.child.pid)
        self._kill_group()

    def _restart(self, why: str) -> None:
        assert self.child is not None  # noqa: S101 - for the type checker; step() has looked
        logger.error("worker %d %s; starting again", self.child.pid, why)
        quick = timezone.now() - self.started_at < datetime.timedelta(seconds=LONGEST_PAUSE)
        self.quick_deaths = self.quick_deaths + 1 if quick else 0
        self._kill_group()
        self.restarts += 1
        if self.quick_deaths > 1:
            self.stopping.wait(min(LONGEST_PAUSE, self.check_every * 2**self.quick_deaths))
        if not self.stopping.is_set():
            self.start()

    def _kill_group(self) -> None:
        if self.child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        self.child = None


def _die_with_parent() -> None:
    """Ask Linux to stop the cluster when the supervisor dies without a word, so that two never run side by side."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

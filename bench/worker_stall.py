"""Kills the idle workers of a real qcluster, with and without the supervisor; prints how long until tasks run again.

    python bench/worker_stall.py [supervised|bare]      (both by default; about four minutes each)

A database of its own is made in a temporary folder (SQLite) and thrown away.
"""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MANAGE = str(ROOT / "manage.py")
PATIENCE = 300  # seconds to wait for a task after the kill


def main() -> None:
    for mode in sys.argv[1:] or ["bare", "supervised"]:
        with tempfile.TemporaryDirectory(prefix="sotay-bench-", ignore_cleanup_errors=True) as folder:
            measure(mode, Path(folder))


def measure(mode: str, folder: Path) -> None:
    env = {**os.environ, "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "cms.settings.demo"}
    env.pop("DATABASE_URL", None)
    env.pop("REDIS_URL", None)
    run = [sys.executable, MANAGE]
    subprocess.run([*run, "migrate", "-v0"], env=env, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(
        [*run, "shell", "-v0", "-c", "from editorial.tasks import *; ensure_schedules(); ask_for_heartbeat()"],
        env=env,
        check=True,
    )
    database = folder / "sotay.sqlite3"
    with (folder / "log").open("wb") as log:
        command = [*run, "run_worker" if mode == "supervised" else "qcluster"]
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
        try:
            up = wait_for_beat(database, after=None, patience=90)
            head = process.pid if mode == "bare" else children(process.pid)[0]
            [sentinel] = [pid for pid in children(head) if len(children(pid)) >= 4]
            # The sentinel starts its workers first, then monitor and pusher.
            workers = sorted(children(sentinel))[:2]
            time.sleep(3)  # both idle: the first heartbeat has long been done
            beat = last_beat(database)
            for pid in workers:
                os.kill(pid, signal.SIGKILL)
            killed = time.monotonic()
            again = wait_for_beat(database, after=beat, patience=PATIENCE)
            took = f"{time.monotonic() - killed:.0f} s" if again is not None else f"never in {PATIENCE} s"
            print(
                f"{mode}: first task after {up:.1f} s; 2 idle workers killed; next task after {took}; "
                f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
                flush=True,
            )
        finally:
            began = time.monotonic()
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(40)
            left = descendants_left(process.pid, folder)
            print(f"{mode}: stopped in {time.monotonic() - began:.1f} s, processes left: {left}", flush=True)


def wait_for_beat(database: Path, *, after: str | None, patience: float) -> float | None:
    began = time.monotonic()
    while time.monotonic() - began < patience:
        beat = last_beat(database)
        if beat is not None and beat != after:
            return time.monotonic() - began
        time.sleep(0.2)
    return None


def last_beat(database: Path) -> str | None:
    with sqlite3.connect(database, timeout=20) as connection:
        row = connection.execute("SELECT at FROM publishing_heartbeat WHERE name = 'worker'").fetchone()
    return row[0] if row else None


def children(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(status.parent.name))
    return sorted(found)


def descendants_left(pid: int, folder: Path) -> int:
    """Count, then kill, the processes of this run that outlived their head: known by their environment."""
    left = 0
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            ours = f"VAR_DIR={folder}".encode() in environ.read_bytes()
        except OSError:
            continue
        if ours:
            left += 1
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(environ.parent.name), signal.SIGKILL)
    return left


if __name__ == "__main__":
    main()

"""Web servers that a run starts for itself, on ports of their own, and the load that is put on them."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import itertools
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

PROCESSES = 2
# Server and threads of a process, as docs/deployment.md has both; the faster one first.
SETUPS = [("granian", 2), ("gunicorn", 4)]
CONNECTIONS = 16
START = 60  # seconds within which a server must answer


@dataclasses.dataclass(frozen=True)
class Request:
    """What is sent."""

    path: str
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    body: str | None = None


@dataclasses.dataclass(frozen=True)
class Load:
    """What came of it. Times in milliseconds; ``failed`` counts statuses of 400 and more, and broken connections.

    ``cpu`` is what the workers spent on one request: it hardly changes while others use the machine too.
    """

    per_second: float
    cpu: float
    median: float
    p99: float
    failed: int


@dataclasses.dataclass(frozen=True)
class Running:
    """A server that answers."""

    port: int
    pid: int

    def ask(self, request: Request) -> tuple[int, bytes, str | None]:
        """Status, body and ETag of one request."""
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{request.path}",
            data=None if request.body is None else request.body.encode(),
            headers=request.headers,
        )
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return answer.status, answer.read(), answer.headers["ETag"]
        except urllib.error.HTTPError as error:
            return error.code, error.read(), None

    def memory(self) -> list[int]:
        """Resident memory of each worker, in MB."""
        statuses = [Path(f"/proc/{child}/status").read_text() for child in self._children()]
        # granian keeps a helper of Python's multiprocessing beside its workers: it is far smaller than any of them.
        found = sorted(int(match[1]) // 1024 for text in statuses if (match := re.search(r"VmRSS:\s+(\d+)", text)))
        return found[-PROCESSES:]

    def cpu(self) -> float:
        """Seconds of CPU that the server's processes have used so far."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self._children()]
        return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")

    def _children(self) -> list[str]:
        return Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()


@contextlib.contextmanager
def serving(
    server: str, application: str, *, env: dict[str, str], cwd: Path, python: str = sys.executable, threads: int = 1
) -> Iterator[Running]:
    """The application behind a server with PROCESSES workers of so many threads; stopped when the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([python, "-m", *_command(server, application, port, threads)], cwd=cwd, env=env)
    running = Running(port, process.pid)
    try:
        deadline = time.monotonic() + START
        while True:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{server} with {application} did not start")
            with contextlib.suppress(OSError):
                running.ask(Request("/healthz"))
                break
            time.sleep(0.2)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _command(server: str, application: str, port: int, threads: int) -> list[str]:
    if server == "gunicorn":
        return [
            *("gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", str(PROCESSES)),
            *("--threads", str(threads), "--log-level", "warning", "--no-control-socket"),
        ]
    return [
        *("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", str(PROCESSES)),
        *("--blocking-threads", str(threads), "--log-level", "warning", application),
    ]


def load(running: Running, requests: Sequence[Request], *, seconds: int, folder: Path) -> Load:
    """Put CONNECTIONS connections on the server for so long; each next request is the next of ``requests``."""
    script = folder / f"load-{os.getpid()}.lua"
    script.write_text(_SCRIPT % _lua([_plain(request) for request in requests]), encoding="utf-8")
    address = f"http://127.0.0.1:{running.port}"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", str(script), address]
    spent = running.cpu()
    if shutil.which("wrk"):
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        told = json.loads(done.stdout.splitlines()[-1])
    else:
        told = _threads(running.port, requests, seconds)
    return Load(
        per_second=told["requests"] / told["seconds"],
        cpu=(running.cpu() - spent) * 1000 / max(told["requests"], 1),
        median=told["median"] / 1000,
        p99=told["p99"] / 1000,
        failed=told["failed"],
    )


def tool() -> str:
    """The load generator's name and version."""
    if shutil.which("wrk") is None:
        return "Python threads, for wrk is not installed: they hold the fastest back (apt-get install wrk)"
    return " ".join(subprocess.run(["wrk", "-v"], stdout=subprocess.PIPE, text=True, check=False).stdout.split()[:2])


def _threads(port: int, requests: Sequence[Request], seconds: float) -> dict[str, float]:
    """What wrk does, without wrk."""
    turns, times, failed = itertools.cycle(requests), [], []
    ends = time.monotonic() + seconds

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while (began := time.monotonic()) < ends:
            each = next(turns)
            method = "GET" if each.body is None else "POST"
            try:
                connection.request(method, each.path, body=each.body and each.body.encode(), headers=each.headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                failed.append(error)
                connection.close()
                continue
            times.append((time.monotonic() - began) * 1_000_000)
            if answer.status >= 400:
                failed.append(answer.status)

    workers = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    at = statistics.quantiles(times, n=100) if len(times) > 1 else [seconds * 1_000_000] * 99
    return {"requests": len(times), "seconds": seconds, "median": at[49], "p99": at[98], "failed": len(failed)}


def _plain(request: Request) -> dict[str, object]:
    method = "GET" if request.body is None else "POST"
    return {"method": method, "path": request.path, "headers": request.headers, "body": request.body or ""}


def _lua(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{_lua(key)}] = {_lua(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(_lua(each) for each in value) + "}"
    return json.dumps(value, ensure_ascii=False).replace("\\/", "/")


# Requests are put together once, so that the generator itself costs little.
_SCRIPT = """
local asked = %s
local made, turn = {}, 0
init = function()
  for n, each in ipairs(asked) do made[n] = wrk.format(each.method, each.path, each.headers, each.body) end
end
request = function()
  turn = turn %% #made + 1
  return made[turn]
end
done = function(summary, latency)
  local errors = summary.errors
  print(string.format('{"requests": %%d, "seconds": %%f, "median": %%f, "p99": %%f, "failed": %%d}',
    summary.requests, summary.duration / 1000000, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""

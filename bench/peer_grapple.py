"""The Wagtail site with Grapple (``bench/peers/grapple``), in an environment of its own under ``var/``."""

from __future__ import annotations

import contextlib
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.serving import Request, Running, serving
from bench.throwaway import ROOT

PROJECT = ROOT / "bench" / "peers" / "grapple"
# As its documentation has it; and with the related rows of a list read at once (peer.models).
VARIANTS: dict[str, dict[str, str]] = {"Grapple": {}, "Grapple, tuned": {"PEER_TUNED": "1"}}


class Grapple:
    """The site, filled; what to ask it, and how many statements each of its variants makes for that."""

    def __init__(self, database: dict[str, str], count: int) -> None:
        self.python = _environment()
        self.env = {**database, "DJANGO_SETTINGS_MODULE": "peer.settings", "PYTHONPATH": str(ROOT)}
        self._run("fill.py", str(count), env={})
        told = [json.loads(self._run("ask.py", env=variant)) for variant in VARIANTS.values()]
        self.statements = [each["statements"] for each in told]
        headers = {"Content-Type": "application/json", "Connection": "close"}
        self.asked = {
            operation: [Request("/api/graphql/", headers, json.dumps(body))]
            for operation, body in told[0]["asked"].items()
        }

    def serve(self, server: str, threads: int, stack: contextlib.ExitStack) -> Iterator[tuple[str, Running]]:
        """Start every variant; gives their names with the servers."""
        for name, variant in VARIANTS.items():
            env = {**self.env, **variant}
            running = stack.enter_context(
                serving(server, "peer.wsgi:application", env=env, cwd=PROJECT, python=str(self.python), threads=threads)
            )
            for operation, (request,) in self.asked.items():
                status, body, _etag = running.ask(request)
                if status != 200 or b'"errors"' in body:
                    raise RuntimeError(f"{name}: {operation}: {status} {body[:500]!r}")
            yield name, running

    def _run(self, *command: str, env: dict[str, str]) -> str:
        done = subprocess.run(
            [str(self.python), *command],
            env={**self.env, **env},
            cwd=PROJECT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout.strip().rpartition("\n")[2]


def _environment() -> Path:
    """Python with the peer's requirements; installed when they are new."""
    requirements = PROJECT / "requirements.txt"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = ROOT / "var" / "bench" / f"grapple-{wanted}"
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        print("Installing the peer's packages ...", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "-r", str(requirements)], check=True)
        (folder / "installed").touch()
    return python

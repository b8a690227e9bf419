"""How fast is the API, beside Wagtail with Grapple and beside a bare Django view that gives the same bytes?

    python -m bench.api                       # SIZE=small: 2,000 and 10,000 items, granian, SQLite
    SIZE=province DATABASE_URL=postgres://... REDIS_URL=redis://... python -m bench.api

All of them run at once, each behind a server of its own with two processes, and are asked in turn by wrk over 16
connections, each request over a new one, as a proxy in front does. *Cold*: nothing is kept of any answer. *Warm*: as
installed; members each with a token of their own, every tenth a cell's secretary, ask for trusted documents by GET.
Grapple runs as its documentation has it, and again with the related rows of a list read at once. Ratios are of
requests a second; the CPU time of the workers for one request stands beside them, for it is hardly touched by what
else the machine does (a database server's is not in it). Exit status 1 where a goal is missed on the faster of the two
servers; of the other, and of the tuned Grapple, which no goal is about, the ratios are shown. Search is measured apart
(``bench.search_judged``).
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import phone
from bench.peer_grapple import Grapple
from bench.serving import CONNECTIONS, PROCESSES, SETUPS, Load, Request, Running, load, serving, tool
from bench.throwaway import ROOT, databases, machine, per_size

HOME, ARTICLE, DEEP, FEW = "home of 20", "one article", "page 50 of a category", "a category of 30 old items"
COMPARED = [HOME, ARTICLE, DEEP]
MEMORY_GOAL = 250  # MB
GROWTH_GOAL = 1.2
SHARE_OF_BARE, WARM_GOAL = 0.7, 25
COLD_GOALS = {HOME: 8, ARTICLE: 4, DEEP: 8}


def main() -> None:
    """Fill the databases, measure, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inside", nargs="+", help=argparse.SUPPRESS)
    if inside := parser.parse_args().inside:
        import django

        django.setup()
        print(json.dumps(_inside(*inside)))
        return
    generator, where = tool(), machine()
    missed: list[str] = []
    with databases() as made:
        few_env = installation(made.fresh())
        run_inside(few_env, "people", per_size(small=500, province=5_000), per_size(small=4_000, province=100_000))
        many_env = installation(made.copy_of(few_env))
        sizes = (2_000, per_size(small=10_000, province=200_000))
        for env, size in zip((few_env, many_env), sizes, strict=True):
            run_inside(env, "publish", size)
        few, many = (
            run_inside(env | {"BENCH_COLD": "1"}, "asked", per_size(small=100, province=1_000))
            for env in (few_env, many_env)
        )
        grapple = Grapple(made.empty(), sizes[0])
        print(f"\n{made.kind}, {where}; {generator}, {CONNECTIONS} connections; {PROCESSES} processes each")
        print(f"{sizes[0]:,} items; statements for one request: {_statements(few, grapple)}")
        for server, threads in SETUPS[: per_size(small=1, province=len(SETUPS))]:
            with contextlib.ExitStack() as running:
                bench = Bench(server, threads, made.folder, running)
                sides = bench.start(few_env, many_env, few, many, grapple)
                of_this = bench.tables(sides, sizes)
                missed += of_this if (server, threads) == SETUPS[0] else []
    print("\nMissed: " + "; ".join(missed) if missed else "\nAll goals met.")
    sys.exit(1 if missed else 0)


@dataclasses.dataclass
class Side:
    """One of those that are compared: a server, and for each operation the requests that are put to it in turn."""

    name: str
    running: Running
    asked: dict[str, list[Request]]
    loads: dict[str, list[Load]] = dataclasses.field(default_factory=dict)

    def rate(self, operation: str) -> float:
        """Requests a second."""
        return statistics.median(each.per_second for each in self.loads[operation])

    def cpu(self, operation: str) -> float:
        """Milliseconds of the workers' CPU for one request."""
        return statistics.median(each.cpu for each in self.loads[operation])

    def cell(self, operation: str) -> str:
        """The side's cell in a table."""
        if operation not in self.loads:
            return "–"
        late = statistics.median(each.p99 for each in self.loads[operation])
        return f"{self.rate(operation):,.0f} ({self.cpu(operation):.2f}; {late:.0f})"


class Bench:
    """One web server's turn: all sides behind it."""

    def __init__(self, server: str, threads: int, folder: Path, running: contextlib.ExitStack) -> None:
        self.server = server
        self.threads = threads
        self.name = f"{server}, {threads} thread{'s' * (threads > 1)} each"
        self.folder = folder
        self.running = running

    def start(
        self,
        few_env: dict[str, str],
        many_env: dict[str, str],
        few: dict[str, Any],
        many: dict[str, Any],
        grapple: Grapple,
    ) -> dict[str, Side]:
        """Start all sides and measure them."""
        few_asked, many_asked = _requests(few), _requests(many)
        warm = self._ours("warm", few_env, few_asked)
        cold = self._ours("cold", few_env | {"BENCH_COLD": "1"}, few_asked)
        more = self._ours("cold, many items", many_env | {"BENCH_COLD": "1"}, many_asked)
        unchanged = Side("304", warm.running, {})
        answers = self.folder / f"answers-{self.server}-{self.threads}"
        answers.mkdir()
        self.bytes = {}
        for n, (operation, requests) in enumerate(few_asked.items()):
            status, body, _etag = warm.running.ask(requests[0])
            if status != 200 or b'"errors"' in body:
                raise RuntimeError(f"{operation}: {status} {body[:500]!r}")
            (answers / str(n)).write_bytes(body)
            self.bytes[operation] = len(body)
            unchanged.asked[operation] = [
                dataclasses.replace(each, headers={**each.headers, "If-None-Match": warm.running.ask(each)[2] or ""})
                for each in requests
            ]
        bare = self._serve("bench.peers.bare:application", few_env | {"BARE_ANSWERS": str(answers)})
        sides = [
            Side("bare", bare, {operation: _of_bare(n, few_asked[operation]) for n, operation in enumerate(few_asked)}),
            *(
                Side(name, running, grapple.asked)
                for name, running in grapple.serve(self.server, self.threads, self.running)
            ),
            cold,
            more,
            warm,
            unchanged,
        ]
        self._measure(sides)
        return {side.name: side for side in sides}

    def _ours(self, name: str, env: dict[str, str], asked: dict[str, list[Request]]) -> Side:
        return Side(name, self._serve("cms.wsgi:application", env), asked)

    def _serve(self, application: str, env: dict[str, str]) -> Running:
        return self.running.enter_context(serving(self.server, application, env=env, cwd=ROOT, threads=self.threads))

    def _measure(self, sides: list[Side]) -> None:
        """Every side in turn, so that what else the machine does falls on all of them."""
        for turn in range(per_size(small=5, province=7)):
            for operation in [*COMPARED, FEW]:
                for side in (each for each in sides if operation in each.asked):
                    seconds = per_size(small=3, province=6) if turn else 1  # the first one only warms up
                    done = load(side.running, side.asked[operation], seconds=seconds, folder=self.folder)
                    if done.failed:
                        raise RuntimeError(f"{side.name}: {done.failed} failed requests of {operation}")
                    if turn:
                        side.loads.setdefault(operation, []).append(done)
                print(".", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)

    def tables(self, sides: dict[str, Side], sizes: tuple[int, int]) -> list[str]:
        """Print what was measured; returns the goals that were missed."""
        shown = [side for side in sides.values() if side.name != "cold, many items"]
        print(f"\n### {self.name}: requests a second (CPU, ms; p99, ms)\n")
        print("| operation | bytes | " + " | ".join(side.name for side in shown) + " |")
        print("|---|--:|" + "---|" * len(shown))
        for operation in COMPARED:
            print(f"| {operation} | {self.bytes[operation]:,} | {' | '.join(side.cell(operation) for side in shown)} |")
        print("\n| goal | wanted | requests a second | by CPU | met |\n|---|--:|--:|--:|---|")
        missed = []
        for name, wanted, side, than, operation in _goals():
            ratio = sides[side].rate(operation) / sides[than].rate(operation)
            by_cpu = sides[than].cpu(operation) / sides[side].cpu(operation)
            if wanted is None:
                print(f"| {name} | | {ratio:.2f} | {by_cpu:.2f} | |")
                continue
            met = "yes" if ratio >= wanted else "NO"
            print(f"| {name} | {wanted} | {ratio:.2f} | {by_cpu:.2f} | {met} |")
            missed += [f"{self.name}: {name} {ratio:.2f} (wanted {wanted})"] if met == "NO" else []
        small, large = sizes
        few, many = sides["cold"], sides["cold, many items"]
        print(f"\n| cold | {small:,} items | {large:,} items | time, ratio | by CPU | met |\n|---|---|---|--:|--:|---|")
        for operation in few.loads:
            growth = few.rate(operation) / many.rate(operation)
            met = "yes" if growth <= GROWTH_GOAL else "NO"
            by_cpu = many.cpu(operation) / few.cpu(operation)
            print(
                f"| {operation} | {few.cell(operation)} | {many.cell(operation)} | {growth:.2f} | {by_cpu:.2f} | {met} |"
            )
            missed += [f"{self.name}: {operation} {growth:.2f} times slower"] if met == "NO" else []
        memory = {side.name: side.running.memory() for side in shown if side.name != "304"}
        print(f"\nRSS of the workers, MB: {'; '.join(f'{name} {value}' for name, value in memory.items())}")
        if max(memory["warm"] + memory["cold"]) >= MEMORY_GOAL:
            missed.append(f"{self.name}: RSS {max(memory['warm'] + memory['cold'])} MB")
        return missed


def _goals() -> list[tuple[str, float | None, str, str, str]]:
    """Name, ratio wanted (None: only shown), which side, against which, by which operation."""
    goals: list[tuple[str, float | None, str, str, str]] = []
    for operation in COMPARED:
        goals.append((f"{operation}: warm to bare", SHARE_OF_BARE, "warm", "bare", operation))
    for peer, of_a_goal in (("Grapple", True), ("Grapple, tuned", False)):
        for operation in COMPARED:
            warm, cold = (WARM_GOAL, COLD_GOALS[operation]) if of_a_goal else (None, None)
            goals.append((f"{operation}: warm to {peer}", warm, "warm", peer, operation))
            goals.append((f"{operation}: cold to {peer}", cold, "cold", peer, operation))
    return goals


def installation(environment: dict[str, str]) -> dict[str, str]:
    """The environment of an installation on this database (``bench.settings``)."""
    return environment | {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "SECRET_KEY": "benchmarks only: thirty-two bytes and more of nothing",
        "ALLOWED_HOSTS": "127.0.0.1",
    }


def run_inside(env: dict[str, str], *arguments: Any, module: str = "bench.api") -> Any:
    """Do something in a process of its own that uses this database, and give what it prints."""
    command = [sys.executable, "-m", module, "--inside", *map(str, arguments)]
    done = subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _inside(what: str, *numbers: str) -> Any:
    from bench import published

    if what == "people":
        return published.people(*map(int, numbers))
    if what == "publish":
        return published.publish(int(numbers[0]))
    count = int(numbers[0])
    members = published.sign_in(count, lifetime=datetime.timedelta(hours=12), secretaries=count // 10)
    variables = published.questions(members[-1]["access"])
    asked = {HOME: ("home", variables["home"]), ARTICLE: ("article", variables["article"])}
    asked |= {DEEP: ("home", variables["deep"]), FEW: ("home", variables["few"])}
    statements = {
        operation: published.statements(phone.query(*question, token=members[-1]["access"]))
        for operation, question in asked.items()
    }
    return {"members": members, "asked": asked, "statements": statements}


def _closing(request: Request) -> Request:
    """Over a connection of its own, as those to the peer. Kept ones are not shared evenly among processes."""
    return dataclasses.replace(request, headers={**request.headers, "Connection": "close"})


def _of_bare(number: int, requests: list[Request]) -> list[Request]:
    """What the bare view is asked: the same requests, for to read an address and headers is the server's work for all."""
    return [Request(f"/{number}?{each.path.partition('?')[2]}", each.headers) for each in requests]


def _requests(found: dict[str, Any]) -> dict[str, list[Request]]:
    """For each operation the requests of all members."""
    return {
        operation: [_closing(phone.query(name, variables, token=member["access"])) for member in found["members"]]
        for operation, (name, variables) in found["asked"].items()
    }


def _statements(few: dict[str, Any], grapple: Grapple) -> str:
    parts = []
    for operation in COMPARED:
        theirs = " and ".join(str(each[operation]) for each in grapple.statements)
        parts.append(f"{operation} ours, cold, {few['statements'][operation]}, Grapple {theirs}")
    return "; ".join(parts)


if __name__ == "__main__":
    main()

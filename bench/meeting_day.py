"""The evening of the 3rd: how many members can open the app at once, and how long do they wait?

    python -m bench.meeting_day                # SIZE=small: 200 cells, 4,000 members, a minute for the hour, SQLite
    SIZE=province DATABASE_URL=postgres://... REDIS_URL=redis://... python -m bench.meeting_day

Every member is signed in. First ever more phones, until the machine is full: its saturation point. Then the hour from
19:00 to 20:00, told in a shorter time, at whose peak there are seven tenths of that; meanwhile an article goes out
now and then, so that nothing that is kept holds for long. The phones (``bench.phones``, locust) use this machine too; how much of
it they take is printed. Production settings, rate limits and all. Exit status 1 where anything fails.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
import time
from typing import Any

from bench.api import installation, run_inside
from bench.serving import PROCESSES, SETUPS, serving
from bench.throwaway import ROOT, databases, machine, per_size

NEWCOMERS = 20
PASSWORD = "Sotay-bench-2026"
ITEMS = 2_000


def main() -> None:
    """Fill a database, let the members come, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inside", nargs="+", help=argparse.SUPPRESS)
    if inside := parser.parse_args().inside:
        import django

        django.setup()
        print(json.dumps(_inside(*inside)))
        return
    cells, members = per_size(small=200, province=5_000), per_size(small=4_000, province=100_000)
    where, failed = machine(), 0
    with databases() as made:
        # people_the_province makes a seventh of the units grassroots; the rest are cells.
        env = installation(made.fresh()) | {"DJANGO_SETTINGS_MODULE": "cms.settings.production"}
        run_inside(env, "people", cells * 7 // 6 + 15, members)
        run_inside(env, "publish", ITEMS)
        people = made.folder / "people.json"
        people.write_text(json.dumps(run_inside(env, "members", members, cells, module="bench.meeting_day")))
        cache = "Redis" if env.get("REDIS_URL") else "local memory"
        print(f"\n{made.kind}, {cache}, {where}; {cells:,} cells, {members:,} members, {PROCESSES} processes")
        # One server alone: the phones spend their refresh tokens, and each article goes out once.
        failed += _evening(*SETUPS[0], env, str(people))
    sys.exit(1 if failed else 0)


def _evening(server: str, threads: int, env: dict[str, str], people: str) -> int:
    """One server's evening; returns how many requests failed."""
    hour = per_size(small=36, province=600)
    with serving(server, "cms.wsgi:application", env=env, cwd=ROOT, threads=threads) as running:
        editors = subprocess.Popen(
            [sys.executable, "-m", "bench.meeting_day", "--inside", "editors", str(per_size(small=10, province=60))],
            env=env,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        try:
            sizes = (per_size(small=3, province=20), per_size(small=256, province=2048), hour)
            command = [sys.executable, "-m", "bench.phones", str(running.port), people, *map(str, sizes)]
            done = subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        finally:
            editors.terminate()
            editors.wait()
        memory = running.memory()
    found = json.loads(done.stdout.splitlines()[-1])
    print(f"\n### {server}: ever more phones\n\n| phones | requests a second | p50, ms | p95 | p99 | failed |")
    print("|--:|--:|--:|--:|--:|--:|")
    for step in found["steps"]:
        print(f"| {step['phones']:,} | {step['rate']:,.0f} | {_times(step['all'])} |")
    best = max(found["steps"], key=lambda each: each["rate"])
    print(f"\nSaturation: {best['rate']:,.0f} requests a second with {best['phones']:,} phones.")
    print(f"\n### {server}: the hour, in {hour} s, {found['phones']:,} phones at its peak\n")
    print("| operation | requests | p50, ms | p95 | p99 | failed |\n|---|--:|--:|--:|--:|--:|")
    for name, row in {**found["hour"]["operations"], "all": found["hour"]["all"]}.items():
        print(f"| {name} | {row['requests']:,} | {_times(row)} |")
    print(
        f"\n{found['hour']['rate']:,.0f} requests a second on average; the phones took {found['generator']:.2f} of the cores; "
        f"RSS of the workers {memory} MB; {found['visits']:,} visits"
    )
    for why, count in found["errors"]:
        print(f"- {count} x {why}")
    return sum(count for _why, count in found["errors"])


def _times(row: dict[str, Any]) -> str:
    return " | ".join(f"{row[key]:,}" for key in ("p50", "p95", "p99", "failed"))


def _inside(what: str, *numbers: str) -> Any:
    if what == "editors":
        return _publish_now_and_then(int(numbers[0]))
    members, cells = map(int, numbers)
    return _members(members, cells)


def _members(count: int, cells: int) -> dict[str, Any]:
    """Everybody's tokens, some accounts with a password, and some documents to list."""
    from django.contrib.auth.hashers import make_password

    from accounts.models import User
    from bench import published

    published.publish_documents(100)
    members = published.sign_in(count, lifetime=datetime.timedelta(minutes=10), secretaries=cells)
    codes = [each["code"] for each in members[-NEWCOMERS:]]
    for code in codes:
        User.objects.filter(username=code).update(password=make_password(PASSWORD))
    return {
        "members": [{"refresh": each["refresh"]} for each in members[:-NEWCOMERS]],
        "newcomers": [{"username": code, "password": PASSWORD} for code in codes],
    }


def _publish_now_and_then(seconds: int) -> None:
    from bench import published

    for number in range(ITEMS, ITEMS + 1000):
        time.sleep(seconds)
        published.publish_one(number)


if __name__ == "__main__":
    main()

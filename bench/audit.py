"""How long does the audit take to be checked, searched and taken out when it is a million entries long?

    python -m bench.audit                       # SIZE=small: 20,000 entries, SQLite
    SIZE=province DATABASE_URL=postgres://... python -m bench.audit

Fills a database of its own with a sound chain about 5,000 units and 2,000 people, then times ``verify_audit``, appending, the
screen with each filter (median of five after one warm-up), and the whole file, with the memory that each took. Exit status 1
where a screen takes more than a second or memory grows by more than 64 MB.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from typing import Any

from bench.throwaway import ROOT, databases, machine, per_size

GOAL = 1.0  # seconds
MEMORY = 64  # MB
TURNS = 5
APPENDS = 500
ACTS = ["publish", "approve", "sign_in", "move_member", "read_file", "send_notice", "submit", "decide"]


def main() -> None:
    """Fill a database, measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inside", choices=["fill", "measure"], help=argparse.SUPPRESS)
    if inside := parser.parse_args().inside:
        import django

        django.setup()
        print(json.dumps(fill() if inside == "fill" else measure()))
        return
    where = machine()
    with databases() as made:
        database = made.fresh()
        # In a process of its own, so that its memory is not taken for that of what is measured.
        filled, result = (_inside(part, database) for part in ("fill", "measure"))
    print(f"\n{made.kind}, {where}; {filled}\n\n| what | seconds | more memory, MB |\n|---|--:|--:|")
    for what, seconds, memory in result["rows"]:
        print(f"| {what} | {seconds:.2f} | {'' if memory is None else memory} |")
    print("\nMissed: " + ", ".join(result["missed"]) if result["missed"] else "\nAll within their goals.")
    sys.exit(1 if result["missed"] else 0)


def _inside(part: str, database: dict[str, str]) -> Any:
    command = [sys.executable, "-m", "bench.audit", "--inside", part]
    done = subprocess.run(command, env=database, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure() -> dict[str, Any]:
    """Time everything."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from audit.actions import record
    from audit.anchors import anchor_head, stores
    from audit.verification import verify

    anchor_head()
    rows: list[tuple[str, float, int | None]] = []
    missed = []

    started, before = time.perf_counter(), _memory()
    verdict = verify(stores())
    assert verdict.is_sound, verdict
    rows.append(("verify_audit", time.perf_counter() - started, _memory() - before))

    started = time.perf_counter()
    for n in range(APPENDS):
        record("act", actor="bench", target=f"vật {n}")
    rows.append((f"append {APPENDS} entries, one after the other", time.perf_counter() - started, None))

    client = Client()
    client.force_login(get_user_model().objects.create_superuser("quantri", password=None))
    for name, query in _questions():
        client.get(f"/admin/reports/audit/?{query}")
        times = []
        for _turn in range(TURNS):
            started = time.perf_counter()
            answer = client.get(f"/admin/reports/audit/?{query}")
            times.append(time.perf_counter() - started)
        found = answer.context_data["paginator"].count
        rows.append((f"screen: {name} ({found:,})", statistics.median(times), None))
        if rows[-1][1] > GOAL:
            missed.append(f"{name} {rows[-1][1]:.2f} s")

    for name, query in (("the whole", ""), ("one unit of 700", "unit=U0700")):
        started, before = time.perf_counter(), _memory()
        size = sum(len(part) for part in client.get(f"/admin/reports/audit/export/?{query}").streaming_content)
        rows.append((f"file: {name} ({size / 1e6:.1f} MB)", time.perf_counter() - started, _memory() - before))
    missed += [f"{what} {memory} MB" for what, _seconds, memory in rows if memory is not None and memory > MEMORY]
    return {"rows": rows, "missed": missed}


def _questions() -> list[tuple[str, str]]:
    return [
        ("the newest", ""),
        ("a person", "person=nguoi0042"),
        ("a person who did nothing", "person=khong-co"),
        ("an item", "item=cms.article 777"),
        ("an item by its number alone", "item=777"),
        ("a cell", "unit=U3000"),
        ("a unit of the grassroots", "unit=U0700"),
        ("a district", "unit=U0005"),
        ("the province", "unit=U0000"),
        ("a district, an act", "unit=U0005&act=publish"),
        ("one day in the middle", "at_from=2024-06-01&at_to=2024-06-01"),
        ("refusals", "outcome=refused"),
        ("a word that many targets have", "q=Nghị quyết"),
        ("a word that one target has", "q=độc nhất"),
    ]


def fill() -> str:
    """A sound chain of its size; how much that is, in words."""
    from django.db import connection

    from audit.models import GENESIS, AuditEntry, AuditHead
    from demo.bulk import insert_rows
    from organizations.models import Organization

    count = per_size(small=20_000, province=1_000_000)
    started, rng = time.monotonic(), random.Random(2026)
    paths = _units(Organization)
    at, previous, batch = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC), GENESIS, []
    step = datetime.timedelta(milliseconds=int(5 * 365 * 86_400_000 / count))
    for seq in range(1, count + 1):
        person = rng.randrange(2000)
        entry = AuditEntry(
            seq=seq,
            at=at + seq * step,
            actor_id=person + 1000,
            actor=f"nguoi{person:04d}",
            act=rng.choice(ACTS),
            outcome="refused" if seq % 50 == 0 else "done",
            target_type="cms.article",
            target_id=str(rng.randrange(count // 10)),
            target="Nghị quyết độc nhất" if seq == count // 3 else f"Bài về nghị quyết số {seq % 1000}",
            unit=rng.choice(paths),
            actor_unit=rng.choice(paths),
            detail={"revision": seq, "reason": "Theo kế hoạch của Ban Thường vụ Tỉnh ủy"},
            previous=previous,
        )
        entry.digest = previous = entry.computed_digest()
        batch.append(entry)
        if len(batch) == 5000 or seq == count:
            insert_rows(AuditEntry, batch)
            batch = []
    AuditHead.objects.update_or_create(pk=1, defaults={"seq": count, "digest": previous})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return f"{count:,} entries, filled in {time.monotonic() - started:.0f} s"


def _units(model: Any) -> list[str]:
    """A province, 13 districts, 700 units of the grassroots and 4,286 cells; their paths."""
    paths: list[str] = []
    parents = [None] + [0] * 13 + [1 + n % 13 for n in range(700)] + [14 + n % 700 for n in range(4286)]
    made: list[Any] = []
    for n, parent in enumerate(parents):
        unit = model(
            code=f"U{n:04d}", name=f"Tổ chức {n}", level="cell", parent=made[parent] if made else None, path="-"
        )
        unit.save()
        unit.path = f"{made[parent].path if parent is not None else '/'}{unit.pk}/"
        unit.save(update_fields=["path"])
        made.append(unit)
        paths.append(unit.path)
    return paths


def _memory() -> int:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()

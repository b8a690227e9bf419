"""Push to a province: how many devices a second, and is anybody skipped or told twice when senders are killed?

    python -m bench.push                                # SIZE=small, SQLite
    SIZE=province DATABASE_URL=postgres://... python -m bench.push

A document is put out for all members and drained to a provider on this machine that notes each message in a file. In the
first part it only takes them; in the others it also "times out" now and then after it has taken a batch, and the sending
processes are killed with SIGKILL at random moments, or four run at once. Afterwards ledger and file are compared: a device
is *skipped* where the provider never got it, and *told twice* where two messages with different keys reached it. A message
that was handed over again under its own key is counted apart: that is what "at least once" costs (docs/messaging.md).
The databases are made for the run and dropped. Exit status 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.publish_faults import _at_once, _kill_many, _run, _set_up
from bench.throwaway import ROOT, databases, machine, per_size

DRAIN = [sys.executable, "-m", "bench.push", "--part", "drainer"]
RECORD = "PUSH_BENCH_RECORD"  # the provider's file, for the processes that are started and killed
LINE = 48
GOAL_RATE = 500  # devices a second, one sender
TIMEOUTS = 0.02  # of the batches


def main() -> None:
    """Run all parts and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20_260_107)
    parser.add_argument("--part", choices=["all", "drainer"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        _set_up()
        from django_q.conf import Conf

        Conf.SYNC = False  # wake-ups go to a queue that nobody reads: here the parts say who sends
        if options.part == "drainer":
            drainer()
        else:
            world = _world()
            found = {}
            for name, part in PARTS.items():
                found[name] = part(options.seed, *world)
                print(name, found[name], file=sys.stderr, flush=True)
            print(json.dumps(found))
        return
    where = machine()
    with databases() as made:
        done = subprocess.run(
            [sys.executable, "-m", "bench.push", "--part", "all", "--seed", str(options.seed)],
            env=made.fresh(),
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        results = json.loads(done.stdout.splitlines()[-1])
        print(f"\n{made.kind}, {where}, seed {options.seed}\n")
    print("| | " + " | ".join(PARTS) + " |\n|---|" + "---|" * len(PARTS))
    for row, label in LABELS.items():
        print(f"| {label} | " + " | ".join(str(results[part].get(row, "")) for part in PARTS) + " |")
    missed = [f"{part}: {goal}" for part in PARTS for goal in ("skipped", "twice", "uneven") if results[part][goal]]
    if results["undisturbed"]["rate"] < GOAL_RATE:
        missed.append(f"undisturbed: {GOAL_RATE} devices a second")
    print("\nGoals missed: " + ", ".join(missed) if missed else "\nAll goals met.")
    sys.exit(1 if missed else 0)


LABELS = {
    "kills": "senders killed or at once",
    "devices": "devices to be told",
    "skipped": "skipped",
    "twice": "told twice (two keys)",
    "again": "handed over again under the same key (kills, time-outs)",
    "rows": "rows in the ledger: accepted / others",
    "seconds": "seconds in all",
    "rate": "devices a second",
    "one_cell": "a push to one cell among them (devices, seconds)",
}


def undisturbed(seed: int, devices: int, cell: Any) -> dict[str, Any]:
    """One sender, nothing in its way."""
    from messaging import push

    record = _provide(Path(tempfile.mktemp()), time_outs=0)
    push_id = _put_out("member")
    started = time.monotonic()
    push.send_due(seconds=36_000)
    seconds = time.monotonic() - started
    found = _compare(devices, record, push_id)
    _put_out(f"member:{cell.pk}")
    started = time.monotonic()
    few = push.send_due(seconds=600)
    found["one_cell"] = f"{few}, {time.monotonic() - started:.2f}"
    return {**found, "kills": 0, "seconds": round(seconds, 1), "rate": round(devices / seconds)}


def killed(seed: int, devices: int, cell: Any) -> dict[str, Any]:
    """Senders killed again and again; then a last one runs to its end."""
    kills = per_size(small=8, province=20)
    return _stormy(kills, devices, lambda done: _kill_many(DRAIN, kills, devices, done, seed))


def four_at_once(seed: int, devices: int, cell: Any) -> dict[str, Any]:
    """Four senders over the same push."""
    return _stormy(4, devices, lambda done: _at_once(DRAIN))


PARTS: dict[str, Any] = {"undisturbed": undisturbed, "killed": killed, "four at once": four_at_once}


def _stormy(processes: int, devices: int, storm: Any) -> dict[str, Any]:
    from django.db import connections

    record = Path(tempfile.mktemp())
    record.touch()
    os.environ[RECORD] = str(record)
    push_id = _put_out("member")
    connections.close_all()
    started = time.monotonic()
    storm(lambda: record.stat().st_size // LINE)
    _run(DRAIN)
    seconds = time.monotonic() - started
    return {**_compare(devices, record, push_id), "kills": processes, "seconds": round(seconds, 1)}


def drainer() -> None:
    """Drain until the push is finished. Lease and pauses are short, or the run would mostly wait for them."""
    from messaging import push, retry
    from messaging.models import Push

    retry.LEASE = datetime.timedelta(seconds=5)
    retry.FIRST_PAUSE = datetime.timedelta(seconds=1)
    retry.MAX_ATTEMPTS = 50  # a batch may be killed more often here than in a year outside
    _provide(Path(os.environ[RECORD]), time_outs=TIMEOUTS)
    while Push.objects.filter(finished_at=None).exists():
        push.send_due(seconds=60)
        time.sleep(0.2)


def _provide(record: Path, *, time_outs: float) -> Path:
    """Put a provider in place that notes each message, and at times loses its answer."""
    from messaging import push
    from messaging.providers.base import ACCEPTED, Outcome, Result

    chance = random.Random()

    class Noting:
        def send(self, messages: Any) -> list[Result]:
            lines = "".join(f"{message.key:<{LINE - 1}}\n" for message in messages)
            with record.open("ab", buffering=0) as file:
                file.write(lines.encode())
            lost = chance.random() < time_outs
            return [Result(Outcome.LATER, "timeout") if lost else ACCEPTED] * len(messages)

    push.provider_for = lambda transport: Noting()  # type: ignore[assignment, return-value]
    return record


def _compare(devices: int, record: Path, push_id: int) -> dict[str, Any]:
    """What the provider got against what the ledger says."""
    from messaging.models import Device, PushDelivery

    handed_over = collections.Counter(record.read_text().split())
    reached = {int(key.rsplit(":", 1)[1]) for key in handed_over}
    known = set(Device.objects.values_list("pk", flat=True))
    rows = PushDelivery.objects.filter(push=push_id)
    accepted, others = rows.filter(state="accepted").count(), rows.exclude(state="accepted").count()
    record.unlink()
    return {
        "devices": devices,
        "skipped": len(known - reached),
        "twice": len(handed_over) - len(reached),
        "again": sum(handed_over.values()) - len(handed_over),
        "rows": f"{accepted} / {others}",
        "uneven": (accepted, others) != (devices, 0),
    }


def _world() -> tuple[int, Any]:
    """A province whose members each have a phone, and one of its cells."""
    from organizations.models import Organization

    count = per_size(small=3_000, province=100_000)
    people_with_phones(units=per_size(small=150, province=5_000), members=count)
    return count, Organization.objects.filter(level="cell").first()


def people_with_phones(*, units: int, members: int) -> None:
    """A province whose members each have a phone that may ring at any hour."""
    from django.contrib.auth import get_user_model
    from django.db import transaction
    from django.db.models import OuterRef, Subquery

    from accounts.models import Session
    from bench.data import BATCH, lay_out, people_the_province
    from messaging.enums import Transport
    from messaging.models import Device, PushPreference
    from organizations.models import Member

    people_the_province(lay_out(), units=units, members=members)
    model = get_user_model()
    pattern = model(username="x", password="!")
    auth_hash = pattern.get_session_auth_hash()
    midnight = datetime.time()
    with transaction.atomic():
        codes = Member.objects.filter(user=None).values_list("code", flat=True)
        users = model.objects.bulk_create(
            [model(username=code, password=pattern.password) for code in codes], batch_size=BATCH
        )
        account = model.objects.filter(username=OuterRef("code")).values("pk")
        Member.objects.filter(user=None).update(user_id=Subquery(account))
        sessions = Session.objects.bulk_create(
            [Session(user=user, device_name="Máy", platform="android", auth_hash=auth_hash) for user in users],
            batch_size=BATCH,
        )
        Device.objects.bulk_create(
            [
                Device(session=each, transport=Transport.FCM, address=f"{each.pk.hex * 5}", digest=each.pk.hex)
                for each in sessions
            ],
            batch_size=BATCH,
        )
        # No quiet hours: the run must not wait for the morning.
        PushPreference.objects.bulk_create(
            [PushPreference(user=user, quiet_from=midnight, quiet_to=midnight) for user in users], batch_size=BATCH
        )


def _put_out(audience: str) -> int:
    """Put a document out, as the gate does, and let the change log be read. The id of its push."""
    import uuid

    from django.utils import timezone

    from messaging.models import Push
    from publishing.actions import PublishedForm, put
    from publishing.effects import drain

    number = random.randrange(10**9)
    form = PublishedForm(
        page_id=number,
        kind="document",
        locale="vi",
        translation_key=uuid.uuid4(),
        slug=f"van-ban-{number}",
        title="Nghị quyết về chuyển đổi số",
        summary="",
        source_code="van-phong",
        audience=[audience],
        payload={"body": []},
    )
    put(form, revision_id=number, due_at=timezone.now())
    drain("push")
    return Push.objects.latest("pk").pk


if __name__ == "__main__":
    main()

"""A notice, its reminder and its urgent texts, with senders killed: is anybody skipped, or told twice?

    python -m bench.notice_kills                                # SIZE=small, SQLite
    SIZE=province DATABASE_URL=postgres://... python -m bench.notice_kills

Members with a phone and a telephone number are sent an urgent notice; a third acknowledges it; the others are reminded, and
texted. Whatever is due is drained to a provider that notes each message in a file. A process that drains kills itself with
SIGKILL at a random hand-over, before or after the provider took the batch, or while it asks for the texts; now and then the
provider takes a batch and its answer is lost. The next process goes on, until one is left to end. Then file and ledger are
compared: *skipped* is who was to be told and never was, *told twice* who got two messages under different keys. Once the
gateway for SMS takes an id once, and once it does not: then nothing may be handed over twice, and what nobody knows is
*uncertain* in the ledger. Exit status 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.publish_faults import _set_up
from bench.throwaway import ROOT, databases, machine, per_size

WHERE = ("before", "after", "asking", "never")
TIMEOUTS = 0.1  # of the hand-overs
LABELS = {
    "kills": "processes killed",
    "told": "to be told: push / reminder / text",
    "skipped": "skipped: push / reminder / text",
    "twice": "told twice (two keys)",
    "again": "handed over again under the same key: pushes / texts",
    "uncertain": "texts of which nobody knows",
}


def main() -> None:
    """Run both gateways and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20_260_107)
    parser.add_argument("--part", choices=["all", "drain"], help=argparse.SUPPRESS)
    parser.add_argument("--record", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--kill", default="never", choices=WHERE, help=argparse.SUPPRESS)
    parser.add_argument("--at", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--batch", type=int, default=500, help=argparse.SUPPRESS)
    parser.add_argument("--keyless", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        _set_up()
        from django_q.conf import Conf

        Conf.SYNC = False  # wake-ups go to a queue that nobody reads: here the parts say who sends
        if options.part == "drain":
            drain(options)
        else:
            print(json.dumps(storm(options.seed, keyless=options.keyless)))
        return
    where, results = machine(), {}
    with databases() as made:
        for name, flags in (("the gateway takes an id once", []), ("it does not", ["--keyless"])):
            command = [sys.executable, "-m", "bench.notice_kills", "--part", "all", "--seed", str(options.seed), *flags]
            done = subprocess.run(command, env=made.fresh(), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
            results[name] = json.loads(done.stdout.splitlines()[-1])
        print(f"\n{made.kind}, {where}, seed {options.seed}\n")
    print("| | " + " | ".join(results) + " |\n|---|" + "---|" * len(results))
    for row, label in LABELS.items():
        print(f"| {label} | " + " | ".join(_shown(each[row]) for each in results.values()) + " |")
    missed = [f"{name}: {goal}" for name, found in results.items() for goal in found["missed"]]
    print("\nGoals missed: " + ", ".join(missed) if missed else "\nAll goals met.")
    sys.exit(1 if missed else 0)


def _shown(value: Any) -> str:
    return " / ".join(str(each) for each in value) if isinstance(value, list) else str(value)


def storm(seed: int, *, keyless: bool) -> dict[str, Any]:
    """Send, have processes killed over it again and again, and compare."""
    from django.db import connections

    count, kills = per_size(small=120, province=20_000), per_size(small=12, province=60)
    notice = _world(count)
    record = Path(tempfile.mkdtemp(prefix="sotay-kills-")) / "record"
    connections.close_all()
    chance = random.Random(seed)
    # So many hand-overs that there is work left for every process that is to be killed.
    batch = max(2, count // 400)
    killed = 0
    for _ in range(kills):
        status = run(record, kill=chance.choice(WHERE[:3]), at=chance.randrange(1, 12), batch=batch, keyless=keyless)
        killed += status == -signal.SIGKILL
    run(record, batch=batch, keyless=keyless)
    return {"kills": killed, **compare(record, notice, keyless=keyless)}


def run(
    record: Path,
    *,
    kill: str = "never",
    at: int = 1,
    batch: int,
    keyless: bool = False,
    env: dict[str, str] | None = None,
) -> int:
    """One process that drains, killed at its hand-over (or its question for texts) of this number; its exit status."""
    command = [sys.executable, "-m", "bench.notice_kills", "--part", "drain", "--record", str(record)]
    command += ["--kill", kill, "--at", str(at), "--batch", str(batch), *["--keyless"] * keyless]
    return subprocess.run(command, cwd=ROOT, env=env, check=False, stdout=subprocess.DEVNULL).returncode


def drain(options: argparse.Namespace) -> None:
    """Do what is due until nothing is left. Leases and pauses are none, or the run would mostly wait for them."""
    from handbook.notices import tasks
    from handbook.notices.actions import texts as urgent
    from messaging import push, retry, texts
    from messaging.models import Push, TextDelivery

    at_once = datetime.timedelta()
    retry.FIRST_PAUSE, retry.MAX_ATTEMPTS = at_once, 1000
    retry.LEASE = texts.LEASE = at_once
    texts.MAX_ATTEMPTS = 1000
    push.BATCH = urgent.BATCH = options.batch
    provider = Noting(options)
    push.provider_for = texts.provider_for = lambda channel: provider.of(channel)  # type: ignore[assignment]
    ask = urgent.send_text

    def asked(**facts: Any) -> Any:
        made = ask(**facts)
        provider.count("asking")
        return made

    urgent.send_text = asked  # type: ignore[assignment]
    while True:
        due = tasks.tell_due()
        push.send_due(seconds=60)
        texts.send_due()
        left = Push.objects.filter(finished_at=None).exists() or TextDelivery.objects.filter(state="pending").exists()
        if not left and not any(due.values()):
            return


class Noting:
    """Stands for every provider: notes what it is given, loses an answer now and then, and kills its own process once."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.calls, self.chance = options, collections.Counter[str](), random.Random(options.at)
        self.channel = ""

    @property
    def takes_a_key_once(self) -> bool:
        """Whether it stands for one that drops what it had before; pushes always do (they replace one another)."""
        return not (self.options.keyless and self.channel == "sms")

    def of(self, channel: str) -> Noting:
        """The same, for this channel."""
        self.channel = str(channel)
        return self

    def count(self, moment: str) -> None:
        """Kill the process where this is its moment; where none of that kind comes, soon after."""
        self.calls[moment] += 1
        its_own = self.options.kill == moment and self.calls[moment] == self.options.at
        overdue = self.options.kill != "never" and self.calls.total() == 3 * self.options.at
        if its_own or overdue:
            os.kill(os.getpid(), signal.SIGKILL)

    def send(self, messages: Any) -> list[Any]:
        """Take the batch."""
        from messaging.providers.base import ACCEPTED, Outcome, Result

        self.count("before")
        with self.options.record.open("ab", buffering=0) as file:
            file.write("".join(f"{message.key}\n" for message in messages).encode())
        self.count("after")
        if self.chance.random() < TIMEOUTS:
            lost = Outcome.LATER if self.takes_a_key_once else Outcome.UNCERTAIN
            return [Result(lost, "timeout")] * len(messages)
        return [ACCEPTED] * len(messages)


def compare(record: Path, notice: Any, *, keyless: bool) -> dict[str, Any]:
    """What the provider got against who was to be told, and against what the ledger says."""
    from handbook.notices.models import NoticeReceipt
    from messaging.models import Device, TextDelivery
    from organizations.models import Member

    taken = collections.Counter(record.read_text().split())
    record.unlink()
    got: dict[str, list[str]] = {"push": [], "reminder": [], "text": []}
    for key in taken:
        parts = key.split(":")
        kind = "text" if "text" in parts else "reminder" if "reminder" in parts else "push"
        got[kind].append(parts[-1])
    done = NoticeReceipt.objects.filter(notice=notice, acknowledged_at__isnull=False).values("member")
    devices = Device.objects.all()
    wanted = {
        "push": {str(pk) for pk in devices.values_list("pk", flat=True)},
        "reminder": {str(pk) for pk in devices.exclude(session__user__member__in=done).values_list("pk", flat=True)},
        "text": {str(pk) for pk in Member.objects.exclude(phone="").exclude(pk__in=done).values_list("pk", flat=True)},
    }
    again = [
        sum(number - 1 for key, number in taken.items() if ("text" in key.split(":")) is is_text)
        for is_text in (False, True)
    ]
    uncertain = set(map(str, TextDelivery.objects.filter(state="uncertain").values_list("member", flat=True)))
    skipped = {kind: wanted[kind] - set(got[kind]) for kind in wanted}
    twice = sum(len(each) - len(set(each)) for each in got.values())
    strangers = sum(len(set(got[kind]) - wanted[kind]) for kind in wanted)
    # Killed before it took the text, one without keys is not asked again: that one is uncertain too.
    skipped_unsaid = [len(skipped["push"]), len(skipped["reminder"]), len(skipped["text"] - uncertain)]
    missed = [
        *["skipped"] * any(skipped_unsaid),
        *["told twice"] * bool(twice),
        *["told who was not to be"] * bool(strangers),
        *["a text handed over again without a key"] * bool(keyless and again[1]),
        *["uncertain although keys are known"] * bool(uncertain and not keyless),
    ]
    return {
        "told": [len(each) for each in wanted.values()],
        "skipped": skipped_unsaid,
        "twice": twice,
        "again": again,
        "uncertain": len(uncertain),
        "missed": missed,
    }


def _world(count: int) -> Any:
    """A province whose members have a phone each, and an urgent notice that went out half an hour ago."""
    from django.db.models import F
    from django.utils import timezone

    from bench import push
    from handbook.notices import actions
    from handbook.notices.actions import Content
    from handbook.notices.models import Notice, NoticeReceipt
    from organizations.models import Member, Organization

    push.people_with_phones(units=max(20, count // 20), members=count)
    unit = Organization.objects.get(code="TB")
    actions.set_text_budget(actor="bench", organization=unit, per_month=10 * count)
    notice = actions.send_now(
        actor="bench",
        organization=unit,
        content=Content(title="Bão số 9", body="b", urgent=True, requires_acknowledgement=True),
    )
    now = timezone.now()
    done = Member.objects.annotate(third=F("pk") % 3).filter(third=0)
    NoticeReceipt.objects.bulk_create(
        [
            NoticeReceipt(notice=notice, member=each, version=1, delivered_at=now, read_at=now, acknowledged_at=now)
            for each in done
        ],
        batch_size=1000,
    )
    actions.remind_notice(actor="bench", notice=notice)
    Notice.objects.filter(pk=notice.pk).update(sent_at=now - datetime.timedelta(minutes=31))
    return notice


if __name__ == "__main__":
    main()

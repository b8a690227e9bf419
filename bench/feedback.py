"""Feedback in a province: what do an officer's inbox, a member's list, asking and answering, and the numbers cost?

    python -m bench.feedback                               # SIZE=small, SQLite
    SIZE=province DATABASE_URL=postgres://... python -m bench.feedback [--threads 100000]

A province with as many threads as members is made: most of them settled, a tenth waiting for committees at every level. Then
inboxes of units are opened, searched and gone through, members list what they wrote, some ask and are answered, and the
numbers of the province are counted and compared with a plain recount. Exit status 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import statistics
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from bench.publish_faults import _set_up
from bench.throwaway import ROOT, databases, machine, per_size

GOAL_INBOX = 100  # ms, p99, of a unit's inbox
GOAL_NUMBERS = 1_000  # ms for the numbers of the province
SAMPLES = 300
LABELS = {
    "units": "members / units",
    "threads": "threads, of them waiting for committees",
    "inbox": "inbox of a unit, 50 rows, ms: median / p99",
    "below": "inbox of the province and all below, 50 rows, ms: median / p99",
    "search": "the same, searched for two words, ms: median / p99",
    "mine": "a member's own threads with what was said, ms: median / p99",
    "thread": "one thread as an officer, ms: median / p99",
    "send": "asking, ms: median / p99",
    "answer": "answering, ms: median / p99",
    "numbers": "numbers of the province by branch, ms: median / worst of 5",
    "every": "numbers of every unit, for a file, ms: median / worst of 5",
    "cell": "numbers of a cell, ms: median / p99",
    "clock": "a run of the clock with nothing due, ms: median / worst of 5",
    "recount": "numbers equal a recount",
}


def main() -> None:
    """Run the size that is asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20_260_107)
    parser.add_argument("--threads", type=int, default=per_size(small=3_000, province=100_000))
    parser.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        _set_up()
        from django_q.conf import Conf

        Conf.SYNC = False  # wake-ups go to a queue that nobody reads
        print(json.dumps(measure(options.seed, options.threads)))
        return
    where = machine()
    with databases() as made:
        done = subprocess.run(
            [sys.executable, "-m", "bench.feedback", "--part", *sys.argv[1:]],
            env=made.fresh(),
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        print(f"\n{made.kind}, {where}, seed {options.seed}\n")
    found = json.loads(done.stdout.splitlines()[-1])
    print("| | |\n|---|---|")
    for row, label in LABELS.items():
        print(f"| {label} | {_shown(found[row])} |")
    missed = _missed(found)
    print("\nGoals missed: " + ", ".join(missed) if missed else "\nAll goals met.")
    sys.exit(1 if missed else 0)


def _missed(found: dict[str, Any]) -> list[str]:
    missed = []
    if found["inbox"][1] > GOAL_INBOX:
        missed.append(f"inbox of a unit within {GOAL_INBOX} ms")
    if found["numbers"][1] > GOAL_NUMBERS:
        missed.append(f"numbers of the province within {GOAL_NUMBERS} ms")
    if not found["recount"]:
        missed.append("equal to a recount")
    return missed


def _shown(value: Any) -> str:
    return " / ".join(f"{each:,.1f}" for each in value) if isinstance(value, list) else str(value)


def measure(seed: int, count: int) -> dict[str, Any]:
    """Make a province with so many members and threads, and measure everything in it."""
    from django.utils import timezone

    from bench.data import lay_out, people_the_province
    from handbook.feedback import actions
    from handbook.feedback.models import FeedbackThread
    from handbook.feedback.permissions import messages_for_member, messages_for_officer
    from handbook.feedback.statistics import every_unit, numbers_by_owner, table_of
    from organizations.models import Member, Organization

    world = lay_out()
    people_the_province(world, units=max(40, count // 20), members=count)
    chance = random.Random(seed)
    officers = _officers(chance)
    made = _fill(chance)
    _analyse()
    top = world.committee[0]
    running = FeedbackThread.objects.running().count()
    found: dict[str, Any] = {
        "units": f"{Member.objects.count():,} / {Organization.objects.count():,}",
        "threads": f"{made:,} / {running:,}",
    }
    related = ("owner", "topic", "author", "assigned_to", "escalated_to")

    def inbox(user: Any, units: Any, text: str = "") -> Callable[[], Any]:
        def act() -> None:
            rows = FeedbackThread.objects.workable_by(user)
            rows = rows.at_units(units) if units else rows
            rows = rows.found_by(text) if text else rows
            list(rows.running().select_related(*related).order_by("due_at", "pk")[:51])

        return act

    chosen = [chance.choice(officers) for _ in range(SAMPLES)]
    found["inbox"] = _timed(inbox(user, [unit]) for user, unit in chosen)
    found["below"] = _timed(inbox(top, None) for _ in range(30))
    words = ["duong lang", "dang phi", "nuoc sach", "so 12", "khong co"]
    found["search"] = _timed(inbox(top, None, chance.choice(words)) for _ in range(30))
    authors = [Member.objects.get(pk=pk) for pk in chance.sample(list(_authors()), min(SAMPLES, count // 4))]

    def mine(member: Any) -> Callable[[], Any]:
        def act() -> None:
            rows = FeedbackThread.objects.of_member(member).select_related(*related)[:21]
            for thread in rows:
                list(messages_for_member(thread))

        return act

    found["mine"] = _timed(mine(member) for member in authors)

    def one(user: Any, unit: Any) -> Callable[[], Any]:
        thread = FeedbackThread.objects.filter(owner=unit, confidential=False).first()
        if thread is None:
            return lambda: None
        return lambda: list(messages_for_officer(user, thread))

    found["thread"] = _timed(one(*each) for each in chosen)
    sent: list[Any] = []

    def send(member: Any) -> Callable[[], Any]:
        return lambda: sent.append(actions.send_feedback(member=member, subject="Hỏi", body="Nội dung " * 20))

    found["send"] = _timed(send(member) for member in authors)
    found["answer"] = _timed(
        (lambda thread=thread: actions.answer_feedback(actor="bench", thread=thread, body="Đáp " * 20))
        for thread in sent
    )
    now = timezone.now()
    since = now - datetime.timedelta(days=365)
    found["numbers"] = _timed((lambda: table_of(top, world.province, since, now) for _ in range(5)), worst=True)
    found["every"] = _timed((lambda: every_unit(top, world.province, since, now) for _ in range(5)), worst=True)
    found["cell"] = _timed((lambda each=each: table_of(each[0], each[1], since, now)) for each in chosen)
    while any(actions.run_clock().values()):
        pass
    found["clock"] = _timed((actions.run_clock for _ in range(5)), worst=True)
    now = timezone.now()
    counted = numbers_by_owner(top, world.province, since, now)
    found["recount"] = _recount(since, now) == {
        pk: (each.received, each.settled, each.open, each.overdue, each.waiting)
        for pk, each in counted.items()
        if any((each.received, each.settled, each.open, each.overdue, each.waiting))
    }
    return found


def _timed(acts: Iterable[Callable[[], Any]], *, worst: bool = False) -> list[float]:
    """Median and p99 (or worst) of these acts, in milliseconds."""
    taken = []
    for act in acts:
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    high = max(taken) if worst else sorted(taken)[max(0, len(taken) * 99 // 100 - 1)]
    return [round(statistics.median(taken), 2), round(high, 2)]


def _officers(chance: random.Random) -> list[tuple[Any, Any]]:
    """A secretary with an account for units of every level."""
    from django.contrib.auth import get_user_model

    from organizations.models import Member, Organization, Position

    units = [unit for level in ("district", "grassroots", "cell") for unit in _some(Organization, level, chance)]
    people = list(Member.objects.filter(user=None).order_by("pk")[: len(units)])
    found = []
    for member, unit in zip(people, units, strict=True):
        member.user = get_user_model().objects.create(username=f"bt-{unit.code}", password="!")
        member.save(update_fields=["user"])
        Position.objects.create(member=member, organization=unit, kind="secretary", valid_from="2020-01-01")
        found.append((member.user, unit))
    return found


def _some(model: Any, level: str, chance: random.Random) -> list[Any]:
    found = list(model.objects.filter(level=level))
    return chance.sample(found, min(40, len(found)))


def _authors() -> Iterable[int]:
    from handbook.feedback.models import FeedbackThread

    return FeedbackThread.objects.order_by().values_list("author", flat=True).distinct()


def _fill(chance: random.Random) -> int:
    """A thread for every member, with two messages: to the cell, the grassroots unit, the branch or the province."""
    from django.utils import timezone

    from bench.pouring import pour
    from handbook.feedback.models import FeedbackMessage, FeedbackThread, Topic
    from organizations.models import Member

    topic = Topic.objects.create(code="chung", name="Chung")
    now, hour = timezone.now(), datetime.timedelta(hours=1)
    asked = ["Đường làng", "Đảng phí", "Nước sạch", "Sinh hoạt chi bộ", "Kết nạp đảng viên"]
    folded = ["duong lang", "dang phi", "nuoc sach", "sinh hoat chi bo", "ket nap dang vien"]
    threads, messages, total = [], [], 0
    for member in Member.objects.filter(user=None).select_related("cell").order_by("pk").iterator():
        line = member.cell.line_ids
        owner = line[chance.choice([-1, -1, -1, -2, -2, -3, 0])] if len(line) > 3 else line[-1]
        which, created = chance.randrange(5), now - chance.randrange(1, 9_000) * hour
        state = chance.choices(["new", "in_progress", "waiting", "answered", "closed"], [6, 4, 3, 27, 60])[0]
        runs, settled = state in ("new", "in_progress"), state in ("answered", "closed")
        due = now + chance.randrange(-40, 200) * hour if runs else None
        thread = FeedbackThread(
            topic=topic if which % 2 else None,
            subject=f"{asked[which]} số {total % 100}",
            text_folded=f"{folded[which]} so {total % 100} {'noi dung ' * 20}",
            author=member,
            cell=member.cell,
            veil=member.cell,
            addressed_to_id=owner,
            owner_id=owner,
            state=state,
            anonymous_to_cell=chance.random() < 0.05,
            created_at=created,
            settled_at=min(now, created + 30 * hour) if settled else None,
            due_at=due,
            escalate_at=due,
            last_number=2,
            answered_number=2 if settled else 0,
            rating=chance.choice([None, None, 3, 4, 5]) if settled else None,
        )
        threads.append(thread)
        for number, kind in ((1, "member"), (2, "committee" if settled else "note")):
            messages.append(
                FeedbackMessage(
                    id=uuid.uuid4(),
                    thread=thread,
                    number=number,
                    kind=kind,
                    body="Nội dung " * 20,
                    organization_id=None if kind == "member" else owner,
                    sent_at=created,
                )
            )
        total += 1
        if len(threads) >= 5_000:
            pour(FeedbackThread, threads)
            pour(FeedbackMessage, messages)
            threads, messages = [], []
    pour(FeedbackThread, threads)
    pour(FeedbackMessage, messages)
    return total


def _recount(since: Any, now: Any) -> dict[int, tuple[int, int, int, int, int]]:
    """The numbers of each owner, one thread after the other."""
    from handbook.feedback.models import FeedbackThread

    found: dict[int, Counter[str]] = {}
    rows = FeedbackThread.objects.values_list("owner", "state", "created_at", "settled_at", "due_at")
    for owner, state, created, settled, due in rows.iterator():
        counts = found.setdefault(owner, Counter())
        counts["received"] += created >= since
        counts["settled"] += state in ("answered", "closed") and settled >= since
        counts["open"] += state in ("new", "in_progress", "approving")
        counts["overdue"] += due is not None and due < now
        counts["waiting"] += state == "waiting"
    names = ("received", "settled", "open", "overdue", "waiting")
    return {pk: tuple(counts[name] for name in names) for pk, counts in found.items() if any(counts.values())}  # type: ignore[misc]


def _analyse() -> None:
    """Let the database know its tables, as it does by itself within minutes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()

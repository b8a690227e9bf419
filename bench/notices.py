"""Notices in a province: how long until one is in every inbox, and what do inbox, receipts and numbers cost?

    python -m bench.notices                                # SIZE=small, SQLite
    SIZE=province DATABASE_URL=postgres://... python -m bench.notices [--sizes 10000,1000000]

A province with notices of every level is made; then notices are sent to all of it, inboxes are read, every member tells
that they have read one, and the numbers of every unit are rolled up and compared with a plain recount. ``--sizes`` does
the requests again at two sizes and divides their fastest tenths. Last, phones send receipts over HTTP to two web processes, the
least that is installed. Exit status 1 where a goal is missed.
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
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from bench import phone
from bench.api import installation
from bench.publish_faults import _set_up
from bench.serving import load, serving
from bench.throwaway import ROOT, databases, machine, per_size

GOAL_VISIBLE = 200  # ms until a provincial notice is in an inbox
GOAL_ROLL_UP = 300  # ms for the numbers of every unit
GOAL_RECEIPTS = 100_000 / 600  # a second
GOAL_GROWTH = 1.3
SAMPLES = 300
THREADS = 4  # of each web process, as installed (docker/entrypoint.sh): one writes while another waits for the disk
LABELS = {
    "members": "members / units",
    "notices": "notices there already",
    "visible": "sent to the province until in an inbox, ms: median / worst of 30 / fastest tenth",
    "inbox": "inbox, 20 notices with texts and receipts, ms: median / p99 / fastest tenth",
    "unread": "unread count, ms: median / p99 / fastest tenth",
    "receipts": "receipts a second, one process",
    "web": "receipts a second over HTTP, two web processes; ms: median / p99; their CPU each, ms",
    "receipt": "one receipt, ms: median / p99 / fastest tenth",
    "roll_up": "numbers of every unit, ms: median / worst of 5 / fastest",
    "cell": "numbers of one cell, ms: median / p99 / fastest tenth",
    "recount": "numbers equal a recount",
}
REQUESTS = ["visible", "inbox", "unread", "receipt", "cell"]


def main() -> None:
    """Run the sizes that are asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20_260_107)
    parser.add_argument("--sizes", help="two numbers of members to compare, beside the size of the run")
    parser.add_argument("--part", choices=["measure", "phones"], help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        _set_up()
        from django_q.conf import Conf

        Conf.SYNC = False  # wake-ups go to a queue that nobody reads
        print(json.dumps(phones(options.count) if options.part == "phones" else measure(options.seed, options.count)))
        return
    where = machine()
    size = per_size(small=3_000, province=100_000)
    default = f"{per_size(small=600, province=10_000)},{per_size(small=6_000, province=0)}"
    small, large = (int(each) for each in (options.sizes or default).split(","))
    sizes = sorted({each for each in (size, small, large) if each})
    with databases() as made:
        results = {}
        for each in sizes:
            environment = made.fresh()
            results[each] = _run(environment, "measure", each, options.seed)
            results[each]["web"] = _over_http(environment, made.folder, options.seed) if each == size else "-"
        print(f"\n{made.kind}, {where}, seed {options.seed}\n")
    print("| | " + " | ".join(f"{each:,}" for each in sizes) + " |\n|---|" + "---|" * len(sizes))
    for row, label in LABELS.items():
        print(f"| {label} | " + " | ".join(_shown(results[each][row]) for each in sizes) + " |")
    # Of the fastest tenth: what else runs on the machine disturbs these least.
    growth = {row: results[sizes[-1]][row][2] / results[sizes[0]][row][2] for row in REQUESTS}
    print(f"\nThe fastest tenth at {sizes[-1]:,} members, of that at {sizes[0]:,}:", end=" ")
    print(", ".join(f"{row} {factor:.2f}" for row, factor in growth.items()))
    missed = _missed(results[size], growth)
    print("\nGoals missed: " + ", ".join(missed) if missed else "\nAll goals met.")
    sys.exit(1 if missed else 0)


def _run(environment: dict[str, str], part: str, count: int, seed: int) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "bench.notices", "--part", part, "--count", str(count), "--seed", str(seed)],
        env=environment,
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    if part == "measure":
        print(count, found, file=sys.stderr, flush=True)
    return found


def _over_http(environment: dict[str, str], folder: Any, seed: int) -> list[Any]:
    """Receipts of as many phones as there are, each its own, to the processes that are installed."""
    told = _run(installation(environment), "phones", per_size(small=1_500, province=12_000), seed)
    requests = [
        phone.mutation(
            "notice-receipts",
            {"receipts": [{"id": told["notice"], "version": 1, "kind": "READ"}]},
            token=token,
            operation="RecordNoticeReceipts",
        )
        for token in told["tokens"]
    ]
    env = installation(environment)
    with serving("gunicorn", "cms.wsgi:application", env=env, cwd=ROOT, threads=THREADS) as running:
        status, body, _etag = running.ask(requests[0])
        if status != 200 or json.loads(body)["data"]["recordNoticeReceipts"]["recorded"] != 1:
            raise SystemExit(f"{status} {body!r}")
        found = load(running, requests, seconds=per_size(small=4, province=30), folder=folder)
    if found.failed:
        raise SystemExit(f"{found.failed} of the receipts failed")
    return [round(found.per_second), round(found.median, 1), round(found.p99, 1), round(found.cpu, 1)]


def phones(count: int) -> dict[str, Any]:
    """A notice to the province that nobody has read, and the tokens of so many members who are signed in."""
    from bench.published import give_accounts, sign_in
    from handbook.notices import actions
    from handbook.notices.actions import Content
    from organizations.models import Organization

    give_accounts()
    notice = actions.send_now(
        actor="bench", organization=Organization.objects.get(code="TB"), content=Content(title="T", body="b")
    )
    signed_in = sign_in(count, lifetime=datetime.timedelta(hours=12), secretaries=0)
    return {"notice": str(notice.pk), "tokens": [each["access"] for each in signed_in]}


def _missed(found: dict[str, Any], growth: dict[str, float]) -> list[str]:
    missed = [f"{row} grows {factor:.2f} times" for row, factor in growth.items() if factor > GOAL_GROWTH]
    if found["visible"][1] > GOAL_VISIBLE:
        missed.append(f"visible after {GOAL_VISIBLE} ms")
    if found["roll_up"][1] > GOAL_ROLL_UP:
        missed.append(f"roll-up in {GOAL_ROLL_UP} ms")
    if found["receipts"] < GOAL_RECEIPTS:
        missed.append(f"{GOAL_RECEIPTS:.0f} receipts a second")
    if found["web"][0] < GOAL_RECEIPTS:
        missed.append(f"{GOAL_RECEIPTS:.0f} receipts a second over HTTP")
    if not found["recount"]:
        missed.append("equal to a recount")
    return missed


def _shown(value: Any) -> str:
    return " / ".join(f"{each:,.1f}" for each in value) if isinstance(value, list) else str(value)


def measure(seed: int, count: int) -> dict[str, Any]:
    """Make a province of so many members, and measure everything in it."""
    from django.utils import timezone

    from bench.data import lay_out, people_the_province
    from handbook.notices import actions
    from handbook.notices.actions import Content, Told
    from handbook.notices.models import Notice, NoticeReceipt, NoticeVersion
    from handbook.notices.reach import numbers_by_place, reach_of, rolled_up
    from organizations.models import Member, Organization
    from organizations.scope import scope_of_member

    world = lay_out()
    people_the_province(world, units=max(40, count // 20), members=count)
    _analyse()
    random_one = random.Random(seed)
    made = _fill()
    _analyse()
    pks = list(Member.objects.order_by("pk").values_list("pk", flat=True))
    chosen = [random_one.choice(pks) for _ in range(SAMPLES)]
    people = [(member := Member.objects.select_related("cell").get(pk=pk), scope_of_member(member)) for pk in chosen]
    found: dict[str, Any] = {"members": f"{count:,} / {Organization.objects.count():,}", "notices": made}

    def send_and_see() -> Callable[[], Any]:
        member, scope = random_one.choice(people)

        def act() -> None:
            notice = actions.send_now(actor="bench", organization=world.province, content=Content(title="T", body="b"))
            inbox = Notice.objects.in_inbox_of(member, scope=scope, at=timezone.now())
            if not inbox.filter(pk=notice.pk).exists():
                raise SystemExit("sent, but in no inbox")

        return act

    found["visible"] = _timed((send_and_see() for _ in range(30)), worst=True)

    def read_inbox(member: Any, scope: Any) -> Callable[[], Any]:
        def act() -> None:
            rows = Notice.objects.in_inbox_of(member, scope=scope, at=timezone.now()).select_related("organization")
            page = list(rows.order_by("-sent_at", "-id")[:21])
            texts = {text.notice_id: text for text in NoticeVersion.objects.filter(notice__in=page)}
            list(NoticeReceipt.objects.filter(member=member, notice__in=list(texts)))

        return act

    found["inbox"] = _timed(read_inbox(*each) for each in people)
    found["unread"] = _timed(
        (lambda each=each: Notice.objects.unread_by(each[0], scope=each[1], at=timezone.now()).count())
        for each in people
    )
    notice = Notice.objects.filter(organization=world.province).latest("sent_at")

    def tell(pk: int) -> Callable[[], Any]:
        member = Member.objects.select_related("cell").get(pk=pk)
        scope = scope_of_member(member)
        kind = random_one.choice(["delivered", "read", "acknowledged"])
        told = Told(notice_id=notice.pk, version=1, kind=kind, at=timezone.now())
        return lambda: actions.record_receipts(member=member, scope=scope, told=[told])

    found["receipt"] = _timed(tell(pk) for pk in chosen)
    tellers = pks[:1_000]
    started = time.monotonic()
    for pk in tellers:
        tell(pk)()
    found["receipts"] = round(len(tellers) / (time.monotonic() - started))
    _tell_all(notice)
    _analyse()

    def roll_up() -> dict[str, Any]:
        return rolled_up(numbers_by_place(notice, world.province.path), world.province.path)

    found["roll_up"] = _timed((roll_up for _ in range(5)), worst=True)
    found["recount"] = _recount(notice) == {
        path: (numbers.audience, numbers.delivered, numbers.read, numbers.acknowledged)
        for path, numbers in roll_up().items()
    }
    cells = [member.cell for member, _scope in people]
    found["cell"] = _timed((lambda cell=cell: reach_of(notice, cell)) for cell in cells)
    return found


def _timed(acts: Iterator[Callable[[], Any]] | Any, *, worst: bool = False) -> list[float]:
    """Median, p99 (or worst) and fastest tenth of these acts, in milliseconds."""
    taken = []
    for act in acts:
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    high = max(taken) if worst else sorted(taken)[max(0, len(taken) * 99 // 100 - 1)]
    return [round(statistics.median(taken), 2), round(high, 2), round(sorted(taken)[len(taken) // 10], 2)]


def _fill() -> int:
    """Notices of a year: 30 of the province, 20 of each branch, 10 of each grassroots unit, 5 of each cell."""
    from django.utils import timezone

    from bench.data import BATCH
    from handbook.notices.models import Notice, NoticeAudience, NoticeVersion
    from organizations.models import Organization

    often = {"province": 30, "district": 20, "grassroots": 10, "cell": 5}
    now, chance = timezone.now(), random.Random(7)
    total = 0
    units = Organization.objects.only("pk", "level").order_by("pk")
    for unit in units.iterator():
        rows = [
            Notice(
                organization_id=unit.pk,
                state="sent",
                created_at=now,
                sent_at=now - datetime.timedelta(minutes=chance.randrange(1, 500_000)),
                expires_at=now + datetime.timedelta(days=300),
                told_version=1,
                texts_done=True,
            )
            for _ in range(often[unit.level])
        ]
        _pending.extend(rows)
        total += len(rows)
        if len(_pending) >= BATCH:
            _write(Notice, NoticeVersion, NoticeAudience, now)
    _write(Notice, NoticeVersion, NoticeAudience, now)
    return total


_pending: list[Any] = []


def _write(notices: Any, versions: Any, audiences: Any, now: Any) -> None:
    from bench.pouring import pour

    pour(notices, _pending)
    pour(
        versions,
        (
            versions(notice=each, number=1, title="Thông báo", body="Nội dung " * 40, created_at=now)
            for each in _pending
        ),
    )
    pour(
        audiences,
        (
            audiences(notice=each, organization_id=each.organization_id, key=f"member:{each.organization_id}")
            for each in _pending
        ),
    )
    _pending.clear()


def _tell_all(notice: Any) -> None:
    """The receipts of everybody else, in one statement: they are there for the numbers, and were measured before."""
    from django.db import connection

    from handbook.notices.models import Notice, NoticeReceipt
    from organizations.models import Member

    # A quarter of all has nothing, a quarter only got it, a quarter read it, a quarter acknowledged it.
    done = {"delivered_at": 0, "read_at": 1, "acknowledged_at": 2}
    facts = ", ".join(f"CASE WHEN id %% 4 > {least} THEN %s END" for least in done.values())
    receipts, members = NoticeReceipt._meta.db_table, Member._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {receipts} (notice_id, member_id, version, answer, reason, {', '.join(done)})"
            f" SELECT %s, id, 1, '', '', {facts} FROM {members} WHERE left_on IS NULL"
            f" AND id NOT IN (SELECT member_id FROM {receipts} WHERE notice_id = %s)",
            [(key := Notice._meta.pk.get_db_prep_value(notice.pk, connection)), *[notice.sent_at] * len(done), key],
        )


def _recount(notice: Any) -> dict[str, tuple[int, int, int, int]]:
    """The numbers of every unit, by going through members and receipts one by one."""
    from handbook.notices.models import NoticeReceipt
    from organizations.models import Member, Organization

    parents = dict(Organization.objects.values_list("pk", "parent_id"))
    paths = dict(Organization.objects.values_list("pk", "path"))
    receipts = {
        member: (delivered is not None, read is not None, acknowledged is not None)
        for member, delivered, read, acknowledged in NoticeReceipt.objects.filter(notice=notice).values_list(
            "member", "delivered_at", "read_at", "acknowledged_at"
        )
    }
    sums: dict[int, Counter[int]] = {}
    for pk, cell in Member.objects.filter(left_on=None).values_list("pk", "cell_id"):
        facts = (True, *receipts.get(pk, (False, False, False)))
        unit = cell
        while unit is not None:
            sums.setdefault(unit, Counter()).update(dict(enumerate(facts)))
            unit = parents[unit]
    return {paths[unit]: (one[0], one[1], one[2], one[3]) for unit, one in sums.items()}


def _analyse() -> None:
    """Let the database know its tables, as it does by itself within minutes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()

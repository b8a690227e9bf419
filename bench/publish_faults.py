"""Kill the publisher, and run several at once: is anything lost, or published twice, or a release half out?

    python -m bench.publish_faults                      # SIZE=small, SQLite
    SIZE=province DATABASE_URL=postgres://... python -m bench.publish_faults

Real ``manage.py publish_due`` processes are killed with SIGKILL at random moments: before they start to work, between
two items, inside one. Then a last one runs to its end, and store, change log, ledger, audit, schedule and page rows are
compared. Beside it, Wagtail's own ``publish_scheduled`` goes through the same on plain pages in a database of its own.
The databases are made for the run and dropped. Exit status 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.throwaway import ROOT, databases, machine, per_size

OURS = [sys.executable, str(ROOT / "manage.py"), "publish_due"]
STOCK = [sys.executable, "-m", "bench.publish_faults", "--part", "stock-publisher"]
GOAL_LATENESS = 60.0  # seconds after the restart, for each item that is due


def main() -> None:
    """Run all parts and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20_260_107)
    parser.add_argument("--part", choices=[*PARTS, "stock-publisher"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part == "stock-publisher":
        _set_up()
        from wagtail.management.commands.publish_scheduled import Command

        Command().handle(dryrun=False)
        return
    if options.part:
        _set_up()
        print(json.dumps(PARTS[options.part](options.seed)))
        return
    where = machine()
    results = {}
    with databases() as made:
        for part in PARTS:
            done = subprocess.run(
                [sys.executable, "-m", "bench.publish_faults", "--part", part, "--seed", str(options.seed)],
                env=made.fresh(),
                cwd=ROOT,
                check=True,
                capture_output=True,
                text=True,
            )
            results[part] = json.loads(done.stdout.splitlines()[-1])
        print(f"\n{made.kind}, {where}, seed {options.seed}\n")
    rows = ["kills", "items", "lost", "twice", "unlogged", "counts", "seconds", "lateness"]
    print("| | " + " | ".join(PARTS) + " |\n|---|" + "---|" * len(PARTS))
    for row in rows:
        print(f"| {LABELS[row]} | " + " | ".join(str(results[part].get(row, "")) for part in PARTS) + " |")
    missed = [
        f"{part}: {goal}"
        for part in ("killed", "four at once", "releases killed")
        for goal in ("lost", "twice", "unlogged", "uneven", "late")
        if results[part][goal]
    ]
    print("\nGoals missed: " + ", ".join(missed) if missed else "\nAll goals met.")
    sys.exit(1 if missed else 0)


LABELS = {
    "kills": "publishers killed or at once",
    "items": "items due",
    "lost": "lost (neither out nor due)",
    "twice": "published twice",
    "unlogged": "out without a log entry; releases seen half out",
    "counts": "store / log / ledger / audit / schedule / live pages",
    "seconds": "seconds in all",
    "lateness": "last item out after the last restart (seconds)",
}


def killed(seed: int) -> dict[str, Any]:
    """Our publisher, killed again and again."""
    kills, items = per_size(small=24, province=120), per_size(small=120, province=1000)
    return _ours(items, lambda done: _kill_many(OURS, kills, items, done, seed), kills)


def four_at_once(seed: int) -> dict[str, Any]:
    """Four of our publishers over the same items."""
    return _ours(per_size(small=60, province=200), lambda done: _at_once(OURS), 4)


def releases_killed(seed: int) -> dict[str, Any]:
    """Our publisher over releases, killed again and again: after each kill a release is out as a whole, or not at all."""
    from django.utils import timezone

    from audit.actions import first_broken_entry
    from bench.data import approve_releases, lay_out, write_articles
    from editorial.enums import ReleaseState
    from editorial.models import Release, ReleaseItem
    from publishing.models import Change, Publication, PublishedItem

    kills, count, size = per_size(small=16, province=64), per_size(small=5, province=8), per_size(small=8, province=200)
    world = lay_out()
    pages = write_articles(world, count * size)
    releases = approve_releases(world, pages, size, due_at=timezone.now() - datetime.timedelta(minutes=1))
    parts: list[int] = []

    def out() -> int:
        """How many items are out; notes each release of which only a part is, or whose mark says something else."""
        marks = dict(Release.objects.values_list("pk", "state"))
        shown = set(PublishedItem.objects.out().values_list("page_id", flat=True))
        live = set(ReleaseItem.objects.filter(page__live=True).values_list("page_id", flat=True))
        for release in releases:
            items = set(ReleaseItem.objects.filter(release=release).values_list("page_id", flat=True))
            expected = items if marks[release] == ReleaseState.OUT else set()
            if items & shown != expected or items & live != expected:
                parts.append(release)
        return len(shown)

    started = time.monotonic()
    chance = random.Random(seed)
    whole = 1.0  # seconds from a start until a release is out, as seen so far
    hits = 0  # kills that found something to keep from going out
    for turn in range(kills):
        before, process, at = out(), _start(OURS), time.monotonic()
        left = count - before // size
        # The releases are shared out over the kills, so that there is still one to be killed in at the last of them.
        goes = turn == 0 or (left > 2 and chance.random() < left / (kills - turn))
        moment = at + (60 if goes else chance.random() * whole)
        while process.poll() is None and Publication.objects.count() == before and time.monotonic() < moment:
            time.sleep(0.02)
        if goes:
            whole = 0.7 * whole + 0.3 * min(time.monotonic() - at, 20)
            time.sleep(chance.random() * whole / 2)  # into the next one
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        hits += out() < count * size
    out()
    _run(OURS)
    items = out()
    gapless = list(Change.objects.values_list("seq", flat=True)) == list(range(1, count * size + 1))
    return {
        "kills": f"{kills}, {hits} with releases left",
        "items": f"{count * size} in {count} releases",
        "lost": count * size - items,
        "twice": PublishedItem.objects.filter(version__gt=1).count(),
        "unlogged": len(parts),
        "counts": f"{items} / {Change.objects.count()} / {Publication.objects.count()}",
        "uneven": bool(parts) or not gapless or first_broken_entry() is not None,
        "seconds": round(time.monotonic() - started, 1),
        "late": False,
    }


def stock_killed(seed: int) -> dict[str, Any]:
    """Wagtail's publisher, killed again and again."""
    kills, items = per_size(small=15, province=120), per_size(small=75, province=1000)
    return _stock(items, lambda done: _kill_many(STOCK, kills, items, done, seed), kills)


def stock_four_at_once(seed: int) -> dict[str, Any]:
    """Four of Wagtail's publishers over the same pages."""
    return _stock(per_size(small=30, province=200), lambda done: _at_once(STOCK), 4)


PARTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "killed": killed,
    "four at once": four_at_once,
    "releases killed": releases_killed,
    "stock killed": stock_killed,
    "stock four at once": stock_four_at_once,
}


def _ours(items: int, storm: Callable[[Callable[[], int]], None], processes: int) -> dict[str, Any]:
    from django.utils import timezone
    from wagtail.models import Page

    from audit.actions import first_broken_entry
    from audit.models import AuditEntry
    from bench.data import approve_all, lay_out, write_articles
    from editorial.enums import ScheduleState
    from editorial.models import Schedule
    from publishing.models import Change, Publication, PublishedItem

    world = lay_out()
    pages = write_articles(world, items)
    approve_all(world, pages, due_at=timezone.now() - datetime.timedelta(minutes=1))
    started = time.monotonic()
    storm(lambda: Publication.objects.count())
    out_before = set(Publication.objects.values_list("pk", flat=True))
    restarted = timezone.now()
    _run(OURS)
    late = [
        (at - restarted).total_seconds()
        for pk, at in Publication.objects.values_list("pk", "published_at")
        if pk not in out_before
    ]
    live = Page.objects.filter(pk__in=pages, live=True)
    published = AuditEntry.objects.filter(act="publish", outcome="done")
    revisions = [entry["revision"] for entry in published.values_list("detail", flat=True)]
    counts = [
        PublishedItem.objects.out().count(),
        Change.objects.count(),
        Publication.objects.count(),
        published.count(),
        Schedule.objects.filter(state=ScheduleState.DONE).count(),
        live.count(),
    ]
    gapless = list(Change.objects.values_list("seq", flat=True)) == list(range(1, items + 1))
    ledger = set(Publication.objects.values_list("revision_id", flat=True))
    return {
        "kills": processes,
        "items": items,
        "lost": items - live.count(),
        "twice": len(revisions) - len(set(revisions)) + PublishedItem.objects.filter(version__gt=1).count(),
        "unlogged": live.exclude(live_revision_id__in=ledger & set(revisions)).count(),
        "counts": " / ".join(map(str, counts)),
        "uneven": set(counts) != {items} or not gapless or first_broken_entry() is not None,
        "seconds": round(time.monotonic() - started, 1),
        "lateness": f"{max(late):.1f} ({len(late)} items)" if late else "all were out",
        "late": max(late, default=0) > GOAL_LATENESS,
    }


def _stock(items: int, storm: Callable[[Callable[[], int]], None], processes: int) -> dict[str, Any]:
    from django.db.models import Count
    from django.utils import timezone
    from wagtail.models import Page, PageLogEntry, Revision

    from bench.data import lay_out
    from cms.models import HomePage

    lay_out()
    root = Page.get_first_root_node()
    locale = HomePage.objects.get(slug="vi").locale
    due = timezone.now() - datetime.timedelta(minutes=1)
    pages = []
    for n in range(items):
        page = root.add_child(instance=HomePage(title=f"Trang {n}", slug=f"trang-{n}", live=False, locale=locale))
        page.go_live_at = due
        page.save_revision(approved_go_live_at=due)
        pages.append(page.pk)
    logged = PageLogEntry.objects.filter(page_id__in=pages, action="wagtail.publish.scheduled")
    started = time.monotonic()
    storm(lambda: logged.count())
    restarted = timezone.now()
    _run(STOCK)
    live = Page.objects.filter(pk__in=pages, live=True)
    still_due = Revision.objects.filter(approved_go_live_at__isnull=False).values_list("object_id", flat=True)
    lost = Page.objects.filter(pk__in=pages, live=False).exclude(pk__in=[int(pk) for pk in still_due])
    repeated = logged.values("page_id").annotate(times=Count("pk")).filter(times__gt=1)
    last = live.filter(last_published_at__gte=restarted).order_by("-last_published_at").first()
    return {
        "kills": processes,
        "items": items,
        "lost": lost.count(),
        "twice": f"{repeated.count()} ({logged.count()} publications)" if repeated else 0,
        "unlogged": live.exclude(pk__in=logged.values("page_id")).count(),
        "counts": f"log {logged.count()}, live pages {live.count()}",
        "seconds": round(time.monotonic() - started, 1),
        "lateness": f"{(last.last_published_at - restarted).total_seconds():.1f}" if last else "all were out",
    }


def _kill_many(command: list[str], kills: int, items: int, done: Callable[[], int], seed: int) -> None:
    """Kill as many processes, each at its own random moment.

    One in ten before it does anything; the others after a random number of items that spreads the kills over all of
    them, and a random part of the time of one item later.
    """
    chance = random.Random(seed)
    one_item = 0.05
    for turn in range(kills):
        before = done()
        # What is left, shared out over the kills that are left, so that there is still work at the last of them.
        share = max(0, items - before) / (kills - turn + 1)
        early = chance.random() < 0.1
        target = before + 1 + int(chance.random() * 2 * max(0.0, share - 1))
        process = _start(command)
        if early:
            time.sleep(chance.random())
        else:
            seen, at = before, time.monotonic()
            while process.poll() is None and seen < target:
                time.sleep(0.002)
                if (now := done()) > seen:
                    if seen > before:
                        one_item = 0.8 * one_item + 0.2 * (time.monotonic() - at) / (now - seen)
                    seen, at = now, time.monotonic()
            time.sleep(chance.random() * one_item)
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.wait()


def _at_once(command: list[str]) -> None:
    running = [_start(command) for _ in range(4)]
    for process in running:
        process.wait()


def _run(command: list[str]) -> None:
    _start(command).wait()


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _set_up() -> None:
    import django

    django.setup()


if __name__ == "__main__":
    main()

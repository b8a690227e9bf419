"""How long do the editors' screens take at the size of a province?

    python -m bench.admin                       # SIZE=small: a tenth, SQLite
    SIZE=province DATABASE_URL=postgres://... python -m bench.admin

Fills a database of its own with pages, units and members, then asks for each screen in process as a contributor, a
desk editor, one of the board and an administrator: median of five after one warm-up, and the queries of one. Exit
status 1 where a screen takes more than a second. A three-digit figure in place of a time is the status of the answer:
that screen is not that person's.
"""

from __future__ import annotations

import argparse
import datetime
import json
import statistics
import subprocess
import sys
import time
from typing import Any

from bench.throwaway import ROOT, databases, machine, per_size

GOAL = 1.0  # seconds
TURNS = 5
WAITING = 300  # pages under review, as many with a date to come, as many plain drafts
PEOPLE = ["contributor", "desk", "board", "administrator"]


def main() -> None:
    """Fill a database, measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    if parser.parse_args().inside:
        import django

        django.setup()
        print(json.dumps(measure()))
        return
    where = machine()
    with databases() as made:
        done = subprocess.run(
            [sys.executable, "-m", "bench.admin", "--inside"],
            env=made.fresh(),
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        result = json.loads(done.stdout.splitlines()[-1])
        print(f"\n{made.kind}, {where}; {result['filled']}\n")
    print("| screen | " + " | ".join(f"{person}: s (queries)" for person in PEOPLE) + " |")
    print("|---|" + "---|" * len(PEOPLE))
    for screen, cells in result["screens"].items():
        print(f"| {screen} | " + " | ".join(cells) + " |")
    print("\nMissed: " + ", ".join(result["missed"]) if result["missed"] else f"\nAll within {GOAL:.0f} s.")
    sys.exit(1 if result["missed"] else 0)


def measure() -> dict[str, Any]:
    """Fill the database and time each screen for each person."""
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    world, filled = _fill()
    administrator = get_user_model().objects.create_superuser("quantri", password=None)
    clients = {}
    for name, person in zip(PEOPLE, [world.contributor, world.desk, world.board, administrator], strict=True):
        clients[name] = Client()
        clients[name].force_login(person)
    screens, missed = {}, []
    for name, address in _screens(world):
        cells = []
        for person, client in clients.items():
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
            asked = len(queries)
            if answer.status_code != 200:
                cells.append(str(answer.status_code))
                continue
            times = []
            for _turn in range(TURNS):
                started = time.perf_counter()
                client.get(address)
                times.append(time.perf_counter() - started)
            seconds = statistics.median(times)
            cells.append(f"{seconds:.2f} ({asked})")
            if seconds > GOAL:
                missed.append(f"{name} for {person} {seconds:.2f} s")
        screens[name] = cells
        print(f"{name}: {', '.join(cells)}", file=sys.stderr, flush=True)
    return {"screens": screens, "missed": missed, "filled": filled}


def _screens(world: Any) -> list[tuple[str, str]]:
    """What is asked for, with what it is called in the table."""
    from django.urls import reverse
    from wagtail.models import Page, TaskState

    from editorial.models import Schedule
    from organizations.models import Member, Organization

    desk, explorer = reverse("editorial_desk"), reverse("wagtailadmin_explore", args=[world.index.pk])
    chooser = reverse("wagtailadmin_choose_page_search")
    newest = Page.objects.child_of(world.index).order_by("-pk")
    draft = newest.filter(live=False).exclude(pk__in=Schedule.objects.values("page"))[WAITING]
    waiting = TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS).select_related("workflow_state").last()
    review = reverse("editorial_review", args=[waiting.workflow_state.object_id, waiting.revision_id])
    unit, cell = world.province, Organization.objects.order_by("-pk")[0]
    member = Member.objects.order_by("-pk")[0]
    find = reverse("organizations:find")
    text, rare = "ngh%E1%BB%8B%20quy%E1%BA%BFt", f"s%E1%BB%91%20{draft.pk}"
    return [
        ("my desk", desk),
        ("my desk: what is out", f"{desk}?section=out"),
        ("my desk: what is out, page 200", f"{desk}?section=out&p=200"),
        ("my desk: drafts", f"{desk}?section=drafts"),
        ("my desk: words that a sixth of the titles have", f"{desk}?q={text}"),
        ("my desk: words that one title has", f"{desk}?q={rare}"),
        ("page search: words that a sixth of the titles have", f"/admin/pages/search/?q={text}"),
        ("page search: words that one title has", f"/admin/pages/search/?q={rare}"),
        ("explorer: root", reverse("wagtailadmin_explore_root")),
        ("explorer: a source's index", explorer),
        ("explorer: its page 2", f"{explorer}?p=2"),
        ("explorer: its last page", f"{explorer}?p=last"),
        ("explorer: by title", f"{explorer}?ordering=title"),
        ("explorer: in the order of the tree", f"{explorer}?ordering=ord"),
        ("explorer: search below the index", f"{explorer}?q={text}"),
        ("page chooser: search", f"{chooser}?q={text}"),
        ("edit a draft", reverse("wagtailadmin_pages:edit", args=[draft.pk])),
        ("history of a draft", reverse("wagtailadmin_pages:history", args=[draft.pk])),
        ("way of a draft", reverse("editorial_path", args=[draft.pk])),
        ("review page", review),
        ("history: who changed what", reverse("editorial_history", args=[draft.pk])),
        ("dashboard", reverse("editorial_dashboard")),
        ("dashboard as a file", reverse("editorial_dashboard_export", args=["xlsx"])),
        ("calendar, month", reverse("editorial_calendar:index")),
        ("workflow report", reverse("wagtailadmin_reports:workflow")),
        ("pictures", reverse("wagtailimages:index")),
        ("attachments", reverse("wagtaildocs:index")),
        ("organizations: tree", reverse("organizations:index")),
        ("organizations: the province", reverse("organizations:unit", args=[unit.pk])),
        ("organizations: a cell", reverse("organizations:unit", args=[cell.pk])),
        ("members: find by name", f"{find}?q=nguyen+van+an"),
        ("members: find by code", f"{find}?q={member.code}"),
        ("members: one", reverse("organizations:member", args=[member.pk])),
    ]


def _fill() -> tuple[Any, str]:
    from django.utils import timezone
    from wagtail.models import Page

    from bench.data import approve_all, lay_out, people_the_province, put_out_all, put_under_review, write_articles
    from cms.models import SourceIndexPage
    from editorial.models import Schedule

    pages, units = per_size(small=10_000, province=100_000), per_size(small=500, province=5_000)
    members = per_size(small=10_000, province=100_000)
    started = time.monotonic()
    world = lay_out(sources=5)
    people_the_province(world, units=units, members=members)
    # Half of all lies below the one index that is measured: daily news of ten years.
    ids = write_articles(world, pages // 2)
    others = SourceIndexPage.objects.filter(locale__language_code="vi").exclude(pk=world.index.pk)
    for n, index in enumerate(others):
        write_articles(world, pages // 2 // others.count(), index=index, seed=n + 2)
    put_under_review(world, ids[-WAITING:])
    approve_all(world, ids[-2 * WAITING : -WAITING], due_at=timezone.now())
    for n, schedule in enumerate(Schedule.objects.pending()):
        Schedule.objects.filter(pk=schedule.pk).update(due_at=timezone.now() + datetime.timedelta(hours=n + 1))
    put_out_all(world, ids[: -3 * WAITING])
    _analyze()
    return world, (
        f"{Page.objects.count():,} pages, {units:,} units, {members:,} members, "
        f"filled in {time.monotonic() - started:.0f} s"
    )


def _analyze() -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("update_index", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()

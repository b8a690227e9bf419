"""Readers who ask all the time, while releases go out and come back, see all of one or nothing.

RELEASE_ITEMS=200 pytest tests/editorial/test_release_readers.py
"""

from __future__ import annotations

import datetime
import json
import os
import threading

import pytest
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone
from wagtail.models import Revision

from bench.data import approve_releases, lay_out, write_articles
from cms.models import Category
from editorial import gate, publisher
from editorial.models import Release, ReleaseItem
from editorial.releases import actions
from handbook.notices.actions import Content, save_notice
from organizations.enums import PositionKind
from organizations.models import Member, Position
from tests.api.conftest import token_for

ITEMS = int(os.environ.get("RELEASE_ITEMS", "24"))
SHELVES = 4  # categories among which the items are dealt, so that no list of 100 hides a part
# Every shelf, and the first of them again at the end: half of a release in one statement of many would show.
SHELF = "shelf%d: articles(first: 100, category: %s) { edges { node { id } } }"
LISTS = " ".join(SHELF % (n, f'"ke-{n % SHELVES}"') for n in range(SHELVES + 1))
NOTICES = "notices(first: 10) { edges { node { id } } }"
CHANGES = """query ($since: String) {
    changes(since: $since, first: 100) { upserts { id } removals { id } cursor hasMore resetRequired }
}"""

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def release(settings):
    """A release of articles on all shelves and a notice, approved and due."""
    settings.API_RATE_LIMITS = False
    assert ITEMS % SHELVES == 0 and ITEMS // SHELVES < 100
    world = lay_out()
    pages = write_articles(world, ITEMS)
    shelves = [Category.objects.create(slug=f"ke-{n}", name=f"Kệ {n}") for n in range(SHELVES)]
    for place, revision in enumerate(Revision.objects.filter(object_id__in=map(str, pages)).order_by("pk")):
        revision.content["category"] = shelves[place % SHELVES].pk
        revision.save(update_fields=["content"])
    notice = notice_of(world)
    (pk,) = approve_releases(world, pages, ITEMS, due_at=timezone.now(), parts=[notice])
    return Release.objects.get(pk=pk), world


def notice_of(world):
    """A draft that the board sends to all of the province."""
    member = Member.objects.create(
        code="BTV", full_name="Nguyễn Văn B", name_folded="nguyen van b", cell=world.province, user=world.board
    )
    Position.objects.create(
        member=member,
        organization=world.province,
        kind=PositionKind.OFFICER,
        valid_from=datetime.date(2020, 1, 1),
    )
    content = Content(title="Mời đọc bản tin", body="Ngày 3.")
    return save_notice(actor=world.board, organization=world.province, content=content)


class Lists:
    """Who opens lists: how many stand on each shelf."""

    query, whole = f"{{ {LISTS} }}", (ITEMS // SHELVES,) * (SHELVES + 1)

    def __init__(self, ask):
        self.ask = ask

    def see(self):
        """One look."""
        data = self.ask(self.query)
        return tuple(len(data[name]["edges"]) for name in sorted(data))


class ListsAndNotices(Lists):
    """The same beside one's notices, which go out with the release."""

    query, whole = f"{{ {LISTS} {NOTICES} }}", (1, *Lists.whole)


class Phone:
    """Who keeps everything on the phone: what it holds whenever it has been told that it has all."""

    whole = ITEMS

    def __init__(self, ask):
        self.ask, self.since, self.held = ask, None, set()

    def see(self):
        """One synchronisation, to its end."""
        while True:
            page = self.ask(CHANGES, since=self.since)["changes"]
            if page["resetRequired"]:
                self.since, self.held = None, set()
                continue
            self.held |= {each["id"] for each in page["upserts"]}
            self.held -= {each["id"] for each in page["removals"]}
            self.since = page["cursor"]
            if not page["hasMore"]:
                return len(self.held)


def nothing(kind):
    """What this reader sees of a release that is not out."""
    return 0 if kind is Phone else (0,) * len(kind.whole)


def seen_while(kind, reader, act):
    """What two such readers saw while this was done, and once more after."""
    seen, errors, done = [], [], threading.Event()
    token = token_for(reader)

    def read():
        client = Client(HTTP_AUTHORIZATION=f"Bearer {token}")

        def ask(query, **variables):
            body = json.dumps({"query": query, "variables": variables})
            answer = client.post("/graphql", body, content_type="application/json").json()
            assert "errors" not in answer, answer["errors"]
            return answer["data"]

        reading = kind(ask)
        try:
            while not done.is_set():
                seen.append(reading.see())
            seen.append(reading.see())
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            errors.append(error)
        finally:
            connections.close_all()

    readers = [threading.Thread(target=read) for _ in range(2)]
    for each in readers:
        each.start()
    try:
        act()
    finally:
        while len(seen) < 4 and not errors:
            pass
        done.set()
        for each in readers:
            each.join()
    assert errors == []
    return set(seen)


KINDS = [Lists, ListsAndNotices, Phone]


@pytest.mark.parametrize("kind", KINDS)
def test_all_of_it_or_nothing(release, kind):
    release, world = release
    reader, none = world.committee[0], nothing(kind)
    seen = seen_while(kind, reader, publisher.publish_due)
    assert seen <= {none, kind.whole} and kind.whole in seen
    assert ReleaseItem.objects.filter(page__live=True).count() == ITEMS
    assert seen_while(kind, reader, lambda: None) == {kind.whole}
    seen = seen_while(
        kind, reader, lambda: actions.roll_back_release(actor=world.board, release=release, reason="Nhầm")
    )
    assert seen <= {none, kind.whole} and none in seen
    assert ReleaseItem.objects.filter(page__live=True).count() == 0


@pytest.mark.parametrize("kind", [Lists, Phone])
def test_control_one_by_one_they_would_see_a_part(release, monkeypatch, kind):
    """The same readers see parts where the items go out each in a transaction of its own."""
    release, world = release
    revisions = [item.revision for item in release.items.select_related("revision")]
    monkeypatch.setattr(gate, "refuse_in_release", lambda page, act: None)
    monkeypatch.setattr(gate, "refuse_unapproved", lambda revision, within=None: None)

    def one_by_one():
        for revision in revisions:
            with transaction.atomic():
                gate.publish(revision, actor=world.board, due_at=release.due_at)

    assert seen_while(kind, world.committee[0], one_by_one) - {nothing(kind), kind.whole}

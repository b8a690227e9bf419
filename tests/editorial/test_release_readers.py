"""Readers who ask all the time, while releases go out and come back, see all of one or nothing.

RELEASE_ITEMS=200 pytest tests/editorial/test_release_readers.py
"""

from __future__ import annotations

import json
import os
import threading

import pytest
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from bench.data import approve_releases, lay_out, write_articles
from editorial import gate, publisher
from editorial.models import Release, ReleaseItem
from editorial.releases import actions
from tests.api.conftest import token_for

ITEMS = int(os.environ.get("RELEASE_ITEMS", "24"))
# Twice in one request, by two statements: half of a release in one of them would show.
ASKED = "{ a: articles(first: 100) { edges { node { id } } } b: articles(first: 100) { edges { node { id } } } }"

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def release(settings):
    settings.API_RATE_LIMITS = False
    world = lay_out()
    pages = write_articles(world, ITEMS)
    (pk,) = approve_releases(world, pages, ITEMS, due_at=timezone.now())
    return Release.objects.get(pk=pk), world


def seen_while(reader, act, asked=ASKED):
    """What this person saw, as pairs of counts, while this was done."""
    seen, errors, done = [], [], threading.Event()
    token = token_for(reader)

    def read():
        client = Client(HTTP_AUTHORIZATION=f"Bearer {token}")
        try:
            while not done.is_set():
                answer = client.post("/graphql", json.dumps({"query": asked}), content_type="application/json").json()
                seen.append(tuple(len(answer["data"][name]["edges"]) for name in ("a", "b")))
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


def test_all_of_it_or_nothing(release):
    release, world = release
    everything = min(ITEMS, 100)
    whole = {(0, 0), (everything, everything)}
    assert seen_while(world.committee[0], publisher.publish_due) <= whole
    assert ReleaseItem.objects.filter(page__live=True).count() == ITEMS
    assert seen_while(world.committee[0], lambda: None) == {(everything, everything)}
    assert (
        seen_while(
            world.committee[0], lambda: actions.roll_back_release(actor=world.board, release=release, reason="Nhầm")
        )
        <= whole
    )
    assert ReleaseItem.objects.filter(page__live=True).count() == 0


def test_control_one_by_one_they_would_see_a_part(release, monkeypatch):
    """The same readers see parts where the items go out each in a transaction of its own."""
    release, world = release
    revisions = [item.revision for item in release.items.select_related("revision")]
    monkeypatch.setattr(gate, "refuse_in_release", lambda page, act: None)
    monkeypatch.setattr(gate, "refuse_unapproved", lambda revision, within=None: None)

    def one_by_one():
        for revision in revisions:
            with transaction.atomic():
                gate.publish(revision, actor=world.board, due_at=release.due_at)

    everything = min(ITEMS, 100)
    assert seen_while(world.committee[0], one_by_one) - {(0, 0), (everything, everything)}

"""No path makes a revision live without its approvals, whoever walks it; with the lock out, they do."""

from __future__ import annotations

import contextlib
import datetime

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone
from wagtail.actions.copy_page import CopyPagePermissionError
from wagtail.management.commands.publish_scheduled import Command as StockPublisher
from wagtail.models import Page, Revision

from audit.actions import first_broken_entry
from audit.refusals import Refused
from cms.models import ContentPage, SourceIndexPage
from editorial.models import Schedule
from editorial.publisher import publish_due
from publishing.models import Change, Publication, PublishedItem
from tests.editorial.paths import DEAD_ENDS, PATHS, Stage, walk

pytestmark = pytest.mark.django_db

ROLES = ["anonymous", "contributor", "desk", "other_desk", "board", "thuongtruc1", "admin"]
REFUSALS = (Refused, PermissionDenied, CopyPagePermissionError)


@pytest.fixture
def stage_for(province, draft, approve):
    """A function that sets the stage for one role: a draft at the second step, and a page that is out, edited since."""
    out = approve(draft("Đang đăng", slug="dang-dang"))
    out.title = "Bản sửa chưa duyệt"
    out.save_revision(user=province.contributor)
    review = approve(draft("Chờ duyệt", slug="cho-duyet"), steps=1)

    def make(role):
        user = AnonymousUser() if role == "anonymous" else getattr(province, role)
        client = Client()
        if role != "anonymous":
            client.force_login(user)
        return Stage(user=user, client=client, review=fresh(review), out=fresh(out))

    return make


def fresh(page):
    return type(page).objects.get(pk=page.pk)


def what_is_out():
    """Everything that a path past the gate would change."""
    return {
        "live": sorted(Page.objects.type(ContentPage).filter(live=True).values_list("pk", "live_revision_id")),
        "store": sorted(PublishedItem.objects.values_list("page_id", "version", "revision_id", "title", "removed_at")),
        "log": list(Change.objects.values_list("seq", flat=True)),
        "ledger": sorted(Publication.objects.values_list("revision_id", flat=True)),
        "planned": sorted(Revision.objects.exclude(approved_go_live_at=None).values_list("pk", flat=True)),
    }


def a_year_later():
    """Whatever a path has planned for later: let both publishers have their day."""
    with time_machine.travel(timezone.now() + datetime.timedelta(days=365), tick=False):
        publish_due()
        with contextlib.suppress(Refused):
            StockPublisher().handle(dryrun=False)
        Revision.objects.update(approved_go_live_at=None)


def leaks(stage, name, refusals=REFUSALS):
    """What has changed after this path was walked; all is rolled back."""
    with transaction.atomic():
        before = what_is_out()
        walk(stage, name, refusals)
        found = [what for what, was in before.items() if what_is_out()[what] != was and not mirrored(name, what)]
        if Revision.objects.exclude(approved_go_live_at=None).exists() or Schedule.objects.pending().exists():
            a_year_later()
        found += [f"{what}, a year later" for what, was in before.items() if what_is_out()[what] != was]
        transaction.set_rollback(True)
    return found


def mirrored(name, what):
    """A queryset's mark on a revision cannot be stopped; that it leads nowhere is what counts."""
    return what == "planned" and name == "revision marked by a queryset and stock publisher"


@pytest.mark.parametrize("role", ROLES)
def test_no_path_reaches_the_readers(subtests, stage_for, role):
    for name in PATHS:
        with subtests.test(path=name, role=role):
            assert leaks(stage_for(role), name) == []
    assert first_broken_entry() is None


@pytest.fixture
def lock_out(monkeypatch):
    """Take the lock of ``cms.live`` out."""
    monkeypatch.setattr("cms.models.content.is_gate_open", lambda page_id: True)


@pytest.fixture
def nobody_asks(monkeypatch, settings):
    """Nobody counts approvals, and permissions are Wagtail's own; translations begin as the library would have them."""
    settings.WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = True
    monkeypatch.setattr("editorial.gate.missing_approvals", lambda revision, within=None: [])
    monkeypatch.setattr(ContentPage, "permissions_for_user", Page.permissions_for_user)
    monkeypatch.setattr(SourceIndexPage, "permissions_for_user", Page.permissions_for_user)


def test_with_the_gate_out_the_same_walk_finds_every_path(subtests, stage_for, lock_out, nobody_asks):
    """Without this, a path that no longer leads anywhere would pass the walk above unnoticed."""
    for name in PATHS:
        with subtests.test(path=name):
            assert bool(leaks(stage_for("admin"), name)) == (name not in DEAD_ENDS)


def test_with_only_the_lock_out_code_reaches_what_permissions_do_not_hold(stage_for, lock_out):
    """Permissions of the screens are not enough: what code does with a contributor's name goes through."""
    leaking = {name for name in PATHS if leaks(stage_for("contributor"), name)}
    assert leaking >= {
        "alias action",
        "articles updated by a queryset",
        "born live",
        "copy action kept live",
        "deleted with its index",
        "live saved alone",
        "live set and saved",
        "publish action with a future go live",
        "publish page revision action without permission checks",
        "revision publish",
        "saved as a plain page",
        "translation source published",
    }


def test_a_row_changed_below_django_brings_readers_nothing(stage_for):
    """Raw SQL and a queryset of plain pages cannot be stopped; readers get the store, and that is unchanged."""
    stage = stage_for("admin")
    before = what_is_out()
    Page.objects.filter(pk=stage.review.pk).update(live=True, live_revision=stage.review.latest_revision_id)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wagtailcore_page SET live = %s WHERE id = %s", [False, stage.out.pk])
    after = what_is_out()
    assert before.pop("live") == [(stage.out.pk, stage.out.live_revision_id)]
    assert after.pop("live") == [(stage.review.pk, stage.review.latest_revision_id)]
    assert after == before


def test_no_rest_api_of_wagtail_is_mounted():
    """Of Wagtail's own only the admin's internal API is there, and its writing actions are in the walk."""
    found = set()

    def visit(resolver, prefix):
        for entry in resolver.url_patterns:
            address = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                visit(entry, address)
            elif "wagtail.api" in entry.lookup_str or (".api." in entry.lookup_str and "wagtail" in entry.lookup_str):
                found.add(address.split("main/")[0])

    visit(get_resolver(), "")
    assert found == {"admin/api/"}

"""Embargo: committees read it before, members from its time on; distinct from when it goes out."""

import datetime

import pytest
import time_machine

from audit.models import AuditEntry
from cms.models import Article, Document
from editorial import consistency, gate, publisher
from editorial.amendments import actions as amendments
from editorial.enums import ScheduledAct, ScheduleState
from editorial.models import Schedule
from messaging.models import Push
from publishing.effects import drain
from publishing.enums import DocumentType
from publishing.models import Change, PublishedItem

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 11, 25, 5, 0, tzinfo=datetime.UTC)
LATER = NOON + datetime.timedelta(days=2)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def consistent():
    """Pages, store, log, ledger and audit agree; the index of drafts follows after the commit."""
    return {found.kind for found in consistency.differences()} <= {consistency.Kind.SEARCH}


def readers():
    item = PublishedItem.objects.out().get()
    return sorted(item.audiences.values_list("key", flat=True))


def test_committees_read_before_and_members_from_its_time_on(province, draft, approve, clock):
    page = approve(draft("Kết luận", embargo_until=LATER))
    item = PublishedItem.objects.get()
    assert (readers(), item.embargo_until, item.first_published_at) == (["committee"], LATER, LATER)
    lift = Schedule.objects.pending().get()
    assert (lift.act, lift.due_at) == (ScheduledAct.LIFT, LATER)
    clock.move_to(LATER - datetime.timedelta(seconds=1))
    assert publisher.publish_due().done == 0
    clock.move_to(LATER)
    assert publisher.publish_due().done == 1
    item.refresh_from_db()
    assert (readers(), item.embargo_until, item.first_published_at, item.version) == (["member"], None, LATER, 2)
    last = Change.objects.order_by("seq").last()
    assert (last.audience_before, last.audience_after) == (["committee"], ["member"])
    assert AuditEntry.objects.filter(act="lift_embargo", target_id=str(page.pk)).count() == 1
    assert consistent()


def test_within_the_addressed_units(province, draft, approve, clock):
    page = draft("Kế hoạch", embargo_until=LATER)
    text = page.get_latest_revision_as_object()
    text.addressed_to = [province.units.TB01]
    text.save_revision(user=province.contributor)
    approve(page)
    assert readers() == [f"committee:{province.units.TB01.pk}"]
    clock.move_to(LATER)
    publisher.publish_due()
    assert readers() == [f"member:{province.units.TB01.pk}"]


def test_it_is_no_schedule(province, draft, approve, clock):
    """Hẹn giờ đăng decides when it goes out at all, embargo who reads it then."""
    goes_out = NOON + datetime.timedelta(days=1)
    approve(draft("Tin", go_live_at=goes_out, embargo_until=LATER))
    assert not PublishedItem.objects.exists()
    clock.move_to(goes_out)
    assert publisher.publish_due().done == 1
    assert readers() == ["committee"]
    clock.move_to(LATER)
    assert publisher.publish_due().done == 1
    assert readers() == ["member"]


def test_one_that_is_over_when_it_goes_out_is_none(province, draft, approve, clock):
    page = draft("Tin", embargo_until=LATER)
    clock.move_to(LATER)
    approve(page)
    assert (readers(), Schedule.objects.pending().count()) == (["member"], 0)


def test_what_was_withdrawn_meanwhile_is_not_lifted(province, draft, approve, clock):
    page = approve(draft("Tin", embargo_until=LATER))
    amendments.withdraw(actor=province.board, page_id=page.pk, reason="Sai")
    assert Schedule.objects.get(act=ScheduledAct.LIFT).state == ScheduleState.CANCELLED
    clock.move_to(LATER)
    assert publisher.publish_due().done == 0
    assert not PublishedItem.objects.out().exists()


def test_an_older_text_is_not_brought_back_by_its_lifting(province, draft, approve, clock):
    page = approve(draft("Tin", embargo_until=LATER))
    first = page.live_revision
    text = page.get_latest_revision_as_object()
    text.title = "Tin mới"
    text.save_revision(user=province.contributor)
    approve(page)
    assert gate.lift_embargo(first, actor="publisher") is None
    assert PublishedItem.objects.get().title == "Tin mới"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"clearance": "committee"}, "embargo_until"),
        ({"expire_at": LATER}, "expire_at"),
        ({"expire_at": LATER + datetime.timedelta(days=1)}, None),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(province, clock, fields, field):
    page = Article(title="Tin", source=province.source, embargo_until=LATER, **fields)
    assert [name for name, _message in page.shortcomings()] == ([field] if field else [])


def test_it_is_news_once_to_committees_and_once_to_members(province, approve, clock):
    page = Document(
        title="Kết luận",
        slug="ket-luan",
        number="01-KL/TU",
        document_type=DocumentType.CONCLUSION,
        issuer=province.units.TB,
        issued_on=NOON.date(),
        owner=province.contributor,
        live=False,
        embargo_until=LATER,
    )
    province.index.add_child(instance=page)
    page.save_revision(user=province.contributor)
    approve(page)
    drain("push")
    assert Push.objects.count() == 1
    clock.move_to(LATER)
    publisher.publish_due()
    drain("push")
    drain("push")
    assert Push.objects.count() == 2

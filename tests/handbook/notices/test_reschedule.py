"""What is scheduled and not out yet gets another time, end and audience; what was approved of it counts no longer."""

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.enums import RefusalCode
from audit.models import AuditEntry
from editorial.enums import RequestState
from editorial.models import ApprovalRequest
from handbook.notices import actions
from handbook.notices.actions import Content, telling
from handbook.notices.enums import State
from handbook.notices.models import Notice
from handbook.notices.models.notice import NoticeQuerySet
from handbook.notices.tasks import tell_due
from messaging.models import Push
from tests.conftest import make_member, make_user
from tests.handbook.notices.conftest import HOUR, inbox
from tests.handbook.notices.test_approval import district, rule, vote

__all__ = ["district", "rule"]  # what the tests of approval borrow out
pytestmark = pytest.mark.django_db


@pytest.fixture
def members(province):
    return [make_member(code, getattr(province.units, code)) for code in ("TB01XA", "TB01XB")]


@pytest.fixture
def notice(clock, write, staff):
    """A notice of the commune that is out in two hours."""
    return write(staff.commune, "TB01X", title="Họp", sent_at=timezone.now() + 2 * HOUR, remind_after=1)


def put_off(notice, actor, **fields):
    return actions.reschedule_notice(actor=actor, notice=notice, audience="all", **fields)


def test_another_time_another_end_and_other_readers(clock, notice, staff, province, members):
    start, end = timezone.now() + 5 * HOUR, timezone.now() + 9 * HOUR
    changed = put_off(notice, staff.commune, sent_at=start, expires_at=end, sub_units=[province.units.TB01XB])
    assert (changed.state, changed.sent_at, changed.expires_at) == (State.SENT, start, end)
    assert changed.remind_at == start + 24 * HOUR
    assert list(changed.audiences.values_list("key", flat=True)) == [f"member:{province.units.TB01XB.pk}"]
    entry = AuditEntry.objects.get(act="reschedule_notice")
    assert (entry.actor, entry.detail["units"]) == ("vp-xa", [province.units.TB01XB.pk])
    clock.shift(2 * HOUR)
    assert (tell_due()["told"], [inbox(each) for each in members]) == (0, [[], []])
    clock.shift(3 * HOUR)
    assert (tell_due()["told"], [inbox(each) for each in members]) == (1, [[], ["Họp"]])
    clock.shift(4 * HOUR)
    assert [inbox(each) for each in members] == [[], []]


def test_without_a_time_it_goes_out_at_once(notice, staff, members):
    put_off(notice, staff.commune)
    assert ([inbox(each) for each in members], Push.objects.count()) == ([["Họp"], ["Họp"]], 1)


def test_who_may_not_and_what_cannot_be(clock, notice, staff, province, refused):
    later = timezone.now() + 5 * HOUR
    for user in (staff.elsewhere, staff.secretary, staff.watcher):
        with refused(RefusalCode.NOT_FOUND, "id"):
            put_off(notice, user, sent_at=later)
    with refused(RefusalCode.INVALID, "sub_units"):
        put_off(notice, staff.commune, sent_at=later, sub_units=[province.units.TB02X])
    with refused(RefusalCode.INVALID, "expires_at"):
        put_off(notice, staff.commune, sent_at=later, expires_at=later)
    with refused(RefusalCode.INVALID, "audience"):
        actions.reschedule_notice(actor=staff.commune, notice=notice, audience="x")
    clock.shift(2 * HOUR)  # it is out, whether it was told or not
    with refused(RefusalCode.CONFLICT):
        put_off(notice, staff.commune, sent_at=later)


def test_the_deadline_stays_behind_the_time(write, staff, refused):
    notice = write(
        staff.commune, "TB01X", sent_at=timezone.now() + HOUR, deadline=timezone.now() + 3 * HOUR, question=""
    )
    with refused(RefusalCode.INVALID, "deadline"):
        put_off(notice, staff.commune, sent_at=timezone.now() + 4 * HOUR)


def test_the_task_does_not_tell_of_what_was_put_off_since_it_looked(clock, notice, staff):
    stale = Notice.objects.get(pk=notice.pk)
    put_off(notice, staff.commune, sent_at=timezone.now() + 5 * HOUR)
    clock.shift(2 * HOUR)
    assert (telling.tell(stale), Push.objects.count()) == (False, 0)
    clock.shift(3 * HOUR)
    assert (tell_due()["told"], Push.objects.count()) == (1, 1)


def test_without_that_look_it_would_and_at_its_time_nobody_be_told(clock, notice, staff, monkeypatch):
    stale = Notice.objects.get(pk=notice.pk)
    put_off(notice, staff.commune, sent_at=timezone.now() + 5 * HOUR)
    clock.shift(2 * HOUR)
    with monkeypatch.context() as patched:
        patched.setattr(NoticeQuerySet, "in_force", lambda self, at: self)
        assert telling.tell(stale) is True
    clock.shift(3 * HOUR)
    assert tell_due()["told"] == 0


# --- where a committee approves


def test_the_approval_is_void_and_it_waits_anew(clock, province, staff, district, rule, members, write):
    notice = write(staff.commune, "TB01X", title="Họp", sent_at=timezone.now() + 2 * HOUR)
    vote(notice, district.one, district.two)
    assert notice.state == State.SENT
    changed = put_off(notice, staff.commune, sent_at=timezone.now() + 3 * HOUR)
    assert changed.state == State.WAITING
    states = ApprovalRequest.objects.order_by("asked_at", "pk").values_list("state", flat=True)
    assert sorted(states) == sorted([RequestState.LAPSED, RequestState.WAITING])
    clock.shift(4 * HOUR)
    assert (tell_due()["told"], [inbox(each) for each in members]) == (0, [[], []])
    vote(notice, district.one, district.two)
    assert (notice.state, notice.sent_at) == (State.SENT, timezone.now())
    assert [inbox(each) for each in members] == [["Họp"], ["Họp"]]


def test_while_a_correction_waits_it_is_not_changed(clock, province, staff, district, rule, write, refused):
    notice = write(staff.commune, "TB01X", sent_at=timezone.now() + 2 * HOUR)
    vote(notice, district.one, district.two)
    content = Content(title="B", body="b")
    notice = actions.correct_notice(actor=staff.commune, notice=notice, content=content, asks_again=False)
    with refused(RefusalCode.CONFLICT):
        put_off(notice, staff.commune, sent_at=timezone.now() + 3 * HOUR)
    actions.take_back_notice(actor=staff.commune, notice=notice)
    assert put_off(notice, staff.commune, sent_at=timezone.now() + 3 * HOUR).state == State.WAITING


# --- the screen


def test_on_the_screen(clock, client, notice, staff, province):
    client.force_login(staff.commune)
    address = reverse("notices:reschedule", args=[notice.pk])
    assert address in client.get(reverse("notices:notice", args=[notice.pk])).content.decode()
    initial = client.get(address).context["form"].initial
    assert f"{initial['sent_at']:%H:%M %d/%m}" == "11:00 24/11" and initial["sub_units"] == []
    form = {"audience": "committee", "sent_at": "2026-11-25T08:00", "sub_units": [province.units.TB01XB.pk]}
    assert client.post(address, form).url == reverse("notices:notice", args=[notice.pk])
    notice.refresh_from_db()
    assert (notice.audience, timezone.localtime(notice.sent_at).isoformat()) == (
        "committee",
        "2026-11-25T08:00:00+07:00",
    )
    response = client.post(address, form | {"expires_at": "2026-11-24T08:00"})
    assert "expires_at" in response.context["form"].errors
    clock.shift(30 * HOUR)
    assert address not in client.get(reverse("notices:notice", args=[notice.pk])).content.decode()
    before = Notice.objects.values().get()
    assert client.post(address, form | {"sent_at": "2026-12-01T08:00"}).context["form"].errors
    assert Notice.objects.values().get() == before


@pytest.mark.parametrize("who", ["elsewhere", "secretary", "watcher"])
def test_for_others_it_does_not_exist(client, notice, staff, who):
    client.force_login(getattr(staff, who))
    address = reverse("notices:reschedule", args=[notice.pk])
    assert client.get(address).status_code == client.post(address).status_code == 404


def test_for_a_plain_member_and_a_visitor_it_is_behind_the_sign_in(client, notice, province):
    address = reverse("notices:reschedule", args=[notice.pk])
    member = make_member("DV1", province.units.TB01XA, make_user("dv1"))
    for sign_in in (lambda: None, lambda: client.force_login(member.user)):
        sign_in()
        assert client.get(address).url.partition("?")[0] == reverse("wagtailadmin_login")

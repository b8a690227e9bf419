"""Pushes, reminders and texts: to whom, once, and as far as the budget goes."""

import datetime

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.enums import RefusalCode
from audit.models import AuditEntry
from handbook.notices import actions
from handbook.notices.actions import Content
from handbook.notices.models import NoticeText
from handbook.notices.tasks import tell_due
from messaging import push as drain
from messaging import texts
from messaging.models import Push, TextDelivery
from organizations.enums import PositionKind
from organizations.models import Member
from tests.conftest import make_member
from tests.handbook.notices.conftest import HOUR, tell, told

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
HALF = datetime.timedelta(minutes=31)


@pytest.fixture
def pushed(provider):
    """A function that drains, and gives the texts and addresses."""

    def run():
        drain.send_due(seconds=30)
        found = [(message.text, message.address) for message in provider.messages]
        provider.messages.clear()
        return found

    return run


def test_sending_tells_those_whom_it_reaches(clock, write, person, pushed):
    here, there = person("TB01XA"), person("TB02XA")
    write(unit="TB01X", title="Họp xã")
    assert pushed() == [("Họp xã", here.phones[0])]
    write(unit="TB", title="Tỉnh")
    assert pushed() == [("Tỉnh", here.phones[0]), ("Tỉnh", there.phones[0])]


def test_a_locked_screen_shows_no_title_that_only_committees_may_know(clock, write, person, pushed):
    person("TB01XA")
    secretary = person("TB01XA", [("TB01XA", PositionKind.SECRETARY)])
    for audience in ("committee", "secretaries"):
        write(unit="TB01X", title="Danh sách kỷ luật", audience=audience)
        assert pushed() == [("Có thông báo mới dành cho cấp ủy. Mở ứng dụng để xem.", secretary.phones[0])]


def test_what_is_scheduled_is_told_at_its_minute_and_once(clock, write, person, pushed):
    person("TB01XA")
    write(title="Hẹn giờ", sent_at=timezone.now() + HOUR)
    assert (tell_due()["told"], pushed()) == (0, [])
    clock.shift(HOUR)
    assert [tell_due()["told"], tell_due()["told"]] == [1, 0]
    assert len(pushed()) == 1
    assert Push.objects.count() == 1


def test_nothing_is_told_of_what_was_rolled_back(write, person):
    with pytest.raises(RuntimeError), transaction.atomic():
        write()
        raise RuntimeError
    assert Push.objects.count() == 0


def test_a_recall_in_the_night_is_told_to_nobody(clock, write, person, pushed):
    person("TB01XA")
    clock.shift(14 * HOUR)  # 23:00
    notice = write()
    assert pushed() == []
    actions.recall_notice(actor="test", notice=notice, reason="Nhầm")
    clock.shift(9 * HOUR)
    assert pushed() == []


def test_what_is_urgent_is_told_at_night(clock, write, person, pushed):
    person("TB01XA")
    clock.shift(14 * HOUR)
    write(title="Bão", urgent=True)
    assert [text for text, _address in pushed()] == ["Bão"]


def test_a_correction_is_told_only_where_it_asks_again(clock, write, person, pushed):
    person("TB01XA")
    notice = write()
    pushed()
    content = Content(title="Đính chính", body="b")
    actions.correct_notice(actor="test", notice=notice, content=content, asks_again=False)
    tell_due()
    assert pushed() == []
    actions.correct_notice(actor="test", notice=notice, content=content, asks_again=True)
    assert [text for text, _address in pushed()] == ["Đính chính"]


def test_a_reminder_is_for_those_who_have_not_done_it(clock, write, person, pushed):
    done, half, not_yet = (person("TB01XA") for _ in range(3))
    notice = write(title="Đại hội", requires_acknowledgement=True)
    pushed()
    tell(done.own, told(notice, "acknowledged"))
    tell(half.own, told(notice, "read"))
    actions.remind_notice(actor="test", notice=notice)
    assert sorted(pushed()) == sorted(("Nhắc lại: Đại hội", user.phones[0]) for user in (half, not_yet))
    tell(half.own, told(notice, "acknowledged"))
    actions.remind_notice(actor="test", notice=notice)
    assert pushed() == [("Nhắc lại: Đại hội", not_yet.phones[0])]


def test_who_reads_it_in_the_night_is_not_reminded_in_the_morning(clock, write, person, pushed):
    user = person("TB01XA")
    notice = write()
    pushed()
    clock.shift(14 * HOUR)
    actions.remind_notice(actor="test", notice=notice)
    assert pushed() == []
    tell(user.own, told(notice))
    clock.shift(9 * HOUR)
    assert pushed() == []


def test_who_may_remind(clock, write, staff, refused):
    notice = write(staff.commune, "TB01X")
    for user in (staff.elsewhere, staff.secretary, staff.watcher):
        with refused(RefusalCode.NOT_FOUND, "id"):
            actions.remind_notice(actor=user, notice=notice)
    assert Push.objects.count() == 1
    actions.remind_notice(actor=staff.tb, notice=notice)
    assert Push.objects.count() == 2
    later = write(sent_at=timezone.now() + HOUR)
    with refused(RefusalCode.CONFLICT):
        actions.remind_notice(actor="test", notice=later)


def test_a_day_before_the_deadline_who_has_not_done_it_is_reminded_once(clock, write, person, pushed):
    done, not_yet = person("TB01XA"), person("TB01XA")
    notice = write(title="Đăng ký", requires_acknowledgement=True, deadline=timezone.now() + 3 * DAY)
    write(title="Không hỏi gì", deadline=timezone.now() + 3 * DAY)
    write(title="Gấp", requires_acknowledgement=True, deadline=timezone.now() + HOUR)
    pushed()
    tell(done.own, told(notice, "acknowledged"))
    assert tell_due()["reminded"] == 0
    clock.shift(2 * DAY)
    assert [tell_due()["reminded"], tell_due()["reminded"]] == [1, 0]
    assert pushed() == [("Nhắc lại: Đăng ký", not_yet.phones[0])]


@pytest.mark.parametrize("days", [0, 1, 3, 7])
def test_the_sender_chooses_how_long_before_the_deadline(clock, write, days):
    write(title="Đăng ký", requires_acknowledgement=True, deadline=timezone.now() + 10 * DAY, remind_before=days)
    reminded = []
    for day in range(10):
        reminded += [10 - day] * tell_due()["reminded"]
        clock.shift(DAY)
    assert reminded == [days] * bool(days)


@pytest.mark.parametrize("days", [0, 1, 3, 7])
def test_without_a_deadline_they_choose_how_long_after(clock, write, person, pushed, days):
    done, not_yet = person("TB01XA"), person("TB01XA")
    notice = write(title="Đọc nghị quyết", sent_at=timezone.now() + DAY, remind_after=days)
    write(title="Khác", remind_before=7)
    clock.shift(DAY)
    tell_due()
    pushed()
    tell(done.own, told(notice))
    reminded = []
    for day in range(10):
        reminded += [day] * tell_due()["reminded"]
        told_now = pushed()
        assert told_now == ([("Nhắc lại: Đọc nghị quyết", not_yet.phones[0])] if days and day == days else [])
        clock.shift(DAY)
    assert reminded == [days] * bool(days)


def test_a_correction_that_asks_again_begins_the_days_anew_and_another_does_not(clock, write):
    notice = write(remind_after=3)
    clock.shift(2 * DAY)
    content = Content(title="B", body="b", remind_after=3)
    notice = actions.correct_notice(actor="test", notice=notice, content=content, asks_again=False)
    assert notice.remind_at == timezone.now() + DAY
    notice = actions.correct_notice(actor="test", notice=notice, content=content, asks_again=True)
    assert notice.remind_at == timezone.now() + 3 * DAY
    clock.shift(3 * DAY)
    assert tell_due()["reminded"] == 1
    notice = actions.correct_notice(actor="test", notice=notice, content=content, asks_again=False)
    assert (notice.remind_at, tell_due()["reminded"]) == (None, 0)


def test_after_its_deadline_and_its_end_nobody_is_reminded(clock, write):
    write(requires_acknowledgement=True, deadline=timezone.now() + 3 * DAY)
    write(remind_after=3, expires_at=timezone.now() + 3 * DAY)
    clock.shift(4 * DAY)  # nobody ran the task in between
    assert tell_due()["reminded"] == 0
    assert Push.objects.filter(subject_kind="notice_reminder").count() == 0


def test_only_days_that_there_are(write, refused):
    for field in ("remind_before", "remind_after"):
        for days in (2, -1, 8):
            with refused(RefusalCode.INVALID, field):
                write(**{field: days})


# --- texts


@pytest.fixture
def cell(province):
    """Five members with a telephone, beside the three of the committee who have none."""
    people = [make_member(f"DV{number}", province.units.TB01XA) for number in range(5)]
    for number, member in enumerate(people):
        Member.objects.filter(pk=member.pk).update(phone=f"09000000{number}")
    return people


def texted():
    return sorted(TextDelivery.objects.values_list("member__code", flat=True))


def test_urgent_ones_still_unread_are_texted_once_within_the_budget(clock, write, province, cell, provider):
    actions.set_text_budget(actor="test", organization=province.units.TB01X, per_month=10)
    notice = write(unit="TB01X", title="Bão số 9", urgent=True)
    tell(cell[0], told(notice))
    assert tell_due()["texts"] == 0  # not before half an hour
    clock.shift(HALF)
    assert [tell_due()["texts"], tell_due()["texts"]] == [4, 0]
    assert texted() == ["DV1", "DV2", "DV3", "DV4"]
    texts.send_due()
    assert provider.messages[0].text == "KHẨN. Đảng ủy xã 01: Bão số 9. Mở ứng dụng Sổ tay để xem."


def test_what_is_not_urgent_costs_nothing(clock, write, province, cell):
    actions.set_text_budget(actor="test", organization=province.units.TB01X, per_month=10)
    write(unit="TB01X")
    clock.shift(HALF)
    assert (tell_due()["texts"], texted()) == (0, [])


def test_the_budget_is_of_the_unit_and_of_the_month(clock, write, province, cell):
    actions.set_text_budget(actor="test", organization=province.units.TB01X, per_month=3)
    write(unit="TB", title="Tỉnh", urgent=True)  # another unit's, which has no budget
    write(unit="TB01X", urgent=True)
    clock.shift(HALF)
    assert tell_due()["texts"] == 3
    write(unit="TB01X", urgent=True)
    clock.shift(HALF)
    assert tell_due()["texts"] == 0
    assert AuditEntry.objects.filter(act="text_budget_spent").count() == 3
    clock.shift(datetime.timedelta(days=8))  # December
    write(unit="TB01X", urgent=True)
    clock.shift(HALF)
    assert tell_due()["texts"] == 3
    assert NoticeText.objects.count() == 6


def test_a_raised_budget_lets_the_rest_be_texted(clock, write, province, cell, provider):
    unit = province.units.TB01X
    actions.set_text_budget(actor="test", organization=unit, per_month=2)
    stopped = write(unit="TB01X", urgent=True)
    clock.shift(datetime.timedelta(minutes=1))
    ended = write(unit="TB01X", urgent=True, expires_at=timezone.now() + HOUR)
    clock.shift(HALF)
    assert (tell_due()["texts"], texted()) == (2, ["DV0", "DV1"])
    stopped.refresh_from_db()
    assert stopped.texts_stopped_at == timezone.now()
    clock.shift(HOUR)
    actions.set_text_budget(actor="test", organization=unit, per_month=2)  # nothing of it is left
    assert tell_due()["texts"] == 0
    tell(cell[4], told(stopped))
    actions.set_text_budget(actor="test", organization=province.units.TB02X, per_month=9)  # another's
    assert tell_due()["texts"] == 0
    actions.set_text_budget(actor="test", organization=unit, per_month=9)
    assert [tell_due()["texts"], tell_due()["texts"]] == [2, 0]
    assert texted() == ["DV0", "DV1", "DV2", "DV3"]
    assert not NoticeText.objects.filter(notice=ended).exists()
    stopped.refresh_from_db()
    assert (stopped.texts_done, stopped.texts_stopped_at) == (True, None)


def test_after_a_correction_that_asks_again_who_has_not_read_it_is_texted_again(clock, write, province, cell, provider):
    actions.set_text_budget(actor="test", organization=province.units.TB01X, per_month=99)
    notice = write(unit="TB01X", title="Bão", urgent=True)
    clock.shift(HALF)
    assert tell_due()["texts"] == 5
    content = Content(title="Bão, sửa", body="b", urgent=True)
    notice = actions.correct_notice(actor="test", notice=notice, content=content, asks_again=False)
    clock.shift(HALF)
    assert tell_due()["texts"] == 0
    notice = actions.correct_notice(actor="test", notice=notice, content=content, asks_again=True)
    tell(cell[0], told(notice, version=3))
    assert tell_due()["texts"] == 0  # a push comes first, as before
    clock.shift(HALF)
    assert [tell_due()["texts"], tell_due()["texts"]] == [4, 0]
    counted = {member.code: NoticeText.objects.filter(member=member).count() for member in cell}
    assert counted == {"DV0": 1, "DV1": 2, "DV2": 2, "DV3": 2, "DV4": 2}
    assert TextDelivery.objects.count() == 9


def test_the_sender_sees_that_texts_stopped_and_whom_to_ask(clock, client, write, staff, province, cell, provider):
    notice = write(staff.commune, "TB01X", urgent=True)
    address = reverse("notices:reach", args=[notice.pk])
    client.force_login(staff.commune)
    assert "không nhắn tin được nữa" not in client.get(address).content.decode()
    clock.shift(HALF)
    tell_due()
    page = client.get(address).content.decode()
    assert "Từ 09:31 24/11/2026 không nhắn tin được nữa: Đảng ủy xã 01" in page
    assert "Hãy đề nghị người quản trị tăng hạn mức: admin." in page
    client.force_login(staff.secretary)  # who did not send it
    assert "không nhắn tin được nữa" not in client.get(address).content.decode()
    actions.set_text_budget(actor="test", organization=province.units.TB01X, per_month=9)
    client.force_login(staff.commune)
    assert "không nhắn tin được nữa" not in client.get(address).content.decode()


def test_who_may_set_a_budget(province, staff, refused):
    for user in (staff.tb, staff.commune):
        with refused(RefusalCode.FORBIDDEN):
            actions.set_text_budget(actor=user, organization=province.units.TB01X, per_month=9)
    actions.set_text_budget(actor=province.admin, organization=province.units.TB01X, per_month=9)

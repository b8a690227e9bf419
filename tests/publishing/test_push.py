# ruff: noqa: F811 - the fixture of another folder is meant
"""Which publications are told, to whom, and what a locked screen shows of them."""

import datetime
import uuid

import pytest
import time_machine
from django.utils import timezone

from editorial import actions
from messaging import push as drain
from messaging.actions import set_push_preferences
from messaging.models import Push, PushDelivery
from organizations.enums import PositionKind
from publishing.actions import PublishedForm, rebuild, take_down
from publishing.effects import drain as follow_log
from publishing.enums import Ending
from publishing.models import Change, Consumer
from publishing.push import published, recalled
from tests.api.conftest import out  # noqa: F401 - with its covers and files, in place of the plain one of this folder

pytestmark = pytest.mark.django_db


def follow():
    follow_log("push")
    return list(Push.objects.order_by("pk").values_list("effect_key", "category", "urgent"))


@pytest.fixture
def told(provider):
    """A function that drains and gives the texts and addresses."""

    def run():
        drain.send_due(seconds=30)
        found = [(message.text, message.address) for message in provider.messages]
        provider.messages.clear()
        return found

    return run


def test_documents_and_bulletins_are_told_and_daily_news_is_not(out):
    out("Tin", audience=["member"])
    out("Nghị quyết", kind="document", audience=["member"])
    out("Bản tin", kind="bulletin", audience=["member"])
    assert follow() == [("change:2", "document", False), ("change:3", "bulletin", False)]


def test_the_log_read_again_tells_nothing_again(out):
    out(kind="document")
    assert len(follow()) == 1
    Consumer.objects.filter(name="push").update(seq=0)
    assert len(follow()) == 1


def test_what_the_emergency_act_put_out_is_urgent_and_told_whatever_it_is(out):
    item = out("Bão số 9", audience=["member"])
    item.publications.update(emergency=True)
    assert follow() == [("change:1", "article", True)]


def test_a_correction_is_no_news_and_a_return_after_withdrawal_is(out):
    item = out(kind="document")
    out(kind="document", page_id=item.page_id, number="1-NQ/TU")
    assert [key for key, *_ in follow()] == ["change:1"]
    take_down(page_id=item.page_id)
    out(kind="document", page_id=item.page_id, number="1-NQ/TU")
    assert [key for key, *_ in follow()] == ["change:1", "change:4"]


def test_a_translation_and_an_old_change_are_no_news(out):
    out(kind="document", locale="en")
    out(kind="document")
    Change.objects.filter(seq=2).update(at=timezone.now() - datetime.timedelta(hours=25))
    assert follow() == []


def test_a_repair_is_no_news(out, province):

    item = out(kind="document")
    take_down(page_id=item.page_id)
    form = PublishedForm(
        page_id=item.page_id,
        kind="document",
        locale="vi",
        translation_key=uuid.uuid4(),
        slug="a",
        title="Văn bản",
        summary="",
        source_code="tuyen-giao",
        audience=["member"],
        payload={},
    )
    rebuild(form, revision_id=item.revision_id)
    assert [key for key, *_ in follow()] == ["change:1"]


def test_from_the_store_to_the_phones_of_those_who_may_see_it(clock, out, told, person, province):
    here, elsewhere = person("TB01XA"), person("TB02XA")
    out("Kế hoạch của xã", kind="document", audience=[f"member:{province.units.TB01X.pk}"])
    follow()
    assert told() == [("Kế hoạch của xã", here.phones[0])]
    out("Nghị quyết", kind="document", audience=["public"])
    follow()
    assert told() == [("Nghị quyết", here.phones[0]), ("Nghị quyết", elsewhere.phones[0])]


@pytest.mark.parametrize("levels", [["committee"], ["committee:{}"], ["member", "committee"]])
def test_a_locked_screen_shows_no_title_that_only_committees_may_know(
    clock,
    out,
    told,
    person,
    province,
    levels,
):
    unit = province.units.TB01XA
    secretary = person("TB01XA", [("TB01XA", PositionKind.SECRETARY)])
    out("Danh sách kỷ luật", kind="document", audience=[level.format(unit.pk) for level in levels])
    follow()
    assert told() == [("Có nội dung mới dành cho cấp ủy. Mở ứng dụng để xem.", secretary.phones[0])]


def test_what_is_withdrawn_in_the_night_is_not_told_in_the_morning(out, told, person):
    with time_machine.travel("2026-11-24T22:00:00+07:00", tick=False) as night:
        person()
        item = out(kind="document", audience=["member"])
        follow()
        assert told() == []
        take_down(page_id=item.page_id)  # and the log is not even read
        night.move_to("2026-11-25T06:00:00+07:00")
        assert told() == []
    assert list(PushDelivery.objects.values_list("state", flat=True)) == ["dropped"]


def test_a_recall_wakes_in_silence_the_phones_that_were_told(clock, out, told, person, province, provider):
    here, elsewhere = person("TB01XA"), person("TB02XA")
    item = out("Kế hoạch của xã", kind="document", audience=[f"member:{province.units.TB01X.pk}"])
    follow()
    drain.send_due(seconds=30)
    [first] = provider.messages
    provider.messages.clear()
    take_down(page_id=item.page_id, ending=Ending.RECALLED)
    follow()
    drain.send_due(seconds=30)
    [second] = provider.messages
    assert (second.address, second.silent, second.text) == (here.phones[0], True, "")
    assert second.collapse_key == first.collapse_key
    assert second.data == {"sync": "1", "item": str(item.pk), "kind": "recall", "id": "2", "category": "document"}
    assert elsewhere.phones[0] != second.address


def test_a_recall_wakes_at_night_too_and_whoever_muted_the_category(out, person, provider, clock):
    someone = person()
    item = out(kind="document", audience=["member"])
    follow()
    drain.send_due(seconds=30)
    set_push_preferences(user=someone, categories=[], quiet_from=datetime.time(0, 0), quiet_to=datetime.time(23, 59))
    take_down(page_id=item.page_id, ending=Ending.RECALLED)
    follow()
    drain.send_due(seconds=30)
    assert [message.silent for message in provider.messages] == [False, True]


def test_what_nobody_was_told_of_wakes_nobody(out, person):
    person()
    news, withdrawn = out("Tin", audience=["member"]), out(kind="document", audience=["member"])
    take_down(page_id=news.page_id, ending=Ending.RECALLED)
    follow()
    drain.send_due(seconds=30)
    take_down(page_id=withdrawn.page_id)
    assert [key for key, *_ in follow()] == ["change:2"]


def test_what_is_out_again_recalls_nothing(out, clock, person, told):
    person()
    item = out(kind="document", audience=["member"])
    follow()
    told()
    change = take_down(page_id=item.page_id, ending=Ending.RECALLED)
    assert recalled(str(change.seq)).silent
    out("Văn bản", kind="document", page_id=item.page_id, audience=["member"], number="1-NQ/TU")
    assert recalled(str(change.seq)) is None


def test_what_is_withdrawn_and_back_in_the_night_is_told_once(out, told, person):
    with time_machine.travel("2026-11-24T22:00:00+07:00", tick=False) as night:
        person()
        item = out("Văn bản", kind="document", audience=["member"], number="1-NQ/TU")
        follow()
        told()
        take_down(page_id=item.page_id)
        out("Văn bản đã sửa", kind="document", audience=["member"], page_id=item.page_id, number="1-NQ/TU")
        follow()
        told()
        night.move_to("2026-11-25T06:00:00+07:00")
        assert [text for text, _address in told()] == ["Văn bản đã sửa"]


def test_who_lost_sight_of_it_in_the_night_is_not_told(out, told, person, province):
    with time_machine.travel("2026-11-24T22:00:00+07:00", tick=False) as night:
        here, _elsewhere = person("TB01XA"), person("TB02XA")
        item = out("Văn bản", kind="document", audience=["member"], number="1-NQ/TU")
        follow()
        told()
        narrow = [f"member:{province.units.TB01XA.pk}"]
        out("Văn bản", kind="document", audience=narrow, page_id=item.page_id, number="1-NQ/TU")
        night.move_to("2026-11-25T06:00:00+07:00")
        assert told() == [("Văn bản", here.phones[0])]


def test_an_item_that_is_not_there_is_no_subject(db):
    assert published(str(uuid.uuid4())) is None


def test_through_the_gate_to_a_phone(province, draft, approve, person, provider, commit):
    person()
    page = draft("Tin khẩn")
    with commit():
        actions.emergency_publish(
            actor=province.admin, page_id=page.pk, revision_id=page.latest_revision_id, reason="Bão số 9 vào bờ"
        )
    assert [(message.text, message.urgent) for message in provider.messages] == [("Tin khẩn", True)]

"""Approval of a level: what a committee above must approve goes out by its approvals, on every path, and no other way."""

import datetime
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from audit.enums import RefusalCode
from audit.models import AuditEntry
from audit.refusals import Refused
from editorial.enums import Decision, RequestState
from editorial.models import ApprovalRequest, RequestDecision
from editorial.requests import actions as requests
from editorial.requests.subjects import digest_of
from handbook.notices import actions
from handbook.notices.actions import Content, guards
from handbook.notices.actions.sending import put_correction_out, put_out
from handbook.notices.enums import State
from handbook.notices.models import Notice, NoticeApprovalRule, NoticeText
from handbook.notices.permissions import files_visible_to
from handbook.notices.tasks import tell_due
from messaging.models import Push
from organizations.enums import Level, PositionKind
from organizations.models import Position
from tests.conftest import make_member, make_user
from tests.handbook.notices.conftest import HOUR, inbox, tell, told

pytestmark = pytest.mark.django_db
CONTENT = Content(title="Họp xã", body="Ngày 3.")


@pytest.fixture
def district(province):
    """The committee of the commune's district: a secretary and two others who approve."""
    kinds = {"one": PositionKind.SECRETARY, "two": PositionKind.STANDING_MEMBER, "three": PositionKind.STANDING_MEMBER}
    people = {}
    for name, kind in kinds.items():
        people[name] = make_user(f"hu-{name}", "Cấp ủy phê duyệt")
        make_member(f"HU-{name}", province.units.TB01XB, people[name], [(province.units.TB01, kind)])
    return SimpleNamespace(**people)


@pytest.fixture
def rule(province, district):
    """Notices of communes of the district need two of its committee."""
    actions.set_approval_rule(actor=district.one, organization=province.units.TB01, level=Level.GRASSROOTS, required=2)


@pytest.fixture
def reader(province):
    return make_member("DV1", province.units.TB01XA, make_user("dv1"))


def send(actor, unit, content=CONTENT, **fields):
    return actions.send_now(actor=actor, organization=unit, content=content, **fields)


def vote(notice, *people, decision=Decision.APPROVE, comment=""):
    """The waiting request is decided on by these people, as it is shown to them."""
    request = ApprovalRequest.objects.about(notice).waiting().get()
    for person in people:
        requests.decide(actor=person, request_id=request.pk, digest=request.digest, decision=decision, comment=comment)
    notice.refresh_from_db()
    return notice


def no(call, code):
    before = list(Notice.objects.order_by("pk").values()), Push.objects.count()
    with pytest.raises(Refused) as caught:
        call()
    assert caught.value.code == code
    assert (list(Notice.objects.order_by("pk").values()), Push.objects.count()) == before


# --- the way


def test_it_waits_then_goes_out_with_the_last_approval(province, staff, district, rule, reader):
    notice = send(staff.commune, province.units.TB01X)
    assert (notice.state, inbox(reader), Push.objects.count()) == (State.WAITING, [], 0)
    request = ApprovalRequest.objects.get()
    facts = (request.kind, request.title, request.organization, request.required, request.asked_by)
    assert facts == ("notice", "Họp xã", province.units.TB01, 2, staff.commune)
    assert vote(notice, district.two).state == State.WAITING
    assert inbox(reader) == []
    assert vote(notice, district.three).state == State.SENT
    assert (inbox(reader), Push.objects.count()) == (["Họp xã"], 1)
    acts = AuditEntry.objects.filter(target_id=str(notice.pk)).order_by("seq").values_list("act", "actor")
    assert list(acts) == [
        ("save_notice", "vp-xa"),
        ("submit", "vp-xa"),
        ("approve", "hu-two"),
        ("approve", "hu-three"),
        ("send_notice", "vp-xa"),
    ]


def test_scheduled_it_goes_out_at_its_time_however_early_it_was_approved(
    clock, province, staff, district, rule, reader
):
    notice = send(staff.commune, province.units.TB01X, sent_at=timezone.now() + HOUR)
    vote(notice, district.one, district.two)
    assert (notice.state, notice.sent_at, inbox(reader)) == (State.SENT, timezone.now() + HOUR, [])
    clock.shift(HOUR)
    assert (inbox(reader), tell_due()["told"]) == (["Họp xã"], 1)


def test_approved_after_its_time_it_goes_out_then(clock, province, staff, district, rule, reader):
    notice = send(staff.commune, province.units.TB01X, sent_at=timezone.now() + HOUR)
    clock.shift(2 * HOUR)
    assert (tell_due()["told"], inbox(reader)) == (0, [])
    vote(notice, district.one, district.two)
    assert (notice.sent_at, inbox(reader)) == (timezone.now(), ["Họp xã"])


def test_returned_with_a_comment_it_is_mended_and_asked_anew(province, staff, district, rule, reader):
    notice = send(staff.commune, province.units.TB01X)
    vote(notice, district.one, decision=Decision.RETURN, comment="Thiếu địa điểm")
    assert (notice.state, inbox(reader)) == (State.RETURNED, [])
    mended = Content(title="Họp xã", body="Ngày 3, hội trường.")
    actions.save_notice(actor=staff.commune, organization=notice.organization, content=mended, notice=notice)
    notice.refresh_from_db()
    assert notice.state == State.DRAFT
    assert actions.send_notice(actor=staff.commune, notice=notice).state == State.WAITING
    assert vote(notice, district.one, district.two).state == State.SENT


def test_what_waits_is_not_edited_but_taken_back(province, staff, district, rule):
    notice = send(staff.commune, province.units.TB01X)
    no(
        lambda: actions.save_notice(
            actor=staff.commune, organization=notice.organization, content=CONTENT, notice=notice
        ),
        RefusalCode.CONFLICT,
    )
    no(lambda: actions.send_notice(actor=staff.commune, notice=notice), RefusalCode.CONFLICT)
    no(lambda: actions.take_back_notice(actor=staff.elsewhere, notice=notice), RefusalCode.NOT_FOUND)
    assert actions.take_back_notice(actor=staff.commune, notice=notice).state == State.DRAFT
    assert ApprovalRequest.objects.get().state == RequestState.LAPSED
    actions.discard_notice(actor=staff.commune, notice=notice)


def test_who_wrote_it_does_not_approve_it(province, district, rule):
    user = district.two
    Position.objects.create(
        member=user.member,
        organization=province.units.TB01X,
        kind=PositionKind.OFFICER,
        valid_from=datetime.date(2021, 1, 1),
    )
    notice = send(user, province.units.TB01X)
    no(lambda: vote(notice, user), RefusalCode.FORBIDDEN)
    assert vote(notice, district.one, district.three).state == State.SENT


# --- corrections


def test_a_correction_waits_while_the_old_text_stays_out(province, staff, district, rule, reader):
    notice = vote(send(staff.commune, province.units.TB01X), district.one, district.two)
    actions.correct_notice(
        actor=staff.commune, notice=notice, content=Content(title="Họp xã, đổi ngày", body="Ngày 4."), asks_again=True
    )
    notice.refresh_from_db()
    assert (notice.version, notice.proposed_version, inbox(reader)) == (1, 2, ["Họp xã"])
    # Nobody can have read what is not out.
    assert tell(reader, told(notice, version=2)) == [RefusalCode.NOT_FOUND]
    assert tell(reader, told(notice, version=1)) == [None]
    vote(notice, district.one, district.three)
    assert (notice.version, notice.proposed_version, notice.counts_from) == (2, 0, 2)
    assert (inbox(reader), Push.objects.count()) == (["Họp xã, đổi ngày"], 2)


def test_a_correction_that_was_returned_is_written_anew(province, staff, district, rule, reader):
    notice = vote(send(staff.commune, province.units.TB01X), district.one, district.two)
    for title in ("Hai", "Ba"):
        content = Content(title=title, body="b")
        actions.correct_notice(actor=staff.commune, notice=notice, content=content, asks_again=False)
        notice.refresh_from_db()
        if title == "Hai":
            vote(notice, district.one, decision=Decision.RETURN, comment="Chưa rõ")
            assert (notice.state, notice.proposed_version, inbox(reader)) == (State.SENT, 2, ["Họp xã"])
    vote(notice, district.one, district.two)
    assert (inbox(reader), [text.title for text in notice.versions.all()]) == (["Ba"], ["Họp xã", "Ba"])


def test_a_recall_needs_no_approval_and_ends_what_waits(province, staff, district, rule, reader):
    notice = vote(send(staff.commune, province.units.TB01X), district.one, district.two)
    actions.correct_notice(actor=staff.commune, notice=notice, content=CONTENT, asks_again=True)
    actions.recall_notice(actor=staff.commune, notice=notice, reason="Nhầm")
    assert not ApprovalRequest.objects.waiting().exists()
    assert (Notice.objects.get().state, inbox(reader), notice.versions.count()) == (State.RECALLED, [], 1)


# --- the rule


def test_the_nearest_rule_above_holds_for_its_level_alone(province, staff, district, rule):
    tb = province.units.TB
    actions.set_approval_rule(actor=province.thuongtruc1, organization=tb, level=Level.GRASSROOTS, required=1)
    actions.set_approval_rule(actor=province.thuongtruc1, organization=tb, level=Level.CELL, required=3)
    asked = {}
    for code in ("TB", "TB01", "TB01X", "TB01XA", "TB02X"):
        found = guards.approval_rule(getattr(province.units, code))
        asked[code] = found and (found.organization.code, found.required)
    assert asked == {"TB": None, "TB01": None, "TB01X": ("TB01", 2), "TB01XA": ("TB", 3), "TB02X": ("TB", 1)}
    assert send("test", province.units.TB02X).state == State.WAITING
    assert send("test", province.units.TB).state == State.SENT


def test_who_sets_a_rule(province, staff, district, refused):
    unit = province.units.TB01

    def act(actor, required=1, level=Level.CELL):
        actions.set_approval_rule(actor=actor, organization=unit, level=level, required=required)

    for user in (staff.commune, staff.elsewhere, staff.secretary, district.two):
        with refused(RefusalCode.FORBIDDEN, "organization"):
            act(user)
    for required in (-1, 4):
        with refused(RefusalCode.INVALID, "required"):
            act(district.one, required)
    with refused(RefusalCode.INVALID, "level"):
        act(district.one, level="moon")
    assert NoticeApprovalRule.objects.count() == 0
    act(staff.tb, 3)
    act(district.one, 2)
    assert [(rule.level, rule.required) for rule in NoticeApprovalRule.objects.all()] == [("cell", 2)]
    act(district.one, 0)
    assert NoticeApprovalRule.objects.count() == 0


def test_a_rule_that_was_tightened_meanwhile_is_kept(province, staff, district, rule):
    notice = send(staff.commune, province.units.TB01X)
    actions.set_approval_rule(actor=district.one, organization=province.units.TB01, level=Level.GRASSROOTS, required=3)
    vote(notice, district.one)
    no(lambda: vote(notice, district.two), RefusalCode.CONFLICT)
    assert Notice.objects.get().state == State.WAITING


# --- no way around


def put_past(notice):
    """What each path does that could let a notice out. Each is an act of the room, called as its path calls it."""
    return {
        "send": lambda: actions.send_notice(actor="shell", notice=notice),
        "put out": lambda: put_out(actor="shell", notice=notice, state=State.SENT),
        "correct": lambda: put_correction_out(actor="shell", notice=notice),
    }


def forge(notice, unit, people, required=1):
    """A request that says of itself that it is approved, by people of another committee."""
    request = ApprovalRequest.objects.about(notice).get()
    ApprovalRequest.objects.filter(pk=request.pk).update(
        state=RequestState.APPROVED, organization=unit, required=required, digest=digest_of(notice)
    )
    for person in people:
        RequestDecision.objects.create(request=request, person=person, decision=Decision.APPROVE, at=timezone.now())


def test_no_path_lets_out_what_waits(province, staff, district, rule, reader):
    notice = send(staff.commune, province.units.TB01X)
    for call in put_past(notice).values():
        with pytest.raises(Refused):
            call()
        notice.refresh_from_db()
    forge(notice, province.units.TB01X, [district.one, district.two])
    for call in put_past(notice).values():
        with pytest.raises(Refused):
            call()
        notice.refresh_from_db()
    assert (Notice.objects.get().state, inbox(reader), Push.objects.count()) == (State.WAITING, [], 0)


def test_what_changed_after_it_was_put_before_them_does_not_go_out(province, staff, district, rule):
    notice = send(staff.commune, province.units.TB01X)
    notice.versions.update(body="Khác hẳn.")
    no(lambda: vote(notice, district.one), RefusalCode.CONFLICT)


def test_negative_control_with_the_gate_out_a_path_goes_around(province, staff, district, rule, reader, monkeypatch):
    notice = send(staff.commune, province.units.TB01X)
    monkeypatch.setattr("handbook.notices.actions.guards.require_approval", lambda notice, act, within: None)
    put_past(notice)["put out"]()
    assert (Notice.objects.get().state, inbox(reader)) == (State.SENT, ["Họp xã"])


def test_negative_control_without_the_rule_it_goes_out_at_once(province, staff, district, rule, reader, monkeypatch):
    monkeypatch.setattr("handbook.notices.actions.guards.approval_rule", lambda unit: None)
    assert send(staff.commune, province.units.TB01X).state == State.SENT
    assert inbox(reader) == ["Họp xã"]


# --- who reads it meanwhile


def test_its_files_are_for_those_who_decide_while_it_waits(province, staff, district, rule, reader, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    file = actions.keep_file(actor=staff.commune, file=ContentFile(b"x"), name="a.pdf")
    notice = send(staff.commune, province.units.TB01X, Content(title="Họp", body="b", files=(file.pk,)))

    def seen(user):
        return files_visible_to(user, timezone.now()).exists()

    assert [seen(user) for user in (district.two, reader.user, staff.elsewhere)] == [True, False, False]
    vote(notice, district.one, district.two)
    assert [seen(user) for user in (reader.user, staff.elsewhere)] == [True, False]


# --- the screens


@pytest.fixture
def see(client):
    """A function that opens a screen of a notice as somebody, and gives its text."""

    def get(user, notice, name="notice"):
        client.force_login(user)
        response = client.get(reverse(f"notices:{name}", args=[notice.pk]))
        return response.content.decode() if response.status_code == 200 else response.status_code

    return get


def press(client, notice, act):
    return client.post(reverse("notices:notice", args=[notice.pk]), {"act": act}, follow=True).content.decode()


def test_the_sender_sees_what_it_needs_where_it_stands_and_why_it_came_back(
    client, see, province, staff, district, rule
):
    notice = actions.save_notice(actor=staff.commune, organization=province.units.TB01X, content=CONTENT)
    page = see(staff.commune, notice)
    assert "cần 2 phê duyệt của Huyện ủy 01" in page and "Trình duyệt" in page and "Gửi ngay" not in page
    page = press(client, notice, "send")
    assert "Đã trình" in page and "<strong>0/2</strong> phê duyệt của Huyện ủy 01" in page
    assert "Tình hình tiếp nhận" not in page
    assert see(staff.commune, notice, "edit") == 404
    vote(notice, district.one, decision=Decision.RETURN, comment="Thiếu <địa điểm>")
    page = see(staff.commune, notice)
    assert "Thông báo bị trả lại." in page and "Thiếu &lt;địa điểm&gt;" in page and "hu-one" in page
    assert "Họp xã" in see(staff.commune, notice, "edit")
    press(client, notice, "send")
    assert "Đã rút về" in press(client, notice, "take_back")
    assert Notice.objects.get().state == State.DRAFT


def test_a_correction_on_the_screen(client, see, province, staff, district, rule):
    notice = vote(send(staff.commune, province.units.TB01X), district.one, district.two)
    client.force_login(staff.commune)
    form = {"title": "Họp xã, đổi ngày", "body": "Ngày 4.", "asks_again": "on"}
    page = client.post(reverse("notices:correct", args=[notice.pk]), form, follow=True).content.decode()
    assert "Đã trình bản đính chính" in page and "Bản đính chính đang chờ duyệt" in page
    vote(notice, district.one, decision=Decision.RETURN, comment="Sai ngày")
    assert "Bản đính chính bị trả lại." in see(staff.commune, notice)
    assert "Ngày 4." in see(staff.commune, notice, "correct")


def test_the_committee_reads_all_of_it_and_decides(client, province, staff, district, rule):
    notice = send(staff.commune, province.units.TB01X, Content(title="Họp xã", body="Ngày 3.", urgent=True))
    request = ApprovalRequest.objects.get()
    client.force_login(district.two)
    assert "Họp xã" in client.get(reverse("editorial_desk")).content.decode()
    address = reverse("editorial_request", args=[request.pk])
    page = client.get(address).content.decode()
    for text in ("Ngày 3.", "Đảng ủy xã 01", "Mọi đảng viên", "Báo cả ban đêm", "0/2"):
        assert text in page
    for user in (district.two, district.three):
        client.force_login(user)
        assert client.post(address, {"decision": "approve", "digest": request.digest}).status_code == 302
    notice.refresh_from_db()
    assert notice.state == State.SENT
    client.force_login(staff.elsewhere)
    assert client.get(address).status_code == 404


def test_the_screen_of_the_rules(client, province, staff, district):
    address = reverse("notices:rules")
    assert client.get(address).status_code == 302
    for user, status in ((staff.secretary, 302), (staff.watcher, 302), (staff.commune, 200), (district.one, 200)):
        client.force_login(user)
        assert client.get(address).status_code == status
    facts = {"organization": province.units.TB01.pk, "level": "grassroots", "required": 2}
    page = client.post(address, facts, follow=True).content.decode()
    assert "Đã lưu quy định." in page and "thuộc Huyện ủy 01 cần <strong>2</strong> phê duyệt" in page
    assert "có 3 người được phê duyệt" in client.post(address, facts | {"required": 9}).content.decode()
    client.force_login(staff.commune)
    assert client.post(address, facts | {"required": 0}).status_code == 200  # not theirs: the form says so
    assert NoticeApprovalRule.objects.count() == 1
    client.force_login(district.one)
    client.post(address, facts | {"required": 0})
    assert NoticeApprovalRule.objects.count() == 0


def test_the_screen_of_the_budgets(client, province, staff, district):
    address = reverse("notices:budgets")
    for user in (staff.tb, staff.commune, district.one):
        client.force_login(user)
        assert client.get(address).status_code == 302
    client.force_login(province.admin)
    unit = province.units.TB01X
    assert "Chưa tổ chức nào có hạn mức" in client.get(address).content.decode()
    page = client.post(address, {"organization": unit.pk, "per_month": 3}, follow=True).content.decode()
    assert "Đã lưu hạn mức của “Đảng ủy xã 01”." in page
    notice = send("test", unit)
    for number in range(3):
        member = make_member(f"S{number}", province.units.TB01XA)
        at = timezone.now() - datetime.timedelta(days=40 if number == 0 else 0)
        NoticeText.objects.create(notice=notice, member=member, version=1, organization=unit, at=at)
    row = client.get(address).context["rows"][0]
    assert (row["budget"].per_month, row["spent"], row["is_spent"]) == (3, 2, False)
    assert 'value="3"' in client.get(address, {"unit": unit.pk}).content.decode()
    assert client.post(address, {"organization": unit.pk, "per_month": -1}).status_code == 200
    client.post(address, {"organization": unit.pk, "per_month": 2})
    assert client.get(address).context["rows"][0]["is_spent"] is True
    entries = AuditEntry.objects.filter(act="set_text_budget").order_by("seq").values_list("actor", "detail")
    assert list(entries) == [("admin", {"items": 3}), ("admin", {"items": 2})]

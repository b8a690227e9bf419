"""The screens: who comes where, and what they do there."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from audit.models import AuditEntry
from editorial.models import ApprovalRequest
from editorial.requests import actions as requests
from handbook.feedback import actions, export
from handbook.feedback.enums import State
from handbook.feedback.models import FeedbackSettings, FeedbackThread, RoutingRule, SavedView, Topic
from tests.handbook.feedback.conftest import DAY, facts, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(sent):
    return sent(to="TB01X", subject="Đường làng hỏng")


@pytest.fixture
def screens(thread):
    """Every screen, by what it is for."""
    return {
        "index": reverse("feedback:index"),
        "thread": reverse("feedback:thread", args=[thread.pk]),
        "csv": reverse("feedback:export", args=["csv"]),
        "xlsx": reverse("feedback:export", args=["xlsx"]),
        "numbers": reverse("feedback:numbers"),
        "numbers_csv": reverse("feedback:numbers_export", args=["csv"]),
        "settings": reverse("feedback:settings"),
    }


def test_who_comes_where(client, folk, province, screens):
    seen = {}
    for who in (None, "member", "elsewhere", "watcher", "secretary", "commune", "commune_secretary", "district"):
        if who:
            client.force_login(getattr(folk, who))
        seen[who] = [client.get(screens[name]).status_code for name in ("index", "thread", "numbers", "settings")]
    assert seen == {
        None: [302, 302, 302, 302],
        "member": [302, 302, 302, 302],
        "elsewhere": [200, 404, 200, 404],
        "watcher": [302, 302, 302, 302],
        "secretary": [200, 404, 200, 200],
        "commune": [200, 200, 200, 404],
        "commune_secretary": [200, 200, 200, 200],
        "district": [200, 200, 200, 404],
    }
    client.force_login(province.admin)
    assert [client.get(address).status_code for address in screens.values()] == [200] * len(screens)


def test_the_menu_shows_it_to_who_answers(client, folk, province):
    for user, shown in ((folk.commune, True), (folk.secretary, True), (province.board, False)):
        client.force_login(user)
        page = client.get(reverse("editorial_desk")).content.decode()
        assert (reverse("feedback:index") in page) is shown


def test_the_inbox_and_its_filters(client, folk, sent, thread, topic, clock, province):
    cell = sent(subject="Của chi bộ", topic="dang-phi")
    own = sent(folk.neighbour, subject="Góp ý khác", to="TB01X", kind="opinion", topic="dang-phi")
    client.force_login(folk.commune)

    def listed(**query):
        page = client.get(reverse("feedback:index"), query).content.decode()
        return {
            each.subject for each in FeedbackThread.objects.all() if reverse("feedback:thread", args=[each.pk]) in page
        }

    both = {thread.subject, own.subject}
    assert listed() == both
    assert listed(below="on") == both | {cell.subject}
    assert listed(unit=province.units.TB01XA.pk) == {cell.subject}
    assert listed(unit=province.units.TB02X.pk) == both  # no unit of theirs: as if it were not given
    assert listed(q="duong lang") == {thread.subject}
    assert listed(kind="opinion") == listed(topic="dang-phi") == {own.subject}
    assert listed(part="overdue") == listed(part="waiting") == listed(part="settled") == listed(mine="on") == set()
    actions.assign_feedback(actor=folk.commune, thread=thread, to=folk.commune.own)
    assert listed(mine="on") == {thread.subject}
    actions.ask_back(actor=folk.commune, thread=thread, body="Ở đâu?")
    assert listed(part="waiting") == {thread.subject} and listed() == {own.subject}
    actions.answer_feedback(actor=folk.commune, thread=thread, body="Sẽ sửa")
    assert listed(part="settled") == {thread.subject}
    actions.forward_feedback(actor=folk.commune, thread=own, to=province.units.TB02X, note="Chuyển")
    assert listed(part="handed") == {own.subject} == listed(part="handed", q="khong co chu nay")
    clock.shift(30 * DAY)
    client.force_login(folk.commune)
    assert listed(part="overdue", below="on") == {cell.subject}


def test_filters_are_kept_under_a_name_for_oneself(client, folk, thread):
    client.force_login(folk.commune)
    address = reverse("feedback:index")
    client.post(f"{address}?q=duong&p=2", {"name": "Đường sá"})
    view = SavedView.objects.get()
    assert (view.user, view.name, view.query) == (folk.commune, "Đường sá", "q=duong")
    assert "Đường sá" in client.get(address).content.decode()
    client.force_login(folk.district)
    assert "Đường sá" not in client.get(address).content.decode()
    client.post(address, {"drop": str(view.pk)})
    client.post(address, {"drop": "x" * 30})
    assert SavedView.objects.exists()
    client.force_login(folk.commune)
    client.post(address, {"drop": str(view.pk)})
    assert not SavedView.objects.exists()


def test_the_inbox_costs_the_same_however_long(client, folk, sent, topic):
    client.force_login(folk.commune)
    client.get(reverse("feedback:index"))
    counts = []
    for _ in range(2):
        for _ in range(3):
            actions.assign_feedback(actor=folk.commune, thread=sent(to="TB01X", topic="dang-phi"), to=folk.commune.own)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("feedback:index"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


ACTS = [
    ({"act": "answer", "answer": "Sẽ sửa"}, State.ANSWERED),
    ({"act": "draft", "answer": "Sẽ"}, State.IN_PROGRESS),
    ({"act": "ask", "answer": "Ở đâu?"}, State.WAITING),
    ({"act": "note", "note": "Ghi"}, State.NEW),
    ({"act": "assign", "to": ""}, State.IN_PROGRESS),
    ({"act": "split", "part_subject": "Phần", "part_body": "Hai"}, State.NEW),
    ({"act": "close", "reason": "Xong"}, State.CLOSED),
]


def test_each_button_does_its_act_and_for_others_there_is_none(client, folk, sent):
    for posted, state in ACTS:
        thread = sent(to="TB01X")
        address = reverse("feedback:thread", args=[thread.pk])
        before = facts()
        for who, status in ((folk.elsewhere, 404), (folk.secretary, 404), (folk.member, 302)):
            client.force_login(who)
            assert client.post(address, posted).status_code == status
        assert facts() == before
        client.force_login(folk.commune)
        assert client.post(address, posted).status_code == 302, posted
        assert fresh(thread).state == state, posted
        assert client.get(address).status_code == 200
        FeedbackThread.objects.all().update(created_at="2026-01-01T00:00:00Z")  # no flood


def test_forwarding_merging_reopening_and_naming(client, folk, sent, province):
    client.force_login(folk.commune_secretary)
    main, twin = sent(to="TB01X"), sent(folk.neighbour, to="TB01X")
    address = reverse("feedback:thread", args=[twin.pk])
    assert client.post(address, {"act": "merge", "into": str(main.pk)}).status_code == 302
    assert fresh(twin).merged_into == main
    assert "Góp ý trùng" in client.get(reverse("feedback:thread", args=[main.pk])).content.decode()
    client.post(reverse("feedback:thread", args=[main.pk]), {"act": "answer", "answer": "Đáp"})
    client.post(address, {"act": "reopen", "reason": "Sót"})
    assert fresh(twin).state == State.IN_PROGRESS
    assert client.post(address, {"act": "forward", "to": "x", "note": "Lên"}).status_code == 400
    client.post(address, {"act": "forward", "to": province.units.TB02X.pk, "note": "Lên"})
    assert fresh(twin).owner == province.units.TB02X
    page = client.get(address).content.decode()
    assert "nay do Đảng ủy xã 02 xử lý" in page and "Gửi trả lời" not in page
    assert client.post(address, {"act": "note", "note": "x"}).status_code == 400
    secret = sent(to="TB01X", confidential=True)
    address = reverse("feedback:thread", args=[secret.pk])
    assert client.post(address, {"act": "name", "member": "KHONG"}).status_code == 400
    client.post(address, {"act": "name", "member": "VP-XA"})
    client.force_login(folk.commune)
    assert client.get(address).status_code == 200


def test_a_refusal_leaves_what_was_typed(client, folk, thread):
    client.force_login(folk.commune)
    address = reverse("feedback:thread", args=[thread.pk])
    FeedbackSettings.objects.create(organization=thread.owner, approvals=1)
    response = client.post(address, {"act": "answer", "answer": "Câu trả lời dài công phu"})
    page = response.content.decode()
    assert (response.status_code, fresh(thread).state) == (400, State.NEW)
    assert "Câu trả lời dài công phu" in page and "chưa được cấp ủy phê duyệt" in page
    entry = AuditEntry.objects.latest("seq")
    assert (entry.act, entry.outcome, entry.actor) == ("answer_feedback", "refused", "vp-xa")


def test_an_answer_goes_before_the_committee_and_then_to_the_member(client, folk, thread):
    client.force_login(folk.commune_secretary)
    client.post(reverse("feedback:settings"), {"organization": thread.owner_id, "approvals": 1})
    assert FeedbackSettings.objects.get().approvals == 1
    client.force_login(folk.commune)
    address = reverse("feedback:thread", args=[thread.pk])
    assert "Trình cấp ủy duyệt" in client.get(address).content.decode()
    client.post(address, {"act": "submit", "answer": "Sẽ sửa trong tháng"})
    assert fresh(thread).state == State.APPROVING
    assert "Sẽ sửa trong tháng" in client.get(address).content.decode()
    asked = ApprovalRequest.objects.get()
    review = reverse("editorial_request", args=[asked.pk])
    assert client.get(review).status_code == 404  # an officer is on no committee
    client.force_login(folk.commune_secretary)
    page = client.get(review).content.decode()
    assert "Sẽ sửa trong tháng" in page and "Đường làng hỏng" in page
    client.post(review, {"decision": "approve", "digest": asked.digest})
    assert fresh(thread).state == State.ANSWERED
    assert thread.messages.latest("number").body == "Sẽ sửa trong tháng"


def test_a_committee_sends_it_back(client, folk, thread):
    FeedbackSettings.objects.create(organization=thread.owner, approvals=1)
    actions.submit_answer(actor=folk.commune, thread=thread, body="Sẽ sửa")
    asked = ApprovalRequest.objects.get()
    requests.decide(
        actor=folk.commune_secretary, request_id=asked.pk, digest=asked.digest, decision="return", comment="Bao giờ?"
    )
    assert (fresh(thread).state, thread.draft.body) == (State.IN_PROGRESS, "Sẽ sửa")


def test_what_is_said_in_a_duplicate_stands_where_it_is_answered(client, folk, sent):
    main, twin = sent(to="TB01X"), sent(folk.neighbour, to="TB01X", anonymous_to_cell=True, subject="Hỏi trùng")
    own = sent(folk.commune, to="TB01X", subject="Của chính cán bộ")
    for each in (twin, own):
        actions.merge_feedback(actor=folk.commune_secretary, thread=each, into=main)
    actions.reply_feedback(member=folk.neighbour.own, thread_id=twin.pk, body="Nói thêm ở góp ý trùng")
    client.force_login(folk.commune)
    page = client.get(reverse("feedback:thread", args=[main.pk])).content.decode()
    assert "Nói thêm ở góp ý trùng" in page and "Hỏi trùng" in page and "Đảng viên ẩn danh" in page
    assert folk.neighbour.own.full_name not in page
    assert "Của chính cán bộ" not in page  # nobody reads what is done with their own
    FeedbackSettings.objects.create(organization=main.owner, approvals=1)
    actions.submit_answer(actor=folk.commune, thread=main, body="Đáp")
    client.force_login(folk.district)
    assert "Nói thêm ở góp ý trùng" in client.get(reverse("feedback:thread", args=[main.pk])).content.decode()
    client.force_login(folk.commune_secretary)
    page = client.get(reverse("editorial_request", args=[ApprovalRequest.objects.get().pk])).content.decode()
    assert "Nói thêm ở góp ý trùng" in page and folk.neighbour.own.full_name not in page


def test_who_sent_it_is_shown_to_who_may_look_and_each_look_is_recorded(client, folk, sent):
    thread = sent(to="TB01X", anonymous_to_cell=True)
    address = reverse("feedback:thread", args=[thread.pk])
    client.force_login(folk.commune)
    for page in (client.get(address), client.get(reverse("feedback:index"))):
        assert folk.member.own.full_name not in page.content.decode()
    shown = client.post(address, {"act": "reveal"})
    assert folk.member.own.full_name in shown.content.decode() and "no-store" in shown["Cache-Control"]
    assert AuditEntry.objects.filter(act="reveal_author", actor="vp-xa").count() == 1
    assert folk.member.own.full_name not in client.get(address).content.decode()
    cell = sent(anonymous_to_cell=True)
    client.force_login(folk.secretary)
    address = reverse("feedback:thread", args=[cell.pk])
    assert "Xem người gửi" not in client.get(address).content.decode()
    refused = client.post(address, {"act": "reveal"})
    assert refused.status_code == 400 and folk.member.own.full_name not in refused.content.decode()


# --- files


def rows_of(response):
    return list(csv.reader(io.StringIO(body_of(response).decode("utf-8-sig"))))


def body_of(response):
    return b"".join(response.streaming_content)


def test_the_inbox_as_files(client, folk, sent, screens):
    sent(subject="=HYPERLINK(1)", to="TB01X", anonymous_to_cell=True)
    client.force_login(folk.commune)
    header, *rows = rows_of(client.get(screens["csv"]))
    assert header[:4] == ["Tiêu đề", "Loại", "Lĩnh vực", "Người gửi"]
    by_subject = {row[0]: row for row in rows}
    assert set(by_subject) == {"Đường làng hỏng", "'=HYPERLINK(1)"}
    assert by_subject["'=HYPERLINK(1)"][3] == "Đảng viên ẩn danh"
    assert by_subject["Đường làng hỏng"][3:5] == [folk.member.own.full_name, "Đảng ủy xã 01"]
    sheet = load_workbook(io.BytesIO(body_of(client.get(screens["xlsx"])))).active
    assert sorted(row[0] for row in sheet.iter_rows(min_row=2, values_only=True)) == sorted(by_subject)
    assert client.get(reverse("feedback:export", args=["pdf"])).status_code == 404


def test_a_file_has_every_thread_and_is_in_the_audit(client, folk, sent, screens, monkeypatch):
    """A stretch after the other: here of two, also where several came in the same moment."""
    monkeypatch.setattr(export, "STRETCH", 2)
    for number in range(4):
        sent(folk.neighbour, to="TB01X", subject=f"Câu {number}")
    FeedbackThread.objects.filter(subject__startswith="Câu").update(created_at="2026-01-01T00:00:00Z")
    client.force_login(folk.commune)
    for form in ("csv", "xlsx"):
        response = client.get(screens[form], {"q": "cau"})
        body = body_of(response)
        if form == "csv":
            _header, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig")))
        else:
            rows = list(load_workbook(io.BytesIO(body)).active.iter_rows(min_row=2, values_only=True))
        assert sorted(row[0] for row in rows) == [f"Câu {number}" for number in range(4)]
        entry = AuditEntry.objects.get(act="read_feedback_names", detail__kind=form)
        assert (entry.actor, entry.detail) == ("vp-xa", {"items": 4, "filters": "q=cau", "kind": form})


def test_the_numbers(client, clock, folk, sent, thread, province):
    cell, _open = sent(), sent(folk.neighbour)
    sent(confidential=True)
    actions.answer_feedback(actor=folk.secretary, thread=cell, body="Đáp")
    actions.rate_feedback(member=folk.member.own, thread_id=cell.pk, stars=4)
    clock.shift(10 * DAY)
    actions.run_clock()
    client.force_login(folk.district)
    _header, *rows = rows_of(client.get(reverse("feedback:numbers_export", args=["csv"])))
    # code, received, settled, late, open, overdue, waiting, rated, mean; the confidential one is in none of it
    assert [[row[0], *row[4:]] for row in rows] == [
        ["TB01X", "1", "0", "1", "1", "1", "0", "0", ""],
        ["TB01XA", "2", "1", "1", "1", "1", "0", "1", "4.0"],
    ]
    page = client.get(reverse("feedback:numbers")).content.decode()
    assert "<rect" in page and "Đảng ủy xã 01" in page
    for unit, status in ((province.units.TB01X, 200), (province.units.TB02X, 404), (province.units.TB, 404)):
        assert client.get(reverse("feedback:numbers"), {"unit": unit.pk}).status_code == status
    assert client.get(reverse("feedback:numbers"), {"unit": "9" * 40}).status_code == 404


# --- what an operator keeps


def test_topics_and_rules_are_kept_by_an_operator(client, province, folk, sent):
    topic = {"code": "dat-dai", "name": "Đất đai", "hours": "80", "warning_hours": "8", "is_active": "on"}
    client.force_login(folk.commune)
    client.post(reverse("feedback_topics:add"), topic)
    assert not Topic.objects.exists()
    client.force_login(province.admin)
    assert client.post(reverse("feedback_topics:add"), topic).status_code == 302
    found = Topic.objects.get()
    rule = {"topic": found.pk, "unit": province.units.TB.pk, "goes_to": province.units.TB01.pk}
    assert client.post(reverse("feedback_rules:add"), rule).status_code == 302
    assert client.post(reverse("feedback_rules:add"), rule).status_code == 200
    assert client.get(reverse("feedback_rules:index")).status_code == 200
    assert sent(topic="dat-dai").owner == province.units.TB01
    client.post(reverse("feedback_topics:delete", args=[found.pk]))
    assert Topic.objects.exists()  # asked about: it is switched off, not deleted
    client.post(reverse("feedback_rules:delete", args=[RoutingRule.objects.get().pk]))
    assert not RoutingRule.objects.exists()
    acts = set(AuditEntry.objects.filter(actor="admin", outcome="done").values_list("act", flat=True))
    assert {"save_feedback_topic", "save_feedback_rule", "delete_feedback_rule"} <= acts

"""Feedback over GraphQL, by the contract's own operations and the app's, as each of the visitors."""

import datetime
import hashlib
import io
import uuid

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from audit.models import AuditEntry
from handbook.feedback import actions
from handbook.feedback.enums import State
from handbook.feedback.models import FeedbackFile, FeedbackSettings, FeedbackThread
from publishing.effects import drain
from tests.api.conftest import NOWHERE, token_for
from tests.handbook.feedback.conftest import clock, facts, folk, fresh, sent, topic
from tests.handbook.feedback.test_traces import NAME, m4a, mp3
from tests.uploads.conftest import PDF, Phone

__all__ = ["clock", "folk", "sent", "topic"]  # fixtures of the room's own tests
pytestmark = pytest.mark.django_db
THREAD, INBOX = "feedback-thread", "feedback-inbox"


@pytest.fixture
def act(api):
    """A function that runs a mutation, and gives its payload: ``act("SendFeedback", user, input={...})``."""

    def run(name, user, document="feedback", field=None, **variables):
        data = api.data(document, variables, name=name, user=user)
        return data[field or name[0].lower() + name[1:]]

    return run


@pytest.fixture
def listed(api):
    """A function that gives the nodes of what a person wrote."""

    def ask(user, first=100, **variables):
        data = api.data("feedback", {"first": first, **variables}, name="MyFeedback", user=user)["feedbackThreads"]
        return [edge["node"] for edge in data["edges"]]

    return ask


def code_of(payload):
    return [(error["code"], error["field"]) for error in payload["errors"]]


# --- the member


def test_sending_as_the_contract_has_it(clock, folk, act, listed):
    asked = {"subject": "Đảng phí", "body": "Đóng đến ngày nào?", "clientId": "may-1"}
    payload = act("SendFeedback", folk.member, input=asked)
    assert payload["errors"] == []
    assert payload["thread"].pop("id") == str(FeedbackThread.objects.get().pk)
    assert payload["thread"] == {
        "status": "new",
        "assignedTo": {"code": "TB01XA", "name": "Chi bộ 01A"},
        "dueAt": "2026-12-01T09:00:00+07:00",  # forty working hours from Tuesday, 9:00
    }
    assert act("SendFeedback", folk.member, input=asked)["thread"]["id"] == str(FeedbackThread.objects.get().pk)
    thread = FeedbackThread.objects.get()
    actions.answer_feedback(actor=folk.secretary, thread=thread, body="Ngày 5")
    (node,) = listed(folk.member)
    for message in node["messages"]:
        assert message.pop("id") and message.pop("sentAt").endswith("+07:00")
    assert node == {
        "id": str(thread.pk),
        "subject": "Đảng phí",
        "status": "answered",
        "topic": None,
        "dueAt": None,
        "overdue": False,
        "assignedTo": {"code": "TB01XA", "name": "Chi bộ 01A"},
        "messages": [
            {"body": "Đóng đến ngày nào?", "fromCommittee": False, "author": folk.member.own.full_name},
            {"body": "Ngày 5", "fromCommittee": True, "author": "Chi bộ 01A"},
        ],
    }
    payload = act("ReplyFeedback", folk.member, threadId=str(thread.pk), body="Vẫn chưa rõ")
    assert payload == {"thread": {"id": str(thread.pk), "status": "in_progress"}, "errors": []}


def test_who_may_send(province, folk, act):
    asked = {"input": {"subject": "A", "body": "a"}}
    for user, expected in (
        (None, [("UNAUTHENTICATED", None)]),
        (province.contributor, [("FORBIDDEN", None)]),
        (folk.member, []),
        (folk.commune, []),
    ):
        before = facts()
        assert code_of(act("SendFeedback", user, **asked)) == expected
        assert (facts() == before) is bool(expected)


def test_refusals_name_the_input(folk, act, topic):
    for fields, expected in (
        ({"subject": " "}, ("REQUIRED", "subject")),
        ({"to": "TB02"}, ("INVALID", "to")),
        ({"topic": "x"}, ("INVALID", "topic")),
        ({"attachments": [NOWHERE]}, ("NOT_FOUND", "attachments")),
        ({"attachments": ["x"]}, ("NOT_FOUND", "attachments")),
    ):
        before = facts()
        payload = act("SendFeedback", folk.member, input={"subject": "A", "body": "a", **fields})
        assert (code_of(payload), payload["thread"]) == ([expected], None)
        assert facts() == before


def test_each_visitor_and_another_members_thread(api, folk, sent, act, listed):
    thread = sent()
    actions.answer_feedback(actor=folk.secretary, thread=thread, body="Ngày 5")
    calls = {
        "ReplyFeedback": ("feedback", {"body": "x"}),
        "RateFeedback": (THREAD, {"stars": 5}),
        "MarkFeedbackRead": (THREAD, {}),
        "AllowFeedbackPublication": (THREAD, {"allowed": True}),
    }
    for name, (document, variables) in calls.items():
        for user in (None, folk.neighbour, folk.stranger, folk.secretary):
            before = facts()
            payload = act(name, user, document=document, threadId=str(thread.pk), **variables)
            assert code_of(payload) == ([("NOT_FOUND", "threadId")] if user else [("UNAUTHENTICATED", None)])
            assert facts() == before
        assert code_of(act(name, folk.member, document=document, threadId="x", **variables)) == [
            ("NOT_FOUND", "threadId")
        ]
        assert act(name, folk.member, document=document, threadId=str(thread.pk), **variables)["errors"] == []
        FeedbackThread.objects.filter(state=State.IN_PROGRESS).update(state=State.ANSWERED, due_at=None)
    for user in (folk.neighbour, folk.secretary, folk.commune):
        assert listed(user) == []
    answer = api("feedback", {"first": 9}, name="MyFeedback")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_one_thread_as_each_visitor(api, folk, sent):
    thread = sent(to="TB01X")
    actions.note_feedback(actor=folk.commune, thread=thread, body="Ghi nội bộ")
    seen = {}
    for who in ("member", "neighbour", "stranger", "secretary", "commune", "district", "elsewhere", "watcher"):
        user = getattr(folk, who)
        found = api.data(THREAD, {"id": str(thread.pk)}, name="FeedbackThread", user=user)["feedbackThread"]
        seen[who] = None if found is None else len(found["messages"])
        for bad in (NOWHERE, "x", ""):
            assert api.data(THREAD, {"id": bad}, name="FeedbackThread", user=user)["feedbackThread"] is None
    nobody = dict.fromkeys(("neighbour", "stranger", "secretary", "elsewhere", "watcher"))
    assert seen == {**nobody, "member": 1, "commune": 2, "district": 2}
    assert api.data(THREAD, {"id": str(thread.pk)}, name="FeedbackThread")["feedbackThread"] is None


def test_the_count_of_me(api, folk, sent, act):
    thread = sent()
    count = lambda: api.data("me", user=folk.member)["me"]["unread"]["feedback"]  # noqa: E731
    assert count() == 0
    actions.answer_feedback(actor=folk.secretary, thread=thread, body="Ngày 5")
    assert count() == 1
    assert api.data("me", user=folk.neighbour)["me"]["unread"]["feedback"] == 0
    payload = act("MarkFeedbackRead", folk.member, document=THREAD, threadId=str(thread.pk))
    assert payload["thread"]["unread"] is False
    assert count() == 0


def test_the_lists_cost_the_same_number_of_queries_however_long(api, folk, sent, django_assert_num_queries):
    member, officer = token_for(folk.member), token_for(folk.commune)
    for count in (2, 4):
        for _ in range(count):
            thread = sent(to="TB01X")
            actions.note_feedback(actor=folk.commune, thread=thread, body="a")
        # the caller; the account; the member; the list; messages; their files
        with django_assert_num_queries(6):
            api.data("feedback", {"first": 100}, name="MyFeedback", token=member)
        # the caller; the account and its rights; the units asked for and those of its rights; the member; whether named
        # anywhere; the list; messages, files, duplicates, drafts
        with django_assert_num_queries(13):
            api.data(INBOX, {"first": 100}, name="FeedbackInbox", token=officer)


def test_pages_of_both_lists(api, folk, sent, clock):
    for number in range(5):
        sent(subject=f"Số {number}", to="TB01X")
        clock.shift(60)
    for document, name, user, field, numbers in (
        ("feedback", "MyFeedback", folk.member, "feedbackThreads", (4, 3, 2, 1, 0)),
        (INBOX, "FeedbackInbox", folk.commune, "feedbackInbox", (0, 1, 2, 3, 4)),
    ):
        after, seen = None, []
        for _ in range(3):
            data = api.data(document, {"first": 2, "after": after}, name=name, user=user)[field]
            seen += [edge["node"]["subject"] for edge in data["edges"]]
            after = data["pageInfo"]["endCursor"]
        assert seen == [f"Số {number}" for number in numbers]
        assert data["pageInfo"]["hasNextPage"] is False


def test_topics(api, folk, topic):
    data = api.data(THREAD, {}, name="FeedbackTopics", user=folk.member)
    assert data == {"feedbackTopics": [{"code": "dang-phi", "name": "Đảng phí", "workingHours": 16}]}
    answer = api(THREAD, {}, name="FeedbackTopics")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


# --- the officer


def test_the_inbox_as_each_visitor(api, folk, sent):
    cell, commune = sent(subject="Chi bộ"), sent(subject="Đảng phí", to="TB01X")
    confidential = sent(subject="Mật", to="TB01X", confidential=True)

    def inbox(user, **variables):
        data = api.data(INBOX, {"first": 100, **variables}, name="FeedbackInbox", user=user)["feedbackInbox"]
        return {edge["node"]["id"] for edge in data["edges"]}

    ids = {name: str(each.pk) for name, each in (("cell", cell), ("commune", commune), ("mat", confidential))}
    assert inbox(folk.secretary) == {ids["cell"]}
    assert inbox(folk.commune) == {ids["commune"]}
    assert inbox(folk.commune_secretary) == {ids["commune"], ids["mat"]}
    assert inbox(folk.commune, unit="TB01XA") == {ids["cell"]}
    assert inbox(folk.district) == set()
    assert inbox(folk.district, unit="TB01X") == {ids["commune"]}
    assert inbox(folk.commune, query="duong lang") == set() != inbox(folk.commune, query="dang phi")
    for user in (folk.member, folk.elsewhere, folk.watcher):
        assert inbox(user) == inbox(user, unit="TB01X") == inbox(user, unit="TB01XA") == set()
    answer = api(INBOX, {"first": 9}, name="FeedbackInbox")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    actions.answer_feedback(actor=folk.commune, thread=commune, body="Đáp")
    assert inbox(folk.commune) == set()
    assert inbox(folk.commune, settled=True) == {ids["commune"]}


OFFICERS = {
    "AssignFeedback": ({"to": "BT-XA"}, "in_progress"),
    "ForwardFeedback": ({"to": "TB01", "note": "Lên huyện"}, "new"),
    "NoteFeedback": ({"body": "Ghi"}, "new"),
    "DraftFeedbackAnswer": ({"body": "Nháp"}, "in_progress"),
    "AnswerFeedback": ({"body": "Đáp"}, "answered"),
    "AskBackFeedback": ({"body": "Rõ hơn?"}, "waiting"),
    "CloseFeedback": ({"body": "Đã trả lời trực tiếp"}, "closed"),
    "SplitFeedback": ({"subject": "Phần", "body": "Hai"}, "new"),
}


def test_every_act_of_officers_as_each_visitor(folk, sent, act):
    for name, (variables, status) in OFFICERS.items():
        thread = sent(to="TB01X")
        asked = {"document": INBOX, "threadId": str(thread.pk), **variables}
        for who in ("member", "neighbour", "secretary", "elsewhere", "watcher", None):
            before = facts()
            payload = act(name, getattr(folk, who) if who else None, **asked)
            assert code_of(payload) == ([("NOT_FOUND", "id")] if who else [("UNAUTHENTICATED", None)])
            assert (payload["thread"], facts()) == (None, before)
        payload = act(name, folk.commune, **asked)
        assert (payload["errors"], payload["thread"]["status"]) == ([], status), name
        assert code_of(act(name, folk.commune, **{**asked, "threadId": "x"})) == [("NOT_FOUND", "id")]
        FeedbackThread.objects.all().update(created_at="2026-01-01T00:00:00Z")  # no flood


def test_merging_and_reopening(folk, sent, act):
    main, twin = sent(to="TB01X"), sent(folk.neighbour, to="TB01X")
    asked = {"document": INBOX, "threadId": str(twin.pk)}
    for into in (NOWHERE, "x", str(sent().pk)):
        if into != "x" and len(into) == 36 and into != NOWHERE:
            assert code_of(act("MergeFeedback", folk.commune, intoId=into, **asked)) == [("INVALID", "into")]
        else:
            assert code_of(act("MergeFeedback", folk.commune, intoId=into, **asked)) == [("NOT_FOUND", "into")]
    assert act("MergeFeedback", folk.commune, intoId=str(main.pk), **asked)["thread"]["status"] == "merged"
    act("AnswerFeedback", folk.commune, document=INBOX, threadId=str(main.pk), body="Đáp")
    assert fresh(twin).state == State.ANSWERED
    again = act("ReopenFeedback", folk.commune, document=INBOX, threadId=str(main.pk), body="Sót")
    assert again["thread"]["status"] == "in_progress"


def test_assigning_by_code(api, folk, sent, act):
    thread = sent(to="TB01X")
    people = api.data(INBOX, {"id": str(thread.pk)}, name="FeedbackWork", user=folk.commune)["feedbackAssignees"]
    assert [each["code"] for each in people] == ["BT-XA", "VP-XA"]
    for user in (folk.member, folk.elsewhere):
        assert api.data(INBOX, {"id": str(thread.pk)}, name="FeedbackWork", user=user)["feedbackAssignees"] == []
    asked = {"document": INBOX, "threadId": str(thread.pk)}
    for code in ("KHONG", "AN", "VP-02"):
        assert code_of(act("AssignFeedback", folk.commune, to=code, **asked)) == [("INVALID", "to")]
    payload = act("AssignFeedback", folk.commune, to="VP-XA", **asked)
    assert payload["thread"]["assignee"] == folk.commune.own.full_name


def test_an_answer_that_a_committee_approves_goes_through_decide(api, folk, sent, act):
    thread = sent(to="TB01X")
    FeedbackSettings.objects.create(organization=thread.owner, approvals=1)
    asked = {"document": INBOX, "threadId": str(thread.pk)}
    assert code_of(act("AnswerFeedback", folk.commune, body="Đáp", **asked)) == [("FORBIDDEN", None)]
    assert fresh(thread).state == State.NEW
    assert act("SubmitFeedbackAnswer", folk.commune, body="Đáp", **asked)["thread"]["status"] == "approving"
    data = api.data("approvals", {"first": 9}, name="Approvals", user=folk.commune_secretary)["approvals"]
    (node,) = [edge["node"] for edge in data["edges"]]
    assert (node["title"], node["kind"]) == ("Đảng phí tháng này", "ANSWER")
    variables = {"id": node["id"], "revision": node["revision"], "decision": "APPROVE"}
    done = api.data("approvals", variables, name="Decide", user=folk.commune_secretary)["decide"]
    assert done["errors"] == []
    assert fresh(thread).state == State.ANSWERED


def test_looking_who_it_is(folk, sent, act):
    thread = sent(to="TB01X", anonymous_to_cell=True)
    asked = {"document": INBOX, "threadId": str(thread.pk)}
    for who, expected in (
        ("member", "NOT_FOUND"),
        ("secretary", "NOT_FOUND"),
        ("elsewhere", "NOT_FOUND"),
        (None, "UNAUTHENTICATED"),
    ):
        payload = act("RevealFeedbackAuthor", getattr(folk, who) if who else None, **asked)
        assert (payload["author"], [error["code"] for error in payload["errors"]]) == (None, [expected])
    payload = act("RevealFeedbackAuthor", folk.commune, **asked)
    assert payload == {"author": {"code": "AN", "fullName": folk.member.own.full_name}, "errors": []}
    entry = AuditEntry.objects.get(act="reveal_author", outcome="done")
    assert (entry.actor, entry.target_id) == ("vp-xa", str(thread.pk))


# --- files


def photo():
    """A photo that says who took it."""
    out, picture = io.BytesIO(), Image.new("RGB", (40, 30), "red")
    exif = picture.getexif()
    exif[0x013B] = "Nguyen Van AN"  # Artist
    picture.save(out, "JPEG", exif=exif, comment=b"Nguyen Van AN")
    assert b"Nguyen Van AN" in out.getvalue()
    return out.getvalue()


@pytest.fixture
def with_file(folk, act):
    """An anonymous thread of the commune with a photo."""
    upload = Phone(folk.member).sent("Nguyễn Văn AN.jpg", photo())
    asked = {"subject": "A", "body": "a", "to": "TB01X", "anonymousToCell": True, "attachments": [upload]}
    payload = act("SendFeedback", folk.member, input={**asked, "clientId": "1"})
    again = act("SendFeedback", folk.member, input={**asked, "clientId": "1"})
    assert payload["errors"] == [] and again == payload
    return FeedbackThread.objects.get()


def test_files_are_for_who_reads_the_message(api, folk, with_file, province):
    file = FeedbackFile.objects.get()
    address = reverse("feedback_file", args=[file.pk, "x"])

    def status(user):
        headers = {"HTTP_AUTHORIZATION": f"Bearer {token_for(user)}"} if user else {}
        return Client().get(address, **headers).status_code

    seen = {who: status(getattr(folk, who)) for who in ("member", "neighbour", "secretary", "commune", "district")}
    assert seen == {"member": 200, "neighbour": 404, "secretary": 404, "commune": 200, "district": 200}
    assert [status(folk.elsewhere), status(folk.watcher), status(None)] == [404] * 3
    assert Client().get(address, HTTP_AUTHORIZATION="Bearer x").status_code == 401
    unknown = reverse("feedback_file", args=[uuid.uuid4(), "x"])
    assert Client().get(unknown).content == Client().get(address).content
    entries = AuditEntry.objects.filter(act="read_file").order_by("seq")
    assert [(entry.actor, entry.outcome) for entry in entries] == [
        ("ba", "refused"),
        ("bt-chibo", "refused"),
        ("vp-xa", "done"),
        ("vp-huyen", "done"),
        ("vp-02", "refused"),
        ("pt-01", "refused"),
        ("anonymous", "refused"),
    ]
    assert {entry.target for entry in entries} == {str(file.pk)}  # no name, and never the author
    # What was forwarded stays readable as far as it was seen; what came later is not.
    actions.forward_feedback(actor=folk.commune, thread=with_file, to=province.units.TB02X, note="Chuyển")
    actions.reply_feedback(
        member=folk.member.own,
        thread_id=with_file.pk,
        body="Thêm",
        uploads=[uuid.UUID(Phone(folk.member).sent("b.jpg", photo()))],
    )
    later = FeedbackFile.objects.exclude(pk=file.pk).get()
    assert (status(folk.commune), status(folk.elsewhere), status(folk.district)) == (200, 200, 404)
    address = reverse("feedback_file", args=[later.pk, "x"])
    assert (status(folk.commune), status(folk.elsewhere), status(folk.member)) == (404, 200, 200)


def test_an_anonymous_file_has_no_name(api, folk, with_file):
    file = FeedbackFile.objects.get()
    assert str(file.pk) != str(file.upload_id)
    data = api.data(INBOX, {"id": str(with_file.pk)}, name="FeedbackWork", user=folk.commune)["feedbackThread"]
    (shown,) = data["messages"][0]["attachments"]
    assert shown["name"] == f"tep-dinh-kem-{file.pk.hex[:6]}.jpg"
    response = Client().get(
        reverse("feedback_file", args=[file.pk, "x"]), HTTP_AUTHORIZATION=f"Bearer {token_for(folk.commune)}"
    )
    assert "AN.jpg" not in response["Content-Disposition"]
    shown = b"".join(response.streaming_content) if response.streaming else response.content
    assert shown.startswith(b"\xff\xd8") and b"Nguyen Van AN" not in shown and len(shown) == file.size
    own = api.data(THREAD, {"id": str(with_file.pk)}, name="FeedbackThread", user=folk.member)["feedbackThread"]
    assert own["messages"][0]["attachments"][0]["name"] == "Nguyễn Văn AN.jpg"


def test_an_anonymous_author_sends_no_documents_and_no_broken_pictures(folk, act):
    for name, data, is_taken in (
        ("a.pdf", PDF, False),
        ("a.jpg", b"\xff\xd8\xff" + b"x" * 50, False),
        ("a.mp3", b"ID3" + b"x" * 50, False),
        ("b.mp3", mp3(), True),
    ):
        before = facts()
        upload = Phone(folk.member).sent(name, data)
        asked = {"subject": "A", "body": "a", "anonymousToCell": True, "attachments": [upload]}
        payload = act("SendFeedback", folk.member, input=asked)
        assert code_of(payload) == ([] if is_taken else [("INVALID", "attachments")])
        assert (facts() == before) is not is_taken
        # Who is not anonymous may send all of it.
        if name.endswith("pdf"):
            assert act("SendFeedback", folk.member, input={**asked, "anonymousToCell": False})["errors"] == []


def test_an_anonymous_voice_note_is_not_the_file_in_the_audit(folk, act, clock):
    """The audit of uploads has the hash of what was sent beside its sender; what is kept is another file."""
    for anonymous in (True, False):
        upload = Phone(folk.member).sent("ghi-am.m4a", m4a())
        asked = {"subject": "A", "body": "a", "anonymousToCell": anonymous, "attachments": [upload]}
        assert act("SendFeedback", folk.member, input=asked)["errors"] == []
        file = FeedbackFile.objects.get(upload_id=upload)
        with default_storage.open(file.storage_name) as opened:
            kept = opened.read()
        entry = AuditEntry.objects.filter(act="upload_file").latest("seq")
        assert (hashlib.sha256(kept).hexdigest() == entry.detail["sha256"]) is not anonymous
        assert (NAME in kept) is not anonymous and file.size == len(kept)


def test_a_broken_voice_note_is_refused_in_words(folk, act):
    upload = Phone(folk.member).sent("a.ogg", b"OggS" + b"0" * 60)
    payload = act(
        "SendFeedback",
        folk.member,
        input={"subject": "A", "body": "a", "anonymousToCell": True, "attachments": [upload]},
    )
    assert payload["errors"][0]["message"].startswith("Không đọc được ghi âm gửi kèm.")


def test_another_persons_upload_is_not_found(folk, act):
    upload = Phone(folk.neighbour).sent("a.pdf", PDF)
    payload = act("SendFeedback", folk.member, input={"subject": "A", "body": "a", "attachments": [upload]})
    assert code_of(payload) == [("NOT_FOUND", "attachments")]
    assert not FeedbackThread.objects.exists()


# --- similar questions


def test_similar_questions_are_published_ones_that_one_may_see(api, folk, out, province):
    paths = {"category_path": "/xay-dung-dang/hoi-dap/"}
    shown = out("Đảng phí đóng thế nào", **paths)
    out("Đảng phí đóng thế nào, xã 02", audience=[f"member:{province.units.TB02X.pk}"], **paths)
    out("Đảng phí đóng thế nào, tin tức")
    drain("search")

    def asked(user, text="đảng phí đóng thế nào", first=5):
        data = api.data(THREAD, {"text": text, "first": first}, name="SimilarQuestions", user=user)
        return [node["title"] for node in data["similarQuestions"]]

    # However many articles say it better, they do not crowd it out.
    for number in range(60):
        out(f"Đảng phí đóng thế nào, tin {number}")
    drain("search")
    assert asked(folk.member) == asked(None) == [shown.title]
    assert len(asked(folk.stranger)) == 2
    assert asked(folk.member, text="  ") == []
    answer = api(THREAD, {"text": "a", "first": 0}, name="SimilarQuestions")
    assert answer["errors"][0]["extensions"]["code"] == "INVALID"


# --- officers: filters, names, numbers

OFFICE = "feedback-office"


def test_the_inbox_is_narrowed(api, folk, sent, topic, clock):
    plain = sent(to="TB01X", subject="Đường")
    other = sent(folk.neighbour, to="TB01X", subject="Phí", kind="opinion", topic="dang-phi")
    actions.assign_feedback(actor=folk.commune, thread=plain, to=folk.commune.own)

    def listed(user=folk.commune, **filters):
        data = api.data(OFFICE, {"first": 100, **filters}, name="FeedbackFiltered", user=user)["feedbackInbox"]
        return {edge["node"]["subject"] for edge in data["edges"]}

    assert listed() == {"Đường", "Phí"}
    assert listed(topic="dang-phi") == listed(kind="OPINION") == {"Phí"}
    assert listed(mine=True) == {"Đường"} and listed(user=folk.commune_secretary, mine=True) == set()
    assert listed(overdue=True) == listed(topic="khong-co") == set()
    clock.shift(datetime.timedelta(days=3))
    assert listed(overdue=True) == {"Phí"}
    assert listed(user=folk.elsewhere, unit="TB01X", overdue=True) == set()
    assert fresh(other).state == State.NEW


def test_a_desk_shows_duplicates_readers_and_whether_one_may_look(api, folk, sent, act):
    def desk(user, thread):
        return api.data(OFFICE, {"id": str(thread.pk)}, name="FeedbackDesk", user=user)["feedbackThread"]

    main, twin = sent(to="TB01X"), sent(folk.neighbour, to="TB01X", anonymous_to_cell=True, subject="Trùng")
    actions.merge_feedback(actor=folk.commune, thread=twin, into=main)
    actions.reply_feedback(member=folk.neighbour.own, thread_id=twin.pk, body="Nói thêm")
    shown = desk(folk.commune, main)
    assert [(each["subject"], each["author"]) for each in shown["duplicates"]] == [("Trùng", "Đảng viên ẩn danh")]
    assert [each["body"] for each in shown["duplicates"][0]["messages"]] == ["Đóng đến ngày nào?", "Nói thêm"]
    assert desk(folk.member, main)["duplicates"] == []  # its author has no business with others'
    assert (desk(folk.commune, twin)["mayReveal"], shown["mayReveal"]) == (True, False)
    assert desk(folk.neighbour, twin)["mayReveal"] is False
    secret = sent(to="TB01X", confidential=True)
    assert [each["code"] for each in desk(folk.commune_secretary, secret)["readers"]] == ["BT-XA"]
    assert desk(folk.commune, secret) is None and desk(folk.member, secret)["readers"] == []
    for user, code, expected in (
        (None, "VP-XA", [("UNAUTHENTICATED", None)]),
        (folk.commune, "VP-XA", [("NOT_FOUND", "id")]),
        (folk.commune_secretary, "KHONG", [("INVALID", "member")]),
        (folk.commune_secretary, "BA", [("INVALID", "member")]),
    ):
        before = facts()
        payload = act("NameFeedbackReader", user, OFFICE, threadId=str(secret.pk), member=code)
        assert code_of(payload) == expected and facts() == before
    payload = act("NameFeedbackReader", folk.commune_secretary, OFFICE, threadId=str(secret.pk), member="VP-XA")
    assert [each["code"] for each in payload["thread"]["readers"]] == ["BT-XA", "VP-XA"]
    assert desk(folk.commune, secret) is not None


def test_the_inbox_costs_the_same_with_duplicates_and_readers(api, folk, sent):
    counts = []
    for _ in range(2):
        for _ in range(2):
            main, twin = sent(to="TB01X"), sent(folk.neighbour, to="TB01X")
            actions.merge_feedback(actor=folk.commune_secretary, thread=twin, into=main)
            sent(folk.neighbour, to="TB01X", confidential=True)
        with CaptureQueriesContext(connection) as queries:
            api.data(INBOX, {"first": 50}, name="FeedbackInbox", user=folk.commune_secretary)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_numbers_of_a_unit(api, folk, sent):
    thread = sent(to="TB01X")
    actions.answer_feedback(actor=folk.commune, thread=thread, body="Đáp")
    actions.rate_feedback(member=folk.member.own, thread_id=thread.pk, stars=4)
    sent()

    def numbers(user, **variables):
        return api.data(OFFICE, variables, name="FeedbackNumbers", user=user)["feedbackNumbers"]

    found = numbers(folk.district)
    assert found["organization"]["code"] == "TB01"
    assert found["total"] == {
        "received": 2, "settled": 1, "late": 0, "open": 1, "overdue": 0, "waiting": 0, "rated": 1, "rating": 4.0
    }  # fmt: skip
    assert [(row["organization"]["code"], row["isHead"]) for row in found["rows"]] == [("TB01X", False)]
    found = numbers(folk.commune, unit="TB01X")
    assert [(row["organization"]["code"], row["isHead"], row["numbers"]["received"]) for row in found["rows"]] == [
        ("TB01X", True, 1),
        ("TB01XA", False, 1),
    ]
    assert numbers(folk.commune, unit="TB02X") is numbers(folk.member) is numbers(folk.watcher) is None
    answer = api(OFFICE, {"days": 0}, name="FeedbackNumbers", user=folk.commune)
    assert answer["errors"][0]["extensions"]["code"] == "INVALID"

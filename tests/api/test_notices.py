"""Notices over GraphQL, by the contract's own operations, as each of the visitors."""

import uuid

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from handbook.notices import actions
from handbook.notices.models import Notice, NoticeFile, NoticeReceipt
from organizations.enums import PositionKind
from tests.api.conftest import NOWHERE, token_for
from tests.api.test_trusted import address
from tests.conftest import make_member, make_user
from tests.handbook.notices.conftest import HOUR, everything, staff, write
from tests.uploads.conftest import PDF, Phone

__all__ = ["staff", "write"]  # fixtures of the room's own tests
pytestmark = pytest.mark.django_db
VISITORS = ["anonymous", "member", "elsewhere", "secretary"]


@pytest.fixture
def listed(api):
    """A function that gives the nodes of a person's inbox."""

    def ask(user, first=100, **variables):
        data = api.data("notices", {"first": first, **variables}, name="Notices", user=user)["notices"]
        return [edge["node"] for edge in data["edges"]]

    return ask


@pytest.fixture
def act(api):
    """A function that runs a mutation of the contract, and gives its payload."""

    def run(name, user, document="notices", **variables):
        data = api.data(document, variables, name=name, user=user)
        return data[name[0].lower() + name[1:]]

    return run


def code_of(payload):
    return [(error["code"], error["field"]) for error in payload["errors"]]


# --- reading


def test_the_inbox_as_the_contract_asks_for_it(province, people, listed, write):
    deadline = timezone.now() + HOUR
    notice = write(unit="TB01X", title="Họp", urgent=True, requires_acknowledgement=True, deadline=deadline)
    (node,) = listed(people.member)
    assert node.pop("sentAt").endswith("+07:00") and node.pop("deadline").endswith("+07:00")
    assert node == {
        "id": str(notice.pk),
        "version": 1,
        "title": "Họp",
        "body": "Mời họp ngày 3.",
        "urgent": True,
        "requiresAcknowledgement": True,
        "organization": {"code": "TB01X", "name": "Đảng ủy xã 01"},
        "readAt": None,
        "acknowledgedAt": None,
        "attachments": [],
    }


def test_the_inbox_of_each_visitor(api, province, people, listed, write):
    here, there = write(unit="TB01X", title="Xã 01"), write(unit="TB02X", title="Xã 02")
    for who, expected in (("member", here), ("secretary", here), ("elsewhere", there)):
        assert [node["id"] for node in listed(getattr(people, who))] == [str(expected.pk)]
    assert listed(province.contributor) == []  # an editor who is no member
    answer = api("notices", {"first": 9}, name="Notices")
    assert answer["data"] == {"notices": None}
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_notice_that_one_may_not_see_does_not_exist(api, people, staff, write):
    notice = write(unit="TB01X")
    draft = Notice.objects.get(pk=notice.pk)
    seen = {}
    everyone = {
        **{name: getattr(people, name) for name in VISITORS},
        "officer": staff.commune,
        "watcher": staff.watcher,
    }
    for who, user in everyone.items():
        seen[who] = api.data("notice", {"id": str(draft.pk)}, user=user)["notice"] is not None
        for bad in (NOWHERE, "x", "", "1"):
            assert api.data("notice", {"id": bad}, user=user)["notice"] is None
    assert seen == {
        "anonymous": False,
        "member": True,
        "elsewhere": False,
        "secretary": True,
        "officer": True,
        "watcher": False,
    }


def test_drafts_are_for_who_may_send_there(api, province, people, staff):
    draft = actions.save_notice(
        actor=staff.commune, organization=province.units.TB01X, content=actions.Content(title="Nháp", body="x")
    )
    for user, sees in ((people.member, False), (people.secretary, False), (staff.commune, True), (staff.tb, True)):
        found = api.data("notice", {"id": str(draft.pk)}, user=user)["notice"]
        assert (found is not None) is sees
        assert found is None or found["status"] == "draft"


def test_unread_only_and_the_count_of_me(api, people, listed, act, write):
    read, unread = write(unit="TB01X", title="Đã xem"), write(unit="TB01X", title="Chưa xem")
    assert api.data("me", user=people.member)["me"]["unread"]["notices"] == 2
    payload = act("MarkNoticeRead", people.member, id=str(read.pk), version=1)
    assert payload["errors"] == [] and payload["notice"]["readAt"].endswith("+07:00")
    assert [node["id"] for node in listed(people.member, unreadOnly=True)] == [str(unread.pk)]
    assert len(listed(people.member)) == 2
    assert api.data("me", user=people.member)["me"]["unread"]["notices"] == 1
    assert api.data("me", user=people.secretary)["me"]["unread"]["notices"] == 2


def test_pages(api, people, write):
    for number in range(5):
        write(unit="TB01X", title=f"Số {number}")
    after, seen = None, []
    for _ in range(3):
        data = api.data("notices", {"first": 2, "after": after}, name="Notices", user=people.member)["notices"]
        seen += [edge["node"]["title"] for edge in data["edges"]]
        after = data["pageInfo"]["endCursor"]
    assert seen == [f"Số {number}" for number in (4, 3, 2, 1, 0)]
    assert data["pageInfo"]["hasNextPage"] is False


def test_the_list_costs_the_same_number_of_queries_however_long(api, people, write, django_assert_num_queries):
    token = token_for(people.member)
    for count in (3, 6):
        for _ in range(count):
            write(unit="TB01X")
        # the caller; their account; the member; the list; texts; their files; receipts
        with django_assert_num_queries(7):
            data = api.data("notices", {"first": 100}, name="Notices", token=token)
    assert len(data["notices"]["edges"]) == 9


# --- receipts


@pytest.mark.parametrize("name", ["MarkNoticeRead", "AcknowledgeNotice"])
def test_marking_as_each_visitor(people, act, write, name):
    notice = write(unit="TB01X")
    expected = {
        "anonymous": [("UNAUTHENTICATED", None)],
        "elsewhere": [("NOT_FOUND", "id")],
        "member": [],
        "secretary": [],
    }
    for who in VISITORS:
        before = everything()
        payload = act(name, getattr(people, who), id=str(notice.pk), version=1)
        assert code_of(payload) == expected[who]
        assert (payload["notice"] is None) is bool(expected[who])
        if expected[who]:
            assert everything() == before
    assert NoticeReceipt.objects.count() == 2


def test_an_editor_who_is_no_member_has_no_notices_to_mark(province, act, write):
    payload = act("MarkNoticeRead", province.contributor, id=str(write().pk), version=1)
    assert code_of(payload) == [("NOT_FOUND", "id")]


def test_marking_what_is_none(people, act, write):
    notice = write(unit="TB01X")
    for id, version in (("x", 1), (NOWHERE, 1), (str(notice.pk), 2), (str(notice.pk), -1)):
        assert code_of(act("AcknowledgeNotice", people.member, id=id, version=version)) == [("NOT_FOUND", "id")]
    assert NoticeReceipt.objects.count() == 0


def test_acknowledging_a_text_that_was_corrected_is_a_conflict(people, act, write):
    notice = write(unit="TB01X")
    content = actions.Content(title="Đính chính", body="b")
    actions.correct_notice(actor="test", notice=notice, content=content, asks_again=True)
    assert code_of(act("AcknowledgeNotice", people.member, id=str(notice.pk), version=1)) == [("CONFLICT", "version")]
    assert NoticeReceipt.objects.count() == 0
    assert act("AcknowledgeNotice", people.member, id=str(notice.pk), version=2)["notice"]["acknowledgedAt"]


def test_answering(api, people, act, write):
    notice = write(unit="TB01X", question="Dự họp?", answers=("Có", "Không"))
    asked = {"document": "notice-receipts", "id": str(notice.pk), "version": 1}
    assert code_of(act("AnswerNotice", people.member, answer="Có lẽ", **asked)) == [("INVALID", "answer")]
    assert code_of(act("AnswerNotice", people.elsewhere, answer="Có", **asked)) == [("NOT_FOUND", "id")]
    assert code_of(act("AnswerNotice", None, answer="Có", **asked)) == [("UNAUTHENTICATED", None)]
    assert NoticeReceipt.objects.count() == 0
    payload = act("AnswerNotice", people.member, answer="Không", reason="Ốm", **asked)
    assert (payload["notice"]["answer"], payload["notice"]["answerReason"]) == ("Không", "Ốm")
    node = api.data("notice", {"id": str(notice.pk)}, user=people.member)["notice"]
    assert (node["question"], node["answers"], node["answer"]) == ("Dự họp?", ["Có", "Không"], "Không")


def test_an_answer_that_wants_a_reason(api, people, staff, act):
    asks = {"question": "Dự họp?", "answers": ["Có", "Không"], "reasonWantedFor": ["Không"]}
    assert code_of(act("SendNotice", staff.commune, input=draft(**asks | {"reasonWantedFor": ["Vắng"]}))) == [
        ("INVALID", "reasonWantedFor")
    ]
    sent = act("SendNotice", staff.commune, input=draft(**asks))["notice"]
    query = "query($id: ID!) { notice(id: $id) { reasonWantedFor } }"
    assert api.data(query, {"id": sent["id"]}, user=people.member)["notice"] == {"reasonWantedFor": ["Không"]}
    asked = {"document": "notice-receipts", "id": sent["id"], "version": 1, "answer": "Không"}
    assert code_of(act("AnswerNotice", people.member, **asked)) == [("REQUIRED", "reason")]
    offline = [{"id": sent["id"], "version": 1, "kind": "ANSWERED", "answer": "Không"}]
    payload = act("RecordNoticeReceipts", people.member, "notice-receipts", receipts=offline)
    assert payload["rejected"] == [{"index": 0, "code": "REQUIRED"}]
    assert NoticeReceipt.objects.count() == 0
    assert act("AnswerNotice", people.member, reason="Ốm", **asked)["errors"] == []
    query = "query($id: ID!) { notice(id: $id) { reach { answers { count } byOrganization { answers { answer count } } } } }"
    reach = api.data(query, {"id": sent["id"]}, user=staff.commune)["notice"]["reach"]
    assert reach["answers"] == [{"count": 0}, {"count": 1}]
    assert reach["byOrganization"][0]["answers"] == [{"answer": "Có", "count": 0}, {"answer": "Không", "count": 1}]


def test_receipts_of_an_offline_phone(people, act, write):
    mine, foreign = write(unit="TB01X"), write(unit="TB02X")
    at = timezone.now().isoformat()
    receipts = [
        {"id": str(mine.pk), "version": 1, "kind": "DELIVERED", "at": at},
        {"id": str(foreign.pk), "version": 1, "kind": "READ"},
        {"id": str(mine.pk), "version": 1, "kind": "ACKNOWLEDGED", "at": at},
        {"id": "x", "version": 1, "kind": "READ"},
    ]
    for _ in range(2):  # sent again, it says and changes the same
        payload = act("RecordNoticeReceipts", people.member, "notice-receipts", receipts=receipts)
        assert payload == {
            "recorded": 2,
            "rejected": [{"index": 1, "code": "NOT_FOUND"}, {"index": 3, "code": "NOT_FOUND"}],
            "errors": [],
        }
    assert NoticeReceipt.objects.count() == 1
    before = everything()
    assert code_of(act("RecordNoticeReceipts", None, "notice-receipts", receipts=receipts)) == [
        ("UNAUTHENTICATED", None)
    ]
    assert act("RecordNoticeReceipts", people.elsewhere, "notice-receipts", receipts=receipts[:1])["recorded"] == 0
    assert everything() == before


# --- sending


def draft(organization="TB01X", **fields):
    return {"organization": organization, "title": "Họp chi bộ", "body": "19 giờ ngày 3.", **fields}


def test_sending_as_each_visitor(api, people, staff, act):
    everyone = {"anonymous": None, "member": people.member, "elsewhere": staff.elsewhere, "below": people.secretary}
    for who, user in everyone.items():
        before = everything()
        code = ("UNAUTHENTICATED", None) if who == "anonymous" else ("FORBIDDEN", "organization")
        payload = act("SendNotice", user, input=draft())
        assert (payload["notice"], code_of(payload)) == (None, [code])
        assert everything() == before
    refusals = AuditEntry.objects.filter(act="send_notice", outcome="refused")
    assert refusals.count() + AuditEntry.objects.filter(act="save_notice", outcome="refused").count() == 4
    payload = act("SendNotice", staff.commune, input=draft())
    assert payload["errors"] == []
    notice = Notice.objects.get()
    assert payload["notice"] == {"id": str(notice.pk), "version": 1, "status": "sent"}
    assert (notice.author, notice.organization.code) == (staff.commune, "TB01X")
    assert AuditEntry.objects.get(act="send_notice", outcome="done").actor == "vp-xa"


def test_it_is_in_the_inbox_at_once(people, staff, act, listed):
    act("SendNotice", staff.commune, input=draft(title="Khẩn", urgent=True))
    assert [node["title"] for node in listed(people.member)] == ["Khẩn"]
    assert listed(people.elsewhere) == []


def test_sent_twice_with_the_same_client_id_it_is_sent_once(staff, act):
    first, again = (act("SendNotice", staff.commune, input=draft(clientId="dien-thoai-1")) for _ in range(2))
    assert first == again
    other = act("SendNotice", staff.tb, input=draft(clientId="dien-thoai-1"))
    assert other["notice"]["id"] != first["notice"]["id"]
    assert Notice.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"title": "  "}, "REQUIRED", "title"),
        ({"title": "a" * 256}, "INVALID", "title"),
        ({"body": "\n"}, "REQUIRED", "body"),
        ({"organization": "không có"}, "NOT_FOUND", "organization"),
        ({"subUnits": ["TB02X"]}, "INVALID", "subUnits"),
        ({"subUnits": ["không có"]}, "INVALID", "subUnits"),
        ({"deadline": "2020-01-01T00:00:00+07:00"}, "INVALID", "deadline"),
        ({"expiresAt": "2020-01-01T00:00:00+07:00"}, "INVALID", "expiresAt"),
        ({"question": "Dự họp?"}, "INVALID", "answers"),
        ({"question": "Dự họp?", "answers": ["Có"]}, "INVALID", "answers"),
        ({"answers": ["Có", "Không"]}, "REQUIRED", "question"),
        ({"attachments": [NOWHERE]}, "NOT_FOUND", "attachments"),
        ({"attachments": ["x"]}, "NOT_FOUND", "attachments"),
    ],
)
def test_what_cannot_be_sent(staff, act, fields, code, field):
    before = everything()
    payload = act("SendNotice", staff.commune, input=draft() | fields)
    assert (payload["notice"], code_of(payload)) == (None, [(code, field)])
    assert everything() == before


@pytest.mark.parametrize("moment", ["hôm qua", "0001-01-01T00:00:00+07:00", 7, "9999-12-31T23:59:59-12:00"])
def test_a_moment_that_is_none(api, staff, moment):
    variables = {"input": draft(sendAt=moment)}
    answer = api("notices", variables, name="SendNotice", user=staff.commune, status=400)
    assert answer["errors"][0]["extensions"]["code"] == "INVALID"
    assert Notice.objects.count() == 0


def test_a_moment_without_offset_is_the_provinces(staff, act):
    act("SendNotice", staff.commune, input=draft(sendAt="2030-01-02T08:00:00"))
    assert Notice.objects.get().sent_at.isoformat() == "2030-01-02T01:00:00+00:00"


def test_to_some_units_to_secretaries_and_at_a_time(province, people, staff, act, listed):
    act("SendNotice", staff.commune, input=draft(subUnits=["TB01XB"]))
    act("SendNotice", staff.commune, input=draft(audience="SECRETARIES", title="Bí thư"))
    later = (timezone.now() + HOUR).isoformat()
    scheduled = act("SendNotice", staff.commune, input=draft(sendAt=later))
    assert scheduled["notice"]["status"] == "scheduled"
    assert listed(people.member) == []
    assert [node["title"] for node in listed(people.secretary)] == ["Bí thư"]
    assert len(listed(staff.commune)) == 1


COUNT = """query($unit: String!, $audience: NoticeAudience, $sub: [String!]) {
  noticeAudienceCount(organization: $unit, audience: $audience, subUnits: $sub)
}"""


def test_how_many_it_would_reach_is_what_the_preview_says(api, province, people, staff, client):
    """The same numbers as the screen, for each way to choose readers."""
    make_member("DV9", province.units.TB01XB)
    client.force_login(staff.commune)
    for audience, sub in (("all", []), ("all", ["TB01XB"]), ("committee", []), ("secretaries", ["TB01XA", "TB01XB"])):
        draft_of = actions.save_notice(
            actor=staff.commune,
            organization=province.units.TB01X,
            content=actions.Content(title="T", body="b"),
            audience=audience,
            sub_units=[getattr(province.units, code) for code in sub],
        )
        preview = client.get(reverse("notices:notice", args=[draft_of.pk])).context["reached"]
        variables = {"unit": "TB01X", "audience": audience.upper(), "sub": sub}
        assert api.data(COUNT, variables, user=staff.commune)["noticeAudienceCount"] == preview
    assert api.data(COUNT, {"unit": "TB01X"}, user=staff.commune)["noticeAudienceCount"] == 9


def test_how_many_it_would_reach_is_for_who_may_send_there(api, people, staff):
    visitors = {
        "anonymous": None,
        "member": people.member,
        "below": people.secretary,
        "elsewhere": staff.elsewhere,
        "watcher": staff.watcher,
        "here": staff.commune,
        "above": staff.tb,
    }
    seen = {
        who: api.data(COUNT, {"unit": "TB01X"}, user=user)["noticeAudienceCount"] is not None
        for who, user in visitors.items()
    }
    assert {who for who, sees in seen.items() if sees} == {"here", "above"}
    for variables in (
        {"unit": "không có"},
        {"unit": "TB01X", "sub": ["TB02X"]},
        {"unit": "TB01X", "sub": ["x", "TB01XA"]},
    ):
        assert api.data(COUNT, variables, user=staff.commune)["noticeAudienceCount"] is None
    assert api.data(COUNT, {"unit": "TB01XA"}, user=people.secretary)["noticeAudienceCount"] == 6


def test_how_many_it_would_reach_costs_the_same_however_many(api, province, staff):
    token, counts = token_for(staff.commune), []
    api.data(COUNT, {"unit": "TB01X"}, token=token)  # a connection's first statements are prepared once
    for number in (3, 9):
        for each in range(number):
            make_member(f"M{number}{each}", province.units.TB01XA)
        with CaptureQueriesContext(connection) as queries:
            api.data(COUNT, {"unit": "TB01X", "sub": ["TB01XA"]}, token=token)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- numbers


def test_reach_as_the_contract_asks_for_it(api, people, staff, act, write):
    notice = write(unit="TB01X")
    act("AcknowledgeNotice", people.member, id=str(notice.pk), version=1)
    data = api.data("notices", {"id": str(notice.pk)}, name="NoticeReach", user=staff.commune)["notice"]
    assert data["id"] == str(notice.pk)
    rows = data["reach"].pop("byOrganization")
    assert data["reach"] == {"audience": 8, "delivered": 1, "read": 1, "acknowledged": 1}
    cell = {"code": "TB01XA", "name": "Chi bộ 01A"}
    assert rows[0] == {"organization": cell, "audience": 6, "delivered": 1, "read": 1, "acknowledged": 1}
    assert sum(row["audience"] for row in rows) == 8


def test_who_sees_which_numbers(api, people, staff, write):
    notice = write(unit="TB")
    query = (
        "query($id: ID!, $unit: String) { notice(id: $id) { reach(organization: $unit) { organization { code } } } }"
    )

    def seen(user, unit=None):
        found = api.data(query, {"id": str(notice.pk), "unit": unit}, user=user)["notice"]
        reach = found and found["reach"]
        return reach and reach["organization"]["code"]

    assert (seen(staff.tb), seen(staff.tb, "TB02X")) == ("TB", "TB02X")
    assert (seen(staff.commune), seen(staff.commune, "TB01XA"), seen(staff.commune, "TB02X")) == (
        "TB01X",
        "TB01XA",
        None,
    )
    assert (seen(people.secretary), seen(people.secretary, "TB01X")) == ("TB01XA", None)
    assert (seen(people.member), seen(people.member, "TB01XA"), seen(None)) == (None, None, None)
    assert seen(staff.tb, "không có") is None


def test_no_answer_about_notices_is_kept_for_others(api, people, write):
    write(unit="TB01X")
    for document, variables, name in (("notices", {"first": 9}, "Notices"), ("notice", {"id": NOWHERE}, "Notice")):
        response = api.client.get(
            address(document, variables, operationName=name),
            HTTP_AUTHORIZATION=f"Bearer {token_for(people.member)}",
        )
        assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
        assert "ETag" not in response


# --- files


@pytest.fixture
def attached(staff, write, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = actions.keep_file(actor=staff.commune, file=ContentFile(b"0123456789"), name="Giấy mời.pdf")
    return write(staff.commune, "TB01X", files=(file.pk,))


def test_files_are_for_whom_the_notice_is(api, people, staff, listed, attached):
    ((file,),) = (node["attachments"] for node in listed(people.member))
    assert (file["name"], file["size"]) == ("Giấy mời.pdf", 10)
    path = file["url"].removeprefix("http://testserver")
    statuses = {}
    for who, user in {**{name: getattr(people, name) for name in VISITORS}, "officer": staff.commune}.items():
        headers = {"HTTP_AUTHORIZATION": f"Bearer {token_for(user)}"} if user else {}
        statuses[who] = Client().get(path, **headers).status_code
    assert statuses == {"anonymous": 404, "member": 200, "elsewhere": 404, "secretary": 200, "officer": 200}
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token_for(people.member)}"}
    response = Client().get(path, **headers)
    assert b"".join(response.streaming_content) == b"0123456789"
    assert response["Cache-Control"] == "private, no-cache"
    assert Client().get(path, HTTP_AUTHORIZATION="Bearer x").status_code == 401
    actions.recall_notice(actor="test", notice=attached, reason="Nhầm")
    assert Client().get(path, **headers).status_code == 404


def test_another_persons_upload_cannot_be_sent_along(staff, act, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = actions.keep_file(actor=staff.tb, file=ContentFile(b"x"), name="a.pdf")
    before = everything()
    payload = act("SendNotice", staff.commune, input=draft(attachments=[str(file.pk)]))
    assert code_of(payload) == [("NOT_FOUND", "attachments")]
    assert everything() == before
    assert act("SendNotice", staff.tb, input=draft(attachments=[str(file.pk)]))["errors"] == []


def test_a_file_comes_from_a_phone_by_an_upload(api, staff, people, listed, act, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    upload = Phone(staff.commune).sent("Giấy mời.pdf", PDF)
    refused = draft(attachments=[upload], deadline="2020-01-01T00:00:00Z")
    assert code_of(act("SendNotice", staff.commune, input=refused)) == [("INVALID", "deadline")]
    for other in (staff.tb, people.member):
        assert code_of(act("SendNotice", other, input=draft(attachments=[upload])))[0][0] in ("NOT_FOUND", "FORBIDDEN")
    assert NoticeFile.objects.count() == 0
    assert act("SendNotice", staff.commune, input=draft(attachments=[upload]))["errors"] == []
    ((file,),) = (node["attachments"] for node in listed(people.member))
    assert (file["id"], file["name"], file["size"]) == (upload, "Giấy mời.pdf", len(PDF))
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token_for(people.member)}"}
    assert b"".join(Client().get(file["url"], **headers).streaming_content) == PDF
    # The same file in a second notice is the same row; a part of one is no file.
    assert act("SendNotice", staff.commune, input=draft(attachments=[upload]))["errors"] == []
    part = Phone(staff.commune).path().rpartition("/")[2]
    assert code_of(act("SendNotice", staff.commune, input=draft(attachments=[part]))) == [("NOT_FOUND", "attachments")]
    assert NoticeFile.objects.count() == 1


def test_what_needs_approval_waits_and_is_decided_on_in_the_same_api(api, province, people, staff, listed, act):
    above = make_user("hu", "Cấp ủy phê duyệt")
    make_member("HU", province.units.TB01XB, above, [(province.units.TB01, PositionKind.SECRETARY)])
    actions.set_approval_rule(actor=above, organization=province.units.TB01, level="grassroots", required=1)
    payload = act("SendNotice", staff.commune, input=draft())
    assert (payload["errors"], payload["notice"]["status"]) == ([], "waiting")
    assert listed(people.member) == []
    ask = "{ approvals(first: 5) { edges { node { id kind title status revision required approved } } } }"
    assert api.data(ask, user=staff.commune)["approvals"]["edges"] == []
    ((node,),) = (edge.values() for edge in api.data(ask, user=above)["approvals"]["edges"])
    assert {name: node[name] for name in ("kind", "title", "status", "required", "approved")} == {
        "kind": "NOTICE",
        "title": draft()["title"],
        "status": "pending",
        "required": 1,
        "approved": 0,
    }
    variables = {"id": node["id"], "revision": node["revision"], "decision": "APPROVE", "comment": ""}
    assert act("Decide", above, document="approvals", **variables)["errors"] == []
    assert [each["title"] for each in listed(people.member)] == [draft()["title"]]
    status = api.data("query($id: ID!) { notice(id: $id) { status } }", {"id": payload["notice"]["id"]}, user=above)
    assert status["notice"]["status"] == "sent"


def test_messages_are_in_the_callers_language(api, people):
    variables = {"id": str(uuid.uuid4()), "version": 1}
    answers = [
        api.data("notices", variables, name="MarkNoticeRead", user=people.member, language=language)
        for language in ("vi", "en")
    ]
    assert [answer["markNoticeRead"]["errors"][0]["message"] for answer in answers] == [
        "Không tìm thấy thông báo này.",
        "There is no such notice.",
    ]


def test_positions_that_may_send(province, act):
    for kind, may in (
        (PositionKind.DEPUTY_SECRETARY, True),
        (PositionKind.OFFICER, True),
        (PositionKind.COMMITTEE_MEMBER, False),
        (PositionKind.STANDING_MEMBER, False),
        (PositionKind.AREA_WATCHER, False),
    ):
        user = make_user(f"x-{kind}")
        make_member(f"X-{kind}", province.units.TB01XA, user, [(province.units.TB01X, kind)])
        assert (act("SendNotice", user, input=draft())["errors"] == []) is may

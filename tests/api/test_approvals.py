"""What waits for a decision, and deciding over GraphQL."""

import pytest

from audit.models import AuditEntry
from cms.models import Category
from editorial import actions
from editorial.enums import Decision
from editorial.models import Approval, RequestDecision
from editorial.requests import actions as requests
from editorial.requests import subjects
from tests.api.conftest import token_for
from tests.editorial.test_requests import Standin

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(api):
    """A function that gives the nodes of a person's list."""

    def ask(user, first=100):
        edges = api.data("approvals", {"first": first}, name="Approvals", user=user)["approvals"]["edges"]
        return [edge["node"] for edge in edges]

    return ask


@pytest.fixture
def decide(api):
    """A function that decides, and gives the payload."""

    def ask(user, node, decision="APPROVE", comment=None, **changes):
        variables = {"id": node["id"], "revision": node["revision"], "decision": decision, "comment": comment} | changes
        return api.data("approvals", variables, name="Decide", user=user)["decide"]

    return ask


@pytest.fixture
def submitted(province, draft):
    page = draft("Bài chờ duyệt")
    actions.submit(actor=province.contributor, page_id=page.pk)
    return page


def test_a_draft_waits_for_its_desk_and_for_nobody_else(province, people, submitted, waiting):
    (node,) = waiting(province.desk)
    assert node["kind"] == "ARTICLE"
    assert (node["title"], node["submittedBy"]) == ("Bài chờ duyệt", "ctv")
    assert (node["required"], node["approved"]) == (1, 0)
    assert node["submittedAt"].endswith("+07:00") and node["dueAt"] > node["submittedAt"]
    submitted.refresh_from_db()
    assert node["previewUrl"].endswith(f"/admin/editorial/review/{submitted.pk}/{submitted.latest_revision_id}/")
    others = (province.contributor, province.other_desk, province.board, province.thuongtruc1, province.admin)
    for other in (*others, people.member, people.secretary):
        assert waiting(other) == []


def test_nobody_signed_in_is_told_so(api, waiting, submitted, province, decide):
    answer = api("approvals", {"first": 9}, name="Approvals")
    assert answer["data"] == {"approvals": None}
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    (node,) = waiting(province.desk)
    payload = decide(None, node)
    assert (payload["approval"], payload["errors"][0]["code"]) == (None, "UNAUTHENTICATED")
    entry = AuditEntry.objects.get(act="decide", outcome="refused")
    assert (entry.actor, entry.detail["code"], entry.detail["channel"]) == ("anonymous", "UNAUTHENTICATED", "api")
    assert Approval.objects.count() == 0


def test_the_whole_way_over_graphql(province, submitted, waiting, decide, commit):
    for person, expected in (
        (province.desk, {"status": "approved", "required": 1, "approved": 1}),
        (province.board, {"status": "approved", "required": 1, "approved": 1}),
        (province.thuongtruc1, {"status": "pending", "required": 2, "approved": 1}),
        (province.thuongtruc2, {"status": "approved", "required": 2, "approved": 2}),
    ):
        (node,) = waiting(person)
        with commit():
            payload = decide(person, node)
        assert payload["errors"] == []
        assert payload["approval"] == {"id": node["id"], **expected}
        assert waiting(person) == []
    submitted.refresh_from_db()
    assert submitted.live


def test_what_someone_wrote_last_does_not_wait_for_them(province, draft, waiting, decide, people):
    page = draft(user=province.desk)
    actions.submit(actor=province.desk, page_id=page.pk)
    assert waiting(province.desk) == []


def test_returning_needs_a_reason(province, submitted, waiting, decide):
    (node,) = waiting(province.desk)
    payload = decide(province.desk, node, "RETURN")
    assert [(each["code"], each["field"]) for each in payload["errors"]] == [("REQUIRED", "comment")]
    assert Approval.objects.count() == 0
    payload = decide(province.desk, node, "RETURN", "Thiếu nguồn")
    assert (payload["errors"], payload["approval"]["status"]) == ([], "returned")
    assert Approval.objects.get().comment == "Thiếu nguồn"


def test_a_new_revision_makes_the_decision_a_conflict(province, submitted, waiting, decide):
    (node,) = waiting(province.desk)
    submitted.refresh_from_db()
    submitted.title = "Đã sửa"
    submitted.save_revision(user=province.board)
    payload = decide(province.desk, node)
    assert [(each["code"], each["field"]) for each in payload["errors"]] == [("CONFLICT", "revision")]
    assert Approval.objects.count() == 0


def test_text_overwritten_in_place_makes_the_decision_a_conflict(province, submitted, waiting, decide):
    (node,) = waiting(province.desk)
    submitted.refresh_from_db()
    submitted.title = "Chèn thêm chữ"
    submitted.save_revision(user=province.contributor, overwrite_revision=submitted.latest_revision)
    payload = decide(province.desk, node)
    assert [(each["code"], each["field"]) for each in payload["errors"]] == [("CONFLICT", "revision")]
    assert Approval.objects.count() == 0
    (fresh,) = waiting(province.desk)
    assert decide(province.desk, fresh)["errors"] == []


def test_an_approval_that_one_may_not_see_is_not_found(province, people, submitted, waiting, decide):
    (node,) = waiting(province.desk)
    for other in (province.board, province.other_desk, province.admin, province.contributor, people.member):
        payload = decide(other, node)
        assert payload["approval"] is None
        assert [(each["code"], each["field"]) for each in payload["errors"]] == [("NOT_FOUND", "id")]
    assert Approval.objects.count() == 0
    assert AuditEntry.objects.filter(act="decide", outcome="refused").count() == 5


def test_ids_are_taken_only_as_they_were_given(province, submitted, waiting, decide):
    (node,) = waiting(province.desk)
    for bad in ("", "x", node["revision"], node["id"][:-2], node["id"] + "A", "1", "đ"):
        assert decide(province.desk, node, id=bad)["errors"][0]["code"] == "NOT_FOUND"
    for bad in ("", "x", node["id"], node["revision"][:-2], "1", "đ"):
        error = decide(province.desk, node, revision=bad)["errors"][0]
        assert (error["code"], error["field"]) == ("INVALID", "revision")
    assert Approval.objects.count() == 0


def test_the_third_of_the_committee_is_told_that_it_is_decided(province, submitted, waiting, decide, approve):
    approve(submitted, submit=False, steps=2)
    (late,) = waiting(province.thuongtruc3)
    for person in (province.thuongtruc1, province.thuongtruc2):
        decide(person, waiting(person)[0])
    assert decide(province.thuongtruc3, late)["errors"][0]["code"] == "CONFLICT"


def test_deciding_twice_is_a_conflict(province, submitted, waiting, decide, approve):
    approve(submitted, submit=False, steps=2)
    (node,) = waiting(province.thuongtruc1)
    assert decide(province.thuongtruc1, node)["errors"] == []
    assert decide(province.thuongtruc1, node)["errors"][0]["code"] == "CONFLICT"
    assert Approval.objects.standing().filter(decision=Decision.APPROVE, person=province.thuongtruc1).count() == 1


def test_messages_are_in_the_callers_language(api, province, submitted, waiting):
    (node,) = waiting(province.desk)
    variables = {"id": node["id"], "revision": node["revision"], "decision": "RETURN"}
    answer = api.data("approvals", variables, name="Decide", user=province.desk)
    assert answer["decide"]["errors"][0]["message"] == "Hãy ghi lý do trả lại để người viết biết phải sửa gì."


def test_the_list_costs_the_same_number_of_queries_however_long(
    api, province, draft, waiting, django_assert_num_queries
):
    def submit(count):
        for _ in range(count):
            actions.submit(actor=province.contributor, page_id=draft().pk)

    submit(3)
    token = token_for(province.desk)
    api.data("approvals", {"first": 100}, name="Approvals", token=token)
    for count in (0, 6):
        submit(count)
        # the caller; their account; the list; pages with sources; steps and their kinds; approvals
        with django_assert_num_queries(QUERIES):
            data = api.data("approvals", {"first": 100}, name="Approvals", token=token)
        assert len(data["approvals"]["edges"]) == 3 + count


QUERIES = 8


def test_pages_of_approvals(api, province, draft):
    for number in range(5):
        actions.submit(actor=province.contributor, page_id=draft(f"Bài {number}").pk)
    query = """query($after: String) { approvals(first: 2, after: $after) {
        edges { node { title } } pageInfo { hasNextPage endCursor } } }"""
    after, seen = None, []
    for _ in range(3):
        data = api.data(query, {"after": after}, user=province.desk)["approvals"]
        seen += [edge["node"]["title"] for edge in data["edges"]]
        after = data["pageInfo"]["endCursor"]
    assert seen == [f"Bài {number}" for number in range(5)]
    assert data["pageInfo"]["hasNextPage"] is False


# --- what is no page


@pytest.fixture
def asked(province, monkeypatch):
    """A function that puts a stand-in of this name before the committee."""
    subject = Standin()
    monkeypatch.setitem(subjects._subjects, Category, subject)

    def put(name):
        thing = Category.objects.create(slug=name.lower(), name=name, name_en=name)
        return requests.ask(actor=province.board, thing=thing, organization=province.units.TB, required=2)

    return put


def test_requests_and_drafts_wait_in_one_list_by_age(api, province, asked, submitted, approve):
    approve(submitted, submit=False, steps=2)
    for name in ("Hai", "Ba", "Bon"):
        asked(name)
    everything = ["Bài chờ duyệt", "Hai", "Ba", "Bon"]
    document = """query($first: Int!, $after: String) { approvals(first: $first, after: $after) {
        edges { cursor node { title kind } } pageInfo { hasNextPage endCursor } } }"""
    for size in (1, 2, 3, 4):
        seen, after = [], None
        while True:
            page = api.data(document, {"first": size, "after": after}, user=province.thuongtruc1)["approvals"]
            seen += [edge["node"]["title"] for edge in page["edges"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert seen == everything


def test_a_request_is_decided_like_a_draft(province, people, asked, waiting, decide):
    request = asked("Thu")
    for other in (province.board, province.desk, province.admin, people.member, people.secretary):
        assert waiting(other) == []
    (node,) = waiting(province.thuongtruc1)
    assert (node["kind"], node["title"], node["required"], node["approved"]) == ("NOTICE", "Thu", 2, 0)
    assert node["previewUrl"].endswith(f"/admin/editorial/request/{request.pk}/")
    assert decide(province.thuongtruc1, node)["approval"] == {
        "id": node["id"],
        "status": "pending",
        "required": 2,
        "approved": 1,
    }
    (node,) = waiting(province.thuongtruc2)
    assert decide(province.thuongtruc2, node)["approval"]["status"] == "approved"
    assert decide(province.thuongtruc3, node)["errors"][0]["code"] == "CONFLICT"
    assert decide(province.board, node)["errors"][0]["code"] == "NOT_FOUND"


def test_the_parts_of_a_request_and_of_a_draft_are_not_mixed(province, asked, submitted, waiting, decide, approve):
    approve(submitted, submit=False, steps=2)
    asked("Thu")
    draft, request = waiting(province.thuongtruc1)
    for node, other in ((draft, request), (request, draft)):
        error = decide(province.thuongtruc1, node, revision=other["revision"])["errors"][0]
        assert (error["code"], error["field"]) == ("INVALID", "revision")
    assert RequestDecision.objects.count() == 0

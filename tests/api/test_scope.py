"""What a caller may not see does not exist for them: in lists, by id, in files, related content and error texts."""

import pytest

from organizations.enums import PositionKind
from organizations.models import Membership
from tests.api.conftest import NOWHERE, operation, token_for
from tests.conftest import make_member, make_user

pytestmark = pytest.mark.django_db

# Who sees which audience. TB01XA is the cell of the member and the secretary; TB02XA is elsewhere.
SEES = {
    "anonymous": {"public"},
    "member": {"public", "member", "own-district"},
    "elsewhere": {"public", "member", "other-district"},
    "secretary": {"public", "member", "own-district", "committee", "own-committee"},
}


@pytest.fixture
def everything(province, out):
    """One article and one document for each audience, each with a file."""
    units = province.units
    audiences = {
        "public": "public",
        "member": "member",
        "own-district": f"member:{units.TB01.pk}",
        "other-district": f"member:{units.TB02.pk}",
        "committee": "committee",
        "own-committee": f"committee:{units.TB01XA.pk}",
        "province-committee": f"committee:{units.TB.pk}",
    }
    return {
        (kind, name): out(f"{kind} {name}", kind=kind, audience=[key], storage_name=f"{kind}-{name}.pdf")
        for kind in ("article", "document")
        for name, key in audiences.items()
    }


@pytest.mark.parametrize("visitor", SEES)
def test_lists_ids_and_files_hold_exactly_what_is_seen(api, people, everything, visitor):
    user = getattr(people, visitor)
    seen = SEES[visitor] | ({"province-committee"} if visitor == "secretary" else set())
    for kind, name, field in (("article", "home", "articles"), ("document", "documents", "documents")):
        data = api.data(name, {"first": 100}, user=user)[field]
        assert {edge["node"]["title"] for edge in data["edges"]} == {f"{kind} {each}" for each in seen}
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token_for(user)}"} if user else {}
    for (kind, name), item in everything.items():
        content = api.data("article", {"id": str(item.pk)}, user=user)["content"]
        response = api.client.get(f"/files/{item.files.get().pk}/x.pdf", **headers)
        assert (content is not None, response.status_code) == ((True, 200) if name in seen else (False, 404)), (
            kind,
            name,
        )


def test_hidden_and_unknown_are_told_apart_by_nothing(api, everything):
    hidden = everything["article", "member"]
    unknown = api.send({"query": operation("article"), "variables": {"id": NOWHERE}})
    known = api.send({"query": operation("article"), "variables": {"id": str(hidden.pk)}})
    assert (known.status_code, known.content, known.headers) == (unknown.status_code, unknown.content, unknown.headers)
    etag = f'"{hidden.files.get().pk.hex}-{hidden.files.get().size}"'
    for extra in ({}, {"HTTP_IF_NONE_MATCH": etag}, {"HTTP_IF_NONE_MATCH": "*"}, {"HTTP_RANGE": "bytes=0-1"}):
        a = api.client.get(f"/files/{hidden.files.get().pk}/x.pdf", **extra)
        b = api.client.get(f"/files/{NOWHERE}/x.pdf", **extra)
        assert (a.status_code, a.content, a.headers) == (b.status_code, b.content, b.headers)
        assert a.status_code == 404


def test_related_content_is_shown_to_those_who_see_it(api, people, out):
    secret = out("Riêng đảng viên", audience=["member"])
    item = out("Chung", related=[secret.page_id])
    related = lambda user: api.data("article", {"id": str(item.pk)}, user=user)["content"]["related"]  # noqa: E731
    assert related(None) == []
    assert related(people.member) == [{"id": str(secret.pk), "title": "Riêng đảng viên"}]


def test_a_member_who_moves_sees_the_new_scope_with_the_same_token(api, people, province, everything):
    token = token_for(people.member)
    item = everything["article", "own-district"]
    assert api.data("article", {"id": str(item.pk)}, token=token)["content"] is not None
    member = people.member.member
    member.cell = province.units.TB02XA
    member.save()
    Membership.objects.filter(member=member).update(cell=province.units.TB02XA)
    assert api.data("article", {"id": str(item.pk)}, token=token)["content"] is None


def test_a_cursor_of_a_hidden_row_shows_nothing_hidden(api, people, everything):
    cursor = api.data("home", {"first": 1}, user=people.secretary)["articles"]["edges"][0]["cursor"]
    data = api.data("home", {"first": 100, "after": cursor})["articles"]
    assert [edge["node"]["title"] for edge in data["edges"]] == ["article public"]


def test_me_is_null_for_the_public_and_oneself_for_others(api, people, province):
    assert api.data("me") == {"me": None}
    me = api.data("me", user=people.secretary)["me"]
    assert (me["code"], me["status"], me["fullName"]) == ("DV3", "official", "Nguyễn Văn DV3")
    assert (me["cell"]["code"], me["cell"]["level"]) == ("TB01XA", "cell")
    assert [unit["code"] for unit in me["path"]] == ["TB", "TB01", "TB01X", "TB01XA"]
    assert [(each["organization"]["code"], each["position"]) for each in me["positions"]] == [("TB01XA", "secretary")]
    assert me["unread"] == {"notices": 0, "feedback": 0}
    editor = api.data("me", user=province.board)["me"]
    assert (editor["fullName"], editor["code"], editor["cell"], editor["path"], editor["positions"]) == (
        "btv1",
        None,
        None,
        [],
        [],
    )


def test_me_costs_six_queries_whatever_one_is(api, people, province, django_assert_num_queries):
    many = make_user("nhieu-chuc")
    units = [province.units.TB, province.units.TB01, province.units.TB02, province.units.TB02X]
    make_member("DV9", province.units.TB01XA, many, [(unit, PositionKind.COMMITTEE_MEMBER) for unit in units])
    for user in (people.secretary, many):
        token = token_for(user)
        with django_assert_num_queries(
            7
        ):  # the caller; account; member with cell; line; positions; unread notices, answers
            api.data("me", token=token)

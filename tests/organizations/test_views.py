"""The screens: who sees what, and what they do."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEntry
from organizations.enums import Level, PositionKind
from organizations.models import Member, Position, today
from tests.conftest import make_member, make_organization, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(province):
    member = make_member("DV1", province.units.TB01XA, make_user("dv1"), [(province.units.TB01X, PositionKind.OFFICER)])
    Member.objects.filter(pk=member.pk).update(full_name="Đặng Thị Hòa", name_folded="dang thi hoa", phone="0912345678")
    return member


@pytest.fixture
def addresses(province, member):
    """Every screen about TB01X and the member below it."""
    position = member.positions.get()
    return {
        "unit": reverse("organizations:unit", args=[province.units.TB01X.pk]),
        "member": reverse("organizations:member", args=[member.pk]),
        "move": reverse("organizations:move", args=[member.pk]),
        "give": reverse("organizations:give_position", args=[member.pk]),
        "end": reverse("organizations:end_position", args=[position.pk]),
        "index": reverse("organizations:index"),
        "find": reverse("organizations:find") + "?q=",
    }


ABOUT_SOMEONE = ["unit", "member", "move", "give", "end"]
SCREENS = [*ABOUT_SOMEONE, "index", "find"]


@pytest.mark.parametrize("screen", SCREENS)
def test_an_anonymous_visitor_and_a_plain_member_are_sent_to_sign_in(client, addresses, screen, member):
    for sign_in in (lambda: None, lambda: client.force_login(member.user)):
        sign_in()
        response = client.get(addresses[screen])
        assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("wagtailadmin_login"))


@pytest.mark.parametrize("screen", ABOUT_SOMEONE)
def test_for_an_officer_elsewhere_it_does_not_exist(client, officers, addresses, screen):
    client.force_login(officers("TB02"))
    assert client.get(addresses[screen]).status_code == 404
    assert client.post(addresses[screen]).status_code in (404, 405)


@pytest.mark.parametrize("screen", SCREENS)
def test_an_officer_here_sees_it(client, officers, addresses, screen):
    client.force_login(officers("TB01"))
    assert client.get(addresses[screen]).status_code == 200


@pytest.mark.parametrize("screen", ["move", "give", "end"])
def test_who_only_sees_may_not_do(client, officers, addresses, screen):
    client.force_login(officers("TB01", PositionKind.STANDING_MEMBER))
    response = client.get(addresses[screen])
    assert (response.status_code, response.url) == (302, reverse("wagtailadmin_home"))
    assert "Kết thúc chức vụ" not in client.get(addresses["member"]).content.decode()


@pytest.mark.parametrize("screen", ["index", "find"])
def test_an_editor_without_units_is_sent_home(client, province, addresses, screen):
    client.force_login(province.contributor)
    response = client.get(addresses[screen])
    assert (response.status_code, response.url) == (302, reverse("wagtailadmin_home"))


def test_the_menu_shows_the_tree_to_who_looks_after_someone(client, province, officers):
    for user, shown in ((province.admin, True), (officers("TB01X"), True), (province.contributor, False)):
        client.force_login(user)
        assert (reverse("organizations:index") in client.get("/admin/editorial/desk/").content.decode()) is shown


def test_the_tree_begins_where_the_person_may_look(client, province, officers):
    client.force_login(officers("TB01X"))
    rows = client.get(reverse("organizations:index")).context["rows"]
    assert [(row.unit.code, row.children, row.members) for row in rows] == [("TB01X", 2, 3)]
    client.force_login(province.admin)
    rows = client.get(reverse("organizations:index")).context["rows"]
    assert [(row.unit.code, row.children, row.members) for row in rows] == [("TB", 2, 4)]


def test_a_unit_shows_what_lies_below_its_people_and_its_history(client, province, addresses, officers):
    client.force_login(officers("TB01"))
    response = client.get(addresses["unit"])
    rows = response.context["rows"]
    assert [(row.unit.code, row.children, row.members) for row in rows] == [("TB01XA", 0, 4), ("TB01XB", 0, 0)]
    assert [position.member.code for position in response.context["positions"]] == ["DV1"]
    way = [item["label"] for item in response.context["breadcrumbs_items"]]
    assert [str(label) for label in way[1:]] == ["Tổ chức đảng", "Huyện ủy 01", "Đảng ủy xã 01"]
    cell = client.get(reverse("organizations:unit", args=[province.units.TB01XA.pk])).context
    assert [member.code for member in cell["members_page"].rows] == ["DV1", "THUONGTRUC1", "THUONGTRUC2", "THUONGTRUC3"]


def test_an_officer_whose_cell_lies_elsewhere_is_named_but_not_opened(client, province, officers):
    actor = officers("TB01X")  # whose own cell is in the other district
    client.force_login(actor)
    response = client.get(reverse("organizations:unit", args=[province.units.TB01X.pk]))
    assert actor.member.full_name in response.content.decode()
    assert reverse("organizations:member", args=[actor.member.pk]) not in response.content.decode()
    assert client.get(reverse("organizations:member", args=[actor.member.pk])).status_code == 404


@pytest.mark.parametrize(
    "text", ["Đặng Thị Hòa", "dang thi hoa", "hoa dang", "DANG", "dv1", "0912 345 678", "34567", "Ho\u0300a"]
)
def test_a_member_is_found_however_they_are_typed(client, officers, member, text):
    client.force_login(officers("TB01"))
    page = client.get(reverse("organizations:find"), {"q": text}).context["page"]
    assert [found.code for found in page.rows] == ["DV1"]


def test_a_name_with_the_accents_as_typed_comes_first(province):
    for code, name, fold in (("A1", "Trần Hoa", "tran hoa"), ("A2", "Trần Hòa", "tran hoa")):
        Member.objects.filter(pk=make_member(code, province.units.TB01XA).pk).update(full_name=name, name_folded=fold)
    assert [found.code for found in Member.objects.found_by("Trần Hòa")] == ["A2", "A1"]
    assert [found.code for found in Member.objects.found_by("tran hoa")] == ["A1", "A2"]
    assert Member.objects.found_by("Trần Lan").count() == 0


def test_people_elsewhere_are_not_found_nor_is_their_unit(client, province, officers, member):
    client.force_login(officers("TB02"))
    found = client.get(reverse("organizations:find"), {"q": "dang thi hoa"})
    assert found.context["page"].rows == []
    everyone = client.get(reverse("organizations:find"), {"q": ""}).context["page"]
    assert [row.code for row in everyone.rows] == ["CB-TB02-officer"]
    response = client.get(reverse("organizations:find"), {"q": "", "unit": province.units.TB01X.pk})
    assert response.context["page"] is None
    assert "Không có tổ chức này trong phạm vi của bạn" in response.content.decode()


def test_a_search_is_narrowed_to_a_subtree(client, province, member):
    client.force_login(province.admin)
    for unit, codes in (("TB01XA", ["DV1"]), ("TB01", ["DV1"]), ("TB02", [])):
        page = client.get(
            reverse("organizations:find"), {"q": "hoa", "unit": getattr(province.units, unit).pk}
        ).context["page"]
        assert [row.code for row in page.rows] == codes


def test_a_long_list_has_pages_and_odd_page_numbers_do_no_harm(client, province):
    for number in range(60):
        make_member(f"P{number:02d}", province.units.TB02XA)
    client.force_login(province.admin)
    address = reverse("organizations:find")
    first = client.get(address, {"q": "P"}).context["page"]
    assert (len(first.rows), first.next, first.previous) == (50, 2, None)
    second = client.get(address, {"q": "P", "p": "2"}).context["page"]
    assert ([row.code for row in second.rows][:1], len(second.rows), second.next) == (["P50"], 10, None)
    for odd in ("0", "-1", "x", "", "99999999999999999999"):
        assert client.get(address, {"q": "P", "p": odd}).context["page"].number == 1
    unit = reverse("organizations:unit", args=[province.units.TB02XA.pk])
    assert len(client.get(unit, {"m": "2"}).context["members_page"].rows) == 10


def test_a_member_is_moved(client, province, officers, member, addresses):
    client.force_login(officers("TB01"))
    response = client.post(
        addresses["move"],
        {"cell": province.units.TB01XB.pk, "valid_from": f"{today():%d/%m/%Y}", "reason": "Giấy giới thiệu 5"},
    )
    assert (response.status_code, response.url) == (302, addresses["member"])
    member.refresh_from_db()
    assert member.cell == province.units.TB01XB
    page = client.get(addresses["member"])
    assert "Đảng viên vẫn giữ 1 chức vụ" in page.content.decode()
    assert [row.cell.code for row in page.context["memberships"]] == ["TB01XB", "TB01XA"]


@pytest.mark.parametrize(
    ("fields", "field", "match"),
    [
        ({"cell": ""}, "cell", "trống|bắt buộc|yêu cầu"),
        ({"cell": "TB02XA"}, "cell", "Không có tổ chức này trong phạm vi"),
        ({"cell": "abc"}, "cell", "Không có tổ chức này trong phạm vi"),
        ({"cell": "TB01XA"}, "cell", "đang sinh hoạt tại"),
        ({"reason": ""}, "reason", "trống|bắt buộc|yêu cầu"),
        ({"valid_from": "31/02/2025"}, "valid_from", "ngày"),
        ({"valid_from": "01/01/2999"}, "valid_from", "chưa đến"),
    ],
)
def test_a_wrong_move_is_told_beside_its_field(client, province, officers, member, addresses, fields, field, match):
    client.force_login(officers("TB01"))
    given = {"cell": "TB01XB", "valid_from": f"{today():%d/%m/%Y}", "reason": "Chuyển", **fields}
    given["cell"] = getattr(getattr(province.units, given["cell"], None), "pk", given["cell"])
    response = client.post(addresses["move"], given)
    assert response.status_code == 200
    assert re.search(match, " ".join(response.context["form"].errors[field]))
    member.refresh_from_db()
    assert (member.cell, member.memberships.count()) == (province.units.TB01XA, 1)


def test_a_refusal_on_a_form_is_recorded(client, province, officers, addresses):
    client.force_login(officers("TB01"))
    client.post(
        addresses["move"], {"cell": province.units.TB01XA.pk, "valid_from": f"{today():%d/%m/%Y}", "reason": "x"}
    )
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.outcome, entry.detail["channel"]) == ("move_member", "refused", "admin")


def test_a_position_is_given_and_ended(client, province, officers, member, addresses):
    client.force_login(officers("TB01"))
    response = client.post(
        addresses["give"],
        {"organization": province.units.TB01.pk, "kind": "secretary", "valid_from": f"{today():%d/%m/%Y}"},
    )
    assert response.status_code == 302
    position = Position.objects.get(member=member, kind="secretary")
    response = client.post(
        reverse("organizations:end_position", args=[position.pk]), {"valid_to": f"{today():%d/%m/%Y}"}
    )
    assert (response.status_code, response.url) == (302, addresses["member"])
    position.refresh_from_db()
    assert position.valid_to == today()


def test_a_unit_outside_the_persons_reach_is_no_choice_for_a_position(client, province, officers, member, addresses):
    client.force_login(officers("TB01X"))
    for code in ("TB", "TB02XA"):
        response = client.post(
            addresses["give"],
            {
                "organization": getattr(province.units, code).pk,
                "kind": "secretary",
                "valid_from": f"{today():%d/%m/%Y}",
            },
        )
        assert "Không có tổ chức này" in str(response.context["form"].errors["organization"])
    assert member.positions.count() == 1


def test_unknown_ids_are_not_found(client, province):
    client.force_login(province.admin)
    for name in ("unit", "member", "move", "give_position", "end_position"):
        assert client.get(reverse(f"organizations:{name}", args=[999_999])).status_code == 404


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize(("screen", "most"), [("index", 20), ("unit", 29), ("find", 20), ("member", 27), ("cell", 28)])
@pytest.mark.parametrize("who", ["admin", "officer"])
def test_the_number_of_queries_does_not_grow(client, province, officers, member, addresses, screen, most, who):
    client.force_login(province.admin if who == "admin" else officers("TB01", cell="TB01XA"))
    addresses["cell"] = reverse("organizations:unit", args=[province.units.TB01XA.pk])

    def add(numbers):
        for number in numbers:
            make_organization(f"R{number}", f"Gốc {number}", Level.PROVINCE)
            cell = make_organization(f"C{number}", f"Chi bộ {number}", Level.CELL, province.units.TB01X)
            make_member(f"M{number}", cell, positions=[(province.units.TB01X, PositionKind.COMMITTEE_MEMBER)])
            make_member(f"N{number}", province.units.TB01XA)
            Position.objects.create(member=member, organization=cell, kind=PositionKind.SECRETARY)

    client.get(addresses[screen])
    add(range(3))
    few = queries(client, addresses[screen])
    add(range(3, 9))
    assert queries(client, addresses[screen]) == few
    assert few <= most

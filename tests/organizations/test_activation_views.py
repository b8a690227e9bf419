"""The screens of sign-in: the sheet of a cell, and a lost phone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import OneTimeCode, Session
from audit.models import AuditEntry
from organizations.enums import PositionKind
from tests.conftest import make_member, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(province):
    member = make_member("DV1", province.units.TB01XA, make_user("dv1"))
    Session.objects.create(
        user=member.user, device_name="Máy", platform="ios", auth_hash=member.user.get_session_auth_hash()
    )
    return member


@pytest.fixture
def addresses(province, member):
    return {
        "activation": reverse("organizations:activation", args=[province.units.TB01XA.pk]),
        "end_sessions": reverse("organizations:end_sessions", args=[member.pk]),
    }


def nothing_done():
    return (OneTimeCode.objects.count(), Session.objects.filter(ended_at=None).count()) == (0, 1)


@pytest.mark.parametrize("screen", ["activation", "end_sessions"])
def test_an_anonymous_visitor_and_a_plain_member_are_sent_to_sign_in(client, addresses, screen, member):
    for sign_in in (lambda: None, lambda: client.force_login(member.user)):
        sign_in()
        for method in (client.get, client.post):
            response = method(addresses[screen], {"reason": "Mất máy"})
            assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("wagtailadmin_login"))
    assert nothing_done()


@pytest.mark.parametrize("screen", ["activation", "end_sessions"])
@pytest.mark.parametrize("unit", ["TB02", "TB01XB"])
def test_for_an_officer_elsewhere_it_does_not_exist(client, officers, addresses, screen, unit):
    client.force_login(officers(unit))
    for method in (client.get, client.post):
        assert method(addresses[screen], {"reason": "Mất máy"}).status_code == 404
    assert nothing_done()


@pytest.mark.parametrize("screen", ["activation", "end_sessions"])
def test_who_only_sees_may_not_do(client, officers, addresses, screen, province, member):
    client.force_login(officers("TB01", PositionKind.STANDING_MEMBER))
    for method in (client.get, client.post):
        response = method(addresses[screen], {"reason": "Mất máy"})
        assert (response.status_code, response.url) == (302, reverse("wagtailadmin_home"))
    assert nothing_done()
    for name, pk in (("unit", province.units.TB01XA.pk), ("member", member.pk)):
        page = client.get(reverse(f"organizations:{name}", args=[pk])).content.decode()
        assert "In mã kích hoạt" not in page and "Mất điện thoại" not in page and "Đang đăng nhập trên" not in page


def test_the_pages_lead_there(client, officers, addresses, province, member):
    client.force_login(officers("TB01"))
    unit = client.get(reverse("organizations:unit", args=[province.units.TB01XA.pk])).content.decode()
    assert addresses["activation"] in unit
    page = client.get(reverse("organizations:member", args=[member.pk])).content.decode()
    assert addresses["end_sessions"] in page and "1 thiết bị" in page
    above = reverse("organizations:unit", args=[province.units.TB01X.pk])
    assert "In mã kích hoạt" not in client.get(above).content.decode()


def test_only_a_cell_has_a_sheet(client, officers, province):
    client.force_login(officers("TB01"))
    assert client.get(reverse("organizations:activation", args=[province.units.TB01X.pk])).status_code == 404


def test_who_will_get_a_code_is_shown_before_and_nothing_is_made(client, officers, addresses, province):
    make_member("CAO", province.units.TB01XA, positions=[(province.units.TB, PositionKind.STANDING_MEMBER)])
    client.force_login(officers("TB01"))
    context = client.get(addresses["activation"]).context
    assert [member.code for member in context["members"]] == ["DV1"]
    assert [member.code for member in context["held_back"]] == ["CAO", "THUONGTRUC1", "THUONGTRUC2", "THUONGTRUC3"]
    assert nothing_done()


def test_the_sheet_has_a_slip_for_each_and_is_kept_nowhere(client, officers, addresses, province):
    make_member("DV2", province.units.TB01XA)
    client.force_login(officers("TB01"))
    response = client.post(addresses["activation"])
    sheet = response.context["sheet"]
    page = response.content.decode()
    assert page.count('class="slip"') == len(sheet.slips) == 2
    for slip in sheet.slips:
        assert f"<h2>{slip.member.full_name}</h2>" in page
        assert f"<dd>{slip.member.code}</dd>" in page and f"<dd>{slip.code}</dd>" in page
    assert page.count("<li>") == 8
    assert f"đến hết ngày {sheet.last_day:%d/%m/%Y}." in page
    assert "no-store" in response["Cache-Control"] and "private" in response["Cache-Control"]
    assert 'lang="vi"' in page


def test_a_cell_where_all_have_signed_in_says_so(client, officers, addresses, province, member):
    province.units.TB01XA.members.exclude(pk=member.pk).update(left_on="2026-01-01")
    member.user.last_login = timezone.now()
    member.user.save()
    client.force_login(officers("TB01"))
    assert "Không có ai cần in mã" in client.get(addresses["activation"]).content.decode()
    response = client.post(addresses["activation"], follow=True)
    assert "không còn đảng viên nào cần mã kích hoạt" in response.content.decode()
    entry = AuditEntry.objects.get(act="print_activation_codes")
    assert (entry.outcome, entry.detail["channel"]) == ("refused", "admin")


def test_a_member_is_signed_out_with_a_reason(client, officers, addresses, member):
    client.force_login(officers("TB01"))
    response = client.post(addresses["end_sessions"], {"reason": "Mất máy"})
    assert (response.status_code, response.url) == (302, reverse("organizations:member", args=[member.pk]))
    session = Session.objects.get()
    assert (session.end_reason, session.end_note) == ("ended_by_officer", "Mất máy")
    page = client.get(response.url).content.decode()
    assert "Đã đăng xuất Nguyễn Văn DV1 (DV1) khỏi 1 thiết bị." in page and "Không thiết bị nào" in page


@pytest.mark.parametrize("reason", ["", "x" * 256])
def test_without_a_good_reason_the_form_comes_back(client, officers, addresses, reason):
    client.force_login(officers("TB01"))
    response = client.post(addresses["end_sessions"], {"reason": reason})
    assert response.status_code == 200 and response.context["form"].errors["reason"]
    assert nothing_done()

"""Who tries in the admin what they may not is in the audit, on Wagtail's own views as on ours."""

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.admin import auth

from audit.models import AuditEntry
from cms.forbidden import ANSWERS
from tests.conftest import make_user

pytestmark = pytest.mark.django_db
SCRIPT = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


def browser_of(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def forbidden():
    return list(AuditEntry.objects.filter(act="use_admin").order_by("seq"))


def test_an_act_on_a_page_is_recorded_with_who_what_to_what_and_why(province, draft, approve):
    page = approve(draft("Tin"))
    address = reverse("editorial_withdraw", args=[page.pk])
    assert browser_of(province.desk).post(address, {"reason": "Sai"}).status_code == 302
    (entry,) = forbidden()
    assert (entry.actor, entry.outcome, entry.target_type, entry.target_id) == (
        "bt",
        "refused",
        "cms.article",
        str(page.pk),
    )
    assert entry.unit == province.units.TB.path
    assert entry.detail == {"code": "FORBIDDEN", "channel": "admin", "method": "POST", "path": address}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/admin/reports/audit/export/", 302),
        ("/admin/reports/audit/", 302),
        ("/admin/editorial/releases/", 302),
        ("/admin/users/", 302),
        ("/admin/locales/", 302),
        ("/admin/reports/page-types-usage/", 404),
    ],
)
def test_a_screen_of_whichever_room_is_recorded_by_its_address(province, address, status):
    assert browser_of(province.contributor).get(address).status_code == status
    (entry,) = forbidden()
    assert (entry.actor, entry.target, entry.detail["path"]) == ("ctv", address, address)


def test_what_a_dialog_asks_is_recorded_once_too(province, draft, approve):
    page = approve(draft("Tin"))
    address = reverse("editorial_withdraw", args=[page.pk])
    assert browser_of(province.desk).post(address, {"reason": "Sai"}, **SCRIPT).status_code == 403
    assert [entry.detail["path"] for entry in forbidden()] == [address]


def test_the_same_try_again_is_one_entry_and_another_is_another(province, draft, approve):
    page = approve(draft("Tin"))
    client = browser_of(province.desk)
    withdraw, amend = (reverse(f"editorial_{act}", args=[page.pk]) for act in ("withdraw", "amend"))
    for _n in range(3):
        client.get(withdraw)
    client.post(withdraw, {"reason": "Sai"})
    client.get(amend)
    assert [(entry.detail["method"], entry.detail["path"]) for entry in forbidden()] == [
        ("GET", withdraw),
        ("POST", withdraw),
        ("GET", amend),
    ]


def test_who_may_not_use_the_admin_at_all_is_recorded(db):
    assert browser_of(make_user("dang-vien")).get("/admin/pages/").status_code == 302
    assert [(entry.actor, entry.target) for entry in forbidden()] == [("dang-vien", "/admin/pages/")]


def test_who_is_asked_to_sign_in_and_who_may_are_not(province, draft, approve):
    page = approve(draft("Tin"))
    address = reverse("editorial_withdraw", args=[page.pk])
    assert Client().get(address).url.startswith(reverse("wagtailadmin_login"))
    assert browser_of(province.board).get(address).status_code == 200
    assert forbidden() == []


@pytest.mark.parametrize("name", ANSWERS)
def test_without_listening_nothing_would_be_recorded(province, draft, approve, monkeypatch, name):
    """Negative control: what Wagtail answers by itself reaches no middleware."""
    monkeypatch.setattr(auth, name, getattr(auth, name).__wrapped__)
    page = approve(draft("Tin"))
    person = province.desk if name == "permission_denied" else make_user("dang-vien")
    assert browser_of(person).get(reverse("editorial_withdraw", args=[page.pk])).status_code == 302
    assert forbidden() == []

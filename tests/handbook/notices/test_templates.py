"""Texts to begin from: they keep what they ask, and are changed and deleted by who sends for their unit."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.enums import RefusalCode
from audit.models import AuditEntry
from handbook.notices import actions
from handbook.notices.actions import Content
from handbook.notices.models import NoticeTemplate
from tests.conftest import make_member, make_user
from tests.handbook.notices.conftest import everything

pytestmark = pytest.mark.django_db
ASKS = {
    "urgent": True,
    "requires_acknowledgement": True,
    "question": "Dự họp?",
    "answers": ("Có", "Không"),
    "reason_wanted_for": ("Không",),
}
FORM = {"name": "Họp", "title": "Họp tháng", "body": "Ngày 4."}


@pytest.fixture
def template(province, staff):
    content = Content(title="Họp tháng", body="Ngày 3.", **ASKS)
    return actions.save_template(
        actor=staff.commune, organization=province.units.TB01X, name="Họp thường kỳ", content=content
    )


def test_begun_from_it_keeps_what_it_asks(client, staff, template):
    client.force_login(staff.commune)
    initial = client.get(reverse("notices:write"), {"template": template.pk}).context["form"].initial
    asked = {name: initial[name] for name in ASKS}
    assert asked == {**ASKS, "answers": "Có\nKhông", "reason_wanted_for": "Không"}


def test_changed(client, staff, template):
    client.force_login(staff.commune)
    address = reverse("notices:template", args=[template.pk])
    assert address in client.get(reverse("notices:templates")).content.decode()
    assert client.get(address).context["form"].initial["question"] == "Dự họp?"
    form = FORM | {"urgent": "on", "question": "Dự?", "answers": "Có\nVắng", "reason_wanted_for": "Vắng"}
    assert client.post(address, form).url == reverse("notices:templates")
    template.refresh_from_db()
    assert (template.name, template.body, template.urgent, template.requires_acknowledgement) == (
        *("Họp", "Ngày 4.", True, False),
    )
    assert (template.question, template.answers, template.reason_wanted_for) == ("Dự?", ["Có", "Vắng"], ["Vắng"])
    assert AuditEntry.objects.filter(act="save_notice_template", actor="vp-xa", outcome="done").count() == 2


def test_deleted(client, staff, template):
    client.force_login(staff.commune)
    assert client.post(reverse("notices:template", args=[template.pk]), {"act": "delete"}).status_code == 302
    assert NoticeTemplate.objects.count() == 0
    entry = AuditEntry.objects.get(act="delete_notice_template")
    assert (entry.actor, entry.detail["name"]) == ("vp-xa", "Họp thường kỳ")


def test_what_cannot_be(client, staff, province, template, refused):
    content = Content(title="T", body="b")
    actions.save_template(actor="test", organization=province.units.TB01X, name="Khác", content=content)
    actions.save_template(actor="test", organization=province.units.TB02X, name="Nơi khác", content=content)

    def change(name, content=content):
        actions.change_template(actor=staff.commune, template=template, name=name, content=content)

    with refused(RefusalCode.CONFLICT, "name"):
        change(" Khác ")
    with refused(RefusalCode.REQUIRED, "name"):
        change(" ")
    with refused(RefusalCode.REQUIRED, "title"):
        change("Họp", Content(title="", body="b"))
    change("Nơi khác")  # another unit's name is no hindrance
    client.force_login(staff.commune)
    before = everything()
    response = client.post(reverse("notices:template", args=[template.pk]), FORM | {"name": "Khác"})
    assert "name" in response.context["form"].errors and everything() == before


def test_of_those_above_it_is_begun_from_and_not_changed(client, staff, template, refused):
    address = reverse("notices:template", args=[template.pk])
    for user in (staff.elsewhere, staff.secretary):
        client.force_login(user)
        before = everything()
        assert client.get(address).status_code == 404
        for form in (FORM, {"act": "delete"}):
            assert client.post(address, form).status_code == 404
        assert everything() == before
        with refused(RefusalCode.NOT_FOUND, "id"):
            actions.change_template(actor=user, template=template, name="X", content=Content(title="T", body="b"))
        with refused(RefusalCode.NOT_FOUND, "id"):
            actions.delete_template(actor=user, template=template)
    client.force_login(staff.secretary)
    page = client.get(reverse("notices:write"))
    assert [each.pk for each in page.context["templates"]] == [template.pk]
    assert client.get(reverse("notices:templates")).context["page"].rows == []
    client.force_login(staff.tb)
    assert client.get(address).status_code == 200


def test_for_a_watcher_a_member_and_a_visitor_there_are_none(client, staff, province, template):
    member = make_member("DV1", province.units.TB01XA, make_user("dv1"))
    addresses = [reverse("notices:templates"), reverse("notices:template", args=[template.pk])]
    for sign_in in (lambda: None, lambda: client.force_login(member.user)):
        sign_in()
        assert {client.get(address).url.partition("?")[0] for address in addresses} == {reverse("wagtailadmin_login")}
    client.force_login(staff.watcher)
    assert client.get(addresses[0]).status_code == 302
    assert client.get(addresses[1]).status_code == 404


def test_the_list_costs_the_same_however_many(client, staff, province):
    client.force_login(staff.commune)
    client.get(reverse("notices:templates"))
    counts = []
    for count in (3, 9):
        for number in range(count):
            content = Content(title="T", body="b")
            actions.save_template(
                actor="test", organization=province.units.TB01XA, name=f"M{count}{number}", content=content
            )
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("notices:templates"))
        counts.append(len(queries))
    assert counts[0] == counts[1]

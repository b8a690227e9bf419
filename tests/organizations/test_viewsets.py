"""Choosing units: the window, its results, and what it hands out."""

import pytest
from django.urls import reverse

from cms.models import Article, Document
from organizations import actions
from organizations.enums import Level
from organizations.models import Organization
from organizations.widgets import OrganizationChooser, OrganizationMultipleChooser
from tests.conftest import make_organization

pytestmark = pytest.mark.django_db

RESULTS = "organization_chooser:choose_results"


def codes(response):
    return [unit.code for unit in response.context["results"]]


@pytest.mark.parametrize("text", ["huyện ủy 01", "huyen uy 01", "01 HUYEN", "tb01"])
def test_a_unit_is_found_however_it_is_typed(client, province, text):
    client.force_login(province.contributor)
    found = codes(client.get(reverse(RESULTS), {"q": text}))
    assert "TB01" in found
    assert "TB02" not in found


def test_units_that_ended_are_not_offered(client, province):
    actions.close_organization(actor=province.admin, organization=province.units.TB02XA)
    client.force_login(province.contributor)
    assert codes(client.get(reverse(RESULTS), {"q": "Chi bộ 02"})) == ["TB02XB"]
    assert client.get(reverse("organization_chooser:chosen", args=[province.units.TB02XA.pk])).status_code == 404


@pytest.mark.parametrize(
    ("among", "expected"),
    [
        ("visible", ["TB01XA", "TB01XB", "TB01X"]),
        ("managed", ["TB01XA", "TB01XB", "TB01X"]),
        ("cells", ["TB01XA", "TB01XB"]),
    ],
)
def test_the_window_offers_only_what_the_person_may_use(client, province, officers, among, expected):
    client.force_login(officers("TB01X"))
    assert codes(client.get(reverse(RESULTS), {"among": among})) == expected
    for code, status in (("TB01XA", 200), ("TB02XA", 404)):
        address = reverse("organization_chooser:chosen", args=[getattr(province.units, code).pk])
        assert client.get(address, {"among": among}).status_code == status
    several = client.get(
        reverse("organization_chooser:chosen_multiple"),
        {"among": among, "id": [province.units.TB01XA.pk, province.units.TB02XA.pk, "x"]},
    ).json()["result"]
    assert [unit["title"] for unit in several] == ["Chi bộ 01A"]


def test_odd_words_and_ids_are_not_found(client, province):
    client.force_login(province.contributor)
    assert client.get(reverse(RESULTS), {"among": "everything"}).status_code == 404
    assert client.get(reverse("organization_chooser:chosen", args=["x"])).status_code == 404


def test_the_window_is_for_signed_in_editors(client, province, member_account):
    assert client.get(reverse(RESULTS)).status_code == 302
    client.force_login(member_account)
    assert client.get(reverse(RESULTS)).status_code == 302


@pytest.fixture
def member_account(province):
    from tests.conftest import make_user

    return make_user("dv1")


def test_the_window_asks_the_same_number_of_queries_for_more_units(client, province, django_assert_max_num_queries):
    client.force_login(province.admin)
    client.get(reverse(RESULTS))
    with django_assert_max_num_queries(12) as few:
        client.get(reverse(RESULTS))
    for number in range(16):
        make_organization(f"C{number}", f"Chi bộ {number}", Level.CELL, province.units.TB01X)
    with django_assert_max_num_queries(len(few)):
        assert len(codes(client.get(reverse(RESULTS)))) == 20


def test_the_folded_name_follows_the_name(province):
    unit = province.units.TB01
    unit.name = "Thành ủy Mới"
    unit.save(update_fields=["name"])
    assert Organization.objects.get(pk=unit.pk).name_folded == "thanh uy moi"


def test_fields_of_units_use_the_choosers():
    form = Document.get_edit_handler().get_form_class()
    assert isinstance(form.base_fields["issuer"].widget, OrganizationChooser)
    assert isinstance(form.base_fields["addressed_to"].widget, OrganizationMultipleChooser)


def test_a_form_carries_no_more_units_than_are_chosen(client, province, draft):
    for number in range(50):
        make_organization(f"C{number}", f"Chi bộ số {number}", Level.CELL, province.units.TB01X)
    page = draft()
    page.addressed_to.set([province.units.TB01])
    page.save_revision(user=province.contributor)
    client.force_login(province.contributor)
    html = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert f'<input type="hidden" name="addressed_to" value="{province.units.TB01.pk}">' in html
    assert html.count('name="addressed_to"') == 2  # the chosen one, and the empty row that the script copies
    assert "Chi bộ số" not in html


def test_what_is_posted_is_what_is_kept(province, draft):
    page = draft()
    form_class = Article.get_edit_handler().get_form_class()
    form = form_class(instance=page, for_user=province.contributor)
    field = form.fields["addressed_to"]
    widget = field.widget
    units = [province.units.TB01.pk, province.units.TB02.pk]
    assert {unit.pk for unit in field.clean([str(pk) for pk in units])} == set(units)
    assert list(field.clean([])) == []
    context = widget.get_context("addressed_to", units, {"id": "id_addressed_to"})
    assert [unit.code for unit in context["widget"]["chosen"]] == ["TB01", "TB02"]
    assert widget.get_context("addressed_to", ["x", "", "999999"], {"id": "i"})["widget"]["chosen"] == []

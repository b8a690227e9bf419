"""GraphiQL in the admin: for who works there, with a session that ends with theirs, and nothing from another host."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from graphql import get_introspection_query

from accounts.models import Session

pytestmark = pytest.mark.django_db

PAGE, TOKEN = reverse("api_explorer"), reverse("api_explorer_token")


def client_of(user):
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


@pytest.mark.parametrize("visitor", ["anonymous", "member", "elsewhere"])
def test_who_does_not_work_in_the_admin_gets_neither_page_nor_token(people, visitor):
    client = client_of(getattr(people, visitor))
    for answer in (client.get(PAGE), client.post(TOKEN)):
        assert answer.status_code in (302, 403)
        assert b"token" not in answer.content.lower()
    assert Session.objects.count() == 0


def test_staff_look_at_the_schema_with_its_token_in_an_installation_too(api, province, settings):
    settings.API_FREE_FORM = False
    client = client_of(province.desk)
    assert client.get(PAGE).status_code == 200
    told = client.post(TOKEN).json()
    assert told["expiresIn"] == 600
    answer = api(get_introspection_query(), token=told["token"])
    assert "errors" not in answer
    assert answer["data"]["__schema"]["queryType"]["name"] == "Query"


def test_one_session_serves_the_page_and_ends_with_the_admins(province):
    client = client_of(province.desk)
    for _ in range(2):
        client.post(TOKEN)
    session = Session.objects.get()
    assert (session.user, session.is_open) == (province.desk, True)
    client.post(reverse("wagtailadmin_logout"))
    session.refresh_from_db()
    assert (session.is_open, session.end_reason) == (False, "signed_out")


def test_a_session_that_was_ended_is_followed_by_a_new_one(province):
    client = client_of(province.desk)
    client.post(TOKEN)
    Session.objects.update(ended_at="2026-01-01T00:00:00Z")
    assert client.post(TOKEN).status_code == 200
    assert sorted(Session.objects.values_list("ended_at__year", flat=True), key=str) == [2026, None]


def test_the_token_needs_the_form_of_the_page(province):
    client = Client(enforce_csrf_checks=True)
    client.force_login(province.desk)
    assert client.post(TOKEN).status_code == 403
    assert client.get(TOKEN).status_code == 405
    assert Session.objects.count() == 0


def test_nothing_is_loaded_from_another_host(province):
    html = client_of(province.desk).get(PAGE).content.decode()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert len(loaded) >= 6
    assert all(address.startswith("/") for address in loaded)
    for name in ("api/graphiql/graphiql.min.css", "api/explorer.css"):
        sheet = Path(finders.find(name) or "").read_text(encoding="utf-8")
        assert re.findall(r"url\(\s*['\"]?(?!data:|#)[^)]*", sheet) == []

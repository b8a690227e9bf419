"""What the tests of the editorial screens share."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django_q.brokers import get_broker

from editorial import actions
from editorial.enums import Decision


@pytest.fixture
def queue(monkeypatch):
    """The broker in use, empty; tasks stay in it, as they do outside tests until a worker takes them."""
    monkeypatch.setattr("django_q.conf.Conf.SYNC", False)
    broker = get_broker()
    broker.purge_queue()
    yield broker
    broker.purge_queue()


@pytest.fixture
def signed_in():
    """A function that gives a browser of this person."""

    def browser(user):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return browser


@pytest.fixture
def open_screen(signed_in):
    """A function that opens a screen by its name as a person and gives the response."""

    def visit(user, name, *args, **query):
        return signed_in(user).get(reverse(name, args=args), query)

    return visit


@pytest.fixture
def send_back(province, commit):
    """A function that submits a draft and has it returned at the desk."""

    def through(page, reason="Cần thêm số liệu"):
        with commit():
            actions.submit(actor=province.contributor, page_id=page.pk)
            page.refresh_from_db()
            with transaction.atomic():
                actions.decide(
                    actor=province.desk,
                    page_id=page.pk,
                    revision_id=page.latest_revision_id,
                    decision=Decision.RETURN,
                    comment=reason,
                )
        page.refresh_from_db()
        return page

    return through

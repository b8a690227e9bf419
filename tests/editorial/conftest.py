"""What the tests of the editorial screens share."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django_q.brokers import get_broker

from editorial import actions
from editorial.enums import Decision
from editorial.models import ApprovalRequest
from editorial.releases import actions as releases
from editorial.requests import actions as requests


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


@pytest.fixture
def ready(draft, approve):
    """A function that makes drafts which have passed desk and board and wait for the committee."""

    def make(*titles, **fields):
        pages = []
        for title in titles:
            page = draft(title, **fields)
            approve(page, steps=2)
            page.refresh_from_db()
            pages.append(page)
        return pages

    return make


@pytest.fixture
def compose(province, ready):
    """A function that makes a release of new drafts."""

    def make(*titles, due_at=None, pages=None, **fields):
        release = releases.save_release(
            actor=province.board,
            title="Bản tin tháng",
            organization=province.units.TB,
            required=2,
            due_at=due_at,
            **fields,
        )
        for page in ready(*titles) if pages is None else pages:
            releases.add_item(actor=province.board, release=release, page=page)
        return release

    return make


@pytest.fixture
def vote(province, commit):
    """A function that approves a release, as the two of the committee."""

    def through(release, people=2, decision=Decision.APPROVE, comment=""):
        for person in (province.thuongtruc1, province.thuongtruc2)[:people]:
            request = ApprovalRequest.objects.about(release).waiting().get()
            with commit():
                requests.decide(
                    actor=person, request_id=request.pk, digest=request.digest, decision=decision, comment=comment
                )
        release.refresh_from_db()
        return release

    return through


@pytest.fixture
def submit(province):
    """A function that puts a release before its committee."""

    def through(release):
        return releases.submit_release(actor=province.board, release=release)

    return through

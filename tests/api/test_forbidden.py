"""A request that the API refuses somebody who is signed in is in the audit; a token that is over is not."""

import pytest
import time_machine
from graphql import get_introspection_query

from api import rates
from audit.models import AuditEntry
from tests.api.conftest import token_for

pytestmark = pytest.mark.django_db
FREE = "{ articles(first: 1) { edges { node { title } } } }"


def refused():
    entries = AuditEntry.objects.filter(act="ask_api").order_by("seq")
    return [(entry.actor, entry.outcome, entry.target, entry.detail["code"]) for entry in entries]


def test_a_document_of_ones_own_is_recorded_once_for_each_who_sent_one(api, out, people, province, settings):
    settings.API_FREE_FORM = False
    for user in (None, people.member, people.member, people.secretary, province.desk):
        api(FREE, user=user, status=200 if user == province.desk else 400)
    assert refused() == [("DV1", "refused", "/graphql", "FORBIDDEN"), ("DV3", "refused", "/graphql", "FORBIDDEN")]


def test_looking_at_the_schema_is_recorded(api, people):
    api(get_introspection_query(), user=people.member, status=400)
    assert refused() == [("DV1", "refused", "/graphql", "FORBIDDEN")]


def test_who_asks_too_often_is_recorded_once(api, people, monkeypatch):
    monkeypatch.setattr(rates, "PER_PERSON", rates.Limit("requests-per-person", count=1, seconds=60))
    monkeypatch.setattr(rates, "PER_ADDRESS", rates.Limit("requests-per-address", count=1, seconds=60))
    with time_machine.travel("2026-11-03T12:00:00Z", tick=False):
        token = token_for(people.member)
        for each in (token, None):
            api.data("me", token=each)
            for _n in range(3):
                api("me", token=each, status=429)
    assert refused() == [("DV1", "refused", "/graphql", "RATE_LIMITED")]


def test_a_token_that_is_over_or_nobodys_is_not(api, people):
    with time_machine.travel("2026-11-03T12:00:00Z", tick=False) as clock:
        token = token_for(people.member)
        clock.shift(11 * 60)
        for bad in (token, "x"):
            api("me", token=bad, status=401)
    assert AuditEntry.objects.count() == 0

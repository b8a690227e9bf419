"""The two addresses that a load balancer asks."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from audit.actions import record
from audit.anchors import anchor_head
from publishing.models import Heartbeat
from search.models import SearchEntry

pytestmark = pytest.mark.django_db


def beat(age_in_seconds):
    at = timezone.now() - datetime.timedelta(seconds=age_in_seconds)
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": at})


def test_healthz_answers_while_the_process_does(client):
    assert client.get("/healthz").status_code == 200


def test_readyz_names_each_part(client):
    beat(10)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"ready": True, "database": "ok", "queue": "ok", "search": "ok", "audit_anchors": "ok"},
    )


@pytest.mark.parametrize("age", [None, 200])
def test_not_ready_where_the_worker_has_no_fresh_heartbeat(client, age):
    if age:
        beat(age)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["queue"], answer.json()["database"]) == (503, "down", "ok")


def test_not_ready_where_search_does_not_answer(client, monkeypatch):
    beat(10)

    def broken():
        raise RuntimeError("no index")

    monkeypatch.setattr(SearchEntry.objects, "live", broken)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["search"]) == (503, "down")


def test_anchors_that_are_late_are_told_and_take_no_server_out(client):
    beat(10)
    with time_machine.travel(timezone.now() - datetime.timedelta(minutes=16)):
        record("act")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"], answer.json()["audit_anchors"]) == (200, True, "late")
    anchor_head()
    assert client.get("/readyz").json()["audit_anchors"] == "ok"

"""Members who ask, officers who answer, a frozen clock, and a way to see that nothing changed."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import pytest
import time_machine
from django.core import serializers

from audit.refusals import Refused
from handbook.feedback import actions, models
from handbook.feedback.models import FeedbackThread, Topic
from organizations.enums import PositionKind
from tests.conftest import make_member, make_user
from tests.messaging.conftest import person, provider

__all__ = ["person", "provider"]  # what the tests of pushes borrow

# 09:00 on a Tuesday in the province.
MORNING = datetime.datetime(2026, 11, 24, 2, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def clock():
    """A frozen clock that can be shifted."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def folk(province):
    """Two members of one cell, one elsewhere; its secretary; officers of its commune, district, province and elsewhere."""

    def one(name, cell, unit=None, kind=PositionKind.OFFICER):
        user = make_user(name, *(["Cấp ủy phê duyệt"] if unit else []))
        positions = [(getattr(province.units, unit), kind)] if unit else []
        user.own = make_member(name.upper(), getattr(province.units, cell), user, positions)
        return user

    return SimpleNamespace(
        member=one("an", "TB01XA"),
        neighbour=one("ba", "TB01XA"),
        stranger=one("xa", "TB02XA"),
        secretary=one("bt-chibo", "TB01XA", "TB01XA", PositionKind.SECRETARY),
        commune=one("vp-xa", "TB01XB", "TB01X"),
        commune_secretary=one("bt-xa", "TB01XB", "TB01X", PositionKind.SECRETARY),
        district=one("vp-huyen", "TB01XB", "TB01"),
        elsewhere=one("vp-02", "TB02XA", "TB02X"),
        watcher=one("pt-01", "TB02XA", "TB01X", PositionKind.AREA_WATCHER),
    )


@pytest.fixture
def topic(db):
    return Topic.objects.create(code="dang-phi", name="Đảng phí", hours=16, warning_hours=4)


@pytest.fixture
def sent(folk):
    """A function that sends what a member writes: ``sent(folk.member, to="TB01X")``."""

    def send(user=None, subject="Đảng phí tháng này", body="Đóng đến ngày nào?", **fields):
        return actions.send_feedback(member=(user or folk.member).own, subject=subject, body=body, **fields)

    return send


def fresh(thread):
    """The thread as it is now."""
    return FeedbackThread.objects.select_related("owner", "author", "veil", "escalated_to").get(pk=thread.pk)


def facts():
    """All rows of the room but saved views, as text."""
    names = [name for name in models.__all__ if name != "SavedView"]
    return [serializers.serialize("json", getattr(models, name).objects.order_by("pk")) for name in names]


@pytest.fixture
def refused():
    """A context that asserts a refusal which changed nothing; the value holds the refusal."""

    class Context:
        def __init__(self, code, field=None):
            self.code, self.field = code, field

        def __enter__(self):
            self.before = facts()
            self.raises = pytest.raises(Refused)
            self.caught = self.raises.__enter__()
            return self.caught

        def __exit__(self, *exc):
            done = self.raises.__exit__(*exc)
            assert (self.caught.value.code, self.caught.value.field) == (self.code, self.field)
            assert facts() == self.before
            return done

    return Context

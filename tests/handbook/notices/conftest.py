"""Officers who send, members who read, and a way to see that nothing changed."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import pytest
import time_machine
from django.core import serializers
from django.utils import timezone

from audit.refusals import Refused
from handbook.notices import actions
from handbook.notices.actions import Content, Told
from handbook.notices.models import (
    Notice,
    NoticeAudience,
    NoticeFile,
    NoticeReceipt,
    NoticeTemplate,
    NoticeText,
    NoticeVersion,
)
from organizations.enums import PositionKind
from organizations.scope import scope_of_member
from tests.conftest import make_member, make_user
from tests.messaging.conftest import person, provider

__all__ = ["person", "provider"]  # what the tests of pushes borrow

# 09:00 in the province: nobody's night.
MORNING = datetime.datetime(2026, 11, 24, 2, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def clock():
    """A frozen clock that can be shifted."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def staff(province):
    """Who sends and looks: officers of the province, of a commune and of a cell, and the secretary of that cell."""

    def officer(name, cell, unit, kind=PositionKind.OFFICER):
        user = make_user(name, "Cấp ủy phê duyệt")
        user.own = make_member(
            name.upper(), getattr(province.units, cell), user, [(getattr(province.units, unit), kind)]
        )
        return user

    return SimpleNamespace(
        tb=officer("vp-tb", "TB01XB", "TB"),
        commune=officer("vp-xa", "TB01XB", "TB01X"),
        elsewhere=officer("vp-02", "TB02XA", "TB02X"),
        secretary=officer("bt-01a", "TB01XA", "TB01XA", PositionKind.SECRETARY),
        watcher=officer("dv-02", "TB02XA", "TB02X", PositionKind.AREA_WATCHER),
    )


@pytest.fixture
def write(province):
    """A function that sends a notice: ``write(actor, "TB01X")``."""

    def send(actor="test", unit="TB", title="Họp chi bộ", body="Mời họp ngày 3.", *, sub=(), **fields):
        names = ("audience", "sent_at", "expires_at", "client_id")
        rest = {name: fields.pop(name) for name in names if name in fields}
        return actions.send_now(
            actor=actor,
            organization=getattr(province.units, unit),
            content=Content(title=title, body=body, **fields),
            sub_units=[getattr(province.units, code) for code in sub],
            **rest,
        )

    return send


def inbox(member, at=None):
    """The titles of what exists for a member, the newest first."""
    found = Notice.objects.in_inbox_of(member, scope=scope_of_member(member), at=at or timezone.now())
    return [notice.current.title for notice in found.order_by("-sent_at", "-pk")]


def unread(member, at=None):
    """How many of them are still to be read."""
    return Notice.objects.unread_by(member, scope=scope_of_member(member), at=at or timezone.now()).count()


def told(notice, kind="read", version=1, at=None, **fields):
    """One thing that a phone tells."""
    return Told(notice_id=notice.pk, version=version, kind=kind, at=at, **fields)


def tell(member, *facts):
    """Have a phone tell; the codes of what was not taken."""
    return [each.code for each in actions.record_receipts(member=member, scope=scope_of_member(member), told=facts)]


@pytest.fixture
def refused():
    """A context that asserts a refusal which changed nothing; the value holds the refusal."""

    class Context:
        def __init__(self, code, field=None):
            self.code, self.field = code, field

        def __enter__(self):
            self.before = everything()
            self.raises = pytest.raises(Refused)
            self.caught = self.raises.__enter__()
            return self.caught

        def __exit__(self, *exc):
            done = self.raises.__exit__(*exc)
            assert (self.caught.value.code, self.caught.value.field) == (self.code, self.field)
            assert everything() == self.before
            return done

    return Context


def everything():
    """All rows of the room, as text."""
    models = (Notice, NoticeVersion, NoticeAudience, NoticeReceipt, NoticeTemplate, NoticeText, NoticeFile)
    return [serializers.serialize("json", model.objects.order_by("pk")) for model in models]

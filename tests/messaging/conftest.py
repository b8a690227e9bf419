"""What the tests of this room share: people with devices, and a provider that does as it is told."""

from __future__ import annotations

import datetime
import itertools
import json

import pytest
import time_machine

from accounts.models import Session
from messaging import push as drain
from messaging import texts
from messaging.models import Device
from messaging.providers.base import ACCEPTED
from messaging.subjects import Subject, _finders
from tests.conftest import make_member, make_user

# 09:00 in the province: nobody's night.
MORNING = datetime.datetime(2026, 11, 24, 2, 0, tzinfo=datetime.UTC)
_numbers = itertools.count(1)


class Provider:
    """Keeps what it is given. ``answers`` gives the result for an address; without one it accepts."""

    takes_a_key_once = True

    def __init__(self):
        self.messages, self.answers = [], {}

    def send(self, messages):
        self.messages += messages
        return [self.answers.get(message.address, ACCEPTED) for message in messages]

    @property
    def addresses(self):
        return [message.address for message in self.messages]


@pytest.fixture
def provider(monkeypatch):
    """The provider of every channel."""
    made = Provider()
    for module in (drain, texts):
        monkeypatch.setattr(module, "provider_for", lambda channel: made)
    return made


@pytest.fixture
def clock():
    """A frozen clock that can be shifted."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def person(province):
    """A function that makes a member of a cell, with so many devices: ``person("TB01XA").phones``."""

    def make(cell="TB01XA", positions=(), devices=1):
        number = next(_numbers)
        user = make_user(f"NG{number}")
        user.own = make_member(
            f"NG{number}",
            getattr(province.units, cell),
            user,
            [(getattr(province.units, code), k) for code, k in positions],
        )
        user.phones = [add_device(user, f"may-{number}-{n}") for n in range(devices)]
        return user

    return make


def add_device(user, token):
    """A session of this person on a device with this token; the token comes back."""
    Session.objects.create(
        user=user, device_name="Máy", platform="android", push_token=token, auth_hash=user.get_session_auth_hash()
    )
    assert Device.objects.get(address=token).session.user == user
    return token


@pytest.fixture
def subject(monkeypatch):
    """A subject ``thing`` whose readers and words the test changes; None where it is gone."""

    class Things(dict):
        def find(self, key):
            return self.get(key)

    things = Things(one=Subject(audience=frozenset({"member"}), text="Tin một"))
    monkeypatch.setitem(_finders, "thing", things.find)
    return things


def browser_subscription(endpoint="https://updates.push.services.mozilla.com/wpush/v2/abc"):
    """What a browser gives out, with keys that can be encrypted to."""
    import base64

    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = point.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    p256dh, auth = (base64.urlsafe_b64encode(each).decode().rstrip("=") for each in (raw, b"0123456789abcdef"))
    return json.dumps({"endpoint": endpoint, "expirationTime": None, "keys": {"p256dh": p256dh, "auth": auth}})

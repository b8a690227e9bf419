"""What the tests of sign-in share."""

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from accounts.actions import Device


@pytest.fixture(autouse=True)
def _fresh():
    """No test is held back by the failures of another."""
    cache.clear()


@pytest.fixture
def request_from():
    """A function that makes a request from an address."""

    def make(address="10.0.0.1"):
        return RequestFactory().post("/graphql", content_type="application/json", REMOTE_ADDR=address)

    return make


@pytest.fixture
def device():
    return Device(name="Điện thoại của Hòa", platform="android", push_token="đẩy-1")

"""The address of a request behind proxies: theirs never, and never one that the caller wrote."""

import json
from io import BytesIO
from wsgiref.util import setup_testing_defaults

import pytest
import time_machine
from django.test.client import ClientHandler

from accounts.limits import FAILURES_PER_ADDRESS
from cms.proxies import ClientAddress

PROXY, MEMBER, NEIGHBOUR = "10.0.0.9", "203.0.113.7", "203.0.113.8"
DEVICE = '{platform: ANDROID, name: "M"}'
SIGN_IN = 'mutation { signIn(input: {username: "%s", password: "sai", device: ' + DEVICE + "}) { errors { code } } }"


def seen(forwarded, proxies=1):
    told = {}
    environ = {"REMOTE_ADDR": PROXY}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    ClientAddress(lambda environ, _start: told.update(environ) or (), proxies=proxies)(environ, None)
    return told["REMOTE_ADDR"]


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        (MEMBER, 1, MEMBER),
        (f"{NEIGHBOUR}, {MEMBER}", 1, MEMBER),  # the first one is what the caller made up
        (f"{NEIGHBOUR}, {MEMBER},10.0.0.1", 2, MEMBER),
        ("2001:db8::7", 1, "2001:db8::7"),
        (MEMBER, 2, PROXY),  # it did not come through both
        (None, 1, PROXY),
        ("", 1, PROXY),
        ("' OR 1=1 --", 1, PROXY),
        ("203.0.113.7:4711", 1, PROXY),
        (f"{MEMBER}, ", 1, PROXY),
    ],
)
def test_the_address_is_what_the_outermost_proxy_saw(forwarded, proxies, address):
    assert seen(forwarded, proxies) == address


def django(environ, _start):
    """As Django's own, but it leaves the test's connection open."""
    return [ClientHandler()(environ).content]


def wrong_password(application, name, forwarded):
    body = json.dumps({"query": SIGN_IN % name}).encode()
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/graphql",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "testserver",
        "HTTP_X_FORWARDED_FOR": forwarded,
        "REMOTE_ADDR": PROXY,
        "wsgi.input": BytesIO(body),
    }
    setup_testing_defaults(environ)
    answer = json.loads(b"".join(application(environ, lambda *_: None)))
    return answer["data"]["signIn"]["errors"][0]["code"]


@pytest.mark.django_db
@pytest.mark.parametrize("told", [True, False])
@time_machine.travel("2026-11-03T12:00:00Z", tick=False)
def test_who_guesses_behind_a_proxy_does_not_keep_the_others_out(told):
    application = ClientAddress(django, proxies=1) if told else django
    for number in range(FAILURES_PER_ADDRESS.count):
        wrong_password(application, f"ten{number}", MEMBER)
    # Not told of its proxy, the server takes all for one: the fault that the setting is there for.
    assert wrong_password(application, "khac", NEIGHBOUR) == ("UNAUTHENTICATED" if told else "RATE_LIMITED")
    assert wrong_password(application, "khac", f"{NEIGHBOUR}, {MEMBER}") == "RATE_LIMITED"

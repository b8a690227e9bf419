"""The API behind the web servers that docs/deployment.md names, as processes of their own."""

import http.client
import json
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
from axes.models import AccessAttempt
from django.conf import settings as django_settings

from bench.serving import SETUPS, serving
from tests.api.conftest import token_for
from tests.api.test_trusted import address

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
MEMBER, MADE_UP = "203.0.113.7", "203.0.113.66"
SIGN_IN = 'mutation { signIn(input: {username: "DV1", password: "sai", device: {platform: IOS, name: "M"}}) { errors { code } } }'
SETTINGS = "from cms.settings.test import *\nMEDIA_ROOT = {media!r}\n"


@pytest.fixture(params=SETUPS, ids=[name for name, _threads in SETUPS])
def server(request, people, environment, tmp_path):
    """One web server with the database of this test, behind one proxy."""
    (tmp_path / "served.py").write_text(SETTINGS.format(media=str(django_settings.MEDIA_ROOT)))
    env = environment | {"DJANGO_SETTINGS_MODULE": "served", "PYTHONPATH": str(tmp_path), "TRUSTED_PROXIES": "1"}
    name, threads = request.param
    with serving(name, "cms.wsgi:application", env=env, cwd=Path(django_settings.BASE_DIR), threads=threads) as running:
        yield SimpleNamespace(name=name, port=running.port)


class Line:
    """One kept connection, and so one process of the server."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)

    def get(self, path, *, token=None, **headers):
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.connection.request("GET", path, headers={each.replace("_", "-"): value for each, value in headers.items()})
        answer = self.connection.getresponse()
        return answer.status, {key.lower(): value for key, value in answer.headers.items()}, answer.read()


def titles(body):
    return [edge["node"]["title"] for edge in json.loads(body)["data"]["articles"]["edges"]]


def test_the_app_is_served_as_everywhere(server, out, people):
    """One test for all, for a server takes seconds to start."""
    out("Công khai " * 20)
    item = out("Nội bộ", audience=["member"], storage_name="noi-bo.pdf")
    line, home, token = Line(server), address("home", {"first": 5}), token_for(people.member)

    # Made by Django once, then given at the door: the same for whoever sees the same.
    made, *given = [line.get(home, token=token, Accept_Encoding="gzip") for _ in range(4)]
    assert made[0] == 200
    assert made[1]["content-encoding"] == "gzip"
    for each in given:
        assert (each[0], each[2]) == (made[0], made[2])
        assert {key for key in each[1] if each[1][key] != made[1].get(key)} <= {"date"}
    assert titles(line.get(home, token=token)[2]) == ["Nội bộ", "Công khai " * 20]
    assert titles(line.get(home)[2]) == ["Công khai " * 20]
    assert line.get(home, token=token, If_None_Match=made[1]["etag"])[::2] == (304, b"")
    for wrong in ("x.y.z", "\xe9\xe9\xe9"):
        assert line.get(home, token=wrong)[0] == 401

    # A file goes out in pieces: whole, and from where a player begins.
    path = f"/files/{item.files.get().pk}/noi-bo.pdf"
    whole = "nội dung Nội bộ".encode()
    assert line.get(path)[0] == 404
    assert line.get(path, token=token)[::2] == (200, whole)
    assert line.get(path, token=token, Range="bytes=4-9")[::2] == (206, whole[4:10])

    # A phone that goes under a bridge while it sends: nothing is done, and the next one is served.
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as broken:
        body = json.dumps({"query": SIGN_IN}).encode()
        head = f"POST /graphql HTTP/1.1\r\nHost: testserver\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        broken.sendall(head.encode() + b"\r\n\r\n" + body[:-20])
        broken.shutdown(socket.SHUT_WR)
        broken.makefile("rb").read()  # until the server is done with it
    assert titles(line.get(home, token=token)[2]) == ["Nội bộ", "Công khai " * 20]
    assert not AccessAttempt.objects.exists()


def test_whose_address_a_header_with_an_underscore_tells(server, people):
    """gunicorn drops it, as nginx does; granian takes it for the proxy's, so docs/deployment.md wants nginx before it."""
    body = json.dumps({"query": SIGN_IN}).encode()
    plain = ["Host: testserver", "Content-Type: application/json", "Connection: close", f"Content-Length: {len(body)}"]
    told = [f"X-Forwarded-For: {MEMBER}", f"X_Forwarded_For: {MADE_UP}"]
    for headers in (told + plain, plain + told, told[::-1] + plain):
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
            line.sendall("\r\n".join(["POST /graphql HTTP/1.1", *headers]).encode() + b"\r\n\r\n" + body)
            with line.makefile("rb") as answer:
                assert b"200 OK" in answer.readline()
                answer.read()
    believed = set(AccessAttempt.objects.values_list("ip_address", flat=True))
    assert believed == ({MEMBER, MADE_UP} if server.name == "granian" else {MEMBER})

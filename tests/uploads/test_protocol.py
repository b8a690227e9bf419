"""The tus protocol over HTTP: a broken line goes on where it stood, and nobody reaches another's file."""

import hashlib
import os
import socket

import pytest
from django.core.files.storage import default_storage

from api import rates
from audit.models import AuditEntry
from tests.uploads.conftest import PDF, Phone, stored
from uploads.enums import LARGEST
from uploads.models import Upload, UploadPiece

pytestmark = pytest.mark.django_db


def test_what_the_server_can():
    response = Phone().client.options("/uploads/")
    assert (response.status_code, response["Tus-Version"], response["Tus-Resumable"]) == (204, "1.0.0", "1.0.0")
    assert (response["Tus-Extension"], response["Tus-Max-Size"]) == ("creation,expiration,termination", str(LARGEST))


def test_a_file_in_three_pieces_is_the_file(phone, person, django_capture_on_commit_callbacks):
    path = phone.path("Kế hoạch.pdf")
    assert phone.offset(path) == 0
    for first, last in ((0, 100), (100, 1000), (1000, len(PDF))):
        response = phone.patch(path, PDF[first:last], first)
        assert (response.status_code, response["Upload-Offset"]) == (204, str(last))
        assert phone.offset(path) == last
    upload = Upload.objects.get()
    assert path == f"/uploads/{upload.pk}"
    assert (upload.owner, upload.name, upload.content_type) == (person, "Kế hoạch.pdf", "application/pdf")
    assert upload.sha256 == hashlib.sha256(PDF).hexdigest()
    assert default_storage.open(upload.storage_name).read() == PDF
    assert UploadPiece.objects.count() == 0
    assert [f"uploads/{upload.pk}/{name}" for name in stored(f"uploads/{upload.pk}")] == [upload.storage_name]
    entry = AuditEntry.objects.get(act="upload_file")
    assert (entry.actor, entry.detail) == ("DV1", {"sha256": upload.sha256, "bytes": len(PDF)})


def test_the_head_of_an_upload(phone):
    response = phone.send("HEAD", phone.path())
    assert response["Upload-Length"] == str(len(PDF))
    assert response["Cache-Control"] == "no-store"
    assert response["Upload-Expires"].endswith("GMT")


@pytest.mark.django_db(transaction=True)
def test_what_came_before_the_line_broke_is_kept(live_server, person):
    """A real server and a real line that is cut in the middle of a piece."""
    phone = Phone(person)
    path = phone.path()
    host, _, port = live_server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(
            f"PATCH {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {phone.token}\r\n"
            "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n"
            f"Content-Length: {len(PDF)}\r\n\r\n".encode()
            + PDF[:700]
        )
        line.shutdown(socket.SHUT_WR)
        assert b" 204 " in line.makefile("rb").readline()
    assert phone.offset(path) == 700
    assert phone.patch(path, PDF[700:], 700)["Upload-Offset"] == str(len(PDF))
    assert default_storage.open(Upload.objects.get().storage_name).read() == PDF


def test_a_piece_sent_twice_counts_once(phone):
    path = phone.path()
    assert phone.patch(path, PDF[:100], 0).status_code == 204
    assert phone.patch(path, PDF[:100], 0).status_code == 409
    assert phone.patch(path, PDF[200:], 200).status_code == 409
    assert (phone.offset(path), UploadPiece.objects.count(), len(stored(path[1:]))) == (100, 1, 1)


def test_more_than_was_announced_is_refused_before_it_is_read(phone):
    path = phone.path()
    assert phone.patch(path, PDF + b"x").status_code == 413
    assert (phone.offset(path), stored(path[1:])) == (0, [])


def test_a_phone_whose_network_knows_only_post(phone):
    path = phone.path()
    response = phone.send("POST", path, PDF, Upload_Offset=0, X_HTTP_Method_Override="PATCH")
    assert (response.status_code, Upload.objects.get().is_whole) == (204, True)


@pytest.mark.parametrize(
    "method, headers, status",
    [
        ("PATCH", {"Upload_Offset": "0", "Tus_Resumable": "0.2.2"}, 412),
        ("PATCH", {}, 400),
        ("PATCH", {"Upload_Offset": "-1"}, 400),
        ("PATCH", {"Upload_Offset": "1" * 16}, 400),
        ("PATCH", {"Upload_Offset": "0", "content_type": "text/plain"}, 415),
        ("PUT", {}, 405),
        ("GET", {}, 405),
    ],
)
def test_what_is_not_the_protocol(phone, method, headers, status):
    path = phone.path()
    response = phone.send(method, path, PDF, **headers)
    assert (response.status_code, response["Tus-Resumable"]) == (status, "1.0.0")
    assert phone.offset(path) == 0


@pytest.mark.parametrize(
    "metadata, length, status",
    [
        ("filename YS5wZGY=", "10", 201),
        ("filename !!", "10", 400),
        ("filename /w==", "10", 400),
        ("", "10", 415),
        ("filename YS5wZGY=", "", 400),
        ("filename YS5wZGY=", "0", 413),
        ("filename YS5wZGY=", str(LARGEST + 1), 413),
    ],
)
def test_what_begins_an_upload(phone, metadata, length, status):
    response = phone.send("POST", "/uploads/", Upload_Length=length, Upload_Metadata=metadata)
    assert (response.status_code, Upload.objects.count()) == (status, int(status == 201))


def test_only_a_token_counts(person):
    for phone in (Phone(), Phone(token="x.y.z")):
        phone.client.force_login(person)
        response = phone.begin()
        assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
        assert response.json()["errors"][0]["code"] == "UNAUTHENTICATED"
    assert Upload.objects.count() == 0


def test_anothers_upload_does_not_exist(phone, other):
    path = phone.path()
    phone.patch(path, PDF[:10])
    stranger = Phone(other)
    unknown = "/uploads/00000000-0000-4000-8000-000000000000"
    for method in ("HEAD", "PATCH", "DELETE"):
        answers = [stranger.send(method, each, PDF[10:20], Upload_Offset=10) for each in (path, unknown)]
        assert [(each.status_code, each.content) for each in answers] == [(404, answers[0].content)] * 2
    assert phone.offset(path) == 10


def test_negative_control_without_the_owner_another_reaches_it(phone, other, monkeypatch):
    monkeypatch.setattr("uploads.models.UploadQuerySet.of", lambda self, owner, at: self)
    assert Phone(other).offset(phone.path()) == 0


def test_thrown_away(phone, django_capture_on_commit_callbacks):
    path = phone.path()
    phone.patch(path, PDF[:100])
    assert len(stored(path[1:])) == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert phone.send("DELETE", path).status_code == 204
    assert (phone.offset(path), stored(path[1:])) == (404, [])


def test_who_asks_too_often_waits(phone, monkeypatch):
    monkeypatch.setattr(rates, "PER_PERSON", rates.Limit("few", count=2, seconds=60))
    path = phone.path()
    assert [phone.send("HEAD", path).status_code for _ in range(3)] == [200, 429, 429]


@pytest.mark.s3
@pytest.mark.skipif(not os.environ.get("S3_ENDPOINT_URL"), reason="needs S3_ENDPOINT_URL")
def test_pieces_in_an_object_store(phone, settings):
    settings.STORAGES = {**settings.STORAGES, "default": settings.OBJECT_STORE}
    path = phone.path()
    for first, last in ((0, 100), (100, 1000), (1000, len(PDF))):
        assert phone.patch(path, PDF[first:last], first).status_code == 204
    upload = Upload.objects.get()
    assert [f"uploads/{upload.pk}/{name}" for name in stored(f"uploads/{upload.pk}")] == [upload.storage_name]
    assert default_storage.open(upload.storage_name).read() == PDF
    default_storage.delete(upload.storage_name)
    assert stored(f"uploads/{upload.pk}") == []

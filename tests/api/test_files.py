"""Files: only for those who see the item, whole or in part, and never as a page of our own site."""

import os

import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from publishing.actions import take_down
from tests.api.conftest import token_for

pytestmark = pytest.mark.django_db


def get(api, item, user=None, **headers):
    if user:
        headers["HTTP_AUTHORIZATION"] = f"Bearer {token_for(user)}"
    return api.client.get(f"/files/{item.files.get().pk}/ten-gi-cung-duoc", **headers)


def content(response):
    return b"".join(response.streaming_content)


def test_a_public_file(api, out):
    item = out("Công khai", storage_name="cong-khai.pdf")
    response = get(api, item)
    assert (response.status_code, content(response).decode()) == (200, "nội dung Công khai")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == "inline; filename*=utf-8''T%E1%BB%87p%20m%E1%BB%99t.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Content-Length"] == str(item.files.get().size)


def test_a_members_file_is_kept_by_no_shared_cache(api, people, out):
    item = out("Nội bộ", audience=["member"], storage_name="noi-bo.pdf")
    assert get(api, item).status_code == 404
    response = get(api, item, people.member)
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-cache")
    assert {"Authorization", "Cookie"} <= {each.strip() for each in response["Vary"].split(",")}


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/plain", "x"])
def test_what_could_hold_a_script_is_saved_not_shown(api, out, content_type):
    item = out("A", storage_name="a.bin", content_type=content_type, file_name='a"; x.html')
    response = get(api, item)
    assert response["Content-Disposition"] == 'attachment; filename="a\\"; x.html"'
    assert response["Content-Type"] == content_type


def test_the_session_of_the_admin_counts(api, people, out):
    item = out("Nội bộ", audience=["member"], storage_name="noi-bo.pdf")
    api.client.force_login(people.member)
    assert get(api, item).status_code == 200


def test_a_wrong_token_is_401_whatever_the_file(api, out):
    item = out("Công khai", storage_name="cong-khai.pdf")
    response = get(api, item, HTTP_AUTHORIZATION="Bearer x.y.z")
    assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert get(api, item, HTTP_AUTHORIZATION="Basic abc").status_code == 401


def test_not_modified_only_for_those_who_may_see(api, people, out):
    item = out("Nội bộ", audience=["member"], storage_name="noi-bo.pdf")
    etag = get(api, item, people.member)["ETag"]
    assert get(api, item, people.member, HTTP_IF_NONE_MATCH=etag).status_code == 304
    assert get(api, item, people.member, HTTP_IF_NONE_MATCH=f"W/{etag}").status_code == 304
    assert get(api, item, people.member, HTTP_IF_NONE_MATCH='"x"').status_code == 200
    assert get(api, item, HTTP_IF_NONE_MATCH=etag).status_code == 404
    take_down(page_id=item.page_id)
    assert get(api, item, people.member, HTTP_IF_NONE_MATCH=etag).status_code == 404


@pytest.mark.parametrize(
    "asked, status, expected, where",
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=3-2", 416, b"", "bytes */10"),
        ("bytes=-", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
        ("bytes=" + "9" * 5000 + "-", 200, b"0123456789", None),
    ],
)
def test_a_player_may_ask_for_a_part(api, out, asked, status, expected, where):
    item = out("Âm thanh", storage_name="a.mp3", content_type="audio/mpeg")
    name = item.files.get().storage_name
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"0123456789"))
    response = get(api, item, HTTP_RANGE=asked, HTTP_ACCEPT_ENCODING="gzip")
    body = content(response) if response.streaming else response.content
    assert (response.status_code, body, response.get("Content-Range")) == (status, expected, where)


def test_a_file_that_is_gone_from_the_storage_is_not_found_and_logged(api, out, caplog):
    item = out("A", storage_name="a.pdf")
    default_storage.delete(item.files.get().storage_name)
    assert get(api, item).status_code == 404
    assert "is not in the storage" in caplog.text


@pytest.mark.parametrize("path", ["/files/x/a.pdf", "/files/../manage.py", "/files/original_images/a.jpg"])
def test_only_ids_lead_to_files(api, path):
    assert api.client.get(path).status_code == 404


def test_files_are_only_read(api, out):
    item = out("A", storage_name="a.pdf")
    path = f"/files/{item.files.get().pk}/a.pdf"
    assert [api.client.generic(method, path).status_code for method in ("POST", "PUT", "DELETE")] == [405] * 3
    head = api.client.head(path)
    assert (head.status_code, head.content if not head.streaming else content(head)) == (200, b"")


@pytest.mark.s3
@pytest.mark.skipif(not os.environ.get("S3_ENDPOINT_URL"), reason="needs S3_ENDPOINT_URL")
def test_an_object_store_serves_by_a_link_of_a_minute(api, people, out, settings):
    settings.STORAGES = {**settings.STORAGES, "default": settings.OBJECT_STORE}
    item = out("Nội bộ", audience=["member"], storage_name="noi-bo.pdf")
    assert get(api, item).status_code == 404
    response = get(api, item, people.member)
    assert (response.status_code, response["Cache-Control"]) == (302, "no-store")
    link = response["Location"]
    assert "X-Amz-Expires=60" in link
    fetched = requests.get(link, timeout=10)
    assert (fetched.status_code, fetched.content.decode()) == (200, "nội dung Nội bộ")
    assert fetched.headers["Content-Type"] == "application/pdf"
    assert requests.get(link.split("?")[0], timeout=10).status_code == 403
    default_storage.delete(item.files.get().storage_name)

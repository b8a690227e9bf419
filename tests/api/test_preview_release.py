"""A release in a real app: all of its texts as they are, for a quarter of an hour, to whoever holds the token."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from audit.refusals import Refused
from cms.models import Attachment, Bulletin, ContentPage
from editorial import app_preview
from editorial.app_preview import make_release_token, make_token
from editorial.releases import actions
from publishing.models import PublishedItem
from tests.api.conftest import token_for
from tests.api.test_preview import spoil

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(province, draft):
    file = Attachment.objects.create(title="Phụ lục", file=ContentFile(b"noi dung", name="phu-luc.pdf"))
    bulletin = Bulletin(
        title="Bản tin", slug="ban-tin", month=datetime.date(2026, 11, 1), live=False, owner=province.contributor
    )
    province.index.add_child(instance=bulletin)
    bulletin.save_revision(user=province.contributor)
    return [
        bulletin,
        draft("Bài một", summary="Tóm tắt", clearance="committee", body=[("file", {"file": file, "title": ""})]),
        draft("Bài hai"),
    ]


@pytest.fixture
def release(province, pages):
    made = actions.save_release(
        actor=province.board, title="Đợt tháng 11", organization=province.units.TB, required=2, due_at=None
    )
    for page in pages:
        actions.add_item(actor=province.board, release=made, page=ContentPage.objects.get(pk=page.pk))
    return made


@pytest.fixture
def token(province, release):
    return make_release_token(actor=province.board, release=release)[0]


def shown(api, held, after=None, **who):
    return api.data("preview-release", {"token": held, "after": after}, **who)["releasePreview"]


def titles(preview):
    return [item["title"] for item in preview["items"]]


def test_it_is_all_that_readers_will_get_in_its_order(api, token, people):
    for person in (None, people.elsewhere):
        preview = shown(api, token, token=person and token_for(person))
        assert (preview["title"], preview["dueAt"], preview["count"]) == ("Đợt tháng 11", None, 3)
        assert titles(preview) == ["Bản tin", "Bài một", "Bài hai"]
    bulletin, first, second = preview["items"]
    assert [(entry["id"], entry["title"]) for entry in bulletin["contents"]] == [
        (first["id"], "Bài một"),
        (second["id"], "Bài hai"),
    ]
    assert bulletin["contents"][0]["link"] == f"sotay:content/{first['id']}"
    assert not PublishedItem.objects.exists()


def test_page_by_page(api, token):
    query = "query($t: String!, $n: Int!, $a: ID) { releasePreview(token: $t, first: $n, after: $a) { items { id title } } }"
    first = api.data(query, {"t": token, "n": 2})["releasePreview"]
    assert titles(first) == ["Bản tin", "Bài một"]
    last = first["items"][-1]["id"]
    assert titles(api.data(query, {"t": token, "n": 2, "a": last})["releasePreview"]) == ["Bài hai"]
    assert titles(shown(api, token, after=last)) == ["Bài hai"]
    answer = api(query, {"t": token, "n": 0})
    assert answer["errors"][0]["extensions"]["code"] == "INVALID"


def test_it_is_never_kept_and_an_installation_answers_the_app_s_document(api, settings, token):
    settings.API_FREE_FORM = False
    answer = api.send({"query": (text := _document()), "variables": {"token": token}})
    assert text.startswith("query PreviewRelease")
    assert (answer.json()["data"]["releasePreview"]["count"], answer["Cache-Control"]) == (3, "no-store")
    assert "ETag" not in answer


def _document():
    from tests.api.conftest import operation

    return operation("preview-release")


def late(province, release, pages, clock):
    clock.shift(datetime.timedelta(minutes=15, seconds=1))


def edited(province, release, pages, clock):
    """In place, as autosave does."""
    revision = pages[2].latest_revision
    pages[2].revisions.filter(pk=revision.pk).update(content={**revision.content, "summary": "Sửa"})


def reordered(province, release, pages, clock):
    actions.move_item(actor=province.board, release=release, page_id=pages[2].pk, down=False)


def shortened(province, release, pages, clock):
    actions.remove_item(actor=province.board, release=release, page_id=pages[2].pk)


def maker_left(province, release, pages, clock):
    province.board.groups.clear()


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (late, "expired"),
        (edited, "superseded"),
        (reordered, "superseded"),
        (shortened, "superseded"),
        (maker_left, "no_right"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_a_token_that_is_over_shows_what_never_was(end, reason, api, province, release, pages, monkeypatch):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        token, until = make_release_token(actor=province.board, release=release)
        assert until == timezone.now() + datetime.timedelta(minutes=15)
        assert shown(api, token)["count"] == 3
        end(province, release, pages, clock)
        assert shown(api, token) is None
        entry = AuditEntry.objects.filter(act="open_app_preview", outcome="refused").get()
        assert (entry.actor, entry.detail["reason"], entry.target_id) == ("btv1", reason, str(release.pk))
        # Control: this guard is what holds it back.
        monkeypatch.setattr(app_preview, "_ended", lambda *args: "")
        assert shown(api, token)["title"] == "Đợt tháng 11"


def test_a_token_of_the_one_kind_is_none_of_the_other(api, province, pages, token):
    of_page = make_token(actor=province.desk, page_id=pages[1].pk)[0]
    before = AuditEntry.objects.count()
    for each in (of_page, spoil(token), "x" * 5000, "đảng", ""):
        assert shown(api, each) is None
    assert api.data("preview", {"token": token})["preview"] is None
    assert AuditEntry.objects.count() == before


def test_its_files_open_by_the_token_alone(api, province, token, pages):
    url = shown(api, token)["items"][1]["body"][0]["value"]["url"]
    path = url.removeprefix("http://testserver")
    opened = Client().get(path)
    assert (opened.status_code, b"".join(opened.streaming_content)) == (200, b"noi dung")
    assert opened["Cache-Control"] == "no-store"
    assert f"/{pages[1].pk}/" in path
    for address in (
        path.replace(f"/{pages[1].pk}/", f"/{pages[2].pk}/"),
        path.replace(f"/{pages[1].pk}/", "/"),
        path.replace("/preview-files/", "/preview-files/x"),
    ):
        assert Client().get(address).status_code == 404, address
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=16)):
        assert Client().get(path).status_code == 404


def test_who_composes_releases_makes_one_and_nobody_else(province, people, release):
    def made_by(person):
        try:
            return bool(make_release_token(actor=person, release=release))
        except Refused as refusal:
            return refusal.code

    names = ("contributor", "desk", "board", "thuongtruc1")
    assert {name: made_by(getattr(province, name)) for name in names} == {
        "contributor": "NOT_FOUND",
        "desk": "NOT_FOUND",
        "board": True,
        "thuongtruc1": "NOT_FOUND",
    }
    assert made_by(people.member) == "NOT_FOUND"
    made = AuditEntry.objects.filter(act="make_app_preview", outcome="done", target_type="editorial.release")
    assert [entry.actor for entry in made] == ["btv1"]


def test_the_button_on_the_preview_screen(api, province, release):
    client = Client()
    client.force_login(province.board, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("editorial_release_preview", args=[release.pk])
    assert "sotay://preview-release/" not in client.get(address).content.decode()
    answer = client.post(address)
    html = answer.content.decode()
    token = re.search(r"<textarea[^>]*>([^<]+)</textarea>", html)[1]
    assert f'href="sotay://preview-release/{token}"' in html
    assert "no-store" in answer["Cache-Control"]
    assert shown(api, token)["count"] == 3
    client.force_login(province.desk, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address).status_code in (302, 403)

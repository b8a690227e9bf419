"""A draft in a real app: one exact text, for a quarter of an hour, to whoever holds the token and to nobody else."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from api.trusted import trusted
from audit.models import AuditEntry
from audit.refusals import Refused
from cms.models import Attachment
from editorial import app_preview
from editorial.app_preview import make_token
from publishing.models import PublishedItem
from tests.api.conftest import token_for

pytestmark = pytest.mark.django_db

TITLE = "Bản nháp cho cấp ủy"


@pytest.fixture
def page(draft):
    file = Attachment.objects.create(title="Phụ lục", file=ContentFile(b"noi dung", name="phu-luc.pdf"))
    return draft(
        TITLE,
        summary="Tóm tắt",
        clearance="committee",
        body=[("heading", {"text": "Mục một", "level": "2"}), ("file", {"file": file, "title": ""})],
    )


@pytest.fixture
def token(province, page):
    return make_token(actor=province.desk, page_id=page.pk)[0]


def shown(api, held, **who):
    return api.data("preview", {"token": held}, **who)["preview"]


def spoil(token):
    """The token with one letter changed in its middle."""
    place = len(token) // 3
    return token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]


def test_it_is_what_readers_will_get(api, province, page, token, approve):
    before = shown(api, token)
    assert (before["title"], before["version"], before["kind"]) == (TITLE, 1, "ARTICLE")
    assert not PublishedItem.objects.exists()
    page = approve(page)
    after = api.data("article", {"id": str(PublishedItem.objects.get().pk)}, token=token_for(province.thuongtruc1))
    content = after["content"]
    same = ("kind", "title", "summary", "version", "locale", "image", "category", "source", "author", "related")
    assert {name: before[name] for name in same} == {name: content[name] for name in same}
    text, file = before["body"]
    assert text == content["body"][0]
    assert file["value"].keys() == content["body"][1]["value"].keys()


def test_each_visitor_sees_it_by_the_token_alone(api, people, token):
    for person in (people.anonymous, people.member, people.elsewhere, people.secretary):
        access = token_for(person) if person else None
        assert shown(api, token, token=access)["title"] == TITLE
        assert shown(api, "", token=access) is None
        listed = api.data("home", {"first": 20}, token=access)["articles"]["edges"]
        assert listed == []


def test_it_is_never_kept(api, token):
    answer = api.send({"query": "query($t: String!) { preview(token: $t) { title } }", "variables": {"t": token}})
    assert (answer.json()["data"]["preview"]["title"], answer["Cache-Control"]) == (TITLE, "no-store")
    assert "ETag" not in answer
    document = next(
        key for key, each in trusted().items() if None not in each.operations and "Preview" in each.operations
    )
    by_address = Client().get("/graphql", {"id": document, "variables": f'{{"token": "{token}"}}'})
    assert (by_address.json()["data"]["preview"]["title"], by_address["Cache-Control"]) == (TITLE, "no-store")


def test_an_installation_answers_the_trusted_document_only(api, settings, token):
    settings.API_FREE_FORM = False
    assert shown(api, token)["title"] == TITLE
    other = api.send({"query": f'{{ preview(token: "{token}") {{ title }} }}'})
    assert other.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


# --- what shows nothing


def late(province, page, clock):
    clock.shift(datetime.timedelta(minutes=15, seconds=1))


def edited(province, page, clock):
    """In place, as autosave does."""
    content = {**page.latest_revision.content, "summary": "Sửa"}
    page.revisions.filter(pk=page.latest_revision_id).update(content=content)


def maker_left(province, page, clock):
    province.desk.groups.clear()


def maker_closed(province, page, clock):
    province.desk.is_active = False
    province.desk.save()


@pytest.mark.parametrize(
    ("end", "reason"),
    [(late, "expired"), (edited, "superseded"), (maker_left, "no_right"), (maker_closed, "no_right")],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_a_token_that_is_over_shows_what_never_was(end, reason, api, province, page, monkeypatch):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        token, until = make_token(actor=province.desk, page_id=page.pk)
        assert until == timezone.now() + datetime.timedelta(minutes=15)
        clock.shift(datetime.timedelta(minutes=14, seconds=59))
        assert shown(api, token)["title"] == TITLE
        clock.shift(-datetime.timedelta(minutes=14, seconds=59))
        end(province, page, clock)
        junk = api.send({"query": "query($t: String!) { preview(token: $t) { title } }", "variables": {"t": "x"}})
        over = api.send({"query": "query($t: String!) { preview(token: $t) { title } }", "variables": {"t": token}})
        assert (
            (over.status_code, over.content) == (junk.status_code, junk.content) == (200, b'{"data":{"preview":null}}')
        )
        entry = AuditEntry.objects.filter(act="open_app_preview", outcome="refused").get()
        assert (entry.actor, entry.detail["reason"], entry.target_id) == ("bt", reason, str(page.pk))
        # Control: this guard is what holds it back.
        monkeypatch.setattr(app_preview, "_ended", lambda *args: "")
        assert shown(api, token)["title"] == TITLE


def test_a_token_that_was_tampered_with_is_none_and_does_not_fill_the_audit(api, province, page, draft, token):
    other = draft("Bài khác")
    before = AuditEntry.objects.count()
    body, _dot, signature = token.rpartition(":")
    forged = app_preview.signing.dumps([other.pk, other.latest_revision_id, "", province.desk.pk], salt="other")
    for each in (spoil(token), body, f"{body}:{signature[:-2]}", forged, "x" * 5000, "đảng"):
        assert shown(api, each) is None
    assert AuditEntry.objects.count() == before


# --- files


def test_its_files_open_by_the_token_alone(api, province, page, token, draft):
    url = shown(api, token)["body"][1]["value"]["url"]
    path = url.removeprefix("http://testserver")
    opened = Client().get(path)
    assert (opened.status_code, b"".join(opened.streaming_content)) == (200, b"noi dung")
    assert opened["Cache-Control"] == "no-store"
    file_id = re.search(r"/([0-9a-f-]{36})/", path)[1]
    other = make_token(actor=province.desk, page_id=draft("Bài khác").pk)[0]
    for address in (
        path.replace(path.split("/")[2], other.replace(":", "%3A")),
        path.replace("/preview-files/", "/preview-files/x"),
        f"/files/{file_id}/phu-luc.pdf",
    ):
        assert Client().get(address).status_code == 404, address
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=16)):
        assert Client().get(path).status_code == 404


# --- who makes one


def test_who_may_open_the_editor_makes_one_and_nobody_else(province, people, page):
    def made_by(person):
        try:
            return bool(make_token(actor=person, page_id=page.pk))
        except Refused as refusal:
            return refusal.code

    assert {
        name: made_by(getattr(province, name)) for name in ("contributor", "desk", "board", "other_desk", "thuongtruc1")
    } == {"contributor": True, "desk": True, "board": True, "other_desk": "NOT_FOUND", "thuongtruc1": "NOT_FOUND"}
    assert made_by(people.member) == "NOT_FOUND"
    made = AuditEntry.objects.filter(act="make_app_preview", outcome="done")
    assert [entry.actor for entry in made.order_by("seq")] == ["ctv", "bt", "btv1"]


def test_the_button_in_the_editor(api, province, page):
    client = Client()
    client.force_login(province.contributor, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("editorial_app_preview", args=[page.pk])
    assert address in client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert "sotay://preview/" not in client.get(address).content.decode()
    answer = client.post(address)
    token = re.search(r"<textarea[^>]*>([^<]+)</textarea>", answer.content.decode())[1]
    assert "no-store" in answer["Cache-Control"]
    assert shown(api, token)["title"] == TITLE
    client.force_login(province.other_desk, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address).status_code == 404

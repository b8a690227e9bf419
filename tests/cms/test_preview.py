"""The preview beside the form: what a member's phone will show, of what is typed, to who may edit it."""

from __future__ import annotations

import datetime
import re

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from cms.models import Attachment, Bulletin, Document
from cms.preview import PreviewMode, shown_form
from editorial.models import Release, ReleaseItem
from organizations.scope import Scope
from tests.editorial.conftest import signed_in  # noqa: F401 - a fixture
from tests.editorial.paths import article_form

pytestmark = pytest.mark.django_db


def preview(client, page, mode=None, **form):
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
    answer = client.post(address, article_form(form.pop("title", page.title), page.slug, **form))
    assert answer.json() == {"is_valid": True, "is_available": True}
    return client.get(address, {"mode": mode} if mode else {})


@pytest.mark.parametrize("mode", PreviewMode.values)
def test_what_is_typed_is_shown_as_a_phone_shows_it(mode, province, draft, signed_in):  # noqa: F811
    page = draft("Đã lưu")
    answer = preview(signed_in(province.contributor), page, mode, title="Vừa gõ", summary="Tóm tắt mới")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert f'class="{mode}"' in html
    assert ("<h1>Vừa gõ</h1>" in html, "Tóm tắt mới" in html, "Đã lưu" in html) == (True, True, False)
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//[^\"]*", html) == []
    assert "<script" not in html
    assert "no-store" in answer["Cache-Control"]
    page.refresh_from_db()
    assert page.draft_title == "Đã lưu"


def test_the_first_mode_is_what_most_have_and_an_unknown_one_is_the_first(province, draft, signed_in):  # noqa: F811
    page, client = draft("Bài"), signed_in(province.contributor)
    for mode in (None, "khac"):
        assert 'class="light"' in preview(client, page, mode).content.decode()


def test_the_editor_offers_phones_and_modes(province, draft, signed_in):  # noqa: F811
    html = signed_in(province.contributor).get(reverse("wagtailadmin_pages:edit", args=[draft().pk])).content.decode()
    for words in ("Điện thoại nhỏ", 'data-device-width="320"', *map(str, PreviewMode.labels)):
        assert words in html, words


def test_something_new_is_previewed_before_it_is_saved(province, signed_in):  # noqa: F811
    client = signed_in(province.contributor)
    address = reverse("wagtailadmin_pages:preview_on_add", args=["cms", "article", province.index.pk])
    assert client.post(address, article_form("Bài mới", "bai-moi")).json()["is_available"] is True
    html = client.get(address, {"mode": "dark"}).content.decode()
    assert ("<h1>Bài mới</h1>" in html, "Ban Tuyên giáo" in html) == (True, True)


def test_a_document_and_a_bulletin_show_what_is_theirs(province, rf):
    document = Document(
        title="Nghị quyết", slug="nq", number="52-NQ/TW", document_type="resolution", central_issuer="TW", live=False,
        issued_on=datetime.date(2026, 11, 3),
    )  # fmt: skip
    bulletin = Bulletin(title="Bản tin", slug="bt", month=datetime.date(2026, 11, 1), live=False)
    for page in (document, bulletin):
        province.index.add_child(instance=page)
    request = rf.get("/")
    request.user = province.contributor
    html = document.serve_preview(request, "light").render().content.decode()
    assert ("<b>52-NQ/TW</b>" in html, "ngày 03/11/2026" in html) == (True, True)
    assert "Bản tin tháng 11/2026" in bulletin.serve_preview(request, "large").render().content.decode()
    # What lacks something it needs says so, and is no error.
    bulletin.month = None
    assert "Chưa dựng được nội dung" in bulletin.serve_preview(request, "large").render().content.decode()


def test_files_open_by_the_library_where_reading_is_recorded(province, draft):
    file = Attachment.objects.create(title="Tệp", file=ContentFile(b"noi dung", name="Tệp một.pdf"))
    page = draft("Bài", body=[("file", {"file": file, "title": ""})])
    [block] = shown_form(page, province.contributor)["body"]
    assert block["value"]["url"] == file.url
    assert "file" not in block["value"]


def test_related_content_is_named_where_the_person_could_read_it(province, draft, approve, monkeypatch):
    secret = approve(draft("Cho cấp ủy", clearance="committee"))
    page = draft("Bài", body=[("related", [secret])])
    assert shown_form(page, province.contributor)["related"] == []
    # Control: who is asked is asked for nothing else.
    monkeypatch.setattr("cms.preview.scope_of", lambda user: Scope(frozenset({"committee"})))
    assert shown_form(page, province.contributor)["related"] == ["Cho cấp ủy"]


def test_other_desks_get_no_preview(province, draft, signed_in):  # noqa: F811
    page = draft("Nháp kín")
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
    for person in (province.other_desk, province.thuongtruc1):
        for mode in PreviewMode.values:
            assert signed_in(person).get(address, {"mode": mode}).status_code == 404


def test_a_release_is_previewed_whole(province, draft, signed_in):  # noqa: F811
    release = Release.objects.create(
        title="Đợt một", created_by=province.board, organization=province.units.TB, required=2
    )
    for number in (1, 2):
        ReleaseItem.objects.create(release=release, page=draft(f"Bài {number}").contentpage_ptr, position=number)
    address = reverse("editorial_release_phone", args=[release.pk])
    html = signed_in(province.board).get(address, {"mode": "large-dark"}).content.decode()
    assert 'class="large-dark"' in html
    assert re.findall(r"<h1>(.*?)</h1>", html) == ["Đợt một", "Bài 1", "Bài 2"]
    frame = signed_in(province.board).get(reverse("editorial_release_preview", args=[release.pk]), {"mode": "dark"})
    assert f'src="{address}?mode=dark"' in frame.content.decode()
    assert signed_in(province.desk).get(address).status_code != 200

"""Emergency publication: a right of its own, a reason, a confirmation, and no other way for superusers."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from editorial.models.approval import text_digest
from publishing.models import Publication, PublishedItem

pytestmark = pytest.mark.django_db


def address_of(page):
    return reverse("editorial_emergency", args=[page.pk])


def form_of(page, **changes):
    return {
        "revision": page.latest_revision_id,
        "digest": text_digest(page.latest_revision_id),
        "reason": "Bão đổ bộ đêm nay",
        "confirmed": "1",
        **changes,
    }


@pytest.fixture
def duty_editor(province):
    province.board.user_permissions.add(Permission.objects.get(codename="emergency_publish"))
    return province.board


def test_it_warns_and_goes_out_marked(duty_editor, draft, signed_in):
    page = draft("Khẩn")
    client = signed_in(duty_editor)
    html = client.get(address_of(page)).content.decode()
    assert "không qua những người phải phê duyệt" in html
    assert "Ban Biên tập duyệt: 0/1 phê duyệt" in html
    assert client.post(address_of(page), form_of(page)).url == reverse("editorial_path", args=[page.pk])
    publication = Publication.objects.get()
    assert (publication.emergency, publication.revision_id) == (True, page.latest_revision_id)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"confirmed": ""}, "Hãy đánh dấu vào ô xác nhận"),
        ({"reason": "gấp"}, "Hãy ghi rõ lý do"),
        ({"revision": "0"}, "vừa được sửa"),
        ({"revision": "abc"}, "vừa được sửa"),
        ({"digest": "0" * 64}, "vừa được sửa"),
    ],
)
def test_without_confirmation_reason_or_the_text_shown_nothing_goes_out(
    duty_editor, draft, signed_in, changes, message
):
    page = draft("Khẩn")
    answer = signed_in(duty_editor).post(address_of(page), form_of(page, **changes), follow=True)
    assert message in answer.content.decode()
    assert Publication.objects.count() == 0
    assert PublishedItem.objects.count() == 0


def test_others_do_not(province, draft, signed_in):
    page = draft("Khẩn")
    assert Client().post(address_of(page), form_of(page)).url.startswith(reverse("wagtailadmin_login"))
    statuses = {
        name: signed_in(getattr(province, name)).post(address_of(page), form_of(page)).status_code
        for name in ("contributor", "desk", "board", "other_desk", "thuongtruc1")
    }
    assert statuses == {"contributor": 302, "desk": 302, "board": 302, "other_desk": 404, "thuongtruc1": 404}
    assert Publication.objects.count() == 0


def test_a_superuser_publishes_only_this_way(province, draft, signed_in):
    page = draft("Khẩn")
    client = signed_in(province.admin)
    assert address_of(page) in client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert client.post(address_of(page), form_of(page)).status_code == 302
    assert Publication.objects.get().emergency is True

"""The withdrawal page: for those with the right, with a reason."""

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry
from publishing.models import PublishedItem

pytestmark = pytest.mark.django_db


def address_of(page):
    return reverse("editorial_withdraw", args=[page.pk])


def test_the_board_withdraws_with_a_reason(province, draft, approve, signed_in):
    page = approve(draft("Tin"))
    client = signed_in(province.board)
    assert "Gỡ bài này" in client.get(address_of(page)).content.decode()
    refused = client.post(address_of(page), {"reason": " "})
    assert refused.status_code == 400
    assert "Hãy ghi lý do gỡ." in refused.content.decode()
    assert PublishedItem.objects.out().count() == 1
    done = client.post(address_of(page), {"reason": "Sai số liệu"})
    assert done.url == reverse("editorial_path", args=[page.pk])
    assert PublishedItem.objects.out().count() == 0


def test_others_do_not(province, draft, approve, signed_in):
    page = approve(draft("Tin"))
    assert Client().post(address_of(page), {"reason": "x"}).url.startswith(reverse("wagtailadmin_login"))
    statuses = {
        name: signed_in(getattr(province, name)).post(address_of(page), {"reason": "Sai"}).status_code
        for name in ("contributor", "desk", "other_desk", "thuongtruc1")
    }
    # Those involved are led away with a message; for strangers the page is not there.
    assert statuses == {"contributor": 302, "desk": 302, "other_desk": 404, "thuongtruc1": 302}
    assert PublishedItem.objects.out().count() == 1
    refused = AuditEntry.objects.filter(outcome="refused", target_id=str(page.pk)).order_by("seq")
    assert list(refused.values_list("act", "actor")) == [
        ("use_admin", "ctv"),
        ("use_admin", "bt"),
        ("open_page", "bt2"),
        ("use_admin", "thuongtruc1"),
    ]


def test_what_is_not_out_needs_no_withdrawal(province, draft, signed_in):
    page = draft("Nháp")
    client = signed_in(province.board)
    assert "Bài này hiện không đăng." in client.get(address_of(page)).content.decode()
    answer = client.post(address_of(page), {"reason": "Sai"}, follow=True)
    assert "hiện không đăng." in answer.content.decode()


def test_the_button_is_there_for_those_with_the_right_only(province, draft, approve, signed_in):
    page = approve(draft("Tin"))
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    shown = {
        name: reverse("editorial_amend", args=[page.pk])
        in signed_in(getattr(province, name)).get(edit).content.decode()
        for name in ("contributor", "desk", "board", "admin")
    }
    assert shown == {"contributor": False, "desk": False, "board": True, "admin": True}

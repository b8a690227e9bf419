"""The screen on which the audit is read."""

import datetime

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from audit.actions import record
from audit.enums import Outcome
from audit.viewsets import CappedPaginator
from tests.conftest import make_user

pytestmark = pytest.mark.django_db
URL = "/admin/reports/audit/"


def signed_in(client, user):
    client.force_login(user)
    return client


@pytest.fixture
def admin():
    return make_user("admin", is_superuser=True)


@pytest.fixture
def entries(admin):
    with time_machine.travel(datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC), tick=False):
        record("publish", actor=admin, target="Bài một")
    with time_machine.travel(datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC), tick=False):
        record("withdraw", actor=make_user("btv"), target="Bài hai", outcome=Outcome.REFUSED, detail={"code": "<b>"})
    with time_machine.travel(datetime.datetime(2026, 3, 3, 12, tzinfo=datetime.UTC), tick=False):
        record("expire", actor="publisher", target="Bài ba")


def seqs(response):
    return [entry.seq for entry in response.context["object_list"]]


def test_a_superuser_reads_it_newest_first(client, admin, entries):
    response = signed_in(client, admin).get(URL)
    assert response.status_code == 200
    assert seqs(response) == [3, 2, 1]
    page = response.content.decode()
    assert "Gỡ đăng" in page and "Bị từ chối" in page and "&lt;b&gt;" in page and "<b>&lt;" not in page
    assert "3 mục" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("person=admin", [1]),
        ("person=publisher", [3]),
        ("person=khong-co", []),
        ("act=withdraw", [2]),
        ("outcome=refused", [2]),
        ("at_from=2026-03-02&at_to=2026-03-02", [2]),
        ("at_from=2026-03-02", [3, 2]),
        ("q=Bài hai", [2]),
        ("q=expire", [3]),
        ("at_from=khong-phai-ngay", [3, 2, 1]),
        ("p=999", [3, 2, 1]),
    ],
)
@pytest.mark.parametrize("part", ["", "results/"])
def test_filters_and_search(client, admin, entries, query, expected, part):
    assert seqs(signed_in(client, admin).get(f"{URL}{part}?{query}")) == expected


def test_who_may_not_read_it_does_not_get_it(client, entries):
    group = Group.objects.create(name="vào được")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    reader = make_user("thuong", group)
    for url in (URL, f"{URL}results/"):
        response = signed_in(client, reader).get(url)
        assert (response.status_code, response.url) == (302, reverse("wagtailadmin_home"))
    assert "Nhật ký kiểm tra" not in client.get("/admin/editorial/desk/").content.decode()
    group.permissions.add(Permission.objects.get(codename="view_auditentry"))
    response = client.get(URL)
    assert seqs(response) == [3, 2, 1]
    assert "/admin/reports/audit/" in client.get("/admin/editorial/desk/").content.decode()


def test_details_are_in_the_readers_words_and_time(client, admin):
    at = "2026-11-24T19:32:12.096Z"
    record(
        "move_member", actor=admin, detail={"comment": "", "due_at": at, "approvals": [["Ban Biên tập", "btv1", at]]}
    )
    record("act", actor=admin, detail={"before": {"name": "A"}, "khac": 0})
    shown = signed_in(client, admin).get(URL).content.decode()
    assert "Chuyển sinh hoạt" in shown
    assert "<div><b>Giờ đã định</b>: 02:32 25/11/2026</div>" in shown
    assert "<div><b>Các phê duyệt</b>: Ban Biên tập, btv1, 02:32 25/11/2026</div>" in shown
    assert "<div><b>Trước</b>: Tên: A</div>" in shown and "<div><b>khac</b>: 0</div>" in shown
    assert "comment" not in shown


def test_nothing_can_be_posted(client, admin, entries):
    assert signed_in(client, admin).post(URL).status_code == 405


def test_pages_are_counted_up_to_a_cap(client, admin, monkeypatch):
    monkeypatch.setattr(CappedPaginator, "cap", 60)
    for n in range(70):
        record("act", target=f"vật {n}")
    first = signed_in(client, admin).get(URL)
    assert len(seqs(first)) == 50
    assert first.context["paginator"].count == 60
    assert "60 mục mới nhất" in first.content.decode()
    assert len(seqs(client.get(f"{URL}?p=2"))) == 10


def test_the_number_of_queries_does_not_grow(client, admin, django_assert_num_queries):
    signed_in(client, admin).get(URL)
    for rows in (5, 10):  # 5 rows, then 15
        for n in range(rows):
            record("act", actor=admin, target=f"vật {n}")
        with django_assert_num_queries(8):
            client.get(URL)

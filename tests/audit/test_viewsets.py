"""The screen on which the audit is read."""

import csv
import datetime
import io

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from audit.actions import record
from audit.enums import Outcome
from audit.models import AuditEntry
from audit.viewsets import CappedPaginator
from organizations.actions import update_organization
from organizations.models import Member, Organization
from tests.conftest import make_member, make_user

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
    assert seqs(response) == [5, 4, 3, 2, 1]  # the last two are what was refused above
    assert "/admin/reports/audit/" in client.get("/admin/editorial/desk/").content.decode()


def test_details_are_in_the_readers_words_and_time(client, admin):
    at = "2026-11-24T19:32:12.096Z"
    record(
        "move_member", actor=admin, detail={"comment": "", "due_at": at, "approvals": [["Ban Biên tập", "btv1", at]]}
    )
    record("act", actor=admin, detail={"before": {"name": "A"}, "khac": 0, "code": "NOT_FOUND"})
    shown = signed_in(client, admin).get(URL).content.decode()
    assert "Chuyển sinh hoạt" in shown
    assert "<div><b>Giờ đã định</b>: 02:32 25/11/2026</div>" in shown
    assert "<div><b>Các phê duyệt</b>: Ban Biên tập, btv1, 02:32 25/11/2026</div>" in shown
    assert "<div><b>Trước</b>: Tên: A</div>" in shown and "<div><b>khac</b>: 0</div>" in shown
    assert "<div><b>Mã</b>: Không tìm thấy</div>" in shown
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
        with django_assert_num_queries(9):
            client.get(URL)


# --- by unit and item


@pytest.fixture
def units(province, commit):
    """Entries about, and by, people of two communes."""
    tree = province.units
    secretary = make_user("bithu")
    make_member("BT1", tree.TB02XA, secretary)
    record("create_member", actor="import", target=make_member("A1", tree.TB01XA))  # 1
    record("create_member", actor="import", target=make_member("B1", tree.TB02XA))  # 2
    record("sign_in", actor=secretary)  # 3
    record("create_organization", actor="import", target=tree.TB01X)  # 4
    record("act")  # 5
    return tree


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("unit=TB01XA", [1]),
        ("unit=TB01XB", []),
        ("unit=tb01", [4, 1]),
        ("unit=TB02", [3, 2]),
        ("unit=TB", [4, 3, 2, 1]),
        ("unit=huyện ủy 02", [3, 2]),
        ("unit=không có tổ chức này", []),
        ("unit=TB02&person=bithu", [3]),
    ],
)
def test_entries_of_a_unit_and_all_below_it(client, province, units, query, expected):
    assert seqs(signed_in(client, province.admin).get(f"{URL}?{query}")) == expected


def test_a_unit_that_moved_keeps_what_happened_before(client, province, units):
    """By its earlier and its later superior, and by itself: the entry tells where it belonged then."""
    update_organization(actor=province.admin, organization=units.TB01X, parent=units.TB02, reason="Sắp xếp lại")
    record("create_member", actor="import", target=make_member("A2", Organization.objects.get(pk=units.TB01XA.pk)))
    last = AuditEntry.objects.latest("seq").seq
    client = signed_in(client, province.admin)
    assert set(seqs(client.get(f"{URL}?unit=TB01XA"))) == {1, last}
    assert set(seqs(client.get(f"{URL}?unit=TB01"))) >= {1, 4}
    assert last not in seqs(client.get(f"{URL}?unit=TB01"))
    assert last in seqs(client.get(f"{URL}?unit=TB02"))


def test_entries_about_one_thing(client, province, units):
    member = Member.objects.get(code="A1")
    client = signed_in(client, province.admin)
    assert seqs(client.get(f"{URL}?item={member.pk}&act=create_member")) == [1]
    assert seqs(client.get(f"{URL}?item=organizations.member {member.pk}")) == [1]
    assert seqs(client.get(f"{URL}?item=cms.article {member.pk}")) == []


def test_the_units_name_is_shown(client, province, units):
    page = signed_in(client, province.admin).get(f"{URL}?unit=TB01XA").content.decode()
    assert "Chi bộ 01A" in page


@pytest.fixture
def people(admin):
    """Two accounts, one of a member; what each did, and what a program did."""
    hoa = make_user("tuyengiao.hoa", last_name="Đặng Thị", first_name="Hòa")
    tuan = make_user("vp-tuan", last_name="Trần Đức", first_name="Tuấn")
    for actor in (hoa, tuan, "publisher"):
        record("publish", actor=actor, target="Bài")
    return hoa, tuan


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("tuyengiao.hoa", [1]),
        ("giao.ho", [1]),
        ("Hòa", [1]),
        ("hòa đặng", [1]),
        ("hoa dang", [1]),
        ("đức", [2]),
        ("DUC", [2]),
        ("Đức Tuấn", [2]),
        ("vp-", [2]),
        ("publ", [3]),
        ("hòa tuấn", []),
        ("   ", [3, 2, 1]),
    ],
)
def test_a_person_is_found_by_part_of_name_or_account(client, admin, people, typed, expected):
    assert seqs(signed_in(client, admin).get(URL, {"person": typed})) == expected


def test_a_member_is_found_without_accents_and_by_the_code(client, province):
    member = make_member("TB0777", province.units.TB01XA, make_user("dv777"))
    member.full_name = "Vũ Thị Đào"
    member.save()
    Member.objects.filter(pk=member.pk).update(name_folded="vu thi dao")
    record("sign_in", actor=member.user, target="x")
    client = signed_in(client, province.admin)
    for typed in ("vu thi dao", "dao", "Đào", "TB0777", "v77", "V777 Đào"):
        assert seqs(client.get(URL, {"person": typed})) == [1], typed


def test_an_exact_account_is_that_one_also_under_its_earlier_name(client, admin):
    first, second = make_user("bt"), make_user("bt2")
    record("publish", actor=first, target="x")
    record("publish", actor=second, target="x")
    assert seqs(signed_in(client, admin).get(URL, {"person": "bt"})) == [1]
    first.username = "bientap"
    first.save()
    assert seqs(signed_in(client, admin).get(URL, {"person": "bientap"})) == [1]
    first.delete()
    assert seqs(signed_in(client, admin).get(URL, {"person": "bt"})) == [2, 1]


# --- the file for an inspection


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_file_has_what_the_filters_show_and_is_an_act_itself(client, admin, entries):
    response = signed_in(client, admin).get(f"{URL}export/?act=withdraw&khac=1")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="nhat-ky-')
    head, row = rows_of(response)
    assert head[:4] == ["Số", "Thời điểm", "Người thực hiện", "Mã tài khoản"]
    entry = AuditEntry.objects.get(act="withdraw")
    assert row[:10] == [
        "2", "02/03/2026 19:00:00", "btv", str(entry.actor_id), "Gỡ đăng", "withdraw", "Bị từ chối", "Bài hai", "", "",
    ]  # fmt: skip
    assert row[-2:] == ['{"code": "<b>"}', entry.digest]
    act = AuditEntry.objects.get(act="export_audit")
    assert (act.actor, act.detail) == ("admin", {"filters": {"act": "withdraw"}, "up_to": 3})


def test_the_whole_is_in_it_stretch_by_stretch(client, admin, monkeypatch):
    monkeypatch.setattr("audit.export.CHUNK", 7)
    monkeypatch.setattr(CappedPaginator, "cap", 10)
    for n in range(30):
        record("act", target=f"vật {n}")
    rows = rows_of(signed_in(client, admin).get(f"{URL}export/"))
    assert [row[0] for row in rows[1:]] == [str(n) for n in range(1, 31)]


@pytest.mark.parametrize("text", ["=1+1", "+84", "-2", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_no_cell_is_a_formula(client, admin, text):
    record("act", actor=text, target=text)
    row = rows_of(signed_in(client, admin).get(f"{URL}export/"))[1]
    assert (row[2], row[7]) == (f"'{text}", f"'{text}")


def test_to_read_it_is_not_to_take_it_out(client, entries):
    group = Group.objects.create(name="đọc")
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", "view_auditentry"]))
    reader = make_user("thanhtra", group)
    client = signed_in(client, reader)
    assert "/export/" not in client.get(URL).content.decode()
    assert client.get(f"{URL}export/").status_code == 302
    assert AuditEntry.objects.filter(act="export_audit").count() == 0
    refused = AuditEntry.objects.latest("seq")
    assert (refused.act, refused.actor, refused.outcome) == ("use_admin", "thanhtra", "refused")
    assert refused.detail["path"] == f"{URL}export/"
    group.permissions.add(Permission.objects.get(codename="export_auditentry"))
    assert f"{URL}export/?act=publish" in client.get(f"{URL}?act=publish&p=1").content.decode()
    assert len(rows_of(client.get(f"{URL}export/"))) == 5  # the heading, the three, and the refusal


def test_to_take_it_out_one_must_read_it(client, entries):
    group = Group.objects.create(name="xuất")
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", "export_auditentry"]))
    assert signed_in(client, make_user("la", group)).get(f"{URL}export/").status_code == 302
    assert AuditEntry.objects.filter(act="export_audit").count() == 0

"""The tree from a file."""

import datetime

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEntry
from organizations.models import Organization, OrganizationVersion, today
from tests.organizations.conftest import everything

pytestmark = pytest.mark.django_db

HEADER = "code,name,level,parent_code,valid_from\n"


@pytest.fixture
def load(tmp_path, capsys):
    """A function that imports a text and returns what the command said."""

    def run(text, *options, header=HEADER):
        path = tmp_path / "units.csv"
        path.write_bytes(text if isinstance(text, bytes) else (header + text).encode())
        call_command("import_organizations", str(path), *options, verbosity=0)
        return capsys.readouterr().out.strip()

    return run


def test_rows_in_any_order_make_a_tree(load, db):
    said = load(
        "C1,Chi bộ thôn 1,cell,G1,2021-02-03\n"
        "G1,Đảng ủy xã,grassroots,D1,\n"
        "\n"
        'TB,"Tỉnh ủy\nThái Bình",province,,2020-01-01\n'
        "D1,Huyện ủy,district,TB,01/07/2020\n"
    )
    assert said == "Đã nhập: tạo mới: 4, cập nhật: 0, không đổi: 0."
    tb, d1, g1, c1 = (Organization.objects.get(code=code) for code in ("TB", "D1", "G1", "C1"))
    assert c1.path == f"/{tb.pk}/{d1.pk}/{g1.pk}/{c1.pk}/"
    assert (tb.name, d1.valid_from, g1.valid_from) == ("Tỉnh ủy Thái Bình", datetime.date(2020, 7, 1), today())
    assert OrganizationVersion.objects.filter(valid_to=None).count() == 4
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.target) == ("import_organizations", "import_organizations", "units.csv")
    assert entry.detail["created"] == 4


def test_a_second_import_changes_only_what_differs(load, province):
    text = (
        "TB,Tỉnh ủy Thái Bình,province,,2020-01-01\n"
        "TB01X,Đảng ủy xã 01,grassroots,TB02,2025-07-01\n"
        "TB02X,Đảng ủy xã Mới,grassroots,TB02,2025-07-01\n"
        "NEW,Chi bộ mới,cell,TB01X,2025-07-01\n"
    )
    assert load(text) == "Đã nhập: tạo mới: 1, cập nhật: 2, không đổi: 1."
    moved = Organization.objects.get(code="TB01X")
    assert moved.path == f"{province.units.TB02.path}{moved.pk}/"
    assert Organization.objects.get(code="TB01XA").path.startswith(moved.path)
    assert Organization.objects.get(code="NEW").path.startswith(moved.path)
    assert list(moved.versions.values_list("parent__code", "valid_to")) == [
        ("TB01", datetime.date(2025, 7, 1)),
        ("TB02", None),
    ]
    before = everything()
    assert load(text) == "Đã nhập: tạo mới: 0, cập nhật: 0, không đổi: 4."
    assert everything() == before


def test_two_units_may_change_places(load, province):
    load("TB01,Huyện ủy 01,district,TB02,2025-07-01\nTB02,Huyện ủy 02,district,,2025-07-01\n")
    tb02 = Organization.objects.get(code="TB02")
    assert tb02.path == f"/{tb02.pk}/"
    assert Organization.objects.get(code="TB01XA").path.startswith(f"/{tb02.pk}/{province.units.TB01.pk}/")


def test_a_swap_of_parent_and_child_keeps_all_paths_right(load, province):
    load("TB01X,Đảng ủy xã 01,grassroots,TB,2025-07-01\nTB01,Huyện ủy 01,district,TB01X,2025-07-01\n")
    units = province.units
    assert Organization.objects.get(code="TB01").path == f"{units.TB.path}{units.TB01X.pk}/{units.TB01.pk}/"
    assert Organization.objects.get(code="TB01XA").path == f"{units.TB.path}{units.TB01X.pk}/{units.TB01XA.pk}/"


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("X 1,Tên,cell,TB,\n", r"^Dòng 2: Mã “X 1” không hợp lệ"),
        ("X,,cell,TB,\n", r"^Dòng 2: Còn thiếu tên"),
        ("X,Tên,village,TB,\n", r"^Dòng 2: không có cấp “village”; các cấp là province, district"),
        ("X,Tên,cell,TB,2025-02-30\n", r"^Dòng 2: ngày “2025-02-30” không hợp lệ"),
        ("X,Tên,cell,TB,hôm qua\n", r"^Dòng 2: ngày “hôm qua” không hợp lệ"),
        ("X,Tên,cell,TB,2999-01-01\n", r"^Dòng 2: ngày hiệu lực 01/01/2999 chưa đến"),
        ("X,Tên,cell,KHONG,\n", r"^Dòng 2: không có tổ chức cấp trên mã “KHONG”"),
        ("X,Tên,cell,TB,\nX,Tên,cell,TB,\n", r"^Dòng 3: mã “X” đã có ở dòng 2"),
        ("X,Tên,cell,X,\n", r"^Dòng 2: các tổ chức trực thuộc vòng tròn: X > X"),
        ("A,Tên,cell,B,\nB,Tên,cell,A,\n", r"Dòng 2: .*A > B > A\.\nDòng 3: .*vòng tròn"),
        ("TB01,Huyện ủy 01,district,TB01XA,\n", r"^Dòng 2: .*TB01 > TB01XA > TB01X > TB01"),
        ("TB01,Mới,district,TB,2019-01-01\n", r"^Dòng 2: ngày 01/01/2019 sớm hơn lần thay đổi"),
        ("TB01XA,Chi bộ,grassroots,TB01X,\n", r"^Dòng 2: tổ chức “TB01XA” còn đảng viên"),
        ("X,Tên,cell\n", r"^Dòng 2: có 3 ô, cần 5 ô"),
        ("X,Tên,cell,TB,,\n", r"^Dòng 2: có 6 ô, cần 5 ô"),
        ("X,Tên\x00,cell,TB,\n", r"^Dòng 2: .*(NUL|rỗng)"),
        ('X,"Tên,cell,TB,\n', r"^Dòng 2: tệp không đúng dạng CSV"),
        ("", r"không có dòng dữ liệu nào"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_kept(load, province, text, match):
    before = everything()
    with pytest.raises(CommandError, match=match):
        load(text)
    assert everything() == before
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.outcome) == ("import_organizations", "refused")


def test_every_bad_row_is_named_beside_good_ones(load, province):
    before = everything()
    with pytest.raises(CommandError) as caught:
        load("OK,Tốt,cell,TB,\nX,,cell,TB,\nY,Tên,xã,TB,\n")
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == [
        "Dòng 3",
        "Dòng 4",
        "Tệp có 2 lỗi nên không dòng nào được nhập.",
    ]
    assert everything() == before


def test_units_that_ended_are_neither_changed_nor_parents(load, province):
    Organization.objects.filter(code="TB02XA").update(valid_to=today())
    with pytest.raises(CommandError, match=r"Dòng 2: tổ chức “TB02XA” đã kết thúc.*\nDòng 3: tổ chức cấp trên"):
        load("TB02XA,Khác,cell,TB02X,\nN,Tổ,group,TB02XA,\n")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "rỗng"),
        (b"code,name,level\nA,B,cell\n", "thiếu cột parent_code, valid_from"),
        ((HEADER.strip() + ",note\nA,B,cell,,,x\n").encode(), "cột lạ: note"),
        ((HEADER.strip() + ",code\nA,B,cell,,,x\n").encode(), "cột bị lặp"),
        (HEADER.encode() + "TB,Tỉnh ủy,province,,\n".encode("utf-16"), "Dòng 2: tệp không phải UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_refused(load, db, content, match):
    with pytest.raises(CommandError, match=match):
        load(content)
    assert Organization.objects.count() == 0


def test_a_byte_order_mark_is_accepted(load, db):
    load(b"\xef\xbb\xbf" + (HEADER + "TB,Tỉnh ủy,province,,\r\n").encode())
    assert Organization.objects.get().code == "TB"


def test_no_such_file_and_a_folder_are_refused(db, tmp_path):
    with pytest.raises(CommandError, match="Không có tệp"):
        call_command("import_organizations", str(tmp_path / "none.csv"), verbosity=0)
    with pytest.raises(CommandError, match="Không đọc được tệp"):
        call_command("import_organizations", str(tmp_path), verbosity=0)


def test_a_dry_run_says_what_it_would_do_and_keeps_nothing(load, province):
    before = everything()
    said = load("N,Mới,cell,TB,\n", "--dry-run")
    assert said == "Tệp hợp lệ, chưa lưu gì. Sẽ nhập: tạo mới: 1, cập nhật: 0, không đổi: 0."
    assert everything() == before
    assert AuditEntry.objects.count() == 0
    with pytest.raises(CommandError, match="Dòng 2"):
        load("N,,cell,TB,\n", "--dry-run")


def test_so_many_faults_are_counted_and_the_first_are_shown(load, db):
    with pytest.raises(CommandError) as caught:
        load("".join(f"X{n},,cell,,\n" for n in range(250)))
    lines = str(caught.value).splitlines()
    assert len(lines) == 202
    assert lines[-2:] == ["… và 50 lỗi khác.", "Tệp có 250 lỗi nên không dòng nào được nhập."]

"""The people from a file."""

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from audit.models import AuditEntry
from organizations.enums import PositionKind
from organizations.models import Member, Membership, Organization, Position, today
from tests.conftest import make_member, make_user
from tests.organizations.conftest import everything

pytestmark = pytest.mark.django_db

HEADER = "code,full_name,phone,email,birth_date,status,cell_code,positions,password\n"


@pytest.fixture
def load(tmp_path, capsys, province):
    """A function that imports a text and returns what the command said."""

    def run(text, *options, header=HEADER):
        path = tmp_path / "people.csv"
        path.write_text(header + text, encoding="utf-8")
        call_command("import_members", str(path), *options, verbosity=0)
        return capsys.readouterr().out.strip()

    return run


def counts(created=0, updated=0, moved=0, same=0, given=0, ended=0, accounts=0):
    return (
        f"Đã nhập: tạo mới: {created}, cập nhật: {updated}, chuyển sinh hoạt: {moved}, không đổi: {same}, "
        f"chức vụ giao: {given}, chức vụ kết thúc: {ended}, tài khoản có mật khẩu mới: {accounts}."
    )


def test_people_come_with_cell_positions_and_account(load, province):
    said = load(
        "D1,Đặng Thị Hoà,0912 345 678,hoa@example.vn,03/05/1960,official,TB01XA,TB01XA:secretary;TB:committee_member,"
        "mot-Mat-khau-2026\n"
        "D2,Trần Văn B,,,,,TB01XB,,\n"
    )
    assert said == counts(created=2, given=2, accounts=1)
    first, second = Member.objects.get(code="D1"), Member.objects.get(code="D2")
    assert (first.name_folded, first.phone, first.birth_date) == (
        "dang thi hoa",
        "0912345678",
        datetime.date(1960, 5, 3),
    )
    assert (first.user.username, first.user.last_name, first.user.first_name) == ("D1", "Đặng Thị", "Hoà")
    assert first.user.check_password("mot-Mat-khau-2026")
    assert (second.status, second.user, second.cell.code) == ("official", None, "TB01XB")
    assert set(Position.objects.filter(member=first).values_list("organization__code", "kind", "valid_from")) == {
        ("TB01XA", "secretary", today()),
        ("TB", "committee_member", today()),
    }
    assert list(Membership.objects.filter(member=first).values_list("cell__code", "valid_from", "reason")) == [
        ("TB01XA", today(), "Nhập từ tệp people.csv")
    ]
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.detail["created"], len(entry.detail["sha256"])) == ("import_members", 2, 64)
    assert "mot-Mat-khau" not in str(entry.detail)


def test_a_second_import_moves_updates_and_leaves(load, province):
    load("D1,A A,,,,official,TB01XA,,\nD2,B B,,,,official,TB01XA,,\nD3,C C,,,,official,TB01XA,,\n")
    text = "D1,A A,,,,official,TB02XA,,\nD2,B Mới,,,,exempt,TB01XA,,\nD3,C C,,,,,TB01XA,,\n"
    assert load(text) == counts(updated=1, moved=1, same=1)
    assert list(Membership.objects.filter(member__code="D1").order_by("pk").values_list("cell__code", "valid_to")) == [
        ("TB01XA", today()),
        ("TB02XA", None),
    ]
    d2 = Member.objects.get(code="D2")
    assert (d2.full_name, d2.name_folded, d2.status) == ("B Mới", "b moi", "exempt")
    assert load(text) == counts(same=3)


def test_a_column_that_is_missing_leaves_what_is_there(load, province):
    load("D1,A A,0912345678,a@b.vn,1960-01-02,exempt,TB01XA,TB:officer,\n")
    assert load("D1,A B,TB01XA\n", header="code,full_name,cell_code\n") == counts(updated=1)
    member = Member.objects.get(code="D1")
    assert (member.phone, member.email, member.birth_date, member.status) == (
        "0912345678",
        "a@b.vn",
        datetime.date(1960, 1, 2),
        "exempt",
    )
    assert member.positions.get().valid_to is None


@pytest.mark.parametrize(
    ("positions", "still", "given", "ended"),
    [
        ("", {("TB", "officer"), ("TB01X", "secretary")}, 0, 0),
        ("-", set(), 0, 2),
        ("TB:officer", {("TB", "officer")}, 0, 1),
        ("TB01X:secretary;TB01:area_watcher", {("TB01X", "secretary"), ("TB01", "area_watcher")}, 1, 1),
    ],
)
def test_a_filled_list_of_positions_is_the_whole_list(load, province, positions, still, given, ended):
    load("D1,A A,,,,,TB01XA,TB:officer;TB01X:secretary,\n")
    assert load(f"D1,A A,,,,,TB01XA,{positions},\n") == counts(same=1, given=given, ended=ended)
    open_ones = Position.objects.filter(member__code="D1", valid_to=None)
    assert set(open_ones.values_list("organization__code", "kind")) == still


def test_a_password_is_set_anew_for_the_member_only(load, province):
    load("D1,A A,,,,,TB01XA,,mot-Mat-khau-2026\n")
    pk = Member.objects.get(code="D1").user_id
    assert load("D1,A A,,,,,TB01XA,,hai-Mat-khau-2026\n") == counts(same=1, accounts=1)
    member = Member.objects.get(code="D1")
    assert member.user_id == pk
    assert member.user.check_password("hai-Mat-khau-2026")


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ("D 1,A A,,,,,TB01XA,,", "Mã “D 1” không hợp lệ"),
        ("D1,,,,,,TB01XA,,", "Còn thiếu tên"),
        ("D1,A A,12,,,,TB01XA,,", "Số điện thoại “12” không hợp lệ"),
        ("D1,A A,,a@,,,TB01XA,,", "thư điện tử “a@” không hợp lệ"),
        ("D1,A A,,,1960-13-01,,TB01XA,,", "ngày “1960-13-01” không hợp lệ"),
        ("D1,A A,,,2999-01-01,,TB01XA,,", "Ngày sinh 01/01/2999 không hợp lệ"),
        ("D1,A A,,,,former,TB01XA,,", "không có diện đảng viên “former”"),
        ("D1,A A,,,,,,,", "còn thiếu mã chi bộ"),
        ("D1,A A,,,,,KHONG,,", "không có chi bộ mã “KHONG”"),
        ("D1,A A,,,,,TB01X,,", "“TB01X” là Tổ chức cơ sở đảng"),
        ("D1,A A,,,,,TB02XB,,", "chi bộ “TB02XB” đã kết thúc"),
        ("D1,A A,,,,,TB01XA,TB,", "chức vụ “TB” không đúng dạng"),
        ("D1,A A,,,,,TB01XA,TB:emperor,", "không có chức vụ “emperor”"),
        ("D1,A A,,,,,TB01XA,KHONG:officer,", "không có tổ chức mã “KHONG” trong cột chức vụ"),
        ("D1,A A,,,,,TB01XA,TB02XB:officer,", "tổ chức “TB02XB” trong cột chức vụ đã kết thúc"),
        ("D1,A A,,,,,TB01XA,,123", "mật khẩu chưa đạt"),
        ("admin,A A,,,,,TB01XA,,mot-Mat-khau-2026", "“admin” đã là tài khoản của người khác"),
        ("LEFT,A A,,,,,TB01XA,,", "đã ra khỏi Đảng bộ"),
        ("GOOD,A A,,,,,TB01XA,,", "mã đảng viên “GOOD” đã có ở dòng 2"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_kept(load, province, row, match):
    Organization.objects.filter(code="TB02XB").update(valid_to=today())
    Member.objects.filter(pk=make_member("LEFT", province.units.TB01XA).pk).update(left_on=today())
    before, accounts = everything(), list(get_user_model().objects.values_list("username", "password"))
    with pytest.raises(CommandError, match=f"^Dòng 3: .*{match}.*\nTệp có 1 lỗi"):
        load(f"GOOD,Tốt,,,,,TB01XA,,mot-Mat-khau-2026\n{row}\n")
    assert everything() == before
    assert list(get_user_model().objects.values_list("username", "password")) == accounts
    assert AuditEntry.objects.get().outcome == "refused"


def test_an_account_linked_to_another_member_is_not_taken_over(load, province):
    make_member("OTHER", province.units.TB01XA, make_user("D1"))
    make_member("D1", province.units.TB01XA)
    with pytest.raises(CommandError, match="đã là tài khoản của người khác"):
        load("D1,A A,,,,,TB01XA,,mot-Mat-khau-2026\n")


@pytest.mark.parametrize("size", [1, 2, 5])
def test_batches_make_no_difference(load, province, monkeypatch, size):
    monkeypatch.setattr("organizations.actions.member_import.BATCH_ROWS", size)
    rows = "".join(f"D{n},Người {n},,,,,TB01X{'AB'[n % 2]},TB01:officer,\n" for n in range(5))
    assert load(rows) == counts(created=5, given=5)
    assert Membership.objects.filter(member__code__startswith="D", valid_to=None).count() == 5
    before = everything()
    with pytest.raises(CommandError, match=r"Dòng 5: mã đảng viên “D0” đã có ở dòng 2.\nDòng 6: không có chi bộ"):
        load("D0,X,,,,,TB01XB,,\nD1,X,,,,,TB01XB,,\nN,X,,,,,TB01XB,,\nD0,X,,,,,TB01XB,,\nD4,X,,,,,KHONG,,\n")
    assert everything() == before


def test_a_dry_run_keeps_nothing(load, province):
    before, accounts = everything(), get_user_model().objects.count()
    said = load("D1,A A,,,,,TB01XA,TB:officer,mot-Mat-khau-2026\n", "--dry-run")
    assert said.startswith("Tệp hợp lệ, chưa lưu gì. Sẽ nhập: tạo mới: 1,")
    assert (everything(), get_user_model().objects.count(), AuditEntry.objects.count()) == (before, accounts, 0)


def test_the_column_of_the_cell_is_needed(load, province):
    with pytest.raises(CommandError, match="thiếu cột cell_code"):
        load("D1,A A\n", header="code,full_name\n")


def test_a_position_that_was_ended_may_be_given_again(load, province):
    load("D1,A A,,,,,TB01XA,TB:officer,\n")
    load("D1,A A,,,,,TB01XA,-,\n")
    load("D1,A A,,,,,TB01XA,TB:officer,\n")
    assert list(Position.objects.filter(member__code="D1").order_by("pk").values_list("kind", "valid_to")) == [
        (PositionKind.OFFICER, today()),
        (PositionKind.OFFICER, None),
    ]

"""What members answered, and why: numbers for those above, names and reasons for one's own unit alone."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from audit.enums import RefusalCode
from audit.models import AuditEntry
from handbook.notices import actions
from handbook.notices.actions import Content, receipts
from handbook.notices.approval import NoticeSubject
from handbook.notices.models import NoticeReceipt
from handbook.notices.reach import reach_of
from organizations.scope import scope_of_member
from tests.conftest import make_member, make_user
from tests.handbook.notices.conftest import everything, tell, told

pytestmark = pytest.mark.django_db
ASKS = {"question": "Dự họp?", "answers": ("Có", "Không"), "reason_wanted_for": ("Không",)}


@pytest.fixture
def members(province):
    cells = {"A1": "TB01XA", "A2": "TB01XA", "B1": "TB01XB", "C1": "TB02XA"}
    return {code: make_member(code, getattr(province.units, cell), make_user(code)) for code, cell in cells.items()}


@pytest.fixture
def notice(write, members):
    """Two said yes and two no, of whom one wrote it before a correction."""
    sent = write(unit="TB", **ASKS)
    for code, answer in (("A1", "Có"), ("A2", "Không"), ("B1", "Không"), ("C1", "Có")):
        tell(members[code], told(sent, "answered", answer=answer, reason="Đi viện" if answer == "Không" else ""))
    return sent


def test_counts_by_unit_add_up(province, notice):
    reach = reach_of(notice, province.units.TB, notice.current)
    assert reach.answers == {"Có": 2, "Không": 2}
    assert {row.organization.code: row.answers for row in reach.rows} == {
        "TB01": {"Có": 1, "Không": 2},
        "TB02": {"Có": 1, "Không": 0},
    }
    below = reach_of(notice, province.units.TB01X, notice.current)
    assert [row.answers for row in below.rows] == [{"Có": 1, "Không": 1}, {"Có": 0, "Không": 1}]


def test_who_heads_the_numbers_has_those_of_the_unit_itself(province, write, members):
    notice = write(unit="TB", audience="committee", **ASKS)
    tell(province.thuongtruc1.member, told(notice, "answered", answer="Có"))
    reach = reach_of(notice, province.units.TB, notice.current)
    assert [(row.is_head, row.answers) for row in reach.rows] == [(True, {"Có": 1, "Không": 0})]
    assert reach.answers == {"Có": 1, "Không": 0}


def test_what_was_answered_to_an_earlier_text_is_not_lost(province, notice):
    content = Content(title="B", body="b", question="Dự họp?", answers=("Có", "Vắng"))
    notice = actions.correct_notice(actor="test", notice=notice, content=content, asks_again=False)
    reach = reach_of(notice, province.units.TB, notice.current)
    assert reach.answers == {"Có": 2, "Vắng": 0, "Không": 2}
    assert sum(reach.answers.values()) == reach.total.answered


def test_without_a_question_there_are_none(province, write):
    notice = write(unit="TB")
    assert reach_of(notice, province.units.TB, notice.current).answers == {}


def test_it_costs_the_same_however_many(province, notice, members):
    counts = []
    for number in (3, 9):
        for each in range(number):
            member = make_member(f"M{number}{each}", province.units.TB01XB)
            tell(member, told(notice, "answered", answer="Có"))
        with CaptureQueriesContext(connection) as queries:
            reach_of(notice, province.units.TB, notice.current)
        counts.append(len(queries))
    # the text; the units addressed and the numbers; the units addressed and the answers; the rows
    assert counts == [6, 6]


def test_the_screen_and_the_files_have_them_by_unit(client, staff, province, notice, members):
    client.force_login(staff.tb)
    page = client.get(reverse("notices:reach", args=[notice.pk]), {"part": "numbers"}).content.decode()
    assert '<th scope="col">Không</th>' in page and "<li>Không: 2</li>" in page
    text = client.get(reverse("notices:export", args=[notice.pk, "csv"])).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][10:] == ["Trả lời: Có", "Trả lời: Không"]
    assert {row[0]: row[10:] for row in rows[1:]} == {
        "TB": ["2", "2"],
        "TB01": ["1", "2"],
        "TB01X": ["1", "2"],
        "TB01XA": ["1", "1"],
        "TB01XB": ["0", "1"],
        "TB02": ["1", "0"],
        "TB02X": ["1", "0"],
        "TB02XA": ["1", "0"],
    }
    book = load_workbook(io.BytesIO(client.get(reverse("notices:export", args=[notice.pk, "xlsx"])).content))
    sheet = [["" if cell is None else str(cell) for cell in row] for row in book.active.iter_rows(values_only=True)]
    assert sheet == rows
    assert "Đi viện" not in text and members["A2"].full_name not in text + page


def test_names_and_reasons_are_for_ones_own_unit_and_audited(client, staff, province, notice, members):
    addresses = {code: reverse("notices:people", args=[notice.pk, getattr(province.units, code).pk]) for code in CELLS}
    for user, expected in ((staff.secretary, [200, 404]), (staff.commune, [404, 404]), (staff.tb, [404, 404])):
        client.force_login(user)
        assert [client.get(address).status_code for address in addresses.values()] == expected
    entry = AuditEntry.objects.get(act="read_notice_names")
    assert (entry.actor, entry.detail["organization"]) == ("bt-01a", province.units.TB01XA.pk)
    client.force_login(staff.secretary)
    page = client.get(addresses["TB01XA"])
    said = {each.member.code: (each.receipt["answer"], each.receipt["reason"]) for each in page.context["done"]}
    assert said == {"A1": ("Có", ""), "A2": ("Không", "Đi viện")}
    assert "trả lời: <strong>Không</strong> (lý do: Đi viện)" in page.content.decode()


CELLS = ("TB01XA", "TB01XB")


# --- reasons that are wanted


def answer(member, notice, **fields):
    return actions.record_one(
        member=member, scope=scope_of_member(member), notice_id=notice.pk, version=1, kind="answered", **fields
    )


def test_without_its_reason_such_an_answer_is_refused(write, members, refused):
    notice = write(unit="TB", **ASKS)
    for reason in ("", "  \n"):
        with refused(RefusalCode.REQUIRED, "reason"):
            answer(members["A1"], notice, answer="Không", reason=reason)
    assert tell(members["A1"], told(notice, "answered", answer="Không")) == [RefusalCode.REQUIRED]
    assert NoticeReceipt.objects.count() == 0
    answer(members["A1"], notice, answer="Có")
    answer(members["A2"], notice, answer="Không", reason="Ốm")
    assert NoticeReceipt.objects.count() == 2


def test_nor_is_it_taken_in_person(write, members, staff, province, refused):
    notice = write(unit="TB", **ASKS)
    facts = {"actor": staff.secretary, "notice": notice, "unit": province.units.TB01XA, "member": members["A1"]}
    with refused(RefusalCode.REQUIRED, "reason"):
        actions.tell_in_person(answer="Không", **facts)
    assert actions.tell_in_person(answer="Không", reason="Ốm", **facts).reason == "Ốm"


def test_without_that_guard_it_is_taken(write, members, monkeypatch):
    notice = write(unit="TB", **ASKS)
    monkeypatch.setattr(receipts, "_fault", lambda told, version, now: None)
    assert tell(members["A1"], told(notice, "answered", answer="Không")) == [None]


def test_only_for_an_answer_that_there_is(client, write, staff, province, refused):
    with refused(RefusalCode.INVALID, "reason_wanted_for"):
        write(question="Dự họp?", answers=("Có", "Không"), reason_wanted_for=("không",))
    with refused(RefusalCode.INVALID, "reason_wanted_for"):
        write(reason_wanted_for=("Không",))
    client.force_login(staff.commune)
    before = everything()
    form = {"organization": province.units.TB01X.pk, "audience": "all", "title": "T", "body": "b"}
    form |= {"question": "Dự họp?", "answers": "Có\nKhông"}
    response = client.post(reverse("notices:write"), form | {"reason_wanted_for": "Có lẽ"})
    assert "reason_wanted_for" in response.context["form"].errors and everything() == before
    client.post(reverse("notices:write"), form | {"reason_wanted_for": " Không \n"})
    page = client.get(reverse("notices:index")).context["rows"][0]
    assert page["text"].reason_wanted_for == ["Không"]


def test_it_is_part_of_what_a_committee_approves(write):
    forms = [NoticeSubject().form(write(**ASKS | {"reason_wanted_for": wanted})) for wanted in ((), ("Không",))]
    assert [form["reason_wanted_for"] for form in forms] == [[], ["Không"]]

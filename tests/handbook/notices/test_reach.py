"""How far a notice has come: numbers that always equal a recount, rolled up the tree."""

import pytest

from handbook.notices import actions
from handbook.notices.actions import Content
from handbook.notices.audience import Addressed, count_addressed
from handbook.notices.permissions import head_of_view, sees_names, sees_numbers, tells_in_person
from handbook.notices.reach import Numbers, everywhere, people_of, reach_of
from organizations import actions as organizations
from organizations.enums import PositionKind
from tests.conftest import make_member
from tests.handbook.notices.conftest import tell, told

pytestmark = pytest.mark.django_db
ASKS = {"question": "Dự họp?", "answers": ("Có", "Không")}


@pytest.fixture
def members(province):
    """Two in TB01XA beside the three of the approving committee, one in TB01XB, one in TB02XA."""
    cells = {"A1": "TB01XA", "A2": "TB01XA", "B1": "TB01XB", "C1": "TB02XA"}
    return {code: make_member(code, getattr(province.units, cell)) for code, cell in cells.items()}


def shown(reach):
    return {row.organization.code: (row.numbers.audience, row.numbers.read) for row in reach.rows}


def test_numbers_by_unit_and_rolled_up(province, members, write):
    notice = write(unit="TB", **ASKS)
    tell(members["A1"], told(notice, "acknowledged"), told(notice, "answered", answer="Có"))
    tell(members["A2"], told(notice, "delivered"))
    tell(members["C1"], told(notice, "read"), told(notice, "answered", answer="Không"))
    reach = reach_of(notice, province.units.TB)
    assert reach.total == Numbers(audience=7, delivered=3, read=2, acknowledged=1, answered=2)
    assert shown(reach) == {"TB01": (6, 1), "TB02": (1, 1)}
    assert shown(reach_of(notice, province.units.TB01X)) == {"TB01XA": (5, 1), "TB01XB": (1, 0)}
    assert shown(reach_of(notice, province.units.TB01XA)) == {"TB01XA": (5, 1)}
    assert [
        (row.organization.code, row.numbers.audience) for row in everywhere(notice, province.units.TB01, notice.current)
    ] == [
        ("TB01", 6),
        ("TB01X", 6),
        ("TB01XA", 5),
        ("TB01XB", 1),
    ]


def test_only_where_it_was_sent(province, members, write):
    notice = write(unit="TB", sub=["TB02", "TB01XB"])
    assert shown(reach_of(notice, province.units.TB)) == {"TB01": (1, 0), "TB02": (1, 0)}
    assert reach_of(notice, province.units.TB01XA).total == Numbers()


def test_who_is_reached_by_a_position_is_counted_in_its_unit_and_once(province, write):
    units = province.units
    make_member(
        "P1",
        units.TB01XA,
        positions=[(units.TB02X, PositionKind.COMMITTEE_MEMBER), (units.TB02XB, PositionKind.SECRETARY)],
    )
    notice = write(unit="TB02")
    assert shown(reach_of(notice, units.TB02)) == {"TB02X": (1, 0)}
    assert shown(reach_of(notice, units.TB02X)) == {"TB02X": (1, 0)}
    assert reach_of(notice, units.TB02X).rows[0].is_head
    committee = write(unit="TB", audience="committee")
    # the three who approve are counted at the province, which heads the list with what is its own
    assert shown(reach_of(committee, units.TB)) == {"TB": (3, 0), "TB02": (1, 0)}
    assert reach_of(committee, units.TB).total.audience == 4


def test_the_numbers_follow_who_moves(province, members, write):
    notice = write(unit="TB")
    tell(members["A1"], told(notice))
    organizations.move_member(actor="test", member=members["A1"], cell=province.units.TB02XB, reason="Chuyển")
    assert shown(reach_of(notice, province.units.TB)) == {"TB01": (5, 0), "TB02": (2, 1)}


def test_a_correction_counts_anew_only_where_it_asks_again(province, members, write):
    notice = write(unit="TB01XB")
    tell(members["B1"], told(notice, "acknowledged"))
    content = Content(title="B", body="b")
    seen = []
    for asks_again in (False, True):
        notice = actions.correct_notice(actor="test", notice=notice, content=content, asks_again=asks_again)
        seen.append(reach_of(notice, province.units.TB01XB).total)
        tell(members["B1"], told(notice, "read", version=notice.version))
        seen.append(reach_of(notice, province.units.TB01XB).total)
    assert seen == [Numbers(1, 1, 1, 1), Numbers(1, 1, 1, 1), Numbers(1), Numbers(1, 1, 1)]


def test_the_preview_counts_whom_it_would_reach(province, members):
    assert count_addressed(Addressed.in_units("all", [province.units.TB])) == 7
    assert count_addressed(Addressed.in_units("all", [province.units.TB01X, province.units.TB01XA])) == 6
    assert count_addressed(Addressed.in_units("committee", [province.units.TB])) == 3
    assert count_addressed(Addressed.in_units("secretaries", [province.units.TB])) == 1
    assert count_addressed(Addressed.in_units("all", [])) == 0


def test_names_for_ones_own_unit_alone(province, members, write, staff):
    notice = write(unit="TB")
    tell(members["A1"], told(notice))
    people = people_of(notice, province.units.TB01XA)
    assert [(each.member.code, each.is_done) for each in people][-1] == ("A1", True)
    assert {each.member.code for each in people} == {
        *("A1", "A2", "BT-01A", "THUONGTRUC1", "THUONGTRUC2", "THUONGTRUC3")
    }
    cell, commune = province.units.TB01XA, province.units.TB01X
    assert sees_names(staff.secretary, cell) and not sees_names(staff.secretary, commune)
    assert not sees_names(staff.commune, cell) and sees_numbers(staff.commune, cell)
    assert not sees_names(province.admin, cell) and sees_numbers(province.admin, cell)
    assert not sees_numbers(staff.elsewhere, cell) and not sees_numbers(staff.secretary, commune)
    assert tells_in_person(staff.secretary, cell) and not tells_in_person(staff.watcher, province.units.TB02X)


def test_where_the_view_begins(province, write, staff):
    notice, other = write(unit="TB"), write(unit="TB02X")
    views = {name: head_of_view(getattr(staff, name), notice) for name in ("tb", "commune", "elsewhere", "secretary")}
    assert {name: unit.code for name, unit in views.items()} == {
        "tb": "TB",
        "commune": "TB01X",
        "elsewhere": "TB02X",
        "secretary": "TB01XA",
    }
    assert head_of_view(staff.commune, other) is None
    assert head_of_view(province.contributor, notice) is None


def test_the_numbers_cost_the_same_however_many_people_and_units(province, members, write, django_assert_num_queries):
    notice = write(unit="TB")
    for _ in range(2):
        with django_assert_num_queries(3):  # the units addressed; the numbers; the rows
            reach_of(notice, province.units.TB)
        for number in range(9):
            make_member(f"M{len(members)}{number}", province.units.TB02XB)
        members["x"] = None

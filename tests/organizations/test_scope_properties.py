"""Whatever happens to the tree and the people, its rules hold, and scope equals an oracle that walks the parents."""

from __future__ import annotations

import datetime
import itertools

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from audit.refusals import Refused
from organizations import actions
from organizations.enums import COMMITTEE_POSITIONS, MEMBER_LEVELS, RIGHTS, Level, PositionKind, Right
from organizations.models import Member, Membership, Organization, OrganizationVersion, Position, today
from organizations.scope import may, organizations_where, scope_of
from tests.conftest import make_user

INDEX = st.integers(0, 50)
LONG_AGO = datetime.date(2020, 1, 1)


class Party(RuleBasedStateMachine):
    """A tree with people, and everything that may be done to them; refused acts must leave all as it was."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.count = 0
        self.actor = "test"
        root = actions.create_organization(
            actor=self.actor, code="R", name="R", level=Level.PROVINCE, valid_from=LONG_AGO
        )
        for parent in (root, root):
            self.count += 1
            actions.create_organization(
                actor=self.actor, code=f"U{self.count}", name="U", level=Level.CELL, parent=parent, valid_from=LONG_AGO
            )
        self.people = []

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def unit(self, index):
        units = list(Organization.objects.order_by("pk"))
        return units[index % len(units)]

    def person(self, index):
        people = list(Member.objects.order_by("pk"))
        return people[index % len(people)] if people else None

    def attempt(self, act):
        before = self.rows()
        try:
            act()
        except Refused:
            assert self.rows() == before

    @staticmethod
    def rows():
        return [list(model.objects.order_by("pk").values()) for model in (Organization, Member, Membership, Position)]

    @rule(parent=INDEX, level=st.sampled_from(Level.values))
    def create(self, parent, level):
        self.count += 1
        code = f"U{self.count}"
        self.attempt(
            lambda: actions.create_organization(
                actor=self.actor, code=code, name=code, level=level, parent=self.unit(parent), valid_from=LONG_AGO
            )
        )

    @rule(unit=INDEX, parent=INDEX)
    def move_unit(self, unit, parent):
        self.attempt(
            lambda: actions.update_organization(
                actor=self.actor, organization=self.unit(unit), parent=self.unit(parent)
            )
        )

    @rule(unit=INDEX, level=st.sampled_from(Level.values))
    def change_level(self, unit, level):
        self.attempt(lambda: actions.update_organization(actor=self.actor, organization=self.unit(unit), level=level))

    @rule(unit=INDEX, into=INDEX)
    def merge(self, unit, into):
        self.attempt(
            lambda: actions.merge_organization(actor=self.actor, organization=self.unit(unit), into=self.unit(into))
        )

    @rule(unit=INDEX)
    def close(self, unit):
        self.attempt(lambda: actions.close_organization(actor=self.actor, organization=self.unit(unit)))

    @rule(cell=INDEX)
    def enter(self, cell):
        self.count += 1
        code = f"M{self.count}"

        def act():
            member = actions.create_member(actor=self.actor, code=code, full_name="A", cell=self.unit(cell))
            Member.objects.filter(pk=member.pk).update(user=make_user(code))

        self.attempt(act)

    @rule(person=INDEX, cell=INDEX)
    def move(self, person, cell):
        if member := self.person(person):
            self.attempt(
                lambda: actions.move_member(actor=self.actor, member=member, cell=self.unit(cell), reason="Chuyển")
            )

    @rule(person=INDEX)
    def leave(self, person):
        if member := self.person(person):
            self.attempt(lambda: actions.member_leaves(actor=self.actor, member=member))

    @rule(person=INDEX, unit=INDEX, kind=st.sampled_from(PositionKind.values))
    def give(self, person, unit, kind):
        if member := self.person(person):
            self.attempt(
                lambda: actions.give_position(actor=self.actor, member=member, organization=self.unit(unit), kind=kind)
            )

    @rule(index=INDEX)
    def end(self, index):
        positions = list(Position.objects.order_by("pk"))
        if positions:
            self.attempt(lambda: actions.end_position(actor=self.actor, position=positions[index % len(positions)]))

    @invariant()
    def paths_follow_the_parents(self):
        parents = dict(Organization.objects.values_list("pk", "parent_id"))
        for unit in Organization.objects.all():
            assert unit.line_ids == line(unit.pk, parents)

    @invariant()
    def history_is_whole(self):
        for unit in Organization.objects.all():
            versions = list(OrganizationVersion.objects.filter(organization=unit).order_by("pk"))
            open_ones = [version for version in versions if version.valid_to is None]
            assert len(open_ones) == (0 if unit.valid_to else 1)
            last = versions[-1]
            assert (last.name, last.level, last.parent_id) == (unit.name, unit.level, unit.parent_id)
            for earlier, later in itertools.pairwise(versions):
                assert earlier.valid_to == later.valid_from
        for member in Member.objects.all():
            memberships = list(Membership.objects.filter(member=member).order_by("pk"))
            open_ones = [membership for membership in memberships if membership.valid_to is None]
            assert len(open_ones) == (0 if member.left_on else 1)
            assert memberships[-1].cell_id == member.cell_id
            for earlier, later in itertools.pairwise(memberships):
                assert earlier.valid_to == later.valid_from

    @invariant()
    def nobody_is_in_a_unit_that_ended_or_has_no_members(self):
        for member in Member.objects.active().select_related("cell"):
            assert member.cell.level in MEMBER_LEVELS
            assert member.cell.valid_to is None
        assert not Position.objects.in_force().filter(organization__valid_to__lte=today()).exists()
        assert not Organization.objects.in_force().filter(parent__valid_to__lte=today()).exists()

    @invariant()
    def both_questions_have_one_answer_and_scope_equals_the_oracle(self):
        units = list(Organization.objects.all())
        parents = {unit.pk: unit.parent_id for unit in units}
        for member in Member.objects.exclude(user=None).select_related("user"):
            assert set(scope_of(member.user).keys) == oracle(member, parents)
            for right in Right:
                there = set(organizations_where(member.user, right).values_list("pk", flat=True))
                assert there == {unit.pk for unit in units if may(member.user, right, unit)}
                assert there == {unit.pk for unit in units if may_by_walking(member, right, unit, parents)}


def line(pk, parents):
    """The ids from the root down, by walking parents."""
    return [*line(parents[pk], parents), pk] if pk else []


def held(member):
    """The positions of a member that hold today, read in plain Python."""
    if member.left_on:
        return []
    return [position for position in member.positions.all() if position.valid_to is None]


def oracle(member, parents):
    """The audience keys of a member, from parents and positions alone."""
    if member.left_on:
        return {"public"}
    keys = {"public", "member"} | {f"member:{pk}" for pk in line(member.cell_id, parents)}
    for position in held(member):
        keys |= {f"member:{pk}" for pk in line(position.organization_id, parents)}
        if position.kind in COMMITTEE_POSITIONS:
            keys |= {"committee"} | {f"committee:{pk}" for pk in line(position.organization_id, parents)}
        if position.kind == PositionKind.SECRETARY:
            keys |= {f"secretary:{pk}" for pk in line(position.organization_id, parents)}
    return keys


def may_by_walking(member, right, unit, parents):
    """Whether a position of the member in the unit or above it brings the right."""
    above = line(unit.pk, parents)
    return any(right in RIGHTS[position.kind] and position.organization_id in above for position in held(member))


@pytest.mark.django_db
def test_the_rules_hold_whatever_happens():
    run_state_machine_as_test(
        Party,
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )

"""Whatever happens to tree, people and notices: inbox, unread count and numbers equal an oracle.

The oracle writes down what was sent and told in plain Python, walks parents, and knows nothing of keys, paths, receipts'
rows or the product's queries. ``EXAMPLES=200 pytest -s`` runs it at another size.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import os
import sys

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from audit.refusals import Refused
from handbook.notices import actions
from handbook.notices.actions import Content, Told
from handbook.notices.audience import Addressed, count_addressed
from handbook.notices.models import Notice
from handbook.notices.reach import addressed_by, people_of, reach_of
from organizations import actions as organizations
from organizations.enums import Level, PositionKind
from organizations.models import Member, Organization, Position
from organizations.scope import scope_of_member

EXAMPLES = int(os.environ.get("EXAMPLES", "10"))
INDEX = st.integers(0, 30)
LONG_AGO = datetime.date(2020, 1, 1)
HOUR = datetime.timedelta(hours=1)
KINDS = ["delivered", "read", "acknowledged"]
COMMITTEE = {"secretary", "deputy_secretary", "standing_member", "committee_member"}
happened: collections.Counter[str] = collections.Counter()


@dataclasses.dataclass(eq=False)
class Sent:
    """A notice as the test wrote it down."""

    key: object
    audience: str
    units: list[int]
    begins: datetime.datetime
    ends: datetime.datetime
    version: int = 1
    counts_from: int = 1
    recalled: bool = False
    # By member: (version, fact), each as often as it was told.
    facts: dict[int, set[tuple[int, str]]] = dataclasses.field(default_factory=lambda: collections.defaultdict(set))

    def did(self, member: int, fact: str) -> bool:
        """Whether the member did this with the notice as it now is."""
        return any(version >= self.counts_from and each == fact for version, each in self.facts[member])


class Party(RuleBasedStateMachine):
    """A tree with people and notices, and everything that may be done to them."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.clock = time_machine.travel("2026-03-01T02:00:00Z", tick=False)
        self.now = self.clock.start()
        self.count = 0
        self.sent: list[Sent] = []
        root = self.unit(Level.PROVINCE, None)
        for _ in range(2):
            district = self.unit(Level.DISTRICT, root)
            for _ in range(2):
                self.unit(Level.CELL, district)
        for index in (2, 3, 5):
            self.enter(index)
        self.send(0, [], "all", 0, 60)

    def teardown(self):
        self.clock.stop()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def unit(self, level, parent):
        self.count += 1
        code = f"U{self.count}"
        return organizations.create_organization(
            actor="test", code=code, name=code, level=level, parent=parent, valid_from=LONG_AGO
        )

    def pick(self, model, index, **filters):
        rows = list(model.objects.filter(**filters).order_by("pk"))
        return rows[index % len(rows)] if rows else None

    def attempt(self, name, act):
        try:
            with transaction.atomic():
                done = act()
        except Refused:
            happened[f"{name} refused"] += 1
            return None
        happened[name] += 1
        return done

    # --- what happens to tree and people

    @rule(cell=INDEX)
    def enter(self, cell):
        self.count += 1
        unit = self.pick(Organization, cell)
        code = f"M{self.count}"
        self.attempt(
            "enter", lambda: organizations.create_member(actor="test", code=code, full_name="Nguyễn A", cell=unit)
        )

    @rule(person=INDEX, cell=INDEX)
    def move(self, person, cell):
        if member := self.pick(Member, person, left_on=None):
            unit = self.pick(Organization, cell, level=Level.CELL)
            self.attempt(
                "move", lambda: organizations.move_member(actor="test", member=member, cell=unit, reason="Chuyển")
            )

    @rule(person=INDEX, unit=INDEX, kind=st.sampled_from(PositionKind.values))
    def give(self, person, unit, kind):
        if member := self.pick(Member, person, left_on=None):
            place = self.pick(Organization, unit)
            self.attempt(
                "give",
                lambda: organizations.give_position(actor="test", member=member, organization=place, kind=kind),
            )

    @rule(index=INDEX)
    def end(self, index):
        if position := self.pick(Position, index, valid_to=None):
            self.attempt("end", lambda: organizations.end_position(actor="test", position=position))

    @rule(person=st.integers(0, 200))
    def leave(self, person):
        if person < 20 and (member := self.pick(Member, person, left_on=None)):
            self.attempt("leave", lambda: organizations.member_leaves(actor="test", member=member))

    @rule(unit=INDEX, parent=INDEX)
    def move_unit(self, unit, parent):
        moved, into = self.pick(Organization, unit), self.pick(Organization, parent)
        self.attempt(
            "move_unit", lambda: organizations.update_organization(actor="test", organization=moved, parent=into)
        )

    @rule(unit=INDEX, into=INDEX)
    def merge(self, unit, into):
        merged, other = self.pick(Organization, unit), self.pick(Organization, into)
        self.attempt("merge", lambda: organizations.merge_organization(actor="test", organization=merged, into=other))

    # --- what happens to notices

    @rule(
        unit=INDEX,
        subs=st.lists(INDEX, max_size=3),
        audience=st.sampled_from(["all", "all", "committee", "secretaries"]),
        delay=st.sampled_from([0, 0, 2]),
        life=st.sampled_from([3, 60]),
    )
    def send(self, unit, subs, audience, delay, life):
        sender = self.pick(Organization, unit)
        below = [each for each in (self.pick(Organization, sub) for sub in subs) if self.lies_in(each.pk, sender.pk)]
        now = timezone.now()
        begins, ends = now + delay * HOUR, now + (delay + life) * HOUR

        def act():
            return actions.send_now(
                actor="test",
                organization=sender,
                content=Content(title="T", body="b"),
                audience=audience,
                sub_units=below,
                sent_at=begins,
                expires_at=ends,
            )

        if notice := self.attempt("send", act):
            units = [each.pk for each in below] or [sender.pk]
            self.sent.append(Sent(notice.pk, audience, units, begins, ends))

    def one(self, index):
        return self.sent[index % len(self.sent)]

    @precondition(lambda self: self.sent)
    @rule(index=INDEX, asks_again=st.booleans())
    def correct(self, index, asks_again):
        sent = self.one(index)
        notice = Notice.objects.get(pk=sent.key)
        content = Content(title="T2", body="b")
        if self.attempt(
            "correct",
            lambda: actions.correct_notice(actor="test", notice=notice, content=content, asks_again=asks_again),
        ):
            sent.version += 1
            if asks_again:
                sent.counts_from = sent.version

    @precondition(lambda self: self.sent)
    @rule(index=INDEX, chance=st.integers(0, 3))
    def recall(self, index, chance):
        sent = self.one(index)
        if chance == 0:
            notice = Notice.objects.get(pk=sent.key)
            if self.attempt("recall", lambda: actions.recall_notice(actor="test", notice=notice, reason="Nhầm")):
                sent.recalled = True

    @precondition(lambda self: self.sent)
    @rule(
        person=INDEX,
        told=st.lists(
            st.tuples(INDEX, st.sampled_from([1, 1, 1, 2, 3]), st.sampled_from(KINDS)), min_size=1, max_size=5
        ),
        twice=st.booleans(),
    )
    def tell(self, person, told, twice):
        member = self.pick(Member, person, left_on=None)
        if member is None:
            return
        facts = [(self.one(index), version, kind) for index, version, kind in told]
        forms = [Told(notice_id=sent.key, version=version, kind=kind) for sent, version, kind in facts]
        expected = [self.takes(member, sent, version) for sent, version, _kind in facts]
        for _ in range(1 + twice):
            outcomes = actions.record_receipts(member=member, scope=scope_of_member(member), told=forms)
            assert [outcome.code is None for outcome in outcomes] == expected
        for (sent, version, kind), taken in zip(facts, expected, strict=True):
            happened["receipt" if taken else "receipt not taken"] += 1
            if taken:
                implied = KINDS[: KINDS.index(kind) + 1]
                sent.facts[member.pk] |= {(version, each) for each in implied}

    @rule(hours=st.sampled_from([1, 1, 5, 30]))
    def wait(self, hours):
        self.now.shift(hours * HOUR)

    # --- the oracle

    def parents(self):
        return dict(Organization.objects.values_list("pk", "parent_id"))

    def lies_in(self, unit, above, parents=None):
        parents = parents or self.parents()
        while unit is not None and unit != above:
            unit = parents[unit]
        return unit is not None

    def places(self, member, audience, *, since=None):
        """Where the member is now, or was at any time from a day on: the cell first, then positions as entered."""
        found = []
        if audience == "all":
            found.append(member.cell_id)
            if since:
                ended = member.memberships.values_list("cell_id", "valid_to")
                found += [cell for cell, to in ended if to is None or to >= since]
        wanted = {"all": set(PositionKind.values), "committee": COMMITTEE, "secretaries": {"secretary"}}[audience]
        for unit, kind, to in member.positions.values_list("organization_id", "kind", "valid_to"):
            if kind in wanted and (to is None or (since and to >= since)):
                found.append(unit)
        return found

    def addressed(self, member, sent, parents=None, **when):
        parents = parents or self.parents()
        return [
            place
            for place in self.places(member, sent.audience, **when)
            if any(self.lies_in(place, unit, parents) for unit in sent.units)
        ]

    def takes(self, member, sent, version):
        """Whether a receipt is believed."""
        if timezone.now() < sent.begins or not 1 <= version <= sent.version:
            return False
        since = timezone.localdate(sent.begins)
        return bool(self.addressed(member, sent, since=since)) or bool(sent.facts[member.pk])

    def in_force(self, sent):
        return not sent.recalled and sent.begins <= timezone.now() < sent.ends

    @invariant()
    def inbox_and_unread_equal_the_oracle(self):
        parents = self.parents()
        for member in Member.objects.filter(left_on=None):
            scope, now = scope_of_member(member), timezone.now()
            expected, unread = set(), set()
            for sent in self.sent:
                received = bool(sent.facts[member.pk])
                if sent.recalled or not (received or (self.in_force(sent) and self.addressed(member, sent, parents))):
                    continue
                expected.add(sent.key)
                if self.in_force(sent) and not sent.did(member.pk, "read"):
                    unread.add(sent.key)
            inbox = Notice.objects.in_inbox_of(member, scope=scope, at=now)
            assert set(inbox.values_list("pk", flat=True)) == expected
            assert set(Notice.objects.unread_by(member, scope=scope, at=now).values_list("pk", flat=True)) == unread

    @invariant()
    def numbers_equal_a_recount(self):
        parents = self.parents()
        members = list(Member.objects.filter(left_on=None))
        units = {unit.pk: unit for unit in Organization.objects.all()}
        for sent in self.sent[:1] + self.sent[1:][-1:]:
            counted = {}
            for member in members:
                here = self.addressed(member, sent, parents)
                if here:
                    in_cell = sent.audience == "all" and here[0] == member.cell_id
                    counted[member.pk] = here[0] if in_cell else min(here)
            notice = Notice.objects.get(pk=sent.key)
            assert count_addressed(addressed_by(notice)) == len(counted)
            addressed = Addressed.in_units(sent.audience, [units[pk] for pk in sent.units])
            assert count_addressed(addressed) == len(counted)
            for unit in units.values():
                inside = [pk for pk, place in counted.items() if self.lies_in(place, unit.pk, parents)]
                reach = reach_of(notice, unit)
                numbers = [getattr(reach.total, name) for name in ("audience", *KINDS)]
                assert numbers == [len(inside), *(sum(sent.did(pk, kind) for pk in inside) for kind in KINDS)]
                for name in ("audience", *KINDS):
                    rows = sum(getattr(row.numbers, name) for row in reach.rows)
                    assert rows == getattr(reach.total, name)
                here = {pk for pk, place in counted.items() if place == unit.pk}
                people = people_of(notice, unit)
                assert {each.member.pk for each in people} == here
                assert {each.member.pk for each in people if each.is_done} == {
                    pk for pk in here if sent.did(pk, "read")
                }


@pytest.mark.django_db
def test_inbox_and_numbers_equal_the_oracle():
    happened.clear()
    run_state_machine_as_test(
        Party,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    sys.stderr.write(f"\n{dict(sorted(happened.items()))}\n")
    # A run in which one of these never happened would have shown nothing about it.
    needed = {"move", "give", "end", "move_unit", "merge", "send", "correct", "recall", "receipt", "receipt not taken"}
    assert needed <= set(happened)

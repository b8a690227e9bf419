"""Whatever happens to tree, people and notices: inbox, unread count and numbers equal an oracle.

The oracle writes down what was sent, told and said in person in plain Python, with the phones' times, walks parents, and knows
nothing of keys, paths, receipts' rows or the product's queries. ``EXAMPLES=200 pytest -s`` runs it at another size.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import os
import sys
from unittest import mock

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.models import User
from audit.refusals import Refused
from handbook.notices import actions
from handbook.notices.actions import Content, Told, telling
from handbook.notices.audience import Addressed, count_addressed
from handbook.notices.models import Notice, NoticeReceipt
from handbook.notices.reach import addressed_by, people_of, reach_of
from organizations import actions as organizations
from organizations.enums import Level, PositionKind
from organizations.models import Member, Organization, Position
from organizations.scope import scope_of_member

EXAMPLES = int(os.environ.get("EXAMPLES", "10"))
INDEX = st.integers(0, 30)
LONG_AGO = datetime.date(2020, 1, 1)
HOUR = datetime.timedelta(hours=1)
KINDS = ["delivered", "read", "acknowledged", "answered"]
IMPLIED = {
    "delivered": ["delivered"],
    "read": ["delivered", "read"],
    "acknowledged": ["delivered", "read", "acknowledged"],
    "answered": ["delivered", "read", "answered"],
}
COUNTED = [*KINDS, "told"]
ANSWERS = ("Có", "Không")  # the second wants a reason
SAID = st.sampled_from(["", "Có", "Không", "Không, ốm", "Có lẽ"])
COMMITTEE = {"secretary", "deputy_secretary", "standing_member", "committee_member"}
happened: collections.Counter[str] = collections.Counter()


@dataclasses.dataclass(frozen=True)
class Text:
    """What a version asks."""

    acknowledge: bool
    question: bool
    deadline: datetime.datetime | None

    def content(self, title: str) -> Content:
        """The same for the product."""
        asks = {"question": "Dự?", "answers": ANSWERS, "reason_wanted_for": ANSWERS[1:]} if self.question else {}
        return Content(title=title, body="b", requires_acknowledgement=self.acknowledge, deadline=self.deadline, **asks)

    def asked(self) -> list[str]:
        """The facts that are asked of each reader."""
        return ["acknowledged"] * self.acknowledge + ["answered"] * self.question or ["read"]

    def takes(self, answer: str, at: datetime.datetime) -> bool:
        """Whether this is an answer, given in time and with the reason it wants."""
        in_time = self.deadline is None or at <= self.deadline
        return self.question and in_time and answer in ("Có", "Không, ốm")


def parts(answer: str) -> dict[str, str]:
    """An answer and its reason."""
    said, _comma, reason = answer.partition(", ")
    return {"answer": said, "reason": reason}


@dataclasses.dataclass
class Answer:
    """What stands as a member's answer to a version: when they said so by their phone, else when it was written down."""

    at: datetime.datetime
    said: str
    in_person: bool


@dataclasses.dataclass(eq=False)
class Sent:
    """A notice as the test wrote it down."""

    key: object
    audience: str
    units: list[int]
    begins: datetime.datetime
    ends: datetime.datetime
    texts: list[Text]
    version: int = 1
    counts_from: int = 1
    recalled: bool = False
    # By member: (version, fact), each as often as it was told.
    facts: dict[int, set[tuple[int, str]]] = dataclasses.field(default_factory=lambda: collections.defaultdict(set))
    # By member, version and fact: the phone's time of it; None where it was said in person.
    times: dict[tuple[int, int, str], datetime.datetime | None] = dataclasses.field(default_factory=dict)
    # By member and version.
    answers: dict[tuple[int, int], Answer] = dataclasses.field(default_factory=dict)

    def did(self, member: int, fact: str) -> bool:
        """Whether the member did this with the notice as it now is."""
        return any(version >= self.counts_from and each == fact for version, each in self.facts[member])

    @property
    def text(self) -> Text:
        """The text that is out."""
        return self.texts[self.version - 1]

    def answer_of(self, member: int) -> Answer | None:
        """What the member says to the notice as it now is."""
        counted = range(self.counts_from, self.version + 1)
        given = [self.answers[member, each] for each in counted if (member, each) in self.answers]
        return given[-1] if given else None

    def answered_themselves(self, member: int) -> bool:
        """Whether the member said so on their phone."""
        counted = range(self.counts_from, self.version + 1)
        return any(not self.answers[member, each].in_person for each in counted if (member, each) in self.answers)

    def hears(self, member: int, version: int, kind: str, at: datetime.datetime, answer: str) -> None:
        """One thing that a phone told, which was taken."""
        for fact in IMPLIED[kind]:
            if fact == "answered":
                known = self.answers.get((member, version))
                if known and known.at >= at:
                    continue
                self.answers[member, version] = Answer(at, answer, in_person=False)
                self.times[member, version, fact] = at
            elif (version, fact) not in self.facts[member]:
                self.times[member, version, fact] = at
            self.facts[member].add((version, fact))


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
        # Who may say so is asked elsewhere; here anybody may, of those who are counted in the unit.
        self.teller = User.objects.create(username="teller")
        self.rights = mock.patch.object(telling, "tells_in_person", lambda actor, unit: True)
        self.rights.start()
        root = self.unit(Level.PROVINCE, None)
        for _ in range(2):
            district = self.unit(Level.DISTRICT, root)
            for _ in range(2):
                self.unit(Level.CELL, district)
        for index in (2, 3, 5):
            self.enter(index)
        self.send(0, [], "all", 0, 60, (True, True, None))

    def teardown(self):
        self.rights.stop()
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
        asks=st.tuples(st.booleans(), st.booleans(), st.sampled_from([None, 4])),
    )
    def send(self, unit, subs, audience, delay, life, asks):
        sender = self.pick(Organization, unit)
        below = [each for each in (self.pick(Organization, sub) for sub in subs) if self.lies_in(each.pk, sender.pk)]
        now = timezone.now()
        begins, ends = now + delay * HOUR, now + (delay + life) * HOUR
        text = self.text(asks, begins)

        def act():
            return actions.send_now(
                actor="test",
                organization=sender,
                content=text.content("T"),
                audience=audience,
                sub_units=below,
                sent_at=begins,
                expires_at=ends,
            )

        if notice := self.attempt("send", act):
            units = [each.pk for each in below] or [sender.pk]
            self.sent.append(Sent(notice.pk, audience, units, begins, ends, [text]))

    def text(self, asks, begins):
        acknowledge, question, hours = asks
        return Text(acknowledge, question, begins + hours * HOUR if hours else None)

    def one(self, index):
        return self.sent[index % len(self.sent)]

    @precondition(lambda self: self.sent)
    @rule(
        index=INDEX,
        asks_again=st.booleans(),
        asks=st.tuples(st.booleans(), st.booleans(), st.sampled_from([None, 9])),
    )
    def correct(self, index, asks_again, asks):
        sent = self.one(index)
        notice = Notice.objects.get(pk=sent.key)
        text = self.text(asks, sent.begins)
        if self.attempt(
            "correct",
            lambda: actions.correct_notice(
                actor="test", notice=notice, content=text.content("T2"), asks_again=asks_again
            ),
        ):
            sent.version += 1
            sent.texts.append(text)
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
            st.tuples(
                INDEX,
                st.sampled_from([1, 1, 1, 2, 3]),
                st.sampled_from([*KINDS, "answered"]),
                st.sampled_from([None, 7, 0, -1, -2, -6]),  # hours from now, by the phone
                SAID,
            ),
            min_size=1,
            max_size=5,
        ),
        twice=st.booleans(),
    )
    def tell(self, person, told, twice):
        member = self.pick(Member, person, left_on=None)
        if member is None:
            return
        now = timezone.now()
        facts = [(self.one(index), *rest) for index, *rest in told]
        forms = [
            Told(
                notice_id=sent.key,
                version=version,
                kind=kind,
                at=None if hours is None else now + hours * HOUR,
                **(parts(said) if kind == "answered" else {}),
            )
            for sent, version, kind, hours, said in facts
        ]
        times = [now + min(hours or 0, 0) * HOUR for *_rest, hours, _said in facts]
        expected = [
            self.takes(member, sent, version) and (kind != "answered" or sent.texts[version - 1].takes(said, at))
            for (sent, version, kind, _hours, said), at in zip(facts, times, strict=True)
        ]
        for _ in range(1 + twice):
            outcomes = actions.record_receipts(member=member, scope=scope_of_member(member), told=forms)
            assert [outcome.code is None for outcome in outcomes] == expected
        in_order = sorted(zip(facts, times, expected, strict=True), key=lambda each: each[1])
        for (sent, version, kind, _hours, said), at, taken in in_order:
            happened[(kind if kind == "answered" else "receipt") + ("" if taken else " not taken")] += 1
            if taken:
                sent.hears(member.pk, version, kind, at, said)

    @precondition(lambda self: self.sent)
    @rule(person=INDEX, index=INDEX, unit=INDEX, elsewhere=st.integers(0, 3), said=SAID)
    def tell_in_person(self, person, index, unit, elsewhere, said):
        """By who stands for the unit in which the member is counted, or now and then for another."""
        member, sent, now = self.pick(Member, person, left_on=None), self.one(index), timezone.now()
        if member is None:
            return
        counted_in = self.counted_in(member, sent)
        place = Organization.objects.filter(pk=counted_in).first()
        if place is None or elsewhere == 0:
            place = self.pick(Organization, unit)
        done = self.attempt(
            "in person",
            lambda: actions.tell_in_person(
                actor=self.teller, notice=Notice.objects.get(pk=sent.key), unit=place, member=member, **parts(said)
            ),
        )
        fits = said == "" or (sent.text.takes(said, now) and not sent.answered_themselves(member.pk))
        assert (done is not None) == (self.in_force(sent) and place.pk == counted_in and fits)
        if done is None:
            return
        facts, version = sent.facts[member.pk], sent.version
        if (version, "told") not in facts:
            for fact in ("delivered", "read", *["acknowledged"] * sent.text.acknowledge):
                if (version, fact) not in facts:
                    sent.times[member.pk, version, fact] = None
                    facts.add((version, fact))
            facts.add((version, "told"))
        known = sent.answers.get((member.pk, version))
        if said and not (known and known.said == said):
            happened["answered in person"] += 1
            sent.answers[member.pk, version] = Answer(now, said, in_person=True)
            sent.times[member.pk, version, "answered"] = None
            facts.add((version, "answered"))

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

    def counted_in(self, member, sent, parents=None):
        """The one unit in which the member is counted among the readers; None where they are none."""
        here = self.addressed(member, sent, parents)
        if not here:
            return None
        return here[0] if sent.audience == "all" and here[0] == member.cell_id else min(here)

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
                if place := self.counted_in(member, sent, parents):
                    counted[member.pk] = place
            notice = Notice.objects.get(pk=sent.key)
            text = notice.current
            assert count_addressed(addressed_by(notice)) == len(counted)
            addressed = Addressed.in_units(sent.audience, [units[pk] for pk in sent.units])
            assert count_addressed(addressed) == len(counted)
            for unit in units.values():
                inside = [pk for pk, place in counted.items() if self.lies_in(place, unit.pk, parents)]
                reach = reach_of(notice, unit, text)
                numbers = [getattr(reach.total, name) for name in ("audience", *COUNTED)]
                assert numbers == [len(inside), *(sum(sent.did(pk, kind) for pk in inside) for kind in COUNTED)]
                for name in ("audience", *COUNTED):
                    rows = sum(getattr(row.numbers, name) for row in reach.rows)
                    assert rows == getattr(reach.total, name)
                given = collections.Counter(
                    parts(answer.said)["answer"] for pk in inside if (answer := sent.answer_of(pk))
                )
                if sent.text.question:
                    assert reach.answers == {answer: given[answer] for answer in ANSWERS}
                    for answer in ANSWERS:
                        assert sum(row.answers[answer] for row in reach.rows) == given[answer]
                here = {pk for pk, place in counted.items() if place == unit.pk}
                people = people_of(notice, unit)
                assert {each.member.pk for each in people} == here
                assert {each.member.pk for each in people if each.is_done} == {
                    pk for pk in here if all(sent.did(pk, fact) for fact in sent.text.asked())
                }
                said = {each.member.pk: each.receipt.get("answer") for each in people}
                answers = {pk: sent.answer_of(pk) for pk in here}
                assert said == {pk: answer and parts(answer.said)["answer"] for pk, answer in answers.items()}

    @invariant()
    def the_times_are_the_phones(self):
        for sent in self.sent[:1] + self.sent[1:][-1:]:
            kept = {
                (row.member_id, row.version, kind): getattr(row, f"{kind}_said_at")
                for row in NoticeReceipt.objects.filter(notice=sent.key)
                for kind in KINDS
                if getattr(row, f"{kind}_at")
            }
            assert kept == sent.times


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
    needed |= {"answered", "answered not taken", "in person", "in person refused", "answered in person"}
    assert needed <= set(happened)

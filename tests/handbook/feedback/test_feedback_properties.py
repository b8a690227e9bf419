"""Whatever happens to tree, people and threads: always an owner, no state outside the table, clocks right over holidays,
nobody reads what they may not, and an anonymous author is known on no path.

The oracle writes down what was sent and done in plain Python, walks parents, counts working minutes one by one, and knows
nothing of paths, querysets or the product's calendar. ``EXAMPLES=200 pytest -s`` runs it at another size.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import os
import sys
import uuid

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from audit.models import AuditEntry
from audit.refusals import Refused
from handbook.feedback import actions, permissions
from handbook.feedback.clock import is_right
from handbook.feedback.enums import RUNNING, TRANSITIONS, State
from handbook.feedback.models import FeedbackFile, FeedbackMessage, FeedbackSettings, FeedbackThread, Lateness, Topic
from handbook.feedback.push import ANSWER, ARRIVAL, DEADLINE
from handbook.feedback.statistics import numbers_by_owner
from messaging.subjects import subject_now
from organizations import actions as organizations
from organizations.calendar import Holiday
from organizations.enums import Level, PositionKind
from organizations.models import Member, Organization, Position

EXAMPLES = int(os.environ.get("EXAMPLES", "5"))
INDEX = st.integers(0, 30)
LONG_AGO = datetime.date(2020, 1, 1)
HOUR, MINUTE = datetime.timedelta(hours=1), datetime.timedelta(minutes=1)
VIETNAM = datetime.timezone(7 * HOUR)
ANSWERING = {"secretary", "deputy_secretary", "officer"}
CELLS = {"cell", "group"}
happened: collections.Counter[str] = collections.Counter()
MOVES = {(state, after) for table in TRANSITIONS.values() for state, after in table.items()}


@dataclasses.dataclass(eq=False)
class Asked:
    """A thread as the test wrote it down."""

    key: uuid.UUID
    author: int
    owner: int
    anonymous: bool
    confidential: bool
    cell: int
    veil: int
    named: set[int]
    state: str = "new"
    due: datetime.datetime | None = None
    # By unit that handed it on: how many messages it had seen.
    seen: dict[int, int] = dataclasses.field(default_factory=dict)


class Party(RuleBasedStateMachine):
    """A tree with people who ask and answer, and everything that may be done to them."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.clock = time_machine.travel("2026-03-02T02:00:00Z", tick=False)
        self.now = self.clock.start()
        self.count = self.steps = 0
        self.asked: list[Asked] = []
        self.holidays: set[datetime.date] = set()
        self.topic = Topic.objects.create(code="t", name="T", hours=4, warning_hours=1)
        root = self.unit(Level.PROVINCE, None)
        for _ in range(2):
            district = self.unit(Level.DISTRICT, root)
            for _ in range(2):
                self.unit(Level.CELL, district)
        for cell in (2, 2, 3, 5, 6):
            self.enter(cell)
        for person, unit, kind in ((0, 2, "secretary"), (2, 1, "officer"), (3, 0, "secretary"), (4, 4, "officer")):
            self.give(person, unit, kind)
        self.send(1, 0, True, False, True)
        self.send(0, 1, False, True, False)

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
        return done if done is not None else True

    # --- tree and people

    @rule(
        what=st.sampled_from(
            ["move", "move", "give", "give", "end", "move_unit", "merge", "merge", "close_unit", "enter"]
        ),
        one=INDEX,
        two=INDEX,
        kind=st.sampled_from([*PositionKind.values, "secretary", "officer"]),
    )
    def tree(self, what, one, two, kind):
        {
            "enter": lambda: self.enter(one),
            "move": lambda: self.move(one, two),
            "give": lambda: self.give(one, two, kind),
            "end": lambda: self.end(one),
            "move_unit": lambda: self.move_unit(one, two),
            "merge": lambda: self.merge(one, two),
            "close_unit": lambda: self.close_unit(one),
        }[what]()

    def enter(self, cell):
        self.count += 1
        code = f"ZQ{self.count}X"
        unit = self.pick(Organization, cell)
        member = self.attempt(
            "enter",
            lambda: organizations.create_member(actor="test", code=code, full_name=f"Quách {code}", cell=unit),
        )
        if member:
            member.user = get_user_model().objects.create(username=f"tk-{code.lower()}", password="!")
            member.save(update_fields=["user"])

    def move(self, person, cell):
        member, unit = self.pick(Member, person, left_on=None), self.pick(Organization, cell, level=Level.CELL)
        self.attempt("move", lambda: organizations.move_member(actor="test", member=member, cell=unit, reason="x"))

    def give(self, person, unit, kind):
        member, place = self.pick(Member, person, left_on=None), self.pick(Organization, unit)
        self.attempt(
            "give",
            lambda: organizations.give_position(actor="test", member=member, organization=place, kind=kind),
        )

    def end(self, index):
        if position := self.pick(Position, index, valid_to=None):
            self.attempt("end", lambda: organizations.end_position(actor="test", position=position))

    def move_unit(self, unit, parent):
        moved, into = self.pick(Organization, unit), self.pick(Organization, parent)
        self.attempt(
            "move_unit", lambda: organizations.update_organization(actor="test", organization=moved, parent=into)
        )

    def merge(self, unit, into):
        merged, other = self.pick(Organization, unit), self.pick(Organization, into)
        if self.attempt(
            "merge", lambda: organizations.merge_organization(actor="test", organization=merged, into=other)
        ):
            self.passed_on(merged.pk, other.pk)

    def close_unit(self, unit):
        closed = self.pick(Organization, unit)
        above = closed.parent_id
        if self.attempt("close_unit", lambda: organizations.close_organization(actor="test", organization=closed)):
            self.passed_on(closed.pk, above)

    def passed_on(self, unit, heir):
        ended = set(Organization.objects.exclude(valid_to=None).values_list("pk", flat=True))
        parents = self.parents()
        while heir in ended and parents[heir] is not None:
            heir = parents[heir]
        for asked in self.asked:
            if asked.owner == unit:
                asked.seen[unit] = max(asked.seen.get(unit, 0), self.last(asked))
                asked.owner = heir
                if asked.confidential:
                    asked.named |= self.for_confidential(heir, asked.author)

    def holiday(self, day):
        date = timezone.localdate() + datetime.timedelta(days=day)
        row = Holiday(day=date, name="Lễ")
        if self.attempt("holiday", lambda: organizations.save_holiday(actor="test", holiday=row)):
            self.holidays.add(date)

    @rule(hours=st.sampled_from([1, 3, 20, 50]), runs=st.sampled_from([0, 1, 1, 2]), day=st.integers(1, 12))
    def wait(self, hours, runs, day):
        if day % 3 == 0:
            self.holiday(day)
        self.now.shift(hours * HOUR)
        for _ in range(runs):
            if any(actions.run_clock().values()):
                happened["clock did something"] += 1
        self.look()

    # --- members

    @rule(person=INDEX, up=st.integers(0, 2), anonymous=st.booleans(), confidential=st.booleans(), short=st.booleans())
    def send(self, person, up, anonymous, confidential, short):
        member = self.pick(Member, person, left_on=None)
        line = self.line(member.cell_id)
        unit = Organization.objects.get(pk=line[min(up, len(line) - 1)])
        fields = {"topic": "t"} if short else {}
        thread = self.attempt(
            "send",
            lambda: actions.send_feedback(
                member=member,
                subject="Hỏi",
                body="b",
                to=unit.code,
                anonymous_to_cell=anonymous,
                confidential=confidential,
                **fields,
            ),
        )
        if not thread:
            return
        cells = [pk for pk in line if self.levels()[pk] in CELLS]
        named = self.for_confidential(unit.pk, member.pk) if confidential else set()
        asked = Asked(
            thread.pk,
            member.pk,
            unit.pk,
            anonymous,
            confidential,
            member.cell_id,
            (cells or [member.cell_id])[-1],
            named,
        )
        asked.due = self.after(timezone.now(), 4 if short else 40)
        self.asked.append(asked)
        self.file(asked)

    @precondition(lambda self: self.asked)
    @rule(index=INDEX, act=st.sampled_from(["reply", "rate", "read"]))
    def member_acts(self, index, act):
        asked = self.one(index)
        member = Member.objects.get(pk=asked.author)
        by = {"member": member, "thread_id": asked.key}
        before = FeedbackThread.objects.get(pk=asked.key)
        if act == "reply" and self.attempt("reply", lambda: actions.reply_feedback(body="Thêm", **by)):
            if before.state == State.WAITING:
                asked.due = self.after_minutes(timezone.now(), int(before.time_left / MINUTE))
            elif before.state in (State.ANSWERED, State.CLOSED):
                asked.due = self.after(timezone.now(), 4 if before.topic_id else 40)
            self.file(asked)
        elif act == "rate":
            self.attempt("rate", lambda: actions.rate_feedback(stars=4, **by))
        elif act == "read":
            actions.mark_feedback_read(**by)
        self.look()

    # --- officers

    @precondition(lambda self: self.asked)
    @rule(
        index=INDEX,
        who=INDEX,
        other=INDEX,
        act=st.sampled_from(
            ["forward", "forward", "ask", "answer", "close", "note", "draft", "merge", "split", "assign", "reveal"]
        ),
    )
    def officer_acts(self, index, who, other, act):
        asked = self.one(index)
        thread = FeedbackThread.objects.get(pk=asked.key)
        officers = [
            member for member in Member.objects.filter(left_on=None).order_by("pk") if self.works(member, asked)
        ]
        member = officers[who % len(officers)] if officers and other % 4 else self.pick(Member, who, left_on=None)
        by = {"actor": member.user, "thread": thread}
        target = self.pick(Organization, other)
        fellow = self.one(other)
        call = {
            "forward": lambda: actions.forward_feedback(to=target, note="n", **by),
            "ask": lambda: actions.ask_back(body="Rõ hơn?", **by),
            "answer": lambda: actions.answer_feedback(body="Đáp", **by),
            "close": lambda: actions.close_feedback(reason="Xong", **by),
            "note": lambda: actions.note_feedback(body="Ghi", **by),
            "draft": lambda: actions.draft_answer(body="Nháp", **by),
            "merge": lambda: actions.merge_feedback(into=FeedbackThread.objects.get(pk=fellow.key), **by),
            "split": lambda: actions.split_feedback(subject="Phần", body="p", **by),
            "assign": lambda: actions.assign_feedback(to=None, **by),
            "reveal": lambda: actions.reveal_author(**by),
        }[act]
        may = self.works(member, asked)
        done = self.attempt(act, call)
        assert not done or may, f"{member} did {act} to what is not theirs"
        if not done:
            return
        if act == "reveal":
            assert self.may_know(member, asked)
        if act == "forward":
            for each in [asked, *self.with_it(asked)]:
                seen = FeedbackMessage.objects.filter(thread=each.key).count()
                each.seen[each.owner] = max(each.seen.get(each.owner, 0), seen)
                each.owner = target.pk
            if asked.confidential:
                asked.named = self.for_confidential(target.pk, asked.author) or set()
            if asked.due and asked.due > timezone.now():
                asked.due = max(asked.due, self.after(timezone.now(), 8))
        if act == "split":
            part = dataclasses.replace(asked, key=done.pk, state="new", seen={}, named=set(asked.named))
            if thread.due_at is None:
                part.due = self.after(timezone.now(), 4 if thread.topic_id else 40)
            self.asked.append(part)
            self.file(part)
        self.look()

    # Said twice, it happens twice as often.
    officers_act = officer_acts

    def one(self, index):
        return self.asked[index % len(self.asked)]

    def with_it(self, asked):
        merged = FeedbackThread.objects.filter(merged_into=asked.key, state=State.MERGED).values_list("pk", flat=True)
        return [each for each in self.asked if each.key in set(merged)]

    def last(self, asked):
        return FeedbackMessage.objects.filter(thread=asked.key).count()

    def file(self, asked):
        message = FeedbackMessage.objects.filter(thread=asked.key, kind="member").latest("number")
        FeedbackFile.objects.create(
            message=message, upload_id=uuid.uuid4(), storage_name="x", name="x.pdf", content_type="x", size=1
        )

    # --- the oracle

    def parents(self):
        return dict(Organization.objects.values_list("pk", "parent_id"))

    def levels(self):
        return dict(Organization.objects.values_list("pk", "level"))

    def line(self, unit, parents=None):
        """From a unit up to its root."""
        parents = parents or self.parents()
        found = [unit]
        while parents[found[-1]] is not None:
            found.append(parents[found[-1]])
        return found

    def held(self, member):
        """Units where a person answers, by a position there."""
        rows = member.positions.filter(valid_to=None).values_list("organization_id", "kind")
        return {unit for unit, kind in rows if kind in ANSWERING}

    def works(self, member, asked, parents=None):
        if member.pk == asked.author or member.left_on:
            return False
        held = self.held(member)
        if asked.confidential:
            return member.pk in asked.named and bool(held)
        return bool(held & set(self.line(asked.owner, parents)))

    def reads(self, member, asked, parents=None):
        """How many messages an officer may read; None where the thread does not exist for them."""
        if self.works(member, asked, parents):
            return self.last(asked)
        if member.pk == asked.author or asked.confidential:
            return None
        seen = [count for unit, count in asked.seen.items() if unit in self.held(member)]
        return max(seen) if seen else None

    def may_know(self, member, asked):
        if not asked.anonymous or not self.works(member, asked):
            return False
        parents, levels = self.parents(), self.levels()
        author = Member.objects.get(pk=asked.author)
        now = [pk for pk in self.line(author.cell_id, parents) if levels[pk] in CELLS] or [author.cell_id]
        places = {member.cell_id, *member.positions.filter(valid_to=None).values_list("organization_id", flat=True)}
        for veil in (asked.veil, now[-1]):
            if any(veil in self.line(place, parents) for place in places):
                return False
            above = [pk for pk in self.line(veil, parents)[1:] if levels[pk] not in CELLS]
            if not any(self.held(member) & set(self.line(pk, parents)) for pk in above):
                return False
        return True

    def for_confidential(self, unit, author):
        for place in self.line(unit):
            held = Position.objects.filter(organization=place, valid_to=None, member__left_on=None).exclude(
                member=author
            )
            for kinds in ({"secretary"}, ANSWERING):
                found = {pk for pk, kind in held.values_list("member_id", "kind") if kind in kinds}
                if found:
                    return found
        return set()

    def works_at(self, moment):
        local = moment.astimezone(VIETNAM)
        if local.weekday() > 4 or local.date() in self.holidays:
            return False
        minute = local.hour * 60 + local.minute
        return 450 <= minute < 690 or 810 <= minute < 1050

    def after(self, moment, hours):
        return self.after_minutes(moment, hours * 60)

    def after_minutes(self, moment, minutes):
        while minutes > 0:
            minutes -= self.works_at(moment)
            moment += MINUTE
        return moment

    def look(self):
        """Each thread went from its state to the next by a line of the table, if it went at all."""
        for asked in self.asked:
            state = FeedbackThread.objects.values_list("state", flat=True).get(pk=asked.key)
            assert state == asked.state or (asked.state, state) in MOVES
            asked.state = state
        # Names that the clock gave are written down as they are: who they may be is looked at below.
        for asked in self.asked:
            if asked.confidential:
                asked.named = set(FeedbackThread.objects.get(pk=asked.key).readers.values_list("member_id", flat=True))

    # --- what always holds

    @invariant()
    def every_thread_has_an_owner_that_exists_and_a_clock_that_is_right(self):
        today = timezone.localdate()
        rows = {thread.pk: thread for thread in FeedbackThread.objects.select_related("owner")}
        assert len(rows) == len(self.asked)
        for asked in self.asked:
            thread = rows[asked.key]
            assert thread.owner_id == asked.owner
            assert thread.owner.valid_to is None or thread.owner.valid_to > today
            assert thread.state in State.values and is_right(thread)
            if thread.state in RUNNING:
                assert thread.due_at == asked.due
            numbers = list(thread.messages.values_list("number", flat=True))
            assert numbers == list(range(1, thread.last_number + 1))
        late = Lateness.objects.values_list("thread", "due_at")
        assert len(late) == len(set(late)) and all(due <= timezone.now() for _thread, due in late)

    @invariant()
    def nobody_reads_what_they_may_not(self):
        self.steps += 1
        if self.steps % 5:
            return  # it asks much, and what was wrong stays wrong
        parents = self.parents()
        units = list(Organization.objects.all())
        root = [unit for unit in units if unit.parent_id is None]
        for member in Member.objects.filter(left_on=None).select_related("user"):
            expected = {asked.key: self.reads(member, asked, parents) for asked in self.asked}
            visible = FeedbackThread.objects.of_officer(member.user)
            assert set(visible.values_list("pk", flat=True)) == {key for key, n in expected.items() if n is not None}
            mine = {asked.key for asked in self.asked if self.works(member, asked, parents)}
            work = FeedbackThread.objects.workable_by(member.user)
            assert set(work.values_list("pk", flat=True)) == mine
            own = {asked.key for asked in self.asked if asked.author == member.pk}
            assert set(FeedbackThread.objects.of_member(member).values_list("pk", flat=True)) == own
            files = set(permissions.files_visible_to(member.user).values_list("message__thread", "message__number"))
            with_file = FeedbackFile.objects.values_list("message__thread", "message__number")
            assert files == {(key, n) for key, n in with_file if key in own or n <= (expected[key] or 0)}
            for asked in self.asked[-3:]:
                thread = FeedbackThread.objects.select_related("author__cell", "veil").get(pk=asked.key)
                assert permissions.may_reveal(member.user, thread) == self.may_know(member, asked)
                assert permissions.messages_for_officer(member.user, thread).count() == (expected[asked.key] or 0)
            # Numbers: of what they may work on, and of nothing else.
            for unit in root:
                counted = numbers_by_owner(member.user, unit, timezone.now() - 9999 * HOUR, timezone.now())
                below = [
                    asked for asked in self.asked if asked.key in mine and unit.pk in self.line(asked.owner, parents)
                ]
                assert sum(each.received for each in counted.values()) == len(below)

    @invariant()
    def an_anonymous_author_is_known_on_no_path(self):
        if self.steps % 5:
            return
        authors = {}
        for asked in self.asked:
            member = Member.objects.select_related("user").get(pk=asked.author)
            thread = FeedbackThread.objects.get(pk=asked.key)
            for kind in (ARRIVAL, DEADLINE):
                told = subject_now(kind, str(asked.key))
                assert told is None or member.user_id not in told.accounts
            told = subject_now(ANSWER, str(asked.key))
            assert told is None or told.accounts == {member.user_id}
            if asked.anonymous:
                authors[str(asked.key)] = member
                assert permissions.author_of(thread) == "Đảng viên ẩn danh"
                for text in (member.full_name, member.code):
                    assert not FeedbackThread.objects.found_by(text).filter(pk=asked.key).exists()
        entries = AuditEntry.objects.filter(target_type="feedback.feedbackthread", target_id__in=authors)
        for entry in entries:
            member = authors[entry.target_id]
            text = f"{entry.actor} {entry.target} {entry.detail}"
            assert entry.actor_id != member.user_id
            assert member.code not in text and member.full_name not in text and member.user.username not in text


@pytest.mark.django_db
def test_owners_clocks_and_secrets_hold_whatever_happens():
    happened.clear()
    FeedbackSettings.objects.all().delete()
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
    needed = {"move", "give", "end", "move_unit", "merge", "send", "reply", "forward", "answer", "ask", "holiday"}
    assert needed | {"clock did something"} <= set(happened)

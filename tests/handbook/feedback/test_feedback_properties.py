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
import random
import sys
import uuid

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from audit.models import AuditEntry
from audit.refusals import Refused
from cms.models import Category
from editorial.models import ApprovalRequest
from editorial.requests import actions as requests
from editorial.setup import ensure_site, ensure_source, ensure_workflow
from handbook.feedback import actions, permissions
from handbook.feedback.clock import is_right
from handbook.feedback.enums import RUNNING, TRANSITIONS, State
from handbook.feedback.models import (
    AnswerDraft,
    FeedbackFile,
    FeedbackMessage,
    FeedbackSettings,
    FeedbackThread,
    Lateness,
    Topic,
)
from handbook.feedback.push import ANSWER, ARRIVAL, DEADLINE
from handbook.feedback.statistics import numbers_by_owner
from messaging.subjects import subject_now
from organizations import actions as organizations
from organizations.calendar import Holiday
from organizations.enums import Level, PositionKind
from organizations.models import Member, Organization, Position

EXAMPLES = int(os.environ.get("EXAMPLES", "8"))
LONG_AGO = datetime.date(2020, 1, 1)
HOUR, MINUTE = datetime.timedelta(hours=1), datetime.timedelta(minutes=1)
VIETNAM = datetime.timezone(7 * HOUR)
ANSWERING = {"secretary", "deputy_secretary", "officer"}
APPROVING = {"secretary", "deputy_secretary", "standing_member"}
CELLS = {"cell", "group"}
# What an officer does, and the line of the table for it.
ACTS = {
    **{
        name: f"{name}_feedback"
        for name in ("forward", "answer", "close", "note", "merge", "split", "assign", "publish")
    },
    **{"ask": "ask_back", "draft": "draft_answer", "reveal": "reveal_author", "name": "name_reader"},
    **{"reopen": "reopen_feedback", "submit": "submit_answer"},
}
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
    allowed: bool = False
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
        self.done: collections.Counter[str] = collections.Counter()
        self.asked: list[Asked] = []
        self.holidays: set[datetime.date] = set()
        self.topic = Topic.objects.create(code="t", name="T", hours=4, warning_hours=1)
        root = self.unit(Level.PROVINCE, None)
        for _ in range(2):
            district = self.unit(Level.DISTRICT, root)
            for _ in range(2):
                self.unit(Level.CELL, district)
        ensure_site()
        ensure_source("nguon", "Nguồn", organization=root, workflow=ensure_workflow("Ba bước", root, required=1))
        Category.objects.create(slug="hoi-dap", name="Hỏi - đáp", path="/hoi-dap/")
        for cell in (2, 2, 3, 5, 6):
            self.enter(cell)
        for person, unit, kind in ((0, 2, "secretary"), (2, 1, "officer"), (3, 0, "secretary"), (4, 4, "officer")):
            self.give(person, unit, kind)
        self.give(4, 1, "standing_member")
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
        self.done[name] += 1
        return done if done is not None else True

    @rule(seed=st.integers(0, 2**30))
    def a_few_things_happen(self, seed):
        """Drawn from a seed: by itself hypothesis would leave out whole kinds of acts in each example."""
        draw = random.Random(seed)
        for _ in range(4):
            self.something(draw)

    def something(self, draw):
        pick = lambda: draw.randrange(31)  # noqa: E731
        # Of some acts the one that was done least so far.
        rarest = lambda acts: min(draw.sample(acts, 3), key=lambda act: self.done[act])  # noqa: E731
        what = draw.choices(["tree", "wait", "send", "member", "officer", "setting", "decide"], [4, 2, 2, 5, 10, 1, 3])[
            0
        ]
        if what == "tree":
            acts = ["move", "give", "end", "move_unit", "merge units", "close_unit", "enter"]
            kind = draw.choice([*PositionKind.values, "secretary", "officer"])
            self.tree(rarest(acts), pick(), pick(), kind)
        elif what == "wait":
            self.wait(draw.choice([1, 3, 20, 50]), draw.choice([0, 1, 1, 2]), draw.randint(1, 12))
        elif what == "send":
            # Half of them to the top: that some lie beside each other there.
            self.send(pick(), draw.choice([0, 1, 9, 9]), *(draw.random() < part for part in (0.5, 0.3, 0.5)))
        elif what == "member":
            self.member_acts(pick(), rarest(["reply", "rate", "read", "allow", "refuse"]))
        elif what == "officer":
            self.officer_acts(pick(), pick(), pick(), rarest([*ACTS]))
        elif what == "setting":
            self.ask_for_approval(pick(), draw.randrange(2))
        else:
            self.decide(pick(), pick(), draw.choice(["approve", "approve", "return"]))

    # --- tree and people

    def tree(self, what, one, two, kind):
        {
            "enter": lambda: self.enter(one),
            "move": lambda: self.move(one, two),
            "give": lambda: self.give(one, two, kind),
            "end": lambda: self.end(one),
            "move_unit": lambda: self.move_unit(one, two),
            "merge units": lambda: self.merge(one, two),
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
            "merge units", lambda: organizations.merge_organization(actor="test", organization=merged, into=other)
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

    def wait(self, hours, runs, day):
        if day % 3 == 0:
            self.holiday(day)
        self.now.shift(hours * HOUR)
        for _ in range(runs):
            if any(actions.run_clock().values()):
                happened["clock did something"] += 1
        self.look()

    # --- members

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

    def member_acts(self, index, act):
        asked = self.one(index, {"rate": "rate_feedback", "allow": "rate_feedback"}.get(act))
        if act == "reply" and index % 3:
            asked = next((each for each in self.asked if each.state == State.MERGED), asked)
        member = Member.objects.get(pk=asked.author)
        by = {"member": member, "thread_id": asked.key}
        before = FeedbackThread.objects.select_related("merged_into").get(pk=asked.key)
        # What is said in a duplicate is said in the thread with which it is answered.
        counts_in = before.merged_into if before.state == State.MERGED else before
        if act == "reply" and self.attempt("reply", lambda: actions.reply_feedback(body="Thêm", **by)):
            if counts_in.pk != before.pk:
                happened["reply in a duplicate"] += 1
            if counts_in.state == State.WAITING:
                left = int(counts_in.time_left / MINUTE)
                self.known(counts_in.pk).due = self.after_minutes(timezone.now(), left)
            elif before.state in (State.ANSWERED, State.CLOSED):
                asked.due = self.after(timezone.now(), 4 if before.topic_id else 40)
            counts_in.refresh_from_db()
            assert counts_in.state in (
                State.NEW,
                State.IN_PROGRESS,
            )  # nothing approved, and nobody waits for the member
            self.file(asked)
        elif act in ("allow", "refuse"):
            actions.allow_publication(allowed=act == "allow", **by)
            asked.allowed = act == "allow"
        elif act == "rate":
            self.attempt("rate", lambda: actions.rate_feedback(stars=4, **by))
        elif act == "read":
            actions.mark_feedback_read(**by)
        self.look()

    # --- officers

    def beside(self, asked):
        """The threads with which this one might be answered."""
        return [
            each
            for each in self.asked
            if each is not asked and each.owner == asked.owner and not each.confidential
            if each.state in TRANSITIONS["take_up_duplicate"]
        ]

    def officer_acts(self, index, who, other, act):
        asked = self.one(index, ACTS[act])
        if act == "merge" and index % 3:  # by chance two would seldom lie with one unit
            open_ones = [each for each in self.asked if each.state in TRANSITIONS["merge_feedback"]]
            asked = next((each for each in open_ones if not each.confidential and self.beside(each)), asked)
        thread = FeedbackThread.objects.select_related("owner").get(pk=asked.key)
        officers = [
            member for member in Member.objects.filter(left_on=None).order_by("pk") if self.works(member, asked)
        ]
        member = officers[who % len(officers)] if officers and other % 4 else self.pick(Member, who, left_on=None)
        by = {"actor": member.user, "thread": thread}
        target = self.pick(Organization, other)
        beside = self.beside(asked)
        fellow = beside[other % len(beside)] if beside and other % 5 else self.one(other, "take_up_duplicate")
        waited = FeedbackThread.objects.get(pk=fellow.key)
        person = officers[other % len(officers)] if officers and index % 3 else self.pick(Member, other, left_on=None)
        call = {
            "forward": lambda: actions.forward_feedback(to=target, note="n", **by),
            "ask": lambda: actions.ask_back(body="Rõ hơn?", **by),
            "answer": lambda: actions.answer_feedback(body="Đáp", **by),
            "close": lambda: actions.close_feedback(reason="Xong", **by),
            "note": lambda: actions.note_feedback(body="Ghi", **by),
            "draft": lambda: actions.draft_answer(body="Nháp", **by),
            "merge": lambda: actions.merge_feedback(into=FeedbackThread.objects.get(pk=fellow.key), **by),
            "split": lambda: actions.split_feedback(subject="Phần", body="p", **by),
            "assign": lambda: actions.assign_feedback(to=person, **by),
            "reveal": lambda: actions.reveal_author(**by),
            "name": lambda: actions.name_reader(member=person, **by),
            "publish": lambda: actions.publish_feedback(title="Hỏi", question="Hỏi gì?", answer="Đáp.", **by),
            "reopen": lambda: actions.reopen_for_unit(note="n", **by),
            "submit": lambda: actions.submit_answer(body="Đáp", **by),
        }[act]
        may = self.works(member, asked)
        done = self.attempt(act, call)
        assert not done or may, f"{member} did {act} to what is not theirs"
        if not done:
            return
        if act == "reveal":
            assert self.may_know(member, asked)
        if act in ("answer", "submit"):
            assert (act == "submit") is self.approves(asked, thread), "an answer went a way that is not its owner's"
        if act == "assign":
            answers = person.pk in asked.named if asked.confidential else self.works(person, asked)
            assert answers and person.pk != asked.author
        if act == "name":
            assert asked.confidential and self.held(person)
        if act == "publish":
            assert asked.allowed and not asked.confidential and not thread.published_page_id
        if act == "reopen":
            asked.due = self.after(timezone.now(), 4 if thread.topic_id else 40)
        if act == "merge":
            if waited.state == State.WAITING:
                fellow.due = self.after_minutes(timezone.now(), int(waited.time_left / MINUTE))
            fellow.due = min(fellow.due, asked.due)
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
            part = dataclasses.replace(asked, key=done.pk, state="new", seen={}, named=set(asked.named), allowed=False)
            if thread.due_at is None:
                part.due = self.after(timezone.now(), 4 if thread.topic_id else 40)
            self.asked.append(part)
            self.file(part)
        self.look()
        if act == "merge":
            self.member_acts(1, "reply")  # in a duplicate: by chance it would seldom come to that

    # --- committees

    def ask_for_approval(self, unit, approvals):
        chosen = self.pick(Organization, unit)
        actions.save_settings(actor="test", organization=chosen, approvals=approvals)

    def decide(self, index, who, decision):
        """A person, mostly one who may, decides on what waits. Where nothing does, something is put before a committee."""
        if not ApprovalRequest.objects.waiting().exists():
            asked = self.one(index, "submit_answer")
            actions.save_settings(actor="test", organization=Organization.objects.get(pk=asked.owner), approvals=1)
            thread = FeedbackThread.objects.get(pk=asked.key)
            if not self.attempt("submit", lambda: actions.submit_answer(actor="test", thread=thread, body="Đáp")):
                return
            self.look()
        waiting = list(ApprovalRequest.objects.waiting().order_by("asked_at", "pk"))
        request = waiting[index % len(waiting)]
        able = [member for member in Member.objects.filter(left_on=None).order_by("pk") if self.sits(member, request)]
        member = able[who % len(able)] if able and who % 5 else self.pick(Member, who, left_on=None)
        asked = self.known(AnswerDraft.objects.get(pk=request.subject_id).thread_id)
        authors = {asked.author, *(each.author for each in self.with_it(asked))}
        writers = set(request.writers.values_list("pk", flat=True))
        call = lambda: requests.decide(  # noqa: E731
            actor=member.user, request_id=request.pk, digest=request.digest, decision=decision, comment="x"
        )
        if not self.attempt(decision, call):
            return
        assert self.sits(member, request)
        state = FeedbackThread.objects.values_list("state", flat=True).get(pk=asked.key)
        if decision == "return":
            assert state == State.IN_PROGRESS
        else:
            assert state == State.ANSWERED and member.pk not in authors and member.user_id not in writers
        self.look()

    def sits(self, member, request):
        """Whether a person decides for the committee that was asked."""
        places = member.positions.filter(valid_to=None, kind__in=APPROVING)
        return places.filter(organization=request.organization_id).exists()

    def approves(self, asked, thread):
        """Whether the owner's committee approves the answer."""
        settings = FeedbackSettings.objects.filter(organization=thread.owner_id).first()
        return bool(not asked.confidential and settings and settings.approvals)

    def one(self, index, act=None):
        """One of the threads; with an act mostly one for which it is possible."""
        fit = [asked for asked in self.asked if act and index % 4 and asked.state in TRANSITIONS[act]]
        wanted = {
            "name_reader": lambda asked: asked.confidential,
            "reveal_author": lambda asked: asked.anonymous and not asked.confidential,
            "merge_feedback": lambda asked: not asked.confidential,
            "submit_answer": lambda asked: not asked.confidential,
            "publish_feedback": lambda asked: asked.allowed and not asked.confidential,
        }.get(act, lambda asked: True)
        fit = [asked for asked in fit if wanted(asked)] or fit or self.asked
        return fit[index % len(fit)]

    def known(self, key):
        return next(asked for asked in self.asked if asked.key == key)

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
            stateful_step_count=15,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    sys.stderr.write(f"\n{dict(sorted(happened.items()))}\n")
    # A run in which one of these never happened would have shown nothing about it.
    needed = {
        "move",
        "give",
        "end",
        "move_unit",
        "merge units",
        "send",
        "reply",
        "reply in a duplicate",
        "rate",
        "holiday",
    }
    needed |= {*ACTS, "approve", "return", "clock did something"}
    assert needed - set(happened) == set()

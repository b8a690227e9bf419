"""A machine that does anything in any order, as anybody, and the rules that hold after each step.

``HYPOTHESIS_PROFILE=long`` walks more than 5,000 steps; otherwise a few hundred.
"""

from __future__ import annotations

import datetime
import os

import hypothesis.strategies as st
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import TestCase
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from wagtail.actions.copy_page import CopyPagePermissionError
from wagtail.models import Page, TaskState, WorkflowState

from audit.actions import first_broken_entry
from audit.models import AuditEntry
from audit.refusals import Refused
from cms.models import Article, ContentPage
from editorial import actions, gate
from editorial.amendments import actions as amendments
from editorial.enums import Decision, ScheduledAct
from editorial.models import Approval, Schedule
from editorial.publisher import publish_due
from publishing.enums import Ending
from publishing.models import Change, Publication, PublishedAudience, PublishedItem

pytestmark = pytest.mark.django_db

COMMON = {
    "deadline": None,
    "database": None,
    "derandomize": True,  # the same steps at every run of CI; a new seed is a matter for the long profile
    "suppress_health_check": list(HealthCheck),
}
PROFILES = {
    "default": settings(max_examples=15, stateful_step_count=35, **COMMON),
    "long": settings(max_examples=110, stateful_step_count=50, **{**COMMON, "derandomize": False}),
}
ROLES = ["contributor", "desk", "other_desk", "board", "board2", "thuongtruc1", "thuongtruc2", "thuongtruc3", "admin"]
NEEDED = {"desk": 1, "board": 1, "committee": 2}
people = st.sampled_from(ROLES)
places = st.integers(0, 3)
START = datetime.datetime(2026, 3, 3, 1, 0, tzinfo=datetime.UTC)
REFUSALS = (Refused, PermissionDenied, CopyPagePermissionError)


class Desk(RuleBasedStateMachine):
    """Up to a few pages, and everyone's acts on them. What is refused must leave everything as it was."""

    province = None

    def __init__(self):
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.clock = time_machine.travel(START, tick=False)
        self.traveller = self.clock.start()
        self.written = 0
        self.pages = []

    def teardown(self):
        self.clock.stop()
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    @initialize()
    def begin(self):
        self._write("contributor")

    # --- what people do

    @rule(who=st.sampled_from(["contributor", "desk"]), hours=st.sampled_from([None, None, 1, 30]))
    def write(self, who, hours):
        if len(self.pages) < 4:
            self._write(who, hours)

    @rule(place=places, who=people, overwrite=st.booleans())
    def edit(self, place, who, overwrite):
        page, user = self._page(place), self._user(who)
        page.title = f"Sửa {self._next()}"
        latest = page.get_latest_revision()
        over = latest if overwrite and latest.user_id == user.pk else None
        with self._commits():
            page.save_revision(user=user, overwrite_revision=over)

    @rule(place=places, who=people)
    def submit(self, place, who):
        self._act(actions.submit, actor=self._user(who), page_id=self._page(place).pk)

    @rule(place=places, who=people, decision=st.sampled_from(Decision.values), stale=st.booleans())
    def decide(self, place, who, decision, stale):
        page = self._page(place)
        shown = page.revisions.earliest("created_at") if stale else page.get_latest_revision()
        self._act(
            actions.decide,
            actor=self._user(who),
            page_id=page.pk,
            revision_id=shown.pk,
            decision=decision,
            comment="Cần sửa",
        )

    @rule(place=places)
    def approve_by_whoever_may(self, place):
        """The good case, or the machine would hardly ever see a page go out."""
        for _turn in range(5):
            page = self._page(place)
            state = page.current_workflow_task_state
            if state is None:
                self._act(actions.submit, actor=self.province.contributor, page_id=page.pk)
                continue
            step = state.task.specific
            able = [role for role in ROLES if step.may_approve(self._user(role), page)]
            if able:
                self.decide(place=place, who=able[0], decision=Decision.APPROVE, stale=False)

    @rule(place=places, who=people, hours=st.integers(-2, 48))
    def reschedule(self, place, who, hours):
        due_at = timezone.now() + datetime.timedelta(hours=hours)
        self._act(actions.reschedule, actor=self._user(who), schedule_id=self._schedule(place), due_at=due_at)

    @rule(place=places, who=people)
    def cancel(self, place, who):
        self._act(actions.cancel_schedule, actor=self._user(who), schedule_id=self._schedule(place))

    @rule(place=places, who=people)
    def withdraw(self, place, who):
        self._act(amendments.withdraw, actor=self._user(who), page_id=self._page(place).pk, reason="Nhầm số liệu")

    @rule(place=places, who=people)
    def recall(self, place, who):
        self._act(amendments.recall, actor=self._user(who), page_id=self._page(place).pk, reason="Không được gửi")

    @rule(place=places, other=places, who=people)
    def replace(self, place, other, who):
        page, by = self._page(place), self._page(other)
        self._act(amendments.replace, actor=self._user(who), page_id=page.pk, by_page_id=by.pk, reason="Có bản mới")

    @rule(place=places, who=people)
    def correct(self, place, who):
        self._act(amendments.correct, actor=self._user(who), page_id=self._page(place).pk, note="Sai số liệu")

    @rule(place=places, hours=st.integers(1, 40))
    def lay_under_embargo(self, place, hours):
        page = self._page(place)
        text = page.get_latest_revision_as_object()
        text.embargo_until = timezone.now() + datetime.timedelta(hours=hours)
        with self._commits():
            text.save_revision(user=self.province.contributor)

    @rule(place=places, who=people)
    def emergency(self, place, who):
        page = self._page(place)
        self._act(
            actions.emergency_publish,
            actor=self._user(who),
            page_id=page.pk,
            revision_id=page.get_latest_revision().pk,
            reason="Bão số 3 đổ bộ đêm nay",
        )

    @rule(place=places, who=people)
    def copy(self, place, who):
        if len(self.pages) < 4:
            slug = f"sao-{self._next()}"
            copied = self._act(
                self._page(place).copy, update_attrs={"slug": slug}, keep_live=False, user=self._user(who)
            )
            if copied is not None:
                self.pages.append(copied.pk)

    @rule(place=places)
    def delete(self, place):
        page = self._page(place)
        if len(self.pages) > 1:
            self._act(page.delete)
            self.pages = [pk for pk in self.pages if Page.objects.filter(pk=pk).exists()]

    @rule(hours=st.integers(1, 36))
    def time_passes(self, hours):
        self.traveller.shift(datetime.timedelta(hours=hours))
        with self._commits():
            publish_due()

    # --- what always holds

    @invariant()
    def what_is_live_was_approved_or_was_an_emergency(self):
        for page in self._live():
            ledger = Publication.objects.get(revision_id=page.live_revision_id)
            act = "emergency_publish" if ledger.emergency else "publish"
            entry = AuditEntry.objects.get(act=act, outcome="done", detail__revision=page.live_revision_id)
            if ledger.emergency:
                assert entry.detail["reason"]
                continue
            steps = [task.name for task in page.source.workflow.tasks]
            by_step = {step: {who for name, who, _at in entry.detail["approvals"] if name == step} for step in steps}
            for step, needed in zip(steps, NEEDED.values(), strict=True):
                assert len(by_step[step]) >= needed
            names = [{"bt"}, {"btv1", "btv2"}, {"thuongtruc1", "thuongtruc2", "thuongtruc3"}]
            for step, allowed in zip(steps, names, strict=True):
                assert by_step[step] <= allowed
            writer = page.live_revision.user
            assert writer is None or writer.username not in set().union(*by_step.values())

    @invariant()
    def store_ledger_and_log_are_what_is_live(self):
        live = {(page.pk, page.live_revision_id) for page in self._live()}
        assert set(PublishedItem.objects.out().values_list("page_id", "revision_id")) == live
        log = list(Change.objects.order_by("seq").values_list("seq", flat=True))
        assert log == list(range(1, len(log) + 1))
        lifted = AuditEntry.objects.filter(act="lift_embargo", outcome="done").count()
        assert Publication.objects.count() + lifted == Change.objects.filter(act="upsert").count()
        done = AuditEntry.objects.filter(act__in=["publish", "emergency_publish"], outcome="done")
        assert done.count() == Publication.objects.count()

    @invariant()
    def members_read_nothing_before_its_time(self):
        for page in self._live():
            keys = set(PublishedAudience.objects.filter(item__page_id=page.pk).values_list("key", flat=True))
            embargo = page.live_revision.as_object().embargo_until
            assert keys == ({"committee"} if embargo and embargo > timezone.now() else {"member"})

    @invariant()
    def of_what_was_recalled_nothing_is_left(self):
        for item in PublishedItem.objects.filter(ending=Ending.RECALLED):
            assert (item.title, item.payload, item.card, item.ending_reason) == ("", {}, {}, "")
            assert not item.audiences.exists() and not item.files.exists()
        for item in PublishedItem.objects.filter(ending=Ending.REPLACED):
            assert item.replaced_by is not None

    @invariant()
    def one_publication_at_most_is_pending_for_a_page_and_it_has_its_approvals(self):
        pending = Schedule.objects.pending().filter(act=ScheduledAct.PUBLISH)
        assert len(set(pending.values_list("page_id", flat=True))) == pending.count()
        for schedule in pending:
            assert schedule.revision_id == schedule.page.latest_revision_id
            assert gate.missing_approvals(schedule.revision) == []
        assert Schedule.objects.failed().count() == 0

    @invariant()
    def nobody_stands_for_what_they_wrote_last(self):
        for approval in Approval.objects.standing().select_related("revision"):
            assert approval.decision == Decision.APPROVE
            assert approval.person_id != approval.revision.user_id

    @invariant()
    def what_is_under_review_waits_at_the_first_step_that_lacks_approvals(self):
        for page in ContentPage.objects.filter(pk__in=self.pages):
            running = WorkflowState.objects.active().filter(object_id=str(page.pk), status="in_progress")
            assert running.count() <= 1
            opened = TaskState.objects.filter(workflow_state__object_id=str(page.pk), status="in_progress")
            if not running:
                assert opened.count() == 0
                continue
            state = opened.get()
            assert state.revision_id == page.latest_revision_id
            lacking = gate.missing_approvals(page.get_latest_revision())
            assert state.task.name == lacking[0].step

    @invariant()
    def the_audit_holds(self):
        assert first_broken_entry() is None

    # --- how it is done

    def _act(self, act, **arguments):
        before = self._outside()
        try:
            with self._commits(), transaction.atomic():
                return act(**arguments)
        except REFUSALS:
            assert self._outside() == before
        return None

    def _commits(self):
        return TestCase.captureOnCommitCallbacks(execute=True)

    def _outside(self):
        return (Change.objects.count(), Approval.objects.standing().count(), Schedule.objects.pending().count())

    def _next(self):
        self.written += 1
        return self.written

    def _user(self, role):
        return type(self.province.contributor).objects.get(pk=getattr(self.province, role).pk)

    def _page(self, place):
        return Article.objects.get(pk=self.pages[place % len(self.pages)])

    def _schedule(self, place):
        found = Schedule.objects.filter(page_id=self._page(place).pk, act=ScheduledAct.PUBLISH).order_by("-pk").first()
        return found.pk if found else 0

    def _live(self):
        return list(Article.objects.filter(live=True))

    def _write(self, who, hours=None):
        number = self._next()
        go_live_at = timezone.now() + datetime.timedelta(hours=hours) if hours else None
        page = Article(
            title=f"Bài {number}", slug=f"bai-{number}", live=False, go_live_at=go_live_at, owner=self._user(who)
        )
        type(self.province.index).objects.get(pk=self.province.index.pk).add_child(instance=page)
        page.save_revision(user=self._user(who))
        self.pages.append(page.pk)


def test_no_order_of_acts_leads_past_the_rules(province):
    permission = type(province.admin)._meta.get_field("user_permissions").related_model
    province.board2.user_permissions.add(permission.objects.get(codename="emergency_publish"))
    province.admin.is_superuser = False  # the permission of a superuser is everything; here it must be given
    province.admin.save()
    Desk.province = province
    profile = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "default")]
    run_state_machine_as_test(Desk, settings=profile)

"""The machine of the workflow, with releases: any order of acts, as anybody, and what holds after each step.

``HYPOTHESIS_PROFILE=long`` walks more than 5,000 steps; otherwise a few hundred.
"""

from __future__ import annotations

import datetime
import os

import hypothesis.strategies as st
import pytest
from django.utils import timezone
from hypothesis import settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from audit.models import AuditEntry
from editorial import gate
from editorial.enums import PENDING_RELEASES, Decision, ReleaseState
from editorial.models import ApprovalRequest, Release, ReleaseItem
from editorial.releases import actions as releases
from editorial.requests import actions as requests
from editorial.requests.subjects import digest_of
from publishing.models import Change, Publication, PublishedItem
from tests.editorial.test_workflow_machine import NEEDED, PROFILES, Desk, people, places

pytestmark = pytest.mark.django_db
COMMITTEE = {"thuongtruc1", "thuongtruc2", "thuongtruc3"}


class Releases(Desk):
    """Pages as there, and up to two releases at a time that people compose, approve, send out and take back."""

    # --- what people do

    @rule(who=people, hours=st.sampled_from([None, None, 2]))
    def begin_release(self, who, hours):
        if Release.objects.filter(items__is_open=True).distinct().count() < 2:
            due_at = timezone.now() + datetime.timedelta(hours=hours) if hours else None
            self._act(
                releases.save_release,
                actor=self._user(who),
                title=f"Đợt {self._next()}",
                organization=self.province.units.TB,
                required=2,
                due_at=due_at,
            )

    @rule(which=places, place=places, who=people)
    def add(self, which, place, who):
        if release := self._release(which):
            self._act(releases.add_item, actor=self._user(who), release=release, page=self._page(place))

    @rule(which=places, place=places, who=people)
    def remove(self, which, place, who):
        if release := self._release(which):
            self._act(releases.remove_item, actor=self._user(who), release=release, page_id=self._page(place).pk)

    @rule(which=places, act=st.sampled_from(["submit", "take_back", "discard"]), who=people)
    def move_release(self, which, act, who):
        if release := self._release(which):
            self._act(getattr(releases, f"{act}_release"), actor=self._user(who), release=release)

    @rule(which=places, who=people, decision=st.sampled_from(Decision.values))
    def decide_release(self, which, who, decision):
        release = self._release(which)
        request = ApprovalRequest.objects.about(release).last() if release else None
        if request:
            self._act(
                requests.decide,
                actor=self._user(who),
                request_id=request.pk,
                digest=request.digest,
                decision=decision,
                comment="Cần sửa",
            )

    @rule(which=places)
    def release_by_whoever_may(self, which):
        """The good case: desk and board pass every item, then two of the committee."""
        board = self._user("board")
        release = self._release(which) or self._act(
            releases.save_release,
            actor=board,
            title=f"Đợt {self._next()}",
            organization=self.province.units.TB,
            required=2,
            due_at=None,
        )
        if release is None or release.state != ReleaseState.DRAFT:
            return
        for place in range(len(self.pages)):
            self._act(releases.add_item, actor=board, release=release, page=self._page(place))
        for item in release.items.all():
            self._through_to_committee(self.pages.index(item.page_id))
        self._act(releases.submit_release, actor=board, release=release)
        for who in sorted(COMMITTEE):
            self.decide_release(which=which, who=who, decision=Decision.APPROVE)

    @rule(which=places, who=people, back=st.sampled_from(["recall_release", "roll_back_release"]))
    def take_all_back(self, which, who, back):
        if release := self._release(which, out=True):
            self._act(getattr(releases, back), actor=self._user(who), release=release, reason="Nhầm số liệu")

    # --- what always holds

    @invariant()
    def what_is_live_was_approved_or_was_an_emergency(self):
        for page in self._live():
            entry = AuditEntry.objects.get(
                act__in=["publish", "emergency_publish"], outcome="done", detail__revision=page.live_revision_id
            )
            if entry.act == "emergency_publish":
                assert entry.detail["reason"]
                continue
            by_step = {}
            for name, who, _at in entry.detail["approvals"]:
                by_step.setdefault(name, set()).add(who)
            steps = [task.name for task in page.source.workflow.tasks]
            if release := entry.detail.get("release"):
                by_step[steps[-1]] = self._approvers(release)
            for step, needed in zip(steps, NEEDED.values(), strict=True):
                assert len(by_step.get(step, ())) >= needed
            assert by_step[steps[-1]] <= COMMITTEE
            writer = page.live_revision.user
            assert writer is None or writer.username not in set().union(*by_step.values())

    @invariant()
    def store_ledger_and_log_are_what_is_live(self):
        live = {(page.pk, page.live_revision_id) for page in self._live()}
        assert set(PublishedItem.objects.out().values_list("page_id", "revision_id")) == live
        log = list(Change.objects.order_by("seq").values_list("seq", flat=True))
        assert log == list(range(1, len(log) + 1))
        put_back = AuditEntry.objects.filter(act="put_back", outcome="done").count()
        assert Publication.objects.count() + put_back == Change.objects.filter(act="upsert").count()

    @invariant()
    def a_release_is_out_as_a_whole_or_not_at_all(self):
        ledger = set(Publication.objects.values_list("revision_id", flat=True))
        for release in Release.objects.all():
            revisions = set(release.items.values_list("revision_id", flat=True))
            if release.out_at is not None:
                assert revisions <= ledger
                entries = AuditEntry.objects.filter(act="publish", outcome="done", detail__release=release.pk)
                assert {entry.detail["revision"] for entry in entries} == revisions
            else:
                assert not revisions & ledger

    @invariant()
    def what_waits_in_a_release_is_what_its_committee_was_shown(self):
        for release in Release.objects.filter(state__in=PENDING_RELEASES):
            request = ApprovalRequest.objects.about(release).get(state__in=["waiting", "approved"])
            assert request.digest == digest_of(release)
            for item in release.items.select_related("page", "revision"):
                assert item.revision_id == item.page.latest_revision_id
                assert gate.missing_approvals(item.revision, within=release) == []
            if release.state == ReleaseState.SCHEDULED:
                assert gate.refuse_unapproved_thing(release, act="publish_release") == request

    @invariant()
    def a_page_is_in_one_open_release(self):
        open_items = ReleaseItem.objects.filter(is_open=True)
        assert open_items.count() == open_items.values("page").distinct().count()
        for item in ReleaseItem.objects.select_related("release"):
            assert item.is_open == item.release.is_open
        assert Release.objects.filter(attempts__gt=0).count() == 0

    # --- how it is done

    def _release(self, which, *, out=False):
        states = [ReleaseState.OUT] if out else [ReleaseState.DRAFT, *PENDING_RELEASES]
        found = list(Release.objects.filter(state__in=states).order_by("-pk")[:2])
        return found[which % len(found)] if found else None

    def _through_to_committee(self, place):
        for _turn in range(3):
            page = self._page(place)
            state = page.current_workflow_task_state
            if state is None:
                self.submit(place=place, who="contributor")
                continue
            step = state.task.specific
            able = [role for role in ("desk", "board", "board2") if step.may_approve(self._user(role), page)]
            if able:
                self.decide(place=place, who=able[0], decision=Decision.APPROVE, stale=False)

    def _approvers(self, release):
        decisions = ApprovalRequest.objects.get(subject_id=str(release), kind="release", state="approved").decisions
        return set(decisions.filter(decision=Decision.APPROVE).values_list("person__username", flat=True))


def test_no_order_of_acts_puts_a_part_of_a_release_out(province):
    permission = type(province.admin)._meta.get_field("user_permissions").related_model
    province.board2.user_permissions.add(permission.objects.get(codename="emergency_publish"))
    province.admin.is_superuser = False
    province.admin.save()
    Releases.province = province
    profile = os.environ.get("HYPOTHESIS_PROFILE", "default")
    run_state_machine_as_test(Releases, settings=settings(PROFILES[profile]))

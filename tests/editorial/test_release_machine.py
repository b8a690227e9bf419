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

    restored = 0  # texts that a rollback has given back, in all runs

    def __init__(self):
        super().__init__()
        self.last_store, self.store_before = {}, {}

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
            before = self._store()
            self._act(getattr(releases, back), actor=self._user(who), release=release, reason="Nhầm số liệu")
            release.refresh_from_db()
            if release.state == ReleaseState.ROLLED_BACK:
                self._check_restored(release, before)

    @rule(place=places)
    def release_an_edit_and_roll_it_back(self, place):
        """The good case of going back: something that is out is edited, goes out with a release, and comes back."""
        live, board = self._live(), self._user("board")
        if not live:
            return
        place = self.pages.index(live[place % len(live)].pk)
        self.edit(place=place, who="contributor", overwrite=False)
        release = self._act(
            releases.save_release,
            actor=board,
            title=f"Đợt {self._next()}",
            organization=self.province.units.TB,
            required=2,
            due_at=None,
        )
        self._act(releases.add_item, actor=board, release=release, page=self._page(place))
        self._through_to_committee(place)
        self._act(releases.submit_release, actor=board, release=release)
        for who in sorted(COMMITTEE):
            self.decide_release(which=0, who=who, decision=Decision.APPROVE)
        self.what_was_out_before_a_release_is_noted()
        self.take_all_back(which=0, who="board", back="roll_back_release")

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
        again = AuditEntry.objects.filter(act__in=["put_back", "lift_embargo"], outcome="done").count()
        assert Publication.objects.count() + again == Change.objects.filter(act="upsert").count()

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

    @invariant()
    def what_was_out_before_a_release_is_noted(self):
        """For ``_check_restored``: the store as it was at the end of the step before a release went out."""
        for pk in Release.objects.exclude(out_at=None).values_list("pk", flat=True):
            self.store_before.setdefault(pk, self.last_store)
        self.last_store = self._store()

    # --- how it is done

    def _check_restored(self, release, at_rollback):
        """Readers have, to the byte, what they had before the release; what left them meanwhile stays away."""
        now, before = self._store(), self.store_before[release.pk]
        pages = set(release.items.values_list("page_id", flat=True))
        for page_id in pages:
            expected = before.get(page_id) if page_id in at_rollback else None
            assert now.get(page_id) == expected
            type(self).restored += expected is not None
        rest = [{pk: facts for pk, facts in store.items() if pk not in pages} for store in (now, at_rollback)]
        assert rest[0] == rest[1]

    def _store(self):
        """All that readers have, by page. Who may read it is a matter of the hour, where there is an embargo."""
        names = ["title", "summary", "slug", "payload", "card", "revision_id", "category_path"]
        return {item.page_id: [getattr(item, name) for name in names] for item in PublishedItem.objects.out()}

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
    assert Releases.restored > 0

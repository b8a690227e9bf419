"""The gate: the only way to readers. It counts approvals of exactly this text, and opens for one page at a time.

Below every path - button, bulk action, schedule, copy, translation, revert, shell, API - ``cms.live`` refuses to make a
page live. Here, and only here, that lock is opened, after ``missing_approvals`` found nothing missing.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import Page, Revision, Task

from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from cms.going_out import going_out
from cms.live import gate_open
from cms.models import ContentPage
from cms.models.named_files import lost_files
from cms.payload import published_form
from editorial.enums import Decision, ReleaseState, RequestState, ScheduledAct, ScheduleState
from editorial.models import (
    Approval,
    ApprovalRequest,
    CommitteeApproval,
    Release,
    ReleaseItem,
    ReleasePart,
    RequestDecision,
    ReviewStep,
    Schedule,
)
from editorial.objections import objections_to
from editorial.releases.parts import kind_of, things_of
from editorial.requests.subjects import digest_of
from publishing.actions import ids_of, put, rebuild, take_down
from publishing.effects import wake_consumers
from publishing.enums import Ending
from publishing.models import Change, Publication, PublishedItem

NO_WORKFLOW = gettext_lazy("nguồn tin chưa có quy trình duyệt")
# As the audit calls what ends a publication.
ENDING_ACTS = {
    Ending.WITHDRAWN: "withdraw",
    Ending.REPLACED: "replace",
    Ending.EXPIRED: "expire",
    Ending.RECALLED: "recall",
}


@dataclasses.dataclass(frozen=True)
class Shortfall:
    """A step that a text has not passed: its name, how many approvals it has and how many it needs."""

    step: str
    given: int
    required: int

    def __str__(self) -> str:
        return _("%(step)s: %(given)d/%(required)d phê duyệt") % dataclasses.asdict(self)


def missing_approvals(revision: Revision, *, within: Release | None = None) -> list[Shortfall]:
    """The steps of its source's workflow that this exact text has not passed. Empty where it may go out.

    ``within`` a release the committee decides about all of it at once: its step asks for nothing more of each text, where
    the release asks as many of the same committee. Whether they have approved is asked of the release.

    A source without a workflow, a workflow without steps and a step of a kind that does not bind all count as missing:
    the gate fails closed.
    """
    page = _page_of(revision)
    workflow = page.get_workflow()
    steps = list(workflow.tasks.filter(active=True).specific()) if workflow else []
    if not steps:
        return [Shortfall(str(NO_WORKFLOW), 0, 1)]
    approvals = Approval.objects.approving(revision)
    people: dict[int, set[int]] = {}
    for step_id, person_id in approvals.values_list("step_id", "person_id"):
        people.setdefault(step_id, set()).add(person_id)
    missing = []
    for step in steps:
        if within is not None and _decides_as_one(step, within):
            continue
        given = len(people.get(step.pk, ())) if isinstance(step, ReviewStep) else 0
        required = step.required if isinstance(step, ReviewStep) else 1
        if given < required:
            missing.append(Shortfall(step.name, given, required))
    return missing


def refuse_unapproved(revision: Revision, *, within: Release | None = None) -> None:
    """Raise Refused where the steps of its workflow have not all been passed by exactly this text."""
    if missing := missing_approvals(revision, within=within):
        page = _page_of(revision)
        raise Refused(
            RefusalCode.FORBIDDEN,
            _("“%(page)s” chưa đủ phê duyệt: %(missing)s.")
            % {"page": page, "missing": "; ".join(str(each) for each in missing)},
            act="publish",
            target=page,
        )


def refuse_unapproved_thing(thing: models.Model, *, act: str) -> ApprovalRequest:
    """The request by which a thing that is no page was approved, exactly as it is now. Raise Refused where none is.

    For whatever a room does only with approval (``editorial.requests``). A request that lacks approvals, also one that
    says of itself that it is approved, does not count: the gate fails closed.
    """
    requests = ApprovalRequest.objects.about(thing).filter(state=RequestState.APPROVED, digest=digest_of(thing))
    for request in requests:
        people = RequestDecision.objects.filter(request=request, decision=Decision.APPROVE)
        if people.exclude(person__in=request.writers.all()).count() >= request.required > 0:
            return request
    raise Refused(
        RefusalCode.FORBIDDEN,
        _("“%(thing)s” chưa được cấp ủy phê duyệt đúng bản này. Hãy trình duyệt.") % {"thing": thing},
        act=act,
        target=thing,
    )


def lock_page(page_id: int) -> ContentPage:
    """Hold this page until the transaction ends. Every editorial act takes this lock first, so none crosses another."""
    Page.objects.select_for_update().filter(pk=page_id).values_list("pk", flat=True).first()
    page = ContentPage.objects.filter(pk=page_id).first()
    if page is None:
        raise Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy nội dung này."), act="find", target=str(page_id))
    return page.specific


def refuse_in_release(page: ContentPage, *, act: str) -> None:
    """Raise Refused where the page waits in a release: it goes out with it, and by no other way before."""
    if release := Release.objects.pending_with(page.pk):
        raise Refused(
            RefusalCode.CONFLICT,
            _(
                "“%(page)s” nằm trong đợt phát hành “%(release)s” đang chờ. Hãy quyết định cả đợt, hoặc rút đợt lại trước."
            )
            % {"page": page, "release": release},
            act=act,
            target=page,
        )


@transaction.atomic
def publish(
    revision: Revision, *, actor: Any, due_at: datetime.datetime, emergency_reason: str | None = None
) -> Publication:
    """Send one revision to its readers: Wagtail's publish, store, change log, ledger and audit in one transaction.

    Raises Refused where approvals are missing or the text is not fit to go out, and IntegrityError where this revision
    went out before. ``emergency_reason`` passes by the approvals and is for ``actions.emergency_publish`` alone.
    """
    page = lock_page(int(revision.object_id))
    refuse_in_release(page, act="publish")
    if emergency_reason is None:
        refuse_unapproved(revision)
    text = _make_live(revision, actor)
    return _send_out(text, revision, actor=actor, due_at=due_at, emergency_reason=emergency_reason)


@transaction.atomic
def publish_release(release_id: int, *, actor: Any) -> bool:
    """Send a release to its readers, all of it in one transaction. False where it is not due, or no longer.

    Raises Refused where the committee has not approved exactly this, or an item lacks what its own way asks before. The
    row is marked and the act done together: killed at any moment, either everything is out or nothing.
    """
    items = list(ReleaseItem.objects.filter(release=release_id).select_related("revision"))
    _lock_pages(item.page_id for item in items)
    now = timezone.now()
    come = Q(due_at=None) | Q(due_at__lte=now)
    due = Release.objects.filter(come, pk=release_id, state=ReleaseState.SCHEDULED)
    if not due.update(state=ReleaseState.OUT, out_at=now):
        return False
    release = Release.objects.get(pk=release_id)
    refuse_unapproved_thing(release, act="publish_release")
    texts = []
    for item in items:
        refuse_unapproved(item.revision, within=release)
        page = ContentPage.objects.get(pk=item.page_id)
        ReleaseItem.objects.filter(pk=item.pk).update(
            before=page.live_revision_id if page.live else None, is_open=False
        )
        texts.append(_make_live(item.revision, actor))
    due_at = release.due_at or now
    # Only now is the one lock of all numbered rows taken: Wagtail's part of 200 items takes seconds.
    with going_out(ids_of(item.page_id for item in items)):
        for item, text in zip(items, texts, strict=True):
            _send_out(text, item.revision, actor=actor, due_at=due_at, release=release)
    parts = things_of(release)
    for part, thing in parts:
        kind_of(thing).put_out(thing, release, actor)
        ReleasePart.objects.filter(pk=part.pk).update(is_open=False)
    detail = {"items": len(items), "parts": len(parts), "due_at": due_at}
    record("publish_release", actor=actor, target=release, detail=detail)
    return True


@transaction.atomic
def put_back(page_id: int, revision: Revision, *, actor: Any) -> Change:
    """Give readers an earlier text of a page again: one that went out with approvals of its own.

    Raises Publication.DoesNotExist where it never did.
    """
    page = lock_page(page_id)
    text = _make_live(revision, actor)
    change = rebuild(published_form(text), revision_id=revision.pk)
    _replan(text, revision, actor)
    transaction.on_commit(wake_consumers)
    record("put_back", actor=actor, target=page, detail={"revision": revision.pk, "change": change.pk})
    return change


@transaction.atomic
def take_out(
    page_id: int, *, actor: Any, ending: Ending, reason: str, replaced_by: PublishedItem | None = None
) -> Change | None:
    """Take a page from its readers: Wagtail's unpublish, store, change log and audit in one transaction.

    None where it was not out; what is recalled may have been withdrawn before, and then its stub goes. ``reason`` is
    read by whoever holds a link, except where it is recalled.
    """
    page = lock_page(page_id)
    was_live = page.live
    if was_live:
        by = actor if getattr(actor, "pk", None) else None
        with gate_open(page.pk):
            UnpublishPageAction(page, set_expired=ending == Ending.EXPIRED, user=by).execute(
                skip_permission_checks=True
            )
    elif ending != Ending.RECALLED:
        return None
    change = take_down(page_id=page.pk, ending=ending, reason=reason, replaced_by=replaced_by)
    if change is None and not was_live:
        return None
    transaction.on_commit(wake_consumers)
    follow_ups = Schedule.objects.pending().filter(page=page).exclude(act=ScheduledAct.PUBLISH)
    follow_ups.update(state=ScheduleState.CANCELLED)
    record(
        ENDING_ACTS[ending],
        actor=actor,
        target=page,
        detail={
            "reason": reason,
            "change": change.seq if change else None,  # a page that was live without the store knowing it
            **({"by": replaced_by.page_id, "by_title": replaced_by.title} if replaced_by else {}),
        },
    )
    return change


@transaction.atomic
def lift_embargo(revision: Revision, *, actor: Any) -> Change | None:
    """The time has come from which members read what committees have read before. None where another text is out."""
    page = lock_page(int(revision.object_id))
    if not page.live or page.live_revision_id != revision.pk:
        return None
    change = rebuild(published_form(revision.as_object()), revision_id=revision.pk)
    transaction.on_commit(wake_consumers)
    record("lift_embargo", actor=actor, target=page, detail={"revision": revision.pk, "change": change.pk})
    return change


def _make_live(revision: Revision, actor: Any) -> ContentPage:
    """Wagtail's publish, with the lock open for this page alone; the text as it now is. Refuses what is unfinished, and what
    a room objects to."""
    _refuse_lost_files(revision)
    action = PublishPageRevisionAction(revision, user=actor if getattr(actor, "pk", None) else None)
    text = action.object
    if reason := objections_to(ContentPage.objects.filter(pk=text.pk)).get(text.pk):
        message = _("Không đăng được “%(page)s”: %(reason)s") % {"page": text, "reason": reason}
        raise Refused(RefusalCode.FORBIDDEN, message, act="publish", target=text)
    if shortcomings := text.shortcomings():
        raise Refused(RefusalCode.INVALID, shortcomings[0][1], field=shortcomings[0][0], act="publish", target=text)
    # The time has come: kept in the row, it would make the next edit fail as an invalid schedule.
    text.go_live_at = None
    with gate_open(text.pk):
        action.execute(skip_permission_checks=True)
    return text


def _refuse_lost_files(revision: Revision) -> None:
    """Raise Refused where a file of the text is not the one that was approved: it has left the library, or was replaced
    there by means that ``cms.models.media`` does not see."""
    if lost := lost_files(revision.content.get("named_files") or {}):
        page = _page_of(revision)
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(page)s” có tệp không còn như khi duyệt: %(files)s. Hãy chọn lại tệp trong bài rồi trình duyệt lại.")
            % {"page": page, "files": ", ".join(f"“{title}”" for title in lost)},
            act="publish",
            target=page,
        )


def _send_out(
    text: ContentPage,
    revision: Revision,
    *,
    actor: Any,
    due_at: datetime.datetime,
    emergency_reason: str | None = None,
    release: Release | None = None,
) -> Publication:
    """Store, change log, ledger, what follows in the schedule, and audit."""
    emergency = emergency_reason is not None
    publication = put(published_form(text), revision_id=revision.pk, due_at=due_at, emergency=emergency)
    _replan(text, revision, actor)
    transaction.on_commit(wake_consumers)
    approvals = Approval.objects.approving(revision).values_list("step__name", "person__username", "at")
    record(
        "emergency_publish" if emergency else "publish",
        actor=actor,
        target=text,
        detail={
            "revision": revision.pk,
            "change": publication.change_id,
            "due_at": due_at,
            "approvals": [list(each) for each in approvals],
            **({"reason": emergency_reason} if emergency else {}),
            **({"release": release.pk} if release else {}),
        },
    )
    return publication


def _lock_pages(page_ids: Iterable[int]) -> None:
    """Hold these pages until the transaction ends, in the order in which everybody takes them."""
    ids = sorted(set(page_ids))
    list(Page.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


def _decides_as_one(step: Task, release: Release) -> bool:
    """Whether a release asks as much of the same committee as this step does."""
    return (
        isinstance(step, CommitteeApproval)
        and step.organization_id == release.organization_id
        and release.required >= step.required
    )


def plan(revision: Revision, *, actor: Any) -> Schedule:
    """Enter an approved revision into the schedule: at its go-live time, or now where that has passed or is not set.

    Raises Refused where approvals are missing: whoever finishes a workflow by other means plans nothing.
    """
    refuse_unapproved(revision)
    page = _page_of(revision)
    refuse_in_release(page, act="schedule")
    now = timezone.now()
    wanted = revision.as_object().go_live_at
    due_at = wanted if wanted and wanted > now else now
    Schedule.objects.pending().filter(page=page, act=ScheduledAct.PUBLISH).update(state=ScheduleState.CANCELLED)
    schedule = Schedule.objects.create(
        page=page, revision=revision, act=ScheduledAct.PUBLISH, due_at=due_at, planned_by=actor
    )
    mirror_to_wagtail(schedule)
    record("schedule", actor=actor, target=page, detail={"revision": revision.pk, "due_at": due_at})
    return schedule


def mirror_to_wagtail(schedule: Schedule) -> None:
    """Show a pending publication where Wagtail's screens look for it, or clear it there once it is not pending."""
    pending = schedule.state == ScheduleState.PENDING and schedule.due_at > timezone.now()
    Revision.objects.filter(object_id=str(schedule.page_id), approved_go_live_at__isnull=False).filter(
        base_content_type=schedule.revision.base_content_type
    ).update(approved_go_live_at=None)
    if pending:
        Revision.objects.filter(pk=schedule.revision_id).update(approved_go_live_at=schedule.due_at)


def _page_of(revision: Revision) -> ContentPage:
    return ContentPage.objects.get(pk=revision.object_id).specific


def _replan(page: ContentPage, revision: Revision, actor: Any) -> None:
    """After a publication: older plans lapse, and what follows is that of the text now out: its embargo and expiry."""
    now = timezone.now()
    Schedule.objects.pending().filter(page_id=page.pk).update(state=ScheduleState.CANCELLED)
    follow_ups = {ScheduledAct.LIFT: page.embargo_until, ScheduledAct.EXPIRE: page.expire_at}
    Schedule.objects.bulk_create(
        Schedule(
            page_id=page.pk,
            revision=revision,
            act=act,
            due_at=due_at,
            planned_by=actor if getattr(actor, "pk", None) else None,
        )
        for act, due_at in follow_ups.items()
        if due_at and due_at > now
    )

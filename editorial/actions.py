"""Every editorial act: check, change, log, and what follows after commit. Screens, API and commands call these."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Revision, TaskState, WorkflowState

from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from cms.models import ContentPage
from editorial import gate
from editorial.enums import Decision, ScheduledAct, ScheduleState
from editorial.models import Approval, CommitteeApproval, ReviewStep, Schedule
from editorial.models.approval import ApprovalQuerySet, text_digest
from editorial.reasons import comment_of
from editorial.releases.actions import item_changed
from editorial.seats import named, seat_for
from publishing.models import Publication


@transaction.atomic
def submit(*, actor: Any, page_id: int) -> WorkflowState:
    """Send the latest draft on its source's way. Raises Refused where it is unfinished or already under review."""
    page = gate.lock_page(page_id)
    if page.workflow_in_progress:
        raise Refused(
            RefusalCode.CONFLICT, _("“%(page)s” đang chờ duyệt rồi.") % {"page": page}, act="submit", target=page
        )
    revision = page.get_latest_revision()
    if revision is None or not page.permissions_for_user(actor).can_edit():
        raise Refused(
            RefusalCode.FORBIDDEN,
            _("Bạn không được trình duyệt “%(page)s”.") % {"page": page},
            act="submit",
            target=page,
        )
    _refuse_unfinished(revision, act="submit")
    if Publication.objects.filter(revision_id=revision.pk).exists() or not gate.missing_approvals(revision):
        # Nobody could decide on it again, and the ledger lets a revision out once: the review would never end.
        raise Refused(
            RefusalCode.CONFLICT,
            _("Bản này của “%(page)s” đã được duyệt hoặc đã đăng. Hãy sửa rồi trình lại.") % {"page": page},
            act="submit",
            target=page,
        )
    state = page.current_workflow_state
    if state is not None and state.status == WorkflowState.STATUS_NEEDS_CHANGES:
        state.resume(actor)
        return state
    workflow = page.get_workflow()
    if workflow is None:
        raise Refused(
            RefusalCode.INVALID, _("Nguồn tin này chưa có quy trình duyệt. Hãy báo Ban Biên tập."), act="submit"
        )
    return workflow.start(page, actor)


@transaction.atomic
def decide(
    *, actor: Any, page_id: int, revision_id: int, decision: str, comment: str = "", digest: str | None = None
) -> TaskState:
    """Approve or return one revision at the step where it stands.

    The decision counts for exactly the text that was shown: where the draft has moved on, it is refused; ``digest`` is
    that of the text shown (``text_digest``), for autosave can change a revision in place. With the last approval that a
    step needs the draft goes to the next step, and from the last step into the schedule.
    """
    page = gate.lock_page(page_id)
    task_state = page.current_workflow_task_state
    step = task_state.task.specific if task_state else None
    if not isinstance(step, ReviewStep):
        raise Refused(
            RefusalCode.CONFLICT, _("“%(page)s” hiện không chờ ai duyệt.") % {"page": page}, act="decide", target=page
        )
    if not step.is_reviewer(actor, page):
        raise Refused(
            RefusalCode.FORBIDDEN,
            _("Bạn không có tên trong bước “%(step)s”.") % {"step": step.name},
            act="decide",
            target=page,
        )
    gate.refuse_in_release(page, act="decide")
    revision = page.get_latest_revision()
    if (
        revision is None
        or not revision_id == revision.pk == task_state.revision_id
        or digest not in (None, text_digest(revision.pk))
    ):
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(page)s” vừa được sửa. Hãy đọc lại bản mới rồi quyết định.") % {"page": page},
            field="revision",
            act="decide",
            target=page,
        )
    comment = comment_of(decision, comment, target=page)
    if decision == Decision.APPROVE:
        _refuse_own_text(actor, revision, page)
        _refuse_unfinished(revision, act="decide")
    decided = Approval.objects.standing().filter(revision=revision, step_id=step.pk)
    if decided.filter(person=actor).exists():
        raise Refused(RefusalCode.CONFLICT, _("Bạn đã quyết định về bản này rồi."), act="decide", target=page)
    unit = step.organization if isinstance(step, CommitteeApproval) else None
    seat = seat_for(actor, unit, decisions=decided, target=page) if unit else None
    Approval.objects.create(
        page=page,
        revision=revision,
        digest=text_digest(revision.pk),
        step=step,
        person=actor,
        position=seat,
        decision=decision,
        comment=comment,
    )
    record(
        decision,
        actor=actor,
        target=page,
        detail={"revision": revision.pk, "step": step.name, "comment": comment, **named(seat, actor)},
    )
    if decision == Decision.RETURN:
        # The next submission begins the whole way again.
        _void(_not_out(page).filter(decision=Decision.APPROVE))
        task_state.reject(user=actor, comment=comment)
        Approval.objects.standing().filter(page=page, decision=Decision.RETURN).update(voided_at=timezone.now())
    elif step.is_satisfied_by(Approval.objects.approving(revision)):
        task_state.approve(user=actor, comment=comment)
    return task_state


@transaction.atomic
def void_for_new_text(*, page: ContentPage, revision: Revision, user: Any) -> None:
    """After a draft was saved: decisions on any other text lapse, and a review in progress begins again."""
    page = gate.lock_page(page.pk)
    digest = text_digest(revision.pk)
    stale = _not_out(page).exclude(revision=revision, digest=digest)
    voided = _void(stale)
    cancelled = (
        Schedule.objects.pending()
        .filter(page=page, act=ScheduledAct.PUBLISH)
        .exclude(revision=revision)
        .update(state=ScheduleState.CANCELLED)
    )
    if voided or cancelled:
        record(
            "void_approvals",
            actor=user,
            target=page,
            detail={"revision": revision.pk, "voided": voided, "schedules_cancelled": cancelled},
        )
    item_changed(actor=user, page=page)
    task_state = page.current_workflow_task_state
    if task_state is not None and (task_state.revision_id != revision.pk or voided):
        task_state.cancel(user=user)


@transaction.atomic
def reschedule(*, actor: Any, schedule_id: int, due_at: datetime.datetime) -> Schedule:
    """Move a pending publication to another time. The text does not change, so its approvals hold."""
    found = Schedule.objects.filter(pk=schedule_id, act=ScheduledAct.PUBLISH).first()
    page = gate.lock_page(found.page_id) if found else None
    schedule = Schedule.objects.pending().filter(pk=schedule_id).select_related("revision").first()
    if page is None or schedule is None:
        raise Refused(RefusalCode.NOT_FOUND, _("Lịch đăng này không còn chờ nữa."), act="reschedule")
    if not may_reschedule(actor):
        raise Refused(RefusalCode.FORBIDDEN, _("Chỉ Ban Biên tập được đổi giờ đăng."), act="reschedule", target=page)
    if due_at <= timezone.now():
        raise Refused(
            RefusalCode.INVALID,
            _("Giờ đăng mới đã qua. Hãy chọn giờ sau."),
            field="due_at",
            act="reschedule",
            target=page,
        )
    expire_at = schedule.revision.as_object().expire_at
    if expire_at and due_at >= expire_at:
        raise Refused(
            RefusalCode.INVALID, _("Giờ đăng phải trước giờ hết hạn."), field="due_at", act="reschedule", target=page
        )
    before = schedule.due_at
    schedule.due_at, schedule.next_attempt_at = due_at, None
    schedule.save(update_fields=["due_at", "next_attempt_at"])
    gate.mirror_to_wagtail(schedule)
    record("reschedule", actor=actor, target=page, detail={"from": before, "to": due_at})
    return schedule


@transaction.atomic
def cancel_schedule(*, actor: Any, schedule_id: int) -> Schedule:
    """Call off a pending publication, so that the draft can be edited again; its approvals lapse."""
    found = Schedule.objects.filter(pk=schedule_id, act=ScheduledAct.PUBLISH).first()
    page = gate.lock_page(found.page_id) if found else None
    schedule = Schedule.objects.pending().filter(pk=schedule_id).select_related("revision").first()
    if page is None or schedule is None:
        raise Refused(RefusalCode.NOT_FOUND, _("Lịch đăng này không còn chờ nữa."), act="cancel_schedule")
    if not may_reschedule(actor):
        raise Refused(
            RefusalCode.FORBIDDEN, _("Chỉ Ban Biên tập được hủy lịch đăng."), act="cancel_schedule", target=page
        )
    schedule.state = ScheduleState.CANCELLED
    schedule.save(update_fields=["state"])
    gate.mirror_to_wagtail(schedule)
    _void(_not_out(page))
    record("cancel_schedule", actor=actor, target=page, detail={"due_at": schedule.due_at})
    return schedule


@transaction.atomic
def emergency_publish(
    *, actor: Any, page_id: int, revision_id: int, reason: str, digest: str | None = None
) -> Publication:
    """Publish without approvals: an act of its own, for those with its own right, with a reason, marked everywhere.

    ``digest`` is that of the text that was shown, as in ``decide``.
    """
    page = gate.lock_page(page_id)
    if not actor.has_perm("editorial.emergency_publish"):
        raise Refused(
            RefusalCode.FORBIDDEN, _("Bạn không có quyền đăng khẩn cấp."), act="emergency_publish", target=page
        )
    if len(reason.strip()) < 10:
        raise Refused(
            RefusalCode.REQUIRED,
            _("Hãy ghi rõ lý do đăng khẩn cấp (ít nhất mười chữ cái)."),
            field="reason",
            act="emergency_publish",
            target=page,
        )
    revision = page.get_latest_revision()
    if revision is None or revision.pk != revision_id or digest not in (None, text_digest(revision.pk)):
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(page)s” vừa được sửa. Hãy đọc lại bản mới rồi quyết định.") % {"page": page},
            act="emergency_publish",
            target=page,
        )
    if Publication.objects.filter(revision_id=revision_id).exists():
        raise Refused(RefusalCode.CONFLICT, _("Bản này đã được đăng rồi."), act="emergency_publish", target=page)
    return gate.publish(revision, actor=actor, due_at=timezone.now(), emergency_reason=reason.strip())


def may_reschedule(user: Any) -> bool:
    """Whether this person may move or call off what is scheduled: the editorial board."""
    return user.has_perm("editorial.edit_under_review")


def _not_out(page: ContentPage) -> ApprovalQuerySet:
    """Standing decisions on texts that are not out; those by which the text that is out got there are history."""
    return Approval.objects.standing().filter(page=page).exclude(revision=page.live_revision_id)


def _void(approvals: Any) -> int:
    return approvals.update(voided_at=timezone.now())


def _refuse_own_text(actor: Any, revision: Revision, page: ContentPage) -> None:
    if revision.user_id == actor.pk:
        raise Refused(
            RefusalCode.FORBIDDEN,
            _("Bạn là người sửa “%(page)s” sau cùng nên không tự phê duyệt được. Hãy nhờ người khác.") % {"page": page},
            act="decide",
            target=page,
        )


def _refuse_unfinished(revision: Revision, *, act: str) -> None:
    text = revision.as_object()
    if shortcomings := text.shortcomings():
        field, message = shortcomings[0]
        raise Refused(RefusalCode.INVALID, message, field=field, act=act, target=text)

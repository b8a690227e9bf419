"""Putting something before a committee, and deciding on it."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial.enums import Decision, RequestState
from editorial.models.request import ApprovalRequest, RequestDecision
from editorial.models.steps import CommitteeApproval
from editorial.reasons import comment_of
from editorial.requests.subjects import digest_of, subject_of, thing_of
from editorial.seats import named, seat_for
from messaging.tasks import wake
from organizations.calendar import WORKING_DAY, Calendar
from organizations.enums import Right
from organizations.models import Organization
from organizations.scope import holders

# A committee whose steps say no other time has a working day.
DUE_AFTER = WORKING_DAY
# How long before it goes out something must be decided, so that who is late can still be asked; of a shorter time, half.
BEFORE_ITS_TIME = datetime.timedelta(hours=1)


@transaction.atomic
def ask(
    *,
    actor: Any,
    thing: models.Model,
    organization: Organization,
    required: int = 1,
    due_at: datetime.datetime | None = None,
) -> ApprovalRequest:
    """Put a thing, exactly as it is now, before the committee of a unit. The caller has asked whether it may be.

    Raises Refused where it waits already, or where so many could never agree: those who wrote it have no say.
    """
    lock_order()
    subject, digest = subject_of(thing), digest_of(thing)
    for waiting in ApprovalRequest.objects.about(thing).waiting():
        if waiting.digest == digest:
            raise Refused(
                RefusalCode.CONFLICT,
                _("“%(thing)s” đang chờ duyệt rồi.") % {"thing": thing},
                act="submit",
                target=thing,
            )
        _settle(waiting, RequestState.LAPSED)
    writers = set(subject.writers(thing))
    able = holders(Right.APPROVE, organization).filter(user__is_active=True).exclude(user__in=writers).count()
    if able < required:
        raise Refused(
            RefusalCode.CONFLICT,
            _("Cấp ủy “%(unit)s” chỉ có %(able)d người duyệt được, cần %(required)d. Hãy báo người quản trị.")
            % {"unit": organization, "able": able, "required": required},
            act="submit",
            target=thing,
        )
    now = timezone.now()
    request = ApprovalRequest.objects.create(
        kind=subject.kind,
        subject_type=ContentType.objects.get_for_model(thing),
        subject_id=str(thing.pk),
        digest=digest,
        title=subject.title(thing)[:255],
        organization=organization,
        required=required,
        asked_by=actor if getattr(actor, "pk", None) else None,
        asked_at=now,
        due_at=due_at or _due_at(organization, subject.goes_out_at(thing), now),
    )
    request.writers.set(writers)
    record(
        "submit",
        actor=actor,
        target=thing,
        detail={"request": request.pk, "organization": organization.pk, "required": required},
    )
    transaction.on_commit(lambda: wake("editorial.tasks.send_review_links"))
    return request


@transaction.atomic
def decide(
    *, actor: Any, request_id: uuid.UUID | str, digest: str, decision: str, comment: str = ""
) -> ApprovalRequest:
    """Approve or return what was shown: ``digest`` is that of the form the person read.

    The last approval that is needed lets the thing go on, in the same transaction.
    """
    lock_order()
    request = ApprovalRequest.objects.decided_at_by(actor).select_related("organization").filter(pk=request_id).first()
    thing = thing_of(request) if request else None
    if request is None or thing is None:
        raise Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy nội dung chờ duyệt này."), field="id", act="decide")
    if request.state != RequestState.WAITING:
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(thing)s” hiện không chờ ai duyệt.") % {"thing": thing},
            act="decide",
            target=thing,
        )
    if not request.may_be_decided_by(actor):
        raise Refused(
            RefusalCode.FORBIDDEN,
            _("Bạn không còn trong cấp ủy “%(unit)s”.") % {"unit": request.organization},
            act="decide",
            target=thing,
        )
    if not digest == request.digest == digest_of(thing):
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(thing)s” vừa được sửa. Hãy đọc lại bản mới rồi quyết định.") % {"thing": thing},
            field="revision",
            act="decide",
            target=thing,
        )
    comment = comment_of(decision, comment, target=thing)
    if decision == Decision.APPROVE and request.writers.filter(pk=actor.pk).exists():
        raise Refused(
            RefusalCode.FORBIDDEN,
            _("Bạn là người soạn “%(thing)s” nên không tự phê duyệt được. Hãy nhờ người khác.") % {"thing": thing},
            act="decide",
            target=thing,
        )
    if request.decisions.filter(person=actor).exists():
        raise Refused(RefusalCode.CONFLICT, _("Bạn đã quyết định về bản này rồi."), act="decide", target=thing)
    seat = seat_for(actor, request.organization, decisions=request.decisions.all(), target=thing)
    RequestDecision.objects.create(
        request=request, person=actor, position=seat, decision=decision, comment=comment, at=timezone.now()
    )
    record(
        decision, actor=actor, target=thing, detail={"request": request.pk, "comment": comment, **named(seat, actor)}
    )
    if decision == Decision.RETURN:
        _settle(request, RequestState.RETURNED)
        subject_of(thing).returned(thing, request)
    elif request.decisions.filter(decision=Decision.APPROVE).count() >= request.required:
        _settle(request, RequestState.APPROVED)
        subject_of(thing).approved(thing, request)
    return request


@transaction.atomic
def lapse(*, actor: Any, thing: models.Model) -> bool:
    """What was waiting or approved counts no longer: the thing was changed or taken back. Whether there was any."""
    lock_order()
    counted = (RequestState.WAITING, RequestState.APPROVED)
    requests = list(ApprovalRequest.objects.about(thing).filter(state__in=counted))
    for request in requests:
        _settle(request, RequestState.LAPSED)
        subject_of(thing).lapsed(thing, request)
    if requests:
        record("void_approvals", actor=actor, target=thing, detail={"voided": len(requests)})
    return bool(requests)


def _due_at(
    organization: Organization, goes_out_at: datetime.datetime | None, now: datetime.datetime
) -> datetime.datetime:
    """By when a committee is to decide: in the working time of its steps, and before the thing's own time."""
    steps = CommitteeApproval.objects.filter(organization=organization, active=True)
    hours = steps.aggregate(models.Min("due_hours"))["due_hours__min"]
    allowed = datetime.timedelta(hours=hours) if hours else DUE_AFTER
    due_at = Calendar.load().add(now, allowed)
    if goes_out_at is None or goes_out_at <= now:
        return due_at
    return min(due_at, goes_out_at - min(BEFORE_ITS_TIME, (goes_out_at - now) / 2))


def _settle(request: ApprovalRequest, state: RequestState) -> None:
    request.state, request.settled_at = state, timezone.now()
    request.save(update_fields=["state", "settled_at"])

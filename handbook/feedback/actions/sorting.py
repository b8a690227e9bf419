"""Threads that ask the same, and threads that ask two things."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.feedback.actions import guards
from handbook.feedback.actions.guards import Actor
from handbook.feedback.actions.handling import put_draft_aside
from handbook.feedback.actions.messages import say
from handbook.feedback.clock import Clock
from handbook.feedback.enums import TRANSITIONS, MessageKind
from handbook.feedback.models import FeedbackReader, FeedbackThread
from organizations.names import folded


@transaction.atomic
def merge_feedback(*, actor: Actor, thread: FeedbackThread, into: FeedbackThread) -> FeedbackThread:
    """Answer a duplicate with another thread of the same unit. Each author goes on to see their own thread alone, and
    gets the answer there. Of the two deadlines the earlier holds, and one that waited for its member goes on: somebody
    else waits for the committee now. Confidential ones are not merged: their readers are not the same."""
    act = "merge_feedback"
    found = guards.worked_on(actor, thread, act)
    main = FeedbackThread.objects.select_related(*guards.RELATED).filter(pk=into.pk).first()
    known = isinstance(actor, str) or FeedbackThread.objects.workable_by(actor).filter(pk=into.pk).exists()
    if main is None or not known:
        raise guards.not_found(act, field="into")
    if (
        main.pk == found.pk
        or main.owner_id != found.owner_id
        or main.state not in TRANSITIONS["take_up_duplicate"]
        or main.confidential
        or found.confidential
    ):
        raise Refused(
            RefusalCode.INVALID,
            _("Chỉ gộp được vào một góp ý khác đang xử lý ở cùng tổ chức, và không phải góp ý mật."),
            field="into",
            act=act,
            target=found,
        )
    now = timezone.now()
    put_draft_aside(found, actor)
    clock = Clock.at(now)
    clock.take_over(main, found)
    guards.move(main, "take_up_duplicate")
    main.save()
    clock.stop(found)
    guards.move(found, act)
    found.merged_into, found.assigned_to, found.escalated_to = main, None, None
    found.save()
    found.duplicates.update(merged_into=main)
    record(act, actor=actor, target=found, detail={"into": str(main.pk), "due_at": main.due_at})
    return found


@transaction.atomic
def split_feedback(*, actor: Actor, thread: FeedbackThread, subject: str, body: str) -> FeedbackThread:
    """Make a thread of its own of a part of what the member wrote. It has the same author, readers and deadline."""
    act = "split_feedback"
    found = guards.worked_on(actor, thread, act)
    subject = guards.line(subject, field="subject", act=act, missing=_("Hãy ghi tiêu đề của phần tách ra."))
    body = guards.text(body, field="body", act=act, missing=_("Hãy chép phần của đảng viên được tách ra."))
    now = timezone.now()
    part = FeedbackThread(
        kind=found.kind,
        topic=found.topic,
        subject=subject,
        text_folded=folded(subject),
        author=found.author,
        cell=found.cell,
        veil=found.veil,
        addressed_to=found.addressed_to,
        owner=found.owner,
        anonymous_to_cell=found.anonymous_to_cell,
        confidential=found.confidential,
        split_from=found,
        created_at=now,
        due_at=found.due_at,
        warn_at=found.warn_at,
        escalate_at=found.escalate_at,
        escalated_to=found.escalated_to,
    )
    if part.due_at is None:
        Clock.at(now).start(part)
    part.save()
    say(part, MessageKind.MEMBER, body, at=now)
    part.save()
    for reader in found.readers.all():
        FeedbackReader.objects.create(thread=part, member_id=reader.member_id, named_by=reader.named_by, at=now)
    guards.move(found, act)
    note = _("Tách thành góp ý riêng: %(subject)s") % {"subject": subject}
    say(found, MessageKind.NOTE, note, at=now, officer=guards.person(actor))
    found.save()
    record(act, actor=actor, target=found, detail={"into": str(part.pk)})
    return part

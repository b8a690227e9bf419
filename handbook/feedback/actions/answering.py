"""Answering: at once, or with the approval that the owner asks for. No way around: the gate is asked where it is sent."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial import gate
from editorial.models import ApprovalRequest
from editorial.requests.actions import ask
from handbook.feedback.actions import guards
from handbook.feedback.actions.guards import Actor
from handbook.feedback.actions.messages import say
from handbook.feedback.clock import Clock
from handbook.feedback.enums import MessageKind, State
from handbook.feedback.models import AnswerDraft, FeedbackSettings, FeedbackThread
from handbook.feedback.push import push_answer

LONGEST_QUESTION = 500  # of what is asked back where answers are approved: nobody approves it, so it must not be one


def approvals_of(thread: FeedbackThread) -> int:
    """How many must approve its answer. Of what is confidential nobody else may read, so nobody approves it."""
    if thread.confidential:
        return 0
    found = FeedbackSettings.objects.filter(organization=thread.owner_id).values_list("approvals", flat=True).first()
    return found or 0


@transaction.atomic
def draft_answer(*, actor: Actor, thread: FeedbackThread, body: str) -> AnswerDraft:
    """Keep an answer that is being written; whoever may work on the thread goes on with it."""
    act = "draft_answer"
    found = guards.worked_on(actor, thread, act)
    body = guards.text(body, field="body", act=act, missing=_("Hãy ghi câu trả lời."))
    guards.move(found, act)
    found.save(update_fields=["state"])
    draft = _keep_draft(found, body, actor)
    record(act, actor=actor, target=found)
    return draft


@transaction.atomic
def submit_answer(*, actor: Actor, thread: FeedbackThread, body: str = "") -> FeedbackThread:
    """Put the answer before the owner's committee. Its last approval sends it to the member."""
    act = "submit_answer"
    found = guards.worked_on(actor, thread, act)
    draft = _draft(found, body, actor, act)
    required = approvals_of(found)
    if not required:
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(unit)s” không yêu cầu duyệt câu trả lời. Hãy bấm “Trả lời”.") % {"unit": found.owner},
            act=act,
            target=found,
        )
    ask(actor=actor, thing=draft, organization=found.owner, required=required, due_at=found.due_at)
    guards.move(found, act)
    found.save(update_fields=["state"])
    record(act, actor=actor, target=found)
    return found


@transaction.atomic
def answer_feedback(*, actor: Actor, thread: FeedbackThread, body: str = "") -> FeedbackThread:
    """Answer the member, with this text or the draft. Refused where the owner's committee has to approve it first."""
    act = "answer_feedback"
    found = guards.worked_on(actor, thread, act)
    if found.state == State.MERGED:
        raise Refused(
            RefusalCode.CONFLICT,
            _("Góp ý này đã gộp. Hãy trả lời ở góp ý được gộp vào."),
            act=act,
            target=found,
        )
    draft = _draft(found, body, actor, act)
    return _send(found, draft, officer=guards.person(actor), actor=actor)


@transaction.atomic
def ask_back(*, actor: Actor, thread: FeedbackThread, body: str) -> FeedbackThread:
    """Ask the member for more. The clock stands still until they say something.

    Where the owner's committee approves answers, it is a short question that says of itself that it is no answer.
    """
    act = "ask_back"
    found = guards.worked_on(actor, thread, act)
    needed = approvals_of(found)
    longest = LONGEST_QUESTION if needed else guards.LONGEST_BODY
    body = guards.text(body, field="body", act=act, missing=_("Hãy ghi điều cần đảng viên nói rõ."), longest=longest)
    if needed:
        with override("vi"):
            body = _("Cấp ủy hỏi thêm, chưa phải câu trả lời:\n%(body)s") % {"body": body}
    now = timezone.now()
    Clock.at(now).stop(found, keep_rest=True)
    guards.move(found, act)
    say(found, MessageKind.COMMITTEE, body, at=now, officer=guards.person(actor))
    found.save()
    record(act, actor=actor, target=found)
    push_answer(found)
    return found


def send_approved(draft: AnswerDraft, request: ApprovalRequest) -> None:
    """Send what was approved, in the transaction of the last approval. For ``approval.AnswerSubject``."""
    thread = FeedbackThread.objects.select_related(*guards.RELATED).get(pk=draft.thread_id)
    guards.require_state(thread, "answer_feedback")
    _send(thread, draft, officer=request.asked_by, actor=request.asked_by or "approval")


def take_back(draft: AnswerDraft) -> None:
    """Back to who writes, from before the committee. For ``approval.AnswerSubject``."""
    lock_order()
    thread = FeedbackThread.objects.get(pk=draft.thread_id)
    if thread.state == State.APPROVING:
        guards.move(thread, "return_answer")
        thread.save(update_fields=["state"])


def _send(thread: FeedbackThread, draft: AnswerDraft, *, officer: User | None, actor: Actor) -> FeedbackThread:
    act = "answer_feedback"
    required = approvals_of(thread)
    if required and gate.refuse_unapproved_thing(draft, act=act).required < required:
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(unit)s” nay cần %(n)d người duyệt. Hãy trình lại.") % {"unit": thread.owner, "n": required},
            act=act,
            target=thread,
        )
    now = timezone.now()
    clock = Clock.at(now)
    for each in [thread, *thread.duplicates.filter(state=State.MERGED).select_related("topic")]:
        clock.stop(each)
        say(each, MessageKind.COMMITTEE, draft.body, at=now, officer=officer)
        each.settled_at = now
        each.escalated_to = None
        guards.move(each, act)
        each.save()
        push_answer(each)
    draft.delete()
    record(act, actor=actor, target=thread, detail={"organization": thread.owner_id, "approvals": required})
    return thread


def _draft(thread: FeedbackThread, body: str, actor: Actor, act: str) -> AnswerDraft:
    """The draft with this text, or as it was kept. Refused where there is neither."""
    if body.strip():
        body = guards.text(body, field="body", act=act, missing="")
        kept = AnswerDraft.objects.filter(thread=thread, body=body).first()
        return kept or _keep_draft(thread, body, actor)
    found = AnswerDraft.objects.filter(thread=thread).first()
    if found is None:
        raise Refused(RefusalCode.REQUIRED, _("Hãy ghi câu trả lời."), field="body", act=act, target=thread)
    return found


def _keep_draft(thread: FeedbackThread, body: str, actor: Actor) -> AnswerDraft:
    draft, _made = AnswerDraft.objects.update_or_create(
        thread=thread, defaults={"body": body, "changed_at": timezone.now()}
    )
    if writer := guards.person(actor):
        draft.writers.add(writer)
    return draft

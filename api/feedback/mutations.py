"""What members and officers do with feedback."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import graphene
from django.utils.translation import gettext as _

from accounts.models import User
from api.errors import refusals_as_data, unauthenticated
from api.feedback.queries import thread_key
from api.feedback.rows import officer_row, own_rows, thread_now
from api.feedback.types import (
    AssignFeedbackInput,
    FeedbackConsentInput,
    FeedbackDraftInput,
    FeedbackIdInput,
    FeedbackPayload,
    FeedbackTextInput,
    ForwardFeedbackInput,
    MergeFeedbackInput,
    NameFeedbackReaderInput,
    RateFeedbackInput,
    ReplyFeedbackInput,
    RevealFeedbackPayload,
    SendFeedbackInput,
    SplitFeedbackInput,
)
from api.viewer import Context
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.feedback import actions
from handbook.feedback.actions.guards import not_found
from handbook.feedback.models import FeedbackThread
from handbook.feedback.naming import officer_of
from organizations.models import Member, Organization

UNKNOWN = uuid.UUID(int=0)


def _field(description: str, input: type[graphene.InputObjectType], payload: Any = FeedbackPayload) -> graphene.Field:
    return graphene.Field(
        payload, description=description, input=graphene.Argument(input, required=True, description="What it takes.")
    )


class FeedbackMutations:
    """Root fields that change feedback."""

    send_feedback = _field("Ask, give an opinion, or report.", SendFeedbackInput)
    reply_feedback = _field("Go on in one's own thread; what was answered is taken up again.", ReplyFeedbackInput)
    rate_feedback = _field("Say how good the answer was.", RateFeedbackInput)
    mark_feedback_read = _field("The caller has read the answers so far.", FeedbackIdInput)
    allow_feedback_publication = _field("Allow to publish one's question without names, or not.", FeedbackConsentInput)
    assign_feedback = _field("For officers: say who is to answer.", AssignFeedbackInput)
    forward_feedback = _field("For officers: make another unit the owner.", ForwardFeedbackInput)
    note_feedback = _field("For officers: write a note that the member never reads.", FeedbackTextInput)
    draft_feedback_answer = _field("For officers: keep an answer that is being written.", FeedbackTextInput)
    submit_feedback_answer = _field(
        "For officers: put the answer before the committee, where the unit asks for that.", FeedbackDraftInput
    )
    answer_feedback = _field("For officers: answer; FORBIDDEN where the committee approves first.", FeedbackDraftInput)
    ask_back_feedback = _field(
        "For officers: ask the member for more; the clock stands still. At most 500 characters where the committee approves"
        " answers.",
        FeedbackTextInput,
    )
    close_feedback = _field(
        "For officers: end it; the reason goes to the member. Where the committee approves answers it becomes a note, and the"
        " member gets a fixed sentence.",
        FeedbackTextInput,
    )
    reopen_feedback = _field("For officers: take it up again.", FeedbackTextInput)
    merge_feedback = _field("For officers: answer a duplicate with another thread.", MergeFeedbackInput)
    split_feedback = _field("For officers: make a thread of a part; that part comes back.", SplitFeedbackInput)
    name_feedback_reader = _field(
        "For officers: let one more person read a confidential thread; only who is named may.", NameFeedbackReaderInput
    )
    reveal_feedback_author = _field(
        "For upper committees: look who wrote an anonymous thread. Each look is recorded.",
        FeedbackIdInput,
        RevealFeedbackPayload,
    )

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_send_feedback(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        thread = actions.send_feedback(
            member=_member(info.context),
            subject=input.subject,
            body=input.body,
            kind=input.kind.value,
            topic=input.topic or "",
            to=input.to or "",
            anonymous_to_cell=bool(input.anonymous_to_cell),
            confidential=bool(input.confidential),
            client_id=input.client_id or "",
            uploads=_uploads(input),
        )
        return _own(info.context, thread)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_reply_feedback(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        thread = actions.reply_feedback(
            member=_member(info.context),
            thread_id=thread_key(input.thread_id) or UNKNOWN,
            body=input.body,
            client_id=input.client_id or "",
            after=input.after or "",
            uploads=_uploads(input),
        )
        return _own(info.context, thread)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_rate_feedback(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        key = thread_key(input.thread_id) or UNKNOWN
        thread = actions.rate_feedback(
            member=_member(info.context), thread_id=key, stars=input.stars, comment=input.comment or ""
        )
        return _own(info.context, thread)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_mark_feedback_read(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        key = thread_key(input.thread_id) or UNKNOWN
        return _own(info.context, actions.mark_feedback_read(member=_member(info.context), thread_id=key))

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_allow_feedback_publication(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        key = thread_key(input.thread_id) or UNKNOWN
        thread = actions.allow_publication(member=_member(info.context), thread_id=key, allowed=input.allowed)
        return _own(info.context, thread)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_assign_feedback(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        def act(user: User, thread: FeedbackThread) -> FeedbackThread:
            to = Member.objects.active().filter(code=input.to).first() if input.to else None
            if input.to and to is None:
                message = _("Người này không trả lời góp ý ở “%(unit)s” được. Hãy chọn người khác.")
                raise Refused(RefusalCode.INVALID, message % {"unit": thread.owner}, field="to", act="assign_feedback")
            return actions.assign_feedback(actor=user, thread=thread, to=to)

        return _worked(info.context, input, "assign_feedback", act)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_forward_feedback(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        def act(user: User, thread: FeedbackThread) -> FeedbackThread:
            to = Organization.objects.filter(code=input.to).first()
            if to is None:
                message = _("Không có tổ chức mang mã “%(code)s”.") % {"code": input.to[:32]}
                raise Refused(RefusalCode.NOT_FOUND, message, field="to", act="forward_feedback")
            return actions.forward_feedback(actor=user, thread=thread, to=to, note=input.note)

        return _worked(info.context, input, "forward_feedback", act)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_note_feedback(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        def act(user: User, thread: FeedbackThread) -> FeedbackThread:
            actions.note_feedback(actor=user, thread=thread, body=input.body)
            return thread

        return _worked(info.context, input, "note_feedback", act)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_draft_feedback_answer(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        def act(user: User, thread: FeedbackThread) -> FeedbackThread:
            actions.draft_answer(actor=user, thread=thread, body=input.body)
            return thread

        return _worked(info.context, input, "draft_answer", act)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_submit_feedback_answer(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        def act(user: User, thread: FeedbackThread) -> FeedbackThread:
            return actions.submit_answer(actor=user, thread=thread, body=input.body or "")

        return _worked(info.context, input, "submit_answer", act)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_answer_feedback(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        def act(user: User, thread: FeedbackThread) -> FeedbackThread:
            return actions.answer_feedback(actor=user, thread=thread, body=input.body or "")

        return _worked(info.context, input, "answer_feedback", act)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_ask_back_feedback(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        def act(user: User, thread: FeedbackThread) -> FeedbackThread:
            return actions.ask_back(actor=user, thread=thread, body=input.body)

        return _worked(info.context, input, "ask_back", act)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_close_feedback(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        def act(user: User, thread: FeedbackThread) -> FeedbackThread:
            return actions.close_feedback(actor=user, thread=thread, reason=input.body)

        return _worked(info.context, input, "close_feedback", act)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_reopen_feedback(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        def act(user: User, thread: FeedbackThread) -> FeedbackThread:
            return actions.reopen_for_unit(actor=user, thread=thread, note=input.body)

        return _worked(info.context, input, "reopen_feedback", act)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_merge_feedback(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        def act(user: User, thread: FeedbackThread) -> FeedbackThread:
            into = FeedbackThread.objects.filter(pk=thread_key(input.into_id) or UNKNOWN).first()
            if into is None:
                raise not_found("merge_feedback", field="into")
            return actions.merge_feedback(actor=user, thread=thread, into=into)

        return _worked(info.context, input, "merge_feedback", act)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_split_feedback(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        def act(user: User, thread: FeedbackThread) -> FeedbackThread:
            return actions.split_feedback(actor=user, thread=thread, subject=input.subject, body=input.body)

        return _worked(info.context, input, "split_feedback", act)

    @staticmethod
    @refusals_as_data(FeedbackPayload)
    def resolve_name_feedback_reader(root: Any, info: graphene.ResolveInfo, *, input: Any) -> FeedbackPayload:
        def act(user: User, thread: FeedbackThread) -> FeedbackThread:
            actions.name_reader(actor=user, thread=thread, member=officer_of(input.member))
            return thread

        return _worked(info.context, input, "name_reader", act)

    @staticmethod
    @refusals_as_data(RevealFeedbackPayload)
    def resolve_reveal_feedback_author(root: Any, info: graphene.ResolveInfo, *, input: Any) -> RevealFeedbackPayload:
        user, thread = _thread(info.context, input, "reveal_author")
        author = actions.reveal_author(actor=user, thread=thread)
        return RevealFeedbackPayload(author={"code": author.code, "full_name": author.full_name})


def _member(context: Context) -> Member:
    """The caller as a member. Raises Refused UNAUTHENTICATED, or FORBIDDEN where they are none."""
    context.signed_in()
    if context.member is None:
        raise Refused(RefusalCode.FORBIDDEN, _("Chỉ đảng viên đang sinh hoạt gửi được góp ý."))
    return context.member


def _uploads(input: Any) -> tuple[uuid.UUID, ...]:
    return tuple(thread_key(each) or UNKNOWN for each in input.attachments or ())


def _own(context: Context, thread: FeedbackThread) -> FeedbackPayload:
    return FeedbackPayload(thread=own_rows([thread_now(thread.pk)], context)[0])


def _thread(context: Context, input: Any, act: str) -> tuple[User, FeedbackThread]:
    """The caller and the thread of this id, which exists for them as an officer; else it is not found."""
    if context.user is None:
        raise unauthenticated(act=act)
    threads = FeedbackThread.objects.of_officer(context.user).select_related("owner")
    found = threads.filter(pk=thread_key(input.thread_id) or UNKNOWN).first()
    if found is None:
        raise not_found(act)
    return context.user, found


def _worked(
    context: Context, input: Any, act: str, do: Callable[[User, FeedbackThread], FeedbackThread]
) -> FeedbackPayload:
    user, thread = _thread(context, input, act)
    done = do(user, thread)
    return FeedbackPayload(thread=officer_row(thread_now(done.pk), context))

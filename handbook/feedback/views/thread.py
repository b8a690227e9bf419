"""The screen of a thread: what was said, and all that may be done with it, on one page that works on a phone."""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages

from audit.actions import record_refusal
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.feedback import actions
from handbook.feedback.actions.answering import approvals_of
from handbook.feedback.enums import TRANSITIONS, MessageKind, State
from handbook.feedback.forms import AssignForm, ForwardForm, MergeForm
from handbook.feedback.models import AnswerDraft, FeedbackMessage, FeedbackThread
from handbook.feedback.naming import officer_of
from handbook.feedback.permissions import (
    author_of,
    duplicates_for_officer,
    may_reveal,
    may_work_on,
    messages_for_officer,
    shown_name,
)
from handbook.feedback.views.base import ThreadScreen
from organizations.models import Member

# What a button of the page says, and the act of the table that it stands for.
ACTS = {
    "answer": "answer_feedback",
    "submit": "submit_answer",
    "draft": "draft_answer",
    "ask": "ask_back",
    "assign": "assign_feedback",
    "forward": "forward_feedback",
    "note": "note_feedback",
    "merge": "merge_feedback",
    "split": "split_feedback",
    "close": "close_feedback",
    "reopen": "reopen_feedback",
    "reveal": "reveal_author",
    "name": "name_reader",
    "publish": "publish_feedback",
}


class ThreadView(ThreadScreen):
    """A thread. Who only handed it on reads what their unit saw of it, and does nothing."""

    template_name = "feedback/thread.html"
    revealed: Member | None = None

    def get_page_title(self) -> str:
        return self.thread.subject

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        thread, user = self.thread, self.request.user
        works = may_work_on(user, thread)
        typed = self.request.POST if self.request.method == "POST" else {}
        draft = AnswerDraft.objects.filter(thread=thread).first() if works else None
        needed = approvals_of(thread)
        return super().get_context_data(
            thread=thread,
            said=self._said(),
            author=self.revealed.full_name if self.revealed else author_of(thread),
            author_code=self.revealed.code if self.revealed else "",
            may_reveal=works and not self.revealed and may_reveal(user, thread),
            late=thread.is_late_at(timezone.now()),
            works=works,
            can={name: works and thread.state in TRANSITIONS[act] for name, act in ACTS.items()},
            by_hand=thread.state not in (State.MERGED, State.APPROVING),
            needs_approval=needed,
            draft=draft,
            answer=typed.get("answer") or (draft.body if draft else ""),
            typed=typed,
            assign=AssignForm(thread=thread, initial={"to": thread.assigned_to_id}),
            forward=(forward := ForwardForm(initial={"to": typed.get("to"), "note": typed.get("note", "")})),
            merge=MergeForm(thread=thread, user=user),
            duplicates=self._duplicates() if works else (),
            handovers=thread.handovers.select_related("from_unit", "to_unit", "by") if works else (),
            readers=thread.readers.select_related("member") if works and thread.confidential else (),
            media=forward.media,
            **kwargs,
        )

    def _said(self) -> list[dict[str, Any]]:
        found = messages_for_officer(self.request.user, self.thread).select_related("organization", "officer")
        return [_row(message, self.thread) for message in found.prefetch_related("files")]

    def _duplicates(self) -> list[dict[str, Any]]:
        """What the members say in the threads that are answered with this one."""
        threads = duplicates_for_officer(self.request.user, self.thread).select_related("author")
        said: dict[uuid.UUID, list[FeedbackMessage]] = defaultdict(list)
        for message in FeedbackMessage.objects.filter(
            thread__in=threads.order_by().values("pk"), kind=MessageKind.MEMBER
        ).prefetch_related("files"):
            said[message.thread_id].append(message)
        return [
            {"thread": each, "author": author_of(each), "said": [_row(message, each) for message in said[each.pk]]}
            for each in threads.order_by("created_at", "pk")
        ]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do what was pressed. A refusal leaves everything that was typed where it stands."""
        try:
            answer = self._act(request.POST.get("act", ""))
        except Refused as refusal:
            record_refusal(refusal, actor=self.actor, channel="admin")
            messages.error(request, refusal.message)
            del self.thread
            return self.render_to_response(self.get_context_data(), status=400)
        return answer

    def _act(self, name: str) -> HttpResponse:
        post = self.request.POST
        by: dict[str, Any] = {"actor": self.actor, "thread": self.thread}
        here = HttpResponseRedirect(self.request.path)
        if name == "reveal":
            self.revealed = actions.reveal_author(**by)
            return self.render_to_response(self.get_context_data())
        if name == "answer":
            actions.answer_feedback(body=post.get("answer", ""), **by)
            self.told(_("Đã gửi câu trả lời cho đảng viên."))
            return HttpResponseRedirect(reverse("feedback:index"))
        if name == "submit":
            actions.submit_answer(body=post.get("answer", ""), **by)
            self.told(_("Đã trình cấp ủy duyệt câu trả lời."))
        elif name == "draft":
            actions.draft_answer(body=post.get("answer", ""), **by)
            self.told(_("Đã lưu dự thảo trả lời."))
        elif name == "ask":
            actions.ask_back(body=post.get("answer", ""), **by)
            self.told(_("Đã hỏi lại đảng viên. Thời hạn tạm dừng đến khi đảng viên trả lời."))
        elif name == "note":
            actions.note_feedback(body=post.get("note", ""), **by)
            self.told(_("Đã ghi chú."))
        elif name == "assign":
            actions.assign_feedback(to=_cleaned(AssignForm(post, thread=self.thread))["to"], **by)
            self.told(_("Đã giao việc."))
        elif name == "forward":
            facts = _cleaned(ForwardForm(post))
            actions.forward_feedback(to=facts["to"], note=facts["note"], **by)
            self.told(_("Đã chuyển đến “%(unit)s”.") % {"unit": facts["to"]})
            return HttpResponseRedirect(reverse("feedback:index"))
        elif name == "merge":
            into: FeedbackThread = _cleaned(MergeForm(post, thread=self.thread, user=self.actor))["into"]
            actions.merge_feedback(into=into, **by)
            self.told(_("Đã gộp. Câu trả lời sẽ đến cả hai đảng viên."))
            return HttpResponseRedirect(reverse("feedback:thread", args=[into.pk]))
        elif name == "split":
            part = actions.split_feedback(subject=post.get("part_subject", ""), body=post.get("part_body", ""), **by)
            self.told(_("Đã tách thành góp ý riêng."))
            return HttpResponseRedirect(reverse("feedback:thread", args=[part.pk]))
        elif name == "close":
            actions.close_feedback(reason=post.get("reason", ""), **by)
            self.told(_("Đã kết thúc."))
            return HttpResponseRedirect(reverse("feedback:index"))
        elif name == "reopen":
            actions.reopen_for_unit(note=post.get("reason", ""), **by)
            self.told(_("Đã mở lại."))
        elif name == "name":
            actions.name_reader(member=officer_of(post.get("member", "")), **by)
            self.told(_("Đã thêm người đọc."))
        return here


def _row(message: FeedbackMessage, thread: FeedbackThread) -> dict[str, Any]:
    """A message with its files, as officers read them."""
    files = []
    for file in message.files.all():
        file.message = message
        files.append({"file": file, "name": shown_name(file, thread)})
    return {"message": message, "files": files, "is_note": message.kind == MessageKind.NOTE}


def _cleaned(form: forms.Form) -> dict[str, Any]:
    """What was filled in. Raises Refused with the first thing that is wrong."""
    if form.is_valid():
        return form.cleaned_data
    field, errors = next(iter(form.errors.items()))
    raise Refused(RefusalCode.INVALID, f"{form.fields[field].label}: {errors[0]}", field=field)

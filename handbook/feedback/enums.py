"""The words of feedback, and the one table of which act is possible in which state."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a member writes."""

    QUESTION = "question", _("Câu hỏi")
    OPINION = "opinion", _("Góp ý")
    REPORT = "report", _("Phản ánh")


class State(models.TextChoices):
    """Where a thread stands. Its owner, its deadline and whether it is late are kept beside it."""

    NEW = "new", _("Mới đến")
    IN_PROGRESS = "in_progress", _("Đang xử lý")
    WAITING = "waiting", _("Chờ đảng viên bổ sung")
    APPROVING = "approving", _("Câu trả lời chờ duyệt")
    ANSWERED = "answered", _("Đã trả lời")
    CLOSED = "closed", _("Đã kết thúc")
    MERGED = "merged", _("Gộp vào câu hỏi trùng")


# The whole of what may be done when, and what a thread is afterwards.
TRANSITIONS: dict[str, dict[str, str]] = {
    # the member
    "reply_feedback": {
        State.NEW: State.NEW,
        State.IN_PROGRESS: State.IN_PROGRESS,
        State.WAITING: State.IN_PROGRESS,
        State.APPROVING: State.IN_PROGRESS,  # the question is another now: what was approved for the last lapses
        State.MERGED: State.MERGED,
    },
    "reopen_feedback": {State.ANSWERED: State.IN_PROGRESS, State.CLOSED: State.IN_PROGRESS},
    "rate_feedback": {State.ANSWERED: State.ANSWERED, State.CLOSED: State.CLOSED},
    "allow_publication": {state.value: state.value for state in State},
    # the committee
    "assign_feedback": {
        State.NEW: State.IN_PROGRESS,
        State.IN_PROGRESS: State.IN_PROGRESS,
        State.WAITING: State.WAITING,
    },
    "forward_feedback": {
        State.NEW: State.NEW,
        State.IN_PROGRESS: State.NEW,
        State.APPROVING: State.NEW,
    },
    "note_feedback": {state.value: state.value for state in State},
    "name_reader": {state.value: state.value for state in State},
    "draft_answer": {State.NEW: State.IN_PROGRESS, State.IN_PROGRESS: State.IN_PROGRESS, State.WAITING: State.WAITING},
    "submit_answer": {State.NEW: State.APPROVING, State.IN_PROGRESS: State.APPROVING},
    "return_answer": {State.APPROVING: State.IN_PROGRESS},
    "answer_feedback": {
        State.NEW: State.ANSWERED,
        State.IN_PROGRESS: State.ANSWERED,
        State.WAITING: State.ANSWERED,
        State.APPROVING: State.ANSWERED,
        State.MERGED: State.ANSWERED,  # with the one into which it was merged
    },
    "ask_back": {State.NEW: State.WAITING, State.IN_PROGRESS: State.WAITING},
    "merge_feedback": {State.NEW: State.MERGED, State.IN_PROGRESS: State.MERGED},
    # the other one, with which the duplicate is answered from now on
    "take_up_duplicate": {
        State.NEW: State.NEW,
        State.IN_PROGRESS: State.IN_PROGRESS,
        State.WAITING: State.IN_PROGRESS,
    },
    "split_feedback": {State.NEW: State.NEW, State.IN_PROGRESS: State.IN_PROGRESS, State.WAITING: State.WAITING},
    "close_feedback": {
        State.NEW: State.CLOSED,
        State.IN_PROGRESS: State.CLOSED,
        State.WAITING: State.CLOSED,
        State.ANSWERED: State.CLOSED,
        State.MERGED: State.CLOSED,  # with the one into which it was merged
    },
    "reveal_author": {state.value: state.value for state in State},
    "publish_feedback": {State.ANSWERED: State.ANSWERED, State.CLOSED: State.CLOSED},
    # nobody: the clock, and units that end
    "escalate_feedback": {
        State.NEW: State.NEW,
        State.IN_PROGRESS: State.IN_PROGRESS,
        State.APPROVING: State.APPROVING,
    },
}

# States in which the committee owes something, and the clock runs.
RUNNING = frozenset({State.NEW, State.IN_PROGRESS, State.APPROVING})
# States in which something is still to come.
UNSETTLED = frozenset({*RUNNING, State.WAITING, State.MERGED})


class MessageKind(models.TextChoices):
    """Who says something to whom."""

    MEMBER = "member", _("Đảng viên")
    COMMITTEE = "committee", _("Cấp ủy")
    NOTE = "note", _("Ghi chú nội bộ")


# What the member is shown of a thread.
SHOWN_TO_MEMBER = frozenset({MessageKind.MEMBER, MessageKind.COMMITTEE})


class HandoverKind(models.TextChoices):
    """Why a thread came to another unit."""

    FORWARD = "forward", _("Chuyển tiếp")
    ESCALATION = "escalation", _("Quá hạn, báo lên cấp trên")
    SUCCESSION = "succession", _("Tổ chức sáp nhập hoặc kết thúc")


# Working time for an answer where the topic says nothing else, and before the end of it a warning.
ANSWER_HOURS = 40
WARNING_HOURS = 8
# Who gets a thread from elsewhere has at least this much of it left, unless it is late already.
HANDOVER_HOURS = 8
# After a deadline has passed the next committee above is told, and again after so much working time the one above that.
ESCALATION_HOURS = 16
# Within this time after an answer or an end the member may take it up again; then it is closed for good.
REOPEN_WITHIN = datetime.timedelta(days=14)

"""Every write of this room. Screens, the API, tasks and the demo call these, and nothing else changes a row."""

from handbook.feedback.actions.answering import answer_feedback, ask_back, draft_answer, submit_answer
from handbook.feedback.actions.clockwork import run_clock
from handbook.feedback.actions.consulting import (
    end_consultation,
    give_opinion,
    open_consultation,
    save_consultation,
    settle_opinion,
)
from handbook.feedback.actions.handling import (
    assign_feedback,
    close_feedback,
    forward_feedback,
    name_reader,
    note_feedback,
    reopen_for_unit,
    reveal_author,
)
from handbook.feedback.actions.keeping import (
    delete_rule,
    delete_topic,
    drop_view,
    save_rule,
    save_settings,
    save_topic,
    save_view,
)
from handbook.feedback.actions.looking import log_names_exported, log_opinions_read
from handbook.feedback.actions.publishing import publish_feedback
from handbook.feedback.actions.sending import (
    allow_publication,
    mark_feedback_read,
    rate_feedback,
    reply_feedback,
    send_feedback,
)
from handbook.feedback.actions.sorting import merge_feedback, split_feedback

__all__ = [
    "allow_publication",
    "answer_feedback",
    "ask_back",
    "assign_feedback",
    "close_feedback",
    "delete_rule",
    "delete_topic",
    "draft_answer",
    "drop_view",
    "end_consultation",
    "forward_feedback",
    "give_opinion",
    "log_names_exported",
    "log_opinions_read",
    "mark_feedback_read",
    "merge_feedback",
    "name_reader",
    "note_feedback",
    "open_consultation",
    "publish_feedback",
    "rate_feedback",
    "reopen_for_unit",
    "reply_feedback",
    "reveal_author",
    "run_clock",
    "save_consultation",
    "save_rule",
    "save_settings",
    "save_topic",
    "save_view",
    "send_feedback",
    "settle_opinion",
    "split_feedback",
    "submit_answer",
]

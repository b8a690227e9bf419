"""Every write of this room. Nothing else changes a notice, a receipt or a budget."""

from handbook.notices.actions.drafts import Content, discard_notice, save_notice
from handbook.notices.actions.files import keep_file
from handbook.notices.actions.reading import log_names_read
from handbook.notices.actions.receipts import Outcome, Told, record_one, record_receipts
from handbook.notices.actions.rules import set_approval_rule
from handbook.notices.actions.sending import (
    correct_notice,
    recall_notice,
    reschedule_notice,
    send_notice,
    send_now,
    take_back_notice,
)
from handbook.notices.actions.telling import remind_due, remind_notice, tell_due, tell_in_person
from handbook.notices.actions.templates import change_template, delete_template, save_template
from handbook.notices.actions.texts import set_text_budget, text_the_urgent

__all__ = [
    "Content",
    "Outcome",
    "Told",
    "change_template",
    "correct_notice",
    "delete_template",
    "discard_notice",
    "keep_file",
    "log_names_read",
    "recall_notice",
    "record_one",
    "record_receipts",
    "remind_due",
    "remind_notice",
    "reschedule_notice",
    "save_notice",
    "save_template",
    "send_notice",
    "send_now",
    "set_approval_rule",
    "set_text_budget",
    "take_back_notice",
    "tell_due",
    "tell_in_person",
    "text_the_urgent",
]

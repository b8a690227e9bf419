"""The rows of this room."""

from handbook.feedback.models.answer import AnswerDraft, FeedbackSettings
from handbook.feedback.models.consultation import Consultation, ConsultationSection, Opinion
from handbook.feedback.models.passage import FeedbackReader, Handover, Lateness, SavedView
from handbook.feedback.models.thread import FeedbackFile, FeedbackMessage, FeedbackThread
from handbook.feedback.models.topic import RoutingRule, Topic

__all__ = [
    "AnswerDraft",
    "Consultation",
    "ConsultationSection",
    "FeedbackFile",
    "FeedbackMessage",
    "FeedbackReader",
    "FeedbackSettings",
    "FeedbackThread",
    "Handover",
    "Lateness",
    "Opinion",
    "RoutingRule",
    "SavedView",
    "Topic",
]

"""What this room adds to the Wagtail admin."""

from __future__ import annotations

from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet

from handbook.feedback.viewsets import FeedbackViewSet, RuleViewSet, TopicViewSet


@hooks.register("register_admin_viewset")
def screens() -> list[ViewSet]:
    """The inbox with its threads and numbers; topics and rules, under the settings."""
    return [FeedbackViewSet(), TopicViewSet(), RuleViewSet()]

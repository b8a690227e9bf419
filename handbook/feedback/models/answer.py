"""Answers before they are given, and what a unit asks of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization


class AnswerDraft(models.Model):
    """The answer to a thread as it is being written; what a committee approves where the unit asks for that.

    One for each thread: gone when the answer is given. ``writers`` are all who wrote on it since.
    """

    thread = models.OneToOneField("feedback.FeedbackThread", models.CASCADE, related_name="draft")
    body = models.TextField(_("câu trả lời"))
    writers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        verbose_name = _("dự thảo trả lời")
        verbose_name_plural = _("dự thảo trả lời")

    def __str__(self) -> str:
        return self.thread.subject


class FeedbackSettings(models.Model):
    """What a unit asks of its answers. Without a row: nothing."""

    organization = models.OneToOneField(
        Organization, models.CASCADE, related_name="feedback_settings", verbose_name=_("tổ chức")
    )
    approvals = models.PositiveSmallIntegerField(
        _("số người duyệt câu trả lời"),
        default=0,
        help_text=_("0: cán bộ trả lời ngay. Từ 1: cấp ủy duyệt xong mới gửi cho đảng viên."),
    )

    class Meta:
        verbose_name = _("cách trả lời góp ý")
        verbose_name_plural = _("cách trả lời góp ý")

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.approvals}"

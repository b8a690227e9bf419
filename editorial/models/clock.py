"""By when an open step is to be decided, and who was told as that time came near and went by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import TaskState


class StepClock(models.Model):
    """The deadline of one open step of a page; requests carry their own (``ApprovalRequest.due_at``).

    Written when the step begins and again as the working calendar changes, so that lists read it and reckon nothing.
    """

    state = models.OneToOneField(TaskState, models.CASCADE, related_name="clock")
    due_at = models.DateTimeField(_("hạn quyết định"), db_index=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    # From then on the step's substitute decides too.
    escalated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("hạn của bước duyệt")
        verbose_name_plural = _("hạn của bước duyệt")

    def __str__(self) -> str:
        return f"{self.state_id} @ {self.due_at:%Y-%m-%d %H:%M}"

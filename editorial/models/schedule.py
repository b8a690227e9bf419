"""What is to go out or come down, and when."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from cms.models import ContentPage
from editorial.enums import ScheduledAct, ScheduleState


class Attempted(models.Model):
    """What the publisher does when its time has come, and does again after a growing pause where it did not succeed."""

    attempts = models.PositiveSmallIntegerField(_("số lần thử"), default=0)
    next_attempt_at = models.DateTimeField(_("thử lại lúc"), null=True, blank=True)
    last_error = models.TextField(_("lỗi gần nhất"), blank=True)

    class Meta:
        abstract = True


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    """Reads of the schedule."""

    def pending(self) -> ScheduleQuerySet:
        """Acts that are still to be done."""
        return self.filter(state=ScheduleState.PENDING)

    def due(self, now: datetime.datetime) -> ScheduleQuerySet:
        """Pending acts whose time has come, those that failed again only after their pause; the oldest first."""
        ready = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
        return self.pending().filter(ready, due_at__lte=now).order_by("due_at", "pk")

    def failed(self) -> ScheduleQuerySet:
        """Pending acts that have been tried and did not succeed."""
        return self.pending().filter(attempts__gt=0)


class Schedule(Attempted):
    """One act of the publisher: to publish a revision, or to let it expire, at ``due_at``.

    This table is the truth; Wagtail's ``approved_go_live_at`` only mirrors it for the editing screens. Even what goes
    out at once passes through here, so that a failure leaves it due instead of lost.
    """

    page = models.ForeignKey(ContentPage, models.CASCADE, related_name="schedules")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="schedules")
    act = models.CharField(_("việc"), max_length=8, choices=ScheduledAct)
    due_at = models.DateTimeField(_("giờ hẹn"), db_index=True)
    state = models.CharField(_("trạng thái"), max_length=10, choices=ScheduleState, default=ScheduleState.PENDING)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("người hẹn")
    )
    done_at = models.DateTimeField(null=True, blank=True)
    # When the desk was told that the text is about to expire.
    warned_at = models.DateTimeField(null=True, blank=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        default_permissions = ()
        verbose_name = _("lịch đăng")
        verbose_name_plural = _("lịch đăng")
        indexes = [models.Index(fields=["state", "due_at"], name="schedule_due")]
        constraints = [
            models.UniqueConstraint(fields=["page", "act"], condition=Q(state="pending"), name="one_pending_act")
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.page_id} @ {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def has_failed(self) -> bool:
        """Tried, not done, still due."""
        return self.state == ScheduleState.PENDING and self.attempts > 0

    @property
    def lateness(self) -> datetime.timedelta:
        """How long after its time it was done, or how long it has been overdue until now."""
        return max(datetime.timedelta(0), (self.done_at or timezone.now()) - self.due_at)

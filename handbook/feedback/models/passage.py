"""What is kept beside a thread: where it has been, who was late, who is named in it; and saved views of the inbox."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from handbook.feedback.enums import HandoverKind
from organizations.models import Member, Organization


class Handover(models.Model):
    """That a thread went from one unit to another: forwarded, late, or because the unit ended.

    ``through`` is the number of the last message that the unit has seen: what it handed on stays readable to it as far.
    """

    thread = models.ForeignKey("feedback.FeedbackThread", models.CASCADE, related_name="handovers")
    kind = models.CharField(_("lý do"), max_length=16, choices=HandoverKind)
    from_unit = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("từ"))
    to_unit = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False, verbose_name=_("đến"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    note = models.CharField(_("ghi chú"), max_length=500, blank=True)
    through = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.thread_id}: {self.from_unit_id} → {self.to_unit_id}"


class FeedbackReader(models.Model):
    """Someone who is named in a confidential thread, and by whom (empty: by the rule that names the secretary)."""

    thread = models.ForeignKey("feedback.FeedbackThread", models.CASCADE, related_name="readers", db_index=False)
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["thread", "member"], name="one_feedback_reader")]

    def __str__(self) -> str:
        return f"{self.thread_id}: {self.member_id}"


class Lateness(models.Model):
    """That a unit let a deadline pass. Kept whatever becomes of the thread: the numbers of units are made of these."""

    thread = models.ForeignKey("feedback.FeedbackThread", models.CASCADE, related_name="latenesses", db_index=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["thread", "due_at"], name="one_lateness_per_deadline")]
        indexes = [models.Index(fields=["organization", "due_at"], name="feedback_lateness_of_unit")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.due_at}"


class SavedView(models.Model):
    """Filters of the inbox that a person keeps under a name."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(_("tên"), max_length=64)
    query = models.CharField(max_length=500)

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_feedback_view_per_name")]

    def __str__(self) -> str:
        return self.name

"""What members' phones told of notices, and what notices cost in texts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models import Member, Organization


class NoticeReceipt(models.Model):
    """What one member did with one version of a notice; each fact is set once, and a repetition changes nothing.

    ``..._at`` is the server's time, ``..._said_at`` beside it the phone's (never later than the server's). ``told_by``
    is who told the member in person and said so on their behalf, ``answered_by`` who wrote down the answer that the member
    gave them then; None where the member answered themselves.
    """

    # No index of its own: that of the constraint begins with it.
    notice = models.ForeignKey("notices.Notice", models.CASCADE, related_name="receipts", db_index=False)
    member = models.ForeignKey(Member, models.CASCADE, related_name="notice_receipts", db_index=False)
    version = models.PositiveIntegerField()
    delivered_at = models.DateTimeField(null=True)
    delivered_said_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    read_said_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_said_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_said_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    told_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["notice", "member", "version"], name="one_notice_receipt_per_version")
        ]
        indexes = [models.Index(fields=["member", "notice"], name="notice_receipt_of_member")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.notice_id} v{self.version}"


class NoticeText(models.Model):
    """That a member was sent a text (SMS or e-mail) about a version of an urgent notice, on the budget of the unit that
    sent it."""

    notice = models.ForeignKey("notices.Notice", models.CASCADE, related_name="texts", db_index=False)
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["notice", "member", "version"], name="one_notice_text_per_version")
        ]
        indexes = [models.Index(fields=["organization", "at"], name="notice_texts_of_unit")]

    def __str__(self) -> str:
        return f"{self.notice_id} to {self.member_id}"


class TextBudget(models.Model):
    """How many texts a unit may have sent in a calendar month. Without a row: none."""

    organization = models.OneToOneField(
        Organization, models.CASCADE, related_name="text_budget", verbose_name=_("tổ chức")
    )
    per_month = models.PositiveIntegerField(_("số tin mỗi tháng"))

    class Meta:
        default_permissions = ()
        verbose_name = _("hạn mức tin nhắn")
        verbose_name_plural = _("hạn mức tin nhắn")

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.per_month}"

"""Drafts on which a committee asks the members below it for their opinion, and what they say."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.enums import Right
from organizations.models import Member, Organization
from organizations.scope import Scope, organizations_where


class ConsultationState(models.TextChoices):
    """What was done with a consultation. Whether opinions are taken depends on its times as well (``is_open_at``)."""

    DRAFT = "draft", _("Bản nháp")
    OPEN = "open", _("Lấy ý kiến")
    ENDED = "ended", _("Kết thúc sớm")


# The whole of what may be done when, and what it is afterwards.
CONSULTATION_TRANSITIONS: dict[str, dict[str, str]] = {
    "save_consultation": {ConsultationState.DRAFT: ConsultationState.DRAFT},
    "open_consultation": {ConsultationState.DRAFT: ConsultationState.OPEN},
    "end_consultation": {ConsultationState.OPEN: ConsultationState.ENDED},
    "settle_opinion": {
        ConsultationState.OPEN: ConsultationState.OPEN,
        ConsultationState.ENDED: ConsultationState.ENDED,
    },
}


# How long after its end a draft takes what phones without a line had written before it.
TAKEN_LATE = datetime.timedelta(hours=24)


class Verdict(models.TextChoices):
    """What became of an opinion."""

    NEW = "new", _("Chưa xem xét")
    TAKEN = "taken", _("Tiếp thu")
    NOT_TAKEN = "not_taken", _("Không tiếp thu")


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    """Reads of consultations."""

    def visible_to(self, scope: Scope, at: datetime.datetime) -> ConsultationQuerySet:
        """What is asked of this caller, also when its time is over: the subtree of the unit, as with notices."""
        units = [int(pk) for level, _, pk in (key.partition(":") for key in scope.keys) if level == "member" and pk]
        return self.filter(organization__in=units, opens_at__lte=at).exclude(state=ConsultationState.DRAFT)

    def of_officer(self, user: Any) -> ConsultationQuerySet:
        """Those of units for which this person answers, drafts included."""
        return self.filter(organization__in=organizations_where(user, Right.ANSWER_FEEDBACK).order_by())


class Consultation(models.Model):
    """A draft that a unit opens to the members of its subtree for a time (lấy ý kiến)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="consultations", verbose_name=_("tổ chức lấy ý kiến")
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(_("tiêu đề"), max_length=255)
    summary = models.TextField(_("giới thiệu"), blank=True)
    state = models.CharField(max_length=16, choices=ConsultationState, default=ConsultationState.DRAFT)
    opens_at = models.DateTimeField(_("lấy ý kiến từ"))
    closes_at = models.DateTimeField(_("đến"))
    # From here on what is said is said during the meeting.
    meets_at = models.DateTimeField(_("giờ họp"), null=True, blank=True)
    told = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at", "-id"]
        default_permissions = ()
        verbose_name = _("đợt lấy ý kiến")
        verbose_name_plural = _("đợt lấy ý kiến")
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="consultation_times_in_order")
        ]
        indexes = [models.Index(fields=["organization", "-opens_at"], name="consultation_of_unit")]

    def __str__(self) -> str:
        return self.title

    def is_open_at(self, at: datetime.datetime) -> bool:
        """Whether opinions are taken at this moment."""
        return self.state == ConsultationState.OPEN and self.opens_at <= at < self.closes_at

    def takes(self, said_at: datetime.datetime, at: datetime.datetime) -> bool:
        """Whether an opinion is taken at this moment that was written at another: in time, and come not much later."""
        return self.is_open_at(at) or (self.is_open_at(said_at) and at < self.closes_at + TAKEN_LATE)


class ConsultationSection(models.Model):
    """A part of a draft on which one can say something by itself."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="sections", db_index=False)
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=255)
    body = models.TextField(blank=True)

    class Meta:
        ordering = ["consultation", "number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["consultation", "number"], name="one_section_per_number")]

    def __str__(self) -> str:
        return self.title


class Opinion(models.Model):
    """What a member says about a draft, as a whole or about a section; and whether it was taken in, with a reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="opinions", db_index=False)
    section = models.ForeignKey(ConsultationSection, models.PROTECT, null=True, related_name="opinions")
    member = models.ForeignKey(Member, models.PROTECT, related_name="opinions", db_index=False)
    cell = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    body = models.TextField()
    in_meeting = models.BooleanField(default=False)
    # When it came, by the server; and when it was written, by the phone (never later than it came), where it said so.
    sent_at = models.DateTimeField()
    said_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=16, choices=Verdict, default=Verdict.NEW)
    reason = models.CharField(_("lý do"), max_length=500, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    client_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["sent_at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["member", "client_id"], condition=~Q(client_id=""), name="opinion_sent_once_per_client_id"
            ),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.NOT_TAKEN) | ~Q(reason=""), name="opinion_not_taken_has_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["consultation", "member"], name="opinion_of_member"),
            models.Index(fields=["consultation", "section", "sent_at", "id"], name="opinion_of_section"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

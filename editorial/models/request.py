"""What is put before a committee that is no page: a request that binds decisions to the exact form of its subject."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from editorial.enums import Decision, RequestKind, RequestState
from editorial.models.steps import CommitteeApproval
from organizations.enums import Right
from organizations.models import Organization, Position
from organizations.scope import held_by, holders


class ApprovalRequestQuerySet(models.QuerySet["ApprovalRequest"]):
    """Reads of requests."""

    def about(self, subject: models.Model) -> ApprovalRequestQuerySet:
        """All requests about this thing."""
        return self.filter(subject_type=ContentType.objects.get_for_model(subject), subject_id=str(subject.pk))

    def waiting(self) -> ApprovalRequestQuerySet:
        """Those on which a committee has yet to decide."""
        return self.filter(state=RequestState.WAITING)

    def decided_at_by(self, user: Any) -> ApprovalRequestQuerySet:
        """Those on which this person decides, or has decided: for others they do not exist."""
        decided = RequestDecision.objects.filter(request=OuterRef("pk"), person_id=user.pk)
        return self.filter(_decided_by(user) | Exists(decided))

    def undecided_by(self, user: Any) -> ApprovalRequestQuerySet:
        """What waits for this person's word: without what they wrote themselves, and what they have decided."""
        decided = RequestDecision.objects.filter(request=OuterRef("pk"), person_id=user.pk)
        own = ApprovalRequest.writers.through.objects.filter(approvalrequest=OuterRef("pk"), user_id=user.pk)
        mine = self.waiting().filter(_decided_by(user))
        return mine.exclude(Exists(decided)).exclude(Exists(own))

    def with_count(self) -> ApprovalRequestQuerySet:
        """Each with ``given``: how many have approved so far."""
        approved = Q(decisions__decision=Decision.APPROVE)
        return self.annotate(given=models.Count("decisions", filter=approved))


class ApprovalRequest(models.Model):
    """A committee is asked to approve one exact form of something (tờ trình). Rows are kept as the path of the thing.

    ``digest`` is that of the form and its writers (``editorial.requests.subjects.digest_of``): whatever changes there
    leaves the request without force, whether or not anybody said that something changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("loại"), max_length=16, choices=RequestKind)
    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    subject_id = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    title = models.CharField(_("tiêu đề"), max_length=255)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="approval_requests", verbose_name=_("cấp ủy quyết định")
    )
    required = models.PositiveSmallIntegerField(_("số phê duyệt cần có"), default=1, validators=[MinValueValidator(1)])
    # Who wrote it: they have no say on it.
    writers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("người trình")
    )
    asked_at = models.DateTimeField(_("trình lúc"))
    due_at = models.DateTimeField(_("hạn quyết định"))
    state = models.CharField(_("trạng thái"), max_length=16, choices=RequestState, default=RequestState.WAITING)
    settled_at = models.DateTimeField(null=True, blank=True)
    # When those who had not decided were reminded, and when it was overdue and told (``editorial.deadlines``).
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)

    objects = ApprovalRequestQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        default_permissions = ()
        verbose_name = _("tờ trình")
        verbose_name_plural = _("tờ trình")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=Q(state=RequestState.WAITING),
                name="one_waiting_request",
            )
        ]
        indexes = [models.Index(fields=["organization", "state", "asked_at"], name="request_waiting")]

    def __str__(self) -> str:
        return self.title

    def may_be_decided_by(self, user: Any) -> bool:
        """Whether this person has a say on it today: of the committee, or its substitute where it is overdue."""
        return ApprovalRequest.objects.filter(_decided_by(user), pk=self.pk).exists()

    def people(self) -> QuerySet[User]:
        """The active accounts of the committee that is asked."""
        return User.objects.filter(is_active=True, member__in=holders(Right.APPROVE, self.organization))

    def substitutes(self) -> QuerySet[User]:
        """Who stands in for the committee where it is late: the substitute of its steps."""
        steps = CommitteeApproval.objects.filter(organization=self.organization_id, active=True)
        return User.objects.filter(is_active=True, pk__in=steps.values("substitute"))


def _decided_by(user: Any) -> Q:
    """Requests on which this person decides, whether or not they have decided already."""
    if not user.is_active:
        return Q(pk=None)
    stood_in = CommitteeApproval.objects.filter(substitute_id=user.pk, active=True).values("organization")
    return Q(organization__in=held_by(user, Right.APPROVE).order_by()) | Q(
        organization__in=stood_in, escalated_at__isnull=False
    )


class RequestDecision(models.Model):
    """One person's decision on a request."""

    request = models.ForeignKey(ApprovalRequest, models.CASCADE, related_name="decisions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người duyệt")
    )
    # The seat by which they decide, as of ``Approval``.
    position = models.ForeignKey(
        Position, models.PROTECT, null=True, related_name="+", verbose_name=_("thay mặt chức vụ")
    )
    decision = models.CharField(_("quyết định"), max_length=8, choices=Decision)
    comment = models.TextField(_("ý kiến"), blank=True)
    at = models.DateTimeField(_("thời điểm"))

    class Meta:
        ordering = ["at", "pk"]
        default_permissions = ()
        verbose_name = _("quyết định về tờ trình")
        verbose_name_plural = _("quyết định về tờ trình")
        constraints = [
            models.UniqueConstraint(fields=["request", "person"], name="one_decision_on_a_request"),
            models.UniqueConstraint(fields=["request", "position"], name="one_voice_of_a_seat_on_a_request"),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()}: {self.request_id}"

"""Delegation (ủy quyền): for some days another person decides in the place of who holds a position.

While it lasts the holder's word rests, so that one seat is one voice; who stands in has the seat's right to approve in
that unit and nothing else. The holder, or who manages the unit's people, ends it whenever they like.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.models import Member, Position, today


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Reads of the delegations."""

    def in_force(self) -> DelegationQuerySet:
        """Those that count today: the position is held, and both are members."""
        now = today()
        return self.filter(
            ended_at=None,
            first_day__lte=now,
            last_day__gte=now,
            position__in=Position.objects.in_force(),
            to__in=Member.objects.active(),
        )

    def to_come(self) -> DelegationQuerySet:
        """Those that count today or will, as entered."""
        return self.filter(ended_at=None, last_day__gte=today())


class Delegation(models.Model):
    """That somebody decides for the holder of a position, from one day to another, both included. Rows are kept."""

    position = models.ForeignKey(Position, models.CASCADE, related_name="delegations", verbose_name=_("chức vụ"))
    to = models.ForeignKey(Member, models.CASCADE, related_name="delegations", verbose_name=_("người được ủy quyền"))
    first_day = models.DateField(_("từ ngày"))
    last_day = models.DateField(_("đến hết ngày"))
    reason = models.CharField(_("lý do"), max_length=255)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("người lập")
    )
    made_at = models.DateTimeField(_("lập lúc"), default=timezone.now)
    ended_at = models.DateTimeField(_("kết thúc sớm lúc"), null=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["-first_day", "-pk"]
        default_permissions = ()
        verbose_name = _("ủy quyền")
        verbose_name_plural = _("ủy quyền")
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="delegation_days_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.position} → {self.to}"

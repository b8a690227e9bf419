"""Which notices a committee wants to approve before they go out."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.enums import Level
from organizations.models import Organization


class NoticeApprovalRule(models.Model):
    """Notices of all units of a level below a unit need so many approvals of that unit's committee.

    Of several rules above a unit the nearest holds.
    """

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="notice_approval_rules", verbose_name=_("cấp ủy phê duyệt")
    )
    level = models.CharField(_("thông báo của cấp"), max_length=16, choices=Level)
    required = models.PositiveSmallIntegerField(_("số phê duyệt cần có"), default=1, validators=[MinValueValidator(1)])

    class Meta:
        default_permissions = ()
        verbose_name = _("quy định duyệt thông báo")
        verbose_name_plural = _("quy định duyệt thông báo")
        constraints = [models.UniqueConstraint(fields=["organization", "level"], name="one_notice_rule_per_level")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.level}: {self.required}"

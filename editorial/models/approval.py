"""What reviewers decided, on exactly which text."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision, Task

from cms.models import ContentPage
from editorial.enums import Decision
from organizations.models import Position


def text_digest(revision_id: int) -> str:
    """SHA-256 of a revision's content as it is stored now.

    A revision's number is not enough to bind an approval: Wagtail's autosave overwrites the latest revision in place.
    """
    return content_digest(Revision.objects.values_list("content", flat=True).get(pk=revision_id))


def content_digest(content: dict[str, Any]) -> str:
    """The same for content that has been read already, so that a list costs no look-up per row."""
    text = json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """Reads of the decisions."""

    def standing(self) -> ApprovalQuerySet:
        """Decisions that no later edit or return has voided."""
        return self.filter(voided_at=None)

    def approving(self, revision: Revision) -> ApprovalQuerySet:
        """Standing approvals of exactly this text, by people other than the one who wrote it last."""
        found = self.standing().filter(
            revision_id=revision.pk, digest=text_digest(revision.pk), decision=Decision.APPROVE
        )
        return found.exclude(person_id=revision.user_id) if revision.user_id else found


class Approval(models.Model):
    """One person's decision at one step on one text. Voided rows stay: they are the path that everyone sees."""

    page = models.ForeignKey(ContentPage, models.CASCADE, related_name="approvals")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="approvals")
    digest = models.CharField(max_length=64)
    step = models.ForeignKey(Task, models.PROTECT, related_name="approvals", verbose_name=_("bước duyệt"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="approvals", verbose_name=_("người duyệt")
    )
    # The seat of a committee by which they decide: another's where they stand in for them (organizations.delegations).
    position = models.ForeignKey(
        Position, models.PROTECT, null=True, related_name="+", verbose_name=_("thay mặt chức vụ")
    )
    decision = models.CharField(_("quyết định"), max_length=8, choices=Decision)
    comment = models.TextField(_("ý kiến"), blank=True)
    at = models.DateTimeField(_("thời điểm"), auto_now_add=True)
    voided_at = models.DateTimeField(_("bị hủy lúc"), null=True, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        default_permissions = ()
        verbose_name = _("phê duyệt")
        verbose_name_plural = _("phê duyệt")
        permissions = [
            ("edit_under_review", "Sửa nội dung đang chờ duyệt"),
            ("correct", "Đính chính nội dung đã đăng"),
            ("withdraw", "Gỡ nội dung đã đăng"),
            ("replace", "Thay nội dung đã đăng bằng bài khác"),
            ("recall", "Thu hồi nội dung đã đăng"),
            ("emergency_publish", "Đăng khẩn cấp không qua duyệt"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "step", "person"], condition=Q(voided_at=None), name="one_standing_decision"
            ),
            models.UniqueConstraint(
                fields=["revision", "step", "position"], condition=Q(voided_at=None), name="one_voice_of_a_seat"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()}: {self.page_id}"

"""The link by which one person reads one text on a phone and decides about it, without the admin."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision, TaskState

from cms.models import ContentPage
from editorial.models.request import ApprovalRequest
from organizations.models import Organization

# How long a link is good for.
LINK_LIFETIME = datetime.timedelta(hours=72)


class ReviewLinkQuerySet(models.QuerySet["ReviewLink"]):
    """Reads of the links."""

    def open(self, now: datetime.datetime) -> ReviewLinkQuerySet:
        """Those that nobody used or revoked and that have not expired; whether they still lead anywhere is asked."""
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=now)

    def managed_by(self, user: Any, *, is_board: bool) -> ReviewLinkQuerySet:
        """The links that this person may take back: their own, and for the board all."""
        return self if is_board else self.filter(person_id=user.pk)


class ReviewLink(models.Model):
    """One person, one step of a page or one request, one exact text.

    Of the token only its SHA-256 is kept: what is stored here opens nothing. A link that is sent again keeps its row and
    gets another token, so the former leads nowhere.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="review_links", verbose_name=_("người duyệt")
    )
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("cấp ủy"))
    page = models.ForeignKey(ContentPage, models.CASCADE, null=True, related_name="+")
    revision = models.ForeignKey(Revision, models.CASCADE, null=True, related_name="+")
    step = models.ForeignKey(TaskState, models.CASCADE, null=True, related_name="+")
    request = models.ForeignKey(ApprovalRequest, models.CASCADE, null=True, related_name="+")
    title = models.CharField(_("tiêu đề"), max_length=255)
    # Of the text as it was when the link was sent; any other text makes the link lead nowhere.
    digest = models.CharField(max_length=64)
    token_digest = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField(_("gửi lúc"), default=timezone.now)
    expires_at = models.DateTimeField(_("dùng được đến"))
    used_at = models.DateTimeField(_("đã dùng lúc"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("thu hồi lúc"), null=True, blank=True)

    objects = ReviewLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        default_permissions = ()
        verbose_name = _("liên kết duyệt")
        verbose_name_plural = _("liên kết duyệt")
        constraints = [
            models.CheckConstraint(
                condition=Q(request=None, page__isnull=False, revision__isnull=False, step__isnull=False)
                | Q(request__isnull=False, page=None, revision=None, step=None),
                name="review_link_to_one_thing",
            ),
            models.UniqueConstraint(fields=["person", "step", "digest"], name="one_review_link_per_text"),
            models.UniqueConstraint(fields=["person", "request"], name="one_review_link_per_request"),
        ]

    def __str__(self) -> str:
        return self.title

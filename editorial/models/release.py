"""A release (đợt phát hành): items approved, scheduled, published and, where need be, taken back as one."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from cms.models import ContentPage
from editorial.enums import OPEN_RELEASES, PENDING_RELEASES, ReleaseState
from editorial.models.schedule import Attempted
from organizations.models import Organization


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Reads of releases."""

    def due(self, now: datetime.datetime) -> ReleaseQuerySet:
        """Approved releases whose time has come, those that failed again only after their pause."""
        ready = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
        come = Q(due_at=None) | Q(due_at__lte=now)
        return self.filter(ready, come, state=ReleaseState.SCHEDULED).order_by("due_at", "pk")

    def failed(self) -> ReleaseQuerySet:
        """Approved releases that have been tried and did not go out."""
        return self.filter(state=ReleaseState.SCHEDULED, attempts__gt=0)

    def open_with(self, thing: models.Model) -> Release | None:
        """The open release in which a thing that is no page lies; None where there is none."""
        kind = ContentType.objects.get_for_model(thing)
        return self.filter(parts__thing_type=kind, parts__thing_id=str(thing.pk), parts__is_open=True).first()

    def pending_with(self, page_id: int) -> Release | None:
        """The release in which this page waits to go out; None where there is none."""
        return self.filter(items__page=page_id, state__in=PENDING_RELEASES).first()


class Release(Attempted):
    """Items that a committee approves as one and readers get as one. ``due_at`` empty: as soon as it is approved."""

    title = models.CharField(_("tên đợt"), max_length=255)
    note = models.TextField(_("lời trình"), blank=True, help_text=_("Cấp ủy đọc lời này trước danh sách bài."))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="releases", verbose_name=_("cấp ủy duyệt")
    )
    required = models.PositiveSmallIntegerField(_("số phê duyệt cần có"), default=2, validators=[MinValueValidator(1)])
    all_languages = models.BooleanField(
        _("đủ cả tiếng Việt và tiếng Anh"),
        default=False,
        help_text=_("Chỉ trình được khi mọi bài có đủ hai thứ tiếng, trong đợt này hoặc đã đăng."),
    )
    due_at = models.DateTimeField(_("giờ phát hành"), null=True, blank=True)
    state = models.CharField(
        _("trạng thái"), max_length=16, choices=ReleaseState, default=ReleaseState.DRAFT, db_index=True
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người lập")
    )
    created_at = models.DateTimeField(_("lập lúc"), auto_now_add=True)
    out_at = models.DateTimeField(_("phát hành lúc"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.TextField(_("lý do thu hồi"), blank=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        default_permissions = ()
        verbose_name = _("đợt phát hành")
        verbose_name_plural = _("đợt phát hành")
        permissions = [("roll_back_release", "Quay lại như trước một đợt phát hành")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it may still go out."""
        return self.state in OPEN_RELEASES

    @property
    def has_failed(self) -> bool:
        """Tried, not done, still due."""
        return self.state == ReleaseState.SCHEDULED and self.attempts > 0


class ReleaseItem(models.Model):
    """A page of a release. ``revision`` is the text that was submitted; empty while the release is composed.

    ``before`` is what readers had of the page when the release went out; empty where they had nothing.
    """

    release = models.ForeignKey(Release, models.CASCADE, related_name="items")
    # A draft in an open release is not deleted (``signal_handlers``); later its row goes with it, and the audit stays.
    page = models.ForeignKey(ContentPage, models.CASCADE, related_name="release_items")
    position = models.PositiveIntegerField()
    revision = models.ForeignKey(Revision, models.RESTRICT, null=True, related_name="+")
    before = models.ForeignKey(Revision, models.RESTRICT, null=True, related_name="+")
    # Of the release, kept beside it for the constraint.
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["release", "page"], name="once_in_a_release"),
            models.UniqueConstraint(fields=["page"], condition=Q(is_open=True), name="in_one_open_release"),
        ]

    def __str__(self) -> str:
        return f"{self.release_id}: {self.page_id}"


class ReleasePart(models.Model):
    """What goes out with a release and is no page: a notice (``editorial.releases.parts``)."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="parts")
    thing_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    thing_id = models.CharField(max_length=64)
    # Of the release, kept beside it for the constraint.
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["thing_type", "thing_id"], condition=Q(is_open=True), name="thing_in_one_open_release"
            ),
            models.UniqueConstraint(fields=["release", "thing_type", "thing_id"], name="thing_once_in_a_release"),
        ]

    def __str__(self) -> str:
        return f"{self.release_id}: {self.thing_id}"

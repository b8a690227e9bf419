"""Who supplies content, and the desk where it is worked on."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Workflow

from cms.models.category import Category
from organizations.models import Organization


class SourceQuerySet(models.QuerySet["Source"]):
    """Reads of the sources."""

    def with_desk_of(self, user) -> SourceQuerySet:
        """Sources on whose desk this person works, as contributor or editor."""
        groups = user.groups.all()
        return self.filter(models.Q(contributors__in=groups) | models.Q(editors__in=groups)).distinct()


class Source(models.Model):
    """A supplier of content (nguồn tin) with its desk: who writes, who edits, which way drafts go and how fast."""

    code = models.SlugField(_("mã"), max_length=32, unique=True)
    name = models.CharField(_("tên"), max_length=128)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=128, blank=True)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="sources",
        verbose_name=_("tổ chức"),
        help_text=_("Cấp ủy hoặc cơ quan đứng tên nguồn tin này."),
    )
    contributors = models.ForeignKey(
        Group, models.PROTECT, related_name="contributes_to", verbose_name=_("nhóm cộng tác viên")
    )
    editors = models.ForeignKey(Group, models.PROTECT, related_name="edits", verbose_name=_("nhóm biên tập của nguồn"))
    workflow = models.ForeignKey(
        Workflow,
        models.PROTECT,
        related_name="sources",
        verbose_name=_("quy trình duyệt"),
        help_text=_("Mỗi bước duyệt trong quy trình đều bắt buộc trước khi đăng."),
    )
    allowed_categories = models.ManyToManyField(
        Category,
        blank=True,
        related_name="sources",
        verbose_name=_("chuyên mục được dùng"),
        help_text=_("Để trống thì được dùng mọi chuyên mục."),
    )
    due_hours = models.PositiveSmallIntegerField(
        _("hạn xử lý (giờ làm việc)"),
        default=8,
        help_text=_("Số giờ làm việc dành cho mỗi bước duyệt, trừ ngày nghỉ lễ. Tám giờ là một ngày làm việc."),
    )
    active = models.BooleanField(_("đang hoạt động"), default=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("nguồn tin")
        verbose_name_plural = _("nguồn tin")

    def __str__(self) -> str:
        return self.name

    def name_in(self, locale: str) -> str:
        """The name in the language of the content."""
        return self.name_en if locale == "en" and self.name_en else self.name

"""What a source brings each month."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.models import Category, Source
from publishing.enums import Kind


class Duty(models.Model):
    """That a source is to bring so much of something in each month. Kept by the board; counted, never enforced."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="duties", verbose_name=_("nguồn tin"))
    name = models.CharField(_("việc phải làm"), max_length=128, help_text=_("Ví dụ: Bản tin nội bộ hằng tháng."))
    kind = models.CharField(_("loại nội dung"), max_length=16, choices=Kind)
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("chuyên mục"),
        help_text=_("Bỏ trống thì tính mọi chuyên mục."),
    )
    per_month = models.PositiveSmallIntegerField(
        _("số lượng mỗi tháng"), default=1, validators=[MinValueValidator(1), MaxValueValidator(999)]
    )

    class Meta:
        ordering = ["source__name", "name", "pk"]
        verbose_name = _("việc hằng tháng của nguồn tin")
        verbose_name_plural = _("việc hằng tháng của nguồn tin")
        permissions = [("watch_pipeline", "Theo dõi tiến độ của mọi nguồn tin")]
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="one_duty_of_a_name")]

    def __str__(self) -> str:
        return f"{self.source}: {self.name}"
